//! What to do after a failed call, as a value; somebody else sleeps.
//!
//! Pure: chance and the number of tries are given in. The table is in `ARCHITECTURE.md`.

use std::time::Duration;

use crate::provider::{CallError, Failure};

/// The first wait after a failure that says nothing of time.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No single wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What comes after a failed try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// Try again after this wait. A limited call waits at the gate that all calls share, so its own wait is zero.
    Again(Duration),
    /// The failure may pass, but the tries are used up.
    UsedUp,
    /// Trying again cannot help.
    Final,
}

/// Decides after failure number `failures` (from 1) of at most `1 + retries` tries.
/// `chance` is between 0 and 1 and spreads the waits of several workers.
pub fn next(error: &CallError, failures: u32, retries: u32, chance: f64) -> Next {
    if !error.failure.later() {
        return Next::Final;
    }
    if failures > retries {
        return Next::UsedUp;
    }
    match error.failure {
        Failure::Limited => Next::Again(Duration::ZERO),
        _ => Next::Again(wait(failures, chance)),
    }
}

/// The wait after failure number `failures`: doubling, between half and the whole of it.
pub fn wait(failures: u32, chance: f64) -> Duration {
    let whole = FIRST_WAIT.saturating_mul(1 << failures.saturating_sub(1).min(8)).min(LONGEST_WAIT);
    whole.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(failure: Failure) -> CallError {
        CallError {
            failure,
            code: "x".into(),
            message: String::new(),
            status: None,
            request_id: String::new(),
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (failure, expected) in [
            (Failure::NotSent, Next::Again(Duration::from_secs(1))),
            (Failure::Unclear, Next::Again(Duration::from_secs(1))),
            (Failure::Limited, Next::Again(Duration::ZERO)),
            (Failure::Exists, Next::Final),
            (Failure::Missing, Next::Final),
            (Failure::Refused, Next::Final),
            (Failure::Unauthorized, Next::Final),
            (Failure::Forbidden, Next::Final),
            (Failure::ForbiddenUnknown, Next::Final),
        ] {
            assert_eq!(next(&error(failure), 1, 5, 1.0), expected, "{failure:?}");
        }
    }

    #[test]
    fn five_retries_are_six_tries() {
        assert!(matches!(next(&error(Failure::NotSent), 5, 5, 0.0), Next::Again(_)));
        assert_eq!(next(&error(Failure::NotSent), 6, 5, 0.0), Next::UsedUp);
        assert_eq!(next(&error(Failure::NotSent), 1, 0, 0.0), Next::UsedUp);
    }

    #[test]
    fn waits_double_and_end_at_a_longest() {
        let millis: Vec<u128> = (1..=9).map(|failures| wait(failures, 1.0).as_millis()).collect();
        assert_eq!(millis, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
        assert_eq!(wait(1, 0.0).as_millis(), 500);
        assert_eq!(wait(u32::MAX, 0.5), LONGEST_WAIT.mul_f64(0.75));
    }
}

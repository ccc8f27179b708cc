//! What is remembered of an account's limits between two runs. It must not outlive its truth: it ages.

use serde::{Deserialize, Serialize};

const DAY: i64 = 24 * 3600;
/// Older than this, a limit is learned anew.
const FORGOTTEN: i64 = 30 * DAY;
/// Older than this, it is where to begin, but asked about as often as a new one.
const DOUBTED: i64 = 2 * DAY;

/// The limits of an account, as one run leaves them to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<LearnedLimit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<LearnedLimit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<LearnedAtOnce>,
}

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearnedLimit {
    pub kind: Kind,
    /// Calls in a window, or the size of the bucket.
    pub calls: f64,
    /// Calls a second, on average.
    pub rate: f64,
    /// When it was last seen to hold, in seconds since 1970.
    pub when: i64,
}

/// How many calls the provider takes at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LearnedAtOnce {
    pub calls: u32,
    /// When it was last seen to hold, in seconds since 1970.
    pub when: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// So many calls, then none until the window ends.
    Window,
    /// A bucket that fills steadily.
    Bucket,
}

/// How far a remembered limit is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belief {
    Trusted,
    Doubted,
    Forgotten,
}

impl LearnedLimit {
    pub(super) fn belief(&self, wall: i64) -> Belief {
        let sound = |number: f64| number.is_finite() && number > 0.0;
        match sound(self.calls) && sound(self.rate) {
            true => belief(self.when, wall),
            false => Belief::Forgotten,
        }
    }
}

impl LearnedAtOnce {
    pub(super) fn belief(&self, wall: i64) -> Belief {
        if self.calls > 0 { belief(self.when, wall) } else { Belief::Forgotten }
    }
}

/// `wall` is now, in seconds since 1970. What comes from the future is of a clock that was wrong.
fn belief(when: i64, wall: i64) -> Belief {
    match wall.saturating_sub(when) {
        age if !(-DAY..=FORGOTTEN).contains(&age) => Belief::Forgotten,
        age if age > DOUBTED => Belief::Doubted,
        _ => Belief::Trusted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn belief_wanes_with_age() {
        let limit = LearnedLimit { kind: Kind::Bucket, calls: 20.0, rate: 200.0, when: 100 * DAY };
        for (wall, belief) in [
            (100 * DAY + 60, Belief::Trusted),
            (103 * DAY, Belief::Doubted),
            (131 * DAY, Belief::Forgotten),
            (90 * DAY, Belief::Forgotten),
        ] {
            assert_eq!(limit.belief(wall), belief, "{wall}");
        }
        assert_eq!(LearnedLimit { rate: 0.0, ..limit }.belief(100 * DAY), Belief::Forgotten);
        assert_eq!(LearnedLimit { calls: f64::NAN, ..limit }.belief(100 * DAY), Belief::Forgotten);
    }

    #[test]
    fn it_survives_the_disk() {
        let limit = LearnedLimit { kind: Kind::Window, calls: 50.0, rate: 50.0 / 60.0, when: 1_795_435_200 };
        let at_once = Some(LearnedAtOnce { calls: 10, when: 7 });
        let learned = Learned { reads: None, writes: Some(limit), at_once };
        let text = serde_json::to_string(&learned).expect("plain numbers");
        assert_eq!(serde_json::from_str::<Learned>(&text).expect("what was written"), learned);
        assert_eq!(serde_json::from_str::<Learned>("{}").expect("empty"), Learned::default());
    }
}

//! The account's limit: fixed windows or a bucket of tokens, and the shapes of a 429.
//!
//! One limit for the whole account, not for a key (EX-rate). Refused calls cost nothing.

use std::time::Duration;

use serde_json::json;

use super::SimReply;
use super::settings::Rate;
use super::stamp;
use super::switches::LimitShape;

/// What the limiter says of one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) allowed: bool,
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// Until the window ends, or the bucket is full again.
    pub(super) reset: Duration,
    /// Until a call may succeed; zero when allowed.
    pub(super) wait: Duration,
}

/// What a call takes, and where from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Toll {
    pub(super) cost: u32,
    /// The size of the bucket; `None` is a fixed window, where every call costs one.
    pub(super) bucket: Option<u32>,
}

/// The headers that tell of the limit.
#[derive(Debug)]
pub(super) struct HeaderNames {
    limit: &'static str,
    remaining: &'static str,
    reset: &'static str,
    /// Whether the reset is a moment since 1970 or so many seconds away.
    moment: bool,
}

impl HeaderNames {
    pub(super) const EXOTEL: HeaderNames = HeaderNames {
        limit: "x-ratelimit-limit",
        remaining: "x-ratelimit-remaining",
        reset: "x-ratelimit-reset",
        moment: true,
    };

    /// As Audian's page on limits names them.
    pub(super) const AUDIAN: HeaderNames = HeaderNames {
        limit: "ratelimit-limit",
        remaining: "ratelimit-remaining",
        reset: "ratelimit-reset",
        moment: false,
    };
}

/// Counts the calls of the account.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    /// Number of the current window, and the calls in it.
    window: (u128, u32),
    /// Calls taken out of the bucket and not yet refilled, as of `seen`.
    spent: f64,
    seen: Duration,
}

impl Limiter {
    /// Judges a call at `now` and counts it when it is allowed.
    pub(super) fn take(&mut self, rate: Rate, toll: Toll, now: Duration) -> Verdict {
        match toll.bucket {
            Some(size) => self.take_tokens(rate, toll.cost, size.max(1), now),
            None => self.take_place(rate, now),
        }
    }

    fn take_place(&mut self, rate: Rate, now: Duration) -> Verdict {
        let per = rate.per.as_nanos().max(1);
        let number = now.as_nanos() / per;
        if self.window.0 != number {
            self.window = (number, 0);
        }
        let allowed = self.window.1 < rate.calls;
        if allowed {
            self.window.1 += 1;
        }
        let left = per - now.as_nanos() % per;
        let reset = Duration::from_nanos(u64::try_from(left).unwrap_or(u64::MAX));
        Verdict {
            allowed,
            limit: rate.calls,
            remaining: rate.calls - self.window.1,
            reset,
            wait: if allowed { Duration::ZERO } else { reset },
        }
    }

    fn take_tokens(&mut self, rate: Rate, cost: u32, size: u32, now: Duration) -> Verdict {
        // A call that costs more than a full bucket would never be answered.
        let cost = f64::from(cost.min(size));
        let pace = f64::from(rate.calls) / rate.per.as_secs_f64();
        self.spent = (self.spent - now.saturating_sub(self.seen).as_secs_f64() * pace).max(0.0);
        self.seen = now;
        // A hair's breadth forgives rounding for a caller that waited exactly as told.
        let allowed = self.spent + cost <= f64::from(size) + 1e-9;
        if allowed {
            self.spent += cost;
        }
        let tokens = (f64::from(size) - self.spent).max(0.0);
        let lacking = if allowed { 0.0 } else { cost - tokens };
        Verdict {
            allowed,
            limit: size,
            remaining: tokens as u32,
            reset: Duration::from_secs_f64(self.spent / pace),
            wait: Duration::from_secs_f64(lacking / pace),
        }
    }
}

/// Adds the headers that every answer carries while there is a limit (EX-rate).
pub(super) fn add_headers(reply: &mut SimReply, names: &HeaderNames, verdict: &Verdict, wall: i64) {
    reply.header(names.limit, verdict.limit);
    reply.header(names.remaining, verdict.remaining);
    reply.header(names.reset, reset(names, verdict.reset, wall));
}

/// The 429 in the given shape; `wall` is in milliseconds since 1970.
pub(super) fn too_many(
    shape: LimitShape,
    names: &HeaderNames,
    verdict: &Verdict,
    retry_after: Option<u64>,
    wall: i64,
    envelope: impl FnOnce() -> SimReply,
) -> SimReply {
    let seconds = retry_after.unwrap_or_else(|| round_up(verdict.wait));
    let mut reply = match shape {
        LimitShape::Json | LimitShape::Bare => envelope(),
        LimitShape::Rest => SimReply::json(429, &rest_exception()),
        LimitShape::Html => SimReply::html(429, "Too Many Requests"),
        _ => SimReply::empty(429),
    };
    match shape {
        LimitShape::Json | LimitShape::Rest => {
            add_headers(&mut reply, names, verdict, wall);
            reply.header("retry-after", seconds);
        }
        LimitShape::RetryAfter => reply.header("retry-after", seconds),
        LimitShape::Date => {
            // The date is a whole second, so one more is asked for than a fraction would need.
            let from = wall + 999;
            reply.header("retry-after", stamp::http_date(from + (seconds as i64) * 1000));
        }
        LimitShape::Reset => reply.header(names.reset, reset(names, verdict.wait, wall)),
        LimitShape::Bare | LimitShape::Html | LimitShape::Empty => {}
    }
    reply
}

fn rest_exception() -> serde_json::Value {
    json!({"RestException": {"Status": 429, "Message": "Too many requests", "Code": "RATE_LIMIT_EXCEEDED"}})
}

fn reset(names: &HeaderNames, wait: Duration, wall: i64) -> i64 {
    let from = if names.moment { wall } else { 0 };
    (from + wait.as_millis() as i64 + 999).div_euclid(1000)
}

fn round_up(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { calls: 3, per: Duration::from_secs(60) };

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn a_window_takes_so_many_and_then_says_how_long() {
        let mut limiter = Limiter::default();
        let mut take = |now| limiter.take(RATE, Toll { cost: 1, bucket: None }, now);
        assert_eq!([0, 1, 2].map(|second| take(at(second * 1000)).remaining), [2, 1, 0]);
        let verdict = take(at(20_500));
        assert!(!verdict.allowed);
        assert_eq!(verdict.wait, at(39_500));
        assert_eq!(round_up(verdict.wait), 40);
        assert!(take(at(60_000)).allowed);
    }

    #[test]
    fn a_bucket_refills_steadily() {
        let mut limiter = Limiter::default();
        let mut take = |now| limiter.take(RATE, Toll { cost: 1, bucket: Some(3) }, now);
        assert_eq!([0, 0, 0, 0].map(|second| take(at(second)).allowed), [true, true, true, false]);
        let refused = take(at(5_000));
        assert!(!refused.allowed);
        assert!(take(at(5_000) + refused.wait).allowed);
        assert!(!take(at(20_001)).allowed);
    }

    #[test]
    fn every_shape_is_what_it_says() {
        let verdict = Verdict { allowed: false, limit: 3, remaining: 0, reset: at(9_500), wait: at(9_500) };
        let headers = |shape| {
            let reply = too_many(shape, &HeaderNames::EXOTEL, &verdict, None, 1_795_435_200_000, || {
                SimReply::json(429, &json!({}))
            });
            assert_eq!(reply.status, 429);
            reply
        };
        assert_eq!(headers(LimitShape::RetryAfter).get("retry-after"), Some("10"));
        assert_eq!(headers(LimitShape::Json).get("x-ratelimit-reset"), Some("1795435210"));
        assert_eq!(headers(LimitShape::Date).get("retry-after"), Some("Mon, 23 Nov 2026 12:00:10 GMT"));
        assert_eq!(headers(LimitShape::Reset).get("retry-after"), None);
        assert!(headers(LimitShape::Html).body.starts_with(b"<html>"));
        assert_eq!(headers(LimitShape::Bare).get("retry-after"), None);
        assert!(headers(LimitShape::Empty).headers.is_empty());
    }
}

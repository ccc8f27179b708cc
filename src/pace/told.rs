//! What the provider's headers say is left of its window, and how many calls that covers.
//!
//! No call leaves that the last word does not cover, and a new window is asked by few calls first.

use crate::provider::Limits;

/// Reset times are whole seconds, so two that differ by less speak of the same window.
const SAME: f64 = 1.5;
/// In a window shorter than this, one scout alone would cost a good part of it.
const SHORT: f64 = 5.0;

/// What is left, as the provider said it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    calls: u64,
    limit: Option<u64>,
    until: f64,
    /// The longest time to a reset that was seen: about a window.
    span: f64,
    /// When this window was first heard of.
    since: f64,
    /// Calls that ask about the next window.
    asked: u64,
    /// A call at the end that was told came too early, as where a part of a second is left out.
    early: bool,
}

/// Whether the provider's word covers one more call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cover {
    Yes,
    /// Not until a call has ended.
    Wait,
    /// Not before this time.
    At(f64),
}

impl Left {
    /// Takes in what an answer to a call started at `started` says.
    pub(super) fn heed(left: &mut Option<Left>, now: f64, started: f64, limits: &Limits) {
        let (Some(remaining), Some(reset)) = (limits.remaining, limits.reset) else {
            // The headers have ceased: nobody asks about the next window in vain.
            *left = left.filter(|left| left.until > started);
            return;
        };
        let reset = reset.min(super::LONGEST_PAUSE).as_secs_f64();
        let until = now + reset;
        let fresh = Left {
            calls: remaining,
            limit: limits.limit,
            until,
            span: reset,
            since: now,
            asked: 0,
            early: false,
        };
        *left = match *left {
            // A late answer of the window before: the newer word stands.
            Some(old) if started < old.since && until < old.until - SAME => Some(old),
            // Answers may come out of order; within one window the smallest number is the newest.
            Some(old) if old.until > now && until < old.until + SAME => {
                Some(Left { calls: old.calls.min(remaining), until: old.until.min(until), ..old })
            }
            // A reset at once with calls left is a full bucket: there is nothing to heed.
            _ if reset <= 0.0 && remaining > 0 => None,
            Some(old) => Some(Left { span: old.span.max(reset), early: old.early, ..fresh }),
            None => Some(fresh),
        };
    }

    pub(super) fn start(&mut self, now: f64) {
        self.asked += u64::from(self.until <= now);
    }

    /// Whether a 429 whose wait ends then, and which tells that so many calls are left, is of this window. One that comes
    /// while calls are left is of another limit, and so is one that tells nothing and ends long before the window does.
    pub(super) fn is_meant(&self, until: f64, remaining: Option<u64>) -> bool {
        remaining.map_or(until >= self.until - SAME, |remaining| remaining == 0)
    }

    /// Whether a refusal contradicts what was told: much was left by the last word.
    pub(super) fn is_contradicted(&self, now: f64) -> bool {
        self.until > now && self.limit.is_some_and(|limit| self.calls > limit / 2)
    }

    /// A 429 that names the window: nothing is left of it.
    pub(super) fn exhausted(&mut self, until: f64) {
        self.early |= self.asked > 0;
        (self.calls, self.until, self.asked) = (0, self.until.max(until), 0);
    }

    /// A call ended without a word; it may have been counted.
    pub(super) fn lost(&mut self) {
        self.calls = self.calls.saturating_sub(1);
        self.asked = self.asked.saturating_sub(1);
    }

    /// `headroom` is the part of the limit that is left to others.
    pub(super) fn cover(&self, now: f64, in_flight: u32, headroom: f64) -> Cover {
        let in_flight = u64::from(in_flight);
        if self.until <= now {
            // A call of the window before may hang; it is not waited for.
            return if in_flight == 0 || self.asked < self.scouts() { Cover::Yes } else { Cover::Wait };
        }
        let reserve = (self.limit.unwrap_or(0) as f64 * headroom).ceil() as u64;
        let calls = self.calls.saturating_sub(reserve);
        match () {
            () if in_flight < calls => Cover::Yes,
            () if in_flight == 0 => Cover::At(self.until),
            () => Cover::Wait,
        }
    }

    /// Calls that may ask about a window of which nothing is known yet.
    fn scouts(&self) -> u64 {
        if self.span > SHORT || self.early { 1 } else { (self.limit.unwrap_or(0) / 8).max(1) }
    }

    /// Calls and seconds of a window, as far as they were told.
    pub(super) fn window(&self) -> Option<(u64, f64)> {
        Some((self.limit?, self.span))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn told(remaining: u64, reset: u64) -> Limits {
        let reset = Some(Duration::from_secs(reset));
        Limits { limit: Some(50), remaining: Some(remaining), reset, ..Limits::default() }
    }

    #[test]
    fn the_smaller_number_is_the_newer_one() {
        let mut left = None;
        Left::heed(&mut left, 1.0, 0.0, &told(1, 30));
        Left::heed(&mut left, 1.1, 0.0, &told(2, 30));
        let left = left.expect("told");
        assert_eq!(left.cover(2.0, 0, 0.0), Cover::Yes);
        assert_eq!(left.cover(2.0, 1, 0.0), Cover::Wait);
    }

    #[test]
    fn nothing_left_waits_for_the_reset_and_then_one_scout_asks() {
        let mut left = None;
        Left::heed(&mut left, 1.0, 0.0, &told(0, 30));
        let mut spent = left.expect("told");
        assert_eq!(spent.cover(2.0, 0, 0.0), Cover::At(31.0));
        assert_eq!(spent.cover(31.0, 0, 0.0), Cover::Yes);
        assert_eq!(spent.cover(31.0, 1, 0.0), Cover::Yes, "a call that hangs is not waited for");
        spent.start(31.0);
        assert_eq!(spent.cover(31.0, 2, 0.0), Cover::Wait);
        Left::heed(&mut left, 31.2, 31.0, &told(49, 60));
        assert_eq!(left.expect("told").cover(31.2, 48, 0.0), Cover::Yes);
        Left::heed(&mut left, 31.3, 30.0, &told(3, 0));
        assert_eq!(left.expect("told").cover(31.3, 48, 0.0), Cover::Yes, "a word of the old window");
    }

    #[test]
    fn headroom_stays_untouched() {
        let mut left = None;
        Left::heed(&mut left, 0.0, 0.0, &told(16, 30));
        assert_eq!(left.expect("told").cover(1.0, 0, 0.3), Cover::Yes);
        Left::heed(&mut left, 0.0, 0.0, &told(15, 30));
        assert_eq!(left.expect("told").cover(1.0, 0, 0.3), Cover::At(30.0));
    }
}

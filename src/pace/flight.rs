//! How many calls may be in flight: one scout, then eight, then a few times as many per round trip while all is well.
//!
//! It knows nothing of rates. Time-outs and 5xx that go on halve it; a 429 only ends its quick growth.

use super::{Does, START_IN_FLIGHT};

/// The most in flight when the user names no number.
pub(super) const MOST_OF_AUTO: u32 = 256;
/// Round trips between two steps then: nobody asked for haste.
const ROUNDS_OF_AUTO: f64 = 4.0;
/// After so many seconds without an answer a call that asks for all is not waited for.
pub(super) const PATIENCE: f64 = 3.0;
/// No two steps within so many seconds: on a quick server, eight in flight already find the limit.
const STEP: f64 = 0.010;
/// The first eight writing calls are kept for a while, since a small limit is met with as many refusals as are in
/// flight; but no longer than costs this many calls in a run that needs more, nor for more than [`HELD`] answers.
const HOLD_COST: f64 = 200.0;
const HELD: f64 = 60.0;
/// With `auto`, a step that brings less than this factor in answers a second was of no use.
const WORTH: f64 = 1.15;
/// So many seconds later it is tried again.
const TRY_AGAIN: f64 = 5.0;

/// Whether one more call fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Room {
    Yes,
    No,
    /// Not before this time, unless a call ends.
    At(f64),
}

/// The number of calls in flight and its bound.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    most: f64,
    auto: bool,
    window: f64,
    /// Below it the window grows in few steps, above it by one a round trip.
    threshold: f64,
    in_flight: u32,
    heard: bool,
    first_start: Option<f64>,
    /// Somebody had to wait since the last step.
    wanted: bool,
    good: f64,
    /// Round trips between two steps.
    rounds: f64,
    /// Good answers to writing calls before more than the first few are in flight.
    hold: f64,
    stepped: f64,
    /// Answers a second before the last step.
    before: f64,
    trouble: f64,
}

impl Flight {
    pub(super) fn new(most: Option<u32>) -> Flight {
        let auto = most.is_none();
        let most = f64::from(most.unwrap_or(MOST_OF_AUTO).max(1));
        Flight {
            most,
            auto,
            window: most.min(f64::from(START_IN_FLIGHT)),
            threshold: most,
            in_flight: 0,
            heard: false,
            first_start: None,
            wanted: false,
            good: 0.0,
            rounds: if auto { ROUNDS_OF_AUTO } else { 1.0 },
            hold: if auto { HELD } else { hold(most) },
            stepped: 0.0,
            before: 0.0,
            trouble: 0.0,
        }
    }

    pub(super) fn most(&self) -> usize {
        self.most as usize
    }

    pub(super) fn window(&self) -> usize {
        self.window as usize
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// Whether anything was answered yet.
    pub(super) fn is_heard(&self) -> bool {
        self.heard
    }

    pub(super) fn room(&mut self, now: f64, does: Does) -> Room {
        if !self.heard && self.in_flight > 0 {
            let patience = self.first_start.unwrap_or(now) + PATIENCE;
            if now < patience {
                return Room::At(patience);
            }
        }
        let window = if self.holds(does) { self.window.min(f64::from(START_IN_FLIGHT)) } else { self.window };
        if self.in_flight < window as u32 {
            return Room::Yes;
        }
        self.wanted = true;
        Room::No
    }

    pub(super) fn start(&mut self, now: f64) {
        self.in_flight += 1;
        self.first_start.get_or_insert(now);
    }

    pub(super) fn end(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn holds(&self, does: Does) -> bool {
        does == Does::Write && self.hold > 0.0
    }

    /// An answer, good or a protocol error.
    pub(super) fn answered(&mut self, now: f64, does: Does) {
        self.hold -= f64::from(u8::from(self.holds(does)));
        if !self.heard {
            (self.heard, self.stepped) = (true, now);
            return;
        }
        self.trouble = (self.trouble - 1.0).max(0.0);
        self.good += 1.0;
        if self.window < self.most
            && !self.holds(does)
            && self.good >= self.window * self.rounds
            && now - self.stepped >= STEP
        {
            self.step(now);
        }
    }

    /// A 429: the quick growth is over.
    pub(super) fn limited(&mut self) {
        self.heard = true;
        self.threshold = self.threshold.min(self.window).max(f64::from(START_IN_FLIGHT));
    }

    /// A time-out, a lost connection or a 5xx.
    pub(super) fn failed(&mut self, now: f64) {
        self.trouble += 1.0;
        if self.trouble >= (self.window / 2.0).max(4.0) {
            self.window = (self.window / 2.0).floor().max(1.0);
            self.threshold = self.window;
            (self.trouble, self.good, self.stepped) = (0.0, 0.0, now);
        }
    }

    /// How many times as many each step allows: two steps lead from the first few to the most that a user asked for.
    ///
    /// In the model two steps meet a limit with about as many refusals as five: those before the last one hardly find it.
    fn growth(&self) -> f64 {
        if self.auto { 2.0 } else { (self.most / f64::from(START_IN_FLIGHT)).sqrt().max(2.0) }
    }

    fn step(&mut self, now: f64) {
        let rate = self.good / (now - self.stepped);
        let useless = self.auto && self.before > 0.0 && rate < self.before * WORTH;
        if !self.wanted || (useless && now - self.stepped < TRY_AGAIN) {
            if !useless {
                (self.good, self.stepped) = (0.0, now);
            }
            return;
        }
        let wider =
            if self.window < self.threshold { self.window * self.growth() } else { self.window + 1.0 };
        self.before = if self.window < self.threshold { rate } else { 0.0 };
        // Whole calls: a part of one would ask for an answer more than are in flight, and so for a round trip more.
        self.window = wider.ceil().min(self.most);
        (self.wanted, self.good, self.stepped) = (false, 0.0, now);
    }
}

/// Answers to wait for before the first step, when `most` are allowed.
fn hold(most: f64) -> f64 {
    let times = most / f64::from(START_IN_FLIGHT) - 1.0;
    if times > 0.0 { (HOLD_COST / times).min(HELD) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls of `trip` seconds, as many as fit, from `now` until `end`; returns the window.
    fn run(flight: &mut Flight, trip: f64, mut now: f64, end: f64) -> usize {
        while now < end {
            let mut started = 0;
            while flight.room(now, Does::Write) == Room::Yes {
                flight.start(now);
                started += 1;
            }
            now += trip;
            (0..started).for_each(|_| flight.end());
            (0..started).for_each(|_| flight.answered(now, Does::Write));
        }
        flight.window()
    }

    #[test]
    fn one_scout_goes_first_and_is_not_waited_for_for_ever() {
        let mut flight = Flight::new(Some(8));
        flight.start(1.0);
        assert_eq!(flight.room(1.0, Does::Write), Room::At(4.0));
        assert_eq!(flight.room(4.0, Does::Write), Room::Yes);
        flight.end();
        flight.answered(4.5, Does::Write);
        (0..8).for_each(|_| flight.start(4.5));
        assert_eq!(flight.room(4.5, Does::Write), Room::No);
    }

    #[test]
    fn the_window_grows_in_few_steps_up_to_the_most() {
        assert_eq!(run(&mut Flight::new(Some(64)), 0.020, 0.0, 0.15), 64);
        assert_eq!(run(&mut Flight::new(Some(256)), 0.020, 0.0, 0.05), 256, "a scout, then eight, then 46");
        assert_eq!(run(&mut Flight::new(Some(3)), 0.020, 0.0, 0.2), 3);
        assert_eq!(run(&mut Flight::new(None), 0.050, 0.0, 3.0), MOST_OF_AUTO as usize);
    }

    #[test]
    fn a_window_that_nobody_fills_does_not_grow() {
        let mut flight = Flight::new(Some(64));
        for call in 0..200 {
            let now = f64::from(call) * 0.1;
            assert_eq!(flight.room(now, Does::Write), Room::Yes);
            flight.start(now);
            flight.end();
            flight.answered(now + 0.05, Does::Write);
        }
        assert_eq!(flight.window(), 8);
    }

    #[test]
    fn failures_that_go_on_halve_and_single_ones_do_not() {
        let mut flight = Flight::new(Some(8));
        for call in 0..100 {
            let now = f64::from(call);
            if call % 4 == 1 { flight.failed(now) } else { flight.answered(now, Does::Write) }
        }
        assert_eq!(flight.window(), 8, "one in four is not yet a reason");
        (0..50).for_each(|call| flight.failed(200.0 + f64::from(call)));
        assert_eq!(flight.window(), 1);
        assert!(run(&mut flight, 0.020, 250.0, 251.0) == 8, "and it comes back");
    }
}

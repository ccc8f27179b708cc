//! Learns a fixed window from refusals that name a wait: how many calls it takes, how long it is, when it ends.
//!
//! A refusal tells the end of its window (rounded up to a second) and, with the calls taken since its beginning,
//! its size. From then on a window gets its calls at once and no more; now and then one call more asks whether
//! the limit has grown. Nothing leaves within a window that is known to be full.

use super::metered::Refused;

/// Waits are rounded up to whole seconds, so ends that differ by less are the same.
const ROUNDING: f64 = 1.2;
/// Lengths that people choose, in seconds.
const USUAL: [f64; 16] =
    [1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 12.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 3600.0];
/// No window is longer: a longer wait ends the run.
const LONGEST: f64 = 3600.0;
/// Calls between two questions whether the limit has grown; of a window from an earlier run.
const CALLS_PER_PROBE: f64 = 100.0;
const CALLS_PER_PROBE_TRUSTED: f64 = 800.0;
/// But no more windows than calls per probe over this, since a size that was taken for too small has few calls.
const WINDOWS_OF_PROBE: f64 = 10.0;
/// Beyond its known size a window gets eight calls at once, or so many in one that it took, since each may be refused.
const CALLS_PER_REFUSED: f64 = 32.0;
/// A window that took less than this part is believed when the next one does so too.
const HALF: f64 = 0.5;

/// Whether the window has a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    Yes,
    Wait,
    At(f64),
}

/// The learner of a window; times are seconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Windowed {
    /// Calls that a window takes, and what was known of that when the current one began.
    calls: f64,
    known: f64,
    period: Option<f64>,
    /// When the current window ends, if that is known; never too early by more than a rounding.
    ends: Option<f64>,
    /// The first end that was told, and the windows since.
    anchor: Option<(f64, f64)>,
    /// Calls started in this window and not refused, and those taken.
    used: f64,
    taken: f64,
    full: bool,
    /// A call of this window was taken.
    scouted: bool,
    /// The sequence of the first call that belongs to this window.
    first: u64,
    /// The end of this window was not the one that was expected.
    shifted: bool,
    probing: bool,
    since_probe: f64,
    windows_since_probe: f64,
    per_probe: f64,
    share: f64,
    /// The window before took far less than is known, and this one does.
    small: bool,
    now_small: bool,
}

impl Windowed {
    /// Begins with the refusal that ended the first window; `next` is the sequence of the next call.
    pub(super) fn new(refused: &Refused, told: f64, next: u64, share: f64) -> Windowed {
        let ends = refused.now + told;
        let calls = refused.taken.max(1.0);
        Windowed {
            calls,
            known: calls,
            ends: Some(ends),
            anchor: Some((ends, 0.0)),
            used: refused.taken,
            taken: refused.taken,
            full: true,
            scouted: true,
            first: next,
            per_probe: CALLS_PER_PROBE,
            share,
            ..Windowed::default()
        }
    }

    /// Begins with what an earlier run learned.
    pub(super) fn learned(calls: f64, period: f64, share: f64, trusted: bool) -> Windowed {
        let calls = calls.max(1.0);
        Windowed {
            calls,
            known: calls,
            period: Some(period.clamp(0.1, LONGEST)),
            per_probe: if trusted { CALLS_PER_PROBE_TRUSTED } else { CALLS_PER_PROBE },
            share,
            ..Windowed::default()
        }
    }

    pub(super) fn calls(&self) -> f64 {
        self.calls
    }

    pub(super) fn period(&self) -> Option<f64> {
        self.period
    }

    /// Seconds to the end of the window, as far as it is known.
    pub(super) fn left(&self, now: f64) -> Option<f64> {
        self.ends.map(|ends| ends - now).filter(|left| *left > 0.0)
    }

    /// Calls that one window gets.
    pub(super) fn allowance(&self) -> f64 {
        (self.calls * self.share).floor().max(1.0)
    }

    /// Whether one more call may start; `next` is its sequence.
    pub(super) fn place(&mut self, now: f64, next: u64, in_flight: u32) -> Place {
        self.roll(now, next);
        let wait_for_end = match self.ends {
            Some(ends) => Place::At(ends),
            None => Place::Wait,
        };
        if self.full {
            return wait_for_end;
        }
        if !self.scouted {
            // A call of the window before may hang; it is not waited for.
            return if self.used == 0.0 || in_flight == 0 { Place::Yes } else { Place::Wait };
        }
        if self.used < self.allowance() {
            return Place::Yes;
        }
        if !self.probing {
            return wait_for_end;
        }
        // Beyond the known size few at once, and more as more are taken: each may be refused.
        let most = (self.taken / CALLS_PER_REFUSED).max(8.0);
        let beyond = ((self.taken - self.known * self.share) / 8.0).clamp(1.0, most);
        if f64::from(in_flight) < beyond.floor() { Place::Yes } else { Place::Wait }
    }

    pub(super) fn start(&mut self, now: f64) {
        if self.ends.is_none() && self.used == 0.0 {
            self.ends = self.period.map(|period| now + period);
        }
        self.used += 1.0;
    }

    pub(super) fn accepted(&mut self, sequence: u64) {
        if sequence < self.first {
            return;
        }
        self.scouted = true;
        self.taken += 1.0;
        if self.taken > self.calls {
            self.calls = self.taken;
        }
    }

    /// A call got no answer: it may have been taken, and it was no scout.
    pub(super) fn lost(&mut self, sequence: u64) {
        self.scouted |= sequence >= self.first;
    }

    /// A refusal; `told` is the wait that came with it.
    pub(super) fn refused(&mut self, refused: &Refused, told: f64, sequence: u64) {
        let ends = refused.now + told;
        if sequence < self.first {
            return;
        }
        self.used = (self.used - 1.0).max(0.0);
        // A remembered window begins wherever the run begins; where it ends too early, only its end is learned.
        let shifted = self.anchor.is_none() && self.ends.is_some_and(|known| (known - ends).abs() > ROUNDING);
        if self.scouted && !self.shifted && !shifted {
            self.shrink();
        }
        self.shifted |= shifted;
        if !self.full {
            self.full = true;
            self.measure(ends);
        }
        (self.since_probe, self.windows_since_probe) = (0.0, 0.0);
        self.ends = match self.ends {
            // Both are late by a part of a second; the earlier one is nearer.
            Some(known) if (known - ends).abs() <= ROUNDING => Some(known.min(ends)),
            _ => Some(ends),
        };
    }

    /// Takes what this window took for the size of all: where it is far less, only if the window before says so too, since
    /// it may be what others left, or the rest of a window that slides.
    fn shrink(&mut self) {
        let small = self.used < self.calls * HALF && self.period.is_some();
        if !small || self.small {
            self.calls = self.used.max(1.0);
        }
        self.now_small |= small;
    }

    /// The length, from the ends of two windows and the number of windows between.
    fn measure(&mut self, ends: f64) {
        let Some((first, windows)) = self.anchor else {
            self.anchor = Some((ends, 0.0));
            return;
        };
        if windows < 1.0 || !self.scouted {
            return;
        }
        let measured = (ends - first) / windows;
        if measured > LONGEST {
            (self.anchor, self.period) = (Some((ends, 0.0)), None);
            return;
        }
        let usual = USUAL.iter().find(|usual| (*usual - measured).abs() <= (1.05 / windows).max(0.01));
        match (usual, self.period) {
            (Some(usual), _) => self.period = Some(*usual),
            (None, Some(period)) if (measured / period - 1.0).abs() > 0.3 => {
                // The windows do not follow each other as was thought: begin again from here.
                (self.anchor, self.period) = (Some((ends, 0.0)), None);
            }
            (None, _) => self.period = Some(measured + 0.5 / windows),
        }
    }

    fn roll(&mut self, now: f64, next: u64) {
        let Some(ends) = self.ends.filter(|ends| *ends <= now) else { return };
        let passed = self.period.map_or(1.0, |period| ((now - ends) / period).floor() + 1.0);
        self.ends = self.period.map(|period| ends + passed * period);
        if let Some((_, windows)) = &mut self.anchor {
            *windows += passed;
        }
        self.since_probe += self.used;
        self.windows_since_probe += passed;
        let long = self.windows_since_probe * CALLS_PER_PROBE >= self.per_probe * WINDOWS_OF_PROBE;
        let due = (self.since_probe >= self.per_probe || long) && self.share >= 1.0;
        self.probing = due || self.period.is_none();
        (self.used, self.taken, self.full, self.scouted) = (0.0, 0.0, false, false);
        self.known = self.calls;
        self.first = next;
        self.shifted = false;
        self.small = std::mem::take(&mut self.now_small);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows of `size` calls and `period` seconds, one call at a time; returns refusals by window.
    fn refusals(learner: &mut Windowed, size: u32, period: f64, end: f64) -> Vec<u32> {
        let (mut now, mut sequence) = (learner.ends.unwrap_or(0.0), 1000);
        let (mut window, mut used) = (0.0, 0);
        let mut refused = vec![0; (end / period) as usize + 1];
        while now < end {
            match learner.place(now, sequence, 0) {
                Place::At(then) => now = then.max(now),
                Place::Wait => panic!("nothing is in flight"),
                Place::Yes => {
                    learner.start(now);
                    let number = (now / period).floor();
                    if number != window {
                        (window, used) = (number, 0);
                    }
                    now += 0.01;
                    if used < size {
                        used += 1;
                        learner.accepted(sequence);
                    } else {
                        let told = ((number + 1.0) * period - now).ceil();
                        let refusal = Refused {
                            now,
                            started: now - 0.01,
                            taken: 0.0,
                            after: 0.0,
                            told: None,
                            chance: 0.0,
                        };
                        refused[number as usize] += 1;
                        learner.refused(&refusal, told, sequence);
                    }
                    sequence += 1;
                }
            }
        }
        refused
    }

    fn first(taken: f64, now: f64) -> Refused {
        Refused { now, started: now, taken, after: 0.0, told: None, chance: 0.0 }
    }

    #[test]
    fn size_and_length_are_known_after_the_first_whole_window() {
        let mut learner = Windowed::new(&first(37.0, 20.3), 40.0, 0, 1.0);
        let refused = refusals(&mut learner, 50, 60.0, 660.0);
        assert_eq!((learner.calls(), learner.period()), (50.0, Some(60.0)));
        assert!(refused.iter().all(|refused| *refused <= 1), "{refused:?}");
        assert!(refused.iter().sum::<u32>() <= 6, "{refused:?}");
    }

    #[test]
    fn a_learned_window_needs_no_refusal() {
        let mut learner = Windowed::learned(50.0, 60.0, 1.0, true);
        assert_eq!(refusals(&mut learner, 50, 60.0, 600.0).iter().sum::<u32>(), 0);
    }

    #[test]
    fn a_larger_limit_is_found_by_one_call_and_used_at_once() {
        let mut learner = Windowed::new(&first(50.0, 1.0), 59.0, 0, 1.0);
        refusals(&mut learner, 50, 60.0, 180.0);
        refusals(&mut learner, 100, 60.0, 420.0);
        assert_eq!(learner.calls(), 100.0);
    }

    #[test]
    fn headroom_takes_a_part_of_each_window() {
        assert_eq!(Windowed::learned(50.0, 60.0, 0.7, true).allowance(), 35.0);
    }
}

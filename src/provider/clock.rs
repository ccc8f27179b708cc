//! What time it is at the provider, by the `Date` of its replies (RFC 9110, 6.6.1).
//!
//! A date is a whole second, while a limit's window may last but one: taken as it stands, it would make every moment
//! that is told seem up to a second further away. So each reply bounds how far the provider's clock is ahead of ours,
//! and ours tells the part of the second as long as no reply contradicts it.

use std::cell::Cell;

use jiff::Timestamp;

/// Now, in seconds since 1970 by this machine's clock.
pub(super) fn local_now() -> f64 {
    Timestamp::now().as_microsecond() as f64 / 1e6
}

/// Clocks that are set over the network agree to so many seconds.
const AGREE: f64 = 0.02;

/// Seconds by which the provider's clock is ahead of ours: at least, and less than.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    least: f64,
    below: f64,
}

impl Ahead {
    const UNKNOWN: Ahead = Ahead { least: f64::NEG_INFINITY, below: f64::INFINITY };

    /// Where it contradicts what was known, one of the clocks was set: the newest word counts.
    fn narrowed(self, by: Ahead) -> Ahead {
        let both = Ahead { least: self.least.max(by.least), below: self.below.min(by.below) };
        if both.least < both.below { both } else { by }
    }

    /// Rather too little than too much: a moment is then waited for longer, and no call comes too early.
    fn seconds(self) -> f64 {
        if self.least <= 0.0 && 0.0 < self.below { self.least.max(-AGREE) } else { self.least }
    }
}

/// The provider's clock, as far as it is known.
#[derive(Debug)]
pub(super) struct TheirClock(Cell<Ahead>);

impl TheirClock {
    pub(super) fn new() -> TheirClock {
        TheirClock(Cell::new(Ahead::UNKNOWN))
    }

    /// Their time now that a reply came to what was sent then; by our own clock where it has no date.
    pub(super) fn when_came(&self, date: Option<f64>, sent: f64) -> f64 {
        let came = local_now();
        date.map_or(came, |date| self.heed(date, sent, came))
    }

    /// All in seconds since 1970, `sent` and `came` by our clock.
    fn heed(&self, date: f64, sent: f64, came: f64) -> f64 {
        let told = Ahead { least: date - came, below: date + 1.0 - sent };
        self.0.set(self.0.get().narrowed(told));
        came + self.0.get().seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clock after a reply at each of these moments of theirs, with ours behind by so much and a way of 20 ms.
    fn error(ahead: f64, moments: &[f64]) -> f64 {
        let clock = TheirClock::new();
        let errors = moments.iter().map(|theirs| {
            let (sent, came) = (theirs - ahead - 0.01, theirs - ahead + 0.01);
            clock.heed(theirs.floor(), sent, came) - (theirs + 0.01)
        });
        errors.last().expect("some moments")
    }

    #[test]
    fn a_clock_that_goes_right_tells_the_part_of_a_second() {
        assert!((error(0.0, &[1000.6]) + AGREE).abs() < 1e-6);
        assert!((error(0.0, &[1000.995, 1001.3]) + AGREE).abs() < 1e-6, "a second that ends on the way");
    }

    #[test]
    fn a_clock_that_goes_wrong_is_found_out_and_then_waits_rather_longer() {
        for ahead in [-7200.0, -0.4, 0.4, 7200.0] {
            // One is sent at the very beginning of what ours takes for their second.
            let error = error(ahead, &[1000.3, 1001.01 + ahead, 1001.5]);
            assert!((-1.0..=0.0).contains(&(error - 1e-6)), "{ahead}: {error}");
        }
    }

    #[test]
    fn a_clock_that_is_set_counts_as_it_is_now() {
        let clock = TheirClock::new();
        clock.heed(1000.0, 1000.4, 1000.5);
        assert_eq!(clock.heed(1600.0, 1000.6, 1000.7), 1600.0);
        assert_eq!(clock.heed(1001.0, 1001.1, 1001.2), 1001.2 - AGREE);
    }
}

//! One cycle at a known rate: a pace that begins a little below it and ends a little above.
//!
//! What the bucket banks in the first half is used in the second, so that the one refusal at the end, which
//! measures the rate anew, costs nothing.

use super::metered::Refused;

/// A pause while cruising, in spacings: one token to be missed, and one to spare.
pub(super) const PAUSE: f64 = 2.5;
/// A cycle that has no refusal by so many times its length is at a limit that has grown.
const LATEST: f64 = 1.6;

/// So is one that lasts so many seconds, with so many calls: a slow rate has few, and may be slow by mistake.
const LONGEST: f64 = 60.0;
const LONGEST_DOUBTFUL: f64 = 5.0;
const LEAST_CALLS: f64 = 8.0;

/// How one cycle goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cruise {
    /// The rate as measured.
    pub(super) rate: f64,
    /// It begins so much below the rate and ends so much above.
    spread: f64,
    /// Calls from the begin to the end.
    pub(super) span: f64,
    calls: f64,
    /// All calls, and when the first of them started.
    sent: f64,
    began: f64,
    last: f64,
}

impl Cruise {
    pub(super) fn new(rate: f64, spread: f64, span: f64) -> Cruise {
        Cruise { rate, spread, span, calls: 0.0, sent: 0.0, began: 0.0, last: 0.0 }
    }

    /// Counts a call; `unused` is the time that the client let pass before it.
    pub(super) fn start(&mut self, now: f64, unused: f64) {
        if self.sent == 0.0 {
            self.began = now;
        }
        self.sent += 1.0;
        self.last = now;
        // Only calls that had to wait for the grid say anything of the limit.
        self.calls += f64::from(unused <= 0.0);
    }

    /// Whether it went on so long without a refusal that the limit must have grown.
    /// Where its rate is doubtful, sooner.
    pub(super) fn is_over(&self, share: f64, doubtful: bool) -> bool {
        let (longest, least) = if doubtful { (LONGEST_DOUBTFUL, 2.0) } else { (LONGEST, LEAST_CALLS) };
        let long = self.last - self.began > longest && self.calls >= least;
        (self.calls > self.span * LATEST || long) && !self.steady(share)
    }

    /// Whether a refusal now would come too early for the rate to be right.
    pub(super) fn is_young(&self) -> bool {
        self.calls < self.span / 4.0
    }

    /// With headroom, a rate that is well known is kept and not probed.
    fn steady(&self, share: f64) -> bool {
        share < 1.0 && self.spread <= 0.03
    }

    /// The rate of a bucket that was full when the cycle began and is empty now.
    pub(super) fn rate_from_full(&self, refused: &Refused, burst: f64) -> f64 {
        let taken = self.sent - refused.after - 1.0;
        if taken < 2.0 * burst {
            return self.rate * 0.9;
        }
        let rate = (taken - burst) / (refused.started - self.began).max(1e-3);
        rate.clamp(self.rate * 0.5, self.rate)
    }

    /// The pace of the next call: a line through the rate.
    pub(super) fn pace(&self, share: f64) -> f64 {
        if self.steady(share) {
            return self.rate * share;
        }
        let along = self.calls / self.span;
        // The tokens of the pause are used up along the way.
        self.rate * (1.0 + PAUSE / self.span + self.spread * (2.0 * along - 1.0))
    }
}

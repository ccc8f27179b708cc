//! An even spacing of starts that makes up for late wake-ups, but never by much.
//!
//! Timers are coarse: whoever only waits a spacing after the last start falls behind with every late timer.
//! Here the grid of starts runs on, and may be behind the clock by `slack` at most.

/// A grid of starts; times and spacings are seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    spacing: f64,
    slack: f64,
    next: f64,
}

impl Slots {
    pub(super) fn new(spacing: f64, slack: f64) -> Slots {
        Slots { spacing, slack, next: 0.0 }
    }

    /// When the next start is free.
    pub(super) fn opens(&self) -> f64 {
        self.next
    }

    /// Takes a slot; returns how much of the grid went by unused.
    pub(super) fn take(&mut self, now: f64) -> f64 {
        let from = self.next.max(now - self.slack);
        let unused = from - self.next;
        self.next = from + self.spacing;
        unused
    }

    /// Changes the spacing of all starts after the one that was taken last.
    pub(super) fn respace(&mut self, spacing: f64, slack: f64) {
        self.next += spacing - self.spacing;
        (self.spacing, self.slack) = (spacing, slack);
    }

    /// Lets the first start of a run leave at once.
    pub(super) fn begin(&mut self) {
        self.next = 0.0;
    }

    /// Counts the spacing from now on.
    pub(super) fn begin_from(&mut self, now: f64) {
        self.next = self.next.max(now + self.spacing);
    }

    /// Leaves the grid empty until then.
    pub(super) fn clear_until(&mut self, then: f64) {
        self.next = self.next.max(then);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_start_is_made_up_for_within_the_slack() {
        let mut slots = Slots::new(1.0, 0.5);
        let mut starts = Vec::new();
        for late in [0.0, 0.3, 0.0, 5.0, 0.0] {
            let now = slots.opens() + late;
            slots.take(now);
            starts.push(now);
        }
        assert_eq!(starts[..3], [0.0, 1.3, 2.0], "0.3 late, then on the grid again");
        assert_eq!(starts[4] - starts[3], 0.5, "5 late is more than the slack");
    }

    #[test]
    fn a_new_spacing_counts_from_the_last_start() {
        let mut slots = Slots::new(10.0, 0.0);
        slots.take(4.0);
        slots.respace(1.0, 0.0);
        assert_eq!(slots.opens(), 5.0);
        slots.clear_until(7.0);
        assert_eq!(slots.opens(), 7.0);
    }
}

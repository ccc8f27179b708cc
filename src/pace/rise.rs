//! The rise to an unknown rate: step by step, each as long as an answer takes, until a call is refused.
//!
//! The steps are kept, so that the one refusal at the end tells the rate even where the bucket was full at the
//! beginning and spilled for a while.

/// The longest list of steps: from one an hour to ten million a second.
const STEPS: usize = 64;
/// A step that a single call filled may grow so much; one that lasted a round trip, less.
const QUICK: f64 = 2.0;
const STEADY: f64 = 1.5;

#[derive(Debug, Clone, Copy)]
struct Step {
    from: f64,
    sent: f64,
}

/// A rising pace; times are seconds.
#[derive(Debug, Clone)]
pub(super) struct Rise {
    pace: f64,
    /// The shortest step.
    least: f64,
    /// Growth by single calls is allowed.
    quick: bool,
    steps: Vec<Step>,
}

impl Rise {
    /// From a pace that an empty bucket has just kept up with.
    pub(super) fn from(pace: f64) -> Rise {
        Rise { pace, least: 0.0, quick: true, steps: Vec::new() }
    }

    /// After a pause of `told` seconds for a bucket that held `burst`: slowly, since a refusal costs that pause again.
    pub(super) fn after_pause(burst: f64, told: f64) -> Rise {
        Rise { pace: burst / told.max(0.05), least: told / 10.0, quick: false, steps: Vec::new() }
    }

    pub(super) fn pace(&self) -> f64 {
        self.pace
    }

    /// Counts a call; returns the pace of the next.
    pub(super) fn start(&mut self, now: f64, trip: f64) -> f64 {
        match self.steps.last_mut() {
            None => self.steps.push(Step { from: now, sent: 1.0 }),
            Some(step) => {
                step.sent += 1.0;
                let needed = if self.quick { 1.0 } else { 2.0 };
                if step.sent >= needed && now - step.from >= self.least.max(1.2 * trip) {
                    let single = self.quick && step.sent <= 2.0;
                    self.pace *= if single { QUICK } else { STEADY };
                    self.next_step(now);
                }
            }
        }
        self.pace
    }

    fn next_step(&mut self, now: f64) {
        if self.steps.len() < STEPS {
            self.steps.push(Step { from: now, sent: 0.0 });
        }
    }

    /// The rate of a bucket, full at the beginning, that these steps emptied at `end`.
    pub(super) fn rate(&self, end: f64, burst: f64) -> f64 {
        let (mut low, mut high) = (0.0, self.pace * 2.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if self.empties(end, burst, middle) { low = middle } else { high = middle }
        }
        low
    }

    fn empties(&self, end: f64, burst: f64, rate: f64) -> bool {
        let mut level = burst;
        for (at, step) in self.steps.iter().enumerate() {
            let until = self.steps.get(at + 1).map_or(end, |next| next.from);
            level = (level + rate * (until - step.from).max(0.0) - step.sent).min(burst);
            if level < 1.0 {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refusal_tells_the_rate_of_a_bucket_that_was_full() {
        for rate in [30.0, 80.0, 200.0, 900.0] {
            let mut rise = Rise::after_pause(20.0, 1.0);
            let (mut now, mut level, mut last) = (1.0, 20.0f64, 1.0);
            loop {
                level = (level + rate * (now - last)).min(20.0);
                if level < 1.0 {
                    break;
                }
                level -= 1.0;
                last = now;
                now += 1.0 / rise.start(now, 0.001);
            }
            let found = rise.rate(now, 20.0);
            assert!((found / rate - 1.0).abs() < 0.15, "{found} for {rate}");
        }
    }

    #[test]
    fn it_rises_no_faster_than_answers_come() {
        let mut rise = Rise::from(100.0);
        let mut now = 0.0;
        while now < 0.1 {
            now += 1.0 / rise.start(now, 0.020);
        }
        assert!(rise.pace() < 1000.0, "{}", rise.pace());
    }
}

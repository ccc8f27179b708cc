//! The rise to an unknown rate: step by step, each as long as an answer takes, until a call is refused.
//!
//! The steps are kept, so that the one refusal at the end tells the rate even where the bucket was full at the
//! beginning and spilled for a while.

use super::metered::Refused;

/// The longest list of steps: from one an hour to ten million a second.
const STEPS: usize = 64;
/// A step that a single call filled may grow so much; one that lasted a round trip, less.
const QUICK: f64 = 2.0;
const STEADY: f64 = 1.35;
/// A step in which the client let more than this part of the time pass does not grow.
const IDLE: f64 = 0.5;

#[derive(Debug, Clone, Copy)]
struct Step {
    from: f64,
    sent: f64,
    /// Time in which the client could have sent and did not.
    idle: f64,
}

impl Step {
    fn new(from: f64, sent: f64) -> Step {
        Step { from, sent, idle: 0.0 }
    }
}

/// A rising pace; times are seconds.
#[derive(Debug, Clone)]
pub(super) struct Rise {
    pace: f64,
    /// The shortest step.
    least: f64,
    /// A rate that the bucket is known to have.
    floor: f64,
    /// When the bucket was empty; `None` if it was full at the beginning.
    empty_at: Option<f64>,
    steps: Vec<Step>,
}

impl Rise {
    /// From a pace that a bucket, empty at `empty_at`, has just kept up with by giving one call.
    pub(super) fn from(pace: f64, empty_at: f64) -> Rise {
        let first = Step::new(empty_at, 1.0);
        Rise { pace, least: 0.0, floor: 0.0, empty_at: Some(empty_at), steps: vec![first] }
    }

    /// After a pause of `told` seconds for a bucket that held `burst`: slowly, since a refusal costs that pause again.
    pub(super) fn after_pause(burst: f64, told: f64) -> Rise {
        Rise {
            pace: burst / told.max(0.05),
            least: told / 20.0,
            floor: 0.0,
            empty_at: None,
            steps: Vec::new(),
        }
    }

    /// From a pace that a bucket has kept up with for so long that it must be full; steps take `least` seconds.
    pub(super) fn from_full(pace: f64, least: f64) -> Rise {
        Rise { pace, least, floor: pace * 0.98, empty_at: None, steps: Vec::new() }
    }

    /// A call of it has started.
    pub(super) fn begun(&self) -> bool {
        !self.steps.is_empty()
    }

    pub(super) fn pace(&self) -> f64 {
        self.pace
    }

    /// Counts a call; returns the pace of the next. `unused` is the time that the client let pass before it.
    pub(super) fn start(&mut self, now: f64, trip: f64, unused: f64) -> f64 {
        let quick = self.empty_at.is_some();
        match self.steps.last_mut() {
            None => self.steps.push(Step::new(now, 1.0)),
            Some(step) => {
                step.sent += 1.0;
                step.idle += unused.max(0.0);
                let needed = if quick { 1.0 } else { 2.0 };
                if step.sent >= needed && now - step.from >= self.least.max(1.2 * trip) {
                    let single = quick && step.sent <= 1.0;
                    // Where the client itself was slower, the pace was not tried.
                    let tried = step.idle < IDLE * (now - step.from);
                    self.pace *= match single {
                        _ if !tried => 1.0,
                        true => QUICK,
                        false => STEADY,
                    };
                    self.next_step(now);
                }
            }
        }
        self.pace
    }

    fn next_step(&mut self, now: f64) {
        if self.steps.len() < STEPS {
            self.steps.push(Step::new(now, 0.0));
        }
    }

    /// The rate of a bucket that these steps emptied, when it once gave `burst` calls in `burst_time` seconds.
    pub(super) fn rate(&self, refused: &Refused, burst: f64, burst_time: f64) -> f64 {
        let (mut low, mut high) = (0.0, self.pace * 2.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            let size = (burst - middle * burst_time).max(1.0);
            if self.empties(refused, size, middle) { low = middle } else { high = middle }
        }
        low.max(self.floor)
    }

    /// Whether a bucket of that size and rate is empty when the refused call comes.
    fn empties(&self, refused: &Refused, size: f64, rate: f64) -> bool {
        let mut level = if self.empty_at.is_some() { 0.0 } else { size };
        let sent: f64 = self.steps.iter().map(|step| step.sent).sum();
        let mut left = sent - refused.after - 1.0;
        for (at, step) in self.steps.iter().enumerate() {
            let until = self.steps.get(at + 1).map_or(refused.started, |next| next.from.min(refused.started));
            let sent = step.sent.min(left.max(0.0));
            left -= sent;
            level = (level + rate * (until - step.from).max(0.0) - sent).min(size);
            if level < 0.0 {
                return true;
            }
        }
        level < 1.0
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
                now += 1.0 / rise.start(now, 0.001, 0.0);
            }
            let refused = Refused { now, started: now, taken: 0.0, after: 0.0, told: None, chance: 0.0 };
            rise.start(now, 0.001, 0.0);
            let found = rise.rate(&refused, 20.0, 0.0);
            assert!((found / rate - 1.0).abs() < 0.15, "{found} for {rate}");
        }
    }

    #[test]
    fn it_rises_no_faster_than_answers_come() {
        let mut rise = Rise::from(100.0, 0.0);
        let mut now = 0.0;
        while now < 0.1 {
            now += 1.0 / rise.start(now, 0.020, 0.0);
        }
        assert!(rise.pace() < 1000.0, "{}", rise.pace());
    }
}

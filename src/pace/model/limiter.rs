//! A modelled provider's limiter. It must not share code with the learner.

use std::collections::VecDeque;
use std::time::Duration;

use crate::provider::Limits;

/// What limits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Bucket {
        rate: f64,
        burst: f64,
    },
    Window {
        calls: f64,
        period: f64,
    },
    /// So many in any stretch of that length.
    Sliding {
        calls: usize,
        period: f64,
    },
    /// So many at once, each of which takes about so many seconds.
    AtOnce {
        calls: usize,
        seconds: f64,
    },
    /// No limit but for a time in which every call is refused.
    Outage {
        from: f64,
        to: f64,
    },
    Unlimited,
}

/// What a 429 says of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wait {
    Nothing,
    Fixed(f64),
    /// Until a call may pass, in whole seconds.
    Honest,
    /// Until a call may pass, to the millisecond.
    Exact,
}

/// The limiter's settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) shape: Shape,
    pub(super) wait: Wait,
    /// Every answer carries `X-RateLimit-*`; of a bucket, the tokens that are left.
    pub(super) headers: bool,
    /// From this time on, the limit is this many times as high.
    pub(super) change: Option<(f64, f64)>,
    /// Another client takes this part of each window from then on.
    pub(super) rival: Option<(f64, f64)>,
    /// Where in its window the run begins, in seconds.
    pub(super) phase: f64,
}

/// The limiter's memory.
#[derive(Debug)]
pub(super) struct Limiter {
    settings: Settings,
    level: f64,
    seen: f64,
    window: f64,
    used: f64,
    /// The newest calls that were taken, of a window that slides.
    taken: VecDeque<f64>,
    /// The ends of calls that are being served, where that takes time, and how many were.
    serving: Vec<f64>,
    served: u32,
}

impl Limiter {
    pub(super) fn new(settings: Settings) -> Limiter {
        let level = match settings.shape {
            Shape::Bucket { burst, .. } => burst,
            _ => 0.0,
        };
        Limiter {
            settings,
            level,
            seen: 0.0,
            window: 0.0,
            used: 0.0,
            taken: VecDeque::new(),
            serving: Vec::new(),
            served: 0,
        }
    }

    /// The limit now, in parts of the first one.
    fn change(&self, now: f64) -> f64 {
        self.settings.change.filter(|(from, _)| now >= *from).map_or(1.0, |(_, by)| by)
    }

    /// What is left of it for us: a rival is as quick as we are and takes its part at once.
    fn factor(&self, now: f64) -> f64 {
        let rival = self.settings.rival.filter(|(from, _)| now >= *from).map_or(0.0, |(_, part)| part);
        self.change(now) * (1.0 - rival)
    }

    /// Judges a call that arrives at `now`: whether it is taken, and what the answer says.
    pub(super) fn judge(&mut self, now: f64) -> (bool, Limits) {
        let factor = self.factor(now);
        match self.settings.shape {
            Shape::Unlimited => (true, Limits::default()),
            Shape::Outage { from, to } => {
                self.answer(!(from..to).contains(&now), to - now, Limits::default())
            }
            Shape::AtOnce { calls, seconds } => {
                self.serving.retain(|end| *end > now);
                let taken = self.serving.len() < (calls as f64 * factor) as usize;
                if taken {
                    self.served += 1;
                    // Evenly spread between a half and one and a half.
                    let part = 0.5 + (f64::from(self.served) * 0.618_034).fract();
                    self.serving.push(now + seconds * part);
                }
                self.answer(taken, seconds, Limits::default())
            }
            Shape::Bucket { rate, burst } => {
                let rate = rate * factor;
                self.level = (self.level + rate * (now - self.seen)).min(burst);
                self.seen = now;
                let taken = self.level >= 1.0;
                self.level -= f64::from(taken);
                let tokens = self.settings.headers.then_some(self.level as u64);
                self.answer(taken, (1.0 - self.level) / rate, Limits { tokens, ..Limits::default() })
            }
            Shape::Window { calls, period } => {
                let number = ((now + self.settings.phase) / period).floor();
                if number != self.window {
                    (self.window, self.used) = (number, 0.0);
                }
                let limit = (calls * self.change(now)).floor();
                let calls = (calls * factor).floor();
                let taken = self.used < calls;
                self.used += f64::from(taken);
                let reset = (number + 1.0) * period - self.settings.phase - now;
                let limits = match self.settings.headers {
                    false => Limits::default(),
                    true => Limits {
                        limit: Some(limit as u64),
                        remaining: Some((calls - self.used).max(0.0) as u64),
                        reset: Some(Duration::from_secs_f64(reset.ceil())),
                        ..Limits::default()
                    },
                };
                self.answer(taken, reset, limits)
            }
            Shape::Sliding { calls, period } => {
                while self.taken.front().is_some_and(|at| *at <= now - period) {
                    self.taken.pop_front();
                }
                let taken = self.taken.len() < calls;
                if taken {
                    self.taken.push_back(now);
                }
                let wait = self.taken.front().map_or(0.0, |at| at + period - now);
                self.answer(taken, wait, Limits::default())
            }
        }
    }

    /// When the answer to the call that was just taken is ready.
    pub(super) fn ready(&self, now: f64) -> f64 {
        self.serving.last().copied().unwrap_or(now)
    }

    fn answer(&mut self, taken: bool, wait: f64, limits: Limits) -> (bool, Limits) {
        let wait = match self.settings.wait {
            _ if taken => None,
            Wait::Nothing => None,
            Wait::Fixed(wait) => Some(wait),
            Wait::Honest => Some(wait.ceil().max(1.0)),
            Wait::Exact => Some((wait * 1000.0).ceil() / 1000.0),
        };
        (taken, Limits { retry_after: wait.map(Duration::from_secs_f64), ..limits })
    }

    /// The shortest time in which so many calls can be taken by somebody who knows everything.
    pub(super) fn ideal(&self, calls: f64) -> f64 {
        match self.settings.shape {
            Shape::Unlimited => 0.0,
            Shape::Outage { from, to } => to - from,
            Shape::AtOnce { calls: size, seconds } => calls / size as f64 * seconds,
            Shape::Sliding { calls: size, period } => ((calls / size as f64).ceil() - 1.0) * period,
            Shape::Bucket { rate, .. } => {
                let (from, by) = self
                    .settings
                    .change
                    .or(self.settings.rival.map(|(from, part)| (from, 1.0 - part)))
                    .unwrap_or((f64::INFINITY, 1.0));
                let before = rate * from.min(calls / rate);
                before / rate + (calls - before) / (rate * by)
            }
            Shape::Window { calls: size, period } => {
                let (mut left, mut number, mut begins) = (calls, 0.0, 0.0);
                loop {
                    left -= (size * self.factor(begins)).floor();
                    if left <= 0.0 {
                        return begins;
                    }
                    number += 1.0;
                    begins = number * period - self.settings.phase;
                }
            }
        }
    }
}

//! When the next call may leave: one gate for all workers of a run.
//!
//! Pure: time is given in, as the time since the run began. It holds the most calls in flight, an even
//! spacing for `--rate`, the provider's own words (`Retry-After`, `X-RateLimit-*`), and after a 429 one
//! pause for everybody, a careful start, and half the window that was too much.

use std::time::Duration;

use crate::provider::Limits;

/// Calls in flight at the start when nothing is said.
pub const START_IN_FLIGHT: u32 = 8;
/// A pause longer than this ends the run instead (the same command goes on later).
pub const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// The first pause after a 429 that says nothing of time; it triples with each burst without a success.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_BLIND_PAUSE: Duration = Duration::from_secs(60);
/// The spacing of a rate is this much wider, so that a jitter of the network does not cross it.
const SPACING_MARGIN: f64 = 1.01;

/// A cap of the user's own, `--rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cap {
    pub calls: u32,
    pub per: Duration,
}

/// Whether a call may start now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gate {
    Open,
    /// Not before this time.
    At(Duration),
    /// When another call has ended.
    Full,
}

/// Proof that a call was let through; it comes back with the call's end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ticket {
    started: Duration,
}

/// How a call ended, as far as pacing is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ended {
    /// An answer of any kind but a limit.
    Answered(Limits),
    /// 429 in any shape.
    Limited(Limits),
    /// No answer.
    Silent,
}

/// What the end of a call changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    Nothing,
    /// All calls wait so long; the first of its burst.
    Paused(Duration),
    /// A 429 of a burst that is already paused for.
    AlreadyPaused,
    /// The provider asks for more patience than a run has.
    TooLong(Duration),
}

/// The gate's memory.
#[derive(Debug, Clone)]
pub struct Pace {
    most: f64,
    window: f64,
    threshold: f64,
    in_flight: u32,
    spacing: Option<Duration>,
    next_slot: Duration,
    closed_until: Duration,
    paused_at: Option<Duration>,
    bursts: u32,
    left: Option<Left>,
}

/// What the provider says is left of its window.
#[derive(Debug, Clone, Copy)]
struct Left {
    calls: u64,
    until: Duration,
}

impl Pace {
    /// `most` is the most calls in flight; `None` begins at [`START_IN_FLIGHT`].
    pub fn new(most: Option<u32>, cap: Option<Cap>) -> Pace {
        let most = f64::from(most.unwrap_or(START_IN_FLIGHT).max(1));
        Pace {
            most,
            window: most,
            threshold: most,
            in_flight: 0,
            spacing: cap.map(|cap| cap.per.mul_f64(SPACING_MARGIN) / cap.calls.max(1)),
            next_slot: Duration::ZERO,
            closed_until: Duration::ZERO,
            paused_at: None,
            bursts: 0,
            left: None,
        }
    }

    /// The most calls in flight.
    pub fn most(&self) -> usize {
        self.most as usize
    }

    pub fn gate(&mut self, now: Duration) -> Gate {
        let opens = self.closed_until.max(self.next_slot);
        if opens > now {
            return Gate::At(opens);
        }
        if self.in_flight >= self.window as u32 {
            return Gate::Full;
        }
        match self.left {
            Some(left) if left.until <= now => self.left = None,
            Some(left) if u64::from(self.in_flight) >= left.calls => {
                return if self.in_flight == 0 { Gate::At(left.until) } else { Gate::Full };
            }
            _ => {}
        }
        Gate::Open
    }

    /// Takes the place of one call; only after [`Gate::Open`] for the same `now`.
    pub fn start(&mut self, now: Duration) -> Ticket {
        self.in_flight += 1;
        if let Some(spacing) = self.spacing {
            self.next_slot = now + spacing;
        }
        Ticket { started: now }
    }

    /// Gives the place back. `chance` is between 0 and 1 and spreads blind pauses.
    pub fn end(&mut self, now: Duration, ticket: Ticket, ended: Ended, chance: f64) -> Change {
        self.in_flight = self.in_flight.saturating_sub(1);
        match ended {
            Ended::Silent => Change::Nothing,
            Ended::Answered(limits) => {
                self.bursts = 0;
                self.widen();
                self.heed(now, limits);
                Change::Nothing
            }
            Ended::Limited(limits) => self.limited(now, ticket, limits, chance),
        }
    }

    /// Forgets a call that was let through but never sent.
    pub fn forget(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn widen(&mut self) {
        let by = if self.window < self.threshold { 1.0 } else { 1.0 / self.window };
        self.window = (self.window + by).min(self.most);
    }

    /// Remembers what the provider says is left of its window.
    fn heed(&mut self, now: Duration, limits: Limits) {
        let (Some(remaining), Some(reset)) = (limits.remaining, limits.reset) else { return };
        let until = now + reset.min(LONGEST_PAUSE);
        let calls = match self.left {
            // Answers may come out of order; within one window the smallest number is the newest.
            Some(left) if left.until > now && until < left.until + Duration::from_millis(1500) => {
                left.calls.min(remaining)
            }
            _ => remaining,
        };
        self.left = Some(Left { calls, until });
    }

    fn limited(&mut self, now: Duration, ticket: Ticket, limits: Limits, chance: f64) -> Change {
        let same_burst = self.paused_at.is_some_and(|paused_at| ticket.started <= paused_at);
        let told = limits.retry_after.or(limits.reset);
        if !same_burst {
            self.threshold = (self.window / 2.0).max(1.0);
            self.window = 1.0;
            self.paused_at = Some(now);
            self.bursts += 1;
        }
        let pause = match told {
            Some(told) if told > LONGEST_PAUSE => return Change::TooLong(told),
            Some(told) => told.max(Duration::from_millis(50)) + Duration::from_millis(100).mul_f64(chance),
            None if same_burst => Duration::ZERO,
            None => blind_pause(self.bursts).mul_f64(1.0 + 0.25 * chance.clamp(0.0, 1.0)),
        };
        self.closed_until = self.closed_until.max(now + pause);
        if same_burst { Change::AlreadyPaused } else { Change::Paused(self.closed_until.saturating_sub(now)) }
    }
}

fn blind_pause(bursts: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(3u32.saturating_pow(bursts.saturating_sub(1))).min(LONGEST_BLIND_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn told(seconds: u64) -> Ended {
        Ended::Limited(Limits { retry_after: Some(Duration::from_secs(seconds)), ..Limits::default() })
    }

    const FINE: Ended =
        Ended::Answered(Limits { retry_after: None, limit: None, remaining: None, reset: None });
    const BLIND: Ended =
        Ended::Limited(Limits { retry_after: None, limit: None, remaining: None, reset: None });

    #[test]
    fn no_more_calls_are_in_flight_than_allowed() {
        let mut pace = Pace::new(Some(2), None);
        let first = pace.start(seconds(0));
        pace.start(seconds(0));
        assert_eq!(pace.gate(seconds(0)), Gate::Full);
        pace.end(seconds(1), first, FINE, 0.0);
        assert_eq!(pace.gate(seconds(1)), Gate::Open);
    }

    #[test]
    fn a_rate_is_spaced_evenly() {
        let mut pace = Pace::new(None, Some(Cap { calls: 60, per: seconds(60) }));
        pace.start(seconds(5));
        assert_eq!(pace.gate(seconds(5)), Gate::At(Duration::from_millis(6010)));
        assert_eq!(pace.gate(seconds(7)), Gate::Open);
    }

    #[test]
    fn retry_after_closes_the_gate_for_all_and_a_burst_halves_once() {
        let mut pace = Pace::new(Some(8), None);
        let tickets: Vec<Ticket> = (0..8).map(|_| pace.start(seconds(0))).collect();
        assert_eq!(pace.end(seconds(1), tickets[0], told(12), 0.0), Change::Paused(seconds(12)));
        for ticket in &tickets[1..] {
            assert_eq!(pace.end(seconds(1), *ticket, told(12), 0.0), Change::AlreadyPaused);
        }
        assert_eq!(pace.gate(seconds(12)), Gate::At(seconds(13)));
        assert_eq!(pace.gate(seconds(13)), Gate::Open);
        let probe = pace.start(seconds(13));
        assert_eq!(pace.gate(seconds(13)), Gate::Full, "after a pause one call goes first");
        pace.end(seconds(14), probe, FINE, 0.0);
        assert_eq!((pace.window, pace.threshold), (2.0, 4.0));
    }

    #[test]
    fn a_blind_pause_triples_until_a_success() {
        let mut pace = Pace::new(Some(4), None);
        let mut now = seconds(0);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let ticket = pace.start(now);
            now += Duration::from_millis(10);
            if let Change::Paused(pause) = pace.end(now, ticket, BLIND, 0.0) {
                pauses.push(pause.as_secs());
                now += pause;
            }
        }
        assert_eq!(pauses, [1, 3, 9, 27, 60, 60]);
        let ticket = pace.start(now);
        pace.end(now, ticket, FINE, 0.0);
        let ticket = pace.start(now + seconds(1));
        assert_eq!(pace.end(now + seconds(1), ticket, BLIND, 0.0), Change::Paused(seconds(1)));
    }

    #[test]
    fn what_is_left_of_the_window_is_not_overdrawn() {
        let mut pace = Pace::new(Some(8), None);
        let left = |remaining, reset| {
            Ended::Answered(Limits {
                remaining: Some(remaining),
                reset: Some(seconds(reset)),
                ..Limits::default()
            })
        };
        let ticket = pace.start(seconds(0));
        pace.end(seconds(0), ticket, left(2, 30), 0.0);
        let one = pace.start(seconds(0));
        assert_eq!(pace.gate(seconds(0)), Gate::Open);
        let two = pace.start(seconds(0));
        assert_eq!(pace.gate(seconds(0)), Gate::Full);
        pace.end(seconds(1), two, left(0, 29), 0.0);
        pace.end(seconds(1), one, left(1, 29), 0.0);
        assert_eq!(pace.gate(seconds(1)), Gate::At(seconds(30)), "the smaller number is the newer one");
        assert_eq!(pace.gate(seconds(30)), Gate::Open);
    }

    #[test]
    fn an_absurd_wait_is_told_and_not_slept() {
        let mut pace = Pace::new(None, None);
        let ticket = pace.start(seconds(0));
        assert_eq!(pace.end(seconds(0), ticket, told(90_000), 0.0), Change::TooLong(seconds(90_000)));
    }
}

//! When the next call may leave: one gate for all workers of a run, which learns the provider's limits.
//!
//! Pure: time is given in, as the time since the run began. Nobody tells it a limit. It begins with one call,
//! then eight, then a few times as many per round trip (`flight.rs`), until the provider objects. What it objects with
//! decides what is learned (`lane.rs`): headers that count calls (`told.rs`), waits that speak of a window
//! (`windowed.rs`), or bare 429s of a bucket (`metered.rs`, `rise.rs`, `cruise.rs`). A bucket that tells its level
//! (`tokens.rs`) needs no refusal. First of all it finds out whether only the number of calls in flight was too high
//! (`at_once.rs`).
//!
//! Reads and writes learn apart, since providers limit them apart at times; where one limit holds for both, each
//! learns its share of it. A pause holds both, since a 429 may be meant for the account. `--rate` caps the sum.

mod at_once;
mod cruise;
mod flight;
mod lane;
mod learned;
mod metered;
mod rise;
mod slots;
mod tokens;
mod told;
mod vain;
mod windowed;

use std::time::Duration;

use at_once::AtOnce;
use flight::{Flight, Room};
use lane::{Allowed, Lane, Pause};
pub use learned::{Kind, Learned, LearnedAtOnce, LearnedLimit};
use slots::Slots;
use tokens::{Heard, Tokens};
use told::Cover;
pub use vain::InVain;

use crate::provider::Limits;

/// Calls in flight at the start when nothing is said.
pub const START_IN_FLIGHT: u32 = 8;
/// A pause longer than this ends the run instead (the same command goes on later).
pub const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// A pause that is shorter than this is pacing, not a failed try.
const NOTEWORTHY: f64 = 1.0;
/// A told wait that is shorter counts as none.
const SHORTEST_TOLD: f64 = 0.001;
/// Told waits are stretched by up to this part, so that several programs do not come back at once.
const STRETCH: f64 = 0.01;
/// The spacing of a cap is so much wider, and late starts are made up for within half of that, so that neither
/// they nor the jitter of the network cross it.
const CAP_MARGIN: f64 = 0.01;

/// Whether a call changes something; both kinds have their own limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    Read,
    Write,
}

impl Does {
    fn other(self) -> Does {
        match self {
            Does::Read => Does::Write,
            Does::Write => Does::Read,
        }
    }
}

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
    /// Not before this time, unless another call ends.
    At(Duration),
    /// When another call has ended.
    Full,
}

/// Proof that a call was let through; it comes back with the call's end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ticket {
    does: Does,
    started: Duration,
    /// How many calls of its kind started before it.
    sequence: u64,
    /// How many calls of both kinds started before it, and how many were in flight then.
    call: u64,
    beside: u32,
}

impl Ticket {
    fn heard(&self) -> Heard {
        Heard { started: self.started.as_secs_f64(), sequence: self.call, beside: self.beside }
    }
}

/// How a call ended, as far as pacing is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ended {
    /// An answer of any kind but a limit or a failure of the server.
    Answered(Limits),
    /// 5xx, or an answer that is none.
    Failed(Limits),
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
    /// A 429 that only corrects the pace, or one of a burst that is already paused for.
    AlreadyPaused,
    /// The provider asks for more patience than a run has.
    TooLong(Duration),
}

/// A limit as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    pub calls: f64,
    pub per: Duration,
}

/// Why no call may start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waiting {
    /// Time to go.
    pub left: Duration,
    /// The limit that is waited for; none is known after a bare request to wait.
    pub limit: Option<Limit>,
}

/// The gate's memory.
#[derive(Debug, Clone)]
pub struct Pace {
    flight: Flight,
    at_once: AtOnce,
    cap: Option<(Cap, Slots)>,
    /// Seconds since the run began; no call before.
    closed_until: f64,
    reads: Lane,
    writes: Lane,
    /// The bucket of the account, where it tells its level.
    tokens: Option<Tokens>,
    /// What is told of tokens is not true.
    deaf: bool,
}

impl Pace {
    /// `most` is the most calls in flight; `None` is `auto`.
    pub fn new(most: Option<u32>, cap: Option<Cap>) -> Pace {
        Pace {
            flight: Flight::new(most),
            at_once: AtOnce::new(),
            cap: cap.map(|cap| (cap, slots_of(cap))),
            closed_until: 0.0,
            reads: Lane::new(),
            writes: Lane::new(),
            tokens: None,
            deaf: false,
        }
    }

    /// Leaves `part` of every limit that is found to others; between 0 and 0.95.
    pub fn with_headroom(mut self, part: f64) -> Pace {
        let part = if part.is_finite() { part.clamp(0.0, 0.95) } else { 0.0 };
        self.reads.set_headroom(part);
        self.writes.set_headroom(part);
        self.at_once.set_headroom(part);
        self
    }

    /// Begins where an earlier run on this account ended; `wall` is now, in seconds since 1970. After the headroom.
    pub fn with_learned(mut self, learned: &Learned, wall: i64) -> Pace {
        self.reads.remember(learned.reads, wall);
        self.writes.remember(learned.writes, wall);
        self.at_once.remember(learned.at_once, wall);
        self
    }

    /// What the next run on this account should begin with.
    pub fn learned(&self, wall: i64) -> Learned {
        let (reads, writes) = (self.reads.learned(wall), self.writes.learned(wall));
        Learned { reads, writes, at_once: self.at_once.learned(wall) }
    }

    /// The most calls that will ever be in flight.
    pub fn most(&self) -> usize {
        self.flight.most()
    }

    /// Calls that may be in flight as things stand.
    pub fn window(&self) -> usize {
        self.flight.window()
    }

    /// How much work to have in hand: more than fits, so that the window can grow, but no more than it may grow to.
    pub fn useful(&self) -> usize {
        (2 * self.flight.window()).min(self.flight.most())
    }

    pub fn gate(&mut self, now: Duration, does: Does) -> Gate {
        let now = now.as_secs_f64();
        let opens = self.closed_until.max(self.cap.map_or(0.0, |(_, slots)| slots.opens()));
        if opens > now {
            return at(opens);
        }
        match self.flight.room(now, does) {
            Room::Yes => {}
            Room::No => return Gate::Full,
            Room::At(then) => return at(then),
        }
        let in_flight = self.flight.in_flight();
        if !self.at_once.room(in_flight) {
            return Gate::Full;
        }
        // Until a kind has been answered, what was told to the other one may well hold for both.
        let other = self.known_lane(does.other());
        let borrowed = other.is_covered(now, in_flight);
        if borrowed != Cover::Yes && !self.known_lane(does).is_heard() {
            return match borrowed {
                Cover::At(then) => at(then),
                _ => Gate::Full,
            };
        }
        let by_tokens =
            self.tokens.as_ref().map(|tokens| tokens.cover(now, in_flight, self.writes.headroom()));
        let allowed = match by_tokens {
            // Headers may tell of another limit beside the bucket.
            Some(Cover::Yes) => self.known_lane(does).is_covered(now, in_flight).into(),
            Some(cover) => cover.into(),
            None => self.lane(does).allows(now, in_flight),
        };
        match allowed {
            Allowed::Yes => Gate::Open,
            Allowed::Wait => Gate::Full,
            Allowed::At(then) => at(then),
        }
    }

    /// Takes the place of one call; only after [`Gate::Open`] for the same `now`.
    pub fn start(&mut self, now: Duration, does: Does) -> Ticket {
        let seconds = now.as_secs_f64();
        let beside = self.flight.in_flight();
        self.flight.start(seconds);
        if let Some((_, slots)) = &mut self.cap {
            slots.take(seconds);
        }
        let call = self.calls();
        Ticket { does, started: now, sequence: self.lane(does).start(seconds), call, beside }
    }

    /// Gives the place back. `chance` is between 0 and 1 and spreads pauses.
    pub fn end(&mut self, now: Duration, ticket: Ticket, ended: Ended, chance: f64) -> Change {
        let now = now.as_secs_f64();
        if let Some((_, slots)) = self.cap.as_mut().filter(|_| !self.flight.is_heard()) {
            // The first call may have been long on its way, and the next ones come sooner.
            slots.begin_from(now);
        }
        self.flight.end();
        match ended {
            Ended::Silent => {
                self.flight.failed(now);
                self.lane(ticket.does).silent(&ticket);
            }
            Ended::Failed(limits) => {
                self.flight.failed(now);
                self.answered(now, &ticket, &limits);
                // It is no limit that could be learned, and a wait all the same.
                return limits.retry_after.map_or(Change::Nothing, |told| self.pause(now, told, chance));
            }
            Ended::Answered(limits) => {
                self.flight.answered(now, ticket.does);
                self.at_once.taken(ticket.call, ticket.beside);
                self.answered(now, &ticket, &limits);
            }
            Ended::Limited(limits) => return self.limited(now, ticket, limits, chance.clamp(0.0, 1.0)),
        }
        Change::Nothing
    }

    fn answered(&mut self, now: f64, ticket: &Ticket, limits: &Limits) {
        self.lane(ticket.does).answered(now, ticket, limits);
        Tokens::heed(&mut self.tokens, now, ticket.heard(), limits.tokens.filter(|_| !self.deaf));
    }

    /// Forgets a call that was let through but never sent.
    pub fn forget(&mut self, ticket: Ticket) {
        self.flight.end();
        self.lane(ticket.does).forget();
    }

    /// Why a call would wait, if it would wait for time to pass.
    pub fn why(&mut self, now: Duration, does: Does) -> Option<Waiting> {
        let Gate::At(then) = self.gate(now, does) else { return None };
        let left = then.saturating_sub(now);
        let cap = self.cap.filter(|(_, slots)| slots.opens() >= then.as_secs_f64() - 1e-6);
        let capped = cap.map(|(cap, _)| Limit { calls: f64::from(cap.calls), per: cap.per });
        Some(Waiting { left, limit: capped.or(self.limit(does)) })
    }

    /// The limit of one kind of calls, as far as it is known.
    pub fn limit(&self, does: Does) -> Option<Limit> {
        if let Some(flow) = self.tokens.as_ref().and_then(Tokens::flow) {
            return Some(Limit { calls: flow, per: Duration::from_secs(1) });
        }
        self.known_lane(does).limit()
    }

    /// To how many tries the refusals amount that came since a call of this kind was taken: while all wait, whoever goes
    /// first asks for all.
    pub fn in_vain(&self, does: Does) -> u32 {
        self.known_lane(does).vain.tries()
    }

    /// How long so many calls take under the known limit and the cap; `None` when there is neither.
    pub fn estimate(&self, calls: u64, does: Does) -> Option<Duration> {
        let calls = calls as f64;
        let lane = self.known_lane(does);
        let capped = self.cap.map(|(cap, _)| calls * cap.per.as_secs_f64() / f64::from(cap.calls.max(1)));
        let limited =
            self.tokens.as_ref().map_or_else(|| lane.estimate(calls), |tokens| tokens.estimate(calls));
        let seconds = match (capped, limited) {
            (Some(capped), Some(limited)) => capped.max(limited),
            (capped, limited) => capped.or(limited)?,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// How many calls were started.
    fn calls(&self) -> u64 {
        self.reads.started() + self.writes.started()
    }

    fn known_lane(&self, does: Does) -> &Lane {
        match does {
            Does::Read => &self.reads,
            Does::Write => &self.writes,
        }
    }

    fn lane(&mut self, does: Does) -> &mut Lane {
        match does {
            Does::Read => &mut self.reads,
            Does::Write => &mut self.writes,
        }
    }

    fn limited(&mut self, now: f64, ticket: Ticket, limits: Limits, chance: f64) -> Change {
        // While calls are left the window is not what is waited for.
        let reset = limits.reset.filter(|_| limits.remaining.unwrap_or(0) == 0);
        let told = limits.retry_after.or(reset);
        if let Some(told) = told.filter(|told| *told > LONGEST_PAUSE) {
            self.lane(ticket.does).forget();
            return Change::TooLong(told);
        }
        self.flight.limited();
        let told = told.map(|told| told.as_secs_f64()).filter(|told| *told > SHORTEST_TOLD);
        if self.is_crowded(&ticket, told) {
            self.lane(ticket.does).refused_beside_others();
            return told.map_or(Change::AlreadyPaused, |told| self.close(now, stretched(told, chance), true));
        }
        let pause = match &mut self.tokens {
            None => self.lane(ticket.does).limited(now, &ticket, (told, limits.remaining), chance),
            Some(tokens) => {
                let first = self.closed_until <= ticket.started.as_secs_f64();
                tokens.refused(now, ticket.heard(), first);
                let seconds = told.unwrap_or(tokens.pause());
                self.deaf = tokens.lies();
                self.tokens = self.tokens.take().filter(|_| !self.deaf);
                let lane = self.lane(ticket.does);
                lane.forget();
                lane.exhausted(now, told, limits.remaining);
                Pause { first, seconds }
            }
        };
        if pause.first {
            self.lane(ticket.does).vain.refused(now, told.is_some_and(|told| told >= NOTEWORTHY));
        }
        let seconds = told.map_or(pause.seconds, |told| stretched(told, chance));
        self.close(now, seconds, pause.first)
    }

    /// Whether a refusal comes of the number of calls in flight. A wait that speaks of a window does not.
    fn is_crowded(&mut self, ticket: &Ticket, told: Option<f64>) -> bool {
        let known = self.tokens.is_some() || !self.known_lane(ticket.does).is_unlimited();
        let next = self.calls();
        !known
            && told.is_none_or(|told| told <= NOTEWORTHY)
            && self.at_once.refused(ticket.call, self.flight.in_flight(), next, told.is_some())
    }

    /// Holds all calls for so many seconds; worth telling when it is the first of its burst.
    fn close(&mut self, now: f64, seconds: f64, first: bool) -> Change {
        self.closed_until = self.closed_until.max(now + seconds);
        match first && seconds >= NOTEWORTHY {
            true => Change::Paused(Duration::from_secs_f64(self.closed_until - now)),
            false => Change::AlreadyPaused,
        }
    }

    /// A wait that came with a failure of the server.
    fn pause(&mut self, now: f64, told: Duration, chance: f64) -> Change {
        if told > LONGEST_PAUSE {
            return Change::TooLong(told);
        }
        let seconds = stretched(told.as_secs_f64(), chance.clamp(0.0, 1.0));
        self.close(now, seconds, self.closed_until <= now)
    }
}

/// A told wait, a little longer by chance.
fn stretched(told: f64, chance: f64) -> f64 {
    told * (1.0 + STRETCH * chance)
}

/// A little later than `seconds`, so that the gate is open then in spite of rounding.
fn at(seconds: f64) -> Gate {
    Gate::At(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_PAUSE) + Duration::from_nanos(1))
}

fn slots_of(cap: Cap) -> Slots {
    let per = cap.per.as_secs_f64();
    Slots::new(per * (1.0 + CAP_MARGIN) / f64::from(cap.calls.max(1)), per * CAP_MARGIN / 2.0)
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

//! The limit of one kind of calls, reads or writes: which sort it is, and what it allows now.
//!
//! Three sorts: told by headers (`told.rs`), a window known from refusals (`windowed.rs`), a rate known from
//! refusals (`metered.rs`). Until the first refusal or header there is no limit.

use std::time::Duration;

use super::learned::{Belief, Kind, LearnedLimit};
use super::metered::{Metered, Refused};
use super::told::{Cover, Left};
use super::vain::InVain;
use super::windowed::{Place, Windowed};
use super::{Limit, Ticket};
use crate::provider::Limits;

/// A wait longer than this speaks of a window; up to it, it may be a bucket's round number.
const LONG_WAIT: f64 = 1.0;

/// Bursts of refusals that contradict the headers before those are not believed.
const MOST_CONTRADICTED: u32 = 3;

/// Whether the limit lets a call start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Allowed {
    Yes,
    /// When a call has ended.
    Wait,
    At(f64),
}

impl From<Cover> for Allowed {
    fn from(cover: Cover) -> Allowed {
        match cover {
            Cover::Yes => Allowed::Yes,
            Cover::Wait => Allowed::Wait,
            Cover::At(then) => Allowed::At(then),
        }
    }
}

#[derive(Debug, Clone)]
enum Sort {
    Unknown,
    Metered(Metered),
    Windowed(Windowed),
}

/// What a refusal means for all calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pause {
    /// The first refusal of its burst.
    pub(super) first: bool,
    pub(super) seconds: f64,
}

/// The learner of reads, or of writes.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    sort: Sort,
    left: Option<Left>,
    /// Bursts of refusals that contradicted the headers; what they tell is not believed after some.
    contradicted: u32,
    headroom: f64,
    in_flight: u32,
    /// When the first call started.
    began: f64,
    /// Calls started, and refused.
    started: u64,
    refused: u64,
    /// Calls that were taken before the last burst of refusals.
    taken: f64,
    /// Calls below this sequence belong to the last burst of refusals.
    burst: u64,
    /// The usual time to an answer, in seconds.
    trip: f64,
    remembered: Option<LearnedLimit>,
    /// Refusals since a call was taken.
    pub(super) vain: InVain,
}

impl Lane {
    pub(super) fn new() -> Lane {
        Lane {
            sort: Sort::Unknown,
            left: None,
            contradicted: 0,
            headroom: 0.0,
            in_flight: 0,
            began: 0.0,
            started: 0,
            refused: 0,
            taken: 0.0,
            burst: 0,
            trip: 0.0,
            remembered: None,
            vain: InVain::default(),
        }
    }

    pub(super) fn set_headroom(&mut self, headroom: f64) {
        self.headroom = headroom;
    }

    pub(super) fn headroom(&self) -> f64 {
        self.headroom
    }

    /// Whether a call of this kind was answered, or refused.
    pub(super) fn is_heard(&self) -> bool {
        self.trip > 0.0 || self.refused > 0
    }

    /// How many calls were started.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// Begins where an earlier run ended.
    pub(super) fn remember(&mut self, limit: Option<LearnedLimit>, wall: i64) {
        let Some(limit) = limit.filter(|limit| limit.belief(wall) != Belief::Forgotten) else { return };
        let trusted = limit.belief(wall) == Belief::Trusted;
        self.remembered = Some(limit);
        self.sort = match limit.kind {
            Kind::Bucket => Sort::Metered(Metered::learned(limit.rate, limit.calls, self.share(), trusted)),
            Kind::Window => {
                let period = limit.calls / limit.rate;
                Sort::Windowed(Windowed::learned(limit.calls, period, self.share(), trusted))
            }
        };
    }

    /// What the next run should know; with what this run has not touched kept as it was.
    pub(super) fn learned(&self, wall: i64) -> Option<LearnedLimit> {
        let limit = |kind, calls, rate| Some(LearnedLimit { kind, calls, rate, when: wall });
        match &self.sort {
            // Nothing has confirmed it: it keeps its age.
            _ if self.refused == 0 && self.remembered.is_some() => self.remembered,
            Sort::Metered(metered) => {
                metered.rate().and_then(|rate| limit(Kind::Bucket, metered.burst(), rate))
            }
            Sort::Windowed(windowed) => windowed
                .period()
                .and_then(|period| limit(Kind::Window, windowed.calls(), windowed.calls() / period)),
            Sort::Unknown => None,
        }
    }

    /// Whether what headers tell covers one more call; where they tell nothing, it does.
    pub(super) fn is_covered(&self, now: f64, all_in_flight: u32) -> Cover {
        self.left.as_ref().map_or(Cover::Yes, |left| left.cover(now, all_in_flight, self.headroom))
    }

    pub(super) fn allows(&mut self, now: f64, all_in_flight: u32) -> Allowed {
        let covered = self.is_covered(now, all_in_flight);
        if covered != Cover::Yes {
            return covered.into();
        }
        match &mut self.sort {
            Sort::Unknown => Allowed::Yes,
            Sort::Metered(metered) => match metered.opens(self.in_flight) {
                opens if opens > now => Allowed::At(opens),
                _ => Allowed::Yes,
            },
            Sort::Windowed(windowed) => match windowed.place(now, self.started, self.in_flight) {
                Place::Yes => Allowed::Yes,
                Place::Wait => Allowed::Wait,
                Place::At(then) => Allowed::At(then),
            },
        }
    }

    /// Counts a start; returns its sequence.
    pub(super) fn start(&mut self, now: f64) -> u64 {
        let sequence = self.started;
        if sequence == 0 {
            self.began = now;
        }
        self.started += 1;
        self.in_flight += 1;
        if let Some(left) = &mut self.left {
            left.start(now);
        }
        match &mut self.sort {
            Sort::Unknown => {}
            Sort::Metered(metered) => metered.start(now, self.trip),
            Sort::Windowed(windowed) => windowed.start(now),
        }
        sequence
    }

    /// Whether nothing is known that limits it.
    pub(super) fn is_unlimited(&self) -> bool {
        self.left.is_none() && matches!(self.sort, Sort::Unknown)
    }

    /// A 429 that means nothing but how many calls were in flight.
    pub(super) fn refused_beside_others(&mut self) {
        self.forget();
        self.refused += 1;
    }

    pub(super) fn forget(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    pub(super) fn answered(&mut self, now: f64, ticket: &Ticket, limits: &Limits) {
        self.forget();
        self.vain = InVain::default();
        let started = ticket.started.as_secs_f64();
        let trip = now - started;
        self.trip = if self.trip == 0.0 { trip } else { self.trip * 0.9 + trip * 0.1 };
        if self.contradicted < MOST_CONTRADICTED {
            Left::heed(&mut self.left, now, started, limits);
        }
        match &mut self.sort {
            Sort::Unknown => {}
            Sort::Metered(metered) => metered.accepted(now, started),
            Sort::Windowed(windowed) => windowed.accepted(ticket.sequence),
        }
    }

    pub(super) fn silent(&mut self, ticket: &Ticket) {
        self.forget();
        if let Some(left) = &mut self.left {
            left.lost();
        }
        match &mut self.sort {
            Sort::Unknown => {}
            Sort::Metered(metered) => metered.lost(ticket.started.as_secs_f64()),
            Sort::Windowed(windowed) => windowed.lost(ticket.sequence),
        }
    }

    /// A 429; `told` is the wait that came with it, in seconds, and `remaining` what is left by its own headers.
    pub(super) fn limited(
        &mut self,
        now: f64,
        ticket: &Ticket,
        (told, remaining): (Option<f64>, Option<u64>),
        chance: f64,
    ) -> Pause {
        self.forget();
        self.refused += 1;
        let first = ticket.sequence >= self.burst;
        if first {
            self.burst = self.started;
        }
        let taken = (ticket.sequence + 1).saturating_sub(self.refused) as f64;
        let after = (self.started - 1 - ticket.sequence.min(self.started - 1)) as f64;
        let started = ticket.started.as_secs_f64();
        let refused = Refused { now, started, taken, after, told, chance };
        if remaining == Some(0) && first {
            self.contradict(now);
        }
        if let Some(told) = self.exhausted(now, told, remaining) {
            return Pause { first, seconds: told };
        }
        let blind = self.learn(&refused, ticket.sequence, first);
        self.taken = taken;
        Pause { first, seconds: told.unwrap_or(blind) }
    }

    /// A 429 that names a wait, where headers tell of a window and it is meant: nothing is left of it. Returns the wait then.
    pub(super) fn exhausted(&mut self, now: f64, told: Option<f64>, remaining: Option<u64>) -> Option<f64> {
        let (Some(left), Some(told)) = (&mut self.left, told) else { return None };
        let until = now + told;
        left.is_meant(until, remaining).then(|| {
            left.exhausted(until);
            told
        })
    }

    /// Headers that told of much more than is given are not believed any more.
    fn contradict(&mut self, now: f64) {
        self.contradicted += u32::from(self.left.is_some_and(|left| left.is_contradicted(now)));
        if self.contradicted >= MOST_CONTRADICTED {
            self.left = None;
        }
    }

    fn learn(&mut self, refused: &Refused, sequence: u64, first: bool) -> f64 {
        let share = self.share();
        let long = refused.told.filter(|told| *told > LONG_WAIT);
        // A wait below a second is until one call may pass, and fills no bucket.
        let round = Refused { told: refused.told.filter(|told| *told >= LONG_WAIT), ..*refused };
        match (&mut self.sort, long) {
            (Sort::Windowed(windowed), _) => {
                let told = refused.told.or(windowed.left(refused.now)).unwrap_or(LONG_WAIT);
                windowed.refused(refused, told, sequence);
                return told;
            }
            (Sort::Metered(metered), None) if first => {
                metered.refused(&round);
                return metered.pause(refused);
            }
            (Sort::Metered(metered), None) => {
                metered.refused_again(refused);
                return 0.0;
            }
            (_, Some(told)) => {
                // What was taken before an earlier refusal was of another window.
                let refused = Refused { taken: refused.taken - self.taken, ..*refused };
                self.sort = Sort::Windowed(Windowed::new(&refused, told, self.started, share));
            }
            (Sort::Unknown, None) => {
                let mut metered = Metered::new(&round, self.began, share);
                let pause = metered.pause(refused);
                self.sort = Sort::Metered(metered);
                return pause;
            }
        }
        0.0
    }

    fn share(&self) -> f64 {
        1.0 - self.headroom
    }

    /// The limit as far as it is known.
    pub(super) fn limit(&self) -> Option<Limit> {
        let told = self.left.and_then(|left| left.window()).map(|(calls, span)| (calls as f64, span));
        let learned = match &self.sort {
            Sort::Metered(metered) => metered.rate().map(|rate| (rate, 1.0)),
            Sort::Windowed(windowed) => windowed.period().map(|period| (windowed.calls(), period)),
            Sort::Unknown => None,
        };
        // Of two limits the lower one holds.
        let rate = |(calls, per): &(f64, f64)| calls / per.max(1e-9);
        let lower = told.into_iter().chain(learned).min_by(|one, other| rate(one).total_cmp(&rate(other)));
        let (calls, per) = lower?;
        Some(Limit { calls, per: Duration::try_from_secs_f64(per).ok()? })
    }

    /// Seconds that so many calls take under the limit.
    pub(super) fn estimate(&self, calls: f64) -> Option<f64> {
        let limit = self.limit()?;
        let per = limit.per.as_secs_f64();
        let allowed = (limit.calls * self.share()).max(1e-9);
        match &self.sort {
            Sort::Metered(metered) if metered.rate() == Some(limit.calls) => Some(calls / allowed * per),
            // The last window's calls need not wait for its end.
            _ => Some(((calls / allowed.max(1.0)).ceil() - 1.0).max(0.0) * per),
        }
    }
}

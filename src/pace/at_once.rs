//! Finds out whether the provider limits how many calls it works on at once, and not their rate.
//!
//! Both are told by the same 429. A rate refuses calls however few are in flight; a limit of this kind refuses only
//! where more are in flight than ever beside a call that was taken. Where the first refusals are such, as many as went
//! well before (eight at most) are sent without a pause: if they are taken, call after call, there is no rate to learn, and from time to
//! time one more is tried. Otherwise the refusal that follows is the lane's (`lane.rs`), at the cost of a few calls.

use super::learned::{self, LearnedAtOnce};

/// What went well before must do so again so many times over; and no fewer calls than this.
const ROUNDS: u32 = 4;
const LEAST: u32 = 8;
/// No more than so many at once are asked for: where it is a rate after all, each may be refused.
const MOST_ASKED: u32 = 8;
/// Calls between two tries of one more: at first as many as fit, then so many, twice as many after each refusal.
const CALLS_PER_PROBE: u32 = 100;
/// Where a refusal costs a named wait, so many at once.
const MOST_PER_PROBE: u32 = 800;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Belief {
    /// Nothing was refused yet.
    Open,
    Asking(Asking),
    Fits(Fits),
    /// It is a rate.
    Rate,
}

/// After a first burst of refusals that speaks of such a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Asking {
    /// Calls in flight that went well before, and those in flight when the first was refused.
    usual: u32,
    peak: u32,
    /// Calls of the burst that were refused, and calls that were taken since.
    refused: u32,
    taken: u32,
}

/// A limit that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Fits {
    calls: u32,
    /// With so many it was found: a refusal beside fewer is none of its own.
    least: u32,
    /// Calls taken since the last refusal, and at how many of them one more is tried.
    calm: u32,
    next_probe: u32,
    per_probe: u32,
    /// The last two refusals followed each other as they do at a rate.
    doubted: bool,
}

/// How many calls the provider takes at once.
#[derive(Debug, Clone)]
pub(super) struct AtOnce {
    belief: Belief,
    /// The most calls in flight, itself among them, when a call started that was taken.
    usual: u32,
    /// Calls that started before this one are of the last burst of refusals.
    burst: u64,
    /// Somebody had to wait since the last probe.
    wanted: bool,
    share: f64,
    /// What an earlier run found, as long as nothing was refused.
    remembered: Option<LearnedAtOnce>,
}

impl AtOnce {
    pub(super) fn new() -> AtOnce {
        AtOnce { belief: Belief::Open, usual: 0, burst: 0, wanted: false, share: 1.0, remembered: None }
    }

    /// Begins where an earlier run ended.
    pub(super) fn remember(&mut self, learned: Option<LearnedAtOnce>, wall: i64) {
        let Some(learned) = learned else { return };
        let per_probe = match learned.belief(wall) {
            learned::Belief::Trusted => MOST_PER_PROBE,
            learned::Belief::Doubted => CALLS_PER_PROBE,
            learned::Belief::Forgotten => return,
        };
        let found = Fits::found(learned.calls);
        self.belief = Belief::Fits(Fits { next_probe: per_probe, per_probe, ..found });
        self.remembered = Some(learned);
    }

    /// What the next run should know; what this run has not met keeps its age.
    pub(super) fn learned(&self, wall: i64) -> Option<LearnedAtOnce> {
        let Belief::Fits(fits) = self.belief else { return None };
        let when = self.remembered.map_or(wall, |remembered| remembered.when);
        Some(LearnedAtOnce { calls: fits.calls, when })
    }

    pub(super) fn set_headroom(&mut self, part: f64) {
        self.share = 1.0 - part;
    }

    /// Whether one more fits beside so many.
    pub(super) fn room(&mut self, in_flight: u32) -> bool {
        let most = match self.belief {
            Belief::Open | Belief::Rate => return true,
            Belief::Asking(asking) => asking.asked(),
            Belief::Fits(fits) => ((f64::from(fits.calls) * self.share) as u32).max(1),
        };
        self.wanted |= in_flight >= most;
        in_flight < most
    }

    /// A call was taken; `call` is its number among all, `beside` how many were in flight when it started.
    pub(super) fn taken(&mut self, call: u64, beside: u32) {
        self.usual = self.usual.max(beside + 1);
        if call < self.burst {
            return;
        }
        match &mut self.belief {
            Belief::Asking(asking) => {
                asking.taken += 1;
                if asking.taken >= (asking.asked() * ROUNDS).max(LEAST) {
                    self.belief = Belief::Fits(Fits::found(asking.calls()));
                    self.wanted = false;
                }
            }
            Belief::Fits(fits) => {
                fits.calm += 1;
                if fits.calm >= fits.next_probe && std::mem::take(&mut self.wanted) {
                    fits.calls += 1;
                    fits.next_probe = fits.calm + fits.per_probe;
                }
            }
            Belief::Open | Belief::Rate => {}
        }
    }

    /// A call was refused while so many `others` were in flight; `next` is the number of the next call, and `told` whether
    /// a wait was named. Returns whether this limit explains it, so that there is room again as soon as a call ends.
    pub(super) fn refused(&mut self, call: u64, others: u32, next: u64, told: bool) -> bool {
        let again = call < self.burst;
        self.remembered = None;
        self.burst = self.burst.max(if again { 0 } else { next });
        self.belief = match self.belief {
            Belief::Open if self.usual > 0 && others >= self.usual => {
                Belief::Asking(Asking { usual: self.usual, peak: others + 1, refused: 1, taken: 0 })
            }
            Belief::Asking(asking) if again => asking.refused_again().map_or(Belief::Rate, Belief::Asking),
            Belief::Fits(fits) if again || fits.is_no_limit_of(others) => return again,
            Belief::Fits(fits) => fits.refused(others, told).map_or(Belief::Rate, Belief::Fits),
            Belief::Open | Belief::Asking(_) | Belief::Rate => Belief::Rate,
        };
        self.belief != Belief::Rate
    }
}

impl Asking {
    /// One more of the burst; `None` where it left fewer than went well before, as a rate does.
    fn refused_again(self) -> Option<Asking> {
        let asking = Asking { refused: self.refused + 1, ..self };
        (asking.peak >= asking.usual + asking.refused).then_some(asking)
    }

    /// How many to send without a pause.
    fn asked(&self) -> u32 {
        self.calls().min(MOST_ASKED)
    }

    /// How many fit: as went well before, or half of those that the burst left, when that is more.
    fn calls(&self) -> u32 {
        self.usual.max(self.peak.saturating_sub(self.refused).div_ceil(2))
    }
}

impl Fits {
    fn found(calls: u32) -> Fits {
        Fits { calls, least: calls.div_ceil(2), calm: 0, next_probe: calls, per_probe: calls, doubted: false }
    }

    /// Whether a refusal beside so many needs another reason.
    fn is_no_limit_of(&self, others: u32) -> bool {
        others < self.least
    }

    /// One call too many was tried; `None` where that happens so often that it must be a rate.
    fn refused(self, others: u32, told: bool) -> Option<Fits> {
        let soon = self.calm < self.calls;
        let calls = (self.calls - 1).min(others).max(self.least);
        let least_per_probe = if told { MOST_PER_PROBE } else { CALLS_PER_PROBE };
        let per_probe = (2 * self.per_probe).clamp(least_per_probe, MOST_PER_PROBE);
        let fits = Fits { calls, calm: 0, next_probe: per_probe, per_probe, doubted: soon, ..self };
        (!soon || !self.doubted).then_some(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A provider that takes `limit` at once and answers in turns: each round all that fit are started, those beyond the
    /// limit are refused at once, then the others are taken. Returns the refusals of each round.
    fn rounds(learner: &mut AtOnce, limit: u32, most: u32, rounds: u32, call: &mut u64) -> Vec<u32> {
        let round = |_| {
            let first = *call;
            let mut started = 0;
            while started < most && learner.room(started) {
                started += 1;
            }
            *call += u64::from(started);
            let refused = started.saturating_sub(limit);
            for one in 0..refused {
                learner.refused(first + u64::from(limit + one), started - one - 1, *call, false);
            }
            (0..started - refused).for_each(|one| learner.taken(first + u64::from(one), one));
            refused
        };
        (0..rounds).map(round).collect()
    }

    /// The learner after it has found a limit of ten, and the number of the next call.
    fn found(mut learner: AtOnce) -> (AtOnce, u64) {
        let mut call = 0;
        rounds(&mut learner, 10, 8, 10, &mut call);
        rounds(&mut learner, 10, 64, 20, &mut call);
        (learner, call)
    }

    #[test]
    fn a_limit_is_found_by_one_burst_and_kept_to() {
        let (mut learner, mut call) = (AtOnce::new(), 0);
        rounds(&mut learner, 10, 8, 10, &mut call);
        assert_eq!(rounds(&mut learner, 10, 64, 1, &mut call), [54]);
        let later = rounds(&mut learner, 10, 64, 1000, &mut call);
        assert!(later.iter().all(|refused| *refused <= 1), "{later:?}");
        assert!(later.iter().sum::<u32>() <= 20, "of 10,000 calls: {later:?}");
        assert!(learner.room(9) && !learner.room(11));
    }

    #[test]
    fn a_limit_that_grows_is_followed() {
        let (mut learner, mut call) = found(AtOnce::new());
        rounds(&mut learner, 20, 64, 2000, &mut call);
        assert!(learner.room(19));
    }

    #[test]
    fn a_refusal_beside_as_few_as_were_taken_is_one_of_a_rate() {
        let mut learner = AtOnce::new();
        (0..8).for_each(|call| learner.taken(call, call as u32));
        assert!(!learner.refused(8, 7, 16, false));
        assert!(learner.room(1000));
    }

    #[test]
    fn a_refusal_beside_as_few_as_went_well_before_is_one_of_a_rate() {
        let mut learner = AtOnce::new();
        (0..4).for_each(|call| learner.taken(call, call as u32));
        assert!((8..16).all(|call| learner.refused(call, 23 - call as u32, 16, false)));
        assert!(learner.room(3) && !learner.room(4));
        assert!(!learner.refused(16, 3, 17, false));
        assert!(learner.room(1000));
    }

    #[test]
    fn what_was_found_is_given_up_where_refusals_follow_each_other() {
        let (mut learner, mut call) = found(AtOnce::new());
        let refused = |learner: &mut AtOnce, call: u64| learner.refused(call, 9, call + 1, false);
        assert!(refused(&mut learner, call));
        while refused(&mut learner, call) {
            call += 1;
        }
        assert!(learner.room(1000));
    }

    #[test]
    fn a_rate_beside_it_is_learned_by_the_lane() {
        let (mut learner, call) = found(AtOnce::new());
        assert!(!learner.refused(call, 2, call + 1, false));
        assert!(!learner.room(64), "and it stays");
    }

    #[test]
    fn the_next_run_begins_where_this_one_ended() {
        let (first, _) = found(AtOnce::new());
        let learned = first.learned(1000);
        let (mut second, mut call) = (AtOnce::new(), 0);
        second.remember(learned, 1000 + 3600);
        let refused = rounds(&mut second, 10, 64, 50, &mut call);
        assert!(refused.iter().sum::<u32>() <= 2, "of 500 calls: {refused:?}");
        assert_eq!(AtOnce::new().learned(1000), None);
    }

    #[test]
    fn headroom_leaves_a_part_of_it() {
        let mut learner = AtOnce::new();
        learner.set_headroom(0.3);
        let (mut learner, _) = found(learner);
        assert!(learner.room(6) && !learner.room(7));
    }
}

//! Learns a rate that nobody tells: a token bucket, or a window so short that it looks like one.
//!
//! At a 429 the bucket is empty, so the calls taken between two such moments, over the time between them, are
//! its rate. It seeks the first token with one call at a time, rises until it is refused again, and then cruises:
//! each cycle begins a little below the rate and ends a little above it, so that the bucket banks what is
//! not used and nothing is lost, and its only refusal measures the rate anew. It must not learn from time in
//! which the client itself was idle.

use super::cruise::{Cruise, PAUSE};
use super::flight::PATIENCE;
use super::rise::Rise;
use super::slots::Slots;

/// The first wait for a token when the provider names none; it doubles until a call is taken.
const FIRST_WAIT: f64 = 0.025;
const LONGEST_WAIT: f64 = 60.0;
/// Where nothing tells the wait: a window of a minute is not overslept by more.
const LONGEST_BLIND: f64 = 30.0;
/// A closed time of so many seconds is that of a window.
const LONG_GAP: f64 = 1.0;
/// Late starts are made up for within this many seconds, and within this part of a known burst.
const SLACK: f64 = 0.025;
/// A cycle is longer than this many times the calls that its refusal costs.
const CALLS_PER_LOST_CALL: f64 = 60.0;
/// A rate below this part of what was taken on the average is probed soon: a window that slides gives few calls at times.
const DOUBTFUL: f64 = 0.3;
/// A burst below this may come again by chance.
const LEAST_WINDOW: f64 = 60.0;
/// A rate is told by so many calls that were taken among refused ones.
const LEAST_WITHIN: f64 = 8.0;
/// And contradicted by them where theirs is so much another.
const WITHIN: f64 = 0.3;
/// A rise measures no better than so many calls would, since time may have been lost before it.
const MOST_OF_RISE: f64 = 60.0;
/// Nobody limits to less than a call a minute, and nobody would wait longer.
const SLOWEST: f64 = 1.0 / LONGEST_WAIT;
const FASTEST: f64 = 1e7;

/// Moments of an empty bucket that are kept.
const EMPTIES: usize = 4;

/// A moment at which the bucket was empty.
#[derive(Debug, Clone, Copy)]
struct Empty {
    at: f64,
    /// Calls that the provider had taken by then.
    taken: f64,
}

#[derive(Debug, Clone)]
enum State {
    /// One call at a time, after ever longer waits.
    Seeking {
        wait: f64,
        /// When the one call started.
        asked: Option<f64>,
    },
    Rising(Rise),
    Cruising(Cruise),
}

/// The learner of a rate; times are seconds.
#[derive(Debug, Clone)]
pub(super) struct Metered {
    state: State,
    slots: Slots,
    empties: Vec<Empty>,
    /// The first refusal of the last burst.
    first_of_burst: Option<Empty>,
    /// Calls that the full bucket gave at the beginning, and the seconds in which it did.
    burst: f64,
    burst_time: f64,
    /// When the first call of all started.
    began: f64,
    /// Pauses since a call was last taken, and when the call started that asks for all after the last one.
    refusals: i32,
    scout: Option<f64>,
    /// The rate as it was last measured, and what was taken a second all along, but for the first burst.
    known: Option<f64>,
    average: f64,
    /// The part of the rate that is used.
    share: f64,
    /// It comes from an earlier run, and is probed more seldom.
    trusted: bool,
    /// Time that the client let pass without a call, since the last empty moment.
    idle: f64,
    /// The usual time to an answer.
    trip: f64,
}

/// A refused call, as the learner sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused {
    pub(super) now: f64,
    pub(super) started: f64,
    /// Calls that were taken before it.
    pub(super) taken: f64,
    /// Calls that were started after it.
    pub(super) after: f64,
    /// The wait that the provider names.
    pub(super) told: Option<f64>,
    pub(super) chance: f64,
}

impl Metered {
    /// Begins with the refusal that ended the first burst, which began at `began`.
    pub(super) fn new(refused: &Refused, began: f64, share: f64) -> Metered {
        let burst = refused.taken.max(1.0);
        let state = match refused.told {
            Some(told) => State::Rising(Rise::after_pause(burst, told)),
            None => State::Seeking { wait: FIRST_WAIT, asked: None },
        };
        let mut metered = Metered::with(state, burst, share);
        (metered.began, metered.burst_time) = (began, refused.started - began);
        metered.note_empty(refused);
        metered
    }

    /// Begins with what an earlier run learned.
    pub(super) fn learned(rate: f64, burst: f64, share: f64, trusted: bool) -> Metered {
        let rate = rate.clamp(SLOWEST, FASTEST);
        let mut metered = Metered::with(State::Seeking { wait: 0.0, asked: None }, burst, share);
        metered.trusted = trusted;
        metered.cruise(rate, 1000.0, None);
        metered.slots.begin();
        metered
    }

    fn with(state: State, burst: f64, share: f64) -> Metered {
        Metered {
            burst_time: 0.0,
            began: 0.0,
            state,
            slots: Slots::new(0.0, 0.0),
            empties: Vec::with_capacity(EMPTIES),
            first_of_burst: None,
            burst,
            refusals: 0,
            scout: None,
            known: None,
            average: 0.0,
            share,
            trusted: false,
            idle: 0.0,
            trip: 0.0,
        }
    }

    /// The rate, once it is measured, in calls a second.
    pub(super) fn rate(&self) -> Option<f64> {
        self.known
    }

    pub(super) fn burst(&self) -> f64 {
        self.burst
    }

    /// When the next call may start, unless another call ends before.
    pub(super) fn opens(&self, in_flight: u32) -> f64 {
        let asked = match self.state {
            State::Seeking { asked, .. } => asked,
            _ => self.scout,
        };
        let waited_for = asked.filter(|_| in_flight > 0).map_or(0.0, |asked| asked + PATIENCE);
        self.slots.opens().max(waited_for)
    }

    pub(super) fn start(&mut self, now: f64, trip: f64) {
        self.trip = trip;
        let unused = self.slots.take(now);
        if self.refusals > 0 {
            self.scout = self.scout.or(Some(now));
        }
        if !matches!(self.state, State::Seeking { .. }) {
            self.idle += unused;
        }
        let pace = match &mut self.state {
            State::Seeking { asked, .. } => {
                *asked = Some(now);
                return;
            }
            State::Rising(rise) => rise.start(now, trip, unused),
            State::Cruising(cruise) => {
                cruise.start(now, unused);
                cruise.pace(self.share)
            }
        };
        self.respace(pace);
        self.rise_again();
    }

    /// A cycle that is long over without a refusal is at a limit that has grown.
    fn rise_again(&mut self) {
        let State::Cruising(cruise) = &self.state else { return };
        let doubtful = cruise.rate < self.average * DOUBTFUL;
        if cruise.is_over(self.share, doubtful) {
            let least = if doubtful { 0.0 } else { cruise.span / 10.0 / cruise.rate };
            self.state = State::Rising(Rise::from_full(cruise.pace(self.share), least));
        }
    }

    /// A call was taken.
    pub(super) fn accepted(&mut self, now: f64, started: f64) {
        (self.refusals, self.scout) = (0, None);
        if self.asked_at(started) {
            let empty_at = self.empties.last().map_or(now - FIRST_WAIT, |empty| empty.at);
            let gap = (now - empty_at).max(1e-4);
            // Whoever keeps all out for so long lets many in again, for the most part.
            let calls = if gap >= LONG_GAP { (self.burst / 8.0).max(1.0) } else { 1.0 };
            let rise = Rise::from((calls / gap).max(SLOWEST), empty_at);
            self.respace(rise.pace());
            self.state = State::Rising(rise);
        }
    }

    /// A call got no answer; the next one asks instead.
    pub(super) fn lost(&mut self, started: f64) {
        if self.asked_at(started) {
            self.state = State::Seeking { wait: FIRST_WAIT, asked: None };
        }
    }

    /// Whether the call that started then is the one that seeks a token.
    fn asked_at(&self, started: f64) -> bool {
        matches!(self.state, State::Seeking { asked: Some(asked), .. } if asked == started)
    }

    /// A further refusal of a burst that is already known: the bucket was still empty.
    pub(super) fn refused_again(&mut self, refused: &Refused) {
        if self.known.is_none() && self.empties.len() <= 1 && !self.risen_from_seeking() {
            // Answers come out of order; of the first burst everything was taken that is not refused in the end.
            self.burst = (refused.taken + refused.after).max(1.0);
        }
        let Some(last) = self.empties.last_mut().filter(|last| refused.started >= last.at) else { return };
        *last = Empty { at: refused.started, taken: refused.taken };
        self.measure_within(refused);
    }

    /// From the first refusal of a burst to the last one the bucket was empty all along: what it gave meanwhile is its rate.
    /// Where answers take long, so many calls were under way that this tells it at once.
    fn measure_within(&mut self, refused: &Refused) {
        let Some(first) = self.first_of_burst else { return };
        let (calls, time) = (refused.taken - first.taken, refused.started - first.at);
        if calls < LEAST_WITHIN || time <= 0.0 {
            return;
        }
        let rate = calls / time;
        // So few calls tell less than the time since the last empty moment, unless they contradict it.
        let agrees = match &self.state {
            State::Cruising(cruise) => (rate / cruise.rate - 1.0).abs() < WITHIN,
            _ => false,
        };
        if !agrees {
            // Since the moments before, the bucket was full for a time, and they tell nothing.
            self.empties.retain(|empty| empty.at >= first.at);
            self.cruise(rate, calls, refused.told);
        }
    }

    fn risen_from_seeking(&self) -> bool {
        match &self.state {
            State::Seeking { wait, .. } => *wait > FIRST_WAIT,
            State::Rising(rise) => rise.begun(),
            State::Cruising(_) => true,
        }
    }

    /// The first refusal of a burst.
    pub(super) fn refused(&mut self, refused: &Refused) {
        let measured = self.measure(refused).map(|(rate, calls)| match &self.state {
            State::Rising(rise) => (self.risen(rise, refused, rate, calls), calls.min(MOST_OF_RISE)),
            _ => (rate, calls),
        });
        (self.refusals, self.scout) = (self.refusals + 1, None);
        self.average = (refused.taken - self.burst).max(0.0) / (refused.started - self.began).max(1.0);
        // What was remembered does not hold any more.
        self.trusted &= !matches!(&self.state, State::Cruising(cruise) if cruise.is_young());
        if refused.told.is_some() {
            self.refused_with_a_wait(refused);
        } else {
            self.refused_blindly(measured, refused);
        }
        self.note_empty(refused);
    }

    /// The wait after the refusal that was just learned from; the grid stays empty as long.
    pub(super) fn pause(&mut self, refused: &Refused) -> f64 {
        let pause = match &self.state {
            State::Seeking { wait, .. } => *wait,
            State::Rising(rise) => PAUSE / rise.pace(),
            State::Cruising(cruise) => PAUSE / cruise.rate * f64::from(1 << (self.refusals - 1).clamp(0, 16)),
        };
        let blind = pause.min(LONGEST_BLIND) * (1.0 + 0.25 * refused.chance);
        let pause = refused.told.unwrap_or(blind);
        self.slots.clear_until(refused.now + pause);
        pause
    }

    fn refused_blindly(&mut self, measured: Option<(f64, f64)>, refused: &Refused) {
        match (&mut self.state, measured) {
            (State::Seeking { wait, asked }, _) => {
                (*wait, *asked) = ((*wait * 2.0).min(LONGEST_BLIND), None);
            }
            (_, Some((rate, calls))) => self.cruise(rate, calls, None),
            (State::Cruising(cruise), None) => {
                let (rate, slower) = (cruise.rate, cruise.rate * 0.85);
                // None taken since the last refusal: the wait was too short, which says nothing of the rate.
                if let Some(few) = self.measure_few(refused) {
                    self.cruise(slower.min(few).max(rate * 0.3), 30.0, None);
                }
            }
            (State::Rising(_), None) => match self.measure_from_first(refused) {
                Some((rate, calls)) => self.cruise(rate, calls, None),
                None => self.state = State::Seeking { wait: FIRST_WAIT, asked: None },
            },
        }
    }

    /// The pause that was named fills the bucket, so what is left of it tells nothing of the next cycle.
    fn refused_with_a_wait(&mut self, refused: &Refused) {
        let told = refused.told.unwrap_or(0.0);
        match &self.state {
            State::Seeking { .. } => self.state = State::Rising(Rise::after_pause(self.burst, told)),
            State::Rising(rise) => {
                let rate = rise.rate(refused, self.burst, self.burst_time).max(self.burst / told.max(0.05));
                self.cruise(rate, 0.0, Some(told));
            }
            State::Cruising(cruise) => {
                let rate = cruise.rate_from_full(refused, self.burst);
                self.cruise(rate, 0.0, Some(told));
            }
        }
        self.empties.clear();
    }

    /// The rate at the end of a rise. Where a whole first burst was taken again at once it is no bucket but a
    /// window, and only the average tells its rate.
    fn risen(&self, rise: &Rise, refused: &Refused, rate: f64, calls: f64) -> f64 {
        let rate = rise.rate(refused, self.burst, self.burst_time).max(rate);
        let average = (refused.taken - self.burst) / (refused.started - self.began).max(1e-3);
        let size = self.burst - rate * self.burst_time;
        let again = size >= LEAST_WINDOW && calls >= 0.8 * self.burst && rate > 2.0 * average;
        if again && average > 0.0 { average } else { rate }
    }

    /// Begins a cycle at a rate that was measured over `calls`; the more calls, the longer the cycle.
    fn cruise(&mut self, rate: f64, calls: f64, told: Option<f64>) {
        let rate = rate.clamp(SLOWEST, FASTEST);
        self.known = Some(rate);
        let (spread, span) = match (calls, told) {
            (_, Some(told)) => (0.005, (rate * told * CALLS_PER_LOST_CALL).max(400.0)),
            _ if self.trusted => (0.01, 2500.0),
            (..25.0, None) => (0.10, 40.0),
            (..90.0, None) => (0.05, 120.0),
            (_, None) => (0.02, 400.0),
        };
        let cruise = Cruise::new(rate, spread, span.max(6.0 * self.trip * rate));
        self.respace(cruise.pace(self.share));
        self.state = State::Cruising(cruise);
    }

    fn respace(&mut self, pace: f64) {
        let spacing = 1.0 / pace.clamp(SLOWEST, FASTEST);
        let slack = SLACK.max(1.5 * spacing).min(self.burst * spacing / 4.0);
        self.slots.respace(spacing, slack);
    }

    fn note_empty(&mut self, refused: &Refused) {
        // Where nothing was taken meanwhile it is the same moment, longer.
        self.empties.pop_if(|last| last.taken == refused.taken);
        if self.empties.len() == EMPTIES {
            self.empties.remove(0);
        }
        let empty = Empty { at: refused.started, taken: refused.taken };
        self.empties.push(empty);
        self.first_of_burst = Some(empty);
        self.idle = 0.0;
    }

    /// The most that the rate can be when but a call or two were taken since the bucket was last empty.
    fn measure_few(&self, refused: &Refused) -> Option<f64> {
        let newest = self.empties.last()?;
        let calls = refused.taken - newest.taken;
        (calls >= 1.0).then(|| (calls + 1.0) / (refused.started - newest.at).max(1e-4))
    }

    /// Where hardly a call is taken between two empty moments: no less than the rate, over all that are kept. A bucket
    /// that holds one call gives no better measure.
    fn measure_from_first(&self, refused: &Refused) -> Option<(f64, f64)> {
        let first = self.empties.first()?;
        let calls = refused.taken - first.taken;
        (calls >= 3.0).then(|| (calls / (refused.started - first.at).max(1e-4), calls))
    }

    /// Rate and calls between empty moments: over the longest time that agrees with the newest.
    fn measure(&self, refused: &Refused) -> Option<(f64, f64)> {
        let newest = self.empties.last()?;
        let between = |empty: &Empty, idle: f64| {
            let calls = refused.taken - empty.taken;
            (calls / (refused.started - empty.at - idle).max(1e-4), calls)
        };
        let (rate, calls) = between(newest, self.idle);
        if calls < 3.0 {
            return None;
        }
        let agrees = |(older, _): &(f64, f64)| (older / rate - 1.0).abs() <= 2.0 / calls + 0.02;
        self.empties.iter().map(|empty| between(empty, self.idle)).find(agrees)
    }
}

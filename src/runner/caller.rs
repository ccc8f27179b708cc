//! One exchange at a time through the gate that all workers share.
//!
//! Reads and writes pass in the order in which they ask, each in a line of its own, since each may have a limit
//! of its own. What the provider says of limits is learned from every reply, and what concerns the whole account
//! (credentials, a far too long wait) raises the stop sign.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures::future::LocalBoxFuture;
use tokio::sync::{Mutex, Notify};
use tokio::time::{Instant, sleep, sleep_until};

mod reading;
mod tries;

pub use tries::Tries;

use super::stop::StopSign;
use super::{CallSeen, Watch};
use crate::outcome::{Cause, Stop};
use crate::pace::{Change, Does, Ended, Gate, Learned, Pace, Ticket, Waiting};
use crate::provider::{
    Answer, Call, CallError, Failure, HttpReply, Limits, Provider, TokenKeeper, Transport, TransportError,
};
use crate::retry::Next;

/// A refusal is far smaller, and what is smaller than this is read in no time.
const SMALLEST_PAGE: usize = 8 << 10;

/// So many writing calls that are forbidden in a row, whomever they meant, tell that the key lost its permission.
const MOST_FORBIDDEN: u32 = 3;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Broken {
    /// The run stops; nothing was sent.
    Stopped,
    Failed(CallError),
}

/// How many calls were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CallCounts {
    pub read: u64,
    pub write: u64,
    /// Answered with a limit; in neither of the others.
    pub refused: u64,
}

/// The provider, spoken to within all limits.
pub struct Caller<'a> {
    provider: &'a dyn Provider,
    transport: &'a dyn Transport,
    stop: &'a StopSign,
    watch: &'a dyn Watch,
    /// More tries after the first.
    pub retries: u32,
    pace: RefCell<Pace>,
    reads: Line,
    writes: Line,
    /// Held by the one call that renews the token for all.
    pub(super) renewal: Mutex<()>,
    /// Whether this account was seen to keep an archive; until then archives go one at a time.
    pub(super) archive: Mutex<bool>,
    began: Instant,
    chance: Cell<u64>,
    counts: Cell<CallCounts>,
    last_answer: Cell<Option<Instant>>,
    /// Failures that may pass, since then.
    unanswered: Cell<u32>,
    /// Writing calls in a row that were forbidden for a reason that nobody knows.
    forbidden: Cell<u32>,
}

/// What is to be done once, when a call may leave; `false` keeps it from leaving.
pub(super) type Ready<'a> = Option<LocalBoxFuture<'a, bool>>;

/// Those who wait to make one kind of calls: the first of them at the gate, the others behind.
#[derive(Default)]
struct Line {
    place: Mutex<()>,
    /// A call of either kind has ended.
    ended: Notify,
}

/// The right to make one call; gives the place back when it is dropped before the call has ended.
struct Pass<'c> {
    caller: &'c Caller<'c>,
    ticket: Option<Ticket>,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.caller.pace.borrow_mut().forget(ticket);
            self.caller.wake_both_lines();
        }
    }
}

impl<'a> Caller<'a> {
    /// `seed` feeds the jitter of waits.
    pub fn new(
        provider: &'a dyn Provider,
        transport: &'a dyn Transport,
        stop: &'a StopSign,
        watch: &'a dyn Watch,
        (pace, retries): (Pace, u32),
        seed: u64,
    ) -> Caller<'a> {
        Caller {
            provider,
            transport,
            stop,
            watch,
            retries,
            pace: RefCell::new(pace),
            reads: Line::default(),
            writes: Line::default(),
            renewal: Mutex::new(()),
            archive: Mutex::new(false),
            began: Instant::now(),
            chance: Cell::new(seed),
            counts: Cell::new(CallCounts::default()),
            last_answer: Cell::new(None),
            unanswered: Cell::new(0),
            forbidden: Cell::new(0),
        }
    }

    pub fn provider(&self) -> &'a dyn Provider {
        self.provider
    }

    pub fn counts(&self) -> CallCounts {
        self.counts.get()
    }

    /// The most calls that will ever be in flight.
    pub fn most(&self) -> usize {
        self.pace.borrow().most()
    }

    /// Rows to have in hand as things stand; it changes while the provider's limits are learned.
    pub fn useful(&self) -> usize {
        self.pace.borrow().useful()
    }

    /// Why the next writing call would wait, if it would.
    pub fn why(&self) -> Option<Waiting> {
        self.pace.borrow_mut().why(self.began.elapsed(), Does::Write)
    }

    /// To how many tries the refusals amount that came since a call of this kind was taken.
    fn in_vain(&self, does: Does) -> u32 {
        self.pace.borrow().in_vain(does)
    }

    /// How long so many writing calls take under the limits that are known by now.
    pub fn estimate(&self, calls: u64) -> Option<Duration> {
        self.pace.borrow().estimate(calls, Does::Write)
    }

    /// What the next run on this account should begin with; `wall` is now, in seconds since 1970.
    pub fn learned(&self, wall: i64) -> Learned {
        self.pace.borrow().learned(wall)
    }

    /// One exchange, no more, but for a token that has ended. `row` is the row as a spreadsheet counts it.
    pub async fn exchange(&self, call: &Call, row: Option<u64>) -> Result<Answer, Broken> {
        self.exchange_when(&mut None, call, row).await
    }

    /// The same, where something must be done when the call's turn has come and before it leaves.
    pub(super) async fn exchange_when(
        &self,
        ready: &mut Ready<'_>,
        call: &Call,
        row: Option<u64>,
    ) -> Result<Answer, Broken> {
        let result = match self.provider.tokens() {
            None => self.once(ready, call, row).await.1,
            Some(keeper) => Box::pin(self.with_token(keeper, ready, call, row)).await,
        };
        result.inspect_err(|broken| {
            if let Broken::Failed(error) = broken {
                self.heed(error);
            }
        })
    }

    /// One call through the gate; also tells which token it was sent with.
    pub(super) async fn once(
        &self,
        ready: &mut Ready<'_>,
        call: &Call,
        row: Option<u64>,
    ) -> (usize, Result<Answer, Broken>) {
        let does = if call.writes() { Does::Write } else { Does::Read };
        let Some(mut pass) = self.pass(does, ready).await else { return (0, Err(Broken::Stopped)) };
        let token = self.provider.tokens().map_or(0, TokenKeeper::generation);
        let sent = Instant::now();
        let reply = self.transport.send(self.provider.request(call)).await;
        let took = sent.elapsed();
        let limits = reply.as_ref().map(|reply| self.provider.limits(reply)).unwrap_or_default();
        let status = reply.as_ref().ok().map(|reply| reply.status);
        let early = !call.writes() && reply.as_ref().is_ok_and(is_page);
        if early {
            self.learn(&mut pass, Ended::Answered(limits));
            // Whoever waits goes ahead; the page is read while their calls are on the way.
            tokio::task::yield_now().await;
        }
        let result = self.judge(call, reply);
        self.count(call, &result);
        if !early {
            self.learn(&mut pass, ended(limits, &result));
        }
        if result.as_ref().is_err_and(|error| error.failure.later()) {
            self.unanswered.set(self.unanswered.get().saturating_add(1));
        } else {
            self.last_answer.set(Some(Instant::now()));
            self.unanswered.set(0);
        }
        self.watch.call(&CallSeen {
            row,
            what: call.name(),
            status,
            code: result.as_ref().err().map_or("", |error| &error.code),
            took,
        });
        (token, result.map_err(Broken::Failed))
    }

    /// An exchange that changes nothing, tried again as long as that may help.
    pub async fn read(&self, call: &Call) -> Result<Answer, Broken> {
        let mut tries = Tries::new(self, Does::Read);
        loop {
            let error = match self.exchange(call, None).await {
                Err(Broken::Failed(error)) => error,
                ended => return ended,
            };
            match tries.after(&error) {
                Next::Again(wait) => self.rest(wait).await?,
                Next::UsedUp => {
                    tries.used_up(&error);
                    return Err(Broken::Failed(error));
                }
                Next::Final => return Err(Broken::Failed(error)),
            }
        }
    }

    /// Waits, unless the run stops.
    pub async fn rest(&self, wait: Duration) -> Result<(), Broken> {
        if self.stop.is_raised() {
            return Err(Broken::Stopped);
        }
        tokio::select! {
            biased;
            () = sleep(wait) => Ok(()),
            () = self.stop.raised() => Err(Broken::Stopped),
        }
    }

    /// The next draw, between 0 and 1 (splitmix64, public domain, S. Vigna).
    pub fn chance(&self) -> f64 {
        let state = self.chance.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.chance.set(state);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Waits for a place in the line and for the gate; `None` when the run stops. What makes the call ready is done by the
    /// first in the line alone, and the gate looked at again, which may have closed meanwhile.
    async fn pass(&self, does: Does, ready: &mut Ready<'_>) -> Option<Pass<'_>> {
        let line = match does {
            Does::Read => &self.reads,
            Does::Write => &self.writes,
        };
        // The lock is fair: it cannot be had at once while somebody waits for it.
        let _place = match line.place.try_lock() {
            Ok(place) => place,
            Err(_) => tokio::select! {
                biased;
                place = line.place.lock() => place,
                () = self.stop.raised() => return None,
            },
        };
        loop {
            if self.stop.is_raised() {
                return None;
            }
            let now = self.began.elapsed();
            let gate = self.pace.borrow_mut().gate(now, does);
            match gate {
                Gate::Open => {
                    let Some(ready) = ready.take() else {
                        let ticket = Some(self.pace.borrow_mut().start(now, does));
                        return Some(Pass { caller: self, ticket });
                    };
                    if !ready.await {
                        return None;
                    }
                }
                Gate::At(time) => tokio::select! {
                    biased;
                    () = sleep_until(self.began + time) => {}
                    () = line.ended.notified() => {}
                    () = self.stop.raised() => {}
                },
                Gate::Full => tokio::select! {
                    biased;
                    () = line.ended.notified() => {}
                    () = self.stop.raised() => {}
                },
            }
        }
    }

    fn judge(&self, call: &Call, reply: Result<HttpReply, TransportError>) -> Result<Answer, CallError> {
        self.provider.answer(call, &reply?)
    }

    /// Tells the gate how the call ended.
    fn learn(&self, pass: &mut Pass<'_>, ended: Ended) {
        let Some(ticket) = pass.ticket.take() else { return };
        let change = self.pace.borrow_mut().end(self.began.elapsed(), ticket, ended, self.chance());
        self.wake_both_lines();
        match change {
            Change::Paused(wait) => self.watch.paused(wait),
            Change::TooLong(wait) => {
                let hours = wait.as_secs_f64() / 3600.0;
                let message = format!(
                    "the provider asks to wait {hours:.1} hours; run the same command after that, it goes on"
                );
                self.stop.raise(Stop::new(Cause::Unreachable, "http_429", message));
            }
            Change::Nothing | Change::AlreadyPaused => {}
        }
    }

    /// A place is free: whoever stands first in each line looks at the gate again.
    fn wake_both_lines(&self) {
        self.reads.ended.notify_one();
        self.writes.ended.notify_one();
    }

    /// Raises the stop sign for a refusal that every further call would meet.
    fn heed(&self, error: &CallError) {
        let all = match error.failure {
            Failure::Unauthorized | Failure::Forbidden => true,
            Failure::ForbiddenUnknown => {
                let lost = !self.provider.facts().forbids_rows && self.forbidden.get() >= MOST_FORBIDDEN;
                self.counts.get().write <= 1 || lost
            }
            _ => false,
        };
        if all {
            let stop = Stop::new(Cause::Refused, error.code.clone(), error.message.clone());
            self.stop.raise(stop.answered(error.status));
        }
    }

    fn count(&self, call: &Call, result: &Result<Answer, CallError>) {
        let forbidden = matches!(result, Err(error) if error.failure == Failure::ForbiddenUnknown);
        if call.writes() {
            self.forbidden.set(if forbidden { self.forbidden.get() + 1 } else { 0 });
        }
        let mut counts = self.counts.get();
        match result {
            Err(error) if error.failure == Failure::Limited => counts.refused += 1,
            _ if call.writes() => counts.write += 1,
            _ => counts.read += 1,
        }
        self.counts.set(counts);
    }
}

/// What a call's end means for pacing.
fn ended(limits: Limits, result: &Result<Answer, CallError>) -> Ended {
    match result {
        Err(error) if error.failure == Failure::Limited => Ended::Limited(limits),
        Err(error) if error.status.is_none() => Ended::Silent,
        Err(error) if error.failure == Failure::Unclear => Ended::Failed(limits),
        _ => Ended::Answered(limits),
    }
}

/// Whether it is so much of an answer that no limit can be in it, and that it takes time to read.
fn is_page(reply: &HttpReply) -> bool {
    reply.status == 200 && reply.body.len() >= SMALLEST_PAGE
}

#[cfg(test)]
mod tests;

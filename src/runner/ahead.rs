//! Rows in bounded concurrency, prepared in blocks so that no call waits for the disk.
//!
//! Creates with a natural key have their intents written ahead, a block at a time and synced once: should the
//! process die, a later one finds them again fifty a call. All other steps write their intents when they are sent.

use std::collections::VecDeque;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{Fuse, FusedFuture, LocalBoxFuture};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use super::rows::Planned;
use super::{Broken, Engine};
use crate::journal::{Event, NEVER_SENT};
use crate::plan::Step;

/// Most rows of a block; a resume must look all of them up.
const MOST_AHEAD: usize = 512;
/// A block that is used up sooner is followed by a larger one: each costs a sync.
const LASTS: Duration = Duration::from_millis(50);
/// What is told of rows waits no longer than this for its way to the disk.
const KEPT_BACK: Duration = Duration::from_millis(500);

/// Rows that are ready to start, and those whose intents are on their way to the disk.
struct Ahead<'a> {
    ready: VecDeque<Planned>,
    block: Vec<Planned>,
    syncing: Fuse<LocalBoxFuture<'a, Result<(), Broken>>>,
    size: usize,
    /// When the newest block was asked for.
    began: Option<Instant>,
    more: bool,
}

impl Engine<'_> {
    /// Runs the rows that `next` gives until there are none or the run stops. Where one cannot be read, those before it
    /// are run to their end.
    pub async fn execute<E>(
        &self,
        mut next: impl AsyncFnMut() -> Result<Option<Planned>, E>,
    ) -> Result<(), E> {
        let mut running = FuturesUnordered::new();
        let mut ahead = Ahead {
            ready: VecDeque::new(),
            block: Vec::new(),
            syncing: Fuse::terminated(),
            size: self.caller.useful(),
            began: None,
            more: true,
        };
        let mut read = Ok(());
        let mut kept_back = tokio::time::interval(KEPT_BACK);
        // Rows wait for the disk in one line, so that each wait is polled beside them and never in place of them.
        let mut flushing = Fuse::terminated();
        loop {
            while running.len() < self.caller.useful()
                && !ahead.ready.is_empty()
                && !self.stop.is_raised()
                && !self.too_many_errors()
                && let Some(planned) = ahead.ready.pop_front()
            {
                running.push(self.watched(planned).boxed_local());
            }
            if ahead.wants_more() && !self.stop.is_raised() {
                read = self.prepare(&mut ahead, &mut next).await;
                ahead.more &= read.is_ok();
            }
            let idle = running.is_empty() && ahead.block.is_empty();
            if idle && (self.stop.is_raised() || ahead.ready.is_empty() && !ahead.more) {
                break;
            }
            tokio::select! {
                biased;
                Some(()) = running.next() => {}
                synced = &mut ahead.syncing, if !ahead.block.is_empty() => ahead.synced(synced.is_ok()),
                _ = &mut flushing => flushing = Fuse::terminated(),
                _ = kept_back.tick(), if flushing.is_terminated() => {
                    self.watch.waiting(self.caller.why(), &|calls| self.caller.estimate(calls));
                    flushing = self.synced().boxed_local().fuse();
                }
            }
        }
        if !flushing.is_terminated() {
            // A write that is broken off would leave nobody who knows how far it came.
            let _ = flushing.await;
        }
        self.not_started(ahead);
        // A failure has raised the stop sign, which tells it.
        let _ = self.synced().await;
        read
    }

    /// Reads the next block of rows and begins to put their intents on disk.
    async fn prepare<'a, E>(
        &'a self,
        ahead: &mut Ahead<'a>,
        next: &mut impl AsyncFnMut() -> Result<Option<Planned>, E>,
    ) -> Result<(), E> {
        let mut read = Ok(());
        while ahead.more && read.is_ok() && ahead.block.len() < ahead.size {
            match next().await {
                Ok(Some(mut planned)) => {
                    planned.ahead = self.intend(&planned);
                    ahead.block.push(planned);
                }
                Ok(None) => ahead.more = false,
                Err(unread) => read = Err(unread),
            }
        }
        if !ahead.block.is_empty() {
            ahead.syncing = self.synced().boxed_local().fuse();
        }
        read
    }

    /// Writes the intent of a create ahead, where a later look can find the user again.
    fn intend(&self, planned: &Planned) -> bool {
        let Some(step @ Step::EnsureUser(wish)) = planned.plan.steps.first() else { return false };
        if !wish.has_natural_key() || self.journal.state().open.contains_key(&planned.row) {
            return false;
        }
        let intent = Event::Intent { row: planned.row, step: step.name(), attempt: 1, content: None };
        self.note(&intent).is_ok()
    }

    /// Tells the journal of rows whose intents were written and that were not sent after all.
    fn not_started(&self, ahead: Ahead<'_>) {
        for planned in ahead.ready.into_iter().chain(ahead.block).filter(|planned| planned.ahead) {
            let step = planned.plan.steps[0].name();
            // A journal that failed has raised the stop sign already.
            let _ = self.note(&Event::NoEffect { row: planned.row, step, code: NEVER_SENT.into() });
        }
    }
}

impl Ahead<'_> {
    /// Whether another block is to be prepared; they grow until each lasts for a while.
    fn wants_more(&mut self) -> bool {
        if !self.more || !self.block.is_empty() || self.ready.len() * 2 >= self.size {
            return false;
        }
        if self.began.replace(Instant::now()).is_some_and(|began| began.elapsed() < LASTS) {
            self.size = (self.size * 2).min(MOST_AHEAD);
        }
        true
    }

    /// The block's intents are on disk, or the journal failed and nothing of it may start.
    fn synced(&mut self, well: bool) {
        if well {
            self.ready.extend(self.block.drain(..));
        } else {
            self.block.clear();
        }
    }
}

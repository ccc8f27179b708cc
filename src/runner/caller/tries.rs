//! The tries of one call, counted: what comes after each, and when they are used up.

use tokio::time::Instant;

use super::Caller;
use crate::outcome::{Cause, Stop};
use crate::pace::Does;
use crate::provider::{CallError, Failure};
use crate::retry::{self, Next};

/// Of one step or one read, from its first try on.
pub struct Tries<'c, 'a> {
    caller: &'c Caller<'a>,
    does: Does,
    began: Instant,
    failures: u32,
    /// How many calls the provider had taken when it refused this one last.
    refused_at: Option<u64>,
}

impl<'c, 'a> Tries<'c, 'a> {
    pub fn new(caller: &'c Caller<'a>, does: Does) -> Tries<'c, 'a> {
        Tries { caller, does, began: Instant::now(), failures: 0, refused_at: None }
    }

    /// Takes in how a try failed.
    pub fn after(&mut self, error: &CallError) -> Next {
        let limited = error.failure == Failure::Limited;
        self.failures += u32::from(!limited || self.is_refused_alone());
        let in_vain = if limited { self.caller.in_vain(self.does) } else { 0 };
        retry::next(error, self.failures.max(in_vain), self.caller.retries, self.caller.chance())
    }

    /// A refusal concerns all calls, and they wait together. But whoever is refused again although others were taken
    /// meanwhile is meant itself.
    fn is_refused_alone(&mut self) -> bool {
        let counts = self.caller.counts();
        let taken = counts.read + counts.write;
        self.refused_at.replace(taken).is_some_and(|before| taken > before)
    }

    /// Told that tries are used up: when nothing was answered in all that time, or the limit lets nobody through, the run
    /// stops.
    pub fn used_up(&self, error: &CallError) {
        let limited =
            error.failure == Failure::Limited && self.caller.in_vain(self.does) > self.caller.retries;
        if limited || self.caller.last_answer.get().is_none_or(|answer| answer < self.began) {
            let what = match error.failure {
                Failure::Limited => "the provider still limits after every wait",
                Failure::NotSent => "the provider cannot be reached",
                _ => "the provider does not answer as it should",
            };
            let message = format!("{what} ({}); the same command goes on later", error.message);
            self.caller.stop.raise(Stop::new(Cause::Unreachable, error.code.clone(), message));
        }
    }
}

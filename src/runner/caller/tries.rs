//! The tries of one call, counted: what comes after each, and when they are used up.

use tokio::time::Instant;

use super::Caller;
use crate::outcome::{Cause, Stop};
use crate::pace::{Does, InVain};
use crate::provider::{CallError, Failure};
use crate::retry::{self, Next};

/// Fewer failures in a row say nothing of the provider as a whole, however few tries the user allows.
const LEAST_IN_A_ROW: u32 = 3;

/// Of one step or one read, from its first try on.
pub struct Tries<'c, 'a> {
    caller: &'c Caller<'a>,
    does: Does,
    began: Instant,
    failures: u32,
    /// Refusals while others of its kind were taken, and how many the provider had taken at the last.
    alone: InVain,
    taken: Option<u64>,
}

impl<'c, 'a> Tries<'c, 'a> {
    pub fn new(caller: &'c Caller<'a>, does: Does) -> Tries<'c, 'a> {
        Tries { caller, does, began: Instant::now(), failures: 0, alone: InVain::default(), taken: None }
    }

    /// Takes in how a try failed.
    pub fn after(&mut self, error: &CallError) -> Next {
        let in_vain = match error.failure {
            Failure::Limited => {
                self.refused();
                self.caller.in_vain(self.does)
            }
            _ => {
                self.failures += 1;
                0
            }
        };
        let failures = (self.failures + self.alone.tries()).max(in_vain);
        retry::next(error, failures, self.caller.retries, self.caller.chance())
    }

    /// A refusal concerns all calls, and they wait together. But whoever is refused again and again although others are
    /// taken meanwhile is meant itself; at a limit that lets every other call through that takes a while to tell.
    fn refused(&mut self) {
        let counts = self.caller.counts();
        let taken = if self.does == Does::Read { counts.read } else { counts.write };
        if self.taken.replace(taken).is_none_or(|before| taken > before) {
            self.alone.refused(self.began.elapsed().as_secs_f64(), false);
        }
    }

    /// Told that tries are used up: when nothing was answered in all that time, or the limit lets nobody through, the run
    /// stops.
    pub fn used_up(&self, error: &CallError) {
        let limited =
            error.failure == Failure::Limited && self.caller.in_vain(self.does) > self.caller.retries;
        let unanswered = self.caller.last_answer.get().is_none_or(|answer| answer < self.began)
            && self.caller.unanswered.get() >= LEAST_IN_A_ROW;
        if limited || unanswered {
            let what = match error.failure {
                Failure::Limited => "the provider still limits after every wait",
                Failure::NotSent => "the provider cannot be reached",
                _ => "the provider does not answer as it should",
            };
            let message = format!("{what} ({}); the same command goes on later", error.message);
            let stop = Stop::new(Cause::Unreachable, error.code.clone(), message);
            self.caller.stop.raise(stop.answered(error.status));
        }
    }
}

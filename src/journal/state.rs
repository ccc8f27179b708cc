//! The state of a run: its journal, folded.
//!
//! Pure, and the same function for a living run and for a replay: one owner of the truth.
//! Memory: 16 bytes a row, and what is open.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{Event, Header};
use crate::outcome::{Status, Tally};
use crate::planted::{Bug, planted};

/// The code of an intent whose call never left.
pub const NEVER_SENT: &str = "interrupted";
/// No event of this kind for the row.
const NONE: u64 = u64::MAX;

/// The code of a row whose user was deleted although an archive was asked for.
pub const NOT_ARCHIVED: &str = "not_archived";

/// What a journal says so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub header: Header,
    /// Users in the roster as the preflight read it.
    pub roster: Option<u64>,
    pub ready: bool,
    /// At least one writing call may have been sent.
    pub wrote: bool,
    pub abandoned: bool,
    /// An archive turned out to be a final delete.
    pub not_archived: bool,
    /// The exit code of the last process that ended by itself.
    pub exit_code: Option<u8>,
    /// That process was stopped before its last row.
    pub stopped: bool,
    /// Rows with an intent and no ending.
    pub open: BTreeMap<u32, OpenRow>,
    /// How the rows ended that ended by calls.
    pub ended: Tally,
    /// What that last process told of all rows; nothing while another one goes on.
    pub told: Tally,
    /// Rows that failed and have another try when the run goes on.
    later: BTreeSet<u32>,
    looked_at: Vec<u64>,
    ended_at: Vec<u64>,
}

/// A row in the middle of its steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenRow {
    /// Names of the steps that took effect.
    pub done: Vec<String>,
    /// The step that may have been sent.
    pub step: String,
    /// An intent without an ending, or an attempt of unclear effect.
    pub in_doubt: bool,
    /// An earlier attempt of this step was unclear, whatever the last one was.
    pub was_unclear: bool,
    /// The code of the last failure since a step took effect.
    pub code: String,
    /// Writing calls that were sent.
    pub attempts: u32,
    pub user_id: String,
    pub device_ids: Vec<String>,
    pub sip_contact_uri: String,
    pub sip_device: String,
    /// For the `details` column.
    pub details: BTreeMap<String, String>,
}

impl OpenRow {
    /// Nothing of it took effect, or may have.
    pub fn is_untouched(&self) -> bool {
        !self.in_doubt && self.done.is_empty()
    }
}

impl State {
    /// Whether something of the row took effect, or may have, or it ended.
    pub fn is_started(&self, row: u32) -> bool {
        self.ended_at(row).is_some() || self.open.get(&row).is_some_and(|open| !open.is_untouched())
    }

    /// Whether nothing of any row took effect, or may have.
    pub fn changed_nothing(&self) -> bool {
        let ended = |(status, _): (Status, u64)| matches!(status, Status::Failed | Status::Invalid);
        self.open.values().all(OpenRow::is_untouched) && self.ended.iter().all(ended)
    }

    /// Takes in the event that lies at `offset`.
    pub fn apply(&mut self, event: &Event, offset: u64) {
        match event {
            Event::Run(header) => self.begin(header),
            Event::Looked { row, .. } => {
                set(&mut self.looked_at, *row, offset);
                // Whatever was tried of the row had no effect, and it begins with what was seen now.
                if self.open.get(row).is_some_and(OpenRow::is_untouched) {
                    self.open.remove(row);
                }
            }
            Event::Ready { roster } => (self.ready, self.roster) = (true, *roster),
            Event::Intent { row, step, .. } => self.intent(*row, step),
            Event::NoEffect { row, code, .. } => {
                let open = self.open.entry(*row).or_default();
                open.in_doubt = open.was_unclear;
                open.code.clone_from(code);
                if code == NEVER_SENT {
                    open.attempts = open.attempts.saturating_sub(1);
                }
            }
            Event::Unclear { row, code, .. } => {
                let open = self.open.entry(*row).or_default();
                (open.in_doubt, open.was_unclear) = (true, true);
                open.code.clone_from(code);
            }
            Event::Done { row, step, user_id, device_ids, sip_contact_uri, sip_device, details } => {
                let open = self.open.entry(*row).or_default();
                open.done.push(step.clone());
                (open.in_doubt, open.was_unclear, open.code) = (false, false, String::new());
                open.details.clone_from(details);
                if !user_id.is_empty() {
                    open.user_id.clone_from(user_id);
                    open.device_ids.clone_from(device_ids);
                    open.sip_contact_uri.clone_from(sip_contact_uri);
                    open.sip_device.clone_from(sip_device);
                }
            }
            Event::Ended { row, outcome } => {
                self.open.remove(row);
                if outcome.may_pass_later() {
                    self.later.insert(*row);
                }
                self.not_archived |= outcome.troubles.iter().any(|trouble| trouble.code == NOT_ARCHIVED);
                if self.ended_at.get(*row as usize).is_none_or(|at| *at == NONE) {
                    self.ended.add(outcome.status);
                }
                set(&mut self.ended_at, *row, offset);
            }
            Event::Resumed { .. } => {
                (self.exit_code, self.stopped, self.told) = (None, false, Tally::default());
                for row in std::mem::take(&mut self.later) {
                    set(&mut self.ended_at, row, NONE);
                    self.ended.take(Status::Failed);
                }
            }
            Event::Abandoned { .. } => self.abandoned = true,
            Event::End { exit_code, stopped, outcomes, .. } => {
                (self.exit_code, self.stopped, self.told) = (Some(*exit_code), *stopped, outcomes.clone());
            }
        }
    }

    fn begin(&mut self, header: &Header) {
        self.header = header.clone();
        let rows = usize::try_from(header.input.rows).unwrap_or_default();
        self.looked_at.reserve_exact(rows.min(1 << 26));
        self.ended_at.reserve_exact(rows.min(1 << 26));
    }

    fn intent(&mut self, row: u32, step: &str) {
        self.wrote = true;
        let open = self.open.entry(row).or_default();
        if open.step != step {
            open.step = step.to_string();
            open.was_unclear = false;
        } else if open.in_doubt && !planted(Bug::NoEffectEndsDoubt) {
            // The attempt before was broken off; what follows does not tell what came of it.
            open.was_unclear = true;
        }
        open.in_doubt = !planted(Bug::IntentIsNoDoubt);
        open.attempts += 1;
    }

    /// Where the journal says what the preflight learned about a row.
    pub fn looked_at(&self, row: u32) -> Option<u64> {
        self.looked_at.get(row as usize).copied().filter(|at| *at != NONE)
    }

    /// Whether the preflight had nothing to say of any row.
    pub fn nobody_is_there(&self) -> bool {
        self.ready && self.looked_at.is_empty()
    }

    /// Where the journal says how a row ended.
    pub fn ended_at(&self, row: u32) -> Option<u64> {
        self.ended_at.get(row as usize).copied().filter(|at| *at != NONE)
    }

    /// A run that may have written, was not given up, and has work left.
    pub fn unfinished(&self) -> bool {
        let ended = self.exit_code.is_some_and(|code| matches!(code, 0 | 4 | 8));
        let whole = !self.stopped || planted(Bug::StoppedIsFinished);
        let open = !self.open.is_empty() && !planted(Bug::OpenRowsFinished);
        let finished = ended && whole && !open && self.later.is_empty();
        self.wrote && !self.abandoned && !finished
    }

    /// How many rows ended by calls.
    pub fn ended_rows(&self) -> u64 {
        self.ended.total()
    }

    /// How many rows ended so by calls.
    pub fn ended(&self, status: Status) -> u64 {
        self.ended.of(status)
    }
}

fn set(offsets: &mut Vec<u64>, row: u32, offset: u64) {
    let row = row as usize;
    if offsets.len() <= row {
        offsets.resize(row + 1, NONE);
    }
    offsets[row] = offset;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(events: &[&str]) -> State {
        let mut state = State::default();
        for event in events {
            let (row, step, code) = (0, "user".to_string(), String::new());
            let event = match *event {
                "intent" => Event::Intent { row, step, attempt: 1, content: None },
                "unclear" => Event::Unclear { row, step, code },
                _ => Event::NoEffect { row, step, code },
            };
            state.apply(&event, 0);
        }
        state
    }

    #[test]
    fn a_row_that_the_limit_kept_out_has_another_try() {
        let intent = || Event::Intent { row: 0, step: "user".into(), attempt: 1, content: None };
        let mut outcome = crate::outcome::RowOutcome::troubled(Status::Failed, "http_429", "later");
        for (status, again) in [(429, true), (400, false)] {
            let mut state = State::default();
            state.apply(&intent(), 0);
            outcome.http_status = Some(status);
            state.apply(&Event::Ended { row: 0, outcome: outcome.clone() }, 1);
            assert_eq!((state.ended_at(0), state.ended_rows()), (Some(1), 1));
            state.apply(&Event::Resumed { at: String::new() }, 2);
            assert_eq!(state.is_started(0), !again, "{status}");
            assert_eq!(state.ended_rows(), u64::from(!again));
        }
    }

    #[test]
    fn a_run_with_rows_that_have_another_try_is_unfinished() {
        for (http_status, unfinished) in [(429, true), (400, false)] {
            let mut state = State::default();
            state.apply(&Event::Intent { row: 0, step: "user".into(), attempt: 1, content: None }, 0);
            let mut outcome = crate::outcome::RowOutcome::troubled(Status::Failed, "a_code", "later");
            outcome.http_status = Some(http_status);
            state.apply(&Event::Ended { row: 0, outcome }, 1);
            // A graver code than 7 may have been that of the run: another row is unknown for ever.
            let (at, outcomes) = (String::new(), Tally::default());
            state.apply(&Event::End { at, exit_code: 8, stopped: false, outcomes }, 2);
            assert_eq!(state.unfinished(), unfinished, "{http_status}");
        }
    }

    #[test]
    fn a_new_look_begins_a_row_anew_of_which_nothing_took_effect() {
        for (events, begins_anew) in [
            (&["intent", "no_effect"][..], true),
            (&["intent"], false),
            (&["intent", "unclear", "intent", "no_effect"], false),
        ] {
            let mut state = folded(events);
            state.apply(&Event::Looked { row: 0, look: crate::plan::Look::Matches(vec![]) }, 9);
            assert_eq!(state.open.is_empty(), begins_anew, "{events:?}");
        }
    }

    #[test]
    fn doubt_outlives_a_later_attempt_without_effect() {
        for (events, in_doubt) in [
            (&["intent"][..], true),
            (&["intent", "no_effect"], false),
            (&["intent", "no_effect", "intent", "no_effect"], false),
            (&["intent", "unclear", "intent", "no_effect"], true),
            // A process died after the first intent.
            (&["intent", "intent", "no_effect"], true),
            (&["intent", "no_effect", "intent", "intent", "no_effect"], true),
        ] {
            assert_eq!(folded(events).open[&0].in_doubt, in_doubt, "{events:?}");
        }
    }
}

//! How a row ended, how a run ended, and the exit code that says so.
//!
//! Pure. Every ending is a variant: "we do not know" is an ending of its own, never a kind of failure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::row::Problem;

/// The ending of one row; the words of the `result_status` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Created,
    Updated,
    Unchanged,
    Deleted,
    Disabled,
    Archived,
    Purged,
    Restored,
    /// The row itself is wrong; nothing was sent for it.
    Invalid,
    /// The provider or the roster refused; nothing took effect.
    Failed,
    /// An earlier step took effect and a later one did not.
    Partial,
    /// A call was sent and its effect could not be found out.
    Unknown,
    /// The run stopped before this row.
    NotAttempted,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Created => "created",
            Status::Updated => "updated",
            Status::Unchanged => "unchanged",
            Status::Deleted => "deleted",
            Status::Disabled => "disabled",
            Status::Archived => "archived",
            Status::Purged => "purged",
            Status::Restored => "restored",
            Status::Invalid => "invalid",
            Status::Failed => "failed",
            Status::Partial => "partial",
            Status::Unknown => "unknown",
            Status::NotAttempted => "not_attempted",
        }
    }

    /// The word of a dry run for a row that would end so.
    pub fn would(self) -> &'static str {
        match self {
            Status::Created => "would_create",
            Status::Updated => "would_update",
            Status::Deleted => "would_delete",
            Status::Disabled => "would_disable",
            Status::Archived => "would_archive",
            Status::Purged => "would_purge",
            Status::Restored => "would_restore",
            other => other.word(),
        }
    }

    /// Whether the row reached its goal.
    pub fn reached(self) -> bool {
        !matches!(
            self,
            Status::Invalid | Status::Failed | Status::Partial | Status::Unknown | Status::NotAttempted
        )
    }
}

/// The words of the `steps_done` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepWord {
    User,
    SipPassword,
    Device,
    Disable,
    Reassign,
    Archive,
    Delete,
    Purge,
    Restore,
}

impl StepWord {
    pub fn word(self) -> &'static str {
        match self {
            StepWord::User => "user",
            StepWord::SipPassword => "sip_password",
            StepWord::Device => "device",
            StepWord::Disable => "disable",
            StepWord::Reassign => "reassign",
            StepWord::Archive => "archive",
            StepWord::Delete => "delete",
            StepWord::Purge => "purge",
            StepWord::Restore => "restore",
        }
    }
}

/// One reason why a row did not reach its goal: a code for scripts, words for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trouble {
    pub code: String,
    pub message: String,
}

impl Trouble {
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Trouble {
        Trouble { code: code.into(), message: message.into() }
    }
}

/// The ending of one row with all that its result row says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowOutcome {
    pub status: Status,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<Trouble>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user_id: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sip_contact_uri: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps_done: Vec<StepWord>,
    /// The status of the last answer; `None` where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// Writing calls that were sent for the row.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub attempts: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl RowOutcome {
    pub fn new(status: Status) -> RowOutcome {
        RowOutcome {
            status,
            troubles: Vec::new(),
            details: BTreeMap::new(),
            user_id: String::new(),
            device_ids: Vec::new(),
            sip_contact_uri: String::new(),
            steps_done: Vec::new(),
            http_status: None,
            attempts: 0,
            request_id: String::new(),
        }
    }

    /// A row that ended without reaching its goal.
    pub fn troubled(status: Status, code: impl Into<String>, message: impl Into<String>) -> RowOutcome {
        let mut outcome = RowOutcome::new(status);
        outcome.troubles.push(Trouble::new(code, message));
        outcome
    }

    /// A row with problems, all of which it tells.
    pub fn invalid(problems: &[Problem]) -> RowOutcome {
        let troubles = problems.iter().map(|problem| Trouble::new(problem.code, &*problem.message));
        RowOutcome { troubles: troubles.collect(), ..RowOutcome::new(Status::Invalid) }
    }

    /// Whether nothing of the row took effect, and the same row may get through later: the provider limited, or was not
    /// reached.
    pub fn may_pass_later(&self) -> bool {
        let unreached = || self.troubles.iter().any(|trouble| trouble.code == "connection");
        self.status == Status::Failed && (self.http_status == Some(429) || unreached())
    }
}

/// How many rows ended how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally(BTreeMap<Status, u64>);

impl Tally {
    pub fn add(&mut self, status: Status) {
        self.add_many(status, 1);
    }

    pub fn add_many(&mut self, status: Status, rows: u64) {
        if rows > 0 {
            *self.0.entry(status).or_default() += rows;
        }
    }

    pub fn take(&mut self, status: Status) {
        if let Some(rows) = self.0.get_mut(&status) {
            *rows = rows.saturating_sub(1);
        }
        self.0.retain(|_, rows| *rows > 0);
    }

    pub fn of(&self, status: Status) -> u64 {
        self.0.get(&status).copied().unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Status, u64)> + '_ {
        self.0.iter().map(|(status, count)| (*status, *count))
    }

    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a run ended before its last row.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    pub cause: Cause,
    /// The error code of the rows that were not attempted for it.
    pub code: String,
    /// What happened and what to do next.
    pub message: String,
    /// The HTTP status of the answer that stopped it; `None` where it was none.
    pub status: Option<u16>,
}

/// The causes that stop a run, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The journal or the results could not be written.
    Disk,
    /// Ctrl-C or a signal: calls in flight were finished.
    Interrupted,
    /// `--strict`, and a row is invalid: nothing was sent.
    Strict,
    /// The provider refused the credentials or the account.
    Refused,
    /// The provider will not show the roster: account or address are wrong, most likely.
    Misdirected,
    /// The provider cannot be reached or still limits.
    Unreachable,
    /// A guard of the user's, such as `--max-errors`, or a question that was not answered with yes.
    Guard,
}

impl Stop {
    pub fn new(cause: Cause, code: impl Into<String>, message: impl Into<String>) -> Stop {
        Stop { cause, code: code.into(), message: message.into(), status: None }
    }

    /// The same of a call that was answered with this status.
    pub fn answered(self, status: Option<u16>) -> Stop {
        Stop { status, ..self }
    }
}

/// The exit codes, as the README has them.
pub mod exit {
    pub const DONE: u8 = 0;
    pub const INTERNAL: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const INPUT: u8 = 3;
    pub const SOME_FAILED: u8 = 4;
    pub const GUARD: u8 = 5;
    pub const REFUSED: u8 = 6;
    pub const TEMPORARY: u8 = 7;
    pub const UNKNOWN: u8 = 8;
    pub const INTERRUPTED: u8 = 130;
}

/// The exit code of a run; where several apply: 1, 130, 3, 6, 8, 7, 5, 4. `later` says that rows failed which may get
/// through when the run goes on.
pub fn exit_code(tally: &Tally, stop: Option<Cause>, later: bool) -> u8 {
    let some = |status| tally.of(status) > 0;
    match stop {
        Some(Cause::Disk) => exit::INTERNAL,
        Some(Cause::Interrupted) => exit::INTERRUPTED,
        Some(Cause::Strict) => exit::INPUT,
        Some(Cause::Refused) => exit::REFUSED,
        _ if some(Status::Unknown) => exit::UNKNOWN,
        Some(Cause::Misdirected) => exit::USAGE,
        Some(Cause::Unreachable) => exit::TEMPORARY,
        _ if later => exit::TEMPORARY,
        Some(Cause::Guard) => exit::GUARD,
        None if some(Status::Invalid) || some(Status::Failed) || some(Status::Partial) => exit::SOME_FAILED,
        None => exit::DONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(statuses: &[Status]) -> Tally {
        let mut tally = Tally::default();
        statuses.iter().for_each(|status| tally.add(*status));
        tally
    }

    #[test]
    fn the_exit_code_follows_the_order_of_the_contract() {
        use Status::*;
        for (rows, stop, code) in [
            (vec![], None, 0),
            (vec![Created, Unchanged], None, 0),
            (vec![Created, Invalid], None, 4),
            (vec![Partial], None, 4),
            (vec![Failed, Unknown], None, 8),
            (vec![Failed], Some(Cause::Guard), 5),
            (vec![Unknown], Some(Cause::Guard), 8),
            (vec![Failed], Some(Cause::Unreachable), 7),
            (vec![Unknown], Some(Cause::Unreachable), 8),
            (vec![NotAttempted], Some(Cause::Misdirected), 2),
            (vec![Unknown], Some(Cause::Refused), 6),
            (vec![Unknown], Some(Cause::Interrupted), 130),
            (vec![Unknown], Some(Cause::Disk), 1),
        ] {
            assert_eq!(exit_code(&tally(&rows), stop, false), code, "{rows:?} {stop:?}");
            let limited = exit_code(&tally(&rows), stop, true);
            assert_eq!(limited, if [0, 4, 5].contains(&code) { 7 } else { code }, "{rows:?} {stop:?}");
        }
    }
}

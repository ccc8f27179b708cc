//! Offboarding is safe by construction: a bound on how many may go, and a question that names them.

use super::Import;
use super::planning::Planned;
use crate::cli::{Bound, ImportOptions, Usage};
use crate::outcome::{Cause, Status, Stop, Tally};
use crate::row::Kind;
use crate::screen::{self, Answer, plural};

/// The share of the roster that may go when nobody says otherwise.
const DEFAULT_SHARE: Bound = Bound::Percent(20.0);
/// So many may always go when nobody says otherwise.
const ALWAYS_ALLOWED: u64 = 10;

/// Whether the command will ask.
fn asks(options: &ImportOptions) -> bool {
    options.kind == Kind::Offboard && !options.dry_run && !options.yes
}

/// Refuses a command that would have to ask where nobody can answer, before anything is read.
pub(super) fn can_be_asked(options: &ImportOptions) -> Result<(), Usage> {
    let nobody = options.no_input || !screen::somebody_is_there() || options.sheet.file.as_os_str() == "-";
    if asks(options) && nobody {
        let why = if options.no_input {
            "--no-input keeps you from answering"
        } else {
            "there is no terminal to answer at"
        };
        return Err(Usage::new(format!(
            "offboard asks before users go, and {why}; look at the plan with --dry-run, then give --yes"
        )));
    }
    Ok(())
}

impl Import<'_> {
    /// `--max-delete`: whether so many may go; raises the stop sign if not.
    pub(super) fn guarded(&self, planned: &Planned) -> bool {
        let Some(excess) = self.excess(planned) else { return true };
        let message = format!("{excess}; {} was sent; {}", self.nothing_more(), self.consent_to(planned));
        self.stop.raise(Stop::new(Cause::Guard, "guard", message));
        false
    }

    /// Says after a dry run that the run itself would be refused.
    pub(super) fn foretell_guard(&self, planned: &Planned) {
        if let Some(excess) = self.excess(planned) {
            let message =
                format!("without --dry-run this would be refused: {excess}; {}", self.consent_to(planned));
            self.stop.raise(Stop::new(Cause::Guard, "guard", message));
        }
    }

    fn consent_to(&self, planned: &Planned) -> String {
        format!("if that many are meant, give --max-delete {}", planned.going(self.options.kind))
    }

    /// What is too much, when more users would go than may.
    fn excess(&self, planned: &Planned) -> Option<String> {
        if self.options.kind != Kind::Offboard {
            return None;
        }
        let going = planned.going(self.options.kind);
        let roster = self.run.journal.state().roster;
        let (most, said) = match (self.options.max_delete, roster) {
            (Some(bound), roster) => (bound.of(roster.unwrap_or_default()), "--max-delete allows"),
            (None, Some(roster)) if DEFAULT_SHARE.of(roster) > ALWAYS_ALLOWED => {
                (DEFAULT_SHARE.of(roster), "without --max-delete a fifth of the roster may go,")
            }
            (None, Some(_)) => (ALWAYS_ALLOWED, "without --max-delete a small roster may lose"),
            (None, None) => (ALWAYS_ALLOWED, "the size of the roster is not known, so"),
        };
        let of = roster.map(|roster| format!(" of {roster}")).unwrap_or_default();
        (going > most).then(|| format!("{going}{of} users would go, and {said} {most}"))
    }

    /// Asks before users go; a run that goes on was answered when it began.
    pub(super) async fn consented(&self, planned: &Planned) -> bool {
        if !asks(self.options) || self.run.journal.state().wrote {
            return true;
        }
        let going = planned.going(self.options.kind);
        for leaver in &planned.leavers {
            self.screen.show(&format!("  {leaver}"));
        }
        if going > planned.leavers.len() as u64 {
            self.screen.show(&format!("  … and {} more", going - planned.leavers.len() as u64));
        }
        let users = format!("{} of the account {}", plural(going, "user"), self.connection.account);
        let question = question(&users, &planned.tally);
        let (answer, answered) = tokio::sync::oneshot::channel();
        // Whoever asks waits for a line, and an interruption must not wait for that.
        std::thread::spawn(move || answer.send(screen::ask(&question)));
        tokio::select! {
            biased;
            () = self.stop.raised() => return false,
            answer = answered => if answer == Ok(Answer::Yes) { return true },
        }
        self.stop.raise(Stop::new(
            Cause::Guard,
            "guard",
            "the question was not answered with yes; nothing was sent",
        ));
        false
    }
}

/// What is asked before users go; the rows may say of each another end.
fn question(users: &str, tally: &Tally) -> String {
    let ends = [
        (Status::Deleted, "deleted for good"),
        (Status::Purged, "purged for good"),
        (Status::Archived, "archived"),
        (Status::Disabled, "disabled"),
    ];
    let ends = ends.iter().map(|(status, end)| (tally.of(*status), end)).filter(|(count, _)| *count > 0);
    match ends.collect::<Vec<_>>().as_slice() {
        [(_, end)] => format!("{users} will be {end}. Go on?"),
        many => {
            let parts: Vec<String> =
                many.iter().map(|(count, end)| format!("{count} will be {end}")).collect();
            format!("{users}: {}. Go on?", parts.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_every_end() {
        let mut tally = Tally::default();
        tally.add_many(Status::Failed, 7);
        tally.add_many(Status::Archived, 3);
        assert_eq!(question("3 users", &tally), "3 users will be archived. Go on?");
        tally.add_many(Status::Deleted, 1);
        assert_eq!(
            question("4 users", &tally),
            "4 users: 1 will be deleted for good, 3 will be archived. Go on?"
        );
    }
}

//! The course of one row as the journal tells it: what was learned of it, what is to be done, how it ended.
//!
//! A living run and a later look at it ask the same functions, so that nothing is told from memory.

use super::rows::{Planned, open_outcome};
use crate::journal::{Event, Journal, JournalFailed, NOT_ARCHIVED, OpenRow};
use crate::outcome::{RowOutcome, Status, Stop, Trouble};
use crate::plan::{Look, Plan, Verdict, of_user, verdict};
use crate::planted::{Bug, planted};
use crate::preflight::Sought;
use crate::row::Request;

/// What the preflight learned about a row.
pub async fn look_of(journal: &Journal, row: u32) -> Result<Option<Look>, JournalFailed> {
    let Some(offset) = journal.state().looked_at(row) else { return Ok(None) };
    match journal.event_at(offset).await? {
        Event::Looked { look, .. } => Ok(Some(look)),
        _ => Err(JournalFailed(format!("byte {offset} is no look"))),
    }
}

/// The row with its steps; `None` where it has its ending or needs no call.
pub async fn planned(journal: &Journal, sought: Sought) -> Result<Option<Planned>, JournalFailed> {
    let Sought { row, source_row, request } = sought;
    if journal.state().ended_at(row).is_some() && !planted(Bug::EndedRowsAgain) {
        return Ok(None);
    }
    let look = look_of(journal, row).await?;
    Ok(match verdict(request, look.as_ref()) {
        Verdict::Go(plan) => Some(Planned { row, source_row, plan: *plan, ahead: false }),
        Verdict::Ending(_) => None,
    })
}

/// How a valid row ended, and what was learned of it; `stop` is why the run ended before its time.
pub async fn outcome_of(
    journal: &Journal,
    row: u32,
    request: &Request,
    stop: Option<&Stop>,
) -> Result<(RowOutcome, Option<Look>), JournalFailed> {
    let (looked_at, ended_at) = (journal.state().looked_at(row), journal.state().ended_at(row));
    if looked_at.is_some_and(|offset| journal.lost(offset)) {
        return Ok((not_attempted(stop), None));
    }
    let look = look_of(journal, row).await?;
    if ended_at.is_some_and(|offset| journal.lost(offset)) {
        return Ok((ending_lost(), look));
    }
    if let Some(offset) = ended_at {
        return match journal.event_at(offset).await? {
            Event::Ended { outcome, .. } => Ok((outcome, look)),
            _ => Err(JournalFailed(format!("byte {offset} is no ending"))),
        };
    }
    if !journal.state().ready {
        return Ok((not_attempted(stop), look));
    }
    let outcome = match verdict(request.clone(), look.as_ref()) {
        Verdict::Ending(outcome) => *outcome,
        Verdict::Go(plan) => match journal.state().open.get(&row) {
            Some(open) if journal.state().not_archived => spared(open, &plan),
            Some(open) => open_end(open, &plan, stop),
            None => not_attempted(stop),
        },
    };
    Ok((outcome, look))
}

/// The outcome of a row if all goes well, for a dry run.
pub fn wished_outcome(plan: &Plan) -> RowOutcome {
    match &plan.user {
        Some(user) => of_user(plan.goal, user),
        None => RowOutcome::new(plan.goal),
    }
}

/// The ending, for now, of a row in the middle of its steps.
fn open_end(open: &OpenRow, plan: &Plan, stop: Option<&Stop>) -> RowOutcome {
    if open.in_doubt && !planted(Bug::DoubtIsNotAttempted) {
        let mut outcome = open_outcome(Status::Unknown, open.clone(), plan);
        let code = if open.code.is_empty() { "no answer" } else { &open.code };
        outcome.troubles.push(Trouble::new(
            "outcome_unknown",
            format!(
                "a call was sent and its effect is not known ({code}); the same command looks it up and goes on"
            ),
        ));
        return outcome;
    }
    let mut outcome = if open.done.is_empty() {
        RowOutcome { attempts: open.attempts, ..not_attempted(stop) }
    } else {
        let mut outcome = open_outcome(Status::Partial, open.clone(), plan);
        let message = "the run stopped in the middle of this row; the same command goes on";
        outcome.troubles.push(Trouble::new("interrupted", message));
        outcome
    };
    // Of a call that failed the journal keeps the code, and the stop tells which status came with it.
    outcome.http_status = stop.filter(|stop| stop.code == open.code).and_then(|stop| stop.status);
    outcome
}

/// The ending of a row whose user was to be archived, in a run that met an archive which was none: it goes no further.
fn spared(open: &OpenRow, plan: &Plan) -> RowOutcome {
    let status = match (open.in_doubt, open.done.is_empty()) {
        (true, _) => Status::Unknown,
        (false, true) => Status::NotAttempted,
        (false, false) => Status::Partial,
    };
    let mut outcome = open_outcome(status, open.clone(), plan);
    let mut message = "the archive of another user was a final delete, so this run goes no further; run the same command with \
                       --mode disable --fresh"
        .to_string();
    if open.in_doubt {
        message
            .push_str(", and look at this user at the provider: a call was sent and its effect is not known");
    }
    outcome.troubles.push(Trouble::new(NOT_ARCHIVED, message));
    outcome
}

/// What is not on disk was not told: a later run finds the ending out again.
fn ending_lost() -> RowOutcome {
    let message = "a call was sent and the journal could not keep what came of it; mend the disk, and the same command \
                   looks it up and goes on";
    RowOutcome::troubled(Status::Unknown, "outcome_unknown", message)
}

fn not_attempted(stop: Option<&Stop>) -> RowOutcome {
    let mut outcome = RowOutcome::new(Status::NotAttempted);
    outcome.troubles.extend(stop.map(|stop| Trouble::new(&*stop.code, &*stop.message)));
    outcome
}

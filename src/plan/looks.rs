//! Endings that the look alone decides: nobody is there, or too many, or nobody can tell.
//!
//! Pure.

use super::{Look, Verdict, offboard};
use crate::outcome::{RowOutcome, Status};
use crate::roster::User;
use crate::row::{Mode, Request};

/// The verdict of a look that leaves nothing to plan; `None` where somebody is to be planned for.
pub(super) fn decided(request: &Request, look: &Look) -> Option<Verdict> {
    Some(match look {
        Look::Nobody { column, value } => nobody(request, column, value),
        Look::GoneBefore { user_id, run, archived } => gone_before(request, user_id, run, *archived),
        Look::Several { column, value, ids } => {
            let ids = ids.join(", ");
            let message = format!("{column} {value} belongs to several users ({ids}); name one by user_id");
            Verdict::fails("user_ambiguous", message)
        }
        Look::UnknownBefore { run } => unknown(format!(
            "run {run} sent a user of the same content and the answer was lost, so it was not sent again; {BY_HAND}"
        )),
        Look::UnreadBefore { run } => unknown(format!(
            "run {run} cannot be read and may have made this user, who has no e-mail and no number to be found by, so \
             nothing was sent; {BY_HAND}"
        )),
        Look::Conflict { message } => Verdict::invalid("identity_conflict", message.clone()),
        Look::Refused { user_id, code, message } => {
            let status = if code == "identity_conflict" { Status::Invalid } else { Status::Failed };
            let mut outcome = RowOutcome::troubled(status, code, message.clone());
            outcome.user_id.clone_from(user_id);
            Verdict::Ending(Box::new(outcome))
        }
        Look::Twice { source_row, user_id } => {
            let message =
                format!("row {source_row} names the same user ({user_id}); keep one of the two rows");
            Verdict::invalid("duplicate_user", message)
        }
        Look::Matches(_) | Look::User(_) | Look::Leaver { .. } | Look::CreatedBefore { .. } => return None,
    })
}

/// What a person does about a user whom only a person can find.
const BY_HAND: &str = "look for the user at the provider by hand, and if nobody is there, send this row alone in a sheet of its \
                       own, with --again";

fn nobody(request: &Request, column: &str, value: &str) -> Verdict {
    let may_hide = match request {
        Request::Update(wish) => wish.vocabulary.is_audian(),
        Request::Offboard(wish) => wish.vocabulary.is_audian(),
        Request::Restore(_) => true,
        Request::Onboard(_) => false,
    };
    let advice = match (column, may_hide) {
        ("device_contact_uri", true) => {
            "this provider need not show numbers, so name the user by user_id or email"
        }
        _ => "check the cell, or the account",
    };
    Verdict::fails("user_not_found", format!("nobody in the roster has the {column} {value}; {advice}"))
}

fn gone_before(request: &Request, user_id: &str, run: &str, archived: bool) -> Verdict {
    if let Request::Offboard(wish) = request
        && archived
        && matches!(wish.mode, Mode::Delete | Mode::Purge)
    {
        // The data that are kept are meant, and a list need not show them.
        let user = User { id: user_id.to_string(), status: "archived".into(), ..User::default() };
        return offboard::verdict(wish, &user, None);
    }
    let mut outcome = RowOutcome::new(Status::Unchanged);
    outcome.user_id = user_id.to_string();
    outcome.details.insert("ended_by_run".into(), run.to_string());
    Verdict::Ending(Box::new(outcome))
}

fn unknown(message: String) -> Verdict {
    Verdict::Ending(Box::new(RowOutcome::troubled(Status::Unknown, "outcome_unknown", message)))
}

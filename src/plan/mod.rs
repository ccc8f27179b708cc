//! What is to be done for one row: a request, held against what the roster shows, becomes ordered steps.
//!
//! Pure. Steps are wished states that are safe to repeat; each is at most one writing call. The same row
//! and the same look always give the same plan, so that a resumed run finds its steps again by their names.

mod leaving;
mod looks;
mod offboard;
mod onboard;
mod restore;
mod step;
mod update;

use serde::{Deserialize, Serialize};

use crate::outcome::{RowOutcome, Status};
use crate::roster::User;
use crate::row::Request;

pub use onboard::{created_by_row, differences};
pub use step::{Step, step_word};

/// What the preflight learned about one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Onboarding: those who have the row's e-mail or number already.
    Matches(Vec<User>),
    /// The one user whom the row names.
    User(Box<User>),
    /// The one user whom the row names, and the id of who gets the devices.
    Leaver { user: Box<User>, heir: String },
    /// The row cannot be carried out as the roster is shown: an heir who is not there or leaves too, the purge of somebody
    /// who is not archived, an e-mail or number of which the provider cannot show whose it is (then without an id).
    Refused { user_id: String, code: String, message: String },
    /// Nobody: which cell names nobody.
    Nobody { column: String, value: String },
    /// Nobody any more: a run of this machine ended the user, whose data may be kept.
    GoneBefore {
        user_id: String,
        run: String,
        #[serde(default)]
        archived: bool,
    },
    /// The cell names several users.
    Several { column: String, value: String, ids: Vec<String> },
    /// The cells of the row name different users.
    Conflict { message: String },
    /// An earlier row names the same user.
    Twice { source_row: u64, user_id: String },
    /// A row without e-mail and number that was created from the same content before.
    CreatedBefore { user_id: String, run: String },
    /// A row without e-mail and number whose content was sent before, with an answer that was lost.
    UnknownBefore { run: String },
    /// A row without e-mail and number that may be of a run whose journal cannot be read.
    UnreadBefore { run: String },
}

impl Look {
    /// The one user whom the row names.
    pub fn user(&self) -> Option<&User> {
        match self {
            Look::User(user) | Look::Leaver { user, .. } => Some(user),
            _ => None,
        }
    }

    /// Whether somebody who was found has this number, and it is verified.
    pub fn has_verified(&self, number: &str) -> bool {
        match self {
            Look::Matches(users) => users.iter().any(|user| user.has_verified(number)),
            look => look.user().is_some_and(|user| user.has_verified(number)),
        }
    }
}

/// What follows for a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing is to be sent; the row has its ending.
    Ending(Box<RowOutcome>),
    Go(Box<Plan>),
}

impl Verdict {
    fn fails(code: &str, message: String) -> Verdict {
        Verdict::Ending(Box::new(RowOutcome::troubled(Status::Failed, code, message)))
    }

    fn invalid(code: &str, message: String) -> Verdict {
        Verdict::Ending(Box::new(RowOutcome::troubled(Status::Invalid, code, message)))
    }

    fn go(goal: Status, user: Option<User>, steps: Vec<Step>) -> Verdict {
        Verdict::Go(Box::new(Plan { goal, user: user.map(Box::new), steps }))
    }

    fn unchanged(user: &User) -> Verdict {
        Verdict::Ending(Box::new(of_user(Status::Unchanged, user)))
    }

    /// The ending that the row has, or will have when all goes well.
    pub fn status(&self) -> Status {
        match self {
            Verdict::Ending(outcome) => outcome.status,
            Verdict::Go(plan) => plan.goal,
        }
    }
}

/// The steps of one row, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How the row ends when every step took effect.
    pub goal: Status,
    /// The user as the roster showed it; `None` where the first step makes one.
    pub user: Option<Box<User>>,
    pub steps: Vec<Step>,
}

/// The plan or the ending of a valid row. `look` is `None` where the roster showed nobody.
pub fn verdict(request: Request, look: Option<&Look>) -> Verdict {
    if let Some(verdict) = look.and_then(|look| looks::decided(&request, look)) {
        return verdict;
    }
    match (request, look) {
        (Request::Onboard(wish), None) => onboard::verdict(wish, &[]),
        (Request::Onboard(wish), Some(Look::Matches(users))) => onboard::verdict(wish, users),
        (Request::Onboard(wish), Some(Look::User(user))) => onboard::there(wish, user),
        (Request::Onboard(wish), Some(Look::CreatedBefore { user_id, run })) => {
            onboard::created_before(wish, user_id, run)
        }
        (Request::Update(wish), Some(Look::User(user))) => update::verdict(&wish, user),
        (Request::Offboard(wish), Some(Look::User(user))) => offboard::verdict(&wish, user, None),
        (Request::Offboard(wish), Some(Look::Leaver { user, heir })) => {
            offboard::verdict(&wish, user, Some(heir))
        }
        (Request::Restore(_), Some(Look::User(user))) => restore::verdict(user),
        _ => Verdict::fails(
            "user_not_found",
            "the roster was not asked for this row; run the same command again".into(),
        ),
    }
}

/// An outcome that already carries what the roster shows of a user.
pub fn of_user(status: Status, user: &User) -> RowOutcome {
    let mut outcome = RowOutcome::new(status);
    outcome.user_id = user.id.clone();
    outcome.device_ids = user.own_devices().map(|device| device.id.clone()).collect();
    let sip = user.own_devices().find(|device| device.kind == "sip");
    outcome.sip_contact_uri = sip.map(|device| device.contact_uri.to_string()).unwrap_or_default();
    outcome
}

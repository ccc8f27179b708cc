//! The steps of plans: wished states, each brought about by at most one writing call, safe to repeat.
//!
//! Pure. A step's name is what the journal calls it within its row; a resumed run finds it by that.

use crate::outcome::StepWord;
use crate::planted::{Bug, planted};
use crate::provider::{Changes, Parting};
use crate::roster::NewUser;
use crate::secret::Secret;

/// A wished state that one writing call brings about.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    EnsureUser(NewUser),
    EnsureDetails(Changes),
    EnsureNumber {
        device_id: String,
        number: String,
    },
    EnsureAvailable {
        device_id: String,
        available: bool,
    },
    /// Without a device id the user's SIP device is waited for.
    EnsureSipPassword {
        device_id: Option<String>,
        password: Secret,
    },
    EnsureDisabled {
        device_id: String,
    },
    /// The user itself is out of service (Audian).
    EnsureUserDisabled,
    /// Those of these devices that the leaver still owns belong to another user.
    EnsureReassigned {
        to: String,
        devices: Vec<String>,
    },
    /// One device belongs to a user, or to nobody.
    EnsureOwner {
        device_id: String,
        owner: Option<String>,
    },
    EnsureArchived {
        reason: Option<String>,
    },
    EnsureGone(Parting),
    EnsurePurged,
    EnsureRestored,
}

impl Step {
    /// The name of the step within its row, as the journal writes it.
    pub fn name(&self) -> String {
        match self {
            Step::EnsureUser(_) => "user".into(),
            Step::EnsureDetails(_) => "details".into(),
            Step::EnsureNumber { device_id, .. } => format!("number {device_id}"),
            Step::EnsureAvailable { device_id, available: true } => format!("on {device_id}"),
            Step::EnsureAvailable { device_id, available: false } => format!("off {device_id}"),
            Step::EnsureSipPassword { password, .. } if planted(Bug::PasswordInJournal) => {
                password.reveal().into()
            }
            Step::EnsureSipPassword { .. } => "sip_password".into(),
            Step::EnsureDisabled { device_id } => format!("disable {device_id}"),
            Step::EnsureUserDisabled => "disable".into(),
            Step::EnsureReassigned { .. } => "reassign".into(),
            Step::EnsureOwner { device_id, owner: Some(_) } => format!("reassign {device_id}"),
            Step::EnsureOwner { device_id, owner: None } => format!("unassign {device_id}"),
            Step::EnsureArchived { .. } => "archive".into(),
            Step::EnsureGone(_) => "delete".into(),
            Step::EnsurePurged => "purge".into(),
            Step::EnsureRestored => "restore".into(),
        }
    }

    /// The word of the `steps_done` column.
    pub fn word(&self) -> StepWord {
        step_word(&self.name())
    }
}

/// The word of the `steps_done` column for a step's name.
pub fn step_word(name: &str) -> StepWord {
    match name.split(' ').next().unwrap_or_default() {
        "user" | "details" => StepWord::User,
        "sip_password" => StepWord::SipPassword,
        "disable" => StepWord::Disable,
        "reassign" => StepWord::Reassign,
        "archive" => StepWord::Archive,
        "delete" => StepWord::Delete,
        "purge" => StepWord::Purge,
        "restore" => StepWord::Restore,
        _ => StepWord::Device,
    }
}

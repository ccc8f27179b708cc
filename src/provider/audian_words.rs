//! What a person in HR reads of an Audian refusal: the provider's sentence and the next thing to do.
//!
//! Pure. No raw body goes into a message: only the provider's own sentence, cut and cleaned.

use super::audian_failure::Complaint;
use super::words::Said;
use super::{Call, Failure};

const TAKEN: &str = "the e-mail or user name belongs to another user, perhaps an archived one; find that user with `callroster \
                     export`, or use another e-mail";

impl Complaint {
    /// The provider's sentence, or ours where it gave none, and the next thing to do.
    pub(super) fn sentence(&self, call: &Call, failure: Failure) -> String {
        let Complaint { http, status, page, .. } = *self;
        let said = Said { api: "Audian", text: &self.text, http, status, page };
        said.sentence(call, failure, self.hint(call, failure))
    }

    fn hint(&self, call: &Call, failure: Failure) -> Option<&'static str> {
        match failure {
            Failure::Unauthorized if matches!(call, Call::Exchange) => {
                Some("check AUDIAN_API_KEY, and that --base-url is the account's own address")
            }
            Failure::Unauthorized => Some(
                "check AUDIAN_API_KEY or AUDIAN_AUTH_TOKEN, and AUDIAN_ACCOUNT_ID; a token that was given is not renewed, \
                 a key is",
            ),
            Failure::Forbidden => Some(
                "the account speaks the other form of the API; give --dialect kazoo in place of flat, or the other way round",
            ),
            Failure::ForbiddenUnknown => {
                Some("use an API key that may manage the users of AUDIAN_ACCOUNT_ID")
            }
            Failure::Unclear | Failure::Refused if (300..400).contains(&self.status) => {
                Some("it points to another address; check --base-url")
            }
            Failure::Exists => Some(TAKEN),
            Failure::Refused => self.row_hint(call),
            _ => None,
        }
    }

    /// What to do with the row, where status and call tell.
    fn row_hint(&self, call: &Call) -> Option<&'static str> {
        match (self.status, call) {
            (
                402,
                Call::Delete { .. } | Call::Archive { .. } | Call::Purge { .. } | Call::Reassign { .. },
            ) => Some(
                "nothing can be agreed to in this call; ask Audian what it charges for, or top the account up",
            ),
            (402, _) => Some(
                "run the same command with --accept-charges to agree to a charge, or top the account up if it lacks funds",
            ),
            (404, _) => Some("check AUDIAN_ACCOUNT_ID and --base-url"),
            (409, Call::Delete { .. } | Call::Archive { .. }) => Some(
                "end the user's calls, name who gets the devices in reassign_to, then send the row again",
            ),
            (409, Call::Purge { .. }) => Some(
                "only the data of an archived user can be purged, on some accounts only after 90 days; archive the user \
                 first",
            ),
            (409, Call::Restore { .. }) => Some("only an archived user can be restored"),
            (400 | 409, Call::Change { .. }) if self.is_taken() => Some(TAKEN),
            (409, _) => Some("somebody else changed the same user at the same moment; send the row again"),
            (400, Call::Change { .. } | Call::Create(_)) => Some("correct the cell that this speaks of"),
            _ => None,
        }
    }
}

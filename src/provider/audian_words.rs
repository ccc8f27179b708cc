//! What a person in HR reads of an Audian refusal: the provider's sentence and the next thing to do.
//!
//! Pure. No raw body goes into a message: only the provider's own sentence, cut and cleaned.

use super::audian_failure::{Complaint, success};
use super::{Call, Failure};

impl Complaint {
    /// The provider's sentence, or ours where it gave none, and the next thing to do.
    pub(super) fn sentence(&self, call: &Call, failure: Failure) -> String {
        let said = match self.text.as_str() {
            "" => self.own_words(call, failure),
            text => text.to_string(),
        };
        match self.hint(call, failure) {
            Some(hint) => format!("{said}; {hint}"),
            None => said,
        }
    }

    fn own_words(&self, call: &Call, failure: Failure) -> String {
        let (call, http) = (call.name(), self.http);
        match failure {
            Failure::Limited => "the provider takes no more calls at the moment".into(),
            Failure::Unauthorized => "the credentials are refused".into(),
            Failure::Missing => "the provider knows no such user or device".into(),
            _ if self.page => {
                format!("`{call}` was answered with a web page (HTTP {http}), not by Audian's API")
            }
            _ if success(self.status) => format!("the reply to `{call}` (HTTP {http}) is no answer to it"),
            Failure::Unclear => format!("the provider failed at `{call}` (HTTP {http})"),
            _ => format!("the provider refused `{call}` (HTTP {http}) and gave no reason"),
        }
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
            Failure::Unclear if (300..400).contains(&self.status) => {
                Some("it points to another address; check --base-url")
            }
            Failure::Exists => Some(
                "the e-mail or user name belongs to another user, perhaps an archived one; find that user with `callroster \
                 export`, or use another e-mail",
            ),
            Failure::Refused => self.row_hint(call),
            _ => None,
        }
    }

    /// What to do with the row, where status and call tell.
    fn row_hint(&self, call: &Call) -> Option<&'static str> {
        match (self.status, call) {
            (402, _) => Some(
                "the account would be charged, or lacks funds; run the same command with --accept-charges to agree, or top \
                 the account up",
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
            (409, _) => Some("somebody else changed the same user at the same moment; send the row again"),
            (400, Call::Change { .. } | Call::Create(_)) => Some("correct the cell that this speaks of"),
            _ => None,
        }
    }
}

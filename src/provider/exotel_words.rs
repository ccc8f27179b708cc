//! What a person in HR reads of an Exotel refusal: the provider's sentence and the next thing to do.
//!
//! Pure. No raw body goes into a message: only the provider's own sentence, cut and cleaned.

use super::exotel_failure::{Complaint, names_device, names_user};
use super::words::Said;
use super::{Call, Failure};

impl Complaint {
    /// The provider's sentence, or ours where it gave none, and the next thing to do.
    pub(super) fn sentence(&self, call: &Call, failure: Failure) -> String {
        let Complaint { http, status, page, .. } = *self;
        let said = Said { api: "Exotel", text: &self.text, http, status, page };
        said.sentence(call, failure, self.hint(call, failure))
    }

    fn hint(&self, call: &Call, failure: Failure) -> Option<&'static str> {
        match failure {
            Failure::Unauthorized => Some(
                "check EXOTEL_API_KEY, EXOTEL_API_TOKEN and EXOTEL_ACCOUNT_SID, and that --region is the account's own (singapore or mumbai): the other region refuses its keys",
            ),
            Failure::Forbidden => self.account_trouble(),
            // A page for people comes from something in front of the provider, which knows of no account.
            Failure::ForbiddenUnknown if self.page => Some(
                "ask whoever runs your network, or Exotel support, whether something in between refuses the call",
            ),
            Failure::ForbiddenUnknown if matches!(call, Call::Create(_)) => {
                Some("the account may be full (50 users unless Exotel raised it); ask Exotel support")
            }
            Failure::Missing if names_device(call) => {
                Some("look up the user's devices with `callroster export --layout device`")
            }
            Failure::Refused if self.status == 404 && !names_user(call) => {
                Some("check --account and --base-url")
            }
            Failure::Unclear | Failure::Refused if (300..400).contains(&self.status) => {
                Some("it points to another address; check --base-url")
            }
            Failure::Refused | Failure::Exists => self.row_hint(call),
            _ => None,
        }
    }

    /// What to do with the row, where the code or the text tells.
    fn row_hint(&self, call: &Call) -> Option<&'static str> {
        if self.is(&["10809"], &["unverified"]) {
            return Some(
                "its owner verifies it first, by a missed call to the number shown in the Exotel dashboard",
            );
        }
        if self.is(&["10810"], &["another device"]) {
            return Some("turn the user's other device OFF first");
        }
        if self.is(&["10817"], &["not pstn"]) {
            return Some("only a phone (`tel`) can get another number; name it in device_id");
        }
        match self.code.as_str() {
            "1001" => Some("mend first_name, last_name or email of the row"),
            "1002" => Some(
                "an e-mail can be set only for a user who never had one; to change it, delete and create the user anew",
            ),
            "1023" => Some("role is admin, supervisor or user"),
            "1401" => Some("write the number with + and country code, like +919812345678"),
            "1402" => Some("fill in device_contact_uri; this account has no VOIP"),
            "1021" | "10811" | "10812" => Some(
                "the number belongs to another user or another account; find its owner or use another number",
            ),
            "1022" | "10813" => Some(
                "the e-mail belongs to another user or another account; use another one or ask Exotel support",
            ),
            _ if matches!(call, Call::SetSipPassword { .. }) => Some(
                "a SIP password has at least 8 characters and 3 of lower case, upper case, digit, special, and needs a SIP device",
            ),
            _ => None,
        }
    }
}

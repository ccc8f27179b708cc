//! What a person in HR reads of an Exotel refusal: the provider's sentence and the next thing to do.
//!
//! Pure. No raw body goes into a message: only the provider's own sentence, cut and cleaned.

use super::exotel_failure::{Complaint, names_device, names_user, success};
use super::{Call, Failure};

/// Longest request id that is taken from a reply, in characters.
const LONGEST_REQUEST_ID: usize = 64;

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
            Failure::Unauthorized => "authentication failed".into(),
            Failure::Missing => "the provider knows no such user or device".into(),
            _ if self.page => {
                format!("`{call}` was answered with a web page (HTTP {http}), not by Exotel's API")
            }
            _ if success(self.status) => format!("the reply to `{call}` (HTTP {http}) is no answer to it"),
            Failure::Unclear => format!("the provider failed at `{call}` (HTTP {http})"),
            _ => format!("the provider refused `{call}` (HTTP {http}) and gave no reason"),
        }
    }

    fn hint(&self, call: &Call, failure: Failure) -> Option<&'static str> {
        match failure {
            Failure::Unauthorized => Some(
                "check EXOTEL_API_KEY, EXOTEL_API_TOKEN and EXOTEL_ACCOUNT_SID, and that --region is the account's own (singapore or mumbai): the other region refuses its keys",
            ),
            Failure::Forbidden => self.account_trouble(),
            Failure::ForbiddenUnknown if matches!(call, Call::Create(_)) => {
                Some("the account may be full (50 users unless Exotel raised it); ask Exotel support")
            }
            Failure::Missing if names_device(call) => {
                Some("look up the user's devices with `callroster export --layout device`")
            }
            Failure::Refused if self.status == 404 && !names_user(call) => {
                Some("check --account and --base-url")
            }
            Failure::Unclear if (300..400).contains(&self.status) => {
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

/// A text fit for a message: no control characters, one line, cut, without a full stop.
pub(super) fn clean(text: &str, longest: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.trim_end_matches('.').to_string(),
    }
}

/// A request id fit for a result file.
pub(super) fn clean_request_id(text: String) -> String {
    // Nearly all are, and every answer has one.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let fit = text.len() <= LONGEST_REQUEST_ID && text.bytes().all(plain);
    if fit { text } else { clean(&text, LONGEST_REQUEST_ID) }
}

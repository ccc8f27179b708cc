//! What Exotel's refusals mean: from status, code and text to a kind of failure.
//!
//! Pure. The documents know two families of codes (1003, 1021 … and 10801, 10809 …) and one
//! code with six meanings, so the HTTP status decides first, then either code, then the text.
//! The sentence for a person is made in `exotel_words`.

use super::exotel_wire::{Element, Envelope, ErrorData, Shape};
use super::words::{LONGEST_CODE, LONGEST_TEXT, clean, clean_request_id, shown_code, success};
use super::{Call, CallError, Failure, HttpReply};
use crate::planted::{Bug, planted};
use crate::secret::Secret;

/// What a reply says went wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Complaint {
    /// The HTTP status as it came.
    pub(super) http: u16,
    /// The status that counts: the body may carry another one than the reply.
    pub(super) status: u16,
    /// The provider's own code as it came, on one line; empty where it gave none.
    pub(super) code: String,
    /// The provider's sentence as it came; [`Complaint::into_error`] takes secrets out of it and cleans it.
    pub(super) text: String,
    /// Description and message in lower case, to look for words in.
    words: String,
    request_id: String,
    /// The body is a page for people, so something in front of the provider wrote it.
    pub(super) page: bool,
}

impl Complaint {
    /// The complaint of a reply as a whole, if it has one.
    pub(super) fn of_reply<T>(reply: &HttpReply, envelope: &Envelope<T>) -> Option<Complaint> {
        let exception = envelope.rest_exception.one();
        let inner = exception.and_then(|exception| exception.status).or(envelope.http_code);
        let status = if success(reply.status) { inner.and_then(failed_status) } else { Some(reply.status) };
        if status.is_none() && exception.is_none() {
            return None;
        }
        let mut details = envelope
            .response
            .one()
            .and_then(|element| details(&element.error_data, &element.error))
            .or_else(|| details(&envelope.error_data, &envelope.error))
            .unwrap_or_default();
        if let Some(exception) = exception {
            details.code.clone_from(&exception.code);
            details.description.clone_from(&exception.message);
        }
        if details.description.is_empty() && details.message.is_empty() {
            details.message.clone_from(&envelope.message);
        }
        Some(Complaint::new(reply.status, status, details, &envelope.request_id))
    }

    /// The complaint of one element in a reply that is a success as a whole.
    pub(super) fn of_element<T>(http: u16, request_id: &str, element: &Element<T>) -> Option<Complaint> {
        let status = element.code.and_then(failed_status);
        let details = details(&element.error_data, &element.error).unwrap_or_default();
        let said = !(details.code.is_empty() && details.description.is_empty() && details.message.is_empty());
        let failed = match element.status.as_str() {
            "" => status.is_some() || said,
            word => status.is_some() || !word.eq_ignore_ascii_case("success"),
        };
        failed.then(|| Complaint::new(http, status, details, request_id))
    }

    /// The complaint about a body that is not the provider's JSON, or lacks what was asked for.
    pub(super) fn no_answer(reply: &HttpReply, request_id: &str) -> Complaint {
        let page = reply.body.trim_ascii_start().starts_with(b"<");
        let status = Some(reply.status);
        Complaint { page, ..Complaint::new(reply.status, status, ErrorData::default(), request_id) }
    }

    /// The complaint about a success that shows nobody.
    pub(super) fn absence(reply: &HttpReply, request_id: &str) -> Complaint {
        Complaint::new(reply.status, Some(404), ErrorData::default(), request_id)
    }

    fn new(http: u16, status: Option<u16>, details: ErrorData, request_id: &str) -> Complaint {
        let code = clean(&details.code, usize::MAX);
        let code = if code == "NA" { String::new() } else { code };
        let words = format!("{} {}", details.description, details.message).to_lowercase();
        let text = if details.description.is_empty() { details.message } else { details.description };
        Complaint {
            http,
            status: status.or_else(|| status_of(&code)).unwrap_or(http),
            code,
            text,
            words,
            request_id: request_id.to_string(),
            page: false,
        }
    }

    /// The complaint in a few words without any of the provider's, which may name a person.
    pub(super) fn in_short(&self) -> String {
        match &*shown_code(&self.code, self.status) {
            "bad_response" => "the provider says that it failed".into(),
            code => format!("the provider says that it failed ({})", clean(code, LONGEST_CODE)),
        }
    }

    /// Whether it speaks of a user or device that is not there.
    pub(super) fn is_absence(&self) -> bool {
        self.status == 404
    }

    /// Whether it speaks of the account or its limit, so that no other call would fare better now.
    pub(super) fn concerns_all(&self) -> bool {
        self.is_limit() || matches!(self.status, 401 | 403)
    }

    /// The failure of this call; none of the secrets appears in it.
    pub(super) fn into_error(mut self, call: &Call, secrets: &[&Secret]) -> CallError {
        // Before a text is cut, else half of a secret could stay at the cut.
        let clean = |text: &str, longest| clean(&without(secrets, text), longest);
        self.text = clean(&self.text, LONGEST_TEXT);
        self.code = clean(&self.code, LONGEST_CODE);
        self.request_id = clean_request_id(without(secrets, &self.request_id));
        let failure = self.failure(call);
        let code = shown_code(&self.code, self.status);
        let message = self.sentence(call, failure);
        CallError { failure, code, message, status: Some(self.http), request_id: self.request_id }
    }

    fn failure(&self, call: &Call) -> Failure {
        match self.status {
            _ if self.is_limit() => Failure::Limited,
            // It says that it failed, and says why.
            200..=299 if !(self.code.is_empty() && self.text.is_empty()) => Failure::Refused,
            400 if self.code == "1007" && matches!(call, Call::Get { .. } | Call::Delete { .. }) => {
                Failure::Missing
            }
            // Whoever points elsewhere has done nothing; 302 and 303 may also follow upon what was done.
            301 | 307 | 308 => Failure::Refused,
            401 => Failure::Unauthorized,
            403 => self.forbidden(),
            // A gateway's page knows nothing of users, and a leaver must not pass for gone because of it.
            404 if names_user(call) && self.page => Failure::Unclear,
            404 if names_user(call) => Failure::Missing,
            408 => Failure::Unclear,
            409 if matches!(call, Call::Create(_)) && !self.is_device_state() => Failure::Exists,
            400..=499 => Failure::Refused,
            _ => Failure::Unclear,
        }
    }

    fn is_limit(&self) -> bool {
        let word = self.code.to_ascii_lowercase().replace('_', " ");
        // A 5xx may have taken effect whatever its body says.
        self.status == 429 || (self.status < 500 && (word == "rate limit exceeded" || word == "1030"))
    }

    fn forbidden(&self) -> Failure {
        if self.is_device_state() {
            Failure::Refused
        } else if self.account_trouble().is_some() {
            Failure::Forbidden
        } else {
            Failure::ForbiddenUnknown
        }
    }

    fn is_device_state(&self) -> bool {
        self.is(&["10809", "10810", "10817"], &["unverified", "another device", "not pstn"])
    }

    /// The mend, where the whole account or its key is refused.
    pub(super) fn account_trouble(&self) -> Option<&'static str> {
        if self.is(&["10814"], &["kyc"]) {
            Some("complete the KYC of the account in the Exotel dashboard, then run the same command")
        } else if self.is(&["10815"], &["trial"]) {
            Some("a trial account cannot do this; upgrade it with Exotel, then run the same command")
        } else if self.is(&[], &["credential", "unauthori", "not authori"]) {
            Some("use an API key that may manage users: EXOTEL_API_KEY and EXOTEL_API_TOKEN")
        } else {
            None
        }
    }

    pub(super) fn is(&self, codes: &[&str], words: &[&str]) -> bool {
        codes.contains(&self.code.as_str()) || words.iter().any(|word| self.words.contains(word))
    }
}

/// A text without any of the secrets.
fn without(secrets: &[&Secret], text: &str) -> String {
    if planted(Bug::EchoedSecretTold) {
        return text.to_string();
    }
    Secret::cut_out_of(text, secrets.iter().copied())
}

fn details(error_data: &Shape<Box<ErrorData>>, error: &Shape<Box<ErrorData>>) -> Option<ErrorData> {
    let said = |shape: &Shape<Box<ErrorData>>| match shape {
        Shape::Text(text) => Some(ErrorData { description: text.clone(), ..ErrorData::default() }),
        shape => shape.one().map(|data| ErrorData::clone(data)),
    };
    said(error_data).or_else(|| said(error))
}

/// A status of the body, where it is one and no success.
fn failed_status(status: u64) -> Option<u16> {
    u16::try_from(status).ok().filter(|status| (300..600).contains(status))
}

/// The status that goes with a code, for a failure that has no status of its own.
fn status_of(code: &str) -> Option<u16> {
    Some(match code {
        "1001" | "1002" | "1007" | "1023" | "1401" | "1402" => 400,
        "1010" => 401,
        "1003" | "10810" | "10814" | "10815" | "10817" => 403,
        "1018" | "10801" => 404,
        "1021" | "1022" | "10809" | "10811" | "10812" | "10813" => 409,
        "1030" => 429,
        "1004" => 500,
        _ => return None,
    })
}

pub(super) fn names_user(call: &Call) -> bool {
    !matches!(call, Call::List(_) | Call::Create(_))
}

pub(super) fn names_device(call: &Call) -> bool {
    matches!(call, Call::SetNumber { .. } | Call::SetAvailable { .. } | Call::SetSipPassword { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::exotel::Exotel;
    use crate::provider::{Filter, Listing, Provider};
    use crate::roster::NewUser;
    use Failure::*;

    fn list() -> Call {
        Call::List(Listing { filter: Filter::All, limit: 50, ..Listing::default() })
    }

    fn get() -> Call {
        Call::Get { user_id: "u1".into() }
    }

    fn create() -> Call {
        Call::Create(NewUser::default())
    }

    fn change() -> Call {
        Call::Change { user_id: "u1".into(), changes: Default::default() }
    }

    fn number() -> Call {
        Call::SetNumber { user_id: "u1".into(), device_id: "7".into(), number: "+1".into() }
    }

    fn password() -> Call {
        Call::SetSipPassword {
            user_id: "u1".into(),
            device_id: "7".into(),
            password: Secret::new("S3cret!pass"),
        }
    }

    fn delete() -> Call {
        Call::Delete { user_id: "u1".into(), parting: Default::default() }
    }

    fn error(call: &Call, status: u16, body: &str) -> CallError {
        let exotel = Exotel::new("acme1", &Secret::new("k3y-of-acme"), &Secret::new("t0ken-of-acme"));
        let reply = HttpReply { status, body: body.into(), ..HttpReply::default() };
        exotel.answer(call, &reply).expect_err(body)
    }

    /// An error body as the documents describe it.
    fn said(status: u16, code: &str, text: &str) -> String {
        format!(
            r#"{{"request_id":"r1","http_code":{status},"response":{{"code":{status},"status":"failure","data":null,
                "error_data":{{"code":{code},"description":"{text}","message":"m"}}}}}}"#
        )
    }

    #[test]
    fn status_code_and_text_make_the_failure() {
        for (call, status, code, text, expected) in [
            (create(), 400, "1001", "first_name is mandatory", Refused),
            (create(), 400, "1402", "DeviceContactUri is mandatory", Refused),
            (create(), 400, "1007", "Invalid request body, failed parsing", Refused),
            (create(), 401, "1010", "Authentication failed", Unauthorized),
            (create(), 403, "1003", "API credentials used are unauthorized", Forbidden),
            (create(), 403, "1003", "This account's KYC is incomplete. Operation not permitted", Forbidden),
            (create(), 403, "1003", "This is a trial account. Operation not permitted", Forbidden),
            (create(), 403, "10814", "", Forbidden),
            (create(), 403, "10815", "", Forbidden),
            (create(), 403, "1003", "No more co-workers", ForbiddenUnknown),
            (create(), 409, "1021", "Device already exists; Resource conflict", Exists),
            (create(), 409, "\"10813\"", "Email already exists for another account", Exists),
            (create(), 409, "10809", "Device is unverified", Refused),
            (change(), 400, "1002", "Cannot update email", Refused),
            (change(), 409, "1022", "Email already exists", Refused),
            (number(), 403, "1003", "Device is unverified", Refused),
            (number(), 409, "10809", "Device is unverified", Refused),
            (number(), 403, "10810", "", Refused),
            (number(), 403, "1003", "Another device is ON. Only one device can be ON at a time", Refused),
            (number(), 403, "1003", "This device is not PSTN. Operation not permitted", Refused),
            (number(), 400, "1007", "device_contact_uri cannot be updated in the same request", Refused),
            (number(), 404, "1018", "Device not found", Missing),
            (number(), 409, "1021", "Device already exists", Refused),
            (get(), 404, "10801", "User not found", Missing),
            (get(), 400, "1007", "Request format is invalid", Missing),
            (delete(), 400, "\"1007\"", "Request format is invalid", Missing),
            (list(), 400, "1007", "Request format is invalid", Refused),
            (list(), 404, "null", "", Refused),
            (create(), 429, "\"NA\"", "Too many requests", Limited),
            (create(), 500, "1004", "Internal Server Error", Unclear),
            (create(), 408, "null", "", Unclear),
            (create(), 302, "null", "", Unclear),
            (create(), 307, "null", "", Refused),
        ] {
            let own = error(&call, status, &said(status, code, text));
            assert_eq!(
                (own.failure, own.status),
                (expected, Some(status)),
                "{} {status} {text}",
                call.name()
            );
            assert_eq!(own.request_id, "r1");
            // The status may stand in the body alone.
            let inner = error(&call, 200, &said(status, code, text));
            assert_eq!(
                (inner.failure, inner.status),
                (expected, Some(200)),
                "{} {status} {text}",
                call.name()
            );
        }
    }

    #[test]
    fn the_message_counts_beside_the_description() {
        let body = r#"{"response":{"error_data":{"code":1003,"description":"Forbidden","message":"KYC is incomplete"}}}"#;
        assert_eq!(error(&create(), 403, body).failure, Forbidden);
    }

    #[test]
    fn a_code_alone_tells_the_status_too() {
        let failed = |code| format!(r#"{{"response":{{"status":"failed","error_data":{{"code":{code}}}}}}}"#);
        for (code, expected) in
            [("1010", Unauthorized), ("1021", Exists), ("1004", Unclear), ("4711", Refused)]
        {
            assert_eq!(error(&create(), 200, &failed(code)).failure, expected, "{code}");
        }
        let silent = error(&create(), 200, r#"{"response":{"status":"failure","error_data":null}}"#);
        assert_eq!((silent.failure, silent.code.as_str()), (Unclear, "bad_response"));
    }

    #[test]
    fn a_limit_is_known_in_every_shape() {
        for (status, body) in [
            (429, ""),
            (429, "<html><h1>429</h1></html>"),
            (429, r#"{"RestException":{"Status":429,"Message":"slow down","Code":"RATE_LIMIT_EXCEEDED"}}"#),
            (429, r#"{"response":{"error":{"code":"rate limit exceeded"}}}"#),
            (200, r#"{"RestException":{"Status":"429","Message":"slow down"}}"#),
            (200, r#"{"RestException":{"Code":"RATE_LIMIT_EXCEEDED"}}"#),
            (200, r#"{"response":{"error":{"code":"rate limit exceeded"}}}"#),
            (200, r#"{"http_code":429,"response":null}"#),
            (403, r#"{"response":{"error_data":{"code":1030,"message":"throttle limit exceeded"}}}"#),
        ] {
            for call in [list(), create(), delete()] {
                assert_eq!(error(&call, status, body).failure, Limited, "{status} {body}");
            }
        }
        assert_eq!(
            error(&create(), 503, r#"{"response":{"error":{"code":"rate limit exceeded"}}}"#).failure,
            Unclear
        );
    }

    #[test]
    fn the_code_is_the_providers_own_else_the_status() {
        for (status, body, code) in [
            (400, said(400, "1023", "x"), "1023"),
            (409, said(409, "\"10812\"", "x"), "10812"),
            (429, said(429, "\"NA\"", "x"), "http_429"),
            (502, "<html>Bad Gateway</html>".into(), "http_502"),
            (500, String::new(), "http_500"),
            (413, "{}".into(), "http_413"),
            (200, "<html>Please wait</html>".into(), "bad_response"),
            (200, String::new(), "bad_response"),
        ] {
            assert_eq!(error(&create(), status, &body).code, code, "{status} {body}");
        }
    }

    #[test]
    fn a_gateways_page_never_says_that_a_user_is_gone() {
        let page = "\n<!DOCTYPE html><title>404 Not Found</title>";
        for call in [delete(), get(), number()] {
            assert_eq!(error(&call, 404, page).failure, Unclear, "{}", call.name());
            assert_eq!(error(&call, 404, "").failure, Missing, "{}", call.name());
        }
        assert_eq!(error(&create(), 404, page).failure, Refused);
    }

    #[test]
    fn messages_quote_the_provider_and_name_the_mend() {
        let wrong_key = error(&list(), 401, &said(401, "1010", "Authentication failed"));
        for part in ["Authentication failed;", "EXOTEL_API_KEY", "EXOTEL_ACCOUNT_SID", "--region"] {
            assert!(wrong_key.message.contains(part), "{}", wrong_key.message);
        }
        let taken = error(&create(), 409, &said(409, "1021", "Device already exists.")).message;
        assert!(taken.starts_with("Device already exists; the number belongs to"), "{taken}");
        let silent = error(&change(), 400, "{}").message;
        assert_eq!(silent, "the provider refused `update user` (HTTP 400) and gave no reason");
        for body in [
            r#"{"error":"the name is odd"}"#,
            r#"{"error":{"code":7,"message":"the name is odd"}}"#,
            r#"{"error_data":{"description":"the name is odd"},"response":null}"#,
            r#"{"message":"the name is odd","status":"failure"}"#,
        ] {
            let odd = error(&change(), 400, body).message;
            assert!(odd.starts_with("the name is odd"), "{odd}");
        }
        let gateway = error(&change(), 502, "<html>s3cret</html>").message;
        assert_eq!(gateway, "`update user` was answered with a web page (HTTP 502), not by Exotel's API");
    }

    #[test]
    fn secrets_control_characters_and_length_stay_out_of_messages() {
        let text = r"S3cret!pass is weak\u0007\n\tfor k3y-of-acme:t0ken-of-acme";
        let echoed = error(&password(), 400, &said(400, "\"a\\nb\"", text));
        assert!(echoed.message.starts_with("[secret] is weak for [secret]:[secret];"), "{}", echoed.message);
        assert_eq!(echoed.code, "a b");
        let cut = format!("{}S3cret!pass", "é".repeat(295));
        let long = error(&password(), 400, &said(400, "1", &cut)).message;
        assert!(!long.contains("S3c") && long.contains("éé[secr"), "{long}");
        assert_eq!(clean(&"x".repeat(400), 300).chars().count(), 301);
    }
}

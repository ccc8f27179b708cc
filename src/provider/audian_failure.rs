//! What Audian's refusals mean: from status and the three shapes of its errors to a kind of failure.
//!
//! Pure. The HTTP status decides; texts are for people. Kazoo echoes refused values beside its
//! messages, and the token in every envelope: neither is taken, and what may hold one is redacted.
//! The sentence for a person is made in `audian_words`.

use serde_json::Value;

use super::audian_charges::charges;
use super::audian_wire::{request_id, text};
use super::words::{LONGEST_CODE, LONGEST_TEXT, clean, clean_request_id, shown_code, success};
use super::{Call, CallError, Failure, HttpReply, TokenKeeper};

/// What a reply says went wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Complaint {
    /// The HTTP status as it came.
    pub(super) http: u16,
    /// The status that counts: Kazoo repeats it in the body.
    pub(super) status: u16,
    /// The provider's own code; empty where it gave none.
    pub(super) code: String,
    pub(super) text: String,
    /// Somebody has this value already.
    unique: bool,
    request_id: String,
    /// The body is a page for people, so something in front of the provider wrote it.
    pub(super) page: bool,
}

impl Complaint {
    /// The complaint of a reply, if it has one.
    pub(super) fn of(reply: &HttpReply, body: &Value) -> Option<Complaint> {
        let word = text(body, &["status"]);
        let failed = matches!(word.as_str(), "error" | "fatal")
            || body.get("success") == Some(&Value::Bool(false))
            || body.get("error").is_some_and(|error| !error.is_null());
        if success(reply.status) && !failed {
            return None;
        }
        let inner = text(body, &["error"]).parse().ok().filter(|status| (300..600).contains(status));
        let status = if success(reply.status) { inner.unwrap_or(reply.status) } else { reply.status };
        let mut complaint = Complaint { request_id: request_id(body), ..Complaint::bare(reply, status) };
        match body.get("error") {
            Some(error) if error.is_object() => complaint.take_flat(error),
            _ => complaint.take_kazoo(body),
        }
        Some(complaint)
    }

    /// The complaint about a body that is not the provider's JSON, or lacks what was asked for.
    pub(super) fn no_answer(reply: &HttpReply) -> Complaint {
        Complaint::bare(reply, reply.status)
    }

    fn bare(reply: &HttpReply, status: u16) -> Complaint {
        let page = reply.body.trim_ascii_start().starts_with(b"<");
        Complaint { http: reply.status, status, page, ..Complaint::default() }
    }

    /// `{"error": {"code", "message", "type", "param"}}`.
    fn take_flat(&mut self, error: &Value) {
        self.code = text(error, &["code", "type"]);
        self.text = text(error, &["message"]);
        let field = text(error, &["param"]);
        if !field.is_empty() && !self.text.contains(&field) {
            self.text = format!("{field}: {}", self.text);
        }
    }

    /// `{"status": "error", "error": "400", "message", "data": {…}}`, where data speak, list fields and rules, or charges.
    fn take_kazoo(&mut self, body: &Value) {
        let category = text(body, &["message"]);
        self.code = if is_category(&category) { category.replace(' ', "_") } else { String::new() };
        let data = body.get("data").unwrap_or(&Value::Null);
        let said = text(data, &["message"]);
        if let Some(charges) = charges(data).filter(|_| self.status == 402) {
            self.text = if said.is_empty() { charges } else { format!("{said}: {charges}") };
            return;
        }
        let mut broken = Vec::new();
        for (field, rules) in data.as_object().into_iter().flatten() {
            for (rule, what) in rules.as_object().into_iter().flatten() {
                self.unique |= rule == "unique";
                // `cause`, `target` and `value` stand beside it and echo what was refused.
                broken.push(format!("{field}: {}", text(what, &["message"])));
            }
        }
        if self.unique {
            self.code = "unique".into();
        }
        self.text = match (said.is_empty(), broken.is_empty()) {
            (false, _) => said,
            (true, false) => broken.join("; "),
            (true, true) => category,
        };
    }

    /// Whether it says that somebody else has this e-mail or user name.
    pub(super) fn is_taken(&self) -> bool {
        let said = format!("{} {}", self.code, self.text).to_lowercase();
        self.unique || said.contains("exist") || said.contains("taken") || said.contains("in use")
    }

    /// The failure of this call; no secret appears in it.
    pub(super) fn into_error(mut self, call: &Call, keeper: &TokenKeeper) -> CallError {
        let clean = |text: &str, longest| clean(&secretless(call, keeper, text), longest);
        self.text = clean(&self.text, LONGEST_TEXT);
        self.code = clean(&self.code, LONGEST_CODE);
        let failure = self.failure(call);
        let code = shown_code(&self.code, self.status);
        let message = self.sentence(call, failure);
        let request_id = clean_request_id(keeper.redact(&self.request_id, None));
        CallError { failure, code, message, status: Some(self.http), request_id }
    }

    fn failure(&self, call: &Call) -> Failure {
        match self.status {
            429 => Failure::Limited,
            200..=299 if !(self.code.is_empty() && self.text.is_empty()) => Failure::Refused,
            408 => Failure::Unclear,
            // However a key is refused, every other call would be refused as well (AU-err: 401, Kazoo: 404).
            400..=499 if matches!(call, Call::Exchange) => Failure::Unauthorized,
            // Whoever points elsewhere has done nothing; 302 and 303 may also follow upon what was done.
            301 | 307 | 308 => Failure::Refused,
            401 => Failure::Unauthorized,
            // The log is a comfort; whoever may not read it may still change users.
            403 if matches!(call, Call::Deletions { .. }) => Failure::Refused,
            403 => Failure::ForbiddenUnknown,
            // A gateway's page knows nothing of users, and a leaver must not pass for gone because of it.
            404 if self.page => Failure::Unclear,
            404 | 410 if names_somebody(call) => Failure::Missing,
            405 if may_be_lacking(call) => Failure::Missing,
            // The other dialect would be understood; every row would end so.
            405 => Failure::Forbidden,
            400 | 409 if matches!(call, Call::Create(_)) && (self.unique || self.status == 409) => {
                Failure::Exists
            }
            400..=499 => Failure::Refused,
            _ => Failure::Unclear,
        }
    }
}

/// Whether a message is one of Kazoo's categories, such as `bad identifier`: a sentence may name somebody, and codes go
/// into logs.
fn is_category(message: &str) -> bool {
    let plain = message.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b' '));
    plain && message.split([' ', '_']).count() <= 4
}

/// A text without the token, the key and the password of the call.
fn secretless(call: &Call, keeper: &TokenKeeper, text: &str) -> String {
    match call {
        Call::SetSipPassword { password, .. } => keeper.redact(text, Some(password)),
        _ => keeper.redact(text, None),
    }
}

fn names_somebody(call: &Call) -> bool {
    !matches!(call, Call::List(_) | Call::Create(_) | Call::Exchange)
}

/// Calls that not every deployment of Audian has (the seed has them, a plain Kazoo has not).
pub(super) fn may_be_lacking(call: &Call) -> bool {
    matches!(
        call,
        Call::Devices { .. }
            | Call::AllDevices { .. }
            | Call::Reassign { .. }
            | Call::Archive { .. }
            | Call::Purge { .. }
            | Call::Restore { .. }
            | Call::Deletions { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Changes, Listing, Parting};
    use crate::roster::NewUser;
    use crate::secret::Secret;
    use Failure::*;

    fn keeper() -> TokenKeeper {
        TokenKeeper::new(Some(Secret::new("k3y-of-acme")), Some(Secret::new("t0ken-of-acme")))
    }

    fn error(call: &Call, status: u16, body: &str) -> CallError {
        let reply = HttpReply { status, body: body.into(), ..HttpReply::default() };
        let complaint = match serde_json::from_str(body) {
            Ok(body) => Complaint::of(&reply, &body).expect("it complains"),
            Err(_) => Complaint::no_answer(&reply),
        };
        complaint.into_error(call, &keeper())
    }

    fn flat(code: &str, text: &str) -> String {
        format!(r#"{{"error":{{"code":"{code}","message":"{text}","type":"t","param":null}}}}"#)
    }

    fn kazoo(status: u16, data: &str) -> String {
        format!(
            r#"{{"auth_token":"t0ken-of-acme","request_id":"r1","status":"error","error":"{status}",
                "message":"bad_identifier","data":{data}}}"#
        )
    }

    fn change() -> Call {
        Call::Change { user_id: "u1".into(), changes: Changes::default() }
    }

    fn calls() -> [Call; 6] {
        let user_id = || "u1".to_string();
        [
            Call::List(Listing::default()),
            Call::Get { user_id: user_id() },
            Call::Create(NewUser::default()),
            Call::Change { user_id: user_id(), changes: Changes::default() },
            Call::Archive { user_id: user_id(), reason: None },
            Call::Exchange,
        ]
    }

    #[test]
    fn a_sentence_is_no_code() {
        for (message, code) in [
            ("bad_identifier", "bad_identifier"),
            ("too many requests", "too_many_requests"),
            ("asha@x.example is already in use", "http_400"),
            ("Asha Rao exists", "http_400"),
            ("the name asha is taken", "http_400"),
        ] {
            let body = format!(r#"{{"success":false,"message":"{message}"}}"#);
            let error = error(&Call::Create(NewUser::default()), 400, &body);
            assert_eq!(error.code, code);
            assert!(error.message.contains(message), "{}", error.message);
        }
    }

    #[test]
    fn the_status_makes_the_failure_in_both_shapes() {
        for (status, expected) in [
            (400, [Refused, Refused, Refused, Refused, Refused, Unauthorized]),
            (401, [Unauthorized; 6]),
            (402, [Refused, Refused, Refused, Refused, Refused, Unauthorized]),
            (
                403,
                [
                    ForbiddenUnknown,
                    ForbiddenUnknown,
                    ForbiddenUnknown,
                    ForbiddenUnknown,
                    ForbiddenUnknown,
                    Unauthorized,
                ],
            ),
            (404, [Refused, Missing, Refused, Missing, Missing, Unauthorized]),
            (405, [Forbidden, Forbidden, Forbidden, Forbidden, Missing, Unauthorized]),
            (409, [Refused, Refused, Exists, Refused, Refused, Unauthorized]),
            (410, [Refused, Missing, Refused, Missing, Missing, Unauthorized]),
            (429, [Limited; 6]),
            (500, [Unclear; 6]),
            (503, [Unclear; 6]),
        ] {
            for (call, expected) in calls().iter().zip(expected) {
                let what = format!("{} {status}", call.name());
                assert_eq!(error(call, status, &flat("x", "y")).failure, expected, "{what}");
                assert_eq!(
                    error(call, status, &kazoo(status, r#"{"message":"y"}"#)).failure,
                    expected,
                    "{what}"
                );
                // Kazoo repeats the status in the body, and a gateway may answer 200 around it.
                assert_eq!(
                    error(call, 200, &kazoo(status, r#"{"message":"y"}"#)).failure,
                    expected,
                    "{what}"
                );
            }
        }
    }

    #[test]
    fn a_taken_value_is_one_in_both_dialects() {
        let taken = r#"{"username":{"unique":{"message":"User name is taken","cause":"asha@x.example"}}}"#;
        let create = Call::Create(NewUser::default());
        let error = error(&create, 400, &kazoo(400, taken));
        assert_eq!((error.failure, error.code.as_str()), (Exists, "unique"));
        assert!(error.message.starts_with("username: User name is taken"), "{}", error.message);
        let change = Call::Change { user_id: "u1".into(), changes: Changes::default() };
        assert_eq!(super::tests::error(&change, 400, &kazoo(400, taken)).failure, Refused);
    }

    #[test]
    fn neither_tokens_nor_refused_values_reach_a_message() {
        let call = Call::SetSipPassword {
            user_id: "u1".into(),
            device_id: "d1".into(),
            password: Secret::new("S3cret!pass"),
        };
        let data = r#"{"sip.password":{"minLength":{"message":"S3cret!pass is too short","value":"S3cret!pass","target":5}}}"#;
        let refused = error(&call, 400, &kazoo(400, data));
        assert!(refused.message.starts_with("sip.password: [secret] is too short"), "{}", refused.message);
        assert!(!format!("{refused:?}").contains("S3cret!pass"));
        let echoed = error(&call, 401, &flat("invalid_api_key", "t0ken-of-acme of k3y-of-acme has ended"));
        assert!(echoed.message.starts_with("[secret] of [secret] has ended"), "{}", echoed.message);
    }

    #[test]
    fn the_code_is_the_providers_own_else_the_status() {
        let delete = Call::Delete { user_id: "u1".into(), parting: Parting::default() };
        for (status, body, code) in [
            (409, flat("resource_conflict", "User still has active resources"), "resource_conflict"),
            (404, kazoo(404, r#"{"message":"bad identifier","cause":"u1"}"#), "bad_identifier"),
            (404, "{}".into(), "http_404"),
            (502, "<html>Bad Gateway</html>".into(), "http_502"),
            (200, "<html>Please wait</html>".into(), "bad_response"),
        ] {
            assert_eq!(error(&delete, status, &body).code, code, "{status} {body}");
        }
        let page = error(&delete, 404, "<html>404</html>");
        assert_eq!(page.failure, Unclear, "a gateway's page never says that a user is gone");
    }

    #[test]
    fn messages_name_the_way_out() {
        let delete = Call::Delete { user_id: "u1".into(), parting: Parting::default() };
        for (call, status, part) in [
            (&delete, 409, "reassign_to"),
            (&Call::Create(NewUser::default()), 402, "--accept-charges"),
            (&Call::Create(NewUser::default()), 405, "--dialect"),
            (&Call::Exchange, 404, "AUDIAN_API_KEY"),
            (&change(), 409, "somebody else changed the same user"),
        ] {
            let message = error(call, status, &flat("x", "It says so.")).message;
            assert!(message.starts_with("It says so; ") && message.contains(part), "{message}");
        }
        let data = r#"{"users":{"user":{"quantity":1,"rate":2.5}},"activation_charges":1.0}"#;
        let charged = error(&Call::Create(NewUser::default()), 402, &kazoo(402, data)).message;
        let said = "the account would be charged 1 at once, and 1 × user at a rate of 2.5; run the same command with";
        assert!(charged.starts_with(said), "{charged}");
        let taken = error(&change(), 409, &flat("email_exists", "email: email exists")).message;
        assert!(taken.contains("belongs to another user") && !taken.contains("same moment"), "{taken}");
    }
}

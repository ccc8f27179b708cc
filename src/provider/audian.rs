//! Audian's users API v2: our calls in its words, and its replies in ours, in both of its dialects.
//!
//! Pure but for the token that it keeps: it never sends, waits or retries. Paths and bodies are in
//! `audian_request`, the JSON of replies in `audian_wire`, refusals in `audian_failure` and `audian_words`.

use std::time::Duration;

use serde_json::Value;

use super::audian_failure::Complaint;
use super::audian_request::{PAGE, parts};
use super::audian_wire as wire;
use super::words::{NO_ID, NO_OBJECT, clean_request_id, success};
use super::{
    Answer, Call, CallError, Content, DeletionPage, DevicePage, Facts, HttpReply, HttpRequest, Limits, Page,
    Paging, Provider, TokenKeeper, Unreadable,
};
use crate::row::Mode;
use crate::secret::Secret;

/// The forms in which Audian's documentation writes its API; the account has one of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The newer pages: bare bodies, camelCase, POST to create.
    #[default]
    Flat,
    /// The platform underneath: enveloped bodies, snake_case, PUT to create.
    Kazoo,
}

/// An account, and what its user decided for it.
#[derive(Debug, Clone, Default)]
pub struct AudianAccount {
    pub id: String,
    pub dialect: Dialect,
    /// New users get an invitation mail.
    pub invite: bool,
    /// Charges that a new user costs are agreed to.
    pub accept_charges: bool,
}

/// One Audian account and the key or token to it.
pub struct Audian {
    account: AudianAccount,
    keeper: TokenKeeper,
    facts: Facts,
}

impl Audian {
    /// A key is exchanged for tokens; a token is used as it is.
    pub fn new(account: AudianAccount, key: Option<Secret>, token: Option<Secret>) -> Audian {
        let facts = facts(account.dialect);
        Audian { account, keeper: TokenKeeper::new(key, token), facts }
    }

    fn content(&self, call: &Call, reply: &HttpReply, body: &Value) -> Result<Content, Complaint> {
        let data = wire::unwrapped(body);
        let no_answer = || Complaint::no_answer(reply);
        match call {
            Call::List(_) => {
                let page = page_of(rows(data).ok_or_else(no_answer)?, self.account.dialect);
                Ok(Content::Page(Page { next: wire::next_key(body), ..page }))
            }
            Call::Devices { user_id, .. } => {
                let rows = rows(data).ok_or_else(no_answer)?;
                let devices = rows.iter().filter_map(|row| wire::device(row, user_id)).collect();
                Ok(Content::Devices(DevicePage { devices, next: wire::next_key(body) }))
            }
            Call::AllDevices { owner, .. } => {
                let rows = rows(data).ok_or_else(no_answer)?.iter();
                let owned = rows.filter(|row| wire::owner_of_device(row) == *owner);
                let devices = owned.filter_map(|row| wire::device(row, owner)).collect();
                Ok(Content::Devices(DevicePage { devices, next: wire::next_key(body) }))
            }
            Call::Deletions { .. } => {
                let deletions = rows(data).ok_or_else(no_answer)?.iter().map(wire::deletion).collect();
                Ok(Content::Deletions(DeletionPage { deletions, next: wire::next_key(body) }))
            }
            Call::Get { .. } | Call::Create(_) => wire::user(data, self.account.dialect)
                .map(|user| Content::User(Box::new(user)))
                .ok_or_else(no_answer),
            Call::Change { .. } | Call::Restore { .. } => Ok(wire::user(data, self.account.dialect)
                .map_or(Content::Nothing, |user| Content::User(Box::new(user)))),
            Call::Exchange => {
                let token = wire::text(body, &["auth_token", "authToken"]);
                let token = if token.is_empty() { wire::text(data, &["auth_token"]) } else { token };
                if token.is_empty() { Err(no_answer()) } else { Ok(Content::Token(Secret::new(token))) }
            }
            Call::Archive { .. } => {
                let mut told = wire::told(body);
                if wire::is_document(body) {
                    told.insert("document".into(), "true".into());
                }
                Ok(Content::Told(told))
            }
            Call::Delete { .. } | Call::Purge { .. } | Call::Reassign { .. } => {
                Ok(Content::Told(wire::told(body)))
            }
            _ => Ok(Content::Nothing),
        }
    }
}

/// What the documents guarantee; no page says how many users match.
fn facts(dialect: Dialect) -> Facts {
    // The flat pages say that an e-mail is unique; Kazoo enforces user names only (KZ-code).
    let enforces_keys = dialect == Dialect::Flat;
    Facts {
        page: PAGE,
        paging: Paging::Key,
        longest_filter: 1_000,
        enforces_keys,
        settle: Duration::from_secs(if enforces_keys { 2 } else { 35 }),
        // Kazoo's users have no field for one.
        notes_numbers: dialect == Dialect::Flat,
        // "Insufficient permissions" is all that its pages say of it (SEED-2, AU-err).
        forbids_rows: false,
        modes: &[Mode::Archive, Mode::Disable, Mode::Delete, Mode::Purge],
    }
}

/// The rows of a list: an array, null, or an object that has the array.
fn rows(data: &Value) -> Option<&[Value]> {
    match data {
        Value::Array(rows) => Some(rows),
        Value::Null => Some(&[]),
        Value::Object(map) => ["users", "devices", "deletions", "items", "data"]
            .iter()
            .find_map(|key| Some(map.get(*key)?.as_array()?.as_slice())),
        _ => None,
    }
}

/// The users of these rows; those that show none are named.
fn page_of(rows: &[Value], dialect: Dialect) -> Page {
    let mut page = Page::default();
    for (place, row) in (0..).zip(rows) {
        let problem = if row.is_object() { NO_ID } else { NO_OBJECT };
        match wire::user(row, dialect) {
            Some(user) => page.users.push(user),
            None => {
                page.unreadable.push(Unreadable { place, user_id: String::new(), problem: problem.into() })
            }
        }
    }
    page
}

impl Provider for Audian {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn request(&self, call: &Call) -> HttpRequest {
        let (method, path, body) = parts(&self.account, &self.keeper.key(), call);
        let token = if matches!(call, Call::Exchange) { Secret::new("") } else { self.keeper.current() };
        HttpRequest { method, path, authorization: ("x-auth-token", token), body }
    }

    fn limits(&self, reply: &HttpReply) -> Limits {
        // Read twice only where they are told: a page of users is long.
        let told = memchr::memmem::find(&reply.body, b"\"tokens\"").is_some();
        let tokens = if told { wire::tokens_left(&reply.json()) } else { None };
        Limits { tokens, ..reply.limits }
    }

    fn answer(&self, call: &Call, reply: &HttpReply) -> Result<Answer, CallError> {
        let empty = reply.body.trim_ascii().is_empty();
        let body = match serde_json::from_str::<Value>(&reply.json()) {
            Ok(body) => body,
            // A success of a writing call need not say anything.
            Err(_) if empty && success(reply.status) && call.writes() => Value::Null,
            Err(_) => return Err(Complaint::no_answer(reply).into_error(call, &self.keeper)),
        };
        let content = match Complaint::of(reply, &body) {
            Some(complaint) => Err(complaint),
            None => self.content(call, reply, &body),
        };
        let content = content.map_err(|complaint| complaint.into_error(call, &self.keeper))?;
        let request_id = clean_request_id(self.keeper.redact(&wire::request_id(&body), None));
        Ok(Answer { status: reply.status, request_id, content })
    }

    fn tokens(&self) -> Option<&TokenKeeper> {
        Some(&self.keeper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Listing;

    #[test]
    fn a_row_that_shows_no_user_is_named_and_not_dropped() {
        let body =
            r#"{"status":"success","data":[{"id":"u1"},{"id":{},"email":"a@x.example"},"u3",null,{"id":5}]}"#;
        let reply = HttpReply { status: 200, body: body.into(), ..HttpReply::default() };
        let audian = Audian::new(AudianAccount::default(), None, Some(Secret::new("t0ken")));
        let page = audian.answer(&Call::List(Listing::default()), &reply).expect("a page").page();
        let ids: Vec<&str> = page.users.iter().map(|user| user.id.as_str()).collect();
        let odd: Vec<(u64, &str)> =
            page.unreadable.iter().map(|odd| (odd.place, odd.problem.as_str())).collect();
        assert_eq!((ids, page.length()), (vec!["u1", "5"], 5));
        assert_eq!(odd, [(1, NO_ID), (2, NO_OBJECT), (3, NO_OBJECT)]);
    }
}

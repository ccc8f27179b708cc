//! Exotel CCM users API v2: our calls in its words, and its replies in ours.
//!
//! Pure: it never sends, waits or retries. Paths and bodies are in `exotel_request`, the JSON
//! of replies in `exotel_wire`, what a refusal means in `exotel_failure` and `exotel_words`.

use std::time::Duration;

use serde::de::DeserializeOwned;

use super::exotel_failure::Complaint;
use super::exotel_request::{basic, parts, users_path};
use super::exotel_wire::{self as wire, Element, Envelope, Shape};
use super::words::{NO_ID, NO_OBJECT, clean_request_id};
use super::{
    Answer, Call, CallError, Content, Facts, Failure, Filter, HttpReply, HttpRequest, Listing, OddRows, Page,
    Paging, Provider, Unreadable,
};
use crate::roster::User;
use crate::row::Mode;
use crate::secret::Secret;

/// Page and keys: the users page of the documents. Both unique keys are refused with 409.
pub(super) static FACTS: Facts = Facts {
    page: 50,
    paging: Paging::Offset,
    // Not documented; gateways usually take 8 KiB of address, and the rest of it needs its place.
    longest_filter: 6_000,
    enforces_keys: true,
    settle: Duration::from_secs(2),
    notes_numbers: false,
    forbids_rows: true,
    modes: &[Mode::Delete, Mode::Disable],
};

/// One Exotel account and the key to it.
pub struct Exotel {
    users: String,
    key: Secret,
    token: Secret,
    authorization: Secret,
    /// Key and token as they are sent, without the word `Basic`: an echo of headers shows them so.
    pair: Secret,
}

impl Exotel {
    /// `account` is the account sid; key and token are those of the API settings page.
    pub fn new(account: &str, key: &Secret, token: &Secret) -> Exotel {
        let authorization = basic(key, token);
        let pair = Secret::new(authorization.reveal().trim_start_matches("Basic "));
        Exotel { users: users_path(account), key: key.clone(), token: token.clone(), authorization, pair }
    }

    fn error(&self, call: &Call, complaint: Complaint) -> CallError {
        let mut secrets = vec![&self.pair, &self.token, &self.key];
        if let Call::SetSipPassword { password, .. } = call {
            secrets.push(password);
        }
        complaint.into_error(call, &secrets)
    }
}

impl Provider for Exotel {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    fn request(&self, call: &Call) -> HttpRequest {
        let (method, path, body) = parts(&self.users, call);
        HttpRequest { method, path, authorization: ("authorization", self.authorization.clone()), body }
    }

    fn answer(&self, call: &Call, reply: &HttpReply) -> Result<Answer, CallError> {
        let content = match call {
            Call::List(listing) => listed(reply, listing),
            Call::Get { .. } => opened(reply).and_then(|envelope| shown(reply, envelope)),
            Call::Create(_) => only_element(reply).and_then(|(request_id, element)| {
                the_user(*element)
                    .ok_or_else(|| Complaint::no_answer(reply, &request_id))
                    .map(|user| (request_id, user))
            }),
            Call::Change { .. } => confirmed(reply, |data: wire::User| {
                data.into_user().map_or(Content::Nothing, |user| Content::User(Box::new(user)))
            }),
            Call::SetNumber { .. } | Call::SetAvailable { .. } => {
                confirmed(reply, |data: wire::Device| Content::Device(data.into_device()))
            }
            Call::SetSipPassword { .. } | Call::Delete { .. } => {
                confirmed(reply, |_: serde::de::IgnoredAny| Content::Nothing)
            }
            _ => return Err(not_spoken(call)),
        };
        let (request_id, content) = content.map_err(|complaint| self.error(call, complaint))?;
        Ok(Answer { status: reply.status, request_id: clean_request_id(request_id), content })
    }
}

/// A call of another provider's; no plan for Exotel has one.
fn not_spoken(call: &Call) -> CallError {
    CallError {
        failure: Failure::Refused,
        code: "unsupported_field".into(),
        message: format!("Exotel cannot {}", call.name()),
        status: None,
        request_id: String::new(),
    }
}

/// What a reply brought, with its request id.
type Brought = Result<(String, Content), Complaint>;

/// The envelope of a reply that is a success as a whole.
fn opened<T: DeserializeOwned>(reply: &HttpReply) -> Result<Envelope<T>, Complaint> {
    let envelope = serde_json::from_str::<Envelope<T>>(&reply.json());
    let Ok(envelope) = envelope else { return Err(Complaint::no_answer(reply, "")) };
    match Complaint::of_reply(reply, &envelope) {
        Some(complaint) => Err(complaint),
        None => Ok(envelope),
    }
}

/// The only element of a response, which succeeded too.
fn only_element<T: DeserializeOwned>(reply: &HttpReply) -> Result<(String, Box<Element<T>>), Complaint> {
    element_of(reply, opened(reply)?)
}

fn element_of<T>(reply: &HttpReply, envelope: Envelope<T>) -> Result<(String, Box<Element<T>>), Complaint> {
    let Some(element) = envelope.response.into_one() else {
        return Err(Complaint::no_answer(reply, &envelope.request_id));
    };
    match Complaint::of_element(reply.status, &envelope.request_id, &element) {
        Some(complaint) => Err(complaint),
        None if !element.says_something() => Err(Complaint::no_answer(reply, &envelope.request_id)),
        None => Ok((envelope.request_id, element)),
    }
}

/// The user of a read. A null or nothing in its place is nobody, as at the end of a list (seed 001): the documents have no 404
/// for a read.
fn shown(reply: &HttpReply, envelope: Envelope<wire::User>) -> Brought {
    let nobody = |request_id: &str| Complaint::absence(reply, request_id);
    let is_theirs = envelope.http_code.is_some() || !envelope.request_id.is_empty();
    if is_theirs && envelope.response.is_nothing() {
        return Err(nobody(&envelope.request_id));
    }
    let (request_id, element) = element_of(reply, envelope)?;
    if element.data.is_nothing() {
        return Err(nobody(&request_id));
    }
    the_user(*element).ok_or_else(|| Complaint::no_answer(reply, &request_id)).map(|user| (request_id, user))
}

fn the_user(element: Element<wire::User>) -> Option<Content> {
    let user = element.data.into_one()?.into_user()?;
    Some(Content::User(Box::new(user)))
}

/// A success that need not bring any data, so that 204 without a body is one too. Any other without a body may be
/// that of something in front of the provider.
fn confirmed<T: DeserializeOwned>(reply: &HttpReply, content: impl Fn(T) -> Content) -> Brought {
    if reply.status == 204 && reply.body.is_empty() {
        return Ok((String::new(), Content::Nothing));
    }
    let (request_id, element) = only_element::<T>(reply)?;
    Ok((request_id, element.data.into_one().map_or(Content::Nothing, |data| content(*data))))
}

fn listed(reply: &HttpReply, listing: &Listing) -> Brought {
    let envelope = opened::<wire::User>(reply)?;
    let request_id = envelope.request_id;
    let rows = match envelope.response {
        Shape::Null => Vec::new(),
        Shape::Many(rows) => rows,
        Shape::One(row) => vec![Shape::One(row)],
        Shape::Absent | Shape::Text(_) | Shape::Other => {
            return Err(Complaint::no_answer(reply, &request_id));
        }
    };
    let rows = (0..).zip(rows).map(|(place, row)| listed_user(reply, &request_id, place, row));
    let page = page_of(reply, rows, listing)?;
    let total = envelope.metadata.one().and_then(|metadata| metadata.total);
    // A total of nothing beside users is a total that was not counted.
    let total = total.filter(|total| *total > 0 || page.length() == 0);
    Ok((request_id, Content::Page(Page { total, ..page })))
}

/// A row of a list that shows no user.
struct OddRow {
    unreadable: Unreadable,
    /// The provider's own, where it says that it failed.
    complaint: Option<Complaint>,
}

fn listed_user(
    reply: &HttpReply,
    request_id: &str,
    place: u64,
    row: Shape<Box<Element<wire::User>>>,
) -> Result<User, Box<OddRow>> {
    let malformed = |problem: &str| {
        let unreadable = Unreadable { place, user_id: String::new(), problem: problem.into() };
        Box::new(OddRow { unreadable, complaint: None })
    };
    let element = row.into_one().ok_or_else(|| malformed(NO_OBJECT))?;
    if let Some(complaint) = Complaint::of_element(reply.status, request_id, &element) {
        let user_id = element.data.one().map(|user| user.id().to_owned()).unwrap_or_default();
        let unreadable =
            Unreadable { place, user_id: clean_request_id(user_id), problem: complaint.in_short() };
        return Err(Box::new(OddRow { unreadable, complaint: Some(complaint) }));
    }
    let user = element.data.into_one().ok_or_else(|| malformed(NO_OBJECT))?;
    user.into_user().ok_or_else(|| malformed(NO_ID))
}

/// The page of a list of which some rows may show no user.
///
/// A whole roster goes on without them and names them, unless the provider failed at all of them, which is worth another
/// try. In a look-up such a row must not pass for "not there", unless that is what it says; what concerns all calls fails it
/// in any case.
fn page_of(
    reply: &HttpReply,
    rows: impl Iterator<Item = Result<User, Box<OddRow>>>,
    listing: &Listing,
) -> Result<Page, Complaint> {
    let is_look_up = listing.filter != Filter::All;
    let (mut page, mut failure) = (Page::default(), None);
    page.users.reserve(rows.size_hint().0);
    for row in rows {
        let OddRow { unreadable, complaint } = match row {
            Ok(user) => {
                page.users.push(user);
                continue;
            }
            Err(odd) => *odd,
        };
        // That there is nobody (404) is said of one row and not of a page.
        let is_nobody = complaint.as_ref().is_some_and(Complaint::is_absence);
        if is_look_up && is_nobody {
            continue;
        }
        let complaint = match is_look_up {
            true => Some(complaint.unwrap_or_else(|| Complaint::no_answer(reply, ""))),
            false => complaint.filter(|_| !is_nobody),
        };
        match complaint {
            Some(complaint) if is_look_up && complaint.concerns_all() => return Err(complaint),
            complaint => failure = failure.or(complaint),
        }
        page.unreadable.push(unreadable);
    }
    let is_told = match listing.odd_rows {
        OddRows::Any if is_look_up => true,
        OddRows::Fail if is_look_up => false,
        _ => !page.users.is_empty(),
    };
    match failure {
        Some(complaint) if !is_told => Err(complaint),
        _ => Ok(page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Changes, Failure};
    use crate::roster::NewUser;

    fn exotel() -> Exotel {
        Exotel::new("acme1", &Secret::new("sim-key"), &Secret::new("sim-token"))
    }

    fn answer(call: &Call, status: u16, body: &str) -> Result<Answer, CallError> {
        exotel().answer(call, &HttpReply { status, body: body.into(), ..HttpReply::default() })
    }

    fn failure(call: &Call, status: u16, body: &str) -> (Failure, String) {
        let error = answer(call, status, body).expect_err(body);
        (error.failure, error.code)
    }

    fn list(filter: Filter) -> Call {
        Call::List(Listing { filter, limit: 50, ..Listing::default() })
    }

    fn create() -> Call {
        Call::Create(NewUser::default())
    }

    fn change() -> Call {
        Call::Change { user_id: "u1".into(), changes: Changes::default() }
    }

    fn available() -> Call {
        Call::SetAvailable { user_id: "u1".into(), device_id: "7".into(), available: true }
    }

    fn delete() -> Call {
        Call::Delete { user_id: "u1".into(), parting: Default::default() }
    }

    fn success(data: &str) -> String {
        format!(r#"{{"request_id":"r1","response":{{"code":200,"status":"success","data":{data}}}}}"#)
    }

    fn row(code: u16, data: &str) -> String {
        let status = if code == 200 { "success" } else { "failure" };
        format!(r#"{{"code":{code},"error_data":null,"status":"{status}","data":{data}}}"#)
    }

    fn rows(rows: &[String]) -> String {
        format!(r#"{{"metadata":{{"total":"229"}},"response":[{}]}}"#, rows.join(","))
    }

    #[test]
    fn credentials_go_into_a_header_and_nowhere_else() {
        let request = exotel().request(&list(Filter::All));
        assert_eq!(request.authorization.0, "authorization");
        assert_eq!(request.authorization.1.reveal(), "Basic c2ltLWtleTpzaW0tdG9rZW4=");
        assert!(!request.path.contains("sim-"));
    }

    #[test]
    fn a_user_comes_out_of_an_object_or_a_list_of_one() {
        let data = r#"{"id":"u1","first_name":"Asha","devices":[{"id":7,"type":"tel"}]}"#;
        for body in [success(data), rows(&[row(200, data)])] {
            let answer = answer(&create(), 200, &body).expect("a user");
            let user = answer.user().expect("a user");
            assert_eq!((user.id.as_str(), user.devices()[0].id.as_str()), ("u1", "7"));
        }
        let bare = answer(&create(), 201, "\u{feff}{\"response\":{\"data\":{\"id\":8}}}").expect("a user");
        assert_eq!(bare.user().map(|user| user.id), Some("8".into()));
    }

    #[test]
    fn a_create_or_get_without_an_id_is_no_answer() {
        let get = Call::Get { user_id: "u1".into() };
        let bare = r#"{"response":null}"#;
        assert_eq!(failure(&get, 200, bare).0, Failure::Unclear, "anybody may say so");
        let envelope = |response| format!(r#"{{"request_id":"r1","response":{response}}}"#);
        for nobody in [success("null"), success("[]"), envelope("null"), envelope("[]")] {
            assert_eq!(failure(&create(), 200, &nobody).0, Failure::Unclear, "{nobody}");
            assert_eq!(failure(&get, 200, &nobody), (Failure::Missing, "http_404".into()), "{nobody}");
        }
        for body in [
            success("{}"),
            success(r#"{"id":null}"#),
            "".into(),
            "{}".into(),
            "[]".into(),
            "null".into(),
            r#"{"response":{}}"#.into(),
            r#"{"response":{"status":"success","data":{"id":"u1"#.into(),
            "<html>Please wait</html>".into(),
        ] {
            for call in [create(), get.clone()] {
                assert_eq!(failure(&call, 200, &body), (Failure::Unclear, "bad_response".into()), "{body}");
            }
        }
    }

    #[test]
    fn an_odd_letter_hides_nobody() {
        let mut body =
            rows(&[row(200, r#"{"id":"a","last_name":"Ra?"}"#), row(200, r#"{"id":"b"}"#)]).into_bytes();
        let odd = body.iter().position(|byte| *byte == b'?').expect("it is there");
        body[odd] = 0xf6;
        let reply = HttpReply { status: 200, body, ..HttpReply::default() };
        let page = exotel().answer(&list(Filter::All), &reply).expect("a page").page();
        assert_eq!((page.users.len(), page.users[0].last_name.as_str()), (2, "Ra\u{fffd}"));
    }

    #[test]
    fn other_writes_need_a_word_but_no_data() {
        for call in [change(), available(), delete()] {
            assert!(answer(&call, 200, &success("null")).is_ok(), "{}", call.name());
            assert!(answer(&call, 204, "").is_ok(), "{}", call.name());
            for body in ["", "{}", r#"{"response":null}"#, r#"{"response":{}}"#, "<html></html>"] {
                assert_eq!(failure(&call, 200, body).0, Failure::Unclear, "{} {body}", call.name());
            }
        }
        let device = answer(&available(), 200, &success(r#"{"id":7,"available":true}"#)).expect("a device");
        assert!(matches!(device.content, Content::Device(device) if device.available == Some(true)));
    }

    #[test]
    fn a_page_has_its_users_and_its_total() {
        let page = |body: &str| answer(&list(Filter::All), 200, body).expect(body).page();
        let two = page(&rows(&[row(200, r#"{"id":"a"}"#), row(200, r#"{"id":"b","devices":null}"#)]));
        assert_eq!((two.users.len(), two.total), (2, Some(229)));
        assert_eq!(two.users[1].devices, None);
        for end in
            [r#"{"metadata":{"total":2},"response":null}"#, r#"{"metadata":{"total":2},"response":[]}"#]
        {
            assert_eq!((page(end).users.len(), page(end).total), (0, Some(2)));
        }
        let single = format!(r#"{{"metadata":{{"total":0}},"response":{}}}"#, row(200, r#"{"id":"a"}"#));
        assert_eq!((page(&single).users.len(), page(&single).total), (1, None));
        for body in ["{}", "", "<html></html>", r#"{"response":"none"}"#] {
            assert_eq!(failure(&list(Filter::All), 200, body).0, Failure::Unclear, "{body}");
        }
    }

    #[test]
    fn failed_rows_are_passed_over_in_a_roster_and_tell_in_a_look_up() {
        let emails = || Filter::Emails(vec!["a@x.example".into()]);
        let good = || row(200, r#"{"id":"a"}"#);
        let count =
            |filter, body: &str| answer(&list(filter), 200, body).map(|answer| answer.page().users.len());
        assert_eq!(count(Filter::All, &rows(&[good(), row(500, "null"), good()])), Ok(2));
        assert_eq!(count(Filter::All, &rows(&[good(), "null".into(), success("{}")])), Ok(1));
        assert_eq!(failure(&list(Filter::All), 200, &rows(&[row(500, "null")])).0, Failure::Unclear);
        let mixed = rows(&[row(404, "null"), row(500, "null")]);
        assert_eq!(failure(&list(Filter::All), 200, &mixed).0, Failure::Unclear, "a page that failed");
        let alone = answer(&list(Filter::All), 200, &rows(&[row(404, "null")])).expect("a page").page();
        assert_eq!((alone.users.len(), alone.unreadable.len()), (0, 1), "somebody who is named");
        assert_eq!(failure(&list(emails()), 200, &rows(&[good(), row(500, "null")])).0, Failure::Unclear);
        assert_eq!(failure(&list(emails()), 200, &rows(&[good(), "7".into()])).0, Failure::Unclear);
        let odd = |odd_rows, filter| Call::List(Listing { filter, odd_rows, ..Listing::default() });
        for failed in [row(500, "null"), "7".into()] {
            let mixed = rows(&[good(), failed.clone()]);
            let page = answer(&odd(OddRows::BesideOthers, emails()), 200, &mixed).expect("a page").page();
            assert_eq!((page.users.len(), page.unreadable.len()), (1, 1), "it may be the one who is meant");
            let alone = rows(&[failed]);
            assert_eq!(failure(&odd(OddRows::BesideOthers, emails()), 200, &alone).0, Failure::Unclear);
            let page = answer(&odd(OddRows::Any, emails()), 200, &alone).expect("a page").page();
            assert_eq!((page.users.len(), page.unreadable.len()), (0, 1));
        }
        for filter in [emails(), Filter::All] {
            assert_eq!(failure(&list(filter), 200, &rows(&[row(429, "null")])).0, Failure::Limited);
        }
        let limited = rows(&[good(), row(429, "null")]);
        assert_eq!(failure(&odd(OddRows::Any, emails()), 200, &limited).0, Failure::Limited);
        assert_eq!(count(emails(), &rows(&[good(), row(404, "null")])), Ok(1));
        assert_eq!(count(emails(), &rows(&[row(404, "null")])), Ok(0));
    }

    #[test]
    fn a_row_that_shows_no_user_is_named() {
        let asha = r#"{"id":"a","email":"asha@x.example"}"#;
        let odd =
            [row(200, r#"{"id":true,"email":"a@x.example"}"#), row(500, asha), "7".into(), row(200, "null")];
        let body = rows(&[&[row(200, asha)], &odd[..]].concat());
        let page = answer(&list(Filter::All), 200, &body).expect("a page").page();
        let told: Vec<String> = page
            .unreadable
            .iter()
            .map(|odd| format!("{} {} {}", odd.place, odd.user_id, odd.problem))
            .collect();
        let expected = [
            format!("1  {NO_ID}"),
            "2 a the provider says that it failed (http_500)".into(),
            format!("3  {NO_OBJECT}"),
            format!("4  {NO_OBJECT}"),
        ];
        assert_eq!((page.length(), told), (5, expected.to_vec()));
        let emails = Filter::Emails(vec!["a@x.example".into()]);
        let error = answer(&list(emails), 200, &rows(&[row(200, asha), "7".into()])).expect_err("no answer");
        assert_eq!((error.failure, error.code.as_str()), (Failure::Unclear, "bad_response"));
    }
}

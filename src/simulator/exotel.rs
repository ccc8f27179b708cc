//! Exotel's CCM users API as its pages describe it (seed 001): who may come in, which
//! endpoint answers, and what it would change.
//!
//! Pure: an endpoint looks at the tenant and returns its reply with the changes that it wants;
//! whether those are committed, and when, is not its business.

mod devices;
mod list;
mod users;
mod wire;
mod wrong;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::account::Call;
use super::switches::Switches;
use super::tenant::{Change, Device, Tenant, User};
use super::{SimReply, SimRequest, SimSettings};
use wrong::Wrong;

/// What an endpoint needs to know.
struct Desk<'a> {
    tenant: &'a Tenant,
    /// The tenant as lists show it; it may lag behind.
    listed: &'a Tenant,
    switches: &'a Switches,
    /// Milliseconds since 1970.
    wall: i64,
    request_id: &'a str,
}

/// What an endpoint has to show when it succeeds.
enum Shown {
    Nothing,
    User(Box<User>, Fields),
    Device(Device),
    Page(list::Page),
}

/// The parts of a user that are shown on request only.
#[derive(Debug, Clone, Copy, Default)]
struct Fields {
    devices: bool,
    active_call: bool,
    last_login: bool,
}

/// A success: what to show, and what to change.
struct Done {
    shown: Shown,
    changes: Vec<Change>,
}

/// Refuses a call without the account's credentials: key, token and sid must all be right.
pub(super) fn admit(call: Call, settings: &SimSettings) -> Option<SimReply> {
    let request = call.request;
    let expected = format!("{}:{}", settings.key, settings.token);
    let header = request.header("authorization").unwrap_or_default();
    let given = header.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let known =
        given.and_then(|(_, text)| BASE64_STANDARD.decode(text.trim()).ok()) == Some(expected.into_bytes());
    let sid = segments(&request.path).nth(2);
    let wrong_sid = sid.is_some_and(|sid| sid != settings.account);
    (!known || wrong_sid).then(|| refused(call, settings, Wrong::AuthenticationFailed))
}

/// Answers a call that was let in: the reply, and what it changes.
pub(super) fn answer(
    tenant: &Tenant,
    listed: &Tenant,
    call: Call,
    settings: &SimSettings,
) -> (SimReply, Vec<Change>) {
    let (request, switches) = (call.request, &settings.switches);
    if request.path.len() > switches.url_limit {
        return (SimReply::html(414, "Request-URI Too Large"), Vec::new());
    }
    let desk = Desk { tenant, listed, switches, wall: call.wall, request_id: call.id };
    match stopped(switches).map_or_else(|| route(&desk, request), Err) {
        Ok(done) => (wire::success(&desk, &request.method, done.shown), done.changes),
        Err(wrong) => (refused(call, settings, wrong), Vec::new()),
    }
}

/// The answer to a call that an error of the server's own met.
pub(super) fn internal_error(call: Call, settings: &SimSettings) -> SimReply {
    refused(call, settings, Wrong::Internal)
}

/// The envelope of a call that met the limit.
pub(super) fn too_many(call: Call, settings: &SimSettings) -> SimReply {
    refused(call, settings, Wrong::TooMany)
}

fn refused(call: Call, settings: &SimSettings, wrong: Wrong) -> SimReply {
    wire::failure(&call.request.method, call.id, &settings.switches, wrong)
}

/// The state of the account that stops every call.
fn stopped(switches: &Switches) -> Option<Wrong> {
    let states = [
        (switches.unauthorised, Wrong::Unauthorised),
        (switches.kyc_incomplete, Wrong::KycIncomplete),
        (switches.trial, Wrong::Trial),
    ];
    states.into_iter().find(|(set, _)| *set).map(|(_, wrong)| wrong)
}

fn route(desk: &Desk, request: &SimRequest) -> Result<Done, Wrong> {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    let segments: Vec<&str> = segments(&request.path).collect();
    let ["v2", "accounts", _, "users", rest @ ..] = segments.as_slice() else {
        return Err(Wrong::NoSuchPath);
    };
    match (request.method.as_str(), rest) {
        ("GET", []) => list::list(desk, query),
        ("POST", []) => users::create(desk, &parse_body(&request.body)?),
        ("GET", [id]) => users::get(desk, id, query),
        ("PUT", [id]) => users::update(desk, id, &parse_body(&request.body)?),
        ("DELETE", [id]) => users::delete(desk, id),
        ("PUT", [id, "devices", device]) => devices::update(desk, id, device, &parse_body(&request.body)?),
        ("PUT", [id, "devices", device, "password"]) => {
            devices::set_password(desk, id, device, &parse_body(&request.body)?)
        }
        (_, [] | [_] | [_, "devices", _] | [_, "devices", _, "password"]) => Err(Wrong::NoSuchMethod),
        _ => Err(Wrong::NoSuchPath),
    }
}

impl Fields {
    const DEVICES: Fields = Fields { devices: true, active_call: false, last_login: false };

    /// Unknown names are passed over; the documents do not say more.
    fn parse(query: &[(String, String)]) -> Fields {
        let named = |field: &str| query.iter().any(|(name, value)| name == "fields" && has(value, field));
        Fields {
            devices: named("devices"),
            active_call: named("active_call"),
            last_login: named("last_login"),
        }
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split(',').any(|part| part.trim() == word)
}

/// Names and values of a query; a bare `+` is a space, as in a form.
fn parse_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(n, v)| (decode(n), decode(v)))
        .collect()
}

fn parse_body(body: &[u8]) -> Result<Map<String, Value>, Wrong> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(Wrong::BodyNotParsed),
    }
}

/// A text of the body: absent and null are nothing, another type cannot be parsed.
fn text_of<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Wrong> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Wrong::BodyNotParsed),
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.split('?').next().unwrap_or_default();
    path.trim_matches('/').split('/')
}

/// `+`, then 7 to 15 digits, the first not 0.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == ',');
    plain(local)
        && !local.contains('@')
        && plain(domain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_in_a_query_is_a_space() {
        assert_eq!(parse_query("a=+91&b=%2B91"), [("a".into(), " 91".into()), ("b".into(), "+91".into())]);
    }

    #[test]
    fn addresses_and_numbers_are_judged() {
        for good in ["a@b.co", "x+1@ex.ample.com", "o'neill@example.com"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a@b..co", "a b@c.co", "a@b@c.co"] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(is_e164("+919812345678"));
        for bad in ["919812345678", "+0123456789", "+12345", "+1234567890123456", "+91 98123"] {
            assert!(!is_e164(bad), "{bad}");
        }
    }
}

//! The JSON of Audian's replies, read as leniently as its two documentations contradict each other.
//!
//! One reader for both dialects: enveloped or bare, camelCase or snake_case, numbers as text and back.
//! Unknown keys are passed over, since they may hold secrets; the token that Kazoo echoes is never taken.

use compact_str::format_compact;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::audian::Dialect;
use super::{Deletion, Details};
use crate::roster::{Device, User};

/// Seconds from the year 0, where Kazoo's moments begin, to 1970.
const GREGORIAN: i64 = 62_167_219_200;

/// What is inside of a reply: the data without its envelope.
pub(super) fn unwrapped(reply: &Value) -> &Value {
    let enveloped = |map: &Map<String, Value>| {
        let said =
            map.contains_key("status") || map.contains_key("success") || map.contains_key("request_id");
        said && !map.contains_key("id")
    };
    match reply.as_object().filter(|map| enveloped(map)).and_then(|map| map.get("data")) {
        Some(data) => data,
        None => reply,
    }
}

/// The key of the next page; absent, empty and null are the end.
pub(super) fn next_key(reply: &Value) -> Option<String> {
    Some(text(reply, &["next_start_key", "nextStartKey"])).filter(|key| !key.is_empty())
}

/// The request id, fit for a result file.
pub(super) fn request_id(reply: &Value) -> String {
    let id = text(reply, &["request_id", "requestId"]);
    id.chars().filter(|c| c.is_ascii_graphic()).take(64).collect()
}

/// Tokens left in the account's bucket, where the envelope says so (docs.audian.com, authentication).
pub(super) fn tokens_left(body: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Envelope {
        tokens: Tokens,
    }
    #[derive(Deserialize)]
    struct Tokens {
        remaining: f64,
    }
    let envelope: Envelope = serde_json::from_str(body).ok()?;
    Some(envelope.tokens.remaining.max(0.0) as u64)
}

/// The user in our words; `None` for one without an id.
pub(super) fn user(data: &Value, dialect: Dialect) -> Option<User> {
    let id = text(data, &["id", "userId", "user_id"]);
    if id.is_empty() {
        return None;
    }
    let (role, is_admin) = role(data, dialect);
    Some(User {
        id,
        first_name: text(data, &["first_name", "firstName"]).into(),
        last_name: text(data, &["last_name", "lastName"]).into(),
        email: text(data, &["email"]).into(),
        role: role.into(),
        is_admin,
        username: text(data, &["username"]).into(),
        status: status(data).into(),
        phone: text(data, &["phone"]).into(),
        date_created: moment(data, &["createdAt", "created_at", "created"]).into(),
        date_updated: moment(data, &["updatedAt", "updated_at", "modified"]).into(),
        last_login: moment(data, &["lastLogin", "last_login"]).into(),
        ..User::default()
    })
}

/// The role, or whether the user is an administrator: a user of the flat API may be shown by Kazoo's level alone, which is
/// `user` for three of its four roles.
fn role(data: &Value, dialect: Dialect) -> (String, Option<bool>) {
    match text(data, &["role", "priv_level", "privLevel"]) {
        level if level == "user" && dialect == Dialect::Flat => (String::new(), Some(false)),
        role => (role, None),
    }
}

/// `status` of the flat pages, `enabled` of Kazoo's.
fn status(data: &Value) -> String {
    let word = text(data, &["status"]).to_ascii_lowercase();
    match (word.as_str(), flag(data, "enabled")) {
        ("", Some(true)) => "active".into(),
        ("", Some(false)) => "disabled".into(),
        _ => word,
    }
}

/// The id of the user to whom a device belongs; empty where none is told.
pub(super) fn owner_of_device(data: &Value) -> String {
    text(data, &["owner_id", "assignedUser", "ownerId"])
}

/// A device of the user `of`; `None` for one without an id.
pub(super) fn device(data: &Value, of: &str) -> Option<Device> {
    let id = text(data, &["id"]);
    if id.is_empty() {
        return None;
    }
    let kind = text(data, &["device_type", "deviceType", "type"]);
    let sip = data.get("sip").unwrap_or(&Value::Null);
    let sip_name = Some(text(data, &["sipUsername", "sip_username"])).filter(|name| !name.is_empty());
    let sip_name = sip_name.unwrap_or_else(|| text(sip, &["username"]));
    let owner = owner_of_device(data);
    Some(Device {
        id,
        name: text(data, &["name"]).into(),
        kind: match kind.as_str() {
            "sip_device" | "softphone" | "sip" => "sip".into(),
            "" if !sip_name.is_empty() => "sip".into(),
            kind => kind.into(),
        },
        contact_uri: if sip_name.is_empty() { "".into() } else { format_compact!("sip:{sip_name}") },
        status: text(data, &["registrationStatus"]).into(),
        borrowed: flag(data, "hotdesked") == Some(true) || !(owner.is_empty() || owner == of),
        ..Device::default()
    })
}

/// What a reply tells of an end or a reassignment.
pub(super) fn told(reply: &Value) -> Details {
    let data = unwrapped(reply);
    let details = data.get("details").or_else(|| reply.get("details")).unwrap_or(data);
    let mut told = Details::new();
    for (name, keys) in [
        ("devices_reassigned", ["devicesReassigned", "devices_reassigned"]),
        ("data_archived", ["dataArchived", "data_archived"]),
        ("deleted_at", ["deletedAt", "deleted_at"]),
    ] {
        let value = match keys.iter().find_map(|key| details.get(key)) {
            Some(Value::Array(all)) => all.len().to_string(),
            Some(value) => scalar(value),
            None => continue,
        };
        if !value.is_empty() {
            told.insert(name.into(), value.to_ascii_lowercase());
        }
    }
    if let Some(at) = told.get_mut("deleted_at") {
        *at = at.to_ascii_uppercase();
    }
    told
}

/// Whether the data are those of a user, as a plain Kazoo answers a delete with the deleted document.
pub(super) fn is_document(reply: &Value) -> bool {
    let data = unwrapped(reply);
    data.get("id").is_some() && (data.get("first_name").is_some() || data.get("firstName").is_some())
}

/// One entry of the log of deletions, its fields under the names of the `audit` columns where they are known.
pub(super) fn deletion(data: &Value) -> Deletion {
    let fields = data.as_object().into_iter().flatten();
    let mut deletion: Deletion = fields.map(|(name, value)| (known(&snake(name)), scalar(value))).collect();
    if let Some(at) = deletion.get_mut("deleted_at") {
        *at = readable(at);
    }
    deletion
}

fn known(name: &str) -> String {
    match name {
        "id" => "user_id",
        "user_email" => "email",
        "timestamp" | "deleted" => "deleted_at",
        "actor" | "performed_by" => "deleted_by",
        "data_archived" => "archived",
        name => name,
    }
    .into()
}

/// `deletedAt` as `deleted_at`.
fn snake(name: &str) -> String {
    let mut spelled = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !spelled.is_empty() {
            spelled.push('_');
        }
        spelled.push(letter.to_ascii_lowercase());
    }
    spelled
}

/// The first of these keys that holds a text or a number.
pub(super) fn text(data: &Value, keys: &[&str]) -> String {
    let texts = keys.iter().filter_map(|key| match data.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn flag(data: &Value, key: &str) -> Option<bool> {
    match data.get(key)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// A value as one cell.
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn moment(data: &Value, keys: &[&str]) -> String {
    readable(&text(data, keys))
}

/// A moment as text: Kazoo counts seconds from the year 0, all others write it out.
fn readable(text: &str) -> String {
    let seconds = text.parse::<i64>().ok().filter(|seconds| *seconds > GREGORIAN);
    let timestamp = seconds.and_then(|seconds| Timestamp::from_second(seconds - GREGORIAN).ok());
    timestamp.map_or_else(|| text.to_string(), |timestamp| timestamp.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_user_is_read_in_both_dialects_bare_and_enveloped() {
        let flat = json!({"id":"u1","firstName":"Asha","lastName":"Rao","email":null,"role":"standard","status":"Disabled",
            "createdAt":"2026-01-20T16:45:00Z","accountId":"acc_1"});
        let kazoo = json!({"auth_token":"t","status":"success","request_id":"r1",
            "data":{"id":"u1","first_name":"Asha","last_name":"Rao","priv_level":"standard","enabled":false,
                "created":63_936_146_700_i64}});
        let third = json!({"success":true,"data":flat});
        let expected = User {
            id: "u1".into(),
            first_name: "Asha".into(),
            last_name: "Rao".into(),
            role: "standard".into(),
            status: "disabled".into(),
            date_created: "2026-01-20T16:45:00Z".into(),
            ..User::default()
        };
        for reply in [flat, kazoo, third] {
            assert_eq!(user(unwrapped(&reply), Dialect::Flat), Some(expected.clone()), "{reply}");
        }
        assert_eq!(user(&json!({"first_name":"Asha"}), Dialect::Flat), None);
        let role = |level: &str, dialect| {
            user(&json!({"id": "u1", "priv_level": level}), dialect).map(|user| user.role.to_string())
        };
        assert_eq!(role("user", Dialect::Flat).as_deref(), Some(""), "an operator's, or an agent's");
        assert_eq!(role("admin", Dialect::Flat).as_deref(), Some("admin"));
        assert_eq!(role("user", Dialect::Kazoo).as_deref(), Some("user"));
        assert_eq!(
            user(&json!({"id":7}), Dialect::Flat).map(|user| (user.id, user.status)),
            Some(("7".into(), "".into()))
        );
        // A bare user whose own data field is something else stays whole.
        let odd = json!({"id":"u1","status":"active","data":{"id":"u2"}});
        assert_eq!(user(unwrapped(&odd), Dialect::Flat).map(|user| user.id), Some("u1".into()));
    }

    #[test]
    fn keys_of_the_next_page_end_in_three_ways() {
        for end in [json!({}), json!({"next_start_key":""}), json!({"next_start_key":null})] {
            assert_eq!(next_key(&end), None);
        }
        assert_eq!(next_key(&json!({"start_key":"a","next_start_key":"b"})), Some("b".into()));
    }

    #[test]
    fn a_borrowed_device_is_known_and_no_password_is_taken() {
        let borrowed = |data: Value| device(&data, "u1").map(|device| device.borrowed);
        assert_eq!(borrowed(json!({"id":"d1","owner_id":"u1"})), Some(false));
        assert_eq!(borrowed(json!({"id":"d1","assignedUser":null})), Some(false));
        assert_eq!(borrowed(json!({"id":"d1","owner_id":"u2"})), Some(true));
        assert_eq!(borrowed(json!({"id":"d1","owner_id":"u1","hotdesked":true})), Some(true));
        assert_eq!(borrowed(json!({"name":"Desk"})), None);
        let data = json!({"id":"d1","device_type":"softphone","sip":{"username":"asha","password":"S3cret"}});
        let device = device(&data, "u1").expect("a device");
        assert_eq!((device.kind.as_str(), device.contact_uri.as_str()), ("sip", "sip:asha"));
        assert!(!format!("{device:?}").contains("S3cret"));
        let untyped = super::device(&json!({"id":"d1","sipUsername":"asha"}), "u1").expect("a device");
        assert_eq!(untyped.kind, "sip");
    }

    #[test]
    fn what_is_told_of_an_end_may_be_bare_or_enveloped() {
        let details = json!({"status":"deleted","details":{"userId":"u1","deletedAt":"2026-01-20T16:45:00Z",
            "devicesReassigned":2,"dataArchived":false}});
        for reply in [details.clone(), json!({"status":"success","data":details})] {
            let told = told(&reply);
            let words: Vec<String> = told.iter().map(|(name, text)| format!("{name}={text}")).collect();
            assert_eq!(
                words.join("; "),
                "data_archived=false; deleted_at=2026-01-20T16:45:00Z; devices_reassigned=2"
            );
        }
        assert_eq!(told(&Value::Null), Details::new());
        assert!(is_document(&json!({"status":"success","data":{"id":"u1","first_name":"A"}})));
        assert!(!is_document(&Value::Null));
    }

    #[test]
    fn a_deletion_has_our_names_and_keeps_the_rest() {
        let deletion =
            deletion(&json!({"userId":"u1","deletedAt":63_936_146_700_i64,"deletedBy":"api","reason":null,
            "archived":true,"devicesReassigned":2,"more":{"a":1}}));
        let words: Vec<String> = deletion.iter().map(|(name, text)| format!("{name}={text}")).collect();
        assert_eq!(
            words.join("; "),
            "archived=true; deleted_at=2026-01-20T16:45:00Z; deleted_by=api; devices_reassigned=2; more={\"a\":1}; \
             reason=; user_id=u1"
        );
    }
}

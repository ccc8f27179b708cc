//! The shapes of answers: bare objects in the flat dialect, Kazoo's envelope, errors of both.
//!
//! The envelope sends the token back, as Kazoo does; a client must keep it out of its files.

use serde_json::{Map, Value, json};

use super::super::stamp;
use super::body::{Style, camel};
use super::list::Page;
use super::switches::LastKey;
use super::wrong::Wrong;
use super::{Desk, Shown, SimReply, auth};

/// The answer to a call that was done.
pub(super) fn success(desk: &Desk, status: u16, shown: Shown) -> SimReply {
    match shown {
        Shown::Nothing => SimReply::empty(204),
        Shown::One(data) => match desk.style {
            Style::Flat => SimReply::json(status, &data),
            Style::Kazoo => enveloped(desk, status, data),
        },
        Shown::Enveloped(data) => enveloped(desk, status, data),
        Shown::Page(page) => list(desk, page),
        Shown::Token(token, data) => {
            let mut envelope = envelope(desk, data);
            envelope.insert("auth_token".into(), json!(token));
            SimReply::json(status, &envelope)
        }
    }
}

/// The refusal of a call.
pub(super) fn failure(desk: &Desk, wrong: &Wrong) -> SimReply {
    let told = wrong.told();
    match desk.style {
        Style::Flat => {
            let mut error =
                json!({ "code": told.code, "message": told.text, "type": error_type(told.status) });
            if let Some(param) = told.param {
                error["param"] = json!(camel(param));
            }
            SimReply::json(told.status, &json!({ "error": error }))
        }
        Style::Kazoo => {
            // A field that is taken is an error of validation there, unlike in the flat dialect.
            let status = if told.status == 409 && told.param.is_some() { 400 } else { told.status };
            let mut envelope = envelope(desk, told.data);
            envelope.insert("status".into(), json!("error"));
            envelope.insert("error".into(), json!(status.to_string()));
            envelope.insert("message".into(), json!(told.category));
            envelope.remove("revision");
            SimReply::json(status, &envelope)
        }
    }
}

fn error_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

fn enveloped(desk: &Desk, status: u16, data: Value) -> SimReply {
    SimReply::json(status, &envelope(desk, data))
}

/// A list comes in the envelope in both dialects: the pages show it in no other form.
fn list(desk: &Desk, page: Page) -> SimReply {
    let rows = page.rows.len();
    let mut envelope = envelope(desk, Value::Array(page.rows));
    if let Some(keys) = page.keys {
        envelope.insert("page_size".into(), json!(rows));
        envelope.insert("start_key".into(), json!(keys.start));
        match (keys.next, desk.own().last_key) {
            (Some(next), _) => _ = envelope.insert("next_start_key".into(), json!(next)),
            (None, LastKey::Absent) => {}
            (None, LastKey::Empty) => _ = envelope.insert("next_start_key".into(), json!("")),
            (None, LastKey::Null) => _ = envelope.insert("next_start_key".into(), Value::Null),
        }
    }
    SimReply::json(200, &envelope)
}

fn envelope(desk: &Desk, data: Value) -> Map<String, Value> {
    let consumed = if auth::is_exchange(desk.call.request) { auth::EXCHANGE_COST } else { 1 };
    let envelope = json!({
        "auth_token": auth::given(desk.call.request, true),
        "data": data,
        "node": "simulator",
        "request_id": desk.call.id,
        "revision": "automatic",
        "status": "success",
        "timestamp": stamp::utc(desk.call.wall.div_euclid(1000)),
        "tokens": { "consumed": consumed, "remaining": desk.call.remaining.unwrap_or(100) },
        "version": "5.4.32.6",
    });
    match envelope {
        Value::Object(envelope) => envelope,
        _ => Map::new(),
    }
}

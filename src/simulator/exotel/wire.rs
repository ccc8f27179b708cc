//! What answers look like: the envelope, a user, a device (seed 001, contradictions C7 and C8).

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::stamp;
use super::super::switches::Switches;
use super::super::tenant::{Device, DeviceKind, User};
use super::wrong::Wrong;
use super::{Desk, Fields, Shown, SimReply, list};

#[derive(Serialize)]
struct Envelope<'a, T> {
    request_id: &'a str,
    method: &'a str,
    http_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    response: T,
}

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
    count: usize,
    offset: usize,
    limit: usize,
}

/// One record, good or bad; `data` is always there.
#[derive(Serialize)]
struct Record<T> {
    code: u16,
    /// Not shown at all, null, or the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_data: Option<Value>,
    status: &'static str,
    data: T,
}

#[derive(Serialize)]
struct UserView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    active_call: Option<&'a Option<String>>,
    date_created: String,
    date_updated: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    devices: Option<Vec<DeviceView<'a>>>,
    email: Option<Cow<'a, str>>,
    email_verified: bool,
    first_name: Cow<'a, str>,
    id: Option<&'a str>,
    last_name: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<Option<String>>,
    role: &'a str,
}

#[derive(Serialize)]
struct DeviceView<'a> {
    id: u64,
    name: &'a str,
    contact_uri: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: DeviceKind,
    available: Option<bool>,
    verified: bool,
    status: Option<&'static str>,
}

/// The 200 of a call.
pub(super) fn success(desk: &Desk, method: &str, shown: Shown) -> SimReply {
    match shown {
        Shown::Nothing => single(desk, method, Value::Null),
        Shown::User(user, fields) => single(desk, method, user_view(desk, &user, fields)),
        Shown::Device(device) => single(desk, method, device_view(desk, &device)),
        Shown::Page(page) => list(desk, method, &page),
    }
}

/// The refusal of a call: the record with its `error_data`, under `response` as for a single resource.
pub(super) fn failure(method: &str, request_id: &str, switches: &Switches, wrong: Wrong) -> SimReply {
    let missing = wrong == Wrong::UserMissing && switches.missing_is_400;
    let told = if missing { Wrong::FormatInvalid } else { wrong }.told(switches.new_codes);
    let code = if told.code == 0 { json!("NA") } else { json!(told.code) };
    let record = Record {
        code: told.status,
        error_data: Some(json!({"code": code, "description": told.text, "message": told.text})),
        status: if switches.failed_word { "failed" } else { "failure" },
        data: Value::Null,
    };
    let envelope = Envelope { request_id, method, http_code: told.status, metadata: None, response: record };
    SimReply::json(told.status, &envelope)
}

fn single<T: Serialize>(desk: &Desk, method: &str, data: T) -> SimReply {
    let response = good(desk, data);
    let envelope = Envelope { request_id: desk.request_id, method, http_code: 200, metadata: None, response };
    SimReply::json(200, &envelope)
}

fn list(desk: &Desk, method: &str, page: &list::Page) -> SimReply {
    let found = page.serials.iter().filter_map(|serial| desk.listed.at(*serial));
    let odd = desk.switches.unreadable.as_deref();
    let fields = Fields { devices: page.fields.devices && desk.switches.list_devices, ..page.fields };
    let records = found.map(|user| {
        let view = user_view(desk, user, fields);
        let id = view.id.filter(|id| odd != Some(*id));
        good(desk, UserView { id, ..view })
    });
    let records: Vec<_> = records.collect();
    let metadata = Metadata {
        total: desk.switches.total.then_some(page.total),
        count: records.len(),
        offset: page.offset,
        limit: page.limit,
    };
    let shown = !records.is_empty() || desk.switches.empty_list;
    let envelope = Envelope {
        request_id: desk.request_id,
        method,
        http_code: 200,
        metadata: Some(metadata),
        response: shown.then_some(records),
    };
    SimReply::json(200, &envelope)
}

fn good<T>(desk: &Desk, data: T) -> Record<T> {
    let error_data = (!desk.switches.error_data_absent).then_some(Value::Null);
    Record { code: 200, error_data, status: "success", data }
}

fn user_view<'a>(desk: &Desk, user: &'a User, fields: Fields) -> UserView<'a> {
    let there = user.devices.iter().filter(|device| device.appears <= desk.wall);
    let devices = || there.map(|device| device_view(desk, device)).collect();
    let name =
        |name: &'a str| if desk.switches.own_spelling { name.to_uppercase().into() } else { name.into() };
    let email =
        |email: &'a str| if desk.switches.own_spelling { email.to_lowercase().into() } else { email.into() };
    UserView {
        active_call: fields.active_call.then_some(&user.active_call),
        date_created: stamp::iso(user.created),
        date_updated: stamp::iso(user.updated),
        devices: fields.devices.then(devices),
        email: user.email.as_deref().map(email),
        email_verified: user.email_verified,
        first_name: name(&user.first_name),
        id: Some(&user.id),
        last_name: name(&user.last_name),
        last_login: fields.last_login.then(|| user.last_login.map(stamp::iso)),
        role: &user.role,
    }
}

fn device_view<'a>(desk: &Desk, device: &'a Device) -> DeviceView<'a> {
    let shown = match desk.switches.own_spelling {
        true => device.contact_uri.trim_start_matches('+'),
        false => &device.contact_uri,
    };
    DeviceView {
        id: device.id,
        name: &device.name,
        contact_uri: shown.into(),
        kind: device.kind,
        available: device.available,
        verified: device.verified,
        status: device.verified.then_some(if device.busy { "busy" } else { "free" }),
    }
}

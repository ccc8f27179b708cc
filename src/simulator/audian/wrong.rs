//! Every way in which a call can be refused, with status, code and text in both dialects.
//!
//! The statuses are those of the seed and of the error pages; most texts are not documented.

use serde_json::{Value, json};

use super::body::camel;

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wrong {
    NoToken,
    BadToken,
    BadKey,
    /// As a plain Kazoo refuses an API key.
    BadKeyMissing,
    Forbidden,
    BodyNotParsed,
    /// Kazoo reads nothing outside of `data`.
    NotWrapped,
    Field(Box<FieldWrong>),
    /// A value that another user or device has.
    Taken(Box<FieldWrong>),
    UserMissing,
    DeviceMissing,
    /// The device belongs to somebody else than the call says.
    NotTheirs,
    NoSuchPath,
    NoSuchMethod,
    /// The endpoint is not there, told by 404 or 405.
    Lacking(u16),
    ActiveResources,
    Archived,
    NotArchived,
    TooEarly,
    RetentionOver,
    Charge,
    ListTooLarge,
    Maintenance,
    TooMany,
    Internal,
}

/// A field that is not right, by a rule of Kazoo's schemas.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldWrong {
    /// The name as Kazoo spells it, with dots between parts.
    pub(super) field: &'static str,
    pub(super) rule: &'static str,
    pub(super) text: String,
    /// The refused value, which Kazoo sends back as it came.
    pub(super) value: Option<Value>,
    /// What the rule demands.
    pub(super) target: Option<Value>,
}

/// What a refusal looks like on the wire.
pub(super) struct Told {
    pub(super) status: u16,
    /// The `code` of a flat error.
    pub(super) code: &'static str,
    /// The `message` of a Kazoo error.
    pub(super) category: &'static str,
    pub(super) text: String,
    /// The field, as Kazoo spells it.
    pub(super) param: Option<&'static str>,
    /// The `data` of a Kazoo error.
    pub(super) data: Value,
}

impl Wrong {
    /// A field that breaks a rule without a target.
    pub(super) fn field(field: &'static str, rule: &'static str, text: &str, value: Option<&Value>) -> Wrong {
        let (text, value) = (text.to_owned(), value.cloned());
        Wrong::Field(Box::new(FieldWrong { field, rule, text, value, target: None }))
    }

    pub(super) fn required(field: &'static str) -> Wrong {
        Wrong::field(field, "required", "Field is required but missing", None)
    }

    /// A value that is taken; Kazoo names it as the cause.
    pub(super) fn taken(field: &'static str, value: &str) -> Wrong {
        let text = format!("{field} is already in use");
        Wrong::Taken(Box::new(FieldWrong {
            field,
            rule: "unique",
            text,
            value: Some(json!(value)),
            target: None,
        }))
    }

    pub(super) fn told(&self) -> Told {
        match self {
            Wrong::Field(wrong) => wrong.told(400, "invalid_request_error"),
            Wrong::Taken(wrong) => wrong.told(409, "resource_conflict"),
            wrong => {
                let (status, code, category, text) = wrong.plain();
                let data = if *wrong == Wrong::Charge { charge() } else { json!({ "message": text }) };
                Told { status, code, category, text: text.to_owned(), param: None, data }
            }
        }
    }

    fn plain(&self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Wrong::NoToken => {
                (401, "missing_authentication", "invalid_credentials", "No auth token was sent")
            }
            Wrong::BadToken => {
                (401, "invalid_api_key", "invalid_credentials", "The auth token is invalid or has expired")
            }
            Wrong::BadKey => (401, "invalid_api_key", "unauthorized", "Invalid API key"),
            Wrong::BadKeyMissing => (404, "invalid_api_key", "bad_identifier", "bad identifier"),
            Wrong::Forbidden => (403, "insufficient_permissions", "forbidden", "Insufficient permissions"),
            Wrong::BodyNotParsed => {
                (400, "invalid_request_error", "parse_error", "The request body is not a JSON object")
            }
            Wrong::NotWrapped => {
                (400, "invalid_request_error", "invalid data", "The request has no data object")
            }
            Wrong::UserMissing => (404, "user_not_found", "bad_identifier", "User not found"),
            Wrong::DeviceMissing => (404, "device_not_found", "bad_identifier", "Device not found"),
            Wrong::NotTheirs => {
                (404, "device_not_found", "bad_identifier", "Device not found among the devices of this user")
            }
            Wrong::NoSuchPath => (404, "not_found", "not found", "Not found"),
            Wrong::Lacking(status) => (*status, "not_found", "not found", "Not found"),
            Wrong::NoSuchMethod => (405, "method_not_allowed", "method not allowed", "Method not allowed"),
            Wrong::ActiveResources => {
                (409, "resource_conflict", "datastore_conflict", "User still has active resources")
            }
            Wrong::Archived => (409, "user_archived", "datastore_conflict", "User is archived"),
            Wrong::NotArchived => (409, "user_not_archived", "datastore_conflict", "User is not archived"),
            Wrong::TooEarly => (
                409,
                "retention_period",
                "datastore_conflict",
                "Archived data are within the retention period",
            ),
            Wrong::RetentionOver => {
                (410, "gone", "gone", "The retention period of the archived user is over")
            }
            Wrong::Charge => {
                (402, "insufficient_funds", "accept charges", "This request costs; accept the charges")
            }
            Wrong::ListTooLarge => {
                (416, "range_not_satisfiable", "range not satisfiable", "The list is too large")
            }
            Wrong::Maintenance => (503, "service_unavailable", "datastore_fault", "Down for maintenance"),
            Wrong::TooMany => (429, "rate_limit_exceeded", "too_many_requests", "Too many requests"),
            Wrong::Internal | Wrong::Field(_) | Wrong::Taken(_) => {
                (500, "api_error", "internal_error", "Internal server error")
            }
        }
    }
}

/// What a new user costs, as Kazoo lists it: no sentence, and a total for all items.
fn charge() -> Value {
    let user = json!({
        "category": "users", "item": "user", "quantity": 1, "rate": 2.5,
        "single_discount": false, "single_discount_rate": 0.0,
        "cumulative_discount": 0, "cumulative_discount_rate": 0.0,
        "activation_charges": 1.0,
    });
    json!({ "users": { "user": user }, "activation_charges": 1.0 })
}

impl FieldWrong {
    /// Kazoo keys the error by field and rule, and echoes the value; the flat form names the field only.
    fn told(&self, flat_status: u16, code: &'static str) -> Told {
        let mut detail = json!({ "message": self.text });
        for (name, value) in [("target", &self.target), ("value", &self.value)] {
            if let Some(value) = value {
                detail[name] = value.clone();
            }
        }
        if let (true, Some(value)) = (self.rule == "unique" || self.rule == "not_found", &self.value) {
            detail["cause"] = value.clone();
        }
        let status = if self.rule == "unique" { flat_status } else { 400 };
        Told {
            status,
            code,
            category: "invalid data",
            text: format!("{}: {}", camel(self.field), self.text),
            param: Some(self.field),
            data: json!({ self.field: { self.rule: detail } }),
        }
    }
}

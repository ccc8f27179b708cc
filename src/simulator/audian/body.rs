//! Reading a body in either dialect: wrapped or bare, with the keys of the one or the other.
//!
//! Endpoints ask by Kazoo's names; how the flat dialect calls the same thing is known here only.

use serde_json::{Map, Value};

use super::super::SimRequest;
use super::switches::Dialect;
use super::wrong::Wrong;

/// How one call is written, and its answer with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Flat,
    Kazoo,
}

impl Style {
    /// The style of a call; where the account takes both, the call itself tells.
    pub(super) fn of(request: &SimRequest, dialect: Dialect) -> Style {
        match dialect {
            Dialect::Flat => Style::Flat,
            Dialect::Kazoo => Style::Kazoo,
            Dialect::Both if request.method == "PUT" => Style::Kazoo,
            Dialect::Both => {
                let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
                if body.get("data").is_some_and(Value::is_object) { Style::Kazoo } else { Style::Flat }
            }
        }
    }
}

/// The body of a call.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) style: Style,
    pub(super) fields: Map<String, Value>,
    /// Whether the caller consents to a charge.
    pub(super) accepts_charges: bool,
}

impl Body {
    pub(super) fn parse(body: &[u8], style: Style) -> Result<Body, Wrong> {
        let Ok(Value::Object(mut map)) = serde_json::from_slice(body) else {
            return Err(Wrong::BodyNotParsed);
        };
        let accepts_charges = map.remove("accept_charges") == Some(Value::Bool(true));
        let fields = match (style, map.remove("data")) {
            (Style::Kazoo, Some(Value::Object(data))) => data,
            (Style::Kazoo, _) => return Err(Wrong::NotWrapped),
            (Style::Flat, None) => map,
            // Nothing of what stands in there has the name of a field.
            (Style::Flat, Some(_)) => Map::new(),
        };
        Ok(Body { style, fields, accepts_charges })
    }

    /// The value of a field by Kazoo's name; `sip.username` is a part of an object.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        match (self.style, name.split_once('.')) {
            (Style::Flat, _) => self.fields.get(&camel(name)),
            (Style::Kazoo, Some((outer, inner))) => self.fields.get(outer)?.get(inner),
            (Style::Kazoo, None) => self.fields.get(name),
        }
    }

    /// Whether the body takes the field away.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.value(name).is_some_and(Value::is_null)
    }

    /// A text; absent and null are nothing.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Wrong> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            wrong => Err(Wrong::field(name, "type", "Value did not match type(s): string", wrong)),
        }
    }

    /// A text that a body must have.
    pub(super) fn needed(&self, name: &'static str) -> Result<&str, Wrong> {
        self.text(name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| Wrong::required(name))
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, Wrong> {
        match self.value(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            wrong => Err(Wrong::field(name, "type", "Value did not match type(s): boolean", wrong)),
        }
    }
}

/// A name of Kazoo's as the flat dialect spells it: `first_name` is `firstName`, an owner is `assignedUser`.
pub(super) fn camel(name: &str) -> String {
    match name {
        "owner_id" => return "assignedUser".to_owned(),
        "priv_level" => return "role".to_owned(),
        "send_email_on_creation" => return "sendInvitation".to_owned(),
        _ => {}
    }
    let mut parts = name.split(['_', '.']);
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        spelled.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        spelled.push_str(letters.as_str());
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_as_the_flat_pages_do() {
        let names =
            ["first_name", "sip.username", "mac_address", "owner_id", "email", "send_email_on_creation"];
        let spelled = ["firstName", "sipUsername", "macAddress", "assignedUser", "email", "sendInvitation"];
        assert_eq!(names.map(camel), spelled);
    }

    #[test]
    fn a_body_is_read_in_its_own_dialect_only() {
        let flat = br#"{"firstName":"Asha","sipUsername":"asha","accept_charges":true}"#;
        let kazoo = br#"{"data":{"first_name":"Asha","sip":{"username":"asha"}},"accept_charges":true}"#;
        for (style, own, other) in [(Style::Flat, &flat[..], &kazoo[..]), (Style::Kazoo, kazoo, flat)] {
            let body = Body::parse(own, style).expect("its own");
            assert_eq!(body.needed("first_name"), Ok("Asha"));
            assert_eq!(body.text("sip.username"), Ok(Some("asha")));
            assert!(body.accepts_charges);
            let foreign = Body::parse(other, style);
            assert!(foreign.is_err() || foreign.is_ok_and(|body| body.needed("first_name").is_err()));
        }
        assert_eq!(Body::parse(flat, Style::Kazoo).map(|_| ()), Err(Wrong::NotWrapped));
    }
}

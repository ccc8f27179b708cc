//! The JSON of Exotel's replies, read as leniently as the documents contradict each other.
//!
//! A number may come as text and back, null stands for absent, an object may be a list or a
//! plain text, and unknown keys are passed over: they may hold a SIP secret. Nothing here
//! judges what a reply means.

use std::fmt;
use std::marker::PhantomData;

use compact_str::{CompactString, ToCompactString};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::exotel_scalar::Scalar;
use crate::roster;

/// What every reply is wrapped in; `T` is the data of one element.
///
/// What is large, or hardly ever there, lies in a box: the parts are handed on a few times while they are read.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(super) struct Envelope<T> {
    #[serde(default, deserialize_with = "text")]
    pub request_id: String,
    #[serde(default, deserialize_with = "number")]
    pub http_code: Option<u64>,
    #[serde(default)]
    pub metadata: Shape<Metadata>,
    #[serde(default)]
    pub response: Shape<Box<Element<T>>>,
    /// The error body of the first version of the API.
    #[serde(default, rename = "RestException")]
    pub rest_exception: Shape<Box<RestException>>,
    /// The parts of a result, in a reply that has them at its top.
    #[serde(default)]
    pub error_data: Shape<Box<ErrorData>>,
    #[serde(default)]
    pub error: Shape<Box<ErrorData>>,
    /// What gateways in front of the API say.
    #[serde(default, deserialize_with = "text")]
    pub message: String,
}

/// The result of one user or device inside of a reply.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
pub(super) struct Element<T> {
    /// A second HTTP status, of this element alone.
    #[serde(default, deserialize_with = "number")]
    pub code: Option<u64>,
    #[serde(default, deserialize_with = "text")]
    pub status: CompactString,
    #[serde(default)]
    pub error_data: Shape<Box<ErrorData>>,
    #[serde(default)]
    pub error: Shape<Box<ErrorData>>,
    #[serde(default)]
    pub data: Shape<Box<T>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorData {
    #[serde(deserialize_with = "text")]
    pub code: String,
    #[serde(deserialize_with = "text")]
    pub description: String,
    #[serde(deserialize_with = "text")]
    pub message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RestException {
    #[serde(deserialize_with = "number")]
    pub status: Option<u64>,
    #[serde(deserialize_with = "text")]
    pub code: String,
    #[serde(deserialize_with = "text")]
    pub message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    #[serde(deserialize_with = "number")]
    pub total: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(deserialize_with = "text")]
    first_name: CompactString,
    #[serde(deserialize_with = "text")]
    last_name: CompactString,
    #[serde(deserialize_with = "text")]
    email: CompactString,
    #[serde(deserialize_with = "flag")]
    email_verified: Option<bool>,
    #[serde(deserialize_with = "word")]
    role: CompactString,
    devices: Shape<Device>,
    #[serde(deserialize_with = "text")]
    date_created: CompactString,
    #[serde(deserialize_with = "text")]
    date_updated: CompactString,
    #[serde(deserialize_with = "text")]
    last_login: CompactString,
    #[serde(deserialize_with = "text")]
    active_call: CompactString,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Device {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(deserialize_with = "text")]
    name: CompactString,
    #[serde(deserialize_with = "text")]
    contact_uri: CompactString,
    #[serde(rename = "type", deserialize_with = "word")]
    kind: CompactString,
    #[serde(deserialize_with = "flag")]
    available: Option<bool>,
    #[serde(deserialize_with = "flag")]
    verified: Option<bool>,
    #[serde(deserialize_with = "word")]
    status: CompactString,
}

impl<T> Element<T> {
    /// Whether it has any of what a result consists of; an empty object has not.
    pub(super) fn says_something(&self) -> bool {
        self.code.is_some() || !self.status.is_empty() || matches!(self.data, Shape::One(_))
    }
}

impl User {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The user in our words; `None` for one without an id.
    pub(super) fn into_user(self) -> Option<roster::User> {
        if self.id.is_empty() {
            return None;
        }
        Some(roster::User {
            id: self.id,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            email_verified: self.email_verified,
            role: self.role,
            devices: self
                .devices
                .list()
                .map(|devices| devices.into_iter().map(Device::into_device).collect()),
            date_created: self.date_created,
            date_updated: self.date_updated,
            last_login: self.last_login,
            active_call: self.active_call,
            ..roster::User::default()
        })
    }
}

impl Device {
    pub(super) fn into_device(self) -> roster::Device {
        roster::Device {
            id: self.id,
            name: self.name,
            contact_uri: self.contact_uri,
            kind: self.kind.to_ascii_lowercase(),
            available: self.available,
            verified: self.verified,
            status: self.status,
            borrowed: false,
        }
    }
}

/// A value that should be an object or a list of objects, and may be anything.
#[derive(Debug)]
pub(super) enum Shape<T> {
    /// The key is not there.
    Absent,
    Null,
    One(T),
    /// Elements that are no objects are left as what they are.
    Many(Vec<Shape<T>>),
    Text(String),
    Other,
}

impl<T> Shape<T> {
    pub(super) fn one(&self) -> Option<&T> {
        match self {
            Shape::One(value) => Some(value),
            Shape::Many(values) => values.first().and_then(Shape::one),
            _ => None,
        }
    }

    /// Whether the key is there and says that there is nothing.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Shape::Null => true,
            Shape::Many(values) => values.is_empty(),
            _ => false,
        }
    }

    /// The object itself, or the first of a list.
    pub(super) fn into_one(self) -> Option<T> {
        match self {
            Shape::One(value) => Some(value),
            Shape::Many(values) => values.into_iter().next().and_then(Shape::into_one),
            _ => None,
        }
    }

    /// All objects of a list, or the only one.
    fn list(self) -> Option<Vec<T>> {
        match self {
            Shape::One(value) => Some(vec![value]),
            Shape::Many(values) => Some(values.into_iter().filter_map(Shape::into_one).collect()),
            _ => None,
        }
    }
}

// By hand, since a derive would ask for a `T` with a default.
#[allow(clippy::derivable_impls)]
impl<T> Default for Shape<T> {
    fn default() -> Shape<T> {
        Shape::Absent
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shape<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shape<T>, D::Error> {
        deserializer.deserialize_any(ShapeVisitor(PhantomData))
    }
}

struct ShapeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ShapeVisitor<T> {
    type Value = Shape<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Shape<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Shape::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Shape<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Shape::Many(values))
    }

    fn visit_unit<E>(self) -> Result<Shape<T>, E> {
        Ok(Shape::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape<T>, E> {
        Ok(Shape::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape<T>, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape<T>, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape<T>, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape<T>, E> {
        Ok(Shape::Other)
    }
}

/// A text, also out of a number; nothing else is one.
fn text<'de, D: Deserializer<'de>, Text: From<CompactString>>(deserializer: D) -> Result<Text, D::Error> {
    let text = match Scalar::deserialize(deserializer)? {
        Scalar::Text(text) => text,
        Scalar::Number(number) => number.to_compact_string(),
        _ => CompactString::default(),
    };
    Ok(text.into())
}

/// A word, also out of an object that has a `name`.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CompactString, D::Error> {
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Text(text) | Scalar::Named(text) => text,
        _ => CompactString::default(),
    })
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Number(number) => number.as_u64(),
        Scalar::Text(text) => text.trim().parse().ok(),
        _ => None,
    })
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Flag(flag) => Some(flag),
        Scalar::Number(number) => number.as_u64().map(|number| number != 0),
        Scalar::Text(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: &str) -> roster::User {
        let user: User = serde_json::from_str(json).expect(json);
        user.into_user().expect(json)
    }

    #[test]
    fn every_field_may_have_another_type_or_be_absent() {
        let odd =
            user(r#"{"id":42,"first_name":null,"email":7,"email_verified":"true","role":{"name":"admin"}}"#);
        assert_eq!((odd.id.as_str(), odd.first_name.as_str(), odd.email.as_str()), ("42", "", "7"));
        assert_eq!((odd.email_verified, odd.role.as_str(), odd.devices), (Some(true), "admin", None));
        let wild =
            user(r#"{"id":"a","email":{},"last_login":[],"active_call":false,"email_verified":"perhaps"}"#);
        assert_eq!(wild, roster::User { id: "a".into(), ..Default::default() });
    }

    #[test]
    fn devices_are_a_list_one_object_null_or_not_there() {
        let count =
            |devices| user(&format!(r#"{{"id":"a","devices":{devices}}}"#)).devices.map(|all| all.len());
        assert_eq!(count("null"), None);
        assert_eq!(count("[]"), Some(0));
        assert_eq!(count(r#"[{"id":1},null,7,{"id":"2"}]"#), Some(2));
        assert_eq!(count(r#"{"id":1}"#), Some(1));
        assert_eq!(count(r#""none""#), None);
    }

    #[test]
    fn a_device_keeps_its_typed_fields_only() {
        let json = r#"{"id":425215,"type":{"name":"SIP","id":3},"available":null,"verified":0,"status":null,
            "contact_uri":"sip:asha1f","sip_secret":"S3cret!pass"}"#;
        let device = serde_json::from_str::<Device>(json).expect("right").into_device();
        assert_eq!(
            (device.id.as_str(), device.kind.as_str(), device.contact_uri.as_str()),
            ("425215", "sip", "sip:asha1f")
        );
        assert_eq!((device.available, device.verified, device.status.as_str()), (None, Some(false), ""));
        assert!(!format!("{device:?}").contains("S3cret"));
    }

    #[test]
    fn a_response_may_have_any_shape() {
        let shape = |response| {
            let json = format!(r#"{{"response":{response},"metadata":[],"request_id":5}}"#);
            let envelope: Envelope<User> = serde_json::from_str(&json).expect(&json);
            envelope.response
        };
        assert!(matches!(shape("null"), Shape::Null));
        assert!(matches!(shape("1.5"), Shape::Other));
        assert!(matches!(shape(r#""gone""#), Shape::Text(_)));
        assert!(matches!(shape("[]"), Shape::Many(all) if all.is_empty()));
        let element =
            shape(r#"{"code":"404","error_data":"no such user","data":[]}"#).into_one().expect("an object");
        assert_eq!(element.code, Some(404));
        assert!(matches!(element.error_data, Shape::Text(text) if text == "no such user"));
    }
}

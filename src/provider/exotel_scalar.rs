//! One value of Exotel's JSON, of whatever type it comes: most are short texts, and those take no memory of their own.

use std::fmt;

use compact_str::CompactString;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Number;

/// A value where a text, a number or a flag should be.
#[derive(Debug, PartialEq)]
pub(super) enum Scalar {
    Text(CompactString),
    Number(Number),
    Flag(bool),
    /// The `name` of an object.
    Named(CompactString),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.into()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Number::from_f64(number).map_or(Scalar::Other, Scalar::Number))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        let mut named = Scalar::Other;
        while let Some(key) = map.next_key::<CompactString>()? {
            if key == "name" {
                named = match map.next_value()? {
                    Scalar::Text(name) => Scalar::Named(name),
                    _ => Scalar::Other,
                };
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_told_apart() {
        for (json, expected) in [
            (r#""a \u00e9""#, Scalar::Text("a é".into())),
            ("18446744073709551615", Scalar::Number(u64::MAX.into())),
            ("-7", Scalar::Number((-7).into())),
            ("true", Scalar::Flag(true)),
            ("null", Scalar::Other),
            (r#"[1,{"name":"x"}]"#, Scalar::Other),
            (r#"{"id":3,"name":"admin","more":[{}]}"#, Scalar::Named("admin".into())),
            (r#"{"name":7}"#, Scalar::Other),
        ] {
            assert_eq!(serde_json::from_str::<Scalar>(json).expect(json), expected, "{json}");
        }
        assert!(serde_json::from_str::<Scalar>("{\"a\":").is_err());
    }
}

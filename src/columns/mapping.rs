//! What `--map HEADER=FIELD` says.
//!
//! Pure.

use super::names;
use crate::row::Field;
use crate::table::normalised;

/// What `--map HEADER=FIELD` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    pub header: String,
    pub field: Field,
    /// A profile says it, of all sheets: it is passed over in one that has no such column.
    pub by_profile: bool,
}

impl Mapping {
    /// Reads `HEADER=FIELD`; the header may hold a `=` itself.
    pub fn parse(text: &str) -> Result<Mapping, String> {
        let (header, field) = match text.rsplit_once('=') {
            Some((header, field)) if !normalised(header).is_empty() => (header, field),
            _ => {
                return Err(format!(
                    "\"{text}\" is not HEADER=FIELD; write for example --map \"Work phone=device_contact_uri\""
                ));
            }
        };
        let name = normalised(field);
        match Field::of_name(&name) {
            Some(field) => Ok(Mapping { header: header.trim().to_owned(), field, by_profile: false }),
            None => Err(unknown_field(field, &name)),
        }
    }
}

impl std::fmt::Display for Mapping {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}={}", self.header, self.field.name())
    }
}

fn unknown_field(field: &str, name: &str) -> String {
    let meant = names::field_called(name).or_else(|| names::nearly(name, &Field::ALL));
    let mend = match meant {
        Some(field) => format!("did you mean {}?", field.name()),
        None => format!("there are {}", Field::ALL.map(Field::name).join(", ")),
    };
    format!("callroster knows no field \"{}\"; {mend}", field.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_header_and_field() {
        let told = |text: &str| match Mapping::parse(text) {
            Ok(mapping) => format!("{} -> {}", mapping.header, mapping.field.name()),
            Err(message) => message,
        };
        for (text, expected) in [
            ("Work phone=device_contact_uri", "Work phone -> device_contact_uri"),
            ("Work phone = Device Contact-URI ", "Work phone -> device_contact_uri"),
            ("a=b=email", "a=b -> email"),
            ("Work phone", "is not HEADER=FIELD"),
            ("=email", "is not HEADER=FIELD"),
            ("Work phone=phone", "did you mean device_contact_uri?"),
            ("Work phone=emial", "did you mean email?"),
            ("Work phone=", "there are first_name, last_name, email"),
        ] {
            assert!(told(text).contains(expected), "{text}: {}", told(text));
        }
    }
}

//! A row of an update sheet: whom it names and what shall change.
//!
//! Pure. A blank cell leaves its field alone.

use std::borrow::Cow;

use super::cells::{Cells, Who};
use super::{Vocabulary, words};
use crate::row::{Field, Kind, Updating};
use crate::secret::Secret;

#[derive(Default)]
pub(super) struct Draft<'a> {
    who: Who<'a>,
    vocabulary: Vocabulary,
    device_id: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    new_email: Option<&'a str>,
    new_number: Option<Cow<'a, str>>,
    available: Option<bool>,
    sip_password: Option<&'a str>,
    enabled: Option<bool>,
}

/// The fields of which one must be filled, or the row changes nothing.
const CHANGES: [Field; 7] = [
    Field::FirstName,
    Field::LastName,
    Field::NewEmail,
    Field::NewDeviceContactUri,
    Field::Available,
    Field::SipPassword,
    Field::Status,
];

pub(super) fn draft<'a>(cells: &mut Cells<'a, '_>) -> Draft<'a> {
    let draft = Draft {
        who: cells.who(),
        vocabulary: cells.checker.rules().vocabulary,
        device_id: cells.id(Field::DeviceId),
        first_name: cells.name(Field::FirstName),
        last_name: cells.name(Field::LastName),
        new_email: cells.email(Field::NewEmail),
        new_number: match cells.checker.rules().vocabulary {
            Vocabulary::Exotel => cells.new_number(Field::NewDeviceContactUri),
            _ => cells.number(Field::NewDeviceContactUri),
        },
        available: cells.word(
            Field::Available,
            "available_invalid",
            words::available,
            "true, false, on or off",
        ),
        sip_password: cells.sip_password(),
        enabled: cells.word(Field::Status, "status_invalid", words::enabled, "active or disabled"),
    };
    let vocabulary = cells.checker.rules().vocabulary;
    let changes = CHANGES.iter().any(|field| cells.text(*field).is_some());
    if !changes && !cells.checker.rules().generate_sip_passwords {
        cells.findings.problem("nothing_to_change", None, || {
            let has_a_place = |field: &Field| !vocabulary.has_no_place_for(*field, Kind::Update);
            let fields: Vec<&str> = CHANGES.into_iter().filter(has_a_place).map(Field::name).collect();
            format!("the row changes nothing; fill one of {}", fields.join(", "))
        });
    }
    draft
}

impl Draft<'_> {
    pub(super) fn into_request(self) -> Updating {
        Updating {
            who: self.who.into_identity(),
            vocabulary: self.vocabulary,
            device_id: self.device_id.map(str::to_owned),
            first_name: self.first_name.map(str::to_owned),
            last_name: self.last_name.map(str::to_owned),
            new_email: self.new_email.map(str::to_owned),
            new_number: self.new_number.map(Cow::into_owned),
            available: self.available,
            sip_password: self.sip_password.map(Secret::new),
            enabled: self.enabled,
        }
    }
}

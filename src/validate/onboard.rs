//! A row of an onboard sheet: a wished user.
//!
//! Pure. A `user_id` in the sheet is the answer of an earlier run, or an export's: it may be of another account, and
//! only tells of people whom nothing else finds.

use std::borrow::Cow;

use compact_str::CompactString;

use super::Vocabulary;
use super::cells::Cells;
use super::words::is_id;
use crate::roster::NewUser;
use crate::row::{Field, Onboarding};
use crate::secret::Secret;

#[derive(Default)]
pub(super) struct Draft<'a> {
    vocabulary: Vocabulary,
    first_name: &'a str,
    last_name: &'a str,
    email: Option<&'a str>,
    number: Option<Cow<'a, str>>,
    role: Option<&'static str>,
    device_name: Option<&'a str>,
    sip_password: Option<&'a str>,
    user_id: Option<&'a str>,
}

pub(super) fn draft<'a>(cells: &mut Cells<'a, '_>) -> Draft<'a> {
    let vocabulary = cells.checker.rules().vocabulary;
    let draft = Draft {
        vocabulary,
        first_name: mandatory_name(cells, Field::FirstName, "first_name_missing"),
        last_name: mandatory_name(cells, Field::LastName, "last_name_missing"),
        email: cells.email(Field::Email),
        number: match vocabulary {
            Vocabulary::Exotel => cells.new_number(Field::DeviceContactUri),
            _ => cells.number(Field::DeviceContactUri),
        },
        role: cells.role(),
        device_name: cells.label(Field::DeviceName),
        sip_password: cells.sip_password(),
        user_id: cells.label(Field::UserId).filter(|text| is_id(text)),
    };
    let rules = cells.checker.rules();
    let number_needed = rules.vocabulary == Vocabulary::Exotel && rules.voip == Some(false);
    if number_needed && cells.text(Field::DeviceContactUri).is_none() {
        cells.problem("phone_missing", Field::DeviceContactUri, || {
            "the account has no VOIP, so a user needs a phone number; fill device_contact_uri".to_owned()
        });
    }
    draft
}

fn mandatory_name<'a>(cells: &mut Cells<'a, '_>, field: Field, code: &'static str) -> &'a str {
    let name = cells.name(field);
    if name.is_none() && cells.text(field).is_none() {
        cells.problem(code, field, || format!("{} is blank; every user needs one", field.name()));
    }
    name.unwrap_or_default()
}

impl Draft<'_> {
    /// As [`NewUser::has_natural_key`] has it: what Audian notes of a user finds nobody.
    pub(super) fn has_natural_key(&self) -> bool {
        self.email.is_some() || self.number.is_some() && !self.vocabulary.is_audian()
    }

    pub(super) fn into_request(self) -> Onboarding {
        let number = self.number.map(CompactString::from);
        let (number, phone) = if self.vocabulary.is_audian() { (None, number) } else { (number, None) };
        let user = NewUser {
            number,
            phone,
            first_name: self.first_name.into(),
            last_name: self.last_name.into(),
            email: self.email.map(CompactString::from),
            role: self.role.map(CompactString::const_new),
            device_name: self.device_name.map(CompactString::from),
        };
        // Whoever can be found otherwise is not asked for by it.
        let user_id = self.user_id.filter(|_| !user.has_natural_key()).map(str::to_owned);
        Onboarding { user, sip_password: self.sip_password.map(Secret::new), user_id }
    }
}

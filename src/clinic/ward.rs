//! Which damages are looked for in which column.
//!
//! Pure.

use super::{Country, Step, address, figures, number, signs};
use crate::row::Field;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ward {
    Number,
    Email,
    Id,
    /// An id or an e-mail address.
    Person,
    Name,
    /// One of few words.
    Word,
    /// Words that a person wrote, with whatever signs they like.
    FreeText,
    Secret,
}

impl Ward {
    pub(super) fn of(field: Field) -> Ward {
        match field {
            Field::DeviceContactUri | Field::NewDeviceContactUri => Ward::Number,
            Field::Email | Field::NewEmail => Ward::Email,
            Field::UserId | Field::DeviceId | Field::Devices => Ward::Id,
            Field::ReassignTo => Ward::Person,
            Field::FirstName | Field::LastName | Field::DeviceName => Ward::Name,
            Field::Role | Field::Available | Field::Status | Field::Mode => Ward::Word,
            Field::Reason => Ward::FreeText,
            Field::SipPassword => Ward::Secret,
        }
    }

    /// The next thing to do about a text; `None` where nothing is damaged, or nothing that the clinic knows.
    pub(super) fn step(self, text: &str, country: Option<Country>) -> Option<Step> {
        match self {
            Ward::Number if is_address(text) => None,
            Ward::Number => signs::step(self, text).or_else(|| number::step(text, country)),
            Ward::Email => signs::step(self, text).or_else(|| address::step(text)),
            Ward::Id => signs::step(self, text).or_else(|| figures::id_step(text)),
            Ward::Person if text.contains(['@', '＠']) => Ward::Email.step(text, country),
            Ward::Person => Ward::Id.step(text, country),
            Ward::Name | Ward::Word | Ward::Secret => signs::step(self, text),
            Ward::FreeText => None,
        }
    }
}

/// Whether a text in a column of numbers is the SIP address of a device.
fn is_address(text: &str) -> bool {
    text.contains('@') || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sip:"))
}

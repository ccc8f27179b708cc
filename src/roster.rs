//! The roster as every provider shows it: users and their devices.
//! Providers translate their JSON into these types; nothing else knows that JSON.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// A user of the account. Empty text stands for "not set".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    pub id: String,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub first_name: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub last_name: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub email: CompactString,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub role: CompactString,
    /// The name for logging in, where there is one beside the e-mail.
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub username: CompactString,
    /// Whether the user is an administrator, where that is all that is shown of the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_admin: Option<bool>,
    /// `active`, `disabled`, `archived`; empty where the provider did not say.
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub status: CompactString,
    /// A number that is noted of the user, not of a device.
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub phone: CompactString,
    /// `None` where the provider did not say; a list may leave devices out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<Device>>,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub date_created: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub date_updated: CompactString,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub last_login: CompactString,
    /// The id of the call the user is on; empty when on none.
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub active_call: CompactString,
}

/// A phone of a user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    pub id: String,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub name: CompactString,
    /// E.164 for `tel`, a SIP URI for `sip`.
    pub contact_uri: CompactString,
    /// `tel` or `sip`, as the provider says it.
    pub kind: CompactString,
    /// ON, OFF; `None` while unverified.
    pub available: Option<bool>,
    pub verified: Option<bool>,
    #[serde(skip_serializing_if = "CompactString::is_empty")]
    pub status: CompactString,
    /// It belongs to somebody else and is only used by the user.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub borrowed: bool,
}

/// A user who is to be made, in the provider's own words; `None` leaves the provider's default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewUser {
    pub first_name: CompactString,
    pub last_name: CompactString,
    pub email: Option<CompactString>,
    /// E.164, of the user's phone device: users are found by it.
    pub number: Option<CompactString>,
    /// E.164, where the provider merely notes it of the user; it finds nobody.
    pub phone: Option<CompactString>,
    pub role: Option<CompactString>,
    pub device_name: Option<CompactString>,
}

impl NewUser {
    /// Whether the user can be found again by e-mail or number.
    pub fn has_natural_key(&self) -> bool {
        self.email.is_some() || self.number.is_some()
    }

    /// The number of the user, wherever the provider keeps it.
    pub fn any_number(&self) -> Option<&str> {
        self.number.as_deref().or(self.phone.as_deref())
    }

    /// What a user without a natural key lacks, for a message.
    pub fn lacks(&self) -> &'static str {
        match self.phone {
            None => "no e-mail and no number",
            Some(_) => "no e-mail, and this provider finds nobody by a number",
        }
    }
}

impl User {
    pub fn is_archived(&self) -> bool {
        self.status == "archived"
    }

    pub fn is_disabled(&self) -> bool {
        self.status == "disabled"
    }

    pub fn devices(&self) -> &[Device] {
        self.devices.as_deref().unwrap_or_default()
    }

    /// The devices that belong to the user; borrowed ones are somebody else's.
    pub fn own_devices(&self) -> impl Iterator<Item = &Device> {
        self.devices().iter().filter(|device| !device.borrowed)
    }

    /// The devices of one kind, `tel` or `sip`.
    pub fn devices_of(&self, kind: &str) -> impl Iterator<Item = &Device> {
        self.devices().iter().filter(move |device| device.kind == kind)
    }

    /// Whether one of the user's devices has this address.
    pub fn has_contact(&self, contact_uri: &str) -> bool {
        self.devices().iter().any(|device| device.contact_uri.eq_ignore_ascii_case(contact_uri))
    }

    /// Whether a device of the user has this address, or it is noted as the user's number.
    pub fn answers_to(&self, contact_uri: &str) -> bool {
        self.has_contact(contact_uri) || self.phone == contact_uri
    }

    /// Whether what is shown of the user's role does not speak against this one.
    pub fn may_have_role(&self, role: &str) -> bool {
        match (self.role.as_str(), self.is_admin) {
            ("", Some(is_admin)) => role.eq_ignore_ascii_case("admin") == is_admin,
            ("", None) => true,
            (own, _) => own.eq_ignore_ascii_case(role),
        }
    }

    /// Whether a device of the user may be meant by this address, however the provider writes it.
    pub fn may_answer_to(&self, contact_uri: &str) -> bool {
        let own = self.devices().iter().map(|device| device.contact_uri.as_str());
        own.chain([self.phone.as_str()]).any(|own| may_be_same_contact(own, contact_uri))
    }

    /// Whether one of the devices has this number or SIP URI and is verified.
    pub fn has_verified(&self, contact_uri: &str) -> bool {
        let verified = |device: &&Device| device.verified == Some(true);
        self.devices()
            .iter()
            .filter(verified)
            .any(|device| device.contact_uri.eq_ignore_ascii_case(contact_uri))
    }
}

/// Whether two texts may stand for one number or SIP address: providers write numbers with and without `+`, the calling
/// code and a 0 before them, and SIP addresses with and without a domain. Two whole ones must be the same.
pub fn may_be_same_contact(one: &str, other: &str) -> bool {
    if one.is_empty() || other.is_empty() || one.eq_ignore_ascii_case(other) {
        return !one.is_empty() && !other.is_empty();
    }
    let is_sip = |text: &str| text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"));
    match (is_sip(one), is_sip(other)) {
        (true, true) => {
            let user = |text: &str| text.split('@').next().unwrap_or_default().to_ascii_lowercase();
            !(one.contains('@') && other.contains('@')) && user(one) == user(other)
        }
        (false, false) => {
            let (short, long) = (bare_digits(one), bare_digits(other));
            let (short, long) = if short.len() > long.len() { (long, short) } else { (short, long) };
            let whole = one.starts_with('+') && other.starts_with('+');
            short.len() >= SHORTEST_NUMBER && if whole { short == long } else { long.ends_with(&short) }
        }
        _ => false,
    }
}

/// The digits of a number without zeros before them; none of a text that is none.
fn bare_digits(text: &str) -> String {
    if text.contains(|sign: char| sign.is_alphabetic() || sign == '@') {
        return String::new();
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_string()
}

/// Digits by which a number without its calling code can be known.
const SHORTEST_NUMBER: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_known_however_it_is_written() {
        for (one, other, same) in [
            ("+919845012301", "+919845012301", true),
            ("+919845012301", "919845012301", true),
            ("+919845012301", "09845012301", true),
            ("+919845012301", "98450 12301", true),
            ("+15551234567", "+4915551234567", false),
            ("+919845012301", "12301", false),
            ("1001", "1001", true),
            ("1001", "1002", false),
            ("sip:anna1f", "SIP:Anna1f", true),
            ("sip:anna1f", "sip:anna1f@voip.example.com", true),
            ("sip:anna1f@one.example", "sip:anna1f@two.example", false),
            ("sip:9845012301", "+919845012301", false),
            ("anna@pbx", "anna@pbx", true),
            ("", "", false),
        ] {
            assert_eq!(may_be_same_contact(one, other), same, "{one} {other}");
            assert_eq!(may_be_same_contact(other, one), same, "{other} {one}");
        }
    }
}

//! From text cells to a typed request, with every problem of the row.
//!
//! Pure: no file, no clock, no network. [`RawRow`] is what a sheet reader found;
//! a [`Request`] is what a person wants done with one user.

use crate::secret::Secret;

/// The three sheets of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Onboard,
    Update,
    Offboard,
}

/// A column that callroster knows, in any of its sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    FirstName,
    LastName,
    Email,
    DeviceContactUri,
    Role,
    DeviceName,
    SipPassword,
    UserId,
    DeviceId,
    NewEmail,
    NewDeviceContactUri,
    Available,
    Status,
    Mode,
    Reason,
    ReassignTo,
    Devices,
}

/// One data row as it came: the cells of the file, untouched.
#[derive(Debug, Clone, Default)]
pub struct RawRow {
    /// Position among the data rows, from 0.
    pub index: u32,
    /// The row as a spreadsheet counts it; the header is 1.
    pub source_row: u64,
    pub cells: csv::StringRecord,
}

/// What is wrong with a row; a row may have several.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// A code of the contract, section 5: `phone_invalid`.
    pub code: &'static str,
    pub field: Option<Field>,
    /// What happened and the mend, for a person: a lower-case phrase without a full stop.
    pub message: String,
}

/// Something worth knowing that stops nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    pub code: &'static str,
    pub message: String,
}

/// What one row asks for. Only [`crate::validate`] makes one, and only of a row without problems.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Onboard(Onboarding),
    Update(Updating),
    Offboard(Offboarding),
}

/// A wished user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Onboarding {
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    /// E.164.
    pub number: Option<String>,
    /// The provider's own word; `None` leaves the provider's default.
    pub role: Option<String>,
    pub device_name: Option<String>,
    pub sip_password: Option<Secret>,
}

/// The ways in which a row may name a user; at least one is set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Identity {
    pub user_id: Option<String>,
    pub email: Option<String>,
    /// E.164 or a SIP URI.
    pub contact_uri: Option<String>,
}

/// Wished changes of one user; `None` leaves the field alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Updating {
    pub who: Identity,
    pub device_id: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub new_email: Option<String>,
    pub new_number: Option<String>,
    pub available: Option<bool>,
    pub sip_password: Option<Secret>,
    /// `Some(false)` disables the user (Audian).
    pub enabled: Option<bool>,
}

/// How a user is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Delete,
    Disable,
    Archive,
    Purge,
}

/// A wished end of one user.
#[derive(Debug, Clone, PartialEq)]
pub struct Offboarding {
    pub who: Identity,
    pub mode: Mode,
    pub reason: Option<String>,
    /// The heir of the devices: a user id or an e-mail.
    pub reassign_to: Option<String>,
    /// The devices meant; empty means all.
    pub devices: Vec<String>,
}

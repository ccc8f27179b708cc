//! From text cells to a typed request, with every problem of the row.
//!
//! Pure: no file, no clock, no network. [`RawRow`] is what a sheet reader found;
//! a [`Request`] is what a person wants done with one user.

use crate::roster::NewUser;
use crate::secret::Secret;
use crate::table::Refusal;
use crate::validate::Vocabulary;

/// The sheets of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Onboard,
    Update,
    Offboard,
    Restore,
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

impl Kind {
    /// The word of the command line: `onboard`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Onboard => "onboard",
            Kind::Update => "update",
            Kind::Offboard => "offboard",
            Kind::Restore => "restore",
        }
    }

    /// The kind of this word.
    pub fn of_word(word: &str) -> Option<Kind> {
        [Kind::Onboard, Kind::Update, Kind::Offboard, Kind::Restore]
            .into_iter()
            .find(|kind| kind.word() == word)
    }

    /// The columns of the sheet, in the order of its template.
    pub fn fields(self) -> &'static [Field] {
        use Field::*;
        match self {
            Kind::Onboard => &[FirstName, LastName, Email, DeviceContactUri, Role, DeviceName, SipPassword],
            Kind::Update => &[
                UserId,
                Email,
                DeviceContactUri,
                DeviceId,
                FirstName,
                LastName,
                NewEmail,
                NewDeviceContactUri,
                Available,
                SipPassword,
                Status,
            ],
            Kind::Offboard => &[UserId, Email, DeviceContactUri, Mode, Reason, ReassignTo, Devices],
            Kind::Restore => &[UserId],
        }
    }
}

impl Field {
    pub const ALL: [Field; 17] = [
        Field::FirstName,
        Field::LastName,
        Field::Email,
        Field::DeviceContactUri,
        Field::Role,
        Field::DeviceName,
        Field::SipPassword,
        Field::UserId,
        Field::DeviceId,
        Field::NewEmail,
        Field::NewDeviceContactUri,
        Field::Available,
        Field::Status,
        Field::Mode,
        Field::Reason,
        Field::ReassignTo,
        Field::Devices,
    ];

    /// The columns by which a row of `update` or `offboard` names its user.
    pub const IDENTITY: [Field; 3] = [Field::UserId, Field::Email, Field::DeviceContactUri];

    /// The name of the column: `first_name`.
    pub fn name(self) -> &'static str {
        match self {
            Field::FirstName => "first_name",
            Field::LastName => "last_name",
            Field::Email => "email",
            Field::DeviceContactUri => "device_contact_uri",
            Field::Role => "role",
            Field::DeviceName => "device_name",
            Field::SipPassword => "sip_password",
            Field::UserId => "user_id",
            Field::DeviceId => "device_id",
            Field::NewEmail => "new_email",
            Field::NewDeviceContactUri => "new_device_contact_uri",
            Field::Available => "available",
            Field::Status => "status",
            Field::Mode => "mode",
            Field::Reason => "reason",
            Field::ReassignTo => "reassign_to",
            Field::Devices => "devices",
        }
    }

    /// The field of this column name, as [`Field::name`] writes it.
    pub fn of_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name() == name)
    }
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

/// A data row as the rules read it; the cells may still lie where they were found.
#[derive(Debug, Clone, Copy)]
pub struct RowView<'a> {
    /// The row as a spreadsheet counts it; the header is 1.
    pub source_row: u64,
    cells: Cells<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Cells<'a> {
    Copied(&'a csv::StringRecord),
    Found(&'a str, &'a [CellSpan]),
}

/// Where the text of a cell lies within that of its row, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellSpan {
    pub from: usize,
    pub to: usize,
}

impl<'a> RowView<'a> {
    /// A row of this text, with cells where the spans say.
    pub fn new(source_row: u64, text: &'a str, cells: &'a [CellSpan]) -> RowView<'a> {
        RowView { source_row, cells: Cells::Found(text, cells) }
    }

    /// How many cells there are.
    pub fn width(&self) -> usize {
        match self.cells {
            Cells::Copied(cells) => cells.len(),
            Cells::Found(_, cells) => cells.len(),
        }
    }

    /// The cell at this place, from 0, as it came.
    #[inline]
    pub fn cell(&self, place: usize) -> Option<&'a str> {
        match self.cells {
            Cells::Copied(cells) => cells.get(place),
            Cells::Found(text, cells) => cells.get(place).and_then(|cell| text.get(cell.from..cell.to)),
        }
    }

    /// A copy that can be kept; its position among the data rows is not known.
    pub fn to_raw(self) -> RawRow {
        let cells = (0..self.width()).filter_map(|place| self.cell(place)).collect();
        RawRow { index: 0, source_row: self.source_row, cells }
    }
}

impl<'a> From<&'a RawRow> for RowView<'a> {
    fn from(row: &'a RawRow) -> RowView<'a> {
        RowView { source_row: row.source_row, cells: Cells::Copied(&row.cells) }
    }
}

/// Data rows in order, which can be read more than once.
pub trait RowSource {
    /// Goes back to before the first row.
    fn rewind(&mut self) -> Result<(), Refusal>;

    /// Reads the next row into `row`; `false` at the end.
    fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal>;
}

/// What is wrong with a row; a row may have several.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its code, such as `phone_invalid`; `callroster explain` knows them all.
    pub code: &'static str,
    pub field: Option<Field>,
    /// What happened and the mend, for a person: a lower-case phrase without a full stop.
    pub message: String,
}

/// What one row asks for. Only [`crate::validate`] makes one, and only of a row without problems.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Onboard(Onboarding),
    Update(Updating),
    Offboard(Offboarding),
    Restore(Identity),
}

impl Request {
    /// The number that the user is to have, in E.164.
    pub fn wished_number(&self) -> Option<&str> {
        match self {
            Request::Onboard(wish) => wish.user.number.as_deref(),
            Request::Update(change) => change.new_number.as_deref(),
            Request::Offboard(_) | Request::Restore(_) => None,
        }
    }
}

/// A wished user.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Onboarding {
    pub user: NewUser,
    pub sip_password: Option<Secret>,
    /// What the sheet says of the user's id, as exports and results do; a question, since it may be of another account.
    pub user_id: Option<String>,
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
    pub vocabulary: Vocabulary,
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

impl Mode {
    pub const ALL: [Mode; 4] = [Mode::Delete, Mode::Disable, Mode::Archive, Mode::Purge];

    /// The word of the `mode` column and of `--mode`.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Delete => "delete",
            Mode::Disable => "disable",
            Mode::Archive => "archive",
            Mode::Purge => "purge",
        }
    }

    /// The mode of this word, in any letter case.
    pub fn of_word(word: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.word().eq_ignore_ascii_case(word))
    }
}

/// A wished end of one user.
#[derive(Debug, Clone, PartialEq)]
pub struct Offboarding {
    pub who: Identity,
    pub vocabulary: Vocabulary,
    pub mode: Mode,
    pub reason: Option<String>,
    /// The heir of the devices: a user id or an e-mail.
    pub reassign_to: Option<String>,
    /// The devices meant; empty means all.
    pub devices: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_their_own_order_and_are_found_by_name() {
        for (index, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!((field as usize, Field::of_name(field.name())), (index, Some(field)));
        }
        assert_eq!(Field::of_name("phone"), None);
    }

    #[test]
    fn modes_are_found_by_their_word_in_any_case() {
        for mode in Mode::ALL {
            assert_eq!(Mode::of_word(&mode.word().to_uppercase()), Some(mode));
        }
        assert_eq!(Mode::of_word("remove"), None);
    }
}

//! What the rows of an export look like: layouts, columns, and the cells of a user.
//!
//! Pure. It knows no file format; writers turn cells into text.

use std::borrow::Cow;

use crate::roster::{Device, User};

/// What one row of an export is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// One row a user, usable as an `onboard` file.
    #[default]
    User,
    /// One row a device; a user without devices has one row with blank device columns, so that nobody is lost.
    Device,
}

/// A column of an export. In the user layout the `Device…` columns are of the first `tel` device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    UserId,
    FirstName,
    LastName,
    Email,
    EmailVerified,
    Role,
    DeviceId,
    DeviceName,
    DeviceType,
    DeviceContactUri,
    DeviceAvailable,
    DeviceVerified,
    DeviceStatus,
    SipContactUri,
    DeviceIds,
    DateCreated,
    DateUpdated,
    LastLogin,
    ActiveCall,
    Username,
    Status,
}

/// One value of a row, before a format makes text of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Not set, or not told by the provider.
    Blank,
    Bool(bool),
    Text(Cow<'a, str>),
}

/// The layout and the chosen columns of one export.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    layout: Layout,
    columns: Vec<Column>,
    /// The columns were chosen, and are not merely the usual ones.
    chosen: bool,
}

/// The columns of providers whose users have a name for logging in and a status (Audian).
const OF_ACCOUNTS: [Column; 2] = [Column::Username, Column::Status];

impl Layout {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Layout::User => "user",
            Layout::Device => "device",
        }
    }

    /// All its columns in their usual order.
    pub fn columns(self) -> &'static [Column] {
        use Column::*;
        match self {
            Layout::User => &[
                UserId,
                FirstName,
                LastName,
                Email,
                EmailVerified,
                Role,
                DeviceContactUri,
                DeviceName,
                DeviceVerified,
                DeviceAvailable,
                DeviceStatus,
                SipContactUri,
                DeviceIds,
                DateCreated,
                DateUpdated,
                LastLogin,
                ActiveCall,
            ],
            Layout::Device => &[
                UserId,
                FirstName,
                LastName,
                Email,
                EmailVerified,
                Role,
                DateCreated,
                DateUpdated,
                LastLogin,
                ActiveCall,
                DeviceId,
                DeviceName,
                DeviceType,
                DeviceContactUri,
                DeviceAvailable,
                DeviceVerified,
                DeviceStatus,
            ],
        }
    }

    fn other(self) -> Layout {
        match self {
            Layout::User => Layout::Device,
            Layout::Device => Layout::User,
        }
    }

    fn named(self, name: &str) -> Option<Column> {
        self.columns()
            .iter()
            .chain(&OF_ACCOUNTS)
            .copied()
            .find(|column| column.name().eq_ignore_ascii_case(name))
    }
}

impl Column {
    /// The header of the column.
    pub fn name(self) -> &'static str {
        match self {
            Column::UserId => "user_id",
            Column::FirstName => "first_name",
            Column::LastName => "last_name",
            Column::Email => "email",
            Column::EmailVerified => "email_verified",
            Column::Role => "role",
            Column::DeviceId => "device_id",
            Column::DeviceName => "device_name",
            Column::DeviceType => "device_type",
            Column::DeviceContactUri => "device_contact_uri",
            Column::DeviceAvailable => "device_available",
            Column::DeviceVerified => "device_verified",
            Column::DeviceStatus => "device_status",
            Column::SipContactUri => "sip_contact_uri",
            Column::DeviceIds => "device_ids",
            Column::DateCreated => "date_created",
            Column::DateUpdated => "date_updated",
            Column::LastLogin => "last_login",
            Column::ActiveCall => "active_call",
            Column::Username => "username",
            Column::Status => "status",
        }
    }

    fn cell<'a>(self, user: &'a User, device: Option<&'a Device>) -> Cell<'a> {
        let of_device =
            |text: fn(&Device) -> &str| device.map_or(Cell::Blank, |device| text_cell(text(device)));
        match self {
            Column::UserId => text_cell(&user.id),
            Column::FirstName => text_cell(&user.first_name),
            Column::LastName => text_cell(&user.last_name),
            Column::Email => text_cell(&user.email),
            Column::EmailVerified => bool_cell(user.email_verified),
            Column::Role => text_cell(&user.role),
            Column::DeviceId => of_device(|device| &device.id),
            Column::DeviceName => of_device(|device| &device.name),
            Column::DeviceType => of_device(|device| &device.kind),
            Column::DeviceContactUri => of_device(|device| &device.contact_uri),
            Column::DeviceStatus => of_device(|device| &device.status),
            Column::DeviceAvailable => bool_cell(device.and_then(|device| device.available)),
            Column::DeviceVerified => bool_cell(device.and_then(|device| device.verified)),
            Column::SipContactUri => {
                user.devices_of("sip").next().map_or(Cell::Blank, |device| text_cell(&device.contact_uri))
            }
            Column::DeviceIds => device_ids(user.devices()),
            Column::DateCreated => text_cell(&user.date_created),
            Column::DateUpdated => text_cell(&user.date_updated),
            Column::LastLogin => text_cell(&user.last_login),
            Column::ActiveCall => text_cell(&user.active_call),
            Column::Username => text_cell(&user.username),
            Column::Status => text_cell(&user.status),
        }
    }
}

impl Shape {
    /// The layout with all its columns, or with those that `--columns a,b,c` names, in that order.
    pub fn new(layout: Layout, columns: Option<&str>) -> Result<Shape, String> {
        Ok(match columns {
            None => Shape { layout, columns: layout.columns().to_vec(), chosen: false },
            Some(list) => Shape { layout, columns: chosen(layout, list)?, chosen: true },
        })
    }

    /// The usual columns and those of users who log in by name and have a status.
    pub fn with_accounts(mut self) -> Shape {
        if !self.chosen {
            self.columns.extend(OF_ACCOUNTS);
        }
        self
    }

    /// Whether the column was chosen by name.
    pub fn asks_for(&self, column: Column) -> bool {
        self.chosen && self.has(column)
    }

    /// Whether a column about devices was chosen, or the layout with a row for each.
    pub fn asks_for_devices(&self) -> bool {
        use Column::*;
        let of_devices =
            [DeviceId, DeviceName, DeviceType, DeviceContactUri, DeviceStatus, SipContactUri, DeviceIds];
        self.layout == Layout::Device || of_devices.into_iter().any(|column| self.asks_for(column))
    }

    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The header, column by column.
    pub fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name()).collect()
    }

    /// How many cells a row has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    pub fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    /// Gives the cells of all rows of a user; every [`Shape::width`] cells are a row.
    pub fn cells<'a>(&self, user: &'a User, mut take: impl FnMut(Cell<'a>)) {
        let mut row = |device: Option<&'a Device>| {
            self.columns.iter().for_each(|column| take(column.cell(user, device)));
        };
        match (self.layout, user.devices_of("tel").next()) {
            // The number that is noted of the user itself is what onboarding took from this column (Audian).
            (Layout::User, None) if !user.phone.is_empty() => {
                self.columns.iter().for_each(|column| match column {
                    Column::DeviceContactUri => take(text_cell(&user.phone)),
                    column => take(column.cell(user, None)),
                });
            }
            (Layout::User, device) => row(device),
            (Layout::Device, _) if user.devices().is_empty() => row(None),
            (Layout::Device, _) => user.devices().iter().for_each(|device| row(Some(device))),
        }
    }
}

fn chosen(layout: Layout, list: &str) -> Result<Vec<Column>, String> {
    let mut columns = Vec::new();
    for name in list.split(',').map(str::trim) {
        let column = layout.named(name).ok_or_else(|| unknown(layout, name))?;
        if columns.contains(&column) {
            return Err(format!("column `{name}` is named twice in --columns; name it once"));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn unknown(layout: Layout, name: &str) -> String {
    let names: Vec<&str> = layout.columns().iter().map(|column| column.name()).collect();
    let what = match name {
        "" => "--columns has a blank name".to_string(),
        _ => format!("--layout {} has no column `{name}`", layout.word()),
    };
    let other = match layout.other().named(name) {
        Some(_) => format!(" (--layout {} has it)", layout.other().word()),
        None => String::new(),
    };
    format!("{what}{other}; choose from {}", names.join(", "))
}

fn text_cell(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Blank } else { Cell::Text(Cow::Borrowed(text)) }
}

fn bool_cell(value: Option<bool>) -> Cell<'static> {
    value.map_or(Cell::Blank, Cell::Bool)
}

fn device_ids(devices: &[Device]) -> Cell<'_> {
    match devices {
        [] => Cell::Blank,
        [device] => text_cell(&device.id),
        _ => {
            let ids: Vec<&str> = devices.iter().map(|device| device.id.as_str()).collect();
            Cell::Text(Cow::Owned(ids.join(";")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anna() -> User {
        let sip = Device {
            id: "7".into(),
            kind: "sip".into(),
            contact_uri: "sip:anna7".into(),
            available: Some(false),
            ..Device::default()
        };
        let tel = Device {
            id: "8".into(),
            kind: "tel".into(),
            name: "Desk".into(),
            contact_uri: "+919876543210".into(),
            verified: Some(true),
            ..Device::default()
        };
        let other = Device { id: "9".into(), kind: "tel".into(), name: "Car".into(), ..Device::default() };
        User {
            id: "u1".into(),
            email_verified: Some(false),
            devices: Some(vec![sip, tel, other]),
            ..User::default()
        }
    }

    fn rows(shape: &Shape, user: &User) -> Vec<String> {
        let mut cells = Vec::new();
        shape.cells(user, |cell| {
            cells.push(match cell {
                Cell::Blank => String::new(),
                Cell::Bool(value) => value.to_string(),
                Cell::Text(text) => text.into_owned(),
            })
        });
        cells.chunks(shape.width()).map(|row| row.join(",")).collect()
    }

    #[test]
    fn the_columns_are_those_of_the_contract() {
        assert_eq!(
            Shape::new(Layout::User, None).unwrap().names().join(", "),
            "user_id, first_name, last_name, email, email_verified, role, device_contact_uri, device_name, \
             device_verified, device_available, device_status, sip_contact_uri, device_ids, date_created, \
             date_updated, last_login, active_call"
        );
        assert_eq!(
            Shape::new(Layout::Device, None).unwrap().names().join(", "),
            "user_id, first_name, last_name, email, email_verified, role, date_created, date_updated, \
             last_login, active_call, device_id, device_name, device_type, device_contact_uri, \
             device_available, device_verified, device_status"
        );
    }

    #[test]
    fn a_user_row_shows_the_first_tel_and_the_first_sip_device() {
        let columns = "device_name,device_contact_uri,device_available,device_verified,sip_contact_uri,device_ids,email_verified";
        let shape = Shape::new(Layout::User, Some(columns)).unwrap();
        assert_eq!(rows(&shape, &anna()), ["Desk,+919876543210,,true,sip:anna7,7;8;9,false"]);
        assert_eq!(rows(&shape, &User::default()), [",,,,,,"]);
    }

    #[test]
    fn a_number_noted_of_the_user_stands_for_that_of_a_phone() {
        let noted = User { phone: "+31201234567".into(), ..User::default() };
        for (layout, shown) in [(Layout::User, "+31201234567,"), (Layout::Device, ",")] {
            let shape = Shape::new(layout, Some("device_contact_uri,device_name")).expect("both have them");
            assert_eq!(rows(&shape, &noted), [shown]);
            let both = User { phone: "+31201234567".into(), ..anna() };
            assert!(!rows(&shape, &both).join(" ").contains("31201"), "the device counts");
        }
    }

    #[test]
    fn a_device_row_is_of_its_device_and_nobody_is_lost() {
        let shape =
            Shape::new(Layout::Device, Some("user_id, device_id, device_type, device_available")).unwrap();
        assert_eq!(rows(&shape, &anna()), ["u1,7,sip,false", "u1,8,tel,", "u1,9,tel,"]);
        let bare = User { id: "u2".into(), ..User::default() };
        assert_eq!(rows(&shape, &bare), ["u2,,,"]);
    }

    #[test]
    fn chosen_columns_keep_their_order_and_wrong_ones_are_told() {
        let shape = Shape::new(Layout::User, Some("Email, user_id")).unwrap();
        assert_eq!(shape.names(), ["email", "user_id"]);
        for (list, expected) in [
            ("user_id,phone", "--layout user has no column `phone`; choose from user_id, first_name"),
            (
                "device_type",
                "--layout user has no column `device_type` (--layout device has it); choose from",
            ),
            ("", "--columns has a blank name; choose from"),
            ("email,EMAIL", "column `EMAIL` is named twice in --columns; name it once"),
        ] {
            let told = Shape::new(Layout::User, Some(list)).unwrap_err();
            assert!(told.starts_with(expected), "{told}");
        }
    }
}

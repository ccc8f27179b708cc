//! What Audian's account holds, as plain values: users, devices, and the log of deletions.
//!
//! How they are found is the tenant's business, how they look on the wire the view's.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A user of Audian's simulated account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AudianUser {
    /// Place in the list; never used twice.
    pub serial: u64,
    pub id: String,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub username: Option<String>,
    pub extension: Option<String>,
    pub role: String,
    pub disabled: bool,
    /// When the data were archived, in seconds since 1970; 90 days later they are gone.
    pub archived: Option<i64>,
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970.
    pub updated: i64,
    pub on_call: bool,
    /// Whether the creation sent a mail.
    pub invited: bool,
    /// The fingerprint of the password, once one is set.
    pub password: Option<String>,
    /// What the account keeps and does not look at: title, department, time zone, …
    pub extra: Map<String, Value>,
}

/// A device of Audian's simulated account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AudianDevice {
    /// Place in the list; never used twice.
    pub serial: u64,
    pub id: String,
    pub name: String,
    pub device_type: String,
    /// The id of the user whose it is; a deleted user's id may stay here on a plain Kazoo.
    pub owner: Option<String>,
    /// The id of the user who borrows it.
    pub hotdesk: Option<String>,
    pub mac_address: Option<String>,
    pub sip_username: Option<String>,
    /// The fingerprint of the SIP password, once one is set.
    pub sip_password: Option<String>,
    pub enabled: bool,
    /// How often it was given to another user.
    pub moves: u64,
    /// What the account keeps and does not look at.
    pub extra: Map<String, Value>,
}

/// An entry of the account's log of deletions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Deletion {
    pub user_id: String,
    pub email: Option<String>,
    /// Seconds since 1970.
    pub at: i64,
    pub by: String,
    pub reason: Option<String>,
    pub ending: Ending,
    pub devices_reassigned: u64,
}

/// What became of a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    #[default]
    Delete,
    Archive,
    /// Archived data were deleted.
    Purge,
    /// The 90 days of archived data were over.
    Expire,
}

/// What only Audian's account knows, for [`super::super::Truth`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AudianTruth {
    /// In list order, archived ones too.
    pub users: Vec<AudianUser>,
    /// In list order.
    pub devices: Vec<AudianDevice>,
    /// In the order of events.
    pub deletions: Vec<Deletion>,
}

impl Ending {
    /// The word in the keys of [`super::super::Truth::deletes`].
    pub(in crate::simulator) fn word(self) -> &'static str {
        match self {
            Ending::Delete => "delete",
            Ending::Archive => "archive",
            Ending::Purge => "purge",
            Ending::Expire => "expire",
        }
    }
}

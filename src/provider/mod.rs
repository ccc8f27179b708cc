//! The door to every phone system: what may be asked, and what may come back.
//!
//! A provider is a pure translator: a [`Call`] becomes an [`HttpRequest`], an [`HttpReply`]
//! becomes an [`Answer`] or a [`CallError`]. It never sends, sleeps or retries; a vendor's
//! JSON stays in that vendor's file. Sending is the [`Transport`]'s part.

pub mod audian;
mod audian_charges;
mod audian_failure;
mod audian_request;
mod audian_wire;
mod audian_words;
mod clock;
mod deletions;
pub mod exotel;
mod exotel_failure;
mod exotel_request;
mod exotel_scalar;
mod exotel_wire;
mod exotel_words;
mod filters;
pub mod http;
mod http_address;
mod http_plain;
mod limits;
mod paging;
mod path;
mod token;
mod transport;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

pub use deletions::{Deletion, DeletionPage, is_newer, says_archived};
pub use limits::Limits;
pub use paging::{DevicePage, Offsets, Page, Paging, StartKeys, Unreadable};
pub use token::TokenKeeper;
pub use transport::{HttpReply, HttpRequest, Method, Transport, TransportError, TransportFailure};

use crate::roster::{Device, NewUser, User};
use crate::row::Mode;
use crate::secret::Secret;

/// A vendor's API, spoken in our words.
pub trait Provider {
    /// What is known of this provider in general.
    fn facts(&self) -> &Facts;

    /// The request that makes this call.
    fn request(&self, call: &Call) -> HttpRequest;

    /// What the reply says of limits, in its headers or elsewhere.
    fn limits(&self, reply: &HttpReply) -> Limits {
        reply.limits
    }

    /// What the reply to this call means.
    fn answer(&self, call: &Call, reply: &HttpReply) -> Result<Answer, CallError>;

    /// The token that all calls share, where credentials are exchanged for one.
    fn tokens(&self) -> Option<&TokenKeeper> {
        None
    }
}

/// Facts of a provider that plans and guarantees rest on; sources in the provider's file.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Most users on a page, and most people whom one filter asks for.
    pub page: u32,
    /// How one page leads to the next.
    pub paging: Paging,
    /// Longest value list of one filter, in bytes after encoding.
    pub longest_filter: usize,
    /// The provider refuses a second user with the same e-mail or number.
    pub enforces_keys: bool,
    /// How long to wait before a look-up after an unclear create, by default.
    pub settle: Duration,
    /// A single read shows the number that is noted of a user; a list need not.
    pub notes_numbers: bool,
    /// A 403 whose reason is not known may be meant for one row; else it is meant for the key.
    pub forbids_rows: bool,
    /// The ways in which a user can go, the default first.
    pub modes: &'static [Mode],
}

/// One exchange with the provider, in our words.
#[derive(Debug, Clone)]
pub enum Call {
    List(Listing),
    Get {
        user_id: String,
    },
    /// The devices of a user, those included that the user only borrows.
    Devices {
        user_id: String,
        start: Option<String>,
    },
    /// The devices of everybody, of which those that the owner has are told.
    AllDevices {
        owner: String,
        start: Option<String>,
    },
    /// The provider's own log of deletions.
    Deletions {
        start: Option<String>,
    },
    Create(NewUser),
    Change {
        user_id: String,
        changes: Changes,
    },
    SetNumber {
        user_id: String,
        device_id: String,
        number: String,
    },
    SetAvailable {
        user_id: String,
        device_id: String,
        available: bool,
    },
    SetSipPassword {
        user_id: String,
        device_id: String,
        password: Secret,
    },
    /// Gives devices of one user to another.
    Reassign {
        from: String,
        to: String,
        devices: Vec<String>,
    },
    /// Gives one device to a user, or to nobody.
    SetOwner {
        device_id: String,
        owner: Option<String>,
    },
    Delete {
        user_id: String,
        parting: Parting,
    },
    /// Disables a user and keeps the data for a time.
    Archive {
        user_id: String,
        reason: Option<String>,
    },
    /// Deletes the data of an archived user for good.
    Purge {
        user_id: String,
    },
    /// Brings an archived user back.
    Restore {
        user_id: String,
    },
    /// Exchanges the key for a token.
    Exchange,
}

impl Call {
    /// Whether the call can change anything at the provider.
    pub fn writes(&self) -> bool {
        !matches!(
            self,
            Call::List(_)
                | Call::Get { .. }
                | Call::Devices { .. }
                | Call::AllDevices { .. }
                | Call::Deletions { .. }
                | Call::Exchange
        )
    }

    /// What the call does, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Call::List(_) => "list users",
            Call::Get { .. } => "get user",
            Call::Devices { .. } => "list devices of user",
            Call::AllDevices { .. } => "list all devices",
            Call::Deletions { .. } => "list deletions",
            Call::Create(_) => "create user",
            Call::Change { .. } => "update user",
            Call::SetNumber { .. } => "set number",
            Call::SetAvailable { .. } => "set availability",
            Call::SetSipPassword { .. } => "set SIP password",
            Call::Reassign { .. } => "reassign devices",
            Call::SetOwner { .. } => "set owner of device",
            Call::Delete { .. } => "delete user",
            Call::Archive { .. } => "archive user",
            Call::Purge { .. } => "purge archived user",
            Call::Restore { .. } => "restore user",
            Call::Exchange => "exchange key for token",
        }
    }
}

/// A page of the roster, or of the users that match a filter.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub filter: Filter,
    /// Where the page begins, at a provider that counts.
    pub offset: u64,
    /// Where the page begins, at a provider that names its pages; `None` is the first one.
    pub start: Option<String>,
    pub limit: u32,
    /// Ask for the call a user is on.
    pub active_call: bool,
    /// Ask for the time of the last login.
    pub last_login: bool,
    /// What becomes of a look-up by value in which a row shows no user.
    pub odd_rows: OddRows,
}

/// What a row that shows no user makes of a look-up: it may be anybody who was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OddRows {
    /// It fails, and is tried again.
    #[default]
    Fail,
    /// It is handed on beside somebody who can be read; alone it may be the page that failed.
    BesideOthers,
    /// It is handed on.
    Any,
}

/// Which users a list is to show.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Filter {
    #[default]
    All,
    Emails(Vec<String>),
    Contacts(Vec<String>),
}

/// Changes of a user's own fields; `None` leaves a field alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// `false` disables the user.
    pub enabled: Option<bool>,
}

/// What a delete is told beside whom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parting {
    /// The id of the user who gets the devices.
    pub heir: Option<String>,
    pub reason: Option<String>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        *self == Changes::default()
    }
}

/// What a call brought.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub request_id: String,
    pub content: Content,
}

#[derive(Debug, Clone)]
pub enum Content {
    Page(Page),
    User(Box<User>),
    Device(Device),
    Devices(DevicePage),
    Deletions(DeletionPage),
    /// What the provider tells of an end: `devices_reassigned`, `data_archived`, `deleted_at`.
    Told(Details),
    Token(Secret),
    Nothing,
}

/// What is worth knowing of a step, by the keys of the `details` column.
pub type Details = BTreeMap<String, String>;

impl Answer {
    /// The page of a list; an empty one for any other answer.
    pub fn page(self) -> Page {
        match self.content {
            Content::Page(page) => page,
            _ => Page::default(),
        }
    }

    /// The devices of a user; none for any other answer.
    pub fn devices(self) -> DevicePage {
        match self.content {
            Content::Devices(page) => page,
            _ => DevicePage::default(),
        }
    }

    /// A page of the log of deletions; an empty one for any other answer.
    pub fn deletions(self) -> DeletionPage {
        match self.content {
            Content::Deletions(page) => page,
            _ => DeletionPage::default(),
        }
    }

    /// The user of a create, change or get.
    pub fn user(self) -> Option<User> {
        match self.content {
            Content::User(user) => Some(*user),
            _ => None,
        }
    }
}

/// Why a call did not bring its answer, and what that means for the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct CallError {
    pub failure: Failure,
    /// The provider's own code, else `http_STATUS`, `timeout`, `connection`, `bad_response`.
    pub code: String,
    pub message: String,
    pub status: Option<u16>,
    pub request_id: String,
}

impl CallError {
    /// Whether a read was refused in a way that time does not mend: the account or its address are wrong, most likely.
    pub fn is_misdirected(&self) -> bool {
        !self.failure.later() && self.status.is_some_and(|status| (400..500).contains(&status))
    }
}

/// The kinds of failure, by the two questions: may it succeed later, may it have taken effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Refused connection, unknown name, TLS: later yes, effect no.
    NotSent,
    /// 429 in any shape: later yes, effect no.
    Limited,
    /// Time-out, reset, 5xx, an answer that is no answer: later yes, effect possible.
    Unclear,
    /// The provider has such a user already: later no, effect no.
    Exists,
    /// The user or device is not there.
    Missing,
    /// The provider's word on this row: later no, effect no.
    Refused,
    /// 401: the credentials.
    Unauthorized,
    /// 403 that speaks of the account or the key: every row would end so.
    Forbidden,
    /// 403 of a text that we do not know: of the account if the first row meets it.
    ForbiddenUnknown,
}

impl Failure {
    /// Whether the call may have changed something although it failed.
    pub fn effect_possible(self) -> bool {
        self == Failure::Unclear
    }

    /// Whether the same call may succeed later.
    pub fn later(self) -> bool {
        matches!(self, Failure::NotSent | Failure::Limited | Failure::Unclear)
    }
}

//! The door to every phone system: what may be asked, and what may come back.
//!
//! A provider is a pure translator: a [`Call`] becomes an [`HttpRequest`], an [`HttpReply`]
//! becomes an [`Answer`] or a [`CallError`]. It never sends, sleeps or retries; a vendor's
//! JSON stays in that vendor's file. Sending is the [`Transport`]'s part.

pub mod exotel;
mod exotel_failure;
mod exotel_request;
mod exotel_wire;
mod exotel_words;
pub mod http;
mod http_address;
mod limits;

use std::time::Duration;

use futures::future::LocalBoxFuture;

pub use limits::Limits;

use crate::roster::{Device, User};
use crate::row::Mode;
use crate::secret::Secret;

/// A vendor's API, spoken in our words.
pub trait Provider {
    /// What is known of this provider in general.
    fn facts(&self) -> &Facts;

    /// The request that makes this call.
    fn request(&self, call: &Call) -> HttpRequest;

    /// What the reply to this call means.
    fn answer(&self, call: &Call, reply: &HttpReply) -> Result<Answer, CallError>;
}

/// Facts of a provider that plans and guarantees rest on; sources in the provider's file.
#[derive(Debug, Clone)]
pub struct Facts {
    /// As on the command line.
    pub name: &'static str,
    /// As people write it.
    pub title: &'static str,
    /// Most users on a page, and most values in one filter.
    pub page: u32,
    /// Longest value list of one filter, in bytes after encoding.
    pub longest_filter: usize,
    /// The provider refuses a second user with the same e-mail or number.
    pub enforces_keys: bool,
    /// How long to wait before a look-up after an unclear create, by default.
    pub settle: Duration,
    /// The ways in which a user can go, the default first.
    pub modes: &'static [Mode],
    /// Every created user with an e-mail gets an invitation.
    pub always_invites: bool,
}

/// One exchange with the provider, in our words.
#[derive(Debug, Clone)]
pub enum Call {
    List(Listing),
    Get { user_id: String },
    Create(NewUser),
    Change { user_id: String, changes: Changes },
    SetNumber { user_id: String, device_id: String, number: String },
    SetAvailable { user_id: String, device_id: String, available: bool },
    SetSipPassword { user_id: String, device_id: String, password: Secret },
    Delete { user_id: String },
}

impl Call {
    /// Whether the call can change anything at the provider.
    pub fn writes(&self) -> bool {
        !matches!(self, Call::List(_) | Call::Get { .. })
    }

    /// What the call does, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Call::List(_) => "list users",
            Call::Get { .. } => "get user",
            Call::Create(_) => "create user",
            Call::Change { .. } => "update user",
            Call::SetNumber { .. } => "set number",
            Call::SetAvailable { .. } => "set availability",
            Call::SetSipPassword { .. } => "set SIP password",
            Call::Delete { .. } => "delete user",
        }
    }
}

/// A page of the roster, or of the users that match a filter.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub filter: Filter,
    pub offset: u64,
    pub limit: u32,
    /// Ask for the call a user is on.
    pub active_call: bool,
    /// Ask for the time of the last login.
    pub last_login: bool,
}

/// Which users a list is to show.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Filter {
    #[default]
    All,
    Emails(Vec<String>),
    Contacts(Vec<String>),
}

/// A user to create.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewUser {
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub number: Option<String>,
    pub role: Option<String>,
    pub device_name: Option<String>,
}

impl NewUser {
    /// Whether the user can be found again by e-mail or number.
    pub fn has_natural_key(&self) -> bool {
        self.email.is_some() || self.number.is_some()
    }
}

/// Changes of a user's own fields; `None` leaves a field alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
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
    Nothing,
}

impl Answer {
    /// The page of a list; an empty one for any other answer.
    pub fn page(self) -> Page {
        match self.content {
            Content::Page(page) => page,
            _ => Page::default(),
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

/// One page of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub users: Vec<User>,
    /// How many users match in all, where the provider says so.
    pub total: Option<u64>,
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

/// A request as it goes on the wire, but for scheme and host.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: Method,
    /// Path and query, beginning with `/`, joined to the base URL.
    pub path: String,
    /// The header that carries the credentials, and its value.
    pub authorization: (&'static str, Secret),
    /// JSON.
    pub body: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// A reply as it came off the wire.
#[derive(Debug, Clone, Default)]
pub struct HttpReply {
    pub status: u16,
    pub body: Vec<u8>,
    /// What the headers say of limits.
    pub limits: Limits,
}

/// The network, as one small trait: a whole run is tested without a socket.
pub trait Transport {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>>;
}

/// Why no reply came.
#[derive(Debug, Clone, PartialEq)]
pub struct TransportError {
    pub kind: TransportFailure,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportFailure {
    /// Nothing was written: refused connection, unknown name, TLS.
    NotSent,
    /// Sent, but no whole reply within the time given.
    TimedOut,
    /// Sent, and the connection broke.
    Lost,
}

impl From<TransportError> for CallError {
    fn from(error: TransportError) -> CallError {
        let (failure, code) = match error.kind {
            TransportFailure::NotSent => (Failure::NotSent, "connection"),
            TransportFailure::TimedOut => (Failure::Unclear, "timeout"),
            TransportFailure::Lost => (Failure::Unclear, "connection"),
        };
        CallError {
            failure,
            code: code.into(),
            message: error.message,
            status: None,
            request_id: String::new(),
        }
    }
}

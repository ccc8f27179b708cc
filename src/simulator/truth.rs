//! What really happened, for those who judge a client: nothing here goes over the provider's API.

use std::collections::BTreeMap;

use serde::Serialize;

use super::tenant::User;

/// One call as the account saw it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallSeen {
    /// Seconds since the start.
    pub now: f64,
    pub method: String,
    pub path: String,
    /// The status of the reply, whether or not it arrived.
    pub status: u16,
    /// The fault that the call met.
    pub fault: Option<String>,
    /// What the reply said in `Retry-After`.
    pub retry_after: Option<String>,
}

/// What really happened, for those who judge a client.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Truth {
    /// In list order.
    pub users: Vec<User>,
    /// Committed creates for each key: `email:…`, `number:…`, or `name:…` for users without both.
    pub creates: BTreeMap<String, u64>,
    /// Committed ends for each user: `delete:ID`.
    pub deletes: BTreeMap<String, u64>,
    /// Calls by `METHOD STATUS`.
    pub counts: BTreeMap<String, u64>,
    /// Calls that have not taken effect yet.
    pub late: usize,
    /// Most calls open at once, as the server saw them.
    pub most_in_flight: usize,
    /// Every call, where [`super::SimSettings::log`] is set.
    pub calls: Vec<CallSeen>,
}

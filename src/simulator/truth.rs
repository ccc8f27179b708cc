//! What really happened, for those who judge a client: nothing here goes over the provider's API.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audian::state::AudianTruth;
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
    /// In list order; Audian's without devices, which stand in `audian`.
    pub users: Vec<User>,
    /// Committed creates for each key: `email:…`, `number:…`, `username:…`, or `name:…` for users
    /// without any.
    pub creates: BTreeMap<String, u64>,
    /// Committed ends for each user: `delete:ID`, at Audian's also `archive:`, `purge:`, `expire:`.
    pub deletes: BTreeMap<String, u64>,
    /// Calls by `METHOD STATUS`.
    pub counts: BTreeMap<String, u64>,
    /// Calls that have not taken effect yet.
    pub late: usize,
    /// Most calls open at once, as the server saw them.
    pub most_in_flight: usize,
    /// Every call, where [`super::SimSettings::log`] is set.
    pub calls: Vec<CallSeen>,
    /// What only Audian's account has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audian: Option<AudianTruth>,
}

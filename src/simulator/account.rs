//! The account behind the wire: one provider's tenant, and the few things that the simulator asks of it.
//!
//! Faults, limits, late effects, lagging lists and the log are the simulator's and know no provider;
//! what an endpoint is called and what its answer looks like is known here by nobody either.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::limit::{HeaderNames, Toll};
use super::settings::Rate;
use super::store::{self, Kept, Opened};
use super::switches::Switches;
use super::tenant::{self, Tenant};
use super::truth::Truth;
use super::{SimReply, SimRequest, SimSettings, backdoor, exotel};

/// The tenant of one provider.
#[derive(Debug, Clone)]
pub(super) enum Account {
    Exotel(Tenant),
}

/// A committed change of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Change {
    Exotel(tenant::Change),
}

/// A call that is to be answered, and what the simulator knows of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) request: &'a SimRequest,
    /// What the answer calls it.
    pub(super) id: &'a str,
    /// When it takes effect, in milliseconds since 1970.
    pub(super) wall: i64,
    /// What is left of the limit, where there is one.
    pub(super) remaining: Option<u32>,
}

/// A reply, and the changes that belong to it.
pub(super) struct Answered {
    pub(super) reply: SimReply,
    pub(super) changes: Vec<Change>,
}

impl Account {
    /// An account without users.
    pub(super) fn empty(settings: &SimSettings) -> Account {
        Account::Exotel(Tenant::new(settings.seed))
    }

    /// Fills a new account with made-up users.
    pub(super) fn populate(&mut self, users: usize) {
        match self {
            Account::Exotel(tenant) => tenant.populate(users),
        }
    }

    /// Opens the state file and replays it.
    pub(super) fn open(&mut self, path: &Path, fresh: bool, users: usize) -> io::Result<Opened> {
        match self {
            Account::Exotel(tenant) => store::open(path, fresh, tenant, users),
        }
    }

    pub(super) fn apply(&mut self, change: Change) {
        match (self, change) {
            (Account::Exotel(tenant), Change::Exotel(change)) => tenant.apply(change),
        }
    }

    /// How many users the account has.
    pub(super) fn users(&self) -> usize {
        match self {
            Account::Exotel(tenant) => tenant.count(),
        }
    }

    /// Writes down what only the account knows.
    pub(super) fn tell(&self, truth: &mut Truth) {
        match self {
            Account::Exotel(tenant) => {
                truth.users = tenant.users().cloned().collect();
                truth.creates = tenant.creates().clone();
                truth.deletes = tenant.deletes().clone();
            }
        }
    }

    /// Refuses a call without the account's credentials.
    pub(super) fn admit(&self, call: Call, settings: &SimSettings) -> Option<SimReply> {
        match self {
            Account::Exotel(_) => exotel::admit(call, settings),
        }
    }

    /// Answers a call that was let in; `listed` is the account as lists show it.
    pub(super) fn answer(&self, listed: &Account, call: Call, settings: &SimSettings) -> Answered {
        match (self, listed) {
            (Account::Exotel(tenant), Account::Exotel(listed)) => {
                let (reply, changes) = exotel::answer(tenant, listed, call, settings);
                Answered { reply, changes: changes.into_iter().map(Change::Exotel).collect() }
            }
        }
    }

    /// The answer to a call that an error of the server's own met.
    pub(super) fn internal_error(&self, call: Call, settings: &SimSettings) -> SimReply {
        match self {
            Account::Exotel(_) => exotel::internal_error(call, settings),
        }
    }

    /// The body of a call that met the limit.
    pub(super) fn too_many(&self, call: Call, settings: &SimSettings) -> SimReply {
        match self {
            Account::Exotel(_) => exotel::too_many(call, settings),
        }
    }

    /// What a call takes from the limit.
    pub(super) fn toll(&self, _request: &SimRequest, rate: Rate, switches: &Switches) -> Toll {
        match self {
            Account::Exotel(_) => {
                Toll { cost: 1, bucket: switches.bucket.then(|| switches.burst.unwrap_or(rate.calls)) }
            }
        }
    }

    pub(super) fn limit_headers(&self) -> &'static HeaderNames {
        match self {
            Account::Exotel(_) => &HeaderNames::EXOTEL,
        }
    }

    /// What a path of the backdoor changes.
    pub(super) fn backdoor(&self, path: &[&str], query: &str) -> Result<Vec<Change>, String> {
        match self {
            Account::Exotel(tenant) => {
                Ok(backdoor::exotel(tenant, path, query)?.into_iter().map(Change::Exotel).collect())
            }
        }
    }
}

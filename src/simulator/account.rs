//! The account behind the wire: one provider's tenant, and the few things that the simulator asks of it.
//!
//! Faults, limits, late effects, lagging lists and the log are the simulator's and know no provider;
//! what an endpoint is called and what its answer looks like is known here by nobody either.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::audian::state::AudianUser;
use super::audian::switches::Dialect;
use super::limit::{HeaderNames, Toll};
use super::settings::{Rate, SimProvider};
use super::store::{self, Kept, Opened};
use super::switches::Switches;
use super::tenant::{self, Tenant, User};
use super::truth::Truth;
use super::{SimReply, SimRequest, SimSettings, audian, backdoor, exotel, seeding};

/// The tenant of one provider.
#[derive(Debug, Clone)]
pub(super) enum Account {
    Exotel(Box<Tenant>),
    Audian(Box<audian::tenant::Tenant>),
}

/// A committed change of an account.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Change {
    Exotel(tenant::Change),
    Audian(audian::tenant::Change),
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
        let hex_ids = settings.switches.audian.dialect == Dialect::Kazoo;
        match settings.provider {
            SimProvider::Exotel => Account::Exotel(Box::new(Tenant::new(settings.seed))),
            SimProvider::Audian => {
                Account::Audian(Box::new(audian::tenant::Tenant::new(settings.seed, hex_ids)))
            }
        }
    }

    /// Fills a new account with made-up users.
    pub(super) fn populate(&mut self, users: usize) {
        match self {
            Account::Exotel(tenant) => tenant.populate(users),
            Account::Audian(tenant) => tenant.populate(users),
        }
    }

    /// Opens the state file and replays it.
    pub(super) fn open(&mut self, path: &Path, fresh: bool, users: usize) -> io::Result<Opened> {
        match self {
            Account::Exotel(tenant) => store::open(path, fresh, tenant.as_mut(), users),
            Account::Audian(tenant) => store::open(path, fresh, tenant.as_mut(), users),
        }
    }

    pub(super) fn apply(&mut self, change: Change) {
        match (self, change) {
            (Account::Exotel(tenant), Change::Exotel(change)) => tenant.apply(change),
            (Account::Audian(tenant), Change::Audian(change)) => tenant.apply(change),
            // An account is never asked for the changes of another.
            (Account::Exotel(_), Change::Audian(_)) | (Account::Audian(_), Change::Exotel(_)) => {}
        }
    }

    /// How many users the account has.
    pub(super) fn users(&self) -> usize {
        match self {
            Account::Exotel(tenant) => tenant.count(),
            Account::Audian(tenant) => tenant.count(),
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
            Account::Audian(tenant) => {
                let own = tenant.truth();
                truth.users = own.users.iter().map(plain_user).collect();
                truth.creates = tenant.creates().clone();
                for past in &own.deletions {
                    let key = format!("{}:{}", past.ending.word(), past.user_id);
                    *truth.deletes.entry(key).or_default() += 1;
                }
                truth.audian = Some(own);
            }
        }
    }

    /// Refuses a call without the account's credentials.
    pub(super) fn admit(&self, call: Call, settings: &SimSettings) -> Option<SimReply> {
        match self {
            Account::Exotel(_) => exotel::admit(call, settings),
            Account::Audian(tenant) => audian::admit(tenant, call, settings),
        }
    }

    /// Answers a call that was let in; `listed` is the account as lists show it.
    pub(super) fn answer(&self, listed: &Account, call: Call, settings: &SimSettings) -> Answered {
        match (self, listed) {
            (Account::Exotel(tenant), listed) => {
                let listed = if let Account::Exotel(listed) = listed { listed } else { tenant };
                let (reply, changes) = exotel::answer(tenant, listed, call, settings);
                Answered { reply, changes: changes.into_iter().map(Change::Exotel).collect() }
            }
            (Account::Audian(tenant), listed) => {
                let listed = if let Account::Audian(listed) = listed { listed } else { tenant };
                let (reply, changes) = audian::answer(tenant, listed, call, settings);
                Answered { reply, changes: changes.into_iter().map(Change::Audian).collect() }
            }
        }
    }

    /// The answer to a call that an error of the server's own met.
    pub(super) fn internal_error(&self, call: Call, settings: &SimSettings) -> SimReply {
        match self {
            Account::Exotel(_) => exotel::internal_error(call, settings),
            Account::Audian(tenant) => audian::internal_error(tenant, call, settings),
        }
    }

    /// The body of a call that met the limit.
    pub(super) fn too_many(&self, call: Call, settings: &SimSettings) -> SimReply {
        match self {
            Account::Exotel(_) => exotel::too_many(call, settings),
            Account::Audian(tenant) => audian::too_many(tenant, call, settings),
        }
    }

    /// What a call takes from the limit.
    pub(super) fn toll(&self, request: &SimRequest, rate: Rate, switches: &Switches) -> Toll {
        match self {
            Account::Exotel(_) => {
                Toll { cost: 1, bucket: switches.bucket.then(|| switches.burst.unwrap_or(rate.calls)) }
            }
            Account::Audian(_) => {
                Toll { cost: audian::cost(request), bucket: Some(switches.burst.unwrap_or(100)) }
            }
        }
    }

    pub(super) fn limit_headers(&self) -> &'static HeaderNames {
        match self {
            Account::Exotel(_) => &HeaderNames::EXOTEL,
            Account::Audian(_) => &HeaderNames::AUDIAN,
        }
    }

    /// What a path of the backdoor changes.
    pub(super) fn backdoor(&self, path: &[&str], query: &str) -> Result<Vec<Change>, String> {
        match self {
            Account::Exotel(tenant) => {
                Ok(backdoor::exotel(tenant, path, query)?.into_iter().map(Change::Exotel).collect())
            }
            Account::Audian(tenant) => {
                let changes = audian::backdoor::answer(tenant, path, query)?;
                Ok(changes.into_iter().map(Change::Audian).collect())
            }
        }
    }

    /// What happens by this moment without a call; `wall` in milliseconds since 1970.
    pub(super) fn due(&self, wall: i64) -> Vec<Change> {
        match self {
            Account::Exotel(_) => Vec::new(),
            Account::Audian(tenant) => audian::due(tenant, wall).into_iter().map(Change::Audian).collect(),
        }
    }

    /// By how many milliseconds the account's clock was moved on.
    pub(super) fn clock_moved(&self) -> i64 {
        match self {
            Account::Exotel(_) => 0,
            Account::Audian(tenant) => tenant.clock_moved(),
        }
    }
}

/// An Audian user with the fields that both providers have.
fn plain_user(user: &AudianUser) -> User {
    User {
        serial: user.serial,
        id: user.id.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        email: user.email.clone(),
        role: user.role.clone(),
        created: user.created,
        updated: user.updated,
        active_call: user.on_call.then(|| seeding::call_id(user.serial)),
        ..User::default()
    }
}

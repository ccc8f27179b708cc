//! A phone system to practise and test against: a function from request to reply.
//!
//! [`Simulator::handle`] is deterministic: the same settings and the same requests at the same
//! times bring the same replies. Time is given in, chance comes from a seed. A thin server
//! ([`spawn`], [`serve`]) puts it on a loopback socket. Nothing here uses the provider part of
//! this program: both are written from the documents, so that a mistake is not made twice.

mod backdoor;
mod chance;
mod exotel;
mod faults;
mod limit;
mod order;
mod seeding;
mod server;
mod settings;
mod stamp;
mod store;
mod switches;
mod tenant;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

use serde::Serialize;

pub use faults::{FAULTS, Fault, FaultSettings};
pub use server::{Running, serve, spawn};
pub use settings::{Rate, SimSettings};
pub use switches::{LimitShape, SWITCHES, Switch, Switches, Voip};
pub use tenant::{Device, DeviceKind, User, fingerprint};

use chance::Chance;
use faults::{Effect, Faults};
use limit::{Limiter, Verdict};
use store::Store;
use switches::LIMIT_SHAPES;
use tenant::{Change, Tenant};

/// A request as it came off the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct SimRequest {
    pub method: String,
    /// Path with query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A reply as it goes on the wire; header names are lower case.
#[derive(Debug, Clone, PartialEq)]
pub struct SimReply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What the network does to an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The reply arrives whole, so much later.
    Deliver { after: Duration },
    /// The connection is reset; nothing was done, or nothing yet.
    ResetBefore,
    /// The connection is reset, although everything was done.
    ResetAfter,
    /// Half of the body arrives, then the connection ends.
    CutBody,
    /// The body drips for [`Switches::slow_body`].
    SlowBody,
    /// Nothing arrives.
    Hang,
}

/// One simulated account.
#[derive(Debug)]
pub struct Simulator {
    settings: SimSettings,
    tenant: Tenant,
    /// The tenant as lists see it, where they lag behind.
    mirror: Option<Tenant>,
    lag: VecDeque<(Duration, Change)>,
    /// Calls that take effect later, by when.
    late: BTreeMap<(Duration, u64), SimRequest>,
    limiter: Limiter,
    faults: Faults,
    chance: Chance,
    store: Option<Store>,
    /// Milliseconds since 1970 at the start.
    wall: i64,
    now: Duration,
    served: u64,
    calls: Vec<CallSeen>,
    counts: BTreeMap<(String, u16), u64>,
    most_in_flight: usize,
}

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
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// In list order.
    pub users: Vec<User>,
    /// Committed creates for each key: `email:…`, `number:…`, or `name:…` for users without both.
    pub creates: BTreeMap<String, u64>,
    /// Calls by `METHOD STATUS`.
    pub counts: BTreeMap<String, u64>,
    /// Calls that have not taken effect yet.
    pub late: usize,
    /// Most calls open at once, as the server saw them.
    pub most_in_flight: usize,
    /// Every call, where [`SimSettings::log`] is set.
    pub calls: Vec<CallSeen>,
}

/// The wall time of a simulator in process: 1 January 2026.
const FIXED_WALL: i64 = 1_767_225_600_000;

impl Simulator {
    /// Begins an account, or goes on with the one in the state file.
    pub fn new(settings: SimSettings) -> io::Result<Simulator> {
        let (mut tenant, mut store, mut stir) = (Tenant::new(settings.seed), None, 0);
        match &settings.state {
            None => seeding::populate(&mut tenant, settings.users),
            Some(path) => {
                let opened = store::open(path, settings.fresh, &mut tenant, settings.users)?;
                (store, stir) = (Some(opened.store), opened.changes);
            }
        }
        let mirror = (!settings.switches.stale.is_zero()).then(|| tenant.clone());
        Ok(Simulator {
            tenant,
            mirror,
            lag: VecDeque::new(),
            late: BTreeMap::new(),
            limiter: Limiter::default(),
            // After a restart chance goes on elsewhere, else a run would meet the same faults for ever.
            faults: Faults::new(settings.faults.clone(), stir),
            chance: Chance::new(chance::mix(settings.seed, stir)),
            store,
            wall: settings.wall.map_or(FIXED_WALL, |wall| wall.as_millisecond()),
            now: Duration::ZERO,
            served: 0,
            calls: Vec::new(),
            counts: BTreeMap::new(),
            most_in_flight: 0,
            settings,
        })
    }

    /// Answers one request that came at `now`, counted from the start.
    pub fn handle(&mut self, request: &SimRequest, now: Duration) -> (SimReply, Fate) {
        self.now = self.now.max(now);
        self.settle(self.now);
        if request.path.starts_with("/__") {
            return (backdoor::answer(self, request), Fate::Deliver { after: Duration::ZERO });
        }
        self.served += 1;
        let request_id = self.chance.hex32();
        let (mut reply, fate, fault) = self.exchange(request, &request_id);
        reply.header("date", stamp::http_date(self.wall_at(self.now)));
        self.note(request, &reply, fault);
        (reply, fate)
    }

    /// Lets every late call take effect now, and every list catch up.
    pub fn settle_all(&mut self) {
        while let Some(((due, _), request)) = self.late.pop_first() {
            self.perform(&request, "", due.max(self.now));
        }
        for (_, change) in std::mem::take(&mut self.lag) {
            self.show(change);
        }
    }

    /// Puts a fault, or with `None` a calm call, in line for the next calls.
    pub fn inject(&mut self, fault: Option<Fault>) {
        self.faults.order(fault);
    }

    /// Sets a switch of the running account, given as `name=value`.
    pub fn set_switch(&mut self, text: &str) -> Result<(), String> {
        self.settings.set_switch(text)?;
        if self.settings.switches.stale.is_zero() {
            self.mirror = None;
            self.lag.clear();
        } else if self.mirror.is_none() {
            self.mirror = Some(self.tenant.clone());
        }
        Ok(())
    }

    /// What really happened so far.
    pub fn truth(&self) -> Truth {
        let counts = self.counts.iter();
        Truth {
            users: self.tenant.users().cloned().collect(),
            creates: self.tenant.creates().clone(),
            counts: counts.map(|((method, status), n)| (format!("{method} {status}"), *n)).collect(),
            late: self.late.len(),
            most_in_flight: self.most_in_flight,
            calls: self.calls.clone(),
        }
    }

    /// How many users the account has.
    pub fn users(&self) -> usize {
        self.tenant.count()
    }

    pub fn settings(&self) -> &SimSettings {
        &self.settings
    }

    /// Makes it `wall` now, unless the settings have a wall time, and returns what the clock shows.
    fn begin_at(&mut self, wall: jiff::Timestamp) -> Duration {
        if self.settings.wall.is_none() {
            self.wall = wall.as_millisecond() - self.now.as_millis() as i64;
        }
        self.now
    }

    fn note_in_flight(&mut self, calls: usize) {
        self.most_in_flight = self.most_in_flight.max(calls);
    }

    /// From the credentials to the fault: reply, fate, and the fault that was met.
    fn exchange(&mut self, request: &SimRequest, request_id: &str) -> (SimReply, Fate, Option<Fault>) {
        let calm = Fate::Deliver { after: self.settings.latency };
        let settings = &self.settings;
        let keys = exotel::Keys { account: &settings.account, key: &settings.key, token: &settings.token };
        if let Some(refusal) = exotel::admit(request, &keys, &settings.switches, request_id) {
            return (refusal, calm, None);
        }
        let verdict = settings.rate.map(|rate| self.limiter.take(rate, &settings.switches, self.now));
        if let Some(verdict) = verdict.filter(|verdict| !verdict.allowed) {
            let shape = settings.switches.limit_shape;
            return (self.too_many(request, request_id, shape, &verdict), calm, None);
        }
        let fault = self.faults.draw();
        let (mut reply, fate) = match fault {
            None => (self.perform(request, request_id, self.now), calm),
            Some(fault) => self.strike(fault, request, request_id),
        };
        if let Some(verdict) = verdict.filter(|_| self.settings.switches.limit_headers && reply.status != 429)
        {
            limit::add_headers(&mut reply, &verdict, self.wall_at(self.now));
        }
        (reply, fate, fault)
    }

    /// What a call brings that meets a fault.
    fn strike(&mut self, fault: Fault, request: &SimRequest, request_id: &str) -> (SimReply, Fate) {
        let own = match fault.effect() {
            Effect::Now => self.perform(request, request_id, self.now),
            Effect::Never => SimReply::empty(500),
            Effect::Late => {
                let most = self.settings.switches.late_most.as_millis().max(1_000) as u64;
                let delay = Duration::from_millis(1_000 + self.chance.below(most - 999));
                self.late.insert((self.now + delay, self.served), request.clone());
                SimReply::empty(500)
            }
        };
        let calm = Fate::Deliver { after: self.settings.latency };
        match fault {
            Fault::Delay => {
                let delay = Duration::from_millis(200 + self.chance.below(2_800));
                (own, Fate::Deliver { after: self.settings.latency + delay })
            }
            Fault::ResetBefore | Fault::LateReset => (own, Fate::ResetBefore),
            Fault::ResetAfter => (own, Fate::ResetAfter),
            Fault::CutBody => (own, Fate::CutBody),
            Fault::SlowBody => (own, Fate::SlowBody),
            Fault::HangBefore | Fault::HangAfter | Fault::LateHang => (own, Fate::Hang),
            Fault::ErrorBefore | Fault::ErrorAfter => {
                (exotel::internal_error(request, &self.settings.switches, request_id), calm)
            }
            Fault::GatewayBefore | Fault::GatewayAfter => (SimReply::html(502, "Bad Gateway"), calm),
            Fault::NotJson => (SimReply::html(200, "Please wait"), calm),
            Fault::TooMany => {
                let (_, shape) = LIMIT_SHAPES[self.chance.below(LIMIT_SHAPES.len() as u64) as usize];
                let wait = Duration::from_secs(1 + self.chance.below(2));
                let verdict = Verdict { allowed: false, limit: 50, remaining: 0, reset: wait, wait };
                (self.too_many(request, request_id, shape, &verdict), calm)
            }
        }
    }

    fn too_many(
        &self,
        request: &SimRequest,
        request_id: &str,
        shape: LimitShape,
        verdict: &Verdict,
    ) -> SimReply {
        let switches = &self.settings.switches;
        limit::too_many(shape, verdict, switches, self.wall_at(self.now), || {
            exotel::too_many(request, switches, request_id)
        })
    }

    /// Does what a call asks for, and commits its changes before the reply leaves.
    fn perform(&mut self, request: &SimRequest, request_id: &str, at: Duration) -> SimReply {
        let desk = exotel::Desk {
            tenant: &self.tenant,
            listed: self.mirror.as_ref().unwrap_or(&self.tenant),
            switches: &self.settings.switches,
            wall: self.wall_at(at),
            request_id,
        };
        let answered = exotel::answer(&desk, request);
        for change in answered.changes {
            // What cannot be kept is not done, and the caller is told of an error.
            if self.commit(change, at).is_err() {
                return exotel::internal_error(request, &self.settings.switches, request_id);
            }
        }
        answered.reply
    }

    fn commit(&mut self, change: Change, at: Duration) -> io::Result<()> {
        if let Some(store) = &mut self.store {
            store.append(&change)?;
        }
        if self.mirror.is_some() {
            self.lag.push_back((at + self.settings.switches.stale, change.clone()));
        }
        self.tenant.apply(change);
        Ok(())
    }

    /// Lets everything happen that is due.
    fn settle(&mut self, now: Duration) {
        while let Some(entry) = self.late.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((due, _), request) = entry.remove_entry();
            self.perform(&request, "", due);
        }
        while self.lag.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, change)) = self.lag.pop_front() {
                self.show(change);
            }
        }
    }

    fn show(&mut self, change: Change) {
        if let Some(mirror) = &mut self.mirror {
            mirror.apply(change);
        }
    }

    fn note(&mut self, request: &SimRequest, reply: &SimReply, fault: Option<Fault>) {
        *self.counts.entry((request.method.clone(), reply.status)).or_default() += 1;
        if self.settings.log {
            self.calls.push(CallSeen {
                now: self.now.as_secs_f64(),
                method: request.method.clone(),
                path: request.path.clone(),
                status: reply.status,
                fault: fault.map(|fault| fault.name().to_owned()),
                retry_after: reply.get("retry-after").map(str::to_owned),
            });
        }
    }

    fn wall_at(&self, now: Duration) -> i64 {
        self.wall + now.as_millis() as i64
    }
}

impl SimRequest {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl SimReply {
    /// A header by its lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    fn json(status: u16, body: &impl Serialize) -> SimReply {
        // Plain structs with text keys: there is nothing in them that JSON cannot hold.
        let body = serde_json::to_vec(body).unwrap_or_default();
        SimReply { status, headers: vec![("content-type".into(), "application/json".into())], body }
    }

    fn html(status: u16, title: &str) -> SimReply {
        let body = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        SimReply {
            status,
            headers: vec![("content-type".into(), "text/html".into())],
            body: body.into_bytes(),
        }
    }

    fn empty(status: u16) -> SimReply {
        SimReply { status, headers: Vec::new(), body: Vec::new() }
    }

    fn header(&mut self, name: &str, value: impl ToString) {
        self.headers.push((name.to_owned(), value.to_string()));
    }
}

//! A phone system to practise and test against: a function from request to reply.
//!
//! [`Simulator::handle`] is deterministic: the same settings and the same requests at the same
//! times bring the same replies. Time is given in, chance comes from a seed. A thin server
//! ([`spawn`], [`serve`]) puts it on a loopback socket. Nothing here uses the provider part of
//! this program: both are written from the documents, so that a mistake is not made twice.

mod account;
mod audian;
mod backdoor;
mod chance;
mod exotel;
mod faults;
mod limit;
mod message;
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
mod truth;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;

pub use audian::state::{AudianDevice, AudianTruth, AudianUser, Deletion, Ending};
pub use audian::switches::{AUDIAN_SWITCHES, AudianSwitches, SHARED};
pub use faults::{FAULTS, Fault, FaultSettings};
pub use message::{Fate, SimReply, SimRequest};
pub use server::{Running, serve, spawn};
pub use settings::{Rate, SimProvider, SimSettings};
pub use switches::{LimitShape, SWITCHES, Switch, Switches, Voip, switches_of};
pub use tenant::{Device, DeviceKind, User, fingerprint};
pub use truth::{CallSeen, Truth};

use account::{Account, Call, Change};
use chance::Chance;
use faults::{Effect, Faults};
use limit::{Limiter, Verdict};
use store::Store;
use switches::LIMIT_SHAPES;

/// One simulated account.
#[derive(Debug)]
pub struct Simulator {
    settings: SimSettings,
    account: Account,
    /// The account as lists show it, where they lag behind.
    mirror: Option<Account>,
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

/// The wall time of a simulator in process: 1 January 2026.
const FIXED_WALL: i64 = 1_767_225_600_000;

impl Simulator {
    /// Begins an account, or goes on with the one in the state file.
    pub fn new(settings: SimSettings) -> io::Result<Simulator> {
        let (mut account, mut store, mut stir) = (Account::empty(&settings), None, 0);
        match &settings.state {
            None => account.populate(settings.users),
            Some(path) => {
                let opened = account.open(path, settings.fresh, settings.users)?;
                (store, stir) = (Some(opened.store), opened.changes);
            }
        }
        let mirror = (!settings.switches.stale.is_zero()).then(|| account.clone());
        Ok(Simulator {
            account,
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
        self.expire();
        if request.path.starts_with("/__") {
            return (backdoor::answer(self, request), Fate::Deliver { after: Duration::ZERO });
        }
        self.served += 1;
        let request_id = self.chance.hex32();
        let wall = self.wall_at(self.now);
        let call = Call { request, id: &request_id, wall, remaining: None };
        let (mut reply, fate, fault) = self.exchange(call);
        reply.header("date", stamp::http_date(wall));
        self.note(request, &reply, fault);
        (reply, fate)
    }

    /// Lets every late call take effect now, and every list catch up.
    pub fn settle_all(&mut self) {
        while let Some(((due, _), request)) = self.late.pop_first() {
            self.perform_late(&request, due.max(self.now));
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
            self.mirror = Some(self.account.clone());
        }
        Ok(())
    }

    /// What really happened so far.
    pub fn truth(&self) -> Truth {
        let counts = self.counts.iter();
        let mut truth = Truth {
            counts: counts.map(|((method, status), n)| (format!("{method} {status}"), *n)).collect(),
            late: self.late.len(),
            most_in_flight: self.most_in_flight,
            calls: self.calls.clone(),
            ..Truth::default()
        };
        self.account.tell(&mut truth);
        truth
    }

    /// How many users the account has.
    pub fn users(&self) -> usize {
        self.account.users()
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
    fn exchange(&mut self, mut call: Call) -> (SimReply, Fate, Option<Fault>) {
        let calm = Fate::Deliver { after: self.settings.latency };
        let settings = &self.settings;
        if let Some(refusal) = self.account.admit(call, settings) {
            return (refusal, calm, None);
        }
        let toll = |rate| self.account.toll(call.request, rate, &settings.switches);
        let verdict = settings.rate.map(|rate| self.limiter.take(rate, toll(rate), self.now));
        call.remaining = verdict.map(|verdict| verdict.remaining);
        if let Some(verdict) = verdict.filter(|verdict| !verdict.allowed) {
            return (self.too_many(call, settings.switches.limit_shape, &verdict), calm, None);
        }
        let fault = self.faults.draw();
        let (mut reply, fate) = match fault {
            None => (self.perform(call, self.now), calm),
            Some(fault) => self.strike(fault, call),
        };
        let headers = self.settings.switches.limit_headers && reply.status != 429;
        if let Some(verdict) = verdict.filter(|_| headers) {
            limit::add_headers(&mut reply, self.account.limit_headers(), &verdict, call.wall);
        }
        (reply, fate, fault)
    }

    /// What a call brings that meets a fault.
    fn strike(&mut self, fault: Fault, call: Call) -> (SimReply, Fate) {
        let own = match fault.effect() {
            Effect::Now => self.perform(call, self.now),
            Effect::Never => SimReply::empty(500),
            Effect::Late => {
                let most = self.settings.switches.late_most.as_millis().max(1_000) as u64;
                let delay = Duration::from_millis(1_000 + self.chance.below(most - 999));
                self.late.insert((self.now + delay, self.served), call.request.clone());
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
                (self.account.internal_error(call, &self.settings), calm)
            }
            Fault::GatewayBefore | Fault::GatewayAfter => (SimReply::html(502, "Bad Gateway"), calm),
            Fault::NotJson => (SimReply::html(200, "Please wait"), calm),
            Fault::TooMany => {
                let (_, shape) = LIMIT_SHAPES[self.chance.below(LIMIT_SHAPES.len() as u64) as usize];
                let wait = Duration::from_secs(1 + self.chance.below(2));
                let verdict = Verdict { allowed: false, limit: 50, remaining: 0, reset: wait, wait };
                (self.too_many(call, shape, &verdict), calm)
            }
        }
    }

    fn too_many(&self, call: Call, shape: LimitShape, verdict: &Verdict) -> SimReply {
        let retry_after = self.settings.switches.retry_after;
        limit::too_many(shape, self.account.limit_headers(), verdict, retry_after, call.wall, || {
            self.account.too_many(call, &self.settings)
        })
    }

    /// Does what a call asks for, and commits its changes before the reply leaves.
    fn perform(&mut self, call: Call, at: Duration) -> SimReply {
        let listed = self.mirror.as_ref().unwrap_or(&self.account);
        let answered = self.account.answer(listed, call, &self.settings);
        for change in answered.changes {
            // What cannot be kept is not done, and the caller is told of an error.
            if self.commit(change, at).is_err() {
                return self.account.internal_error(call, &self.settings);
            }
        }
        answered.reply
    }

    /// Does what a call asks for whose caller is gone.
    fn perform_late(&mut self, request: &SimRequest, due: Duration) {
        let wall = self.wall_at(due);
        self.perform(Call { request, id: "", wall, remaining: None }, due);
    }

    fn commit(&mut self, change: Change, at: Duration) -> io::Result<()> {
        if let Some(store) = &mut self.store {
            store.append(&change)?;
        }
        if self.mirror.is_some() {
            self.lag.push_back((at + self.settings.switches.stale, change.clone()));
        }
        self.account.apply(change);
        Ok(())
    }

    /// Lets everything happen that is due.
    fn settle(&mut self, now: Duration) {
        while let Some(entry) = self.late.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((due, _), request) = entry.remove_entry();
            self.perform_late(&request, due);
        }
        while self.lag.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, change)) = self.lag.pop_front() {
                self.show(change);
            }
        }
    }

    /// Lets the account do what it does by itself in time; what cannot be kept waits for the next call.
    fn expire(&mut self) {
        for change in self.account.due(self.wall_at(self.now)) {
            if self.commit(change, self.now).is_err() {
                return;
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
        self.wall + now.as_millis() as i64 + self.account.clock_moved()
    }
}

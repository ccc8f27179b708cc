//! The world around a run: a network over the simulator's function, a clock that is paused, and what befell.
//!
//! It outlives the processes of a seed as a provider and a disk outlive a crash. It judges while it serves:
//! no write leaves without its durable intent (P4), none before `Retry-After`, none too many at once (P13).

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use callroster::journal::State;
use callroster::outcome::RowOutcome;
use callroster::pace::Learned;
use callroster::simulator::{SimReply, SimRequest, Simulator};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::disk::Platter;
use crate::strikes::{DISK_CRASHES, NET_CRASHES, Site, Strikes};
use crate::wall::WallClock;

/// More calls than this in one seed are a run without an end.
const MOST_CALLS: u32 = 20_000;

pub struct World {
    pub seed: u64,
    pub simulator: RefCell<Simulator>,
    pub platter: RefCell<Platter>,
    pub began: Instant,
    pub wall: WallClock,
    /// What the last process learned of limits, where processes remember it.
    pub learned: Cell<Option<Learned>>,
    /// Every call so far and when it left, in one number.
    pub course: Cell<u64>,
    /// A process may be interrupted by this.
    pub interrupted: Notify,
    /// Writing calls that left, by row and step, since the journal began.
    pub sent: RefCell<BTreeMap<(u32, String), u32>>,
    /// What struck, in order.
    pub struck: RefCell<BTreeMap<Site, &'static str>>,
    /// What struck in which state of a step.
    pub met: RefCell<BTreeMap<(&'static str, &'static str), u64>>,
    /// Users whom somebody else made.
    pub others: RefCell<BTreeSet<String>>,
    /// Rows in which somebody else meddled.
    pub touched: RefCell<BTreeSet<u32>>,
    /// Rows one of whose writing calls was struck, or in doubt when a process ended.
    pub muddled: RefCell<BTreeSet<u32>>,
    /// What the process tells of its rows, when it comes so far.
    pub told: RefCell<Option<Vec<RowOutcome>>>,
    /// All bytes that were put on disk, torn and wiped ones too, and all that was told: nothing secret may be in it.
    pub shown: RefCell<Vec<u8>>,
    /// Ids that our committed deletes named.
    pub deleted: RefCell<BTreeSet<String>>,
    pub crashes: Cell<u32>,
    pub calls: Cell<u32>,
    /// No call may leave before.
    pub closed_until: Cell<Duration>,
    pub in_flight: Cell<u32>,
    /// The process died; nothing of it goes on.
    pub dead: Cell<bool>,
    late: Late,
    tracing: bool,
    strikes: Strikes,
    died: Notify,
    disk_writes: Cell<u32>,
    accused: RefCell<Vec<String>>,
}

impl World {
    pub fn new(seed: u64, simulator: Simulator, strikes: Strikes, wall: WallClock) -> World {
        World {
            seed,
            simulator: RefCell::new(simulator),
            platter: RefCell::default(),
            began: Instant::now(),
            wall,
            learned: Cell::default(),
            course: Cell::default(),
            interrupted: Notify::new(),
            sent: RefCell::default(),
            struck: RefCell::default(),
            met: RefCell::default(),
            others: RefCell::default(),
            touched: RefCell::default(),
            muddled: RefCell::default(),
            told: RefCell::default(),
            shown: RefCell::default(),
            deleted: RefCell::default(),
            crashes: Cell::new(0),
            calls: Cell::new(0),
            closed_until: Cell::default(),
            in_flight: Cell::default(),
            dead: Cell::new(false),
            late: Late::default(),
            tracing: std::env::var_os("RIG_TRACE").is_some(),
            strikes,
            died: Notify::new(),
            disk_writes: Cell::new(0),
            accused: RefCell::default(),
        }
    }

    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Takes a call into the course of the seed.
    pub fn follow(&self, request: &SimRequest) {
        let mut hasher = DefaultHasher::new();
        (self.course.get(), self.now(), &request.method, &request.path, &request.body).hash(&mut hasher);
        self.course.set(hasher.finish());
    }

    /// Says what happens, where `RIG_TRACE` is set.
    pub fn trace(&self, what: impl Fn() -> String) {
        if self.tracing {
            println!("{:>9.3} {}", self.now().as_secs_f64(), what());
        }
    }

    /// Keeps what was told to somebody, for the search for secrets.
    pub fn show(&self, what: &str) {
        let mut shown = self.shown.borrow_mut();
        shown.extend_from_slice(what.as_bytes());
        shown.push(b'\n');
    }

    /// Writes down a broken promise.
    pub fn accuse(&self, what: impl Into<String>) {
        self.accused.borrow_mut().push(what.into());
    }

    pub fn accusations(&self) -> Vec<String> {
        self.accused.borrow().clone()
    }

    /// The process dies here: whoever awaits this never goes on.
    pub async fn crash(&self) {
        if !self.dead.replace(true) {
            self.crashes.set(self.crashes.get() + 1);
            self.died.notify_one();
        }
        std::future::pending::<()>().await;
    }

    /// Goes on only while the process lives.
    pub async fn alive(&self) {
        if self.dead.get() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when the process has died.
    pub async fn death(&self) {
        self.died.notified().await;
    }

    /// The next call, and what strikes it in which state of its step.
    pub async fn net_site(&self, state: &'static str) -> (u32, Option<&'static str>) {
        let number = self.calls.get();
        self.calls.set(number + 1);
        if number > MOST_CALLS {
            self.accuse("liveness: more calls than any run needs");
            self.crash().await;
        }
        (number, self.strike(Site::Net(number), state))
    }

    /// The next disk write, and what strikes it.
    pub fn disk_site(&self, bytes: &[u8]) -> (u32, Option<&'static str>) {
        let number = self.disk_writes.get();
        self.disk_writes.set(number + 1);
        let words =
            [("\"ended\"", "disk: ending"), ("\"intent\"", "disk: intent"), ("\"done\"", "disk: done")];
        let has = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        let state = words.iter().find(|(word, _)| has(word)).map_or("disk: begin", |(_, state)| state);
        (number, self.strike(Site::Disk(number), state))
    }

    fn strike(&self, site: Site, state: &'static str) -> Option<&'static str> {
        let strike = self.strikes.at(site, self.crashes.get())?;
        self.struck.borrow_mut().insert(site, strike);
        *self.met.borrow_mut().entry((strike, state)).or_default() += 1;
        Some(strike)
    }

    /// What a new process would read.
    pub fn on_disk(&self) -> State {
        match self.platter.borrow_mut().reopen() {
            Ok(replay) => replay.state,
            Err(refusal) => {
                self.accuse(refusal);
                State::default()
            }
        }
    }

    /// How many calls and disk writes there were.
    pub fn sites(&self) -> (u32, u32) {
        (self.calls.get(), self.disk_writes.get())
    }

    /// Faults without the crashes.
    pub fn faults(&self) -> u64 {
        let crash = |name: &&str| NET_CRASHES.contains(name) || DISK_CRASHES.contains(name);
        self.struck.borrow().values().filter(|name| !crash(name)).count() as u64
    }
}

/// Calls that take effect later than their client believes.
#[derive(Default)]
pub struct Late(RefCell<BTreeMap<(Duration, u64), SimRequest>>);

impl World {
    /// Asks the simulator at `now`, after everything that is due.
    pub fn ask(&self, request: &SimRequest, now: Duration) -> SimReply {
        self.let_due_happen(now);
        self.perform(request, now)
    }

    /// Lets a call take effect at `due`.
    pub fn let_happen_at(&self, due: Duration, request: SimRequest) {
        let mut late = self.late.0.borrow_mut();
        let place = late.len() as u64 + u64::from(self.calls.get());
        late.insert((due, place), request);
    }

    /// Lets every late call that is due by `now` take effect.
    pub fn let_due_happen(&self, now: Duration) {
        loop {
            let first = self
                .late
                .0
                .borrow_mut()
                .first_entry()
                .filter(|entry| entry.key().0 <= now)
                .map(|entry| entry.remove_entry());
            let Some(((due, _), request)) = first else { return };
            self.perform(&request, due);
        }
    }

    fn perform(&self, request: &SimRequest, now: Duration) -> SimReply {
        let (reply, _) = self.simulator.borrow_mut().handle(request, now);
        if request.method == "DELETE" && (200..300).contains(&reply.status) {
            let id = request.path.rsplit('/').next().unwrap_or_default();
            self.deleted.borrow_mut().insert(id.to_string());
        }
        reply
    }
}

//! The calm side of a seed: the account, who is in it, the sheet, and how each row must end.

mod offboard;
mod onboard;
mod update;

use std::time::Duration;

use callroster::outcome::Status;
use callroster::row::{Kind, Request};
use callroster::simulator::{Rate, SimSettings, Simulator, User};

use crate::account::{Person, join, verify};
use crate::chance::Chance;

/// One row of the sheet.
#[derive(Debug, Clone)]
pub struct Row {
    pub request: Request,
    pub expect: Expect,
    /// The user whom the row names, where it names one.
    pub user_id: String,
}

impl Row {
    /// Whether nothing but a journal can know the row's user again.
    pub fn is_nameless(&self) -> bool {
        matches!(&self.request, Request::Onboard(wish) if !wish.user.has_natural_key())
    }
}

/// How a row ends when the world is calm in the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expect {
    Reached(Status),
    /// The provider or the roster refuses it.
    Refused,
    /// Refused because another account has the address, which nobody can look up.
    Elsewhere,
    /// No e-mail and no number: made, or unknown for ever.
    Nameless,
    /// The row contradicts itself or another row.
    Invalid,
}

/// Everything that a seed decides before anything happens.
#[derive(Debug)]
pub struct Scenario {
    pub seed: u64,
    pub kind: Kind,
    pub rows: Vec<Row>,
    pub settings: SimSettings,
    pub settle: Duration,
    pub concurrency: Option<u32>,
    pub retries: u32,
    /// By how many years the local wall clock is wrong.
    pub wrong_years: i64,
    /// The account before the run.
    pub before: Vec<User>,
}

/// Numbers that begin so belong to another account.
const ELSEWHERE: &str = "+9177777";

/// How long the account rests before the run, so that lists have caught up.
pub const REST: Duration = Duration::from_secs(120);

impl Scenario {
    /// The scenario of a seed, and the account that it begins with.
    pub fn of(seed: u64) -> (Scenario, Simulator) {
        let mut chance = Chance::new(seed, 4, 0);
        let kind = chance.pick(&[Kind::Onboard, Kind::Onboard, Kind::Update, Kind::Offboard]);
        let rows = 3 + chance.below(10);
        Scenario::with(seed, kind, rows as usize, chance)
    }

    /// A small sheet, for strikes at every site.
    pub fn small(kind: Kind, rows: usize, variant: u64) -> (Scenario, Simulator) {
        Scenario::with(variant, kind, rows, Chance::new(variant, 8, 0))
    }

    fn with(seed: u64, kind: Kind, rows: usize, mut chance: Chance) -> (Scenario, Simulator) {
        let (settings, settle) = account(seed, &mut chance);
        let mut simulator = Simulator::new(settings.clone()).expect("it keeps no file");
        populate(&mut simulator, kind, rows, &mut chance);
        let before = simulator.truth().users;
        let rows = match kind {
            Kind::Onboard => onboard::rows(rows, &before, &mut chance),
            Kind::Update => update::rows(rows, &before, &mut chance),
            Kind::Offboard => offboard::rows(rows, &before, &mut chance),
            Kind::Restore => unreachable!("Exotel brings nobody back"),
        };
        // A limit that nobody waits for is no run that ends.
        let retries = if settings.rate.is_some() { 5 } else { chance.pick(&[5, 5, 2, 0]) };
        let scenario = Scenario {
            seed,
            kind,
            rows,
            settings,
            settle,
            concurrency: chance.pick(&[None, None, Some(1), Some(2), Some(4)]),
            retries,
            wrong_years: chance.pick(&[0, 0, -10, 10]),
            before,
        };
        (scenario, simulator)
    }
}

/// How the account behaves. Late effects and lagging lists together stay below 35 s, the documented limit.
fn account(seed: u64, chance: &mut Chance) -> (SimSettings, Duration) {
    let mut settings = SimSettings { seed, ..SimSettings::default() };
    let keys = !chance.one_in(3);
    let (late, stale) = match keys {
        true => chance.pick(&[(30, 0), (30, 0), (30, 3), (12, 20)]),
        false => chance.pick(&[(30, 0), (30, 3), (10, 20)]),
    };
    let mut set = |text: String| settings.set_switch(&text).expect("a switch that there is");
    set(format!("keys={}", if keys { "on" } else { "off" }));
    set(format!("late_most={late}"));
    set(format!("stale={stale}"));
    set(format!("elsewhere_number={ELSEWHERE}"));
    for choice in [
        &["codes=seed", "codes=new"][..],
        &["failure=failure", "failure=failed"],
        &["error_data=null", "error_data=absent"],
        &["list_end=null", "list_end=empty"],
        &["total=on", "total=on", "total=off"],
        &["missing=404", "missing=404", "missing=400"],
        &["same_number=ok", "same_number=409"],
        &["sip_in_answer=on", "sip_in_answer=off"],
        &["sip_verified=off", "sip_verified=on"],
        &["limiter=window", "limiter=bucket"],
        &["limit_headers=on", "limit_headers=off"],
        &[
            "limit_shape=json",
            "limit_shape=rest",
            "limit_shape=retry_after",
            "limit_shape=date",
            "limit_shape=html",
            "limit_shape=reset",
            "limit_shape=empty",
        ],
    ] {
        set(chance.pick(choice).to_string());
    }
    settings.rate = Rate::parse(chance.pick(&["off", "off", "off", "2/s", "50/min"])).expect("rates");
    settings.latency = Duration::from_millis(chance.pick(&[0, 20, 200, 900]));
    (settings, Duration::from_secs(if keys { 2 } else { 35 }))
}

/// Who is there before the run: as many as the sheet has rows, and a few more.
fn populate(simulator: &mut Simulator, kind: Kind, rows: usize, chance: &mut Chance) {
    // The limit is for the run; whoever was there before came in time.
    let people = if kind == Kind::Onboard { 3 } else { rows + 2 };
    for number in 0..people {
        let person = Person {
            first_name: format!("Zoe{number}"),
            last_name: "Rao".into(),
            email: (number % 4 != 3).then(|| format!("zoe{number}@example.com")),
            number: Some(format!("+9198450{number:05}")),
            role: Some("user".into()),
        };
        let now = Duration::from_secs(number as u64);
        join(simulator, now, &person).expect("nobody is there yet");
    }
    for user in simulator.truth().users {
        if chance.one_in(2) {
            verify(simulator, &user, user.devices[0].id);
        }
    }
}

/// The position of a row as a spreadsheet counts it.
pub fn source_row(row: u32) -> u64 {
    u64::from(row) + 2
}

/// A password that is found again wherever it leaks.
pub fn password(row: usize) -> String {
    format!("Sekret-{row}-Aa1")
}

/// What every password of the rig begins with.
pub const PASSWORD_BEGINS: &str = "Sekret-";

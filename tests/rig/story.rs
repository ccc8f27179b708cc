//! The story of one seed: processes that begin, die and go on, until the run is finished and the world has settled.
//!
//! A process does what the import command does, in the same order, over memory: look up if that is not done,
//! carry out, tell. It knows nothing of faults.

use std::rc::Rc;
use std::time::Duration;

use callroster::history::{Earlier, Key};
use callroster::journal::{Event, FORMAT, Header, Input, Journal};
use callroster::outcome::Status;
use callroster::outcome::{Cause, RowOutcome, Stop, Tally, exit_code};
use callroster::pace::{Learned, Pace};
use callroster::preflight::{Preflight, PreflightFailed, Sought, ValidRows};
use callroster::provider::exotel::Exotel;
use callroster::roster::NewUser;
use callroster::runner::{self, CallSeen, Caller, Engine, StopSign, Watch};
use callroster::secret::Secret;
use tokio::time::{sleep, timeout};

use crate::chance::Chance;
use crate::disk::ModelDisk;
use crate::network::ModelNetwork;
use crate::scenario::{REST, Row, Scenario, source_row};
use crate::strikes::{Menu, Strikes};
use crate::wall::WallClock;
use crate::world::World;

/// No process of a run of a dozen rows may take longer.
const LONGEST_PROCESS: Duration = Duration::from_secs(48 * 3600);
/// A run that does not end in so many processes never ends.
const MOST_PROCESSES: u32 = 400;

/// What a seed left behind, for the checker.
pub struct Ending {
    pub world: Rc<World>,
    pub scenario: Rc<Scenario>,
    /// What each process that ended by itself told of the rows, the last one last.
    pub told: Vec<Vec<RowOutcome>>,
    /// Virtual time.
    pub took: Duration,
}

/// How one process ended.
#[derive(Debug)]
enum Process {
    Died,
    Ended,
}

/// Plays a seed with what is drawn from it.
pub fn play(seed: u64) -> Ending {
    let (scenario, simulator) = Scenario::of(seed);
    play_with(scenario, simulator, Strikes::Drawn(Menu::of(seed)))
}

/// Plays a seed while the wall clock jumps; with limits of an earlier run, its processes remember them from one to the next.
pub fn play_jumping(seed: u64, learned: Option<Learned>) -> Ending {
    let (scenario, simulator) = Scenario::of(seed);
    play_under(WallClock::jumping(seed), learned, scenario, simulator, Strikes::Drawn(Menu::of(seed)))
}

/// Plays a scenario with given strikes.
pub fn play_with(
    scenario: Scenario,
    simulator: callroster::simulator::Simulator,
    strikes: Strikes,
) -> Ending {
    let wall = WallClock::wrong_by(scenario.wrong_years);
    play_under(wall, None, scenario, simulator, strikes)
}

fn play_under(
    wall: WallClock,
    learned: Option<Learned>,
    scenario: Scenario,
    simulator: callroster::simulator::Simulator,
    strikes: Strikes,
) -> Ending {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime needs nothing of the system").block_on(async {
        let world = Rc::new(World::new(scenario.seed, simulator, strikes, wall));
        world.learned.set(learned);
        let scenario = Rc::new(scenario);
        sleep(REST).await;
        let told = processes(&world, &scenario).await;
        let took = world.now();
        // Effects that were still on their way come about now.
        world.let_due_happen(Duration::MAX);
        world.simulator.borrow_mut().settle_all();
        Ending { world, scenario, told, took }
    })
}

/// Starts processes until one of them finished the run.
async fn processes(world: &Rc<World>, scenario: &Rc<Scenario>) -> Vec<Vec<RowOutcome>> {
    let (mut told, mut calm_ends, mut ended_rows) = (Vec::new(), 0, 0);
    for number in 0..MOST_PROCESSES {
        let mut chance = Chance::new(world.seed, 7, u64::from(number));
        let struck = world.struck.borrow().len();
        world.dead.set(false);
        world.closed_until.set(Duration::ZERO);
        let ended = tokio::select! {
            biased;
            () = world.death() => Process::Died,
            ended = timeout(LONGEST_PROCESS, process(world, scenario)) => ended.unwrap_or_else(|_| {
                world.accuse("liveness: a process did not end");
                Process::Ended
            }),
        };
        world.trace(|| format!("process {number} ended: {ended:?}"));
        told.extend(world.told.take());
        let state = world.on_disk();
        let doubtful = state.open.iter().filter(|(_, open)| open.in_doubt).map(|(row, _)| *row);
        world.muddled.borrow_mut().extend(doubtful);
        let finished = state.exit_code.is_some_and(|code| matches!(code, 0 | 4 | 8)) && !state.stopped;
        if finished && !state.unfinished() {
            return told;
        }
        // Where nothing struck and no row ended, another process brings no more than this one.
        let idle = world.struck.borrow().len() == struck && state.ended_rows() == ended_rows;
        calm_ends = if idle && matches!(ended, Process::Ended) { calm_ends + 1 } else { 0 };
        ended_rows = state.ended_rows();
        if calm_ends == 2 {
            return told;
        }
        sleep(Duration::from_millis(chance.pick(&[0, 500, 5_000, 61_000]))).await;
    }
    world.accuse("liveness: the run goes on and on");
    told
}

/// One process, from its start to its last word.
async fn process(world: &Rc<World>, scenario: &Rc<Scenario>) -> Process {
    let Some(journal) = begin(world, scenario).await else { return Process::Ended };
    let stop = StopSign::default();
    let interrupt = async {
        loop {
            world.interrupted.notified().await;
            stop.raise(Stop::new(Cause::Interrupted, "interrupted", "interrupted"));
        }
    };
    tokio::select! {
        biased;
        ended = carry_out(world, scenario, &journal, &stop) => ended,
        () = interrupt => unreachable!("it waits for ever"),
    }
}

/// Opens the journal: goes on with an unfinished run, or begins one.
async fn begin(world: &Rc<World>, scenario: &Scenario) -> Option<Journal> {
    let replay = match world.platter.borrow_mut().reopen() {
        Ok(replay) => replay,
        Err(refusal) => {
            world.accuse(refusal);
            return None;
        }
    };
    let (replay, first) = if replay.state.unfinished() {
        (replay, Event::Resumed { at: stamp(world) })
    } else {
        world.platter.borrow_mut().wipe();
        if world.sent.borrow().values().sum::<u32>() > 0 && !replay.state.wrote {
            world.accuse("P4: a call had left, and the journal knows of none");
        }
        world.sent.borrow_mut().clear();
        (Default::default(), Event::Run(Box::new(header(world, scenario))))
    };
    let journal = Journal::new(Box::new(ModelDisk(Rc::clone(world))), replay);
    journal.durable(&first).await.ok().map(|()| journal)
}

/// The time as the journal keeps it.
fn stamp(world: &World) -> String {
    world.wall.look(world.now()).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn header(world: &World, scenario: &Scenario) -> Header {
    let input = Input { rows: scenario.rows.len() as u64, ..Input::default() };
    let (command, started) = (scenario.kind.word().into(), stamp(world));
    Header { format: FORMAT, command, started, input, ..Header::default() }
}

/// Look, carry out, tell.
async fn carry_out(
    world: &Rc<World>,
    scenario: &Rc<Scenario>,
    journal: &Journal,
    stop: &StopSign,
) -> Process {
    let network = ModelNetwork { world: Rc::clone(world), scenario: Rc::clone(scenario) };
    let exotel = Exotel::new("sim", &Secret::new("sim-key"), &Secret::new("sim-token"));
    let watcher = Watcher { world, scenario };
    let key = Key::fixed([7; 32]);
    let content_of = |user: &NewUser| key.wished("sim", user);
    let pace = (pace(world, scenario), scenario.retries);
    let caller = Caller::new(&exotel, &network, stop, &watcher, pace, world.seed);
    let mut rows = SheetRows { scenario, next: 0 };
    let again = journal.state().ready;
    // A look before a run goes on would hide faults of what follows, so most seeds go on without it.
    if !again || world.seed % 4 == 3 {
        let mut preflight = Preflight {
            caller: &caller,
            journal,
            stop,
            kind: scenario.kind,
            earlier: &|_| Earlier::default(),
            content_of: &content_of,
            nameless: scenario.rows.iter().any(Row::is_nameless),
            again: false,
            progress: &|_| {},
            meant: Default::default(),
        };
        let looked = match again {
            true => preflight.look_again(&mut rows).await,
            false => preflight.look(&mut rows).await,
        };
        match looked {
            Ok(()) => {}
            Err(PreflightFailed::Stopped) => return tell(world, scenario, journal, stop).await,
            Err(PreflightFailed::Rows(never)) => match never {},
        }
    }
    let engine = Engine {
        caller,
        journal,
        stop,
        watch: &watcher,
        settle: scenario.settle,
        content_of: &content_of,
        max_errors: None,
        failed_before: 0,
        untold: Default::default(),
        found: Default::default(),
        sip_devices: Default::default(),
    };
    for stage in [Stage::Find, Stage::Execute] {
        rows.next = 0;
        let next = async || next_planned(journal, &mut rows).await;
        let went = match stage {
            Stage::Find => engine.find_doubtful(next).await,
            Stage::Execute => engine.execute(next).await,
        };
        // Why it would wait now, as the screen would tell it.
        world.show(&format!("{:?}", engine.caller.why()));
        if let Err(failed) = &went {
            world.show(&format!("{failed:?}"));
            return Process::Ended;
        }
    }
    remember(world, &engine.caller);
    tell(world, scenario, journal, stop).await
}

/// Keeps what was learned of limits for the next process, where processes remember.
fn remember(world: &World, caller: &Caller<'_>) {
    if world.learned.get().is_some() {
        world.learned.set(Some(caller.learned(world.wall.look(world.now()).as_second())));
    }
}

/// Where processes remember limits, each begins with those of the one before.
fn pace(world: &World, scenario: &Scenario) -> Pace {
    let pace = Pace::new(scenario.concurrency, None);
    match world.learned.get() {
        None => pace,
        Some(learned) => pace.with_learned(&learned, world.wall.look(world.now()).as_second()),
    }
}

/// The parts of a run that read the rows.
enum Stage {
    Find,
    Execute,
}

async fn next_planned(
    journal: &Journal,
    rows: &mut SheetRows<'_>,
) -> Result<Option<runner::Planned>, callroster::journal::JournalFailed> {
    while let Ok(Some(sought)) = rows.next() {
        if let Some(planned) = runner::planned(journal, sought).await? {
            return Ok(Some(planned));
        }
    }
    Ok(None)
}

/// Tells how every row ended, and ends the run if its disk lets it.
async fn tell(world: &World, scenario: &Scenario, journal: &Journal, stop: &StopSign) -> Process {
    let synced = journal.sync().await;
    let (mut told, mut tally, mut later) = (Vec::new(), Tally::default(), false);
    let stop = stop.stop();
    if let Some(stop) = &stop {
        world.show(&format!("{stop:?}"));
    }
    for (row, meant) in scenario.rows.iter().enumerate() {
        match runner::outcome_of(journal, row as u32, &meant.request, stop.as_ref()).await {
            Ok((outcome, _)) => {
                tally.add(outcome.status);
                later |= outcome.may_pass_later();
                world.show(&serde_json::to_string(&outcome).expect("an outcome is JSON"));
                told.push(outcome);
            }
            Err(failed) => {
                world.show(&failed.to_string());
                world.accuse(format!("P2: row {row} has no outcome: {failed}"));
                return Process::Ended;
            }
        }
    }
    let (cause, stopped) = (stop.as_ref().map(|stop| stop.cause), stop.is_some());
    let code = if synced.is_err() { 1 } else { exit_code(&tally, cause, later) };
    world.told.replace(Some(told));
    let _ =
        journal.durable(&Event::End { at: stamp(world), exit_code: code, stopped, outcomes: tally }).await;
    Process::Ended
}

/// The sheet in memory.
struct SheetRows<'a> {
    scenario: &'a Scenario,
    next: usize,
}

impl ValidRows for SheetRows<'_> {
    type Error = std::convert::Infallible;

    fn rewind(&mut self) -> Result<(), Self::Error> {
        self.next = 0;
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Sought>, Self::Error> {
        let row = self.next as u32;
        let Some(meant) = self.scenario.rows.get(self.next) else { return Ok(None) };
        self.next += 1;
        Ok(Some(Sought { row, source_row: source_row(row), request: meant.request.clone() }))
    }
}

/// Holds what is shown against what is on disk.
struct Watcher<'a> {
    world: &'a World,
    scenario: &'a Scenario,
}

impl Watch for Watcher<'_> {
    fn call(&self, seen: &CallSeen<'_>) {
        self.world.show(seen.what);
        self.world.show(seen.code);
    }

    fn ended(&self, source: u64, status: Status) {
        let row = (0..self.scenario.rows.len() as u32).find(|row| source_row(*row) == source);
        let durable = row.is_some_and(|row| self.world.platter.borrow().state.ended_at(row).is_some());
        if !durable && status != Status::Unknown {
            self.world
                .accuse(format!("P4: row {source} was shown as {} before that was on disk", status.word()));
        }
    }
}

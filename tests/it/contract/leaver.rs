//! One leaver through the engine, whose delete is lost and then refused because of devices.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::time::Duration;

use callroster::journal::{Disk, Event, Journal};
use callroster::outcome::{RowOutcome, Status};
use callroster::pace::Pace;
use callroster::plan::{Plan, Step};
use callroster::provider::Parting;
use callroster::roster::User;
use callroster::runner::{Caller, Engine, Planned, StopSign, Unwatched};
use callroster::simulator::Fault;
use futures::future::LocalBoxFuture;
use tokio::time::{Instant, sleep};

use super::archive::{leaver_and_heir, own};
use super::bench::*;

/// A disk that fails nobody.
#[derive(Default)]
struct Memory(RefCell<Vec<u8>>);

impl Disk for Memory {
    fn append(&self, bytes: Vec<u8>) -> LocalBoxFuture<'_, io::Result<()>> {
        self.0.borrow_mut().extend(bytes);
        Box::pin(async { Ok(()) })
    }

    fn line(&self, offset: u64) -> io::Result<Vec<u8>> {
        let bytes = self.0.borrow();
        Ok(bytes[offset as usize..].split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec())
    }
}

/// Runs the one row as far as a process with a single try comes; `None` where it has no ending yet.
async fn run(bench: &Bench, journal: &Journal, user_id: &str) -> Option<RowOutcome> {
    let user = User { id: user_id.into(), ..User::default() };
    let steps = vec![Step::EnsureGone(Parting::default())];
    let plan = Plan { goal: Status::Deleted, user: Some(Box::new(user)), steps };
    let mut rows = vec![Planned { row: 0, source_row: 2, plan, ahead: false }];
    let (stop, pace) = (StopSign::default(), (Pace::new(None, None), 0));
    let engine = Engine {
        caller: Caller::new(&*bench.provider, &bench.transport, &stop, &Unwatched, pace, 1),
        journal,
        stop: &stop,
        watch: &Unwatched,
        settle: Duration::ZERO,
        content_of: &|_| String::new(),
        max_errors: None,
        failed_before: 0,
        untold: Default::default(),
        found: Default::default(),
        sip_devices: Default::default(),
    };
    engine.execute(async || Ok::<_, Infallible>(rows.pop())).await.expect("it cannot fail");
    let ended_at = journal.state().ended_at(0)?;
    match journal.event_at(ended_at).await.expect("it is there") {
        Event::Ended { outcome, .. } => Some(outcome),
        other => panic!("no ending but {other:?}"),
    }
}

/// A bench with a leaver who is kept for two devices, and the journal of a process that lost the answer to the delete.
async fn doubtful(bench: &Bench) -> (Journal, String) {
    let (leaver, _) = leaver_and_heir(bench);
    bench.switch("conflict=devices");
    let journal = Journal::new(Box::new(Memory::default()), Default::default());
    bench.inject(Fault::ResetBefore);
    assert_eq!(run(bench, &journal, &leaver).await, None, "{}", bench.name);
    assert!(journal.state().open[&0].in_doubt);
    (journal, leaver)
}

#[tokio::test(start_paused = true)]
async fn devices_go_first_once_a_lost_delete_cannot_take_effect_any_more() {
    for bench in benches_with_archive(30) {
        let (journal, leaver) = doubtful(&bench).await;
        let began = Instant::now();
        let outcome = run(&bench, &journal, &leaver).await.expect("an ending");
        let steps: Vec<&str> = outcome.steps_done.iter().map(|step| step.word()).collect();
        assert_eq!((outcome.status, &*steps.join(" ")), (Status::Deleted, "device delete"), "{}", bench.name);
        assert!(began.elapsed() >= Duration::from_secs(35), "the lost delete may still be on its way");
        assert!(own(&bench).users.iter().all(|user| user.id != leaver));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_delete_that_takes_effect_after_all_is_the_end() {
    for bench in benches_with_archive(30) {
        let (journal, leaver) = doubtful(&bench).await;
        let late = async {
            sleep(Duration::from_secs(20)).await;
            bench.switch("conflict=off");
            bench.call(delete(&leaver)).await.expect("it is deleted");
        };
        let (outcome, ()) = tokio::join!(run(&bench, &journal, &leaver), late);
        let outcome = outcome.expect("an ending");
        let steps: Vec<&str> = outcome.steps_done.iter().map(|step| step.word()).collect();
        assert_eq!((outcome.status, &*steps.join(" ")), (Status::Deleted, "delete"), "{}", bench.name);
    }
}

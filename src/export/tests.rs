//! Whole exports in process, under a paused clock.

mod drift;
mod fake;

use std::cell::RefCell;
use std::io;

use super::*;
use crate::outcome::{Cause, Stop};
use crate::pace::Pace;
use crate::provider::{Call, Listing};
use crate::runner::{StopSign, Unwatched};
use crate::table::FormulaGuard;
use fake::{Fake, broken, ids, shown, user, users};

/// One export, and all that it needs.
struct Run {
    fake: Fake,
    concurrency: u32,
    retries: u32,
    stop: StopSign,
    folder: tempfile::TempDir,
    progress: RefCell<Vec<(u64, Option<u64>)>>,
}

impl Run {
    fn of(fake: Fake) -> Run {
        let (stop, folder) = (StopSign::default(), tempfile::tempdir().unwrap());
        Run { fake, concurrency: 8, retries: 2, stop, folder, progress: RefCell::default() }
    }

    /// Exports in a time of its own; gives the ending and the rows.
    fn export(&self, wish: &ExportWish) -> (Result<Exported, ExportFailed>, Vec<String>) {
        let mut out = Vec::new();
        let exported = self.export_to(wish, &mut CsvRoster::new(&mut out, FormulaGuard::On));
        let text = String::from_utf8(out).unwrap();
        (exported, text.lines().skip(1).map(String::from).collect())
    }

    fn export_to(&self, wish: &ExportWish, writer: &mut dyn RosterWriter) -> Result<Exported, ExportFailed> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let pace = (Pace::new(Some(self.concurrency), None), self.retries);
            let caller = Caller::new(&self.fake, &self.fake, &self.stop, &Unwatched, pace, 1);
            let progress = |done, total| self.progress.borrow_mut().push((done, total));
            let exported = export(&caller, wish, self.folder.path(), &progress, writer).await;
            if !self.stop.is_raised() {
                self.check_that_no_call_is_lost(&caller).await;
            }
            exported
        })
    }

    /// As many calls as ever can be in flight: an abandoned one would still hold its place.
    async fn check_that_no_call_is_lost(&self, caller: &Caller<'_>) {
        let call = Call::List(Listing { offset: u64::MAX / 4, limit: 1, ..Listing::default() });
        let calls = (0..self.concurrency).map(|_| caller.exchange(&call, None));
        let all = tokio::time::timeout(std::time::Duration::from_secs(600), futures::future::join_all(calls));
        assert!(all.await.is_ok(), "a call in flight was dropped");
    }

    fn calls(&self) -> u64 {
        self.fake.sent() - u64::from(self.concurrency)
    }
}

/// All users with these columns.
fn columns(names: &str) -> ExportWish {
    ExportWish::all(Shape::new(Layout::User, Some(names)).unwrap())
}

fn ended(result: &Result<Exported, ExportFailed>) -> (u64, Consistency, u32) {
    let exported = result.as_ref().unwrap_or_else(|failed| panic!("{failed}"));
    (exported.users, exported.consistency, exported.sweeps)
}

#[test]
fn a_quiet_roster_is_read_once_and_written_in_order() {
    for (count, calls) in [(0, 1), (1, 1), (50, 1), (51, 2), (229, 5)] {
        for concurrency in [1, 8] {
            let mut run = Run::of(Fake::new(users(count), 50));
            run.concurrency = concurrency;
            let (exported, rows) = run.export(&columns("user_id"));
            assert_eq!(ended(&exported), (count, Consistency::Complete, 1));
            assert_eq!(rows, ids(&users(count)));
            assert_eq!(run.calls(), calls, "{count} users");
            assert_eq!(run.progress.borrow().last(), Some(&(count, Some(count))));
        }
    }
}

#[test]
fn pages_come_out_of_order_and_are_written_in_order() {
    let mut fake = Fake::new(users(229), 10);
    let waits = RefCell::new((1..50).cycle().map(|number| (number * 37) % 50));
    fake.latency = Box::new(move || waits.borrow_mut().next().unwrap());
    assert_eq!(Run::of(fake).export(&columns("user_id")).1, ids(&users(229)));
}

#[test]
fn a_layout_by_device_counts_users_and_rows() {
    let mut people = users(3);
    let device = people[1].devices()[0].clone();
    people[1].devices = Some(vec![device.clone(), device]);
    people[2].devices = None;
    let wish = ExportWish::all(Shape::new(Layout::Device, Some("user_id,device_id")).unwrap());
    let (exported, rows) = Run::of(Fake::new(people, 50)).export(&wish);
    assert_eq!(rows, ["u0,d0", "u1,d1", "u1,d1", "u2,"]);
    assert_eq!(
        exported.unwrap(),
        Exported { users: 3, rows: 4, ..Exported::new(Consistency::Complete, 1, Vec::new()) }
    );
}

#[test]
fn who_goes_in_the_first_sweep_is_not_in_the_file() {
    let mut fake = Fake::new(users(229), 50);
    // Without u0 the first user of the second page moves to the first one, which was read already;
    // with a newcomer at the end the sweep still ends with the right count.
    fake.drift = Box::new(|users, shown| match shown {
        1 => drop(users.remove(0)),
        2 => users.push(user(900)),
        _ => {}
    });
    let run = Run::of(fake);
    let (exported, rows) = run.export(&columns("user_id"));
    assert_eq!(ended(&exported), (229, Consistency::Complete, 2));
    assert_eq!(rows, ids(&run.fake.users.borrow()));
}

#[test]
fn a_roster_that_never_rests_ends_in_a_union_that_says_so() {
    let mut fake = Fake::new(users(120), 50);
    fake.drift = Box::new(|users, shown| {
        users.remove(0);
        users.insert(60, user(1000 + shown));
        users.remove(3);
    });
    let run = Run::of(fake);
    let (exported, rows) = run.export(&columns("user_id"));
    let served = run.fake.served.borrow().len() as u64;
    assert_eq!(ended(&exported), (served, Consistency::Changed, 5));
    assert_eq!(rows.iter().collect::<std::collections::BTreeSet<_>>().len() as u64, served);
}

#[test]
fn without_totals_two_sweeps_must_agree() {
    for (count, calls) in [(0, 2), (120, 8), (150, 8)] {
        let fake = Fake::new(users(count), 50);
        fake.totals.set(false);
        let run = Run::of(fake);
        let (exported, rows) = run.export(&columns("user_id"));
        assert_eq!(ended(&exported), (count, Consistency::Complete, 2));
        assert_eq!((rows, run.calls()), (ids(&users(count)), calls));
    }
}

#[test]
fn without_totals_somebody_read_twice_is_no_rest() {
    let mut fake = Fake::new(users(100), 10);
    fake.totals.set(false);
    // In every sweep of eleven pages u50 moves to the front behind the reader, and back again after the end.
    fake.drift = Box::new(|users, shown| {
        if shown % 11 <= 1 {
            users.swap(0, 50);
        }
    });
    let (exported, rows) = Run::of(fake).export(&columns("user_id"));
    assert_eq!(ended(&exported), (99, Consistency::Changed, 5));
    assert!(!rows.contains(&"u50".into()));
}

#[test]
fn without_totals_a_sweep_that_saw_a_movement_proves_nothing() {
    let mut fake = Fake::new(users(40), 10);
    fake.totals.set(false);
    // The first sweep misses u15, which moves ahead, and reads u0 twice. The second one misses u15 once more,
    // which slips onto the page before when u1 goes: both saw the same 39, one of them dead now.
    fake.drift = Box::new(|users, shown| match shown {
        1 => users.swap(0, 15),
        5 => users[..11].rotate_left(1),
        6 => drop(users.remove(0)),
        _ => {}
    });
    let run = Run::of(fake);
    let (exported, rows) = run.export(&columns("user_id"));
    assert_eq!(ended(&exported), (39, Consistency::Complete, 4));
    assert_eq!(rows, ids(&run.fake.users.borrow()));
}

#[test]
fn a_total_of_nobody_beside_somebody_is_no_total() {
    let mut fake = Fake::new(users(120), 50);
    fake.twist = Box::new(|asked, users, _| {
        Some(shown(Some(0), users.iter().skip(asked.offset).take(asked.limit).cloned().collect()))
    });
    // The empty page at the end does tell a total, so the sweeps differ from a list without any.
    let (exported, rows) = Run::of(fake).export(&columns("user_id"));
    assert_eq!((exported.unwrap().users, rows.len()), (120, 120));
}

#[test]
fn whoever_cannot_be_read_is_named_and_everybody_else_is_there() {
    for (totals, odd) in [(true, &[57][..]), (false, &[57]), (true, &[0, 119]), (true, &[100, 101, 102])] {
        let mut people = users(120);
        odd.iter().for_each(|place| people[*place].id.clear());
        let fake = Fake::new(people, 50);
        fake.totals.set(totals);
        let (exported, rows) = Run::of(fake).export(&columns("user_id"));
        let left = 120 - odd.len() as u64;
        assert_eq!(ended(&exported), (left, Consistency::Partial, 2), "{odd:?}");
        let places: Vec<u64> = exported.unwrap().unreadable.iter().map(|odd| odd.place).collect();
        assert_eq!(places, odd.iter().map(|place| *place as u64).collect::<Vec<_>>());
        let expected = ids(&users(120)).into_iter().enumerate().filter(|(place, _)| !odd.contains(place));
        assert_eq!(rows, expected.map(|(_, id)| id).collect::<Vec<_>>());
    }
}

#[test]
fn a_roster_of_which_nobody_can_be_read_takes_the_place_of_no_file() {
    let mut people = users(3);
    people.iter_mut().for_each(|user| user.id.clear());
    let mut out = Vec::new();
    let run = Run::of(Fake::new(people, 50));
    let failed = run.export_to(&columns("user_id"), &mut CsvRoster::new(&mut out, FormulaGuard::On));
    assert!(matches!(failed, Err(ExportFailed::Unreadable(odd)) if odd.place == 0));
    assert!(out.is_empty());
}

#[test]
fn whoever_was_unreadable_for_a_moment_is_there_in_the_end() {
    let mut fake = Fake::new(users(120), 50);
    fake.twist = Box::new(|asked, users, sent| {
        let mut page: Vec<_> = users.iter().skip(asked.offset).take(asked.limit).cloned().collect();
        if sent == 1 {
            page[7].id.clear();
        }
        Some(shown(Some(users.len() as u64), page))
    });
    let (exported, rows) = Run::of(fake).export(&columns("user_id"));
    assert_eq!(ended(&exported), (120, Consistency::Complete, 2));
    assert_eq!(rows, ids(&users(120)));
}

#[test]
fn smaller_pages_than_asked_for_lose_nobody() {
    for totals in [true, false] {
        let mut fake = Fake::new(users(95), 50);
        fake.twist = Box::new(move |asked, users, _| {
            let page = users.iter().skip(asked.offset).take(20).cloned().collect();
            Some(shown(totals.then_some(users.len() as u64), page))
        });
        let (exported, rows) = Run::of(fake).export(&columns("user_id"));
        assert_eq!(ended(&exported), (95, Consistency::Complete, if totals { 1 } else { 2 }));
        assert_eq!(rows, ids(&users(95)));
    }
}

#[test]
fn a_list_that_goes_round_in_circles_ends() {
    for total in [None, Some(1_000_000_000_000)] {
        let mut fake = Fake::new(users(50), 50);
        fake.twist = Box::new(move |asked, users, _| {
            Some(shown(total, if asked.offset > 100_000 { Vec::new() } else { users.to_vec() }))
        });
        let (exported, rows) = Run::of(fake).export(&columns("user_id"));
        assert_eq!(ended(&exported), (50, Consistency::Changed, 5));
        assert_eq!(rows.len(), 50);
    }
}

#[test]
fn a_page_that_fails_is_asked_for_again() {
    for status in [429, 500] {
        let mut fake = Fake::new(users(229), 50);
        fake.twist = Box::new(move |_, _, sent| (sent == 1 || sent == 3).then(|| broken(status)));
        let run = Run::of(fake);
        let (exported, rows) = run.export(&columns("user_id"));
        assert_eq!(ended(&exported), (229, Consistency::Complete, 1));
        assert_eq!((rows.len(), run.calls()), (229, 7));
    }
}

#[test]
fn a_page_that_fails_for_good_ends_the_export_before_anything_is_written() {
    let mut fake = Fake::new(users(2_000), 50);
    fake.twist = Box::new(|asked, _, _| (asked.offset == 100).then(|| broken(400)));
    let run = Run::of(fake);
    let mut out = Vec::new();
    let failed =
        run.export_to(&columns("user_id"), &mut CsvRoster::new(&mut out, FormulaGuard::On)).unwrap_err();
    let told =
        "the roster could not be read: no (http_400); nothing was written; check the filters and the account";
    assert_eq!(failed.to_string(), told);
    assert!(out.is_empty());
    assert!(run.calls() < 20, "no further pages are asked for");
}

#[test]
fn a_stop_ends_the_export() {
    let run = Run::of(Fake::new(users(229), 50));
    run.stop.raise(Stop::new(Cause::Unreachable, "x", "y"));
    assert!(matches!(run.export(&columns("user_id")).0, Err(ExportFailed::Stopped)));
    assert_eq!(run.fake.sent(), 0);
}

#[test]
fn filters_go_to_the_provider_and_roles_are_sorted_out_here() {
    let emails = |numbers: std::ops::Range<u64>| numbers.map(|number| format!("p{number}@x.com")).collect();
    let wish = ExportWish { emails: emails(10..130), ..columns("user_id") };
    let run = Run::of(Fake::new(users(229), 50));
    let (exported, rows) = run.export(&wish);
    assert_eq!(ended(&exported), (120, Consistency::Complete, 1));
    assert_eq!((rows, run.calls()), (ids(&users(229)[10..130]), 3));

    let wish = ExportWish { roles: vec!["Admin".into()], ..columns("user_id") };
    let (exported, rows) = Run::of(Fake::new(users(229), 50)).export(&wish);
    assert_eq!(ended(&exported), (23, Consistency::Complete, 1));
    assert!(rows.contains(&"u220".into()));
}

#[test]
fn a_user_whom_two_filters_bring_is_written_once() {
    let mut fake = Fake::new(users(3), 1);
    fake.twist = Box::new(|asked, users, _| {
        let matches = if asked.values == ["p2@x.com"] { &users[2..] } else { &users[1..2] };
        Some(shown(Some(1), matches.to_vec()))
    });
    let emails = ["p1@x.com", "p2@x.com", "alias@x.com"].map(String::from).to_vec();
    let (exported, rows) = Run::of(fake).export(&ExportWish { emails, ..columns("user_id") });
    assert_eq!(ended(&exported), (2, Consistency::Complete, 1));
    assert_eq!(rows, ["u1", "u2"]);
}

/// A writer whose disk is full.
struct Full;

impl io::Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_disk_that_fails_is_told() {
    let run = Run::of(Fake::new(users(9), 50));
    let failed = run.export_to(&columns("user_id"), &mut JsonLinesRoster::new(Full)).unwrap_err();
    assert!(matches!(failed, ExportFailed::Target(_)), "{failed}");

    let run = Run::of(Fake::new(users(9), 50));
    std::fs::remove_dir(run.folder.path()).unwrap();
    let failed = run.export(&columns("user_id")).0.unwrap_err();
    assert!(matches!(failed, ExportFailed::Spool { .. }), "{failed}");
    assert_eq!(run.calls(), 0);
}

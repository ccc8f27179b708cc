//! The gate by single steps; whole runs are in `model.rs`.

use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn fine() -> Ended {
    Ended::Answered(Limits::default())
}

fn told(seconds: u64) -> Ended {
    Ended::Limited(Limits { retry_after: Some(Duration::from_secs(seconds)), ..Limits::default() })
}

fn blind() -> Ended {
    Ended::Limited(Limits::default())
}

/// A gate that has heard a first answer, at time 0.
fn heard(most: Option<u32>, cap: Option<Cap>) -> Pace {
    let mut pace = Pace::new(most, cap);
    let scout = pace.start(seconds(0.0), Does::Write);
    pace.end(seconds(0.0), scout, fine(), 0.0);
    pace
}

fn nearly(gate: Gate, expected: f64) -> bool {
    matches!(gate, Gate::At(then) if (then.as_secs_f64() - expected).abs() < 1e-6)
}

#[test]
fn no_more_calls_are_in_flight_than_allowed() {
    let mut pace = heard(Some(2), None);
    let first = pace.start(seconds(0.0), Does::Write);
    pace.start(seconds(0.0), Does::Read);
    assert_eq!(pace.gate(seconds(0.0), Does::Write), Gate::Full);
    pace.end(seconds(1.0), first, fine(), 0.0);
    assert_eq!(pace.gate(seconds(1.0), Does::Write), Gate::Open);
}

#[test]
fn a_rate_is_spaced_evenly_over_reads_and_writes() {
    let mut pace = Pace::new(None, Some(Cap { calls: 60, per: seconds(60.0) }));
    let ticket = pace.start(seconds(5.0), Does::Write);
    pace.end(seconds(5.0), ticket, fine(), 0.0);
    let gate = pace.gate(seconds(5.0), Does::Read);
    assert!(nearly(gate, 4.7 + 1.01) || nearly(gate, 6.01), "{gate:?}");
    assert_eq!(pace.gate(seconds(7.0), Does::Read), Gate::Open);
}

#[test]
fn a_told_wait_holds_all_calls_and_a_burst_is_punished_once() {
    let mut pace = heard(Some(8), None);
    let tickets: Vec<Ticket> = (0..8).map(|_| pace.start(seconds(0.0), Does::Write)).collect();
    assert_eq!(pace.end(seconds(1.0), tickets[0], told(12), 0.0), Change::Paused(seconds(12.0)));
    for ticket in &tickets[1..] {
        assert_eq!(pace.end(seconds(1.0), *ticket, told(12), 1.0), Change::AlreadyPaused);
    }
    for does in [Does::Read, Does::Write] {
        assert!(nearly(pace.gate(seconds(12.0), does), 13.12), "the longest of the burst counts");
        assert_eq!(pace.gate(seconds(13.13), does), Gate::Open);
    }
    pace.start(seconds(13.2), Does::Write);
    assert_eq!(pace.gate(seconds(13.2), Does::Write), Gate::Full, "after a pause one call goes first");
}

#[test]
fn a_blind_pause_doubles_and_outlasts_a_window_of_a_minute_before_tries_are_used_up() {
    let mut pace = heard(Some(4), None);
    let mut now = 0.0;
    let mut pauses = Vec::new();
    for _ in 0..13 {
        while let Gate::At(then) = pace.gate(seconds(now), Does::Write) {
            now = then.as_secs_f64();
        }
        let ticket = pace.start(seconds(now), Does::Write);
        if let Change::Paused(pause) = pace.end(seconds(now), ticket, blind(), 0.0) {
            pauses.push((pause.as_secs_f64() * 10.0).round() / 10.0);
        }
    }
    assert_eq!(pauses, [1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]);
    assert!(now > 60.0 && pace.in_vain(Does::Write) == 6, "{now}");
    let ticket = pace.start(seconds(now), Does::Write);
    pace.end(seconds(now), ticket, Ended::Answered(Limits::default()), 0.0);
    assert_eq!(pace.in_vain(Does::Write), 0);
}

#[test]
fn an_absurd_wait_is_told_and_not_slept() {
    let mut pace = Pace::new(None, None);
    let ticket = pace.start(seconds(0.0), Does::Write);
    assert_eq!(pace.end(seconds(0.0), ticket, told(90_000), 0.0), Change::TooLong(seconds(90_000.0)));
    assert_eq!(pace.gate(seconds(0.0), Does::Write), Gate::Open, "its place is free again");
}

#[test]
fn a_forgotten_call_gives_its_place_back() {
    let mut pace = heard(Some(1), None);
    let ticket = pace.start(seconds(0.0), Does::Write);
    assert_eq!(pace.gate(seconds(0.0), Does::Write), Gate::Full);
    pace.forget(ticket);
    assert_eq!(pace.gate(seconds(0.0), Does::Write), Gate::Open);
}

#[test]
fn it_says_why_it_waits_and_how_long_the_rest_takes() {
    let mut pace = heard(Some(8), None);
    assert_eq!((pace.why(seconds(1.0), Does::Write), pace.estimate(100, Does::Write)), (None, None));
    let limits =
        Limits { limit: Some(50), remaining: Some(0), reset: Some(seconds(40.0)), ..Limits::default() };
    let ticket = pace.start(seconds(1.0), Does::Write);
    pace.end(seconds(1.0), ticket, Ended::Answered(limits), 0.0);
    let waiting = pace.why(seconds(11.0), Does::Write).expect("nothing is left");
    assert_eq!(waiting.left.as_secs(), 30);
    assert_eq!(waiting.limit, Some(Limit { calls: 50.0, per: seconds(40.0) }));
    assert_eq!(pace.estimate(101, Does::Write), Some(seconds(80.0)));
    let capped = Pace::new(None, Some(Cap { calls: 10, per: seconds(1.0) }));
    assert_eq!(capped.estimate(100, Does::Read), Some(seconds(10.0)));
}

#[test]
fn what_was_not_used_is_remembered_as_it_was() {
    let limit = LearnedLimit { kind: Kind::Window, calls: 50.0, rate: 50.0 / 60.0, when: 1000 };
    let learned = Learned { reads: Some(limit), ..Learned::default() };
    let pace = Pace::new(None, None).with_learned(&learned, 2000);
    assert_eq!(pace.learned(2000), learned);
}

#[test]
fn failures_of_the_server_lower_concurrency_and_protocol_errors_do_not() {
    let after = |ended: fn() -> Ended| {
        let mut pace = heard(Some(8), None);
        for call in 0..20 {
            let now = seconds(1.0 + f64::from(call));
            let ticket = pace.start(now, Does::Write);
            pace.end(now, ticket, ended(), 0.0);
        }
        pace.window()
    };
    assert_eq!(after(fine), 8, "a 400 or 404 is an answer like any other");
    assert_eq!(after(|| Ended::Silent), 1);
    assert_eq!(after(|| Ended::Failed(Limits::default())), 1);
}

#[test]
fn reads_and_writes_learn_apart() {
    let mut pace = heard(Some(8), None);
    for call in 0..5 {
        let ticket = pace.start(seconds(f64::from(call)), Does::Write);
        pace.end(seconds(f64::from(call)), ticket, told(30), 0.0);
    }
    assert!(matches!(pace.gate(seconds(10.0), Does::Read), Gate::At(_)), "the wait is meant for all");
    (0..8).for_each(|_| {
        assert_eq!(pace.gate(seconds(40.0), Does::Read), Gate::Open);
        pace.start(seconds(40.0), Does::Read);
    });
    assert_eq!(pace.learned(0).reads, None);
}

#[test]
fn a_wait_that_comes_with_a_failure_of_the_server_is_kept_and_nothing_is_learned_of_it() {
    let mut pace = heard(Some(4), None);
    let wait = |seconds| Limits { retry_after: Some(Duration::from_secs(seconds)), ..Limits::default() };
    let ticket = pace.start(seconds(1.0), Does::Write);
    assert_eq!(pace.end(seconds(1.0), ticket, Ended::Failed(wait(40)), 0.0), Change::Paused(seconds(40.0)));
    for does in [Does::Read, Does::Write] {
        assert!(nearly(pace.gate(seconds(2.0), does), 41.0));
        assert_eq!(pace.gate(seconds(41.1), does), Gate::Open);
        assert_eq!((pace.limit(does), pace.in_vain(does)), (None, 0));
    }
    let ticket = pace.start(seconds(42.0), Does::Write);
    assert_eq!(
        pace.end(seconds(42.0), ticket, Ended::Failed(wait(7200)), 0.0),
        Change::TooLong(seconds(7200.0))
    );
}

#[test]
fn a_first_call_that_was_long_on_its_way_does_not_bring_the_next_ones_too_near() {
    let cap = Cap { calls: 5, per: Duration::from_secs(1) };
    let mut pace = Pace::new(Some(8), Some(cap));
    let ticket = pace.start(seconds(0.0), Does::Write);
    pace.end(seconds(0.15), ticket, Ended::Answered(Limits::default()), 0.0);
    let (mut now, mut starts) = (0.15, Vec::new());
    while starts.len() < 5 {
        match pace.gate(seconds(now), Does::Write) {
            Gate::At(then) => now = then.as_secs_f64(),
            Gate::Open => {
                pace.start(seconds(now), Does::Write);
                starts.push(now);
            }
            Gate::Full => panic!("eight may be in flight"),
        }
    }
    assert!(starts[4] - 0.15 > 1.0, "{starts:?}");
}

/// An answer that tells of a window: calls that are left of ten, and seconds until it ends.
fn window(remaining: u64, reset: u64) -> Limits {
    let reset = Some(Duration::from_secs(reset));
    Limits { limit: Some(10), remaining: Some(remaining), reset, ..Limits::default() }
}

#[test]
fn what_a_read_was_told_holds_for_the_first_writes_too() {
    let mut pace = Pace::new(Some(8), None);
    let look = pace.start(seconds(0.0), Does::Read);
    pace.end(seconds(0.1), look, Ended::Answered(window(0, 4)), 0.0);
    assert!(nearly(pace.gate(seconds(0.2), Does::Write), 4.1));
    assert_eq!(pace.gate(seconds(4.2), Does::Write), Gate::Open);
}

#[test]
fn a_bucket_that_tells_its_level_and_headers_that_tell_of_a_window_both_hold() {
    let mut pace = Pace::new(Some(8), None);
    let look = pace.start(seconds(0.0), Does::Write);
    let both = Limits { tokens: Some(100), ..window(0, 4) };
    pace.end(seconds(0.1), look, Ended::Answered(both), 0.0);
    assert!(nearly(pace.gate(seconds(0.2), Does::Write), 4.1));
}

#[test]
fn refusals_in_spite_of_a_level_are_asked_about_ever_later() {
    let mut pace = Pace::new(Some(8), None);
    let look = pace.start(seconds(0.0), Does::Read);
    pace.end(seconds(0.1), look, Ended::Answered(Limits { tokens: Some(100), ..Limits::default() }), 0.0);
    let (mut now, mut asked) = (1.0, Vec::new());
    while asked.len() < 6 {
        match pace.gate(seconds(now), Does::Write) {
            Gate::At(then) => now = then.as_secs_f64(),
            Gate::Full => panic!("nothing is in flight"),
            Gate::Open => {
                let ticket = pace.start(seconds(now), Does::Write);
                pace.end(seconds(now), ticket, blind(), 0.0);
                asked.push(now);
            }
        }
    }
    let waits: Vec<f64> = asked.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(waits[1..].windows(2).all(|two| two[1] > 1.5 * two[0]), "{waits:?}");
}

/// The gate after eight calls of which one was refused so.
fn refused_so(limits: Limits) -> Pace {
    let mut pace = Pace::new(Some(8), None);
    let scout = pace.start(seconds(0.0), Does::Write);
    let long = Limits { limit: Some(1000), remaining: Some(990), ..window(0, 600) };
    pace.end(seconds(0.01), scout, Ended::Answered(long), 0.0);
    let ticket = pace.start(seconds(0.02), Does::Write);
    pace.end(seconds(0.03), ticket, Ended::Limited(Limits { limit: Some(1000), ..limits }), 0.0);
    pace
}

#[test]
fn a_refusal_by_another_limit_than_the_headers_tell_of_does_not_wait_for_theirs() {
    // Much is left of theirs, or nothing is told of it and the wait that is named ends long before theirs does.
    let left = Limits { remaining: Some(989), ..window(0, 600) };
    let soon = Limits { retry_after: Some(Duration::from_secs(1)), ..Limits::default() };
    for limits in [left, soon] {
        assert_eq!(refused_so(limits).gate(seconds(1.1), Does::Write), Gate::Open, "{limits:?}");
    }
    let spent = Limits { retry_after: Some(Duration::from_secs(1)), ..window(0, 600) };
    for (limits, ends) in [(window(0, 600), 600.03), (spent, 600.01)] {
        assert!(nearly(refused_so(limits).gate(seconds(1.1), Does::Write), ends), "{limits:?}");
    }
}

#[test]
fn headers_that_promise_more_than_is_given_are_not_believed_for_long() {
    let mut pace = Pace::new(Some(8), None);
    let promised = Limits { limit: Some(1000), remaining: Some(999), ..window(0, 1) };
    let mut now = 0.0;
    for _ in 0..4 {
        assert!(pace.limit(Does::Write).is_none_or(|limit| limit.calls == 1000.0));
        for ended in [Ended::Answered(promised), Ended::Limited(Limits { limit: Some(1000), ..window(0, 1) })]
        {
            while let Gate::At(then) = pace.gate(seconds(now), Does::Write) {
                now = then.as_secs_f64();
            }
            let ticket = pace.start(seconds(now), Does::Write);
            now += 0.01;
            pace.end(seconds(now), ticket, ended, 0.0);
        }
    }
    assert!(pace.limit(Does::Write).is_none_or(|limit| limit.calls < 100.0), "{:?}", pace.limit(Does::Write));
}

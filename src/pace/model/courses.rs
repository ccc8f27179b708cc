//! What lasts, changes or is asked for: limits that move, later runs, no limit, a cap, headroom.

use super::limiter::{Settings, Shape, Wait};
use super::run::{Client, run};
use super::scenario::{BUCKET, Scenario, WINDOW, check, client, fresh, limit, middle, scenario, varied};
use crate::pace::{Cap, Pace};

/// Runs and returns the part that is refused from `after` on.
fn refused_after(scenario: &Scenario, after: f64) -> f64 {
    let parts = (0..scenario.seeds).map(|seed| {
        let (client, settings) = varied(scenario, seed);
        let went = run(&mut fresh(scenario, seed), client, settings, seed);
        let late = |times: &[f64]| times.iter().filter(|time| **time > after).count() as f64;
        late(&went.refusals) / late(&went.starts).max(1.0)
    });
    let refused = middle(parts.collect());
    println!("{:<52} after {after} s: {:.2} % refused", scenario.name, 100.0 * refused);
    refused
}

#[test]
fn a_limit_that_changes_is_found_again() {
    let bucket = |by| Settings { change: Some((8.0, by)), ..limit(BUCKET, Wait::Nothing) };
    let told = |by| Settings { change: Some((400.0, by)), headers: true, ..limit(WINDOW, Wait::Honest) };
    let waits = |by| Settings { change: Some((400.0, by)), ..limit(WINDOW, Wait::Honest) };
    let rival = |settings: Settings, from| Settings { change: None, rival: Some((from, 0.5)), ..settings };
    let all = [
        (13.0, scenario("bucket halves", 16, client(3000, 0.001), bucket(0.5), (1.05, 0.02))),
        (13.0, scenario("bucket doubles", 16, client(4000, 0.001), bucket(2.0), (1.12, 0.02))),
        (
            13.0,
            scenario(
                "bucket, a rival takes half",
                16,
                client(3000, 0.001),
                rival(bucket(1.0), 8.0),
                (1.05, 0.02),
            ),
        ),
        (520.0, scenario("headers, window halves", 16, client(1000, 0.2), told(0.5), (1.05, 0.001))),
        (
            520.0,
            scenario(
                "headers, a rival takes half",
                16,
                client(1000, 0.2),
                rival(told(1.0), 400.0),
                (1.05, 0.001),
            ),
        ),
        (520.0, scenario("headers, window doubles", 16, client(1000, 0.2), told(2.0), (1.05, 0.001))),
        (520.0, scenario("Retry-After, window halves", 16, client(1000, 0.2), waits(0.5), (1.06, 0.03))),
        (520.0, scenario("Retry-After, window doubles", 16, client(1500, 0.2), waits(2.0), (1.15, 0.03))),
        (
            520.0,
            scenario(
                "Retry-After, a rival takes half",
                16,
                client(1000, 0.2),
                rival(waits(1.0), 400.0),
                (1.06, 0.03),
            ),
        ),
    ];
    let bound = |(after, scenario): &(f64, Scenario)| refused_after(scenario, *after) <= 0.03;
    assert!(all.iter().all(bound));
    check(&all.map(|(_, scenario)| scenario), fresh);
}

#[test]
fn a_second_run_begins_where_the_first_ended() {
    let told = Settings { headers: true, ..limit(WINDOW, Wait::Honest) };
    let all = [
        scenario(
            "second run, bucket 200/s",
            16,
            client(3000, 0.001),
            limit(BUCKET, Wait::Nothing),
            (1.03, 0.002),
        ),
        scenario(
            "second run, bucket, 64, 20 ms",
            64,
            client(3000, 0.02),
            limit(BUCKET, Wait::Nothing),
            (1.05, 0.002),
        ),
        scenario(
            "second run, bucket, Retry-After 1",
            16,
            client(3000, 0.001),
            limit(BUCKET, Wait::Fixed(1.0)),
            (1.15, 0.002),
        ),
        scenario("second run, window, headers", 16, client(1000, 0.2), told, (1.05, 0.0)),
        scenario(
            "second run, window, Retry-After",
            16,
            client(1000, 0.2),
            limit(WINDOW, Wait::Honest),
            (1.06, 0.002),
        ),
        scenario(
            "second run, 10 at once, 64 in flight",
            64,
            client(2000, 0.01),
            limit(Shape::AtOnce { calls: 10, seconds: 0.1 }, Wait::Nothing),
            (1.2, 0.002),
        ),
    ];
    let second = |scenario: &Scenario, seed: u64| {
        let mut first = fresh(scenario, seed);
        let (client, settings) = varied(scenario, seed + 1000);
        run(&mut first, client, settings, seed + 1000);
        Pace::new(scenario.most, None).with_learned(&first.learned(1_000_000), 1_003_600)
    };
    check(&all, second);
}

#[test]
fn a_server_without_a_limit_is_not_slowed_down() {
    let free = limit(Shape::Unlimited, Wait::Nothing);
    let steady = |calls, latency| Client { jitter: 0.0, ..client(calls, latency) };
    for (name, most, client, ideal, bound) in [
        ("20 ms, 64 in flight", Some(64), steady(20_000, 0.02), 20_000.0 / 3200.0, 1.03),
        ("20 ms, 256 in flight", Some(256), steady(20_000, 0.02), 20_000.0 / 12_800.0, 1.10),
        ("50,000/s, 32 in flight", Some(32), steady(20_000, 0.0002), 0.4, 1.05),
        ("50,000/s, auto", None, steady(20_000, 0.0002), 0.4, 1.05),
    ] {
        let went = run(&mut Pace::new(most, None), client, free, 1);
        println!("{name:<52} {:.3} (bound {bound}), {} in flight", went.seconds / ideal, went.most);
        assert!(went.seconds / ideal <= bound, "{name}: {}", went.seconds / ideal);
    }
}

/// The most starts in any time of `per` seconds.
fn most_in(starts: &[f64], per: f64) -> usize {
    let within = |from: usize| starts[from..].iter().take_while(|start| **start < starts[from] + per).count();
    (0..starts.len()).map(within).max().unwrap_or(0)
}

#[test]
fn a_cap_is_never_exceeded_and_nearly_reached() {
    let free = limit(Shape::Unlimited, Wait::Nothing);
    for (calls, per) in [(5, 1.0), (50, 60.0), (200, 1.0), (1000, 1.0), (300, 60.0)] {
        let cap = Cap { calls, per: std::time::Duration::from_secs_f64(per) };
        let went = run(&mut Pace::new(Some(64), Some(cap)), client(calls * 10, 0.02), free, 3);
        assert!(
            most_in(&went.starts, per) <= calls as usize,
            "{calls} in {per}: {}",
            most_in(&went.starts, per)
        );
        assert!(went.seconds <= 10.0 * per * 1.02 + 0.1, "{calls} in {per}: {}", went.seconds);
    }
}

#[test]
fn headroom_is_left_to_others() {
    let bare = limit(BUCKET, Wait::Nothing);
    let waits = limit(WINDOW, Wait::Honest);
    let told = Settings { headers: true, ..waits };
    for (name, settings, calls, share) in
        [("bucket", bare, 3000, 0.7), ("waits", waits, 1000, 0.7), ("headers", told, 1000, 0.7)]
    {
        let mut pace = Pace::new(Some(16), None).with_headroom(0.3);
        let went = run(&mut pace, client(calls, 0.02), settings, 5);
        let late = went.starts.iter().filter(|start| **start > went.seconds / 3.0).count() as f64;
        let (rate, full) = (late / (went.seconds * 2.0 / 3.0), f64::from(calls) / went.ideal);
        println!("headroom 30 %, {name:<37} {:.3} of the limit", rate / full);
        assert!(rate / full <= share * 1.07 && rate / full > share * 0.85, "{name}: {}", rate / full);
    }
}

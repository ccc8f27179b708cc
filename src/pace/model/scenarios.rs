//! The scenarios and what must hold in each.

use super::limiter::{Settings, Shape, Wait};
use super::run::{Client, Dice, run};
use crate::pace::{Cap, Pace};

/// Bounds on the median of a scenario.
struct Bound {
    /// Times the ideal.
    times: f64,
    /// Part of all calls.
    refused: f64,
}

struct Scenario {
    name: &'static str,
    most: Option<u32>,
    client: Client,
    settings: Settings,
    bound: Bound,
    seeds: u64,
}

const BUCKET: Shape = Shape::Bucket { rate: 200.0, burst: 20.0 };
const WINDOW: Shape = Shape::Window { calls: 50.0, period: 60.0 };

fn client(calls: u32, latency: f64) -> Client {
    Client { calls, latency, jitter: 0.3, capacity: 50_000.0 }
}

fn limit(shape: Shape, wait: Wait) -> Settings {
    Settings { shape, wait, headers: false, change: None, rival: None, phase: 0.0 }
}

/// The scenario with latency and phase as this seed has them.
fn varied(scenario: &Scenario, seed: u64) -> (Client, Settings) {
    let mut dice = Dice(seed);
    dice.draw();
    let (mut client, mut settings) = (scenario.client, scenario.settings);
    client.latency *= 0.7 + 0.6 * dice.draw();
    client.jitter *= 2.0 * dice.draw();
    if let Shape::Window { period, .. } = settings.shape {
        settings.phase = period * dice.draw();
    }
    (client, settings)
}

fn middle(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn most(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(0.0, f64::max)
}

/// Runs a scenario and prints its line; returns median times ideal and median part refused.
fn measure(scenario: &Scenario, pace: impl Fn(u64) -> Pace) -> (f64, f64) {
    let (mut times, mut refused) = (Vec::new(), Vec::new());
    for seed in 0..scenario.seeds {
        let (client, settings) = varied(scenario, seed);
        let went = run(&mut pace(seed), client, settings, seed);
        assert_eq!(went.early, 0, "{}: a named wait was jumped, seed {seed}", scenario.name);
        times.push(went.seconds / went.ideal);
        refused.push(f64::from(went.refused) / f64::from(client.calls));
    }
    println!(
        "{:<52} {:>4} | {:.3} (worst {:.3}, bound {:.2}) | {:>5.2} % (worst {:>5.2} %, bound {:.1} %)",
        scenario.name,
        scenario.seeds,
        middle(times.clone()),
        most(&times),
        scenario.bound.times,
        100.0 * middle(refused.clone()),
        100.0 * most(&refused),
        100.0 * scenario.bound.refused,
    );
    (middle(times), middle(refused))
}

/// Checks all and names those that miss their bounds.
fn check(scenarios: &[Scenario], pace: impl Fn(&Scenario, u64) -> Pace) {
    let missed = |scenario: &&Scenario| {
        let (times, refused) = measure(scenario, |seed| pace(scenario, seed));
        times > scenario.bound.times || refused > scenario.bound.refused
    };
    let missed: Vec<&str> = scenarios.iter().filter(missed).map(|scenario| scenario.name).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

fn fresh(scenario: &Scenario, _: u64) -> Pace {
    Pace::new(scenario.most, None)
}

fn scenario(
    name: &'static str,
    most: u32,
    client: Client,
    settings: Settings,
    bound: (f64, f64),
) -> Scenario {
    let most = (most > 0).then_some(most);
    let bound = Bound { times: bound.0, refused: bound.1 };
    Scenario { name, most, client, settings, bound, seeds: 100 }
}

fn window(calls: f64, period: f64) -> Shape {
    Shape::Window { calls, period }
}

fn bucket(rate: f64, burst: f64) -> Shape {
    Shape::Bucket { rate, burst }
}

impl Scenario {
    /// For a scenario of very many calls.
    fn few(self) -> Scenario {
        Scenario { seeds: 10, ..self }
    }
}

#[test]
fn buckets_of_a_first_run() {
    let bare = |shape| limit(shape, Wait::Nothing);
    let all = [
        scenario("bucket 200/s, 16 in flight", 16, client(3000, 0.001), bare(BUCKET), (1.03, 0.01)),
        scenario("bucket 200/s, auto", 0, client(3000, 0.001), bare(BUCKET), (1.03, 0.01)),
        scenario("bucket 200/s, 64 in flight, 20 ms", 64, client(3000, 0.020), bare(BUCKET), (1.05, 0.02)),
        scenario("bucket 200/s, 256 in flight, 20 ms", 256, client(3000, 0.020), bare(BUCKET), (1.05, 0.02)),
        // Where so many are in flight, each time the limit is met costs as many refusals.
        scenario(
            "bucket 2,000/s, 256 in flight, 20 ms",
            256,
            client(20_000, 0.020),
            bare(bucket(2000.0, 200.0)),
            (1.05, 0.06),
        ),
        // A client that is refused even once before its last second and obeys cannot do better than 1.053: the
        // bucket is full after a tenth of the second that it must wait. Twice is 1.113.
        scenario(
            "bucket 200/s, Retry-After 1",
            16,
            client(3000, 0.001),
            limit(BUCKET, Wait::Fixed(1.0)),
            (1.18, 0.01),
        ),
        scenario(
            "bucket 10/s of 100 (Kazoo)",
            16,
            client(1000, 0.1),
            bare(bucket(10.0, 100.0)),
            (1.03, 0.03),
        ),
        scenario(
            "bucket 10/s of 100 that tells its tokens (Kazoo)",
            16,
            client(1000, 0.1),
            Settings { headers: true, ..bare(bucket(10.0, 100.0)) },
            (1.0, 0.0),
        ),
        scenario(
            "bucket 50/s of 30 that tells its tokens, 64",
            64,
            client(3000, 0.02),
            Settings { headers: true, ..bare(bucket(50.0, 30.0)) },
            (1.03, 0.002),
        ),
        scenario(
            "bucket 10,000/s of 1,000",
            64,
            client(100_000, 0.002),
            bare(bucket(1e4, 1e3)),
            (1.05, 0.01),
        )
        .few(),
        scenario("bucket 50/s of 5, 100 ms", 32, client(2000, 0.1), bare(bucket(50.0, 5.0)), (1.15, 0.03)),
        scenario("window 200 a second, bare", 16, client(3000, 0.005), bare(window(200.0, 1.0)), (1.4, 0.06)),
    ];
    check(&all, fresh);
}

#[test]
fn small_and_slow_limits_that_say_nothing() {
    let bare = |shape| limit(shape, Wait::Nothing);
    let sliding = |calls, period| bare(Shape::Sliding { calls, period });
    let all = [
        scenario("bucket 10/s of 1, bare", 8, client(400, 0.02), bare(bucket(10.0, 1.0)), (1.3, 0.05)),
        scenario("bucket 2/s of 1, bare, 100 ms", 8, client(150, 0.1), bare(bucket(2.0, 1.0)), (1.7, 0.12)),
        scenario(
            "bucket 5/s of 1, bare, one in flight",
            1,
            client(300, 0.02),
            bare(bucket(5.0, 1.0)),
            (1.3, 0.05),
        ),
        scenario("bucket 1/s of 1, bare", 8, client(100, 0.2), bare(bucket(1.0, 1.0)), (1.75, 0.2)),
        scenario("window 50 in 3 s, bare", 16, client(300, 0.05), bare(window(50.0, 3.0)), (1.4, 0.3)),
        scenario("window 50 in 12 s, bare", 8, client(260, 0.1), bare(window(50.0, 12.0)), (1.2, 0.2)),
        scenario("window 50 in 20 s, bare", 8, client(190, 0.1), bare(window(50.0, 20.0)), (1.5, 0.25)),
        scenario(
            "window 50/min, bare, 240 calls",
            8,
            client(240, 0.1),
            bare(window(50.0, 60.0)),
            (1.3, 0.25),
        ),
        scenario("window 200/min, bare", 8, client(950, 0.1), bare(window(200.0, 60.0)), (1.3, 0.08)),
        scenario("sliding 50 in 5 s, bare", 8, client(250, 0.06), sliding(50, 5.0), (1.8, 0.15)),
        scenario("sliding 50 in 12 s, bare", 8, client(260, 0.1), sliding(50, 12.0), (1.5, 0.15)),
        scenario("sliding 50/min, bare", 8, client(240, 0.1), sliding(50, 60.0), (1.5, 0.25)),
        scenario(
            "sliding 50 in 5 s, Retry-After",
            8,
            client(300, 0.045),
            limit(Shape::Sliding { calls: 50, period: 5.0 }, Wait::Honest),
            (1.25, 0.06),
        ),
    ];
    check(&all, fresh);
}

#[test]
fn so_many_at_once() {
    let at_once = |calls, seconds| limit(Shape::AtOnce { calls, seconds }, Wait::Nothing);
    let told = |calls, seconds| limit(Shape::AtOnce { calls, seconds }, Wait::Honest);
    let all = [
        scenario("5 at once, 8 in flight", 8, client(1000, 0.01), at_once(5, 0.1), (1.2, 0.03)),
        scenario("10 at once, 16 in flight", 16, client(1000, 0.005), at_once(10, 0.05), (1.2, 0.03)),
        scenario("10 at once, 64 in flight", 64, client(2000, 0.01), at_once(10, 0.1), (1.2, 0.03)),
        scenario("30 at once, 64 in flight", 64, client(3000, 0.01), at_once(30, 0.1), (1.25, 0.03)),
        scenario("30 at once, 256 in flight", 256, client(3000, 0.01), at_once(30, 0.1), (1.25, 0.02)),
        scenario("10 at once, auto", 0, client(2000, 0.01), at_once(10, 0.1), (1.2, 0.03)),
        // Half of the calls in flight are on their way, so refusals come at random.
        scenario("10 at once, 64, the way as long", 64, client(2000, 0.1), at_once(10, 0.1), (1.6, 0.02)),
        scenario("1 at once, 8 in flight", 8, client(300, 0.02), at_once(1, 0.1), (1.3, 0.04)),
        // Each refusal costs a second in which nothing is sent.
        scenario("10 at once, 64, Retry-After", 64, client(2000, 0.01), told(10, 0.1), (1.4, 0.02)),
    ];
    check(&all, fresh);
}

#[test]
fn waits_below_a_second() {
    let exact = |rate, burst| limit(bucket(rate, burst), Wait::Exact);
    let all = [
        scenario("bucket 10/s of 5, exact waits", 8, client(400, 0.02), exact(10.0, 5.0), (1.1, 0.05)),
        scenario("bucket 10/s of 1, exact waits", 8, client(400, 0.02), exact(10.0, 1.0), (1.2, 0.05)),
        scenario(
            "bucket 50/s of 10, exact waits, 16",
            16,
            client(2000, 0.02),
            exact(50.0, 10.0),
            (1.05, 0.02),
        ),
        scenario(
            "bucket 200/s of 20, exact waits, 64",
            64,
            client(3000, 0.02),
            exact(200.0, 20.0),
            (1.05, 0.03),
        ),
        scenario("bucket 2/s of 10, exact waits", 8, client(200, 0.1), exact(2.0, 10.0), (1.1, 0.08)),
    ];
    check(&all, fresh);
}

#[test]
fn windows_of_a_first_run() {
    let told = Settings { headers: true, ..limit(WINDOW, Wait::Honest) };
    let fast = Settings { headers: true, ..limit(window(100.0, 1.0), Wait::Honest) };
    let waits = |shape| limit(shape, Wait::Honest);
    let all = [
        scenario("window 50/min, headers, 8 in flight", 8, client(1000, 0.2), told, (1.05, 0.0)),
        scenario("window 50/min, headers, 64 in flight", 64, client(1000, 0.2), told, (1.05, 0.0)),
        scenario("window 50/min, headers, auto, 1 ms", 0, client(1000, 0.001), told, (1.05, 0.0)),
        scenario("window 100/s, headers in whole seconds", 32, client(2000, 0.02), fast, (1.1, 0.0)),
        scenario(
            "window 50/min, Retry-After, 16 in flight",
            16,
            client(1000, 0.2),
            waits(WINDOW),
            (1.06, 0.02),
        ),
        scenario(
            "window 50/min, Retry-After, 16, 1 ms",
            16,
            client(1000, 0.001),
            waits(WINDOW),
            (1.06, 0.02),
        ),
        scenario(
            "window 50 in 3 s, Retry-After",
            16,
            client(1000, 0.01),
            waits(window(50.0, 3.0)),
            (1.1, 0.03),
        ),
        scenario(
            "window 300/min, Retry-After, auto",
            0,
            client(3000, 0.1),
            waits(window(300.0, 60.0)),
            (1.06, 0.03),
        ),
        scenario("window 50/min, bare", 8, client(500, 0.2), limit(WINDOW, Wait::Nothing), (1.2, 0.12)),
    ];
    check(&all, fresh);
}

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

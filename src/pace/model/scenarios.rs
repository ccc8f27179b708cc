//! The scenarios and what must hold in each.

use super::limiter::{Settings, Shape, Wait};
use super::run::{Client, Dice, Went, run};
use crate::pace::{Cap, Learned, Pace};

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
fn measure(scenario: &Scenario, pace: impl Fn() -> Pace) -> (f64, f64) {
    let (mut times, mut refused) = (Vec::new(), Vec::new());
    for seed in 0..scenario.seeds {
        let (client, settings) = varied(scenario, seed);
        let went = run(&mut pace(), client, settings, seed);
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

fn check(scenario: &Scenario) -> bool {
    let (times, refused) = measure(scenario, || Pace::new(scenario.most, None));
    times <= scenario.bound.times && refused <= scenario.bound.refused
}

fn scenario(
    name: &'static str,
    most: u32,
    client: Client,
    settings: Settings,
    bound: (f64, f64),
) -> Scenario {
    let bound = Bound { times: bound.0, refused: bound.1 };
    Scenario { name, most: Some(most), client, settings, bound, seeds: 100 }
}

#[test]
fn scenarios_of_a_first_run() {
    let bucket = limit(BUCKET, Wait::Nothing);
    let headers = Settings { headers: true, ..limit(WINDOW, Wait::Honest) };
    let all = [
        scenario("bucket 200/s, 16 in flight", 16, client(3000, 0.001), bucket, (1.03, 0.01)),
        scenario("bucket 200/s, 64 in flight, 20 ms", 64, client(3000, 0.020), bucket, (1.05, 0.02)),
        scenario(
            "bucket 200/s, Retry-After 1",
            16,
            client(3000, 0.001),
            limit(BUCKET, Wait::Fixed(1.0)),
            (1.05, 0.01),
        ),
        scenario("window 50/min, headers, 8 in flight", 8, client(1000, 0.2), headers, (1.05, 0.0)),
        scenario("window 50/min, headers, 64 in flight", 64, client(1000, 0.2), headers, (1.05, 0.0)),
        scenario(
            "window 50/min, Retry-After, 16 in flight",
            16,
            client(1000, 0.2),
            limit(WINDOW, Wait::Honest),
            (1.06, 0.02),
        ),
    ];
    let failed: Vec<_> =
        all.iter().filter(|scenario| !check(scenario)).map(|scenario| scenario.name).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn one_run_in_detail() {
    let bucket = limit(BUCKET, Wait::Nothing);
    let windowed = limit(WINDOW, Wait::Honest);
    for s in [
        scenario("bucket 200/s, 64 in flight, 20 ms", 64, client(3000, 0.020), bucket, (1.05, 0.02)),
        scenario("window RA", 16, client(1000, 0.2), windowed, (1.05, 0.02)),
        scenario(
            "bucket 200/s, Retry-After 1",
            16,
            client(3000, 0.001),
            limit(BUCKET, Wait::Fixed(1.0)),
            (1.05, 0.01),
        ),
    ] {
        for seed in 0..3 {
            let (client, settings) = varied(&s, seed);
            let went = run(&mut Pace::new(s.most, None), client, settings, seed);
            println!("{} {} {:?} {:.3?}", s.name, went.seconds / went.ideal, settings.phase, went.refusals);
        }
    }
}

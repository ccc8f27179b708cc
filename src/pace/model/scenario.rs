//! One scenario: a limiter, a client, and what must hold of a hundred runs of it.

use super::limiter::{Settings, Shape, Wait};
use super::run::{Client, Dice, run};
use crate::pace::Pace;

/// Bounds on the median of a scenario.
struct Bound {
    /// Times the ideal.
    times: f64,
    /// Part of all calls.
    refused: f64,
}

pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) most: Option<u32>,
    client: Client,
    settings: Settings,
    bound: Bound,
    pub(super) seeds: u64,
}

pub(super) const BUCKET: Shape = Shape::Bucket { rate: 200.0, burst: 20.0 };
pub(super) const WINDOW: Shape = Shape::Window { calls: 50.0, period: 60.0 };

pub(super) fn client(calls: u32, latency: f64) -> Client {
    Client { calls, latency, jitter: 0.3, capacity: 50_000.0 }
}

pub(super) fn limit(shape: Shape, wait: Wait) -> Settings {
    Settings { shape, wait, headers: false, change: None, rival: None, phase: 0.0 }
}

/// The scenario with latency and phase as this seed has them.
pub(super) fn varied(scenario: &Scenario, seed: u64) -> (Client, Settings) {
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

pub(super) fn middle(mut numbers: Vec<f64>) -> f64 {
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
pub(super) fn check(scenarios: &[Scenario], pace: impl Fn(&Scenario, u64) -> Pace) {
    let missed = |scenario: &&Scenario| {
        let (times, refused) = measure(scenario, |seed| pace(scenario, seed));
        times > scenario.bound.times || refused > scenario.bound.refused
    };
    let missed: Vec<&str> = scenarios.iter().filter(missed).map(|scenario| scenario.name).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

pub(super) fn fresh(scenario: &Scenario, _: u64) -> Pace {
    Pace::new(scenario.most, None)
}

pub(super) fn scenario(
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

pub(super) fn window(calls: f64, period: f64) -> Shape {
    Shape::Window { calls, period }
}

pub(super) fn bucket(rate: f64, burst: f64) -> Shape {
    Shape::Bucket { rate, burst }
}

impl Scenario {
    /// For a scenario of very many calls.
    pub(super) fn few(self) -> Scenario {
        Scenario { seeds: 10, ..self }
    }
}

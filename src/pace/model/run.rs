//! One run of so many calls through the gate, as a list of events in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::limiter::{Limiter, Settings};
use crate::pace::{Does, Ended, Gate, Pace};
use crate::provider::Limits;

/// The client's side of a run, and the way to the provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client {
    pub(super) calls: u32,
    /// Seconds to an answer, and the part of it that varies.
    pub(super) latency: f64,
    pub(super) jitter: f64,
    /// Answers a second that the server's processor can make.
    pub(super) capacity: f64,
}

/// How a run went.
#[derive(Debug, Clone, Default)]
pub(super) struct Went {
    pub(super) seconds: f64,
    pub(super) ideal: f64,
    pub(super) refused: u32,
    /// Times of the refusals.
    pub(super) refusals: Vec<f64>,
    pub(super) starts: Vec<f64>,
    /// Calls that started before a named wait had passed.
    pub(super) early: u32,
    pub(super) most: usize,
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Arrives(usize),
    Answered(usize),
    Wakes,
}

/// Draws between 0 and 1, the same for the same seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }
}

struct Run<'p> {
    pace: &'p mut Pace,
    client: Client,
    limiter: Limiter,
    dice: Dice,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    kinds: Vec<Event>,
    tickets: Vec<(crate::pace::Ticket, bool, Limits)>,
    waiting: u32,
    in_flight: usize,
    wake: f64,
    busy_until: f64,
    forbidden_until: f64,
    went: Went,
}

fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

/// Runs all calls to their end.
pub(super) fn run(pace: &mut Pace, client: Client, settings: Settings, seed: u64) -> Went {
    let limiter = Limiter::new(settings);
    let ideal = limiter.ideal(f64::from(client.calls)).max(f64::from(client.calls) / client.capacity);
    let mut run = Run {
        pace,
        client,
        limiter,
        dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678),
        events: BinaryHeap::new(),
        kinds: Vec::new(),
        tickets: Vec::new(),
        waiting: client.calls,
        in_flight: 0,
        wake: f64::INFINITY,
        busy_until: 0.0,
        forbidden_until: 0.0,
        went: Went { ideal, ..Went::default() },
    };
    run.start_what_may(0.0);
    while let Some(Reverse((at, event))) = run.events.pop() {
        let bound = 100_000 + 20 * client.calls as usize;
        assert!(run.kinds.len() < bound, "the run spins at {at} ns: {:?}", run.pace);
        run.happens(at as f64 / 1e9, event as usize);
    }
    assert_eq!(run.waiting, 0, "the run came to a halt at {} s: {:?}", run.went.seconds, run.pace);
    run.went
}

impl Run<'_> {
    fn push(&mut self, at: f64, event: Event) {
        self.events.push(Reverse((nanos(at), self.kinds.len() as u64)));
        self.kinds.push(event);
    }

    fn happens(&mut self, now: f64, event: usize) {
        match self.kinds[event] {
            Event::Arrives(call) => {
                let (taken, limits) = self.limiter.judge(now);
                (self.tickets[call].1, self.tickets[call].2) = (taken, limits);
                self.busy_until = self.busy_until.max(now) + 1.0 / self.client.capacity;
                let ready = if taken { self.limiter.ready(now) } else { now };
                let way = self.way();
                self.push(self.busy_until.max(ready) + way, Event::Answered(call));
            }
            Event::Answered(call) => self.answered(now, call),
            Event::Wakes if now >= self.wake - 1e-6 => self.wake = f64::INFINITY,
            Event::Wakes => {}
        }
        self.start_what_may(now);
    }

    fn answered(&mut self, now: f64, call: usize) {
        self.in_flight -= 1;
        let (ticket, taken, limits) = self.tickets[call];
        let ended = if taken { Ended::Answered(limits) } else { Ended::Limited(limits) };
        if !taken {
            self.waiting += 1;
            self.went.refused += 1;
            self.went.refusals.push(now);
            // A wait of a millisecond is none.
            let told = limits.retry_after.map_or(0.0, |told| told.as_secs_f64());
            let told = if told > 0.001 { told } else { 0.0 };
            self.forbidden_until = self.forbidden_until.max(now + told);
        }
        let chance = self.dice.draw();
        self.pace.end(Duration::from_secs_f64(now), ticket, ended, chance);
        self.went.seconds = now;
    }

    fn way(&mut self) -> f64 {
        self.client.latency / 2.0 * (1.0 + self.client.jitter * (self.dice.draw() * 2.0 - 0.5))
    }

    fn start_what_may(&mut self, now: f64) {
        let time = Duration::from_secs_f64(now);
        while self.waiting > 0 {
            match self.pace.gate(time, Does::Write) {
                Gate::Open => {
                    self.waiting -= 1;
                    self.in_flight += 1;
                    self.went.most = self.went.most.max(self.in_flight);
                    self.went.early += u32::from(now < self.forbidden_until);
                    self.went.starts.push(now);
                    let ticket = self.pace.start(time, Does::Write);
                    self.tickets.push((ticket, false, Limits::default()));
                    let way = self.way();
                    self.push(now + way, Event::Arrives(self.tickets.len() - 1));
                }
                Gate::Full => return,
                Gate::At(then) => {
                    // Timers are as coarse as a millisecond, and late by chance.
                    let then = (then.as_secs_f64() * 1000.0).ceil() / 1000.0 + 0.0003 * self.dice.draw();
                    if then < self.wake {
                        self.wake = then;
                        self.push(then, Event::Wakes);
                    }
                    return;
                }
            }
        }
    }
}

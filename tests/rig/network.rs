//! The modelled network: a request meets what strikes it, the simulator's function, and the way back.
//!
//! Effects, late ones too, are this file's own; the simulator is only asked calmly.

use std::rc::Rc;
use std::time::Duration;

use callroster::provider::{
    HttpReply, HttpRequest, Limits, Method, Transport, TransportError, TransportFailure,
};
use callroster::row::Request;
use callroster::simulator::{SimReply, SimRequest};
use futures::future::LocalBoxFuture;
use tokio::time::sleep;

use crate::account::BASIC;
use crate::chance::Chance;
use crate::meddler;
use crate::scenario::Scenario;
use crate::wall::{http_date, true_second};
use crate::world::World;

/// How long a client waits for a reply.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The network as one process sees it.
pub struct ModelNetwork {
    pub world: Rc<World>,
    pub scenario: Rc<Scenario>,
}

/// What becomes of a call on its way.
enum Way {
    Reply(SimReply, Duration),
    Broken(TransportFailure),
}

impl Transport for ModelNetwork {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

impl ModelNetwork {
    async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let world = &self.world;
        world.alive().await;
        let request = plain(request);
        world.follow(&request);
        let state = self.judge(&request);
        let (number, strike) = world.net_site(state).await;
        if let (Some(_), Some((row, _))) = (strike, self.named(&request)) {
            world.muddled.borrow_mut().insert(row);
        }
        let mut chance = Chance::new(world.seed, 6, u64::from(number));
        let _place = Place::take(world, self.scenario.concurrency);
        let half = self.scenario.settings.latency / 2;
        if strike == Some("crash_before") {
            world.crash().await;
        }
        sleep(half).await;
        let way = self.strike(&request, strike.unwrap_or_default(), &mut chance).await;
        sleep(half).await;
        match way {
            Way::Broken(kind) => {
                world.trace(|| format!("net{number} {} {} -> {kind:?}", request.method, request.path));
                if kind == TransportFailure::TimedOut {
                    sleep(TIMEOUT).await;
                }
                Err(TransportError { kind, message: "the connection broke".into() })
            }
            Way::Reply(reply, after) => {
                sleep(after).await;
                self.heed(&reply, after);
                world
                    .trace(|| format!("net{number} {} {} -> {}", request.method, request.path, reply.status));
                Ok(self.delivered(reply))
            }
        }
    }

    /// What a strike makes of a call.
    async fn strike(&self, request: &SimRequest, strike: &str, chance: &mut Chance) -> Way {
        use TransportFailure::{Lost, NotSent, TimedOut};
        let calm = |reply| Way::Reply(reply, Duration::ZERO);
        match strike {
            "delay" => Way::Reply(self.ask(request), Duration::from_millis(200 + chance.below(2_800))),
            "slow_body" => Way::Reply(self.ask(request), Duration::from_secs(3)),
            "not_sent" => Way::Broken(NotSent),
            "reset_before" => Way::Broken(Lost),
            "reset_after" | "cut_body" => self.done_then(request, Way::Broken(Lost)),
            "hang_before" => Way::Broken(TimedOut),
            "hang_after" => self.done_then(request, Way::Broken(TimedOut)),
            "late_reset" => self.later_then(request, chance, Way::Broken(Lost)),
            "late_hang" => self.later_then(request, chance, Way::Broken(TimedOut)),
            "500_before" => calm(own(500, &echo(request, chance))),
            "500_after" => self.done_then(request, calm(own(500, &echo(request, chance)))),
            "502_before" => calm(own(502, PAGE)),
            "502_after" => self.done_then(request, calm(own(502, PAGE))),
            "503_before" => calm(own(503, PAGE)),
            "504_after" => self.done_then(request, calm(own(504, PAGE))),
            "504_late" => self.later_then(request, chance, calm(own(504, PAGE))),
            "not_json" => self.done_then(request, calm(own(200, PAGE))),
            "empty_200" => self.done_then(request, calm(own(200, ""))),
            "no_id" => match self.ask(request) {
                reply if reply.status < 300 => calm(own(reply.status, NO_ID)),
                refusal => calm(refusal),
            },
            "429" => calm(self.too_many(chance)),
            "429_long" => calm(limited(vec![("retry-after", "45".into())], "")),
            "429_absurd" => calm(limited(vec![("retry-after", "90000".into())], "")),
            "400" => match chance.one_in(2) {
                true => calm(own(400, PAGE)),
                false => calm(own(400, &echo(request, chance))),
            },
            "cap" => calm(self.ask_while("cap=1", "cap=off", request)),
            "401" => calm(self.ask(&SimRequest { headers: Vec::new(), ..request.clone() })),
            "403_account" => calm(self.ask_while("kyc=incomplete", "kyc=complete", request)),
            "403_trial" => calm(self.ask_while("trial=on", "trial=off", request)),
            "crash_after" => {
                self.ask(request);
                self.world.crash().await;
                Way::Broken(Lost)
            }
            "crash_late" => {
                self.later(request, chance);
                self.world.crash().await;
                Way::Broken(Lost)
            }
            "interrupt" => {
                self.world.interrupted.notify_one();
                calm(self.ask(request))
            }
            "somebody" | "rehire" => {
                self.world.let_due_happen(self.world.now());
                meddler::meddle(&self.world, &self.scenario, strike, chance);
                calm(self.ask(request))
            }
            _ => calm(self.ask(request)),
        }
    }

    fn ask(&self, request: &SimRequest) -> SimReply {
        self.world.ask(request, self.world.now())
    }

    fn ask_while(&self, on: &str, off: &str, request: &SimRequest) -> SimReply {
        self.world.simulator.borrow_mut().set_switch(on).expect("a switch that there is");
        let reply = self.ask(request);
        self.world.simulator.borrow_mut().set_switch(off).expect("a switch that there is");
        reply
    }

    fn done_then(&self, request: &SimRequest, way: Way) -> Way {
        self.ask(request);
        way
    }

    fn later_then(&self, request: &SimRequest, chance: &mut Chance, way: Way) -> Way {
        self.later(request, chance);
        way
    }

    fn later(&self, request: &SimRequest, chance: &mut Chance) {
        let most = self.scenario.settings.switches.late_most.as_millis() as u64;
        let due = self.world.now() + Duration::from_millis(1_000 + chance.below(most - 999));
        self.world.let_happen_at(due, request.clone());
    }

    /// A 429 in one of the shapes that providers have.
    fn too_many(&self, chance: &mut Chance) -> SimReply {
        let wait = 1 + chance.below(3);
        let at = true_second(self.world.now()) + 1 + wait as i64;
        match chance.below(6) {
            0 => limited(vec![("retry-after", wait.to_string())], ""),
            1 => limited(vec![("retry-after", http_date(at))], ""),
            2 => limited(vec![("x-ratelimit-reset", at.to_string())], ""),
            3 => limited(vec![], PAGE),
            4 => limited(vec![("retry-after", wait.to_string())], REST),
            _ => limited(vec![], ""),
        }
    }

    /// Before `Retry-After` has passed no call may leave.
    fn heed(&self, reply: &SimReply, after: Duration) {
        let told = reply.get("retry-after").filter(|_| reply.status == 429);
        if let Some(seconds) = told.and_then(|text| text.parse().ok()) {
            let from = self.world.now().saturating_sub(after + self.scenario.settings.latency);
            let closed = from + Duration::from_secs(seconds);
            self.world.closed_until.set(self.world.closed_until.get().max(closed));
        }
    }

    fn delivered(&self, mut reply: SimReply) -> HttpReply {
        let now = self.world.now();
        if reply.get("date").is_none() {
            reply.headers.push(("date".into(), http_date(true_second(now))));
        }
        let local = self.world.wall.look(now).as_microsecond() as f64 / 1e6;
        HttpReply {
            status: reply.status,
            limits: Limits::read(|name| reply.get(name), |date| date.unwrap_or(local)),
            body: reply.body,
        }
    }

    /// Holds a call that is about to leave against the promises; returns the state of its step.
    fn judge(&self, request: &SimRequest) -> &'static str {
        let world = &self.world;
        if world.now() < world.closed_until.get() {
            world.accuse("P13: a call left before Retry-After had passed");
        }
        let platter = world.platter.borrow();
        if platter.failed {
            world.accuse("P6: a call left after the disk had failed");
        }
        if request.method == "GET" {
            return if platter.state.ready { "look" } else { "preflight" };
        }
        let Some((row, step)) = self.named(request) else {
            world.accuse(format!("P10: {} {} is meant by no row", request.method, request.path));
            return "nobody";
        };
        let mut sent = world.sent.borrow_mut();
        let sent = sent.entry((row, step.clone())).or_default();
        *sent += 1;
        let intents = platter.intents.get(&(row, step.clone())).copied().unwrap_or_default();
        if *sent > intents {
            world.accuse(format!("P4: step {step} of row {row} left without a durable intent"));
        }
        let open = platter.state.open.get(&row);
        let doubt = open.is_some_and(|open| open.was_unclear);
        match (step == "user", doubt, intents) {
            (true, true, _) => "user in doubt",
            (true, _, 0 | 1) => "user first",
            (true, ..) => "user again",
            (_, true, _) => "step in doubt",
            (_, _, 0 | 1) => "step first",
            _ => "step again",
        }
    }

    /// Which row and step a writing call belongs to.
    fn named(&self, request: &SimRequest) -> Option<(u32, String)> {
        if request.method == "GET" {
            return None;
        }
        let segments: Vec<&str> = request.path.trim_matches('/').split('/').skip(4).collect();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let [user_id, rest @ ..] = segments.as_slice() else {
            let row = self.row_of_name(body["first_name"].as_str()?)?;
            return Some((row, "user".into()));
        };
        let named_by_user = self.scenario.rows.iter().position(|row| row.user_id == *user_id);
        let row = match named_by_user {
            Some(row) => row as u32,
            None => {
                let users = self.world.simulator.borrow().truth().users;
                self.row_of_name(&users.iter().find(|user| user.id == *user_id)?.first_name)?
            }
        };
        let disables = matches!(self.scenario.rows[row as usize].request, Request::Offboard(_));
        let step = match (request.method.as_str(), rest) {
            ("DELETE", []) => "delete".into(),
            (_, []) => "details".into(),
            (_, [_, _, "password"]) => "sip_password".into(),
            (_, [_, device]) => match body["available"].as_bool() {
                None => format!("number {device}"),
                Some(true) => format!("on {device}"),
                Some(false) if disables => format!("disable {device}"),
                Some(false) => format!("off {device}"),
            },
            _ => return None,
        };
        Some((row, step))
    }

    fn row_of_name(&self, first_name: &str) -> Option<u32> {
        let named = |request: &Request| match request {
            Request::Onboard(wish) => wish.user.first_name == first_name,
            _ => false,
        };
        self.scenario.rows.iter().position(|row| named(&row.request)).map(|row| row as u32)
    }
}

/// A place among the calls in flight; it is free again even when a process dies.
struct Place<'a>(&'a World);

impl<'a> Place<'a> {
    fn take(world: &'a World, most: Option<u32>) -> Place<'a> {
        world.in_flight.set(world.in_flight.get() + 1);
        if most.is_some_and(|most| world.in_flight.get() > most) {
            world.accuse("P13: more calls in flight than allowed");
        }
        Place(world)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get() - 1);
    }
}

const PAGE: &str = "<html><body>Please wait</body></html>";
const REST: &str = r#"{"RestException": {"Status": 429, "Message": "Too many requests"}}"#;
const NO_ID: &str = r#"{"request_id": "r", "http_code": 200, "response": {"code": 200, "error_data": null, "status": "success", "data": {}}}"#;

/// An error body that repeats what was sent, secrets and all, in one of the ways of providers and gateways; or none.
fn echo(request: &SimRequest, chance: &mut Chance) -> String {
    let sent = String::from_utf8_lossy(&request.body);
    let said = match chance.below(5) {
        0 => return String::new(),
        1 => format!("rejected {sent}"),
        2 => format!("key sim-key with token sim-token may not send {sent}"),
        3 => format!("rejected authorization: {BASIC}, body {sent}"),
        // The cut of a long sentence must not leave half of a secret.
        _ => format!("{}{sent} of sim-token", "x".repeat(250 + chance.below(60) as usize)),
    };
    let error = serde_json::json!({ "code": "NA", "description": said, "message": said });
    serde_json::json!({ "request_id": "r", "response": { "status": "failure", "error_data": error } })
        .to_string()
}

fn own(status: u16, body: &str) -> SimReply {
    SimReply { status, headers: Vec::new(), body: body.into() }
}

fn limited(headers: Vec<(&str, String)>, body: &str) -> SimReply {
    let headers = headers.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    SimReply { headers, ..own(429, body) }
}

fn plain(request: HttpRequest) -> SimRequest {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let (name, value) = (request.authorization.0.to_lowercase(), request.authorization.1);
    debug_assert_eq!(value.reveal(), BASIC);
    let headers = vec![(name, value.reveal().to_string())];
    SimRequest { method: method.into(), path: request.path, headers, body: request.body.unwrap_or_default() }
}

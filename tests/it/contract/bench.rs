//! A provider and its simulated account on one bench, without a socket between them.

use std::cell::RefCell;
use std::time::Duration;

use callroster::provider::audian::{Audian, AudianAccount, Dialect};
use callroster::provider::exotel::Exotel;
use callroster::provider::{
    Answer, Call, CallError, Content, Failure, Filter, HttpReply, HttpRequest, Limits, Listing, Method, Page,
    Parting, Provider, Transport, TransportError, TransportFailure,
};
use callroster::roster::NewUser;
use callroster::roster::{Device, User};
use callroster::row::Mode;
use callroster::secret::Secret;
use callroster::simulator::{Fate, Fault, SimProvider, SimReply, SimRequest, SimSettings, Simulator, Truth};
use futures::future::LocalBoxFuture;
use tokio::time::{Instant, sleep};

/// Makes a provider for the account of these settings.
type Make = fn(&SimSettings) -> Box<dyn Provider>;

/// Every provider of the contract, with the switches of its account; another one is another line.
const PROVIDERS: &[(&str, Make, SimProvider, &[&str])] = &[
    ("exotel", exotel, SimProvider::Exotel, &[]),
    ("audian", audian, SimProvider::Audian, &[]),
    ("audian, kazoo", kazoo, SimProvider::Audian, &["dialect=kazoo"]),
];

/// How long a call may take, in simulated time.
const TIMEOUT: Duration = Duration::from_secs(30);

pub fn exotel(settings: &SimSettings) -> Box<dyn Provider> {
    let (key, token) = (Secret::new(settings.key.clone()), Secret::new(settings.token.clone()));
    Box::new(Exotel::new(&settings.account, &key, &token))
}

pub fn audian(settings: &SimSettings) -> Box<dyn Provider> {
    audian_of(settings, Dialect::Flat)
}

pub fn kazoo(settings: &SimSettings) -> Box<dyn Provider> {
    audian_of(settings, Dialect::Kazoo)
}

fn audian_of(settings: &SimSettings, dialect: Dialect) -> Box<dyn Provider> {
    let account =
        AudianAccount { id: settings.account.clone(), dialect, invite: true, accept_charges: false };
    Box::new(Audian::new(account, None, Some(Secret::new(settings.token.clone()))))
}

/// A bench for every provider, each with so many users in its account.
pub fn benches(users: usize) -> Vec<Bench> {
    let bench = |(name, make, provider, switches): &(&'static str, Make, SimProvider, &[&str])| {
        let mut settings = SimSettings { provider: *provider, users, ..SimSettings::default() };
        for switch in *switches {
            settings.set_switch(switch).expect("a switch");
        }
        Bench::new(name, *make, settings)
    };
    PROVIDERS.iter().map(bench).collect()
}

/// The benches of the providers whose users come with devices that can be found and switched.
pub fn benches_with_phones(users: usize) -> Vec<Bench> {
    named("exotel", benches(users))
}

/// The benches of this name, of which there are some.
pub fn named(name: &str, benches: Vec<Bench>) -> Vec<Bench> {
    let named: Vec<Bench> = benches.into_iter().filter(|bench| bench.name == name).collect();
    assert!(!named.is_empty(), "no bench is called {name}");
    named
}

/// The benches of the providers that keep an archive.
pub fn benches_with_archive(users: usize) -> Vec<Bench> {
    benches(users).into_iter().filter(|bench| bench.provider.facts().modes.contains(&Mode::Archive)).collect()
}

/// A bench of Exotel with these switches.
pub fn exotel_bench(switches: &[&str]) -> Bench {
    let mut settings = SimSettings { log: true, ..SimSettings::default() };
    for switch in switches {
        settings.set_switch(switch).expect("a switch");
    }
    Bench::new("exotel", exotel, settings)
}

pub struct Bench {
    pub name: &'static str,
    pub provider: Box<dyn Provider>,
    pub transport: InProcess,
}

impl Bench {
    pub fn new(name: &'static str, make: Make, settings: SimSettings) -> Bench {
        let provider = make(&settings);
        let simulator = RefCell::new(Simulator::new(settings).expect("no file"));
        Bench { name, provider, transport: InProcess { simulator, began: Instant::now() } }
    }

    pub async fn call(&self, call: Call) -> Result<Answer, CallError> {
        self.exchange(&call).await.1
    }

    /// What the headers say of limits, and what the call brought.
    pub async fn exchange(&self, call: &Call) -> (Limits, Result<Answer, CallError>) {
        match self.transport.send(self.provider.request(call)).await {
            Ok(reply) => (reply.limits, self.provider.answer(call, &reply)),
            Err(error) => (Limits::default(), Err(error.into())),
        }
    }

    /// Failure and code of a call that must fail.
    pub async fn refusal(&self, call: Call) -> (Failure, String) {
        let name = call.name();
        let error = self.call(call).await.expect_err(name);
        (error.failure, error.code)
    }

    pub async fn create(&self, new: NewUser) -> User {
        self.call(Call::Create(new)).await.expect("a user").user().expect("a user")
    }

    pub async fn get(&self, user: &User) -> User {
        self.call(get(&user.id)).await.expect("a user").user().expect("a user")
    }

    pub async fn list(&self, filter: Filter, offset: u64, limit: u32) -> Page {
        self.call(list(filter, offset, limit)).await.expect("a page").page()
    }

    /// The device that a device call answers with.
    pub async fn device(&self, call: Call) -> Device {
        match self.call(call).await.expect("a device").content {
            Content::Device(device) => device,
            other => panic!("no device but {other:?}"),
        }
    }

    pub fn switch(&self, text: &str) {
        self.transport.simulator.borrow_mut().set_switch(text).expect("a switch");
    }

    pub fn inject(&self, fault: Fault) {
        self.transport.simulator.borrow_mut().inject(Some(fault));
    }

    pub fn truth(&self) -> Truth {
        self.transport.simulator.borrow().truth()
    }

    /// Does what a person outside of the API does: `/__verify/USER/DEVICE`, `/__call/USER`.
    pub fn outside(&self, path: String) {
        let request = SimRequest { method: "POST".into(), path, headers: Vec::new(), body: Vec::new() };
        assert_eq!(self.transport.handle(&request).0.status, 200, "{}", request.path);
    }

    /// The owner verifies a device by a missed call.
    pub fn verify(&self, user: &User, device: &Device) {
        self.outside(format!("/__verify/{}/{}", user.id, device.id));
    }
}

/// A simulator as a network that keeps to the paused clock.
pub struct InProcess {
    simulator: RefCell<Simulator>,
    began: Instant,
}

impl InProcess {
    fn handle(&self, request: &SimRequest) -> (SimReply, Fate) {
        self.simulator.borrow_mut().handle(request, self.began.elapsed())
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, TransportError> {
        let (reply, fate) = self.handle(&on_the_wire(request));
        let (wait, broken) = match fate {
            Fate::Deliver { after } => (after, false),
            Fate::SlowBody => (self.simulator.borrow().settings().switches.slow_body, false),
            Fate::Hang => (Duration::MAX, false),
            Fate::ResetBefore | Fate::ResetAfter | Fate::CutBody => (Duration::ZERO, true),
        };
        sleep(wait.min(TIMEOUT)).await;
        let failure = |kind| TransportError { kind, message: format!("{fate:?}") };
        if wait >= TIMEOUT {
            return Err(failure(TransportFailure::TimedOut));
        }
        if broken {
            return Err(failure(TransportFailure::Lost));
        }
        let limits = Limits::read(|name| reply.get(name), |date| date.unwrap_or(0.0));
        Ok(HttpReply { status: reply.status, limits, body: reply.body })
    }
}

impl Transport for InProcess {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

fn on_the_wire(request: HttpRequest) -> SimRequest {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let (name, value) = request.authorization;
    SimRequest {
        method: method.into(),
        path: request.path,
        headers: vec![(name.into(), value.reveal().into())],
        body: request.body.unwrap_or_default(),
    }
}

pub fn list(filter: Filter, offset: u64, limit: u32) -> Call {
    Call::List(Listing { filter, offset, limit, ..Listing::default() })
}

pub fn get(user_id: &str) -> Call {
    Call::Get { user_id: user_id.into() }
}

pub fn delete(user_id: &str) -> Call {
    Call::Delete { user_id: user_id.into(), parting: Parting::default() }
}

pub fn available(user: &User, device: &Device, available: bool) -> Call {
    Call::SetAvailable { user_id: user.id.clone(), device_id: device.id.clone(), available }
}

pub fn number(user: &User, device: &Device, number: &str) -> Call {
    Call::SetNumber { user_id: user.id.clone(), device_id: device.id.clone(), number: number.into() }
}

pub fn password(user: &User, device: &Device, password: &str) -> Call {
    Call::SetSipPassword {
        user_id: user.id.clone(),
        device_id: device.id.clone(),
        password: Secret::new(password),
    }
}

/// A wished user with the e-mail and number given.
pub fn person(email: Option<&str>, number: Option<&str>) -> NewUser {
    NewUser {
        first_name: "Asha".into(),
        last_name: "Rao".into(),
        email: email.map(Into::into),
        number: number.map(Into::into),
        ..NewUser::default()
    }
}

/// A wished user with both.
pub fn asha() -> NewUser {
    person(Some("asha+1@example.com"), Some("+919800000001"))
}

/// The first device of a kind.
pub fn device_of<'a>(user: &'a User, kind: &str) -> &'a Device {
    user.devices_of(kind).next().expect(kind)
}

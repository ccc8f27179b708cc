//! An account that can be spoken to: a real one, or the built-in simulator.

use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;

use super::Failure;
use crate::cli::{ProviderChoice, ProviderName, Settings};
use crate::history::History;
use crate::outcome::exit;
use crate::pace::Pace;
use crate::provider::audian::{Audian, AudianAccount, Dialect};
use crate::provider::exotel::Exotel;
use crate::provider::http::HttpTransport;
use crate::provider::{Provider, Transport};
use crate::runner::{Caller, StopSign, Watch};
use crate::secret::Secret;
use crate::simulator::{self, SimProvider, SimSettings, Simulator};

/// The provider, the way to it, and its name in journals.
pub struct Connection {
    pub provider: Box<dyn Provider>,
    pub transport: Box<dyn Transport>,
    pub name: ProviderName,
    pub account: String,
    /// Empty with the built-in simulator, whose port changes.
    pub base_url: String,
    /// Serves as long as the connection lives.
    _simulator: Option<simulator::Running>,
}

impl Connection {
    pub fn open(choice: &ProviderChoice, settings: &Settings) -> Result<Connection, Failure> {
        let running = match choice.simulate {
            true => Some(simulate(choice, &settings.screen.state_dir)?),
            false => None,
        };
        let base_url = running.as_ref().map_or(choice.base_url.clone(), simulator::Running::base_url);
        let transport = HttpTransport::new(&base_url, settings.timeout, choice.simulate)
            .map_err(|error| Failure::new(exit::USAGE, error))?;
        Ok(Connection {
            provider: provider(choice),
            transport: Box::new(transport),
            name: choice.name,
            account: choice.account.clone(),
            base_url: choice.base_url.clone(),
            _simulator: running,
        })
    }

    /// The account's name for its lock.
    pub fn lock_name(&self) -> String {
        format!("{} {} {}", self.name.word(), self.base_url, self.account)
    }

    /// Somebody who calls within all limits, beginning with what earlier runs learned of them.
    pub fn caller<'a>(
        &'a self,
        settings: &Settings,
        history: &History,
        (stop, watch): (&'a StopSign, &'a dyn Watch),
    ) -> Caller<'a> {
        let learned = history.learned(&self.lock_name());
        let pace = Pace::new(settings.concurrency, settings.rate)
            .with_headroom(f64::from(settings.headroom) / 100.0)
            .with_learned(&learned, Timestamp::now().as_second());
        let mut seed = [0; 8];
        // Without chance waits are merely less spread.
        let _ = getrandom::fill(&mut seed);
        let seed = u64::from_le_bytes(seed);
        Caller::new(&*self.provider, &*self.transport, stop, watch, (pace, settings.retries), seed)
    }

    /// Remembers what the caller learned of the account's limits.
    pub fn remember(&self, history: &History, caller: &Caller<'_>) {
        history.keep_learned(&self.lock_name(), &caller.learned(Timestamp::now().as_second()));
    }
}

/// Runs a story of calls: one thread, as the journal has one owner.
pub fn block_on<T>(story: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.context("the program cannot start its calls")?.block_on(story))
}

fn provider(choice: &ProviderChoice) -> Box<dyn Provider> {
    let none = || Secret::new("");
    match choice.name {
        ProviderName::Exotel => {
            let key = choice.credentials.key.clone().unwrap_or_else(none);
            let token = choice.credentials.token.clone().unwrap_or_else(none);
            Box::new(Exotel::new(&choice.account, &key, &token))
        }
        ProviderName::Audian => {
            let account = AudianAccount {
                id: choice.account.clone(),
                dialect: choice.dialect,
                invite: choice.invite,
                accept_charges: choice.accept_charges,
            };
            let (key, token) = (choice.credentials.key.clone(), choice.credentials.token.clone());
            Box::new(Audian::new(account, key, token))
        }
    }
}

/// Starts the built-in simulator on the account that is kept in the state folder.
fn simulate(choice: &ProviderChoice, state_dir: &Path) -> Result<simulator::Running, Failure> {
    let audian = choice.name == ProviderName::Audian;
    let kazoo = audian && choice.dialect == Dialect::Kazoo;
    let name = format!("{}{}.jsonl", choice.name.word(), if kazoo { "-kazoo" } else { "" });
    let mut settings = SimSettings {
        provider: match choice.name {
            ProviderName::Exotel => SimProvider::Exotel,
            ProviderName::Audian => SimProvider::Audian,
        },
        state: Some(state_dir.join("simulator").join(name)),
        fresh: choice.simulate_fresh,
        ..SimSettings::default()
    };
    // Without a device there would be nothing to hand over.
    let switches = [(audian, "new_device=on"), (kazoo, "dialect=kazoo")];
    for (_, switch) in switches.into_iter().filter(|(meant, _)| *meant) {
        settings.set_switch(switch).map_err(|error| Failure::new(exit::INTERNAL, error))?;
    }
    let failed = |error: std::io::Error| {
        let (code, mend) = match error.kind() {
            std::io::ErrorKind::WouldBlock => (exit::TEMPORARY, "wait until the other command has ended"),
            _ => (exit::INTERNAL, "--simulate-fresh begins with an empty account"),
        };
        Failure::new(code, format!("the built-in simulator cannot start: {error}; {mend}"))
    };
    History::open(state_dir)?;
    let simulator = Simulator::new(settings).map_err(failed)?;
    simulator::spawn(simulator, 0).map_err(failed)
}

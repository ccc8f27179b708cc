//! The story of `simulate`: a simulated provider on this machine, until interrupted.

use std::time::Duration;

use anyhow::Context;

use super::Failure;
use super::connection::block_on;
use super::output::put_out;
use crate::cli::{ProviderName, SimulateArguments};
use crate::outcome::exit;
use crate::platform::{SET, Signals};
use crate::simulator::{self, FaultSettings, Rate, SimProvider, SimSettings, Simulator, switches_of};

const CANNOT_START: &str = "the simulator cannot start";

pub fn simulate(arguments: &SimulateArguments) -> Result<u8, Failure> {
    let settings = settings(arguments)?;
    let simulator = Simulator::new(settings).context(CANNOT_START)?;
    let running = simulator::spawn(simulator, arguments.port).with_context(|| {
        format!("port {} of this machine cannot be used; choose another one with --port", arguments.port)
    })?;
    let url = running.base_url();
    put_out(&format!("listening on {url}\n{}", variables(arguments, &url)))?;
    block_on(async {
        let mut signals = Signals::listen().context(CANNOT_START)?;
        signals.next().await;
        Ok(exit::DONE)
    })?
}

fn settings(arguments: &SimulateArguments) -> Result<SimSettings, Failure> {
    let usage = |message: String| Failure::new(exit::USAGE, message);
    let provider = match ProviderName::parse(&arguments.provider)? {
        ProviderName::Exotel => SimProvider::Exotel,
        ProviderName::Audian => SimProvider::Audian,
    };
    let faults = match &arguments.faults {
        None => FaultSettings::default(),
        Some(text) => text.parse().map_err(|error| usage(format!("--faults: {error}")))?,
    };
    let mut settings = SimSettings {
        provider,
        users: arguments.users,
        rate: Rate::parse(&arguments.rate).map_err(|error| usage(format!("--rate: {error}")))?,
        latency: Duration::from_millis(arguments.latency),
        faults,
        state: arguments.state.clone(),
        log: true,
        ..SimSettings::default()
    };
    for switch in &arguments.switch {
        settings.set_switch(switch).map_err(|error| {
            let known = switches_of(provider)
                .map(|switch| format!("\n  {:18} {:32} {}", switch.name, switch.values, switch.meaning));
            usage(format!("--switch: {error}\nswitches:{}", known.collect::<String>()))
        })?;
    }
    Ok(settings)
}

/// What to set so that the other commands find the simulator.
fn variables(arguments: &SimulateArguments, url: &str) -> String {
    let provider = arguments.provider.to_ascii_lowercase();
    let credentials: &[&str] = match provider.as_str() {
        "audian" => &["AUDIAN_API_KEY=sim-key", "AUDIAN_ACCOUNT_ID=sim"],
        _ => &["EXOTEL_API_KEY=sim-key", "EXOTEL_API_TOKEN=sim-token", "EXOTEL_ACCOUNT_SID=sim"],
    };
    let account = [format!("CALLROSTER_PROVIDER={provider}"), format!("CALLROSTER_BASE_URL={url}")];
    let all = account.iter().map(String::as_str).chain(credentials.iter().copied());
    all.map(|variable| format!("{SET} {variable}\n")).collect()
}

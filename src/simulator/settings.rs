//! What a simulator is told at its start.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::faults::FaultSettings;
use super::switches::Switches;

/// Whose API the simulator speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SimProvider {
    #[default]
    Exotel,
    Audian,
}

/// The settings of one simulated account.
#[derive(Debug, Clone)]
pub struct SimSettings {
    /// Whose account it is; Exotel's.
    pub provider: SimProvider,
    /// How many made-up users a new tenant begins with; 0.
    pub users: usize,
    /// The limit of the account; `None` is no limit. Kazoo's own is `10/s`, out of a bucket of 100.
    pub rate: Option<Rate>,
    /// How long every reply takes; 0.
    pub latency: Duration,
    /// What goes wrong, and how often; nothing.
    pub faults: FaultSettings,
    /// Where ids and late effects are drawn from.
    pub seed: u64,
    /// The file that keeps the tenant; `None` keeps it in memory.
    pub state: Option<PathBuf>,
    /// Deletes the file first.
    pub fresh: bool,
    /// The accepted account sid, or account id; `sim`.
    pub account: String,
    /// The accepted API key; `sim-key`.
    pub key: String,
    /// The accepted API token, or Audian's token that never ends; `sim-token`.
    pub token: String,
    /// The wall time at the start. `None` is a fixed moment in process and the real time in a server.
    pub wall: Option<Timestamp>,
    /// Keeps a log of all calls for [`super::Simulator::truth`].
    pub log: bool,
    /// How the account behaves where documents leave it open.
    pub switches: Switches,
}

impl Default for SimSettings {
    fn default() -> SimSettings {
        SimSettings {
            provider: SimProvider::Exotel,
            users: 0,
            rate: None,
            latency: Duration::ZERO,
            faults: FaultSettings::default(),
            seed: 1,
            state: None,
            fresh: false,
            account: "sim".into(),
            key: "sim-key".into(),
            token: "sim-token".into(),
            wall: None,
            log: false,
            switches: Switches::default(),
        }
    }
}

impl SimSettings {
    /// Sets one switch, given as `name=value`; the error says what would have been right.
    pub fn set_switch(&mut self, text: &str) -> Result<(), String> {
        self.switches.set_of(self.provider, text)
    }
}

/// So many calls in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub calls: u32,
    pub per: Duration,
}

impl Rate {
    /// Reads `50/min`, `10/s` or `off`.
    pub fn parse(text: &str) -> Result<Option<Rate>, String> {
        if text == "off" {
            return Ok(None);
        }
        let wrong = || format!("`{text}` is no rate: write `50/min`, `10/s` or `off`");
        let (calls, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit.trim() {
            "s" | "sec" | "second" => 1,
            "min" | "m" | "minute" => 60,
            _ => return Err(wrong()),
        };
        let calls = calls.trim().parse().ok().filter(|calls| *calls > 0).ok_or_else(wrong)?;
        Ok(Some(Rate { calls, per: Duration::from_secs(seconds) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let rate = |calls, seconds| Ok(Some(Rate { calls, per: Duration::from_secs(seconds) }));
        assert_eq!(Rate::parse("50/min"), rate(50, 60));
        assert_eq!(Rate::parse("10/s"), rate(10, 1));
        assert_eq!(Rate::parse("off"), Ok(None));
        for wrong in ["", "50", "0/s", "-1/s", "5/day", "x/s"] {
            assert!(Rate::parse(wrong).is_err(), "{wrong}");
        }
    }
}

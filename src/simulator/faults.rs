//! What goes wrong: the menu of faults, and when one strikes.
//!
//! A fault is told apart by three things that a client cannot see at once: whether the call
//! takes effect, when, and what comes back.

use std::collections::VecDeque;
use std::str::FromStr;

use super::chance::Chance;

/// One thing that may happen to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Done; the reply comes 0.2 to 3 s late.
    Delay,
    /// Not done; the connection is reset.
    ResetBefore,
    /// Done; the connection is reset.
    ResetAfter,
    /// Done; half of the reply comes.
    CutBody,
    /// Done; the reply drips.
    SlowBody,
    /// Not done; nothing comes.
    HangBefore,
    /// Done; nothing comes.
    HangAfter,
    /// Not done; 500 with the provider's own body.
    ErrorBefore,
    /// Done; 500 with the provider's own body.
    ErrorAfter,
    /// Not done; 502 with a gateway's page.
    GatewayBefore,
    /// Done; 502 with a gateway's page.
    GatewayAfter,
    /// Done; 200 with a page in place of JSON.
    NotJson,
    /// Not done; 429 in a shape drawn by chance.
    TooMany,
    /// The connection is reset, and the call takes effect 1 to 30 s later.
    LateReset,
    /// Nothing comes, and the call takes effect 1 to 30 s later.
    LateHang,
}

/// Whether and when a call that met a fault takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Never,
    Now,
    Late,
}

/// All faults by name, each with its weight when drawn by chance.
///
/// Hangs are rare since each costs the caller its whole time-out.
pub const FAULTS: &[(&str, Fault, u64)] = &[
    ("delay", Fault::Delay, 6),
    ("reset_before", Fault::ResetBefore, 6),
    ("reset_after", Fault::ResetAfter, 8),
    ("cut_body", Fault::CutBody, 6),
    ("slow_body", Fault::SlowBody, 3),
    ("hang_before", Fault::HangBefore, 1),
    ("hang_after", Fault::HangAfter, 1),
    ("500_before", Fault::ErrorBefore, 6),
    ("500_after", Fault::ErrorAfter, 6),
    ("502_before", Fault::GatewayBefore, 5),
    ("502_after", Fault::GatewayAfter, 5),
    ("not_json", Fault::NotJson, 3),
    ("429", Fault::TooMany, 8),
    ("late_reset", Fault::LateReset, 5),
    ("late_hang", Fault::LateHang, 1),
];

impl Fault {
    /// The name in [`FAULTS`].
    pub fn name(self) -> &'static str {
        FAULTS.iter().find(|(_, fault, _)| *fault == self).map_or("", |(name, _, _)| name)
    }

    pub(super) fn effect(self) -> Effect {
        match self {
            Fault::ResetBefore
            | Fault::HangBefore
            | Fault::ErrorBefore
            | Fault::GatewayBefore
            | Fault::TooMany => Effect::Never,
            Fault::LateReset | Fault::LateHang => Effect::Late,
            _ => Effect::Now,
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Fault, String> {
        let known = FAULTS.iter().find(|(word, _, _)| *word == name);
        known.map(|(_, fault, _)| *fault).ok_or_else(|| {
            let names: Vec<&str> = FAULTS.iter().map(|(word, _, _)| *word).collect();
            format!("there is no fault `{name}`; there are {}", names.join(", "))
        })
    }
}

/// How often which faults strike.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultSettings {
    pub seed: u64,
    /// Share of calls that meet a fault, 0 to 1.
    pub rate: f64,
    /// The faults to draw from; empty means all.
    pub menu: Vec<Fault>,
}

impl FromStr for FaultSettings {
    type Err = String;

    /// Reads `SEED:RATE` or `SEED:RATE:FAULT,FAULT`; the rate is a part of 1, or so many per cent.
    fn from_str(text: &str) -> Result<FaultSettings, String> {
        let mut parts = text.splitn(3, ':');
        let seed = parts.next().and_then(|seed| seed.parse().ok());
        let part = |rate: &str| match rate.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
            None => rate.parse().ok(),
        };
        let rate = parts.next().and_then(part).filter(|rate| (0.0..=1.0).contains(rate));
        let (Some(seed), Some(rate)) = (seed, rate) else {
            return Err(format!("`{text}` is not SEED:RATE, such as `7:0.05` or `7:5%`; the rate is 0 to 1"));
        };
        let menu = parts.next().map_or(Ok(Vec::new()), |names| names.split(',').map(str::parse).collect());
        Ok(FaultSettings { seed, rate, menu: menu? })
    }
}

/// Draws faults by chance, after those that were ordered.
#[derive(Debug)]
pub(super) struct Faults {
    settings: FaultSettings,
    chance: Chance,
    ordered: VecDeque<Option<Fault>>,
}

impl Faults {
    pub(super) fn new(settings: FaultSettings, stir: u64) -> Faults {
        let chance = Chance::new(super::chance::mix(settings.seed, stir));
        Faults { settings, chance, ordered: VecDeque::new() }
    }

    /// Puts a fault, or a calm call, in line before what chance brings.
    pub(super) fn order(&mut self, fault: Option<Fault>) {
        self.ordered.push_back(fault);
    }

    /// The fault of the next call.
    pub(super) fn draw(&mut self) -> Option<Fault> {
        if let Some(fault) = self.ordered.pop_front() {
            return fault;
        }
        if self.settings.rate <= 0.0 || self.chance.fraction() >= self.settings.rate {
            return None;
        }
        let menu = &self.settings.menu;
        let open = || FAULTS.iter().filter(|(_, fault, _)| menu.is_empty() || menu.contains(fault));
        let mut left = self.chance.below(open().map(|(_, _, weight)| weight).sum());
        for (_, fault, weight) in open() {
            if left < *weight {
                return Some(*fault);
            }
            left -= weight;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read() {
        for text in ["7:0.05", "7:5%"] {
            let settings: FaultSettings = text.parse().expect("right");
            assert_eq!((settings.seed, settings.rate), (7, 0.05));
        }
        let settings: FaultSettings = "7:1:429,late_hang".parse().expect("right");
        assert_eq!(settings.menu, [Fault::TooMany, Fault::LateHang]);
        for wrong in ["", "7", "x:0.1", "7:2", "7:NaN", "7:101%", "7:%", "7:0.1:flood"] {
            assert!(wrong.parse::<FaultSettings>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_fault_comes_about_as_often_as_told_and_the_same_each_time() {
        let draw = || {
            let mut faults = Faults::new("3:0.2".parse().expect("right"), 0);
            (0..20_000).map(|_| faults.draw()).collect::<Vec<_>>()
        };
        let drawn = draw();
        assert_eq!(drawn, draw());
        let struck = drawn.iter().flatten().count();
        assert!((3_600..4_400).contains(&struck), "{struck}");
        for (name, fault, _) in FAULTS {
            assert!(drawn.contains(&Some(*fault)), "{name}");
        }
    }

    #[test]
    fn ordered_faults_come_first() {
        let mut faults = Faults::new(FaultSettings::default(), 0);
        faults.order(None);
        faults.order(Some(Fault::CutBody));
        assert_eq!([faults.draw(), faults.draw(), faults.draw()], [None, Some(Fault::CutBody), None]);
    }
}

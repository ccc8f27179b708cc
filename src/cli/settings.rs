//! What is meant: option, else environment, else profile, else default.

use std::path::PathBuf;
use std::time::Duration;

use super::arguments::{ColorArgument, ProgressArgument, ProviderArguments, ScreenArguments};
use super::config::{Profile, default_state_folder};
use super::credentials::{Credentials, variables};
use super::typed::typed;
use super::{Typed, Usage};
use crate::columns::Mapping;
use crate::pace::Cap;
use crate::provider::audian::Dialect;
use crate::provider::http::canonical_base_url;
use crate::row::Mode;
use crate::validate::Vocabulary;

/// The phone systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderName {
    Exotel,
    Audian,
}

impl ProviderName {
    pub fn word(self) -> &'static str {
        match self {
            ProviderName::Exotel => "exotel",
            ProviderName::Audian => "audian",
        }
    }

    /// Reads the word of the command line.
    pub fn parse(text: &str) -> Result<ProviderName, Usage> {
        match text.to_ascii_lowercase().as_str() {
            "exotel" => Ok(ProviderName::Exotel),
            "audian" => Ok(ProviderName::Audian),
            _ => Err(Usage::new(format!("there is no provider `{text}`; there are exotel and audian"))),
        }
    }
}

/// The account that a command works on.
#[derive(Debug, Clone)]
pub struct ProviderChoice {
    pub name: ProviderName,
    /// Empty with the built-in simulator, which is not started yet.
    pub base_url: String,
    pub account: String,
    pub credentials: Credentials,
    pub simulate: bool,
    pub simulate_fresh: bool,
    /// The form of Audian's API.
    pub dialect: Dialect,
    /// Whether the account keeps archived users.
    pub archive: bool,
    /// New users get an invitation mail (Audian).
    pub invite: bool,
    /// Charges that new users cost are agreed to (Audian).
    pub accept_charges: bool,
}

/// What every command knows.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) profile: Profile,
    pub(super) arguments: ProviderArguments,
    /// Most calls in flight; `None` is found out.
    pub concurrency: Option<u32>,
    pub rate: Option<Cap>,
    /// Percent of the found limit that is left to others.
    pub headroom: u8,
    pub settle: Option<Duration>,
    pub retries: u32,
    pub timeout: Duration,
    pub voip: Option<bool>,
    pub default_country: Option<String>,
    pub screen: ScreenSettings,
    pub mappings: Vec<Mapping>,
}

/// How the program shows itself, and where it keeps its state.
#[derive(Debug, Clone)]
pub struct ScreenSettings {
    pub state_dir: PathBuf,
    pub progress: ProgressArgument,
    pub color: ColorArgument,
    pub quiet: bool,
    pub verbose: bool,
    pub log_json: Option<PathBuf>,
    pub json: bool,
}

impl Settings {
    pub fn of(arguments: &ProviderArguments) -> Result<Settings, Usage> {
        let profile = Profile::of(&arguments.screen)?;
        let concurrency = match arguments.concurrency.as_deref() {
            None => profile.concurrency,
            Some("auto") => None,
            Some(text) => Some(whole_number("--concurrency", text)?),
        };
        let rate = arguments.rate.as_deref().or(profile.rate.as_deref()).unwrap_or("auto");
        let headroom = arguments.headroom.as_deref().or(profile.headroom.as_deref()).unwrap_or("0");
        let seconds =
            |option: &str, given: Option<f64>| given.map(|given| seconds(option, given)).transpose();
        let mappings = profile.map.iter().map(|(header, field)| {
            Mapping::parse(&format!("{header}={field}"))
                .map(|mapping| Mapping { by_profile: true, ..mapping })
                .map_err(|error| Usage::new(format!("map in the profile: {error}")))
        });
        Ok(Settings {
            concurrency,
            rate: cap(rate)?,
            headroom: percent("--headroom", headroom)?,
            settle: seconds("--settle", arguments.settle.or(profile.settle))?,
            retries: arguments.retries.or(profile.retries).unwrap_or(5),
            timeout: seconds("--timeout", arguments.timeout.or(profile.timeout))?
                .filter(|timeout| !timeout.is_zero())
                .unwrap_or(Duration::from_secs(30)),
            voip: profile.voip,
            default_country: profile.default_country.clone(),
            screen: ScreenSettings::with(&arguments.screen, profile.state_dir.clone())?,
            mappings: mappings.collect::<Result<_, _>>()?,
            arguments: arguments.clone(),
            profile,
        })
    }

    /// The phone system that is named anywhere; the built-in simulator is Exotel's unless told otherwise.
    fn provider_name(&self) -> Result<Option<ProviderName>, Usage> {
        let named = self.arguments.provider.as_deref().or(self.profile.provider.as_deref());
        match named {
            Some(text) => ProviderName::parse(text).map(Some),
            None => Ok(self.simulates().then_some(ProviderName::Exotel)),
        }
    }

    /// What finds a run and its credentials again.
    pub fn typed(&self) -> Typed {
        Typed::of_run(&self.arguments)
    }

    /// Options that were typed and have no use at this phone system; a variable or a profile may serve several accounts.
    pub fn notes(&self) -> Vec<String> {
        let region = typed(self.arguments.region.as_ref(), Some("CALLROSTER_REGION")).map(|region| {
            format!(
                "--region {region} has no use at Audian: it is where an Exotel account lives; --base-url names another address"
            )
        });
        let dialect = typed(self.arguments.dialect.as_ref(), Some("CALLROSTER_DIALECT")).map(|dialect| {
            format!(
                "--dialect {dialect} has no use without --provider audian: it is the form of Audian's API"
            )
        });
        let note = match self.provider_name() {
            Ok(Some(ProviderName::Audian)) => region,
            _ => dialect,
        };
        note.into_iter().collect()
    }

    fn simulates(&self) -> bool {
        self.arguments.simulate || self.arguments.simulate_fresh
    }

    /// Whose words a sheet is in; Exotel's where nothing is said.
    pub fn vocabulary(&self) -> Result<Vocabulary, Usage> {
        let dialect = self.arguments.dialect.as_deref().or(self.profile.dialect.as_deref());
        vocabulary(self.provider_name()?.unwrap_or(ProviderName::Exotel), dialect.unwrap_or("flat"))
    }

    /// Whether the account keeps archived users. A plain Kazoo does not: it would delete for good.
    pub fn archive_supported(&self) -> Result<bool, Usage> {
        Ok(match self.vocabulary()? {
            Vocabulary::Exotel => false,
            Vocabulary::AudianFlat => true,
            Vocabulary::AudianKazoo => self.profile.archive_supported.unwrap_or(false),
        })
    }

    /// Refuses what needs an archive where there is none, with the reason.
    pub fn needs_archive(&self, what: &str) -> Result<(), Usage> {
        if self.archive_supported()? {
            return Ok(());
        }
        Err(Usage::new(match self.vocabulary()? {
            Vocabulary::Exotel => {
                format!("`{what}` is Audian's: Exotel keeps no archive, and a deleted user is gone for good")
            }
            _ => format!(
                "the dialect kazoo is refused for `{what}`: a plain Kazoo keeps no archive and would delete for good; if your \
                 deployment does keep one, say archive_supported = true in the profile"
            ),
        }))
    }

    /// How users go, as `--mode` says it.
    pub fn mode(&self, text: &str) -> Result<Mode, Usage> {
        let modes = self.vocabulary()?.modes();
        let words: Vec<&str> = modes.iter().map(|mode| mode.word()).collect();
        let meant = Mode::of_word(text.trim());
        if let Some(mode @ (Mode::Archive | Mode::Purge)) = meant {
            self.needs_archive(&format!("--mode {}", mode.word()))?;
        }
        let known = meant.filter(|mode| modes.contains(mode));
        known.ok_or_else(|| {
            Usage::new(format!(
                "--mode `{text}` is nothing that this provider can do; it has {}",
                words.join(", ")
            ))
        })
    }

    /// The account, with everything that is needed to speak to it.
    pub fn provider(&self) -> Result<ProviderChoice, Usage> {
        let name = self.provider_name()?.ok_or_else(no_provider)?;
        let dialect = match self.vocabulary()? {
            Vocabulary::AudianKazoo => Dialect::Kazoo,
            _ => Dialect::Flat,
        };
        let choice = ProviderChoice {
            name,
            base_url: String::new(),
            account: "sim".into(),
            credentials: Credentials::of_simulator(name),
            simulate: self.simulates(),
            simulate_fresh: self.arguments.simulate_fresh,
            dialect,
            archive: self.archive_supported()?,
            invite: true,
            accept_charges: false,
        };
        if choice.simulate {
            return Ok(choice);
        }
        let base_url = self.base_url(name)?;
        let credentials = Credentials::read(name, &self.profile)?;
        let [.., account_variable] = variables(name);
        let given = self.arguments.account.clone().filter(|text| !text.trim().is_empty());
        let from_environment = || std::env::var(account_variable).ok().filter(|text| !text.trim().is_empty());
        let account = given.or_else(from_environment).or_else(|| self.profile.account.clone());
        let mut missing = credentials.missing(name);
        if account.is_none() {
            missing.push(account_variable);
        }
        if !missing.is_empty() {
            return Err(Usage::new(format!(
                "{} not set; take the values from the provider's settings page, or name files in a profile of config.toml \
                 (credentials are never options)",
                missing.join(", ") + if missing.len() == 1 { " is" } else { " are" }
            )));
        }
        let account = account.unwrap_or_default().trim().to_string();
        if account.chars().any(|c| c.is_control() || c.is_whitespace() || "/?#".contains(c)) {
            return Err(Usage::new(format!(
                "`{account}` cannot be an account id; copy it from the provider's settings page"
            )));
        }
        Ok(ProviderChoice { base_url, account, credentials, ..choice })
    }

    fn base_url(&self, name: ProviderName) -> Result<String, Usage> {
        let region = self.arguments.region.as_deref().or(self.profile.region.as_deref());
        let usual = match (name, region.map(str::to_ascii_lowercase).as_deref()) {
            (ProviderName::Audian, _) => Some("https://api.audian.com:8443"),
            (ProviderName::Exotel, Some("singapore")) => Some("https://ccm-api.exotel.com"),
            (ProviderName::Exotel, Some("mumbai")) => Some("https://ccm-api.in.exotel.com"),
            (ProviderName::Exotel, None) => None,
            (ProviderName::Exotel, Some(other)) => {
                return Err(Usage::new(format!(
                    "there is no region `{other}`; there are singapore and mumbai"
                )));
            }
        };
        let named = self.arguments.base_url.as_ref().or(self.profile.base_url.as_ref());
        named.map(|url| canonical_base_url(url)).or(usual.map(String::from)).ok_or_else(|| {
            Usage::new(
                "the account's region is not known; give --region singapore or --region mumbai (CALLROSTER_REGION), or \
                 another address with --base-url",
            )
        })
    }
}

impl ScreenSettings {
    /// For commands that need no more of the profile than where runs are kept.
    pub fn of(arguments: &ScreenArguments) -> Result<ScreenSettings, Usage> {
        ScreenSettings::with(arguments, Profile::of(arguments)?.state_dir)
    }

    fn with(arguments: &ScreenArguments, profile_state: Option<PathBuf>) -> Result<ScreenSettings, Usage> {
        let state_dir = arguments.state_dir.clone().or(profile_state).or_else(default_state_folder);
        let state_dir = state_dir.ok_or_else(|| {
            Usage::new(
                "no home folder is known; name a folder for runs with --state-dir (CALLROSTER_STATE_DIR)",
            )
        })?;
        Ok(ScreenSettings {
            state_dir,
            progress: arguments.progress,
            color: arguments.color,
            quiet: arguments.quiet,
            verbose: arguments.verbose,
            log_json: arguments.log_json.clone(),
            json: arguments.json,
        })
    }
}

/// Whose words, by provider and dialect.
pub fn vocabulary(provider: ProviderName, dialect: &str) -> Result<Vocabulary, Usage> {
    match (provider, dialect.to_ascii_lowercase().as_str()) {
        (ProviderName::Exotel, _) => Ok(Vocabulary::Exotel),
        (ProviderName::Audian, "flat") => Ok(Vocabulary::AudianFlat),
        (ProviderName::Audian, "kazoo") => Ok(Vocabulary::AudianKazoo),
        (ProviderName::Audian, other) => {
            Err(Usage::new(format!("there is no dialect `{other}`; there are flat and kazoo")))
        }
    }
}

fn no_provider() -> Usage {
    Usage::new(
        "no provider is configured; try --simulate for the built-in simulator, or give --provider exotel with --region \
         and set EXOTEL_API_KEY, EXOTEL_API_TOKEN and EXOTEL_ACCOUNT_SID (for Audian: --provider audian, AUDIAN_API_KEY \
         and AUDIAN_ACCOUNT_ID)",
    )
}

/// `10/s`, `50/min` or `auto`.
fn cap(text: &str) -> Result<Option<Cap>, Usage> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    let wrong = || Usage::new(format!("--rate `{text}` is no rate; write for example 50/min, 10/s or auto"));
    let (calls, unit) = text.split_once('/').ok_or_else(wrong)?;
    let seconds = match unit.trim().to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" => 1,
        "m" | "min" | "minute" => 60,
        _ => return Err(wrong()),
    };
    let calls = calls.trim().parse().ok().filter(|calls| *calls > 0).ok_or_else(wrong)?;
    Ok(Some(Cap { calls, per: Duration::from_secs(seconds) }))
}

fn whole_number(option: &str, text: &str) -> Result<u32, Usage> {
    let number = text.parse().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| Usage::new(format!("{option} `{text}` is no number between 1 and 10000, nor auto")))
}

fn percent(option: &str, text: &str) -> Result<u8, Usage> {
    let number = text.trim_end_matches('%').trim().parse().ok().filter(|number| *number < 100);
    number.ok_or_else(|| Usage::new(format!("{option} `{text}` is no share; write for example 30%")))
}

fn seconds(option: &str, given: f64) -> Result<Duration, Usage> {
    let duration = Duration::try_from_secs_f64(given).ok().filter(|duration| duration.as_secs() <= 86_400);
    duration.ok_or_else(|| Usage::new(format!("{option} {given} is no time; write seconds, such as 30")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_shares_and_times_are_read() {
        let rate = |text| cap(text).map_err(|usage| usage.to_string());
        assert_eq!(rate("50/min"), Ok(Some(Cap { calls: 50, per: Duration::from_secs(60) })));
        assert_eq!(rate("auto"), Ok(None));
        for wrong in ["50", "0/s", "x/min", "5/day"] {
            assert!(rate(wrong).is_err_and(|error| error.contains("50/min")), "{wrong}");
        }
        assert_eq!(percent("--headroom", "30%").ok(), Some(30));
        assert!(percent("--headroom", "100%").is_err());
        assert!(seconds("--timeout", -1.0).is_err() && seconds("--timeout", f64::NAN).is_err());
        assert!(whole_number("--concurrency", "0").is_err());
    }
}

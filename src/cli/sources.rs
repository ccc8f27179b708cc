//! Where each setting comes from: an option, a variable, the profile, or nobody and so the default.
//!
//! Names and places only: of credentials it says where they are, never what they are.

use super::credentials::variables;
use super::{ProviderChoice, ProviderName, Settings};

/// A setting with its value and its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced {
    pub name: &'static str,
    pub value: String,
    pub source: String,
}

impl Settings {
    /// The settings that tell how the account is spoken to.
    pub fn sources(&self, choice: &ProviderChoice) -> Vec<Sourced> {
        let (arguments, profile) = (&self.arguments, &self.profile);
        let text = |value: Option<&String>| value.cloned();
        let mut all = vec![self.sourced(
            "provider",
            choice.name.word().into(),
            ("--provider", "CALLROSTER_PROVIDER"),
            (text(arguments.provider.as_ref()), text(profile.provider.as_ref())),
        )];
        if choice.name == ProviderName::Audian {
            let dialect = arguments.dialect.clone().or(profile.dialect.clone()).unwrap_or("flat".into());
            let given = (arguments.dialect.clone(), profile.dialect.clone());
            all.push(self.sourced("dialect", dialect, ("--dialect", "CALLROSTER_DIALECT"), given));
        }
        if choice.simulate {
            all.push(simulated("base URL", "a free loopback port"));
            all.push(simulated("account", &choice.account));
            all.push(simulated("credentials", "the simulator's own"));
        } else {
            all.extend(self.address(choice));
            all.extend(self.credentials(choice));
        }
        all.extend(self.pace());
        all
    }

    fn address(&self, choice: &ProviderChoice) -> Vec<Sourced> {
        let (arguments, profile) = (&self.arguments, &self.profile);
        let by_region = arguments.base_url.is_none() && profile.base_url.is_none();
        let given = match by_region {
            true => (arguments.region.clone(), profile.region.clone()),
            false => (arguments.base_url.clone(), profile.base_url.clone()),
        };
        let names = match by_region {
            true => ("--region", "CALLROSTER_REGION"),
            false => ("--base-url", "CALLROSTER_BASE_URL"),
        };
        let [.., variable] = variables(choice.name);
        let own = std::env::var(variable).ok().filter(|_| arguments.account.is_none());
        let account = match own {
            Some(_) => Sourced {
                name: "account",
                value: choice.account.clone(),
                source: format!("environment {variable}"),
            },
            None => self.sourced(
                "account",
                choice.account.clone(),
                ("--account", "CALLROSTER_ACCOUNT"),
                (arguments.account.clone(), profile.account.clone()),
            ),
        };
        vec![self.sourced("base URL", choice.base_url.clone(), names, given), account]
    }

    fn credentials(&self, choice: &ProviderChoice) -> Vec<Sourced> {
        let [key, token, _] = variables(choice.name);
        let profile = &self.profile;
        let secrets = [
            ("API key", key, &choice.credentials.key, &profile.api_key_file),
            ("API token", token, &choice.credentials.token, &profile.api_token_file),
        ];
        let known = secrets.into_iter().filter(|(_, _, secret, ..)| secret.is_some());
        known
            .map(|(name, variable, _, file)| {
                let source = match (std::env::var_os(variable), file) {
                    (Some(_), ..) => format!("environment {variable}"),
                    (None, Some(file)) => format!("{}, file {}", self.profile_name(), file.display()),
                    _ => format!("{}, a command", self.profile_name()),
                };
                Sourced { name, value: "set".into(), source }
            })
            .collect()
    }

    fn pace(&self) -> Vec<Sourced> {
        let (arguments, profile) = (&self.arguments, &self.profile);
        let number = |value: Option<f64>| value.map(|value| value.to_string());
        let words = |value: Option<u32>| value.map(|value| value.to_string());
        let auto = || "auto".to_string();
        let shown = |given: &(Option<String>, Option<String>), default: String| {
            given.0.clone().or(given.1.clone()).unwrap_or(default)
        };
        let concurrency = (arguments.concurrency.clone(), words(profile.concurrency));
        let rate = (arguments.rate.clone(), profile.rate.clone());
        let retries = (words(arguments.retries), words(profile.retries));
        let timeout = (number(arguments.timeout), number(profile.timeout));
        let state = (
            arguments.screen.state_dir.as_ref().map(|path| path.display().to_string()),
            profile.state_dir.as_ref().map(|path| path.display().to_string()),
        );
        let folder = self.screen.state_dir.display().to_string();
        vec![
            self.sourced(
                "concurrency",
                shown(&concurrency, auto()),
                ("--concurrency", "CALLROSTER_CONCURRENCY"),
                concurrency,
            ),
            self.sourced("rate", shown(&rate, auto()), ("--rate", "CALLROSTER_RATE"), rate),
            self.sourced("retries", self.retries.to_string(), ("--retries", "CALLROSTER_RETRIES"), retries),
            self.sourced(
                "timeout",
                format!("{} s", self.timeout.as_secs_f64()),
                ("--timeout", "CALLROSTER_TIMEOUT"),
                timeout,
            ),
            self.sourced("state folder", folder, ("--state-dir", "CALLROSTER_STATE_DIR"), state),
        ]
    }

    /// `given` is what option or variable say, and what the profile says.
    fn sourced(
        &self,
        name: &'static str,
        value: String,
        (option, variable): (&str, &str),
        given: (Option<String>, Option<String>),
    ) -> Sourced {
        let source = match given {
            (Some(text), _) if std::env::var(variable).is_ok_and(|set| set == text) => {
                format!("environment {variable}")
            }
            (Some(_), _) => format!("option {option}"),
            (None, Some(_)) => self.profile_name(),
            (None, None) => "default".into(),
        };
        Sourced { name, value, source }
    }

    fn profile_name(&self) -> String {
        format!("profile {}", self.arguments.screen.profile.as_deref().unwrap_or("default"))
    }
}

fn simulated(name: &'static str, value: &str) -> Sourced {
    Sourced { name, value: value.into(), source: "option --simulate".into() }
}

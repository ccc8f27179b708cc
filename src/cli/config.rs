//! The configuration file: a table for each profile, `default` where none is named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;

use super::Usage;
use super::arguments::ScreenArguments;

/// What a profile may say; everything is optional.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    pub provider: Option<String>,
    pub base_url: Option<String>,
    pub region: Option<String>,
    pub account: Option<String>,
    pub dialect: Option<String>,
    pub concurrency: Option<u32>,
    pub rate: Option<String>,
    pub headroom: Option<String>,
    /// Seconds.
    pub settle: Option<f64>,
    pub retries: Option<u32>,
    /// Seconds.
    pub timeout: Option<f64>,
    pub state_dir: Option<PathBuf>,
    pub default_country: Option<String>,
    pub api_key_file: Option<PathBuf>,
    pub api_token_file: Option<PathBuf>,
    pub api_key_command: Option<String>,
    pub api_token_command: Option<String>,
    /// Whether the account has VOIP; without it a number is mandatory (Exotel).
    pub voip: Option<bool>,
    /// Whether the deployment keeps archived users (Audian, kazoo).
    pub archive_supported: Option<bool>,
    /// Header to field, as `--map` says it.
    pub map: BTreeMap<String, String>,
}

impl Profile {
    /// Reads the profile that the user names, or the one called `default` where there is one.
    pub fn of(arguments: &ScreenArguments) -> Result<Profile, Usage> {
        Profile::read(arguments.config.as_deref(), arguments.profile.as_deref())
    }

    fn read(config: Option<&Path>, name: Option<&str>) -> Result<Profile, Usage> {
        let path = match config {
            Some(path) => path.to_path_buf(),
            None => match config_folder() {
                Some(folder) => folder.join("callroster").join("config.toml"),
                None => return Ok(Profile::default()),
            },
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound && config.is_none() && name.is_none() =>
            {
                return Ok(Profile::default());
            }
            Err(error) => {
                return Err(Usage::new(format!(
                    "the configuration {} cannot be read: {error}",
                    path.display()
                )));
            }
        };
        let mut profiles: BTreeMap<String, Profile> = toml::from_str(&text).map_err(|error| {
            // A parser's picture of the line might show a secret that does not belong there.
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            let has_backslash = text.lines().nth(line - 1).is_some_and(|line| line.contains('\\'));
            let mend = if has_backslash { "; write a path of Windows in single quotes" } else { "" };
            Usage::new(format!("{}, line {line}: {}{mend}", path.display(), error.message()))
        })?;
        match name {
            None => Ok(profiles.remove("default").unwrap_or_default()),
            Some(name) => profiles.remove(name).ok_or_else(|| {
                let known: Vec<&str> = profiles.keys().map(String::as_str).collect();
                let known = if known.is_empty() { "none".to_string() } else { known.join(", ") };
                Usage::new(format!("{} has no profile {name}; it has {known}", path.display()))
            }),
        }
    }
}

fn config_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|folders| folders.config_dir())
}

/// Where state is kept when nobody says where.
pub fn default_state_folder() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    // Windows carries data from machine to machine and keeps only caches in place, under %LOCALAPPDATA%.
    let elsewhere = || if cfg!(windows) { folders.cache_dir() } else { folders.data_dir() };
    Some(folders.state_dir().unwrap_or_else(elsewhere).join("callroster"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, name: Option<&str>) -> Result<Profile, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).expect("it can be written");
        Profile::read(Some(&path), name).map_err(|usage| usage.to_string())
    }

    #[test]
    fn a_profile_is_a_table() {
        let text = "[default]\nregion = \"mumbai\"\n[acme]\nregion = \"singapore\"\nvoip = false\n";
        assert_eq!(read(text, None).map(|profile| profile.region), Ok(Some("mumbai".into())));
        assert_eq!(read(text, Some("acme")).map(|profile| profile.voip), Ok(Some(false)));
        assert!(read(text, Some("acne")).is_err_and(|error| error.contains("it has acme, default")));
        assert!(Profile::read(Some(Path::new("/nowhere/config.toml")), None).is_err());
    }

    #[test]
    fn a_mistake_is_named_by_its_line_and_shows_no_value() {
        let error = read("[acme]\nregion = \"mumbai\"\napi_key = \"s3cret\"\n", Some("acme"))
            .expect_err("unknown key");
        assert!(error.contains("line 3") && error.contains("api_key"), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_path_of_windows_is_told_its_quotes() {
        let error =
            read("[acme]\napi_key_file = \"C:\\Users\\me\\key.txt\"\n", Some("acme")).expect_err("no TOML");
        assert!(
            error.contains("line 2") && error.ends_with("write a path of Windows in single quotes"),
            "{error}"
        );
    }
}

//! Credentials: from the environment, a private file, or a command; never from options.

use std::path::Path;
use std::process::Stdio;

use super::config::Profile;
use super::{ProviderName, Usage};
use crate::platform;
use crate::secret::Secret;

/// What a provider is opened with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Exotel API key; Audian API key, `None` with a given token.
    pub key: Option<Secret>,
    /// Exotel API token; a given Audian token.
    pub token: Option<Secret>,
}

/// The variables of a provider: API key, API token, account.
pub fn variables(provider: ProviderName) -> [&'static str; 3] {
    match provider {
        ProviderName::Exotel => ["EXOTEL_API_KEY", "EXOTEL_API_TOKEN", "EXOTEL_ACCOUNT_SID"],
        ProviderName::Audian => ["AUDIAN_API_KEY", "AUDIAN_AUTH_TOKEN", "AUDIAN_ACCOUNT_ID"],
    }
}

impl Credentials {
    /// Those of the built-in simulator.
    pub fn of_simulator(provider: ProviderName) -> Credentials {
        // Audian's key is exchanged for a token, as at the real one.
        let token = (provider == ProviderName::Exotel).then(|| Secret::new("sim-token"));
        Credentials { key: Some(Secret::new("sim-key")), token }
    }

    /// Reads what the environment or the profile gives.
    pub fn read(provider: ProviderName, profile: &Profile) -> Result<Credentials, Usage> {
        let [key, token, _] = variables(provider);
        let key = one(key, profile.api_key_file.as_deref(), profile.api_key_command.as_deref())?;
        let token = one(token, profile.api_token_file.as_deref(), profile.api_token_command.as_deref())?;
        Ok(Credentials { key, token })
    }

    /// Which variables are still missing for this provider.
    pub fn missing(&self, provider: ProviderName) -> Vec<&'static str> {
        let [key, token, _] = variables(provider);
        match provider {
            ProviderName::Exotel => {
                let both = [(key, &self.key), (token, &self.token)];
                both.into_iter().filter(|(_, secret)| secret.is_none()).map(|(name, _)| name).collect()
            }
            ProviderName::Audian if self.key.is_none() && self.token.is_none() => vec![key],
            ProviderName::Audian => Vec::new(),
        }
    }
}

fn one(variable: &str, file: Option<&Path>, command: Option<&str>) -> Result<Option<Secret>, Usage> {
    let text = match (std::env::var_os(variable), file, command) {
        (Some(text), ..) => text.into_string().map_err(|_| {
            Usage::new(format!(
                "{variable} is not text; set it to the value from the provider's settings page"
            ))
        })?,
        (None, Some(file), _) => from_file(file)?,
        (None, None, Some(command)) => from_command(command)?,
        (None, None, None) => return Ok(None),
    };
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Usage::new(format!(
            "the value for {variable} has a line break or control character inside; set it again"
        )));
    }
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

fn from_file(path: &Path) -> Result<String, Usage> {
    let unreadable =
        |error| Usage::new(format!("the credentials file {} cannot be read: {error}", path.display()));
    if platform::others_can_read(path).map_err(unreadable)? {
        return Err(Usage::new(format!(
            "others can read the credentials file {path}; run `chmod 600 {path}`, and renew the key if others may have read it",
            path = path.display()
        )));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

fn from_command(command: &str) -> Result<String, Usage> {
    let failed =
        |why: String| Usage::new(format!("the credentials command `{command}` of the profile {why}"));
    let mut shell = platform::shell(command);
    shell.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = shell.output().map_err(|error| failed(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("failed ({})", output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("printed something that is not text".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        std::fs::write(&path, "t0ken\n").expect("it can be written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode));
            mode(0o644).expect("it is ours");
            assert!(from_file(&path).is_err_and(|usage| usage.to_string().contains("chmod 600")));
            mode(0o600).expect("it is ours");
        }
        assert_eq!(from_file(&path).ok().as_deref(), Some("t0ken\n"));
    }

    #[test]
    fn a_command_prints_the_secret_or_says_why_not() {
        // The shell of Windows prints the quotes too, but must not see them escaped.
        let printed = from_command("echo \"a b\"").expect("it can be run");
        assert_eq!(printed.trim().trim_matches('"'), "a b");
        let failed = from_command("exit 3").expect_err("it fails").to_string();
        assert!(failed.contains("failed (exit ") && failed.contains(": 3)"), "{failed}");
    }
}

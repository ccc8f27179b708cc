//! Secrets are a type: they print as a placeholder and are wiped when dropped.
//! Tokens, API keys and SIP passwords live here and nowhere else.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// What may stand in an address as it is (RFC 3986, "unreserved").
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text that must never be printed, logged or journalled.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(SecretString::from(text.into()))
    }

    /// A text of somebody else's without this secret: as it is, as JSON escapes it, and as an address encodes it.
    pub fn cut_out_of(&self, text: &str) -> String {
        let secret = self.reveal();
        if secret.is_empty() {
            return text.to_string();
        }
        let json = serde_json::to_string(secret).unwrap_or_default();
        // Some encode the four marks that need no encoding, and some do not.
        let [all, most] =
            [NON_ALPHANUMERIC, UNRESERVED].map(|set| utf8_percent_encode(secret, set).to_string());
        let json = &json[1.min(json.len())..json.len().saturating_sub(1)];
        let forms = [secret, json, &all, &most];
        forms.iter().fold(text.to_string(), |text, form| text.replace(form, "[secret]"))
    }

    /// The text itself, for the one place that puts it on the wire or into a 0600 file.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.reveal() == other.reveal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_a_placeholder() {
        let secret = Secret::new("S3cret!pass");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(format!("{:?}", Some(secret)), "Some([secret])");
    }

    #[test]
    fn a_secret_is_cut_out_of_texts_in_every_form_that_echoes_have() {
        let secret = Secret::new("S3\"cr-t pass");
        for echo in ["S3\"cr-t pass", "S3\\\"cr-t pass", "S3%22cr-t%20pass", "S3%22cr%2Dt%20pass"] {
            assert_eq!(secret.cut_out_of(&format!("got {echo}.")), "got [secret].", "{echo}");
        }
        assert_eq!(Secret::new("").cut_out_of("nothing"), "nothing");
        assert_eq!(Secret::new("\"").cut_out_of("a \" b"), "a [secret] b");
    }
}

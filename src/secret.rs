//! Secrets are a type: they print as a placeholder and are wiped when dropped.
//! Tokens, API keys and SIP passwords live here and nowhere else.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use memchr::memmem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// What may stand in an address as it is (RFC 3986, "unreserved"). Addresses are written by it, and secrets looked for in them.
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a person reads in place of a secret.
const PLACEHOLDER: &str = "[secret]";

/// A text that must never be printed, logged or journalled.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(SecretString::from(text.into()))
    }

    /// A text of somebody else's without these secrets, in whatever letter case: as they are, as JSON and HTML escape them,
    /// as addresses and forms encode them, in base64 and in hex.
    pub fn cut_out_of<'s>(text: &str, secrets: impl IntoIterator<Item = &'s Secret>) -> String {
        // All are looked for in the text as it came, so that none is found in what stands for another.
        let (mut secret, small) = (vec![false; text.len()], text.to_ascii_lowercase());
        // No form is shorter than the secret.
        let fits = |secret: &&Secret| !secret.reveal().is_empty() && secret.reveal().len() <= text.len();
        for form in secrets.into_iter().filter(fits).flat_map(Secret::forms) {
            // A match may overlap the one before.
            let (mut from, form) = (0, form.to_ascii_lowercase());
            while let Some(at) = memmem::find(&small.as_bytes()[from..], form.as_bytes()) {
                secret[from + at..from + at + form.len()].fill(true);
                from += at + 1;
            }
        }
        let mut shown = String::new();
        for (at, character) in text.char_indices() {
            match (secret[at], at > 0 && secret[at - 1]) {
                (false, _) => shown.push(character),
                (true, false) => shown.push_str(PLACEHOLDER),
                (true, true) => {}
            }
        }
        shown
    }

    /// How the secret may come back in an echo.
    fn forms(&self) -> [String; 9] {
        let secret = self.reveal();
        let json = serde_json::to_string(secret).unwrap_or_default();
        let json = json[1.min(json.len())..json.len().saturating_sub(1)].to_string();
        // Some encode the four marks that need no encoding, and some do not.
        let [all, most] =
            [NON_ALPHANUMERIC, UNRESERVED].map(|set| utf8_percent_encode(secret, set).to_string());
        let form = most.replace("%20", "+");
        let [named, numbered] = [["&quot;", "&#39;"], ["&#34;", "&#x27;"]].map(|[quote, apostrophe]| {
            let angles = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            angles.replace('"', quote).replace('\'', apostrophe)
        });
        let base64 = BASE64_STANDARD_NO_PAD.encode(secret);
        let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        [secret.to_string(), json, all, most, form, named, numbered, base64, hex]
    }

    /// The text itself, for the one place that puts it on the wire or into a 0600 file.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(PLACEHOLDER)
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
        for echo in [
            "S3\"cr-t pass",
            "s3\"CR-T PASS",
            "S3\\\"cr-t pass",
            "S3%22cr-t%20pass",
            "S3%22cr%2dt%20pass",
            "S3%22cr-t+pass",
            "S3&quot;cr-t pass",
            "S3&#34;cr-t pass",
            "UzMiY3ItdCBwYXNz",
            "53332263722d742070617373",
        ] {
            assert_eq!(Secret::cut_out_of(&format!("got {echo}."), [&secret]), "got [secret].", "{echo}");
        }
    }

    #[test]
    fn secrets_are_cut_out_of_each_other_and_never_out_of_what_stands_for_one() {
        for (secrets, text, shown) in [
            (&[""][..], "nothing", "nothing"),
            (&["\""], "a \" b", "a [secret] b"),
            (&["t", "secret"], "a secret token", "a [secret] [secret]oken"),
            (&["abc", "bcd"], "xabcdx é", "x[secret]x é"),
            (&["aa"], "baaab", "b[secret]b"),
            (&["é"], "aéb", "a[secret]b"),
        ] {
            let secrets: Vec<Secret> = secrets.iter().map(|text| Secret::new(*text)).collect();
            assert_eq!(Secret::cut_out_of(text, &secrets), shown, "{text}");
        }
    }
}

//! Every form in which a secret could come to light, and a search for them; for all test programs (P9).
//!
//! The first six characters of a secret are searched for in place of the whole: all forms but base64 go character by
//! character, so that whatever holds the whole holds them too, and a text that was cut is found as well.

use std::fmt::Write;

use memchr::memmem::Finder;

/// So many characters of a secret are a leak.
const PREFIX: usize = 6;

/// Searches for secrets in all their forms.
pub struct Leaks(Vec<(&'static str, Finder<'static>)>);

impl Leaks {
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Leaks {
        let mut forms: Vec<(&str, Vec<u8>)> = secrets.into_iter().flat_map(forms).collect();
        forms.sort_by(|one, other| one.1.cmp(&other.1));
        forms.dedup_by(|one, other| one.1 == other.1);
        Leaks(forms.into_iter().map(|(name, form)| (name, Finder::new(&form).into_owned())).collect())
    }

    /// The name of the first form that is found, and the place.
    pub fn found(&self, bytes: &[u8]) -> Option<(&'static str, usize)> {
        self.0.iter().find_map(|(name, form)| Some((*name, form.find(bytes)?)))
    }
}

/// The forms of one secret.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let prefix: String = secret.chars().take(PREFIX).collect();
    assert!(prefix.len() >= PREFIX, "a shorter secret would be found everywhere");
    let each = |form: fn(&mut String, u8)| {
        let mut text = String::new();
        prefix.bytes().for_each(|byte| form(&mut text, byte));
        text.into_bytes()
    };
    let json = serde_json::to_string(&prefix).expect("a text is JSON");
    let swapped = |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let mut forms = vec![
        ("plain", prefix.clone().into_bytes()),
        ("lower case", prefix.to_lowercase().into_bytes()),
        ("upper case", prefix.to_uppercase().into_bytes()),
        ("reversed case", prefix.chars().map(swapped).collect::<String>().into_bytes()),
        ("backwards", prefix.bytes().rev().collect()),
        ("JSON", json.trim_matches('"').as_bytes().to_vec()),
        ("JSON by number", each(|text, byte| write!(text, "\\u{byte:04x}").expect("a text grows"))),
        ("hex", each(|text, byte| write!(text, "{byte:02x}").expect("a text grows"))),
        ("hex in upper case", each(|text, byte| write!(text, "{byte:02X}").expect("a text grows"))),
        ("URL", each(url)),
        ("URL throughout", each(|text, byte| write!(text, "%{byte:02X}").expect("a text grows"))),
        ("HTML", each(|text, byte| write!(text, "&#{byte};").expect("a text grows"))),
        ("UTF-16", prefix.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    forms.extend((0..3).map(|shift| ("base64", base64_within(secret.as_bytes(), shift))));
    forms
}

fn url(text: &mut String, byte: u8) {
    match byte {
        b'-' | b'.' | b'_' | b'~' => text.push(byte as char),
        _ if byte.is_ascii_alphanumeric() => text.push(byte as char),
        _ => write!(text, "%{byte:02X}").expect("a text grows"),
    }
}

/// What of the base64 of a longer text is always the same when the secret stands in it, `shift` bytes off a group.
fn base64_within(secret: &[u8], shift: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = secret.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    // Bits before the first letter that is the secret's alone.
    let skip = (6 - shift * 8 % 6) % 6;
    let most = 8 * PREFIX / 6;
    let letters = bits[skip..].chunks_exact(6).take(most);
    letters.map(|six| LETTERS[six.iter().fold(0, |value, bit| value << 1 | *bit as usize)]).collect()
}

#[test]
fn every_form_is_found_wherever_it_stands() {
    let leaks = Leaks::of(["Sekret-1!Aa"]);
    for (text, form) in [
        ("it is Sekret-1!Aa", "plain"),
        ("cut at Sekret…", "plain"),
        ("sEKRET-1!aA", "reversed case"),
        ("aA!1-terkeS", "backwards"),
        ("53656b7265742d31", "hex"),
        ("53656B7265742D31", "hex in upper case"),
        ("%53%65%6B%72%65%74%2D", "URL throughout"),
        ("\\u0053\\u0065\\u006b\\u0072\\u0065\\u0074", "JSON by number"),
        ("S\0e\0k\0r\0e\0t\0", "UTF-16"),
        // With no, one and two bytes before it.
        ("U2Vrcm V0 U2VrcmV0LTEhQWE=", "base64"),
        ("OlNla3JldC0xIUFh", "base64"),
        ("YTpTZWtyZXQtMSFBYQ==", "base64"),
    ] {
        assert_eq!(leaks.found(text.as_bytes()).map(|(form, _)| form), Some(form), "{text}");
    }
    assert_eq!(leaks.found(b"Sekre and [secret]"), None);
}

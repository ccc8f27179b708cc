//! What people read of a refusal, whoever refuses: the provider's own sentence made fit for a line, or ours.
//!
//! Pure. No raw body goes into a message. What to do next is each provider's own (`audian_words`, `exotel_words`).

use super::{Call, Failure};

/// Longest texts that are taken from a reply, in characters.
pub(super) const LONGEST_TEXT: usize = 300;
pub(super) const LONGEST_CODE: usize = 40;
const LONGEST_REQUEST_ID: usize = 64;

/// What is wrong with a user of a list that lacks what tells users apart.
pub(super) const NO_ID: &str = "it has no id, or one that is neither a text nor a number";
/// What is wrong with a user of a list that is something else.
pub(super) const NO_OBJECT: &str = "it is no object with the fields of a user";

/// What a provider said of a call that failed.
pub(super) struct Said<'a> {
    /// The provider's name.
    pub api: &'a str,
    /// Its sentence; empty where it gave none.
    pub text: &'a str,
    /// The HTTP status as it came.
    pub http: u16,
    /// The status that counts.
    pub status: u16,
    /// The body is a page for people, so something in front of the provider wrote it.
    pub page: bool,
}

impl Said<'_> {
    /// The provider's sentence, or ours where it gave none, and the next thing to do.
    pub(super) fn sentence(&self, call: &Call, failure: Failure, hint: Option<&str>) -> String {
        let said = match self.text {
            "" => self.own_words(call, failure),
            text => text.to_string(),
        };
        match hint {
            Some(hint) => format!("{said}; {hint}"),
            None => said,
        }
    }

    fn own_words(&self, call: &Call, failure: Failure) -> String {
        let (call, http, api) = (call.name(), self.http, self.api);
        match failure {
            Failure::Limited => "the provider takes no more calls at the moment".into(),
            Failure::Unauthorized => "the credentials are refused".into(),
            Failure::Missing => "the provider knows no such user or device".into(),
            _ if self.page => {
                format!("`{call}` was answered with a web page (HTTP {http}), not by {api}'s API")
            }
            _ if success(self.status) => format!("the reply to `{call}` (HTTP {http}) is no answer to it"),
            Failure::Unclear => format!("the provider failed at `{call}` (HTTP {http})"),
            _ => format!("the provider refused `{call}` (HTTP {http}) and gave no reason"),
        }
    }
}

/// The code that a row shows: the provider's own, or else one of the status.
pub(super) fn shown_code(code: &str, status: u16) -> String {
    match code {
        "" if success(status) => "bad_response".to_string(),
        "" => format!("http_{status}"),
        code => code.to_string(),
    }
}

/// A text fit for a message: no control characters, one line, cut, without a full stop.
pub(super) fn clean(text: &str, longest: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.trim_end_matches('.').to_string(),
    }
}

/// A request id fit for a result file.
pub(super) fn clean_request_id(text: String) -> String {
    // Nearly all are, and every answer has one.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let fit = text.len() <= LONGEST_REQUEST_ID && text.bytes().all(plain);
    if fit { text } else { clean(&text, LONGEST_REQUEST_ID) }
}

pub(super) fn success(status: u16) -> bool {
    (200..300).contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_become_one_short_line() {
        for (text, longest, line) in [
            (" The  number\r\nis taken. ", 300, "The number is taken"),
            ("abc\u{1b}[31m", 300, "abc [31m"),
            ("éééé", 3, "ééé…"),
            ("", 3, ""),
        ] {
            assert_eq!(clean(text, longest), line, "{text:?}");
        }
    }

    #[test]
    fn a_request_id_stays_as_it_is_unless_it_is_odd() {
        let plain = "3f6c0c1e-8a51-4a0c-9f57-d41d8cd98f00";
        assert_eq!(clean_request_id(plain.into()), plain);
        assert_eq!(clean_request_id("a\nb.".into()), "a b");
        assert_eq!(clean_request_id("x".repeat(65)), "x".repeat(64) + "…");
    }
}

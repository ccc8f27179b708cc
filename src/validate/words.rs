//! The words that cells may hold: roles, modes, availability, status; and which fields a provider has no place for.
//!
//! Pure. One table a question, by vocabulary.

use super::Vocabulary;
use crate::columns::visible;
use crate::row::{Field, Kind, Mode};

/// A role as the provider calls it.
#[derive(Debug, PartialEq)]
pub(super) enum RoleWord {
    Own(&'static str),
    /// Another word for one of the provider's roles.
    Alias(&'static str),
}

impl Vocabulary {
    /// The provider's name, for messages.
    pub fn provider(self) -> &'static str {
        match self {
            Vocabulary::Exotel => "Exotel",
            Vocabulary::AudianFlat | Vocabulary::AudianKazoo => "Audian",
        }
    }

    /// The ways in which the provider lets a user go; the first is the default.
    pub fn modes(self) -> &'static [Mode] {
        match self {
            Vocabulary::Exotel => &[Mode::Delete, Mode::Disable],
            Vocabulary::AudianFlat | Vocabulary::AudianKazoo => {
                &[Mode::Archive, Mode::Disable, Mode::Delete, Mode::Purge]
            }
        }
    }

    /// The words for roles, the most usual first.
    pub fn roles(self) -> &'static [&'static str] {
        match self {
            Vocabulary::Exotel => &["user", "supervisor", "admin"],
            Vocabulary::AudianFlat => &["standard", "admin", "operator", "agent"],
            Vocabulary::AudianKazoo => &["user", "admin"],
        }
    }

    /// The provider's own word for a role, in any case; an alias is taken for what it means.
    pub fn own_role(self, text: &str) -> Option<&'static str> {
        match self.role(text.trim())? {
            RoleWord::Own(role) | RoleWord::Alias(role) => Some(role),
        }
    }

    pub(super) fn role(self, text: &str) -> Option<RoleWord> {
        let own = self.roles().iter().find(|role| role.eq_ignore_ascii_case(text));
        if let Some(role) = own {
            return Some(RoleWord::Own(role));
        }
        match self {
            Vocabulary::Exotel if text.eq_ignore_ascii_case("agent") => Some(RoleWord::Alias("user")),
            Vocabulary::AudianFlat if text.eq_ignore_ascii_case("user") => Some(RoleWord::Alias("standard")),
            _ => None,
        }
    }

    /// Whether the provider has nowhere to put a cell of this field. `devices` depends on the mode, see `offboard`.
    pub fn has_no_place_for(self, field: Field, kind: Kind) -> bool {
        match (self, kind) {
            (Vocabulary::Exotel, _) => matches!(field, Field::Status | Field::Reason | Field::ReassignTo),
            // Kazoo's users have no phone number.
            (Vocabulary::AudianKazoo, Kind::Onboard | Kind::Update)
                if matches!(field, Field::NewDeviceContactUri)
                    || (kind == Kind::Onboard && field == Field::DeviceContactUri) =>
            {
                true
            }
            // Audian makes no device with a user, and a device of its has no switch.
            (_, Kind::Onboard) => matches!(field, Field::DeviceName | Field::SipPassword),
            (_, Kind::Update) => field == Field::Available,
            (_, Kind::Offboard | Kind::Restore) => false,
        }
    }
}

/// `true`, `on`, `false` or `off`, in any letter case.
pub(super) fn available(text: &str) -> Option<bool> {
    word(text, &[("true", true), ("on", true), ("false", false), ("off", false)])
}

/// `active` or `disabled`, in any letter case: whether the user is enabled.
pub(super) fn enabled(text: &str) -> Option<bool> {
    word(text, &[("active", true), ("disabled", false)])
}

fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Option<T> {
    words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, meaning)| *meaning)
}

/// Whether a text can be the id of a user or device: ids become a part of a URL's path.
pub(super) fn is_id(text: &str) -> bool {
    let refused = |character: char| {
        character.is_control() || crate::columns::is_blank(character) || "/?#\\%".contains(character)
    };
    !text.is_empty() && text != "." && text != ".." && text.len() <= 200 && !text.contains(refused)
}

/// Whether a cell holds the word by which a spreadsheet tells that a formula failed.
pub(super) fn is_formula_error(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "#DATA!", "#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
        "#BEZUG!", "#NV", "#WERT!", "#ZAHL!",
    ];
    text.starts_with('#') && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A cell in a message: in quotes, nothing unseen in it, and not longer than a person reads.
pub(super) fn quoted(text: &str) -> String {
    let longest = text.char_indices().nth(60).map_or(text.len(), |(end, _)| end);
    let more = if longest < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", visible(&text[..longest]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_the_providers_own_words() {
        use RoleWord::{Alias, Own};
        use Vocabulary::*;
        for (vocabulary, text, role) in [
            (Exotel, "Admin", Some(Own("admin"))),
            (Exotel, "SUPERVISOR", Some(Own("supervisor"))),
            (Exotel, "user", Some(Own("user"))),
            (Exotel, "Agent", Some(Alias("user"))),
            (Exotel, "operator", None),
            (Exotel, "standard", None),
            (AudianFlat, "agent", Some(Own("agent"))),
            (AudianFlat, "User", Some(Alias("standard"))),
            (AudianFlat, "supervisor", None),
            (AudianKazoo, "user", Some(Own("user"))),
            (AudianKazoo, "agent", None),
        ] {
            assert_eq!(vocabulary.role(text), role, "{vocabulary:?} {text}");
        }
    }

    #[test]
    fn ids_fit_into_a_path() {
        for (text, fits) in [
            ("u1", true),
            ("6afc1bc4-8dd7_42a6", true),
            ("", false),
            ("..", false),
            ("a/b", false),
            ("a?b", false),
            ("a#b", false),
            ("a%2fb", false),
            ("a b", false),
            ("a\u{a0}b", false),
            ("a\nb", false),
        ] {
            assert_eq!(is_id(text), fits, "{text:?}");
        }
    }

    #[test]
    fn words_come_in_any_case() {
        for (text, meaning) in [
            ("TRUE", Some(true)),
            ("On", Some(true)),
            ("false", Some(false)),
            ("OFF", Some(false)),
            ("yes", None),
        ] {
            assert_eq!(available(text), meaning, "{text}");
        }
        assert_eq!(enabled("Disabled"), Some(false));
        assert_eq!(enabled("deleted"), None);
    }

    #[test]
    fn a_quoted_cell_shows_what_is_unseen() {
        assert_eq!(quoted("a\u{200b}b\n"), "\"a\\u{200b}b\\u{a}\"");
        assert_eq!(quoted(&"x".repeat(80)).chars().count(), 63);
    }
}

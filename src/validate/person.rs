//! Names of people and SIP passwords: what a provider takes.
//!
//! Pure. A password never shows in a message.

use super::signs;
use super::words::quoted;

/// What a provider's newer documents say against a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum NameFault {
    Length(usize),
    Character(char),
}

/// The rules of developer.exotel.com for a name: 3 to 20 of letters, digits, space, `.`, `'`, `-`.
pub(super) fn name_faults(name: &str) -> impl Iterator<Item = NameFault> {
    let length = if name.is_ascii() { name.len() } else { name.chars().count() };
    let length = Some(length).filter(|length| !(3..=20).contains(length));
    let strange = name.chars().find(|character| !is_name_character(*character));
    length.map(NameFault::Length).into_iter().chain(strange.map(NameFault::Character))
}

/// Whether a name has no fault, seen at a glance; most have none.
pub(super) fn is_plain_name(name: &str) -> bool {
    (3..=20).contains(&name.len()) && signs::all(name, signs::NAME)
}

impl NameFault {
    pub(super) fn code(self) -> &'static str {
        match self {
            NameFault::Length(_) => "name_length",
            NameFault::Character(_) => "name_characters",
        }
    }

    pub(super) fn explain(self, name: &str) -> String {
        let name = quoted(name);
        let character = match self {
            NameFault::Length(length) => {
                return format!("{name} has {length} characters, and Exotel's newer rules allow 3 to 20");
            }
            NameFault::Character(character) => character,
        };
        let mend = match character {
            '’' | '‘' | '´' | '`' => "write ' for it",
            '–' | '—' | '‐' | '‑' => "write - for it",
            _ => "letters, digits, blanks and . ' - are allowed",
        };
        format!("{name} has {character:?} in it, against Exotel's newer rules; {mend}")
    }
}

/// Letters of every script, with the marks that some scripts write apart from their letters.
fn is_name_character(character: char) -> bool {
    let mark = matches!(character,
        '\u{300}'..='\u{36f}' | '\u{900}'..='\u{e4d}' | '\u{1000}'..='\u{109f}' | '\u{1ab0}'..='\u{1aff}'
            | '\u{200c}' | '\u{200d}');
    character.is_alphanumeric() || mark || " .'-".contains(character)
}

/// What a SIP password lacks; `None` where it is strong enough (Exotel, "Create and Update User SIP Password").
pub(super) fn password_fault(password: &str) -> Option<String> {
    let met = signs::met(password);
    let kinds = met & (signs::LOWER_CASE | signs::UPPER_CASE | signs::DIGIT | signs::PUNCTUATION);
    let length = if met & signs::WIDE == 0 { password.len() } else { password.chars().count() };
    let lack = match (length < 8, kinds.count_ones() < 3) {
        (false, false) => return None,
        (true, false) => "is too short",
        (false, true) => "is too simple",
        (true, true) => "is too short and too simple",
    };
    Some(format!(
        "the SIP password {lack}; use at least 8 characters with three of lower case, upper case, digit and special \
         character, or leave the cell blank and give --generate-sip-passwords"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_against_the_newer_rules() {
        let codes = |name: &str| name_faults(name).map(NameFault::code).collect::<Vec<_>>().join(" ");
        for (name, expected) in [
            ("Asha", ""),
            ("Jo", "name_length"),
            ("Ana", ""),
            ("Abcdefghij Klmnopqrs", ""),
            ("Abcdefghij Klmnopqrst", "name_length"),
            ("D'Souza-Müller Jr.", ""),
            ("प्रिया", ""),
            ("Zoë2", ""),
            ("D’Souza", "name_characters"),
            ("a_b", "name_characters"),
            ("李", "name_length"),
            ("@x", "name_length name_characters"),
        ] {
            assert_eq!(codes(name), expected, "{name}");
            assert!(!is_plain_name(name) || expected.is_empty(), "{name}");
        }
    }

    #[test]
    fn the_glance_at_a_name_agrees_with_the_rules() {
        for byte in 0..=0x7f {
            let name = format!("a{}b", char::from(byte));
            assert_eq!(is_plain_name(&name), name_faults(&name).next().is_none(), "{name:?}");
        }
    }

    #[test]
    fn a_strange_character_is_shown_with_its_mend() {
        let told = |name: &str| name_faults(name).map(|fault| fault.explain(name)).collect::<String>();
        assert!(told("D’Souza").ends_with("has '’' in it, against Exotel's newer rules; write ' for it"));
        assert!(told("Jo").starts_with("\"Jo\" has 2 characters"));
    }

    #[test]
    fn passwords_need_length_and_three_kinds() {
        for (password, lack) in [
            ("Abcdefg1", None),
            ("abcdef1!", None),
            ("ABCDEF1!", None),
            ("Abcdefg!", None),
            ("Abcdef1", Some("is too short;")),
            ("abcdefgh1", Some("is too simple;")),
            ("kangaroo", Some("is too simple;")),
            ("abc", Some("is too short and too simple;")),
            ("пароль12", Some("is too simple;")),
        ] {
            let fault = password_fault(password);
            assert_eq!(fault.is_some(), lack.is_some(), "{password}");
            let fault = fault.unwrap_or_default();
            assert!(fault.contains(lack.unwrap_or_default()) && !fault.contains(password), "{fault}");
        }
    }
}

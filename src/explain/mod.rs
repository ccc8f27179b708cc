//! What every code means and what to do about it, for a person who has a sheet and a deadline.
//!
//! Pure. One table in several files, by where a code comes from; whoever adds a code adds its line there.
//! The words name no person and no cell, so they may stand wherever personal data may not.

mod audian;
mod clinic;
mod endings;
mod execution;
mod exotel;
mod group;
mod http;
mod page;
mod rules;

use crate::columns::distance;

pub use group::{Group, Groups};
pub use page::{list, page};

/// Where a code is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Rule,
    Warning,
    File,
    Clinic,
    Execution,
    Http,
    Exotel,
    Audian,
    Status,
    Exit,
}

/// What one code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    pub code: &'static str,
    pub source: Source,
    /// Whole sentences.
    pub meaning: &'static str,
    /// What to do, as a short phrase for lists.
    pub mend: &'static str,
    /// What else helps, in whole sentences; may be empty.
    pub more: &'static str,
}

impl Source {
    /// The heading over codes of this source.
    pub fn title(self) -> &'static str {
        match self {
            Source::Rule => "a rule that a row breaks; nothing was sent for it",
            Source::Warning => "a warning; the row is sent all the same",
            Source::File => "a file that is refused as a whole; nothing was sent",
            Source::Clinic => "a kind of `validate --fix`: what happened to a cell on its way",
            Source::Execution => "what callroster met while it worked on a row",
            Source::Http => "the HTTP status of an answer that has no code of its own",
            Source::Exotel => "Exotel's own code",
            Source::Audian => "Audian's own code",
            Source::Status => "the word in the result_status column",
            Source::Exit => "the exit code of the program",
        }
    }

    /// The word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Source::Rule => "rule",
            Source::Warning => "warning",
            Source::File => "file",
            Source::Clinic => "clinic",
            Source::Execution => "execution",
            Source::Http => "http",
            Source::Exotel => "exotel",
            Source::Audian => "audian",
            Source::Status => "status",
            Source::Exit => "exit",
        }
    }
}

const TABLES: [&[Explanation]; 12] = [
    rules::RULES,
    rules::WARNINGS,
    rules::FILES,
    clinic::FIGURES,
    clinic::SIGNS,
    execution::CODES,
    http::CODES,
    exotel::CODES,
    exotel::NEWER_CODES,
    audian::CODES,
    endings::STATUSES,
    endings::EXITS,
];

/// Every code, in the order in which people meet them.
pub fn all() -> impl Iterator<Item = &'static Explanation> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// What a code means, however it is typed; `None` for a code that nobody here knows.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    let wanted = plain(code);
    let wanted = if wanted.starts_with("would_") { "would_create" } else { &wanted };
    let known = |wanted: &str| named(wanted).or_else(|| http::of_any_status(wanted).and_then(named));
    known(wanted).or_else(|| known(&format!("http_{wanted}")))
}

/// The known code that looks most like this one; `None` where none does.
pub fn suggestion(code: &str) -> Option<&'static str> {
    let wanted = plain(code);
    let exit = named(&format!("exit_{wanted}"));
    let nearest = all().min_by_key(|explanation| distance(&wanted, &plain(explanation.code)))?;
    let near = distance(&wanted, &plain(nearest.code)) <= (wanted.chars().count() / 3).max(1);
    exit.or(near.then_some(nearest)).map(|explanation| explanation.code)
}

fn named(wanted: &str) -> Option<&'static Explanation> {
    all().find(|explanation| plain(explanation.code) == wanted)
}

/// Blanks, hyphens, underscores and capitals make no difference.
fn plain(code: &str) -> String {
    code.trim().to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clinic::Damage;

    #[test]
    fn every_code_is_there_once_and_says_what_to_do() {
        let mut seen = BTreeSet::new();
        for explanation in all() {
            assert!(seen.insert(plain(explanation.code)), "{} twice", explanation.code);
            assert!(explanation.meaning.ends_with('.'), "{}", explanation.code);
            assert!(explanation.more.is_empty() || explanation.more.ends_with('.'), "{}", explanation.code);
            assert!(!explanation.mend.is_empty() && !explanation.mend.ends_with('.'), "{}", explanation.code);
        }
    }

    #[test]
    fn what_the_program_can_say_is_explained() {
        let statuses = "created updated unchanged deleted disabled archived purged restored invalid failed partial \
                        unknown not_attempted would_create would_archive";
        let rules = "first_name_missing last_name_missing name_length name_characters email_invalid phone_invalid \
                     phone_damaged phone_missing role_invalid unsupported_field sip_password_weak duplicate_email \
                     duplicate_phone identity_missing identity_conflict duplicate_user nothing_to_change row_shape \
                     mode_invalid available_invalid status_invalid role_alias device_unverified on_a_call \
                     column_ignored";
        let execution = "timeout connection bad_response user_not_found user_ambiguous device_not_found \
                         device_ambiguous email_already_set already_exists outcome_unknown interrupted guard http_503 \
                         http_418 1001 1002 1003 1004 1007 1010 1018 1021 1022 1023 1030 1401 1402 10801 10809 10810 \
                         10811 10812 10813 10814 10815 10817 invalid_request_error";
        let exits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130].map(|code| format!("exit-{code}"));
        let words = [statuses, rules, execution].map(str::split_whitespace).into_iter().flatten();
        for code in words.map(String::from).chain(exits) {
            assert!(explain(&code).is_some(), "{code}");
        }
    }

    #[test]
    fn every_kind_of_damage_is_explained() {
        let kinds: BTreeSet<&str> = Damage::ALL.into_iter().map(Damage::word).collect();
        let explained = all().filter(|explanation| explanation.source == Source::Clinic);
        assert_eq!(explained.map(|explanation| explanation.code).collect::<BTreeSet<_>>(), kinds);
        assert!(kinds.contains("lost_plus"));
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        for (typed, meant) in
            [("phone_damged", Some("phone_damaged")), ("8", Some("exit-8")), ("xyzzy", None)]
        {
            assert_eq!(explain(typed), None, "{typed}");
            assert_eq!(suggestion(typed), meant, "{typed}");
        }
        assert_eq!(explain(" Phone-Damaged ").map(|found| found.code), Some("phone_damaged"));
        assert_eq!(explain("http_599").map(|found| found.code), Some("http_5xx"));
    }
}

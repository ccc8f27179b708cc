//! Dates that a spreadsheet made of numbers and extensions.
//!
//! Pure. What the date was made of cannot be told from it.

/// The beginnings of month names in the languages that spreadsheets mostly speak.
const MONTHS: [&str; 34] = [
    "jan", "ene", "gen", "feb", "fev", "fév", "mar", "mär", "mrz", "mrt", "apr", "abr", "avr", "may", "mai",
    "mei", "mag", "jun", "jui", "giu", "jul", "lug", "aug", "ago", "aoû", "sep", "set", "oct", "okt", "out",
    "ott", "nov", "dec", "dez",
];

/// Whether a text is a date or a time as a spreadsheet writes it: `12-Jan`, `01/02/2024`, `2024-02-01T00:00:00`.
pub(crate) fn is_date(text: &str) -> bool {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) if is_time(time) => (day, true),
        _ => (text, false),
    };
    (!time && is_time(text)) || has_month_name(day) || is_numeric(day)
}

/// `12:30` or `12:30:00`.
fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    (2..=3).contains(&parts.len()) && parts.iter().all(|part| part.len() <= 2 && is_number(part))
}

/// `12-Jan`, `Jan-24`, `12. Jan 2024`.
fn has_month_name(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let (words, numbers): (Vec<&str>, Vec<&str>) = parts.iter().partition(|part| !is_number(part));
    let [word] = words[..] else { return false };
    let word = word.to_lowercase();
    (1..=2).contains(&numbers.len())
        && numbers.iter().all(|number| number.len() <= 4)
        && word.chars().count() <= 10
        && word.chars().all(char::is_alphabetic)
        && MONTHS.iter().chain(&["dic", "déc"]).any(|month| word.starts_with(month))
}

/// `01/02/2024`, `1.2.24`, `2024-02-01`.
fn is_numeric(text: &str) -> bool {
    ['/', '.', '-'].iter().any(|sign| {
        let parts: Vec<&str> = text.split(*sign).collect();
        let [first, second, third] = parts[..] else { return false };
        if !parts.iter().all(|part| is_number(part)) {
            return false;
        }
        let small = |part: &str| part.len() <= 2 && part.parse().is_ok_and(|day: u8| (1..=31).contains(&day));
        let month = |part: &str| small(part) && part.parse().is_ok_and(|month: u8| month <= 12);
        let day_and_month = |one, other| (small(one) && month(other)) || (month(one) && small(other));
        let year_last = matches!(third.len(), 2 | 4) && day_and_month(first, second);
        year_last || (first.len() == 4 && day_and_month(second, third))
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_known_and_numbers_are_none() {
        for text in [
            "12-Jan",
            "Jan-12",
            "12. Januar",
            "12/Dez/24",
            "1 févr. 2024",
            "01/02/2024",
            "1.2.24",
            "31-12-1999",
            "2024-02-01",
            "2024-02-01T00:00:00",
            "2024-02-01 12:30",
            "12:30",
            "30:00:00",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "-",
            "202-555-0123",
            "98450-12301",
            "12-34-5678",
            "01 23 45 67 89",
            "0171/1234567",
            "2024",
            "12-Janitor-desk",
            "Jan",
            "a-b",
            "1.2.3.4",
            "+91-98-450",
            "99/99/2024",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}

//! Personal data, so far hidden that only somebody who knows the person knows them again.
//!
//! Pure.

/// `a***@example.com`; what is no address keeps its first character.
pub fn email(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, domain)) => format!("{}***@{domain}", first(local)),
        None => format!("{}***", first(text)),
    }
}

/// `+91******01`; short and strange numbers keep nothing but their length.
pub fn number(text: &str) -> String {
    if let Some(name) = text.strip_prefix("sip:") {
        return format!("sip:{}***", first(name));
    }
    let digits = text.strip_prefix('+').unwrap_or(text);
    let length = digits.chars().count();
    if length < 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return "*".repeat(length.min(12));
    }
    let plus = if text.starts_with('+') { "+" } else { "" };
    format!("{plus}{}{}{}", &digits[..2], "*".repeat(length - 4), &digits[length - 2..])
}

/// `A. R.`
pub fn name(first_name: &str, last_name: &str) -> String {
    let initial = |name: &str| name.chars().next().map(|c| format!("{}.", c.to_uppercase()));
    [first_name, last_name].iter().filter_map(|name| initial(name)).collect::<Vec<_>>().join(" ")
}

/// `7a1b…`
pub fn id(text: &str) -> String {
    let shown: String = text.chars().take(4).collect();
    if shown.len() < text.len() { shown + "…" } else { shown }
}

fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_hidden() {
        assert_eq!(email("asha.rao@example.com"), "a***@example.com");
        assert_eq!(email("asha"), "a***");
        assert_eq!(email("\"a@b\"@x.io"), "\"***@x.io");
        assert_eq!(number("+919845012301"), "+91********01");
        assert_eq!(number("9845012301"), "98******01");
        assert_eq!(number("sip:ashar1f"), "sip:a***");
        assert_eq!(number("12345"), "*****");
        assert_eq!(number("ask Asha about it please"), "************");
        assert_eq!(name("Asha", "ärö"), "A. Ä.");
        assert_eq!(name("", "Rao"), "R.");
        assert_eq!(id("0123456789abcdef"), "0123…");
    }
}

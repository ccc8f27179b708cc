//! Names of columns as they are compared: without regard to case, with blanks, hyphens and underscores
//! alike.
//!
//! Pure.

/// The name in lower case, with one `_` for each run of blanks, hyphens and underscores.
pub fn normalised(heading: &str) -> String {
    let lower = heading.to_lowercase();
    let words = lower.split(|sign: char| sign.is_whitespace() || matches!(sign, '-' | '_' | '\u{feff}'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_hyphens_and_case_do_not_matter() {
        for heading in ["First Name", " first_name ", "FIRST-NAME", "first\u{a0}name", "First  Name"] {
            assert_eq!(normalised(heading), "first_name");
        }
        assert_eq!(normalised("firstname"), "firstname");
        assert_eq!(normalised(" "), "");
    }
}

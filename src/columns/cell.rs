//! What a cell says once blanks and the formula guard are off.
//!
//! Pure, and free of allocations: every row of a file passes here several times.

use crate::table::{runs_behind_quotes, trimmed};

/// The text of a cell; `None` where nothing is left of it.
#[inline]
pub fn bare(cell: &str) -> Option<&str> {
    match (cell.as_bytes().first(), cell.as_bytes().last()) {
        (Some(b'!'..=b'&' | b'('..=b'~'), Some(b'!'..=b'~')) => Some(cell),
        (None, _) => None,
        _ => bared(cell),
    }
}

/// The text of a cell that may have blanks or a guard.
fn bared(cell: &str) -> Option<&str> {
    let text = trimmed(unguarded(trimmed(cell)));
    (!text.is_empty()).then_some(text)
}

/// Takes off the `'` that keeps a spreadsheet from running the text as a formula.
///
/// It undoes [`crate::table::guarded`], and takes the `'` off an E.164 number as well: no writer of ours puts
/// one there, but people do, to keep their `+`.
fn unguarded(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('\'') else { return text };
    if runs_behind_quotes(rest) { rest } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_the_guard_go() {
        for (cell, text) in [
            ("", None),
            (" \t\u{a0}\u{200b} ", None),
            ("Asha", Some("Asha")),
            ("  Asha Rao \r\n", Some("Asha Rao")),
            ("\u{feff}\u{202a}+919845000001\u{202c}\u{a0}", Some("+919845000001")),
            ("\u{200b}", None),
            ("'+919845000001", Some("+919845000001")),
            (" '=sum", Some("=sum")),
            ("'\tAsha", Some("Asha")),
            ("''=x", Some("'=x")),
            ("'Asha", Some("'Asha")),
            ("'", Some("'")),
            ("O'Brien", Some("O'Brien")),
        ] {
            assert_eq!(bare(cell), text, "{cell:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn plain_cells_are_only_quicker(cell in "['!~a \u{a0}]{0,4}") {
            proptest::prop_assert_eq!(bare(&cell), bared(&cell));
        }

        #[test]
        fn what_writers_guard_comes_back(text in "['=+@\n\u{a0}0-9-]{0,5}[0-9]{0,8}[a-z]{0,2}") {
            let written = crate::table::guarded(&text).into_owned();
            proptest::prop_assert_eq!(unguarded(&written), text);
        }
    }
}

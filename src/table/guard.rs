//! The formula guard: text that a spreadsheet would run as a formula gets a leading `'`.
//!
//! Pure. Writers guard the cells that callroster adds. Rows leave the reader with their cells as they
//! came, so that result files can repeat them; whoever reads a value out of a cell unguards it first.

use std::borrow::Cow;

/// Whether written cells are guarded; off with `--no-formula-guard`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FormulaGuard {
    #[default]
    On,
    Off,
}

impl FormulaGuard {
    /// The cell as it is written.
    pub fn of(self, cell: &str) -> Cow<'_, str> {
        match self {
            FormulaGuard::On => guarded(cell),
            FormulaGuard::Off => Cow::Borrowed(cell),
        }
    }
}

/// The cell with a `'` before it where a spreadsheet would run it; an E.164 number stays as it is.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    match needs_quote(cell) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// The value of a cell: what [`guarded`] was given.
pub fn unguarded(cell: &str) -> Cow<'_, str> {
    match cell.strip_prefix('\'') {
        Some(rest) if needs_quote(rest) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(cell),
    }
}

/// Whether the text would run, with all quotes in front looked through.
pub fn runs_behind_quotes(text: &str) -> bool {
    match text.as_bytes().first() {
        // Nearly all cells begin otherwise.
        Some(b'\'') => runs_behind_quotes(text.trim_start_matches('\'')),
        first => matches!(first, Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')),
    }
}

/// Whether the cell would run, or would lose its own `'` when it is read again.
fn needs_quote(cell: &str) -> bool {
    // `''=1` must gain a quote, or reading it would take one off.
    runs_behind_quotes(cell) && !is_e164(cell)
}

/// Exactly `+` and 7 to 15 digits, the first not 0.
fn is_e164(cell: &str) -> bool {
    let Some(digits) = cell.strip_prefix('+') else { return false };
    (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cell_that_would_run_gets_a_quote() {
        for (cell, written) in [
            ("Anna", "Anna"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+1+1", "'+1+1"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("+919876543210", "+919876543210"),
            ("+0919876543210", "'+0919876543210"),
            ("+91 98765", "'+91 98765"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'+919876543210", "''+919876543210"),
            ("'tis", "'tis"),
            ("\n=1", "\n=1"),
            (" =1", " =1"),
            ("＝1", "＝1"),
        ] {
            assert_eq!(guarded(cell), written);
            assert_eq!(unguarded(written), cell);
        }
    }

    #[test]
    fn a_cell_that_nobody_guarded_is_read_as_it_is() {
        for cell in ["'", "''", "'tis", "=1", "+919876543210", "'+919876543210"] {
            assert_eq!(unguarded(cell), cell);
        }
    }

    proptest! {
        #[test]
        fn every_value_comes_back(cell in "['=+@＝＋\t\r\n0-9a-c\u{a0}\u{200b} -]{0,18}") {
            prop_assert_eq!(unguarded(&guarded(&cell)).into_owned(), cell);
        }

        #[test]
        fn nothing_written_runs(cell in "\\PC{0,6}|['=+@\t\r0-9-]{0,18}") {
            let written = guarded(&cell).into_owned();
            prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r']) || is_e164(&written));
        }
    }
}

//! The guard that keeps a spreadsheet from running a cell as a formula.
//!
//! Pure. Every guarded cell comes back as it was: a reader takes off one `'` before such a text.

/// The cell as it is to be written; `room` is used where it must differ.
pub fn guarded<'a>(cell: &'a str, room: &'a mut String) -> &'a str {
    let runs = cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !runs || is_number(cell) {
        return cell;
    }
    room.clear();
    room.push('\'');
    room.push_str(cell);
    room
}

/// Exactly an E.164 number: it can become a number at worst, and must stay one for other programs.
fn is_number(cell: &str) -> bool {
    cell.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_run_is_guarded() {
        for (cell, expected) in [
            ("", ""),
            ("Anna", "Anna"),
            ("sip:anna1", "sip:anna1"),
            ("'quoted'", "'quoted'"),
            ("O'Neil", "O'Neil"),
            ("+919876543210", "+919876543210"),
            ("+1234567", "+1234567"),
            ("+123456", "'+123456"),
            ("+0123456789", "'+0123456789"),
            ("+1234567890123456", "'+1234567890123456"),
            ("+91 98765", "'+91 98765"),
            ("=1+1", "'=1+1"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("'=1+1", "''=1+1"),
            ("''=1+1", "'''=1+1"),
            ("'+919876543210", "''+919876543210"),
        ] {
            assert_eq!(guarded(cell, &mut String::new()), expected, "{cell:?}");
        }
    }
}

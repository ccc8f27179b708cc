//! What shows as nothing. Pure.

/// Takes blanks off both ends, the unseen ones too: no-break, zero-width, byte order and direction marks.
pub fn trimmed(text: &str) -> &str {
    match (text.as_bytes().first(), text.as_bytes().last()) {
        (Some(b'!'..=b'~'), Some(b'!'..=b'~')) => text,
        _ => text.trim_matches(is_blank),
    }
}

/// Whether a character shows as nothing.
pub fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{ad}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// A text with signs that nobody sees written out, and on one line: nothing in a sheet or a roster may draw on a screen.
pub fn visible(text: &str) -> String {
    let unseen = |sign: char| sign != ' ' && (sign.is_control() || is_blank(sign));
    let mut shown = String::with_capacity(text.len());
    for sign in text.chars() {
        if unseen(sign) { shown.extend(sign.escape_unicode()) } else { shown.push(sign) }
    }
    shown
}

//! Classes of bytes, for the quick ways of the rules.
//!
//! Pure. Nearly every cell of a sheet is plain ASCII; a table tells of each byte at once what a rule wants to know.

/// Letters, digits and what else a person's name may have.
pub(super) const NAME: u8 = 1;
/// What the words before the @ of a plain address are made of.
pub(super) const ADDRESS: u8 = 2;
/// What the labels of a domain are made of.
pub(super) const LABEL: u8 = 4;
pub(super) const LOWER_CASE: u8 = 8;
pub(super) const UPPER_CASE: u8 = 16;
pub(super) const DIGIT: u8 = 32;
pub(super) const PUNCTUATION: u8 = 64;
/// A part of a sign that is not ASCII.
pub(super) const WIDE: u8 = 128;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = of(byte as u8);
        byte += 1;
    }
    classes
};

const fn of(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => LOWER_CASE | NAME | ADDRESS | LABEL,
        b'A'..=b'Z' => UPPER_CASE | NAME | ADDRESS | LABEL,
        b'0'..=b'9' => DIGIT | NAME | ADDRESS | LABEL,
        b'-' => PUNCTUATION | NAME | ADDRESS | LABEL,
        b'.' | b'\'' => PUNCTUATION | NAME,
        b'_' | b'+' => PUNCTUATION | ADDRESS,
        b' ' => NAME,
        byte if byte.is_ascii_punctuation() => PUNCTUATION,
        0x80.. => WIDE,
        _ => 0,
    }
}

/// Whether a byte is of one of these classes.
pub(super) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[usize::from(byte)] & classes != 0
}

/// Whether every byte is of one of these classes.
pub(super) fn all(text: &str, classes: u8) -> bool {
    text.bytes().all(|byte| is(byte, classes))
}

/// The classes that occur.
pub(super) fn met(text: &str) -> u8 {
    text.bytes().fold(0, |met, byte| met | CLASSES[usize::from(byte)])
}

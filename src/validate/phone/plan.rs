//! The numbering plan as a small table: which calling codes there are, and how many digits may follow them.
//!
//! Pure. Whether a number is possible depends on these two alone; the library is asked only about a 0 after the code.

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::codes::CODES;
use super::{Fault, e164, invalid};

/// Whether the text is `+` and 7 to 15 digits, the first not 0.
pub(super) fn has_e164_form(text: &str) -> bool {
    let digits = text.as_bytes().strip_prefix(b"+").unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit)
}

/// What the numbering plan says of one calling code.
#[derive(Debug, Clone, Copy)]
struct CallingCode {
    /// Digits of the code; 0 where there is none.
    digits: u8,
    /// Bit N is set where N digits may follow.
    lengths: u32,
}

/// The calling code by the first three digits of a number.
static CALLING_CODES: [CallingCode; 1000] = by_first_digits();

const fn by_first_digits() -> [CallingCode; 1000] {
    let mut by_digits = [CallingCode { digits: 0, lengths: 0 }; 1000];
    let mut at = 0;
    while at < CODES.len() {
        let (code, allowed) = CODES[at];
        let (mut lengths, mut place) = (0, 0);
        while place < allowed.len() {
            lengths |= 1 << allowed[place];
            place += 1;
        }
        let digits = 1 + code.ilog10();
        let width = 10_usize.pow(3 - digits);
        let mut first = 0;
        while first < width {
            by_digits[code as usize * width + first] = CallingCode { digits: digits as u8, lengths };
            first += 1;
        }
        at += 1;
    }
    by_digits
}

impl CallingCode {
    fn allows(self, national_digits: usize) -> bool {
        self.digits > 0 && self.lengths >> national_digits & 1 == 1
    }
}

/// Whether a text of E.164 form is a possible number.
pub(super) fn is_possible(text: &str) -> bool {
    let (code, national) = split(text);
    // A leading 0 belongs to the number in few countries; elsewhere it is only dialled inside.
    code.allows(national.len()) && (!national.starts_with('0') || as_parsed(text).as_deref() == Some(text))
}

/// A text of E.164 form as the library reads it.
fn as_parsed(text: &str) -> Option<String> {
    PHONE_NUMBER_UTIL.parse(text, None::<Region>).ok().map(|number| e164(&number))
}

/// Whether a text is of E.164 form and of a length that its calling code has.
pub(super) fn fits_the_plan(text: &str) -> bool {
    let (code, national) = if has_e164_form(text) { split(text) } else { return false };
    code.allows(national.len())
}

/// The calling code of a text of E.164 form, and the digits after it.
fn split(text: &str) -> (CallingCode, &str) {
    let digits = text[1..4].bytes();
    let first = digits.fold(0, |first, digit| first * 10 + usize::from(digit - b'0'));
    let code = CALLING_CODES[first];
    (code, &text[1 + usize::from(code.digits)..])
}

/// Why a text of E.164 form is not a possible number.
pub(super) fn impossible(text: &str) -> Fault {
    let (code, national) = split(text);
    if code.digits == 0 {
        let start = &text[..text.len().min(4)];
        return invalid(format!("{text} begins with {start}, which no country has; check the calling code"));
    }
    let code_text = &text[..1 + usize::from(code.digits)];
    let meant = as_parsed(text).filter(|number| number != text && fits_the_plan(number));
    if let Some(number) = meant.filter(|_| national.starts_with('0')) {
        return invalid(format!(
            "{text} has a 0 after {code_text} that is only dialled inside the country; write {number}"
        ));
    }
    let allowed: Vec<String> = (1..16)
        .filter(|length| code.lengths >> length & 1 == 1)
        .map(|length: u32| length.to_string())
        .collect();
    invalid(format!(
        "{text} has {} digits after {code_text}, where the numbering plan has {}; check for missing or doubled digits",
        national.len(),
        allowed.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::NumberLengthType;

    use super::*;

    /// The table must say of every calling code and length what the library says of the number itself.
    #[test]
    fn the_table_is_the_numbering_plan() {
        let plan = &*PHONE_NUMBER_UTIL;
        let (mut compared, mut fine) = (0, 0);
        for start in 100..1000 {
            for length in 7..=15_usize {
                for filling in ["2345678901234", "9845000001234", "0612345678901"] {
                    let text = format!("+{start}{}", &filling[..length - 3]);
                    let ours = is_possible(&text);
                    let parsed = plan.parse(&text, None::<Region>).ok();
                    let theirs = parsed.filter(|number| e164(number) == text).is_some_and(|number| {
                        let verdict = plan.is_possible_number_with_reason(&number);
                        matches!(verdict, Ok(NumberLengthType::IsPossible))
                    });
                    let rewritten =
                        plan.parse(&text, None::<Region>).is_ok_and(|number| e164(&number) != text);
                    assert!(
                        ours == theirs || (rewritten && ours),
                        "{text}: {ours}, and the library {theirs}"
                    );
                    compared += 1;
                    fine += usize::from(ours);
                }
            }
        }
        assert!(compared > 20_000 && fine > 5_000, "{fine} of {compared}");
    }
}

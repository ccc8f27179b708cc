//! What a spreadsheet does to phone numbers, told from what is left of them.
//!
//! Pure.

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::plan::fits_the_plan;
use super::{Fault, e164, quoted};
use crate::validate::dates::is_date;

/// What stands before the point, behind it, and in the exponent.
fn parts(text: &str) -> (&str, &str, &str) {
    let (whole, exponent) = text.split_once(['E', 'e']).unwrap_or((text, ""));
    let (before, after) = whole.split_once(['.', ',']).unwrap_or((whole, ""));
    (before.trim_start_matches('+'), after, exponent)
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a spreadsheet wrote a long number with an exponent: `9.19E+11`.
pub(super) fn is_rounded(text: &str) -> bool {
    let (number, after, exponent) = parts(text);
    digits(number) && (after.is_empty() || digits(after)) && digits(exponent.trim_start_matches('+'))
}

/// The damage that a spreadsheet does to a number, where the text shows it.
pub(super) fn spreadsheet_fault(text: &str) -> Option<Fault> {
    let shown = quoted(text);
    let (number, after, exponent) = parts(text);
    if is_date(text) {
        return Some(damaged(format!(
            "{shown} is a date, which a spreadsheet may have made of a number; format the column as text and enter the \
             number, as + and 7 to 15 digits"
        )));
    }
    if is_rounded(text) {
        let whole = exponent.trim_start_matches('+').parse() == Ok(after.len());
        let with_plus = format!("+{number}{after}");
        if whole && fits_the_plan(&with_plus) {
            return Some(damaged(format!(
                "{shown} is what a spreadsheet makes of a long number, of which no digit is lost; format the column as text and \
                 write {with_plus}"
            )));
        }
        if whole {
            return Some(damaged(format!(
                "{shown} is what a spreadsheet makes of a long number, of which no digit is lost; format the column as text and \
                 write + and the calling code before {number}{after}"
            )));
        }
        return Some(damaged(format!(
            "{shown} is what a spreadsheet makes of a long number, and its last digits are lost; format the \
             column as text and enter the number again"
        )));
    }
    if exponent.is_empty()
        && number.len() >= 6
        && digits(number)
        && digits(after)
        && after.bytes().all(|byte| byte == b'0')
    {
        let with_plus = format!("+{number}");
        let mend = match fits_the_plan(&with_plus) {
            true => format!("write {with_plus}"),
            false => "write + and the calling code before it".into(),
        };
        return Some(damaged(format!(
            "{shown} was kept as a decimal by a spreadsheet; format the column as text and {mend}"
        )));
    }
    None
}

/// Whether digits alone are a number whose `+` a spreadsheet took.
/// Twelve digits and more are hardly a national number; fewer must be a number in use.
pub(super) fn has_lost_its_plus(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let with_plus = format!("+{text}");
    let valid = |text: &str| {
        PHONE_NUMBER_UTIL
            .parse(text, None::<Region>)
            .is_ok_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number))
    };
    fits_the_plan(&with_plus) && (text.len() >= 12 || valid(&with_plus))
}

/// The number that the digits are with a 0 before them, where only that is in use.
/// In few countries, like Italy, the first 0 is part of the number; elsewhere a number does without it.
pub(super) fn lost_zero(digits: &str, country: Region) -> Option<Fault> {
    let number = PHONE_NUMBER_UTIL.parse(format!("0{digits}"), Some(country)).ok()?;
    let found = !digits.starts_with('0') && PHONE_NUMBER_UTIL.is_valid_number(&number);
    found.then(|| {
        damaged(format!(
            "{digits} seems to have lost its leading 0 in a spreadsheet; format the column as text and write {}",
            e164(&number)
        ))
    })
}

pub(super) fn lost_plus(digits: &str) -> Fault {
    damaged(format!(
        "{digits} seems to have lost its + in a spreadsheet; format the column as text and write +{digits}"
    ))
}

pub(super) fn damaged(message: String) -> Fault {
    ("phone_damaged", message)
}

//! What a spreadsheet makes of digits: `9.19E+11`, `42.0`, zeros for digits it has no room for.
//!
//! Pure.

use super::{Damage, Step};
use crate::validate::is_date;

/// So many digits a spreadsheet keeps of a number; those behind become zeros.
const KEPT_DIGITS: usize = 15;

/// The next thing to do about an id.
pub(super) fn id_step(text: &str) -> Option<Step> {
    if is_date(text) {
        return Some(Step::Leave(Damage::Date));
    }
    // Ids may be hexadecimal, so that only what no id looks like is taken for an E-notation.
    let spreadsheet = text.contains("E+") && text.find(['E', '.', ',']) == Some(1);
    let notation = if spreadsheet { e_notation(text) } else { None };
    notation.or_else(|| rounded(text)).or_else(|| decimal(text, 1))
}

/// `9.19845012301E+11` is a whole number as long as every digit is in sight.
pub(super) fn e_notation(text: &str) -> Option<Step> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let (before, after) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let number = before.strip_prefix('+').unwrap_or(before);
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    if !is_number(number) || !(after.is_empty() || is_number(after)) || !is_number(exponent) {
        return None;
    }
    Some(match exponent.parse() == Ok(after.len()) && !after.is_empty() {
        true => Step::Mend(Damage::ENotation, format!("{before}{after}")),
        false => Step::Leave(Damage::RoundedDigits),
    })
}

/// More digits than a spreadsheet keeps, with zeros where it had no room.
pub(super) fn rounded(text: &str) -> Option<Step> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let lost = match digits.len() {
        ..KEPT_DIGITS => false,
        KEPT_DIGITS => zeros > 2,
        _ => zeros > 0,
    };
    (lost && is_number(digits)).then_some(Step::Leave(Damage::RoundedDigits))
}

/// `42.0` for `42`, where there are so many digits at least.
pub(super) fn decimal(text: &str, least: usize) -> Option<Step> {
    let (whole, rest) = text.split_once(['.', ','])?;
    let digits = whole.strip_prefix('+').unwrap_or(whole);
    let zeros = !rest.is_empty() && rest.len() <= 2 && rest.bytes().all(|byte| byte == b'0');
    (zeros && is_number(digits) && digits.len() >= least)
        .then(|| Step::Mend(Damage::Decimal, whole.to_owned()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

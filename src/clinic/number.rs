//! Phone numbers in all the ways that people and spreadsheets write them.
//!
//! Pure. A number is mended where all readings of its digits that are in use come to the same one.

use std::collections::BTreeSet;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use super::country::Proof;
use super::{Country, Damage, Step, figures};
use crate::validate::{is_date, is_number};

/// The next thing to do about a number.
pub(super) fn step(text: &str, country: Option<Country>) -> Option<Step> {
    if is_number(text) {
        return None;
    }
    if is_date(text) {
        return Some(Step::Leave(Damage::Date));
    }
    quoted(text)
        .or_else(|| tel_prefix(text))
        .or_else(|| figures::e_notation(text))
        .or_else(|| figures::rounded(text))
        .or_else(|| figures::decimal(text, 6))
        .or_else(|| written(text, country))
}

/// The calling code of an E.164 number.
pub(super) fn calling_code(number: &str) -> Option<i32> {
    PHONE_NUMBER_UTIL.parse(number, None::<Region>).ok().map(|number| number.country_code)
}

/// Plain marks around a number, such as the `'` that somebody typed before a full-width `+`.
fn quoted(text: &str) -> Option<Step> {
    let inner = text.trim_matches(['\'', '"']);
    (inner != text && inner.contains(|sign: char| sign.is_ascii_digit()))
        .then(|| Step::Mend(Damage::SmartQuote, inner.to_owned()))
}

fn tel_prefix(text: &str) -> Option<Step> {
    let start = text.get(..4)?;
    let rest = text[4..].trim_start_matches([':', '/', ' ']);
    // What follows a semicolon may be an extension.
    (start.eq_ignore_ascii_case("tel:") && !rest.is_empty() && !rest.contains(';'))
        .then(|| Step::Mend(Damage::TelPrefix, rest.to_owned()))
}

fn written(text: &str, country: Option<Country>) -> Option<Step> {
    let digits = digits_of(text)?;
    if text.contains('+') {
        return formatted(text, &digits);
    }
    match digits.strip_prefix("00") {
        Some(rest) => {
            let number = format!("+{rest}");
            is_in_use(&number).then_some(Step::Mend(Damage::FormattedNumber, number))
        }
        None => national(&digits, country),
    }
}

/// The digits of a text that is nothing but a number with signs between its digits.
fn digits_of(text: &str) -> Option<String> {
    let is_sign = |sign: char| " -./()+".contains(sign);
    if !text.chars().all(|sign| sign.is_ascii_digit() || is_sign(sign)) {
        return None;
    }
    let plus_inside =
        text.rfind('+').is_some_and(|place| text[..place].contains(|sign| !" (".contains(sign)));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    // Two numbers in one cell: a slash parts them, unless it stands behind an area code.
    let before_slash = text.split('/').next().unwrap_or_default();
    let area_digits = before_slash.bytes().filter(u8::is_ascii_digit).count();
    let two = text.matches('/').count() > 1 || (text.contains('/') && area_digits > 6);
    ((6..=17).contains(&digits.len()) && !plus_inside && !two).then_some(digits)
}

/// A number with its country: its own digits, a `(0)` left out.
fn formatted(text: &str, digits: &str) -> Option<Step> {
    let parsed = PHONE_NUMBER_UTIL.parse(text, None::<Region>).ok()?;
    let number = e164(&parsed);
    let same_digits = number[1..] == *digits;
    let without_zero = text.contains("(0)")
        && digits_of(&text.replacen("(0)", "", 1)).is_some_and(|rest| number[1..] == rest);
    // In few countries the 0 belongs to the number, and the brackets only say that it was dialled.
    let right = is_number(&number) && (same_digits || without_zero);
    right.then_some(Step::Mend(Damage::FormattedNumber, number))
}

/// Digits that do not say of which country they are.
fn national(digits: &str, country: Option<Country>) -> Option<Step> {
    let with_plus = Some(format!("+{digits}")).filter(|number| is_likely(number));
    let Some(country) = country else {
        let damage = if with_plus.is_some() { Damage::LostPlus } else { Damage::NationalNumber };
        return Some(Step::Leave(damage));
    };
    let at_home = at_home(digits, country);
    // Somebody who says what national numbers are says so of those as well that could be of another country.
    let is_settled = country.proof == Proof::Said && !at_home.is_empty();
    let is_abroad = |number: &str| calling_code(number) != Some(country.calling_code);
    let abroad_counts = |number: &&String| !(is_settled && is_abroad(number));
    let readings: BTreeSet<&String> = with_plus.iter().filter(abroad_counts).chain(at_home.iter()).collect();
    match readings.into_iter().collect::<Vec<_>>()[..] {
        [] => possible(digits, country).map(|number| Step::Mend(Damage::NationalNumber, number)),
        [number] if is_abroad(number) => Some(Step::Leave(Damage::LostPlus)),
        [number] if with_plus.as_ref() == Some(number) => Some(Step::Mend(Damage::LostPlus, number.clone())),
        [number] if !country.is_sure() => Some(Step::Leave(how_written(number, digits))),
        [number] => Some(Step::Mend(how_written(number, digits), number.clone())),
        _ => Some(Step::Leave(Damage::FormattedNumber)),
    }
}

/// The numbers in use that the digits are inside the country: as they are, and with a 0 before them.
fn at_home(digits: &str, country: Country) -> BTreeSet<String> {
    let with_zero = (!digits.starts_with('0')).then(|| format!("0{digits}"));
    let texts = [Some(digits.to_owned()), with_zero].into_iter().flatten();
    let numbers = texts.filter_map(|text| PHONE_NUMBER_UTIL.parse(text, Some(country.region)).ok());
    numbers.filter(|number| PHONE_NUMBER_UTIL.is_valid_number(number)).map(|number| e164(&number)).collect()
}

/// The number that nobody has yet but that the digits can only be: dialled with a 0, or of the country that was said.
fn possible(digits: &str, country: Country) -> Option<String> {
    let is_national = country.proof == Proof::Said || digits.starts_with('0');
    let parsed = PHONE_NUMBER_UTIL
        .parse(digits, Some(country.region))
        .ok()
        .filter(|_| is_national && country.is_sure())?;
    Some(e164(&parsed)).filter(|number| is_number(number) && parsed.country_code == country.calling_code)
}

/// Whether the digits are the national number as it is dialled, or lack the 0 before it.
fn how_written(number: &str, digits: &str) -> Damage {
    let parsed = PHONE_NUMBER_UTIL.parse(number, None::<Region>);
    let dialled =
        parsed.map(|number| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::National).into_owned());
    let dialled: String = dialled.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    match dialled.strip_prefix('0') == Some(digits) {
        true => Damage::LostZero,
        false => Damage::NationalNumber,
    }
}

/// Whether digits with a `+` are so long, or so well known, that they hardly are a national number.
fn is_likely(number: &str) -> bool {
    (number.len() > 12 && is_number(number)) || is_in_use(number)
}

/// Whether an E.164 text is a number that some country has given out.
fn is_in_use(number: &str) -> bool {
    let parsed = PHONE_NUMBER_UTIL.parse(number, None::<Region>);
    is_number(number)
        && parsed.is_ok_and(|parsed| PHONE_NUMBER_UTIL.is_valid_number(&parsed) && e164(&parsed) == number)
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

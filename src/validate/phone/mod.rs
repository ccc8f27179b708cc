//! Phone numbers: E.164 or a problem that tells what happened to the number.
//!
//! Pure. A right number costs a look into a small table; only other texts cost a parse by the library.

mod codes;
mod damage;
mod plan;

use std::borrow::Cow;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use self::damage::{has_lost_its_plus, is_rounded, lost_plus, lost_zero, spreadsheet_fault};
use self::plan::{fits_the_plan, has_e164_form, impossible, is_possible};
use super::words::{is_formula_error, quoted};
use crate::columns::is_blank;

/// What is wrong with a number: a code of the contract, and the message.
type Fault = (&'static str, String);

/// Reads phone numbers, national ones too where a country is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phones {
    country: Option<Region>,
    /// The cells are a workbook's, where a number is whole but for its `+`.
    workbook: bool,
}

/// The ISO code of a country that has phone numbers, in upper case: the check of `--default-country`.
pub fn known_country(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_uppercase();
    let region = Region::from_code(&code).ok()?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| code)
}

/// Whether a text is a possible number in E.164.
pub fn is_number(text: &str) -> bool {
    has_e164_form(text) && is_possible(text)
}

impl Phones {
    /// An unknown country counts as none; see [`known_country`].
    pub(super) fn new(country: Option<&str>, workbook: bool) -> Phones {
        let code = country.map(|code| code.trim().to_ascii_uppercase());
        Phones { country: code.and_then(|code| Region::from_code(&code).ok()), workbook }
    }

    /// The E.164 text of a cell, or the code of its problem; [`Phones::explain`] has the words.
    pub(super) fn number<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, &'static str> {
        if !has_e164_form(text) {
            return self.read(text).map(Cow::Owned).map_err(|(code, _)| code);
        }
        if is_possible(text) { Ok(Cow::Borrowed(text)) } else { Err("phone_invalid") }
    }

    /// The text by which a cell is compared with others: its number where it can be read, else as it is.
    /// `None` for what a spreadsheet rounded: many numbers look alike then.
    pub(super) fn compared<'a>(&self, text: &'a str) -> Option<Cow<'a, str>> {
        if !has_e164_form(text) && is_rounded(text) {
            return None;
        }
        // Only a national number is spelled otherwise than its E.164 text; see `read`.
        if self.country.is_none() || has_e164_form(text) || !is_national_form(text) {
            return Some(Cow::Borrowed(text));
        }
        Some(self.read(text).map_or(Cow::Borrowed(text), Cow::Owned))
    }

    /// What is wrong with a cell that holds no number, and the mend.
    pub(super) fn explain(&self, text: &str) -> String {
        let fault = if has_e164_form(text) { Some(impossible(text)) } else { self.read(text).err() };
        fault.map(|(_, message)| message).unwrap_or_default()
    }

    /// Reads a text that is not of E.164 form.
    fn read(&self, text: &str) -> Result<String, Fault> {
        if let Some(fault) = spreadsheet_fault(text) {
            return Err(fault);
        }
        match self.country {
            Some(country) if is_national_form(text) => national(text, country, self.workbook),
            _ => Err(self.not_e164(text)),
        }
    }

    fn not_e164(&self, text: &str) -> Fault {
        if has_lost_its_plus(text) {
            return lost_plus(text);
        }
        let shown = quoted(text);
        if is_formula_error(text) {
            return invalid(format!("{shown} is what a formula that failed leaves; enter the number itself"));
        }
        if holds_two(text) {
            return invalid(format!(
                "{shown} seems to hold more than one number; keep one, as + and 7 to 15 digits"
            ));
        }
        if text.chars().filter(char::is_ascii_alphabetic).count() > 1 {
            return invalid(format!(
                "{shown} is no phone number; write + and 7 to 15 digits, without words or an extension"
            ));
        }
        if let Some(number) = meant(text, self.country) {
            return invalid(format!("{shown} is not written as E.164; write {number}"));
        }
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if digits >= 6 && !text.contains('+') && self.country.is_none() {
            return invalid(format!(
                "{shown} has no country; write + and the calling code before it, or give --default-country"
            ));
        }
        invalid(format!("{shown} is no phone number; write + and 7 to 15 digits, the calling code first"))
    }
}

/// Whether something parts two numbers: a mark, a second `+`, or a slash that does not stand behind an area code.
fn holds_two(text: &str) -> bool {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let parted = |mark: char| text.split(mark).filter(|part| digits(part) > 5).count() > 1;
    let behind_slash =
        text.split_once('/').is_some_and(|(before, rest)| digits(before) > 6 && digits(rest) > 0);
    [';', ',', '+', '|', '\n'].into_iter().any(parted) || behind_slash
}

/// Whether a national number may be written so: ASCII digits with what people put between them.
fn is_national_form(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b" -./()".contains(&byte));
    plain && !text.starts_with("00") && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// The E.164 text of a national number, or of one of a workbook that lost nothing but its `+`.
fn national(text: &str, country: Region, workbook: bool) -> Result<String, Fault> {
    let plan = &*PHONE_NUMBER_UTIL;
    let code = plan.get_country_code_for_region(country).unwrap_or_default();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let parsed = plan.parse(text, Some(country)).ok();
    let number = parsed.as_ref().map(e164).filter(|number| fits_the_plan(number));
    let region = country.to_string();
    let (Some(parsed), Some(number)) = (parsed, number) else {
        return Err(match has_lost_its_plus(&digits) {
            true => lost_plus(&digits),
            false => {
                invalid(format!("{} is no possible phone number of {region}; check its digits", quoted(text)))
            }
        });
    };
    let in_use = plan.is_valid_number(&parsed);
    if number[1..] == digits && workbook && parsed.country_code == code && in_use {
        return Ok(number);
    }
    if number[1..] == digits || (!in_use && has_lost_its_plus(&digits)) || may_be_whole(&digits, text, code) {
        return Err(lost_plus(&digits));
    }
    if parsed.country_code != code {
        return Err(invalid(format!("{} is not a number of {region}; write {number}", quoted(text))));
    }
    let fault = if in_use { None } else { lost_zero(&digits, country) };
    match fault {
        Some(fault) => Err(fault),
        None => Ok(number),
    }
}

/// Whether digits that would pass for a national number are as well a whole one of the same country without its `+`:
/// plans with numbers of many lengths (DE) have both.
fn may_be_whole(digits: &str, text: &str, code: i32) -> bool {
    let whole = || PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None::<Region>).ok();
    !text.trim_start().starts_with(['0', '('])
        && digits.starts_with(&code.to_string())
        && whole()
            .is_some_and(|whole| whole.country_code == code && PHONE_NUMBER_UTIL.is_valid_number(&whole))
}

/// The possible number that a formatted text means, where it tells its country.
fn meant(text: &str, country: Option<Region>) -> Option<String> {
    let seen: String = text.chars().filter(|character| !is_blank(*character) || *character == ' ').collect();
    let seen = match seen.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => seen,
    };
    let number = e164(&PHONE_NUMBER_UTIL.parse(&seen, country).ok()?);
    fits_the_plan(&number).then_some(number)
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

fn invalid(message: String) -> Fault {
    ("phone_invalid", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: Option<&str>) -> String {
        let phones = Phones::new(country, false);
        match phones.number(text) {
            Ok(number) => number.into_owned(),
            Err(code) => format!("{code}: {}", phones.explain(text)),
        }
    }

    #[test]
    fn only_e164_passes_without_a_country() {
        for (text, expected) in [
            ("+919845000001", "+919845000001"),
            ("+12025550123", "+12025550123"),
            ("+390612345678", "+390612345678"),
            ("+80012345678", "+80012345678"),
            ("+9998450000", "phone_invalid: +9998450000 begins with +999, which no country has"),
            ("+91984500000", "+91984500000"),
            ("+9198450", "phone_invalid: +9198450 has 5 digits after +91, where the numbering plan has"),
            ("+12025550", "phone_invalid: +12025550 has 7 digits after +1, where the numbering plan has 10"),
            ("+120255501234", "phone_invalid: +120255501234 has 11 digits after +1"),
            ("+4402079460000", "phone_invalid: +4402079460000 has a 0 after +44 that is only dialled inside"),
            ("+4402079460000", "write +442079460000"),
            (
                "+91 98450-00001",
                "phone_invalid: \"+91 98450-00001\" is not written as E.164; write +919845000001",
            ),
            ("+44 (0)20 7946 0000", "write +442079460000"),
            ("0091 98450 00001", "write +919845000001"),
            ("＋９１９８４５０００００１", "write +919845000001"),
            ("+91\u{a0}9845000001", "write +919845000001"),
            ("+0919845000001", "phone_invalid"),
            ("+12345678901234567", "phone_invalid"),
            (
                "09845000001",
                "has no country; write + and the calling code before it, or give --default-country",
            ),
            ("9845000001", "phone_invalid: \"9845000001\" has no country"),
            ("12", "phone_invalid: \"12\" is no phone number"),
            ("+", "phone_invalid"),
            ("n/a", "phone_invalid"),
            ("call me", "without words or an extension"),
            ("+12025550123 ext 5", "without words or an extension"),
            (
                "+12025550123;+12025550124",
                "phone_invalid: \"+12025550123;+12025550124\" seems to hold more than one",
            ),
            ("+919845012304/5", "seems to hold more than one number; keep one"),
            ("0171/1234567", "has no country"),
            ("#REF!", "\"#REF!\" is what a formula that failed leaves"),
        ] {
            let got = read(text, None);
            assert!(got.contains(expected), "{text}: {got}");
        }
    }

    #[test]
    fn the_damage_of_a_spreadsheet_is_named() {
        for (text, country, mend) in [
            ("9.19E+11", None, "enter the number again"),
            ("9,19E+11", None, "enter the number again"),
            (
                "9.19845000001E+11",
                None,
                "of which no digit is lost; format the column as text and write +919845000001",
            ),
            ("9.19845E+11", Some("IN"), "enter the number again"),
            ("+9.19e+11", None, "enter the number again"),
            ("9E11", None, "enter the number again"),
            ("919845000001", None, "write +919845000001"),
            ("919845000001", Some("IN"), "write +919845000001"),
            ("447700900123", None, "write +447700900123"),
            ("447700900123", Some("IN"), "write +447700900123"),
            ("12025550123", None, "write +12025550123"),
            ("919845000001.0", None, "write +919845000001"),
            ("919845000001,00", None, "write +919845000001"),
            ("9845000001.0", Some("IN"), "the calling code before it"),
            (
                "612345678",
                Some("IT"),
                "lost its leading 0 in a spreadsheet; format the column as text and write +390612345678",
            ),
        ] {
            let got = read(text, country);
            assert!(got.starts_with("phone_damaged: ") && got.contains(mend), "{text}: {got}");
        }
    }

    #[test]
    fn national_numbers_belong_to_the_default_country() {
        for (text, country, expected) in [
            ("9845000001", "IN", "+919845000001"),
            ("098450 00001", "IN", "+919845000001"),
            ("(0)98450-00001", "in", "+919845000001"),
            ("+919845000001", "GB", "+919845000001"),
            ("020 7946 0000", "GB", "+442079460000"),
            ("7911123456", "GB", "+447911123456"),
            ("(202) 555-0123", "US", "+12025550123"),
            ("202.555.0123", "US", "+12025550123"),
            ("06 1234 5678", "IT", "+390612345678"),
            ("015112345678", "DE", "+4915112345678"),
            ("15112345678", "DE", "+4915112345678"),
            ("030 12345678", "DE", "+493012345678"),
            ("04961 123456", "DE", "+494961123456"),
            ("4915112345678", "DE", "phone_damaged: 4915112345678 seems to have lost its +"),
            (
                "+91 98450 00001",
                "IN",
                "phone_invalid: \"+91 98450 00001\" is not written as E.164; write +919845000001",
            ),
            ("00919845000001", "IN", "phone_invalid"),
            ("０９８４５０００００１", "IN", "write +919845000001"),
            ("12345", "IN", "phone_invalid: \"12345\" is no possible phone number of IN"),
            ("-", "IN", "phone_invalid"),
            ("9845000001", "XX", "phone_invalid"),
        ] {
            let got = read(text, Some(country));
            assert!(got.contains(expected), "{text}: {got}");
        }
    }

    #[test]
    fn countries_are_known_by_their_code() {
        assert_eq!(known_country(" in"), Some("IN".to_owned()));
        for code in ["XX", "IND", "", "001", "India"] {
            assert_eq!(known_country(code), None, "{code}");
        }
    }
}

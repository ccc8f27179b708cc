//! Phone numbers: E.164 or a problem that tells what happened to the number.
//!
//! Pure. A right number is looked up in a small table that the numbering plan filled once, since whether
//! a number is possible depends on its calling code and its length alone; only other texts cost a parse.

use std::borrow::Cow;
use std::sync::LazyLock;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

use super::words::quoted;
use crate::columns::is_blank;

/// What is wrong with a number: a code of the contract, and the message.
pub(super) type Fault = (&'static str, String);

/// Reads phone numbers, national ones too where a country is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phones {
    country: Option<Region>,
}

/// The ISO code of a country that has phone numbers, in upper case: the check of `--default-country`.
pub fn known_country(code: &str) -> Option<String> {
    let code = code.trim().to_ascii_uppercase();
    let region = Region::from_code(&code).ok()?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| code)
}

impl Phones {
    /// An unknown country counts as none; see [`known_country`].
    pub(super) fn new(country: Option<&str>) -> Phones {
        let code = country.map(|code| code.trim().to_ascii_uppercase());
        Phones { country: code.and_then(|code| Region::from_code(&code).ok()) }
    }

    /// The E.164 text of a cell.
    pub(super) fn number<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Fault> {
        if has_e164_form(text) {
            return possible(text).map(|()| Cow::Borrowed(text));
        }
        if let Some(fault) = spreadsheet_fault(text) {
            return Err(fault);
        }
        match self.country {
            Some(country) if is_national_form(text) => national(text, country).map(Cow::Owned),
            _ => Err(self.not_e164(text)),
        }
    }

    fn not_e164(&self, text: &str) -> Fault {
        if has_lost_its_plus(text) {
            return lost_plus(text);
        }
        let shown = quoted(text);
        if text.chars().filter(char::is_ascii_alphabetic).count() > 1 {
            return invalid(format!(
                "{shown} is no phone number; write + and 7 to 15 digits, without an extension"
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

/// Whether the text is `+` and 7 to 15 digits, the first not 0.
fn has_e164_form(text: &str) -> bool {
    let digits = text.as_bytes().strip_prefix(b"+").unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a national number may be written so: ASCII digits with what people put between them.
fn is_national_form(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b" -./()".contains(&byte));
    plain && !text.starts_with("00") && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// What the numbering plan says of one calling code.
#[derive(Debug, Clone, Copy, Default)]
struct CallingCode {
    /// Digits of the code; 0 where there is none.
    digits: u8,
    /// Bit N is set where N digits may follow.
    lengths: u32,
}

/// The calling code by the first three digits of a number.
static CALLING_CODES: LazyLock<Vec<CallingCode>> = LazyLock::new(|| {
    let mut codes = vec![CallingCode::default(); 1000];
    for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
        let lengths = (1..=15)
            .filter(|length| length_is_possible(code, *length))
            .fold(0, |set, length| set | 1 << length);
        let digits = code.to_string().len();
        let width = 10_usize.pow(3 - digits as u32);
        let first = code as usize * width;
        codes[first..first + width].fill(CallingCode { digits: digits as u8, lengths });
    }
    codes
});

/// Whether numbers of this many digits after the code can be called from everywhere.
fn length_is_possible(country_code: i32, length: u32) -> bool {
    let number =
        PhoneNumber { country_code, national_number: 10_u64.pow(length - 1), ..PhoneNumber::default() };
    let verdict = PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number);
    matches!(verdict, Ok(NumberLengthType::IsPossible))
}

impl CallingCode {
    fn allows(self, national_digits: usize) -> bool {
        self.digits > 0 && self.lengths >> national_digits & 1 == 1
    }
}

/// Holds a text of E.164 form against the numbering plan.
fn possible(text: &str) -> Result<(), Fault> {
    let (code, national) = split(text);
    let fits = code.allows(national.len());
    if fits && !national.starts_with('0') {
        return Ok(());
    }
    // A leading 0 belongs to the number in few countries; elsewhere it is only dialled inside.
    let written = PHONE_NUMBER_UTIL.parse(text, None::<Region>).ok().map(|number| e164(&number));
    if fits && written.as_deref() == Some(text) {
        return Ok(());
    }
    Err(impossible(text, code, national, written.filter(|written| written != text)))
}

/// Whether a text is of E.164 form and of a length that its calling code has.
fn fits_the_plan(text: &str) -> bool {
    let (code, national) = if has_e164_form(text) { split(text) } else { return false };
    code.allows(national.len())
}

/// The calling code of a text of E.164 form, and the digits after it.
fn split(text: &str) -> (CallingCode, &str) {
    let first = text[1..4].parse().unwrap_or(0);
    let code: CallingCode = CALLING_CODES[first];
    (code, &text[1 + usize::from(code.digits)..])
}

fn impossible(text: &str, code: CallingCode, national: &str, meant: Option<String>) -> Fault {
    if code.digits == 0 {
        let start = &text[..text.len().min(4)];
        return invalid(format!("{text} begins with {start}, which no country has; check the calling code"));
    }
    let code_text = &text[..1 + usize::from(code.digits)];
    if national.starts_with('0')
        && let Some(number) = meant.filter(|number| fits_the_plan(number))
    {
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

/// The E.164 text of a national number.
fn national(text: &str, country: Region) -> Result<String, Fault> {
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
    if number[1..] == digits || (!in_use && has_lost_its_plus(&digits)) {
        return Err(lost_plus(&digits));
    }
    if parsed.country_code != code {
        return Err(invalid(format!("{} is not a number of {region}; write {number}", quoted(text))));
    }
    // Where the first 0 is part of the number, as in Italy, a number without it is another number.
    let with_zero =
        plan.parse(format!("0{digits}"), Some(country)).ok().filter(|number| plan.is_valid_number(number));
    if let Some(with_zero) = with_zero.filter(|_| !digits.starts_with('0') && !in_use) {
        return Err(damaged(format!(
            "{} seems to have lost its leading 0 in a spreadsheet; format the column as text and write {}",
            quoted(text),
            e164(&with_zero)
        )));
    }
    Ok(number)
}

/// The damage that a spreadsheet does to a number, where the text shows it.
fn spreadsheet_fault(text: &str) -> Option<Fault> {
    let shown = quoted(text);
    let (whole, exponent) = text.split_once(['E', 'e']).unwrap_or((text, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = whole.split_once(['.', ',']).unwrap_or((whole, ""));
    let number = before.trim_start_matches('+');
    if digits(number) && (after.is_empty() || digits(after)) && digits(exponent.trim_start_matches('+')) {
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
fn has_lost_its_plus(text: &str) -> bool {
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

fn lost_plus(digits: &str) -> Fault {
    damaged(format!(
        "{digits} seems to have lost its + in a spreadsheet; format the column as text and write +{digits}"
    ))
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

fn damaged(message: String) -> Fault {
    ("phone_damaged", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: Option<&str>) -> String {
        match Phones::new(country).number(text) {
            Ok(number) => number.into_owned(),
            Err((code, message)) => format!("{code}: {message}"),
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
            ("call me", "without an extension"),
            ("+12025550123 ext 5", "without an extension"),
            ("+12025550123;+12025550124", "phone_invalid"),
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

    /// The table must say of every calling code and length what the library says of the number itself.
    #[test]
    fn the_table_is_the_numbering_plan() {
        let plan = &*PHONE_NUMBER_UTIL;
        let (mut compared, mut fine) = (0, 0);
        for start in 100..1000 {
            for length in 7..=15_usize {
                for filling in ["2345678901234", "9845000001234", "0612345678901"] {
                    let text = format!("+{start}{}", &filling[..length - 3]);
                    let ours = possible(&text).is_ok();
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

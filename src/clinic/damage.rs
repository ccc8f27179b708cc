//! The catalogue: every damage that the clinic knows.
//!
//! Pure.

/// What happened to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// Blanks before or behind the text, seen or not.
    BlanksAround,
    /// A no-break blank, or a sign without any width, inside.
    UnseenBlank,
    /// Typographic quotation marks and apostrophes, and marks of any kind around a number.
    SmartQuote,
    /// Typographic dashes.
    SmartDash,
    /// Letters and digits of the width of Chinese signs.
    FullWidth,
    /// `tel:` before a number.
    TelPrefix,
    /// A number with blanks, hyphens, brackets, `(0)` or `00`.
    FormattedNumber,
    /// A number that names no country.
    NationalNumber,
    LostPlus,
    LostZero,
    /// `.0` behind whole digits.
    Decimal,
    /// `9.19845012301E+11`, with all digits in sight.
    ENotation,
    /// Digits that a spreadsheet rounded away.
    RoundedDigits,
    /// A date that was a number or an extension.
    Date,
    /// `mailto:` before an address.
    MailtoPrefix,
    /// `Asha <asha@example.com>`.
    DisplayName,
    /// Capitals behind the `@`.
    UpperCaseDomain,
}

impl Damage {
    #[cfg(test)]
    pub(crate) const ALL: [Damage; 17] = [
        Damage::BlanksAround,
        Damage::UnseenBlank,
        Damage::SmartQuote,
        Damage::SmartDash,
        Damage::FullWidth,
        Damage::TelPrefix,
        Damage::FormattedNumber,
        Damage::NationalNumber,
        Damage::LostPlus,
        Damage::LostZero,
        Damage::Decimal,
        Damage::ENotation,
        Damage::RoundedDigits,
        Damage::Date,
        Damage::MailtoPrefix,
        Damage::DisplayName,
        Damage::UpperCaseDomain,
    ];

    /// The word in the list of changes: `lost_plus`.
    pub fn word(self) -> &'static str {
        match self {
            Damage::BlanksAround => "blanks_around",
            Damage::UnseenBlank => "unseen_blank",
            Damage::SmartQuote => "smart_quote",
            Damage::SmartDash => "smart_dash",
            Damage::FullWidth => "full_width",
            Damage::TelPrefix => "tel_prefix",
            Damage::FormattedNumber => "formatted_number",
            Damage::NationalNumber => "national_number",
            Damage::LostPlus => "lost_plus",
            Damage::LostZero => "lost_zero",
            Damage::Decimal => "decimal",
            Damage::ENotation => "e_notation",
            Damage::RoundedDigits => "rounded_digits",
            Damage::Date => "date",
            Damage::MailtoPrefix => "mailto_prefix",
            Damage::DisplayName => "display_name",
            Damage::UpperCaseDomain => "upper_case_domain",
        }
    }

    /// Why a cell with this damage is left as it is, and what a person can do.
    pub fn advice(self) -> &'static str {
        match self {
            Damage::RoundedDigits => {
                "a spreadsheet rounded its last digits away; format the column as text and enter it again"
            }
            Damage::Date => "a spreadsheet made a date of it; format the column as text and enter it again",
            Damage::LostPlus => {
                "it seems to have lost its +, and nothing shows its country for sure; write + before it, or give \
                 --default-country"
            }
            Damage::LostZero | Damage::NationalNumber => {
                "it does not tell its country; write + and the calling code before it, or give --default-country"
            }
            Damage::FormattedNumber => {
                "it can be read as more than one number; write + and 7 to 15 digits, nothing else"
            }
            Damage::UnseenBlank => "it has a sign in it that nobody sees; type it anew",
            _ => "it has more than one meaning; type it anew",
        }
    }
}

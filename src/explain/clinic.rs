//! The kinds of `validate --fix`: what a spreadsheet or a mail did to a cell, what was mended, and what to check.
//!
//! Pure; words only.

use super::{Explanation, Source};

/// The kinds that have to do with numbers, ids and dates.
pub(super) const FIGURES: &[Explanation] = &[
    kind(
        "lost_plus",
        "The spreadsheet took the telephone number for a plain number and dropped the + before it. Where \
         the other numbers of the column, or --default-country, show that the first digits are the country's \
         code, the + is put back.",
        "compare one mended number with the person's; where it was left, write + before it",
        "A cell stays as it is where its digits could be a number of another country. Format the column as \
         text, and the + stays.",
    ),
    kind(
        "lost_zero",
        "The spreadsheet took the telephone number for a plain number and dropped the 0 before it. Where \
         the column, or --default-country, shows the country, the number is written with + and the \
         country's code.",
        "compare one mended number with the person's; where it was left, write + and the country's code",
        "Format the column as text, and the 0 stays.",
    ),
    kind(
        "national_number",
        "The number is written as it is dialled inside its country, so that it does not say which country \
         that is. Where the other numbers of the column, or --default-country, show it, + and the \
         country's code are put before it.",
        "check that the country is the right one for every row; where it was left, give --default-country",
        "A person abroad in such a column needs a number with + and the country's code in the sheet.",
    ),
    kind(
        "formatted_number",
        "The number is written with blanks, hyphens, brackets, (0) or 00, as people write it. It is \
         rewritten as + and digits, where that can be done in one way only.",
        "nothing to do where it was mended; where it was left, write + and 7 to 15 digits",
        "A cell stays as it is where it can be read as more than one number, for example when it holds two.",
    ),
    kind(
        "decimal",
        "The spreadsheet took the number or id for an amount and wrote .0 behind it. The .0 is taken off.",
        "nothing to do",
        "Format the column as text, and it does not come again.",
    ),
    kind(
        "e_notation",
        "The spreadsheet shows the number or id in short, like 9.19845012301E+11. All digits are still \
         there, so they are written out.",
        "compare the last digits of one mended cell with the original",
        "Where digits are missing the kind is rounded_digits. Format the column as text, and the number \
         stays.",
    ),
    kind(
        "rounded_digits",
        "The spreadsheet rounded the number or id: it keeps 15 digits, and shows fewer in a narrow \
         column, like 9.19845E+11. The last digits are gone from the file, so the cell is left as it is.",
        "format the column as text and enter the number again from where it came from",
        "No program can bring such digits back. If the workbook still has them, hand it over as .xlsx in \
         place of CSV.",
    ),
    kind(
        "date",
        "The spreadsheet made a date or a time of a number, an extension or an id, such as 12-Jan of \
         1-12. What stood there cannot be told from the date, so the cell is left as it is.",
        "format the column as text and enter the value again",
        "Changing the format alone does not help: the cell then shows the day as a number.",
    ),
];

/// The kinds that have to do with signs, names and addresses.
pub(super) const SIGNS: &[Explanation] = &[
    kind(
        "blanks_around",
        "There were blanks, or signs that nobody sees, before or behind the text, as copying from a mail \
         or a web page leaves them. They are taken off.",
        "nothing to do",
        "That holds for passwords as well: none can begin or end with a blank.",
    ),
    kind(
        "unseen_blank",
        "The text has a no-break blank or a sign without width inside, as web pages and PDF files have. In \
         names and numbers a plain blank takes its place; a sign without width goes.",
        "nothing to do where it was mended; where it was left, type the cell anew",
        "E-mail addresses and ids with such a blank, and passwords with such a sign, are left as they are, \
         since it may stand for something.",
    ),
    kind(
        "smart_quote",
        "A word processor, or the spreadsheet while somebody typed, made curly quotation marks of plain \
         ones (O’Connor for O'Connor). In names they become plain; around other values they are taken off.",
        "look at the names that were changed, and keep the sheet as it was if you want the curly marks",
        "",
    ),
    kind(
        "smart_dash",
        "A word processor, or the spreadsheet while somebody typed, made long dashes of plain hyphens. \
         They become hyphens.",
        "nothing to do",
        "A long dash in an e-mail address is left alone, since it may stand for two hyphens.",
    ),
    kind(
        "full_width",
        "Letters, digits or signs have the width of Chinese characters (９１ for 91), as Chinese, Japanese \
         and Korean keyboards write them. They become plain ones.",
        "nothing to do",
        "Names in other scripts than ours keep theirs.",
    ),
    kind(
        "tel_prefix",
        "The number was copied as a link, with tel: before it. The tel: is taken off.",
        "nothing to do",
        "",
    ),
    kind(
        "mailto_prefix",
        "The e-mail address was copied as a link, with mailto: before it. The mailto: is taken off.",
        "nothing to do",
        "",
    ),
    kind(
        "display_name",
        "The e-mail address was copied from a mail together with the person's name, like Asha Rao \
         <asha@example.com>. Only the address is kept.",
        "check that the address belongs to the person of the row",
        "",
    ),
    kind(
        "upper_case_domain",
        "The e-mail address has capitals behind the @. They make no difference there, and become small \
         letters so that the same address is seen as the same.",
        "nothing to do",
        "What stands before the @ is never changed.",
    ),
];

const fn kind(
    code: &'static str,
    meaning: &'static str,
    mend: &'static str,
    more: &'static str,
) -> Explanation {
    Explanation { code, source: Source::Clinic, meaning, mend, more }
}

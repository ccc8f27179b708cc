//! Which sign stands between cells, found out from the first rows of a file.
//!
//! Pure. Unlike a general sniffer we know the names of columns to expect; how steady the width of the
//! rows is comes second.

use csv::StringRecord;

use super::Refusal;
use super::heading::{KNOWN_HEADINGS, normalised};
use super::scan::{row_end, split};

/// What is tried; the first wins where nothing tells them apart.
const CANDIDATES: [u8; 4] = *b",;\t|";

/// How well a delimiter explains the rows; more is better, the first figure first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Fit {
    /// Headings that callroster knows.
    known: usize,
    /// Rows of a hundred that are as wide as the header; 0 where that is one cell.
    steady: usize,
    width: usize,
}

/// The delimiter of a file that begins with these bytes; `whole` says that they are all of it.
pub fn chosen(head: &[u8], whole: bool) -> u8 {
    let mut best = (CANDIDATES[0], Fit::default());
    for delimiter in CANDIDATES {
        let fit = fit(head, whole, delimiter);
        if fit > best.1 {
            best = (delimiter, fit);
        }
    }
    best.0
}

/// A delimiter that was named must be one sign that can stand between cells.
pub fn checked(delimiter: u8) -> Result<u8, Refusal> {
    match delimiter {
        b'"' | b'\n' | b'\r' | 0 | 0x80.. => Err(Refusal(
            "--delimiter must be one plain sign such as , or ; or | or a tab; quotes and line ends cannot be it".into(),
        )),
        delimiter => Ok(delimiter),
    }
}

/// How a delimiter is shown to people.
pub fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "a tab".into(),
        delimiter => format!("`{}`", char::from(delimiter)),
    }
}

fn fit(head: &[u8], whole: bool, delimiter: u8) -> Fit {
    let widths_of = |rows: &[StringRecord]| rows.iter().map(StringRecord::len).collect::<Vec<_>>();
    let rows = first_rows(head, whole, delimiter);
    let Some(header) = rows.first() else { return Fit::default() };
    let width = header.len();
    let known = header.iter().filter(|cell| KNOWN_HEADINGS.contains(&normalised(cell).as_str())).count();
    let as_wide = widths_of(&rows).iter().filter(|other| **other == width).count();
    let steady = if width > 1 { as_wide * 100 / rows.len() } else { 0 };
    Fit { known, steady, width }
}

/// The rows that are there as a whole, up to the first fault.
fn first_rows(head: &[u8], whole: bool, delimiter: u8) -> Vec<StringRecord> {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut rows = Vec::new();
    while !rest.is_empty() && rows.len() < 200 {
        let Ok(Some(end)) = row_end(rest, delimiter, whole) else { break };
        if end.text > 0 {
            let mut cells = StringRecord::new();
            split(&String::from_utf8_lossy(&rest[..end.text]), delimiter, end.quoted, &mut cells);
            rows.push(cells);
        }
        rest = &rest[end.total..];
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_names_tell_the_delimiter() {
        for (head, delimiter) in [
            ("first_name,last_name\nAnna,Li\n", b','),
            ("First Name;Last Name\nAnna;Li, PhD\n", b';'),
            ("first_name\tlast_name\nAnna\tLi\n", b'\t'),
            ("\u{feff}first_name|\"last_name\"\nAnna|Li\n", b'|'),
            ("first_name;note, short;email\n", b';'),
            ("email\nanna;li|x@x.io\n", b','),
            ("email", b','),
            ("", b','),
        ] {
            assert_eq!(chosen(head.as_bytes(), true), delimiter, "{head:?}");
        }
    }

    #[test]
    fn the_steadiest_width_tells_it_where_no_name_is_known() {
        for (head, delimiter) in [
            ("Vorname;Nachname, kurz;Ort\nAnna;Li;A, B, C\nBo;Li;X\n", b';'),
            ("a,b;c\n1,2\n3,4;5\n", b','),
            ("a\tb\n1,5\t2\n", b'\t'),
        ] {
            assert_eq!(chosen(head.as_bytes(), true), delimiter, "{head:?}");
        }
    }

    #[test]
    fn a_cut_row_at_the_end_of_the_sample_does_not_count() {
        assert_eq!(first_rows(b"a,b\n1,2\n3", false, b',').len(), 2);
        assert_eq!(first_rows(b"a,b\n1,2\n3", true, b',').len(), 3);
    }

    #[test]
    fn what_cannot_stand_between_cells_is_refused() {
        for delimiter in [b'"', b'\n', b'\r', 0, 0xa7] {
            assert!(checked(delimiter).is_err(), "{delimiter}");
        }
        assert_eq!(checked(b';'), Ok(b';'));
    }
}

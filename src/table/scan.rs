//! Where a row of a CSV file ends, strictly, and what its cells are.
//!
//! Pure, over bytes. A quote opens only where a cell begins, and closes only before a delimiter, a line
//! end or the end of the file. Every accepted file therefore has an even number of quotes: one quote too
//! many or too few is always seen and never swallows a row. The `csv` crate accepts such files silently.

use csv::StringRecord;
use memchr::{memchr, memchr_iter, memchr2, memchr3};

const QUOTE: u8 = b'"';

/// Where a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowEnd {
    /// Length without the line end.
    pub text: usize,
    /// Length with the line end.
    pub total: usize,
    /// Whether any cell is in quotes.
    pub quoted: bool,
}

/// A quote that is not where a quote may be; places are offsets from the start of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteFault {
    /// The file ends inside quotes.
    Unclosed { opened: usize },
    /// Text goes on behind a closing quote.
    TextBehind { opened: usize, at: usize },
    /// A quote in the middle of a cell that is not in quotes.
    InsideCell { at: usize },
}

/// Finds the end of the row that begins the bytes.
///
/// `None` where more bytes are needed; `last` says that there are none.
pub fn row_end(bytes: &[u8], delimiter: u8, last: bool) -> Result<Option<RowEnd>, QuoteFault> {
    let (mut at, mut quoted) = (0, false);
    loop {
        let place = match bytes.get(at) {
            Some(&QUOTE) => {
                quoted = true;
                match closing(bytes, at, delimiter, last)? {
                    Some(closing) => closing.behind,
                    None => return Ok(None),
                }
            }
            _ => memchr3(b'\n', b'\r', QUOTE, &bytes[at..]).map_or(bytes.len(), |found| at + found),
        };
        match bytes.get(place) {
            Some(b'\n' | b'\r') => {
                let length = line_end(bytes, place, last);
                return Ok(length.map(|length| RowEnd { text: place, total: place + length, quoted }));
            }
            Some(&QUOTE) if bytes[place - 1] == delimiter => at = place,
            Some(&QUOTE) => return Err(QuoteFault::InsideCell { at: place }),
            // Behind a closing quote.
            Some(_) => at = place + 1,
            None => return Ok(last.then_some(RowEnd { text: place, total: place, quoted })),
        }
    }
}

/// The length of the line end at a place: `\n`, `\r\n` or `\r`.
fn line_end(bytes: &[u8], place: usize, last: bool) -> Option<usize> {
    match (bytes[place], bytes.get(place + 1)) {
        (b'\r', Some(b'\n')) => Some(2),
        (b'\r', None) if !last => None,
        _ => Some(1),
    }
}

/// The end of a cell in quotes.
struct Closing {
    /// The place behind the closing quote.
    behind: usize,
    /// Whether the cell has quotes in it.
    doubled: bool,
}

/// Finds the end of the cell whose quote opened at `opened`; `None` where more bytes are needed.
fn closing(bytes: &[u8], opened: usize, delimiter: u8, last: bool) -> Result<Option<Closing>, QuoteFault> {
    let (mut at, mut doubled) = (opened + 1, false);
    while let Some(found) = find_quote(&bytes[at..]) {
        let behind = at + found + 1;
        match bytes.get(behind) {
            Some(&QUOTE) => (at, doubled) = (behind + 1, true),
            Some(&byte) if byte == delimiter || byte == b'\n' || byte == b'\r' => {
                return Ok(Some(Closing { behind, doubled }));
            }
            Some(_) => return Err(QuoteFault::TextBehind { opened, at: behind }),
            None => return Ok(last.then_some(Closing { behind, doubled })),
        }
    }
    if last { Err(QuoteFault::Unclosed { opened }) } else { Ok(None) }
}

/// Most cells are so short that a plain loop is done before a wide search has begun.
fn find_quote(bytes: &[u8]) -> Option<usize> {
    let near = bytes.len().min(16);
    let found = bytes[..near].iter().position(|byte| *byte == QUOTE);
    found.or_else(|| Some(near + memchr(QUOTE, &bytes[near..])?))
}

/// Splits the text of a row that [`row_end`] found into its cells.
pub fn split(text: &str, delimiter: u8, quoted: bool, cells: &mut StringRecord) {
    cells.clear();
    if quoted {
        return split_quoted(text, delimiter, cells);
    }
    let mut from = 0;
    for to in memchr_iter(delimiter, text.as_bytes()) {
        cells.push_field(&text[from..to]);
        from = to + 1;
    }
    cells.push_field(&text[from..]);
}

fn split_quoted(text: &str, delimiter: u8, cells: &mut StringRecord) {
    let mut at = 0;
    loop {
        let (end, doubled) = cell_end(text.as_bytes(), at, delimiter);
        let cell = &text[at..end];
        match cell.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner)) {
            None => cells.push_field(cell),
            Some(inner) if doubled => cells.push_field(&inner.replace("\"\"", "\"")),
            Some(inner) => cells.push_field(inner),
        }
        if end == text.len() {
            return;
        }
        at = end + 1;
    }
}

/// The place behind the cell that begins at `at`, and whether it has quotes in it.
fn cell_end(bytes: &[u8], at: usize, delimiter: u8) -> (usize, bool) {
    if bytes.get(at) == Some(&QUOTE) {
        let closing = closing(bytes, at, delimiter, true).ok().flatten();
        return closing.map_or((bytes.len(), false), |closing| (closing.behind, closing.doubled));
    }
    (memchr(delimiter, &bytes[at..]).map_or(bytes.len(), |found| at + found), false)
}

/// The cell, from 0, in which a byte of a row lies.
pub fn column_at(bytes: &[u8], place: usize, delimiter: u8) -> usize {
    let (mut column, mut at) = (0, 0);
    loop {
        let (end, _) = cell_end(bytes, at, delimiter);
        if place <= end || end == bytes.len() {
            return column;
        }
        column += 1;
        at = end + 1;
    }
}

/// How many line ends the bytes hold.
pub fn line_ends(bytes: &[u8]) -> u64 {
    if memchr2(b'\n', b'\r', bytes).is_none() {
        return 0;
    }
    let feeds = memchr_iter(b'\n', bytes).count();
    let returns = memchr_iter(b'\r', bytes).filter(|place| bytes.get(place + 1) != Some(&b'\n'));
    (feeds + returns.count()) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rows of a whole file, blank lines left out.
    fn rows(file: &str) -> Result<Vec<Vec<String>>, QuoteFault> {
        let (mut rest, mut rows, mut cells) = (file, Vec::new(), StringRecord::new());
        while !rest.is_empty() {
            let end = row_end(rest.as_bytes(), b',', true)?.expect("it is the last");
            if end.text > 0 {
                split(&rest[..end.text], b',', end.quoted, &mut cells);
                rows.push(cells.iter().map(String::from).collect());
            }
            rest = &rest[end.total..];
        }
        Ok(rows)
    }

    fn rows_of_the_csv_crate(file: &str) -> Vec<Vec<String>> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.as_bytes());
        reader.records().map(|row| row.expect("it is text").iter().map(String::from).collect()).collect()
    }

    #[test]
    fn cells_are_what_they_are() {
        for (file, wanted) in [
            ("a,b\r\nc,d\r\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,b\rc,d", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,\n,\n", vec![vec!["a", ""], vec!["", ""]]),
            ("\"a,b\",\"c\nd\"\n", vec![vec!["a,b", "c\nd"]]),
            ("\"say \"\"hi\"\"\",\"\"\n\"\"", vec![vec!["say \"hi\"", ""], vec![""]]),
            ("a,\"\"\"\"", vec![vec!["a", "\""]]),
            ("\"\",", vec![vec!["", ""]]),
        ] {
            assert_eq!(rows(file).expect(file), wanted, "{file:?}");
        }
    }

    #[test]
    fn a_quote_out_of_place_is_a_fault() {
        for (file, fault) in [
            ("a,\"b\nc", QuoteFault::Unclosed { opened: 2 }),
            ("\"", QuoteFault::Unclosed { opened: 0 }),
            ("\"a\"\"", QuoteFault::Unclosed { opened: 0 }),
            ("\"a\"b,c", QuoteFault::TextBehind { opened: 0, at: 3 }),
            ("a\"b", QuoteFault::InsideCell { at: 1 }),
            ("a, \"b\"", QuoteFault::InsideCell { at: 3 }),
        ] {
            assert_eq!(rows(file), Err(fault), "{file:?}");
        }
    }

    #[test]
    fn a_row_that_may_go_on_asks_for_more() {
        for bytes in ["", "a", "a,\"b", "a,\"b\"", "a\r", "\"a\"\r"] {
            assert_eq!(row_end(bytes.as_bytes(), b',', false), Ok(None), "{bytes:?}");
            assert_ne!(row_end(bytes.as_bytes(), b',', true), Ok(None), "{bytes:?}");
        }
    }

    #[test]
    fn a_byte_lies_in_a_column() {
        let row = b"ab,\"c,d\",,e";
        for (place, column) in [(0, 0), (1, 0), (4, 1), (5, 1), (9, 2), (10, 3)] {
            assert_eq!(column_at(row, place, b','), column, "byte {place}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_accepted_is_read_as_the_csv_crate_reads_it(file in "[ab,\"\n\r]{0,24}") {
            if let Ok(rows) = rows(&file) {
                prop_assert_eq!(rows, rows_of_the_csv_crate(&file));
            }
        }

        #[test]
        fn an_accepted_file_has_an_even_number_of_quotes(file in "[ab,\"\n\r]{0,24}") {
            if rows(&file).is_ok() {
                prop_assert_eq!(file.matches('"').count() % 2, 0);
            }
        }
    }
}

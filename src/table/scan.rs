//! Where a row of a CSV file ends, strictly, and what its cells are.
//!
//! Pure, over bytes. A quote opens only where a cell begins, and closes only before a delimiter, a line
//! end or the end of the file. Every accepted file therefore has an even number of quotes: one quote too
//! many or too few is always seen and never swallows a row. The `csv` crate accepts such files silently.

use csv::StringRecord;
use memchr::{memchr, memchr_iter, memchr3};

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
    let mut at = 0;
    let mut quoted = false;
    while let Some(found) = memchr3(b'\n', b'\r', QUOTE, &bytes[at..]) {
        let place = at + found;
        if bytes[place] != QUOTE {
            let line_end = line_end(bytes, place, last);
            return Ok(line_end.map(|length| RowEnd { text: place, total: place + length, quoted }));
        }
        if place > 0 && bytes[place - 1] != delimiter {
            return Err(QuoteFault::InsideCell { at: place });
        }
        quoted = true;
        match behind_quotes(bytes, place, delimiter, last)? {
            Some(behind) => at = behind,
            None => return Ok(None),
        }
    }
    Ok(last.then_some(RowEnd { text: bytes.len(), total: bytes.len(), quoted }))
}

/// The length of the line end at a place: `\n`, `\r\n` or `\r`.
fn line_end(bytes: &[u8], place: usize, last: bool) -> Option<usize> {
    match (bytes[place], bytes.get(place + 1)) {
        (b'\r', Some(b'\n')) => Some(2),
        (b'\r', None) if !last => None,
        _ => Some(1),
    }
}

/// The place behind the quote that closes the cell whose quote opened at `opened`.
fn behind_quotes(
    bytes: &[u8],
    opened: usize,
    delimiter: u8,
    last: bool,
) -> Result<Option<usize>, QuoteFault> {
    let mut at = opened + 1;
    while let Some(found) = memchr(QUOTE, &bytes[at..]) {
        let behind = at + found + 1;
        match bytes.get(behind) {
            Some(&QUOTE) => at = behind + 1,
            Some(&byte) if byte == delimiter || byte == b'\n' || byte == b'\r' => return Ok(Some(behind)),
            Some(_) => return Err(QuoteFault::TextBehind { opened, at: behind }),
            None => return Ok(last.then_some(behind)),
        }
    }
    if last { Err(QuoteFault::Unclosed { opened }) } else { Ok(None) }
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
        let end = cell_end(text.as_bytes(), at, delimiter);
        match text[at..end].strip_prefix('"') {
            None => cells.push_field(&text[at..end]),
            Some(inner) => {
                let inner = inner.strip_suffix('"').unwrap_or(inner);
                match inner.contains('"') {
                    true => cells.push_field(&inner.replace("\"\"", "\"")),
                    false => cells.push_field(inner),
                }
            }
        }
        if end == text.len() {
            return;
        }
        at = end + 1;
    }
}

/// The place behind the cell that begins at `at`.
fn cell_end(bytes: &[u8], at: usize, delimiter: u8) -> usize {
    let behind = match bytes.get(at) {
        Some(&QUOTE) => behind_quotes(bytes, at, delimiter, true).ok().flatten().unwrap_or(bytes.len()),
        _ => at,
    };
    memchr(delimiter, &bytes[behind..]).map_or(bytes.len(), |found| behind + found)
}

/// The cell, from 0, in which a byte of a row lies.
pub fn column_at(bytes: &[u8], place: usize, delimiter: u8) -> usize {
    let (mut column, mut at) = (0, 0);
    loop {
        let end = cell_end(bytes, at, delimiter);
        if place <= end || end == bytes.len() {
            return column;
        }
        column += 1;
        at = end + 1;
    }
}

/// How many line ends the bytes hold.
pub fn line_ends(bytes: &[u8]) -> u64 {
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

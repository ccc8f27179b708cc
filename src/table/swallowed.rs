//! Rows inside of a cell: two stray quotes, one at the start of a cell and one further down, make valid CSV of which
//! one row holds several people.
//!
//! Pure. A note of several lines is no such thing, so it takes much to say so: with the quotes of the cell taken away,
//! each of its lines must fill a row to the delimiter.

use csv::StringRecord;
use memchr::memchr_iter;

use super::Refusal;
use super::walk::Span;

const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// Refuses a row of which one cell holds other rows. `cells` are the row's own, as many as the header has.
pub fn refuse_swallowed_rows(span: &Span<'_>, delimiter: u8, cells: &StringRecord) -> Result<(), Refusal> {
    match span.quoted && is_swallowing(cells, delimiter) {
        true => Err(refusal(span)),
        false => Ok(()),
    }
}

/// Whether the only cell of several lines ends one row, holds whole ones, and begins another.
fn is_swallowing(cells: &StringRecord, delimiter: u8) -> bool {
    let mut broken = cells.iter().enumerate().filter(|(_, cell)| cell.contains(LINE_ENDS));
    let (Some((before, cell)), None) = (broken.next(), broken.next()) else { return false };
    holds_rows(cell, delimiter, before, cells.len())
}

/// Whether a cell with `before` cells in front of it does so.
///
/// The first line must have a delimiter: a list of two lines in the last cell would be taken for rows otherwise, and in
/// a sheet of two columns nearly everything would.
fn holds_rows(cell: &str, delimiter: u8, before: usize, columns: usize) -> bool {
    let mut lines = cell.split(LINE_ENDS).filter(|line| !line.is_empty());
    let count = |line: &str| memchr_iter(delimiter, line.as_bytes()).count();
    let (Some(first), Some(last)) = (lines.next(), lines.next_back()) else { return false };
    columns > 2
        && before + 1 < columns
        && count(first) == columns - 1 - before
        && lines.all(|line| count(line) == columns - 1)
        && count(last) == before
}

#[cold]
fn refusal(span: &Span<'_>) -> Refusal {
    let last = span.line + super::scan::line_ends(span.text);
    Refusal(format!(
        "lines {} to {last} are one row, since a cell in quotes goes on over the line end, and each of them looks like a row \
         of its own; delete the stray quotes, or take the line ends out of the cell if it is meant so",
        span.line
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(row: &str) -> Result<(), Refusal> {
        let span = Span { text: row.as_bytes(), quoted: row.contains('"'), line: 7, source_row: 7 };
        let mut cells = StringRecord::new();
        super::super::scan::split(row, b',', span.quoted, &mut cells);
        refuse_swallowed_rows(&span, b',', &cells)
    }

    #[test]
    fn rows_in_a_cell_are_found_and_notes_are_not() {
        for (row, swallowed) in [
            ("\"Asha,Rao,a@x.io\nBen\",Das,b@x.io", true),
            ("\"Asha,Rao,a@x.io\r\nBen,Das,b@x.io\r\nCem\",Eke,c@x.io", true),
            ("\"Asha,Rao,a@x.io\r\n\r\nBen\",Das,b@x.io", true),
            ("Asha,\"Rao,a@x.io\nBen,Das\",b@x.io", true),
            ("Asha,Rao,a@x.io", false),
            ("Asha,\"Rao, née Das\",a@x.io", false),
            ("Asha,Rao,\"left in May\nback in June\"", false),
            ("Asha,\"tall, kind\nand quick\",a@x.io", false),
            ("\"Asha\n\",Rao,a@x.io", false),
            ("Asha,Rao,\"tall\nkind, quick, and glad\"", false),
            (",,\"'\n\",\"',,\"", false),
            ("\"Asha,Rao\nBen\",Das", false),
            ("\"Asha,Rao,a@x.io\nBen\",\"Das\nof Pune\",b@x.io", false),
        ] {
            assert_eq!(refused(row).is_err(), swallowed, "{row}");
        }
    }

    #[test]
    fn the_lines_are_named() {
        let refusal = refused("\"a,b,c\r\nd\",e,f").expect_err("two rows");
        assert!(refusal.0.starts_with("lines 7 to 8 are one row"), "{refusal}");
    }
}

//! Rows inside of a cell: two stray quotes, one at the start of a cell and one further down, make valid CSV of which
//! one row holds several people.
//!
//! Pure. A note of several lines is no such thing, so it takes much to say so: each line of the row has as many
//! delimiters as the header, and some of those on the first line stand inside the quotes.

use memchr::memchr_iter;

use super::Refusal;
use super::walk::Span;

/// Refuses a row that holds other rows. `columns` is how many the header has.
pub fn refuse_swallowed_rows(span: &Span<'_>, delimiter: u8, columns: usize) -> Result<(), Refusal> {
    match span.quoted && columns > 2 && is_swallowing(span.text, delimiter, columns - 1) {
        true => Err(refusal(span)),
        false => Ok(()),
    }
}

fn is_swallowing(row: &[u8], delimiter: u8, in_header: usize) -> bool {
    let mut lines = lines(row).peekable();
    let Some(first) = lines.next().filter(|_| lines.peek().is_some()) else { return false };
    let count = |line: &[u8]| memchr_iter(delimiter, line).count();
    count(first) == in_header
        && opens_before_a_delimiter(first, delimiter)
        && lines.all(|line| count(line) == in_header)
}

/// Whether a quote is open at the end of the line, with a delimiter behind it.
fn opens_before_a_delimiter(line: &[u8], delimiter: u8) -> bool {
    let mut open = None;
    for at in memchr_iter(b'"', line) {
        open = open.xor(Some(at));
    }
    open.is_some_and(|at| line[at..].contains(&delimiter))
}

fn lines(row: &[u8]) -> impl Iterator<Item = &[u8]> {
    row.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty())
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

    fn refused(row: &str, columns: usize) -> bool {
        let span = Span { text: row.as_bytes(), quoted: row.contains('"'), line: 7, source_row: 7 };
        refuse_swallowed_rows(&span, b',', columns).is_err()
    }

    #[test]
    fn rows_in_a_cell_are_found_and_notes_are_not() {
        for (row, swallowed) in [
            ("\"Asha,Rao,a@x.io\nBen\",Das,b@x.io", true),
            ("\"Asha,Rao,a@x.io\r\nBen,Das,b@x.io\r\nCem\",Eke,c@x.io", true),
            ("Asha,\"Rao,a@x.io\nBen,Das\",b@x.io", true),
            ("Asha,Rao,a@x.io", false),
            ("Asha,\"Rao, née Das\",a@x.io", false),
            ("Asha,Rao,\"left in May\nback in June\"", false),
            ("Asha,\"tall, kind\nand quick\",a@x.io", false),
            ("\"Asha\n\",Rao,a@x.io", false),
            ("Asha,Rao,\"tall\nkind, quick, and glad\"", false),
        ] {
            assert_eq!(refused(row, 3), swallowed, "{row}");
        }
        assert!(!refused("\"Asha,Rao\nBen\",Das", 2), "two columns are too few to tell");
    }

    #[test]
    fn the_lines_are_named() {
        let span = Span { text: b"\"a,b,c\r\nd\",e,f", quoted: true, line: 7, source_row: 5 };
        let refusal = refuse_swallowed_rows(&span, b',', 3).expect_err("two rows");
        assert!(refusal.0.starts_with("lines 7 to 8 are one row"), "{refusal}");
    }
}

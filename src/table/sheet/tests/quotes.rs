//! One quote too many or too few, through the whole reader: the same rows, or a refusal that names the line.
//!
//! What the rows are is told by a small reader that shares nothing with ours.

use std::ops::RangeInclusive;

use super::{open, rows, ten_kibibytes};

/// A row with its first and last line.
struct SmallRow {
    cells: Vec<String>,
    lines: RangeInclusive<u64>,
}

/// Reads a sheet that is as it should be; every line end becomes `\n`.
fn small_reader(bytes: &[u8], delimiter: char) -> Vec<SmallRow> {
    let text = String::from_utf8(bytes.to_vec()).expect("it is text").replace("\r\n", "\n");
    let (mut rows, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut inside, mut line, mut first) = (false, 1, 1);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        line += u64::from(sign == '\n');
        match sign {
            '"' if inside && signs.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => inside = !inside,
            '\n' if !inside => {
                cells.push(std::mem::take(&mut cell));
                rows.push(SmallRow { cells: std::mem::take(&mut cells), lines: first..=line - 1 });
                first = line;
            }
            sign if !inside && sign == delimiter => cells.push(std::mem::take(&mut cell)),
            sign => cell.push(sign),
        }
    }
    rows
}

/// The same people with every cell in quotes.
fn all_in_quotes() -> Vec<u8> {
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |row: &SmallRow| row.cells.iter().map(quoted).collect::<Vec<_>>().join(";") + "\n";
    small_reader(&ten_kibibytes(), ',').iter().take(150).map(line).collect::<String>().into_bytes()
}

/// Whether our reader gives the rows of the small one, or else the lines that its refusal names.
fn reading(bytes: &[u8], wanted: &[SmallRow]) -> Result<bool, Vec<u64>> {
    let sheet = open(bytes).map_err(|refusal| lines_named(&refusal.0))?;
    let found = rows(&sheet).into_iter().map(|(_, cells)| cells);
    let found = found.map(|cells| cells.iter().map(|cell| cell.replace("\r\n", "\n")).collect::<Vec<_>>());
    Ok(found.eq(wanted.iter().skip(1).map(|row| row.cells.clone())))
}

fn lines_named(message: &str) -> Vec<u64> {
    let behind = message.split("line ").skip(1);
    behind.filter_map(|text| text.split(|sign: char| !sign.is_ascii_digit()).next()?.parse().ok()).collect()
}

/// The lines of the row in which a byte stands.
fn lines_around(bytes: &[u8], place: usize, rows: &[SmallRow]) -> RangeInclusive<u64> {
    let line = 1 + bytes[..place].iter().filter(|byte| **byte == b'\n').count() as u64;
    let row = rows.iter().find(|row| row.lines.contains(&line)).expect("every byte is in a row");
    // Between `\r` and `\n` a quote makes two line ends of one.
    *row.lines.start()..=row.lines.end() + u64::from(bytes[..place].ends_with(b"\r"))
}

#[test]
fn a_quote_more_or_less_gives_the_same_rows_or_names_its_line() {
    for (whole, delimiter) in [(ten_kibibytes(), ','), (all_in_quotes(), ';')] {
        let wanted = small_reader(&whole, delimiter);
        assert_eq!(reading(&whole, &wanted), Ok(true));
        let check = |changed: &[u8], place: usize| match reading(changed, &wanted) {
            Ok(same) => assert!(same, "byte {place}: other rows in silence"),
            Err(named) => {
                let near = lines_around(&whole, place, &wanted);
                assert!(named.iter().any(|line| near.contains(line)), "byte {place}: {named:?} for {near:?}");
            }
        };
        for place in 0..whole.len() {
            let (before, behind) = whole.split_at(place);
            check(&[before, b"\"", behind].concat(), place);
            if let Some(rest) = behind.strip_prefix(b"\"") {
                check(&[before, rest].concat(), place);
            }
        }
    }
}

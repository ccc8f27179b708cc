//! The one reading of a whole text that finds it a table, or says where it is none.

use csv::StringRecord;
use memchr::memchr;

use super::heading::{KNOWN_HEADINGS, normalised};
use super::scan::{column_at, line_ends, split};
use super::source::Source;
use super::walk::{Span, Walk};
use super::{Refusal, delimiter};

/// A UTF-8 text that is a table.
#[derive(Debug)]
pub struct Table {
    pub text: Source,
    pub delimiter: u8,
    pub header: StringRecord,
    /// Where the bytes behind the header begin.
    pub body: u64,
    /// How many data rows there are; `None` after a glance.
    pub count: Option<u64>,
}

/// Why a text is no table.
#[derive(Debug)]
pub enum Fault {
    /// It may be one in another encoding.
    NotUtf8(Refusal),
    Refused(Refusal),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::Refused(refusal)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        match fault {
            Fault::NotUtf8(refusal) | Fault::Refused(refusal) => refusal,
        }
    }
}

impl Table {
    /// Reads a text as a whole; the delimiter is found out where none is named.
    pub fn of(text: Source, named: Option<u8>) -> Result<Table, Fault> {
        let mut table = Table::glance(text, named)?;
        let mut walk = Walk::new(table.text.reader(), table.delimiter);
        walk.next()?;
        let mut count = 0;
        while let Some(span) = walk.next()? {
            checked_text(&span, table.delimiter, &table.header)?;
            count += 1;
        }
        u32::try_from(count).map_err(|_| too_many())?;
        table.count = Some(count);
        Ok(table)
    }

    /// Reads only the header.
    pub fn glance(text: Source, named: Option<u8>) -> Result<Table, Fault> {
        let delimiter = match named {
            Some(named) => delimiter::checked(named)?,
            None => {
                let head = text.head()?;
                delimiter::chosen(&head, head.len() as u64 == text.length())
            }
        };
        let mut walk = Walk::new(text.reader(), delimiter);
        let header = match walk.next()? {
            Some(span) => header_of(&span, delimiter)?,
            None => return Err(only_blank().into()),
        };
        let body = walk.walked();
        Ok(Table { text, delimiter, header, body, count: None })
    }

    /// How many rows there may be, by the length of the first ones.
    pub fn likely_count(&self) -> u64 {
        let head = self.text.head().unwrap_or_default();
        let lines = line_ends(&head).max(1);
        self.text.length() * lines / (head.len() as u64).max(1)
    }

    /// Up to three cells with other letters than ASCII, to judge an encoding by.
    ///
    /// Only of columns that callroster knows and that hold no password, since they are shown.
    pub fn samples(&self) -> Result<Vec<String>, Refusal> {
        let names: Vec<String> = self.header.iter().map(normalised).collect();
        let is_shown = |name: &str| KNOWN_HEADINGS.contains(&name) && name != "sip_password";
        let (mut cells, mut samples) = (StringRecord::new(), Vec::new());
        let mut walk = Walk::new(self.text.reader(), self.delimiter);
        walk.next()?;
        while let Some(span) = walk.next()? {
            if span.text.is_ascii() {
                continue;
            }
            split(&String::from_utf8_lossy(span.text), self.delimiter, span.quoted, &mut cells);
            // In a ragged row a password may stand in any column.
            let named = cells.iter().zip(&names).filter(|_| cells.len() == names.len());
            for (cell, _) in named.filter(|(cell, name)| !cell.is_ascii() && is_shown(name)) {
                samples.push(format!("“{}”", cell.chars().take(40).collect::<String>()));
                if samples.len() == 3 {
                    return Ok(samples);
                }
            }
        }
        Ok(samples)
    }
}

fn header_of(span: &Span<'_>, delimiter: u8) -> Result<StringRecord, Fault> {
    let mut header = StringRecord::new();
    let text = checked_text(span, delimiter, &header)?;
    if span.source_row > 1 {
        let above = "line 1 is blank; delete the blank lines above the line that names the columns";
        return Err(Refusal(above.into()).into());
    }
    if text.to_ascii_lowercase().starts_with("sep=") {
        let line = "line 1 is a `sep=` line, which Excel obeys and does not show; open the file in Excel and save it anew as \
                    CSV UTF-8, or delete that line in a text editor: line 1 must name the columns";
        return Err(Refusal(line.into()).into());
    }
    split(text, delimiter, span.quoted, &mut header);
    match header.iter().all(|cell| cell.trim().is_empty()) {
        true => Err(Refusal("line 1 is blank; it must name the columns".into()).into()),
        false => Ok(header),
    }
}

/// The text of a row, which must be UTF-8 without zero bytes.
#[inline]
pub fn checked_text<'a>(span: &Span<'a>, delimiter: u8, header: &StringRecord) -> Result<&'a str, Fault> {
    match str::from_utf8(span.text) {
        Ok(text) if memchr(0, span.text).is_none() => Ok(text),
        text => Err(no_text(span, text, delimiter, header)),
    }
}

#[cold]
fn no_text(
    span: &Span<'_>,
    text: Result<&str, std::str::Utf8Error>,
    delimiter: u8,
    header: &StringRecord,
) -> Fault {
    let zero = memchr(0, span.text).map(|at| place(span, at, delimiter, header));
    match (zero, text) {
        (None, Err(error)) => {
            let place = place(span, error.valid_up_to(), delimiter, header);
            let mend = "save the sheet as CSV UTF-8, or name its encoding with --encoding";
            Fault::NotUtf8(Refusal(format!("{place}: the text is not UTF-8; {mend}")))
        }
        (place, _) => {
            let place = place.unwrap_or_default();
            let what = "there is a zero byte, so this is no text; save the sheet as CSV UTF-8";
            Fault::Refused(Refusal(format!("{place}: {what}")))
        }
    }
}

fn place(span: &Span<'_>, at: usize, delimiter: u8, header: &StringRecord) -> String {
    let column = column_at(span.text, at, delimiter);
    let name = header.get(column).map(|name| format!(" ({name})")).unwrap_or_default();
    format!("line {}, column {}{name}", span.line, column + 1)
}

/// More rows than can be told apart.
pub fn too_many() -> Refusal {
    Refusal("it has more than four billion rows; split it".into())
}

fn only_blank() -> Refusal {
    Refusal("it has only blank lines; line 1 must name the columns".into())
}

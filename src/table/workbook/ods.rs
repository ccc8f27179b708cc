//! What is to be known of an ODS file before it is read: merged cells, and how far its repeats go.
//!
//! Pure. ODS writes a value once and says how often it is repeated, so that a short text can mean
//! billions of cells.

use memchr::{memchr, memchr_iter};

use super::super::Refusal;
use super::address;
use super::lay::{MOST_CELLS, too_many};

/// One table of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OdsTable {
    /// The first cell that is merged with others.
    pub merged: Option<String>,
}

/// A walk over the tags of `content.xml`.
#[derive(Default)]
struct Survey {
    tables: Vec<OdsTable>,
    row: u64,
    column: u64,
    repeats: u64,
    /// Cells of the row up to its last filled one.
    filled: u64,
    cells: u64,
}

/// The tables of `content.xml` in order; refused where they would be too many cells.
pub fn tables(content: &str) -> Result<Vec<OdsTable>, Refusal> {
    let mut survey = Survey::default();
    for open in memchr_iter(b'<', content.as_bytes()) {
        let rest = &content[open + 1..];
        let end = memchr(b'>', rest.as_bytes()).unwrap_or(rest.len());
        survey.see(&rest[..end])?;
    }
    Ok(survey.tables)
}

impl Survey {
    fn see(&mut self, tag: &str) -> Result<(), Refusal> {
        match tag.split([' ', '/', '\n', '\r', '\t']).next() {
            Some("table:table") => {
                self.tables.push(OdsTable::default());
                self.row = 0;
            }
            Some("table:table-row") => {
                (self.column, self.filled) = (0, 0);
                self.repeats = number(tag, "table:number-rows-repeated");
            }
            Some("table:table-cell" | "table:covered-table-cell") => self.see_cell(tag),
            _ if tag.starts_with("/table:table-row") => return self.end_row(),
            _ => {}
        }
        Ok(())
    }

    fn see_cell(&mut self, tag: &str) {
        let spans = ["table:number-columns-spanned", "table:number-rows-spanned"];
        let is_merged = spans.iter().any(|name| number(tag, name) > 1);
        let place = (self.row.min(u32::MAX.into()) as u32, self.column.min(u32::MAX.into()) as u32);
        if let Some(table) = self.tables.last_mut().filter(|table| is_merged && table.merged.is_none()) {
            table.merged = Some(address(place));
        }
        self.column = self.column.saturating_add(number(tag, "table:number-columns-repeated"));
        if tag.contains("office:value-type") || tag.contains("table:formula") {
            self.filled = self.column;
        }
    }

    fn end_row(&mut self) -> Result<(), Refusal> {
        self.row = self.row.saturating_add(self.repeats);
        self.cells = self.cells.saturating_add(self.filled.saturating_mul(self.repeats));
        if self.cells > MOST_CELLS { Err(too_many()) } else { Ok(()) }
    }
}

/// The number of an attribute; 1 where it is not there.
fn number(tag: &str, name: &str) -> u64 {
    let value = tag.split_once(name).and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        rest[rest.len().min(1)..].split(['"', '\'']).next()
    });
    value.map_or(1, |value| value.trim().parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_cells_are_found() {
        let content = r#"<table:table table:name="a"><table:table-row table:number-rows-repeated="2"/>
            </table:table-row><table:table-row><table:table-cell table:number-columns-repeated="2"/>
            <table:table-cell office:value-type="string" table:number-columns-spanned="3">
            </table:table-cell></table:table-row></table:table><table:table table:name="b"></table:table>"#;
        let merged = OdsTable { merged: Some("C3".into()) };
        assert_eq!(tables(content), Ok(vec![merged, OdsTable::default()]));
    }

    #[test]
    fn repeats_of_nothing_are_fine_and_of_something_are_counted() {
        let row = |cell: &str| {
            let rows = "table:number-rows-repeated='1048576'";
            let columns = "table:number-columns-repeated=\"16384\"";
            format!(
                "<table:table><table:table-row {rows}><table:table-cell {cell} {columns}/></table:table-row>"
            )
        };
        assert_eq!(tables(&row("")), Ok(vec![OdsTable::default()]));
        assert_eq!(tables(&row("office:value-type='string'")), Err(too_many()));
    }
}

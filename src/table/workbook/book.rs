//! An open workbook: which of its sheets is meant, and that sheet as the text of a table.

use std::fs::File;
use std::io::{BufReader, BufWriter};

use calamine::{
    Data, Dimensions, Ods, OdsError, Reader, Sheet, SheetType, SheetVisible, Sheets, Xls, XlsError, Xlsb,
    XlsbError, Xlsx, XlsxError,
};

use super::super::Refusal;
use super::super::source::{Source, SourceReader};
use super::archive::{self, Kind, damaged};
use super::lay::Layout;
use super::quiet::quietly;
use super::value::{text, unsaved};
use super::{COMPOUND_FILE, Converted, address, ods};

type Book = Sheets<BufReader<SourceReader>>;

/// The sheet that is meant, as text.
pub fn converted(source: &Source, sheet: Option<&str>) -> Result<Converted, Refusal> {
    let convert = || {
        let mut book = open(source)?;
        let (name, note) = chosen(&mut book, sheet)?;
        refuse_merged(source, &mut book, &name)?;
        Ok(Converted { text: Source::spool(|spool| lay_out(&mut book, &name, spool))?, note })
    };
    // A hostile file must not end the program, whatever the reader of workbooks makes of it.
    quietly(convert).unwrap_or_else(|| Err(damaged("its reader gave up")))
}

fn open(source: &Source) -> Result<Book, Refusal> {
    let input = || BufReader::new(source.reader());
    if source.head()?.starts_with(COMPOUND_FILE) {
        return match Xls::new(input()) {
            Ok(book) => Ok(Sheets::Xls(book)),
            Err(XlsError::Password) => Err(protected()),
            // A protected XLSX is wrapped like an XLS.
            Err(error) => match Xlsx::new(input()) {
                Err(XlsxError::Password) => Err(protected()),
                _ => Err(damaged(&error.to_string())),
            },
        };
    }
    match archive::kind(source)? {
        Kind::Xlsx => Xlsx::new(input()).map(Sheets::Xlsx).map_err(|error| match error {
            XlsxError::Password => protected(),
            error => damaged(&error.to_string()),
        }),
        Kind::Xlsb => Xlsb::new(input()).map(Sheets::Xlsb).map_err(|error| match error {
            XlsbError::Password => protected(),
            error => damaged(&error.to_string()),
        }),
        Kind::Ods => {
            ods::tables(&archive::text(source, "content.xml")?)?;
            Ods::new(input()).map(Sheets::Ods).map_err(|error| match error {
                OdsError::Password => protected(),
                error => damaged(&error.to_string()),
            })
        }
    }
}

/// The sheet that is meant, with a note where others were left out.
fn chosen(book: &mut Book, named: Option<&str>) -> Result<(String, Option<String>), Refusal> {
    let sheets: Vec<Sheet> =
        book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect();
    let all: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    if let Some(named) = named {
        return match by_name(&all, named) {
            Some(name) => Ok((name.into(), None)),
            None => Err(Refusal(format!("it has no sheet {named}; its sheets are {}", all.join(", ")))),
        };
    }
    let mut filled = Vec::new();
    for sheet in sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible) {
        if is_filled(book, &sheet.name)? {
            filled.push(sheet.name.as_str());
        }
    }
    match filled[..] {
        [] => Err(Refusal(format!(
            "it has no visible sheet with cells; name a hidden one with --sheet (its sheets are {})",
            all.join(", ")
        ))),
        [name] if all.len() == 1 => Ok((name.into(), None)),
        [name] => Ok((name.into(), Some(format!("sheet {name} is read; --sheet names another")))),
        _ => Err(Refusal(format!("it has several sheets ({}); name one with --sheet", filled.join(", ")))),
    }
}

fn by_name<'a>(all: &[&'a str], named: &str) -> Option<&'a str> {
    let exact = all.iter().find(|name| **name == named);
    let alike = || all.iter().find(|name| name.trim().to_lowercase() == named.trim().to_lowercase());
    exact.or_else(alike).copied()
}

fn is_filled(book: &mut Book, name: &str) -> Result<bool, Refusal> {
    let mut filled = false;
    each_cell(book, name, |_, value, _| {
        filled |= value != Data::Empty;
        Ok(!filled)
    })?;
    Ok(filled)
}

fn refuse_merged(source: &Source, book: &mut Book, name: &str) -> Result<(), Refusal> {
    let merged = match book {
        Sheets::Xlsx(book) => {
            book.merge_cells_by_sheet_name(name).map_err(|error| damaged(&error.to_string()))?
        }
        Sheets::Xls(book) => {
            book.merge_cells_by_sheet_name(name).map_err(|error| damaged(&error.to_string()))?
        }
        Sheets::Ods(book) => {
            let place = book.sheets_metadata().iter().position(|sheet| sheet.name == name);
            let tables = ods::tables(&archive::text(source, "content.xml")?)?;
            let merged = place.and_then(|place| tables.get(place)?.merged.clone());
            return merged.map_or(Ok(()), |cell| Err(is_merged(&format!("{cell} and its neighbours"))));
        }
        // The reader does not tell them of an XLSB.
        Sheets::Xlsb(_) => Vec::new(),
    };
    match merged.first() {
        Some(Dimensions { start, end }) => Err(is_merged(&format!("{}:{}", address(*start), address(*end)))),
        None => Ok(()),
    }
}

fn lay_out(book: &mut Book, name: &str, spool: &mut File) -> Result<(), Refusal> {
    let mut layout = Layout::new(BufWriter::with_capacity(256 << 10, spool));
    each_cell(book, name, |place, value, formula| {
        if value != Data::Empty || formula {
            layout.cell(place, text(place, value, formula)?)?;
        }
        Ok(true)
    })?;
    layout.finish()
}

/// Shows every cell in order with its place, its value, and whether it is a formula, while `see` wishes so.
///
/// XLSX and XLSB are read as a stream, since two cells far apart would else mean billions between them.
fn each_cell(
    book: &mut Book,
    name: &str,
    mut see: impl FnMut((u32, u32), Data, bool) -> Result<bool, Refusal>,
) -> Result<(), Refusal> {
    match book {
        Sheets::Xlsx(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(|error| damaged(&error.to_string()))?;
            let mut next = || cells.next_cell_with_formula_metadata();
            while let Some(cell) = next().map_err(|error| damaged(&error.to_string()))? {
                if !see(cell.pos, cell.value.into(), cell.formula.is_some())? {
                    break;
                }
            }
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(|error| damaged(&error.to_string()))?;
            while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error.to_string()))? {
                if !see(cell.get_position(), cell.get_value().clone().into(), false)? {
                    break;
                }
            }
        }
        whole => return each_cell_of_whole(whole, name, see),
    }
    Ok(())
}

fn each_cell_of_whole(
    book: &mut Book,
    name: &str,
    mut see: impl FnMut((u32, u32), Data, bool) -> Result<bool, Refusal>,
) -> Result<(), Refusal> {
    let values = book.worksheet_range(name).map_err(|error| damaged(&error.to_string()))?;
    let formulas = book.worksheet_formula(name).map_err(|error| damaged(&error.to_string()))?;
    let start = formulas.start().unwrap_or_default();
    for (row, column, _) in formulas.used_cells() {
        let place = (start.0 + row as u32, start.1 + column as u32);
        if values.get_value(place).is_none_or(|value| *value == Data::Empty) {
            return Err(unsaved(place));
        }
    }
    let start = values.start().unwrap_or_default();
    for (row, column, value) in values.used_cells() {
        if !see((start.0 + row as u32, start.1 + column as u32), value.clone(), false)? {
            break;
        }
    }
    Ok(())
}

fn is_merged(cells: &str) -> Refusal {
    Refusal(format!("cells {cells} are merged; unmerge them, so that every row has cells of its own"))
}

fn protected() -> Refusal {
    Refusal("it is protected with a password; save it without one, or save the sheet as CSV UTF-8".into())
}

//! Whole workbooks, written by the other library and read by this one.

use rust_xlsxwriter::{Format, Formula, Workbook};

use super::*;
use crate::row::RawRow;
use crate::table::{Refusal, Sheet, SheetOptions};

fn open(book: &mut Workbook, sheet: Option<&str>) -> Result<Sheet, Refusal> {
    open_bytes(&book.save_to_buffer().expect("it can be saved"), sheet)
}

fn open_bytes(bytes: &[u8], sheet: Option<&str>) -> Result<Sheet, Refusal> {
    // The name says CSV: the content decides.
    let file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    std::fs::write(file.path(), bytes).expect("it can be written");
    Sheet::open(file.path(), &SheetOptions { sheet: sheet.map(String::from), ..Default::default() })
}

fn rows(sheet: &Sheet) -> Vec<String> {
    let (mut rows, mut row, mut all) = (sheet.rows().expect("it can be read"), RawRow::default(), Vec::new());
    while rows.read(&mut row).expect("it is as it was") {
        all.push(format!("{} {}", row.source_row, row.cells.iter().collect::<Vec<_>>().join("|")));
    }
    all
}

/// A workbook with a sheet for each name, with a header in it.
fn book(names: &[&str]) -> Workbook {
    let mut book = Workbook::new();
    for name in names {
        let sheet = book.add_worksheet().set_name(*name).expect("a name");
        sheet.write_row(0, 0, ["first_name", "device_contact_uri", "note"]).expect("a header");
    }
    book
}

#[test]
fn cells_are_read_at_full_precision_with_the_numbers_of_their_rows() {
    let mut book = book(&["Staff"]);
    let sheet = book.worksheet_from_index(0).expect("it is there");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write(1, 0, "Anna").and_then(|sheet| sheet.write(1, 1, 919876543210_f64)).expect("cells");
    sheet.write(3, 0, "=Bo").and_then(|sheet| sheet.write(3, 1, "+919876543211")).expect("cells");
    sheet.write_with_format(3, 2, 45943, &date).expect("a date");
    sheet.write(4, 2, true).expect("a cell");
    sheet.write_formula(5, 0, Formula::new("=\"C\"&\"y\"").set_result("Cy")).expect("a formula");
    let sheet = open(&mut book, None).expect("it is a table");
    assert_eq!(sheet.header(), vec!["first_name", "device_contact_uri", "note"]);
    assert!(sheet.notes().is_empty());
    assert_eq!(
        rows(&sheet),
        ["2 Anna|919876543210|", "4 =Bo|+919876543211|2025-10-13", "5 ||true", "6 Cy||"]
    );
}

#[test]
fn the_sheet_that_is_meant_is_read() {
    let mut two = book(&["Staff", "Leavers"]);
    two.worksheet_from_index(1).and_then(|sheet| sheet.write(1, 0, "Bo")).expect("a cell");
    let refusal = open(&mut two, None).expect_err("two sheets");
    assert!(refusal.0.contains("(Staff, Leavers); name one with --sheet"), "{refusal}");
    assert_eq!(rows(&open(&mut two, Some("leavers")).expect("it is named")), ["2 Bo||"]);
    assert!(open(&mut two, Some("Others")).expect_err("not there").0.contains("Staff, Leavers"));
    two.worksheet_from_index(1).expect("it is there").set_hidden(true);
    let sheet = open(&mut two, None).expect("one is visible");
    assert!(sheet.notes()[0].contains("sheet Staff is read; --sheet"), "{:?}", sheet.notes());
    assert_eq!(rows(&open(&mut two, Some("Leavers")).expect("it is named")), ["2 Bo||"]);
    let mut empty = Workbook::new();
    empty.add_worksheet();
    assert!(open(&mut empty, None).expect_err("nothing there").0.contains("no visible sheet with cells"));
}

#[test]
fn merged_cells_are_refused_by_their_address_and_an_error_is_its_word() {
    let mut merged = book(&["Staff"]);
    let sheet = merged.worksheet_from_index(0).expect("it is there");
    sheet.merge_range(2, 0, 3, 1, "Team", &Format::new()).expect("a range");
    assert!(open(&mut merged, None).expect_err("merged").0.contains("cells A3:B4 are merged"));
    let mut error = book(&["Staff"]);
    let sheet = error.worksheet_from_index(0).expect("it is there");
    sheet.write_formula(6, 1, Formula::new("=NA()").set_result("#N/A")).expect("a formula");
    let sheet = open(&mut error, None).expect("a row that is refused, and not a file");
    let (mut rows, mut row) = (sheet.rows().expect("rows"), RawRow::default());
    let mut found = false;
    while rows.read(&mut row).expect("a row") {
        found |= row.cells.get(1) == Some("#N/A");
    }
    assert!(found, "the word of the error is what the cell says");
}

/// A workbook put together by hand.
fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        std::io::Write::write_all(&mut writer, text.as_bytes()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// An XLSX with nothing but these rows.
fn bare_xlsx(rows: &str) -> Vec<u8> {
    let schema = "http://schemas.openxmlformats.org";
    let relations = format!(
        "<Relationships><Relationship Id='r1' Type='{schema}/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns:r='{schema}/officeDocument/2006/relationships'><sheets><sheet name='S' sheetId='1' r:id='r1'/></sheets></workbook>"
    );
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let root = format!(
        "<Relationships><Relationship Id='r1' Type='{schema}/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>"
    );
    zipped(&[
        ("_rels/.rels", &root),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/workbook.xml", &book),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// An ODS with nothing but these rows.
fn bare_ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name='S'>{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let mimetype = "application/vnd.oasis.opendocument.spreadsheet";
    zipped(&[("mimetype", mimetype), ("META-INF/manifest.xml", "<m/>"), ("content.xml", &content)])
}

#[test]
fn a_formula_without_its_result_is_refused() {
    let header = "<row r='1'><c r='A1' t='str'><v>name</v></c></row>";
    let sheet = bare_xlsx(&format!("{header}<row r='2'><c r='A2'><f>1+1</f><v>2</v></c></row>"));
    assert_eq!(rows(&open_bytes(&sheet, None).expect("it has a result")), ["2 2"]);
    let sheet = bare_xlsx(&format!("{header}<row r='2'><c r='A2'><f>1+1</f></c></row>"));
    let refusal = open_bytes(&sheet, None).expect_err("it has none");
    assert!(refusal.0.contains("cell A2 holds a formula"), "{refusal}");
}

#[test]
fn an_ods_is_read_alike() {
    let cell = |text: &str, more: &str| {
        format!(
            "<table:table-cell office:value-type='string' {more}><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |cells: &str, more: &str| format!("<table:table-row {more}>{cells}</table:table-row>");
    let header = row(&(cell("name", "") + &cell("note", "")), "");
    let blank = row("<table:table-cell/>", "table:number-rows-repeated='3'");
    let number = "<table:table-cell office:value-type='float' office:value='919876543210'/>";
    let ods = bare_ods(&format!("{header}{blank}{}", row(&(cell("Anna", "") + number), "")));
    assert_eq!(rows(&open_bytes(&ods, None).expect("it is a table")), ["5 Anna|919876543210"]);
    let merged = cell("x", "table:number-columns-spanned='2'");
    let refusal = open_bytes(&bare_ods(&(header.clone() + &row(&merged, ""))), None).expect_err("merged");
    assert!(refusal.0.contains("cells A2 and its neighbours are merged"), "{refusal}");
    let many = row(&cell("x", "table:number-columns-repeated='9'"), "table:number-rows-repeated='999999'");
    let refusal = open_bytes(&bare_ods(&(header + &many)), None).expect_err("too many");
    assert!(refusal.0.contains("more than 2000000 cells"), "{refusal}");
}

#[test]
fn what_is_no_workbook_is_refused() {
    let whole = book(&["Staff"]).save_to_buffer().expect("it can be saved");
    for cut in [30, 100, whole.len() / 2, whole.len() - 30] {
        let refusal = open_bytes(&whole[..cut], None).expect_err("it is cut");
        assert!(refusal.0.contains("the workbook is damaged"), "{refusal}");
    }
    for place in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[place] ^= 0x5a;
        // Whatever it is, it is told and not a panic.
        let _ = open_bytes(&changed, None);
    }
    assert!(open_bytes(COMPOUND_FILE, None).expect_err("it is nothing else").0.contains("damaged"));
}

#[test]
fn two_cells_far_apart_do_not_fill_the_memory() {
    let mut far = book(&["Staff"]);
    far.worksheet_from_index(0).and_then(|sheet| sheet.write(1_048_575, 2, "x")).expect("a cell");
    assert_eq!(rows(&open(&mut far, None).expect("it is a table")), ["1048576 ||x"]);
    far.worksheet_from_index(0).and_then(|sheet| sheet.write(0, 16_383, "x")).expect("a cell");
    for row in 1..200 {
        far.worksheet_from_index(0).and_then(|sheet| sheet.write(row, 0, "x")).expect("a cell");
    }
    assert!(open(&mut far, None).expect_err("too wide").0.contains("more than 2000000 cells"));
}

//! Cells that a spreadsheet would run or change: our files come back as they were written, and nothing in them runs.
//!
//! What a spreadsheet runs is said here once more, since the guard is what is judged. A spreadsheet itself is the
//! judge in `tests/spreadsheet.sh`.

use std::collections::BTreeSet;
use std::path::Path;

use callroster::export::{Cell, CsvRoster, RosterWriter};
use callroster::outcome::{RowOutcome, Status};
use callroster::row::RawRow;
use callroster::table::{FailedWriter, FormulaGuard, ResultWriter, Sheet, SheetOptions, unguarded};
use csv::StringRecord;

const CORPUS: [&str; 4] = [
    include_str!("../corpus/formulas.txt"),
    include_str!("../corpus/snippets.txt"),
    include_str!("../corpus/figures.txt"),
    include_str!("../corpus/letters.txt"),
];
/// What may stand before a formula and be dropped.
const BEFORE: [&str; 14] = [
    "", "'", "''", "\"", " ", "\t", "\r", "\n", "\u{a0}", "\u{3000}", "\u{200b}", "\u{200f}", "\u{feff}",
    "\u{1}",
];
/// What begins a formula.
const LEADS: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// The cells of `tests/corpus`, every beginning of a formula behind everything that may stand before it, and long ones.
fn known_cells() -> Vec<String> {
    let lines = CORPUS.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#'));
    let mut cells: Vec<String> = lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    for before in BEFORE {
        cells.extend(BEFORE.iter().flat_map(|second| LEADS.map(|lead| format!("{before}{second}{lead}1"))));
    }
    cells.extend(["=", "x", "\"", "'", "\r\n", "ä"].map(|sign| sign.repeat(30_000 / sign.len())));
    assert!(cells.len() > 3000, "{}", cells.len());
    cells
}

/// So many cells, put together of the signs that matter; the same ones every time.
fn drawn_cells(count: usize) -> impl Iterator<Item = String> {
    const SIGNS: [&str; 40] = [
        "=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\r\n", "'", "\"", "\"\"", ",", ";",
        " ", "\u{a0}", "\u{200b}", "\u{200f}", "\u{feff}", "\u{1}", "0", "1", "9", "91", "98450", "12301",
        "E+11", ".", "a", "Asha", "é", "😀", "A1", "SUM(", ")", "_x0041_", "&<>",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    (0..count).map(move |_| (0..draw(9)).map(|_| SIGNS[draw(SIGNS.len())]).collect())
}

/// Whether Excel or LibreOffice would make more of a cell than text. They look at its first sign alone; of 242 beginnings
/// with unseen or full-width signs before a formula, LibreOffice 7.4 ran none.
fn would_run(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_telephone_number(cell)
}

/// A number with its country is a number to a spreadsheet, and no formula.
fn is_telephone_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('+').unwrap_or_default();
    matches!(digits.len(), 7..=15)
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The rows of a file as our reader gives them, each with the column of that name.
fn read_back(path: &Path, columns: &[&str], mut see: impl FnMut(usize, &[&str])) -> usize {
    let sheet = Sheet::open(path, &SheetOptions::default()).expect("we wrote it");
    let places: Vec<usize> = columns
        .iter()
        .map(|column| sheet.header().iter().position(|name| name == *column).expect("it has the column"))
        .collect();
    let (mut rows, mut row, mut count) = (sheet.rows().expect("it can be read"), RawRow::default(), 0);
    while rows.read(&mut row).expect("it is as it was") {
        let cells: Vec<&str> = places.iter().map(|place| &row.cells[*place]).collect();
        see(count, &cells);
        count += 1;
    }
    count
}

fn row_of(cell: &str) -> RawRow {
    RawRow { index: 0, source_row: 2, cells: StringRecord::from(vec![cell, "x"]) }
}

fn header() -> StringRecord {
    StringRecord::from(vec!["note", "team"])
}

/// A row that failed, with the text wherever a provider's words may stand.
fn outcome_of(cell: &str) -> RowOutcome {
    let mut outcome = RowOutcome::troubled(Status::Failed, cell, cell);
    outcome.user_id = cell.into();
    outcome.sip_contact_uri = cell.into();
    outcome.request_id = cell.into();
    outcome
}

/// A message as it is written: `; ` stands between two of them only.
fn told(message: &str) -> String {
    message.replace("; ", ", ")
}

fn write_results(path: &Path, cells: &[String]) {
    let file = std::io::BufWriter::new(std::fs::File::create(path).expect("the folder is ours"));
    let mut writer = ResultWriter::new(file, &header(), &[], FormulaGuard::On).expect("there is room");
    for cell in cells {
        writer.write(&row_of(cell), &outcome_of(cell), "failed", &[], "run1").expect("there is room");
    }
    writer.finish().expect("there is room").into_inner().expect("there is room");
}

#[test]
fn results_come_back_and_do_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("staff.results.csv");
    let cells: Vec<String> = known_cells().into_iter().chain(drawn_cells(100_000)).collect();
    let dangerous = cells.iter().filter(|cell| would_run(cell)).collect::<BTreeSet<_>>().len();
    assert!(dangerous > 10_000, "{dangerous}");
    write_results(&path, &cells);
    let ours = ["note", "error_code", "error_message", "user_id", "sip_contact_uri", "request_id"];
    let count = read_back(&path, &ours, |place, found| {
        let wanted = &cells[place];
        assert_eq!(found[0], wanted, "the input's own cells stay as they came");
        for (name, cell) in ours.iter().zip(found).skip(1) {
            assert!(!would_run(cell), "{name}: {cell:?} runs");
            let wanted = if *name == "error_message" { told(wanted) } else { wanted.clone() };
            assert_eq!(unguarded(cell), wanted, "{name}");
        }
    });
    assert_eq!(count, cells.len());
}

#[test]
fn failed_rows_and_exports_come_back_and_do_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (failed, export) = (folder.path().join("staff.failed.csv"), folder.path().join("roster.csv"));
    let cells: Vec<String> = known_cells().into_iter().chain(drawn_cells(20_000)).collect();
    let mut failed_rows = FailedWriter::new(Vec::new(), &header(), FormulaGuard::On).expect("memory");
    let mut exported = Vec::new();
    let mut roster = CsvRoster::new(&mut exported, FormulaGuard::On);
    roster.header(&["error_message", "user_id"]).expect("memory");
    for cell in &cells {
        failed_rows.write(&row_of(cell), &outcome_of(cell)).expect("memory");
        roster.row(&[Cell::Text(cell.as_str().into()), Cell::Text("1".into())]).expect("memory");
    }
    roster.finish().expect("memory");
    drop(roster);
    std::fs::write(&failed, failed_rows.finish().expect("memory")).expect("the folder is ours");
    std::fs::write(&export, exported).expect("the folder is ours");
    for path in [&failed, &export] {
        let count = read_back(path, &["error_message"], |place, found| {
            assert!(!would_run(found[0]), "{:?} runs", found[0]);
            let wanted = if path == &failed { told(&cells[place]) } else { cells[place].clone() };
            assert_eq!(unguarded(found[0]), wanted);
        });
        assert_eq!(count, cells.len());
    }
}

/// Another reader than ours: what calamine finds in the workbook.
#[cfg(feature = "xlsx")]
#[test]
fn a_workbook_holds_the_same_text_and_no_formula() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    use callroster::table::{RESULT_COLUMNS, write_results_workbook};

    let folder = tempfile::tempdir().expect("a folder");
    let (csv, xlsx) = (folder.path().join("r.csv"), folder.path().join("r.xlsx"));
    let cells: Vec<String> = known_cells().into_iter().chain(drawn_cells(5_000)).collect();
    write_results(&csv, &cells);
    write_results_workbook(&csv, &xlsx).expect("there is room");
    let mut workbook: Xlsx<_> = open_workbook(&xlsx).expect("it is a workbook");
    let formulas = workbook.worksheet_formula("results").expect("the sheet is there");
    assert_eq!(formulas.used_cells().count(), 0);
    let range = workbook.worksheet_range("results").expect("the sheet is there");
    let message =
        2 + RESULT_COLUMNS.iter().position(|name| *name == "error_message").expect("a column of ours");
    for (row, cell) in (1..).zip(&cells) {
        for (column, wanted) in [(0, cell.clone()), (message as u32, told(cell))] {
            match range.get_value((row, column)) {
                Some(Data::String(text)) => assert_eq!(*text, wanted, "row {row}"),
                Some(Data::Empty) | None => assert_eq!(wanted, "", "row {row}"),
                Some(other) => panic!("{wanted:?} became {other:?}"),
            }
        }
    }
    let count = read_back(&xlsx, &["note", "error_message"], |place, found| {
        assert_eq!(found, [&cells[place], &told(&cells[place])]);
    });
    assert_eq!(count, cells.len());
}

/// In a text such a cell is most likely two stray quotes; in a workbook nobody wrote quotes.
#[cfg(feature = "xlsx")]
#[test]
fn a_cell_of_a_workbook_may_look_like_rows() {
    let desk = crate::support::Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let cells = [("notes", "tea, milk, no sugar\nleft"), ("first_name", "Asha"), ("last_name", "Rao")];
    for (column, (name, cell)) in (0..).zip(cells) {
        sheet.write(0, column, name).expect("a cell");
        sheet.write(1, column, cell).expect("a cell");
    }
    book.save(desk.path("staff.xlsx")).expect("it can be written");
    desk.run(&["validate", "staff.xlsx"]).exits(0);
    desk.sheet("staff.csv", "notes,first_name,last_name\n\"tea, milk, no sugar\nleft\",Asha,Rao\n");
    desk.run(&["validate", "staff.csv"]).exits(3).tells("lines 2 to 3 are one row");
}

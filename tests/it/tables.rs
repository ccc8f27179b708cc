//! Tables from other hands: csv-spectrum, Python's csv module, and whatever we write ourselves, all read back equal.

use std::path::Path;
use std::process::Command;

use callroster::row::RawRow;
use callroster::table::{Privacy, Sheet, SheetOptions, WholeFile, guarded, unguarded};
use proptest::prelude::*;

use crate::support::Desk;

/// The header and all rows of a file.
fn read(path: &Path, options: &SheetOptions) -> Result<Vec<Vec<String>>, String> {
    let sheet = Sheet::open(path, options).map_err(|refusal| refusal.to_string())?;
    let mut table = vec![sheet.header().iter().map(str::to_owned).collect()];
    let (mut rows, mut row) = (sheet.rows().map_err(|refusal| refusal.to_string())?, RawRow::default());
    while rows.read(&mut row).map_err(|refusal| refusal.to_string())? {
        table.push(row.cells.iter().map(str::to_owned).collect());
    }
    Ok(table)
}

/// The essential cases of csv-spectrum (github.com/max-mapping/csv-spectrum, by Max Ogden), written anew as data:
/// its name for the case, the text, and the rows with the header first.
const SPECTRUM: [(&str, &str, &[&[&str]]); 12] = [
    (
        "comma_in_quotes",
        "first,last,address,city,zip\nJohn,Doe,120 any st.,\"Anytown, WW\",08123\n",
        &[
            &["first", "last", "address", "city", "zip"],
            &["John", "Doe", "120 any st.", "Anytown, WW", "08123"],
        ],
    ),
    ("empty", "a,b,c\n1,\"\",\"\"\n2,3,4\n", &[&["a", "b", "c"], &["1", "", ""], &["2", "3", "4"]]),
    (
        "empty_crlf",
        "a,b,c\r\n1,\"\",\"\"\r\n2,3,4\r\n",
        &[&["a", "b", "c"], &["1", "", ""], &["2", "3", "4"]],
    ),
    (
        "escaped_quotes",
        "a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n",
        &[&["a", "b"], &["1", "ha \"ha\" ha"], &["3", "4"]],
    ),
    (
        "json",
        "key,val\n1,\"{\"\"type\"\": \"\"Point\"\", \"\"coordinates\"\": [102.0, 0.5]}\"\n",
        &[&["key", "val"], &["1", "{\"type\": \"Point\", \"coordinates\": [102.0, 0.5]}"]],
    ),
    (
        "location_coordinates",
        "Contact Phone Number,Location Coordinates,Cities\n9435464,\"37°36'37.8\"\"N 121°2'17.9\"\"E\",San Pedro\n",
        &[
            &["Contact Phone Number", "Location Coordinates", "Cities"],
            &["9435464", "37°36'37.8\"N 121°2'17.9\"E", "San Pedro"],
        ],
    ),
    (
        "newlines",
        "a,b,c\n1,2,3\n\"Once upon \na time\",5,6\n7,8,9\n",
        &[&["a", "b", "c"], &["1", "2", "3"], &["Once upon \na time", "5", "6"], &["7", "8", "9"]],
    ),
    (
        "newlines_crlf",
        "a,b,c\r\n1,2,3\r\n\"Once upon \r\na time\",5,6\r\n7,8,9\r\n",
        &[&["a", "b", "c"], &["1", "2", "3"], &["Once upon \r\na time", "5", "6"], &["7", "8", "9"]],
    ),
    (
        "quotes_and_newlines",
        "a,b\n1,\"ha \n\"\"ha\"\" \nha\"\n3,4\n",
        &[&["a", "b"], &["1", "ha \n\"ha\" \nha"], &["3", "4"]],
    ),
    ("simple", "a,b,c\n1,2,3\n", &[&["a", "b", "c"], &["1", "2", "3"]]),
    ("simple_crlf", "a,b,c\r\n1,2,3\r\n", &[&["a", "b", "c"], &["1", "2", "3"]]),
    ("utf8", "a,b,c\n1,2,3\n4,5,ʤ\n", &[&["a", "b", "c"], &["1", "2", "3"], &["4", "5", "ʤ"]]),
];

#[test]
fn csv_spectrum_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text, expected) in SPECTRUM {
        // Its files end with and without a line end.
        for text in [text, text.trim_end_matches(['\r', '\n'])] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("the folder is ours");
            assert_eq!(read(&path, &SheetOptions::default()).as_deref(), Ok(&owned(expected)[..]), "{name}");
        }
    }
}

fn owned(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

/// Python's csv module writes random tables under every delimiter, encoding and line end, and Python's json tells what
/// is in them. Without python3 nothing is judged.
#[test]
fn python_is_read_as_it_means_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables.py");
    let written = Command::new("python3").arg(script).arg(folder.path()).status();
    let Ok(status) = written else {
        eprintln!("skipped: python3 is not installed");
        return;
    };
    assert!(status.success(), "tests/tables.py failed");
    let manifest = std::fs::read(folder.path().join("tables.json")).expect("the script wrote it");
    let tables: Vec<serde_json::Value> = serde_json::from_slice(&manifest).expect("it is JSON");
    for table in &tables {
        let name = table["file"].as_str().expect("a name");
        let encoding = table["encoding"].as_str().map(str::to_owned);
        let options = SheetOptions { encoding, ..SheetOptions::default() };
        let expected: Vec<Vec<String>> =
            serde_json::from_value(table["rows"].clone()).expect("rows of texts");
        assert_eq!(read(&folder.path().join(name), &options), Ok(expected), "{name}: {}", table["how"]);
    }
    assert!(tables.len() >= 500, "only {} tables", tables.len());
}

const HEADER: [&str; 4] = ["first_name", "last_name", "email", "note"];

/// What our writers do with a table, in any dialect: every cell guarded, quotes where they are needed.
fn written(rows: &[Vec<String>], delimiter: u8, end: csv::Terminator) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(end).from_writer(Vec::new());
    writer.write_record(HEADER).expect("memory");
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell).into_owned())).expect("memory");
    }
    String::from_utf8(writer.into_inner().expect("memory")).expect("it is text")
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let units = || text.encode_utf16();
    match encoding {
        "utf-8 with a mark" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        "utf-16le" => units().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => units().flat_map(u16::to_be_bytes).collect(),
        "utf-16le with a mark" => [&[0xff, 0xfe], &encoded(text, "utf-16le")[..]].concat(),
        "utf-16be with a mark" => [&[0xfe, 0xff], &encoded(text, "utf-16be")[..]].concat(),
        _ => text.as_bytes().to_vec(),
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,6}",
        "['=+@\t\r0-9-]{0,6}",
        "[ ,;|\t\"'\r\nä€李]{0,6}",
        "\\+[1-9][0-9]{6,14}",
        "[^\0]{0,8}"
    ]
}

/// Whether a line of some cell ends behind a delimiter: such a row may look like two stray quotes, and no reader can tell.
fn ambiguous(rows: &[Vec<String>], delimiter: u8) -> bool {
    let parted = |cell: &String| {
        cell.find(['\n', '\r']).is_some_and(|end| cell[..end].contains(char::from(delimiter)))
    };
    rows.iter().flatten().any(parted)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]
    #[test]
    fn a_table_that_we_write_is_read_back_equal(
        rows in prop::collection::vec(prop::collection::vec(cell(), 4), 0..8),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        windows_ends in any::<bool>(),
        encoding in prop::sample::select(vec![
            "utf-8", "utf-8 with a mark", "utf-16le", "utf-16be", "utf-16le with a mark", "utf-16be with a mark",
        ]),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("table.csv");
        let end = if windows_ends { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut file = WholeFile::create(&path, Privacy::Open).expect("the folder is ours");
        let bytes = encoded(&written(&rows, delimiter, end), encoding);
        std::io::Write::write_all(&mut file, &bytes).and_then(|()| file.commit()).expect("the folder is ours");
        let table = match read(&path, &SheetOptions::default()) {
            Err(why) if why.contains("are one row") && ambiguous(&rows, delimiter) => return Ok(()),
            table => table.map_err(TestCaseError::fail)?,
        };
        prop_assert_eq!(&table[0], &HEADER);
        let back: Vec<Vec<String>> = table[1..]
            .iter()
            .map(|row| row.iter().map(|cell| unguarded(cell).into_owned()).collect())
            .collect();
        prop_assert_eq!(back, rows);
    }
}

#[cfg(feature = "xlsx")]
#[test]
fn a_check_writes_a_workbook_where_its_results_are_named_so() {
    let desk = Desk::new();
    desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@\n");
    desk.run(&["validate", "staff.csv", "--results", "checked.xlsx"]).exits(3);
    let bytes = std::fs::read(desk.path("checked.xlsx")).expect("it was written");
    assert!(bytes.starts_with(b"PK"), "a workbook is an archive");
    desk.run(&["validate", "checked.xlsx"]).exits(3).tells("email_invalid");
    assert!(std::fs::read_dir(desk.state().join("spool")).expect("it is there").next().is_none());
}

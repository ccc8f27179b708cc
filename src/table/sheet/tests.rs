//! Whole files through the whole reader: same rows, or a refusal with its place, never silence.

use std::fs;
use std::io::Write;

use super::*;

mod quotes;

pub fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("it can be written");
    file
}

pub fn open(bytes: &[u8]) -> Result<Sheet, Refusal> {
    Sheet::open(file(bytes).path(), &SheetOptions::default())
}

pub fn rows(sheet: &Sheet) -> Vec<(u64, Vec<String>)> {
    let mut rows = sheet.rows().expect("it can be read again");
    let (mut row, mut all) = (RawRow::default(), Vec::new());
    while rows.read(&mut row).expect("it is as it was") {
        assert_eq!(row.index as usize, all.len());
        all.push((row.source_row, row.cells.iter().map(String::from).collect()));
    }
    all
}

#[test]
fn a_sheet_knows_its_header_and_its_rows() {
    let sheet = open(b"\xef\xbb\xbfname,email\r\nAnna,a@x.io\r\n\r\nBob\r\n").expect("it is a table");
    assert_eq!(sheet.header(), vec!["name", "email"]);
    assert_eq!(sheet.count(), 2);
    assert_eq!(sheet.bytes(), 35);
    assert_eq!(sheet.sha256().len(), 64);
    let wanted = [(2, vec!["Anna".to_string(), "a@x.io".to_string()]), (4, vec!["Bob".to_string()])];
    assert_eq!(rows(&sheet), wanted);
    assert_eq!(rows(&sheet), wanted);
}

#[test]
fn a_header_alone_is_a_sheet() {
    for file in ["name,email", "name,email\n", "name,email\n\n"] {
        let sheet = open(file.as_bytes()).expect(file);
        assert_eq!((sheet.count(), rows(&sheet).len()), (0, 0));
    }
}

#[test]
fn what_is_no_table_is_refused_with_its_place() {
    for (bytes, words) in [
        (&b""[..], "it is empty"),
        (b"\n\r\n", "it has only blank lines"),
        (b"\nname\n", "line 1 is blank; delete"),
        (b"sep=;\nname;email\n", "line 1 is a `sep=` line"),
        (b"name\nAn\0na\n", "line 2, column 1 (name): there is a zero byte"),
        (b", ,\nAnna,,\n", "line 1 is blank; it must"),
        (b"name,email\nAnna,\"a@x.io\n", "a quote opens on line 2"),
    ] {
        let refusal = open(bytes).expect_err(words);
        assert!(refusal.0.contains(words), "{refusal}");
    }
}

/// The sheet of a text in an encoding.
fn encoded(text: &str, label: &str, options: &SheetOptions) -> Result<Sheet, Refusal> {
    let bytes = match label {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        label => {
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).expect("it is known");
            encoding.encode(text).0.into_owned()
        }
    };
    Sheet::open(file(&bytes).path(), options)
}

/// Enough German names to guess an encoding from.
fn german() -> String {
    let row = "Jürgen;Müller;Größe\r\nZoë;Weiß;\"Straße; Nähe\"\r\n";
    format!("first_name;last_name;note\r\n{}", row.repeat(12))
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let wanted = rows(&open(german().as_bytes()).expect("it is a table"));
    for (text, label) in [
        (german(), "windows-1252"),
        (german(), "utf-16le"),
        (german(), "utf-16be"),
        (format!("\u{feff}{}", german()), "utf-16le"),
        (format!("\u{feff}{}", german()), "utf-16be"),
        (format!("\u{feff}{}", german()), "utf-8"),
    ] {
        let sheet = encoded(&text, label, &SheetOptions::default()).expect(label);
        assert_eq!(rows(&sheet), wanted, "{label}");
        let told = sheet.notes().iter().any(|note| note.contains("--encoding"));
        assert_eq!(told, label != "utf-8" && !text.starts_with('\u{feff}'), "{:?}", sheet.notes());
        assert!(sheet.notes().iter().any(|note| note.contains("--delimiter")));
    }
}

#[test]
fn a_guess_shows_cells_but_no_password() {
    let text = "first_name,sip_password\nJürgen,Gehäime\nRené,Geheimß\n";
    let options = SheetOptions { attended: true, ..Default::default() };
    let sheet = encoded(text, "windows-1252", &options).expect("somebody looks");
    let note = &sheet.notes()[0];
    assert!(note.contains("“Jürgen”, “René”;") && note.contains("--encoding"), "{note}");
    let refusal = encoded(text, "windows-1252", &SheetOptions::default()).expect_err("it is thin");
    assert!(refusal.0.contains("say --encoding windows-1252") && !refusal.0.contains("Geh"), "{refusal}");
    let named = SheetOptions { encoding: Some("windows-1252".into()), ..Default::default() };
    let sheet = encoded(text, "windows-1252", &named).expect("it is named");
    assert_eq!((rows(&sheet)[0].1[0].as_str(), sheet.notes().len()), ("Jürgen", 0));
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let broken = "first_name\nJürgen\nRené\n".as_bytes();
    let broken: Vec<u8> = [broken, b"Zo\xeb\n"].concat();
    let named = SheetOptions { encoding: Some("utf-8".into()), ..Default::default() };
    for options in [SheetOptions { attended: true, ..Default::default() }, named] {
        let refusal = Sheet::open(file(&broken).path(), &options).expect_err("line 4 is broken");
        assert!(refusal.0.contains("line 4, column 1 (first_name)"), "{refusal}");
    }
    let utf_16 = SheetOptions { encoding: Some("utf-16le".into()), ..Default::default() };
    let refusal = Sheet::open(file(b"a\0\n\0b\0\n\0\x00\xd8").path(), &utf_16).expect_err("half a sign");
    assert!(refusal.0.contains("line 3"), "{refusal}");
}

#[test]
fn a_glance_leaves_the_faults_to_the_reading() {
    let glance = |bytes: &[u8]| Sheet::glance(file(bytes).path(), &SheetOptions::default());
    let sheet = glance(b"name\nAnna\n\nBo\n").expect("it is a table");
    assert_eq!((sheet.count(), rows(&sheet).len()), (0, 2));
    let long = "Anna\n".repeat(20_000);
    for (end, words) in [
        (&b"\"Bo\n"[..], "a quote opens on line 20002"),
        (b"Zo\xeb\n", "line 20002, column 1 (name): the text is not UTF-8"),
        (b"Z\0e\n", "line 20002, column 1 (name): there is a zero byte"),
    ] {
        let sheet = glance(&[b"name\n", long.as_bytes(), end].concat()).expect("its start is fine");
        let (mut rows, mut row) = (sheet.rows().expect("it can be read"), RawRow::default());
        let refusal = (0..=20_000).find_map(|_| rows.read(&mut row).err()).expect(words);
        assert!(refusal.0.contains(words), "{refusal}");
    }
    assert!(glance(b"name\nZo\xeb\n").expect_err("its start is not").0.contains("--encoding"));
}

#[test]
fn a_sheet_that_changes_is_not_read_on() {
    let file = file(b"name\nAnna\n");
    let sheet = Sheet::open(file.path(), &SheetOptions::default()).expect("it is a table");
    let mut rows = sheet.rows().expect("it can be read");
    fs::write(file.path(), "name\nAnna\nBob\n").expect("it can be written");
    let mut row = RawRow::default();
    let refusal = (0..3).find_map(|_| rows.read(&mut row).err()).expect("it changed");
    assert!(refusal.0.contains("changed"), "{refusal}");
    assert!(sheet.rows().is_err());
}

/// Some 10 KiB with quotes, doubled quotes, delimiters and line ends in cells.
fn ten_kibibytes() -> Vec<u8> {
    let mut bytes = b"first_name,last_name,email,note\r\n".to_vec();
    for row in 0.. {
        let note = ["plain", "\"a, b\"", "\"say \"\"hi\"\"\"", "\"two\r\nlines\"", "\"\""][row % 5];
        bytes.extend_from_slice(format!("Anna{row},\"M,ller\",a{row}@x.io,{note}\r\n").as_bytes());
        if bytes.len() > 10 << 10 {
            return bytes;
        }
    }
    bytes
}

/// How many rows a file has, counted by the parity of quotes alone; only for files with an even number.
fn naive_count(bytes: &[u8]) -> u64 {
    let (mut inside, mut filled, mut count) = (false, false, 0);
    for byte in bytes {
        inside ^= *byte == b'"';
        match byte {
            b'\r' | b'\n' if !inside => count += u64::from(std::mem::take(&mut filled)),
            _ => filled = true,
        }
    }
    (count + u64::from(filled)).saturating_sub(1)
}

#[test]
fn a_quote_more_or_less_at_any_place_is_refused() {
    let whole = ten_kibibytes();
    let count = open(&whole).expect("it is a table").count();
    assert_eq!(count, naive_count(&whole));
    for place in 0..=whole.len() {
        let mut more = whole.clone();
        more.insert(place, b'"');
        assert!(checked_bytes(&more).is_err(), "one more at {place}");
        if whole.get(place) == Some(&b'"') {
            let mut less = whole.clone();
            less.remove(place);
            assert!(checked_bytes(&less).is_err(), "one less at {place}");
        }
    }
}

#[test]
fn a_cut_at_any_place_loses_no_row_in_silence() {
    let whole = ten_kibibytes();
    for place in 1..whole.len() {
        let cut = &whole[..place];
        match checked_bytes(cut) {
            Ok(count) => assert_eq!(count, naive_count(cut), "cut at {place}"),
            Err(_) => assert_eq!(cut.iter().filter(|byte| **byte == b'"').count() % 2, 1, "cut at {place}"),
        }
    }
}

fn checked_bytes(bytes: &[u8]) -> Result<u64, Refusal> {
    let mut walk = Walk::new(bytes, b',');
    let mut count = 0;
    while walk.next()?.is_some() {
        count += 1;
    }
    Ok(count - 1)
}

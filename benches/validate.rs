//! What validating costs: whole surveys beside a bare reading of the same file, in turns, in one run.
//!
//! `cargo bench --bench validate [-- ROWS|FILE]` prints the medians of seven rounds, of a generated onboard sheet or
//! of your own; only ratios within one run mean anything. `taskset -c 0` before it shows one core.

use std::fmt::Write;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use callroster::columns::Columns;
use callroster::command::glance_at;
use callroster::row::{Kind, Mode, RawRow};
use callroster::table::{Sheet, SheetOptions};
use callroster::validate::{Checker, Rules, Vocabulary};

const ROUNDS: usize = 7;

/// A way of going through a file; gives the rows it saw.
type Work = fn(&Path) -> u64;

fn main() {
    // Cargo adds `--bench` to what it is given.
    let argument = std::env::args().skip(1).find(|argument| argument != "--bench");
    let folder = tempfile::tempdir().expect("a folder");
    let generated = |rows: u64, doubles: bool| {
        let path = folder.path().join(format!("{rows}-{doubles}.csv"));
        std::fs::write(&path, generate(rows, doubles)).expect("there is room for the sheet");
        path
    };
    match argument.as_deref().map(|argument| (argument, argument.parse())) {
        Some((path, Err(_))) => compare("the file", &PathBuf::from(path)),
        rows => {
            let rows = rows.and_then(|(_, rows)| rows.ok()).unwrap_or(1_000_000);
            compare("no doubles", &generated(rows, false));
            compare("a double in 100 rows", &generated(rows, true));
        }
    }
}

/// Prints what each way takes, and how the rows a second are to those of the bare reading.
fn compare(name: &str, path: &Path) {
    let ways: [(&str, Work); 3] = [
        ("bytes read by the csv crate alone", read_alone),
        ("surveyed, as `validate` does", surveyed),
        ("every request made, row by row", requests),
    ];
    let mut seconds = ways.map(|_| Vec::new());
    let mut rows = 0;
    for _ in 0..ROUNDS {
        for ((_, work), seconds) in ways.iter().zip(&mut seconds) {
            let start = Instant::now();
            rows = black_box(work(path));
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    println!("{name}: {rows} rows");
    let medians = seconds.map(median);
    for ((way, _), median) in ways.iter().zip(medians) {
        let (each, ratio) = (median * 1e6 / rows as f64, medians[0] / median);
        println!("  {way:<34} {median:>7.3} s {each:>7.3} µs a row {ratio:>6.2}");
    }
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

fn read_alone(path: &Path) -> u64 {
    let mut reader =
        csv::ReaderBuilder::new().buffer_capacity(1 << 17).flexible(true).from_path(path).expect("a file");
    let (mut row, mut rows) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut row).expect("it can be read") {
        rows += 1;
    }
    rows
}

fn surveyed(path: &Path) -> u64 {
    let sheet = sheet(path);
    glance_at(&sheet, &mut checker(&sheet)).expect("it is a table").rows
}

fn requests(path: &Path) -> u64 {
    let sheet = sheet(path);
    let (checker, mut rows, mut row, mut count) =
        (checker(&sheet), sheet.rows().expect("it can be read"), RawRow::default(), 0);
    while rows.read(&mut row).expect("it can be read") {
        count += 1;
        black_box(checker.check(&row).request.is_ok());
    }
    count
}

fn sheet(path: &Path) -> Sheet {
    Sheet::glance(path, &SheetOptions::default()).expect("it is a table")
}

fn checker(sheet: &Sheet) -> Checker {
    let rules = Rules {
        kind: Kind::Onboard,
        vocabulary: Vocabulary::Exotel,
        strict_names: false,
        default_country: None,
        voip: None,
        workbook: false,
        archive_supported: false,
        mode: Mode::Delete,
        reason: None,
        reassign_to: None,
        generate_sip_passwords: false,
    };
    Checker::new(Columns::of(sheet.header(), Kind::Onboard, &[]).expect("the header is right"), rules)
}

/// Rows as an HR department would send them; one in ten has a quoted cell.
fn generate(rows: u64, doubles: bool) -> String {
    let mut text =
        String::from("first_name,last_name,email,device_contact_uri,role,device_name,sip_password\n");
    for index in 0..rows {
        let person = if doubles && index % 100 == 99 { index - 50 } else { index };
        let (first, last) = (FIRST[index as usize % FIRST.len()], LAST[index as usize / 7 % LAST.len()]);
        let device = if index % 10 == 0 { "\"Desk 12, floor 3\"" } else { "Desk 12" };
        writeln!(
            text,
            "{first},{last},u.{person:07}@mail.example.com,+9198{person:08},user,{device},Abc{person:05}!x"
        )
        .expect("a string takes every text");
    }
    text
}

const FIRST: [&str; 8] = ["Asha", "Ravi", "Meera", "José", "Zoë", "Fatima", "Karan", "Björn"];
const LAST: [&str; 8] = ["Sharma", "Patel", "D'Souza", "O'Brien", "Müller", "García", "Iyer", "Khan"];

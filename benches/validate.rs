//! What validating costs: a survey of a million rows beside a bare reading of the same bytes, in one run.
//!
//! `cargo bench --bench validate [-- ROWS|FILE]` prints the medians of five rounds, of a generated onboard sheet or
//! of your own; only ratios within one run mean anything.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use callroster::columns::Columns;
use callroster::row::{Kind, Mode, RawRow, RowSource};
use callroster::table::Refusal;
use callroster::validate::{Checker, Rules, Survey, Vocabulary, survey};

const ROUNDS: usize = 5;

/// An onboard sheet in memory.
struct Sheet {
    text: String,
    rows: u64,
}

/// The rows of a sheet, read by the csv crate alone.
struct Rows<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    index: u32,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str) -> Rows<'a> {
        Rows { text, reader: reader(text), index: 0 }
    }
}

impl RowSource for Rows<'_> {
    fn rewind(&mut self) -> Result<(), Refusal> {
        *self = Rows::new(self.text);
        Ok(())
    }

    fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        row.index = self.index;
        row.source_row = u64::from(self.index) + 2;
        self.index += 1;
        self.reader.read_record(&mut row.cells).map_err(|error| Refusal(error.to_string()))
    }
}

fn main() {
    // Cargo adds `--bench` to what it is given.
    let argument = std::env::args().skip(1).find(|argument| argument != "--bench");
    let sheet = match argument.as_deref().map(|argument| (argument, argument.parse())) {
        None => Sheet::generate(1_000_000, false),
        Some((_, Ok(rows))) => Sheet::generate(rows, false),
        Some((path, Err(_))) => Sheet::read(path),
    };
    println!("{} rows, {:.0} MB", sheet.rows, sheet.text.len() as f64 / 1e6);
    println!("{:<34} {:>12} {:>8} {:>9}", "", "rows/s", "MB/s", "µs/row");
    sheet.measure("read by the csv crate alone", read_alone);
    sheet.measure("read and surveyed", |sheet| surveyed(sheet).valid);
    sheet.measure("read, and every request made", requests);
    let doubled = Sheet::generate(sheet.rows, true);
    doubled.measure("surveyed, a double in 100 rows", |sheet| surveyed(sheet).valid);
    let survey = surveyed(&sheet);
    println!("{} valid, {} invalid {:?}", survey.valid, survey.invalid, survey.problems);
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes())
}

fn checker(sheet: &Sheet) -> Checker {
    let header = reader(&sheet.text).headers().expect("the generator writes one").clone();
    let rules = Rules {
        kind: Kind::Onboard,
        vocabulary: Vocabulary::Exotel,
        strict_names: false,
        default_country: None,
        voip: None,
        archive_supported: false,
        mode: Mode::Delete,
        reason: None,
        reassign_to: None,
        generate_sip_passwords: false,
    };
    Checker::new(Columns::of(&header, Kind::Onboard, &[]).expect("the header is right"), rules)
}

fn read_alone(sheet: &Sheet) -> u64 {
    let (mut rows, mut row, mut cells) = (Rows::new(&sheet.text), RawRow::default(), 0);
    while rows.read(&mut row).expect("bytes in memory can be read") {
        cells += row.cells.len() as u64;
    }
    cells
}

fn surveyed(sheet: &Sheet) -> Survey {
    survey(&mut Rows::new(&sheet.text), sheet.rows, &mut checker(sheet)).expect("bytes in memory can be read")
}

fn requests(sheet: &Sheet) -> u64 {
    let (checker, mut rows, mut row, mut valid) =
        (checker(sheet), Rows::new(&sheet.text), RawRow::default(), 0);
    while rows.read(&mut row).expect("bytes in memory can be read") {
        valid += u64::from(black_box(checker.check(&row)).request.is_ok());
    }
    valid
}

impl Sheet {
    /// Rows as an HR department would send them; one in ten has a quoted cell.
    fn generate(rows: u64, doubles: bool) -> Sheet {
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
        Sheet { text, rows }
    }

    fn read(path: &str) -> Sheet {
        let text = std::fs::read_to_string(path).expect("the argument is a number or a UTF-8 file");
        let rows = reader(&text).records().count() as u64;
        Sheet { text, rows }
    }

    fn measure(&self, name: &str, work: impl Fn(&Sheet) -> u64) {
        let mut seconds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                black_box(work(self));
                start.elapsed().as_secs_f64()
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        let (median, rows) = (seconds[ROUNDS / 2], self.rows as f64);
        let megabytes = self.text.len() as f64 / 1e6;
        println!(
            "{name:<34} {:>12.0} {:>8.0} {:>9.3}",
            rows / median,
            megabytes / median,
            median * 1e6 / rows
        );
    }
}

const FIRST: [&str; 8] = ["Asha", "Ravi", "Meera", "José", "Zoë", "Fatima", "Karan", "Björn"];
const LAST: [&str; 8] = ["Sharma", "Patel", "D'Souza", "O'Brien", "Müller", "García", "Iyer", "Khan"];

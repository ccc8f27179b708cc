//! The story of `validate --fix`: a copy with all that can be mended without a guess, and the list of changes.
//!
//! The input itself is never written to. A password reaches the copy, which is then private, and nothing else.

mod change;
mod copy;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use csv::{Terminator, WriterBuilder};

use self::change::{Change, LIST_COLUMNS};
use self::copy::Copy;
use super::Failure;
use super::output::{fits_its_name, is_same_file};
use super::sheet::SheetRows;
use crate::clinic::{Census, Clinic, Country, Finding, Verdict};
use crate::columns::{Columns, shown};
use crate::outcome::exit;
use crate::row::{Field, RawRow, RowSource};
use crate::screen::{Screen, plural};
use crate::table::{Privacy, Sheet, WholeFile, beside};
use crate::validate::{Checker, Findings};

/// How many changes are shown; all are in the list.
const SHOWN: u64 = 20;

/// What became of a sheet.
#[derive(Debug, Default)]
pub struct Fixed {
    pub mended: u64,
    pub left: u64,
    /// How often each damage was met.
    pub kinds: BTreeMap<&'static str, u64>,
}

/// Where the list of changes goes.
pub fn list_path(copy: &Path) -> PathBuf {
    beside(copy, "changes")
}

/// Refuses a copy that would take the place of the input, or that is no file we can write.
pub fn check_target(input: &Path, copy: &Path) -> Result<(), Failure> {
    let usage = |message: String| Err(Failure::new(exit::USAGE, message));
    let shown = copy.display();
    if copy == Path::new("-") {
        return usage("-o - names no file; the copy and its list of changes need a name".into());
    }
    for path in [copy, &list_path(copy)] {
        if is_same_file(input, path) {
            let written = path.display();
            return usage(format!(
                "-o {shown} would write {written} over the input; name another file, the input stays as it is"
            ));
        }
    }
    fits_its_name("-o", Some(copy), true)
}

/// The country of each column of numbers: the one that was said, or the one that the column shows.
pub struct Countries {
    said: Option<Country>,
    census: Census,
}

impl Countries {
    pub fn find(sheet: &Sheet, columns: &Columns, said: Option<&str>) -> Result<Countries, Failure> {
        let mut countries = Countries { said: said.and_then(Country::of_iso), census: Census::default() };
        if countries.said.is_none() {
            let (mut rows, mut row) = (SheetRows::new(sheet), RawRow::default());
            while rows.read(&mut row)? {
                countries.census.see(columns, &row);
            }
        }
        Ok(countries)
    }

    pub fn of(&self, place: usize) -> Option<Country> {
        self.said.or_else(|| self.census.evident(place))
    }

    /// Says what the columns show.
    pub fn say(&self, columns: &Columns, screen: &Screen) {
        for field in [Field::DeviceContactUri, Field::NewDeviceContactUri] {
            let Some(place) = columns.place(field) else { continue };
            if let Some(country) = self.census.evident(place).filter(|country| country.is_sure()) {
                screen.say(&format!(
                    "note: the numbers of column {} are all of {country}, so that its national numbers are read as such; \
                     --default-country says otherwise",
                    shown(columns.header(), place)
                ));
            }
        }
    }
}

/// Whether at least one problem of the sheet would be gone from a mended copy.
pub fn would_help(sheet: &Sheet, checker: &Checker, clinic: &Clinic<'_>) -> Result<bool, Failure> {
    let mut findings = Findings::default();
    let mut problems = |row: &RawRow| {
        checker.verdict(row.into(), &mut findings);
        findings.problems.len()
    };
    let (mut rows, mut row) = (SheetRows::new(sheet), RawRow::default());
    while rows.read(&mut row)? {
        let before = problems(&row);
        if before > 0 && !clinic.treat(&mut row).is_empty() && problems(&row) < before {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the copy and the list of changes, and shows the first of them.
pub fn fix(
    sheet: &Sheet,
    columns: &Columns,
    clinic: &Clinic<'_>,
    copy: &Path,
    screen: &Screen,
) -> Result<Fixed, Failure> {
    let list = list_path(copy);
    let copy_failed = |error: io::Error| Failure::disk(copy.display(), error);
    let list_failed = |error: io::Error| Failure::disk(list.display(), error);
    let privacy = if columns.secret().is_empty() { Privacy::Open } else { Privacy::Private };
    let mut copied = Copy::new(copy, privacy, columns.header()).map_err(copy_failed)?;
    let mut changes = csv_writer(WholeFile::create(&list, Privacy::Open).map_err(list_failed)?);
    changes.write_record(LIST_COLUMNS).map_err(|error| list_failed(error.into()))?;
    let (mut rows, mut row, mut fixed) = (SheetRows::new(sheet), RawRow::default(), Fixed::default());
    while rows.read(&mut row)? {
        for finding in clinic.treat(&mut row) {
            let change = Change::new(&finding, row.source_row, columns);
            fixed.add(&finding);
            if fixed.mended + fixed.left <= SHOWN {
                screen.show(&change.line());
            }
            changes.write_record(change.cells()).map_err(|error| list_failed(error.into()))?;
        }
        copied.write(&row).map_err(copy_failed)?;
    }
    copied.finish().map_err(copy_failed)?;
    let written = changes.into_inner().map_err(|error| error.into_error());
    written.and_then(WholeFile::commit).map_err(list_failed)?;
    fixed.tell(copy, &list, screen);
    Ok(fixed)
}

impl Fixed {
    fn add(&mut self, finding: &Finding) {
        match &finding.verdict {
            Verdict::Left(damage) => {
                self.left += 1;
                *self.kinds.entry(damage.word()).or_default() += 1;
            }
            Verdict::Mended { damages, .. } => {
                self.mended += 1;
                damages.iter().for_each(|damage| *self.kinds.entry(damage.word()).or_default() += 1);
            }
        }
    }

    fn tell(&self, copy: &Path, list: &Path, screen: &Screen) {
        let more = (self.mended + self.left).saturating_sub(SHOWN);
        if more > 0 {
            screen.show(&format!("… and {more} more"));
        }
        let kinds: Vec<String> = self.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let kinds = if kinds.is_empty() { String::new() } else { format!(" ({})", kinds.join(", ")) };
        screen.say(&format!(
            "{}: {} mended, {} left as they are{kinds}; every change: {}",
            copy.display(),
            plural(self.mended, "cell"),
            self.left,
            list.display()
        ));
        if !self.kinds.is_empty() {
            screen.say("callroster explain KIND says of each such word what happened and what to check");
        }
    }
}

fn csv_writer(file: WholeFile) -> csv::Writer<WholeFile> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(file)
}

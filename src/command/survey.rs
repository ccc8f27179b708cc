//! A sheet held against the rules as a whole, by as many threads as there are cores.
//!
//! What comes out is what [`crate::validate::survey`] finds row by row; that is also the way back in doubt.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::sheet::SheetRows;
use crate::row::RawRow;
use crate::table::{Block, Doubt, Refusal, Sheet, in_order};
use crate::validate::{Checker, FirstReading, Part, SecondReading, Survey, survey};

/// Bytes of a block: so few that there is enough for every thread, so many that each takes its time.
const BLOCK: usize = 256 << 10;

/// More threads would only wait for the one file.
const MOST_THREADS: usize = 8;

/// Reads a sheet that is known to be a table.
pub fn survey_sheet(sheet: &Sheet, checker: &mut Checker) -> Result<Survey, Refusal> {
    glance_at(sheet, checker).or_else(|Doubt| survey(&mut SheetRows::new(sheet), sheet.count(), checker))
}

/// Reads a sheet that may be no table; a doubt says that it must be looked at more closely.
pub fn glance_at(sheet: &Sheet, checker: &mut Checker) -> Result<Survey, Doubt> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    survey_with(threads, BLOCK, sheet, checker)
}

fn survey_with(threads: usize, size: usize, sheet: &Sheet, checker: &mut Checker) -> Result<Survey, Doubt> {
    let (mut second, stretches) = read_first(threads, size, sheet, checker)?;
    if sheet.count() > 0 && second.rows() != sheet.count() {
        return Err(Doubt);
    }
    read_suspects(threads, sheet, checker, &mut second, &stretches)?;
    Ok(second.end(checker))
}

/// Where some rows lie, and which they are as a spreadsheet counts them.
///
/// Short ones, so that the second reading finds its rows without reading all others.
struct Stretch {
    start: u64,
    length: usize,
    rows: Range<u64>,
}

fn read_first(
    threads: usize,
    size: usize,
    sheet: &Sheet,
    checker: &mut Checker,
) -> Result<(SecondReading, Vec<Stretch>), Doubt> {
    let mut first = FirstReading::new(sheet.likely_count(), checker);
    let (mut stretches, mut next_row) = (Vec::new(), FIRST_ROW);
    let (checker, is_told) = (&*checker, AtomicBool::new(false));
    let mut blocks = sheet.blocks(size);
    let look = |block: &Block| look_at(block, checker, !is_told.load(Ordering::Relaxed));
    in_order(
        threads,
        |block| blocks.read(block),
        look,
        |(part, mut found): (Part, Vec<Stretch>)| {
            first.take(part, next_row);
            let first_row = next_row;
            for stretch in &mut found {
                stretch.rows = first_row + stretch.rows.start..first_row + stretch.rows.end;
                next_row = stretch.rows.end;
            }
            stretches.append(&mut found);
            is_told.store(first.is_told(), Ordering::Relaxed);
        },
    )?;
    Ok((first.end(), stretches))
}

/// Holds the rows of a block against the rules; rows are counted from the start of the block.
fn look_at(block: &Block, checker: &Checker, worded: bool) -> Result<(Part, Vec<Stretch>), Doubt> {
    let (mut rows, mut part, mut stretches) = (block.rows()?, Part::new(block.length() / CELL), Vec::new());
    let (mut from, mut first_row, mut ended) = (0, 0, false);
    while !ended {
        for _ in 0..STRETCH {
            match rows.next_row()? {
                Some(row) => part.look(checker, row, worded),
                None => ended = true,
            }
        }
        let (to, next_row) = (rows.passed_bytes(), rows.passed());
        stretches.push(Stretch {
            start: block.start + from as u64,
            length: to - from,
            rows: first_row..next_row,
        });
        (from, first_row) = (to, next_row);
    }
    Ok((part, stretches))
}

/// Few cells that may double come more often than this, in bytes.
const CELL: usize = 32;

/// How many rows a stretch has at most, blank ones aside.
const STRETCH: usize = 128;

/// The first row behind the header.
const FIRST_ROW: u64 = 2;

/// Confirms the doubles among the suspected rows, of which most files have few.
fn read_suspects(
    threads: usize,
    sheet: &Sheet,
    checker: &Checker,
    second: &mut SecondReading,
    stretches: &[Stretch],
) -> Result<(), Doubt> {
    let suspects = second.suspects();
    let is_needed = |stretch: &&Stretch| !suspects.within(stretch.rows.clone()).is_empty();
    let needed: Vec<&Stretch> = stretches.iter().filter(is_needed).collect();
    let mut unread = needed.iter().enumerate();
    let next = |block: &mut Block| {
        let Some((index, stretch)) = unread.next() else { return Ok(false) };
        block.index = index;
        sheet.read_block(stretch.start, stretch.length, block).map(|()| true)
    };
    let pick = |block: &Block| {
        let (mut rows, mut picked) = (block.rows()?, Vec::new());
        let stretch = &needed[block.index].rows;
        let mut wanted = suspects.within(stretch.clone()).iter().map(|row| u64::from(*row)).peekable();
        while let Some(row) = rows.next_wanted(|row| wanted.next_if_eq(&(stretch.start + row)).is_some())? {
            let source_row = stretch.start + row.source_row;
            picked.push(RawRow { source_row, ..row.to_raw() });
        }
        Ok(picked)
    };
    in_order(threads, next, pick, |picked: Vec<RawRow>| {
        picked.iter().for_each(|row| second.confirm(checker, row));
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::columns::Columns;
    use crate::row::{Kind, Mode};
    use crate::table::SheetOptions;
    use crate::validate::{Rules, Vocabulary};

    fn sheet_of(rows: &str) -> Sheet {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write!(file, "email,device_contact_uri,first_name,last_name\n{rows}").expect("it can be written");
        Sheet::glance(file.path(), &SheetOptions::default()).expect("its start is a table")
    }

    fn checker_of(sheet: &Sheet) -> Checker {
        let rules = Rules {
            workbook: false,
            archive_supported: false,
            kind: Kind::Onboard,
            vocabulary: Vocabulary::Exotel,
            strict_names: false,
            default_country: Some("IN".into()),
            voip: None,
            mode: Mode::Delete,
            reason: None,
            reassign_to: None,
            generate_sip_passwords: false,
        };
        Checker::new(Columns::of(sheet.header(), Kind::Onboard, &[]).expect("it is right"), rules)
    }

    /// The survey of a sheet, or nothing where it is no table, and what the checker says of its rows then.
    fn told(sheet: &Sheet, look: impl Fn(&mut Checker) -> Option<Survey>) -> Option<(Survey, Vec<String>)> {
        let mut checker = checker_of(sheet);
        let survey = look(&mut checker)?;
        let (mut rows, mut row, mut told) = (sheet.rows().ok()?, RawRow::default(), Vec::new());
        while rows.read(&mut row).ok()? {
            told.push(format!("{:?}", checker.check(&row).request));
        }
        Some((survey, told))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn threads_find_what_one_reading_after_the_other_finds(
            rows in "([ab]{1,2}@x\\.de,(\\+91|0)?984500000[0-4],(Zo\u{eb}|\"A;\n\"\"b\"|\"A,b\"|c),[abc]?\\r?\n|\n|a,b\n|\"a@x\\.de\",,,\r\n){0,30}(,,\"?)?",
            threads in 1_usize..4, size in 1_usize..200,
        ) {
            let sheet = sheet_of(&rows);
            let slowly = told(&sheet, |checker| survey(&mut SheetRows::new(&sheet), 0, checker).ok());
            let quickly = told(&sheet, |checker| survey_with(threads, size, &sheet, checker).ok());
            prop_assert_eq!(quickly, slowly);
        }
    }

    #[test]
    fn doubles_are_found_across_stretches_and_blocks() {
        let rows: String = (0..3000).map(|row| format!("u{}@x.de,,Asha,Rao\n", row % 2990)).collect();
        let sheet = sheet_of(&rows);
        let (survey, _) =
            told(&sheet, |checker| survey_with(2, 10_000, &sheet, checker).ok()).expect("it is a table");
        assert_eq!((survey.rows, survey.invalid, survey.problems["duplicate_email"]), (3000, 10, 10));
        assert_eq!(survey.first[0].0, 2992);
        assert!(survey.first[0].1.message.starts_with("row 2 has the same email"), "{survey:?}");
    }
}

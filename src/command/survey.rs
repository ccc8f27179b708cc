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

/// More threads would only wait for the one file.
const MOST_THREADS: usize = 8;

/// Reads a sheet that is known to be a table.
pub fn survey_sheet(sheet: &Sheet, checker: &mut Checker) -> Result<Survey, Refusal> {
    glance_at(sheet, checker).or_else(|Doubt| survey(&mut SheetRows::new(sheet), sheet.count(), checker))
}

/// Reads a sheet that may be no table; a doubt says that it must be looked at more closely.
pub fn glance_at(sheet: &Sheet, checker: &mut Checker) -> Result<Survey, Doubt> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    survey_with(threads, sheet, checker)
}

fn survey_with(threads: usize, sheet: &Sheet, checker: &mut Checker) -> Result<Survey, Doubt> {
    let (mut second, stretches) = read_first(threads, sheet, checker)?;
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
    sheet: &Sheet,
    checker: &mut Checker,
) -> Result<(SecondReading, Vec<Stretch>), Doubt> {
    let mut first = FirstReading::new(sheet.likely_count(), checker);
    let (mut stretches, mut next_row) = (Vec::new(), FIRST_ROW);
    let (checker, is_told) = (&*checker, AtomicBool::new(false));
    let mut blocks = sheet.blocks();
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
    let (mut rows, mut part, mut stretches) = (block.rows()?, Part::default(), Vec::new());
    let (mut from, mut first_row, mut ended) = (0, 0, false);
    while !ended {
        for _ in 0..STRETCH {
            match rows.next()? {
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
        while let Some(row) = rows.next_of(|row| wanted.next_if_eq(&(stretch.start + row)).is_some())? {
            let source_row = stretch.start + row.source_row;
            picked.push(RawRow { source_row, ..row.to_raw() });
        }
        Ok(picked)
    };
    in_order(threads, next, pick, |picked: Vec<RawRow>| {
        picked.iter().for_each(|row| second.confirm(checker, row));
    })
}

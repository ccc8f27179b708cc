//! The country of a column of numbers, where the column itself shows it.
//!
//! Pure.

use std::collections::BTreeMap;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::number::calling_code;
use super::ward::Ward;
use super::{Course, Damage};
use crate::columns::Columns;
use crate::row::{Field, RawRow};
use crate::validate::is_number;

/// The country of national numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    pub(super) region: Region,
    pub(super) calling_code: i32,
    pub(super) proof: Proof,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// One number of the column tells it, and that one may be the stranger there. It is enough for digits that
    /// begin with the country's calling code.
    OneNumber,
    /// Two numbers or more tell it.
    Numbers,
    /// A person said so.
    Said,
}

impl Country {
    /// Of an ISO code that [`crate::validate::known_country`] knows.
    pub fn of_iso(code: &str) -> Option<Country> {
        let region = Region::from_code(code).ok()?;
        let calling_code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        Some(Country { region, calling_code, proof: Proof::Said })
    }

    /// Whether numbers that do not begin with its calling code are read as its own.
    pub fn is_sure(self) -> bool {
        self.proof != Proof::OneNumber
    }

    fn of_calling_code(calling_code: i32, proof: Proof) -> Option<Country> {
        let region = PHONE_NUMBER_UTIL.get_region_for_country_code(calling_code)?;
        Some(Country { region, calling_code, proof })
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} (+{})", self.region, self.calling_code)
    }
}

/// Counts the calling codes of each column of numbers.
#[derive(Debug, Default)]
pub struct Census {
    /// By the position of the column.
    columns: BTreeMap<usize, Codes>,
}

/// How many numbers there are of each calling code.
#[derive(Debug, Default)]
struct Codes {
    /// Numbers that tell it by themselves.
    told: BTreeMap<i32, u64>,
    /// Numbers that only lost their `+`, as soon as one of the same code is told.
    /// They count as well, or a mended copy would show more than the sheet it was made of.
    likely: BTreeMap<i32, u64>,
}

impl Census {
    /// Counts a row's numbers that tell their country.
    pub fn see(&mut self, columns: &Columns, row: &RawRow) {
        if row.cells.len() != columns.header().len() {
            return;
        }
        for field in Field::ALL.into_iter().filter(|field| Ward::of(*field) == Ward::Number) {
            if let (Some(place), Some(text)) = (columns.place(field), columns.cell(row, field)) {
                self.columns.entry(place).or_default().see(text);
            }
        }
    }

    /// The country of which all numbers of the column are that tell one.
    pub fn evident(&self, place: usize) -> Option<Country> {
        let codes = self.columns.get(&place)?;
        let mut told = codes.told.iter();
        let ((code, count), None) = (told.next()?, told.next()) else { return None };
        let count = count + codes.likely.get(code).unwrap_or(&0);
        Country::of_calling_code(*code, if count > 1 { Proof::Numbers } else { Proof::OneNumber })
    }
}

impl Codes {
    fn see(&mut self, text: &str) {
        let course = Course::of(text, Ward::Number, None);
        let (codes, code) = match course.left {
            None if is_number(&course.text) => (&mut self.told, calling_code(&course.text)),
            Some(Damage::LostPlus) => (&mut self.likely, likely_code(&course.text)),
            _ => return,
        };
        if let Some(code) = code {
            *codes.entry(code).or_default() += 1;
        }
    }
}

/// The calling code of digits that would be mended if their column told it.
fn likely_code(text: &str) -> Option<i32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let code = calling_code(&format!("+{digits}"))?;
    let country = Country::of_calling_code(code, Proof::OneNumber)?;
    Course::of(text, Ward::Number, Some(country)).left.is_none().then_some(code)
}

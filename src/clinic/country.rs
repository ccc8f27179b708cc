//! The country of a column of numbers, where the column itself shows it.
//!
//! Pure.

use std::collections::BTreeMap;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::number::calling_code;
use super::ward::Ward;
use super::{Verdict, treated};
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
    columns: BTreeMap<usize, BTreeMap<i32, u64>>,
}

impl Census {
    /// Counts a row's numbers that tell their country by themselves.
    pub fn see(&mut self, columns: &Columns, row: &RawRow) {
        if row.cells.len() != columns.header().len() {
            return;
        }
        for field in Field::ALL.into_iter().filter(|field| Ward::of(*field) == Ward::Number) {
            let (Some(place), Some(text)) = (columns.place(field), columns.cell(row, field)) else {
                continue;
            };
            let mended = match treated(text, text, Ward::Number, None) {
                Some(Verdict::Mended { text, .. }) => Some(text),
                Some(Verdict::Left(_)) => None,
                None => Some(text.to_owned()),
            };
            if let Some(code) = mended.filter(|number| is_number(number)).and_then(|text| calling_code(&text))
            {
                *self.columns.entry(place).or_default().entry(code).or_default() += 1;
            }
        }
    }

    /// The country of which all numbers of the column are that tell one.
    pub fn evident(&self, place: usize) -> Option<Country> {
        let mut codes = self.columns.get(&place)?.iter();
        let ((code, count), None) = (codes.next()?, codes.next()) else { return None };
        Country::of_calling_code(*code, if *count > 1 { Proof::Numbers } else { Proof::OneNumber })
    }
}

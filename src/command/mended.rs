//! A sheet's rows with everything mended that can be, as the checks read them.

use super::sheet::SheetRows;
use crate::clinic::Clinic;
use crate::row::{RawRow, RowSource};
use crate::table::{Refusal, Sheet};

/// Reads a sheet's mended rows, as often as wished.
pub struct MendedRows<'a> {
    rows: SheetRows<'a>,
    clinic: &'a Clinic<'a>,
}

impl<'a> MendedRows<'a> {
    pub fn new(sheet: &'a Sheet, clinic: &'a Clinic<'a>) -> MendedRows<'a> {
        MendedRows { rows: SheetRows::new(sheet), clinic }
    }
}

impl RowSource for MendedRows<'_> {
    fn rewind(&mut self) -> Result<(), Refusal> {
        self.rows.rewind()
    }

    fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        let found = self.rows.read(row)?;
        if found {
            self.clinic.treat(row);
        }
        Ok(found)
    }
}

//! Which column of a file holds which field.
//!
//! Pure. Headers match without regard to case, with blanks, hyphens and underscores alike; unknown
//! columns are carried through.

use csv::StringRecord;

use crate::row::{Field, Kind, RawRow};

/// The columns of one file, by field.
#[derive(Debug, Clone)]
pub struct Columns {
    header: StringRecord,
}

/// What `--map HEADER=FIELD` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    pub header: String,
    pub field: Field,
}

impl Columns {
    /// Reads the header of a sheet of this kind; the error names the column and the mend.
    pub fn of(header: &StringRecord, _kind: Kind, _mappings: &[Mapping]) -> Result<Columns, String> {
        Ok(Columns { header: header.clone() })
    }

    /// The kind of sheet whose header this can only be.
    pub fn kind_of(_header: &StringRecord) -> Option<Kind> {
        None
    }

    /// The header as it came.
    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// The trimmed cell of a field; `None` where it is blank or the column is not there.
    pub fn cell<'a>(&self, _row: &'a RawRow, _field: Field) -> Option<&'a str> {
        None
    }

    /// Whether the file has a column for the field.
    pub fn has(&self, _field: Field) -> bool {
        false
    }

    /// The header text of the field's column, for messages; the field's own name where there is none.
    pub fn name(&self, _field: Field) -> &str {
        ""
    }

    /// The position of the field's column, from 0.
    pub fn place(&self, _field: Field) -> Option<usize> {
        None
    }
}

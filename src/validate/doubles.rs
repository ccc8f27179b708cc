//! The whole-file rule: who or what is named twice.
//!
//! Pure. The first reading keeps a fingerprint of each filled cell that may double, whatever the file's size; the
//! second one compares the texts of the rows that are suspected.
//! Each column is compared with itself: that a number goes from one user to another is no double.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::fingerprints::{Fingerprints, fingerprint};
use super::words::quoted;
use super::{Checker, Findings};
use crate::row::{Field, Kind, RowView};

/// Shows the fingerprints of a row's cells that may double.
pub(super) fn each_fingerprint(checker: &Checker, row: RowView<'_>, mut see: impl FnMut(u64)) {
    for (field, text) in keys(checker, row) {
        see(fingerprint(field, &text));
    }
}

/// The rows that may hold a double, as a spreadsheet counts them, in order.
#[derive(Debug)]
pub struct Suspects(Vec<u32>);

impl Suspects {
    /// Those of a stretch of the file.
    pub fn within(&self, rows: Range<u64>) -> &[u32] {
        let before = |end: u64| self.0.partition_point(|row| u64::from(*row) < end);
        &self.0[before(rows.start)..before(rows.end)]
    }

    pub fn contain(&self, source_row: u64) -> bool {
        u32::try_from(source_row).is_ok_and(|row| self.0.binary_search(&row).is_ok())
    }
}

/// The cells that a file holds twice.
#[derive(Debug)]
pub(super) struct Doubles {
    suspects: Arc<Suspects>,
    /// The first row of each text of the suspects.
    firsts: HashMap<(Field, String), u64>,
}

impl Doubles {
    /// Ends the first reading.
    pub(super) fn of(fingerprints: Fingerprints) -> Doubles {
        Doubles { suspects: Arc::new(Suspects(fingerprints.shared())), firsts: HashMap::new() }
    }

    pub(super) fn suspects(&self) -> Arc<Suspects> {
        Arc::clone(&self.suspects)
    }

    /// Takes a row of the second reading, in the order of the file; whether an earlier row holds one of its cells.
    pub(super) fn confirm(&mut self, checker: &Checker, row: RowView<'_>) -> bool {
        let mut doubled = false;
        for (field, text) in keys(checker, row) {
            let first = *self.firsts.entry((field, text.to_lowercase())).or_insert(row.source_row);
            doubled |= first < row.source_row;
        }
        doubled
    }

    /// Reports the cells of the row that an earlier row holds already.
    pub(super) fn report(&self, checker: &Checker, row: RowView<'_>, findings: &mut Findings) {
        if !self.suspects.contain(row.source_row) {
            return;
        }
        for (field, text) in keys(checker, row) {
            let first = self.firsts.get(&(field, text.to_lowercase()));
            if let Some(first) = first.filter(|first| **first < row.source_row) {
                let name = checker.columns().name(field);
                findings.problem(code(field), Some(field), || {
                    let text = quoted(&text);
                    format!(
                        "row {first} has the same {name}, {text}; keep one of the two, or correct the cell"
                    )
                });
            }
        }
    }
}

/// The fields of which no two rows may hold the same.
fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Onboard => &[Field::Email, Field::DeviceContactUri],
        Kind::Update => &[
            Field::UserId,
            Field::Email,
            Field::DeviceContactUri,
            Field::NewEmail,
            Field::NewDeviceContactUri,
        ],
        Kind::Offboard => &Field::IDENTITY,
        Kind::Restore => &[Field::UserId],
    }
}

fn code(field: Field) -> &'static str {
    match field {
        Field::UserId => "duplicate_user",
        Field::Email | Field::NewEmail => "duplicate_email",
        _ => "duplicate_phone",
    }
}

/// The filled cells that may double; a number as E.164, so that its national spelling is the same.
fn keys<'a>(checker: &'a Checker, row: RowView<'a>) -> impl Iterator<Item = (Field, Cow<'a, str>)> {
    let shaped = row.width() == checker.columns().header().len();
    let fields = if shaped { fields(checker.rules().kind) } else { &[] };
    fields.iter().filter_map(move |field| {
        let text = checker.columns().cell(row, *field)?;
        let is_number = matches!(field, Field::DeviceContactUri | Field::NewDeviceContactUri);
        let compared = if is_number { checker.phones.compared(text)? } else { Cow::Borrowed(text) };
        Some((*field, compared))
    })
}

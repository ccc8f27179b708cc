//! The whole-file rule: who or what is named twice.
//!
//! Pure. The first reading keeps eight bytes for each filled cell that may double, whatever the file's size.
//! Equal fingerprints are only a suspicion: the second reading compares the texts themselves.
//! Each column is compared with itself: that a number goes from one user to another is no double.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use super::words::quoted;
use super::{Checker, Findings, cells};
use crate::row::{Field, Kind, RawRow};

/// Finds the cells that a file holds twice, in two readings.
#[derive(Debug)]
pub struct Doubles {
    /// Of every cell seen at first, of those seen twice in the end.
    fingerprints: Vec<u64>,
    /// The first row, as a spreadsheet counts it, of each suspected text.
    firsts: HashMap<(Field, String), u64>,
}

impl Doubles {
    /// Makes room for a file of this many rows.
    pub fn new(rows: u64) -> Doubles {
        let cells = usize::try_from(rows).unwrap_or(0).min(1 << 24) * 2;
        Doubles { fingerprints: Vec::with_capacity(cells), firsts: HashMap::new() }
    }

    /// Takes a row of the first reading.
    pub fn see(&mut self, checker: &Checker, row: &RawRow) {
        for (field, text) in keys(checker, row) {
            self.fingerprints.push(fingerprint(field, &text));
        }
    }

    /// Ends the first reading; whether a second one is needed.
    pub fn suspects(&mut self) -> bool {
        self.fingerprints.sort_unstable();
        let mut suspects: Vec<u64> =
            self.fingerprints.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        suspects.dedup();
        self.fingerprints = suspects;
        !self.fingerprints.is_empty()
    }

    /// Takes a row of the second reading, in the order of the file; whether an earlier row holds one of its cells.
    pub fn confirm(&mut self, checker: &Checker, row: &RawRow) -> bool {
        let mut doubled = false;
        for (field, text) in keys(checker, row) {
            if self.is_suspected(field, &text) {
                let first = *self.firsts.entry((field, lower_case(&text))).or_insert(row.source_row);
                doubled |= first < row.source_row;
            }
        }
        doubled
    }

    /// Reports the cells of the row that an earlier row holds already.
    pub(super) fn report(&self, checker: &Checker, row: &RawRow, findings: &mut Findings) {
        if self.firsts.is_empty() {
            return;
        }
        for (field, text) in keys(checker, row) {
            if !self.is_suspected(field, &text) {
                continue;
            }
            let first = self.firsts.get(&(field, lower_case(&text)));
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

    fn is_suspected(&self, field: Field, text: &str) -> bool {
        self.fingerprints.binary_search(&fingerprint(field, text)).is_ok()
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
fn keys<'a>(checker: &'a Checker, row: &'a RawRow) -> impl Iterator<Item = (Field, Cow<'a, str>)> {
    let shaped = row.cells.len() == checker.columns().header().len();
    let fields = if shaped { fields(checker.rules().kind) } else { &[] };
    fields.iter().filter_map(move |field| {
        let text = checker.columns().cell(row, *field)?;
        let is_number =
            matches!(field, Field::DeviceContactUri | Field::NewDeviceContactUri) && !cells::is_sip(text);
        let number = is_number.then(|| checker.phones.number(text).ok()).flatten();
        Some((*field, number.unwrap_or(Cow::Borrowed(text))))
    })
}

/// The same number for texts that differ in letter case only.
fn fingerprint(field: Field, text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(field as u8);
    let mut lower = [0; 64];
    match lower.get_mut(..text.len()).filter(|_| text.is_ascii()) {
        Some(lower) => {
            lower.copy_from_slice(text.as_bytes());
            lower.make_ascii_lowercase();
            hasher.write(lower);
        }
        None => hasher.write(lower_case(text).as_bytes()),
    }
    hasher.finish()
}

fn lower_case(text: &str) -> String {
    text.to_lowercase()
}

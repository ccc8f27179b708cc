//! Which column of a file holds which field.
//!
//! Pure. Headers match without regard to case, with blanks, hyphens and underscores alike; unknown
//! columns are carried through. What `--map` says wins over a field's own name, and that over a synonym.

mod cell;
mod kind;
mod mapping;
mod names;
mod refused;

use csv::StringRecord;

use crate::row::{Field, Kind, RowView};
use crate::table::normalised;

pub use crate::table::{is_blank, trimmed, visible};
pub use mapping::Mapping;
pub(crate) use names::distance;

/// Columns without a use that are named.
const NAMED: usize = 8;

/// The columns of one file, by field.
#[derive(Debug, Clone)]
pub struct Columns {
    header: StringRecord,
    kind: Kind,
    /// By `Field as usize`.
    places: [Option<u32>; Field::ALL.len()],
    unused: Vec<usize>,
    secret: Vec<usize>,
    notes: Vec<String>,
}

impl Columns {
    /// Reads the header of a sheet of this kind; the error names the column and the mend.
    pub fn of(header: &StringRecord, kind: Kind, mappings: &[Mapping]) -> Result<Columns, String> {
        let names: Vec<String> = header.iter().map(normalised).collect();
        refused::same_name_twice(header, &names)?;
        let mut columns = Columns {
            header: header.clone(),
            kind,
            places: [None; Field::ALL.len()],
            unused: Vec::new(),
            secret: Vec::new(),
            notes: Vec::new(),
        };
        columns.take_mapped(&names, mappings)?;
        let noted = columns.take_named(&names);
        columns.take_synonyms(&names)?;
        columns.sort_out_the_rest(&names, &noted);
        refused::missing(&columns, &names)?;
        Ok(columns)
    }

    /// The kind of sheet whose header this can only be.
    pub fn kind_of(header: &StringRecord, mappings: &[Mapping]) -> Option<Kind> {
        kind::kind_of(header, mappings)
    }

    /// That a header may be of more than one kind of sheet, and the way out.
    pub fn unclear(header: &StringRecord) -> String {
        refused::unclear(header)
    }

    /// The kind of sheet that the columns are of.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The header as it came.
    pub fn header(&self) -> &StringRecord {
        &self.header
    }

    /// The trimmed cell of a field; `None` where it is blank or the column is not there.
    #[inline]
    pub fn cell<'a>(&self, row: impl Into<RowView<'a>>, field: Field) -> Option<&'a str> {
        row.into().cell(self.place(field)?).and_then(cell::bare)
    }

    /// Whether anything but blanks stands at this position of the row.
    pub fn is_filled(&self, row: RowView<'_>, place: usize) -> bool {
        row.cell(place).and_then(cell::bare).is_some()
    }

    /// Whether the file has a column for the field.
    pub fn has(&self, field: Field) -> bool {
        self.place(field).is_some()
    }

    /// The header text of the field's column, for messages; the field's own name where there is none.
    pub fn name(&self, field: Field) -> &str {
        self.place(field).and_then(|place| self.header.get(place)).map_or(field.name(), trimmed)
    }

    /// The position of the field's column, from 0.
    #[inline]
    pub fn place(&self, field: Field) -> Option<usize> {
        self.places[field as usize].map(|place| place as usize)
    }

    /// What was taken as what and what is not used, each with the option that says otherwise.
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// Whether the field of a mapping is in the column that it names.
    pub fn heeds(&self, mapping: &Mapping) -> bool {
        self.has(mapping.field) && normalised(self.name(mapping.field)) == normalised(&mapping.header)
    }

    /// The positions of columns that this kind of sheet has no use for, our own result and export columns aside.
    pub fn unused(&self) -> &[usize] {
        &self.unused
    }

    /// The positions of columns that may hold passwords, and so never reach a result file.
    pub fn secret(&self) -> &[usize] {
        &self.secret
    }

    fn take_mapped(&mut self, names: &[String], mappings: &[Mapping]) -> Result<(), String> {
        for mapping in mappings {
            let found = names.iter().position(|name| *name == normalised(&mapping.header));
            let fits = found.is_some() && self.kind.fields().contains(&mapping.field);
            if mapping.by_profile && (!fits || self.has(mapping.field)) {
                continue;
            }
            let Some(place) = found else {
                return Err(refused::mapped_header_missing(&self.header, mapping));
            };
            if !self.kind.fields().contains(&mapping.field) {
                return Err(refused::mapped_field_unused(self.kind, mapping));
            }
            match self.place(mapping.field) {
                Some(first) if first != place => {
                    return Err(refused::two_for_one(&self.header, first, place, mapping.field));
                }
                _ => self.places[mapping.field as usize] = Some(place as u32),
            }
        }
        Ok(())
    }

    /// Fields of other kinds of sheet are taken too, so that a password is known as one in any sheet. Returns the columns of
    /// which a note is made.
    fn take_named(&mut self, names: &[String]) -> Vec<usize> {
        let mut noted = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let Some(field) = Field::of_name(name) else { continue };
            if self.is_taken(place) {
                continue;
            }
            match self.place(field) {
                None => self.places[field as usize] = Some(place as u32),
                Some(mapped) => {
                    noted.push(place);
                    self.notes.push(format!(
                        "column {} is not used, since --map takes column {} as {}",
                        shown(&self.header, place),
                        shown(&self.header, mapped),
                        field.name()
                    ));
                }
            }
        }
        noted
    }

    fn take_synonyms(&mut self, names: &[String]) -> Result<(), String> {
        let settled = self.places;
        for (place, name) in names.iter().enumerate() {
            let Some(field) = names::field_called(name) else { continue };
            let known = settled[field as usize].is_some() || !self.kind.fields().contains(&field);
            if known || self.is_taken(place) {
                continue;
            }
            if let Some(first) = self.place(field) {
                return Err(refused::two_for_one(&self.header, first, place, field));
            }
            self.places[field as usize] = Some(place as u32);
            let shown = shown(&self.header, place);
            self.notes.push(format!("column {shown} is taken as {} (--map says otherwise)", field.name()));
        }
        Ok(())
    }

    /// `noted` are columns of which it is said already that they are not used.
    fn sort_out_the_rest(&mut self, names: &[String], noted: &[usize]) {
        let mut passed_over = Vec::new();
        let fed_back = names.iter().any(|name| names::is_fed_back(name));
        let used: Vec<usize> = self.kind.fields().iter().filter_map(|field| self.place(*field)).collect();
        for (place, name) in names.iter().enumerate() {
            if names::is_secret(name) || self.place(Field::SipPassword) == Some(place) {
                self.secret.push(place);
            }
            // In a sheet that we wrote such a column tells how users are; in any other somebody counts on it.
            let field = Field::of_name(name).filter(|field| *field != Field::UserId);
            let told = names::is_our_own(name) && (fed_back || field.is_none());
            if used.contains(&place) || told {
                continue;
            }
            self.unused.push(place);
            if noted.contains(&place) {
                continue;
            }
            let free: Vec<Field> =
                self.kind.fields().iter().copied().filter(|field| !self.has(*field)).collect();
            let shown = shown(&self.header, place);
            if let Some(field) = names::nearly(name, &free) {
                let header = trimmed(&self.header[place]);
                let field = field.name();
                self.notes.push(format!(
                    "column {shown} is not used; did you mean {field}? then give --map \"{header}={field}\""
                ));
            } else if !name.is_empty() {
                passed_over.push(shown);
            }
        }
        self.notes.extend(not_used(&passed_over));
    }

    fn is_taken(&self, place: usize) -> bool {
        self.places.contains(&Some(place as u32))
    }
}

/// The note on columns that nobody looks at; a few are named.
fn not_used(columns: &[String]) -> Option<String> {
    let named = columns[..NAMED.min(columns.len())].join(", ");
    match columns.len() {
        0 => None,
        1 => Some(format!("column {named} is not used")),
        many if many > NAMED => Some(format!("columns {named} and {} more are not used", many - NAMED)),
        _ => Some(format!("columns {named} are not used")),
    }
}

/// A column as a message shows it: `B "Surname"`.
pub(crate) fn shown(header: &StringRecord, place: usize) -> String {
    let name = trimmed(header.get(place).unwrap_or_default());
    format!("{} \"{}\"", letters(place), name.escape_debug())
}

/// The letters by which a spreadsheet calls a column, counted from 0: `A`, `Z`, `AA`.
pub fn letters(place: usize) -> String {
    let letter = char::from(b'A' + (place % 26) as u8);
    match place / 26 {
        0 => letter.to_string(),
        before => letters(before - 1) + &letter.to_string(),
    }
}

#[cfg(test)]
mod tests;

//! Why a header is refused, in words for the person who wrote it.
//!
//! Pure. Every message names the columns as a spreadsheet shows them, and the mend.

use crate::table::{normalised, trimmed};
use csv::StringRecord;

use super::{Columns, Mapping, names, shown};
use crate::row::{Field, Kind};

/// Refuses a header that says one thing twice; columns without a header may be many.
pub(super) fn same_name_twice(header: &StringRecord, names: &[String]) -> Result<(), String> {
    for (place, name) in names.iter().enumerate() {
        let first = names[..place].iter().position(|earlier| earlier == name && !name.is_empty());
        if let Some(first) = first {
            return Err(format!(
                "columns {} and {} have the same name; rename one of them or take it out",
                shown(header, first),
                shown(header, place)
            ));
        }
    }
    Ok(())
}

pub(super) fn two_for_one(header: &StringRecord, first: usize, second: usize, field: Field) -> String {
    let field = field.name();
    format!(
        "columns {} and {} both look like {field}; say which one is meant with --map \"{}={field}\", or take one out",
        shown(header, first),
        shown(header, second),
        trimmed(&header[first])
    )
}

pub(super) fn mapped_header_missing(header: &StringRecord, mapping: &Mapping) -> String {
    let (wanted, field) = (&mapping.header, mapping.field.name());
    format!("--map \"{wanted}={field}\" names a column that is not there; there are {}", found(header))
}

pub(super) fn mapped_field_unused(kind: Kind, mapping: &Mapping) -> String {
    let fields: Vec<&str> = kind.fields().iter().map(|field| field.name()).collect();
    format!(
        "--map \"{}={}\" names a field that {} does not use; it uses {}",
        mapping.header,
        mapping.field.name(),
        kind.word(),
        fields.join(", ")
    )
}

/// Refuses a sheet without the columns that its kind cannot do without.
pub(super) fn missing(columns: &Columns, names: &[String]) -> Result<(), String> {
    let kind = columns.kind;
    if kind == Kind::Restore && !columns.has(Field::UserId) {
        let ways = ways(columns, names, &[Field::UserId]);
        return Err(format!("the column user_id is missing; only ids name archived users{ways}"));
    }
    if kind != Kind::Onboard {
        return match Field::IDENTITY.iter().any(|field| columns.has(*field)) {
            true => Ok(()),
            false => Err(format!(
                "no column says whom a row means: one of user_id, email, device_contact_uri is needed{}",
                ways(columns, names, &Field::IDENTITY)
            )),
        };
    }
    let missing: Vec<Field> =
        [Field::FirstName, Field::LastName].into_iter().filter(|field| !columns.has(*field)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = match &missing[..] {
        [one] => format!("the column {} is missing", one.name()),
        _ => "the columns first_name and last_name are missing".to_owned(),
    };
    Err(what + &ways(columns, names, &missing))
}

/// More than one kind of sheet may have such a header.
pub(super) fn unclear(header: &StringRecord) -> String {
    let names: Vec<String> = header.iter().map(normalised).collect();
    format!(
        "the columns do not tell whether these people come, change or go (found: {}); say it with --as onboard, --as update \
         or --as offboard{}",
        found(header),
        full_name(&names)
    )
}

/// The hint at a column that holds more than one name.
fn full_name(names: &[String]) -> &'static str {
    match names.iter().any(|name| ["name", "full_name", "fullname", "employee_name"].contains(&name.as_str()))
    {
        true => "; a column with the full name must be split into first_name and last_name",
        false => "",
    }
}

/// What was found and the ways out, to follow what is missing.
fn ways(columns: &Columns, names: &[String], missing: &[Field]) -> String {
    let header = &columns.header;
    let mut text = format!(" (found: {})", found(header));
    let guess = names.iter().enumerate().find_map(|(place, name)| {
        let free = !columns.is_taken(place);
        names::nearly(name, missing).filter(|_| free).map(|field| (place, field))
    });
    let (example, field) = match guess {
        Some((place, field)) => {
            text += &format!("; did you mean column {} for {}?", shown(header, place), field.name());
            (trimmed(&header[place]), field.name())
        }
        None => ("HEADER", missing[0].name()),
    };
    text += full_name(names);
    if !Field::ALL.into_iter().any(|field| columns.has(field)) && guess.is_none() {
        text += "; line 1 must name the columns: take out a title above it, or put a line with the names of the \
                 columns above the first person";
    }
    let rename = match missing {
        [_, _] => "rename the columns that hold them",
        // Of several that would do, one is enough.
        _ => "rename the column that holds it",
    };
    let map = format!("give --map \"{example}={field}\"");
    text + &match columns.kind {
        Kind::Restore => format!("; {rename}, or {map}"),
        kind => format!("; {rename}, {map}, or begin with `callroster template {}`", kind.word()),
    }
}

/// The header in a message: not more of it than a person reads.
fn found(header: &StringRecord) -> String {
    let mut texts: Vec<String> =
        header.iter().take(20).map(|text| trimmed(text).escape_debug().to_string()).collect();
    if header.len() > 20 {
        texts.push(format!("and {} more", header.len() - 20));
    }
    if texts.iter().all(String::is_empty) { "nothing".into() } else { texts.join(", ") }
}

//! `NAME.secrets.csv`: generated SIP passwords for the people they belong to. It must be private.
//!
//! Passwords stand in it exactly as they are, unguarded, since they are copied by hand.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::results::csv_writer;
use super::{Privacy, Refusal, Sheet, SheetOptions, WholeFile};
use crate::row::RawRow;
use crate::secret::Secret;

/// The columns of the file.
pub const SECRET_COLUMNS: [&str; 6] =
    ["source_row", "first_name", "last_name", "email", "device_contact_uri", "sip_password"];

/// A generated password, and whose it is in the words of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretRow {
    pub source_row: u64,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub device_contact_uri: String,
    pub password: Secret,
}

impl SecretRow {
    /// Whether both are of the same person.
    pub fn is_of(&self, other: &SecretRow) -> bool {
        let person = |row: &SecretRow| {
            [&row.first_name, &row.last_name, &row.email, &row.device_contact_uri].map(String::clone)
        };
        person(self) == person(other)
    }
}

/// Writes the file as a whole, for its owner alone.
pub fn write_secrets(path: &Path, rows: &[SecretRow]) -> io::Result<()> {
    write_to(WholeFile::create(path, Privacy::Private)?, rows)?.commit()
}

fn write_to<W: Write>(out: W, rows: &[SecretRow]) -> io::Result<W> {
    let mut writer = csv_writer(out);
    writer.write_record(SECRET_COLUMNS)?;
    for row in rows {
        writer.write_record([
            row.source_row.to_string().as_str(),
            &row.first_name,
            &row.last_name,
            &row.email,
            &row.device_contact_uri,
            row.password.reveal(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// Reads the passwords by source row.
pub fn read_secrets(path: &Path) -> Result<BTreeMap<u64, SecretRow>, Refusal> {
    let damaged = |what: String| {
        Refusal(format!(
            "{}: {what}; bring the file back as it was written, or remove it to have new passwords set",
            path.display()
        ))
    };
    let options =
        SheetOptions { delimiter: Some(b','), encoding: Some("utf-8".into()), ..Default::default() };
    let sheet = Sheet::open_unhashed(path, &options)?;
    if sheet.header() != SECRET_COLUMNS.as_slice() {
        return Err(damaged("line 1 does not name the columns of generated passwords".into()));
    }
    let (mut rows, mut row, mut secrets) = (sheet.rows()?, RawRow::default(), BTreeMap::new());
    while rows.read(&mut row)? {
        let Some(secret) = secret_of(&row) else {
            return Err(damaged(format!("row {} is not as it was written", row.source_row)));
        };
        let source_row = secret.source_row;
        if secrets.insert(source_row, secret).is_some() {
            return Err(damaged(format!("row {source_row} is there twice")));
        }
    }
    Ok(secrets)
}

fn secret_of(row: &RawRow) -> Option<SecretRow> {
    let password = row.cells.get(5).filter(|cell| !cell.is_empty() && row.cells.len() == 6)?;
    let text = |place: usize| row.cells.get(place).unwrap_or_default().to_owned();
    Some(SecretRow {
        source_row: row.cells.get(0)?.parse().ok()?,
        first_name: text(1),
        last_name: text(2),
        email: text(3),
        device_contact_uri: text(4),
        password: Secret::new(password),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), bytes).expect("it can be written");
        file
    }

    #[test]
    fn passwords_come_back_by_row() {
        let rows = [(2, "=S3c\"ret,"), (7, "'+x Y9!")].map(|(source_row, text)| SecretRow {
            source_row,
            first_name: "Anna".into(),
            last_name: String::new(),
            email: String::new(),
            device_contact_uri: "+919845000001".into(),
            password: Secret::new(text),
        });
        let file = file(&write_to(Vec::new(), &rows).expect("memory"));
        let kept = read_secrets(file.path()).expect("it is as it was written");
        assert_eq!(kept.into_values().collect::<Vec<_>>(), rows);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let header = SECRET_COLUMNS.join(",");
        for (text, words) in [
            ("name\n2\n".to_string(), "line 1 does not name"),
            (format!("{header}\n2,Anna,,,S3cret!pass\n"), "row 2 is not as it was written"),
            (format!("{header}\nx,Anna,,,,S3cret!pass\n"), "row 2 is not as it was written"),
            (format!("{header}\n2,,,,,S3cret!pass\n2,,,,,S3cret!pass\n"), "row 2 is there twice"),
            (format!("{header}\n2,,,,,\"S3cret!pass\n"), "a quote opens on line 2"),
        ] {
            let refusal = read_secrets(file(text.as_bytes()).path()).expect_err(words);
            assert!(refusal.0.contains(words), "{refusal}");
            assert!(!refusal.0.contains("S3cret"), "{refusal}");
        }
    }
}

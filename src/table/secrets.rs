//! `NAME.secrets.csv`: generated SIP passwords for the people they belong to. It must be private.
//!
//! Passwords stand in it exactly as they are, unguarded, since they are copied by hand.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use csv::Writer;

use super::results::csv_writer;
use super::{Refusal, Sheet, SheetOptions};
use crate::row::RawRow;
use crate::secret::Secret;

/// The columns of the file.
pub const SECRET_COLUMNS: [&str; 6] =
    ["source_row", "first_name", "last_name", "email", "device_contact_uri", "sip_password"];

/// Whose password it is, in the words of the input.
#[derive(Debug, Clone, Copy, Default)]
pub struct WhoseSecret<'a> {
    pub source_row: u64,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a str,
    pub device_contact_uri: &'a str,
}

/// Writes generated passwords.
pub struct SecretsWriter<W: Write> {
    writer: Writer<W>,
}

impl<W: Write> SecretsWriter<W> {
    /// Writes the header.
    pub fn new(out: W) -> io::Result<SecretsWriter<W>> {
        let mut writer = csv_writer(out);
        writer.write_record(SECRET_COLUMNS)?;
        Ok(SecretsWriter { writer })
    }

    pub fn write(&mut self, whose: WhoseSecret<'_>, password: &Secret) -> io::Result<()> {
        Ok(self.writer.write_record([
            whose.source_row.to_string().as_str(),
            whose.first_name,
            whose.last_name,
            whose.email,
            whose.device_contact_uri,
            password.reveal(),
        ])?)
    }

    /// Hands the writer back when everything is in it.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(|error| error.into_error())
    }
}

/// Reads the passwords by source row.
pub fn read_secrets(path: &Path) -> Result<BTreeMap<u64, Secret>, Refusal> {
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
        let Some((source_row, password)) = secret_of(&row) else {
            return Err(damaged(format!("row {} is not as it was written", row.source_row)));
        };
        if secrets.insert(source_row, password).is_some() {
            return Err(damaged(format!("row {} is there twice", source_row)));
        }
    }
    Ok(secrets)
}

fn secret_of(row: &RawRow) -> Option<(u64, Secret)> {
    let password = row.cells.get(5).filter(|cell| !cell.is_empty() && row.cells.len() == 6)?;
    let source_row = row.cells.get(0)?.parse().ok()?;
    Some((source_row, Secret::new(password)))
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
        let mut writer = SecretsWriter::new(Vec::new()).expect("memory");
        let passwords = [(2, "=S3c\"ret,"), (7, "'+x Y9!")].map(|(row, text)| (row, Secret::new(text)));
        for (source_row, password) in &passwords {
            let whose = WhoseSecret { source_row: *source_row, first_name: "Anna", ..Default::default() };
            writer.write(whose, password).expect("memory");
        }
        let file = file(&writer.finish().expect("memory"));
        assert_eq!(read_secrets(file.path()), Ok(BTreeMap::from(passwords)));
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

//! The story of `template`: a sheet to begin with, as CSV or, by its name, as a workbook with lists to choose from.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::Failure;
use super::output::{fits_its_name, named_file, put_out};
use crate::cli::{ProviderName, TemplateArguments, vocabulary};
use crate::outcome::exit;
use crate::row::Kind;
use crate::table::{NamedForm, Privacy, WholeFile};
use crate::template::Template;

pub fn template(arguments: &TemplateArguments) -> Result<u8, Failure> {
    let vocabulary = vocabulary(ProviderName::parse(&arguments.provider)?, &arguments.dialect)?;
    let template = Template::new(Kind::from(arguments.kind), vocabulary);
    match named_file(arguments.output.as_deref()) {
        None => put_out(&template.csv())?,
        Some(path) => {
            fits_its_name("-o", Some(path), true)?;
            if is_filled(path, &template) {
                let there = path.display();
                let message =
                    format!("{there} is there and not empty; name another file, or take it away first");
                return Err(Failure::new(exit::USAGE, message));
            }
            let written = WholeFile::create(path, Privacy::Open).and_then(|mut file| {
                write(&template, path, &mut file)?;
                file.commit()
            });
            written.map_err(|error| Failure::disk(path.display(), error))?;
        }
    }
    Ok(exit::DONE)
}

/// Whether somebody's work would be lost: an untouched template, as CSV, may be written again.
fn is_filled(path: &Path, template: &Template) -> bool {
    fs::read(path).is_ok_and(|bytes| !bytes.is_empty() && bytes != template.csv().as_bytes())
}

fn write(template: &Template, path: &Path, file: &mut WholeFile) -> io::Result<()> {
    match NamedForm::is_workbook(path) {
        true => write_workbook(template, file),
        false => file.write_all(template.csv().as_bytes()),
    }
}

#[cfg(feature = "xlsx")]
fn write_workbook(template: &Template, file: &mut WholeFile) -> io::Result<()> {
    let mut workbook = crate::table::WorkbookWriter::new(template.kind().word(), template.header())?;
    for (column, words) in template.choices() {
        workbook.offer(u16::try_from(column).map_err(io::Error::other)?, &words)?;
    }
    for cells in template.rows() {
        workbook.write(cells.iter())?;
    }
    workbook.finish(file)
}

#[cfg(not(feature = "xlsx"))]
fn write_workbook(_template: &Template, _file: &mut WholeFile) -> io::Result<()> {
    Err(io::Error::other("this build of callroster knows no workbooks; name the file .csv"))
}

//! The mended copy while it is written, in the form that its name says.

use std::io::{self, Write};
use std::path::Path;

use csv::{StringRecord, Terminator, WriterBuilder};

#[cfg(feature = "xlsx")]
use crate::table::WorkbookWriter;
use crate::table::{Privacy, WholeFile};

/// A copy that appears whole or not at all.
pub enum Copy {
    Csv(Box<csv::Writer<WholeFile>>),
    #[cfg(feature = "xlsx")]
    Workbook(Box<WorkbookWriter>, WholeFile),
}

impl Copy {
    pub fn new(path: &Path, privacy: Privacy, header: &StringRecord) -> io::Result<Copy> {
        let file = WholeFile::create(path, privacy)?;
        #[cfg(feature = "xlsx")]
        if ending(path) == "xlsx" {
            let workbook = WorkbookWriter::new("mended", header)?;
            return Ok(Copy::Workbook(Box::new(workbook), file));
        }
        let mut writer = csv_writer(file);
        writer.write_record(header)?;
        Ok(Copy::Csv(Box::new(writer)))
    }

    pub fn write(&mut self, cells: &StringRecord) -> io::Result<()> {
        match self {
            Copy::Csv(writer) => Ok(writer.write_record(cells)?),
            #[cfg(feature = "xlsx")]
            Copy::Workbook(workbook, _) => workbook.write(cells),
        }
    }

    pub fn finish(self) -> io::Result<()> {
        match self {
            Copy::Csv(writer) => writer.into_inner().map_err(|error| error.into_error())?.commit(),
            #[cfg(feature = "xlsx")]
            Copy::Workbook(workbook, mut file) => {
                workbook.finish(&mut file)?;
                file.commit()
            }
        }
    }
}

/// A writer of CSV as RFC 4180 has it.
pub fn csv_writer<W: Write>(out: W) -> csv::Writer<W> {
    WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(out)
}

/// The ending of a file's name, in lower case.
pub fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

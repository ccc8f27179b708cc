//! The results as a workbook, for those who live in Excel: the same rows, as text cells.

use std::io;
use std::path::Path;

use super::{Privacy, RESULT_COLUMNS, WholeFile, WorkbookWriter, unguarded};

/// Writes the finished result file at `results` once more, as a workbook at `path`.
pub fn write_results_workbook(results: &Path, path: &Path) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(results)?;
    let mut rows = reader.records();
    let header = rows.next().transpose()?.unwrap_or_default();
    let own = header.len().saturating_sub(RESULT_COLUMNS.len());
    let mut workbook = WorkbookWriter::new("results", &header)?;
    for row in rows {
        let row = row?;
        // A text cell runs nothing, so the guard of the cells that we added is taken off again.
        let cells: Vec<_> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| if column < own { cell.into() } else { unguarded(cell) })
            .collect();
        workbook.write(cells.iter().map(|cell| &**cell))?;
    }
    let mut file = WholeFile::create(path, Privacy::Open)?;
    workbook.finish(&mut file)?;
    file.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::RawRow;
    use crate::table::{Sheet, SheetOptions};

    #[test]
    fn a_workbook_shows_what_the_file_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let (csv, xlsx) = (folder.path().join("r.csv"), folder.path().join("r.xlsx"));
        let header = format!("first_name,{}", RESULT_COLUMNS.join(","));
        let row = format!("'=Asha,2,failed,x,'=what{}", ",".repeat(RESULT_COLUMNS.len() - 4));
        std::fs::write(&csv, format!("{header}\r\n{row}\r\n")).expect("it can be written");
        write_results_workbook(&csv, &xlsx).expect("it can be written");
        let sheet = Sheet::open(&xlsx, &SheetOptions::default()).expect("it is a workbook");
        let (mut rows, mut row) = (sheet.rows().expect("it is a table"), RawRow::default());
        assert_eq!(rows.read(&mut row), Ok(true));
        let cells: Vec<&str> = row.cells.iter().take(5).collect();
        assert_eq!(cells, ["'=Asha", "2", "failed", "x", "=what"]);
    }
}

//! The ZIP file that most workbooks are: what kind it is, and that it does not burst when unpacked.

use std::io::{self, BufReader, Read, Seek};

use zip::ZipArchive;

use super::super::Refusal;
use super::super::source::{Source, SourceReader};

/// Bytes that a workbook may have when it is unpacked.
const LARGEST: u64 = 256 << 20;

/// What a ZIP file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Xlsx,
    Xlsb,
    Ods,
}

/// Finds out the kind; refuses what is no workbook or too large unpacked.
pub fn kind(source: &Source) -> Result<Kind, Refusal> {
    let mut archive = open(source)?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    let kind = match () {
        () if has("xl/workbook.bin") => Kind::Xlsb,
        () if archive.file_names().flatten().any(|name| name.starts_with("xl/")) => Kind::Xlsx,
        () if has("content.xml") => Kind::Ods,
        () => {
            let mend = "unpack it, or save the sheet as XLSX or CSV UTF-8";
            return Err(Refusal(format!("it is a ZIP file and no workbook that can be read; {mend}")));
        }
    };
    check_size(&mut archive, LARGEST)?;
    Ok(kind)
}

/// The text of one file in it.
pub fn text(source: &Source, name: &str) -> Result<String, Refusal> {
    let mut archive = open(source)?;
    let mut text = String::new();
    let file = archive.by_name(name).map_err(|error| damaged(&error.to_string()))?;
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| damaged(&error.to_string()))?;
    Ok(text)
}

/// A workbook that cannot be read.
pub fn damaged(why: &str) -> Refusal {
    Refusal(format!(
        "the workbook is damaged ({}); open it in a spreadsheet and save it anew, or as CSV UTF-8",
        why.trim_end_matches('.')
    ))
}

fn open(source: &Source) -> Result<ZipArchive<BufReader<SourceReader>>, Refusal> {
    ZipArchive::new(BufReader::new(source.reader())).map_err(|error| damaged(&error.to_string()))
}

/// What the archive says of its sizes may be wrong, so it is unpacked into nothing as well.
fn check_size<R: Read + Seek>(archive: &mut ZipArchive<R>, most: u64) -> Result<(), Refusal> {
    let mut left = most;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| damaged(&error.to_string()))?;
        if file.size() > left {
            return Err(too_large());
        }
        let unpacked = io::copy(&mut file.take(left + 1), &mut io::sink());
        let length = unpacked.map_err(|error| damaged(&error.to_string()))?;
        left = left.checked_sub(length).ok_or_else(too_large)?;
    }
    Ok(())
}

fn too_large() -> Refusal {
    let mend = "save only the sheet that is needed, as CSV UTF-8";
    Refusal(format!("the workbook is larger than {} MiB when unpacked; {mend}", LARGEST >> 20))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(sizes: &[usize]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (index, size) in sizes.iter().enumerate() {
            writer.start_file(index.to_string(), SimpleFileOptions::default()).expect("memory");
            writer.write_all(&vec![b'x'; *size]).expect("memory");
        }
        writer.finish().expect("memory").into_inner()
    }

    fn check(bytes: Vec<u8>, most: u64) -> Result<(), Refusal> {
        check_size(&mut ZipArchive::new(Cursor::new(bytes)).expect("an archive"), most)
    }

    #[test]
    fn all_files_together_count() {
        assert_eq!(check(archive(&[600, 400]), 1000), Ok(()));
        assert_eq!(check(archive(&[600, 401]), 1000), Err(too_large()));
    }

    #[test]
    fn a_size_that_is_not_true_helps_nothing() {
        let (said, lie) = (70_000_u32.to_le_bytes(), 7_u32.to_le_bytes());
        let mut bytes = archive(&[70_000]);
        for place in 0..bytes.len() - 4 {
            if bytes[place..place + 4] == said {
                bytes[place..place + 4].copy_from_slice(&lie);
            }
        }
        assert!(check(bytes, 60_000).is_err());
    }
}

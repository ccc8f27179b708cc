//! Names of the files that lie beside an input.
//!
//! Pure.

use std::path::{Path, PathBuf};

/// `staff.csv` and `results` make `staff.results.csv`, in the same folder.
///
/// Standard input (`-`) has no name of its own and is called `stdin`, in the current folder.
pub fn beside(input: &Path, what: &str) -> PathBuf {
    if input == Path::new("-") {
        return PathBuf::from(format!("stdin.{what}.csv"));
    }
    let mut name = input.file_stem().unwrap_or(input.as_os_str()).to_os_string();
    name.push(format!(".{what}.csv"));
    input.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_keeps_its_folder_and_loses_its_ending() {
        for (input, what, path) in [
            ("staff.csv", "results", "staff.results.csv"),
            ("in/2026.11/staff.xlsx", "failed", "in/2026.11/staff.failed.csv"),
            ("staff.failed.csv", "results", "staff.failed.results.csv"),
            ("staff", "secrets", "staff.secrets.csv"),
            ("/tmp/Anna's list.csv", "results", "/tmp/Anna's list.results.csv"),
            ("-", "results", "stdin.results.csv"),
        ] {
            assert_eq!(beside(Path::new(input), what), Path::new(path));
        }
    }
}

//! The story of `export`. (being written)

use super::Failure;
use crate::cli::{ExportArguments, Settings};

pub fn export(_arguments: &ExportArguments, _settings: &Settings) -> Result<u8, Failure> {
    Err(Failure::new(1, "being written"))
}

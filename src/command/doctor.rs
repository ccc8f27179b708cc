//! placeholder
use super::Failure;
use crate::cli::Settings;
pub fn doctor(_settings: &Settings) -> Result<u8, Failure> {
    Ok(0)
}

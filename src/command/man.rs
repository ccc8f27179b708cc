//! The story of `man`: the manual page as roff.

use super::Failure;
use super::output::put_out_bytes;
use crate::cli::manual;
use crate::outcome::exit;

pub fn man() -> Result<u8, Failure> {
    put_out_bytes(&manual())?;
    Ok(exit::DONE)
}

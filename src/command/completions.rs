//! The story of `completions`: what a shell needs to complete our words.

use super::Failure;
use super::output::put_out_bytes;
use crate::cli::{CompletionsArguments, completions_for};
use crate::outcome::exit;

pub fn completions(arguments: &CompletionsArguments) -> Result<u8, Failure> {
    put_out_bytes(&completions_for(arguments))?;
    Ok(exit::DONE)
}

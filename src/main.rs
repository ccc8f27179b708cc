//! Parse, run, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = callroster::cli::arguments_of();
    ExitCode::from(callroster::command::run(&arguments))
}

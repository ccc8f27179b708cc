//! The command line of commands about the account itself: its archive, its log, its health.

use std::path::PathBuf;

use clap::Args;

use super::arguments::{ProviderArguments, RunArguments, SheetArguments};

#[derive(Debug, Clone, Args)]
pub struct RestoreArguments {
    #[command(flatten)]
    pub sheet: SheetArguments,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Args)]
pub struct AuditArguments {
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not guard cells that a spreadsheet would run as a formula
    #[arg(long)]
    pub no_formula_guard: bool,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub provider: ProviderArguments,
}

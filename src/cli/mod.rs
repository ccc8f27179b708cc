//! What the user types. The only place that knows clap; below it there are [`Settings`]
//! and options, which say what is meant.

mod account_arguments;
mod arguments;
mod config;
mod credentials;
mod documents;
mod options;
mod settings;
mod sources;
mod typed;

pub use account_arguments::{AuditArguments, DoctorArguments, RestoreArguments};
pub use arguments::{
    Arguments, ColorArgument, CommandArguments, CompletionsArguments, ExplainArguments, ExportArguments,
    FormatArgument, LayoutArgument, ProgressArgument, ProviderArguments, ReportArguments, ResumeArguments,
    RunsArguments, ScreenArguments, SimulateArguments, TemplateArguments, arguments_of, command_line,
};
pub use credentials::Credentials;
pub use documents::{completions_for, manual};
pub use options::{Bound, ImportOptions, SheetChoice, ValidateOptions};
pub use settings::{ProviderChoice, ProviderName, ScreenSettings, Settings, vocabulary};
pub use sources::Sourced;
pub use typed::{Typed, TypedCheck};

/// What is wrong with the command line or the configuration; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

impl Usage {
    pub fn new(message: impl Into<String>) -> Usage {
        Usage(message.into())
    }
}

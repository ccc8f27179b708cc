//! The command line as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::account_arguments::{AuditArguments, DoctorArguments, RestoreArguments};

/// Onboard, update and offboard phone-system users from spreadsheets, exactly once, and export the roster to CSV.
#[derive(Debug, Parser)]
#[command(
    // On Windows the file is called callroster.exe.
    bin_name = "callroster",
    name = "callroster",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: CommandArguments,
}

#[derive(Debug, Subcommand)]
pub enum CommandArguments {
    /// Check a whole sheet and send nothing
    Validate(ValidateArguments),
    /// Create the users of a sheet and set their SIP passwords
    Onboard(OnboardArguments),
    /// Change names, e-mails, numbers, availability, SIP passwords and status
    Update(UpdateArguments),
    /// End the users of a sheet
    Offboard(OffboardArguments),
    /// Bring archived users back (Audian)
    Restore(RestoreArguments),
    /// Write the provider's own log of deletions as CSV (Audian)
    Audit(AuditArguments),
    /// Check configuration, credentials, reach, permissions and limits, with reads only
    Doctor(DoctorArguments),
    /// Write all users of the account as CSV
    Export(ExportArguments),
    /// Go on with a run that did not come to its end
    Resume(ResumeArguments),
    /// List the runs, or show one
    Runs(RunsArguments),
    /// Serve a simulated provider on this machine until interrupted
    Simulate(SimulateArguments),
    /// Write a sheet with its header and example rows
    Template(TemplateArguments),
    /// Make one HTML page of a run, to open, print or send
    Report(ReportArguments),
    /// Say what a code means and what to do, or list all codes
    Explain(ExplainArguments),
    /// Write what a shell needs to complete these words
    Completions(CompletionsArguments),
    /// Write the manual page
    Man,
}

/// Options of every command that talks to a provider.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Provider and pace")]
pub struct ProviderArguments {
    /// The phone system
    #[arg(long, env = "CALLROSTER_PROVIDER", hide_env_values = true, value_name = "NAME")]
    pub provider: Option<String>,
    /// Scheme, host, port and any path before /v2; overrides the region
    #[arg(long, env = "CALLROSTER_BASE_URL", hide_env_values = true, value_name = "URL")]
    pub base_url: Option<String>,
    /// Where the Exotel account lives: singapore or mumbai
    #[arg(long, env = "CALLROSTER_REGION", hide_env_values = true, value_name = "REGION")]
    pub region: Option<String>,
    /// The account: Exotel account sid, Audian account id
    #[arg(long, env = "CALLROSTER_ACCOUNT", hide_env_values = true, value_name = "ID")]
    pub account: Option<String>,
    /// The form of Audian's API: flat or kazoo
    #[arg(long, env = "CALLROSTER_DIALECT", hide_env_values = true, value_name = "DIALECT")]
    pub dialect: Option<String>,
    /// Use the built-in simulator, whose users are kept between runs
    #[arg(long)]
    pub simulate: bool,
    /// Use the built-in simulator with an empty account
    #[arg(long)]
    pub simulate_fresh: bool,
    /// Most calls in flight: a number, or auto
    #[arg(short, long, env = "CALLROSTER_CONCURRENCY", hide_env_values = true, value_name = "N|auto")]
    pub concurrency: Option<String>,
    /// Most calls in a time: 10/s, 50/min, or auto
    #[arg(long, env = "CALLROSTER_RATE", hide_env_values = true, value_name = "N/s|N/min|auto")]
    pub rate: Option<String>,
    /// Leave so much of the found limit to others
    #[arg(long, env = "CALLROSTER_HEADROOM", hide_env_values = true, value_name = "P%")]
    pub headroom: Option<String>,
    /// Seconds before a look-up after an unclear create
    #[arg(long, env = "CALLROSTER_SETTLE", hide_env_values = true, value_name = "SECONDS")]
    pub settle: Option<f64>,
    /// More tries after the first one [default: 5]
    #[arg(long, env = "CALLROSTER_RETRIES", hide_env_values = true, value_name = "N")]
    pub retries: Option<u32>,
    /// Seconds that a call may take [default: 30]
    #[arg(long, env = "CALLROSTER_TIMEOUT", hide_env_values = true, value_name = "SECONDS")]
    pub timeout: Option<f64>,
    #[command(flatten)]
    pub screen: ScreenArguments,
}

/// Options of the screen, of the configuration and of the state folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Screen and files")]
pub struct ScreenArguments {
    /// A table of the configuration file
    #[arg(short, long, env = "CALLROSTER_PROFILE", hide_env_values = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The configuration file, in place of callroster/config.toml in the configuration folder
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where runs, learned limits and simulated accounts are kept
    #[arg(long, env = "CALLROSTER_STATE_DIR", hide_env_values = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// How progress is shown on standard error
    #[arg(long, value_enum, value_name = "HOW", default_value = "auto")]
    pub progress: ProgressArgument,
    /// Show problems and errors only
    #[arg(short, long)]
    pub quiet: bool,
    /// Show every call, by row and never by person
    #[arg(short, long)]
    pub verbose: bool,
    /// Also write every call as a JSON line to a file
    #[arg(long, value_name = "FILE")]
    pub log_json: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: ColorArgument,
    /// Print the summary as one JSON object on standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressArgument {
    Auto,
    Bar,
    Plain,
    Json,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArgument {
    Auto,
    Always,
    Never,
}

/// Options of the input file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sheet")]
pub struct SheetArguments {
    /// The sheet; - for standard input
    #[arg(help_heading = "Arguments")]
    pub file: PathBuf,
    /// Country of national numbers, such as IN; without it only +… numbers pass
    #[arg(long, value_name = "CC")]
    pub default_country: Option<String>,
    /// The provider's newer rules for names are errors
    #[arg(long)]
    pub strict_names: bool,
    /// The character between cells: , ; tab |
    #[arg(long, value_name = "C")]
    pub delimiter: Option<String>,
    /// The file's character encoding, such as windows-1252
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// The sheet of a workbook
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// Take a column for a field, such as "Work phone=device_contact_uri"
    #[arg(long, value_name = "HEADER=FIELD")]
    pub map: Vec<String>,
    /// The result file [default: NAME.results.csv beside the input]
    #[arg(long, value_name = "FILE")]
    pub results: Option<PathBuf>,
    /// Do not guard cells that a spreadsheet would run as a formula
    #[arg(long)]
    pub no_formula_guard: bool,
}

/// Options of the commands that change users.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArguments {
    /// Do everything but the writing calls
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Answer every question with yes
    #[arg(short, long)]
    pub yes: bool,
    /// Never ask; a question is an error unless --yes is given
    #[arg(long)]
    pub no_input: bool,
    /// Send nothing when one row is invalid
    #[arg(long)]
    pub strict: bool,
    /// Start no further row after so many failed ones
    #[arg(long, value_name = "N|P%")]
    pub max_errors: Option<String>,
    /// The rows to mend and send again [default: NAME.failed.csv beside the input]
    #[arg(long, value_name = "FILE")]
    pub failed: Option<PathBuf>,
    /// Give up an unfinished run of the same file and begin another
    #[arg(long)]
    pub fresh: bool,
    /// Create rows without e-mail and number again, although an earlier run did
    #[arg(long)]
    pub again: bool,
    /// Send no invitation mail (Audian)
    #[arg(long)]
    pub no_invite: bool,
    /// Agree to charges that the provider asks for (Audian)
    #[arg(long)]
    pub accept_charges: bool,
}

#[derive(Debug, Clone, Args)]
pub struct ValidateArguments {
    /// What the sheet is for; may be left out where the header makes it clear
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub kind: Option<KindArgument>,
    #[command(flatten)]
    pub sheet: SheetArguments,
    /// How users go where a row does not say: delete, disable, archive, purge
    #[arg(long, value_name = "MODE")]
    pub mode: Option<String>,
    /// A blank sip_password is fine
    #[arg(long)]
    pub generate_sip_passwords: bool,
    /// Write a copy with all that can be mended without a guess, and list the changes beside it
    #[arg(long, requires = "output")]
    pub fix: bool,
    /// The mended copy, a .csv or .xlsx
    #[arg(short, long, value_name = "MENDED", requires = "fix")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArgument {
    Onboard,
    Update,
    Offboard,
}

#[derive(Debug, Clone, Args)]
pub struct OnboardArguments {
    #[command(flatten)]
    pub sheet: SheetArguments,
    #[command(flatten)]
    pub run: RunArguments,
    /// Make a password for each row whose sip_password is blank, kept in NAME.secrets.csv
    #[arg(long)]
    pub generate_sip_passwords: bool,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Args)]
pub struct UpdateArguments {
    #[command(flatten)]
    pub sheet: SheetArguments,
    #[command(flatten)]
    pub run: RunArguments,
    /// Make a password for each row whose sip_password is blank, kept in NAME.secrets.csv
    #[arg(long)]
    pub generate_sip_passwords: bool,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Args)]
pub struct OffboardArguments {
    #[command(flatten)]
    pub sheet: SheetArguments,
    #[command(flatten)]
    pub run: RunArguments,
    /// How users go where a row does not say: delete (final), disable, archive, purge
    #[arg(long, value_name = "MODE")]
    pub mode: Option<String>,
    /// Refuse when more users would go [default: 20% of the roster; up to 10 always may]
    #[arg(long, value_name = "N|P%")]
    pub max_delete: Option<String>,
    /// Why the users go (Audian)
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who gets the devices (Audian)
    #[arg(long, value_name = "USER")]
    pub reassign_to: Option<String>,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Args)]
pub struct ExportArguments {
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// One row a user, or one row a device
    #[arg(long, value_enum, default_value = "user", value_name = "LAYOUT")]
    pub layout: LayoutArgument,
    /// The columns to write, in order
    #[arg(long, value_delimiter = ',', value_name = "A,B,C")]
    pub columns: Vec<String>,
    /// Only users with these e-mails
    #[arg(long, value_delimiter = ',', value_name = "EMAIL")]
    pub email: Vec<String>,
    /// Only users with these numbers or SIP URIs
    #[arg(long, value_delimiter = ',', value_name = "URI")]
    pub contact_uri: Vec<String>,
    /// Only users with this role
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// The form of the file [default: by its name, else csv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<FormatArgument>,
    /// Do not guard cells that a spreadsheet would run as a formula
    #[arg(long)]
    pub no_formula_guard: bool,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LayoutArgument {
    User,
    Device,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    Csv,
    Jsonl,
    Xlsx,
}

#[derive(Debug, Clone, Args)]
pub struct ResumeArguments {
    /// The run; the newest unfinished one where it is left out
    pub run: Option<String>,
    /// Start no further row after so many failed ones, those of before counted [default: as the run began]
    #[arg(long, value_name = "N|P%")]
    pub max_errors: Option<String>,
    #[command(flatten)]
    pub provider: ProviderArguments,
}

#[derive(Debug, Clone, Args)]
pub struct RunsArguments {
    /// Show this run
    pub run: Option<String>,
    #[command(flatten)]
    pub screen: ScreenArguments,
}

#[derive(Debug, Clone, Args)]
pub struct SimulateArguments {
    /// The phone system to simulate
    #[arg(long, default_value = "exotel", value_name = "NAME")]
    pub provider: String,
    /// The loopback port [default: any free one]
    #[arg(long, default_value_t = 0, value_name = "N", hide_default_value = true)]
    pub port: u16,
    /// Made-up users that a new account begins with
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub users: usize,
    /// The account's limit: 50/min, 10/s, or off
    #[arg(long, default_value = "off", value_name = "N/min")]
    pub rate: String,
    /// How long every answer takes, in milliseconds
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub latency: u64,
    /// Let so many of the calls go wrong, such as 7:5%
    #[arg(long, value_name = "SEED:RATE")]
    pub faults: Option<String>,
    /// Keep the account in a file
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Set how the account behaves; an unknown NAME lists all
    #[arg(long, value_name = "NAME=VALUE")]
    pub switch: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub struct TemplateArguments {
    #[arg(value_enum)]
    pub kind: KindArgument,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The phone system whose words the examples use
    #[arg(
        long,
        env = "CALLROSTER_PROVIDER",
        hide_env_values = true,
        default_value = "exotel",
        value_name = "NAME"
    )]
    pub provider: String,
    /// The form of Audian's API: flat or kazoo
    #[arg(
        long,
        env = "CALLROSTER_DIALECT",
        hide_env_values = true,
        default_value = "flat",
        value_name = "DIALECT"
    )]
    pub dialect: String,
}

#[derive(Debug, Clone, Args)]
pub struct ReportArguments {
    /// The run, as `callroster runs` names it
    pub run: String,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show names, e-mails, numbers and messages in full
    #[arg(long)]
    pub show_personal: bool,
    #[command(flatten)]
    pub screen: ScreenArguments,
}

#[derive(Debug, Clone, Args)]
pub struct ExplainArguments {
    /// A code of a result file, such as phone_damaged or 1021; a kind of `validate --fix`, such as lost_plus; exit-8 for an exit code
    pub code: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct CompletionsArguments {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Reads the process's own command line; ends the process for help, version and errors, as clap does.
pub fn arguments_of() -> Arguments {
    Arguments::parse()
}

/// The definition of the command line, for completions and the man page.
pub fn command_line() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

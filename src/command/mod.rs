//! The commands, each a story in a file of its own.

mod audit;
mod completions;
mod connection;
mod doctor;
mod explain;
mod export;
mod failure;
mod fix;
mod import;
mod man;
mod mended;
mod output;
mod picture;
mod problems;
mod report;
mod resume;
mod runs;
mod sheet;
mod simulate;
mod survey;
mod template;
mod validate;

pub use connection::Connection;
pub use failure::Failure;
pub use survey::{glance_at, survey_sheet};

use crate::cli::{
    Arguments, CommandArguments, ImportOptions, ScreenArguments, ScreenSettings, Settings, ValidateOptions,
};
use crate::screen;

/// Carries out what was typed; returns the exit code.
pub fn run(arguments: &Arguments) -> u8 {
    dispatch(&arguments.command).unwrap_or_else(|failure| {
        screen::complain(&failure.message);
        failure.exit_code
    })
}

fn dispatch(command: &CommandArguments) -> Result<u8, Failure> {
    match command {
        CommandArguments::Validate(arguments) => {
            let settings = settings(&arguments.provider)?;
            validate::validate(ValidateOptions::of(arguments, &settings)?, &settings)
        }
        CommandArguments::Onboard(arguments) => {
            let settings = settings(&arguments.provider)?;
            import::import(&ImportOptions::onboard(arguments, &settings)?, &settings)
        }
        CommandArguments::Update(arguments) => {
            let settings = settings(&arguments.provider)?;
            import::import(&ImportOptions::update(arguments, &settings)?, &settings)
        }
        CommandArguments::Offboard(arguments) => {
            let settings = settings(&arguments.provider)?;
            import::import(&ImportOptions::offboard(arguments, &settings)?, &settings)
        }
        CommandArguments::Restore(arguments) => {
            let settings = settings(&arguments.provider)?;
            import::import(&ImportOptions::restore(arguments, &settings)?, &settings)
        }
        CommandArguments::Audit(arguments) => audit::audit(arguments, &settings(&arguments.provider)?),
        CommandArguments::Doctor(arguments) => doctor::doctor(&settings(&arguments.provider)?),
        CommandArguments::Export(arguments) => export::export(arguments, &settings(&arguments.provider)?),
        CommandArguments::Resume(arguments) => resume::resume(arguments),
        CommandArguments::Runs(arguments) => {
            runs::runs(arguments.run.as_deref(), &screen_settings(&arguments.screen)?)
        }
        CommandArguments::Simulate(arguments) => simulate::simulate(arguments),
        CommandArguments::Template(arguments) => template::template(arguments),
        CommandArguments::Report(arguments) => {
            report::report(arguments, &screen_settings(&arguments.screen)?)
        }
        CommandArguments::Explain(arguments) => explain::explain(arguments),
        CommandArguments::Completions(arguments) => completions::completions(arguments),
        CommandArguments::Man => man::man(),
    }
}

/// The settings of a command that speaks to no provider.
fn screen_settings(arguments: &ScreenArguments) -> Result<ScreenSettings, Failure> {
    let settings = ScreenSettings::of(arguments)?;
    screen::set_color(&settings);
    Ok(settings)
}

fn settings(arguments: &crate::cli::ProviderArguments) -> Result<Settings, Failure> {
    let settings = Settings::of(arguments)?;
    screen::set_color(&settings.screen);
    settings.notes().iter().for_each(|note| screen::note(&settings.screen, note));
    Ok(settings)
}

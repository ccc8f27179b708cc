//! What the commands that read a sheet are told.

use std::path::PathBuf;

use super::account_arguments::RestoreArguments;
use super::arguments::{
    KindArgument, OffboardArguments, OnboardArguments, RunArguments, SheetArguments, UpdateArguments,
    ValidateArguments,
};
use super::{Settings, TypedCheck, Usage};
use crate::columns::Mapping;
use crate::row::Kind;
use crate::table::{FormulaGuard, SheetOptions, known_encoding};
use crate::validate::Rules;

/// A sheet, and how it is to be read.
#[derive(Debug, Clone)]
pub struct SheetChoice {
    pub file: PathBuf,
    pub form: SheetOptions,
    pub mappings: Vec<Mapping>,
    pub results: Option<PathBuf>,
    pub formula_guard: FormulaGuard,
}

/// A run over a sheet.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    pub kind: Kind,
    pub sheet: SheetChoice,
    pub rules: Rules,
    pub failed: Option<PathBuf>,
    pub dry_run: bool,
    pub yes: bool,
    pub no_input: bool,
    pub strict: bool,
    pub max_errors: Option<Bound>,
    pub max_delete: Option<Bound>,
    pub fresh: bool,
    /// The run to go on with; no other may begin.
    pub resumes: Option<String>,
    pub again: bool,
    pub no_invite: bool,
    pub accept_charges: bool,
}

/// So many, or such a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    Count(u64),
    Percent(f64),
}

impl Bound {
    /// Reads `20` or `5%`.
    pub fn parse(option: &str, text: &str) -> Result<Bound, Usage> {
        let wrong = || {
            Usage::new(format!(
                "{option} `{text}` is no bound; write a number such as 20, or a share such as 5%"
            ))
        };
        match text.trim().strip_suffix('%') {
            None => text.trim().parse().map(Bound::Count).map_err(|_| wrong()),
            Some(share) => match share.trim().parse::<f64>() {
                Ok(share) if (0.0..=100.0).contains(&share) => Ok(Bound::Percent(share)),
                _ => Err(wrong()),
            },
        }
    }

    /// The number that it means of a whole.
    pub fn of(self, whole: u64) -> u64 {
        match self {
            Bound::Count(count) => count,
            Bound::Percent(share) => (whole as f64 * share / 100.0).floor() as u64,
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Count(count) => write!(formatter, "{count}"),
            Bound::Percent(share) => write!(formatter, "{share}%"),
        }
    }
}

impl ImportOptions {
    pub fn onboard(arguments: &OnboardArguments, settings: &Settings) -> Result<ImportOptions, Usage> {
        let mut options = ImportOptions::new(Kind::Onboard, &arguments.sheet, &arguments.run, &[], settings)?;
        if arguments.generate_sip_passwords && settings.vocabulary()?.is_audian() {
            return Err(Usage::new(
                "--generate-sip-passwords: Audian makes a user without a SIP device, so that there is nothing yet to set a \
                 password for; leave it out, and set passwords with `callroster update` once people have their devices",
            ));
        }
        options.rules.generate_sip_passwords = arguments.generate_sip_passwords;
        Ok(options)
    }

    pub fn update(arguments: &UpdateArguments, settings: &Settings) -> Result<ImportOptions, Usage> {
        let mut options = ImportOptions::new(Kind::Update, &arguments.sheet, &arguments.run, &[], settings)?;
        options.rules.generate_sip_passwords = arguments.generate_sip_passwords;
        Ok(options)
    }

    pub fn offboard(arguments: &OffboardArguments, settings: &Settings) -> Result<ImportOptions, Usage> {
        let (reason, reassign_to) = (&arguments.reason, &arguments.reassign_to);
        let audians = [("--reason", reason.is_some()), ("--reassign-to", reassign_to.is_some())];
        let mut options =
            ImportOptions::new(Kind::Offboard, &arguments.sheet, &arguments.run, &audians, settings)?;
        if let Some(mode) = &arguments.mode {
            options.rules.mode = settings.mode(mode)?;
        }
        let bound = |text: &String| Bound::parse("--max-delete", text);
        options.max_delete = arguments.max_delete.as_ref().map(bound).transpose()?;
        options.rules.reason.clone_from(reason);
        options.rules.reassign_to.clone_from(reassign_to);
        Ok(options)
    }

    pub fn restore(arguments: &RestoreArguments, settings: &Settings) -> Result<ImportOptions, Usage> {
        settings.needs_archive("restore")?;
        ImportOptions::new(Kind::Restore, &arguments.sheet, &arguments.run, &[], settings)
    }

    /// `audians` are the options of the command alone that only Audian knows, and whether each is given.
    fn new(
        kind: Kind,
        sheet: &SheetArguments,
        run: &RunArguments,
        audians: &[(&str, bool)],
        settings: &Settings,
    ) -> Result<ImportOptions, Usage> {
        let bound = |text: &String| Bound::parse("--max-errors", text);
        if !settings.vocabulary()?.is_audian() {
            refuse_audians(run, audians)?;
        }
        Ok(ImportOptions {
            kind,
            rules: rules(kind, sheet, settings)?,
            sheet: SheetChoice::of(sheet, settings)?,
            failed: run.failed.clone(),
            dry_run: run.dry_run,
            yes: run.yes,
            no_input: run.no_input,
            strict: run.strict,
            max_errors: run.max_errors.as_ref().map(bound).transpose()?,
            max_delete: None,
            fresh: run.fresh,
            resumes: None,
            again: run.again,
            no_invite: run.no_invite,
            accept_charges: run.accept_charges,
        })
    }
}

/// A check of a sheet.
#[derive(Debug, Clone)]
pub struct ValidateOptions {
    /// `None` where the header is to tell.
    pub kind: Option<Kind>,
    pub sheet: SheetChoice,
    /// For the kind that is meant; the kind inside is filled in later.
    pub rules: Rules,
    /// Where a mended copy goes, where one is wished.
    pub mended: Option<PathBuf>,
    /// For the commands that may come next.
    pub typed: TypedCheck,
}

impl ValidateOptions {
    pub fn of(arguments: &ValidateArguments, settings: &Settings) -> Result<ValidateOptions, Usage> {
        let kind = arguments.kind.map(Kind::from);
        let mut rules = rules(kind.unwrap_or(Kind::Onboard), &arguments.sheet, settings)?;
        if let Some(mode) = &arguments.mode {
            rules.mode = settings.mode(mode)?;
        }
        rules.generate_sip_passwords = arguments.generate_sip_passwords;
        let mended = arguments.output.clone().filter(|_| arguments.fix);
        Ok(ValidateOptions {
            kind,
            sheet: SheetChoice::of(&arguments.sheet, settings)?,
            rules,
            mended,
            typed: TypedCheck::of(arguments),
        })
    }
}

impl From<KindArgument> for Kind {
    fn from(kind: KindArgument) -> Kind {
        match kind {
            KindArgument::Onboard => Kind::Onboard,
            KindArgument::Update => Kind::Update,
            KindArgument::Offboard => Kind::Offboard,
        }
    }
}

impl SheetChoice {
    fn of(arguments: &SheetArguments, settings: &Settings) -> Result<SheetChoice, Usage> {
        let own = arguments
            .map
            .iter()
            .map(|text| Mapping::parse(text).map_err(|error| Usage::new(format!("--map: {error}"))));
        let mut mappings = own.collect::<Result<Vec<_>, _>>()?;
        mappings.extend(settings.mappings.iter().cloned());
        let encoding = arguments.encoding.as_deref().map(known_encoding);
        Ok(SheetChoice {
            file: arguments.file.clone(),
            form: SheetOptions {
                delimiter: arguments.delimiter.as_deref().map(delimiter).transpose()?,
                encoding: encoding.transpose().map_err(|unknown| Usage::new(unknown.0))?,
                sheet: arguments.sheet.clone(),
                attended: crate::screen::somebody_is_there(),
            },
            mappings,
            results: arguments.results.clone(),
            formula_guard: if arguments.no_formula_guard { FormulaGuard::Off } else { FormulaGuard::On },
        })
    }
}

/// What only Audian knows is not passed over at Exotel.
fn refuse_audians(run: &RunArguments, own: &[(&str, bool)]) -> Result<(), Usage> {
    let all = [
        ("--no-invite", run.no_invite, "Exotel always mails those who have an e-mail"),
        ("--accept-charges", run.accept_charges, "Exotel asks for no consent, so leave it out"),
    ];
    let own =
        own.iter().map(|(option, given)| (*option, *given, "Exotel has no place for it, so leave it out"));
    match all.into_iter().chain(own).find(|(_, given, _)| *given) {
        Some((option, _, why)) => Err(Usage::new(format!("{option} is Audian's; {why}"))),
        None => Ok(()),
    }
}

fn rules(kind: Kind, sheet: &SheetArguments, settings: &Settings) -> Result<Rules, Usage> {
    let country = sheet.default_country.as_ref().or(settings.default_country.as_ref());
    let known = |country: &String| {
        let no_country =
            || format!("--default-country `{country}` is no country; write its two letters, such as IN");
        crate::validate::known_country(country).ok_or_else(|| Usage::new(no_country()))
    };
    let country = country.map(known).transpose()?;
    let vocabulary = settings.vocabulary()?;
    Ok(Rules {
        kind,
        vocabulary,
        strict_names: sheet.strict_names,
        default_country: country,
        voip: settings.voip,
        mode: vocabulary.modes()[0],
        workbook: false,
        archive_supported: settings.archive_supported()?,
        reason: None,
        reassign_to: None,
        generate_sip_passwords: false,
    })
}

fn delimiter(text: &str) -> Result<u8, Usage> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte]
                if byte.is_ascii()
                    && !matches!(byte, b'"' | b'\r' | b'\n')
                    && !byte.is_ascii_alphanumeric() =>
            {
                Ok(*byte)
            }
            _ => Err(Usage::new(format!("--delimiter `{text}` is no single character; use , ; | or tab"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_numbers_or_shares() {
        let bound = |text| Bound::parse("--max-errors", text).map_err(|usage| usage.to_string());
        assert_eq!(bound("20"), Ok(Bound::Count(20)));
        assert_eq!(bound("5%").map(|bound| bound.of(229)), Ok(11));
        assert_eq!(bound("0").map(|bound| bound.of(229)), Ok(0));
        for wrong in ["", "-1", "101%", "x%", "5.5"] {
            assert!(bound(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_delimiter_is_one_character() {
        assert_eq!(delimiter("tab").ok(), Some(b'\t'));
        assert_eq!(delimiter(";").ok(), Some(b';'));
        for wrong in ["", ";;", "\"", "a", "\n", "é"] {
            assert!(delimiter(wrong).is_err(), "{wrong}");
        }
    }
}

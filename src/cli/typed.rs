//! The next command as it can be typed: what was said of folders, account and sheet is said again.
//!
//! What a variable says is left out, since the next command reads it too.

use std::path::{Path, PathBuf};

use super::arguments::{ProviderArguments, SheetArguments, ValidateArguments};
use crate::platform;
use crate::row::Kind;

/// Options that were typed and that the next command needs too, each with its value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Typed(Vec<String>);

impl Typed {
    /// What finds a run and its credentials again; the account itself stands in the run.
    pub fn of_run(account: &ProviderArguments) -> Typed {
        let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        Typed::default()
            .option("--profile", account.screen.profile.as_ref(), Some("CALLROSTER_PROFILE"))
            .option("--config", shown(&account.screen.config).as_ref(), None)
            .option("--state-dir", shown(&account.screen.state_dir).as_ref(), Some("CALLROSTER_STATE_DIR"))
    }

    /// What finds the account again.
    fn of_account(account: &ProviderArguments) -> Typed {
        Typed::default()
            .option("--provider", account.provider.as_ref(), Some("CALLROSTER_PROVIDER"))
            .option("--base-url", account.base_url.as_ref(), Some("CALLROSTER_BASE_URL"))
            .option("--region", account.region.as_ref(), Some("CALLROSTER_REGION"))
            .option("--account", account.account.as_ref(), Some("CALLROSTER_ACCOUNT"))
            .option("--dialect", account.dialect.as_ref(), Some("CALLROSTER_DIALECT"))
            .flag("--simulate", account.simulate)
            .flag("--simulate-fresh", account.simulate_fresh)
            .and(Typed::of_run(account))
    }

    /// How a file is to be read.
    fn of_form(sheet: &SheetArguments) -> Typed {
        Typed::default()
            .option("--delimiter", sheet.delimiter.as_ref(), None)
            .option("--encoding", sheet.encoding.as_ref(), None)
            .option("--sheet", sheet.sheet.as_ref(), None)
    }

    /// What is meant by its columns and cells.
    fn of_meaning(sheet: &SheetArguments) -> Typed {
        let maps =
            sheet.map.iter().fold(Typed::default(), |typed, map| typed.option("--map", Some(map), None));
        maps.option("--default-country", sheet.default_country.as_ref(), None)
            .flag("--strict-names", sheet.strict_names)
            .flag("--no-formula-guard", sheet.no_formula_guard)
    }

    fn option(mut self, option: &str, value: Option<&String>, variable: Option<&str>) -> Typed {
        if let Some(value) = typed(value, variable) {
            self.0.extend([option.to_owned(), platform::quoted(value)]);
        }
        self
    }

    fn flag(mut self, flag: &str, given: bool) -> Typed {
        self.0.extend(given.then(|| flag.to_owned()));
        self
    }

    fn and(mut self, more: Typed) -> Typed {
        self.0.extend(more.0);
        self
    }

    /// The command for it.
    pub fn command(&self, verb: &str, what: &str) -> String {
        // A name that begins with a hyphen would pass for an option.
        let what =
            if what.len() > 1 && what.starts_with('-') { format!("./{what}") } else { what.to_owned() };
        let what = what.as_str();
        let words = ["callroster", verb, &platform::quoted(what)].map(str::to_owned);
        [&words[..], &self.0].concat().join(" ")
    }
}

/// The value of an option that was typed, and not said by its variable.
pub(super) fn typed<'v>(value: Option<&'v String>, variable: Option<&str>) -> Option<&'v String> {
    let said = variable.and_then(|name| std::env::var(name).ok());
    value.filter(|value| said.as_ref() != Some(*value))
}

/// What was typed for a check of a sheet.
#[derive(Debug, Clone, Default)]
pub struct TypedCheck {
    kind: Typed,
    form: Typed,
    meaning: Typed,
    mode: Typed,
    passwords: Typed,
    account: Typed,
}

impl TypedCheck {
    pub fn of(arguments: &ValidateArguments) -> TypedCheck {
        let kind = arguments.kind.map(|kind| Kind::from(kind).word().to_owned());
        TypedCheck {
            kind: Typed::default().option("--as", kind.as_ref(), None),
            form: Typed::of_form(&arguments.sheet),
            meaning: Typed::of_meaning(&arguments.sheet),
            mode: Typed::default().option("--mode", arguments.mode.as_ref(), None),
            passwords: Typed::default().flag("--generate-sip-passwords", arguments.generate_sip_passwords),
            account: Typed::of_account(&arguments.provider),
        }
    }

    /// The command that sends the sheet, which may be a mended copy of ours.
    pub fn run(&self, kind: Kind, sheet: &Path, is_mended: bool) -> String {
        let own = if kind == Kind::Offboard { &self.mode } else { &self.passwords };
        self.of_sheet(is_mended).and(own.clone()).command(kind.word(), &sheet.display().to_string())
    }

    /// The command that mends the sheet into a copy, or without one checks such a copy.
    pub fn check(&self, sheet: &Path, copy: Option<&Path>) -> String {
        let copy = copy.map(|copy| copy.display().to_string());
        let kind = self.kind.clone();
        kind.flag("--fix", copy.is_some())
            .option("-o", copy.as_ref(), None)
            .and(self.of_sheet(copy.is_none()))
            .and(self.mode.clone())
            .and(self.passwords.clone())
            .command("validate", &sheet.display().to_string())
    }

    fn of_sheet(&self, is_mended: bool) -> Typed {
        let form = if is_mended { Typed::default() } else { self.form.clone() };
        form.and(self.meaning.clone()).and(self.account.clone())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Arguments, CommandArguments};

    fn check_of(words: &[&str]) -> TypedCheck {
        let all = ["callroster", "validate"].iter().chain(words);
        match Arguments::try_parse_from(all).expect("a command").command {
            CommandArguments::Validate(arguments) => TypedCheck::of(&arguments),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_said_is_said_again() {
        let words = [
            "a.csv",
            "--default-country",
            "IN",
            "--map",
            "Work phone=phone",
            "--simulate",
            "--mode",
            "disable",
        ];
        let check = check_of(
            &[&words[..], &["--delimiter", ";", "--json", "--results", "r.csv", "--as", "update"]].concat(),
        );
        let [map, delimiter, sheet] = ["Work phone=phone", ";", "my a.csv"].map(platform::quoted);
        let meaning = format!("--map {map} --default-country IN --simulate");
        assert_eq!(
            check.run(Kind::Onboard, Path::new("a.csv"), false),
            format!("callroster onboard a.csv --delimiter {delimiter} {meaning}")
        );
        assert_eq!(
            check.run(Kind::Offboard, Path::new("a.csv"), true),
            format!("callroster offboard a.csv {meaning} --mode disable")
        );
        assert_eq!(
            check.check(Path::new("my a.csv"), Some(Path::new("b.csv"))),
            format!(
                "callroster validate {sheet} --as update --fix -o b.csv --delimiter {delimiter} {meaning} --mode disable"
            )
        );
    }
}

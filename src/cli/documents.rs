//! What others read of our command line: shells, to complete it, and `man`.
//!
//! Made from the one definition of the command line, so that they cannot say anything else.

use std::collections::{BTreeMap, BTreeSet};

use clap_mangen::Man;

use super::arguments::{CompletionsArguments, command_line};
use crate::explain::{Source, all};

/// A script that completes our words in a shell.
pub fn completions_for(arguments: &CompletionsArguments) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command_line(), "callroster", &mut script);
    script
}

/// The manual page, all commands in one, as roff.
pub fn manual() -> Vec<u8> {
    let mut command = command_line().disable_help_subcommand(true);
    command.build();
    let man = Man::new(command.clone());
    let chapters: Vec<Chapter> = command.get_subcommands().map(Chapter::of).collect();
    let mut page = rendered(|out| man.render_title(out));
    page += &body(&rendered(|out| man.render_name_section(out)));
    page += ".SH SYNOPSIS\n\\fBcallroster\\fR COMMAND [OPTIONS]\n";
    page += &body(&rendered(|out| man.render_description_section(out)));
    chapters.iter().for_each(|chapter| page += &chapter.text(&chapters));
    page += &shared_options(&chapters);
    page += &environment(&command);
    page += &files();
    page += &exit_status();
    page.chars().map(sign).collect::<String>().into_bytes()
}

/// What is read from the environment: the variables of options, and those that are no options.
fn environment(command: &clap::Command) -> String {
    let options = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let named = options.filter_map(|option| {
        let variable = option.get_env()?.to_str()?.to_owned();
        Some((variable, format!("as \\fI\\-\\-{}\\fR, which wins.", option.get_long()?.replace('-', "\\-"))))
    });
    let named: BTreeMap<String, String> = named.collect();
    let own = [
        ("EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_ACCOUNT_SID", "the credentials of an Exotel account."),
        ("AUDIAN_API_KEY or AUDIAN_AUTH_TOKEN, AUDIAN_ACCOUNT_ID", "the credentials of an Audian account."),
        ("HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, NO_COLOR", "are obeyed."),
    ];
    let own = own.map(|(name, meaning)| (name.to_owned(), meaning.to_owned()));
    let entries =
        own.into_iter().chain(named).map(|(name, meaning)| format!(".TP\n\\fB{name}\\fR\n{meaning}\n"));
    ".SH ENVIRONMENT\n".to_owned() + &entries.collect::<String>()
}

fn files() -> String {
    let files = [
        ("callroster/config.toml", "in the configuration folder: profiles, for \\fB\\-\\-profile\\fR."),
        ("callroster/runs/", "in the state folder: a folder for each run, which a later one goes on with."),
        ("NAME.results.csv", "what came of every row of the sheet NAME."),
        ("NAME.failed.csv", "the rows to mend and send again; it may hold passwords."),
        ("NAME.secrets.csv", "passwords that were generated."),
    ];
    let entries = files.map(|(name, meaning)| format!(".TP\n\\fI{name}\\fR\n{meaning}\n"));
    ".SH FILES\n".to_owned() + &entries.concat()
}

/// A sign as every roff reads it.
fn sign(character: char) -> String {
    if character.is_ascii() { character.to_string() } else { format!("\\[u{:04X}]", u32::from(character)) }
}

/// One command: what it does, how it is typed, and its options.
struct Chapter {
    head: String,
    /// Each option with the heading that `--help` shows above it.
    options: Vec<(String, String)>,
}

impl Chapter {
    fn of(command: &clap::Command) -> Chapter {
        let mut command = command.clone().disable_help_flag(true);
        let usage = command.render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").replace('-', "\\-");
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let title = format!("callroster {}", command.get_name()).to_uppercase();
        let man = Man::new(command);
        let options = options_of(&body(&rendered(|out| man.render_options_section(out))));
        Chapter { head: format!(".SH \"{title}\"\n{about}.\n.PP\n\\fB{usage}\\fR\n"), options }
    }

    fn text(&self, chapters: &[Chapter]) -> String {
        let own = self.options.iter().filter(|(_, option)| !is_shared(option, chapters));
        self.head.clone() + &own.map(|(_, option)| option.as_str()).collect::<String>()
    }
}

/// Whether several commands have this option in the same words; it is told once, behind the commands.
fn is_shared(option: &str, chapters: &[Chapter]) -> bool {
    let has = |chapter: &&Chapter| chapter.options.iter().any(|(_, other)| other == option);
    chapters.iter().filter(has).count() > 2
}

fn shared_options(chapters: &[Chapter]) -> String {
    let (mut told, mut text, mut heading) = (BTreeSet::new(), String::new(), "");
    let mut all: Vec<&(String, String)> = chapters.iter().flat_map(|chapter| &chapter.options).collect();
    all.retain(|(_, option)| is_shared(option, chapters) && told.insert(option.as_str()));
    all.sort_by_key(|(title, _)| title.as_str());
    for (title, option) in all {
        if std::mem::replace(&mut heading, title) != title {
            let title = title.trim_matches('"').trim_start_matches("OPTIONS");
            text += &format!(".SH \"OPTIONS OF SEVERAL COMMANDS {title}\"\n");
        }
        text += option;
    }
    text
}

/// The options of rendered sections, each with the title of its section.
fn options_of(sections: &str) -> Vec<(String, String)> {
    let (mut options, mut title) = (Vec::<(String, String)>::new(), "");
    for line in sections.split_inclusive('\n') {
        match (line.strip_prefix(".SH "), options.last_mut()) {
            (Some(section), _) => title = section.trim_end(),
            (None, _) if line == ".TP\n" => options.push((title.to_string(), line.to_string())),
            (None, Some((_, option))) => option.push_str(line),
            (None, None) => {}
        }
    }
    options
}

/// What was rendered without the definition that stands before every part.
fn body(part: &str) -> String {
    part.split_inclusive('\n').filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el ")).collect()
}

fn exit_status() -> String {
    let mut text = String::from(".SH \"EXIT STATUS\"\n");
    for explanation in all().filter(|explanation| explanation.source == Source::Exit) {
        let code = explanation.code.trim_start_matches("exit-");
        text += &format!(".TP\n\\fB{code}\\fR\n{}\n", explanation.meaning.replace('-', "\\-"));
    }
    text
}

fn rendered(render: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut page = Vec::new();
    render(&mut page).expect("memory can be written");
    String::from_utf8(page).expect("roff of text is text")
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn the_manual_has_every_command_and_every_option_once() {
        let page = String::from_utf8(manual()).expect("it is text");
        assert!(page.is_ascii() && page.contains("+\\[u2026] numbers"), "{page}");
        for words in ["CALLROSTER ONBOARD", "CALLROSTER EXPORT", "EXIT STATUS"] {
            assert!(page.contains(&format!(".SH \"{words}\"")), "{words}");
        }
        for words in [".SH ENVIRONMENT", "\\fBCALLROSTER_RATE\\fR", "EXOTEL_API_KEY", ".SH FILES"] {
            assert!(page.contains(words), "{words}");
        }
        for option in ["max\\-delete", "concurrency", "state\\-dir", "default\\-country"] {
            assert_eq!(page.matches(&format!("\\fB\\-\\-{option}\\fR")).count(), 1, "{option}");
        }
    }

    #[test]
    fn every_shell_gets_its_script() {
        for shell in clap_complete::Shell::value_variants() {
            let script = completions_for(&CompletionsArguments { shell: *shell });
            let script = String::from_utf8(script).expect("it is text");
            assert!(script.contains("callroster") && script.contains("max-delete"), "{shell}");
        }
    }
}

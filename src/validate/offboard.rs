//! A row of an offboard sheet: whom it names and how that user goes.
//!
//! Pure. What the row does not say, the options of the run say.

use super::Vocabulary;
use super::cells::{Cells, Who};
use super::words::quoted;
use crate::row::{Field, Mode, Offboarding};

pub(super) struct Draft<'a> {
    who: Who<'a>,
    vocabulary: Vocabulary,
    mode: Mode,
    reason: Option<&'a str>,
    reassign_to: Option<&'a str>,
    devices: Option<&'a str>,
}

pub(super) fn draft<'a>(cells: &mut Cells<'a, '_>) -> Draft<'a> {
    let rules = cells.checker.rules();
    let who = cells.who();
    let mode = mode(cells);
    Draft {
        who,
        vocabulary: rules.vocabulary,
        mode: mode.unwrap_or(rules.mode),
        reason: cells.label(Field::Reason).or(rules.reason.as_deref()),
        reassign_to: heir(cells).or(rules.reassign_to.as_deref()),
        devices: devices(cells, mode),
    }
}

/// The mode of the row, else of the run; `None` where the provider has no such mode.
fn mode(cells: &mut Cells<'_, '_>) -> Option<Mode> {
    let rules = cells.checker.rules();
    let text = cells.text(Field::Mode);
    let mode = text.map_or(Some(rules.mode), Mode::of_word);
    let offered = rules.modes();
    if let Some(mode) = mode.filter(|mode| offered.contains(mode)) {
        return Some(mode);
    }
    let words: Vec<&str> = offered.iter().map(|mode| mode.word()).collect();
    let shown = quoted(text.unwrap_or(rules.mode.word()));
    let provider = rules.vocabulary.provider();
    let message = match mode {
        Some(_) if rules.vocabulary.is_audian() => format!(
            "this account cannot {shown} a user: a plain Kazoo keeps no archive and would delete for good; it has {} only",
            words.join(" and ")
        ),
        Some(_) => format!("{provider} cannot {shown} a user; it has {} only", words.join(" and ")),
        None => format!("{shown} is not a mode; write one of {}", words.join(", ")),
    };
    cells.problem("mode_invalid", Field::Mode, || message);
    None
}

/// The heir of the devices, by user id or by e-mail.
fn heir<'a>(cells: &mut Cells<'a, '_>) -> Option<&'a str> {
    let text = cells.text(Field::ReassignTo)?;
    if text.contains('@') { cells.email(Field::ReassignTo) } else { cells.id(Field::ReassignTo) }
}

/// The cell with device ids. Exotel lets devices go with their user, so a choice is only for those it disables.
fn devices<'a>(cells: &mut Cells<'a, '_>, mode: Option<Mode>) -> Option<&'a str> {
    let text = cells.text(Field::Devices)?;
    if cells.checker.rules().vocabulary == Vocabulary::Exotel && mode == Some(Mode::Delete) {
        cells.unsupported(
            Field::Devices,
            "a deleted user's devices go too; clear the cell, or write mode disable",
        );
    } else if let Some(wrong) = ids(text).find(|id| !super::words::is_id(id)) {
        cells.problem("identity_missing", Field::Devices, || {
            format!("{} cannot be a device id; write ids with ; between", quoted(wrong))
        });
    }
    Some(text)
}

fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|id| !id.is_empty())
}

impl Draft<'_> {
    pub(super) fn into_request(self) -> Offboarding {
        Offboarding {
            who: self.who.into_identity(),
            vocabulary: self.vocabulary,
            mode: self.mode,
            reason: self.reason.map(str::to_owned),
            reassign_to: self.reassign_to.map(str::to_owned),
            devices: self.devices.map(|text| ids(text).map(str::to_owned).collect()).unwrap_or_default(),
        }
    }
}

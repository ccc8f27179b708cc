//! What earlier runs on this account did: whom they ended, and whom they made that nothing else can tell.

use std::collections::{HashMap, HashSet, VecDeque};

use super::History;
use crate::journal::{Event, Header};
use crate::outcome::{RowOutcome, Status, StepWord};
use crate::plan::Look;
use crate::roster::User;

/// What is asked of earlier runs.
#[derive(Debug, Default)]
pub struct Wanted {
    /// User ids, e-mails and addresses of leavers who are not in the roster, in lower case.
    pub leavers: HashSet<String>,
    /// Keyed hashes of wished users without e-mail and number.
    pub contents: HashSet<String>,
}

/// The answers.
#[derive(Debug, Default)]
pub struct Earlier {
    gone: HashMap<String, Look>,
    /// Those of them of whom nothing is left, archived data included.
    gone_for_good: HashMap<String, Look>,
    /// Ids of users who were deleted, whatever named them.
    deleted: HashSet<String>,
    made: HashMap<String, VecDeque<Look>>,
    /// A run that could not be read as a whole, and may have made anybody.
    unread: Option<String>,
}

impl Earlier {
    /// How a leaver went, by one of the names that the row gives.
    pub fn gone(&self, name: &str) -> Option<&Look> {
        self.gone.get(&name.to_lowercase())
    }

    /// How a leaver went of whom no archived data are left.
    pub fn gone_for_good(&self, name: &str) -> Option<&Look> {
        self.gone_for_good.get(&name.to_lowercase())
    }

    /// The next user who was made of this content by the newest run that made one who was not deleted since, or else
    /// the next whose making is in doubt; each answers for one row. Whoever is left may be of the run that cannot be read.
    pub fn take_made(&mut self, content: &str) -> Option<Look> {
        let unread = || self.unread.clone().map(|run| Look::UnreadBefore { run });
        let Some(looks) = self.made.get_mut(content) else { return unread() };
        looks.retain(
            |look| !matches!(look, Look::CreatedBefore { user_id, .. } if self.deleted.contains(user_id)),
        );
        let newest = looks.iter().filter_map(maker).max().map(str::to_owned);
        let certain = looks.iter().position(|look| newest.is_some() && maker(look) == newest.as_deref());
        looks.remove(certain.unwrap_or_default()).or_else(unread)
    }
}

/// The run that made the user for certain; the ids of runs sort by time.
fn maker(look: &Look) -> Option<&str> {
    match look {
        Look::CreatedBefore { run, .. } => Some(run),
        _ => None,
    }
}

impl History {
    /// Reads the journals of all earlier runs on the account of `current`, if anything is wanted.
    pub fn earlier(&self, current: &Header, wanted: &Wanted) -> Earlier {
        let mut earlier = Earlier::default();
        if wanted.leavers.is_empty() && wanted.contents.is_empty() {
            return earlier;
        }
        let mut reading = Reading::default();
        let unread = self.each_event(current, &current.run_id, |header, event| {
            reading.take(header, event, wanted, &mut earlier);
        });
        reading.close(&mut earlier);
        earlier.unread = unread;
        earlier
    }
}

/// What is open while one journal is read.
#[derive(Debug, Default)]
struct Reading {
    run: String,
    leavers: HashMap<u32, User>,
    /// Content by row, of rows that are not known to have had no effect.
    sent: HashMap<u32, String>,
}

impl Reading {
    fn take(&mut self, header: &Header, event: &Event, wanted: &Wanted, earlier: &mut Earlier) {
        match event {
            Event::Run(_) => {
                self.close(earlier);
                self.run.clone_from(&header.run_id);
            }
            Event::Looked { row, look } if header.command == "offboard" => {
                let meant = |user: &&User| names(user).any(|name| wanted.leavers.contains(&name));
                self.leavers.extend(look.user().filter(meant).map(|user| (*row, user.clone())));
            }
            Event::Intent { row, content: Some(content), .. } if wanted.contents.contains(content) => {
                self.sent.insert(*row, content.clone());
            }
            Event::NoEffect { row, .. } => {
                self.sent.remove(row);
            }
            Event::Done { row, user_id, .. } if !user_id.is_empty() => {
                if let Some(content) = self.sent.remove(row) {
                    let look = Look::CreatedBefore { user_id: user_id.clone(), run: self.run.clone() };
                    earlier.made.entry(content).or_default().push_back(look);
                }
            }
            Event::Ended { row, outcome } if ends_user(outcome) => {
                if outcome.status != Status::Archived && !wanted.contents.is_empty() {
                    earlier.deleted.insert(outcome.user_id.clone());
                }
                let Some(user) = self.leavers.remove(row) else { return };
                let archived = outcome.status == Status::Archived;
                let look = Look::GoneBefore { user_id: user.id.clone(), run: self.run.clone(), archived };
                if !archived {
                    earlier.gone_for_good.extend(names(&user).map(|name| (name, look.clone())));
                }
                earlier.gone.extend(names(&user).map(|name| (name, look.clone())));
            }
            _ => {}
        }
    }

    /// The end of a journal: what was sent without an answer is in doubt for ever.
    fn close(&mut self, earlier: &mut Earlier) {
        let mut rows: Vec<(u32, String)> = self.sent.drain().collect();
        rows.sort_unstable();
        for (_, content) in rows {
            earlier.made.entry(content).or_default().push_back(Look::UnknownBefore { run: self.run.clone() });
        }
        self.leavers.clear();
    }
}

/// Whether the row's user left by it, be it without the devices reaching their heir.
fn ends_user(outcome: &RowOutcome) -> bool {
    let partly = outcome.status == Status::Partial && outcome.steps_done.contains(&StepWord::Delete);
    partly || matches!(outcome.status, Status::Deleted | Status::Purged | Status::Archived)
}

/// All the names that a row may give a user.
fn names(user: &User) -> impl Iterator<Item = String> + '_ {
    let own = [user.id.as_str(), &user.email, &user.phone].into_iter();
    let contacts = user.own_devices().map(|device| device.contact_uri.as_str());
    own.chain(contacts).filter(|name| !name.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_run_answers_for_a_row_and_nobody_who_was_deleted() {
        let made =
            |user_id: &str, run: &str| Look::CreatedBefore { user_id: user_id.into(), run: run.into() };
        let doubt = Look::UnknownBefore { run: "r0".into() };
        let looks = [doubt.clone(), made("a", "r1"), made("b", "r2"), made("c", "r2"), made("d", "r3")];
        let mut earlier = Earlier { made: HashMap::from([("x".into(), looks.into())]), ..Earlier::default() };
        earlier.deleted.insert("d".into());
        let taken: Vec<_> = std::iter::from_fn(|| earlier.take_made("x")).collect();
        assert_eq!(taken, [made("b", "r2"), made("c", "r2"), made("a", "r1"), doubt]);
        assert_eq!(earlier.take_made("y"), None);
    }
}

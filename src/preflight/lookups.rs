//! Look-ups by e-mail, number or SIP address, many in a call, and those that the provider fails at.

use std::collections::HashMap;

use futures::stream::{self, StreamExt, TryStreamExt};

use super::Preflight;
use crate::provider::{Call, Filter, Listing, OddRows, Offsets, Unreadable};
use crate::roster::User;
use crate::runner::Broken;

/// The code of a row whose user the provider was asked for in vain.
pub(super) const UNREAD: &str = "bad_response";

/// What look-ups by value found.
#[derive(Debug, Default)]
pub(super) struct Matches {
    pub users: Vec<User>,
    pub untold: Untold,
}

/// Values, in lower case, of which nobody knows whose they are, with what the provider shows instead.
#[derive(Debug, Default)]
pub(super) struct Untold(HashMap<String, String>);

/// One walk over a list.
struct Listed {
    users: Vec<User>,
    /// What stands in the list in place of somebody.
    odd: Option<Unreadable>,
}

impl Matches {
    pub fn all(users: Vec<User>) -> Matches {
        Matches { users, ..Matches::default() }
    }
}

impl Untold {
    /// Why nobody knows whether somebody has the value.
    pub fn why(&self, value: Option<&str>) -> Option<String> {
        let value = value?;
        let problem = self.0.get(&value.to_lowercase())?;
        Some(format!(
            "the provider was asked who has {value}, and its answer cannot be read: {problem}; nothing was sent; send the row again \
             later, and ask the provider if that does not help"
        ))
    }
}

impl Preflight<'_> {
    /// All users who have one of the e-mails.
    pub(super) async fn with_emails(&self, emails: Vec<String>) -> Result<Matches, Broken> {
        self.matching(Filter::by_emails(emails, self.caller.provider().facts())).await
    }

    /// All users who have one of the numbers or SIP addresses.
    pub(super) async fn with_contacts(&self, contacts: Vec<String>) -> Result<Matches, Broken> {
        self.matching(Filter::by_contacts(contacts, self.caller.provider().facts())).await
    }

    /// Somebody whom a list shows in a form that cannot be read may be anybody who was asked for and not shown, so those are
    /// asked for one by one then.
    async fn matching(&self, filters: Vec<Filter>) -> Result<Matches, Broken> {
        let mut matches = Matches::default();
        for filter in filters {
            let Listed { users, odd } = self.listed(&filter, OddRows::BesideOthers).await?;
            // Whoever was shown need not be asked for again.
            let shown = |value: &String| {
                users.iter().any(|user| user.email.eq_ignore_ascii_case(value) || user.may_answer_to(value))
            };
            let mut missing = if odd.is_some() { filter.one_by_one() } else { Vec::new() };
            missing.retain(|alone| !alone.values().iter().any(shown));
            matches.users.extend(users);
            let each = stream::iter(missing).map(async |alone| {
                let listed = self.listed_again(&alone).await?;
                Ok::<_, Broken>((alone, listed))
            });
            let mut each = each.buffered(self.caller.most());
            while let Some((alone, Listed { users, odd })) = each.try_next().await? {
                matches.users.extend(users);
                if let Some(Unreadable { problem, .. }) = odd {
                    let values = alone.values().iter().map(|value| (value.to_lowercase(), problem.clone()));
                    matches.untold.0.extend(values);
                }
            }
        }
        Ok(matches)
    }

    /// Asks once more, and again while somebody cannot be read, as often as a failing read is tried.
    async fn listed_again(&self, filter: &Filter) -> Result<Listed, Broken> {
        for wait in self.caller.patience() {
            let listed = self.listed(filter, OddRows::Any).await?;
            if listed.odd.is_none() {
                return Ok(listed);
            }
            self.caller.rest(wait).await?;
        }
        self.listed(filter, OddRows::Any).await
    }

    async fn listed(&self, filter: &Filter, odd_rows: OddRows) -> Result<Listed, Broken> {
        let mut listed = Listed { users: Vec::new(), odd: None };
        let mut offsets = Offsets::default();
        loop {
            let listing = Listing { odd_rows, ..self.listing(filter.clone(), offsets.offset()) };
            let mut page = self.read(&Call::List(listing)).await?.page();
            listed.odd = listed.odd.or(page.unreadable.first().cloned());
            let is_last = offsets.take(&mut page);
            listed.users.append(&mut page.users);
            if is_last {
                return Ok(listed);
            }
        }
    }
}

//! A walk over the roster: how many users there are, and those who are wanted by id, or all.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use futures::stream::{self, StreamExt};
use tokio::sync::OnceCell;

use super::Preflight;
use super::directory::Directory;
use super::leavers::Heir;
use crate::provider::{Filter, Page};
use crate::roster::User;
use crate::runner::Broken;

/// What a walk brought.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Users in the roster, where it is known.
    pub total: Option<u64>,
    /// The wanted users who were seen.
    pub users: HashMap<String, User>,
    /// Who was wanted.
    pub wanted: HashSet<String>,
    /// The whole roster was seen while it did not move: who was not seen is not there.
    pub whole: bool,
    /// Who is meant by the rows, at a provider whose roster is walked over once.
    pub directory: Option<Directory>,
    /// Who is archived by the provider's log, once somebody asked.
    pub archived: OnceCell<Option<HashSet<String>>>,
    /// The heirs whom rows have named so far: many leavers may share one.
    pub heirs: RefCell<HashMap<String, Rc<OnceCell<Heir>>>>,
}

impl Preflight<'_> {
    /// Reads the first page, and all others where that costs less than a read for each wanted user.
    pub(super) async fn walk(&self, wanted: HashSet<String>, count: bool) -> Result<Walk, Broken> {
        let first = self.page(Filter::All, 0).await?;
        let mut walk = Walk { total: first.total, wanted, ..Walk::default() };
        let mut seen = Seen::default();
        let step = first.length();
        let total = first.total;
        walk.take(seen.new_ones(first));
        match total {
            Some(total) if step > 0 => {
                if walk.missing() > pages_left(step, total) {
                    self.walk_on((step, total), |page| walk.take(seen.new_ones(page))).await?;
                }
                walk.whole = seen.steady && seen.ids.len() as u64 == total;
            }
            Some(_) => walk.whole = total == Some(0),
            // Without a total the size of the roster is only known at its end.
            None if count || walk.missing() > 0 => self.walk_to_the_end(&mut walk, &mut seen, step).await?,
            None => {}
        }
        Ok(walk)
    }

    /// The whole roster, if it costs no more than so many calls; `None` also where it moved or a page told no devices.
    pub(super) async fn whole_roster(&self, most_calls: u64) -> Result<Option<Vec<User>>, Broken> {
        let first = self.page(Filter::All, 0).await?;
        let (step, Some(total)) = (first.length(), first.total) else { return Ok(None) };
        if step == 0 || 1 + pages_left(step, total) > most_calls {
            return Ok((total == 0).then(Vec::new));
        }
        let mut seen = Seen::default();
        let mut users: Vec<User> = seen.new_ones(first).collect();
        self.walk_on((step, total), |page| users.extend(seen.new_ones(page))).await?;
        let whole =
            seen.steady && users.len() as u64 == total && users.iter().all(|user| user.devices.is_some());
        Ok(whole.then_some(users))
    }

    async fn walk_on(&self, (step, total): (u64, u64), mut take: impl FnMut(Page)) -> Result<(), Broken> {
        let offsets = (1..=total.div_ceil(step)).map(|page| page * step).filter(|offset| *offset < total);
        let mut pages =
            stream::iter(offsets).map(|offset| self.page(Filter::All, offset)).buffered(self.caller.most());
        while let Some(page) = pages.next().await {
            take(page?);
        }
        Ok(())
    }

    async fn walk_to_the_end(&self, walk: &mut Walk, seen: &mut Seen, step: u64) -> Result<(), Broken> {
        let mut offset = step;
        loop {
            let page = self.page(Filter::All, offset).await?;
            if page.length() == 0 {
                walk.total = Some(seen.ids.len() as u64);
                return Ok(());
            }
            offset += page.length();
            walk.take(seen.new_ones(page));
        }
    }
}

impl Walk {
    fn take(&mut self, users: impl Iterator<Item = User>) {
        let wanted = users.filter(|user| self.wanted.contains(&user.id));
        self.users.extend(wanted.map(|user| (user.id.clone(), user)));
    }

    /// Wanted users who were not seen yet.
    fn missing(&self) -> u64 {
        (self.wanted.len() - self.users.len()) as u64
    }
}

/// How many more pages a roster has whose first one showed `step` users.
fn pages_left(step: u64, total: u64) -> u64 {
    total.saturating_sub(step).div_ceil(step)
}

/// What a walk has seen so far.
struct Seen {
    ids: HashSet<String>,
    /// Every page told the same total.
    steady: bool,
    total: Option<u64>,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen { ids: HashSet::new(), steady: true, total: None }
    }
}

impl Seen {
    /// The users of a page whom no page before it showed.
    fn new_ones(&mut self, page: Page) -> impl Iterator<Item = User> {
        self.steady &= page.total.is_some() && self.total.is_none_or(|before| Some(before) == page.total);
        self.total = page.total;
        page.users.into_iter().filter(|user| self.ids.insert(user.id.clone()))
    }
}

//! One walk over the whole roster, page by page, and what it says of the roster's rest.
//!
//! The first page tells the total, then the others are read concurrently within the caller's limits and
//! taken in roster order. It never ends at a short page alone: only at an empty one or at the total.
//! It never drops a call in flight, which would keep its place in the caller's line for ever.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};

use super::completion::Completion;
use super::ids::{IdSet, Key};
use super::wish::ExportWish;
use super::{ExportFailed, Progress};
use crate::provider::{Call, Filter, Listing, Page, Paging, StartKeys, Unreadable};
use crate::roster::User;
use crate::runner::Caller;

/// Pages in a row without anybody new after which a list without a total is taken to go round in circles.
const STALE_PAGES: u32 = 3;

/// What a sweep saw.
pub struct Seen {
    /// Everybody, whether exported or not.
    pub ids: IdSet,
    /// Those whom nobody can read, by their place in the list.
    pub unreadable: Vec<Unreadable>,
    fingerprint: Fingerprint,
    rest: Rest,
}

/// Number and sum of the users' keys: tells sweeps with other users apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint {
    users: u64,
    unreadable: u64,
    sum: u128,
}

/// Whether the roster stood still, as far as one sweep can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// The same total on every page, and as many users.
    Still,
    /// No total was told, or somebody could not be read, so that only a second sweep can tell.
    Untold,
    Moving,
}

impl Seen {
    /// Whether nobody can be missing or dead. Without totals, or where somebody cannot be read, it takes two sweeps in a row
    /// with the same users.
    ///
    /// `before` is the fingerprint of the sweep before. One thing no single sweep can see: somebody going and
    /// somebody coming between the same two pages.
    pub fn at_rest(&self, before: Option<Fingerprint>) -> bool {
        match self.rest {
            Rest::Still => true,
            Rest::Untold => before == Some(self.fingerprint),
            Rest::Moving => false,
        }
    }

    /// What the next sweep may agree with; nothing where this one saw a movement itself.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        (self.rest != Rest::Moving).then_some(self.fingerprint)
    }
}

/// Sweeps once over all users whom the wish asks the provider for; `sink` gets each one once.
pub async fn sweep_roster(
    caller: &Caller<'_>,
    wish: &ExportWish,
    completion: &Completion,
    progress: Progress<'_>,
    sink: impl FnMut(Key, &User) -> Result<(), ExportFailed>,
) -> Result<Seen, ExportFailed> {
    let facts = caller.provider().facts();
    let filters = wish.filters(facts).into_iter().enumerate();
    let lists: Vec<List> = filters.map(|filter| List::new(filter, facts.paging)).collect();
    let mut sweep = Sweep {
        caller,
        wish,
        completion,
        progress,
        sink,
        lists: &lists,
        ids: IdSet::default(),
        unreadable: Vec::new(),
        in_lists: BTreeSet::new(),
        fingerprint: Fingerprint::default(),
    };
    sweep.pages(lists.iter().map(|list| (list, 0))).await?;
    sweep.pages(lists.iter().flat_map(List::offsets)).await?;
    for list in &lists {
        sweep.walk(list).await?;
    }
    let rest = lists.iter().map(List::rest).reduce(Rest::and).unwrap_or(Rest::Still);
    let fingerprint = Fingerprint { unreadable: sweep.unreadable.len() as u64, ..sweep.fingerprint };
    Ok(Seen { ids: sweep.ids, unreadable: sweep.unreadable, fingerprint, rest })
}

/// A sweep in the middle of its pages.
struct Sweep<'a, 'caller, Sink> {
    caller: &'a Caller<'caller>,
    wish: &'a ExportWish,
    completion: &'a Completion,
    progress: Progress<'a>,
    sink: Sink,
    lists: &'a [List],
    ids: IdSet,
    unreadable: Vec<Unreadable>,
    /// Who was seen in which list, where there are several: one user may be in two of them.
    in_lists: BTreeSet<(usize, Key)>,
    fingerprint: Fingerprint,
}

impl<Sink: FnMut(Key, &User) -> Result<(), ExportFailed>> Sweep<'_, '_, Sink> {
    /// Reads pages concurrently and takes them in order.
    async fn pages<'l>(&mut self, pages: impl Iterator<Item = (&'l List, u64)>) -> Result<(), ExportFailed> {
        let (caller, wish, completion) = (self.caller, self.wish, self.completion);
        let failed = &Cell::new(false);
        let mut answers = stream::iter(pages.take_while(|_| !failed.get()))
            .map(|(list, offset)| async move {
                let page = async {
                    if failed.get() {
                        return Err(ExportFailed::Stopped);
                    }
                    let mut page = list.page(caller, wish, offset).await?;
                    completion.complete(caller, &mut page.users).await?;
                    Ok(page)
                };
                (list, page.await)
            })
            // Some wait at the gate, so that a call leaves as soon as another ends, and not when its page was taken.
            .buffered(2 * caller.most().max(1));
        let mut result = Ok(());
        while let Some((list, page)) = answers.next().await {
            // After a failure no page is asked for, but those on their way or at the gate come to their end.
            if result.is_ok() {
                result = page.and_then(|page| self.take(list, &page).map(|_| ()));
                failed.set(result.is_err());
            }
        }
        result
    }

    /// Goes on page by page to the end of a list that told no total.
    async fn walk(&mut self, list: &List) -> Result<(), ExportFailed> {
        let mut stale = 0;
        while list.total.get().is_none() && !list.ended.get() {
            let mut page = list.page(self.caller, self.wish, list.reached.get()).await?;
            self.completion.complete(self.caller, &mut page.users).await?;
            let new = self.take(list, &page)?;
            // Pages that a filter thinned out bring nobody, and a key that came back was refused already.
            stale = if new || list.paging == Paging::Key { 0 } else { stale + 1 };
            if stale == STALE_PAGES {
                list.steady.set(false);
                list.ended.set(true);
            }
        }
        Ok(())
    }

    /// Takes in a page; returns whether it brought anybody new.
    fn take(&mut self, list: &List, page: &Page) -> Result<bool, ExportFailed> {
        let first = list.reached.get();
        list.hear(page)?;
        let in_list = |odd: &Unreadable| Unreadable { place: first + odd.place, ..odd.clone() };
        self.unreadable.extend(page.unreadable.iter().map(in_list));
        if self.ids.count() == 0 {
            self.ids.reserve(list.total.get().unwrap_or_default());
        }
        let before = self.ids.count();
        let keys: Vec<Key> = page.users.iter().map(|user| Key::of(&user.id)).collect();
        self.ids.fetch(&keys);
        for (key, user) in keys.into_iter().zip(&page.users) {
            let new = self.ids.insert(key);
            let new_in_list =
                if self.lists.len() > 1 { self.in_lists.insert((list.place, key)) } else { new };
            list.distinct.set(list.distinct.get() + u64::from(new_in_list));
            if new {
                self.fingerprint.add(key);
                (self.sink)(key, user)?;
            }
        }
        (self.progress)(self.ids.count(), self.lists.iter().map(|list| list.total.get()).sum());
        Ok(self.ids.count() > before)
    }
}

/// One of the provider's lists, and how far it was read.
struct List {
    place: usize,
    filter: Filter,
    /// As the newest page told it.
    total: Cell<Option<u64>>,
    /// Every page told the same total.
    steady: Cell<bool>,
    heard: Cell<bool>,
    /// An empty page came.
    ended: Cell<bool>,
    /// Users on the pages so far, in whatever form: the next offset of a walk.
    reached: Cell<u64>,
    /// How one page leads to the next.
    paging: Paging,
    /// The key of the next page, and those that were followed.
    next: RefCell<Option<String>>,
    keys: RefCell<StartKeys>,
    /// How far apart pages are; a provider may show fewer than it was asked for.
    stride: Cell<u64>,
    /// Different users.
    distinct: Cell<u64>,
    /// Users who could not be read, and so may not be different ones.
    unreadable: Cell<u64>,
}

impl List {
    fn new((place, filter): (usize, Filter), paging: Paging) -> List {
        List {
            place,
            filter,
            paging,
            next: RefCell::default(),
            keys: RefCell::default(),
            total: Cell::new(None),
            steady: Cell::new(true),
            heard: Cell::new(false),
            ended: Cell::new(false),
            reached: Cell::new(0),
            stride: Cell::new(0),
            distinct: Cell::new(0),
            unreadable: Cell::new(0),
        }
    }

    async fn page(&self, caller: &Caller<'_>, wish: &ExportWish, offset: u64) -> Result<Page, ExportFailed> {
        let limit = caller.provider().facts().page;
        let start = self.next.borrow().clone();
        let call = Call::List(Listing { start, ..wish.listing(self.filter.clone(), offset, limit) });
        Ok(caller.read(&call).await?.page())
    }

    /// The pages after the first one, as far as the newest total reaches.
    fn offsets(&self) -> impl Iterator<Item = (&List, u64)> {
        let mut offset = 0;
        std::iter::from_fn(move || {
            offset += self.stride.get();
            let more = !self.ended.get() && self.total.get().is_some_and(|total| offset < total);
            more.then_some((self, offset))
        })
    }

    fn hear(&self, page: &Page) -> Result<(), ExportFailed> {
        // A total of nobody beside somebody is no total.
        let total = page.total.filter(|total| *total > 0 || page.length() == 0);
        let first = !self.heard.replace(true);
        if first {
            self.stride.set(page.length());
            self.total.set(total);
        } else {
            self.steady.set(self.steady.get() && total == self.total.get());
            // Between walking and leaping there is no change of mind in one sweep.
            self.total.set(self.total.get().and(total.or(self.total.get())));
        }
        self.reached.set(self.reached.get() + page.length());
        self.unreadable.set(self.unreadable.get() + page.unreadable.len() as u64);
        let next = self.keys.borrow_mut().follow(page.next.clone()).map_err(ExportFailed::Provider)?;
        let last = match self.paging {
            Paging::Offset => page.length() == 0,
            Paging::Key => next.is_none(),
        };
        self.next.replace(next);
        self.ended.set(self.ended.get() || last);
        Ok(())
    }

    fn rest(&self) -> Rest {
        let seen = self.distinct.get() + self.unreadable.get();
        match self.total.get() {
            _ if !self.steady.get() => Rest::Moving,
            // Who is read twice may have moved ahead in place of somebody who was not read at all.
            None if seen == self.reached.get() => Rest::Untold,
            None => Rest::Moving,
            Some(total) if total == seen && self.unreadable.get() == 0 => Rest::Still,
            Some(total) if total == seen => Rest::Untold,
            Some(_) => Rest::Moving,
        }
    }
}

impl Rest {
    fn and(self, other: Rest) -> Rest {
        match (self, other) {
            (Rest::Moving, _) | (_, Rest::Moving) => Rest::Moving,
            (Rest::Still, Rest::Still) => Rest::Still,
            _ => Rest::Untold,
        }
    }
}

impl Fingerprint {
    fn add(&mut self, key: Key) {
        self.users += 1;
        self.sum = self.sum.wrapping_add(key.number());
    }
}

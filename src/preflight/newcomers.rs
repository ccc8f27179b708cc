//! Onboarding: who has a row's e-mail or number already, and who was made before without either.

use std::collections::{HashMap, HashSet};

use futures::stream::{self, StreamExt, TryStreamExt};

use super::directory::Directory;
use super::lookups::{Matches, UNREAD};
use super::{Preflight, PreflightFailed, Sought, ValidRows, block};
use crate::history::Wanted;
use crate::plan::Look;
use crate::planted::{Bug, planted};
use crate::provider::{Call, Failure, Paging};
use crate::roster::{NewUser, User};
use crate::row::Request;
use crate::runner::Broken;

impl Preflight<'_> {
    pub(super) async fn newcomers<R: ValidRows>(
        &self,
        rows: &mut R,
    ) -> Result<(), PreflightFailed<R::Error>> {
        let directory = match self.caller.provider().facts().paging {
            Paging::Key => self.directory_of(rows).await?,
            Paging::Offset => self.small_roster(rows).await?,
        };
        if directory.as_ref().is_some_and(Directory::is_empty) && !self.nameless {
            // Nobody is there, and nobody who was made before could be missed.
            return Ok(());
        }
        let mut nameless: Vec<Nameless> = Vec::new();
        let mut failed = None;
        let blocks = std::iter::from_fn(|| match block(rows) {
            Ok(block) => Some(block).filter(|block| !block.is_empty()),
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        let blocks = blocks.inspect(|block| nameless.extend(self.without_key(block)));
        let mut looks = stream::iter(blocks)
            .map(|block| self.matches_of(block, directory.as_ref()))
            .buffered(self.caller.most());
        let mut done = 0;
        while let Some(found) = looks.next().await {
            let (found, rows) = found?;
            for (row, look) in found {
                self.looked(row, look)?;
            }
            done += rows;
            (self.progress)(done);
        }
        drop(looks);
        match failed {
            Some(error) => Err(PreflightFailed::Rows(error)),
            None => Ok(self.made_before(nameless, directory.as_ref()).await?),
        }
    }

    /// Who has an e-mail or a number of the block, by row; rows of which nobody is there are left out.
    async fn matches_of(
        &self,
        block: Vec<Sought>,
        directory: Option<&Directory>,
    ) -> Result<(Vec<(u32, Look)>, u64), Broken> {
        if directory.is_some_and(Directory::is_empty) {
            return Ok((Vec::new(), block.len() as u64));
        }
        let wishes = || block.iter().filter_map(|sought| wish_of(&sought.request));
        let emails: Vec<String> =
            wishes().filter_map(|wish| wish.email.as_deref().map(str::to_owned)).collect();
        // A number that is merely noted of a user costs no question of its own.
        let number_of = |wish: &'_ NewUser| match directory {
            Some(_) => wish.any_number().map(str::to_owned),
            None => wish.number.as_deref().map(str::to_owned),
        };
        let numbers = wishes().filter_map(number_of);
        let numbers: Vec<String> = numbers.filter(|_| !planted(Bug::NumbersNotAsked)).collect();
        let (by_email, by_number) = match directory {
            Some(directory) => {
                (Matches::all(directory.named(&emails)), Matches::all(directory.named(&numbers)))
            }
            None => futures::try_join!(self.with_emails(emails), self.with_contacts(numbers),)?,
        };
        let known = Known::of(by_email.users.into_iter().chain(by_number.users));
        let untold = |wish: &NewUser| {
            let by_email = by_email.untold.why(wish.email.as_deref());
            by_email.or_else(|| by_number.untold.why(wish.number.as_deref()))
        };
        let looks = stream::iter(&block).map(async |sought| {
            let Some(wish) = wish_of(&sought.request) else { return Ok(None) };
            let users = known.matches(wish);
            let look = match (users.is_empty(), untold(wish)) {
                (false, _) => Look::Matches(self.in_full(users, &sought.request).await?),
                (true, Some(message)) => {
                    Look::Refused { user_id: String::new(), code: UNREAD.to_string(), message }
                }
                (true, None) => return Ok(None),
            };
            Ok::<_, Broken>(Some((sought.row, look)))
        });
        let looks: Vec<Option<(u32, Look)>> = looks.buffered(self.caller.most()).try_collect().await?;
        Ok((looks.into_iter().flatten().collect(), block.len() as u64))
    }

    /// Rows whose people no list finds.
    fn without_key(&self, block: &[Sought]) -> Vec<Nameless> {
        let nameless = block.iter().filter_map(|sought| {
            let Request::Onboard(wish) = &sought.request else { return None };
            let content = || (self.content_of)(&wish.user);
            let user_id = || only_id_of(&sought.request).map(str::to_owned);
            let nameless = || Nameless { row: sought.row, content: content(), user_id: user_id() };
            (!wish.user.has_natural_key()).then(nameless)
        });
        nameless.collect()
    }

    /// Who of them is there already, by the journals of this account, or else by the id that the sheet has.
    async fn made_before(
        &self,
        nameless: Vec<Nameless>,
        directory: Option<&Directory>,
    ) -> Result<(), Broken> {
        if self.again || nameless.is_empty() {
            return Ok(());
        }
        let contents = nameless.iter().map(|nameless| nameless.content.clone()).collect();
        let mut earlier = (self.earlier)(&Wanted { contents, ..Wanted::default() });
        let looks = stream::iter(nameless).map(|Nameless { row, content, user_id }| {
            let made = earlier.take_made(&content);
            async move {
                let look = match (made, user_id) {
                    (None, Some(id)) => {
                        let user = self.known_by(&id, directory).await?;
                        user.map(|user| Look::User(Box::new(user)))
                    }
                    (made, _) => made,
                };
                Ok::<_, Broken>((row, look))
            }
        });
        let mut looks = looks.buffered(self.caller.most());
        while let Some((row, look)) = looks.try_next().await? {
            if let Some(look) = look {
                self.looked(row, look)?;
            }
        }
        Ok(())
    }

    /// The user of that id, if it is one of this account's: a sheet may come from another.
    async fn known_by(&self, id: &str, directory: Option<&Directory>) -> Result<Option<User>, Broken> {
        match directory {
            Some(directory) if directory.whole => return Ok(directory.with_id(id)),
            // An account without anybody need not be asked.
            Some(directory) if directory.living == 0 => return Ok(None),
            _ => {}
        }
        match self.caller.read(&Call::Get { user_id: id.to_string() }).await {
            Err(Broken::Failed(error)) if matches!(error.failure, Failure::Missing | Failure::Refused) => {
                Ok(None)
            }
            Err(Broken::Failed(error)) => {
                self.refused(&Call::Get { user_id: String::new() }, &error);
                Err(Broken::Failed(error))
            }
            answer => Ok(answer?.user()),
        }
    }
}

/// Users of the roster by what rows may call them.
struct Known {
    users: Vec<User>,
    /// Their places, by e-mail in lower case, and by number or SIP address.
    emails: HashMap<String, Vec<usize>>,
    contacts: HashMap<String, Vec<usize>>,
}

impl Known {
    /// Takes each user once.
    fn of(users: impl Iterator<Item = User>) -> Known {
        let mut seen = HashSet::new();
        let users: Vec<User> = users.filter(|user| seen.insert(user.id.clone())).collect();
        let mut emails: HashMap<String, Vec<usize>> = HashMap::new();
        let mut contacts: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, user) in users.iter().enumerate() {
            emails.entry(str::to_lowercase(&user.email)).or_default().push(place);
            let uris = user.devices().iter().map(|device| device.contact_uri.as_str());
            for uri in uris.chain([user.phone.as_str()].into_iter().filter(|phone| !phone.is_empty())) {
                contacts.entry(uri.to_owned()).or_default().push(place);
            }
        }
        Known { users, emails, contacts }
    }

    /// Those who have the e-mail or the number of the wish.
    fn matches(&self, wish: &NewUser) -> Vec<User> {
        let by_email = wish.email.as_ref().and_then(|email| self.emails.get(&*email.to_lowercase()));
        let by_number = wish.any_number().and_then(|number| self.contacts.get(number));
        let mut places: Vec<usize> = by_email.into_iter().chain(by_number).flatten().copied().collect();
        if let (true, Some(number)) = (places.is_empty(), &wish.number) {
            // The provider may have found somebody whose number it writes in a way of its own.
            places.extend((0..self.users.len()).filter(|place| self.users[*place].may_answer_to(number)));
        }
        places.dedup();
        places.into_iter().map(|place| self.users[place].clone()).collect()
    }
}

/// A row that nothing but a journal, or an id in the sheet, can know again; with the hash of its content.
struct Nameless {
    row: u32,
    content: String,
    user_id: Option<String>,
}

pub(super) fn wish_of(request: &Request) -> Option<&NewUser> {
    match request {
        Request::Onboard(wish) => Some(&wish.user),
        _ => None,
    }
}

/// The id that the sheet has of somebody without e-mail and number.
pub(super) fn only_id_of(request: &Request) -> Option<&str> {
    match request {
        Request::Onboard(wish) if !wish.user.has_natural_key() => wish.user_id.as_deref(),
        _ => None,
    }
}

//! Update and offboarding: every row names one user, who is found by few calls or is not there.

use std::collections::HashMap;

use futures::stream::{self, StreamExt, TryStreamExt};

use super::full::rests_on_devices;
use super::leavers::is_purge;
use super::lookups::{Matches, UNREAD};
use super::roster::Walk;
use super::{Preflight, PreflightFailed, Sought, ValidRows, block};
use crate::history::Wanted;
use crate::plan::Look;
use crate::planted::{Bug, planted};
use crate::provider::Paging;
use crate::roster::User;
use crate::row::{Identity, Kind, Request};
use crate::runner::Broken;

/// A row whom nobody in the roster answers to.
type Nobody = (u32, Identity);

/// What the roster showed for one row.
pub(super) enum Found {
    One(Box<User>),
    /// With the heir of the devices.
    Leaver(Box<User>, Box<User>),
    /// Archived by the word of the row; no read shows the user, who may have been ended for good before.
    Unseen(String),
    Refused {
        user_id: String,
        code: &'static str,
        message: String,
    },
    Several(Vec<User>),
    Nobody,
    Conflict(String),
}

/// Whom the rows have met so far, and which of them have to wait for the last one.
#[derive(Default)]
struct Met {
    /// The first row of every user, by id.
    first_rows: HashMap<String, u64>,
    nobodies: Vec<Nobody>,
    /// Row, leaver and heir: only the last row tells who stays.
    with_heirs: Vec<(u32, Box<User>, Box<User>)>,
    unseen: Vec<(u32, String)>,
    /// Leavers whom the list shows as disabled: so are those shown who were archived, and only a journal may know that.
    /// With the heir, where the row names one.
    disabled: Vec<(u32, Box<User>, Option<Box<User>>)>,
}

impl Met {
    /// What a row is to know; `None` where that is not certain yet.
    fn sort_in(&mut self, sought: &Sought, found: Found) -> Option<Look> {
        let who = identity_of(&sought.request);
        match found {
            Found::Nobody => self.nobodies.push((sought.row, who.clone())),
            Found::Conflict(message) => return Some(Look::Conflict { message }),
            Found::Several(users) => return Some(several(who, &users)),
            Found::Refused { user_id, code, message } => {
                return Some(Look::Refused { user_id, code: code.into(), message });
            }
            Found::One(user) => match self.twice(&user.id, sought) {
                None if leaves(&sought.request) && user.is_disabled() => {
                    self.disabled.push((sought.row, user, None))
                }
                None => return Some(Look::User(user)),
                twice => return twice,
            },
            Found::Leaver(user, heir) => match self.twice(&user.id, sought) {
                None if user.is_disabled() => self.disabled.push((sought.row, user, Some(heir))),
                None => self.with_heirs.push((sought.row, user, heir)),
                twice => return twice,
            },
            Found::Unseen(user_id) => match self.twice(&user_id, sought) {
                None => self.unseen.push((sought.row, user_id)),
                twice => return twice,
            },
        }
        None
    }

    /// The look of a row that names somebody whom an earlier row named.
    fn twice(&mut self, user_id: &str, sought: &Sought) -> Option<Look> {
        let first = self.first_rows.get(user_id).filter(|_| !planted(Bug::TwiceIsFine));
        if let Some(source_row) = first {
            return Some(Look::Twice { source_row: *source_row, user_id: user_id.to_string() });
        }
        self.first_rows.insert(user_id.to_string(), sought.source_row);
        None
    }
}

impl Preflight<'_> {
    /// Resolves every row; returns how many users the roster has.
    pub(super) async fn people<R: ValidRows>(
        &self,
        rows: &mut R,
    ) -> Result<Option<u64>, PreflightFailed<R::Error>> {
        let by_id_alone = self.count_by_id(rows)?;
        let walk = self.walk_for(by_id_alone, rows).await?;
        let mut failed = None;
        let blocks = std::iter::from_fn(|| match block(rows) {
            Ok(block) => Some(block).filter(|block| !block.is_empty()),
            Err(error) => {
                failed = Some(error);
                None
            }
        });
        let mut met = Met::default();
        let mut done = 0;
        let mut looks =
            stream::iter(blocks).map(|block| self.resolve(block, &walk)).buffered(self.caller.most());
        while let Some(resolved) = looks.next().await {
            for (sought, found) in resolved? {
                done += 1;
                if let Some(look) = met.sort_in(&sought, found) {
                    self.looked(sought.row, look)?;
                }
            }
            (self.progress)(done);
        }
        drop(looks);
        if let Some(error) = failed {
            return Err(PreflightFailed::Rows(error));
        }
        for (row, user, heir) in std::mem::take(&mut met.with_heirs) {
            self.looked(row, leaver(user, &heir, &met.first_rows))?;
        }
        self.ended_before(met).await?;
        Ok(walk.total)
    }

    /// How many valid rows name their user by id alone.
    fn count_by_id<R: ValidRows>(&self, rows: &mut R) -> Result<u64, PreflightFailed<R::Error>> {
        let mut count = 0;
        while let Some(sought) = rows.next().map_err(PreflightFailed::Rows)? {
            let who = identity_of(&sought.request);
            count += u64::from(who.email.is_none() && who.contact_uri.is_none());
        }
        rows.rewind().map_err(PreflightFailed::Rows)?;
        Ok(count)
    }

    /// Reads as much of the roster as is worth it: the guard needs its size, rows by id alone perhaps all of it.
    async fn walk_for<R: ValidRows>(
        &self,
        by_id_alone: u64,
        rows: &mut R,
    ) -> Result<Walk, PreflightFailed<R::Error>> {
        if self.caller.provider().facts().paging == Paging::Key {
            let directory = self.directory_of(rows).await?;
            let total = directory.as_ref().map(|directory| directory.living);
            return Ok(Walk { total, directory, ..Walk::default() });
        }
        if self.kind == Kind::Restore || (by_id_alone == 0 && self.kind == Kind::Update) {
            return Ok(Walk::default());
        }
        let mut wanted = std::collections::HashSet::new();
        while let Some(sought) = rows.next().map_err(PreflightFailed::Rows)? {
            let who = identity_of(&sought.request);
            if let (None, None, Some(id)) = (&who.email, &who.contact_uri, &who.user_id) {
                wanted.insert(id.clone());
            }
        }
        rows.rewind().map_err(PreflightFailed::Rows)?;
        Ok(self.walk(wanted, self.kind == Kind::Offboard).await?)
    }

    /// Finds the users of a block: by e-mail, else by address, else by id; then holds the row's other cells against them.
    async fn resolve(&self, block: Vec<Sought>, walk: &Walk) -> Result<Vec<(Sought, Found)>, Broken> {
        let (mut emails, mut contacts) = (Vec::new(), Vec::new());
        for who in block.iter().map(|sought| identity_of(&sought.request)) {
            match (&who.email, &who.contact_uri) {
                (Some(email), _) => emails.push(email.clone()),
                (None, Some(contact)) => contacts.push(contact.clone()),
                (None, None) => {}
            }
        }
        let (by_email, by_contact) = match &walk.directory {
            Some(directory) => {
                (Matches::all(directory.named(&emails)), Matches::all(directory.named(&contacts)))
            }
            None => futures::try_join!(self.with_emails(emails), async {
                let found = self.with_contacts(contacts).await?;
                Ok(Matches { users: self.with_devices_read(found.users).await?, ..found })
            })?,
        };
        let judged = stream::iter(block).map(|sought| async {
            let who = identity_of(&sought.request);
            let untold = match &who.email {
                Some(email) => by_email.untold.why(Some(email)),
                None => by_contact.untold.why(who.contact_uri.as_deref()),
            };
            let found = match (&who.email, &who.contact_uri, &who.user_id) {
                (Some(email), _, _) => pick(&by_email.users, |user| user.email.eq_ignore_ascii_case(email)),
                // A number that finds nobody can still contradict the id.
                (None, Some(_), Some(id)) if self.reads_more() => {
                    self.by_id(id, walk).await?.into_iter().collect()
                }
                (None, Some(contact), _) => pick(&by_contact.users, |user| user.answers_to(contact)),
                (None, None, Some(id)) => {
                    self.by_id_for(&sought.request, id, walk).await?.into_iter().collect()
                }
                (None, None, None) => Vec::new(),
            };
            if let (true, Some(message)) = (found.is_empty(), untold) {
                return Ok((sought, Found::Refused { user_id: String::new(), code: UNREAD, message }));
            }
            let found = self.in_full(found, &sought.request).await?;
            let found = self.judge(&sought.request, found, walk).await?;
            let found = self.with_devices(&sought.request, found, walk).await?;
            Ok((sought, found))
        });
        judged.buffered(self.caller.most()).try_collect().await
    }

    /// Holds everything that a row says of its user against those who were found by its first name.
    async fn judge(&self, request: &Request, mut found: Vec<User>, walk: &Walk) -> Result<Found, Broken> {
        let who = identity_of(request);
        if let (Some(id), true) = (&who.user_id, found.len() > 1) {
            found.retain(|user| user.id == *id);
        }
        if let (Some(_), Some(contact)) = (&who.email, &who.contact_uri) {
            let shows = |user: &User| user.may_answer_to(contact);
            if found.len() > 1 && found.iter().any(shows) {
                found.retain(shows);
            }
        }
        // Whoever was archived may have left the e-mail to somebody else.
        if found.len() > 1 && found.iter().any(|user| !user.is_archived()) {
            found.retain(|user| !user.is_archived());
        }
        match <[User; 1]>::try_from(found) {
            Ok([user]) if planted(Bug::SecondNameUnchecked) => Ok(Found::One(Box::new(user))),
            Ok([user]) => {
                let user = self.with_named_sip(user, who).await?;
                Ok(match contradiction(request, &user).or_else(|| holder(request, &user, walk)) {
                    Some(message) => Found::Conflict(message),
                    None => Found::One(Box::new(user)),
                })
            }
            Err(users) if users.is_empty() => self.second_look(request, walk).await,
            Err(users) => Ok(Found::Several(users)),
        }
    }

    /// Nobody answers to a row's first name; perhaps somebody answers to another one, and then the row contradicts itself.
    async fn second_look(&self, request: &Request, walk: &Walk) -> Result<Found, Broken> {
        let who = identity_of(request);
        if let (Some(email), Some(contact)) = (&who.email, &who.contact_uri) {
            let users = match &walk.directory {
                Some(directory) => directory.named(std::slice::from_ref(contact)),
                None => self.with_contacts(vec![contact.clone()]).await?.users,
            };
            if let Some(user) = users.iter().find(|user| user.answers_to(contact)) {
                return Ok(Found::Conflict(format!(
                    "nobody has the email {email}, but {contact} belongs to the user {}; correct one of the two cells",
                    user.id
                )));
            }
        }
        if let (Some(id), true) = (&who.user_id, who.email.is_some() || who.contact_uri.is_some())
            && let Some(user) = self.by_id_for(request, id, walk).await?
        {
            // Lists leave out who is archived, and a row that was carried out before names what was.
            if has_email(request, &user) && contradiction(request, &user).is_none() {
                return Ok(Found::One(Box::new(user)));
            }
            let other = who.email.as_deref().or(who.contact_uri.as_deref()).unwrap_or_default();
            return Ok(Found::Conflict(format!(
                "nobody has {other}, but there is a user {}; correct one of the two cells",
                user.id
            )));
        }
        Ok(Found::Nobody)
    }

    /// One user by id, with devices where the row rests on them and a single read left them out.
    async fn by_id_for(&self, request: &Request, id: &str, walk: &Walk) -> Result<Option<User>, Broken> {
        match self.by_id(id, walk).await? {
            Some(user) if rests_on_devices(request) && !walk.users.contains_key(id) => {
                self.with_listed_devices(user).await.map(Some)
            }
            found => Ok(found),
        }
    }

    /// One user by id: out of the walk, else by a read.
    pub(super) async fn by_id(&self, id: &str, walk: &Walk) -> Result<Option<User>, Broken> {
        if let Some(user) = walk.users.get(id) {
            return Ok(Some(user.clone()));
        }
        if let Some(user) = walk.directory.as_ref().and_then(|directory| directory.with_id(id)) {
            return Ok(Some(user));
        }
        if walk.whole && walk.wanted.contains(id) {
            return Ok(None);
        }
        self.read_one(id).await
    }

    /// Leavers who are not there, or look as if they were: perhaps an earlier run ended them.
    async fn ended_before(&self, met: Met) -> Result<(), Broken> {
        let Met { nobodies, unseen, disabled, first_rows, .. } = met;
        let earlier = match self.kind {
            Kind::Offboard => {
                let ids = unseen.iter().map(|(_, user_id)| user_id.as_str());
                let ids = ids.chain(disabled.iter().map(|(_, user, _)| user.id.as_str()));
                let names = nobodies.iter().flat_map(|(_, who)| names(who)).map(|(_, name)| name);
                let leavers = names.chain(ids).map(str::to_lowercase).collect();
                (self.earlier)(&Wanted { leavers, ..Wanted::default() })
            }
            _ => Default::default(),
        };
        let known = stream::iter(disabled).map(async |(row, user, heir)| {
            let gone = earlier.gone(&user.id).cloned();
            let is_gone = gone.is_some() && self.read_one(&user.id).await?.is_none();
            let look = match (gone.filter(|_| is_gone), heir) {
                (Some(gone), _) => gone,
                (None, Some(heir)) => leaver(user, &heir, &first_rows),
                (None, None) => Look::User(user),
            };
            self.looked(row, look)
        });
        known.buffered(self.caller.most()).try_collect::<()>().await?;
        for (row, id) in unseen {
            let gone = earlier.gone_for_good(&id).cloned();
            let user = || Look::User(Box::new(User { id, ..User::default() }));
            self.looked(row, gone.unwrap_or_else(user))?;
        }
        for (row, who) in nobodies {
            // A number may have come to somebody else, so beside another name it proves nothing.
            let alone = names(&who).count() == 1;
            let telling = names(&who).filter(|(column, _)| alone || *column != "device_contact_uri");
            let gone = telling.map(|(_, name)| name).find_map(|name| earlier.gone(name)).cloned();
            let (column, value) = names(&who).next().unwrap_or_default();
            let nobody = Look::Nobody { column: column.into(), value: value.into() };
            self.looked(row, gone.unwrap_or(nobody))?;
        }
        Ok(())
    }
}

/// A leaver whose heir stays.
fn leaver(user: Box<User>, heir: &User, first_rows: &HashMap<String, u64>) -> Look {
    let code = "identity_conflict".to_string();
    let user_id = user.id.clone();
    if heir.id == user.id {
        let message = format!("reassign_to names the leaver {user_id} itself; name somebody who stays");
        return Look::Refused { user_id, code, message };
    }
    match first_rows.get(&heir.id) {
        Some(row) => {
            let message =
                format!("reassign_to names {}, who leaves in row {row}; name somebody who stays", heir.id);
            Look::Refused { user_id, code, message }
        }
        None => Look::Leaver { user, heir: heir.id.clone() },
    }
}

/// Whether the row lets somebody go who is not archived yet.
fn leaves(request: &Request) -> bool {
    matches!(request, Request::Offboard(_)) && !is_purge(request)
}

fn pick(users: &[User], is_meant: impl Fn(&User) -> bool) -> Vec<User> {
    let mut picked: Vec<User> = Vec::new();
    for user in users.iter().filter(|user| is_meant(user)) {
        if picked.iter().all(|other| other.id != user.id) {
            picked.push(user.clone());
        }
    }
    picked
}

/// What of the row does not fit the user whom its first name found.
fn contradiction(request: &Request, user: &User) -> Option<String> {
    let who = identity_of(request);
    if let Some(id) = who.user_id.as_ref().filter(|id| **id != user.id) {
        let by = who.email.as_deref().or(who.contact_uri.as_deref()).unwrap_or_default();
        return Some(format!(
            "{by} belongs to the user {}, not to {id}; correct one of the two cells",
            user.id
        ));
    }
    let named = who.email.is_some() || who.user_id.is_some();
    let contact = who.contact_uri.as_ref().filter(|contact| named && !may_have(user, contact, request))?;
    if was_carried_out(request, user) {
        return None;
    }
    let name = match &who.email {
        Some(email) => format!("with the email {email}"),
        None => user.id.clone(),
    };
    Some(match (user.phone.as_str(), &user.devices) {
        ("", Some(_)) => format!("the user {name} has no device {contact}; correct one of the two cells"),
        ("", None) => format!(
            "the provider shows no number of the user {name}, so nobody can tell whether {contact} is theirs; take it out of the row"
        ),
        (phone, _) => {
            format!("the user {name} has the number {phone}, not {contact}; correct one of the two cells")
        }
    })
}

/// Whether the user has the number already that the row gives.
fn was_carried_out(request: &Request, user: &User) -> bool {
    let Request::Update(wish) = request else { return false };
    wish.new_number.as_ref().is_some_and(|number| user.answers_to(number))
}

/// Who has the number of the row, where its user does not show it: archived users show none, and what others have speaks
/// against the row.
fn holder(request: &Request, user: &User, walk: &Walk) -> Option<String> {
    let contact = identity_of(request).contact_uri.as_ref().filter(|contact| !user.answers_to(contact))?;
    if was_carried_out(request, user) {
        return None;
    }
    let holders = walk.directory.as_ref()?.named(std::slice::from_ref(contact));
    let holder = holders.iter().find(|holder| holder.id != user.id && holder.answers_to(contact))?;
    Some(format!("{contact} belongs to the user {}, not to {}; correct one of the cells", holder.id, user.id))
}

/// Whether the user has the e-mail of the row, or the one that the row gives; archived users need not show any.
fn has_email(request: &Request, user: &User) -> bool {
    let given = match request {
        Request::Update(wish) => wish.new_email.as_deref(),
        _ => None,
    };
    let is_theirs = |email: &str| user.email.eq_ignore_ascii_case(email);
    let untold = user.is_archived() && user.email.is_empty();
    identity_of(request).email.as_deref().is_none_or(|email| untold || is_theirs(email))
        || given.is_some_and(is_theirs)
}

/// Whether the user may have this number. Whoever is archived, or is to be found there, need not show any.
fn may_have(user: &User, contact: &str, request: &Request) -> bool {
    let hidden = user.is_archived() || is_purge(request) || matches!(request, Request::Restore(_));
    user.may_answer_to(contact) || (hidden && user.devices.is_none() && user.phone.is_empty())
}

fn several(who: &Identity, users: &[User]) -> Look {
    let (column, value) = names(who).next().unwrap_or_default();
    let ids = users.iter().map(|user| user.id.clone()).collect();
    Look::Several { column: column.into(), value: value.into(), ids }
}

/// The names that a row gives its user, the one that is looked up first at the front.
fn names(who: &Identity) -> impl Iterator<Item = (&'static str, &str)> {
    let all = [("email", &who.email), ("device_contact_uri", &who.contact_uri), ("user_id", &who.user_id)];
    all.into_iter().filter_map(|(column, value)| Some((column, value.as_deref()?)))
}

pub(super) fn identity_of(request: &Request) -> &Identity {
    static NOBODY: Identity = Identity { user_id: None, email: None, contact_uri: None };
    match request {
        Request::Update(wish) => &wish.who,
        Request::Offboard(wish) => &wish.who,
        Request::Restore(who) => who,
        Request::Onboard(_) => &NOBODY,
    }
}

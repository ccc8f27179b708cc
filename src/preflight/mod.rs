//! What the roster shows of the rows, before anything is written: few reads, each answer journalled.
//!
//! Rows are looked up fifty a call. Onboarding asks who has the e-mail or the number already; update and
//! offboarding resolve every row to one user. Nothing here can change anything at the provider.

mod directory;
mod full;
mod leavers;
mod lookups;
mod newcomers;
mod people;
mod roster;

use std::collections::HashMap;

use futures::future::LocalBoxFuture;

use crate::history::{Earlier, Wanted};
use crate::journal::{Event, Journal};
use crate::outcome::{Cause, Stop};
use crate::plan::Look;
use crate::provider::{Call, CallError, Filter, Listing};
use crate::roster::NewUser;
use crate::roster::User;
use crate::row::{Kind, Request};
use crate::runner::{Broken, Caller, StopSign, look_of};

/// Rows that are looked up with one call; as many as the provider shows on a page.
const BLOCK: usize = 50;

/// A valid row on its way into the preflight.
#[derive(Debug)]
pub struct Sought {
    /// Position among the data rows, from 0.
    pub row: u32,
    pub source_row: u64,
    pub request: Request,
}

/// Everything that a preflight needs.
pub struct Preflight<'a> {
    pub caller: &'a Caller<'a>,
    pub journal: &'a Journal,
    pub stop: &'a StopSign,
    pub kind: Kind,
    /// What earlier runs on the account say.
    pub earlier: &'a dyn Fn(&Wanted) -> Earlier,
    pub content_of: &'a dyn Fn(&NewUser) -> String,
    /// Whether some rows have neither e-mail nor number.
    pub nameless: bool,
    /// Create rows without e-mail and number again, whatever earlier runs say.
    pub again: bool,
    /// Told how many rows were looked up so far.
    pub progress: &'a dyn Fn(u64),
    /// The ids of those whom rows named when an earlier process of the run looked; empty in the first one.
    pub meant: HashMap<u32, String>,
}

/// Gives the valid rows in order, from the first one on each time it is begun.
pub trait ValidRows {
    type Error;
    fn rewind(&mut self) -> Result<(), Self::Error>;
    fn next(&mut self) -> Result<Option<Sought>, Self::Error>;
}

/// Some of the rows.
struct Those<'a, R> {
    rows: &'a mut R,
    are_wanted: &'a dyn Fn(u32) -> bool,
}

impl<R: ValidRows> ValidRows for Those<'_, R> {
    type Error = R::Error;

    fn rewind(&mut self) -> Result<(), R::Error> {
        self.rows.rewind()
    }

    fn next(&mut self) -> Result<Option<Sought>, R::Error> {
        loop {
            match self.rows.next()? {
                Some(sought) if !(self.are_wanted)(sought.row) => {}
                next => return Ok(next),
            }
        }
    }
}

/// Why a preflight did not come to its end.
#[derive(Debug)]
pub enum PreflightFailed<E> {
    /// The stop sign is raised and says why.
    Stopped,
    /// The rows could not be read again.
    Rows(E),
}

impl<E> From<Broken> for PreflightFailed<E> {
    fn from(_: Broken) -> PreflightFailed<E> {
        PreflightFailed::Stopped
    }
}

impl Preflight<'_> {
    /// Looks up every valid row and puts on disk what was found.
    pub async fn look<R: ValidRows>(&self, rows: &mut R) -> Result<(), PreflightFailed<R::Error>> {
        rows.rewind().map_err(PreflightFailed::Rows)?;
        let roster = match self.kind {
            Kind::Onboard => {
                self.newcomers(rows).await?;
                None
            }
            Kind::Update | Kind::Offboard | Kind::Restore => self.people(rows).await?,
        };
        self.note(&Event::Ready { roster })?;
        self.journal.sync().await.map_err(|failed| self.disk_failed(failed.to_string()))?;
        Ok(())
    }

    /// Looks again, before the run of an earlier process goes on, at the rows that were not started: somebody may have made
    /// their users since, this machine by another sheet included, and names may have come to somebody else.
    pub async fn look_again<R: ValidRows>(&mut self, rows: &mut R) -> Result<(), PreflightFailed<R::Error>> {
        rows.rewind().map_err(PreflightFailed::Rows)?;
        let unstarted = |row| !self.journal.state().is_started(row);
        if self.kind == Kind::Onboard {
            self.newcomers(&mut Those { rows, are_wanted: &unstarted }).await?;
        } else {
            let mut meant = HashMap::new();
            while let Some(sought) = rows.next().map_err(PreflightFailed::Rows)? {
                if unstarted(sought.row)
                    && let Some(user) = self.meant_before(sought.row).await?
                {
                    meant.insert(sought.row, user);
                }
            }
            self.meant = meant;
            rows.rewind().map_err(PreflightFailed::Rows)?;
            let named = |row| self.meant.contains_key(&row);
            self.people(&mut Those { rows, are_wanted: &named }).await?;
        }
        self.journal.sync().await.map_err(|failed| self.disk_failed(failed.to_string()))?;
        Ok(())
    }

    /// The id of the user whom an earlier process found for a row.
    async fn meant_before(&self, row: u32) -> Result<Option<String>, Broken> {
        let look = look_of(self.journal, row).await.map_err(|failed| self.disk_failed(failed.to_string()))?;
        Ok(look.as_ref().and_then(Look::user).map(|user| user.id.clone()))
    }

    fn looked(&self, row: u32, look: Look) -> Result<(), Broken> {
        let meant = self.meant.get(&row);
        let look = match (meant, look.user()) {
            (Some(meant), Some(user)) if *meant != user.id => somebody_else(meant, user),
            _ => look,
        };
        self.note(&Event::Looked { row, look })
    }

    fn note(&self, event: &Event) -> Result<(), Broken> {
        self.journal.append(event).map_err(|failed| self.disk_failed(failed.to_string()))
    }

    fn disk_failed(&self, message: String) -> Broken {
        let more = self.more();
        let message = format!(
            "{message}; nothing{more} was sent that changes anything; make room, then run the same command"
        );
        self.stop.raise(Stop::new(Cause::Disk, "interrupted", message));
        Broken::Stopped
    }

    fn page(&self, filter: Filter, offset: u64) -> LocalBoxFuture<'_, Result<crate::provider::Page, Broken>> {
        let call = Call::List(self.listing(filter, offset));
        Box::pin(async move { Ok(self.read(&call).await?.page()) })
    }

    fn listing(&self, filter: Filter, offset: u64) -> Listing {
        let limit = self.caller.provider().facts().page;
        let active_call = self.kind == Kind::Offboard;
        Listing { filter, offset, limit, active_call, ..Listing::default() }
    }

    /// " more" in a run that changed something before.
    fn more(&self) -> &'static str {
        if self.journal.state().wrote { " more" } else { "" }
    }

    /// A read that the whole preflight needs: a failure stops the run.
    async fn read(&self, call: &Call) -> Result<crate::provider::Answer, Broken> {
        self.caller.read(call).await.inspect_err(|broken| {
            if let Broken::Failed(error) = broken {
                self.refused(call, error);
            }
        })
    }

    fn refused(&self, call: &Call, error: &CallError) {
        let (cause, way) = match error.is_misdirected() {
            true => (Cause::Misdirected, "mend that, then run the same command"),
            false => (Cause::Unreachable, "mend that, or try the same command later"),
        };
        let more = self.more();
        let message = format!(
            "{} failed before anything{more} was changed: {} ({}); {way}",
            call.name(),
            error.message,
            error.code
        );
        // A graver sign that the caller has raised stays.
        self.stop.raise(Stop::new(cause, error.code.clone(), message));
    }
}

/// Nobody is changed or ended who was not meant when the run began.
fn somebody_else(meant: &str, now: &User) -> Look {
    let message = format!(
        "the row named the user {meant} when the run began, and names {} now; look at both at the provider, then send the row \
         in a sheet of its own",
        now.id
    );
    Look::Refused { user_id: now.id.clone(), code: "identity_conflict".into(), message }
}

/// Reads up to a block of rows.
fn block<R: ValidRows>(rows: &mut R) -> Result<Vec<Sought>, R::Error> {
    let mut block = Vec::with_capacity(BLOCK);
    while block.len() < BLOCK {
        match rows.next()? {
            Some(sought) => block.push(sought),
            None => break,
        }
    }
    Ok(block)
}

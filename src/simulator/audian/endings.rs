//! The ends of a user: delete, archive, the end of archived data, and the way back (seed 002,
//! part 2.9 of the reference).

use serde_json::json;

use super::super::stamp;
use super::body::Style;
use super::list::{parse_query, value};
use super::state::{AudianUser, Deletion, Ending};
use super::switches::{ArchiveAgain, Conflict, DeleteAnswer};
use super::tenant::{Change, RETENTION, Tenant};
use super::wrong::Wrong;
use super::{Desk, Done, Shown, devices, users, view};

/// What a delete is told in its query.
#[derive(Default)]
struct Wishes {
    heir: Option<String>,
    archive: bool,
    reason: Option<String>,
}

/// Deletes or archives a user.
pub(super) fn delete(desk: &Desk, id: &str, query: &str) -> Result<Done, Wrong> {
    let user = desk.user(id)?;
    if user.archived.is_some() {
        return again(desk, user);
    }
    let wishes = if desk.own().plain_kazoo { Wishes::default() } else { wishes(desk, id, query)? };
    check_active(desk, user, &wishes)?;
    let archive = wishes.archive && desk.own().data_archived;
    let moved = moves(desk, user, wishes.heir.as_deref());
    let deletion = Deletion {
        user_id: user.id.clone(),
        email: user.email.clone(),
        at: desk.now(),
        by: "api".to_owned(),
        reason: wishes.reason.clone(),
        ending: if archive { Ending::Archive } else { Ending::Delete },
        devices_reassigned: if wishes.heir.is_some() { moved.owned } else { 0 },
    };
    let end = if archive {
        let archived = Some(desk.now());
        Change::User(Box::new(AudianUser { disabled: true, archived, updated: desk.now(), ..user.clone() }))
    } else {
        Change::UserGone(user.id.clone())
    };
    let silent = !wishes.archive || desk.own().data_archived;
    let mut done = ended(desk, user, &deletion, silent);
    done.changes = moved.changes;
    done.changes.extend([end, Change::Logged(Box::new(deletion))]);
    Ok(done)
}

/// Deletes the data of an archived user for good.
pub(super) fn purge(desk: &Desk, id: &str, query: &str) -> Result<Done, Wrong> {
    let user = desk.user(id)?;
    let archived = user.archived.ok_or(Wrong::NotArchived)?;
    if flag(&parse_query(query), "permanent")? != Some(true) {
        return Err(Wrong::required("permanent"));
    }
    if !desk.own().purge_early && desk.now() < archived + RETENTION {
        return Err(Wrong::TooEarly);
    }
    let deletion = logged(user, desk.now(), "api", Ending::Purge);
    let mut done = ended(desk, user, &deletion, true);
    done.changes = vec![Change::UserGone(user.id.clone()), Change::Logged(Box::new(deletion))];
    Ok(done)
}

/// Brings an archived user back, without the devices, which have other owners by now.
pub(super) fn restore(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    let Ok(user) = desk.user(id) else {
        let expired =
            desk.tenant.log().iter().any(|past| past.user_id == id && past.ending == Ending::Expire);
        let over = expired && desk.own().gone_after_retention;
        return Err(if over { Wrong::RetentionOver } else { Wrong::UserMissing });
    };
    if user.archived.is_none() {
        return Err(Wrong::NotArchived);
    }
    let disabled = !desk.own().restored_active;
    let user = AudianUser { archived: None, disabled, updated: desk.now(), ..user.clone() };
    users::check_taken(desk, &user)?;
    let shown = Shown::One(view::user(desk, &user));
    Ok(Done { status: 200, shown, changes: vec![Change::User(Box::new(user))] })
}

/// The end of archived users whose 90 days are over; `now` in seconds since 1970.
pub(super) fn expire(tenant: &Tenant, now: i64) -> Vec<Change> {
    let over = tenant.expired(now).flat_map(|user| {
        let at = user.archived.unwrap_or_default() + RETENTION;
        let deletion = logged(user, at, "retention", Ending::Expire);
        [Change::UserGone(user.id.clone()), Change::Logged(Box::new(deletion))]
    });
    over.collect()
}

fn logged(user: &AudianUser, at: i64, by: &str, ending: Ending) -> Deletion {
    let (user_id, email) = (user.id.clone(), user.email.clone());
    Deletion { user_id, email, at, by: by.to_owned(), reason: None, ending, devices_reassigned: 0 }
}

/// Deleting who is archived already.
fn again(desk: &Desk, user: &AudianUser) -> Result<Done, Wrong> {
    match desk.own().archive_again {
        ArchiveAgain::Conflict => Err(Wrong::Archived),
        ArchiveAgain::Missing => Err(Wrong::UserMissing),
        ArchiveAgain::Fine => {
            let at = user.archived.unwrap_or_default();
            Ok(ended(desk, user, &logged(user, at, "api", Ending::Archive), true))
        }
    }
}

fn wishes(desk: &Desk, id: &str, query: &str) -> Result<Wishes, Wrong> {
    let query = parse_query(query);
    let text = |name: &str| value(&query, name).filter(|text| !text.is_empty()).map(str::to_owned);
    let heir = text("reassignDevices");
    if let Some(heir) = &heir {
        if heir == id {
            return Err(Wrong::field(
                "reassign_devices",
                "invalid",
                "A user cannot inherit from itself",
                None,
            ));
        }
        if desk.user(heir)?.archived.is_some() {
            return Err(Wrong::UserMissing);
        }
    }
    Ok(Wishes { heir, archive: flag(&query, "archiveData")?.unwrap_or(false), reason: text("reason") })
}

/// A boolean of a query, in any case: one sample of the seed sends `True`.
fn flag(query: &[(String, String)], name: &str) -> Result<Option<bool>, Wrong> {
    let word = query.iter().find(|(key, _)| key == name).map(|(_, word)| word.to_lowercase());
    match word.as_deref() {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0" | "") => Ok(Some(false)),
        Some(_) => Err(Wrong::field("query", "type", "Value did not match type(s): boolean", None)),
    }
}

fn check_active(desk: &Desk, user: &AudianUser, wishes: &Wishes) -> Result<(), Wrong> {
    let left_behind = wishes.heir.is_none() && desk.tenant.devices_of(&user.id).next().is_some();
    let active = match desk.own().conflict {
        Conflict::Never => false,
        Conflict::OnCall => user.on_call,
        Conflict::WithDevices => user.on_call || left_behind,
    };
    if active { Err(Wrong::ActiveResources) } else { Ok(()) }
}

/// What becomes of the devices, and how many the user owned.
struct Moves {
    owned: u64,
    changes: Vec<Change>,
}

/// Owned devices go to the heir or to nobody, borrowed ones back; a plain Kazoo leaves them as they are.
fn moves(desk: &Desk, user: &AudianUser, heir: Option<&str>) -> Moves {
    let (mut owned, mut changes) = (0, Vec::new());
    for device in desk.tenant.devices_with(&user.id).filter(|_| !desk.own().plain_kazoo) {
        let mut device = device.clone();
        if device.owner.as_deref() == Some(&user.id) {
            device = devices::given_to(&device, heir);
            owned += 1;
        }
        device.hotdesk.take_if(|borrower| *borrower == user.id);
        changes.push(Change::Device(Box::new(device)));
    }
    Moves { owned, changes }
}

/// The answer to an end; never without a body where that would hide that nothing was archived.
fn ended(desk: &Desk, user: &AudianUser, deletion: &Deletion, silent: bool) -> Done {
    let details = json!({
        "status": "deleted",
        "message": "User deleted successfully",
        "details": {
            "userId": user.id, "deletedAt": stamp::utc(deletion.at),
            "devicesReassigned": deletion.devices_reassigned,
            "dataArchived": deletion.ending == Ending::Archive,
        },
    });
    let shown = match desk.own().delete_answer {
        _ if desk.own().plain_kazoo => Shown::Enveloped(view::user(desk, user)),
        DeleteAnswer::Auto if desk.style == Style::Kazoo => Shown::Enveloped(details),
        DeleteAnswer::Auto | DeleteAnswer::NoContent if silent => Shown::Nothing,
        DeleteAnswer::Auto | DeleteAnswer::NoContent | DeleteAnswer::Details => Shown::One(details),
        DeleteAnswer::Enveloped => Shown::Enveloped(details),
    };
    Done { status: 200, shown, changes: Vec::new() }
}

//! P3 and P10 of updates and offboarding: what was told happened, and to nobody else.

use callroster::outcome::{Status, StepWord};
use callroster::row::{Mode, Offboarding, Request, Updating};
use callroster::simulator::{Device, Truth, User, fingerprint};

use super::Case;
use crate::scenario::Expect;
use crate::story::Ending;

pub fn judge_update(case: &Case, wish: &Updating, broken: &mut Vec<String>) {
    if case.touched() || matches!(case.meant.expect, Expect::Invalid) {
        return;
    }
    let id = &case.meant.user_id;
    let (Some(before), Some(now)) = (case.before(id), case.user(id)) else {
        return broken.push("P10: the user is gone".into());
    };
    let all = case.outcome.status == Status::Updated;
    let told = |word| all || case.outcome.steps_done.contains(&word);
    if case.outcome.status == Status::Unknown {
        return;
    }
    let details = (&before.last_name, &before.email) != (&now.last_name, &now.email);
    let wished_details = wish.last_name.as_ref().is_none_or(|name| *name == now.last_name)
        && wish.new_email.as_ref().is_none_or(|email| Some(email) == now.email.as_ref());
    if told(StepWord::User) && !wished_details || !told(StepWord::User) && details {
        broken.push("P3: names and e-mail are not as told".into());
    }
    let password = wish.sip_password.as_ref().map(|password| fingerprint(password.reveal()));
    let set = now.devices.iter().find_map(|device| device.password.clone());
    if told(StepWord::SipPassword) && password.is_some() && set != password
        || !told(StepWord::SipPassword) && set.is_some()
    {
        broken.push("P3: the SIP password is not as told".into());
    }
    if all && !devices_as_wished(wish, now) || !told(StepWord::Device) && !same_devices(before, now) {
        broken.push("P3: the devices are not as told".into());
    }
}

fn devices_as_wished(wish: &Updating, now: &User) -> bool {
    let numbered = |number: &String| now.devices.iter().any(|device| device.contact_uri == *number);
    let turned = |device: &Device| {
        wish.device_id.as_deref() != Some(&device.id.to_string()) || device.available == wish.available
    };
    wish.new_number.as_ref().is_none_or(numbered) && now.devices.iter().all(turned)
}

fn same_devices(before: &User, now: &User) -> bool {
    let shown = |user: &User| -> Vec<(u64, String, Option<bool>)> {
        user.devices.iter().map(|device| (device.id, device.contact_uri.clone(), device.available)).collect()
    };
    shown(before) == shown(now)
}

pub fn judge_offboard(case: &Case, wish: &Offboarding, broken: &mut Vec<String>) {
    let (id, deleted) = (&case.meant.user_id, case.ending.world.deleted.borrow());
    if matches!(case.meant.expect, Expect::Invalid) {
        return;
    }
    let (before, now) = (case.before(id), case.user(id));
    match case.outcome.status {
        Status::Deleted if now.is_some() => broken.push("P3: the user is there".into()),
        // Gone after a lost answer: nobody can tell who it was.
        Status::Deleted if !(deleted.contains(id) || case.touched() && case.muddled()) => {
            broken.push("P3: somebody else deleted the user".into());
        }
        Status::Failed | Status::Unchanged | Status::NotAttempted if deleted.contains(id) => {
            broken.push("P3: the user was deleted".into());
        }
        Status::Disabled => {
            if let (Some(before), Some(now), false) = (before, now, case.touched())
                && !disabled(wish, before, now)
            {
                broken.push("P3: the devices are not as told".into());
            }
        }
        Status::Unchanged | Status::Failed if !case.touched() => {
            if let (Some(before), Some(now)) = (before, now)
                && !same_devices(before, now)
            {
                broken.push("P3: a device was changed".into());
            }
        }
        _ => {}
    }
}

fn disabled(wish: &Offboarding, before: &User, now: &User) -> bool {
    before.devices.iter().zip(&now.devices).all(|(before, now)| {
        let meant = wish.devices.is_empty() || wish.devices.contains(&now.id.to_string());
        if meant { now.available != Some(true) } else { now.available == before.available }
    })
}

/// P10: only users whom a row names were deleted, and whoever is of no row is as before.
pub fn bystanders(ending: &Ending, truth: &Truth, found: &mut Vec<String>) {
    let rows = || ending.scenario.rows.iter();
    let may_go = |id: &String| {
        rows().any(|row| {
            let deletes = matches!(&row.request, Request::Offboard(wish) if wish.mode == Mode::Delete);
            deletes && row.user_id == *id && matches!(row.expect, Expect::Reached(_))
        })
    };
    for id in ending.world.deleted.borrow().iter().filter(|id| !may_go(id)) {
        found.push(format!("P10: {id} was deleted, and no row asks for it"));
    }
    for before in &ending.scenario.before {
        if rows().any(|row| row.user_id == before.id) {
            continue;
        }
        let now = truth.users.iter().find(|user| user.id == before.id);
        let same = now.is_some_and(|now| now.last_name == before.last_name && same_devices(before, now));
        if !same {
            found.push(format!("P10: {}, whom no row names, was changed", before.first_name));
        }
    }
}

//! P1 and P3 of onboarding: at most one user a row, and what is told of it is so.

use callroster::outcome::{Status, StepWord};
use callroster::row::Onboarding;
use callroster::simulator::{DeviceKind, User, fingerprint};

use super::Case;

pub fn judge(case: &Case, wish: &Onboarding, broken: &mut Vec<String>) {
    let others = case.ending.world.others.borrow();
    let ours: Vec<&User> = (case.truth.users.iter())
        .filter(|user| user.first_name == wish.user.first_name)
        .filter(|user| case.before(&user.id).is_none() && !others.contains(&user.id))
        .collect();
    if ours.len() > 1 {
        broken.push(format!("P1: {} users were made", ours.len()));
    }
    match case.outcome.status {
        Status::Created => match ours.first() {
            // Without a tag nobody can tell a twin from the user of a lost answer.
            _ if others.contains(&case.outcome.user_id) && case.muddled() => {}
            Some(user) => created(case, wish, user, broken),
            None => broken.push("P3: the user was not made by this run".into()),
        },
        Status::Partial => match ours.first() {
            _ if others.contains(&case.outcome.user_id) && case.muddled() => {}
            Some(user) => partial(case, user, broken),
            None => broken.push("P3: the user is not there".into()),
        },
        Status::Updated => match case.user(&case.outcome.user_id) {
            Some(user) if user.first_name == wish.user.first_name => password(wish, user, broken),
            _ => broken.push("P3: the user is not there".into()),
        },
        Status::Failed | Status::Unchanged | Status::NotAttempted | Status::Invalid if !ours.is_empty() => {
            broken.push("P3: the user is there, made by this run".into());
        }
        _ => {}
    }
}

fn created(case: &Case, wish: &Onboarding, user: &User, broken: &mut Vec<String>) {
    let outcome = case.outcome;
    if outcome.user_id != user.id {
        broken.push(format!("P3: told id {:?}, true id {:?}", outcome.user_id, user.id));
    }
    let number = user.devices.iter().find(|device| device.kind == DeviceKind::Tel);
    let wished = &wish.user;
    if user.last_name != wished.last_name
        || user.email.as_deref() != wished.email.as_deref()
        || number.map(|device| device.contact_uri.as_str()) != wished.number.as_deref()
        || wished.role.as_ref().is_some_and(|role| user.role != *role)
    {
        broken.push("P3: the user that was made is not the one of the row".into());
    }
    devices(case, user, broken);
    password(wish, user, broken);
}

/// Told devices are true; all of them, unless the account shows the SIP device later.
fn devices(case: &Case, user: &User, broken: &mut Vec<String>) {
    let there: Vec<String> = user.devices.iter().map(|device| device.id.to_string()).collect();
    let told = &case.outcome.device_ids;
    let whole = case.ending.scenario.settings.switches.sip_in_answer;
    if told.iter().any(|id| !there.contains(id)) || whole && told.len() != there.len() {
        broken.push(format!("P3: told devices {told:?}, true devices {there:?}"));
    }
}

fn password(wish: &Onboarding, user: &User, broken: &mut Vec<String>) {
    let wished = wish.sip_password.as_ref().map(|password| fingerprint(password.reveal()));
    let set = user.devices.iter().find_map(|device| device.password.clone());
    if wished.is_some() && wished != set {
        broken.push("P3: the SIP password is not set".into());
    }
}

fn partial(case: &Case, user: &User, broken: &mut Vec<String>) {
    if case.outcome.user_id != user.id || case.outcome.steps_done != [StepWord::User] {
        broken.push("P3: what is told to have taken effect is not so".into());
    }
    if user.devices.iter().any(|device| device.password.is_some()) {
        broken.push("P3: the SIP password is set".into());
    }
}

//! How one user of Audian goes, in the order of its documents: disabled, devices to the heir, archived or deleted.
//!
//! Pure. The newer form of the API moves devices in one call; a plain Kazoo one by one, by their owner,
//! and leaves them with a deleted user unless they are taken away first.

use super::{Step, Verdict, of_user};
use crate::outcome::Status;
use crate::provider::Parting;
use crate::roster::User;
use crate::row::{Mode, Offboarding};
use crate::validate::Vocabulary;

pub(super) fn verdict(wish: &Offboarding, user: &User, heir: Option<&str>) -> Verdict {
    if wish.mode == Mode::Purge {
        return purge(user);
    }
    if user.is_archived() {
        return archived_before(wish, user);
    }
    let devices = match moved(wish, user, heir) {
        Ok(devices) => devices,
        Err(refusal) => return *refusal,
    };
    let (goal, steps) = match wish.mode {
        Mode::Delete => (Status::Deleted, deletion(wish, user, heir, devices)),
        Mode::Disable => (Status::Disabled, disabling(wish, user, heir, devices)),
        Mode::Archive | Mode::Purge => {
            let mut steps = disabling(wish, user, heir, devices);
            steps.push(Step::EnsureArchived { reason: wish.reason.clone() });
            (Status::Archived, steps)
        }
    };
    if steps.is_empty() {
        return Verdict::unchanged(user);
    }
    Verdict::go(goal, Some(user.clone()), steps)
}

/// Archived users may be shown as disabled, or not at all, so only who is surely not archived is refused here.
fn purge(user: &User) -> Verdict {
    if user.status == "active" {
        let message = format!(
            "the user {} is not archived, and only archived data can be purged; archive the user first, or write delete \
             into mode",
            user.id
        );
        return Verdict::fails("user_not_archived", message);
    }
    Verdict::go(Status::Purged, Some(user.clone()), vec![Step::EnsurePurged])
}

fn archived_before(wish: &Offboarding, user: &User) -> Verdict {
    if wish.mode == Mode::Delete {
        let message = format!(
            "the user {} is archived already; to delete the archived data for good write purge into mode",
            user.id
        );
        return Verdict::fails("user_archived", message);
    }
    let mut outcome = of_user(Status::Unchanged, user);
    outcome.details.insert("data_archived".into(), "true".into());
    Verdict::Ending(Box::new(outcome))
}

/// The devices that go to the heir: those that the row names, else all that the user owns.
fn moved(wish: &Offboarding, user: &User, heir: Option<&str>) -> Result<Vec<String>, Box<Verdict>> {
    if heir.is_none() {
        let message =
            "the row names devices but nobody who gets them; fill reassign_to, or clear the devices cell";
        return match wish.devices.is_empty() {
            true => Ok(Vec::new()),
            false => Err(Box::new(Verdict::invalid("identity_missing", message.into()))),
        };
    }
    for id in &wish.devices {
        let device = user.devices().iter().find(|device| device.id == *id);
        let problem = match device {
            None => format!("the user {} has no device {id}; correct the devices cell", user.id),
            Some(device) if device.borrowed => {
                format!("the user {} only borrows the device {id}; take it out of the devices cell", user.id)
            }
            Some(_) => continue,
        };
        return Err(Box::new(Verdict::fails("device_not_found", problem)));
    }
    let named = |id: &String| wish.devices.is_empty() || wish.devices.contains(id);
    Ok(owned(user).filter(named).collect())
}

/// Borrowed devices belong to somebody else and stay.
fn owned(user: &User) -> impl Iterator<Item = String> {
    user.own_devices().map(|device| device.id.clone())
}

fn disabling(wish: &Offboarding, user: &User, heir: Option<&str>, devices: Vec<String>) -> Vec<Step> {
    let mut steps = Vec::new();
    if !user.is_disabled() {
        steps.push(Step::EnsureUserDisabled);
    }
    steps.extend(reassignment(wish, heir, devices));
    steps
}

fn deletion(wish: &Offboarding, user: &User, heir: Option<&str>, devices: Vec<String>) -> Vec<Step> {
    let reason = wish.reason.clone();
    let one_by_one = wish.vocabulary == Vocabulary::AudianKazoo;
    // One call both moves everything and deletes, where it may move everything.
    if !one_by_one && wish.devices.is_empty() {
        return vec![Step::EnsureGone(Parting { heir: heir.map(str::to_owned), reason })];
    }
    let left = owned(user).filter(|id| one_by_one && !devices.contains(id));
    let mut steps: Vec<Step> = left.map(|device_id| Step::EnsureOwner { device_id, owner: None }).collect();
    steps.splice(0..0, reassignment(wish, heir, devices));
    steps.push(Step::EnsureGone(Parting { heir: None, reason }));
    steps
}

fn reassignment(wish: &Offboarding, heir: Option<&str>, devices: Vec<String>) -> Vec<Step> {
    let Some(heir) = heir.filter(|_| !devices.is_empty()) else { return Vec::new() };
    if wish.vocabulary == Vocabulary::AudianKazoo {
        let owner = || Some(heir.to_owned());
        return devices
            .into_iter()
            .map(|device_id| Step::EnsureOwner { device_id, owner: owner() })
            .collect();
    }
    vec![Step::EnsureReassigned { to: heir.to_owned(), devices }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Device;
    use crate::row::Identity;

    fn user(status: &str) -> User {
        let device = |id: &str, borrowed| Device { id: id.into(), borrowed, ..Device::default() };
        let devices = vec![device("d1", false), device("d2", false), device("b1", true)];
        User { id: "u1".into(), status: status.into(), devices: Some(devices), ..User::default() }
    }

    fn planned(
        vocabulary: Vocabulary,
        mode: Mode,
        devices: &[&str],
        heir: Option<&str>,
        status: &str,
    ) -> String {
        let wish = Offboarding {
            who: Identity::default(),
            vocabulary,
            mode,
            reason: Some("left".into()),
            reassign_to: heir.map(str::to_owned),
            devices: devices.iter().map(|id| id.to_string()).collect(),
        };
        match verdict(&wish, &user(status), heir) {
            Verdict::Go(plan) => plan.steps.iter().map(Step::name).collect::<Vec<_>>().join(", "),
            Verdict::Ending(outcome) => {
                outcome.troubles.first().map_or(outcome.status.word().into(), |trouble| trouble.code.clone())
            }
        }
    }

    #[test]
    fn a_leaver_goes_in_the_order_of_the_documents() {
        use Mode::*;
        use Vocabulary::{AudianFlat, AudianKazoo};
        let heir = Some("u2");
        for (vocabulary, mode, devices, heir, status, expected) in [
            (AudianFlat, Archive, &[][..], heir, "active", "disable, reassign, archive"),
            (AudianFlat, Archive, &[], None, "active", "disable, archive"),
            (AudianFlat, Archive, &[], heir, "disabled", "reassign, archive"),
            (AudianFlat, Archive, &[], heir, "archived", "unchanged"),
            (AudianFlat, Delete, &[], heir, "active", "delete"),
            (AudianFlat, Delete, &["d1"], heir, "active", "reassign, delete"),
            (AudianFlat, Delete, &[], None, "archived", "user_archived"),
            (AudianFlat, Disable, &[], None, "active", "disable"),
            (AudianFlat, Disable, &[], None, "disabled", "unchanged"),
            (AudianFlat, Disable, &[], None, "", "disable"),
            (AudianFlat, Purge, &[], None, "archived", "purge"),
            (AudianFlat, Purge, &[], None, "", "purge"),
            (AudianFlat, Purge, &[], None, "active", "user_not_archived"),
            (AudianFlat, Archive, &["d1"], None, "active", "identity_missing"),
            (AudianFlat, Archive, &["d9"], heir, "active", "device_not_found"),
            (AudianFlat, Archive, &["b1"], heir, "active", "device_not_found"),
            (AudianKazoo, Archive, &[], heir, "", "disable, reassign d1, reassign d2, archive"),
            (AudianKazoo, Delete, &[], heir, "", "reassign d1, reassign d2, delete"),
            (AudianKazoo, Delete, &[], None, "", "unassign d1, unassign d2, delete"),
            (AudianKazoo, Delete, &["d2"], heir, "", "reassign d2, unassign d1, delete"),
        ] {
            let steps = planned(vocabulary, mode, devices, heir, status);
            assert_eq!(steps, expected, "{vocabulary:?} {mode:?} {devices:?} {heir:?} {status}");
        }
    }
}

//! How one user of Exotel goes: deleted, or kept with every device OFF.

use super::{Step, Verdict, leaving};
use crate::outcome::Status;
use crate::planted::{Bug, planted};
use crate::provider::Parting;
use crate::roster::{Device, User};
use crate::row::{Mode, Offboarding};

pub(super) fn verdict(wish: &Offboarding, user: &User, heir: Option<&str>) -> Verdict {
    if wish.vocabulary.is_audian() {
        return leaving::verdict(wish, user, heir);
    }
    match wish.mode {
        Mode::Delete => {
            let steps = vec![Step::EnsureGone(Parting::default())];
            Verdict::go(Status::Deleted, Some(user.clone()), steps)
        }
        Mode::Disable => disable(wish, user),
        Mode::Archive | Mode::Purge => Verdict::invalid(
            "mode_invalid",
            "this provider can only delete or disable a user; write delete or disable into mode".into(),
        ),
    }
}

fn disable(wish: &Offboarding, user: &User) -> Verdict {
    if user.devices.is_none() {
        let message = format!(
            "the provider shows no devices of the user {}, not even that there are none, so nobody can tell which to switch \
             off; look at the user at the provider, or write delete into mode",
            user.id
        );
        return Verdict::fails("device_not_found", message);
    }
    let known = |id: &str| user.devices().iter().any(|device| device.id == id);
    if let Some(missing) = wish.devices.iter().find(|id| !known(id)) {
        let message = format!("the user {} has no device {missing}; correct the devices cell", user.id);
        return Verdict::fails("device_not_found", message);
    }
    let meant = |device: &&Device| {
        wish.devices.is_empty() || wish.devices.contains(&device.id) || planted(Bug::DisablesAllDevices)
    };
    let steps: Vec<Step> = user
        .devices()
        .iter()
        .filter(meant)
        .filter(|device| device.available == Some(true))
        .map(|device| Step::EnsureDisabled { device_id: device.id.clone() })
        .collect();
    if steps.is_empty() {
        return Verdict::unchanged(user);
    }
    Verdict::go(Status::Disabled, Some(user.clone()), steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Identity;
    use crate::validate::Vocabulary;

    fn user() -> User {
        let device = |id: &str, available| Device { id: id.into(), available, ..Device::default() };
        let devices = vec![device("d1", Some(true)), device("d2", Some(false)), device("d3", None)];
        User { id: "u1".into(), devices: Some(devices), ..User::default() }
    }

    fn steps(mode: Mode, devices: &[&str]) -> String {
        let wish = Offboarding {
            who: Identity::default(),
            vocabulary: Vocabulary::Exotel,
            mode,
            reason: None,
            reassign_to: None,
            devices: devices.iter().map(|id| id.to_string()).collect(),
        };
        match verdict(&wish, &user(), None) {
            Verdict::Go(plan) => plan.steps.iter().map(Step::name).collect::<Vec<_>>().join(", "),
            Verdict::Ending(outcome) => {
                outcome.troubles.first().map_or(outcome.status.word().into(), |trouble| trouble.code.clone())
            }
        }
    }

    #[test]
    fn a_leaver_is_deleted_or_loses_what_is_on() {
        assert_eq!(steps(Mode::Delete, &[]), "delete");
        assert_eq!(steps(Mode::Disable, &[]), "disable d1");
        assert_eq!(steps(Mode::Disable, &["d2"]), "unchanged");
        assert_eq!(steps(Mode::Disable, &["d9"]), "device_not_found");
        assert_eq!(steps(Mode::Purge, &[]), "mode_invalid");
    }
}

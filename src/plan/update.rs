//! Changes of one user: only what differs is sent, on the device that is meant.

use super::{Step, Verdict};
use crate::outcome::Status;
use crate::planted::{Bug, planted};
use crate::provider::Changes;
use crate::roster::{Device, User};
use crate::row::Updating;

/// A row that cannot be planned: code and message.
type Refusal = (&'static str, String);

pub(super) fn verdict(wish: &Updating, user: &User) -> Verdict {
    if user.is_archived() {
        let message =
            format!("the user {} is archived; bring the person back with `callroster restore`", user.id);
        return Verdict::fails("user_archived", message);
    }
    match steps(wish, user) {
        Err((code, message)) => Verdict::fails(code, message),
        Ok(steps) if steps.is_empty() => Verdict::unchanged(user),
        Ok(steps) => Verdict::go(Status::Updated, Some(user.clone()), steps),
    }
}

fn steps(wish: &Updating, user: &User) -> Result<Vec<Step>, Refusal> {
    let mut steps = Vec::new();
    let changes = changes(wish, user)?;
    if !changes.is_empty() {
        steps.push(Step::EnsureDetails(changes));
    }
    let named = named_device(wish, user)?;
    let mut renumbered = None;
    if let Some(number) = wish.new_number.as_ref().filter(|_| !wish.vocabulary.is_audian()) {
        let device = device_for(wish, user, named, Some("tel"))?;
        if device.contact_uri != *number {
            renumbered = Some(device);
            steps.push(Step::EnsureNumber { device_id: device.id.clone(), number: number.clone() });
        }
    }
    if let Some(available) = wish.available {
        let device = device_for(wish, user, named, None)?;
        if renumbered.is_none_or(|renumbered| renumbered.id != device.id) {
            steps.extend(availability(device, available, user));
        } else if available {
            // A new number is unverified until the person answers a call; the provider says so for the row.
            let unverified = Device { available: None, verified: Some(false), ..device.clone() };
            steps.extend(availability(&unverified, available, user));
        } else if device.available == Some(true) {
            // Once its number is new it cannot be switched any more.
            steps.splice(steps.len() - 1..steps.len() - 1, availability(device, available, user));
        }
    }
    if let Some(password) = &wish.sip_password {
        let device = device_for(wish, user, named, Some("sip"))?;
        let device_id = Some(device.id.clone());
        steps.push(Step::EnsureSipPassword { device_id, password: password.clone() });
    }
    Ok(steps)
}

/// Names that differ, and an e-mail where there is none: a set e-mail cannot be changed (developer.exotel.com, update user).
fn changes(wish: &Updating, user: &User) -> Result<Changes, Refusal> {
    let differing = |wished: &Option<String>, there: &str| wished.clone().filter(|wished| wished != there);
    let email = match &wish.new_email {
        Some(email) if user.email.is_empty() => Some(email.clone()),
        Some(email) if wish.vocabulary.is_audian() => {
            Some(email.clone()).filter(|email| *email != user.email)
        }
        Some(email) if !email.eq_ignore_ascii_case(&user.email) => {
            let message = format!(
                "the user has the e-mail {} already, and the provider does not change one; take new_email out, or \
                 offboard the user and onboard the person anew",
                user.email
            );
            return Err(("email_already_set", message));
        }
        _ => None,
    };
    Ok(Changes {
        first_name: differing(&wish.first_name, &user.first_name),
        last_name: differing(&wish.last_name, &user.last_name),
        email,
        phone: wish.new_number.clone().filter(|phone| wish.vocabulary.is_audian() && *phone != user.phone),
        enabled: wish.enabled.filter(|enabled| user.status != if *enabled { "active" } else { "disabled" }),
    })
}

/// The device that the row names, by id or by address.
fn named_device<'a>(wish: &Updating, user: &'a User) -> Result<Option<&'a Device>, Refusal> {
    if let Some(id) = &wish.device_id {
        let found = user.devices().iter().find(|device| device.id == *id);
        let problem = match found {
            Some(device) if !device.borrowed => return Ok(found),
            Some(_) => format!("the user {} only borrows the device {id}; name one of its own", user.id),
            None => format!("the user {} has no device {id}", user.id),
        };
        return Err(("device_not_found", format!("{problem}; it has {}", listed(user))));
    }
    // A device need not have an address, and must not answer to a blank cell.
    let Some(uri) = &wish.who.contact_uri else { return Ok(None) };
    let with = |uri: &str| user.own_devices().find(|device| device.contact_uri.eq_ignore_ascii_case(uri));
    // A row that was carried out before names the number that was.
    Ok(with(uri).or_else(|| with(wish.new_number.as_ref()?)))
}

/// The device for one change: the named one where it fits, else the only one that fits.
fn device_for<'a>(
    wish: &Updating,
    user: &'a User,
    named: Option<&'a Device>,
    kind: Option<&str>,
) -> Result<&'a Device, Refusal> {
    let fits = |device: &Device| kind.is_none_or(|kind| device.kind == kind);
    if let Some(device) = named.filter(|device| fits(device)) {
        return Ok(device);
    }
    if let (Some(device), true) = (named, wish.device_id.is_some() && !another_wish_fits(wish, named)) {
        let wanted = kind.unwrap_or_default();
        let message = format!(
            "device {} is a {} device, but the change needs a {wanted} device",
            device.id, device.kind
        );
        return Err(("device_not_found", message));
    }
    let mut fitting = user.own_devices().filter(|device| fits(device));
    match (fitting.next(), fitting.next()) {
        (Some(device), None) => Ok(device),
        (None, _) => {
            let kind = kind.map(|kind| format!("{kind} ")).unwrap_or_default();
            Err(("device_not_found", format!("the user {} has no {kind}device", user.id)))
        }
        _ => {
            let message = format!("the user has several devices, {}; name one in device_id", listed(user));
            Err(("device_ambiguous", message))
        }
    }
}

/// Whether the named device is the right one for some other change of the row.
fn another_wish_fits(wish: &Updating, named: Option<&Device>) -> bool {
    let kind = named.map(|device| device.kind.as_str());
    wish.available.is_some()
        || (wish.new_number.is_some() && kind == Some("tel"))
        || (wish.sip_password.is_some() && kind == Some("sip"))
}

fn listed(user: &User) -> String {
    let what = |device: &Device| {
        let parts = [device.kind.as_str(), &device.contact_uri].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    };
    let shown: Vec<String> = user
        .own_devices()
        .map(|device| match what(device) {
            what if what.is_empty() => device.id.clone(),
            what => format!("{} ({what})", device.id),
        })
        .collect();
    if shown.is_empty() { "none".into() } else { shown.join(", ") }
}

/// One device is ON at a time, so the others that are ON go OFF first (developer.exotel.com, device availability).
/// A device that is known to be unverified refuses, so the others are not touched for it.
fn availability(device: &Device, available: bool, user: &User) -> Vec<Step> {
    let mut steps = Vec::new();
    if device.available == Some(available) {
        return steps;
    }
    if available && device.verified != Some(false) && !planted(Bug::LeavesOthersOn) {
        let others =
            user.devices().iter().filter(|other| other.id != device.id && other.available == Some(true));
        steps.extend(
            others.map(|other| Step::EnsureAvailable { device_id: other.id.clone(), available: false }),
        );
    }
    steps.push(Step::EnsureAvailable { device_id: device.id.clone(), available });
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::Identity;
    use crate::secret::Secret;

    fn device(id: &str, kind: &str, uri: &str, available: Option<bool>) -> Device {
        Device {
            id: id.into(),
            kind: kind.into(),
            contact_uri: uri.into(),
            available,
            verified: Some(available.is_some()),
            ..Device::default()
        }
    }

    fn user() -> User {
        User {
            id: "u1".into(),
            first_name: "Asha".into(),
            last_name: "Rao".into(),
            devices: Some(vec![
                device("t1", "tel", "+911", Some(true)),
                device("s1", "sip", "sip:asha", Some(false)),
            ]),
            ..User::default()
        }
    }

    fn planned(wish: Updating, user: &User) -> String {
        match verdict(&wish, user) {
            Verdict::Go(plan) => plan.steps.iter().map(Step::name).collect::<Vec<_>>().join(", "),
            Verdict::Ending(outcome) => {
                outcome.troubles.first().map_or(outcome.status.word().into(), |trouble| trouble.code.clone())
            }
        }
    }

    #[test]
    fn only_what_differs_is_sent() {
        let wish = Updating { first_name: Some("Asha".into()), available: Some(true), ..Updating::default() };
        let by_number = Identity { contact_uri: Some("+911".into()), ..Identity::default() };
        assert_eq!(planned(Updating { who: by_number, ..wish }, &user()), "unchanged");
        let wish = Updating {
            last_name: Some("Iyer".into()),
            new_number: Some("+912".into()),
            ..Updating::default()
        };
        assert_eq!(planned(wish, &user()), "details, number t1");
    }

    #[test]
    fn a_device_goes_on_after_the_others_are_off() {
        let wish =
            |id: &str| Updating { device_id: Some(id.into()), available: Some(true), ..Updating::default() };
        assert_eq!(planned(wish("s1"), &user()), "off t1, on s1");
        let mut unverified = user();
        unverified.devices.as_mut().expect("set above").push(device("t2", "tel", "+913", None));
        assert_eq!(planned(wish("t2"), &unverified), "on t2");
        assert_eq!(planned(wish("x9"), &user()), "device_not_found");
        assert_eq!(
            planned(Updating { available: Some(true), ..Updating::default() }, &user()),
            "device_ambiguous"
        );
    }

    #[test]
    fn a_new_number_is_unverified() {
        let wish = |available| Updating {
            device_id: Some("t1".into()),
            new_number: Some("+912".into()),
            available: Some(available),
            ..Updating::default()
        };
        assert_eq!(planned(wish(true), &user()), "number t1, on t1");
        assert_eq!(planned(wish(false), &user()), "off t1, number t1");
        let mut unverified = user();
        unverified.devices = Some(vec![device("t1", "tel", "+911", None)]);
        assert_eq!(planned(wish(false), &unverified), "number t1");
    }

    #[test]
    fn each_change_finds_its_own_device() {
        let password = || Some(Secret::new("Abcdefg1"));
        let both = Updating {
            device_id: Some("t1".into()),
            new_number: Some("+912".into()),
            sip_password: password(),
            ..Updating::default()
        };
        assert_eq!(planned(both, &user()), "number t1, sip_password");
        let wrong =
            Updating { device_id: Some("t1".into()), sip_password: password(), ..Updating::default() };
        assert_eq!(planned(wrong, &user()), "device_not_found");
        let plain = User { devices: Some(vec![]), ..user() };
        assert_eq!(
            planned(Updating { sip_password: password(), ..Updating::default() }, &plain),
            "device_not_found"
        );
    }

    #[test]
    fn a_borrowed_device_is_never_meant() {
        let borrowed = Device { borrowed: true, ..device("s2", "sip", "", None) };
        let with = |devices: Vec<Device>| User { devices: Some(devices), ..user() };
        let wish = || Updating { sip_password: Some(Secret::new("Abcdefg1")), ..Updating::default() };
        let own = |id: &str| device(id, "sip", "", None);
        for (devices, expected) in [
            (vec![borrowed.clone()], "device_not_found"),
            (vec![own("s1"), borrowed.clone()], "sip_password"),
            (vec![own("s1"), own("s3"), borrowed.clone()], "device_ambiguous"),
        ] {
            assert_eq!(planned(wish(), &with(devices)), expected);
        }
        let both = with(vec![own("s1"), borrowed]);
        let named = Updating { device_id: Some("s2".into()), ..wish() };
        assert_eq!(planned(named.clone(), &both), "device_not_found");
        let Verdict::Ending(outcome) = verdict(&named, &both) else { unreachable!("it is refused") };
        let message = "the user u1 only borrows the device s2; name one of its own; it has s1 (sip)";
        assert_eq!(outcome.troubles[0].message, message);
        assert_eq!(outcome.device_ids, Vec::<String>::new());
    }

    #[test]
    fn a_set_email_is_not_changed() {
        let wish = |email: &str| Updating { new_email: Some(email.into()), ..Updating::default() };
        assert_eq!(planned(wish("a@example.com"), &user()), "details");
        let with_email = User { email: "A@example.com".into(), ..user() };
        assert_eq!(planned(wish("a@example.com"), &with_email), "unchanged");
        assert_eq!(planned(wish("b@example.com"), &with_email), "email_already_set");
    }
}

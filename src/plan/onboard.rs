//! Onboarding is a wished state: there already and the same is fine, there and different is not ours to change.

use compact_str::CompactString;

use super::{Step, Verdict, of_user};
use crate::columns::visible;
use crate::outcome::{RowOutcome, Status};
use crate::planted::{Bug, planted};
use crate::roster::{NewUser, User};
use crate::row::Onboarding;

pub(super) fn verdict(wish: Onboarding, found: &[User]) -> Verdict {
    let (email, number) = (&wish.user.email, wish.user.any_number());
    let holder = match email {
        // Whoever was archived may have left the e-mail to somebody else.
        Some(email) => found
            .iter()
            .filter(|user| user.email.eq_ignore_ascii_case(email))
            .min_by_key(|user| user.is_archived()),
        None => number.and_then(|number| holder_of(number, found)),
    };
    let Some(user) = holder else {
        let other = number.and_then(|number| holder_of(number, found));
        return match other {
            // The same person, who has no e-mail yet.
            Some(other) if other.email.is_empty() && has_the_names(&wish.user, other) => there(wish, other),
            Some(other) => number_taken(&wish.user, other),
            None => creation(wish),
        };
    };
    let is_others =
        |other: &&User| other.id != user.id && number.is_some_and(|number| other.answers_to(number));
    if let Some(other) = found.iter().find(is_others) {
        return number_taken(&wish.user, other);
    }
    there(wish, user)
}

/// Whose number it is: as it is written, or else as the provider may write it.
fn holder_of<'a>(number: &str, found: &'a [User]) -> Option<&'a User> {
    let exactly = found.iter().find(|user| user.answers_to(number));
    exactly.or_else(|| found.iter().find(|user| user.may_answer_to(number)))
}

/// The verdict on a row whose user is there, beyond doubt.
pub(super) fn there(wish: Onboarding, user: &User) -> Verdict {
    if user.is_archived() {
        return archived(user);
    }
    let differing = differences(&wish.user, user);
    if !differing.is_empty() && !planted(Bug::DifferenceIsUnchanged) {
        return already_exists(user, &differing);
    }
    match wish.sip_password {
        None => unchanged(user),
        Some(password) => {
            let device_id = user.devices_of("sip").next().map(|device| device.id.clone());
            let steps = vec![Step::EnsureSipPassword { device_id, password }];
            Verdict::go(Status::Updated, Some(user.clone()), steps)
        }
    }
}

/// Whoever is switched off is not switched on by a sheet that says nothing of it, but told of.
fn unchanged(user: &User) -> Verdict {
    let mut verdict = Verdict::unchanged(user);
    if let Verdict::Ending(outcome) = &mut verdict
        && user.is_disabled()
    {
        outcome.details.insert("status".into(), "disabled".into());
    }
    verdict
}

fn has_the_names(wish: &NewUser, user: &User) -> bool {
    wish.first_name == user.first_name.trim() && wish.last_name == user.last_name.trim()
}

/// The plan of a user who is not there.
fn creation(wish: Onboarding) -> Verdict {
    let mut steps = vec![Step::EnsureUser(wish.user)];
    if let Some(password) = wish.sip_password {
        steps.push(Step::EnsureSipPassword { device_id: None, password });
    }
    Verdict::go(Status::Created, None, steps)
}

/// What of a wished user differs from one who is there, as `column` phrases; blank cells are not compared.
pub fn differences(wish: &NewUser, user: &User) -> Vec<String> {
    let mut differing = Vec::new();
    let mut compare = |column: &str, wished: &str, there: &str, same: bool| {
        if !wished.is_empty() && !same {
            differing.push(format!("{column} is \"{}\" there and \"{wished}\" in the row", visible(there)));
        }
    };
    compare("first_name", &wish.first_name, &user.first_name, wish.first_name == user.first_name.trim());
    compare("last_name", &wish.last_name, &user.last_name, wish.last_name == user.last_name.trim());
    let email = wish.email.as_deref().unwrap_or_default();
    compare("email", email, &user.email, email.eq_ignore_ascii_case(&user.email));
    let number = wish.number.as_deref().unwrap_or_default();
    let there = user.devices_of("tel").next().map(|device| device.contact_uri.as_str()).unwrap_or_default();
    compare("device_contact_uri", number, there, user.may_answer_to(number));
    let phone = wish.phone.as_deref().unwrap_or_default();
    compare("device_contact_uri", phone, &user.phone, user.phone.is_empty() || phone == user.phone);
    let role = wish.role.as_deref().unwrap_or_default();
    compare("role", role, &user.role, user.may_have_role(role));
    differing
}

/// Whether a user found after an unclear create can be the one that this row made: providers may write names and numbers
/// in a way of their own. Devices may show up later than their user, so a number that is not shown yet does not count
/// against it.
pub fn created_by_row(wish: &NewUser, user: &User) -> bool {
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let same = |wished: &str, there: &str| wished.is_empty() || folded(wished) == folded(there);
    let optional =
        |wished: &Option<CompactString>, there: &str| same(wished.as_deref().unwrap_or_default(), there);
    let number_shows = user.devices_of("tel").next().is_some();
    let asked = wish.number.as_ref().filter(|_| number_shows || wish.email.is_none());
    same(&wish.first_name, &user.first_name)
        && same(&wish.last_name, &user.last_name)
        && optional(&wish.email, &user.email)
        && wish.role.as_ref().is_none_or(|role| user.may_have_role(role))
        && asked.is_none_or(|number| user.may_answer_to(number))
}

fn already_exists(user: &User, differing: &[String]) -> Verdict {
    let way = if differing.iter().any(|column| column.starts_with("role")) {
        "a role cannot be changed by API, ask an administrator; change the rest with `callroster update`"
    } else {
        "change the user with `callroster update`, or correct the row"
    };
    let message = format!("the user is there already (id {}), but {}; {way}", user.id, differing.join(", "));
    with_user(Verdict::fails("already_exists", message), user)
}

/// Whoever was archived still holds the e-mail at most providers.
fn archived(user: &User) -> Verdict {
    let message = format!(
        "the user is archived (id {}); bring the person back with `callroster restore`, or purge the archived data first",
        user.id
    );
    with_user(Verdict::fails("already_exists", message), user)
}

fn number_taken(wish: &NewUser, other: &User) -> Verdict {
    let number = wish.any_number().unwrap_or_default();
    let message = format!(
        "the device_contact_uri {number} belongs to {} {} (id {}); give the row another number, or free this one first",
        visible(&other.first_name),
        visible(&other.last_name),
        other.id
    );
    Verdict::fails("already_exists", message)
}

/// A row without a natural key that a journal shows as created from the same content; its password is set again.
pub(super) fn created_before(wish: Onboarding, user_id: &str, run: &str) -> Verdict {
    if let Some(password) = wish.sip_password {
        let user = User { id: user_id.to_string(), ..User::default() };
        let steps = vec![Step::EnsureSipPassword { device_id: None, password }];
        return Verdict::go(Status::Updated, Some(user), steps);
    }
    let mut outcome = RowOutcome::new(Status::Unchanged);
    outcome.user_id = user_id.to_string();
    outcome.details.insert("created_by_run".into(), run.to_string());
    Verdict::Ending(Box::new(outcome))
}

fn with_user(verdict: Verdict, user: &User) -> Verdict {
    match verdict {
        Verdict::Ending(mut outcome) => {
            let shown = of_user(outcome.status, user);
            outcome.user_id = shown.user_id;
            outcome.device_ids = shown.device_ids;
            outcome.sip_contact_uri = shown.sip_contact_uri;
            Verdict::Ending(outcome)
        }
        go => go,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::Device;
    use crate::secret::Secret;

    fn wish() -> Onboarding {
        let user = NewUser {
            first_name: "Asha".into(),
            last_name: "Rao".into(),
            email: Some("asha@example.com".into()),
            number: Some("+919845000001".into()),
            ..NewUser::default()
        };
        Onboarding { user, ..Onboarding::default() }
    }

    fn user() -> User {
        let device = |id: &str, kind: &str, uri: &str| Device {
            id: id.into(),
            kind: kind.into(),
            contact_uri: uri.into(),
            ..Device::default()
        };
        User {
            id: "u1".into(),
            first_name: "Asha".into(),
            last_name: "Rao".into(),
            email: "Asha@example.com".into(),
            role: "user".into(),
            devices: Some(vec![device("d1", "tel", "+919845000001"), device("d2", "sip", "sip:asha")]),
            ..User::default()
        }
    }

    fn code(verdict: &Verdict) -> String {
        match verdict {
            Verdict::Ending(outcome) => {
                outcome.troubles.first().map_or(outcome.status.word().into(), |trouble| trouble.code.clone())
            }
            Verdict::Go(plan) => {
                plan.steps.iter().map(|step| step.name()).collect::<Vec<_>>().join("+")
                    + "="
                    + plan.goal.word()
            }
        }
    }

    #[test]
    fn a_user_is_known_as_the_rows_however_the_provider_writes_it() {
        let device = |number: &str| crate::roster::Device {
            kind: "tel".into(),
            contact_uri: number.into(),
            ..Default::default()
        };
        let wish = NewUser {
            first_name: "ASHA".into(),
            last_name: "Rao  Iyer".into(),
            email: Some("Asha@x.example".into()),
            number: Some("+919845012301".into()),
            role: Some("admin".into()),
            ..NewUser::default()
        };
        let there = User {
            first_name: "Asha".into(),
            last_name: "Rao Iyer".into(),
            email: "asha@X.example".into(),
            role: "Admin".into(),
            devices: Some(vec![device("09845012301")]),
            ..User::default()
        };
        assert!(created_by_row(&wish, &there));
        let with = |change: fn(&mut User)| {
            let mut other = there.clone();
            change(&mut other);
            created_by_row(&wish, &other)
        };
        assert!(with(|user| user.devices = None), "devices may come later");
        assert!(with(|user| user.role = "".into()), "a role that is not shown");
        assert!(!with(|user| (user.role, user.is_admin) = ("".into(), Some(false))));
        assert!(!with(|user| user.role = "user".into()));
        assert!(!with(|user| user.first_name = "Usha".into()));
        assert!(!with(|user| user.email = "usha@x.example".into()));
        let by_number = NewUser { email: None, ..wish.clone() };
        assert!(created_by_row(&by_number, &there));
        assert!(!created_by_row(&by_number, &User { devices: None, ..there.clone() }));
        let other = User { devices: Some(vec![device("+919845012302")]), ..there };
        assert!(!created_by_row(&by_number, &other));
    }

    #[test]
    fn a_wished_user_is_made_kept_or_refused() {
        let password = || Some(Secret::new("Abcdefg1"));
        let other = User { id: "u2".into(), email: "b@example.com".into(), ..user() };
        let changed = |change: fn(&mut Onboarding)| {
            let mut wish = wish();
            change(&mut wish);
            wish
        };
        for (wish, found, expected) in [
            (wish(), vec![], "user=created"),
            (Onboarding { sip_password: password(), ..wish() }, vec![], "user+sip_password=created"),
            (wish(), vec![user()], "unchanged"),
            (Onboarding { sip_password: password(), ..wish() }, vec![user()], "sip_password=updated"),
            (changed(|wish| wish.user.last_name = "Iyer".into()), vec![user()], "already_exists"),
            (changed(|wish| wish.user.number = Some("+919845000009".into())), vec![user()], "already_exists"),
            (changed(|wish| wish.user.role = Some("admin".into())), vec![user()], "already_exists"),
            (changed(|wish| wish.user.role = Some("USER".into())), vec![user()], "unchanged"),
            (changed(|wish| wish.user.number = None), vec![user()], "unchanged"),
            (changed(|wish| wish.user.email = None), vec![user()], "unchanged"),
            (wish(), vec![User { status: "archived".into(), ..user() }], "already_exists"),
            (
                wish(),
                vec![User { status: "archived".into(), ..user() }, User { id: "u3".into(), ..user() }],
                "already_exists",
            ),
            (
                changed(|wish| wish.user.number = None),
                vec![User { status: "archived".into(), ..user() }, User { id: "u3".into(), ..user() }],
                "unchanged",
            ),
            (wish(), vec![other.clone()], "already_exists"),
            (wish(), vec![User { devices: None, ..user() }, other], "already_exists"),
        ] {
            assert_eq!(code(&verdict(wish.clone(), &found)), expected, "{wish:?}");
        }
    }

    #[test]
    fn a_number_that_is_merely_noted_of_somebody_else_is_theirs_too() {
        let noted = NewUser { phone: Some("+919845000009".into()), number: None, ..wish().user };
        let other =
            User { id: "u2".into(), phone: "+919845000009".into(), email: "x@example.com".into(), ..user() };
        let told = |found: &[User]| code(&verdict(Onboarding { user: noted.clone(), ..wish() }, found));
        assert_eq!(told(std::slice::from_ref(&other)), "already_exists");
        assert_eq!(told(&[user(), other]), "already_exists");
        assert_eq!(told(&[User { devices: None, ..user() }]), "unchanged");
    }

    #[test]
    fn whoever_is_switched_off_is_told_of() {
        let disabled = User { status: "disabled".into(), ..user() };
        let Verdict::Ending(outcome) = verdict(wish(), &[disabled]) else { panic!("there is nothing to do") };
        assert_eq!(outcome.details.get("status").map(String::as_str), Some("disabled"));
    }

    #[test]
    fn the_same_person_without_an_email_is_told_the_way() {
        let there = User { email: "".into(), ..user() };
        let Verdict::Ending(outcome) = verdict(wish(), &[there]) else { panic!("the person is there") };
        assert!(outcome.troubles[0].message.contains("callroster update"), "{outcome:?}");
    }
}

//! A sheet of newcomers: each with its own first name, so that the checker finds whom a row made.

use callroster::outcome::Status;
use callroster::roster::NewUser;
use callroster::row::{Onboarding, Request};
use callroster::secret::Secret;
use callroster::simulator::User;

use super::{Expect, Row, password};
use crate::chance::Chance;

pub fn rows(rows: usize, before: &[User], chance: &mut Chance) -> Vec<Row> {
    let with_passwords = chance.one_in(2);
    let nameless = chance.one_in(6);
    let mut there = before.iter();
    let made = (0..rows).map(|row| {
        let mut wish = newcomer(row, chance);
        if nameless && !chance.one_in(3) {
            (wish.user.email, wish.user.number) = (None, None);
        }
        if with_passwords && !chance.one_in(3) {
            wish.sip_password = Some(Secret::new(password(row)));
        }
        let expect = match chance.below(14) {
            lot @ 0..=2 => match (lot, there.next()) {
                (0, Some(user)) => same(&mut wish, user),
                (1, Some(user)) => differing(&mut wish, user),
                (_, Some(user)) => number_taken(&mut wish, user),
                (_, None) => wrong_role(&mut wish),
            },
            3 => elsewhere(&mut wish, row),
            4 => wrong_role(&mut wish),
            _ if !wish.user.has_natural_key() => Expect::Nameless,
            _ => Expect::Reached(Status::Created),
        };
        Row { request: Request::Onboard(wish), expect, user_id: String::new() }
    });
    made.collect()
}

fn newcomer(row: usize, chance: &mut Chance) -> Onboarding {
    let (email, number) =
        chance.pick(&[(true, true), (true, true), (true, false), (false, true), (false, false)]);
    let user = NewUser {
        first_name: format!("Asha{row}").into(),
        last_name: "Iyer".into(),
        email: email.then(|| format!("Asha{row}@Example.com").into()),
        number: number.then(|| format!("+9199860{row:05}").into()),
        phone: None,
        role: chance.pick(&[None, Some("user"), Some("supervisor")]).map(Into::into),
        device_name: chance.one_in(2).then(|| format!("desk {row}").into()),
    };
    Onboarding { user, ..Onboarding::default() }
}

/// A user who is there already, with the same content.
fn same(wish: &mut Onboarding, user: &User) -> Expect {
    wish.user.first_name = user.first_name.as_str().into();
    wish.user.last_name = user.last_name.as_str().into();
    wish.user.email = user.email.as_ref().map(|email| email.to_uppercase().into());
    wish.user.number = Some(user.devices[0].contact_uri.as_str().into());
    wish.user.role = Some("user".into());
    Expect::Reached(if wish.sip_password.is_some() { Status::Updated } else { Status::Unchanged })
}

/// A user who is there already, with another name.
fn differing(wish: &mut Onboarding, user: &User) -> Expect {
    wish.user.email = user.email.as_deref().map(Into::into);
    wish.user.number = Some(user.devices[0].contact_uri.as_str().into());
    Expect::Refused
}

fn number_taken(wish: &mut Onboarding, user: &User) -> Expect {
    wish.user.number = Some(user.devices[0].contact_uri.as_str().into());
    Expect::Refused
}

/// A role that the provider does not have; validation would find it first.
fn wrong_role(wish: &mut Onboarding) -> Expect {
    wish.user.role = Some("chief".into());
    Expect::Refused
}

/// An e-mail that another account has: the provider says "exists", and no list shows it.
fn elsewhere(wish: &mut Onboarding, row: usize) -> Expect {
    wish.user.email = Some(format!("asha{row}@elsewhere.example").into());
    Expect::Elsewhere
}

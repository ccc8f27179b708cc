//! A sheet of changes: names, e-mails, numbers, availability and passwords of people who are there.

use callroster::outcome::Status;
use callroster::row::{Identity, Request, Updating};
use callroster::secret::Secret;
use callroster::simulator::{Device, DeviceKind, User};

use super::{ELSEWHERE, Expect, Row, password};
use crate::chance::Chance;

pub fn rows(rows: usize, before: &[User], chance: &mut Chance) -> Vec<Row> {
    let mut made: Vec<Row> = Vec::new();
    for row in 0..rows {
        let user = &before[row];
        let mut wish = Updating { who: who(user, chance), ..Updating::default() };
        let expect = match chance.below(12) {
            0 => {
                wish.who = Identity { email: Some("nobody@example.com".into()), ..Identity::default() };
                wish.last_name = Some("Nobody".into());
                Expect::Refused
            }
            1 if row > 0 && user.email.is_some() => {
                wish.who = Identity {
                    user_id: Some(before[row - 1].id.clone()),
                    email: user.email.clone(),
                    contact_uri: None,
                };
                wish.last_name = Some("Conflict".into());
                Expect::Invalid
            }
            2 if row > 0 && matches!(made[row - 1].expect, Expect::Reached(_)) => {
                wish.who = Identity { user_id: Some(before[row - 1].id.clone()), ..Identity::default() };
                wish.last_name = Some("Twice".into());
                Expect::Invalid
            }
            3 => {
                wish.last_name = Some(user.last_name.clone());
                Expect::Reached(Status::Unchanged)
            }
            _ => changes(&mut wish, row, before, chance),
        };
        made.push(Row { request: Request::Update(wish), expect, user_id: user.id.clone() });
    }
    made
}

/// One of the ways in which a row may name its user.
pub fn who(user: &User, chance: &mut Chance) -> Identity {
    let number = user.devices[0].contact_uri.clone();
    match (chance.below(3), &user.email) {
        (0, Some(email)) => Identity { email: Some(email.to_uppercase()), ..Identity::default() },
        (1, _) => Identity { contact_uri: Some(number), ..Identity::default() },
        _ => Identity { user_id: Some(user.id.clone()), ..Identity::default() },
    }
}

fn changes(wish: &mut Updating, row: usize, before: &[User], chance: &mut Chance) -> Expect {
    let user = &before[row];
    let mut expect = Expect::Reached(Status::Updated);
    wish.last_name = Some("Iyer".into()).filter(|_| chance.one_in(2));
    if user.email.is_none() && chance.one_in(2) {
        wish.new_email = Some(format!("new{row}@example.com"));
    }
    match chance.below(4) {
        0 => wish.new_number = Some(format!("+9197310{row:05}")),
        1 => {
            wish.new_number = Some(format!("{ELSEWHERE}{row:05}"));
            expect = Expect::Refused;
        }
        2 => expect = availability(wish, user, chance),
        _ => {}
    }
    let nothing = wish.last_name.is_none() && wish.new_email.is_none() && wish.new_number.is_none();
    if chance.one_in(3) || nothing && wish.available.is_none() {
        wish.sip_password = Some(Secret::new(password(row)));
    }
    if wish.sip_password.is_some() && expect == Expect::Reached(Status::Unchanged) {
        expect = Expect::Reached(Status::Updated);
    }
    if wish.sip_password.is_some() && wish.device_id.as_ref().is_some_and(|id| is_tel(user, id)) {
        wish.sip_password = None;
        let details = wish.last_name.is_some() || wish.new_email.is_some();
        let turns = user.devices.iter().any(|device| {
            device.available != wish.available && Some(&device.id.to_string()) == wish.device_id.as_ref()
        });
        if expect != Expect::Refused && !details && !turns {
            expect = Expect::Reached(Status::Unchanged);
        }
    }
    expect
}

fn is_tel(user: &User, id: &str) -> bool {
    user.devices.iter().any(|device| device.id.to_string() == *id && device.kind == DeviceKind::Tel)
}

fn availability(wish: &mut Updating, user: &User, chance: &mut Chance) -> Expect {
    let device: &Device = &user.devices[chance.below(user.devices.len() as u64) as usize];
    let available = chance.one_in(2);
    (wish.device_id, wish.available) = (Some(device.id.to_string()), Some(available));
    match device.available {
        None => Expect::Refused,
        Some(there) if there == available && wish.last_name.is_none() && wish.new_email.is_none() => {
            Expect::Reached(Status::Unchanged)
        }
        Some(_) => Expect::Reached(Status::Updated),
    }
}

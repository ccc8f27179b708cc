//! A sheet of leavers: deleted, or kept with their devices OFF.

use callroster::outcome::Status;
use callroster::row::{Identity, Mode, Offboarding, Request};
use callroster::simulator::User;
use callroster::validate::Vocabulary;

use super::update::who;
use super::{Expect, Row};
use crate::chance::Chance;

pub fn rows(rows: usize, before: &[User], chance: &mut Chance) -> Vec<Row> {
    let mut made: Vec<Row> = Vec::new();
    for (row, user) in before.iter().enumerate().take(rows) {
        let mode = chance.pick(&[Mode::Delete, Mode::Delete, Mode::Disable]);
        let mut wish = Offboarding {
            who: who(user, chance),
            vocabulary: Vocabulary::Exotel,
            mode,
            reason: None,
            reassign_to: None,
            devices: vec![],
        };
        let expect = match chance.below(10) {
            0 => {
                wish.who = Identity { email: Some("nobody@example.com".into()), ..Identity::default() };
                Expect::Refused
            }
            1 if row > 0 && user.email.is_some() => {
                let user_id = Some(before[row - 1].id.clone());
                wish.who = Identity { user_id, email: user.email.clone(), contact_uri: None };
                Expect::Invalid
            }
            2 if row > 0 && matches!(made[row - 1].expect, Expect::Reached(_)) => {
                wish.who = Identity { user_id: Some(before[row - 1].id.clone()), ..Identity::default() };
                Expect::Invalid
            }
            3 if mode == Mode::Disable => {
                wish.devices = vec![user.devices[1].id.to_string()];
                Expect::Reached(Status::Unchanged)
            }
            _ => Expect::Reached(reached(mode, user)),
        };
        made.push(Row { request: Request::Offboard(wish), expect, user_id: user.id.clone() });
    }
    made
}

fn reached(mode: Mode, user: &User) -> Status {
    match mode {
        Mode::Delete => Status::Deleted,
        _ if user.devices.iter().any(|device| device.available == Some(true)) => Status::Disabled,
        _ => Status::Unchanged,
    }
}

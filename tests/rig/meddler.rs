//! Somebody else on the same account: takes addresses, makes twins, renames, dismisses and hires anew.

use compact_str::CompactString;

use callroster::row::{Kind, Request};

use crate::account::{self, Person};
use crate::chance::Chance;
use crate::scenario::Scenario;
use crate::world::World;

/// Does something to the people of one row, drawn by chance.
pub fn meddle(world: &World, scenario: &Scenario, deed: &str, chance: &mut Chance) {
    let row = whose(world, scenario, chance);
    let (now, mut simulator) = (world.now(), world.simulator.borrow_mut());
    // Before the look is done, whoever has the e-mail is the one whom the row means.
    if scenario.kind != Kind::Onboard && !world.platter.borrow().state.ready {
        return;
    }
    let target = scenario.rows[row].user_id.clone();
    world.touched.borrow_mut().insert(row as u32);
    match (scenario.kind, deed) {
        (Kind::Onboard, _) => {
            let twin = deed == "somebody" && chance.one_in(2);
            let Some(person) = rival(&scenario.rows[row].request, twin) else { return };
            world.others.borrow_mut().extend(account::join(&mut simulator, now, &person));
        }
        (_, "somebody") if chance.one_in(2) => account::rename(&mut simulator, now, &target, "Renamed"),
        (_, "somebody") => account::leave(&mut simulator, now, &target),
        _ => {
            account::leave(&mut simulator, now, &target);
            let Some(before) = scenario.before.iter().find(|user| user.id == target) else { return };
            let person = Person {
                first_name: "Rehired".into(),
                last_name: before.last_name.clone(),
                email: before.email.clone(),
                number: Some(before.devices[0].contact_uri.clone()),
                role: None,
            };
            world.others.borrow_mut().extend(account::join(&mut simulator, now, &person));
        }
    }
}

/// A row in the middle of its steps, a row that has not ended, or any.
fn whose(world: &World, scenario: &Scenario, chance: &mut Chance) -> usize {
    let state = &world.platter.borrow().state;
    let all: Vec<u32> = (0..scenario.rows.len() as u32).collect();
    let waiting: Vec<u32> = all.iter().copied().filter(|row| state.ended_at(*row).is_none()).collect();
    let open: Vec<u32> = state.open.keys().copied().collect();
    let drawn = [&open, &waiting, &all][chance.below(3) as usize];
    let rows = if drawn.is_empty() { &all } else { drawn };
    chance.pick(rows) as usize
}

/// Somebody with a row's e-mail or number: a twin of the same content, or another person.
fn rival(request: &Request, twin: bool) -> Option<Person> {
    let Request::Onboard(wish) = request else { return None };
    let wished = &wish.user;
    if !wished.has_natural_key() {
        return None;
    }
    let text = |text: &Option<CompactString>| text.as_deref().map(str::to_owned);
    let person = Person {
        first_name: wished.first_name.to_string(),
        last_name: wished.last_name.to_string(),
        email: text(&wished.email),
        number: text(&wished.number),
        role: text(&wished.role),
    };
    let other = || Person { first_name: "Other".into(), last_name: "Person".into(), ..person.clone() };
    Some(if twin { person } else { other() })
}

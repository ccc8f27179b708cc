//! Lists: pages with opaque keys, filters, and who is shown (part 2.4 of the reference).

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::super::chance::mix;
use super::state::{AudianDevice, AudianUser};
use super::switches::Filters;
use super::view;
use super::wrong::Wrong;
use super::{Desk, Done, Shown};

/// Rows on a page, unless the caller says otherwise.
const DEFAULT_SIZE: usize = 25;

/// Most rows on a page.
const MOST: usize = 100;

/// Rows on a page of a plain Kazoo, which knows no most.
const KAZOO_SIZE: usize = 50;

/// One page of a list.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    /// `None` where all was asked for at once: such a list has no keys.
    pub(super) keys: Option<Keys>,
}

/// The key of a page, and the key of the next one.
pub(super) struct Keys {
    pub(super) start: String,
    pub(super) next: Option<String>,
}

type Query = Vec<(String, String)>;

pub(super) fn users(desk: &Desk, query: &str) -> Result<Done, Wrong> {
    let query = parse_query(query);
    let start = start(&query)?;
    let email = value(&query, "filter_email").filter(|_| desk.own().filters == Filters::Find);
    let shown = |user: &&AudianUser| desk.own().archived_list || user.archived.is_none();
    let row = |user: &AudianUser| view::user_row(desk, user);
    let fits = |user: &&AudianUser| user_fits(user, &query);
    match email {
        // An index finds what would cost a walk through everybody.
        Some(email) => {
            let found = desk.listed.with_email(email).iter().filter(|serial| **serial >= start);
            let users = found.filter_map(|serial| desk.listed.user_at(*serial)).filter(shown);
            page(desk, &query, users.map(|user| (user.serial, user)), fits, row)
        }
        None => {
            let users = desk.listed.users_from(start).filter(shown);
            page(desk, &query, users.map(|user| (user.serial, user)), fits, row)
        }
    }
}

pub(super) fn devices(desk: &Desk, query: &str) -> Result<Done, Wrong> {
    let query = parse_query(query);
    let devices = desk.listed.devices_from(start(&query)?).map(|device| (device.serial, device));
    let fits = |device: &&AudianDevice| device_fits(device, &query);
    page(desk, &query, devices, fits, |device| view::device(desk, device, false))
}

/// The devices of a user, with those that the user borrows, which are marked.
pub(super) fn devices_of(desk: &Desk, user: &str, query: &str) -> Result<Done, Wrong> {
    desk.shown_user(user)?;
    let query = parse_query(query);
    let own = |device: &&AudianDevice| device.owner.as_deref() == Some(user);
    let start = start(&query)?;
    let all = desk.listed.devices_with(user).filter(|device| device.serial >= start);
    let fits = |device: &&AudianDevice| device_fits(device, &query);
    page(desk, &query, all.map(|device| (device.serial, device)), fits, |device| {
        view::device(desk, device, !own(&device))
    })
}

/// The log of deletions, oldest first.
pub(super) fn deletions(desk: &Desk, query: &str) -> Result<Done, Wrong> {
    let query = parse_query(query);
    let log = desk.listed.log().iter().enumerate().skip(start(&query)? as usize);
    page(
        desk,
        &query,
        log.map(|(number, deletion)| (number as u64, deletion)),
        |_| true,
        |deletion| view::deletion(desk, deletion),
    )
}

/// One page of the rows that the filter leaves.
fn page<'a, T: 'a>(
    desk: &Desk,
    query: &Query,
    all: impl Iterator<Item = (u64, &'a T)>,
    fits: impl Fn(&&'a T) -> bool,
    row: impl Fn(&'a T) -> Value,
) -> Result<Done, Wrong> {
    let filters = desk.own().filters;
    if value(query, "paginate").is_some_and(|word| word.eq_ignore_ascii_case("false")) {
        if !desk.own().whole_list {
            return Err(Wrong::ListTooLarge);
        }
        let kept = all.map(|(_, one)| one).filter(|one| filters == Filters::Ignored || fits(one));
        return Ok(Done::show(Shown::Page(Page { rows: kept.map(row).collect(), keys: None })));
    }
    let size = size(desk, query)?;
    let mut kept = all.filter(|(_, one)| filters != Filters::Find || fits(one));
    let taken: Vec<(u64, &T)> = kept.by_ref().take(size).collect();
    let next = kept.next().map(|(serial, _)| encode(serial));
    let first = start(query)?;
    let rows = taken.into_iter().map(|(_, one)| one);
    let rows = rows.filter(|one| filters != Filters::ThinOut || fits(one)).map(row).collect();
    let next = if desk.own().repeat_key { Some(encode(first)) } else { next };
    Ok(Done::show(Shown::Page(Page { rows, keys: Some(Keys { start: encode(first), next }) })))
}

/// The size of a page; a plain Kazoo takes nonsense for the default.
fn size(desk: &Desk, query: &Query) -> Result<usize, Wrong> {
    let (default, most) =
        if desk.own().plain_kazoo { (KAZOO_SIZE, usize::MAX) } else { (DEFAULT_SIZE, MOST) };
    let given = value(query, "page_size").map(|size| size.parse::<usize>().ok().filter(|size| *size > 0));
    match given {
        None => Ok(default),
        Some(Some(size)) => Ok(size.min(most)),
        Some(None) if desk.own().plain_kazoo => Ok(default),
        Some(None) => Err(Wrong::field("page_size", "type", "Value is no number", None)),
    }
}

fn user_fits(user: &AudianUser, query: &Query) -> bool {
    query.iter().all(|(name, wished)| match name.as_str() {
        "filter_email" => user.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(wished)),
        "filter_username" => user.username.as_deref() == Some(wished),
        "filter_first_name" => user.first_name == *wished,
        "filter_last_name" => user.last_name == *wished,
        _ => true,
    })
}

fn device_fits(device: &AudianDevice, query: &Query) -> bool {
    query.iter().all(|(name, wished)| match name.as_str() {
        "filter_owner_id" => device.owner.as_deref() == Some(wished),
        "filter_device_type" => device.device_type == *wished,
        "filter_name" => device.name == *wished,
        _ => true,
    })
}

/// The serial that the caller's `start_key` stands for.
fn start(query: &Query) -> Result<u64, Wrong> {
    let key = value(query, "start_key").filter(|key| !key.is_empty());
    key.map_or(Ok(0), |key| {
        decode(key).ok_or_else(|| Wrong::field("start_key", "invalid", "The key is not known", None))
    })
}

pub(super) fn value<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// Names and values of a query; a bare `+` is a space, as in a form.
pub(super) fn parse_query(query: &str) -> Query {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(n, v)| (decode(n), decode(v)))
        .collect()
}

/// A key that nobody can count on from; it ends in a mark, so that a made-up one is refused.
fn encode(serial: u64) -> String {
    let hidden = (serial as u32) ^ 0x5bd1_e995;
    format!("g2wA{hidden:08x}{:04x}", mix(9, serial) & 0xffff)
}

fn decode(key: &str) -> Option<u64> {
    let hidden = u32::from_str_radix(key.strip_prefix("g2wA")?.get(..8)?, 16).ok()?;
    let serial = u64::from(hidden ^ 0x5bd1_e995);
    (encode(serial) == key).then_some(serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_opaque_and_read_back() {
        for serial in [0, 1, 99, 100_000] {
            assert_eq!(decode(&encode(serial)), Some(serial));
        }
        for made_up in ["", "g2wA", "25", "g2wA5bd1e9950000", "é"] {
            assert_eq!(decode(made_up), None, "{made_up}");
        }
    }
}

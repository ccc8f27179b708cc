//! The list of users: filters, pages, what is shown of each (seed 001, part 1.5 of the reference).

use std::collections::BTreeSet;

use super::wrong::Wrong;
use super::{Desk, Done, Fields, Shown, parse_query};

/// Users on a page, unless the caller says otherwise.
const DEFAULT_LIMIT: usize = 20;

/// Most users on a page.
const MOST: usize = 50;

/// One page, by the serials of its users.
pub(super) struct Page {
    pub(super) serials: Vec<u64>,
    pub(super) total: usize,
    pub(super) offset: usize,
    pub(super) limit: usize,
    pub(super) fields: Fields,
}

pub(super) fn list(desk: &Desk, query: &str) -> Result<Done, Wrong> {
    let query = parse_query(query);
    let offset = number(&query, "offset")?.unwrap_or(0);
    let limit = match number(&query, "limit")?.unwrap_or(DEFAULT_LIMIT) {
        0 => return Err(Wrong::FormatInvalid),
        limit if limit > MOST && desk.switches.refuse_over_limit => return Err(Wrong::FormatInvalid),
        limit => limit.min(MOST),
    };
    let found = if desk.switches.list_filters { matches(desk, &query) } else { None };
    let (serials, total) = match found {
        Some(found) => (found.iter().skip(offset).take(limit).copied().collect(), found.len()),
        None => {
            let page = desk.listed.page(offset, limit);
            (page.iter().map(|user| user.serial).collect(), desk.listed.count())
        }
    };
    let page = Page { serials, total, offset, limit, fields: Fields::parse(&query) };
    Ok(Done { shown: Shown::Page(page), changes: Vec::new() })
}

/// The users that the filters leave, or `None` without a filter.
///
/// Undocumented, and chosen here: two filters combine by AND, addresses are compared case
/// aside, numbers as they are, an empty filter matches nobody.
fn matches(desk: &Desk, query: &[(String, String)]) -> Option<BTreeSet<u64>> {
    let small = |email: &str| email == email.to_lowercase();
    let by_email = filter(query, "email", |email| match desk.switches.own_spelling && !small(email) {
        true => &[][..],
        false => desk.listed.with_email(email),
    });
    let by_contact = filter(query, "devices.contact_uri", |contact| shown_contact(desk, contact));
    match (by_email, by_contact) {
        (Some(one), Some(other)) => Some(one.intersection(&other).copied().collect()),
        (one, other) => one.or(other),
    }
}

/// A device that does not appear yet is not found either.
fn shown_contact<'a>(desk: &'a Desk, contact: &str) -> &'a [u64] {
    let found = desk.listed.with_contact(contact);
    let appears = found.iter().filter_map(|serial| desk.listed.at(*serial)).any(|user| {
        let mut devices =
            user.devices.iter().filter(|device| device.contact_uri.eq_ignore_ascii_case(contact));
        devices.any(|device| device.appears <= desk.wall)
    });
    if appears { found } else { &[] }
}

fn filter<'a>(
    query: &[(String, String)],
    name: &str,
    find: impl Fn(&str) -> &'a [u64],
) -> Option<BTreeSet<u64>> {
    let mut values = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value).peekable();
    values.peek()?;
    Some(values.flat_map(|value| value.split(',')).flat_map(|value| find(value).iter().copied()).collect())
}

fn number(query: &[(String, String)], name: &str) -> Result<Option<usize>, Wrong> {
    let value = query.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    value.map(|value| value.parse().map_err(|_| Wrong::FormatInvalid)).transpose()
}

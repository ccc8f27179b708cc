//! Which users were seen: a set that takes 20 bytes a user, so that a huge roster fits a small memory.
//!
//! Pure. It holds 128-bit hashes of ids in one open-addressing table, made as large as the roster at once.
//! A false "seen already" would lose a living user; among five million ids its chance is below 1 in 10^25.

use std::hash::{DefaultHasher, Hasher};

/// The hash of a user's id; never zero, which stands for an empty place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(u128);

/// A roster that claims to be larger than this is believed bit by bit.
const LARGEST_CLAIM: u64 = 16 << 20;

/// The set of users that a sweep has seen.
#[derive(Debug, Default)]
pub struct IdSet {
    places: Vec<u128>,
    count: usize,
}

impl Key {
    pub fn of(id: &str) -> Key {
        let half = |first: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(first);
            hasher.write(id.as_bytes());
            u128::from(hasher.finish())
        };
        Key((half(1) << 64 | half(2)).max(1))
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Key {
        Key(u128::from_le_bytes(bytes).max(1))
    }

    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    pub fn number(self) -> u128 {
        self.0
    }
}

impl IdSet {
    pub fn count(&self) -> u64 {
        self.count as u64
    }

    /// Makes room for so many users in all. Growing later is possible, but for a moment takes twice the memory.
    pub fn reserve(&mut self, users: u64) {
        let users = users.min(LARGEST_CLAIM) as usize;
        if users > most_in(self.places.len()) {
            self.rebuild(users + users / 4 + 16);
        }
    }

    pub fn contains(&self, key: Key) -> bool {
        !self.places.is_empty() && self.places[self.place(key.0)] == key.0
    }

    /// Reads the places of a page's users, so that the memory looks for all of them at once and not for one after the
    /// other.
    pub fn fetch(&self, keys: &[Key]) {
        if !self.places.is_empty() {
            let seen = keys.iter().fold(0, |seen, key| seen ^ self.places[self.first_place(key.0)]);
            std::hint::black_box(seen);
        }
    }

    /// Whether the user was not in the set before.
    pub fn insert(&mut self, key: Key) -> bool {
        if self.count >= most_in(self.places.len()) {
            self.rebuild(self.places.len() + self.places.len() / 2 + 64);
        }
        let place = self.place(key.0);
        let new = self.places[place] != key.0;
        self.places[place] = key.0;
        self.count += usize::from(new);
        new
    }

    /// Where the number is, or else the empty place where it belongs.
    fn place(&self, number: u128) -> usize {
        let count = self.places.len();
        let mut place = self.first_place(number);
        while self.places[place] != 0 && self.places[place] != number {
            place = if place + 1 == count { 0 } else { place + 1 };
        }
        place
    }

    /// The upper half of the hash, scaled to the table, spreads evenly without a power of two.
    fn first_place(&self, number: u128) -> usize {
        (((number >> 64) * self.places.len() as u128) >> 64) as usize
    }

    fn rebuild(&mut self, places: usize) {
        let before = std::mem::replace(&mut self.places, vec![0; places]);
        for number in before.into_iter().filter(|number| *number != 0) {
            let place = self.place(number);
            self.places[place] = number;
        }
    }
}

/// How many users a table holds before it gets slow.
fn most_in(places: usize) -> usize {
    places - places / 8 - places.min(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> Key {
        Key::of(&format!("{number:032x}"))
    }

    #[test]
    fn every_user_is_new_once_with_and_without_room_made() {
        for room in [0, 10, 5_000, u64::MAX >> 50] {
            let mut ids = IdSet::default();
            assert!(!ids.contains(key(0)));
            ids.reserve(room);
            for round in 0..2 {
                for number in 0..5_000 {
                    assert_eq!(ids.insert(key(number)), round == 0, "user {number}, room {room}");
                }
            }
            assert_eq!(ids.count(), 5_000);
            assert!((0..5_000).all(|number| ids.contains(key(number))));
            assert!(!(5_000..10_000).any(|number| ids.contains(key(number))));
        }
    }

    #[test]
    fn a_user_takes_less_than_24_bytes_when_the_total_is_known() {
        for users in [1_000u64, 99_999, 1_000_000] {
            let mut ids = IdSet::default();
            ids.reserve(users);
            let before = ids.places.len();
            (0..users as u32).for_each(|number| assert!(ids.insert(key(number))));
            assert_eq!(ids.places.len(), before, "no growing for {users}");
            assert!(ids.places.len() as u64 * 16 < users * 24, "{users}");
        }
    }

    #[test]
    fn an_absurd_total_is_not_believed() {
        let mut ids = IdSet::default();
        ids.reserve(u64::MAX);
        assert!(ids.places.len() as u64 <= LARGEST_CLAIM * 2);
    }

    #[test]
    fn a_key_survives_its_bytes() {
        assert_eq!(Key::from_bytes(key(7).to_bytes()), key(7));
        assert_ne!(key(7), key(8));
    }
}

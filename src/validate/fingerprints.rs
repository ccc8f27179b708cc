//! Which rows of a file may hold the same text, found from eight bytes a cell.
//!
//! Pure. A fingerprint is the same for texts that differ in letter case only; two different texts may share one,
//! so what is found here is only a suspicion.

use crate::row::Field;

const BUCKETS: usize = 256;

/// The fingerprints of a file's cells, each with its row.
#[derive(Debug)]
pub(super) struct Fingerprints {
    /// By the first byte of the fingerprint; a key is the next four bytes of it above the four of the row.
    buckets: Vec<Vec<u64>>,
}

impl Fingerprints {
    /// Makes room for so many cells.
    pub(super) fn new(cells: usize) -> Fingerprints {
        let even = cells / BUCKETS;
        let bucket = || Vec::with_capacity(even + even / 16);
        Fingerprints { buckets: (0..BUCKETS).map(|_| bucket()).collect() }
    }

    /// Adds a cell; only the upper 40 bits of its fingerprint are kept.
    pub(super) fn add(&mut self, fingerprint: u64, row: u32) {
        let key = (fingerprint << 8 >> 32 << 32) | u64::from(row);
        self.buckets[(fingerprint >> 56) as usize].push(key);
    }

    /// The rows that share a fingerprint with another cell, in order.
    pub(super) fn shared(self) -> Vec<u32> {
        let (mut rows, mut once, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for mut bucket in self.buckets {
            keep_likely(&mut bucket, &mut once, &mut again);
            bucket.sort_unstable();
            let alike = bucket.chunk_by(|one, other| one >> 32 == other >> 32);
            for keys in alike.filter(|keys| keys.len() > 1) {
                rows.extend(keys.iter().map(|key| *key as u32));
            }
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

/// Drops nearly all keys that are alone, which is much quicker than to sort them.
///
/// Each key has a bit of its own among some ten times as many; few others share it by chance.
fn keep_likely(bucket: &mut Vec<u64>, once: &mut Vec<u64>, again: &mut Vec<u64>) {
    let words = (bucket.len() / 8).next_power_of_two();
    let place = |key: u64| ((key >> 38) as usize & (words - 1), 1_u64 << (key >> 32 & 63));
    for bits in [&mut *once, &mut *again] {
        bits.clear();
        bits.resize(words, 0);
    }
    for key in bucket.iter() {
        let (word, bit) = place(*key);
        again[word] |= once[word] & bit;
        once[word] |= bit;
    }
    bucket.retain(|key| {
        let (word, bit) = place(*key);
        again[word] & bit != 0
    });
}

/// The same for texts that differ in letter case only.
pub(super) fn fingerprint(field: Field, text: &str) -> u64 {
    match text.is_ascii() {
        true => of_bytes(field, text.as_bytes()),
        false => of_bytes(field, text.to_lowercase().as_bytes()),
    }
}

/// Setting this bit makes ASCII letters lower case, and does no harm to others.
const LOWER_CASE: u64 = 0x2020_2020_2020_2020;

fn of_bytes(field: Field, bytes: &[u8]) -> u64 {
    let mut hash = mixed((bytes.len() as u64) << 8 | field as u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = mixed(hash ^ (u64::from_le_bytes(*word) | LOWER_CASE));
    }
    if rest.is_empty() {
        return hash;
    }
    let end = match bytes.last_chunk::<8>() {
        Some(end) => u64::from_le_bytes(*end),
        None => rest.iter().fold(0, |end, byte| end << 8 | u64::from(*byte)),
    };
    mixed(hash ^ (end | LOWER_CASE))
}

/// Spreads every bit over all bits.
fn mixed(word: u64) -> u64 {
    let product = u128::from(word ^ 0x9e37_79b9_7f4a_7c15) * u128::from(0xd6e8_feb8_6659_fd93_u64);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letter_case_does_not_matter_and_everything_else_does() {
        let of = |text: &str| fingerprint(Field::Email, text);
        for (one, other, alike) in [
            ("Asha@Example.com", "asha@example.COM", true),
            ("ZOË@x.io", "zoë@x.io", true),
            ("\u{212a}@x.io", "k@x.io", true),
            ("asha@example.com", "asha@example.co", false),
            ("asha.1@example.com", "asha.2@example.com", false),
            ("ab", "ba", false),
            ("a", "aa", false),
        ] {
            assert_eq!(of(one) == of(other), alike, "{one} {other}");
        }
        assert_ne!(of("asha"), fingerprint(Field::UserId, "asha"));
    }

    #[test]
    fn a_million_cells_hardly_share_one_by_chance() {
        let mut fingerprints = Fingerprints::new(1_000_000);
        for row in 0..1_000_000 {
            fingerprints.add(fingerprint(Field::Email, &format!("u.{row:07}@mail.example.com")), row);
        }
        assert!(fingerprints.shared().len() <= 8);
    }

    proptest! {
        #[test]
        fn every_shared_text_is_found(texts in prop::collection::vec("[abAB]{0,3}", 0..60)) {
            let mut fingerprints = Fingerprints::new(0);
            for (row, text) in texts.iter().enumerate() {
                fingerprints.add(fingerprint(Field::Email, text), row as u32);
            }
            let alike = |text: &str| texts.iter().filter(|other| other.eq_ignore_ascii_case(text)).count();
            let wanted: Vec<u32> =
                (0..texts.len() as u32).filter(|row| alike(&texts[*row as usize]) > 1).collect();
            prop_assert_eq!(fingerprints.shared(), wanted);
        }
    }
}

//! The simulator's own chance: a seeded generator, so that the same seed and the same
//! requests bring the same replies. Nothing here reads the system's randomness.

/// A splitmix64 generator.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        finish(self.0)
    }

    /// A number from 0 up to, without, `end`; 0 where `end` is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.next() % end }
    }

    /// A fraction from 0 up to, without, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        // 53 bits are what a double holds exactly.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// 32 hexadecimal digits, the form of request ids.
    pub(super) fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }
}

/// A well spread number that depends on both arguments only.
pub(super) fn mix(seed: u64, number: u64) -> u64 {
    finish(finish(seed ^ 0x5851_f42d_4c95_7f2d).wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

fn finish(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_brings_the_same_numbers() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (chance.hex32(), chance.below(10), chance.fraction().to_bits())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert_eq!(draw(7).0.len(), 32);
    }
}

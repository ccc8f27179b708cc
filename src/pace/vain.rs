//! Refusals in a row, with no call taken between them: how many tries they amount to.

/// Counted over all calls of a kind: while all wait, whoever goes first asks for all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct InVain {
    /// The first refusal, in seconds.
    since: Option<f64>,
    tries: u32,
}

impl InVain {
    /// The first refusal of a burst. A wait that was told, and is no mere moment, is a try. Others are found by doubling,
    /// and count as the usual back-off does, after 1, 3, 7, … seconds: so six tries outlast a window of a minute.
    pub fn refused(&mut self, now: f64, told: bool) {
        let waited = now - *self.since.get_or_insert(now);
        if told || waited + 1.0 >= 2f64.powi(self.tries.min(30) as i32 + 1) {
            self.tries += 1;
        }
    }

    pub fn tries(&self) -> u32 {
        self.tries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tries that refusals at these seconds amount to.
    fn tries(told: bool, refusals: &[f64]) -> Vec<u32> {
        let mut vain = InVain::default();
        let count = |now: &f64| {
            vain.refused(*now, told);
            vain.tries()
        };
        refusals.iter().map(count).collect()
    }

    #[test]
    fn told_waits_count_and_others_count_by_the_time_they_took() {
        assert_eq!(tries(true, &[5.0, 6.0, 7.0]), [1, 2, 3]);
        assert_eq!(tries(false, &[5.0, 5.1, 6.0, 7.9, 8.0, 12.0]), [0, 0, 1, 1, 2, 3]);
        assert_eq!(tries(false, &[0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 60.0, 63.0]), [0, 1, 2, 3, 4, 5, 5, 6]);
    }
}

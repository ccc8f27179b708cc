//! A bucket that tells with every answer how many tokens are left in it (`tokens.remaining`; docs.audian.com,
//! authentication; Kazoo's own code: 100 tokens, 10 a second back, one a call).
//!
//! No call leaves that the last word, what has left since and what has flowed back do not cover. How fast tokens flow
//! back is measured; others who take from the same bucket are measured with it.

/// Tokens that are never counted on: others may take from the same bucket.
const KEPT: f64 = 2.0;
/// Levels are whole numbers, and of calls in flight together nobody knows the order: a flow is measured over so many
/// tokens for each call that may or may not be counted, or over so many seconds.
const LEAST_GAIN: f64 = 5.0;
const LEAST_SPAN: f64 = 1.0;
const LEAST_SPAN_BESIDE_OTHERS: f64 = 10.0;
/// Bursts of refusals in spite of a covering word, after which it is not believed.
const MOST_LIES: u32 = 3;
/// While the flow is not known, one call asks this long after the last word.
const ASK_AFTER: f64 = 0.25;
/// What is older says little of the flow now.
const LONGEST_SPAN: f64 = 60.0;
/// A bucket that nobody has spoken of for so long is forgotten once answers do without.
const SILENCE: f64 = 5.0;
/// A flow below this would wait for minutes; a call now and then finds out.
const LEAST_FLOW: f64 = 0.05;

use super::told::Cover;

/// One word on the level.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// Between the start of the call and its answer.
    at: f64,
    heard: f64,
    call: Heard,
    level: f64,
}

/// The call that was answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) started: f64,
    /// Calls that had been started before it, over all.
    pub(super) sequence: u64,
    /// Calls in flight when it started.
    pub(super) beside: u32,
}

/// The bucket as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    newest: Word,
    /// Where the measuring of the flow began; the bucket was not full since.
    anchor: Word,
    /// Tokens a second.
    flow: Option<f64>,
    /// The highest level that was seen.
    most: f64,
    /// Calls that took nothing since the anchor.
    refused: f64,
    lies: u32,
    /// Bursts of refusals since the last word.
    in_row: i32,
}

impl Tokens {
    /// Takes in what the answer to a call says, which came at `now`.
    pub(super) fn heed(tokens: &mut Option<Tokens>, now: f64, call: Heard, level: Option<u64>) {
        let Some(level) = level else {
            *tokens = tokens.take().filter(|tokens| now - tokens.newest.heard < SILENCE);
            return;
        };
        let at = f64::midpoint(call.started, now);
        let word = Word { at, heard: now, call, level: level as f64 };
        if let Some(tokens) = tokens {
            tokens.in_row = 0;
        }
        match tokens {
            None => {
                let (newest, anchor, most) = (word, word, word.level);
                *tokens = Some(Tokens { newest, anchor, flow: None, most, refused: 0.0, lies: 0, in_row: 0 });
            }
            Some(tokens) if call.started >= tokens.newest.heard => tokens.hear(word),
            // Two calls that were in flight together: nobody knows which was served last.
            Some(tokens) => tokens.newest.level = tokens.newest.level.min(word.level),
        }
    }

    /// Takes in a word that is newer for certain.
    fn hear(&mut self, word: Word) {
        self.newest = word;
        let span = (word.at - self.anchor.at).max(1e-3);
        let taken = word.call.sequence.saturating_sub(self.anchor.call.sequence) as f64 - self.refused;
        let gain = taken + word.level - self.anchor.level;
        let doubtful = f64::from(word.call.beside + self.anchor.call.beside);
        let much = gain >= LEAST_GAIN * (1.0 + doubtful);
        let long = span >= if doubtful > 0.0 { LEAST_SPAN_BESIDE_OTHERS } else { LEAST_SPAN };
        if word.level >= self.most {
            // A full bucket spills what flows into it: there was at least so much.
            if much {
                self.flow = Some(self.flow.unwrap_or(0.0).max(gain / span));
            }
            self.most = word.level;
            self.begin_anew(word);
            return;
        }
        if word.level < self.most / 2.0 {
            self.lies = 0;
        }
        if much || long {
            self.flow = Some((gain / span).max(LEAST_FLOW));
            if span > LONGEST_SPAN {
                self.begin_anew(word);
            }
        }
    }

    fn begin_anew(&mut self, word: Word) {
        (self.anchor, self.refused) = (word, 0.0);
    }

    /// A 429: whatever was thought, there is nothing left. `first` of its burst.
    pub(super) fn refused(&mut self, now: f64, call: Heard, first: bool) {
        self.refused += 1.0;
        self.in_row += i32::from(first);
        self.lies += u32::from(first && self.newest.level > f64::from(call.beside) + 1.0);
        let sequence = call.sequence.max(self.newest.call.sequence);
        self.newest = Word { at: now, heard: now, call: Heard { sequence, ..call }, level: 0.0 };
    }

    /// Whether its word was wrong too often to be of use.
    pub(super) fn lies(&self) -> bool {
        self.lies >= MOST_LIES
    }

    /// How long to wait after a refusal that did not say; twice as long after each that follows.
    pub(super) fn pause(&self) -> f64 {
        let once = (KEPT / self.flow.unwrap_or(KEPT)).max(0.1);
        (once * 2f64.powi((self.in_row - 1).clamp(0, 16))).min(30.0)
    }

    /// Whether one more call is covered beside those in flight; a part of the bucket is left to others.
    pub(super) fn cover(&self, now: f64, in_flight: u32, headroom: f64) -> Cover {
        // What flowed back while the answer was on its way is not counted on.
        let flowed = self.flow.unwrap_or(0.0) * (now - self.newest.heard).max(0.0);
        let level = (self.newest.level + flowed).min(self.most) - f64::from(in_flight);
        let wanted = (self.most * headroom).max(KEPT) + 1.0;
        match self.flow {
            _ if level >= wanted || self.most < wanted => Cover::Yes,
            Some(flow) => Cover::At(now + ((wanted - level) / flow).min(LONGEST_SPAN)),
            None if in_flight > 0 => Cover::Wait,
            // One call asks how much has flowed back.
            None if now >= self.newest.at + ASK_AFTER => Cover::Yes,
            None => Cover::At(self.newest.at + ASK_AFTER),
        }
    }

    /// Tokens a second, once they are measured.
    pub(super) fn flow(&self) -> Option<f64> {
        self.flow
    }

    /// Seconds that so many calls take; those that the level covers take none.
    pub(super) fn estimate(&self, calls: f64) -> Option<f64> {
        self.flow.map(|flow| (calls - self.newest.level).max(0.0) / flow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(started: f64, sequence: u64) -> Heard {
        Heard { started, sequence, beside: 0 }
    }

    /// One call at a time, each answered at once.
    fn heard(words: &[(f64, u64)]) -> Tokens {
        let mut tokens = None;
        for (sequence, (now, level)) in words.iter().enumerate() {
            Tokens::heed(&mut tokens, *now, call(*now, sequence as u64), Some(*level));
        }
        tokens.expect("they tell it")
    }

    #[test]
    fn calls_in_flight_are_counted_against_the_last_word() {
        let tokens = heard(&[(0.0, 10)]);
        assert_eq!(tokens.cover(0.0, 7, 0.0), Cover::Yes);
        assert_eq!(tokens.cover(0.0, 8, 0.0), Cover::Wait, "two are kept, and the flow is not known");
        assert_eq!(tokens.cover(0.0, 5, 0.5), Cover::Wait, "half of it is left to others");
    }

    #[test]
    fn the_flow_is_measured_and_waited_for() {
        // Since the second call, when it was full, ten within a second, and five tokens flowed back.
        let words: Vec<(f64, u64)> = (0..12).map(|n| (n as f64 / 10.0, 10 - n / 2)).collect();
        let tokens = heard(&words);
        assert_eq!(tokens.flow(), Some(5.0));
        assert_eq!(tokens.cover(1.1, 3, 0.0), Cover::At(1.1 + 1.0 / 5.0));
        assert_eq!(tokens.estimate(105.0), Some(20.0));
    }

    #[test]
    fn of_two_words_at_once_the_lower_one_counts() {
        let mut tokens = Some(heard(&[(0.0, 10)]));
        Tokens::heed(&mut tokens, 1.0, call(0.5, 1), Some(4));
        Tokens::heed(&mut tokens, 1.1, call(0.5, 2), Some(9));
        assert_eq!(tokens.as_ref().expect("told").newest.level, 4.0);
        Tokens::heed(&mut tokens, 1.2, call(1.2, 3), Some(9));
        assert_eq!(tokens.expect("told").newest.level, 9.0);
    }

    #[test]
    fn a_refusal_empties_it_and_silence_forgets_it() {
        let mut tokens = Some(heard(&[(0.0, 10)]));
        if let Some(tokens) = &mut tokens {
            tokens.refused(0.5, call(0.5, 1), true);
            assert_eq!(tokens.cover(0.5, 1, 0.0), Cover::Wait);
            assert_eq!(tokens.cover(0.5, 0, 0.0), Cover::At(0.75));
        }
        Tokens::heed(&mut tokens, 1.0, call(1.0, 2), None);
        assert!(tokens.is_some());
        Tokens::heed(&mut tokens, 9.0, call(9.0, 3), None);
        assert!(tokens.is_none());
    }
    #[test]
    fn who_says_full_and_refuses_is_not_believed_for_long() {
        let mut tokens = Some(heard(&[(0.0, 100)]));
        for n in 1..=3_u32 {
            let now = f64::from(n);
            Tokens::heed(&mut tokens, now, call(now, u64::from(2 * n)), Some(100));
            let tokens = tokens.as_mut().expect("told");
            assert!(!tokens.lies());
            tokens.refused(now + 0.1, call(now, u64::from(2 * n + 1)), true);
        }
        assert!(tokens.expect("told").lies());
    }
}

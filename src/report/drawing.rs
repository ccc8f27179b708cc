//! Drawings of the page as plain rectangles; the template turns them into SVG.
//!
//! Pure. Colours and words stay in the style sheet and the template.

use super::calls::CallsTold;
use crate::outcome::{Status, Tally};

/// The size of every drawing; the page stretches it.
pub const WIDTH: f64 = 960.0;
pub const HEIGHT: f64 = 100.0;

/// A rectangle of a drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// The class that the style sheet colours.
    pub class: &'static str,
    /// What a pointer over it shows.
    pub title: String,
}

/// The classes of calls by ending, from the ground up.
const ENDINGS: [(&str, &str); 4] =
    [("answered", "went well"), ("limited", "limited"), ("refused", "refused"), ("unclear", "unclear")];

/// The rows by outcome, side by side.
pub fn outcomes(tally: &Tally) -> Vec<Block> {
    let all = tally.total().max(1) as f64;
    let mut x = 0.0;
    let block = |(status, count): (Status, u64)| {
        let width = count as f64 / all * WIDTH;
        let title = format!("{count} {}", status.word().replace('_', " "));
        let block = Block { x, y: 0.0, width, height: HEIGHT, class: status.word(), title };
        x += width;
        block
    };
    tally.iter().map(block).collect()
}

/// Calls over time, each stretch a pile by ending, before the waits.
pub fn over_time(calls: &CallsTold) -> Vec<Block> {
    let wait = |(begin, end): &(f64, f64)| Block {
        x: begin * WIDTH,
        y: 0.0,
        width: ((end - begin) * WIDTH).max(1.0),
        height: HEIGHT,
        class: "wait",
        title: "all calls waited".into(),
    };
    let mut blocks: Vec<Block> = calls.waits.iter().map(wait).collect();
    let width = WIDTH / calls.over_time.len().max(1) as f64;
    let most = most_in_a_stretch(calls).max(1) as f64;
    for (place, counts) in calls.over_time.iter().enumerate() {
        let mut y = HEIGHT;
        for (count, (class, words)) in counts.iter().zip(ENDINGS).filter(|(count, _)| **count > 0) {
            let height = *count as f64 / most * HEIGHT;
            y -= height;
            let (x, width) = (place as f64 * width + 1.0, width - 2.0);
            blocks.push(Block { x, y, width, height, class, title: format!("{count} {words}") });
        }
    }
    blocks
}

/// The height of the highest pile, in calls.
pub fn most_in_a_stretch(calls: &CallsTold) -> u64 {
    calls.over_time.iter().map(|counts| counts.iter().sum()).max().unwrap_or_default()
}

/// A bar for each latency step, with its label and count.
pub fn latency(calls: &CallsTold) -> Vec<(String, u64, Block)> {
    let most = calls.latency.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1) as f64;
    let bar = |(label, count): &(String, u64)| {
        let width = *count as f64 / most * WIDTH;
        let block = Block { x: 0.0, y: 0.0, width, height: HEIGHT, class: "answered", title: String::new() };
        (label.clone(), *count, block)
    };
    calls.latency.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_of_outcomes_is_as_wide_as_the_page() {
        let mut tally = Tally::default();
        [Status::Created, Status::Created, Status::Failed].iter().for_each(|status| tally.add(*status));
        let blocks = outcomes(&tally);
        assert_eq!(blocks.iter().map(|block| block.class).collect::<Vec<_>>(), ["created", "failed"]);
        assert_eq!((blocks[1].x, blocks[1].width), (640.0, 320.0));
    }

    #[test]
    fn piles_stand_on_the_ground_and_end_at_the_top() {
        let calls = CallsTold {
            over_time: vec![[3, 1, 0, 0], [0, 0, 0, 2]],
            waits: vec![(0.5, 0.5)],
            ..CallsTold::default()
        };
        let blocks = over_time(&calls);
        assert_eq!(blocks[0].class, "wait");
        assert_eq!((blocks[1].y, blocks[1].height), (25.0, 75.0));
        assert_eq!((blocks[2].class, blocks[2].y), ("limited", 0.0));
        assert_eq!((blocks[3].x, blocks[3].y), (481.0, 50.0));
    }
}

//! An explanation as text that fits a terminal.
//!
//! Pure; the width is given in.

use super::{Explanation, Source, all};
use crate::screen::wrapped;

/// One code in full.
pub fn page(explanation: &Explanation, width: usize) -> String {
    let mut text = format!("{}\n", explanation.code);
    text += &paragraph(explanation.source.title(), width, "  ");
    text += "\n";
    text += &paragraph(explanation.meaning, width, "  ");
    text += "\n";
    text += &paragraph(&format!("What to do: {}.", explanation.mend), width, "  ");
    if !explanation.more.is_empty() {
        text += "\n";
        text += &paragraph(explanation.more, width, "  ");
    }
    text
}

/// All codes, each with what to do, under a heading for each source.
pub fn list(width: usize) -> String {
    let mut text = String::new();
    let mut source: Option<Source> = None;
    for explanation in all() {
        if source.replace(explanation.source) != Some(explanation.source) {
            text += if text.is_empty() { "" } else { "\n" };
            text += &paragraph(&format!("{}:", explanation.source.title()), width, "");
        }
        text += &entry(explanation, width);
    }
    text += "\n";
    text + &paragraph("callroster explain CODE says more about one of them.", width, "")
}

/// Code and mend in two columns, or one below the other where there is little room.
fn entry(explanation: &Explanation, width: usize) -> String {
    const COLUMN: usize = 28;
    if width < 2 * COLUMN {
        return format!("  {}\n{}", explanation.code, paragraph(explanation.mend, width, "      "));
    }
    let indented = paragraph(explanation.mend, width, &" ".repeat(COLUMN));
    format!("  {:1$}{2}", explanation.code, COLUMN - 2, indented.trim_start())
}

fn paragraph(words: &str, width: usize, indent: &str) -> String {
    wrapped(&format!("{indent}{words}"), width, indent) + "\n"
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::explain::explain;

    #[test]
    fn every_page_fits_wide_and_narrow_terminals() {
        for width in [40, 80] {
            let pages = all().map(|explanation| page(explanation, width)).chain([list(width)]);
            for line in pages.flat_map(|page| page.lines().map(String::from).collect::<Vec<_>>()) {
                assert!(line.width() <= width, "{width}: {line}");
                assert_eq!(line.trim_end(), line);
            }
        }
    }

    #[test]
    fn a_page_says_what_it_is_and_what_to_do() {
        let page = page(explain("phone_damaged").expect("it is known"), 80);
        assert!(page.starts_with("phone_damaged\n  a rule that a row breaks"), "{page}");
        assert!(page.contains("What to do: format the column as text"), "{page}");
    }
}

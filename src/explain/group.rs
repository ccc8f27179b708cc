//! Errors that repeat: one line and one mend for each code, in place of one for each row.
//!
//! Pure; memory grows with the codes, not with the rows.

use std::collections::BTreeMap;

use super::explain;
use crate::screen::plural;

/// How many rows a line names.
const NAMED: usize = 3;
/// How many lines there are at most.
const LINES: usize = 12;

/// Rows by the code of what went wrong with them.
#[derive(Debug, Default)]
pub struct Groups {
    by_code: BTreeMap<String, Group>,
}

/// The rows of one code.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Group {
    pub code: String,
    /// How many rows, or problems where they were counted.
    pub count: u64,
    /// The first rows as a spreadsheet counts them.
    pub first: Vec<u64>,
    last: Option<u64>,
}

impl Groups {
    /// Adds a row to the group of a code; a code twice in one row counts once.
    pub fn add(&mut self, code: &str, source_row: u64) {
        let group = self.group(code);
        if group.last.replace(source_row) != Some(source_row) {
            group.count += 1;
            group.name(source_row);
        }
    }

    /// Adds problems that were counted before, of which some of the first rows are known.
    pub fn add_counted(&mut self, code: &str, count: u64, rows: impl IntoIterator<Item = u64>) {
        let group = self.group(code);
        group.count += count;
        rows.into_iter().for_each(|row| group.name(row));
    }

    /// The groups, those with most rows first.
    pub fn sorted(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.by_code.values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }

    /// A line a group: how many, which, what to do, and where more is said. `noun` is what was counted.
    pub fn lines(&self, noun: &str) -> Vec<String> {
        let groups = self.sorted();
        let width =
            groups.iter().take(LINES).map(|group| group.code.chars().count()).max().unwrap_or_default();
        let mut lines: Vec<String> =
            groups.iter().take(LINES).map(|group| group.line(width.min(24), noun)).collect();
        if groups.len() > LINES {
            let more = plural((groups.len() - LINES) as u64, "more code");
            lines.push(format!("and {more}; the error_code column of the results has them all"));
        }
        lines
    }

    fn group(&mut self, code: &str) -> &mut Group {
        self.by_code
            .entry(code.to_string())
            .or_insert_with(|| Group { code: code.into(), ..Group::default() })
    }
}

impl Group {
    /// `2, 3, 7, …`.
    pub fn rows(&self) -> String {
        let mut rows: Vec<String> = self.first.iter().map(u64::to_string).collect();
        if self.count > rows.len() as u64 {
            rows.push("…".into());
        }
        rows.join(", ")
    }

    /// What to do about it, as a short phrase.
    pub fn mend(&self) -> &'static str {
        explain(&self.code).map_or("read error_message in the results", |explanation| explanation.mend)
    }

    fn line(&self, width: usize, noun: &str) -> String {
        let more = match explain(&self.code) {
            Some(_) => format!("; callroster explain {}", self.code),
            None => String::new(),
        };
        let counted = plural(self.count, noun);
        let rows = if self.first.is_empty() { String::new() } else { format!(" ({})", self.rows()) };
        format!("{:width$}  {counted}{rows}: {}{more}", self.code, self.mend())
    }

    fn name(&mut self, source_row: u64) {
        if self.first.len() < NAMED && self.first.last() != Some(&source_row) {
            self.first.push(source_row);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_not_known_are_not_hinted_at() {
        let mut groups = Groups::default();
        groups.add_counted("duplicate_phone", 8, []);
        assert!(groups.lines("problem")[0].starts_with("duplicate_phone  8 problems: "));
    }

    #[test]
    fn rows_with_the_same_trouble_share_a_line() {
        let mut groups = Groups::default();
        groups.add("email_invalid", 4);
        for row in [2, 3, 3, 7, 9] {
            groups.add("phone_damaged", row);
        }
        let lines = groups.lines("row");
        assert!(
            lines[0].starts_with("phone_damaged  4 rows (2, 3, 7, …): format the column as text"),
            "{lines:?}"
        );
        assert!(lines[0].ends_with("; callroster explain phone_damaged"), "{lines:?}");
        assert!(lines[1].starts_with("email_invalid  1 row (4): "), "{lines:?}");
    }

    #[test]
    fn a_code_that_nobody_knows_points_to_the_results() {
        let mut groups = Groups::default();
        groups.add_counted("4711", 2, [5, 6]);
        assert_eq!(groups.lines("problem"), ["4711  2 problems (5, 6): read error_message in the results"]);
    }

    #[test]
    fn lines_are_few_however_many_codes_there_are() {
        let mut groups = Groups::default();
        (0..40).for_each(|code| groups.add(&format!("x{code}"), 2));
        assert_eq!(groups.lines("row").len(), LINES + 1);
        assert!(groups.lines("row")[LINES].starts_with("and 28 more codes"));
    }
}

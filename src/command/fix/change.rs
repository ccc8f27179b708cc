//! One line of the list of changes: for the screen, and for the file.
//!
//! Pure. A password shows in neither.

use crate::clinic::{Finding, Verdict};
use crate::columns::{Columns, letters, visible};
use crate::table::guarded;

pub const LIST_COLUMNS: [&str; 8] =
    ["source_row", "column", "before", "after", "kind", "verdict", "cell", "message"];

/// What was changed in a cell, or why it was left.
pub struct Change {
    source_row: u64,
    letters: String,
    column: String,
    before: String,
    /// `None` where the cell is left as it is.
    after: Option<String>,
    kind: String,
    message: &'static str,
}

impl Change {
    pub fn new(finding: &Finding, source_row: u64, columns: &Columns) -> Change {
        let open = |text: &str| if finding.secret { "[secret]".to_owned() } else { text.to_owned() };
        let (after, kind, message) = match &finding.verdict {
            Verdict::Left(damage) => (None, damage.word().to_owned(), damage.advice()),
            Verdict::Mended { text, damages } => {
                let kinds: Vec<&str> = damages.iter().map(|damage| damage.word()).collect();
                (Some(open(text)), kinds.join("; "), "")
            }
        };
        let column = columns.header().get(finding.place).unwrap_or_default().trim().to_owned();
        let before = open(&finding.before);
        Change { source_row, letters: letters(finding.place), column, before, after, kind, message }
    }

    /// For a person: `row 4, column D (phone): "+91 98450-12301" became "+919845012301" (formatted_number)`.
    pub fn line(&self) -> String {
        let ending = match &self.after {
            Some(after) => format!("became \"{}\" ({})", visible(after), self.kind),
            None => format!("is left as it is: {} ({})", self.message, self.kind),
        };
        let Change { source_row, letters, column, before, .. } = self;
        format!("row {source_row}, column {letters} ({column}): \"{}\" {ending}", visible(before))
    }

    pub fn cells(&self) -> [String; 8] {
        let verdict = if self.after.is_some() { "mended" } else { "left" };
        [
            self.source_row.to_string(),
            guarded(&self.column).into_owned(),
            guarded(&self.before).into_owned(),
            guarded(self.after.as_deref().unwrap_or_default()).into_owned(),
            self.kind.clone(),
            verdict.to_owned(),
            format!("{}{}", self.letters, self.source_row),
            self.message.to_owned(),
        ]
    }
}

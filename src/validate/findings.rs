//! What is found out about one row: problems and warnings.
//!
//! Pure. The whole-file survey mostly counts, so it asks for codes without their words.

use crate::row::{Field, Problem};

/// Problems and warnings of one row; can be used again for the next row.
#[derive(Debug, Default)]
pub struct Findings {
    pub problems: Vec<Problem>,
    /// Codes of what is worth knowing and stops nothing; `callroster explain` has the words. Each once.
    pub warnings: Vec<&'static str>,
    worded: bool,
}

impl Findings {
    /// With the words of every problem.
    pub(super) fn worded() -> Findings {
        Findings { worded: true, ..Findings::default() }
    }

    pub(super) fn clear(&mut self) {
        self.problems.clear();
        self.warnings.clear();
    }

    pub(super) fn problem(
        &mut self,
        code: &'static str,
        field: Option<Field>,
        message: impl FnOnce() -> String,
    ) {
        let message = if self.worded { message() } else { String::new() };
        self.problems.push(Problem { code, field, message });
    }

    pub(super) fn warn(&mut self, code: &'static str) {
        if !self.warnings.contains(&code) {
            self.warnings.push(code);
        }
    }
}

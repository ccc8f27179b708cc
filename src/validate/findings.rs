//! What is found out about one row: problems and warnings.
//!
//! Pure. The whole-file survey mostly counts, so it asks for codes without their words.

use crate::row::{Field, Problem, Warning};

/// Problems and warnings of one row; can be used again for the next row.
#[derive(Debug, Default)]
pub struct Findings {
    pub problems: Vec<Problem>,
    pub warnings: Vec<Warning>,
    worded: bool,
}

impl Findings {
    /// With the words of every problem and warning.
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

    /// Adds a warning; a row has each code once, with the messages joined.
    pub(super) fn warn(&mut self, code: &'static str, message: impl FnOnce() -> String) {
        let message = if self.worded { message() } else { String::new() };
        match self.warnings.iter_mut().find(|warning| warning.code == code) {
            None => self.warnings.push(Warning { code, message }),
            Some(warning) if self.worded => {
                warning.message.push_str("; ");
                warning.message.push_str(&message);
            }
            Some(_) => {}
        }
    }
}

//! The rules of one row and of the whole file.
//!
//! Pure. Only this file makes a [`Request`], and only of a row without problems.

use crate::columns::Columns;
use crate::row::{Kind, Mode, Problem, RawRow, Request, Warning};

/// Whose words a sheet is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    Exotel,
    AudianFlat,
    AudianKazoo,
}

/// What decides whether a row is right.
#[derive(Debug, Clone)]
pub struct Rules {
    pub kind: Kind,
    pub vocabulary: Vocabulary,
    /// The provider's newer name rules are errors.
    pub strict_names: bool,
    /// ISO country of national numbers; `None` takes E.164 only.
    pub default_country: Option<String>,
    /// Whether the account has VOIP; `Some(false)` makes a number mandatory.
    pub voip: Option<bool>,
    /// `offboard`: how users go where the row does not say.
    pub mode: Mode,
    pub reason: Option<String>,
    pub reassign_to: Option<String>,
    /// A blank SIP password will be generated.
    pub generate_sip_passwords: bool,
}

/// What the rules say of one row.
#[derive(Debug)]
pub struct Checked {
    /// The request, or every problem of the row.
    pub request: Result<Request, Vec<Problem>>,
    pub warnings: Vec<Warning>,
}

/// Checks rows of one file, one by one, in any order and as often as wished.
#[derive(Debug)]
pub struct Checker {
    rules: Rules,
    columns: Columns,
}

impl Checker {
    /// Without doubles yet; see [`Doubles`].
    pub fn new(columns: Columns, rules: Rules) -> Checker {
        Checker { rules, columns }
    }

    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Every problem of the row itself and of its doubles, or its request.
    pub fn check(&self, _row: &RawRow) -> Checked {
        Checked { request: Err(Vec::new()), warnings: Vec::new() }
    }
}

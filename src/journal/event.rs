//! What a journal says. Rows are named by their position in the input, never by a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::outcome::{RowOutcome, Tally};
use crate::plan::Look;

/// The format that this version writes; a higher one is refused.
pub const FORMAT: u32 = 1;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The first line of every journal.
    Run(Box<Header>),
    /// What the preflight learned about a row.
    Looked { row: u32, look: Look },
    /// The preflight is complete; from here on writing calls may follow.
    Ready {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        roster: Option<u64>,
    },
    /// The step may be sent from now on.
    Intent {
        row: u32,
        step: String,
        attempt: u32,
        /// Keyed hash of a wished user without e-mail and number, to know the row again in a later run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
    },
    /// The last intent of the row had no effect: it was refused, limited or never sent.
    NoEffect { row: u32, step: String, code: String },
    /// The last intent of the row may have had an effect.
    Unclear { row: u32, step: String, code: String },
    /// A step took effect. The ids are those of a made user.
    Done {
        row: u32,
        step: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        user_id: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        device_ids: Vec<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        sip_contact_uri: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        sip_device: String,
        /// For the `details` column: all of the row so far.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        details: BTreeMap<String, String>,
    },
    /// The row has its ending.
    Ended { row: u32, outcome: RowOutcome },
    /// The run went on in another process.
    Resumed { at: String },
    /// The run was given up for another one of the same file.
    Abandoned { at: String },
    /// The run ended by itself.
    End {
        at: String,
        exit_code: u8,
        /// Rows were left, whatever the exit code says.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stopped: bool,
        /// What came of all rows, those without a call too.
        #[serde(default, skip_serializing_if = "Tally::is_empty")]
        outcomes: Tally,
    },
}

/// What a run is, and what may not differ when it goes on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    pub format: u32,
    /// The version of callroster that wrote it.
    pub version: String,
    pub run_id: String,
    pub started: String,
    /// `onboard`, `update`, `offboard`, `restore`.
    pub command: String,
    pub provider: String,
    pub account: String,
    /// Empty with the built-in simulator, whose port changes.
    pub base_url: String,
    pub input: Input,
    /// The options that alter meaning.
    pub options: BTreeMap<String, String>,
}

/// The file that a run works on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Absolute; `-` for standard input.
    pub path: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
}

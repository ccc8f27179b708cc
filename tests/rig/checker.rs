//! The judge: it knows the sheet, what really happened, and what was told; nothing of how a run works.
//!
//! Each violation begins with the promise that it breaks.

mod newcomers;
mod people;

use std::sync::LazyLock;

use callroster::outcome::{RowOutcome, Status};
use callroster::row::Request;
use callroster::simulator::{Truth, User};

use crate::forms::Leaks;
use crate::scenario::{Expect, PASSWORD_BEGINS, Row};
use crate::story::Ending;

/// Every promise that a seed broke.
pub fn violations(ending: &Ending) -> Vec<String> {
    let mut found = ending.world.accusations();
    secrets(ending, &mut found);
    let Some(told) = ending.told.last() else {
        found.push("liveness: no process told of its rows".into());
        return found;
    };
    changed_endings(ending, told, &mut found);
    let truth = ending.world.simulator.borrow().truth();
    for (row, (meant, outcome)) in ending.scenario.rows.iter().zip(told).enumerate() {
        let case = Case { ending, truth: &truth, row: row as u32, meant, outcome };
        let mut broken = case.judged();
        match &meant.request {
            Request::Onboard(wish) => newcomers::judge(&case, wish, &mut broken),
            Request::Update(wish) => people::judge_update(&case, wish, &mut broken),
            Request::Offboard(wish) => people::judge_offboard(&case, wish, &mut broken),
            Request::Restore(_) => unreachable!("Exotel brings nobody back"),
        }
        found.extend(broken.into_iter().map(|what| case.said(&what)));
    }
    people::bystanders(ending, &truth, &mut found);
    found
}

/// P9: nothing secret in whatever went to the disk or was told, in any form.
fn secrets(ending: &Ending, found: &mut Vec<String>) {
    // All passwords begin alike, so that the same search serves every seed.
    static LEAKS: LazyLock<Leaks> =
        LazyLock::new(|| Leaks::of([PASSWORD_BEGINS, "sim-key", "sim-token", "c2ltLWtleTpzaW0tdG9rZW4="]));
    let shown = ending.world.shown.borrow();
    if let Some((form, place)) = LEAKS.found(&shown) {
        let around = &shown[place.saturating_sub(80)..shown.len().min(place + 40)];
        found.push(format!("P9: a secret came to light ({form}): {}", String::from_utf8_lossy(around)));
    }
}

/// A row that was told to have ended keeps its ending, unless it has another try.
fn changed_endings(ending: &Ending, last: &[RowOutcome], found: &mut Vec<String>) {
    let settled = |outcome: &RowOutcome| {
        let open = matches!(outcome.status, Status::Unknown | Status::NotAttempted);
        !open
            && !outcome.may_pass_later()
            && outcome.troubles.iter().all(|trouble| trouble.code != "interrupted")
    };
    for told in &ending.told {
        for (row, (then, now)) in told.iter().zip(last).enumerate() {
            let touched = ending.world.touched.borrow().contains(&(row as u32));
            if settled(then) && !touched && (then.status != now.status || then.user_id != now.user_id) {
                found.push(format!(
                    "P3: row {row} was told {:?} first and {:?} last",
                    then.status, now.status
                ));
            }
        }
    }
}

/// One row before the judge.
pub struct Case<'a> {
    pub ending: &'a Ending,
    pub truth: &'a Truth,
    pub row: u32,
    pub meant: &'a Row,
    pub outcome: &'a RowOutcome,
}

impl Case<'_> {
    /// Somebody else meddled with this row.
    pub fn touched(&self) -> bool {
        self.ending.world.touched.borrow().contains(&self.row)
    }

    /// A writing call of this row may have been of unclear effect.
    pub fn muddled(&self) -> bool {
        self.ending.world.muddled.borrow().contains(&self.row)
    }

    pub fn user(&self, id: &str) -> Option<&User> {
        self.truth.users.iter().find(|user| user.id == id)
    }

    pub fn before(&self, id: &str) -> Option<&User> {
        self.ending.scenario.before.iter().find(|user| user.id == id)
    }

    /// Whether the ending is one that the row may have in a world that is calm in the end.
    fn judged(&self) -> Vec<String> {
        let status = self.outcome.status;
        let unlucky = self.unlucky() && matches!(status, Status::Failed | Status::Partial);
        let fits = match self.meant.expect {
            Expect::Reached(expected) => status == expected || unlucky,
            Expect::Refused => matches!(status, Status::Failed | Status::Partial) || self.never_known(),
            Expect::Elsewhere => matches!(status, Status::Failed | Status::Unknown),
            Expect::Nameless => status == Status::Created || unlucky || self.never_known(),
            Expect::Invalid => status == Status::Invalid,
        };
        if fits || self.touched() && status != Status::NotAttempted {
            return Vec::new();
        }
        vec![format!("liveness: expected {:?}", self.meant.expect)]
    }

    /// A nameless row whose answer was lost.
    fn never_known(&self) -> bool {
        self.meant.is_nameless() && self.outcome.status == Status::Unknown
    }

    /// Tries were used up by failures that pass, or a call met a refusal that does not come from the row.
    fn unlucky(&self) -> bool {
        let refused = [(400, "400"), (403, "cap")];
        let struck = self.ending.world.struck.borrow();
        let passing = |status: u16| {
            let met =
                |(told, name): &(u16, &str)| status == *told && struck.values().any(|strike| strike == name);
            status >= 500 || status == 429 || refused.iter().any(met)
        };
        let code = self.outcome.troubles.first().map(|trouble| trouble.code.as_str()).unwrap_or_default();
        let silent = matches!(code, "connection" | "timeout");
        self.outcome.http_status.map_or(silent, passing) || code == "bad_response"
    }

    fn said(&self, what: &str) -> String {
        let troubles: Vec<String> = self
            .outcome
            .troubles
            .iter()
            .map(|trouble| format!("{} {}", trouble.code, trouble.message))
            .collect();
        format!("{what}; row {} was told {:?} [{}]", self.row, self.outcome.status, troubles.join("; "))
    }
}

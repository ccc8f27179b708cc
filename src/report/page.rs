//! The page itself: what the template is filled with.
//!
//! Pure. The template escapes every value; the style sheet is allowed by its hash and nothing else is.

use std::path::Path;

use anyhow::Context;
use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::drawing::{self, Block};
use super::{CallsTold, Hand, Report};
use crate::explain::{Group, explain};
use crate::outcome::{Status, Tally};
use crate::screen::plural;

const STYLE: &str = include_str!("../../templates/report.css");

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    style: &'static str,
    style_hash: String,
    sheet: String,
    started: String,
    ended: String,
    headline: String,
    next: Vec<String>,
    outcomes: Vec<(&'static str, String, u64, String)>,
    outcome_blocks: Vec<Block>,
    groups: Vec<GroupView<'a>>,
    hands: &'a [Hand],
    left_out: u64,
    calls: Option<CallsView<'a>>,
}

/// Rows with the same trouble, and what to do.
struct GroupView<'a> {
    group: &'a Group,
    rows: String,
    meaning: &'static str,
    mend: &'static str,
}

struct CallsView<'a> {
    told: &'a CallsTold,
    took: String,
    waited: String,
    blocks: Vec<Block>,
    most: String,
    latency: Vec<(String, u64, Block)>,
}

/// The page as HTML.
pub fn render(report: &Report) -> anyhow::Result<String> {
    let empty = Tally::default();
    let rows = report.rows.as_ref();
    let tally = rows.map_or(&empty, |rows| &rows.tally);
    let hands = rows.map(|rows| rows.hands.as_slice()).unwrap_or_default();
    let page = Page {
        report,
        style: STYLE,
        style_hash: BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes())),
        sheet: file_name(&report.header.input.path),
        started: time(&report.header.started),
        ended: time(&report.ended),
        headline: headline(report, tally),
        next: next(report, tally),
        outcomes: tally.iter().map(|(status, count)| outcome(status, count, tally.total())).collect(),
        outcome_blocks: drawing::outcomes(tally),
        groups: rows.map(|rows| rows.troubles.sorted()).unwrap_or_default().into_iter().map(group).collect(),
        hands,
        left_out: rows.map_or(0, |rows| rows.needing - rows.hands.len() as u64),
        calls: report.calls.as_ref().map(calls),
    };
    page.render().context("the page cannot be made")
}

/// The run in one sentence.
fn headline(report: &Report, tally: &Tally) -> String {
    let rows = plural(report.header.input.rows, "row");
    let reached: u64 = tally.iter().filter(|(status, _)| status.reached()).map(|(_, count)| count).sum();
    match (report.rows.is_some(), tally.total() - reached) {
        (false, _) => format!("{rows}, and no results yet"),
        (true, 0) => format!("{rows}, all as wished"),
        (true, _) => format!("{reached} of {rows} as wished"),
    }
}

/// What is left to do, each in a sentence.
fn next(report: &Report, tally: &Tally) -> Vec<String> {
    let mut next = Vec::new();
    if let Some(command) = &report.goes_on {
        next.push(format!("The run has work left. It goes on with: {command}"));
        if report.rows.is_some() && report.exit_code.is_none() {
            next.push(
                "The run still works, or was killed: the rows below are as they stood at its last stop."
                    .into(),
            );
        }
    }
    next.extend(to_mend(report, tally));
    let unknown = tally.of(Status::Unknown);
    if unknown > 0 {
        let rows = plural(unknown, "row") + if unknown == 1 { " is" } else { " are" };
        next.push(format!(
            "{rows} unknown: the same command looks for them before it sends anything. A row without e-mail and number \
             must be looked for by hand in the provider's dashboard."
        ));
    }
    if next.is_empty() {
        next.push("Nothing is left to do.".into());
    }
    next
}

/// The rows that go through `NAME.failed.csv`; those in the middle belong to the run as long as it goes on.
fn to_mend(report: &Report, tally: &Tally) -> Option<String> {
    let in_the_middle = if report.goes_on.is_some() { 0 } else { tally.of(Status::Partial) };
    let count = tally.of(Status::Invalid) + tally.of(Status::Failed) + in_the_middle;
    let header = &report.header;
    let beside = || crate::table::beside(Path::new(&header.input.path), "failed").display().to_string();
    let failed = file_name(&header.options.get("failed").cloned().unwrap_or_else(beside));
    let rows = plural(count, "row") + if count == 1 { " is" } else { " are" };
    (count > 0).then(|| {
        format!(
            "{rows} to be corrected in {failed}; then send that file: callroster {} {}",
            header.command,
            crate::platform::quoted(&failed)
        )
    })
}

fn outcome(status: Status, count: u64, all: u64) -> (&'static str, String, u64, String) {
    let share = count as f64 / all.max(1) as f64 * 100.0;
    let share = if share > 0.0 && share < 1.0 { "under 1 %".into() } else { format!("{share:.0} %") };
    (status.word(), status.word().replace('_', " "), count, share)
}

fn group(group: &Group) -> GroupView<'_> {
    let meaning = explain(&group.code)
        .map_or("A code of the provider that callroster does not know.", |found| found.meaning);
    GroupView { group, rows: group.rows(), meaning, mend: group.mend() }
}

fn calls(told: &CallsTold) -> CallsView<'_> {
    CallsView {
        told,
        took: duration(told.seconds),
        waited: duration(told.waited),
        blocks: drawing::over_time(told),
        most: plural(drawing::most_in_a_stretch(told), "call"),
        latency: drawing::latency(told),
    }
}

/// `2 h 3 min`, `4 min 5 s`, `6.7 s`.
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A time of the journal as people write it: `2026-11-20 10:00:02 UTC`.
fn time(stamp: &str) -> String {
    stamp.replacen('T', " ", 1).replacen('Z', " UTC", 1)
}

/// The name without the folders, which are nobody's business.
fn file_name(path: &str) -> String {
    match path {
        "-" => "standard input".into(),
        _ => path.rsplit(['/', '\\']).next().unwrap_or_default().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Header, Input};
    use crate::report::rows_told;

    fn report(results: &str) -> Report {
        let input = Input { path: "/home/ann/hr/staff <1>.csv".into(), rows: 2, ..Input::default() };
        let header = Header { command: "onboard".into(), run_id: "r1".into(), input, ..Header::default() };
        let rows = rows_told(results.as_bytes(), &header, true).expect("it is a table");
        Report { header, rows: Some(rows), shows_personal: true, ..Report::default() }
    }

    #[test]
    fn nothing_of_the_sheet_can_run_in_the_page() {
        let results = "first_name,last_name,source_row,result_status,error_code,error_message\n\
            <script>alert(1)</script>,Rao,2,failed,1021,<img src=x onerror=alert(1)>\n\
            Ben,Iyer,3,created,,\n";
        let page = render(&report(results)).expect("it is filled");
        assert!(page.contains("default-src 'none'") && page.contains("style-src 'sha256-"));
        for forbidden in ["<script", "<img", "<1>", "style=\"", "onclick", "http://", "https://", "/home/ann"]
        {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert!(page.contains("1 of 2 rows as wished"), "{page}");
        assert!(page.contains("staff &#60;1&#62;.failed.csv"), "{page}");
    }

    #[test]
    fn a_run_without_trouble_leaves_nothing_to_do() {
        let page =
            render(&report("first_name,last_name,source_row,result_status\nA,B,2,created\nC,D,3,updated\n"));
        let page = page.expect("it is filled");
        assert!(page.contains("2 rows, all as wished") && page.contains("Nothing is left to do."));
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(time("2026-11-20T10:00:02Z"), "2026-11-20 10:00:02 UTC");
        assert_eq!([6.72, 245.0, 7380.0].map(duration), ["6.7 s", "4 min 5 s", "2 h 3 min"]);
    }
}

//! The story of `explain`: what a code means and what to do, or all codes.

use serde_json::{Value, json};

use super::Failure;
use super::output::{put_out, put_out_json};
use crate::cli::ExplainArguments;
use crate::explain::{Explanation, all, explain as explanation_of, list, page, suggestion};
use crate::outcome::exit;
use crate::screen;

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 80;

pub fn explain(arguments: &ExplainArguments) -> Result<u8, Failure> {
    let width = screen::width().min(WIDEST);
    match arguments.code.as_deref() {
        None if arguments.json => put_out_json(&all().map(as_json).collect::<Value>())?,
        None => put_out(&list(width))?,
        Some(code) => {
            let found = explanation_of(code).ok_or_else(|| unknown(code))?;
            match arguments.json {
                true => put_out_json(&as_json(found))?,
                false => put_out(&page(found, width))?,
            }
        }
    }
    Ok(exit::DONE)
}

fn unknown(code: &str) -> Failure {
    let meant = suggestion(code).map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
    Failure::new(
        exit::USAGE,
        format!("there is no code `{}`{meant} (`callroster explain` lists all)", code.escape_debug()),
    )
}

fn as_json(explanation: &Explanation) -> Value {
    json!({
        "code": explanation.code,
        "source": explanation.source.word(),
        "meaning": explanation.meaning,
        "mend": explanation.mend,
        "more": explanation.more,
    })
}

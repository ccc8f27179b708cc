//! The story of `doctor`: what is configured and from where, and whether the account can be worked on. Reads only.

use std::time::{Duration, Instant};

use serde_json::json;

use super::connection::block_on;
use super::output::{put_out, put_out_json};
use super::{Connection, Failure};
use crate::cli::{ProviderChoice, ProviderName, Settings, Sourced};
use crate::outcome::exit;
use crate::provider::{
    Answer, Call, CallError, Content, Facts, Failure as CallFailure, Limits, Listing, Paging, StartKeys,
    TokenKeeper,
};
use crate::screen::plural;

/// Pages of a roster without a total that are counted; a longer one is "more than".
const MOST_PAGES: u32 = 50;

/// One thing that was looked at.
struct Finding {
    name: &'static str,
    /// `None` where the look did not get so far.
    well: Option<bool>,
    words: String,
}

/// What the looks found, and the exit code that says so.
struct Findings {
    all: Vec<Finding>,
    exit_code: u8,
}

pub fn doctor(settings: &Settings) -> Result<u8, Failure> {
    let choice = settings.provider()?;
    let sources = settings.sources(&choice);
    let connection = Connection::open(&choice, settings)?;
    let findings = block_on(async { look(&connection, &choice, settings.settle).await })?;
    if settings.screen.json {
        put_out_json(&as_json(&sources, &findings))?;
    } else {
        put_out(&as_text(&sources, &findings))?;
    }
    Ok(findings.exit_code)
}

async fn look(connection: &Connection, choice: &ProviderChoice, settle: Option<Duration>) -> Findings {
    let mut findings = Findings { all: Vec::new(), exit_code: exit::DONE };
    let facts = connection.provider.facts();
    let began = Instant::now();
    let mut limits = Limits::default();
    match first_page(connection, &mut limits).await {
        Ok(answer) => {
            let took = began.elapsed().as_millis();
            findings.well("reach", format!("the provider answered within {took} ms"));
            findings.well("credentials", "accepted".into());
            let permission = "users may be read; whether they may be changed shows only when they are";
            findings.well("permission", permission.into());
            findings.note("roster", roster_size(connection, answer).await);
        }
        Err(error) => findings.refused(&error),
    }
    findings.note("limits", shown_limits(&limits));
    findings.note("guarantee", guarantee(facts, choice, settle.unwrap_or(facts.settle)));
    findings.note("archive", archive(choice));
    findings
}

/// The first page of the roster, after an exchange of the key where there is no token, or its time is over.
async fn first_page(connection: &Connection, limits: &mut Limits) -> Result<Answer, CallError> {
    let keeper = connection.provider.tokens();
    let unexchanged = keeper.filter(|keeper| keeper.generation() == 0);
    if let Some(keeper) = unexchanged {
        renew(connection, keeper, limits).await?;
    }
    // A token that was just made is not made again.
    let given = keeper.filter(|keeper| unexchanged.is_none() && keeper.can_renew());
    let limit = connection.provider.facts().page;
    let page = Call::List(Listing { limit, ..Listing::default() });
    match (send(connection, &page, limits).await, given) {
        (Err(error), Some(keeper)) if error.failure == CallFailure::Unauthorized => {
            renew(connection, keeper, limits).await?;
            send(connection, &page, limits).await
        }
        (answer, _) => answer,
    }
}

async fn renew(connection: &Connection, keeper: &TokenKeeper, limits: &mut Limits) -> Result<(), CallError> {
    if let Content::Token(token) = send(connection, &Call::Exchange, limits).await?.content {
        keeper.take(token);
    }
    Ok(())
}

async fn send(connection: &Connection, call: &Call, limits: &mut Limits) -> Result<Answer, CallError> {
    let reply = connection.transport.send(connection.provider.request(call)).await?;
    *limits = connection.provider.limits(&reply);
    connection.provider.answer(call, &reply)
}

/// How many users there are; counted where the provider does not say.
async fn roster_size(connection: &Connection, first: Answer) -> String {
    let facts = connection.provider.facts();
    let mut page = first.page();
    if let Some(total) = page.total {
        return plural(total, "user");
    }
    let (mut count, mut keys, mut pages) = (page.length(), StartKeys::default(), 1);
    while facts.paging == Paging::Key && page.next.is_some() {
        let next = keys.follow(page.next.take());
        let (Ok(start), true) = (next, pages < MOST_PAGES) else { return format!("more than {count} users") };
        let call = Call::List(Listing { limit: facts.page, start, ..Listing::default() });
        match send(connection, &call, &mut Limits::default()).await {
            Ok(answer) => page = answer.page(),
            Err(error) => return format!("more than {count} users, then: {}", error.message),
        }
        (count, pages) = (count + page.length(), pages + 1);
    }
    plural(count, "user")
}

fn shown_limits(limits: &Limits) -> String {
    let seconds = |wait: std::time::Duration| format!("{:.0} s", wait.as_secs_f64());
    let parts = [
        ("limit", limits.limit.map(|limit| limit.to_string())),
        ("remaining", limits.remaining.map(|remaining| remaining.to_string())),
        ("window ends in", limits.reset.map(seconds)),
        ("retry after", limits.retry_after.map(seconds)),
        ("tokens left in the bucket", limits.tokens.map(|tokens| tokens.to_string())),
    ];
    let said: Vec<String> =
        parts.into_iter().filter_map(|(name, text)| Some(format!("{name} {}", text?))).collect();
    match said.is_empty() {
        true => "the provider names none; the pace is learned from its refusals".into(),
        false => format!("{} (as the provider says)", said.join(", ")),
    }
}

fn guarantee(facts: &Facts, choice: &ProviderChoice, settle: Duration) -> String {
    let seconds = settle.as_secs_f64();
    match (choice.name, facts.enforces_keys) {
        (ProviderName::Exotel, _) => format!(
            "nobody twice: the provider refuses a second user with the same e-mail or number; {seconds} s before a look-up"
        ),
        (ProviderName::Audian, true) => format!(
            "nobody twice: the provider refuses a second user with the same e-mail; {seconds} s before a look-up"
        ),
        (ProviderName::Audian, false) => format!(
            "nobody twice as long as no effect comes later than {seconds} s (--settle): Kazoo enforces user names only, so \
             the e-mail is sent as the user name too"
        ),
    }
}

fn archive(choice: &ProviderChoice) -> String {
    match (choice.name, choice.archive) {
        (ProviderName::Exotel, _) => "none: a deleted user is gone for good".into(),
        (ProviderName::Audian, true) => "used: archived users can be restored for 90 days".into(),
        (ProviderName::Audian, false) => {
            "refused: a plain Kazoo would delete for good; the profile may say archive_supported = true"
                .into()
        }
    }
}

impl Findings {
    fn well(&mut self, name: &'static str, words: String) {
        self.all.push(Finding { name, well: Some(true), words });
    }

    fn note(&mut self, name: &'static str, words: String) {
        self.all.push(Finding { name, well: None, words });
    }

    fn ill(&mut self, name: &'static str, words: String) {
        self.all.push(Finding { name, well: Some(false), words });
    }

    /// What a refusal of the first read says of reach, credentials and permission.
    fn refused(&mut self, error: &CallError) {
        let words = format!("{} ({})", error.message, error.code);
        match error.failure {
            CallFailure::Unauthorized => {
                self.well("reach", "the provider answered".into());
                self.ill("credentials", words);
                self.exit_code = exit::REFUSED;
            }
            CallFailure::Forbidden | CallFailure::ForbiddenUnknown => {
                self.well("reach", "the provider answered".into());
                self.well("credentials", "accepted".into());
                self.ill("permission", words);
                self.exit_code = exit::REFUSED;
            }
            failure if failure.later() => {
                self.ill("reach", words);
                self.exit_code = exit::TEMPORARY;
            }
            _ => {
                self.well("reach", "somebody answered".into());
                self.ill("account", words);
                self.exit_code = exit::USAGE;
            }
        }
    }
}

fn as_text(sources: &[Sourced], findings: &Findings) -> String {
    let mut text = String::new();
    for Sourced { name, value, source } in sources {
        text += &format!("      {name:13} {value}  ({source})\n");
    }
    text.push('\n');
    for Finding { name, well, words } in &findings.all {
        let mark = match well {
            Some(true) => "ok",
            Some(false) => "FAIL",
            None => "",
        };
        text += &format!("{mark:5} {name:13} {words}\n");
    }
    text
}

fn as_json(sources: &[Sourced], findings: &Findings) -> serde_json::Value {
    let configuration: serde_json::Map<String, serde_json::Value> = sources
        .iter()
        .map(|sourced| {
            (sourced.name.replace(' ', "_"), json!({ "value": sourced.value, "source": sourced.source }))
        })
        .collect();
    let checks: serde_json::Map<String, serde_json::Value> = findings
        .all
        .iter()
        .map(|finding| (finding.name.to_string(), json!({ "ok": finding.well, "message": finding.words })))
        .collect();
    json!({ "configuration": configuration, "checks": checks, "exit_code": findings.exit_code })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn limits_are_told_as_the_headers_have_them() {
        let limits = Limits { limit: Some(50), reset: Some(Duration::from_secs(9)), ..Limits::default() };
        assert_eq!(shown_limits(&limits), "limit 50, window ends in 9 s (as the provider says)");
        assert!(shown_limits(&Limits::default()).contains("names none"));
    }

    #[test]
    fn a_refusal_says_how_far_it_came() {
        for (failure, exit_code, names) in [
            (CallFailure::Unauthorized, exit::REFUSED, "reach credentials"),
            (CallFailure::ForbiddenUnknown, exit::REFUSED, "reach credentials permission"),
            (CallFailure::NotSent, exit::TEMPORARY, "reach"),
            (CallFailure::Unclear, exit::TEMPORARY, "reach"),
            (CallFailure::Refused, exit::USAGE, "reach account"),
        ] {
            let error = CallError {
                failure,
                code: "x".into(),
                message: "y".into(),
                status: None,
                request_id: String::new(),
            };
            let mut findings = Findings { all: Vec::new(), exit_code: exit::DONE };
            findings.refused(&error);
            let found: Vec<&str> = findings.all.iter().map(|finding| finding.name).collect();
            assert_eq!((findings.exit_code, found.join(" ").as_str()), (exit_code, names), "{failure:?}");
        }
    }
}

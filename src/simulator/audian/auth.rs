//! Who may come in: the exchange of an API key for a token, and the tokens themselves.
//!
//! A token carries the moment of its exchange and a mark that only the account can make, so that
//! nothing has to be kept; all of them end together when the account's generation is raised.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::super::{SimRequest, SimSettings};
use super::body::{Body, Style};
use super::list::parse_query;
use super::wrong::Wrong;
use super::{Desk, Done, Shown, segments};

/// What an exchange takes from the bucket of 100 (KZ-code).
pub(super) const EXCHANGE_COST: u32 = 35;

/// Whether the call is the exchange, which needs no token.
pub(super) fn is_exchange(request: &SimRequest) -> bool {
    segments(&request.path).eq(["v2", "api_auth"])
}

/// Answers `PUT /v2/api_auth`.
pub(super) fn exchange(desk: &Desk) -> Result<Done, Wrong> {
    if desk.call.request.method != "PUT" {
        return Err(Wrong::NoSuchMethod);
    }
    let body = Body::parse(&desk.call.request.body, Style::Kazoo)?;
    if body.needed("api_key")? != desk.settings.key {
        let missing = desk.own().wrong_key_is_404;
        return Err(if missing { Wrong::BadKeyMissing } else { Wrong::BadKey });
    }
    let token = issue(desk);
    let account = &desk.settings.account;
    let data = json!({ "account_id": account, "owner_id": null, "is_reseller": false, "language": "en-us" });
    // A plain Kazoo answers every successful PUT so.
    let status = if desk.own().plain_kazoo { 201 } else { 200 };
    Ok(Done { status, shown: Shown::Token(token, data), changes: Vec::new() })
}

/// Refuses a call without a token that is valid now.
pub(super) fn check(desk: &Desk) -> Result<(), Wrong> {
    let token = given(desk.call.request, desk.own().bearer).ok_or(Wrong::NoToken)?;
    if token == desk.settings.token {
        return Ok(());
    }
    let issued = issued_at(&token, desk.settings, desk.tenant.generation()).ok_or(Wrong::BadToken)?;
    let life = i64::try_from(desk.own().token_life.as_millis()).unwrap_or(i64::MAX);
    let alive = (issued..issued.saturating_add(life)).contains(&desk.call.wall);
    if alive { Ok(()) } else { Err(Wrong::BadToken) }
}

/// The token of a call: the header first, then the query, then `Bearer` where the account takes it.
pub(super) fn given(request: &SimRequest, bearer: bool) -> Option<String> {
    let header = request.header("x-auth-token").map(str::to_owned);
    let in_query = || {
        let query = parse_query(request.path.split_once('?').map_or("", |(_, query)| query));
        query.into_iter().find(|(name, _)| name == "auth_token").map(|(_, token)| token)
    };
    let as_bearer = || {
        let (scheme, token) = request.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    };
    header.or_else(in_query).or_else(|| as_bearer().filter(|_| bearer))
}

fn issue(desk: &Desk) -> String {
    let nonce = desk.call.id.get(..12).unwrap_or_default();
    let claims = format!("{:x}.{:x}.{nonce}", desk.call.wall, desk.tenant.generation());
    format!("simtok.{claims}.{}", mark(desk.settings, &claims))
}

/// When a token was issued, in milliseconds since 1970; `None` where the account did not issue it,
/// or has ended it since.
fn issued_at(token: &str, settings: &SimSettings, generation: u64) -> Option<i64> {
    let (claims, given_mark) = token.strip_prefix("simtok.")?.rsplit_once('.')?;
    let mut parts = claims.split('.');
    let issued = i64::from_str_radix(parts.next()?, 16).ok()?;
    let its_generation = u64::from_str_radix(parts.next()?, 16).ok()?;
    (given_mark == mark(settings, claims) && its_generation == generation).then_some(issued)
}

fn mark(settings: &SimSettings, claims: &str) -> String {
    let digest = Sha256::new().chain_update(&settings.key).chain_update(claims).finalize();
    digest[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

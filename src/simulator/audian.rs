//! Audian's API v2 as its two documentations describe it (seed 002, part 2 of the reference): who
//! may come in, and which endpoint answers in which dialect.
//!
//! Pure: an endpoint looks at the tenant and returns its reply with the changes that it wants;
//! whether those are committed, and when, is not its business.

mod auth;
pub(super) mod backdoor;
mod body;
mod devices;
mod endings;
mod list;
mod reassign;
mod seeding;
pub(super) mod state;
pub(super) mod switches;
pub(super) mod tenant;
mod users;
mod view;
mod wire;
mod wrong;

use serde_json::Value;

use super::account::Call;
use super::{SimReply, SimRequest, SimSettings};
use body::{Body, Style};
use state::AudianUser;
use switches::{AudianSwitches, Dialect, Forbidden};
use tenant::{Change, Tenant};
use wrong::Wrong;

/// What an endpoint needs to know.
struct Desk<'a> {
    tenant: &'a Tenant,
    /// The tenant as lists show it; it may lag behind.
    listed: &'a Tenant,
    settings: &'a SimSettings,
    call: Call<'a>,
    style: Style,
}

/// What an endpoint has to show when it succeeds.
enum Shown {
    Nothing,
    One(Value),
    /// In Kazoo's envelope, whatever the dialect.
    Enveloped(Value),
    Page(list::Page),
    /// A new token, and the data beside it.
    Token(String, Value),
}

/// A success: what to show, and what to change.
struct Done {
    status: u16,
    shown: Shown,
    changes: Vec<Change>,
}

/// Refuses a call without a token of the account.
pub(super) fn admit(tenant: &Tenant, call: Call, settings: &SimSettings) -> Option<SimReply> {
    let desk = Desk::new(tenant, tenant, call, settings);
    if auth::is_exchange(call.request) {
        return None;
    }
    let stranger = segments(&call.request.path).nth(2).is_some_and(|account| account != settings.account);
    let refusal = auth::check(&desk).and(if stranger { Err(Wrong::Forbidden) } else { Ok(()) });
    refusal.err().map(|wrong| wire::failure(&desk, &wrong))
}

/// Answers a call that was let in: the reply, and what it changes.
pub(super) fn answer(
    tenant: &Tenant,
    listed: &Tenant,
    call: Call,
    settings: &SimSettings,
) -> (SimReply, Vec<Change>) {
    if call.request.path.len() > settings.switches.url_limit {
        return (SimReply::html(414, "Request-URI Too Large"), Vec::new());
    }
    let desk = Desk::new(tenant, listed, call, settings);
    match stopped(&desk).map_or_else(|| route(&desk), Err) {
        Ok(done) => (wire::success(&desk, done.status, done.shown), done.changes),
        Err(wrong) => (wire::failure(&desk, &wrong), Vec::new()),
    }
}

/// What becomes of archived users by this moment, whoever calls.
pub(super) fn due(tenant: &Tenant, wall: i64) -> Vec<Change> {
    endings::expire(tenant, wall.div_euclid(1000))
}

/// The answer to a call that an error of the server's own met.
pub(super) fn internal_error(tenant: &Tenant, call: Call, settings: &SimSettings) -> SimReply {
    wire::failure(&Desk::new(tenant, tenant, call, settings), &Wrong::Internal)
}

/// The body of a call that met the limit.
pub(super) fn too_many(tenant: &Tenant, call: Call, settings: &SimSettings) -> SimReply {
    wire::failure(&Desk::new(tenant, tenant, call, settings), &Wrong::TooMany)
}

/// How many tokens of the bucket a call takes.
pub(super) fn cost(request: &SimRequest) -> u32 {
    if auth::is_exchange(request) { auth::EXCHANGE_COST } else { 1 }
}

/// The state of the account that stops a call.
fn stopped(desk: &Desk) -> Option<Wrong> {
    let reads = desk.call.request.method == "GET" || auth::is_exchange(desk.call.request);
    match desk.own().forbidden {
        _ if desk.own().maintenance => Some(Wrong::Maintenance),
        Forbidden::Writes if !reads => Some(Wrong::Forbidden),
        Forbidden::Everything if !auth::is_exchange(desk.call.request) => Some(Wrong::Forbidden),
        _ => None,
    }
}

fn route(desk: &Desk) -> Result<Done, Wrong> {
    let request = desk.call.request;
    if auth::is_exchange(request) {
        return auth::exchange(desk);
    }
    let (_, query) = request.path.split_once('?').unwrap_or_default();
    let segments: Vec<&str> = segments(&request.path).collect();
    let ["v2", "accounts", _, rest @ ..] = segments.as_slice() else {
        return Err(Wrong::NoSuchPath);
    };
    match rest {
        ["users", rest @ ..] => route_users(desk, rest, query),
        ["devices", rest @ ..] => route_devices(desk, rest, query),
        ["audit", "users", "deletions"] if request.method == "GET" => {
            desk.has(desk.own().audit)?;
            list::deletions(desk, query)
        }
        ["audit", "users", "deletions"] => Err(Wrong::NoSuchMethod),
        _ => Err(Wrong::NoSuchPath),
    }
}

fn route_users(desk: &Desk, path: &[&str], query: &str) -> Result<Done, Wrong> {
    match (desk.call.request.method.as_str(), path) {
        ("GET", []) => list::users(desk, query),
        ("POST", []) if desk.takes(Style::Flat) => users::create(desk, &desk.body()?),
        ("PUT", []) if desk.takes(Style::Kazoo) => users::create(desk, &desk.body()?),
        ("GET", [id]) => users::get(desk, id),
        ("PATCH", [id]) => users::patch(desk, id, &desk.body()?),
        ("POST", [id]) if desk.takes(Style::Kazoo) => users::replace(desk, id, &desk.body()?),
        ("DELETE", [id]) => endings::delete(desk, id, query),
        ("GET", [id, "devices"]) => {
            desk.offers(desk.own().user_devices)?;
            list::devices_of(desk, id, query)
        }
        ("DELETE", [id, "archive"]) => {
            desk.has(desk.own().purge)?;
            endings::purge(desk, id, query)
        }
        ("POST", [id, "restore"]) => {
            desk.has(desk.own().restore)?;
            endings::restore(desk, id)
        }
        (_, [] | [_] | [_, "devices" | "archive" | "restore"]) => Err(Wrong::NoSuchMethod),
        _ => Err(Wrong::NoSuchPath),
    }
}

fn route_devices(desk: &Desk, path: &[&str], query: &str) -> Result<Done, Wrong> {
    match (desk.call.request.method.as_str(), path) {
        ("GET", []) => {
            desk.offers(desk.own().all_devices)?;
            list::devices(desk, query)
        }
        ("POST", ["reassign"]) => {
            desk.has(desk.own().reassign)?;
            reassign::reassign(desk, &desk.body()?)
        }
        ("POST", ["sip"]) if desk.takes(Style::Flat) => devices::create(desk, &desk.body()?),
        ("PUT", []) if desk.takes(Style::Kazoo) => devices::create(desk, &desk.body()?),
        ("GET", [id]) => devices::get(desk, id),
        ("PATCH", [id]) => devices::patch(desk, id, &desk.body()?),
        ("POST", [id]) if desk.takes(Style::Kazoo) => devices::replace(desk, id, &desk.body()?),
        ("DELETE", [id]) => devices::delete(desk, id),
        ("GET", ["sip", id, "credentials"]) if desk.takes(Style::Flat) => devices::credentials(desk, id),
        ("POST", ["sip", id, "reset-password"]) if desk.takes(Style::Flat) => {
            devices::reset_password(desk, id)
        }
        (_, [] | [_] | ["sip", _, "credentials" | "reset-password"]) => Err(Wrong::NoSuchMethod),
        _ => Err(Wrong::NoSuchPath),
    }
}

impl<'a> Desk<'a> {
    fn new(tenant: &'a Tenant, listed: &'a Tenant, call: Call<'a>, settings: &'a SimSettings) -> Desk<'a> {
        let own = &settings.switches.audian;
        let style = match Style::of(call.request, own.dialect) {
            Style::Flat if own.kazoo_reads && call.request.method == "GET" => Style::Kazoo,
            style => style,
        };
        Desk { tenant, listed, settings, call, style }
    }

    fn own(&self) -> &AudianSwitches {
        &self.settings.switches.audian
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        self.call.wall.div_euclid(1000)
    }

    fn body(&self) -> Result<Body, Wrong> {
        Body::parse(&self.call.request.body, self.style)
    }

    /// Whether the account takes calls of this style.
    fn takes(&self, style: Style) -> bool {
        match self.own().dialect {
            Dialect::Both => true,
            Dialect::Flat => style == Style::Flat,
            Dialect::Kazoo => style == Style::Kazoo,
        }
    }

    /// Refuses where an endpoint is not there; a plain Kazoo has none of those that can be missing.
    fn has(&self, endpoint: bool) -> Result<(), Wrong> {
        self.offers(endpoint && !self.own().plain_kazoo)
    }

    /// Whether there is an endpoint that a plain Kazoo has, too.
    fn offers(&self, endpoint: bool) -> Result<(), Wrong> {
        let missing = Wrong::Lacking(if self.own().lacking_is_405 { 405 } else { 404 });
        if endpoint { Ok(()) } else { Err(missing) }
    }

    fn user(&self, id: &str) -> Result<&'a AudianUser, Wrong> {
        self.tenant.user(id).ok_or(Wrong::UserMissing)
    }

    /// A user as far as reading calls know it.
    fn shown_user(&self, id: &str) -> Result<&'a AudianUser, Wrong> {
        let user = self.user(id)?;
        if user.archived.is_some() && !self.own().archived_get { Err(Wrong::UserMissing) } else { Ok(user) }
    }

    /// A user that is not archived.
    fn living_user(&self, id: &str) -> Result<&'a AudianUser, Wrong> {
        let user = self.shown_user(id)?;
        if user.archived.is_some() { Err(Wrong::Archived) } else { Ok(user) }
    }
}

impl Done {
    fn show(shown: Shown) -> Done {
        Done { status: 200, shown, changes: Vec::new() }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.split('?').next().unwrap_or_default();
    path.trim_matches('/').split('/')
}

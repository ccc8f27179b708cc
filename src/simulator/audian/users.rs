//! Creating, showing and changing a user (parts 2.5 and 2.6 of the reference).

use serde_json::{Map, Value};

use super::super::exotel::is_email;
use super::super::tenant::fingerprint;
use super::body::{Body, Style};
use super::state::AudianUser;
use super::tenant::Change;
use super::wrong::Wrong;
use super::{Desk, Done, Shown, seeding, view};

const FLAT_ROLES: [&str; 4] = ["standard", "admin", "operator", "agent"];

const KAZOO_ROLES: [&str; 2] = ["user", "admin"];

/// What the flat dialect lets a user have beside the fields that the account looks at.
const FLAT_EXTRA: [&str; 8] =
    ["phone", "title", "department", "manager", "timezone", "language", "settings", "metadata"];

/// The fields that the account looks at, as Kazoo spells them.
const KAZOO_KNOWN: [&str; 10] = [
    "id",
    "first_name",
    "last_name",
    "email",
    "username",
    "extension",
    "priv_level",
    "enabled",
    "password",
    "send_email_on_creation",
];

pub(super) fn create(desk: &Desk, body: &Body) -> Result<Done, Wrong> {
    body.needed("first_name")?;
    body.needed("last_name")?;
    if body.style == Style::Flat {
        body.needed("email")?;
    }
    let serial = desk.tenant.next_user();
    let blank = AudianUser {
        serial,
        id: seeding::user_id(desk.tenant, serial),
        role: roles(body.style)[0].to_owned(),
        created: desk.now(),
        ..AudianUser::default()
    };
    let mut user = edited(desk, body, blank)?;
    user.invited = user.email.is_some() && body.flag("send_email_on_creation")?.unwrap_or(true);
    if desk.own().charges && !body.accepts_charges {
        return Err(Wrong::Charge);
    }
    let shown = Shown::One(view::user(desk, &user));
    let device = desk.own().new_device.then(|| seeding::softphone(desk.tenant, &user));
    let mut changes = vec![Change::Create(Box::new(user))];
    changes.extend(device.map(|device| Change::Device(Box::new(device))));
    Ok(Done { status: 201, shown, changes })
}

pub(super) fn get(desk: &Desk, id: &str) -> Result<Done, Wrong> {
    Ok(Done::show(Shown::One(view::user(desk, desk.shown_user(id)?))))
}

/// Changes what the body names; in Kazoo, null takes a field away.
pub(super) fn patch(desk: &Desk, id: &str, body: &Body) -> Result<Done, Wrong> {
    let user = edited(desk, body, desk.living_user(id)?.clone())?;
    Ok(changed(desk, user))
}

/// Takes the body as the whole document: what it leaves out is lost.
pub(super) fn replace(desk: &Desk, id: &str, body: &Body) -> Result<Done, Wrong> {
    body.needed("first_name")?;
    body.needed("last_name")?;
    let user = desk.living_user(id)?;
    let blank = AudianUser {
        serial: user.serial,
        id: user.id.clone(),
        role: "user".to_owned(),
        created: user.created,
        on_call: user.on_call,
        invited: user.invited,
        password: user.password.clone(),
        ..AudianUser::default()
    };
    Ok(changed(desk, edited(desk, body, blank)?))
}

fn changed(desk: &Desk, user: AudianUser) -> Done {
    let shown = Shown::One(view::user(desk, &user));
    Done { status: 200, shown, changes: vec![Change::User(Box::new(user))] }
}

/// The user with what the body says; refused where a field is wrong or taken.
fn edited(desk: &Desk, body: &Body, mut user: AudianUser) -> Result<AudianUser, Wrong> {
    for (field, name) in [("first_name", &mut user.first_name), ("last_name", &mut user.last_name)] {
        if body.value(field).is_some() {
            *name = person_name(body, field)?.to_owned();
        }
    }
    if let Some(email) = email(body)? {
        user.email = Some(email.to_owned());
    }
    if let Some(username) = username(body)? {
        user.username = Some(username);
    }
    if let Some(extension) = body.text("extension")? {
        user.extension = Some(extension.to_owned()).filter(|extension| !extension.is_empty());
    }
    if let Some(password) = body.text("password")? {
        user.password = Some(fingerprint(password));
    }
    if let Some(role) = role(body)? {
        user.role = role.to_owned();
    }
    if let Some(disabled) = disabled(body)? {
        user.disabled = disabled;
    }
    if body.style == Style::Kazoo {
        for (field, value) in
            [("email", &mut user.email), ("username", &mut user.username), ("extension", &mut user.extension)]
        {
            value.take_if(|_| body.is_null(field));
        }
    }
    merge(&mut user.extra, body);
    user.updated = desk.now();
    check_taken(desk, &user)?;
    Ok(user)
}

fn person_name<'a>(body: &'a Body, field: &'static str) -> Result<&'a str, Wrong> {
    let name = body.needed(field)?;
    let fits = name.chars().count() <= 128;
    let wrong =
        || Wrong::field(field, "maxLength", "String must not be more than 128 characters", body.value(field));
    if fits { Ok(name) } else { Err(wrong()) }
}

fn email(body: &Body) -> Result<Option<&str>, Wrong> {
    let email = body.text("email")?;
    let wrong = |rule, text| Err(Wrong::field("email", rule, text, body.value("email")));
    match email {
        Some(email) if email.chars().count() > 254 => {
            wrong("maxLength", "String must not be more than 254 characters")
        }
        Some(email) if !is_email(email) => wrong("pattern", "Value is no e-mail address"),
        email => Ok(email),
    }
}

/// `^([+@.\w_-]+)$`, in lower case (KZ-code).
fn username(body: &Body) -> Result<Option<String>, Wrong> {
    let username = body.text("username")?;
    let fits = |username: &str| {
        (1..=256).contains(&username.chars().count())
            && username.chars().all(|c| c.is_ascii_alphanumeric() || "+@._-".contains(c))
    };
    let wrong = || Wrong::field("username", "pattern", "Failed to match pattern", body.value("username"));
    match username {
        Some(username) if !fits(username) => Err(wrong()),
        username => Ok(username.map(str::to_lowercase)),
    }
}

fn role(body: &Body) -> Result<Option<&str>, Wrong> {
    let role = body.text("priv_level")?;
    let known = role.is_none_or(|role| roles(body.style).contains(&role));
    let wrong =
        || Wrong::field("priv_level", "enum", "Value not found in enumerated list", body.value("priv_level"));
    if known { Ok(role) } else { Err(wrong()) }
}

fn roles(style: Style) -> &'static [&'static str] {
    match style {
        Style::Flat => &FLAT_ROLES,
        Style::Kazoo => &KAZOO_ROLES,
    }
}

/// `status` in the flat dialect, `enabled` in Kazoo.
fn disabled(body: &Body) -> Result<Option<bool>, Wrong> {
    if body.style == Style::Kazoo {
        return Ok(body.flag("enabled")?.map(|enabled| !enabled));
    }
    match body.text("status")? {
        None => Ok(None),
        Some("active") => Ok(Some(false)),
        Some("disabled") => Ok(Some(true)),
        Some(_) => {
            Err(Wrong::field("status", "enum", "Value is not active or disabled", body.value("status")))
        }
    }
}

fn merge(extra: &mut Map<String, Value>, body: &Body) {
    let kept = |name: &str| match body.style {
        Style::Flat => FLAT_EXTRA.contains(&name),
        Style::Kazoo => !KAZOO_KNOWN.contains(&name),
    };
    for (name, value) in body.fields.iter().filter(|(name, _)| kept(name)) {
        if value.is_null() {
            extra.remove(name);
        } else {
            extra.insert(name.clone(), value.clone());
        }
    }
}

/// E-mail and extension are unique in the flat dialect; Kazoo knows the user name only (D12).
pub(super) fn check_taken(desk: &Desk, user: &AudianUser) -> Result<(), Wrong> {
    if desk.style == Style::Flat {
        let email = user.email.as_deref();
        let domain = email.and_then(|email| email.rsplit_once('@')).map_or("", |(_, domain)| domain);
        if domain.eq_ignore_ascii_case(&desk.settings.switches.elsewhere_email) {
            return Err(Wrong::taken("email", email.unwrap_or_default()));
        }
        refuse_taken(desk, user, "email", email, |email| desk.tenant.with_email(email))?;
        let extension = user.extension.as_deref();
        refuse_taken(desk, user, "extension", extension, |extension| desk.tenant.with_extension(extension))?;
    }
    let username = user.username.as_deref();
    refuse_taken(desk, user, "username", username, |username| desk.tenant.with_username(username))
}

fn refuse_taken<'a>(
    desk: &Desk,
    user: &AudianUser,
    field: &'static str,
    value: Option<&str>,
    find: impl Fn(&str) -> &'a [u64],
) -> Result<(), Wrong> {
    let holds = |serial: &u64| {
        let archived = desk.tenant.user_at(*serial).is_some_and(|other| other.archived.is_some());
        *serial != user.serial && (!archived || desk.own().archived_keys)
    };
    let taken = value.filter(|value| desk.settings.switches.keys && find(value).iter().any(holds));
    taken.map_or(Ok(()), |value| Err(Wrong::taken(field, value)))
}

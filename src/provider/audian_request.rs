//! Audian's paths, queries and bodies, in both of its dialects: how a call goes on the wire.
//!
//! Pure. Reading calls are documented in one form only and go alike in both; writing calls are bare
//! objects with camelCase keys in the flat dialect, and `{"data": …}` with snake_case keys in Kazoo.

use serde_json::{Map, Value, json};

use super::audian::{AudianAccount, Dialect};
use super::path::{segment, value};
use super::{Call, Changes, Filter, Listing, Method, Parting};
use crate::roster::NewUser;
use crate::secret::Secret;

/// Most rows on a page (docs.audian.com, pagination); the default is 25.
pub(super) const PAGE: u32 = 100;

/// Method, path with query, and body of a call. `key` is what an exchange sends.
pub(super) fn parts(account: &AudianAccount, key: &Secret, call: &Call) -> (Method, String, Option<Vec<u8>>) {
    let base = format!("/v2/accounts/{}", segment(&account.id));
    let user = |user_id: &str| format!("{base}/users/{}", segment(user_id));
    match call {
        Call::List(listing) => (Method::Get, format!("{base}/users?{}", query(listing)), None),
        Call::Get { user_id } => (Method::Get, user(user_id), None),
        Call::Devices { user_id, start } => {
            (Method::Get, format!("{}/devices?{}", user(user_id), page(PAGE, start)), None)
        }
        Call::AllDevices { start, .. } => {
            (Method::Get, format!("{base}/devices?{}", page(PAGE, start)), None)
        }
        Call::Deletions { start } => {
            (Method::Get, format!("{base}/audit/users/deletions?{}", page(PAGE, start)), None)
        }
        Call::Exchange => {
            let body = json!({ "data": { "api_key": key.reveal() } });
            (Method::Put, "/v2/api_auth".into(), bytes(&body))
        }
        Call::Create(new) => create(account, format!("{base}/users"), new),
        Call::Change { user_id, changes } => {
            (Method::Patch, user(user_id), agreed(account, changed(account.dialect, changes)))
        }
        Call::Reassign { from, to, devices } => {
            let body = json!({ "fromUserId": from, "toUserId": to, "devices": devices });
            // Only the seed knows this call, and there it is bare.
            (Method::Post, format!("{base}/devices/reassign"), bytes(&body))
        }
        Call::Delete { user_id, parting } => {
            (Method::Delete, format!("{}{}", user(user_id), parting_query(parting, account.dialect)), None)
        }
        Call::Archive { user_id, reason } => {
            let reason = reason.as_ref().map(|reason| format!("&reason={}", value(reason)));
            let query = format!("?archiveData=true{}", reason.unwrap_or_default());
            (Method::Delete, format!("{}{query}", user(user_id)), None)
        }
        Call::Purge { user_id } => {
            (Method::Delete, format!("{}/archive?permanent=true", user(user_id)), None)
        }
        Call::Restore { user_id } => {
            let body = if account.accept_charges { agreed(account, json!({})) } else { empty(account) };
            (Method::Post, format!("{}/restore", user(user_id)), body)
        }
        Call::SetOwner { device_id, .. }
        | Call::SetNumber { device_id, .. }
        | Call::SetAvailable { device_id, .. }
        | Call::SetSipPassword { device_id, .. } => {
            let device = format!("{base}/devices/{}", segment(device_id));
            (Method::Patch, device, wrapped(account.dialect, device_change(account.dialect, call)))
        }
    }
}

/// `page_size` stays the same through a walk (Kazoo, pagination).
fn query(listing: &Listing) -> String {
    let mut query = page(listing.limit.clamp(1, PAGE), &listing.start);
    // The filter takes one value; a longer list is walked for.
    if let Filter::Emails(emails) = &listing.filter
        && let [email] = emails.as_slice()
    {
        query.push_str(&format!("&filter_email={}", value(email)));
    }
    query
}

fn page(size: u32, start: &Option<String>) -> String {
    match start {
        None => format!("page_size={size}"),
        Some(start) => format!("page_size={size}&start_key={}", value(start)),
    }
}

/// A plain Kazoo knows none of these, and takes none for another.
fn parting_query(parting: &Parting, dialect: Dialect) -> String {
    let heir = parting.heir.as_ref().filter(|_| dialect == Dialect::Flat);
    let parts = [("reassignDevices", heir), ("reason", parting.reason.as_ref())];
    let given = parts.into_iter().filter_map(|(name, text)| Some(format!("{name}={}", value(text?))));
    let given: Vec<String> = given.collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

fn create(account: &AudianAccount, users: String, new: &NewUser) -> (Method, String, Option<Vec<u8>>) {
    let mut fields = Map::new();
    let mut set = |name: &str, text: Option<&str>| {
        if let Some(text) = text {
            fields.insert(name.into(), text.into());
        }
    };
    let (first_name, last_name) = (Some(new.first_name.as_str()), Some(new.last_name.as_str()));
    let (email, role) = (new.email.as_deref(), new.role.as_deref());
    let (method, invitation) = match account.dialect {
        Dialect::Flat => {
            set("firstName", first_name);
            set("lastName", last_name);
            set("email", email);
            set("phone", new.phone.as_deref());
            set("role", role);
            (Method::Post, "sendInvitation")
        }
        Dialect::Kazoo => {
            set("first_name", first_name);
            set("last_name", last_name);
            set("email", email);
            set("username", username(email).as_deref());
            set("priv_level", role);
            (Method::Put, "send_email_on_creation")
        }
    };
    if email.is_some() {
        fields.insert(invitation.into(), account.invite.into());
    }
    (method, users, agreed(account, Value::Object(fields)))
}

/// The body of a call that may cost something, with the consent to it where that was given (Kazoo, 402).
fn agreed(account: &AudianAccount, fields: Value) -> Option<Vec<u8>> {
    let mut body = enveloped(account.dialect, fields);
    if account.accept_charges {
        body["accept_charges"] = true.into();
    }
    bytes(&body)
}

/// Kazoo enforces user names, not e-mails, so the e-mail goes as the user name too where it can be one
/// (`^([+@.\w_-]+)$`, Kazoo's schema of users); the portal's own importer does the same.
fn username(email: Option<&str>) -> Option<String> {
    let fits = |email: &&str| email.chars().all(|c| c.is_ascii_alphanumeric() || "+@._-".contains(c));
    email.filter(fits).map(str::to_ascii_lowercase)
}

fn changed(dialect: Dialect, changes: &Changes) -> Value {
    let mut fields = Map::new();
    let flat = dialect == Dialect::Flat;
    for (flat_name, kazoo_name, text) in [
        ("firstName", "first_name", &changes.first_name),
        ("lastName", "last_name", &changes.last_name),
        ("email", "email", &changes.email),
        ("phone", "phone", &changes.phone),
    ] {
        if let Some(text) = text {
            fields.insert(if flat { flat_name } else { kazoo_name }.into(), text.as_str().into());
        }
    }
    match (changes.enabled, dialect) {
        (None, _) => {}
        (Some(true), Dialect::Flat) => _ = fields.insert("status".into(), "active".into()),
        (Some(false), Dialect::Flat) => _ = fields.insert("status".into(), "disabled".into()),
        (Some(enabled), Dialect::Kazoo) => _ = fields.insert("enabled".into(), enabled.into()),
    }
    Value::Object(fields)
}

fn device_change(dialect: Dialect, call: &Call) -> Value {
    match (call, dialect) {
        (Call::SetOwner { owner, .. }, Dialect::Flat) => json!({ "assignedUser": owner }),
        (Call::SetOwner { owner, .. }, Dialect::Kazoo) => json!({ "owner_id": owner }),
        // The flat pages show a password nowhere in a body; this spells it as they spell the SIP user name.
        (Call::SetSipPassword { password, .. }, Dialect::Flat) => json!({ "sipPassword": password.reveal() }),
        (Call::SetSipPassword { password, .. }, Dialect::Kazoo) => {
            json!({ "sip": { "password": password.reveal() } })
        }
        // No plan has these: Audian's devices have neither a number nor a switch.
        _ => json!({}),
    }
}

fn wrapped(dialect: Dialect, fields: Value) -> Option<Vec<u8>> {
    bytes(&enveloped(dialect, fields))
}

fn enveloped(dialect: Dialect, fields: Value) -> Value {
    match dialect {
        Dialect::Flat => fields,
        Dialect::Kazoo => json!({ "data": fields }),
    }
}

/// A restore has no body in the seed; Kazoo wants an envelope around nothing.
fn empty(account: &AudianAccount) -> Option<Vec<u8>> {
    match account.dialect {
        Dialect::Flat => None,
        Dialect::Kazoo => wrapped(Dialect::Kazoo, json!({})),
    }
}

fn bytes(body: &Value) -> Option<Vec<u8>> {
    // Keys are text: there is nothing in a body that JSON cannot hold.
    Some(serde_json::to_vec(body).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(dialect: Dialect) -> AudianAccount {
        AudianAccount { id: "acc_1".into(), dialect, invite: true, accept_charges: false }
    }

    fn wire(account: &AudianAccount, call: &Call) -> (Method, String, String) {
        let (method, path, body) = parts(account, &Secret::new("sim-key"), call);
        (method, path, String::from_utf8(body.unwrap_or_default()).expect("JSON is UTF-8"))
    }

    fn asha() -> NewUser {
        NewUser {
            first_name: "Asha".into(),
            last_name: "Rao".into(),
            email: Some("Asha+1@x.example".into()),
            phone: Some("+911".into()),
            role: Some("admin".into()),
            ..NewUser::default()
        }
    }

    #[test]
    fn each_dialect_writes_its_own_way() {
        use Dialect::{Flat, Kazoo};
        let user_id = || "u/1".to_string();
        let off = || Changes { enabled: Some(false), ..Changes::default() };
        let owner =
            |owner: Option<&str>| Call::SetOwner { device_id: "d1".into(), owner: owner.map(str::to_owned) };
        let reassign = || Call::Reassign { from: "u1".into(), to: "u2".into(), devices: vec!["d1".into()] };
        let password = || Call::SetSipPassword {
            user_id: user_id(),
            device_id: "d1".into(),
            password: Secret::new("S3cret"),
        };
        for (dialect, call, method, path, body) in [
            (
                Flat,
                Call::Create(asha()),
                Method::Post,
                "/users",
                r#"{"email":"Asha+1@x.example","firstName":"Asha","lastName":"Rao","phone":"+911","role":"admin","sendInvitation":true}"#,
            ),
            (
                Kazoo,
                Call::Create(asha()),
                Method::Put,
                "/users",
                r#"{"data":{"email":"Asha+1@x.example","first_name":"Asha","last_name":"Rao","priv_level":"admin","send_email_on_creation":true,"username":"asha+1@x.example"}}"#,
            ),
            (
                Flat,
                Call::Change { user_id: user_id(), changes: off() },
                Method::Patch,
                "/users/u%2F1",
                r#"{"status":"disabled"}"#,
            ),
            (
                Kazoo,
                Call::Change { user_id: user_id(), changes: off() },
                Method::Patch,
                "/users/u%2F1",
                r#"{"data":{"enabled":false}}"#,
            ),
            (Flat, owner(Some("u2")), Method::Patch, "/devices/d1", r#"{"assignedUser":"u2"}"#),
            (Kazoo, owner(Some("u2")), Method::Patch, "/devices/d1", r#"{"data":{"owner_id":"u2"}}"#),
            (Kazoo, owner(None), Method::Patch, "/devices/d1", r#"{"data":{"owner_id":null}}"#),
            (Flat, password(), Method::Patch, "/devices/d1", r#"{"sipPassword":"S3cret"}"#),
            (Kazoo, password(), Method::Patch, "/devices/d1", r#"{"data":{"sip":{"password":"S3cret"}}}"#),
            (
                Flat,
                reassign(),
                Method::Post,
                "/devices/reassign",
                r#"{"devices":["d1"],"fromUserId":"u1","toUserId":"u2"}"#,
            ),
            (Flat, Call::Restore { user_id: user_id() }, Method::Post, "/users/u%2F1/restore", ""),
        ] {
            let expected = (method, format!("/v2/accounts/acc_1{path}"), body.to_string());
            assert_eq!(wire(&account(dialect), &call), expected, "{}", call.name());
        }
    }

    #[test]
    fn reading_calls_and_ends_have_their_queries() {
        let flat = account(Dialect::Flat);
        let path =
            |account: &AudianAccount, call: &Call| wire(account, call).1.replace("/v2/accounts/acc_1", "");
        let start = Some("g2w=&".to_string());
        let list =
            |filter, limit| Call::List(Listing { filter, limit, start: start.clone(), ..Listing::default() });
        assert_eq!(path(&flat, &list(Filter::All, 250)), "/users?page_size=100&start_key=g2w%3D%26");
        let asha = Filter::Emails(vec!["asha+1@x.example".into()]);
        assert!(path(&flat, &list(asha, 50)).ends_with("&filter_email=asha%2B1%40x.example"));
        let two = Filter::Emails(vec!["a@x".into(), "b@x".into()]);
        assert_eq!(path(&flat, &list(two, 50)), "/users?page_size=50&start_key=g2w%3D%26");
        let devices = Call::Devices { user_id: "u1".into(), start: None };
        assert_eq!(path(&flat, &devices), "/users/u1/devices?page_size=100");

        let parting = Parting { heir: Some("u2".into()), reason: Some("Left & moved".into()) };
        let delete = |parting: &Parting| Call::Delete { user_id: "u1".into(), parting: parting.clone() };
        assert_eq!(path(&flat, &delete(&parting)), "/users/u1?reassignDevices=u2&reason=Left%20%26%20moved");
        assert_eq!(path(&flat, &delete(&Parting::default())), "/users/u1");
        let kazoo = account(Dialect::Kazoo);
        assert_eq!(path(&kazoo, &delete(&parting)), "/users/u1?reason=Left%20%26%20moved");
        let archive = Call::Archive { user_id: "u1".into(), reason: Some("left".into()) };
        assert_eq!(path(&flat, &archive), "/users/u1?archiveData=true&reason=left");
        let purge = Call::Purge { user_id: "u1".into() };
        assert_eq!(path(&flat, &purge), "/users/u1/archive?permanent=true");
        assert_eq!(
            path(&flat, &Call::Purge { user_id: "..".into() }),
            "/users/%252E%252E/archive?permanent=true"
        );
    }

    #[test]
    fn a_charge_is_agreed_to_and_an_invitation_left_out_only_when_told() {
        let told = AudianAccount { invite: false, accept_charges: true, ..account(Dialect::Kazoo) };
        let body = wire(&told, &Call::Create(asha())).2;
        assert!(body.starts_with(r#"{"accept_charges":true,"data":{"#), "{body}");
        assert!(body.contains(r#""send_email_on_creation":false"#), "{body}");
        assert!(!wire(&account(Dialect::Flat), &Call::Create(asha())).2.contains("accept_charges"));
        let restore = wire(&told, &Call::Restore { user_id: "u1".into() }).2;
        assert_eq!(restore, r#"{"accept_charges":true,"data":{}}"#);
        let odd = NewUser { email: Some("o'ravi@x.example".into()), ..asha() };
        assert!(!wire(&told, &Call::Create(odd)).2.contains("username"));
    }
}

//! Exotel's paths, queries and bodies: how a call goes on the wire.
//!
//! Pure. Credentials go into a header only: addresses end up in logs.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::json;

use super::path::{segment, value};
use super::{Call, Filter, Listing, Method};
use crate::roster::NewUser;
use crate::secret::Secret;

/// The path of all users of an account.
pub(super) fn users_path(account: &str) -> String {
    format!("/v2/accounts/{}/users", segment(account))
}

/// Method, path with query, and body of a call; `users` is the path of all users.
pub(super) fn parts(users: &str, call: &Call) -> (Method, String, Option<Vec<u8>>) {
    let user = |user_id: &str| format!("{users}/{}", segment(user_id));
    let device = |user_id: &str, device_id: &str| {
        format!("{users}/{}/devices/{}", segment(user_id), segment(device_id))
    };
    match call {
        Call::List(listing) => (Method::Get, format!("{users}?{}", query(listing)), None),
        Call::Get { user_id } => (Method::Get, format!("{}?fields=devices,active_call", user(user_id)), None),
        Call::Create(new) => (Method::Post, users.to_owned(), Some(json(&NewUserBody::of(new)))),
        Call::Change { user_id, changes } => {
            let body = ChangesBody {
                first_name: changes.first_name.as_deref(),
                last_name: changes.last_name.as_deref(),
                email: changes.email.as_deref(),
            };
            (Method::Put, user(user_id), Some(json(&body)))
        }
        Call::SetNumber { user_id, device_id, number } => {
            (Method::Put, device(user_id, device_id), Some(json(&json!({ "contact_uri": number }))))
        }
        Call::SetAvailable { user_id, device_id, available } => {
            (Method::Put, device(user_id, device_id), Some(json(&json!({ "available": available }))))
        }
        Call::SetSipPassword { user_id, device_id, password } => {
            let path = format!("{}/password", device(user_id, device_id));
            (Method::Put, path, Some(json(&json!({ "password": password.reveal() }))))
        }
        Call::Delete { user_id, .. } => (Method::Delete, user(user_id), None),
        // Calls of other providers; a read that finds nobody does no harm.
        _ => (Method::Get, user(""), None),
    }
}

/// The value of the header that carries the credentials.
pub(super) fn basic(key: &Secret, token: &Secret) -> Secret {
    let pair = Secret::new(format!("{}:{}", key.reveal(), token.reveal()));
    Secret::new(format!("Basic {}", BASE64_STANDARD.encode(pair.reveal())))
}

fn query(listing: &Listing) -> String {
    let mut query = String::from("fields=devices");
    for (asked, field) in [(listing.active_call, ",active_call"), (listing.last_login, ",last_login")] {
        if asked {
            query.push_str(field);
        }
    }
    match &listing.filter {
        Filter::All => {}
        Filter::Emails(emails) => query.push_str(&format!("&email={}", values(emails))),
        Filter::Contacts(contacts) => query.push_str(&format!("&devices.contact_uri={}", values(contacts))),
    }
    query.push_str(&format!("&offset={}&limit={}", listing.offset, listing.limit));
    query
}

/// Commas part the values, so a comma inside of one is encoded, and so is the `+` of a number.
fn values(values: &[String]) -> String {
    let encoded: Vec<String> = values.iter().map(|text| value(text)).collect();
    encoded.join(",")
}

#[derive(Serialize)]
struct NewUserBody<'a> {
    first_name: &'a str,
    last_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_contact_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_name: Option<&'a str>,
}

impl NewUserBody<'_> {
    fn of(new: &NewUser) -> NewUserBody<'_> {
        NewUserBody {
            first_name: &new.first_name,
            last_name: &new.last_name,
            email: new.email.as_deref(),
            device_contact_uri: new.number.as_deref(),
            role: new.role.as_deref(),
            device_name: new.device_name.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ChangesBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

fn json(body: &impl Serialize) -> Vec<u8> {
    // Texts and flags under text keys: there is nothing in them that JSON cannot hold.
    serde_json::to_vec(body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Changes;

    fn wire(call: &Call) -> (Method, String, String) {
        let (method, path, body) = parts(&users_path("acme1"), call);
        (method, path, String::from_utf8(body.unwrap_or_default()).expect("JSON is UTF-8"))
    }

    fn listed(filter: Filter) -> String {
        wire(&Call::List(Listing { filter, offset: 50, limit: 50, ..Listing::default() })).1
    }

    #[test]
    fn lists_ask_for_devices_and_encode_values_but_not_the_commas_between() {
        assert_eq!(listed(Filter::All), "/v2/accounts/acme1/users?fields=devices&offset=50&limit=50");
        let emails = Filter::Emails(vec!["asha+1@x.example".into(), "o,dd&=#@x.example".into()]);
        let path = listed(emails);
        assert!(path.contains("&email=asha%2B1%40x.example,o%2Cdd%26%3D%23%40x.example&"), "{path}");
        let contacts = Filter::Contacts(vec!["+919800000001".into(), "sip:1-999@voip.exotel.com".into()]);
        let path = listed(contacts);
        assert!(
            path.contains("&devices.contact_uri=%2B919800000001,sip%3A1-999%40voip.exotel.com&"),
            "{path}"
        );
        let all = Listing { limit: 50, active_call: true, last_login: true, ..Listing::default() };
        assert!(wire(&Call::List(all)).1.contains("?fields=devices,active_call,last_login&offset=0"));
    }

    #[test]
    fn every_call_has_its_method_path_and_body() {
        let (user_id, device_id) = ("u1".to_string(), "7".to_string());
        let user = || user_id.clone();
        let device = || device_id.clone();
        let new = NewUser { first_name: "Asha".into(), last_name: "Rao".into(), ..NewUser::default() };
        let full = NewUser {
            email: Some("a@x.example".into()),
            number: Some("+919800000001".into()),
            role: Some("admin".into()),
            device_name: Some("Desk \"1\"".into()),
            ..new.clone()
        };
        let full_body = r#"{"first_name":"Asha","last_name":"Rao","email":"a@x.example","device_contact_uri":"+919800000001","role":"admin","device_name":"Desk \"1\""}"#;
        let changes = Changes { last_name: Some("Iyer".into()), ..Changes::default() };
        let password = Secret::new("S3cret!pass");
        for (call, method, path, body) in [
            (Call::Get { user_id: user() }, Method::Get, "/u1?fields=devices,active_call", ""),
            (Call::Create(new), Method::Post, "", r#"{"first_name":"Asha","last_name":"Rao"}"#),
            (Call::Create(full), Method::Post, "", full_body),
            (Call::Change { user_id: user(), changes }, Method::Put, "/u1", r#"{"last_name":"Iyer"}"#),
            (
                Call::SetNumber { user_id: user(), device_id: device(), number: "+14155550100".into() },
                Method::Put,
                "/u1/devices/7",
                r#"{"contact_uri":"+14155550100"}"#,
            ),
            (
                Call::SetAvailable { user_id: user(), device_id: device(), available: false },
                Method::Put,
                "/u1/devices/7",
                r#"{"available":false}"#,
            ),
            (
                Call::SetSipPassword { user_id: user(), device_id: device(), password },
                Method::Put,
                "/u1/devices/7/password",
                r#"{"password":"S3cret!pass"}"#,
            ),
            (Call::Delete { user_id: user(), parting: Default::default() }, Method::Delete, "/u1", ""),
        ] {
            let expected = (method, format!("/v2/accounts/acme1/users{path}"), body.to_string());
            assert_eq!(wire(&call), expected, "{}", call.name());
        }
    }

    #[test]
    fn an_odd_id_never_names_another_path() {
        let path =
            |user_id: &str| wire(&Call::Delete { user_id: user_id.into(), parting: Default::default() }).1;
        assert!(path("").ends_with("/users/-"));
        assert!(path("..").ends_with("/users/%252E%252E"));
        assert!(path("a/../b?c#d").ends_with("/users/a%2F..%2Fb%3Fc%23d"));
    }

    #[test]
    fn credentials_are_encoded_as_the_standard_says() {
        let header = basic(&Secret::new("sim-key"), &Secret::new("sim-token"));
        assert_eq!(header.reveal(), "Basic c2ltLWtleTpzaW0tdG9rZW4=");
    }
}

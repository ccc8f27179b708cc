//! Creating, showing and changing users and devices in both dialects.

use super::*;

fn asha() -> Value {
    json!({"firstName": "Asha", "lastName": "Rao", "email": "asha@example.com"})
}

#[test]
fn a_flat_user_is_bare_and_camel_cased() {
    let mut office = Office::new(0, &[]);
    let body = json!({
        "firstName": "Asha", "lastName": "Rao", "email": "asha@example.com", "role": "agent",
        "extension": "1001", "title": "Clerk", "sendInvitation": false, "firstname": "ignored",
    });
    let (status, user) = office.call("POST", "/users", body);
    assert_eq!((status, &user["id"], &user["accountId"]), (201, &"user_100000".into(), &"sim".into()));
    assert_eq!(
        (&user["status"], &user["title"], &user["role"]),
        (&"active".into(), &"Clerk".into(), &"agent".into())
    );
    assert_eq!(user["createdAt"], "2026-01-01T00:00:00Z");
    assert!(user.get("firstname").is_none() && user.get("auth_token").is_none());
    assert!(!office.own().users[0].invited);
    assert_eq!(office.get("/users/user_100000"), user);
    let (status, user) =
        office.call("PATCH", "/users/user_100000", json!({"status": "disabled", "lastName": "Roy"}));
    assert_eq!((status, &user["status"], &user["firstName"]), (200, &"disabled".into(), &"Asha".into()));
    assert_eq!(user["lastName"], "Roy");
    office.switch("reads=kazoo");
    let read = office.get("/users/user_100000");
    assert_eq!((&read["data"]["last_name"], &read["data"]["enabled"]), (&"Roy".into(), &false.into()));
}

#[test]
fn a_kazoo_user_comes_in_the_envelope() {
    let mut office = Office::new(0, &["dialect=kazoo"]);
    let data = json!({"first_name": "Asha", "last_name": "Rao", "username": "Asha.Rao", "email": "asha@example.com"});
    let (status, json) = office.call("PUT", "/users", json!({"data": data}));
    assert_eq!((status, &json["status"], &json["auth_token"]), (201, &"success".into(), &"sim-token".into()));
    assert_eq!(json["request_id"].as_str().map(str::len), Some(32));
    assert!(json["node"].is_string() && json["tokens"].is_object() && json["revision"].is_string());
    let user = &json["data"];
    assert_eq!((&user["enabled"], &user["priv_level"]), (&true.into(), &"user".into()));
    assert_eq!((user["id"].as_str().map(str::len), &user["username"]), (Some(32), &"asha.rao".into()));
    let path = format!("/users/{}", user["id"].as_str().expect("an id"));
    let (_, json) = office.call("PATCH", &path, json!({"data": {"enabled": false, "email": null}}));
    assert_eq!((&json["data"]["enabled"], json["data"].get("email")), (&false.into(), None));
    // A whole document takes away what it leaves out.
    let (_, json) = office.call("POST", &path, json!({"data": {"first_name": "Usha", "last_name": "Rao"}}));
    assert_eq!((&json["data"]["enabled"], json["data"].get("username")), (&true.into(), None));
    assert_eq!(office.simulator.truth().creates["username:asha.rao"], 1);
}

#[test]
fn verbs_and_bodies_of_the_other_dialect_are_refused() {
    let bare = json!({"first_name": "Asha", "last_name": "Rao"});
    let mut kazoo = Office::new(1, &["dialect=kazoo"]);
    let path = format!("/users/{}", kazoo.own().users[0].id);
    assert_eq!(kazoo.status("POST", "/users", json!({"data": bare})), 405);
    assert_eq!(kazoo.status("PUT", "/users", bare.clone()), 400);
    assert_eq!(kazoo.status("PATCH", &path, json!({"enabled": false})), 400);
    let mut flat = Office::new(1, &[]);
    assert_eq!(flat.status("PUT", "/users", json!({"data": bare})), 405);
    assert_eq!(flat.status("POST", "/users", json!({"data": bare})), 400);
    assert_eq!(flat.status("POST", "/users/user_100000", json!({"status": "disabled"})), 405);
    assert_eq!(flat.status("POST", "/users", Value::Null), 400);
    let mut both = Office::new(1, &["dialect=both"]);
    assert_eq!(both.status("PUT", "/users", json!({"data": bare})), 201);
    assert_eq!(both.call("POST", "/users", asha()).1["lastName"], "Rao");
    assert_eq!(
        both.call("PATCH", "/users/user_100000", json!({"status": "disabled"})).1["status"],
        "disabled"
    );
    let (_, json) = both.call("PATCH", "/users/user_100000", json!({"data": {"enabled": true}}));
    assert_eq!(json["data"]["enabled"], true);
}

#[test]
fn what_is_taken_is_409_when_flat_and_400_in_kazoo() {
    let mut office = Office::new(0, &[]);
    office.call("POST", "/users", asha());
    let mut again = asha();
    again["email"] = "ASHA@example.com".into();
    let (status, json) = office.call("POST", "/users", again.clone());
    assert_eq!((status, &json["error"]["param"]), (409, &"email".into()));
    again["email"] = "other@elsewhere.example".into();
    assert_eq!(office.status("POST", "/users", again.clone()), 409);
    again["email"] = "usha@example.com".into();
    again["extension"] = "1001".into();
    assert_eq!(office.status("POST", "/users", again), 201);
    assert_eq!(office.status("PATCH", "/users/user_100000", json!({"extension": "1001"})), 409);

    let mut office = Office::new(0, &["dialect=kazoo"]);
    let data =
        json!({"data": {"first_name": "A", "last_name": "R", "username": "asha", "email": "a@example.com"}});
    assert_eq!(office.status("PUT", "/users", data.clone()), 201);
    let (status, json) = office.call("PUT", "/users", data);
    assert_eq!((status, &json["error"], &json["message"]), (400, &"400".into(), &"invalid data".into()));
    assert_eq!(json["data"]["username"]["unique"]["cause"], "asha");
    // Kazoo does not care for a second address.
    let other = json!({"data": {"first_name": "A", "last_name": "R", "email": "a@example.com"}});
    assert_eq!(office.status("PUT", "/users", other), 201);
    assert_eq!(office.simulator.truth().creates["email:a@example.com"], 2);
}

#[test]
fn wrong_fields_are_named_and_kazoo_echoes_them() {
    let mut flat = Office::new(1, &[]);
    let cases = [
        (json!({"lastName": "Rao", "email": "a@example.com"}), "firstName"),
        (json!({"firstName": "Asha", "email": "a@example.com"}), "lastName"),
        (json!({"firstName": "Asha", "lastName": "Rao"}), "email"),
        (json!({"firstName": "Asha", "lastName": "Rao", "email": "nowhere"}), "email"),
        (json!({"firstName": "Asha", "lastName": "Rao", "email": "a@b.co", "role": "boss"}), "role"),
        (json!({"firstName": "Asha", "lastName": "Rao", "email": "a@b.co", "username": "a b"}), "username"),
        (json!({"firstName": 7, "lastName": "Rao", "email": "a@b.co"}), "firstName"),
        (json!({"firstName": "A".repeat(129), "lastName": "Rao", "email": "a@b.co"}), "firstName"),
    ];
    for (body, param) in cases {
        let (status, json) = flat.call("POST", "/users", body.clone());
        assert_eq!((status, &json["error"]["param"]), (400, &param.into()), "{body}");
        assert_eq!(json["error"]["code"], "invalid_request_error");
    }
    assert_eq!(flat.status("PATCH", "/users/user_100000", json!({"status": "archived"})), 400);
    let mut kazoo = Office::new(3, &["dialect=kazoo"]);
    let device = kazoo.own().devices[0].id.clone();
    let body = json!({"data": {"sip": {"password": "Sesam-open-up-and-let-me-in-please"}}});
    let (status, json) = kazoo.call("PATCH", &format!("/devices/{device}"), body);
    assert_eq!(status, 400);
    assert_eq!(json["data"]["sip.password"]["maxLength"]["value"], "Sesam-open-up-and-let-me-in-please");
}

#[test]
fn a_charge_needs_consent() {
    let mut office = Office::new(0, &["charges=on"]);
    assert_eq!(office.status("POST", "/users", asha()), 402);
    let mut body = asha();
    body["accept_charges"] = true.into();
    assert_eq!(office.status("POST", "/users", body), 201);
    let mut office = Office::new(0, &["charges=on", "dialect=kazoo"]);
    let data = json!({"first_name": "Asha", "last_name": "Rao"});
    let asked = office.call("PUT", "/users", json!({"data": data})).1;
    assert_eq!((&asked["error"], &asked["message"]), (&"402".into(), &"accept charges".into()));
    assert_eq!(asked["data"]["activation_charges"], 1.0);
    assert_eq!(office.status("PUT", "/users", json!({"data": data, "accept_charges": true})), 201);
}

#[test]
fn a_sip_password_is_kept_as_a_mark() {
    for (switch, path, body) in [
        ("dialect=kazoo", "/devices", json!({"data": {"sip": {"password": "Sesame-22"}}})),
        ("dialect=flat", "/devices", json!({"sipPassword": "Sesame-22"})),
    ] {
        let mut office = Office::new(2, &[switch]);
        let device = office.own().devices[0].id.clone();
        let (status, json) = office.call("PATCH", &format!("{path}/{device}"), body);
        assert_eq!((status, json.to_string().contains("Sesame")), (200, false));
        assert_eq!(office.own().devices[0].sip_password, Some(fingerprint("Sesame-22")));
    }
    let mut office = Office::new(2, &[]);
    let device = office.own().devices[0].id.clone();
    let (_, json) = office.call("POST", &format!("/devices/sip/{device}/reset-password"), Value::Null);
    let password = json["sipPassword"].as_str().expect("a password");
    assert_eq!(office.own().devices[0].sip_password, Some(fingerprint(password)));
    assert_eq!(office.get(&format!("/devices/sip/{device}/credentials"))["passwordSet"], true);
}

#[test]
fn a_device_is_made_and_given_away() {
    let mut flat = Office::new(2, &[]);
    let owner = flat.own().users[0].id.clone();
    let body = json!({"name": "Desk", "sipUsername": "desk", "assignedUser": owner});
    let (status, device) = flat.call("POST", "/devices/sip", body.clone());
    assert_eq!((status, &device["assignedUser"], &device["status"]), (201, &owner.into(), &"active".into()));
    assert_eq!(flat.status("POST", "/devices/sip", body), 409);
    let mut kazoo = Office::new(2, &["dialect=kazoo"]);
    let other = kazoo.own().users[1].id.clone();
    let device = kazoo.own().devices[0].id.clone();
    let path = format!("/devices/{device}");
    let (_, json) = kazoo.call("PATCH", &path, json!({"data": {"owner_id": other}}));
    assert_eq!(json["data"]["owner_id"], other);
    assert_eq!(kazoo.own().devices[0].moves, 1);
    let (status, json) = kazoo.call("PATCH", &path, json!({"data": {"owner_id": "nobody"}}));
    assert_eq!((status, &json["data"]["owner_id"]["not_found"]["cause"]), (400, &"nobody".into()));
    kazoo.call("PATCH", &path, json!({"data": {"owner_id": null}}));
    assert!(kazoo.get(&path)["data"].get("owner_id").is_none());
    assert!(kazoo.get(&path)["data"]["sip"]["username"].is_string());
    // A whole document takes away what it leaves out.
    assert_eq!(kazoo.call("POST", &path, json!({"data": {"name": "Bare"}})).1["data"].get("sip"), None);
    assert!(kazoo.get(&path)["data"].get("owner_id").is_none());
    assert_eq!(kazoo.delete(&path).0, 200);
    assert_eq!(kazoo.delete(&path).0, 404);
}

#[test]
fn whatever_comes_in_is_answered_with_a_refusal() {
    let paths = [
        "",
        "/",
        "/users",
        "/users/",
        "/users/é",
        "/users/user_100000/x",
        "/users/user_100000/archive?permanent=%FF",
        "/users?start_key=g2wA%C3%A9&page_size=-1",
        "/users?page_size=99999999999999999999",
        "/devices",
        "/devices/reassign",
        "/devices/sip",
        "/devices/sip/x/credentials",
        "/audit/users/deletions?start_key=x",
        "/users/user_100000/devices?start_key=%00",
        "/users/nobody?archiveData=%F0%9F%98%80",
    ];
    let bodies = [
        "",
        "null",
        "[]",
        "{",
        "{\"data\":7}",
        "{\"data\":{\"sip\":[],\"name\":{}}}",
        "{\"devices\":[7,{}]}",
    ];
    for dialect in ["flat", "kazoo", "both"] {
        let mut office = Office::new(2, &[&format!("dialect={dialect}")]);
        for method in ["POST", "PUT", "PATCH", "OPTIONS", "BREW"] {
            for path in paths {
                for body in bodies {
                    let request = SimRequest {
                        method: method.into(),
                        path: format!("/v2/accounts/sim{path}"),
                        headers: vec![("x-auth-token".into(), "sim-token".into())],
                        body: body.into(),
                    };
                    let status = office.simulator.handle(&request, office.now).0.status;
                    assert!((400..500).contains(&status), "{method} {path} {body}: {status}");
                }
            }
        }
        assert_eq!(office.simulator.users(), 2);
    }
}

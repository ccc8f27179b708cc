//! Endpoints when all goes well, and the pages of the list.

use super::*;

#[test]
fn a_new_user_looks_as_on_the_page() {
    let mut account = Account::new(0, &[]);
    let (status, json) = account.call("POST", "/users", RAVI);
    assert_eq!(status, 200);
    assert_eq!((&json["method"], &json["http_code"]), (&"POST".into(), &200.into()));
    assert_eq!(json["request_id"].as_str().map(str::len), Some(32));
    let response = &json["response"];
    assert!(response["error_data"].is_null() && response.get("error_data").is_some());
    assert_eq!((&response["status"], &response["code"]), (&"success".into(), &200.into()));
    let user = &response["data"];
    assert_eq!(user["role"], "user");
    assert_eq!(user["email_verified"], false);
    assert_eq!(user["date_created"], "2026-01-01T05:30:00+05:30");
    assert!(user.get("active_call").is_none() && user.get("last_login").is_none());
    let phone = &user["devices"][0];
    assert_eq!((&phone["name"], &phone["type"]), (&"Ravi's device".into(), &"tel".into()));
    assert!(phone["available"].is_null() && phone["status"].is_null());
    assert_eq!(phone["verified"], false);
    let sip = &user["devices"][1];
    assert_eq!(sip["type"], "sip");
    assert!(sip["contact_uri"].as_str().is_some_and(|uri| uri.starts_with("sip:ravii")));
}

#[test]
fn every_page_of_every_size_is_whole_and_the_end_is_null() {
    for users in [0, 1, 20, 50, 51, 229] {
        for limit in [1, 7, 20, 50] {
            let mut account = Account::new(users, &[]);
            let mut seen = Vec::new();
            loop {
                let page = account.get(&format!("/users?offset={}&limit={limit}", seen.len()));
                assert_eq!(page["metadata"]["total"], users);
                assert_eq!(page["metadata"]["offset"], seen.len());
                let Some(records) = page["response"].as_array() else {
                    assert!(page["response"].is_null());
                    assert_eq!(page["metadata"]["count"], 0);
                    break;
                };
                assert_eq!(page["metadata"]["count"], records.len());
                seen.extend(records.iter().map(|record| record["data"]["id"].to_string()));
            }
            let everybody: Vec<String> =
                account.simulator.truth().users.iter().map(|user| format!("\"{}\"", user.id)).collect();
            assert_eq!(seen, everybody);
        }
    }
}

#[test]
fn a_page_is_20_by_default_and_50_at_most() {
    let mut account = Account::new(60, &[]);
    assert_eq!(account.get("/users")["metadata"]["count"], 20);
    assert_eq!(account.get("/users?limit=500")["metadata"]["limit"], 50);
    account.simulator.set_switch("over_limit=refuse").expect("a switch");
    for limit in ["51", "0", "-1", "x"] {
        assert_eq!(account.call("GET", &format!("/users?limit={limit}"), "").0, 400);
    }
    account.simulator.set_switch("list_end=empty").expect("a switch");
    account.simulator.set_switch("total=off").expect("a switch");
    let end = account.get("/users?offset=60");
    assert_eq!(end["response"], serde_json::json!([]));
    assert!(end["metadata"].get("total").is_none());
}

#[test]
fn fields_are_shown_on_request_only() {
    let mut account = Account::new(50, &[]);
    let plain = account.get("/users?limit=50")["response"][9]["data"].clone();
    assert!(["devices", "active_call", "last_login"].iter().all(|field| plain.get(field).is_none()));
    let page = account.get("/users?limit=50&fields=devices,active_call,last_login");
    let on_call = &page["response"][9]["data"];
    assert!(on_call["active_call"].as_str().is_some_and(|call| call.ends_with('s')));
    assert_eq!(on_call["devices"][0]["status"], "busy");
    assert!(page["response"][8]["data"]["active_call"].is_null());
    let id = plain["id"].as_str().expect("an id").to_owned();
    assert!(account.get(&format!("/users/{id}"))["response"]["data"].get("devices").is_none());
    assert!(account.get(&format!("/users/{id}?fields=devices"))["response"]["data"]["devices"].is_array());
}

#[test]
fn filters_take_lists_and_an_unencoded_plus_finds_nobody() {
    let mut account = Account::new(30, &[]);
    let ravi = account.create(RAVI);
    let mut found = |query: &str| {
        let page = account.get(&format!("/users?fields=devices&{query}"));
        let ids = |records: &Vec<Value>| records.iter().map(|record| record["data"]["id"].clone()).collect();
        page["response"].as_array().map_or(Vec::new(), ids)
    };
    let id = std::slice::from_ref(&ravi["id"]);
    assert_eq!(found("email=RAVI%40example.com"), id);
    assert_eq!(found("email=nobody%40example.com,ravi@example.com"), id);
    assert_eq!(found("devices.contact_uri=%2B919800000001"), id);
    assert_eq!(found("devices.contact_uri=%2B919800000001%2C%2B917200000000").len(), 2);
    assert!(found("devices.contact_uri=+919800000001").is_empty());
    assert!(found("devices.contact_uri=919800000001").is_empty());
    assert!(found("email=").is_empty());
    let sip = ravi["devices"][1]["contact_uri"].as_str().expect("a SIP URI");
    assert_eq!(found(&format!("devices.contact_uri={sip}")), id);
    assert_eq!(found("email=ravi@example.com&devices.contact_uri=%2B917200000000"), [] as [Value; 0]);
}

#[test]
fn the_life_of_a_device() {
    let mut account = Account::new(0, &[]);
    let user = account.create(RAVI);
    let path =
        |device: usize| format!("/users/{}/devices/{}", text(&user["id"]), user["devices"][device]["id"]);
    let verify = |device: usize| format!("/__verify/{}/{}", text(&user["id"]), user["devices"][device]["id"]);
    let on = r#"{"available":true}"#;
    assert_eq!(account.refusal("PUT", &path(0), on).2, "Device is unverified");
    assert_eq!(account.backdoor("POST", &verify(0)), 200);
    assert_eq!(account.backdoor("POST", &verify(1)), 200);
    // The phone was ON before, so the softphone had to stay OFF.
    let refused = account.refusal("PUT", &path(1), on);
    assert_eq!((refused.0, refused.1), (403, 1003.into()));
    assert!(refused.2.starts_with("Another device is ON"));
    assert_eq!(account.call("PUT", &path(0), r#"{"available":false}"#).0, 200);
    let (_, json) = account.call("PUT", &path(1), on);
    assert_eq!(json["response"]["data"]["available"], true);
    assert_eq!(json["response"]["data"]["status"], "free");
    let (_, json) = account.call("PUT", &path(0), r#"{"contact_uri":"+919800000009"}"#);
    assert_eq!(json["response"]["data"]["verified"], false);
    assert!(json["response"]["data"]["available"].is_null());
    assert!(account.get("/users?devices.contact_uri=%2B919800000001")["response"].is_null());
}

#[test]
fn a_sip_password_is_kept_as_a_mark_and_never_shown() {
    let mut account = Account::new(0, &[]);
    let user = account.create(RAVI);
    let path = format!("/users/{}/devices/{}/password", text(&user["id"]), user["devices"][1]["id"]);
    let (status, json) = account.call("PUT", &path, r#"{"password":"Sesame-22"}"#);
    assert_eq!((status, &json["response"]["data"]), (200, &Value::Null));
    assert_eq!(account.refusal("PUT", &path, r#"{"password":"sesame"}"#).0, 400);
    let truth = account.simulator.truth();
    assert_eq!(truth.users[0].devices[1].password, Some(fingerprint("Sesame-22")));
    assert!(!format!("{truth:?}").contains("Sesame"));
    let phone = format!("/users/{}/devices/{}/password", text(&user["id"]), user["devices"][0]["id"]);
    assert_eq!(account.call("PUT", &phone, r#"{"password":"Sesame-22"}"#).0, 404);
}

#[test]
fn an_update_is_partial_and_a_delete_final() {
    let mut account = Account::new(0, &[]);
    let user = account.create(r#"{"first_name":"Asha","last_name":"Rao"}"#);
    let path = format!("/users/{}", text(&user["id"]));
    account.wait(60_000);
    let (_, json) = account.call("PUT", &path, r#"{"first_name":"Usha","role":"admin"}"#);
    let data = &json["response"]["data"];
    assert_eq!((&data["first_name"], &data["last_name"]), (&"Usha".into(), &"Rao".into()));
    assert_eq!(data["role"], "user");
    assert_eq!(data["date_updated"], "2026-01-01T05:31:00+05:30");
    assert_eq!(account.call("PUT", &path, r#"{"email":"usha@example.com"}"#).0, 200);
    assert_eq!(account.refusal("PUT", &path, r#"{"email":"usha@example.com"}"#).1, 1002);
    let (status, json) = account.call("DELETE", &path, "");
    assert_eq!((status, &json["response"]["data"]), (200, &Value::Null));
    assert_eq!(account.refusal("DELETE", &path, "").1, 10801);
    let ended = format!("delete:{}", text(&user["id"]));
    assert_eq!(account.simulator.truth().deletes.into_iter().collect::<Vec<_>>(), [(ended, 1)]);
    assert_eq!(account.refusal("GET", &path, "").0, 404);
    account.simulator.set_switch("missing=400").expect("a switch");
    assert_eq!(account.refusal("DELETE", &path, "").1, 1007);
    let again = account.create(r#"{"first_name":"Usha","last_name":"Rao","email":"usha@example.com"}"#);
    assert_ne!(again["id"], user["id"]);
}

#[test]
fn lists_lag_behind_writes_when_told_and_a_get_does_not() {
    let mut account = Account::new(0, &["stale=5"]);
    let user = account.create(RAVI);
    assert!(account.get("/users?email=ravi@example.com")["response"].is_null());
    assert_eq!(account.get(&format!("/users/{}", text(&user["id"])))["response"]["data"]["id"], user["id"]);
    account.wait(5_000);
    assert!(account.get("/users?email=ravi@example.com")["response"].is_array());
    account.call("DELETE", &format!("/users/{}", text(&user["id"])), "");
    assert_eq!(account.get("/users")["metadata"]["total"], 1);
    account.simulator.settle_all();
    assert_eq!(account.get("/users")["metadata"]["total"], 0);
}

#[test]
fn a_sip_device_may_come_later() {
    let mut account = Account::new(0, &["sip_in_answer=off"]);
    let user = account.create(RAVI);
    let path = format!("/users/{}?fields=devices", text(&user["id"]));
    let devices = |json: Value| json["response"]["data"]["devices"].as_array().map(Vec::len);
    assert_eq!(user["devices"].as_array().map(Vec::len), Some(1));
    account.wait(1_999);
    assert_eq!(devices(account.get(&path)), Some(1));
    account.wait(1);
    assert_eq!(devices(account.get(&path)), Some(2));
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

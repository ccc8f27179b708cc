//! Every code of the seed, and the newer family.

use super::api::text;
use super::*;

/// The texts are those of the seed.
#[test]
fn a_create_is_refused_for_every_documented_reason() {
    let cases = [
        (r#"{"last_name":"Rao"}"#, 400, 1001, "first_name is mandatory"),
        (r#"{"first_name":" ","last_name":"Rao"}"#, 400, 1001, "first_name is mandatory"),
        (r#"{"first_name":"Asha"}"#, 400, 1001, "last_name is mandatory"),
        (r#"{"first_name":"Asha","last_name":"Rao","email":"a@b"}"#, 400, 1001, "Email format not valid"),
        (
            r#"{"first_name":"Asha","last_name":"Rao","device_contact_uri":"sip:asha"}"#,
            400,
            1401,
            "device_contact_uri is not as per device_type",
        ),
        (
            r#"{"first_name":"Asha","last_name":"Rao","device_contact_uri":"09876"}"#,
            400,
            1401,
            "Enter Valid Phone Number",
        ),
        (r#"{"first_name":"Asha","last_name":"Rao","role":"agent"}"#, 400, 1023, "Enter valid role for user"),
        (r#"{"first_name":7,"last_name":"Rao"}"#, 400, 1007, "Invalid request body, failed parsing"),
        ("[]", 400, 1007, "Invalid request body, failed parsing"),
        ("", 400, 1007, "Invalid request body, failed parsing"),
        (
            r#"{"first_name":"Asha","last_name":"Rao","email":"RAVI@example.com"}"#,
            409,
            1022,
            "Email already exists for another account; Resource conflict",
        ),
        (
            r#"{"first_name":"Asha","last_name":"Rao","email":"a@elsewhere.example"}"#,
            409,
            1022,
            "Email already exists for another account; Resource conflict",
        ),
        (RAVI, 409, 1021, "Device already exists; Resource conflict"),
    ];
    let mut account = Account::new(0, &[]);
    account.create(RAVI);
    for (body, status, code, words) in cases {
        assert_eq!(account.refusal("POST", "/users", body), (status, code.into(), words.into()), "{body}");
    }
    assert_eq!(account.simulator.users(), 1);
}

#[test]
fn switches_of_the_account_stop_every_call() {
    let cases = [
        ("unauthorised=on", 1003, 1003, "API credentials used are unauthorized"),
        ("kyc=incomplete", 1003, 10814, "This account's KYC is incomplete. Operation not permitted"),
        ("trial=on", 1003, 10815, "This is a trial account. Operation not permitted"),
    ];
    for (switch, seed, new, words) in cases {
        for (method, path) in [("POST", "/users"), ("GET", "/users"), ("DELETE", "/users/x")] {
            let mut account = Account::new(1, &[switch]);
            assert_eq!(account.refusal(method, path, RAVI), (403, seed.into(), words.into()));
            account.simulator.set_switch("codes=new").expect("a switch");
            assert_eq!(account.refusal(method, path, RAVI).1, new);
        }
    }
}

#[test]
fn the_newer_family_of_codes() {
    let mut account = Account::new(4, &["codes=new"]);
    let user = account.create(RAVI);
    let path = format!("/users/{}/devices/{}", text(&user["id"]), user["devices"][0]["id"]);
    let sip = format!("/users/{}/devices/{}", text(&user["id"]), user["devices"][1]["id"]);
    assert_eq!(account.refusal("POST", "/users", RAVI).1, 10812);
    let email = r#"{"first_name":"Asha","last_name":"Rao","email":"ravi@example.com"}"#;
    assert_eq!(account.refusal("POST", "/users", email).1, 10813);
    let unverified = account.refusal("PUT", &path, r#"{"available":true}"#);
    assert_eq!((unverified.0, unverified.1), (409, 10809.into()));
    let taken = account.refusal("PUT", &path, r#"{"contact_uri":"+917200000000"}"#);
    assert_eq!((taken.0, taken.1), (409, 10811.into()));
    assert_eq!(account.refusal("PUT", &sip, r#"{"contact_uri":"+919800000077"}"#).1, 10817);
}

#[test]
fn a_device_update_is_refused_for_every_documented_reason() {
    let mut account = Account::new(4, &[]);
    let user = account.create(RAVI);
    let path = format!("/users/{}/devices/{}", text(&user["id"]), user["devices"][0]["id"]);
    let sip = format!("/users/{}/devices/{}", text(&user["id"]), user["devices"][1]["id"]);
    let cases = [
        (
            &sip,
            r#"{"contact_uri":"+919800000077"}"#,
            403,
            1003,
            "This device is not PSTN. Operation not permitted",
        ),
        (
            &path,
            r#"{"contact_uri":"+919800000077","available":true}"#,
            400,
            1007,
            "device_contact_uri cannot be updated in the same request",
        ),
        (&path, "{}", 400, 1007, "Request format is invalid"),
        (&path, r#"{"contact_uri":"12"}"#, 400, 1401, "Enter Valid Phone Number"),
        (&path, r#"{"contact_uri":"+917200000000"}"#, 409, 1021, "Device already exists"),
        (&path, r#"{"available":"yes"}"#, 400, 1007, "Invalid request body, failed parsing"),
    ];
    for (path, body, status, code, words) in cases {
        assert_eq!(account.refusal("PUT", path, body), (status, code.into(), words.into()), "{body}");
    }
    let missing = format!("/users/{}/devices/1", text(&user["id"]));
    assert_eq!(account.refusal("PUT", &missing, "{}").1, 1018);
    assert_eq!(account.refusal("PUT", "/users/nobody/devices/1", "{}").1, 10801);
}

#[test]
fn wrong_credentials_are_401_and_the_sid_counts() {
    let mut account = Account::new(1, &[]);
    let mut status = |request: SimRequest| account.simulator.handle(&request, Duration::ZERO).0.status;
    assert_eq!(status(request("GET", "/users", "")), 200);
    assert_eq!(status(SimRequest { headers: Vec::new(), ..request("GET", "/users", "") }), 401);
    let wrong = vec![("authorization".to_owned(), "Basic c2ltLWtleTp3cm9uZw==".to_owned())];
    assert_eq!(status(SimRequest { headers: wrong, ..request("GET", "/users", "") }), 401);
    let other = "/v2/accounts/other/users".to_owned();
    assert_eq!(status(SimRequest { path: other, ..request("GET", "", "") }), 401);
    let upper = "/v2/Accounts/sim/users".to_owned();
    assert_eq!(status(SimRequest { path: upper, ..request("GET", "", "") }), 404);
    assert_eq!(status(request("PATCH", "/users", "")), 405);
}

#[test]
fn switches_of_creation() {
    let nameless = r#"{"first_name":"Li","last_name":"Rao"}"#;
    let mut account = Account::new(0, &["voip=off"]);
    assert_eq!(account.refusal("POST", "/users", nameless).1, 1402);
    assert_eq!(account.create(RAVI)["devices"].as_array().map(Vec::len), Some(1));
    let mut account = Account::new(0, &["voip=without_number", "sip_verified=on"]);
    assert_eq!(account.create(RAVI)["devices"].as_array().map(Vec::len), Some(1));
    assert_eq!(account.create(nameless)["devices"][0]["available"], false);
    let mut account = Account::new(0, &["name_rule=on", "failure=failed"]);
    assert_eq!(account.refusal("POST", "/users", nameless).1, 1001);
    assert_eq!(account.call("POST", "/users", nameless).1["response"]["status"], "failed");
    let mut account = Account::new(3, &["cap=4", "error_data=absent"]);
    assert!(account.call("POST", "/users", nameless).1["response"].get("error_data").is_none());
    assert_eq!(account.refusal("POST", "/users", nameless).0, 403);
    let mut account = Account::new(0, &["keys=off"]);
    account.create(RAVI);
    account.create(RAVI);
    let truth = account.simulator.truth();
    assert_eq!(truth.creates["email:ravi@example.com"], 2);
    assert_eq!(truth.creates["number:+919800000001"], 2);
}

//! Tokens, the bucket, and who may come in.

use super::*;

fn exchange(office: &mut Office, key: &str) -> (u16, Value) {
    let body = json!({"data": {"api_key": key}}).to_string().into_bytes();
    let request = SimRequest { method: "PUT".into(), path: "/v2/api_auth".into(), headers: Vec::new(), body };
    let (reply, _) = office.simulator.handle(&request, office.now);
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
}

/// The status of a read with these headers.
fn read(office: &mut Office, headers: &[(&str, &str)]) -> u16 {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let request =
        SimRequest { method: "GET".into(), path: "/v2/accounts/sim/users".into(), headers, body: Vec::new() };
    office.simulator.handle(&request, office.now).0.status
}

#[test]
fn a_key_becomes_a_token_that_ends() {
    let mut office = Office::new(1, &["token_life=60"]);
    let (status, json) = exchange(&mut office, "sim-key");
    assert_eq!(
        (status, &json["data"]["account_id"], &json["status"]),
        (200, &"sim".into(), &"success".into())
    );
    office.token = json["auth_token"].as_str().expect("a token").to_owned();
    office.wait(59_999);
    assert_eq!(office.get("/users")["auth_token"], office.token);
    office.wait(1);
    let (status, json) = office.call("GET", "/users", Value::Null);
    assert_eq!((status, &json["error"]["code"]), (401, &"invalid_api_key".into()));
    let (_, json) = exchange(&mut office, "sim-key");
    assert_ne!(json["auth_token"], office.token);
    office.token = json["auth_token"].as_str().expect("a token").to_owned();
    office.get("/users");
    office.backdoor("/__expire");
    assert_eq!(office.status("GET", "/users", Value::Null), 401);
}

#[test]
fn wrong_keys_tokens_headers_and_accounts_are_refused() {
    let mut office = Office::new(1, &[]);
    assert_eq!(exchange(&mut office, "wrong").0, 401);
    office.switch("wrong_key=404");
    assert_eq!(exchange(&mut office, "wrong").0, 404);
    assert_eq!(read(&mut office, &[]), 401);
    assert_eq!(read(&mut office, &[("x-auth-token", "made-up")]), 401);
    assert_eq!(read(&mut office, &[("x-auth-token", "simtok.0.0.0.0")]), 401);
    assert_eq!(read(&mut office, &[("X-Auth-Token", "sim-token")]), 200);
    assert_eq!(read(&mut office, &[("Authorization", "Bearer sim-token")]), 200);
    office.switch("bearer=off");
    assert_eq!(read(&mut office, &[("Authorization", "Bearer sim-token")]), 401);
    let mut elsewhere = SimRequest {
        method: "GET".into(),
        path: "/v2/accounts/other/users".into(),
        headers: vec![("x-auth-token".into(), "sim-token".into())],
        body: Vec::new(),
    };
    assert_eq!(office.simulator.handle(&elsewhere, office.now).0.status, 403);
    elsewhere.path = "/v1/accounts/sim/users".into();
    assert_eq!(office.simulator.handle(&elsewhere, office.now).0.status, 404);
}

#[test]
fn the_exchange_takes_35_tokens_of_a_bucket_that_refills() {
    let rate = Rate::parse("10/s").expect("a rate");
    let settings = SimSettings { provider: SimProvider::Audian, rate, log: true, ..SimSettings::default() };
    let mut office = Office::with(settings, &["limit_shape=bare"]);
    for remaining in [65, 30] {
        let (status, json) = exchange(&mut office, "sim-key");
        assert_eq!((status, &json["tokens"]["remaining"]), (200, &remaining.into()));
        assert_eq!(json["tokens"]["consumed"], 35);
    }
    assert_eq!(exchange(&mut office, "sim-key").0, 429);
    assert_eq!(office.get("/users")["tokens"], json!({"consumed": 1, "remaining": 29}));
    for _ in 0..29 {
        office.get("/users");
    }
    let (reply, _) = office.send("GET", "/users", Value::Null);
    assert_eq!((reply.status, reply.get("retry-after"), reply.get("ratelimit-reset")), (429, None, None));
    office.switch("limit_shape=json");
    let (reply, _) = office.send("GET", "/users", Value::Null);
    assert_eq!((reply.get("retry-after"), reply.get("ratelimit-limit")), (Some("1"), Some("100")));
    office.wait(100);
    office.get("/users");
}

#[test]
fn the_account_can_be_down_or_closed() {
    let mut office = Office::new(1, &["maintenance=on"]);
    assert_eq!(office.status("GET", "/users", Value::Null), 503);
    let mut office = Office::new(1, &["forbidden=writes"]);
    assert_eq!(office.status("GET", "/users", Value::Null), 200);
    assert_eq!(office.delete("/users/user_100000").0, 403);
    office.switch("forbidden=all");
    assert_eq!(office.status("GET", "/users", Value::Null), 403);
}

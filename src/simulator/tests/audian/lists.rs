//! Pages, keys and filters.

use super::*;

/// The ids of all rows, by following the keys, and how many pages there were.
fn walk(office: &mut Office, path: &str) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut next) = (Vec::new(), 0, String::new());
    let joint = if path.contains('?') { '&' } else { '?' };
    loop {
        let page = office.get(&format!("{path}{joint}start_key={next}"));
        let rows = page["data"].as_array().expect("rows");
        assert_eq!(page["page_size"], rows.len());
        ids.extend(rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()));
        pages += 1;
        match page["next_start_key"].as_str() {
            Some(key) if !key.is_empty() => {
                assert_ne!(page["start_key"], key);
                next = key.to_owned();
            }
            _ => return (ids, pages),
        }
    }
}

#[test]
fn every_page_of_every_size_is_whole() {
    for users in [0, 1, 25, 26, 100, 101, 229] {
        for (query, size) in [("", 25), ("?page_size=7", 7), ("?page_size=100", 100), ("?page_size=500", 100)]
        {
            let mut office = Office::new(users, &[]);
            let (ids, pages) = walk(&mut office, &format!("/users{query}"));
            let everybody: Vec<String> = office.own().users.into_iter().map(|user| user.id).collect();
            assert_eq!(ids, everybody);
            assert_eq!(pages, users.div_ceil(size).max(1));
        }
    }
}

#[test]
fn the_end_and_nonsense() {
    let mut office = Office::new(30, &["last_key=null"]);
    let all = office.get("/users?page_size=30");
    assert!(all["next_start_key"].is_null() && all.get("next_start_key").is_some());
    office.switch("last_key=empty");
    assert_eq!(office.get("/users?page_size=30")["next_start_key"], "");
    office.switch("last_key=absent");
    assert!(office.get("/users?page_size=30").get("next_start_key").is_none());
    for nonsense in ["page_size=0", "page_size=x", "start_key=25"] {
        assert_eq!(office.status("GET", &format!("/users?{nonsense}"), Value::Null), 400);
    }
    office.switch("repeat_key=on");
    let page = office.get("/users");
    assert_eq!(page["next_start_key"], page["start_key"]);
    let whole = office.get("/users?paginate=false");
    assert_eq!(whole["data"].as_array().map(Vec::len), Some(30));
    assert!(["page_size", "start_key", "next_start_key"].iter().all(|key| whole.get(key).is_none()));
    office.switch("whole_list=416");
    assert_eq!(office.status("GET", "/users?paginate=false", Value::Null), 416);
}

#[test]
fn rows_show_the_status_as_told() {
    let statuses = |switches: &[&str], field: &str| {
        let mut office = Office::new(10, switches);
        let page = office.get("/users");
        page["data"].as_array().expect("rows").iter().filter(|row| row.get(field).is_some()).count()
    };
    assert_eq!(statuses(&[], "status"), 0);
    assert_eq!(statuses(&["summary_status=on"], "status"), 10);
    for (key, shown) in [("first_name", 10), ("username", 10), ("phone", 0), ("firstName", 0)] {
        assert_eq!(statuses(&[], key), shown, "{key}");
    }
    assert_eq!(statuses(&["dialect=kazoo"], "enabled"), 0);
    assert_eq!(statuses(&["dialect=kazoo", "summary_status=on"], "enabled"), 10);
}

#[test]
fn filters_find_thin_out_or_do_nothing() {
    let mut office = Office::new(60, &[]);
    let user = office.own().users[40].clone();
    let email = user.email.expect("it has one");
    let path = format!("/users?filter_email={}", email.to_uppercase());
    assert_eq!(walk(&mut office, &path), (vec![user.id.clone()], 1));
    office.switch("filters=short");
    assert_eq!(walk(&mut office, &path), (vec![user.id.clone()], 3));
    office.switch("filters=ignored");
    assert_eq!(walk(&mut office, &path).0.len(), 60);
    office.switch("filters=on");
    let by_name = format!("/users?filter_username={}", user.username.expect("it has one"));
    assert_eq!(walk(&mut office, &by_name).0, [user.id]);
}

#[test]
fn a_list_of_devices_has_owners_and_marks_borrowed_ones() {
    let mut office = Office::new(30, &[]);
    let own = office.own();
    assert_eq!(walk(&mut office, "/devices").0.len(), own.devices.len());
    let lent = own.devices.iter().find(|device| device.hotdesk.is_some()).expect("one is lent").clone();
    let borrower = lent.hotdesk.expect("checked");
    let rows = office.get(&format!("/users/{borrower}/devices"));
    let rows = rows["data"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["id"] == lent.id).expect("it is listed");
    assert_eq!((&row["hotdesked"], row["assignedUser"].as_str()), (&true.into(), lent.owner.as_deref()));
    let owner = lent.owner.expect("it has one");
    let (ids, _) = walk(&mut office, &format!("/devices?filter_owner_id={owner}"));
    assert_eq!(ids, office.devices_of(&owner));
    assert_eq!(office.status("GET", "/users/nobody/devices", Value::Null), 404);
}

#[test]
fn lists_lag_behind_when_told_and_a_get_does_not() {
    let mut office = Office::new(2, &["stale=5"]);
    let (_, user) =
        office.call("POST", "/users", json!({"firstName": "A", "lastName": "R", "email": "a@b.co"}));
    let path = format!("/users/{}", user["id"].as_str().expect("an id"));
    assert_eq!(office.get(&path)["id"], user["id"]);
    assert_eq!(walk(&mut office, "/users").0.len(), 2);
    office.wait(5_000);
    assert_eq!(walk(&mut office, "/users").0.len(), 3);
}

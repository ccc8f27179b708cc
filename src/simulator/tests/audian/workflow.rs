//! The seed's offboarding: disable, reassign, archive, delete for good; and the way back.

use super::*;

/// The body of a call in the account's dialect.
fn body(kazoo: bool, flat: Value, data: Value) -> Value {
    if kazoo { json!({ "data": data }) } else { flat }
}

#[test]
fn the_four_steps_of_the_seed_in_both_dialects() {
    for kazoo in [false, true] {
        let mut office = Office::new(30, if kazoo { &["dialect=kazoo"] } else { &[] });
        let (leaver, heir) = office.leaver_and_heir();
        let (path, devices) = (format!("/users/{leaver}"), office.devices_of(&leaver));
        let before = office.devices_of(&heir).len();
        let disable = body(kazoo, json!({"status": "disabled"}), json!({"enabled": false}));
        assert_eq!(office.status("PATCH", &path, disable), 200);
        let wish = json!({"fromUserId": leaver, "toUserId": heir, "devices": devices});
        let (status, json) = office.call("POST", "/devices/reassign", body(kazoo, wish.clone(), wish));
        let told = if kazoo { &json["data"] } else { &json };
        assert_eq!((status, &told["details"]["devicesReassigned"]), (200, &2.into()));
        assert_eq!(office.devices_of(&heir).len(), before + 2);
        let (status, json) = office.delete(&format!("{path}?archiveData=True&reason=Left%20us"));
        assert_eq!(status, if kazoo { 200 } else { 204 });
        assert_eq!(json["data"]["details"]["dataArchived"], if kazoo { true.into() } else { Value::Null });
        let read = office.get(&path);
        assert_eq!((if kazoo { &read["data"] } else { &read })["status"], "archived");
        assert_eq!(office.delete(&format!("{path}/archive")).0, 400);
        let (status, _) = office.delete(&format!("{path}/archive?permanent=true"));
        assert_eq!(status, if kazoo { 200 } else { 204 });
        assert_eq!(office.status("GET", &path, Value::Null), 404);
        let deletes = office.simulator.truth().deletes;
        assert_eq!((deletes[&format!("archive:{leaver}")], deletes[&format!("purge:{leaver}")]), (1, 1));
    }
}

#[test]
fn a_delete_moves_devices_or_leaves_them_to_nobody() {
    let mut office = Office::new(30, &["delete_answer=200"]);
    let (leaver, heir) = office.leaver_and_heir();
    let devices = office.devices_of(&leaver);
    let (status, json) = office.delete(&format!("/users/{leaver}?reassignDevices={heir}&reason=gone"));
    assert_eq!((status, &json["status"]), (200, &"deleted".into()));
    assert_eq!(
        (&json["details"]["devicesReassigned"], &json["details"]["dataArchived"]),
        (&2.into(), &false.into())
    );
    assert!(devices.iter().all(|device| office.devices_of(&heir).contains(device)));
    assert_eq!(office.delete(&format!("/users/{leaver}")).0, 404);
    let (leaver, _) = office.leaver_and_heir();
    assert_eq!(office.delete(&format!("/users/{leaver}?reassignDevices=nobody")).0, 404);
    assert_eq!(office.delete(&format!("/users/{leaver}?reassignDevices={leaver}")).0, 400);
    assert_eq!(office.delete(&format!("/users/{leaver}?archiveData=perhaps")).0, 400);
    let devices = office.devices_of(&leaver);
    assert_eq!(office.delete(&format!("/users/{leaver}")).0, 200);
    let own = office.own().devices;
    assert!(own.iter().filter(|device| devices.contains(&device.id)).all(|device| device.owner.is_none()));
    office.switch("delete_answer=enveloped");
    let (leaver, _) = office.leaver_and_heir();
    assert_eq!(office.delete(&format!("/users/{leaver}")).1["data"]["status"], "deleted");
}

#[test]
fn active_resources_stand_in_the_way() {
    let mut office = Office::new(30, &[]);
    let (leaver, heir) = office.leaver_and_heir();
    let path = format!("/users/{leaver}");
    office.backdoor(&format!("/__call/{leaver}"));
    assert_eq!(office.delete(&path).1["error"]["code"], "resource_conflict");
    assert_eq!(office.delete(&format!("{path}?archiveData=true")).0, 409);
    office.backdoor(&format!("/__call/{leaver}?end=true"));
    office.switch("conflict=devices");
    assert_eq!(office.delete(&path).0, 409);
    assert_eq!(office.delete(&format!("{path}?reassignDevices={heir}")).0, 204);
    office.switch("conflict=off");
    let busy = office.own().users.into_iter().find(|user| user.on_call).expect("one is on a call").id;
    assert_eq!(office.delete(&format!("/users/{busy}")).0, 204);
}

#[test]
fn a_reassignment_is_all_or_nothing() {
    let mut office = Office::new(30, &[]);
    let (leaver, heir) = office.leaver_and_heir();
    let devices = office.devices_of(&leaver);
    let foreign = office.devices_of(&heir)[0].clone();
    let mut wish = |from: &str, to: &str, devices: Value| {
        office.call(
            "POST",
            "/devices/reassign",
            json!({"fromUserId": from, "toUserId": to, "devices": devices}),
        )
    };
    assert_eq!(wish(&leaver, "nobody", json!(devices)).1["error"]["code"], "user_not_found");
    assert_eq!(wish("nobody", &heir, json!(devices)).0, 404);
    assert_eq!(wish(&leaver, &heir, json!([devices[0], "nothing"])).1["error"]["code"], "device_not_found");
    assert_eq!(wish(&leaver, &heir, json!([devices[0], foreign])).0, 404);
    assert_eq!(wish(&leaver, &leaver, json!(devices)).0, 400);
    assert_eq!(wish(&leaver, &heir, json!([])).0, 400);
    assert_eq!(office.devices_of(&leaver), devices);
    office.backdoor(&format!("/__hotdesk/{leaver}/{foreign}"));
    office.switch("hotdesked=skip");
    let both = json!({"fromUserId": leaver, "toUserId": heir, "devices": [devices[0], foreign]});
    let (_, json) = office.call("POST", "/devices/reassign", both);
    assert_eq!(
        (&json["details"]["devices"], &json["details"]["skipped"]),
        (&json!([devices[0]]), &json!([foreign]))
    );
    office.switch("reassign_answer=204");
    let last = json!({"fromUserId": leaver, "toUserId": heir, "devices": [devices[1]]});
    assert_eq!(office.status("POST", "/devices/reassign", last.clone()), 204);
    assert_eq!(office.status("POST", "/devices/reassign", last), 404);
    assert_eq!(office.own().devices.iter().map(|device| device.moves).sum::<u64>(), 2);
}

#[test]
fn an_archived_user_comes_back_within_90_days_and_without_devices() {
    let mut office = Office::new(30, &[]);
    let (leaver, _) = office.leaver_and_heir();
    let path = format!("/users/{leaver}");
    let restore = format!("{path}/restore");
    assert_eq!(office.status("POST", &restore, Value::Null), 409);
    assert_eq!(office.delete(&format!("{path}?archiveData=true")).0, 204);
    assert_eq!(office.delete(&format!("{path}?archiveData=true")).0, 409);
    assert_eq!(office.status("PATCH", &path, json!({"status": "active"})), 409);
    office.backdoor("/__clock?days=89");
    let (status, user) = office.call("POST", &restore, Value::Null);
    assert_eq!((status, &user["status"]), (200, &"disabled".into()));
    assert!(office.devices_of(&leaver).is_empty());
    assert_eq!(office.delete(&format!("{path}?archiveData=true")).0, 204);
    office.backdoor("/__clock?days=90");
    assert_eq!(office.status("POST", &restore, Value::Null), 404);
    office.switch("after_retention=410");
    assert_eq!(office.status("POST", &restore, Value::Null), 410);
    assert_eq!(office.status("POST", "/users/nobody/restore", Value::Null), 404);
    assert_eq!(office.status("GET", &path, Value::Null), 404);
}

#[test]
fn archived_users_are_shown_as_told() {
    let mut office = Office::new(30, &["archived_status=disabled"]);
    let (leaver, _) = office.leaver_and_heir();
    let path = format!("/users/{leaver}");
    let email = office.get(&path)["email"].clone();
    let again = json!({"firstName": "A", "lastName": "R", "email": email});
    office.delete(&format!("{path}?archiveData=true"));
    assert_eq!(office.get(&path)["status"], "disabled");
    office.switch("archived_status=none");
    assert!(office.get(&path).get("status").is_none());
    let listed = |page: Value| page["data"].as_array().expect("rows").iter().any(|row| row["id"] == leaver);
    assert!(listed(office.get("/users?page_size=100")));
    office.switch("archived_list=off");
    assert!(!listed(office.get("/users?page_size=100")));
    office.switch("archived_get=404");
    assert_eq!(office.status("GET", &path, Value::Null), 404);
    assert_eq!(office.status("POST", "/users", again.clone()), 409);
    office.switch("archived_keys=free");
    assert_eq!(office.status("POST", "/users", again), 201);
    assert_eq!(office.status("POST", &format!("{path}/restore"), Value::Null), 409);
    office.switch("archive_again=404");
    assert_eq!(office.delete(&format!("{path}?archiveData=true")).0, 404);
    office.switch("archive_again=ok");
    assert_eq!(office.delete(&format!("{path}?archiveData=true")).0, 204);
    office.switch("purge_early=409");
    assert_eq!(office.delete(&format!("{path}/archive?permanent=true")).0, 409);
    let living = office.leaver_and_heir().1;
    assert_eq!(office.delete(&format!("/users/{living}/archive?permanent=true")).0, 409);
}

#[test]
fn the_log_has_every_deletion_with_its_reason() {
    for (switch, user_id, deleted_at) in
        [("dialect=flat", "userId", "deletedAt"), ("dialect=kazoo", "user_id", "deleted_at")]
    {
        let mut office = Office::new(30, &[switch, "conflict=off"]);
        let ids: Vec<String> = office.own().users.iter().take(3).map(|user| user.id.clone()).collect();
        office.delete(&format!("/users/{}?reason=Left+for+M%C3%BCnchen", ids[0]));
        office.delete(&format!("/users/{}?archiveData=TRUE&reason=law", ids[1]));
        office.delete(&format!("/users/{}?archiveData=true", ids[2]));
        office.delete(&format!("/users/{}/archive?permanent=true", ids[2]));
        office.backdoor("/__clock?days=91");
        let page = office.get("/audit/users/deletions?page_size=4");
        assert!(page["next_start_key"].is_string());
        let log = office.get("/audit/users/deletions")["data"].clone();
        let column = |name: &str| {
            log.as_array().expect("rows").iter().map(|row| row[name].clone()).collect::<Vec<_>>()
        };
        assert_eq!(column(user_id), [&ids[0], &ids[1], &ids[2], &ids[2], &ids[1]].map(|id| json!(id)));
        let reasons = ["Left for München".into(), "law".into(), Value::Null, Value::Null, Value::Null];
        assert_eq!(column("reason"), reasons);
        assert_eq!(column("archived"), [false, true, true, false, false].map(Value::from));
        assert_eq!(
            (&log[0][deleted_at], &log[4][deleted_at]),
            (&"2026-01-01T00:00:00Z".into(), &"2026-04-01T00:00:00Z".into())
        );
    }
}

#[test]
fn what_a_deployment_lacks_is_not_found() {
    for (switch, status) in [("lacking=404", 404), ("lacking=405", 405)] {
        let mut office = Office::new(30, &[switch, "restore=off", "purge=off", "reassign=off", "audit=off"]);
        let (leaver, heir) = office.leaver_and_heir();
        assert_eq!(office.delete(&format!("/users/{leaver}?archiveData=true")).0, 204);
        let wish = json!({"fromUserId": heir, "toUserId": leaver, "devices": office.devices_of(&heir)});
        assert_eq!(office.status("POST", "/devices/reassign", wish), status);
        assert_eq!(office.status("POST", &format!("/users/{leaver}/restore"), Value::Null), status);
        assert_eq!(office.delete(&format!("/users/{leaver}/archive?permanent=true")).0, status);
        assert_eq!(office.status("GET", "/audit/users/deletions", Value::Null), status);
        assert_eq!(office.get(&format!("/users/{leaver}"))["id"], leaver);
    }
}

#[test]
fn an_archive_that_is_none_deletes_for_good() {
    let mut kazoo = Office::new(30, &["dialect=kazoo", "plain_kazoo=on"]);
    let (leaver, heir) = kazoo.leaver_and_heir();
    let devices = kazoo.devices_of(&leaver);
    let (status, json) = kazoo.delete(&format!("/users/{leaver}?archiveData=true&reassignDevices={heir}"));
    assert_eq!((status, &json["status"], &json["data"]["id"]), (200, &"success".into(), &json!(leaver)));
    assert_eq!(kazoo.status("GET", &format!("/users/{leaver}"), Value::Null), 404);
    // A plain Kazoo leaves the owner as it was.
    assert_eq!(kazoo.devices_of(&leaver), devices);
    let mut office = Office::new(30, &["data_archived=off"]);
    let (leaver, _) = office.leaver_and_heir();
    let (status, json) = office.delete(&format!("/users/{leaver}?archiveData=true"));
    assert_eq!((status, &json["details"]["dataArchived"]), (200, &false.into()));
    assert_eq!(office.status("GET", &format!("/users/{leaver}"), Value::Null), 404);
}

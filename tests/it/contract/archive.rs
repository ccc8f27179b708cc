//! What holds for every provider that keeps an archive, in each of its forms.

use callroster::provider::{Call, Changes, Content, Details, Failure, Parting};
use callroster::roster::{Device, User};
use callroster::simulator::AudianTruth;

use super::bench::*;

pub fn own(bench: &Bench) -> AudianTruth {
    bench.truth().audian.expect("an account with an archive")
}

/// A user with two devices, and another one.
pub fn leaver_and_heir(bench: &Bench) -> (String, String) {
    let own = own(bench);
    let devices = |id: &str| own.devices.iter().filter(|device| device.owner.as_deref() == Some(id)).count();
    let leaver = own.users.iter().find(|user| devices(&user.id) == 2 && !user.on_call).expect("one has two");
    let heir = own.users.iter().find(|user| user.id != leaver.id && devices(&user.id) == 1).expect("another");
    (leaver.id.clone(), heir.id.clone())
}

async fn devices(bench: &Bench, user_id: &str) -> Vec<Device> {
    let call = Call::Devices { user_id: user_id.into(), start: None };
    bench.call(call).await.expect("a list").devices().devices
}

async fn told(bench: &Bench, call: Call) -> Details {
    match bench.call(call).await.expect("it is done").content {
        Content::Told(details) => details,
        other => panic!("nothing told but {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_is_disabled_and_enabled() {
    for bench in benches_with_archive(1) {
        let user = User { id: own(&bench).users[0].id.clone(), ..User::default() };
        for (enabled, status) in [(false, "disabled"), (true, "active")] {
            let changes = Changes { enabled: Some(enabled), ..Changes::default() };
            bench.call(Call::Change { user_id: user.id.clone(), changes }).await.expect("changed");
            assert_eq!(bench.get(&user).await.status, status, "{}", bench.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn devices_move_together_and_one_by_one() {
    for bench in benches_with_archive(30) {
        let (leaver, heir) = leaver_and_heir(&bench);
        let both: Vec<String> = devices(&bench, &leaver).await.into_iter().map(|device| device.id).collect();
        let one = Call::SetOwner { device_id: both[0].clone(), owner: Some(heir.clone()) };
        bench.call(one).await.expect("moved");
        assert_eq!((devices(&bench, &leaver).await.len(), devices(&bench, &heir).await.len()), (1, 2));
        let nobody = Call::SetOwner { device_id: both[0].clone(), owner: None };
        if bench.name != "audian" {
            bench.call(nobody).await.expect("taken away");
            assert_eq!(devices(&bench, &heir).await.len(), 1);
            continue;
        }
        let rest = vec![both[1].clone()];
        let reassign = Call::Reassign { from: leaver.clone(), to: heir.clone(), devices: rest };
        assert_eq!(told(&bench, reassign).await.get("devices_reassigned").map(String::as_str), Some("1"));
        assert_eq!((devices(&bench, &leaver).await.len(), devices(&bench, &heir).await.len()), (0, 3));
    }
}

#[tokio::test(start_paused = true)]
async fn a_borrowed_device_is_marked() {
    for bench in benches_with_archive(30) {
        let (borrower, owner) = leaver_and_heir(&bench);
        let lent = devices(&bench, &owner).await[0].id.clone();
        bench.outside(format!("/__hotdesk/{borrower}/{lent}"));
        let shown = devices(&bench, &borrower).await;
        let borrowed: Vec<&str> =
            shown.iter().filter(|device| device.borrowed).map(|device| device.id.as_str()).collect();
        assert_eq!(borrowed, [lent.as_str()], "{}", bench.name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_is_archived_restored_archived_again_and_purged() {
    for bench in benches_with_archive(3) {
        let id = own(&bench).users[0].id.clone();
        let user = User { id: id.clone(), ..User::default() };
        let archive = || Call::Archive { user_id: id.clone(), reason: Some("left".into()) };
        let restore = || Call::Restore { user_id: id.clone() };
        let purge = || Call::Purge { user_id: id.clone() };
        assert_eq!(bench.refusal(purge()).await.0, Failure::Refused, "{}", bench.name);
        assert_eq!(bench.refusal(restore()).await.0, Failure::Refused);
        told(&bench, archive()).await;
        assert!(bench.get(&user).await.is_archived());
        bench.call(restore()).await.expect("restored");
        assert!(!bench.get(&user).await.is_archived());
        told(&bench, archive()).await;
        told(&bench, purge()).await;
        assert_eq!(bench.refusal(get(&id)).await.0, Failure::Missing);
        assert_eq!(bench.refusal(restore()).await.0, Failure::Missing);
        let log = bench.call(Call::Deletions { start: None }).await.expect("a log").deletions().deletions;
        let first = log.iter().find(|deletion| deletion["user_id"] == id).expect("it is logged");
        assert_eq!(
            (first["archived"].as_str(), first["reason"].as_str()),
            ("true", "left"),
            "{}",
            bench.name
        );
        assert!(first.contains_key("deleted_at") && first.contains_key("deleted_by"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_delete_may_hand_the_devices_over() {
    for bench in named("audian", benches_with_archive(30)) {
        bench.switch("delete_answer=200");
        let (leaver, heir) = leaver_and_heir(&bench);
        let parting = Parting { heir: Some(heir.clone()), reason: Some("left".into()) };
        let told = told(&bench, Call::Delete { user_id: leaver, parting }).await;
        assert_eq!(told.get("devices_reassigned").map(String::as_str), Some("2"));
        assert_eq!(told.get("data_archived").map(String::as_str), Some("false"));
        assert_eq!(devices(&bench, &heir).await.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_deployment_lacks_is_missing() {
    for lacking in ["lacking=404", "lacking=405"] {
        for bench in benches_with_archive(3) {
            for switch in ["restore=off", "purge=off", "reassign=off", "audit=off", lacking] {
                bench.switch(switch);
            }
            let users = own(&bench).users;
            let id = || users[0].id.clone();
            for call in [
                Call::Restore { user_id: id() },
                Call::Purge { user_id: id() },
                Call::Reassign { from: id(), to: users[1].id.clone(), devices: vec!["d1".into()] },
                Call::Deletions { start: None },
            ] {
                let name = call.name();
                assert_eq!(bench.refusal(call).await.0, Failure::Missing, "{} {name}", bench.name);
            }
        }
    }
}

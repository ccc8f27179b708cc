//! Onboarding, updates and exports in both dialects.

use super::*;

#[test]
fn both_dialects_onboard_update_and_export() {
    for dialect in ["flat", "kazoo"] {
        let desk = desk(0, &[&format!("dialect={dialect}")]);
        let run = |words: &[&str]| desk.run(&[words, &["--dialect", dialect]].concat());
        desk.sheet(
            "staff.csv",
            "first_name,last_name,email,role\nAsha,Rao,Asha@example.com,admin\nRavi,Iyer,ravi@example.com,\n",
        );
        run(&["onboard", "staff.csv", "--no-invite"]).exits(0);
        run(&["onboard", "staff.csv"]).exits(0);
        assert_eq!(status(&desk, "staff"), "unchanged unchanged");
        let users = own(&desk).users;
        assert_eq!((users.len(), users.iter().filter(|user| user.invited).count()), (2, 0));
        desk.sheet("change.csv", "email,last_name,new_email,status\nasha@example.com,Nair,asha.nair@example.com,disabled\nravi@example.com,Iyer,,active\n");
        run(&["update", "change.csv"]).exits(0);
        let asha = own(&desk).users.into_iter().find(|user| user.first_name == "Asha").expect("she is there");
        assert_eq!(
            (asha.last_name.as_str(), asha.email.as_deref(), asha.disabled),
            ("Nair", Some("asha.nair@example.com"), true)
        );
        let said = run(&["export", "--columns", "email,role,status,username"]).exits(0);
        assert!(said.out.starts_with("email,role,status,username"), "{}", said.out);
        assert!(said.out.contains("\nasha.nair@example.com,admin,disabled,"), "{}", said.out);
        let ravi = said.out.lines().find(|line| line.starts_with("ravi@example.com,")).expect("he is there");
        assert!(ravi.contains(",active,"), "{}", said.out);
    }
}

#[test]
fn a_role_that_a_list_shows_as_a_level_is_read_or_left_blank() {
    let desk = desk(0, &["summary_role=level"]);
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,role\nAsha,Rao,asha@example.com,operator\nRavi,Iyer,ravi@example.com,admin\n",
    );
    for ending in ["created created", "unchanged unchanged"] {
        desk.run(&["onboard", "staff.csv"]).exits(0);
        assert_eq!(status(&desk, "staff"), ending);
    }
    let usual = desk.run(&["export"]).exits(0).out;
    assert!(usual.contains("asha@example.com,,,") && usual.contains("ravi@example.com,,admin,"), "{usual}");
    let asked = desk.run(&["export", "--columns", "email,role"]).exits(0).out;
    assert!(asked.contains("asha@example.com,operator\r\nravi@example.com,admin"), "{asked}");
    let found = desk.run(&["export", "--role", "operator", "--columns", "email"]).exits(0).out;
    assert_eq!(found.lines().count(), 2, "{found}");
    // Whoever is no administrator is not taken for one.
    desk.sheet("other.csv", "first_name,last_name,email,role\nAsha,Rao,asha@example.com,admin\n");
    desk.run(&["onboard", "other.csv"]).exits(4).tells("already_exists");
}

#[test]
fn an_export_follows_keys_to_the_end_and_stops_at_a_repeated_one() {
    for switches in [
        &["last_key=empty"][..],
        &["last_key=null", "filters=short"],
        &["summary_status=on", "filters=ignored"],
    ] {
        let desk = desk(229, switches);
        let said = desk.run(&["export"]).exits(0);
        assert_eq!(said.out.lines().count(), 230);
        said.tells("complete");
    }
    let desk = desk(229, &["repeat_key=on"]);
    desk.run(&["export"]).exits(4).tells("same next page twice");
}

#[test]
fn numbers_name_nobody_and_must_agree() {
    let desk = desk(0, &[]);
    desk.sheet(
        "staff.csv",
        "first_name,last_name,email,device_contact_uri\nAsha,Rao,asha@example.com,+919845012301\nRavi,Iyer,ravi@example.com,\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(0);
    desk.sheet(
        "leavers.csv",
        "email,device_contact_uri,mode\nasha@example.com,+919845012301,disable\n,+919845012302,disable\n",
    );
    desk.run(&["offboard", "leavers.csv", "--yes"]).exits(4);
    assert_eq!(status(&desk, "leavers"), "disabled failed");
    let before = writes(&desk);
    for contact in ["+919845012301", "+919845012309", "sip:asha"] {
        desk.sheet(
            "wrong.csv",
            format!("email,device_contact_uri,mode\nravi@example.com,{contact},delete\n"),
        );
        desk.run(&["offboard", "wrong.csv", "--yes"]).exits(4);
        assert_eq!(desk.column("wrong.results.csv", "error_code"), ["identity_conflict"], "{contact}");
    }
    assert_eq!(writes(&desk), before, "nobody goes whom the row does not mean for certain");
    let message = &desk.column("leavers.results.csv", "error_message")[1];
    assert!(message.contains("name the user by user_id or email"), "{message}");
}

#[test]
fn a_generated_password_needs_one_device_of_its_users_own() {
    let desk = desk(40, &[]);
    let devices = |count: usize| {
        let with = |user: &&String| {
            let of_sip = own(&desk).devices.into_iter().filter(|device| device.device_type != "cellphone");
            let owned: Vec<_> = of_sip.filter(|device| device.owner.as_ref() == Some(*user)).collect();
            owned.len() == count
        };
        people(&desk).iter().find(with).expect("somebody has so many").clone()
    };
    let (several, one, none) = (devices(2), devices(1), devices(0));
    desk.sheet("change.csv", format!("user_id,sip_password\n{several},\n{one},\n{none},\n"));
    desk.run(&["update", "change.csv", "--generate-sip-passwords"]).exits(4);
    let rows = desk.results("change.results.csv");
    let ends: Vec<_> =
        rows.iter().map(|row| format!("{} {}", row["result_status"], row["error_code"])).collect();
    assert_eq!(ends, ["failed device_ambiguous", "updated ", "failed device_not_found"]);
    assert_eq!(desk.column("change.secrets.csv", "source_row"), ["3"]);
    assert_eq!(writes(&desk).len(), 1);
}

#[test]
fn a_sip_password_reaches_the_only_device_of_its_user() {
    for dialect in ["flat", "kazoo"] {
        let desk = desk(0, &[&format!("dialect={dialect}"), "new_device=on"]);
        let run = |words: &[&str]| desk.run(&[words, &["--dialect", dialect]].concat());
        desk.sheet("staff.csv", "first_name,last_name,email\nAsha,Rao,asha@example.com\n");
        run(&["onboard", "staff.csv"]).exits(0);
        desk.sheet("change.csv", "email,sip_password\nasha@example.com,S3cret!pass\n");
        run(&["update", "change.csv"]).exits(0);
        let device = own(&desk).devices[0].clone();
        assert_eq!(device.sip_password, Some(callroster::simulator::fingerprint("S3cret!pass")), "{dialect}");
        // Somebody else's phone on the desk is not hers.
        desk.sheet("third.csv", "first_name,last_name,email\nDev,Nair,dev@example.com\n");
        run(&["onboard", "third.csv"]).exits(0);
        let (asha, dev) = (device.owner.expect("she has it"), own(&desk).devices[1].clone());
        outside(&desk, &format!("/__hotdesk/{asha}/{}", dev.id));
        desk.sheet("again.csv", "email,sip_password\nasha@example.com,\n");
        run(&["update", "again.csv", "--generate-sip-passwords"]).exits(0);
        assert_eq!(desk.column("again.results.csv", "device_ids"), [device.id.as_str()]);
        assert_eq!(own(&desk).devices[1].sip_password, dev.sip_password, "{dialect}");
        desk.sheet(
            "more.csv",
            "first_name,last_name,email,sip_password\nRavi,Iyer,ravi@example.com,S3cret!pass\n",
        );
        run(&["onboard", "more.csv"]).exits(4);
        assert_eq!(desk.column("more.results.csv", "error_code"), ["unsupported_field"]);
    }
}

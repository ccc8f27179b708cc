//! What holds for providers whose users come with devices, when nothing goes wrong.

use std::collections::BTreeSet;

use callroster::provider::{Call, Changes, Failure, Filter, Listing};
use callroster::roster::NewUser;
use callroster::roster::User;
use callroster::simulator::fingerprint;

use super::bench::*;

#[tokio::test(start_paused = true)]
async fn a_user_is_made_read_changed_and_deleted() {
    for bench in benches_with_phones(0) {
        let role = Some("supervisor".into());
        let made = bench.create(NewUser { role, device_name: Some("Desk".into()), ..asha() }).await;
        assert_eq!((made.first_name.as_str(), made.last_name.as_str()), ("Asha", "Rao"));
        assert_eq!((made.email.as_str(), made.role.as_str()), ("asha+1@example.com", "supervisor"));
        let phone = device_of(&made, "tel");
        assert_eq!((phone.contact_uri.as_str(), phone.name.as_str()), ("+919800000001", "Desk"));
        assert_eq!((phone.verified, phone.available), (Some(false), None));
        assert_eq!(bench.get(&made).await, made);

        let changes = Changes { last_name: Some("Iyer".into()), ..Changes::default() };
        bench.call(Call::Change { user_id: made.id.clone(), changes }).await.expect("changed");
        let changed = bench.get(&made).await;
        assert_eq!((changed.first_name.as_str(), changed.last_name.as_str()), ("Asha", "Iyer"));

        bench.call(delete(&made.id)).await.expect("deleted");
        assert_eq!(bench.truth().users.len(), 0);
        assert_eq!(bench.refusal(delete(&made.id)).await.0, Failure::Missing);
        assert_eq!(bench.refusal(get(&made.id)).await.0, Failure::Missing);
        // Address and number are free again.
        bench.create(asha()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn pages_lead_to_the_end_of_the_roster() {
    for users in [0, 1, 50, 51, 229] {
        for bench in benches_with_phones(users) {
            let (mut seen, mut offset) = (BTreeSet::new(), 0);
            loop {
                let page = bench.list(Filter::All, offset, bench.provider.facts().page).await;
                if page.users.is_empty() {
                    break;
                }
                assert_eq!(page.total, Some(users as u64));
                assert!(page.users.iter().all(|user| user.devices.is_some()), "{}", bench.name);
                offset += page.users.len() as u64;
                seen.extend(page.users.into_iter().map(|user| user.id));
            }
            assert_eq!(seen.len(), users, "{}", bench.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn filters_find_who_is_meant_and_nobody_else() {
    for bench in benches_with_phones(60) {
        let asha = bench.create(asha()).await;
        let ravi = bench.create(person(Some("o'ravi@example.com"), Some("+919800000002"))).await;
        let found = async |filter| {
            let users = bench.list(filter, 0, 50).await.users;
            users.into_iter().map(|user| user.id).collect::<BTreeSet<String>>()
        };
        let ids = |users: &[&User]| users.iter().map(|user| user.id.clone()).collect::<BTreeSet<String>>();
        let texts = |texts: &[&str]| texts.iter().map(|text| text.to_string()).collect::<Vec<String>>();

        let emails = |list: &[&str]| Filter::Emails(texts(list));
        assert_eq!(found(emails(&["asha+1@example.com"])).await, ids(&[&asha]));
        assert_eq!(found(emails(&["asha+1@example.com", "o'ravi@example.com"])).await, ids(&[&asha, &ravi]));
        assert_eq!(found(emails(&["asha@example.com", "nobody@example.com"])).await, ids(&[]));

        let contacts = |list: &[&str]| Filter::Contacts(texts(list));
        assert_eq!(found(contacts(&["+919800000001", "+919800000002"])).await, ids(&[&asha, &ravi]));
        assert_eq!(found(contacts(&["+919800000009"])).await, ids(&[]));
        let sip = device_of(&ravi, "sip").contact_uri.clone();
        assert_eq!(found(contacts(&[&sip])).await, ids(&[&ravi]));
    }
}

#[tokio::test(start_paused = true)]
async fn calls_and_logins_are_shown_when_asked_for() {
    for bench in benches_with_phones(0) {
        let asha = bench.create(asha()).await;
        bench.outside(format!("/__call/{}", asha.id));
        let plain = bench.list(Filter::All, 0, 50).await.users.remove(0);
        assert_eq!(plain.active_call, "");
        let listing = Listing { limit: 50, active_call: true, last_login: true, ..Listing::default() };
        let full = bench.call(Call::List(listing)).await.expect("a page").page().users.remove(0);
        assert_ne!(full.active_call, "");
    }
}

#[tokio::test(start_paused = true)]
async fn one_device_is_on_at_a_time_and_only_a_verified_one() {
    for bench in benches_with_phones(0) {
        let asha = bench.create(asha()).await;
        let (phone, soft) = (device_of(&asha, "tel"), device_of(&asha, "sip"));
        assert_eq!(bench.refusal(available(&asha, phone, true)).await.0, Failure::Refused);
        bench.verify(&asha, phone);
        bench.verify(&asha, soft);
        let state = async || {
            let user = bench.get(&asha).await;
            (device_of(&user, "tel").available, device_of(&user, "sip").available)
        };
        assert_eq!(state().await, (Some(true), Some(false)));
        assert_eq!(bench.refusal(available(&asha, soft, true)).await.0, Failure::Refused);
        assert_eq!(bench.device(available(&asha, phone, false)).await.available, Some(false));
        assert_eq!(bench.device(available(&asha, soft, true)).await.available, Some(true));
        assert_eq!(state().await, (Some(false), Some(true)));
        // Setting what is set already does no harm.
        assert_eq!(bench.device(available(&asha, soft, true)).await.available, Some(true));
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_number_has_to_be_verified_anew() {
    for bench in benches_with_phones(0) {
        let asha = bench.create(asha()).await;
        let phone = device_of(&asha, "tel");
        bench.verify(&asha, phone);
        let changed = bench.device(number(&asha, phone, "+14155550123")).await;
        assert_eq!((changed.contact_uri.as_str(), changed.verified), ("+14155550123", Some(false)));
        assert_eq!(changed.id, phone.id);
        let found = bench.list(Filter::Contacts(vec!["+14155550123".into()]), 0, 50).await;
        assert_eq!(found.users.len(), 1);
        let old = bench.list(Filter::Contacts(vec!["+919800000001".into()]), 0, 50).await;
        assert_eq!(old.users.len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sip_password_arrives_and_is_never_repeated() {
    for bench in benches_with_phones(0) {
        let asha = bench.create(asha()).await;
        let soft = device_of(&asha, "sip");
        bench.call(password(&asha, soft, "S3cret!päss\"")).await.expect("set");
        let truth = bench.truth();
        let there = truth.users[0].devices.iter().find_map(|device| device.password.clone());
        assert_eq!(there, Some(fingerprint("S3cret!päss\"")));
        let weak = bench.call(password(&asha, soft, "weakweak")).await.expect_err("weak");
        assert_eq!(weak.failure, Failure::Refused);
        assert!(!weak.message.contains("weakweak"), "{}", weak.message);
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_or_device_is_missing() {
    for bench in benches_with_phones(0) {
        let asha = bench.create(asha()).await;
        let phone = device_of(&asha, "tel");
        let nobody = User { id: "0123456789abcdef0123456789abcdef".into(), ..User::default() };
        let no_device = callroster::roster::Device { id: "999999999".into(), ..Default::default() };
        let changes = Changes { first_name: Some("Asha".into()), ..Changes::default() };
        for call in [
            get(&nobody.id),
            delete(&nobody.id),
            delete(""),
            delete(".."),
            Call::Change { user_id: nobody.id.clone(), changes },
            available(&nobody, phone, true),
            number(&nobody, phone, "+14155550123"),
            password(&nobody, phone, "S3cret!pass"),
            available(&asha, &no_device, true),
            number(&asha, &no_device, "+14155550123"),
            password(&asha, &no_device, "S3cret!pass"),
        ] {
            let name = call.name();
            assert_eq!(bench.refusal(call).await.0, Failure::Missing, "{} {name}", bench.name);
        }
        assert_eq!(bench.truth().users.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_taken_exists() {
    for bench in benches_with_phones(0) {
        bench.create(asha()).await;
        let same_email = person(Some("asha+1@example.com"), Some("+919800000002"));
        let same_number = person(Some("ravi@example.com"), Some("+919800000001"));
        let elsewhere = person(Some("ravi@elsewhere.example"), None);
        for new in [asha(), same_email, same_number, elsewhere] {
            assert_eq!(bench.refusal(Call::Create(new)).await.0, Failure::Exists, "{}", bench.name);
        }
        // For a change it is the row's error, since nobody is to be adopted.
        let ravi = bench.create(person(None, Some("+919800000003"))).await;
        let changes = Changes { email: Some("asha+1@example.com".into()), ..Changes::default() };
        let change = Call::Change { user_id: ravi.id.clone(), changes };
        assert_eq!(bench.refusal(change).await.0, Failure::Refused);
        let phone = device_of(&ravi, "tel");
        assert_eq!(bench.refusal(number(&ravi, phone, "+919800000001")).await.0, Failure::Refused);
        assert!(bench.truth().creates.values().all(|creates| *creates == 1));
    }
}

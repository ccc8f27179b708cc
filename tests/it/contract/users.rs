//! What holds for every provider when nothing goes wrong.

use std::collections::BTreeSet;

use callroster::provider::{Call, Changes, Failure, Listing, Page, Paging, StartKeys};
use callroster::roster::NewUser;
use callroster::roster::User;

use super::bench::*;

fn ravi() -> NewUser {
    person(Some("ravi+1@example.com"), None)
}

#[tokio::test(start_paused = true)]
async fn a_user_is_made_read_changed_and_deleted() {
    for bench in benches(0) {
        let made = bench.create(NewUser { role: Some("admin".into()), ..ravi() }).await;
        assert_eq!((made.first_name.as_str(), made.last_name.as_str()), ("Asha", "Rao"), "{}", bench.name);
        assert_eq!((made.email.as_str(), made.role.as_str()), ("ravi+1@example.com", "admin"));
        assert_eq!(bench.get(&made).await, made, "{}", bench.name);

        let changes = Changes { last_name: Some("Iyer".into()), ..Changes::default() };
        bench.call(Call::Change { user_id: made.id.clone(), changes }).await.expect("changed");
        let changed = bench.get(&made).await;
        assert_eq!((changed.first_name.as_str(), changed.last_name.as_str()), ("Asha", "Iyer"));

        bench.call(delete(&made.id)).await.expect("deleted");
        assert_eq!(bench.truth().users.len(), 0, "{}", bench.name);
        assert_eq!(bench.refusal(delete(&made.id)).await.0, Failure::Missing);
        assert_eq!(bench.refusal(get(&made.id)).await.0, Failure::Missing);
        // The address is free again.
        bench.create(ravi()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn answers_have_a_status_and_where_the_provider_gives_one_a_request_id() {
    for bench in benches(1) {
        let answer =
            bench.call(Call::List(Listing { limit: 50, ..Listing::default() })).await.expect("a page");
        assert_eq!((answer.status, answer.request_id.len()), (200, 32), "{}", bench.name);
        let error = bench.call(get("nobody")).await.expect_err("nobody");
        assert_eq!(error.status, Some(404));
        // The newer form of Audian's errors has none.
        assert!(bench.name == "audian" || error.request_id.len() == 32, "{}", bench.name);
    }
}

/// The page after these users, by number or by key; `None` at the end.
async fn next(bench: &Bench, seen: u64, last: Option<Page>, keys: &mut StartKeys) -> Option<Page> {
    let facts = bench.provider.facts();
    let start = match (facts.paging, last) {
        (Paging::Key, Some(page)) => Some(keys.follow(page.next).expect("no key comes back")?),
        _ => None,
    };
    let listing = Listing { offset: seen, start, limit: facts.page, ..Listing::default() };
    let page = bench.call(Call::List(listing)).await.expect("a page").page();
    (facts.paging == Paging::Key || !page.users.is_empty()).then_some(page)
}

#[tokio::test(start_paused = true)]
async fn pages_lead_to_the_end_of_the_roster() {
    for users in [0, 1, 50, 51, 100, 101, 229] {
        for bench in benches(users) {
            let (mut ids, mut count, mut last, mut keys) = (BTreeSet::new(), 0, None, StartKeys::default());
            while let Some(page) = next(&bench, count, last.take(), &mut keys).await {
                count += page.users.len() as u64;
                ids.extend(page.users.iter().map(|user| user.id.clone()));
                last = Some(page);
            }
            assert_eq!((ids.len(), count), (users, users as u64), "{}", bench.name);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_user_is_missing() {
    for bench in benches(0) {
        let made = bench.create(ravi()).await;
        let nobody = User { id: "0123456789abcdef0123456789abcdef".into(), ..User::default() };
        let changes = Changes { first_name: Some("Asha".into()), ..Changes::default() };
        for call in [
            get(&nobody.id),
            delete(&nobody.id),
            delete(""),
            delete(".."),
            Call::Change { user_id: nobody.id.clone(), changes },
        ] {
            let name = call.name();
            assert_eq!(bench.refusal(call).await.0, Failure::Missing, "{} {name}", bench.name);
        }
        assert_eq!(bench.truth().users.len(), 1, "{} {}", bench.name, made.id);
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_taken_exists() {
    for bench in benches(0) {
        bench.create(ravi()).await;
        assert_eq!(bench.refusal(Call::Create(ravi())).await.0, Failure::Exists, "{}", bench.name);
        assert!(bench.truth().creates.values().all(|creates| *creates == 1), "{}", bench.name);
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_go_into_a_header_and_into_no_message() {
    for bench in benches(1) {
        let request = bench.provider.request(&get("u1"));
        assert!(!request.path.contains("sim-"), "{}", bench.name);
        for call in [get("nobody"), Call::Create(NewUser::default())] {
            let error = bench.call(call).await.expect_err("it is refused");
            assert!(!format!("{error:?}").contains("sim-token"), "{} {error:?}", bench.name);
        }
    }
}

//! Every refusal of Exotel's documents, with both families of codes.

use callroster::provider::{Call, Changes, Failure, Filter};
use callroster::roster::NewUser;
use callroster::simulator::SimSettings;

use super::bench::*;
use Failure::{Exists, Forbidden, ForbiddenUnknown, Missing, Refused, Unauthorized};

/// The codes of a refusal: in the seed's family and in the newer one.
type Codes = [&'static str; 2];

const FAMILIES: [&str; 2] = ["codes=seed", "codes=new"];

async fn refused(bench: &Bench, family: usize, call: Call, failure: Failure, codes: Codes) {
    let what = format!("{call:?} {}", FAMILIES[family]);
    let (met, code) = bench.refusal(call).await;
    assert_eq!((met, code.as_str()), (failure, codes[family]), "{what}");
}

#[tokio::test(start_paused = true)]
async fn creates() {
    for (family, codes) in FAMILIES.iter().enumerate() {
        let bench = exotel_bench(&[codes]);
        bench.create(asha()).await;
        let create = |edit: fn(&mut NewUser)| {
            let mut new = person(Some("ravi@example.com"), Some("+919800000002"));
            edit(&mut new);
            Call::Create(new)
        };
        for (call, failure, codes) in [
            (create(|new| new.first_name.clear()), Refused, ["1001"; 2]),
            (create(|new| new.last_name.clear()), Refused, ["1001"; 2]),
            (create(|new| new.email = Some("no address".into())), Refused, ["1001"; 2]),
            (create(|new| new.number = Some("98".into())), Refused, ["1401"; 2]),
            (create(|new| new.role = Some("king".into())), Refused, ["1023"; 2]),
            (create(|new| new.number = Some("+919800000001".into())), Exists, ["1021", "10812"]),
            (create(|new| new.email = Some("asha+1@example.com".into())), Exists, ["1022", "10813"]),
        ] {
            refused(&bench, family, call, failure, codes).await;
        }
        bench.switch("voip=off");
        refused(&bench, family, create(|new| new.number = None), Refused, ["1402"; 2]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn changes_and_devices() {
    for (family, codes) in FAMILIES.iter().enumerate() {
        let bench = exotel_bench(&[codes]);
        let ravi = bench.create(person(Some("ravi@example.com"), Some("+919800000002"))).await;
        let asha = bench.create(asha()).await;
        let (phone, soft) = (device_of(&asha, "tel"), device_of(&asha, "sip"));
        let changes = Changes { email: Some("other@example.com".into()), ..Changes::default() };
        let change = Call::Change { user_id: asha.id.clone(), changes };
        refused(&bench, family, change, Refused, ["1002"; 2]).await;
        refused(&bench, family, available(&asha, phone, true), Refused, ["1003", "10809"]).await;
        bench.verify(&asha, phone);
        bench.verify(&asha, soft);
        refused(&bench, family, available(&asha, soft, true), Refused, ["1003", "10810"]).await;
        refused(&bench, family, number(&asha, soft, "+14155550123"), Refused, ["1003", "10817"]).await;
        refused(&bench, family, number(&asha, phone, "+919800000002"), Refused, ["1021", "10811"]).await;
        refused(&bench, family, available(&ravi, phone, true), Missing, ["1018"; 2]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_that_may_not() {
    for (switch, codes, word) in [
        ("kyc=incomplete", ["1003", "10814"], "KYC"),
        ("trial=on", ["1003", "10815"], "trial"),
        ("unauthorised=on", ["1003", "1003"], "EXOTEL_API_KEY"),
    ] {
        for (family, new) in FAMILIES.iter().enumerate() {
            let bench = exotel_bench(&[switch, new]);
            refused(&bench, family, Call::Create(asha()), Forbidden, codes).await;
            let error = bench.call(delete("u1")).await.expect_err(switch);
            assert_eq!(error.failure, Forbidden, "{switch}");
            assert!(error.message.contains(word), "{}", error.message);
        }
    }
    let full = exotel_bench(&["cap=1"]);
    full.create(asha()).await;
    let ravi = Call::Create(person(Some("ravi@example.com"), None));
    assert_eq!(full.refusal(ravi).await.0, ForbiddenUnknown);
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_name_what_to_check() {
    let wrong: [fn(&mut SimSettings); 3] =
        [|s| s.key = "other".into(), |s| s.token = "other".into(), |s| s.account = "other".into()];
    for edit in wrong {
        let mut settings = SimSettings::default();
        edit(&mut settings);
        let bench = Bench::new("exotel", |_| exotel(&SimSettings::default()), settings);
        let error = bench.call(list(Filter::All, 0, 50)).await.expect_err("wrong credentials");
        assert_eq!((error.failure, error.code.as_str()), (Unauthorized, "1010"));
        assert!(error.message.contains("EXOTEL_API_TOKEN") && error.message.contains("--region"));
        assert!(!error.message.contains("sim-token"), "{}", error.message);
    }
}

#[tokio::test(start_paused = true)]
async fn the_other_readings_of_the_documents() {
    let bench =
        exotel_bench(&["missing=400", "failure=failed", "error_data=absent", "list_end=empty", "total=off"]);
    let asha = bench.create(asha()).await;
    assert_eq!(bench.refusal(get("u1")).await, (Missing, "1007".into()));
    assert_eq!(bench.refusal(delete("u1")).await, (Missing, "1007".into()));
    let page = bench.list(Filter::All, 0, 50).await;
    assert_eq!((page.users, page.total), (vec![asha], None));
    assert_eq!(bench.list(Filter::All, 50, 50).await.users, []);

    let strict = exotel_bench(&["over_limit=refuse", "name_rule=on", "number_put=404"]);
    assert_eq!(strict.refusal(list(Filter::All, 0, 51)).await.0, Refused);
    let short = NewUser { first_name: "Al".into(), ..person(None, None) };
    assert_eq!(strict.refusal(Call::Create(short)).await.0, Refused);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_is_too_long_is_refused() {
    let bench = exotel_bench(&["url_limit=200"]);
    let many = Filter::Emails((0..20).map(|n| format!("somebody{n}@example.com")).collect());
    assert_eq!(bench.refusal(list(many, 0, 50)).await, (Refused, "http_414".into()));
}

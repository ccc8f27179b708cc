//! The doctor: what is configured, what answers, and the exit code that says so; never a writing call.

use callroster::simulator::{SimProvider, SimSettings};

use crate::support::{Desk, Said, said};

fn desk(provider: SimProvider, switches: &[&str]) -> Desk {
    let mut settings = SimSettings { provider, users: 120, ..SimSettings::default() };
    for switch in switches {
        settings.set_switch(switch).expect("a switch");
    }
    Desk::with(settings)
}

fn with(desk: &Desk, variable: &str, value: &str) -> Said {
    said(desk.command(&["doctor"]).env(variable, value).output().expect("it starts"))
}

#[test]
fn a_well_account_is_well_and_nothing_is_written() {
    for (provider, variable) in
        [(SimProvider::Exotel, "EXOTEL_ACCOUNT_SID"), (SimProvider::Audian, "AUDIAN_ACCOUNT_ID")]
    {
        let desk = desk(provider, &[]);
        let well = desk.run(&["doctor", "--rate", "5/s"]).exits(0);
        for part in [
            "120 users",
            "nobody twice",
            "(option --rate)",
            "(environment CALLROSTER_BASE_URL)",
            "(default)",
            variable,
        ] {
            assert!(well.out.contains(part), "{part} is not in {}", well.out);
        }
        let json = desk.run(&["doctor", "--json"]).exits(0);
        let json: serde_json::Value = serde_json::from_str(&json.out).expect("one object");
        assert_eq!((&json["checks"]["reach"]["ok"], &json["exit_code"]), (&true.into(), &0.into()));
        assert!(!json.to_string().contains("sim-key"));
        assert!(
            desk.truth().calls.iter().all(|call| call.method == "GET" || call.path.ends_with("api_auth"))
        );
    }
}

#[test]
fn a_token_whose_time_is_over_is_renewed_by_the_key() {
    let audian = desk(SimProvider::Audian, &[]);
    let well = with(&audian, "AUDIAN_AUTH_TOKEN", "of yesterday").exits(0);
    assert!(well.out.contains("120 users"), "{}", well.out);
}

#[test]
fn refused_credentials_name_the_settings() {
    let exotel = desk(SimProvider::Exotel, &[]);
    let refused = with(&exotel, "EXOTEL_API_TOKEN", "wrong").exits(6);
    assert!(refused.out.contains("FAIL  credentials") && refused.out.contains("--region"), "{}", refused.out);
    let audian = desk(SimProvider::Audian, &["wrong_key=404"]);
    let refused = with(&audian, "AUDIAN_API_KEY", "wrong").exits(6);
    assert!(
        refused.out.contains("FAIL  credentials") && refused.out.contains("AUDIAN_API_KEY"),
        "{}",
        refused.out
    );
    let forbidden = desk(SimProvider::Audian, &["forbidden=all"]).run(&["doctor"]).exits(6);
    assert!(forbidden.out.contains("FAIL  permission"), "{}", forbidden.out);
}

#[test]
fn who_cannot_be_reached_may_be_reached_later() {
    let desk = desk(SimProvider::Exotel, &[]);
    let nobody = with(&desk, "CALLROSTER_BASE_URL", "http://127.0.0.1:9").exits(7);
    assert!(nobody.out.contains("FAIL  reach"), "{}", nobody.out);
    Desk::new().run(&["doctor"]).exits(2).tells("--simulate");
}

//! Where credentials come from, and where they never go.

use callroster::simulator::SimSettings;

use crate::support::{Desk, people};

#[test]
fn without_a_provider_the_ways_are_named() {
    let desk = Desk::new();
    desk.sheet("staff.csv", people(1, 0));
    desk.run(&["onboard", "staff.csv"]).exits(2).tells("--simulate").tells("EXOTEL_API_KEY");
    desk.run(&["export", "--provider", "exotel"]).exits(2).tells("--region").tells("--base-url");
    desk.run(&["export", "--provider", "exotel", "--region", "mumbai"]).exits(2).tells("EXOTEL_ACCOUNT_SID");
}

#[test]
fn plain_http_leaves_this_machine_with_no_credentials() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(1, 0));
    desk.run(&["onboard", "staff.csv", "--base-url", "http://example.com"]).exits(2).tells("https");
    desk.run(&["onboard", "staff.csv", "--base-url", "http://127.0.0.1.example.com"]).exits(2);
}

#[test]
fn wrong_credentials_stop_the_run_and_name_the_region() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(3, 0));
    let mut command = desk.command(&["onboard", "staff.csv"]);
    let said =
        crate::support::said(command.env("EXOTEL_API_TOKEN", "wr0ng-t0ken").output().expect("it starts"));
    let said = said.exits(6).tells("--region");
    assert!(!said.err.contains("wr0ng-t0ken"), "{}", said.err);
    assert_eq!(desk.column("staff.results.csv", "result_status"), ["not_attempted"; 3]);
}

#[test]
fn a_row_that_met_the_refusal_says_so() {
    let mut settings = SimSettings::default();
    settings.set_switch("cap=0").expect("a switch");
    let desk = Desk::with(settings);
    desk.sheet("staff.csv", people(3, 0));
    desk.run(&["onboard", "staff.csv", "-c", "1"]).exits(6);
    assert_eq!(desk.column("staff.results.csv", "result_status"), ["not_attempted"; 3]);
    assert_eq!(desk.column("staff.results.csv", "http_status"), ["403", "", ""]);
    assert_eq!(desk.column("staff.results.csv", "attempts"), ["1", "0", "0"]);
    desk.simulator().lock().expect("fine").set_switch("cap=off").expect("a switch");
    desk.run(&["onboard", "staff.csv"]).exits(0);
    assert_eq!(desk.column("staff.results.csv", "attempts"), ["2", "1", "1"]);
}

#[test]
fn a_profile_names_files_and_commands() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(1, 0));
    let key = desk.sheet("key", "sim-key\n");
    let url = {
        let command = desk.command(&[]);
        let url = command.get_envs().find(|(name, _)| *name == "CALLROSTER_BASE_URL");
        url.and_then(|(_, url)| url).expect("the desk has a server").to_string_lossy().into_owned()
    };
    let config = format!(
        "[acme]\nprovider = \"exotel\"\nbase_url = \"{url}\"\naccount = \"sim\"\napi_key_file = '{}'\napi_token_command = \"echo sim-token\"\n",
        key.display()
    );
    desk.sheet("config.toml", config);
    let run = |code| {
        let mut command = desk.command(&["onboard", "staff.csv", "--config", "config.toml", "-p", "acme"]);
        for name in [
            "CALLROSTER_PROVIDER",
            "CALLROSTER_BASE_URL",
            "EXOTEL_API_KEY",
            "EXOTEL_API_TOKEN",
            "EXOTEL_ACCOUNT_SID",
        ] {
            command.env_remove(name);
        }
        crate::support::said(command.output().expect("it starts")).exits(code)
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
        run(2).tells("chmod 600");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
    }
    run(0);
    assert_eq!(desk.truth().users.len(), 1);
}

#[test]
fn no_log_level_shows_a_secret_or_a_person() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(2, 2));
    let said = desk.run(&["onboard", "staff.csv", "-v", "--log-json", "log.jsonl"]).exits(0);
    let log = desk.read("log.jsonl");
    for text in [&said.err, &said.out, &log] {
        for secret in ["sim-token", "sim-key", "Abcdefg1", "person0@example.com", "Person0"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert!(said.err.contains("row 2: create user: 200"), "{}", said.err);
    assert!(log.lines().count() >= 4, "{log}");
}

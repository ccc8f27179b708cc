//! Bad input is normal input: a clear message, exit 3, nothing sent.

use callroster::simulator::SimSettings;

use crate::support::{Desk, people};

#[test]
fn what_is_no_table_is_refused_with_its_place() {
    let desk = Desk::with(SimSettings::default());
    std::fs::create_dir(desk.path("folder.csv")).expect("the folder is ours");
    let long = format!("first_name,last_name\nAsha,{}\n", "x".repeat(10 << 20));
    for (name, text, words) in [
        ("empty.csv", String::new(), "empty"),
        ("missing-column.csv", "first_name,email\nAsha,a@example.com\n".into(), "last_name"),
        ("doubled.csv", "first_name,last_name,First Name\nAsha,Rao,Asha\n".into(), "first_name"),
        ("quote.csv", "first_name,last_name\nAsha,\"Rao\nMeera,Nair\n".into(), "line 2"),
        ("zero.csv", "first_name,last_name\nAs\0ha,Rao\n".into(), "zero byte"),
    ] {
        desk.sheet(name, text);
        desk.run(&["onboard", name]).exits(3).tells(words).tells(name);
    }
    desk.run(&["onboard", "folder.csv"]).exits(3).tells("folder");
    desk.run(&["onboard", "not-there.csv"]).exits(3).tells("not-there.csv");
    desk.sheet("long.csv", long);
    desk.run(&["onboard", "long.csv"]).exits(3).tells("longer than 1024 KiB");
    assert_eq!(desk.truth().creates.len(), 0);
}

#[cfg(unix)]
#[test]
fn a_file_without_read_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::with(SimSettings::default());
    let path = desk.sheet("staff.csv", people(1, 0));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("it is ours");
    if std::fs::read(&path).is_ok() {
        return; // The superuser may read everything.
    }
    desk.run(&["onboard", "staff.csv"]).exits(3).tells("staff.csv");
}

#[test]
fn a_header_alone_is_nothing_to_do() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", "first_name,last_name\n");
    desk.run(&["onboard", "staff.csv"]).exits(0).tells("no rows");
    assert_eq!(desk.truth().calls.len(), 0);
    assert_eq!(desk.results("staff.results.csv").len(), 0);
}

#[test]
fn every_row_has_its_result_whatever_its_shape() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", "\u{feff}First Name,LAST-NAME,email\r\nAsha,Rao,a@example.com,extra\r\nMeera\r\n\r\nJonas,Weber,j@example.com");
    desk.run(&["onboard", "staff.csv"]).exits(4);
    assert_eq!(desk.column("staff.results.csv", "error_code"), ["row_shape", "row_shape", ""]);
    assert_eq!(desk.column("staff.results.csv", "source_row"), ["2", "3", "5"]);
    assert_eq!(desk.column("staff.results.csv", "result_status"), ["invalid", "invalid", "created"]);
}

#[test]
fn lines_may_end_in_any_way() {
    for end in ["\n", "\r\n", "\r"] {
        let desk = Desk::with(SimSettings::default());
        desk.sheet("staff.csv", people(3, 0).replace('\n', end));
        desk.run(&["onboard", "staff.csv"]).exits(0);
        assert_eq!(desk.truth().users.len(), 3, "{end:?}");
    }
}

#[test]
fn a_result_file_that_cannot_be_written_is_told_before_the_first_call() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet("staff.csv", people(1, 0));
    std::fs::create_dir(desk.path("staff.results.csv")).expect("the folder is ours");
    desk.run(&["onboard", "staff.csv"]).exits(1).tells("staff.results.csv").tells("--results");
    assert_eq!(desk.truth().calls.len(), 0);
    desk.run(&["onboard", "staff.csv", "--results", "no/such/folder/r.csv"]).exits(1).tells("no/such/folder");
    assert_eq!(desk.truth().calls.len(), 0);
}

#[test]
fn a_workbooks_number_lacks_only_its_plus_and_a_country_brings_it_back() {
    let desk = Desk::with(SimSettings::default());
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/workbook.xlsx");
    desk.sheet("workbook.xlsx", std::fs::read(sample).expect("the sample is there"));
    desk.run(&["validate", "workbook.xlsx"]).exits(3).tells("phone_damaged");
    desk.run(&["validate", "workbook.xlsx", "--default-country", "IN"]).exits(0);
    desk.run(&["onboard", "workbook.xlsx", "--default-country", "IN"]).exits(0);
    let users = desk.truth().users;
    let numbers: Vec<&str> = users.iter().map(|user| user.devices[0].contact_uri.as_str()).collect();
    assert!(numbers.contains(&"+919845012301"), "{numbers:?}");
    // What a CSV shows of such a number may have lost more, so there it stays damage.
    desk.sheet("staff.csv", "first_name,last_name,device_contact_uri\nAsha,Rao,919845012301\n");
    desk.run(&["validate", "staff.csv", "--default-country", "IN"]).exits(3).tells("phone_damaged");
}

#[test]
fn rounded_numbers_are_damage_and_no_doubles() {
    let desk = Desk::with(SimSettings::default());
    desk.sheet(
        "staff.csv",
        "first_name,last_name,device_contact_uri\nAsha,Rao,9.19845E+11\nRavi,Iyer,9.19845E+11\n",
    );
    desk.run(&["onboard", "staff.csv"]).exits(4);
    assert_eq!(desk.column("staff.results.csv", "error_code"), ["phone_damaged", "phone_damaged"]);
}

#[test]
fn the_sheet_is_never_written_over() {
    let desk = Desk::new();
    let text = "first_name,last_name,sip_password\nAsha,Rao,S3cret!pass\n";
    desk.sheet("staff.csv", text);
    for words in [
        &["onboard", "staff.csv", "--simulate", "--results", "./staff.csv"][..],
        &["onboard", "staff.csv", "--simulate", "--failed", "staff.csv"],
        &["validate", "staff.csv", "--results", "staff.csv"],
        &["validate", "staff.csv", "--fix", "-o", "staff.csv"],
    ] {
        desk.run(words).exits(2).tells("name another");
        assert_eq!(desk.read("staff.csv"), text, "{words:?}");
    }
}

#[test]
fn standard_input_is_called_by_its_name() {
    let desk = Desk::new();
    let header = b"first_name,last_name,email,Email\n";
    for words in [&["validate", "-"][..], &["onboard", "-", "--simulate"]] {
        desk.run_with(words, header).exits(3).tells("standard input, line 1: columns C");
    }
    let said = desk.run_with(&["validate", "-"], b"nothing\nx\n").exits(3);
    said.tells("standard input, line 1: the columns first_name and last_name are missing");
}

#[test]
fn newcomers_do_not_pass_for_leavers() {
    let desk = Desk::new();
    for header in ["Name,Email,Mobile,Department", "Full Name,Email", "First,Last,Email", "user_id,note"] {
        desk.sheet("people.csv", format!("{header}\n"));
        let said = desk.run(&["validate", "people.csv"]).exits(2);
        said.tells("people.csv, line 1: the columns do not tell whether these people come, change or go");
    }
    desk.sheet("people.csv", "Given,Family,Contact\nRene,Lenoir,rene@example.com\n");
    let maps = ["--map", "Given=first_name", "--map", "Family=last_name", "--map", "Contact=email"];
    desk.run(&[&["validate", "people.csv"][..], &maps].concat()).exits(0).tells("onboard: 1 row: 1 valid");
}

#[test]
fn a_date_is_no_number_whatever_the_country() {
    let desk = Desk::new();
    for cell in ["2025-12-01", "12/01/2025", "01.12.2025", "01-Dec-25", "2025-12-01 00:00:00"] {
        desk.sheet("people.csv", format!("first_name,last_name,device_contact_uri\nTom,Berg,{cell}\n"));
        for country in [&[][..], &["--default-country", "IN"], &["--default-country", "DE"]] {
            let said = desk.run(&[&["validate", "people.csv"][..], country].concat()).exits(3);
            said.tells("phone_damaged").tells("is a date, which a spreadsheet may have made of a number");
        }
    }
}

#[test]
fn a_row_without_a_change_is_told_of_columns_that_the_provider_has() {
    let desk = Desk::new();
    desk.sheet("moves.csv", "email,first_name\nasha@x.example,\n");
    let status = |provider| {
        let said = desk.run(&["validate", "moves.csv", "--as", "update", "--provider", provider]).exits(3);
        assert!(said.err.contains("the row changes nothing; fill one of first_name"), "{}", said.err);
        said.err.contains(", status")
    };
    assert!(!status("exotel"));
    assert!(status("audian"));
}

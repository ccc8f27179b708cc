//! The damage clinic as its users meet it: a mended copy, a list of changes, and the input as it was.

use crate::support::{Desk, rows_of};

const HEADER: &str = "first_name,last_name,email,device_contact_uri,role,sip_password,note";

fn sheet(rows: &[&str]) -> String {
    format!("{HEADER}\r\n{}\r\n", rows.join("\r\n"))
}

#[test]
fn what_can_be_mended_is_and_the_rest_is_named() {
    let desk = Desk::new();
    let input = sheet(&[
        "Asha,Rao,mailto:asha@example.com,+91 98450-12301,user,,“as it is”",
        "Vikram,O’Connor,vikram@EXAMPLE.com,919845012302,user ,Blue-Kite-42\u{a0},",
        "Meera,Nair,meera@example.com,9.19845E+11,user,,",
    ]);
    desk.sheet("staff.csv", &input);
    let said = desk.run(&["validate", "staff.csv", "--fix", "-o", "mended.csv"]).exits(3);
    assert_eq!(desk.read("staff.csv"), input);
    assert_eq!(
        desk.read("mended.csv"),
        sheet(&[
            "Asha,Rao,asha@example.com,+919845012301,user,,“as it is”",
            "Vikram,O'Connor,vikram@example.com,+919845012302,user,Blue-Kite-42,",
            "Meera,Nair,meera@example.com,9.19845E+11,user,,",
        ])
    );
    let said =
        said.tells("row 2, column D (device_contact_uri): \"+91 98450-12301\" became \"+919845012301\"");
    let said = said.tells("row 4, column D (device_contact_uri): \"9.19845E+11\" is left as it is");
    let list = desk.read("mended.changes.csv");
    let changes = rows_of(&desk.path("mended.changes.csv"));
    let told: Vec<String> = changes
        .iter()
        .map(|change| {
            ["cell", "before", "after", "kind", "verdict"].map(|name| change[name].as_str()).join(" | ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "C2 | mailto:asha@example.com | asha@example.com | mailto_prefix | mended",
            "D2 | '+91 98450-12301 | +919845012301 | formatted_number | mended",
            "B3 | O’Connor | O'Connor | smart_quote | mended",
            "C3 | vikram@EXAMPLE.com | vikram@example.com | upper_case_domain | mended",
            "D3 | 919845012302 | +919845012302 | lost_plus | mended",
            "E3 | user  | user | blanks_around | mended",
            "F3 | [secret] | [secret] | blanks_around | mended",
            "D4 | 9.19845E+11 |  | rounded_digits | left",
        ]
    );
    for text in [&said.err, &said.out, &list] {
        assert!(!text.contains("Kite"), "{text}");
    }
}

#[test]
fn a_mended_copy_is_sound_and_can_be_sent() {
    let desk = Desk::new();
    desk.sheet("staff.csv", sheet(&["Asha,Rao,,098450 12301,user,,", "Tom,Baker,,+44 20 7946 0958,user,,"]));
    desk.run(&["validate", "staff.csv", "--fix", "-o", "mended.csv"]).exits(3).tells("national_number");
    let words = ["validate", "staff.csv", "--default-country", "IN", "--fix", "-o", "mended.csv"];
    desk.run(&words).exits(0).tells("2 cells mended, 0 left").tells("next: callroster onboard mended.csv");
    desk.run(&["validate", "mended.csv", "--fix", "-o", "again.csv"]).exits(0).tells("0 cells mended");
    assert_eq!(desk.read("mended.csv"), desk.read("again.csv"));
    desk.run(&["onboard", "mended.csv", "--simulate", "--no-input"]).exits(0).tells("2 created");
}

#[test]
fn rows_keep_their_numbers() {
    let desk = Desk::new();
    desk.sheet("staff.csv", sheet(&["Asha,Rao ,,,user,,", "", "", "Tom,Baker,,n/a,user,,\"two\r\nlines\""]));
    let said = desk.run(&["validate", "staff.csv", "--fix", "-o", "mended.csv"]).exits(3);
    said.tells("row 5, column D");
    let rows = sheet(&["Asha,Rao,,,user,,", "", "", "Tom,Baker,,n/a,user,,\"two\r\nlines\""]);
    assert_eq!(desk.read("mended.csv"), rows);
    desk.run(&["validate", "mended.csv"]).exits(3).tells("row 5, column D");
}

#[test]
fn a_copy_never_takes_the_place_of_its_input() {
    let desk = Desk::new();
    let input = sheet(&["Asha,Rao ,,,user,,"]);
    desk.sheet("staff.csv", &input);
    desk.sheet("copy.changes.csv", &input);
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.path("staff.csv"), desk.path("link.csv")).expect("the folder is ours");
    for (file, copy, words) in [
        ("staff.csv", "staff.csv", "over the input"),
        ("staff.csv", "./staff.csv", "over the input"),
        #[cfg(unix)]
        ("staff.csv", "link.csv", "over the input"),
        ("copy.changes.csv", "copy.csv", "over the input"),
        ("staff.csv", "copy.ods", "name it .csv or .xlsx"),
        ("staff.csv", "-", "names no file"),
    ] {
        desk.run(&["validate", file, "--fix", "-o", copy]).exits(2).tells(words);
    }
    desk.run(&["validate", "staff.csv", "--fix"]).exits(2).tells("--output");
    desk.run(&["validate", "staff.csv", "-o", "copy.csv"]).exits(2).tells("--fix");
    desk.run(&["validate", "staff.csv", "--fix", "-o", "no/folder/copy.csv"]).exits(1).tells("no/folder");
    assert_eq!((desk.read("staff.csv"), desk.read("copy.changes.csv")), (input.clone(), input));
}

#[cfg(unix)]
#[test]
fn a_copy_with_passwords_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.sheet("staff.csv", sheet(&["Asha,Rao,,,user,Blue-Kite-42,"]));
    desk.run(&["validate", "staff.csv", "--fix", "-o", "mended.csv"]).exits(0);
    let mode = std::fs::metadata(desk.path("mended.csv")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[cfg(feature = "xlsx")]
#[test]
fn a_copy_may_be_a_workbook() {
    let desk = Desk::new();
    desk.sheet("staff.csv", sheet(&["Asha,Rao,,+91 98450 12301,user,,=1+1", "Tom,Baker,,,user,,007"]));
    desk.run(&["validate", "staff.csv", "--fix", "-o", "mended.XLSX"]).exits(0);
    assert!(desk.path("mended.changes.csv").exists());
    let said = desk.run(&["validate", "mended.XLSX", "--fix", "-o", "back.csv"]).exits(0);
    assert!(said.err.contains("0 cells mended"), "{}", said.err);
    let rows = sheet(&["Asha,Rao,,+919845012301,user,,=1+1", "Tom,Baker,,,user,,007"]);
    assert_eq!(desk.read("back.csv"), rows);
}

#[test]
fn the_first_twenty_changes_are_shown_and_all_are_listed() {
    let desk = Desk::new();
    let rows: Vec<String> = (0..25).map(|n| format!("Asha,Rao ,a{n}@example.com,,user,,")).collect();
    desk.sheet("staff.csv", sheet(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
    let said = desk.run(&["validate", "staff.csv", "--fix", "-o", "mended.csv", "--json"]).exits(0);
    assert_eq!(said.err.matches("became").count(), 20);
    assert!(said.err.contains("… and 5 more"), "{}", said.err);
    assert_eq!(rows_of(&desk.path("mended.changes.csv")).len(), 25);
    let summary: serde_json::Value = serde_json::from_str(&said.out).expect("one JSON value");
    assert_eq!(summary["fix"]["cells_mended"], 25);
    assert_eq!(summary["fix"]["kinds"]["blanks_around"], 25);
}

#[test]
fn the_clinic_is_offered_where_it_helps() {
    let desk = Desk::new();
    for rows in [
        &["Asha,Rao,,919845012301,user,,", "Vikram,Rao,,+919845012302,user,,"][..],
        &["Asha,Rao,mailto:asha@example.com,,user,,"],
        // The damage is in a cell of which no code of its own speaks.
        &["Asha,Rao,,,us\u{200b}er,,"],
        &["Asha,Rao,,,boss,,", "Vikram,Rao,mailto:vikram@example.com,,user,,"],
    ] {
        desk.sheet("staff.csv", sheet(rows));
        let said = desk.run(&["validate", "staff.csv"]).exits(3);
        said.tells("callroster validate staff.csv --fix -o staff.mended.csv; then check again");
    }
    for rows in [
        &["Asha,Rao,,,boss,,"][..],
        &["Asha,Rao,,9.19845E+11,user,,"],
        // Nothing tells of which country it is.
        &["Asha,Rao,,09845012301,user,,"],
        &["Asha,Rao,nobody,,user,,"],
        // What can be mended is no problem, and the problem cannot.
        &["O’Connor,Rao,,12,user,,"],
    ] {
        desk.sheet("staff.csv", sheet(rows));
        desk.run(&["validate", "staff.csv"]).exits(3).tells("next: mend the rows above, then check again");
    }
}

#[test]
fn pictures_are_for_terminals() {
    let desk = Desk::new();
    desk.sheet("staff.csv", sheet(&["Asha,Rao,,919845012301,user,Blue-Kite-42,"]));
    let plain = desk.run(&["validate", "staff.csv"]).exits(3);
    let plain = plain.tells("row 2, column D (device_contact_uri): 919845012301 seems to have lost its +");
    assert!(!plain.err.contains('│'), "{}", plain.err);
    let drawn = desk.run(&["validate", "staff.csv", "--color", "always"]).exits(3).tells("│ [secret] │");
    let drawn = drawn.tells("staff.csv: row 2, column D (device_contact_uri)").tells("^^^^^^^^^^^^");
    assert!(drawn.err.contains("\u{1b}[") && !drawn.err.contains("Kite"), "{}", drawn.err);
    let imported = desk.run(&["onboard", "staff.csv", "--simulate", "--no-input", "--color", "always"]);
    imported.exits(4).tells("^^^^^^^^^^^^");
}

#[cfg(feature = "xlsx")]
#[test]
fn a_template_may_be_a_workbook() {
    for provider in ["exotel", "audian"] {
        let desk = Desk::new();
        for kind in ["onboard", "update", "offboard"] {
            let name = format!("{kind}.xlsx");
            desk.run(&["template", kind, "-o", &name, "--provider", provider]).exits(0);
            let said = desk.run(&["validate", &name, "--as", kind, "--provider", provider]).exits(0);
            let rows = if kind == "update" { 4 } else { 3 };
            said.tells(&format!("{rows} valid, 0 invalid"));
        }
    }
}

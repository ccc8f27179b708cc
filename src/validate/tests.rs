//! Rows in; codes, requests and surveys out.

use csv::StringRecord;
use proptest::prelude::*;

use super::*;
use crate::row::RowSource;
use crate::table::Refusal;

fn rules(kind: Kind, vocabulary: Vocabulary) -> Rules {
    Rules {
        kind,
        vocabulary,
        strict_names: false,
        default_country: None,
        voip: None,
        workbook: false,
        archive_supported: true,
        mode: vocabulary.modes()[0],
        reason: None,
        reassign_to: None,
        generate_sip_passwords: false,
    }
}

fn checker_by(header: &str, rules: Rules) -> Checker {
    let header: StringRecord = header.split(',').collect();
    Checker::new(Columns::of(&header, rules.kind, &[]).expect("the test writes headers right"), rules)
}

fn checker(header: &str, kind: Kind) -> Checker {
    checker_by(header, rules(kind, Vocabulary::Exotel))
}

fn row(line: &str) -> RawRow {
    RawRow { cells: line.split(',').collect(), source_row: 2, ..RawRow::default() }
}

/// The codes of the problems, then those of the warnings after a `|`.
fn codes(checker: &Checker, line: &str) -> String {
    let checked = checker.check(&row(line));
    let problems: Vec<&str> = checked.request.err().iter().flatten().map(|problem| problem.code).collect();
    format!("{}|{}", problems.join(" "), checked.warnings.join(" "))
}

const ONBOARD: &str = "first_name,last_name,email,device_contact_uri,role,device_name,sip_password";
const UPDATE: &str = "user_id,email,device_contact_uri,device_id,first_name,last_name,new_email,new_device_contact_uri,\
                      available,sip_password,status";
const OFFBOARD: &str = "user_id,email,device_contact_uri,mode,reason,reassign_to,devices";

#[test]
fn onboard_rows_show_every_problem_at_once() {
    let checker = checker(ONBOARD, Kind::Onboard);
    for (line, expected) in [
        ("Asha,Sharma,asha@example.com,+919845000001,user,Desk,Abcdefg1", "|device_unverified"),
        ("Asha,Sharma,,,,,", "|"),
        (" , ,,,,,", "first_name_missing last_name_missing|"),
        (
            ",Rao,asha,12,owner,,short",
            "first_name_missing email_invalid phone_invalid role_invalid sip_password_weak|",
        ),
        ("Asha,Sharma,,919845000001,,,", "phone_damaged|"),
        ("#N/A,Sharma,,,,#REF!,", "name_characters name_characters|"),
        ("Asha,Sharma,,,AGENT,,", "|role_alias"),
        ("Jo,R_o,,,,,", "|name_length name_characters"),
        ("Asha,Sharma,,,,", "row_shape|"),
        ("Asha,Sharma,,,,,,", "row_shape|"),
    ] {
        assert_eq!(codes(&checker, line), expected, "{line}");
    }
}

#[test]
fn strict_names_and_an_account_without_voip_ask_for_more() {
    let base = rules(Kind::Onboard, Vocabulary::Exotel);
    let strict = checker_by(ONBOARD, Rules { strict_names: true, voip: Some(false), ..base.clone() });
    assert_eq!(codes(&strict, "Jo,Sharma,,,,,"), "name_length phone_missing|");
    assert_eq!(codes(&strict, "Asha,Sharma,,+919845000001,,,"), "|device_unverified");
    assert_eq!(codes(&strict, "Asha,Sharma,,12,,,"), "phone_invalid|");
    let audian = Rules { vocabulary: Vocabulary::AudianFlat, strict_names: true, ..base };
    assert_eq!(codes(&checker_by(ONBOARD, audian), "Jo,李,,,user,,"), "|role_alias");
}

#[test]
fn update_rows_name_somebody_and_change_something() {
    let checker = checker(UPDATE, Kind::Update);
    for (line, expected) in [
        ("u1,,,,Asha,,,,,,", "|"),
        (",,,,Asha,,,,,,", "identity_missing|"),
        (",,,,,,,,,,", "identity_missing nothing_to_change|"),
        ("u1,,,d1,,,,,,,", "nothing_to_change|"),
        ("u/1,,,,Asha,,,,,,", "identity_missing|"),
        (",asha,,,Asha,,,,,,", "email_invalid|"),
        (",,sip:asha7,,,,,,on,,", "|"),
        (",,SIP:1-999-123-4567@voip.exotel.com,,,,,,OFF,,", "|"),
        (",,sip:,,,,,,on,,", "phone_invalid|"),
        (",,sip:a b,,,,,,on,,", "phone_invalid|"),
        (",,9.19E+11,,,,,,on,,", "phone_damaged|"),
        (
            "u1,,,,,,b@example,+91,maybe,weak,active",
            "email_invalid phone_invalid available_invalid sip_password_weak unsupported_field|",
        ),
        ("u1,,,,,,,+919845000001,,,", "|device_unverified"),
        ("u1,,,,,,,,,,gone", "status_invalid unsupported_field|"),
    ] {
        assert_eq!(codes(&checker, line), expected, "{line}");
    }
    let audian = checker_by(UPDATE, rules(Kind::Update, Vocabulary::AudianFlat));
    assert_eq!(codes(&audian, "u1,,,,,,,,,,Disabled"), "|");
    assert_eq!(codes(&audian, "u1,,,,,,,,on,,"), "unsupported_field|");
}

#[test]
fn a_generated_password_is_a_change() {
    let generating = Rules { generate_sip_passwords: true, ..rules(Kind::Update, Vocabulary::Exotel) };
    assert_eq!(codes(&checker_by(UPDATE, generating), "u1,,,,,,,,,,"), "|");
}

#[test]
fn offboard_rows_say_who_and_how() {
    let exotel = checker(OFFBOARD, Kind::Offboard);
    for (line, expected) in [
        ("u1,,,,,,", "|"),
        (",asha@example.com,+919845000001,Disable,,,", "|"),
        (",,,,,,", "identity_missing|"),
        ("u1,,,archive,,,", "mode_invalid|"),
        ("u1,,,remove,,,", "mode_invalid|"),
        ("u1,,,,left,u2,", "unsupported_field unsupported_field|"),
        ("u1,,,,,,d1;d2", "unsupported_field|"),
        ("u1,,,disable,,,d1;d2", "|"),
        ("u1,,,disable,,,d1;d/2", "identity_missing|"),
    ] {
        assert_eq!(codes(&exotel, line), expected, "{line}");
    }
    let audian = checker_by(OFFBOARD, rules(Kind::Offboard, Vocabulary::AudianFlat));
    for (line, expected) in [
        ("u1,,,archive,left,u2,d1", "|"),
        ("u1,,,purge,,heir@example.com,", "|"),
        ("u1,,,,,heir@example,", "email_invalid|"),
        ("u1,,,,,a b,", "identity_missing|"),
    ] {
        assert_eq!(codes(&audian, line), expected, "{line}");
    }
}

#[test]
fn a_mode_that_the_provider_lacks_is_named_with_those_it_has() {
    let exotel = checker(OFFBOARD, Kind::Offboard);
    let problems = exotel.check(&row("u1,,,archive,,,")).request.expect_err("Exotel has no archive");
    assert_eq!(problems[0].message, "Exotel cannot \"archive\" a user; it has delete and disable only");
    let by_option = Rules { mode: Mode::Purge, ..rules(Kind::Offboard, Vocabulary::Exotel) };
    let by_option = checker_by(OFFBOARD, by_option);
    assert_eq!(codes(&by_option, "u1,,,,,,"), "mode_invalid|");
    assert_eq!(codes(&by_option, "u1,,,delete,,,"), "|");
}

#[test]
fn a_good_row_becomes_its_request() {
    let country = Rules { default_country: Some("IN".into()), ..rules(Kind::Onboard, Vocabulary::Exotel) };
    let checked = checker_by(ONBOARD, country)
        .check(&row(" Asha ,Sharma,asha@example.com,098450 00001,Agent,,Abcdefg1"));
    let Ok(Request::Onboard(wish)) = checked.request else { panic!("{checked:?}") };
    let user = &wish.user;
    assert_eq!((user.first_name.as_str(), user.number.as_deref()), ("Asha", Some("+919845000001")));
    assert_eq!((user.role.as_deref(), &user.device_name), (Some("user"), &None));
    assert_eq!(wish.sip_password.expect("the row has one").reveal(), "Abcdefg1");

    let checked = checker(UPDATE, Kind::Update).check(&row("u1,,sip:asha7,d1,,Iyer,,,Off,,"));
    let Ok(Request::Update(wish)) = checked.request else { panic!("{checked:?}") };
    assert_eq!(
        (wish.who.user_id.as_deref(), wish.who.contact_uri.as_deref()),
        (Some("u1"), Some("sip:asha7"))
    );
    assert_eq!(
        (wish.first_name, wish.last_name.as_deref(), wish.available),
        (None, Some("Iyer"), Some(false))
    );

    let run = Rules { reason: Some("left".into()), ..rules(Kind::Offboard, Vocabulary::AudianFlat) };
    let checked = checker_by(OFFBOARD, run).check(&row("u1,,,disable,,u2,d1; d2;"));
    let Ok(Request::Offboard(wish)) = checked.request else { panic!("{checked:?}") };
    assert_eq!(
        (wish.mode, wish.reason.as_deref(), wish.reassign_to.as_deref()),
        (Mode::Disable, Some("left"), Some("u2"))
    );
    assert_eq!(wish.devices, ["d1", "d2"]);
}

#[test]
fn columns_without_a_use_are_warned_of_where_they_are_filled() {
    let checker = checker("first_name,last_name,Department,new_email,user_id,result_status", Kind::Onboard);
    assert_eq!(codes(&checker, "Asha,Sharma,,,u1,created"), "|");
    assert_eq!(codes(&checker, "Asha,Sharma,Sales,a@example.com,,"), "|column_ignored");
    let update = "email,first_name,role";
    assert_eq!(codes(&self::checker(update, Kind::Update), "a@example.com,Asha,admin"), "|column_ignored");
    let of_export = format!("{update},date_created");
    assert_eq!(codes(&self::checker(&of_export, Kind::Update), "a@example.com,Asha,admin,"), "|");
}

#[test]
fn messages_are_phrases_that_never_show_a_password() {
    let checker = checker(ONBOARD, Kind::Onboard);
    let checked = checker.check(&row(",,x,y,z,,Hunter2"));
    for problem in checked.request.expect_err("everything is wrong") {
        let message = problem.message;
        assert!(!message.ends_with('.') && !message.contains("Hunter2"), "{message}");
    }
}

/// Rows in memory; the first one is row 2, as in a spreadsheet.
struct Lines {
    lines: Vec<String>,
    next: usize,
    readings: usize,
}

impl Lines {
    fn new(lines: impl IntoIterator<Item = String>) -> Lines {
        Lines { lines: lines.into_iter().collect(), next: 0, readings: 0 }
    }
}

impl RowSource for Lines {
    fn rewind(&mut self) -> Result<(), Refusal> {
        self.next = 0;
        self.readings += 1;
        Ok(())
    }

    fn read(&mut self, row: &mut RawRow) -> Result<bool, Refusal> {
        let Some(line) = self.lines.get(self.next) else { return Ok(false) };
        row.cells = line.split(',').collect();
        row.index = self.next as u32;
        self.next += 1;
        row.source_row = self.next as u64 + 1;
        Ok(true)
    }
}

fn surveyed(checker: &mut Checker, lines: &[&str]) -> Survey {
    let mut lines = Lines::new(lines.iter().map(|line| (*line).to_owned()));
    survey(&mut lines, 4, checker).expect("lines in memory can be read")
}

/// The problems of a survey as `row code`.
fn first(survey: &Survey) -> Vec<String> {
    survey.first.iter().map(|(row, problem)| format!("{row} {}", problem.code)).collect()
}

#[test]
fn doubles_are_every_row_after_the_first() {
    let india = Rules { default_country: Some("IN".into()), ..rules(Kind::Onboard, Vocabulary::Exotel) };
    let mut checker = checker_by("first_name,last_name,email,device_contact_uri", india);
    let lines = [
        "Asha,Sharma,Asha@Example.com,+919845000001",
        "Ravi,Patel,ravi@example.com,098450 00001",
        "Meera,Iyer,asha@example.COM,+919845000002",
        "Arjun,Khan,,",
        "Divya,Khan,,",
        "Karan,Das,asha@example.com,9845000001",
        "Neha,Das,no address,no number",
        "Priya,Das,No Address,",
    ];
    let survey = surveyed(&mut checker, &lines);
    assert_eq!((survey.rows, survey.valid, survey.invalid), (8, 3, 5));
    assert_eq!(
        first(&survey),
        [
            "3 duplicate_phone",
            "4 duplicate_email",
            "7 duplicate_email",
            "7 duplicate_phone",
            "8 email_invalid",
            "8 phone_invalid",
            "9 email_invalid",
            "9 duplicate_email",
        ]
    );
    assert_eq!(survey.problems["duplicate_email"], 3);
    let again = RawRow { source_row: 7, ..row(lines[5]) };
    let problems = checker.check(&again).request.expect_err("the survey left its doubles with the checker");
    assert!(problems[0].message.starts_with("row 2 has the same email"), "{problems:?}");
}

#[test]
fn doubles_are_looked_for_within_a_column() {
    let mut checker = checker("user_id,device_contact_uri,new_device_contact_uri", Kind::Update);
    let survey = surveyed(
        &mut checker,
        &[
            "u1,+919845000001,+919845000002",
            "u2,+919845000002,+919845000001",
            "U1,,+919845000003",
            "u4,,+919845000003",
            "u5,sip:asha,+919845000005",
            "u6,SIP:ASHA,+919845000006",
        ],
    );
    assert_eq!(first(&survey), ["4 duplicate_user", "5 duplicate_phone", "7 duplicate_phone"]);
}

#[test]
fn a_file_without_doubles_is_read_once() {
    let mut checker = checker(ONBOARD, Kind::Onboard);
    let lines = (0..2000).map(|index| format!("Asha,Sharma,a{index}@example.com,+91984500{index:04},,,"));
    let mut lines = Lines::new(lines.chain(["Asha,,,,,,".to_owned()]));
    let survey = survey(&mut lines, 2001, &mut checker).expect("lines in memory can be read");
    assert_eq!((survey.rows, survey.valid, survey.invalid, lines.readings), (2001, 2000, 1, 1));
    assert_eq!(survey.warnings["device_unverified"], 2000);
}

#[test]
fn a_survey_shows_the_first_problems_only() {
    let mut checker = checker("first_name,last_name", Kind::Onboard);
    let survey = surveyed(&mut checker, &[","; 15]);
    assert_eq!((survey.invalid, survey.first.len(), survey.problems["last_name_missing"]), (15, 20, 15));
}

/// Cells of the kinds that break parsers, and any others.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        any::<String>(),
        "[+0-9 ().eE,-]{0,20}",
        "(sip:|SIP:|\u{e4}\u{20ac})?[^\n]{0,6}",
        "[a-z.\"]{0,6}@[a-z.\u{a0}-]{0,8}",
        "'{0,3}[=+@-]?[a-z0-9]{0,4}",
    ]
}

proptest! {
    #[test]
    fn no_cell_makes_a_check_panic(
        cells in prop::collection::vec(cell(), 0..13),
        kind in prop::sample::select(vec![(Kind::Onboard, ONBOARD), (Kind::Update, UPDATE), (Kind::Offboard, OFFBOARD)]),
        vocabulary in prop::sample::select(vec![Vocabulary::Exotel, Vocabulary::AudianFlat, Vocabulary::AudianKazoo]),
        country in prop::sample::select(vec![None, Some("IN"), Some("US"), Some("IT")]),
    ) {
        let country = country.map(str::to_owned);
        let checker = checker_by(kind.1, Rules { default_country: country, ..rules(kind.0, vocabulary) });
        let width = checker.columns().header().len();
        let row = RawRow { cells: cells.iter().chain(std::iter::repeat(&String::new())).take(width).collect(), ..RawRow::default() };
        let checked = checker.check(&row);
        let mut findings = Findings::default();
        checker.verdict((&row).into(), &mut findings);
        prop_assert_eq!(checked.request.is_ok(), findings.problems.is_empty());
        prop_assert_eq!(checked.warnings, findings.warnings);
    }

    #[test]
    fn a_survey_is_the_sum_of_its_rows(
        lines in prop::collection::vec("[ab@]{0,2}(@x\\.de)?,(\\+91)?984500000[0-3],(Asha)?", 0..40),
    ) {
        let india = Rules { default_country: Some("IN".into()), ..rules(Kind::Onboard, Vocabulary::Exotel) };
        let mut checker = checker_by("email,device_contact_uri,first_name,last_name", india);
        let mut source = Lines::new(lines.iter().map(|line| format!("{line},Rao")));
        let survey = survey(&mut source, 0, &mut checker).expect("lines in memory can be read");
        let (mut row, mut problems, mut valid) = (RawRow::default(), Vec::new(), 0);
        source.rewind().expect("lines in memory can be read");
        while source.read(&mut row).expect("lines in memory can be read") {
            let request = checker.check(&row).request;
            valid += u64::from(request.is_ok());
            problems.extend(request.err().into_iter().flatten().map(|problem| (row.source_row, problem)));
        }
        prop_assert_eq!((survey.rows, survey.valid, survey.invalid), (lines.len() as u64, valid, lines.len() as u64 - valid));
        prop_assert_eq!(survey.problems.values().sum::<u64>(), problems.len() as u64);
        problems.truncate(20);
        prop_assert_eq!(survey.first, problems);
    }

    #[test]
    fn no_header_makes_its_reading_panic(header in prop::collection::vec("\\PC{0,14}", 0..9), map in "\\PC{0,9}=?[a-z_]{0,9}") {
        let header: StringRecord = header.iter().collect();
        let mappings: Vec<_> = crate::columns::Mapping::parse(&map).into_iter().collect();
        for kind in [Kind::Onboard, Kind::Update, Kind::Offboard] {
            let refusal = Columns::of(&header, kind, &mappings).err();
            prop_assert!(refusal.is_none_or(|message| message.contains("callroster") || message.contains("--map") || message.contains("rename")));
        }
        let _ = Columns::kind_of(&header, &mappings);
    }
}

//! The catalogue as tables: what comes in, what comes out, and what stays.

use csv::StringRecord;
use proptest::prelude::*;

use super::country::Proof;
use super::*;
use crate::row::Kind;

const HEADER: [&str; 7] =
    ["first_name", "last_name", "email", "device_contact_uri", "role", "sip_password", "user_id"];

fn columns() -> Columns {
    Columns::of(&StringRecord::from(HEADER.to_vec()), Kind::Onboard, &[]).expect("the names are our own")
}

/// What becomes of a cell in the column of this name: the text, a colon, the damages.
fn told(column: &str, cell: &str, country: Option<Country>) -> String {
    let columns = columns();
    let place = HEADER.iter().position(|name| *name == column).expect("a column of the header");
    let mut cells = vec![""; HEADER.len()];
    cells[place] = cell;
    let mut row = RawRow { cells: StringRecord::from(cells), ..RawRow::default() };
    let clinic = Clinic::new(&columns, FormulaGuard::On, |_| country);
    let findings = clinic.treat(&mut row);
    match findings.first().map(|finding| &finding.verdict) {
        None => "sound".into(),
        Some(Verdict::Left(damage)) => format!("left: {}", damage.word()),
        Some(Verdict::Mended { damages, .. }) => {
            let words: Vec<&str> = damages.iter().map(|damage| damage.word()).collect();
            format!("{}: {}", &row.cells[place], words.join(" "))
        }
    }
}

fn country(code: &str) -> Option<Country> {
    Some(Country { proof: Proof::Numbers, ..Country::of_iso(code).expect("a country") })
}

#[test]
fn numbers_that_tell_their_country() {
    for (cell, expected) in [
        ("+919845012301", "sound"),
        ("sip:asha@example.com", "sound"),
        ("call me", "sound"),
        ("+12025550123 ext 5", "sound"),
        ("+12025550123;+12025550124", "sound"),
        ("+919845012301 +919845012302", "sound"),
        ("+49 30 1234/1235", "sound"),
        ("+9198450", "sound"),
        ("+91 98450-12301", "+919845012301: formatted_number"),
        ("(+91) 98450.12301", "+919845012301: formatted_number"),
        ("+49 30/123456", "+4930123456: formatted_number"),
        ("+44 (0)20 7946 0958", "+442079460958: formatted_number"),
        ("+39 (0)6 1234 5678", "+390612345678: formatted_number"),
        ("0091 98450 12301", "+919845012301: formatted_number"),
        ("'+91 98450 12301", "+919845012301: formatted_number"),
        ("tel:+919845012301", "+919845012301: tel_prefix"),
        ("TEL: +91-98450-12301", "+919845012301: tel_prefix formatted_number"),
        ("tel:+919845012301;ext=5", "sound"),
        (" +919845012301\u{a0}", "+919845012301: blanks_around"),
        ("+91\u{a0}98450\u{200b}12301", "+919845012301: unseen_blank unseen_blank formatted_number"),
        ("\u{202a}+919845012301\u{202c}", "+919845012301: blanks_around"),
        ("＋９１９８４５０１２３０１", "+919845012301: full_width"),
        ("+91–98450–12301", "+919845012301: smart_dash formatted_number"),
        ("'＋９１９８４５０１２３０１", "+919845012301: full_width smart_quote"),
        ("\"+919845012301\"", "+919845012301: smart_quote"),
        ("“+919845012301”", "+919845012301: smart_quote"),
        ("+919845012301.0", "+919845012301: decimal"),
        ("+9.19845012301E+11", "+919845012301: e_notation"),
        ("9.19845E+11", "left: rounded_digits"),
        ("9,19E+11", "left: rounded_digits"),
        ("9E11", "left: rounded_digits"),
        ("9198450123010000", "left: rounded_digits"),
        ("12-Jan", "left: date"),
        ("01/02/2024", "left: date"),
        ("2024-02-01T00:00:00", "left: date"),
        ("919845012301", "left: lost_plus"),
        ("919845012301.0", "left: lost_plus"),
        ("9.19845012301E+11", "left: lost_plus"),
        ("98450 12301", "left: national_number"),
        ("   ", ": blanks_around"),
        ("", "sound"),
    ] {
        assert_eq!(told("device_contact_uri", cell, None), expected, "{cell:?}");
    }
}

#[test]
fn numbers_whose_column_tells_the_country() {
    for (cell, code, expected) in [
        ("919845012301", "IN", "+919845012301: lost_plus"),
        ("919845012301.0", "IN", "+919845012301: decimal lost_plus"),
        ("9.19845012301E+11", "IN", "+919845012301: e_notation lost_plus"),
        ("9845012301", "IN", "+919845012301: lost_zero"),
        ("098450 12301", "IN", "+919845012301: national_number"),
        ("(0)98450-12301", "IN", "+919845012301: national_number"),
        ("447700900123", "GB", "+447700900123: lost_plus"),
        ("07700 900123", "GB", "+447700900123: national_number"),
        ("7700900123", "GB", "sound"),
        ("7911123456", "GB", "+447911123456: lost_zero"),
        ("(202) 555-0123", "US", "+12025550123: national_number"),
        ("12025550123", "US", "+12025550123: lost_plus"),
        ("612345678", "IT", "+390612345678: lost_zero"),
        // Another country's number without its plus, and one that two countries have.
        ("447700900123", "IN", "left: lost_plus"),
        ("6591230004", "IN", "left: formatted_number"),
        ("12345", "IN", "sound"),
        ("+447700900123", "IN", "sound"),
        ("01/02/2024", "DE", "left: date"),
        ("9.19845E+11", "IN", "left: rounded_digits"),
    ] {
        assert_eq!(told("device_contact_uri", cell, country(code)), expected, "{cell:?}");
    }
    let hinted = country("IN").map(|country| Country { proof: Proof::OneNumber, ..country });
    assert_eq!(told("device_contact_uri", "919845012301", hinted), "+919845012301: lost_plus");
    assert_eq!(told("device_contact_uri", "9845012301", hinted), "left: lost_zero");
    let said = Country::of_iso("IN");
    assert_eq!(told("device_contact_uri", "6591230004", said), "+916591230004: lost_zero");
    assert_eq!(
        told("device_contact_uri", "7700900123", Country::of_iso("GB")),
        "+447700900123: national_number"
    );
    assert_eq!(told("device_contact_uri", "447700900123", said), "left: lost_plus");
}

#[test]
fn texts_of_other_columns() {
    for (column, cell, expected) in [
        ("email", "asha@example.com", "sound"),
        ("email", "asha@example.com ", "asha@example.com: blanks_around"),
        ("email", "mailto:asha@example.com", "asha@example.com: mailto_prefix"),
        ("email", "Asha Rao <asha@Example.COM>", "asha@example.com: display_name upper_case_domain"),
        ("email", "\"Rao, Asha\" <mailto:asha@example.com>", "asha@example.com: display_name mailto_prefix"),
        ("email", "Asha@EXAMPLE.com", "Asha@example.com: upper_case_domain"),
        ("email", "asha＠example.com", "asha@example.com: full_width"),
        ("email", "asha\u{200b}@example.com", "asha@example.com: unseen_blank"),
        ("email", "asha\u{a0}rao@example.com", "left: unseen_blank"),
        ("email", "o’brien@example.com", "o'brien@example.com: smart_quote"),
        ("email", "asha‑rao@example.com", "asha-rao@example.com: smart_dash"),
        ("email", "asha—rao@example.com", "sound"),
        ("email", "a@example.com; b@example.com", "sound"),
        ("email", "asha(at)example.com", "sound"),
        ("first_name", "Asha", "sound"),
        ("first_name", "Mary\u{a0}Ann", "Mary Ann: unseen_blank"),
        ("first_name", "As\u{ad}ha", "Asha: unseen_blank"),
        ("first_name", "Ｊｏ", "Jo: full_width"),
        ("first_name", "क्\u{200d}ष", "sound"),
        ("first_name", "=cmd ", "'=cmd: blanks_around"),
        ("last_name", "O’Brien–Smith", "O'Brien-Smith: smart_dash smart_quote"),
        ("last_name", "12-Jan", "sound"),
        ("role", "user\u{200b}", "user: blanks_around"),
        ("role", "ｕｓｅｒ", "user: full_width"),
        ("sip_password", "Geheim–1’", "sound"),
        ("sip_password", "Geheim-1 ", "Geheim-1: blanks_around"),
        ("sip_password", "Geheim\u{200b}-1", "left: unseen_blank"),
        ("user_id", "42.0", "42: decimal"),
        ("user_id", "1.2E+1", "12: e_notation"),
        ("user_id", "1.2E+9", "left: rounded_digits"),
        ("user_id", "9E11", "sound"),
        ("user_id", "6afc1bc4-8dd7-42a6", "sound"),
        ("user_id", "12-Jan", "left: date"),
        ("user_id", "6afc1bc4–8dd7", "6afc1bc4-8dd7: smart_dash"),
    ] {
        assert_eq!(told(column, cell, None), expected, "{column} {cell:?}");
    }
}

#[test]
fn a_ragged_row_is_let_alone() {
    let columns = columns();
    let mut row = RawRow { cells: StringRecord::from(vec![" Asha ", "x"]), ..RawRow::default() };
    let clinic = Clinic::new(&columns, FormulaGuard::On, |_| None);
    assert_eq!((clinic.treat(&mut row), &row.cells[0]), (Vec::new(), " Asha "));
}

#[test]
fn a_country_is_evident_where_all_say_the_same() {
    let columns = columns();
    let evident = |numbers: &[&str]| {
        let mut census = Census::default();
        for number in numbers {
            let cells = ["Asha", "Rao", "", number, "", "", ""];
            census.see(&columns, &RawRow { cells: StringRecord::from(cells.to_vec()), ..RawRow::default() });
        }
        census.evident(3).map(|country| format!("{country} {}", country.is_sure()))
    };
    for (numbers, expected) in [
        (&["+919845012301", "+91 98450-12302", "9845012303"][..], Some("IN (+91) true")),
        (&["+919845012301", "9845012303"], Some("IN (+91) false")),
        (&["+919845012301", "+919845012302", "+447911123456"], None),
        (&["+919845012301", "919845012302", "9845012303"], Some("IN (+91) true")),
        (&["919845012301", "919845012302"], None),
        (&["+919845012301", "447911123456"], Some("IN (+91) false")),
        (&["+12025550123", "+12025550124", "919845012301"], Some("US (+1) true")),
        (&["9845012303", "n/a"], None),
    ] {
        assert_eq!(evident(numbers).as_deref(), expected, "{numbers:?}");
    }
}

#[test]
fn every_damage_has_a_word_of_its_own() {
    let words: std::collections::BTreeSet<&str> = Damage::ALL.into_iter().map(Damage::word).collect();
    assert_eq!(words.len(), Damage::ALL.len());
    assert!(Damage::ALL.iter().all(|damage| !damage.advice().ends_with('.')));
}

/// Cells as people and spreadsheets make them: pieces of every damage in any order.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("+91"),
        Just("9845012301"),
        Just("0"),
        Just("(0)"),
        Just("00"),
        Just(" "),
        Just("\u{a0}"),
        Just("\u{200b}"),
        Just("'"),
        Just("’"),
        Just("–"),
        Just("="),
        Just("<"),
        Just(">"),
        Just("mailto:"),
        Just("tel:"),
        Just("a@Ex.COM"),
        Just("@"),
        Just("E+11"),
        Just(".0"),
        Just("/"),
        Just("Jan"),
        Just("12-"),
        Just("１２"),
        Just("＠"),
        Just("“"),
        Just("\t"),
        Just("क"),
        Just("\u{200d}"),
        Just("3331234567"),
    ];
    prop_oneof![prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()), "\\PC{0,12}"]
}

proptest! {
    #[test]
    fn what_was_mended_is_sound(cells in prop::collection::vec(cell(), 7), code in "IN|GB|IT|US|", proof in prop_oneof![Just(Proof::Said), Just(Proof::Numbers), Just(Proof::OneNumber)], unguarded in any::<bool>()) {
        let columns = columns();
        let country = Country::of_iso(&code).map(|country| Country { proof, ..country });
        let guard = if unguarded { FormulaGuard::Off } else { FormulaGuard::On };
        let clinic = Clinic::new(&columns, guard, |_| country);
        let mut row = RawRow { cells: StringRecord::from(cells), ..RawRow::default() };
        let first = clinic.treat(&mut row);
        let once = row.cells.clone();
        for finding in &first {
            if let Verdict::Mended { text, .. } = &finding.verdict {
                let field = Field::of_name(HEADER[finding.place]).expect("a field");
                prop_assert_eq!(columns.cell(&row, field).unwrap_or_default(), text);
            }
        }
        let second = clinic.treat(&mut row);
        prop_assert_eq!(&row.cells, &once);
        let mended = second.iter().filter(|finding| matches!(finding.verdict, Verdict::Mended { .. }));
        prop_assert_eq!(mended.count(), 0, "{:?}", second);
    }

    #[test]
    fn a_mended_sheet_is_sound(numbers in prop::collection::vec(number(), 1..6)) {
        let columns = columns();
        let mut rows: Vec<RawRow> = numbers
            .iter()
            .map(|number| ["Asha", "Rao", "", number.as_str(), "", "", ""].to_vec())
            .map(|cells| RawRow { cells: StringRecord::from(cells), ..RawRow::default() })
            .collect();
        mend_all(&columns, &mut rows);
        let once: Vec<StringRecord> = rows.iter().map(|row| row.cells.clone()).collect();
        mend_all(&columns, &mut rows);
        let twice: Vec<StringRecord> = rows.iter().map(|row| row.cells.clone()).collect();
        prop_assert_eq!(once, twice);
    }
}

/// Numbers as they stand in one column: whole, formatted, without plus, national, of strangers.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\+9198450[0-9]{5}",
        "\\+91 98450 [0-9]{5}",
        "9198450[0-9]{5}",
        "98450[0-9]{5}",
        "098450 [0-9]{5}",
        "9\\.198450[0-9]{5}E\\+11",
        "9198450[0-9]{5}\\.0",
        "659123[0-9]{4}",
        "\\+659123[0-9]{4}",
        "447911[0-9]{6}",
        "7911[0-9]{6}",
    ]
}

/// Mends the rows of a sheet as `validate --fix` does.
fn mend_all(columns: &Columns, rows: &mut [RawRow]) {
    let mut census = Census::default();
    rows.iter().for_each(|row| census.see(columns, row));
    let clinic = Clinic::new(columns, FormulaGuard::On, |place| census.evident(place));
    rows.iter_mut().for_each(|row| drop(clinic.treat(row)));
}

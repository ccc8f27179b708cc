//! Headers in, columns or refusals out.

use super::*;
use crate::row::RawRow;

fn columns(header: &str, kind: Kind, maps: &[&str]) -> Result<Columns, String> {
    let header: StringRecord = header.split(',').collect();
    let mappings: Vec<Mapping> =
        maps.iter().map(|text| Mapping::parse(text).expect("the test writes mappings right")).collect();
    Columns::of(&header, kind, &mappings)
}

/// The fields that have a column, with its letter.
fn taken(columns: &Columns) -> String {
    let taken = Field::ALL
        .into_iter()
        .filter_map(|field| columns.place(field).map(|place| format!("{}:{}", letters(place), field.name())));
    taken.collect::<Vec<_>>().join(" ")
}

#[test]
fn columns_are_found_by_mapping_name_and_synonym() {
    for (header, kind, maps, expected) in [
        ("Last Name,FIRST-NAME", Kind::Onboard, &[][..], "B:first_name A:last_name"),
        ("Vorname,Nachname,Handy", Kind::Onboard, &[], "A:first_name B:last_name C:device_contact_uri"),
        ("first_name,last_name,email,Work Email", Kind::Onboard, &[], "A:first_name B:last_name C:email"),
        (
            "first_name,last_name,email,Work Email",
            Kind::Onboard,
            &["work email=email"],
            "A:first_name B:last_name D:email",
        ),
        (
            "first_name,last_name,Phone,Mobile",
            Kind::Onboard,
            &["Mobile=device_contact_uri"],
            "A:first_name B:last_name D:device_contact_uri",
        ),
        ("email,first_name,Vorname,sip_password", Kind::Offboard, &[], "B:first_name A:email D:sip_password"),
    ] {
        assert_eq!(columns(header, kind, maps).as_ref().map(taken), Ok(expected.to_owned()), "{header}");
    }
}

#[test]
fn a_refusal_names_columns_and_the_mend() {
    for (header, kind, maps, parts) in [
        (
            "First Name,Surnme,email",
            Kind::Onboard,
            &[][..],
            &[
                "last_name is missing",
                "First Name, Surnme",
                "B \"Surnme\"",
                "--map \"Surnme=last_name\"",
                "template onboard",
            ][..],
        ),
        ("Name,email", Kind::Onboard, &[], &["first_name and last_name are missing", "split into"]),
        ("", Kind::Onboard, &[], &["(found: nothing)", "line 1 must name the columns", "rename the columns"]),
        ("Staff list 2026,,", Kind::Onboard, &[], &["take out a title above it"]),
        (
            "first_name,new_email",
            Kind::Update,
            &[],
            &["one of user_id, email, device_contact_uri", "template update"],
        ),
        ("mode", Kind::Offboard, &[], &["template offboard"]),
        ("email,first_name,last_name,E_mail,EMAIL", Kind::Onboard, &[], &["A \"email\" and E \"EMAIL\""]),
        ("first_name,last_name,Notes,notes", Kind::Onboard, &[], &["C \"Notes\" and D \"notes\""]),
        (
            "first_name,last_name,Phone,Mobile",
            Kind::Onboard,
            &[],
            &["C \"Phone\" and D \"Mobile\"", "--map \"Phone=device_contact_uri\""],
        ),
        (
            "first_name,last_name,a,b",
            Kind::Onboard,
            &["a=email", "b=email"],
            &["C \"a\" and D \"b\"", "email"],
        ),
        (
            "first_name,last_name",
            Kind::Onboard,
            &["Fax=email"],
            &["\"Fax=email\"", "there are first_name, last_name"],
        ),
        ("first_name,last_name,x", Kind::Onboard, &["x=mode"], &["onboard does not use"]),
    ] {
        let message = columns(header, kind, maps).expect_err(header);
        for part in parts {
            assert!(message.contains(part), "{header}: {message}");
        }
    }
}

#[test]
fn notes_say_what_was_taken_and_what_looks_like_an_error() {
    let columns =
        columns("Vorname,last_name,emial,Department", Kind::Onboard, &[]).expect("both names are there");
    let notes = columns.notes().join("\n");
    assert!(notes.contains("column D \"Department\" is not used"), "{notes}");
    assert!(notes.contains("A \"Vorname\" is taken as first_name"), "{notes}");
    assert!(notes.contains("did you mean email? then give --map \"emial=email\""), "{notes}");
    assert_eq!(columns.unused(), [2, 3]);
    assert_eq!(columns.name(Field::FirstName), "Vorname");
    assert_eq!(columns.name(Field::Email), "email");
}

#[test]
fn our_own_files_can_be_fed_back() {
    let header =
        "first_name,last_name,sip_password,Portal password,source_row,error_code,user_id,device_status";
    let columns = columns(header, Kind::Onboard, &[]).expect("both names are there");
    assert_eq!(columns.unused(), [3]);
    assert_eq!(columns.secret(), [2, 3]);
    assert_eq!(columns.place(Field::UserId), Some(6));
}

#[test]
fn columns_without_a_header_are_carried_through() {
    let columns = columns("first_name,last_name,,", Kind::Onboard, &[]).expect("both names are there");
    assert_eq!(columns.unused(), [2, 3]);
}

#[test]
fn letters_are_those_of_a_spreadsheet() {
    let shown: Vec<String> = [0, 25, 26, 51, 52, 701, 702].into_iter().map(letters).collect();
    assert_eq!(shown, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

#[test]
fn a_cell_is_there_or_not() {
    let columns = columns("first_name,last_name,email", Kind::Onboard, &[]).expect("both names are there");
    let row = RawRow { cells: ["\u{a0}Asha ", " "].into_iter().collect(), ..RawRow::default() };
    assert_eq!(columns.cell(&row, Field::FirstName), Some("Asha"));
    assert_eq!(columns.cell(&row, Field::LastName), None);
    assert_eq!(columns.cell(&row, Field::Email), None);
    assert_eq!(columns.cell(&row, Field::Role), None);
}

//! A sheet to begin with: the header of a kind and rows that show what the cells hold.
//!
//! Pure. The people are invented: addresses under example.com, numbers from ranges kept for fiction.

use csv::StringRecord;

use crate::row::{Field, Kind};
use crate::validate::Vocabulary;

/// The CSV text of a template; it passes its own validation.
pub fn template(kind: Kind, vocabulary: Vocabulary) -> String {
    let fields: Vec<Field> =
        kind.fields().iter().copied().filter(|field| !vocabulary.has_no_place_for(*field, kind)).collect();
    let header: StringRecord = fields.iter().map(|field| field.name()).collect();
    let rows = examples(kind, vocabulary).into_iter().map(|example| {
        let cell = |field: &Field| example.iter().find(|(of, _)| of == field).map_or("", |(_, text)| *text);
        fields.iter().map(cell).collect::<StringRecord>()
    });
    let lines = std::iter::once(header).chain(rows);
    lines.map(|cells| cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect()
}

/// A cell as CSV writes it.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

type Example = Vec<(Field, &'static str)>;

fn examples(kind: Kind, vocabulary: Vocabulary) -> Vec<Example> {
    match kind {
        Kind::Onboard => wished_users(vocabulary),
        Kind::Update => changes(),
        Kind::Offboard => ends(vocabulary),
        Kind::Restore => vec![vec![(Field::UserId, "USER-ID-FROM-THE-RESULTS")]],
    }
}

fn wished_users(vocabulary: Vocabulary) -> Vec<Example> {
    use Field::*;
    let roles = match vocabulary {
        Vocabulary::Exotel => ["user", "supervisor"],
        Vocabulary::AudianFlat => ["standard", "operator"],
        Vocabulary::AudianKazoo => ["user", "admin"],
    };
    vec![
        vec![
            (FirstName, "Asha"),
            (LastName, "Sharma"),
            (Email, "asha.sharma@example.com"),
            (DeviceContactUri, "+12025550123"),
            (Role, roles[0]),
            (DeviceName, "Desk 12"),
        ],
        vec![
            (FirstName, "Thomas"),
            (LastName, "O'Brien"),
            (Email, "thomas.obrien@example.com"),
            (DeviceContactUri, "+447700900123"),
            (Role, roles[1]),
            (SipPassword, "Change-Me-1"),
        ],
        vec![(FirstName, "Meera"), (LastName, "Iyer"), (DeviceContactUri, "+61491570156")],
    ]
}

fn changes() -> Vec<Example> {
    use Field::*;
    vec![
        vec![
            (Email, "asha.sharma@example.com"),
            (LastName, "Sharma-Rao"),
            (NewDeviceContactUri, "+12025550124"),
        ],
        vec![
            (DeviceContactUri, "+447700900123"),
            (NewEmail, "thomas.obrien@example.com"),
            (Available, "off"),
        ],
        vec![(UserId, "USER-ID-FROM-AN-EXPORT"), (SipPassword, "Change-Me-2"), (Status, "active")],
    ]
}

fn ends(vocabulary: Vocabulary) -> Vec<Example> {
    use Field::*;
    let modes = vocabulary.modes();
    vec![
        vec![
            (Email, "asha.sharma@example.com"),
            (Mode, modes[0].word()),
            (Reason, "left the company"),
            (ReassignTo, "thomas.obrien@example.com"),
        ],
        vec![(DeviceContactUri, "+61491570156"), (Mode, modes[1].word()), (Reason, "on leave, back in June")],
        vec![(UserId, "USER-ID-FROM-AN-EXPORT")],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Columns;
    use crate::row::RawRow;
    use crate::validate::{Checker, Rules};

    const VOCABULARIES: [Vocabulary; 3] =
        [Vocabulary::Exotel, Vocabulary::AudianFlat, Vocabulary::AudianKazoo];

    fn rules(kind: Kind, vocabulary: Vocabulary) -> Rules {
        Rules {
            kind,
            vocabulary,
            strict_names: true,
            default_country: None,
            voip: Some(false),
            archive_supported: true,
            mode: vocabulary.modes()[0],
            reason: None,
            reassign_to: None,
            generate_sip_passwords: false,
        }
    }

    #[test]
    fn every_template_passes_its_own_validation() {
        for vocabulary in VOCABULARIES {
            for kind in [Kind::Onboard, Kind::Update, Kind::Offboard] {
                let text = template(kind, vocabulary);
                let mut reader = csv::Reader::from_reader(text.as_bytes());
                let header = reader.headers().expect("the template has a header").clone();
                let columns = Columns::of(&header, kind, &[]).expect("the header is the sheet's own");
                assert_eq!((columns.notes(), columns.unused()), (Vec::new(), &[][..]));
                assert_eq!(Columns::kind_of(&header), Some(kind), "{text}");
                let checker = Checker::new(columns, rules(kind, vocabulary));
                let rows: Vec<RawRow> = reader
                    .records()
                    .map(|cells| RawRow {
                        cells: cells.expect("every row has its cells"),
                        ..RawRow::default()
                    })
                    .collect();
                assert_eq!(rows.len(), 3, "{text}");
                for row in &rows {
                    let checked = checker.check(row);
                    assert!(checked.request.is_ok(), "{vocabulary:?} {:?} {checked:?}", row.cells);
                    assert!(checked.warnings.iter().all(|warning| warning.code == "device_unverified"));
                }
            }
        }
    }

    #[test]
    fn a_template_has_the_columns_of_its_provider_only() {
        let header = |kind, vocabulary| template(kind, vocabulary).lines().next().map(str::to_owned);
        let exotel = header(Kind::Offboard, Vocabulary::Exotel);
        assert_eq!(exotel.as_deref(), Some("user_id,email,device_contact_uri,mode,devices"));
        let audian = header(Kind::Onboard, Vocabulary::AudianFlat);
        assert_eq!(audian.as_deref(), Some("first_name,last_name,email,device_contact_uri,role"));
        assert!(template(Kind::Offboard, Vocabulary::AudianFlat).contains("\"on leave, back in June\""));
    }
}

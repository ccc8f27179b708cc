//! A sheet to begin with: the header of a kind and rows that show what the cells hold.
//!
//! Pure. The people are invented: addresses under example.com, numbers from ranges kept for fiction.

use csv::StringRecord;

use crate::row::{Field, Kind, Mode};
use crate::validate::Vocabulary;

/// A sheet to begin with; it passes its own validation.
#[derive(Debug)]
pub struct Template {
    kind: Kind,
    vocabulary: Vocabulary,
    fields: Vec<Field>,
}

impl Template {
    /// With the columns that the provider has a place for.
    pub fn new(kind: Kind, vocabulary: Vocabulary) -> Template {
        let has_a_place = |field: &Field| !vocabulary.has_no_place_for(*field, kind);
        let fields = kind.fields().iter().copied().filter(has_a_place).collect();
        Template { kind, vocabulary, fields }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn header(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name())
    }

    /// The example rows.
    pub fn rows(&self) -> impl Iterator<Item = StringRecord> {
        examples(self.kind, self.vocabulary).into_iter().map(|example| {
            let cell =
                |field: &Field| example.iter().find(|(of, _)| of == field).map_or("", |(_, text)| *text);
            self.fields.iter().map(cell).collect()
        })
    }

    /// The columns, from 0, whose cells hold one of few words, each with its words.
    pub fn choices(&self) -> Vec<(usize, Vec<&'static str>)> {
        let words = |field: &Field| match field {
            Field::Role => Some(self.vocabulary.roles().to_vec()),
            Field::Mode => Some(modes(self.vocabulary).map(Mode::word).collect()),
            Field::Available => Some(vec!["on", "off"]),
            Field::Status => Some(vec!["active", "disabled"]),
            _ => None,
        };
        let fields = self.fields.iter().enumerate();
        fields.filter_map(|(place, field)| Some((place, words(field)?))).collect()
    }

    /// The template as CSV.
    pub fn csv(&self) -> String {
        let lines = std::iter::once(self.header().collect()).chain(self.rows());
        lines.map(|cells| cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect()
    }
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
        Kind::Update => changes(vocabulary),
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
        vec![
            (FirstName, "Meera"),
            (LastName, "Iyer"),
            key(vocabulary, "meera.iyer@example.com", "+61491570156"),
        ],
    ]
}

/// What names a person: Audian wants an e-mail of everybody, and its list need not show numbers.
fn key(vocabulary: Vocabulary, email: &'static str, number: &'static str) -> (Field, &'static str) {
    match vocabulary.is_audian() {
        true => (Field::Email, email),
        false => (Field::DeviceContactUri, number),
    }
}

/// The ways to go that every account has; a plain Kazoo keeps no archive.
fn modes(vocabulary: Vocabulary) -> impl Iterator<Item = Mode> {
    let kazoo = vocabulary == Vocabulary::AudianKazoo;
    vocabulary
        .modes()
        .iter()
        .copied()
        .filter(move |mode| !kazoo || matches!(mode, Mode::Delete | Mode::Disable))
}

fn changes(vocabulary: Vocabulary) -> Vec<Example> {
    use Field::*;
    vec![
        vec![
            (Email, "asha.sharma@example.com"),
            (LastName, "Sharma-Rao"),
            (NewDeviceContactUri, "+12025550124"),
        ],
        vec![
            // At Exotel an address can only be set for somebody who has none.
            key(vocabulary, "meera.iyer@example.com", "+61491570156"),
            (NewEmail, if vocabulary.is_audian() { "m.iyer@example.com" } else { "meera.iyer@example.com" }),
        ],
        vec![
            key(vocabulary, "thomas.obrien@example.com", "+447700900123"),
            if vocabulary.is_audian() { (Status, "disabled") } else { (Available, "off") },
        ],
        vec![(UserId, "USER-ID-FROM-AN-EXPORT"), (SipPassword, "Change-Me-2"), (Status, "active")],
    ]
}

fn ends(vocabulary: Vocabulary) -> Vec<Example> {
    use Field::*;
    let words: Vec<&str> = modes(vocabulary).map(crate::row::Mode::word).collect();
    let meera = key(vocabulary, "meera.iyer@example.com", "+61491570156");
    vec![
        vec![
            (Email, "asha.sharma@example.com"),
            (Mode, words[0]),
            (Reason, "left the company"),
            (ReassignTo, "thomas.obrien@example.com"),
        ],
        vec![meera, (Mode, words[1]), (Reason, "on leave, back in June")],
        vec![(UserId, "USER-ID-FROM-AN-EXPORT"), (Mode, words[0])],
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
            workbook: false,
            archive_supported: vocabulary != Vocabulary::AudianKazoo,
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
                let text = Template::new(kind, vocabulary).csv();
                let mut reader = csv::Reader::from_reader(text.as_bytes());
                let header = reader.headers().expect("the template has a header").clone();
                let columns = Columns::of(&header, kind, &[]).expect("the header is the sheet's own");
                assert_eq!((columns.notes(), columns.unused()), (Vec::new(), &[][..]));
                assert_eq!(Columns::kind_of(&header, &[]), Some(kind), "{text}");
                let checker = Checker::new(columns, rules(kind, vocabulary));
                let rows: Vec<RawRow> = reader
                    .records()
                    .map(|cells| RawRow {
                        cells: cells.expect("every row has its cells"),
                        ..RawRow::default()
                    })
                    .collect();
                assert_eq!(rows.len(), if kind == Kind::Update { 4 } else { 3 }, "{text}");
                for row in &rows {
                    let checked = checker.check(row);
                    assert!(checked.request.is_ok(), "{vocabulary:?} {:?} {checked:?}", row.cells);
                    assert!(checked.warnings.iter().all(|warning| *warning == "device_unverified"));
                }
            }
        }
    }

    #[test]
    fn a_template_has_the_columns_of_its_provider_only() {
        let text = |kind, vocabulary| Template::new(kind, vocabulary).csv();
        let header = |kind, vocabulary| text(kind, vocabulary).lines().next().map(str::to_owned);
        let exotel = header(Kind::Offboard, Vocabulary::Exotel);
        assert_eq!(exotel.as_deref(), Some("user_id,email,device_contact_uri,mode,devices"));
        let audian = header(Kind::Onboard, Vocabulary::AudianFlat);
        assert_eq!(audian.as_deref(), Some("first_name,last_name,email,device_contact_uri,role"));
        assert!(text(Kind::Offboard, Vocabulary::AudianFlat).contains("\"on leave, back in June\""));
    }

    #[test]
    fn every_word_to_choose_passes_the_rules() {
        for vocabulary in VOCABULARIES {
            for kind in [Kind::Onboard, Kind::Update, Kind::Offboard] {
                let template = Template::new(kind, vocabulary);
                let header: StringRecord = template.header().collect();
                let columns = Columns::of(&header, kind, &[]).expect("the header is the sheet's own");
                let checker = Checker::new(columns, rules(kind, vocabulary));
                let example = template.rows().next().expect("there are examples");
                for (place, words) in template.choices() {
                    assert!(words.len() > 1, "{kind:?} {vocabulary:?}");
                    for word in words {
                        let mut cells: Vec<&str> = example.iter().collect();
                        cells[place] = word;
                        let row = RawRow { cells: StringRecord::from(cells), ..RawRow::default() };
                        let checked = checker.check(&row);
                        assert!(checked.request.is_ok(), "{vocabulary:?} {word} {checked:?}");
                    }
                }
            }
        }
    }
}

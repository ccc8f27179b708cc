//! What became of the rows, from the run's result file.
//!
//! Pure over a reader; one row at a time.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NoStatus, StrDeserializer};

use super::mask;
use crate::columns::{Columns, Mapping};
use crate::explain::Groups;
use crate::journal::Header;
use crate::outcome::{Status, Tally};
use crate::row::{Field, Kind, RawRow};
use crate::table::unguarded;

/// How many rows the page lists one by one.
const LISTED: usize = 500;

/// What became of the rows.
#[derive(Debug, Default)]
pub struct RowsTold {
    pub tally: Tally,
    pub troubles: Groups,
    /// The first rows that need a hand; rows that were not attempted merely need the run to go on.
    pub hands: Vec<Hand>,
    /// All rows that need a hand.
    pub needing: u64,
}

/// A row that needs a hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Hand {
    pub source_row: u64,
    pub status: Status,
    /// Who is meant, masked unless asked otherwise.
    pub who: String,
    pub codes: Vec<String>,
    /// Empty unless personal data is shown.
    pub message: String,
}

/// Reads a result file as a run writes it.
pub fn rows_told(results: impl Read, header: &Header, shows_personal: bool) -> Result<RowsTold, csv::Error> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(results);
    let places = Places::of(reader.headers()?, header);
    let mut told = RowsTold::default();
    let mut row = RawRow::default();
    while reader.read_record(&mut row.cells)? {
        let Some(status) = places.status(&row.cells) else { continue };
        let source_row = places.text(&row.cells, places.source_row).parse().unwrap_or_default();
        let codes: Vec<String> = places.codes(&row.cells);
        told.tally.add(status);
        codes.iter().for_each(|code| told.troubles.add(code, source_row));
        if status.reached() || status == Status::NotAttempted {
            continue;
        }
        told.needing += 1;
        if told.hands.len() < LISTED {
            let who = places.who(&row, shows_personal);
            let message = match shows_personal {
                true => places.text(&row.cells, places.message),
                false => String::new(),
            };
            told.hands.push(Hand { source_row, status, who, codes, message });
        }
    }
    Ok(told)
}

/// Where the columns are that the page needs.
struct Places {
    columns: Option<Columns>,
    source_row: Option<usize>,
    status: Option<usize>,
    code: Option<usize>,
    message: Option<usize>,
}

impl Places {
    fn of(names: &StringRecord, header: &Header) -> Places {
        // Our own columns stand behind the input's.
        let place =
            |name: &str| names.iter().enumerate().filter(|(_, at)| *at == name).last().map(|(at, _)| at);
        Places {
            columns: columns_of(names, header),
            source_row: place("source_row"),
            status: place("result_status"),
            code: place("error_code"),
            message: place("error_message"),
        }
    }

    fn text(&self, cells: &StringRecord, place: Option<usize>) -> String {
        place.and_then(|place| cells.get(place)).map(|cell| unguarded(cell).into_owned()).unwrap_or_default()
    }

    fn status(&self, cells: &StringRecord) -> Option<Status> {
        let word = cells.get(self.status?)?;
        let word: StrDeserializer<'_, NoStatus> = word.into_deserializer();
        Status::deserialize(word).ok()
    }

    fn codes(&self, cells: &StringRecord) -> Vec<String> {
        let codes = self.text(cells, self.code);
        codes.split("; ").filter(|code| !code.is_empty()).map(String::from).collect()
    }

    fn who(&self, row: &RawRow, shows_personal: bool) -> String {
        let Some(columns) = &self.columns else { return String::new() };
        let cell =
            |field| columns.cell(row, field).map(|cell| unguarded(cell).into_owned()).unwrap_or_default();
        let (first_name, last_name) = (cell(Field::FirstName), cell(Field::LastName));
        let (email, number, id) = (cell(Field::Email), cell(Field::DeviceContactUri), cell(Field::UserId));
        let mut parts = match shows_personal {
            true => vec![format!("{first_name} {last_name}").trim().to_string(), email, number],
            false => vec![
                mask::name(&first_name, &last_name),
                if email.is_empty() { email } else { mask::email(&email) },
                mask::number(&number),
            ],
        };
        parts.retain(|part| !part.is_empty());
        if parts.is_empty() && !id.is_empty() {
            parts.push(format!("id {}", if shows_personal { id } else { mask::id(&id) }));
        }
        parts.join(" · ")
    }
}

/// The columns by field, as the run read them; without them nobody is named.
fn columns_of(names: &StringRecord, header: &Header) -> Option<Columns> {
    let kind = Kind::of_word(&header.command)?;
    let mapped = header.options.get("map").map(String::as_str).unwrap_or_default();
    let mappings: Vec<Mapping> = mapped.lines().filter_map(|line| Mapping::parse(line).ok()).collect();
    Columns::of(names, kind, &mappings).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULTS: &str = "Vorname,last_name,email,device_contact_uri,source_row,result_status,error_code,error_message\r\n\
        Asha,Rao,asha@example.com,+919845000001,2,created,,\r\n\
        Ben,Iyer,ben@example.com,+919845000002,3,failed,1021,\"taken by Carla Diaz (id u9)\"\r\n\
        Dev,Jain,dev.example.com,,4,invalid,email_invalid; phone_missing,\"dev.example.com has no @; no number\"\r\n";

    fn header() -> Header {
        Header { command: "onboard".into(), ..Header::default() }
    }

    #[test]
    fn rows_that_need_a_hand_are_told_without_names() {
        let told = rows_told(RESULTS.as_bytes(), &header(), false).expect("it is a table");
        assert_eq!((told.tally.total(), told.needing), (3, 2));
        assert_eq!(told.hands[0].who, "B. I. · b***@example.com · +91********02");
        assert_eq!(told.hands[0].codes, ["1021"]);
        assert_eq!(told.hands[1].codes, ["email_invalid", "phone_missing"]);
        assert!(told.hands.iter().all(|hand| hand.message.is_empty()));
        assert!(!format!("{told:?}").contains("Carla") && !format!("{told:?}").contains("dev."));
    }

    #[test]
    fn names_and_messages_are_there_when_asked_for() {
        let told = rows_told(RESULTS.as_bytes(), &header(), true).expect("it is a table");
        assert_eq!(told.hands[0].who, "Ben Iyer · ben@example.com · +919845000002");
        assert_eq!(told.hands[0].message, "taken by Carla Diaz (id u9)");
    }

    #[test]
    fn a_leaver_by_id_alone_is_named_by_a_part_of_it() {
        let results = "user_id,source_row,result_status,error_code,error_message\n0123456789,2,failed,user_not_found,x\n";
        let header = Header { command: "offboard".into(), ..Header::default() };
        let told = rows_told(results.as_bytes(), &header, false).expect("it is a table");
        assert_eq!(told.hands[0].who, "id 0123…");
    }
}

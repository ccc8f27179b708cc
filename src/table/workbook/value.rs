//! The text of a cell, at full precision and without what a format made of it.
//!
//! Pure.

use calamine::{Data, ExcelDateTime};

use super::super::Refusal;
use super::address;

/// The text of a value; a formula whose result was not saved has none.
pub fn text(place: (u32, u32), value: Data, formula: bool) -> Result<String, Refusal> {
    Ok(match value {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
        Data::Int(number) => number.to_string(),
        // Written out by Rust a float has as many digits as it needs and never an exponent.
        Data::Float(number) => if number == 0.0 { 0.0 } else { number }.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(date) => date_text(&date),
        // Where the cell counts, its row is refused; a column that nobody uses may hold what it likes.
        Data::Error(error) => error.to_string(),
        Data::Empty if formula => return Err(unsaved(place)),
        Data::Empty => String::new(),
    })
}

/// A formula without a result.
pub fn unsaved(place: (u32, u32)) -> Refusal {
    Refusal(format!(
        "cell {} holds a formula whose result was not saved; open the workbook in a spreadsheet, save it, and try again",
        address(place)
    ))
}

fn date_text(date: &ExcelDateTime) -> String {
    let days = date.as_f64();
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let date_part = format!("{year:04}-{month:02}-{day:02}");
    let time_part = format!("{hour:02}:{minute:02}:{second:02}");
    match () {
        () if date.is_duration() => {
            let seconds = (days * 86_400.0).round() as i64;
            format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        () if (0.0..1.0).contains(&days) => time_part,
        () if days.fract() == 0.0 => date_part,
        () => format!("{date_part}T{time_part}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    fn date(days: f64, kind: ExcelDateTimeType) -> Data {
        Data::DateTime(ExcelDateTime::new(days, kind, false))
    }

    #[test]
    fn a_value_is_written_out() {
        use ExcelDateTimeType::{DateTime, TimeDelta};
        for (value, wanted) in [
            (Data::String("+919876543210".into()), "+919876543210"),
            (Data::Float(9.19876543210e11), "919876543210"),
            (Data::Float(1e21), "1000000000000000000000"),
            (Data::Float(0.5), "0.5"),
            (Data::Float(-0.0), "0"),
            (Data::Int(-7), "-7"),
            (Data::Bool(true), "true"),
            (Data::Empty, ""),
            (date(45943.0, DateTime), "2025-10-13"),
            (date(45943.5, DateTime), "2025-10-13T12:00:00"),
            (date(0.75, DateTime), "18:00:00"),
            (date(1.25, TimeDelta), "30:00:00"),
        ] {
            assert_eq!(text((0, 0), value.clone(), false).as_deref(), Ok(wanted), "{value:?}");
        }
    }

    #[test]
    fn a_cell_without_a_value_is_named() {
        assert_eq!(text((6, 1), Data::Error(CellErrorType::NA), false).as_deref(), Ok("#N/A"));
        let refusal = text((0, 27), Data::Empty, true).expect_err("no result");
        assert!(refusal.0.starts_with("cell AB1 holds a formula"), "{refusal}");
    }
}

//! A problem as a picture: the row with its cell marked.
//!
//! Pure. A password is never drawn, not even from a ragged row whose cells have moved.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::problems::place_of;
use crate::columns::{Columns, trimmed, visible};
use crate::row::{Problem, RawRow};

const BETWEEN: &str = " │ ";
/// How wide a marked cell and its neighbours may be, from the first choice to the last.
const WIDTHS: [(usize, usize); 4] = [(40, 40), (40, 16), (24, 8), (12, 4)];

/// Draws a problem of a row for a terminal of so many columns.
pub fn picture(file: &str, columns: &Columns, row: &RawRow, problem: &Problem, width: usize) -> String {
    let place = problem.field.and_then(|field| columns.place(field)).filter(|place| *place < row.cells.len());
    // The row's number stands before the line, with a rule behind it.
    let room = width.saturating_sub(row.source_row.to_string().len() + 4);
    let strip = Strip::of(&shown_cells(columns, row, place), place, room);
    let place = format!("{file}: row {}{}", row.source_row, place_of(columns, problem));
    let source = Snippet::source(strip.line.as_str())
        .line_start(usize::try_from(row.source_row).unwrap_or(usize::MAX))
        .annotation(AnnotationKind::Primary.span(strip.marked));
    let title = Level::ERROR.primary_title(place.as_str()).id(problem.code);
    let message = Level::HELP.no_name().message(problem.message.as_str());
    Renderer::styled().term_width(width.max(20)).render(&[title.element(source).element(message)])
}

/// The cells as they may be seen.
fn shown_cells(columns: &Columns, row: &RawRow, marked: Option<usize>) -> Vec<String> {
    let moved = columns.header().len().abs_diff(row.cells.len());
    let is_secret = |place: usize| columns.secret().iter().any(|secret| secret.abs_diff(place) <= moved);
    let shown = |(place, cell): (usize, &str)| match trimmed(cell) {
        "" if marked == Some(place) => "(blank)".to_owned(),
        "" => String::new(),
        _ if is_secret(place) => "[secret]".to_owned(),
        text => visible(text),
    };
    row.cells.iter().enumerate().map(shown).collect()
}

/// A row on one line, with the part that is marked.
struct Strip {
    line: String,
    marked: Range<usize>,
}

impl Strip {
    /// The whole row where it has room, else the marked cell with its two neighbours.
    fn of(cells: &[String], marked: Option<usize>, room: usize) -> Strip {
        let Some(place) = marked else { return Strip::whole(cells, room) };
        let near = place.saturating_sub(1)..(place + 2).min(cells.len());
        let all = Strip::laid(cells, 0..cells.len(), place, WIDTHS[0]);
        let cut = WIDTHS.into_iter().map(|widths| Strip::laid(cells, near.clone(), place, widths));
        let strips: Vec<Strip> = std::iter::once(all).chain(cut).collect();
        let fitting = strips.iter().position(|strip| strip.line.width() <= room);
        let chosen = fitting.unwrap_or(strips.len() - 1);
        strips.into_iter().nth(chosen).unwrap_or_else(|| Strip { line: String::new(), marked: 0..0 })
    }

    /// The row as far as it has room, marked from end to end.
    fn whole(cells: &[String], room: usize) -> Strip {
        let cells: Vec<String> = cells.iter().map(|cell| cut(cell, WIDTHS[0].0)).collect();
        let line = cut(&cells.join(BETWEEN), room);
        let line = if line.trim().is_empty() { "(blank)".to_owned() } else { line };
        Strip { marked: 0..line.len(), line }
    }

    fn laid(cells: &[String], range: Range<usize>, place: usize, widths: (usize, usize)) -> Strip {
        let mut strip = Strip { line: String::new(), marked: 0..0 };
        if range.start > 0 {
            strip.line += &format!("…{BETWEEN}");
        }
        for at in range.clone() {
            if at > range.start {
                strip.line += BETWEEN;
            }
            let start = strip.line.len();
            strip.line += &cut(&cells[at], if at == place { widths.0 } else { widths.1 });
            if at == place {
                strip.marked = start..strip.line.len();
            }
        }
        if range.end < cells.len() {
            strip.line += &format!("{BETWEEN}…");
        }
        strip
    }
}

/// The text, not wider than this; what is cut off shows as `…`.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |sign: &char| {
        let wide = sign.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use csv::StringRecord;

    use super::*;
    use crate::row::{Field, Kind};

    const HEADER: [&str; 7] =
        ["first_name", "last_name", "email", "device_contact_uri", "role", "sip_password", "note"];

    /// The picture without its colours.
    fn drawn(cells: &[&str], field: Option<Field>, width: usize) -> String {
        let columns =
            Columns::of(&StringRecord::from(HEADER.to_vec()), Kind::Onboard, &[]).expect("our names");
        let row = RawRow { index: 2, source_row: 4, cells: StringRecord::from(cells.to_vec()) };
        let problem = Problem { code: "a_code", field, message: "it is wrong; write it right".into() };
        anstream::adapter::strip_str(&picture("staff.csv", &columns, &row, &problem, width)).to_string()
    }

    const ROW: [&str; 7] =
        ["Meera", "Nair", "meera.nair@example.com", "919845012303", "user", "Geheim-Wort-1", "from Kochi"];

    #[test]
    fn the_cell_is_marked_in_its_row() {
        assert_eq!(
            drawn(&ROW, Some(Field::DeviceContactUri), 100),
            "\
error[a_code]: staff.csv: row 4, column D (device_contact_uri)
  |
4 | Meera │ Nair │ meera.nair@example.com │ 919845012303 │ user │ [secret] │ from Kochi
  |                                         ^^^^^^^^^^^^
  |
  = it is wrong; write it right"
        );
    }

    #[test]
    fn a_long_row_is_cut_to_the_cell_and_its_neighbours() {
        let told = drawn(&ROW, Some(Field::DeviceContactUri), 52);
        assert!(told.contains("4 | … │ meera.nair@exam… │ 919845012303 │ user │ …\n"), "{told}");
        let told = drawn(&ROW, Some(Field::FirstName), 40);
        assert!(told.contains("4 | Meera │ Nair │ …\n  | ^^^^^"), "{told}");
        for width in [20, 24, 30, 40, 60, 79] {
            for field in [Field::FirstName, Field::DeviceContactUri, Field::SipPassword] {
                let told = drawn(&ROW, Some(field), width);
                let line = told.lines().nth(2).expect("the row");
                assert!(line.width() <= width.max(36), "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_password_is_never_drawn() {
        let told = drawn(&ROW, Some(Field::SipPassword), 100);
        assert!(told.contains("│ [secret] │") && !told.contains("Geheim"), "{told}");
        for ragged in [&ROW[1..], &[&ROW[..5], &["Geheim", "Wort-1"]].concat(), &[&ROW[..], &["x"]].concat()]
        {
            let told = drawn(ragged, None, 200);
            assert!(!told.contains("Geheim") && (ragged.len() == 7 || told.contains("[secret]")), "{told}");
        }
    }

    #[test]
    fn wide_unseen_and_missing_signs_keep_their_place() {
        let cells = ["李小龍", "Nair", "a\u{200b}@x.io", "", "user", "", "two\nlines"];
        let told = drawn(&cells, Some(Field::Email), 100);
        assert!(told.contains("李小龍 │ Nair │ a\\u{200b}@x.io │"), "{told}");
        assert!(told.contains("\n  |                 ^^^^^^^^^^^^^^\n"), "{told}");
        assert!(told.contains("two\\u{a}lines"), "{told}");
        let told = drawn(&cells, Some(Field::DeviceContactUri), 100);
        assert!(told.contains("│ (blank) │ user"), "{told}");
    }

    #[test]
    fn a_row_without_one_wrong_cell_is_marked_whole() {
        let told = drawn(&["Meera", "Nair", "", "", "user", ""], None, 100);
        assert!(told.contains("4 | Meera │ Nair │  │  │ [secret] │ \n  | ^^^^^^^^^^^^"), "{told}");
        assert!(told.contains("staff.csv: row 4\n"), "{told}");
        assert!(drawn(&[""], None, 100).contains("(blank)"));
    }
}

//! Lines that break between words where a terminal would break them anywhere.
//!
//! Pure; the width is given in. Wide characters take two columns, colours none.

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

/// The words in lines of at most `width` columns, later lines with `indent` before them.
///
/// A longer word keeps a line for itself. The first line begins as it is given.
pub fn wrapped(words: &str, width: usize, indent: &str) -> String {
    let (mut text, mut line) = (String::new(), String::new());
    for word in words.split(' ') {
        if !line.trim().is_empty() && columns(&line) + columns(word) > width {
            text += line.trim_end();
            text += "\n";
            line = indent.to_string();
        }
        line += word;
        line.push(' ');
    }
    text + line.trim_end()
}

/// A message as it fits; a command in it, which is there to be copied, stays in one piece.
pub(super) fn fitted(line: &str, width: usize) -> String {
    if columns(line) <= width {
        return line.to_string();
    }
    let Some(begin) = line.find("callroster ") else { return wrapped(line, width, "  ") };
    let length = line[begin..].find(['`', ';', ',']).unwrap_or(line.len() - begin);
    let command = &line[begin..begin + length];
    // A no-break blank is as wide as a blank and no place to break.
    let whole = line.replacen(command, &command.replace(' ', "\u{a0}"), 1);
    wrapped(&whole, width, "  ").replace('\u{a0}', " ")
}

fn columns(text: &str) -> usize {
    strip_str(text).to_string().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        for (words, width, expected) in [
            ("a short line", 20, "a short line"),
            ("three words here", 11, "three words\n  here"),
            ("code  2 rows (3, 4): mend", 14, "code  2 rows\n  (3, 4): mend"),
            ("averyveryverylongword and more", 10, "averyveryverylongword\n  and more"),
            ("電話 電話 電話", 10, "電話 電話\n  電話"),
            ("\u{1b}[1merror:\u{1b}[0m wrong", 12, "\u{1b}[1merror:\u{1b}[0m wrong"),
        ] {
            assert_eq!(wrapped(words, width, "  "), expected, "{words}");
        }
    }

    #[test]
    fn what_is_to_be_copied_stays_whole() {
        let line = "to go on: callroster resume 20261120T100000Z-abcdef";
        assert_eq!(fitted(line, 20), "to go on:\n  callroster resume 20261120T100000Z-abcdef");
        assert_eq!(
            fitted("a list: `callroster runs` has all", 18),
            "a list:\n  `callroster runs`\n  has all"
        );
        assert_eq!(fitted("one two three", 8), "one two\n  three");
    }
}

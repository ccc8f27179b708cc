//! Files that are no sheets at all, known by how they begin.
//!
//! Pure.

use super::Refusal;

/// Refuses a file whose first bytes say that it is something else.
pub fn refuse(head: &[u8]) -> Result<(), Refusal> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let what = match text {
        [] if head.is_empty() => return Err(Refusal("it is empty; line 1 must name the columns".into())),
        [b'<', ..] => {
            let what = "it is a web page or XML, whatever its name says";
            return Err(Refusal(format!("{what}; open it in a spreadsheet and save it as CSV UTF-8")));
        }
        [0x1f, 0x8b, ..] => return Err(Refusal("it is packed with gzip; unpack it first".into())),
        [b'%', b'P', b'D', b'F', ..] => "it is a PDF",
        [b'{', b'\\', b'r', b't', b'f', ..] => "it is a text document (RTF)",
        [b'{', ..] => "it is JSON",
        [b'[', rest @ ..] if rest.trim_ascii_start().starts_with(b"{") => "it is JSON",
        _ => return Ok(()),
    };
    Err(Refusal(format!("{what} and no sheet; ask for the sheet it was made from, as .xlsx or as CSV UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_told_by_their_start() {
        for (head, words) in [
            (&b""[..], "it is empty"),
            (b"\xef\xbb\xbf\n<html>", "it is a web page"),
            (b"%PDF-1.7", "it is a PDF"),
            (b"{\"users\": []}", "it is JSON"),
            (b"[\n  {\"email\": 1}]", "it is JSON"),
            (b"{\\rtf1\\ansi", "it is a text document"),
            (b"\x1f\x8b\x08", "it is packed"),
        ] {
            assert!(refuse(head).expect_err(words).0.starts_with(words));
        }
        for head in [&b"name\n"[..], b"\n", b"\xef\xbb\xbf", b"PK\x03\x04", b"[name]\n"] {
            assert_eq!(refuse(head), Ok(()), "{head:?}");
        }
    }
}

//! Texts as parts of an address: path segments and query values.
//!
//! Pure. Whatever a text holds, it never names another place than it stands for.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in a path segment or a query value as it is (RFC 3986, "unreserved").
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value in a query.
pub(super) fn value(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// One segment of a path.
///
/// An empty one or dots alone would make the path of something else, the whole collection
/// even; they go as a name that nobody has.
pub(super) fn segment(text: &str) -> String {
    match text {
        "" => "-".into(),
        "." | ".." => text.replace('.', "%252E"),
        _ => value(text),
    }
}

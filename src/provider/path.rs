//! Texts as parts of an address: path segments and query values.
//!
//! Pure. Whatever a text holds, it never names another place than it stands for.

use percent_encoding::utf8_percent_encode;

use crate::secret::UNRESERVED;

/// A value in a query.
pub(super) fn value(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
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

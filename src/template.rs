//! (being written)

use crate::row::Kind;
use crate::validate::Vocabulary;

pub fn template(_kind: Kind, _vocabulary: Vocabulary) -> String {
    String::new()
}

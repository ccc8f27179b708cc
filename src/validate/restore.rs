//! A row of a restore sheet: the id of an archived user, and nothing else.
//!
//! Pure. Only ids name the archived: lists need not show them, and e-mails may be in use again.

use super::cells::Cells;
use crate::row::Field;

/// The id that the row names; blank beside a problem.
pub(super) fn draft<'a>(cells: &mut Cells<'a, '_>) -> &'a str {
    if cells.text(Field::UserId).is_none() {
        cells.problem("identity_missing", Field::UserId, || {
            "the row names nobody; fill user_id, as the results of the archiving show it".to_owned()
        });
    }
    cells.id(Field::UserId).unwrap_or_default()
}

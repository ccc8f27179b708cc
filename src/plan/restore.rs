//! How an archived user comes back.
//!
//! Pure. Whoever is surely not archived is there already; all others are the provider's to judge.

use super::{Step, Verdict};
use crate::outcome::Status;
use crate::roster::User;

pub(super) fn verdict(user: &User) -> Verdict {
    if user.status == "active" {
        return Verdict::unchanged(user);
    }
    Verdict::go(Status::Restored, Some(user.clone()), vec![Step::EnsureRestored])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_may_be_archived_is_restored() {
        for (status, expected) in [
            ("archived", Status::Restored),
            ("disabled", Status::Restored),
            ("", Status::Restored),
            ("active", Status::Unchanged),
        ] {
            let user = User { id: "u1".into(), status: status.into(), ..User::default() };
            assert_eq!(verdict(&user).status(), expected, "{status}");
        }
    }
}

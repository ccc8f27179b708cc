//! Which users an export is to hold: what the provider is asked for, and what is sorted out here.
//!
//! Pure. Filters narrow one another: a user must pass all that are given.

use super::layout::{Column, Shape};
use crate::provider::{Facts, Filter, Listing, OddRows, Paging};
use crate::roster::User;

/// What is to be exported, and how it is to look.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportWish {
    pub shape: Shape,
    /// Only users with one of these e-mails; empty for all.
    pub emails: Vec<String>,
    /// Only users with a device of one of these addresses; empty for all.
    pub contact_uris: Vec<String>,
    /// Only users of one of these roles; empty for all.
    pub roles: Vec<String>,
}

impl ExportWish {
    /// All users.
    pub fn all(shape: Shape) -> ExportWish {
        ExportWish { shape, emails: Vec::new(), contact_uris: Vec::new(), roles: Vec::new() }
    }

    /// Whether a filter means a device and no number.
    pub fn seeks_device(&self) -> bool {
        self.contact_uris
            .iter()
            .any(|uri| uri.trim().get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:")))
    }

    /// The lists that together bring every wished user; one value after the other fills them.
    pub fn filters(&self, facts: &Facts) -> Vec<Filter> {
        // A filter that takes one value, or none at all, is worth less than a walk.
        if facts.paging == Paging::Key {
            return vec![Filter::All];
        }
        match (self.emails.is_empty(), self.contact_uris.is_empty()) {
            (true, true) => vec![Filter::All],
            (true, false) => Filter::by_contacts(trimmed(&self.contact_uris), facts),
            (false, _) => Filter::by_emails(trimmed(&self.emails), facts),
        }
    }

    /// A page of one of the lists; what no column shows is not asked for.
    pub fn listing(&self, filter: Filter, offset: u64, limit: u32) -> Listing {
        let (active_call, last_login) = (Column::ActiveCall, Column::LastLogin);
        Listing {
            filter,
            start: None,
            offset,
            limit,
            active_call: self.shape.has(active_call),
            last_login: self.shape.has(last_login),
            odd_rows: OddRows::Fail,
        }
    }

    /// Whether a user whom the provider showed passes all filters: the provider may ignore those that it was given.
    pub fn keeps(&self, user: &User, facts: &Facts) -> bool {
        let role =
            self.roles.is_empty() || self.roles.iter().any(|role| role.eq_ignore_ascii_case(&user.role));
        let email = self.emails.is_empty()
            || self.emails.iter().any(|email| email.trim().eq_ignore_ascii_case(&user.email));
        // Whose devices are not shown was found by them, or is left out by a walk.
        let unshown = user.devices.is_none() && facts.paging == Paging::Offset && self.emails.is_empty();
        let contact = self.contact_uris.is_empty()
            || unshown
            || self.contact_uris.iter().any(|contact_uri| user.may_answer_to(contact_uri.trim()));
        role && email && contact
    }
}

fn trimmed(values: &[String]) -> impl Iterator<Item = String> {
    values.iter().map(|value| value.trim().to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::export::layout::Layout;
    use crate::roster::Device;

    fn wish(emails: &[&str], contact_uris: &[&str], roles: &[&str]) -> ExportWish {
        let owned = |values: &[&str]| values.iter().map(|value| value.to_string()).collect();
        ExportWish {
            emails: owned(emails),
            contact_uris: owned(contact_uris),
            roles: owned(roles),
            ..ExportWish::all(Shape::new(Layout::User, None).unwrap())
        }
    }

    fn facts(page: u32, longest_filter: usize) -> Facts {
        Facts {
            page,
            longest_filter,
            paging: crate::provider::Paging::Offset,
            enforces_keys: true,
            settle: Duration::ZERO,
            notes_numbers: false,
            forbids_rows: true,
            modes: &[],
        }
    }

    #[test]
    fn the_provider_is_asked_for_what_it_can_filter() {
        let facts = facts(50, 1000);
        assert_eq!(wish(&[], &[], &["admin"]).filters(&facts), [Filter::All]);
        let emails = Filter::Emails(vec!["a@x.com".into(), "A@x.com".into(), "b@x.com".into()]);
        assert_eq!(wish(&["A@x.com", "b@x.com", "a@x.com"], &["+1"], &[]).filters(&facts), [emails]);
        let contacts = Filter::Contacts(vec!["+1".into(), "sip:a".into()]);
        assert_eq!(wish(&[], &["+1", "sip:a", " +1"], &[]).filters(&facts), [contacts]);
    }

    #[test]
    fn the_rest_is_sorted_out_here() {
        let device = Device { contact_uri: "sip:Anna".into(), ..Device::default() };
        let devices = Some(vec![device]);
        let user = User { email: "A@x.com".into(), role: "Admin".into(), devices, ..User::default() };
        for (wish, expected) in [
            (wish(&[], &[], &[]), true),
            (wish(&[], &[], &["user", "admin"]), true),
            (wish(&[], &[], &["supervisor"]), false),
            (wish(&["a@x.com"], &["sip:anna"], &[]), true),
            (wish(&["a@x.com"], &["+15550100"], &[]), false),
            (wish(&["b@x.com"], &[], &[]), false),
            // The provider was asked for the number, and may have ignored it, or write it another way.
            (wish(&[], &["+15550100"], &[]), false),
            (wish(&[], &["sip:anna@voip.example.com"], &[]), true),
        ] {
            assert_eq!(wish.keeps(&user, &facts(50, 1000)), expected, "{wish:?}");
        }
    }

    #[test]
    fn what_no_column_shows_is_not_asked_for() {
        let asked = |columns| {
            let shape = Shape::new(Layout::User, columns).unwrap();
            let listing = ExportWish::all(shape).listing(Filter::All, 100, 50);
            assert_eq!((listing.offset, listing.limit), (100, 50));
            (listing.active_call, listing.last_login)
        };
        assert_eq!(asked(None), (true, true));
        assert_eq!(asked(Some("user_id,last_login")), (false, true));
        assert_eq!(asked(Some("user_id,email")), (false, false));
    }
}

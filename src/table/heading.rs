//! Names of columns as they are compared: without regard to case, with blanks, hyphens and underscores
//! alike.
//!
//! Pure.

use super::blanks::{is_blank, trimmed};

/// Headings of sheets that callroster reads or writes, as [`normalised`] gives them.
///
/// They are evidence of how a file is to be read, and nothing else: the meaning of a column is not here.
pub const KNOWN_HEADINGS: [&str; 36] = [
    "first_name",
    "last_name",
    "email",
    "device_contact_uri",
    "phone",
    "role",
    "device_name",
    "sip_password",
    "user_id",
    "device_id",
    "new_email",
    "new_device_contact_uri",
    "available",
    "status",
    "mode",
    "reason",
    "reassign_to",
    "devices",
    "source_row",
    "result_status",
    "error_code",
    "error_message",
    "device_ids",
    "sip_contact_uri",
    "run_id",
    "email_verified",
    "device_verified",
    "device_available",
    "device_status",
    "device_type",
    "date_created",
    "date_updated",
    "last_login",
    "active_call",
    "username",
    "deleted_at",
];

/// A header text as it is compared: lower case, no blanks around, `_` for blanks, hyphens and underscores.
pub fn normalised(header: &str) -> String {
    let mut name = String::with_capacity(header.len());
    for character in trimmed(header).chars() {
        let gap = is_blank(character) || "-_\u{2010}\u{2011}\u{2013}".contains(character);
        if !gap {
            name.extend(character.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    // HR forms mark what is mandatory with a star, and some end a header with a colon.
    let end = name.trim_end_matches(['*', ':', '_']).len();
    name.truncate(end);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_hyphens_and_case_do_not_matter() {
        for heading in ["First Name", " first_name ", "FIRST-NAME", "first\u{a0}name", "First  Name"] {
            assert_eq!(normalised(heading), "first_name");
        }
        assert_eq!(normalised("firstname"), "firstname");
        assert_eq!(normalised(" "), "");
    }
}

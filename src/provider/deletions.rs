//! The provider's log of deletions: one page of it, and what one entry says (docs.audian.com, deletion audit).
//!
//! Pure. The form of the answer is not documented, so neither the order of the entries nor that of a flag is relied on.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// One entry: its fields by name, as text.
pub type Deletion = BTreeMap<String, String>;

/// One page of the log.
#[derive(Debug, Clone, Default)]
pub struct DeletionPage {
    pub deletions: Vec<Deletion>,
    pub next: Option<String>,
}

/// Whether an entry is about a later deletion than one that the log listed before it. Where the moments do not tell, what is
/// listed last counts.
pub fn is_newer(deletion: &Deletion, before: &Deletion) -> bool {
    let at = |deletion: &Deletion| deletion.get("deleted_at")?.parse::<Timestamp>().ok();
    match (at(deletion), at(before)) {
        (Some(this), Some(other)) => this >= other,
        _ => true,
    }
}

/// Whether the user was archived, as far as the entry tells.
pub fn says_archived(deletion: &Deletion) -> Option<bool> {
    deletion.get("archived")?.trim().to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_deletion_counts_whatever_the_order_of_the_log() {
        let entry = |at: &str, archived: &str| {
            Deletion::from([("deleted_at".into(), at.into()), ("archived".into(), archived.into())])
        };
        let (old, new) = (entry("2026-01-02T00:00:00Z", "False"), entry("2026-11-02T00:00:00Z", "true"));
        assert!(is_newer(&new, &old) && !is_newer(&old, &new));
        assert!(is_newer(&entry("yesterday", "true"), &new), "listed later");
        let told = [&old, &new, &entry("", "yes"), &Deletion::new()].map(says_archived);
        assert_eq!(told, [Some(false), Some(true), None, None]);
    }
}

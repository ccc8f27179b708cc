//! E-mail addresses as mail programs copy them.
//!
//! Pure.

use super::{Damage, Step};
use crate::columns::trimmed;
use crate::validate::is_email;

/// The next thing to do about an e-mail address.
pub(super) fn step(text: &str) -> Option<Step> {
    let linked = text.get(..7).filter(|start| start.eq_ignore_ascii_case("mailto:")).map(|_| &text[7..]);
    let within = text.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    for (found, damage) in [(linked, Damage::MailtoPrefix), (within, Damage::DisplayName)] {
        // The outer wrapping goes first, and only where an address comes out in the end.
        if let Some(inner) = found.map(trimmed).filter(|inner| is_email(inner) || step(inner).is_some()) {
            return Some(Step::Mend(damage, inner.to_owned()));
        }
    }
    let (local, domain) = text.rsplit_once('@')?;
    let lowered = domain.to_ascii_lowercase();
    (lowered != domain && is_email(text))
        .then(|| Step::Mend(Damage::UpperCaseDomain, format!("{local}@{lowered}")))
}

//! Lists of e-mails and numbers cut into filters, each for no more people than a page shows.
//!
//! Pure. Every look-up by value goes this way, whether it is made before a run, after a lost answer or for an export.

use std::collections::HashSet;

use super::{Facts, Filter, Paging};

impl Filter {
    /// Filters for all who have one of the e-mails, asked for as they came and in lower case: providers do not say
    /// whether their filter minds case.
    pub fn by_emails(emails: impl IntoIterator<Item = String>, facts: &Facts) -> Vec<Filter> {
        let cases = emails.into_iter().map(|email| vec![email.to_lowercase(), email]);
        let lists = batches(cases, facts).into_iter();
        match facts.paging {
            Paging::Offset => lists.map(Filter::Emails).collect(),
            // A filter takes one value there (Audian).
            Paging::Key => lists.flatten().map(|email| Filter::Emails(vec![email])).collect(),
        }
    }

    /// The values that it asks for.
    pub fn values(&self) -> &[String] {
        match self {
            Filter::All => &[],
            Filter::Emails(values) | Filter::Contacts(values) => values,
        }
    }

    /// A filter for each of those whom it asks for; the two cases of an e-mail stay together.
    pub fn one_by_one(&self) -> Vec<Filter> {
        let each = self.values().chunk_by(|one, next| one.eq_ignore_ascii_case(next)).map(<[String]>::to_vec);
        match self {
            Filter::All => Vec::new(),
            Filter::Emails(_) => each.map(Filter::Emails).collect(),
            Filter::Contacts(_) => each.map(Filter::Contacts).collect(),
        }
    }

    /// Filters for all who have a device with one of the numbers or SIP addresses.
    pub fn by_contacts(contacts: impl IntoIterator<Item = String>, facts: &Facts) -> Vec<Filter> {
        let one_each = contacts.into_iter().map(|contact| vec![contact]);
        batches(one_each, facts).into_iter().map(Filter::Contacts).collect()
    }
}

/// Each value once, in lists of no more people than a page shows and no longer than a filter may be.
fn batches(people: impl Iterator<Item = Vec<String>>, facts: &Facts) -> Vec<Vec<String>> {
    let mut batches: Vec<Vec<String>> = Vec::new();
    let (mut asked, mut length, mut seen) = (0, 0, HashSet::new());
    for mut values in people {
        values.retain(|value| seen.insert(value.clone()));
        let weight = values.iter().map(|value| weight(value)).sum::<usize>();
        match batches.last_mut() {
            _ if values.is_empty() => continue,
            Some(batch) if asked < facts.page && length + weight <= facts.longest_filter => {
                batch.append(&mut values);
                (asked, length) = (asked + 1, length + weight);
            }
            _ => {
                batches.push(values);
                (asked, length) = (1, weight);
            }
        }
    }
    batches
}

/// The most bytes that a value and its comma take when they are encoded.
fn weight(value: &str) -> usize {
    value.bytes().map(|byte| if byte.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>() + 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::exotel;

    fn facts(page: u32, longest_filter: usize) -> Facts {
        Facts { page, longest_filter, ..exotel::FACTS.clone() }
    }

    fn people(count: u32) -> Vec<String> {
        (0..count).map(|n| format!("person{n}@example.com")).collect()
    }

    #[test]
    fn long_lists_are_cut_and_nothing_is_lost() {
        let cut = |people: Vec<String>, facts: &Facts| -> Vec<Vec<String>> {
            let lists = Filter::by_contacts(people, facts).into_iter().map(|filter| match filter {
                Filter::Contacts(values) => values,
                other => panic!("{other:?}"),
            });
            lists.collect()
        };
        let short = cut(people(100), &facts(1_000, 300));
        assert!(short.len() > 5);
        assert_eq!(short.concat(), people(100));
        let lengths: Vec<usize> = cut(people(101), &facts(50, 6_000)).iter().map(Vec::len).collect();
        assert_eq!(lengths, [50, 50, 1], "a page shows all whom a filter finds");
        assert_eq!(cut(vec!["x".repeat(900)], &facts(50, 300)), [["x".repeat(900)]]);
        assert_eq!(cut(vec!["+1".into(), "+1".into()], &facts(50, 300)), [["+1"]]);
        assert_eq!(cut(Vec::new(), &facts(50, 300)), Vec::<Vec<String>>::new());
    }

    #[test]
    fn an_email_is_asked_for_in_both_cases_once() {
        let emails = ["a@x.com", "B@x.com", "b@x.com"].map(String::from);
        let asked = ["a@x.com", "b@x.com", "B@x.com"].map(String::from);
        assert_eq!(Filter::by_emails(emails, &facts(50, 6_000)), [Filter::Emails(asked.clone().into())]);
        let [a, b, shouted_b] = asked;
        let each = Filter::Emails(vec![a.clone(), b.clone(), shouted_b.clone()]).one_by_one();
        assert_eq!(each, [Filter::Emails(vec![a]), Filter::Emails(vec![b, shouted_b])]);
        let shouted = || people(50).into_iter().map(|email| email.to_uppercase());
        assert_eq!(Filter::by_emails(shouted(), &facts(50, 6_000)).len(), 1, "a page of people");
        assert_eq!(Filter::by_emails(shouted(), &facts(50, 1_500)).len(), 2);
    }
}

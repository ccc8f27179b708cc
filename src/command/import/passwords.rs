//! Generated SIP passwords: on disk, for their owner's eyes, before one of them is sent.

use std::collections::BTreeMap;

use anyhow::Context;
use compact_str::CompactString;

use super::Import;
use super::planning::Planned;
use super::rows::{InputRows, blank_password};
use crate::command::Failure;
use crate::outcome::exit;
use crate::plan::{Step, Verdict, verdict};
use crate::roster::NewUser;
use crate::row::Request;
use crate::secret::Secret;
use crate::table::{SecretRow, read_secrets, write_secrets};

/// Characters by kind; those that look alike are left out.
const KINDS: [&[u8]; 4] = [b"abcdefghijkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"!#$%*?"];
/// Characters of a password; the policy asks for 8 (developer.exotel.com, SIP password).
const LENGTH: usize = 16;

impl Import<'_> {
    /// Makes the missing passwords and gives them to the rows.
    pub(super) async fn give_passwords(
        &self,
        rows: &mut InputRows<'_>,
        planned: &Planned,
    ) -> Result<(), Failure> {
        if !self.options.rules.generate_sip_passwords || planned.to_do == 0 {
            return Ok(());
        }
        let path = &self.input.paths.secrets;
        let refused = |error: crate::table::Refusal| Failure::new(exit::USAGE, error.to_string());
        let mut kept = if path.exists() { read_secrets(path).map_err(refused)? } else { BTreeMap::new() };
        let (mut needed, mut made) = (Vec::new(), 0);
        rows.rewind_rows()?;
        while let Some(row) = self.next_in_need(rows).await? {
            needed.push(match kept.remove(&row.source_row) {
                Some(before) if before.is_of(&row) => before,
                Some(_) => return Err(Failure::new(exit::USAGE, self.other_passwords())),
                None => {
                    made += 1;
                    SecretRow { password: generate()?, ..row }
                }
            });
        }
        if !self.run.resumed && !kept.is_empty() {
            return Err(Failure::new(exit::USAGE, self.other_passwords()));
        }
        // A run that goes on keeps what it told before, also for rows that need nothing any more.
        needed.extend(kept.into_values());
        needed.sort_by_key(|row| row.source_row);
        if made > 0 {
            write_secrets(path, &needed).map_err(|error| Failure::disk(path.display(), error))?;
            self.screen.say(&format!(
                "passwords: {} (for you alone; hand them out, then delete it)",
                path.display()
            ));
        }
        rows.give(needed.into_iter().map(|row| (row.source_row, row.password)).collect());
        Ok(())
    }

    /// The next row whose generated password is not confirmed yet.
    async fn next_in_need(&self, rows: &mut InputRows<'_>) -> Result<Option<SecretRow>, Failure> {
        while let Some((raw, checked)) = rows.next_checked()? {
            let (row, source_row) = (raw.index, raw.source_row);
            let own = self.input.checker.columns().cell(raw, crate::row::Field::SipPassword).is_some();
            let Ok(mut request) = checked.request else { continue };
            if own || self.run.journal.state().ended_at(row).is_some() {
                continue;
            }
            let person = person(source_row, &request);
            debug_assert!(
                blank_password(&mut request).is_none(),
                "a placeholder stands for a password to come"
            );
            let look = self.look_of(row).await?;
            let Verdict::Go(plan) = verdict(request, look.as_ref()) else { continue };
            let done = self
                .run
                .journal
                .state()
                .open
                .get(&row)
                .is_some_and(|open| open.done.iter().any(|step| step == "sip_password"));
            if !done && plan.steps.iter().any(|step| matches!(step, Step::EnsureSipPassword { .. })) {
                return Ok(Some(person));
            }
        }
        Ok(None)
    }

    fn other_passwords(&self) -> String {
        format!(
            "{} holds passwords of other rows; hand them out and move the file away, then run the same command again",
            self.input.paths.secrets.display()
        )
    }
}

/// Whose password it is.
fn person(source_row: u64, request: &Request) -> SecretRow {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (first_name, last_name, email, device_contact_uri) = match request {
        Request::Onboard(wish) => {
            let NewUser { first_name, last_name, email, number, .. } = &wish.user;
            let text = |text: &Option<CompactString>| text.as_deref().unwrap_or_default().to_owned();
            (first_name.to_string(), last_name.to_string(), text(email), text(number))
        }
        Request::Update(wish) => (
            text(&wish.first_name),
            text(&wish.last_name),
            text(&wish.who.email),
            text(&wish.who.contact_uri.clone().or(wish.who.user_id.clone())),
        ),
        Request::Offboard(_) | Request::Restore(_) => Default::default(),
    };
    SecretRow { source_row, first_name, last_name, email, device_contact_uri, password: Secret::new("") }
}

/// A password with all four kinds of characters, beginning with a letter.
fn generate() -> Result<Secret, Failure> {
    loop {
        let mut bytes = [0u8; LENGTH];
        getrandom::fill(&mut bytes).context("the system gives no chance for passwords")?;
        let all = KINDS.concat();
        // 256 is no multiple of the number of characters; what lies beyond the last multiple is drawn again.
        let fair = 256 - 256 % all.len();
        if bytes.iter().any(|byte| usize::from(*byte) >= fair) {
            continue;
        }
        let text: String = bytes.iter().map(|byte| char::from(all[usize::from(*byte) % all.len()])).collect();
        let has = |kind: &&[u8]| text.bytes().any(|byte| kind.contains(&byte));
        if text.starts_with(|c: char| c.is_ascii_alphabetic()) && KINDS.iter().all(has) {
            return Ok(Secret::new(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_fit_the_policy_and_differ() {
        let one = generate().expect("there is chance");
        assert_ne!(one, generate().expect("there is chance"));
        for kind in KINDS {
            assert!(one.reveal().bytes().any(|byte| kind.contains(&byte)));
        }
        assert_eq!(one.reveal().len(), LENGTH);
    }
}

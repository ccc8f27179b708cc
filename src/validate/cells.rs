//! The cells of one row, each read by the rule of its field.
//!
//! Pure. What is wrong goes to the findings, and the cell counts as blank from there on.

use std::borrow::Cow;

use super::words::{self, RoleWord, quoted};
use super::{Checker, Findings, email, person};
use crate::row::{Field, Identity, RowView};

/// One row under the rules, and what was found so far.
pub(super) struct Cells<'a, 'f> {
    pub(super) checker: &'a Checker,
    row: RowView<'a>,
    pub(super) findings: &'f mut Findings,
}

/// An [`Identity`] whose texts are still those of the row.
#[derive(Default)]
pub(super) struct Who<'a> {
    user_id: Option<&'a str>,
    email: Option<&'a str>,
    contact_uri: Option<Cow<'a, str>>,
}

impl Who<'_> {
    pub(super) fn into_identity(self) -> Identity {
        Identity {
            user_id: self.user_id.map(str::to_owned),
            email: self.email.map(str::to_owned),
            contact_uri: self.contact_uri.map(Cow::into_owned),
        }
    }
}

impl<'a, 'f> Cells<'a, 'f> {
    pub(super) fn new(checker: &'a Checker, row: RowView<'a>, findings: &'f mut Findings) -> Cells<'a, 'f> {
        Cells { checker, row, findings }
    }

    /// The trimmed cell, as [`crate::columns::Columns::cell`] gives it.
    pub(super) fn text(&self, field: Field) -> Option<&'a str> {
        self.checker.columns.cell(self.row, field)
    }

    pub(super) fn problem(&mut self, code: &'static str, field: Field, message: impl FnOnce() -> String) {
        self.findings.problem(code, Some(field), message);
    }

    /// The name of a person; the newer rules of Exotel are warnings unless they are to be strict.
    pub(super) fn name(&mut self, field: Field) -> Option<&'a str> {
        let name = self.label(field)?;
        if self.checker.rules.vocabulary == super::Vocabulary::Exotel && !person::is_plain_name(name) {
            for fault in person::name_faults(name) {
                match self.checker.rules.strict_names {
                    true => self.problem(fault.code(), field, || fault.explain(name)),
                    false => self.findings.warn(fault.code()),
                }
            }
        }
        Some(name)
    }

    /// A text that may be anything but the word of a formula that failed.
    pub(super) fn label(&mut self, field: Field) -> Option<&'a str> {
        let text = self.text(field)?;
        if !words::is_formula_error(text) {
            return Some(text);
        }
        self.problem("name_characters", field, || {
            format!("{} is what a formula that failed leaves; enter the text itself", quoted(text))
        });
        None
    }

    pub(super) fn email(&mut self, field: Field) -> Option<&'a str> {
        let text = self.text(field)?;
        if email::is_right(text) {
            return Some(text);
        }
        self.problem("email_invalid", field, || email::explain(text));
        None
    }

    /// A number in E.164.
    pub(super) fn number(&mut self, field: Field) -> Option<Cow<'a, str>> {
        let text = self.text(field)?;
        let phones = self.checker.phones;
        phones.number(text).map_err(|code| self.problem(code, field, || phones.explain(text))).ok()
    }

    /// A number that the provider has not seen with this user yet.
    pub(super) fn new_number(&mut self, field: Field) -> Option<Cow<'a, str>> {
        let number = self.number(field)?;
        self.findings.warn("device_unverified");
        Some(number)
    }

    pub(super) fn role(&mut self) -> Option<&'static str> {
        let text = self.text(Field::Role)?;
        let vocabulary = self.checker.rules.vocabulary;
        let provider = vocabulary.provider();
        match vocabulary.role(text) {
            Some(RoleWord::Own(role)) => Some(role),
            Some(RoleWord::Alias(role)) => {
                self.findings.warn("role_alias");
                Some(role)
            }
            None => {
                let roles = vocabulary.roles().join(", ");
                self.problem("role_invalid", Field::Role, || {
                    format!("{provider} has no role {}; write one of {roles}", quoted(text))
                });
                None
            }
        }
    }

    pub(super) fn sip_password(&mut self) -> Option<&'a str> {
        let text = self.text(Field::SipPassword)?;
        let Some(fault) = person::password_fault(text) else { return Some(text) };
        self.problem("sip_password_weak", Field::SipPassword, || fault);
        None
    }

    /// One of a few words that a cell may hold.
    pub(super) fn word<T>(
        &mut self,
        field: Field,
        code: &'static str,
        read: fn(&str) -> Option<T>,
        words: &str,
    ) -> Option<T> {
        let text = self.text(field)?;
        let meaning = read(text);
        if meaning.is_none() {
            self.problem(code, field, || {
                format!("{} is not a word of {}; write {words}", quoted(text), field.name())
            });
        }
        meaning
    }

    /// An id that the provider gave. One that could change the address of a call names nobody.
    pub(super) fn id(&mut self, field: Field) -> Option<&'a str> {
        let text = self.text(field)?;
        if words::is_id(text) {
            return Some(text);
        }
        self.problem("identity_missing", field, || {
            format!("{} cannot be an id; copy the id as `callroster export` shows it", quoted(text))
        });
        None
    }

    /// Whom the row names; it names somebody in one way at least.
    pub(super) fn who(&mut self) -> Who<'a> {
        if Field::IDENTITY.iter().all(|field| self.text(*field).is_none()) {
            self.findings.problem("identity_missing", None, || {
                "the row names nobody; fill user_id, email or device_contact_uri".to_owned()
            });
            return Who::default();
        }
        Who {
            user_id: self.id(Field::UserId),
            email: self.email(Field::Email),
            contact_uri: self.contact_uri(Field::DeviceContactUri),
        }
    }

    /// A number, or the SIP address of a device.
    fn contact_uri(&mut self, field: Field) -> Option<Cow<'a, str>> {
        let text = self.text(field)?;
        if !is_sip(text) {
            return self.number(field);
        }
        let name = &text[4..];
        if !name.is_empty()
            && !name.contains(|character: char| character.is_control() || crate::columns::is_blank(character))
        {
            return Some(Cow::Borrowed(text));
        }
        self.problem("phone_invalid", field, || {
            format!("{} is no SIP address; write sip: and the name without blanks", quoted(text))
        });
        None
    }

    /// Filled cells that go nowhere: a problem where a person may count on them, a warning otherwise.
    pub(super) fn without_a_place(&mut self) {
        for field in &self.checker.without_a_place {
            if self.text(*field).is_some() {
                self.unsupported(*field, "take the text out of the cell");
            }
        }
        let columns = &self.checker.columns;
        if columns.unused().iter().any(|place| columns.is_filled(self.row, *place)) {
            self.findings.warn("column_ignored");
        }
    }

    pub(super) fn unsupported(&mut self, field: Field, mend: &str) {
        let provider = self.checker.rules.vocabulary.provider();
        self.problem("unsupported_field", field, || {
            format!("{provider} has no place for {}; {mend}", field.name())
        });
    }
}

fn is_sip(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sip:"))
}

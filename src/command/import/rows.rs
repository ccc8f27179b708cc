//! The rows of a run, read again and again: checked, and with their generated passwords.

use std::collections::HashMap;
use std::rc::Rc;

use crate::command::sheet::SheetRows;
use crate::preflight::{Sought, ValidRows};
use crate::row::{RawRow, Request, RowSource};
use crate::secret::Secret;
use crate::table::Refusal;
use crate::validate::Checked;

use super::Input;

/// Reads the input row by row.
pub(super) struct InputRows<'a> {
    input: &'a Input,
    source: SheetRows<'a>,
    raw: RawRow,
    /// Generated passwords by source row; `None` until they are made.
    passwords: Option<Rc<HashMap<u64, Secret>>>,
}

impl<'a> InputRows<'a> {
    pub(super) fn new(input: &'a Input) -> InputRows<'a> {
        InputRows { input, source: SheetRows::new(&input.sheet), raw: RawRow::default(), passwords: None }
    }

    /// The same rows from the first one on, for a second reader.
    pub(super) fn again(&self) -> InputRows<'a> {
        InputRows { passwords: self.passwords.clone(), ..InputRows::new(self.input) }
    }

    /// The row that was read last.
    pub(super) fn raw(&self) -> &RawRow {
        &self.raw
    }

    pub(super) fn rewind_rows(&mut self) -> Result<(), Refusal> {
        self.source.rewind()
    }

    /// From now on rows without a password have theirs of these.
    pub(super) fn give(&mut self, passwords: HashMap<u64, Secret>) {
        self.passwords = Some(Rc::new(passwords));
    }

    /// The next row as it came, and what the rules say of it.
    pub(super) fn next_checked(&mut self) -> Result<Option<(&RawRow, Checked)>, Refusal> {
        if !self.source.read(&mut self.raw)? {
            return Ok(None);
        }
        let mut checked = self.input.checker.check(&self.raw);
        if self.input.checker.rules().generate_sip_passwords
            && let Ok(request) = &mut checked.request
            && let Some(blank) = blank_password(request)
        {
            // Before passwords are made, and for rows that none can be set for, a plan only needs to know of the wish.
            let made = self.passwords.as_ref().and_then(|made| made.get(&self.raw.source_row).cloned());
            *blank = Some(made.unwrap_or_else(|| Secret::new("")));
        }
        Ok(Some((&self.raw, checked)))
    }

    /// The next row without problems.
    pub(super) fn next_valid(&mut self) -> Result<Option<Sought>, Refusal> {
        while let Some((raw, checked)) = self.next_checked()? {
            let (row, source_row) = (raw.index, raw.source_row);
            if let Ok(request) = checked.request {
                return Ok(Some(Sought { row, source_row, request }));
            }
        }
        Ok(None)
    }
}

impl ValidRows for InputRows<'_> {
    type Error = Refusal;

    fn rewind(&mut self) -> Result<(), Refusal> {
        self.rewind_rows()
    }

    fn next(&mut self) -> Result<Option<Sought>, Refusal> {
        self.next_valid()
    }
}

/// The password of a request that has none of its own.
pub(super) fn blank_password(request: &mut Request) -> Option<&mut Option<Secret>> {
    let password = match request {
        Request::Onboard(wish) => &mut wish.sip_password,
        Request::Update(wish) => &mut wish.sip_password,
        Request::Offboard(_) | Request::Restore(_) => return None,
    };
    password.is_none().then_some(password)
}

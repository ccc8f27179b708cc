//! A planted bug that needs more than a line: a leaver is deleted by e-mail, whoever has it by now.

use super::Engine;
use crate::plan::{Plan, Step};
use crate::planted::{Bug, planted};
use crate::provider::{Call, Filter, Listing};

impl Engine<'_> {
    /// The id of the user who has the leaver's e-mail at this moment.
    pub(super) async fn namesake(&self, step: &Step, plan: &Plan) -> Option<String> {
        let user = plan.user.as_ref().filter(|user| !user.email.is_empty())?;
        if !planted(Bug::DeletesByEmail) || !matches!(step, Step::EnsureGone(_)) {
            return None;
        }
        let filter = Filter::Emails(vec![user.email.to_string()]);
        let listing = Listing { filter, limit: 50, ..Listing::default() };
        let page = self.caller.read(&Call::List(listing)).await.ok()?.page();
        page.users.into_iter().next().map(|user| user.id)
    }
}

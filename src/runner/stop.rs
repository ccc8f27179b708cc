//! The sign that a run is to stop, seen by everything that waits.

use std::cell::RefCell;

use tokio::sync::Notify;

use crate::outcome::Stop;

/// Raised at most once in effect: a graver cause replaces a lesser one.
#[derive(Default)]
pub struct StopSign {
    stop: RefCell<Option<Stop>>,
    raised: Notify,
}

impl StopSign {
    pub fn raise(&self, stop: Stop) {
        let mut current = self.stop.borrow_mut();
        if current.as_ref().is_none_or(|current| stop.cause < current.cause) {
            *current = Some(stop);
        }
        self.raised.notify_waiters();
    }

    pub fn is_raised(&self) -> bool {
        self.stop.borrow().is_some()
    }

    pub fn stop(&self) -> Option<Stop> {
        self.stop.borrow().clone()
    }

    /// Returns when the sign is raised.
    pub async fn raised(&self) {
        let raised = self.raised.notified();
        if !self.is_raised() {
            raised.await;
        }
    }
}

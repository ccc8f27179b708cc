//! (being written)

use super::{Answer, Call, CallError, Facts, HttpReply, HttpRequest, Provider};
use crate::secret::Secret;

/// The Exotel CCM users API v2.
pub struct Exotel {}

impl Exotel {
    pub fn new(_account: &str, _key: &Secret, _token: &Secret) -> Exotel {
        Exotel {}
    }
}

impl Provider for Exotel {
    fn facts(&self) -> &Facts {
        unimplemented!()
    }
    fn request(&self, _call: &Call) -> HttpRequest {
        unimplemented!()
    }
    fn answer(&self, _call: &Call, _reply: &HttpReply) -> Result<Answer, CallError> {
        unimplemented!()
    }
}

//! What goes over the simulated wire: a request, a reply, and what the network does to them.

use std::time::Duration;

use serde::Serialize;

/// A request as it came off the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct SimRequest {
    pub method: String,
    /// Path with query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A reply as it goes on the wire; header names are lower case.
#[derive(Debug, Clone, PartialEq)]
pub struct SimReply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What the network does to an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The reply arrives whole, so much later.
    Deliver { after: Duration },
    /// The connection is reset; nothing was done, or nothing yet.
    ResetBefore,
    /// The connection is reset, although everything was done.
    ResetAfter,
    /// Half of the body arrives, then the connection ends.
    CutBody,
    /// The body drips for [`super::Switches::slow_body`].
    SlowBody,
    /// Nothing arrives.
    Hang,
}

impl SimRequest {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl SimReply {
    /// A header by its lower-case name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn json(status: u16, body: &impl Serialize) -> SimReply {
        // Plain structs with text keys: there is nothing in them that JSON cannot hold.
        let body = serde_json::to_vec(body).unwrap_or_default();
        SimReply { status, headers: vec![("content-type".into(), "application/json".into())], body }
    }

    pub(super) fn html(status: u16, title: &str) -> SimReply {
        let body = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        SimReply {
            status,
            headers: vec![("content-type".into(), "text/html".into())],
            body: body.into_bytes(),
        }
    }

    pub(super) fn empty(status: u16) -> SimReply {
        SimReply { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn header(&mut self, name: &str, value: impl ToString) {
        self.headers.push((name.to_owned(), value.to_string()));
    }
}

//! A provider in a few lines: a roster that may move after every page it shows, and a network with latency.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::LocalBoxFuture;

use crate::provider::*;
use crate::roster::{Device, User};
use crate::secret::Secret;

/// What happens after a page was shown; the number counts the shown pages from 1.
pub type Drift = Box<dyn Fn(&mut Vec<User>, u64)>;
/// What becomes of a page before it is shown.
pub type Twist = Box<dyn Fn(&Asked, &[User], u64) -> Option<HttpReply>>;

/// A page as it is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    pub values: Vec<String>,
    pub offset: usize,
    pub limit: usize,
}

pub struct Fake {
    facts: Facts,
    pub users: RefCell<Vec<User>>,
    pub totals: Cell<bool>,
    pub drift: Drift,
    pub twist: Twist,
    pub latency: Box<dyn Fn() -> u64>,
    shown: Cell<u64>,
    sent: Cell<u64>,
    pub served: RefCell<BTreeSet<String>>,
    /// Who was there when the newest sweep began.
    pub alive_at_start: RefCell<BTreeSet<String>>,
}

impl Fake {
    pub fn new(users: Vec<User>, page: u32) -> Fake {
        let facts = Facts {
            page,
            longest_filter: 10_000,
            paging: crate::provider::Paging::Offset,
            enforces_keys: true,
            settle: Duration::ZERO,
            notes_numbers: false,
            forbids_rows: true,
            modes: &[],
        };
        Fake {
            facts,
            users: RefCell::new(users),
            totals: Cell::new(true),
            drift: Box::new(|_, _| {}),
            twist: Box::new(|_, _, _| None),
            latency: Box::new(|| 20),
            shown: Cell::new(0),
            sent: Cell::new(0),
            served: RefCell::default(),
            alive_at_start: RefCell::default(),
        }
    }

    /// How many requests came, refused ones included.
    pub fn sent(&self) -> u64 {
        self.sent.get()
    }

    fn reply(&self, asked: &Asked) -> HttpReply {
        self.sent.set(self.sent.get() + 1);
        let mut users = self.users.borrow_mut();
        if asked.offset == 0 {
            *self.alive_at_start.borrow_mut() = ids(&users).into_iter().collect();
        }
        let twisted = (self.twist)(asked, &users, self.sent.get());
        let reply = twisted.unwrap_or_else(|| self.show(&users, asked));
        if reply.status == 200 {
            let page: Shown = serde_json::from_slice(&reply.body).unwrap();
            self.served.borrow_mut().extend(ids(&page.1));
            self.shown.set(self.shown.get() + 1);
            (self.drift)(&mut users, self.shown.get());
        }
        reply
    }

    pub fn show(&self, users: &[User], asked: &Asked) -> HttpReply {
        let all = || {
            users.iter().filter(|user| {
                asked.values.is_empty() || asked.values.iter().any(|value| user.email == *value)
            })
        };
        let page = all().skip(asked.offset).take(asked.limit).cloned().collect();
        shown(self.totals.get().then(|| all().count() as u64), page)
    }
}

type Shown = (Option<u64>, Vec<User>);

pub fn shown(total: Option<u64>, users: Vec<User>) -> HttpReply {
    let body = serde_json::to_vec(&(total, users)).unwrap();
    HttpReply { status: 200, body, ..HttpReply::default() }
}

pub fn broken(status: u16) -> HttpReply {
    HttpReply { status, ..HttpReply::default() }
}

pub fn ids(users: &[User]) -> Vec<String> {
    users.iter().map(|user| user.id.clone()).collect()
}

pub fn user(number: u64) -> User {
    let device = Device { id: format!("d{number}"), kind: "tel".into(), ..Device::default() };
    User {
        id: format!("u{number}"),
        email: format!("p{number}@x.com").into(),
        role: if number.is_multiple_of(10) { "admin" } else { "user" }.into(),
        devices: Some(vec![device]),
        ..User::default()
    }
}

pub fn users(count: u64) -> Vec<User> {
    (0..count).map(user).collect()
}

impl Provider for Fake {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn request(&self, call: &Call) -> HttpRequest {
        let Call::List(listing) = call else { unreachable!("an export only lists") };
        let values = match &listing.filter {
            Filter::All => Vec::new(),
            Filter::Emails(values) | Filter::Contacts(values) => values.clone(),
        };
        let path = format!("{} {} {}", listing.offset, listing.limit, values.join(","));
        HttpRequest { method: Method::Get, path, authorization: ("x", Secret::new("")), body: None }
    }

    fn answer(&self, _call: &Call, reply: &HttpReply) -> Result<Answer, CallError> {
        let failure = match reply.status {
            200 => {
                let (total, users): Shown = serde_json::from_slice(&reply.body).unwrap();
                // Whoever has no id cannot be read.
                let nameless = (0..).zip(&users).filter(|(_, user)| user.id.is_empty());
                let unreadable = nameless
                    .map(|(place, _)| Unreadable { place, user_id: String::new(), problem: "no id".into() })
                    .collect();
                let users = users.into_iter().filter(|user| !user.id.is_empty()).collect();
                let content = Content::Page(Page { users, total, next: None, unreadable });
                return Ok(Answer { status: 200, request_id: String::new(), content });
            }
            429 => Failure::Limited,
            400 => Failure::Refused,
            _ => Failure::Unclear,
        };
        Err(CallError {
            failure,
            code: format!("http_{}", reply.status),
            message: "no".into(),
            status: Some(reply.status),
            request_id: String::new(),
        })
    }
}

impl Transport for Fake {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis((self.latency)())).await;
            let mut words = request.path.split(' ');
            let mut number = || words.next().unwrap().parse().unwrap();
            let (offset, limit) = (number(), number());
            let values = words.next().unwrap().split(',').filter(|value| !value.is_empty());
            Ok(self.reply(&Asked { values: values.map(String::from).collect(), offset, limit }))
        })
    }
}

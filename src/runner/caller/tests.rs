//! The caller over a wire that takes 10 ms, under a paused clock.

use futures::future::{LocalBoxFuture, join_all};
use futures::{FutureExt, StreamExt, stream};

use super::*;
use crate::provider::{Content, Facts, HttpRequest, Method};
use crate::runner::Unwatched;
use crate::secret::Secret;

/// A provider whose requests name the call, and that limits with 429.
struct Plain;

impl Provider for Plain {
    fn facts(&self) -> &Facts {
        unreachable!("the caller asks for no facts")
    }

    fn request(&self, call: &Call) -> HttpRequest {
        let path = match call {
            Call::Delete { user_id, .. } | Call::Get { user_id } => user_id.clone(),
            _ => String::new(),
        };
        HttpRequest {
            method: Method::Get,
            path,
            authorization: ("authorization", Secret::new("x")),
            body: None,
        }
    }

    fn answer(&self, _: &Call, reply: &HttpReply) -> Result<Answer, CallError> {
        let answer = Answer { status: reply.status, request_id: String::new(), content: Content::Nothing };
        match reply.status {
            429 => Err(CallError {
                failure: Failure::Limited,
                code: "http_429".into(),
                message: "too many".into(),
                status: Some(429),
                request_id: String::new(),
            }),
            _ => Ok(answer),
        }
    }
}

/// Answers after 10 ms and remembers what came when; the first call of each name in `refused` gets a 429, and every call
/// of a name in `barred`.
#[derive(Default)]
struct Wire {
    came: RefCell<Vec<(String, Duration)>>,
    began: Cell<Option<Instant>>,
    refused: RefCell<Vec<String>>,
    barred: Vec<&'static str>,
    /// What refusals say of time, in seconds.
    wait: Option<u64>,
}

impl Transport for Wire {
    fn send<'a>(&'a self, request: HttpRequest) -> LocalBoxFuture<'a, Result<HttpReply, TransportError>> {
        async move {
            let began = self.began.get().unwrap_or_else(Instant::now);
            self.began.set(Some(began));
            self.came.borrow_mut().push((request.path.clone(), began.elapsed()));
            sleep(Duration::from_millis(10)).await;
            let limits = Limits { retry_after: self.wait.map(Duration::from_secs), ..Limits::default() };
            if self.barred.contains(&&*request.path) {
                return Ok(HttpReply { status: 429, limits, ..HttpReply::default() });
            }
            let mut refused = self.refused.borrow_mut();
            let at = refused.iter().position(|name| *name == request.path);
            let Some(at) = at else {
                let length = if request.path.starts_with("page") { SMALLEST_PAGE } else { 2 };
                return Ok(HttpReply { status: 200, body: vec![b' '; length], ..HttpReply::default() });
            };
            refused.remove(at);
            Ok(HttpReply { status: 429, limits, ..HttpReply::default() })
        }
        .boxed_local()
    }
}

fn delete(name: &str) -> Call {
    Call::Delete { user_id: name.to_string(), parting: Default::default() }
}

async fn with_caller<T>(wire: &Wire, most: u32, test: impl AsyncFnOnce(&Caller<'_>) -> T) -> T {
    let stop = StopSign::default();
    let caller = Caller::new(&Plain, wire, &stop, &Unwatched, (Pace::new(Some(most), None), 5), 1);
    test(&caller).await
}

#[tokio::test(start_paused = true)]
async fn calls_pass_in_the_order_in_which_they_ask() {
    let wire = Wire::default();
    let names: Vec<String> = (0..20).map(|name| name.to_string()).collect();
    let calls: Vec<Call> = names.iter().map(|name| delete(name)).collect();
    let ended = with_caller(&wire, 4, async |caller: &Caller<'_>| {
        join_all(calls.iter().map(|call| caller.exchange(call, None))).await
    });
    assert!(ended.await.iter().all(Result::is_ok));
    let came: Vec<String> = wire.came.borrow().iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(came, names);
}

#[tokio::test(start_paused = true)]
async fn an_exchange_that_is_dropped_gives_its_place_back() {
    let wire = Wire::default();
    with_caller(&wire, 1, async |caller: &Caller<'_>| {
        let (first, second) = (delete("first"), delete("second"));
        tokio::select! {
            _ = caller.exchange(&first, None) => panic!("it takes 10 ms"),
            () = sleep(Duration::from_millis(1)) => {}
        }
        let ended = tokio::time::timeout(Duration::from_secs(1), caller.exchange(&second, None)).await;
        assert!(ended.is_ok_and(|ended| ended.is_ok()));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_was_asked_for_holds_reads_and_writes() {
    let wire = Wire { refused: RefCell::new(vec!["write".into()]), wait: Some(5), ..Wire::default() };
    with_caller(&wire, 8, async |caller: &Caller<'_>| {
        let refused = caller.exchange(&delete("write"), None).await;
        assert!(matches!(refused, Err(Broken::Failed(_))));
        let read = caller.read(&Call::Get { user_id: "read".into() }).await;
        assert!(read.is_ok());
        assert_eq!(caller.counts(), CallCounts { read: 1, write: 0, refused: 1 });
    })
    .await;
    let came = wire.came.borrow();
    assert!(came[1].1 >= Duration::from_millis(5010), "{came:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_goes_before_a_page_is_read() {
    for (name, expected) in [
        ("page", ["page", "next", "page read", "next read"]),
        ("word", ["word", "word read", "next", "next read"]),
    ] {
        let wire = Wire::default();
        with_caller(&wire, 1, async |caller: &Caller<'_>| {
            let calls = [name, "next"].map(|name| Call::Get { user_id: name.into() });
            let reads = calls.iter().map(async |call| {
                let answer = caller.exchange(call, None).await;
                let read = format!("{} read", caller.provider().request(call).path);
                wire.came.borrow_mut().push((read, Duration::ZERO));
                answer
            });
            // As an export reads pages: each is woken for itself.
            let answers: Vec<_> = stream::iter(reads).buffered(2).collect().await;
            assert!(answers.iter().all(Result::is_ok));
            assert_eq!(caller.counts().read, 2);
        })
        .await;
        let came: Vec<String> = wire.came.borrow().iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(came, expected);
    }
}

/// Makes calls of these names, few at a time as rows are, each as often as tries last; returns who was answered, how long
/// all took, and whether the run was to stop.
async fn to_the_end(wire: &Wire, names: &[&'static str]) -> (Vec<&'static str>, Duration, bool) {
    with_caller(wire, 8, async |caller: &Caller<'_>| {
        let reads = names.iter().map(async |name| {
            let answer = caller.read(&Call::Get { user_id: name.to_string() }).await;
            answer.is_ok().then_some(*name)
        });
        let answered = stream::iter(reads).buffer_unordered(16).filter_map(async |name| name).collect().await;
        (answered, caller.began.elapsed(), caller.stop.is_raised())
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_lets_nobody_through_ends_the_tries_of_all() {
    for (wait, refusals, seconds) in [(Some(1), 6..=13, 5..=7), (None, 6..=20, 62..=130)] {
        let barred = vec!["a", "b", "c", "d"];
        let wire = Wire { barred: barred.clone(), wait, ..Wire::default() };
        let (answered, took, stopped) = to_the_end(&wire, &barred).await;
        assert_eq!((answered.len(), stopped), (0, true));
        let came = wire.came.borrow().len();
        assert!(refusals.contains(&came) && seconds.contains(&took.as_secs()), "{came} calls, {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_while_others_are_taken_ends_alone() {
    for wait in [Some(1), None] {
        let wire = Wire { barred: vec!["barred"], wait, ..Wire::default() };
        let mut names = vec!["well"; 90_000];
        names.insert(40, "barred");
        let (answered, took, stopped) = to_the_end(&wire, &names).await;
        assert_eq!((answered.len(), stopped), (90_000, false), "{took:?}");
        let came = wire.came.borrow().iter().filter(|(name, _)| name == "barred").count();
        assert!((6..60).contains(&came), "{came} tries");
    }
}

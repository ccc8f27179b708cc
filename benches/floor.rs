//! What the libraries alone cost: a client of hyper, serde_json and csv that checks nothing, keeps nothing, believes every
//! answer and knows no limit. Beside it stands what callroster adds.
//!
//! `floor create SHEET URL OUT CONCURRENCY` makes a user of each row and writes each row with the user's id;
//! `floor list USERS URL OUT CONCURRENCY` reads so many users in pages of 50 and writes the columns of an export.
//! URL is `http://HOST:PORT/v2/accounts/ID/users` of a server on this machine. `cargo bench --no-run` builds it.

use std::cell::RefCell;
use std::error::Error;
use std::fs::File;

use futures::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

type Failed = Box<dyn Error>;
type Table = RefCell<csv::Writer<File>>;

/// The columns of a sheet that become a user.
#[derive(Serialize, Deserialize)]
struct Wish {
    first_name: String,
    last_name: String,
    email: String,
    device_contact_uri: String,
    role: String,
    device_name: String,
}

#[derive(Deserialize)]
struct Reply<T> {
    response: T,
}

#[derive(Deserialize)]
struct Element {
    data: User,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct User {
    id: String,
    first_name: String,
    last_name: String,
    email: String,
    email_verified: bool,
    role: String,
    devices: Vec<Device>,
    date_created: String,
    date_updated: String,
    last_login: Option<String>,
    active_call: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Device {
    id: u64,
    name: String,
    contact_uri: String,
    #[serde(rename = "type")]
    kind: String,
    available: Option<bool>,
    verified: bool,
    status: String,
}

fn main() -> Result<(), Failed> {
    // Cargo adds `--bench` to what it is given, and nothing else when all benches are run.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [way, what, url, out, concurrency] = arguments.as_slice() else {
        println!("floor: create SHEET URL OUT CONCURRENCY, or list USERS URL OUT CONCURRENCY");
        return Ok(());
    };
    let (url, table): (Uri, Table) =
        (url.parse()?, RefCell::new(csv::WriterBuilder::new().has_headers(false).from_path(out)?));
    let concurrency = concurrency.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        match way.as_str() {
            "create" => create(what, &url, &table, concurrency).await,
            _ => list(what.parse()?, &url, &table, concurrency).await,
        }
    })?;
    Ok(table.into_inner().flush()?)
}

async fn create(sheet: &str, url: &Uri, table: &Table, concurrency: usize) -> Result<(), Failed> {
    let rows = RefCell::new(csv::Reader::from_path(sheet)?.into_deserialize::<Wish>());
    let workers = (0..concurrency).map(async |_| {
        let mut connection = connect(url).await?;
        loop {
            // Not held while the call is under way.
            let Some(wish) = rows.borrow_mut().next().transpose()? else { break };
            let body = serde_json::to_vec(&wish)?;
            let reply: Reply<Element> = exchange(&mut connection, Method::POST, url.clone(), body).await?;
            table.borrow_mut().serialize((wish, reply.response.data.id))?;
        }
        Ok::<_, Failed>(())
    });
    try_join_all(workers).await.map(drop)
}

async fn list(users: u64, url: &Uri, table: &Table, concurrency: usize) -> Result<(), Failed> {
    let pages = RefCell::new((0..users).step_by(50));
    let workers = (0..concurrency).map(async |_| {
        let mut connection = connect(url).await?;
        loop {
            let Some(offset) = pages.borrow_mut().next() else { break };
            let page: Uri = format!("{url}?offset={offset}&limit=50&fields=devices").parse()?;
            let reply: Reply<Vec<Element>> = exchange(&mut connection, Method::GET, page, Vec::new()).await?;
            for Element { data: user } in reply.response {
                write(&user, &mut table.borrow_mut())?;
            }
        }
        Ok::<_, Failed>(())
    });
    try_join_all(workers).await.map(drop)
}

fn write(user: &User, table: &mut csv::Writer<File>) -> Result<(), Failed> {
    let device = |kind| user.devices.iter().find(|device| device.kind == kind);
    let ids: Vec<String> = user.devices.iter().map(|device| device.id.to_string()).collect();
    let tel = device("tel");
    let person = (&user.id, &user.first_name, &user.last_name, &user.email, user.email_verified, &user.role);
    let phone = tel.map(|tel| (&tel.contact_uri, &tel.name, tel.verified, tel.available, &tel.status));
    let sip = (device("sip").map(|sip| &sip.contact_uri), ids.join(";"));
    let dates = (&user.date_created, &user.date_updated, &user.last_login, &user.active_call);
    Ok(table.serialize((person, phone, sip, dates))?)
}

async fn connect(url: &Uri) -> Result<SendRequest<Full<Bytes>>, Failed> {
    let place = url.authority().ok_or("the URL names no server")?;
    let stream = TcpStream::connect(place.as_str()).await?;
    stream.set_nodelay(true)?;
    let (sender, driver) = Builder::new().writev(false).handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(driver);
    Ok(sender)
}

async fn exchange<T: for<'a> Deserialize<'a>>(
    connection: &mut SendRequest<Full<Bytes>>,
    method: Method,
    url: Uri,
    body: Vec<u8>,
) -> Result<T, Failed> {
    connection.ready().await?;
    let host = url.authority().ok_or("the URL names no server")?.as_str();
    let request =
        Request::builder().method(method).header(HOST, host).header(CONTENT_TYPE, "application/json");
    let path = url.path_and_query().ok_or("the URL has no path")?.as_str();
    let request = request.uri(path).body(Full::new(Bytes::from(body)))?;
    let reply = connection.send_request(request).await?;
    if !reply.status().is_success() {
        return Err(format!("the server said {}", reply.status()).into());
    }
    Ok(serde_json::from_slice(&reply.into_body().collect().await?.to_bytes())?)
}

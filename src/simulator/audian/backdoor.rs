//! What a test, or a person practising, does to Audian's account from outside the API.
//!
//! `POST /__call/USER[?end=true]` puts a user on a call; `POST /__hotdesk/USER/DEVICE[?end=true]`
//! lets a user borrow a device; `POST /__clock?days=N` or `?seconds=N` moves the clock on;
//! `POST /__expire` ends every token that was exchanged so far, as a moved clock ends old ones.

use super::tenant::{Change, Tenant};

/// What a path of the backdoor changes.
pub(in crate::simulator) fn answer(
    tenant: &Tenant,
    path: &[&str],
    query: &str,
) -> Result<Vec<Change>, String> {
    let begins = query != "end=true";
    let change = match path {
        ["__call", user] => {
            let mut user = tenant.user(user).ok_or("there is no such user")?.clone();
            user.on_call = begins;
            Change::User(Box::new(user))
        }
        ["__hotdesk", user, device] => {
            let user = tenant.user(user).ok_or("there is no such user")?;
            let mut device = tenant.device(device).ok_or("there is no such device")?.clone();
            device.hotdesk = begins.then(|| user.id.clone());
            Change::Device(Box::new(device))
        }
        ["__clock"] => Change::ClockMoved(milliseconds(query)?),
        ["__expire"] => Change::TokensEnd,
        _ => return Err(format!("there is no POST /{}", path.join("/"))),
    };
    Ok(vec![change])
}

/// A clock goes forward only.
fn milliseconds(query: &str) -> Result<i64, String> {
    let wrong = || format!("`{query}` is neither days=N nor seconds=N, of at most 100 years");
    let (unit, number) = query.split_once('=').ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "days" => i64::from(number) * 86_400,
        "seconds" => i64::from(number),
        _ => return Err(wrong()),
    };
    if seconds > 36_525 * 86_400 { Err(wrong()) } else { Ok(seconds * 1_000) }
}

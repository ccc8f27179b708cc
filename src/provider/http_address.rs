//! The base URL of a provider: what it may be, and how a call's path is joined to it.
//!
//! It sends nothing. It refuses whatever would send credentials in the clear or keep them in an address;
//! no message shows the address as it was typed.

use std::net::IpAddr;

use reqwest::Url;

/// A checked base URL.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// Scheme, host, port and the path before `/v2`, without a slash at the end.
    base: String,
    /// The path before `/v2` alone.
    pub path: String,
    /// `HOST:PORT`, for messages.
    pub place: String,
    /// The host is this machine.
    pub loopback: bool,
    /// The scheme is `http`.
    pub plain: bool,
}

impl Address {
    /// Checks a base URL; `practice` allows this machine only.
    pub(super) fn read(text: &str, practice: bool) -> Result<Address, String> {
        let url = Url::parse(text.trim()).map_err(|error| {
            format!("the base URL is no web address ({error}); write it like https://ccm-api.exotel.com")
        })?;
        let host = match url.host_str() {
            Some(host) if matches!(url.scheme(), "http" | "https") => host,
            _ => return Err("the base URL begins with https://, or with http:// for this machine".into()),
        };
        let (plain, loopback) = (url.scheme() == "http", is_loopback(host));
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!(
                "the base URL for {host} holds credentials; leave them out, they are read from the environment"
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("the base URL for {host} has a `?` or `#`; leave out what follows the path"));
        }
        if plain && !loopback {
            return Err(format!(
                "plain http to {host} would show the credentials to everybody on the way; write https://{host}"
            ));
        }
        if practice && !loopback {
            return Err(format!("practice stays on this machine, and {host} is another one"));
        }
        let port = url.port_or_known_default().unwrap_or_default();
        let place = format!("{host}:{port}");
        let (base, path) = (without_tail(url.as_str()).to_owned(), without_tail(url.path()).to_owned());
        Ok(Address { base, path, place, loopback, plain })
    }

    /// What to do when nobody answers there.
    pub(super) fn hint(&self) -> &'static str {
        match self.loopback {
            true => "is the simulator running (`callroster simulate`)?",
            false => "check the network, --base-url, and the proxy (HTTPS_PROXY, NO_PROXY)",
        }
    }

    /// The address of a call; `path` begins with `/`.
    pub(super) fn join(&self, path: &str) -> Result<Url, String> {
        let whole = [self.base.as_str(), path].concat();
        Url::parse(&whole).map_err(|error| format!("the address of the call cannot be written: {error}"))
    }
}

/// A base URL as all its spellings have it (capitals, the usual port, a `/v2` or `/` at the end), by which an account is
/// known again. What is none stays as it is, and is refused when it is used.
pub fn canonical(text: &str) -> String {
    let text = text.trim();
    Url::parse(text).map_or_else(|_| text.to_owned(), |url| without_tail(url.as_str()).to_owned())
}

/// Every path begins with `/v2`, so one at the end of the base is taken off.
fn without_tail(base: &str) -> &str {
    let base = base.trim_end_matches('/');
    base.strip_suffix("/v2").unwrap_or(base).trim_end_matches('/')
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_joined_without_slash_trouble() {
        for (base, joined) in [
            ("https://ccm-api.exotel.com", "https://ccm-api.exotel.com/v2/x?a=%2B1"),
            ("https://ccm-api.exotel.com/", "https://ccm-api.exotel.com/v2/x?a=%2B1"),
            (" HTTPS://CCM-API.exotel.com:443// ", "https://ccm-api.exotel.com/v2/x?a=%2B1"),
            ("https://gate.example/exotel/", "https://gate.example/exotel/v2/x?a=%2B1"),
            ("https://gate.example/exotel/v2/", "https://gate.example/exotel/v2/x?a=%2B1"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v2/x?a=%2B1"),
        ] {
            let address = Address::read(base, false).expect(base);
            assert_eq!(address.join("/v2/x?a=%2B1").map(String::from).as_deref(), Ok(joined), "{base}");
        }
        assert_eq!(
            Address::read("https://a.example", false).map(|base| base.place).as_deref(),
            Ok("a.example:443")
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for host in ["127.0.0.1", "127.8.9.1:81", "[::1]:8080", "localhost:3000", "[::ffff:127.0.0.1]"] {
            let address = Address::read(&format!("http://{host}"), true).expect(host);
            assert!(address.loopback && address.plain, "{host}");
        }
        for host in ["exotel.com", "10.0.0.1", "0.0.0.0", "localhost.example", "127.0.0.1.example", "[::2]"] {
            let refused = Address::read(&format!("http://{host}"), false);
            assert!(refused.is_err_and(|error| error.contains("plain http")), "{host}");
        }
        assert!(Address::read("https://exotel.com", true).is_err_and(|error| error.contains("this machine")));
    }

    #[test]
    fn all_spellings_of_a_base_url_are_one() {
        for text in [
            "HTTPS://CCM-API.exotel.com:443/v2/",
            " https://ccm-api.exotel.com/",
            "https://ccm-api.exotel.com",
        ] {
            assert_eq!(canonical(text), "https://ccm-api.exotel.com");
        }
        assert_eq!(canonical("http://127.1:80/Proxy/v2"), "http://127.0.0.1/Proxy");
        assert_eq!(canonical("nonsense"), "nonsense");
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_repeating_it() {
        for (text, reason) in [
            ("", "no web address"),
            ("ccm-api.exotel.com", "no web address"),
            ("ftp://a.example", "begins with https"),
            ("https://", "no web address"),
            ("https://s3cret:s3cret@a.example", "credentials"),
            ("https://s3cret@a.example", "credentials"),
            ("https://a.example/?token=s3cret", "`?`"),
            ("https://a.example/#s3cret", "`?`"),
        ] {
            let error = Address::read(text, false).expect_err(text);
            assert!(error.contains(reason) && !error.contains("s3cret"), "{text}: {error}");
        }
    }
}

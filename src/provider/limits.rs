//! What a reply's headers say of limits: `Retry-After` in seconds or as a date,
//! `X-RateLimit-*` (developer.exotel.com, rate limiting) and `RateLimit-*` (docs.audian.com, best practices).
//!
//! Pure: the wall time is given in, since a date means nothing without it.

use std::time::Duration;

use jiff::Timestamp;

/// Limits as one reply states them, relative to the moment it came.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Do not call again before this has passed.
    pub retry_after: Option<Duration>,
    /// Calls in a window.
    pub limit: Option<u64>,
    /// Calls left in the window.
    pub remaining: Option<u64>,
    /// When the window ends.
    pub reset: Option<Duration>,
    /// Tokens left in a bucket; a provider may tell that in its bodies.
    pub tokens: Option<u64>,
}

/// The names that providers give them; those with another hyphen and `-after` are of others than ours.
const LIMIT: [&str; 4] = ["x-ratelimit-limit", "ratelimit-limit", "x-rate-limit-limit", "x-rate-limit"];
const REMAINING: [&str; 3] = ["x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining"];
const RESET: [&str; 4] =
    ["x-ratelimit-reset-after", "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"];

/// Numbers below this are seconds to wait; above it, seconds since 1970.
const EPOCH_FROM: i64 = 1_000_000_000;
/// A moment that is further away by the local clock alone tells of a wrong clock, not of a wait.
const BELIEVED: Duration = Duration::from_secs(3600);

impl Limits {
    /// Whether a header of this lower-case name may speak of limits.
    pub fn may_be_in(name: &str) -> bool {
        name == "retry-after" || (name.contains("rate") && name.contains("limit"))
    }

    /// Reads the headers that `header` gives by lower-case name.
    ///
    /// A date is held against the time at the provider when the reply came, which `their_now` tells from the reply's
    /// own `Date` where there is one, so that a wrong local clock does not lengthen or shorten a wait; without one, a wait
    /// beyond an hour counts as not told. Times are in seconds since 1970.
    pub fn read<'a>(
        header: impl Fn(&str) -> Option<&'a str>,
        their_now: impl Fn(Option<f64>) -> f64,
    ) -> Limits {
        // Every reply has a date, and few have anything to hold against it.
        let now = || {
            let date = header("date").and_then(http_date);
            Now { seconds: their_now(date), sure: date.is_some() }
        };
        let first = |names: &[&str]| names.iter().find_map(|name| header(name)).map(str::trim);
        let number = |names| first(names).and_then(leading_number);
        let told = Limits {
            retry_after: header("retry-after").and_then(|text| wait(text.trim(), now)),
            limit: number(&LIMIT),
            remaining: number(&REMAINING),
            reset: first(&RESET).and_then(|text| wait(text, now)),
            tokens: None,
        };
        match header("ratelimit") {
            Some(text) if told.remaining.is_none() => told.with_policy(text, header("ratelimit-policy")),
            _ => told,
        }
    }

    /// The newer form in one header (IETF draft-ietf-httpapi-ratelimit-headers): `"default";r=10;t=3`, and before that
    /// `limit=50, remaining=10, reset=3`. Of several policies the one with the least left counts.
    fn with_policy(self, text: &str, policy: Option<&str>) -> Limits {
        let older = text.contains("remaining");
        let mut parts: Vec<&str> = if older { vec![text] } else { text.split(',').collect() };
        parts.sort_by_key(|part| parameter(part, &["r", "remaining"]).unwrap_or(u64::MAX));
        let Some(least) = parts.first() else { return self };
        let name = least.split(';').next().unwrap_or_default().trim();
        let own_policy = || policy?.split(',').find(|policy| policy.trim().starts_with(name));
        let quota = own_policy().and_then(|policy| parameter(policy, &["q"]));
        // Without a reset, the window's whole length is the latest one.
        let reset =
            parameter(least, &["t", "reset"]).or(own_policy().and_then(|policy| parameter(policy, &["w"])));
        Limits {
            limit: parameter(least, &["limit"]).or(quota).or(self.limit),
            remaining: parameter(least, &["r", "remaining"]),
            reset: reset.map(Duration::from_secs).or(self.reset),
            ..self
        }
    }
}

/// A waiting time given as seconds, as an epoch or as an HTTP date; a past date is no wait.
fn wait(text: &str, now: impl Fn() -> Now) -> Option<Duration> {
    let Ok(number) = text.parse::<f64>() else {
        if let Some(seconds) = text.strip_suffix('s').and_then(|text| text.parse::<f64>().ok()) {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        return until(http_date(text).or_else(|| iso_date(text))?, now());
    };
    match number {
        number if !number.is_finite() || number < 0.0 => None,
        number if number < EPOCH_FROM as f64 => Some(Duration::from_secs_f64(number)),
        // Some count milliseconds; as seconds it would be a moment thirty thousand years from now.
        number if number >= 1000.0 * EPOCH_FROM as f64 => until(number / 1000.0, now()),
        number => until(number, now()),
    }
}

/// How long it is until `moment`, in seconds since 1970.
fn until(moment: f64, now: Now) -> Option<Duration> {
    let left = Duration::from_secs_f64((moment - now.seconds).clamp(0.0, EPOCH_FROM as f64));
    (now.sure || left <= BELIEVED).then_some(left)
}

/// The provider's time, and whether the reply told it.
struct Now {
    seconds: f64,
    sure: bool,
}

fn iso_date(text: &str) -> Option<f64> {
    let moment: Timestamp = text.parse().ok()?;
    Some(moment.as_microsecond() as f64 / 1e6)
}

fn http_date(text: &str) -> Option<f64> {
    let moment = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    Some(moment.as_second() as f64)
}

/// The number behind one of these names and an equals sign.
fn parameter(text: &str, names: &[&str]) -> Option<u64> {
    let parts = text.split([';', ',']).filter_map(|part| part.split_once('='));
    parts.filter(|(name, _)| names.contains(&name.trim())).find_map(|(_, value)| leading_number(value.trim()))
}

/// `100`, also out of `100, 100;w=60`.
fn leading_number(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).map_or(text, |end| &text[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T12:00:00Z
    const NOW: f64 = 1_795_435_200.0;

    fn read(headers: &[(&str, &'static str)]) -> Limits {
        let header = |name: &str| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        Limits::read(header, |date| date.unwrap_or(NOW))
    }

    fn seconds(limits: Option<Duration>) -> Option<f64> {
        limits.map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn retry_after_in_seconds_as_a_date_and_as_nonsense() {
        assert_eq!(seconds(read(&[("retry-after", "30")]).retry_after), Some(30.0));
        assert_eq!(seconds(read(&[("retry-after", "1.5")]).retry_after), Some(1.5));
        assert_eq!(seconds(read(&[("retry-after", "Mon, 23 Nov 2026 12:00:07 GMT")]).retry_after), Some(7.0));
        assert_eq!(seconds(read(&[("retry-after", "Mon, 23 Nov 2026 11:00:00 GMT")]).retry_after), Some(0.0));
        assert_eq!(read(&[("retry-after", "soon")]).retry_after, None);
        assert_eq!(read(&[("retry-after", "-3")]).retry_after, None);
    }

    #[test]
    fn a_date_is_held_against_the_servers_own_clock() {
        let limits = read(&[
            ("date", "Mon, 23 Nov 2026 18:00:00 GMT"),
            ("retry-after", "Mon, 23 Nov 2026 18:00:20 GMT"),
        ]);
        assert_eq!(seconds(limits.retry_after), Some(20.0));
        for reset in ["1795435220", "1795435220500"] {
            let limits = read(&[("date", "Mon, 23 Nov 2026 12:00:00 GMT"), ("x-ratelimit-reset", reset)]);
            assert_eq!(seconds(limits.reset).map(f64::floor), Some(20.0), "{reset}");
        }
    }

    #[test]
    fn a_wrong_local_clock_neither_changes_a_wait_nor_makes_one_of_years() {
        let (date, at) = ("Mon, 23 Nov 2026 12:00:00 GMT", "Mon, 23 Nov 2026 12:00:20 GMT");
        for hours in [-87_600, -24, -2, 0, 1, 24, 87_600] {
            let local = NOW + f64::from(hours) * 3600.0;
            for (name, moment) in [("retry-after", at), ("x-ratelimit-reset", "1795435220")] {
                let told = |dated: bool| {
                    let header = |asked: &str| match asked {
                        "date" => Some(date).filter(|_| dated),
                        _ => Some(moment).filter(|_| asked == name),
                    };
                    let limits = Limits::read(header, |date| date.unwrap_or(local));
                    seconds(limits.retry_after.or(limits.reset))
                };
                assert_eq!(told(true), Some(20.0), "{name} {hours}");
                let undated = match hours {
                    0 => Some(20.0),
                    1.. => Some(0.0),
                    _ => None,
                };
                assert_eq!(told(false), undated, "{name} {hours}");
            }
        }
    }

    #[test]
    fn window_headers_of_both_families() {
        let limits = read(&[
            ("x-ratelimit-limit", "50"),
            ("x-ratelimit-remaining", "3"),
            ("x-ratelimit-reset", "1795435260"),
        ]);
        assert_eq!((limits.limit, limits.remaining), (Some(50), Some(3)));
        assert_eq!(seconds(limits.reset), Some(60.0));
        let limits = read(&[("ratelimit-limit", "100, 100;w=60"), ("ratelimit-reset", "12")]);
        assert_eq!((limits.limit, seconds(limits.reset)), (Some(100), Some(12.0)));
    }

    #[test]
    fn a_look_at_the_names_passes_over_none_that_is_read() {
        let all = LIMIT.iter().chain(&REMAINING).chain(&RESET).chain(&["retry-after", "ratelimit"]);
        assert!(all.copied().all(Limits::may_be_in));
        assert!(!["content-length", "date", "server", "x-request-id"].into_iter().any(Limits::may_be_in));
    }

    #[test]
    fn other_spellings_and_forms_of_a_reset() {
        let told = |name, reset| {
            let limits =
                read(&[("x-rate-limit-limit", "50"), ("x-rate-limit-remaining", "3"), (name, reset)]);
            assert_eq!((limits.limit, limits.remaining), (Some(50), Some(3)));
            seconds(limits.reset)
        };
        for (name, reset) in [
            ("x-rate-limit-reset", "20"),
            ("x-ratelimit-reset-after", "20"),
            ("x-ratelimit-reset", "20s"),
            ("ratelimit-reset", "2026-11-23T12:00:20Z"),
            ("ratelimit-reset", "2026-11-23T17:30:20+05:30"),
        ] {
            assert_eq!(told(name, reset), Some(20.0), "{reset}");
        }
        assert_eq!(told("x-ratelimit-reset", "2.5s"), Some(2.5));
        assert_eq!(told("x-ratelimit-reset", "soons"), None);
    }

    #[test]
    fn one_header_tells_all() {
        let told = |headers: &[(&str, &'static str)]| {
            let limits = read(headers);
            (limits.limit, limits.remaining, seconds(limits.reset))
        };
        let policy = ("ratelimit-policy", "\"burst\";q=100;w=60, \"day\";q=1000;w=86400");
        let newest = ("ratelimit", "\"day\";r=900;t=4000, \"burst\";r=7;t=30");
        assert_eq!(told(&[newest, policy]), (Some(100), Some(7), Some(30.0)));
        assert_eq!(told(&[newest]), (None, Some(7), Some(30.0)));
        let without_end = ("ratelimit", "\"burst\";r=7");
        assert_eq!(told(&[without_end, policy]), (Some(100), Some(7), Some(60.0)));
        assert_eq!(
            told(&[("ratelimit", "limit=50, remaining=0, reset=12")]),
            (Some(50), Some(0), Some(12.0))
        );
        assert_eq!(told(&[("ratelimit", "r=;t, nonsense")]), (None, None, None));
        let both = [("x-ratelimit-remaining", "3"), newest];
        assert_eq!(told(&both), (None, Some(3), None));
    }
}

//! What a reply's headers say of limits: `Retry-After` in seconds or as a date,
//! `X-RateLimit-*` (developer.exotel.com, rate limiting) and `RateLimit-*` (docs.audian.com, best practices).
//!
//! Pure: the wall time is given in, since a date means nothing without it.

use std::time::Duration;

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

/// Numbers below this are seconds to wait; above it, seconds since 1970.
const EPOCH_FROM: i64 = 1_000_000_000;
/// A moment that is further away by the local clock alone tells of a wrong clock, not of a wait.
const BELIEVED: Duration = Duration::from_secs(3600);

impl Limits {
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
        let first = |names: [&str; 2]| names.iter().find_map(|name| header(name)).map(str::trim);
        let number = |names| first(names).and_then(leading_number);
        let told = Limits {
            retry_after: header("retry-after").and_then(|text| wait(text.trim(), now)),
            limit: number(["x-ratelimit-limit", "ratelimit-limit"]),
            remaining: number(["x-ratelimit-remaining", "ratelimit-remaining"]),
            reset: first(["x-ratelimit-reset", "ratelimit-reset"]).and_then(|text| wait(text, now)),
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
        let policies = policy.into_iter().flat_map(|policy| policy.split(','));
        let quota = policies
            .filter(|policy| policy.trim().starts_with(name))
            .find_map(|policy| parameter(policy, &["q"]));
        Limits {
            limit: parameter(least, &["limit"]).or(quota).or(self.limit),
            remaining: parameter(least, &["r", "remaining"]),
            reset: parameter(least, &["t", "reset"]).map(Duration::from_secs).or(self.reset),
            ..self
        }
    }
}

/// A waiting time given as seconds, as an epoch or as an HTTP date; a past date is no wait.
fn wait(text: &str, now: impl Fn() -> Now) -> Option<Duration> {
    let Ok(number) = text.parse::<f64>() else {
        return until(http_date(text)?, now());
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
    fn one_header_tells_all() {
        let told = |headers: &[(&str, &'static str)]| {
            let limits = read(headers);
            (limits.limit, limits.remaining, seconds(limits.reset))
        };
        let policy = ("ratelimit-policy", "\"burst\";q=100;w=60, \"day\";q=1000;w=86400");
        let newest = ("ratelimit", "\"day\";r=900;t=4000, \"burst\";r=7;t=30");
        assert_eq!(told(&[newest, policy]), (Some(100), Some(7), Some(30.0)));
        assert_eq!(told(&[newest]), (None, Some(7), Some(30.0)));
        assert_eq!(
            told(&[("ratelimit", "limit=50, remaining=0, reset=12")]),
            (Some(50), Some(0), Some(12.0))
        );
        assert_eq!(told(&[("ratelimit", "r=;t, nonsense")]), (None, None, None));
        let both = [("x-ratelimit-remaining", "3"), newest];
        assert_eq!(told(&both), (None, Some(3), None));
    }
}

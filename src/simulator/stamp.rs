//! How moments are written on the wire: ISO 8601 with the offset of India in Exotel's users
//! (seed 001), in UTC at Audian's (seed 002), an HTTP date in headers. Pure: the moment is given in.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};

/// `2021-07-21T21:43:38+05:30`, from seconds since 1970.
pub(super) fn iso(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    let india = TimeZone::fixed(Offset::constant(5).saturating_add(jiff::Span::new().minutes(30)));
    strtime::format("%Y-%m-%dT%H:%M:%S%:z", &moment.to_zoned(india)).unwrap_or_default()
}

/// `2023-10-20T16:45:00Z`, from seconds since 1970.
pub(super) fn utc(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or_default();
    strtime::format("%Y-%m-%dT%H:%M:%SZ", &moment.to_zoned(TimeZone::UTC)).unwrap_or_default()
}

/// `Mon, 23 Nov 2026 12:00:07 GMT`, from milliseconds since 1970; part seconds round down.
pub(super) fn http_date(milliseconds: i64) -> String {
    let moment = Timestamp::from_second(milliseconds.div_euclid(1000)).unwrap_or_default();
    strtime::format("%a, %d %b %Y %H:%M:%S GMT", &moment.to_zoned(TimeZone::UTC)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_look_as_the_provider_writes_them() {
        assert_eq!(iso(1_626_884_018), "2021-07-21T21:43:38+05:30");
        assert_eq!(utc(1_697_820_300), "2023-10-20T16:45:00Z");
        assert_eq!(http_date(1_795_435_207_999), "Mon, 23 Nov 2026 12:00:07 GMT");
    }
}

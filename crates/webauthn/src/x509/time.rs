//! Points in time, as certificates and revocation lists carry them (RFC 5280 section 4.1.2.5).

use crate::der::{DerError, DerErrorKind, Reader, Tag};
use crate::metadata::Date;

/// A point in time in whole seconds. Where "now" comes from is the caller's concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Microseconds since 1970-01-01T00:00:00Z, as the store keeps them; rounded down.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros.div_euclid(1_000_000))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// UTCTime or GeneralizedTime, in UTC with seconds and without fractions. RFC 5280 gives each its
    /// years; either is accepted in any, since both are read without doubt.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DerError> {
        let here = reader.error(DerErrorKind::Value);
        let read = match reader.optional(Tag::UTC_TIME)? {
            Some(contents) => parse_utc(contents.rest()),
            None => parse_generalized(reader.bytes(Tag::GENERALIZED_TIME)?),
        };
        read.ok_or(here)
    }
}

/// `2026-11-21T00:00:00Z`.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of_day = self.0.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let day = Date::of_unix_seconds(self.0);
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// `YYMMDDHHMMSSZ`, from 1950 to 2049.
fn parse_utc(text: &[u8]) -> Option<Time> {
    let (year, rest) = text.split_at_checked(2)?;
    let year = parse_number(year)?;
    parse_rest(if year < 50 { 2000 + year } else { 1900 + year }, rest)
}

/// `YYYYMMDDHHMMSSZ`.
fn parse_generalized(text: &[u8]) -> Option<Time> {
    let (year, rest) = text.split_at_checked(4)?;
    parse_rest(parse_number(year)?, rest)
}

fn parse_number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i64::from(digit - b'0'))
    })
}

fn parse_rest(year: i64, rest: &[u8]) -> Option<Time> {
    let (fields, zone) = rest.split_at_checked(10)?;
    if zone != b"Z" {
        return None;
    }
    let mut numbers = fields.chunks(2).map(parse_number);
    let mut next = |low: i64, high: i64| {
        numbers
            .next()
            .flatten()
            .filter(|number| (low..=high).contains(number))
    };
    let month = next(1, 12)?;
    let day = next(1, count_days(year, month))?;
    let (hour, minute, second) = (next(0, 23)?, next(0, 59)?, next(0, 59)?);
    let days = derive_days(year, month, day);
    Some(Time(((days * 24 + hour) * 60 + minute) * 60 + second))
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn count_days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar.
fn derive_days(year: i64, month: i64, day: i64) -> i64 {
    // Leap days before this year, counted from year 0, less those before 1970.
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 477;
    let months: i64 = (1..month).map(|month| count_days(year, month)).sum();
    (year - 1970) * 365 + leap_days + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_to_the_second() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (1_795_263_999, "2026-11-21T12:26:39Z"),
        ] {
            assert_eq!(Time(seconds).to_string(), expected);
        }
    }

    #[test]
    fn dates_are_read_exactly() {
        for (text, seconds) in [
            ("700101000000Z", 0),
            ("500101000000Z", -631_152_000),
            ("491231235959Z", 2_524_607_999),
            ("000229120000Z", 951_825_600),
            ("261121134500Z", 1_795_268_700),
        ] {
            assert_eq!(parse_utc(text.as_bytes()), Some(Time(seconds)), "{text}");
        }
        for (text, seconds) in [
            ("20000301000000Z", 951_868_800),
            ("20500101000000Z", 2_524_608_000),
            ("99991231235959Z", 253_402_300_799),
        ] {
            assert_eq!(
                parse_generalized(text.as_bytes()),
                Some(Time(seconds)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "7001010000Z",
            "700101000000",
            "700101000000+0000",
            "701301000000Z",
            "700001000000Z",
            "700100000000Z",
            "010229000000Z",
            "700101240000Z",
            "700101006000Z",
            "700101000060Z",
            "70010100000/Z",
            "700101000000ZZ",
        ] {
            assert_eq!(parse_utc(text.as_bytes()), None, "{text}");
        }
        for text in ["19000229000000Z", "20000301000000.5Z", "000101000000Z"] {
            assert_eq!(parse_generalized(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn microseconds_are_rounded_down() {
        assert_eq!(Time::from_unix_micros(1_999_999), Time(1));
        assert_eq!(Time::from_unix_micros(-1), Time(-1));
    }
}

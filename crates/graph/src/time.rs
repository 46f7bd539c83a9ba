//! Times as Graph writes them: `Edm.DateTimeOffset`, RFC 3339.

use std::fmt;

use serde::{Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Time(pub i64);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;

impl Time {
    /// Reads `2026-11-21T10:05:00[.fraction](Z|+01:00)`, or a date alone, which is its first moment in UTC.
    /// More than six digits of a fraction are cut. `None` for what is no time of the years 1 to 9999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Time> {
        let text = text.as_bytes();
        let (date, clock) = text.split_at_checked(10)?;
        let days = parse_date(date)?;
        if clock.is_empty() {
            return days.checked_mul(DAY * SECOND).map(Time);
        }
        let (hour_to_second, rest) = clock.split_at_checked(9)?;
        let seconds = parse_clock(hour_to_second)?;
        let (micros, zone) = parse_fraction(rest)?;
        let offset = parse_zone(zone)?;
        let whole = days.checked_mul(DAY)?.checked_add(seconds - offset)?;
        whole.checked_mul(SECOND)?.checked_add(micros).map(Time)
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| {
        digits
            .iter()
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
    })
}

fn parse_date(text: &[u8]) -> Option<i64> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text else {
        return None;
    };
    let year = number(&[y0, y1, y2, y3])?;
    let (month, day) = (number(&[m0, m1])?, number(&[d0, d1])?);
    let days = days_from_civil(year, month, day);
    // What does not come back the same was no date, such as 30 February.
    (year >= 1 && civil_from_days(days) == (year, month, day)).then_some(days)
}

fn parse_clock(text: &[u8]) -> Option<i64> {
    let [b'T' | b't', h0, h1, b':', m0, m1, b':', s0, s1] = *text else {
        return None;
    };
    let (hour, minute, second) = (number(&[h0, h1])?, number(&[m0, m1])?, number(&[s0, s1])?);
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

fn parse_fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(rest) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(rest.len());
    let (digits, zone) = rest.split_at(end);
    if digits.is_empty() || digits.len() > 12 {
        return None;
    }
    let micros = (0..6).fold(0, |sum, at| {
        sum * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0'))
    });
    Some((micros, zone))
}

fn parse_zone(text: &[u8]) -> Option<i64> {
    match *text {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (hour, minute) = (number(&[h0, h1])?, number(&[m0, m1])?);
            let offset = hour * 3600 + minute * 60;
            (hour < 24 && minute < 60).then_some(if sign == b'-' { -offset } else { offset })
        }
        _ => None,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar: years that begin in March make the leap day the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// UTC with `Z`; a fraction only where there is one.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, micros) = (self.0.div_euclid(SECOND), self.0.rem_euclid(SECOND));
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY));
        let clock = seconds.rem_euclid(DAY);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            clock / 3600,
            clock / 60 % 60,
            clock % 60
        )?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        f.write_str("Z")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Time;
    use proptest::prelude::*;

    #[test]
    fn known_times() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-21T09:00:00Z", 1_795_251_600_000_000),
            ("2026-11-21T10:00:00+01:00", 1_795_251_600_000_000),
            ("2026-11-21T09:00:00.1234567Z", 1_795_251_600_123_456),
            ("2024-02-29", 1_709_164_800_000_000),
            ("1969-12-31T23:59:59.5Z", -500_000),
        ];
        for (text, micros) in cases {
            assert_eq!(Time::parse(text), Some(Time(micros)), "{text}");
        }
        assert_eq!(
            Time(1_795_251_600_000_000).to_string(),
            "2026-11-21T09:00:00Z"
        );
        assert_eq!(Time(-500_000).to_string(), "1969-12-31T23:59:59.500000Z");
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for unfit in [
            "",
            "2026",
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "0000-01-01",
            "2026-11-21T24:00:00Z",
            "2026-11-21T10:60:00Z",
            "2026-11-21T10:00:00",
            "2026-11-21 10:00:00Z",
            "2026-11-21T10:00:00.Z",
            "2026-11-21T10:00:00+0100",
            "2026-11-21T10:00:00Zz",
            "2026-11-2é",
        ] {
            assert_eq!(Time::parse(unfit), None, "{unfit}");
        }
    }

    proptest! {
        #[test]
        fn written_times_are_read_back(micros in -62_135_596_800_000_000i64..253_402_300_800_000_000) {
            prop_assert_eq!(Time::parse(&Time(micros).to_string()), Some(Time(micros)));
        }

        #[test]
        fn any_text_is_safe(text in ".{0,40}") {
            let _ = Time::parse(&text);
        }
    }
}

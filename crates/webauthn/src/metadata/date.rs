//! Days, as the metadata service writes them: `YYYY-MM-DD` (ISO 8601), in UTC.

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// Seconds in one day; UTC as POSIX counts it has no others.
const DAY: i64 = 86_400;

impl Date {
    /// The day on which a moment lies, in seconds since 1970-01-01T00:00:00Z. Moments beyond the range of
    /// days become the first or the last one.
    #[must_use]
    pub fn of_unix_seconds(seconds: i64) -> Self {
        let days = seconds.div_euclid(DAY);
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// The moment at which the day begins, in seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        i64::from(self.0) * DAY
    }

    /// Reads exactly `YYYY-MM-DD`; `None` for every other text and for days that no calendar has.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range)?;
            let all = digits.bytes().all(|digit| digit.is_ascii_digit());
            all.then(|| digits.parse::<i32>().ok()).flatten()
        };
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let date = Self(days_of(year, month, day));
        // A day that the month doesn't have comes back as another one.
        (date.parts() == (year, month, day)).then_some(date)
    }

    fn parts(self) -> (i32, i32, i32) {
        // Howard Hinnant's algorithm: eras of 400 years that begin on the first of March.
        let days = i64::from(self.0) + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        let year = year + era * 400 + i64::from(month <= 2);
        let narrow = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        (narrow(year), narrow(month), narrow(day))
    }
}

fn days_of(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn days_are_read_and_written() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("1969-12-31", -86_400),
            ("2000-02-29", 951_782_400),
            ("2026-11-21", 1_795_219_200),
            ("2100-03-01", 4_107_542_400),
        ] {
            let date = Date::parse(text).unwrap();
            assert_eq!(date.unix_seconds(), seconds, "{text}");
            assert_eq!(Date::of_unix_seconds(seconds + 86_399), date);
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_no_days() {
        for text in [
            "",
            "2026-2-03",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-01-32",
            "20260101",
            "2026-01-01T",
            "+026-01-01",
            "2026/01/01",
            "２026-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_some_centuries_survives() {
        for day in -200_000..200_000 {
            let date = Date(day);
            if date.parts().0 >= 1 {
                assert_eq!(Date::parse(&date.to_string()), Some(date));
            }
        }
        assert!(Date::of_unix_seconds(i64::MIN) < Date::of_unix_seconds(i64::MAX));
        let _ = Date::of_unix_seconds(i64::MAX).to_string();
    }
}

//! Points in time as text, ISO 8601.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::audio::metadata::time::{date, days};

/// A date and time of day without a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Year, 1 to 9999.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month, 1 to 31.
    pub day: u32,
    /// Second of the day, 0 to 86,399.
    pub second: u32,
}

impl Moment {
    /// Checks that there is such a day and time.
    pub fn new(date: (i64, u32, u32), time: (u32, u32, u32)) -> Option<Self> {
        let ((year, month, day), (h, m, s)) = (date, time);
        let exists = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && h < 24
            && m < 60
            && s < 60;
        exists.then_some(Self {
            year,
            month,
            day,
            second: h * 3600 + m * 60 + s,
        })
    }

    /// From seconds since 1970.
    pub fn from_unix(seconds: i64) -> Self {
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = date(days);
        Self {
            year,
            month: month as u32,
            day: day as u32,
            second: second as u32,
        }
    }

    /// Seconds since 1970.
    pub fn to_unix(self) -> i64 {
        let days = days(self.year, self.month.into(), self.day.into());
        days * 86_400 + i64::from(self.second)
    }

    /// `2020-10-03T18:30:45`, or `2020-10-03` or `2020-10-03T18:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse().ok();
        let date = (i64::from(number(0, 4)?), number(5, 7)?, number(8, 10)?);
        let has = |at: usize, any: &[u8]| text.as_bytes().get(at).is_some_and(|b| any.contains(b));
        if !has(4, b"-") || !has(7, b"-") {
            return None;
        }
        let time = match text.len() {
            10 => (0, 0, 0),
            16 if has(10, b"T ") && has(13, b":") => (number(11, 13)?, number(14, 16)?, 0),
            19 if has(10, b"T ") && has(13, b":") && has(16, b":") => {
                (number(11, 13)?, number(14, 16)?, number(17, 19)?)
            }
            _ => return None,
        };
        Self::new(date, time)
    }
}

fn days_in(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl std::fmt::Display for Moment {
    /// `2020-10-03T18:30:45`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (h, m, s) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        let (year, month, day) = (self.year, self.month, self.day);
        write!(f, "{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}")
    }
}

/// Now, in UTC: `2020-10-03T18:30:45Z`.
pub(crate) fn now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    format!(
        "{}Z",
        Moment::from_unix(now.map_or(0, |d| d.as_secs() as i64))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_seconds_agree_with_the_calendar() {
        for (unix, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_827_696, "2000-02-29T12:34:56"),
            (1_601_749_845, "2020-10-03T18:30:45"),
            (-1, "1969-12-31T23:59:59"),
        ] {
            let moment = Moment::from_unix(unix);
            assert_eq!(moment.to_string(), text);
            assert_eq!(moment.to_unix(), unix);
            assert_eq!(Moment::parse(text), Some(moment));
        }
    }

    #[test]
    fn days_that_are_none_are_refused() {
        for text in [
            "2021-02-29",
            "2020-13-01",
            "2020-10-03T24:00",
            "now",
            "2020/10/03",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        assert!(Moment::parse("2020-10-03 18:30").is_some());
    }
}

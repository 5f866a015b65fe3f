//! Moments as files write them, as ISO 8601 in UTC.

/// Seconds from 1904-01-01 (MP4 and MOV) to 1970-01-01.
const FROM_1904: i64 = 2_082_844_800;

/// Seconds from 1970-01-01 to 2001-01-01 (Matroska).
const TO_2001: i64 = 978_307_200;

/// A moment in seconds from 1904 on; 0 stands for "not known" (ISO/IEC 14496-12, 8.2.2; phones that strip the time
/// write it as well).
pub(super) fn since_1904(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok().filter(|&s| s > 0)?;
    iso(seconds - FROM_1904)
}

/// A moment in nanoseconds from 2001 on (RFC 9559, DateUTC).
pub(super) fn since_2001(nanoseconds: i64) -> Option<String> {
    iso(TO_2001 + nanoseconds.div_euclid(1_000_000_000))
}

/// A moment in seconds from 1970 on; `None` beyond the year 9999.
fn iso(seconds: i64) -> Option<String> {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    (0..10_000)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// Year, month and day of the Gregorian calendar, `days` after 1970-01-01 (Hinnant, "chrono-compatible low-level
/// date algorithms", `civil_from_days`: years begin in March, in eras of 400 years).
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar: the inverse of [`date`] (`days_from_civil`).
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epochs_are_where_they_are() {
        assert_eq!(since_1904(0), None);
        assert_eq!(since_1904(1).unwrap(), "1904-01-01T00:00:01Z");
        assert_eq!(since_1904(2_082_844_800).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(since_2001(0).unwrap(), "2001-01-01T00:00:00Z");
        assert_eq!(since_2001(-1).unwrap(), "2000-12-31T23:59:59Z");
    }

    #[test]
    fn leap_days_are_where_they_are() {
        // date -u -d 2024-02-29T12:34:56Z +%s: 1709210096.
        assert_eq!(iso(1_709_210_096).unwrap(), "2024-02-29T12:34:56Z");
        assert_eq!(iso(1_709_210_096 + 86_400).unwrap(), "2024-03-01T12:34:56Z");
        assert_eq!(iso(951_782_400).unwrap(), "2000-02-29T00:00:00Z");
        assert_eq!(iso(4_107_542_400).unwrap(), "2100-03-01T00:00:00Z");
    }

    #[test]
    fn days_are_counted_back_and_forth_alike() {
        for day in (-800_000..3_000_000).step_by(13) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!(days(2000, 2, 29) * 86_400, 951_782_400);
    }

    #[test]
    fn numbers_that_are_no_dates_are_none() {
        assert_eq!(since_1904(u64::MAX), None);
        assert_eq!(since_1904(i64::MAX as u64), None);
        assert!(since_2001(i64::MIN).is_some());
    }
}

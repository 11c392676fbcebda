//! Days as clinics keep them: Moscow time, working days, days off.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};

/// Moscow is this far ahead of UTC all year since 26 October 2014.
const MOSCOW_MS: i64 = 3 * 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// The day is planned and learned in parts of two minutes: a release window is some minutes wide.
pub(crate) const BIN_MS: i64 = 120_000;
/// Parts of a day.
pub(crate) const BINS: usize = 720;

/// Holidays that fall on the same date each year: month and day (Labour Code of Russia, art. 112).
const HOLIDAYS: [(u32, u32); 14] = [
    (1, 1),
    (1, 2),
    (1, 3),
    (1, 4),
    (1, 5),
    (1, 6),
    (1, 7),
    (1, 8),
    (2, 23),
    (3, 8),
    (5, 1),
    (5, 9),
    (6, 12),
    (11, 4),
];

/// Days off moved by decree: year, month and day. A holiday on a weekend moves by itself.
const MOVED_TO: [(i32, u32, u32); 7] = [
    (2025, 5, 2),
    (2025, 5, 8),
    (2025, 6, 13),
    (2025, 11, 3),
    (2025, 12, 31),
    (2026, 1, 9),
    (2026, 12, 31),
];
/// Holidays on a weekend whose day off was moved elsewhere by decree, not to the next working day.
const MOVED_FROM: [(i32, u32, u32); 2] = [(2025, 2, 23), (2025, 3, 8)];
/// Saturdays on which people work.
const WORKING_SATURDAYS: [(i32, u32, u32); 1] = [(2025, 11, 1)];

/// How a clinic lives on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayKind {
    /// People work.
    Workday,
    /// Saturday or Sunday.
    Weekend,
    /// A public holiday, or a day off moved to where a working day would be.
    Holiday,
}

impl DayKind {
    /// The kind of this date in Russia. Of years whose transfers were not decreed yet when this
    /// was written, only the rules of the law are known.
    pub fn of(date: NaiveDate) -> Self {
        let ymd = (date.year(), date.month(), date.day());
        let free = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        if is_holiday(date) || MOVED_TO.contains(&ymd) || takes_over(date) {
            Self::Holiday
        } else if free && !WORKING_SATURDAYS.contains(&ymd) {
            Self::Weekend
        } else {
            Self::Workday
        }
    }
}

fn is_holiday(date: NaiveDate) -> bool {
    HOLIDAYS.contains(&(date.month(), date.day()))
}

/// Is this the working day that a holiday on the weekend before was moved to? Those of the first
/// days of January are moved by decree alone.
fn takes_over(date: NaiveDate) -> bool {
    let working = |date: NaiveDate| {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(date)
    };
    if !working(date) {
        return false;
    }
    // Back over the days that are free anyway.
    let before = (1..=4).map_while(|days| date.checked_sub_days(Days::new(days)));
    before.take_while(|day| !working(*day)).any(|day| {
        is_holiday(day)
            && day.month() != 1
            && matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !MOVED_FROM.contains(&(day.year(), day.month(), day.day()))
    })
}

/// The Moscow day of a moment: days since 1970-01-01.
pub(crate) fn day_of(ms: i64) -> i64 {
    (ms + MOSCOW_MS).div_euclid(DAY_MS)
}

/// When that day begins, in milliseconds of UTC.
pub(crate) fn midnight(day: i64) -> i64 {
    day * DAY_MS - MOSCOW_MS
}

/// The date of a day.
pub(crate) fn date(day: i64) -> NaiveDate {
    DateTime::<Utc>::from_timestamp_millis(day * DAY_MS)
        .map_or(NaiveDate::MIN, |at| at.date_naive())
}

/// The part of the day that a moment falls into.
pub(crate) fn bin_of(ms: i64) -> usize {
    let in_day = (ms + MOSCOW_MS).rem_euclid(DAY_MS);
    usize::try_from(in_day / BIN_MS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(date: &str) -> DayKind {
        DayKind::of(date.parse().unwrap())
    }

    #[test]
    fn a_year_has_the_free_days_of_the_official_calendar() {
        for free in [
            "2026-01-01",
            "2026-01-09",
            "2026-02-23",
            "2026-03-08",
            "2026-03-09",
            "2026-05-01",
            "2026-05-11",
            "2026-06-12",
            "2026-11-04",
            "2026-12-31",
            "2025-05-02",
            "2025-06-13",
        ] {
            assert_eq!(kind(free), DayKind::Holiday, "{free}");
        }
        for working in [
            "2025-11-01",
            "2025-02-24",
            "2025-03-10",
            "2026-01-12",
            "2026-03-10",
        ] {
            assert_eq!(kind(working), DayKind::Workday, "{working}");
        }
        // 247 working days in 2025 and in 2026, says the production calendar.
        for year in [2025, 2026] {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
            let days = first.iter_days().take_while(|day| day.year() == year);
            let working = days
                .filter(|day| DayKind::of(*day) == DayKind::Workday)
                .count();
            assert_eq!(working, 247, "{year}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_moscow() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp_millis();
        let monday = at("2026-11-23T00:00:00+03:00");
        assert_eq!(midnight(day_of(monday)), monday);
        assert_eq!(day_of(monday - 1), day_of(monday) - 1);
        assert_eq!(bin_of(monday), 0);
        assert_eq!(bin_of(monday - 1), BINS - 1);
        assert_eq!(bin_of(at("2026-11-23T08:05:00+03:00")), 242);
        assert_eq!(date(day_of(monday)).to_string(), "2026-11-23");
    }
}

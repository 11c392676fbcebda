//! When a patient can come: ranges joined by OR, from which exclusions subtract.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}

impl Day {
    /// Monday first.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// The weekday of a date.
    pub fn of(date: NaiveDate) -> Self {
        Self::ALL[date.weekday().num_days_from_monday() as usize]
    }
}

/// One rule: these weekdays, between these times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimeRange {
    /// Empty means every day.
    pub days: Vec<Day>,
    /// A slot may start at this time or later; `None` from midnight.
    pub from: Option<NaiveTime>,
    /// A slot must start before this time; `None` until midnight.
    pub to: Option<NaiveTime>,
}

/// When slots suit. The default suits any slot that is still ahead.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TimeWish {
    /// Joined by OR; empty means any time.
    pub ranges: Vec<TimeRange>,
    /// First suitable day.
    pub not_before: Option<NaiveDate>,
    /// Last suitable day.
    pub not_after: Option<NaiveDate>,
    /// Days that never suit.
    pub except: Vec<NaiveDate>,
    /// Minutes needed between now and the start.
    pub notice_minutes: u32,
    /// Only slots before this moment (the appointment one already has).
    pub earlier_than: Option<DateTime<Utc>>,
}

impl TimeWish {
    /// Does a slot that starts then suit, seen from `now`?
    ///
    /// All clock times and dates of a wish are Moscow time.
    pub fn suits(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        if start < now + TimeDelta::minutes(self.notice_minutes.into()) || start <= now {
            return false;
        }
        let local = start.with_timezone(&Moscow).naive_local();
        let date = local.date();
        self.not_before.is_none_or(|first| date >= first)
            && self.not_after.is_none_or(|last| date <= last)
            && !self.except.contains(&date)
            && self.earlier_than.is_none_or(|limit| start < limit)
            && (self.ranges.is_empty()
                || self
                    .ranges
                    .iter()
                    .any(|range| range.contains(Day::of(date), local.time())))
    }
}

impl TimeRange {
    fn contains(&self, day: Day, time: NaiveTime) -> bool {
        (self.days.is_empty() || self.days.contains(&day))
            && self.from.is_none_or(|from| time >= from)
            && self.to.is_none_or(|to| time < to)
    }
}

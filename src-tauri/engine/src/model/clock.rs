//! The release clock: at what time of day slots usually appear.

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::Day;

/// The time at which slots of a watch usually appear. There is none unless the past carries it:
/// `release_clock` states the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseClock {
    /// On which days.
    pub days: ClockDays,
    /// From this time on (Moscow), on a multiple of five minutes.
    pub from: NaiveTime,
    /// Until this time, an hour later at most; midnight ends the day.
    pub to: NaiveTime,
    /// So many releases came then,
    pub hits: u32,
    /// of so many on such days.
    pub of: u32,
    /// They came on so many different days,
    pub hit_days: u32,
    /// of so many such days on which somebody looked then.
    pub watched_days: u32,
    /// When such a time comes next: at this or at another one of the day. In the past only while
    /// it lasts.
    pub next: DateTime<Utc>,
    /// How often something is seen on such a day at today's speed, when that can be said.
    pub chance: Option<Chance>,
}

/// The days on which a [`ReleaseClock`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ClockDays {
    /// This weekday alone.
    One {
        /// Which.
        day: Day,
    },
    /// Working days.
    Workdays,
    /// Weekends and holidays.
    Weekends,
    /// Any day.
    Any,
}

/// A chance as people say it: «7–9 times out of 10». No promise is ever made: 9 is the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Chance {
    /// At least so many times out of ten,
    pub low: u8,
    /// at most so many; the same when it is known well.
    pub high: u8,
}

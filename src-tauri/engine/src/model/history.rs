//! What one watch's past says: when slots appear, how long they live, when nobody looked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ClinicId, Day};

/// What the last weeks say about the slots of a watch.
///
/// What was there at the first look at a doctor is no release: nobody knows when it appeared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The first good look it rests on; `None`: nothing has been looked at yet.
    pub since: Option<DateTime<Utc>>,
    /// When slots appear.
    pub timing: Timing,
    /// Releases that came some time while nobody looked; in no half-hour.
    pub unplaced: u32,
    /// How long slots live.
    pub lives: Lives,
    /// Slots that nobody took: there until their own time.
    pub unclaimed: u32,
    /// The newest releases, newest first.
    pub releases: Vec<Release>,
    /// The newest times at which nobody looked, newest first.
    pub gaps: Vec<Gap>,
    /// How many earlier ones there were.
    pub earlier_gaps: u32,
}

/// When slots appear, in Moscow time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Timing {
    /// Too few releases to see a pattern in.
    TooFew {
        /// So many so far.
        releases: u32,
        /// About so many more days of looking are needed, when that can be said.
        days_left: Option<u32>,
    },
    /// Enough of them.
    Known {
        /// How many releases the cells hold.
        releases: u32,
        /// The half-hours in which slots appeared, Monday first, in order of time.
        cells: Vec<Cell>,
        /// The half-hours hardly looked at, in the same order: gaps always took more than half of
        /// each, and that nothing appears in them is not known.
        unlooked: Vec<HalfHour>,
    },
}

/// A half-hour of a weekday.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub struct HalfHour {
    /// The weekday.
    pub day: Day,
    /// The half-hour of the day: 0 begins at midnight, 47 at 23:30.
    pub half_hour: u8,
}

/// A half-hour of a weekday in which slots appeared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// The weekday.
    pub day: Day,
    /// Counted as in [`HalfHour`].
    pub half_hour: u8,
    /// How many times slots appeared.
    pub releases: u32,
    /// How many slots in all.
    pub slots: u32,
}

/// How long slots live, counted only where both ends were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Lives {
    /// Too few whose life is known.
    TooFew {
        /// So many so far.
        counted: u32,
    },
    /// Enough of them.
    Known {
        /// So many slots.
        counted: u32,
        /// Half of them lived no longer.
        median_secs: u32,
        /// So many lived less than five minutes.
        short: u32,
    },
}

/// Slots of one clinic that appeared together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Where.
    pub clinic_id: ClinicId,
    /// With whom, in order of the alphabet.
    pub doctors: Vec<String>,
    /// When the first of them was seen.
    pub first_seen: DateTime<Utc>,
    /// They appeared some time after this moment: nobody looked in between.
    pub unseen_since: Option<DateTime<Utc>>,
    /// How many.
    pub slots: u32,
    /// How many of them are still free.
    pub free: u32,
    /// How long they lived: the median of those whose life is known.
    pub life_secs: Option<u32>,
}

/// A time at which nobody looked, or looks taught nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// The clinic, when the others of the watch were looked at.
    pub clinic_id: Option<ClinicId>,
    /// The last good look before; before the first good look: the first that failed.
    pub from: DateTime<Utc>,
    /// The first good look after; `None`: there has been none yet.
    pub to: Option<DateTime<Utc>>,
    /// Why.
    pub cause: GapCause,
}

/// Why nothing was learned for a while: what took most of that time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "camelCase")]
pub enum GapCause {
    /// The computer slept.
    Asleep,
    /// Nothing at all was looked at: the program was closed or paused, or the computer was off.
    Off,
    /// Other watches were looked after, this one (or this clinic of it) was not.
    Idle,
    /// There was no network.
    Offline,
    /// The service refused.
    Blocked,
    /// The clinic or the service did not answer.
    Unavailable,
    /// The clinic offered nothing online and was asked once a day.
    NoOnline,
}

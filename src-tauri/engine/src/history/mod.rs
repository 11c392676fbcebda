//! What one watch's past says: when slots appear, how long they live, when nobody looked.
//!
//! Pure: values from the store in, a [`History`] out. How well a moment is
//! known comes from [`log`]; the table for spreadsheets is [`sheet`]. A slot of
//! the first look at a doctor is no release, and one that appeared while nobody
//! looked is counted apart: its half-hour is not known.

mod log;
mod sheet;
mod trace;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Moscow;

pub(crate) use log::{DENSE, Reading, Scope};
pub(crate) use sheet::sheet;
pub(crate) use trace::{TraceKey, trace};

use crate::{
    model::{Cell, ClinicId, Day, Gap, GapCause, HalfHour, History, Lives, Release, Sleep, Timing},
    release_clock::TOGETHER,
    store::{Opening, Past},
    text::dates::date_of,
};
use log::Known;

/// The history tells of so many whole weeks: every weekday counts alike.
pub(crate) const SPAN: TimeDelta = TimeDelta::weeks(8);
/// Fewer releases show no pattern.
const ENOUGH_RELEASES: usize = 10;
/// Fewer lives show no length.
const ENOUGH_LIVES: usize = 5;
/// A slot that lives less is gone before most people have answered.
const SHORT: TimeDelta = TimeDelta::minutes(5);
/// The newest releases that are told one by one.
const RELEASES: usize = 20;
/// The newest gaps that are told one by one.
const GAPS: usize = 10;
/// What the table counts by.
const HALF_HOUR: TimeDelta = TimeDelta::minutes(30);
/// Nobody is asked to wait for longer than this.
const LONGEST_WAIT_DAYS: i64 = 60;

/// An opening and what is known of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) opening: Opening,
    pub(crate) sighting: Sighting,
    pub(crate) fate: Fate,
}

/// How an opening came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// It was there at the first look.
    There,
    /// It appeared at this time.
    Appeared,
    /// It appeared some time after this moment.
    AppearedSince(DateTime<Utc>),
}

/// How an opening went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is still there.
    Free,
    /// It was taken after this long.
    Lived(TimeDelta),
    /// It was taken, nobody knows when exactly.
    Taken,
    /// Nobody took it.
    Unclaimed,
    /// It is not certain that it is gone, or how it went.
    Unknown,
}

/// What is known of the life of each opening.
pub(crate) fn tell(past: Vec<Past>, reading: &Reading, now: DateTime<Utc>) -> Vec<Told> {
    past.into_iter()
        .map(|past| {
            let known = |at| reading.known(&past.opening.clinic_id, &past.opening.doctor_id, at);
            let sighting = match known(past.opening.first_seen) {
                Some(Known::Closely) => Sighting::Appeared,
                Some(Known::Since(since)) => Sighting::AppearedSince(since),
                Some(Known::First { newcomer: true }) if past.alerted => Sighting::Appeared,
                Some(Known::First { .. }) | None => Sighting::There,
            };
            let fate = fate(&past, sighting, past.opening.gone_at.and_then(known), now);
            Told {
                opening: past.opening,
                sighting,
                fate,
            }
        })
        .collect()
}

fn fate(past: &Past, sighting: Sighting, end: Option<Known>, now: DateTime<Utc>) -> Fate {
    let opening = &past.opening;
    let Some(gone_at) = opening.gone_at else {
        return if opening.slot.start > now {
            Fate::Free
        } else {
            Fate::Unknown
        };
    };
    if !past.gone_for_certain {
        return Fate::Unknown;
    }
    let seen_going = end == Some(Known::Closely);
    match (gone_at < opening.slot.start, seen_going, sighting) {
        (true, true, Sighting::Appeared) => Fate::Lived(gone_at - opening.first_seen),
        (true, _, _) => Fate::Taken,
        (false, true, _) => Fate::Unclaimed,
        (false, false, _) => Fate::Unknown,
    }
}

/// Puts it all together. The caller tells gaps of the program from those of a watch that was off.
pub(crate) fn history(
    told: &[Told],
    reading: &Reading,
    slept: Option<Sleep>,
    now: DateTime<Utc>,
) -> History {
    let releases = releases(told);
    let placed: Vec<&Release> = releases
        .iter()
        .filter(|release| release.unseen_since.is_none())
        .collect();
    let mut gaps = reading.gaps(now, slept);
    let unwatched: TimeDelta = gaps
        .iter()
        .filter(|gap| gap.clinic_id.is_none() && gap.cause != GapCause::NoOnline)
        .map(|gap| gap.to.unwrap_or(now) - gap.from)
        .sum();
    let watched = reading
        .since()
        .map_or(TimeDelta::zero(), |since| now - since - unwatched);
    let unlooked = reading
        .since()
        .map_or_else(Vec::new, |since| unlooked(&gaps, since, now));
    let earlier_gaps = count(gaps.len().saturating_sub(GAPS));
    gaps.truncate(GAPS);
    let unclaimed = told.iter().filter(|told| told.fate == Fate::Unclaimed);
    History {
        since: reading.since(),
        timing: timing(&placed, watched, unlooked),
        unplaced: count(releases.len() - placed.len()),
        lives: lives(told),
        unclaimed: count(unclaimed.count()),
        gaps,
        earlier_gaps,
        releases: releases.into_iter().rev().take(RELEASES).collect(),
    }
}

/// An opening that appeared, and since when nobody had looked when it did.
type Arrival<'a> = (&'a Told, Option<DateTime<Utc>>);

/// Openings that came together, oldest first.
fn releases(told: &[Told]) -> Vec<Release> {
    let mut arrived: Vec<Arrival<'_>> = told
        .iter()
        .filter_map(|told| match told.sighting {
            Sighting::There => None,
            Sighting::Appeared => Some((told, None)),
            Sighting::AppearedSince(since) => Some((told, Some(since))),
        })
        .collect();
    arrived.sort_by_key(|(told, _)| told.opening.first_seen);
    // The last release of each clinic that may still be joined, with its newest opening.
    let mut open: HashMap<(&ClinicId, bool), (usize, DateTime<Utc>)> = HashMap::new();
    let mut groups: Vec<Vec<Arrival<'_>>> = Vec::new();
    for (told, since) in arrived {
        let key = (&told.opening.clinic_id, since.is_some());
        let seen = told.opening.first_seen;
        match open.get_mut(&key) {
            Some((group, newest)) if seen - *newest <= TOGETHER => {
                groups[*group].push((told, since));
                *newest = seen;
            }
            Some(_) | None => {
                open.insert(key, (groups.len(), seen));
                groups.push(vec![(told, since)]);
            }
        }
    }
    groups.iter().filter_map(|group| release(group)).collect()
}

fn release(group: &[Arrival<'_>]) -> Option<Release> {
    let (first, _) = group.first()?;
    let doctors: BTreeSet<&str> = group
        .iter()
        .map(|(told, _)| told.opening.doctor.as_str())
        .collect();
    let free = group.iter().filter(|(told, _)| told.fate == Fate::Free);
    let mut known: Vec<TimeDelta> = group.iter().filter_map(|(told, _)| life(told)).collect();
    Some(Release {
        clinic_id: first.opening.clinic_id.clone(),
        doctors: doctors.into_iter().map(str::to_owned).collect(),
        first_seen: first.opening.first_seen,
        unseen_since: group.iter().filter_map(|(_, since)| *since).min(),
        slots: count(group.len()),
        free: count(free.count()),
        life_secs: median(&mut known).map(seconds),
    })
}

fn timing(placed: &[&Release], watched: TimeDelta, unlooked: Vec<HalfHour>) -> Timing {
    let releases = count(placed.len());
    if placed.len() < ENOUGH_RELEASES {
        return Timing::TooFew {
            releases,
            days_left: days_left(placed.len(), watched),
        };
    }
    let mut cells: BTreeMap<HalfHour, Cell> = BTreeMap::new();
    for release in placed {
        let at = half_hour(release.first_seen);
        let HalfHour { day, half_hour } = at;
        let cell = cells.entry(at).or_insert(Cell {
            day,
            half_hour,
            releases: 0,
            slots: 0,
        });
        cell.releases += 1;
        cell.slots += release.slots;
    }
    let unlooked = unlooked
        .into_iter()
        .filter(|at| !cells.contains_key(at))
        .collect();
    Timing::Known {
        releases,
        cells: cells.into_values().collect(),
        unlooked,
    }
}

/// The half-hours of the week of which gaps, or the time before the first look, have always taken
/// more than half: that nothing appeared in them is not known.
fn unlooked(gaps: &[Gap], since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<HalfHour> {
    let mut whole: Vec<&Gap> = gaps.iter().filter(|gap| gap.clinic_id.is_none()).collect();
    whole.sort_by_key(|gap| gap.from);
    let mut looked = BTreeSet::new();
    // Moscow is whole hours away from UTC: half-hours of both begin together.
    let mut from = since - TimeDelta::seconds(since.timestamp().rem_euclid(1800));
    let mut passed = 0;
    while from < now {
        let to = from + HALF_HOUR;
        passed += whole[passed..]
            .iter()
            .take_while(|gap| gap.to.is_some_and(|end| end <= from))
            .count();
        let missed: TimeDelta = whole[passed..]
            .iter()
            .take_while(|gap| gap.from < to)
            .map(|gap| gap.to.unwrap_or(now).min(to) - gap.from.max(from))
            .sum();
        if (now.min(to) - since.max(from) - missed) * 2 >= HALF_HOUR {
            looked.insert(half_hour(from));
        }
        from = to;
    }
    let week = Day::ALL
        .into_iter()
        .flat_map(|day| (0..48).map(move |half_hour| HalfHour { day, half_hour }));
    week.filter(|at| !looked.contains(at)).collect()
}

/// So many more days until there are enough, if slots go on appearing as often as so far.
fn days_left(releases: usize, watched: TimeDelta) -> Option<u32> {
    let (had, missing) = (
        i32::try_from(releases).ok()?,
        i32::try_from(ENOUGH_RELEASES - releases).ok()?,
    );
    if had < 2 || watched < TimeDelta::days(1) {
        return None;
    }
    let left = watched * missing / had;
    let days = left.num_days() + i64::from(left > TimeDelta::days(left.num_days()));
    (days <= LONGEST_WAIT_DAYS).then(|| u32::try_from(days.max(1)).unwrap_or(u32::MAX))
}

fn lives(told: &[Told]) -> Lives {
    let mut known: Vec<TimeDelta> = told.iter().filter_map(life).collect();
    let counted = count(known.len());
    match median(&mut known) {
        Some(median) if known.len() >= ENOUGH_LIVES => Lives::Known {
            counted,
            median_secs: seconds(median),
            short: count(known.iter().filter(|life| **life < SHORT).count()),
        },
        Some(_) | None => Lives::TooFew { counted },
    }
}

fn life(told: &Told) -> Option<TimeDelta> {
    match told.fate {
        Fate::Lived(life) => Some(life),
        Fate::Free | Fate::Taken | Fate::Unclaimed | Fate::Unknown => None,
    }
}

/// The middle one; of two the shorter.
fn median(lives: &mut [TimeDelta]) -> Option<TimeDelta> {
    lives.sort_unstable();
    lives.get(lives.len().saturating_sub(1) / 2).copied()
}

fn half_hour(at: DateTime<Utc>) -> HalfHour {
    let time = at.with_timezone(&Moscow).time();
    HalfHour {
        day: Day::of(date_of(at)),
        half_hour: u8::try_from(time.num_seconds_from_midnight() / 1800).unwrap_or(47),
    }
}

fn seconds(life: TimeDelta) -> u32 {
    u32::try_from(life.num_seconds()).unwrap_or(0)
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

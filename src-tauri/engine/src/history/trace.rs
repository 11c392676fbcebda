//! A person's own log as a trace, on which ways of looking can be compared.

use std::fmt::Write;

use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};
use chrono_tz::Europe::Moscow;
use serde::Serialize;

use super::{Fate, Sighting, Told};
use crate::{
    model::{ClinicId, SpecialtyId},
    text::dates::date_of,
};

/// A specialty of a clinic that somebody waits at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TraceKey {
    pub(crate) clinic: ClinicId,
    pub(crate) specialty: SpecialtyId,
    /// How many watches wait there.
    pub(crate) weight: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    keys: Vec<&'a TraceKey>,
    learn_days: i64,
    score_days: i64,
}

#[derive(Serialize)]
struct Line {
    key: usize,
    appears: i64,
    gone: i64,
}

/// JSON lines: a head, then each opening of which it is known when it appeared, in seconds from
/// the Monday on which (or after which) the first of them did. The days are halved: on the first
/// ones a policy may learn, on the others it is scored.
pub(crate) fn trace(keys: &[(TraceKey, Vec<Told>)], now: DateTime<Utc>) -> String {
    let mut openings: Vec<(usize, DateTime<Utc>, DateTime<Utc>)> = keys
        .iter()
        .enumerate()
        .flat_map(|(key, (_, told))| told.iter().map(move |told| (key, told)))
        .filter(|(_, told)| told.sighting == Sighting::Appeared)
        .map(|(key, told)| (key, told.opening.first_seen, end(told, now)))
        .collect();
    openings.sort_by_key(|(key, appears, _)| (*appears, *key));
    let monday = openings.first().and_then(|(_, first, _)| {
        let day = date_of(*first);
        let monday =
            day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))?;
        let begin = monday.and_time(NaiveTime::MIN).and_local_timezone(Moscow);
        Some((monday, begin.earliest()?.with_timezone(&Utc)))
    });
    let days = monday.map_or(0, |(monday, _)| (date_of(now) - monday).num_days() + 1);
    let head = Head {
        keys: keys.iter().map(|(key, _)| key).collect(),
        learn_days: days - days / 2,
        score_days: days / 2,
    };
    let mut text = serde_json::to_string(&head).unwrap_or_default();
    let begin = monday.map_or(now, |(_, begin)| begin);
    for (key, appears, gone) in openings {
        let line = Line {
            key,
            appears: (appears - begin).num_seconds(),
            gone: (gone - begin).num_seconds(),
        };
        // Writing to memory does not fail.
        let _ = write!(
            text,
            "\n{}",
            serde_json::to_string(&line).unwrap_or_default()
        );
    }
    text
}

/// When an opening went; one that has not, by its own start or now.
fn end(told: &Told, now: DateTime<Utc>) -> DateTime<Utc> {
    let opening = &told.opening;
    let end = match told.fate {
        Fate::Lived(life) => opening.first_seen + life,
        Fate::Taken => opening.gone_at.unwrap_or(now),
        Fate::Unclaimed | Fate::Free | Fate::Unknown => now,
    };
    end.min(opening.slot.start).max(opening.first_seen)
}

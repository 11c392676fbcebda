//! Moscow time, the only zone the API knows (and never writes).

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Moscow;

pub(crate) fn local(moment: DateTime<Utc>) -> NaiveDateTime {
    moment.with_timezone(&Moscow).naive_local()
}

pub(crate) fn date(moment: DateTime<Utc>) -> NaiveDate {
    local(moment).date()
}

pub(crate) fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    let zoned = Moscow.from_local_datetime(&local).earliest();
    zoned.map_or_else(|| local.and_utc(), |zoned| zoned.with_timezone(&Utc))
}

pub(crate) fn midnight(date: NaiveDate) -> DateTime<Utc> {
    utc(date.and_time(NaiveTime::MIN))
}

/// `2025-02-18T13:00:00`, the way the API writes every time.
pub(crate) fn stamp(moment: DateTime<Utc>) -> String {
    local(moment).format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2025-02-18T00:00:00`: "that day".
pub(crate) fn day_stamp(moment: DateTime<Utc>) -> String {
    local(moment).format("%Y-%m-%dT00:00:00").to_string()
}

/// `2024-03-25T16:37:40.0350117+03:00`: how «`ПетроМС`» writes the time of the answer.
pub(crate) fn answer_stamp(moment: DateTime<Utc>) -> String {
    let nanos = moment.timestamp_subsec_nanos() / 100;
    format!("{}.{nanos:07}+03:00", stamp(moment))
}

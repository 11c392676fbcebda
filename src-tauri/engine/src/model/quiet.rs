//! Quiet hours: when notifications wait, or come without a sound.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

/// No zone sets its clocks forward by more at once: at the date line it is a whole day.
const LONGEST_GAP_HOURS: i64 = 24;

/// What becomes of a notification during the quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum QuietManner {
    /// It waits for their end.
    #[default]
    Hold,
    /// It is shown at once, without a sound.
    Silent,
}

/// «Не беспокоить с 23:00 до 7:00», by the computer's own clock: that is when its owner sleeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct Quiet {
    /// Is there such a time?
    pub on: bool,
    /// Its first minute.
    pub from: NaiveTime,
    /// The first minute after it; earlier than `from`: on the next day.
    pub to: NaiveTime,
    /// What becomes of a notification meanwhile.
    pub manner: QuietManner,
}

impl Default for Quiet {
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        Self {
            on: false,
            from: hour(23),
            to: hour(7),
            manner: QuietManner::default(),
        }
    }
}

impl Quiet {
    /// How long they last on a day when the clocks do not change.
    pub fn length(&self) -> TimeDelta {
        let length = self.to - self.from;
        if length < TimeDelta::zero() {
            length + TimeDelta::days(1)
        } else {
            length
        }
    }

    /// The end of the quiet hours, if `now` is in them. `zone` is the computer's.
    ///
    /// Beginning and end at the same minute make no quiet hours at all. An end that the
    /// clocks skip comes with the first minute after it; of one that comes twice, the next counts.
    pub fn until<Zone: TimeZone>(&self, now: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let here = now.with_timezone(zone).naive_local();
        let time = here.time();
        let within = if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        };
        if !self.on || !within {
            return None;
        }
        let days = u64::from(time >= self.to);
        let end = here
            .date()
            .checked_add_days(Days::new(days))?
            .and_time(self.to);
        (0..=LONGEST_GAP_HOURS * 60).find_map(|skipped| {
            let found = zone.from_local_datetime(&(end + TimeDelta::minutes(skipped)));
            [found.clone().earliest(), found.latest()]
                .into_iter()
                .flatten()
                .map(|end| end.with_timezone(&Utc))
                .find(|end| *end > now)
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Asia::Vladivostok, Europe::Berlin, Europe::Moscow, Tz};

    use super::*;

    fn quiet(from: &str, to: &str) -> Quiet {
        Quiet {
            on: true,
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            ..Quiet::default()
        }
    }

    fn at(zone: Tz, moment: &str) -> DateTime<Utc> {
        let moment: chrono::NaiveDateTime = moment.parse().unwrap();
        zone.from_local_datetime(&moment)
            .earliest()
            .unwrap()
            .with_timezone(&Utc)
    }

    /// The end as the clock on the wall shows it.
    fn end(quiet: &Quiet, zone: Tz, now: &str) -> Option<String> {
        let end = quiet.until(at(zone, now), &zone)?;
        Some(end.with_timezone(&zone).format("%d %H:%M").to_string())
    }

    #[test]
    fn a_night_from_23_to_7_begins_and_ends_on_the_minute() {
        let night = quiet("23:00:00", "07:00:00");
        let end = |now| end(&night, Moscow, now);
        assert_eq!(end("2026-11-23T22:59:59"), None);
        assert_eq!(end("2026-11-23T23:00:00").as_deref(), Some("24 07:00"));
        assert_eq!(end("2026-11-23T23:59:59").as_deref(), Some("24 07:00"));
        assert_eq!(end("2026-11-24T00:00:00").as_deref(), Some("24 07:00"));
        assert_eq!(end("2026-11-24T06:59:59").as_deref(), Some("24 07:00"));
        assert_eq!(end("2026-11-24T07:00:00"), None);
        assert_eq!(end("2026-11-24T12:00:00"), None);
        assert_eq!(end("2026-12-31T23:30:00").as_deref(), Some("01 07:00"));
    }

    #[test]
    fn a_rest_in_the_daytime_ends_the_same_day() {
        let rest = quiet("13:00:00", "15:30:00");
        let end = |now| end(&rest, Moscow, now);
        assert_eq!(end("2026-11-24T12:59:59"), None);
        assert_eq!(end("2026-11-24T13:00:00").as_deref(), Some("24 15:30"));
        assert_eq!(end("2026-11-24T15:29:59").as_deref(), Some("24 15:30"));
        assert_eq!(end("2026-11-24T15:30:00"), None);
        assert_eq!(end("2026-11-24T02:00:00"), None);
    }

    #[test]
    fn an_evening_may_end_at_midnight() {
        let evening = quiet("21:00:00", "00:00:00");
        assert_eq!(
            end(&evening, Moscow, "2026-11-24T23:59:59").as_deref(),
            Some("25 00:00")
        );
        assert_eq!(end(&evening, Moscow, "2026-11-25T00:00:00"), None);
        assert_eq!(end(&evening, Moscow, "2026-11-24T20:59:59"), None);
    }

    #[test]
    fn a_night_and_a_rest_have_their_length() {
        assert_eq!(quiet("23:00:00", "07:00:00").length(), TimeDelta::hours(8));
        assert_eq!(quiet("13:00:00", "15:00:00").length(), TimeDelta::hours(2));
        assert_eq!(quiet("07:00:00", "07:00:00").length(), TimeDelta::zero());
    }

    #[test]
    fn off_or_empty_quiet_hours_are_none() {
        let off = Quiet::default();
        assert_eq!(end(&off, Moscow, "2026-11-24T03:00:00"), None);
        let empty = quiet("07:00:00", "07:00:00");
        for now in ["2026-11-24T07:00:00", "2026-11-24T06:59:59"] {
            assert_eq!(end(&empty, Moscow, now), None);
        }
    }

    #[test]
    fn fault_32_the_computers_own_clock_decides_not_moscows() {
        let night = quiet("23:00:00", "07:00:00");
        let now = at(Vladivostok, "2026-11-24T03:00:00");
        assert!(night.until(now, &Vladivostok).is_some());
        // 20:00 in Moscow.
        assert_eq!(night.until(now, &Moscow), None);
    }

    #[test]
    fn fault_32_nights_when_the_clocks_change_end_in_time() {
        let night = quiet("23:00:00", "07:00:00");
        let length = |from: &str| {
            let from = at(Berlin, from);
            night.until(from, &Berlin).unwrap() - from
        };
        assert_eq!(length("2026-03-28T23:00:00"), TimeDelta::hours(7));
        assert_eq!(length("2026-10-24T23:00:00"), TimeDelta::hours(9));
        // 02:30 does not come on 29 March; on 25 October it comes twice.
        let skipped = quiet("23:00:00", "02:30:00");
        assert_eq!(
            end(&skipped, Berlin, "2026-03-29T01:30:00").as_deref(),
            Some("29 03:00")
        );
        let first = at(Berlin, "2026-10-25T02:30:00");
        assert_eq!(
            skipped.until(first - TimeDelta::minutes(1), &Berlin),
            Some(first)
        );
        let between = first + TimeDelta::minutes(40);
        assert_eq!(
            skipped.until(between, &Berlin),
            Some(first + TimeDelta::hours(1))
        );
    }

    /// The moments in these years at which clocks change somewhere: the zone, and the day before.
    fn changes(years: std::ops::Range<i32>) -> Vec<(Tz, DateTime<Utc>)> {
        use chrono::Offset;
        let mut found = Vec::new();
        for zone in chrono_tz::TZ_VARIANTS {
            let first = Utc.with_ymd_and_hms(years.start, 1, 1, 0, 0, 0).unwrap();
            let days = i64::from(years.end - years.start) * 366;
            let offset = |day| {
                let now = first + TimeDelta::days(day);
                zone.offset_from_utc_datetime(&now.naive_utc()).fix()
            };
            let changed = (1..days).filter(|day| offset(*day) != offset(day - 1));
            found.extend(changed.map(|day| (zone, first + TimeDelta::days(day - 1))));
        }
        found
    }

    #[test]
    fn fault_32_wherever_clocks_change_quiet_hours_go_by_the_wall_and_end_in_time() {
        let mut changes = changes(2026..2028);
        assert!(changes.len() > 300, "{} changes", changes.len());
        // Samoa has left out a whole day.
        let samoa = chrono_tz::Pacific::Apia;
        changes.push((samoa, at(samoa, "2011-12-29T00:00:00")));
        for range in [("23:00:00", "07:00:00"), ("02:15:00", "02:45:00")] {
            let quiet = quiet(range.0, range.1);
            for (zone, before) in &changes {
                for half_hour in -8..60 {
                    let now = *before + TimeDelta::minutes(30 * half_hour);
                    let wall = now.with_timezone(zone).time();
                    let is_quiet = if quiet.from < quiet.to {
                        quiet.from <= wall && wall < quiet.to
                    } else {
                        wall >= quiet.from || wall < quiet.to
                    };
                    let end = quiet.until(now, zone);
                    assert_eq!(end.is_some(), is_quiet, "{zone}, {now}");
                    let Some(end) = end else { continue };
                    let ahead = end - now;
                    let limit = quiet.length() + TimeDelta::hours(LONGEST_GAP_HOURS);
                    assert!(ahead > TimeDelta::zero() && ahead <= limit, "{zone}, {now}");
                    let on_time = end.with_timezone(zone).time() >= quiet.to;
                    assert!(on_time || *zone == samoa, "{zone}, {now}");
                }
            }
        }
    }

    #[test]
    fn every_end_lies_ahead_and_within_a_day() {
        let start = at(Berlin, "2026-10-24T00:00:00");
        for range in [("23:00:00", "07:00:00"), ("02:15:00", "02:45:00")] {
            let quiet = quiet(range.0, range.1);
            for minute in 0..2 * 24 * 60 {
                let now = start + TimeDelta::minutes(minute);
                if let Some(end) = quiet.until(now, &Berlin) {
                    assert!(end > now && end - now <= TimeDelta::hours(25), "{now}");
                }
            }
        }
    }
}

//! After the quiet hours: one word about slots that came and went meanwhile.
//!
//! What is still free is told by its own message, which waited; what was taken
//! would otherwise be known to the inbox alone.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Alert, AlertState, News, Quiet, QuietManner, Settings};

/// The word is of use for so long.
pub(crate) const USEFUL: TimeDelta = TimeDelta::hours(2);

/// One time of quiet; kept, so that its end is noticed after a restart too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Night {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

impl Night {
    /// The one that holds messages now.
    pub(crate) fn at<Zone: TimeZone>(
        settings: &Settings,
        now: DateTime<Utc>,
        zone: &Zone,
    ) -> Option<Self> {
        let quiet: &Quiet = &settings.quiet;
        let to = quiet.until(now, zone)?;
        (quiet.manner == QuietManner::Hold).then(|| Self {
            from: to - quiet.length(),
            to,
        })
    }

    /// What has passed of it, once it is over: by the clock, or because the person ended it.
    pub(crate) fn over(self, still: Option<Self>, now: DateTime<Utc>) -> Option<Self> {
        let ended = still.is_none() || now >= self.to;
        let over = ended.then(|| Self {
            to: self.to.min(now),
            ..self
        })?;
        (now - over.to <= USEFUL).then_some(over)
    }

    /// What it has cost. `None` when nothing was lost: then each message speaks for itself.
    pub(crate) fn digest(self, alerts: &[Alert], now: DateTime<Utc>) -> Option<News> {
        let during: Vec<&Alert> = alerts
            .iter()
            .filter(|alert| self.from <= alert.raised_at && alert.raised_at < self.to)
            .filter(|alert| match alert.state {
                AlertState::Raised | AlertState::Gone => true,
                // The person was awake.
                AlertState::Snoozed { .. }
                | AlertState::Seen
                | AlertState::Acted
                | AlertState::Dismissed => false,
            })
            .collect();
        let free = |alert: &Alert| {
            let slots = alert.slots.iter();
            slots
                .filter(|slot| slot.gone_at.is_none() && slot.start > now)
                .count()
        };
        let lost = during.iter().any(|alert| free(alert) == 0);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        lost.then(|| News::Morning {
            times: count(during.len()),
            left: count(during.iter().map(|alert| free(alert)).sum()),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Moscow;

    use super::*;
    use crate::model::{AlertId, AlertSlot, WatchId};

    fn end() -> DateTime<Utc> {
        "2026-11-24T04:00:00Z".parse().unwrap()
    }

    /// Raised so many hours before the end, its slot gone or not.
    fn alert(hours: i64, gone: bool, state: AlertState) -> Alert {
        let raised_at = end() - TimeDelta::hours(hours);
        Alert {
            id: AlertId(1),
            watch_id: WatchId(1),
            nickname: String::new(),
            clinic_id: "1".into(),
            clinic: String::new(),
            address: None,
            specialty: String::new(),
            link: String::new(),
            raised_at,
            state,
            slots: vec![AlertSlot {
                doctor_id: "1".into(),
                doctor: String::new(),
                start: end() + TimeDelta::days(1),
                end: None,
                room: None,
                first_seen: raised_at,
                gone_at: gone.then_some(raised_at),
            }],
            deliveries: Vec::new(),
        }
    }

    fn night() -> Night {
        Night {
            from: end() - Quiet::default().length(),
            to: end(),
        }
    }

    fn of(alerts: &[Alert]) -> Option<News> {
        night().digest(alerts, end())
    }

    #[test]
    fn slots_lost_in_the_quiet_hours_are_counted_with_what_is_left() {
        let alerts = [
            alert(1, false, AlertState::Raised),
            alert(2, true, AlertState::Gone),
            // The evening before, and one that was answered at night.
            alert(9, true, AlertState::Gone),
            alert(3, true, AlertState::Seen),
        ];
        assert_eq!(of(&alerts), Some(News::Morning { times: 2, left: 1 }));
    }

    #[test]
    fn a_night_is_over_by_the_clock_or_when_the_person_ends_it() {
        let night = night();
        let awake = end() - TimeDelta::hours(1);
        assert_eq!(night.over(Some(night), awake), None);
        let ended = Night { to: awake, ..night };
        assert_eq!(night.over(None, awake), Some(ended));
        assert_eq!(night.over(None, end()), Some(night));
        let next = Night {
            from: end(),
            to: end() + TimeDelta::hours(1),
        };
        assert_eq!(night.over(Some(next), end()), Some(night));
    }

    #[test]
    fn a_night_without_losses_says_nothing_of_its_own() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[alert(1, false, AlertState::Raised)]), None);
        assert_eq!(of(&[alert(9, true, AlertState::Gone)]), None);
    }

    #[test]
    fn a_night_that_ended_long_ago_is_not_spoken_of() {
        assert!(night().over(None, end() + USEFUL).is_some());
        let late = end() + USEFUL + TimeDelta::minutes(1);
        assert_eq!(night().over(None, late), None);
    }

    #[test]
    fn only_held_messages_make_a_night() {
        let settings = |manner| Settings {
            quiet: Quiet {
                on: true,
                manner,
                ..Quiet::default()
            },
            ..Settings::default()
        };
        let awake = end() - TimeDelta::hours(1);
        let held = Night::at(&settings(QuietManner::Hold), awake, &Moscow);
        assert_eq!(held, Some(night()));
        let silent = settings(QuietManner::Silent);
        assert_eq!(Night::at(&silent, awake, &Moscow), None);
        assert_eq!(Night::at(&Settings::default(), awake, &Moscow), None);
    }
}

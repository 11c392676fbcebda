//! After the quiet hours: one word about slots that came and went meanwhile.
//!
//! What is still free is told by its own notification, which waited; what was
//! taken would otherwise be known to the inbox alone.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Local, TimeDelta, Utc};
use engine::model::{Alert, AlertState, Quiet, QuietManner, Settings};
use tokio::time;
use tracing::warn;

use crate::{ask::Ask, program::Program, toast::Toasts};

/// The computer may sleep through the end: it is looked for this often.
const TICK: Duration = Duration::from_mins(1);

/// Alerts of one night, at most.
const ALERTS: u32 = 200;

/// Words that cannot be said are tried again for so long after the end.
const USEFUL: TimeDelta = TimeDelta::hours(2);

/// Says after each quiet time what it has cost, until no settings come any more.
pub(crate) async fn follow(program: Arc<Program>, toasts: Arc<Toasts>) {
    let mut settings = program.settings();
    let mut held: Option<Night> = None;
    let mut unsaid: Option<Night> = None;
    loop {
        let now = program.clock().now();
        let known = settings.borrow_and_update().clone().unwrap_or_default();
        let night = holding(&known).and_then(|quiet| Night::at(&quiet, now));
        let over = held
            .take()
            .and_then(|held| held.over(night, now))
            .or(unsaid.take())
            .filter(|over| known.notifications && now - over.to <= USEFUL);
        if let Some(over) = over
            && !say(&program, &toasts, over, now).await
        {
            unsaid = Some(over);
        }
        held = night;
        let left = held
            .and_then(|night| (night.to - now).to_std().ok())
            .map_or(TICK, |left| left.min(TICK));
        tokio::select! {
            () = time::sleep(left) => (),
            changed = settings.changed() => if changed.is_err() { return },
        }
    }
}

/// One time of quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Night {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Night {
    /// The one it is in.
    fn at(quiet: &Quiet, now: DateTime<Utc>) -> Option<Self> {
        let to = quiet.until(now, &Local)?;
        Some(Self {
            from: to - quiet.length(),
            to,
        })
    }

    /// What has passed of it, once it is over: by the clock, or because the person ended it.
    fn over(self, still: Option<Self>, now: DateTime<Utc>) -> Option<Self> {
        let ended = still.is_none() || now >= self.to;
        ended.then(|| Self {
            to: self.to.min(now),
            ..self
        })
    }
}

/// The quiet hours, if notifications are held during them.
fn holding(settings: &Settings) -> Option<Quiet> {
    let holds = settings.notifications && settings.quiet.manner == QuietManner::Hold;
    holds.then(|| settings.quiet.clone())
}

/// `false`: it could not be said.
async fn say(program: &Program, toasts: &Toasts, night: Night, now: DateTime<Utc>) -> bool {
    let alerts = match program.engine().inbox(ALERTS).await {
        Ok(alerts) => alerts,
        Err(error) => {
            warn!("nothing is said about the quiet hours: {error}");
            return false;
        }
    };
    let Some(Digest { times, left }) = digest(&alerts, night.from, night.to, now) else {
        return true;
    };
    let words = toasts.words();
    let title = words.say_with("quiet-over-title", &[("times", times.into())]);
    let body = if left == 0 {
        words.say("quiet-over-none")
    } else {
        words.say_with("quiet-over-left", &[("left", left.into())])
    };
    let inbox = Ask::OpenAt("/inbox".to_owned());
    let said = toasts
        .offer(title, body, words.say("notice-look"), inbox)
        .await;
    if let Err(wrong) = &said {
        warn!("nothing is said about the quiet hours: {wrong}");
    }
    said.is_ok()
}

/// What the quiet hours have cost.
#[derive(Debug, PartialEq, Eq)]
struct Digest {
    /// How many times there were slots.
    times: u32,
    /// Those of them that are still free.
    left: u32,
}

/// `None` when nothing was lost: then each notification speaks for itself.
fn digest(
    alerts: &[Alert],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Digest> {
    let during: Vec<&Alert> = alerts
        .iter()
        .filter(|alert| from <= alert.raised_at && alert.raised_at < to)
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
    lost.then(|| Digest {
        times: count(during.len()),
        left: count(during.iter().map(|alert| free(alert)).sum()),
    })
}

#[cfg(test)]
mod tests {
    use engine::model::{AlertId, AlertSlot, WatchId};

    use super::*;

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

    fn of(alerts: &[Alert]) -> Option<Digest> {
        digest(alerts, end() - Quiet::default().length(), end(), end())
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
        assert_eq!(of(&alerts), Some(Digest { times: 2, left: 1 }));
    }

    #[test]
    fn a_night_is_over_by_the_clock_or_when_the_person_ends_it() {
        let night = Night {
            from: end() - TimeDelta::hours(8),
            to: end(),
        };
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
    fn only_held_notifications_make_a_digest() {
        let settings = Settings::default();
        assert!(holding(&settings).is_some());
        let silent = Quiet {
            manner: QuietManner::Silent,
            ..Quiet::default()
        };
        assert_eq!(
            holding(&Settings {
                quiet: silent,
                ..settings.clone()
            }),
            None
        );
        assert_eq!(
            holding(&Settings {
                notifications: false,
                ..settings
            }),
            None
        );
    }
}

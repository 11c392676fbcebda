//! The dead-man's switch: silence of a watch is never ambiguous.
//!
//! A watch that has had no good look for three times its promised gap is
//! silent: the tray shows it and one message says so; that it is over is said
//! once. Time in which nothing was to be looked at (a pause, sleep, before the
//! start) does not count. Whoever was heard of in time is not even asked after.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{News, ServiceState, SilenceCause, Watch, WatchId};

/// Silence is told after this many promised gaps.
const GAPS: u32 = 3;
/// And not before: a shorter one is seen on the card and is no news.
const LEAST: TimeDelta = TimeDelta::minutes(10);
/// Between two ticks; after a longer one the computer slept or the clock was set.
pub(crate) const TICK: Duration = Duration::from_mins(1);
const SLEPT: TimeDelta = TimeDelta::minutes(3);
/// Watches are looked at so often in their limit, at most.
const LOOKS: i32 = 60;

/// What has been said to be silent; kept over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    /// In order.
    watches: Vec<u32>,
    since: DateTime<Utc>,
    /// When the last of them was found silent.
    #[serde(default)]
    at: DateTime<Utc>,
}

impl Told {
    /// Is this one said to be silent?
    pub(crate) fn contains(&self, watch: WatchId) -> bool {
        self.watches.binary_search(&watch.0).is_ok()
    }

    /// All that are said to be silent, in order.
    pub(crate) fn watches(&self) -> impl Iterator<Item = WatchId> {
        self.watches.iter().copied().map(WatchId)
    }

    /// Is nothing said to be silent?
    pub(crate) fn is_none(&self) -> bool {
        self.watches.is_empty()
    }
}

/// A watch that is looked after, and what is heard of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pulse<'a> {
    pub(crate) watch: &'a Watch,
    /// Since when it is looked after without a break, as far as it depends on the watch.
    pub(crate) since: DateTime<Utc>,
    /// The last good look at everything it covers.
    pub(crate) checked_at: Option<DateTime<Utc>>,
    /// The same, or the last good answer of a round that is under way: it may come to a good look.
    pub(crate) heard_at: Option<DateTime<Utc>>,
}

/// How old the last good look at a watch may be that is looked at this often.
pub(crate) fn limit(gap: Duration) -> TimeDelta {
    let gaps = TimeDelta::from_std(gap * GAPS).unwrap_or(TimeDelta::MAX);
    gaps.max(LEAST)
}

/// Watches the watches.
#[derive(Debug, Default)]
pub(crate) struct DeadMan {
    /// Since when all watches are looked after without a break.
    since: DateTime<Utc>,
    last: Option<DateTime<Utc>>,
    /// When watches were looked at last.
    looked_at: Option<DateTime<Utc>>,
    told: Told,
    silent_since: Option<DateTime<Utc>>,
    /// The limit in force, and when it was what the gap promises.
    limit: (TimeDelta, DateTime<Utc>),
}

impl DeadMan {
    /// Goes on with what was said before the restart.
    pub(crate) fn new(told: Told) -> Self {
        Self {
            told,
            ..Self::default()
        }
    }

    /// The last good look at the watches that are silent now.
    pub(crate) fn silent_since(&self) -> Option<DateTime<Utc>> {
        self.silent_since
    }

    /// What is to be kept.
    pub(crate) fn told(&self) -> &Told {
        &self.told
    }

    /// Everything is paused: the time does not count.
    pub(crate) fn rest(&mut self, now: DateTime<Utc>) {
        self.since = now;
    }

    /// A shorter limit holds once it has lasted its own length: until then the last look may be as old as
    /// was promised before.
    fn in_force(&mut self, limit: TimeDelta, now: DateTime<Utc>) -> TimeDelta {
        let (before, at) = self.limit;
        if limit >= before || now < at || now - at > limit {
            self.limit = (limit, now);
        }
        self.limit.0
    }

    /// A tick has passed: is it time to look at the watches? Many are looked after rarely, and that they
    /// are silent is not urgent then.
    pub(crate) fn is_time(&mut self, limit: TimeDelta, now: DateTime<Utc>) -> bool {
        let broken = self
            .last
            .is_none_or(|last| now < last || now - last > SLEPT);
        if broken {
            self.since = now;
            self.told.at = self.told.at.min(now);
        }
        self.last = Some(now);
        let limit = self.in_force(limit, now);
        let long_ago = |at: DateTime<Utc>| now < at || now - at >= limit / LOOKS;
        broken || self.looked_at.is_none_or(long_ago)
    }

    /// Looks at watches as they are now; gives what there is to say. `pulses`: of the watches that are
    /// looked after, at least those that had their limit and no good look in it, and those said to be silent;
    /// the limit is that of the last [`Self::is_time`].
    pub(crate) fn look(
        &mut self,
        pulses: &[Pulse<'_>],
        service: ServiceState,
        now: DateTime<Utc>,
    ) -> Option<News> {
        self.looked_at = Some(now);
        let limit = self.limit.0;

        let active = |pulse: &Pulse<'_>| pulse.since.max(self.since);
        // Right after a start, a sleep or a change of the gap nothing is silent yet, nor has it been
        // heard of.
        let heard_until = |pulse: &Pulse<'_>| active(pulse).max(self.told.at);
        let said = !self.told.is_none();
        let (mut left, mut new) = (Vec::new(), Vec::new());
        let (mut recovered, mut silent_since) = (false, None);
        for pulse in pulses {
            let heard = pulse.heard_at.unwrap_or_else(|| active(pulse));
            let silent = now - heard.max(active(pulse)) > limit;
            if silent {
                silent_since = Some(silent_since.map_or(heard, |since| heard.min(since)));
            }
            if self.told.contains(pulse.watch.id) {
                recovered = true;
                if silent || pulse.checked_at <= Some(heard_until(pulse)) {
                    left.push(pulse.watch.id.0);
                }
            } else if silent {
                new.push((pulse.watch, heard));
            }
        }
        self.silent_since = silent_since;
        let cause = cause(new.first().map(|(watch, _)| *watch), service);
        let tells = match (&cause, left.is_empty()) {
            (Some(SilenceCause::Clinic { .. }), _) | (Some(_), true) => true,
            // What is in the way of all watches was said when the first fell silent.
            (Some(_), false) | (None, _) => false,
        };
        let since = self.told.since;
        if !new.is_empty() {
            self.told.at = now;
        }
        left.extend(new.iter().map(|(watch, _)| watch.id.0));
        left.sort_unstable();
        self.told.watches = left;
        match (new.iter().map(|(_, heard)| *heard).min(), cause) {
            (Some(first), Some(cause)) if tells => {
                self.told.since = if said { since.min(first) } else { first };
                Some(News::Silence {
                    since: first,
                    watches: u32::try_from(new.len()).unwrap_or(u32::MAX),
                    cause,
                })
            }
            _ if recovered && self.told.watches.is_empty() => {
                Some(News::Recovered { since, until: now })
            }
            _ => None,
        }
    }
}

fn cause(watch: Option<&Watch>, service: ServiceState) -> Option<SilenceCause> {
    let watch = watch?;
    Some(match service {
        ServiceState::Offline => SilenceCause::Offline,
        ServiceState::Blocked => SilenceCause::Blocked,
        ServiceState::Down | ServiceState::Impostor | ServiceState::BadCertificate => {
            SilenceCause::Site
        }
        ServiceState::Unknown | ServiceState::Fine | ServiceState::Slowed => {
            let place = watch.draft.places.first();
            SilenceCause::Clinic {
                name: place.map_or_else(String::new, |place| place.clinic_name.clone()),
            }
        }
    })
}

#[cfg(test)]
mod tests;

//! The dead-man's switch: silence of a watch is never ambiguous.
//!
//! A watch that has had no good look for three times its promised gap is
//! silent: the tray shows it and one message says so; that it is over is said
//! once. Time in which nothing was to be looked at (a pause, sleep, before the
//! start) does not count.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{News, ServiceState, SilenceCause, WatchId, WatchState, WatchView};

/// Silence is told after this many promised gaps.
const GAPS: u32 = 3;
/// And not before: a shorter one is seen on the card and is no news.
const LEAST: TimeDelta = TimeDelta::minutes(10);
/// Between two ticks; after a longer one the computer slept or the clock was set.
pub(crate) const TICK: Duration = Duration::from_mins(1);
const SLEPT: TimeDelta = TimeDelta::minutes(3);

/// What has been said to be silent; kept over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    watches: BTreeSet<u32>,
    since: DateTime<Utc>,
}

impl Told {
    /// Is nothing said to be silent?
    pub(crate) fn is_none(&self) -> bool {
        self.watches.is_empty()
    }
}

/// Watches the watches.
#[derive(Debug, Default)]
pub(crate) struct DeadMan {
    /// Since when each watch is looked after without a break.
    active: HashMap<WatchId, DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
    told: Told,
    silent_since: Option<DateTime<Utc>>,
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

    /// Looks at the watches as they are now; gives what there is to say.
    pub(crate) fn tick(
        &mut self,
        views: &[WatchView],
        service: ServiceState,
        now: DateTime<Utc>,
    ) -> Option<News> {
        let broken = self
            .last
            .is_none_or(|last| now < last || now - last > SLEPT);
        if broken {
            self.active.clear();
        }
        self.last = Some(now);

        let active: Vec<&WatchView> = views.iter().filter(|view| is_promised(view)).collect();
        self.active
            .retain(|id, _| active.iter().any(|view| view.watch.id == *id));
        for view in &active {
            self.active.entry(view.watch.id).or_insert(now);
        }
        let silent: Vec<(&WatchView, DateTime<Utc>)> = active
            .iter()
            .filter_map(|view| {
                let active = self.active.get(&view.watch.id)?;
                let heard = view.checked_at.unwrap_or(*active);
                (now - heard.max(*active) > limit(view)).then_some((*view, heard))
            })
            .collect();
        self.silent_since = silent.iter().map(|(_, heard)| *heard).min();

        let said = !self.told.watches.is_empty();
        let recovered = said && active.iter().any(|view| self.is_told(view));
        let still = |id: &u32| silent.iter().any(|(view, _)| view.watch.id.0 == *id);
        // Right after a start or a sleep nothing is silent yet, nor has it been heard of.
        let heard = |view: &&&WatchView| {
            let active = self.active.get(&view.watch.id);
            view.checked_at >= active.copied()
        };
        let unheard = |id: &u32| {
            active
                .iter()
                .any(|view| view.watch.id.0 == *id && !heard(&view))
        };
        let left = self.told.watches.iter().copied();
        let left: BTreeSet<u32> = left.filter(|id| still(id) || unheard(id)).collect();
        let new: Vec<&(&WatchView, DateTime<Utc>)> = silent
            .iter()
            .filter(|(view, _)| !self.is_told(view))
            .collect();
        let cause = cause(new.first().map(|(view, _)| *view), service);
        let tells = match (&cause, left.is_empty()) {
            (Some(SilenceCause::Clinic { .. }), _) | (Some(_), true) => true,
            // What is in the way of all watches was said when the first fell silent.
            (Some(_), false) | (None, _) => false,
        };
        let since = self.told.since;
        self.told.watches = left;
        self.told
            .watches
            .extend(new.iter().map(|(view, _)| view.watch.id.0));
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

    fn is_told(&self, view: &WatchView) -> bool {
        self.told.watches.contains(&view.watch.id.0)
    }
}

/// Is the watch promised to be looked at, and can a look be good?
fn is_promised(view: &WatchView) -> bool {
    view.gap_secs.is_some()
        && !matches!(
            view.state,
            WatchState::NoOnline { .. }
                | WatchState::Unbound { .. }
                | WatchState::Paused { .. }
                | WatchState::Expired
        )
}

fn limit(view: &WatchView) -> TimeDelta {
    let gap = TimeDelta::seconds(i64::from(view.gap_secs.unwrap_or_default()));
    (gap * i32::try_from(GAPS).unwrap_or(i32::MAX)).max(LEAST)
}

fn cause(view: Option<&WatchView>, service: ServiceState) -> Option<SilenceCause> {
    let view = view?;
    Some(match service {
        ServiceState::Offline => SilenceCause::Offline,
        ServiceState::Blocked => SilenceCause::Blocked,
        ServiceState::Down => SilenceCause::Site,
        ServiceState::Unknown | ServiceState::Fine | ServiceState::Slowed => {
            let place = view.watch.draft.places.first();
            SilenceCause::Clinic {
                name: place.map_or_else(String::new, |place| place.clinic_name.clone()),
            }
        }
    })
}

#[cfg(test)]
mod tests;

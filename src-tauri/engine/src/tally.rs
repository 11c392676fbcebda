//! How many requests were sent today, over restarts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Moscow;
use serde::{Deserialize, Serialize};

use crate::store::{Result, SettingName, Store};

/// The requests of one day in Moscow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Day {
    date: NaiveDate,
    sent: u32,
}

/// Adds what the pace has let through to what was sent before this start. It is kept every
/// minute and at the stop; after a crash the last minute's requests are missing.
#[derive(Debug)]
pub(crate) struct Tally(Mutex<Counted>);

#[derive(Debug)]
struct Counted {
    day: Day,
    /// Of the pace's total, counted already.
    total: u64,
    /// In the database.
    kept: Option<Day>,
}

impl Tally {
    /// Goes on where the last run has stopped.
    pub(crate) async fn open(store: &Store, now: DateTime<Utc>) -> Result<Self> {
        let date = today(now);
        let kept: Option<Day> = store.setting(SettingName::Requests).await?;
        let day = kept
            .filter(|day| day.date == date)
            .unwrap_or(Day { date, sent: 0 });
        Ok(Self(Mutex::new(Counted {
            day,
            total: 0,
            kept,
        })))
    }

    /// Requests since midnight in Moscow. `total`: those let through since the start. What was
    /// sent between the last count and midnight counts for the new day: a minute's worth at most.
    pub(crate) fn count(&self, total: u64, now: DateTime<Utc>) -> u32 {
        self.counted(total, now).sent
    }

    /// Counts and keeps the number. What is kept already is not written again.
    pub(crate) async fn keep(&self, store: &Store, total: u64, now: DateTime<Utc>) -> Result<()> {
        let day = self.counted(total, now);
        if self.lock().kept != Some(day) {
            let name = SettingName::Requests;
            store.save_setting(name, Some(&day)).await?;
            self.lock().kept = Some(day);
        }
        Ok(())
    }

    fn counted(&self, total: u64, now: DateTime<Utc>) -> Day {
        let mut counted = self.lock();
        let date = today(now);
        if counted.day.date != date {
            counted.day = Day { date, sent: 0 };
        }
        let fresh = u32::try_from(total.saturating_sub(counted.total)).unwrap_or(u32::MAX);
        counted.day.sent = counted.day.sent.saturating_add(fresh);
        counted.total = total;
        counted.day
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&Moscow).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: &str) -> DateTime<Utc> {
        moment.parse().unwrap()
    }

    #[tokio::test]
    async fn a_restart_goes_on_counting_and_midnight_in_moscow_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let noon = at("2026-11-24T12:00:00+03:00");
        let tally = Tally::open(&store, noon).await.unwrap();
        assert_eq!(tally.count(7, noon), 7);
        assert_eq!(tally.count(7, noon), 7);
        tally.keep(&store, 9, noon).await.unwrap();

        let tally = Tally::open(&store, noon).await.unwrap();
        assert_eq!(tally.count(1, noon), 10);
        assert_eq!(tally.count(1, at("2026-11-24T23:59:59+03:00")), 10);
        assert_eq!(tally.count(3, at("2026-11-25T00:00:00+03:00")), 2);

        let tally = Tally::open(&store, at("2026-11-26T00:00:00+03:00"));
        assert_eq!(
            tally
                .await
                .unwrap()
                .count(0, at("2026-11-26T00:00:00+03:00")),
            0
        );
    }
}

//! When slots appeared: what the scheduler and the release clock learn from.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Transaction, named_params};

use super::{Result, Store, moment, ms};
use crate::{
    model::{ClinicId, SpecialtyId},
    release_clock::{Appeared, Between},
};

/// Nothing is learned from what is older.
pub(crate) const MEMORY: TimeDelta = TimeDelta::weeks(8);
/// However old, the newest stay: a clock that was set wrong costs little.
const ALWAYS_KEPT: i64 = 1_000;
/// However new, no more are kept: as much as eight busy weeks of a thousand specialties.
const KEPT: i64 = 100_000;

/// Both ends of a life are known when looks stood no further apart, milliseconds.
const CLOSE: i64 = 30 * 60 * 1_000;

/// How long slots have lived, by place.
pub(crate) type Lives = BTreeMap<(ClinicId, SpecialtyId), Vec<TimeDelta>>;

/// Slots of one specialty that appeared between two looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Where.
    pub(crate) clinic_id: ClinicId,
    /// Of which specialty.
    pub(crate) specialty_id: SpecialtyId,
    /// The last look that knew they were not there.
    pub(crate) since: DateTime<Utc>,
    /// The look that found them.
    pub(crate) at: DateTime<Utc>,
    /// How many.
    pub(crate) slots: u32,
}

impl Arrival {
    /// Where and when, as release clocks want it.
    pub(crate) fn appeared(&self) -> Appeared<'_> {
        let Self { since, at, .. } = *self;
        (&self.clinic_id, Between { since, at })
    }
}

/// Writes one, and forgets what is too old.
pub(super) fn insert(tx: &Transaction<'_>, arrival: &Arrival) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO arrival (clinic, specialty, since, at, slots)
         VALUES (:clinic, :specialty, :since, :at, :slots)",
    )?
    .execute(named_params! {
        ":clinic": arrival.clinic_id.as_str(), ":specialty": arrival.specialty_id.as_str(),
        ":since": ms(arrival.since), ":at": ms(arrival.at), ":slots": arrival.slots,
    })?;
    let newest = tx.last_insert_rowid();
    tx.prepare_cached("DELETE FROM arrival WHERE id <= ?1")?
        .execute([newest - KEPT])?;
    tx.prepare_cached("DELETE FROM arrival WHERE at < ?1 AND id <= ?2")?
        .execute((ms(arrival.at - MEMORY), newest - ALWAYS_KEPT))?;
    Ok(())
}

impl Store {
    /// What appeared since then, oldest first.
    pub(crate) async fn arrivals(&self, from: DateTime<Utc>) -> Result<Vec<Arrival>> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT clinic, specialty, since, at, slots FROM arrival
                     WHERE at >= ?1 ORDER BY at, id",
                )?
                .query_map([ms(from)], |row| {
                    Ok(Arrival {
                        clinic_id: ClinicId(row.get(0)?),
                        specialty_id: SpecialtyId(row.get(1)?),
                        since: moment(row.get(2)?),
                        at: moment(row.get(3)?),
                        slots: row.get(4)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// How long slots that arrived since then were free, where both ends were seen closely.
    pub(crate) async fn lives(&self, from: DateTime<Utc>) -> Result<Lives> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT arrival.clinic, specialty, gone_at - first_seen FROM arrival
                 JOIN opening ON opening.clinic = arrival.clinic AND first_seen = arrival.at
                 WHERE arrival.at >= ?1 AND absent_looks >= ?2
                 AND gone_at BETWEEN first_seen AND start - 1
                 AND gone_at - last_seen <= ?3 AND arrival.at - since <= ?3",
            )?;
            let mut rows = statement.query((ms(from), crate::diff::CONFIRMING_LOOKS, CLOSE))?;
            let mut lives = Lives::new();
            while let Some(row) = rows.next()? {
                let place = (ClinicId(row.get(0)?), SpecialtyId(row.get(1)?));
                let life = TimeDelta::milliseconds(row.get(2)?);
                lives.entry(place).or_default().push(life);
            }
            Ok(lives)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        model::{Activity, DoctorId, Key, Look, Outcome, Slot, Watch, WatchDraft, WatchId},
        store::{Coverage, DoctorLook, Site},
    };

    fn begin() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn at(minute: i64) -> DateTime<Utc> {
        begin() + TimeDelta::minutes(minute)
    }

    /// A good look at a doctor that sees slots on these days.
    fn look(doctor: &str, minute: i64, days: &[i64]) -> DoctorLook {
        let coverage = Coverage {
            watch: Arc::new(Watch {
                id: WatchId(1),
                created_at: begin(),
                draft: WatchDraft::default(),
                activity: Activity::On,
            }),
            site: Arc::new(Site {
                clinic_id: "1".into(),
                clinic: String::new(),
                address: None,
                specialty: String::new(),
                link: String::new(),
            }),
            listed: true,
            paused: false,
            steps: Arc::new([]),
        };
        let slot = |day: &i64| Slot {
            start: begin() + TimeDelta::days(*day),
            end: None,
            room: None,
            address: None,
        };
        DoctorLook {
            look: Look {
                key: Key::Doctor {
                    clinic_id: "1".into(),
                    doctor_id: DoctorId(doctor.to_owned()),
                },
                at: at(minute),
                outcome: Outcome::Fresh,
                code: None,
                appeared: 0,
                vanished: 0,
                elapsed_ms: 0,
            },
            doctor: String::new(),
            slots: days.iter().map(slot).collect(),
            coverage: Arc::new(move || Arc::new([coverage.clone()])),
            before: Some(("78".into(), at(minute - 2))),
        }
    }

    #[tokio::test]
    async fn only_what_appeared_since_somebody_looked_is_an_arrival() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let waiting = [(WatchDraft::default(), Activity::On)];
        let watch = store.add_watches(waiting.to_vec(), begin()).await.unwrap()[0].id;
        let newcomer = crate::store::Newcomer {
            watch,
            since: begin(),
            named: false,
        };
        let key = Key::Specialty {
            clinic_id: "1".into(),
            specialty_id: "78".into(),
        };
        let listed = vec!["a".into(), "b".into()];
        let noted = store.note_listed(vec![newcomer], key, listed);
        noted.await.unwrap();
        let seen = async |look: DoctorLook| {
            let arrival = store.commit(look).await.unwrap().arrival;
            arrival.map(|arrival| ((arrival.at - arrival.since).num_minutes(), arrival.slots))
        };
        assert_eq!(seen(look("a", 0, &[10])).await, None, "the first look");
        assert_eq!(seen(look("a", 2, &[10])).await, None, "nothing new");
        assert_eq!(seen(look("a", 4, &[10, 11, 12])).await, Some((2, 2)));
        assert_eq!(seen(look("a", 6, &[11, 12])).await, None, "one is away");
        assert_eq!(seen(look("a", 8, &[10, 11, 12])).await, None, "it flapped");
        // The list was read before; a first look at one of it is late, a doctor new on it is news.
        assert_eq!(seen(look("b", 100, &[10])).await, None);
        assert_eq!(seen(look("c", 100, &[10, 11])).await, Some((2, 2)));
        // Nobody followed this one, though others of the specialty were looked at.
        assert_eq!(
            seen(look("a", 200, &[10, 11, 12, 13])).await,
            Some((192, 1))
        );
        // The specialty is not known, was never good, or was so in the future.
        let nowhere = DoctorLook {
            before: None,
            ..look("a", 202, &[14])
        };
        assert_eq!(seen(nowhere).await, None);
        let ahead = DoctorLook {
            before: Some(("78".into(), at(500))),
            ..look("a", 204, &[14, 15])
        };
        assert_eq!(seen(ahead).await, None);
        assert_eq!(store.arrivals(begin()).await.unwrap().len(), 3);

        // Of a trial nothing stays.
        store.begin_trial(Vec::new(), at(206)).await.unwrap();
        store.end_trial().await.unwrap();
        assert_eq!(store.arrivals(begin()).await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_life_is_known_where_both_ends_were_seen() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        for (minute, days) in [
            (0, &[10][..]),
            (2, &[10, 11, 12]),
            (8, &[10, 12]),
            (10, &[12]),
            (12, &[12]),
            (300, &[]),
            (302, &[]),
        ] {
            let look = look("a", minute, days);
            let before = look.before.clone().filter(|_| minute > 0);
            store.commit(DoctorLook { before, ..look }).await.unwrap();
        }
        let lives = store.lives(begin()).await.unwrap();
        let place = ("1".into(), "78".into());
        assert_eq!(lives, [(place, vec![TimeDelta::minutes(6)])].into());
        assert!(store.lives(at(3)).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn fault_45_arrivals_of_eight_weeks_are_kept_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let write = |hours: std::ops::Range<i64>| {
            store.with(move |connection| {
                let tx = connection.transaction()?;
                for hour in hours.clone() {
                    let at = begin() + TimeDelta::hours(hour);
                    let arrival = Arrival {
                        clinic_id: "1".into(),
                        specialty_id: "78".into(),
                        since: at - TimeDelta::minutes(2),
                        at,
                        slots: 3,
                    };
                    insert(&tx, &arrival)?;
                }
                Ok(tx.commit()?)
            })
        };
        write(0..3_000).await.unwrap();
        let kept = store.arrivals(DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(kept.len(), 8 * 7 * 24 + 1);
        assert_eq!(
            kept[0].at,
            begin() + TimeDelta::hours(3_000 - 8 * 7 * 24 - 1)
        );
        assert_eq!(kept[0].at - kept[0].since, TimeDelta::minutes(2));
        let recent = kept[1_000].at;
        assert_eq!(store.arrivals(recent).await.unwrap(), kept[1_000..]);

        // A clock that runs a year ahead for a moment leaves something to learn from.
        write(12_000..12_001).await.unwrap();
        let kept = store.arrivals(DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(kept.len(), 1_000);
    }
}

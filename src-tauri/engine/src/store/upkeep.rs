//! What keeps the file from growing: what has served goes, and its room is given back.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, named_params};

use super::{Result, Store, ms, watched::KEPT_DAYS, watches::RESTORABLE};

/// Openings that nobody was alerted of are of use to the history for eight weeks.
const OPENINGS: TimeDelta = TimeDelta::days(90);
/// The inbox goes back so far.
const ALERTS: TimeDelta = TimeDelta::days(365);
/// Lists nobody has asked for.
const LISTS: TimeDelta = TimeDelta::days(365);
/// Looks older than this are thinned out.
pub(super) const WHOLE: TimeDelta = TimeDelta::days(14);
/// Of those that follow each other closer than this some go. It is far less than what the history
/// calls a gap, so that it says the same of a log that was thinned out.
const APART: TimeDelta = TimeDelta::minutes(5);
/// However old, the newest stay: a clock that was set wrong costs little.
const ALERTS_ALWAYS: u32 = 1_000;
const OPENINGS_ALWAYS: u32 = 5_000;
const SNAPSHOTS_ALWAYS: u32 = 1_000;
const LISTS_ALWAYS: u32 = 200;
/// However new, no more stay.
const ALERTS_MOST: u32 = 20_000;
const OPENINGS_MOST: u32 = 100_000;
/// A file is written anew when so many of its pages are free, and a quarter of them.
const FREE_PAGES: i64 = 1_000;

impl Store {
    /// Forgets what has served.
    pub(crate) async fn tidy(&self, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            forget(&tx, now)?;
            tx.commit()?;
            // A file that is large is no file that takes nothing.
            if let Err(error) = shrink(connection) {
                tracing::warn!(%error, "the database could not be written anew");
            }
            Ok(())
        })
        .await
    }
}

fn forget(tx: &Connection, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "DELETE FROM alert WHERE (id <= (SELECT id FROM alert ORDER BY id DESC LIMIT 1 OFFSET :most)
             OR raised_at < :old AND id <= (SELECT id FROM alert ORDER BY id DESC LIMIT 1 OFFSET :always))
         AND NOT EXISTS (SELECT 1 FROM alert_slot JOIN opening ON opening.id = opening_id
             WHERE alert_id = alert.id AND start > :now)",
        named_params! {
            ":now": ms(now), ":old": ms(now - ALERTS), ":always": ALERTS_ALWAYS, ":most": ALERTS_MOST,
        },
    )?;
    tx.execute(
        "DELETE FROM opening WHERE NOT EXISTS (SELECT 1 FROM alert_slot WHERE opening_id = opening.id)
         AND start < :past
         AND (id <= (SELECT id FROM opening ORDER BY id DESC LIMIT 1 OFFSET :most)
             OR last_seen < :old AND id <= (SELECT id FROM opening ORDER BY id DESC LIMIT 1 OFFSET :always))",
        named_params! {
            ":past": ms(now - super::commit::MEMORY), ":old": ms(now - OPENINGS),
            ":always": OPENINGS_ALWAYS, ":most": OPENINGS_MOST,
        },
    )?;
    tx.execute(
        "DELETE FROM snapshot WHERE good_at < ?1
         AND good_at <= (SELECT good_at FROM snapshot ORDER BY good_at DESC LIMIT 1 OFFSET ?2)",
        (ms(now - OPENINGS), SNAPSHOTS_ALWAYS),
    )?;
    tx.execute(
        // Who has ever been on a list is noted when somebody new is.
        "DELETE FROM listing WHERE checked_at < ?1 AND name NOT GLOB 'members/*'
         AND checked_at <= (SELECT checked_at FROM listing WHERE name NOT GLOB 'members/*'
             ORDER BY checked_at DESC LIMIT 1 OFFSET ?2)",
        (ms(now - LISTS), LISTS_ALWAYS),
    )?;
    tx.execute(
        "DELETE FROM watch WHERE removed_at < ?1",
        [ms(now - RESTORABLE)],
    )?;
    tx.execute("DELETE FROM button WHERE until < ?1", [ms(now)])?;
    thin_out(tx, now)?;
    let today = now.timestamp().div_euclid(24 * 3600);
    tx.execute(
        "DELETE FROM watched WHERE day <= ?1
         AND day <= (SELECT day FROM watched AS other WHERE other.clinic = watched.clinic
             ORDER BY day DESC LIMIT 1 OFFSET ?2)",
        (today - KEPT_DAYS, KEPT_DAYS),
    )?;
    Ok(())
}

/// Of looks at one resource that follow each other and end alike one in five minutes stays; so do
/// the first and the last of them, and all that found a change.
fn thin_out(tx: &Connection, now: DateTime<Utc>) -> Result<()> {
    let clinics = tx
        .prepare("SELECT DISTINCT clinic FROM look")?
        .query_map((), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    // One clinic's looks at a time: all of them are a lot of memory.
    for clinic in clinics {
        tx.prepare_cached(
            "DELETE FROM look WHERE id IN (
                 SELECT id FROM (
                     SELECT id, appeared + vanished AS changed, how,
                         row_number() OVER (PARTITION BY level, resource, at / :apart ORDER BY at, id) AS place,
                         lag(how) OVER resource AS before, lead(how) OVER resource AS after,
                         lead(at) OVER resource - at AS gap
                     FROM (SELECT *, outcome || coalesce(code, '') AS how FROM look
                         WHERE clinic = :clinic AND at < :old)
                     WINDOW resource AS (PARTITION BY level, resource ORDER BY at, id))
                 WHERE changed = 0 AND place > 1 AND before = how AND after = how AND gap < :apart)",
        )?
        .execute(named_params! {
            ":apart": APART.num_milliseconds(), ":old": ms(now - WHOLE), ":clinic": clinic,
        })?;
    }
    Ok(())
}

fn shrink(connection: &Connection) -> Result<()> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (free, all) = (pragma("freelist_count")?, pragma("page_count")?);
    if free > FREE_PAGES && free > all / 4 {
        connection.execute("VACUUM", ())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    use super::*;
    use crate::{
        history::{Reading, Scope},
        model::{ClinicId, Dated, DoctorId, Gap, Key, Look, Outcome},
        store::{Listing, looks},
    };

    /// Looks of some days as they come: dense, with gaps, outages and changes.
    fn looks_of(days: i64, rng: &mut StdRng, now: DateTime<Utc>) -> Vec<Look> {
        let mut at = now - TimeDelta::days(days);
        let mut looks = Vec::new();
        let mut outcome = Outcome::Fresh;
        while at < now {
            at += TimeDelta::seconds(match rng.random_range(0..200) {
                0 => rng.random_range(300..7_200),
                _ => rng.random_range(5..60),
            });
            if rng.random_range(0..30) == 0 {
                outcome = match outcome {
                    Outcome::Fresh => Outcome::Unavailable,
                    _ => Outcome::Fresh,
                };
            }
            let clinic_id = ClinicId(rng.random_range(1..3).to_string());
            let doctor_id = DoctorId(rng.random_range(1..4).to_string());
            let of_doctor = rng.random_range(0..4) == 0;
            let changed = of_doctor && outcome == Outcome::Fresh && rng.random_range(0..20) == 0;
            looks.push(Look {
                key: if of_doctor {
                    Key::Doctor {
                        clinic_id,
                        doctor_id,
                    }
                } else {
                    Key::Clinic { clinic_id }
                },
                at,
                outcome,
                code: None,
                appeared: u32::from(changed),
                vanished: 0,
                elapsed_ms: 90,
            });
        }
        looks
    }

    #[tokio::test]
    async fn fault_30_a_clock_that_is_a_year_ahead_for_a_day_forgets_nothing_that_was_learned() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let learned: Vec<_> = (19_900..20_000)
            .map(|day| (ClinicId::from("1"), day, 1))
            .collect();
        store.save_watched(learned.clone()).await.unwrap();
        let kept = store.watched().await.unwrap();
        assert_eq!(kept, learned[100 - usize::try_from(KEPT_DAYS).unwrap()..]);
        let list = Listing::Doctors("1".into(), "2".into());
        store.save_listing(&list, &["3"], now).await.unwrap();
        let insert = |connection: &mut Connection| {
            let sql = "INSERT INTO snapshot VALUES ('1', '3', 1728000000000, '[]')";
            Ok(connection.execute(sql, ())?)
        };
        store.with(insert).await.unwrap();

        let ahead = now + TimeDelta::days(400);
        store.tidy(ahead).await.unwrap();
        let today = (ClinicId::from("1"), 20_400, 1);
        store.save_watched(vec![today.clone()]).await.unwrap();
        store.tidy(ahead).await.unwrap();
        let mut expected = kept[1..].to_vec();
        expected.push(today);
        assert_eq!(store.watched().await.unwrap(), expected);
        let list: Option<Dated<Vec<String>>> = store.listing(&list).await.unwrap();
        assert!(list.is_some());
        let snapshot = store.snapshot("1".into(), "3".into()).await.unwrap();
        assert!(snapshot.is_some());
    }

    #[tokio::test]
    async fn fault_45_a_log_that_was_thinned_out_tells_the_same_history() {
        for seed in 0..2 {
            let mut rng = StdRng::seed_from_u64(seed);
            let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path()).unwrap();
            let looks = looks_of(18, &mut rng, now);
            let changes: Vec<Look> = looks
                .iter()
                .filter(|look| look.appeared > 0)
                .cloned()
                .collect();
            let write = move |connection: &mut Connection| {
                let tx = connection.transaction()?;
                for look in &looks {
                    looks::insert(&tx, look)?;
                }
                Ok(tx.commit()?)
            };
            store.with(write).await.unwrap();
            let told = async || {
                let mut scope = Scope::default();
                for clinic in ["1", "2"] {
                    for doctor in ["1", "2", "3"] {
                        scope.doctors.insert((clinic.into(), doctor.into()));
                    }
                }
                let clinics = vec!["1".into(), "2".into()];
                let from = now - TimeDelta::days(31);
                let reading = Reading::new(scope);
                let reading = store.read_looks(clinics, from, now, reading, Reading::read);
                let reading = reading.await.unwrap();
                let known: Vec<_> = changes
                    .iter()
                    .map(|look| match &look.key {
                        Key::Doctor {
                            clinic_id,
                            doctor_id,
                        } => reading.known(clinic_id, doctor_id, look.at),
                        Key::Clinic { .. } | Key::Specialty { .. } => None,
                    })
                    .collect();
                let gaps: Vec<Gap> = reading.gaps(now, None);
                (known, gaps)
            };
            let old = async || {
                let count = move |connection: &mut Connection| {
                    let sql = "SELECT count(*) FROM look WHERE at < ?1";
                    let old = [ms(now - WHOLE)];
                    Ok(connection.query_row(sql, old, |row| row.get::<_, u32>(0))?)
                };
                store.with(count).await.unwrap()
            };
            let (all, before) = (old().await, told().await);
            store.tidy(now).await.unwrap();
            assert_eq!(told().await, before, "seed {seed}");
            let left = old().await;
            assert!(left < all * 8 / 10, "{left} of {all}");
        }
    }
}

//! The log of looks, and the openings and snapshots they left.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Result, Store, StoreError, from_word, moment, ms, word};
use crate::model::{ClinicId, Dated, DoctorId, Key, Look, Slot, SpecialtyId, WatchId};

/// The log holds so many looks: the eight weeks that the history tells of, asked with the usual budget.
const KEPT: i64 = 56 * 24 * 360;

/// The log is read in pages of this length: some two thousand looks.
const PAGE: TimeDelta = TimeDelta::hours(6);

/// Reads the openings of some clinics that were first seen within some time.
const PAST: &str = "
    SELECT *, EXISTS (SELECT 1 FROM alert_slot WHERE opening_id = opening.id) AS alerted
    FROM opening WHERE clinic IN (SELECT value FROM json_each(:clinics))
    AND first_seen BETWEEN :from AND :to ORDER BY first_seen, id";

/// A slot that appeared, as the history shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// Where.
    pub clinic_id: ClinicId,
    /// With whom.
    pub doctor_id: DoctorId,
    /// Their name then.
    pub doctor: String,
    /// The time itself.
    pub slot: Slot,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// When it was last seen.
    pub last_seen: DateTime<Utc>,
    /// When it was first missing.
    pub gone_at: Option<DateTime<Utc>>,
}

/// An opening with what the history needs beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    /// The opening.
    pub(crate) opening: Opening,
    /// Good looks have confirmed that it is gone.
    pub(crate) gone_for_certain: bool,
    /// Somebody was to be told of it.
    pub(crate) alerted: bool,
}

/// Writes a log line.
pub(super) fn insert(connection: &Connection, look: &Look) -> Result<()> {
    let (level, clinic, resource) = match &look.key {
        Key::Clinic { clinic_id } => ("clinic", clinic_id, ""),
        Key::Specialty {
            clinic_id,
            specialty_id,
        } => ("specialty", clinic_id, specialty_id.as_str()),
        Key::Doctor {
            clinic_id,
            doctor_id,
        } => ("doctor", clinic_id, doctor_id.as_str()),
    };
    connection
        .prepare_cached(
            "INSERT INTO look (at, level, clinic, resource, outcome, code, appeared, vanished, elapsed_ms)
             VALUES (:at, :level, :clinic, :resource, :outcome, :code, :appeared, :vanished, :elapsed_ms)",
        )?
        .execute(named_params! {
            ":at": ms(look.at), ":level": level, ":clinic": clinic.as_str(), ":resource": resource,
            ":outcome": word(&look.outcome)?, ":code": look.code, ":appeared": look.appeared,
            ":vanished": look.vanished, ":elapsed_ms": look.elapsed_ms,
        })?;
    // By number, not by time: a clock that was set wrong costs no history.
    connection
        .prepare_cached("DELETE FROM look WHERE id <= ?1")?
        .execute([connection.last_insert_rowid() - KEPT])?;
    Ok(())
}

struct LookRow {
    at: i64,
    level: String,
    clinic: String,
    resource: String,
    outcome: String,
    code: Option<i32>,
    appeared: u32,
    vanished: u32,
    elapsed_ms: u32,
}

impl LookRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            at: row.get("at")?,
            level: row.get("level")?,
            clinic: row.get("clinic")?,
            resource: row.get("resource")?,
            outcome: row.get("outcome")?,
            code: row.get("code")?,
            appeared: row.get("appeared")?,
            vanished: row.get("vanished")?,
            elapsed_ms: row.get("elapsed_ms")?,
        })
    }

    fn look(self) -> Result<Look> {
        Ok(Look {
            key: key(&self.level, self.clinic, self.resource),
            at: moment(self.at),
            outcome: from_word(self.outcome)?,
            code: self.code,
            appeared: self.appeared,
            vanished: self.vanished,
            elapsed_ms: self.elapsed_ms,
        })
    }
}

fn key(level: &str, clinic: String, resource: String) -> Key {
    let clinic_id = ClinicId(clinic);
    match level {
        "clinic" => Key::Clinic { clinic_id },
        "specialty" => Key::Specialty {
            clinic_id,
            specialty_id: SpecialtyId(resource),
        },
        _ => Key::Doctor {
            clinic_id,
            doctor_id: DoctorId(resource),
        },
    }
}

impl Store {
    /// The newest looks at these clinics, newest first.
    pub(crate) async fn looks(&self, clinics: Vec<ClinicId>, limit: u32) -> Result<Vec<Look>> {
        self.with(move |connection| {
            let clinics = serde_json::to_string(&clinics)?;
            connection
                .prepare_cached(
                    "SELECT * FROM look WHERE clinic IN (SELECT value FROM json_each(:clinics))
                     ORDER BY at DESC, id DESC LIMIT :limit",
                )?
                .query_map(
                    named_params! {":clinics": clinics, ":limit": limit},
                    LookRow::read,
                )?
                .collect::<rusqlite::Result<Vec<_>>>()?
                .into_iter()
                .map(LookRow::look)
                .collect()
        })
        .await
    }

    /// Looks since then that reached somebody, by clinic.
    pub(crate) async fn looks_since(&self, since: DateTime<Utc>) -> Result<HashMap<ClinicId, u32>> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT clinic, count(*) FROM look WHERE at >= ?1 AND outcome <> 'offline'
                     GROUP BY clinic",
                )?
                .query_map([ms(since)], |row| Ok((ClinicId(row.get(0)?), row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// How often each resource has been looked at since then, where that reached somebody.
    pub(crate) async fn looked_since(&self, since: DateTime<Utc>) -> Result<Vec<(Key, u32)>> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT level, clinic, resource, count(*) FROM look
                     WHERE at >= ?1 AND outcome <> 'offline'
                     GROUP BY clinic, level, resource",
                )?
                .query_map([ms(since)], |row| {
                    let level: String = row.get(0)?;
                    Ok((key(&level, row.get(1)?, row.get(2)?), row.get(3)?))
                })?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Looks of the last 24 hours that reached somebody, hour by hour, oldest first.
    pub(crate) async fn looked_by_hour(&self, now: DateTime<Utc>) -> Result<[u32; 24]> {
        self.with(move |connection| {
            let mut hours = [0; 24];
            let mut read = connection.prepare_cached(
                "SELECT (:now - at) / 3600000 AS ago, count(*) FROM look
                 WHERE at > :now - 24 * 3600000 AND at <= :now AND outcome <> 'offline' GROUP BY ago",
            )?;
            let mut rows = read.query(named_params! {":now": ms(now)})?;
            while let Some(row) = rows.next()? {
                let ago: u8 = row.get(0)?;
                hours[23 - usize::from(ago)] = row.get(1)?;
            }
            Ok(hours)
        })
        .await
    }

    /// The last good look at any slots of each clinic; what a clock that was ahead noted is not known.
    pub(crate) async fn last_good_looks(
        &self,
        now: DateTime<Utc>,
    ) -> Result<HashMap<ClinicId, DateTime<Utc>>> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT clinic, max(at) FROM look
                     WHERE level = 'doctor' AND outcome IN ('fresh', 'empty') AND at <= ?1 GROUP BY clinic",
                )?
                .query_map([ms(now)], |row| Ok((ClinicId(row.get(0)?), moment(row.get(1)?))))?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The slots of the last good look at each doctor of these clinics, with their openings.
    pub(crate) async fn present(&self, clinics: Vec<ClinicId>) -> Result<Vec<(i64, Opening)>> {
        self.with(move |connection| {
            let clinics = serde_json::to_string(&clinics)?;
            let rows = connection
                .prepare_cached(
                    "SELECT * FROM opening WHERE clinic IN (SELECT value FROM json_each(?1))
                     AND gone_at IS NULL ORDER BY start, id",
                )?
                .query_map([clinics], OpeningRow::read)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            // One that another program wrote keeps nobody from starting.
            let readable = rows.into_iter().filter_map(|row| {
                row.opening()
                    .inspect_err(|error| tracing::error!(%error, "unreadable opening"))
                    .ok()
            });
            Ok(readable.collect())
        })
        .await
    }

    /// The openings of the same slots, each with its clinic, its doctor and its start, in no order.
    pub(crate) async fn present_starts(
        &self,
        clinics: Vec<ClinicId>,
    ) -> Result<Vec<(i64, ClinicId, DoctorId, DateTime<Utc>)>> {
        self.with(move |connection| {
            let clinics = serde_json::to_string(&clinics)?;
            Ok(connection
                .prepare_cached(
                    "SELECT id, clinic, doctor, start FROM opening
                     WHERE clinic IN (SELECT value FROM json_each(?1)) AND gone_at IS NULL",
                )?
                .query_map([clinics], |row| {
                    let (clinic, doctor) = (ClinicId(row.get(1)?), DoctorId(row.get(2)?));
                    Ok((row.get(0)?, clinic, doctor, moment(row.get(3)?)))
                })?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The newest openings of these clinics, newest first.
    pub(crate) async fn openings(
        &self,
        clinics: Vec<ClinicId>,
        limit: u32,
    ) -> Result<Vec<Opening>> {
        self.with(move |connection| {
            let clinics = serde_json::to_string(&clinics)?;
            let rows = connection
                .prepare_cached(
                    "SELECT * FROM opening WHERE clinic IN (SELECT value FROM json_each(?1))
                     ORDER BY first_seen DESC, id DESC LIMIT ?2",
                )?
                .query_map((clinics, limit), OpeningRow::read)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            rows.into_iter().map(|row| Ok(row.opening()?.1)).collect()
        })
        .await
    }

    /// The openings of these clinics that were first seen in this time, oldest first.
    ///
    /// They may be all that the clinics ever had: nobody waits for the database while they are parsed.
    pub(crate) async fn past(
        &self,
        clinics: Vec<ClinicId>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Past>> {
        let rows = self
            .with(move |connection| {
                let clinics = serde_json::to_string(&clinics)?;
                Ok(connection
                    .prepare_cached(PAST)?
                    .query_map(
                        named_params! {":clinics": clinics, ":from": ms(from), ":to": ms(to)},
                        PastRow::read,
                    )?
                    .collect::<rusqlite::Result<Vec<_>>>()?)
            })
            .await?;
        crate::blocking::run(|| rows.into_iter().map(PastRow::past).collect())
            .await
            .map_err(|_| StoreError::Closed)?
    }

    /// Hands the looks of this time at these clinics to `read`, oldest first, a page at a time:
    /// neither are all held at once, nor does the engine wait for longer than a page takes.
    pub(crate) async fn read_looks<T: Send + 'static>(
        &self,
        clinics: Vec<ClinicId>,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        mut state: T,
        read: fn(&mut T, &Look),
    ) -> Result<T> {
        let clinics = serde_json::to_string(&clinics)?;
        let mut page = from;
        while page <= to {
            let next = page + PAGE;
            let clinics = clinics.clone();
            let looks: Vec<Look> = self
                .with(move |connection| {
                    let mut statement = connection.prepare_cached(
                        "SELECT * FROM look WHERE clinic IN (SELECT value FROM json_each(:clinics))
                         AND at >= :from AND at < :before AND at <= :to ORDER BY at, id",
                    )?;
                    let rows = statement.query_map(
                        named_params! {
                            ":clinics": clinics, ":from": ms(page), ":before": ms(next), ":to": ms(to),
                        },
                        LookRow::read,
                    )?;
                    rows.map(|row| row?.look()).collect()
                })
                .await?;
            for look in &looks {
                read(&mut state, look);
            }
            page = next;
        }
        Ok(state)
    }

    /// Was anything at all looked at in this time?
    pub(crate) async fn looked_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<bool> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM look WHERE at > ?1 AND at < ?2)")?
                .query_row((ms(from), ms(to)), |row| row.get(0))?)
        })
        .await
    }

    /// The last good slots of one doctor.
    pub(crate) async fn snapshot(
        &self,
        clinic: ClinicId,
        doctor: DoctorId,
    ) -> Result<Option<Dated<Vec<Slot>>>> {
        self.with(move |connection| {
            let row: Option<(String, i64)> = connection
                .prepare_cached(
                    "SELECT slots, good_at FROM snapshot WHERE clinic = ?1 AND doctor = ?2",
                )?
                .query_row((clinic.as_str(), doctor.as_str()), |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            row.map(|(slots, good_at)| {
                Ok(Dated {
                    value: serde_json::from_str(&slots)?,
                    checked_at: moment(good_at),
                })
            })
            .transpose()
        })
        .await
    }

    /// Openings each watch refused.
    pub(crate) async fn hidden(&self) -> Result<HashMap<WatchId, Vec<i64>>> {
        self.with(|connection| {
            let mut hidden: HashMap<WatchId, Vec<i64>> = HashMap::new();
            let mut statement =
                connection.prepare_cached("SELECT watch_id, opening_id FROM hidden")?;
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                hidden
                    .entry(WatchId(row.get(0)?))
                    .or_default()
                    .push(row.get(1)?);
            }
            Ok(hidden)
        })
        .await
    }

    /// Places of watches whose doctors have been listed once.
    pub(crate) async fn listed(&self) -> Result<Vec<(WatchId, ClinicId, SpecialtyId)>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT watch_id, clinic, specialty FROM listed")?
                .query_map((), |row| {
                    Ok((
                        WatchId(row.get(0)?),
                        ClinicId(row.get(1)?),
                        SpecialtyId(row.get(2)?),
                    ))
                })?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

struct OpeningRow {
    id: i64,
    clinic: String,
    doctor: String,
    doctor_name: String,
    slot: String,
    first_seen: i64,
    last_seen: i64,
    gone_at: Option<i64>,
}

impl OpeningRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            clinic: row.get("clinic")?,
            doctor: row.get("doctor")?,
            doctor_name: row.get("doctor_name")?,
            slot: row.get("slot")?,
            first_seen: row.get("first_seen")?,
            last_seen: row.get("last_seen")?,
            gone_at: row.get("gone_at")?,
        })
    }

    fn opening(self) -> Result<(i64, Opening)> {
        let opening = Opening {
            clinic_id: ClinicId(self.clinic),
            doctor_id: DoctorId(self.doctor),
            doctor: self.doctor_name,
            slot: serde_json::from_str(&self.slot)?,
            first_seen: moment(self.first_seen),
            last_seen: moment(self.last_seen),
            gone_at: self.gone_at.map(moment),
        };
        Ok((self.id, opening))
    }
}

struct PastRow {
    opening: OpeningRow,
    absent_looks: u32,
    alerted: bool,
}

impl PastRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            opening: OpeningRow::read(row)?,
            absent_looks: row.get("absent_looks")?,
            alerted: row.get("alerted")?,
        })
    }

    fn past(self) -> Result<Past> {
        let opening = self.opening.opening()?.1;
        Ok(Past {
            gone_for_certain: opening.gone_at.is_some()
                && self.absent_looks >= crate::diff::CONFIRMING_LOOKS,
            opening,
            alerted: self.alerted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;

    #[tokio::test]
    async fn fault_45_the_log_keeps_its_newest_looks_and_grows_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let clinic: ClinicId = "1".into();
        let look = |code| Look {
            key: Key::Clinic {
                clinic_id: clinic.clone(),
            },
            at: DateTime::UNIX_EPOCH,
            outcome: Outcome::Unavailable,
            code: Some(code),
            appeared: 0,
            vanished: 0,
            elapsed_ms: 0,
        };
        for code in [1, 2] {
            store.log(look(code)).await.unwrap();
        }
        let later = move |connection: &mut Connection| {
            Ok(connection.execute("UPDATE look SET id = ?1 WHERE id = 2", [KEPT])?)
        };
        store.with(later).await.unwrap();
        store.log(look(3)).await.unwrap();
        let kept = store.looks(vec![clinic], 10).await.unwrap();
        let codes: Vec<_> = kept.iter().filter_map(|look| look.code).collect();
        assert_eq!(codes, [3, 2]);
    }

    /// Looks at one doctor, so many and so far apart; each is known by its number.
    async fn fill(store: &Store, looks: i64, apart: TimeDelta) {
        let apart = apart.num_milliseconds();
        let work = move |connection: &mut Connection| {
            Ok(connection.execute(
                "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?1)
                 INSERT INTO look (at, level, clinic, resource, outcome, code, appeared, vanished, elapsed_ms)
                 SELECT n * ?2, iif(n % 8 = 0, 'doctor', 'clinic'), '1', iif(n % 8 = 0, 'd', ''),
                        'fresh', n, n % 200 = 0, 0, 90 FROM n",
                (looks, apart),
            )?)
        };
        store.with(work).await.unwrap();
    }

    #[tokio::test]
    async fn the_log_is_read_whole_and_in_order_over_the_bounds_of_pages() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        fill(&store, 300, PAGE / 6).await;
        let to = DateTime::UNIX_EPOCH + PAGE / 6 * 298;
        let codes = store
            .read_looks(
                vec!["1".into()],
                DateTime::UNIX_EPOCH + PAGE / 6,
                to,
                Vec::new(),
                |codes, look| codes.extend(look.code),
            )
            .await
            .unwrap();
        assert_eq!(codes, (1..=298).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn the_past_is_found_by_clinic_and_time() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let plan = |connection: &mut Connection| {
            let plan: Vec<String> = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {PAST}"))?
                .query_map(
                    named_params! {":clinics": "[\"1\"]", ":from": 0, ":to": 1},
                    |row| row.get("detail"),
                )?
                .collect::<rusqlite::Result<_>>()?;
            Ok(plan.join("; "))
        };
        let plan = store.with(plan).await.unwrap();
        assert!(
            plan.contains("(clinic=? AND first_seen>? AND first_seen<?)"),
            "{plan}"
        );
    }

    /// `cargo test --release -p engine -- --ignored --nocapture full_log`
    #[tokio::test]
    #[ignore = "measures"]
    async fn a_full_log_of_one_watch_holds_nobody_up() {
        use crate::history::{Reading, SPAN, Scope};
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        fill(&store, KEPT, TimeDelta::seconds(10)).await;
        let work = |connection: &mut Connection| {
            Ok(connection.execute(
                r#"INSERT INTO opening (clinic, doctor, doctor_name, start, generation, slot, first_seen, last_seen)
                   SELECT clinic, 'd' || (id % 40), 'Иванова', id, 0,
                          '{"start":"2026-10-05T06:00:00Z","end":null,"room":null,"address":null}', at, at
                   FROM look WHERE id % 25 = 0"#,
                (),
            )?)
        };
        let openings = store.with(work).await.unwrap();
        let to = DateTime::UNIX_EPOCH + TimeDelta::days(90);
        let clinics: Vec<ClinicId> = vec!["1".into()];
        let started = tokio::time::Instant::now();
        let past = store.past(clinics.clone(), to - SPAN, to).await.unwrap();
        let read = tokio::time::Instant::now();
        let mut scope = Scope::default();
        scope.doctors.insert(("1".into(), "d".into()));
        let reading = store
            .read_looks(clinics, to - SPAN, to, Reading::new(scope), Reading::read)
            .await
            .unwrap();
        let told = tokio::time::Instant::now();
        let openings_told = crate::history::tell(past, &reading, to);
        let history = crate::history::history(&openings_told, &reading, None, to);
        println!(
            "of {openings} openings {}: {:?}; of {KEPT} looks those of 8 weeks: {:?}, a page {:?}; the rest {:?}; gaps {}",
            openings_told.len(),
            read - started,
            told - read,
            (told - read) / 224,
            told.elapsed(),
            history.gaps.len(),
        );
    }
}

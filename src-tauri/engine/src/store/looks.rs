//! The log of looks, and the openings and snapshots they left.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Result, Store, from_word, moment, ms, word};
use crate::model::{ClinicId, Dated, DoctorId, Key, Look, Slot, SpecialtyId, WatchId};

/// The log holds so many looks: three months of asking as often as the real service allows.
const KEPT: i64 = 90 * 24 * 360;

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
        let clinic_id = ClinicId(self.clinic);
        Ok(Look {
            key: match self.level.as_str() {
                "clinic" => Key::Clinic { clinic_id },
                "specialty" => Key::Specialty {
                    clinic_id,
                    specialty_id: SpecialtyId(self.resource),
                },
                _ => Key::Doctor {
                    clinic_id,
                    doctor_id: DoctorId(self.resource),
                },
            },
            at: moment(self.at),
            outcome: from_word(self.outcome)?,
            code: self.code,
            appeared: self.appeared,
            vanished: self.vanished,
            elapsed_ms: self.elapsed_ms,
        })
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

    /// Looks since then, by clinic.
    pub(crate) async fn looks_since(&self, since: DateTime<Utc>) -> Result<HashMap<ClinicId, u32>> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached("SELECT clinic, count(*) FROM look WHERE at >= ?1 GROUP BY clinic")?
                .query_map([ms(since)], |row| Ok((ClinicId(row.get(0)?), row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// The last good look at any slots of each clinic.
    pub(crate) async fn last_good_looks(&self) -> Result<HashMap<ClinicId, DateTime<Utc>>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT clinic, max(at) FROM look
                     WHERE level = 'doctor' AND outcome IN ('fresh', 'empty') GROUP BY clinic",
                )?
                .query_map((), |row| Ok((ClinicId(row.get(0)?), moment(row.get(1)?))))?
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
            rows.into_iter().map(OpeningRow::opening).collect()
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
}

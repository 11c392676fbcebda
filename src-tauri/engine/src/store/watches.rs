//! Watches and what they have seen so far.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, named_params};

use super::{Result, Store, StoreError, moment, ms};
use crate::model::{Activity, DoctorChoice, Watch, WatchDraft, WatchId};

/// How long a removed watch can be brought back.
pub(super) const RESTORABLE: TimeDelta = TimeDelta::days(1);

const COLUMNS: &str = "id, draft, activity, created_at";

type Columns = (u32, String, String, i64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn watch((id, draft, activity, created_at): Columns) -> Result<Watch> {
    Ok(Watch {
        id: WatchId(id),
        draft: serde_json::from_str(&draft)?,
        activity: serde_json::from_str(&activity)?,
        created_at: moment(created_at),
    })
}

impl Store {
    /// All watches that were not removed, oldest first. An unreadable one is left out and logged.
    pub(crate) async fn watches(&self) -> Result<Vec<Watch>> {
        self.with(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM watch WHERE removed_at IS NULL ORDER BY id");
            let rows = connection
                .prepare_cached(&sql)?
                .query_map((), columns)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(rows
                .into_iter()
                .filter_map(|row| {
                    let id = row.0;
                    watch(row)
                        .inspect_err(
                            |error| tracing::error!(watch.id = id, %error, "unreadable watch"),
                        )
                        .ok()
                })
                .collect())
        })
        .await
    }

    /// When watches that were changed since they were made were last changed.
    pub(crate) async fn asked(&self) -> Result<Vec<(WatchId, DateTime<Utc>)>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT watch_id, at FROM asked")?
                .query_map((), |row| Ok((WatchId(row.get(0)?), moment(row.get(1)?))))?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Adds watches in one transaction.
    pub(crate) async fn add_watches(
        &self,
        drafts: Vec<(WatchDraft, Activity)>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Watch>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let mut added = Vec::with_capacity(drafts.len());
            for (draft, activity) in drafts.clone() {
                tx.prepare_cached(
                    "INSERT INTO watch (draft, activity, created_at) VALUES (:draft, :activity, :now)",
                )?
                .execute(named_params! {
                    ":draft": serde_json::to_string(&draft)?,
                    ":activity": serde_json::to_string(&activity)?,
                    ":now": ms(now),
                })?;
                let id = WatchId(u32::try_from(tx.last_insert_rowid()).map_err(|_| StoreError::Closed)?);
                change(&tx, id, None, &draft, now)?;
                added.push(Watch { id, created_at: now, draft, activity });
            }
            tx.commit()?;
            Ok(added)
        })
        .await
    }

    /// Replaces what a watch asks for; doctors new to it will be shown before they are alerted. `None`: no such watch.
    pub(crate) async fn update_watch(
        &self,
        id: WatchId,
        draft: WatchDraft,
        now: DateTime<Utc>,
    ) -> Result<Option<Watch>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let Some(old) = find(&tx, id)? else {
                return Ok(None);
            };
            tx.execute(
                "UPDATE watch SET draft = :draft WHERE id = :id",
                named_params! {":draft": serde_json::to_string(&draft)?, ":id": id.0},
            )?;
            change(&tx, id, Some(&old.draft), &draft, now)?;
            ask(&tx, id, now)?;
            tx.commit()?;
            Ok(Some(Watch {
                draft: draft.clone(),
                ..old
            }))
        })
        .await
    }

    /// Switches a watch on or off, or pauses it. `None`: no such watch.
    pub(crate) async fn set_activity(
        &self,
        id: WatchId,
        activity: Activity,
        now: DateTime<Utc>,
    ) -> Result<Option<Watch>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            tx.execute(
                "UPDATE watch SET activity = :activity WHERE id = :id AND removed_at IS NULL",
                named_params! {":activity": serde_json::to_string(&activity)?, ":id": id.0},
            )?;
            let watch = find(&tx, id)?;
            if watch.is_some() {
                ask(&tx, id, now)?;
            }
            tx.commit()?;
            Ok(watch)
        })
        .await
    }

    /// Removes a watch, and for good those removed more than a day ago. `false`: no such watch.
    pub(crate) async fn remove_watch(&self, id: WatchId, now: DateTime<Utc>) -> Result<bool> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            tx.execute(
                "DELETE FROM watch WHERE removed_at < ?1",
                [ms(now - RESTORABLE)],
            )?;
            let removed = tx.execute(
                "UPDATE watch SET removed_at = :now WHERE id = :id AND removed_at IS NULL",
                named_params! {":now": ms(now), ":id": id.0},
            )?;
            tx.commit()?;
            Ok(removed > 0)
        })
        .await
    }

    /// Writes watches that are looked at, though what was mended then may have lost them or know them
    /// as they were.
    pub(crate) async fn keep_watches(
        &self,
        watches: Vec<Watch>,
        mended_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            for watch in &watches {
                let before = draft(&tx, i64::from(watch.id.0))?;
                let kept = tx
                    .prepare_cached(
                        "INSERT INTO watch (id, draft, activity, created_at)
                         VALUES (:id, :draft, :activity, :created_at)
                         ON CONFLICT (id) DO UPDATE SET draft = :draft, activity = :activity, removed_at = NULL
                         WHERE removed_at IS NULL OR removed_at < :mended_at",
                    )?
                    .execute(named_params! {
                        ":id": watch.id.0, ":draft": serde_json::to_string(&watch.draft)?,
                        ":activity": serde_json::to_string(&watch.activity)?,
                        ":created_at": ms(watch.created_at), ":mended_at": ms(mended_at),
                    })?;
                let before = before.map(crate::watches::respelled);
                if kept > 0 && before.as_ref() != Some(&watch.draft) {
                    change(&tx, watch.id, before.as_ref(), &watch.draft, now)?;
                }
            }
            Ok(tx.commit()?)
        })
        .await
    }

    /// Brings a removed watch back. `None`: there is none to bring back.
    pub(crate) async fn restore_watch(
        &self,
        id: WatchId,
        now: DateTime<Utc>,
    ) -> Result<Option<Watch>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            tx.execute("UPDATE watch SET removed_at = NULL WHERE id = ?1", [id.0])?;
            let watch = find(&tx, id)?;
            if watch.is_some() {
                ask(&tx, id, now)?;
            }
            tx.commit()?;
            Ok(watch)
        })
        .await
    }
}

fn find(tx: &Transaction<'_>, id: WatchId) -> Result<Option<Watch>> {
    let sql = format!("SELECT {COLUMNS} FROM watch WHERE id = ?1 AND removed_at IS NULL");
    tx.query_row(&sql, [id.0], columns)
        .optional()?
        .map(watch)
        .transpose()
}

/// A person changed a watch now.
fn ask(tx: &Transaction<'_>, id: WatchId, now: DateTime<Utc>) -> Result<()> {
    tx.prepare_cached("INSERT OR REPLACE INTO asked VALUES (?1, ?2)")?
        .execute((id.0, ms(now)))?;
    Ok(())
}

/// What any watch asks for, removed ones too. `None`: there is none, or it cannot be read.
pub(super) fn draft(tx: &Transaction<'_>, id: i64) -> Result<Option<WatchDraft>> {
    let draft: Option<String> = tx
        .query_row("SELECT draft FROM watch WHERE id = ?1", [id], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(draft.and_then(|draft| serde_json::from_str(&draft).ok()))
}

/// A watch was written over what it asked for before: it is shown what is new to it.
pub(super) fn renew(
    tx: &Transaction<'_>,
    id: i64,
    before: Option<&WatchDraft>,
    now: DateTime<Utc>,
) -> Result<()> {
    match (u32::try_from(id), draft(tx, id)?) {
        (Ok(id), Some(draft)) => change(tx, WatchId(id), before, &draft, now),
        _ => Ok(()),
    }
}

/// A watch asks for something else now: places that changed are to be listed anew, and doctors it
/// names for the first time are awaited.
fn change(
    tx: &Transaction<'_>,
    id: WatchId,
    before: Option<&WatchDraft>,
    draft: &WatchDraft,
    now: DateTime<Utc>,
) -> Result<()> {
    let before = before.map_or(&[][..], |before| &before.places);
    for place in before {
        let kept = draft.places.iter().any(|new| {
            (&new.clinic_id, &new.specialty_id) == (&place.clinic_id, &place.specialty_id)
                && new.doctors == place.doctors
        });
        if !kept {
            tx.execute(
                "DELETE FROM listed WHERE watch_id = :id AND clinic = :clinic AND specialty = :specialty",
                named_params! {
                    ":id": id.0, ":clinic": place.clinic_id.as_str(),
                    ":specialty": place.specialty_id.as_str(),
                },
            )?;
        }
    }
    let known: Vec<_> = before.iter().flat_map(chosen).collect();
    let fresh = draft
        .places
        .iter()
        .flat_map(chosen)
        .filter(|doctor| !known.contains(doctor));
    expect(tx, id, fresh, now)
}

/// The doctors a place names.
fn chosen(place: &crate::model::Place) -> impl Iterator<Item = (&str, &str)> {
    let doctors = match &place.doctors {
        DoctorChoice::Only { doctors } => doctors.as_slice(),
        DoctorChoice::Any | DoctorChoice::Except { .. } => &[],
    };
    doctors
        .iter()
        .map(|doctor| (place.clinic_id.as_str(), doctor.id.as_str()))
}

/// Doctors chosen by name are awaited before any list has come.
fn expect<'a>(
    tx: &Transaction<'_>,
    id: WatchId,
    doctors: impl Iterator<Item = (&'a str, &'a str)>,
    now: DateTime<Utc>,
) -> Result<()> {
    for (clinic, doctor) in doctors {
        tx.prepare_cached("INSERT OR IGNORE INTO pending VALUES (:id, :clinic, :doctor, :since)")?
            .execute(named_params! {":id": id.0, ":clinic": clinic, ":doctor": doctor, ":since": ms(now)})?;
    }
    Ok(())
}

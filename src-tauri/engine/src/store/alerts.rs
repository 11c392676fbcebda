//! Alerts: raised with the look that saw their slots, kept as the inbox.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, named_params};
use serde::{Deserialize, Serialize};

use super::{Result, Store, StoreError, from_word, moment, ms};
use crate::model::{
    Alert, AlertId, AlertSlot, AlertState, Answer, ClinicId, Delivery, DoctorId, TRIAL, WatchId,
};

/// «Позже».
const SNOOZE: TimeDelta = TimeDelta::minutes(15);

/// Alerts of several watches that come within this time are of one moment.
pub(super) const MOMENT: TimeDelta = TimeDelta::seconds(20);

/// Alerts of one watch or of one moment that are told along with one: more would not be read by anybody.
const MOST_ALONG: u32 = 20;

/// Where the slots of an alert are, with names as they were when it was raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Site {
    /// The clinic.
    pub clinic_id: ClinicId,
    /// Its short name.
    pub clinic: String,
    /// Its address.
    pub address: Option<String>,
    /// The specialty's name.
    pub specialty: String,
    /// The booking site's page.
    pub link: String,
}

/// Whom and what an alert is about.
#[derive(Serialize)]
pub(super) struct Subject<'a> {
    /// Whom it is for; empty for oneself.
    pub(super) nickname: &'a str,
    /// Where.
    #[serde(flatten)]
    pub(super) site: &'a Site,
}

/// The same, as it is read: all in one, which is read twice as fast.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    nickname: String,
    clinic_id: ClinicId,
    clinic: String,
    address: Option<String>,
    specialty: String,
    link: String,
}

impl Store {
    /// The newest alerts, newest first.
    pub(crate) async fn alerts(&self, limit: u32) -> Result<Vec<Alert>> {
        self.with(move |connection| {
            let ids = connection
                .prepare_cached("SELECT id FROM alert WHERE watch_id <> ?2 ORDER BY raised_at DESC, id DESC LIMIT ?1")?
                .query_map([limit, TRIAL.0], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<u32>>>()?;
            readable(connection, ids)
        })
        .await
    }

    /// One alert.
    pub(crate) async fn alert(&self, id: AlertId) -> Result<Option<Alert>> {
        self.with(move |connection| read(connection, id)).await
    }

    /// Alerts that wait for an answer, newest first: of one watch, or all of them.
    pub(crate) async fn open_alerts(&self, watch: Option<WatchId>) -> Result<Vec<Alert>> {
        self.with(move |connection| {
            let ids = connection
                .prepare_cached(
                    "SELECT id FROM alert WHERE state ->> 'kind' = 'raised'
                     AND (:watch IS NULL OR watch_id = :watch) ORDER BY id DESC",
                )?
                .query_map(
                    named_params! {":watch": watch.map(|watch| watch.0)},
                    |row| row.get(0),
                )?
                .collect::<rusqlite::Result<Vec<u32>>>()?;
            readable(connection, ids)
        })
        .await
    }

    /// How many alerts wait for an answer.
    pub(crate) async fn unanswered(&self) -> Result<u32> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT count(*) FROM alert WHERE state ->> 'kind' = 'raised' AND watch_id <> ?1")?
                .query_row([TRIAL.0], |row| row.get(0))?)
        })
        .await
    }

    /// Notes an answer. It stops all further telling, except «Позже», which starts it anew on the
    /// channels that are open. What joined and nobody has been told of yet becomes an alert of its own.
    /// An alert whose slots are gone stays gone. `None`: no such alert.
    pub(crate) async fn answer(
        &self,
        id: AlertId,
        answer: Answer,
        open: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<Option<Alert>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let Some(alert) = read(&tx, id)? else { return Ok(None) };
            let state = match answer {
                _ if alert.state == AlertState::Gone => AlertState::Gone,
                Answer::Seen => AlertState::Seen,
                Answer::Acted => AlertState::Acted,
                Answer::Dismiss => AlertState::Dismissed,
                Answer::Later => AlertState::Snoozed { until: now + SNOOZE },
            };
            set_state(&tx, id, state)?;
            if let AlertState::Snoozed { until } = state {
                tx.execute(
                    "DELETE FROM told WHERE outbox_id IN (SELECT id FROM outbox
                     WHERE alert_id = :id AND kind <> 'gone' AND state <> 'dead'
                     AND channel IN (SELECT value FROM json_each(:open)))",
                    named_params! {":id": id.0, ":open": serde_json::to_string(&open)?},
                )?;
                tx.execute(
                    "UPDATE outbox SET state = 'due', attempts = 0, next_at = :until + step, at = :now,
                     lease_until = NULL, why = CASE WHEN step > 0 AND kind = 'appeared' THEN 'ladder' END
                     WHERE alert_id = :id AND kind <> 'gone' AND state <> 'dead'
                     AND channel IN (SELECT value FROM json_each(:open))
                     AND NOT (kind = 'again' AND EXISTS (SELECT 1 FROM outbox AS first
                         WHERE first.alert_id = :id AND first.channel = outbox.channel
                         AND first.kind = 'appeared' AND first.state = 'dead'))",
                    named_params! {
                        ":until": ms(until), ":now": ms(now), ":id": id.0,
                        ":open": serde_json::to_string(&open)?,
                    },
                )?;
            } else {
                part(&tx, id, now)?;
                tx.execute(
                    "UPDATE outbox SET state = 'expired', attempts = 0, next_at = :now, at = :now,
                     why = 'answered' WHERE alert_id = :id AND state = 'due'",
                    named_params! {":now": ms(now), ":id": id.0},
                )?;
            }
            mark_stale(&tx, id)?;
            if state == AlertState::Dismissed {
                tx.execute(
                    "INSERT OR IGNORE INTO hidden
                     SELECT alert.watch_id, opening_id FROM alert_slot JOIN alert ON alert.id = alert_id
                     WHERE alert_id = ?1 AND EXISTS (SELECT 1 FROM watch WHERE watch.id = alert.watch_id)",
                    [id.0],
                )?;
            }
            let alert = read(&tx, id)?;
            tx.commit()?;
            Ok(alert)
        })
        .await
    }
}

/// An alert's state; `None`: no such alert.
pub(super) fn state(connection: &Connection, id: AlertId) -> Result<Option<AlertState>> {
    let state: Option<String> = connection
        .prepare_cached("SELECT state FROM alert WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(state
        .map(|state| serde_json::from_str(&state))
        .transpose()?)
}

/// Takes from an alert what joined it and nobody has been told of: an answer is to what was told. Whoever
/// answers before any telling has read all of it in the inbox.
fn part(tx: &Transaction<'_>, id: AlertId, now: DateTime<Utc>) -> Result<()> {
    let untold: Vec<i64> = tx
        .prepare_cached(
            "WITH telling AS (SELECT * FROM outbox WHERE alert_id = :id AND kind = 'appeared'),
                 known AS (SELECT opening_id FROM told JOIN telling ON telling.id = outbox_id)
             SELECT opening_id FROM alert_slot JOIN opening ON opening.id = opening_id
             WHERE alert_id = :id AND gone_at IS NULL AND start > :now
             AND EXISTS (SELECT 1 FROM telling WHERE state IN ('due', 'leased'))
             AND (EXISTS (SELECT 1 FROM known) OR EXISTS (SELECT 1 FROM telling WHERE state = 'leased'))
             AND opening_id NOT IN (SELECT opening_id FROM known)
             AND NOT EXISTS (SELECT 1 FROM telling WHERE state = 'leased' AND first_seen <= at)",
        )?
        .query_map(named_params! {":id": id.0, ":now": ms(now)}, |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if untold.is_empty() {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO alert (watch_id, subject, state, raised_at, joined_at)
         SELECT watch_id, subject, :raised, :now, :now FROM alert WHERE id = :id",
        named_params! {
            ":id": id.0, ":raised": serde_json::to_string(&AlertState::Raised)?, ":now": ms(now),
        },
    )?;
    let own = tx.last_insert_rowid();
    for opening in untold {
        tx.execute(
            "UPDATE alert_slot SET alert_id = ?1 WHERE alert_id = ?2 AND opening_id = ?3",
            (own, id.0, opening),
        )?;
    }
    tx.execute(
        "INSERT INTO outbox (alert_id, channel, kind, state, step, next_at, at, why)
         SELECT :own, channel, kind, 'due', step, :now + step, :now,
             CASE WHEN step > 0 AND kind = 'appeared' THEN 'ladder' END
         FROM outbox WHERE alert_id = :id AND kind <> 'gone' AND state <> 'dead'",
        named_params! {":own": own, ":id": id.0, ":now": ms(now)},
    )?;
    Ok(())
}

/// Writes an alert's state.
pub(super) fn set_state(connection: &Connection, id: AlertId, state: AlertState) -> Result<()> {
    connection
        .prepare_cached("UPDATE alert SET state = :state WHERE id = :id")?
        .execute(named_params! {":state": serde_json::to_string(&state)?, ":id": id.0})?;
    Ok(())
}

/// Messages about the alert say what is no longer so.
pub(super) fn mark_stale(connection: &Connection, id: AlertId) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE outbox SET stale = stale + 1 WHERE alert_id = ?1 AND receipt IS NOT NULL",
        )?
        .execute([id.0])?;
    Ok(())
}

/// These alerts, whole.
fn readable(connection: &Connection, ids: Vec<u32>) -> Result<Vec<Alert>> {
    each_readable(ids, |id| read(connection, id))
}

/// These alerts; one that this program cannot read is left out and logged.
fn each_readable(
    ids: Vec<u32>,
    read: impl Fn(AlertId) -> Result<Option<Alert>>,
) -> Result<Vec<Alert>> {
    let mut alerts = Vec::with_capacity(ids.len());
    for id in ids {
        match read(AlertId(id)) {
            Ok(alert) => alerts.extend(alert),
            Err(error) if is_foreign(&error) => {
                tracing::error!(alert.id = id, %error, "unreadable alert");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(alerts)
}

/// Is it a sound text that says what this program does not know? Nothing makes it readable.
pub(super) fn is_foreign(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreadable(error) if error.is_data())
}

/// Reads an alert whole.
pub(super) fn read(connection: &Connection, id: AlertId) -> Result<Option<Alert>> {
    read_with(connection, id, || slots(connection, id))
}

/// Reads an alert with these of its slots.
fn read_with(
    connection: &Connection,
    id: AlertId,
    slots: impl FnOnce() -> Result<Vec<AlertSlot>>,
) -> Result<Option<Alert>> {
    let head = connection
        .prepare_cached("SELECT watch_id, subject, state, raised_at FROM alert WHERE id = ?1")?
        .query_row([id.0], |row| {
            Ok((
                row.get::<_, u32>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, i64>(3)?,
            ))
        })
        .optional()?;
    let Some((watch_id, subject, state, raised_at)) = head else {
        return Ok(None);
    };
    let kept: Kept = serde_json::from_str(&subject)?;
    Ok(Some(Alert {
        id,
        watch_id: WatchId(watch_id),
        nickname: kept.nickname,
        clinic_id: kept.clinic_id,
        clinic: kept.clinic,
        address: kept.address,
        specialty: kept.specialty,
        link: kept.link,
        raised_at: moment(raised_at),
        state: serde_json::from_str(&state)?,
        slots: slots()?,
        deliveries: deliveries(connection, id)?,
    }))
}

/// The newest other alerts of the watch that wait for an answer and have something free, newest
/// first, with what is free of them.
pub(super) fn others(
    connection: &Connection,
    alert: &Alert,
    now: DateTime<Utc>,
) -> Result<Vec<Alert>> {
    let ids = connection
        .prepare_cached(
            "SELECT id FROM alert WHERE watch_id = :watch AND id <> :id AND state ->> 'kind' = 'raised'
             AND EXISTS (SELECT 1 FROM alert_slot JOIN opening ON opening.id = opening_id
                 WHERE alert_id = alert.id AND gone_at IS NULL AND start > :now)
             ORDER BY id DESC LIMIT :most",
        )?
        .query_map(
            named_params! {
                ":watch": alert.watch_id.0, ":id": alert.id.0, ":now": ms(now), ":most": MOST_ALONG,
            },
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<Vec<u32>>>()?;
    each_readable(ids, |id| {
        read_with(connection, id, || free(connection, id, now))
    })
}

/// Alerts of other watches that were raised within a moment of this one, wait for an answer, have
/// something free and are for this channel, newest first.
pub(super) fn together(
    connection: &Connection,
    alert: &Alert,
    channel: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Alert>> {
    let ids = connection
        .prepare_cached(
            "SELECT id FROM alert WHERE watch_id NOT IN (:watch, :trial) AND state ->> 'kind' = 'raised'
             AND raised_at BETWEEN :from AND :to
             AND EXISTS (SELECT 1 FROM outbox WHERE alert_id = alert.id AND channel = :channel
                 AND state NOT IN ('dead'))
             AND EXISTS (SELECT 1 FROM alert_slot JOIN opening ON opening.id = opening_id
                 WHERE alert_id = alert.id AND gone_at IS NULL AND start > :now)
             ORDER BY raised_at DESC, id DESC LIMIT :most",
        )?
        .query_map(
            named_params! {
                ":most": MOST_ALONG,
                ":watch": alert.watch_id.0, ":trial": TRIAL.0, ":channel": channel, ":now": ms(now),
                ":from": ms(alert.raised_at - MOMENT), ":to": ms(alert.raised_at + MOMENT),
            },
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<Vec<u32>>>()?;
    readable(connection, ids)
}

/// The slots of an alert, soonest first.
fn slots(connection: &Connection, id: AlertId) -> Result<Vec<AlertSlot>> {
    read_slots(connection, "TRUE", named_params! {":alert": id.0})
}

/// Those of them that can be booked still.
fn free(connection: &Connection, id: AlertId, now: DateTime<Utc>) -> Result<Vec<AlertSlot>> {
    let params = named_params! {":alert": id.0, ":now": ms(now)};
    read_slots(connection, "gone_at IS NULL AND start > :now", params)
}

/// Those of them that a row of the outbox has not told.
pub(super) fn untold(connection: &Connection, id: AlertId, row: i64) -> Result<Vec<AlertSlot>> {
    read_slots(
        connection,
        "opening_id NOT IN (SELECT opening_id FROM told WHERE outbox_id = :row)",
        named_params! {":alert": id.0, ":row": row},
    )
}

/// The slots of `:alert` of which this is so, soonest first.
fn read_slots(
    connection: &Connection,
    is_so: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<AlertSlot>> {
    /// What is told of a slot beside its start.
    #[derive(Deserialize)]
    struct Rest {
        end: Option<DateTime<Utc>>,
        room: Option<String>,
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT doctor, doctor_name, start, slot, first_seen, gone_at
         FROM alert_slot JOIN opening ON opening.id = opening_id
         WHERE alert_id = :alert AND {is_so} ORDER BY opening_id"
    ))?;
    let mut rows = statement.query(params)?;
    let mut slots = Vec::new();
    while let Some(row) = rows.next()? {
        let slot = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let Rest { end, room } = serde_json::from_str(slot)?;
        slots.push(AlertSlot {
            doctor_id: DoctorId(row.get(0)?),
            doctor: row.get(1)?,
            start: moment(row.get(2)?),
            end,
            room,
            first_seen: moment(row.get(4)?),
            gone_at: row.get::<_, Option<i64>>(5)?.map(moment),
        });
    }
    // They come in the order they are kept in, and are sorted faster here.
    slots.sort_by_key(|slot| slot.start);
    Ok(slots)
}

fn deliveries(connection: &Connection, id: AlertId) -> Result<Vec<Delivery>> {
    let rows = connection
        .prepare_cached(
            "SELECT channel, state, at, why FROM outbox WHERE alert_id = ?1 AND kind = 'appeared' ORDER BY channel",
        )?
        .query_map([id.0], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, Option<String>>(3)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter()
        .map(|(channel, state, at, why)| {
            Ok(Delivery {
                channel,
                state: from_word(state)?,
                at: moment(at),
                why: why.map(from_word).transpose()?,
            })
        })
        .collect()
}

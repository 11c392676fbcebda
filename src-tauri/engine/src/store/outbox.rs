//! The outbox: leased, told, settled. A crash between telling and settling
//! repeats a message, marked as a repeat; it never loses one.

use chrono::{DateTime, Utc};
use rusqlite::named_params;

use super::{Result, Store, alerts, from_word, moment, ms};
use crate::model::{Alert, AlertId, AlertSlot, AlertState, MessageKind};

/// A message whose time has come, leased to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    /// Its row.
    pub id: i64,
    /// The channel to tell it.
    pub channel: String,
    /// What it is about.
    pub kind: MessageKind,
    /// The alert as it stands.
    pub alert: Alert,
    /// Slots this channel has not been told yet; all of them for `Gone`.
    pub fresh: Vec<AlertSlot>,
    /// An earlier telling was cut short and may have gone through.
    pub repeat: bool,
    /// Tries that failed before.
    pub attempts: u32,
    /// The newest opening in `fresh`.
    newest: i64,
}

/// How a telling ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// The channel took it.
    Sent,
    /// Not now.
    Later {
        /// Not before then.
        next_at: DateTime<Utc>,
        /// Why.
        why: String,
    },
    /// It has lost its use.
    Expired {
        /// Why.
        why: String,
    },
    /// The channel will never take it.
    Never {
        /// Why.
        why: String,
    },
}

impl Store {
    /// After a crash: what was leased is due again, and will be marked as a repeat.
    pub(crate) async fn release_leases(&self, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE outbox SET state = 'due', next_at = :now, at = :now WHERE state = 'leased'",
                named_params! {":now": ms(now)},
            )?;
            Ok(())
        })
        .await
    }

    /// Leases up to `limit` messages of these channels whose time has come, oldest first.
    pub(crate) async fn lease(
        &self,
        channels: Vec<String>,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Due>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let rows = tx
                .prepare_cached(
                    "SELECT id, alert_id, channel, kind, attempts, lease_until IS NOT NULL, told FROM outbox
                     WHERE (state = 'due' OR state = 'leased' AND lease_until <= :now) AND next_at <= :now
                     AND channel IN (SELECT value FROM json_each(:channels)) ORDER BY next_at, id LIMIT :limit",
                )?
                .query_map(
                    named_params! {
                        ":now": ms(now), ":limit": limit, ":channels": serde_json::to_string(&channels)?,
                    },
                    |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, u32>(1)?,
                            row.get::<_, String>(2)?,
                            row.get::<_, String>(3)?,
                            row.get::<_, u32>(4)?,
                            row.get::<_, bool>(5)?,
                            row.get::<_, i64>(6)?,
                        ))
                    },
                )?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut leased = Vec::with_capacity(rows.len());
            for (id, alert_id, channel, kind, attempts, repeat, told) in rows {
                let alert_id = AlertId(alert_id);
                let Some(alert) = alerts::read(&tx, alert_id)? else { continue };
                let kind = from_word(kind)?;
                let told = match kind {
                    MessageKind::Appeared => told,
                    MessageKind::Gone => 0,
                };
                let newest = tx
                    .prepare_cached("SELECT coalesce(max(opening_id), 0) FROM alert_slot WHERE alert_id = ?1")?
                    .query_row([alert_id.0], |row| row.get(0))?;
                tx.prepare_cached("UPDATE outbox SET state = 'leased', lease_until = :until, at = :now WHERE id = :id")?
                    .execute(named_params! {":until": ms(until), ":now": ms(now), ":id": id})?;
                let fresh = alerts::slots(&tx, alert_id, told)?;
                leased.push(Due { id, channel, kind, alert, fresh, repeat, attempts, newest });
            }
            tx.commit()?;
            Ok(leased)
        })
        .await
    }

    /// Notes how a telling ended. Slots that joined the alert meanwhile make it due again.
    pub(crate) async fn settle(&self, due: &Due, told: Told, now: DateTime<Utc>) -> Result<()> {
        let (id, alert, kind, newest) = (due.id, due.alert.clone(), due.kind, due.newest);
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let (state, attempts, next_at, error) = match &told {
                Told::Sent => ("sent", 0, now, None),
                Told::Later { next_at, why } => ("due", 1, *next_at, Some(why)),
                Told::Expired { why } => ("expired", 0, now, Some(why)),
                Told::Never { why } => ("dead", 0, now, Some(why)),
            };
            tx.prepare_cached(
                "UPDATE outbox SET state = :state, attempts = attempts + :attempts, next_at = :next_at,
                 error = :error, at = :now, lease_until = NULL WHERE id = :id AND state = 'leased'",
            )?
            .execute(named_params! {
                ":state": state, ":attempts": attempts, ":next_at": ms(next_at), ":error": error,
                ":now": ms(now), ":id": id,
            })?;
            if told == Told::Sent {
                tx.prepare_cached("UPDATE outbox SET told = max(told, ?2) WHERE id = ?1")?
                    .execute((id, newest))?;
                if kind == MessageKind::Appeared {
                    tx.execute(
                        "UPDATE outbox SET state = 'due', next_at = :now WHERE id = :id AND state = 'sent'
                         AND EXISTS (SELECT 1 FROM alert_slot WHERE alert_id = :alert AND opening_id > told)",
                        named_params! {":now": ms(now), ":id": id, ":alert": alert.id.0},
                    )?;
                    if matches!(alert.state, AlertState::Snoozed { .. }) {
                        alerts::set_state(&tx, alert.id, AlertState::Raised)?;
                    }
                }
            }
            Ok(tx.commit()?)
        })
        .await
    }

    /// When the next message of these channels is due.
    pub(crate) async fn next_due_at(&self, channels: Vec<String>) -> Result<Option<DateTime<Utc>>> {
        self.with(move |connection| {
            let next: Option<i64> = connection
                .prepare_cached(
                    "SELECT min(next_at) FROM outbox WHERE state = 'due'
                     AND channel IN (SELECT value FROM json_each(?1))",
                )?
                .query_row([serde_json::to_string(&channels)?], |row| row.get(0))?;
            Ok(next.map(moment))
        })
        .await
    }
}

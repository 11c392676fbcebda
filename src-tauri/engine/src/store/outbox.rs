//! The outbox: leased, told, settled. A crash between telling and settling
//! repeats a message, marked as a repeat; it never loses one.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params};

use super::{Result, Store, StoreError, alerts, from_word, moment, ms, word};
use crate::{
    failpoints::step,
    model::{Alert, AlertId, AlertSlot, AlertState, MessageKind, TRIAL, Untold, WatchId},
};

/// What was noted this far in the future was noted by a clock that has been set back since.
pub(super) const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(1);

/// Messages told along with one: a letter stays short enough to be read.
const MOST_COMPANIONS: usize = 5;

/// What a channel says along with a message: alerts of other watches of the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nothing: they come one by one.
    None,
    /// Nothing, to a program: what joins an alert that was told waits for nothing else.
    Program,
    /// It knows of them; each has its own turn.
    Known,
    /// Their messages are told in the same breath.
    Told,
}

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
    /// The newest other alerts of the watch that wait for an answer and have something free, newest
    /// first, with what is free of them: for a screen, and wherever the message is a reminder.
    pub others: Vec<Alert>,
    /// Alerts of other watches of the same moment that wait for an answer on this channel, if it
    /// wants to know.
    pub together: Vec<Alert>,
    /// The channel has told of the alert before.
    pub told_before: bool,
    /// What it called its message.
    pub receipt: Option<String>,
    /// An earlier telling was cut short and may have gone through.
    pub repeat: bool,
    /// Tries that failed before.
    pub attempts: u32,
    /// Messages of the alerts in `together` that are told in the same breath and settled with this
    /// one: for channels that group, else none.
    pub group: Vec<Due>,
    /// All openings of the alert, and whether each was there.
    openings: Vec<(i64, bool)>,
    /// How long what joins waits for more of the same moment.
    moment: TimeDelta,
}

impl Due {
    /// The message and those of its group, each by itself.
    pub(crate) fn apart(mut self) -> Vec<Self> {
        let group = std::mem::take(&mut self.group);
        std::iter::once(self).chain(group).collect()
    }

    /// The first with the rest as its group; `None`: there are none.
    pub(crate) fn grouped(messages: Vec<Self>) -> Option<Self> {
        let mut messages = messages.into_iter();
        let mut first = messages.next()?;
        first.group = messages.collect();
        Some(first)
    }
}

/// A message was taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// What the channel calls its message, if that can be edited.
    pub receipt: Option<String>,
    /// Nobody sees it now (do-not-disturb, nobody at the computer): the others need not wait.
    pub unseen: bool,
}

/// How a telling ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// The channel took it.
    Sent(Taken),
    /// Not now.
    Later {
        /// Not before then.
        next_at: DateTime<Utc>,
        /// Why.
        why: Untold,
    },
    /// It has lost its use.
    Expired {
        /// Why.
        why: Untold,
    },
    /// The channel will never take it.
    Never {
        /// Why.
        why: Untold,
    },
}

impl Told {
    /// Nobody has seen it, nor will before the channel is tried again.
    pub(crate) fn is_unseen(&self) -> bool {
        match self {
            Self::Sent(taken) => taken.unseen,
            Self::Later { why, .. } => *why != Untold::Quiet,
            Self::Never { .. } => true,
            Self::Expired { .. } => false,
        }
    }
}

/// A message that says what is no longer so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stale {
    id: i64,
    /// The alert as it stands.
    pub alert: Alert,
    /// What the channel calls its message.
    pub receipt: String,
    /// Tries that failed before.
    pub attempts: u32,
    marks: i64,
}

/// The watches that may be told of now: what one that was removed or rests has to say waits until it
/// goes on. The trial always may. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Awake(Arc<HashSet<WatchId>>);

impl Awake {
    /// These.
    pub(crate) fn of(watches: impl IntoIterator<Item = WatchId>) -> Self {
        Self(Arc::new(watches.into_iter().collect()))
    }

    /// May this one?
    pub(crate) fn contains(&self, watch: WatchId) -> bool {
        watch == TRIAL || self.0.contains(&watch)
    }
}

/// Nothing is said a second time before it was said once.
const IN_TURN: &str = "(kind <> 'again' OR EXISTS (SELECT 1 FROM outbox AS first
    WHERE first.alert_id = outbox.alert_id AND first.channel = outbox.channel
    AND first.kind = 'appeared' AND first.state = 'sent'))";

/// Messages of a channel that say what is no longer so; in the words of their index, else the whole
/// table is read for them.
const STALE: &str = "channel = :channel AND stale AND receipt IS NOT NULL";

impl Store {
    /// After a crash: what was leased is due again, and will be marked as a repeat.
    pub(crate) async fn release_leases(&self, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE outbox SET state = 'due', next_at = :now, at = :now WHERE state = 'leased'",
                named_params! {":now": ms(now)},
            )?;
            step("released");
            Ok(())
        })
        .await
    }

    /// What waits for the end of the quiet hours is due at once: they have been changed.
    pub(crate) async fn release_held(&self, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE outbox SET next_at = :now, at = :now WHERE state = 'due' AND why = :quiet",
                named_params! {":now": ms(now), ":quiet": word(&Untold::Quiet)?},
            )?;
            connection.execute(
                "UPDATE news_outbox SET next_at = ?1 WHERE state = 'due' AND attempts = 0",
                [ms(now)],
            )?;
            Ok(())
        })
        .await
    }

    /// Leases the message of this channel and these watches that has waited longest, if its time has
    /// come; with it those of the same moment that the channel can tell along.
    ///
    /// One telling at a time: what waits leased could be answered or gone before its turn, and a
    /// crash would make a repeat of it.
    pub(crate) async fn lease(
        &self,
        channel: String,
        company: Company,
        awake: Awake,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<Due>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let next = |ready: &str| -> Result<Option<Row>> {
                let sql = format!(
                    "SELECT {COLUMNS} FROM outbox WHERE {ready} AND channel = :channel AND {IN_TURN}
                     ORDER BY next_at, id"
                );
                let mut statement = tx.prepare_cached(&sql)?;
                let mut rows = statement.query_map(
                    named_params! {
                        ":now": ms(now), ":ahead": ms(now + CLOCK_SLACK), ":channel": channel,
                    },
                    Row::read,
                )?;
                // They come one by one, and the first mostly is it.
                let first = rows.find(|row| !matches!(row, Ok(row) if !row.is_awake(&awake)));
                Ok(first.transpose()?)
            };
            let mut due = loop {
                let row = match next("state = 'due' AND next_at <= :now AND at <= :ahead")? {
                    Some(row) => Some(row),
                    // A lease that ran out; or a wait by a clock that has been set back since.
                    None => next(
                        "state IN ('due', 'leased') AND (state = 'leased' AND lease_until <= :now OR at > :ahead)",
                    )?,
                };
                let Some(row) = row else {
                    tx.commit()?;
                    return Ok(None);
                };
                if let Some(due) = leased(&tx, row, &channel, company, now, until)? {
                    break due;
                }
            };
            let told = company == Company::Told && due.alert.watch_id != TRIAL;
            if told && due.kind == MessageKind::Appeared {
                let rows = companions(&tx, &due, &awake, now)?;
                for row in rows {
                    due.group.extend(leased(&tx, row, &channel, Company::None, now, until)?);
                }
            }
            step("leasing");
            tx.commit()?;
            step("leased");
            Ok(Some(due))
        })
        .await
    }

    /// Notes how a telling ended, of the message and its group alike, unless an answer has settled it
    /// meanwhile. Slots that joined an alert during the telling make it due again. Gives how the
    /// alert of each stands now, if it is still there.
    pub(crate) async fn settle(
        &self,
        due: &Due,
        told: Told,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<AlertState>>> {
        let all = due.clone().apart();
        // The lease is on the disk: after a power cut it is told again, and says so.
        self.with_ease(move |connection| {
            let tx = connection.transaction()?;
            let mut states = Vec::with_capacity(all.len());
            for due in &all {
                settle(&tx, due, &told, now)?;
                states.push(alerts::state(&tx, due.alert.id)?);
            }
            step("settling");
            tx.commit()?;
            step("settled");
            Ok(states)
        })
        .await
    }

    /// The screen was not seen: whoever waits for an answer there need not. `false`: nobody does.
    pub(crate) async fn climb(&self, alert: AlertId, now: DateTime<Utc>) -> Result<bool> {
        self.with(move |connection| {
            let climbed = connection.execute(
                "UPDATE outbox SET next_at = :now, at = :now, why = NULL
                 WHERE alert_id = :alert AND kind = 'appeared' AND state = 'due' AND why = :ladder",
                named_params! {
                    ":alert": alert.0, ":now": ms(now), ":ladder": word(&Untold::Ladder)?,
                },
            )?;
            Ok(climbed > 0)
        })
        .await
    }

    /// A message of the channel that says what is no longer so, if its time has come. One that is
    /// to be told again is put right at once or not at all: what comes will say it.
    pub(crate) async fn stale(&self, channel: String, now: DateTime<Utc>) -> Result<Option<Stale>> {
        self.with(move |connection| {
            let row = connection
                .prepare_cached(&format!(
                    "SELECT id, alert_id, receipt, attempts, stale FROM outbox
                     WHERE {STALE}
                     AND (state NOT IN ('due', 'leased') AND (next_at <= :now OR at > :ahead)
                         OR state = 'due' AND attempts = 0 AND next_at > :now
                         AND EXISTS (SELECT 1 FROM alert WHERE alert.id = alert_id
                             AND alert.state ->> 'kind' = 'snoozed'))
                     ORDER BY next_at, id LIMIT 1"
                ))?
                .query_row(
                    named_params! {
                        ":channel": channel, ":now": ms(now), ":ahead": ms(now + CLOCK_SLACK),
                    },
                    |row| {
                        Ok((
                            row.get(0)?,
                            row.get::<_, u32>(1)?,
                            row.get(2)?,
                            row.get(3)?,
                            row.get(4)?,
                        ))
                    },
                )
                .optional()?;
            let Some((id, alert, receipt, attempts, marks)) = row else {
                return Ok(None);
            };
            let alert = match alerts::read(connection, AlertId(alert)) {
                Err(error) if alerts::is_foreign(&error) => {
                    tracing::error!(outbox.id = id, %error, "a message stays as it is");
                    connection.execute("UPDATE outbox SET stale = 0 WHERE id = ?1", [id])?;
                    None
                }
                alert => alert?,
            };
            Ok(alert.map(|alert| Stale {
                id,
                alert,
                receipt,
                attempts,
                marks,
            }))
        })
        .await
    }

    /// The message was put right, unless things have changed again; or is to be, then.
    pub(crate) async fn settle_stale(
        &self,
        stale: &Stale,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let (id, marks) = (stale.id, stale.marks);
        self.with(move |connection| {
            connection.execute(
                "UPDATE outbox SET
                 stale = CASE WHEN :next_at IS NULL AND stale = :marks THEN 0 ELSE stale END,
                 attempts = CASE WHEN :next_at IS NULL THEN 0 ELSE attempts + 1 END,
                 next_at = CASE state WHEN 'due' THEN next_at ELSE coalesce(:next_at, next_at) END
                 WHERE id = :id",
                named_params! {":id": id, ":marks": marks, ":next_at": next_at.map(ms)},
            )?;
            step("put right");
            Ok(())
        })
        .await
    }

    /// What a channel put off is due at once: its way has been set up anew.
    pub(crate) async fn release_channel(&self, channel: String, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE outbox SET next_at = :now, at = :now, attempts = 0
                 WHERE channel = :channel AND attempts > 0
                 AND (state IN ('due', 'sent') OR state = 'expired' AND stale > 0)",
                named_params! {":channel": channel, ":now": ms(now)},
            )?;
            connection.execute(
                "UPDATE news_outbox SET next_at = :now
                 WHERE channel = :channel AND attempts > 0 AND state = 'due'",
                named_params! {":channel": channel, ":now": ms(now)},
            )?;
            Ok(())
        })
        .await
    }

    /// The person switched the channel off: nothing waits for it any more.
    pub(crate) async fn drop_channel(&self, channel: String, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE outbox SET state = 'dead', why = 'off', at = :now, lease_until = NULL
                 WHERE channel = :channel AND state = 'due'",
                named_params! {":channel": channel, ":now": ms(now)},
            )?;
            connection.execute(
                "UPDATE news_outbox SET state = 'dead' WHERE channel = ?1 AND state = 'due'",
                [&channel],
            )?;
            Ok(())
        })
        .await
    }

    /// How many messages of channels with this beginning were tried and wait.
    pub(crate) async fn undelivered(&self, prefix: &'static str) -> Result<u32> {
        self.with(move |connection| {
            Ok(connection
                .prepare_cached(
                    "SELECT count(*) FROM outbox WHERE state = 'due' AND attempts > 0
                     AND substr(channel, 1, length(?1)) = ?1",
                )?
                .query_row([prefix], |row| row.get(0))?)
        })
        .await
    }

    /// When the next message of this channel and these watches is due.
    pub(crate) async fn next_due_at(
        &self,
        channel: String,
        awake: Awake,
    ) -> Result<Option<DateTime<Utc>>> {
        self.with(move |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM outbox WHERE state = 'due' AND channel = ?1 AND {IN_TURN}
                 ORDER BY next_at, id"
            ))?;
            let mut due = statement.query_map([&channel], Row::read)?;
            let due = due.find(|row| !matches!(row, Ok(row) if !row.is_awake(&awake)));
            let due = due.transpose()?.map(|row| row.next_at);
            let other: Option<i64> = connection
                .prepare_cached(&format!(
                    "SELECT min(next_at) FROM (
                         SELECT next_at FROM outbox WHERE {STALE} AND state NOT IN ('due', 'leased')
                         UNION ALL SELECT lease_until FROM outbox WHERE channel = :channel AND state = 'leased'
                         UNION ALL SELECT next_at FROM news_outbox WHERE channel = :channel AND state = 'due')"
                ))?
                .query_row(named_params! {":channel": channel}, |row| row.get(0))?;
            Ok(due.into_iter().chain(other).min().map(moment))
        })
        .await
    }
}

/// What is read of a row.
const COLUMNS: &str = "id, alert_id, kind, attempts, lease_until IS NOT NULL, next_at, receipt,
    (SELECT watch_id FROM alert WHERE alert.id = alert_id)";

/// A row of the outbox whose time has come.
struct Row {
    id: i64,
    alert: AlertId,
    kind: String,
    attempts: u32,
    repeat: bool,
    next_at: i64,
    receipt: Option<String>,
    /// `None`: the alert is gone.
    watch: Option<WatchId>,
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            alert: AlertId(row.get(1)?),
            kind: row.get(2)?,
            attempts: row.get(3)?,
            repeat: row.get(4)?,
            next_at: row.get(5)?,
            receipt: row.get(6)?,
            watch: row.get::<_, Option<_>>(7)?.map(WatchId),
        })
    }

    /// May it be told now? What belongs to nobody any more waits for nobody.
    fn is_awake(&self, awake: &Awake) -> bool {
        self.watch.is_none_or(|watch| awake.contains(watch))
    }
}

/// The message of a row, which is leased. `None`: nobody can say what it is, nor ever will; nothing
/// else waits for it.
fn leased(
    tx: &Transaction<'_>,
    row: Row,
    channel: &str,
    company: Company,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Due>> {
    let id = row.id;
    match message(tx, row, channel, company, now, until) {
        Err(error) if alerts::is_foreign(&error) || is_nobodys(&error) => {
            tracing::error!(outbox.id = id, %error, "a message that cannot be read is given up");
            tx.prepare_cached(
                "UPDATE outbox SET state = 'dead', at = :now, lease_until = NULL WHERE id = :id",
            )?
            .execute(named_params! {":id": id, ":now": ms(now)})?;
            Ok(None)
        }
        message => message.map(Some),
    }
}

/// The alert is gone, which should have taken the row with it.
fn is_nobodys(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Sqlite(rusqlite::Error::QueryReturnedNoRows)
    )
}

fn message(
    tx: &Transaction<'_>,
    row: Row,
    channel: &str,
    company: Company,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Due> {
    // An alert takes its rows with it.
    let alert = alerts::read(tx, row.alert)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let kind = from_word(row.kind)?;
    // What repeats or takes back goes by what the first message has told.
    let (first, receipt) = match kind {
        MessageKind::Appeared => (Some(row.id), row.receipt),
        MessageKind::Again | MessageKind::Gone => tx
            .prepare_cached(
                "SELECT id, receipt FROM outbox
                 WHERE alert_id = ?1 AND channel = ?2 AND kind = 'appeared'",
            )?
            .query_row((row.alert.0, channel), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .unwrap_or_default(),
    };
    let told_before = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM told WHERE outbox_id = ?1)")?
        .query_row([first], |row| row.get(0))?;
    let openings = openings(tx, row.alert)?;
    tx.prepare_cached(
        "UPDATE outbox SET state = 'leased', lease_until = :until, at = :now WHERE id = :id",
    )?
    .execute(named_params! {":until": ms(until), ":now": ms(now), ":id": row.id})?;
    Ok(Due {
        id: row.id,
        channel: channel.to_owned(),
        kind,
        fresh: match kind {
            MessageKind::Appeared => alerts::untold(tx, row.alert, row.id)?,
            MessageKind::Again | MessageKind::Gone => alert.slots.clone(),
        },
        others: if company == Company::Known || kind == MessageKind::Again {
            alerts::others(tx, &alert, now)?
        } else {
            Vec::new()
        },
        together: match company {
            Company::None | Company::Program => Vec::new(),
            Company::Known | Company::Told => alerts::together(tx, &alert, channel, now)?,
        },
        alert,
        told_before,
        receipt,
        repeat: row.repeat,
        attempts: row.attempts,
        group: Vec::new(),
        openings,
        moment: match company {
            Company::Program => TimeDelta::zero(),
            Company::None | Company::Known | Company::Told => alerts::MOMENT,
        },
    })
}

/// The openings of an alert, and whether each is there.
fn openings(tx: &Transaction<'_>, alert: AlertId) -> Result<Vec<(i64, bool)>> {
    let openings = tx
        .prepare_cached(
            "SELECT opening_id, gone_at IS NULL FROM alert_slot JOIN opening ON opening.id = opening_id
             WHERE alert_id = ?1",
        )?
        .query_map([alert.0], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(openings)
}

/// Rows of the alerts in `together` that can be told along. What was never tried may come earlier
/// than its turn by as much as one moment lasts: alerts of one release are seconds apart, and so
/// are their turns.
fn companions(
    tx: &Transaction<'_>,
    due: &Due,
    awake: &Awake,
    now: DateTime<Utc>,
) -> Result<Vec<Row>> {
    let together: Vec<AlertId> = due.together.iter().map(|alert| alert.id).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox
         WHERE kind = 'appeared' AND channel = :channel AND at <= :ahead
         AND (state = 'due' AND next_at <= CASE attempts WHEN 0 THEN :soon ELSE :now END
             OR state = 'leased' AND lease_until <= :now)
         AND alert_id IN (SELECT value FROM json_each(:together)) AND {IN_TURN}
         ORDER BY alert_id"
    );
    let rows = tx
        .prepare_cached(&sql)?
        .query_map(
            named_params! {
                ":channel": due.channel, ":now": ms(now), ":soon": ms(now + alerts::MOMENT),
                ":ahead": ms(now + CLOCK_SLACK), ":together": serde_json::to_string(&together)?,
            },
            Row::read,
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let rows = rows.into_iter().filter(|row| row.is_awake(awake));
    Ok(rows.take(MOST_COMPANIONS).collect())
}

fn settle(tx: &Transaction<'_>, due: &Due, told: &Told, now: DateTime<Utc>) -> Result<()> {
    let mut receipt = None;
    // What was told stays so, and its second telling in its place.
    let nothing_new = due.kind == MessageKind::Appeared
        && due.told_before
        && matches!(told, Told::Expired { why: Untold::Told });
    let (state, attempts, next_at, why) = match told {
        Told::Sent(taken) => {
            receipt.clone_from(&taken.receipt);
            ("sent", 0, now, None)
        }
        _ if nothing_new => ("sent", 0, now, None),
        // To be held over the quiet hours is no failure.
        Told::Later { next_at, why } => (
            "due",
            u32::from(*why != Untold::Quiet),
            *next_at,
            Some(*why),
        ),
        Told::Expired { why } => ("expired", 0, now, Some(*why)),
        Told::Never { why } => ("dead", 0, now, Some(*why)),
    };
    // The mark of a lease stays with what may have been told: the next telling is a repeat, though
    // the slots be gone and back meanwhile.
    let perhaps = matches!(state, "due" | "expired") && (due.repeat || why == Some(Untold::Silent));
    let settled = tx
        .prepare_cached(
            "UPDATE outbox SET state = :state, attempts = attempts + :attempts, next_at = :next_at,
             why = :why, at = :now, receipt = coalesce(:receipt, receipt), lease_until = CASE WHEN :perhaps THEN lease_until END
             WHERE id = :id AND state = 'leased'",
        )?
        .execute(named_params! {
            ":state": state, ":attempts": attempts, ":next_at": ms(next_at),
            ":why": why.as_ref().map(word).transpose()?, ":now": ms(now),
            ":perhaps": perhaps, ":id": due.id, ":receipt": receipt,
        })?;
    if settled > 0 && due.kind == MessageKind::Gone && state == "sent" && due.receipt.is_some() {
        // The message says it: it need not be put right for the same.
        tx.prepare_cached(
            "UPDATE outbox SET stale = 0 WHERE alert_id = ?1 AND channel = ?2 AND kind = 'appeared'",
        )?
        .execute((due.alert.id.0, &due.channel))?;
    }
    if settled > 0 && receipt.is_some() {
        // What changed during the telling is not in the message.
        let now = alerts::read(tx, due.alert.id)?;
        let same =
            now.is_some_and(|now| (now.state, &now.slots) == (due.alert.state, &due.alert.slots));
        if !same {
            alerts::mark_stale(tx, due.alert.id)?;
        }
    }
    if settled > 0 && due.kind == MessageKind::Appeared {
        // What was missing was not told.
        for (opening, _) in due
            .openings
            .iter()
            .filter(|(_, there)| *there && state == "sent")
        {
            tx.prepare_cached("INSERT OR IGNORE INTO told VALUES (?1, ?2)")?
                .execute((due.id, opening))?;
        }
        if state != "due" && !nothing_new {
            tx.prepare_cached(
                "UPDATE outbox SET next_at = max(next_at, :now + step), at = :now,
                 state = CASE WHEN :state = 'sent' THEN state ELSE 'expired' END
                 WHERE alert_id = :alert AND channel = :channel AND kind = 'again' AND state = 'due'",
            )?
            .execute(named_params! {
                ":now": ms(now), ":state": state, ":alert": due.alert.id.0,
                ":channel": due.channel,
            })?;
        }
        // What joined or came back meanwhile is still to be told, with all else of this moment.
        let back = state == "sent" || why == Some(Untold::Gone);
        let known: Vec<i64> = due.openings.iter().map(|(opening, _)| *opening).collect();
        tx.prepare_cached(
            "UPDATE outbox SET next_at = CASE state WHEN 'sent' THEN :now + :moment ELSE :now END,
             state = 'due', why = NULL
             WHERE id = :id AND state IN ('sent', 'expired')
             AND EXISTS (SELECT 1 FROM alert_slot JOIN opening ON opening.id = opening_id
                 WHERE alert_id = :alert AND gone_at IS NULL AND start > :now
                 AND opening_id NOT IN (SELECT opening_id FROM told WHERE outbox_id = :id)
                 AND (:back OR opening_id NOT IN (SELECT value FROM json_each(:known))))",
        )?
        .execute(named_params! {
            ":now": ms(now), ":moment": due.moment.num_milliseconds(), ":id": due.id,
            ":alert": due.alert.id.0, ":back": back,
            ":known": serde_json::to_string(&known)?,
        })?;
        if matches!(told, Told::Sent(_)) && matches!(due.alert.state, AlertState::Snoozed { .. }) {
            alerts::set_state(tx, due.alert.id, AlertState::Raised)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

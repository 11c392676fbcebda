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
mod tests {
    use super::*;
    use crate::{
        model::{
            Activity, Answer, DeliveryState, DoctorChoice, Key, Look, Outcome, Place, Slot, Watch,
            WatchDraft,
        },
        store::{Coverage, DoctorLook, Site, Step},
    };

    /// A watch on one doctor, its database, and a clock moved by hand.
    struct Story {
        store: Store,
        now: DateTime<Utc>,
        watch: WatchId,
        steps: Vec<Step>,
        _folder: tempfile::TempDir,
    }

    impl Story {
        async fn begin() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(folder.path()).unwrap();
            let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
            let place = Place {
                clinic_id: "1".into(),
                clinic_name: String::new(),
                specialty_id: "2".into(),
                specialty_name: String::new(),
                fer_id: None,
                doctors: DoctorChoice::Any,
            };
            let draft = WatchDraft {
                places: vec![place],
                ..WatchDraft::default()
            };
            let added = store.add_watches(vec![(draft, Activity::On)], now).await;
            let watch = added.unwrap()[0].id;
            Self {
                store,
                now,
                watch,
                steps: vec![Step {
                    channel: "test".to_owned(),
                    kind: MessageKind::Appeared,
                    after: TimeDelta::zero(),
                    at_once: false,
                }],
                _folder: folder,
            }
        }

        /// Whoever does not answer is told a second time, two minutes after the first.
        fn tell_again(&mut self) {
            self.steps.push(Step {
                kind: MessageKind::Again,
                after: TimeDelta::minutes(2),
                ..self.steps[0].clone()
            });
        }

        fn wait(&mut self, secs: i64) {
            self.now += TimeDelta::seconds(secs);
        }

        /// A good look sees slots on these days from now.
        async fn see(&self, days: &[i64]) {
            self.see_of(self.watch, "3", days).await;
        }

        /// The same, of a doctor another watch waits for.
        async fn see_of(&self, watch: WatchId, doctor: &str, days: &[i64]) {
            self.look(watch, doctor, days, false).await;
        }

        /// The same, perhaps while the watch is paused.
        async fn look(&self, watch: WatchId, doctor: &str, days: &[i64], paused: bool) {
            let slot = |day: &i64| Slot {
                start: DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day),
                end: None,
                room: None,
                address: None,
            };
            let coverage = Coverage {
                watch: Arc::new(Watch {
                    id: watch,
                    created_at: self.now,
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
                paused,
                steps: self.steps.clone().into(),
            };
            let look = DoctorLook {
                look: Look {
                    key: Key::Doctor {
                        clinic_id: "1".into(),
                        doctor_id: doctor.into(),
                    },
                    at: self.now,
                    outcome: Outcome::Fresh,
                    code: None,
                    appeared: 0,
                    vanished: 0,
                    elapsed_ms: 0,
                },
                doctor: String::new(),
                slots: days.iter().map(slot).collect(),
                coverage: Arc::new(move || Arc::new([coverage.clone()])),
                before: None,
            };
            self.store.commit(look).await.unwrap();
        }

        /// What the channel has to be told now, if anything.
        async fn due(&self) -> Option<Due> {
            self.due_to(Company::None).await
        }

        /// The same, told in this company.
        async fn due_to(&self, company: Company) -> Option<Due> {
            self.lease(company, &[self.watch]).await
        }

        /// The same for a channel that groups and two watches.
        async fn due_of(&self, watches: [WatchId; 2]) -> Vec<Due> {
            let leased = self.lease(Company::Told, &watches).await;
            leased.map_or_else(Vec::new, Due::apart)
        }

        /// What the channel has to be told now in this company of these watches.
        async fn lease(&self, company: Company, watches: &[WatchId]) -> Option<Due> {
            let until = self.now + TimeDelta::seconds(60);
            let channel = "test".to_owned();
            let awake = Awake::of(watches.iter().copied());
            let leased = self
                .store
                .lease(channel, company, awake, self.now, until)
                .await;
            leased.unwrap()
        }

        /// When the channel has something to be told of these watches.
        async fn next_due_at(&self, watches: &[WatchId]) -> Option<DateTime<Utc>> {
            let awake = Awake::of(watches.iter().copied());
            let next = self.store.next_due_at("test".to_owned(), awake).await;
            next.unwrap()
        }

        /// What the channel has to put right now.
        async fn stale(&self) -> Option<Stale> {
            let stale = self.store.stale("test".to_owned(), self.now).await;
            stale.unwrap()
        }

        /// How many messages of such channels were tried and wait.
        async fn undelivered(&self, prefix: &'static str) -> u32 {
            self.store.undelivered(prefix).await.unwrap()
        }

        /// Slots that were there are gone for certain.
        async fn lose_all(&mut self) {
            for _ in 0..crate::diff::CONFIRMING_LOOKS {
                self.wait(60);
                self.see(&[]).await;
            }
        }

        async fn batch(&self, sql: &'static str) {
            let done = self
                .store
                .with(|connection| Ok(connection.execute_batch(sql)?));
            done.await.unwrap();
        }

        async fn answer(&self, id: AlertId, answer: Answer) {
            let open = vec!["test".to_owned()];
            let answered = self.store.answer(id, answer, open, self.now);
            answered.await.unwrap();
        }

        async fn settle(&self, due: &Due, told: Told) {
            self.store.settle(due, told, self.now).await.unwrap();
        }
    }

    fn sent() -> Told {
        Told::Sent(Taken::default())
    }

    /// A message that can be edited.
    fn sent_as(name: &str) -> Told {
        Told::Sent(Taken {
            receipt: Some(name.to_owned()),
            unseen: false,
        })
    }

    fn later(story: &Story, why: Untold) -> Told {
        Told::Later {
            next_at: story.now + TimeDelta::seconds(2),
            why,
        }
    }

    #[tokio::test]
    async fn what_is_held_over_the_quiet_hours_is_no_failure_and_is_due_once_they_change() {
        let mut story = Story::begin().await;
        story.see(&[]).await;
        story.wait(60);
        story.see(&[1]).await;
        let due = story.due().await.unwrap();
        let held = Told::Later {
            next_at: story.now + TimeDelta::hours(8),
            why: Untold::Quiet,
        };
        story.settle(&due, held).await;
        story.wait(60);
        assert_eq!(story.due().await, None);
        story.store.release_held(story.now).await.unwrap();
        let due = story.due().await.unwrap();
        assert_eq!((due.attempts, due.repeat), (0, false));
        // What failed keeps its own wait.
        story.settle(&due, later(&story, Untold::Refused)).await;
        story.store.release_held(story.now).await.unwrap();
        assert_eq!(story.due().await, None);
    }

    #[tokio::test]
    async fn later_said_while_another_channel_is_being_told_tells_that_one_again_too() {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.answer(due.alert.id, Answer::Later).await;
        story.settle(&due, sent()).await;
        story.wait(16 * 60);
        let again = story.due().await.unwrap();
        assert_eq!(again.fresh.len(), 1);
    }

    #[tokio::test]
    async fn later_reminds_of_nothing_where_nothing_could_be_told() {
        let story = Story::begin().await;
        story.see(&[2]).await;
        let twice =
            "INSERT INTO outbox (alert_id, channel, kind, state, attempts, next_at, at, step)
             SELECT alert_id, channel, 'again', 'due', 0, next_at, at, 120000 FROM outbox";
        let twice = story
            .store
            .with(|connection| Ok(connection.execute(twice, ())?));
        assert_eq!(twice.await.unwrap(), 1);
        let due = story.due().await.unwrap();
        let why = Untold::Refused;
        story.settle(&due, Told::Never { why }).await;
        story.answer(due.alert.id, Answer::Later).await;
        let waiting = story.store.with(|connection| {
            let waiting = "SELECT count(*) FROM outbox WHERE state = 'due'";
            Ok(connection.query_row(waiting, (), |row| row.get::<_, i64>(0))?)
        });
        assert_eq!(waiting.await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_message_whose_alert_is_gone_holds_up_no_other() {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        story
            .batch(
                "PRAGMA foreign_keys = OFF; DELETE FROM alert_slot; DELETE FROM alert;
                 PRAGMA foreign_keys = ON",
            )
            .await;
        story.wait(120);
        story.see(&[2, 3]).await;
        let due = story.due().await.unwrap();
        assert_eq!(due.fresh.len(), 1);
    }

    #[tokio::test]
    async fn what_is_to_be_put_right_is_found_without_reading_all_that_was_told() {
        let story = Story::begin().await;
        let plan = story.store.with(|connection| {
            let plan = connection.query_row(
                &format!("EXPLAIN QUERY PLAN SELECT next_at FROM outbox WHERE {STALE}"),
                named_params! {":channel": "test"},
                |row| row.get::<_, String>("detail"),
            );
            Ok(plan?)
        });
        let plan = plan.await.unwrap();
        assert!(plan.contains("outbox_stale (channel=?)"), "{plan}");
    }

    #[tokio::test]
    async fn a_message_put_off_says_so_at_once_and_is_put_right_again_after_the_next_one() {
        for fails in [false, true] {
            let mut story = Story::begin().await;
            story.see(&[2]).await;
            let due = story.due().await.unwrap();
            story.settle(&due, sent_as("1")).await;
            assert_eq!(story.stale().await, None);
            story.answer(due.alert.id, Answer::Later).await;
            let first = story.stale().await.unwrap();
            assert_eq!(first.receipt, "1");
            assert!(matches!(first.alert.state, AlertState::Snoozed { .. }));
            let retry = fails.then(|| story.now + TimeDelta::seconds(1));
            story.store.settle_stale(&first, retry).await.unwrap();
            story.wait(60);
            assert_eq!(story.stale().await, None, "once");
            assert_eq!(story.due().await, None, "the time of the reminder stays");
            story.wait(15 * 60);
            let again = story.due().await.unwrap();
            story.settle(&again, sent_as("2")).await;
            let second = story.stale().await.map(|stale| stale.receipt);
            assert_eq!(second, fails.then(|| "2".to_owned()));
        }
    }

    #[tokio::test]
    async fn what_was_missed_during_a_pause_is_told_though_it_is_older_than_what_was_told() {
        let mut story = Story::begin().await;
        story.see(&[]).await;
        story.look(story.watch, "4", &[], false).await;
        story.wait(60);
        story.look(story.watch, "4", &[2], true).await;
        story.wait(60);
        story.see(&[3]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, sent()).await;
        // The watch goes on; the first doctor is looked at second.
        story.wait(20);
        story.look(story.watch, "4", &[2], false).await;
        let joined = story.due().await.expect("what was missed is told");
        assert_eq!(joined.alert.id, due.alert.id);
        let [fresh] = &joined.fresh[..] else {
            panic!("what was told is not told again: {:?}", joined.fresh);
        };
        assert_eq!(fresh.doctor_id.as_str(), "4");
    }

    #[tokio::test]
    async fn a_slot_that_was_missing_when_its_alert_was_told_is_told_when_it_is_back() {
        for back_during_the_telling in [false, true] {
            let mut story = Story::begin().await;
            story.see(&[]).await;
            story.wait(60);
            story.see(&[2, 3]).await;
            story.wait(2);
            story.see(&[3]).await;
            let due = story.due().await.unwrap();
            assert_eq!(due.fresh.len(), 2);
            story.wait(2);
            if back_during_the_telling {
                story.see(&[2, 3]).await;
                story.settle(&due, sent()).await;
            } else {
                story.settle(&due, sent()).await;
                assert_eq!(story.due().await, None, "it is away");
                story.see(&[2, 3]).await;
            }
            story.wait(20);
            let back = story.due().await.expect("it was never told");
            let [fresh] = &back.fresh[..] else {
                panic!("what was told is not told again: {:?}", back.fresh);
            };
            let away = due.fresh.iter().find(|slot| slot.gone_at.is_some());
            assert_eq!(Some(fresh.start), away.map(|slot| slot.start));
            story.settle(&back, sent()).await;
            // Once told, it flaps as it likes.
            for seen in [&[3][..], &[2, 3]] {
                story.wait(60);
                story.see(seen).await;
                assert_eq!(story.due().await, None);
            }
        }
    }

    #[tokio::test]
    async fn doctors_of_one_release_are_two_messages_not_one_each() {
        let mut story = Story::begin().await;
        let doctors = ["3", "4", "5", "6", "7", "8"];
        for doctor in doctors {
            story.look(story.watch, doctor, &[], false).await;
        }
        story.wait(600);
        let mut told = Vec::new();
        // They are looked at three seconds apart; the second comes while the first is being told.
        for second in 0..60 {
            if second % 3 == 0
                && let Some(doctor) = doctors.get(second / 3)
            {
                story.look(story.watch, doctor, &[1], false).await;
            }
            if let Some(due) = story.due().await {
                told.push((second, due.fresh.len()));
                if second == 0 {
                    story.wait(1);
                    story.look(story.watch, "4", &[1], false).await;
                }
                story.settle(&due, sent()).await;
            }
            story.wait(1);
        }
        assert_eq!(told, [(0, 1), (20, 5)]);
    }

    #[tokio::test]
    async fn a_program_is_told_what_joins_at_once() {
        let mut story = Story::begin().await;
        story.steps[0].at_once = true;
        story.see(&[]).await;
        story.wait(60);
        story.see(&[1]).await;
        let due = story.due_to(Company::Program).await.unwrap();
        story.see(&[1, 2]).await;
        story.settle(&due, sent()).await;
        let joined = story.due_to(Company::Program).await.unwrap();
        assert_eq!(joined.fresh.len(), 1);
        story.settle(&joined, sent()).await;
        story.wait(1);
        story.see(&[1, 2, 3]).await;
        assert!(story.due_to(Company::Program).await.is_some());
    }

    #[tokio::test]
    async fn an_answer_is_to_what_was_told_and_not_to_what_joined_since() {
        for answer in [Answer::Seen, Answer::Acted, Answer::Dismiss] {
            for still_telling in [false, true] {
                let mut story = Story::begin().await;
                story.see(&[]).await;
                story.wait(60);
                story.see(&[1]).await;
                let due = story.due().await.unwrap();
                if !still_telling {
                    story.settle(&due, sent()).await;
                }
                story.wait(5);
                story.see(&[1, 2]).await;
                story.answer(due.alert.id, answer).await;
                if still_telling {
                    story.settle(&due, sent()).await;
                }
                let joined = story.due().await.expect("the slot that joined is told");
                assert_ne!(joined.alert.id, due.alert.id);
                assert_eq!(joined.fresh.len(), 1);
                assert_eq!(joined.alert.slots, joined.fresh);
                assert_eq!(joined.alert.state, AlertState::Raised);
                story.settle(&joined, sent()).await;
                story.wait(60);
                assert_eq!(story.due().await, None);
                let inbox = story.store.alerts(10).await.unwrap();
                let slots: Vec<_> = inbox.iter().map(|alert| alert.slots.len()).collect();
                assert_eq!(slots, [1, 1]);
                let hidden = story.store.hidden().await.unwrap();
                let hidden = hidden.values().map(Vec::len).sum::<usize>();
                assert_eq!(hidden, usize::from(answer == Answer::Dismiss));
            }
        }
    }

    #[tokio::test]
    async fn whoever_answers_in_the_inbox_before_any_telling_has_read_all_of_it() {
        let mut story = Story::begin().await;
        story.see(&[]).await;
        story.wait(60);
        story.see(&[1]).await;
        story.wait(5);
        story.see(&[1, 2]).await;
        let alert = story.store.alerts(1).await.unwrap()[0].id;
        story.answer(alert, Answer::Seen).await;
        story.wait(60);
        assert_eq!(story.due().await, None);
        assert_eq!(story.store.alerts(10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_slot_that_joins_while_the_rest_is_being_given_up_is_told() {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.wait(1);
        story.see(&[3]).await;
        story
            .settle(&due, Told::Expired { why: Untold::Gone })
            .await;
        let joined = story.due().await.expect("the slot that joined is told");
        assert_eq!(joined.alert.id, due.alert.id);
    }

    #[tokio::test]
    async fn fault_59_what_may_have_got_through_is_told_again_as_a_repeat_only() {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let mut repeats = Vec::new();
        for why in [Untold::Refused, Untold::Silent, Untold::Refused] {
            let due = story.due().await.unwrap();
            repeats.push(due.repeat);
            story.settle(&due, later(&story, why)).await;
            story.wait(3);
        }
        let due = story.due().await.unwrap();
        repeats.push(due.repeat);
        story.settle(&due, sent()).await;
        assert_eq!(repeats, [false, false, true, true]);

        story.wait(20);
        story.see(&[2, 3]).await;
        assert!(
            !story.due().await.unwrap().repeat,
            "new slots are no repeat"
        );
    }

    #[tokio::test]
    async fn fault_59_what_may_have_got_through_and_is_back_after_it_was_gone_is_a_repeat() {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, later(&story, Untold::Silent)).await;
        story.wait(60);
        story.see(&[]).await;
        let due = story.due().await.unwrap();
        let gone = Told::Expired { why: Untold::Gone };
        story.settle(&due, gone).await;
        story.wait(60);
        story.see(&[2]).await;
        assert!(story.due().await.expect("it was not told for sure").repeat);
    }

    /// Two watches whose slots come ten seconds apart.
    async fn two_of_a_moment() -> (Story, [WatchId; 2]) {
        let mut story = Story::begin().await;
        let other = WatchId(story.watch.0 + 1);
        let both = [story.watch, other];
        story.see(&[]).await;
        story.see_of(other, "4", &[]).await;
        story.wait(60);
        story.see(&[1]).await;
        story.wait(10);
        story.see_of(other, "4", &[2]).await;
        (story, both)
    }

    #[tokio::test]
    async fn watches_of_one_moment_are_leased_together_and_settled_together() {
        let (story, both) = two_of_a_moment().await;
        let group = story.due_of(both).await;
        assert_eq!(group.len(), 2);
        assert_eq!(story.due_of(both).await, [], "nothing is told twice");
        let due = Due::grouped(group).unwrap();
        story.settle(&due, sent()).await;
        for alert in story.store.alerts(9).await.unwrap() {
            assert_eq!(alert.deliveries[0].state, DeliveryState::Sent);
        }
        // A channel that does not group takes them one by one.
        let (story, _) = two_of_a_moment().await;
        assert_eq!(story.due().await.unwrap().group, []);
        // So does one that only knows of them.
        let (story, both) = two_of_a_moment().await;
        let due = story.lease(Company::Known, &both).await.unwrap();
        assert_eq!((due.together.len(), due.group), (1, Vec::new()));
    }

    #[tokio::test]
    async fn a_second_telling_takes_no_other_along() {
        let mut story = Story::begin().await;
        let other = WatchId(story.watch.0 + 1);
        story.tell_again();
        story.see(&[]).await;
        story.see_of(other, "4", &[]).await;
        story.wait(60);
        story.see(&[1]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, sent()).await;
        story.wait(10);
        story.see_of(other, "4", &[2]).await;
        let held = story.lease(Company::Told, &[other]).await.unwrap();
        let quiet = Told::Later {
            next_at: story.now + TimeDelta::seconds(115),
            why: Untold::Quiet,
        };
        story.settle(&held, quiet).await;
        story.wait(110);
        let both = [story.watch, other];
        let again = story.lease(Company::Told, &both).await.unwrap();
        assert_eq!(again.kind, MessageKind::Again);
        assert_eq!((again.together.len(), again.group), (1, Vec::new()));
    }

    #[tokio::test]
    async fn what_else_the_watch_has_found_is_for_a_screen_and_for_a_second_telling() {
        let companies = [
            (Company::None, 0),
            (Company::Program, 0),
            (Company::Told, 0),
            (Company::Known, 1),
        ];
        for (company, others) in companies {
            let mut story = Story::begin().await;
            story.tell_again();
            story.see(&[1]).await;
            let first = story.due().await.unwrap();
            story.settle(&first, sent()).await;
            story.wait(61);
            story.see(&[1, 2]).await;
            let second = story.due_to(company).await.unwrap();
            assert_ne!(second.alert.id, first.alert.id);
            assert_eq!(second.others.len(), others);
            story.settle(&second, sent()).await;
            story.wait(60);
            let again = story.due_to(company).await.unwrap();
            assert_eq!((again.kind, again.others.len()), (MessageKind::Again, 1));
        }
    }

    #[tokio::test]
    async fn whoever_waits_for_the_screen_is_due_once_nobody_saw_it() {
        let mut story = Story::begin().await;
        story.steps[0].after = TimeDelta::minutes(2);
        story.see(&[1]).await;
        let alert = story.store.alerts(1).await.unwrap()[0].id;
        assert_eq!(story.due().await, None);
        assert!(story.store.climb(alert, story.now).await.unwrap());
        assert!(story.due().await.is_some());
        let climbs = story.store.climb(alert, story.now).await.unwrap();
        assert!(!climbs, "nobody waits any more");
    }

    #[tokio::test]
    async fn what_a_resting_watch_has_to_say_waits_until_it_goes_on() {
        let story = Story::begin().await;
        story.see(&[1]).await;
        assert_eq!(story.lease(Company::None, &[]).await, None);
        assert_eq!(story.next_due_at(&[]).await, None);
        assert_eq!(story.next_due_at(&[story.watch]).await, Some(story.now));
        assert!(story.due().await.is_some());
        assert!(Awake::default().contains(TRIAL));
    }

    #[tokio::test]
    async fn a_channel_set_up_anew_is_told_what_it_put_off_and_one_switched_off_nothing() {
        let mut story = Story::begin().await;
        let name = || "test".to_owned();
        story.see(&[1]).await;
        assert_eq!(story.undelivered("te").await, 0);
        let due = story.due().await.unwrap();
        let refused = Told::Later {
            next_at: story.now + TimeDelta::hours(1),
            why: Untold::Refused,
        };
        story.settle(&due, refused).await;
        assert_eq!(story.undelivered("te").await, 1);
        assert_eq!(story.undelivered("other").await, 0);
        assert_eq!(story.due().await, None);
        let anew = story.store.release_channel(name(), story.now).await;
        anew.unwrap();
        let due = story.due().await.unwrap();
        assert_eq!(due.attempts, 0);
        story.settle(&due, later(&story, Untold::Refused)).await;
        let off = story.store.drop_channel(name(), story.now).await;
        off.unwrap();
        story.wait(60);
        assert_eq!(story.due().await, None);
        assert_eq!(story.undelivered("te").await, 0);
    }

    #[tokio::test]
    async fn an_alert_of_a_newer_program_is_given_up_and_a_database_that_fails_gives_up_nothing() {
        let cases = [
            (
                "ALTER TABLE opening RENAME TO lost",
                "ALTER TABLE lost RENAME TO opening",
                true,
            ),
            (
                r#"UPDATE alert SET state = '{"kind": "lent"}'"#,
                r#"UPDATE alert SET state = '{"kind": "gone"}'"#,
                false,
            ),
        ];
        for (breaks, mends, fails) in cases {
            let mut story = Story::begin().await;
            story.see(&[2]).await;
            let due = story.due().await.unwrap();
            story.settle(&due, sent_as("1")).await;
            story.lose_all().await;
            story.batch(breaks).await;
            let awake = Awake::of([story.watch]);
            let until = story.now + TimeDelta::seconds(60);
            let leased =
                story
                    .store
                    .lease("test".to_owned(), Company::None, awake, story.now, until);
            assert_eq!(leased.await.ok(), (!fails).then_some(None));
            let stale = story.store.stale("test".to_owned(), story.now);
            assert_eq!(stale.await.ok(), (!fails).then_some(None));
            story.batch(mends).await;
            assert_eq!(story.stale().await.is_some(), fails);
            let gone = story.due().await.map(|due| due.kind);
            assert_eq!(gone, fails.then_some(MessageKind::Gone));
        }
    }

    #[tokio::test]
    async fn what_the_message_of_the_end_says_need_not_be_put_right() {
        let mut story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, sent_as("1")).await;
        story.lose_all().await;
        assert!(story.stale().await.is_some());
        let gone = story.due().await.unwrap();
        assert_eq!(gone.kind, MessageKind::Gone);
        story.settle(&gone, sent()).await;
        assert_eq!(story.stale().await, None);
    }

    #[tokio::test]
    async fn an_answer_during_the_telling_stands_and_is_put_into_the_message() {
        let story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.answer(due.alert.id, Answer::Seen).await;
        story.settle(&due, sent_as("1")).await;
        let stale = story.stale().await.unwrap();
        assert_eq!(stale.alert.state, AlertState::Seen);
    }

    #[tokio::test]
    async fn what_was_answered_before_it_could_be_told_is_not_told() {
        let story = Story::begin().await;
        story.see(&[2]).await;
        let due = story.due().await.unwrap();
        story.answer(due.alert.id, Answer::Seen).await;
        let why = Untold::Answered;
        story.settle(&due, Told::Expired { why }).await;
        assert_eq!(story.due().await, None);
    }

    #[tokio::test]
    async fn nothing_new_to_tell_neither_puts_off_nor_prevents_the_second_telling() {
        let mut story = Story::begin().await;
        story.tell_again();
        story.see(&[1]).await;
        let due = story.due().await.unwrap();
        story.settle(&due, sent()).await;
        story.wait(50);
        story.batch("UPDATE outbox SET state = 'due'").await;
        let nothing = story.due().await.unwrap();
        assert_eq!(
            (nothing.kind, &nothing.fresh[..]),
            (MessageKind::Appeared, &[][..])
        );
        let why = Untold::Told;
        story.settle(&nothing, Told::Expired { why }).await;
        assert_eq!(story.due().await, None);
        story.wait(70);
        let again = story.due().await.map(|due| due.kind);
        assert_eq!(again, Some(MessageKind::Again));
    }

    #[tokio::test]
    async fn fault_46_a_group_that_was_cut_short_is_one_repeat() {
        // By a crash, and by a worker that never came back.
        for crash in [true, false] {
            let (mut story, both) = two_of_a_moment().await;
            assert_eq!(story.due_of(both).await.len(), 2);
            story.wait(if crash { 1 } else { 61 });
            if crash {
                story.store.release_leases(story.now).await.unwrap();
            }
            let group = story.due_of(both).await;
            assert_eq!(group.len(), 2);
            assert!(group.iter().all(|due| due.repeat));
        }
    }

    #[tokio::test]
    async fn who_waits_for_another_try_is_not_told_before_its_time() {
        let (mut story, both) = two_of_a_moment().await;
        let mut group = story.due_of(both).await;
        let last = group.pop().unwrap();
        let wait = |secs| Told::Later {
            next_at: story.now + TimeDelta::seconds(secs),
            why: Untold::Busy,
        };
        story.settle(&group[0], wait(2)).await;
        story.settle(&last, wait(10)).await;
        story.wait(3);
        assert_eq!(story.due_of(both).await.len(), 1);
    }

    #[tokio::test]
    async fn fault_30_a_clock_set_back_keeps_no_message_waiting() {
        let mut story = Story::begin().await;
        story.see(&[5]).await;
        story.wait(2 * 86400);
        let due = story.due().await.unwrap();
        story.settle(&due, later(&story, Untold::Refused)).await;
        story.wait(-86400);
        assert!(story.due().await.is_some());
    }

    #[tokio::test]
    async fn a_slot_that_was_away_whenever_the_channel_was_ready_is_told_when_it_is_back() {
        // Away for one look, and away for certain.
        for looks in [1, 2] {
            let mut story = Story::begin().await;
            story.see(&[2]).await;
            for _ in 0..looks {
                story.wait(30);
                story.see(&[]).await;
            }
            if let Some(due) = story.due().await {
                story
                    .settle(&due, Told::Expired { why: Untold::Gone })
                    .await;
            }
            story.wait(30);
            story.see(&[2]).await;
            let due = story.due().await.expect("nobody was told of it yet");
            assert_eq!((due.fresh.len(), due.alert.state), (1, AlertState::Raised));
            story.settle(&due, sent()).await;

            story.wait(30);
            story.see(&[]).await;
            story.wait(30);
            story.see(&[2]).await;
            assert_eq!(story.due().await, None, "told already");
        }
    }
}

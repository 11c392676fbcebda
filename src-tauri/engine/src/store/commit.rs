//! The one transaction that matters: what a good look at a doctor saw, the
//! openings it made, the alerts they raised and what each channel must be told.
//! A crash neither loses an alert nor raises it twice.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params};

use super::{
    Result, Site, Store, StoreError,
    alerts::{self, Subject},
    arrivals::{self, Arrival},
    looks, moment, ms,
    outbox::CLOCK_SLACK,
    word,
};
use crate::{
    diff::{Changes, Known, diff},
    failpoints::step,
    model::{
        AlertId, AlertState, ClinicId, DoctorId, Key, Look, MessageKind, Outcome, Slot,
        SpecialtyId, Watch, WatchId,
    },
};

/// Openings of one watch that come within this time are one alert: it is heard once a minute at most.
const JOIN_WITHIN: TimeDelta = TimeDelta::minutes(1);
/// A first look that comes later than this after it was due alerts too: nobody is looking at the window any more.
const SHOWN_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// Where a doctor's own slots were looked at this much earlier than the rest of the specialty was
/// known, nobody followed them meanwhile.
const FOLLOWED: TimeDelta = TimeDelta::minutes(75);
/// Openings stay comparable this long after their start.
pub(super) const MEMORY: TimeDelta = TimeDelta::days(1);

/// One telling to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Which channel.
    pub(crate) channel: String,
    /// For the first or the second time.
    pub(crate) kind: MessageKind,
    /// How long after the alert.
    pub(crate) after: TimeDelta,
    /// A program reads it: what joins an alert that was told waits for nothing else.
    pub(crate) at_once: bool,
}

/// A watch that covers the doctor looked at. What many have in common they share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The watch.
    pub watch: Arc<Watch>,
    /// Where its alerts say the slots are.
    pub site: Arc<Site>,
    /// The doctors of this place have been listed once: a doctor not pending is new, not unseen.
    pub listed: bool,
    /// Paused: it is told when it goes on.
    pub paused: bool,
    /// Which channel tells when.
    pub steps: Arc<[Step]>,
}

/// A watch that is shown a list of doctors for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Newcomer {
    /// The watch.
    pub watch: WatchId,
    /// Since when its person waits for that.
    pub since: DateTime<Utc>,
    /// It names its doctors: they were awaited before any list, and may have been seen.
    pub named: bool,
}

/// Says who wants to know: asked only where there is something to tell.
pub(crate) type Covering = Arc<dyn Fn() -> Arc<[Coverage]> + Send + Sync>;

/// A good look at one doctor.
#[derive(Clone)]
pub(crate) struct DoctorLook {
    /// The log line; `appeared` and `vanished` are filled in here. Its key is a doctor's.
    pub look: Look,
    /// The doctor's name.
    pub doctor: String,
    /// The slots, sorted by start.
    pub slots: Vec<Slot>,
    /// Who wants to know.
    pub coverage: Covering,
    /// The specialty under which the doctor was looked at, and when all that is watched of it was
    /// known before this look; `None`: nothing is learned from this look.
    pub before: Option<(SpecialtyId, DateTime<Utc>)>,
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Committed {
    /// The log line with its counts.
    pub look: Look,
    /// Alerts raised, joined, gone or returned.
    pub alerts: Vec<AlertId>,
    /// Some opening is missing for the first time: look again soon to confirm.
    pub unconfirmed: bool,
    /// What appeared since the look before, when that is known.
    pub arrival: Option<Arrival>,
}

impl Store {
    /// Commits a good look: snapshot, openings, alerts, outbox and log, together.
    pub(crate) async fn commit(&self, look: DoctorLook) -> Result<Committed> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let committed = commit(&tx, look.clone())?;
            step("committing");
            tx.commit()?;
            step("committed");
            Ok(committed)
        })
        .await
    }

    /// Logs a look that changes nothing else.
    pub(crate) async fn log(&self, look: Look) -> Result<()> {
        self.with_ease(move |connection| looks::insert(connection, &look))
            .await
    }
}

pub(super) fn commit(tx: &Transaction<'_>, seen: DoctorLook) -> Result<Committed> {
    let DoctorLook {
        mut look,
        doctor,
        slots,
        coverage,
        before,
    } = seen;
    let Key::Doctor {
        clinic_id,
        doctor_id,
    } = look.key.clone()
    else {
        return Err(StoreError::Closed);
    };
    let (clinic, id, now) = (clinic_id.as_str(), doctor_id.as_str(), look.at);

    let snapshot_at = snapshot_at(tx, clinic, id)?;
    tx.prepare_cached("INSERT OR REPLACE INTO snapshot VALUES (:clinic, :doctor, :now, :slots)")?.execute(
        named_params! {
            ":clinic": clinic, ":doctor": id, ":now": ms(now), ":slots": serde_json::to_string(&slots)?,
        },
    )?;

    let known = known(tx, clinic, id, now)?;
    let changes = diff(&known, &slots, now);
    note_seen(tx, &changes, now)?;
    let mut appeared = Vec::with_capacity(changes.appeared.len());
    for slot in changes.appeared {
        tx.prepare_cached(
            "INSERT INTO opening (clinic, doctor, doctor_name, start, generation, slot, first_seen, last_seen)
             SELECT :clinic, :doctor, :name, :start, coalesce(max(generation) + 1, 0), :slot, :now, :now
             FROM opening WHERE clinic = :clinic AND doctor = :doctor AND start = :start",
        )?
        .execute(named_params! {
            ":clinic": clinic, ":doctor": id, ":name": doctor, ":start": ms(slot.start), ":slot": serde_json::to_string(&slot)?, ":now": ms(now),
        })?;
        appeared.push((tx.last_insert_rowid(), slot.start));
    }

    let overlooked = take_overlooked(tx, clinic, id, now)?;
    let expected = is_expected(tx, clinic, id)?;
    let unseen = take_pending(tx, clinic, id, now)?;
    let mut touched = Vec::new();
    let mut missed = missed(tx, clinic, id)?;
    // Mostly a look brings nothing, however many wait for it.
    let coverage = if appeared.is_empty() && overlooked.is_empty() && missed.is_empty() {
        Arc::new([])
    } else {
        coverage()
    };
    for covered in &*coverage {
        let watch = &covered.watch;
        let mut news = if covered.paused {
            Vec::new()
        } else {
            take_missed(tx, watch.id, missed.remove(&watch.id).unwrap_or_default())?
        };
        let shows_only = unseen.contains(&watch.id) || !covered.listed;
        if !shows_only {
            news.extend_from_slice(&appeared);
            // Whoever came at that time, by that clock, was shown it.
            let waited = overlooked.iter().filter(|it| {
                let suited = watch.draft.wish.suits(it.start, it.seen);
                !suited && watch.created_at + SHOWN_WITHIN <= it.seen
            });
            news.extend(waited.map(|it| (it.opening, it.start)));
        }
        news.retain(|(_, start)| watch.draft.wish.suits(*start, now));
        if news.is_empty() {
            continue;
        }
        let openings = news.iter().map(|(opening, _)| *opening);
        if covered.paused {
            miss(tx, watch.id, openings)?;
        } else {
            touched.push(raise(tx, covered, openings, now)?);
        }
    }
    touched.extend(mark_gone(tx, &changes.absent, &changes.vanished, now)?);
    touched.extend(mark_back(tx, &changes.returned, now)?);
    for opening in changes.absent.iter().chain(&changes.returned) {
        put_right(tx, *opening)?;
    }

    look.appeared = u32::try_from(appeared.len()).unwrap_or(u32::MAX);
    // Who is on no watch's list of doctors to be seen is new on one that was read before.
    let newcomer = !expected && coverage.iter().any(|watch| watch.listed);
    let arrival = before
        .filter(|_| snapshot_at.is_some() || newcomer)
        .and_then(|before| arrival(clinic_id, before, snapshot_at, &look));
    if let Some(arrival) = &arrival {
        arrivals::insert(tx, arrival)?;
    }
    look.vanished = u32::try_from(changes.vanished.len()).unwrap_or(u32::MAX);
    look.outcome = if slots.is_empty() {
        Outcome::Empty
    } else {
        Outcome::Fresh
    };
    looks::insert(tx, &look)?;
    Ok(Committed {
        look,
        alerts: touched,
        unconfirmed: !changes.vanished.is_empty(),
        arrival,
    })
}

/// The latest generation of each slot of the doctor that may still come back. The `+` keeps the second
/// half to the index of what is there.
const KNOWN: &str = "SELECT id, start, max(generation), gone_at, absent_looks FROM (
        SELECT * FROM opening
        WHERE clinic = :clinic AND doctor = :doctor AND start >= :since
        UNION ALL
        SELECT * FROM opening
        WHERE clinic = :clinic AND doctor = :doctor AND +start < :since AND gone_at IS NULL
    ) GROUP BY start";

fn known(
    tx: &Transaction<'_>,
    clinic: &str,
    doctor: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Known>> {
    Ok(tx
        .prepare_cached(KNOWN)?
        .query_map(
            named_params! {":clinic": clinic, ":doctor": doctor, ":since": ms(now - MEMORY)},
            |row| {
                Ok(Known {
                    id: row.get(0)?,
                    start: moment(row.get(1)?),
                    gone_at: row.get::<_, Option<i64>>(3)?.map(moment),
                    absent_looks: row.get(4)?,
                })
            },
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?)
}

/// Writes which openings of before are there and which are not.
fn note_seen(tx: &Transaction<'_>, changes: &Changes, now: DateTime<Utc>) -> Result<()> {
    for opening in &changes.present {
        tx.prepare_cached("UPDATE opening SET last_seen = ?2, absent_looks = 0 WHERE id = ?1")?
            .execute((opening, ms(now)))?;
    }
    for opening in &changes.returned {
        tx.prepare_cached(
            "UPDATE opening SET last_seen = ?2, absent_looks = 0, gone_at = NULL, flaps = flaps + 1 WHERE id = ?1",
        )?
        .execute((opening, ms(now)))?;
    }
    for opening in changes.vanished.iter().chain(&changes.absent) {
        tx.prepare_cached(
            "UPDATE opening SET absent_looks = absent_looks + 1, gone_at = coalesce(gone_at, ?2) WHERE id = ?1",
        )?
        .execute((opening, ms(now)))?;
    }
    Ok(())
}

/// A slot that was first seen by a clock that was ahead: whom it did not suit then, because it seemed to
/// be over or too soon, was not told.
struct Overlooked {
    opening: i64,
    start: DateTime<Utc>,
    seen: DateTime<Utc>,
}

fn take_overlooked(
    tx: &Transaction<'_>,
    clinic: &str,
    doctor: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Overlooked>> {
    let overlooked: Vec<Overlooked> = tx
        .prepare_cached(
            "SELECT id, start, first_seen FROM opening
             WHERE clinic = :clinic AND doctor = :doctor AND gone_at IS NULL
             AND start > :now AND first_seen > :now",
        )?
        .query_map(
            named_params! {":clinic": clinic, ":doctor": doctor, ":now": ms(now)},
            |row| {
                Ok(Overlooked {
                    opening: row.get(0)?,
                    start: moment(row.get(1)?),
                    seen: moment(row.get(2)?),
                })
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    for Overlooked { opening, .. } in &overlooked {
        tx.prepare_cached("UPDATE opening SET first_seen = ?2 WHERE id = ?1")?
            .execute((opening, ms(now)))?;
    }
    Ok(overlooked)
}

/// What appeared since this place was last known, if anything did.
fn arrival(
    clinic_id: ClinicId,
    (specialty_id, known_at): (SpecialtyId, DateTime<Utc>),
    snapshot_at: Option<DateTime<Utc>>,
    look: &Look,
) -> Option<Arrival> {
    let since = match snapshot_at {
        Some(at) if known_at - at > FOLLOWED => at,
        Some(_) | None => known_at,
    };
    // Of what a clock that has been set back since noted nothing is known.
    (look.appeared > 0 && known_at <= look.at && since <= look.at).then_some(Arrival {
        clinic_id,
        specialty_id,
        since,
        at: look.at,
        slots: look.appeared,
    })
}

/// The last good look at the doctor.
fn snapshot_at(tx: &Transaction<'_>, clinic: &str, doctor: &str) -> Result<Option<DateTime<Utc>>> {
    Ok(tx
        .prepare_cached("SELECT good_at FROM snapshot WHERE clinic = ?1 AND doctor = ?2")?
        .query_row((clinic, doctor), |row| row.get(0))
        .optional()?
        .map(moment))
}

/// Is there a watch that knows of the doctor and has not seen them yet?
fn is_expected(tx: &Transaction<'_>, clinic: &str, doctor: &str) -> Result<bool> {
    Ok(tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM pending WHERE clinic = ?1 AND doctor = ?2)")?
        .query_row((clinic, doctor), |row| row.get(0))?)
}

/// The watches that see this doctor for the first time now, and are therefore only shown what is there.
fn take_pending(
    tx: &Transaction<'_>,
    clinic: &str,
    doctor: &str,
    now: DateTime<Utc>,
) -> Result<HashSet<WatchId>> {
    let rows = tx
        .prepare_cached(
            "DELETE FROM pending WHERE clinic = ?1 AND doctor = ?2 RETURNING watch_id, since",
        )?
        .query_map((clinic, doctor), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(u32, i64)>>>()?;
    Ok(rows
        .into_iter()
        .filter(|(_, since)| now - moment(*since) <= SHOWN_WITHIN)
        .map(|(watch, _)| WatchId(watch))
        .collect())
}

/// Notes what a paused watch is not told now.
fn miss(tx: &Transaction<'_>, watch: WatchId, openings: impl Iterator<Item = i64>) -> Result<()> {
    for opening in openings {
        tx.prepare_cached("INSERT INTO missed VALUES (?1, ?2)")?
            .execute((watch.0, opening))?;
    }
    Ok(())
}

/// An opening and its start.
type Missed = (i64, DateTime<Utc>);

/// What watches missed of this doctor while they were paused, and is there now.
fn missed(
    tx: &Transaction<'_>,
    clinic: &str,
    doctor: &str,
) -> Result<HashMap<WatchId, Vec<Missed>>> {
    let mut missed: HashMap<WatchId, Vec<Missed>> = HashMap::new();
    let mut statement = tx.prepare_cached(
        "SELECT watch_id, id, start FROM opening JOIN missed ON id = opening_id
         WHERE clinic = :clinic AND doctor = :doctor AND gone_at IS NULL ORDER BY id",
    )?;
    let mut rows = statement.query(named_params! {":clinic": clinic, ":doctor": doctor})?;
    while let Some(row) = rows.next()? {
        let there = (row.get(1)?, moment(row.get(2)?));
        missed.entry(WatchId(row.get(0)?)).or_default().push(there);
    }
    Ok(missed)
}

/// A watch is told now what it missed.
fn take_missed(tx: &Transaction<'_>, watch: WatchId, missed: Vec<Missed>) -> Result<Vec<Missed>> {
    for (opening, _) in &missed {
        tx.prepare_cached("DELETE FROM missed WHERE watch_id = ?1 AND opening_id = ?2")?
            .execute((watch.0, opening))?;
    }
    Ok(missed)
}

/// Raises an alert, or lets the slots join one that was raised a moment ago.
fn raise(
    tx: &Transaction<'_>,
    covered: &Coverage,
    openings: impl Iterator<Item = i64>,
    now: DateTime<Utc>,
) -> Result<AlertId> {
    let watch = &covered.watch;
    let subject = serde_json::to_string(&Subject {
        nickname: &watch.draft.nickname,
        site: &covered.site,
    })?;
    let recent: Option<u32> = tx
        .prepare_cached(
            "SELECT max(id) FROM alert WHERE watch_id = :watch AND subject = :subject
             AND state ->> 'kind' = 'raised' AND raised_at > :since AND raised_at <= :ahead",
        )?
        .query_row(
            named_params! {
                ":watch": watch.id.0, ":subject": subject, ":since": ms(now - JOIN_WITHIN),
                ":ahead": ms(now + CLOCK_SLACK),
            },
            |row| row.get(0),
        )?;
    let id = if let Some(id) = recent {
        tx.prepare_cached("UPDATE alert SET joined_at = ?2 WHERE id = ?1")?
            .execute((id, ms(now)))?;
        id
    } else {
        tx.prepare_cached(
            "INSERT INTO alert (watch_id, subject, state, raised_at, joined_at)
             VALUES (:watch, :subject, :state, :now, :now)",
        )?
        .execute(named_params! {
            ":watch": watch.id.0, ":subject": subject,
            ":state": serde_json::to_string(&AlertState::Raised)?, ":now": ms(now),
        })?;
        u32::try_from(tx.last_insert_rowid()).map_err(|_| StoreError::Closed)?
    };
    for opening in openings {
        tx.prepare_cached("INSERT INTO alert_slot VALUES (?1, ?2)")?
            .execute((id, opening))?;
    }
    for Step {
        channel,
        kind,
        after,
        at_once,
    } in covered.steps.iter()
    {
        let moment = if *at_once {
            TimeDelta::zero()
        } else {
            alerts::MOMENT
        };
        // What has not had its turn yet keeps it. Whoever has told of the alert tells what joined, all
        // of one moment together.
        tx.prepare_cached(
            "INSERT INTO outbox (alert_id, channel, kind, state, step, next_at, at, why)
             VALUES (:id, :channel, :kind, 'due', :step, :next, :now, CASE WHEN :waits THEN 'ladder' END)
             ON CONFLICT (alert_id, channel, kind) DO UPDATE
             SET state = 'due', attempts = 0, at = :now,
                 next_at = CASE WHEN state = 'due' AND why = 'busy' THEN next_at
                     WHEN state = 'due' AND step > 0 THEN min(next_at, :next)
                     WHEN state = 'due' AND why IS NULL THEN min(next_at, :now + :moment)
                     WHEN state = 'sent' THEN max(:now, min(at, :now) + :moment) ELSE :now END
             WHERE state <> 'leased' AND kind = 'appeared'",
        )?
        .execute(named_params! {
            ":id": id, ":channel": channel, ":kind": word(kind)?, ":step": after.num_milliseconds(),
            ":next": ms(now + *after), ":now": ms(now), ":moment": moment.num_milliseconds(),
            ":waits": *kind == MessageKind::Appeared && !after.is_zero(),
        })?;
    }
    Ok(AlertId(id))
}

/// Alerts all of whose slots are gone for certain: nobody is told of them any more,
/// and whoever was told without answering hears that they are gone.
fn mark_gone(
    tx: &Transaction<'_>,
    absent: &[i64],
    vanished: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<AlertId>> {
    let mut gone = Vec::new();
    for opening in absent.iter().chain(vanished) {
        let alerts = tx
            .prepare_cached(
                "SELECT alert.id FROM alert_slot JOIN alert ON alert.id = alert_id
                 WHERE opening_id = :opening AND state ->> 'kind' IN ('raised', 'snoozed')
                 AND NOT EXISTS (
                     SELECT 1 FROM alert_slot AS other JOIN opening ON opening.id = other.opening_id
                     WHERE other.alert_id = alert.id AND opening.start > :now
                     AND (opening.gone_at IS NULL OR opening.absent_looks < :looks))",
            )?
            .query_map(
                named_params! {":opening": opening, ":now": ms(now), ":looks": crate::diff::CONFIRMING_LOOKS},
                |row| row.get(0),
            )?
            .collect::<rusqlite::Result<Vec<u32>>>()?;
        for id in alerts {
            alerts::set_state(tx, AlertId(id), AlertState::Gone)?;
            tx.prepare_cached(
                "INSERT OR IGNORE INTO outbox (alert_id, channel, kind, state, next_at, at)
                 SELECT alert_id, channel, 'gone', 'due', :now, :now FROM outbox
                 WHERE alert_id = :id AND kind = 'appeared'
                 AND EXISTS (SELECT 1 FROM told WHERE outbox_id = outbox.id)",
            )?
            .execute(named_params! {":id": id, ":now": ms(now)})?;
            tx.prepare_cached(
                "UPDATE outbox SET state = 'expired', attempts = 0, next_at = :now, at = :now, why = 'gone'
                 WHERE alert_id = :id AND kind <> 'gone' AND state = 'due'",
            )?
            .execute(named_params! {":id": id, ":now": ms(now)})?;
            gone.push(AlertId(id));
        }
    }
    Ok(gone)
}

/// Alerts some of whose slots came back soon: there again. Whoever has not told them, because they
/// were away when it was their turn, tells them now.
fn mark_back(tx: &Transaction<'_>, returned: &[i64], now: DateTime<Utc>) -> Result<Vec<AlertId>> {
    let mut back = Vec::new();
    for opening in returned {
        let alerts = tx
            .prepare_cached(
                "SELECT alert.id, state ->> 'kind' = 'gone' FROM alert_slot JOIN alert ON alert.id = alert_id
                 WHERE opening_id = ?1 AND state ->> 'kind' IN ('gone', 'raised', 'snoozed')",
            )?
            .query_map([opening], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(u32, bool)>>>()?;
        for (id, gone) in alerts {
            let untold = tx
                .prepare_cached(
                    "UPDATE outbox SET state = 'due', attempts = 0, next_at = :now, at = :now, why = NULL
                     WHERE alert_id = :id AND kind = 'appeared' AND state IN ('sent', 'expired')
                     AND NOT EXISTS (SELECT 1 FROM told WHERE outbox_id = outbox.id AND opening_id = :opening)",
                )?
                .execute(named_params! {":id": id, ":opening": opening, ":now": ms(now)})?;
            if gone {
                alerts::set_state(tx, AlertId(id), AlertState::Raised)?;
            }
            if gone || untold > 0 {
                back.push(AlertId(id));
            }
        }
    }
    Ok(back)
}

/// Whatever told of this opening says what is no longer so: it is gone for certain now, or back.
fn put_right(tx: &Transaction<'_>, opening: i64) -> Result<()> {
    let told = tx
        .prepare_cached(
            "SELECT alert_id FROM alert_slot JOIN opening ON opening.id = opening_id
             WHERE opening_id = ?1 AND absent_looks IN (0, ?2)",
        )?
        .query_map((opening, crate::diff::CONFIRMING_LOOKS), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<u32>>>()?;
    for alert in told {
        alerts::mark_stale(tx, AlertId(alert))?;
    }
    Ok(())
}

impl Store {
    /// Notes that these doctors of a specialty were listed: for every watch whose place had not been listed yet
    /// they are to be shown before they are alerted.
    pub(crate) async fn note_listed(
        &self,
        newcomers: Vec<Newcomer>,
        key: Key,
        doctors: Vec<DoctorId>,
    ) -> Result<()> {
        let Key::Specialty {
            clinic_id,
            specialty_id,
        } = key
        else {
            return Ok(());
        };
        self.with(move |connection| {
            let tx = connection.transaction()?;
            for &Newcomer {
                watch,
                since,
                named,
            } in &newcomers
            {
                tx.prepare_cached("INSERT OR IGNORE INTO listed VALUES (?1, ?2, ?3)")?
                    .execute((watch.0, clinic_id.as_str(), specialty_id.as_str()))?;
                for doctor in doctors.iter().filter(|_| !named) {
                    tx.prepare_cached("INSERT OR IGNORE INTO pending VALUES (?1, ?2, ?3, ?4)")?
                        .execute((watch.0, clinic_id.as_str(), doctor.as_str(), ms(since)))?;
                }
            }
            step("listing");
            tx.commit()?;
            step("listed");
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_doctor_may_offer_is_found_without_reading_all_they_ever_offered() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let plan = store.with(|connection| {
            let plan: Vec<String> = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {KNOWN}"))?
                .query_map(
                    named_params! {":clinic": "1", ":doctor": "a", ":since": 0},
                    |row| row.get("detail"),
                )?
                .collect::<rusqlite::Result<_>>()?;
            Ok(plan.join("; "))
        });
        let plan = plan.await.unwrap();
        assert!(
            plan.contains("(clinic=? AND doctor=? AND start>?)"),
            "{plan}"
        );
        assert!(
            plan.contains("opening_there (clinic=? AND doctor=?)"),
            "{plan}"
        );
    }
}

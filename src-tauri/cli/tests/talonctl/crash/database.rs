//! What is in the database of a program that has died, read from a copy: whoever opens the file
//! itself would tidy up after the crash, and the program is to do that.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// A slot of a doctor.
type Time = (String, DateTime<Utc>);

const FILE: &str = "talonchik.db";

/// The database and its log, elsewhere.
pub(super) fn copied(folder: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    for name in [FILE, "talonchik.db-wal"] {
        let from = folder.join(name);
        if from.exists() {
            fs::copy(from, copy.path().join(name)).unwrap();
        }
    }
    copy
}

/// An opening.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Opening {
    time: Time,
    generation: i64,
    gone_at: Option<i64>,
}

/// A message of standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    alert: u32,
    kind: String,
    state: String,
    next_at: i64,
    why: Option<String>,
    at: i64,
}

/// What the test looks at.
#[derive(Debug, Default)]
pub(super) struct Database {
    openings: BTreeMap<i64, Opening>,
    /// Alert and opening, and whose alert it is.
    alerts: BTreeMap<(u32, i64), u32>,
    messages: Vec<Message>,
    /// Alert and opening: what the program says that it has told.
    told: BTreeSet<(u32, i64)>,
}

impl Database {
    /// After a crash: whole in itself. `None`: there is none yet.
    pub(super) fn of_the_dead(folder: &Path) -> Option<Self> {
        let copy = copied(folder);
        let file = Connection::open(copy.path().join(FILE)).unwrap();
        for check in ["integrity_check", "foreign_key_check"] {
            let mut check = file.prepare(&format!("PRAGMA {check}")).unwrap();
            let found = check.query_map((), |row| row.get::<_, String>(0)).unwrap();
            let found: Vec<String> = found.map(Result::unwrap).collect();
            assert!(found.is_empty() || found == ["ok"], "{found:?}");
        }
        let version: i64 = file
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        (version > 0).then(|| Self::read(&file))
    }

    /// Beside a program at work.
    pub(super) fn of_the_living(folder: &Path) -> Self {
        let file = Connection::open_with_flags(folder.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY);
        Self::read(&file.unwrap())
    }

    fn read(file: &Connection) -> Self {
        let mut openings = file
            .prepare("SELECT id, doctor, start, generation, gone_at FROM opening")
            .unwrap();
        let openings = openings
            .query_map((), |row| {
                let start = DateTime::from_timestamp_millis(row.get(2)?).unwrap();
                let opening = Opening {
                    time: (row.get(1)?, start),
                    generation: row.get(3)?,
                    gone_at: row.get(4)?,
                };
                Ok((row.get(0)?, opening))
            })
            .unwrap();
        let openings = openings.map(Result::unwrap).collect();
        let mut alerts = file
            .prepare("SELECT id, opening_id, watch_id FROM alert JOIN alert_slot ON alert_id = id")
            .unwrap();
        let alerts = alerts
            .query_map((), |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
            .unwrap();
        let alerts = alerts.map(Result::unwrap).collect();
        let mut messages = file
            .prepare(
                "SELECT alert_id, kind, state, next_at, why, at FROM outbox WHERE channel = 'stdout'",
            )
            .unwrap();
        let messages = messages
            .query_map((), |row| {
                Ok(Message {
                    alert: row.get(0)?,
                    kind: row.get(1)?,
                    state: row.get(2)?,
                    next_at: row.get(3)?,
                    why: row.get(4)?,
                    at: row.get(5)?,
                })
            })
            .unwrap();
        let messages = messages.map(Result::unwrap).collect();
        let mut told = file
            .prepare(
                "SELECT alert_id, opening_id FROM told JOIN outbox ON outbox.id = outbox_id
                 WHERE channel = 'stdout'",
            )
            .unwrap();
        let told = told
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        let told = told.map(Result::unwrap).collect();
        Self {
            openings,
            alerts,
            messages,
            told,
        }
    }

    /// Nothing was ever seen.
    pub(super) fn is_empty(&self) -> bool {
        self.openings.is_empty()
    }

    /// What was there before is there.
    pub(super) fn follows(&self, before: &Self) {
        for (id, was) in &before.openings {
            let is = self.openings.get(id);
            let same = |is: &Opening| (&is.time, is.generation) == (&was.time, was.generation);
            assert!(is.is_some_and(same), "{was:?} was lost: {is:?}");
        }
        for slot in before.alerts.keys() {
            assert!(
                self.alerts.contains_key(slot),
                "{slot:?} has left the inbox"
            );
        }
        for was in &before.messages {
            let is = self
                .messages
                .iter()
                .find(|is| (is.alert, &is.kind) == (was.alert, &was.kind));
            assert!(is.is_some(), "{was:?} was lost");
        }
    }

    /// Messages that were being told.
    pub(super) fn leased(&self) -> Vec<(u32, String)> {
        let leased = self.messages.iter().filter(|one| one.state == "leased");
        leased.map(|one| (one.alert, one.kind.clone())).collect()
    }

    /// Messages that have not come to an end.
    pub(super) fn waiting(&self) -> Vec<String> {
        let open = |one: &&Message| matches!(one.state.as_str(), "leased" | "due");
        let open = self.messages.iter().filter(open);
        open.map(|message| format!("{message:?}")).collect()
    }

    /// Nothing is being told, nothing is due.
    pub(super) fn is_idle(&self, now: DateTime<Utc>) -> bool {
        let soon = (now + TimeDelta::seconds(1)).timestamp_millis();
        self.messages.iter().all(|one| match one.state.as_str() {
            "leased" => false,
            "due" => one.next_at > soon,
            _ => true,
        })
    }

    /// The slots of each alert.
    pub(super) fn alerts(&self) -> BTreeSet<(u32, Time)> {
        let alerts = self.alerts.keys();
        alerts
            .map(|(alert, opening)| (*alert, self.openings[opening].time.clone()))
            .collect()
    }

    /// Whose alert has which opening.
    pub(super) fn inbox(&self) -> impl Iterator<Item = (u32, i64, &Time)> {
        let alerts = self.alerts.iter();
        alerts.map(|((_, opening), watch)| (*watch, *opening, &self.openings[opening].time))
    }

    /// The slots that stand open.
    pub(super) fn open(&self, now: DateTime<Utc>) -> BTreeSet<Time> {
        let openings = self.openings.values();
        let open = openings.filter(|one| one.gone_at.is_none() && one.time.1 > now);
        open.map(|one| one.time.clone()).collect()
    }

    /// The slots of each alert, and whether there is a reason not to tell of them: one is noted, or
    /// they went before their turn. What the program says it has told has none.
    pub(super) fn excused(&self) -> impl Iterator<Item = (u32, Time, bool)> {
        self.alerts.keys().map(|slot @ (alert, opening)| {
            let of = |one: &&Message| one.alert == *alert && one.kind == "appeared";
            let message = self.messages.iter().find(of);
            let opening = &self.openings[opening];
            let excused = message.is_some_and(|message| {
                message.why.is_some()
                    || opening.gone_at.is_some_and(|gone_at| gone_at <= message.at)
            });
            let told = self.told.contains(slot);
            (*alert, opening.time.clone(), excused && !told)
        })
    }
}

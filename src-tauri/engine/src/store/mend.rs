//! A damaged database: known, kept aside, put together again.
//!
//! The base is the newest good copy, or an empty database; over it goes what can still be read of
//! watches, settings and chats. What was damaged stays in a folder of its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{
    Connection, OpenFlags, Row,
    config::DbConfig,
    named_params, params_from_iter,
    types::{Value, ValueRef},
};
use serde::{Deserialize, Serialize};

use super::{
    Result, StoreError,
    backups::{self, failed},
    create_private_dir,
    held::{pour, tune},
    migrations, ms,
    settings::{self, Name},
};
use crate::model::Restored;

/// The folder of what was damaged, inside the data folder.
pub(super) const FOLDER: &str = "damaged";
/// So many are kept.
const KEPT: usize = 3;
/// Names sort by time.
const NAME: &str = "%Y-%m-%dT%H-%M-%S%.3fZ";
/// What an old outbox has to tell waits this long: by then its slots have been looked at.
const LOOKED_BY: TimeDelta = TimeDelta::minutes(20);
/// An outbox is old after this.
const OLD: TimeDelta = TimeDelta::hours(1);
/// Numbers given since the copy was made are not given again: letters and messages went by them.
const NUMBERS: i64 = 100_000;

/// How much is read to know whether it is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// All but the log of looks, which is most of it.
    Start,
    /// Everything.
    Whole,
}

/// That the database was put together again, and whether the person has been told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mended {
    pub(crate) restored: Restored,
    pub(crate) told: bool,
}

/// Columns that hold JSON.
const JSON: [(&str, &str); 11] = [
    ("alert", "state"),
    ("alert", "subject"),
    ("button", "action"),
    ("chat", "watches"),
    ("listing", "body"),
    ("news", "body"),
    ("opening", "slot"),
    ("setting", "value"),
    ("snapshot", "slots"),
    ("watch", "activity"),
    ("watch", "draft"),
];

/// Is the database sound?
pub(super) fn check(connection: &Connection, depth: Depth) -> Result<()> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", (), |row| row.get(0))?;
    if said != "ok" {
        return Err(StoreError::Damaged("it does not pass the check"));
    }
    check_texts(connection, depth)
}

/// SQLite does not look at what texts say.
pub(super) fn check_texts(connection: &Connection, depth: Depth) -> Result<()> {
    for table in tables(connection)? {
        if depth == Depth::Start && table == "look" {
            continue;
        }
        let mut statement = connection.prepare(&format!("SELECT * FROM \"{table}\""))?;
        let names: Vec<String> = statement
            .column_names()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            for (column, name) in names.iter().enumerate() {
                let ValueRef::Text(text) = row.get_ref(column)? else {
                    continue;
                };
                let text =
                    str::from_utf8(text).map_err(|_| StoreError::Damaged("a text is none"))?;
                if JSON.contains(&(table.as_str(), name.as_str())) {
                    serde_json::from_str::<serde::de::IgnoredAny>(text)?;
                }
            }
        }
    }
    Ok(())
}

pub(super) fn tables(connection: &Connection) -> Result<Vec<String>> {
    Ok(connection
        .prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
        )?
        .query_map((), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// A database without a version: is it a new one, or has the old one been lost?
pub(super) fn is_missed(connection: &Connection, path: &Path) -> Result<bool> {
    let copies = || backups::copies(&path.with_file_name(backups::FOLDER));
    Ok(!tables(connection)?.is_empty() || !copies()?.is_empty())
}

/// Puts the database at `path` together again. What was there is in the folder of what was damaged.
pub(super) fn mend(path: &Path, now: DateTime<Utc>) -> Result<()> {
    let aside = set_aside(path, now)?;
    let part = path.with_file_name(backups::PART);
    for left in [part.clone(), journal(&part, "-wal"), journal(&part, "-shm")] {
        remove(&left)?;
    }
    backups::private_file(&part).map_err(|error| failed(&part, error))?;
    let mut fresh = Connection::open(&part)?;
    tune(&fresh)?;
    let copy_of = restore(&mut fresh, &path.with_file_name(backups::FOLDER));
    migrations().to_latest(&mut fresh)?;
    let tx = fresh.transaction()?;
    if let Err(error) = overlay(&tx, &aside.join(super::FILE_NAME)) {
        tracing::warn!(%error, "nothing could be read of the damaged database");
    }
    age(&tx, now)?;
    let mended = Mended {
        restored: Restored { at: now, copy_of },
        told: false,
    };
    settings::write(&tx, &Name::Mended, &mended)?;
    tx.commit()?;
    fresh.close().map_err(|(_, error)| error)?;
    // Its log would be read into the new file.
    for journal in [journal(path, "-wal"), journal(path, "-shm")] {
        remove(&journal)?;
    }
    backups::put(&part, path).map_err(|error| failed(path, error))?;
    tracing::warn!(?copy_of, "the database was put together again");
    forget_oldest(path);
    Ok(())
}

/// The base: the newest copy that is good.
fn restore(fresh: &mut Connection, folder: &Path) -> Option<DateTime<Utc>> {
    let copies = backups::copies(folder)
        .inspect_err(|error| tracing::warn!(%error, "copies cannot be looked for"))
        .unwrap_or_default();
    copies.into_iter().rev().find_map(|copy| {
        let poured = backups::verified(&copy.path).and_then(|good| pour(&good, fresh));
        poured
            .inspect_err(|error| tracing::warn!(%error, at = %copy.at, "a copy cannot be used"))
            .ok()
            .map(|()| copy.at)
    })
}

/// Keeps the file and its log where nobody writes to them.
fn set_aside(path: &Path, now: DateTime<Utc>) -> Result<PathBuf> {
    let aside = path
        .with_file_name(FOLDER)
        .join(now.format(NAME).to_string());
    create_private_dir(&aside).map_err(|error| failed(&aside, error))?;
    for file in [path.to_owned(), journal(path, "-wal")] {
        let kept = aside.join(file.file_name().unwrap_or_default());
        match fs::copy(&file, &kept) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            Ok(_) => (),
            // What cannot be read whole is kept as it is.
            Err(_) => fs::rename(&file, &kept).map_err(|error| failed(&kept, error))?,
        }
    }
    Ok(aside)
}

/// A file that SQLite keeps beside the database.
fn journal(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|error| failed(path, error)),
    }
}

fn forget_oldest(path: &Path) {
    let folder = path.with_file_name(FOLDER);
    let Ok(entries) = fs::read_dir(&folder) else {
        return;
    };
    let mut kept: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    kept.sort();
    let old = kept.len().saturating_sub(KEPT);
    for old in &kept[..old] {
        if let Err(error) = fs::remove_dir_all(old) {
            tracing::warn!(%error, "an old damaged database stays");
        }
    }
}

/// Writes over the base what can still be read: watches, settings, chats.
fn overlay(tx: &Connection, damaged: &Path) -> Result<()> {
    let damaged = Connection::open_with_flags(damaged, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // It stays as it was found.
    damaged.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Else of a file that was cut nothing at all is read.
    damaged.pragma_update(None, "writable_schema", true)?;
    for (table, key, write) in [
        (
            "watch",
            "id",
            "INSERT INTO watch (id, draft, activity, created_at, removed_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET draft = ?2, activity = ?3, removed_at = ?5",
        ),
        (
            "setting",
            "name",
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = ?2",
        ),
        (
            "chat",
            "id",
            "INSERT INTO chat (id, chat, person, title, is_group, watches, asked_at, linked_at, blocked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET title = ?4, watches = ?6, linked_at = ?8, blocked = ?9",
        ),
    ] {
        // From both ends: a page that cannot be read hides as little as it can.
        for order in ["ASC", "DESC"] {
            let read = format!("SELECT * FROM {table} ORDER BY {key} {order}");
            if let Err(error) = overlay_rows(tx, &damaged, table, &read, write) {
                tracing::warn!(%error, table, "not all of a table could be read");
            }
        }
    }
    Ok(())
}

fn overlay_rows(
    tx: &Connection,
    damaged: &Connection,
    table: &str,
    read: &str,
    write: &str,
) -> Result<()> {
    let mut statement = damaged.prepare(read)?;
    let names: Vec<String> = statement
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let mut write = tx.prepare_cached(write)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        if !is_readable(row, table, &names)? {
            continue;
        }
        let values = (0..names.len())
            .map(|column| row.get::<_, Value>(column))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        // A row that does not fit is no row of ours.
        if let Err(error) = write.execute(params_from_iter(values)) {
            tracing::warn!(%error, table, "a row could not be saved");
        }
    }
    Ok(())
}

/// Is this a row as this program writes it?
fn is_readable(row: &Row<'_>, table: &str, names: &[String]) -> Result<bool> {
    for (column, name) in names.iter().enumerate() {
        let ValueRef::Text(text) = row.get_ref(column)? else {
            continue;
        };
        let Ok(text) = str::from_utf8(text) else {
            return Ok(false);
        };
        let fits = match (table, name.as_str()) {
            ("watch", "draft") => serde_json::from_str::<crate::model::WatchDraft>(text).is_ok(),
            ("watch", "activity") => serde_json::from_str::<crate::model::Activity>(text).is_ok(),
            ("chat", "watches") | ("setting", "value") => {
                serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
            }
            _ => true,
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a base says is of the moment it was made: what waited then is told only after its slots have
/// been looked at, and no number is given twice.
fn age(tx: &Connection, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET next_at = max(next_at, :later), at = :now
         WHERE state IN ('due', 'leased') AND at < :old",
        named_params! {":later": ms(now + LOOKED_BY), ":now": ms(now), ":old": ms(now - OLD)},
    )?;
    tx.execute("UPDATE outbox SET state = 'due' WHERE state = 'leased'", ())?;
    tx.execute(
        "UPDATE news_outbox SET state = 'expired' WHERE state = 'due'
         AND news_id IN (SELECT id FROM news WHERE raised_at < ?1)",
        [ms(now - OLD)],
    )?;
    tx.execute("UPDATE sqlite_sequence SET seq = seq + ?1", [NUMBERS])?;
    tx.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'alert', ?1
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'alert')",
        [NUMBERS],
    )?;
    Ok(())
}

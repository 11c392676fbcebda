//! A damaged database: known, kept aside, put together again.
//!
//! The base is the newest good copy, or an empty database; over it goes what can still be read of
//! watches, settings and chats. What was damaged stays in a folder of its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use rusqlite::{
    Connection, OpenFlags, Row, Transaction,
    config::DbConfig,
    named_params, params_from_iter,
    types::{Value, ValueRef},
};
use serde::{Deserialize, Serialize};

use super::{
    Result, StoreError,
    backups::{self, failed},
    create_private_dir,
    held::{self, pour, tune},
    migrations, ms,
    settings::{self, Name},
    watches,
};
use crate::model::{Activity, Restored, WatchChoice, WatchDraft};

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
        let names = texts_of(connection, &table)?;
        if names.is_empty() {
            continue;
        }
        let columns = names.join("\", \"");
        // An index may say what the table no longer says.
        let mut statement = connection.prepare(&format!(
            "SELECT \"{columns}\" FROM \"{table}\" NOT INDEXED"
        ))?;
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

/// The columns of a table that hold texts: the others are of another type for certain, which the check
/// of the file has seen to.
fn texts_of(connection: &Connection, table: &str) -> Result<Vec<String>> {
    Ok(connection
        .prepare("SELECT name FROM pragma_table_info(?1) WHERE type = 'TEXT'")?
        .query_map([table], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
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
    Ok(!tables(connection)?.is_empty() || !copies()?.is_empty() || last_aside(path).is_some())
}

/// Puts the database at `path` together again. What was there is in the folder of what was damaged.
/// Where that fails everything is as it was. `false`: nothing was wrong with it after all.
pub(super) fn mend(path: &Path, now: DateTime<Utc>) -> Result<bool> {
    exchange(path, now, |fresh, damaged| {
        if let Some(sound) = damaged.and_then(Aside::sound) {
            tracing::warn!("the database could not be read for a moment: nothing of it is lost");
            pour(&sound, fresh)?;
            migrations().to_latest(fresh)?;
            return Ok(false);
        }
        let copy_of = restore(fresh, &path.with_file_name(backups::FOLDER), now)?;
        migrations().to_latest(fresh)?;
        let tx = fresh.transaction()?;
        // What was damaged before the copy was made says less than the copy.
        let newer = damaged.filter(|kept| kept.since.is_none() || kept.since >= copy_of);
        overlay(
            &tx,
            newer.map(|kept| kept.folder.join(super::FILE_NAME)),
            now,
        )?;
        age(&tx, now)?;
        let mended = Mended {
            restored: Restored { at: now, copy_of },
            told: false,
        };
        settings::write(&tx, &Name::Mended, &mended)?;
        tx.commit()?;
        tracing::warn!(?copy_of, "the database was put together again");
        Ok(true)
    })
}

/// Gives what was in memory the place of a damaged file.
pub(super) fn replace(path: &Path, memory: &Connection, now: DateTime<Utc>) -> Result<()> {
    exchange(path, now, |fresh, _| pour(memory, fresh))
}

/// Makes a new database and gives it the place of the damaged one, which is kept.
fn exchange<T>(
    path: &Path,
    now: DateTime<Utc>,
    make: impl FnOnce(&mut Connection, Option<&Aside>) -> Result<T>,
) -> Result<T> {
    let aside = set_aside(path, now)?;
    forget_oldest(path);
    let part = path.with_file_name(backups::PART);
    let said = build(&part, |fresh| make(fresh, aside.as_ref()));
    if said.is_err() {
        backups::discard(&part);
        if let Some(aside) = aside {
            aside.put_back();
        }
        return said;
    }
    // Whoever is cut short here finds no file, and what was kept; the old log would be read into the
    // new file.
    for old in whole(path) {
        remove(&old)?;
    }
    backups::put(&part, path).map_err(|error| failed(path, error))?;
    said
}

fn build<T>(part: &Path, make: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    for left in whole(part) {
        remove(&left)?;
    }
    backups::private_file(part).map_err(|error| failed(part, error))?;
    let mut fresh = Connection::open(part)?;
    tune(&fresh)?;
    let said = make(&mut fresh)?;
    fresh.close().map_err(|(_, error)| error)?;
    Ok(said)
}

/// The base: the newest copy that is good. What a clock has made that was set back since comes last.
fn restore(
    fresh: &mut Connection,
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let mut copies = backups::copies(folder)
        .inspect_err(|error| tracing::warn!(%error, "copies cannot be looked for"))
        .unwrap_or_default();
    copies.sort_by_key(|copy| (copy.at <= now, copy.at));
    let good = copies.into_iter().rev().find_map(|copy| {
        backups::verified(&copy.path)
            .inspect_err(|error| tracing::warn!(%error, at = %copy.at, "a copy cannot be used"))
            .ok()
            .map(|good| (good, copy.at))
    });
    let Some((good, at)) = good else {
        return Ok(None);
    };
    // A good copy for which there is no room is still a good copy.
    pour(&good, fresh)?;
    Ok(Some(at))
}

/// What is kept of a damaged database.
struct Aside {
    folder: PathBuf,
    /// Where each file was, and where it is kept.
    files: Vec<(PathBuf, PathBuf)>,
    /// Of an earlier time: then the file itself is gone.
    since: Option<DateTime<Utc>>,
}

impl Aside {
    /// The database itself, if nothing is wrong with it after all: a disk that fails for a moment is no
    /// damage.
    fn sound(&self) -> Option<Connection> {
        if self.since.is_some() {
            return None;
        }
        let sound = legible(&self.folder.join(super::FILE_NAME)).ok()?;
        let version = held::check_version(&sound).ok()?;
        (version > 0 && backups::verify(&sound).is_ok()).then_some(sound)
    }

    /// It is left where it was.
    fn put_back(&self) {
        if self.since.is_some() {
            return;
        }
        let back = self
            .files
            .iter()
            .filter(|(file, _)| !fs::exists(file).unwrap_or(true))
            .try_for_each(|(file, kept)| fs::rename(kept, file))
            .and_then(|()| fs::remove_dir_all(&self.folder));
        if let Err(error) = back {
            tracing::warn!(%error, "a damaged database stays where it was put");
        }
    }
}

/// Keeps the file and its log where nobody writes to them. If there is no file: what was kept last.
fn set_aside(path: &Path, now: DateTime<Utc>) -> Result<Option<Aside>> {
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) || !fs::exists(path).unwrap_or(true) {
        return Ok(last_aside(path));
    }
    let folder = path
        .with_file_name(FOLDER)
        .join(now.format(NAME).to_string());
    create_private_dir(&folder).map_err(|error| failed(&folder, error))?;
    let mut aside = Aside {
        folder,
        files: Vec::new(),
        since: None,
    };
    for file in [path.to_owned(), journal(path, "-wal")] {
        let kept = aside.folder.join(file.file_name().unwrap_or_default());
        let moved = match fs::copy(&file, &kept) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            // What cannot be read whole is kept as it is.
            Err(_) if is_illegible(&file) => fs::rename(&file, &kept),
            // There is no room for it, or it may not be written: that is no damage.
            Err(error) => Err(error),
        };
        if let Err(error) = moved {
            aside.put_back();
            return Err(failed(&kept, error));
        }
        aside.files.push((file, kept));
    }
    Ok(Some(aside))
}

/// Does reading it fail, though it may be read?
fn is_illegible(file: &Path) -> bool {
    let read = fs::File::open(file).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
    read.is_err_and(|error| error.kind() != io::ErrorKind::PermissionDenied)
}

/// What was kept last and is more than an empty file.
fn last_aside(path: &Path) -> Option<Aside> {
    kept(path).into_iter().rev().find_map(|folder| {
        let name = folder.file_name()?.to_str()?;
        let since = NaiveDateTime::parse_from_str(name, NAME).ok()?.and_utc();
        let file = fs::metadata(folder.join(super::FILE_NAME)).ok()?;
        (file.len() > 0).then_some(Aside {
            folder,
            files: Vec::new(),
            since: Some(since),
        })
    })
}

/// The folders of damaged databases, oldest first.
fn kept(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path.with_file_name(FOLDER)) else {
        return Vec::new();
    };
    let mut kept: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    kept.sort();
    kept
}

/// A file that SQLite keeps beside the database.
pub(super) fn journal(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The database, and all that SQLite may keep beside it. It comes first: of a log nothing can be read
/// without it.
pub(super) fn whole(path: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|ending| journal(path, ending))
}

/// Removes it. What is not there is removed.
pub(super) fn remove(path: &Path) -> Result<()> {
    backups::gone(fs::remove_file(path), path)
}

fn forget_oldest(path: &Path) {
    let kept = kept(path);
    let old = kept.len().saturating_sub(KEPT);
    for old in &kept[..old] {
        if let Err(error) = fs::remove_dir_all(old) {
            tracing::warn!(%error, "an old damaged database stays");
        }
    }
}

/// A table that is laid over the base. Its key is its first column.
struct Laid {
    table: &'static str,
    key: &'static str,
    /// Writes a row over the base.
    write: &'static str,
    /// What was deleted since the copy may not come back, even where not all of the table could be
    /// read: what becomes of rows that were not met then, by the list of those that were.
    unmet: Option<&'static str>,
}

const LAID: [Laid; 3] = [
    Laid {
        table: "watch",
        key: "id",
        write: "INSERT INTO watch (id, draft, activity, created_at, removed_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET draft = ?2, activity = ?3, removed_at = ?5",
        // One too many is removed again; one too few is waited for in vain.
        unmet: None,
    },
    Laid {
        table: "setting",
        key: "name",
        write: "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = ?2",
        unmet: Some(
            "DELETE FROM setting WHERE name = 'pause' AND name NOT IN (SELECT value FROM json_each(?1))",
        ),
    },
    Laid {
        table: "chat",
        key: "id",
        write: "INSERT INTO chat (id, chat, person, title, is_group, watches, asked_at, linked_at, blocked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET title = ?4, watches = ?6, linked_at = ?8, blocked = ?9
             ON CONFLICT (chat, person) DO UPDATE SET title = ?4, watches = ?6, linked_at = ?8, blocked = ?9",
        unmet: Some(
            "UPDATE chat SET linked_at = NULL WHERE id NOT IN (SELECT value FROM json_each(?1))",
        ),
    },
];

/// Makes of the base what can still be read of watches, settings and chats.
fn overlay(tx: &Transaction<'_>, damaged: Option<PathBuf>, now: DateTime<Utc>) -> Result<()> {
    let damaged = damaged.and_then(|damaged| {
        legible(&damaged)
            .inspect_err(
                |error| tracing::warn!(%error, "nothing can be read of the damaged database"),
            )
            .ok()
    });
    for laid in &LAID {
        let columns = Column::of(tx, laid.table)?;
        let Found { rows, all } = damaged
            .as_ref()
            .map(|damaged| Found::of(damaged, laid, &columns))
            .unwrap_or_default();
        let met: Vec<serde_json::Value> = rows
            .iter()
            .map(|row| match &row[0] {
                Value::Integer(id) => (*id).into(),
                Value::Text(name) => name.as_str().into(),
                Value::Null | Value::Real(_) | Value::Blob(_) => serde_json::Value::Null,
            })
            .collect();
        let met = serde_json::to_string(&met)?;
        let Laid { table, key, .. } = laid;
        if all {
            let sql =
                format!("DELETE FROM {table} WHERE {key} NOT IN (SELECT value FROM json_each(?1))");
            tx.execute(&sql, [&met])?;
        } else if let Some(sql) = laid.unmet {
            tx.execute(sql, [&met])?;
        }
        for row in rows {
            let before = match (*table, &row[0]) {
                ("watch", Value::Integer(id)) => Some((*id, watches::draft(tx, *id)?)),
                _ => None,
            };
            match tx
                .prepare_cached(laid.write)?
                .execute(params_from_iter(row))
            {
                // A row that does not fit is no row of ours.
                Err(error) if does_not_fit(&error) => {
                    tracing::warn!(%error, table, "a row could not be saved");
                    continue;
                }
                written => written?,
            };
            if let Some((id, before)) = before {
                watches::renew(tx, id, before.as_ref(), now)?;
            }
        }
    }
    Ok(())
}

fn does_not_fit(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

/// A damaged database, as far as it can be read.
fn legible(path: &Path) -> Result<Connection> {
    let damaged = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // It stays as it was found.
    damaged.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Else of a file that was cut nothing at all is read.
    damaged.pragma_update(None, "writable_schema", true)?;
    Ok(damaged)
}

/// What can be read of a damaged table.
#[derive(Default)]
struct Found {
    rows: Vec<Vec<Value>>,
    /// There were no others.
    all: bool,
}

impl Found {
    fn of(damaged: &Connection, laid: &Laid, columns: &[Column]) -> Self {
        let Laid { table, key, .. } = laid;
        let mut found = Self::default();
        // From both ends: a page that cannot be read hides as little as it can.
        for order in ["ASC", "DESC"] {
            let read = format!("SELECT * FROM {table} ORDER BY {key} {order}");
            match found.read(damaged, table, columns, &read) {
                Ok(all) => found.all |= all,
                Err(error) => tracing::warn!(%error, table, "not all of a table could be read"),
            }
        }
        // Nobody's wait is ended by a list that may merely look empty, or shorter than it is.
        found.all &= !(found.rows.is_empty() && *table == "watch") && is_whole(damaged, table);
        found
    }

    /// `true`: to the end, and every row is one of ours.
    fn read(
        &mut self,
        damaged: &Connection,
        table: &str,
        columns: &[Column],
        read: &str,
    ) -> Result<bool> {
        let mut statement = damaged.prepare(read)?;
        if statement.column_count() != columns.len() {
            return Ok(false);
        }
        let mut all = true;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            if !is_readable(row, table, columns)? {
                all = false;
                continue;
            }
            let row = (0..columns.len())
                .map(|column| row.get::<_, Value>(column))
                .collect::<rusqlite::Result<Vec<_>>>()?;
            if self.rows.iter().all(|known| known[0] != row[0]) {
                self.rows.push(row);
            }
        }
        Ok(all)
    }
}

/// Do the pages of a table agree with each other?
fn is_whole(damaged: &Connection, table: &str) -> bool {
    let check = damaged.query_row(&format!("PRAGMA integrity_check({table})"), (), |row| {
        row.get::<_, String>(0)
    });
    check.is_ok_and(|said| said == "ok")
}

/// What a column may hold.
struct Column {
    name: String,
    kind: String,
    nullable: bool,
}

impl Column {
    /// Those of a sound table.
    fn of(sound: &Connection, table: &str) -> Result<Vec<Self>> {
        Ok(sound
            .prepare("SELECT name, type, NOT \"notnull\" AND pk = 0 FROM pragma_table_info(?1)")?
            .query_map([table], |row| {
                Ok(Self {
                    name: row.get(0)?,
                    kind: row.get(1)?,
                    nullable: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?)
    }
}

/// Is this a row as this program writes it?
fn is_readable(row: &Row<'_>, table: &str, columns: &[Column]) -> Result<bool> {
    for (index, column) in columns.iter().enumerate() {
        let fits = match row.get_ref(index)? {
            ValueRef::Null => column.nullable,
            ValueRef::Integer(_) => column.kind == "INTEGER",
            ValueRef::Text(text) => column.kind == "TEXT" && fits(text, table, &column.name),
            ValueRef::Real(_) | ValueRef::Blob(_) => false,
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Is this a text of this column?
fn fits(text: &[u8], table: &str, column: &str) -> bool {
    let Ok(text) = str::from_utf8(text) else {
        return false;
    };
    match (table, column) {
        ("watch", "draft") => serde_json::from_str::<WatchDraft>(text).is_ok(),
        ("watch", "activity") => serde_json::from_str::<Activity>(text).is_ok(),
        ("chat", "watches") => serde_json::from_str::<WatchChoice>(text).is_ok(),
        ("setting", "value") => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        _ => true,
    }
}

/// What a base says is of the moment it was made: what waited then is told only after its slots have
/// been looked at, and no number is given twice.
fn age(tx: &Connection, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET next_at = max(next_at, :later), at = :now
         WHERE state IN ('due', 'leased') AND at < :old",
        named_params! {":later": ms(now + LOOKED_BY), ":now": ms(now), ":old": ms(now - OLD)},
    )?;
    // It may have been told since: what is told again says so.
    tx.execute(
        "UPDATE outbox SET state = 'due', lease_until = coalesce(lease_until, ?1)
         WHERE state IN ('due', 'leased')",
        [ms(now)],
    )?;
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

//! Copies of the database: one a day for a week, one a week for a month.
//!
//! They hold what the database holds but the log of looks, of which two days are kept: it is most of
//! the file, and of no use later. Tokens and passwords are in neither.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use rusqlite::{
    Connection, OpenFlags,
    types::{ToSqlOutput, ValueRef},
};

use super::{KNOWN_VERSION, Result, Store, StoreError, create_private_dir, held::pour, mend};
use crate::failpoints::step;

/// The folder of copies inside the data folder.
pub(super) const FOLDER: &str = "backups";
/// How old the newest copy may become.
const EVERY: TimeDelta = TimeDelta::days(1);
/// So many days have a copy.
const DAYS: usize = 7;
/// So many weeks have one.
const WEEKS: usize = 4;
/// Names sort by time.
const NAME: &str = "%Y-%m-%dT%H-%M-%SZ.db";
/// What a copy is called until it is known to be good.
pub(super) const PART: &str = "talonchik.part";
/// The same when it takes no more room than it needs.
const PACKED: &str = "talonchik.part.packed";
/// What is kept in memory of a file that is gone through once, KiB.
const CACHE_KIB: i64 = 256;
/// Looks this old are in no copy: the younger ones keep the budget of a day.
const LOOKS: TimeDelta = TimeDelta::days(2);

/// A copy of this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Copy {
    pub(super) at: DateTime<Utc>,
    pub(super) path: PathBuf,
}

impl Store {
    /// Makes a copy if the newest is older than a day, and removes those that have served.
    pub(crate) async fn back_up(&self, now: DateTime<Utc>) -> Result<bool> {
        let copied = self
            .with_held(move |held| {
                let folder = held.folder().join(FOLDER);
                if held.unsaved.is_some() || !is_due(&copies(&folder)?, now) {
                    return Ok(None);
                }
                create_private_dir(&folder).map_err(|error| failed(&folder, error))?;
                let path = folder.join(now.format(NAME).to_string());
                take(&held.connection, &path)
                    .inspect_err(|_| discard(&path.with_file_name(PART)))?;
                Ok(Some((folder, path)))
            })
            .await?;
        let Some((folder, path)) = copied else {
            return Ok(false);
        };
        // Nobody waits for the database meanwhile.
        crate::blocking::run(move || {
            let finished = finish(&path);
            discard(&path.with_file_name(PART));
            finished.inspect_err(|_| discard(&path.with_file_name(PACKED)))?;
            for served in served(copies(&folder)?, now) {
                fs::remove_file(&served).map_err(|error| failed(&served, error))?;
            }
            Ok(true)
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }
}

/// A copy of the whole database, complete or not there.
pub(super) fn copy(from: &Connection, path: &Path) -> Result<()> {
    let part = path.with_file_name(PART);
    let copied = take(from, path)
        .and_then(|()| verify(&Connection::open(&part)?))
        .and_then(|()| put(&part, path).map_err(|error| failed(path, error)));
    copied.inspect_err(|_| discard(&part))
}

/// What was not finished takes no room, which may be what was missing.
pub(super) fn discard(part: &Path) {
    for file in mend::whole(part) {
        if let Err(error) = fs::remove_file(&file)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "an unfinished copy stays");
        }
    }
}

fn take(from: &Connection, path: &Path) -> Result<()> {
    let part = path.with_file_name(PART);
    private_file(&part).map_err(|error| failed(&part, error))?;
    let mut to = passed_once(&part)?;
    // A copy that a power cut meets is begun anew.
    to.pragma_update(None, "synchronous", "OFF")?;
    step("copying");
    pour(from, &mut to)
}

/// A file that is gone through once: little of it is kept in memory, which each thread of a pool that
/// did this would not give back.
fn passed_once(path: &Path) -> Result<Connection> {
    let file = Connection::open(path)?;
    file.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(file)
}

/// Leaves out what is of no use, and gives the copy its name if it is good.
///
/// The file is packed into another: `VACUUM` alone has the whole of it in memory meanwhile, or where
/// everybody's temporary files are.
fn finish(path: &Path) -> Result<()> {
    let (part, packed) = (path.with_file_name(PART), path.with_file_name(PACKED));
    let copy = passed_once(&part)?;
    copy.execute_batch(&format!(
        "PRAGMA synchronous = OFF;
         PRAGMA journal_mode = OFF;
         CREATE TABLE lately AS
             SELECT * FROM look WHERE at > (SELECT max(at) FROM look) - {};
         DELETE FROM look;
         INSERT INTO look SELECT * FROM lately;
         DROP TABLE lately",
        LOOKS.num_milliseconds()
    ))?;
    private_file(&packed).map_err(|error| failed(&packed, error))?;
    // Not every folder has a name in UTF-8.
    let name = ValueRef::Text(packed.as_os_str().as_encoded_bytes());
    copy.execute("VACUUM INTO ?1", [ToSqlOutput::Borrowed(name)])?;
    copy.close().map_err(|(_, error)| error)?;
    verify(&passed_once(&packed)?)?;
    put(&packed, path).map_err(|error| failed(path, error))
}

/// A copy that can take the place of the database.
pub(super) fn verified(path: &Path) -> Result<Connection> {
    let copy = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    verify(&copy)?;
    Ok(copy)
}

pub(super) fn verify(copy: &Connection) -> Result<()> {
    let said: String = copy.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))?;
    if said != "ok" {
        return Err(StoreError::Damaged("a copy does not pass the check"));
    }
    if copy.prepare("PRAGMA foreign_key_check")?.exists(())? {
        return Err(StoreError::Damaged("rows of a copy belong to nothing"));
    }
    let version: i64 = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if !(1..=KNOWN_VERSION).contains(&version) {
        return Err(StoreError::Damaged("a copy is of no version"));
    }
    mend::check_texts(copy, mend::Depth::Whole)
}

/// The copies, oldest first.
pub(super) fn copies(folder: &Path) -> Result<Vec<Copy>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| failed(folder, error))?,
    };
    let mut copies = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, error))?;
        let name = entry.file_name();
        let at = name
            .to_str()
            .and_then(|name| NaiveDateTime::parse_from_str(name, NAME).ok());
        if let Some(at) = at {
            copies.push(Copy {
                at: at.and_utc(),
                path: entry.path(),
            });
        }
    }
    copies.sort_by_key(|copy| copy.at);
    Ok(copies)
}

/// Copies of the future were made by a clock that has been set back since: they count for none.
fn is_due(copies: &[Copy], now: DateTime<Utc>) -> bool {
    copies
        .iter()
        .rfind(|copy| copy.at <= now)
        .is_none_or(|newest| now - newest.at >= EVERY)
}

/// Which copies are no longer of use: the newest of each of the last days and weeks that have one stay.
///
/// Copies of the future were made by a clock that has been set back since, or that was right before it
/// was: they stay likewise until there is one for each of as many days as are kept.
fn served(copies: Vec<Copy>, now: DateTime<Utc>) -> Vec<PathBuf> {
    let (past, future): (Vec<_>, Vec<_>) = copies.into_iter().partition(|copy| copy.at <= now);
    let days = past.iter().map(|copy| copy.at.date_naive());
    let replaced = days.collect::<BTreeSet<_>>().len() >= DAYS;
    let mut served = thinned(past);
    if replaced {
        served.extend(future.into_iter().map(|copy| copy.path));
    } else {
        served.extend(thinned(future));
    }
    served
}

/// Those of these copies, oldest first, that are not the newest of their day or week, or not of the
/// last ones.
fn thinned(copies: Vec<Copy>) -> Vec<PathBuf> {
    let mut days = Vec::new();
    let mut weeks = Vec::new();
    let mut served = Vec::new();
    for copy in copies.into_iter().rev() {
        let date = copy.at.date_naive();
        let stays = [
            (&mut days, i64::from(date.num_days_from_ce()), DAYS),
            (
                &mut weeks,
                i64::from(date.num_days_from_ce() - 1) / 7,
                WEEKS,
            ),
        ]
        .into_iter()
        .fold(false, |stays, (kept, period, most)| {
            let newest = !kept.contains(&period) && kept.len() < most;
            if newest {
                kept.push(period);
            }
            stays || newest
        });
        if !stays {
            served.push(copy.path);
        }
    }
    served
}

/// Gives a finished file its name, on the disk too.
pub(super) fn put(part: &Path, path: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, path)?;
    step("copied");
    sync_folder(path)
}

/// A name is on the disk when its folder is.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// An empty file that only its owner can read.
pub(super) fn private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// What is not there is as good as removed.
pub(super) fn gone(removed: io::Result<()>, path: &Path) -> Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|error| failed(path, error)),
    }
}

pub(super) fn failed(path: &Path, source: io::Error) -> StoreError {
    StoreError::Folder {
        path: path.to_owned(),
        source,
    }
}

//! The connection that is worked with: the file's, or a copy in memory while the file takes nothing.
//!
//! Looks and alerts go on in the copy as if nothing had happened; it is written back in one
//! transaction as soon as the file can be written again.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rusqlite::{Connection, OpenFlags, backup::StepResult};

use super::{
    KNOWN_VERSION, Result, StoreError, create_private_dir,
    fault::Fault,
    mend::{self, Depth},
    migrations,
};
use crate::{
    failpoints::step,
    model::{Unsaved, UnsavedCause},
};

/// How long another program may be in the way.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 5_000 });

/// What stays of the log beside the file once it was written back.
const LOG_BYTES: i64 = 4 << 20;
/// A disk that damages the file more often in one run is past help.
const MOST_MENDS: u32 = 3;
/// What could not be mended, for want of room, is tried again after this.
const MENDS_APART: TimeDelta = TimeDelta::minutes(1);

/// What is read from and written to.
#[derive(Debug)]
pub(super) struct Held {
    /// The file's, or the copy in memory.
    pub(super) connection: Connection,
    /// Set while it is the copy.
    pub(super) unsaved: Option<Unsaved>,
    /// The file.
    path: PathBuf,
    /// How often it was put together again since the start.
    mends: u32,
    /// When it could not be.
    unmended: Option<DateTime<Utc>>,
    /// The connection is none: the file was closed to be mended.
    pub(super) is_closed: bool,
}

impl Held {
    /// Opens the file, or makes it, and brings its schema up to date. What is damaged is put
    /// together again first; an older database is copied beside itself; a newer one is refused
    /// untouched.
    pub(super) fn open(path: &Path, now: DateTime<Utc>) -> Result<Self> {
        match opened(path) {
            Err(error) if Fault::of(&error) == Some(Fault::Damaged) => {
                tracing::error!(%error, "the database is damaged");
                Self::open_mended(path, now)
            }
            opened => Ok(Self::of(opened?, path)),
        }
    }

    /// Opens what was put together again.
    pub(super) fn open_mended(path: &Path, now: DateTime<Utc>) -> Result<Self> {
        mend::mend(path, now)?;
        Ok(Self::of(opened(path)?, path))
    }

    fn of(connection: Connection, path: &Path) -> Self {
        Self {
            connection,
            unsaved: None,
            path: path.to_owned(),
            mends: 0,
            unmended: None,
            is_closed: false,
        }
    }

    /// Works on a copy of a file that cannot be written.
    pub(super) fn open_copy(path: &Path, cause: UnsavedCause, now: DateTime<Utc>) -> Result<Self> {
        let mut connection = read_only(path)?;
        check_version(&connection)?;
        tune(&connection)?;
        mend::check(&connection, Depth::Start)?;
        migrations().to_latest(&mut connection)?;
        tracing::warn!(?cause, "the database cannot be written: nothing is kept");
        Ok(Self {
            unsaved: Some(Unsaved { cause, since: now }),
            ..Self::of(connection, path)
        })
    }

    /// Goes on in memory: the file takes nothing now.
    pub(super) fn leave_the_file(&mut self, cause: UnsavedCause, now: DateTime<Utc>) -> Result<()> {
        // The connection itself may be what failed.
        let copy = copied(&self.connection).or_else(|_| copied(&sound(&self.path)?))?;
        tune(&copy)?;
        tracing::error!(
            ?cause,
            "the database cannot be written: the work goes on in memory"
        );
        self.connection = copy;
        self.unsaved = Some(Unsaved { cause, since: now });
        Ok(())
    }

    /// Writes the copy back in one transaction and goes on in the file. One that was damaged
    /// meanwhile is kept aside, and a new one written.
    pub(super) fn return_to_the_file(&mut self, now: DateTime<Utc>) -> Result<()> {
        if self.unsaved.is_none() {
            return Ok(());
        }
        let file = match self.written_back() {
            Err(error) if Fault::of(&error) == Some(Fault::Damaged) => {
                tracing::error!(%error, "the database was damaged while it could not be written");
                mend::replace(&self.path, &self.connection, now)?;
                opened(&self.path)?
            }
            file => file?,
        };
        tracing::info!("the database is written again");
        self.connection = file;
        self.unsaved = None;
        Ok(())
    }

    fn written_back(&self) -> Result<Connection> {
        let mut file = connect(&self.path)?;
        // The next minute is soon enough; until then nobody waits.
        file.busy_timeout(Duration::ZERO)?;
        // Nobody could copy it before.
        keep_older(&file, &self.path)?;
        file.pragma_update(None, "journal_mode", "WAL")?;
        tune(&file)?;
        pour(&self.connection, &mut file)?;
        file.busy_timeout(PATIENCE)?;
        Ok(file)
    }

    /// Something unreadable was met: if the file is damaged, it is put together again.
    pub(super) fn mend(&mut self, now: DateTime<Utc>) -> Result<()> {
        // To look through all of it takes a while.
        if (self.unmended).is_some_and(|at| at <= now && now - at < MENDS_APART) {
            return Err(StoreError::Damaged("it cannot be mended now"));
        }
        match mend::check(&self.connection, Depth::Whole) {
            Ok(()) => return Ok(()),
            Err(error) => match Fault::of(&error) {
                Some(Fault::Damaged | Fault::Unwritable(UnsavedCause::Failing)) => {
                    tracing::error!(%error, "the database is damaged");
                }
                Some(Fault::Unwritable(_)) | None => return Err(error),
            },
        }
        if self.mends == MOST_MENDS {
            return Err(StoreError::Damaged("again and again"));
        }
        // Nobody may hold the file while it is replaced.
        self.connection = Connection::open_in_memory()?;
        self.is_closed = true;
        self.unmended = Some(now);
        let anew = mend::mend(&self.path, now)?;
        self.connection = opened(&self.path)?;
        self.unmended = None;
        self.is_closed = false;
        self.mends += u32::from(anew);
        Ok(())
    }

    /// Opens the file again if it was closed to be mended, and could not be: of what is damaged most
    /// can be read.
    pub(super) fn reopen(&mut self) -> Result<()> {
        if self.is_closed {
            self.connection = existing(&self.path)?;
            self.is_closed = false;
        }
        Ok(())
    }

    /// What was begun is not done.
    pub(super) fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::warn!(%error, "a transaction was not rolled back");
        }
    }

    /// The folder of the file.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The file, sound and of the newest schema.
fn opened(path: &Path) -> Result<Connection> {
    let mut connection = connect(path)?;
    let found = check_version(&connection)?;
    if found > 0 {
        mend::check(&connection, Depth::Start)?;
    } else if mend::is_missed(&connection, path)? {
        return Err(StoreError::Damaged("its tables are missing"));
    }
    keep_older(&connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    tune(&connection)?;
    #[cfg(feature = "failpoints")]
    steps_of_a_migration(&connection, true);
    migrations().to_latest(&mut connection)?;
    #[cfg(feature = "failpoints")]
    steps_of_a_migration(&connection, false);
    step("migrated");
    Ok(connection)
}

/// An older database is copied beside itself before it becomes a newer one.
fn keep_older(file: &Connection, path: &Path) -> Result<()> {
    let found = check_version(file)?;
    if 0 < found && found < KNOWN_VERSION {
        let copy = path.with_file_name(format!("talonchik.v{found}.db"));
        super::backups::copy(file, &copy)?;
    }
    Ok(())
}

/// Each statement is a step.
#[cfg(feature = "failpoints")]
fn steps_of_a_migration(connection: &Connection, watched: bool) {
    use rusqlite::trace::{TraceEvent, TraceEventCodes};
    let passed: fn(TraceEvent<'_>) = |_| step("migrating");
    let events = TraceEventCodes::SQLITE_TRACE_STMT;
    connection.trace_v2(events, watched.then_some(passed));
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

/// The file as it is, if there is one.
fn existing(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::default() - OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    tune(&connection)?;
    Ok(connection)
}

/// The same, if it can be relied on.
fn sound(path: &Path) -> Result<Connection> {
    let connection = existing(path)?;
    if check_version(&connection)? == 0 {
        return Err(StoreError::Damaged("its tables are missing"));
    }
    mend::check(&connection, Depth::Start)?;
    Ok(connection)
}

/// The schema version of the file; one that this program does not know is refused.
pub(super) fn check_version(connection: &Connection) -> Result<i64> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > KNOWN_VERSION {
        return Err(StoreError::Newer {
            found,
            known: KNOWN_VERSION,
        });
    }
    Ok(found)
}

pub(super) fn tune(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    // The log beside the file does not stay as long as its longest day.
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    // A disk that is full takes no files for sorting either.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// A copy in memory.
fn copied(from: &Connection) -> Result<Connection> {
    let mut memory = Connection::open_in_memory()?;
    pour(from, &mut memory)?;
    Ok(memory)
}

/// Everything of one database in place of another, in one transaction.
pub(super) fn pour(from: &Connection, to: &mut Connection) -> Result<()> {
    match rusqlite::backup::Backup::new(from, to)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(StoreError::Busy),
    }
}

/// What a file holds that can only be read. Without its log SQLite reads it as it is; with one it
/// needs a place to write.
fn read_only(path: &Path) -> Result<Connection> {
    let log = mend::journal(path, "-wal");
    let unlogged = std::fs::metadata(&log).map_or(true, |log| log.len() == 0);
    if unlogged {
        let mut address = url::Url::from_file_path(path).map_err(|()| StoreError::Closed)?;
        address.set_query(Some("immutable=1"));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        return copied(&Connection::open_with_flags(address.as_str(), flags)?);
    }
    let aside =
        std::env::temp_dir().join(format!("talonchik-{:016x}", rand::rng().random::<u64>()));
    let failed = |source| StoreError::Folder {
        path: aside.clone(),
        source,
    };
    create_private_dir(&aside).map_err(failed)?;
    let read = || {
        for file in [path, &log] {
            let name = file.file_name().unwrap_or_default();
            std::fs::copy(file, aside.join(name)).map_err(failed)?;
        }
        copied(&connect(&aside.join(path.file_name().unwrap_or_default()))?)
    };
    let copy = read();
    if let Err(error) = std::fs::remove_dir_all(&aside) {
        tracing::warn!(%error, "a copy of the database stays in the folder of temporary files");
    }
    copy
}

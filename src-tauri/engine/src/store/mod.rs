//! SQLite: one file, one connection, one writer.
//!
//! SQL stands beside the one function that runs it, a file a table. What must
//! be true together commits together: see [`commit`].

mod alerts;
mod arrivals;
mod backups;
mod chats;
mod commit;
mod erase;
mod fault;
mod held;
mod listings;
mod looks;
mod mend;
mod news;
mod outbox;
mod settings;
mod signals;
mod trial;
mod upkeep;
mod watched;
mod watches;

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::blocking::SerialQueue;

pub(crate) use alerts::Site;
pub(crate) use arrivals::{Arrival, Lives, MEMORY as ARRIVALS_KEPT};
pub(crate) use chats::{ChatRow, Offset};
pub(crate) use commit::{Coverage, Covering, DoctorLook, Newcomer, Step};
pub(crate) use listings::Listing;
pub use looks::Opening;
pub(crate) use looks::Past;
pub(crate) use mend::Mended;
pub(crate) use news::DueNews;
pub use outbox::Taken;
pub(crate) use outbox::{Awake, Company, Due, Stale, Told};
pub(crate) use settings::{FORM_LIMIT, Name as SettingName};
pub(crate) use watched::Watched;

use fault::Fault;
use held::Held;

use crate::{
    clock::Clock,
    model::{Unsaved, UnsavedCause},
};

/// The database's file name inside the data folder.
pub(crate) const FILE_NAME: &str = "talonchik.db";

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another program holds the data folder.
    #[error("the data folder is in use by another copy of the program")]
    InUse,
    /// A newer program wrote it; nothing was touched.
    #[error("the database is of version {found}, this program knows {known}: update the program")]
    Newer {
        /// Version of the file.
        found: i64,
        /// Version this program writes.
        known: i64,
    },
    /// The folder or the lock file cannot be used.
    #[error("the data folder {} cannot be used", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not as it was written.
    #[error("the database is damaged: {0}")]
    Damaged(&'static str),
    /// Another program holds the file.
    #[error("the database is held by another program")]
    Busy,
    /// SQLite failed.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be brought up to date")]
    Migration(#[from] rusqlite_migration::Error),
    /// A stored value is not what was written.
    #[error("a stored value is unreadable")]
    Unreadable(#[from] serde_json::Error),
    /// The program is stopping.
    #[error("the database is closed")]
    Closed,
}

pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The database. Cheap to clone; the file is closed with the last clone.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
    queue: Arc<SerialQueue>,
}

#[derive(Debug)]
struct Inner {
    /// `None` once everything was deleted: nothing is written after that.
    held: Mutex<Option<Held>>,
    /// Held as long as the database is open: a second program is refused. `None` where nothing can
    /// be written.
    lock: Option<File>,
    /// It goes on in memory when nothing can be written.
    goes_on: bool,
    clock: Clock,
}

impl Drop for Inner {
    /// A process that is just being started holds every open file of this one for a moment: the
    /// folder is free all the same.
    fn drop(&mut self) {
        drop(self.held.get_mut().map(Option::take));
        if let Some(lock) = &self.lock
            && let Err(error) = lock.unlock()
        {
            tracing::warn!(%error, "the data folder is still locked");
        }
    }
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("../../migrations/0001_initial.sql")),
        M::up(include_str!("../../migrations/0002_channels.sql")),
        M::up(include_str!("../../migrations/0003_learning.sql")),
        M::up(include_str!("../../migrations/0004_scale.sql")),
        M::up(include_str!("../../migrations/0005_told.sql")),
        M::up(include_str!("../../migrations/0006_asked.sql")),
        M::up(include_str!("../../migrations/0007_there.sql")),
    ])
}

/// The schema version this program writes: the number of migrations.
const KNOWN_VERSION: i64 = 7;

impl Store {
    /// Opens (or makes) the database in `data_dir`, brings its schema up to date, puts it together
    /// again if it is damaged. A newer one is refused untouched.
    ///
    /// Whoever `goes_on` works in memory while nothing can be written, from the start if need be.
    pub(crate) fn open_at(data_dir: &Path, clock: Clock, goes_on: bool) -> Result<Self> {
        let path = data_dir.join(FILE_NAME);
        let lock = create_private_dir(data_dir)
            .map_err(|error| backups::failed(data_dir, error))
            .and_then(|()| lock(data_dir));
        let (lock, held) = match lock {
            Ok(lock) => (Some(lock), Held::open(&path, clock.now())),
            Err(StoreError::Folder { .. }) if goes_on && path.is_file() => {
                let cause = UnsavedCause::ReadOnly;
                (None, Held::open_copy(&path, cause, clock.now()))
            }
            Err(error) => return Err(error),
        };
        let held = match held {
            Err(error) => match Fault::of(&error) {
                Some(Fault::Unwritable(cause)) if goes_on && path.is_file() => {
                    Held::open_copy(&path, cause, clock.now()).or_else(|_| {
                        // What cannot be read either is damaged.
                        if cause != UnsavedCause::Failing || lock.is_none() {
                            return Err(error);
                        }
                        Held::open_mended(&path, clock.now())
                    })
                }
                _ => Err(error),
            },
            held => held,
        };
        Ok(Self {
            inner: Arc::new(Inner {
                held: Mutex::new(Some(held?)),
                lock,
                goes_on,
                clock,
            }),
            queue: Arc::default(),
        })
    }

    /// The same for a test of what is in it.
    #[cfg(test)]
    pub(crate) fn open(data_dir: &Path) -> Result<Self> {
        Self::open_at(data_dir, Clock::system(), false)
    }

    /// Runs `work` with the connection, off the async threads.
    ///
    /// What fails because of the file is rolled back and done again: in memory when nothing can be
    /// written, on what was put together again when the file is damaged.
    async fn with<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        self.with_held(move |held| {
            held.reopen()?;
            let error = match work(&mut held.connection) {
                Err(error) => error,
                done => return done,
            };
            held.roll_back();
            let now = inner.clock.now();
            match Fault::of(&error) {
                Some(Fault::Unwritable(cause)) if inner.goes_on && held.unsaved.is_none() => {
                    if let Err(error) = held.leave_the_file(cause, now) {
                        // What cannot be read either is damaged.
                        if cause != UnsavedCause::Failing {
                            return Err(error);
                        }
                        held.mend(now)?;
                    }
                }
                Some(Fault::Damaged) if held.unsaved.is_none() => held.mend(now)?,
                Some(Fault::Unwritable(_) | Fault::Damaged) | None => return Err(error),
            }
            work(&mut held.connection)
        })
        .await
    }

    async fn with_held<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Held) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        let work = move || {
            // A panic in an earlier call rolled its transaction back; the connection is sound.
            let mut held = inner.held.lock().unwrap_or_else(PoisonError::into_inner);
            work(held.as_mut().ok_or(StoreError::Closed)?)
        };
        let done = self.queue.run(work).await;
        done.map_err(|_| StoreError::Closed)?
    }

    /// Why nothing is saved at the moment, if so.
    pub(crate) async fn unsaved(&self) -> Result<Option<Unsaved>> {
        self.with_held(|held| Ok(held.unsaved)).await
    }

    /// Writes what is only in memory into the file, if that can be done again. Without the lock
    /// somebody else may have written it: then it is left alone.
    pub(crate) async fn save_again(&self) -> Result<()> {
        if self.inner.lock.is_none() {
            return Ok(());
        }
        let now = self.inner.clock.now();
        self.with_held(move |held| held.return_to_the_file(now))
            .await
    }

    /// The same without waiting for the disk. A crash of the program takes nothing of it back, a power
    /// cut may: it is for what is then simply done or learned again.
    async fn with_ease<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.with(move |connection| {
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let done = work(connection);
            let full = connection.pragma_update(None, "synchronous", "FULL");
            let done = done?;
            full?;
            Ok(done)
        })
        .await
    }

    /// Can the database be written and read back?
    pub(crate) async fn check(&self) -> Result<()> {
        self.with(|connection| {
            let tx = connection.transaction()?;
            tx.execute("INSERT OR REPLACE INTO setting VALUES ('check', '0')", ())?;
            tx.rollback()?;
            mend::check(connection, mend::Depth::Start)
        })
        .await
    }
}

#[cfg(unix)]
fn create_private_dir(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private_dir(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

fn lock(data_dir: &Path) -> Result<File> {
    let folder = |source| StoreError::Folder {
        path: data_dir.to_owned(),
        source,
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(data_dir.join("lock"))
        .map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(source)) => Err(folder(source)),
    }
}

/// A moment as it is stored.
fn ms(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}

/// A stored moment; one out of range reads as the epoch.
fn moment(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// A plain enum as the one word it is stored as.
fn word<T: serde::Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

/// The enum a stored word stands for.
fn from_word<T: serde::de::DeserializeOwned>(word: String) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(word))?)
}

#[cfg(test)]
mod faults;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_sound_and_as_many_as_this_program_knows() {
        migrations().validate().expect("every migration applies");
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
        let version: i64 = file
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, KNOWN_VERSION);
    }

    #[test]
    fn fault_41_a_database_of_the_first_version_is_copied_and_brought_up_with_what_waits_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
        file.execute_batch(include_str!("../../migrations/0001_initial.sql"))
            .unwrap();
        file.execute_batch(
            r#"INSERT INTO alert VALUES (7, 1, '{}', '{"kind":"raised"}', 5, 5);
               INSERT INTO opening VALUES (11, '1', '2', 'И', 9000000000000, 0, '{}', 5, 5, NULL, 0, 0);
               INSERT INTO opening VALUES (12, '1', '2', 'И', 9000000000001, 0, '{}', 5, 5, NULL, 0, 0);
               INSERT INTO alert_slot VALUES (7, 11), (7, 12);
               INSERT INTO outbox (id, alert_id, channel, kind, state, attempts, next_at, told, at, why)
                   VALUES (3, 7, 'desktop', 'appeared', 'due', 2, 90, 11, 80, 'silent');
               PRAGMA user_version = 1"#,
        )
        .unwrap();
        drop(file);
        drop(Store::open(folder.path()).unwrap());
        let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
        let waits: (i64, i64, String, i64, i64, i64) = file
            .query_row(
                "SELECT id, alert_id, why, opening_id, step, stale FROM outbox
                 JOIN told ON outbox_id = id WHERE state = 'due'",
                (),
                |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get(5)?,
                    ))
                },
            )
            .unwrap();
        assert_eq!(waits, (3, 7, "silent".to_owned(), 11, 0, 0));
        let version: i64 = file
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, KNOWN_VERSION);
        assert!(folder.path().join("talonchik.v1.db").is_file());
    }

    #[test]
    fn fault_41_a_newer_database_is_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let file = Connection::open(&path).unwrap();
        file.execute_batch("CREATE TABLE future (x); PRAGMA user_version = 99")
            .unwrap();
        drop(file);
        let before = std::fs::read(&path).unwrap();
        let refused = Store::open(folder.path()).unwrap_err();
        assert!(matches!(
            refused,
            StoreError::Newer {
                found: 99,
                known: KNOWN_VERSION
            }
        ));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_clear_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "not a folder").unwrap();
        assert!(matches!(
            Store::open(&file.join("data")).unwrap_err(),
            StoreError::Folder { .. }
        ));
    }

    #[cfg(unix)]
    #[test]
    fn fault_70_the_data_folder_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        drop(Store::open(&data).unwrap());
        assert_eq!(
            std::fs::metadata(&data).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}

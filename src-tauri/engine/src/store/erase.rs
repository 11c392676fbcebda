//! «Удалить все данные».

use std::{
    fs::{self, File},
    path::Path,
    sync::{Arc, PoisonError},
};

use rusqlite::Connection;

use super::{Result, Store, StoreError, backups, mend};

impl Store {
    /// Empties the database for good and closes it: nothing under way can write to it afterwards.
    ///
    /// The file stays, without a trace of what was in it; every copy goes.
    /// It is closed and the folder is free even when that failed.
    pub(crate) async fn erase(&self) -> Result<()> {
        let inner = Arc::clone(&self.inner);
        crate::blocking::run(move || {
            let held = inner
                .held
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
                .ok_or(StoreError::Closed)?;
            let (folder, path) = (held.folder().to_owned(), held.path().to_owned());
            let connection = match held.unsaved {
                None if !held.is_closed => Ok(held.connection),
                // What is in memory goes by itself.
                Some(_) | None => Connection::open(&path),
            };
            let emptied = connection
                .map_err(StoreError::from)
                .and_then(|mut connection| empty(&mut connection));
            let emptied = emptied.or_else(|error| {
                tracing::warn!(%error, "the database cannot be emptied: it is removed");
                remove_file(&path)
            });
            let erased = remove_copies(&folder).and(emptied);
            if let Some(Err(error)) = inner.lock.as_ref().map(File::unlock) {
                // Closing the file with the last clone frees it too.
                tracing::warn!(%error, "the data folder stays taken for a while");
            }
            erased
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }
}

/// Every row of every table, in one transaction; then the pages they were on.
fn empty(connection: &mut Connection) -> Result<()> {
    let tables = mend::tables(connection)?;
    let tx = connection.transaction()?;
    tx.pragma_update(None, "defer_foreign_keys", true)?;
    for table in tables {
        tx.execute(&format!("DELETE FROM \"{table}\""), ())?;
    }
    tx.execute("DELETE FROM sqlite_sequence", ())?;
    tx.commit()?;
    connection.execute("VACUUM", ())?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
    Ok(())
}

/// The file and what SQLite keeps beside it.
fn remove_file(path: &Path) -> Result<()> {
    mend::whole(path)
        .iter()
        .try_for_each(|file| mend::remove(file))
}

/// Copies of every kind: of each day, of what was damaged, from before an update
/// (`talonchik.v3.db`). Goes on after a failure and gives the first.
fn remove_copies(folder: &Path) -> Result<()> {
    let mut removed = Ok(());
    for kept in [backups::FOLDER, mend::FOLDER] {
        let kept = folder.join(kept);
        removed = removed.and(backups::gone(fs::remove_dir_all(&kept), &kept));
    }
    let failed = |error| backups::failed(folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_str().is_some_and(is_copy) {
            removed = removed.and(mend::remove(&entry.path()));
        }
    }
    removed
}

fn is_copy(name: &str) -> bool {
    let unfinished = name.starts_with(backups::PART);
    unfinished
        || name
            .strip_prefix("talonchik.v")
            .and_then(|rest| rest.strip_suffix(".db"))
            .is_some_and(|version| version.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{FILE_NAME, SettingName};

    /// Does any file of the folder hold this text?
    fn holds(folder: &Path, text: &str) -> bool {
        std::fs::read_dir(folder).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        })
    }

    #[tokio::test]
    async fn fault_70_nothing_of_the_data_is_left_in_any_file_and_the_folder_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let secret = "a-secret-nobody-may-find";
        let form = SettingName::Form("find".to_owned());
        store.save_setting(form, Some(&secret)).await.unwrap();
        std::fs::write(folder.path().join("talonchik.v0.db"), secret).unwrap();
        let own = folder.path().join("talonchik.vacation.db");
        std::fs::write(&own, "somebody else's").unwrap();
        assert!(holds(folder.path(), secret));

        store.erase().await.unwrap();
        assert!(!holds(folder.path(), secret));
        assert!(own.is_file() && folder.path().join(FILE_NAME).is_file());
        // The old one writes nothing any more, though it is still there.
        let refused = store.save_setting(SettingName::Settings, Some(&1)).await;
        assert!(matches!(refused, Err(StoreError::Closed)));
        assert!(matches!(store.erase().await, Err(StoreError::Closed)));
        let again = Store::open(folder.path()).unwrap();
        let kept: Option<u32> = again.setting(SettingName::Settings).await.unwrap();
        assert_eq!(kept, None);
    }

    #[tokio::test]
    async fn fault_70_a_file_that_cannot_be_emptied_is_removed() {
        for damaged in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(FILE_NAME);
            let store = Store::open(folder.path()).unwrap();
            let secret = "a-secret-nobody-may-find";
            let form = SettingName::Form("find".to_owned());
            store.save_setting(form, Some(&secret)).await.unwrap();
            let other = Connection::open(&path).unwrap();
            if damaged {
                drop(store);
                drop(other);
                let store = Store::open(folder.path()).unwrap();
                std::fs::write(&path, secret.repeat(4_000)).unwrap();
                store.erase().await.unwrap();
            } else {
                other.execute_batch("BEGIN IMMEDIATE").unwrap();
                store.erase().await.unwrap();
            }
            assert!(!holds(folder.path(), secret), "damaged: {damaged}");
            let again = Store::open(folder.path()).unwrap();
            assert_eq!(again.watches().await.unwrap(), []);
        }
    }
}

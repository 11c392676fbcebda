//! A file that takes nothing: full, locked, failing, read-only.

use super::{super::commit::Committed, *};

/// A look that finds one slot more.
async fn look_again(store: &Store, watch: &Watch) -> Committed {
    let look = look(watch, "a", begin() + TimeDelta::minutes(2), &[3, 4, 5, 6]);
    store.commit(look).await.unwrap()
}

/// All that one look brings, or nothing of it.
fn brought(folder: &Path) -> u32 {
    let file = Connection::open(folder.join(FILE_NAME)).unwrap();
    let count = |sql: &str| file.query_row(sql, (), |row| row.get::<_, u32>(0)).unwrap();
    let openings = count("SELECT count(*) FROM opening");
    let told = count("SELECT count(*) FROM alert_slot");
    let looks = count("SELECT count(*) FROM look WHERE level = 'doctor'");
    let seen = count("SELECT json_array_length(slots) FROM snapshot");
    // The first slot is shown, not told.
    assert_eq!((openings, told + 1, looks), (seen, seen, seen));
    seen - 3
}

#[tokio::test]
async fn fault_34_looks_and_alerts_go_on_while_another_program_holds_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let other = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let brought_now = look_again(&store, &watches[0]).await;
    assert_eq!(brought_now.look.appeared, 1);
    let cause = store.unsaved().await.unwrap().map(|unsaved| unsaved.cause);
    assert_eq!(cause, Some(UnsavedCause::Busy));
    let due = store
        .lease(
            "desktop".to_owned(),
            Company::None,
            Awake::of([watches[0].id]),
            begin() + TimeDelta::minutes(2),
            begin() + TimeDelta::minutes(3),
        )
        .await
        .unwrap();
    assert!(due.is_some(), "what was seen is told meanwhile");
    store.save_again().await.unwrap_err();
    assert_eq!(brought(folder.path()), 0);

    other.execute_batch("COMMIT").unwrap();
    store.save_again().await.unwrap();
    assert_eq!(store.unsaved().await.unwrap(), None);
    drop(store);
    assert_eq!(brought(folder.path()), 1);
    assert!(is_sound(folder.path()));
}

#[tokio::test]
async fn fault_34_a_file_that_is_held_at_the_start_keeps_nobody_from_looking() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let other = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    other
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let store = open(folder.path(), begin()).unwrap();
    assert_eq!(nicknames(&store).await, ["мама", "Петя"]);
    look_again(&store, &watches[0]).await;
    drop(other);
    store.save_again().await.unwrap();
    drop(store);
    assert_eq!(brought(folder.path()), 1);

    // Who only does one thing is told that it cannot be done.
    let other = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    other
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let refused = Store::open_at(folder.path(), Clock::test(begin()), false).unwrap_err();
    assert_eq!(
        Fault::of(&refused),
        Some(Fault::Unwritable(UnsavedCause::Busy))
    );
}

#[tokio::test]
async fn fault_37_a_disk_without_a_page_left_takes_no_alert_away() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    for pages in 0..12 {
        let here = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), here.path());
        let store = open(here.path(), begin()).unwrap();
        let limit = move |connection: &mut Connection| {
            let count: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            let sql = format!("PRAGMA max_page_count = {}", count + pages);
            Ok(connection.query_row(&sql, (), |_| Ok(()))?)
        };
        store.with(limit).await.unwrap();
        // Enough of them to fill any page.
        let days: Vec<i64> = (3..60).collect();
        let look = look(&watches[0], "a", begin() + TimeDelta::minutes(2), &days);
        let committed = store.commit(look).await.unwrap();
        assert_eq!(committed.look.appeared, 54, "with {pages} pages left");
        assert_eq!(alerts(&store).await.len(), 3);
        let full = store.unsaved().await.unwrap().is_some();
        if full {
            assert_eq!(brought(here.path()), 0, "no half of a transaction");
        }
        store.save_again().await.unwrap();
        drop(store);
        assert_eq!(
            open(here.path(), begin()).unwrap().unsaved().await.unwrap(),
            None
        );
        let file = Connection::open(here.path().join(FILE_NAME)).unwrap();
        let openings: i64 = file
            .query_row("SELECT count(*) FROM opening", (), |row| row.get(0))
            .unwrap();
        assert_eq!(openings, 57);
        assert!(is_sound(here.path()));
        if pages == 0 {
            assert!(full);
        }
    }
}

/// No file of this process may grow over this; `None`: any may.
#[cfg(target_os = "linux")]
fn limit_files(bytes: Option<u64>) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    setrlimit(Resource::Fsize, limit).unwrap();
}

/// Who hears the signal gets an error instead of its end.
#[cfg(target_os = "linux")]
fn hear_of_limits() -> tokio::signal::unix::Signal {
    use tokio::signal::unix::{SignalKind, signal};
    let number = rustix::process::Signal::XFSZ.as_raw();
    signal(SignalKind::from_raw(number)).unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn fault_37_a_damaged_file_that_there_is_no_room_to_mend_stays_where_it_is() {
    let test = "store::faults::full::fault_37_a_damaged_file_that_there_is_no_room_to_mend_stays_where_it_is";
    if !is_alone(test, |_| ()) {
        return;
    }
    let _heard = hear_of_limits();
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    assert!(store.back_up(begin()).await.unwrap());
    drop(store);
    let path = folder.path().join(FILE_NAME);
    let file = Connection::open(&path).unwrap();
    file.execute("UPDATE opening SET slot = '{'", ()).unwrap();
    drop(file);
    let unreadable = b"gone".to_vec();
    for damaged in [std::fs::read(&path).unwrap(), unreadable] {
        std::fs::write(&path, &damaged).unwrap();
        let mut tried = 0;
        let store = loop {
            limit_files(Some(tried * 4096));
            let opened = open(folder.path(), begin());
            limit_files(None);
            if let Ok(store) = opened {
                break store;
            }
            tried += 1;
            assert_eq!(std::fs::read(&path).unwrap(), damaged);
            // Of a mend that failed nothing is left.
            assert!(!folder.path().join(backups::PART).exists());
            let kept = std::fs::read_dir(folder.path().join(mend::FOLDER));
            assert_eq!(kept.map_or(0, Iterator::count), 0);
        };
        assert!(tried > 10, "{tried}");
        assert_eq!(nicknames(&store).await, ["мама", "Петя"]);
        drop(store);
        std::fs::remove_dir_all(folder.path().join(mend::FOLDER)).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn fault_37_damage_that_cannot_be_mended_while_running_is_mended_when_there_is_room() {
    let test = "store::faults::full::fault_37_damage_that_cannot_be_mended_while_running_is_mended_when_there_is_room";
    if !is_alone(test, |_| ()) {
        return;
    }
    let _heard = hear_of_limits();
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let clock = Clock::test(begin());
    let store = Store::open_at(folder.path(), clock.clone(), true).unwrap();
    let spoil = |connection: &mut Connection| {
        let none = "UPDATE look SET resource = CAST(x'ff' AS TEXT) WHERE id = 1";
        Ok(connection.execute(none, ())?)
    };
    store.with(spoil).await.unwrap();
    for _ in 0..5 {
        clock.step(TimeDelta::minutes(1));
        limit_files(Some(4096));
        let looks = store.looks(vec!["27".into()], 100).await;
        limit_files(None);
        looks.unwrap_err();
        assert_eq!(nicknames(&store).await, ["мама", "Петя"]);
    }
    let soon = store.looks(vec!["27".into()], 100).await;
    soon.expect_err("it is not tried at each look");
    clock.step(TimeDelta::minutes(1));
    let looks = store.looks(vec!["27".into()], 100).await.unwrap();
    assert_eq!(looks.len(), 0, "there was no copy of them");
    assert_eq!(nicknames(&store).await, ["мама", "Петя"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn fault_39_a_write_that_fails_at_any_byte_is_no_half_transaction_and_is_done_again() {
    let test = "store::faults::full::fault_39_a_write_that_fails_at_any_byte_is_no_half_transaction_and_is_done_again";
    if !is_alone(test, |_| ()) {
        return;
    }
    let _heard = hear_of_limits();
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let (mut failed, mut bytes) = (0, 0);
    loop {
        let here = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), here.path());
        let store = open(here.path(), begin()).unwrap();
        let log = here.path().join(format!("{FILE_NAME}-wal"));
        let begun = std::fs::metadata(log).map_or(0, |log| log.len());
        limit_files(Some(begun + bytes));
        look_again(&store, &watches[0]).await;
        let unsaved = store.unsaved().await.unwrap();
        limit_files(None);
        assert_eq!(alerts(&store).await.len(), 3, "after {bytes} bytes");
        if unsaved.is_none() {
            assert_eq!(brought(here.path()), 1);
            break;
        }
        failed += 1;
        assert_eq!(brought(here.path()), 0, "after {bytes} bytes");
        // Half of them die now, the others find room again.
        if failed % 2 == 0 {
            store.save_again().await.unwrap();
        }
        drop(store);
        assert!(is_sound(here.path()));
        let store = open(here.path(), begin()).unwrap();
        look_again(&store, &watches[0]).await;
        drop(store);
        let file = Connection::open(here.path().join(FILE_NAME)).unwrap();
        let openings: i64 = file
            .query_row("SELECT count(*) FROM opening", (), |row| row.get(0))
            .unwrap();
        assert_eq!(openings, 4, "after {bytes} bytes");
        bytes += 1024;
    }
    assert!(failed > 10, "it failed {failed} times");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn fault_38_a_folder_that_may_only_be_read_is_worked_on_in_memory_and_said_so() {
    use std::os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    };
    const NOBODY: u32 = 65_534;
    const FOLDER: &str = "TALONCHIK_TEST_FOLDER";
    let test = "store::faults::full::fault_38_a_folder_that_may_only_be_read_is_worked_on_in_memory_and_said_so";
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let readable = |mode| {
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    readable(0o444);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may do everything, may write everywhere: then it is tried as somebody else.
    let alone = is_alone(test, |child| {
        child.env(FOLDER, folder.path());
        if rustix::process::getuid().is_root() {
            chown(folder.path(), Some(0), Some(0)).unwrap();
            child.uid(NOBODY).gid(NOBODY);
        }
    });
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    if !alone {
        return;
    }
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let refused = Store::open_at(&folder, Clock::test(begin()), false).unwrap_err();
    let StoreError::Folder { path, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(*path, folder, "it says which");
    let store = open(&folder, begin()).unwrap();
    let cause = store.unsaved().await.unwrap().map(|unsaved| unsaved.cause);
    assert_eq!(cause, Some(UnsavedCause::ReadOnly));
    assert_eq!(nicknames(&store).await, ["мама", "Петя"]);
    look_again(&store, &watches[0]).await;
    assert_eq!(alerts(&store).await.len(), 3);
    store.save_again().await.unwrap();
    assert!(
        store.unsaved().await.unwrap().is_some(),
        "until the next start"
    );
}

#[tokio::test]
async fn fault_37_a_file_that_is_gone_too_is_not_taken_for_one_with_nothing_in_it() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let other = folder.path().join("other.db");
    let holder = Connection::open(&other).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let left = store.with_held(move |held| {
        held.connection = Connection::open(other)?;
        held.connection.busy_timeout(std::time::Duration::ZERO)?;
        std::fs::remove_file(held.path()).unwrap();
        held.leave_the_file(UnsavedCause::Failing, begin())
    });
    left.await.unwrap_err();
    assert_eq!(store.unsaved().await.unwrap(), None);
    assert!(!folder.path().join(FILE_NAME).exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn fault_39_a_file_that_cannot_even_be_read_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let path = folder.path().join(FILE_NAME);
    let store = open(folder.path(), begin()).unwrap();
    assert!(store.back_up(begin()).await.unwrap());
    drop(store);
    // A file that exists and of which not a byte can be read.
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/proc/self/mem", &path).unwrap();
    let store = open(folder.path(), begin() + TimeDelta::minutes(1)).unwrap();
    assert_eq!(store.unsaved().await.unwrap(), None);
    assert_eq!(nicknames(&store).await, ["мама", "Петя"]);
    drop(store);
    assert!(is_sound(folder.path()));
}

#[tokio::test]
async fn fault_39_what_was_done_in_memory_is_saved_though_the_file_was_damaged_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let path = folder.path().join(FILE_NAME);
    let store = open(folder.path(), begin()).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    look_again(&store, &watches[0]).await;
    assert!(store.unsaved().await.unwrap().is_some());
    drop(other);
    std::fs::write(&path, "not a database".repeat(400)).unwrap();
    store.save_again().await.unwrap();
    assert_eq!(store.unsaved().await.unwrap(), None);
    drop(store);
    assert_eq!(brought(folder.path()), 1);
    assert!(is_sound(folder.path()));
    let kept = std::fs::read_dir(folder.path().join(mend::FOLDER)).unwrap();
    assert_eq!(kept.count(), 1);
}

#[tokio::test]
async fn fault_41_an_older_file_that_was_held_at_the_start_is_copied_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut older = Connection::open(&path).unwrap();
    migrations().to_version(&mut older, 4).unwrap();
    older.execute_batch("BEGIN EXCLUSIVE").unwrap();
    older
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .unwrap();
    let store = open(folder.path(), begin()).unwrap();
    assert!(store.unsaved().await.unwrap().is_some());
    drop(older);
    store.save_again().await.unwrap();
    assert_eq!(store.unsaved().await.unwrap(), None);
    let kept = Connection::open(folder.path().join("talonchik.v4.db")).unwrap();
    let version = kept.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
    assert_eq!(version.unwrap(), 4);
}

//! A file that is not as it was written.

use super::*;
use crate::model::{ChatState, Pause};

/// A folder with a copy of yesterday, and somebody who came since; a chat was unlinked since and
/// looking goes on.
async fn with_a_copy(folder: &Path) -> Vec<Watch> {
    let mut watches = lived_in(folder).await;
    let store = open(folder, begin()).unwrap();
    let chat = store.ask_for_chat(41, 42, "Пётр".to_owned(), false, begin());
    let chat = chat.await.unwrap().id;
    assert!(store.link_chat(chat, begin()).await.unwrap());
    pause(&store, Some(&Pause { until: None })).await;
    assert!(store.back_up(begin()).await.unwrap());
    let later = begin() + TimeDelta::hours(20);
    assert!(store.forget_chat(chat, later).await.unwrap());
    pause(&store, None).await;
    let newer = vec![(wish("бабушка"), Activity::On)];
    watches.extend(store.add_watches(newer, later).await.unwrap());
    watches
}

async fn pause(store: &Store, pause: Option<&Pause>) {
    let name = SettingName::Pause;
    store.save_setting(name, pause).await.unwrap();
}

/// Spoils what the person did not write.
fn spoil(folder: &Path) {
    let file = Connection::open(file(folder)).unwrap();
    file.execute("UPDATE opening SET slot = '{'", ()).unwrap();
}

async fn mended(store: &Store) -> Option<Mended> {
    store.setting(SettingName::Mended).await.unwrap()
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join(FILE_NAME)
}

/// Opens what was damaged; whoever was in the copy waits on.
async fn opens(folder: &Path, how: &str) -> (Store, Vec<String>) {
    let store = open(folder, begin() + TimeDelta::days(1))
        .unwrap_or_else(|error| panic!("{how}: {error:?}"));
    let names = nicknames(&store).await;
    assert!(
        names.starts_with(&["мама".to_owned(), "Петя".to_owned()]),
        "{how}: {names:?}"
    );
    let settings: Option<Settings> = store.setting(SettingName::Settings).await.unwrap();
    assert!(settings.is_some_and(|settings| settings.welcomed), "{how}");
    let chats = store.chats().await.unwrap();
    let linked = chats.iter().find(|chat| chat.state != ChatState::Asking);
    assert_eq!(linked, None, "{how}: it was unlinked");
    let pause: Option<Pause> = store.setting(SettingName::Pause).await.unwrap();
    assert_eq!(pause, None, "{how}: it was ended");
    (store, names)
}

#[tokio::test]
async fn fault_35_any_block_of_the_file_may_be_flipped_and_every_watch_of_the_copy_waits_on() {
    let folder = tempfile::tempdir().unwrap();
    with_a_copy(folder.path()).await;
    let bytes = std::fs::read(file(folder.path())).unwrap();
    let (mut restored, mut newest) = (0, 0);
    let blocks = bytes.len() / 512;
    for block in 0..blocks {
        let here = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), here.path());
        let mut flipped = bytes.clone();
        for byte in &mut flipped[block * 512..(block + 1) * 512] {
            *byte = !*byte;
        }
        std::fs::write(file(here.path()), &flipped).unwrap();
        let how = format!("block {block}");
        let (store, names) = opens(here.path(), &how).await;
        newest += usize::from(names.len() == 3);
        if let Some(mended) = mended(&store).await {
            restored += 1;
            assert_eq!(mended.restored.copy_of, Some(begin()), "{how}");
            let kept = std::fs::read_dir(here.path().join(mend::FOLDER)).unwrap();
            let kept = file(&kept.last().unwrap().unwrap().path());
            assert_eq!(std::fs::read(kept).unwrap(), flipped, "{how}");
        }
        // All of it can be read, or is put together again then.
        store.alerts(100).await.unwrap();
        store.arrivals(DateTime::UNIX_EPOCH).await.unwrap();
        store.present(vec!["27".into()]).await.unwrap();
        store.last_good_looks(DateTime::UNIX_EPOCH).await.unwrap();
        drop(store);
        assert!(is_sound(here.path()), "{how}");
    }
    assert!(restored > blocks / 10, "{restored} of {blocks}");
    assert!(newest > blocks * 9 / 10, "{newest} of {blocks}");
}

#[tokio::test]
async fn fault_35_a_text_that_is_damaged_where_an_index_still_has_it_right_is_found() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let connection = Connection::open(file(folder.path())).unwrap();
    let at = begin().timestamp_millis();
    connection
        .execute(
            "INSERT INTO arrival (clinic, specialty, since, at, slots) VALUES ('clinic', '78', ?1, ?1, 1)",
            [at],
        )
        .unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'arrival'";
    let page: u32 = connection.query_row(root, (), |row| row.get(0)).unwrap();
    let size: u32 = connection
        .pragma_query_value(None, "page_size", |row| row.get(0))
        .unwrap();
    drop(connection);
    let mut bytes = std::fs::read(file(folder.path())).unwrap();
    let [from, to] = [page - 1, page].map(|page| usize::try_from(page * size).unwrap());
    let table = &mut bytes[from..to];
    let text = table.windows(6).position(|text| text == b"clinic");
    table[text.unwrap()] = 0xff;
    std::fs::write(file(folder.path()), bytes).unwrap();
    let damaged = Connection::open(file(folder.path())).unwrap();
    let found = mend::check(&damaged, mend::Depth::Start);
    assert!(matches!(found, Err(StoreError::Damaged(_))), "{found:?}");
}

#[tokio::test]
async fn fault_35_a_file_that_could_not_be_read_for_a_moment_loses_nothing_to_an_older_copy() {
    let folder = tempfile::tempdir().unwrap();
    let watches = with_a_copy(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let later = begin() + TimeDelta::hours(21);
    let seen = look(&watches[0], "a", later, &[3, 4, 5, 6]);
    assert_eq!(store.commit(seen).await.unwrap().alerts.len(), 1);
    let known = alerts(&store).await;
    drop(store);
    // As after an error while it was read.
    mend::mend(&file(folder.path()), later).unwrap();
    let store = open(folder.path(), later).unwrap();
    assert_eq!(alerts(&store).await, known);
    assert_eq!(nicknames(&store).await.len(), 3);
    assert_eq!(mended(&store).await, None, "there is nothing to be told");
}

#[tokio::test]
async fn fault_35_what_waited_in_a_copy_may_have_been_told_since_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    with_a_copy(folder.path()).await;
    spoil(folder.path());
    let later = begin() + TimeDelta::days(1);
    let store = open(folder.path(), later).unwrap();
    store.alerts(100).await.unwrap();
    assert!(mended(&store).await.is_some());
    let marked = |connection: &mut Connection| {
        let waits = "SELECT count(*), count(lease_until) FROM outbox WHERE state = 'due'";
        Ok(connection.query_row(waits, (), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?)
    };
    let (due, marked) = store.with(marked).await.unwrap();
    assert!(due > 0 && due == marked, "{marked} of {due}");
}

#[tokio::test]
async fn fault_35_a_watch_that_was_brought_back_since_the_copy_is_kept_and_one_removed_now_is_not()
{
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let mended_at = begin() + TimeDelta::hours(1);
    for (watch, minutes) in [(&watches[0], 59), (&watches[1], 61)] {
        let removed = begin() + TimeDelta::minutes(minutes);
        assert!(store.remove_watch(watch.id, removed).await.unwrap());
    }
    let now = begin() + TimeDelta::hours(2);
    store.keep_watches(watches, mended_at, now).await.unwrap();
    assert_eq!(nicknames(&store).await, ["мама"]);
}

#[tokio::test]
async fn fault_35_a_file_cut_anywhere_or_zeroed_or_of_something_else_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    with_a_copy(folder.path()).await;
    let bytes = std::fs::read(file(folder.path())).unwrap();
    let mut damaged: Vec<(String, Vec<u8>)> = (0..bytes.len())
        .step_by(1500)
        .map(|end| (format!("cut at {end}"), bytes[..end].to_vec()))
        .collect();
    for page in (0..bytes.len()).step_by(4096) {
        let mut zeroed = bytes.clone();
        zeroed[page..page + 4096].fill(0);
        damaged.push((format!("page at {page} zeroed"), zeroed));
    }
    damaged.push(("zeros".to_owned(), vec![0; bytes.len()]));
    damaged.push(("a text".to_owned(), "not a database".repeat(400).into()));
    for (how, bytes) in damaged {
        let here = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), here.path());
        std::fs::write(file(here.path()), bytes).unwrap();
        drop(opens(here.path(), &how).await);
        assert!(is_sound(here.path()), "{how}");
        // Once is enough.
        let (store, _) = opens(here.path(), &how).await;
        drop(store);
        let kept = std::fs::read_dir(here.path().join(mend::FOLDER));
        assert!(kept.map_or(0, Iterator::count) <= 1, "{how}");
    }
    let here = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), here.path());
    std::fs::remove_file(file(here.path())).unwrap();
    drop(opens(here.path(), "no file").await);
}

#[tokio::test]
async fn fault_35_without_a_copy_what_can_be_read_of_watches_and_settings_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let bytes = std::fs::read(file(folder.path())).unwrap();
    let blocks = bytes.len() / 512;
    let (mut all, mut mended_times) = (0, 0);
    for block in 0..blocks {
        let here = tempfile::tempdir().unwrap();
        let mut flipped = bytes.clone();
        for byte in &mut flipped[block * 512..(block + 1) * 512] {
            *byte = !*byte;
        }
        std::fs::write(file(here.path()), flipped).unwrap();
        let store = open(here.path(), begin()).unwrap();
        all += usize::from(nicknames(&store).await.len() == 2);
        if let Some(mended) = mended(&store).await {
            mended_times += 1;
            assert_eq!(mended.restored.copy_of, None);
        }
        drop(store);
        assert!(is_sound(here.path()), "block {block}");
    }
    assert!(all > blocks * 8 / 10, "{all} of {blocks}");
    assert!(mended_times > 0);
}

#[tokio::test]
async fn fault_35_damage_met_while_running_is_mended_and_what_was_asked_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let watches = with_a_copy(folder.path()).await;
    let store = open(folder.path(), begin() + TimeDelta::days(1)).unwrap();
    // A text that is none, in the log of looks, which the start does not read.
    let spoil = |connection: &mut Connection| {
        connection.execute(
            "UPDATE look SET resource = CAST(x'ff' AS TEXT) WHERE id = 1",
            (),
        )?;
        Ok(())
    };
    store.with(spoil).await.unwrap();
    let looks = store.looks(vec!["27".into()], 100).await.unwrap();
    assert_eq!(looks.len(), 3);
    assert_eq!(nicknames(&store).await.len(), watches.len());
    assert!(mended(&store).await.is_some());
    let again = look(
        &watches[0],
        "a",
        begin() + TimeDelta::days(1),
        &[3, 4, 5, 6],
    );
    assert_eq!(store.commit(again).await.unwrap().look.appeared, 1);
}

#[tokio::test]
async fn fault_36_a_log_that_is_missing_left_over_or_of_another_database_loses_no_watch() {
    let folder = tempfile::tempdir().unwrap();
    with_a_copy(folder.path()).await;
    let other = tempfile::tempdir().unwrap();
    let foreign = Store::open(other.path()).unwrap();
    for _ in 0..40 {
        let strangers = vec![(wish("чужой"), Activity::On)];
        foreign.add_watches(strangers, begin()).await.unwrap();
    }
    // The log of a program that died: it is there and not in the file yet.
    let died = tempfile::tempdir().unwrap();
    let store = open(folder.path(), begin()).unwrap();
    let late = vec![(wish("поздно"), Activity::On)];
    store.add_watches(late, begin()).await.unwrap();
    copy_folder(folder.path(), died.path());
    drop(store);
    let (log, index) = (format!("{FILE_NAME}-wal"), format!("{FILE_NAME}-shm"));

    for (how, expected) in [
        ("as it was left", 4),
        ("without an index", 4),
        ("without a log", 3),
        ("with an index of another", 4),
        ("with a log cut", 3),
        ("with the log of another", 0),
    ] {
        let here = tempfile::tempdir().unwrap();
        copy_folder(died.path(), here.path());
        let (log, index) = (here.path().join(&log), here.path().join(&index));
        match how {
            "without an index" => std::fs::remove_file(index).unwrap(),
            "without a log" => std::fs::remove_file(log).unwrap(),
            "with an index of another" => {
                let foreign = other.path().join(format!("{FILE_NAME}-shm"));
                std::fs::copy(foreign, index).unwrap();
            }
            "with a log cut" => {
                let bytes = std::fs::read(&log).unwrap();
                std::fs::write(log, &bytes[..bytes.len() - 100]).unwrap();
            }
            "with the log of another" => {
                let foreign = other.path().join(format!("{FILE_NAME}-wal"));
                std::fs::copy(foreign, log).unwrap();
            }
            _ => (),
        }
        if expected == 0 {
            // SQLite cannot tell whose it is; what it makes of it is sound, or is restored.
            drop(open(here.path(), begin()).unwrap());
            assert!(is_sound(here.path()), "{how}");
            continue;
        }
        let (store, names) = opens(here.path(), how).await;
        assert_eq!(names.len(), expected, "{how}");
        assert_eq!(mended(&store).await, None, "{how}");
    }
}

#[tokio::test]
async fn fault_42_a_copy_of_last_month_tells_nothing_of_the_past_and_all_that_is_new_once() {
    let folder = tempfile::tempdir().unwrap();
    let watches = with_a_copy(folder.path()).await;
    std::fs::write(file(folder.path()), "gone").unwrap();
    let now = begin() + TimeDelta::days(30);
    let store = open(folder.path(), now).unwrap();
    store.release_leases(now).await.unwrap();
    let lease = async |now| {
        let awake = Awake::of(watches.iter().map(|watch| watch.id));
        let name = "desktop".to_owned();
        let until = now + TimeDelta::minutes(1);
        store.lease(name, Company::None, awake, now, until).await
    };
    // Nothing is told before its slots have been looked at.
    assert_eq!(lease(now).await.unwrap(), None);

    let days: Vec<i64> = (31..61).collect();
    let seen = store
        .commit(look(&watches[0], "a", now, &days))
        .await
        .unwrap();
    assert_eq!(seen.look.appeared, 30);
    let raised = seen.alerts.iter().filter(|alert| alert.0 > 100_000);
    assert_eq!(raised.count(), 1, "and no number is given twice");
    let due = lease(now).await.unwrap().unwrap();
    assert_eq!((due.alert.id, due.fresh.len()), (seen.alerts[0], 30));
    assert_eq!(lease(now).await.unwrap(), None, "one message, no storm");

    // What waited in the copy comes last and is useless by then: all its slots have begun.
    let later = now + TimeDelta::minutes(25);
    while let Some(due) = lease(later).await.unwrap() {
        let begun = due.alert.slots.iter().all(|slot| slot.start < now);
        assert!(begun || due.alert.id == seen.alerts[0]);
        let why = crate::model::Untold::Started;
        store
            .settle(&due, Told::Expired { why }, later)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn only_the_last_three_damaged_files_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    with_a_copy(folder.path()).await;
    for day in 0..5 {
        std::fs::write(file(folder.path()), "gone").unwrap();
        drop(open(folder.path(), begin() + TimeDelta::days(day)).unwrap());
    }
    let kept = std::fs::read_dir(folder.path().join(mend::FOLDER)).unwrap();
    assert_eq!(kept.count(), 3);
}

#[tokio::test]
async fn fault_35_what_was_deleted_since_the_copy_stays_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let watches = with_a_copy(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let later = begin() + TimeDelta::hours(20);
    assert!(store.remove_watch(watches[1].id, later).await.unwrap());
    // He asked again, and was linked again.
    let chat = store.ask_for_chat(41, 42, "Пётр".to_owned(), false, later);
    let chat = chat.await.unwrap().id;
    assert!(store.link_chat(chat, later).await.unwrap());
    store.tidy(later + TimeDelta::days(2)).await.unwrap();
    drop(store);
    spoil(folder.path());
    let store = open(folder.path(), begin() + TimeDelta::days(3)).unwrap();
    assert!(mended(&store).await.is_some());
    assert_eq!(nicknames(&store).await, ["мама", "бабушка"]);
    assert_eq!(
        store.restore_watch(watches[1].id, later).await.unwrap(),
        None
    );
    let chats = store.chats().await.unwrap();
    let chats: Vec<_> = chats.iter().map(|chat| (chat.id, chat.state)).collect();
    assert_eq!(chats, [(chat, ChatState::Linked)]);
    let pause: Option<Pause> = store.setting(SettingName::Pause).await.unwrap();
    assert_eq!(pause, None);
}

#[tokio::test]
async fn fault_35_a_watch_that_is_in_no_copy_is_shown_what_is_there_before_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let watches = with_a_copy(folder.path()).await;
    spoil(folder.path());
    let now = begin() + TimeDelta::days(1);
    let (store, names) = opens(folder.path(), "slots").await;
    assert_eq!(names.len(), 3);
    let seen = store.commit(look(&watches[2], "a", now, &[3, 4, 5, 6, 7]));
    assert_eq!(seen.await.unwrap().alerts, []);
    let later = now + TimeDelta::minutes(2);
    let seen = store.commit(look(&watches[2], "a", later, &[3, 4, 5, 6, 7, 8]));
    assert_eq!(seen.await.unwrap().alerts.len(), 1);
}

#[tokio::test]
async fn fault_35_a_file_that_is_gone_is_made_of_what_was_put_aside_last() {
    let folder = tempfile::tempdir().unwrap();
    with_a_copy(folder.path()).await;
    for with_copies in [true, false] {
        let here = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), here.path());
        if !with_copies {
            std::fs::remove_dir_all(here.path().join(backups::FOLDER)).unwrap();
        }
        // Whoever put it aside came no further.
        for (day, name) in [(23, "what is useless"), (24, "")] {
            let name = format!("2026-11-{day}T06-00-00.000Z{name}");
            let aside = here.path().join(mend::FOLDER).join(name);
            std::fs::create_dir_all(&aside).unwrap();
            std::fs::copy(file(here.path()), file(&aside)).unwrap();
        }
        std::fs::remove_file(file(here.path())).unwrap();
        let (_, names) = opens(here.path(), "put aside").await;
        assert_eq!(names, ["мама", "Петя", "бабушка"]);
    }

    // What was put aside before the copy was made says less than the copy.
    let aside = folder
        .path()
        .join(mend::FOLDER)
        .join("2026-11-20T06-00-00.000Z");
    std::fs::create_dir_all(&aside).unwrap();
    let old = Connection::open(file(&aside)).unwrap();
    migrations().to_latest(&mut { old }).unwrap();
    std::fs::remove_file(file(folder.path())).unwrap();
    let (store, _) = opens(folder.path(), "put aside long ago").await;
    let mended = mended(&store).await.unwrap();
    assert_eq!(mended.restored.copy_of, Some(begin()));
}

#[tokio::test]
async fn fault_35_a_watch_that_is_only_looked_at_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let watches = with_a_copy(folder.path()).await;
    let now = begin() + TimeDelta::days(1);
    std::fs::write(file(folder.path()), "gone").unwrap();
    let (store, names) = opens(folder.path(), "gone").await;
    assert_eq!(names.len(), 2, "one is in no copy");
    assert!(store.remove_watch(watches[1].id, now).await.unwrap());
    let mut known = watches.clone();
    known[0].draft.nickname = "тётя".to_owned();
    store.keep_watches(known, now, now).await.unwrap();
    assert_eq!(nicknames(&store).await, ["тётя", "бабушка"]);
    let seen = store.commit(look(&watches[2], "a", now, &[3, 4, 5, 6]));
    assert_eq!(seen.await.unwrap().alerts, [], "it is shown first");
}

#[tokio::test]
async fn what_this_program_cannot_read_keeps_nothing_else_from_being_told() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let later = begin() + TimeDelta::minutes(5);
    let told = store.commit(look(&watches[1], "a", later, &[3, 4, 5, 6]));
    let told = told.await.unwrap().alerts[0];
    let news = |times| crate::model::News::Morning { times, left: 1 };
    for times in [1, 2] {
        let until = later + TimeDelta::hours(1);
        let channels = vec!["desktop".to_owned()];
        let raised = store.raise_news(news(times), channels, later, until);
        raised.await.unwrap();
    }
    let spoil = move |connection: &mut Connection| {
        // JSON of a program that is not this one.
        let sql = "UPDATE alert SET subject = '{}' WHERE id <> ?1";
        connection.execute(sql, [told.0])?;
        let sql = "UPDATE news SET body = '{}' WHERE id = (SELECT min(id) FROM news)";
        Ok(connection.execute(sql, ())?)
    };
    store.with(spoil).await.unwrap();
    let awake = Awake::of(watches.iter().map(|watch| watch.id));
    let lease = store.lease("desktop".to_owned(), Company::Told, awake, later, later);
    let due = lease.await.unwrap().unwrap();
    assert_eq!(due.alert.id, told);
    let ids: Vec<_> = alerts(&store).await.iter().map(|alert| alert.id).collect();
    assert_eq!(ids, [told]);
    assert_eq!(store.open_alerts(None).await.unwrap().len(), 1);
    let due = async || store.due_news("desktop".to_owned(), later).await.unwrap();
    assert_eq!(due().await, None);
    assert_eq!(due().await.map(|due| due.news), Some(news(2)));
}

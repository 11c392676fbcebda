//! Disks that are full, files that are damaged: looks and alerts go on, and the person is told.

use chrono::TimeDelta;
use engine::model::{AlertState, CheckSubject, MessageKind, News, Verdict};
use flows::{TestApp, hours, minutes, seconds};

fn database(app: &TestApp) -> std::path::PathBuf {
    app.config.data_dir.join("talonchik.db")
}

/// Puts something else in the place of the file and its log; who still has them open writes into
/// the old ones.
fn lose(app: &TestApp) {
    for entry in std::fs::read_dir(&app.config.data_dir).expect("a folder of a test can be used") {
        let path = entry.expect("a folder of a test can be used").path();
        if path.to_string_lossy().contains("talonchik.db") {
            std::fs::remove_file(path).expect("a folder of a test can be used");
        }
    }
    std::fs::write(database(app), "lost").expect("a folder of a test can be used");
}

fn files(app: &TestApp, folder: &str) -> usize {
    std::fs::read_dir(app.config.data_dir.join(folder)).map_or(0, Iterator::count)
}

async fn database_check(app: &TestApp) -> (Verdict, Option<String>) {
    let checks = app
        .engine
        .self_check()
        .await
        .expect("a folder of a test can be used");
    let check = checks
        .into_iter()
        .find(|check| check.subject == CheckSubject::Database);
    let check = check.expect("a folder of a test can be used");
    (check.verdict, check.detail)
}

#[tokio::test(start_paused = true)]
async fn fault_35_a_damaged_file_is_restored_at_the_start_and_the_person_is_told_once() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    // The copy of the day is made in the first minutes.
    app.run_for(minutes(5)).await;
    assert_eq!(files(&app, "backups"), 1);
    app.engine.stop().await;
    lose(&app);

    let app = app.restart().await;
    assert_eq!(app.engine.watches().await.unwrap().len(), 1);
    app.run_for(minutes(5)).await;
    let copy = match &app.told.news()[..] {
        [News::Restored { copy_of: Some(at) }] => *at,
        other => panic!("{other:?}"),
    };
    assert!(app.clock.now() - copy < TimeDelta::minutes(15));
    let status = app.engine.status().await.unwrap();
    assert_eq!(status.restored.and_then(|it| it.copy_of), Some(copy));
    assert_eq!(database_check(&app).await.0, Verdict::Remark);
    // Nothing is told that is not new, and what is new is told.
    assert_eq!(app.appeared(), 0);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1);

    let app = app.restart().await;
    app.run_for(hours(80)).await;
    let restored = |news: &News| matches!(news, News::Restored { .. });
    assert_eq!(app.told.news().iter().filter(|it| restored(it)).count(), 1);
    assert_eq!(app.engine.status().await.unwrap().restored, None);
    assert_eq!(files(&app, "backups"), 4);
}

#[tokio::test(start_paused = true)]
async fn fault_42_a_copy_of_last_month_brings_no_storm_and_nothing_of_the_past() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(seconds(15)).await;
    app.told
        .refusing
        .store(true, std::sync::atomic::Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(5)).await;
    assert_eq!(app.inbox().await.len(), 1, "it waits to be told");
    app.engine.stop().await;
    // A month with the computer off, and then the disk gave up.
    app.run_for(hours(24 * 30)).await;
    lose(&app);
    app.told
        .refusing
        .store(false, std::sync::atomic::Ordering::SeqCst);
    for minute in 0..30 {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(35, minute * 15));
    }
    let app = app.restart().await;
    app.run_for(hours(2)).await;
    let restored = app.engine.status().await.unwrap().restored;
    assert!(restored.is_some_and(|it| it.copy_of.is_some()));
    let told = app.told.messages();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].kind, MessageKind::Appeared);
    assert_eq!(told[0].alert.slots.len(), 30);
    let inbox = app.inbox().await;
    assert!(
        inbox[..inbox.len() - 1]
            .iter()
            .all(|old| old.state != AlertState::Raised
                || old.slots.iter().all(|slot| slot.start < app.clock.now()))
    );
}

#[tokio::test(start_paused = true)]
async fn deleting_everything_deletes_the_copies_and_what_was_damaged() {
    let app = TestApp::start().await;
    app.watch_doctor(&app.city.a_doctor()).await;
    app.run_for(minutes(5)).await;
    app.engine.stop().await;
    lose(&app);
    let app = app.restart().await;
    assert_eq!((files(&app, "backups"), files(&app, "damaged")), (1, 1));
    app.engine.erase().await.unwrap();
    let app = app.restart().await;
    assert_eq!((files(&app, "backups"), files(&app, "damaged")), (0, 0));
    assert!(app.engine.watches().await.unwrap().is_empty());
    app.run_for(minutes(2)).await;
    assert_eq!(app.told.news(), []);
}

/// No file of this process may be written any more; or any may.
#[cfg(target_os = "linux")]
fn fill_the_disk(full: bool) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Fsize).maximum;
    let current = if full { Some(0) } else { maximum };
    setrlimit(Resource::Fsize, Rlimit { current, maximum })
        .expect("a folder of a test can be used");
}

/// In a process of its own: its files cannot grow for a while.
#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn fault_37_a_disk_that_is_full_for_hours_costs_no_alert_and_is_said_once() {
    const ALONE: &str = "TALONCHIK_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "storage::fault_37_a_disk_that_is_full_for_hours_costs_no_alert_and_is_said_once",
            ])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    // Who hears the signal gets an error instead of its end.
    let number = rustix::process::Signal::XFSZ.as_raw();
    let _heard = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(number));
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(5)).await;

    fill_the_disk(true);
    for day in 2..5 {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(day, 0));
        app.run_for(minutes(45)).await;
    }
    assert_eq!(app.appeared(), 3, "each was told at once");
    assert_eq!(app.inbox().await.len(), 3);
    let times = app.told.times();
    let waits: Vec<_> = times.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(
        waits.iter().all(|wait| *wait < TimeDelta::minutes(50)),
        "{waits:?}"
    );
    assert!(app.engine.status().await.unwrap().unsaved.is_some());
    assert_eq!(database_check(&app).await.0, Verdict::Broken);
    let unsaved = |news: &News| matches!(news, News::Unsaved { .. });
    assert_eq!(app.told.news().iter().filter(|it| unsaved(it)).count(), 1);

    fill_the_disk(false);
    app.run_for(minutes(2)).await;
    assert_eq!(app.engine.status().await.unwrap().unsaved, None);
    assert_eq!(database_check(&app).await, (Verdict::Fine, None));
    let app = app.crash().await;
    app.run_for(minutes(5)).await;
    assert_eq!(app.inbox().await.len(), 3);
    assert_eq!(app.appeared(), 3, "nothing is told again");

    // It fills up again, and the program is ended before there is room: the file is as it was.
    fill_the_disk(true);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(6, 0));
    app.run_for(minutes(5)).await;
    assert_eq!(app.appeared(), 4);
    app.engine.stop().await;
    fill_the_disk(false);
    let app = app.restart().await;
    app.run_for(minutes(5) + seconds(30)).await;
    assert_eq!(app.inbox().await.len(), 4, "found anew");
}

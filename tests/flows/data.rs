//! What a person does with the data as a whole: takes it from a file, counts it, deletes it.

use std::{fs, path::Path, sync::atomic::Ordering};

use engine::{
    ImportFate, Problem,
    model::{
        AlertState, DeliveryState, Language, MessageKind, Quiet, QuietManner, Settings, TextSize,
        Theme, TimeWish, Untold, WatchDraft,
    },
};
use flows::{TestApp, any, hours, minutes, only, seconds};

#[tokio::test(start_paused = true)]
async fn a_file_is_looked_through_before_anything_is_taken_from_it() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    let mut file = serde_json::to_value(app.engine.export().await.unwrap()).unwrap();
    let here = file["watches"][0].clone();
    let mut past = here.clone();
    past["wish"] = serde_json::to_value(TimeWish {
        not_after: Some("2020-01-01".parse().unwrap()),
        ..TimeWish::default()
    })
    .unwrap();
    let mut fresh = here.clone();
    fresh["places"] = serde_json::json!([only(&place)]);
    file["watches"] = serde_json::json!([here, fresh, fresh, past, {"places": "?"}]);
    let file = file.to_string();

    let plan = app.engine.preview_import(&file).unwrap();
    let fates: Vec<_> = plan.watches.iter().map(|row| row.fate.clone()).collect();
    let invalid = ImportFate::Invalid {
        problems: vec![Problem::Past],
    };
    assert_eq!(
        fates,
        [
            ImportFate::Known,
            ImportFate::New,
            ImportFate::Known,
            invalid,
            ImportFate::Unreadable
        ]
    );
    assert!(plan.settings.is_some());
    assert_eq!(plan.watches[4].draft, None);
    assert_eq!(
        app.engine.watches().await.unwrap().len(),
        1,
        "nothing is written by looking"
    );

    let imported = app.engine.import(&file).await.unwrap();
    assert_eq!((imported.watches, imported.skipped), (1, 4));
    let again = app.engine.preview_import(&file).unwrap();
    assert!(again.watches.iter().all(|row| row.fate != ImportFate::New));
    app.engine.preview_import("nonsense").unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn settings_travel_in_a_file_whole_and_an_older_file_leaves_the_new_ones_as_usual() {
    let app = TestApp::start().await;
    let set = Settings {
        language: Language::En,
        theme: Theme::Dark,
        text_size: TextSize::Largest,
        sound: false,
        quiet: Quiet {
            on: true,
            from: "21:30:00".parse().unwrap(),
            to: "06:15:00".parse().unwrap(),
            manner: QuietManner::Silent,
        },
        budget_per_hour: 720,
        bursts: true,
        ..Settings::default()
    };
    app.engine.save_settings(set.clone()).await.unwrap();
    let mut file = serde_json::to_value(app.engine.export().await.unwrap()).unwrap();

    let other = TestApp::start().await;
    let told = other.engine.preview_import(&file.to_string()).unwrap();
    let told = told.settings.unwrap();
    assert_eq!((told.budget_per_hour, told.bursts), (720, true));
    other.engine.import(&file.to_string()).await.unwrap();
    assert_eq!(other.engine.settings().await.unwrap(), set);

    // Written before there were quiet hours.
    file["settings"].as_object_mut().unwrap().remove("quiet");
    other.engine.import(&file.to_string()).await.unwrap();
    let usual = Settings {
        quiet: Quiet::default(),
        ..set
    };
    assert_eq!(other.engine.settings().await.unwrap(), usual);
}

/// Is this text in any file under the folder?
fn is_kept(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("its entry").path();
        if path.is_dir() {
            return is_kept(&path, text);
        }
        let bytes = fs::read(path).expect("a file");
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    })
}

#[tokio::test(start_paused = true)]
async fn everything_is_deleted_for_good_while_checks_are_under_way() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let draft = WatchDraft {
        places: vec![any(&place)],
        nickname: "бабушка Зоя".to_owned(),
        ..WatchDraft::default()
    };
    app.engine.add_watch(draft).await.unwrap();
    let typed = Some("бабушка Зоя".to_owned());
    app.engine.save_form("find", typed).await.unwrap();
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    let settings = Settings {
        welcomed: true,
        ..Settings::default()
    };
    app.engine.save_settings(settings).await.unwrap();
    assert_eq!(app.inbox().await.len(), 1);
    assert!(is_kept(&app.config.data_dir, "бабушка Зоя"));

    // A check that waits for its answer, as it does most of the time.
    let (_, erased) = tokio::join!(app.engine.check_now(None), app.engine.erase());
    erased.unwrap();
    assert!(!is_kept(&app.config.data_dir, "бабушка Зоя"));
    // The old engine is still held by somebody, yet the folder takes a new one.
    let fresh = TestApp::engine(&app.config, &app.told).await.unwrap();
    assert!(fresh.watches().await.unwrap().is_empty());
    assert!(fresh.inbox(10).await.unwrap().is_empty());
    assert!(!fresh.has_settings().await.unwrap());
    assert_eq!(fresh.settings().await.unwrap(), Settings::default());
    app.engine
        .add_watch(WatchDraft {
            places: vec![any(&place)],
            ..WatchDraft::default()
        })
        .await
        .unwrap_err();
    assert!(fresh.watches().await.unwrap().is_empty());
    fresh.stop().await;
}

#[tokio::test(start_paused = true)]
async fn every_request_of_the_day_is_counted_over_a_restart_and_a_crash() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    app.run_for(hours(1)).await;
    let counted = |app: &TestApp| u32::try_from(app.city.request_count()).unwrap();
    let status = app.engine.status().await.unwrap();
    assert_eq!(status.requests_today, counted(&app));
    assert_eq!(status.budget_per_day, 360 * 24);
    assert!(status.requests_today > 30);

    let app = app.restart().await;
    app.run_for(minutes(10)).await;
    let status = app.engine.status().await.unwrap();
    assert_eq!(status.requests_today, counted(&app));

    let app = app.crash().await;
    app.run_for(minutes(10)).await;
    let told = app.engine.status().await.unwrap().requests_today;
    assert!(
        counted(&app) - told <= 6,
        "a minute's worth is lost at most: {told} of {}",
        counted(&app)
    );

    // 9:00 plus fifteen hours and a quarter: a new day.
    app.run_for(hours(14)).await;
    let status = app.engine.status().await.unwrap();
    assert!(status.requests_today < 120, "{}", status.requests_today);
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_are_in_the_status_while_notifications_wait() {
    let app = TestApp::start().await;
    // Whatever zone this computer is in, it is within these hours.
    let here = app.clock.now().with_timezone(&chrono::Local).time();
    let an_hour = chrono::TimeDelta::hours(1);
    let quiet = Quiet {
        on: true,
        from: here - an_hour,
        to: here + an_hour,
        manner: QuietManner::Hold,
    };
    let set = async |quiet: &Quiet| {
        let settings = Settings {
            quiet: quiet.clone(),
            ..Settings::default()
        };
        app.engine.save_settings(settings).await.unwrap();
        app.engine.status().await.unwrap().quiet_until
    };
    let until = set(&quiet).await.unwrap();
    assert!((until - app.clock.now() - an_hour).abs() < chrono::TimeDelta::minutes(1));
    let silent = Quiet {
        manner: QuietManner::Silent,
        ..quiet.clone()
    };
    assert_eq!(set(&silent).await, None);
    assert_eq!(set(&Quiet { on: false, ..quiet }).await, None);
    assert_eq!(app.told.count(MessageKind::Appeared), 0);
}

#[tokio::test(start_paused = true)]
async fn what_quiet_hours_hold_is_told_at_their_end_or_when_they_change_if_it_has_a_use() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.told.holding.store(true, Ordering::SeqCst);
    let offer = async |day| {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(day, 0));
        app.run_for(minutes(2)).await;
    };

    offer(2).await;
    app.city
        .take(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    offer(3).await;
    let inbox = app.inbox().await;
    let [lost, free] = &inbox[..] else {
        panic!("{inbox:?}")
    };
    assert_eq!(lost.state, AlertState::Gone);
    assert_eq!(lost.deliveries[0].state, DeliveryState::Expired);
    assert_eq!(free.state, AlertState::Raised);
    let held = &free.deliveries[0];
    assert_eq!(
        (held.state, held.why),
        (DeliveryState::Due, Some(Untold::Quiet))
    );

    // The hours are switched off.
    app.told.holding.store(false, Ordering::SeqCst);
    app.run_for(minutes(5)).await;
    assert_eq!(app.appeared(), 0);
    let settings = Settings {
        hushed: true,
        ..app.engine.settings().await.unwrap()
    };
    app.engine.save_settings(settings).await.unwrap();
    app.run_for(seconds(1)).await;
    assert_eq!(app.appeared(), 1);
    assert!(!app.told.messages()[0].repeat, "it was never told before");

    // And now they come to their end by themselves, over a restart.
    app.told.holding.store(true, Ordering::SeqCst);
    offer(4).await;
    let app = app.restart().await;
    app.told.holding.store(false, Ordering::SeqCst);
    app.run_for(hours(7)).await;
    assert_eq!(app.appeared(), 1);
    app.run_for(hours(1)).await;
    assert_eq!(app.appeared(), 2);
    assert_eq!(app.told.count(MessageKind::Gone), 0);
}

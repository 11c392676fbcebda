//! What the history of a watch tells after days of looking.

use chrono::TimeDelta;
use engine::{
    model::{Activity, Day, GapCause, Language, Lives, Timing, WatchId},
    text::Words,
};
use flows::{TestApp, hours, minutes};

#[tokio::test(start_paused = true)]
async fn a_release_is_told_with_its_life_and_a_night_without_looks_is_named_and_not_counted() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let (clinic, doctor) = (place.clinic.as_str(), place.doctor.as_str());
    // Monday, 9:00: the first look shows a slot, which is no release.
    app.city.offer(clinic, doctor, app.in_days(20, 0));
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(60)).await;
    let history = app.engine.history(watch.id).await.unwrap();
    assert_eq!(history.releases, []);
    assert_eq!(history.gaps, []);

    // 10:00: five slots, of which two are soon taken.
    let slots: Vec<_> = (0..5).map(|slot| app.in_days(21, 15 * slot)).collect();
    for slot in &slots {
        app.city.offer(clinic, doctor, *slot);
    }
    app.run_for(minutes(4)).await;
    app.city.take(clinic, doctor, slots[0]);
    app.city.take(clinic, doctor, slots[1]);
    app.run_for(minutes(20)).await;
    let history = app.engine.history(watch.id).await.unwrap();
    assert_eq!(history.releases.len(), 1);
    let release = &history.releases[0];
    assert_eq!((release.slots, release.free), (5, 3));
    assert_eq!(release.unseen_since, None);
    let life = release.life_secs.expect("it is known of two");
    assert!((180..300).contains(&life), "{life} s");
    assert_eq!(history.lives, Lives::TooFew { counted: 2 });

    // The program is closed for the night; slots come meanwhile.
    app.engine.stop().await;
    app.run_for(hours(10)).await;
    app.city.offer(clinic, doctor, app.in_days(22, 0));
    app.run_for(hours(2)).await;
    let app = app.restart().await;
    app.run_for(minutes(30)).await;
    let history = app.engine.history(watch.id).await.unwrap();
    assert_eq!(history.unplaced, 1);
    assert!(history.releases[0].unseen_since.is_some());
    assert_eq!(history.gaps.len(), 1);
    let gap = &history.gaps[0];
    assert_eq!(gap.cause, GapCause::Off);
    let length = gap.to.expect("it is over") - gap.from;
    assert!(length >= TimeDelta::hours(12) && length < TimeDelta::hours(13));
    assert_eq!(
        history.timing,
        Timing::TooFew {
            releases: 1,
            days_left: None
        }
    );

    let sheet = app
        .engine
        .history_sheet(watch.id, Words::new(Language::Ru))
        .await
        .unwrap();
    let sheet = String::from_utf8(sheet).unwrap();
    assert_eq!(sheet.lines().count(), 1 + 7, "{sheet}");
    assert_eq!(sheet.matches("был при первой проверке").count(), 1);
    assert_eq!(sheet.matches("появился, пока не проверяли").count(), 1);
    assert_eq!(sheet.matches(";разобрали").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn ten_releases_are_a_table_and_a_sleep_and_a_watch_that_is_off_are_told_apart() {
    let app = TestApp::start_with(simulator::Config::default(), Some(30)).await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(60)).await;
    for hour in 0..10 {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(30 + hour, 0));
        app.run_for(hours(1)).await;
    }
    let history = app.engine.history(watch.id).await.unwrap();
    let Timing::Known {
        releases,
        cells,
        unlooked,
        peak,
    } = history.timing
    else {
        panic!("ten releases are enough: {:?}", history.timing);
    };
    assert_eq!((releases, peak), (10, None));
    let half_hours: Vec<u8> = cells.iter().map(|cell| cell.half_hour).collect();
    assert_eq!(half_hours, [20, 22, 24, 26, 28, 30, 32, 34, 36, 38]);
    assert!(cells.iter().all(|cell| cell.day == Day::Mon));
    // Looked at from nine on, and on no other day.
    assert_eq!(unlooked.len(), 7 * 48 - 22);
    assert_eq!(history.gaps, []);

    app.clock.step(TimeDelta::hours(8));
    app.run_for(minutes(40)).await;
    let history = app.engine.history(watch.id).await.unwrap();
    assert_eq!(history.gaps[0].cause, GapCause::Asleep);

    app.engine
        .set_activity(watch.id, Activity::Off)
        .await
        .unwrap();
    let pairs = flows::thirty_pairs(&app.city);
    let other = pairs.iter().find(|other| other.clinic != place.clinic);
    app.watch_any(other.expect("there are twelve clinics"))
        .await;
    app.run_for(minutes(50)).await;
    let history = app.engine.history(watch.id).await.unwrap();
    assert_eq!(history.gaps[0].cause, GapCause::Idle);
    assert_eq!(history.gaps[0].to, None);

    let gone = WatchId(watch.id.0 + 100);
    assert!(app.engine.history(gone).await.is_err());
    let words = Words::new(Language::En);
    assert!(app.engine.history_sheet(gone, words).await.is_err());
}

//! What the history of a watch tells after days of looking.

use chrono::TimeDelta;
use engine::{
    model::{
        Activity, Day, DoctorChoice, DoctorId, DoctorRef, GapCause, Language, Lives, Place, Timing,
        WatchId,
    },
    text::Words,
};
use flows::{TestApp, any, hours, minutes};
use simulator::{Extent, Fault, Scope, Vendor};

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
    } = history.timing
    else {
        panic!("ten releases are enough: {:?}", history.timing);
    };
    assert_eq!(releases, 10);
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
    let pairs = flows::crowd::thirty_pairs(&app.city);
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

/// The slots of all releases, and the rows of the table under its heads.
async fn told_of(app: &TestApp, watch: WatchId) -> (u32, usize) {
    let history = app.engine.history(watch).await.expect("the watch is there");
    let slots = history.releases.iter().map(|release| release.slots).sum();
    let words = Words::new(Language::Ru);
    let sheet = app
        .engine
        .history_sheet(watch, words)
        .await
        .expect("the watch is there");
    let openings = app
        .engine
        .openings(watch, 100)
        .await
        .expect("the watch is there");
    let sheet = String::from_utf8(sheet).expect("it is UTF-8");
    assert_eq!(sheet.lines().count(), 1 + openings.len(), "{sheet}");
    (slots, openings.len())
}

#[tokio::test(start_paused = true)]
async fn the_past_stays_when_the_list_of_doctors_empties_and_when_one_of_them_leaves() {
    let app = TestApp::start().await;
    let place = app.city.pick(Vendor::Ariadna, 3).expect("there are crowds");
    let clinic = place.clinic.as_str();
    let doctors = app.city.doctors(clinic, &place.specialty);
    let [first, second, third] = [0, 1, 2].map(|at| doctors[at].id.as_str());
    let unwanted = DoctorRef {
        id: DoctorId(third.to_owned()),
        name: "Иванова Анна Петровна".to_owned(),
    };
    let anybody = app.watch_any(&place).await.id;
    let all_but = Place {
        doctors: DoctorChoice::Except {
            doctors: vec![unwanted],
        },
        ..any(&place)
    };
    let all_but = app.watch(vec![all_but]).await.id;
    app.run_for(minutes(40)).await;
    for (doctor, day) in [(first, 20), (first, 21), (second, 22), (third, 23)] {
        app.city.offer(clinic, doctor, app.in_days(day, 0));
    }
    app.run_for(minutes(10)).await;
    assert_eq!(told_of(&app, anybody).await, (4, 4));
    assert_eq!(told_of(&app, all_but).await, (3, 3));

    // Code 38, «no doctors», is a good answer without rows.
    let lists = Scope::Path(format!("/schedule/lpu/{clinic}/speciality/"));
    app.city.fail(lists, Fault::Code(38), Extent::UntilCleared);
    app.run_for(hours(2)).await;
    let looks = app.engine.looks(anybody, 100).await.unwrap();
    assert!(looks.iter().any(|look| look.code == Some(38)));
    assert_eq!(told_of(&app, anybody).await, (4, 4));
    assert_eq!(told_of(&app, all_but).await, (3, 3));
    let app = app.restart().await;
    assert_eq!(told_of(&app, anybody).await, (4, 4));
    app.run_for(hours(1)).await;
    assert_eq!(told_of(&app, all_but).await, (3, 3));
    // Whoever had slots is looked at all the same, and tells whom it concerns.
    app.city.offer(clinic, first, app.in_days(24, 0));
    app.city.offer(clinic, third, app.in_days(24, 0));
    app.run_for(hours(1)).await;
    assert_eq!(told_of(&app, anybody).await, (6, 6));
    assert_eq!(told_of(&app, all_but).await, (4, 4));

    // The list is back, then a doctor leaves it for good.
    app.city.clear_faults();
    app.run_for(hours(1)).await;
    app.city.remove_doctor(clinic, first);
    app.run_for(hours(1)).await;
    assert_eq!(told_of(&app, anybody).await, (6, 6));
    assert_eq!(told_of(&app, all_but).await, (4, 4));
    let app = app.restart().await;
    app.run_for(hours(1)).await;
    assert_eq!(told_of(&app, anybody).await, (6, 6));
    // Who waits there from now on is told the same.
    app.engine.remove_watch(anybody).await.unwrap();
    app.engine.remove_watch(all_but).await.unwrap();
    let app = app.restart().await;
    let newcomer = app.watch_any(&place).await.id;
    app.run_for(minutes(10)).await;
    assert_eq!(told_of(&app, newcomer).await, (6, 6));
}

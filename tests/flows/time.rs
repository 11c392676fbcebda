//! Sleep, clock steps, pauses and ends.

use chrono::TimeDelta;
use engine::model::{Activity, WatchState};
use flows::{TestApp, hours, minutes, seconds};

#[tokio::test(start_paused = true)]
async fn fault_31_eight_hours_of_sleep_cause_neither_a_burst_nor_a_stop_and_are_said() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(5)).await;
    app.clock.step(TimeDelta::hours(8));
    app.city.clear_requests();
    app.run_for(minutes(1)).await;
    let asked = app.city.request_count();
    assert!(
        (1..=4).contains(&asked),
        "{asked} requests in the minute after waking"
    );
    let slept = app
        .engine
        .status()
        .await
        .unwrap()
        .slept
        .expect("the sleep is shown");
    assert!((slept.to - slept.from) >= TimeDelta::hours(8));

    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(1)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_31_sleep_that_our_own_clock_has_counted_is_no_burst_either() {
    let app = TestApp::start().await;
    for place in flows::crowd::thirty_pairs(&app.city) {
        app.watch_any(&place).await;
    }
    app.run_for(hours(1)).await;
    // On Windows the clock that timers go by runs on while the computer sleeps.
    tokio::time::advance(hours(8)).await;
    app.city.clear_requests();
    app.run_for(minutes(1)).await;
    let asked = app.city.request_count();
    assert!(
        (1..=40).contains(&asked),
        "{asked} requests in the minute after waking"
    );
    assert_eq!(app.asked_most_often(), 1, "nothing is made up for");
    let slept = app.engine.status().await.unwrap().slept;
    let slept = slept.expect("the sleep is shown");
    assert!(slept.to - slept.from >= TimeDelta::hours(8));
    assert_eq!(app.told.messages().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn fault_30_clock_steps_raise_nothing_and_stop_nothing() {
    for step in [
        TimeDelta::days(365),
        TimeDelta::days(-1),
        TimeDelta::minutes(-3),
    ] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        let watch = app.watch_doctor(&place).await;
        app.run_for(minutes(5)).await;
        app.clock.step(step);
        app.run_for(minutes(20)).await;
        assert_eq!(app.told.messages().len(), 0, "{step}");
        app.clock.step(-step);
        app.run_for(minutes(20)).await;
        assert_eq!(app.told.messages().len(), 0, "{step}");
        assert_eq!(app.view(watch.id).await.state, WatchState::Found, "{step}");
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
        app.run_for(minutes(2)).await;
        assert_eq!(app.appeared(), 1, "{step}");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_30_a_slot_that_seemed_over_by_a_clock_that_was_ahead_is_told_when_it_is_right() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(5)).await;
    app.clock.step(TimeDelta::days(365));
    let start = app.city.now() + TimeDelta::days(3);
    app.city.offer(&place.clinic, &place.doctor, start);
    app.run_for(minutes(20)).await;
    assert_eq!(app.appeared(), 0, "it seems to be of last year");
    app.clock.step(TimeDelta::days(-365));
    app.run_for(minutes(20)).await;
    assert_eq!(app.appeared(), 1);
    let app = app.restart().await;
    app.run_for(minutes(20)).await;
    assert_eq!(app.appeared(), 1, "and once");
}

#[tokio::test(start_paused = true)]
async fn a_pause_asks_nothing_and_ends_by_itself() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    let until = app.clock.now() + TimeDelta::hours(1);
    app.engine.pause(Some(until)).await.unwrap();
    app.run_for(seconds(5)).await;
    app.city.clear_requests();
    app.run_for(minutes(59)).await;
    assert_eq!(app.city.request_count(), 0);
    assert_eq!(
        app.view(watch.id).await.state,
        WatchState::Paused { until: Some(until) }
    );
    app.run_for(minutes(5)).await;
    assert!(app.city.request_count() > 0);
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_off_or_ended_is_not_looked_after() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.engine
        .set_activity(watch.id, Activity::Off)
        .await
        .unwrap();
    app.run_for(minutes(1)).await;
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    assert_eq!(app.asked("/schedule"), 0);

    let mut draft = watch.draft.clone();
    draft.until = Some(app.clock.now().date_naive());
    app.engine.update_watch(watch.id, draft).await.unwrap();
    app.engine
        .set_activity(watch.id, Activity::On)
        .await
        .unwrap();
    app.run_for(minutes(5)).await;
    assert!(app.asked("/schedule") > 0);
    app.run_for(hours(24)).await;
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    assert_eq!(app.view(watch.id).await.state, WatchState::Expired);
    assert_eq!(app.asked("/schedule"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_watch_made_while_the_clock_was_ahead_is_shown_as_checked_when_it_is_right() {
    let app = TestApp::start().await;
    app.clock.step(TimeDelta::days(365));
    let watch = app.watch_doctor(&app.city.a_doctor()).await;
    app.run_for(minutes(5)).await;
    app.clock.step(TimeDelta::days(-365));
    app.run_for(minutes(20)).await;
    let view = app.view(watch.id).await;
    assert_eq!(view.state, WatchState::Waiting);
    assert!(view.checked_at.is_some());
}

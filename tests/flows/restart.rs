//! Stopped or killed at any step: nothing lost, nothing repeated in the inbox.

use std::sync::atomic::Ordering;

use engine::{
    StartError, StoreError,
    model::{WatchDraft, WatchState},
};
use flows::{TestApp, any, hours, minutes, seconds};
use simulator::Vendor;

#[tokio::test(start_paused = true)]
async fn a_slot_that_appeared_while_the_program_was_off_is_told_after_the_start() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.engine.stop().await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let app = app.restart().await;
    app.run_for(minutes(1)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_watch_is_changed_to_just_before_a_restart_is_shown_not_told() {
    let app = TestApp::start().await;
    let after = app.city.place_of_vendor(Vendor::SvMed);
    let watch = app.watch_any(&app.city.a_doctor()).await;
    app.run_for(hours(3)).await;
    app.city
        .offer(&after.clinic, &after.doctor, app.in_days(2, 0));
    let draft = WatchDraft {
        places: vec![any(&after)],
        ..watch.draft
    };
    app.engine.update_watch(watch.id, draft).await.unwrap();
    // Before the first look.
    let app = app.crash().await;
    app.run_for(minutes(5)).await;
    assert_eq!(app.view(watch.id).await.slots.len(), 1);
    assert_eq!(app.appeared(), 0);
}

#[tokio::test(start_paused = true)]
async fn killed_after_each_second_of_a_story_the_inbox_holds_each_alert_once() {
    for step in 0..40 {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        app.watch_doctor(&place).await;
        app.run_for(minutes(1)).await;
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        app.run_for(std::time::Duration::from_millis(step * 997))
            .await;
        let app = app.crash().await;
        app.run_for(minutes(2)).await;

        assert_eq!(app.inbox().await.len(), 1, "step {step}");
        let told = app.told.messages();
        assert!(
            (1..=2).contains(&told.len()),
            "step {step}: told {} times",
            told.len()
        );
        assert!(
            told.iter().skip(1).all(|message| message.repeat),
            "step {step}: a repeat is marked"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn fault_46_killed_between_telling_and_noting_it_repeats_once_and_says_so() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.told.hanging.store(true, Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    while app.appeared() == 0 {
        app.run_for(seconds(1)).await;
    }
    app.told.hanging.store(false, Ordering::SeqCst);
    let app = app.crash().await;
    app.run_for(minutes(2)).await;
    let repeats: Vec<_> = app
        .told
        .messages()
        .iter()
        .map(|message| message.repeat)
        .collect();
    assert_eq!(repeats, [false, true]);
    assert_eq!(app.inbox().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_46_killed_while_one_of_many_messages_is_told_only_that_one_is_a_repeat() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    for _ in 0..3 {
        app.watch_doctor(&place).await;
    }
    app.run_for(minutes(1)).await;
    app.told.hanging.store(true, Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    while app.appeared() == 0 {
        app.run_for(seconds(1)).await;
    }
    app.told.hanging.store(false, Ordering::SeqCst);
    let app = app.crash().await;
    app.run_for(minutes(2)).await;
    let told = app.told.messages();
    let repeats = told.iter().filter(|message| message.repeat).count();
    assert_eq!((told.len(), repeats), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_refuses_is_told_later_and_nothing_is_lost_over_a_restart() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.told.refusing.store(true, Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(10)).await;
    assert_eq!(app.appeared(), 0);
    let app = app.restart().await;
    app.told.refusing.store(false, Ordering::SeqCst);
    app.run_for(minutes(16)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_48_a_second_program_on_the_same_folder_is_refused() {
    let app = TestApp::start().await;
    let second = TestApp::engine(&app.config, &app.told).await;
    assert!(matches!(
        second.err(),
        Some(StartError::Store(StoreError::InUse))
    ));
}

#[tokio::test(start_paused = true)]
async fn watches_settings_and_what_was_found_are_there_after_a_restart_without_a_network() {
    let mut app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let watch = app.watch_any(&place).await;
    app.run_for(minutes(1)).await;
    app.unplug().await;
    let app = app.restart().await;
    let view = app.view(watch.id).await;
    assert_eq!(view.state, WatchState::Found);
    assert_eq!(view.slots.len(), 1);
    assert!(view.checked_at.is_some());
    assert!(app.engine.districts().await.unwrap().value.len() == 18);
}

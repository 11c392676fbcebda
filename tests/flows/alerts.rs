//! What is told, what is only shown, and what is neither.

use std::sync::atomic::Ordering;

use engine::{
    Rung,
    model::{Activity, AlertState, Answer, MessageKind, TimeWish, WatchDraft, WatchState},
};
use flows::{TestApp, any, minutes, only, seconds};

#[tokio::test(start_paused = true)]
async fn slots_that_are_there_at_first_are_shown_and_the_next_one_is_told_within_a_poll() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let watch = app.watch_doctor(&place).await;
    app.run_for(seconds(20)).await;

    let view = app.view(watch.id).await;
    assert_eq!(view.state, WatchState::Found);
    assert_eq!(view.slots.len(), 1);
    assert_eq!(
        app.appeared(),
        0,
        "what is there at first is shown, not told"
    );

    let start = app.in_days(3, 0);
    app.city.offer(&place.clinic, &place.doctor, start);
    app.run_for(seconds(34)).await;
    let told = app.told.messages();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].fresh.len(), 1);
    assert_eq!(told[0].fresh[0].start, start);
    assert_eq!(app.inbox().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slot_of_any_doctor_is_told_and_so_is_one_of_a_doctor_who_joins_later() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    app.run_for(minutes(1)).await;
    for (index, doctor) in app
        .city
        .doctors(&place.clinic, &place.specialty)
        .iter()
        .enumerate()
        .take(2)
    {
        app.city.offer(
            &place.clinic,
            &doctor.id,
            app.in_days(2, 10 * i64::try_from(index).unwrap()),
        );
        app.run_for(minutes(2)).await;
        assert_eq!(app.appeared(), index + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn five_slots_at_once_are_one_alert_and_a_sixth_a_minute_later_is_another() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    app.run_for(minutes(1)).await;
    let doctors = app.city.doctors(&place.clinic, &place.specialty);
    for minute in 0..6 {
        let doctor = &doctors[usize::try_from(minute).unwrap() % doctors.len()];
        app.city
            .offer(&place.clinic, &doctor.id, app.in_days(2, minute * 10));
    }
    app.run_for(minutes(1)).await;
    let inbox = app.inbox().await;
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].slots.len(), 6);

    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(4, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.inbox().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_slots_that_suit_are_told_and_the_others_are_shown_apart() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let late = TimeWish {
        not_before: Some(app.in_days(5, 0).date_naive()),
        ..TimeWish::default()
    };
    let draft = WatchDraft {
        places: vec![only(&place)],
        wish: late,
        ..WatchDraft::default()
    };
    let watch = app.engine.add_watch(draft).await.unwrap();
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(1)).await;
    assert_eq!(app.appeared(), 0);
    let view = app.view(watch.id).await;
    assert_eq!((view.slots.len(), view.others.len()), (0, 1));
    assert_eq!(view.state, WatchState::Waiting);

    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(6, 0));
    app.run_for(minutes(1)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_taken_slot_is_told_gone_with_how_long_it_lasted_and_withdrawn() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    let start = app.in_days(2, 0);
    app.city.offer(&place.clinic, &place.doctor, start);
    app.run_for(minutes(5)).await;
    app.city.take(&place.clinic, &place.doctor, start);
    app.run_for(minutes(3)).await;

    let kinds: Vec<_> = app
        .told
        .messages()
        .iter()
        .map(|message| message.kind)
        .collect();
    assert_eq!(kinds, [MessageKind::Appeared, MessageKind::Gone]);
    let alert = &app.inbox().await[0];
    assert_eq!(alert.state, AlertState::Gone);
    let lasted = alert.gone_at().unwrap() - alert.slots[0].first_seen;
    assert!((4..=6).contains(&lasted.num_minutes()), "{lasted}");
    assert_eq!(app.told.withdrawn().len(), 1);
    assert_eq!(app.view(watch.id).await.state, WatchState::Waiting);
}

#[tokio::test(start_paused = true)]
async fn fault_21_a_slot_that_flaps_at_every_poll_is_told_once() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    let start = app.in_days(2, 0);
    for _ in 0..40 {
        app.city.offer(&place.clinic, &place.doctor, start);
        app.run_for(seconds(31)).await;
        app.city.take(&place.clinic, &place.doctor, start);
        app.run_for(seconds(31)).await;
    }
    assert_eq!(app.appeared(), 1);
    assert_eq!(app.inbox().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_comes_back_after_a_confirmed_disappearance_is_told_again() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    let start = app.in_days(2, 0);
    app.city.offer(&place.clinic, &place.doctor, start);
    app.run_for(minutes(2)).await;
    app.city.take(&place.clinic, &place.doctor, start);
    app.run_for(minutes(12)).await;
    app.city.offer(&place.clinic, &place.doctor, start);
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 2);
    assert_eq!(app.inbox().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn later_tells_again_after_a_quarter_of_an_hour_and_dismissed_slots_stay_hidden() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(1)).await;
    let alert = app.inbox().await[0].clone();

    let snoozed = app.engine.answer(alert.id, Answer::Later).await.unwrap();
    assert!(matches!(snoozed.state, AlertState::Snoozed { .. }));
    app.run_for(minutes(14)).await;
    assert_eq!(app.appeared(), 1);
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 2);
    assert_eq!(app.inbox().await[0].state, AlertState::Raised);

    app.engine.answer(alert.id, Answer::Dismiss).await.unwrap();
    app.run_for(minutes(30)).await;
    let view = app.view(watch.id).await;
    assert_eq!((view.slots.len(), view.others.len()), (0, 1));
    assert_eq!(app.appeared(), 2);
}

#[tokio::test(start_paused = true)]
async fn fault_52_a_channel_that_hangs_while_taking_back_holds_up_neither_an_answer_nor_the_next_alert()
 {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    let start = app.in_days(2, 0);
    app.city.offer(&place.clinic, &place.doctor, start);
    app.run_for(minutes(1)).await;
    app.told.hanging.store(true, Ordering::SeqCst);
    let alert = app.inbox().await[0].id;
    let answer = app.engine.answer(alert, Answer::Later);
    let answered = tokio::time::timeout(minutes(1), answer).await;
    assert!(answered.is_ok(), "the answer is noted");

    // Telling that it is gone begins with taking it back.
    app.city.take(&place.clinic, &place.doctor, start);
    app.run_for(minutes(3)).await;
    app.told.hanging.store(false, Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_doctor_wanted_by_two_people_is_asked_once_and_told_to_both() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    let mother = WatchDraft {
        places: vec![any(&place)],
        nickname: "  мама ".to_owned(),
        ..WatchDraft::default()
    };
    app.engine.add_watch(mother).await.unwrap();
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    let mut names: Vec<_> = app
        .told
        .messages()
        .into_iter()
        .map(|message| message.alert.nickname)
        .collect();
    names.sort();
    assert_eq!(names, ["", "мама"]);
}

#[tokio::test(start_paused = true)]
async fn a_removed_watch_reminds_of_nothing_until_it_is_brought_back() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(1)).await;
    let alert = app.inbox().await[0].id;
    app.engine.answer(alert, Answer::Later).await.unwrap();
    app.engine.remove_watch(watch.id).await.unwrap();
    app.run_for(minutes(30)).await;
    assert_eq!(app.appeared(), 1);

    app.engine.restore_watch(watch.id).await.unwrap();
    app.run_for(seconds(10)).await;
    assert_eq!(app.appeared(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_told_of_a_watch_that_goes_to_rest_is_taken_back_and_not_told_again() {
    enum Rest {
        Removed,
        Off,
        Paused,
        AllPaused,
    }
    for rest in [Rest::Removed, Rest::Off, Rest::Paused, Rest::AllPaused] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        let watch = app.watch_doctor(&place).await.id;
        app.run_for(minutes(1)).await;
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        app.run_for(minutes(1)).await;
        assert_eq!(app.engine.status().await.unwrap().found, 1);
        assert_eq!((app.appeared(), app.told.withdrawn().len()), (1, 0));

        let until = app.clock.now() + chrono::TimeDelta::hours(1);
        let paused = Activity::PausedUntil { until };
        match rest {
            Rest::Removed => app.engine.remove_watch(watch).await.unwrap(),
            Rest::Off => drop(app.engine.set_activity(watch, Activity::Off).await),
            Rest::Paused => drop(app.engine.set_activity(watch, paused).await),
            Rest::AllPaused => app.engine.pause(None).await.unwrap(),
        }
        assert_eq!(app.told.withdrawn().len(), 1);
        assert_eq!(app.engine.status().await.unwrap().found, 0);
        app.run_for(minutes(10)).await;

        match rest {
            Rest::Removed => drop(app.engine.restore_watch(watch).await),
            Rest::Off | Rest::Paused => drop(app.engine.set_activity(watch, Activity::On).await),
            Rest::AllPaused => app.engine.resume().await.unwrap(),
        }
        app.run_for(minutes(2)).await;
        assert_eq!(app.engine.status().await.unwrap().found, 1);
        assert_eq!(app.appeared(), 1, "it has been told");
        assert_eq!(app.inbox().await[0].state, AlertState::Raised);
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
        app.run_for(minutes(2)).await;
        assert_eq!(app.appeared(), 2, "what is new is told");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_put_off_waits_while_its_watch_rests() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await.id;
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(1)).await;
    let alert = app.inbox().await[0].id;
    app.engine.answer(alert, Answer::Later).await.unwrap();
    let off = app.engine.set_activity(watch, Activity::Off);
    off.await.unwrap();
    app.run_for(minutes(20)).await;
    assert_eq!(app.appeared(), 1);
    let on = app.engine.set_activity(watch, Activity::On);
    on.await.unwrap();
    app.run_for(seconds(5)).await;
    assert_eq!(app.appeared(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_screen_is_told_an_alert_with_what_its_watch_has_still_unanswered() {
    let app = TestApp::start().await;
    app.told.stand_on(Rung::Screen);
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    for days in [2, 3, 4] {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(days, 0));
        app.run_for(minutes(2)).await;
        if days == 3 {
            let first = app.inbox().await[0].id;
            app.engine.answer(first, Answer::Seen).await.unwrap();
        }
    }
    let ids: Vec<_> = app.inbox().await.iter().map(|alert| alert.id).collect();
    let others: Vec<Vec<_>> = app
        .told
        .messages()
        .iter()
        .filter(|message| message.kind == MessageKind::Appeared)
        .map(|message| message.others.iter().map(|alert| alert.id).collect())
        .collect();
    assert_eq!(others, [vec![], vec![ids[0]], vec![ids[1]]]);
}

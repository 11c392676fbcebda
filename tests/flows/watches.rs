//! Making, changing and losing watches.

use std::time::Duration;

use chrono::TimeDelta;
use engine::{
    ErrorCode, Problem,
    model::{Activity, Alert, DoctorChoice, WatchDraft, WatchId, WatchState},
};
use flows::{TestApp, any, hours, minutes, only, seconds};
use simulator::{Extent, Fault, Scope};

#[tokio::test(start_paused = true)]
async fn a_pasted_link_becomes_a_watch_with_names() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let page = engine::gorzdrav::link::specialty_page(
        None,
        &place.clinic.as_str().into(),
        &place.specialty.as_str().into(),
    );
    let draft = app
        .engine
        .draft_from_link(&format!("вот: {page}"))
        .await
        .unwrap();
    assert_eq!(draft.places[0].doctors, DoctorChoice::Any);
    assert!(!draft.places[0].specialty_name.is_empty());
    assert!(draft.places[0].clinic_name != place.clinic);
    let watch = app.engine.add_watch(draft).await.unwrap();
    app.run_for(minutes(1)).await;
    assert_eq!(app.view(watch.id).await.state, WatchState::Waiting);

    let bad = app
        .engine
        .draft_from_link("https://example.org/#%5B%5D")
        .await
        .unwrap_err();
    assert_eq!(bad.code(), ErrorCode::BadLink);
}

#[tokio::test(start_paused = true)]
async fn several_clinics_in_one_watch_are_one_wish() {
    let app = TestApp::start().await;
    let here = app.city.a_doctor();
    let there = app.city.pick(simulator::Vendor::Ariadna, 2).unwrap();
    let watch = app.watch(vec![any(&here), any(&there)]).await;
    app.run_for(minutes(1)).await;
    app.city
        .offer(&there.clinic, &there.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    let view = app.view(watch.id).await;
    assert_eq!(view.slots.len(), 1);
    assert_eq!(view.slots[0].clinic_id.as_str(), there.clinic);
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_23_a_clinic_that_changes_its_system_needs_the_owner_and_offers_the_same_doctor() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let clinic: engine::model::ClinicId = place.clinic.as_str().into();
    let wanted = app
        .engine
        .place(
            clinic,
            place.specialty.as_str().into(),
            vec![place.doctor.as_str().into()],
        )
        .await
        .unwrap();
    let watch = app.watch(vec![wanted.clone()]).await;
    app.run_for(minutes(2)).await;
    app.city.rebind(&place.clinic);
    app.run_for(minutes(50)).await;
    let WatchState::Unbound { lost } = app.view(watch.id).await.state else {
        panic!(
            "the watch says that it needs its owner: {:?}",
            app.view(watch.id).await.state
        )
    };
    let found = lost[0]
        .suggestion
        .clone()
        .expect("the same specialty and doctor are found by name");
    assert_ne!(found.specialty_id, wanted.specialty_id);
    assert_eq!(
        found.specialty_name.to_lowercase(),
        wanted.specialty_name.to_lowercase()
    );

    app.engine
        .update_watch(
            watch.id,
            WatchDraft {
                places: vec![found.clone()],
                ..watch.draft.clone()
            },
        )
        .await
        .unwrap();
    app.run_for(minutes(2)).await;
    let DoctorChoice::Only { doctors } = &found.doctors else {
        panic!("the doctor is named")
    };
    app.city
        .offer(&place.clinic, doctors[0].id.as_str(), app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn showing_watches_that_lost_their_ids_asks_the_failing_clinic_nothing() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    for _ in 0..3 {
        app.watch_any(&place).await;
    }
    app.run_for(minutes(2)).await;
    app.city.rebind(&place.clinic);
    app.run_for(minutes(50)).await;
    let views = app.engine.watches().await.unwrap();
    assert!(matches!(views[0].state, WatchState::Unbound { .. }));
    app.city.fail(
        simulator::Scope::All,
        simulator::Fault::Code(602),
        simulator::Extent::UntilCleared,
    );
    app.run_for(minutes(5)).await;
    let asked = app.city.request_count();
    for _ in 0..5 {
        app.engine.status().await.unwrap();
        app.engine.watches().await.unwrap();
    }
    assert_eq!(app.city.request_count(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_removed_watch_is_silent_and_can_be_brought_back() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.engine.remove_watch(watch.id).await.unwrap();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(5)).await;
    assert_eq!(app.appeared(), 0);
    assert!(app.engine.watches().await.unwrap().is_empty());
    app.engine.restore_watch(watch.id).await.unwrap();
    app.run_for(minutes(1)).await;
    assert_eq!(app.appeared(), 1, "what came meanwhile is told");
}

#[tokio::test(start_paused = true)]
async fn drafts_that_make_no_sense_are_refused_with_what_is_wrong() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let draft = |places| WatchDraft {
        places,
        ..WatchDraft::default()
    };
    let cases = [
        (draft(vec![]), Problem::NoPlace),
        (
            draft(vec![any(&place), only(&place)]),
            Problem::RepeatedPlace,
        ),
        (
            WatchDraft {
                nickname: "я".repeat(41),
                ..draft(vec![any(&place)])
            },
            Problem::LongNickname,
        ),
    ];
    for (draft, problem) in cases {
        let error = app.engine.add_watch(draft).await.unwrap_err();
        assert_eq!(error.problems(), [problem]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_export_brings_everything_to_another_computer_once() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    let mut file = serde_json::to_value(app.engine.export().await.unwrap()).unwrap();
    let twice = file["watches"][0].clone();
    file["watches"].as_array_mut().unwrap().push(twice);
    let mut greedy = file.clone();
    greedy["settings"]["budgetPerHour"] = 5000.into();
    let (file, greedy) = (file.to_string(), greedy.to_string());

    let other = TestApp::start().await;
    other.engine.import(&greedy).await.unwrap_err();
    assert!(
        other.engine.watches().await.unwrap().is_empty(),
        "all or nothing"
    );
    let first = other.engine.import(&file).await.unwrap();
    assert_eq!((first.watches, first.skipped), (1, 1));
    let second = other.engine.import(&file).await.unwrap();
    assert_eq!((second.watches, second.skipped), (0, 2));
    for ugly in [
        "",
        "[]",
        "{\"talonchik\":99,\"watches\":[]}",
        "{\"talonchik\":1}",
        "\u{feff}nonsense",
    ] {
        assert_eq!(
            other.engine.import(ugly).await.unwrap_err().code(),
            ErrorCode::Invalid,
            "{ugly:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_off_keeps_its_history_and_its_last_slots_over_a_restart() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let watch = app.watch_any(&place).await;
    app.run_for(minutes(1)).await;
    app.engine
        .set_activity(watch.id, engine::model::Activity::Off)
        .await
        .unwrap();
    let app = app.restart().await;
    let openings = app.engine.openings(watch.id, 10).await.unwrap();
    assert_eq!(openings.len(), 1);
    assert!(!openings[0].doctor.is_empty());
    assert_eq!(app.view(watch.id).await.slots.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_paused_watch_missed_is_told_when_it_goes_on_if_it_is_still_there() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let paused = app.watch_doctor(&place).await;
    let other = app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    let until = app.city.now() + TimeDelta::hours(2);
    app.engine
        .set_activity(paused.id, Activity::PausedUntil { until })
        .await
        .unwrap();
    let (stays, goes) = (app.in_days(2, 0), app.in_days(3, 0));
    for start in [stays, goes] {
        app.city.offer(&place.clinic, &place.doctor, start);
    }
    app.run_for(minutes(30)).await;
    app.city.take(&place.clinic, &place.doctor, goes);
    app.run_for(minutes(80)).await;
    let told = |watch: WatchId, inbox: &[Alert]| -> Vec<_> {
        let alerts = inbox.iter().filter(|alert| alert.watch_id == watch);
        alerts
            .flat_map(|alert| alert.slots.iter().map(|slot| slot.start))
            .collect()
    };
    let inbox = app.inbox().await;
    assert_eq!(told(other.id, &inbox), [stays, goes]);
    assert!(told(paused.id, &inbox).is_empty());

    app.run_for(minutes(12)).await;
    assert_eq!(told(paused.id, &app.inbox().await), [stays]);
    app.run_for(hours(2)).await;
    assert_eq!(told(paused.id, &app.inbox().await), [stays]);
}

#[tokio::test(start_paused = true)]
async fn watches_added_while_their_clinic_is_walked_through_are_told_of_what_comes_next() {
    for late in [500, 1500, 2500, 4500] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        app.city.set_latency(seconds(1));
        app.watch_any(&place).await;
        app.run_for(Duration::from_millis(late)).await;
        app.watch_any(&place).await;
        app.watch_doctor(&place).await;
        app.run_for(seconds(20)).await;
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        app.run_for(minutes(3)).await;
        assert_eq!(app.appeared(), 3, "added after {late} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_look_long_after_somebody_asked_for_it_tells_whether_doctors_were_named_or_not() {
    for named in [true, false] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        app.city
            .fail(Scope::All, Fault::Status(502), Extent::For(minutes(40)));
        if named {
            app.watch_doctor(&place).await;
        } else {
            app.watch_any(&place).await;
        }
        app.run_for(minutes(60)).await;
        assert_eq!(app.appeared(), 1, "named: {named}");
    }
}

//! Few requests, whatever the number of watches.

use std::collections::BTreeSet;

use flows::{
    TestApp,
    crowd::{Crowd, people},
    hours, minutes, seconds,
};

/// Requests in an hour when this many people wait on the same keys, after two hours of running in.
async fn requests_in_an_hour(watches: usize) -> usize {
    let crowd = Crowd::gather(simulator::Config::default(), |city| {
        people(watches, city, |_| engine::model::TimeWish::default())
    });
    let crowd = crowd.await;
    crowd.run_for(hours(2)).await;
    crowd.run_for(hours(1)).await
}

#[tokio::test(start_paused = true)]
async fn an_hour_keeps_to_twice_the_budget_and_does_not_grow_with_watches_on_the_same_keys() {
    let hundred = requests_in_an_hour(100).await;
    assert!(hundred <= 720, "{hundred} requests in an hour");
    let thousand = requests_in_an_hour(1000).await;
    assert!(
        thousand <= hundred + hundred / 20,
        "{thousand} against {hundred}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_day_keeps_to_the_budget_however_much_there_is_to_ask() {
    let budget = 60;
    let app = TestApp::start_with(simulator::Config::default(), Some(budget)).await;
    let budget = budget as usize;
    for clinic in app.city.clinics().iter().take(4) {
        for specialty in app.city.specialties(&clinic.id) {
            let place = simulator::Place {
                clinic: clinic.id.clone(),
                specialty: specialty.id,
                doctor: String::new(),
            };
            app.watch_any(&place).await;
        }
    }
    // The first looks of new watches are clicks.
    app.run_for(hours(3)).await;
    app.city.clear_requests();
    app.run_for(hours(24)).await;
    let asked: Vec<_> = app.city.requests().iter().map(|it| it.elapsed).collect();
    // A day's budget and a fifth: the hours saved up are spent once.
    assert!(asked.len() <= 24 * budget * 12 / 10, "{}", asked.len());
    for (first, start) in asked.iter().enumerate() {
        let window = |length| {
            let within = |at: &&std::time::Duration| **at < *start + length;
            asked[first..].iter().take_while(within).count()
        };
        assert!(window(hours(1)) <= 2 * budget);
        // Three seconds apart, save for the eight that follow one release down.
        assert!(window(minutes(1)) <= 29);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clinic_with_several_watched_specialties_is_asked_as_one_and_drilled_where_it_changed() {
    let app = TestApp::start().await;
    let clinic = app
        .city
        .clinics()
        .into_iter()
        .find(|clinic| app.city.specialties(&clinic.id).len() >= 4)
        .unwrap();
    let specialties = app.city.specialties(&clinic.id);
    for specialty in specialties.iter().take(4) {
        let place = simulator::Place {
            clinic: clinic.id.clone(),
            specialty: specialty.id.clone(),
            doctor: String::new(),
        };
        app.watch_any(&place).await;
    }
    app.run_for(minutes(2)).await;
    app.city.clear_requests();
    app.run_for(minutes(5)).await;
    assert_eq!(
        app.asked("/specialties"),
        app.city.request_count(),
        "nothing changed: the clinic alone is asked"
    );

    let doctor = app.city.doctors(&clinic.id, &specialties[2].id)[0]
        .id
        .clone();
    app.city.offer(&clinic.id, &doctor, app.in_days(2, 0));
    app.run_for(minutes(1)).await;
    assert_eq!(app.appeared(), 1);
    let drilled: BTreeSet<_> = app
        .city
        .requests()
        .into_iter()
        .map(|request| request.path)
        .filter(|path| path.contains("/speciality/"))
        .collect();
    assert_eq!(
        drilled.len(),
        1,
        "only the specialty that changed: {drilled:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_doctor_watched_alone_is_asked_twice_a_minute_at_most() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(5)).await;
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    let asked = app.city.request_count();
    assert!((100..=145).contains(&asked), "{asked} requests in an hour");
    let times: Vec<_> = app
        .city
        .requests()
        .into_iter()
        .filter(|request| request.path.contains("/appointments"))
        .map(|request| request.elapsed)
        .collect();
    assert!(
        times
            .windows(2)
            .all(|pair| pair[1] >= pair[0] + seconds(20)),
        "looks are spaced"
    );
}

#[tokio::test(start_paused = true)]
async fn the_ledger_says_for_whom_the_service_was_asked() {
    let app = TestApp::start().await;
    let shared = app.city.a_doctor();
    let clinics = app.city.clinics();
    let other = clinics.iter().find(|clinic| clinic.id != shared.clinic);
    let other = other.unwrap().id.clone();
    let alone = simulator::Place {
        specialty: app.city.specialties(&other)[0].id.clone(),
        clinic: other,
        doctor: String::new(),
    };
    let first = app.watch_any(&shared).await;
    let second = app.watch_any(&shared).await;
    let third = app.watch_any(&alone).await;
    app.run_for(hours(1)).await;
    // A person looks through a list: it falls to nobody.
    app.engine
        .specialties(clinics[9].id.as_str().into())
        .await
        .unwrap();

    let ledger = app.engine.ledger().await.unwrap();
    let sent = u32::try_from(app.city.request_count()).unwrap();
    assert_eq!(ledger.today, sent);
    assert!((sent - 10..=sent).contains(&ledger.last_hour));
    assert_eq!(
        (ledger.budget_per_day, ledger.budget_per_hour),
        (24 * 360, 360)
    );
    let of_clinics: u32 = ledger.clinics.iter().map(|row| row.requests).sum();
    assert_eq!(of_clinics + ledger.beside_clinics, sent);
    assert!(ledger.clinics.iter().all(|row| row.name.is_some()));
    let of = |id: engine::model::Watch| {
        let mut rows = ledger.watches.iter();
        rows.find(|row| row.watch_id == id.id).unwrap()
    };
    let (first, second, third) = (of(first), of(second), of(third));
    assert_eq!((first.shared_with, third.shared_with), (1, 0));
    assert_eq!(first.looks, second.looks);
    assert_eq!(first.part, first.looks.div_ceil(2));
    assert_eq!(third.part, third.looks);
    assert_eq!(first.looks + third.looks, of_clinics);
    assert_eq!(ledger.beside_watches, ledger.beside_clinics);

    let app = app.restart().await;
    let ledger = app.engine.ledger().await.unwrap();
    assert!(ledger.last_hour + 20 > of_clinics, "over a restart");
}

#[tokio::test(start_paused = true)]
async fn a_changed_budget_holds_at_once_and_only_up_to_the_ceiling() {
    let app = TestApp::start().await;
    let usual = app.engine.settings().await.unwrap();
    let with = |budget_per_hour| engine::model::Settings {
        budget_per_hour,
        ..usual.clone()
    };
    for refused in [29, 721] {
        app.engine.save_settings(with(refused)).await.unwrap_err();
    }
    for taken in [30, 720] {
        app.engine.save_settings(with(taken)).await.unwrap();
        let ledger = app.engine.ledger().await.unwrap();
        assert_eq!(ledger.budget_per_hour, taken);
    }
}

#[tokio::test(start_paused = true)]
async fn an_impatient_person_costs_two_looks_not_ten() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.city.clear_requests();
    let presses: Vec<_> = (0..10).map(|_| app.engine.check_now(None)).collect();
    for pressed in futures::future::join_all(presses).await {
        pressed.unwrap();
    }
    let looks = app.asked("/appointments");
    assert!((1..=2).contains(&looks), "{looks} looks");
}

#[tokio::test(start_paused = true)]
async fn a_person_does_not_wait_for_a_walk_that_takes_an_hour() {
    let app = TestApp::start_with(simulator::Config::default(), Some(30)).await;
    let clinic = app.city.clinics().remove(0).id;
    let places = app.city.specialties(&clinic).into_iter().take(5);
    let places = places.map(|specialty| {
        flows::any(&simulator::Place {
            clinic: clinic.clone(),
            specialty: specialty.id,
            doctor: String::new(),
        })
    });
    let watch = app.watch(places.collect()).await;
    for _ in 0..6 {
        app.run_for(minutes(97)).await;
        let pressed = app.clock.now();
        app.engine.check_now(Some(watch.id)).await.unwrap();
        let waited = app.clock.now() - pressed;
        // With the reserve of clicks spent each of them waits ten seconds.
        assert!(waited.num_minutes() <= 5, "{waited}");
        assert!(app.view(watch.id).await.checked_at >= Some(pressed));
    }
}

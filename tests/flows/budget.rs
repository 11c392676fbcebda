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
async fn requests_keep_to_the_budget_and_do_not_grow_with_watches_on_the_same_keys() {
    let hundred = requests_in_an_hour(100).await;
    assert!(hundred <= 360, "{hundred} requests in an hour");
    let thousand = requests_in_an_hour(1000).await;
    assert!(
        thousand <= hundred + hundred / 20,
        "{thousand} against {hundred}"
    );
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

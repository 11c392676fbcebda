//! What fails is left alone for a while and holds up nothing else.

use engine::model::WatchState;
use flows::{TestApp, hours, minutes, seconds};
use simulator::{Extent, Fault, Place, Scope};

/// This doctor's slots.
fn slots_of(place: &Place, doctor: &str) -> Scope {
    Scope::Path(format!(
        "/schedule/lpu/{}/doctor/{doctor}/appointments",
        place.clinic
    ))
}

/// The doctors of every specialty of the clinic.
fn doctors_of(place: &Place) -> Scope {
    Scope::Path(format!("/schedule/lpu/{}/speciality/", place.clinic))
}

/// A specialty with so many doctors.
fn specialty_of(app: &TestApp, doctors: usize) -> Place {
    let clinics = app.city.clinics().into_iter();
    clinics
        .flat_map(|clinic| {
            let specialties = app.city.specialties(&clinic.id).into_iter();
            specialties.map(move |specialty| Place {
                clinic: clinic.id.clone(),
                specialty: specialty.id,
                doctor: String::new(),
            })
        })
        .find(|place| app.city.doctors(&place.clinic, &place.specialty).len() == doctors)
        .expect("the city has such a specialty")
}

#[tokio::test(start_paused = true)]
async fn doctors_whose_slots_cannot_be_read_hide_nobody_elses() {
    let app = TestApp::start().await;
    let place = specialty_of(&app, 4);
    let doctors = app.city.doctors(&place.clinic, &place.specialty);
    app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    for sick in &doctors[..3] {
        for slot in 0..5 {
            app.city
                .offer(&place.clinic, &sick.id, app.in_days(2, slot * 10));
        }
        app.city.fail(
            slots_of(&place, &sick.id),
            Fault::Code(602),
            Extent::UntilCleared,
        );
    }
    app.run_for(minutes(20)).await;
    app.city
        .offer(&place.clinic, &doctors[3].id, app.in_days(3, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1);

    app.city.clear_faults();
    app.run_for(minutes(32)).await;
    let slots: usize = app.inbox().await.iter().map(|it| it.slots.len()).sum();
    assert_eq!(
        slots,
        3 * 5 + 1,
        "the others are told when they can be read"
    );
}

#[tokio::test(start_paused = true)]
async fn a_doctor_whose_slots_cannot_be_read_is_asked_ever_more_rarely() {
    let app = TestApp::start().await;
    let place = specialty_of(&app, 4);
    let sick = app.city.doctors(&place.clinic, &place.specialty)[0]
        .id
        .clone();
    app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    app.city.offer(&place.clinic, &sick, app.in_days(2, 0));
    app.city.fail(
        slots_of(&place, &sick),
        Fault::Code(602),
        Extent::UntilCleared,
    );
    app.run_for(hours(1)).await;
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    let asked = app.asked(&format!("/doctor/{sick}/appointments"));
    assert!((3..=20).contains(&asked), "{asked} times in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_doctor_watched_by_name_is_looked_at_though_the_list_of_doctors_cannot_be_read() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(doctors_of(&place), Fault::Code(602), Extent::UntilCleared);
    app.run_for(minutes(20)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn doctors_watched_by_name_are_of_old_while_their_list_cannot_be_read() {
    let app = TestApp::start().await;
    let place = specialty_of(&app, 4);
    for doctor in app
        .city
        .doctors(&place.clinic, &place.specialty)
        .iter()
        .take(2)
    {
        let doctor = doctor.id.clone();
        app.watch_doctor(&Place {
            doctor,
            ..place.clone()
        })
        .await;
    }
    app.run_for(minutes(2)).await;
    app.city
        .fail(doctors_of(&place), Fault::Code(602), Extent::UntilCleared);
    app.run_for(minutes(10)).await;
    for view in app.engine.watches().await.expect("views") {
        assert!(
            matches!(view.state, WatchState::ClinicDown { .. }),
            "{view:?}"
        );
        assert!(view.checked_at < Some(app.clock.now() - chrono::TimeDelta::minutes(5)));
    }
}

#[tokio::test(start_paused = true)]
async fn any_doctor_is_looked_at_now_and_then_though_the_list_of_doctors_cannot_be_read() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(doctors_of(&place), Fault::Code(602), Extent::UntilCleared);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(32)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_specialty_that_fails_does_not_make_every_look_a_walk() {
    let app = TestApp::start().await;
    let clinic = app
        .city
        .clinics()
        .into_iter()
        .find(|clinic| app.city.specialties(&clinic.id).len() >= 4)
        .expect("the city has such a clinic");
    let specialties = app.city.specialties(&clinic.id);
    for specialty in specialties.iter().take(4) {
        let place = Place {
            clinic: clinic.id.clone(),
            specialty: specialty.id.clone(),
            doctor: String::new(),
        };
        app.watch_any(&place).await;
    }
    app.run_for(minutes(10)).await;
    let sick = format!(
        "/schedule/lpu/{}/speciality/{}",
        clinic.id, specialties[0].id
    );
    app.city
        .fail(Scope::Path(sick), Fault::Code(602), Extent::UntilCleared);
    app.run_for(hours(1)).await;
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    let well = format!("/speciality/{}/", specialties[1].id);
    let walks = app.asked(&well);
    assert!((3..=6).contains(&walks), "{walks} walks in an hour");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_of_specialties_is_no_closed_booking() {
    for fault in [Fault::EmptyResult, Fault::NullResult] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        let watch = app.watch_any(&place).await;
        app.run_for(minutes(2)).await;
        let lists = format!("/schedule/lpu/{}/specialties", place.clinic);
        app.city
            .fail(Scope::Path(lists), fault.clone(), Extent::For(minutes(20)));
        app.run_for(minutes(20)).await;
        assert!(
            !matches!(app.view(watch.id).await.state, WatchState::NoOnline { .. }),
            "{fault:?}"
        );
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        app.run_for(minutes(18)).await;
        assert_eq!(app.appeared(), 1, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn booking_that_closes_after_a_failure_is_said_to_be_closed() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(doctors_of(&place), Fault::Code(602), Extent::UntilCleared);
    app.run_for(minutes(20)).await;
    app.city.clear_faults();
    app.city.close_online(&place.clinic, true);
    app.run_for(minutes(40)).await;
    let state = app.view(watch.id).await.state;
    assert!(matches!(state, WatchState::NoOnline { .. }), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn code_645_is_asked_about_more_rarely_than_other_failures() {
    let mut asked = Vec::new();
    for code in [602, 645, 610] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        app.watch_doctor(&place).await;
        app.run_for(minutes(2)).await;
        app.city
            .fail(Scope::All, Fault::Code(code), Extent::UntilCleared);
        app.run_for(hours(2)).await;
        app.city.clear_requests();
        app.run_for(hours(6)).await;
        asked.push(app.asked("/schedule/"));
    }
    assert!(
        asked[1] * 3 <= asked[0] * 2 && asked[2] * 3 <= asked[0] * 2,
        "{asked:?} times in six hours"
    );
    assert!(asked[1] >= 6 && asked[2] >= 6, "once an hour: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn long_walks_through_many_clinics_are_not_taken_for_sleep() {
    let app = TestApp::start().await;
    app.city.set_latency(seconds(2));
    let pairs = flows::crowd::thirty_pairs(&app.city);
    for pair in &pairs {
        app.watch_any(pair).await;
    }
    app.run_for(hours(1)).await;
    assert_eq!(app.engine.status().await.expect("a status").slept, None);
}

#[tokio::test(start_paused = true)]
async fn a_doctor_who_leaves_the_list_takes_the_slots_along() {
    let app = TestApp::start().await;
    let place = specialty_of(&app, 2);
    let doctor = app.city.doctors(&place.clinic, &place.specialty)[0]
        .id
        .clone();
    app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    app.city.offer(&place.clinic, &doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1);
    app.city.take_all(&place.clinic, &doctor);
    app.city.remove_doctor(&place.clinic, &doctor);
    app.run_for(minutes(20)).await;
    assert_eq!(app.told.count(engine::model::MessageKind::Gone), 1);
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_of_specialties_is_no_check() {
    let app = TestApp::start().await;
    let clinics = app.city.clinics().into_iter();
    let clinic = clinics
        .map(|clinic| clinic.id)
        .find(|clinic| app.city.specialties(clinic).len() >= 2)
        .expect("the city has such a clinic");
    let specialties = app.city.specialties(&clinic);
    let place = |specialty: &str| Place {
        clinic: clinic.clone(),
        specialty: specialty.to_owned(),
        doctor: String::new(),
    };
    let places = specialties.iter().take(2);
    let places = places.map(|it| flows::any(&place(&it.id))).collect();
    let watch = app.watch(places).await;
    app.run_for(minutes(2)).await;
    let lists = format!("/schedule/lpu/{clinic}/specialties");
    app.city
        .fail(Scope::Path(lists), Fault::EmptyResult, Extent::UntilCleared);
    let since = app.clock.now();
    app.run_for(minutes(10)).await;
    let view = app.view(watch.id).await;
    let checked = view.checked_at.expect("it was checked before");
    assert!(
        checked <= since,
        "the lists say nothing since {since}: {checked}"
    );
}

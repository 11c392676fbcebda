//! Lists to choose from: there offline, replaced by sane answers only.

use flows::{TestApp, hours, minutes};
use simulator::{Extent, Fault, Scope};

#[tokio::test(start_paused = true)]
async fn districts_and_clinics_are_there_at_once_and_refreshed_daily() {
    let app = TestApp::start().await;
    app.run_for(minutes(1)).await;
    assert_eq!(app.engine.districts().await.unwrap().value.len(), 18);
    let clinics = app.engine.clinics(None).await.unwrap();
    assert!(clinics.value.len() > 500);
    app.city.clear_requests();
    app.run_for(hours(23)).await;
    assert_eq!(app.asked("/shared/"), 0);
    app.run_for(hours(2)).await;
    assert_eq!(app.asked("/shared/"), 2);
    assert!(app.engine.clinics(None).await.unwrap().checked_at > clinics.checked_at);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_looks_wrong_replaces_nothing() {
    let app = TestApp::start().await;
    app.run_for(minutes(1)).await;
    let before = app.engine.clinics(None).await.unwrap().value.len();
    app.city.fail(
        Scope::Path("/shared/lpus".to_owned()),
        Fault::EmptyResult,
        Extent::UntilCleared,
    );
    app.run_for(hours(30)).await;
    assert_eq!(app.engine.clinics(None).await.unwrap().value.len(), before);
}

#[tokio::test(start_paused = true)]
async fn ten_windows_that_ask_at_once_are_one_request() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let clinic: engine::model::ClinicId = place.clinic.as_str().into();
    let (a, b, c) = tokio::join!(
        app.engine.specialties(clinic.clone()),
        app.engine.specialties(clinic.clone()),
        app.engine.specialties(clinic.clone()),
    );
    assert_eq!(a.unwrap(), b.unwrap());
    assert!(!c.unwrap().value.is_empty());
    assert_eq!(app.asked("/specialties"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clinic_that_fails_shows_its_last_list_with_its_age() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let clinic: engine::model::ClinicId = place.clinic.as_str().into();
    let good = app.engine.specialties(clinic.clone()).await.unwrap();
    app.city
        .fail(Scope::All, Fault::Code(602), Extent::UntilCleared);
    app.run_for(minutes(10)).await;
    assert_eq!(app.engine.specialties(clinic).await.unwrap(), good);
}

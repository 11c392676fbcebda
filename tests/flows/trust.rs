//! What the counts of clinics and lists are worth is learned from what looks find.

use engine::model::TrustState;
use flows::{TestApp, any, minutes, seconds};
use simulator::{Extent, Fault, Place, Rows, Scope, Vendor};

/// Two watched specialties of one clinic of this vendor: the clinic's summary is looked at.
async fn watched(app: &TestApp, vendor: Vendor) -> Place {
    let place = app.city.place_of_vendor(vendor);
    let specialties = app.city.specialties(&place.clinic);
    let other = specialties.iter().find(|row| row.id != place.specialty);
    let other = Place {
        specialty: other.expect("clinics have several").id.clone(),
        ..place.clone()
    };
    app.watch(vec![any(&place), any(&other)]).await;
    place
}

async fn state(app: &TestApp, place: &Place) -> TrustState {
    let clinics = app.engine.clinic_trust().await.expect("it can be read");
    let mut clinics = clinics.into_iter();
    clinics
        .find(|row| row.clinic_id.as_str() == place.clinic)
        .expect("the clinic is watched")
        .state
}

/// Slots appear one after the other, `every` so often, and stay.
async fn release(app: &TestApp, place: &Place, slots: i64, every: std::time::Duration) {
    for slot in 0..slots {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(5, slot));
        app.run_for(every).await;
    }
}

#[tokio::test(start_paused = true)]
async fn fault_25_a_clinic_whose_summary_stands_still_is_found_out_by_walks() {
    let app = TestApp::start().await;
    let place = watched(&app, Vendor::Ariadna).await;
    app.run_for(minutes(2)).await;
    app.city.fail(
        Scope::Vendor(Vendor::Ariadna),
        Fault::StaleRows(Rows::Specialties, std::time::Duration::MAX),
        Extent::UntilCleared,
    );
    app.run_for(minutes(2)).await;
    release(&app, &place, 1, minutes(20)).await;
    assert_eq!(app.appeared(), 1, "found all the same");
    assert_eq!(state(&app, &place).await, TrustState::Lists);
}

#[tokio::test(start_paused = true)]
async fn fault_25_lists_that_leave_slots_out_are_found_out_where_the_summary_is_honest() {
    let app = TestApp::start().await;
    let place = watched(&app, Vendor::Ariadna).await;
    app.run_for(minutes(2)).await;
    app.city.fail(
        Scope::All,
        Fault::HiddenSlots(Rows::Doctors, 100),
        Extent::UntilCleared,
    );
    release(&app, &place, 1, minutes(20)).await;
    assert_eq!(app.appeared(), 1);
    assert_eq!(state(&app, &place).await, TrustState::Slots);
}

#[tokio::test(start_paused = true)]
async fn an_honest_clinic_gathers_evidence_and_a_restart_keeps_it() {
    let app = TestApp::start().await;
    let place = watched(&app, Vendor::Ariadna).await;
    app.run_for(minutes(2)).await;
    // A period of its own: some come just before a walk, some between its row and its slots.
    release(&app, &place, 60, seconds(127)).await;
    let TrustState::Checking { seen, needed } = state(&app, &place).await else {
        panic!("nothing was missed: {:?}", state(&app, &place).await);
    };
    assert!((55..=60).contains(&seen), "{seen}");
    assert_eq!(needed, 300);
    let before = state(&app, &place).await;
    let app = app.crash().await;
    assert_eq!(state(&app, &place).await, before);
    // What came while nobody looked is no trial.
    app.run_for(minutes(20)).await;
    assert_eq!(state(&app, &place).await, before);
}

//! The service fails in every way it knows; nothing is lost and nothing invented.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use engine::{
    Channel, Message, Rung, Taken, TellError,
    model::{Outcome, ServiceState, Untold, WatchState},
};
use flows::{TestApp, hours, minutes, seconds};
use simulator::{Extent, Fault, Scope};

/// The slots of any doctor of the clinic.
fn slots_of(place: &simulator::Place) -> Scope {
    Scope::Path(format!("/schedule/lpu/{}/doctor/", place.clinic))
}

async fn outage(fault: Fault) -> (TestApp, engine::model::WatchId) {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.city.fail(Scope::All, fault, Extent::UntilCleared);
    app.run_for(minutes(20)).await;
    (app, watch.id)
}

#[tokio::test(start_paused = true)]
async fn an_outage_raises_no_alert_keeps_the_last_good_slots_and_the_first_good_poll_tells_what_is_new()
 {
    for fault in [
        Fault::Code(1),
        Fault::Code(602),
        Fault::Code(645),
        Fault::UnknownCode,
        Fault::Html502,
        Fault::HtmlOk,
        Fault::TruncatedJson,
        Fault::CutBody,
        Fault::Status(500),
        Fault::RedirectElsewhere,
        Fault::Forbidden,
        Fault::Reset,
        Fault::HugeBody,
        Fault::Stall,
    ] {
        let (app, watch) = outage(fault.clone()).await;
        let view = app.view(watch).await;
        assert_eq!(view.slots.len(), 1, "{fault:?}: the last good slots stay");
        assert!(view.stale, "{fault:?}: and their age is shown");
        assert_eq!(app.told.messages().len(), 0, "{fault:?}");

        let place = app.city.a_doctor();
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
        app.city.clear_faults();
        app.run_for(minutes(17)).await;
        let told = app.told.messages();
        assert_eq!(told.len(), 1, "{fault:?}");
        assert_eq!(told[0].fresh.len(), 1, "{fault:?}: only the new one");
        assert!(!app.view(watch).await.stale, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_12_an_outage_of_an_hour_costs_at_most_a_probe_a_minute() {
    for fault in [Fault::Html502, Fault::Code(602), Fault::Forbidden] {
        let (app, _) = outage(fault.clone()).await;
        app.city.clear_requests();
        app.run_for(hours(1)).await;
        let asked = app.city.request_count();
        assert!(asked <= 60, "{fault:?}: {asked} probes in an hour");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_03_one_clinics_failure_is_said_of_that_clinic_alone() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let other = app.city.pick(simulator::Vendor::Ariadna, 2).unwrap();
    let sick = app.watch_any(&place).await;
    let well = app.watch_any(&other).await;
    app.run_for(minutes(1)).await;
    app.city.fail(
        Scope::Clinic(place.clinic.clone()),
        Fault::Code(602),
        Extent::UntilCleared,
    );
    app.run_for(minutes(5)).await;
    assert!(matches!(
        app.view(sick.id).await.state,
        WatchState::ClinicDown { .. }
    ));
    assert_eq!(app.view(well.id).await.state, WatchState::Waiting);
    assert_eq!(
        app.engine.status().await.unwrap().service,
        ServiceState::Fine
    );
}

#[tokio::test(start_paused = true)]
async fn fault_11_a_429_holds_everything_for_as_long_as_it_says() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.city.fail(
        Scope::All,
        Fault::TooMany {
            retry_after: Some("600".to_owned()),
        },
        Extent::Next(1),
    );
    app.run_for(minutes(1)).await;
    assert_eq!(
        app.engine.status().await.unwrap().service,
        ServiceState::Slowed
    );
    app.city.clear_requests();
    app.run_for(minutes(8)).await;
    assert_eq!(app.city.request_count(), 0);
    app.run_for(minutes(5)).await;
    assert!(app.city.request_count() > 0);
    assert_eq!(
        app.engine.status().await.unwrap().service,
        ServiceState::Fine
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_said_and_over_soon_after_it_ends() {
    let mut app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.unplug().await;
    app.run_for(minutes(2)).await;
    assert_eq!(app.view(watch.id).await.state, WatchState::Blocked);
    app.plug_in().await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(11)).await;
    assert_eq!(app.appeared(), 1);
    assert_eq!(app.view(watch.id).await.state, WatchState::Found);
}

#[tokio::test(start_paused = true)]
async fn code_37_is_no_online_booking_and_is_told_when_it_ends() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city.close_online(&place.clinic, true);
    let watch = app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    assert!(matches!(
        app.view(watch.id).await.state,
        WatchState::NoOnline { .. }
    ));
    app.city.clear_requests();
    app.run_for(hours(20)).await;
    assert!(
        app.city.request_count() <= 4,
        "asked once a day, besides the catalogue"
    );
    app.city.close_online(&place.clinic, false);
    app.run_for(hours(7)).await;
    assert_eq!(app.view(watch.id).await.state, WatchState::Waiting);
}

#[tokio::test(start_paused = true)]
async fn fault_25_counts_that_lie_hide_a_slot_for_a_quarter_of_an_hour_at_most() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(Scope::All, Fault::LyingCounts, Extent::UntilCleared);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(18)).await;
    assert_eq!(app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_06_a_long_list_that_is_suddenly_empty_is_believed_the_second_time_only() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    for slot in 0..25 {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, slot * 10));
    }
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(slots_of(&place), Fault::EmptyResult, Extent::Next(1));
    app.run_for(seconds(34)).await;
    assert_eq!(app.view(watch.id).await.slots.len(), 25);
    app.run_for(minutes(2)).await;
    assert_eq!(app.view(watch.id).await.slots.len(), 25);
    assert_eq!(app.told.messages().len(), 0, "nothing went, nothing came");

    app.city
        .fail(slots_of(&place), Fault::EmptyResult, Extent::UntilCleared);
    app.run_for(minutes(20)).await;
    assert_eq!(app.view(watch.id).await.slots.len(), 0, "said twice");
}

#[tokio::test(start_paused = true)]
async fn fault_24_answers_told_differently_are_no_news() {
    for fault in [
        Fault::DuplicateSlots,
        Fault::NewSlotIds,
        Fault::ShuffledOrder,
        Fault::UnknownFields,
        Fault::SwappedIdTypes,
        Fault::ByteOrderMark,
        Fault::BadRow,
    ] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        for slot in 0..3 {
            app.city
                .offer(&place.clinic, &place.doctor, app.in_days(2, slot * 10));
        }
        let watch = app.watch_any(&place).await;
        app.run_for(minutes(2)).await;
        app.city
            .fail(Scope::All, fault.clone(), Extent::UntilCleared);
        app.run_for(minutes(31)).await;
        assert_eq!(app.told.messages().len(), 0, "{fault:?}");
        assert_eq!(app.view(watch.id).await.slots.len(), 3, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_look_is_in_the_log_with_how_it_ended() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(Scope::All, Fault::Code(602), Extent::UntilCleared);
    app.run_for(minutes(5)).await;
    let looks = app.engine.looks(watch.id, 1000).await.unwrap();
    assert!(
        looks
            .iter()
            .any(|look| look.outcome == Outcome::Empty && look.code == Some(39))
    );
    assert!(
        looks
            .iter()
            .any(|look| look.outcome == Outcome::Unavailable && look.code == Some(602))
    );
    let asked = app.city.requests().into_iter().filter(|request| {
        request.path.starts_with("/schedule") && !request.path.contains("timetable")
    });
    assert_eq!(looks.len(), asked.count(), "one line for each request");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_holds_up_no_look_and_no_other_channel() {
    let app = TestApp::start().await;
    app.told
        .hanging
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(1)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(5)).await;
    assert_eq!(app.view(watch.id).await.slots.len(), 1);
    let delivery = app.inbox().await[0].deliveries[0].clone();
    assert_eq!(delivery.why, Some(Untold::Silent), "{delivery:?}");
}

#[tokio::test(start_paused = true)]
async fn slots_that_cannot_be_looked_at_are_old_though_the_lists_are_fine() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let watch = app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    let checked = app.view(watch.id).await.checked_at;
    app.city
        .fail(slots_of(&place), Fault::Code(602), Extent::UntilCleared);
    // A change above makes the slots worth a look, which fails from now on.
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
    app.run_for(minutes(20)).await;
    let view = app.view(watch.id).await;
    assert!(view.stale, "the slots are of {checked:?}");
    assert!(view.checked_at.unwrap() < app.clock.now() - chrono::TimeDelta::minutes(10));
}

/// Three slots of a doctor are known; then the city answers like this for half an hour.
async fn told_in_another_way(fault: Fault) {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    for slot in 0..3 {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, slot * 10));
    }
    let watch = app.watch_any(&place).await;
    app.run_for(minutes(2)).await;
    app.city
        .fail(Scope::All, fault.clone(), Extent::UntilCleared);
    app.run_for(minutes(31)).await;
    assert_eq!(app.told.messages().len(), 0, "{fault:?}");
    assert_eq!(app.view(watch.id).await.slots.len(), 3, "{fault:?}");
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
    app.run_for(minutes(17)).await;
    assert_eq!(app.appeared(), 1, "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn fault_20_new_ids_for_the_same_slots_are_no_new_slots() {
    told_in_another_way(Fault::NewSlotIds).await;
}

#[tokio::test(start_paused = true)]
async fn fault_24_lists_in_another_order_each_time_are_no_news() {
    told_in_another_way(Fault::ShuffledOrder).await;
}

#[tokio::test(start_paused = true)]
async fn fault_22_a_clinic_that_was_renamed_is_watched_on_and_named_as_it_is_now() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(5, 0));
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    let renamed = "Городская поликлиника № 4242";
    app.city
        .rename(&place.clinic, renamed, "Поликлиника № 4242");
    // The list of clinics is read anew each day.
    app.run_for(hours(26)).await;
    assert_eq!(app.told.messages().len(), 0, "a name is no news");
    let view = app.view(watch.id).await;
    assert_eq!(view.slots.len(), 1);
    assert_eq!(view.state, WatchState::Found);

    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(6, 0));
    app.run_for(minutes(17)).await;
    let told = app.told.messages();
    assert_eq!(told.len(), 1);
    let clinic = &told[0].alert.clinic;
    assert!(clinic.contains("4242"), "{clinic}");
}

#[tokio::test(start_paused = true)]
async fn fault_27_slots_that_are_over_or_too_soon_are_told_to_nobody() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    let mut patient = watch.draft.clone();
    patient.wish.notice_minutes = 180;
    app.run_for(minutes(2)).await;
    for minute in [-24 * 60, -60, -1, 2] {
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(0, minute));
    }
    app.run_for(minutes(5)).await;
    assert_eq!(app.appeared(), 0, "they have begun");
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(0, 120));
    app.run_for(minutes(5)).await;
    assert_eq!(
        app.appeared(),
        1,
        "two hours are enough for who has said nothing"
    );

    app.engine.update_watch(watch.id, patient).await.unwrap();
    app.run_for(minutes(5)).await;
    let before = app.appeared();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(0, 140));
    app.run_for(minutes(5)).await;
    assert_eq!(app.appeared(), before, "less than three hours are not");
}

#[tokio::test(start_paused = true)]
async fn fault_28_an_answer_that_was_overtaken_takes_nothing_back() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    for turn in 0..5 {
        // A look sets out before the slot is there; its answer comes nine seconds later.
        app.city.fail(
            slots_of(&place),
            Fault::Latency(seconds(9)),
            Extent::Next(1),
        );
        let background = app.engine.clone();
        let slow = async move { background.check_now(None).await };
        let pressed = async {
            app.run_for(seconds(2)).await;
            app.city
                .offer(&place.clinic, &place.doctor, app.in_days(2 + turn, 0));
            app.run_for(seconds(1)).await;
            app.engine.check_now(None).await
        };
        let (slow, pressed) = futures::join!(slow, pressed);
        slow.unwrap();
        pressed.unwrap();
        let known = usize::try_from(turn + 1).unwrap();
        assert_eq!(app.view(watch.id).await.slots.len(), known);
        app.run_for(minutes(3)).await;
        assert_eq!(app.view(watch.id).await.slots.len(), known);
        assert_eq!(app.appeared(), known, "each slot is told once");
        assert_eq!(app.told.count(engine::model::MessageKind::Gone), 0);
    }
}

/// A channel that dies of what it is asked.
#[derive(Default)]
struct Fragile {
    /// Dies when asked where it stands: each look at slots asks.
    looks: AtomicBool,
    /// Dies so many times of telling.
    tellings: AtomicUsize,
    told: AtomicUsize,
}

#[async_trait::async_trait]
impl Channel for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }

    fn rung(&self) -> Rung {
        assert!(!self.looks.load(Ordering::SeqCst), "as the test wants it");
        Rung::Machine
    }

    async fn tell(&self, _: &Message) -> Result<Taken, TellError> {
        let left = self.tellings.load(Ordering::SeqCst);
        self.tellings
            .store(left.saturating_sub(1), Ordering::SeqCst);
        assert_eq!(left, 0, "as the test wants it");
        self.told.fetch_add(1, Ordering::SeqCst);
        Ok(Taken::default())
    }
}

#[tokio::test(start_paused = true)]
async fn fault_47_a_look_that_dies_is_a_failed_look_and_the_clinic_rests() {
    let fragile = Arc::new(Fragile::default());
    let app = TestApp::telling(vec![fragile.clone()]).await;
    let place = app.city.a_doctor();
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;

    fragile.looks.store(true, Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
    app.run_for(minutes(10)).await;
    let view = app.view(watch.id).await;
    assert_eq!(view.slots.len(), 1, "the last good slots stay");
    assert!(
        matches!(
            view.state,
            WatchState::Found | WatchState::ClinicDown { .. }
        ),
        "{:?}",
        view.state
    );
    assert!(view.stale, "and their age is shown");
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    let asked = app.asked("/appointments");
    assert!((3..=20).contains(&asked), "{asked} looks in an hour");
    // A person who presses learns nothing, and nothing breaks.
    app.engine.check_now(None).await.unwrap();

    fragile.looks.store(false, Ordering::SeqCst);
    app.run_for(minutes(16)).await;
    assert_eq!(app.appeared(), 1);
    assert!(!app.view(watch.id).await.stale);
}

#[tokio::test(start_paused = true)]
async fn fault_47_a_channel_that_dies_of_telling_holds_up_no_other_and_tells_at_last() {
    let fragile = Arc::new(Fragile::default());
    let app = TestApp::telling(vec![fragile.clone()]).await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(2)).await;
    fragile.tellings.store(3, Ordering::SeqCst);
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1, "the other channel has told");
    app.run_for(minutes(20)).await;
    assert_eq!(fragile.told.load(Ordering::SeqCst), 1);
}

//! What lies between us and the service breaks; nothing is lost and nothing invented.

use std::{sync::Arc, time::Duration};

use engine::{
    clock::Clock,
    gorzdrav::Client,
    model::{CheckSubject, Outcome, ServiceState, Verdict, WatchState},
    pace::{Pace, Why},
};
use flows::{TestApp, hours, minutes, seconds};
use simulator::{
    City, Extent, Fault, Place, Scope, Server, Shown,
    line::{Cut, Line},
};

/// The engine with a line between it and the city.
struct Wired {
    app: TestApp,
    line: Line,
    place: Place,
}

impl Wired {
    async fn plain() -> Self {
        let app = TestApp::start().await;
        let line = Line::plain(address(&app)).await;
        Self::over(app, line.expect("a loopback port is free")).await
    }

    async fn tls() -> Self {
        let app = TestApp::start().await;
        let line = Line::tls(address(&app)).await;
        Self::over(app, line.expect("a loopback port is free")).await
    }

    async fn over(mut app: TestApp, line: Line) -> Self {
        app.config.api_base = line.base_url().parse().expect("an address");
        app.config.extra_roots = vec![line.root_der()];
        app.config.extra_roots.retain(|root| !root.is_empty());
        let place = app.city.a_doctor();
        let app = app.restart().await;
        Self { app, line, place }
    }

    async fn service(&self) -> ServiceState {
        self.app.engine.status().await.expect("a status").service
    }

    /// A slot on this day appears.
    fn offer(&self, days: i64) {
        let start = self.app.in_days(days, 0);
        self.app
            .city
            .offer(&self.place.clinic, &self.place.doctor, start);
    }

    /// Requests the city gets in so much time.
    async fn asked_in(&self, time: Duration) -> usize {
        self.app.city.clear_requests();
        self.app.run_for(time).await;
        self.app.city.request_count()
    }
}

fn address(app: &TestApp) -> std::net::SocketAddr {
    let port = app.config.api_base.port().expect("the address has a port");
    ([127, 0, 0, 1], port).into()
}

#[tokio::test(start_paused = true)]
async fn fault_17_each_bad_certificate_is_refused_and_said_in_its_own_words() {
    for (shown, said, outcome) in [
        (Shown::WrongHost, ServiceState::Impostor, Outcome::Offline),
        (Shown::SelfSigned, ServiceState::Impostor, Outcome::Offline),
        (Shown::Unknown, ServiceState::Impostor, Outcome::Offline),
        (
            Shown::Expired,
            ServiceState::BadCertificate,
            Outcome::Unavailable,
        ),
        (
            Shown::NotYetValid,
            ServiceState::BadCertificate,
            Outcome::Unavailable,
        ),
    ] {
        let wired = Wired::tls().await;
        wired.offer(2);
        let watch = wired.app.watch_doctor(&wired.place).await;
        wired.app.run_for(minutes(2)).await;
        let heard = wired.line.heard();
        assert!(heard > 0, "a good certificate is trusted");

        wired.line.show(shown);
        wired.offer(3);
        wired.app.run_for(minutes(20)).await;
        assert_eq!(wired.service().await, said, "{shown:?}");
        assert_eq!(wired.line.heard(), heard, "{shown:?}: nothing is said");
        assert_eq!(wired.app.told.messages().len(), 0, "{shown:?}");
        let view = wired.app.view(watch.id).await;
        assert_eq!(view.slots.len(), 1, "{shown:?}: the last good slots stay");
        assert!(view.stale, "{shown:?}: and their age is shown");
        let looks = wired.app.engine.looks(watch.id, 1).await.expect("looks");
        assert_eq!(looks[0].outcome, outcome, "{shown:?}");

        wired.line.show(Shown::Good);
        wired.app.run_for(minutes(2)).await;
        assert_eq!(wired.service().await, ServiceState::Fine, "{shown:?}");
        assert_eq!(wired.app.appeared(), 1, "{shown:?}: only what is new");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_16_a_network_that_wants_a_login_hears_nothing_and_is_left_five_seconds_after_it() {
    let wired = Wired::tls().await;
    let watch = wired.app.watch_doctor(&wired.place).await;
    wired.app.run_for(minutes(2)).await;
    wired.line.show(Shown::SelfSigned);
    wired.app.run_for(hours(1)).await;
    assert_eq!(wired.service().await, ServiceState::Impostor);
    assert_eq!(wired.app.view(watch.id).await.state, WatchState::SiteDown);
    // The person has logged in.
    wired.offer(2);
    let heard = wired.line.heard();
    wired.line.show(Shown::Good);
    wired.app.run_for(seconds(5)).await;
    assert!(wired.line.heard() > heard, "looks go on");
    wired.app.run_for(minutes(1)).await;
    assert_eq!(wired.app.appeared(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_15_a_network_that_comes_back_is_noticed_within_five_seconds_each_time() {
    let wired = Wired::tls().await;
    wired.app.watch_doctor(&wired.place).await;
    wired.app.run_for(minutes(2)).await;
    for away in [7, 61, 1_803, 20_011] {
        wired.line.show(Shown::WrongHost);
        wired.app.run_for(seconds(away)).await;
        wired.app.run_for(minutes(2)).await;
        assert_eq!(wired.service().await, ServiceState::Impostor);
        let heard = wired.line.heard();
        wired.line.show(Shown::Good);
        wired.app.run_for(seconds(5)).await;
        assert!(wired.line.heard() > heard, "after {away} s");
        // It is no rush, either.
        let asked = wired.asked_in(minutes(1)).await;
        assert!((1..=6).contains(&asked), "{asked} requests");
        assert_eq!(wired.service().await, ServiceState::Fine);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_15_a_network_that_is_away_costs_none_of_a_small_budget() {
    let app = TestApp::start_with(simulator::Config::default(), Some(30)).await;
    let line = Line::tls(address(&app)).await;
    let wired = Wired::over(app, line.expect("a loopback port is free")).await;
    // So many doctors that a walk spends an hour's requests and waits for more.
    let clinic = wired.app.city.clinics().remove(0).id;
    for specialty in wired.app.city.specialties(&clinic).into_iter().take(5) {
        let place = Place {
            clinic: clinic.clone(),
            specialty: specialty.id,
            doctor: String::new(),
        };
        wired.app.watch_any(&place).await;
    }
    wired.app.run_for(hours(2)).await;
    let today = |ledger: engine::model::Ledger| (ledger.today, ledger.last_hour);
    wired.line.show(Shown::WrongHost);
    wired.app.run_for(minutes(10)).await;
    let before = today(wired.app.engine.ledger().await.expect("a ledger"));
    wired.app.run_for(minutes(5)).await;
    let after = today(wired.app.engine.ledger().await.expect("a ledger"));
    assert_eq!(after.0, before.0, "nobody was asked");
    assert!(after.1 <= before.1, "nobody was asked");
    assert_eq!(wired.service().await, ServiceState::Impostor);
    let heard = wired.line.heard();
    wired.line.show(Shown::Good);
    wired.app.run_for(seconds(5)).await;
    assert!(wired.line.heard() > heard, "looks go on");
}

#[tokio::test(start_paused = true)]
async fn fault_13_connections_reset_in_any_phase_raise_nothing_and_are_over_soon() {
    let wired = Wired::plain().await;
    wired.offer(2);
    let watch = wired.app.watch_doctor(&wired.place).await;
    wired.app.run_for(minutes(2)).await;
    for (day, phase) in [None, Some(0), Some(5), Some(60), Some(250)]
        .into_iter()
        .enumerate()
    {
        match phase {
            None => wired.line.close(),
            Some(after) => wired.line.cut("/", after, Cut::Reset),
        }
        wired.app.run_for(minutes(20)).await;
        let told = wired.app.appeared();
        let view = wired.app.view(watch.id).await;
        assert_eq!(view.slots.len(), 1 + day, "{phase:?}");
        assert!(view.stale, "{phase:?}");
        assert_ne!(wired.service().await, ServiceState::Fine, "{phase:?}");
        wired.offer(3 + i64::try_from(day).expect("few"));
        wired.line.mend();
        wired.app.run_for(minutes(12)).await;
        assert_eq!(wired.service().await, ServiceState::Fine, "{phase:?}");
        assert_eq!(wired.app.appeared(), told + 1, "{phase:?}");
    }
}

/// Asks the city over a line, each kind of answer in turn.
struct Asking {
    city: Arc<City>,
    line: Line,
    client: Client,
    _server: Server,
}

impl Asking {
    async fn start() -> Self {
        let city = City::new(simulator::Config::default());
        let server = Server::start(city.clone(), 0).await.expect("a free port");
        let line = Line::plain(server.address()).await.expect("a free port");
        let pace = Arc::new(Pace::seeded(1_000_000, false, 1));
        let base = line.base_url().parse().expect("an address");
        Self {
            client: Client::new(base, pace).expect("a client"),
            city,
            line,
            _server: server,
        }
    }

    /// How many rows the answer has; `None`: it was none.
    async fn rows(&self, kind: &str, place: &Place) -> Option<usize> {
        let (clinic, why) = (&place.clinic.as_str().into(), Why::Click);
        let specialty = &place.specialty.as_str().into();
        let doctor = &place.doctor.as_str().into();
        let client = &self.client;
        match kind {
            "/districts" => client.districts(why).await.ok().map(|it| it.rows.len()),
            "/lpu/" => client.clinic(clinic, why).await.ok().map(|_| 1),
            "/doctors" => {
                let answer = client.doctors(clinic, specialty, why).await;
                answer.ok().map(|it| it.rows.len())
            }
            _ => {
                let answer = client.slots(clinic, doctor, why).await;
                answer.ok().map(|it| it.rows.len())
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_07_an_answer_cut_after_any_byte_is_no_answer_and_the_next_one_is_right() {
    let asking = Asking::start().await;
    let place = asking.city.a_doctor();
    for day in 1..4 {
        let start = asking.city.now() + chrono::TimeDelta::days(day);
        asking.city.offer(&place.clinic, &place.doctor, start);
    }
    for kind in ["/districts", "/lpu/", "/doctors", "/appointments"] {
        let rows = asking.rows(kind, &place).await;
        assert!(rows > Some(0), "{kind}");
        let length = asking.line.answered();
        assert!(length > 200, "{kind}: {length} bytes");
        for how in [Cut::Fin, Cut::Reset] {
            // Each cut with a reset is tried twice.
            let step = if how == Cut::Fin { 1 } else { 5 };
            for after in (0..length).step_by(step) {
                asking.line.cut(kind, after, how);
                let got = asking.rows(kind, &place).await;
                assert_eq!(got, None, "{kind}, {how:?} after {after} of {length}");
            }
            asking.line.mend();
            assert_eq!(asking.rows(kind, &place).await, rows, "{kind}, {how:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_07_whatever_answer_is_cut_nothing_goes_and_nothing_comes() {
    let wired = Wired::plain().await;
    for day in 2..5 {
        wired.offer(day);
    }
    let watch = wired.app.watch_any(&wired.place).await;
    wired.app.run_for(minutes(2)).await;
    assert_eq!(wired.app.view(watch.id).await.slots.len(), 3);
    for kind in ["/specialties", "/doctors", "/appointments"] {
        for how in [Cut::Fin, Cut::Reset] {
            for after in (0..900).step_by(53) {
                wired.line.cut(kind, after, how);
                wired.app.engine.check_now(None).await.expect("a check");
                let slots = wired.app.view(watch.id).await.slots.len();
                assert_eq!(slots, 3, "{kind}, {how:?} after {after}");
            }
            wired.line.mend();
            wired.app.run_for(minutes(12)).await;
            let view = wired.app.view(watch.id).await;
            assert!(!view.stale, "{kind}, {how:?}: the next good look is right");
            assert_eq!(view.slots.len(), 3, "{kind}, {how:?}");
        }
    }
    assert_eq!(wired.app.told.messages().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn fault_09_a_clinic_that_stalls_or_trickles_holds_up_no_other() {
    for fault in [Fault::Stall, Fault::SlowLoris, Fault::Silence] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        let other = app.city.pick(simulator::Vendor::Ariadna, 2).unwrap();
        app.watch_doctor(&place).await;
        app.watch_doctor(&other).await;
        app.run_for(minutes(2)).await;
        let slow = Scope::Clinic(place.clinic.clone());
        app.city.fail(slow, fault.clone(), Extent::UntilCleared);
        for day in 2..5 {
            app.run_for(minutes(7)).await;
            app.city
                .offer(&other.clinic, &other.doctor, app.in_days(day, 0));
            app.run_for(minutes(2)).await;
            let told = app.appeared();
            assert_eq!(told, usize::try_from(day - 1).unwrap(), "{fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fault_12_an_hour_of_errors_costs_a_probe_a_minute_and_ends_without_a_rush() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    let mut places = flows::crowd::thirty_pairs(&app.city);
    places.insert(0, place.clone());
    for place in &places {
        app.watch_any(place).await;
    }
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(40)).await;
    let before = app.told.messages().len();
    app.city
        .fail(Scope::All, Fault::Status(503), Extent::UntilCleared);
    app.run_for(minutes(10)).await;
    app.city.clear_requests();
    app.run_for(hours(1)).await;
    let asked = app.city.request_count();
    assert!(asked <= 60, "{asked} requests in an hour of errors");
    assert_eq!(app.told.messages().len(), before, "nothing is told of it");

    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
    app.city.clear_faults();
    app.city.clear_requests();
    for minute in 1..=3 {
        let before = app.city.request_count();
        app.run_for(minutes(1)).await;
        let asked = app.city.request_count() - before;
        assert!(asked <= 40, "{asked} requests in minute {minute}: a rush");
    }
    let often = app.asked_most_often();
    assert!(often <= 3, "one thing was asked {often} times");
    app.run_for(minutes(30)).await;
    assert_eq!(
        app.told.messages().len(),
        before + 1,
        "what is new, and nothing of old"
    );
}

#[tokio::test(start_paused = true)]
async fn fault_11_any_429_slows_everything_down_for_a_while_and_never_for_good() {
    for retry_after in [
        None,
        Some("-1"),
        Some("0"),
        Some("45"),
        Some("315360000"),
        Some("Wed, 21 Oct 2015 07:28:00 GMT"),
        Some("soon"),
    ] {
        let app = TestApp::start().await;
        let place = app.city.a_doctor();
        app.watch_doctor(&place).await;
        app.run_for(minutes(2)).await;
        let too_many = Fault::TooMany {
            retry_after: retry_after.map(str::to_owned),
        };
        app.city.fail(Scope::All, too_many, Extent::Next(1));
        app.run_for(minutes(62)).await;
        app.city
            .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
        app.run_for(minutes(16)).await;
        let service = app.engine.status().await.unwrap().service;
        assert_eq!(service, ServiceState::Fine, "{retry_after:?}");
        assert_eq!(app.appeared(), 1, "{retry_after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fault_18_a_service_whose_clock_is_off_changes_nothing_and_is_said_in_the_self_check() {
    let app = TestApp::start().await;
    let place = app.city.a_doctor();
    app.city
        .fail(Scope::All, Fault::WrongDate, Extent::UntilCleared);
    let watch = app.watch_doctor(&place).await;
    app.run_for(minutes(5)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    assert_eq!(app.appeared(), 1);
    let view = app.view(watch.id).await;
    assert_eq!(view.state, WatchState::Found);
    let ago = app.clock.now() - view.checked_at.expect("it was checked");
    assert!(ago < chrono::TimeDelta::minutes(2), "by our own clock");
    let checks = app.engine.self_check().await.expect("the self-check");
    let clock = checks.iter().find(|it| it.subject == CheckSubject::Clock);
    assert_eq!(clock.map(|it| it.verdict), Some(Verdict::Remark));
}

#[tokio::test]
async fn fault_15_a_name_nobody_knows_is_no_network_and_no_trouble_of_any_clinic() {
    // Not in the virtual time of the others: the system's resolver keeps its own.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = engine::Config {
        api_base: "https://nowhere.invalid/_api/api/v2".parse().unwrap(),
        background: false,
        clock: Clock::system(),
        secrets: Some(engine::secrets::Secrets::in_memory()),
        ..engine::Config::new(folder.path().join("data"))
    };
    let proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    if proxies.iter().any(|name| std::env::var_os(name).is_some()) {
        println!("skipped: a proxy of this machine would answer in the name's stead");
        return;
    }
    let engine = engine::Engine::start(config, Vec::new()).await.unwrap();
    let city = City::new(simulator::Config::default());
    let watch = engine
        .add_watch(engine::model::WatchDraft {
            places: vec![flows::any(&city.a_doctor())],
            ..Default::default()
        })
        .await
        .unwrap();
    engine.check_now(None).await.unwrap();
    assert_eq!(
        engine.status().await.unwrap().service,
        ServiceState::Offline
    );
    let view = engine.watch(watch.id).await.unwrap();
    assert_eq!(view.state, WatchState::Offline);
    engine.stop().await;
}

//! News of the program itself: that it cannot look, that it can again, what a night brought.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use engine::{
    Channel, Message, Rung, Taken, TellError,
    model::{MessageKind, News, Quiet, QuietManner, SilenceCause, WatchDraft},
};
use flows::{TestApp, any, hours, minutes, seconds};
use simulator::{Extent, Fault, Scope};

/// Remembers news.
#[derive(Default)]
struct Reader(Mutex<Vec<News>>);

impl Reader {
    fn news(&self) -> Vec<News> {
        self.0.lock().expect("nobody panics").clone()
    }
}

#[async_trait::async_trait]
impl Channel for Reader {
    fn name(&self) -> &'static str {
        "reader"
    }

    fn rung(&self) -> Rung {
        Rung::Screen
    }

    async fn tell(&self, _message: &Message) -> Result<Taken, TellError> {
        Ok(Taken::default())
    }

    async fn announce(&self, news: &News, _silent: bool) -> Result<(), TellError> {
        self.0.lock().expect("nobody panics").push(news.clone());
        Ok(())
    }
}

async fn begin() -> (TestApp, Arc<Reader>, simulator::Place) {
    let reader = Arc::new(Reader::default());
    let app = TestApp::telling(vec![reader.clone() as Arc<dyn Channel>]).await;
    let place = app.city.a_doctor();
    app.watch_doctor(&place).await;
    app.run_for(minutes(3)).await;
    (app, reader, place)
}

#[tokio::test(start_paused = true)]
async fn a_site_that_does_not_answer_is_said_once_over_a_restart_and_so_is_its_end() {
    let (app, reader, _) = begin().await;
    app.city
        .fail(Scope::All, Fault::Status(502), Extent::UntilCleared);
    app.run_for(minutes(8)).await;
    assert_eq!(reader.news(), []);
    app.run_for(minutes(10)).await;
    let [
        News::Silence {
            watches: 1,
            cause,
            since,
        },
    ] = &reader.news()[..]
    else {
        panic!("{:?}", reader.news())
    };
    assert_eq!(*cause, SilenceCause::Site);
    let status = app.engine.status().await.unwrap();
    assert_eq!(status.silent_since, Some(*since));

    let app = app.restart().await;
    app.run_for(hours(2)).await;
    assert_eq!(reader.news().len(), 1);
    app.city.clear_faults();
    app.run_for(minutes(10)).await;
    assert!(matches!(reader.news()[1..], [News::Recovered { .. }]));
    assert_eq!(app.engine.status().await.unwrap().silent_since, None);
    app.run_for(hours(2)).await;
    assert_eq!(reader.news().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_silence_of_the_night_is_said_in_the_morning_while_it_lasts() {
    for lasts in [true, false] {
        let (app, reader, _) = begin().await;
        let here = app.clock.now().with_timezone(&chrono::Local);
        let mut settings = app.engine.settings().await.unwrap();
        settings.quiet = Quiet {
            on: true,
            from: here.time(),
            to: (here + TimeDelta::hours(10)).time(),
            manner: QuietManner::Hold,
        };
        app.engine.save_settings(settings).await.unwrap();
        app.city
            .fail(Scope::All, Fault::Status(502), Extent::UntilCleared);
        app.run_for(hours(8)).await;
        assert_eq!(reader.news(), []);
        if !lasts {
            app.city.clear_faults();
        }
        app.run_for(hours(3)).await;
        match &reader.news()[..] {
            [News::Silence { .. }] if lasts => (),
            [] if !lasts => (),
            news => panic!("{news:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_night_that_cost_something_is_spoken_of_in_the_morning_alone() {
    let (app, reader, place) = begin().await;
    let here = app.clock.now().with_timezone(&chrono::Local);
    let mut settings = app.engine.settings().await.unwrap();
    settings.quiet = Quiet {
        on: true,
        from: here.time(),
        to: (here + TimeDelta::hours(8)).time(),
        manner: QuietManner::Hold,
    };
    app.engine.save_settings(settings).await.unwrap();
    app.run_for(minutes(2)).await;
    // One that is taken, and one that stays.
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(2)).await;
    app.city
        .take(&place.clinic, &place.doctor, app.in_days(2, 0));
    app.run_for(minutes(3)).await;
    app.city
        .offer(&place.clinic, &place.doctor, app.in_days(3, 0));
    app.run_for(hours(4)).await;
    // The computer is started anew in the night.
    let app = app.restart().await;
    app.run_for(hours(3)).await;
    assert_eq!(reader.news(), []);
    app.run_for(hours(2)).await;
    assert_eq!(reader.news(), [News::Morning { times: 2, left: 1 }]);
    assert_eq!(
        app.told.count(MessageKind::Gone),
        1,
        "machines heard all of it"
    );
    app.run_for(seconds(86_400)).await;
    assert_eq!(reader.news().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_ahead_does_not_hide_silence() {
    for restarted in [false, true] {
        let (mut app, reader, _) = begin().await;
        app.clock.step(TimeDelta::days(365));
        app.run_for(minutes(10)).await;
        app.clock.step(TimeDelta::days(-365));
        app.city
            .fail(Scope::All, Fault::Status(502), Extent::UntilCleared);
        if restarted {
            app = app.restart().await;
        }
        app.run_for(minutes(30)).await;
        let news = reader.news();
        assert!(
            matches!(news.as_slice(), [News::Silence { .. }]),
            "{restarted}: {news:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_asks_for_another_clinic_has_not_been_silent_about_it() {
    let (app, reader, place) = begin().await;
    let watch = app.engine.watches().await.unwrap().remove(0).watch;
    let elsewhere = app.city.place_of_vendor(simulator::Vendor::Samson);
    let draft = |place| WatchDraft {
        places: vec![any(place)],
        ..watch.draft.clone()
    };
    for asked in [&elsewhere, &place] {
        app.engine
            .update_watch(watch.id, draft(asked))
            .await
            .unwrap();
        app.run_for(minutes(40)).await;
    }
    app.city.fail(
        Scope::Clinic(elsewhere.clinic.clone()),
        Fault::Code(602),
        Extent::For(minutes(5)),
    );
    app.engine
        .update_watch(watch.id, draft(&elsewhere))
        .await
        .unwrap();
    app.run_for(minutes(8)).await;
    assert_eq!(reader.news(), []);
}

/// A watch of so many doctors of one clinic that a walk takes an hour at the least budget.
async fn long_walks() -> (TestApp, Vec<simulator::Place>) {
    let app = TestApp::start_with(simulator::Config::default(), Some(30)).await;
    for clinic in app.city.clinics() {
        let mut doctors = Vec::new();
        let mut places = Vec::new();
        for specialty in app.city.specialties(&clinic.id) {
            let place = |doctor: &str| simulator::Place {
                clinic: clinic.id.clone(),
                specialty: specialty.id.clone(),
                doctor: doctor.to_owned(),
            };
            let listed = app.city.doctors(&clinic.id, &specialty.id);
            doctors.extend(listed.iter().map(|doctor| place(&doctor.id)));
            places.push(any(&place("")));
            if doctors.len() >= 25 {
                app.watch(places).await;
                app.run_for(minutes(30)).await;
                return (app, doctors);
            }
        }
    }
    panic!("no clinic has so many doctors");
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_takes_an_hour_is_no_silence() {
    let (app, _) = long_walks().await;
    app.run_for(hours(6)).await;
    assert_eq!(app.told.news(), []);
}

#[tokio::test(start_paused = true)]
async fn a_long_walk_that_fails_from_its_middle_on_is_a_silence_said_once() {
    for after in [35, 45, 55] {
        let (app, _) = long_walks().await;
        app.run_for(minutes(after)).await;
        app.city
            .fail(Scope::All, Fault::Status(502), Extent::UntilCleared);
        app.run_for(hours(3)).await;
        let news = app.told.news();
        assert!(matches!(news[..], [News::Silence { .. }]), "{news:?}");
        app.city.clear_faults();
        app.run_for(hours(3)).await;
        let news = app.told.news();
        assert!(matches!(news[1..], [News::Recovered { .. }]), "{news:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_doctor_of_many_who_cannot_be_read_is_a_silence_said_once() {
    let (app, doctors) = long_walks().await;
    let slots = format!(
        "/schedule/lpu/{}/doctor/{}/appointments",
        doctors[5].clinic, doctors[5].doctor
    );
    app.city
        .fail(Scope::Path(slots), Fault::Code(602), Extent::UntilCleared);
    app.run_for(hours(8)).await;
    let news = app.told.news();
    assert!(matches!(news[..], [News::Silence { .. }]), "{news:?}");
}

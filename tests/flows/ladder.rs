//! Which channel tells when, until somebody answers.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use engine::{
    Channel, Message, Rung, Taken, TellError,
    clock::Clock,
    model::{
        Alert, AlertState, Answer, DeliveryState, MessageKind, Quiet, QuietManner, Settings, Tell,
        Untold, WatchDraft,
    },
};
use flows::{TestApp, minutes, only, seconds};
use simulator::Place;

/// A screen, or something that reaches a person elsewhere and can edit what it has told.
struct Teller {
    name: &'static str,
    rung: Rung,
    told: Mutex<Vec<(DateTime<Utc>, Message)>>,
    refreshed: Mutex<Vec<Alert>>,
    clock: Mutex<Option<Clock>>,
    absent: AtomicBool,
    unseen: AtomicBool,
    busy: AtomicBool,
    slow: Mutex<std::time::Duration>,
}

impl Teller {
    fn new(name: &'static str, rung: Rung) -> Arc<Self> {
        Arc::new(Self {
            name,
            rung,
            told: Mutex::default(),
            refreshed: Mutex::default(),
            clock: Mutex::default(),
            absent: AtomicBool::default(),
            unseen: AtomicBool::default(),
            busy: AtomicBool::default(),
            slow: Mutex::default(),
        })
    }

    /// When it told what, in seconds since the beginning of the story.
    fn told(&self) -> Vec<(i64, MessageKind)> {
        let start = simulator::Config::default().start;
        let told = self.told.lock().expect("nobody panics");
        told.iter()
            .map(|(at, message)| ((*at - start).num_seconds(), message.kind))
            .collect()
    }

    fn kinds(&self) -> Vec<MessageKind> {
        self.told().into_iter().map(|(_, kind)| kind).collect()
    }
}

#[async_trait::async_trait]
impl Channel for Teller {
    fn name(&self) -> &str {
        self.name
    }

    fn rung(&self) -> Rung {
        self.rung
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        if self.absent.load(Ordering::SeqCst) {
            return Err(TellError::Later {
                after: Some(minutes(5)),
                why: Untold::Absent,
            });
        }
        let slow = *self.slow.lock().expect("nobody panics");
        tokio::time::sleep(slow).await;
        let now = self
            .clock
            .lock()
            .expect("nobody panics")
            .as_ref()
            .expect("the story has begun")
            .now();
        self.told
            .lock()
            .expect("nobody panics")
            .push((now, message.clone()));
        Ok(Taken {
            receipt: (self.rung == Rung::Afar).then(|| message.alert.id.to_string()),
            unseen: self.unseen.load(Ordering::SeqCst),
        })
    }

    async fn refresh(&self, alert: &Alert, receipt: &str) -> Result<(), TellError> {
        assert_eq!(receipt, alert.id.to_string());
        if self.absent.load(Ordering::SeqCst) {
            return Err(TellError::Later {
                after: None,
                why: Untold::Unreachable,
            });
        }
        if self.busy.swap(false, Ordering::SeqCst) {
            return Err(TellError::Later {
                after: Some(seconds(1)),
                why: Untold::Busy,
            });
        }
        self.refreshed
            .lock()
            .expect("nobody panics")
            .push(alert.clone());
        Ok(())
    }
}

/// A screen, a phone, and a watch on one doctor that has seen what was there.
struct Story {
    app: TestApp,
    place: Place,
    screen: Arc<Teller>,
    phone: Arc<Teller>,
    began: i64,
}

impl Story {
    async fn begin(tell: Tell) -> Self {
        let screen = Teller::new("screen", Rung::Screen);
        let phone = Teller::new("phone", Rung::Afar);
        let more: Vec<Arc<dyn Channel>> = vec![screen.clone(), phone.clone()];
        let app = TestApp::telling(more).await;
        for teller in [&screen, &phone] {
            *teller.clock.lock().expect("nobody panics") = Some(app.clock.clone());
        }
        let place = app.city.a_doctor();
        let draft = WatchDraft {
            places: vec![only(&place)],
            tell,
            ..WatchDraft::default()
        };
        app.engine
            .add_watch(draft)
            .await
            .expect("the draft is good");
        app.run_for(seconds(20)).await;
        let mut story = Self {
            app,
            place,
            screen,
            phone,
            began: 0,
        };
        story.offer(2).await;
        story.began = story.since_start();
        story
    }

    fn since_start(&self) -> i64 {
        let start = simulator::Config::default().start;
        (self.app.clock.now() - start).num_seconds()
    }

    /// A slot appears that many days ahead, and is seen.
    async fn offer(&self, days: i64) {
        let start = self.app.in_days(days, 0);
        self.app
            .city
            .offer(&self.place.clinic, &self.place.doctor, start);
        let inbox = self.app.inbox().await.len();
        for _ in 0..60 {
            self.app.run_for(seconds(1)).await;
            let alerts = self.app.inbox().await;
            let slots: usize = alerts.iter().map(|alert| alert.slots.len()).sum();
            if alerts.len() > inbox || i64::try_from(slots).is_ok_and(|slots| slots >= days - 1) {
                break;
            }
        }
        self.app.run_for(seconds(1)).await;
    }

    fn take(&self, days: i64) {
        let start = self.app.in_days(days, 0);
        self.app
            .city
            .take(&self.place.clinic, &self.place.doctor, start);
    }

    /// Minutes after the alert at which a channel told it.
    fn at(&self, teller: &Teller) -> Vec<(i64, MessageKind)> {
        teller
            .told()
            .into_iter()
            .map(|(at, kind)| ((at - self.began + 30).div_euclid(60), kind))
            .collect()
    }

    async fn answer(&self, answer: Answer) {
        let alert = self.app.inbox().await.pop().expect("there is an alert");
        self.app
            .engine
            .answer(alert.id, answer)
            .await
            .expect("it is noted");
    }

    async fn save(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.app.engine.settings().await.expect("they are read");
        change(&mut settings);
        self.app
            .engine
            .save_settings(settings)
            .await
            .expect("they are kept");
    }
}

use MessageKind::{Again, Appeared, Gone};

#[tokio::test(start_paused = true)]
async fn unanswered_it_is_told_three_times_and_no_more() {
    let story = Story::begin(Tell::Ladder).await;
    story.app.run_for(minutes(60)).await;
    assert_eq!(story.at(&story.screen), [(0, Appeared), (2, Again)]);
    assert_eq!(story.at(&story.phone), [(4, Appeared)]);
}

#[tokio::test(start_paused = true)]
async fn any_answer_stops_the_ladder_where_it_is() {
    for answer in [Answer::Seen, Answer::Acted, Answer::Dismiss] {
        let story = Story::begin(Tell::Ladder).await;
        story.app.run_for(minutes(1)).await;
        story.answer(answer).await;
        story.app.run_for(minutes(30)).await;
        assert_eq!(story.screen.kinds(), [Appeared]);
        assert_eq!(story.phone.kinds(), []);
        let deliveries = &story.app.inbox().await[0].deliveries;
        let phone = deliveries.iter().find(|it| it.channel == "phone").unwrap();
        assert_eq!(phone.state, DeliveryState::Expired);
        assert_eq!(phone.why, Some(Untold::Answered));
    }
}

#[tokio::test(start_paused = true)]
async fn later_begins_it_anew_after_a_quarter_of_an_hour() {
    let story = Story::begin(Tell::Ladder).await;
    story.app.run_for(minutes(1)).await;
    story.answer(Answer::Later).await;
    story.app.run_for(minutes(14)).await;
    assert_eq!(story.screen.kinds(), [Appeared]);
    story.app.run_for(minutes(20)).await;
    assert_eq!(
        story.at(&story.screen),
        [(0, Appeared), (16, Appeared), (18, Again)]
    );
    assert_eq!(story.at(&story.phone), [(20, Appeared)]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_may_tell_everywhere_at_once() {
    let story = Story::begin(Tell::AtOnce).await;
    story.app.run_for(minutes(30)).await;
    assert_eq!(story.at(&story.screen), [(0, Appeared), (2, Again)]);
    assert_eq!(story.at(&story.phone), [(0, Appeared)]);
}

#[tokio::test(start_paused = true)]
async fn fault_53_nobody_waits_for_a_screen_that_nobody_sees() {
    // There is no screen to show it; nobody is at it.
    for absent in [true, false] {
        let story = Story::begin(Tell::Ladder).await;
        story.answer(Answer::Seen).await;
        story.screen.absent.store(absent, Ordering::SeqCst);
        story.screen.unseen.store(!absent, Ordering::SeqCst);
        story.app.run_for(minutes(2)).await;
        story.offer(3).await;
        story.app.run_for(seconds(1)).await;
        assert_eq!(story.phone.kinds(), [Appeared]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_before_its_turn_is_not_told_and_what_was_told_is_put_right() {
    let story = Story::begin(Tell::AtOnce).await;
    story.take(2);
    story.app.run_for(minutes(2)).await;
    assert_eq!(story.screen.kinds(), [Appeared, Gone]);
    assert_eq!(story.phone.kinds(), [Appeared, Gone]);

    let story = Story::begin(Tell::Ladder).await;
    story.take(2);
    story.app.run_for(minutes(30)).await;
    assert_eq!(story.screen.kinds(), [Appeared, Gone]);
    assert_eq!(story.phone.kinds(), []);
}

#[tokio::test(start_paused = true)]
async fn slots_of_one_minute_are_one_alert_and_each_goes_out_of_the_message_by_itself() {
    let story = Story::begin(Tell::AtOnce).await;
    story.offer(3).await;
    assert_eq!(story.app.inbox().await.len(), 1);
    assert_eq!(story.phone.kinds(), [Appeared, Appeared]);
    let receipts: Vec<Option<String>> = {
        let told = story.phone.told.lock().unwrap();
        told.iter().map(|(_, told)| told.receipt.clone()).collect()
    };
    assert_eq!(receipts, [None, Some("1".to_owned())]);

    story.take(2);
    story.app.run_for(minutes(3)).await;
    let refreshed = story.phone.refreshed.lock().unwrap().clone();
    let [half] = &refreshed[..] else {
        panic!("it is put right once: {}", refreshed.len())
    };
    assert_eq!(
        half.slots.iter().filter(|it| it.gone_at.is_some()).count(),
        1
    );
    assert_eq!(half.state, AlertState::Raised);

    // A minute later it is another alert.
    story.app.run_for(minutes(1)).await;
    story.offer(4).await;
    assert_eq!(story.app.inbox().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn fault_46_an_answer_reaches_what_was_told_though_the_way_is_cut_and_the_program_dies() {
    let mut story = Story::begin(Tell::AtOnce).await;
    story.phone.absent.store(true, Ordering::SeqCst);
    story.answer(Answer::Seen).await;
    story.app.run_for(minutes(5)).await;
    assert_eq!(story.phone.refreshed.lock().unwrap().len(), 0);
    story.app = story.app.crash().await;
    story.app.run_for(minutes(5)).await;
    story.phone.absent.store(false, Ordering::SeqCst);
    story.app.run_for(minutes(16)).await;
    let refreshed = story.phone.refreshed.lock().unwrap().clone();
    assert_eq!(refreshed.len(), 1);
    assert_eq!(refreshed[0].state, AlertState::Seen);
    assert_eq!(story.phone.kinds(), [Appeared]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_given_while_a_message_is_on_its_way_reaches_it() {
    let story = Story::begin(Tell::Ladder).await;
    story.app.run_for(minutes(3)).await;
    *story.phone.slow.lock().unwrap() = seconds(5);
    story.app.run_for(seconds(62)).await;
    story.answer(Answer::Seen).await;
    story.app.run_for(seconds(10)).await;
    assert_eq!(story.phone.kinds(), [Appeared]);
    let refreshed = story.phone.refreshed.lock().unwrap().clone();
    let states: Vec<AlertState> = refreshed.iter().map(|alert| alert.state).collect();
    assert_eq!(states, [AlertState::Seen]);
}

#[tokio::test(start_paused = true)]
async fn later_said_at_once_reaches_a_message_whose_chat_takes_no_more_for_a_moment() {
    let story = Story::begin(Tell::AtOnce).await;
    story.phone.busy.store(true, Ordering::SeqCst);
    story.answer(Answer::Later).await;
    story.app.run_for(seconds(5)).await;
    let refreshed = story.phone.refreshed.lock().unwrap().clone();
    assert!(matches!(
        refreshed[..],
        [Alert {
            state: AlertState::Snoozed { .. },
            ..
        }]
    ));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_put_off_is_put_right_when_it_is_answered_or_gone_meanwhile() {
    let later = async || {
        let story = Story::begin(Tell::AtOnce).await;
        story.answer(Answer::Later).await;
        story.app.run_for(minutes(1)).await;
        story
    };
    let last = |story: &Story| {
        let refreshed = story.phone.refreshed.lock().unwrap();
        refreshed.last().map(|alert| alert.state)
    };
    let story = later().await;
    story.answer(Answer::Dismiss).await;
    story.app.run_for(seconds(5)).await;
    assert_eq!(last(&story), Some(AlertState::Dismissed));

    let story = later().await;
    story.take(2);
    story.app.run_for(minutes(3)).await;
    assert_eq!(last(&story), Some(AlertState::Gone));
    assert_eq!(story.phone.kinds(), [Appeared]);
}

#[tokio::test(start_paused = true)]
async fn two_trials_at_once_come_one_after_the_other() {
    let story = Story::begin(Tell::Ladder).await;
    story.answer(Answer::Seen).await;
    *story.phone.slow.lock().unwrap() = seconds(3);
    let engine = &story.app.engine;
    let (first, second) = tokio::join!(engine.try_channels(None), engine.try_channels(None));
    for trial in [first.unwrap(), second.unwrap()] {
        assert!(trial.iter().all(|it| it.why.is_none()), "{trial:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_hold_people_and_not_machines() {
    let story = Story::begin(Tell::AtOnce).await;
    story.answer(Answer::Seen).await;
    story.app.run_for(minutes(2)).await;
    // By the computer's own clock, whatever its zone.
    let here = story.app.clock.now().with_timezone(&chrono::Local);
    let hour = |hours| (here + TimeDelta::hours(hours)).time();
    let quiet = |from: NaiveTime, to: NaiveTime, manner| Quiet {
        on: true,
        from,
        to,
        manner,
    };
    story
        .save(|it| it.quiet = quiet(hour(-1), hour(2), QuietManner::Hold))
        .await;
    story.offer(3).await;
    story.app.run_for(minutes(30)).await;
    assert_eq!(story.screen.kinds(), [Appeared]);
    assert_eq!(story.phone.kinds(), [Appeared]);
    assert_eq!(story.app.appeared(), 2, "standard output knows no night");
    // They are over: what is still there is told.
    story.app.run_for(minutes(120)).await;
    assert_eq!(story.screen.kinds(), [Appeared, Appeared, Again]);
    assert_eq!(story.phone.kinds(), [Appeared, Appeared]);

    story
        .save(|it| it.quiet = quiet(hour(-1), hour(9), QuietManner::Silent))
        .await;
    story.offer(4).await;
    let told = story.phone.told.lock().unwrap();
    assert!(!told[1].1.silent);
    assert!(told[2].1.silent, "it comes, without a sound");
}

#[tokio::test(start_paused = true)]
async fn the_quiet_mode_takes_the_sound_away_until_it_is_switched_off() {
    let story = Story::begin(Tell::AtOnce).await;
    assert!(story.app.engine.toggle_hush().await.unwrap());
    assert!(story.app.engine.status().await.unwrap().hushed);
    story.app.run_for(minutes(2)).await;
    story.offer(3).await;
    assert!(!story.app.engine.toggle_hush().await.unwrap());
    let told = story.phone.told.lock().unwrap();
    let silent: Vec<bool> = told.iter().map(|(_, told)| told.silent).collect();
    assert_eq!(silent, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn watches_that_find_slots_in_one_moment_know_of_each_other() {
    let story = Story::begin(Tell::AtOnce).await;
    let other = story
        .app
        .city
        .doctors(&story.place.clinic, &story.place.specialty);
    let other = other.iter().find(|it| it.id != story.place.doctor).unwrap();
    let place = Place {
        doctor: other.id.clone(),
        ..story.place.clone()
    };
    let draft = WatchDraft {
        places: vec![only(&place)],
        ..WatchDraft::default()
    };
    story.app.engine.add_watch(draft).await.unwrap();
    story.app.run_for(minutes(2)).await;
    story
        .app
        .city
        .offer(&place.clinic, &place.doctor, story.app.in_days(5, 0));
    story.offer(6).await;
    story.app.run_for(seconds(15)).await;
    let told = story.screen.told.lock().unwrap();
    let last = &told.last().unwrap().1;
    assert_eq!(last.together.len(), 1);
    assert_ne!(last.together[0].watch_id, last.alert.watch_id);
}

#[tokio::test(start_paused = true)]
async fn the_trial_goes_the_whole_way_to_every_channel_and_leaves_nothing() {
    let story = Story::begin(Tell::Ladder).await;
    story.answer(Answer::Seen).await;
    let here = story.app.clock.now().with_timezone(&chrono::Local);
    let (from, to) = (here - TimeDelta::hours(1), here + TimeDelta::hours(1));
    story
        .save(|it| {
            it.quiet = Quiet {
                on: true,
                from: from.time(),
                to: to.time(),
                manner: QuietManner::Hold,
            }
        })
        .await;
    let inbox = story.app.inbox().await;
    story.screen.absent.store(true, Ordering::SeqCst);
    let trial = story.app.engine.try_channels(None).await.unwrap();
    let results: Vec<_> = trial
        .iter()
        .map(|it| (it.channel.as_str(), it.why))
        .collect();
    assert_eq!(
        results,
        [
            ("test", None),
            ("screen", Some(Untold::Absent)),
            ("phone", None)
        ]
    );
    assert_eq!(story.app.inbox().await, inbox);
    assert_eq!(story.app.engine.status().await.unwrap().unanswered, 0);
    let only = story
        .app
        .engine
        .try_channels(Some("phone".to_owned()))
        .await;
    assert_eq!(only.unwrap().len(), 1);
}

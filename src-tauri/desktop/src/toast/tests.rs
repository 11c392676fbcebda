use chrono::{DateTime, TimeDelta, Utc};
use engine::model::{AlertSlot, AlertState, Language};
use tokio::{runtime::Handle, sync::mpsc};

use super::*;

fn now() -> DateTime<Utc> {
    "2026-11-24T05:45:00Z".parse().unwrap()
}

fn slot(hours: i64) -> AlertSlot {
    AlertSlot {
        doctor_id: "7".into(),
        doctor: "Иванова А. А.".to_owned(),
        start: now() + TimeDelta::hours(hours),
        end: None,
        room: None,
        first_seen: now(),
        gone_at: None,
    }
}

fn message(slots: usize, kind: MessageKind) -> Message {
    let slots: Vec<AlertSlot> = (24..).take(slots).map(slot).collect();
    Message {
        alert: Alert {
            id: AlertId(5),
            watch_id: WatchId(3),
            nickname: "мама".to_owned(),
            clinic_id: "1174".into(),
            clinic: "Поликлиника № 87".to_owned(),
            address: None,
            specialty: "Окулист".to_owned(),
            link: "https://gorzdrav.spb.ru/service-free-schedule#x".to_owned(),
            raised_at: now(),
            state: AlertState::Raised,
            slots: slots.clone(),
            deliveries: Vec::new(),
        },
        kind,
        fresh: slots,
        others: Vec::new(),
        together: Vec::new(),
        repeat: false,
        silent: false,
        receipt: None,
    }
}

fn toast(message: &Message, settings: &Settings) -> Toast {
    let words = Words::new(Language::Ru);
    let manner = Manner {
        hide_details: settings.hide_details,
        demo: false,
    };
    let alert = &message.alert;
    let notice = notice(alert, message.kind, &alert.slots, words, now(), manner);
    toast_of(notice, message.kind, settings, words)
}

#[test]
fn a_found_slot_stays_with_two_buttons_and_a_sound() {
    let toast = toast(&message(1, MessageKind::Appeared), &Settings::default());
    assert!(toast.title.starts_with("Есть талон"), "{}", toast.title);
    let titles: Vec<&str> = toast
        .buttons
        .iter()
        .map(|(_, title)| title.as_str())
        .collect();
    assert_eq!(titles, ["Записаться", "Позже"]);
    assert!(toast.lasting && toast.sound);
}

#[test]
fn slots_that_went_are_said_softly_and_need_no_answer() {
    let toast = toast(&message(1, MessageKind::Gone), &Settings::default());
    assert_eq!(toast.buttons, []);
    assert!(!toast.lasting && !toast.sound);
}

#[test]
fn the_settings_silence_the_sound_and_hide_the_details() {
    let settings = Settings {
        sound: false,
        hide_details: true,
        ..Settings::default()
    };
    let toast = toast(&message(1, MessageKind::Appeared), &settings);
    assert!(!toast.sound);
    for secret in ["Окулист", "87", "мама"] {
        assert!(!toast.title.contains(secret) && !toast.body.contains(secret));
    }
}

#[test]
fn a_press_asks_for_what_its_button_says() {
    let (alert, watch) = (AlertId(5), WatchId(3));
    let page = || Some("https://gorzdrav.spb.ru/x".to_owned());
    let ask = |press, link| ask_of(press, &[(watch, alert)], link);
    assert_eq!(ask(Press::Closed, page()), None);
    assert_eq!(
        ask(Press::Button(Button::Later), page()),
        Some(Ask::Answer(alert, Answer::Later))
    );
    assert_eq!(
        ask(Press::Button(Button::Primary), page()),
        Some(Ask::Book {
            alert,
            watch,
            link: "https://gorzdrav.spb.ru/x".to_owned()
        })
    );
    // «Посмотреть», and a click anywhere else.
    let read = Some(Ask::Read { alert, watch });
    assert_eq!(ask(Press::Button(Button::Primary), None), read);
    assert_eq!(ask(Press::Body, page()), read);
}

#[tokio::test]
async fn fault_53_with_notifications_off_nothing_is_ever_shown() {
    let settings = watch::Sender::new(Some(Settings {
        notifications: false,
        ..Settings::default()
    }));
    let (asks, _asked) = mpsc::unbounded_channel();
    let toasts = Toasts::new(
        settings.subscribe(),
        asks,
        Clock::system(),
        Tasks::new(Handle::current()),
        None,
    );
    let told = toasts
        .channel(Mode::Real)
        .tell(&message(1, MessageKind::Appeared))
        .await;
    assert!(matches!(told, Err(TellError::Never { .. })), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_shown_before_it_is_known_what_may_be() {
    let settings = watch::Sender::new(None);
    let (asks, _asked) = mpsc::unbounded_channel();
    let toasts = Toasts::new(
        settings.subscribe(),
        asks,
        Clock::system(),
        Tasks::new(Handle::current()),
        None,
    );
    let told = toasts
        .channel(Mode::Real)
        .tell(&message(1, MessageKind::Appeared))
        .await;
    assert!(matches!(told, Err(TellError::Later { .. })), "{told:?}");
}

/// A notification server that remembers what it shows.
#[derive(Default)]
struct Screen {
    state: Arc<Mutex<OnScreen>>,
    /// It puts nothing in the place of another.
    never_replaces: bool,
}

#[derive(Default)]
struct OnScreen {
    last: u32,
    /// What is on the screen, oldest first.
    shown: Vec<(u32, Toast)>,
    /// Those that made a sound.
    sounds: usize,
    /// Where presses are sent; the newest listener of a number last.
    pressing: Vec<(u32, mpsc::UnboundedSender<Press>)>,
}

struct OnIt {
    id: u32,
    state: Arc<Mutex<OnScreen>>,
    never_replaces: bool,
    presses: tokio::sync::Mutex<mpsc::UnboundedReceiver<Press>>,
}

#[async_trait]
impl Server for Screen {
    async fn show(&self, toast: &Toast, replaced: Option<u32>) -> Result<Arc<dyn Shown>, Wrong> {
        let mut state = self.state.lock().unwrap();
        let id = replaced.unwrap_or(state.last + 1);
        state.last = state.last.max(id);
        state.shown.retain(|(shown, _)| *shown != id);
        state.shown.push((id, toast.clone()));
        state.sounds += usize::from(toast.sound);
        let (press, presses) = mpsc::unbounded_channel();
        state.pressing.push((id, press));
        Ok(Arc::new(OnIt {
            id,
            state: self.state.clone(),
            never_replaces: self.never_replaces,
            presses: presses.into(),
        }))
    }
}

#[async_trait]
impl Shown for OnIt {
    fn id(&self) -> Option<u32> {
        (!self.never_replaces).then_some(self.id)
    }

    async fn pressed(&self) -> Press {
        let mut presses = self.presses.lock().await;
        presses.recv().await.unwrap_or(Press::Closed)
    }

    async fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.shown.retain(|(shown, _)| *shown != self.id);
    }
}

/// Notifications on a screen of our own.
struct Story {
    state: Arc<Mutex<OnScreen>>,
    toasts: Arc<Toasts>,
    asked: mpsc::UnboundedReceiver<Ask>,
    _settings: watch::Sender<Option<Settings>>,
}

impl Story {
    fn on(screen: Screen) -> Self {
        let state = screen.state.clone();
        let settings = watch::Sender::new(Some(Settings {
            language: Language::Ru,
            ..Settings::default()
        }));
        let (asks, asked) = mpsc::unbounded_channel();
        let known = settings.subscribe();
        let clock = Clock::test(now());
        let tasks = Tasks::new(Handle::current());
        Self {
            state,
            toasts: Toasts::on(Box::new(screen), known, asks, clock, tasks),
            asked,
            _settings: settings,
        }
    }

    fn begin() -> Self {
        Self::on(Screen::default())
    }

    async fn tell(&self, message: &Message) {
        self.tell_in(Mode::Real, message).await;
    }

    async fn tell_in(&self, mode: Mode, message: &Message) {
        self.toasts.channel(mode).tell(message).await.unwrap();
        // The listener begins to listen.
        tokio::task::yield_now().await;
    }

    async fn withdraw(&self, alert: &Alert) {
        self.toasts.channel(Mode::Real).withdraw(alert).await;
    }

    /// Titles on the screen, oldest first.
    fn titles(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let shown = state.shown.iter();
        shown.map(|(_, toast)| toast.title.clone()).collect()
    }

    fn body(&self) -> String {
        let state = self.state.lock().unwrap();
        state.shown.last().unwrap().1.body.clone()
    }

    fn sounds(&self) -> usize {
        self.state.lock().unwrap().sounds
    }

    /// Presses the newest notification, for everyone who still listens to its number.
    async fn press(&mut self, press: Press) -> Ask {
        {
            let state = self.state.lock().unwrap();
            let id = state.shown.last().unwrap().0;
            for (_, listener) in state.pressing.iter().filter(|(it, _)| *it == id) {
                let _ = listener.send(press);
            }
        }
        let ask = self.asked.recv().await.unwrap();
        tokio::task::yield_now().await;
        assert_eq!(self.asked.try_recv().ok(), None, "one press, one answer");
        ask
    }
}

/// An alert of a watch with slots so many hours ahead.
fn alert(id: u32, watch: u32, hours: &[i64]) -> Alert {
    Alert {
        id: AlertId(id),
        watch_id: WatchId(watch),
        slots: hours.iter().copied().map(slot).collect(),
        ..message(0, MessageKind::Appeared).alert
    }
}

fn told(kind: MessageKind, alert: &Alert, others: &[&Alert]) -> Message {
    Message {
        alert: alert.clone(),
        fresh: alert.slots.clone(),
        others: others.iter().copied().cloned().collect(),
        ..message(0, kind)
    }
}

fn appeared(alert: &Alert, others: &[&Alert]) -> Message {
    told(MessageKind::Appeared, alert, others)
}

#[tokio::test]
async fn alerts_of_one_watch_share_a_notification_that_says_what_is_free() {
    for never_replaces in [false, true] {
        let story = Story::on(Screen {
            never_replaces,
            ..Screen::default()
        });
        let (first, second) = (alert(1, 3, &[30]), alert(2, 3, &[26, 40]));
        story.tell(&appeared(&first, &[])).await;
        assert_eq!(story.titles(), ["Есть талон · Окулист"]);
        story.tell(&appeared(&second, &[&first])).await;
        assert_eq!(story.titles(), ["Есть талоны: 3 · Окулист"]);
        let soonest = "Ближайший: завтра, 10:45. Поликлиника №\u{a0}87. Для: мама";
        assert_eq!(story.body(), soonest);
        assert_eq!(story.sounds(), 2);
        // Another watch has its own; so has a watch of that number in the practice city.
        story.tell(&appeared(&alert(3, 4, &[30]), &[])).await;
        story
            .tell_in(Mode::Demo, &appeared(&alert(1, 3, &[30]), &[]))
            .await;
        assert_eq!(story.titles().len(), 3);
    }
}

#[tokio::test]
async fn a_press_answers_the_newest_alert_alone() {
    let mut story = Story::begin();
    let (first, second) = (alert(1, 3, &[30]), alert(2, 3, &[26]));
    story.tell(&appeared(&first, &[])).await;
    story.tell(&appeared(&second, &[&first])).await;
    let later = story.press(Press::Button(Button::Later)).await;
    assert_eq!(later, Ask::Answer(AlertId(2), Answer::Later));
    // The first is told again while the second is on the screen.
    let mut story = Story::begin();
    story.tell(&appeared(&second, &[])).await;
    story.tell(&appeared(&first, &[&second])).await;
    let later = story.press(Press::Button(Button::Later)).await;
    assert_eq!(later, Ask::Answer(AlertId(2), Answer::Later));
}

#[tokio::test]
async fn taking_back_an_older_alert_leaves_the_notification_of_a_newer_one() {
    let story = Story::begin();
    let (first, second) = (alert(1, 3, &[30]), alert(2, 3, &[26]));
    story.tell(&appeared(&first, &[])).await;
    story.tell(&appeared(&second, &[&first])).await;
    story.withdraw(&first).await;
    assert_eq!(story.titles(), ["Есть талоны: 2 · Окулист"]);
    // What is said next says what is left.
    story
        .tell(&told(MessageKind::Gone, &first, &[&second]))
        .await;
    assert_eq!(story.titles(), ["Есть талон · Окулист"]);
    assert_eq!(story.sounds(), 2, "what is left is no news");
    story.withdraw(&second).await;
    assert_eq!(story.titles(), [""; 0]);
    story.tell(&told(MessageKind::Gone, &second, &[])).await;
    assert_eq!(story.titles(), ["Талоны разобрали · Окулист"]);
}

#[tokio::test]
async fn what_several_alerts_of_a_moment_say_is_heard_once() {
    let story = Story::begin();
    let (first, second) = (alert(1, 3, &[30]), alert(2, 3, &[26]));
    story.tell(&appeared(&first, &[&second])).await;
    story.tell(&appeared(&second, &[&first])).await;
    assert_eq!(story.titles(), ["Есть талоны: 2 · Окулист"]);
    assert_eq!(story.sounds(), 1);
}

#[tokio::test]
async fn a_second_telling_comes_anew_and_is_heard_again() {
    let story = Story::begin();
    let found = alert(1, 3, &[30]);
    story.tell(&appeared(&found, &[])).await;
    story.tell(&told(MessageKind::Again, &found, &[])).await;
    assert_eq!(story.titles(), ["Есть талон · Окулист"]);
    assert_eq!(story.sounds(), 2);
    let silent = Message {
        silent: true,
        ..told(MessageKind::Again, &found, &[])
    };
    story.tell(&silent).await;
    assert_eq!(story.sounds(), 2, "quiet hours, or the quiet mode");
}

#[tokio::test]
async fn watches_of_one_moment_share_a_notification() {
    let (first, second) = (alert(1, 3, &[30]), alert(2, 4, &[26]));
    let together = |alert: &Alert, others: &[&Alert]| Message {
        together: others.iter().copied().cloned().collect(),
        ..appeared(alert, &[])
    };
    let mut story = Story::begin();
    story.tell(&together(&first, &[])).await;
    story.tell(&together(&second, &[&first])).await;
    assert_eq!(story.titles(), ["Есть талоны по 2 ожиданиям"]);
    // The other way round says the same, and is not heard.
    story.tell(&together(&first, &[&second])).await;
    assert_eq!(story.titles(), ["Есть талоны по 2 ожиданиям"]);
    assert_eq!(story.sounds(), 2);
    let read = story.press(Press::Body).await;
    let alerts = vec![AlertId(1), AlertId(2)];
    assert_eq!(read, Ask::ReadAll { alerts });

    // One of them is answered elsewhere, then the other.
    let story = Story::begin();
    story.tell(&together(&first, &[&second])).await;
    story.withdraw(&first).await;
    assert_eq!(story.titles().len(), 1);
    story.withdraw(&second).await;
    assert_eq!(story.titles().len(), 0);
}

#[tokio::test]
async fn a_later_alert_of_one_watch_leaves_what_is_said_of_the_other() {
    let mut story = Story::begin();
    let (first, second) = (alert(1, 3, &[30]), alert(2, 4, &[26]));
    let both = Message {
        together: vec![second.clone()],
        ..appeared(&first, &[])
    };
    story.tell(&both).await;
    story.tell(&appeared(&alert(5, 3, &[20]), &[])).await;
    assert_eq!(
        story.titles(),
        ["Есть талоны по 2 ожиданиям", "Есть талон · Окулист"]
    );
    let later = story.press(Press::Button(Button::Later)).await;
    assert_eq!(later, Ask::Answer(AlertId(5), Answer::Later));
    story.withdraw(&second).await;
    assert_eq!(story.titles(), ["Есть талон · Окулист"], "the pressed one");
}

#[tokio::test]
async fn news_of_the_program_say_what_is_wrong_and_lead_there() {
    let mut story = Story::begin();
    let news = News::ChatLost {
        title: "Мария".to_owned(),
    };
    let channel = story.toasts.channel(Mode::Real);
    channel.announce(&news, false).await.unwrap();
    assert_eq!(story.titles(), ["Чат в Телеграме не принимает сообщения"]);
    assert!(story.body().contains("Мария"));
    tokio::task::yield_now().await;
    let open = story.press(Press::Button(Button::Primary)).await;
    assert_eq!(open, Ask::OpenAt("/settings".to_owned()));
}

#[tokio::test]
async fn that_it_can_look_again_takes_the_place_of_that_it_cannot() {
    let story = Story::begin();
    let channel = story.toasts.channel(Mode::Real);
    let silence = News::Silence {
        since: now(),
        watches: 1,
        cause: engine::model::SilenceCause::Site,
    };
    channel.announce(&silence, false).await.unwrap();
    assert_eq!(story.titles(), ["Не можем проверить талоны"]);
    let recovered = News::Recovered {
        since: now(),
        until: now(),
    };
    channel.announce(&recovered, false).await.unwrap();
    assert_eq!(story.titles(), ["Снова проверяем талоны"]);
    story.toasts.withdraw_all(Mode::Real).await;
    assert_eq!(story.titles(), [""; 0]);
}

#[tokio::test]
async fn the_trial_of_all_channels_is_a_plain_notification() {
    let story = Story::begin();
    let trial = alert(9, TRIAL.0, &[30]);
    story.tell(&appeared(&trial, &[])).await;
    assert_eq!(story.titles().len(), 1);
    assert!(
        story.body().starts_with("Пробное уведомление."),
        "{}",
        story.body()
    );
}

#[tokio::test]
async fn booking_is_offered_by_the_real_city_alone() {
    let mut story = Story::begin();
    let found = appeared(&alert(1, 3, &[30]), &[]);
    story.tell(&found).await;
    let book = story.press(Press::Button(Button::Primary)).await;
    let (alert, watch) = (AlertId(1), WatchId(3));
    let link = found.alert.link.clone();
    assert_eq!(book, Ask::Book { alert, watch, link });

    let mut story = Story::begin();
    story.tell_in(Mode::Demo, &found).await;
    assert!(story.titles()[0].starts_with("Учебный: "));
    let look = story.press(Press::Button(Button::Primary)).await;
    assert_eq!(look, Ask::Read { alert, watch });
}

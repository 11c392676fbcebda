use chrono::TimeDelta;
use chrono_tz::Europe::Moscow;
use engine::model::{AlertSlot, AlertState, Language, Quiet};
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
        repeat: false,
    }
}

fn toast(message: &Message, settings: &Settings) -> Toast {
    toast_of(
        message,
        Mode::Real,
        settings,
        Words::new(Language::Ru),
        &Clock::system(),
    )
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

/// Quiet from 23:00 to 7:00, at this minute of a morning in Moscow.
fn at_dawn(manner: QuietManner, time: &str) -> Result<Settings, TellError> {
    let settings = Settings {
        quiet: Quiet {
            on: true,
            manner,
            ..Quiet::default()
        },
        ..Settings::default()
    };
    let now = format!("2026-11-24T{time}+03:00").parse::<DateTime<Utc>>();
    during_quiet_hours(settings, now.unwrap(), &Moscow)
}

#[test]
fn quiet_hours_hold_a_notification_until_their_very_end() {
    assert_eq!(
        at_dawn(QuietManner::Hold, "06:58:30").unwrap_err(),
        TellError::Later {
            after: Some(Duration::from_secs(90)),
            why: Untold::Quiet
        }
    );
    assert!(at_dawn(QuietManner::Hold, "07:00:00").unwrap().sound);
    // A clock that is set meanwhile is noticed.
    assert_eq!(
        at_dawn(QuietManner::Hold, "01:00:00").unwrap_err(),
        TellError::Later {
            after: Some(HELD),
            why: Untold::Quiet
        }
    );
}

#[test]
fn quiet_hours_may_only_silence_a_notification() {
    let quiet = at_dawn(QuietManner::Silent, "06:59:59").unwrap();
    let toast_then = toast(&message(1, MessageKind::Appeared), &quiet);
    assert!(!toast_then.sound && toast_then.lasting);
    assert!(at_dawn(QuietManner::Silent, "07:00:00").unwrap().sound);
}

#[test]
fn a_press_asks_for_what_its_button_says() {
    let (alert, watch) = (AlertId(5), WatchId(3));
    let page = || Some("https://gorzdrav.spb.ru/x".to_owned());
    let ask = |press, link| ask_of(press, alert, watch, link);
    assert_eq!(ask(Press::Closed, page()), None);
    assert_eq!(
        ask(Press::Button(Button::Later), page()),
        Some(Ask::Answer(alert, Answer::Later))
    );
    assert_eq!(
        ask(Press::Button(Button::Primary), page()),
        Some(Ask::Book {
            alert,
            link: "https://gorzdrav.spb.ru/x".to_owned()
        })
    );
    // «Посмотреть», and a click anywhere else.
    let read = Some(Ask::Read { alert, watch });
    assert_eq!(ask(Press::Button(Button::Primary), None), read);
    assert_eq!(ask(Press::Body, page()), read);
}

#[tokio::test]
async fn with_notifications_off_nothing_is_ever_shown() {
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

//! What is taken, and what is posted.

use serde_json::json;
use simulator::{
    Shown,
    line::Line,
    sink::{Sink, SinkFault},
};

use super::*;
use crate::{
    model::{Alert, AlertId, AlertSlot, AlertState, Language, TRIAL, WatchId},
    text::{Words, notice::Manner},
};

fn now() -> DateTime<Utc> {
    "2026-11-20T05:42:00Z".parse().unwrap()
}

fn message() -> Message {
    let slot = AlertSlot {
        doctor_id: "d1".into(),
        doctor: "Семёнов Пётр Ильич".into(),
        start: "2026-11-24T10:40:00Z".parse().unwrap(),
        end: None,
        room: Some("435".into()),
        first_seen: now(),
        gone_at: None,
    };
    let alert = Alert {
        id: AlertId(7),
        watch_id: WatchId(3),
        nickname: "мама".into(),
        clinic_id: "229".into(),
        clinic: "Поликлиника № 87".into(),
        address: None,
        specialty: "Окулист".into(),
        link: "https://gorzdrav.spb.ru/service-free-schedule#1".into(),
        raised_at: now(),
        state: AlertState::Raised,
        slots: vec![slot],
        deliveries: Vec::new(),
    };
    Message {
        fresh: alert.slots.clone(),
        alert,
        kind: MessageKind::Appeared,
        others: Vec::new(),
        together: Vec::new(),
        repeat: false,
        silent: false,
        receipt: None,
    }
}

fn voice() -> Voice {
    Voice {
        words: Words::new(Language::Ru),
        manner: Manner::default(),
    }
}

fn hidden() -> Voice {
    Voice {
        manner: Manner {
            hide_details: true,
            demo: false,
        },
        ..voice()
    }
}

fn good(kind: PushKind, address: &str) -> bool {
    check(kind, &Secret::from(address)).is_ok()
}

#[test]
fn without_encryption_only_what_is_near_is_written_to() {
    for address in [
        "https://ntfy.sh/topic",
        "http://localhost:8080/topic",
        "http://127.0.0.1/topic",
        "http://192.168.1.5/topic",
        "http://10.0.0.1/topic",
        "http://169.254.1.1/topic",
        "http://[::1]/topic",
        "http://[fd00::1]/topic",
        "http://nas.local/topic",
        "https://me:secret@ntfy.example.org/topic",
    ] {
        assert!(good(PushKind::Ntfy, address), "{address}");
        assert!(good(PushKind::Webhook, address), "{address}");
    }
    let long = format!("https://example.org/{}", "a".repeat(2048));
    for address in [
        "",
        "topic",
        "http://ntfy.sh/topic",
        "http://8.8.8.8/topic",
        "http://local/topic",
        "http://evil.local.example.org/topic",
        "ftp://localhost/topic",
        "file:///etc/passwd",
        "https://me@ntfy.sh/topic",
        &long,
    ] {
        assert!(!good(PushKind::Ntfy, address), "{address}");
        assert!(!good(PushKind::Webhook, address), "{address}");
    }
}

#[test]
fn ntfy_needs_a_topic_and_a_webhook_does_not() {
    for address in [
        "https://ntfy.sh",
        "https://ntfy.sh/a b",
        "https://ntfy.sh/a?auth=1",
    ] {
        assert!(!good(PushKind::Ntfy, address), "{address}");
        assert!(good(PushKind::Webhook, address), "{address}");
    }
    let way = Way::of(
        PushKind::Ntfy,
        "https://me:a%40b@example.org:8443/push/my-topic/",
    );
    let way = way.unwrap();
    assert_eq!(way.url.as_str(), "https://example.org:8443/push/");
    assert_eq!(way.topic, "my-topic");
    assert_eq!(way.login, Some(("me".into(), "a@b".into())));
}

#[test]
fn a_webhook_is_read_by_a_program_and_ntfy_by_a_person() {
    let rung = |kind| {
        let address = Secret::from("https://example.org/topic");
        let push = Push::new(
            kind,
            &address,
            None,
            voice(),
            String::new(),
            Clock::test(now()),
        );
        push.unwrap().rung()
    };
    assert_eq!(rung(PushKind::Webhook), Rung::Machine);
    assert_eq!(rung(PushKind::Ntfy), Rung::Afar);
}

#[test]
fn only_the_host_of_an_address_is_shown() {
    let address = Secret::from("https://me:secret@ntfy.example.org/topic?x");
    assert_eq!(host(&address).as_deref(), Some("ntfy.example.org"));
}

#[test]
fn ntfy_gets_a_title_lines_a_priority_and_a_button() {
    let body = body::ntfy(&message(), "topic", "name", voice(), now());
    assert_eq!(
        body,
        json!({
            "topic": "topic",
            "title": "Есть талон · Окулист",
            "message": "Окулист. Для: мама\n• вт, 24 ноября, 13:40 — Семёнов Пётр Ильич, каб.\u{a0}435\nПоликлиника №\u{a0}87\nНайдено: 08:42",
            "priority": 4,
            "tags": ["green_circle"],
            "sequence_id": "name",
            "click": "https://gorzdrav.spb.ru/service-free-schedule#1",
            "actions": [{
                "action": "view",
                "label": "Записаться на сайте",
                "url": "https://gorzdrav.spb.ru/service-free-schedule#1",
            }],
        })
    );
    let silent = Message {
        silent: true,
        ..message()
    };
    assert_eq!(body::ntfy(&silent, "t", "n", voice(), now())["priority"], 2);
    let body = body::ntfy(&message(), "t", "n", hidden(), now());
    assert_eq!(body["title"], "Есть талоны");
    assert_eq!(body.get("click"), None);
}

#[test]
fn what_is_too_long_for_ntfy_is_cut_at_a_line() {
    let mut long = message();
    let mut alert = long.alert.clone();
    alert.slots = vec![
        AlertSlot {
            doctor: "Щ".repeat(200),
            ..alert.slots[0].clone()
        };
        10
    ];
    long.fresh.clone_from(&alert.slots);
    long.together = vec![alert.clone(); 5];
    long.alert = alert;
    let body = body::ntfy(&long, "t", "n", voice(), now());
    let message = body["message"].as_str().unwrap();
    assert!(
        message.len() <= 4096 && message.ends_with("\n…"),
        "{message}"
    );
}

#[test]
fn a_webhook_gets_what_a_line_of_the_command_line_says_and_words_for_people() {
    let body = body::webhook(&message(), voice(), now());
    for (key, value) in [
        ("event", json!("alert")),
        ("alertId", json!(7)),
        ("watchId", json!(3)),
        ("kind", json!("appeared")),
        ("nickname", json!("мама")),
        ("clinicId", json!("229")),
        ("clinic", json!("Поликлиника № 87")),
        ("specialty", json!("Окулист")),
        ("doctorId", json!("d1")),
        ("doctor", json!("Семёнов Пётр Ильич")),
        ("firstSeen", json!("2026-11-20T08:42:00+03:00")),
        (
            "link",
            json!("https://gorzdrav.spb.ru/service-free-schedule#1"),
        ),
        ("title", json!("Есть талон · Окулист")),
    ] {
        assert_eq!(body[key], value, "{key}");
    }
    assert_eq!(body["slots"][0]["start"], "2026-11-24T13:40:00+03:00");
    assert_eq!(body.get("repeat"), None);

    let text = body::webhook(&message(), hidden(), now()).to_string();
    for detail in ["мама", "87", "Окулист", "Семёнов", "gorzdrav"] {
        assert!(!text.contains(detail), "{detail}: {text}");
    }
}

#[test]
fn gone_is_said_with_how_long_it_lasted_and_a_trial_is_no_alert() {
    let mut gone = message();
    gone.kind = MessageKind::Gone;
    gone.alert.state = AlertState::Gone;
    let later = now() + chrono::TimeDelta::minutes(3);
    gone.alert.slots[0].gone_at = Some(later);
    gone.fresh.clone_from(&gone.alert.slots);
    let body = body::webhook(&gone, voice(), later);
    assert_eq!(
        (&body["kind"], &body["lastedSecs"]),
        (&json!("gone"), &json!(180))
    );
    assert_eq!(body::ntfy(&gone, "t", "n", voice(), later)["priority"], 2);

    let mut trial = message();
    trial.alert.watch_id = TRIAL;
    let body = body::webhook(&trial, voice(), now());
    assert_eq!(
        (&body["event"], body.get("alertId")),
        (&json!("trial"), None)
    );
}

#[test]
fn a_server_may_ask_to_wait_for_a_second_to_an_hour() {
    let wait = |text: &str| retry_after(text, now()).map(|wait| wait.as_secs());
    assert_eq!(wait("30"), Some(30));
    assert_eq!(wait("0"), Some(1));
    assert_eq!(wait("86400"), Some(3600));
    assert_eq!(wait("Fri, 20 Nov 2026 05:44:00 GMT"), Some(120));
    assert_eq!(wait("Fri, 20 Nov 2026 05:40:00 GMT"), Some(1));
    assert_eq!(wait("soon"), None);
}

fn to(kind: PushKind, address: &str) -> Push {
    let token = Some(Secret::from("CANARY"));
    let clock = Clock::test(now());
    let made = Push::new(kind, &address.into(), token, voice(), String::new(), clock);
    made.unwrap()
}

#[tokio::test]
async fn fault_17_no_alert_and_no_token_go_to_whoever_shows_a_bad_certificate() {
    let sink = Sink::start(0).await.unwrap();
    let to_sink = sink.base_url().replace("http://", "").parse().unwrap();
    let line = Line::tls(to_sink).await.unwrap();
    for shown in [Shown::SelfSigned, Shown::Unknown, Shown::WrongHost] {
        line.show(shown);
        for kind in [PushKind::Ntfy, PushKind::Webhook] {
            let push = to(kind, &format!("{}/topic", line.root_url()));
            let told = push.tell(&message()).await;
            assert!(
                matches!(
                    told,
                    Err(TellError::Later {
                        why: Untold::Refused,
                        ..
                    })
                ),
                "{shown:?}: {told:?}"
            );
        }
    }
    assert_eq!(line.heard(), 0);
    assert!(sink.received().is_empty());
}

#[tokio::test]
async fn fault_16_no_alert_and_no_token_follow_a_redirect_to_another_host() {
    let (here, elsewhere) = (Sink::start(0).await.unwrap(), Sink::start(0).await.unwrap());
    let another_name = elsewhere.base_url().replace("127.0.0.1", "localhost");
    here.fail(SinkFault::Redirect(another_name), 1);
    let push = to(PushKind::Webhook, &format!("{}/hook", here.base_url()));
    push.tell(&message()).await.unwrap_err();
    assert_eq!(here.received().len(), 1);
    assert!(elsewhere.received().is_empty());
}

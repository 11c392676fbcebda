//! What is taken, and what a letter is made of.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;
use crate::{
    model::{
        Alert, AlertId, AlertSlot, AlertState, Language, MessageKind, SilenceCause, UnsavedCause,
        WatchId,
    },
    text::{Words, notice::Manner},
};

fn at(moscow: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{moscow}:00+03:00"))
        .unwrap()
        .to_utc()
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T08:42")
}

fn slot(start: &str) -> AlertSlot {
    AlertSlot {
        doctor_id: "1".into(),
        doctor: "Семёнов Пётр Ильич".into(),
        start: at(start),
        end: None,
        room: Some("435".into()),
        first_seen: now(),
        gone_at: None,
    }
}

fn alert(id: u32, starts: &[&str]) -> Alert {
    Alert {
        id: AlertId(id),
        watch_id: WatchId(id),
        nickname: "мама".into(),
        clinic_id: "229".into(),
        clinic: "Поликлиника № 87".into(),
        address: Some("ул. Дыбенко, 21".into()),
        specialty: "Окулист".into(),
        link: "https://gorzdrav.spb.ru/service-free-schedule#%5B%7B%7D%5D".into(),
        raised_at: now(),
        state: AlertState::Raised,
        slots: starts.iter().map(|start| slot(start)).collect(),
        deliveries: Vec::new(),
    }
}

fn message(alert: Alert) -> Message {
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

fn envelope() -> Envelope {
    Envelope {
        from: "me@yandex.ru".parse().unwrap(),
        to: vec![
            "mama@mail.ru".parse().unwrap(),
            "me@yandex.ru".parse().unwrap(),
        ],
    }
}

fn sent(message: &Message, voice: Voice) -> lettre::Message {
    let ids = Ids::new("00ff", &envelope().from).of(message);
    let letter = Letter::of(message, voice, now());
    letter::written(&letter, &ids, message.silent, &envelope(), now()).unwrap()
}

/// Names of headers, as they stand in the letter.
fn header_names(letter: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(letter);
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    head.split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| {
            line.split_once(':')
                .map_or(line, |(name, _)| name)
                .to_owned()
        })
        .collect()
}

fn raw(letter: &lettre::Message, name: &str) -> String {
    letter.headers().get_raw(name).unwrap().to_owned()
}

const HEADERS: [&str; 12] = [
    "Message-ID",
    "Date",
    "From",
    "Subject",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Priority",
    "Importance",
    "To",
    "In-Reply-To",
    "References",
    "MIME-Version",
];

fn is_known(name: &str) -> bool {
    HEADERS.contains(&name) || name == "Content-Type"
}

// Settings.

fn settings() -> MailSettings {
    MailSettings {
        on: true,
        server: "smtp.yandex.ru".into(),
        port: 0,
        security: MailSecurity::Tls,
        login: "me@yandex.ru".into(),
        from: String::new(),
        to: "mama@mail.ru, me@yandex.ru".into(),
    }
}

fn problems<T: Debug>(checked: Result<T, EngineError>) -> Vec<Problem> {
    checked.unwrap_err().problems().to_vec()
}

#[test]
fn the_port_goes_by_the_security_and_the_login_is_the_sender() {
    let tls = checked(settings()).unwrap();
    assert_eq!(tls.port, 465);
    assert_eq!(addresses(&tls).unwrap().from.to_string(), "me@yandex.ru");
    let start_tls = checked(MailSettings {
        security: MailSecurity::StartTls,
        server: "  SMTP.Yandex.ru. ".into(),
        ..settings()
    });
    let start_tls = start_tls.unwrap();
    assert_eq!(
        (start_tls.port, &*start_tls.server),
        (587, "smtp.yandex.ru")
    );
    let own = MailSettings {
        port: 2525,
        ..settings()
    };
    assert_eq!(checked(own).unwrap().port, 2525);
}

#[test]
fn a_server_is_a_name_or_an_address_and_nothing_else() {
    for server in [
        "localhost",
        "127.0.0.1",
        "::1",
        "mail.my-home.local",
        "почта.рф",
    ] {
        let mail = MailSettings {
            server: server.into(),
            ..settings()
        };
        assert!(checked(mail).is_ok(), "{server}");
    }
    for server in [
        "",
        "smtps://smtp.yandex.ru",
        "smtp.yandex.ru:465",
        "smtp yandex.ru",
        "smtp.yandex.ru/x",
        "me@yandex.ru",
        "a\r\nb",
        "123",
    ] {
        let mail = MailSettings {
            server: server.into(),
            ..settings()
        };
        assert_eq!(problems(checked(mail)), [Problem::BadServer], "{server}");
    }
}

#[test]
fn addresses_are_good_at_least_one_and_at_most_five() {
    let bad = |mail: MailSettings| problems(checked(mail)) == [Problem::BadMailAddress];
    for to in [
        "",
        "mama",
        "mama@mail.ru,",
        "a@b.ru, , c@d.ru",
        "a@b.ru\r\nBcc: c@d.ru",
    ] {
        assert!(
            bad(MailSettings {
                to: to.into(),
                ..settings()
            }),
            "{to}"
        );
    }
    let six = ["a@b.ru"; 6].join(",");
    assert!(bad(MailSettings {
        to: six,
        ..settings()
    }));
    // A login that is no address needs a sender.
    let login = MailSettings {
        login: "me".into(),
        ..settings()
    };
    assert!(bad(login.clone()));
    assert!(
        checked(MailSettings {
            from: "me@yandex.ru".into(),
            ..login
        })
        .is_ok()
    );
    assert!(bad(MailSettings {
        login: String::new(),
        from: "me@yandex.ru".into(),
        ..settings()
    }));
}

#[test]
fn an_address_in_cyrillic_is_one_by_its_domain_alone() {
    let to = |to: &str| {
        let mail = MailSettings {
            to: to.into(),
            ..settings()
        };
        addresses(&mail).map(|envelope| envelope.to[0].to_string())
    };
    assert_eq!(to("mama@почта.рф").unwrap(), "mama@xn--80a1acny.xn--p1ai");
    assert_eq!(to("мама@почта.рф"), None);
}

#[test]
fn what_is_switched_off_may_be_unfinished() {
    assert!(checked(MailSettings::default()).is_ok());
}

// Letters.

#[test]
fn a_letter_says_what_where_for_whom_and_leads_to_the_booking_site() {
    let found = message(alert(7, &["2026-11-24T13:40", "2026-11-21T09:10"]));
    let letter = Letter::of(&found, voice(), now());
    assert_eq!(letter.title, "Есть талоны: 2 · Окулист");
    assert_eq!(
        letter.text(true).replace('\u{a0}', " "),
        "Окулист. Для: мама\n\
         • завтра, 9:10 — Семёнов Пётр Ильич, каб. 435\n\
         • вт, 24 ноября, 13:40 — Семёнов Пётр Ильич, каб. 435\n\
         Поликлиника № 87, ул. Дыбенко, 21\n\
         Найдено: 08:42\n\
         Записаться на сайте: https://gorzdrav.spb.ru/service-free-schedule#%5B%7B%7D%5D"
    );
    let mime = sent(&found, voice());
    assert_eq!(raw(&mime, "Auto-Submitted"), "auto-generated");
    assert_eq!(raw(&mime, "Importance"), "high");
    assert_eq!(
        raw(&mime, "Message-ID"),
        "<alert-7-2-appeared.00ff@yandex.ru>"
    );
    assert_eq!(raw(&mime, "References"), "<alert-7.00ff@yandex.ru>");
    assert_eq!(raw(&mime, "Date"), "Fri, 20 Nov 2026 05:42:00 +0000");
    assert_eq!(raw(&mime, "To"), "mama@mail.ru, me@yandex.ru");
    let formatted = mime.formatted();
    assert!(header_names(&formatted).iter().all(|name| is_known(name)));
    let formatted = String::from_utf8(formatted).unwrap();
    let plain = formatted.find("text/plain").unwrap();
    assert!(plain < formatted.find("text/html").unwrap());
}

#[test]
fn more_than_ten_slots_end_with_how_many_more() {
    let many = message(alert(7, &["2026-11-24T13:40"; 14]));
    let text = Letter::of(&many, voice(), now()).text(true);
    assert_eq!(text.matches('•').count(), 10);
    assert!(text.contains("\nи ещё 4\n"), "{text}");
}

#[test]
fn a_repeat_says_so_and_has_the_id_of_the_first() {
    let first = message(alert(7, &["2026-11-24T13:40"]));
    let repeat = Message {
        repeat: true,
        ..first.clone()
    };
    let (first, again) = (sent(&first, voice()), sent(&repeat, voice()));
    assert_eq!(raw(&first, "Message-ID"), raw(&again, "Message-ID"));
    let letter = Letter::of(&repeat, voice(), now());
    assert_eq!(letter.title, "Есть талон · Окулист (повтор)");
    let more = message(alert(7, &["2026-11-24T13:40", "2026-11-25T13:40"]));
    assert_ne!(
        raw(&first, "Message-ID"),
        raw(&sent(&more, voice()), "Message-ID")
    );
}

#[test]
fn several_watches_are_one_letter_whoever_leads_it() {
    let (seven, eight) = (
        alert(7, &["2026-11-24T13:40"]),
        alert(8, &["2026-11-25T13:40"]),
    );
    let one = Message {
        together: vec![eight.clone()],
        ..message(seven.clone())
    };
    let other = Message {
        together: vec![seven],
        ..message(eight)
    };
    let letter = Letter::of(&one, voice(), now());
    assert_eq!(letter.title, "Есть талоны по 2 ожиданиям");
    assert_eq!(letter.parts.len(), 2);
    let (one, other) = (sent(&one, voice()), sent(&other, voice()));
    assert_eq!(raw(&one, "Message-ID"), raw(&other, "Message-ID"));
    assert_eq!(
        raw(&one, "References"),
        "<alert-7.00ff@yandex.ru> <alert-8.00ff@yandex.ru>"
    );
}

#[test]
fn hidden_details_are_in_no_letter() {
    let hidden = Voice {
        manner: Manner {
            hide_details: true,
            demo: false,
        },
        ..voice()
    };
    let found = message(alert(7, &["2026-11-24T13:40"]));
    let letter = Letter::of(&found, hidden, now());
    assert_eq!(letter.title, "Есть талоны");
    assert_eq!(
        letter.text(true),
        "Подробности — в программе на компьютере."
    );
    let down = News::Silence {
        since: now(),
        watches: 1,
        cause: SilenceCause::Clinic {
            name: "Поликлиника № 87".into(),
        },
    };
    assert!(
        !Letter::of_news(&down, hidden, now())
            .text(true)
            .contains("87")
    );
    assert!(
        Letter::of_news(&down, voice(), now())
            .text(true)
            .contains("87")
    );
}

#[test]
fn the_practice_city_leads_to_no_page_of_the_booking_site() {
    let demo = Voice {
        manner: Manner {
            hide_details: false,
            demo: true,
        },
        ..voice()
    };
    let found = message(alert(7, &["2026-11-24T13:40"]));
    let letter = Letter::of(&found, demo, now());
    assert_eq!(letter.title, "Учебный: Есть талон · Окулист");
    assert!(!letter.text(true).contains("https://"));
}

#[test]
fn fault_65_a_name_makes_neither_a_header_nor_markup() {
    let hostile = "x\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>\"'&\u{2028}";
    let mut found = alert(7, &["2026-11-24T13:40"]);
    for name in [
        &mut found.clinic,
        &mut found.specialty,
        &mut found.nickname,
        &mut found.slots[0].doctor,
    ] {
        *name = hostile.to_owned();
    }
    found.address = Some(hostile.to_owned());
    found.link = format!("javascript:{hostile}");
    let found = message(found);
    let formatted = sent(&found, voice()).formatted();
    let names = header_names(&formatted);
    assert!(names.iter().all(|name| is_known(name)), "{names:?}");
    let letter = Letter::of(&found, voice(), now());
    let html = letter::html(&letter);
    assert!(
        !html.contains("<script") && !html.contains("javascript:"),
        "{html}"
    );
    assert!(html.contains("&lt;script&gt;"));
}

#[test]
fn the_news_are_said_in_both_languages() {
    for language in [Language::Ru, Language::En] {
        let voice = Voice {
            words: Words::new(language),
            ..voice()
        };
        let silence = |cause| News::Silence {
            since: now(),
            watches: 2,
            cause,
        };
        for news in [
            silence(SilenceCause::Offline),
            silence(SilenceCause::Site),
            silence(SilenceCause::Blocked),
            News::Recovered {
                since: now() - chrono::TimeDelta::hours(2),
                until: now(),
            },
            News::Morning { times: 2, left: 0 },
            News::Morning { times: 2, left: 1 },
            News::ChatLost {
                title: "Иванов".into(),
            },
            News::Restored {
                copy_of: Some(now()),
            },
            News::Restored { copy_of: None },
            News::Unsaved {
                cause: UnsavedCause::Full,
            },
        ] {
            let letter = Letter::of_news(&news, voice, now());
            assert!(!letter.title.is_empty() && !letter.text(true).is_empty());
            assert!(!letter.text(true).contains("Иванов"));
            let ids = Ids::new("00ff", &envelope().from).of_news(&news, now());
            assert!(letter::written(&letter, &ids, false, &envelope(), now()).is_ok());
        }
    }
}

prop_compose! {
    fn any_slot()(
        doctor in "\\PC*|(?s).{0,300}",
        room in proptest::option::of("(?s).{0,300}"),
        hours in -100i64..10_000,
        gone in any::<bool>(),
    ) -> AlertSlot {
        AlertSlot {
            doctor,
            room,
            start: now() + chrono::TimeDelta::hours(hours),
            gone_at: gone.then(now),
            ..slot("2026-11-24T13:40")
        }
    }
}

prop_compose! {
    fn any_alert()(
        id in 1u32..,
        names in prop::array::uniform4("(?s).{0,400}|[\r\n:<&\"]{0,400}|\\PC{0,400}"),
        link in "https://[!-~]{0,1200}|(?s).{0,100}",
        slots in prop::collection::vec(any_slot(), 1..30),
    ) -> Alert {
        let [nickname, clinic, specialty, address] = names;
        Alert {
            id: AlertId(id),
            nickname,
            clinic,
            specialty,
            address: Some(address),
            link,
            slots,
            ..alert(1, &[])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn fault_65_any_alert_is_a_short_letter_with_our_headers_alone(
        first in any_alert(),
        together in prop::collection::vec(any_alert(), 0..=5),
        repeat in any::<bool>(),
    ) {
        let any = Message { together, repeat, ..message(first) };
        let formatted = sent(&any, voice()).formatted();
        prop_assert!(formatted.len() < 64 * 1024, "{} bytes", formatted.len());
        prop_assert!(formatted.is_ascii());
        let names = header_names(&formatted);
        prop_assert!(names.iter().all(|name| is_known(name)), "{names:?}");
        let unique: std::collections::HashSet<_> = names.iter().collect();
        prop_assert_eq!(unique.len(), names.len());
    }
}

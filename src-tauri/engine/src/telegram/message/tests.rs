use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::model::{AlertId, Language, WatchId};

fn at(moscow: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{moscow}:00+03:00"))
        .unwrap()
        .to_utc()
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T08:50")
}

fn slot(doctor: &str, start: &str) -> AlertSlot {
    AlertSlot {
        doctor_id: doctor.into(),
        doctor: doctor.into(),
        start: at(start),
        end: None,
        room: None,
        first_seen: at("2026-11-20T08:42"),
        gone_at: None,
    }
}

fn alert(slots: Vec<AlertSlot>) -> Alert {
    Alert {
        id: AlertId(1),
        watch_id: WatchId(1),
        nickname: "мама".into(),
        clinic_id: "229".into(),
        clinic: "Поликлиника № 87".into(),
        address: Some("ул. Дыбенко, 21".into()),
        specialty: "Окулист".into(),
        link: "https://gorzdrav.spb.ru/service-free-schedule".into(),
        raised_at: at("2026-11-20T08:42"),
        state: AlertState::Raised,
        slots,
        deliveries: Vec::new(),
    }
}

fn three() -> Alert {
    alert(vec![
        slot("Семёнов", "2026-11-24T13:40"),
        slot("Семёнов", "2026-11-24T14:00"),
        slot("Семёнов", "2026-11-26T09:10"),
    ])
}

fn ru() -> Words {
    Words::new(Language::Ru)
}

/// The text in Russian; no-break spaces as `_`, joiners as `¦`.
fn said(alert: &Alert) -> String {
    shown(&alert_text(alert, false, ru(), now(), Manner::default()))
}

fn shown(text: &Text) -> String {
    text.html.replace('\u{a0}', "_").replace(JOINER, "¦")
}

#[test]
fn several_slots_are_told_with_place_and_time() {
    assert_eq!(
        said(&three()),
        "🟢 <b>Есть талоны: 3 · Окулист</b>\n\
         Для: мама\n\
         • вт, 24 ноября, 13:40\n\
         • вт, 24 ноября, 14:00\n\
         • чт, 26 ноября, 9:10\n\
         Поликлиника №_87, ул._Дыбенко, 21\n\
         Найдено в 08:42"
    );
}

#[test]
fn one_slot_for_oneself_in_english() {
    let mut alert = alert(vec![slot("Семёнов", "2026-11-24T13:40")]);
    alert.nickname.clear();
    let words = Words::new(Language::En);
    let text = alert_text(&alert, true, words, now(), Manner::default());
    assert_eq!(
        shown(&text),
        "🟢 <b>Slot available · Окулист</b> (repeated)\n\
         • Tue, 24 November, 13:40\n\
         Поликлиника №_87, ул._Дыбенко, 21\n\
         Found at 08:42"
    );
    assert_eq!(
        text.plain().lines().next().unwrap(),
        "🟢 Slot available · Окулист (repeated)"
    );
}

#[test]
fn doctors_are_named_where_there_are_several() {
    let alert = alert(vec![
        slot("Семёнов", "2026-11-24T13:40"),
        slot("Ильина", "2026-11-24T14:00"),
    ]);
    assert!(said(&alert).contains("• вт, 24 ноября, 13:40 — Семёнов\n"));
    assert!(said(&alert).contains("• вт, 24 ноября, 14:00 — Ильина\n"));
}

#[test]
fn ten_slots_are_told_one_by_one_and_the_rest_is_counted() {
    let start = at("2026-11-24T08:00");
    let slots = (0..24).map(|n| AlertSlot {
        start: start + TimeDelta::minutes(10 * n),
        ..slot("Семёнов", "2026-11-24T08:00")
    });
    let said = said(&alert(slots.collect()));
    assert!(said.starts_with("🟢 <b>Есть талоны: 24 · Окулист</b>"));
    assert_eq!(said.matches('•').count(), 10);
    assert!(said.contains("\nи ещё 14\n"));
}

#[test]
fn what_is_gone_is_left_out_and_counted() {
    let mut alert = three();
    alert.slots[0].gone_at = Some(at("2026-11-20T08:45"));
    let said = said(&alert);
    assert!(said.starts_with("🟢 <b>Есть талоны: 2 · Окулист</b>"));
    assert!(!said.contains("13:40"));
    assert!(said.ends_with("Найдено в 08:42\nУже разобрали: 1"));
}

#[test]
fn an_alert_whose_slots_are_gone_says_how_long_they_were_there() {
    let mut alert = three();
    alert.state = AlertState::Gone;
    for slot in &mut alert.slots {
        slot.gone_at = Some(at("2026-11-20T08:45"));
    }
    assert_eq!(
        said(&alert),
        "⚪ <b>Талоны разобрали · Окулист</b>\nДля: мама\nБыли доступны 3 минуты. Ждём дальше."
    );
    assert!(alert_buttons(&alert, ru(), now(), Manner::default()).is_empty());
}

#[test]
fn an_answer_is_said_in_one_line_and_ends_the_buttons() {
    let mut alert = three();
    for (state, line) in [
        (AlertState::Seen, "Прочитано."),
        (AlertState::Acted, "Открыта страница записи."),
        (
            AlertState::Dismissed,
            "Не подходит: этих талонов больше не покажем.",
        ),
        (
            AlertState::Snoozed {
                until: at("2026-11-20T09:05"),
            },
            "Напомним в 09:05",
        ),
        (
            AlertState::Snoozed {
                until: at("2026-11-21T00:05"),
            },
            "Напомним: завтра, 0:05",
        ),
    ] {
        alert.state = state;
        assert_eq!(said(&alert).lines().last(), Some(line));
        assert!(alert_buttons(&alert, ru(), now(), Manner::default()).is_empty());
    }
}

#[test]
fn slots_whose_time_has_come_are_not_offered() {
    let alert = alert(vec![slot("Семёнов", "2026-11-20T08:45")]);
    assert!(said(&alert).ends_with("Время этих талонов прошло."));
    assert!(alert_buttons(&alert, ru(), now(), Manner::default()).is_empty());
}

#[test]
fn the_trial_says_that_it_works() {
    let mut alert = three();
    alert.watch_id = TRIAL;
    assert_eq!(
        said(&alert),
        "Пробное сообщение. Если вы его видите, всё работает."
    );
    assert!(alert_buttons(&alert, ru(), now(), Manner::default()).is_empty());
}

#[test]
fn hidden_details_are_neither_in_the_text_nor_behind_a_button() {
    let hidden = Manner {
        hide_details: true,
        demo: false,
    };
    let text = |alert: &Alert| alert_text(alert, false, ru(), now(), hidden).html;
    let mut alert = three();
    assert_eq!(text(&alert), "🟢 <b>Есть талоны</b>");
    // The address of the page says which clinic and which specialty.
    let buttons = alert_buttons(&alert, ru(), now(), hidden);
    let mut buttons = buttons.iter().flatten();
    assert!(buttons.all(|button| matches!(button, Planned::Act { .. })));
    assert_eq!(alert_buttons(&alert, ru(), now(), hidden).len(), 2);
    alert.state = AlertState::Gone;
    assert_eq!(text(&alert), "⚪ <b>Талоны разобрали</b>");
    alert.state = AlertState::Seen;
    assert_eq!(text(&alert), "⚪ <b>Есть талоны</b>\nПрочитано.");
}

#[test]
fn the_buttons_book_put_off_dismiss_and_end_the_watch() {
    let buttons = alert_buttons(&three(), ru(), now(), Manner::default());
    let titles: Vec<Vec<&str>> = buttons
        .iter()
        .map(|row| {
            row.iter()
                .map(|button| match button {
                    Planned::Link { title, .. } | Planned::Act { title, .. } => title.as_str(),
                })
                .collect()
        })
        .collect();
    assert_eq!(
        titles,
        [
            vec!["Записаться на сайте ↗"],
            vec!["Позже", "Не подходит"],
            vec!["Больше не ждать"]
        ]
    );
}

#[test]
fn news_are_said_in_sentences() {
    let said = |news| news_text(&news, ru(), now(), Manner::default()).html;
    let silence = |since, cause| News::Silence {
        since: at(since),
        watches: 4,
        cause,
    };
    assert_eq!(
        said(silence("2026-11-20T08:10", SilenceCause::Offline)),
        "🔴 <b>Талоны не проверяются</b>\n\
         Проверить не удаётся с 08:10. Ожиданий: 4.\n\
         У компьютера нет интернета."
    );
    let clinic = SilenceCause::Clinic {
        name: "ГП <27>".into(),
    };
    let hidden = Manner {
        hide_details: true,
        demo: false,
    };
    let text = news_text(
        &silence("2026-11-20T08:10", clinic.clone()),
        ru(),
        now(),
        hidden,
    );
    assert!(text.html.ends_with("\nПоликлиника не отвечает."));
    assert_eq!(
        said(silence("2026-11-19T08:10", clinic)),
        "🔴 <b>Талоны не проверяются</b>\n\
         Последняя удачная проверка: чт, 19 ноября, 8:10. Ожиданий: 4.\n\
         Поликлиника не отвечает: ГП &lt;27&gt;"
    );
    assert_eq!(
        said(News::Recovered {
            since: at("2026-11-20T08:10"),
            until: at("2026-11-20T08:45")
        }),
        "🟢 <b>Снова проверяем талоны</b>\nНе проверялись 35 минут, до 08:45."
    );
    assert_eq!(
        said(News::Morning { times: 2, left: 3 }),
        "За тихие часы талоны появлялись 2 раза\nСейчас свободны: 3"
    );
    assert_eq!(
        said(News::Morning { times: 1, left: 0 }),
        "За тихие часы талоны появлялись 1 раз\nИх уже разобрали. Ждём дальше"
    );
    let lost = said(News::ChatLost {
        title: "Мария".into(),
    });
    assert!(!lost.contains("Мария"));
}

#[test]
fn fault_64_names_are_text_and_nothing_else() {
    for (name, text) in [
        (
            "<b>врач</b> & \"сын\"",
            "&lt;b&gt;врач&lt;/¦b&gt; &amp; &quot;сын&quot;",
        ),
        ("@all", "@¦all"),
        ("tg://user?id=1", "tg:¦/¦/¦user?id=1"),
        ("evil.example", "evil.¦example"),
        ("_*[a](b)~`>#+-=|{}.!", "_*[a](b)~`&gt;#¦+-=|{}.¦!"),
        ("a\u{202e}b\u{0}\u{200b}\n\tc", "ab c"),
        ("Ильина А. И.", "Ильина А. И."),
        ("/stop", "/¦stop"),
    ] {
        assert_eq!(named(name).replace(JOINER, "¦"), text, "{name}");
    }
}

/// Any text, hostile pieces more often.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "<b>",
            "</b>",
            "&",
            "&lt;",
            "\"",
            "@all",
            "tg://",
            "https://a.example/",
            "_*[]()~`>#",
            "\u{202e}",
            "\u{2066}",
            "\n",
            "\u{0}",
            "😀",
            "Ильина",
            " ",
            "evil.example",
            "/stop",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn hostile_alert() -> impl Strategy<Value = Alert> {
    let doctors = proptest::collection::vec(name(), 1..30);
    let state = proptest::sample::select(vec![
        AlertState::Raised,
        AlertState::Seen,
        AlertState::Dismissed,
        AlertState::Gone,
        AlertState::Snoozed {
            until: at("2026-11-20T09:05"),
        },
    ]);
    (name(), name(), name(), name(), doctors, state).prop_map(
        |(nickname, clinic, address, specialty, doctors, state)| {
            let slots = doctors
                .iter()
                .map(|doctor| slot(doctor, "2026-11-24T13:40"));
            Alert {
                nickname,
                clinic,
                address: Some(address),
                specialty,
                state,
                ..alert(slots.collect())
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn fault_64_a_name_comes_back_as_it_was_written(name in name()) {
        let sent = named(&name);
        prop_assert!(!sent.contains(['<', '>', '"']));
        // Every bare `&` begins one of the four names.
        for rest in sent.split('&').skip(1) {
            prop_assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|name| rest.starts_with(name)));
        }
        let read = Text { html: sent }.plain();
        prop_assert!(!read.chars().any(|sign| sign != JOINER && !is_shown(sign)));
        for start in ["@", "#", "$", "/", ":", "."] {
            for rest in read.split(start).skip(1) {
                let next = rest.chars().next();
                let ends = next.is_none_or(|next| next == JOINER || next.is_whitespace());
                prop_assert!(ends || next.is_some_and(|next| start.starts_with(next)), "{read:?}");
            }
        }
        let read: String = read.chars().filter(|sign| *sign != JOINER).collect();
        let written: String = name
            .split(|sign: char| sign.is_whitespace() && sign != '\u{a0}')
            .map(|word| word.chars().filter(|sign| is_shown(*sign)).collect::<String>())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        prop_assert_eq!(read, shortened(&written, LONGEST_NAME));
    }

    #[test]
    fn fault_62_no_message_is_longer_than_telegram_takes(
        alert in hostile_alert(),
        repeat in any::<bool>(),
        demo in any::<bool>(),
        stretch in 1..60usize,
    ) {
        let long = |text: &str| text.repeat(stretch);
        let alert = Alert {
            nickname: long(&alert.nickname),
            clinic: long(&alert.clinic),
            specialty: long(&alert.specialty),
            slots: alert.slots.iter().map(|slot| AlertSlot {
                doctor: long(&slot.doctor),
                ..slot.clone()
            }).collect(),
            ..alert
        };
        let manner = Manner { hide_details: false, demo };
        let text = alert_text(&alert, repeat, ru(), now(), manner);
        prop_assert!(units(&text) <= LONGEST);
        prop_assert_eq!(text.html.matches("<b>").count(), 1);
        prop_assert_eq!(text.html.matches("</b>").count(), 1);
        prop_assert_eq!(text.html.matches('<').count(), 2);
        prop_assert!(text.html.lines().count() <= SLOTS + 7);
    }
}

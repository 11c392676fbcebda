use super::*;
use crate::model::{AlertId, AlertState, Language, WatchId};

fn at(moscow: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{moscow}:00+03:00"))
        .unwrap()
        .to_utc()
}

fn slot(start: &str) -> AlertSlot {
    AlertSlot {
        doctor_id: "1".into(),
        doctor: "Семёнов Пётр Ильич".into(),
        start: at(start),
        end: None,
        room: Some("435".into()),
        first_seen: at("2026-11-20T08:40"),
        gone_at: None,
    }
}

fn alert(specialty: &str, nickname: &str, starts: &[&str]) -> Alert {
    Alert {
        id: AlertId(1),
        watch_id: WatchId(1),
        nickname: nickname.into(),
        clinic_id: "229".into(),
        clinic: "Поликлиника № 87".into(),
        address: Some("ул. Дыбенко, 21".into()),
        specialty: specialty.into(),
        link: String::new(),
        raised_at: at("2026-11-20T08:40"),
        state: AlertState::Raised,
        slots: starts.iter().map(|start| slot(start)).collect(),
        deliveries: Vec::new(),
    }
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T08:42")
}

fn ru() -> Words {
    Words::new(Language::Ru)
}

fn en() -> Words {
    Words::new(Language::En)
}

fn plain() -> Manner {
    Manner::default()
}

/// Title, body and buttons in one piece; no-break spaces shown as `_`.
fn shown(notice: &Notice) -> String {
    let buttons: Vec<&str> = [&notice.primary, &notice.secondary]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    format!(
        "{} | {} | {}",
        notice.title,
        notice.body,
        buttons.join(" · ")
    )
    .replace('\u{a0}', "_")
}

fn appeared(alert: &Alert, words: Words, manner: Manner) -> Notice {
    notice(
        alert,
        MessageKind::Appeared,
        &alert.slots,
        words,
        now(),
        manner,
    )
}

#[test]
fn one_slot_says_when_where_and_for_whom() {
    let alert = alert("Окулист", "мама", &["2026-11-24T13:40"]);
    assert_eq!(
        shown(&appeared(&alert, ru(), plain())),
        "Есть талон · Окулист | вт, 24 ноября, 13:40. Поликлиника №_87. Для: мама | Записаться · Позже"
    );
    assert_eq!(
        shown(&appeared(&alert, en(), plain())),
        "Slot available · Окулист | Tue, 24 November, 13:40. Поликлиника №_87. For: мама | Book · Later"
    );
}

#[test]
fn several_slots_say_how_many_and_the_earliest() {
    let alert = alert(
        "Окулист",
        "",
        &["2026-11-24T13:40", "2026-11-21T13:40", "2026-11-26T09:10"],
    );
    assert_eq!(
        shown(&appeared(&alert, ru(), plain())),
        "Есть талоны: 3 · Окулист | Ближайший: завтра, 13:40. Поликлиника №_87 | Посмотреть · Позже"
    );
    assert_eq!(
        shown(&appeared(&alert, en(), plain())),
        "Slots: 3 · Окулист | Earliest: tomorrow, 13:40. Поликлиника №_87 | View · Later"
    );
}

#[test]
fn a_notice_is_about_fresh_slots_and_a_repeated_one_about_all_that_are_free() {
    let mut alert = alert(
        "Окулист",
        "",
        &["2026-11-21T13:40", "2026-11-24T13:40", "2026-11-26T09:10"],
    );
    alert.slots[0].gone_at = Some(now());
    let fresh = [alert.slots[2].clone()];
    let first = notice(&alert, MessageKind::Appeared, &fresh, ru(), now(), plain());
    assert!(first.body.starts_with("чт, 26 ноября"), "{}", first.body);
    let again = notice(&alert, MessageKind::Appeared, &[], ru(), now(), plain());
    assert_eq!(again.title, "Есть талоны: 2 · Окулист");
}

#[test]
fn gone_slots_say_how_long_they_were_there() {
    let mut alert = alert("Окулист", "мама", &["2026-11-24T13:40"]);
    alert.slots[0].gone_at = Some(at("2026-11-20T08:43"));
    let told = |words| {
        shown(&notice(
            &alert,
            MessageKind::Gone,
            &[],
            words,
            now(),
            plain(),
        ))
    };
    assert_eq!(
        told(ru()),
        "Талоны разобрали · Окулист | Были 3 минуты. Ждём дальше | "
    );
    assert_eq!(
        told(en()),
        "Slots taken · Окулист | They lasted 3 minutes. Still watching | "
    );
}

#[test]
fn slots_of_several_watches_share_one_notice_with_the_earliest_first() {
    let therapist = alert("Терапевт", "мама", &["2026-11-26T09:10"]);
    let oculist = alert("Окулист", "", &["2026-11-21T13:40"]);
    let messages = [
        (&therapist, therapist.slots.as_slice()),
        (&oculist, oculist.slots.as_slice()),
    ];
    assert_eq!(
        shown(&notice_of_many(&messages, ru(), now(), plain())),
        "Есть талоны по 2 ожиданиям | Окулист — завтра, 13:40; Терапевт — чт, 9:10 | Посмотреть"
    );
    assert_eq!(
        shown(&notice_of_many(&messages, en(), now(), plain())),
        "Slots for 2 watches | Окулист — tomorrow, 13:40; Терапевт — Thu, 9:10 | View"
    );
}

#[test]
fn what_does_not_fit_of_many_watches_is_counted() {
    let alerts: Vec<Alert> = (0..8)
        .map(|_| alert("Врач общей практики", "", &["2026-12-21T13:40"]))
        .collect();
    let messages: Vec<(&Alert, &[AlertSlot])> = alerts
        .iter()
        .map(|alert| (alert, alert.slots.as_slice()))
        .collect();
    let told = notice_of_many(&messages, ru(), now(), plain());
    assert_eq!(
        told.body,
        "Врач общей практики — пн, 21 декабря, 13:40; Врач общей практики — пн, 21 декабря, 13:40; ещё 6"
    );
    assert!(told.body.chars().count() <= LONGEST_BODY);
}

#[test]
fn one_message_of_many_is_worded_as_alone() {
    let alert = alert("Окулист", "мама", &["2026-11-24T13:40"]);
    assert_eq!(
        notice_of_many(&[(&alert, &alert.slots)], ru(), now(), plain()),
        appeared(&alert, ru(), plain())
    );
}

#[test]
fn hidden_details_leave_nothing_about_the_patient() {
    let mut alert = alert("Окулист", "мама", &["2026-11-24T13:40"]);
    let hiding = Manner {
        hide_details: true,
        demo: false,
    };
    assert_eq!(
        shown(&appeared(&alert, ru(), hiding)),
        "Есть талоны |  | Посмотреть · Позже"
    );
    let many = [
        (&alert, alert.slots.as_slice()),
        (&alert, alert.slots.as_slice()),
    ];
    assert_eq!(
        shown(&notice_of_many(&many, ru(), now(), hiding)),
        "Есть талоны |  | Посмотреть"
    );
    alert.slots[0].gone_at = Some(now());
    let gone = notice(&alert, MessageKind::Gone, &[], ru(), now(), hiding);
    assert_eq!(shown(&gone), "Талоны разобрали |  | ");
}

#[test]
fn the_simulated_city_is_named_first() {
    let alert = alert("Окулист", "", &["2026-11-24T13:40"]);
    let demo = Manner {
        hide_details: false,
        demo: true,
    };
    assert_eq!(
        appeared(&alert, ru(), demo).title,
        "Учебный: Есть талон · Окулист"
    );
    let many = [
        (&alert, alert.slots.as_slice()),
        (&alert, alert.slots.as_slice()),
    ];
    assert_eq!(
        notice_of_many(&many, ru(), now(), demo).title,
        "Учебный: Есть талоны по 2 ожиданиям"
    );
}

#[test]
fn a_long_specialty_is_cut_at_28_characters() {
    let alert = alert(
        "Врач функциональной диагностики (ЭКГ, холтер)",
        "",
        &["2026-11-24T13:40"],
    );
    assert_eq!(
        appeared(&alert, ru(), plain()).title,
        "Есть талон · Врач функциональной диагнос…"
    );
}

#[test]
fn titles_and_bodies_keep_their_lengths_with_the_longest_data() {
    let long = "Хирург-стоматолог ".repeat(6);
    let starts = ["2027-09-24T13:40"; 120];
    for nickname in ["", "бабушка Александра Константиновна, 87 лет"]
    {
        for starts in [&starts[..1], &starts[..]] {
            let mut alert = alert(&long, nickname, starts);
            alert.clinic = "Городская поликлиника № 87, отделение ".repeat(5);
            for words in [ru(), en()] {
                for demo in [false, true] {
                    let manner = Manner {
                        hide_details: false,
                        demo,
                    };
                    let many = [(&alert, alert.slots.as_slice()); 25];
                    for told in [
                        appeared(&alert, words, manner),
                        notice(&alert, MessageKind::Gone, &[], words, now(), manner),
                        notice_of_many(&many, words, now(), manner),
                    ] {
                        assert!(told.title.chars().count() <= LONGEST_TITLE, "{told:?}");
                        assert!(told.body.chars().count() <= LONGEST_BODY, "{told:?}");
                        assert!(!told.body.is_empty());
                        assert_ne!(told.primary.as_ref(), Some(&String::new()));
                        assert!(told.primary.is_none() || told.primary != told.secondary);
                    }
                    let body = appeared(&alert, words, manner).body;
                    assert!(body.contains(nickname), "{body}");
                }
            }
        }
    }
}

#[test]
fn that_data_is_damaged_or_not_saved_is_said_in_a_notification_in_both_languages() {
    let causes = [
        UnsavedCause::Full,
        UnsavedCause::ReadOnly,
        UnsavedCause::Busy,
        UnsavedCause::Failing,
    ];
    let told = causes.map(|cause| News::Unsaved { cause });
    let copies = [Some(at("2026-11-18T03:10")), None].map(|copy_of| News::Restored { copy_of });
    for news in told.iter().chain(&copies) {
        for language in [Language::Ru, Language::En] {
            let said = super::news(news, Words::new(language), now());
            assert!(said.title.chars().count() <= LONGEST_TITLE, "{said:?}");
            assert!(said.body.chars().count() <= LONGEST_BODY, "{said:?}");
        }
    }
    let said = super::news(&copies[0], Words::new(Language::Ru), now());
    assert_eq!(said.title, "Данные были повреждены");
    assert_eq!(
        said.body.replace('\u{a0}', " "),
        "Восстановлены из копии: ср, 18 ноября, 3:10. Более новое могло пропасть"
    );
}

use engine::{
    model::{
        Activity, DoctorChoice, Language, Pause, Place, Slot, Tell, TimeWish, Unsaved,
        UnsavedCause, Watch, WatchDraft, WatchSlot,
    },
    text::Words,
};

use super::*;

const RU: Language = Language::Ru;
const EN: Language = Language::En;

fn at(moscow: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{moscow}:00+03:00"))
        .unwrap()
        .to_utc()
}

fn now() -> DateTime<Utc> {
    at("2026-11-24T08:45")
}

fn status() -> Status {
    Status {
        service: ServiceState::Fine,
        watching: 4,
        found: 0,
        unanswered: 0,
        checked_at: Some(at("2026-11-24T08:42")),
        next_look_at: None,
        pause: None,
        slept: None,
        requests_today: 0,
        budget_per_day: 8640,
        quiet_until: None,
        hushed: false,
        silent_since: None,
        unsaved: None,
        restored: None,
        requests_last_hour: 0,
        budget_per_hour: 360,
        demo: false,
    }
}

fn view(id: u32, specialty: &str, nickname: &str, state: WatchState, slots: usize) -> WatchView {
    let slot = WatchSlot {
        clinic_id: "1174".into(),
        doctor_id: "7".into(),
        doctor: "Иванова А. А.".to_owned(),
        slot: Slot {
            start: at("2026-11-25T13:40"),
            end: None,
            room: None,
            address: None,
        },
        first_seen: now(),
    };
    WatchView {
        watch: Watch {
            id: WatchId(id),
            created_at: now(),
            draft: WatchDraft {
                places: vec![Place {
                    clinic_id: "1174".into(),
                    clinic_name: "Поликлиника № 87".to_owned(),
                    specialty_id: "2".into(),
                    specialty_name: specialty.to_owned(),
                    fer_id: None,
                    doctors: DoctorChoice::Any,
                }],
                wish: TimeWish::default(),
                nickname: nickname.to_owned(),
                until: None,
                tell: Tell::default(),
            },
            activity: Activity::On,
        },
        state,
        stale: false,
        checked_at: None,
        next_look_at: None,
        gap_secs: None,
        slots: vec![slot; slots].into(),
        others: Vec::new().into(),
        addresses: Vec::new(),
        links: Vec::new(),
        next_work_day: None,
        clock: None,
        looks_today: 0,
    }
}

fn face_of(status: &Status, watches: &[WatchView], language: Language) -> Face {
    face(status, watches, false, Words::new(language), now())
}

/// The menu as a person reads it: `[…]` cannot be chosen, `—` separates.
fn read(face: &Face) -> Vec<String> {
    let titled = |item: &Item| {
        if item.enabled {
            item.title.clone()
        } else {
            format!("[{}]", item.title)
        }
    };
    face.menu
        .iter()
        .map(|entry| match entry {
            Entry::Line(text) => format!("[{text}]"),
            Entry::Choice(item) => titled(item),
            Entry::Switch(item, is_on) => {
                format!("{} {}", if *is_on { "☑" } else { "☐" }, titled(item))
            }
            Entry::Submenu(title, items) => {
                let items: Vec<String> = items.iter().map(titled).collect();
                format!("{title}: {}", items.join(" / "))
            }
            Entry::Separator => "—".to_owned(),
        })
        .collect()
}

#[test]
fn a_quiet_morning_shows_how_many_are_waited_for_and_when_it_was_checked() {
    let face = face_of(&status(), &[], RU);
    assert_eq!(face.shape, Shape::Idle);
    assert_eq!(face.count, None);
    assert_eq!(
        read(&face),
        [
            "[Ждём талоны: 4 · проверили в 08:42]",
            "—",
            "Открыть Талончик",
            "Проверить сейчас",
            "Пауза: 30 минут / 1 час / До завтра, 8:00 / Пока не включу",
            "☐ Тихий режим",
            "—",
            "Настройки…",
            "Выйти",
        ]
    );
}

#[test]
fn the_menu_speaks_english_when_the_person_does() {
    let face = face_of(&status(), &[], EN);
    assert_eq!(
        read(&face),
        [
            "[Watching 4 · checked 08:42]",
            "—",
            "Open Talonchik",
            "Check now",
            "Pause: 30 minutes / 1 hour / Until tomorrow, 8:00 / Until I resume",
            "☐ Quiet mode",
            "—",
            "Settings…",
            "Quit",
        ]
    );
}

#[test]
fn found_watches_come_first_three_at_most_and_open_their_pages() {
    let watches = [
        view(7, "Офтальмолог", "мама", WatchState::Found, 3),
        view(2, "Терапевт", "", WatchState::Waiting, 0),
        view(3, "Невролог", "", WatchState::Found, 1),
        view(4, "Хирург", "", WatchState::Found, 2),
        view(5, "Уролог", "", WatchState::Found, 9),
    ];
    let status = Status {
        found: 15,
        unanswered: 1,
        ..status()
    };
    let face = face_of(&status, &watches, RU);
    assert_eq!(face.shape, Shape::Found);
    assert_eq!(face.count, Some(15));
    assert_eq!(
        read(&face)[..4],
        [
            "✓ Есть талоны: 3 — Офтальмолог, мама",
            "✓ Есть талоны: 1 — Невролог",
            "✓ Есть талоны: 2 — Хирург",
            "[Ждём талоны: 4 · проверили в 08:42]",
        ]
    );
    let Entry::Choice(first) = &face.menu[0] else {
        panic!("the first line can be chosen")
    };
    assert_eq!(first.choice, Choice::Watch(WatchId(7)));
    assert_eq!(
        face.tooltip,
        "Талончик. Ждём талоны: 4 · проверили в 08:42. Есть: 15"
    );
}

#[test]
fn a_long_specialty_does_not_make_the_menu_as_wide_as_the_screen() {
    let long = "Врач ультразвуковой диагностики сердца и сосудов шеи";
    let nickname = "бабушка Александра Константиновна";
    let status = Status {
        found: 1,
        ..status()
    };
    let face = face_of(
        &status,
        &[view(1, long, nickname, WatchState::Found, 1)],
        RU,
    );
    assert!(read(&face)[0].chars().count() <= 70, "{}", read(&face)[0]);
}

#[test]
fn a_pause_shows_its_end_and_offers_to_go_on() {
    let status = Status {
        pause: Some(Pause {
            until: Some(at("2026-11-24T09:15")),
        }),
        found: 2,
        ..status()
    };
    let face = face_of(&status, &[], RU);
    assert_eq!(face.shape, Shape::Paused);
    assert_eq!(face.count, None);
    let menu = read(&face);
    assert_eq!(menu[0], "[Пауза до 09:15]");
    assert!(menu.contains(&"Продолжить".to_owned()));
    assert!(menu.contains(&"[Проверить сейчас]".to_owned()));
    assert!(!menu.iter().any(|line| line.starts_with("Пауза:")));
}

#[test]
fn each_trouble_has_its_shape_and_its_words() {
    for (service, shape, line) in [
        (
            ServiceState::Offline,
            Shape::Offline,
            "[Нет интернета · проверили в 08:42]",
        ),
        (
            ServiceState::Down,
            Shape::Problem,
            "[Сайт записи не отвечает · проверили в 08:42]",
        ),
        (
            ServiceState::Blocked,
            Shape::Problem,
            "[Похоже, включён VPN]",
        ),
        (
            ServiceState::Impostor,
            Shape::Problem,
            "[Отвечает не сайт записи]",
        ),
        (
            ServiceState::BadCertificate,
            Shape::Problem,
            "[Сертификат сайта записи не действует]",
        ),
        (
            ServiceState::Slowed,
            Shape::Idle,
            "[Ждём талоны: 4 · проверили в 08:42]",
        ),
    ] {
        let status = Status {
            service,
            ..status()
        };
        let face = face_of(&status, &[], RU);
        assert_eq!(face.shape, shape, "{service:?}");
        assert_eq!(read(&face)[0], line);
    }
}

#[test]
fn with_nothing_to_wait_for_there_is_nothing_to_check() {
    let status = Status {
        watching: 0,
        checked_at: None,
        ..status()
    };
    let menu = read(&face_of(&status, &[], RU));
    assert_eq!(menu[0], "[Пока ничего не ждём]");
    assert!(menu.contains(&"[Проверить сейчас]".to_owned()));
}

#[test]
fn a_check_just_made_rests() {
    let face = face(&status(), &[], true, Words::new(RU), now());
    assert!(read(&face).contains(&"[Проверили только что]".to_owned()));
}

#[test]
fn the_practice_city_says_so() {
    let status = Status {
        demo: true,
        ..status()
    };
    assert_eq!(
        read(&face_of(&status, &[], RU))[0],
        "[Учебный город. Ждём талоны: 4 · проверили в 08:42]"
    );
}

#[test]
fn a_pause_until_the_morning_ends_at_eight_in_moscow() {
    assert_eq!(
        PauseLength::Morning.until(at("2026-11-24T23:30")),
        Some(at("2026-11-25T08:00"))
    );
    assert_eq!(
        PauseLength::HalfHour.until(now()),
        Some(at("2026-11-24T09:15"))
    );
    assert_eq!(PauseLength::Endless.until(now()), None);
}

#[test]
fn every_choice_is_found_again_by_its_name() {
    for choice in [
        Choice::Watch(WatchId(42)),
        Choice::Open,
        Choice::CheckNow,
        Choice::Resume,
        Choice::Settings,
        Choice::Quit,
    ]
    .into_iter()
    .chain(PauseLength::ALL.map(Choice::Pause))
    {
        assert_eq!(Choice::of_id(&choice.id()), Some(choice));
    }
    assert_eq!(Choice::of_id("watch-"), None);
    assert_eq!(Choice::of_id("anything"), None);
}

#[test]
fn every_message_of_the_menu_is_in_both_languages() {
    let troubles = [
        ServiceState::Unknown,
        ServiceState::Fine,
        ServiceState::Down,
        ServiceState::Blocked,
        ServiceState::Slowed,
        ServiceState::Offline,
        ServiceState::Impostor,
        ServiceState::BadCertificate,
    ];
    for language in [RU, EN] {
        for service in troubles {
            for checked_at in [None, Some(now())] {
                for pause in [None, Some(Pause { until: None })] {
                    let status = Status {
                        service,
                        checked_at,
                        pause,
                        ..status()
                    };
                    let face = face_of(&status, &[], language);
                    for line in read(&face).iter().chain([&face.tooltip]) {
                        assert!(!line.contains("tray-"), "{line} is an id");
                    }
                }
            }
        }
    }
}

#[test]
fn a_silence_of_the_watches_is_a_problem_that_says_since_when() {
    let status = Status {
        silent_since: Some(at("2026-11-24T08:12")),
        ..status()
    };
    let face = face_of(&status, &[], RU);
    assert_eq!(face.shape, Shape::Problem);
    assert_eq!(read(&face)[0], "[Не можем проверить талоны с 08:12]");
}

#[test]
fn a_disk_that_takes_nothing_is_a_problem() {
    let unsaved = Unsaved {
        cause: UnsavedCause::Full,
        since: now(),
    };
    let status = Status {
        unsaved: Some(unsaved),
        ..status()
    };
    let face = face_of(&status, &[], RU);
    assert_eq!(face.shape, Shape::Problem);
    assert_eq!(read(&face)[0], "[Новое не сохраняется. Талоны проверяются]");
}

#[test]
fn the_quiet_mode_is_ticked_while_it_is_on() {
    let status = Status {
        hushed: true,
        ..status()
    };
    assert!(read(&face_of(&status, &[], RU)).contains(&"☑ Тихий режим".to_owned()));
}

//! watch add, list, show, on, off, remove.

use engine::{gorzdrav::link, model::ClinicId};
use serde_json::json;

use crate::harness::Town;

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_is_added_shown_switched_and_removed() {
    let town = Town::new().await;
    let place = town.place();
    let added = town
        .ask_json(&[
            "watch",
            "add",
            "--clinic",
            &place.clinic,
            "--specialty",
            &place.specialty,
            "--doctor",
            &place.doctor,
            "--days",
            "mon,tue",
            "--days",
            "wed",
            "--from",
            "17:00",
            "--to",
            "20:00",
            "--not-before",
            "2026-01-01",
            "--not-after",
            "2099-12-31",
            "--notice",
            "2h",
            "--for",
            "мама",
        ])
        .await;
    assert_eq!(added["id"], 1);
    assert_eq!(added["nickname"], "мама");
    assert_eq!(added["state"], "unchecked");
    assert_eq!(added["checkedAt"], json!(null));
    assert_eq!(added["on"], true);
    assert_eq!(added["wish"]["noticeMinutes"], 120);
    assert_eq!(
        added["wish"]["ranges"],
        json!([{"days": ["mon", "tue", "wed"], "from": "17:00:00", "to": "20:00:00"}])
    );
    // Names are kept beside ids.
    let doctor = &added["places"][0]["doctors"][0];
    assert_eq!(doctor["id"], place.doctor.as_str());
    assert_ne!(doctor["name"], place.doctor.as_str());

    let shown = town.ask_json(&["watch", "show", "1"]).await;
    assert_eq!(shown["name"], added["name"]);
    let page = town.ask(&["watch", "show", "1"]).await;
    for part in [
        "Для: мама",
        "хотя бы за 2 часа",
        "Ещё не проверяли",
        "https://gorzdrav.spb.ru/",
    ] {
        assert!(page.text().contains(part), "{part}: {page:?}");
    }

    assert_eq!(town.ask_json(&["watch", "off", "1"]).await["on"], false);
    assert_eq!(town.ask_json(&["status"]).await[0]["state"], "paused");
    assert!(town.ask(&["watch", "list"]).await.text().contains("Пауза"));
    let resting = town.ask(&["check", "1"]).await;
    assert!(resting.sentence(1).starts_with("Ожидание 1 на паузе"));
    assert!(
        town.ask(&["watch", "on", "1"])
            .await
            .text()
            .starts_with("Ожидание 1 включено")
    );

    let removed = town.ask_json(&["watch", "remove", "1"]).await;
    assert_eq!(removed["removed"], true);
    assert_eq!(town.ask_json(&["watch", "list"]).await, json!([]));
    assert!(
        town.ask(&["watch", "list"])
            .await
            .text()
            .starts_with("Ожиданий нет")
    );
    assert_eq!(town.ask_json(&["status"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_link_becomes_a_watch() {
    let town = Town::new().await;
    let place = town.place();
    let link = link::specialty_page(
        None,
        &ClinicId(place.clinic.clone()),
        &place.specialty.as_str().into(),
    );
    let added = town
        .ask_json(&["watch", "add", "--link", &link, "--from", "9:00"])
        .await;
    assert_eq!(added["clinicId"], place.clinic.as_str());
    assert_eq!(added["specialtyId"], place.specialty.as_str());
    assert_eq!(added["places"][0]["choice"], "any");

    for wrong in ["https://example.com/", "привет"] {
        let answer = town.ask(&["watch", "add", "--link", wrong]).await;
        assert!(answer.sentence(1).starts_with("Это не ссылка"));
    }
    let shallow = "https://gorzdrav.spb.ru/service-free-schedule#[{\"district\":\"4\"}]";
    let answer = town.ask(&["watch", "add", "--link", shallow]).await;
    assert!(
        answer.sentence(1).contains("до специальности"),
        "{answer:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_cannot_be_is_refused() {
    let town = Town::new().await;
    let place = town.place();
    let add = [
        "watch",
        "add",
        "--clinic",
        &place.clinic,
        "--specialty",
        &place.specialty,
    ];
    let cases: &[(&[&str], &str)] = &[
        (&["--from", "10:00", "--to", "9:00"], "Время «от»"),
        (&["--not-after", "2020-01-01"], "Последний день уже прошёл."),
        (
            &["--not-before", "2098-01-02", "--not-after", "2098-01-01"],
            "Первый день позже последнего.",
        ),
        (&["--notice", "90d"], "На дорогу"),
    ];
    for (wish, expected) in cases {
        let answer = town.ask(&[&add[..], wish].concat()).await;
        assert!(answer.sentence(1).starts_with(expected), "{answer:?}");
    }
    assert_eq!(town.ask_json(&["watch", "list"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_who_is_on_no_list_is_waited_for_with_a_warning() {
    let town = Town::new().await;
    let place = town.place();
    let answer = town
        .ask(&[
            "watch",
            "add",
            "--clinic",
            &place.clinic,
            "--specialty",
            &place.specialty,
            "--doctor",
            "no-such",
            "--json",
        ])
        .await;
    assert_eq!(answer.json()["places"][0]["doctors"][0]["id"], "no-such");
    assert!(answer.err.starts_with("Врача no-such сейчас нет в списке"));
}

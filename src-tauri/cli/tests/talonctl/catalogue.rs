//! districts, clinics, specialties, doctors, slots.

use serde_json::{Value, json};
use simulator::{Extent, Fault, Scope};

use crate::harness::{Town, in_days};

fn ids_and_names(list: &Value) -> usize {
    let items = list.as_array().unwrap();
    for item in items {
        assert!(
            item["id"].as_str().is_some_and(|id| !id.is_empty()),
            "{item}"
        );
        assert!(
            item["name"].as_str().is_some_and(|name| !name.is_empty()),
            "{item}"
        );
    }
    items.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_arrays_with_ids_and_names_and_tables_for_people() {
    let town = Town::new().await;
    let place = town.place();
    let clinic = &["--clinic", place.clinic.as_str()][..];
    let specialty = &["--specialty", place.specialty.as_str()][..];

    let districts = town.ask_json(&["districts"]).await;
    assert_eq!(ids_and_names(&districts), 18);
    let clinics = town.ask_json(&["clinics"]).await;
    assert!(ids_and_names(&clinics) > 500);
    let specialties = town.ask_json(&[&["specialties"], clinic].concat()).await;
    assert!(ids_and_names(&specialties) > 0);
    let doctors = town
        .ask_json(&[&["doctors"], clinic, specialty].concat())
        .await;
    assert!(ids_and_names(&doctors) > 1);

    let table = town.ask(&[&["doctors"], clinic, specialty].concat()).await;
    assert!(table.text().contains(doctors[0]["name"].as_str().unwrap()));
    assert!(table.text().contains("Данные на "), "{table:?}");
    for line in [
        &["districts"][..],
        &["clinics"],
        &[&["specialties"], clinic].concat(),
    ] {
        let table = town.ask(line).await;
        assert!(
            table.text().starts_with('№') || table.text().contains("\n№"),
            "{table:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clinics_are_found_by_district_and_by_what_is_typed() {
    let town = Town::new().await;
    let all = town.ask_json(&["clinics"]).await;
    let one = &all[3];
    let district = one["districtId"].as_str().unwrap();
    let there = town.ask_json(&["clinics", "--district", district]).await;
    let there = there.as_array().unwrap();
    assert!(there.contains(one));
    assert!(there.iter().all(|clinic| clinic["districtId"] == *district));

    let name = one["name"].as_str().unwrap();
    let found = town.ask_json(&["clinics", "--search", name]).await;
    assert!(found.as_array().unwrap().contains(one), "{name}");
    let nothing = town.ask(&["clinics", "--search", "ъъъъъъ"]).await;
    assert!(nothing.text().starts_with("Ничего не нашли"));
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_tell_start_end_and_room_in_moscow_time() {
    let town = Town::new().await;
    let place = town.place();
    let line = [
        "slots",
        "--clinic",
        &place.clinic,
        "--doctor",
        &place.doctor,
    ];
    assert_eq!(town.ask_json(&line).await, json!([]));
    assert!(
        town.ask(&line)
            .await
            .text()
            .starts_with("Свободных талонов нет.")
    );

    let start = in_days(2);
    town.city
        .offer_slot(&place.clinic, &place.doctor, start, Some("435"));
    let slots = town.ask_json(&line).await;
    assert_eq!(slots[0]["room"], "435");
    let told = slots[0]["start"].as_str().unwrap();
    assert!(told.ends_with("+03:00"), "{told}");
    assert_eq!(chrono::DateTime::parse_from_rfc3339(told).unwrap(), start);
    assert!(slots[0]["end"].as_str().unwrap().ends_with("+03:00"));
    assert!(town.ask(&line).await.text().contains("435"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_ids_are_failures_with_a_sentence() {
    let town = Town::new().await;
    let clinic = town.place().clinic;
    let cases: &[(&[&str], &str)] = &[
        (&["clinics", "--district", "99"], "Такого района нет"),
        (
            &["specialties", "--clinic", "999999"],
            "Такой поликлиники нет",
        ),
        (
            &["slots", "--clinic", "999999", "--doctor", "1"],
            "Такой поликлиники нет",
        ),
        (
            &["doctors", "--clinic", &clinic, "--specialty", "no-such"],
            "Такой специальности",
        ),
        (&["watch", "show", "7"], "Такого ожидания нет"),
        (&["watch", "on", "7"], "Такого ожидания нет"),
        (&["watch", "off", "7"], "Такого ожидания нет"),
        (&["watch", "remove", "7"], "Такого ожидания нет"),
        (&["check", "7"], "Такого ожидания нет"),
        (&["history", "--watch", "7"], "Такого ожидания нет"),
        (
            &["watch", "add", "--clinic", "999999", "--specialty", "1"],
            "Такой поликлиники нет",
        ),
        (
            &[
                "watch",
                "add",
                "--clinic",
                &clinic,
                "--specialty",
                "no-such",
            ],
            "Такой специальности",
        ),
    ];
    for (line, expected) in cases {
        for form in [&[][..], &["--json"]] {
            let answer = town.ask(&[line, form].concat()).await;
            let sentence = answer.sentence(1);
            assert!(sentence.starts_with(expected), "{line:?}: {sentence}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_that_fails_is_no_clinic_without_slots() {
    let town = Town::new().await;
    let place = town.place();
    town.ask(&["clinics"]).await.text();
    let scope = Scope::Clinic(place.clinic.clone());
    town.city
        .fail(scope, Fault::Code(602), Extent::UntilCleared);
    let line = [
        "slots",
        "--clinic",
        &place.clinic,
        "--doctor",
        &place.doctor,
    ];
    let answer = town.ask(&line).await;
    assert_eq!(
        answer.sentence(1),
        "Поликлиника не отвечает: её система записи недоступна (код 602)."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_of_an_earlier_look_are_shown_with_their_age_and_as_a_failure() {
    let town = Town::new().await;
    let place = town.place();
    town.city.offer(&place.clinic, &place.doctor, in_days(3));
    town.watch(&place).await;
    town.ask(&["check"]).await.text();
    let scope = Scope::Clinic(place.clinic.clone());
    town.city
        .fail(scope, Fault::Code(602), Extent::UntilCleared);
    let line = [
        "slots",
        "--clinic",
        &place.clinic,
        "--doctor",
        &place.doctor,
    ];
    let answer = town.ask(&line).await;
    assert_eq!(answer.code, 1);
    assert!(answer.out.contains("Данные на "), "{answer:?}");
    assert!(answer.said().starts_with("Проверить сейчас не удалось"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_readable_offline() {
    let town = Town::new().await;
    let online = town.ask_json(&["clinics"]).await;
    town.ask_json(&["districts"]).await;
    town.server.stop().await;
    assert_eq!(town.ask_json(&["clinics"]).await, online);
    assert_eq!(ids_and_names(&town.ask_json(&["districts"]).await), 18);
    let asked = town.ask(&["specialties", "--clinic", "3"]).await;
    let sentence = asked.sentence(1);
    assert!(
        sentence.ends_with("не принимает соединение: запущен ли он?"),
        "{sentence}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_68_no_name_commands_the_terminal() {
    let texts: Vec<Value> =
        serde_json::from_str(include_str!("../../../../tests/hostile.json")).unwrap();
    let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
    let place = Town::new().await.place();
    let clinic = &["--clinic", place.clinic.as_str()][..];
    let specialty = &["--specialty", place.specialty.as_str()][..];
    let doctor = &["--doctor", place.doctor.as_str()][..];
    // All at once: each list is kept for a day.
    for said in texts.chunks(40) {
        let town = Town::new().await;
        let fault = Fault::Payload(said.join("\u{1b}[31m\r\n\u{202e}"));
        town.city.fail(Scope::All, fault, Extent::UntilCleared);
        town.city.offer(&place.clinic, &place.doctor, in_days(2));
        for line in [
            &["districts"][..],
            &["clinics"],
            &[&["specialties"], clinic].concat(),
            &[&["doctors"], clinic, specialty].concat(),
            &[&["slots"], clinic, doctor].concat(),
            &[&["watch", "add"], clinic, specialty, doctor].concat(),
            &["watch", "list"],
        ] {
            for line in [line, &[line, &["--json"]].concat()] {
                let answer = town.ask(line).await;
                for text in [&answer.out, &answer.err] {
                    let command = |c: char| {
                        (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}')
                    };
                    assert!(!text.contains(command), "{line:?}: {text:?}");
                }
            }
        }
    }
}

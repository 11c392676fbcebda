//! status, check, history, doctor.

use serde_json::json;
use simulator::{Extent, Fault, Scope, line::Line};

use crate::harness::{Town, ended, in_days, talonctl};

#[tokio::test(flavor = "multi_thread")]
async fn check_looks_and_status_remembers() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let unknown = town.ask(&["status"]).await;
    assert!(unknown.text().contains("Сейчас проверим  —"), "{unknown:?}");

    assert_eq!(town.ask_json(&["check"]).await[0]["state"], "waiting");
    assert!(
        town.ask(&["status"])
            .await
            .text()
            .contains("Пока нет талонов")
    );

    let start = in_days(2);
    town.city
        .offer_slot(&place.clinic, &place.doctor, start, Some("12"));
    let checked = town.ask_json(&["check", "1"]).await;
    assert_eq!(checked[0]["state"], "found");
    assert_eq!(checked[0]["slots"][0]["room"], "12");
    assert_eq!(checked[0]["slots"][0]["doctorId"], place.doctor.as_str());
    let status = town.ask_json(&["status"]).await;
    assert_eq!(status[0]["slots"], checked[0]["slots"]);
    assert!(
        town.ask(&["status"])
            .await
            .text()
            .contains("Есть талоны: 1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_failed_is_a_failure_and_keeps_what_was_known() {
    let town = Town::new().await;
    let place = town.place();
    town.city.offer(&place.clinic, &place.doctor, in_days(2));
    town.watch(&place).await;
    town.ask(&["check"]).await.text();
    town.city
        .fail(Scope::All, Fault::Html502, Extent::UntilCleared);
    let failed = town.ask(&["check", "--json"]).await;
    assert_eq!(failed.code, 1);
    assert!(failed.said().starts_with("Проверить удалось не всё"));
    let views: serde_json::Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!(views[0]["slots"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_17_a_stranger_in_the_place_of_the_service_is_named_as_one() {
    let town = Town::new().await;
    town.watch(&town.place()).await;
    let line = Line::tls(town.server.address()).await.unwrap();
    for arguments in [["check"].as_slice(), &["specialties", "--clinic", "1"]] {
        let mut command = talonctl(arguments);
        command
            .args(["--api-base", &line.base_url(), "--data-dir"])
            .arg(town.home.path());
        let failed = ended(command).await;
        assert_eq!(failed.code, 1, "{failed:?}");
        assert!(
            failed
                .said()
                .starts_with("Вместо сайта записи отвечает кто-то другой."),
            "{failed:?}"
        );
    }
    assert_eq!(line.heard(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_tells_what_was_seen_and_how_long_it_lasted() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    assert_eq!(town.ask_json(&["history", "--watch", "1"]).await, json!([]));
    let start = in_days(2);
    town.city.offer(&place.clinic, &place.doctor, start);
    town.ask(&["check"]).await.text();
    let open = town.ask_json(&["history", "--watch", "1"]).await;
    assert_eq!(open[0]["goneAt"], json!(null));
    assert_eq!(open[0]["lastedSecs"], json!(null));
    assert_ne!(open[0]["doctor"], place.doctor.as_str());

    town.city.take(&place.clinic, &place.doctor, start);
    for _ in 0..2 {
        town.ask(&["check"]).await.text();
    }
    let gone = town.ask_json(&["history", "--watch", "1"]).await;
    assert!(gone[0]["lastedSecs"].is_u64(), "{gone}");
    let table = town.ask(&["history", "--watch", "1"]).await;
    assert!(table.text().contains("меньше минуты"), "{table:?}");

    // For whoever compares ways of looking: JSON lines.
    for line in [
        &["history", "--trace"][..],
        &["history", "--trace", "--watch", "1"],
    ] {
        let trace = town.ask(line).await;
        let lines: Vec<serde_json::Value> = trace
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["keys"][0]["clinic"], place.clinic.as_str());
        assert_eq!(lines[0]["keys"][0]["weight"], 1);
        assert_eq!(lines[0]["learnDays"], 0, "it was there at the first look");
    }
    let shown = town.ask_json(&["watch", "show", "1"]).await;
    assert_eq!(shown["clock"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_self_check_names_what_is_broken() {
    let town = Town::new().await;
    let fine = town.ask_json(&["doctor"]).await;
    let line = |id: &str| {
        let mut lines = fine.as_array().unwrap().iter();
        lines.find(|line| line["id"] == id).unwrap()
    };
    let ledger = &line("requests")["ledger"];
    assert!(ledger["today"].as_u64() >= Some(1));
    assert_eq!(ledger["budgetPerDay"], 24 * 100_000);
    assert!(line("database").get("ledger").is_none());
    let subjects: Vec<&str> = fine
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        subjects,
        [
            "network", "service", "clock", "database", "keyStore", "channels", "requests"
        ]
    );
    assert!(town.ask(&["doctor"]).await.text().contains("в порядке"));
    town.watch(&town.place()).await;
    let watching = town.ask_json(&["doctor"]).await;
    let summary = &watching.as_array().unwrap()[7];
    assert_eq!(summary["id"], "summary");
    assert!(summary["name"].as_str().unwrap().starts_with("Сводка: "));
    assert_eq!(
        summary["detail"],
        "Проверяем, можно ли верить сводке (0 из 300)."
    );

    town.server.stop().await;
    let broken = town.ask(&["doctor"]).await;
    assert_eq!(broken.code, 1);
    assert!(broken.out.contains("не работает"), "{broken:?}");
    assert!(broken.said().contains("Сайт записи"), "{broken:?}");
}

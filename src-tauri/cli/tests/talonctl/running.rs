//! run: looks and alerts as they come.

use std::{collections::BTreeSet, time::Duration};

use engine::{Config, Engine};
use serde_json::Value;
use simulator::{Extent, Fault, Scope};
use tokio::time::timeout;

use crate::harness::{Town, in_days};

fn starts(event: &Value) -> Vec<String> {
    let slots = event["slots"].as_array().unwrap();
    slots
        .iter()
        .map(|slot| slot["start"].as_str().unwrap().to_owned())
        .collect()
}

fn is_alert(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["event"] == "alert" && event["kind"] == kind
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_opening_is_told_and_so_is_its_end() {
    let town = Town::new().await;
    let place = town.place();
    // There before the first look: shown by `status`, told by nobody.
    town.city.offer(&place.clinic, &place.doctor, in_days(5));
    town.watch(&place).await;
    let mut running = town.start(&["run", "--json"]);
    let poll = running.baseline(&place.doctor).await;
    assert_eq!(poll["outcome"], "fresh");
    assert_eq!(poll["level"], "doctor");
    assert_eq!(poll["clinicId"], place.clinic.as_str());
    assert!(poll["at"].as_str().unwrap().ends_with("+03:00"));

    let start = in_days(2);
    town.city
        .offer_slot(&place.clinic, &place.doctor, start, Some("435"));
    let alert = running.event(is_alert("appeared")).await;
    assert_eq!(alert["watchId"], 1);
    assert_eq!(alert["clinicId"], place.clinic.as_str());
    assert_eq!(alert["doctorId"], place.doctor.as_str());
    assert_eq!(alert["slots"][0]["room"], "435");
    assert_eq!(starts(&alert).len(), 1);
    assert!(
        alert["link"]
            .as_str()
            .unwrap()
            .starts_with("https://gorzdrav.spb.ru/")
    );
    assert_eq!(alert.get("repeat"), None);

    town.city.take(&place.clinic, &place.doctor, start);
    let gone = running.event(is_alert("gone")).await;
    assert_eq!(starts(&gone), starts(&alert));
    assert!(gone["lastedSecs"].is_u64(), "{gone}");
    assert!(running.terminate().await.success());
    assert_eq!(running.complaints().await, "");
}

/// Large pieces of memory go back to the system; see `engine::launch`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[tokio::test(flavor = "multi_thread")]
async fn its_memory_stays_steady_for_months_but_a_person_may_set_it_otherwise() {
    const THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    for (set, had) in [(None, "131072"), (Some("262144"), "262144")] {
        let mut command = town.command(&["run", "--json"]);
        command
            .env_remove(THRESHOLD)
            .env_remove("TALONCHIK_REPLACED");
        command.envs(set.map(|value| (THRESHOLD, value)));
        let mut running = crate::harness::Running::start(command);
        running.baseline(&place.doctor).await;
        let environment = format!("/proc/{}/environ", running.id());
        let environment = std::fs::read_to_string(environment).unwrap();
        let found: Vec<_> = environment
            .split('\0')
            .filter_map(|entry| entry.strip_prefix(THRESHOLD)?.strip_prefix('='))
            .collect();
        assert_eq!(found, [had]);
        assert!(running.terminate().await.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_sentences() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    town.ask(&["check"]).await.text();
    town.city.offer(&place.clinic, &place.doctor, in_days(1));
    let answer = town.ask(&["run", "--for", "3s"]).await;
    let text = answer.text();
    assert!(text.starts_with("Ждём талоны по 1 ожиданию."), "{text}");
    assert!(text.contains("новых талонов: 1"), "{text}");
    assert!(text.contains("Есть талоны · "), "{text}");
    assert!(text.contains("Ближайший: завтра"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loses_no_opening_and_repeats_none_unmarked() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let mut first = town.start(&["run", "--json"]);
    first.baseline(&place.doctor).await;
    town.city.offer(&place.clinic, &place.doctor, in_days(2));
    let told = starts(&first.event(is_alert("appeared")).await);
    first.kill().await;

    town.city.offer(&place.clinic, &place.doctor, in_days(3));
    let mut second = town.start(&["run", "--json", "--for", "4s"]);
    let events = second.rest().await;
    assert!(second.wait().await.success());
    let fresh: BTreeSet<String> = events
        .iter()
        .filter(|event| is_alert("appeared")(event) && event.get("repeat").is_none())
        .flat_map(starts)
        .collect();
    assert_eq!(fresh.len(), 1, "{events:?}");
    assert!(!fresh.contains(&told[0]));

    let mut config = Config::new(town.home.path().to_owned());
    config.background = false;
    let engine = Engine::start(config, Vec::new()).await.unwrap();
    let inbox = engine.inbox(10).await.unwrap();
    engine.stop().await;
    let slots: usize = inbox.iter().map(|alert| alert.slots.len()).sum();
    assert_eq!(slots, 2, "{inbox:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_check_found_is_told_by_the_next_run() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    town.ask(&["check"]).await.text();
    town.city.offer(&place.clinic, &place.doctor, in_days(2));
    town.ask(&["check"]).await.text();
    let mut running = town.start(&["run", "--json", "--for", "2s"]);
    let events = running.rest().await;
    assert_eq!(
        events
            .iter()
            .filter(|event| is_alert("appeared")(event))
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_that_fail_are_printed_as_what_they_are() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    town.city
        .fail(Scope::All, Fault::Code(602), Extent::UntilCleared);
    let mut running = town.start(&["run", "--json"]);
    let poll = running.event(|event| event["event"] == "poll").await;
    assert_eq!(poll["outcome"], "unavailable");
    assert_eq!(poll["code"], 602);
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_leaves_ends_the_run_quietly() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let mut running = town.start(&["run", "--json"]);
    running.baseline(&place.doctor).await;
    let child = running.stop_reading();
    let output = timeout(Duration::from_secs(20), child.wait_with_output()).await;
    let output = output.unwrap().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stderr, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_with_nothing_to_wait_for_says_so_and_ends_in_time() {
    let town = Town::new().await;
    let answer = town.ask(&["run", "--json", "--for", "0s"]).await;
    assert_eq!(answer.code, 0);
    assert_eq!(answer.out, "");
    assert!(answer.err.starts_with("Ждать пока нечего."), "{answer:?}");
}

//! simulate: a city to play with, and the whole story in it.

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Answer, Running, ended, talonctl};

struct Lively {
    city: Running,
    base: String,
    home: TempDir,
}

impl Lively {
    async fn open(more: &[&str]) -> Self {
        let line = [&["simulate", "--json"], more].concat();
        let mut city = Running::start(talonctl(&line));
        let listening: Value = serde_json::from_str(&city.line().await).unwrap();
        assert_eq!(listening["event"], "listening");
        Self {
            city,
            base: listening["apiBase"].as_str().unwrap().to_owned(),
            home: TempDir::new().unwrap(),
        }
    }

    async fn ask(&self, line: &[&str]) -> Answer {
        let mut command = talonctl(line);
        command
            .args([
                "--json",
                "--budget",
                "100000",
                "--api-base",
                &self.base,
                "--data-dir",
            ])
            .arg(self.home.path());
        ended(command).await
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_lively_city_gives_polls_and_then_an_alert() {
    let mut lively = Lively::open(&["--seed", "5", "--speed", "30"]).await;
    let clinics = lively.ask(&["clinics"]).await.json();
    // Some clinics fail, some offer nothing online: as in life.
    let mut watched = 0;
    for clinic in clinics.as_array().unwrap() {
        let clinic = clinic["id"].as_str().unwrap();
        let listed = lively.ask(&["specialties", "--clinic", clinic]).await;
        if listed.code != 0 {
            continue;
        }
        let Some(specialty) = listed.json()[0]["id"].as_str().map(str::to_owned) else {
            continue;
        };
        let line = [
            "watch",
            "add",
            "--clinic",
            clinic,
            "--specialty",
            &specialty,
        ];
        lively.ask(&line).await.json();
        watched += 1;
        if watched == 2 {
            break;
        }
    }
    let run = lively.ask(&["run", "--for", "8s"]).await;
    assert_eq!(run.code, 0, "{run:?}");
    let events: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["event"], "poll");
    let alert = events.iter().position(|event| event["event"] == "alert");
    assert!(alert.is_some_and(|at| at > 2), "{}", run.out);
    assert!(lively.city.terminate().await.success());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_city_can_be_broken_by_name() {
    let mut broken = Lively::open(&["--world", "quiet", "--fault", "html-502"]).await;
    let answer = broken.ask(&["districts"]).await;
    assert_eq!(
        answer.sentence(1),
        "Сайт записи не отвечает: повторите позже."
    );
    assert!(broken.city.terminate().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_a_failure() {
    let open = Lively::open(&[]).await;
    let port = open.base.split([':', '/']).nth(4).unwrap();
    let answer = ended(talonctl(&["simulate", "--port", port])).await;
    assert!(answer.sentence(1).contains(port), "{answer:?}");
    open.city.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_the_address() {
    let mut city = Running::start(talonctl(&["simulate"]));
    let line = city.line().await;
    assert!(
        line.starts_with("Учебный город открыт: http://127.0.0.1:"),
        "{line}"
    );
    city.kill().await;
}

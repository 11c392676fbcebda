//! Each fault, seen by a plain HTTP client.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use simulator::{City, Config, Extent, Fault, Place, Rows, Scope, Server};

struct Scene {
    city: Arc<City>,
    server: Server,
    client: Client,
    place: Place,
}

impl Scene {
    /// A quiet city in which one doctor has five slots.
    async fn new() -> Self {
        let city = City::new(Config::default());
        let server = Server::start(city.clone(), 0).await.unwrap();
        let place = city.a_doctor();
        for hours in 20..25 {
            city.offer(
                &place.clinic,
                &place.doctor,
                city.now() + TimeDelta::hours(hours),
            );
        }
        Self {
            city,
            server,
            client: client(),
            place,
        }
    }

    async fn with(fault: Fault) -> Self {
        let scene = Self::new().await;
        scene.city.fail(Scope::All, fault, Extent::UntilCleared);
        scene
    }

    async fn get(&self, path: &str) -> reqwest::Result<Response> {
        self.client
            .get(format!("{}{path}", self.server.base_url()))
            .send()
            .await
    }

    async fn slots(&self) -> reqwest::Result<Response> {
        let Place { clinic, doctor, .. } = &self.place;
        self.get(&format!(
            "/schedule/lpu/{clinic}/doctor/{doctor}/appointments"
        ))
        .await
    }

    async fn slots_json(&self) -> Value {
        self.slots().await.unwrap().json().await.unwrap()
    }

    async fn doctors_json(&self) -> Value {
        let Place {
            clinic, specialty, ..
        } = &self.place;
        let path = format!("/schedule/lpu/{clinic}/speciality/{specialty}/doctors");
        self.get(&path).await.unwrap().json().await.unwrap()
    }
}

/// One client for all tests (loading the system's certificates takes its time); it keeps no
/// connections, as every test has its own runtime.
fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let build = || {
        let builder = Client::builder().no_proxy().pool_max_idle_per_host(0);
        builder
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
    };
    CLIENT.get_or_init(build).clone()
}

fn starts(answer: &Value) -> Vec<&str> {
    let rows = answer["result"].as_array().unwrap();
    rows.iter()
        .filter_map(|row| row["visitStart"].as_str())
        .collect()
}

#[tokio::test]
async fn without_a_fault_the_slots_are_there() {
    let scene = Scene::new().await;
    let response = scene.slots().await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    let first = response.headers()["token"].clone();
    assert_eq!(starts(&response.json().await.unwrap()).len(), 5);
    assert_ne!(first, scene.slots().await.unwrap().headers()["token"]);
}

#[tokio::test]
async fn a_code_comes_with_status_200_and_without_a_result() {
    for code in [
        1, 37, 38, 39, 602, 603, 610, 616, 645, 660, 639, 676, 751, 45,
    ] {
        let scene = Scene::with(Fault::Code(code)).await;
        let response = scene.slots().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["errorCode"], code);
        assert_eq!(answer["success"], false);
        assert!(answer.get("result").is_none());
    }
    let scene = Scene::with(Fault::UnknownCode).await;
    assert_eq!(scene.slots_json().await["errorCode"], 4242);
}

#[tokio::test]
async fn statuses_are_what_they_are_called() {
    let cases = [
        (Fault::Html502, 502),
        (Fault::Status(503), 503),
        (
            Fault::TooMany {
                retry_after: Some("30".into()),
            },
            429,
        ),
        (Fault::Forbidden, 403),
        (Fault::RedirectElsewhere, 301),
    ];
    for (fault, status) in cases {
        let scene = Scene::with(fault).await;
        assert_eq!(scene.slots().await.unwrap().status().as_u16(), status);
    }
    let scene = Scene::with(Fault::TooMany {
        retry_after: Some("30".into()),
    })
    .await;
    assert_eq!(scene.slots().await.unwrap().headers()["retry-after"], "30");
    let scene = Scene::with(Fault::TooMany { retry_after: None }).await;
    assert!(
        !scene
            .slots()
            .await
            .unwrap()
            .headers()
            .contains_key("retry-after")
    );
}

#[tokio::test]
async fn a_reset_gives_no_answer_and_the_next_request_is_fine() {
    let scene = Scene::new().await;
    scene.city.fail(Scope::All, Fault::Reset, Extent::Next(1));
    assert!(scene.slots().await.is_err());
    assert_eq!(starts(&scene.slots_json().await).len(), 5);
}

#[tokio::test]
async fn a_cut_body_breaks_off_and_truncated_json_does_not_parse() {
    let scene = Scene::with(Fault::CutBody).await;
    let response = scene.slots().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.bytes().await.is_err());

    let scene = Scene::with(Fault::TruncatedJson).await;
    let text = scene.slots().await.unwrap().text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
}

#[tokio::test(start_paused = true)]
async fn slow_answers_outlast_a_client_with_little_patience() {
    for fault in [Fault::SlowLoris, Fault::Stall] {
        let scene = Scene::with(fault).await;
        let response = scene.slots().await.unwrap();
        assert!(
            tokio::time::timeout(Duration::from_mins(1), response.bytes())
                .await
                .is_err()
        );
        scene.server.stop().await;
    }
    let scene = Scene::with(Fault::Silence).await;
    assert!(
        tokio::time::timeout(Duration::from_mins(1), scene.slots())
            .await
            .is_err()
    );
    scene.server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_loris_gets_there_in_the_end() {
    let scene = Scene::with(Fault::SlowLoris).await;
    let before = scene.city.now();
    let text = scene.slots().await.unwrap().text().await.unwrap();
    assert_eq!(starts(&serde_json::from_str(&text).unwrap()).len(), 5);
    let took = (scene.city.now() - before).num_seconds();
    assert!(
        took.unsigned_abs().abs_diff(text.len() as u64) < 5,
        "{took} s for {}",
        text.len()
    );
}

#[tokio::test]
async fn a_huge_body_is_a_hundred_megabytes_of_promised_json() {
    let scene = Scene::with(Fault::HugeBody).await;
    let mut response = scene.slots().await.unwrap();
    assert_eq!(response.content_length(), Some(100 << 20));
    assert!(
        response
            .chunk()
            .await
            .unwrap()
            .unwrap()
            .starts_with(br#"{"success":true"#)
    );

    let scene = Scene::with(Fault::EndlessBody).await;
    let mut response = scene.slots().await.unwrap();
    assert_eq!(response.content_length(), None);
    let mut read = 0;
    while read < 20 << 20 {
        read += response.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire_and_grows_without_measure() {
    let scene = Scene::with(Fault::GzipBomb).await;
    let plain = Client::builder().no_proxy().no_gzip().build().unwrap();
    let Place { clinic, doctor, .. } = &scene.place;
    let path = format!("/schedule/lpu/{clinic}/doctor/{doctor}/appointments");
    let packed = plain
        .get(format!("{}{path}", scene.server.base_url()))
        .send()
        .await
        .unwrap();
    assert!(packed.bytes().await.unwrap().len() < 1 << 20);
    let mut response = scene.slots().await.unwrap();
    let mut unpacked = 0;
    while unpacked < 50 << 20 {
        unpacked += response.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn bodies_that_are_not_the_json_we_know() {
    let text = |fault| async {
        Scene::with(fault)
            .await
            .slots()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    assert!(text(Fault::HtmlOk).await.starts_with("<html>"));
    let marked = Scene::with(Fault::ByteOrderMark)
        .await
        .slots()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(marked.starts_with(&[0xEF, 0xBB, 0xBF, b'{']));
    assert!(text(Fault::DeepNesting).await.contains("[[[[[["));
    assert!(Scene::with(Fault::NullResult).await.slots_json().await["result"].is_null());
    let empty = Scene::with(Fault::EmptyResult).await.slots_json().await;
    assert_eq!(
        (&empty["result"], &empty["success"]),
        (&Value::Array(vec![]), &Value::Bool(true))
    );
}

#[tokio::test]
async fn the_date_header_can_be_years_off() {
    let date = |response: Response| response.headers()["date"].to_str().unwrap().to_owned();
    let scene = Scene::with(Fault::WrongDate).await;
    assert!(date(scene.slots().await.unwrap()).contains(" 2018 "));
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_holds_the_state_of_its_request() {
    let scene = Scene::new().await;
    scene.city.fail(
        Scope::All,
        Fault::Latency(Duration::from_secs(5)),
        Extent::Next(1),
    );
    let late = scene.slots_json();
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        scene
            .city
            .take_all(&scene.place.clinic, &scene.place.doctor);
        scene.slots_json().await
    };
    let (late, prompt) = tokio::join!(late, meanwhile);
    assert_eq!(prompt["errorCode"], 39);
    assert_eq!(starts(&late).len(), 5);
}

#[tokio::test]
async fn rows_are_distorted_as_named() {
    let twice = Scene::with(Fault::DuplicateSlots).await.slots_json().await;
    assert_eq!(starts(&twice).len(), 10);

    let scene = Scene::with(Fault::NewSlotIds).await;
    let (first, second) = (scene.slots_json().await, scene.slots_json().await);
    assert_eq!(starts(&first), starts(&second));
    assert_ne!(first["result"][0]["id"], second["result"][0]["id"]);

    let bad = Scene::with(Fault::BadRow).await.slots_json().await;
    let rows = bad["result"].as_array().unwrap();
    assert_eq!(rows.iter().filter(|row| row["id"].is_string()).count(), 5);
    assert_eq!(rows.len(), 6);

    let missing = Scene::with(Fault::MissingField).await.slots_json().await;
    assert!(missing["result"][0].get("visitStart").is_none());
    assert!(missing["result"][1].get("visitStart").is_some());

    let unknown = Scene::with(Fault::UnknownFields).await.slots_json().await;
    assert!(unknown["result"][0]["новоеПоле"].is_object());

    let zulu = Scene::with(Fault::ZuluTimes).await.slots_json().await;
    assert!(starts(&zulu).iter().all(|start| start.ends_with('Z')));

    let swapped = Scene::with(Fault::SwappedIdTypes).await.slots_json().await;
    assert!(swapped["result"][0]["id"].is_number());

    let scene = Scene::with(Fault::ShuffledOrder).await;
    let mut orders = vec![];
    for _ in 0..5 {
        let answer = scene.slots_json().await;
        orders.push(starts(&answer).join(" "));
    }
    orders.dedup();
    assert!(orders.len() > 1);

    let hostile = Scene::with(Fault::HostileText).await.doctors_json().await;
    assert!(
        hostile["result"][0]["name"]
            .as_str()
            .unwrap()
            .contains("onerror")
    );
}

#[tokio::test]
async fn counts_lie_in_both_directions() {
    let scene = Scene::with(Fault::LyingCounts).await;
    assert_eq!(
        scene.doctors_json().await["result"][0]["freeParticipantCount"],
        0
    );
    assert_eq!(starts(&scene.slots_json().await).len(), 5);

    let scene = Scene::with(Fault::GhostCounts).await;
    scene
        .city
        .take_all(&scene.place.clinic, &scene.place.doctor);
    assert_eq!(
        scene.doctors_json().await["result"][0]["freeParticipantCount"],
        5
    );
    assert_eq!(scene.slots_json().await["errorCode"], 39);
}

/// Counts of a doctor's row and of the specialty's.
async fn counts(scene: &Scene) -> [u64; 2] {
    let Place {
        clinic, specialty, ..
    } = &scene.place;
    let doctors = scene.doctors_json().await;
    let path = format!("/schedule/lpu/{clinic}/specialties");
    let specialties: Value = scene.get(&path).await.unwrap().json().await.unwrap();
    let sum = |rows: &Value, key: &str, id: Option<&str>| {
        let rows = rows["result"].as_array().unwrap().iter();
        rows.filter(|row| id.is_none_or(|id| row["id"] == id))
            .map(|row| row[key].as_u64().unwrap())
            .sum()
    };
    [
        sum(&doctors, "freeParticipantCount", None),
        sum(&specialties, "countFreeParticipant", Some(specialty)),
    ]
}

#[tokio::test(start_paused = true)]
async fn stale_rows_repeat_their_first_answer_for_a_while() {
    let scene = Scene::new().await;
    let vendor = Scope::Vendor(simulator::Vendor::Ariadna);
    let stale = Fault::StaleRows(Rows::Specialties, Duration::from_mins(10));
    scene.city.fail(vendor, stale, Extent::UntilCleared);
    assert_eq!(counts(&scene).await, [5, 5]);
    let Place { clinic, doctor, .. } = &scene.place;
    let start = scene.city.now() + TimeDelta::hours(40);
    scene.city.offer(clinic, doctor, start);
    assert_eq!(counts(&scene).await, [6, 5], "the lists are honest");
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(counts(&scene).await, [6, 6]);
    scene.city.take(clinic, doctor, start);
    scene.city.clear_faults();
    assert_eq!(counts(&scene).await, [5, 5]);
}

#[tokio::test]
async fn hidden_slots_are_not_counted_and_always_the_same_ones() {
    let scene = Scene::new().await;
    let Place { clinic, doctor, .. } = &scene.place;
    for hours in 30..130 {
        let start = scene.city.now() + TimeDelta::hours(hours);
        scene.city.offer(clinic, doctor, start);
    }
    let hidden = Fault::HiddenSlots(Rows::Doctors, 50);
    scene
        .city
        .fail(Scope::Clinic(clinic.clone()), hidden, Extent::UntilCleared);
    let [listed, summed] = counts(&scene).await;
    assert_eq!(summed, 105, "the clinic's summary is honest");
    assert!((35..70).contains(&listed), "{listed}");
    assert_eq!(counts(&scene).await, [listed, summed]);
    assert_eq!(starts(&scene.slots_json().await).len(), 105);
}

#[tokio::test]
async fn flapping_shows_the_slots_every_other_time() {
    let scene = Scene::with(Fault::Flapping).await;
    let mut codes = vec![];
    for _ in 0..4 {
        codes.push(scene.slots_json().await["errorCode"].as_i64().unwrap());
    }
    assert_eq!(codes, [0, 39, 0, 39]);
}

#[tokio::test(start_paused = true)]
async fn a_fault_ends_after_its_requests_or_its_time_or_when_cleared() {
    let scene = Scene::new().await;
    let code = async || scene.slots_json().await["errorCode"].as_i64().unwrap();
    scene
        .city
        .fail(Scope::All, Fault::Code(602), Extent::Next(2));
    assert_eq!([code().await, code().await, code().await], [602, 602, 0]);

    scene.city.fail(
        Scope::All,
        Fault::Code(1),
        Extent::For(Duration::from_mins(1)),
    );
    assert_eq!(code().await, 1);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(code().await, 0);

    scene
        .city
        .fail(Scope::All, Fault::Code(616), Extent::UntilCleared);
    assert_eq!(code().await, 616);
    scene.city.clear_faults();
    assert_eq!(code().await, 0);
}

#[tokio::test]
async fn a_fault_meets_only_its_scope() {
    let scene = Scene::new().await;
    let code = async || scene.slots_json().await["errorCode"].as_i64().unwrap();
    let others = [
        Scope::Clinic("0".into()),
        Scope::Share(0.0),
        Scope::Path("/shared/".into()),
    ];
    for scope in others {
        scene
            .city
            .fail(scope, Fault::Code(602), Extent::UntilCleared);
        assert_eq!(code().await, 0);
    }
    let path = format!("/schedule/lpu/{}/doctor/", scene.place.clinic);
    let matching = [
        Scope::Clinic(scene.place.clinic.clone()),
        Scope::Share(1.0),
        Scope::Path(path),
    ];
    for scope in matching {
        scene.city.clear_faults();
        scene
            .city
            .fail(scope, Fault::Code(602), Extent::UntilCleared);
        assert_eq!(code().await, 602);
    }
}

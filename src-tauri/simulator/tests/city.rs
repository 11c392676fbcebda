//! The city as its users see it: time, slots, scripts.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Client;
use serde_json::Value;
use simulator::{City, Config, Place, Server, Vendor, World};

async fn get(server: &Server, segments: &[&str]) -> Value {
    let segments = segments
        .iter()
        .map(|segment| utf8_percent_encode(segment, NON_ALPHANUMERIC));
    let path: String = segments
        .flat_map(|segment| ["/".to_owned(), segment.to_string()])
        .collect();
    let response = client()
        .get(format!("{}{path}", server.base_url()))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

/// One client for all tests (loading the system's certificates takes its time); it keeps no
/// connections, as every test has its own runtime.
fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let build = || {
        let builder = Client::builder().no_proxy().pool_max_idle_per_host(0);
        builder.user_agent("test/1").build().unwrap()
    };
    CLIENT.get_or_init(build).clone()
}

async fn slots(server: &Server, place: &Place) -> Value {
    get(
        server,
        &[
            "schedule",
            "lpu",
            &place.clinic,
            "doctor",
            &place.doctor,
            "appointments",
        ],
    )
    .await
}

async fn doctors(server: &Server, place: &Place) -> Value {
    get(
        server,
        &[
            "schedule",
            "lpu",
            &place.clinic,
            "speciality",
            &place.specialty,
            "doctors",
        ],
    )
    .await
}

async fn specialties(server: &Server, clinic: &str) -> Value {
    get(server, &["schedule", "lpu", clinic, "specialties"]).await
}

async fn quiet() -> (Arc<City>, Server) {
    let city = City::new(Config::default());
    let server = Server::start(city.clone(), 0).await.unwrap();
    (city, server)
}

fn at(world: World) -> Config {
    Config::new(world, Config::default().start).with_failing_share(0.0)
}

#[tokio::test(start_paused = true)]
async fn an_offered_slot_is_seen_on_every_level_until_it_is_taken() {
    let (city, server) = quiet().await;
    let place = city.a_doctor();
    assert_eq!(slots(&server, &place).await["errorCode"], 39);
    let start = city.now() + TimeDelta::days(1);
    city.offer_slot(&place.clinic, &place.doctor, start, Some("435"));

    let answer = slots(&server, &place).await;
    assert_eq!(answer["result"][0]["visitStart"], "2026-11-24T09:00:00");
    assert_eq!(answer["result"][0]["room"], "435");
    let rows = doctors(&server, &place).await["result"].clone();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == place.doctor.as_str())
        .unwrap();
    assert_eq!(
        (&row["id"], &row["freeParticipantCount"]),
        (&Value::from(place.doctor.clone()), &Value::from(1))
    );
    let rows = specialties(&server, &place.clinic).await;
    let rows = rows["result"].as_array().unwrap().clone();
    let row = rows
        .iter()
        .find(|row| row["id"] == place.specialty.as_str())
        .unwrap();
    assert_eq!(row["countFreeParticipant"], 1);

    assert!(city.take(&place.clinic, &place.doctor, start));
    assert!(!city.take(&place.clinic, &place.doctor, start));
    assert_eq!(slots(&server, &place).await["errorCode"], 39);
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_slot_goes_when_it_begins_and_one_offered_in_the_past_stays() {
    let (city, server) = quiet().await;
    let place = city.a_doctor();
    city.offer(
        &place.clinic,
        &place.doctor,
        city.now() + TimeDelta::minutes(10),
    );
    tokio::time::sleep(Duration::from_secs(601)).await;
    assert_eq!(slots(&server, &place).await["errorCode"], 39);
    city.offer(
        &place.clinic,
        &place.doctor,
        city.now() - TimeDelta::hours(1),
    );
    assert_eq!(slots(&server, &place).await["errorCode"], 0);
}

#[tokio::test(start_paused = true)]
async fn time_runs_at_the_given_speed() {
    let city = City::new(Config::default().with_speed(600.0));
    let before = city.now();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!((city.now() - before).num_minutes(), 60);
}

#[tokio::test(start_paused = true)]
async fn every_vendor_is_reached_through_its_own_ids() {
    let (city, server) = quiet().await;
    for vendor in Vendor::ALL {
        let place = city.place_of_vendor(vendor);
        city.offer(
            &place.clinic,
            &place.doctor,
            city.now() + TimeDelta::hours(30),
        );
        let found = doctors(&server, &place).await;
        let rows = found["result"].as_array().unwrap();
        assert!(
            rows.iter().any(|row| row["id"] == place.doctor.as_str()),
            "{vendor}"
        );
        let answer = slots(&server, &place).await;
        assert_eq!(
            answer["result"][0]["visitStart"], "2026-11-24T15:00:00",
            "{vendor}"
        );
        let clinic = get(&server, &["shared", "lpu", &place.clinic]).await;
        assert_eq!(clinic["result"]["description"], vendor.description());
    }
}

#[tokio::test]
async fn what_nobody_knows_has_its_code() {
    let (city, server) = quiet().await;
    let place = city.a_doctor();
    let nobody = Place {
        doctor: "нет".into(),
        ..place.clone()
    };
    assert_eq!(slots(&server, &nobody).await["errorCode"], 39);
    let nothing = Place {
        specialty: "a/b".into(),
        ..place.clone()
    };
    assert_eq!(doctors(&server, &nothing).await["errorCode"], 38);
    assert_eq!(specialties(&server, "77777").await["errorCode"], 610);
    assert_eq!(
        get(&server, &["shared", "lpu", "77777"]).await["errorCode"],
        610
    );
    let none = get(&server, &["shared", "district", "19", "lpus"]).await;
    assert_eq!(
        (&none["result"], &none["success"]),
        (&Value::Array(vec![]), &Value::Bool(true))
    );
    let path = format!("{}/shared/nothing", server.base_url());
    assert_eq!(client().get(path).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_register_is_whole_and_divided_by_district() {
    let (_city, server) = quiet().await;
    let all = get(&server, &["shared", "lpus"]).await["result"]
        .as_array()
        .unwrap()
        .clone();
    assert!(all.is_sorted_by_key(|row| row["id"].as_u64()));
    let unplaced = all.iter().filter(|row| row["latitude"].is_null()).count();
    assert!(
        (95..160).contains(&unplaced),
        "{unplaced} without coordinates"
    );
    let districts = get(&server, &["shared", "districts"]).await;
    let mut sum = 0;
    for district in districts["result"].as_array().unwrap() {
        let id = district["id"].as_str().unwrap();
        let clinics = get(&server, &["shared", "district", id, "lpus"]).await;
        sum += clinics["result"].as_array().unwrap().len();
    }
    assert_eq!((all.len(), sum), (551, 551));
}

#[tokio::test]
async fn a_clinic_that_changes_its_vendor_keeps_names_and_codes_only() {
    let (city, server) = quiet().await;
    for vendor in [Vendor::VistaMed, Vendor::Ariadna, Vendor::Sparm] {
        let place = city.place_of_vendor(vendor);
        let (before, staff) = (
            city.specialties(&place.clinic),
            city.doctors(&place.clinic, &place.specialty),
        );
        city.rebind(&place.clinic);
        let after = city.specialties(&place.clinic);
        assert!(
            before
                .iter()
                .all(|old| after.iter().all(|new| new.id != old.id))
        );
        let names = |rows: &[simulator::SpecialtyInfo]| -> Vec<_> {
            rows.iter()
                .map(|row| (row.name.clone(), row.fer_id.clone()))
                .collect()
        };
        assert_eq!(names(&before), names(&after));
        assert_eq!(doctors(&server, &place).await["errorCode"], 38);
        let at = before
            .iter()
            .position(|row| row.id == place.specialty)
            .unwrap();
        let again = city.doctors(&place.clinic, &after[at].id);
        assert!(
            staff
                .iter()
                .zip(&again)
                .all(|(old, new)| old.name == new.name && old.id != new.id)
        );
    }
}

#[tokio::test]
async fn doctors_and_clinics_come_to_an_end() {
    let (city, server) = quiet().await;
    let place = city.a_doctor();
    city.offer(
        &place.clinic,
        &place.doctor,
        city.now() + TimeDelta::days(1),
    );
    city.remove_doctor(&place.clinic, &place.doctor);
    assert_eq!(slots(&server, &place).await["errorCode"], 39);
    let left = doctors(&server, &place).await;
    assert!(
        left["result"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["id"] != place.doctor.as_str())
    );

    city.close_online(&place.clinic, true);
    assert_eq!(specialties(&server, &place.clinic).await["errorCode"], 37);
    city.close_online(&place.clinic, false);
    assert_eq!(specialties(&server, &place.clinic).await["errorCode"], 0);

    city.rename(&place.clinic, "Новое имя", "НИ");
    let clinic = get(&server, &["shared", "lpu", &place.clinic]).await;
    assert_eq!(clinic["result"]["lpuShortName"], "НИ");
    city.remove_clinic(&place.clinic);
    assert_eq!(specialties(&server, &place.clinic).await["errorCode"], 610);
    assert_eq!(city.clinics().len(), 550);
}

#[tokio::test(start_paused = true)]
async fn requests_are_noted_with_time_path_and_agent() {
    let (city, server) = quiet().await;
    let place = city.place_of_vendor(Vendor::SvMed);
    tokio::time::sleep(Duration::from_secs(90)).await;
    slots(&server, &place).await;
    let requests = city.requests();
    let [request] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert_eq!(
        request.path,
        format!(
            "/schedule/lpu/{}/doctor/{}/appointments",
            place.clinic, place.doctor
        )
    );
    assert_eq!(request.user_agent.as_deref(), Some("test/1"));
    assert_eq!(request.elapsed.as_secs(), 90);
    assert_eq!((request.at - city.config().start).num_seconds(), 90);
    city.clear_requests();
    assert_eq!(city.request_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn lists_and_slots_agree_in_a_city_that_moves() {
    let city = City::new(at(World::S3).with_speed(60.0));
    let server = Server::start(city.clone(), 0).await.unwrap();
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_mins(1)).await;
        for vendor in [Vendor::Ariadna, Vendor::SvMed, Vendor::Samson] {
            let place = city.place_of_vendor(vendor);
            let rows = doctors(&server, &place).await["result"].clone();
            let mut rows = rows.as_array().unwrap().iter();
            let row = rows.find(|row| row["id"] == place.doctor.as_str()).unwrap();
            let answer = slots(&server, &place).await;
            let found = answer["result"].as_array().map_or(0, Vec::len);
            assert_eq!(row["freeParticipantCount"], found);
            assert_eq!(row["nearestDate"].is_null(), found == 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_is_the_same_city_whatever_is_asked_first() {
    let (one, other) = (City::new(at(World::S2)), City::new(at(World::S2)));
    let stranger = City::new(at(World::S2).with_seed(2));
    let clinics: Vec<_> = one.clinics().into_iter().map(|clinic| clinic.id).collect();
    for clinic in clinics.iter().rev().take(60) {
        other.specialties(clinic);
    }
    let place = one.a_doctor();
    let end = one.now() + TimeDelta::days(7);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_mins(50)).await;
        one.slots(&place.clinic, &place.doctor);
    }
    assert_eq!(
        one.slots(&place.clinic, &place.doctor),
        other.slots(&place.clinic, &place.doctor)
    );
    let start = one.config().start;
    let openings = one.openings(&place.clinic, &place.doctor, start, end);
    assert!(openings.len() > 3);
    assert_eq!(
        openings,
        other.openings(&place.clinic, &place.doctor, start, end)
    );
    assert_eq!(one.clinics(), other.clinics());
    assert_ne!(one.clinics(), stranger.clinics());
}

#[tokio::test(start_paused = true)]
async fn a_lively_doctor_has_news_within_a_minute_and_then_about_each_minute() {
    let city = City::new(Config::lively(Config::default().start).with_failing_share(0.0));
    let server = Server::start(city.clone(), 0).await.unwrap();
    let place = city.a_doctor();
    let begin = city.now();
    for _ in 0..120 {
        doctors(&server, &place).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let openings = city.openings(&place.clinic, &place.doctor, begin, city.now());
    let first = (openings[0].appeared - begin).num_seconds();
    assert!((25..=50).contains(&first), "{first}");
    assert!((8..=13).contains(&openings.len()), "{}", openings.len());
    for opening in openings {
        let life = (opening.gone - opening.appeared).num_seconds();
        assert!((60..=360).contains(&life), "{life}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_back_to_the_lively_city_finds_other_slots() {
    let mut seen = HashSet::new();
    for visit in 0..4 {
        let start = Config::default().start + TimeDelta::minutes(visit);
        let city = City::new(Config::lively(start).with_failing_share(0.0));
        let server = Server::start(city.clone(), 0).await.unwrap();
        let place = city.a_doctor();
        doctors(&server, &place).await;
        tokio::time::sleep(Duration::from_secs(55)).await;
        let openings = city.openings(&place.clinic, &place.doctor, start, city.now());
        seen.insert(openings[0].start);
    }
    assert!(seen.len() > 2, "{seen:?}");
}

#[tokio::test(start_paused = true)]
async fn a_twelfth_of_the_clinics_fails_at_any_moment_and_recovers() {
    let start = Config::default().start;
    let city = City::new(Config::new(World::S1, start));
    let server = Server::start(city.clone(), 0).await.unwrap();
    let mut failing = vec![];
    for _ in 0..2 {
        let mut now = vec![];
        for clinic in city.clinics() {
            let code = specialties(&server, &clinic.id).await["errorCode"]
                .as_i64()
                .unwrap();
            if ![0, 37].contains(&code) {
                now.push(clinic.id);
            }
        }
        assert!((25..70).contains(&now.len()), "{}", now.len());
        failing.push(now);
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
    assert_ne!(failing[0], failing[1]);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_server_can_start_again_at_its_port() {
    let (city, server) = quiet().await;
    let port = server.address().port();
    get(&server, &["shared", "districts"]).await;
    server.stop().await;
    assert!(
        client()
            .get(format!("{}/shared/districts", server.base_url()))
            .send()
            .await
            .is_err()
    );
    let again = Server::start(city, port).await.unwrap();
    assert_eq!(get(&again, &["shared", "districts"]).await["errorCode"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_stands_still_while_answers_travel() {
    let (city, server) = quiet().await;
    let before = city.now();
    for _ in 0..20 {
        get(&server, &["shared", "lpus"]).await;
    }
    assert_eq!(city.now(), before);
}

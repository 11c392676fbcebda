//! The city's answers have the shape of the recorded ones.
//!
//! The recordings lie beside the repository and are no part of it: where they are absent,
//! these tests say so and pass.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use chrono::TimeDelta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Client;
use serde_json::Value;
use simulator::{City, Config, Server, Vendor, World};

/// Keys the service has added since the recordings (`gorzdrav-api.md` §3.2).
const ADDED_SINCE: [&str; 3] = ["lastName", "firstName", "middleName"];

/// Id patterns named in `gorzdrav-api.md` §2.3 that the recorded part of the crawl lacks.
const DOCUMENTED: [(&str, &str); 1] = [("СВ-Мед", "я9.9_9")];

/// The JSON types seen under every key of the rows of an answer.
type Shape = BTreeMap<String, BTreeSet<&'static str>>;

fn recording(name: &str) -> Option<Value> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let repository = manifest.parent()?.parent()?;
    let file = repository
        .parent()?
        .join("shared/gorzdrav-samples")
        .join(name);
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("skipped: there is no recording {}", file.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn add(shape: &mut Shape, row: &Value) {
    for (key, value) in row.as_object().unwrap() {
        shape.entry(key.clone()).or_default().insert(kind(value));
    }
}

fn add_rows(shape: &mut Shape, answer: &Value) {
    for row in answer["result"].as_array().into_iter().flatten() {
        add(shape, row);
    }
}

fn without_added(mut shape: Shape) -> Shape {
    shape.retain(|key, _| !ADDED_SINCE.contains(&key.as_str()));
    shape
}

fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT
        .get_or_init(|| Client::builder().no_proxy().build().unwrap())
        .clone()
}

async fn get(server: &Server, segments: &[&str]) -> Value {
    let segments = segments
        .iter()
        .map(|segment| utf8_percent_encode(segment, NON_ALPHANUMERIC));
    let path: String = segments
        .flat_map(|segment| ["/".to_owned(), segment.to_string()])
        .collect();
    let url = format!("{}{path}", server.base_url());
    client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

async fn city() -> (Arc<City>, Server) {
    let config = Config::new(World::S1, Config::default().start).with_failing_share(0.0);
    let city = City::new(config);
    let server = Server::start(city.clone(), 0).await.unwrap();
    (city, server)
}

/// An id's pattern: `9` for digits, `z` for Latin, `я` for Cyrillic letters.
fn pattern(vendor: &str, id: &str) -> String {
    if vendor == Vendor::Itworks.description() {
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        return "guid".into();
    }
    if vendor == Vendor::Sparm.description() {
        let letters = id
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "/+=".contains(letter));
        assert!(letters, "{id}");
        return format!("base64, = {}", id.ends_with('='));
    }
    let mut pattern = String::new();
    for letter in id.chars() {
        let class = match letter {
            '0'..='9' => '9',
            letter if letter.is_ascii_alphabetic() => 'z',
            letter if letter.is_alphabetic() => 'я',
            other => other,
        };
        if !("9zя".contains(class) && pattern.ends_with(class)) {
            pattern.push(class);
        }
    }
    pattern
}

#[tokio::test]
async fn districts_and_clinics_have_the_recorded_keys_and_types() {
    let (_city, server) = city().await;
    for (name, path) in [
        ("districts.json", "districts"),
        ("lpus-all-2024-03.json", "lpus"),
    ] {
        let Some(recorded) = recording(name) else {
            return;
        };
        let ours = get(&server, &["shared", path]).await;
        let (mut shape, mut expected) = (Shape::new(), Shape::new());
        add_rows(&mut shape, &ours);
        add_rows(&mut expected, &recorded);
        assert_eq!(shape, expected, "{path}");
        let (mut envelope, mut recorded_envelope) = (Shape::new(), Shape::new());
        add(&mut envelope, &ours);
        add(&mut recorded_envelope, &recorded);
        assert_eq!(envelope, recorded_envelope);
    }
}

#[tokio::test]
async fn failures_have_the_recorded_envelope_and_words() {
    let (city, server) = city().await;
    let place = city.a_doctor();
    for code in [1, 37, 38, 602, 603, 610, 616, 645, 660, 676, 751] {
        let name = match code {
            660 => "error-660-zero-request-id.json".to_owned(),
            676 => "error-676-referral-not-found.json".to_owned(),
            751 => "error-751-already-booked.json".to_owned(),
            code => format!("error-{code}.json"),
        };
        let Some(recorded) = recording(&name) else {
            return;
        };
        let fault = simulator::Fault::Code(code);
        city.fail(simulator::Scope::All, fault, simulator::Extent::Next(1));
        let ours = get(&server, &["schedule", "lpu", &place.clinic, "specialties"]).await;
        assert_eq!(ours["message"], recorded["message"]);
        let (mut shape, mut expected) = (Shape::new(), Shape::new());
        add(&mut shape, &ours);
        add(&mut expected, &recorded);
        assert_eq!(shape, expected);
    }
}

#[tokio::test]
async fn specialties_and_doctors_have_the_recorded_keys_types_and_ids() {
    let files = [
        "lpus-all-2024-03.json",
        "specialties-all-2024-03.json",
        "doctors-all-2024-03.json",
    ];
    let [Some(clinics), Some(specialties), Some(doctors)] = files.map(recording) else {
        return;
    };
    let vendors: BTreeMap<String, String> = clinics["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["id"].to_string(),
                row["description"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let mut seen: BTreeSet<(char, String, String)> = BTreeSet::new();
    let (mut specialty_shape, mut doctor_shape) = (Shape::new(), Shape::new());
    for (level, answers, shape) in [
        ('s', &specialties, &mut specialty_shape),
        ('d', &doctors, &mut doctor_shape),
    ] {
        for (key, answer) in answers.as_object().unwrap() {
            let vendor = &vendors[key.split('/').next().unwrap()];
            add_rows(shape, answer);
            for row in answer["result"].as_array().into_iter().flatten() {
                seen.insert((
                    level,
                    vendor.clone(),
                    pattern(vendor, row["id"].as_str().unwrap()),
                ));
            }
        }
    }
    for (vendor, pattern) in DOCUMENTED {
        seen.insert(('d', vendor.into(), pattern.into()));
    }
    let (city, server) = city().await;
    let (mut our_specialties, mut our_doctors) = (Shape::new(), Shape::new());
    for clinic in city.clinics() {
        let answer = get(&server, &["schedule", "lpu", &clinic.id, "specialties"]).await;
        add_rows(&mut our_specialties, &answer);
        for row in answer["result"].as_array().into_iter().flatten() {
            let id = row["id"].as_str().unwrap();
            let vendor = clinic.vendor.description();
            let class = ('s', vendor.to_owned(), pattern(vendor, id));
            assert!(seen.contains(&class), "{class:?}: {id}");
            let answer = get(
                &server,
                &["schedule", "lpu", &clinic.id, "speciality", id, "doctors"],
            )
            .await;
            add_rows(&mut our_doctors, &answer);
            for row in answer["result"].as_array().into_iter().flatten() {
                let id = row["id"].as_str().unwrap();
                let class = ('d', vendor.to_owned(), pattern(vendor, id));
                assert!(seen.contains(&class), "{class:?}: {id}");
            }
        }
    }
    assert_eq!(our_specialties, specialty_shape);
    assert_eq!(without_added(our_doctors), doctor_shape);
}

#[tokio::test]
async fn slots_and_timetables_have_the_recorded_keys_types_and_ids() {
    let slots = [
        "appointments-lpu-1174-doctor-p100.136-2025.json",
        "appointments-lpu-481-doctor-865-2023.json",
        "appointments-numeric-ids.json",
    ];
    let days = [
        "timetable-lpu-1174-doctor-p100.136-2025.json",
        "timetable-day-denied.json",
    ];
    let (mut slot_shape, mut day_shape) = (Shape::new(), Shape::new());
    for name in slots {
        let Some(recorded) = recording(name) else {
            return;
        };
        add_rows(&mut slot_shape, &recorded);
    }
    for name in days {
        let Some(recorded) = recording(name) else {
            return;
        };
        add_rows(&mut day_shape, &recorded);
    }
    let (city, server) = city().await;
    let (mut our_slots, mut our_days) = (Shape::new(), Shape::new());
    for clinic in city.clinics().into_iter().take(150) {
        for specialty in city.specialties(&clinic.id).iter().take(2) {
            for doctor in city.doctors(&clinic.id, &specialty.id).iter().take(2) {
                city.offer(&clinic.id, &doctor.id, city.now() + TimeDelta::days(2));
                let path = ["schedule", "lpu", &clinic.id, "doctor", &doctor.id];
                let answer = get(&server, &[&path[..], &["appointments"]].concat()).await;
                let id = answer["result"][0]["id"].as_str().unwrap();
                let pieces: Vec<&str> = id.split([';', '_']).collect();
                let shaped = match clinic.vendor {
                    Vendor::SvMed => pieces.len() >= 3 && id.ends_with(&format!(";{}", doctor.id)),
                    Vendor::VistaMed => pieces.len() == 3 && pieces[0] == doctor.id,
                    _ => pieces.len() == 1,
                };
                assert!(shaped, "{:?}: {id}", clinic.vendor);
                add_rows(&mut our_slots, &answer);
                add_rows(
                    &mut our_days,
                    &get(&server, &[&path[..], &["timetable"]].concat()).await,
                );
            }
        }
    }
    assert_eq!(our_slots, slot_shape);
    // Nobody has seen a day without its beginning.
    assert_eq!(our_days, day_shape);
}

//! Every recorded answer goes through the client's parser, where the recordings are at hand.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{Answer, ApiError, wire};
use crate::model::Doctor;

/// The recordings lie beside the repository, not in it.
fn samples() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/gorzdrav-samples");
    if path.is_dir() {
        return Some(path);
    }
    println!(
        "skipped: there are no recorded answers at {}",
        path.display()
    );
    None
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

/// File names that begin and end so.
fn named(folder: &Path, prefix: &str, suffix: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(prefix) && name.ends_with(suffix))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{prefix}…{suffix}");
    names
}

/// A map of whole answers, each with its key and bytes.
fn each(folder: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    match json(&read(folder, name)) {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, answer)| (key, serde_json::to_vec(&answer).unwrap()))
            .collect(),
        other => panic!("{name} is no map: {other}"),
    }
}

/// No row lost, every id as it was; or the very error that was recorded.
fn agrees<T>(
    what: &str,
    body: &[u8],
    answer: &Result<Answer<T>, ApiError>,
    id: impl Fn(&T) -> String,
) -> usize {
    let raw = json(body);
    let code = raw["errorCode"].as_i64().unwrap();
    match answer {
        Ok(answer) => {
            assert_eq!(answer.skipped, 0, "{what}");
            assert_eq!(i64::from(answer.code), code, "{what}");
            assert_eq!(raw["success"], Value::Bool(code == 0), "{what}");
            let ids: Vec<String> = raw["result"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|row| match &row["id"] {
                    Value::String(id) => id.clone(),
                    other => other.to_string(),
                })
                .collect();
            assert_eq!(
                answer.rows.iter().map(id).collect::<Vec<_>>(),
                ids,
                "{what}"
            );
            ids.len()
        }
        Err(error) => {
            assert_eq!(error.code().map(i64::from), Some(code), "{what}");
            assert!(!matches!(code, 0 | 37 | 38 | 39), "{what}");
            0
        }
    }
}

fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    letters.sort_unstable();
    letters
}

/// Every letter of the source's name is in the name or the note, and the counts are the source's.
fn keeps_everything(raw: &Value, doctor: &Doctor) {
    let shown = format!("{} {}", doctor.name, doctor.note.as_deref().unwrap_or(""));
    let mut shown = letters(&shown);
    for letter in letters(raw["name"].as_str().unwrap_or("")) {
        let at = shown.binary_search(&letter);
        let at =
            at.unwrap_or_else(|_| panic!("lost {letter:?} of {:?} in {doctor:?}", raw["name"]));
        shown.remove(at);
    }
    assert!(!doctor.name.is_empty());
    assert_eq!(
        Some(u64::from(doctor.counts.free)),
        raw["freeParticipantCount"].as_u64()
    );
    assert_eq!(
        Some(u64::from(doctor.counts.tickets)),
        raw["freeTicketCount"].as_u64()
    );
    // A date is missing where the source had none, or the time of its answer.
    let is_date = |key: &str| {
        raw[key]
            .as_str()
            .is_some_and(|date| doctor.counts.free > 0 || !date.contains('+'))
    };
    let dates =
        usize::from(doctor.counts.first.is_some()) + usize::from(doctor.counts.last.is_some());
    assert_eq!(
        dates,
        usize::from(is_date("nearestDate")) + usize::from(is_date("lastDate")),
        "{raw}"
    );
}

#[test]
fn recorded_answers_about_the_city_lose_no_row() {
    let Some(folder) = samples() else { return };
    let body = read(&folder, "districts.json");
    let districts = wire::list::<wire::DistrictRow>(&body);
    assert_eq!(
        agrees("districts", &body, &districts, |d| d.id.0.clone()),
        18
    );

    for name in named(&folder, "lpus-", ".json") {
        let body = read(&folder, &name);
        let clinics = wire::list::<wire::ClinicRow>(&body);
        let count = agrees(&name, &body, &clinics, |clinic| clinic.id.0.clone());
        if name == "lpus-all-2024-03.json" {
            assert_eq!(count, 551);
            let clinics = clinics.unwrap().rows;
            assert_eq!(clinics.iter().filter(|c| c.latitude.is_none()).count(), 126);
            assert_eq!(clinics.iter().filter(|c| c.kind.is_none()).count(), 4);
            assert!(clinics.iter().all(|c| !c.district_id.0.is_empty()));
            let addresses = || {
                clinics
                    .iter()
                    .filter_map(|clinic| clinic.address.as_deref())
            };
            for address in addresses() {
                let begins_well = address.starts_with(char::is_alphabetic)
                    || address.starts_with("1-й Предпортовый");
                assert!(begins_well && !address.contains("Петербург"), "{address}");
                assert!(
                    !address.contains("СПб") && !address.ends_with(','),
                    "{address}"
                );
            }
            let suburbs = addresses().filter(|address| {
                ["г. ", "п. ", "п.", "пос. ", "п "]
                    .iter()
                    .any(|it| address.starts_with(it))
            });
            assert_eq!(suburbs.count(), 106);
        }
    }
    assert_eq!(
        wire::clinic(&read(&folder, "lpu-44.json")).unwrap().id.0,
        "44"
    );
}

#[test]
fn recorded_answers_about_specialties_lose_no_row() {
    let Some(folder) = samples() else { return };
    let all = each(&folder, "specialties-all-2024-03.json");
    assert_eq!(all.len(), 551);
    let files = named(&folder, "specialties-", ".json")
        .into_iter()
        .filter(|name| name != "specialties-all-2024-03.json")
        .map(|name| (name.clone(), read(&folder, &name)));
    let mut rows = 0;
    for (what, body) in all.into_iter().chain(files) {
        let answer = wire::list::<wire::SpecialtyRow>(&body);
        rows += agrees(&what, &body, &answer, |specialty| specialty.id.0.clone());
        let raw = json(&body);
        for (row, raw) in answer
            .iter()
            .flat_map(|a| &a.rows)
            .zip(raw["result"].as_array().into_iter().flatten())
        {
            assert_eq!(
                Some(u64::from(row.counts.free)),
                raw["countFreeParticipant"].as_u64()
            );
            assert_eq!(
                Some(u64::from(row.counts.tickets)),
                raw["countFreeTicket"].as_u64()
            );
            assert_eq!(
                row.counts.first.is_some(),
                raw["nearestDate"].is_string(),
                "{raw}"
            );
            let written = super::tidy::line(raw["name"].as_str().unwrap_or_default()).unwrap();
            assert_eq!(row.name.to_lowercase(), written.to_lowercase());
            assert!(!row.name.starts_with(char::is_lowercase), "{}", row.name);
            let words = row.name.split(|c: char| !c.is_alphabetic());
            for word in words.filter(|word| word.chars().count() > 4 && !word.is_ascii()) {
                assert!(word.chars().any(char::is_lowercase), "{}", row.name);
            }
        }
    }
    assert!(rows > 2_463, "{rows}");
}

#[test]
fn recorded_answers_about_doctors_lose_no_row_and_no_letter() {
    let Some(folder) = samples() else { return };
    let all = each(&folder, "doctors-all-2024-03.json");
    assert_eq!(all.len(), 2_332);
    let files = named(&folder, "doctors-", ".json")
        .into_iter()
        .filter(|name| name != "doctors-all-2024-03.json")
        .map(|name| (name.clone(), read(&folder, &name)));
    let mut rows = 0;
    for (what, body) in all.into_iter().chain(files) {
        let answer = wire::list::<wire::DoctorRow>(&body);
        rows += agrees(&what, &body, &answer, |doctor| doctor.id.0.clone());
        let raw = json(&body);
        for (doctor, raw) in answer
            .iter()
            .flat_map(|a| &a.rows)
            .zip(raw["result"].as_array().into_iter().flatten())
        {
            keeps_everything(raw, doctor);
        }
    }
    assert!(rows > 7_642, "{rows}");
}

#[test]
fn recorded_answers_about_slots_lose_no_row() {
    let Some(folder) = samples() else { return };
    for name in named(&folder, "appointments-", ".json") {
        let body = read(&folder, &name);
        let slots = wire::slots(&body).unwrap();
        assert_eq!(slots.skipped, 0, "{name}");
        let raw = json(&body);
        assert_eq!(
            slots.rows.len(),
            raw["result"].as_array().unwrap().len(),
            "{name}"
        );
        assert!(slots.rows.is_sorted_by_key(|slot| slot.start));
        assert!(slots.rows.iter().all(|slot| slot.end > Some(slot.start)));
    }
    for name in named(&folder, "timetable-", ".json") {
        let body = read(&folder, &name);
        let days = wire::timetable(&body).unwrap();
        assert_eq!(days.skipped, 0, "{name}");
        let raw = json(&body);
        let raw = raw["result"].as_array().unwrap();
        assert_eq!(days.rows.len(), raw.len(), "{name}");
        let slots: usize = days.rows.iter().map(|day| day.slots.len()).sum();
        let raw: usize = raw
            .iter()
            .map(|day| day["appointments"].as_array().unwrap().len())
            .sum();
        assert_eq!(slots, raw, "{name}");
    }
}

#[test]
fn recorded_errors_are_told_apart_by_code() {
    let Some(folder) = samples() else { return };
    for name in named(&folder, "error-", ".json") {
        let body = read(&folder, &name);
        let code = i32::try_from(json(&body)["errorCode"].as_i64().unwrap()).unwrap();
        match (code, wire::slots(&body)) {
            (37..=39, Ok(answer)) => assert_eq!((answer.code, answer.rows.len()), (code, 0)),
            (45 | 639 | 676 | 751, Err(ApiError::Refused { code: got, message }))
            | (1 | 602..=638 | 645..=660, Err(ApiError::ClinicDown { code: got, message })) => {
                assert_eq!((got, message.is_empty()), (code, false), "{name}");
            }
            (_, other) => panic!("{name}: {other:?}"),
        }
    }
    let html = wire::slots(&read(&folder, "error-not-json-502.html"));
    assert!(matches!(html, Err(ApiError::SiteDown { .. })));
}

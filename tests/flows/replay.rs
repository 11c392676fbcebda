//! Real input: the engine on answers recorded from the live service, with every kind of id it has.
//!
//! The recordings lie beside the repository, not in it; without them these stories are skipped.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests, which clippy does not take for tests"
)]

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use engine::{
    Config, Engine, EngineError,
    clock::Clock,
    gorzdrav::ApiError,
    model::{
        AlertState, ClinicId, DistrictId, DoctorId, LinkTarget, MessageKind, Place, SpecialtyId,
        Watch, WatchDraft, WatchId, WatchState, WatchView,
    },
};
use flows::{Recorder, TestApp, any, minutes, seconds};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinSet};

const BASE: &str = "/_api/api/v2/";
/// So large that everything is looked at each second: nobody is spared here.
const BUDGET: u32 = 360_000;
/// Two looks a second apart, both with the most jitter.
const TWO_POLLS: Duration = Duration::from_millis(2200);

/// A doctor to be watched. The ids are recorded ones.
struct Case {
    what: &'static str,
    clinic: &'static str,
    specialty: &'static str,
    doctor: &'static str,
    whom: Whom,
}

/// Whom the watch is on.
#[derive(Clone, Copy, PartialEq)]
enum Whom {
    Anyone,
    TheDoctor,
}

/// The doctors of this specialty were not recorded, for there is `/` in its id: other doctors
/// of the same vendor stand in for them.
const STAND_IN: (&str, &str) = ("389", "0+Pr8+Hr5e3t4P9f5Ojx7+Dt8eXw6Ofg9uj/");
/// The doctor whose slots and timetable were recorded.
const RECORDED: (&str, &str) = ("1174", "п100.136");

#[rustfmt::skip]
const CASES: [Case; 13] = {
    use Whom::{Anyone, TheDoctor};
    const fn case(what: &'static str, clinic: &'static str, specialty: &'static str, doctor: &'static str, whom: Whom) -> Case {
        Case { what, clinic, specialty, doctor, whom }
    }
    [
        case("Cyrillic", "1174", "4", "п100.136", Anyone),
        case("Cyrillic", "1174", "41", "п100.617", TheDoctor),
        case("GUIDs", "219", "6a8c03bc-bc02-11ec-982f-089798a49211", "84301aa6-cef0-b1b7-aefc-d08b08c0c6fe", Anyone),
        case("GUIDs", "213", "96b5643b-1a1d-11ed-bba6-b496918ad4ad", "fadc771a-d157-90f9-8b0f-e69f06529cbd", TheDoctor),
        case("base64 with / and +", STAND_IN.0, STAND_IN.1, "ZU9xYk9RQ0NSU00=", Anyone),
        case("base64 with + and =", "190", "x+Dv6PH8X+3gX+Lg6vbo7eD26P5f7vJfQ292aWQtMTk=", "bUtqalJYQVlaTEc=", TheDoctor),
        case("negative", "345", "990000850", "-777388898", Anyone),
        case("negative", "345", "990000752", "-560849784", TheDoctor),
        case("leading zeros", "1055", "000104", "007375", TheDoctor),
        case("dots and a Latin letter", "209", "38.1", "д20.53D", Anyone),
        case("dots and a Latin letter", "209", "23", "д.20.89", TheDoctor),
        case("letters only", "245", "9997", "псих", TheDoctor),
        case("digits beside letters", "245", "28", "799", Anyone),
    ]
};

#[tokio::test(start_paused = true)]
async fn every_kind_of_recorded_id_is_found_watched_told_once_and_taken_back() {
    let Some(app) = Replay::start().await else {
        return;
    };
    let mut watches: Vec<WatchId> = Vec::new();
    for case in &CASES {
        watches.push(app.choose(case).await.id);
    }

    app.run_for(seconds(10)).await;
    for (case, watch) in CASES.iter().zip(&watches) {
        let view = app.view(*watch).await;
        let free = app.service.slots_of(case.clinic, case.doctor).len();
        assert_eq!(view.slots.len(), free, "{}", case.what);
        let expected = if free > 0 {
            WatchState::Found
        } else {
            WatchState::Waiting
        };
        assert_eq!(view.state, expected, "{}", case.what);
        assert_eq!(view.gap_secs, Some(1), "{}", case.what);
    }
    assert_eq!(app.told.messages(), [], "what is there at first is shown");

    for (index, case) in CASES.iter().enumerate() {
        app.service.open(case.clinic, case.doctor, start_of(index));
    }
    app.run_for(TWO_POLLS).await;
    assert_eq!(app.told.messages().len(), CASES.len());
    app.engine.check_now(None).await.unwrap();
    app.run_for(seconds(10)).await;
    let told = app.told.messages();
    assert_eq!(told.len(), CASES.len(), "each is told once");
    for (index, (case, watch)) in CASES.iter().zip(&watches).enumerate() {
        let message = told
            .iter()
            .find(|message| message.alert.watch_id == *watch)
            .unwrap_or_else(|| panic!("{}: nothing was told", case.what));
        assert_eq!(message.kind, MessageKind::Appeared, "{}", case.what);
        assert_eq!(message.alert.clinic_id.as_str(), case.clinic);
        assert_eq!(message.fresh.len(), 1, "{}", case.what);
        assert_eq!(message.fresh[0].doctor_id.as_str(), case.doctor);
        assert_eq!(message.fresh[0].start, moment(start_of(index)));
        assert_eq!(message.fresh[0].room.as_deref(), Some("435"));
        let target = LinkTarget {
            district_id: Some(app.service.district_of(case.clinic)),
            clinic_id: Some(case.clinic.into()),
            specialty_id: Some(case.specialty.into()),
            doctor_id: None,
        };
        assert_eq!(app.engine.read_link(&message.alert.link).unwrap(), target);
    }

    app.service.close_all();
    // That something went is looked at after two minutes.
    app.run_for(minutes(3)).await;
    let kinds: Vec<MessageKind> = app.told.messages().iter().map(|told| told.kind).collect();
    assert_eq!(
        kinds[CASES.len()..],
        [MessageKind::Gone; CASES.len()],
        "two looks without it, and it is gone"
    );
    for alert in app.engine.inbox(100).await.unwrap() {
        assert_eq!(alert.state, AlertState::Gone);
    }
    for (case, watch) in CASES.iter().zip(&watches) {
        let free = app.service.slots_of(case.clinic, case.doctor).len();
        let slots = app.view(*watch).await.slots;
        // A few minutes have passed: all of the recorded slots are still ahead.
        assert_eq!(slots.len(), free, "{}", case.what);
    }
    assert_eq!(
        app.service.strays(),
        [""; 0],
        "only recorded ids are asked for"
    );
}

#[tokio::test(start_paused = true)]
async fn the_recorded_timetable_says_when_the_chosen_doctor_works_next() {
    let Some(app) = Replay::start().await else {
        return;
    };
    let (clinic, doctor) = (ClinicId::from(RECORDED.0), DoctorId::from(RECORDED.1));
    let chosen = vec![doctor.clone()];
    let place = app.engine.place(clinic.clone(), "4".into(), chosen).await;
    let watch = app.watch(place.unwrap()).await;
    app.run_for(seconds(10)).await;
    let view = app.view(watch.id).await;
    assert_eq!(view.state, WatchState::Found);
    assert_eq!(view.slots.len(), 68);
    // On Monday the doctor has begun an hour ago.
    assert_eq!(view.next_work_day, NaiveDate::from_ymd_opt(2025, 2, 18));
    let days = app.engine.timetable(clinic, doctor).await.unwrap().value;
    assert_eq!(days.len(), 22);
}

#[tokio::test(start_paused = true)]
async fn every_recorded_failure_of_a_clinic_is_shown_as_what_it_is_and_tells_nothing() {
    let Some(app) = Replay::start().await else {
        return;
    };
    let mut watches = Vec::new();
    for code in [1, 602, 603, 610, 645, 37] {
        for clinic in app.service.failing_with(code) {
            let watch = app.watch(place(&clinic, "4")).await;
            watches.push((code, clinic, watch.id));
        }
    }
    assert_eq!(watches.len(), 51);
    // Here the clinic answers, and only the list of doctors fails.
    let watch = app.watch(place("245", "41")).await;
    watches.push((1, "245".to_owned(), watch.id));
    let deserted = app.watch(place("1055", "9999")).await;
    let began = app.clock.now();
    for pause in [seconds(30), minutes(10)] {
        app.run_for(pause).await;
        for (code, clinic, watch) in &watches {
            let view = app.view(*watch).await;
            match view.state {
                WatchState::NoOnline { phone } => {
                    assert_eq!(*code, 37, "{clinic}");
                    assert_eq!(phone, app.service.phone_of(clinic), "{clinic}");
                }
                WatchState::ClinicDown { since } => {
                    assert_ne!(*code, 37, "{clinic}");
                    assert!(since - began < TimeDelta::seconds(30), "{clinic}: {since}");
                }
                other => panic!("{clinic} fails with {code} and is shown as {other:?}"),
            }
            let looks = app.engine.looks(*watch, 10).await.unwrap();
            assert!(
                looks.iter().any(|look| look.code == Some(*code)),
                "{clinic}"
            );
        }
        // Sixteen slots by the clinic's list, and no doctor to have them.
        assert_eq!(app.view(deserted.id).await.state, WatchState::Waiting);
    }
    assert_eq!(app.told.messages(), []);
}

#[tokio::test(start_paused = true)]
async fn the_whole_recorded_city_is_listed_and_found_without_losing_a_row() {
    let Some(app) = Replay::start().await else {
        return;
    };
    let clinics = app.engine.clinics(None).await.unwrap().value;
    let recorded = app.service.active_clinics();
    assert_eq!(recorded.len(), 551);
    assert_eq!(
        clinics
            .iter()
            .map(|clinic| clinic.id.to_string())
            .collect::<Vec<_>>(),
        recorded
    );
    let districts = app.engine.districts().await.unwrap().value;
    assert_eq!(districts.len(), 18);
    let mut of_districts = 0;
    for district in districts {
        let those = app.engine.clinics(Some(district.id.clone())).await.unwrap();
        assert!(
            those
                .value
                .iter()
                .all(|clinic| clinic.district_name == district.name)
        );
        of_districts += those.value.len();
    }
    assert_eq!(
        of_districts,
        clinics.len(),
        "each clinic is in one district"
    );

    let mut good = 0;
    let mut failures: HashMap<i32, usize> = HashMap::new();
    for clinic in clinics {
        let name = app.service.name_of(clinic.id.as_str());
        let hits = app.engine.search_clinics(&name, None, 10).await.unwrap();
        assert!(hits.clinics.contains(&clinic), "{name} is not found");

        let answer = app.service.specialties(clinic.id.as_str());
        let code = answer["errorCode"].as_i64();
        match app.engine.specialties(clinic.id.clone()).await {
            Ok(list) if list.value.is_empty() => {
                assert_eq!(code, Some(37), "{}", clinic.id);
                *failures.entry(37).or_default() += 1;
            }
            Ok(list) => {
                let ids: Vec<&str> = list.value.iter().map(|row| row.id.as_str()).collect();
                assert_eq!(ids, ids_of(&answer), "{}", clinic.id);
                good += 1;
            }
            Err(EngineError::Api(error)) => {
                let ApiError::ClinicDown { code: given, .. } = *error else {
                    panic!("{}: {error:?}", clinic.id);
                };
                assert_eq!(Some(i64::from(given)), code, "{}", clinic.id);
                *failures.entry(given).or_default() += 1;
            }
            Err(error) => panic!("{}: {error:?}", clinic.id),
        }
    }
    assert_eq!(good, 500);
    let expected = [(1, 24), (602, 14), (603, 3), (610, 1), (645, 2), (37, 7)];
    assert_eq!(failures, HashMap::from(expected));
}

/// The engine on the recorded service, from Monday, 17 February 2025, 9:00 in Moscow.
struct Replay {
    service: Arc<Service>,
    engine: std::sync::Arc<Engine>,
    told: Arc<Recorder>,
    clock: Clock,
    _folder: TempDir,
    _server: JoinSet<()>,
}

impl Replay {
    /// `None`: there are no recordings.
    async fn start() -> Option<Self> {
        let service = Arc::new(Service::load()?);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&service));
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });

        let folder = tempfile::tempdir().unwrap();
        let morning = NaiveDate::from_ymd_opt(2025, 2, 17).and_then(|day| day.and_hms_opt(9, 0, 0));
        let clock = Clock::test(moment(morning.unwrap()));
        let config = Config {
            api_base: format!("http://{address}{BASE}").parse().unwrap(),
            budget_per_hour: Some(BUDGET),
            clock: clock.clone(),
            seed: 7,
            ..Config::new(folder.path().join("data"))
        };
        let told = Arc::new(Recorder::default());
        let engine = TestApp::engine(&config, &told).await.unwrap();
        Some(Self {
            service,
            engine,
            told,
            clock,
            _folder: folder,
            _server: server,
        })
    }

    /// Goes the way a person goes from a clinic's name to a watch, and checks each list on it.
    async fn choose(&self, case: &Case) -> Watch {
        let (clinic, specialty) = (
            ClinicId::from(case.clinic),
            SpecialtyId::from(case.specialty),
        );
        let doctor = DoctorId::from(case.doctor);
        let name = self.service.name_of(case.clinic);
        let hits = self.engine.search_clinics(&name, None, 10).await.unwrap();
        assert_eq!(hits.clinics[0].id, clinic, "{name}");

        let list = self.engine.specialties(clinic.clone()).await.unwrap().value;
        let ids: Vec<&str> = list.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, ids_of(&self.service.specialties(case.clinic)));

        let list = self.engine.doctors(clinic.clone(), specialty.clone()).await;
        let list = list.unwrap().value;
        let ids: Vec<&str> = list.iter().map(|row| row.id.as_str()).collect();
        let recorded = self.service.doctors(case.clinic, case.specialty);
        assert_eq!(ids, ids_of(&recorded.unwrap()));
        assert!(ids.contains(&case.doctor), "{}", case.what);

        let slots = self.engine.slots(clinic.clone(), doctor.clone()).await;
        let starts: Vec<_> = slots.unwrap().value.iter().map(|slot| slot.start).collect();
        let mut recorded = self.service.slots_of(case.clinic, case.doctor);
        recorded.sort_unstable();
        assert_eq!(starts, recorded, "{}", case.what);

        let doctors = match case.whom {
            Whom::Anyone => Vec::new(),
            Whom::TheDoctor => vec![doctor],
        };
        let place = self.engine.place(clinic, specialty, doctors).await.unwrap();
        self.watch(place).await
    }

    async fn watch(&self, place: Place) -> Watch {
        let draft = WatchDraft {
            places: vec![place],
            ..WatchDraft::default()
        };
        self.engine.add_watch(draft).await.unwrap()
    }

    async fn run_for(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    async fn view(&self, id: WatchId) -> WatchView {
        self.engine.watch(id).await.unwrap()
    }
}

/// The recorded answers, and slots that a story opens besides.
struct Service {
    districts: Value,
    clinics: Value,
    /// By clinic, errors included.
    specialties: Value,
    /// By «clinic/specialty».
    doctors: Value,
    /// Of [`RECORDED`].
    slots: Value,
    timetable: Value,
    nothing_free: Value,
    no_doctors: Value,
    unknown_clinic: Value,
    /// Clinic, doctor, start.
    opened: Mutex<BTreeSet<(String, String, NaiveDateTime)>>,
    /// Paths that lead to nothing recorded.
    strays: Mutex<Vec<String>>,
}

impl Service {
    fn load() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/gorzdrav-samples");
        if !folder.is_dir() {
            println!("skipped: no recorded answers at {}", folder.display());
            return None;
        }
        let read = |name: &str| -> Value {
            let path: PathBuf = folder.join(name);
            let text = fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
            serde_json::from_slice(&text).unwrap()
        };
        let mut doctors = read("doctors-all-2024-03.json");
        doctors["1174/4"] = read("doctors-lpu-1174-spec-4-2025.json");
        doctors[format!("{}/{}", STAND_IN.0, STAND_IN.1)] = read("doctors-edge-base64-ids.json");
        Some(Self {
            districts: read("districts.json"),
            clinics: read("lpus-all-2024-03.json"),
            specialties: read("specialties-all-2024-03.json"),
            doctors,
            slots: read("appointments-lpu-1174-doctor-p100.136-2025.json"),
            timetable: read("timetable-lpu-1174-doctor-p100.136-2025.json"),
            nothing_free: read("error-39-new-text.json"),
            no_doctors: read("error-38.json"),
            unknown_clinic: read("error-610.json"),
            opened: Mutex::default(),
            strays: Mutex::default(),
        })
    }

    fn open(&self, clinic: &str, doctor: &str, start: NaiveDateTime) {
        locked(&self.opened).insert((clinic.to_owned(), doctor.to_owned(), start));
    }

    fn close_all(&self) {
        locked(&self.opened).clear();
    }

    fn strays(&self) -> Vec<String> {
        locked(&self.strays).clone()
    }

    fn rows(&self) -> impl Iterator<Item = &Value> {
        self.clinics["result"].as_array().into_iter().flatten()
    }

    fn clinic(&self, id: &str) -> Option<&Value> {
        let id: u64 = id.parse().ok()?;
        self.rows().find(|row| row["id"] == id)
    }

    fn active_clinics(&self) -> Vec<String> {
        let active = self.rows().filter(|row| row["isActive"] == true);
        active.map(|row| row["id"].to_string()).collect()
    }

    fn name_of(&self, clinic: &str) -> String {
        let row = self.clinic(clinic).unwrap();
        row["lpuShortName"].as_str().unwrap().to_owned()
    }

    fn phone_of(&self, clinic: &str) -> Option<String> {
        let phone = self.clinic(clinic)?["phone"].as_str()?;
        Some(phone.trim().to_owned())
    }

    fn district_of(&self, clinic: &str) -> DistrictId {
        DistrictId(self.clinic(clinic).unwrap()["districtId"].to_string())
    }

    /// The clinics that answered with this code.
    fn failing_with(&self, code: i32) -> Vec<String> {
        let all = self.specialties.as_object().into_iter().flatten();
        all.filter(|(_, answer)| answer["errorCode"] == code)
            .map(|(clinic, _)| clinic.clone())
            .collect()
    }

    /// What a clinic whose own system fails answers to everything.
    fn failure(&self, clinic: &str) -> Option<Value> {
        let answer = self.specialties.get(clinic).unwrap_or(&self.unknown_clinic);
        (answer["success"] == false && answer["errorCode"] != 37).then(|| answer.clone())
    }

    /// The counts tell of what was opened.
    fn specialties(&self, clinic: &str) -> Value {
        let mut answer = self
            .specialties
            .get(clinic)
            .unwrap_or(&self.unknown_clinic)
            .clone();
        for row in answer["result"].as_array_mut().into_iter().flatten() {
            let id = row["id"].as_str().unwrap_or_default();
            let doctors = self.doctors.get(format!("{clinic}/{id}"));
            let opened: usize = doctors
                .map(|doctors| {
                    ids_of(doctors)
                        .iter()
                        .map(|id| self.opened(clinic, id).len())
                        .sum()
                })
                .unwrap_or_default();
            count_up(&mut row["countFreeParticipant"], opened);
            count_up(&mut row["countFreeTicket"], opened);
        }
        answer
    }

    /// `None`: not recorded.
    fn doctors(&self, clinic: &str, specialty: &str) -> Option<Value> {
        let mut answer = self.doctors.get(format!("{clinic}/{specialty}"))?.clone();
        for row in answer["result"].as_array_mut().into_iter().flatten() {
            let opened = self.opened(clinic, row["id"].as_str().unwrap_or_default());
            count_up(&mut row["freeParticipantCount"], opened.len());
            count_up(&mut row["freeTicketCount"], opened.len());
        }
        Some(answer)
    }

    fn opened(&self, clinic: &str, doctor: &str) -> Vec<NaiveDateTime> {
        locked(&self.opened)
            .iter()
            .filter(|(its_clinic, its_doctor, _)| its_clinic == clinic && its_doctor == doctor)
            .map(|(_, _, start)| *start)
            .collect()
    }

    fn slots(&self, clinic: &str, doctor: &str) -> Value {
        let mut answer = self.slots.clone();
        let Value::Array(rows) = &mut answer["result"] else {
            panic!("slots are a list");
        };
        if (clinic, doctor) != RECORDED {
            rows.clear();
        }
        rows.extend(self.opened(clinic, doctor).into_iter().map(|start| {
            json!({
                "id": format!("{};{doctor}", start.format("%d.%m.%Y;%H:%M")),
                "visitStart": start.format("%Y-%m-%dT%H:%M:%S").to_string(),
                "visitEnd": (start + TimeDelta::minutes(15)).format("%Y-%m-%dT%H:%M:%S").to_string(),
                "address": "пр. Союзный, дом 3",
                "number": null,
                "room": "435",
            })
        }));
        if rows.is_empty() {
            self.nothing_free.clone()
        } else {
            answer
        }
    }

    /// When the doctor's slots start now.
    fn slots_of(&self, clinic: &str, doctor: &str) -> Vec<DateTime<Utc>> {
        let answer = self.slots(clinic, doctor);
        let rows = answer["result"].as_array().into_iter().flatten();
        rows.map(|row| moment(row["visitStart"].as_str().unwrap().parse().unwrap()))
            .collect()
    }

    /// `None`: there is no such path.
    fn answer(&self, path: &[&str]) -> Option<Value> {
        let result = |result: Value| json!({"result": result, "success": true, "errorCode": 0, "message": null, "stackTrace": null});
        let answer = match path {
            ["shared", "districts"] => self.districts.clone(),
            ["shared", "lpus"] => self.clinics.clone(),
            ["shared", "lpu", id] => self
                .clinic(id)
                .map_or_else(|| self.unknown_clinic.clone(), |row| result(row.clone())),
            ["shared", "district", district, "lpus"] => {
                let district: u64 = district.parse().unwrap_or(0);
                let its = self.rows().filter(|row| row["districtId"] == district);
                result(its.cloned().collect())
            }
            ["schedule", "lpu", clinic, "specialties"] => self.specialties(clinic),
            ["schedule", "lpu", clinic, ..] if self.failure(clinic).is_some() => {
                self.failure(clinic)?
            }
            [
                "schedule",
                "lpu",
                clinic,
                "speciality",
                specialty,
                "doctors",
            ] => self.doctors(clinic, specialty).unwrap_or_else(|| {
                self.stray(path);
                self.no_doctors.clone()
            }),
            ["schedule", "lpu", clinic, "doctor", doctor, "appointments"] => {
                self.slots(clinic, doctor)
            }
            ["schedule", "lpu", clinic, "doctor", doctor, "timetable"] => {
                if (*clinic, *doctor) == RECORDED {
                    self.timetable.clone()
                } else {
                    result(json!([]))
                }
            }
            _ => {
                self.stray(path);
                return None;
            }
        };
        Some(answer)
    }

    fn stray(&self, path: &[&str]) {
        locked(&self.strays).push(path.join(" / "));
    }
}

async fn answer(State(service): State<Arc<Service>>, uri: Uri) -> Response {
    // Split before decoding: an id may hold an encoded slash.
    let path = uri.path().strip_prefix(BASE).unwrap_or_default();
    let Some(path) = path.split('/').map(decoded).collect::<Option<Vec<_>>>() else {
        service.stray(&[path]);
        return StatusCode::BAD_REQUEST.into_response();
    };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match service.answer(&path) {
        Some(answer) => {
            let json = "application/json; charset=utf-8";
            ([(header::CONTENT_TYPE, json)], answer.to_string()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Undoes percent-encoding. `None`: something stands there that must be encoded.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'%' => {
                let hex = std::str::from_utf8(after.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(hex, 16).ok()?);
                &after[2..]
            }
            b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                bytes.push(*first);
                after
            }
            _ => return None,
        };
    }
    String::from_utf8(bytes).ok()
}

/// Any doctor of a specialty.
fn place(clinic: &str, specialty: &str) -> Place {
    any(&simulator::Place {
        clinic: clinic.to_owned(),
        specialty: specialty.to_owned(),
        doctor: String::new(),
    })
}

fn ids_of(answer: &Value) -> Vec<&str> {
    let rows = answer["result"].as_array().into_iter().flatten();
    rows.filter_map(|row| row["id"].as_str()).collect()
}

fn count_up(count: &mut Value, by: usize) {
    *count = json!(count.as_u64().unwrap_or(0) + by as u64);
}

/// A time that nobody has free in the recordings, another for each case.
fn start_of(index: usize) -> NaiveDateTime {
    let first = NaiveDate::from_ymd_opt(2025, 3, 3).and_then(|day| day.and_hms_opt(7, 5, 0));
    first.unwrap() + TimeDelta::days(i64::try_from(index).unwrap())
}

/// What the service's times mean.
fn moment(local: NaiveDateTime) -> DateTime<Utc> {
    local.and_local_timezone(Moscow).unwrap().to_utc()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Thousands who wait in one program: the engine, the city and a channel that counts, for benches.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{NaiveTime, TimeDelta};
use engine::{
    Channel, Config, Engine, Message, Rung, Taken, TellError,
    clock::Clock,
    model::{Day, Place, TimeRange, TimeWish, WatchDraft, WatchId},
    secrets::Secrets,
};
use simulator::{City, Server};
use tempfile::TempDir;

use crate::any;

/// An engine with a crowd of watches.
pub struct Crowd {
    /// The city.
    pub city: Arc<City>,
    /// The engine.
    pub engine: Arc<Engine>,
    /// What it told.
    pub told: Arc<Counter>,
    _server: Server,
    _folder: TempDir,
}

/// A channel that counts what it is told, and remembers when where it is asked to.
#[derive(Debug, Default)]
pub struct Counter {
    told: AtomicUsize,
    times: Mutex<Option<Vec<(WatchId, Duration)>>>,
}

impl Counter {
    /// How much it was told.
    pub fn count(&self) -> usize {
        self.told.load(Ordering::SeqCst)
    }

    /// Remembers from now on when it was told of which watch.
    pub fn remember(&self) {
        *self.times.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// What it remembers; forgotten here.
    pub fn times(&self) -> Vec<(WatchId, Duration)> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

#[async_trait::async_trait]
impl Channel for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn rung(&self) -> Rung {
        Rung::Machine
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        self.told.fetch_add(1, Ordering::SeqCst);
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = &mut *times {
            times.push((message.alert.watch_id, simulator::machine_time()));
        }
        Ok(Taken::default())
    }
}

impl Crowd {
    /// A city of this kind and an engine with these watches. Call under paused time.
    pub async fn gather(
        city: simulator::Config,
        watches: impl Fn(&City) -> Vec<WatchDraft>,
    ) -> Self {
        let city = City::new(city);
        let server = Server::start(city.clone(), 0)
            .await
            .expect("a loopback port is free");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config {
            api_base: server
                .base_url()
                .parse()
                .expect("the server's address is a URL"),
            clock: Clock::test(city.now()),
            seed: 7,
            secrets: Some(Secrets::in_memory()),
            ..Config::new(folder.path().join("data"))
        };
        let told = Arc::new(Counter::default());
        let channel = Arc::clone(&told) as Arc<dyn Channel>;
        let engine = Engine::start(config, vec![channel])
            .await
            .expect("the engine starts");
        let watches = watches(&city).into_iter().map(|draft| {
            let mut watch = serde_json::to_value(draft).expect("a draft is JSON");
            watch["activity"] = serde_json::json!({"kind": "on"});
            watch
        });
        let watches: Vec<_> = watches.collect();
        // More than fit into one file.
        for part in watches.chunks(10_000) {
            let file = serde_json::json!({"talonchik": 1, "watches": part}).to_string();
            engine.import(&file).await.expect("the file is good");
        }
        Self {
            city,
            engine,
            told,
            _server: server,
            _folder: folder,
        }
    }

    /// Lets time pass; gives how many requests it took.
    pub async fn run_for(&self, time: Duration) -> usize {
        self.city.clear_requests();
        tokio::time::sleep(time).await;
        self.city.request_count()
    }
}

/// 30 specialties in 12 clinics, on which any number of people may wait.
pub fn thirty_pairs(city: &City) -> Vec<simulator::Place> {
    let mut pairs = Vec::new();
    let mut clinics = 0;
    for clinic in city.clinics() {
        let specialties = city.specialties(&clinic.id);
        let wanted = if clinics < 6 { 3 } else { 2 };
        if specialties.len() < wanted || clinics == 12 {
            continue;
        }
        clinics += 1;
        pairs.extend(specialties.into_iter().take(wanted).map(|specialty| {
            let doctors = city.doctors(&clinic.id, &specialty.id);
            simulator::Place {
                doctor: doctors
                    .first()
                    .map_or_else(String::new, |doctor| doctor.id.clone()),
                clinic: clinic.id.clone(),
                specialty: specialty.id,
            }
        }));
    }
    pairs
}

/// A place as somebody picks it: with its names, by which it is found again.
pub fn picked(city: &City, place: &simulator::Place) -> Place {
    let clinic = city.clinics().into_iter().find(|it| it.id == place.clinic);
    let specialties = city.specialties(&place.clinic);
    let specialty = specialties.into_iter().find(|it| it.id == place.specialty);
    let (clinic, specialty) = clinic.zip(specialty).expect("the city has it");
    Place {
        clinic_name: clinic.name,
        specialty_name: specialty.name,
        fer_id: specialty.fer_id,
        ..any(place)
    }
}

/// People in turn at each of these places: for any doctor there, whenever it suits each.
pub fn queue(
    people: Range<usize>,
    places: &[Place],
    wish: impl Fn(usize) -> TimeWish,
) -> Vec<WatchDraft> {
    people
        .map(|person| WatchDraft {
            places: vec![places[person % places.len()].clone()],
            wish: wish(person / places.len()),
            nickname: person.to_string(),
            ..WatchDraft::default()
        })
        .collect()
}

/// This many people in turn at each of the thirty places.
pub fn people(count: usize, city: &City, wish: impl Fn(usize) -> TimeWish) -> Vec<WatchDraft> {
    let pairs = thirty_pairs(city);
    let places: Vec<Place> = pairs.iter().map(|place| picked(city, place)).collect();
    queue(0..count, &places, wish)
}

/// Somebody who still waits though slots come every hour: one hour of one weekday suits, others to
/// each, within two weeks.
pub fn picky(person: usize) -> TimeWish {
    let clock = |hour: usize| NaiveTime::from_hms_opt(u32::try_from(hour).ok()?, 0, 0);
    let from = 8 + person / 5 % 12;
    let today = simulator::Config::default().start.date_naive();
    TimeWish {
        ranges: vec![TimeRange {
            days: vec![Day::ALL[person % 5]],
            from: clock(from),
            to: clock(from + 1),
        }],
        not_after: Some(today + TimeDelta::weeks(2)),
        ..TimeWish::default()
    }
}

//! A city, a data folder and a program that dies in it again and again: what the city has offered,
//! what the program has told, and whether the two agree.

use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::Stdio,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{Config, Engine, clock::Clock, secrets::Secrets};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::Value;
use simulator::Place;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    time::{Instant, sleep_until},
};

use super::{
    database::{Database, copied},
    dying_at,
};
use crate::harness::{PATIENCE, Town, now};

/// A life that does not come to its end ends here.
const LONGEST_LIFE: Duration = Duration::from_secs(2);
/// The doctors of whom slots appear.
const DOCTORS: usize = 3;
/// A doctor has no more slots than this at a time.
const MOST_SLOTS: usize = 6;

/// How a life ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// At this step, passed for the n-th time.
    Step(&'static str, u32),
    /// After so many lines, and this time.
    After { lines: u32, wait: Duration },
}

/// A slot of a doctor.
type Time = (String, DateTime<Utc>);
/// What can be said once: of an alert, that a slot appeared or is gone.
type Saying = (u32, String, Time);

/// How often something was said.
#[derive(Debug, Default)]
struct Said {
    plain: u32,
    as_repeat: u32,
}

/// The world of one data folder.
pub(super) struct World {
    town: Town,
    place: Place,
    doctors: Vec<String>,
    rng: StdRng,
    /// The program's clock is ahead of the machine's.
    ahead: TimeDelta,
    /// How often the city has offered each slot.
    offered: BTreeMap<Time, u32>,
    /// There when everything was seen for the first time: shown, and perhaps not told.
    baseline: Option<BTreeSet<Time>>,
    /// Watches and the doctors they cover.
    watches: BTreeMap<u32, BTreeSet<String>>,
    said: BTreeMap<Saying, Said>,
    /// What each watch was told of.
    told: BTreeSet<(u32, Time)>,
    /// Kills that came while this message of this alert was leased.
    cut: BTreeMap<(u32, String), u32>,
    /// Tellings of an alert that took too long, on a machine with much else to do.
    slow: BTreeMap<u32, u32>,
    before: Database,
    /// Steps at which the program died.
    pub(super) died_at: BTreeSet<&'static str>,
    /// How often it was killed.
    pub(super) kills: u32,
    /// Marked repeats.
    pub(super) repeats: u32,
    /// Until all was told, at worst.
    pub(super) slowest_peace: Duration,
    /// From SIGTERM to the end, at worst.
    pub(super) slowest_stop: Duration,
}

impl World {
    /// Where its data is.
    pub(super) fn folder(&self) -> &Path {
        self.town.home.path()
    }

    /// Two watches on one specialty, slots that are there already, and a program that was never started.
    pub(super) async fn new(seed: u64) -> Self {
        let mut town = Town::new().await;
        // What a failure leaves behind is looked at.
        town.home.disable_cleanup(true);
        let place = town.place();
        let listed = town.city.doctors(&place.clinic, &place.specialty);
        let mut doctors: Vec<String> = listed.into_iter().map(|doctor| doctor.id).collect();
        doctors.retain(|doctor| *doctor != place.doctor);
        doctors.insert(0, place.doctor.clone());
        let one = town.watch(&place).await.parse().unwrap();
        let line = [
            "watch",
            "add",
            "--clinic",
            &place.clinic,
            "--specialty",
            &place.specialty,
        ];
        let any = &town.ask_json(&line).await["id"];
        let any = u32::try_from(any.as_u64().unwrap()).unwrap();
        let all = doctors.iter().cloned().collect();
        doctors.truncate(DOCTORS);
        let mut world = Self {
            watches: [(one, [place.doctor.clone()].into()), (any, all)].into(),
            town,
            place,
            doctors,
            rng: StdRng::seed_from_u64(seed),
            ahead: TimeDelta::zero(),
            offered: BTreeMap::new(),
            baseline: None,
            told: BTreeSet::new(),
            said: BTreeMap::new(),
            cut: BTreeMap::new(),
            slow: BTreeMap::new(),
            before: Database::default(),
            died_at: BTreeSet::new(),
            kills: 0,
            repeats: 0,
            slowest_peace: Duration::ZERO,
            slowest_stop: Duration::ZERO,
        };
        for _ in 0..3 {
            world.offer();
        }
        world
    }

    /// All went well.
    pub(super) fn end(&mut self) {
        self.town.home.disable_cleanup(false);
    }

    /// The program's time.
    fn now(&self) -> DateTime<Utc> {
        now() + self.ahead
    }

    /// The slots of a doctor.
    fn slots(&self, doctor: &str) -> Vec<DateTime<Utc>> {
        self.town.city.slots(&self.place.clinic, doctor)
    }

    /// A slot that was never there, or one that was.
    fn offer(&mut self) {
        let doctor = self.doctors.choose(&mut self.rng).unwrap().clone();
        let there = self.slots(&doctor);
        if there.len() >= MOST_SLOTS {
            return;
        }
        let now = self.now();
        let left: Vec<_> = self
            .offered
            .keys()
            .filter(|(whose, start)| *whose == doctor && *start > now && !there.contains(start))
            .map(|(_, start)| *start)
            .collect();
        match left.choose(&mut self.rng) {
            Some(start) if self.rng.random_bool(0.2) => self.put(doctor, *start),
            Some(_) | None => self.offer_new(),
        }
    }

    /// A slot that was never there: there is something to tell.
    fn offer_new(&mut self) {
        let doctor = self.doctors.choose(&mut self.rng).unwrap().clone();
        let there = self.slots(&doctor);
        if there.len() >= MOST_SLOTS {
            self.town.city.take(&self.place.clinic, &doctor, there[0]);
        }
        let start = loop {
            let minutes = self.rng.random_range(2 * 24 * 60..30 * 24 * 60);
            let soon = self.now() + TimeDelta::minutes(minutes);
            let start = DateTime::from_timestamp(soon.timestamp() / 60 * 60, 0).unwrap();
            if !self.offered.contains_key(&(doctor.clone(), start)) {
                break start;
            }
        };
        self.put(doctor, start);
    }

    fn put(&mut self, doctor: String, start: DateTime<Utc>) {
        self.town.city.offer(&self.place.clinic, &doctor, start);
        *self.offered.entry((doctor, start)).or_default() += 1;
    }

    /// Somebody else takes a slot.
    fn take(&mut self) {
        let doctor = self.doctors.choose(&mut self.rng).unwrap().clone();
        let slots = self.slots(&doctor);
        if let Some(start) = slots.choose(&mut self.rng) {
            self.town.city.take(&self.place.clinic, &doctor, *start);
        }
    }

    /// What happens while nobody looks: hours may pass, slots come and go.
    fn turn(&mut self) {
        if self.rng.random_bool(0.15) {
            let most = if self.rng.random_bool(0.1) {
                40 * 60
            } else {
                90
            };
            self.ahead += TimeDelta::minutes(self.rng.random_range(1..most));
        }
        let now = self.now();
        for doctor in self.doctors.clone() {
            for start in self
                .slots(&doctor)
                .into_iter()
                .filter(|start| *start <= now)
            {
                self.town.city.take(&self.place.clinic, &doctor, start);
            }
        }
        for _ in 0..self.rng.random_range(0..3) {
            self.take();
        }
        // Every life has something to tell.
        self.offer_new();
        if self.rng.random_bool(0.5) {
            self.offer();
        }
    }

    fn command(&self) -> Command {
        let mut command = self.town.command(&["run", "--json", "-v"]);
        command.env("TALONCHIK_AHEAD", self.ahead.num_seconds().to_string());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A random end: soon after the start, or after the program has said something.
    pub(super) fn any_time(&mut self) -> End {
        End::After {
            lines: self.rng.random_range(0..8),
            wait: Duration::from_micros(self.rng.random_range(0..60_000)),
        }
    }

    /// Which pass of a step.
    pub(super) fn any_pass(&mut self) -> u32 {
        self.rng.random_range(1..4)
    }

    /// One life of the program, and what is left of it.
    pub(super) async fn live(&mut self, end: End) {
        self.turn();
        let mut command = self.command();
        let began = Instant::now();
        let (step, mut lines_left, mut deadline, wait) = match end {
            End::Step(step, pass) => {
                command = dying_at(command, step, pass);
                // Every life comes to the first pass; whether to another nobody knows.
                let limit = if pass == 1 { PATIENCE } else { LONGEST_LIFE };
                (Some(step), 0, began + limit, limit)
            }
            End::After { lines: 0, wait } => (None, 0, began + wait, wait),
            End::After { lines, wait } => (None, lines, began + LONGEST_LIFE, wait),
        };
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut killed, mut meanwhile) = (false, self.rng.random_bool(0.3));
        let moment = began + Duration::from_millis(self.rng.random_range(20..300));
        loop {
            tokio::select! {
                line = lines.next_line() => {
                    let Some(line) = line.unwrap() else { break };
                    self.heard(&line);
                    if lines_left == 1 {
                        deadline = Instant::now() + wait;
                    }
                    lines_left = lines_left.saturating_sub(1);
                }
                () = sleep_until(moment), if meanwhile => {
                    meanwhile = false;
                    self.offer();
                }
                () = sleep_until(deadline), if !killed => {
                    killed = true;
                    child.start_kill().unwrap();
                }
            }
        }
        let output = child.wait_with_output().await.unwrap();
        assert_eq!(output.status.signal(), Some(9), "{end:?}: {output:?}");
        assert!(killed || step.is_some(), "it died by itself: {output:?}");
        self.complained(&output.stderr);
        self.kills += 1;
        if !killed {
            self.died_at.extend(step);
        }
        self.examine();
    }

    /// Takes down what was told. A line may have been cut short.
    fn heard(&mut self, line: &str) -> Value {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        if event["event"] != "alert" {
            return event;
        }
        let number = |name: &str| u32::try_from(event[name].as_u64().unwrap()).unwrap();
        let (alert, watch) = (number("alertId"), number("watchId"));
        let kind = event["kind"].as_str().unwrap();
        let doctor = event["doctorId"].as_str().unwrap();
        for slot in event["slots"].as_array().unwrap() {
            let start = slot["start"].as_str().unwrap().parse().unwrap();
            let time = (doctor.to_owned(), start);
            if kind == "appeared" {
                self.told.insert((watch, time.clone()));
            }
            let said = self.said.entry((alert, kind.to_owned(), time));
            let said = said.or_default();
            if event["repeat"] == true {
                said.as_repeat += 1;
            } else {
                said.plain += 1;
            }
        }
        event
    }

    /// Takes down what its log says of tellings whose end it did not wait for.
    fn complained(&mut self, log: &[u8]) {
        for line in String::from_utf8_lossy(log).lines() {
            let Some((_, alert)) = line.split_once("was not delivered").and_then(|(_, rest)| {
                rest.contains("why=Silent")
                    .then(|| rest.split_once("alert.id="))?
            }) else {
                continue;
            };
            let number = alert.split(' ').next().unwrap().parse().unwrap();
            *self.slow.entry(number).or_default() += 1;
        }
    }

    /// The database of a program that was killed: whole, and true to what was told.
    fn examine(&mut self) {
        let Some(database) = Database::of_the_dead(self.town.home.path()) else {
            assert!(self.before.is_empty(), "the database is gone");
            return;
        };
        database.follows(&self.before);
        let leased = database.leased();
        assert!(leased.len() <= 1, "one message at a time: {leased:?}");
        for message in leased {
            *self.cut.entry(message).or_default() += 1;
        }
        self.before = database;
        self.compare();
    }

    /// What was told against what is kept, and against what the city offered.
    fn compare(&mut self) {
        let kept = self.before.alerts();
        for (alert, kind, time) in self.said.keys() {
            assert!(
                kept.contains(&(*alert, time.clone())),
                "{kind} was told of {time:?} before it was kept"
            );
        }
        let mut once = BTreeMap::<_, u32>::new();
        for (watch, opening, time) in self.before.inbox() {
            assert!(self.offered.contains_key(time), "invented: {time:?}");
            assert!(
                self.watches[&watch].contains(&time.0),
                "{time:?} is no business of {watch}"
            );
            let times = once.entry((watch, opening)).or_default();
            *times += 1;
            assert_eq!(*times, 1, "in the inbox twice: {time:?}");
        }
        self.repeats = 0;
        for (saying, said) in &self.said {
            let (alert, kind, _) = saying;
            let cut = self.cut.get(&(*alert, kind.clone())).copied().unwrap_or(0)
                + self.slow.get(alert).copied().unwrap_or(0);
            assert!(said.plain <= 1, "told twice as new: {saying:?} {said:?}");
            assert!(
                said.as_repeat <= cut,
                "{saying:?} {said:?}, cut {cut} times"
            );
            self.repeats += said.as_repeat;
        }
    }

    /// The program lives in peace until it has told of all there is; then it is asked to stop.
    pub(super) async fn peace(&mut self) {
        self.turn();
        while !self.lives_in_peace().await {}
        let known = || self.offered.keys().cloned().collect();
        let baseline = self.baseline.take().unwrap_or_else(known);
        self.examine();
        self.compare_with_the_city(&baseline).await;
        self.baseline = Some(baseline);
    }

    /// `false`: a look failed, as on a machine with much else to do, and its doctor rests.
    async fn lives_in_peace(&mut self) -> bool {
        let mut child = self.command().spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let began = Instant::now();
        let deadline = began + PATIENCE;
        let (mut seen, mut failed) = (BTreeSet::new(), false);
        let mut stopped = None;
        let mut look = Instant::now();
        let mut said = Vec::new();
        loop {
            tokio::select! {
                // All it has said is heard before it is judged.
                biased;
                line = lines.next_line() => {
                    let Some(line) = line.unwrap() else { break };
                    let event = self.heard(&line);
                    said.push(line);
                    if event["event"] == "poll" {
                        failed |= !matches!(event["outcome"].as_str(), Some("fresh" | "empty"));
                        seen.extend(event["doctorId"].as_str().map(str::to_owned));
                    }
                }
                () = sleep_until(look), if stopped.is_none() => {
                    look = Instant::now() + Duration::from_millis(40);
                    let all_seen = self.doctors.iter().all(|doctor| seen.contains(doctor));
                    let untold = self.untold();
                    let database = || Database::of_the_living(self.town.home.path());
                    if failed || all_seen && untold.is_empty() && database().is_idle(self.now()) {
                        let id = child.id().unwrap().to_string();
                        stopped = Some(Instant::now());
                        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
                        assert!(sent.unwrap().success());
                    } else if look > deadline {
                        child.start_kill().unwrap();
                        let waiting = database().waiting();
                        let output = child.wait_with_output().await.unwrap();
                        let log = String::from_utf8_lossy(&output.stderr);
                        let said = said.join("\n");
                        panic!("seen {seen:?}, never told {untold:?}: {waiting:?}\n{said}\n{log}");
                    }
                }
            }
        }
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        self.complained(&output.stderr);
        let stopped = stopped.expect("it was asked to stop");
        self.slowest_stop = self.slowest_stop.max(stopped.elapsed());
        if !failed {
            self.slowest_peace = self.slowest_peace.max(stopped - began);
        }
        !failed
    }

    /// What stands open, has been offered since the first look and was never told.
    fn untold(&self) -> Vec<(u32, Time)> {
        let Some(baseline) = &self.baseline else {
            return Vec::new();
        };
        let mut untold = Vec::new();
        for (watch, doctors) in &self.watches {
            for doctor in self
                .doctors
                .iter()
                .filter(|doctor| doctors.contains(*doctor))
            {
                for start in self.slots(doctor) {
                    let time = (*watch, (doctor.clone(), start));
                    if !baseline.contains(&time.1) && !self.told.contains(&time) {
                        untold.push(time);
                    }
                }
            }
        }
        untold
    }

    /// In peace: the database knows what stands open, the inbox has all of it for each watch, and
    /// whatever it has was told or says why not.
    async fn compare_with_the_city(&self, baseline: &BTreeSet<Time>) {
        let open = self.before.open(self.now());
        let mut there = BTreeSet::new();
        for doctor in &self.doctors {
            there.extend(
                self.slots(doctor)
                    .into_iter()
                    .map(|start| (doctor.clone(), start)),
            );
        }
        assert_eq!(open, there, "what stands open");
        let inbox: BTreeSet<(u32, &Time)> = self
            .before
            .inbox()
            .map(|(watch, _, time)| (watch, time))
            .collect();
        for (watch, doctors) in &self.watches {
            for time in there.iter().filter(|time| doctors.contains(&time.0)) {
                let known = baseline.contains(time) || inbox.contains(&(*watch, time));
                assert!(known, "{watch} has lost {time:?}");
            }
        }
        for (alert, time, excused) in self.before.excused() {
            let saying = (alert, "appeared".to_owned(), time);
            assert!(
                excused || self.said.contains_key(&saying),
                "{saying:?} was not told and nobody says why"
            );
        }
        self.compare_with_the_inbox().await;
    }

    /// What a person reads is what is kept.
    async fn compare_with_the_inbox(&self) {
        let copy = copied(self.town.home.path());
        let mut config = Config::new(copy.path().to_owned());
        config.background = false;
        config.secrets = Some(Secrets::in_memory());
        config.clock = Clock::test(self.now());
        let engine = Engine::start(config, Vec::new()).await.unwrap();
        let inbox = engine.inbox(100_000).await.unwrap();
        engine.stop().await;
        let mut shown: Vec<(u32, Time)> = inbox
            .iter()
            .flat_map(|alert| {
                let slots = alert.slots.iter();
                slots.map(|slot| (alert.id.0, (slot.doctor_id.as_str().to_owned(), slot.start)))
            })
            .collect();
        shown.sort();
        let kept: Vec<_> = self.before.alerts().into_iter().collect();
        assert_eq!(shown, kept, "the inbox");
    }
}

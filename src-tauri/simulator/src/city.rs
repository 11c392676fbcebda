//! The city: its clock, its content and what a test does to it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::time::Instant;

use crate::agenda::Opening;
use crate::answer::{self, Answering, Question};
use crate::clinics::{self, Entry};
use crate::config::Config;
use crate::districts::DISTRICTS;
use crate::faults::{Extent, Fault, Faults, Scope, Subject, Suffering};
use crate::random;
use crate::staff::{Doctor, Staff};
use crate::vendor::Vendor;

/// The oldest requests beyond this many leave the log.
const REQUESTS_KEPT: usize = 100_000;

/// A simulated city. All methods are synchronous and may be called from anywhere.
///
/// Methods that name a clinic, specialty or doctor panic when there is none of that id:
/// a script with a wrong id tests nothing.
#[derive(Debug)]
pub struct City {
    config: Config,
    began: Instant,
    /// Time that passed for the city alone, in milliseconds.
    slept: AtomicI64,
    state: Mutex<State>,
}

/// What changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clinics: Vec<Clinic>,
    places: HashMap<String, usize>,
    faults: Faults,
    /// Lists under `Fault::StaleRows`, with the time of the answer they repeat.
    pub(crate) first_given: HashMap<String, (DateTime<Utc>, Value)>,
    latency: Duration,
    requests: VecDeque<Request>,
    request_count: usize,
    serial: u64,
}

#[derive(Debug)]
pub(crate) struct Clinic {
    pub(crate) entry: Entry,
    staff: Option<Staff>,
    /// How often the vendor has changed.
    generation: u64,
    pub(crate) closed: bool,
    pub(crate) removed: bool,
}

/// A clinic, for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicInfo {
    /// The clinic's id, as in paths.
    pub id: String,
    /// Its short name.
    pub name: String,
    /// Whose system it runs.
    pub vendor: Vendor,
    /// The id of its district.
    pub district: String,
}

/// A specialty of a clinic, for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialtyInfo {
    /// Its id in this clinic, not encoded.
    pub id: String,
    /// Its name as the API gives it.
    pub name: String,
    /// Its federal code as the API gives it: maybe `""` or `"0"`.
    pub fer_id: Option<String>,
    /// How many doctors it has.
    pub doctors: usize,
}

/// A doctor of a clinic, for scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorInfo {
    /// The id in this clinic, not encoded.
    pub id: String,
    /// The name as the API gives it.
    pub name: Option<String>,
    /// How many slots stand open.
    pub slots: usize,
}

/// Where to look for slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A clinic's id.
    pub clinic: String,
    /// The id of one of its specialties.
    pub specialty: String,
    /// The id of one of that specialty's doctors.
    pub doctor: String,
}

/// A request that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// When, by the city's clock.
    pub at: DateTime<Utc>,
    /// When, in tokio's time since the city was built.
    pub elapsed: Duration,
    /// When the answer was ready, by [`machine_time`].
    pub answered: Duration,
    /// The decoded path below the base: `/schedule/lpu/12/doctor/п100.136/appointments`.
    pub path: String,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
}

/// An answer as the server has to give it.
pub(crate) struct Reply {
    /// `None`: no such path.
    pub(crate) text: Option<String>,
    pub(crate) suffering: Suffering,
    pub(crate) token: String,
    pub(crate) now: DateTime<Utc>,
}

impl City {
    /// Builds the city; its clock starts now.
    pub fn new(config: Config) -> Arc<Self> {
        let entries = clinics::register(config.seed);
        let places = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.id.to_string(), at));
        let state = State {
            places: places.collect(),
            clinics: entries.into_iter().map(Clinic::of).collect(),
            faults: Faults::default(),
            first_given: HashMap::new(),
            latency: config.latency,
            requests: VecDeque::new(),
            request_count: 0,
            serial: 0,
        };
        Arc::new(Self {
            config,
            began: Instant::now(),
            slept: AtomicI64::new(0),
            state: Mutex::new(state),
        })
    }

    /// What the city's clock shows: its start plus tokio's time since then, times the speed.
    pub fn now(&self) -> DateTime<Utc> {
        let elapsed = self.began.elapsed().as_secs_f64() * self.config.speed;
        let slept = TimeDelta::milliseconds(self.slept.load(Ordering::SeqCst));
        self.config.start + random::seconds(elapsed) + slept
    }

    /// Time passes for the city, but not by tokio's clock: the computer sleeps.
    pub fn pass(&self, time: TimeDelta) {
        self.slept
            .fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    /// How it was built.
    pub fn config(&self) -> &Config {
        &self.config
    }

    // Finding ids ----------------------------------------------------------------

    /// All clinics, by id.
    pub fn clinics(&self) -> Vec<ClinicInfo> {
        let state = self.state();
        state
            .clinics
            .iter()
            .filter(|clinic| !clinic.removed)
            .map(Clinic::info)
            .collect()
    }

    /// The specialties of a clinic, in the order of the list.
    pub fn specialties(&self, clinic: &str) -> Vec<SpecialtyInfo> {
        let mut state = self.state();
        let staff = state.staff(&self.config, clinic);
        let rows = staff.specialties.iter();
        rows.map(|row| SpecialtyInfo {
            id: row.id.clone(),
            name: row.name.clone(),
            fer_id: row.fer.map(str::to_owned),
            doctors: staff.doctors[row.doctors.clone()]
                .iter()
                .filter(|one| !one.removed)
                .count(),
        })
        .collect()
    }

    /// The doctors of a specialty, in the order of the list.
    pub fn doctors(&self, clinic: &str, specialty: &str) -> Vec<DoctorInfo> {
        let now = self.now();
        let mut state = self.state();
        let staff = state.staff(&self.config, clinic);
        let Some(row) = staff.specialty(specialty) else {
            panic!("clinic {clinic} has no specialty {specialty}");
        };
        let range = row.doctors.clone();
        let present = staff.doctors[range]
            .iter_mut()
            .filter(|doctor| !doctor.removed);
        present
            .map(|doctor| DoctorInfo {
                id: doctor.id.clone(),
                name: doctor.name.clone(),
                slots: doctor.slots(now).len(),
            })
            .collect()
    }

    /// A clinic of this vendor that offers something, preferably with several doctors in a list.
    pub fn clinic_of_vendor(&self, vendor: Vendor) -> ClinicInfo {
        let place = self.place_of_vendor(vendor);
        let state = self.state();
        state.clinics[state.known(&place.clinic)].info()
    }

    /// A clinic, specialty and doctor of this vendor; the specialty has several doctors where
    /// the vendor has any such.
    pub fn place_of_vendor(&self, vendor: Vendor) -> Place {
        let places = self.pick(vendor, 4).or_else(|| self.pick(vendor, 2));
        places
            .or_else(|| self.pick(vendor, 1))
            .expect("every vendor has doctors")
    }

    /// A handy clinic with digits for ids: the specialty has several doctors.
    pub fn a_doctor(&self) -> Place {
        self.place_of_vendor(Vendor::Ariadna)
    }

    /// The first specialty of this vendor's clinics with at least so many doctors, and of them
    /// one whose id is more than digits, if there is any.
    pub fn pick(&self, vendor: Vendor, at_least: usize) -> Option<Place> {
        let mut state = self.state();
        for at in 0..state.clinics.len() {
            let clinic = &state.clinics[at];
            if clinic.entry.vendor != vendor || clinic.removed || clinic.closed {
                continue;
            }
            let (entry, staff) = state.staffed(&self.config, at);
            for specialty in &staff.specialties {
                let doctors = &staff.doctors[specialty.doctors.clone()];
                let present: Vec<&Doctor> = doctors.iter().filter(|one| !one.removed).collect();
                let odd = |one: &&&Doctor| !one.id.bytes().all(|byte| byte.is_ascii_digit());
                let Some(chosen) = present.iter().find(odd).or(present.first()) else {
                    continue;
                };
                if present.len() >= at_least {
                    return Some(Place {
                        clinic: entry.id.to_string(),
                        specialty: specialty.id.clone(),
                        doctor: chosen.id.clone(),
                    });
                }
            }
        }
        None
    }

    // Slots ------------------------------------------------------------------------

    /// A slot appears now and stays until it is taken or begins. One that is over already is
    /// shown all the same until taken (a slot in the past, row 27).
    pub fn offer(&self, clinic: &str, doctor: &str, start: DateTime<Utc>) {
        self.offer_slot(clinic, doctor, start, None);
    }

    /// The same, in this room.
    pub fn offer_slot(&self, clinic: &str, doctor: &str, start: DateTime<Utc>, room: Option<&str>) {
        let now = self.now();
        self.doctor(clinic, doctor, |one| {
            one.agenda.offer(start, room.map(str::to_owned), now);
        });
    }

    /// Another patient takes the slot. Says whether it was there.
    pub fn take(&self, clinic: &str, doctor: &str, start: DateTime<Utc>) -> bool {
        let now = self.now();
        self.doctor(clinic, doctor, |one| {
            one.agenda.take(&one.plan, now, |other| other == start) > 0
        })
    }

    /// Other patients take all of a doctor's slots. Says how many there were.
    pub fn take_all(&self, clinic: &str, doctor: &str) -> usize {
        let now = self.now();
        self.doctor(clinic, doctor, |one| {
            one.agenda.take(&one.plan, now, |_| true)
        })
    }

    /// When the doctor's open slots begin.
    pub fn slots(&self, clinic: &str, doctor: &str) -> Vec<DateTime<Utc>> {
        let now = self.now();
        self.doctor(clinic, doctor, |one| {
            one.slots(now).into_iter().map(|slot| slot.start).collect()
        })
    }

    /// The truth for evaluations: every opening of a doctor that appears in the given time, in
    /// order of appearance, also in time to come (worlds S0–S4). The stock that stands open when
    /// the city begins is no opening; for what the world itself opened, `take` is not regarded.
    pub fn openings(
        &self,
        clinic: &str,
        doctor: &str,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<Opening> {
        let now = self.now();
        self.doctor(clinic, doctor, |one| {
            one.agenda.openings(&one.plan, from, until, now)
        })
    }

    // Changes to clinics --------------------------------------------------------------

    /// The clinic changes its vendor (to «Ариадна», or from it to «Самсон»): every specialty and
    /// doctor gets another id, names and federal codes stay.
    pub fn rebind(&self, clinic: &str) {
        let mut state = self.state();
        let place = state.known(clinic);
        state.staff(&self.config, clinic);
        let clinic = &mut state.clinics[place];
        clinic.generation += 1;
        clinic.entry.vendor = match clinic.entry.vendor {
            Vendor::Ariadna => Vendor::Samson,
            _ => Vendor::Ariadna,
        };
        let (vendor, id) = (clinic.entry.vendor, u64::from(clinic.entry.id));
        if let Some(staff) = &mut clinic.staff {
            staff.assign_ids(self.config.seed, vendor, id, clinic.generation);
        }
    }

    /// The clinic gets another name.
    pub fn rename(&self, clinic: &str, full_name: &str, short_name: &str) {
        let mut state = self.state();
        let place = state.known(clinic);
        let entry = &mut state.clinics[place].entry;
        full_name.clone_into(&mut entry.full_name);
        short_name.clone_into(&mut entry.short_name);
    }

    /// The doctor gets another name.
    pub fn rename_doctor(&self, clinic: &str, doctor: &str, name: &str) {
        self.doctor(clinic, doctor, |one| one.name = Some(name.to_owned()));
    }

    /// The doctor leaves: missing in lists, and no longer known.
    pub fn remove_doctor(&self, clinic: &str, doctor: &str) {
        self.doctor(clinic, doctor, |one| one.removed = true);
    }

    /// The clinic leaves the register; asked about, it is unknown (code 610).
    pub fn remove_clinic(&self, clinic: &str) {
        let mut state = self.state();
        let place = state.known(clinic);
        state.clinics[place].removed = true;
    }

    /// A clinic that left is back.
    pub fn return_clinic(&self, clinic: &str) {
        let mut state = self.state();
        if let Some(place) = state.places.get(clinic).copied() {
            state.clinics[place].removed = false;
        }
    }

    /// Whether the clinic offers nothing online (code 37 to everything).
    pub fn close_online(&self, clinic: &str, closed: bool) {
        let mut state = self.state();
        let place = state.known(clinic);
        state.clinics[place].closed = closed;
    }

    // Faults -----------------------------------------------------------------------------

    /// From now on, these requests meet this fault.
    pub fn fail(&self, scope: Scope, fault: Fault, extent: Extent) {
        let now = self.now();
        self.state().faults.add(scope, fault, extent, now);
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.first_given.clear();
    }

    /// How long every answer takes, in tokio's time.
    pub fn set_latency(&self, latency: Duration) {
        self.state().latency = latency;
    }

    // The log of requests -----------------------------------------------------------------

    /// The requests so far (the latest hundred thousand), oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.iter().cloned().collect()
    }

    /// How many requests there were, since the beginning or the last `clear_requests`.
    pub fn request_count(&self) -> usize {
        self.state().request_count
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        let mut state = self.state();
        state.requests.clear();
        state.request_count = 0;
    }

    // For the server ------------------------------------------------------------------------

    /// Notes the request and decides the answer, as things stand now.
    pub(crate) fn reply(&self, raw_path: &str, user_agent: Option<String>) -> Reply {
        let now = self.now();
        let path = answer::readable(raw_path);
        let question = Question::read(raw_path);
        let mut state = self.state();
        state.serial += 1;
        let serial = state.serial;
        let subject = question.as_ref().map_or(
            Subject {
                path: &path,
                clinic: None,
                vendor: None,
                lists_slots: false,
                counts: None,
            },
            |question| {
                let place = question.clinic().and_then(|clinic| state.place(clinic));
                question.subject(&path, place.map(|at| state.clinics[at].entry.vendor))
            },
        );
        let mut suffering = state.faults.meet(&subject, self.config.seed, now);
        suffering.latency += state.latency;
        let text = question.as_ref().map(|question| {
            let (config, suffering) = (&self.config, &suffering);
            Answering {
                config,
                state: &mut state,
                now,
                suffering,
                serial,
            }
            .text(question)
        });
        let elapsed = self.began.elapsed();
        state.note(Request {
            at: now,
            elapsed,
            answered: machine_time(),
            path,
            user_agent,
        });
        Reply {
            text,
            suffering,
            token: answer::token(self.config.seed, serial),
            now,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doctor<T>(&self, clinic: &str, doctor: &str, act: impl FnOnce(&mut Doctor) -> T) -> T {
        let mut state = self.state();
        match state.staff(&self.config, clinic).doctor_mut(doctor) {
            Some(doctor) => act(doctor),
            None => panic!("clinic {clinic} has no doctor {doctor}"),
        }
    }
}

/// The machine's own time since it was first asked for, whatever tokio's clock says: for benches.
#[expect(
    clippy::disallowed_methods,
    reason = "benches measure what the tests' clock hides"
)]
pub fn machine_time() -> Duration {
    static BEGAN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    BEGAN.elapsed()
}

impl State {
    /// Where in the register this clinic stands.
    pub(crate) fn place(&self, clinic: &str) -> Option<usize> {
        self.places
            .get(clinic)
            .copied()
            .filter(|at| !self.clinics[*at].removed)
    }

    fn known(&self, clinic: &str) -> usize {
        match self.place(clinic) {
            Some(place) => place,
            None => panic!("the city has no clinic {clinic}"),
        }
    }

    fn staff(&mut self, config: &Config, clinic: &str) -> &mut Staff {
        let place = self.known(clinic);
        self.staffed(config, place).1
    }

    /// The clinic with its staff, drawn when first needed.
    pub(crate) fn staffed(&mut self, config: &Config, place: usize) -> (&Entry, &mut Staff) {
        let Clinic { entry, staff, .. } = &mut self.clinics[place];
        let entry = &*entry;
        (
            entry,
            staff.get_or_insert_with(|| Staff::draw(config, entry)),
        )
    }

    fn note(&mut self, request: Request) {
        self.request_count += 1;
        if self.requests.len() == REQUESTS_KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }
}

impl Clinic {
    fn of(entry: Entry) -> Self {
        Self {
            entry,
            staff: None,
            generation: 0,
            closed: false,
            removed: false,
        }
    }

    fn info(&self) -> ClinicInfo {
        ClinicInfo {
            id: self.entry.id.to_string(),
            name: self.entry.short_name.clone(),
            vendor: self.entry.vendor,
            district: DISTRICTS[self.entry.district].id.to_string(),
        }
    }
}

//! The scheduler that ships, its pace and its trust, driven through a world in virtual time.
//!
//! Only the network is pretended: a request waits for its permit and then half of a
//! lognormal time, sees what is there, and is answered after the other half.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use engine::{
    model::{ClinicId, Key, SpecialtyId},
    pace::{BACKGROUND_PART, Pace, Why},
    schedule::{
        Arrived, Audits, Foresight, Learner, Limits, Profile, Reading, Row, Scheduler, Target,
        Wish, before, targets, walk_gap,
    },
    trust::{Level, Standing, Trial, Trust},
};
use rand::{SeedableRng, rngs::StdRng};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{
    random::Stream,
    score::{Score, Tally},
    world::{self, BINS, DAY, World},
};

/// Median of an answer's time, and the spread of its logarithm.
const ANSWER_SECS: f64 = 0.85;
const ANSWER_SIGMA: f64 = 0.4;

/// By what the scheduler foresees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// What ships, where the person allowed short bursts.
    Learning,
    /// What ships, as it is set at first.
    Calm,
    /// Every resource alike.
    Even,
    /// By the true average rates.
    Sqrt,
    /// By the true rates of every moment.
    Oracle,
}

/// How to run it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub policy: Policy,
    pub seed: u64,
    pub budget_per_hour: u32,
    /// Counts are not believed: the level below the clinic's is asked.
    pub distrust: bool,
}

enum Seer {
    Learned(Learner<ClinicId, SpecialtyId>),
    Even,
    Rates(BTreeMap<(ClinicId, SpecialtyId), f32>),
    Known {
        day: i64,
        profiles: BTreeMap<(ClinicId, SpecialtyId), Profile>,
    },
}

struct Seeing<'a> {
    world: &'a World,
    seer: Seer,
}

impl Foresight for Seeing<'_> {
    fn turn(&mut self, now: i64) -> bool {
        let world = self.world;
        match &mut self.seer {
            Seer::Learned(learner) => learner.turn(now),
            Seer::Even | Seer::Rates(_) => false,
            Seer::Known { day, profiles } => {
                let today = (now - world::start().timestamp_millis()).div_euclid(DAY);
                let turned = *day != today;
                if turned {
                    *day = today;
                    profiles.clear();
                    let Some(truth) = &world.truth else {
                        return turned;
                    };
                    for (index, clinic) in world.clinics.iter().enumerate() {
                        for (pair, place) in clinic.pairs.iter().enumerate() {
                            let name = (clinic.id.as_str().into(), place.id.as_str().into());
                            profiles.insert(name, truth.profile(index, pair, today));
                        }
                    }
                }
                turned
            }
        }
    }

    fn expected(&mut self, clinic: &ClinicId, specialty: &SpecialtyId) -> Profile {
        let name = (clinic.clone(), specialty.clone());
        match &mut self.seer {
            Seer::Learned(learner) => learner.expected(clinic, specialty).clone(),
            Seer::Even => Box::new([1.0; BINS]),
            Seer::Rates(rates) => Box::new([rates.get(&name).copied().unwrap_or(0.0); BINS]),
            Seer::Known { profiles, .. } => profiles
                .get(&name)
                .cloned()
                .unwrap_or(Box::new([0.0; BINS])),
        }
    }
}

/// Runs a policy through a world.
pub(crate) fn run(world: &World, run: Run) -> Score {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(async { Watching::new(world, run).watch().await }),
        Err(_) => Score::default(),
    }
}

/// How many, the first and the last visit.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Counts(usize, u64, u64);

impl Row for Counts {
    fn shrank(&self, before: &Self) -> bool {
        self.0 < before.0 && (self.0 == 0 || self.1 >= before.1 && self.2 <= before.2)
    }
}

#[derive(Default)]
struct Doctor {
    /// There now, announced or not.
    here: Vec<usize>,
    /// Seen at the last look at the slots.
    known: Vec<usize>,
    row: Reading<Counts>,
    looked: i64,
}

#[derive(Default)]
struct Place {
    doctors: Vec<Doctor>,
    row: Reading<Counts>,
}

struct Watching<'a> {
    world: &'a World,
    run: Run,
    scheduler: Scheduler<Seeing<'a>>,
    pace: Pace,
    trust: Trust,
    audits: Audits,
    rng: StdRng,
    stream: Stream,
    began: Instant,
    /// The next opening that has not appeared yet.
    next: usize,
    told: Vec<bool>,
    places: Vec<Vec<Place>>,
    walk_due: Vec<i64>,
    last_look: HashMap<Key, i64>,
    /// The look before the one under way.
    since: i64,
    /// Something was found that speaks of counts.
    judged: bool,
    standings: Vec<(Standing, Standing)>,
    names: HashMap<ClinicId, usize>,
    tally: Tally,
}

impl<'a> Watching<'a> {
    fn new(world: &'a World, run: Run) -> Self {
        let began = world::start().timestamp_millis();
        let names = world.clinics.iter().enumerate();
        let names = names.map(|(index, clinic)| (ClinicId::from(clinic.id.as_str()), index));
        let mut trust = Trust::default();
        for clinic in &world.clinics {
            trust.set_vendor(&clinic.id.as_str().into(), clinic.vendor);
        }
        let seer = match run.policy {
            Policy::Learning | Policy::Calm => Seer::Learned(Learner::new(began)),
            Policy::Even => Seer::Even,
            Policy::Sqrt => Seer::Rates(rates(world)),
            Policy::Oracle => Seer::Known {
                day: -1,
                profiles: BTreeMap::new(),
            },
        };
        let bursts = run.policy != Policy::Calm;
        let pace = Pace::seeded(run.budget_per_hour, true, run.seed);
        pace.set_bursts(bursts);
        let limits = Limits::new(f64::from(run.budget_per_hour) * BACKGROUND_PART, bursts);
        let places = world.clinics.iter().map(|clinic| {
            let pairs = clinic.pairs.iter();
            pairs
                .map(|pair| Place {
                    doctors: (0..pair.doctors).map(|_| Doctor::default()).collect(),
                    row: Reading::default(),
                })
                .collect()
        });
        let mut watching = Self {
            scheduler: Scheduler::with(Seeing { world, seer }, limits, run.seed, began),
            pace,
            trust,
            audits: Audits::default(),
            rng: StdRng::seed_from_u64(run.seed),
            stream: Stream::new(&[run.seed, 0x0A]),
            began: Instant::now(),
            next: 0,
            told: vec![false; world.openings.len()],
            places: places.collect(),
            walk_due: vec![0; world.clinics.len()],
            last_look: HashMap::new(),
            since: 0,
            judged: false,
            standings: Vec::new(),
            names: names.collect(),
            tally: Tally::default(),
            world,
            run,
        };
        watching.choose_levels();
        watching.spread();
        watching
    }

    /// Milliseconds since the world began.
    fn now(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn wall(&self) -> i64 {
        self.now() + world::start().timestamp_millis()
    }

    async fn watch(mut self) -> Score {
        while self.now() < self.world.end() {
            let wall = self.wall();
            let next_walk = self.call_walks(wall);
            let Some((due, key)) = self.scheduler.first(wall) else {
                break;
            };
            let key = key.clone();
            let wait = Duration::from_millis((due - wall).max(0).unsigned_abs());
            if !wait.is_zero() {
                // No further than midnight: what is foreseen changes there.
                let left = DAY - self.now().rem_euclid(DAY);
                let left = left.min(next_walk - self.now());
                let left = Duration::from_millis(left.unsigned_abs());
                sleep_until(Instant::now() + wait.min(left)).await;
                if left <= wait {
                    continue;
                }
            }
            self.look(&key).await;
            if std::mem::take(&mut self.judged) {
                self.choose_levels();
            }
        }
        for (opening, told) in self.world.openings.iter().zip(&self.told) {
            if !told {
                let weight = self.weight(opening.clinic, opening.pair);
                self.tally.missed(self.world, opening, weight);
            }
        }
        self.tally.score(self.world, self.world.score_days)
    }

    /// A clinic that is to be walked is looked at as soon as it may be. When is the next walk due?
    fn call_walks(&mut self, wall: i64) -> i64 {
        let now = self.now();
        let mut next = i64::MAX;
        for (clinic, due) in self.world.clinics.iter().zip(&self.walk_due) {
            if *due > now {
                next = next.min(*due);
            } else if let Some(key) = self.scheduler.keys(&clinic.id.as_str().into()).first() {
                let key = key.clone();
                self.scheduler.hasten(&key, false, wall);
            }
        }
        next
    }

    fn weight(&self, clinic: usize, pair: usize) -> f64 {
        self.world.clinics[clinic].pairs[pair].weight
    }

    /// The level rule, when what counts are worth has changed.
    fn choose_levels(&mut self) {
        let standings: Vec<_> = self
            .world
            .clinics
            .iter()
            .map(|clinic| {
                let id = ClinicId::from(clinic.id.as_str());
                let clinic = if self.run.distrust {
                    Standing::Refuted
                } else {
                    self.trust.standing(&id, Level::Clinic)
                };
                (clinic, self.trust.standing(&id, Level::Specialty))
            })
            .collect();
        if standings == self.standings {
            return;
        }
        for (clinic, (rows, lists)) in self.world.clinics.iter().zip(&standings) {
            let wishes = clinic.pairs.iter().map(|pair| Wish {
                specialty: pair.id.as_str().into(),
                weight: pair.weight as f32,
                only: None,
                listed: (0..pair.doctors)
                    .map(|doctor| format!("{}/{doctor}", pair.id).as_str().into())
                    .collect(),
            });
            let wishes: Vec<Wish> = wishes.collect();
            let id = clinic.id.as_str().into();
            let mut targets = targets(&id, &wishes, *rows, *lists);
            if self.run.policy == Policy::Even {
                for Target { places, .. } in targets.values_mut() {
                    let part = 1.0 / places.len() as f32;
                    for (_, weight) in places {
                        *weight = part;
                    }
                }
            }
            self.scheduler.set_targets(&id, targets);
        }
        self.standings = standings;
        // No walk is further away than the gap that holds now.
        let now = self.now();
        for clinic in 0..self.walk_due.len() {
            let gap = self.walk_gap(clinic);
            if self.walk_due[clinic] > now + millis(gap) {
                self.walk_due[clinic] = now + millis(before(gap, &mut self.rng));
            }
        }
    }

    /// At the start the first looks are spread over one gap, and the walks that are called with them.
    fn spread(&mut self) {
        self.scheduler.spread(self.wall());
        for (clinic, due) in self.world.clinics.iter().zip(&mut self.walk_due) {
            let keys = self.scheduler.keys(&clinic.id.as_str().into()).iter();
            let first = keys.filter_map(|key| self.scheduler.due(key)).min();
            *due = first.map_or(0, |first| first - world::start().timestamp_millis());
        }
    }

    /// The time between two walks through a clinic.
    fn walk_gap(&self, clinic: usize) -> Duration {
        let per_hour = f64::from(self.run.budget_per_hour) * BACKGROUND_PART;
        let unproven = (0..self.world.clinics.len()).filter(|clinic| self.unproven(*clinic));
        let load = unproven.map(|clinic| self.walk_cost(clinic)).sum();
        walk_gap(!self.unproven(clinic), load, per_hour)
    }

    /// Is everything under this clinic looked at whatever its counts say?
    fn unproven(&self, clinic: usize) -> bool {
        let (rows, lists) = self.standings[clinic];
        let several = self.world.clinics[clinic].pairs.len() > 1;
        several && rows == Standing::Unproven || lists != Standing::Proven
    }

    fn walk_cost(&self, clinic: usize) -> usize {
        let pairs = &self.world.clinics[clinic].pairs;
        1 + pairs.iter().map(|pair| 1 + pair.doctors).sum::<usize>()
    }

    async fn look(&mut self, key: &Key) {
        let per_hour = f64::from(self.run.budget_per_hour) * BACKGROUND_PART;
        let clinic = self.names[key.clinic_id()];
        let now = self.now();
        let last = self.last_look.insert(key.clone(), now);
        if let Some(last) = last {
            self.tally.gap(self.world, last, now);
        }
        self.since = last.unwrap_or(now);
        let wall = self.wall();
        self.scheduler.looked(key, wall);
        let id = key.clinic_id().clone();
        let proven = !self.unproven(clinic);
        let due = self.walk_due[clinic] <= now;
        let sent = self.pace.requests_total();
        if due {
            let gap = before(self.walk_gap(clinic), &mut self.rng);
            self.walk_due[clinic] = now + millis(gap);
            self.rows(clinic).await;
            for pair in 0..self.places[clinic].len() {
                self.list(clinic, pair, Underneath::All).await;
            }
        } else {
            let audit = proven && self.audits.due(wall, per_hour, &mut self.rng);
            match key {
                Key::Clinic { .. } => {
                    for pair in self.rows(clinic).await {
                        self.list(clinic, pair, Underneath::Changed).await;
                    }
                }
                Key::Specialty { specialty_id, .. } => {
                    let pair = self.pair(clinic, specialty_id.as_str());
                    self.list(clinic, pair, Underneath::Changed).await;
                }
                Key::Doctor { doctor_id, .. } => {
                    let (pair, doctor) = doctor_id.as_str().split_once('/').unwrap_or_default();
                    let pair = self.pair(clinic, pair);
                    let doctor = doctor.parse().unwrap_or(0);
                    self.slots(clinic, pair, doctor).await;
                }
            }
            if audit {
                let pair = self.stream.below(self.places[clinic].len());
                let doctor = self.stream.below(self.places[clinic][pair].doctors.len());
                if !matches!(key, Key::Clinic { .. }) {
                    self.rows(clinic).await;
                }
                self.list(clinic, pair, Underneath::One(doctor)).await;
            }
        }
        let requests = u32::try_from(self.pace.requests_total() - sent).unwrap_or(0);
        self.scheduler.spent(requests.saturating_sub(1));
        let began = world::start().timestamp_millis();
        if let Seer::Learned(learner) = &mut self.scheduler.foresight().seer {
            learner.watched(&id, began + self.since, began + now);
        }
    }

    fn pair(&self, clinic: usize, id: &str) -> usize {
        let pairs = &self.world.clinics[clinic].pairs;
        pairs.iter().position(|pair| pair.id == id).unwrap_or(0)
    }

    /// Is the clinic's row what is asked regularly?
    fn answers_for_all(&self, clinic: usize) -> bool {
        let several = self.world.clinics[clinic].pairs.len() > 1;
        several && self.standings[clinic].0 != Standing::Refuted
    }

    /// One request. What it shows is what is there in its middle.
    async fn ask(&mut self) -> (engine::pace::Permit, Duration) {
        let permit = self.pace.permit(Why::Background).await;
        let now = self.now();
        self.tally.request(self.world, now);
        let half = self.stream.lognormal(ANSWER_SECS, ANSWER_SIGMA) / 2.0;
        let half = Duration::from_secs_f64(half);
        sleep(half).await;
        self.go_on();
        (permit, half)
    }

    /// Brings the city up to now.
    fn go_on(&mut self) {
        let now = self.now();
        while let Some(opening) = self
            .world
            .openings
            .get(self.next)
            .filter(|it| it.appears <= now)
        {
            let place = &mut self.places[opening.clinic][opening.pair];
            place.doctors[opening.doctor].here.push(self.next);
            self.next += 1;
        }
    }

    fn here(&mut self, clinic: usize, pair: usize, doctor: usize) -> &[usize] {
        let (now, openings) = (self.now(), &self.world.openings);
        let here = &mut self.places[clinic][pair].doctors[doctor].here;
        here.retain(|opening| openings[*opening].gone > now);
        here
    }

    fn row(&mut self, clinic: usize, pair: usize, doctor: Option<usize>) -> Counts {
        let world = self.world;
        let doctors = match doctor {
            Some(doctor) => doctor..doctor + 1,
            None => 0..self.places[clinic][pair].doctors.len(),
        };
        let mut row = Counts(0, u64::MAX, 0);
        for each in doctors {
            for opening in self.here(clinic, pair, each) {
                let opening = &world.openings[*opening];
                let shown = if doctor.is_some() {
                    opening.shown.1
                } else {
                    opening.shown.0
                };
                if shown {
                    row = Counts(
                        row.0 + 1,
                        row.1.min(opening.visit),
                        row.2.max(opening.visit),
                    );
                }
            }
        }
        row
    }

    /// The clinic's rows; the pairs whose row changed.
    async fn rows(&mut self, clinic: usize) -> Vec<usize> {
        let (permit, half) = self.ask().await;
        let rows: Vec<Counts> = (0..self.places[clinic].len())
            .map(|pair| self.row(clinic, pair, None))
            .collect();
        sleep(half).await;
        drop(permit);
        let mut changed = Vec::new();
        for (pair, row) in rows.into_iter().enumerate() {
            let reading = &mut self.places[clinic][pair].row;
            if reading.asks(&row) {
                changed.push(pair);
                reading.drilled(Some(&row));
            }
        }
        changed
    }

    /// A list of doctors, and the slots under it.
    async fn list(&mut self, clinic: usize, pair: usize, which: Underneath) {
        let (permit, half) = self.ask().await;
        let doctors = self.places[clinic][pair].doctors.len();
        let rows: Vec<Counts> = (0..doctors)
            .map(|doctor| self.row(clinic, pair, Some(doctor)))
            .collect();
        sleep(half).await;
        drop(permit);
        let distrusted = self.standings[clinic].1 == Standing::Refuted;
        let waited = self.answers_for_all(clinic);
        for (doctor, row) in rows.into_iter().enumerate() {
            let facts = &mut self.places[clinic][pair].doctors[doctor];
            let changed = facts.row.asks(&row) || waited && facts.row.has_changed();
            let look = match which {
                Underneath::Changed => changed || distrusted,
                Underneath::One(one) => changed || one == doctor,
                Underneath::All => true,
            };
            if look {
                facts.row.drilled(Some(&row));
                let found = self.slots(clinic, pair, doctor).await;
                self.judge(clinic, &found);
            }
        }
    }

    /// What was found under the rows speaks for them or against them. As in the program, an opening
    /// that the row could not show yet is judged by the next reading: would it be there?
    fn judge(&mut self, clinic: usize, found: &Found) {
        if found.openings.is_empty() {
            return;
        }
        let id = ClinicId::from(self.world.clinics[clinic].id.as_str());
        let gap = Duration::from_millis(found.gap.unsigned_abs());
        let openings = || {
            found
                .openings
                .iter()
                .map(|opening| self.world.openings[*opening].shown)
        };
        let levels = [
            (Level::Clinic, openings().any(|(row, _)| row)),
            (Level::Specialty, openings().any(|(_, row)| row)),
        ];
        for (level, announced) in levels {
            let trial = if announced {
                Trial::Announced
            } else {
                Trial::Missed { gap }
            };
            self.trust.record(&id, level, trial);
        }
        self.judged = true;
    }

    /// A doctor's slots: the truth.
    async fn slots(&mut self, clinic: usize, pair: usize, doctor: usize) -> Found {
        let (permit, half) = self.ask().await;
        let here = self.here(clinic, pair, doctor).to_vec();
        sleep(half).await;
        drop(permit);
        let now = self.now();
        let world = self.world;
        let facts = &mut self.places[clinic][pair].doctors[doctor];
        let fresh: Vec<usize> = here.iter().copied().filter(|it| !self.told[*it]).collect();
        facts.known = here;
        let gap = now - std::mem::replace(&mut facts.looked, now);
        for opening in &fresh {
            self.told[*opening] = true;
            let weight = self.weight(clinic, pair);
            self.tally
                .told(world, &world.openings[*opening], weight, now);
        }
        if !fresh.is_empty() {
            let clinic = &world.clinics[clinic];
            let (id, place) = (
                clinic.id.as_str().into(),
                clinic.pairs[pair].id.as_str().into(),
            );
            let arrived = Arrived {
                since: self.wall() - (now - self.since),
                at: self.wall(),
                slots: u32::try_from(fresh.len()).unwrap_or(u32::MAX),
            };
            if let Seer::Learned(learner) = &mut self.scheduler.foresight().seer {
                learner.arrived(&id, &place, arrived);
            }
        }
        Found {
            openings: fresh,
            gap,
        }
    }
}

fn millis(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2)
}

struct Found {
    openings: Vec<usize>,
    gap: i64,
}

#[derive(Clone, Copy)]
enum Underneath {
    Changed,
    One(usize),
    All,
}

/// The average rates: the world's own, or those of the days to learn from.
fn rates(world: &World) -> BTreeMap<(ClinicId, SpecialtyId), f32> {
    let mut rates = BTreeMap::new();
    for (index, clinic) in world.clinics.iter().enumerate() {
        for (pair, place) in clinic.pairs.iter().enumerate() {
            let rate = world.truth.as_ref().map_or_else(
                || {
                    let learned = world.openings.iter().filter(|opening| {
                        (opening.clinic, opening.pair) == (index, pair)
                            && opening.appears < world.learn_days * DAY
                    });
                    (learned.count() as f64 + 1.0) / (world.learn_days as f64 + 1.0)
                },
                |truth| truth.rate(index, pair),
            );
            let name = (clinic.id.as_str().into(), place.id.as_str().into());
            rates.insert(name, rate as f32);
        }
    }
    rates
}

//! What is known in memory about everything watched, and what is due.
//!
//! All of it can be learned again: after a restart every watched clinic is
//! walked down to its slots once and compared with the stored snapshots.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
    mem::discriminant,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, NaiveDate, Utc};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{sync::OwnedMutexGuard, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    delivery::{Channel, Ladders},
    gorzdrav::link,
    model::{
        Clinic, ClinicId, Counts, Doctor, DoctorChoice, DoctorId, Key, Pause, RowDate,
        ServiceState, Sleep, Specialty, SpecialtyId, Watch, WatchId,
    },
    plan::{ClinicPlan, Pair, Plan, Wanted},
    roster::{Listed, Roster, Standing},
    schedule::{self, Audits, Learned, Limits, Reading, Row, Scheduler, Wish},
    store::{Awake, Coverage, Newcomer, Site},
    trust::{self, Level, Standing as Worth, Trial, Trust},
    witness::Witness,
};

/// No longer than this after the last question it is asked whether the network is back.
const OFFLINE_PROBE: Duration = Duration::from_secs(5);
/// And no sooner than this after its answer.
const SHORTEST_PROBE: Duration = Duration::from_secs(1);
/// How long to wait before asking whether the whole service is back.
const DOWN_PROBE: Duration = Duration::from_secs(75);
/// The longest wait before asking whether the service still refuses this address.
const BLOCKED_PROBE: Duration = Duration::from_mins(10);
/// That slots are gone is confirmed no sooner.
const CONFIRM_WAIT: Duration = Duration::from_secs(20);
/// What counts are worth is judged anew so long after they announced something.
const JUDGE_GAP: Duration = Duration::from_mins(1);
/// Good lists in a row without an id before a watch needs its owner.
const LOST_AFTER: u8 = 2;

/// Why something was not learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Since when.
    pub(crate) since: DateTime<Utc>,
    /// What kind.
    pub(crate) cause: Cause,
}

/// Where the trouble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The clinic's own system; the service answered.
    Clinic,
    /// The clinic's own system says that there is no such thing; it will not be there soon.
    Missing,
    /// The service did not answer.
    Site,
    /// The service refuses this address.
    Blocked,
    /// The service asked to slow down.
    Slowed,
    /// No network.
    Offline,
    /// Somebody else answers in the service's place.
    Impostor,
    /// The service's certificate has expired or is not valid yet.
    BadCertificate,
    /// A round of this program died: it says nothing about the service.
    Own,
}

impl Cause {
    /// Is there no point in asking anything else now?
    pub(crate) fn concerns_all(self) -> bool {
        match self {
            Self::Clinic | Self::Missing | Self::Site | Self::Own => false,
            Self::Blocked
            | Self::Slowed
            | Self::Offline
            | Self::Impostor
            | Self::BadCertificate => true,
        }
    }
}

/// The turn to go through a clinic: there is one round at a time. It holds the last walk.
pub(crate) type Turn = OwnedMutexGuard<Option<Walked>>;

/// The last walk through a clinic.
#[derive(Debug)]
pub(crate) struct Walked {
    /// When it began.
    pub(crate) from: Instant,
    /// What it went to see.
    pub(crate) plan: ClinicPlan,
}

/// Something that could not be read, and is left alone for a while.
#[derive(Debug, Clone, Copy)]
struct Failing {
    trouble: Trouble,
    /// In a row.
    times: u32,
    retry_at: Instant,
}

impl Failing {
    /// The same once more, or for the first time.
    fn again(before: Option<Self>, trouble: Trouble, gap: Duration, rng: &mut StdRng) -> Self {
        let times = before.map_or(0, |before| before.times) + 1;
        let wait = match trouble.cause {
            Cause::Missing => schedule::after_missing(rng),
            Cause::Clinic
            | Cause::Site
            | Cause::Blocked
            | Cause::Slowed
            | Cause::Offline
            | Cause::Impostor
            | Cause::BadCertificate
            | Cause::Own => schedule::after_failure(gap, times, rng),
        };
        Self {
            trouble: Trouble {
                since: before.map_or(trouble.since, |before| before.trouble.since),
                ..trouble
            },
            times,
            retry_at: Instant::now() + wait,
        }
    }

    fn rests(&self) -> bool {
        self.retry_at > Instant::now()
    }

    fn wait(&self) -> Duration {
        self.retry_at.saturating_duration_since(Instant::now())
    }
}

/// What is known about a doctor who is followed.
#[derive(Debug, Clone, Default)]
pub(crate) struct DoctorFacts {
    /// The list row, since the last good look at the slots.
    row: Reading<Counts>,
    /// What the list row announces.
    witness: Witness,
    /// The last look at the slots, if it was good and nothing has come between.
    looked_at: Option<Instant>,
    /// Starts of the slots that are there.
    pub(crate) starts: BTreeSet<DateTime<Utc>>,
    /// A slot vanished: look again soon, whatever the counts say.
    pub(crate) confirm: bool,
    /// The last look at the slots failed.
    failing: Option<Failing>,
    /// A long list became empty at once: the next empty answer is believed.
    pub(crate) doubted: bool,
    /// Good lists in a row without this doctor.
    absent: u8,
    /// Their next working day.
    pub(crate) next_work_day: Option<NaiveDate>,
    /// Days that can be booked but have no free slots, as of the last timetable.
    bookable: Option<BTreeSet<NaiveDate>>,
    /// A day that became bookable since the timetable before.
    pub(crate) opened: Option<NaiveDate>,
    /// When the timetable was asked last.
    pub(crate) timetable_at: Option<Instant>,
}

/// What is known about a watched specialty.
#[derive(Debug, Clone, Default)]
pub(crate) struct PairFacts {
    /// The clinic's row, since the last complete look underneath.
    row: Reading<Counts>,
    /// What the clinic's row announces.
    witness: Witness,
    /// The doctors of the last good list.
    pub(crate) doctors: Vec<Doctor>,
    /// When all that is watched of it was last known.
    pub(crate) good_at: Option<DateTime<Utc>>,
    /// Something that is watched of it is not known.
    pub(crate) trouble: Option<Trouble>,
    /// The last look at the list of doctors failed.
    failing: Option<Failing>,
    /// Good lists in a row without this specialty.
    absent: u8,
}

/// What is known about a watched clinic.
#[derive(Debug)]
pub(crate) struct ClinicFacts {
    walk_due: Instant,
    /// The last round in which something was learned.
    learned_at: Option<i64>,
    /// The last good answer of the round under way.
    heard_at: Option<DateTime<Utc>>,
    /// A walk was called that no round has begun yet.
    called: bool,
    /// A person waits for it.
    urgent: bool,
    failures: u32,
    /// Walks in a row on which something failed.
    broken_walks: u32,
    /// The last round learned nothing.
    pub(crate) trouble: Option<Trouble>,
    /// Code 37.
    pub(crate) no_online: bool,
    /// The specialties of the last good list.
    pub(crate) specialties: Vec<Specialty>,
    pub(crate) pairs: BTreeMap<SpecialtyId, PairFacts>,
    pub(crate) doctors: BTreeMap<DoctorId, DoctorFacts>,
    /// Held during a round: there is one at a time.
    round: Arc<tokio::sync::Mutex<Option<Walked>>>,
    /// Ends the round under way if nobody waits for it.
    give_way: CancellationToken,
}

impl ClinicFacts {
    fn new(due: Instant, urgent: bool) -> Self {
        Self {
            walk_due: due,
            learned_at: None,
            heard_at: None,
            called: true,
            urgent,
            failures: 0,
            broken_walks: 0,
            trouble: None,
            no_online: false,
            specialties: Vec::new(),
            pairs: BTreeMap::new(),
            doctors: BTreeMap::new(),
            round: Arc::default(),
            give_way: CancellationToken::new(),
        }
    }

    pub(crate) fn doctor(&mut self, id: &DoctorId) -> &mut DoctorFacts {
        self.doctors.entry(id.clone()).or_default()
    }

    pub(crate) fn pair(&mut self, id: &SpecialtyId) -> &mut PairFacts {
        self.pairs.entry(id.clone()).or_default()
    }

    /// When all that is watched of a specialty was last known. A round that takes long is no
    /// silence: while it goes well, its last good answer counts.
    pub(crate) fn heard_of(&self, specialty: &SpecialtyId) -> Option<DateTime<Utc>> {
        let pair = self.pairs.get(specialty)?;
        let well = self.trouble.is_none() && pair.trouble.is_none();
        pair.good_at.max(self.heard_at.filter(|_| well))
    }

    /// The turn to go through the clinic, if no round is under way.
    fn turn(&self) -> Option<Turn> {
        Arc::clone(&self.round).try_lock_owned().ok()
    }

    /// The turn of a person, for whom a round that nobody waits for gives way.
    pub(crate) fn turn_of_person(&self) -> impl Future<Output = Turn> + use<> {
        let (turn, round) = (self.turn(), Arc::clone(&self.round));
        if turn.is_none() {
            self.give_way.cancel();
        }
        async move {
            match turn {
                Some(turn) => turn,
                None => round.lock_owned().await,
            }
        }
    }

    /// A good answer came.
    pub(crate) fn note_heard(&mut self, now: DateTime<Utc>) {
        self.heard_at = Some(now);
    }

    /// Is this specialty gone from the clinic's list for good?
    pub(crate) fn lost_specialty(&self, id: &SpecialtyId) -> bool {
        self.pairs
            .get(id)
            .is_some_and(|pair| pair.absent >= LOST_AFTER)
    }

    /// Is this doctor gone from the lists for good?
    pub(crate) fn lost_doctor(&self, id: &DoctorId) -> bool {
        self.doctors
            .get(id)
            .is_some_and(|doctor| doctor.absent >= LOST_AFTER)
    }

    /// Is the doctor on the last good list of the specialty?
    pub(crate) fn is_member(&self, specialty: &SpecialtyId, doctor: &DoctorId) -> bool {
        self.pairs
            .get(specialty)
            .is_some_and(|pair| pair.doctors.iter().any(|member| member.id == *doctor))
    }

    /// Is the doctor on the last good list of any specialty?
    pub(crate) fn is_listed(&self, doctor: &DoctorId) -> bool {
        self.pairs
            .keys()
            .any(|specialty| self.is_member(specialty, doctor))
    }

    /// A good list of specialties; what it says about its own rows.
    pub(crate) fn note_specialties(
        &mut self,
        rows: &[Specialty],
        no_online: bool,
        plan: &ClinicPlan,
        walk: bool,
    ) -> Vec<(Level, Trial)> {
        let mut trials = Vec::new();
        self.no_online = no_online;
        for id in plan.pairs.keys() {
            let pair = self.pairs.entry(id.clone()).or_default();
            if let Some(row) = rows.iter().find(|row| row.id == *id) {
                pair.absent = 0;
                let is_there = |doctor: &DoctorId, start| is_there(&self.doctors, doctor, start);
                let there = || under(&self.doctors, &pair.doctors);
                let now = Instant::now();
                let trial = pair.witness.read(row.counts, now, is_there, there);
                trials.extend(trial.map(|trial| (Level::Clinic, trial)));
                continue;
            }
            // Its return is news, whatever the counts say then.
            pair.row = Reading::default();
            pair.witness = Witness::default();
            pair.failing = None;
            if rows.is_empty() {
                continue;
            }
            if walk {
                pair.absent = pair.absent.saturating_add(1);
            } else if pair.absent < LOST_AFTER {
                // Is it gone for good? A glance cannot say what is under it.
                self.walk_due = Instant::now();
            }
        }
        self.specialties = rows.to_vec();
        trials
    }

    /// A good list of doctors; what it says about its own rows.
    pub(crate) fn note_doctors(
        &mut self,
        specialty: &SpecialtyId,
        rows: &[Doctor],
    ) -> Vec<(Level, Trial)> {
        let pair = self.pair(specialty);
        pair.doctors = rows.to_vec();
        pair.failing = None;
        let mut trials = Vec::new();
        for row in rows {
            let shared = self.specialties_of(&row.id).nth(1).is_some();
            let facts = self.doctor(&row.id);
            facts.absent = 0;
            if shared {
                // Two lists count their own part each: neither row speaks of all slots.
                facts.witness = Witness::default();
                continue;
            }
            let starts = &facts.starts;
            let is_there = |_: &DoctorId, start| starts.contains(&start);
            let there = || starts.len();
            let now = Instant::now();
            let trial = facts.witness.read(row.counts, now, is_there, there);
            trials.extend(trial.map(|trial| (Level::Specialty, trial)));
        }
        trials
    }

    /// The watched specialties on whose last good list the doctor is.
    fn specialties_of(&self, doctor: &DoctorId) -> impl Iterator<Item = &SpecialtyId> {
        let pairs = self.pairs.iter();
        pairs
            .filter(move |(_, pair)| pair.doctors.iter().any(|row| row.id == *doctor))
            .map(|(specialty, _)| specialty)
    }

    /// What was last seen is too long ago to say what rows announce.
    pub(crate) fn forget_readings(&mut self) {
        for pair in self.pairs.values_mut() {
            pair.witness = Witness::default();
        }
        for doctor in self.doctors.values_mut() {
            doctor.witness = Witness::default();
            doctor.looked_at = None;
        }
    }

    /// A doctor wanted by name was on no list and has no slots.
    pub(crate) fn note_absent(&mut self, doctor: &DoctorId) {
        let facts = self.doctor(doctor);
        facts.absent = facts.absent.saturating_add(1);
    }

    /// The clinic's row of this specialty is read: is it time to look underneath?
    pub(crate) fn wants_look(
        &mut self,
        specialty: &SpecialtyId,
        row: &Counts,
        wanted: &Wanted,
    ) -> bool {
        let Some(pair) = self.pairs.get_mut(specialty) else {
            return true;
        };
        if let Some(failing) = pair.failing {
            return !failing.rests();
        }
        pair.row.asks(row)
            || self.doctors.iter().any(|(id, facts)| {
                // What a row of the list is asked is answered by reading the list again.
                let asked = || facts.witness.is_asked() && self.is_member(specialty, id);
                wanted.includes(id) && (facts.wants_another() || asked())
            })
    }

    /// The doctor's row is read: is it time to look at the slots? `waited`: the row above has.
    pub(crate) fn wants_slots(&mut self, doctor: &Doctor, waited: bool) -> bool {
        let facts = self.doctor(&doctor.id);
        facts.row.asks(&doctor.counts) || waited && facts.row.has_changed() || facts.wants_another()
    }

    /// Did something watched of this specialty fail? It is looked at after everything else.
    pub(crate) fn is_sick(&self, specialty: &SpecialtyId) -> bool {
        self.pairs
            .get(specialty)
            .is_some_and(|pair| pair.trouble.is_some())
    }

    /// Did the last look at this doctor's slots fail?
    pub(crate) fn is_sick_doctor(&self, doctor: &DoctorId) -> bool {
        self.doctors
            .get(doctor)
            .is_some_and(|facts| facts.failing.is_some())
    }

    /// Are this doctor's slots left alone for now?
    pub(crate) fn rests(&self, doctor: &DoctorId) -> bool {
        self.doctors
            .get(doctor)
            .and_then(|facts| facts.failing)
            .is_some_and(|failing| failing.rests())
    }

    /// The list of doctors could not be read.
    pub(crate) fn note_list_failed(
        &mut self,
        specialty: &SpecialtyId,
        trouble: Trouble,
        gap: Duration,
        rng: &mut StdRng,
    ) {
        let pair = self.pair(specialty);
        pair.failing = Some(Failing::again(pair.failing, trouble, gap, rng));
    }

    /// A doctor's slots could not be read.
    pub(crate) fn note_slots_failed(
        &mut self,
        doctor: &DoctorId,
        trouble: Trouble,
        gap: Duration,
        rng: &mut StdRng,
    ) {
        let facts = self.doctor(doctor);
        facts.failing = Some(Failing::again(facts.failing, trouble, gap, rng));
        facts.looked_at = None;
    }

    /// A doctor's timetable: their working days ahead, and those of them that can be booked but are full.
    pub(crate) fn note_timetable(
        &mut self,
        doctor: &DoctorId,
        next: Option<NaiveDate>,
        bookable: BTreeSet<NaiveDate>,
    ) {
        let facts = self.doctor(doctor);
        facts.next_work_day = next;
        facts.opened = facts
            .bookable
            .as_ref()
            .and_then(|before| bookable.difference(before).next().copied());
        facts.bookable = Some(bookable);
    }

    /// The slots of a doctor were seen while their row said this. `news`: some are not merely
    /// back. What that says about the rows above.
    pub(crate) fn note_slots(
        &mut self,
        doctor: &DoctorId,
        row: Option<&Counts>,
        starts: BTreeSet<DateTime<Utc>>,
        news: bool,
        confirm: bool,
    ) -> Vec<(Level, Trial)> {
        let trials = if news {
            self.note_found(doctor, &starts)
        } else {
            Vec::new()
        };
        let facts = self.doctor(doctor);
        facts.looked_at = Some(Instant::now());
        facts.row.drilled(row);
        facts.starts = starts;
        facts.confirm = confirm;
        facts.doubted = false;
        facts.failing = None;
        trials
    }

    /// Slots that were not there before: had the rows above announced them? A first look, one
    /// after a failure and a doctor of two lists or of none say nothing.
    fn note_found(
        &mut self,
        doctor: &DoctorId,
        starts: &BTreeSet<DateTime<Utc>>,
    ) -> Vec<(Level, Trial)> {
        let now = Instant::now();
        let mut specialties = self.specialties_of(doctor);
        let (Some(specialty), None) = (specialties.next().cloned(), specialties.next()) else {
            return Vec::new();
        };
        drop(specialties);
        let facts = self.doctor(doctor);
        let Some(before) = facts.looked_at else {
            return Vec::new();
        };
        let found: Vec<_> = starts.difference(&facts.starts).copied().collect();
        let (there, known) = (starts.len(), facts.starts.len());
        let listed = facts.witness.found(doctor, &found, before, now, there);
        let pair = self.pairs.entry(specialty).or_default();
        let there = (under(&self.doctors, &pair.doctors) + there).saturating_sub(known);
        let summed = pair.witness.found(doctor, &found, before, now, there);
        let summed = summed.map(|trial| (Level::Clinic, trial));
        let listed = listed.map(|trial| (Level::Specialty, trial));
        summed.into_iter().chain(listed).collect()
    }

    /// Everything under a specialty that does not rest was looked at, while the clinic's row said this.
    pub(crate) fn note_drilled(&mut self, specialty: &SpecialtyId, row: Option<&Counts>) {
        self.pair(specialty).row.drilled_beneath(row);
    }

    /// What is watched of a specialty is known as of now, unless something of it fails.
    pub(crate) fn note_known(
        &mut self,
        errand: &Errand,
        specialty: &SpecialtyId,
        now: DateTime<Utc>,
    ) {
        self.note_trouble(errand, specialty);
        let pair = self.pair(specialty);
        if pair.trouble.is_none() {
            pair.good_at = Some(now);
        }
    }

    /// A glance at one list or one doctor that the clinic's own system cannot show: the rest of
    /// the clinic goes on.
    fn failing_alone(&self, errand: &Errand, cause: Cause) -> Option<Failing> {
        let failing = match &errand.key {
            Key::Clinic { .. } => None,
            Key::Specialty { specialty_id, .. } => self.pairs.get(specialty_id)?.failing,
            Key::Doctor { doctor_id, .. } => self.doctors.get(doctor_id)?.failing,
        };
        let own = matches!(cause, Cause::Clinic | Cause::Missing);
        failing.filter(|_| own && !errand.walk)
    }

    /// Notes what fails of a specialty. Where a doctor's slots are the key, the list does not matter.
    pub(crate) fn note_trouble(&mut self, errand: &Errand, specialty: &SpecialtyId) {
        let Some(Pair { wanted, .. }) = errand.plan.pairs.get(specialty) else {
            return;
        };
        let list = match errand.key {
            Key::Doctor { .. } => None,
            Key::Clinic { .. } | Key::Specialty { .. } => {
                self.pairs.get(specialty).and_then(|pair| pair.failing)
            }
        };
        let named = matches!(wanted, Wanted::Only(_));
        let doctors = self
            .doctors
            .iter()
            .filter(|(id, _)| wanted.includes(id) && (named || self.is_member(specialty, id)))
            .filter_map(|(_, facts)| facts.failing);
        let troubles = list.into_iter().chain(doctors).map(|it| it.trouble);
        let trouble = troubles.min_by_key(|trouble| trouble.since);
        self.pair(specialty).trouble = trouble;
    }
}

/// What those who wait at a specialty want of it.
fn wish(facts: Option<&ClinicFacts>, specialty: &SpecialtyId, pair: &Pair) -> Wish {
    let listed = facts.and_then(|facts| facts.pairs.get(specialty));
    let listed = listed.into_iter().flat_map(|known| &known.doctors);
    let listed = listed.map(|doctor| &doctor.id);
    Wish {
        specialty: specialty.clone(),
        weight: pair.weight,
        only: match &pair.wanted {
            Wanted::Only(doctors) => Some(doctors.iter().cloned().collect()),
            Wanted::Except(_) => None,
        },
        listed: listed
            .filter(|id| pair.wanted.includes(id))
            .cloned()
            .collect(),
    }
}

/// How many slots these doctors have; of those never looked at, as many as their rows say.
fn under(doctors: &BTreeMap<DoctorId, DoctorFacts>, rows: &[Doctor]) -> usize {
    rows.iter()
        .map(|row| match doctors.get(&row.id) {
            Some(facts) if facts.looked_at.is_some() => facts.starts.len(),
            Some(_) | None => row.counts.free as usize,
        })
        .sum()
}

impl Row for Counts {
    fn shrank(&self, before: &Self) -> bool {
        let went = |now: Option<RowDate>, then: Option<RowDate>, order: Ordering| match (now, then)
        {
            (None, _) => true,
            (Some(now), Some(then)) => {
                // A day and a moment cannot be compared.
                now == then || discriminant(&now) == discriminant(&then) && now.cmp(&then) == order
            }
            (Some(_), None) => false,
        };
        // As many as before with another date: one went and one came.
        (self.free, self.tickets) != (before.free, before.tickets)
            && self.free <= before.free
            && self.tickets <= before.tickets
            && went(self.first, before.first, Ordering::Greater)
            && went(self.last, before.last, Ordering::Less)
    }
}

fn is_there(
    doctors: &BTreeMap<DoctorId, DoctorFacts>,
    doctor: &DoctorId,
    start: DateTime<Utc>,
) -> bool {
    doctors
        .get(doctor)
        .is_some_and(|facts| facts.starts.contains(&start))
}

impl DoctorFacts {
    /// Were there slots a moment ago?
    pub(crate) fn had_slots(&self) -> bool {
        self.confirm || !self.starts.is_empty()
    }

    /// Whatever the counts say, is it time to look at the slots again?
    fn wants_another(&self) -> bool {
        match self.failing {
            Some(failing) => !failing.rests(),
            None => self.confirm && self.looked_at.is_none_or(|at| at.elapsed() >= CONFIRM_WAIT),
        }
    }
}

/// How the service as a whole is doing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service {
    pub(crate) state: ServiceState,
    since: Option<DateTime<Utc>>,
    failures: u32,
    /// Nothing is asked before; then one round goes first.
    hold_until: Option<Instant>,
}

/// What a round is to do.
#[derive(Debug, Clone)]
pub(crate) struct Errand {
    pub(crate) clinic: ClinicId,
    pub(crate) plan: ClinicPlan,
    pub(crate) key: Key,
    /// Down to the slots of everything watched, whatever the counts say.
    pub(crate) walk: bool,
    /// Down to the slots of this one, whatever the counts say.
    pub(crate) audit: Option<(SpecialtyId, DoctorId)>,
    pub(crate) urgent: bool,
    /// A person waits for another round: this one ends.
    pub(crate) give_way: CancellationToken,
}

/// Moments as the scheduler counts them: milliseconds of UTC that never run backwards. They go by
/// our own clock from a moment of the computer's, which people may set.
#[derive(Debug, Clone, Copy)]
struct Timeline {
    instant: Instant,
    ms: i64,
}

impl Timeline {
    fn from(now: DateTime<Utc>) -> Self {
        Self {
            instant: Instant::now(),
            ms: now.timestamp_millis(),
        }
    }

    fn now(self) -> i64 {
        let passed = self.instant.elapsed().as_millis();
        self.ms + i64::try_from(passed).unwrap_or(i64::MAX / 2)
    }

    fn after(self, wait: Duration) -> i64 {
        self.now() + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// When that is by our clock; what is past is now.
    fn instant(self, ms: i64) -> Instant {
        let ahead = u64::try_from(ms - self.ms).unwrap_or(0);
        Instant::now().max(self.instant + Duration::from_millis(ahead))
    }
}

/// What is watched and known.
#[derive(Debug)]
pub(crate) struct Board {
    pub(crate) watches: Roster,
    pub(crate) plan: Plan,
    pub(crate) facts: BTreeMap<ClinicId, ClinicFacts>,
    pub(crate) listed: Listed,
    pub(crate) clinics: HashMap<ClinicId, Clinic>,
    /// What the counts of lists are worth.
    pub(crate) trust: Trust,
    pub(crate) pause: Option<Pause>,
    pub(crate) slept: Option<Sleep>,
    /// When a person asked for a watch, or for a change of it, in this run.
    pub(crate) asked_at: BTreeMap<WatchId, DateTime<Utc>>,
    pub(crate) service: Service,
    pub(crate) rng: StdRng,
    /// Requests per hour for background looks, slow-downs included.
    budget_per_hour: f64,
    /// When each resource is looked at.
    pub(crate) scheduler: Scheduler,
    timeline: Timeline,
    audits: Audits,
    /// Where what is looked at must be chosen anew: watches, lists or what counts are worth have changed.
    stale: BTreeSet<ClinicId>,
    /// What the counts of each clinic and of its lists were worth
    worth: HashMap<ClinicId, (Worth, Worth)>,
    /// when that was judged last; to be judged anew then, if there is need.
    judge_at: Option<Instant>,
    /// Requests of one walk through every clinic that is not proven.
    walk_requests: usize,
    /// The day on which what waiting weighs was worked out.
    weighed_on: Option<NaiveDate>,
}

impl Board {
    pub(crate) fn new(
        seed: u64,
        budget_per_hour: f64,
        learned: Learned,
        now: DateTime<Utc>,
    ) -> Self {
        let limits = Limits::new(budget_per_hour, false);
        let timeline = Timeline::from(now);
        Self {
            scheduler: Scheduler::with(learned, limits, seed, timeline.ms),
            timeline,
            audits: Audits::default(),
            stale: BTreeSet::new(),
            worth: HashMap::new(),
            judge_at: None,
            walk_requests: 0,
            weighed_on: None,
            watches: Roster::default(),
            plan: Plan::new(),
            facts: BTreeMap::new(),
            listed: Listed::default(),
            clinics: HashMap::new(),
            trust: Trust::default(),
            pause: None,
            slept: None,
            asked_at: BTreeMap::new(),
            service: Service {
                state: ServiceState::Unknown,
                since: None,
                failures: 0,
                hold_until: None,
            },
            rng: StdRng::seed_from_u64(seed),
            budget_per_hour,
        }
    }

    /// What background looks may ask. `bursts`: the person allowed them in learned windows.
    pub(crate) fn set_budget(&mut self, per_hour: f64, bursts: bool) {
        let raised = per_hour > self.budget_per_hour;
        self.budget_per_hour = per_hour;
        self.scheduler.set_limits(Limits::new(per_hour, bursts));
        if raised {
            self.keep_walk_gaps();
        }
    }

    /// The computer slept or its clock was set: moments are counted from now anew.
    pub(crate) fn set_time(&mut self, now: DateTime<Utc>) {
        self.timeline = Timeline::from(now);
        // What was known by a clock that was ahead is not known until then.
        for facts in self.facts.values_mut() {
            facts.heard_at = facts.heard_at.map(|heard| heard.min(now));
            for pair in facts.pairs.values_mut() {
                pair.good_at = pair.good_at.map(|good| good.min(now));
            }
        }
        self.spread();
    }

    pub(crate) fn set_clinics(&mut self, clinics: Vec<Clinic>) {
        for clinic in &clinics {
            self.trust.set_vendor(&clinic.id, &clinic.vendor);
        }
        // Others of its booking system bear on a clinic.
        self.judge_at = Some(Instant::now());
        self.clinics = clinics
            .into_iter()
            .map(|clinic| (clinic.id.clone(), clinic))
            .collect();
    }

    /// Everything that watches, on or off, are about.
    pub(crate) fn places(&self) -> BTreeSet<(ClinicId, SpecialtyId)> {
        let places = self.watches.places();
        places
            .map(|(clinic, specialty)| (clinic.clone(), specialty.clone()))
            .collect()
    }

    /// What is known about a clinic; room for it if nothing is.
    pub(crate) fn facts_of(&mut self, clinic: &ClinicId) -> &mut ClinicFacts {
        self.facts
            .entry(clinic.clone())
            .or_insert_with(|| ClinicFacts::new(Instant::now(), false))
    }

    /// Plans anew where watches changed or time has changed them. `urgent`: a person waits for new clinics.
    pub(crate) fn replan(&mut self, now: DateTime<Utc>, urgent: bool) {
        self.watches.settle(now);
        let changes = self.watches.take_changes();
        let today = now.with_timezone(&chrono_tz::Europe::Moscow).date_naive();
        let mut outdated = changes.clinics.clone();
        if self.weighed_on.replace(today) != Some(today) {
            outdated.extend(self.plan.keys().cloned());
        }
        if !outdated.is_empty() {
            self.judge_at = Some(Instant::now());
        }
        for clinic in &outdated {
            let plan = ClinicPlan::of(clinic, self.watches.active_at(clinic), today);
            self.stale.insert(clinic.clone());
            if plan.pairs.is_empty() {
                self.plan.remove(clinic);
                continue;
            }
            self.plan.insert(clinic.clone(), plan);
        }
        // Whoever goes on is told soon what was missed.
        for clinic in &changes.woken {
            if let Some(facts) = self.facts.get_mut(clinic) {
                facts.forget_readings();
            }
        }
        let mut soon = changes.woken;
        for clinic in changes.clinics {
            if self.plan.contains_key(&clinic) && !self.facts.contains_key(&clinic) {
                self.facts
                    .insert(clinic.clone(), ClinicFacts::new(Instant::now(), urgent));
                soon.insert(clinic);
            }
        }
        self.hurry(soon, urgent);
    }

    /// The list of a clinic's doctors is another than before.
    pub(crate) fn note_other_list(&mut self, clinic: &ClinicId) {
        self.stale.insert(clinic.clone());
    }

    /// Counts what was learned about the clinic's counts; what to keep of it.
    pub(crate) fn note_trials(
        &mut self,
        clinic: &ClinicId,
        trials: &[(Level, Trial)],
    ) -> Vec<trust::Row> {
        for (level, trial) in trials {
            self.trust.record(clinic, *level, *trial);
            // One more that was announced changes little, and each bears on all clinics.
            let wait = match trial {
                Trial::Announced => JUDGE_GAP,
                Trial::Missed { .. } => Duration::ZERO,
            };
            let at = Instant::now() + wait;
            self.judge_at = Some(self.judge_at.map_or(at, |known| known.min(at)));
        }
        let levels = trials.iter().map(|(level, _)| *level);
        levels.map(|level| self.trust.row(clinic, level)).collect()
    }

    /// What is looked at regularly, by the level rule.
    fn choose_targets(&mut self) {
        self.judge_counts();
        let stale = std::mem::take(&mut self.stale);
        if stale.is_empty() {
            return;
        }
        for clinic in &stale {
            let facts = self.facts.get(clinic);
            let pairs = self.plan.get(clinic).into_iter().flat_map(|it| &it.pairs);
            let wishes: Vec<Wish> = pairs
                .map(|(specialty, pair)| wish(facts, specialty, pair))
                .collect();
            let (rows, lists) = self.worth(clinic);
            let targets = schedule::targets(clinic, &wishes, rows, lists);
            self.scheduler.set_targets(clinic, targets);
        }
        let unproven = self.plan.keys().filter(|clinic| !self.is_proven(clinic));
        self.walk_requests = unproven.map(|clinic| self.walk_cost(clinic)).sum();
        self.keep_walk_gaps();
    }

    /// No walk is further away than the gap that holds now: what was proven may be so no longer.
    fn keep_walk_gaps(&mut self) {
        let now = Instant::now();
        for clinic in self.plan.keys() {
            let gap = self.walk_gap(clinic);
            if let Some(facts) = self.facts.get_mut(clinic)
                && facts.walk_due > now + gap
            {
                facts.walk_due = now + schedule::before(gap, &mut self.rng);
            }
        }
    }

    /// Judges anew what counts are worth, if it is time.
    fn judge_counts(&mut self) {
        if self.judge_at.is_none_or(|at| at > Instant::now()) {
            return;
        }
        self.judge_at = None;
        let judged = self.plan.keys().zip(self.trust.standings(self.plan.keys()));
        for (clinic, worth) in judged {
            if self.worth.get(clinic) != Some(&worth) {
                self.worth.insert(clinic.clone(), worth);
                self.stale.insert(clinic.clone());
            }
        }
    }

    /// What the counts of the clinic and of its lists are worth.
    fn worth(&self, clinic: &ClinicId) -> (Worth, Worth) {
        let known = self.worth.get(clinic).copied();
        known.unwrap_or((Worth::Unproven, Worth::Unproven))
    }

    /// Do the counts of the clinic's lists hide slots?
    pub(crate) fn distrusts_lists(&self, clinic: &ClinicId) -> bool {
        self.worth(clinic).1 == Worth::Refuted
    }

    /// Are the counts that looks rely on proven?
    fn is_proven(&self, clinic: &ClinicId) -> bool {
        let (rows, lists) = self.worth(clinic);
        let several = self
            .plan
            .get(clinic)
            .is_some_and(|plan| plan.pairs.len() > 1);
        lists == Worth::Proven && !(several && rows == Worth::Unproven)
    }

    /// Looks at these clinics soon, down to the slots.
    pub(crate) fn hurry(&mut self, clinics: impl IntoIterator<Item = ClinicId>, urgent: bool) {
        self.choose_targets();
        for clinic in clinics {
            if let Some(facts) = self.facts.get_mut(&clinic) {
                facts.walk_due = Instant::now();
                facts.called = true;
                facts.urgent |= urgent;
            }
            self.make_due(&clinic);
        }
    }

    /// One of the clinic's resources is looked at now.
    fn make_due(&mut self, clinic: &ClinicId) {
        if let Some(key) = self.scheduler.keys(clinic).first().cloned() {
            self.scheduler.hurry(&key, self.timeline.now());
        }
    }

    /// Nothing of the clinic is looked at before this has passed.
    fn put_off(&mut self, clinic: &ClinicId, wait: Duration) {
        let until = self.timeline.after(wait);
        for key in self.scheduler.keys(clinic).to_vec() {
            self.scheduler.put_off(&key, until);
        }
    }

    /// Spreads the next looks at everything over one gap: at start, after a sleep, after an outage.
    pub(crate) fn spread(&mut self) {
        for facts in self.facts.values_mut() {
            facts.forget_readings();
        }
        // At the start the lists of the last run have come back since.
        self.stale.extend(self.plan.keys().cloned());
        self.choose_targets();
        self.scheduler.spread(self.timeline.now());
        // A walk that is called comes with the next look, or there is the rush all the same.
        let now = Instant::now();
        let called: Vec<ClinicId> = self
            .facts
            .iter()
            .filter(|(_, facts)| facts.walk_due <= now)
            .map(|(clinic, _)| clinic.clone())
            .collect();
        for clinic in called {
            let due = self.due_at(&clinic);
            let Some(facts) = self.facts.get_mut(&clinic) else {
                continue;
            };
            if facts.urgent {
                self.make_due(&clinic);
            } else if let Some(due) = due {
                facts.walk_due = due;
            }
        }
    }

    /// The time between two walks through a clinic.
    fn walk_gap(&self, clinic: &ClinicId) -> Duration {
        schedule::walk_gap(
            self.is_proven(clinic),
            self.walk_requests,
            self.budget_per_hour,
        )
    }

    /// Requests of one walk through a clinic.
    fn walk_cost(&self, clinic: &ClinicId) -> usize {
        let facts = self.facts.get(clinic);
        let pairs = self
            .plan
            .get(clinic)
            .into_iter()
            .flat_map(|plan| &plan.pairs);
        1 + pairs
            .map(|(specialty, pair)| {
                let known = facts.and_then(|facts| facts.pairs.get(specialty));
                1 + known.map_or(1, |known| {
                    let doctors = known.doctors.iter();
                    doctors
                        .filter(|doctor| pair.wanted.includes(&doctor.id))
                        .count()
                })
            })
            .sum::<usize>()
    }

    /// The rounds that may start now, so many at most, and how long until the next one may.
    /// `idle`: none is under way.
    pub(crate) fn due(
        &mut self,
        now: DateTime<Utc>,
        room: usize,
        idle: bool,
    ) -> (Vec<(Errand, Turn)>, Duration) {
        const LATER: Duration = Duration::from_hours(1);
        /// A clinic whose round is not over is asked for again after this.
        const BUSY: Duration = Duration::from_secs(2);
        if self.is_paused(now) || self.plan.is_empty() {
            return (Vec::new(), LATER);
        }
        let instant = Instant::now();
        if let Some(hold) = self.service.hold_until {
            if hold > instant {
                return (Vec::new(), hold - instant);
            }
            if !idle {
                return (Vec::new(), LATER);
            }
        }
        self.choose_targets();
        self.call_walks();
        let (at, probes) = (self.timeline.now(), self.service.hold_until.is_some());
        let mut errands = Vec::new();
        while let Some((due, key)) = self.scheduler.first(at) {
            // One goes first to see whether the service is back.
            if (due > at && !probes) || (probes && !errands.is_empty()) || errands.len() >= room {
                break;
            }
            let key = key.clone();
            let facts = self.facts.get(key.clinic_id());
            let Some(turn) = facts.and_then(ClinicFacts::turn) else {
                if let Some(facts) = facts.filter(|facts| facts.urgent) {
                    facts.give_way.cancel();
                }
                if probes {
                    // A person has it looked at: that says as much.
                    return (errands, BUSY);
                }
                self.scheduler.put_off(&key, self.timeline.after(BUSY));
                continue;
            };
            // Should the round be cut short, the next one comes in its turn all the same.
            self.scheduler.looked(&key, at);
            if let Some(errand) = self.errand(key, false) {
                errands.push((errand, turn));
            }
        }
        let wait = self
            .next_due()
            .map_or(LATER, |due| due.saturating_duration_since(instant));
        (errands, wait)
    }

    /// A walk does not wait for a look that may be a quarter of an hour away. What rests, rests on.
    fn call_walks(&mut self) {
        let now = Instant::now();
        let walks = |clinic: &&ClinicId| {
            let facts = self.facts.get(*clinic);
            facts.is_some_and(|facts| facts.walk_due <= now && facts.turn().is_some())
        };
        let clinics: Vec<ClinicId> = self.plan.keys().filter(walks).cloned().collect();
        for clinic in clinics {
            if let Some(key) = self.scheduler.keys(&clinic).first().cloned() {
                self.scheduler.hasten(&key, self.timeline.now());
            }
        }
    }

    /// When the next look at anything is due.
    pub(crate) fn next_due(&mut self) -> Option<Instant> {
        let (due, _) = self.scheduler.first(self.timeline.now())?;
        // After a hold one goes first, due or not.
        if let Some(hold) = self.service.hold_until {
            return Some(hold);
        }
        let due = self.timeline.instant(due);
        // What is called already has its moment among the looks.
        let now = Instant::now();
        let walks = self.plan.keys().filter_map(|clinic| self.facts.get(clinic));
        let walks = walks.map(|facts| facts.walk_due).filter(|due| *due > now);
        Some(walks.fold(due, Instant::min))
    }

    /// When a clinic is looked at next.
    pub(crate) fn due_at(&self, clinic: &ClinicId) -> Option<Instant> {
        let keys = self.scheduler.keys(clinic).iter();
        let due = keys.filter_map(|key| self.scheduler.due(key)).min()?;
        Some(self.timeline.instant(due))
    }

    /// The time between two looks that is promised for these clinics now: the longest of them.
    pub(crate) fn gap<'a>(&self, clinics: impl IntoIterator<Item = &'a ClinicId>) -> Duration {
        let now = self.timeline.now();
        let keys = clinics
            .into_iter()
            .flat_map(|clinic| self.scheduler.keys(clinic));
        let gaps = keys.filter_map(|key| self.scheduler.gap(key, now));
        gaps.max().unwrap_or(schedule::WALK_GAP)
    }

    /// The time between two looks at these clinics when they are looked at most often today.
    pub(crate) fn closest_gap<'a>(
        &self,
        clinics: impl IntoIterator<Item = &'a ClinicId>,
    ) -> Duration {
        let keys = clinics
            .into_iter()
            .flat_map(|clinic| self.scheduler.keys(clinic));
        let gaps = keys.filter_map(|key| self.scheduler.closest_gap(key));
        gaps.max().unwrap_or(schedule::WALK_GAP)
    }

    /// A walk through the clinic, because a person asked.
    pub(crate) fn walk(&mut self, clinic: &ClinicId) -> Option<Errand> {
        self.choose_targets();
        let key = self.scheduler.keys(clinic).first()?.clone();
        self.errand(key, true)
    }

    /// Somebody to look at whatever the counts say, if one is due: counts that are believed are
    /// checked now and then.
    fn audit(&mut self, clinic: &ClinicId) -> Option<(SpecialtyId, DoctorId)> {
        let now = self.timeline.now();
        if !self.is_proven(clinic) || !self.audits.due(now, self.budget_per_hour, &mut self.rng) {
            return None;
        }
        let (plan, facts) = (self.plan.get(clinic)?, self.facts.get(clinic)?);
        let wanted: Vec<_> = plan
            .pairs
            .iter()
            .flat_map(|(specialty, pair)| {
                let known = facts.pairs.get(specialty);
                let doctors = known.into_iter().flat_map(|known| &known.doctors);
                let wanted = doctors.filter(|doctor| pair.wanted.includes(&doctor.id));
                wanted.map(move |doctor| (specialty, &doctor.id))
            })
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let (specialty, doctor) = wanted[self.rng.random_range(0..wanted.len())];
        Some((specialty.clone(), doctor.clone()))
    }

    /// What a round at this resource has to do now. `pressed`: a person wants a walk.
    fn errand(&mut self, key: Key, pressed: bool) -> Option<Errand> {
        let clinic = key.clinic_id().clone();
        let plan = self.plan.get(&clinic)?.clone();
        let facts = self.facts.get_mut(&clinic)?;
        let walk = pressed || facts.walk_due <= Instant::now();
        let urgent = std::mem::take(&mut facts.urgent);
        facts.called = false;
        let give_way = CancellationToken::new();
        if !urgent && !pressed {
            facts.give_way = give_way.clone();
        }
        Some(Errand {
            give_way,
            audit: if walk { None } else { self.audit(&clinic) },
            clinic,
            key,
            plan,
            walk,
            urgent: urgent || pressed,
        })
    }

    /// A round ended. `trouble`: its first failure, or the one that concerns all; `learned`: something in it was good.
    /// True when the state of the service changed.
    pub(crate) fn finish(
        &mut self,
        errand: &Errand,
        learned: bool,
        trouble: Option<Trouble>,
        now: DateTime<Utc>,
    ) -> bool {
        let instant = Instant::now();
        let before = self.service.state;
        let gap = self.gap([&errand.clinic]);
        let walk_gap = self.walk_gap(&errand.clinic);
        let at = self.timeline.now();
        let (mut rest, mut wait) = (None, None);
        let Some(facts) = self.facts.get_mut(&errand.clinic) else {
            return false;
        };
        facts.heard_at = None;
        match trouble {
            None => {
                let answered = self.scheduler.places(&errand.key);
                let all = || errand.plan.pairs.keys();
                for specialty in all().filter(|id| errand.walk || answered.contains(id)) {
                    facts.note_known(errand, specialty, now);
                }
                facts.trouble = None;
                facts.failures = 0;
                if facts.no_online {
                    rest = Some(schedule::after_no_online(&mut self.rng));
                }
                if errand.walk {
                    facts.broken_walks = 0;
                    wait = Some(schedule::before(walk_gap, &mut self.rng));
                }
            }
            Some(trouble) => {
                if learned && errand.walk && !trouble.cause.concerns_all() {
                    facts.broken_walks += 1;
                    let broken = schedule::after_broken_walk(walk_gap, facts.broken_walks);
                    wait = Some(schedule::jittered(broken, &mut self.rng));
                }
                let alone = facts.failing_alone(errand, trouble.cause);
                if !learned {
                    facts.forget_readings();
                }
                if let Some(failing) = alone {
                    for specialty in self.scheduler.places(&errand.key) {
                        facts.note_trouble(errand, specialty);
                    }
                    let until = self.timeline.after(failing.wait());
                    self.scheduler.put_off(&errand.key, until);
                } else if !learned {
                    let since = facts.trouble.map_or(trouble.since, |old| old.since);
                    facts.trouble = Some(Trouble { since, ..trouble });
                    facts.failures += 1;
                }
                rest = match trouble.cause {
                    _ if learned || alone.is_some() => None,
                    Cause::Offline | Cause::Impostor | Cause::BadCertificate | Cause::Blocked => {
                        None
                    }
                    Cause::Missing => Some(schedule::after_missing(&mut self.rng)),
                    Cause::Clinic | Cause::Site | Cause::Slowed | Cause::Own => {
                        Some(schedule::after_failure(gap, facts.failures, &mut self.rng))
                    }
                };
            }
        }
        // Who came while the clinic was walked through is not put off until its next turn.
        let called = facts.called;
        if let Some(wait) = wait.filter(|_| !called) {
            facts.walk_due = instant + wait;
        }
        if learned {
            let since = facts.learned_at.replace(at).unwrap_or(at);
            self.scheduler
                .foresight()
                .watched(&errand.clinic, since, at);
        }
        if learned && errand.walk {
            // A walk has looked at everything.
            for key in self.scheduler.keys(&errand.clinic).to_vec() {
                self.scheduler.looked(&key, at);
            }
        }
        if let Some(wait) = rest {
            self.put_off(&errand.clinic, wait);
        } else if learned && called {
            self.make_due(&errand.clinic);
        }
        match trouble {
            // Whatever was learned before it.
            Some(trouble) if trouble.cause.concerns_all() => self.degrade(trouble),
            _ if learned => self.recover(before),
            Some(trouble) => self.degrade(trouble),
            None => (),
        }
        before != self.service.state
    }

    fn recover(&mut self, before: ServiceState) {
        self.service = Service {
            state: ServiceState::Fine,
            since: None,
            failures: 0,
            hold_until: None,
        };
        if matches!(
            before,
            ServiceState::Offline
                | ServiceState::Impostor
                | ServiceState::BadCertificate
                | ServiceState::Blocked
                | ServiceState::Down
        ) {
            self.spread();
        }
    }

    fn degrade(&mut self, trouble: Trouble) {
        let (before, times) = (self.service.state, self.service.failures);
        let failures_as = |state| if before == state { times } else { 0 };
        let (state, hold) = match trouble.cause {
            Cause::Offline => (ServiceState::Offline, Some(self.before_probing())),
            // Whoever it is, the service hears nothing of it.
            Cause::Impostor => (ServiceState::Impostor, Some(self.before_probing())),
            Cause::BadCertificate => (
                ServiceState::BadCertificate,
                Some(self.in_about(DOWN_PROBE)),
            ),
            // The pace itself holds everything.
            Cause::Slowed => (ServiceState::Slowed, None),
            Cause::Blocked => {
                let doubled =
                    OFFLINE_PROBE.saturating_mul(2 << failures_as(ServiceState::Blocked).min(10));
                let hold = self.in_about(doubled.min(BLOCKED_PROBE));
                (ServiceState::Blocked, Some(hold))
            }
            Cause::Site if self.most_clinics_fail() => {
                (ServiceState::Down, Some(self.in_about(DOWN_PROBE)))
            }
            Cause::Site | Cause::Own => return self.hold_on(),
            Cause::Clinic | Cause::Missing => return self.recover(self.service.state),
        };
        let failures = failures_as(state) + 1;
        let since = match failures {
            1 => Some(trouble.since),
            _ => self.service.since,
        };
        self.service = Service {
            state,
            since,
            failures,
            hold_until: hold,
        };
    }

    /// Whoever went first to see whether the service is back did not find out: another does.
    fn hold_on(&mut self) {
        if self
            .service
            .hold_until
            .is_some_and(|hold| hold <= Instant::now())
        {
            self.service.hold_until = Some(match self.service.state {
                ServiceState::Offline | ServiceState::Impostor => self.before_probing(),
                ServiceState::Unknown
                | ServiceState::Fine
                | ServiceState::Slowed
                | ServiceState::Blocked
                | ServiceState::BadCertificate
                | ServiceState::Down => self.in_about(DOWN_PROBE),
            });
        }
    }

    fn in_about(&mut self, wait: Duration) -> Instant {
        Instant::now() + schedule::jittered(wait, &mut self.rng)
    }

    /// When to ask next whether the network is back: counted from the beginning of the last such
    /// question, for a resolver that is silent takes most of the time that it may take to notice.
    fn before_probing(&mut self) -> Instant {
        let now = Instant::now();
        // A person who presses asks before it is time.
        let began = self.service.hold_until.map_or(now, |until| until.min(now));
        let next = began + schedule::before(OFFLINE_PROBE, &mut self.rng);
        next.max(now + SHORTEST_PROBE)
    }

    fn most_clinics_fail(&self) -> bool {
        let failing = self
            .plan
            .keys()
            .filter(|clinic| {
                self.facts
                    .get(*clinic)
                    .is_some_and(|facts| facts.trouble.is_some())
            })
            .count();
        failing * 2 > self.plan.len()
    }

    /// Paused by the person, now?
    pub(crate) fn is_paused(&self, now: DateTime<Utc>) -> bool {
        self.pause
            .is_some_and(|pause| pause.until.is_none_or(|until| until > now))
    }

    /// The watches that may be told of now: those that are there, unless they rest or everything does.
    pub(crate) fn awake(&mut self, now: DateTime<Utc>) -> Awake {
        if self.is_paused(now) {
            return Awake::default();
        }
        self.watches.settle(now);
        self.watches.awake()
    }

    /// A watch to which this list of doctors is new.
    pub(crate) fn newcomer(
        &self,
        watch: WatchId,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        now: DateTime<Utc>,
    ) -> Newcomer {
        let mut places = self
            .watches
            .get(watch)
            .into_iter()
            .flat_map(|watch| &watch.draft.places);
        Newcomer {
            watch,
            since: self
                .asked_at
                .get(&watch)
                .map_or(now, |asked| (*asked).min(now)),
            named: places.any(|place| {
                (&place.clinic_id, &place.specialty_id) == (clinic, specialty)
                    && matches!(place.doctors, DoctorChoice::Only { .. })
            }),
        }
    }

    /// The watches that want to know about this doctor, now or when they go on, with what
    /// their alerts say.
    pub(crate) fn coverage(
        &mut self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        channels: &[Arc<dyn Channel>],
        now: DateTime<Utc>,
    ) -> Arc<[Coverage]> {
        self.watches.settle(now);
        let Some(facts) = self.facts.get(clinic) else {
            return Arc::new([]);
        };
        let known = self.clinics.get(clinic);
        let mut sites: HashMap<(&SpecialtyId, &str, &str), Arc<Site>> = HashMap::new();
        let mut ladders = Ladders::new(channels);
        self.watches
            .covering(clinic, doctor, |specialty| {
                facts.is_member(specialty, doctor)
            })
            .filter(|(_, _, standing)| !standing.expired)
            .map(|(watch, place, standing)| {
                let specialty = &place.specialty_id;
                let named = matches!(place.doctors, DoctorChoice::Only { .. });
                let at = (specialty, &*place.specialty_name, &*place.clinic_name);
                let site = sites.entry(at).or_insert_with(|| {
                    Arc::new(Site {
                        clinic_id: clinic.clone(),
                        clinic: known
                            .map_or(&place.clinic_name, |known| &known.name)
                            .clone(),
                        address: known.and_then(|known| known.address.clone()),
                        specialty: place.specialty_name.clone(),
                        link: link::specialty_page(
                            known.map(|known| &known.district_id),
                            clinic,
                            specialty,
                        ),
                    })
                });
                Coverage {
                    site: Arc::clone(site),
                    listed: named || self.listed.contains(watch.id, clinic, specialty),
                    paused: !standing.is_active(),
                    steps: ladders.steps(watch.draft.tell, watch.id),
                    watch: Arc::clone(watch),
                }
            })
            .collect()
    }

    /// The name a doctor goes by.
    pub(crate) fn doctor_name(&self, clinic: &ClinicId, doctor: &DoctorId) -> String {
        let listed = self.facts.get(clinic).and_then(|facts| {
            facts
                .pairs
                .values()
                .flat_map(|pair| &pair.doctors)
                .find(|row| row.id == *doctor)
        });
        if let Some(listed) = listed {
            return listed.name.clone();
        }
        let chosen = self.watches.name_of(clinic, doctor);
        chosen.map_or_else(|| doctor.to_string(), str::to_owned)
    }
}

/// Is a watch looked after now?
pub(crate) fn is_active(watch: &Watch, now: DateTime<Utc>) -> bool {
    Standing::at(watch, now).is_active()
}

/// Has its last wanted day passed (Moscow)?
pub(crate) fn is_expired(watch: &Watch, now: DateTime<Utc>) -> bool {
    Standing::at(watch, now).expired
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn slots_have_merely_gone_when_there_are_fewer_and_no_new_day() {
        let on = |day| {
            let day = NaiveDate::from_ymd_opt(2026, 11, day)?;
            Some(RowDate::Day { day })
        };
        let row = |free, tickets, first, last| Counts {
            free,
            tickets,
            first: on(first),
            last: on(last),
        };
        let before = row(5, 9, 23, 27);
        assert!(row(4, 8, 23, 27).shrank(&before));
        assert!(
            row(4, 8, 24, 26).shrank(&before),
            "the first and the last went"
        );
        assert!(Counts::default().shrank(&before), "all went");
        assert!(!row(4, 8, 20, 27).shrank(&before), "one came sooner");
        assert!(!row(4, 8, 23, 30).shrank(&before), "one came later");
        assert!(!row(6, 9, 23, 27).shrank(&before), "one came");
        assert!(
            !row(5, 10, 23, 27).shrank(&before),
            "one came, for others perhaps"
        );
        assert!(
            !row(4, 8, 23, 27).shrank(&Counts::default()),
            "the first ones came"
        );
        let at = DateTime::from_timestamp(1_900_000_000, 0);
        let moment = Counts {
            first: at.map(|at| RowDate::Moment { at }),
            ..before
        };
        assert!(!moment.shrank(&before), "in doubt not");
        let undated = Counts {
            last: None,
            ..before
        };
        assert!(!row(4, 8, 23, 27).shrank(&undated), "in doubt not");
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_list_hides_is_not_held_against_the_summary_that_announced_it() {
        let (specialty, id) = (SpecialtyId::from("a"), DoctorId::from("x"));
        let counts = |free| Counts {
            free,
            ..Counts::default()
        };
        let summary = |free| {
            vec![Specialty {
                id: "a".into(),
                fer_id: None,
                name: String::new(),
                counts: counts(free),
            }]
        };
        let list = vec![Doctor {
            id: id.clone(),
            name: String::new(),
            note: None,
            area: None,
            counts: counts(0),
        }];
        let wanted = Wanted::Except(BTreeSet::new());
        let pair = Pair {
            wanted: wanted.clone(),
            watches: Vec::new(),
            weight: 1.0,
        };
        let plan = ClinicPlan {
            pairs: BTreeMap::from([(specialty.clone(), pair)]),
        };
        let pass = || tokio::time::sleep(Duration::from_secs(10));
        let mut facts = ClinicFacts::new(Instant::now(), false);
        let mut trials = facts.note_specialties(&summary(0), false, &plan, true);
        trials.extend(facts.note_doctors(&specialty, &list));
        pass().await;
        trials.extend(facts.note_slots(&id, None, BTreeSet::new(), false, false));
        facts.note_drilled(&specialty, Some(&counts(0)));
        pass().await;
        // A slot comes. The summary says so, the list does not, and nobody looks at the slots.
        trials.extend(facts.note_specialties(&summary(1), false, &plan, false));
        trials.extend(facts.note_doctors(&specialty, &list));
        facts.note_drilled(&specialty, Some(&counts(1)));
        pass().await;
        assert_eq!(trials, []);
        assert!(!facts.wants_look(&specialty, &counts(1), &wanted));
        // A walk does.
        trials.extend(facts.note_specialties(&summary(1), false, &plan, true));
        trials.extend(facts.note_doctors(&specialty, &list));
        let slots = BTreeSet::from([DateTime::UNIX_EPOCH]);
        trials.extend(facts.note_slots(&id, None, slots, true, false));
        assert_eq!(trials, [(Level::Clinic, Trial::Announced)]);
        assert!(
            facts.wants_look(&specialty, &counts(1), &wanted),
            "the list is to be read again"
        );
        let gap = Duration::from_secs(20);
        assert_eq!(
            facts.note_doctors(&specialty, &list),
            [(Level::Specialty, Trial::Missed { gap })]
        );
        assert!(!facts.wants_look(&specialty, &counts(1), &wanted));
    }

    /// In each of so many clinics a specialty is waited for.
    fn clinics(count: u32) -> Board {
        let mut board = Board::new(1, 324.0, Learned::new(0), DateTime::UNIX_EPOCH);
        for clinic in 1..=count {
            let clinic = ClinicId(clinic.to_string());
            let pair = Pair {
                wanted: Wanted::Except(BTreeSet::new()),
                watches: Vec::new(),
                weight: 1.0,
            };
            let plan = ClinicPlan {
                pairs: BTreeMap::from([("a".into(), pair)]),
            };
            board.plan.insert(clinic.clone(), plan);
            board.stale.insert(clinic.clone());
            board.facts_of(&clinic);
        }
        board
    }

    fn one_clinic() -> Board {
        clinics(1)
    }

    #[tokio::test(start_paused = true)]
    async fn a_clinic_that_stops_being_proven_is_walked_within_a_quarter_of_an_hour() {
        let mut board = one_clinic();
        let id = ClinicId::from("1");
        board.note_trials(&id, &vec![(Level::Specialty, Trial::Announced); 400]);
        tokio::time::sleep(JUDGE_GAP).await;
        let errand = board.walk(&id).unwrap();
        assert!(board.is_proven(&id));
        board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
        assert!(board.facts[&id].walk_due > Instant::now() + Duration::from_hours(20));
        let gap = Duration::from_secs(20);
        board.note_trials(&id, &[(Level::Specialty, Trial::Missed { gap }); 4]);
        board.due(DateTime::UNIX_EPOCH, 8, true);
        assert!(!board.is_proven(&id));
        assert!(board.facts[&id].walk_due <= Instant::now() + schedule::WALK_GAP);
    }

    #[tokio::test(start_paused = true)]
    async fn a_raised_budget_brings_walks_nearer() {
        let mut board = clinics(100);
        board.set_budget(27.0, false);
        let errand = board.walk(&"1".into()).unwrap();
        board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
        let due = |board: &Board| board.facts[&ClinicId::from("1")].walk_due - Instant::now();
        assert!(due(&board) > Duration::from_hours(10));
        board.set_budget(648.0, false);
        assert!(due(&board) <= Duration::from_hours(1));
    }

    #[tokio::test(start_paused = true)]
    async fn walks_that_a_start_or_an_outage_calls_are_spread_like_looks() {
        let mut board = clinics(60);
        let (mut walks, began) = (Vec::new(), Instant::now());
        board.spread();
        while began.elapsed() < schedule::WALK_GAP {
            let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 8, true);
            for (errand, _turn) in errands {
                if errand.walk {
                    walks.push(began.elapsed());
                }
                board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
            }
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
        let soon = walks.iter().filter(|at| at.as_secs() < 60).count();
        assert!((1..=12).contains(&soon), "{soon} of 60 in the first minute");
        let first: BTreeSet<_> = walks.iter().take(60).collect();
        assert_eq!(first.len(), 60, "everything is walked");
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_does_not_wait_for_a_clinic_that_a_person_has_looked_at() {
        let mut board = one_clinic();
        board.service.hold_until = Some(Instant::now());
        let round = Arc::clone(&board.facts_of(&"1".into()).round);
        let looked_at = round.lock().await;
        let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 8, true);
        assert!(errands.is_empty());
        assert!(wait <= Duration::from_secs(2));
        drop(looked_at);
        assert_eq!(board.due(DateTime::UNIX_EPOCH, 8, true).0.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_walk_is_not_later_than_a_quarter_of_an_hour_after_the_last_though_no_look_is_due() {
        let mut board = one_clinic();
        let mut last = Instant::now();
        for _ in 0..20 {
            let (errands, wait) = board.due(DateTime::UNIX_EPOCH, 8, true);
            for (errand, _) in &errands {
                let now = Instant::now();
                if errand.walk {
                    assert!(now - last <= schedule::WALK_GAP);
                    last = now;
                }
                board.finish(errand, true, None, DateTime::UNIX_EPOCH);
            }
            drop(errands);
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
        assert!(last.elapsed() <= schedule::WALK_GAP);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_15_a_resolver_that_is_silent_makes_nobody_wait_longer_than_five_seconds() {
        let mut board = one_clinic();
        for turn in 0..100 {
            // The question begins now, and its answer that there is none takes four seconds.
            let began = Instant::now();
            tokio::time::sleep(Duration::from_secs(4)).await;
            let errand = board.walk(&"1".into()).unwrap();
            let trouble = Trouble {
                since: DateTime::UNIX_EPOCH,
                cause: Cause::Offline,
            };
            board.finish(&errand, false, Some(trouble), DateTime::UNIX_EPOCH);
            let next = board.next_due().unwrap();
            // The first failure is no probe: nobody knew when it began.
            assert!(turn == 0 || next - began <= Duration::from_secs(5));
            assert!(next >= Instant::now() + SHORTEST_PROBE);
            tokio::time::sleep_until(next).await;
        }
    }

    fn trouble(cause: Cause) -> Trouble {
        let since = DateTime::UNIX_EPOCH;
        Trouble { since, cause }
    }

    #[tokio::test(start_paused = true)]
    async fn fault_47_a_round_that_dies_says_nothing_about_the_service() {
        let mut board = one_clinic();
        let errand = board.walk(&"1".into()).unwrap();
        for cause in [Cause::Offline, Cause::Own] {
            board.finish(&errand, false, Some(trouble(cause)), DateTime::UNIX_EPOCH);
            assert_eq!(board.service.state, ServiceState::Offline, "{cause:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_during_a_walk_has_one_to_come_and_nobody_else() {
        let mut board = one_clinic();
        let id = ClinicId::from("1");
        for comes in [false, true, false] {
            let errand = board.walk(&id).unwrap();
            tokio::time::sleep(Duration::from_secs(5)).await;
            if comes {
                board.hurry([id.clone()], false);
            }
            board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
            assert_eq!(board.facts[&id].walk_due <= Instant::now(), comes);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rounds_without_room_stay_due() {
        let mut board = clinics(3);
        board.hurry((1..=3).map(|id: u32| ClinicId(id.to_string())), false);
        let mut begun = Vec::new();
        for (room, count) in [(2, 2), (0, 2), (1, 3), (1, 3)] {
            begun.extend(board.due(DateTime::UNIX_EPOCH, room, false).0);
            assert_eq!(begun.len(), count);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_clinic_with_another_booking_system_is_judged_anew() {
        let mut board = one_clinic();
        let ids = [ClinicId::from("1"), "2".into()];
        let clinic = |id: &ClinicId, vendor: &str| Clinic {
            id: id.clone(),
            name: String::new(),
            full_name: String::new(),
            district_id: "1".into(),
            district_name: String::new(),
            kind: None,
            address: None,
            phone: None,
            email: None,
            latitude: None,
            longitude: None,
            institution: None,
            vendor: vendor.to_owned(),
        };
        board.note_trials(&ids[1], &[(Level::Specialty, Trial::Announced); 400]);
        board.choose_targets();
        for (vendor, worth) in [("a", Worth::Proven), ("b", Worth::Unproven)] {
            board.set_clinics(vec![clinic(&ids[0], vendor), clinic(&ids[1], "a")]);
            board.choose_targets();
            assert_eq!(board.worth(&ids[0]).1, worth);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_that_goes_in_the_middle_of_a_round_is_away() {
        let mut board = one_clinic();
        let errand = board.walk(&"1".into()).unwrap();
        board.finish(
            &errand,
            true,
            Some(trouble(Cause::Offline)),
            DateTime::UNIX_EPOCH,
        );
        assert_eq!(board.service.state, ServiceState::Offline);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_the_site_does_not_answer_is_no_stream_of_probes() {
        for (cause, longest) in [(Cause::Offline, 5), (Cause::Blocked, 90)] {
            let mut board = clinics(9);
            let errand = board.walk(&"1".into()).unwrap();
            board.finish(&errand, false, Some(trouble(cause)), DateTime::UNIX_EPOCH);
            for clinic in ["2", "3"] {
                tokio::time::sleep_until(board.next_due().unwrap()).await;
                let errand = board.walk(&clinic.into()).unwrap();
                board.finish(
                    &errand,
                    false,
                    Some(trouble(Cause::Site)),
                    DateTime::UNIX_EPOCH,
                );
                let wait = board.next_due().unwrap() - Instant::now();
                assert!(
                    (1..=longest).contains(&wait.as_secs()),
                    "{cause:?}: {wait:?}"
                );
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_cannot_be_read_keeps_no_other_list_of_its_clinic_waiting() {
        let mut board = one_clinic();
        let id = ClinicId::from("1");
        let pair = board.plan[&id].pairs[&SpecialtyId::from("a")].clone();
        let plan = board.plan.get_mut(&id).unwrap();
        plan.pairs.insert("b".into(), pair);
        board
            .worth
            .insert(id.clone(), (Worth::Refuted, Worth::Unproven));
        let errand = board.walk(&id).unwrap();
        board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
        let keys = board.scheduler.keys(&id).to_vec();
        assert_eq!(keys.len(), 2);
        board.next_due();
        let due = board.scheduler.due(&keys[1]);
        let mut waits = Vec::new();
        for _ in 0..9 {
            let errand = board.errand(keys[0].clone(), false).unwrap();
            let failed = trouble(Cause::Clinic);
            let Board { facts, rng, .. } = &mut board;
            let facts = facts.get_mut(&id).unwrap();
            let gap = Duration::from_secs(30);
            facts.note_list_failed(&"a".into(), failed, gap, rng);
            board.finish(&errand, false, Some(failed), DateTime::UNIX_EPOCH);
            waits.push(board.scheduler.due(&keys[0]).unwrap() - board.timeline.now());
        }
        assert_eq!(board.scheduler.due(&keys[1]), due);
        let longest = waits.iter().max().unwrap();
        assert!(
            *longest > 120_000,
            "it rests for longer and longer: {waits:?}"
        );
        let facts = &board.facts[&id];
        let sick = |id: &str| facts.is_sick(&id.into());
        assert!(sick("a") && !sick("b") && facts.trouble.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_specialty_that_is_missing_from_a_list_is_walked_for_until_it_is_lost() {
        let mut board = one_clinic();
        let id = ClinicId::from("1");
        let row = Specialty {
            id: "b".into(),
            fer_id: None,
            name: String::new(),
            counts: Counts::default(),
        };
        let mut walks = 0;
        for _ in 0..9 {
            let key = board.walk(&id).unwrap().key;
            let errand = board.errand(key, false).unwrap();
            walks += u32::from(errand.walk);
            let facts = board.facts_of(&id);
            facts.note_specialties(std::slice::from_ref(&row), false, &errand.plan, errand.walk);
            board.finish(&errand, true, None, DateTime::UNIX_EPOCH);
        }
        assert_eq!(walks, 2, "and then it is left to its turn");
        assert!(board.facts[&id].lost_specialty(&"a".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_after_a_long_time_offline_is_a_first_refusal() {
        let mut board = one_clinic();
        let mut fail = |cause| {
            let errand = board.walk(&"1".into()).unwrap();
            let trouble = Trouble {
                since: DateTime::UNIX_EPOCH,
                cause,
            };
            board.finish(&errand, false, Some(trouble), DateTime::UNIX_EPOCH);
            board.next_due().unwrap() - Instant::now()
        };
        for _ in 0..100 {
            assert!(fail(Cause::Offline) <= Duration::from_secs(5));
        }
        assert!(fail(Cause::Blocked) <= Duration::from_secs(11));
        assert!(
            fail(Cause::Blocked) > Duration::from_secs(17),
            "then it doubles"
        );
    }
}

//! What is known of a clinic, of its specialties and doctors.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    mem::discriminant,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, NaiveDate, Utc};
use rand::rngs::StdRng;
use tokio::{sync::OwnedMutexGuard, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Errand;
use crate::{
    model::{Counts, Doctor, DoctorId, Key, RowDate, Specialty, SpecialtyId},
    plan::{ClinicPlan, Pair, Wanted},
    schedule::{self, Reading, Row},
    trust::{Level, Trial},
    witness::Witness,
};

/// That slots are gone is confirmed no sooner.
const CONFIRM_WAIT: Duration = Duration::from_secs(20);
/// Walks on which something failed after which a first look waits like any other.
const FIRST_TRIES: u32 = 6;
/// Good lists in a row without an id before a watch needs its owner.
const LOST_AFTER: u8 = 2;
/// Lists that come closer together than this are one: a walk gave way to a person's, or somebody
/// presses again.
const LISTS_APART: Duration = Duration::from_mins(1);

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
    /// This program's own: a round died, or what was seen could not be kept. It says nothing about the
    /// service.
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
pub(super) struct Failing {
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

    pub(super) fn wait(&self) -> Duration {
        self.retry_at.saturating_duration_since(Instant::now())
    }
}

/// Good lists in a row on which something is missing.
#[derive(Debug, Clone, Copy, Default)]
struct Absence {
    times: u8,
    last: Option<Instant>,
}

impl Absence {
    fn note(&mut self) {
        if self.last.is_none_or(|last| last.elapsed() >= LISTS_APART) {
            self.times = self.times.saturating_add(1);
            self.last = Some(Instant::now());
        }
    }

    fn is_for_good(self) -> bool {
        self.times >= LOST_AFTER
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
    pub(super) failing: Option<Failing>,
    /// A long list became empty at once: the next empty answer is believed.
    pub(crate) doubted: bool,
    /// Good lists without this doctor.
    absent: Absence,
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
    /// Who was on a list before it. They may have slots all the same.
    pub(crate) former: BTreeSet<DoctorId>,
    /// When all that is watched of it was last known.
    pub(crate) good_at: Option<DateTime<Utc>>,
    /// Something that is watched of it is not known.
    pub(crate) trouble: Option<Trouble>,
    /// Walks in a row that came to it and left something unknown.
    in_vain: u32,
    /// The walk that has begun has nothing more to see of it.
    walked: bool,
    /// The last look at the list of doctors failed.
    failing: Option<Failing>,
    /// Good lists without this specialty.
    absent: Absence,
}

/// What is known about a watched clinic.
#[derive(Debug)]
pub(crate) struct ClinicFacts {
    pub(super) walk_due: Instant,
    /// When a walk ended last.
    pub(super) walked_at: Option<Instant>,
    /// When the walk began that has not come to its end, though it may have broken off.
    pub(super) walk_began: Option<Instant>,
    /// The last round in which something was learned.
    pub(super) learned_at: Option<i64>,
    /// The last good answer of the round under way.
    pub(super) heard_at: Option<DateTime<Utc>>,
    /// A walk was called that no round has begun yet.
    pub(super) called: bool,
    /// A person waits for it.
    pub(super) urgent: bool,
    pub(super) failures: u32,
    /// Walks in a row on which something failed.
    pub(super) broken_walks: u32,
    /// Walks on which something failed since all that is watched was seen or somebody came.
    pub(super) first_tries: u32,
    /// The last round learned nothing.
    pub(crate) trouble: Option<Trouble>,
    /// Code 37.
    pub(crate) no_online: bool,
    /// The specialties of the last good list.
    pub(crate) specialties: Vec<Specialty>,
    pub(crate) pairs: BTreeMap<SpecialtyId, PairFacts>,
    pub(crate) doctors: BTreeMap<DoctorId, DoctorFacts>,
    /// Held during a round: there is one at a time.
    pub(super) round: Arc<tokio::sync::Mutex<Option<Walked>>>,
    /// Ends the round under way if nobody waits for it.
    pub(super) give_way: CancellationToken,
}

impl ClinicFacts {
    pub(super) fn new(due: Instant, urgent: bool) -> Self {
        Self {
            walk_due: due,
            walked_at: None,
            walk_began: None,
            learned_at: None,
            heard_at: None,
            called: true,
            urgent,
            failures: 0,
            broken_walks: 0,
            first_tries: 0,
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

    /// Forgets all other specialties, and who is neither of these nor `named`.
    pub(super) fn keep_only(
        &mut self,
        is_kept: impl Fn(&SpecialtyId) -> bool,
        named: impl Fn(&DoctorId) -> bool,
    ) {
        let before = self.pairs.len();
        self.pairs.retain(|specialty, _| is_kept(specialty));
        if self.pairs.len() == before {
            return;
        }
        let mut doctors = std::mem::take(&mut self.doctors);
        doctors.retain(|doctor, _| {
            let is_of = |pair: &PairFacts| {
                pair.former.contains(doctor) || pair.doctors.iter().any(|row| row.id == *doctor)
            };
            self.pairs.values().any(is_of) || named(doctor)
        });
        self.doctors = doctors;
    }

    /// When all that is watched of a specialty was last known. A round that takes long is no
    /// silence: while it goes well, its last good answer counts.
    pub(crate) fn heard_of(&self, specialty: &SpecialtyId) -> Option<DateTime<Utc>> {
        let pair = self.pairs.get(specialty)?;
        let well = self.trouble.is_none() && pair.trouble.is_none();
        pair.good_at.max(self.heard_at.filter(|_| well))
    }

    /// The turn to go through the clinic, if no round is under way.
    pub(super) fn turn(&self) -> Option<Turn> {
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
            .is_some_and(|pair| pair.absent.is_for_good())
    }

    /// Is this doctor gone from the lists for good?
    pub(crate) fn lost_doctor(&self, id: &DoctorId) -> bool {
        self.doctors
            .get(id)
            .is_some_and(|doctor| doctor.absent.is_for_good())
    }

    /// Is the doctor on the last good list of the specialty?
    pub(crate) fn is_member(&self, specialty: &SpecialtyId, doctor: &DoctorId) -> bool {
        self.pairs
            .get(specialty)
            .is_some_and(|pair| pair.doctors.iter().any(|member| member.id == *doctor))
    }

    /// Is what the doctor has of this specialty: by its last good list, or by an older one if no list
    /// has the doctor any more?
    pub(crate) fn belongs_to(&self, specialty: &SpecialtyId, doctor: &DoctorId) -> bool {
        let former = |pair: &PairFacts| pair.former.contains(doctor);
        self.is_member(specialty, doctor)
            || self.pairs.get(specialty).is_some_and(former) && !self.is_listed(doctor)
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
                pair.absent = Absence::default();
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
                pair.absent.note();
            } else if !pair.absent.is_for_good() {
                // Is it gone for good? A glance cannot say what is under it. One that comes and goes
                // calls no walk after walk.
                let now = Instant::now();
                let soonest = self.walked_at.map(|at| at + schedule::WALK_GAP);
                let walk = soonest.map_or(now, |soonest| soonest.max(now));
                self.walk_due = self.walk_due.min(walk);
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
        let before = std::mem::replace(&mut pair.doctors, rows.to_vec());
        pair.former.extend(before.into_iter().map(|row| row.id));
        pair.failing = None;
        let mut trials = Vec::new();
        for row in rows {
            let shared = self.specialties_of(&row.id).nth(1).is_some();
            let facts = self.doctor(&row.id);
            facts.absent = Absence::default();
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
        self.walk_began = None;
        for pair in self.pairs.values_mut() {
            pair.witness = Witness::default();
        }
        for doctor in self.doctors.values_mut() {
            doctor.witness = Witness::default();
            doctor.looked_at = None;
        }
    }

    /// What could not be read before a sleep has rested, and how often says little now.
    pub(super) fn end_rests(&mut self) {
        let now = Instant::now();
        let lists = self.pairs.values_mut().map(|pair| &mut pair.failing);
        let slots = self.doctors.values_mut().map(|doctor| &mut doctor.failing);
        for failing in lists.chain(slots).flatten() {
            failing.retry_at = failing.retry_at.min(now);
            failing.times = 0;
        }
    }

    /// A doctor wanted by name was on no list and has no slots.
    pub(crate) fn note_absent(&mut self, doctor: &DoctorId) {
        let facts = self.doctor(doctor);
        facts.absent.note();
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

    /// When a walk comes to this specialty: to what was known longest ago first, as the last walk may
    /// have broken off before it, and last to what it keeps coming to in vain.
    pub(crate) fn walk_order(&self, specialty: &SpecialtyId) -> impl Ord + use<> {
        let pair = self.pairs.get(specialty);
        let in_vain = pair.is_some_and(|pair| pair.in_vain > 1);
        (in_vain, pair.and_then(|pair| pair.good_at))
    }

    /// A walk begins, or goes on where the last one broke off before something that has never been
    /// seen: if that began less than a gap ago, and no person wants all of it. What it leaves out.
    pub(super) fn begin_walk(&mut self, errand: &Errand, gap: Duration) -> BTreeSet<SpecialtyId> {
        // The next one comes after a gap, give or take a tenth.
        let gap = gap.mul_f64(0.85);
        let broken = self.walk_began.filter(|began| began.elapsed() < gap);
        if broken.is_none() || errand.urgent || !self.has_unseen(&errand.plan) {
            self.walk_began = Some(Instant::now());
            for pair in self.pairs.values_mut() {
                pair.walked = false;
            }
        }
        let walked = self.pairs.iter().filter(|(_, pair)| pair.walked);
        walked.map(|(specialty, _)| specialty.clone()).collect()
    }

    /// A walk has come to this specialty and to its end, unless it broke off there. One that gave way
    /// or met what concerns all says nothing of it.
    pub(crate) fn note_walked(&mut self, specialty: &SpecialtyId, to_the_end: bool) {
        let pair = self.pair(specialty);
        if pair.trouble.is_some() {
            pair.in_vain += 1;
        } else if to_the_end {
            pair.in_vain = 0;
            pair.walked = true;
        }
    }

    /// Counts the walks on which a first look failed.
    pub(super) fn note_tried(&mut self, errand: &Errand, trouble: Option<Trouble>) {
        if !self.has_unseen(&errand.plan) {
            self.first_tries = 0;
            return;
        }
        // Offline and the like are nobody's own; what asks to slow down may be.
        let own = |cause: Cause| cause == Cause::Slowed || !cause.concerns_all();
        if errand.walk && trouble.is_some_and(|trouble| own(trouble.cause)) {
            self.first_tries += 1;
        }
    }

    /// Is there something that has never been seen?
    fn has_unseen(&self, plan: &ClinicPlan) -> bool {
        let unseen = |id| self.pairs.get(id).is_none_or(|pair| pair.good_at.is_none());
        plan.pairs.keys().any(unseen)
    }

    /// Has a first look waited its turn, and failed? Not where that goes on and on.
    pub(super) fn keeps_first_turn(&self, plan: &ClinicPlan) -> bool {
        (1..=FIRST_TRIES).contains(&self.first_tries) && self.has_unseen(plan)
    }

    /// Could this doctor's slots not be read twice in a row? Once may be a spell of the whole clinic.
    pub(crate) fn keeps_failing(&self, doctor: &DoctorId) -> bool {
        let failing = self.doctors.get(doctor).and_then(|facts| facts.failing);
        failing.is_some_and(|failing| failing.times > 1)
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

    /// A round went well: what it saw is known as of now. `answered`: what its key answers for.
    pub(super) fn note_seen(
        &mut self,
        errand: &Errand,
        answered: &[&SpecialtyId],
        now: DateTime<Utc>,
    ) {
        for specialty in errand.plan.pairs.keys() {
            let seen = if errand.walk {
                !errand.left_out.contains(specialty)
            } else {
                answered.contains(&specialty)
            };
            if seen {
                self.note_known(errand, specialty, now);
            }
        }
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
    pub(super) fn failing_alone(&self, errand: &Errand, cause: Cause) -> Option<Failing> {
        let failing = match &errand.key {
            Key::Clinic { .. } => None,
            Key::Specialty { specialty_id, .. } => self.pairs.get(specialty_id)?.failing,
            Key::Doctor { doctor_id, .. } => self.doctors.get(doctor_id)?.failing,
        };
        let own = matches!(cause, Cause::Clinic | Cause::Missing | Cause::Own);
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

    /// Is there something to see: slots that may be gone, or what could not be read the last time?
    pub(crate) fn is_open(&self) -> bool {
        self.had_slots() || self.wants_another()
    }

    /// Whatever the counts say, is it time to look at the slots again?
    fn wants_another(&self) -> bool {
        match self.failing {
            Some(failing) => !failing.rests(),
            None => self.confirm && self.looked_at.is_none_or(|at| at.elapsed() >= CONFIRM_WAIT),
        }
    }
}

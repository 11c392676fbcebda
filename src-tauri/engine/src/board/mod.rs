//! What is known in memory about everything watched, and what is due.
//!
//! All of it can be learned again: after a restart every watched clinic is
//! walked down to its slots once and compared with the stored snapshots.

mod cover;
mod facts;
mod service;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use chrono::{DateTime, NaiveDate, Utc};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    model::{
        Clinic, ClinicId, DoctorId, Key, Pause, ServiceState, Sleep, SpecialtyId, Watch, WatchId,
    },
    plan::{ClinicPlan, Pair, Plan, Wanted},
    roster::{Listed, Roster, Standing},
    schedule::{self, Audits, Learned, Limits, Scheduler, Wish},
    trust::{self, Level, Standing as Worth, Trial, Trust},
};

pub(crate) use facts::{Cause, ClinicFacts, DoctorFacts, Trouble, Turn, Walked};
pub(crate) use service::Service;

/// What counts are worth is judged anew so long after they announced something.
const JUDGE_GAP: Duration = Duration::from_mins(1);

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

/// What a round is to do.
#[derive(Debug, Clone)]
pub(crate) struct Errand {
    pub(crate) clinic: ClinicId,
    pub(crate) plan: ClinicPlan,
    pub(crate) key: Key,
    /// Down to the slots of everything watched, whatever the counts say,
    pub(crate) walk: bool,
    /// save what the walk that broke off has come to, unless the counts say so.
    pub(crate) left_out: BTreeSet<SpecialtyId>,
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
    /// When a person made a watch in this run, or changed it last.
    pub(crate) asked_at: BTreeMap<WatchId, DateTime<Utc>>,
    /// When the database was put together again: what was shown before that is not known.
    pub(crate) mended_at: Option<DateTime<Utc>>,
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
    /// The day on which what waiting weighs was worked out,
    weighed_on: Option<NaiveDate>,
    /// and what was remembered then that no watch was about.
    unwatched: BTreeSet<(ClinicId, SpecialtyId)>,
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
            unwatched: BTreeSet::new(),
            watches: Roster::default(),
            plan: Plan::new(),
            facts: BTreeMap::new(),
            listed: Listed::default(),
            clinics: HashMap::new(),
            trust: Trust::default(),
            pause: None,
            slept: None,
            asked_at: BTreeMap::new(),
            mended_at: None,
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
            facts.end_rests();
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
            self.forget_unwatched();
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

    /// What no watch, on or off, has been about for a day is not remembered: until then one that was
    /// removed may come back. Not while a clinic is looked at.
    fn forget_unwatched(&mut self) {
        let places = self.places();
        let before = std::mem::take(&mut self.unwatched);
        let (watches, plan, unwatched) = (&self.watches, &self.plan, &mut self.unwatched);
        self.facts.retain(|clinic, facts| {
            let place = |specialty: &SpecialtyId| (clinic.clone(), specialty.clone());
            let turn = facts.turn();
            if turn.is_some() {
                let named = |doctor: &DoctorId| watches.name_of(clinic, doctor).is_some();
                let kept = |id: &SpecialtyId| {
                    let place = place(id);
                    places.contains(&place) || !before.contains(&place)
                };
                facts.keep_only(kept, named);
            }
            let known = facts.pairs.keys().map(place);
            unwatched.extend(known.filter(|place| !places.contains(place)));
            turn.is_none() || !facts.pairs.is_empty() || plan.contains_key(clinic)
        });
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
                facts.walk_began = None;
                facts.first_tries = 0;
                facts.called = true;
                facts.urgent |= urgent;
                if urgent {
                    // Before there is room for another round.
                    facts.give_way.cancel();
                }
            }
            self.make_due(&clinic, urgent);
        }
    }

    /// One of the clinic's resources is looked at now. `urgent`: before whatever is overdue.
    fn make_due(&mut self, clinic: &ClinicId, urgent: bool) {
        if let Some(key) = self.scheduler.keys(clinic).first().cloned() {
            self.scheduler.hurry(&key, urgent, self.timeline.now());
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
                self.make_due(&clinic, true);
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
        let (mut errands, mut busy) = (Vec::new(), Vec::new());
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
                busy.extend(self.scheduler.set_aside());
                continue;
            };
            // Should the round be cut short, the next one comes in its turn all the same.
            self.scheduler.looked(&key, at);
            if let Some(errand) = self.errand(key, false) {
                errands.push((errand, turn));
            }
        }
        let most = if busy.is_empty() { LATER } else { BUSY };
        let wait = self
            .next_due()
            .map_or(most, |due| due.saturating_duration_since(instant));
        self.scheduler.give_back(busy);
        (errands, wait.min(most))
    }

    /// A walk does not wait for a look that may be a quarter of an hour away. What rests, rests on.
    /// A first look that failed has waited its turn, and is tried again before what else is overdue.
    fn call_walks(&mut self) {
        let now = Instant::now();
        let walks = |clinic: &&ClinicId| {
            let facts = self.facts.get(*clinic);
            facts.is_some_and(|facts| facts.walk_due <= now && facts.turn().is_some())
        };
        let clinics: Vec<ClinicId> = self.plan.keys().filter(walks).cloned().collect();
        for clinic in clinics {
            // One that rests alone keeps the walk waiting no longer than the others.
            let keys = self.scheduler.keys(&clinic).iter();
            if let Some(key) = keys.min_by_key(|key| self.scheduler.due(key)).cloned() {
                let (facts, plan) = (&self.facts[&clinic], &self.plan[&clinic]);
                let kept = facts.keeps_first_turn(plan);
                self.scheduler.hasten(&key, kept, self.timeline.now());
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
        // Only the clinic's own list says that it offers something online again.
        let walk = pressed || facts.no_online || facts.walk_due <= Instant::now();
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
            left_out: BTreeSet::new(),
            urgent: urgent || pressed,
        })
    }

    /// A walk begins, or goes on where the last one broke off. What the key answers for is not left out.
    pub(crate) fn begin_walk(&mut self, errand: &mut Errand) {
        let gap = self.walk_gap(&errand.clinic);
        let Some(facts) = self.facts.get_mut(&errand.clinic) else {
            return;
        };
        errand.left_out = facts.begin_walk(errand, gap);
        if !matches!(errand.key, Key::Clinic { .. }) {
            for specialty in self.scheduler.places(&errand.key) {
                errand.left_out.remove(specialty);
            }
        }
    }

    /// A round has given way to another, which sees what this one has not seen.
    pub(crate) fn gave_way(&mut self, clinic: &ClinicId) {
        if self.facts.get(clinic).is_some_and(|facts| facts.urgent) {
            self.make_due(clinic, true);
        }
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
        if errand.walk && learned {
            facts.walked_at = Some(instant);
        }
        match trouble {
            None => {
                let answered = self.scheduler.places(&errand.key);
                facts.note_seen(errand, &answered, now);
                facts.trouble = None;
                facts.failures = 0;
                if facts.no_online {
                    rest = Some(schedule::after_no_online(&mut self.rng));
                }
                if errand.walk {
                    facts.broken_walks = 0;
                    let began = facts.walk_began.take();
                    // What it left out was seen when it began; if that is forgotten, it is looked at soon.
                    let since = if errand.left_out.is_empty() {
                        Duration::ZERO
                    } else {
                        began.map_or(walk_gap, |began| instant - began)
                    };
                    let gap = schedule::before(walk_gap, &mut self.rng);
                    wait = Some(gap.saturating_sub(since));
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
        facts.note_tried(errand, trouble);
        // Who came while the clinic was walked through is not put off until its next turn.
        let (called, urgent) = (facts.called, facts.urgent);
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
            // A walk has looked at everything that it went to see.
            for key in self.scheduler.keys(&errand.clinic).to_vec() {
                let left_out = |specialty| errand.left_out.contains(specialty);
                if !self.scheduler.places(&key).into_iter().all(left_out) {
                    self.scheduler.looked(&key, at);
                }
            }
        }
        if urgent || learned && called && rest.is_none() {
            self.make_due(&errand.clinic, urgent);
        } else if let Some(wait) = rest {
            self.put_off(&errand.clinic, wait);
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

    /// Paused by the person, now?
    pub(crate) fn is_paused(&self, now: DateTime<Utc>) -> bool {
        self.pause
            .is_some_and(|pause| pause.until.is_none_or(|until| until > now))
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
mod tests;

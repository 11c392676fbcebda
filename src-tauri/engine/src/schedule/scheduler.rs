//! Learner, allotment and planner together.
#![expect(
    clippy::cast_precision_loss,
    reason = "requests and hours of a day: small numbers"
)]

use std::{collections::BTreeMap, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{
    allot::{Demand, Gaps, Limits, allot},
    calendar::BINS,
    learner::{Learner, Profile},
    planner::Planner,
};
use crate::model::{ClinicId, Key, SpecialtyId};

/// Rates follow what looks really cost this often.
const REVIEW: i64 = 3_600_000;
/// What drill-downs, audits and walks are taken to cost until they show, as a part of the budget:
/// as much as walks may take while nothing is proven.
const FIRST_EXTRAS: f32 = 0.5;
/// What they have cost counts half after so many hours.
const EXTRAS_HALF_LIFE: f32 = 12.0;
/// They leave at least this part to regular looks.
const LEAST_PART: f32 = 0.3;

/// Says how many releases are expected when.
pub trait Foresight: Send {
    /// Goes on to this moment. True when what is expected changed.
    fn turn(&mut self, now: i64) -> bool;
    /// Releases a day expected at this place on the day of the last turn, by part of the day.
    fn expected(&mut self, clinic: &ClinicId, specialty: &SpecialtyId) -> Profile;
}

/// What the looks of this program have taught.
pub type Learned = Learner<ClinicId, SpecialtyId>;

impl Foresight for Learned {
    fn turn(&mut self, now: i64) -> bool {
        Self::turn(self, now)
    }

    fn expected(&mut self, clinic: &ClinicId, specialty: &SpecialtyId) -> Profile {
        Self::expected(self, clinic, specialty).clone()
    }
}

/// What a resource is looked at for.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its clinic.
    pub clinic: ClinicId,
    /// The specialties whose slots it announces, and what those who wait for each weigh.
    pub places: Vec<(SpecialtyId, f32)>,
}

/// When each resource is looked at. Moments are milliseconds of UTC that never run backwards.
#[derive(Debug)]
pub struct Scheduler<F = Learned> {
    foresight: F,
    planner: Planner<Key>,
    targets: BTreeMap<Key, Target>,
    /// The keys of each clinic.
    clinics: BTreeMap<ClinicId, Vec<Key>>,
    limits: Limits,
    /// Between two looks at one resource, as far as the budget can keep them.
    gaps: Gaps,
    /// Requests that were no regular looks: since the last review, and an hour of late.
    extras: (f32, f32),
    reviewed: i64,
    stale: bool,
    rng: StdRng,
}

impl<F: Foresight> Scheduler<F> {
    /// Foresees by `foresight`.
    pub fn with(foresight: F, limits: Limits, seed: u64, now: i64) -> Self {
        Self {
            foresight,
            planner: Planner::new(),
            targets: BTreeMap::new(),
            clinics: BTreeMap::new(),
            extras: (0.0, limits.per_hour * FIRST_EXTRAS),
            gaps: limits.gaps,
            limits,
            reviewed: now,
            stale: true,
            rng: StdRng::seed_from_u64(seed),
        }
    }

    /// What says when releases are expected, to be taught.
    pub fn foresight(&mut self) -> &mut F {
        &mut self.foresight
    }

    /// What is to be looked at in a clinic from now on.
    pub fn set_targets(&mut self, clinic: &ClinicId, targets: BTreeMap<Key, Target>) {
        let known = self.clinics.remove(clinic).unwrap_or_default();
        if !targets.is_empty() {
            let keys = targets.keys().cloned().collect();
            self.clinics.insert(clinic.clone(), keys);
        }
        let same = |key: &Key| targets.get(key) == self.targets.get(key);
        if known.len() == targets.len() && known.iter().all(same) {
            return;
        }
        for key in known {
            self.targets.remove(&key);
            if !targets.contains_key(&key) {
                self.planner.remove(&key);
            }
        }
        self.targets.extend(targets);
        self.stale = true;
    }

    /// What may be asked from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        if limits != self.limits {
            self.limits = limits;
            self.stale = true;
        }
    }

    /// Requests were sent that are no regular look: a drill-down, an audit, a walk.
    pub fn spent(&mut self, requests: u32) {
        self.extras.0 += requests as f32;
    }

    /// The resource to look at first, and when.
    pub fn first(&mut self, now: i64) -> Option<(i64, &Key)> {
        self.review(now);
        self.planner.first()
    }

    /// Takes the first out of the turn, until it is given back with its place.
    pub(crate) fn set_aside(&mut self) -> Option<(i64, Key)> {
        self.planner.set_aside()
    }

    pub(crate) fn give_back(&mut self, aside: Vec<(i64, Key)>) {
        self.planner.give_back(aside);
    }

    /// It is looked at now.
    pub fn looked(&mut self, key: &Key, now: i64) {
        self.planner.looked(key, self.gaps, now, &mut self.rng);
    }

    /// It is not looked at before then.
    pub fn put_off(&mut self, key: &Key, until: i64) {
        self.planner.put_off(key, until);
    }

    /// It is looked at as soon as possible. `ahead`: before whatever is overdue.
    pub fn hurry(&mut self, key: &Key, ahead: bool, now: i64) {
        self.review(now);
        self.planner.hurry(key, ahead, now);
    }

    /// It is looked at as soon as it may be: what was put off stays so. `kept`: before what else is
    /// overdue.
    pub fn hasten(&mut self, key: &Key, kept: bool, now: i64) {
        self.planner.hasten(key, kept, now);
    }

    /// The resources that are looked at in a clinic.
    pub fn keys(&self, clinic: &ClinicId) -> &[Key] {
        self.clinics.get(clinic).map_or(&[], Vec::as_slice)
    }

    /// The specialties that a resource answers for.
    pub fn places(&self, key: &Key) -> Vec<&SpecialtyId> {
        let places = self.targets.get(key).map(|target| &target.places);
        let places = places.into_iter().flatten();
        places.map(|(specialty, _)| specialty).collect()
    }

    /// After a sleep or an outage everything would be due at once: it is spread over a gap
    /// instead, whatever was due first going first, and one at once.
    pub fn spread(&mut self, now: i64) {
        self.review(now);
        let mut keys: Vec<Key> = self.targets.keys().cloned().collect();
        keys.sort_by_key(|key| self.planner.due(key));
        let many = keys.len().max(1) as f32;
        for (place, key) in keys.iter().enumerate() {
            let part = (place as f32 + self.rng.random_range(0.0..1.0)) / many;
            self.planner.begin(key, part, self.gaps, now, &mut self.rng);
        }
        if let Some(first) = keys.first() {
            self.planner.hurry(first, false, now);
        }
    }

    /// The time between two looks at this resource now, as it is promised.
    pub fn gap(&self, key: &Key, now: i64) -> Option<Duration> {
        self.planner.gap(key, self.gaps, now)
    }

    /// The shortest time between two looks at this resource today.
    pub fn closest_gap(&self, key: &Key) -> Option<Duration> {
        self.planner.closest_gap(key, self.gaps)
    }

    /// When it is looked at next.
    pub fn due(&self, key: &Key) -> Option<i64> {
        self.planner.due(key)
    }

    fn review(&mut self, now: i64) {
        let turned = self.foresight.turn(now);
        // A clock that was set back begins its hour anew.
        self.reviewed = self.reviewed.min(now);
        let hours = (now - self.reviewed) as f32 / 3_600_000.0;
        if now - self.reviewed >= REVIEW {
            let kept = (-hours / EXTRAS_HALF_LIFE * std::f32::consts::LN_2).exp();
            self.extras.1 = self.extras.1 * kept + self.extras.0 / hours * (1.0 - kept);
            self.extras.0 = 0.0;
            self.reviewed = now;
            self.stale = true;
        }
        if turned || self.stale {
            self.stale = false;
            self.allot(now);
        }
    }

    fn allot(&mut self, now: i64) {
        let regular = (self.limits.per_hour - self.extras.1).max(self.limits.per_hour * LEAST_PART);
        let (many, all) = (self.targets.len(), self.limits.per_hour);
        self.gaps = self.limits.gaps.among(many, all, regular);
        let limits = Limits {
            per_hour: regular,
            gaps: self.gaps,
            ..self.limits
        };
        let demands: Vec<Demand> = self
            .targets
            .values()
            .map(|target| {
                let mut value: Profile = Box::new([0.0; BINS]);
                let mut releases: Profile = Box::new([0.0; BINS]);
                for (specialty, weight) in &target.places {
                    let expected = self.foresight.expected(&target.clinic, specialty);
                    for (bin, expected) in expected.iter().enumerate() {
                        value[bin] += weight * expected;
                        releases[bin] += expected;
                    }
                }
                Demand { value, releases }
            })
            .collect();
        let rates = allot(&demands, &limits);
        for (key, rates) in self.targets.keys().zip(rates) {
            self.planner.set(key, rates, self.gaps, now, &mut self.rng);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: i64 = 1_790_000_000_000;
    const HOUR: i64 = 3_600_000;
    const BUDGET: f32 = 240.0;

    /// Twice a day, at any time alike.
    struct Even;

    impl Foresight for Even {
        fn turn(&mut self, _now: i64) -> bool {
            false
        }

        fn expected(&mut self, _clinic: &ClinicId, _specialty: &SpecialtyId) -> Profile {
            Box::new([2.0; BINS])
        }
    }

    /// Twelve specialties; what every other one is waited for weighs so much.
    fn twelve(weight: f32) -> Scheduler<Even> {
        let limits = Limits::new(f64::from(BUDGET), false);
        let mut scheduler = Scheduler::with(Even, limits, 11, BEGAN);
        let targets = (0..12_u8).map(|place| {
            let clinic = ClinicId::from("1");
            let specialty = SpecialtyId(format!("{place:02}"));
            let weight = if place % 2 == 0 { 1.0 } else { weight };
            let key = Key::Specialty {
                clinic_id: clinic.clone(),
                specialty_id: specialty.clone(),
            };
            let places = vec![(specialty, weight)];
            (key, Target { clinic, places })
        });
        scheduler.set_targets(&"1".into(), targets.collect());
        scheduler
    }

    #[test]
    fn with_more_to_do_than_the_budget_lets_through_nobody_is_forgotten() {
        let clinics = (0..40_u32).map(|clinic| ClinicId(clinic.to_string()));
        let mut scheduler = Scheduler::with(Even, Limits::new(30.0, false), 12, BEGAN);
        for clinic in clinics {
            let key = Key::Clinic {
                clinic_id: clinic.clone(),
            };
            let places = vec![("1".into(), 1.0)];
            let target = Target {
                clinic: clinic.clone(),
                places,
            };
            scheduler.set_targets(&clinic, [(key, target)].into());
        }
        // Of thirty requests an hour every second one is no regular look.
        let (mut last, mut widest) = (BTreeMap::<Key, i64>::new(), 0);
        let end = BEGAN + 40 * HOUR;
        for turn in 0..600 {
            let now = BEGAN + turn * 240_000;
            scheduler.spent(1);
            let first = scheduler.first(now).filter(|(due, _)| *due <= now);
            let Some((_, key)) = first.map(|(due, key)| (due, key.clone())) else {
                continue;
            };
            scheduler.looked(&key, now);
            let before = last.insert(key, now);
            widest = widest.max(before.map_or(0, |before| now - before));
        }
        assert_eq!(last.len(), 40);
        let longest = last.values().map(|at| end - at).max();
        let widest = Duration::from_millis(longest.unwrap_or(0).max(widest).unsigned_abs());
        let gaps = last.keys().filter_map(|key| scheduler.gap(key, end));
        let promised = gaps.min().unwrap_or_default();
        assert!(
            widest <= promised.mul_f64(1.2),
            "{widest:?} of {promised:?}"
        );
        assert!(promised <= Duration::from_mins(192), "{promised:?}");
    }

    /// How often each was looked at in these hours, where every hour costs so much besides.
    fn looks(
        scheduler: &mut Scheduler<Even>,
        hours: std::ops::Range<i64>,
        besides: u32,
    ) -> Vec<f32> {
        let mut looks = BTreeMap::new();
        for hour in hours {
            let until = BEGAN + (hour + 1) * HOUR;
            let mut now = BEGAN + hour * HOUR;
            while let Some((due, key)) = scheduler.first(now).filter(|(due, _)| *due < until) {
                let key = key.clone();
                now = due.max(now);
                scheduler.looked(&key, now);
                *looks.entry(key).or_insert(0.0) += 1.0;
            }
            scheduler.spent(besides);
        }
        looks.into_values().collect()
    }

    fn near(a: f32, b: f32, part: f32) -> bool {
        (a - b).abs() <= b * part
    }

    #[test]
    fn a_day_of_looks_is_the_budget_shared_by_the_root_of_what_it_weighs() {
        let mut scheduler = twelve(4.0);
        // What else is done shows within days.
        looks(&mut scheduler, 0..72, 0);
        let day = looks(&mut scheduler, 72..96, 0);
        let sum: f32 = day.iter().sum();
        assert!(near(sum, BUDGET * 24.0, 0.03), "{sum}");
        for pair in day.chunks(2) {
            assert!(near(pair[1] / pair[0], 2.0, 0.05), "{pair:?}");
        }
    }

    #[test]
    fn what_drill_downs_cost_the_regular_looks_save() {
        let mut scheduler = twelve(1.0);
        looks(&mut scheduler, 0..72, 60);
        let sum: f32 = looks(&mut scheduler, 72..96, 60).iter().sum();
        assert!(near(sum, (BUDGET - 60.0) * 24.0, 0.04), "{sum}");
        // However much they cost, something is left to regular looks.
        looks(&mut scheduler, 96..192, 1000);
        let sum: f32 = looks(&mut scheduler, 192..216, 1000).iter().sum();
        assert!(near(sum, BUDGET * LEAST_PART * 24.0, 0.04), "{sum}");
    }

    #[test]
    fn after_a_sleep_one_is_looked_at_at_once_and_the_others_over_a_gap() {
        let mut scheduler = twelve(1.0);
        looks(&mut scheduler, 0..24, 0);
        let now = BEGAN + 34 * HOUR;
        scheduler.spread(now);
        let mut dues: Vec<i64> = scheduler
            .targets
            .keys()
            .filter_map(|key| scheduler.due(key))
            .collect();
        dues.sort_unstable();
        assert_eq!(dues[0], now);
        let gap = 12 * HOUR / 240;
        assert!(dues[1] > now && dues[11] <= now + gap * 5 / 4, "{dues:?}");
        let soon = dues.iter().filter(|due| **due < now + gap / 2).count();
        assert!(
            (4..=8).contains(&soon),
            "{soon} in the first half of the gap"
        );
    }
}

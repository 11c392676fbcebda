//! Whether the counts of a list can be believed. Pure: trials in, a standing out.
//!
//! The rows of a clinic announce what its lists of doctors show, the rows of a
//! list what the slots show. A *trial* is a look underneath that found
//! something new, of which it is known whether the row above had announced it.
//! The *recall* of a signal is the share of trials it announced; it is used
//! only while its lower 95 % bound is at least 0.99.
//!
//! The bound is Clopper's and Pearson's, one-sided: with `a` trials announced
//! and `m` missed it is the 5 % quantile of Beta(a, m + 1). It needs no
//! approximation near 1, where the usual ones fail, and takes weighted counts:
//! 299 announced and none missed prove 0.99, with one missed it takes 472.
//!
//! Branches run the same booking systems, so a clinic's record is read
//! together with its vendor's, and the vendor's together with the city's. What
//! others saw counts as at most 150 trials, in their own proportion:
//! half of what a proof takes, so that nobody is believed for others' sake
//! alone. Others can help only: where they did worse, the own record stands by
//! itself.

use std::{collections::BTreeMap, time::Duration};

use statrs::function::beta::{beta_reg, inv_beta_reg};

use crate::model::{ClinicId, TrustState};

/// The recall a signal must have.
const RECALL: f64 = 0.99;
/// The chance of believing a signal that has less.
const RISK: f64 = 0.05;
/// Trials that a record holds; beyond them each new one takes a thousandth of what was before.
/// At that pace a vendor's change is half of the record after 700 trials.
const MEMORY: f64 = 1000.0;
/// Trials that the record of others counts at most.
const BORROWED: f64 = 150.0;
/// The mean life of a slot whose median is 20 minutes, seconds.
const SLOT_LIFE_SECS: f64 = 20.0 * 60.0 / std::f64::consts::LN_2;
/// A longer time without a look underneath says nothing about the signal (the computer slept);
/// a miss after it weighs no more than after this, seconds.
const LONGEST_GAP_SECS: f64 = 2.0 * 3600.0;

/// Whose rows announce something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The specialties of a clinic: they announce what the lists of doctors show.
    Clinic,
    /// The doctors of a specialty: they announce what the slots show.
    Specialty,
}

/// How a look underneath that found something new speaks of the row above. However many slots
/// the look found, it is one trial: they came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// The row had changed.
    Announced,
    /// It had not.
    Missed {
        /// The time since the look underneath before, which had not seen it.
        gap: Duration,
    },
}

impl Trial {
    /// What the row announces is found at once; what it misses is found only if it is still
    /// there when somebody looks whatever the counts say. So a miss stands for those that were
    /// gone by then: it weighs 1 / P(there at the end of the gap), for a life that is
    /// exponential: P = L/τ · (1 − e^(−τ/L)). At a walk each quarter of an hour that is 1.28.
    fn weight(self) -> f64 {
        match self {
            Self::Announced => 1.0,
            Self::Missed { gap } => {
                let lives = gap.as_secs_f64().clamp(1.0, LONGEST_GAP_SECS) / SLOT_LIFE_SECS;
                lives / -(-lives).exp_m1()
            }
        }
    }
}

/// Whether a signal may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It announces at least 99 of 100, for all we know. The level may be used.
    Proven,
    /// Nothing speaks against it yet. The level may be used, and everything is looked at
    /// underneath at least every quarter of an hour.
    Unproven,
    /// It has missed too much: the level below is used. Trials go on wherever the row is read
    /// (walks, audits), and enough of them lift it again.
    Refuted,
}

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Whose.
    pub clinic: ClinicId,
    /// Of which rows.
    pub level: Level,
    /// Trials that were announced.
    pub announced: f64,
    /// Trials that were missed, weighted.
    pub missed: f64,
}

/// What is known of one signal, for people and for the log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// What follows from it.
    pub standing: Standing,
    /// Trials that count, those borrowed from others included.
    pub trials: u32,
    /// Trials in all that would prove the signal, should no more be missed.
    pub needed: u32,
    /// The lower 95 % bound of its recall; 0 without trials.
    pub bound: f64,
}

/// What is known of both signals of a clinic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Of the clinic's specialties.
    pub clinic: Evidence,
    /// Of its lists of doctors.
    pub specialty: Evidence,
}

impl Summary {
    /// What follows from both, for people.
    pub fn state(&self) -> TrustState {
        let open = [self.clinic, self.specialty]
            .into_iter()
            .filter(|evidence| evidence.standing != Standing::Proven)
            .min_by(|a, b| a.bound.total_cmp(&b.bound));
        if self.specialty.standing == Standing::Refuted {
            TrustState::Slots
        } else if self.clinic.standing == Standing::Refuted {
            TrustState::Lists
        } else if let Some(evidence) = open {
            TrustState::Checking {
                seen: evidence.trials,
                needed: evidence.needed.next_multiple_of(10),
            }
        } else {
            TrustState::Trusted
        }
    }
}

/// Trials, weighted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Record {
    announced: f64,
    missed: f64,
}

impl Record {
    fn total(self) -> f64 {
        self.announced + self.missed
    }

    /// The same proportion in at most so many trials.
    fn at_most(self, trials: f64) -> Self {
        let part = (trials / self.total()).min(1.0);
        if !part.is_finite() {
            return Self::default();
        }
        Self {
            announced: self.announced * part,
            missed: self.missed * part,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            announced: self.announced + other.announced,
            missed: self.missed + other.missed,
        }
    }

    /// What is left of a sum without a part of it: exactly nothing where that was all.
    fn without(self, part: Self) -> Self {
        Self {
            announced: (self.announced - part.announced).max(0.0),
            missed: (self.missed - part.missed).max(0.0),
        }
    }

    /// The record with the better bound: its own, or with what others lend.
    fn with_help(self, others: Self) -> Self {
        let helped = self.and(others.at_most(BORROWED));
        if helped.bound() > self.bound() {
            helped
        } else {
            self
        }
    }

    /// The lower 95 % bound of the recall.
    fn bound(self) -> f64 {
        if self.announced > 0.0 {
            inv_beta_reg(self.announced, self.missed + 1.0, RISK)
        } else {
            0.0
        }
    }

    /// Is the bound high enough? By the tail, which costs less than the bound itself.
    fn proves(self) -> bool {
        self.announced > self.total() * RECALL
            && beta_reg(self.announced, self.missed + 1.0, RECALL) <= RISK
    }

    /// Would so many misses come with a chance below 5 % if the recall were high enough?
    fn disproves(self) -> bool {
        self.missed > 0.0 && beta_reg(self.missed, self.announced + 1.0, 1.0 - RECALL) < RISK
    }

    /// Trials in all that would prove it if these misses were the only ones.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of trials between nought and a million"
    )]
    fn needed(self) -> u32 {
        let (mut few, mut enough) = (0_u32, 1_000_000_u32);
        while enough - few > 1 {
            let middle = u32::midpoint(few, enough);
            let record = Self {
                announced: f64::from(middle) - self.missed,
                missed: self.missed,
            };
            if record.announced > 0.0 && record.proves() {
                enough = middle;
            } else {
                few = middle;
            }
        }
        enough.max(self.total().ceil().min(1e6) as u32)
    }
}

/// The records of all signals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trust {
    // In order, so that sums are the same at each run.
    records: BTreeMap<(ClinicId, Level), Record>,
    vendors: BTreeMap<ClinicId, String>,
}

/// What bears on one signal.
#[derive(Debug, Clone, Copy)]
struct Bearing {
    own: Record,
    /// Other clinics of the vendor.
    siblings: Record,
    /// Clinics of other vendors.
    city: Record,
}

impl Bearing {
    fn vendor(&self) -> Record {
        self.own.and(self.siblings)
    }

    fn standing(&self) -> Standing {
        let own_is_fine = self.own.missed <= 0.0 || self.own.with_help(self.siblings).proves();
        if self.own.proves() || own_is_fine && self.vendor().with_help(self.city).proves() {
            Standing::Proven
        } else if !own_is_fine || self.vendor().disproves() {
            // A miss of a sibling's alone refutes nobody else: what is unproven is looked at
            // underneath anyway. Many do.
            Standing::Refuted
        } else {
            Standing::Unproven
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of trials, not negative; a cast stops at the largest"
    )]
    fn evidence(&self) -> Evidence {
        let record = if self.own.proves() {
            self.own
        } else if self.own.missed > 0.0 {
            self.own.with_help(self.siblings)
        } else {
            self.vendor().with_help(self.city)
        };
        Evidence {
            standing: self.standing(),
            trials: record.total().floor() as u32,
            needed: record.needed(),
            bound: record.bound(),
        }
    }
}

impl Trust {
    /// What was kept. Rows that cannot be are left out.
    pub fn from_rows(rows: impl IntoIterator<Item = Row>) -> Self {
        let sound = |share: f64| share.is_finite() && share >= 0.0;
        let records = rows
            .into_iter()
            .filter(|row| sound(row.announced) && sound(row.missed))
            .map(|row| {
                let record = Record {
                    announced: row.announced,
                    missed: row.missed,
                };
                ((row.clinic, row.level), record.at_most(MEMORY))
            })
            .collect();
        Self {
            records,
            vendors: BTreeMap::new(),
        }
    }

    /// What to keep.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.records
            .iter()
            .map(|((clinic, level), record)| row(clinic, *level, *record))
    }

    /// What to keep of one signal.
    pub fn row(&self, clinic: &ClinicId, level: Level) -> Row {
        row(clinic, level, self.own(clinic, level))
    }

    /// Whose system a clinic runs; an empty name is nobody's, and the clinic stands alone.
    pub fn set_vendor(&mut self, clinic: &ClinicId, vendor: &str) {
        if vendor.is_empty() {
            self.vendors.remove(clinic);
        } else {
            self.vendors.insert(clinic.clone(), vendor.to_owned());
        }
    }

    /// One trial more.
    pub fn record(&mut self, clinic: &ClinicId, level: Level, trial: Trial) {
        let weight = trial.weight();
        let record = self.records.entry((clinic.clone(), level)).or_default();
        let before = record.at_most(MEMORY - weight);
        *record = match trial {
            Trial::Announced => Record {
                announced: before.announced + weight,
                ..before
            },
            Trial::Missed { .. } => Record {
                missed: before.missed + weight,
                ..before
            },
        };
    }

    /// May these rows be relied on?
    pub fn standing(&self, clinic: &ClinicId, level: Level) -> Standing {
        self.bearing(clinic, &self.sums(level)).standing()
    }

    /// May the rows of these clinics and of their lists be relied on? In their order; all cost
    /// little more than one.
    pub fn standings<'a>(
        &self,
        clinics: impl Iterator<Item = &'a ClinicId>,
    ) -> impl Iterator<Item = (Standing, Standing)> {
        let (rows, lists) = (self.sums(Level::Clinic), self.sums(Level::Specialty));
        clinics.map(move |clinic| {
            let rows = self.bearing(clinic, &rows).standing();
            (rows, self.bearing(clinic, &lists).standing())
        })
    }

    /// What is known of a clinic's signals.
    pub fn summary(&self, clinic: &ClinicId) -> Summary {
        let evidence = |level| self.bearing(clinic, &self.sums(level)).evidence();
        Summary {
            clinic: evidence(Level::Clinic),
            specialty: evidence(Level::Specialty),
        }
    }

    fn own(&self, clinic: &ClinicId, level: Level) -> Record {
        let key = (clinic.clone(), level);
        self.records.get(&key).copied().unwrap_or_default()
    }

    /// What all clinics say of the rows of a level.
    fn sums(&self, level: Level) -> Sums<'_> {
        let mut sums = Sums {
            level,
            city: Record::default(),
            vendors: BTreeMap::new(),
        };
        for ((clinic, at), record) in &self.records {
            if *at != level {
                continue;
            }
            sums.city = sums.city.and(*record);
            if let Some(vendor) = self.vendors.get(clinic) {
                let sum = sums.vendors.entry(vendor).or_default();
                *sum = sum.and(*record);
            }
        }
        sums
    }

    fn bearing(&self, clinic: &ClinicId, sums: &Sums<'_>) -> Bearing {
        let own = self.own(clinic, sums.level);
        let vendor = self.vendors.get(clinic);
        let vendor = vendor.and_then(|vendor| sums.vendors.get(vendor.as_str()));
        let vendor = vendor.copied().unwrap_or(own);
        Bearing {
            own,
            siblings: vendor.without(own),
            city: sums.city.without(vendor),
        }
    }
}

/// All trials of one level, and those of each vendor's clinics.
struct Sums<'a> {
    level: Level,
    city: Record,
    vendors: BTreeMap<&'a str, Record>,
}

fn row(clinic: &ClinicId, level: Level, record: Record) -> Row {
    Row {
        clinic: clinic.clone(),
        level,
        announced: record.announced,
        missed: record.missed,
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::StdRng};

    use super::*;

    /// A miss that stands for no others.
    const MISS: Trial = Trial::Missed {
        gap: Duration::ZERO,
    };

    fn id(clinic: u32) -> ClinicId {
        ClinicId(clinic.to_string())
    }

    fn announced(trust: &mut Trust, clinic: u32, times: u32) {
        for _ in 0..times {
            trust.record(&id(clinic), Level::Clinic, Trial::Announced);
        }
    }

    #[test]
    fn the_others_are_all_but_oneself_and_judged_together_as_one_by_one() {
        let mut trust = Trust::default();
        for (clinic, vendor) in [(1, "a"), (2, "a"), (3, "b"), (4, "")] {
            trust.set_vendor(&id(clinic), vendor);
            announced(&mut trust, clinic, clinic * 100);
        }
        trust.record(&id(1), Level::Clinic, MISS);
        let bearing = |clinic| trust.bearing(&id(clinic), &trust.sums(Level::Clinic));
        let first = bearing(1);
        assert!(first.siblings.missed <= 0.0, "the only miss is its own");
        assert!((first.siblings.announced - 200.0).abs() < 1e-9);
        assert!((first.city.announced - 700.0).abs() < 1e-9);
        assert!(first.own.missed > 0.5);
        assert!((bearing(2).siblings.missed - first.own.missed).abs() < 1e-9);
        let alone = bearing(4);
        assert_eq!(alone.siblings, Record::default());
        assert!((alone.city.announced - 600.0).abs() < 1e-9);
        let clinics = [1, 2, 3, 4, 5].map(id);
        let standing = |level| clinics.iter().map(move |clinic| (clinic, level));
        let of = |(clinic, level)| trust.standing(clinic, level);
        let each = standing(Level::Clinic)
            .map(of)
            .zip(standing(Level::Specialty).map(of));
        assert!(trust.standings(clinics.iter()).eq(each));
    }

    fn standing(trust: &Trust, clinic: u32) -> Standing {
        trust.standing(&id(clinic), Level::Clinic)
    }

    #[test]
    fn two_hundred_and_ninety_nine_announced_and_none_missed_prove_a_signal() {
        let mut trust = Trust::default();
        assert_eq!(standing(&trust, 1), Standing::Unproven);
        announced(&mut trust, 1, 298);
        assert_eq!(standing(&trust, 1), Standing::Unproven);
        announced(&mut trust, 1, 1);
        assert_eq!(standing(&trust, 1), Standing::Proven);
        assert_eq!(
            trust.standing(&id(1), Level::Specialty),
            Standing::Unproven,
            "the lists are another signal"
        );
    }

    #[test]
    fn one_miss_refutes_until_four_hundred_and_seventy_three_trials() {
        let mut trust = Trust::default();
        announced(&mut trust, 1, 299);
        trust.record(&id(1), Level::Clinic, MISS);
        assert_eq!(standing(&trust, 1), Standing::Refuted);
        announced(&mut trust, 1, 171);
        assert_eq!(standing(&trust, 1), Standing::Refuted);
        announced(&mut trust, 1, 2);
        assert_eq!(standing(&trust, 1), Standing::Proven, "it climbs by itself");
    }

    #[test]
    fn the_bound_is_clopper_and_pearsons() {
        let bound = |announced, missed| Record { announced, missed }.bound();
        // All of n announced: the n-th root of 5 %.
        assert!((bound(299.0, 0.0) - 0.05_f64.powf(1.0 / 299.0)).abs() < 1e-9);
        // Binomial: 95 of 100 announced, from tables.
        assert!((bound(95.0, 5.0) - 0.8977).abs() < 1e-4);
        assert!(bound(0.0, 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_was_long_ago_weighs_less() {
        let mut trust = Trust::default();
        announced(&mut trust, 1, 100_000);
        for _ in 0..20 {
            trust.record(&id(1), Level::Clinic, MISS);
        }
        assert_eq!(
            standing(&trust, 1),
            Standing::Refuted,
            "a hundred thousand good trials are no shield"
        );
        announced(&mut trust, 1, 5_000);
        assert_eq!(standing(&trust, 1), Standing::Proven);
        let kept = trust.row(&id(1), Level::Clinic);
        assert!((kept.announced + kept.missed - MEMORY).abs() < 1e-6);
        assert!(kept.missed < 1.0);
    }

    #[test]
    fn a_miss_stands_for_those_that_were_gone_before_anybody_looked() {
        let weight = |minutes| {
            let gap = Duration::from_mins(minutes);
            Trial::Missed { gap }.weight()
        };
        assert!((weight(0) - 1.0).abs() < 1e-3);
        assert!((weight(15) - 1.28).abs() < 0.01);
        assert!(weight(60) > 2.0);
        assert!(
            (weight(10_000) - weight(120)).abs() < 1e-9,
            "a night's sleep is no evidence"
        );
    }

    #[test]
    fn a_liar_that_announces_nine_of_ten_is_hardly_ever_believed() {
        let clinic = id(1);
        let mut believed = 0;
        for seed in 0..10_000 {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut trust = Trust::default();
            let mut misses = 0;
            // Ten misses among fewer than a thousand trials cannot be a proof.
            while misses < 10 {
                let told = rng.random_bool(0.9);
                misses += u32::from(!told);
                let trial = if told { Trial::Announced } else { MISS };
                trust.record(&clinic, Level::Clinic, trial);
                if trust.standing(&clinic, Level::Clinic) == Standing::Proven {
                    believed += 1;
                    break;
                }
            }
        }
        assert!(believed <= 100, "{believed} of 10 000");
    }

    #[test]
    fn a_small_clinic_is_believed_for_its_honest_vendors_sake() {
        let mut trust = Trust::default();
        for clinic in 1..=10 {
            trust.set_vendor(&id(clinic), "Самсон");
            announced(&mut trust, clinic, 30);
        }
        assert_eq!(standing(&trust, 1), Standing::Proven);
        trust.set_vendor(&id(11), "Самсон");
        assert_eq!(
            standing(&trust, 11),
            Standing::Proven,
            "even without trials"
        );
        trust.record(&id(11), Level::Clinic, MISS);
        assert_eq!(
            standing(&trust, 11),
            Standing::Refuted,
            "its own record counts"
        );
        assert_eq!(
            standing(&trust, 1),
            Standing::Unproven,
            "one miss of a sibling's makes the others be looked at underneath, no more"
        );
    }

    #[test]
    fn an_honest_city_halves_the_way_and_no_more() {
        let mut trust = Trust::default();
        for clinic in 1..=10 {
            trust.set_vendor(&id(clinic), "Самсон");
            announced(&mut trust, clinic, 1_000);
        }
        trust.set_vendor(&id(11), "Ариадна");
        announced(&mut trust, 11, 148);
        assert_eq!(standing(&trust, 11), Standing::Unproven);
        announced(&mut trust, 11, 1);
        assert_eq!(standing(&trust, 11), Standing::Proven);
    }

    #[test]
    fn a_lying_vendor_is_not_saved_by_an_honest_city_nor_harmed_by_it() {
        let mut trust = Trust::default();
        for clinic in 1..=10 {
            trust.set_vendor(&id(clinic), "Самсон");
            announced(&mut trust, clinic, 1_000);
        }
        for clinic in 11..=13 {
            trust.set_vendor(&id(clinic), "Ариадна");
            announced(&mut trust, clinic, 20);
            trust.record(&id(clinic), Level::Clinic, MISS);
        }
        trust.set_vendor(&id(14), "Ариадна");
        for clinic in 11..=14 {
            assert_eq!(standing(&trust, clinic), Standing::Refuted, "{clinic}");
        }
        for clinic in 1..=10 {
            assert_eq!(standing(&trust, clinic), Standing::Proven, "{clinic}");
        }
        let mut alone = Trust::default();
        trust.set_vendor(&id(15), "Медиалог");
        announced(&mut trust, 15, 299);
        announced(&mut alone, 15, 299);
        assert_eq!(standing(&trust, 15), standing(&alone, 15));
    }

    #[test]
    fn clinics_of_no_known_vendor_stand_alone() {
        let mut trust = Trust::default();
        trust.set_vendor(&id(1), "");
        trust.set_vendor(&id(2), "");
        for _ in 0..5 {
            trust.record(&id(1), Level::Clinic, MISS);
        }
        assert_eq!(standing(&trust, 2), Standing::Unproven);
    }

    #[test]
    fn people_are_told_how_far_it_is() {
        let mut trust = Trust::default();
        announced(&mut trust, 1, 120);
        let evidence = trust.summary(&id(1)).clinic;
        assert_eq!((evidence.trials, evidence.needed), (120, 299));
        trust.record(&id(1), Level::Clinic, MISS);
        let evidence = trust.summary(&id(1)).clinic;
        assert_eq!((evidence.trials, evidence.needed), (121, 473));
        assert_eq!(trust.summary(&id(2)).specialty.trials, 0);
    }

    #[test]
    fn the_worse_of_both_signals_decides_what_people_are_told() {
        let mut trust = Trust::default();
        let clinic = id(1);
        let state = |trust: &Trust| trust.summary(&id(1)).state();
        let (seen, needed) = (0, 300);
        assert_eq!(state(&trust), TrustState::Checking { seen, needed });
        announced(&mut trust, 1, 299);
        assert_eq!(
            state(&trust),
            TrustState::Checking { seen, needed },
            "the lists of doctors are not known yet"
        );
        for _ in 0..299 {
            trust.record(&clinic, Level::Specialty, Trial::Announced);
        }
        assert_eq!(state(&trust), TrustState::Trusted);
        trust.record(&clinic, Level::Clinic, MISS);
        assert_eq!(state(&trust), TrustState::Lists);
        trust.record(&clinic, Level::Specialty, MISS);
        assert_eq!(state(&trust), TrustState::Slots);
    }

    #[test]
    fn what_is_kept_comes_back() {
        let mut trust = Trust::default();
        announced(&mut trust, 1, 20);
        trust.record(&id(2), Level::Specialty, MISS);
        assert_eq!(Trust::from_rows(trust.rows()), trust);
        let nonsense = Row {
            clinic: id(3),
            level: Level::Clinic,
            announced: f64::NAN,
            missed: -1.0,
        };
        assert_eq!(Trust::from_rows([nonsense]), Trust::default());
    }
}

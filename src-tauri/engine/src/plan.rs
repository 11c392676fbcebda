//! Which resources answer which watches. Pure.
//!
//! N watches on one resource cost one request; which resource it is says
//! [`schedule::targets`](crate::schedule::targets).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::model::{ClinicId, DoctorChoice, DoctorId, SpecialtyId, Watch, WatchId};

/// The doctors that some watch of a specialty wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// These.
    Only(BTreeSet<DoctorId>),
    /// All but these.
    Except(BTreeSet<DoctorId>),
}

impl Wanted {
    /// Does some watch want this doctor?
    pub(crate) fn includes(&self, doctor: &DoctorId) -> bool {
        match self {
            Self::Only(doctors) => doctors.contains(doctor),
            Self::Except(doctors) => !doctors.contains(doctor),
        }
    }

    fn of(choice: &DoctorChoice) -> Self {
        let ids = |doctors: &[crate::model::DoctorRef]| {
            doctors.iter().map(|doctor| doctor.id.clone()).collect()
        };
        match choice {
            DoctorChoice::Any => Self::Except(BTreeSet::new()),
            DoctorChoice::Only { doctors } => Self::Only(ids(doctors)),
            DoctorChoice::Except { doctors } => Self::Except(ids(doctors)),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(mut a), Self::Only(b)) => {
                a.extend(b);
                Self::Only(a)
            }
            (Self::Except(a), Self::Except(b)) => {
                Self::Except(a.intersection(&b).cloned().collect())
            }
            (Self::Except(a), Self::Only(b)) | (Self::Only(b), Self::Except(a)) => {
                Self::Except(a.difference(&b).cloned().collect())
            }
        }
    }
}

/// A watched specialty of a clinic.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    /// The doctors to follow.
    pub wanted: Wanted,
    /// Who wants them.
    pub watches: Vec<WatchId>,
    /// What their waiting weighs, all together.
    pub weight: f32,
}

/// What is watched in one clinic.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ClinicPlan {
    /// By specialty.
    pub pairs: BTreeMap<SpecialtyId, Pair>,
}

impl ClinicPlan {
    /// What these (active) watches want of a clinic on this day.
    pub(crate) fn of<'a>(
        clinic: &ClinicId,
        watches: impl IntoIterator<Item = &'a Watch>,
        today: NaiveDate,
    ) -> Self {
        let mut plan = Self::default();
        for watch in watches {
            let weight = urgency(watch, today);
            let places = watch.draft.places.iter();
            for place in places.filter(|place| place.clinic_id == *clinic) {
                let wanted = Wanted::of(&place.doctors);
                if let Some(pair) = plan.pairs.get_mut(&place.specialty_id) {
                    let before = std::mem::replace(&mut pair.wanted, Wanted::Only(BTreeSet::new()));
                    pair.wanted = before.or(wanted);
                    pair.watches.push(watch.id);
                    pair.weight += weight;
                } else {
                    let pair = Pair {
                        wanted,
                        watches: vec![watch.id],
                        weight,
                    };
                    plan.pairs.insert(place.specialty_id.clone(), pair);
                }
            }
        }
        plan
    }
}

/// What waiting for a watch weighs: 1, more where few chances are left: a last day that is near,
/// few weekdays that suit.
fn urgency(watch: &Watch, today: NaiveDate) -> f32 {
    let wish = &watch.draft.wish;
    let last = [watch.draft.until, wish.not_after]
        .into_iter()
        .flatten()
        .min();
    let left = last.map(|last| (last - today).num_days());
    let soon = match left {
        Some(..=2) => 2.0,
        Some(3..=6) => 1.5,
        Some(_) | None => 1.0,
    };
    let every = wish.ranges.iter().any(|range| range.days.is_empty());
    let days: BTreeSet<_> = wish.ranges.iter().flat_map(|range| &range.days).collect();
    if !every && (1..=2).contains(&days.len()) {
        soon * 1.25
    } else {
        soon
    }
}

/// Everything watched, by clinic.
pub(crate) type Plan = BTreeMap<ClinicId, ClinicPlan>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activity, Day, DoctorRef, Place, TimeRange, TimeWish, WatchDraft};

    fn watch(id: u32, clinic: &str, specialty: &str, doctors: DoctorChoice) -> Watch {
        Watch {
            id: WatchId(id),
            created_at: chrono::DateTime::UNIX_EPOCH,
            draft: WatchDraft {
                places: vec![Place {
                    clinic_id: clinic.into(),
                    clinic_name: String::new(),
                    specialty_id: specialty.into(),
                    specialty_name: String::new(),
                    fer_id: None,
                    doctors,
                }],
                wish: TimeWish::default(),
                nickname: String::new(),
                ..WatchDraft::default()
            },
            activity: Activity::On,
        }
    }

    fn refs(ids: &[&str]) -> Vec<DoctorRef> {
        ids.iter()
            .map(|&id| DoctorRef {
                id: id.into(),
                name: String::new(),
            })
            .collect()
    }

    fn only(ids: &[&str]) -> DoctorChoice {
        DoctorChoice::Only { doctors: refs(ids) }
    }

    fn except(ids: &[&str]) -> DoctorChoice {
        DoctorChoice::Except { doctors: refs(ids) }
    }

    #[test]
    fn who_has_few_chances_left_waits_with_more_weight() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let weighs = |watch: &Watch, weight: f32| {
            assert!((urgency(watch, today) - weight).abs() < 1e-6, "{weight}");
        };
        let mut anybody = watch(1, "1", "a", DoctorChoice::Any);
        weighs(&anybody, 1.0);
        anybody.draft.until = NaiveDate::from_ymd_opt(2026, 11, 27);
        weighs(&anybody, 1.5);
        anybody.draft.wish.not_after = NaiveDate::from_ymd_opt(2026, 11, 24);
        weighs(&anybody, 2.0);
        anybody.draft.wish.ranges = vec![TimeRange {
            days: vec![Day::Mon],
            from: None,
            to: None,
        }];
        weighs(&anybody, 2.5);
        let any_day = TimeRange {
            days: Vec::new(),
            from: None,
            to: None,
        };
        anybody.draft.wish.ranges.push(any_day);
        weighs(&anybody, 2.0);
    }

    #[test]
    fn wants_join_as_sets_do() {
        let wanted = |choices: &[DoctorChoice]| {
            choices
                .iter()
                .map(Wanted::of)
                .reduce(Wanted::or)
                .expect("at least one")
        };
        let cases = [
            (vec![only(&["a"]), only(&["b"])], vec!["a", "b"], vec!["c"]),
            (
                vec![except(&["a", "b"]), except(&["b", "c"])],
                vec!["a", "c", "z"],
                vec!["b"],
            ),
            (
                vec![except(&["a", "b"]), only(&["a"])],
                vec!["a", "z"],
                vec!["b"],
            ),
            (
                vec![only(&["a"]), DoctorChoice::Any],
                vec!["a", "z"],
                vec![],
            ),
        ];
        for (choices, yes, no) in cases {
            let wanted = wanted(&choices);
            assert!(
                yes.iter().all(|&id| wanted.includes(&id.into())),
                "{choices:?}"
            );
            assert!(
                !no.iter().any(|&id| wanted.includes(&id.into())),
                "{choices:?}"
            );
        }
    }
}

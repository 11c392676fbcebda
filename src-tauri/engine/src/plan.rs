//! Which resources answer which watches. Pure.
//!
//! N watches on one resource cost one request. Of the levels that cover all
//! watches of a clinic with equally few requests, the surest is asked: one
//! doctor → their slots, one specialty → its doctors, else the clinic's
//! specialties; what changed there is followed down to the slots.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{ClinicId, DoctorChoice, DoctorId, Key, SpecialtyId, Watch, WatchId};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The doctors to follow.
    pub wanted: Wanted,
    /// Who wants them.
    pub watches: Vec<WatchId>,
}

/// What is watched in one clinic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ClinicPlan {
    /// By specialty.
    pub pairs: BTreeMap<SpecialtyId, Pair>,
}

impl ClinicPlan {
    /// What these (active) watches want of a clinic.
    pub(crate) fn of<'a>(clinic: &ClinicId, watches: impl IntoIterator<Item = &'a Watch>) -> Self {
        let mut plan = Self::default();
        for watch in watches {
            let places = watch.draft.places.iter();
            for place in places.filter(|place| place.clinic_id == *clinic) {
                let wanted = Wanted::of(&place.doctors);
                if let Some(pair) = plan.pairs.get_mut(&place.specialty_id) {
                    let before = std::mem::replace(&mut pair.wanted, Wanted::Only(BTreeSet::new()));
                    pair.wanted = before.or(wanted);
                    pair.watches.push(watch.id);
                } else {
                    let pair = Pair {
                        wanted,
                        watches: vec![watch.id],
                    };
                    plan.pairs.insert(place.specialty_id.clone(), pair);
                }
            }
        }
        plan
    }

    /// The resource to look at regularly.
    pub(crate) fn key(&self, clinic: &ClinicId) -> Key {
        let clinic_id = clinic.clone();
        let mut pairs = self.pairs.iter();
        match (pairs.next(), pairs.next()) {
            (Some((specialty_id, pair)), None) => match &pair.wanted {
                Wanted::Only(doctors) if doctors.len() == 1 => doctors.first().map_or_else(
                    || Key::Clinic {
                        clinic_id: clinic.clone(),
                    },
                    |doctor| Key::Doctor {
                        clinic_id: clinic.clone(),
                        doctor_id: doctor.clone(),
                    },
                ),
                Wanted::Only(_) | Wanted::Except(_) => Key::Specialty {
                    clinic_id,
                    specialty_id: specialty_id.clone(),
                },
            },
            (None | Some(_), _) => Key::Clinic { clinic_id },
        }
    }
}

/// Everything watched, by clinic.
pub(crate) type Plan = HashMap<ClinicId, ClinicPlan>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activity, DoctorRef, Place, TimeWish, WatchDraft};

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

    fn key_for(watches: &[Watch]) -> Key {
        let clinic: ClinicId = "1".into();
        ClinicPlan::of(&clinic, watches).key(&clinic)
    }

    #[test]
    fn one_doctor_is_asked_for_slots_one_specialty_for_doctors_more_for_the_clinic() {
        let one = watch(1, "1", "a", only(&["x"]));
        let same = watch(2, "1", "a", only(&["x"]));
        let another = watch(3, "1", "a", only(&["y"]));
        let elsewhere = watch(4, "1", "b", only(&["z"]));
        assert_eq!(
            key_for(&[one.clone(), same]),
            Key::Doctor {
                clinic_id: "1".into(),
                doctor_id: "x".into()
            }
        );
        assert_eq!(
            key_for(&[one.clone(), another]),
            Key::Specialty {
                clinic_id: "1".into(),
                specialty_id: "a".into()
            }
        );
        assert_eq!(
            key_for(&[watch(5, "1", "a", DoctorChoice::Any)]),
            Key::Specialty {
                clinic_id: "1".into(),
                specialty_id: "a".into()
            }
        );
        assert_eq!(
            key_for(&[one, elsewhere]),
            Key::Clinic {
                clinic_id: "1".into()
            }
        );
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

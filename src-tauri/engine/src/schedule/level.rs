//! Which resource answers for what is watched in a clinic: the level rule.

use std::collections::BTreeMap;

use super::Target;
use crate::{
    model::{ClinicId, DoctorId, Key, SpecialtyId},
    trust::Standing,
};

/// A watched specialty of a clinic.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Which.
    pub specialty: SpecialtyId,
    /// How much waiting for it weighs, all watches together.
    pub weight: f32,
    /// Nobody but these is wanted: known before any list was read.
    pub only: Option<Vec<DoctorId>>,
    /// The wanted doctors of the last list.
    pub listed: Vec<DoctorId>,
}

/// The resources to look at regularly, from the cheapest that can be relied on: the clinic's
/// specialties answer for all, a list for its doctors, the slots for themselves. `clinic` and
/// `list`: what the counts of the clinic and of its lists are worth.
///
/// One specialty needs no clinic, one doctor no list: what costs one request anyway is asked where
/// it is surest.
pub fn targets(
    id: &ClinicId,
    wishes: &[Wish],
    clinic: Standing,
    list: Standing,
) -> BTreeMap<Key, Target> {
    let target = |wishes: &[Wish], part: f32| Target {
        clinic: id.clone(),
        places: wishes
            .iter()
            .map(|wish| (wish.specialty.clone(), wish.weight / part))
            .collect(),
    };
    if wishes.len() > 1 && clinic != Standing::Refuted {
        let clinic_id = id.clone();
        return BTreeMap::from([(Key::Clinic { clinic_id }, target(wishes, 1.0))]);
    }
    let mut targets = BTreeMap::new();
    for wish in wishes {
        let doctors = wish.only.as_ref().unwrap_or(&wish.listed);
        let one = wish.only.is_some() && doctors.len() == 1;
        if one || list == Standing::Refuted && !doctors.is_empty() {
            let part = doctors.len() as f32;
            for doctor in doctors {
                let key = Key::Doctor {
                    clinic_id: id.clone(),
                    doctor_id: doctor.clone(),
                };
                let mine = target(std::slice::from_ref(wish), part);
                // Of two specialties, one doctor is looked at for both.
                targets
                    .entry(key)
                    .and_modify(|known: &mut Target| known.places.extend(mine.places.clone()))
                    .or_insert(mine);
            }
        } else {
            let key = Key::Specialty {
                clinic_id: id.clone(),
                specialty_id: wish.specialty.clone(),
            };
            targets.insert(key, target(std::slice::from_ref(wish), 1.0));
        }
    }
    targets
}

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
            #[expect(clippy::cast_precision_loss, reason = "a handful of doctors")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Proven, Refuted, Unproven};

    fn wish(specialty: &str, only: Option<&[&str]>, listed: &[&str]) -> Wish {
        let ids = |ids: &[&str]| ids.iter().map(|&id| id.into()).collect();
        Wish {
            specialty: specialty.into(),
            weight: 2.0,
            only: only.map(ids),
            listed: ids(listed),
        }
    }

    fn keys(wishes: &[Wish], clinic: Standing, list: Standing) -> Vec<String> {
        let targets = targets(&"1".into(), wishes, clinic, list);
        targets
            .keys()
            .map(|key| match key {
                Key::Clinic { .. } => "clinic".to_owned(),
                Key::Specialty { specialty_id, .. } => format!("list {specialty_id}"),
                Key::Doctor { doctor_id, .. } => format!("slots {doctor_id}"),
            })
            .collect()
    }

    #[test]
    fn one_doctor_is_asked_for_slots_one_specialty_for_doctors_more_for_the_clinic() {
        let one = wish("a", Some(&["x"]), &["x", "y"]);
        let two = wish("a", Some(&["x", "y"]), &["x", "y"]);
        let any = wish("b", None, &["z"]);
        for standing in [Proven, Unproven] {
            assert_eq!(
                keys(std::slice::from_ref(&one), standing, standing),
                ["slots x"]
            );
            assert_eq!(
                keys(std::slice::from_ref(&two), standing, standing),
                ["list a"]
            );
            assert_eq!(
                keys(std::slice::from_ref(&any), standing, standing),
                ["list b"]
            );
            assert_eq!(
                keys(&[one.clone(), any.clone()], standing, standing),
                ["clinic"]
            );
        }
    }

    #[test]
    fn counts_that_lie_are_not_asked() {
        let wishes = [
            wish("a", Some(&["x"]), &[]),
            wish("b", None, &["y", "z"]),
            wish("c", None, &[]),
        ];
        assert_eq!(
            keys(&wishes, Refuted, Unproven),
            ["list b", "list c", "slots x"]
        );
        // Of a list nobody has read the doctors are not known yet.
        assert_eq!(
            keys(&wishes, Refuted, Refuted),
            ["list c", "slots x", "slots y", "slots z"]
        );
        assert_eq!(keys(&wishes[1..2], Proven, Refuted), ["slots y", "slots z"]);
    }

    #[test]
    fn what_waiting_weighs_is_shared_among_the_resources_that_answer_for_it() {
        let shared = [
            wish("a", None, &["x", "y"]),
            wish("b", Some(&["x"]), &["x"]),
        ];
        let targets = targets(&"1".into(), &shared, Refuted, Refuted);
        let total: f32 = targets
            .values()
            .flat_map(|target| &target.places)
            .map(|(_, weight)| weight)
            .sum();
        assert!((total - 4.0).abs() < 1e-6, "{total}");
        assert_eq!(
            targets.len(),
            2,
            "one doctor of two specialties is looked at once"
        );
    }
}

//! For which watches today's looks were made. Pure.

use std::collections::HashMap;

use crate::model::{
    ClinicId, DoctorChoice, DoctorId, Key, Place, SpecialtyId, Watch, WatchId, WatchRequests,
};

/// Shares each look evenly between the watches it serves: those that are on, else those that
/// rest (they were on when it was made). `looked`: how often each resource was looked at;
/// `listed`: the specialties that list a doctor. Gives the largest part first, and the sum of
/// looks that served anybody.
pub(crate) fn by_watch<'a>(
    looked: &[(Key, u32)],
    watches: impl IntoIterator<Item = (&'a Watch, bool)>,
    listed: impl Fn(&ClinicId, &DoctorId) -> Vec<SpecialtyId>,
) -> (Vec<WatchRequests>, u32) {
    let mut wanting: HashMap<&ClinicId, Vec<Wanting<'a>>> = HashMap::new();
    for (watch, on) in watches {
        for place in &watch.draft.places {
            let id = watch.id;
            let here = wanting.entry(&place.clinic_id).or_default();
            here.push(Wanting { id, place, on });
        }
    }
    let mut rows: HashMap<WatchId, Row> = HashMap::new();
    let mut useful = 0;
    for (key, looks) in looked {
        let here = wanting.get(key.clinic_id()).map_or(&[][..], Vec::as_slice);
        let specialties = match key {
            Key::Clinic { .. } => Vec::new(),
            Key::Specialty { specialty_id, .. } => vec![specialty_id.clone()],
            Key::Doctor {
                clinic_id,
                doctor_id,
            } => listed(clinic_id, doctor_id),
        };
        let served: Vec<&Wanting<'_>> = here
            .iter()
            .filter(|wanting| wanting.is_served_by(key, &specialties))
            .collect();
        let any_on = served.iter().any(|wanting| wanting.on);
        let mut ids: Vec<WatchId> = served
            .into_iter()
            .filter(|wanting| wanting.on == any_on)
            .map(|wanting| wanting.id)
            .collect();
        // Two places of one watch stand side by side.
        ids.dedup();
        let Ok(sharers) = u32::try_from(ids.len()) else {
            continue;
        };
        useful += if ids.is_empty() { 0 } else { *looks };
        for id in ids {
            let row = rows.entry(id).or_default();
            row.looks += looks;
            row.part += f64::from(*looks) / f64::from(sharers);
            row.shared_with = row.shared_with.max(sharers - 1);
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by(|(a, x), (b, y)| y.part.total_cmp(&x.part).then(a.cmp(b)));
    let rows = rows.into_iter().map(|(watch_id, row)| WatchRequests {
        watch_id,
        looks: row.looks,
        part: row.rounded(),
        shared_with: row.shared_with,
    });
    (rows.collect(), useful)
}

struct Wanting<'a> {
    id: WatchId,
    place: &'a Place,
    on: bool,
}

impl Wanting<'_> {
    fn is_served_by(&self, key: &Key, specialties: &[SpecialtyId]) -> bool {
        let listed = || specialties.contains(&self.place.specialty_id);
        match key {
            Key::Clinic { .. } => true,
            Key::Specialty { .. } => listed(),
            Key::Doctor { doctor_id, .. } => {
                self.place.doctors.includes(doctor_id)
                    && (matches!(self.place.doctors, DoctorChoice::Only { .. }) || listed())
            }
        }
    }
}

#[derive(Default)]
struct Row {
    looks: u32,
    part: f64,
    shared_with: u32,
}

impl Row {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of `looks`"
    )]
    fn rounded(&self) -> u32 {
        self.part.round() as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Activity, DoctorRef, TimeWish, WatchDraft};

    fn watch(id: u32, places: &[(&str, &str, DoctorChoice)]) -> Watch {
        let places = places.iter().map(|(clinic, specialty, doctors)| Place {
            clinic_id: (*clinic).into(),
            clinic_name: String::new(),
            specialty_id: (*specialty).into(),
            specialty_name: String::new(),
            fer_id: None,
            doctors: doctors.clone(),
        });
        Watch {
            id: WatchId(id),
            created_at: chrono::DateTime::UNIX_EPOCH,
            draft: WatchDraft {
                places: places.collect(),
                wish: TimeWish::default(),
                nickname: String::new(),
                ..WatchDraft::default()
            },
            activity: Activity::On,
        }
    }

    fn only(id: &str) -> DoctorChoice {
        DoctorChoice::Only {
            doctors: vec![DoctorRef {
                id: id.into(),
                name: String::new(),
            }],
        }
    }

    fn clinic(clinic: &str) -> Key {
        Key::Clinic {
            clinic_id: clinic.into(),
        }
    }

    fn specialty(clinic: &str, specialty: &str) -> Key {
        Key::Specialty {
            clinic_id: clinic.into(),
            specialty_id: specialty.into(),
        }
    }

    fn doctor(clinic: &str, doctor: &str) -> Key {
        Key::Doctor {
            clinic_id: clinic.into(),
            doctor_id: doctor.into(),
        }
    }

    /// Doctors are named after the specialty that lists them.
    fn listed(_: &ClinicId, doctor: &DoctorId) -> Vec<SpecialtyId> {
        vec![doctor.as_str()[..1].into()]
    }

    fn row(watch: u32, looks: u32, part: u32, shared_with: u32) -> WatchRequests {
        WatchRequests {
            watch_id: WatchId(watch),
            looks,
            part,
            shared_with,
        }
    }

    #[test]
    fn a_look_is_shared_by_those_it_serves() {
        let watches = [
            watch(1, &[("30", "A", DoctorChoice::Any)]),
            watch(
                2,
                &[("30", "A", only("A7")), ("30", "B", DoctorChoice::Any)],
            ),
            watch(3, &[("31", "A", DoctorChoice::Any)]),
        ];
        let looked = [
            (clinic("30"), 100),
            (specialty("30", "A"), 10),
            (doctor("30", "A7"), 4),
            (doctor("30", "A8"), 3),
            (doctor("30", "B1"), 2),
            (clinic("99"), 5),
        ];
        let (rows, useful) = by_watch(&looked, watches.iter().map(|it| (it, true)), listed);
        // 50 + 5 + 2 + 2 of the second, 50 + 5 + 2 + 3 of the first.
        assert_eq!(rows, [row(1, 117, 60, 1), row(2, 116, 59, 1)]);
        assert_eq!(useful, 119);
    }

    #[test]
    fn what_rests_has_a_part_of_what_nobody_else_wants() {
        let watches = [
            watch(1, &[("30", "A", DoctorChoice::Any)]),
            watch(2, &[("30", "B", DoctorChoice::Any)]),
        ];
        let looked = [(clinic("30"), 10), (specialty("30", "B"), 4)];
        let with_rest = watches.iter().map(|it| (it, it.id == WatchId(1)));
        let (rows, _) = by_watch(&looked, with_rest, listed);
        assert_eq!(rows, [row(1, 10, 10, 0), row(2, 4, 4, 0)]);
    }

    proptest! {
        /// However many watches share however many looks, the parts are the looks.
        #[test]
        fn parts_add_up(
            wants in prop::collection::vec((0_u8..4, 0_u8..3, any::<bool>()), 1..60),
            looks in prop::collection::vec((0_u8..4, 0_u8..3, 1_u32..300), 0..12),
        ) {
            let letter = |number: u8| ["A", "B", "C"][usize::from(number)];
            let watches: Vec<_> = wants.iter().zip(1..).map(|(&(at, of, named), id)| {
                let choice = if named { only(&format!("{}1", letter(of))) } else { DoctorChoice::Any };
                watch(id, &[(&at.to_string(), letter(of), choice)])
            }).collect();
            let looked: Vec<_> = looks.iter().map(|&(at, of, looks)| {
                (doctor(&at.to_string(), &format!("{}1", letter(of))), looks)
            }).collect();
            let (rows, useful) = by_watch(&looked, watches.iter().map(|it| (it, true)), listed);
            let parts: u32 = rows.iter().map(|row| row.part).sum();
            let count = u32::try_from(rows.len()).unwrap();
            prop_assert!(parts.abs_diff(useful) <= count.div_ceil(2), "{parts} of {useful}");
        }
    }
}

//! Whom what is found concerns, and what they are told of it.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::Board;
use crate::{
    delivery::{Channel, Ladders},
    gorzdrav::link,
    model::{ClinicId, DoctorChoice, DoctorId, SpecialtyId, WatchId},
    store::{Awake, Coverage, Newcomer, Site},
};

impl Board {
    /// The watches that may be told of now: those that are there, unless they rest or everything does.
    pub(crate) fn awake(&mut self, now: DateTime<Utc>) -> Awake {
        if self.is_paused(now) {
            return Awake::default();
        }
        self.watches.settle(now);
        self.watches.awake()
    }

    /// A watch to which this list of doctors is new. It waits since a person made or changed it, or
    /// since the database forgot what it was shown.
    pub(crate) fn newcomer(
        &self,
        watch: WatchId,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        now: DateTime<Utc>,
    ) -> Newcomer {
        let known = self.watches.get(watch);
        let mut places = known.into_iter().flat_map(|watch| &watch.draft.places);
        let asked = self.asked_at.get(&watch).copied();
        let made = known.map(|watch| watch.created_at);
        let mended = self.mended_at.filter(|mended| *mended <= now);
        let since = asked.or(made).max(mended);
        Newcomer {
            watch,
            since: since.map_or(now, |since| since.min(now)),
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
                facts.belongs_to(specialty, doctor)
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

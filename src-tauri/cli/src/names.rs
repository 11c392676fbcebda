//! Names of what is watched, by id, without asking the service.

use std::collections::HashMap;

use engine::{
    EngineError,
    model::{Alert, ClinicId, DoctorChoice, DoctorId, SpecialtyId, WatchView},
};

use crate::session::Session;

/// Alerts that are looked through for names.
const ALERTS: u32 = 1_000;

/// Names by id.
#[derive(Debug, Default)]
pub(crate) struct Names {
    clinics: HashMap<ClinicId, String>,
    specialties: HashMap<(ClinicId, SpecialtyId), String>,
    doctors: HashMap<(ClinicId, DoctorId), String>,
}

impl Names {
    /// The names that watches, their slots and past alerts hold.
    pub(crate) async fn gather(session: &Session) -> Result<Self, EngineError> {
        let mut names = Self::default();
        for alert in session.engine.inbox(ALERTS).await? {
            names.take_alert(alert);
        }
        for view in session.engine.watches().await? {
            names.take_watch(view);
        }
        Ok(names)
    }

    fn take_alert(&mut self, alert: Alert) {
        for slot in alert.slots {
            self.doctors
                .insert((alert.clinic_id.clone(), slot.doctor_id), slot.doctor);
        }
    }

    fn take_watch(&mut self, view: WatchView) {
        for slot in view.slots.iter().chain(view.others.iter()) {
            self.doctors.insert(
                (slot.clinic_id.clone(), slot.doctor_id.clone()),
                slot.doctor.clone(),
            );
        }
        for place in view.watch.draft.places {
            if let DoctorChoice::Only { doctors } | DoctorChoice::Except { doctors } = place.doctors
            {
                for doctor in doctors {
                    self.doctors
                        .insert((place.clinic_id.clone(), doctor.id), doctor.name);
                }
            }
            self.specialties.insert(
                (place.clinic_id.clone(), place.specialty_id),
                place.specialty_name,
            );
            self.clinics.insert(place.clinic_id, place.clinic_name);
        }
    }

    /// A doctor whose name was learned elsewhere.
    pub(crate) fn learn_doctor(&mut self, clinic: ClinicId, doctor: DoctorId, name: String) {
        self.doctors.entry((clinic, doctor)).or_insert(name);
    }

    /// The clinic's name, or its id.
    pub(crate) fn clinic(&self, id: &ClinicId) -> String {
        self.clinics
            .get(id)
            .map_or_else(|| id.to_string(), Clone::clone)
    }

    /// The specialty's name, or its id.
    pub(crate) fn specialty(&self, clinic: &ClinicId, id: &SpecialtyId) -> String {
        self.specialties
            .get(&(clinic.clone(), id.clone()))
            .map_or_else(|| id.to_string(), Clone::clone)
    }

    /// Is the doctor's name known?
    pub(crate) fn knows_doctor(&self, clinic: &ClinicId, id: &DoctorId) -> bool {
        self.doctors.contains_key(&(clinic.clone(), id.clone()))
    }

    /// The doctor's name, or their id.
    pub(crate) fn doctor(&self, clinic: &ClinicId, id: &DoctorId) -> String {
        self.doctors
            .get(&(clinic.clone(), id.clone()))
            .map_or_else(|| id.to_string(), Clone::clone)
    }
}

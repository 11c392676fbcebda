//! What can be chosen: districts, clinics, specialties, doctors, slots.

use std::sync::Arc;

use crate::{
    error::{EngineError, Problem},
    gorzdrav::link,
    model::{
        Clinic, ClinicHits, ClinicId, Dated, District, DistrictId, Doctor, DoctorChoice, DoctorId,
        DoctorRef, LinkTarget, Place, Slot, Specialty, SpecialtyId, WatchDraft, WorkDay,
    },
};

use super::{Engine, Result};

impl Engine {
    /// All districts; readable offline.
    pub async fn districts(&self) -> Result<Dated<Vec<District>>> {
        Ok(self.catalog.districts().await?.as_ref().clone())
    }

    /// All clinics, or those of a district; readable offline.
    pub async fn clinics(&self, district: Option<DistrictId>) -> Result<Dated<Vec<Clinic>>> {
        let all = self.catalog.clinics().await?;
        let value = all
            .value
            .iter()
            .filter(|clinic| {
                district
                    .as_ref()
                    .is_none_or(|district| clinic.district_id == *district)
            })
            .cloned()
            .collect();
        Ok(Dated {
            value,
            checked_at: all.checked_at,
        })
    }

    /// One clinic.
    pub async fn clinic(&self, id: ClinicId) -> Result<Clinic> {
        self.catalog.clinic(&id).await
    }

    /// Clinics by number, name, street or district, best first.
    pub async fn search_clinics(
        &self,
        text: &str,
        district: Option<DistrictId>,
        limit: u32,
    ) -> Result<ClinicHits> {
        self.catalog.search(text, district.as_ref(), limit).await
    }

    /// The specialties of a clinic; none when it offers nothing online.
    pub async fn specialties(&self, clinic: ClinicId) -> Result<Dated<Vec<Specialty>>> {
        Ok(self.catalog.specialties(clinic).await?.as_ref().clone())
    }

    /// The doctors of a specialty.
    pub async fn doctors(
        &self,
        clinic: ClinicId,
        specialty: SpecialtyId,
    ) -> Result<Dated<Vec<Doctor>>> {
        Ok(self
            .catalog
            .doctors(clinic, specialty)
            .await?
            .as_ref()
            .clone())
    }

    /// The free slots of a doctor, soonest first.
    pub async fn slots(&self, clinic: ClinicId, doctor: DoctorId) -> Result<Dated<Vec<Slot>>> {
        Ok(self.catalog.slots(clinic, doctor).await?.as_ref().clone())
    }

    /// The working days of a doctor.
    pub async fn timetable(
        &self,
        clinic: ClinicId,
        doctor: DoctorId,
    ) -> Result<Dated<Vec<WorkDay>>> {
        Ok(self
            .catalog
            .timetable(clinic, doctor)
            .await?
            .as_ref()
            .clone())
    }

    /// What a pasted link of the booking site points at.
    pub fn read_link(&self, text: &str) -> Result<LinkTarget> {
        link::parse(text).map_err(|error| EngineError::BadLink(Arc::new(error)))
    }

    /// A draft of what a pasted link points at, with names. The link must reach a specialty.
    pub async fn draft_from_link(&self, text: &str) -> Result<WatchDraft> {
        let target = self.read_link(text)?;
        let (Some(clinic_id), Some(specialty_id)) = (target.clinic_id, target.specialty_id) else {
            return Err(EngineError::Invalid(vec![Problem::NoPlace]));
        };
        let place = self
            .place(
                clinic_id,
                specialty_id,
                target.doctor_id.into_iter().collect(),
            )
            .await?;
        Ok(WatchDraft {
            places: vec![place],
            ..WatchDraft::default()
        })
    }

    /// A place by its ids, with the names the lists give. No doctors: any.
    pub async fn place(
        &self,
        clinic_id: ClinicId,
        specialty_id: SpecialtyId,
        doctors: Vec<DoctorId>,
    ) -> Result<Place> {
        let clinic = self.clinic(clinic_id.clone()).await?;
        let specialties = self.specialties(clinic_id.clone()).await?;
        let specialty = specialties
            .value
            .into_iter()
            .find(|row| row.id == specialty_id)
            .ok_or(EngineError::NotFound("specialty"))?;
        let doctors = if doctors.is_empty() {
            DoctorChoice::Any
        } else {
            let rows = self
                .doctors(clinic_id.clone(), specialty_id.clone())
                .await?
                .value;
            let named = doctors.into_iter().map(|id| {
                // A doctor may be off the list today and back tomorrow.
                let name = rows
                    .iter()
                    .find(|row| row.id == id)
                    .map_or_else(|| id.to_string(), |row| row.name.clone());
                DoctorRef { id, name }
            });
            DoctorChoice::Only {
                doctors: named.collect(),
            }
        };
        Ok(Place {
            clinic_id,
            clinic_name: clinic.name,
            specialty_id,
            specialty_name: specialty.name,
            fer_id: specialty.fer_id,
            doctors,
        })
    }
}

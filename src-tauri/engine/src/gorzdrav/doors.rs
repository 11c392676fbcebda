//! The answers of the appointment API, read without asking for them.

use super::{Answer, ApiError, wire};
use crate::model::{Clinic, District, Doctor, Slot, Specialty, WorkDay};

/// The districts.
pub fn districts(body: &[u8]) -> Result<Answer<District>, ApiError> {
    wire::list::<wire::DistrictRow>(body)
}

/// A list of clinics.
pub fn clinics(body: &[u8]) -> Result<Answer<Clinic>, ApiError> {
    wire::list::<wire::ClinicRow>(body)
}

/// One clinic.
pub fn clinic(body: &[u8]) -> Result<Clinic, ApiError> {
    wire::clinic(body)
}

/// The specialties of a clinic.
pub fn specialties(body: &[u8]) -> Result<Answer<Specialty>, ApiError> {
    wire::list::<wire::SpecialtyRow>(body)
}

/// The doctors of a specialty.
pub fn doctors(body: &[u8]) -> Result<Answer<Doctor>, ApiError> {
    wire::list::<wire::DoctorRow>(body)
}

/// The free slots of a doctor.
pub fn slots(body: &[u8]) -> Result<Answer<Slot>, ApiError> {
    wire::slots(body)
}

/// The working days of a doctor.
pub fn timetable(body: &[u8]) -> Result<Answer<WorkDay>, ApiError> {
    wire::timetable(body)
}

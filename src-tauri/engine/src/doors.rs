//! What strangers' bytes meet first, for the targets in `fuzz/`: no part of the product.
//!
//! The doors stand in the rooms whose inside they show; here are those of rooms that have one
//! function to show, and the names of all.

use chrono::{DateTime, TimeDelta, Utc};

pub use crate::{
    gorzdrav::doors::{clinic, clinics, districts, doctors, slots, specialties, timetable},
    telegram::doors::{Overheard, updates},
};
use crate::{
    history::{Fate, Sighting, Told, sheet},
    model::{
        Activity, ClinicId, DoctorChoice, DoctorId, Language, Place, Slot, SpecialtyId, Watch,
        WatchDraft, WatchId,
    },
    store::Opening,
    text::Words,
};

/// The table of one opening with these names.
pub fn table(clinic: &str, doctor: &str, room: &str, at: DateTime<Utc>) -> Vec<u8> {
    let place = Place {
        clinic_id: ClinicId("1".to_owned()),
        clinic_name: clinic.to_owned(),
        specialty_id: SpecialtyId("2".to_owned()),
        specialty_name: String::new(),
        fer_id: None,
        doctors: DoctorChoice::Any,
    };
    let watch = Watch {
        id: WatchId(1),
        created_at: at,
        draft: WatchDraft {
            places: vec![place],
            ..WatchDraft::default()
        },
        activity: Activity::On,
    };
    let opening = Opening {
        clinic_id: ClinicId("1".to_owned()),
        doctor_id: DoctorId("3".to_owned()),
        doctor: doctor.to_owned(),
        slot: Slot {
            start: at + TimeDelta::days(1),
            end: None,
            room: Some(room.to_owned()),
            address: None,
        },
        first_seen: at,
        last_seen: at,
        gone_at: None,
    };
    let told = Told {
        opening,
        sighting: Sighting::Appeared,
        fate: Fate::Free,
    };
    sheet(&watch, &[told], Words::new(Language::Ru))
}

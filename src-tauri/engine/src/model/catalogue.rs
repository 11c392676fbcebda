//! The four steps of a choice (district, clinic, specialty, doctor) and slots.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
        pub struct $name(pub String);

        impl $name {
            /// The id as the source spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

text_ids! {
    /// One of the 18 districts.
    DistrictId
    /// A clinic, unique in the city.
    ClinicId
    /// A specialty, unique inside its clinic only.
    SpecialtyId
    /// A doctor, unique inside their clinic only. Compared byte by byte: Latin and Cyrillic look-alikes differ.
    DoctorId
}

/// Longer than any id that was ever seen, bytes.
const LONGEST_ID: usize = 200;

/// Could this be an id? Nothing that cannot be asked for, kept or written on a line of its own.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ID && !text.contains(char::is_control)
}

/// A district of the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct District {
    /// Its id.
    pub id: DistrictId,
    /// «Невский».
    pub name: String,
}

/// A medical organisation that can be booked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Clinic {
    /// Its id.
    pub id: ClinicId,
    /// Short name, tidied: «ГП № 27».
    pub name: String,
    /// Full official name.
    pub full_name: String,
    /// The district it stands in.
    pub district_id: DistrictId,
    /// The district's name.
    pub district_name: String,
    /// Kind in the source's words: «Поликлиника взрослая»; an open set.
    pub kind: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Phones as free text.
    pub phone: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Degrees north; missing for about a quarter of the clinics.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Branches of one institution share it.
    pub institution: Option<String>,
    /// The vendor of its booking system; ids and dates differ by it.
    pub vendor: String,
}

/// A date as a list row gives it: midnight there means "that day", not 00:00.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum RowDate {
    /// Some time on this day (Moscow).
    Day {
        /// The day.
        day: NaiveDate,
    },
    /// This moment.
    Moment {
        /// The moment.
        at: DateTime<Utc>,
    },
}

/// What a list row says about its slots: a hint, never the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Slots the public can book.
    pub free: u32,
    /// All slots, quotas of others included.
    pub tickets: u32,
    /// Earliest date (the source may swap the two; these are in order).
    pub first: Option<RowDate>,
    /// Latest date.
    pub last: Option<RowDate>,
}

/// A specialty of one clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Specialty {
    /// Unique inside the clinic.
    pub id: SpecialtyId,
    /// The federal code that groups spellings of one specialty; `None` for "", "0" and null.
    pub fer_id: Option<String>,
    /// As the source spells it, white space tidied.
    pub name: String,
    /// Its slots, as a hint.
    pub counts: Counts,
}

/// A doctor (or a room, or a service) of one clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Doctor {
    /// Unique inside the clinic.
    pub id: DoctorId,
    /// A person's name in normal case with what was mixed into it moved to `note`;
    /// never empty (the id stands in for a missing name).
    pub name: String,
    /// Leave dates, room, area: plain text, from the name and the comment.
    pub note: Option<String>,
    /// Catchment area as free text.
    pub area: Option<String>,
    /// Their slots, as a hint.
    pub counts: Counts,
}

/// A free, bookable time with one doctor. Its identity is (clinic, doctor, start).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    /// When it starts.
    pub start: DateTime<Utc>,
    /// When it ends, if told.
    pub end: Option<DateTime<Utc>>,
    /// «435».
    pub room: Option<String>,
    /// Where, if it differs from the clinic's address.
    pub address: Option<String>,
}

/// A day of a doctor's timetable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WorkDay {
    /// Office hours begin.
    pub start: Option<DateTime<Utc>>,
    /// Office hours end.
    pub end: Option<DateTime<Utc>>,
    /// The clinic lets people book this day.
    pub bookable: bool,
    /// Why it is closed.
    pub deny_cause: Option<String>,
    /// Free slots that day.
    pub slots: Vec<Slot>,
}

/// A list together with the moment the source last gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Dated<T> {
    /// The list.
    pub value: T,
    /// When the source gave it.
    pub checked_at: DateTime<Utc>,
}

/// Clinics that match what was typed, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicHits {
    /// The best ones, at most the limit asked for.
    pub clinics: Vec<Clinic>,
    /// How many match in all.
    pub total: u32,
    /// What was really searched, when the text was typed in the wrong keyboard layout.
    pub read_as: Option<String>,
}

/// What a pasted link points at; empty when it is the site's, with nothing chosen yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinkTarget {
    /// The district, if the link names one.
    pub district_id: Option<DistrictId>,
    /// The clinic, if the link reaches that deep.
    pub clinic_id: Option<ClinicId>,
    /// The specialty, if the link reaches that deep.
    pub specialty_id: Option<SpecialtyId>,
    /// The doctor, if the link reaches that deep.
    pub doctor_id: Option<DoctorId>,
}

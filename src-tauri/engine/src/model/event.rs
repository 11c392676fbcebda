//! What changed: events say what, the listener asks again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{AlertId, ClinicId, DoctorId, SpecialtyId};

/// How a look ended. Only `Fresh` and `Empty` are knowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The source answered with something.
    Fresh,
    /// The source answered that there is nothing (codes 37, 38, 39).
    Empty,
    /// The clinic or the service failed.
    Unavailable,
    /// Refused: VPN, 403, 429.
    Blocked,
    /// No network.
    Offline,
}

impl Outcome {
    /// Does it tell anything about slots?
    pub fn is_knowledge(self) -> bool {
        match self {
            Self::Fresh | Self::Empty => true,
            Self::Unavailable | Self::Blocked | Self::Offline => false,
        }
    }
}

/// A resource that is asked once for all watches on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(
    tag = "level",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Key {
    /// The specialties of a clinic: counts, a hint.
    Clinic {
        /// The clinic.
        clinic_id: ClinicId,
    },
    /// The doctors of a specialty: counts, a hint.
    Specialty {
        /// The clinic.
        clinic_id: ClinicId,
        /// The specialty.
        specialty_id: SpecialtyId,
    },
    /// The slots of a doctor: the truth.
    Doctor {
        /// The clinic.
        clinic_id: ClinicId,
        /// The doctor.
        doctor_id: DoctorId,
    },
}

impl Key {
    /// The clinic it belongs to.
    pub fn clinic_id(&self) -> &ClinicId {
        match self {
            Self::Clinic { clinic_id }
            | Self::Specialty { clinic_id, .. }
            | Self::Doctor { clinic_id, .. } => clinic_id,
        }
    }
}

/// One look, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// What was looked at.
    #[serde(flatten)]
    pub key: Key,
    /// When the answer came.
    pub at: DateTime<Utc>,
    /// How it ended.
    pub outcome: Outcome,
    /// The source's code, when it gave one.
    pub code: Option<i32>,
    /// Slots that appeared (doctor level only).
    pub appeared: u32,
    /// Slots that vanished (doctor level only).
    pub vanished: u32,
    /// How long the answer took, milliseconds.
    pub elapsed_ms: u32,
}

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// A look ended.
    Looked {
        /// The look.
        look: Look,
    },
    /// Watches, their states or their slots changed.
    WatchesChanged,
    /// An alert was raised, changed or answered.
    AlertChanged {
        /// Which.
        alert_id: AlertId,
    },
    /// The status line changed: pause, network, service.
    StatusChanged,
    /// Districts or clinics were refreshed.
    CatalogueChanged,
    /// Settings changed.
    SettingsChanged,
    /// A way to tell changed: set up, linked, failing, working again.
    ChannelsChanged,
}

//! What the program has asked of the service, and for whom.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ClinicId, WatchId};

/// The requests of today (Moscow) against the budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// Requests since midnight, of all kinds and over restarts.
    pub today: u32,
    /// Requests that a day takes on average.
    pub budget_per_day: u32,
    /// Requests in the last 60 minutes, over restarts.
    pub last_hour: u32,
    /// Requests that an hour takes on average.
    pub budget_per_hour: u32,
    /// Today's looks by clinic, the most first.
    pub clinics: Vec<ClinicRequests>,
    /// Today's requests that were no look: lists to choose from, slots a person looked through.
    pub beside_clinics: u32,
    /// Today's looks by the watches that are there now, the largest part first.
    pub watches: Vec<WatchRequests>,
    /// Today's requests that fall to no watch that is there now.
    pub beside_watches: u32,
}

/// Looks at one clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicRequests {
    /// The clinic.
    pub clinic_id: ClinicId,
    /// Its name, if it is known.
    pub name: Option<String>,
    /// Looks today.
    pub requests: u32,
}

/// Looks that served one watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchRequests {
    /// The watch.
    pub watch_id: WatchId,
    /// Looks that served it.
    pub looks: u32,
    /// Its part of them, each look shared evenly between the watches it served; rounded.
    pub part: u32,
    /// The most other watches that one of these looks served.
    pub shared_with: u32,
}

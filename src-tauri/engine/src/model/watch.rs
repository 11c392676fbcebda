//! A watch: a patient's standing wish, and what is known about it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ClinicId, DoctorId, ReleaseClock, Slot, SpecialtyId, Tell, TimeWish};

/// A watch's id in this database.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
pub struct WatchId(pub u32);

/// The watch that stands for the trial of all channels: no row of the table has this number.
pub const TRIAL: WatchId = WatchId(0);

impl std::fmt::Display for WatchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A doctor as the watch remembers them: the name finds them again if ids change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRef {
    /// Unique inside the clinic.
    pub id: DoctorId,
    /// As shown when chosen.
    pub name: String,
}

/// Which doctors of the specialty will do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum DoctorChoice {
    /// Whoever it is.
    Any,
    /// One of these; never empty.
    Only {
        /// The chosen ones.
        doctors: Vec<DoctorRef>,
    },
    /// Anyone but these; never empty.
    Except {
        /// The unwanted ones.
        doctors: Vec<DoctorRef>,
    },
}

impl DoctorChoice {
    /// Would this doctor do?
    pub fn includes(&self, doctor: &DoctorId) -> bool {
        match self {
            Self::Any => true,
            Self::Only { doctors } => doctors.iter().any(|chosen| chosen.id == *doctor),
            Self::Except { doctors } => doctors.iter().all(|unwanted| unwanted.id != *doctor),
        }
    }
}

/// One clinic, one specialty there, and the doctors that will do.
/// Names and the federal code are kept beside ids so that a place can be found again after ids change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The clinic.
    pub clinic_id: ClinicId,
    /// Its short name when chosen.
    pub clinic_name: String,
    /// The specialty there.
    pub specialty_id: SpecialtyId,
    /// Its name when chosen.
    pub specialty_name: String,
    /// Its federal code when chosen.
    pub fer_id: Option<String>,
    /// Who will do.
    pub doctors: DoctorChoice,
}

/// What a person fills in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchDraft {
    /// One clinic or several; 1 to 20.
    pub places: Vec<Place>,
    /// When it suits.
    #[serde(default)]
    pub wish: TimeWish,
    /// Whom it is for: «мама»; empty for oneself. At most 40 characters.
    #[serde(default)]
    pub nickname: String,
    /// Last day to keep watching.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// In which order the channels tell.
    #[serde(default)]
    pub tell: Tell,
}

/// Is the watch being looked after?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Activity {
    /// Yes.
    On,
    /// Not until then.
    PausedUntil {
        /// When checks go on.
        until: DateTime<Utc>,
    },
    /// Not until it is switched on.
    Off,
}

/// A standing wish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// Its id.
    pub id: WatchId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// What was asked for.
    #[serde(flatten)]
    pub draft: WatchDraft,
    /// On, paused or off.
    pub activity: Activity,
}

/// A free slot that a watch covers, with where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchSlot {
    /// Where.
    pub clinic_id: ClinicId,
    /// With whom.
    pub doctor_id: DoctorId,
    /// Their name.
    pub doctor: String,
    /// The time itself.
    pub slot: Slot,
    /// When this program first saw it.
    pub first_seen: DateTime<Utc>,
}

/// What to offer when a watch's ids are no longer in the clinic's lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rebinding {
    /// Which place of the watch (index into `places`).
    pub place: u32,
    /// The best match by federal code and name, ready to be put in the old one's stead.
    pub suggestion: Option<Place>,
}

/// The one state a watch shows, in the order of importance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum WatchState {
    /// Slots that suit are free now: see `slots`.
    Found,
    /// The last check was good and nothing suits.
    Waiting,
    /// Made a moment ago; the first check is not done.
    Unchecked,
    /// A new bookable day is listed, without free slots yet.
    Opened {
        /// The day.
        day: NaiveDate,
    },
    /// The clinic's own system fails.
    ClinicDown {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// The clinic offers nothing online (code 37).
    NoOnline {
        /// Where to call.
        phone: Option<String>,
    },
    /// Ids vanished: needs the person.
    Unbound {
        /// What to offer, one per lost place.
        lost: Vec<Rebinding>,
    },
    /// Most checks of all clinics fail.
    SiteDown,
    /// Connections refused or 403 for all.
    Blocked,
    /// 429, or the service asked to slow down.
    Slowed,
    /// No network.
    Offline,
    /// By the person, this watch or all; `None` until resumed.
    Paused {
        /// When checks go on.
        until: Option<DateTime<Utc>>,
    },
    /// The last wanted day has passed.
    Expired,
}

/// A watch with everything a card or a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WatchView {
    /// The wish.
    pub watch: Watch,
    /// The state to show.
    pub state: WatchState,
    /// No good look for three times the promised gap: an addition to any state.
    pub stale: bool,
    /// The last good look at everything it covers.
    pub checked_at: Option<DateTime<Utc>>,
    /// The next look.
    pub next_look_at: Option<DateTime<Utc>>,
    /// How often it is looked at now, seconds.
    pub gap_secs: Option<u32>,
    /// Free slots that suit, soonest first.
    pub slots: Arc<[WatchSlot]>,
    /// Free slots that do not suit the wish (or were refused), soonest first.
    pub others: Arc<[WatchSlot]>,
    /// Clinic addresses, in the order of `places`.
    pub addresses: Vec<Option<String>>,
    /// The page of the booking site for each place.
    pub links: Vec<String>,
    /// The doctor's next working day though nothing is open yet.
    pub next_work_day: Option<NaiveDate>,
    /// When slots usually appear, if that can be said.
    pub clock: Option<ReleaseClock>,
    /// Looks at its resources since midnight (Moscow).
    pub looks_today: u32,
}

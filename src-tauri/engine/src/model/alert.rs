//! An alert: what one watch has to say about openings, kept until handled.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ClinicId, DoctorId, WatchId};

/// An alert's id in this database.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
pub struct AlertId(pub u32);

impl std::fmt::Display for AlertId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an alert is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum AlertState {
    /// Waiting for an answer.
    Raised,
    /// «Позже»: told again then.
    Snoozed {
        /// When it is told again.
        until: DateTime<Utc>,
    },
    /// Read.
    Seen,
    /// The booking page was opened from it.
    Acted,
    /// «Не подходит»: its slots are hidden from the watch.
    Dismissed,
    /// Every slot of it is gone.
    Gone,
}

/// An answer to an alert, from any device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// Read.
    Seen,
    /// «Позже»: 15 minutes.
    Later,
    /// The booking page was opened.
    Acted,
    /// «Не подходит».
    Dismiss,
}

/// A slot as an alert tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AlertSlot {
    /// With whom.
    pub doctor_id: DoctorId,
    /// Their name.
    pub doctor: String,
    /// When.
    pub start: DateTime<Utc>,
    /// Until when.
    pub end: Option<DateTime<Utc>>,
    /// «435».
    pub room: Option<String>,
    /// When this program first saw it.
    pub first_seen: DateTime<Utc>,
    /// When it was first missing, if it is gone.
    pub gone_at: Option<DateTime<Utc>>,
}

/// How one channel did with one message of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// `desktop`, `telegram`, …
    pub channel: String,
    /// How far it got.
    pub state: DeliveryState,
    /// When it got there.
    pub at: DateTime<Utc>,
    /// Why it has not got there yet, or never will.
    pub why: Option<Untold>,
}

/// Why a channel was not told, or did not take what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Untold {
    /// The channel has been told every slot already.
    Told,
    /// The time of the slots has come.
    Started,
    /// The slots are gone.
    Gone,
    /// Slots that were gone are back.
    Returned,
    /// The person has answered.
    Answered,
    /// The person switched the channel off.
    Off,
    /// It waits for the end of the quiet hours.
    Quiet,
    /// The channel was not ready yet.
    Starting,
    /// There is nothing to take it: no notification server, a closed pipe.
    Absent,
    /// No answer in time.
    Silent,
    /// The channel refused it.
    Refused,
    /// An answer on the screen is waited for first.
    Ladder,
    /// The service or the way to it cannot be reached.
    Unreachable,
    /// The service takes no more for a while.
    Busy,
    /// The token, the login or the password is not accepted.
    Token,
    /// The chat or the address takes no messages: blocked, deleted, kicked.
    Blocked,
    /// Its secret is not at hand.
    Locked,
    /// Another program reads the bot's messages, or a web hook does.
    Conflict,
}

/// How far a delivery got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryState {
    /// Waiting for its turn or its next try.
    Due,
    /// A worker holds it.
    Leased,
    /// The channel took it.
    Sent,
    /// Its use was over before the channel took it.
    Expired,
    /// The channel will never take it.
    Dead,
}

/// What one watch has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The watch that says it.
    pub watch_id: WatchId,
    /// Whom it is for; empty for oneself.
    pub nickname: String,
    /// The clinic.
    pub clinic_id: ClinicId,
    /// Its short name.
    pub clinic: String,
    /// Its address.
    pub address: Option<String>,
    /// The specialty's name.
    pub specialty: String,
    /// The booking site's page.
    pub link: String,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// Where it is in its life.
    pub state: AlertState,
    /// Its slots, soonest first.
    pub slots: Vec<AlertSlot>,
    /// How each channel did.
    pub deliveries: Vec<Delivery>,
}

impl Alert {
    /// What is free now of this alert and of others of its watch, as one: it has the number of the
    /// newest and speaks of the place of the soonest slot. With nothing free, this alert as it is.
    #[must_use]
    pub fn joined(&self, others: &[Self], now: DateTime<Utc>) -> Self {
        let is_free = |slot: &&AlertSlot| slot.gone_at.is_none() && slot.start > now;
        let all = || std::iter::once(self).chain(others);
        let soonest = all()
            .filter_map(|alert| {
                let first = alert
                    .slots
                    .iter()
                    .filter(is_free)
                    .map(|slot| slot.start)
                    .min();
                Some((first?, alert))
            })
            .min_by_key(|(first, alert)| (*first, alert.id.0));
        let Some((_, soonest)) = soonest else {
            return self.clone();
        };
        let mut slots: Vec<AlertSlot> = all()
            .flat_map(|alert| &alert.slots)
            .filter(is_free)
            .cloned()
            .collect();
        slots.sort_by(|a, b| (a.start, a.doctor_id.as_str()).cmp(&(b.start, b.doctor_id.as_str())));
        slots.dedup_by(|a, b| (a.start, &a.doctor_id) == (b.start, &b.doctor_id));
        Self {
            id: all().map(|alert| alert.id).max().unwrap_or(self.id),
            slots,
            ..soonest.clone()
        }
    }

    /// When its last slot went, if all of them are gone.
    pub fn gone_at(&self) -> Option<DateTime<Utc>> {
        self.slots
            .iter()
            .map(|slot| slot.gone_at)
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .max()
    }
}

/// What a message to a channel is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MessageKind {
    /// Slots appeared.
    Appeared,
    /// They are still there and nobody has answered: the screen says it a second time.
    Again,
    /// All slots of the alert are gone.
    Gone,
}

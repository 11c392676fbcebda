//! The program itself: status, settings, self-check.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ClinicId, MailSettings, PushSettings, Quiet};

/// How the appointment service looks from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ServiceState {
    /// Nothing asked yet.
    Unknown,
    /// It answers.
    Fine,
    /// Most checks fail.
    Down,
    /// It refuses this address.
    Blocked,
    /// It asked to slow down.
    Slowed,
    /// No network.
    Offline,
    /// Somebody else answers in its place: a network that wants a login first, or an eavesdropper.
    Impostor,
    /// Its certificate has expired or is not valid yet; so it seems where the computer's date is wrong.
    BadCertificate,
}

/// All watches paused by the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// `None`: until resumed.
    pub until: Option<DateTime<Utc>>,
}

/// A time when nothing was checked because the computer slept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Sleep {
    /// Fell asleep.
    pub from: DateTime<Utc>,
    /// Woke up.
    pub to: DateTime<Utc>,
}

/// What the status line and the tray say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// How the service looks.
    pub service: ServiceState,
    /// Watches that are on.
    pub watching: u32,
    /// Free suitable slots of all watches.
    pub found: u32,
    /// Alerts without an answer.
    pub unanswered: u32,
    /// The last good look at anything.
    pub checked_at: Option<DateTime<Utc>>,
    /// The next look at anything.
    pub next_look_at: Option<DateTime<Utc>>,
    /// Paused by the person.
    pub pause: Option<Pause>,
    /// The end of the quiet hours, if notifications wait for it now.
    pub quiet_until: Option<DateTime<Utc>>,
    /// «Тихий режим» is on.
    pub hushed: bool,
    /// The oldest good look of the watches that have not been looked at for three times the
    /// promised gap.
    pub silent_since: Option<DateTime<Utc>>,
    /// The last sleep, if it ended in the last 24 hours.
    pub slept: Option<Sleep>,
    /// Requests since midnight (Moscow), of all kinds and over restarts.
    pub requests_today: u32,
    /// Requests in the last 60 minutes.
    pub requests_last_hour: u32,
    /// Requests that an hour takes on average.
    pub budget_per_hour: u32,
    /// Requests that a day takes on average.
    pub budget_per_day: u32,
    /// Nothing can be saved at the moment: all goes on in memory.
    pub unsaved: Option<Unsaved>,
    /// The database was damaged, if that was found in the last three days.
    pub restored: Option<Restored>,
    /// This is the simulated city.
    pub demo: bool,
}

/// A time when nothing can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Unsaved {
    /// Why.
    pub cause: UnsavedCause,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Why nothing can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum UnsavedCause {
    /// The disk is full.
    Full,
    /// The folder or the file may not be written.
    ReadOnly,
    /// Another program holds the file.
    Busy,
    /// The disk fails.
    Failing,
}

/// The database was damaged and put together again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// When.
    pub at: DateTime<Utc>,
    /// Of when the copy is that was taken; `None`: there was no good one.
    pub copy_of: Option<DateTime<Utc>>,
}

/// The language of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// High contrast.
    Contrast,
}

/// Size of text: root 18, 21 or 24 px.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum TextSize {
    /// 18 px.
    #[default]
    Normal,
    /// 21 px.
    Large,
    /// 24 px.
    Largest,
}

/// What a person has set. Unknown keys of a newer program are ignored, missing ones take the default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the settings page"
)]
pub struct Settings {
    /// Language; the first start takes the system's.
    pub language: Language,
    /// Colours.
    pub theme: Theme,
    /// Size of text.
    pub text_size: TextSize,
    /// «Крупно и просто»: the largest text, one column, nothing on the page of watches but them
    /// and three buttons.
    pub simple: bool,
    /// Nothing moves on the page, whatever the system wishes.
    pub reduce_motion: bool,
    /// Show system notifications.
    pub notifications: bool,
    /// With a sound.
    pub sound: bool,
    /// Say only «Есть талоны» in notifications.
    pub hide_details: bool,
    /// When notifications wait or make no sound.
    pub quiet: Quiet,
    /// «Тихий режим»: no sound anywhere until it is switched off.
    pub hushed: bool,
    /// Write to the linked Telegram chats.
    pub telegram: bool,
    /// An address of the Bot API other than Telegram's own.
    pub telegram_api: Option<String>,
    /// The person's mail server.
    pub mail: MailSettings,
    /// The push service.
    pub push: PushSettings,
    /// Start together with the computer.
    pub autostart: bool,
    /// The first run is finished or was left.
    pub welcomed: bool,
    /// «Окно закрыто, проверки продолжаются» was said once.
    pub close_hint_shown: bool,
    /// Requests that an hour takes on average, 30 to 720.
    pub budget_per_hour: u32,
    /// A doctor may be looked at each ten seconds for some minutes in which slots usually appear;
    /// the budget stays as it is.
    pub bursts: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::default(),
            theme: Theme::default(),
            text_size: TextSize::default(),
            simple: false,
            reduce_motion: false,
            notifications: true,
            sound: true,
            hide_details: false,
            quiet: Quiet::default(),
            hushed: false,
            telegram: true,
            telegram_api: None,
            mail: MailSettings::default(),
            push: PushSettings::default(),
            autostart: false,
            welcomed: false,
            close_hint_shown: false,
            budget_per_hour: 360,
            bursts: false,
        }
    }
}

/// One line of the self-check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was checked.
    pub subject: CheckSubject,
    /// How it ended.
    pub verdict: Verdict,
    /// A detail for the report, free of personal data.
    pub detail: Option<String>,
}

/// What the self-check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CheckSubject {
    /// Is there a network?
    Network,
    /// Does the booking site answer?
    Service,
    /// Does the computer's clock agree with the service's?
    Clock,
    /// Can the database be read and written?
    Database,
    /// Will system notifications be shown?
    Notifications,
    /// Is there a place for the tray icon?
    Tray,
    /// Does the program start with the computer?
    Autostart,
    /// Is there a safe place for tokens and passwords?
    KeyStore,
    /// Does Telegram take messages?
    Telegram,
    /// Does the mail server?
    Mail,
    /// Does the push service?
    Push,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// In order.
    Fine,
    /// Works, with a remark.
    Remark,
    /// Does not work.
    Broken,
}

/// What a watched clinic's counts are worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicTrust {
    /// Whose.
    pub clinic_id: ClinicId,
    /// The clinic's short name.
    pub clinic: String,
    /// How far they can be believed.
    pub state: TrustState,
}

/// How far a clinic's counts can be believed, and what is looked at therefore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum TrustState {
    /// They announce what is found: the clinic's summary is enough.
    Trusted,
    /// Not known yet: the summary is used, and the slots are looked at all the same each
    /// quarter of an hour.
    Checking {
        /// Times that count so far.
        seen: u32,
        /// Times that it takes, rounded up to tens.
        needed: u32,
    },
    /// The clinic's summary was wrong: its lists of doctors are looked at.
    Lists,
    /// The lists were wrong: each doctor's slots are looked at.
    Slots,
}

/// The computer's folders this program uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Folders {
    /// Watches, history, settings.
    pub data: String,
    /// What can be fetched again.
    pub cache: String,
    /// Logs.
    pub logs: String,
}

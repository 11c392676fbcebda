//! Watches and settings as one JSON file.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    error::Problem,
    model::{Activity, MailSettings, PushSettings, Settings, Watch, WatchDraft},
};

/// Files of a newer format are refused.
const VERSION: u32 = 1;
/// No honest file is larger, bytes.
const LARGEST: usize = 32 * 1024 * 1024;

/// What an exported file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// The name of the format.
    talonchik: u32,
    /// When it was written.
    exported_at: DateTime<Utc>,
    settings: Settings,
    watches: Vec<Saved>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Saved {
    #[serde(flatten)]
    draft: WatchDraft,
    activity: Activity,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// Watches added.
    pub watches: u32,
    /// Watches that were here already or make no sense any more.
    pub skipped: u32,
}

/// What an import of a file would do; nothing has been written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportPlan {
    /// The watches of the file, in its order.
    pub watches: Vec<ImportRow>,
    /// The settings of the file, which would replace those here.
    pub settings: Option<ImportSettings>,
}

/// Of a file's settings those that are not for its person alone to bear: how much the service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportSettings {
    /// Requests that an hour would take on average.
    pub budget_per_hour: u32,
    /// Short bursts would be allowed.
    pub bursts: bool,
}

impl From<&Settings> for ImportSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            budget_per_hour: settings.budget_per_hour,
            bursts: settings.bursts,
        }
    }
}

/// One watch of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportRow {
    /// What it asks for; `None` when it cannot be read.
    pub draft: Option<WatchDraft>,
    /// What would become of it.
    pub fate: ImportFate,
}

/// What an import does with a watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ImportFate {
    /// It is added.
    New,
    /// The same one is here, or earlier in the file.
    Known,
    /// It makes no sense, or none any more.
    Invalid {
        /// Why.
        problems: Vec<Problem>,
    },
    /// It cannot be read.
    Unreadable,
}

impl Backup {
    pub(crate) fn new(watches: Vec<Watch>, settings: Settings, now: DateTime<Utc>) -> Self {
        let watches = watches.into_iter().map(|watch| Saved {
            draft: watch.draft,
            activity: watch.activity,
        });
        Self {
            talonchik: VERSION,
            exported_at: now,
            // The ways to tell belong to this computer, with their secrets.
            settings: Settings {
                telegram_api: None,
                mail: MailSettings::default(),
                push: PushSettings::default(),
                ..settings
            },
            watches: watches.collect(),
        }
    }
}

/// What could be read from a file.
pub(crate) struct Contents {
    /// `None`: not readable.
    pub(crate) watches: Vec<Option<(WatchDraft, Activity)>>,
    pub(crate) settings: Option<Settings>,
}

/// Reads a file; one watch that makes no sense does not lose the others.
pub(crate) fn read(text: &str) -> Result<Contents, ()> {
    if text.len() > LARGEST {
        return Err(());
    }
    let file: serde_json::Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(drop)?;
    let version = file
        .get("talonchik")
        .and_then(serde_json::Value::as_u64)
        .ok_or(())?;
    if version > u64::from(VERSION) {
        return Err(());
    }
    let watches = file
        .get("watches")
        .and_then(serde_json::Value::as_array)
        .ok_or(())?;
    let watches = watches
        .iter()
        .map(|watch| Saved::deserialize(watch).ok())
        .map(|saved| saved.map(|saved| (saved.draft, saved.activity)))
        .collect();
    let settings = file
        .get("settings")
        .and_then(|settings| Settings::deserialize(settings).ok());
    Ok(Contents { watches, settings })
}

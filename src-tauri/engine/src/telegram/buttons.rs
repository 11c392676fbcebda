//! Buttons under messages. What one means stays here; Telegram keeps a random name.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::api::Button;
use crate::{
    model::{AlertId, Answer, ChatId, WatchDraft, WatchId},
    store::{Store, StoreError},
};

/// A button older than this does nothing.
const GOOD_FOR: TimeDelta = TimeDelta::days(2);

/// What a button means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Action {
    /// An answer to an alert.
    Answer {
        /// Which.
        alert: AlertId,
        /// What is answered.
        answer: Answer,
    },
    /// «Больше не ждать»: asks whether it is meant.
    AskRemove {
        /// Which watch.
        watch: WatchId,
    },
    /// «Да»: removes the watch.
    Remove {
        /// Which watch.
        watch: WatchId,
    },
    /// «Нет»: leaves everything as it is.
    Keep,
    /// Switches watches on or off.
    Switch {
        /// Which watch; `None`: all the chat hears of.
        watch: Option<WatchId>,
        /// On.
        on: bool,
    },
    /// Pauses everything; in a chat that does not hear of everything, what it hears of.
    Pause {
        /// For how long.
        length: PauseLength,
    },
    /// «Тихий режим».
    Hush {
        /// On.
        on: bool,
    },
    /// «Да»: unlinks the chat.
    Stop,
    /// «Ждать талон»: adds what a link pointed at.
    Add {
        /// What is to be watched.
        draft: Box<WatchDraft>,
    },
}

/// How long a pause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PauseLength {
    /// An hour.
    Hour,
    /// Until tomorrow at eight.
    Morning,
    /// Until it is ended.
    Open,
}

/// A button before it has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Planned {
    /// Opens a page.
    Link {
        /// What it says.
        title: String,
        /// The page.
        url: String,
    },
    /// Does something here.
    Act {
        /// What it says.
        title: String,
        /// What it does.
        action: Action,
    },
}

/// Names the buttons and keeps what they mean for two days.
pub(crate) async fn mint(
    store: &Store,
    chat: ChatId,
    planned: Vec<Vec<Planned>>,
    now: DateTime<Utc>,
) -> Result<Vec<Vec<Button>>, StoreError> {
    let mut kept = Vec::new();
    let mut named = |planned| match planned {
        Planned::Link { title, url } => Button::Link { title, url },
        Planned::Act { title, action } => {
            let data = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
            kept.push((data.clone(), action));
            Button::Press { title, data }
        }
    };
    let buttons = planned
        .into_iter()
        .map(|row| row.into_iter().map(&mut named).collect())
        .collect();
    if !kept.is_empty() {
        store.give_buttons(chat, kept, now, now + GOOD_FOR).await?;
    }
    Ok(buttons)
}

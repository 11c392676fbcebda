//! Ways to tell an alert besides the screen: Telegram, e-mail, ntfy, webhooks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{UnsavedCause, Untold, WatchId};
use crate::secrets::{KeyStore, StoreFailure};

/// In which order the channels tell of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Tell {
    /// The screen; the screen again after two minutes without an answer; then the others.
    #[default]
    Ladder,
    /// Everywhere at once.
    AtOnce,
}

/// The number of a chat in this database; Telegram's own is in no log.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
pub struct ChatId(pub u32);

impl std::fmt::Display for ChatId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The watches a chat hears of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum WatchChoice {
    /// All, those to come included.
    #[default]
    All,
    /// These.
    Only {
        /// May be none.
        watches: Vec<WatchId>,
    },
}

impl WatchChoice {
    /// Is this watch one of them?
    pub fn includes(&self, watch: WatchId) -> bool {
        match self {
            Self::All => true,
            Self::Only { watches } => watches.contains(&watch),
        }
    }
}

/// A Telegram chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// Its number here.
    pub id: ChatId,
    /// The person's name, or the group's.
    pub title: String,
    /// More than one person reads it; only who linked it commands.
    pub is_group: bool,
    /// What it hears of.
    pub watches: WatchChoice,
    /// How far it is.
    pub state: ChatState,
}

/// How far a chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChatState {
    /// It sent the right code and waits for «Подключить» in the program.
    Asking,
    /// It is told and may command.
    Linked,
    /// It was linked and takes no messages: blocked, deleted, kicked.
    Blocked,
}

/// How a way to tell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ChannelState {
    /// Not set up, or switched off.
    Off,
    /// Its secret is not at hand: the key store is locked or has lost it.
    Locked,
    /// It has not been used since the start.
    Ready,
    /// It took the last message, or answered the last question.
    Works {
        /// When.
        at: DateTime<Utc>,
    },
    /// It did not take the last message; it is tried again.
    Failing {
        /// Why.
        why: Untold,
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// Everything the settings page shows about Telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TelegramView {
    /// How it is.
    pub state: ChannelState,
    /// The bot's name without `@`, once its token was accepted.
    pub bot: Option<String>,
    /// Where bots are made: `https://t.me/BotFather` as a picture.
    pub maker: Qr,
    /// The chats, in the order they came.
    pub chats: Vec<Chat>,
    /// The code for a new chat, while it is valid.
    pub link: Option<ChatLink>,
    /// Is there a proxy of its own?
    pub proxy: bool,
    /// An address of the Bot API other than Telegram's.
    pub api_url: Option<String>,
    /// Messages that wait.
    pub undelivered: u32,
}

/// The way to link a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChatLink {
    /// `https://t.me/<bot>?start=<code>`.
    pub url: String,
    /// The same as a picture.
    pub qr: Qr,
    /// The code is good for ten minutes and for one chat.
    pub until: DateTime<Utc>,
}

/// A QR code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Qr {
    /// Modules along a side, the quiet zone of four included.
    pub size: u32,
    /// The dark modules as an SVG path, a module a unit.
    pub path: String,
}

/// How the connection to a mail server is secured. Without, nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MailSecurity {
    /// TLS from the first byte; usually port 465.
    #[default]
    Tls,
    /// STARTTLS, required; usually port 587.
    StartTls,
}

/// The person's own mail server. The password is kept with the secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct MailSettings {
    /// Send mail.
    pub on: bool,
    /// `smtp.yandex.ru`.
    pub server: String,
    /// 465, 587.
    pub port: u16,
    /// How it is secured.
    pub security: MailSecurity,
    /// The login; usually the address.
    pub login: String,
    /// The sender's address; empty: the login.
    pub from: String,
    /// Who is written to.
    pub to: String,
}

impl MailSettings {
    /// Does a password for one hold for the other?
    pub fn is_same_mailbox(&self, other: &Self) -> bool {
        (&self.server, &self.login) == (&other.server, &other.login)
    }
}

/// Everything the settings page shows about mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MailView {
    /// How it is.
    pub state: ChannelState,
    /// What was filled in.
    pub settings: MailSettings,
    /// Is a password kept?
    pub has_password: bool,
    /// Messages that wait.
    pub undelivered: u32,
}

/// What kind of push service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PushKind {
    /// ntfy, its own server or a private one.
    #[default]
    Ntfy,
    /// A POST of JSON to any address.
    Webhook,
}

/// A push service. Its address and token are kept with the secrets: who knows them can write.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct PushSettings {
    /// Send pushes.
    pub on: bool,
    /// How it wants them.
    pub kind: PushKind,
}

/// Everything the settings page shows about the push service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PushView {
    /// How it is.
    pub state: ChannelState,
    /// What was chosen.
    pub settings: PushSettings,
    /// The host of the address, if one is kept.
    pub host: Option<String>,
    /// Is a token kept?
    pub has_token: bool,
    /// Messages that wait.
    pub undelivered: u32,
}

/// Every way to tell besides the screen, and where their secrets are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Channels {
    /// Where secrets are kept.
    pub key_store: KeyStore,
    /// What is wrong with the system's key store, while nothing else is chosen.
    pub key_store_trouble: Option<StoreFailure>,
    /// Telegram.
    pub telegram: TelegramView,
    /// E-mail.
    pub mail: MailView,
    /// ntfy or a webhook.
    pub push: PushView,
}

/// How one channel did in the trial of all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Trial {
    /// `desktop`, `telegram/1`, `mail`, `push`.
    pub channel: String,
    /// The chat's title, where there are several.
    pub title: Option<String>,
    /// `None`: it took the message.
    pub why: Option<Untold>,
}

/// News of the program itself, told on every channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum News {
    /// For three times the promised gap nothing good was heard of some watches.
    Silence {
        /// The last good look.
        since: DateTime<Utc>,
        /// How many watches.
        watches: u32,
        /// What is in the way.
        cause: SilenceCause,
    },
    /// They are looked at again.
    Recovered {
        /// The silence began.
        since: DateTime<Utc>,
        /// And ended.
        until: DateTime<Utc>,
    },
    /// The quiet hours are over and something was lost in them.
    Morning {
        /// How many times there were slots.
        times: u32,
        /// Slots that are still free.
        left: u32,
    },
    /// A chat takes no messages any more.
    ChatLost {
        /// The person's name, or the group's.
        title: String,
    },
    /// The database was damaged and put together again.
    Restored {
        /// Of when the copy is that was taken; `None`: there was no good one.
        copy_of: Option<DateTime<Utc>>,
    },
    /// Nothing can be saved.
    Unsaved {
        /// Why.
        cause: UnsavedCause,
    },
}

/// Why a watch could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum SilenceCause {
    /// No network.
    Offline,
    /// The booking site does not answer.
    Site,
    /// The booking site refuses this address.
    Blocked,
    /// The clinic's own system fails.
    Clinic {
        /// Its short name.
        name: String,
    },
}

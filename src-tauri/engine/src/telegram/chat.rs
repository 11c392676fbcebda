//! A linked chat as a channel: one message an alert, edited as the alert changes.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::{
    api::{Api, Button, Refusal, Text},
    buttons::{self, Planned},
    limits::Limits,
    message,
};
use crate::{
    clock::Clock,
    delivery::{Channel, Message, Rung, Taken, TellError},
    model::{
        Alert, AlertId, AlertState, ChatId, ChatState, MessageKind, News, Settings, TRIAL, Untold,
        WatchChoice, WatchId,
    },
    store::{ChatRow, SettingName, Store, StoreError},
    text::{Words, notice::Manner},
};

/// What only the person can mend is tried again after this.
const MENDING: Duration = Duration::from_mins(15);

/// The name under which deliveries to a chat are kept.
pub(crate) fn channel_name(chat: ChatId) -> String {
    format!("telegram/{chat}")
}

/// What a chat has found out by writing.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// It takes no messages any more: said once, until it takes one again.
    Lost {
        /// Which.
        chat: ChatId,
        /// The person's name, or the group's. In no log.
        title: String,
    },
    /// It has moved to where this one was, which is no more.
    Replaced(ChatId),
}

/// What all chats of a bot share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Office {
    /// The bot.
    pub api: Api,
    /// Buttons, chats and settings; language and «Скрывать подробности» are read at each telling.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What Telegram takes.
    pub limits: Limits,
    /// Told of chats that are lost or replaced.
    pub found: mpsc::UnboundedSender<Found>,
    /// The simulated city: titles say so.
    pub demo: bool,
}

/// A linked chat.
pub(crate) struct ChatChannel {
    office: Office,
    id: ChatId,
    name: String,
    title: String,
    watches: WatchChoice,
    /// Telegram's number; a group that becomes a supergroup gets another.
    number: AtomicI64,
    is_lost: AtomicBool,
    notes: Mutex<Notes>,
}

/// What is to be done at a later call, since no two come within a second. A restart loses nothing
/// of worth: buttons that stay answer the same alert, a message that is missing is missed again.
#[derive(Default)]
struct Notes {
    /// Messages from before «Позже» whose buttons are still to be taken away.
    reminded: HashMap<AlertId, i64>,
    /// Messages somebody has deleted: the next telling is a new one.
    missing: HashSet<i64>,
}

/// How to word a message now.
struct Voice {
    words: Words,
    manner: Manner,
    now: DateTime<Utc>,
}

impl ChatChannel {
    /// The channel of this chat.
    pub(crate) fn new(office: Office, row: ChatRow) -> Self {
        Self {
            office,
            id: row.id,
            name: channel_name(row.id),
            title: row.title,
            watches: row.watches,
            number: AtomicI64::new(row.chat),
            is_lost: AtomicBool::new(row.state == ChatState::Blocked),
            notes: Mutex::default(),
        }
    }

    async fn voice(&self) -> Result<Voice, TellError> {
        let settings = self.office.store.setting(SettingName::Settings).await;
        let settings: Settings = settings
            .map_err(|error| unread(&error))?
            .unwrap_or_default();
        Ok(Voice {
            words: Words::new(settings.language),
            manner: Manner {
                hide_details: settings.hide_details,
                demo: self.office.demo,
            },
            now: self.office.clock.now(),
        })
    }

    async fn send(
        &self,
        text: &Text,
        planned: Vec<Vec<Planned>>,
        silent: bool,
    ) -> Result<i64, TellError> {
        self.may_write()?;
        let buttons = self.buttons(planned).await?;
        let api = &self.office.api;
        self.heard(
            self.moving(|number| api.send(number, text, &buttons, silent))
                .await,
        )
        .await
    }

    /// `false`: the message is gone.
    async fn edit(
        &self,
        message: i64,
        text: &Text,
        planned: Vec<Vec<Planned>>,
    ) -> Result<bool, TellError> {
        self.may_write()?;
        let buttons = self.buttons(planned).await?;
        let api = &self.office.api;
        let edited = self
            .moving(|number| api.edit(number, message, text, &buttons))
            .await;
        let there = match edited {
            Err(Refusal::MessageGone) => Ok(false),
            Ok(()) => Ok(true),
            Err(refusal) => Err(refusal),
        };
        self.heard(there).await
    }

    /// A call, and once more at the number the chat has moved to.
    async fn moving<T, Call>(&self, call: impl Fn(i64) -> Call) -> Result<T, Refusal>
    where
        Call: Future<Output = Result<T, Refusal>>,
    {
        match call(self.number.load(Ordering::SeqCst)).await {
            Err(Refusal::Migrated(to)) => {
                tracing::info!(chat = %self.id, "the chat has another number");
                self.number.store(to, Ordering::SeqCst);
                let now = self.office.clock.now();
                match self.office.store.move_chat(self.id, to, now).await {
                    Ok(None) => (),
                    Ok(Some(other)) => self.report(Found::Replaced(other)),
                    Err(error) => {
                        tracing::error!(chat = %self.id, %error, "the chat's new number was not kept");
                    }
                }
                call(to).await
            }
            answered => answered,
        }
    }

    /// What an answer means for the chat and for the message.
    async fn heard<T>(&self, answered: Result<T, Refusal>) -> Result<T, TellError> {
        match answered {
            Ok(_) if self.is_lost.swap(false, Ordering::SeqCst) => self.note_blocked(false).await,
            Err(Refusal::Blocked) if !self.is_lost.swap(true, Ordering::SeqCst) => {
                self.note_blocked(true).await;
                let (chat, title) = (self.id, self.title.clone());
                self.report(Found::Lost { chat, title });
            }
            Err(Refusal::Busy(wait)) => {
                let number = self.number.load(Ordering::SeqCst);
                self.office.limits.hold(number, wait);
            }
            _ => (),
        }
        answered.map_err(later)
    }

    fn report(&self, found: Found) {
        // Nobody listening is no error.
        let _ = self.office.found.send(found);
    }

    async fn note_blocked(&self, blocked: bool) {
        if let Err(error) = self.office.store.block_chat(self.id, blocked).await {
            tracing::error!(chat = %self.id, %error, "whether the chat takes messages was not kept");
        }
    }

    fn may_write(&self) -> Result<(), TellError> {
        let number = self.number.load(Ordering::SeqCst);
        self.office
            .limits
            .take(number)
            .map_err(|wait| TellError::Later {
                after: Some(wait),
                why: Untold::Busy,
            })
    }

    async fn buttons(&self, planned: Vec<Vec<Planned>>) -> Result<Vec<Vec<Button>>, TellError> {
        let Office { store, clock, .. } = &self.office;
        buttons::mint(store, self.id, planned, clock.now())
            .await
            .map_err(|error| unread(&error))
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Channel for ChatChannel {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> Option<String> {
        Some(self.title.clone())
    }

    fn rung(&self) -> Rung {
        Rung::Afar
    }

    fn wants(&self, watch: WatchId) -> bool {
        watch == TRIAL || self.watches.includes(watch)
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        let Voice { words, manner, now } = self.voice().await?;
        let receipt = message.receipt.as_deref().and_then(number_of);
        let was_snoozed = matches!(message.alert.state, AlertState::Snoozed { .. });
        let alert = Alert {
            // Its time has come: it waits for an answer again.
            state: match message.alert.state {
                AlertState::Snoozed { .. } => AlertState::Raised,
                state => state,
            },
            ..message.alert.clone()
        };
        let planned = message::alert_buttons(&alert, words, now, manner);
        let gone = message.kind == MessageKind::Gone;
        if let Some(receipt) = receipt.filter(|_| !was_snoozed)
            && !self.notes().missing.contains(&receipt)
        {
            let text = message::alert_text(&alert, false, words, now, manner);
            if self.edit(receipt, &text, planned.clone()).await? || gone {
                return Ok(Taken::default());
            }
            self.notes().missing.insert(receipt);
        }
        let text = message::alert_text(&alert, message.repeat, words, now, manner);
        let sent = self.send(&text, planned, message.silent).await?;
        if let Some(old) = receipt {
            let mut notes = self.notes();
            if !notes.missing.remove(&old) {
                notes.reminded.insert(alert.id, old);
            }
        }
        // That slots are gone is said for good: nothing is left to be put right.
        let receipt = (!gone).then(|| sent.to_string());
        Ok(Taken {
            receipt,
            unseen: false,
        })
    }

    async fn refresh(&self, alert: &Alert, receipt: &str) -> Result<(), TellError> {
        let Voice { words, manner, now } = self.voice().await?;
        // What «Позже» has marked and could not be put right then follows the new message.
        let old = self.notes().reminded.get(&alert.id).copied();
        if let Some(old) = old {
            let text = message::reminded_text(alert, words, now, manner);
            self.edit(old, &text, Vec::new()).await?;
            self.notes().reminded.remove(&alert.id);
        }
        let Some(receipt) = number_of(receipt) else {
            return Ok(());
        };
        let text = message::alert_text(alert, false, words, now, manner);
        let planned = message::alert_buttons(alert, words, now, manner);
        self.edit(receipt, &text, planned).await.map(|_| ())
    }

    async fn announce(&self, news: &News, silent: bool) -> Result<(), TellError> {
        let Voice { words, manner, now } = self.voice().await?;
        let text = message::news_text(news, words, now, manner);
        self.send(&text, Vec::new(), silent).await.map(|_| ())
    }
}

/// A receipt is the number of a message.
fn number_of(receipt: &str) -> Option<i64> {
    receipt.parse().ok()
}

fn unread(error: &StoreError) -> TellError {
    tracing::error!(%error, "what a message needs cannot be read");
    TellError::Later {
        after: None,
        why: Untold::Refused,
    }
}

/// Everything is tried again: what Telegram does not take today it may take tomorrow, and the
/// outbox gives up what has lost its use. Only [`Untold::Silent`] makes the next telling a repeat.
fn later(refusal: Refusal) -> TellError {
    let (after, why) = match refusal {
        Refusal::Busy(wait) => (Some(wait), Untold::Busy),
        Refusal::Unheard => (None, Untold::Unreachable),
        Refusal::Unknown => (None, Untold::Silent),
        Refusal::Token => (Some(MENDING), Untold::Token),
        Refusal::Blocked => (Some(MENDING), Untold::Blocked),
        Refusal::Conflict => (None, Untold::Conflict),
        Refusal::Server
        | Refusal::Formatting
        | Refusal::MessageGone
        | Refusal::Migrated(_)
        | Refusal::Other => (None, Untold::Refused),
    };
    TellError::Later { after, why }
}

#[cfg(test)]
mod tests;

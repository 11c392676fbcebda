//! What Telegram keeps: messages, updates, calls, and who is out of reach.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::fault::{TelegramFault, Waiting};
use super::markup::{self, Button};
use super::people::{bot_user, chat_object};

/// A call the bot made.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The method as Telegram spells it: `sendMessage`.
    pub method: String,
    /// Its parameters.
    pub parameters: Value,
    /// The id of the message it sent, edited or deleted.
    pub message_id: Option<i64>,
    /// Whether Telegram did it; `false` where it refused or a fault came between.
    pub done: bool,
    /// Telegram's words, where it refused.
    pub refusal: Option<String>,
    /// When it came.
    pub at: Instant,
}

impl Call {
    /// The chat it is about.
    pub fn chat(&self) -> Option<i64> {
        super::methods::whole(&self.parameters["chat_id"])
    }
}

/// A message of the bot's as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatMessage {
    /// Its id.
    pub id: i64,
    /// The chat it is in.
    pub chat: i64,
    /// The text as a person reads it: without tags.
    pub text: String,
    /// The text as the bot sent it.
    pub source: String,
    /// `HTML`, or nothing.
    pub parse_mode: Option<String>,
    /// Bold, links and the like, as Telegram's `MessageEntity`s.
    pub entities: Vec<Value>,
    /// The buttons under it, row by row.
    pub buttons: Vec<Vec<Button>>,
    /// How many times it was changed.
    pub edits: usize,
    /// Whether it was deleted: nobody sees it any more.
    pub deleted: bool,
    /// Whether it came without a sound.
    pub silent: bool,
    /// When it was sent.
    pub date: DateTime<Utc>,
    /// When it was last changed.
    pub edited: Option<DateTime<Utc>>,
}

impl ChatMessage {
    /// The button with this title.
    pub fn button(&self, title: &str) -> Option<&Button> {
        self.buttons
            .iter()
            .flatten()
            .find(|button| button.text == title)
    }

    /// As Telegram writes it.
    pub(super) fn object(&self) -> Value {
        let mut message = json!({
            "message_id": self.id,
            "date": self.date.timestamp(),
            "chat": chat_object(self.chat),
            "from": bot_user(),
            "text": self.text,
        });
        if !self.entities.is_empty() {
            message["entities"] = self.entities.clone().into();
        }
        if !self.buttons.is_empty() {
            message["reply_markup"] = markup::written(&self.buttons);
        }
        if let Some(edited) = self.edited {
            message["edit_date"] = json!(edited.timestamp());
        }
        message
    }
}

/// An update nobody has confirmed.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) update: Value,
    /// Handed out once, whatever offset is asked for.
    pub(super) regardless: bool,
}

impl Pending {
    pub(super) fn id(&self) -> i64 {
        self.update["update_id"].as_i64().unwrap_or_default()
    }
}

/// A command of the bot's menu.
pub(super) type Command = (String, String);

#[derive(Debug)]
pub(super) struct Chats {
    pub(super) calls: Vec<Call>,
    pub(super) polls: Vec<Call>,
    pub(super) messages: Vec<ChatMessage>,
    /// What people wrote, by message id.
    pub(super) said: BTreeMap<i64, Value>,
    pub(super) updates: VecDeque<Pending>,
    pub(super) history: Vec<Value>,
    pub(super) faults: Vec<Waiting>,
    /// Chats that refuse for good.
    pub(super) closed: BTreeMap<i64, TelegramFault>,
    /// Presses that may be answered.
    pub(super) queries: BTreeSet<String>,
    /// By scope and language.
    pub(super) commands: BTreeMap<(String, String), Vec<Command>>,
    pub(super) webhook: Option<String>,
    /// Which kinds of updates the bot wants; of its own accord Telegram sends nearly all.
    pub(super) allowed: Option<Vec<String>>,
    /// Counts the polls: a newer one ends an older.
    pub(super) poll: u64,
    next_update: i64,
    next_message: i64,
}

impl Chats {
    fn new() -> Self {
        Self {
            calls: Vec::new(),
            polls: Vec::new(),
            messages: Vec::new(),
            said: BTreeMap::new(),
            updates: VecDeque::new(),
            history: Vec::new(),
            faults: Vec::new(),
            closed: BTreeMap::new(),
            queries: BTreeSet::new(),
            commands: BTreeMap::new(),
            webhook: None,
            allowed: None,
            poll: 0,
            next_update: 100,
            next_message: 1,
        }
    }

    pub(super) fn message_id(&mut self) -> i64 {
        self.next_message += 1;
        self.next_message - 1
    }

    /// The next fault this call meets, used up by one.
    pub(super) fn fault_for(
        &mut self,
        method: &str,
        parameters: &Map<String, Value>,
    ) -> Option<TelegramFault> {
        let met = self
            .faults
            .iter_mut()
            .find(|waiting| waiting.meets(method, parameters))?;
        met.left = met.left.saturating_sub(1);
        Some(met.fault.clone())
    }

    /// A message of the bot's that is still there.
    pub(super) fn standing(&mut self, chat: i64, id: i64) -> Option<&mut ChatMessage> {
        self.messages
            .iter_mut()
            .find(|message| message.chat == chat && message.id == id && !message.deleted)
    }

    fn queue(&mut self, id: i64, kind: &str, content: Value, regardless: bool) {
        let mut update = json!({"update_id": id});
        update[kind] = content;
        self.history.push(update.clone());
        self.updates.push_back(Pending { update, regardless });
    }
}

/// The one bot, and all it lives among.
pub(super) struct Bot {
    pub(super) token: String,
    pub(super) news: Notify,
    now: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    state: Mutex<Chats>,
}

impl std::fmt::Debug for Bot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Bot")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Bot {
    pub(super) fn new(
        token: &str,
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
    ) -> Self {
        Self {
            token: token.to_owned(),
            news: Notify::new(),
            now: Box::new(now),
            state: Mutex::new(Chats::new()),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, Chats> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Puts an update in the queue, if the bot wants its kind. Returns its id.
    pub(super) fn deliver(&self, kind: &str, content: Value) -> i64 {
        let wanted = {
            let state = self.state();
            let allowed = state.allowed.as_ref();
            allowed.is_none_or(|kinds| kinds.iter().any(|allowed| allowed == kind))
        };
        if wanted {
            return self.force(kind, content);
        }
        let mut state = self.state();
        state.next_update += 1;
        state.next_update - 1
    }

    /// Puts an update in the queue, wanted or not.
    pub(super) fn force(&self, kind: &str, content: Value) -> i64 {
        let mut state = self.state();
        let id = state.next_update;
        state.next_update += 1;
        state.queue(id, kind, content, false);
        drop(state);
        self.news.notify_waiters();
        id
    }

    /// Hands out an update with any id, once.
    pub(super) fn force_as(&self, id: i64, kind: &str, content: Value) {
        self.state().queue(id, kind, content, true);
        self.news.notify_waiters();
    }
}

//! What people do in their chats, and how Telegram writes people and chats.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Telegram;
use super::fault::{TelegramFault, is_supergroup};

const BOT_ID: i64 = 700_000_001;

impl Telegram {
    /// A private message to the bot. Returns the id of its update.
    pub fn say(&self, from: i64, text: &str) -> i64 {
        self.say_at(from, text, self.bot.now())
    }

    /// A private message of that time, however long ago.
    pub fn say_at(&self, from: i64, text: &str, date: DateTime<Utc>) -> i64 {
        let message = self.written(&chat_object(from), Some(from), text, date);
        self.bot.deliver("message", message)
    }

    /// Somebody writes in a group the bot is in.
    pub fn say_in_group(&self, chat: i64, from: i64, text: &str) -> i64 {
        let message = self.written(&chat_object(chat), Some(from), text, self.bot.now());
        self.bot.deliver("message", message)
    }

    /// A private message that is somebody else's, passed on.
    pub fn forward(&self, from: i64, text: &str) -> i64 {
        let now = self.bot.now();
        let mut message = self.written(&chat_object(from), Some(from), text, now);
        message["forward_origin"] = json!({
            "type": "hidden_user",
            "sender_user_name": "Сосед",
            "date": now.timestamp(),
        });
        self.bot.deliver("message", message)
    }

    /// A post of a channel the bot is in; it has no sender.
    pub fn post(&self, channel: i64, text: &str) -> i64 {
        let chat = json!({"id": channel, "type": "channel", "title": "Канал"});
        let mut message = self.written(&chat, None, text, self.bot.now());
        message["sender_chat"] = chat;
        self.bot.deliver("channel_post", message)
    }

    /// The message of this earlier update now reads differently.
    ///
    /// # Panics
    ///
    /// If that update was no message.
    pub fn reword(&self, update: i64, text: &str) -> i64 {
        let mut message = self.past(update)["message"].clone();
        assert!(message.is_object(), "update {update} is no message");
        message["text"] = json!(text);
        message["edit_date"] = json!(self.bot.now().timestamp());
        self.bot.deliver("edited_message", message)
    }

    /// Somebody presses the button with this title under a message of the bot's: in their own
    /// chat, or in a group.
    ///
    /// # Panics
    ///
    /// If the message is not there or has no such button, or the button only opens a page.
    pub fn press_button(&self, from: i64, chat: i64, message_id: i64, title: &str) -> i64 {
        let data = {
            let mut state = self.bot.state();
            let message = state.standing(chat, message_id);
            let message = message.unwrap_or_else(|| panic!("no message {message_id} in {chat}"));
            let titles = message.buttons.iter().flatten().map(|button| &button.text);
            let titles: Vec<_> = titles.collect();
            let button = message.button(title);
            let button = button.unwrap_or_else(|| panic!("no button {title:?} among {titles:?}"));
            let data = button.data.clone();
            data.unwrap_or_else(|| panic!("the button {title:?} opens a page"))
        };
        self.press_in(chat, from, message_id, &data)
    }

    /// A press with any data, as if under this message in the private chat: forged or stale ones
    /// too.
    pub fn press(&self, from: i64, message_id: i64, data: &str) -> i64 {
        self.press_in(from, from, message_id, data)
    }

    /// A press with any data, as if under this message in this chat.
    pub fn press_in(&self, chat: i64, from: i64, message_id: i64, data: &str) -> i64 {
        let mut state = self.bot.state();
        let message = state.standing(chat, message_id).map(|known| known.object());
        // A message Telegram can't show any more has the date 0.
        let message = message.unwrap_or_else(
            || json!({"message_id": message_id, "chat": chat_object(chat), "date": 0}),
        );
        let id = (state.queries.len() + 1).to_string();
        state.queries.insert(id.clone());
        drop(state);
        let press = json!({
            "id": id,
            "from": person(from),
            "message": message,
            "chat_instance": chat.to_string(),
            "data": data,
        });
        self.bot.deliver("callback_query", press)
    }

    /// Somebody blocks the bot: from now on their chat refuses.
    pub fn block(&self, from: i64) -> i64 {
        self.bot.state().closed.insert(from, TelegramFault::Blocked);
        self.membership(from, from, ["member", "kicked"])
    }

    /// They let the bot write again.
    pub fn unblock(&self, from: i64) -> i64 {
        self.bot.state().closed.remove(&from);
        self.membership(from, from, ["kicked", "member"])
    }

    /// Somebody takes the bot into a group.
    pub fn invite(&self, chat: i64, by: i64) -> i64 {
        self.bot.state().closed.remove(&chat);
        self.membership(chat, by, ["left", "member"])
    }

    /// Somebody throws the bot out of a group: from now on it refuses.
    pub fn kick(&self, chat: i64, by: i64) -> i64 {
        self.bot.state().closed.insert(chat, TelegramFault::Kicked);
        self.membership(chat, by, ["member", "kicked"])
    }

    /// A group becomes a supergroup: from now on calls for the old one are refused with the new
    /// one's id. [`announce_migration`](Self::announce_migration) says so in updates.
    pub fn migrate(&self, chat: i64, to: i64) {
        let moved = TelegramFault::Migrated { to };
        self.bot.state().closed.insert(chat, moved);
    }

    /// The two messages by which Telegram tells of a migration, in the old chat and in the new.
    /// Returns the ids of their updates.
    pub fn announce_migration(&self, chat: i64, to: i64) -> [i64; 2] {
        let tell = |place: i64, key: &str, other: i64| {
            let mut message = self.written(&chat_object(place), Some(BOT_ID), "", self.bot.now());
            if let Some(content) = message.as_object_mut() {
                content.remove("text");
            }
            message[key] = json!(other);
            self.bot.deliver("message", message)
        };
        [
            tell(chat, "migrate_to_chat_id", to),
            tell(to, "migrate_from_chat_id", chat),
        ]
    }

    /// Any update, whether the bot wants its kind or not; the id is added.
    pub fn update(&self, kind: &str, content: Value) -> i64 {
        self.bot.force(kind, content)
    }

    /// Any update with any id. It is handed out once, whatever offset is asked for: late, or out
    /// of order.
    pub fn update_as(&self, id: i64, kind: &str, content: Value) {
        self.bot.force_as(id, kind, content);
    }

    /// An earlier update comes once more, with the same id, though it was confirmed.
    ///
    /// # Panics
    ///
    /// If there was no such update.
    pub fn repeat(&self, update: i64) {
        let past = self.past(update);
        for (kind, content) in past.as_object().into_iter().flatten() {
            if kind != "update_id" {
                self.bot.force_as(update, kind, content.clone());
            }
        }
    }

    /// What waits is handed out newest first.
    pub fn reverse_updates(&self) {
        self.bot.state().updates.make_contiguous().reverse();
    }

    fn past(&self, update: i64) -> Value {
        let state = self.bot.state();
        let past = state
            .history
            .iter()
            .find(|past| past["update_id"] == update);
        past.cloned()
            .unwrap_or_else(|| panic!("there was no update {update}"))
    }

    fn written(&self, chat: &Value, from: Option<i64>, text: &str, date: DateTime<Utc>) -> Value {
        let mut state = self.bot.state();
        let id = state.message_id();
        let mut message = json!({
            "message_id": id,
            "date": date.timestamp(),
            "chat": chat,
            "text": text,
        });
        match from {
            Some(BOT_ID) => message["from"] = bot_user(),
            Some(from) => message["from"] = person(from),
            None => {}
        }
        if text.starts_with('/') {
            let command = text.split_whitespace().next().unwrap_or_default();
            let length = command.encode_utf16().count();
            message["entities"] = json!([{"type": "bot_command", "offset": 0, "length": length}]);
        }
        state.said.insert(id, message.clone());
        message
    }

    fn membership(&self, chat: i64, by: i64, [before, after]: [&str; 2]) -> i64 {
        let member = |status: &str| {
            let mut member = json!({"user": bot_user(), "status": status});
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            member
        };
        let change = json!({
            "chat": chat_object(chat),
            "from": person(by),
            "date": self.bot.now().timestamp(),
            "old_chat_member": member(before),
            "new_chat_member": member(after),
        });
        self.bot.deliver("my_chat_member", change)
    }
}

pub(super) fn bot_user() -> Value {
    json!({
        "id": BOT_ID,
        "is_bot": true,
        "first_name": "Учебный бот",
        "username": "uchebny_talonchik_bot",
        "can_join_groups": true,
        "can_read_all_group_messages": false,
        "supports_inline_queries": false,
        "can_connect_to_business": false,
        "has_main_web_app": false,
    })
}

fn person(id: i64) -> Value {
    json!({"id": id, "is_bot": false, "first_name": "Пациент", "language_code": "ru"})
}

pub(super) fn chat_object(id: i64) -> Value {
    if id > 0 {
        json!({"id": id, "type": "private", "first_name": "Пациент"})
    } else if is_supergroup(id) {
        json!({"id": id, "type": "supergroup", "title": "Группа"})
    } else {
        json!({"id": id, "type": "group", "title": "Группа"})
    }
}

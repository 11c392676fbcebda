//! What Telegram hands out, reduced to the little this program listens to.
//!
//! Pure: who may command is decided elsewhere. Whatever is not named here is
//! nothing: edited messages, posts of channels, what bots write or pass on.

use chrono::{DateTime, TimeDelta, Utc};
use teloxide_core::types::{
    CallbackQuery, Chat, ChatMemberKind, ChatMemberUpdated, Message, MessageEntityKind, Update,
    UpdateKind, User,
};

use crate::{gorzdrav::tidy_line, text::shortened};

/// What was said longer ago than this was meant for another moment.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// The longest name of a chat that is kept.
const LONGEST_TITLE: usize = 64;

/// What an update means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    /// Somebody wrote.
    Said(Said),
    /// Somebody pressed a button.
    Pressed(Pressed),
    /// The bot was blocked or thrown out, or may write again.
    Reach(Reach),
    /// The group has another number from now on.
    Moved {
        /// The old one.
        chat: i64,
        /// The new one.
        to: i64,
    },
    /// Nothing this program listens to.
    Nothing,
}

/// Who speaks, and where. In no log.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Voice {
    /// Telegram's number of the chat.
    pub(super) chat: i64,
    /// Telegram's number of the person.
    pub(super) person: i64,
    /// More than one person reads it.
    pub(super) is_group: bool,
    /// The person's name, or the group's.
    pub(super) title: String,
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Voice")
            .field("is_group", &self.is_group)
            .finish_non_exhaustive()
    }
}

/// Something written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// By whom and where.
    pub(super) voice: Voice,
    /// The text or the caption.
    pub(super) text: String,
    /// Addresses behind words of the text.
    pub(super) links: Vec<String>,
}

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pressed {
    /// By whom and where.
    pub(super) voice: Voice,
    /// What Telegram calls the press.
    pub(super) query: String,
    /// The message it stands under.
    pub(super) message: i32,
    /// What the button carries.
    pub(super) token: String,
}

/// Whether the bot may write in a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    /// Who changed it, and where.
    pub(super) voice: Voice,
    /// It may.
    pub(super) reachable: bool,
}

/// What this update means now.
pub(super) fn read(update: Update, now: DateTime<Utc>) -> Heard {
    let heard = match update.kind {
        UpdateKind::Message(message) => said(&message, now),
        UpdateKind::CallbackQuery(query) => pressed(query),
        UpdateKind::MyChatMember(change) => reach(&change),
        _ => None,
    };
    heard.unwrap_or(Heard::Nothing)
}

fn said(message: &Message, now: DateTime<Utc>) -> Option<Heard> {
    let chat = message.chat.id.0;
    if let Some(to) = message.migrate_to_chat_id() {
        return Some(Heard::Moved { chat, to: to.0 });
    }
    let by_proxy = message.via_bot.is_some() || message.sender_chat.is_some();
    if by_proxy || message.edit_date().is_some() || now - message.date > LIFE {
        return None;
    }
    let voice = voice(&message.chat, message.from.as_ref()?)?;
    let text = message.text().or_else(|| message.caption())?.to_owned();
    // A link may be passed on, a command is one's own.
    if message.forward_origin().is_some() && text.trim_start().starts_with('/') {
        return None;
    }
    let entities = message.entities().or_else(|| message.caption_entities());
    let links = entities
        .unwrap_or_default()
        .iter()
        .filter_map(|entity| match &entity.kind {
            MessageEntityKind::TextLink { url } => Some(url.to_string()),
            _ => None,
        })
        .collect();
    Some(Heard::Said(Said { voice, text, links }))
}

fn pressed(query: CallbackQuery) -> Option<Heard> {
    let message = query.message.as_ref()?;
    Some(Heard::Pressed(Pressed {
        voice: voice(message.chat(), &query.from)?,
        message: message.id().0,
        query: query.id.0,
        token: query.data?,
    }))
}

fn reach(change: &ChatMemberUpdated) -> Option<Heard> {
    let reachable = !matches!(
        change.new_chat_member.kind,
        ChatMemberKind::Left | ChatMemberKind::Banned(_)
    );
    Some(Heard::Reach(Reach {
        voice: voice(&change.chat, &change.from)?,
        reachable,
    }))
}

/// Bots have none, and nobody has one in a channel.
fn voice(chat: &Chat, person: &User) -> Option<Voice> {
    let is_group = chat.is_group() || chat.is_supergroup();
    if person.is_bot || !(is_group || chat.is_private()) {
        return None;
    }
    let title = match chat.title() {
        Some(title) => title.to_owned(),
        None => person.full_name(),
    };
    let title = tidy_line(&title).unwrap_or_default();
    Some(Voice {
        chat: chat.id.0,
        person: i64::try_from(person.id.0).ok()?,
        is_group,
        title: shortened(&title, LONGEST_TITLE),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }

    fn heard(kind: &str, content: &Value) -> Heard {
        // From text: an update is not read from a value.
        let update = json!({"update_id": 7, kind: content}).to_string();
        read(serde_json::from_str(&update).unwrap(), now())
    }

    fn message(more: &Value) -> Value {
        let mut message = json!({
            "message_id": 5,
            "date": NOW - 3,
            "chat": {"id": 42, "type": "private", "first_name": "Анна"},
            "from": {"id": 42, "is_bot": false, "first_name": "Анна", "last_name": "Ким"},
            "text": "/status",
        });
        for (key, value) in more.as_object().unwrap() {
            message[key] = value.clone();
        }
        message
    }

    fn text(heard: Heard) -> Option<String> {
        match heard {
            Heard::Said(said) => Some(said.text),
            Heard::Pressed(_) | Heard::Reach(_) | Heard::Moved { .. } | Heard::Nothing => None,
        }
    }

    #[test]
    fn a_message_is_heard_with_who_said_it_where() {
        let Heard::Said(said) = heard("message", &message(&json!({}))) else {
            panic!("it was said");
        };
        assert_eq!(said.text, "/status");
        assert_eq!((said.voice.chat, said.voice.person), (42, 42));
        assert_eq!(said.voice.title, "Анна Ким");
        assert!(!format!("{said:?}").contains("42"));
    }

    #[test]
    fn in_a_group_the_title_is_the_groups() {
        let chat = json!({"id": -7, "type": "supergroup", "title": "Семья\u{7}"});
        let Heard::Said(said) = heard("message", &message(&json!({"chat": chat}))) else {
            panic!("it was said");
        };
        assert!(said.voice.is_group);
        assert_eq!(said.voice.title, "Семья");
        assert_eq!((said.voice.chat, said.voice.person), (-7, 42));
    }

    #[test]
    fn an_address_behind_a_word_is_heard() {
        let entity = json!({"type": "text_link", "offset": 0, "length": 2, "url": "https://gorzdrav.spb.ru/#a"});
        let more = json!({"text": "вот", "entities": [entity]});
        let Heard::Said(said) = heard("message", &message(&more)) else {
            panic!("it was said");
        };
        assert_eq!(said.links, ["https://gorzdrav.spb.ru/#a"]);
    }

    #[test]
    fn fault_60_what_is_not_said_here_and_now_by_a_person_is_nothing() {
        let origin = json!({"type": "hidden_user", "sender_user_name": "Сосед", "date": NOW});
        let bot = json!({"id": 3, "is_bot": true, "first_name": "Бот"});
        let channel = json!({"id": -9, "type": "channel", "title": "Канал"});
        for content in [
            json!({"date": NOW - 601}),
            json!({"forward_origin": origin}),
            json!({"from": bot}),
            json!({"via_bot": bot}),
            json!({"chat": channel}),
            json!({"sender_chat": channel}),
            json!({"edit_date": NOW}),
            json!({"text": null, "sticker": 3}),
        ] {
            let heard = heard("message", &message(&content));
            assert_eq!(text(heard), None, "{content}");
        }
        for kind in [
            "edited_message",
            "channel_post",
            "edited_channel_post",
            "poll",
            "новое",
        ] {
            assert_eq!(heard(kind, &message(&json!({}))), Heard::Nothing, "{kind}");
        }
    }

    #[test]
    fn a_link_may_be_passed_on() {
        let origin = json!({"type": "hidden_user", "sender_user_name": "Сосед", "date": NOW});
        let more = json!({"forward_origin": origin, "text": "https://gorzdrav.spb.ru/"});
        assert!(text(heard("message", &message(&more))).is_some());
    }

    #[test]
    fn a_press_is_heard_though_its_message_is_too_old_to_be_shown() {
        let under = json!({"message_id": 9, "date": 0, "chat": {"id": 42, "type": "private"}});
        let from = message(&json!({}))["from"].clone();
        let query = json!({
            "id": "q", "from": from, "message": under, "chat_instance": "1", "data": "token",
        });
        let Heard::Pressed(pressed) = heard("callback_query", &query) else {
            panic!("it was pressed");
        };
        assert_eq!((pressed.message, pressed.token.as_str()), (9, "token"));
        let mut inline = query;
        inline["message"] = Value::Null;
        assert_eq!(heard("callback_query", &inline), Heard::Nothing);
    }

    #[test]
    fn who_blocks_and_who_lets_in_again_is_heard() {
        let change = |status: &str| {
            let bot = json!({"id": 3, "is_bot": true, "first_name": "Бот"});
            let mut member = json!({"user": bot, "status": status});
            if status == "kicked" {
                member["until_date"] = json!(0);
            }
            let old = json!({"user": bot, "status": "left"});
            let mut change = message(&json!({}));
            change["old_chat_member"] = old;
            change["new_chat_member"] = member;
            match heard("my_chat_member", &change) {
                Heard::Reach(reach) => Some(reach.reachable),
                _ => None,
            }
        };
        assert_eq!(change("kicked"), Some(false));
        assert_eq!(change("left"), Some(false));
        assert_eq!(change("member"), Some(true));
    }

    #[test]
    fn a_group_that_moves_says_where_to() {
        let chat = json!({"id": -7, "type": "group", "title": "Семья"});
        let more = json!({"chat": chat, "text": null, "migrate_to_chat_id": -1007});
        assert_eq!(
            heard("message", &message(&more)),
            Heard::Moved {
                chat: -7,
                to: -1007
            }
        );
    }
}

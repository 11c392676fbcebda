//! Telegram chats, the one person in each who may command, and the buttons they were given.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Result, SettingName, Store, ms, settings};
use crate::model::{Chat, ChatId, ChatState, WatchChoice};

/// A chat as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ChatRow {
    /// Its number here.
    pub id: ChatId,
    /// Telegram's number of the chat. In no log.
    pub chat: i64,
    /// Telegram's number of the person who may command. In no log.
    pub person: i64,
    /// The person's name, or the group's. In no log.
    pub title: String,
    /// More than one person reads it.
    pub is_group: bool,
    /// What it hears of.
    pub watches: WatchChoice,
    /// How far it is.
    pub state: ChatState,
}

/// How far the updates of the bot have been heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Offset {
    /// The number of the next one.
    pub next: i64,
    /// When the one before was heard: after a week of silence the numbers begin anew.
    pub at: DateTime<Utc>,
}

impl std::fmt::Debug for ChatRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChatRow")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl From<ChatRow> for Chat {
    fn from(row: ChatRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            is_group: row.is_group,
            watches: row.watches,
            state: row.state,
        }
    }
}

const COLUMNS: &str = "id, chat, person, title, is_group, watches, linked_at IS NOT NULL, blocked";

impl Store {
    /// All chats, in the order they came.
    pub(crate) async fn chats(&self) -> Result<Vec<ChatRow>> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM chat ORDER BY id"))?
                .query_map((), columns)?
                .map(|row| read(row?))
                .collect()
        })
        .await
    }

    /// A chat asks to be linked. One that is linked stays so, one that was lost asks anew; its title
    /// is renewed.
    pub(crate) async fn ask_for_chat(
        &self,
        chat: i64,
        person: i64,
        title: String,
        is_group: bool,
        now: DateTime<Utc>,
    ) -> Result<ChatRow> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            tx.execute(
                "INSERT INTO chat (chat, person, title, is_group, watches, asked_at)
                 VALUES (:chat, :person, :title, :is_group, :watches, :now)
                 ON CONFLICT (chat, person) DO UPDATE SET title = :title, asked_at = :now,
                     linked_at = CASE WHEN blocked THEN NULL ELSE linked_at END, blocked = 0",
                named_params! {
                    ":chat": chat, ":person": person, ":title": title, ":is_group": is_group,
                    ":watches": serde_json::to_string(&WatchChoice::All)?, ":now": ms(now),
                },
            )?;
            let row = tx.query_row(
                &format!("SELECT {COLUMNS} FROM chat WHERE chat = ?1 AND person = ?2"),
                (chat, person),
                columns,
            )?;
            tx.commit()?;
            read(row)
        })
        .await
    }

    /// Links a chat that asked, or one that was blocked and is reachable again. `false`: no such chat.
    pub(crate) async fn link_chat(&self, id: ChatId, now: DateTime<Utc>) -> Result<bool> {
        self.change_chat(
            id,
            "linked_at = coalesce(linked_at, :value), blocked = 0",
            ms(now),
        )
        .await
    }

    /// Notes that a chat takes messages, or none. `false`: no such chat.
    pub(crate) async fn block_chat(&self, id: ChatId, blocked: bool) -> Result<bool> {
        self.change_chat(id, "blocked = :value", i64::from(blocked))
            .await
    }

    /// The group became a supergroup with another number. If the person has linked that one too,
    /// the two are one from now on: gives the chat that is no more.
    pub(crate) async fn move_chat(
        &self,
        id: ChatId,
        to: i64,
        now: DateTime<Utc>,
    ) -> Result<Option<ChatId>> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let other: Option<u32> = tx
                .query_row(
                    "SELECT other.id FROM chat AS other JOIN chat AS it ON other.person = it.person
                     WHERE it.id = ?1 AND other.id <> ?1 AND other.chat = ?2",
                    (id.0, to),
                    |row| row.get(0),
                )
                .optional()?;
            let other = other.map(ChatId);
            if let Some(other) = other {
                // What was approved of one of them was approved by this person for this chat.
                tx.execute(
                    "UPDATE chat SET linked_at = coalesce(chat.linked_at, other.linked_at),
                         watches = iif(chat.linked_at IS NULL, other.watches, chat.watches),
                         blocked = chat.blocked AND other.blocked
                     FROM chat AS other WHERE chat.id = ?1 AND other.id = ?2",
                    (id.0, other.0),
                )?;
                forget(&tx, other, now)?;
            }
            tx.execute("UPDATE chat SET chat = ?2 WHERE id = ?1", (id.0, to))?;
            tx.commit()?;
            Ok(other)
        })
        .await
    }

    async fn change_chat(&self, id: ChatId, set: &'static str, value: i64) -> Result<bool> {
        self.with(move |connection| {
            let changed = connection.execute(
                &format!("UPDATE chat SET {set} WHERE id = :id"),
                named_params! {":id": id.0, ":value": value},
            )?;
            Ok(changed > 0)
        })
        .await
    }

    /// What a chat hears of from now on. `false`: no such chat.
    pub(crate) async fn choose_for_chat(&self, id: ChatId, watches: WatchChoice) -> Result<bool> {
        self.with(move |connection| {
            let changed = connection.execute(
                "UPDATE chat SET watches = ?2 WHERE id = ?1",
                (id.0, serde_json::to_string(&watches)?),
            )?;
            Ok(changed > 0)
        })
        .await
    }

    /// Forgets a chat, its buttons and what waited for it. `false`: no such chat.
    pub(crate) async fn forget_chat(&self, id: ChatId, now: DateTime<Utc>) -> Result<bool> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            let gone = forget(&tx, id, now)?;
            tx.commit()?;
            Ok(gone)
        })
        .await
    }

    /// Keeps buttons that were given to a chat, by their random names.
    pub(crate) async fn give_buttons<A: Serialize>(
        &self,
        chat: ChatId,
        buttons: Vec<(String, A)>,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<()> {
        let buttons = buttons
            .into_iter()
            .map(|(token, action)| Ok((token, serde_json::to_string(&action)?)))
            .collect::<Result<Vec<_>>>()?;
        self.with(move |connection| {
            let tx = connection.transaction()?;
            tx.execute("DELETE FROM button WHERE until < ?1", [ms(now)])?;
            for (token, action) in &buttons {
                tx.execute(
                    "INSERT INTO button (token, chat_id, action, until) VALUES (?1, ?2, ?3, ?4)",
                    (token, chat.0, action, ms(until)),
                )?;
            }
            Ok(tx.commit()?)
        })
        .await
    }

    /// What a button of this chat means, while it is good.
    pub(crate) async fn button<A: DeserializeOwned + Send + 'static>(
        &self,
        chat: ChatId,
        token: String,
        now: DateTime<Utc>,
    ) -> Result<Option<A>> {
        self.with(move |connection| {
            let action: Option<String> = connection
                .prepare_cached(
                    "SELECT action FROM button WHERE token = ?1 AND chat_id = ?2 AND until >= ?3",
                )?
                .query_row((&token, chat.0, ms(now)), |row| row.get(0))
                .optional()?;
            Ok(action.and_then(|action| serde_json::from_str(&action).ok()))
        })
        .await
    }

    /// An update has had its effect: it is not asked for again, and the button it pressed, if any, is used up.
    pub(crate) async fn update_done(&self, offset: Offset, button: Option<String>) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            if let Some(token) = &button {
                tx.execute("DELETE FROM button WHERE token = ?1", [token])?;
            }
            settings::write(&tx, &SettingName::TelegramOffset, &offset)?;
            Ok(tx.commit()?)
        })
        .await
    }
}

fn forget(connection: &Connection, id: ChatId, now: DateTime<Utc>) -> Result<bool> {
    let gone = connection.execute("DELETE FROM chat WHERE id = ?1", [id.0])?;
    let channel = format!("telegram/{id}");
    connection.execute(
        "UPDATE outbox SET state = 'dead', why = 'off', at = :now, lease_until = NULL
         WHERE channel = :channel AND state IN ('due', 'leased')",
        named_params! {":channel": channel, ":now": ms(now)},
    )?;
    connection.execute(
        "UPDATE outbox SET receipt = NULL, stale = 0 WHERE channel = ?1",
        [&channel],
    )?;
    connection.execute(
        "UPDATE news_outbox SET state = 'dead' WHERE channel = ?1 AND state = 'due'",
        [&channel],
    )?;
    Ok(gone > 0)
}

type Columns = (u32, i64, i64, String, bool, String, bool, bool);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
        row.get(7)?,
    ))
}

fn read((id, chat, person, title, is_group, watches, linked, blocked): Columns) -> Result<ChatRow> {
    Ok(ChatRow {
        id: ChatId(id),
        chat,
        person,
        title,
        is_group,
        watches: serde_json::from_str(&watches)?,
        state: match (linked, blocked) {
            (false, _) => ChatState::Asking,
            (true, false) => ChatState::Linked,
            (true, true) => ChatState::Blocked,
        },
    })
}

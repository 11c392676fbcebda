//! The ways in which Telegram fails, and how it says no.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::methods::chat_of;

/// One way in which Telegram fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TelegramFault {
    /// Row 58: 429 with `parameters.retry_after` in seconds.
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Row 57: 403, the user blocked the bot.
    Blocked,
    /// Row 57: 403, the user has deleted their account.
    Deactivated,
    /// Row 57: 403, somebody removed the bot from the group.
    Kicked,
    /// Row 57: 403, the bot left the group, or never was in it.
    NotMember,
    /// Row 57: 400, chat not found.
    ChatNotFound,
    /// Row 56: 401, the token is not valid.
    Unauthorized,
    /// Row 56: 404, what stands in the token's place is none.
    NotFound,
    /// Row 60: 409, another program asks for updates.
    Conflict,
    /// Row 60: 409, updates go to a webhook.
    Webhook,
    /// Row 58: this status with an HTML page.
    Status(u16),
    /// Row 58: the connection is reset, nothing was done.
    Reset,
    /// Row 59: it is done, but the connection is reset before the answer.
    ResetAfterwards,
    /// Row 59: it is done, but the answer never comes; the connection stays open.
    Silent,
    /// Row 58: nothing is done, and no answer comes; the connection stays open.
    SilentUnheard,
    /// Row 58: it is done at once, but the answer takes this long.
    Slow(Duration),
    /// The chat became a supergroup with this id (400 with `migrate_to_chat_id`).
    Migrated {
        /// The new chat.
        to: i64,
    },
    /// The message is not there any more: meets edits and deletions only.
    MessageGone,
    /// Row 64: formatting that can't be parsed: meets calls with a `parse_mode` only.
    CannotParseEntities,
}

/// A fault, and the calls it waits for.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// As Telegram spells it or in another letter case.
    pub(super) method: Option<String>,
    pub(super) chat: Option<i64>,
    pub(super) fault: TelegramFault,
    pub(super) left: usize,
}

impl Waiting {
    pub(super) fn meets(&self, method: &str, parameters: &Map<String, Value>) -> bool {
        let wanted = self.method.as_deref();
        let concerned = if self.fault == TelegramFault::MessageGone {
            let changes = method.starts_with("edit") || method.starts_with("delete");
            changes && parameters.contains_key("message_id")
        } else {
            self.fault != TelegramFault::CannotParseEntities
                || parameters.contains_key("parse_mode")
        };
        concerned
            && self.left > 0
            && wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self
                .chat
                .is_none_or(|chat| chat_of(parameters) == Some(chat))
    }
}

impl TelegramFault {
    /// What Telegram says, where it says anything in its own form.
    pub(super) fn refusal(&self, method: &str, chat: Option<i64>) -> Option<Refusal> {
        let kind = if chat.is_some_and(is_supergroup) {
            "supergroup"
        } else {
            "group"
        };
        Some(match self {
            Self::TooMany { retry_after } => Refusal {
                code: 429,
                description: format!("Too Many Requests: retry after {retry_after}").into(),
                parameters: Some(json!({"retry_after": retry_after})),
            },
            Self::Migrated { to } => Refusal {
                parameters: Some(json!({"migrate_to_chat_id": to})),
                ..Refusal::bad("group chat was upgraded to a supergroup chat")
            },
            Self::Blocked => Refusal::new(403, "Forbidden: bot was blocked by the user"),
            Self::Deactivated => Refusal::new(403, "Forbidden: user is deactivated"),
            Self::Kicked => Refusal::new(
                403,
                format!("Forbidden: bot was kicked from the {kind} chat"),
            ),
            Self::NotMember => Refusal::new(
                403,
                format!("Forbidden: bot is not a member of the {kind} chat"),
            ),
            Self::ChatNotFound => Refusal::bad("chat not found"),
            Self::MessageGone if method.starts_with("delete") => {
                Refusal::bad("message to delete not found")
            }
            Self::MessageGone => Refusal::bad("message to edit not found"),
            Self::CannotParseEntities => {
                Refusal::bad("can't parse entities: Unsupported start tag \"\" at byte offset 0")
            }
            Self::Unauthorized => Refusal::new(401, "Unauthorized"),
            Self::NotFound => Refusal::new(404, "Not Found"),
            Self::Conflict => Refusal::new(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            ),
            Self::Webhook => Refusal::new(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            ),
            Self::Status(_)
            | Self::Reset
            | Self::ResetAfterwards
            | Self::Silent
            | Self::SilentUnheard
            | Self::Slow(_) => return None,
        })
    }
}

/// Whether this is the id of a supergroup or a channel.
pub(super) fn is_supergroup(chat: i64) -> bool {
    chat <= -1_000_000_000_000
}

/// Why a call is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) description: Cow<'static, str>,
    pub(super) parameters: Option<Value>,
}

impl Refusal {
    pub(super) fn new(code: u16, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: description.into(),
            parameters: None,
        }
    }

    /// A 400, said after "Bad Request: ".
    pub(super) fn bad(why: impl std::fmt::Display) -> Self {
        Self::new(400, format!("Bad Request: {why}"))
    }
}

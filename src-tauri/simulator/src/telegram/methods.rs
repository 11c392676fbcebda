//! What the bot may ask for.

use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::chats::{Bot, Call, ChatMessage, Command, Pending};
use super::fault::{Refusal, TelegramFault};
use super::formatting::{self, Shown};
use super::markup;
use super::people::{bot_user, chat_object};

/// Telegram's own limits.
const LONGEST_TEXT_UNITS: usize = 4096;
const LONGEST_ANSWER_CHARACTERS: usize = 200;
const MOST_UPDATES: usize = 100;
const MOST_COMMANDS: usize = 100;

/// The methods that are known.
const METHODS: [&str; 15] = [
    "getMe",
    "getUpdates",
    "sendMessage",
    "editMessageText",
    "editMessageReplyMarkup",
    "deleteMessage",
    "answerCallbackQuery",
    "setMyCommands",
    "getMyCommands",
    "deleteMyCommands",
    "getChat",
    "leaveChat",
    "sendChatAction",
    "deleteWebhook",
    "getWebhookInfo",
];

/// How Telegram spells this method; letter case does not matter to it.
pub(super) fn spelled(method: &str) -> Option<&'static str> {
    METHODS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(method))
}

/// A number, or the text of one.
pub(super) fn whole(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

pub(super) fn chat_of(parameters: &Map<String, Value>) -> Option<i64> {
    parameters.get("chat_id").and_then(whole)
}

/// What came of a call: the answer, and the message it is about.
type Outcome = Result<(Value, Option<i64>), Refusal>;

/// What is needed of a call's parameters.
struct Parameters<'p>(&'p Map<String, Value>);

impl Parameters<'_> {
    fn number(&self, key: &str) -> Option<i64> {
        self.0.get(key).and_then(whole)
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn flag(&self, key: &str) -> bool {
        let value = self.0.get(key);
        value.is_some_and(|value| value == true || value == "true")
    }

    fn chat(&self) -> Result<i64, Refusal> {
        chat_of(self.0).ok_or_else(|| match self.text("chat_id") {
            "" => Refusal::bad("chat_id is empty"),
            _ => Refusal::bad("chat not found"),
        })
    }

    fn message(&self) -> Result<i64, Refusal> {
        self.number("message_id")
            .ok_or_else(|| Refusal::bad("message identifier is not specified"))
    }

    /// The text as it will be seen.
    fn shown(&self) -> Result<Shown, Refusal> {
        let source = self.text("text");
        let shown = match self.text("parse_mode") {
            "" => Shown::plain(source),
            mode if mode.eq_ignore_ascii_case("html") => formatting::html(source)
                .map_err(|why| Refusal::bad(format!("can't parse entities: {why}")))?,
            _ => return Err(Refusal::bad("unsupported parse_mode")),
        };
        if shown.text.trim().is_empty() {
            return Err(Refusal::bad("message text is empty"));
        }
        Ok(shown)
    }

    fn parse_mode(&self) -> Option<String> {
        let mode = self.text("parse_mode");
        (!mode.is_empty()).then(|| mode.to_owned())
    }

    fn scope(&self) -> (String, String) {
        let scope = self.0.get("scope").map(scope_key).unwrap_or_default();
        (scope, self.text("language_code").to_owned())
    }
}

/// The scope of commands in a form that can be looked up; the default one is empty.
pub(super) fn scope_key(scope: &Value) -> String {
    if scope["type"] == "default" {
        return String::new();
    }
    scope.to_string()
}

impl Bot {
    /// Does what a call asks for, and notes it.
    pub(super) async fn act(
        &self,
        method: &'static str,
        parameters: Map<String, Value>,
        stop: &CancellationToken,
    ) -> Result<Value, Refusal> {
        let at = Instant::now();
        let outcome = match method {
            "getUpdates" => {
                let updates = self.updates(&Parameters(&parameters), stop).await;
                updates.map(|updates| (updates, None))
            }
            _ => self.done(method, &Parameters(&parameters)),
        };
        let message_id = outcome.as_ref().ok().and_then(|(_, message)| *message);
        let refusal = outcome.as_ref().err();
        let refusal = refusal.map(|refusal| refusal.description.to_string());
        self.note(Call {
            method: method.to_owned(),
            parameters: Value::Object(parameters),
            message_id,
            done: outcome.is_ok(),
            refusal,
            at,
        });
        outcome.map(|(answer, _)| answer)
    }

    pub(super) fn note(&self, call: Call) {
        let mut state = self.state();
        if call.method == "getUpdates" {
            state.polls.push(call);
        } else {
            state.calls.push(call);
        }
    }

    fn done(&self, method: &str, parameters: &Parameters<'_>) -> Outcome {
        if parameters.0.contains_key("chat_id") {
            let chat = parameters.chat()?;
            let closed = self.state().closed.get(&chat).cloned();
            if let Some(refusal) = closed.and_then(|fault| fault.refusal(method, Some(chat))) {
                return Err(refusal);
            }
        }
        let yes = Ok((json!(true), None));
        match method {
            "getMe" => Ok((bot_user(), None)),
            "sendMessage" => self.send(parameters),
            "editMessageText" | "editMessageReplyMarkup" => self.edit(method, parameters),
            "deleteMessage" => self.delete(parameters),
            "answerCallbackQuery" => self.answer_query(parameters),
            "setMyCommands" => self.set_commands(parameters),
            "getMyCommands" => {
                let state = self.state();
                let commands = state.commands.get(&parameters.scope());
                let commands = commands.into_iter().flatten();
                let commands = commands
                    .map(|(command, words)| json!({"command": command, "description": words}));
                Ok((commands.collect(), None))
            }
            "deleteMyCommands" => {
                self.state().commands.remove(&parameters.scope());
                yes
            }
            "getChat" => {
                let mut chat = chat_object(parameters.chat()?);
                chat["accent_color_id"] = json!(0);
                chat["max_reaction_count"] = json!(11);
                chat["accepted_gift_types"] = json!({
                    "unlimited_gifts": true,
                    "limited_gifts": true,
                    "unique_gifts": true,
                    "premium_subscription": true,
                    "gifts_from_channels": true,
                });
                Ok((chat, None))
            }
            "leaveChat" => {
                let chat = parameters.chat()?;
                if chat > 0 {
                    return Err(Refusal::bad("chat not found"));
                }
                self.state().closed.insert(chat, TelegramFault::NotMember);
                yes
            }
            "deleteWebhook" => {
                let mut state = self.state();
                state.webhook = None;
                if parameters.flag("drop_pending_updates") {
                    state.updates.clear();
                }
                yes
            }
            "getWebhookInfo" => {
                let state = self.state();
                let info = json!({
                    "url": state.webhook.as_deref().unwrap_or_default(),
                    "has_custom_certificate": false,
                    "pending_update_count": state.updates.len(),
                });
                Ok((info, None))
            }
            "sendChatAction" => parameters.chat().and(yes),
            _ => Err(Refusal::new(404, "Not Found: method not found")),
        }
    }

    fn send(&self, parameters: &Parameters<'_>) -> Outcome {
        let chat = parameters.chat()?;
        let shown = parameters.shown()?;
        if shown.units() > LONGEST_TEXT_UNITS {
            return Err(Refusal::bad("message is too long"));
        }
        let buttons = markup::read(parameters.0.get("reply_markup"))?;
        let date = self.now();
        let mut state = self.state();
        let message = ChatMessage {
            id: state.message_id(),
            chat,
            text: shown.text,
            source: parameters.text("text").to_owned(),
            parse_mode: parameters.parse_mode(),
            entities: shown.entities,
            buttons,
            edits: 0,
            deleted: false,
            silent: parameters.flag("disable_notification"),
            date,
            edited: None,
        };
        let answer = (message.object(), Some(message.id));
        state.messages.push(message);
        Ok(answer)
    }

    fn edit(&self, method: &str, parameters: &Parameters<'_>) -> Outcome {
        let (chat, id) = (parameters.chat()?, parameters.message()?);
        let shown = match method {
            "editMessageText" => Some(parameters.shown()?),
            _ => None,
        };
        if shown
            .as_ref()
            .is_some_and(|shown| shown.units() > LONGEST_TEXT_UNITS)
        {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        // An edit that names no buttons takes them away.
        let buttons = markup::read(parameters.0.get("reply_markup"))?;
        let now = self.now();
        let mut state = self.state();
        if state.said.contains_key(&id) {
            return Err(Refusal::bad("message can't be edited"));
        }
        let message = state
            .standing(chat, id)
            .ok_or_else(|| Refusal::bad("message to edit not found"))?;
        let before = message.clone();
        if let Some(shown) = shown {
            message.text = shown.text;
            message.entities = shown.entities;
        }
        message.buttons = buttons;
        if *message == before {
            return Err(Refusal::bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
            ));
        }
        if method == "editMessageText" {
            parameters.text("text").clone_into(&mut message.source);
            message.parse_mode = parameters.parse_mode();
        }
        message.edits += 1;
        message.edited = Some(now);
        Ok((message.object(), Some(id)))
    }

    fn delete(&self, parameters: &Parameters<'_>) -> Outcome {
        let (chat, id) = (parameters.chat()?, parameters.message()?);
        let mut state = self.state();
        let theirs = state
            .said
            .get(&id)
            .is_some_and(|said| said["chat"]["id"] == chat);
        if theirs {
            state.said.remove(&id);
        } else {
            let message = state.standing(chat, id);
            message
                .ok_or_else(|| Refusal::bad("message to delete not found"))?
                .deleted = true;
        }
        Ok((json!(true), Some(id)))
    }

    fn answer_query(&self, parameters: &Parameters<'_>) -> Outcome {
        if parameters.text("text").chars().count() > LONGEST_ANSWER_CHARACTERS {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        let id = parameters.text("callback_query_id");
        if !self.state().queries.contains(id) {
            return Err(Refusal::bad(
                "query is too old and response timeout expired or query ID is invalid",
            ));
        }
        Ok((json!(true), None))
    }

    fn set_commands(&self, parameters: &Parameters<'_>) -> Outcome {
        let commands = parameters.0.get("commands").and_then(Value::as_array);
        let commands: Vec<Command> = commands
            .into_iter()
            .flatten()
            .map(command)
            .collect::<Result<_, _>>()?;
        if commands.len() > MOST_COMMANDS {
            return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
        }
        self.state().commands.insert(parameters.scope(), commands);
        Ok((json!(true), None))
    }

    /// Long polling: what is there from `offset` on, or what comes within `timeout` seconds.
    async fn updates(
        &self,
        parameters: &Parameters<'_>,
        stop: &CancellationToken,
    ) -> Result<Value, Refusal> {
        let offset = parameters.number("offset").unwrap_or(0);
        let patience =
            Duration::from_secs(parameters.number("timeout").unwrap_or(0).unsigned_abs());
        let most = parameters.number("limit");
        let most = most.and_then(|most| usize::try_from(most).ok());
        let most = most.unwrap_or(MOST_UPDATES).clamp(1, MOST_UPDATES);
        let deadline = Instant::now() + patience;
        let mine = {
            let mut state = self.state();
            if let Some(kinds) = parameters
                .0
                .get("allowed_updates")
                .and_then(Value::as_array)
            {
                let kinds: Vec<String> = kinds
                    .iter()
                    .filter_map(|kind| kind.as_str().map(str::to_owned))
                    .collect();
                state.allowed = (!kinds.is_empty()).then_some(kinds);
            }
            state.poll += 1;
            state.poll
        };
        // Whoever asked before and still waits is told that another asks.
        self.news.notify_waiters();
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            {
                let mut state = self.state();
                let hindrance = if state.webhook.is_some() {
                    TelegramFault::Webhook.refusal("getUpdates", None)
                } else if state.poll != mine {
                    TelegramFault::Conflict.refusal("getUpdates", None)
                } else {
                    None
                };
                if let Some(refusal) = hindrance {
                    return Err(refusal);
                }
                if offset < 0 {
                    let last = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
                    let surplus = state.updates.len().saturating_sub(last);
                    state.updates.drain(..surplus);
                } else {
                    // Asking from an offset on forgets what was before it.
                    state
                        .updates
                        .retain(|pending| pending.regardless || pending.id() >= offset);
                }
                if !state.updates.is_empty() {
                    return Ok(hand_out(&mut state.updates, most));
                }
            }
            tokio::select! {
                () = news => {}
                () = tokio::time::sleep_until(deadline) => return Ok(json!([])),
                () = stop.cancelled() => return Ok(json!([])),
            }
        }
    }
}

fn hand_out(updates: &mut std::collections::VecDeque<Pending>, most: usize) -> Value {
    let handed: Vec<Value> = updates
        .iter()
        .take(most)
        .map(|pending| pending.update.clone())
        .collect();
    let mut place = 0;
    updates.retain(|pending| {
        place += 1;
        place > most || !pending.regardless
    });
    handed.into()
}

fn command(value: &Value) -> Result<Command, Refusal> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let (command, words) = (text("command"), text("description"));
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if !(1..=32).contains(&command.len()) || !command.chars().all(plain) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    if !(1..=256).contains(&words.chars().count()) {
        return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok((command, words))
}

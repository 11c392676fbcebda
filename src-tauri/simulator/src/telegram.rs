//! A stand-in for the Telegram Bot API.
//!
//! It knows one bot and a handful of methods, keeps what the bot sent, hands out the updates a
//! test scripts, and fails on request. Methods are found whatever their letter case; parameters
//! come as JSON or in the query.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connection::Wire;
use crate::server::Server;

const BOT_ID: i64 = 700_000_001;
const LARGEST_REQUEST_BYTES: usize = 1 << 20;
/// Telegram's own limit on a message's text, in UTF-16 units.
const LONGEST_TEXT: usize = 4096;

/// A running stand-in for `api.telegram.org`.
#[derive(Debug)]
pub struct Telegram {
    server: Server,
    bot: Arc<Bot>,
}

/// A call the bot made.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The method as Telegram spells it: `sendMessage`.
    pub method: String,
    /// Its parameters.
    pub parameters: Value,
    /// The id of the message it sent, edited or deleted.
    pub message_id: Option<i64>,
    /// Whether Telegram did it; `false` where a fault refused.
    pub done: bool,
}

/// One way in which Telegram refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TelegramFault {
    /// Row 58: 429 with `parameters.retry_after` in seconds.
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Row 57: 403, the user blocked the bot.
    Blocked,
    /// Row 57: 400, chat not found.
    ChatNotFound,
    /// Row 56: 401, the token is not valid.
    Unauthorized,
    /// Row 60: 409, another program asks for updates.
    Conflict,
    /// Row 58: this status with an HTML page.
    Status(u16),
    /// Row 58: the connection is reset, nothing was done.
    Reset,
    /// Row 59: the message is accepted, but the connection is reset before the answer.
    ResetAfterwards,
    /// The chat became a supergroup with this id (400 with `migrate_to_chat_id`).
    Migrated {
        /// The new chat.
        to: i64,
    },
    /// Formatting that can't be parsed: refused while `parse_mode` is set.
    CannotParseEntities,
}

#[derive(Debug)]
struct Bot {
    token: String,
    start: DateTime<Utc>,
    began: Instant,
    news: Notify,
    state: Mutex<Chats>,
}

#[derive(Debug)]
struct Chats {
    calls: Vec<Call>,
    updates: VecDeque<Value>,
    next_update: i64,
    next_message: i64,
    faults: VecDeque<(Option<String>, TelegramFault, usize)>,
}

impl Telegram {
    /// Serves one bot with this token on 127.0.0.1; port 0 takes any free one. `start` is what
    /// Telegram's clock shows.
    pub async fn start(token: &str, start: DateTime<Utc>, port: u16) -> io::Result<Self> {
        let bot = Arc::new(Bot {
            token: token.to_owned(),
            start,
            began: Instant::now(),
            news: Notify::new(),
            state: Mutex::new(Chats {
                calls: Vec::new(),
                updates: VecDeque::new(),
                next_update: 100,
                next_message: 1,
                faults: VecDeque::new(),
            }),
        });
        let desk = bot.clone();
        let build = |stop| {
            Router::new()
                .fallback(answer)
                .with_state(Desk { bot: desk, stop })
        };
        Ok(Self {
            server: Server::serve(port, build).await?,
            bot,
        })
    }

    /// What a client takes for `https://api.telegram.org`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Stops as [`Server::stop`] does.
    pub async fn stop(&self) {
        self.server.stop().await;
    }

    /// Everything the bot asked for, in order, `getUpdates` left out.
    pub fn calls(&self) -> Vec<Call> {
        self.bot.state().calls.clone()
    }

    /// The texts of the messages sent so far, by `sendMessage`.
    pub fn texts(&self) -> Vec<String> {
        let state = self.bot.state();
        let sent = state
            .calls
            .iter()
            .filter(|call| call.done && call.method == "sendMessage");
        sent.filter_map(|call| call.parameters["text"].as_str().map(str::to_owned))
            .collect()
    }

    /// A private message to the bot. Returns the id of its update.
    pub fn say(&self, from: i64, text: &str) -> i64 {
        let message = self.bot.message(from, &person(from), text);
        self.update("message", message)
    }

    /// Somebody writes in a group the bot is in.
    pub fn say_in_group(&self, chat: i64, from: i64, text: &str) -> i64 {
        let mut message = self.bot.message(from, &person(from), text);
        message["chat"] = json!({"id": chat, "type": "group", "title": "Группа"});
        self.update("message", message)
    }

    /// Somebody presses a button with this data under a message of the bot's.
    pub fn press(&self, from: i64, message_id: i64, data: &str) -> i64 {
        let mut message = self.bot.message(from, &bot_user(), "…");
        message["message_id"] = json!(message_id);
        let press = json!({
            "id": format!("{from}{message_id}"),
            "from": person(from),
            "message": message,
            "chat_instance": "1",
            "data": data,
        });
        self.update("callback_query", press)
    }

    /// Any update: the id is added.
    pub fn update(&self, kind: &str, content: Value) -> i64 {
        let mut state = self.bot.state();
        let id = state.next_update;
        state.next_update += 1;
        let mut update = json!({"update_id": id});
        update[kind] = content;
        state.updates.push_back(update);
        drop(state);
        self.bot.news.notify_waiters();
        id
    }

    /// The next `times` calls of this method (of any, if `None`) meet this fault.
    pub fn fail(&self, method: Option<&str>, fault: TelegramFault, times: usize) {
        let method = method.map(str::to_ascii_lowercase);
        self.bot.state().faults.push_back((method, fault, times));
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        self.bot.state().faults.clear();
    }
}

impl Bot {
    fn state(&self) -> MutexGuard<'_, Chats> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn message(&self, chat: i64, from: &Value, text: &str) -> Value {
        let mut state = self.state();
        let id = state.next_message;
        state.next_message += 1;
        drop(state);
        self.message_of(id, chat, from, text)
    }

    fn message_of(&self, id: i64, chat: i64, from: &Value, text: &str) -> Value {
        let elapsed = self.began.elapsed().as_secs();
        let chat = if chat < 0 {
            json!({"id": chat, "type": "supergroup", "title": "Группа"})
        } else {
            json!({"id": chat, "type": "private", "first_name": "Пациент"})
        };
        json!({
            "message_id": id,
            "date": self.start.timestamp().saturating_add_unsigned(elapsed),
            "chat": chat,
            "from": from,
            "text": text,
        })
    }
}

impl Chats {
    fn fault_for(&mut self, method: &str) -> Option<TelegramFault> {
        let meets =
            |wanted: &Option<String>| wanted.as_deref().is_none_or(|wanted| wanted == method);
        let at = self
            .faults
            .iter()
            .position(|(wanted, _, left)| *left > 0 && meets(wanted))?;
        let (_, fault, left) = &mut self.faults[at];
        *left -= 1;
        Some(fault.clone())
    }
}

#[derive(Clone)]
struct Desk {
    bot: Arc<Bot>,
    stop: CancellationToken,
}

/// Why a call is refused: error code, description, `parameters`.
struct Refusal(u16, &'static str, Option<Value>);

async fn answer(
    State(desk): State<Desk>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let path = percent_decode_str(uri.path()).decode_utf8_lossy();
    let Some((token, method)) = path
        .strip_prefix("/bot")
        .and_then(|rest| rest.split_once('/'))
    else {
        return refuse(&Refusal(404, "Not Found", None));
    };
    let method = method.to_ascii_lowercase();
    let (token, method) = (token.to_owned(), method.as_str());
    let body = to_bytes(request.into_body(), LARGEST_REQUEST_BYTES)
        .await
        .unwrap_or_default();
    let parameters = parameters(&uri, &body);
    if token != desk.bot.token {
        return refuse(&Refusal(401, "Unauthorized", None));
    }
    let fault = desk.bot.state().fault_for(method);
    let refusal = match fault {
        None => None,
        Some(TelegramFault::ResetAfterwards) => {
            desk.act(method, parameters).await.ok();
            wire.cut();
            return StatusCode::OK.into_response();
        }
        Some(TelegramFault::Reset) => {
            wire.cut();
            return StatusCode::OK.into_response();
        }
        Some(TelegramFault::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            return (status, "<html><body>Bad Gateway</body></html>").into_response();
        }
        Some(TelegramFault::CannotParseEntities) if parameters.get("parse_mode").is_none() => None,
        Some(TelegramFault::CannotParseEntities) => Some(Refusal(
            400,
            "Bad Request: can't parse entities: Unsupported start tag",
            None,
        )),
        Some(TelegramFault::TooMany { retry_after }) => {
            let wait = json!({"retry_after": retry_after});
            Some(Refusal(429, "Too Many Requests: retry later", Some(wait)))
        }
        Some(TelegramFault::Migrated { to }) => {
            let to = json!({"migrate_to_chat_id": to});
            Some(Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                Some(to),
            ))
        }
        Some(TelegramFault::Blocked) => {
            Some(Refusal(403, "Forbidden: bot was blocked by the user", None))
        }
        Some(TelegramFault::ChatNotFound) => {
            Some(Refusal(400, "Bad Request: chat not found", None))
        }
        Some(TelegramFault::Unauthorized) => Some(Refusal(401, "Unauthorized", None)),
        Some(TelegramFault::Conflict) => Some(Refusal(
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            None,
        )),
    };
    if let Some(refusal) = refusal {
        desk.note(method, parameters, None, false);
        return refuse(&refusal);
    }
    match desk.act(method, parameters).await {
        Ok(result) => json_response(StatusCode::OK, &json!({"ok": true, "result": result})),
        Err(refusal) => refuse(&refusal),
    }
}

impl Desk {
    async fn act(&self, method: &str, parameters: Map<String, Value>) -> Result<Value, Refusal> {
        if method == "getupdates" {
            return Ok(self.updates(&parameters).await);
        }
        let number = |key: &str| parameters.get(key).and_then(whole);
        let text = parameters
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let chat = number("chat_id");
        match method {
            "getme" => {
                self.note(method, parameters, None, true);
                Ok(bot_user())
            }
            "sendmessage" | "editmessagetext" => {
                let chat = chat.ok_or(Refusal(400, "Bad Request: chat_id is empty", None))?;
                if text.is_empty() {
                    return Err(Refusal(400, "Bad Request: message text is empty", None));
                }
                if text.encode_utf16().count() > LONGEST_TEXT {
                    return Err(Refusal(400, "Bad Request: message is too long", None));
                }
                let message = match (method, number("message_id")) {
                    ("editmessagetext", None) => {
                        return Err(Refusal(
                            400,
                            "Bad Request: message identifier is not specified",
                            None,
                        ));
                    }
                    ("editmessagetext", Some(id)) => {
                        self.bot.message_of(id, chat, &bot_user(), &text)
                    }
                    _ => self.bot.message(chat, &bot_user(), &text),
                };
                self.note(method, parameters, message["message_id"].as_i64(), true);
                Ok(message)
            }
            "deletemessage" | "answercallbackquery" | "setmycommands" => {
                let message = number("message_id");
                self.note(method, parameters, message, true);
                Ok(json!(true))
            }
            _ => Err(Refusal(404, "Not Found: method not found", None)),
        }
    }

    /// Long polling: what is there from `offset` on, or what comes within `timeout` seconds.
    async fn updates(&self, parameters: &Map<String, Value>) -> Value {
        let number = |key: &str| parameters.get(key).and_then(whole);
        let offset = number("offset").unwrap_or(0);
        let patience = Duration::from_secs(number("timeout").unwrap_or(0).unsigned_abs());
        let deadline = Instant::now() + patience;
        loop {
            let news = self.bot.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            {
                let mut state = self.bot.state();
                // Asking from an offset on forgets what was before it.
                state
                    .updates
                    .retain(|update| update["update_id"].as_i64() >= Some(offset));
                if !state.updates.is_empty() {
                    return state.updates.iter().take(100).cloned().collect();
                }
            }
            tokio::select! {
                () = news => {}
                () = tokio::time::sleep_until(deadline) => return json!([]),
                () = self.stop.cancelled() => return json!([]),
            }
        }
    }

    fn note(
        &self,
        method: &str,
        parameters: Map<String, Value>,
        message_id: Option<i64>,
        done: bool,
    ) {
        let method = METHODS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(method));
        let Some(method) = method else {
            return;
        };
        let parameters = Value::Object(parameters);
        let call = Call {
            method: (*method).to_owned(),
            parameters,
            message_id,
            done,
        };
        self.bot.state().calls.push(call);
    }
}

/// The methods that are noted; `getUpdates` is none of them.
const METHODS: [&str; 6] = [
    "getMe",
    "sendMessage",
    "editMessageText",
    "deleteMessage",
    "answerCallbackQuery",
    "setMyCommands",
];

fn parameters(uri: &Uri, body: &Bytes) -> Map<String, Value> {
    let query = uri.query().unwrap_or_default();
    let mut parameters: Map<String, Value> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| {
            let value = percent_decode_str(&value.replace('+', " "))
                .decode_utf8_lossy()
                .into_owned();
            (key.to_owned(), Value::String(value))
        })
        .collect();
    if let Ok(Value::Object(more)) = serde_json::from_slice(body) {
        parameters.extend(more);
    }
    parameters
}

/// A number, or the text of one.
fn whole(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

fn bot_user() -> Value {
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

fn refuse(Refusal(code, description, parameters): &Refusal) -> Response {
    let mut body = json!({"ok": false, "error_code": code, "description": description});
    if let Some(parameters) = parameters {
        body["parameters"] = parameters.clone();
    }
    json_response(
        StatusCode::from_u16(*code).unwrap_or(StatusCode::BAD_REQUEST),
        &body,
    )
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

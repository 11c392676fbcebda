//! A stand-in for the Telegram Bot API.
//!
//! It knows one bot, its chats and what people see in them, hands out the updates a test scripts,
//! refuses what Telegram refuses, and fails on request. Methods are found whatever their letter
//! case; parameters come as JSON or in the query. A second poll ends the first with 409, as at
//! Telegram.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use simulator::telegram::{Telegram, TelegramFault};
//!
//! let telegram = Telegram::start("1:secret", simulator::Config::default().start, 0).await?;
//! let (person, chat) = (7, 7);
//! telegram.say(person, "/status");
//! telegram.fail_chat(chat, TelegramFault::TooMany { retry_after: 9 }, 1);
//! // … the bot answers …
//! let seen = telegram.messages(chat);
//! telegram.press_button(person, chat, seen[0].id, "Позже");
//! # Ok(())
//! # }
//! ```

mod chats;
mod desk;
mod fault;
mod formatting;
mod markup;
mod methods;
mod people;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use tokio::time::Instant;

pub use chats::{Call, ChatMessage};
pub use fault::TelegramFault;
pub use markup::Button;

use chats::Bot;
use desk::Desk;
use fault::Waiting;

use crate::server::Server;

/// A running stand-in for `api.telegram.org`.
#[derive(Debug)]
pub struct Telegram {
    server: Server,
    bot: Arc<Bot>,
}

impl Telegram {
    /// Serves one bot with this token on 127.0.0.1; port 0 takes any free one. `start` is what
    /// Telegram's clock shows now; it goes on as tokio's does.
    pub async fn start(token: &str, start: DateTime<Utc>, port: u16) -> io::Result<Self> {
        let began = Instant::now();
        let now = move || start + TimeDelta::from_std(began.elapsed()).unwrap_or(TimeDelta::MAX);
        Self::start_with(token, now, port).await
    }

    /// As [`start`](Self::start), with a clock of the caller's.
    pub async fn start_with(
        token: &str,
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        port: u16,
    ) -> io::Result<Self> {
        let bot = Arc::new(Bot::new(token, now));
        let desk = bot.clone();
        let build = |stop| {
            Router::new()
                .fallback(desk::answer)
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

    /// Every `getUpdates` that has ended, in order.
    pub fn polls(&self) -> Vec<Call> {
        self.bot.state().polls.clone()
    }

    /// The texts of the messages sent so far, by `sendMessage`, as they were sent.
    pub fn texts(&self) -> Vec<String> {
        let state = self.bot.state();
        let sent = state
            .calls
            .iter()
            .filter(|call| call.done && call.method == "sendMessage");
        sent.filter_map(|call| call.parameters["text"].as_str().map(str::to_owned))
            .collect()
    }

    /// The bot's messages in this chat as they are now, deleted ones too, oldest first.
    pub fn messages(&self, chat: i64) -> Vec<ChatMessage> {
        let state = self.bot.state();
        let messages = state.messages.iter();
        messages
            .filter(|message| message.chat == chat)
            .cloned()
            .collect()
    }

    /// The most sends and edits that came within any stretch of this length, in this chat or in
    /// all; refused ones count too, as they do at Telegram.
    pub fn most_within(&self, stretch: Duration, chat: Option<i64>) -> usize {
        let state = self.bot.state();
        let counted = state.calls.iter().filter(|call| {
            let tells = call.method == "sendMessage" || call.method.starts_with("edit");
            tells && chat.is_none_or(|chat| call.chat() == Some(chat))
        });
        let times: Vec<Instant> = counted.map(|call| call.at).collect();
        (0..times.len())
            .map(|first| {
                let end = times[first] + stretch;
                times[first..].partition_point(|at| *at < end)
            })
            .max()
            .unwrap_or(0)
    }

    /// The bot's menu in this language for everybody (empty: for all other languages), as
    /// commands with their descriptions.
    pub fn commands(&self, language: &str) -> Vec<(String, String)> {
        self.commands_of(String::new(), language)
    }

    /// The bot's menu in one chat.
    pub fn commands_in(&self, chat: i64, language: &str) -> Vec<(String, String)> {
        let scope = json!({"type": "chat", "chat_id": chat});
        self.commands_of(methods::scope_key(&scope), language)
    }

    fn commands_of(&self, scope: String, language: &str) -> Vec<(String, String)> {
        let commands = &self.bot.state().commands;
        let key = (scope, language.to_owned());
        commands.get(&key).cloned().unwrap_or_default()
    }

    /// Somebody gives Telegram a webhook for this bot: polls are refused until it is deleted.
    pub fn set_webhook(&self, url: &str) {
        self.bot.state().webhook = Some(url.to_owned());
        self.bot.news.notify_waiters();
    }

    /// The next `times` calls of this method (of any, if `None`) meet this fault.
    pub fn fail(&self, method: Option<&str>, fault: TelegramFault, times: usize) {
        self.wait_for(method, None, fault, times);
    }

    /// The next `times` calls for this chat meet this fault.
    pub fn fail_chat(&self, chat: i64, fault: TelegramFault, times: usize) {
        self.wait_for(None, Some(chat), fault, times);
    }

    /// The next `times` calls of this method for this chat meet this fault.
    pub fn fail_in(&self, chat: i64, method: &str, fault: TelegramFault, times: usize) {
        self.wait_for(Some(method), Some(chat), fault, times);
    }

    fn wait_for(
        &self,
        method: Option<&str>,
        chat: Option<i64>,
        fault: TelegramFault,
        times: usize,
    ) {
        self.bot.state().faults.push(Waiting {
            method: method.map(str::to_owned),
            chat,
            fault,
            left: times,
        });
    }

    /// All is well again, except for who blocked the bot and what has moved.
    pub fn clear_faults(&self) {
        self.bot.state().faults.clear();
    }
}

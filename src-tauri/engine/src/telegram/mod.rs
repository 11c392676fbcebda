//! Telegram: a bot of the person's own, by long polling; no server of ours.

#[allow(dead_code, reason = "the bot is being built")]
mod api;
#[allow(dead_code, reason = "the bot is being built")]
mod buttons;
#[allow(dead_code, reason = "the bot is being built")]
mod chat;
#[allow(dead_code, reason = "the bot is being built")]
mod limits;
#[allow(dead_code, reason = "the bot is being built")]
mod message;

use std::sync::Arc;

use crate::{
    error::EngineError,
    model::{ChannelState, ChatId, ChatLink, TelegramView, WatchChoice},
    secrets::Secret,
};

/// The bot, its chats, and the link that is open.
#[derive(Debug, Default)]
pub(crate) struct Telegram {}

#[expect(clippy::unused_async, reason = "to be filled in")]
impl Telegram {
    /// What the settings page shows.
    pub(crate) async fn view(&self) -> Result<TelegramView, EngineError> {
        Ok(TelegramView {
            state: ChannelState::Off,
            bot: None,
            chats: Vec::new(),
            link: None,
            proxy: false,
            api_url: None,
            undelivered: 0,
        })
    }

    /// Takes a token: asks Telegram at once whose it is.
    pub(crate) async fn set_token(self: &Arc<Self>, _token: Secret) -> Result<(), EngineError> {
        Err(EngineError::NotFound("bot"))
    }

    /// Forgets the token, the chats and the link.
    pub(crate) async fn forget(&self) -> Result<(), EngineError> {
        Err(EngineError::NotFound("bot"))
    }

    /// The way to Telegram: a proxy (an empty one: none), an address of the Bot API.
    pub(crate) async fn set_way(
        self: &Arc<Self>,
        _proxy: Option<Secret>,
        _api_url: Option<String>,
    ) -> Result<(), EngineError> {
        Err(EngineError::NotFound("bot"))
    }

    /// A new code to link a chat by; an older one is void.
    pub(crate) async fn new_link(&self) -> Result<ChatLink, EngineError> {
        Err(EngineError::NotFound("bot"))
    }

    /// «Подключить»: the chat is told from now on and may command.
    pub(crate) async fn link(self: &Arc<Self>, _chat: ChatId) -> Result<(), EngineError> {
        Err(EngineError::NotFound("chat"))
    }

    /// «Отключить», or «Нет» to one that asks.
    pub(crate) async fn unlink(&self, _chat: ChatId) -> Result<(), EngineError> {
        Err(EngineError::NotFound("chat"))
    }

    /// The token has come within reach: goes to work.
    pub(crate) async fn reopen(self: &Arc<Self>) -> Result<(), EngineError> {
        Ok(())
    }

    /// What a chat hears of.
    pub(crate) async fn choose(
        &self,
        _chat: ChatId,
        _watches: WatchChoice,
    ) -> Result<(), EngineError> {
        Err(EngineError::NotFound("chat"))
    }
}

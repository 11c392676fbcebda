//! Telegram: a bot of the person's own, by long polling; no server of ours.
//!
//! [`api`] is the only door to Telegram. One way leads out: [`chat`] is a chat
//! as a channel of delivery. One leads in: [`bot`] asks for updates, [`updates`]
//! and [`commands`] read them, [`talk`] decides who may command and does it,
//! [`pages`] words the answers. Here is what the settings page does.

mod api;
mod bot;
mod buttons;
mod chat;
mod commands;
#[cfg(feature = "fuzzing")]
pub(crate) mod doors;
mod limits;
mod linking;
mod message;
mod pages;
mod talk;
mod updates;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use chrono::{DateTime, TimeDelta, Utc};
use moka::{future::Cache, policy::EvictionPolicy};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc, watch};
use url::Url;

use crate::{
    clock::Clock,
    delivery::{Locked, Rung},
    engine::{Config, Engine},
    error::{EngineError, Problem},
    model::{
        ChannelState, Chat, ChatId, ChatLink, ChatState, Event, News, Settings, TelegramView,
        Untold, WatchChoice,
    },
    secrets::{Secret, SecretName, Secrets},
    store::{ChatRow, SettingName, Store, StoreError},
    text::Words,
};

use api::{Api, Text};
use chat::{ChatChannel, Found, Office, channel_name};
use limits::Limits;
use linking::Code;

/// Chats that are no chats of ours and have been told so, remembered at a time.
const STRANGERS: u64 = 10_000;
/// That a chat was lost is worth telling for so long.
const LOSS_LIFE: TimeDelta = TimeDelta::days(1);
/// A token by which a way to Telegram is tried out before there is a bot.
const NO_TOKEN: &str = "0:none";

type Result<T, E = EngineError> = std::result::Result<T, E>;

/// The bot, its chats, and the link that is open.
pub(crate) struct Telegram {
    store: Store,
    secrets: Secrets,
    clock: Clock,
    events: broadcast::Sender<Event>,
    limits: Limits,
    demo: bool,
    /// The program runs since then.
    since: DateTime<Utc>,
    /// Whose operations the commands are.
    engine: OnceLock<Weak<Engine>>,
    /// The bot within reach, if there is one; says when it changes.
    line: watch::Sender<Option<Api>>,
    known: Mutex<Known>,
    /// When a chat that is no chat of ours was told so.
    strangers: Cache<i64, DateTime<Utc>>,
    found: mpsc::UnboundedSender<Found>,
    findings: tokio::sync::Mutex<mpsc::UnboundedReceiver<Found>>,
}

/// What is known of the bot.
#[derive(Debug)]
struct Known {
    bot: Option<Bot>,
    state: ChannelState,
    code: Option<Code>,
    /// The last look that was asked for.
    looked_at: Option<DateTime<Utc>>,
    /// The update that is being handled, and for which time.
    trying: Option<(i64, u32)>,
}

/// Whose the token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bot {
    id: i64,
    /// Without `@`.
    name: String,
}

impl std::fmt::Debug for Telegram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telegram").finish_non_exhaustive()
    }
}

impl Telegram {
    /// Not at work yet: see [`Telegram::reopen`].
    pub(crate) fn new(
        config: &Config,
        store: &Store,
        secrets: &Secrets,
        events: &broadcast::Sender<Event>,
    ) -> Self {
        let (found, findings) = mpsc::unbounded_channel();
        Self {
            store: store.clone(),
            secrets: secrets.clone(),
            clock: config.clock.clone(),
            events: events.clone(),
            limits: Limits::new(),
            demo: config.demo,
            since: config.clock.now(),
            engine: OnceLock::new(),
            line: watch::Sender::new(None),
            known: Mutex::new(Known {
                bot: None,
                state: ChannelState::Ready,
                code: None,
                looked_at: None,
                trying: None,
            }),
            strangers: Cache::builder()
                .max_capacity(STRANGERS)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            found,
            findings: tokio::sync::Mutex::new(findings),
        }
    }

    /// The engine stands.
    pub(crate) fn meet(&self, engine: &Arc<Engine>) {
        // Called once, by the engine itself.
        let _ = self.engine.set(Arc::downgrade(engine));
    }

    /// What the settings page shows.
    pub(crate) async fn view(&self) -> Result<TelegramView> {
        let settings = self.settings().await?;
        let proxy = self.secrets.get(SecretName::TelegramProxy).await;
        let chats = self.store.chats().await?;
        let now = self.clock.now();
        let undelivered = self.store.undelivered("telegram/").await?;
        let known = self.known();
        let reached = self.line.borrow().is_some();
        let state = match (&known.bot, settings.telegram && !self.demo) {
            (None, _) | (_, false) => ChannelState::Off,
            (Some(_), true) if !reached => ChannelState::Locked,
            (Some(_), true) => known.state,
        };
        let link = match (&known.bot, &known.code) {
            (Some(bot), Some(code)) if code.is_good(now) => Some(code.link(&bot.name)),
            (None | Some(_), None | Some(_)) => None,
        };
        Ok(TelegramView {
            state,
            bot: known.bot.as_ref().map(|bot| bot.name.clone()),
            maker: linking::maker(),
            chats: chats.into_iter().map(Chat::from).collect(),
            link,
            proxy: matches!(proxy, Ok(Some(_))),
            api_url: settings.telegram_api,
            undelivered,
        })
    }

    /// Takes a token: asks Telegram at once whose it is.
    pub(crate) async fn set_token(&self, token: Secret) -> Result<()> {
        if self.demo {
            return Err(EngineError::Channel(Untold::Off));
        }
        let token = Secret::from(token.expose_secret().trim().to_owned());
        let api = self.api(&token, &self.settings().await?).await?;
        let me = api.me().await;
        let me = me.map_err(|refusal| EngineError::Channel(bot::untold(refusal)))?;
        self.secrets.set(SecretName::TelegramToken, token).await?;
        let bot = Bot {
            id: me.id,
            name: me.username,
        };
        self.keep_bot(&bot).await?;
        // The person has just said that the bot is theirs: a hook would keep all updates from us.
        if let Err(refusal) = api.delete_web_hook().await {
            tracing::warn!(%refusal, "a web hook of the bot may be in the way");
        }
        self.reopen().await
    }

    /// Forgets the token, the chats and the link.
    pub(crate) async fn forget(&self) -> Result<()> {
        self.secrets.delete(SecretName::TelegramToken).await?;
        self.forget_chats().await?;
        self.store
            .save_setting(SettingName::TelegramBot, None::<&Bot>)
            .await?;
        self.known().bot = None;
        self.reopen().await
    }

    /// The way to Telegram: a proxy (an empty one: none), an address of the Bot API.
    pub(crate) async fn set_way(
        &self,
        proxy: Option<Secret>,
        api_url: Option<String>,
    ) -> Result<()> {
        let trimmed = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let api_url = api_url.as_deref().and_then(trimmed);
        let new = proxy
            .as_ref()
            .map(|proxy| trimmed(proxy.expose_secret()).map(Secret::from));
        let url = address(api_url.as_deref())?;
        let tried = new.as_ref().and_then(Option::as_ref);
        let tried = Api::new(&Secret::from(NO_TOKEN), tried, url.as_ref()).await;
        tried.map_err(invalid)?;
        match new {
            Some(Some(proxy)) => self.secrets.set(SecretName::TelegramProxy, proxy).await?,
            Some(None) => self.secrets.delete(SecretName::TelegramProxy).await?,
            None => (),
        }
        let engine = self.engine().ok_or(StoreError::Closed)?;
        let settings = Settings {
            telegram_api: api_url,
            ..engine.settings().await?
        };
        engine.save_settings(settings).await?;
        self.reopen().await
    }

    /// A new code to link a chat by; an older one is void.
    pub(crate) fn new_link(&self) -> Result<ChatLink> {
        let bot = self.bot().ok_or(EngineError::NotFound("bot"))?;
        if self.line.borrow().is_none() {
            return Err(EngineError::Channel(Untold::Locked));
        }
        let code = Code::new(self.clock.now());
        let link = code.link(&bot.name);
        self.known().code = Some(code);
        self.tell_changed();
        Ok(link)
    }

    /// «Подключить»: the chat is told from now on and may command.
    pub(crate) async fn link(&self, chat: ChatId) -> Result<()> {
        let engine = self.engine().ok_or(StoreError::Closed)?;
        if !self.store.link_chat(chat, self.clock.now()).await? {
            return Err(EngineError::NotFound("chat"));
        }
        let row = self.reopen_chat(&engine, chat).await?;
        let words = self.words().await?;
        let help = pages::help(words).html;
        let html = format!("{}\n\n{help}", words.say("telegram-linked"));
        self.mention(&engine, row.chat, Text { html }).await;
        Ok(())
    }

    /// «Отключить», or «Нет» to one that asks.
    pub(crate) async fn unlink(&self, chat: ChatId) -> Result<()> {
        let engine = self.engine().ok_or(StoreError::Closed)?;
        let row = self.row(chat).await?;
        self.forget_chat(&engine, chat).await?;
        let words = self.words().await?;
        let html = match row.state {
            ChatState::Asking => words.say("telegram-refused"),
            ChatState::Linked => words.say("telegram-unlinked"),
            ChatState::Blocked => return Ok(()),
        };
        self.mention(&engine, row.chat, Text { html }).await;
        Ok(())
    }

    /// What a chat hears of.
    pub(crate) async fn choose(&self, chat: ChatId, watches: WatchChoice) -> Result<()> {
        let engine = self.engine().ok_or(StoreError::Closed)?;
        self.choose_for(&engine, chat, watches).await
    }

    /// Token, way or settings have changed, or the token has come within reach: begins anew.
    pub(crate) async fn reopen(&self) -> Result<()> {
        let Some(engine) = self.engine() else {
            return Ok(());
        };
        let bot = self.store.setting(SettingName::TelegramBot).await?;
        let settings = self.settings().await?;
        let token = match self.secrets.get(SecretName::TelegramToken).await {
            Ok(token) => token,
            Err(error) => {
                tracing::warn!(%error, "the token of the bot is not at hand");
                None
            }
        };
        let api = match token {
            Some(token) if settings.telegram && !self.demo => {
                let api = self.api(&token, &settings).await;
                api.inspect_err(|error| tracing::error!(%error, "the way to Telegram is unfit"))
                    .ok()
            }
            Some(_) | None => None,
        };
        {
            // At once: who sees the bot may ask for a link to it.
            let mut known = self.known();
            known.bot = bot;
            known.state = ChannelState::Ready;
            self.line.send_replace(api);
        }
        engine.note_secrets().await?;
        for row in self.store.chats().await? {
            self.open_chat(&engine, row).await?;
        }
        self.tell_changed();
        Ok(())
    }

    async fn api(&self, token: &Secret, settings: &Settings) -> Result<Api> {
        // A proxy that is not at hand is not gone round: who has one needs it, or wants it.
        let proxy = self.secrets.get(SecretName::TelegramProxy).await?;
        let url = address(settings.telegram_api.as_deref())?;
        let api = Api::new(token, proxy.as_ref(), url.as_ref()).await;
        api.map_err(invalid)
    }

    async fn settings(&self) -> Result<Settings> {
        let settings = self.store.setting(SettingName::Settings).await?;
        Ok(settings.unwrap_or_default())
    }

    /// Is the bot to work, once its token is at hand?
    async fn is_wanted(&self) -> Result<bool> {
        Ok(self.settings().await?.telegram && !self.demo)
    }

    async fn words(&self) -> Result<Words> {
        Ok(Words::new(self.settings().await?.language))
    }

    fn engine(&self) -> Option<Arc<Engine>> {
        self.engine.get().and_then(Weak::upgrade)
    }
}

/// Chats.
impl Telegram {
    async fn row(&self, chat: ChatId) -> Result<ChatRow> {
        let chats = self.store.chats().await?;
        let row = chats.into_iter().find(|row| row.id == chat);
        row.ok_or(EngineError::NotFound("chat"))
    }

    /// Takes a chat into use as it is now; what waited for it is tried at once.
    async fn open_chat(&self, engine: &Arc<Engine>, row: ChatRow) -> Result<()> {
        let name = channel_name(row.id);
        let api = self.line.borrow().clone();
        match (api, row.state) {
            (Some(api), ChatState::Linked | ChatState::Blocked) => {
                let office = Office {
                    api,
                    store: self.store.clone(),
                    clock: self.clock.clone(),
                    limits: self.limits.clone(),
                    found: self.found.clone(),
                    demo: self.demo,
                };
                self.store.release_channel(name, self.clock.now()).await?;
                engine
                    .open_channel(Arc::new(ChatChannel::new(office, row)))
                    .await;
            }
            (None, ChatState::Linked | ChatState::Blocked) if self.is_wanted().await? => {
                let (title, watches) = (Some(row.title), row.watches);
                let locked = Locked {
                    name,
                    title,
                    rung: Rung::Afar,
                    watches,
                };
                engine.open_channel(Arc::new(locked)).await;
            }
            (None, _) | (_, ChatState::Asking) => engine.close_channel(&name),
        }
        Ok(())
    }

    async fn reopen_chat(&self, engine: &Arc<Engine>, chat: ChatId) -> Result<ChatRow> {
        let row = self.row(chat).await?;
        self.open_chat(engine, row.clone()).await?;
        self.tell_changed();
        Ok(row)
    }

    async fn choose_for(
        &self,
        engine: &Arc<Engine>,
        chat: ChatId,
        watches: WatchChoice,
    ) -> Result<()> {
        if !self.store.choose_for_chat(chat, watches).await? {
            return Err(EngineError::NotFound("chat"));
        }
        self.reopen_chat(engine, chat).await?;
        Ok(())
    }

    /// Forgets a chat: it is a stranger from now on.
    async fn forget_chat(&self, engine: &Arc<Engine>, chat: ChatId) -> Result<()> {
        engine.close_channel(&channel_name(chat));
        self.store.forget_chat(chat, self.clock.now()).await?;
        self.tell_changed();
        Ok(())
    }

    /// Forgets all chats, the open link and the updates heard.
    async fn forget_chats(&self) -> Result<()> {
        let engine = self.engine().ok_or(StoreError::Closed)?;
        for row in self.store.chats().await? {
            self.forget_chat(&engine, row.id).await?;
        }
        self.known().code = None;
        self.store
            .save_setting(SettingName::TelegramOffset, None::<&i64>)
            .await?;
        Ok(())
    }

    /// A chat has blocked the bot or thrown it out.
    async fn lost(&self, engine: &Arc<Engine>, row: &ChatRow) -> Result<()> {
        self.store.block_chat(row.id, true).await?;
        self.reopen_chat(engine, row.id).await?;
        let (chat, title) = (row.id, row.title.clone());
        engine
            .mourn(channel_name(chat), News::ChatLost { title }, LOSS_LIFE)
            .await
    }
}

/// What is known.
impl Telegram {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a bot been set up, whether or not its token is at hand?
    pub(crate) fn is_set_up(&self) -> bool {
        self.known().bot.is_some()
    }

    fn bot(&self) -> Option<Bot> {
        self.known().bot.clone()
    }

    fn remember_bot(&self, bot: Bot) {
        self.known().bot = Some(bot);
    }

    /// Is this the open code, in time? It is used up then.
    fn use_code(&self, secret: &str) -> bool {
        let now = self.clock.now();
        let code = &mut self.known().code;
        let right = code.as_ref().is_some_and(|code| code.is(secret, now));
        if right {
            *code = None;
        }
        right
    }

    /// May somebody in Telegram have the program look? Then no other for a while.
    fn may_look(&self, rest: TimeDelta) -> bool {
        let now = self.clock.now();
        let looked_at = &mut self.known().looked_at;
        let rested = looked_at.is_none_or(|looked| has_passed(rest, looked, now));
        if rested {
            *looked_at = Some(now);
        }
        rested
    }

    /// One more try at this update?
    fn may_try(&self, update: i64, tries: u32) -> bool {
        let trying = &mut self.known().trying;
        let before = trying
            .filter(|(id, _)| *id == update)
            .map_or(0, |(_, count)| count);
        *trying = Some((update, before + 1));
        before < tries
    }

    /// Telegram has answered.
    fn works(&self) {
        let at = self.clock.now();
        let before = std::mem::replace(&mut self.known().state, ChannelState::Works { at });
        if !matches!(before, ChannelState::Works { .. }) {
            self.tell_changed();
        }
    }

    /// It has not.
    fn fails(&self, why: Untold) {
        let now = self.clock.now();
        let changed = {
            let state = &mut self.known().state;
            let (since, changed) = match *state {
                ChannelState::Failing { since, why: before } => (since, before != why),
                ChannelState::Off
                | ChannelState::Locked
                | ChannelState::Ready
                | ChannelState::Works { .. } => (now, true),
            };
            *state = ChannelState::Failing { why, since };
            changed
        };
        if changed {
            self.tell_changed();
        }
    }

    fn tell_changed(&self) {
        // Nobody listening is no error.
        let _ = self.events.send(Event::ChannelsChanged);
    }
}

/// After the clock was set back, nobody knows: it may have.
fn has_passed(rest: TimeDelta, since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    !(TimeDelta::zero()..rest).contains(&(now - since))
}

fn address(api_url: Option<&str>) -> Result<Option<Url>> {
    let url = api_url.map(Url::parse).transpose();
    url.map_err(|_| invalid(Problem::BadAddress))
}

fn invalid(problem: Problem) -> EngineError {
    EngineError::Invalid(vec![problem])
}

#[cfg(test)]
mod tests;

//! `telegram`: the person's own bot, its chats, the way to it.

use std::{collections::BTreeSet, time::Duration};

use engine::model::{Channels, Chat, ChatId, ChatLink, ChatState};
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{
    args::{Api, Link, Telegram, Way},
    channels,
    failure::Failure,
    input, json,
    output::Table,
    secrets,
    session::Session,
    signals::Signals,
};

/// The bot tells a chat that it is linked while the command still runs.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Does what was asked with Telegram.
pub(crate) async fn perform(session: &Session, command: Telegram) -> Result<(), Failure> {
    match command {
        Telegram::Token => token(session).await,
        Telegram::Link(how) => Box::pin(link(session, how)).await,
        Telegram::Chats => chats(session).await,
        Telegram::Unlink(of) => unlink(session, ChatId(of.id)).await,
        Telegram::Way(way) => set_way(session, way).await,
        Telegram::Forget => forget(session).await,
    }
}

async fn token(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    secrets::ready(session).await?;
    let token = input::secret(words.say("cli-ask-token")).await?;
    let token = token.ok_or_else(|| Failure::Said(words.say("cli-problem-token")))?;
    let channels = session.engine.set_telegram_token(token).await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let bot = channels.telegram.bot.clone().unwrap_or_default();
    let sentence = words.say_with("cli-telegram-bot", &[("bot", bot.into())]);
    channels::changed(session, &channels, sentence).await
}

async fn link(session: &Session, how: Link) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    if !how.yes && !input::can_answer() {
        return Err(Failure::Said(words.say("cli-link-nobody")));
    }
    secrets::open(session).await?;
    let mut signals = Signals::listen().map_err(Failure::Runtime)?;
    let mut events = session.engine.events();
    let before = asking(&session.engine.channels().await.map_err(failed)?);
    let before: BTreeSet<ChatId> = before.into_iter().map(|chat| chat.id).collect();
    let link = session.engine.new_chat_link().await.map_err(failed)?;
    say(
        session,
        json!({"event": "link", "url": link.url, "until": json::moment(link.until)}),
        words.say_with(
            "cli-link",
            &[
                ("url", link.url.as_str().into()),
                ("until", words.clock_time(link.until).into()),
            ],
        ),
    )
    .await?;
    let chat = tokio::select! {
        chat = asked(session, &link, &before, &mut events) => chat?,
        () = signals.stop() => return Ok(()),
    };
    let Some(chat) = chat else {
        return Err(Failure::Said(words.say("cli-link-over")));
    };
    let question = words.say_with("cli-link-ask", &[("chat", chat.title.as_str().into())]);
    if how.yes || input::agreed(question).await? {
        session.engine.link_chat(chat.id).await.map_err(failed)?;
        let linked = words.say_with(
            "cli-linked",
            &[
                ("chat", chat.title.as_str().into()),
                ("id", chat.id.to_string().into()),
            ],
        );
        say(session, event("linked", &chat), linked).await?;
        tokio::time::sleep(LAST_WORDS).await;
        Ok(())
    } else {
        session.engine.unlink_chat(chat.id).await.map_err(failed)?;
        tokio::time::sleep(LAST_WORDS).await;
        Err(Failure::Said(words.say("cli-link-refused")))
    }
}

/// The chat that sent the code, or none in time.
async fn asked(
    session: &Session,
    link: &ChatLink,
    before: &BTreeSet<ChatId>,
    events: &mut Receiver<engine::model::Event>,
) -> Result<Option<Chat>, Failure> {
    let mut used = false;
    loop {
        let channels = session.engine.channels().await;
        let channels = channels.map_err(|error| session.failed(error))?;
        used |= channels.telegram.link.as_ref() != Some(link);
        let left = (link.until - session.now()).to_std().unwrap_or_default();
        if used {
            let mut asking = asking(&channels);
            // One that asked before and asks again is no other chat than it was.
            if let Some(new) = asking.iter().position(|chat| !before.contains(&chat.id)) {
                return Ok(Some(asking.swap_remove(new)));
            }
            if let (Some(chat), None) = (asking.pop(), asking.pop()) {
                return Ok(Some(chat));
            }
        }
        if left.is_zero() {
            return Ok(None);
        }
        match tokio::time::timeout(left, events.recv()).await {
            Ok(Ok(_) | Err(RecvError::Lagged(_))) | Err(_) => (),
            Ok(Err(RecvError::Closed)) => return Ok(None),
        }
    }
}

fn asking(channels: &Channels) -> Vec<Chat> {
    let chats = channels.telegram.chats.iter();
    chats
        .filter(|chat| chat.state == ChatState::Asking)
        .cloned()
        .collect()
}

fn event(name: &str, chat: &Chat) -> Value {
    json!({"event": name, "chat": chat})
}

/// A line of a command that goes on.
async fn say(session: &Session, event: Value, sentence: String) -> Result<(), Failure> {
    session.answer(|| event, || sentence).await
}

async fn chats(session: &Session) -> Result<(), Failure> {
    let words = session.words;
    let channels = session.engine.channels().await;
    let chats = channels
        .map_err(|error| session.failed(error))?
        .telegram
        .chats;
    let text = || {
        if chats.is_empty() {
            return words.say("cli-no-chats");
        }
        let mut table = Table::new([
            words.say("cli-id"),
            words.say("cli-chat"),
            words.say("cli-state"),
        ]);
        for chat in &chats {
            let state = match chat.state {
                ChatState::Asking => words.say("cli-chat-asking"),
                ChatState::Linked => words.say("cli-chat-linked"),
                ChatState::Blocked => words.say("cli-chat-blocked"),
            };
            table.row([chat.id.to_string(), chat.title.clone(), state]);
        }
        table.to_text()
    };
    session.answer(|| json!(chats), text).await
}

async fn unlink(session: &Session, chat: ChatId) -> Result<(), Failure> {
    let channels = session.engine.unlink_chat(chat).await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let sentence = session.words.say("cli-unlinked");
    channels::changed(session, &channels, sentence).await
}

async fn set_way(session: &Session, way: Way) -> Result<(), Failure> {
    let words = session.words;
    let failed = |error| session.failed(error);
    let proxy = if way.proxy_from_stdin {
        secrets::ready(session).await?;
        let typed = input::secret(words.say("cli-ask-proxy")).await?;
        Some(typed.unwrap_or_default())
    } else {
        secrets::open(session).await?;
        None
    };
    let api = match way.api {
        Some(Api::Default) => None,
        Some(Api::At(url)) => Some(url.as_str().trim_end_matches('/').to_owned()),
        None => {
            let kept = session.engine.channels().await.map_err(failed)?;
            kept.telegram.api_url
        }
    };
    let channels = session.engine.set_telegram_way(proxy, api).await;
    let channels = channels.map_err(failed)?;
    changed_way(session, &channels).await
}

async fn changed_way(session: &Session, channels: &Channels) -> Result<(), Failure> {
    let words = session.words;
    let api = match &channels.telegram.api_url {
        Some(url) => url.clone(),
        None => words.say("cli-way-telegrams"),
    };
    let id = if channels.telegram.proxy {
        "cli-way-proxy"
    } else {
        "cli-way"
    };
    let sentence = words.say_with(id, &[("api", api.into())]);
    channels::changed(session, channels, sentence).await
}

async fn forget(session: &Session) -> Result<(), Failure> {
    secrets::open(session).await?;
    let channels = session.engine.forget_telegram().await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let sentence = session.words.say("cli-telegram-forgotten");
    channels::changed(session, &channels, sentence).await
}

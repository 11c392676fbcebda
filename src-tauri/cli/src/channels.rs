//! `channels`: the ways to tell besides the screen, in words.

use chrono::{DateTime, Utc};
use engine::{
    model::{ChannelState, Channels, ChatState, CheckSubject, PushKind, Untold},
    secrets::{KeyStore, StoreFailure},
    text::Words,
};

use crate::{failure::Failure, json, output::Table, secrets, session::Session};

/// Prints every way to tell.
pub(crate) async fn channels(session: &Session) -> Result<(), Failure> {
    secrets::open_by_file(session).await?;
    let channels = session.engine.channels().await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let text = || text(&channels, session.words, session.now());
    session.answer(|| json::channels(&channels), text).await
}

/// What became of a change: all channels as JSON, or this sentence.
pub(crate) async fn changed(
    session: &Session,
    channels: &Channels,
    sentence: String,
) -> Result<(), Failure> {
    session
        .answer(|| json::channels(channels), || sentence)
        .await
}

/// The id of each way's name, and how it is.
pub(crate) fn states(channels: &Channels) -> [(&'static str, ChannelState); 3] {
    [
        ("cli-doctor-telegram", channels.telegram.state),
        ("cli-doctor-mail", channels.mail.state),
        ("cli-doctor-push", channels.push.state),
    ]
}

fn text(channels: &Channels, words: Words, now: DateTime<Utc>) -> String {
    let mut table = Table::new([
        words.say("cli-channel"),
        words.say("cli-state"),
        words.say("cli-channel-waiting"),
        words.say("cli-channel-where"),
    ]);
    let waiting = [
        channels.telegram.undelivered,
        channels.mail.undelivered,
        channels.push.undelivered,
    ];
    let places = [telegram(channels, words), mail(channels), push(channels)];
    for (((id, state), waiting), place) in states(channels).into_iter().zip(waiting).zip(places) {
        table.row([
            words.say(id),
            self::state(state, words, now),
            waiting.to_string(),
            place,
        ]);
    }
    table.row([
        words.say("cli-doctor-key-store"),
        key_store(channels, words),
        String::new(),
        String::new(),
    ]);
    table.to_text()
}

/// «@bot: Мария, Дом».
fn telegram(channels: &Channels, words: Words) -> String {
    let Some(bot) = &channels.telegram.bot else {
        return String::new();
    };
    let linked = channels.telegram.chats.iter();
    let linked = linked.filter(|chat| chat.state == ChatState::Linked);
    let titles: Vec<&str> = linked.map(|chat| chat.title.as_str()).collect();
    if titles.is_empty() {
        return words.say_with("cli-channel-no-chats", &[("bot", bot.as_str().into())]);
    }
    format!("@{bot}: {}", titles.join(", "))
}

fn mail(channels: &Channels) -> String {
    channels.mail.settings.to.clone()
}

fn push(channels: &Channels) -> String {
    let kind = match channels.push.settings.kind {
        PushKind::Ntfy => "ntfy",
        PushKind::Webhook => "webhook",
    };
    match &channels.push.host {
        Some(host) => format!("{kind}, {host}"),
        None => String::new(),
    }
}

/// How a way to tell is.
fn state(state: ChannelState, words: Words, now: DateTime<Utc>) -> String {
    match state {
        ChannelState::Off => words.say("cli-channel-off"),
        ChannelState::Locked => words.say("cli-channel-locked"),
        ChannelState::Ready => words.say("cli-channel-ready"),
        ChannelState::Works { at } => words.say_with(
            "cli-channel-works",
            &[("when", words.moment(at, now).into())],
        ),
        ChannelState::Failing { why, since } => words.say_with(
            "cli-channel-failing",
            &[
                ("since", words.moment(since, now).into()),
                ("why", self::why(why, words).into()),
            ],
        ),
    }
}

fn key_store(channels: &Channels, words: Words) -> String {
    match channels.key_store {
        KeyStore::System => words.say("cli-key-store-system"),
        KeyStore::Sealed => words.say("cli-key-store-sealed"),
        KeyStore::Locked => words.say("cli-key-store-locked"),
        KeyStore::Memory => words.say("cli-key-store-memory"),
        KeyStore::Undecided => match channels.key_store_trouble {
            Some(StoreFailure::Refused | StoreFailure::Silent) => {
                words.say("cli-key-store-refused")
            }
            Some(StoreFailure::Absent | StoreFailure::Forgetful | StoreFailure::Failed) | None => {
                words.say("cli-key-store-none")
            }
        },
    }
}

/// What `doctor` says of a way to tell and of the key store; of other subjects nothing.
pub(crate) fn detail(
    subject: CheckSubject,
    channels: &Channels,
    words: Words,
    now: DateTime<Utc>,
) -> Option<String> {
    let state = match subject {
        CheckSubject::Telegram => channels.telegram.state,
        CheckSubject::Mail => channels.mail.state,
        CheckSubject::Push => channels.push.state,
        CheckSubject::KeyStore => return Some(key_store(channels, words)),
        CheckSubject::Network
        | CheckSubject::Service
        | CheckSubject::Clock
        | CheckSubject::Database
        | CheckSubject::Notifications
        | CheckSubject::Tray
        | CheckSubject::Autostart => return None,
    };
    Some(self::state(state, words, now))
}

/// Why a channel did not take a message.
pub(crate) fn why(why: Untold, words: Words) -> String {
    match why {
        Untold::Told | Untold::Answered | Untold::Started | Untold::Gone | Untold::Returned => {
            words.say("cli-untold-over")
        }
        Untold::Off => words.say("cli-untold-off"),
        Untold::Quiet => words.say("cli-untold-quiet"),
        Untold::Starting => words.say("cli-untold-starting"),
        Untold::Absent => words.say("cli-untold-absent"),
        Untold::Silent => words.say("cli-untold-silent"),
        Untold::Refused => words.say("cli-untold-refused"),
        Untold::Ladder => words.say("cli-untold-ladder"),
        Untold::Unreachable => words.say("cli-untold-unreachable"),
        Untold::Busy => words.say("cli-untold-busy"),
        Untold::Token => words.say("cli-untold-token"),
        Untold::Blocked => words.say("cli-untold-blocked"),
        Untold::Locked => words.say("cli-untold-locked"),
        Untold::Conflict => words.say("cli-untold-conflict"),
    }
}

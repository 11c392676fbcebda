//! The Bot API: the calls the program makes, and what a refusal means.
//!
//! The payloads are teloxide's; the exchange is not: its own waits ten seconds
//! over every 5xx, longer than a delivery may last, knows one timeout for all
//! calls and tells neither the status nor whether a request ever went out.

use std::{fmt, time::Duration};

use reqwest::{Certificate, Client, Proxy, Response, StatusCode, redirect};
use secrecy::ExposeSecret;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use teloxide_core::{
    payloads::{
        AnswerCallbackQuery, AnswerCallbackQuerySetters, DeleteWebhook, EditMessageText,
        EditMessageTextSetters, GetMe, GetUpdates, GetUpdatesSetters, SendMessage,
        SendMessageSetters, SetMyCommands, SetMyCommandsSetters,
    },
    requests::Payload,
    types::{
        AllowedUpdate, BotCommand, CallbackQueryId, ChatId, InlineKeyboardButton,
        InlineKeyboardMarkup, LinkPreviewOptions, MessageId, ParseMode, Update,
    },
};
use tokio::time::Instant;
use url::{Host, Url};

use crate::{error::Problem, secrets::Secret};

/// Telegram's own.
const OFFICIAL: &str = "https://api.telegram.org/";
/// A connection that is not made by then was never made.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Less than a delivery may last, so that its outcome is known and not guessed.
const CALL_LIMIT: Duration = Duration::from_secs(8);
/// How much later than promised a long poll may answer.
const POLL_SLACK: Duration = Duration::from_secs(10);
/// A 429 that does not say how long.
const UNNAMED_WAIT: Duration = Duration::from_secs(30);
/// No 429 is obeyed for longer.
const LONGEST_WAIT: Duration = Duration::from_hours(24);
/// A hundred updates, the most there are in one answer, take less than a tenth of it.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A bot. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    /// `https://api.telegram.org/bot<token>/`: as secret as the token.
    base: Url,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Me {
    /// The bot's number.
    pub id: i64,
    /// Its name without `@`.
    pub username: String,
}

/// A message in Telegram's HTML: `<b>`, `<s>` and `<i>` only, everything else escaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Text {
    /// With tags.
    pub html: String,
}

impl Text {
    /// The same without tags, for when Telegram does not understand them.
    pub(crate) fn plain(&self) -> String {
        let bare = ["<b>", "</b>", "<s>", "</s>", "<i>", "</i>"]
            .iter()
            .fold(self.html.clone(), |text, tag| text.replace(tag, ""));
        // `&amp;` last: `&amp;lt;` is `&lt;`.
        [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&amp;", "&"),
        ]
        .iter()
        .fold(bare, |text, (escaped, sign)| text.replace(escaped, sign))
    }
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Button {
    /// Opens a page.
    Link {
        /// What it says.
        title: String,
        /// The page.
        url: String,
    },
    /// Comes back as an update.
    Press {
        /// What it says.
        title: String,
        /// What comes back, at most 64 bytes.
        data: String,
    },
}

/// Why a call had no effect, or may have had none.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The token is not accepted.
    #[error("the token is not accepted")]
    Token,
    /// Another program reads the bot's updates, or a web hook does.
    #[error("another program reads the updates")]
    Conflict,
    /// The chat takes no messages: blocked, deleted, kicked, no right to write.
    #[error("the chat takes no messages")]
    Blocked,
    /// The group has become a supergroup with this number.
    #[error("the group has another number now")]
    Migrated(i64),
    /// Too many calls: none before this has passed.
    #[error("too many calls: {0:?}")]
    Busy(Duration),
    /// Neither the tags nor the plain text were understood.
    #[error("the text is not understood")]
    Formatting,
    /// The message to be changed is gone or too old.
    #[error("the message is gone")]
    MessageGone,
    /// No connection was made: nothing can have been done.
    #[error("no connection was made")]
    Unheard,
    /// No answer, or half of one: it may have been done.
    #[error("no answer that can be read")]
    Unknown,
    /// Telegram fails, and as far as it knows nothing was done.
    #[error("the server fails")]
    Server,
    /// Anything else; trying again does not help.
    #[error("refused")]
    Other,
}

/// Without the number of a chat: what is debugged may be logged.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Api {
    /// A bot by its token, on its own way: an `http`, `https`, `socks5` or `socks5h` proxy, an
    /// address of the Bot API. The system's proxy is never used.
    pub(crate) async fn new(
        token: &Secret,
        proxy: Option<&Secret>,
        api_url: Option<&Url>,
    ) -> Result<Self, Problem> {
        Self::trusting(token, proxy, api_url, &[]).await
    }

    /// The same, trusting authorities besides those of the system.
    async fn trusting(
        token: &Secret,
        proxy: Option<&Secret>,
        api_url: Option<&Url>,
        extra_roots: &[Certificate],
    ) -> Result<Self, Problem> {
        let token = token.expose_secret().trim();
        if !is_token(token) {
            return Err(Problem::BadToken);
        }
        // HTTP/1.1: a call that timed out takes its dead connection along, a later one has its own.
        let mut builder = Client::builder()
            .no_proxy()
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_LIMIT);
        for root in extra_roots {
            builder = builder.add_root_certificate(root.clone());
        }
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy_from(proxy.expose_secret().trim())?);
        }
        let mut base = match api_url {
            Some(url) => own_address(url)?,
            None => Url::parse(OFFICIAL).map_err(|_| Problem::BadAddress)?,
        };
        base.path_segments_mut()
            .map_err(|()| Problem::BadAddress)?
            .pop_if_empty()
            .push(&format!("bot{token}"));
        // It reads the certificates of the system.
        let client = tokio::task::spawn_blocking(move || builder.build()).await;
        let client = client
            .map_err(|_| Problem::BadProxy)?
            .map_err(|_| Problem::BadProxy)?;
        Ok(Self { client, base })
    }

    /// Whose the token is.
    pub(crate) async fn me(&self) -> Result<Me, Refusal> {
        Ok(self.call(&GetMe::new(), CALL_LIMIT).await?)
    }

    /// Messages, presses and comings and goings from this number on, waited for so long. One that
    /// cannot be read has its number and [`teloxide_core::types::UpdateKind::Error`].
    pub(crate) async fn updates(
        &self,
        offset: i64,
        wait: Duration,
    ) -> Result<Vec<Update>, Refusal> {
        let payload = GetUpdates::new()
            .offset(i32::try_from(offset).unwrap_or(i32::MAX))
            .timeout(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
            .allowed_updates([
                AllowedUpdate::Message,
                AllowedUpdate::CallbackQuery,
                AllowedUpdate::MyChatMember,
            ]);
        Ok(self.call(&payload, wait + POLL_SLACK).await?)
    }

    /// Sends a message; without its tags if they are not understood. Returns its number.
    pub(crate) async fn send(
        &self,
        chat: i64,
        text: &Text,
        buttons: &[Vec<Button>],
        silent: bool,
    ) -> Result<i64, Refusal> {
        #[derive(Deserialize)]
        struct Sent {
            message_id: i64,
        }
        let plain = SendMessage::new(ChatId(chat), text.plain())
            .disable_notification(silent)
            .link_preview_options(no_preview())
            .reply_markup(keyboard(buttons));
        let mut tagged = plain.clone().parse_mode(ParseMode::Html);
        tagged.text.clone_from(&text.html);
        let sent: Sent = self.call_either(&tagged, &plain).await?;
        Ok(sent.message_id)
    }

    /// Changes a message. One that says so already is no failure.
    pub(crate) async fn edit(
        &self,
        chat: i64,
        message: i64,
        text: &Text,
        buttons: &[Vec<Button>],
    ) -> Result<(), Refusal> {
        let plain = EditMessageText::new(ChatId(chat), message_id(message)?, text.plain())
            .link_preview_options(no_preview())
            .reply_markup(keyboard(buttons));
        let mut tagged = plain.clone().parse_mode(ParseMode::Html);
        tagged.text.clone_from(&text.html);
        done(self.call_either(&tagged, &plain).await)
    }

    /// Ends the waiting of a pressed button; the text is shown for a moment, or until closed.
    pub(crate) async fn answer_press(
        &self,
        press_id: &str,
        text: Option<&str>,
        alert: bool,
    ) -> Result<(), Refusal> {
        let mut payload =
            AnswerCallbackQuery::new(CallbackQueryId(press_id.to_owned())).show_alert(alert);
        payload.text = text.map(str::to_owned);
        done(self.call(&payload, CALL_LIMIT).await)
    }

    /// The menu of commands, for people with this language or for all others.
    pub(crate) async fn set_commands(
        &self,
        language: Option<&str>,
        commands: &[(&str, String)],
    ) -> Result<(), Refusal> {
        let commands = commands
            .iter()
            .map(|(name, description)| BotCommand::new(*name, description));
        let mut payload = SetMyCommands::new(commands);
        if let Some(language) = language {
            payload = payload.language_code(language);
        }
        done(self.call(&payload, CALL_LIMIT).await)
    }

    /// Ends a web hook: with one, nobody can ask for updates. What came meanwhile is kept.
    pub(crate) async fn delete_web_hook(&self) -> Result<(), Refusal> {
        let payload = DeleteWebhook::new();
        done(self.call(&payload, CALL_LIMIT).await)
    }

    /// The first payload, or the second if its tags are not understood; in the time of one call.
    async fn call_either<P, T>(&self, tagged: &P, plain: &P) -> Result<T, Failed>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        let started = Instant::now();
        match self.call(tagged, CALL_LIMIT).await {
            Err(Failed::Refused(refused)) if refused.meaning() == Refusal::Formatting => {
                tracing::warn!(method = P::NAME, "Telegram did not understand the tags");
                let left = CALL_LIMIT.saturating_sub(started.elapsed());
                self.call(plain, left).await
            }
            answered => answered,
        }
    }

    async fn call<P, T>(&self, payload: &P, limit: Duration) -> Result<T, Failed>
    where
        P: Payload + Serialize,
        T: DeserializeOwned,
    {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| Failed::Unanswered(Refusal::Other))?
            .push(P::NAME);
        let request = self.client.post(url).json(payload).timeout(limit);
        // The error names the address, and with it the token: only its kind is looked at.
        let response = request.send().await.map_err(|error| {
            Failed::Unanswered(if error.is_connect() || error.is_builder() {
                Refusal::Unheard
            } else {
                Refusal::Unknown
            })
        })?;
        let status = response.status();
        // A gateway speaks: what it has passed on may have been done.
        if matches!(
            status,
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT
        ) {
            return Err(Failed::Unanswered(Refusal::Unknown));
        }
        if status.is_server_error() {
            return Err(Failed::Unanswered(Refusal::Server));
        }
        let body = whole(response).await;
        let body = body.ok_or(Failed::Unanswered(Refusal::Unknown))?;
        read(&body, status)
    }
}

/// The body of an answer, unless it breaks off or goes on and on.
async fn whole(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.ok()? {
        if body.len() + piece.len() > LARGEST_ANSWER {
            return None;
        }
        body.extend_from_slice(&piece);
    }
    Some(body)
}

/// What an answer says.
fn read<T: DeserializeOwned>(body: &[u8], status: StatusCode) -> Result<T, Failed> {
    match serde_json::from_slice(body) {
        Ok(Answer::Result { result }) => Ok(result),
        Ok(Answer::Refused(refused)) => Err(Failed::Refused(refused)),
        // Something between us and Telegram has answered.
        Err(_) if status.is_success() => Err(Failed::Unanswered(Refusal::Unknown)),
        Err(_) => Err(Failed::Unanswered(Refusal::Other)),
    }
}

/// The updates of an answer.
#[cfg(feature = "fuzzing")]
pub(super) fn read_updates(body: &[u8]) -> Result<Vec<Update>, Refusal> {
    Ok(read(body, StatusCode::OK)?)
}

/// A call that failed.
enum Failed {
    /// Telegram has said why.
    Refused(Refused),
    /// It has not.
    Unanswered(Refusal),
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(refused) => refused.meaning(),
            Failed::Unanswered(refusal) => refusal,
        }
    }
}

/// A call whose answer says nothing more. That there was nothing to do any more is no failure.
fn done(answered: Result<IgnoredAny, Failed>) -> Result<(), Refusal> {
    match answered {
        Err(Failed::Refused(refused)) if refused.is_idle() => Ok(()),
        Ok(IgnoredAny) => Ok(()),
        Err(failed) => Err(failed.into()),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Result { result: T },
    Refused(Refused),
}

#[derive(Deserialize)]
struct Refused {
    error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Deserialize, Default)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Refused {
    /// The code decides; a 400 is told apart by its words, which have been the same for years.
    fn meaning(&self) -> Refusal {
        if let Some(chat) = self.parameters.migrate_to_chat_id {
            return Refusal::Migrated(chat);
        }
        match self.error_code {
            401 | 404 => Refusal::Token,
            403 => Refusal::Blocked,
            409 => Refusal::Conflict,
            429 => Refusal::Busy(
                self.parameters
                    .retry_after
                    .map_or(UNNAMED_WAIT, Duration::from_secs)
                    .min(LONGEST_WAIT),
            ),
            502 | 504 => Refusal::Unknown,
            500.. => Refusal::Server,
            _ => self.bad_request(),
        }
    }

    /// The message says so already; the press was too long ago to be answered.
    fn is_idle(&self) -> bool {
        let words = self.description.to_lowercase();
        self.error_code == 400
            && (words.contains("message is not modified") || words.contains("query is too old"))
    }

    fn bad_request(&self) -> Refusal {
        const MEANINGS: [(&[&str], Refusal); 3] = [
            (
                &["can't parse entities", "can't find end"],
                Refusal::Formatting,
            ),
            (
                &[
                    "message to edit not found",
                    "message can't be edited",
                    "message to delete not found",
                    "message can't be deleted",
                    "message_id_invalid",
                ],
                Refusal::MessageGone,
            ),
            (
                &[
                    "chat not found",
                    "user not found",
                    "peer_id_invalid",
                    "deactivated",
                    "not enough rights",
                    "have no rights",
                    "chat_write_forbidden",
                    "kicked",
                ],
                Refusal::Blocked,
            ),
        ];
        let words = self.description.to_lowercase();
        MEANINGS
            .iter()
            .find(|(marks, _)| marks.iter().any(|mark| words.contains(mark)))
            .map_or(Refusal::Other, |(_, refusal)| *refusal)
    }
}

/// `123456:ABC…`
fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(number, secret)| {
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        is_number && !secret.is_empty() && secret.bytes().all(is_part)
    })
}

fn proxy_from(text: &str) -> Result<Proxy, Problem> {
    let url = Url::parse(text).map_err(|_| Problem::BadProxy)?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") || !url.has_host() {
        return Err(Problem::BadProxy);
    }
    Proxy::all(url).map_err(|_| Problem::BadProxy)
}

/// The token is part of every address: it goes out encrypted, or does not leave the computer.
fn own_address(url: &Url) -> Result<Url, Problem> {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if is_safe && is_bare {
        Ok(url.clone())
    } else {
        Err(Problem::BadAddress)
    }
}

/// Telegram's numbers of messages are of 32 bits; what is not is no message.
fn message_id(message: i64) -> Result<MessageId, Refusal> {
    i32::try_from(message)
        .map(MessageId)
        .map_err(|_| Refusal::MessageGone)
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// A link that is none has no button: the message matters more.
fn keyboard(buttons: &[Vec<Button>]) -> InlineKeyboardMarkup {
    let button = |button: &Button| match button {
        Button::Link { title, url } => {
            let url = Url::parse(url).ok()?;
            Some(InlineKeyboardButton::url(title, url))
        }
        Button::Press { title, data } => Some(InlineKeyboardButton::callback(title, data)),
    };
    let rows = buttons
        .iter()
        .map(|row| row.iter().filter_map(button).collect::<Vec<_>>());
    InlineKeyboardMarkup::new(rows.filter(|row| !row.is_empty()))
}

#[cfg(test)]
mod tests;

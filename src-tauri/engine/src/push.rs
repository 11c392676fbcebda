//! ntfy, and a POST of JSON to any address.

mod body;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::{
    Client, Response, StatusCode,
    header::RETRY_AFTER,
    redirect::{Attempt, Policy},
};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::sync::OnceCell;
use url::{Host, Url};

use crate::{
    clock::Clock,
    delivery::{Channel, Message, Rung, Taken, TellError, key},
    error::{EngineError, Problem},
    gorzdrav::find_cause,
    model::{MessageKind, News, PushKind, Untold},
    secrets::Secret,
    text::letter::Voice,
};

/// The name of the channel.
pub(crate) const NAME: &str = "push";

/// The longest address, bytes.
const LONGEST_ADDRESS: usize = 2048;
/// The longest topic of ntfy, and the longest name of a message.
const LONGEST_TOPIC: usize = 64;
/// Until a connection is given up.
const CONNECT_LIMIT: Duration = Duration::from_secs(4);
/// For all of it: less than the worker waits, so that it is known how far it went.
const LIMIT: Duration = Duration::from_secs(9);
/// A refusal that only the person can end is asked about again after this.
const NEXT_TRY: Duration = Duration::from_mins(15);
/// What a server may ask to wait.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// As above.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// A server that sends its callers elsewhere does it once or twice.
const MOST_REDIRECTS: usize = 3;

/// Is this an address that can be used?
pub(crate) fn check(kind: PushKind, address: &Secret) -> Result<(), EngineError> {
    Way::parse(kind, address).map(|_| ())
}

/// Who reads it: a person, or a program.
pub(crate) fn rung(kind: PushKind) -> Rung {
    match kind {
        PushKind::Ntfy => Rung::Afar,
        PushKind::Webhook => Rung::Machine,
    }
}

/// The host of an address, for people to recognise it by.
pub(crate) fn host(address: &Secret) -> Option<String> {
    let url = Url::parse(address.expose_secret().trim()).ok()?;
    url.host_str().map(str::to_owned)
}

/// Where it goes.
struct Way {
    url: Url,
    /// A name and a password that stood in the address.
    login: Option<(String, String)>,
    /// For ntfy.
    topic: String,
    /// On this computer or beside it.
    near: bool,
}

impl Way {
    fn parse(kind: PushKind, address: &Secret) -> Result<Self, EngineError> {
        Self::of(kind, address.expose_secret().trim())
            .ok_or_else(|| EngineError::Invalid(vec![Problem::BadAddress]))
    }

    fn of(kind: PushKind, address: &str) -> Option<Self> {
        (address.len() <= LONGEST_ADDRESS).then_some(())?;
        let mut url = Url::parse(address).ok()?;
        let near = is_near(&url.host()?);
        match url.scheme() {
            "https" => (),
            "http" if near => (),
            _ => return None,
        }
        let decoded = |text: &str| {
            let text = percent_encoding::percent_decode_str(text);
            text.decode_utf8().ok().map(Cow::into_owned)
        };
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (name, Some(password)) if !name.is_empty() => {
                Some((decoded(name)?, decoded(password)?))
            }
            (_, None | Some(_)) => return None,
        };
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        url.set_fragment(None);
        let topic = match kind {
            PushKind::Webhook => String::new(),
            PushKind::Ntfy => {
                let topic = url
                    .path_segments()?
                    .rfind(|part| !part.is_empty())?
                    .to_owned();
                let fit = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_');
                let good = topic.len() <= LONGEST_TOPIC && topic.chars().all(fit);
                (good && url.query().is_none()).then_some(())?;
                // JSON goes to the root of the server.
                url.path_segments_mut().ok()?.pop_if_empty().pop().push("");
                topic
            }
        };
        Some(Self {
            url,
            login,
            topic,
            near,
        })
    }
}

/// May it be written to without encryption: this computer, or one of the same network?
fn is_near(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Host::Ipv6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let top = name.rsplit_once('.').map(|(_, top)| top);
            name == "localhost" || matches!(top, Some("localhost" | "local"))
        }
    }
}

/// The channel.
pub(crate) struct Push {
    kind: PushKind,
    way: Way,
    token: Option<Secret>,
    /// Made when it is first needed.
    client: OnceCell<Client>,
    voice: Voice,
    /// Tells the messages of two computers apart.
    installation: String,
    clock: Clock,
}

impl Push {
    /// Goes to an address that is good by [`check`].
    pub(crate) fn new(
        kind: PushKind,
        address: &Secret,
        token: Option<Secret>,
        voice: Voice,
        installation: String,
        clock: Clock,
    ) -> Result<Self, EngineError> {
        let way = Way::parse(kind, address)?;
        Ok(Self {
            kind,
            way,
            token: token.filter(|token| !token.expose_secret().is_empty()),
            client: OnceCell::new(),
            voice,
            installation,
            clock,
        })
    }

    /// The name of a message, the same for a repeat.
    fn name_of(&self, key: &str) -> String {
        format!("{}-{key}", self.installation)
    }

    async fn post(&self, body: &Value, idempotency: Option<&str>) -> Result<(), TellError> {
        let client = self
            .client
            .get_or_try_init(|| client(self.way.near))
            .await?;
        let mut request = client.post(self.way.url.clone()).json(body);
        if let Some(key) = idempotency {
            request = request.header("Idempotency-Key", key);
        }
        request = match (&self.token, &self.way.login) {
            (Some(token), _) => request.bearer_auth(token.expose_secret()),
            (None, Some((name, password))) => request.basic_auth(name, Some(password)),
            (None, None) => request,
        };
        match request.send().await {
            Ok(answer) => taken(&answer, self.clock.now()),
            Err(error) => Err(untold(&error)),
        }
    }
}

#[async_trait]
impl Channel for Push {
    fn name(&self) -> &str {
        NAME
    }

    fn rung(&self) -> Rung {
        rung(self.kind)
    }

    // A program takes alerts one by one.
    fn groups(&self) -> bool {
        match self.kind {
            PushKind::Ntfy => true,
            PushKind::Webhook => false,
        }
    }

    // What was said is replaced when it is gone, and then alone.
    fn edits(&self) -> bool {
        false
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        let now = self.clock.now();
        match self.kind {
            PushKind::Webhook => {
                let alone = Message {
                    together: Vec::new(),
                    ..message.clone()
                };
                let body = body::webhook(&alone, self.voice, now);
                let key = self.name_of(&key(&alone));
                self.post(&body, Some(&key)).await?;
                Ok(Taken::default())
            }
            PushKind::Ntfy => {
                let mut key = self.name_of(&key(message));
                key.truncate(LONGEST_TOPIC);
                // What was told of this alert alone can be replaced; else it would take away others.
                let name = match message.kind {
                    MessageKind::Gone => message.receipt.clone().unwrap_or(key),
                    MessageKind::Appeared | MessageKind::Again => key,
                };
                let body = body::ntfy(message, &self.way.topic, &name, self.voice, now);
                self.post(&body, None).await?;
                let alone = message.together.is_empty();
                Ok(Taken {
                    receipt: alone.then_some(name),
                    unseen: false,
                })
            }
        }
    }

    async fn announce(&self, news: &News, silent: bool) -> Result<(), TellError> {
        let now = self.clock.now();
        match self.kind {
            PushKind::Webhook => {
                let body = body::webhook_news(news, self.voice, now);
                self.post(&body, None).await
            }
            PushKind::Ntfy => {
                let body = body::ntfy_news(news, silent, &self.way.topic, self.voice, now);
                self.post(&body, None).await
            }
        }
    }
}

async fn client(near: bool) -> Result<Client, TellError> {
    let client = Client::builder()
        .user_agent(concat!("Talonchik/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_LIMIT)
        .timeout(LIMIT)
        // A connection that broke while it lay idle cannot be told from one that was cut.
        .pool_max_idle_per_host(0)
        .redirect(Policy::custom(same_host));
    // The way to the next room does not lead through a proxy.
    let client = if near { client.no_proxy() } else { client };
    // It reads the certificates of the system.
    let built = tokio::task::spawn_blocking(move || client.build()).await;
    built.ok().and_then(Result::ok).ok_or(TellError::Later {
        after: Some(NEXT_TRY),
        why: Untold::Refused,
    })
}

/// What was posted is posted again to another place of the same host, never to another host, and
/// never in the clear after a beginning that was encrypted.
fn same_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let kept = matches!(
        attempt.status(),
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    let Some(first) = attempt.previous().first() else {
        return attempt.stop();
    };
    let there = attempt.url();
    let same = first.host_str() == there.host_str()
        && (first.scheme() == there.scheme() || there.scheme() == "https");
    if kept && same && attempt.previous().len() <= MOST_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// What an answer says about the message.
fn taken(answer: &Response, now: DateTime<Utc>) -> Result<(), TellError> {
    let status = answer.status();
    let retry = || {
        let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?;
        retry_after(text, now)
    };
    let (after, why) = match status {
        status if status.is_success() => return Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (Some(NEXT_TRY), Untold::Token),
        StatusCode::NOT_FOUND | StatusCode::GONE => (Some(NEXT_TRY), Untold::Blocked),
        StatusCode::TOO_MANY_REQUESTS => (retry(), Untold::Busy),
        status if status.is_server_error() => (retry(), Untold::Refused),
        _ => (Some(NEXT_TRY), Untold::Refused),
    };
    Err(TellError::Later { after, why })
}

/// How long a server asks to wait: seconds, or until a moment.
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let wait = if let Ok(secs) = text.parse() {
        Duration::from_secs(secs)
    } else {
        let then: DateTime<Utc> = httpdate::parse_http_date(text).ok()?.into();
        (then - now).to_std().unwrap_or_default()
    };
    Some(wait.clamp(SHORTEST_WAIT, LONGEST_WAIT))
}

/// Why there was no answer. What may have been heard is said again as a repeat.
fn untold(error: &reqwest::Error) -> TellError {
    if find_cause::<rustls::Error>(error).is_some() {
        return TellError::Later {
            after: Some(NEXT_TRY),
            why: Untold::Refused,
        };
    }
    let why = if error.is_connect() {
        Untold::Unreachable
    } else {
        Untold::Silent
    };
    TellError::Later { after: None, why }
}

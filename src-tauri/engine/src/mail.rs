//! E-mail through the person's own server.

mod letter;
mod session;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    Address,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, TlsParameters},
    },
};
use secrecy::ExposeSecret;
use tokio::sync::OnceCell;

use crate::{
    clock::Clock,
    delivery::{Channel, Message, Rung, Taken, TellError},
    error::{EngineError, Problem},
    model::{MailSecurity, MailSettings, News, Untold},
    secrets::Secret,
    text::letter::{Letter, Voice},
};
use letter::{Envelope, Ids};
use session::Server;

/// The name of the channel.
pub(crate) const NAME: &str = "mail";

/// A refusal that only the person can end is asked about again after this.
const NEXT_TRY: Duration = Duration::from_mins(15);
/// Letters go to no more addresses.
const MOST_RECIPIENTS: usize = 5;
/// The longest name of a host.
const LONGEST_HOST: usize = 253;
/// The longest login.
const LONGEST_LOGIN: usize = 254;

/// Settings fit to be used: trimmed, the port filled in, the addresses good. What is switched off
/// may be unfinished.
pub(crate) fn checked(mail: MailSettings) -> Result<MailSettings, EngineError> {
    let trimmed = |text: String| text.trim().to_owned();
    let mail = MailSettings {
        server: trimmed(mail.server).trim_end_matches('.').to_lowercase(),
        port: match (mail.port, mail.security) {
            (0, MailSecurity::Tls) => 465,
            (0, MailSecurity::StartTls) => 587,
            (port, MailSecurity::Tls | MailSecurity::StartTls) => port,
        },
        login: trimmed(mail.login),
        from: trimmed(mail.from),
        to: trimmed(mail.to),
        ..mail
    };
    if !mail.on {
        return Ok(mail);
    }
    let mut problems = Vec::new();
    if !is_host(&mail.server) {
        problems.push(Problem::BadServer);
    }
    let login = !mail.login.is_empty()
        && mail.login.len() <= LONGEST_LOGIN
        && !mail.login.contains(char::is_control);
    if !login || addresses(&mail).is_none() {
        problems.push(Problem::BadMailAddress);
    }
    if problems.is_empty() {
        Ok(mail)
    } else {
        Err(EngineError::Invalid(problems))
    }
}

/// A name or an address, nothing around it.
fn is_host(server: &str) -> bool {
    if server.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let fit = |one: char| one.is_alphanumeric() || matches!(one, '.' | '-' | '_');
    !server.is_empty()
        && server.len() <= LONGEST_HOST
        && server.chars().all(fit)
        // «123» would be an address.
        && matches!(url::Host::parse(server), Ok(url::Host::Domain(_)))
}

/// Who writes, and to whom; the login writes where no sender is given.
fn addresses(mail: &MailSettings) -> Option<Envelope> {
    let from = if mail.from.is_empty() {
        &mail.login
    } else {
        &mail.from
    };
    let to = mail
        .to
        .split(',')
        .map(|address| address.trim().parse().ok())
        .collect::<Option<Vec<Address>>>()?;
    (to.len() <= MOST_RECIPIENTS).then_some(())?;
    Some(Envelope {
        from: from.parse().ok()?,
        to,
    })
}

/// The channel.
pub(crate) struct Mail {
    server: Server,
    envelope: Envelope,
    ids: Ids,
    voice: Voice,
    clock: Clock,
    roots: Vec<Vec<u8>>,
    /// Reading the system's certificates takes a while: once, when they are needed.
    tls: OnceCell<TlsParameters>,
}

impl Mail {
    /// A connection is made for each message. `installation` tells the letters of two computers apart.
    pub(crate) fn new(
        mail: MailSettings,
        password: &Secret,
        voice: Voice,
        installation: &str,
        clock: Clock,
        roots: &[Vec<u8>],
    ) -> Result<Self, EngineError> {
        let mail = checked(mail)?;
        let envelope =
            addresses(&mail).ok_or(EngineError::Invalid(vec![Problem::BadMailAddress]))?;
        Ok(Self {
            ids: Ids::new(installation, &envelope.from),
            envelope,
            server: Server {
                // A name in Cyrillic is asked for as it is known to the world.
                host: match url::Host::parse(&mail.server) {
                    Ok(url::Host::Domain(ascii)) => ascii,
                    Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | Err(_) => mail.server,
                },
                port: mail.port,
                security: mail.security,
                credentials: Credentials::new(mail.login, password.expose_secret().to_owned()),
            },
            voice,
            clock,
            roots: roots.to_vec(),
            tls: OnceCell::new(),
        })
    }

    async fn tls(&self) -> Result<TlsParameters, TellError> {
        let make = || async {
            let (host, roots) = (self.server.host.clone(), self.roots.clone());
            tokio::task::spawn_blocking(move || {
                let builder = TlsParameters::builder(host);
                roots
                    .into_iter()
                    .try_fold(builder, |builder, root| {
                        Ok(builder.add_root_certificate(Certificate::from_der(root)?))
                    })?
                    .build()
            })
            .await
            .ok()?
            .ok()
        };
        self.tls
            .get_or_try_init(|| async { make().await.ok_or(()) })
            .await
            .cloned()
            .map_err(|()| TellError::Later {
                after: Some(NEXT_TRY),
                why: Untold::Refused,
            })
    }

    async fn send(&self, letter: lettre::Message) -> Result<(), TellError> {
        let tls = self.tls().await?;
        session::send(&self.server, tls, &self.envelope, &letter.formatted()).await
    }
}

#[async_trait]
impl Channel for Mail {
    fn name(&self) -> &str {
        NAME
    }

    fn rung(&self) -> Rung {
        Rung::Afar
    }

    fn groups(&self) -> bool {
        true
    }

    // Such a letter would be read when it is of no use.
    fn tells_gone(&self) -> bool {
        false
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        let now = self.clock.now();
        let letter = Letter::of(message, self.voice, now);
        let ids = self.ids.of(message);
        let letter = letter::written(&letter, &ids, message.silent, &self.envelope, now)?;
        self.send(letter).await?;
        Ok(Taken::default())
    }

    async fn announce(&self, news: &News, silent: bool) -> Result<(), TellError> {
        let now = self.clock.now();
        let letter = Letter::of_news(news, self.voice, now);
        let ids = self.ids.of_news(news, now);
        let letter = letter::written(&letter, &ids, silent, &self.envelope, now)?;
        self.send(letter).await
    }
}

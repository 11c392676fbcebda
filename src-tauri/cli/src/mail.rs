//! `mail`: letters from the person's own mailbox.

use engine::model::{MailSecurity, MailSettings};

use crate::{
    args::{Mail, Security, SetMail},
    channels,
    failure::Failure,
    input, secrets,
    session::Session,
};

/// Does what was asked with mail.
pub(crate) async fn perform(session: &Session, command: Mail) -> Result<(), Failure> {
    match command {
        Mail::Set(set) => self::set(session, set).await,
        Mail::Off => off(session).await,
        Mail::Forget => forget(session).await,
    }
}

async fn set(session: &Session, set: SetMail) -> Result<(), Failure> {
    let words = session.words;
    secrets::ready(session).await?;
    let password = input::secret(words.say("cli-ask-password")).await?;
    let settings = MailSettings {
        on: true,
        server: set.server,
        port: set.port,
        security: match set.security {
            Security::Tls => MailSecurity::Tls,
            Security::Starttls => MailSecurity::StartTls,
        },
        login: set.login,
        from: set.from.unwrap_or_default(),
        to: set.to,
    };
    let channels = session.engine.set_mail(settings, password).await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let to = channels.mail.settings.to.clone();
    let sentence = words.say_with("cli-mail-set", &[("to", to.into())]);
    channels::changed(session, &channels, sentence).await
}

async fn off(session: &Session) -> Result<(), Failure> {
    let failed = |error| session.failed(error);
    let kept = session.engine.channels().await.map_err(failed)?;
    let settings = MailSettings {
        on: false,
        ..kept.mail.settings
    };
    let channels = session.engine.set_mail(settings, None).await;
    let channels = channels.map_err(failed)?;
    let sentence = session.words.say("cli-mail-off");
    channels::changed(session, &channels, sentence).await
}

async fn forget(session: &Session) -> Result<(), Failure> {
    secrets::open(session).await?;
    let channels = session.engine.forget_mail().await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let sentence = session.words.say("cli-mail-forgotten");
    channels::changed(session, &channels, sentence).await
}

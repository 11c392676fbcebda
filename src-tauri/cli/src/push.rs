//! `push`: ntfy, or a webhook.

use engine::model::{PushKind, PushSettings};

use crate::{
    args::{Push, Service, SetPush},
    channels,
    failure::Failure,
    input, secrets,
    session::Session,
};

/// Does what was asked with pushes.
pub(crate) async fn perform(session: &Session, command: Push) -> Result<(), Failure> {
    match command {
        Push::Set(set) => self::set(session, &set).await,
        Push::Forget => forget(session).await,
    }
}

async fn set(session: &Session, set: &SetPush) -> Result<(), Failure> {
    let words = session.words;
    secrets::ready(session).await?;
    let address = input::secret(words.say("cli-ask-address")).await?;
    let token = input::secret(words.say("cli-ask-push-token")).await?;
    let settings = PushSettings {
        on: true,
        kind: match set.kind {
            Service::Ntfy => PushKind::Ntfy,
            Service::Webhook => PushKind::Webhook,
        },
    };
    let channels = session.engine.set_push(settings, address, token).await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let host = channels.push.host.clone().unwrap_or_default();
    let sentence = words.say_with("cli-push-set", &[("host", host.into())]);
    channels::changed(session, &channels, sentence).await
}

async fn forget(session: &Session) -> Result<(), Failure> {
    secrets::open(session).await?;
    let channels = session.engine.forget_push().await;
    let channels = channels.map_err(|error| session.failed(error))?;
    let sentence = session.words.say("cli-push-forgotten");
    channels::changed(session, &channels, sentence).await
}

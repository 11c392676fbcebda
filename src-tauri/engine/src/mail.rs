//! E-mail through the person's own server.

use async_trait::async_trait;

use crate::{
    clock::Clock,
    delivery::{Channel, Message, Rung, Taken, TellError},
    error::EngineError,
    model::{Language, MailSettings, Untold},
    secrets::Secret,
};

/// The name of the channel.
pub(crate) const NAME: &str = "mail";

/// Settings fit to be used.
pub(crate) fn checked(mail: MailSettings) -> Result<MailSettings, EngineError> {
    Ok(mail)
}

/// The channel.
pub(crate) struct Mail {}

impl Mail {
    /// A connection is made for each message.
    pub(crate) fn new(
        _mail: MailSettings,
        _password: &Secret,
        _language: Language,
        _clock: Clock,
        _roots: &[Vec<u8>],
    ) -> Result<Self, EngineError> {
        Ok(Self {})
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

    async fn tell(&self, _message: &Message) -> Result<Taken, TellError> {
        Err(TellError::Never { why: Untold::Off })
    }
}

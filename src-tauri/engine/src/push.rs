//! ntfy, and a POST of JSON to any address.

use async_trait::async_trait;

use crate::{
    clock::Clock,
    delivery::{Channel, Message, Rung, Taken, TellError},
    error::EngineError,
    model::{Language, PushKind, Untold},
    secrets::Secret,
};

/// The name of the channel.
pub(crate) const NAME: &str = "push";

/// Is this an address that can be used?
pub(crate) fn check(_kind: PushKind, _address: &Secret) -> Result<(), EngineError> {
    Ok(())
}

/// The host of an address, for people to recognise it by.
pub(crate) fn host(_address: &Secret) -> Option<String> {
    None
}

/// The channel.
pub(crate) struct Push {}

impl Push {
    /// The address has been checked.
    pub(crate) fn new(
        _kind: PushKind,
        _address: &Secret,
        _token: Option<Secret>,
        _language: Language,
        _clock: Clock,
    ) -> Result<Self, EngineError> {
        Ok(Self {})
    }
}

#[async_trait]
impl Channel for Push {
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

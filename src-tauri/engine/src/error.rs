//! What can go wrong in an operation, by what the caller does about it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    gorzdrav::{ApiError, ClientError, OfflineCause, SiteFault, link::LinkError},
    model::Untold,
    secrets::SecretError,
    store::StoreError,
};

/// The engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used: in use, newer, or broken.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The service's address cannot be used.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// An operation failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// No such watch, alert or clinic.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was filled in cannot be taken.
    #[error("what was filled in cannot be taken: {}", describe(.0))]
    Invalid(Vec<Problem>),
    /// Not a link to the booking site.
    #[error("not a link that can be used")]
    BadLink(#[source] Arc<LinkError>),
    /// The service did not give what was needed.
    #[error(transparent)]
    Api(Arc<ApiError>),
    /// The database failed.
    #[error(transparent)]
    Storage(Arc<StoreError>),
    /// Tokens and passwords are not at hand, or cannot be kept.
    #[error(transparent)]
    Secrets(#[from] SecretError),
    /// Telegram, the mail server or the push service did not take what it was given.
    #[error("the service did not take it: {0:?}")]
    Channel(Untold),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        Self::Storage(Arc::new(error))
    }
}

impl From<ApiError> for EngineError {
    fn from(error: ApiError) -> Self {
        Self::Api(Arc::new(error))
    }
}

/// What a caller can tell apart; the window has one sentence for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// No such thing.
    NotFound,
    /// See the problems.
    Invalid,
    /// Not a link to the booking site.
    BadLink,
    /// No network.
    Offline,
    /// Somebody else answers in the service's place.
    Impostor,
    /// The service's certificate has expired or is not valid yet.
    BadCertificate,
    /// The service refuses this address.
    Blocked,
    /// The service asked to slow down.
    Slowed,
    /// The clinic's own system fails.
    ClinicDown,
    /// The service fails.
    SiteDown,
    /// The database fails.
    Storage,
    /// The system has no key store: a passphrase, or nothing is kept.
    NoKeyStore,
    /// The secrets are locked: the passphrase is asked for.
    Locked,
    /// Not the passphrase.
    WrongPassphrase,
    /// The key store fails, or its file is damaged.
    KeyStore,
    /// The token, the login or the password is not accepted.
    TokenRefused,
    /// Telegram, the mail server or the push service cannot be reached.
    Unreachable,
    /// It was reached and refused.
    ChannelRefused,
}

impl EngineError {
    /// What kind of failure it is.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::BadLink(_) => ErrorCode::BadLink,
            Self::Api(error) => match **error {
                ApiError::Offline { cause, .. } => match cause {
                    OfflineCause::Name | OfflineCause::Route => ErrorCode::Offline,
                    OfflineCause::Impostor => ErrorCode::Impostor,
                },
                ApiError::Blocked { .. } => ErrorCode::Blocked,
                ApiError::Slowed { .. } => ErrorCode::Slowed,
                ApiError::ClinicDown { .. } | ApiError::Refused { .. } => ErrorCode::ClinicDown,
                ApiError::SiteDown {
                    fault: SiteFault::Certificate,
                    ..
                } => ErrorCode::BadCertificate,
                ApiError::SiteDown { .. } => ErrorCode::SiteDown,
            },
            Self::Storage(_) => ErrorCode::Storage,
            Self::Secrets(error) => match error {
                SecretError::Undecided => ErrorCode::NoKeyStore,
                SecretError::Locked => ErrorCode::Locked,
                SecretError::WrongPassphrase => ErrorCode::WrongPassphrase,
                SecretError::WeakPassphrase => ErrorCode::Invalid,
                _ => ErrorCode::KeyStore,
            },
            Self::Channel(why) => match why {
                Untold::Token => ErrorCode::TokenRefused,
                Untold::Unreachable | Untold::Silent => ErrorCode::Unreachable,
                _ => ErrorCode::ChannelRefused,
            },
        }
    }

    /// What is wrong with what was filled in.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid(problems) => problems,
            Self::Secrets(SecretError::WeakPassphrase) => &[Problem::WeakPassphrase],
            Self::NotFound(_)
            | Self::BadLink(_)
            | Self::Api(_)
            | Self::Storage(_)
            | Self::Secrets(_)
            | Self::Channel(_) => &[],
        }
    }
}

/// One thing that is wrong with a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Problem {
    /// No clinic and specialty.
    NoPlace,
    /// More than 20 places.
    TooManyPlaces,
    /// The same clinic and specialty twice.
    RepeatedPlace,
    /// An id is empty or far too long.
    BadId,
    /// «Chosen doctors» without any, or more than 100.
    NoDoctor,
    /// The nickname is longer than 40 characters.
    LongNickname,
    /// A range ends before it begins.
    EmptyRange,
    /// More than 20 ranges or 366 excluded days.
    TooManyRules,
    /// «Not after» is before «not before».
    DatesReversed,
    /// The last wanted day, or the last day of watching, has passed.
    Past,
    /// A longer notice than 60 days.
    LongNotice,
    /// An unfinished form is larger than 64 KB.
    TooLong,
    /// The file is not an export of this program.
    BadFile,
    /// A budget outside 30 to 720 requests per hour.
    BadBudget,
    /// Not a bot's token: `123456:ABC…`.
    BadToken,
    /// Not the address of a proxy: `http://…`, `socks5://login:password@host:port`.
    BadProxy,
    /// Not an address of a Bot API, an ntfy topic or a web hook; or one that is not encrypted.
    BadAddress,
    /// Not the name of a mail server, or no port.
    BadServer,
    /// Not an e-mail address.
    BadMailAddress,
    /// A password is needed: there is none, or it belongs to another server or login.
    NoPassword,
    /// A passphrase shorter than 8 characters.
    WeakPassphrase,
}

fn describe(problems: &[Problem]) -> String {
    let words: Vec<String> = problems
        .iter()
        .map(|problem| format!("{problem:?}"))
        .collect();
    words.join(", ")
}

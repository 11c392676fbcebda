//! What can go wrong between us and the API, by what a caller does about it.

use std::time::Duration;

use crate::model::Outcome;

/// The cause under an error.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Codes that are passing, but not soon: an unknown clinic or one that is off, a schedule that is not there.
/// Source: the API reference, "Error codes".
const LASTING: [i32; 2] = [610, 645];

/// No client can be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an http(s) address that paths can be added to.
    #[error("the API's address must begin with http:// or https://")]
    Base,
    /// The HTTP library or the system's certificates failed.
    #[error("the HTTP client could not be made")]
    Http(#[source] reqwest::Error),
}

/// A request that brought no rows.
///
/// "Nothing there" (codes 37, 38, 39) is no error: see [`Answer`](super::Answer).
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// This computer has no way to the service.
    #[error("offline: {cause}")]
    Offline {
        /// How that showed.
        cause: OfflineCause,
        /// The cause.
        #[source]
        source: Cause,
    },
    /// The service refuses this address (VPN, foreign country): 403, or connections refused or reset.
    #[error("the service refuses this address")]
    Blocked {
        /// The HTTP status, if it came to that.
        status: Option<u16>,
        /// The cause.
        #[source]
        source: Option<Cause>,
    },
    /// The service asked to slow down (429, or 503 with a time); the pace has been told.
    #[error("the service asked to slow down")]
    Slowed {
        /// For how long, if it said so.
        retry_after: Option<Duration>,
    },
    /// The clinic's own system failed: passing. Unknown codes are here too.
    #[error("the clinic's system failed with code {code}")]
    ClinicDown {
        /// The API's code.
        code: i32,
        /// The API's text, for people; decides nothing.
        message: String,
    },
    /// The service itself failed: passing.
    #[error("the service failed: {fault}")]
    SiteDown {
        /// How.
        fault: SiteFault,
        /// The cause, if there is one.
        #[source]
        source: Option<Cause>,
    },
    /// A final no (codes 639, 676, 751, 45).
    #[error("the service refused with code {code}")]
    Refused {
        /// The API's code.
        code: i32,
        /// The API's text, for people.
        message: String,
    },
}

/// How being offline showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum OfflineCause {
    /// The name could not be resolved.
    #[error("the service's name could not be resolved")]
    Name,
    /// No route to the service.
    #[error("no route to the service")]
    Route,
    /// Somebody else answered in the service's place with a certificate that is not its own:
    /// a network that wants a login first, or an eavesdropper.
    #[error("another party answered in the service's place")]
    Impostor,
}

/// How the service failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum SiteFault {
    /// An HTTP status that is neither success nor has a meaning of its own.
    #[error("HTTP status {0}")]
    Status(u16),
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The answer broke off.
    #[error("the answer broke off")]
    Cut,
    /// Not the JSON we know: a maintenance page, most likely.
    #[error("unreadable answer")]
    Unreadable,
    /// More than any honest answer.
    #[error("the answer is too large")]
    TooLarge,
    /// Sent to another host, or off https.
    #[error("redirected elsewhere")]
    Redirected,
    /// Its certificate is no longer or not yet valid.
    #[error("the certificate is no longer or not yet valid")]
    Certificate,
    /// Anything else between us.
    #[error("the exchange failed")]
    Exchange,
}

impl ApiError {
    /// How a look that ended so is counted. None of these is knowledge.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Offline { .. } => Outcome::Offline,
            Self::Blocked { .. } | Self::Slowed { .. } => Outcome::Blocked,
            Self::ClinicDown { .. } | Self::SiteDown { .. } | Self::Refused { .. } => {
                Outcome::Unavailable
            }
        }
    }

    /// The API's code, if it gave one.
    pub fn code(&self) -> Option<i32> {
        match self {
            Self::ClinicDown { code, .. } | Self::Refused { code, .. } => Some(*code),
            Self::Offline { .. }
            | Self::Blocked { .. }
            | Self::Slowed { .. }
            | Self::SiteDown { .. } => None,
        }
    }

    /// Does the clinic say that there is no such thing? That does not pass soon.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self, Self::ClinicDown { code, .. } if LASTING.contains(code))
    }

    pub(super) fn site(fault: SiteFault) -> Self {
        Self::SiteDown {
            fault,
            source: None,
        }
    }
}

//! The appointment API of gorzdrav.spb.ru: the client, its errors, links into the site.
//!
//! The API's spellings (`lpu`, `speciality`, `ariaNumber`) and quirks end here:
//! `wire` reads its JSON, `tidy` makes its texts fit for people, and the rest of
//! the engine sees [`model`](crate::model) types only. Every request waits for a
//! permit of [`Pace`](crate::pace::Pace).

mod client;
#[cfg(feature = "fuzzing")]
pub(crate) mod doors;
mod error;
pub mod link;
mod net;
mod tidy;
mod transport;
mod wire;

#[cfg(test)]
mod recorded;

pub use client::{Answer, Client, DEFAULT_BASE, Token, USER_AGENT};
pub use error::{ApiError, ClientError, OfflineCause, SiteFault};
pub(crate) use net::find as find_cause;
pub(crate) use tidy::{line as tidy_line, specialty as specialty_name};
pub use transport::Transport;

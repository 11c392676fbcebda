//! Everything the product does, without a window.
//!
//! Data flows one way: `poller` asks through `gorzdrav`, `diff` compares with
//! the last snapshot, `store` commits snapshot, openings and outbox in one
//! transaction, `delivery` tells the channels. [`Engine`] owns all tasks and
//! offers the operations that the window, the command line and tests use.

mod backup;
pub mod blocking;
mod board;
pub mod catalog;
pub mod clock;
mod clocks;
mod deadman;
mod delivery;
mod diff;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod doors;
mod engine;
mod error;
pub mod failpoints;
pub mod gorzdrav;
mod history;
pub mod launch;
mod ledger;
mod mail;
pub mod model;
mod night;
pub mod pace;
mod plan;
mod poller;
mod push;
mod release_clock;
mod roster;
pub mod schedule;
pub mod secrets;
mod store;
mod tally;
mod telegram;
pub mod text;
pub mod trust;
mod watches;
mod witness;

pub use backup::{Backup, ImportFate, ImportPlan, ImportRow, ImportSettings, Imported};
pub use delivery::{Channel, Message, Rung, Taken, TellError};
pub use engine::{Config, Engine};
pub use error::{EngineError, ErrorCode, Problem, StartError};
pub use store::{Opening, StoreError};

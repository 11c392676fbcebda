//! Everything the product does, without a window.
//!
//! Data flows one way: `poller` asks through `gorzdrav`, `diff` compares with
//! the last snapshot, `store` commits snapshot, openings and outbox in one
//! transaction, `delivery` tells the channels. [`Engine`] owns all tasks and
//! offers the operations that the window, the command line and tests use.

mod board;
pub mod clock;
mod diff;
pub mod gorzdrav;
pub mod model;
pub mod pace;
mod plan;
mod poller;
mod schedule;
pub mod store;
pub mod text;

//! Everything the product does, without a window.
//!
//! Data flows one way: `poller` asks through `gorzdrav`, `diff` compares with
//! the last snapshot, `store` commits snapshot, openings and outbox in one
//! transaction, `delivery` tells the channels. [`Engine`] owns all tasks and
//! offers the operations that the window, the command line and tests use.

pub mod catalog;
pub mod clock;
pub mod model;
pub mod text;

//! The real program, run against a city on loopback with a data folder of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod catalogue;
mod files;
mod harness;
mod looking;
mod running;
mod simulated;
mod starting;
mod usage;
mod watches;

//! The real program, run against a city on loopback with a data folder of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod catalogue;
// Elsewhere the tests would find the key store of whoever runs them.
#[cfg(target_os = "linux")]
mod channels;
#[cfg(target_os = "linux")]
mod crash;
mod files;
mod harness;
#[cfg(target_os = "linux")]
mod home;
mod looking;
mod running;
mod simulated;
mod starting;
mod usage;
mod watches;

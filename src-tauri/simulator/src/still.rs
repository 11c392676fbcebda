//! Paused time that really stands.

use std::sync::mpsc;

/// While it lives, tokio's paused clock does not run ahead by itself.
///
/// A paused clock jumps to the next timer when all tasks wait, and it takes a task that waits
/// for bytes already under way for one that waits. Where many short messages go to and fro under
/// one timeout, as in a mail session, that timeout would go off though nobody is late.
#[derive(Debug)]
pub struct Still(#[expect(dead_code, reason = "lives to be dropped")] mpsc::Sender<()>);

impl Still {
    /// Stops the clock. Call within a runtime.
    pub fn new() -> Self {
        let (alive, over) = mpsc::channel();
        // The clock waits for blocking tasks; this one ends when the other half is dropped.
        tokio::task::spawn_blocking(move || over.recv());
        Self(alive)
    }
}

impl Default for Still {
    fn default() -> Self {
        Self::new()
    }
}

//! How a channel does, as the settings page shows it.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::model::{ChannelState, Untold};

/// The last word of a channel.
#[derive(Debug)]
pub(crate) struct Health(Mutex<ChannelState>);

impl Default for Health {
    fn default() -> Self {
        Self(Mutex::new(ChannelState::Ready))
    }
}

impl Health {
    /// As known now.
    pub(crate) fn state(&self) -> ChannelState {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It took a message.
    pub(crate) fn works(&self, at: DateTime<Utc>) -> bool {
        self.change(|_| ChannelState::Works { at })
    }

    /// It did not take one.
    pub(crate) fn fails(&self, why: Untold, at: DateTime<Utc>) -> bool {
        self.change(|before| {
            let since = match before {
                ChannelState::Failing { since, .. } => since,
                ChannelState::Off
                | ChannelState::Locked
                | ChannelState::Ready
                | ChannelState::Works { .. } => at,
            };
            ChannelState::Failing { why, since }
        })
    }

    /// `true`: it does otherwise than before.
    fn change(&self, next: impl FnOnce(ChannelState) -> ChannelState) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *state;
        *state = next(before);
        match (before, *state) {
            (ChannelState::Works { .. }, ChannelState::Works { .. }) => false,
            (ChannelState::Failing { why: a, .. }, ChannelState::Failing { why: b, .. }) => a != b,
            _ => true,
        }
    }
}

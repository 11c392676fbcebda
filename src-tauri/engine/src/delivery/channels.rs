//! The channels at hand. Those of the program's owner stay; chats, mail and push come and go.

use std::sync::{Arc, PoisonError, RwLock};

use tokio_util::sync::CancellationToken;

use super::{Channel, Health};
use crate::model::ChannelState;

/// All channels, each with what stops its worker.
#[derive(Default)]
pub(crate) struct Channels {
    list: RwLock<Vec<Open>>,
}

struct Open {
    channel: Arc<dyn Channel>,
    health: Arc<Health>,
    /// Lets its worker finish what it is telling, and end.
    stop: CancellationToken,
}

impl std::fmt::Debug for Channels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Channels {
    /// The channels of this moment.
    pub(crate) fn all(&self) -> Vec<Arc<dyn Channel>> {
        self.read()
            .iter()
            .map(|open| Arc::clone(&open.channel))
            .collect()
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.read()
            .iter()
            .map(|open| open.channel.name().to_owned())
            .collect()
    }

    /// How a channel does; `None`: there is none of that name.
    pub(crate) fn health(&self, name: &str) -> Option<ChannelState> {
        let open = self.read();
        let open = open.iter().find(|open| open.channel.name() == name)?;
        Some(open.health.state())
    }

    /// Adds a channel in the place of one of that name; its worker is to end with `stop`.
    pub(crate) fn add(
        &self,
        channel: Arc<dyn Channel>,
        health: Arc<Health>,
        stop: CancellationToken,
    ) {
        let mut list = self.write();
        drop_named(&mut list, channel.name());
        list.push(Open {
            channel,
            health,
            stop,
        });
    }

    /// Removes a channel and stops its worker.
    pub(crate) fn remove(&self, name: &str) {
        drop_named(&mut self.write(), name);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Vec<Open>> {
        self.list.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Vec<Open>> {
        self.list.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drop_named(list: &mut Vec<Open>, name: &str) {
    list.retain(|open| {
        let other = open.channel.name() != name;
        if !other {
            open.stop.cancel();
        }
        other
    });
}

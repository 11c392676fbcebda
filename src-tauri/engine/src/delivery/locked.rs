//! A way to tell whose token or password is not at hand: what it has to say waits for it.

use std::time::Duration;

use async_trait::async_trait;

use super::{Channel, Message, Rung, Taken, TellError};
use crate::model::{Alert, News, TRIAL, Untold, WatchChoice, WatchId};

/// Whoever brings the secret opens the channel itself, and what waits is due at once.
const REST: Duration = Duration::from_mins(15);

/// In the place of a channel until its secret is there.
pub(crate) struct Locked {
    /// The channel's name.
    pub(crate) name: String,
    /// What people call it, where there are several of its kind.
    pub(crate) title: Option<String>,
    /// Where it stands on the ladder.
    pub(crate) rung: Rung,
    /// What it is to tell of.
    pub(crate) watches: WatchChoice,
}

impl Locked {
    /// A channel that tells of all watches.
    pub(crate) fn of_all(name: &str, rung: Rung) -> Self {
        Self {
            rung,
            name: name.to_owned(),
            title: None,
            watches: WatchChoice::All,
        }
    }
}

fn later() -> TellError {
    TellError::Later {
        after: Some(REST),
        why: Untold::Locked,
    }
}

#[async_trait]
impl Channel for Locked {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> Option<String> {
        self.title.clone()
    }

    fn rung(&self) -> Rung {
        self.rung
    }

    fn wants(&self, watch: WatchId) -> bool {
        watch == TRIAL || self.watches.includes(watch)
    }

    async fn tell(&self, _message: &Message) -> Result<Taken, TellError> {
        Err(later())
    }

    async fn refresh(&self, _alert: &Alert, _receipt: &str) -> Result<(), TellError> {
        Err(later())
    }

    async fn announce(&self, _news: &News, _silent: bool) -> Result<(), TellError> {
        Err(later())
    }
}

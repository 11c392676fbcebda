//! Updates, read and understood without a bot.

use chrono::{DateTime, Utc};

use super::{
    api, commands,
    updates::{self, Heard},
};

/// What would be made of one update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overheard {
    /// The name of who speaks.
    pub title: String,
    /// What is asked for, by its name in the program; of a press, what the button carries.
    pub asked: String,
    /// Addresses behind words.
    pub links: Vec<String>,
}

/// What an answer to `getUpdates` says now; `None`: it cannot be read. What has no effect is left out.
pub fn updates(body: &[u8], now: DateTime<Utc>) -> Option<Vec<Overheard>> {
    let overheard = |heard| match heard {
        Heard::Said(said) => Some(Overheard {
            title: said.voice.title,
            asked: format!("{:?}", commands::read(&said.text, "our_bot")),
            links: said.links,
        }),
        Heard::Pressed(pressed) => Some(Overheard {
            title: pressed.voice.title,
            asked: pressed.token,
            links: Vec::new(),
        }),
        Heard::Reach(reach) => Some(Overheard {
            title: reach.voice.title,
            asked: format!("reachable: {}", reach.reachable),
            links: Vec::new(),
        }),
        Heard::Moved { .. } | Heard::Nothing => None,
    };
    let heard = api::read_updates(body).ok()?.into_iter();
    Some(
        heard
            .filter_map(|update| overheard(updates::read(update, now)))
            .collect(),
    )
}

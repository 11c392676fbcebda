//! Which channel tells an alert when, as long as nobody answers.
//!
//! At most three tellings: the screen, the screen again, the others. Any answer
//! on any device ends it; «Позже» begins it anew.

use std::{collections::HashMap, sync::Arc};

use chrono::TimeDelta;

use super::Channel;
use crate::{
    model::{MessageKind, Tell, WatchId},
    store::Step,
};

/// Between two rungs.
pub(crate) const STEP: TimeDelta = TimeDelta::minutes(2);

/// Where a channel stands on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rung {
    /// Read by a program: told at once, knows no quiet hours.
    Machine,
    /// The screen of this computer: told first, and once more.
    Screen,
    /// Reaches a person elsewhere: told when nobody answers at the screen.
    Afar,
}

/// The tellings of alerts on some channels: watches that are told alike share them.
pub(crate) struct Ladders<'a> {
    channels: &'a [Arc<dyn Channel>],
    /// By who is told, and in which order.
    known: HashMap<(Tell, Vec<bool>), Arc<[Step]>>,
}

impl<'a> Ladders<'a> {
    /// Of these channels.
    pub(crate) fn new(channels: &'a [Arc<dyn Channel>]) -> Self {
        Self {
            channels,
            known: HashMap::new(),
        }
    }

    /// The tellings of an alert of this watch.
    pub(crate) fn steps(&mut self, tell: Tell, watch: WatchId) -> Arc<[Step]> {
        let channels = self.channels;
        let wants: Vec<bool> = channels.iter().map(|it| it.wants(watch)).collect();
        let steps = self.known.entry((tell, wants)).or_insert_with_key(|key| {
            let wanted = channels.iter().zip(&key.1).filter(|(_, wants)| **wants);
            steps(tell, wanted.map(|(channel, _)| &**channel).collect())
        });
        Arc::clone(steps)
    }
}

fn steps(tell: Tell, wanted: Vec<&dyn Channel>) -> Arc<[Step]> {
    let screen = wanted.iter().any(|channel| channel.rung() == Rung::Screen);
    let step = |channel: &dyn Channel, kind, after| Step {
        channel: channel.name().to_owned(),
        kind,
        after,
        at_once: channel.rung() == Rung::Machine,
    };
    wanted
        .into_iter()
        .flat_map(|channel| {
            let (first, again) = match (channel.rung(), tell) {
                (Rung::Screen, Tell::Ladder | Tell::AtOnce) => (TimeDelta::zero(), Some(STEP)),
                (Rung::Afar, Tell::Ladder) if screen => (STEP * 2, None),
                (Rung::Afar | Rung::Machine, Tell::Ladder | Tell::AtOnce) => {
                    (TimeDelta::zero(), None)
                }
            };
            let first = step(channel, MessageKind::Appeared, first);
            let again = again.map(|after| step(channel, MessageKind::Again, after));
            std::iter::once(first).chain(again)
        })
        .collect()
}

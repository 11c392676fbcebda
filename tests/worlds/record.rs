//! What was seen from outside: answers as they were given, messages as they were told, acts as
//! they were done.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use engine::{
    clock::Clock,
    model::{MessageKind, News, WatchDraft},
};
use simulator::City;

/// A doctor of a clinic, by the ids of the moment.
pub type Doctor = (String, String);

/// An answer about a doctor's slots, as it reached the engine.
#[derive(Debug, Clone)]
pub struct Look {
    /// When the question left, by the city's clock.
    pub asked: DateTime<Utc>,
    /// When the answer came.
    pub at: DateTime<Utc>,
    /// The same by the computer's clock.
    pub wall: DateTime<Utc>,
    /// Whom it was about.
    pub doctor: Doctor,
    /// The starts of the slots it listed.
    pub starts: BTreeSet<DateTime<Utc>>,
    /// Some rows of it made no sense, or it was empty without a reason: what is missing may be there.
    pub doubtful: bool,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// When it left, by the city's clock.
    pub at: DateTime<Utc>,
    /// Did it bring anything good?
    pub good: bool,
    /// Did it reach the city?
    pub reached: bool,
}

/// A message to a channel.
#[derive(Debug, Clone)]
pub struct Told {
    /// When, by the city's clock.
    pub at: DateTime<Utc>,
    /// Which channel.
    pub ear: usize,
    /// Of which alert.
    pub alert: u32,
    /// Of which watch.
    pub watch: u32,
    /// What it is about.
    pub kind: MessageKind,
    /// What it says is new.
    pub fresh: Vec<(Doctor, DateTime<Utc>)>,
    /// All it says, of other watches, too.
    pub says: Vec<(u32, Doctor, DateTime<Utc>)>,
    /// Marked as a repeat.
    pub repeat: bool,
    /// How the channel took it.
    pub taken: Fate,
}

/// How a channel took a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It did.
    Yes,
    /// It did, and the engine cannot know.
    Perhaps,
}

/// What a watch asked for in a part of its life.
#[derive(Debug, Clone)]
pub struct Era {
    /// The watch.
    pub watch: u32,
    /// Since when, by the city's clock.
    pub from: DateTime<Utc>,
    /// What.
    pub draft: WatchDraft,
    /// Is it looked after?
    pub on: bool,
}

/// All that was seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How many channels there are.
    pub ears: usize,
    /// Good answers about slots.
    pub looks: Vec<Look>,
    /// Requests.
    pub asked: Vec<Asked>,
    /// Messages.
    pub told: Vec<Told>,
    /// News of the program, with the channel and the time.
    pub news: Vec<(usize, DateTime<Utc>, News)>,
    /// The lives of watches, in order.
    pub eras: Vec<Era>,
    /// When everything was paused, and until when.
    pub pauses: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Moments at which what was under way may have been lost: kills, ends.
    pub breaks: Vec<DateTime<Utc>>,
    /// Of them, those at which a message may be told twice.
    pub kills: Vec<DateTime<Utc>>,
    /// When a clinic left, came back or was renumbered.
    pub moves: Vec<DateTime<Utc>>,
    /// When a person did something.
    pub acts: Vec<DateTime<Utc>>,
    /// When a person asked for a look, or did something that asks for one.
    pub clicks: Vec<DateTime<Utc>>,
    /// «Позже»: which alert, when.
    pub snoozed: Vec<(u32, DateTime<Utc>)>,
    /// Time in which the program did not run or the computer slept.
    pub away: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Time in which the clock was wrong by more than a moment.
    pub wrong: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Time in which a channel was not fine.
    pub moods: Vec<(usize, DateTime<Utc>, DateTime<Utc>)>,
    /// Time in which lists may have been wrong.
    pub faults: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Budgets, and whether bursts were allowed, since when.
    pub budgets: Vec<(DateTime<Utc>, u32, bool)>,
    /// Lists of doctors that were read: of which clinic, and when the question left.
    pub lists: Vec<(String, DateTime<Utc>)>,
    /// The specialties of each doctor there ever was, by since when: the id may have been another's before.
    pub specialties: BTreeMap<Doctor, BTreeMap<DateTime<Utc>, BTreeSet<String>>>,
    /// A line a thing.
    pub trace: Vec<String>,
    /// How often what happened.
    pub counts: BTreeMap<String, u64>,
}

/// Shared by all who see something.
#[derive(Debug, Clone)]
pub struct Record {
    seen: Arc<Mutex<Seen>>,
    city: Arc<City>,
    clock: Clock,
}

impl Record {
    /// Of this city, and a computer with this clock.
    pub fn new(city: Arc<City>, clock: Clock) -> Self {
        Self {
            seen: Arc::default(),
            city,
            clock,
        }
    }

    /// The true time.
    pub fn now(&self) -> DateTime<Utc> {
        self.city.now()
    }

    /// What the computer shows.
    pub fn wall(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// What was seen so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a line.
    pub fn note(&self, what: &str) {
        let line = format!("{} {what}", self.now().format("%d %H:%M:%S%.3f"));
        self.seen().trace.push(line);
    }

    /// Counts something.
    pub fn count(&self, what: &str) {
        *self.seen().counts.entry(what.to_owned()).or_default() += 1;
    }
}

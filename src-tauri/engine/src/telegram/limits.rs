//! No more messages than Telegram takes, counted before they are sent.
//!
//! A quota refills evenly (GCRA, by `governor`), so within any stretch no more
//! pass than the burst and what refills in it: 5 + 10 a minute, 5 + 20 a second.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed, keyed::HashMapStateStore},
};
use tokio::time::Instant;

use crate::pace::{Tick, TokioClock};

const BURST: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");
/// Messages to all chats: 25 within any second.
const IN_ALL: Duration = Duration::from_millis(50);
/// Messages to a chat: one within any second …
const APART: Duration = Duration::from_secs(1);
/// … and 15 within any minute.
const IN_CHAT: Duration = Duration::from_secs(6);

type OfAll = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Tick>>;
type OfEach = RateLimiter<i64, HashMapStateStore<i64>, TokioClock, NoOpMiddleware<Tick>>;

/// The limits of one bot. Cheap to clone; clones share what was used.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    all: OfAll,
    apart: OfEach,
    minute: OfEach,
    /// Chats Telegram itself asked to leave alone until then.
    held: Mutex<HashMap<i64, Instant>>,
}

impl Limits {
    /// Nothing used.
    pub(crate) fn new() -> Self {
        let each = |quota| RateLimiter::new(quota, HashMapStateStore::default(), TokioClock);
        Self(Arc::new(Shared {
            all: RateLimiter::direct_with_clock(quota(IN_ALL, BURST), TokioClock),
            apart: each(quota(APART, NonZeroU32::MIN)),
            minute: each(quota(IN_CHAT, BURST)),
            held: Mutex::default(),
        }))
    }

    /// Leave to send or edit one message in this chat (Telegram's number), or how long to wait.
    pub(crate) fn take(&self, chat: i64) -> Result<(), Duration> {
        let limits = &self.0;
        let now = Instant::now();
        let until = |moment: Instant| moment.saturating_duration_since(now);
        {
            let mut held = limits.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.retain(|_, end| *end > now);
            if let Some(end) = held.get(&chat) {
                return Err(until(*end));
            }
        }
        // From the one that costs least in vain to the one that costs most.
        limits
            .all
            .check()
            .map_err(|not| until(not.earliest_possible().0))?;
        limits
            .apart
            .check_key(&chat)
            .map_err(|not| until(not.earliest_possible().0))?;
        limits
            .minute
            .check_key(&chat)
            .map_err(|not| until(not.earliest_possible().0))
    }

    /// Telegram asked to leave this chat alone for so long.
    pub(crate) fn hold(&self, chat: i64, wait: Duration) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(chat, Instant::now() + wait);
    }
}

fn quota(period: Duration, burst: NonZeroU32) -> Quota {
    Quota::with_period(period)
        .expect("the period is not zero")
        .allow_burst(burst)
}

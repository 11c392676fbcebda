//! No more messages than Telegram takes, counted before they are sent.
//!
//! A quota refills evenly (GCRA, by `governor`), so within any stretch no more
//! pass than the burst and what refills in it: 5 + 10 a minute, 5 + 20 a second.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
/// With more chats than this, those that have used nothing lately are forgotten.
const MANY: usize = 100;

type OfAll = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Tick>>;
type OfEach = RateLimiter<i64, HashMapStateStore<i64>, TokioClock, NoOpMiddleware<Tick>>;

/// The limits of one bot. Cheap to clone; clones share what was used.
#[derive(Debug, Clone)]
pub(crate) struct Limits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    all: OfAll,
    each: OfEach,
    /// Chats to leave alone until then: just written to, too often written to, or Telegram asked.
    held: Mutex<HashMap<i64, Instant>>,
}

impl Limits {
    /// Nothing used.
    pub(crate) fn new() -> Self {
        let each = HashMapStateStore::default();
        Self(Arc::new(Shared {
            all: RateLimiter::direct_with_clock(quota(IN_ALL, BURST), TokioClock),
            each: RateLimiter::new(quota(IN_CHAT, BURST), each, TokioClock),
            held: Mutex::default(),
        }))
    }

    /// Leave to send or edit one message in this chat (Telegram's number), or how long to wait.
    pub(crate) fn take(&self, chat: i64) -> Result<(), Duration> {
        let now = Instant::now();
        let mut held = self.held();
        held.retain(|_, end| *end > now);
        let until = |moment: Instant| moment.saturating_duration_since(now);
        // What a chat may not have takes nothing from the others.
        if let Some(end) = held.get(&chat) {
            return Err(until(*end));
        }
        self.0
            .all
            .check()
            .map_err(|not| until(not.earliest_possible().0))?;
        if self.0.each.len() > MANY {
            self.0.each.retain_recent();
        }
        let taken = self.0.each.check_key(&chat);
        let taken = taken.map_err(|not| not.earliest_possible().0);
        held.insert(chat, taken.err().unwrap_or(now + APART));
        taken.map_err(until)
    }

    /// Telegram asked to leave this chat alone for so long.
    pub(crate) fn hold(&self, chat: i64, wait: Duration) {
        self.held().insert(chat, Instant::now() + wait);
    }

    fn held(&self) -> MutexGuard<'_, HashMap<i64, Instant>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn quota(period: Duration, burst: NonZeroU32) -> Quota {
    Quota::with_period(period)
        .expect("the period is not zero")
        .allow_burst(burst)
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, sleep};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// When leave was given, by whoever asks again as soon as it is said to be worth it.
    async fn taken(limits: &Limits, chats: &[i64], length: Duration) -> Vec<(Instant, i64)> {
        let end = Instant::now() + length;
        let mut taken = Vec::new();
        let mut next: Vec<(Instant, i64)> = chats.iter().map(|c| (Instant::now(), *c)).collect();
        while let Some(first) = next.iter_mut().min().filter(|(at, _)| *at < end) {
            tokio::time::sleep_until(first.0).await;
            match limits.take(first.1) {
                Ok(()) => taken.push((Instant::now(), first.1)),
                Err(wait) => {
                    assert!(wait > Duration::ZERO);
                    first.0 += wait;
                }
            }
        }
        taken
    }

    fn most_within(taken: &[(Instant, i64)], length: Duration) -> usize {
        let within = |from: &Instant| {
            let stretch = taken.iter().filter(|(at, _)| at >= from);
            stretch.filter(|(at, _)| *at < *from + length).count()
        };
        taken.iter().map(|(at, _)| within(at)).max().unwrap_or(0)
    }

    #[tokio::test(start_paused = true)]
    async fn a_chat_gets_one_message_a_second_and_fifteen_a_minute() {
        let limits = Limits::new();
        let taken = taken(&limits, &[7], 5 * MINUTE).await;
        assert_eq!(most_within(&taken, Duration::from_secs(1)), 1);
        assert!(most_within(&taken, MINUTE) <= 15);
        // And no fewer than it could.
        assert!(taken.len() >= 50, "{}", taken.len());
    }

    #[tokio::test(start_paused = true)]
    async fn all_chats_together_get_25_messages_a_second() {
        let limits = Limits::new();
        let chats: Vec<i64> = (0..200).collect();
        let taken = taken(&limits, &chats, Duration::from_secs(5)).await;
        assert!(most_within(&taken, Duration::from_secs(1)) <= 25);
        assert!(taken.len() >= 100, "{}", taken.len());
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_are_forgotten_once_they_have_used_nothing_for_a_while() {
        let limits = Limits::new();
        for chat in 0..2_000 {
            limits.take(chat).unwrap();
            advance(APART).await;
        }
        assert!(limits.0.each.len() <= MANY + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_chat_that_is_to_be_left_alone_holds_up_no_other() {
        let limits = Limits::new();
        limits.hold(7, Duration::from_secs(9));
        assert_eq!(limits.take(7), Err(Duration::from_secs(9)));
        assert_eq!(limits.take(8), Ok(()));
        advance(Duration::from_secs(8)).await;
        assert_eq!(limits.take(7), Err(Duration::from_secs(1)));
        sleep(Duration::from_secs(1)).await;
        assert_eq!(limits.take(7), Ok(()));
    }
}

//! The moment of each look: looks per hour in, one due-heap out.
//!
//! A resource gathers its rate over time and is looked at when that adds up to
//! one (integrate and fire), give or take a tenth: so looks are even where the
//! rate is, and bunch where it rises. Never sooner than the cap allows, never
//! later than the floor, never on the stroke of a minute when everybody asks.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "gaps of minutes and parts of a day: small numbers"
)]

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

use rand::{Rng, RngExt};

use super::{
    allot::{Gaps, Rates},
    calendar::{self, BIN_MS, BINS},
};

/// Jitter of a look, as a part of the gap.
const JITTER: f32 = 0.1;
/// This near to a round minute everybody asks.
const ROUND: i64 = 1_000;
const MINUTE: i64 = 60_000;
const HOUR_MS: f32 = 3_600_000.0;

/// When each resource is due. `K` names it.
#[derive(Debug)]
pub(crate) struct Planner<K> {
    keys: BTreeMap<K, Turn>,
    heap: BinaryHeap<Reverse<(i64, K)>>,
}

#[derive(Debug)]
struct Turn {
    rates: Rates,
    /// Still to be gathered before the next look,
    left: f32,
    /// as of this moment.
    from: i64,
    looked: i64,
    /// When it is due by its rate,
    planned: i64,
    /// but not before this moment.
    held: i64,
    due: i64,
}

impl<K: Ord + Clone> Planner<K> {
    pub(crate) fn new() -> Self {
        Self {
            keys: BTreeMap::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// From now on these rates. A resource that is new is somewhere within its gap.
    pub(crate) fn set(&mut self, key: &K, rates: Rates, gaps: Gaps, now: i64, rng: &mut impl Rng) {
        let due = if let Some(turn) = self.keys.get_mut(key) {
            turn.left -= gathered(&turn.rates, turn.from, now);
            turn.from = now;
            turn.rates = rates;
            turn.settle(gaps, rng)
        } else {
            let mut turn = Turn {
                rates,
                left: rng.random_range(0.0..1.0),
                from: now,
                looked: now - gaps.least,
                planned: now,
                held: now,
                due: now,
            };
            let due = turn.settle(gaps, rng);
            self.keys.insert(key.clone(), turn);
            due
        };
        self.heap.push(Reverse((due, key.clone())));
    }

    /// It is as if this part of the next gap were still to come, from now.
    pub(crate) fn begin(&mut self, key: &K, part: f32, gaps: Gaps, now: i64, rng: &mut impl Rng) {
        if let Some(turn) = self.keys.get_mut(key) {
            turn.left = part;
            turn.from = now;
            // The floor counts from now, too: not everything at once.
            turn.looked = now - gaps.least;
            turn.held = now;
            let due = turn.settle(gaps, rng);
            self.heap.push(Reverse((due, key.clone())));
        }
    }

    /// It is not due before then.
    pub(crate) fn put_off(&mut self, key: &K, until: i64) {
        if let Some(turn) = self.keys.get_mut(key) {
            turn.held = until;
            if turn.due < until {
                turn.due = until;
                self.heap.push(Reverse((until, key.clone())));
            }
        }
    }

    /// It is due now.
    pub(crate) fn hurry(&mut self, key: &K, now: i64) {
        if let Some(turn) = self.keys.get_mut(key) {
            turn.held = now;
            turn.left = 0.0;
            turn.from = now;
            turn.due = now;
            self.heap.push(Reverse((now, key.clone())));
        }
    }

    /// When it is due.
    pub(crate) fn due(&self, key: &K) -> Option<i64> {
        Some(self.keys.get(key)?.due)
    }

    /// The time between the last look and the next by plan, or between two at the present rate if
    /// that is longer.
    pub(crate) fn gap(&self, key: &K, gaps: Gaps, now: i64) -> Option<Duration> {
        let turn = self.keys.get(key)?;
        let gap = (HOUR_MS / turn.rates[calendar::bin_of(now)]) as i64;
        let gap = gap.max(turn.planned - turn.looked);
        let gap = gap.clamp(gaps.least_in_window, gaps.longest);
        Some(Duration::from_millis(gap.unsigned_abs()))
    }

    /// The shortest time between two looks on this day: in its busiest window.
    pub(crate) fn closest_gap(&self, key: &K, gaps: Gaps) -> Option<Duration> {
        let most = self
            .keys
            .get(key)?
            .rates
            .iter()
            .fold(0.0, |a: f32, b| a.max(*b));
        let gap = ((HOUR_MS / most) as i64).clamp(gaps.least_in_window, gaps.longest);
        Some(Duration::from_millis(gap.unsigned_abs()))
    }

    pub(crate) fn remove(&mut self, key: &K) {
        self.keys.remove(key);
    }

    /// It is looked at now.
    pub(crate) fn looked(&mut self, key: &K, gaps: Gaps, now: i64, rng: &mut impl Rng) {
        if let Some(turn) = self.keys.get_mut(key) {
            turn.looked = now;
            turn.held = now;
            turn.from = now;
            turn.left = rng.random_range(1.0 - JITTER..1.0 + JITTER);
            let due = turn.settle(gaps, rng);
            self.heap.push(Reverse((due, key.clone())));
        }
    }

    /// The resource that is due first, and when.
    pub(crate) fn first(&mut self) -> Option<(i64, &K)> {
        while let Some(Reverse((due, key))) = self.heap.peek() {
            if self.keys.get(key).is_some_and(|turn| turn.due == *due) {
                break;
            }
            self.heap.pop();
        }
        self.heap.peek().map(|Reverse((due, key))| (*due, key))
    }
}

impl Turn {
    fn settle(&mut self, gaps: Gaps, rng: &mut impl Rng) -> i64 {
        let fired = fires(
            &self.rates,
            self.from,
            self.left,
            self.looked + gaps.longest,
        );
        // A rate above what the usual gap allows is given to learned windows only.
        let usual = HOUR_MS / gaps.least as f32;
        let least = if self.rates[calendar::bin_of(fired)] > usual {
            gaps.least_in_window
        } else {
            gaps.least
        };
        let mut due = fired
            .clamp(self.looked + least, self.looked + gaps.longest)
            .max(self.from);
        if (due + ROUND).rem_euclid(MINUTE) < 2 * ROUND {
            due += rng.random_range(2 * ROUND..4 * ROUND);
        }
        self.planned = due;
        self.due = due.max(self.held);
        self.due
    }
}

/// Looks gathered between two moments.
fn gathered(rates: &Rates, from: i64, to: i64) -> f32 {
    let (mut at, mut sum) = (from, 0.0);
    while at < to {
        let end = (at - at.rem_euclid(BIN_MS) + BIN_MS).min(to);
        sum += rates[calendar::bin_of(at) % BINS] * (end - at) as f32 / HOUR_MS;
        at = end;
    }
    sum
}

/// When so much will be gathered, or `latest`.
fn fires(rates: &Rates, from: i64, mut left: f32, latest: i64) -> i64 {
    let mut at = from;
    while left > 0.0 && at < latest {
        let end = at - at.rem_euclid(BIN_MS) + BIN_MS;
        let rate = rates[calendar::bin_of(at)];
        let whole = rate * (end - at) as f32 / HOUR_MS;
        if whole >= left {
            return at + (left / rate * HOUR_MS) as i64;
        }
        left -= whole;
        at = end;
    }
    at
}

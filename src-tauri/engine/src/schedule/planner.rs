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
    allot::{Gaps, LEAST, Rates},
    calendar::{self, BIN_MS, BINS},
};

/// Jitter of a look, as a part of the gap.
const JITTER: f32 = 0.1;
/// This near to a round minute everybody asks.
const ROUND: i64 = 1_000;
const MINUTE: i64 = 60_000;
const HOUR_MS: f32 = 3_600_000.0;
/// Ahead of everything that is overdue.
const AHEAD: i64 = i64::MIN / 2;
/// Before what else is overdue, by so much: a turn that was waited for already.
const PLACE: i64 = i64::MAX / 4;

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

    /// From now on these rates. A resource that is new is somewhere within its gap; one that is
    /// overdue keeps its place.
    pub(crate) fn set(&mut self, key: &K, rates: Rates, gaps: Gaps, now: i64, rng: &mut impl Rng) {
        let due = if let Some(turn) = self.keys.get_mut(key) {
            turn.left -= gathered(&turn.rates, turn.from, now);
            turn.from = now;
            turn.rates = rates;
            if turn.due <= now {
                return;
            }
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

    /// It is due now. `ahead`: before whatever is overdue.
    pub(crate) fn hurry(&mut self, key: &K, ahead: bool, now: i64) {
        if let Some(turn) = self.keys.get_mut(key) {
            turn.held = now;
            turn.left = 0.0;
            turn.from = now;
            // What is overdue keeps its place.
            turn.due = if ahead { AHEAD } else { turn.due.min(now) };
            self.heap.push(Reverse((turn.due, key.clone())));
        }
    }

    /// It is due now, unless it was put off or has just been looked at. `kept`: it has waited its
    /// turn already, and goes before what else is overdue.
    pub(crate) fn hasten(&mut self, key: &K, kept: bool, now: i64) {
        if let Some(turn) = self.keys.get_mut(key) {
            let due = turn.held.max(turn.looked + LEAST).max(now);
            let due = if kept && due == now { due - PLACE } else { due };
            if due < turn.due {
                turn.due = due;
                self.heap.push(Reverse((due, key.clone())));
            }
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

    /// Takes the first out of the turn, until it is given back with its place.
    pub(crate) fn set_aside(&mut self) -> Option<(i64, K)> {
        self.first()?;
        self.heap.pop().map(|Reverse(first)| first)
    }

    pub(crate) fn give_back(&mut self, aside: Vec<(i64, K)>) {
        self.heap.extend(aside.into_iter().map(Reverse));
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const BEGAN: i64 = 1_790_000_017_000;
    const HOUR: i64 = 3_600_000;
    const GAPS: Gaps = Gaps {
        least: 30_000,
        least_in_window: 10_000,
        longest: 840_000,
    };

    fn even(rate: f32) -> Rates {
        Box::new([rate; BINS])
    }

    /// One resource looked at whenever it is due.
    struct Plan {
        planner: Planner<u8>,
        rng: StdRng,
    }

    impl Plan {
        fn new(rates: Rates, seed: u64) -> Self {
            let mut plan = Self {
                planner: Planner::new(),
                rng: StdRng::seed_from_u64(seed),
            };
            plan.set(rates, BEGAN);
            plan
        }

        fn set(&mut self, rates: Rates, now: i64) {
            self.planner.set(&1, rates, GAPS, now, &mut self.rng);
        }

        fn look(&mut self, now: i64) -> i64 {
            self.planner.looked(&1, GAPS, now, &mut self.rng);
            self.due()
        }

        fn due(&mut self) -> i64 {
            self.planner.first().map_or(i64::MAX, |(due, _)| due)
        }

        fn looks(&mut self, hours: i64) -> Vec<i64> {
            let mut looks = vec![self.due()];
            while let Some(now) = looks.last().filter(|now| **now < BEGAN + hours * HOUR) {
                let next = self.look(*now);
                looks.push(next);
            }
            looks
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn looks_are_neither_closer_nor_further_apart_than_may_be(
            hours in prop::collection::vec(0.01f32..360.0, 24),
            seed: u64,
        ) {
            let mut rates = even(1.0);
            for (bin, rate) in rates.iter_mut().enumerate() {
                *rate = hours[bin / 30];
            }
            let looks = Plan::new(rates.clone(), seed).looks(24);
            for (before, at) in looks.iter().zip(&looks[1..]) {
                let gap = at - before;
                prop_assert!(gap <= GAPS.longest + 4 * ROUND, "{gap}");
                let least = if hours.iter().any(|rate| *rate > 120.0) {
                    GAPS.least_in_window
                } else {
                    GAPS.least
                };
                prop_assert!(gap >= least, "{gap}");
                let past_minute = (at + ROUND).rem_euclid(MINUTE);
                prop_assert!(past_minute >= 2 * ROUND, "everybody asks on the minute");
            }
        }
    }

    #[test]
    fn even_rates_are_even_looks_and_the_same_seed_the_same_ones() {
        let looks = Plan::new(even(30.0), 3).looks(24);
        for (before, at) in looks.iter().zip(&looks[1..]) {
            assert!((108_000..=132_000 + 4 * ROUND).contains(&(at - before)));
        }
        assert!(looks.len().abs_diff(24 * 30) < 15, "{}", looks.len());
        assert_eq!(looks, Plan::new(even(30.0), 3).looks(24));
        assert_ne!(looks, Plan::new(even(30.0), 4).looks(24));
    }

    #[test]
    fn a_rate_that_rises_brings_the_next_look_forward() {
        let mut plan = Plan::new(even(6.0), 5);
        let due = plan.look(BEGAN);
        assert!(due > BEGAN + 8 * MINUTE);
        let now = BEGAN + MINUTE;
        plan.set(even(60.0), now);
        assert!((now..now + 70_000).contains(&plan.due()));
    }

    #[test]
    fn what_is_put_off_waits_until_then_whatever_its_rate() {
        let mut plan = Plan::new(even(60.0), 6);
        plan.look(BEGAN);
        let until = BEGAN + HOUR;
        plan.planner.put_off(&1, until);
        assert_eq!(plan.due(), until);
        plan.set(even(120.0), BEGAN + MINUTE);
        assert_eq!(plan.due(), until);
        assert!(plan.look(until) < until + 2 * MINUTE, "then as usual");
    }

    #[test]
    fn what_is_hurried_is_due_now_and_what_begins_is_a_part_of_its_gap_away() {
        let mut plan = Plan::new(even(6.0), 7);
        plan.look(BEGAN);
        let now = BEGAN + MINUTE;
        plan.planner.hurry(&1, false, now);
        assert_eq!(plan.due(), now);
        plan.planner.begin(&1, 0.5, GAPS, now, &mut plan.rng);
        let away = plan.due() - now;
        assert!(
            (5 * MINUTE..=5 * MINUTE + 4 * ROUND).contains(&away),
            "{away}"
        );
        plan.planner.remove(&1);
        assert_eq!(plan.planner.first(), None);
    }

    /// Five resources, each looked at half an hour before `now`, the last one first.
    fn overdue(now: i64) -> Plan {
        let mut plan = Plan::new(even(6.0), 8);
        for (key, ago) in (1..=5_u8).zip([26, 27, 28, 29, 30]) {
            let then = now - ago * MINUTE;
            let (planner, rng) = (&mut plan.planner, &mut plan.rng);
            planner.set(&key, even(6.0), GAPS, then, rng);
            planner.looked(&key, GAPS, then, rng);
            planner.put_off(&key, then + 15 * MINUTE);
        }
        plan
    }

    fn order(plan: &mut Plan, now: i64) -> Vec<u8> {
        std::iter::from_fn(|| {
            let (due, key) = plan.planner.first().map(|(due, key)| (due, *key))?;
            plan.planner.looked(&key, GAPS, now, &mut plan.rng);
            (due <= now).then_some(key)
        })
        .collect()
    }

    #[test]
    fn what_is_overdue_keeps_its_place_however_often_rates_are_worked_out_anew() {
        let now = BEGAN + HOUR;
        let mut plan = overdue(now);
        for key in [3, 1, 5, 2, 4] {
            let (planner, rng) = (&mut plan.planner, &mut plan.rng);
            planner.set(&key, even(5.0), GAPS, now, rng);
            planner.hasten(&key, false, now);
        }
        assert_eq!(order(&mut plan, now), [5, 4, 3, 2, 1]);
    }

    #[test]
    fn whoever_has_waited_their_turn_goes_before_what_is_overdue_and_after_a_person() {
        let now = BEGAN + HOUR;
        let mut plan = overdue(now);
        plan.planner.hasten(&3, true, now);
        plan.planner.hasten(&1, true, now + MINUTE);
        plan.planner.hurry(&2, true, now);
        plan.planner.put_off(&4, now + MINUTE);
        plan.planner.hasten(&4, true, now);
        assert_eq!(order(&mut plan, now), [2, 3, 1, 5]);
    }

    #[test]
    fn a_person_goes_ahead_of_what_is_overdue_and_whoever_else_hurries_does_not() {
        let now = BEGAN + HOUR;
        let mut plan = overdue(now);
        plan.planner.hurry(&2, true, now);
        plan.planner.hurry(&4, false, now);
        assert_eq!(order(&mut plan, now), [2, 5, 4, 3, 1]);
    }

    #[test]
    fn what_is_set_aside_comes_back_to_its_place() {
        let now = BEGAN + HOUR;
        let mut plan = overdue(now);
        let aside = plan.planner.set_aside().into_iter().collect();
        assert_eq!(plan.planner.first().map(|(_, key)| *key), Some(4));
        plan.planner.give_back(aside);
        assert_eq!(order(&mut plan, now), [5, 4, 3, 2, 1]);
    }
}

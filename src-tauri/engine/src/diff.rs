//! What changed between the openings known so far and the slots seen now. Pure.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::Slot;

/// A slot that comes back sooner was never really gone: it flapped.
pub(crate) const CONFIRMED_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Good looks without a slot before it counts as gone.
pub(crate) const CONFIRMING_LOOKS: u32 = 2;

/// The latest generation of an opening of one doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its row.
    pub id: i64,
    /// When the slot starts.
    pub start: DateTime<Utc>,
    /// The first good look without it, while it is away.
    pub gone_at: Option<DateTime<Utc>>,
    /// Good looks without it in a row.
    pub absent_looks: u32,
}

/// What one good look says about the openings of a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Changes {
    /// Slots that are news: never seen, or back after a confirmed disappearance.
    pub appeared: Vec<Slot>,
    /// Openings that are still there.
    pub present: Vec<i64>,
    /// Openings that came back too soon to count as new.
    pub returned: Vec<i64>,
    /// Openings missing for the first time.
    pub vanished: Vec<i64>,
    /// Openings missing again.
    pub absent: Vec<i64>,
}

/// Compares what is known with what is there. A slot is its start: neither
/// order, nor the source's ids, nor rooms, nor repetitions matter.
pub(crate) fn diff(known: &[Known], slots: &[Slot], now: DateTime<Utc>) -> Changes {
    let mut changes = Changes::default();
    let by_start: HashMap<_, _> = known.iter().map(|it| (it.start, it)).collect();
    let mut seen = HashSet::with_capacity(slots.len());
    for slot in slots {
        if !seen.insert(slot.start) {
            continue;
        }
        match by_start.get(&slot.start) {
            None => changes.appeared.push(slot.clone()),
            Some(opening) => match opening.gone_at {
                None => changes.present.push(opening.id),
                Some(gone_at) if was_really_gone(opening, gone_at, now) => {
                    changes.appeared.push(slot.clone());
                }
                Some(_) => changes.returned.push(opening.id),
            },
        }
    }
    for opening in known
        .iter()
        .filter(|opening| !seen.contains(&opening.start))
    {
        match opening.gone_at {
            None => changes.vanished.push(opening.id),
            Some(_) => changes.absent.push(opening.id),
        }
    }
    changes
}

fn was_really_gone(opening: &Known, gone_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    opening.absent_looks >= CONFIRMING_LOOKS && now - gone_at >= CONFIRMED_AFTER
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
    }

    fn slot(minute: i64) -> Slot {
        Slot {
            start: at(minute),
            end: None,
            room: None,
            address: None,
        }
    }

    fn known(id: i64, minute: i64) -> Known {
        Known {
            id,
            start: at(minute),
            gone_at: None,
            absent_looks: 0,
        }
    }

    fn away(id: i64, minute: i64, gone: i64, absent_looks: u32) -> Known {
        Known {
            gone_at: Some(at(gone)),
            absent_looks,
            ..known(id, minute)
        }
    }

    #[test]
    fn a_slot_not_known_appears_and_a_known_one_missing_vanishes() {
        let changes = diff(
            &[known(1, 100), known(2, 200)],
            &[slot(200), slot(300)],
            at(0),
        );
        assert_eq!(changes.appeared, [slot(300)]);
        assert_eq!(changes.present, [2]);
        assert_eq!(changes.vanished, [1]);
    }

    #[test]
    fn fault_19_a_slot_given_twice_appears_once() {
        assert_eq!(diff(&[], &[slot(5), slot(5)], at(0)).appeared.len(), 1);
    }

    #[test]
    fn fault_21_a_slot_that_returns_soon_or_after_one_look_only_has_flapped() {
        assert_eq!(
            diff(&[away(1, 500, 0, 5)], &[slot(500)], at(9)).returned,
            [1]
        );
        assert_eq!(
            diff(&[away(1, 500, 0, 1)], &[slot(500)], at(60)).returned,
            [1]
        );
        let back = diff(&[away(1, 500, 0, 2)], &[slot(500)], at(10));
        assert_eq!(back.appeared, [slot(500)]);
    }

    #[test]
    fn an_empty_answer_makes_everything_absent_and_nothing_new() {
        let changes = diff(&[known(1, 10), away(2, 20, 0, 1)], &[], at(5));
        assert_eq!(
            changes,
            Changes {
                vanished: vec![1],
                absent: vec![2],
                ..Changes::default()
            }
        );
    }

    proptest! {
        /// Whatever is known and seen: each start is told once, each opening lands in one place, order is of no matter.
        #[test]
        fn every_slot_and_every_opening_is_accounted_for_once(
            starts in proptest::collection::btree_set(0i64..40, 0..20),
            gone in proptest::collection::vec((proptest::bool::ANY, 0i64..30, 1u32..4), 40),
            mut seen in proptest::collection::vec(0i64..40, 0..30),
            now in 0i64..60,
        ) {
            let known: Vec<Known> = starts
                .iter()
                .enumerate()
                .map(|(id, &start)| {
                    let id = i64::try_from(id).unwrap();
                    match gone[usize::try_from(start).unwrap()] {
                        (true, at, looks) => away(id, start, at, looks),
                        (false, ..) => known(id, start),
                    }
                })
                .collect();
            let slots: Vec<Slot> = seen.iter().map(|&minute| slot(minute)).collect();
            let changes = diff(&known, &slots, at(now));

            seen.sort_unstable();
            seen.dedup();
            prop_assert_eq!(changes.appeared.len() + changes.present.len() + changes.returned.len(), seen.len());
            let reborn = changes.appeared.iter().filter(|slot| known.iter().any(|known| known.start == slot.start)).count();
            prop_assert_eq!(
                changes.present.len() + changes.returned.len() + changes.vanished.len() + changes.absent.len() + reborn,
                known.len()
            );

            let backwards: Vec<Slot> = slots.iter().rev().cloned().collect();
            let mut mirrored = diff(&known, &backwards, at(now));
            let mut straight = changes;
            for changes in [&mut mirrored, &mut straight] {
                changes.appeared.sort();
                changes.present.sort_unstable();
                changes.returned.sort_unstable();
            }
            prop_assert_eq!(mirrored, straight);
        }
    }
}

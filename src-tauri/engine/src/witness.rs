//! Whether a row had announced what was found under it. Pure.
//!
//! What a row announces is found at once, what it keeps to itself only when
//! somebody looks whatever the counts say, and then the slot may be younger
//! than the row. So what is found without a change of the row is not held
//! against it at once: it is its next reading that decides, and only while the
//! slot is still there. A row that has come to differ by then has announced
//! it, no later than it would have in its turn; one that has not has missed it.
//!
//! A row that counts exactly what is there has told the truth: one slot came
//! as another went. That says nothing about the row, and looks underneath
//! catch it. Nor does a row that was read long before.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::{
    model::{Counts, DoctorId},
    trust::Trial,
};

/// A row that was read longer before what was found under it is no witness of it.
const FRESH: Duration = Duration::from_mins(2);

/// One row, and what was found under it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Witness {
    reading: Option<Reading>,
    waiting: Option<Waiting>,
}

#[derive(Debug, Clone)]
struct Reading {
    row: Counts,
    /// The row has been read ever since.
    since: Instant,
    /// When it was read last.
    at: Instant,
    /// When it was last seen to differ from before.
    changed_at: Option<Instant>,
    /// That change has been counted.
    counted: bool,
}

/// What was found although the row had not changed.
#[derive(Debug, Clone)]
struct Waiting {
    openings: Vec<(DoctorId, DateTime<Utc>)>,
    trial: Trial,
}

impl Witness {
    /// The row was read. For all that is known, `is_there` says whether an opening still is, and
    /// `there` how many slots are.
    pub(crate) fn read(
        &mut self,
        row: Counts,
        now: Instant,
        is_there: impl Fn(&DoctorId, DateTime<Utc>) -> bool,
        there: impl Fn() -> usize,
    ) -> Option<Trial> {
        let Some(reading) = &mut self.reading else {
            self.reading = Some(Reading {
                row,
                since: now,
                at: now,
                changed_at: None,
                counted: false,
            });
            return None;
        };
        let changed = reading.row != row;
        reading.at = now;
        if changed {
            reading.row = row;
            reading.changed_at = Some(now);
            reading.counted = false;
        }
        let waiting = self.waiting.take()?;
        let mut openings = waiting.openings.iter();
        if !openings.any(|(doctor, start)| is_there(doctor, *start)) {
            // The row may have announced it and have fallen back since.
            return None;
        }
        reading.counted = changed;
        if changed {
            Some(Trial::Announced)
        } else {
            (!counts(&row, there())).then_some(waiting.trial)
        }
    }

    /// A good look at a doctor found slots that were not there at the good look before. `there`:
    /// how many slots are under the row now.
    pub(crate) fn found(
        &mut self,
        doctor: &DoctorId,
        starts: &[DateTime<Utc>],
        looked_before: Instant,
        now: Instant,
        there: usize,
    ) -> Option<Trial> {
        let reading = self.reading.as_mut()?;
        if reading.since > looked_before {
            return None;
        }
        if reading.changed_at.is_some_and(|at| at > looked_before) {
            // What one change announced of several doctors is one trial.
            let counted = std::mem::replace(&mut reading.counted, true);
            return (!counted).then_some(Trial::Announced);
        }
        if now.saturating_duration_since(reading.at) > FRESH || counts(&reading.row, there) {
            return None;
        }
        let gap = now.saturating_duration_since(looked_before);
        let waiting = self.waiting.get_or_insert_with(|| Waiting {
            openings: Vec::new(),
            trial: Trial::Missed { gap },
        });
        let openings = starts.iter().map(|start| (doctor.clone(), *start));
        waiting.openings.extend(openings);
        None
    }

    /// Does its next reading decide something?
    pub(crate) fn is_asked(&self) -> bool {
        self.waiting.is_some()
    }
}

/// Does the row count so many slots, with or without the quotas of others?
fn counts(row: &Counts, slots: usize) -> bool {
    [row.free, row.tickets]
        .iter()
        .any(|count| usize::try_from(*count).is_ok_and(|count| count == slots))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(free: u32) -> Counts {
        Counts {
            free,
            tickets: free,
            ..Counts::default()
        }
    }

    fn at(start: Instant, secs: u64) -> Instant {
        start + Duration::from_secs(secs)
    }

    const SLOT: &[DateTime<Utc>] = &[DateTime::UNIX_EPOCH];

    /// A row that was read at the beginning; the doctor was looked at ten seconds later.
    fn witness(start: Instant) -> (Witness, DoctorId) {
        let mut witness = Witness::default();
        assert_eq!(witness.read(row(1), start, |_, _| true, || 1), None);
        (witness, "1".into())
    }

    #[test]
    fn a_row_that_changed_before_the_look_has_announced_it() {
        let start = Instant::now();
        let (mut witness, doctor) = witness(start);
        assert_eq!(witness.read(row(2), at(start, 60), |_, _| true, || 1), None);
        let found = |witness: &mut Witness, doctor: &DoctorId| {
            witness.found(doctor, SLOT, at(start, 10), at(start, 70), 2)
        };
        assert_eq!(found(&mut witness, &doctor), Some(Trial::Announced));
        assert_eq!(
            found(&mut witness, &"2".into()),
            None,
            "two doctors of one change are one trial"
        );
        assert!(!witness.is_asked());
    }

    #[test]
    fn what_came_between_the_row_and_the_look_is_judged_by_the_next_row() {
        let start = Instant::now();
        let (mut witness, doctor) = witness(start);
        let (before, now) = (at(start, 10), at(start, 910));
        witness.read(row(1), at(start, 900), |_, _| true, || 1);
        assert_eq!(witness.found(&doctor, SLOT, before, now, 2), None);
        assert!(witness.is_asked());
        let honest = witness
            .clone()
            .read(row(2), at(start, 940), |_, _| true, || 2);
        assert_eq!(honest, Some(Trial::Announced));
        let gap = Duration::from_mins(15);
        let liar = witness
            .clone()
            .read(row(1), at(start, 940), |_, _| true, || 2);
        assert_eq!(liar, Some(Trial::Missed { gap }));
        let right = witness
            .clone()
            .read(row(1), at(start, 940), |_, _| true, || 1);
        assert_eq!(right, None, "one came as another went");
        let gone = witness.read(row(1), at(start, 940), |_, _| false, || 2);
        assert_eq!(gone, None, "nobody knows what the row said meanwhile");
        assert!(!witness.is_asked());
    }

    #[test]
    fn a_change_from_before_the_look_before_announces_nothing_new() {
        let start = Instant::now();
        let (mut witness, doctor) = witness(start);
        witness.read(row(2), at(start, 60), |_, _| true, || 2);
        let found = witness.found(&doctor, SLOT, at(start, 70), at(start, 100), 3);
        assert_eq!(found, None);
        assert!(witness.is_asked());
    }

    #[test]
    fn a_row_that_counts_what_is_there_or_was_read_long_before_is_not_asked() {
        let start = Instant::now();
        let (mut witness, doctor) = witness(start);
        witness.found(&doctor, SLOT, at(start, 10), at(start, 60), 1);
        assert!(!witness.is_asked());
        witness.found(&doctor, SLOT, at(start, 60), at(start, 600), 2);
        assert!(!witness.is_asked());
    }

    #[test]
    fn nothing_is_said_of_a_time_when_nobody_read_the_row() {
        let start = Instant::now();
        let mut witness = Witness::default();
        let doctor = "1".into();
        let found = witness.found(&doctor, SLOT, start, at(start, 30), 2);
        assert_eq!(found, None);
        witness.read(row(1), at(start, 60), |_, _| true, || 1);
        let found = witness.found(&doctor, SLOT, start, at(start, 70), 2);
        assert_eq!(found, None);
        assert!(!witness.is_asked());
    }
}

//! Whether a row had announced what was found under it. Pure.
//!
//! What a row announces is found at once, what it keeps to itself only when
//! somebody looks whatever the counts say, and then the slot may be younger
//! than the row. So what is found without a change of the row is not held
//! against it at once: it is its next reading that decides, and only while the
//! slot is still there. A row that has come to differ by then has announced
//! it, no later than it would have in its turn; one that has not has missed it.
//! The same holds where a level below is in use and the row is read only now
//! and then: what was found in between is judged at the next reading.

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::{
    model::{Counts, DoctorId},
    trust::Trial,
};

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
    /// The row was read. `is_there`: whether an opening still is, for all that is known.
    pub(crate) fn read(
        &mut self,
        row: Counts,
        now: Instant,
        is_there: impl Fn(&DoctorId, DateTime<Utc>) -> bool,
    ) -> Option<Trial> {
        let Some(reading) = &mut self.reading else {
            self.reading = Some(Reading {
                row,
                since: now,
                changed_at: None,
                counted: false,
            });
            return None;
        };
        let changed = reading.row != row;
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
        Some(if changed {
            Trial::Announced
        } else {
            waiting.trial
        })
    }

    /// A good look at a doctor found slots that were not there at the good look before.
    pub(crate) fn found(
        &mut self,
        doctor: &DoctorId,
        starts: &[DateTime<Utc>],
        looked_before: Instant,
        now: Instant,
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn row(free: u32) -> Counts {
        Counts {
            free,
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
        assert_eq!(witness.read(row(1), start, |_, _| true), None);
        (witness, "1".into())
    }

    #[test]
    fn a_row_that_changed_before_the_look_has_announced_it() {
        let start = Instant::now();
        let (mut witness, doctor) = witness(start);
        assert_eq!(witness.read(row(2), at(start, 60), |_, _| true), None);
        let found = |witness: &mut Witness, doctor: &DoctorId| {
            witness.found(doctor, SLOT, at(start, 10), at(start, 70))
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
        assert_eq!(witness.found(&doctor, SLOT, before, now), None);
        assert!(witness.is_asked());
        let honest = witness.clone().read(row(2), at(start, 940), |_, _| true);
        assert_eq!(honest, Some(Trial::Announced));
        let gap = Duration::from_secs(900);
        let liar = witness.clone().read(row(1), at(start, 940), |_, _| true);
        assert_eq!(liar, Some(Trial::Missed { gap }));
        let gone = witness.read(row(1), at(start, 940), |_, _| false);
        assert_eq!(gone, None, "nobody knows what the row said meanwhile");
        assert!(!witness.is_asked());
    }

    #[test]
    fn a_change_from_before_the_look_before_announces_nothing_new() {
        let start = Instant::now();
        let (mut witness, doctor) = witness(start);
        witness.read(row(2), at(start, 60), |_, _| true);
        let found = witness.found(&doctor, SLOT, at(start, 70), at(start, 900));
        assert_eq!(found, None);
        assert!(witness.is_asked());
    }

    #[test]
    fn nothing_is_said_of_a_time_when_nobody_read_the_row() {
        let start = Instant::now();
        let mut witness = Witness::default();
        let doctor = "1".into();
        assert_eq!(witness.found(&doctor, SLOT, start, at(start, 30)), None);
        witness.read(row(1), at(start, 60), |_, _| true);
        assert_eq!(witness.found(&doctor, SLOT, start, at(start, 70)), None);
        assert!(!witness.is_asked());
    }
}

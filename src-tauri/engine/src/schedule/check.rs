//! Looks whatever the counts say: walks down to all slots, and audits of one doctor.
//!
//! While nothing proves that a clinic's counts can be believed, it is walked
//! down to the slots every quarter of an hour. Once they are proven, random
//! audits go on and would notice that they lie.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "requests and gaps of a day: small numbers"
)]

use std::time::Duration;

use rand::{Rng, RngExt};

/// The time between two walks.
pub(crate) const WALK_GAP: Duration = Duration::from_mins(15);
/// The share of the budget that walks may take before they are spaced out.
const WALKS_SHARE: f64 = 0.5;
/// The share of the budget that audits take.
const AUDITS_SHARE: f64 = 0.05;
/// Requests of an audit: a list and one doctor's slots.
const AUDIT_COST: f64 = 2.0;

/// A clinic whose counts are proven is walked this seldom, to see who left its lists.
const PROVEN_GAP: Duration = Duration::from_hours(24);

/// The time between two walks through a clinic. `requests`: what one walk through all clinics takes
/// of which nothing is `proven`.
pub fn walk_gap(proven: bool, requests: usize, per_hour: f64) -> Duration {
    if proven {
        return PROVEN_GAP;
    }
    let wanted = requests as f64 * 3600.0 / WALK_GAP.as_secs_f64();
    WALK_GAP.mul_f64((wanted / (per_hour * WALKS_SHARE)).max(1.0))
}

/// When the next audit is due.
#[derive(Debug, Clone, Copy, Default)]
pub struct Audits {
    next: i64,
}

impl Audits {
    /// Is one due now, in milliseconds? Then the next one comes after a random while.
    pub fn due(&mut self, now: i64, per_hour: f64, rng: &mut impl Rng) -> bool {
        let gap = 3_600_000.0 * AUDIT_COST / (per_hour * AUDITS_SHARE);
        // A clock that was set back does not end the audits.
        if now < self.next && self.next - now <= (gap * 2.0) as i64 {
            return false;
        }
        let first = self.next == 0;
        self.next = now + (gap * rng.random_range(0.5..1.5)) as i64;
        !first
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn what_is_not_proven_is_walked_every_quarter_of_an_hour_on_half_of_the_budget() {
        assert_eq!(walk_gap(false, 10, 720.0), Duration::from_mins(15));
        assert_eq!(walk_gap(false, 0, 720.0), Duration::from_mins(15));
        // A hundred requests every 200 minutes are thirty an hour.
        assert_eq!(walk_gap(false, 100, 60.0).as_secs(), 200 * 60);
        assert_eq!(walk_gap(true, 100, 60.0), Duration::from_hours(24));
    }

    #[test]
    fn audits_take_a_twentieth_of_the_budget() {
        let (mut audits, mut rng) = (Audits::default(), StdRng::seed_from_u64(1));
        let began = 1_790_000_000_000;
        assert!(
            !audits.due(began, 240.0, &mut rng),
            "not all at once after a start"
        );
        let day = (1..86_400).map(|second| began + second * 1000);
        let audits = day.filter(|now| audits.due(*now, 240.0, &mut rng)).count();
        let part = audits as f64 * AUDIT_COST / (240.0 * 24.0);
        assert!((0.045..0.055).contains(&part), "{part}");
    }
}

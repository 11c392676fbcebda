//! When a clinic is looked at next. Pure: values in, a wait out.
//!
//! Even spacing with jitter: one sweep over all watched clinics as often as
//! the budget allows. A better policy replaces [`gap`].

use std::time::Duration;

use rand::{Rng, RngExt};

use crate::pace::REAL_CEILING_PER_HOUR;

/// The longest time between two looks at anything watched, and between two walks down to the slots.
pub(crate) const FLOOR: Duration = Duration::from_mins(15);
/// A clinic without online booking is looked at once a day.
const NO_ONLINE: Duration = Duration::from_hours(24);
/// The shortest time between two looks at one resource of the real service.
const CAP: Duration = Duration::from_secs(30);
/// The first wait after a failure; doubled by each further one up to [`FLOOR`].
const FIRST_BACK_OFF: Duration = Duration::from_secs(30);
/// The share of the budget that regular walks may take before they are spaced out.
const WALKS_SHARE: f64 = 0.5;
/// The share kept for following changes down.
const DRILLS_SHARE: f64 = 0.1;

/// What has to be asked, and what may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Load {
    /// Watched clinics: each is one request a sweep.
    pub clinics: usize,
    /// Requests of one walk down to the slots of everything watched.
    pub walk: usize,
    /// Requests per hour that background looks may use.
    pub budget_per_hour: f64,
}

impl Load {
    /// The shortest time between two looks at one resource: a larger budget than the real
    /// service's shortens it in proportion.
    fn cap(&self) -> Duration {
        CAP.mul_f64(
            (f64::from(REAL_CEILING_PER_HOUR) / self.budget_per_hour).clamp(1.0 / 30.0, 1.0),
        )
    }

    fn walks_per_hour(&self) -> f64 {
        as_f64(self.walk) * 3600.0 / FLOOR.as_secs_f64()
    }

    /// The time between two walks: [`FLOOR`], unless walking so often would eat the budget.
    pub(crate) fn walk_gap(&self) -> Duration {
        let allowed = self.budget_per_hour * WALKS_SHARE;
        FLOOR.mul_f64((self.walks_per_hour() / allowed).max(1.0))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// The time between two looks at one clinic.
pub(crate) fn gap(load: &Load) -> Duration {
    let walks = load
        .walks_per_hour()
        .min(load.budget_per_hour * WALKS_SHARE);
    let sweeps = (load.budget_per_hour * (1.0 - DRILLS_SHARE) - walks).max(1.0);
    Duration::from_secs_f64(as_f64(load.clinics) * 3600.0 / sweeps).max(load.cap())
}

/// The wait before the next look at a clinic that answered.
pub(crate) fn after_success(load: &Load, no_online: bool, rng: &mut impl Rng) -> Duration {
    jittered(if no_online { NO_ONLINE } else { gap(load) }, rng)
}

/// The wait before the next look at a clinic that failed `failures` times in a row: full jitter.
pub(crate) fn after_failure(load: &Load, failures: u32, rng: &mut impl Rng) -> Duration {
    let ceiling = FIRST_BACK_OFF
        .saturating_mul(1 << failures.clamp(1, 10))
        .min(FLOOR);
    let wait = ceiling.mul_f64(rng.random_range(0.0..=1.0));
    wait.max(gap(load).min(FLOOR))
}

/// The wait before another look at what the clinic says is not there.
pub(crate) fn after_missing(load: &Load, rng: &mut impl Rng) -> Duration {
    let wait = FLOOR.mul_f64(rng.random_range(0.9..=1.0));
    wait.max(gap(load).min(FLOOR))
}

/// The wait before the next walk after `walks` in a row on which something failed.
pub(crate) fn after_broken_walk(load: &Load, walks: u32) -> Duration {
    FIRST_BACK_OFF
        .saturating_mul(1 << walks.clamp(1, 20))
        .min(load.walk_gap())
}

/// A first look, or the first after a sleep: anywhere within one gap.
pub(crate) fn spread(load: &Load, rng: &mut impl Rng) -> Duration {
    gap(load).min(FLOOR).mul_f64(rng.random_range(0.0..1.0))
}

/// ±10 %.
pub(crate) fn jittered(wait: Duration, rng: &mut impl Rng) -> Duration {
    wait.mul_f64(rng.random_range(0.9..1.1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn load(clinics: usize, walk: usize) -> Load {
        Load {
            clinics,
            walk,
            budget_per_hour: 324.0,
        }
    }

    #[test]
    fn one_watch_is_looked_at_each_half_minute_and_no_more() {
        assert_eq!(gap(&load(1, 3)), CAP);
    }

    #[test]
    fn a_larger_budget_than_the_real_services_shortens_the_cap() {
        let quick = Load {
            clinics: 1,
            walk: 3,
            budget_per_hour: 36_000.0,
        };
        assert_eq!(gap(&quick), Duration::from_secs(1));
    }

    proptest! {
        /// Sweeps and walks together never plan more than the budget.
        #[test]
        fn the_plan_fits_the_budget(clinics in 1usize..500, doctors in 1usize..20, budget in 60.0f64..720.0) {
            let load = Load { clinics, walk: clinics * (2 + doctors), budget_per_hour: budget };
            let sweeps = as_f64(clinics) * 3600.0 / gap(&load).as_secs_f64();
            let walks = as_f64(load.walk) * 3600.0 / load.walk_gap().as_secs_f64();
            prop_assert!(sweeps + walks <= budget + 1.0, "{sweeps} + {walks} > {budget}");
        }

        #[test]
        fn back_off_grows_to_a_quarter_of_an_hour_and_never_undercuts_the_gap(failures in 1u32..40, seed in 0u64..100) {
            let mut rng = StdRng::seed_from_u64(seed);
            let wait = after_failure(&load(1, 3), failures, &mut rng);
            prop_assert!(wait >= CAP && wait <= FLOOR);
        }

        #[test]
        fn jitter_stays_within_a_tenth(seed in 0u64..1000) {
            let wait = jittered(Duration::from_secs(100), &mut StdRng::seed_from_u64(seed));
            prop_assert!((90..=110).contains(&wait.as_secs()));
        }
    }
}

//! How long what failed is left alone. Pure: values in, a wait out.

use std::time::Duration;

use rand::{Rng, RngExt};

/// The longest wait after a failure: as long as the longest time between two looks, where the budget
/// keeps it.
const FLOOR: Duration = Duration::from_mins(15);
/// A clinic without online booking is looked at once a day.
const NO_ONLINE: Duration = Duration::from_hours(24);
/// The first wait after a failure; doubled by each further one up to [`FLOOR`].
const FIRST_BACK_OFF: Duration = Duration::from_secs(30);

/// The wait before the next look at a clinic that failed `failures` times in a row, and is
/// usually looked at with this gap: full jitter.
pub(crate) fn after_failure(gap: Duration, failures: u32, rng: &mut impl Rng) -> Duration {
    let ceiling = FIRST_BACK_OFF
        .saturating_mul(1 << failures.clamp(1, 10))
        .min(FLOOR);
    let wait = ceiling.mul_f64(rng.random_range(0.0..=1.0));
    wait.max(gap.min(FLOOR))
}

/// The wait before another look at what the clinic says is not there.
pub(crate) fn after_missing(rng: &mut impl Rng) -> Duration {
    FLOOR.mul_f64(rng.random_range(0.9..=1.0))
}

/// The wait before another look at a clinic that offers nothing online.
pub(crate) fn after_no_online(rng: &mut impl Rng) -> Duration {
    jittered(NO_ONLINE, rng)
}

/// The wait before the next walk after `walks` in a row on which something failed.
pub(crate) fn after_broken_walk(walk_gap: Duration, walks: u32) -> Duration {
    FIRST_BACK_OFF
        .saturating_mul(1 << walks.clamp(1, 20))
        .min(walk_gap)
}

/// ±10 %.
pub(crate) fn jittered(wait: Duration, rng: &mut impl Rng) -> Duration {
    wait.mul_f64(rng.random_range(0.9..1.1))
}

/// Up to 15 % sooner, and never on the last moment: what must come at least so often.
pub fn before(wait: Duration, rng: &mut impl Rng) -> Duration {
    wait.mul_f64(rng.random_range(0.85..0.95))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    proptest! {
        #[test]
        fn back_off_grows_to_a_quarter_of_an_hour_and_never_undercuts_the_gap(failures in 1u32..40, seed in 0u64..100) {
            let mut rng = StdRng::seed_from_u64(seed);
            let gap = Duration::from_secs(30);
            let wait = after_failure(gap, failures, &mut rng);
            prop_assert!(wait >= gap && wait <= FLOOR);
        }

        #[test]
        fn jitter_stays_within_a_tenth(seed in 0u64..1000) {
            let wait = jittered(Duration::from_secs(100), &mut StdRng::seed_from_u64(seed));
            prop_assert!((90..=110).contains(&wait.as_secs()));
        }
    }
}

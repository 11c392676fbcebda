//! What kind of city to build.

use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};

/// By which law slots appear (`polling.md` §3, «Worlds»).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// No structure: six openings a day for every doctor, at any hour.
    S0,
    /// Unequal rates: lognormal between doctors, median six a day.
    S1,
    /// S1, and nine openings in ten between 7:00 and 21:00.
    S2,
    /// Half of all openings in bursts of σ = 10 minutes at the clinic's habitual times.
    S3,
    /// Four openings in five in bursts of σ = 3 minutes.
    S4,
    /// For the demo: whoever is asked about gets an opening soon, then about one a minute.
    Lively,
    /// Nothing appears and nothing fails by itself; a test scripts it.
    Quiet,
}

/// A city to build. The constructors give the usual ones; the fields are free to change.
#[derive(Clone, Debug)]
pub struct Config {
    /// The same seed is the same city, to the second.
    pub seed: u64,
    /// The law of openings.
    pub world: World,
    /// What the city's clock shows when it is built.
    pub start: DateTime<Utc>,
    /// City seconds per second of tokio's clock.
    pub speed: f64,
    /// The share of clinics that fail at any moment (the real city: 0.08 besides code 37).
    pub failing_share: f64,
    /// Whether doctors carry `lastName`, `firstName`, `middleName` (they do since 2025-03).
    pub split_names: bool,
    /// How long each answer takes, in tokio's time.
    pub latency: Duration,
}

impl Config {
    /// A city of this world, seed 1, at the speed of the tokio clock.
    pub fn new(world: World, start: DateTime<Utc>) -> Self {
        Self {
            seed: 1,
            world,
            start,
            speed: 1.0,
            failing_share: match world {
                World::Quiet => 0.0,
                World::Lively => 0.04,
                World::S0 | World::S1 | World::S2 | World::S3 | World::S4 => 0.08,
            },
            split_names: true,
            latency: Duration::ZERO,
        }
    }

    /// A city where nothing happens unless a test says so.
    pub fn quiet(start: DateTime<Utc>) -> Self {
        Self::new(World::Quiet, start)
    }

    /// The city of the demo.
    pub fn lively(start: DateTime<Utc>) -> Self {
        Self::new(World::Lively, start)
    }

    /// The same with another seed.
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The same with a clock `speed` times as fast as tokio's.
    pub fn with_speed(self, speed: f64) -> Self {
        Self { speed, ..self }
    }

    /// The same with this share of clinics failing at any moment.
    pub fn with_failing_share(self, failing_share: f64) -> Self {
        Self {
            failing_share,
            ..self
        }
    }
}

impl Default for Config {
    /// A quiet city on Monday, 23 November 2026, 9:00 in Moscow.
    fn default() -> Self {
        let start = Utc.with_ymd_and_hms(2026, 11, 23, 6, 0, 0);
        Self::quiet(start.single().unwrap_or_default())
    }
}

//! The only reader of the time.
//!
//! `Clock::system()` reads the machine. `Clock::test(start)` follows tokio's
//! (paused) time, so one `sleep` moves both the timers and the wall clock; it
//! can be stepped to imitate a computer that slept or whose clock was set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// Tells the wall-clock time and waits. Cheap to clone; clones share their steps.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Test {
        start: DateTime<Utc>,
        origin: Instant,
        step_ms: Arc<AtomicI64>,
    },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that shows `start` now and then follows tokio's time.
    pub fn test(start: DateTime<Utc>) -> Self {
        Self(Source::Test {
            start,
            origin: Instant::now(),
            step_ms: Arc::new(AtomicI64::new(0)),
        })
    }

    /// The wall-clock time.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => Utc::now() + ahead(),
            Source::Test {
                start,
                origin,
                step_ms,
            } => {
                *start
                    + TimeDelta::from_std(origin.elapsed()).unwrap_or(TimeDelta::MAX)
                    + TimeDelta::milliseconds(step_ms.load(Ordering::SeqCst))
            }
        }
    }

    /// Moves the wall clock of a test without letting time pass; the machine's is never touched.
    pub fn step(&self, by: TimeDelta) {
        if let Source::Test { step_ms, .. } = &self.0 {
            step_ms.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
        }
    }

    /// Waits until the wall clock shows `moment`, as seen now; returns at once if it has passed.
    pub async fn sleep_until(&self, moment: DateTime<Utc>) {
        let wait = (moment - self.now()).to_std().unwrap_or(Duration::ZERO);
        tokio::time::sleep(wait).await;
    }
}

/// How far the crash test sets the clock ahead.
#[cfg(feature = "failpoints")]
fn ahead() -> TimeDelta {
    static AHEAD: std::sync::LazyLock<TimeDelta> = std::sync::LazyLock::new(|| {
        let asked = std::env::var("TALONCHIK_AHEAD").ok();
        let secs = asked.and_then(|secs| secs.parse().ok()).unwrap_or(0);
        TimeDelta::try_seconds(secs).unwrap_or_default()
    });
    *AHEAD
}

#[cfg(not(feature = "failpoints"))]
fn ahead() -> TimeDelta {
    TimeDelta::zero()
}

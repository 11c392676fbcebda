//! Named steps at which the crash test kills the program.
//!
//! With the feature `failpoints`, which no shipped build has, `TALONCHIK_DIE_AT=committed:3` lets the
//! program die of SIGKILL when it passes that step for the third time: nothing is flushed, nothing is
//! undone. `TALONCHIK_AHEAD=3600` sets its clock (`clock.rs`) an hour ahead, so that hours pass between
//! two lives.
//! Without the feature a step is nothing.

/// Every step there is. Each is passed in the crash test or the test fails.
pub const STEPS: [&str; 27] = [
    // The start: a copy (before an update, and once a day), each statement of the update, what was leased is due.
    "copying",
    "copied",
    "migrating",
    "migrated",
    "released",
    // A look: a list that is read for the first time, who was ever on it, and the slots.
    "listing",
    "listed",
    "members kept",
    "answered",
    "committing",
    "committed",
    // A message: leased, told, settled.
    "leasing",
    "leased",
    "telling",
    "told",
    "settling",
    "settled",
    // A message that says what is no longer so.
    "refreshing",
    "refreshed",
    "put right",
    // What a person did in Telegram has had its effect, and is noted.
    "heard",
    "noted",
    // Files that take another's place.
    "exporting",
    "exported",
    "sealing",
    "sealed",
    // The engine was asked to stop, and has.
    "stopped",
];

/// The program passes this step.
#[cfg(not(feature = "failpoints"))]
#[inline]
pub fn step(_: &str) {}

#[cfg(feature = "failpoints")]
pub use armed::step;

#[cfg(feature = "failpoints")]
mod armed {
    use std::{
        env,
        sync::{
            LazyLock,
            atomic::{AtomicU32, Ordering},
        },
    };

    /// Where to die.
    struct End {
        step: String,
        /// Passes left.
        left: AtomicU32,
    }

    static END: LazyLock<Option<End>> = LazyLock::new(|| {
        let asked = env::var("TALONCHIK_DIE_AT").ok()?;
        let (step, pass) = asked.rsplit_once(':')?;
        Some(End {
            step: step.to_owned(),
            left: AtomicU32::new(pass.parse().ok()?),
        })
    });

    /// The program passes this step.
    pub fn step(name: &str) {
        debug_assert!(super::STEPS.contains(&name), "{name} is on no list");
        if let Some(end) = &*END
            && end.step == name
            && end.left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            die();
        }
    }

    fn die() -> ! {
        #[cfg(unix)]
        if rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL)
            .is_ok()
        {
            loop {
                std::thread::park();
            }
        }
        std::process::abort()
    }
}

//! When what is looked at next: moments and counts in, moments out.
//!
//! `learner` says how many releases are expected when, `allot` how many
//! looks each resource gets for that, `planner` at which moments they are.
//! The same code ships and is judged in virtual time (`cargo xtask bench polling`).

mod allot;
mod backoff;
mod calendar;
mod check;
mod learner;
mod level;
mod planner;
mod reading;
mod scheduler;

pub use allot::{Gaps, Limits};
pub use backoff::before;
pub use calendar::DayKind;
pub use check::{Audits, walk_gap};
pub use learner::{Arrived, Learner, Profile};
pub use level::{Wish, targets};
pub use reading::{Reading, Row};
pub use scheduler::{Foresight, Learned, Scheduler, Target};

pub(crate) use backoff::{
    after_broken_walk, after_failure, after_missing, after_no_online, jittered,
};
pub(crate) use check::WALK_GAP;

//! Random worlds: from a number a city, its faults, a household that uses the program, kills, sleep
//! and clocks that are set; then what `reliability.md` promises is checked.
//!
//! The same number is the same world, request for request: nothing leaves the process, time is
//! paused, and all runs on one thread. `cargo xtask dst` runs many; some run with the tests.
//!
//! - [`plan`]: the number → a list of events;
//! - [`drive`]: the events happen to the real engine and the simulated city;
//! - [`line`](mod@line) and [`ear`]: the way to the city and the ways to tell, with faults of their own;
//! - [`record`]: what was seen from outside;
//! - [`oracle`]: what must be true of it, by a model that shares nothing with the engine;
//! - [`shrink`]: a failing world with as few events as will do.

pub mod drive;
pub mod ear;
pub mod line;
pub mod oracle;
pub mod plan;
pub mod record;
pub mod shrink;

use std::collections::BTreeMap;

pub use oracle::Violation;
pub use plan::Plan;

/// How a world ended.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// What was not as promised.
    pub violations: Vec<Violation>,
    /// What happened, a line each.
    pub trace: Vec<String>,
    /// How often what happened.
    pub counts: BTreeMap<String, u64>,
}

/// Runs the world of this plan and judges it.
pub fn run(plan: &Plan) -> Outcome {
    let (seen, end, _folder) = drive::live(plan);
    let violations = oracle::judge(&seen, &end);
    let mut counts = seen.counts;
    counts.insert("looks".to_owned(), seen.looks.len() as u64);
    Outcome {
        violations,
        trace: seen.trace,
        counts,
    }
}

//! Load, stress, spike and soak: ten thousand watches and more on one engine,
//! against the simulated city, in virtual time. `cargo xtask suite10k` runs them whole, the tests a
//! short form of each.

pub mod load;
mod measure;
mod oracle;
pub mod soak;
pub mod spike;
pub mod stress;
mod town;

use std::fmt;

pub use measure::Heap;

/// What a scenario measured, and whether that is good enough.
#[derive(Debug, Default)]
pub struct Verdict {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    measured: String,
    limit: String,
    passed: bool,
}

impl Verdict {
    /// Something that must hold.
    fn must(
        &mut self,
        what: impl Into<String>,
        measured: impl Into<String>,
        limit: impl Into<String>,
        passed: bool,
    ) {
        self.rows.push(Row {
            what: what.into(),
            measured: measured.into(),
            limit: limit.into(),
            passed,
        });
    }

    /// Something that must be quick by the machine's clock, milliseconds. A debug build, which tests
    /// share a busy machine with, is judged by no clock.
    fn must_be_quick(&mut self, what: impl Into<String>, took: f64, limit: u32) {
        let quick = took <= f64::from(limit) || cfg!(debug_assertions);
        self.must(
            what,
            format!("{took:.1} ms"),
            format!("≤ {limit} ms"),
            quick,
        );
    }

    /// Something worth knowing.
    fn note(&mut self, what: impl Into<String>, measured: impl Into<String>) {
        self.must(what, measured, "", true);
    }

    /// Does everything hold?
    pub fn passed(&self) -> bool {
        self.rows.iter().all(|row| row.passed)
    }
}

/// Rows of a table: what, measured, limit, whether it held.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let held = match (row.limit.as_str(), row.passed) {
                ("", _) => "",
                (_, true) => "holds",
                (_, false) => "**missed**",
            };
            let Row {
                what,
                measured,
                limit,
                ..
            } = row;
            writeln!(f, "| {what} | {measured} | {limit} | {held} |")?;
        }
        Ok(())
    }
}

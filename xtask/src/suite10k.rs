//! `cargo xtask suite10k`: load, stress, spike and soak with ten thousand watches and more, and what
//! they measured in `docs/reliability.md`.
//!
//! Two scenarios run at a time, each a process of its own: its memory is its own, too. Each has one
//! core, where the system can tell it so: in virtual time nothing is ever waited for, and it costs more
//! than most of the work to wake a thread on another core again and again.

use std::{
    fs,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{
    say,
    shell::{self, cargo},
};

/// All of them together take no longer on two cores.
const LIMIT: Duration = Duration::from_mins(15);
/// Run at the same time.
const AT_ONCE: usize = 2;

const PAGE: &str = "docs/reliability.md";
const BEGIN: &str = "<!-- suite10k: written by `cargo xtask suite10k` -->";
const END: &str = "<!-- suite10k: end -->";

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// These; without, all, whose figures are then written to docs/reliability.md.
    #[arg(value_enum)]
    scenarios: Vec<Scenario>,
}

/// In the order in which they begin: the longest first.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// Three months with an outage a night.
    Soak,
    /// Twenty times as many watches, nine clinics in ten failing.
    Stress,
    /// Ten thousand watches over the whole city, for a day.
    Load,
    /// Everything at once.
    Spike,
}

/// Builds without the slow optimisation of the whole program; runs; writes.
pub(crate) fn run(args: &Args) -> Result<()> {
    shell::run(&mut suite("build", None))?;
    let all = args.scenarios.is_empty();
    let scenarios = if all {
        Scenario::value_variants()
    } else {
        &args.scenarios
    };
    let began = now();
    let tables = run_all(scenarios)?;
    let took = began.elapsed();
    let failed = tables.iter().any(|(_, passed)| !passed);
    let late = took > LIMIT;
    let held = if late { "**missed**" } else { "holds" };
    let mut table = String::from("| what | measured | limit | |\n|---|---|---|---|\n");
    for (rows, _) in &tables {
        table.push_str(rows);
    }
    if all {
        let row = format!(
            "| **all**, two at a time | {} | ≤ 15 min | {held} |\n",
            say::spell(took)
        );
        table.push_str(&row);
        write(&table)?;
        say::line(&row);
    }
    if failed || all && late {
        bail!("a limit was missed");
    }
    Ok(())
}

/// `cargo` on the suite, for release; kept to this core.
fn suite(task: &str, core: Option<usize>) -> Command {
    let mut suite = cargo(&[
        task,
        "-q",
        "--release",
        "-p",
        "flows",
        "--example",
        "suite10k",
    ]);
    let kept_to = |core: usize| {
        let mut taskset = shell::command("taskset");
        taskset.args(["-c", &core.to_string()]);
        taskset
    };
    // Not every system has it, nor lets us have every core.
    if let Some(core) = core.filter(|core| shell::succeeds(kept_to(*core).arg("true"))) {
        let cargo = suite;
        suite = kept_to(core);
        suite.arg(cargo.get_program()).args(cargo.get_args());
    }
    suite.env("CARGO_PROFILE_RELEASE_LTO", "off");
    // Months pass in minutes: a disk that is waited for at each commit would set their pace.
    shell::in_memory(&mut suite);
    suite
}

/// The rows of each scenario, and whether it passed, in this order.
fn run_all(scenarios: &[Scenario]) -> Result<Vec<(String, bool)>> {
    let waiting = Mutex::new(scenarios.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let work = |core| {
        loop {
            let next = waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next();
            let Some((turn, scenario)) = next else { return };
            let ended = run_one(*scenario, core);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.push((turn, ended));
        }
    };
    thread::scope(|scope| {
        for core in 0..AT_ONCE {
            scope.spawn(move || work(core));
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(turn, _)| *turn);
    done.into_iter().map(|(_, ended)| ended).collect()
}

fn run_one(scenario: Scenario, core: usize) -> Result<(String, bool)> {
    let name = scenario.to_possible_value().context("it has a name")?;
    let mut suite = suite("run", Some(core));
    suite
        .arg("--")
        .arg(name.get_name())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    say::line(&format!("$ {}", shell::show(&suite)));
    let output = suite.output().context("the suite could not be started")?;
    let mut rows = String::from_utf8_lossy(&output.stdout).into_owned();
    if rows.is_empty() {
        rows = format!(
            "| {} | no result: {} | | **missed** |\n",
            name.get_name(),
            output.status
        );
    }
    say::line(&rows);
    Ok((rows, output.status.success()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long the scenarios take; there is no test clock here"
)]
fn now() -> Instant {
    Instant::now()
}

/// Puts the table between the two marks of the page.
fn write(table: &str) -> Result<()> {
    let path = shell::root().join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("{PAGE} cannot be read"))?;
    let page = with_table(&page, table).with_context(|| format!("{PAGE} has no marks"))?;
    fs::write(&path, page).with_context(|| format!("{PAGE} cannot be written"))
}

fn with_table(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_takes_the_place_of_the_one_before() {
        let page = format!("# Load\n\n{BEGIN}\nold\n{END}\n\nMore.\n");
        let written = with_table(&page, "| new |\n").unwrap();
        assert_eq!(
            written,
            format!("# Load\n\n{BEGIN}\n\n| new |\n\n{END}\n\nMore.\n")
        );
        assert_eq!(with_table(&written, "| new |\n").unwrap(), written);
        assert_eq!(with_table("no marks", ""), None);
    }
}

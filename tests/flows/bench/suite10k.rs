//! Load, stress, spike and soak, each named on the command line; prints the rows of
//! a table and fails where a limit was missed. Virtual time, the real engine, the city over loopback.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::{alloc::System, process::ExitCode};

use engine::launch;
use flows::suite::{load, soak, spike, stress};
use simulator::machine_time;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::Builder;

/// Knows how much is allocated; `SQLite` asks the system itself and is not counted.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> anyhow::Result<ExitCode> {
    launch::with([]);
    let mut passed = true;
    for scenario in std::env::args().skip(1) {
        let mut runtime = Builder::new_current_thread();
        runtime.enable_all().start_paused(true);
        if scenario == "soak" {
            // Work that blocks seldom overlaps within three months. Pressed into minutes it does, and
            // each thread that then shares it keeps memory of its own.
            runtime.max_blocking_threads(1);
        }
        passed &= runtime.build()?.block_on(run(&scenario))?;
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs it and prints its rows. True where it keeps to its limits.
async fn run(scenario: &str) -> anyhow::Result<bool> {
    let heap = || Some(heap());
    let began = machine_time();
    let verdict = match scenario {
        "load" => Box::pin(load::run(load::WHOLE, heap)).await?,
        "stress" => Box::pin(stress::run(stress::WHOLE, heap)).await?,
        "spike" => Box::pin(spike::run(spike::WHOLE, heap)).await?,
        "soak" => Box::pin(soak::run(soak::WHOLE, heap)).await?,
        other => anyhow::bail!("no scenario {other}: load, stress, spike or soak"),
    };
    let took = machine_time().saturating_sub(began).as_secs();
    print!("| **{scenario}** | in {took} s | | |\n{verdict}");
    Ok(verdict.passed())
}

/// Bytes allocated and not freed.
fn heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

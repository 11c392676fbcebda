//! Load, stress, spike and soak, each named on the command line; prints the rows of
//! a table and fails where a limit was missed. Virtual time, the real engine, the city over loopback.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::{alloc::System, process::ExitCode};

use flows::suite::{load, soak, spike, stress};
use simulator::machine_time;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Knows how much is allocated; `SQLite` asks the system itself and is not counted.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> anyhow::Result<ExitCode> {
    let heap = || Some(heap());
    let mut passed = true;
    for scenario in std::env::args().skip(1) {
        let began = machine_time();
        let verdict = match scenario.as_str() {
            "load" => Box::pin(load::run(load::WHOLE, heap)).await?,
            "stress" => Box::pin(stress::run(stress::WHOLE, heap)).await?,
            "spike" => Box::pin(spike::run(spike::WHOLE, heap)).await?,
            "soak" => Box::pin(soak::run(soak::WHOLE, heap)).await?,
            other => anyhow::bail!("no scenario {other}: load, stress, spike or soak"),
        };
        let took = machine_time().saturating_sub(began).as_secs();
        print!("| **{scenario}** | in {took} s | | |\n{verdict}");
        passed &= verdict.passed();
    }
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Bytes allocated and not freed.
fn heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

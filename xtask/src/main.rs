//! `cargo xtask …`: what a developer does with the project, one word each.
//!
//! A command is a module with its own `Args` and one function; a new command is
//! such a module, a variant of [`Task`] and a line in [`main`].

mod bench;
mod crash;
mod cross;
mod dst;
mod faults;
mod fuzz;
mod packages;
mod rules;
mod run;
mod say;
mod shell;
mod soak;
mod suite10k;
mod supply;
mod test;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, starts and checks Talonchik.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
struct Xtask {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the program and start it.
    Run(run::Args),
    /// Run every check and test, the cheapest first.
    Test(test::Args),
    /// Measure a figure that the README states.
    Bench(bench::Args),
    /// Run random worlds in virtual time and say which break a promise.
    Dst(dst::Args),
    /// Kill talonctl again and again, at named steps and at random: nothing may be lost.
    Crash(crash::Args),
    /// Open and close the window a thousand times while the program works: nothing may grow (Linux).
    Soak(soak::Args),
    /// List everything the programs contain, in the format `CycloneDX`.
    Sbom,
    /// Type-check the program for Windows and macOS on a Linux machine.
    CrossCheck(cross::Args),
    /// Print the catalogue of faults and what holds each.
    Faults(faults::Args),
    /// Throw bytes at everything that reads what strangers wrote.
    Fuzz(fuzz::Args),
    /// Load, stress, spike and soak with ten thousand watches (docs/reliability.md).
    Suite10k(suite10k::Args),
}

fn main() -> ExitCode {
    let done = match Xtask::parse().task {
        Task::Run(args) => run::run(&args),
        Task::Test(args) => test::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Dst(args) => dst::run(&args),
        Task::Crash(args) => crash::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::Sbom => supply::sbom(),
        Task::CrossCheck(args) => cross::run(&args),
        Task::Faults(args) => faults::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Suite10k(args) => suite10k::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

//! `cargo xtask …`: what a developer does with the project, one word each.
//!
//! A command is a module with its own `Args` and one function; a new command is
//! such a module, a variant of [`Task`] and a line in [`main`].

mod bench;
mod cross;
mod packages;
mod rules;
mod run;
mod say;
mod shell;
mod suite10k;
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
    /// Type-check the program for Windows and macOS on a Linux machine.
    CrossCheck(cross::Args),
    /// Load, stress, spike and soak with ten thousand watches (docs/reliability.md).
    Suite10k(suite10k::Args),
}

fn main() -> ExitCode {
    let done = match Xtask::parse().task {
        Task::Run(args) => run::run(&args),
        Task::Test(args) => test::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::CrossCheck(args) => cross::run(&args),
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

//! `cargo xtask dst`: random worlds in virtual time, and which of them break a promise.

use std::process::Command;

use anyhow::Result;

use crate::shell;

/// Which worlds to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The numbers of the worlds; the last is not run.
    #[arg(long, default_value = "0..1000")]
    seeds: String,
    /// How long each lasts, in virtual days.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Worlds at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Print all that happens.
    #[arg(long)]
    trace: bool,
    /// Of those that fail, look for smaller ones that fail in the same way.
    #[arg(long)]
    shrink: bool,
}

/// Builds for release, without the slow link, and runs.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut worlds = shell::cargo(&[
        "run",
        "-q",
        "--release",
        "-p",
        "flows",
        "--example",
        "worlds",
    ]);
    worlds
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        // The quiet hours go by the computer's zone: the same everywhere.
        .env("TZ", "UTC")
        .args(["--", "--seeds", &args.seeds])
        .args(["--days", &args.days.to_string()])
        .args(["--jobs", &args.jobs.to_string()]);
    flag(&mut worlds, args.trace, "--trace");
    flag(&mut worlds, args.shrink, "--shrink");
    shell::run(&mut worlds)
}

fn flag(command: &mut Command, given: bool, name: &str) {
    if given {
        command.arg(name);
    }
}

//! `cargo xtask crash`: kills talonctl again and again and looks whether anything was lost.

use anyhow::Result;

use crate::shell::{self, cargo};

/// How long and where.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often to kill it.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    kills: u32,
    /// The worlds it lives in; the moments of the kills are the machine's.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
    /// Data folders at the same time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    jobs: u32,
}

/// Runs the long form of the crash test.
pub(crate) fn run(args: &Args) -> Result<()> {
    let line = "test -q -p cli --test talonctl -- --ignored --nocapture --exact \
                crash::fault_46_killed_by_the_thousand";
    let mut storm = cargo(&line.split_whitespace().collect::<Vec<_>>());
    storm
        .env("TALONCHIK_KILLS", args.kills.to_string())
        .env("TALONCHIK_SEED", args.seed.to_string())
        .env("TALONCHIK_JOBS", args.jobs.to_string());
    // A kill leaves the same in memory as on a disk, which would set the pace.
    shell::run(shell::in_memory(&mut storm))
}

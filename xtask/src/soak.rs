//! `cargo xtask soak`: a long run of the real program in a private session.

use anyhow::Result;

use crate::{
    packages::{self, Purpose},
    shell::{self, cargo},
    ui,
};

/// How long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often the window is opened and closed.
    #[arg(long, default_value_t = 1_000)]
    windows: u32,
}

/// Runs the program and fails if what it holds grows.
pub(crate) fn run(args: &Args) -> Result<()> {
    packages::ensure(&[Purpose::Build, Purpose::Run, Purpose::Session])?;
    ui::ensure_built()?;
    let bench = "bench -p talonchik --bench figures --profile dev -- soak";
    let mut bench = cargo(&bench.split(' ').collect::<Vec<_>>());
    shell::run(bench.arg(args.windows.to_string()))
}

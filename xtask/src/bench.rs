//! `cargo xtask bench`: the figures the README states, each measured anew.

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    packages::{self, Purpose},
    shell::{self, cargo},
    ui,
};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The figure.
    #[arg(value_enum)]
    figure: Figure,
}

#[derive(Clone, Copy, ValueEnum)]
enum Figure {
    /// Requests in an hour for 100, 1 000 and 10 000 watches on the same keys, in virtual time.
    Requests,
    /// Search over 551 clinics while typing.
    Search,
    /// Memory of the program in the tray and with a window, and the time to its first paint (Linux).
    Desktop,
}

/// Measures and prints.
pub(crate) fn run(args: &Args) -> Result<()> {
    match args.figure {
        Figure::Requests => shell::run(&mut cargo(&[
            "run",
            "-q",
            "-p",
            "flows",
            "--example",
            "requests",
        ])),
        Figure::Search => shell::run(&mut cargo(&[
            "run",
            "-q",
            "--release",
            "-p",
            "engine",
            "--example",
            "search_speed",
        ])),
        Figure::Desktop => {
            packages::ensure(&[Purpose::Build, Purpose::Run, Purpose::Session])?;
            ui::ensure_built()?;
            shell::run(&mut cargo(&[
                "bench",
                "-p",
                "talonchik",
                "--bench",
                "figures",
            ]))
        }
    }
}

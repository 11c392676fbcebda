//! `cargo xtask bench`: the figures the README states, each measured anew.

use std::{env, ffi::OsString, fs, process::Command};

use anyhow::Result;
use clap::Subcommand;

use crate::{
    packages::{self, Purpose},
    say,
    shell::{self, cargo},
    ui,
};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    figure: Figure,
}

/// A figure; its own arguments are fields of its variant.
#[derive(Subcommand)]
enum Figure {
    /// What a watch costs: requests, time and memory for 1 to 100 000 watches on the same keys, in
    /// virtual time.
    Scale {
        /// Numbers of watches; without, from 1 to 100 000.
        watches: Vec<usize>,
    },
    /// From the bytes of an answer to the database and the channel, with 10 000 watches.
    Pipeline,
    /// How soon an opening is told at how many requests: the scheduler that ships against others,
    /// in virtual time (`--help` says how).
    #[command(disable_help_flag = true)]
    Polling {
        /// Passed on as they are.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Search over 551 clinics while typing.
    Search,
    /// Memory of the program in the tray and with a window, the time to its first paint, and from
    /// a letter typed into the search to the painted list (Linux).
    Desktop,
    /// Size of the built interface.
    Interface,
}

/// Measures and prints.
pub(crate) fn run(args: &Args) -> Result<()> {
    match &args.figure {
        Figure::Scale { watches } => {
            let mut bench = example("scale");
            bench.arg("--").args(watches.iter().map(usize::to_string));
            // Hours pass in seconds: a disk that is waited for at each commit would set their pace.
            shell::run(shell::in_memory(&mut bench))
        }
        Figure::Pipeline => shell::run(&mut example("pipeline")),
        Figure::Polling { arguments } => {
            let mut bench = example("polling");
            // Files are named as seen from where the command was typed.
            bench.current_dir(env::current_dir()?);
            shell::run_unannounced(bench.arg("--").args(arguments))
        }
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
        Figure::Interface => {
            ui::ensure_built()?;
            interface()
        }
    }
}

/// A bench among the flows, built for release.
fn example(name: &str) -> Command {
    cargo(&["run", "-q", "--release", "-p", "flows", "--example", name])
}

/// Adds up what the program carries of the interface.
fn interface() -> Result<()> {
    let (mut scripts, mut all) = (0, 0);
    for folder in ["ui/dist", "ui/dist/assets"] {
        for file in fs::read_dir(folder)? {
            let file = file?;
            let size = file.metadata()?.len();
            if file.file_type()?.is_file() {
                all += size;
                if file.path().extension().is_some_and(|ending| ending == "js") {
                    scripts += size;
                }
            }
        }
    }
    say::line(&format!(
        "interface {:>5} kB, of which scripts {} kB",
        all / 1000,
        scripts / 1000
    ));
    Ok(())
}

//! `cargo xtask bench polling`: the scheduler that ships against others, in virtual time.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a bench: small numbers, printed"
)]

mod ours;
mod peers;
mod plot;
mod random;
mod report;
mod score;
mod world;

use std::{ops::RangeInclusive, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Parser;

/// Runs the scheduler that ships, other ways to share the same budget, and the loops of existing
/// clients through days of openings in virtual time, and says how soon each has told them.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench polling")]
struct Args {
    /// Worlds of the standard work: S0, S1, S2, S3, S4.
    #[arg(long, value_delimiter = ',', default_value = "S0,S1,S2,S3,S4")]
    worlds: Vec<String>,
    /// Seeds, first and last, or one.
    #[arg(long, value_name = "A..B", default_value = "101..102", value_parser = seeds)]
    seeds: RangeInclusive<u64>,
    /// Days to learn from, and as many to score.
    #[arg(long, default_value_t = 28, value_parser = clap::value_parser!(i64).range(1..=365))]
    days: i64,
    /// A trace of openings (`talonctl history --trace`) instead of the worlds; its days are its own.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["worlds", "days", "lies", "moves"])]
    trace: Option<PathBuf>,
    /// Requests per hour.
    #[arg(long, default_value_t = 360, value_parser = clap::value_parser!(u32).range(30..=720))]
    budget: u32,
    /// Half of the openings of some vendors are not in their clinics' counts.
    #[arg(long)]
    lies: bool,
    /// All habits move in the middle of the scored time.
    #[arg(long)]
    moves: bool,
    /// Do not believe the counts of any clinic: ask each specialty by itself.
    #[arg(long)]
    distrust: bool,
    /// Draw delay against requests, as of the first seed, an SVG a world, into this folder.
    #[arg(long, value_name = "FOLDER")]
    plots: Option<PathBuf>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// All worlds are in memory at once.
const MOST_SEEDS: u64 = 100;

fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |part: &str| {
        part.parse::<u64>()
            .map_err(|_| format!("seeds are two numbers, as in 201..205; «{part}» is none"))
    };
    let (first, last) = (number(first)?, number(last.trim_start_matches('='))?);
    if first > last {
        return Err(format!(
            "the first seed, {first}, is above the last, {last}"
        ));
    }
    if last - first >= MOST_SEEDS {
        return Err(format!("no more than {MOST_SEEDS} seeds"));
    }
    Ok(first..=last)
}

fn main() -> ExitCode {
    match bench(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench(args: &Args) -> Result<()> {
    let twist = world::Twist {
        lies: args.lies,
        moves: args.moves,
    };
    let mut worlds: Vec<Vec<world::World>> = Vec::new();
    if let Some(trace) = &args.trace {
        worlds.push(vec![world::World::trace(trace)?]);
    } else {
        for name in &args.worlds {
            let of_seed = |seed| world::World::standard(name, seed, args.days, twist);
            worlds.push(args.seeds.clone().map(of_seed).collect::<Result<_>>()?);
        }
    }
    ensure!(!worlds.is_empty(), "no world");
    let first = *args.seeds.start();
    let report = report::run(&worlds, first, args.budget, args.distrust);
    if let Some(folder) = &args.plots {
        plot::draw(&worlds, first, args.distrust, folder).context("the plots cannot be drawn")?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{report}");
    }
    Ok(())
}

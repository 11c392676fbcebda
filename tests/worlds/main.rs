//! `cargo xtask dst`: runs random worlds and says which break a promise.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::{
    collections::BTreeMap,
    ops::Range,
    panic,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use clap::Parser;
use flows::worlds::{Outcome, Plan, run, shrink::shrink};

/// Runs random worlds.
#[derive(Parser)]
struct Args {
    /// The numbers of the worlds: `0..1000`.
    #[arg(long, value_parser = range)]
    seeds: Range<u64>,
    /// How long each lasts, in virtual days.
    #[arg(long, default_value_t = 30)]
    days: u32,
    /// Worlds at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Print all that happens.
    #[arg(long)]
    trace: bool,
    /// Look for a smaller world that fails in the same way.
    #[arg(long)]
    shrink: bool,
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let (from, to) = text
        .split_once("..")
        .ok_or("two numbers with .. between them")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok(number(from)?..number(to)?)
}

fn main() {
    let args = Args::parse();
    let next = AtomicU64::new(args.seeds.start);
    let total = Mutex::new((BTreeMap::<String, u64>::new(), Vec::<u64>::new(), 0_u64));
    let began = simulator::machine_time();
    thread::scope(|scope| {
        for _ in 0..args.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= args.seeds.end {
                        return;
                    }
                    let outcome = one(seed, &args);
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    for (what, count) in outcome.counts {
                        *total.0.entry(what).or_default() += count;
                    }
                    if !outcome.violations.is_empty() {
                        total.1.push(seed);
                    }
                    total.2 += 1;
                    if total.2.is_multiple_of(100) {
                        let secs = simulator::machine_time().saturating_sub(began).as_secs();
                        println!("{} worlds, {} fail, {secs} s", total.2, total.1.len());
                    }
                }
            });
        }
    });
    let (counts, mut failing, worlds) = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("worlds {worlds}");
    println!("virtual days {}", worlds * u64::from(args.days));
    for (what, count) in counts {
        println!("{what} {count}");
    }
    println!(
        "seconds {:.1}",
        simulator::machine_time()
            .saturating_sub(began)
            .as_secs_f64()
    );
    failing.sort_unstable();
    if failing.is_empty() {
        println!("every promise was kept");
        return;
    }
    println!("failing {failing:?}");
    println!(
        "again: cargo xtask dst --seeds {0}..{1} --days {2} --trace (or --shrink)",
        failing[0],
        failing[0] + 1,
        args.days
    );
    std::process::exit(1);
}

fn one(seed: u64, args: &Args) -> Outcome {
    let plan = Plan::of(seed, args.days);
    let outcome = panic::catch_unwind(|| run(&plan)).unwrap_or_else(|_| Outcome {
        violations: vec![flows::worlds::Violation {
            check: "nothing panics",
            text: format!("world {seed}"),
        }],
        ..Outcome::default()
    });
    if args.trace {
        for line in &outcome.trace {
            println!("{line}");
        }
    }
    for violation in &outcome.violations {
        println!("SEED={seed} {}: {}", violation.check, violation.text);
    }
    if args.shrink
        && let Some(violation) = outcome.violations.first()
    {
        let small = shrink(&plan, violation.check);
        println!(
            "{} days and {} events will do:",
            small.days,
            small.events.len()
        );
        for event in &small.events {
            println!("  {:>9.1} s {:?}", event.at.as_secs_f64(), event.act);
        }
        let outcome = run(&small);
        if args.trace {
            for line in &outcome.trace {
                println!("{line}");
            }
        }
        for violation in &outcome.violations {
            println!("  {}: {}", violation.check, violation.text);
        }
    }
    outcome
}

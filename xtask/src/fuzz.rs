//! `cargo xtask fuzz`: throws bytes at everything that reads what strangers wrote.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::{
    say,
    shell::{self, cargo},
};

/// What one input may take: more is a fault.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];
/// Answers of the service, written by us: where the targets that read such begin.
const ANSWERS: &str = "src-tauri/engine/fixtures";
const TICK: Duration = Duration::from_millis(200);

/// Which targets, for how long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Targets: files of `fuzz/targets`; without, all.
    targets: Vec<String>,
    /// For how long each is run.
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// How many are run at once.
    #[arg(long, default_value_t = 2)]
    at_once: usize,
}

/// A target that is run now.
struct Run {
    target: String,
    fuzzer: Child,
    log: PathBuf,
}

/// Builds the targets, runs them, and says how far each came.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing else runs in this program"
)]
pub(crate) fn run(args: &Args) -> Result<()> {
    if shell::find_program("cargo-fuzz").is_none() {
        bail!("cargo-fuzz is missing: `cargo install cargo-fuzz`");
    }
    let all = targets()?;
    if let Some(unknown) = args.targets.iter().find(|name| !all.contains(name)) {
        bail!(
            "there is no target `{unknown}`; there are {}",
            all.join(", ")
        );
    }
    let mut waiting = if args.targets.is_empty() {
        all
    } else {
        args.targets.clone()
    };
    waiting.reverse();
    shell::run(&mut fuzz(&["build", "-s", "none"]))?;

    let (mut running, mut failed) = (Vec::new(), Vec::new());
    while !(waiting.is_empty() && running.is_empty()) {
        while running.len() < args.at_once.max(1)
            && let Some(target) = waiting.pop()
        {
            running.push(start(target, args.seconds)?);
        }
        thread::sleep(TICK);
        let mut going = Vec::new();
        for mut run in running {
            match run.fuzzer.try_wait()? {
                None => going.push(run),
                Some(status) => {
                    let log = fs::read_to_string(&run.log).unwrap_or_default();
                    say::line(&format!("{:<12} {}", run.target, verdict(&log)));
                    if !status.success() {
                        failed.push(format!("{} (see {})", run.target, run.log.display()));
                    }
                }
            }
        }
        running = going;
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "));
}

/// `cargo fuzz` with a stable compiler's nightly flags.
fn fuzz(args: &[&str]) -> Command {
    let mut command = cargo(&["fuzz"]);
    command.args(args).env("RUSTC_BOOTSTRAP", "1");
    // Its own target directory: its flags would build everything of the others anew.
    command.env_remove("CARGO_TARGET_DIR");
    command
        .arg("--target-dir")
        .arg(shell::target().join("fuzz"));
    command
}

fn targets() -> Result<Vec<String>> {
    let folder = shell::root().join("fuzz/targets");
    let files = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut names = files
        .map(|file| Ok(file?.path()))
        .collect::<Result<Vec<_>>>()?
        .iter()
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect::<Vec<_>>();
    names.sort();
    Ok(names)
}

fn start(target: String, seconds: u32) -> Result<Run> {
    let root = shell::root();
    let corpus = root.join("fuzz/corpus").join(&target);
    fs::create_dir_all(&corpus)?;
    let own = root.join("fuzz/seeds").join(&target);
    let seeds = if own.is_dir() {
        own
    } else {
        root.join(ANSWERS)
    };
    let log = shell::target().join(format!("fuzz-{target}.log"));
    let said = File::create(&log)?;
    let mut command = fuzz(&["run", "-s", "none"]);
    command
        .args([Path::new(&target), &corpus, &seeds])
        .arg("--")
        .args(LIMITS)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-dict={}", root.join("fuzz/words.dict").display()))
        .arg("-print_final_stats=1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(said);
    let fuzzer = command.spawn().context("cargo-fuzz could not be started")?;
    Ok(Run {
        target,
        fuzzer,
        log,
    })
}

/// How far it came: the last line of libFuzzer that counts.
fn verdict(log: &str) -> String {
    let counts = |line: &&str| line.starts_with('#') && line.contains(" cov: ");
    let last = log.lines().rev().find(counts).unwrap_or("nothing was run");
    last.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_count_is_the_verdict() {
        let log = "#2\tINITED cov: 5 ft: 6\n#99\tDONE   cov: 7 ft: 8 corp: 3/9b exec/s: 11\nDone 99 runs\n";
        assert_eq!(verdict(log), "#99 DONE cov: 7 ft: 8 corp: 3/9b exec/s: 11");
        assert_eq!(verdict("error: no such target"), "nothing was run");
    }

    #[test]
    fn every_target_is_declared_and_every_seed_has_a_target() {
        let targets = targets().expect("they can be read");
        let manifest = fs::read_to_string(shell::root().join("fuzz/Cargo.toml"));
        let manifest = manifest.expect("it can be read");
        for target in &targets {
            assert!(
                manifest.contains(&format!("path = \"targets/{target}.rs\"")),
                "{target}"
            );
        }
        let seeds = fs::read_dir(shell::root().join("fuzz/seeds")).expect("they can be read");
        for folder in seeds {
            let name = folder.expect("a folder").file_name();
            assert!(
                targets
                    .iter()
                    .any(|target| *target == *name.to_string_lossy())
            );
        }
    }
}

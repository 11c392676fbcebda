//! `cargo xtask test`: every check and test, the cheapest first, each with its time.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use clap::ValueEnum;

use crate::{
    faults,
    packages::{self, Purpose, System},
    rules, say,
    shell::{self, cargo, npm},
    supply,
    ui::{self, Work},
};

/// Which steps to take.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Take this step alone; may be given several times.
    #[arg(long, value_enum, value_name = "STEP")]
    only: Vec<Step>,
}

/// The steps in their order.
///
/// What compiles is arranged so that later steps find it compiled: `headless` builds what a
/// plain `cargo test` builds, `desktop` and `session` share one build, `docs` reads what
/// `clippy` checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Rust is formatted.
    Fmt,
    /// npm's packages are those of the lock file.
    UiInstall,
    /// Biome and TypeScript have nothing to say.
    UiCheck,
    /// The pages build; the program embeds them.
    UiBuild,
    /// Who may know whom (see `rules`).
    Rules,
    /// Each fault of the catalogue has its tests (see `faults`).
    Faults,
    /// Licences, banned crates and sources of all dependencies (cargo-deny).
    Deny,
    /// Nothing bad is known of any dependency, where that can be asked.
    Advisories,
    /// Clippy has nothing to say.
    Clippy,
    /// The packages without Tauri: a plain `cargo test`.
    Headless,
    /// The interface in Chromium.
    UiTests,
    /// The desktop program's own tests.
    Desktop,
    /// The documentation builds without a warning.
    Docs,
    /// The real program in a private session with screen, bus, tray and web driver.
    Session,
}

/// How a step ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Passed,
    Skipped(&'static str),
    Failed,
    NotReached,
}

/// A line of the summary.
struct Record {
    step: Step,
    outcome: Outcome,
    took: Duration,
}

/// Takes the steps until one fails.
pub(crate) fn run(args: &Args) -> Result<()> {
    let steps: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| args.only.is_empty() || args.only.contains(step))
        .collect();
    // All at once: one question, one run of apt-get.
    let purposes: Vec<Purpose> = steps
        .iter()
        .flat_map(|step| step.purposes())
        .copied()
        .collect();
    packages::ensure(&purposes)?;

    let started = now();
    let mut records: Vec<Record> = Vec::new();
    let mut failure = None;
    for (at, &step) in steps.iter().enumerate() {
        if failure.is_some() {
            records.push(Record {
                step,
                outcome: Outcome::NotReached,
                took: Duration::ZERO,
            });
            continue;
        }
        say::line(&format!(
            "\n── {} of {}: {}",
            at + 1,
            steps.len(),
            step.name()
        ));
        let began = now();
        let outcome = step.take().unwrap_or_else(|error| {
            failure = Some((step, error));
            Outcome::Failed
        });
        let record = Record {
            step,
            outcome,
            took: began.elapsed(),
        };
        say::line(&format!("── {}", record.line()));
        records.push(record);
    }

    say::line(&format!("\n{}", summary(&records, started.elapsed())));
    match failure {
        None => Ok(()),
        Some((step, error)) => Err(anyhow!(
            "{name} failed: {error:#}\nAlone it runs with: cargo xtask test --only {name}",
            name = step.name()
        )),
    }
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value()
            .expect("no step is hidden")
            .get_name()
            .to_owned()
    }

    /// What the system must have for it; the interface's tools are seen to by `ui`.
    fn purposes(self) -> &'static [Purpose] {
        match self {
            Step::Clippy | Step::Desktop | Step::Docs => &[Purpose::Build],
            Step::UiTests => &[Purpose::Browser],
            Step::Session if System::here().has_apt() => {
                &[Purpose::Build, Purpose::Run, Purpose::Session]
            }
            Step::Fmt
            | Step::UiInstall
            | Step::UiCheck
            | Step::UiBuild
            | Step::Rules
            | Step::Faults
            | Step::Deny
            | Step::Advisories
            | Step::Headless
            | Step::Session => &[],
        }
    }

    fn take(self) -> Result<Outcome> {
        match self {
            Step::Fmt => shell::run(&mut cargo(&["fmt", "--all", "--check"]))?,
            Step::UiInstall => say_if_done(ui::ensure_installed()?, "ui/node_modules"),
            Step::UiCheck => {
                ui::ensure_installed()?;
                shell::run(&mut npm(&["run", "check"]))?;
            }
            Step::UiBuild => say_if_done(ui::ensure_built()?, "ui/dist"),
            Step::Rules => rules::check()?,
            Step::Faults => faults::check()?,
            Step::Deny => return supply::deny(),
            Step::Advisories => {
                ui::ensure_installed()?;
                return supply::advisories();
            }
            Step::Clippy => {
                ui::ensure_built()?;
                let args = "clippy --workspace --all-targets -- -D warnings";
                shell::run(&mut cargo(&words(args)))?;
            }
            Step::Headless => shell::run(&mut cargo(&["test"]))?,
            Step::UiTests => ui::test()?,
            Step::Desktop => {
                ui::ensure_built()?;
                shell::run(&mut cargo(&words("test -p talonchik --lib --bins")))?;
            }
            Step::Docs => {
                ui::ensure_built()?;
                // With the examples cargo chooses features of dependencies as clippy did,
                // which saves checking most of them again.
                let args = "doc --workspace --no-deps --lib --bins --examples";
                shell::run(cargo(&words(args)).env("RUSTDOCFLAGS", "-D warnings"))?;
            }
            Step::Session => {
                if !System::here().has_apt() {
                    return Ok(Outcome::Skipped(
                        "runs on Debian and Ubuntu: only their WebKitWebDriver can click in a GTK 3 window",
                    ));
                }
                ui::ensure_built()?;
                shell::run(&mut cargo(&words("test -p talonchik --test session")))?;
            }
        }
        Ok(Outcome::Passed)
    }
}

fn say_if_done(work: Work, what: &str) {
    if work == Work::AlreadyDone {
        say::line(&format!("{what} is up to date."));
    }
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

impl Record {
    fn line(&self) -> String {
        let name = self.step.name();
        match &self.outcome {
            Outcome::Passed => format!("{name:<11} passed  {}", say::spell(self.took)),
            Outcome::Skipped(why) => format!("{name:<11} skipped ({why})"),
            Outcome::Failed => format!("{name:<11} FAILED  {}", say::spell(self.took)),
            Outcome::NotReached => format!("{name:<11} not reached"),
        }
    }
}

fn summary(records: &[Record], took: Duration) -> String {
    let count = |wanted: fn(&Outcome) -> bool| {
        records
            .iter()
            .filter(|record| wanted(&record.outcome))
            .count()
    };
    let passed = count(|outcome| matches!(outcome, Outcome::Passed));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let failed = count(|outcome| matches!(outcome, Outcome::Failed));
    let mut lines: Vec<String> = records.iter().map(Record::line).collect();
    lines.push(format!(
        "{passed} passed, {skipped} skipped, {failed} failed of {} steps in {}",
        records.len(),
        say::spell(took)
    ));
    lines.join("\n")
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures this program's own work; there is no test clock here"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_named_as_it_is_typed() {
        assert_eq!(Step::UiInstall.name(), "ui-install");
        assert_eq!(Step::from_str("session", false), Ok(Step::Session));
    }

    #[test]
    fn the_summary_counts_what_passed_what_did_not_and_what_was_not_reached() {
        let record = |step, outcome| Record {
            step,
            outcome,
            took: Duration::from_secs(61),
        };
        let text = summary(
            &[
                record(Step::Fmt, Outcome::Passed),
                record(Step::Deny, Outcome::Skipped("not installed")),
                record(Step::Clippy, Outcome::Failed),
                record(Step::Docs, Outcome::NotReached),
            ],
            Duration::from_secs(130),
        );
        assert_eq!(
            text,
            "fmt         passed  1 min 1 s\n\
             deny        skipped (not installed)\n\
             clippy      FAILED  1 min 1 s\n\
             docs        not reached\n\
             1 passed, 1 skipped, 1 failed of 4 steps in 2 min 10 s"
        );
    }
}

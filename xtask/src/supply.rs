//! What the program is made of: whether its dependencies are what they may be, whether anything bad
//! is known of them, and the list of them all (`cargo xtask sbom`).

use std::fs;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::{
    say,
    shell::{self, cargo, npm},
    test::Outcome,
};

const NO_DENY: &str = "cargo-deny is not installed: cargo install cargo-deny --locked";

/// Licences, banned crates and sources of all crates, by `deny.toml`.
pub(crate) fn deny() -> Result<Outcome> {
    if !has("deny") {
        return Ok(Outcome::Skipped(NO_DENY));
    }
    // Warnings are hundreds of lines on crates that exist in two versions.
    let args = "deny --log-level error check licenses bans sources";
    shell::run(&mut cargo(&words(args)))?;
    Ok(Outcome::Passed)
}

/// Known vulnerabilities of crates and npm packages.
///
/// They change by the day and are asked for over the network; where that cannot be reached nothing is
/// known, and said so.
pub(crate) fn advisories() -> Result<Outcome> {
    let crates = has("deny") && crates_audit()?;
    let packages = npm_audit()?;
    match (crates, packages) {
        (true, true) => Ok(Outcome::Passed),
        (true, false) => Ok(Outcome::Skipped(
            "crates passed; npm's audit cannot be reached",
        )),
        (false, true) => Ok(Outcome::Skipped(
            "npm passed; cargo-deny or the database of crates cannot be reached",
        )),
        (false, false) => Ok(Outcome::Skipped(
            "neither the databases nor cargo-deny can be reached from here",
        )),
    }
}

/// By the database that cargo-audit reads, too. `false`: it cannot be reached.
fn crates_audit() -> Result<bool> {
    let crates = shell::succeeds(&mut cargo(&words("deny --log-level error fetch db")));
    if crates {
        let args = "deny --log-level error check --disable-fetch advisories";
        shell::run(&mut cargo(&words(args)))?;
    }
    Ok(crates)
}

/// `false`: the registry has not answered.
fn npm_audit() -> Result<bool> {
    let output = npm(&["audit", "--json", "--audit-level=high"])
        .output()
        .context("npm could not be started")?;
    judge_audit(&String::from_utf8_lossy(&output.stdout))
}

/// Reads what `npm audit --json` has to say: `false` when the registry has not answered.
fn judge_audit(report: &str) -> Result<bool> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let Some(counts) = report.pointer("/metadata/vulnerabilities") else {
        return Ok(false);
    };
    let count = |severity| counts[severity].as_u64().unwrap_or(0);
    match count("high") + count("critical") {
        0 => Ok(true),
        bad => Err(anyhow!(
            "{bad} npm packages have a serious vulnerability: npm --prefix ui audit"
        )),
    }
}

/// cargo-cyclonedx writes a file of this name into the folder of each package.
const LIST: &str = "sbom";

/// Writes the lists of everything the programs contain, in the format `CycloneDX`.
pub(crate) fn sbom() -> Result<()> {
    if !has("cyclonedx") {
        return Err(anyhow!(
            "cargo-cyclonedx is not installed: cargo install cargo-cyclonedx --locked"
        ));
    }
    let folder = shell::target().join("sbom");
    fs::create_dir_all(&folder)?;
    let args = ["cyclonedx", "--format", "json", "--override-filename", LIST];
    shell::run(&mut cargo(&args))?;
    let shipped = [(".", "talonchik"), ("src-tauri/cli", "talonctl")];
    let others = ["src-tauri/engine", "src-tauri/simulator", "tests", "xtask"];
    let made = |package| {
        shell::root()
            .join(package)
            .join(LIST)
            .with_extension("json")
    };
    for (package, program) in shipped {
        // The target may be on another disk: a file cannot always be moved there.
        fs::copy(made(package), folder.join(format!("{program}.cdx.json")))?;
        fs::remove_file(made(package))?;
    }
    for package in others {
        fs::remove_file(made(package))?;
    }
    let pages = shell::read(&mut npm(&["sbom", "--sbom-format=cyclonedx", "--omit=dev"]))?;
    fs::write(folder.join("interface.cdx.json"), pages)?;
    for name in ["talonchik", "talonctl", "interface"] {
        let file = folder.join(format!("{name}.cdx.json"));
        let list: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        let parts = list["components"].as_array().map_or(0, Vec::len);
        say::line(&format!("{}: {parts} parts", file.display()));
    }
    Ok(())
}

fn has(subcommand: &str) -> bool {
    shell::succeeds(&mut cargo(&[subcommand, "--version"]))
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_passes_fails_or_has_not_been_answered() {
        let report = |high, critical| {
            format!(
                r#"{{"metadata":{{"vulnerabilities":{{"low":3,"high":{high},"critical":{critical}}}}}}}"#
            )
        };
        assert!(judge_audit(&report(0, 0)).unwrap());
        assert!(judge_audit(&report(0, 1)).is_err());
        assert!(judge_audit(&report(2, 0)).is_err());
        for silence in ["", "no JSON", r#"{"error":{"summary":"405"}}"#] {
            assert!(!judge_audit(silence).unwrap(), "{silence}");
        }
    }
}

//! The user interface's own tools: Node, npm's packages, the built pages, a browser for tests.
//!
//! What was done is noted in `ui/node_modules/.xtask`, which `npm ci` takes away with the rest.

use std::{
    collections::hash_map::DefaultHasher,
    ffi::OsStr,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    packages::{self, Purpose, System},
    say,
    shell::{self, find_program},
};

/// What the built pages are made of.
const SOURCES: [&str; 2] = ["locales", "ui"];

/// Whether there was anything to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Done,
    AlreadyDone,
}

/// Installs npm's packages, if the lock file changed since they were.
pub(crate) fn ensure_installed() -> Result<Work> {
    check_node()?;
    packages::ensure(&[Purpose::Ui])?;
    let lock = shell::root().join("ui/package-lock.json");
    let wanted = fs::read_to_string(&lock).context("ui/package-lock.json could not be read")?;
    if note("lock").is_some_and(|noted| noted == wanted) {
        return Ok(Work::AlreadyDone);
    }
    shell::run(&mut shell::npm(&["ci", "--no-audit", "--no-fund"]))?;
    write_note("lock", &wanted)?;
    Ok(Work::Done)
}

/// Builds `ui/dist`, which the program embeds, if what it is made of changed since.
pub(crate) fn ensure_built() -> Result<Work> {
    ensure_installed()?;
    let wanted = fingerprint(shell::root(), &SOURCES)?;
    if is_fresh(
        note("built").as_deref(),
        &wanted,
        &shell::root().join("ui/dist"),
    ) {
        return Ok(Work::AlreadyDone);
    }
    shell::run(&mut shell::npm(&["run", "build"]))?;
    write_note("built", &wanted)?;
    Ok(Work::Done)
}

/// Runs the interface's tests in Chromium: the system's, named by `CHROMIUM`, or Playwright's.
pub(crate) fn test() -> Result<()> {
    ensure_installed()?;
    packages::ensure(&[Purpose::Browser])?;
    let mut npm = shell::npm(&["test"]);
    match browser() {
        Some(path) => {
            npm.env("CHROMIUM", path);
        }
        None => ensure_playwright_browser()?,
    }
    shell::run(&mut npm)
}

/// A browser of the Chromium kind that can be driven.
fn browser() -> Option<PathBuf> {
    ["chromium", "google-chrome-stable", "google-chrome"]
        .iter()
        .filter_map(|name| find_program(name))
        // A snap runs in a world of its own and cannot open the profile a test makes for it.
        .find(|path| {
            fs::canonicalize(path).is_ok_and(|real| !real.ends_with("snap"))
                && !path.starts_with("/snap")
        })
}

fn ensure_playwright_browser() -> Result<()> {
    const IS_THERE: &str = "process.exit(require('fs').existsSync(require('playwright-core').chromium.executablePath()) ? 0 : 1)";
    let mut node = shell::command("node");
    node.current_dir(shell::root().join("ui"))
        .args(["-e", IS_THERE]);
    if shell::succeeds(&mut node) {
        return Ok(());
    }
    say::line("No Chromium or Chrome on this computer: taking the one Playwright keeps for tests.");
    let mut install = vec!["exec", "--", "playwright-core", "install"];
    if System::here().has_apt() {
        install.push("--with-deps");
    }
    install.push("chromium");
    shell::run_with_keyboard(&mut shell::npm(&install)).context(
        "the interface's tests need a browser: install Chromium or Google Chrome and run this again",
    )
}

/// Says what to do when Node is missing or too old for the tools.
fn check_node() -> Result<()> {
    let found = Command::new("node")
        .arg("--version")
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let Some(found) = found else {
        bail!("Node is not installed. {GET_NODE}");
    };
    if !is_new_enough(&found) {
        bail!("Node {found} is too old for the interface's tools. {GET_NODE}");
    }
    Ok(())
}

const GET_NODE: &str = "Needed is Node 20.19, 22.12 or newer, with npm: take the LTS release from \
    https://nodejs.org (Debian 13 and Ubuntu 25.10 have it: sudo apt-get install nodejs npm)";

/// Node's releases that the build tools run on: 20 from 20.19, and everything from 22.12.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        major => major > 22,
    }
}

/// Whether the built pages are there and were made of what is there now.
fn is_fresh(noted: Option<&str>, wanted: &str, dist: &Path) -> bool {
    noted == Some(wanted) && dist.join("index.html").is_file()
}

/// One text for the names and contents of these files and folders; what is not there is skipped.
fn fingerprint(root: &Path, sources: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for source in sources {
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        file.strip_prefix(root)
            .expect("collected under the root")
            .hash(&mut hasher);
        fs::read(file)
            .with_context(|| format!("{} could not be read", file.display()))?
            .hash(&mut hasher);
    }
    Ok(format!("{} files, {:016x}", files.len(), hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.file_name().is_some_and(is_made) {
        return Ok(());
    }
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in
            fs::read_dir(path).with_context(|| format!("{} could not be read", path.display()))?
        {
            collect(&entry?.path(), files)?;
        }
    }
    Ok(())
}

/// Whether tools make a file or folder of this name: it is no source.
fn is_made(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.')
        || name.contains(".gen.")
        || matches!(&*name, "node_modules" | "dist" | "__screenshots__")
}

fn note(name: &str) -> Option<String> {
    fs::read_to_string(notes().join(name)).ok()
}

fn write_note(name: &str, text: &str) -> Result<()> {
    fs::create_dir_all(notes())
        .and_then(|()| fs::write(notes().join(name), text))
        .context("ui/node_modules could not be written")
}

fn notes() -> PathBuf {
    shell::root().join("ui/node_modules/.xtask")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_run_on_supported_releases_of_node_only() {
        for good in ["v20.19.0", "v20.20.2", "v22.12.0", "v24.0.0", "v100.1.0"] {
            assert!(is_new_enough(good), "{good}");
        }
        for bad in [
            "v18.19.0", "v20.18.3", "v21.7.0", "v22.11.0", "nonsense", "",
        ] {
            assert!(!is_new_enough(bad), "{bad}");
        }
    }

    #[test]
    fn a_fingerprint_changes_with_a_name_a_content_and_a_file_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let now = || fingerprint(folder.path(), &["src", "index.html", "absent"]).unwrap();
        fs::create_dir_all(path("src/find")).unwrap();
        fs::write(path("index.html"), "page").unwrap();
        fs::write(path("src/find/page.tsx"), "one").unwrap();
        let first = now();
        assert_eq!(first, now());

        fs::write(path("src/find/page.tsx"), "two").unwrap();
        let edited = now();
        fs::rename(path("src/find/page.tsx"), path("src/find/list.tsx")).unwrap();
        let renamed = now();
        fs::remove_file(path("src/find/list.tsx")).unwrap();
        let removed = now();
        assert!(first != edited && edited != renamed && renamed != removed);
    }

    #[test]
    fn what_tools_write_does_not_make_the_pages_stale() {
        let folder = tempfile::tempdir().unwrap();
        let before = fingerprint(folder.path(), &["ui"]).unwrap();
        for made in [
            "ui/dist/index.html",
            "ui/node_modules/react/index.js",
            "ui/src/__screenshots__/failed.png",
            "ui/.vitest-attachments/failed.png",
            "ui/src/i18n/messages.gen.ts",
        ] {
            let path = folder.path().join(made);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "made").unwrap();
        }
        assert_eq!(before, fingerprint(folder.path(), &["ui"]).unwrap());
    }

    #[test]
    fn built_pages_are_stale_when_they_are_gone_or_their_sources_changed() {
        let dist = tempfile::tempdir().unwrap();
        assert!(!is_fresh(Some("a"), "a", dist.path()));
        fs::write(dist.path().join("index.html"), "page").unwrap();
        assert!(is_fresh(Some("a"), "a", dist.path()));
        assert!(!is_fresh(Some("a"), "b", dist.path()));
        assert!(!is_fresh(None, "a", dist.path()));
    }
}

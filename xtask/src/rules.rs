//! The rules of the architecture that no compiler holds: who may know whom.
//!
//! Each rule is a function from text to what breaks it, so that a test can break it too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{say, shell};

/// Packages that know no Tauri: their tests need no window, talonctl runs on a server.
const HEADLESS: [&str; 4] = ["engine", "simulator", "cli", "flows"];

/// Packages with a program that people get.
const SHIPPED: [&str; 2] = ["talonchik", "cli"];

/// Features for tests alone: deaths on request, servers that are none.
const FOR_TESTS: [&str; 2] = [
    "engine feature \"failpoints\"",
    "simulator feature \"stand-ins\"",
];

/// Crates that exist once in the program: one HTTP stack, one TLS, one SQLite.
const SINGLE: [&str; 4] = ["reqwest", "rustls", "libsqlite3-sys", "tokio"];

/// Rooms of the engine and the rooms they must not know. The flow is one way:
/// `lib → poller, delivery → store, gorzdrav, catalog → diff, schedule → model`.
const ROOMS: [(&str, &[&str]); 8] = [
    (
        "model",
        &[
            "catalog", "delivery", "diff", "gorzdrav", "history", "pace", "poller", "schedule",
            "store",
        ],
    ),
    (
        "diff",
        &["catalog", "delivery", "gorzdrav", "pace", "poller", "store"],
    ),
    (
        "schedule",
        &["catalog", "delivery", "gorzdrav", "poller", "store"],
    ),
    ("pace", &["catalog", "delivery", "poller", "store"]),
    ("gorzdrav", &["catalog", "delivery", "poller", "store"]),
    (
        "store",
        &["catalog", "delivery", "gorzdrav", "history", "poller"],
    ),
    (
        "history",
        &[
            "board", "catalog", "delivery", "gorzdrav", "pace", "poller", "schedule",
        ],
    ),
    ("catalog", &["delivery", "poller"]),
];

/// Checks every rule; the error lists all that is broken.
pub(crate) fn check() -> Result<()> {
    let mut broken = Vec::new();
    for package in HEADLESS {
        let tree = tree(&["-p", package, "--edges", "normal"])?;
        broken.extend(knows_tauri(package, &tree));
        if package == "engine" {
            broken.extend(knows(package, &tree, "simulator"));
        } else if package == "simulator" {
            broken.extend(knows(package, &tree, "engine"));
        }
    }
    for package in SHIPPED {
        let features = tree(&["-p", package, "--edges", "normal,features"])?;
        broken.extend(meant_for_tests(package, &features));
    }
    broken.extend(several_versions(&tree(&[
        "--workspace",
        "--edges",
        "normal",
    ])?));

    let engine = shell::root().join("src-tauri/engine/src");
    for (room, forbidden) in ROOMS {
        for file in files_of_room(&engine, room)? {
            let source = read(&file)?;
            broken.extend(wrong_rooms(&shown(&file), &source, forbidden));
        }
    }

    let ui = shell::root().join("ui/src");
    let pages = files(&ui, &["ts", "tsx"])?;
    let features = features(&ui, &pages);
    for file in &pages {
        let source = read(file)?;
        let within = file.strip_prefix(&ui).expect("collected under ui/src");
        broken.extend(wrong_imports(within, &source, &features));
    }
    let lock = shell::root().join("ui/package-lock.json");
    broken.extend(machine_addresses(&read(&lock)?));

    let workspace = read(&shell::root().join("Cargo.toml"))?;
    broken.extend(loosened(&workspace));
    for package in members(&workspace).chain(["."]) {
        let package = shell::root().join(package).join("Cargo.toml");
        broken.extend(own_lints(&shown(&package), &read(&package)?));
    }

    if broken.is_empty() {
        say::line("The engine knows no window, rooms and features know only what they may.");
        return Ok(());
    }
    bail!(
        "rules of the architecture are broken:\n{}",
        broken.join("\n")
    )
}

/// The dependencies on all systems the program is built for.
fn tree(args: &[&str]) -> Result<String> {
    const SYSTEMS: [&str; 3] = [
        "--target=x86_64-unknown-linux-gnu",
        "--target=x86_64-pc-windows-msvc",
        "--target=aarch64-apple-darwin",
    ];
    shell::read(
        shell::cargo(&["tree", "--prefix", "none"])
            .args(SYSTEMS)
            .args(args),
    )
}

/// The crates of a `cargo tree --prefix none`, each line `name vVERSION …`.
fn crates(tree: &str) -> impl Iterator<Item = (&str, &str)> {
    tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    })
}

fn knows_tauri(package: &str, tree: &str) -> Vec<String> {
    let windows: BTreeSet<&str> = crates(tree)
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("tauri") || matches!(*name, "wry" | "tao" | "gtk"))
        .collect();
    windows
        .into_iter()
        .map(|name| format!("package {package} depends on {name}: it must work without a window"))
        .collect()
}

fn knows(package: &str, tree: &str, other: &str) -> Option<String> {
    crates(tree)
        .any(|(name, _)| name == other)
        .then(|| format!("package {package} depends on {other}: they meet over HTTP only"))
}

fn meant_for_tests(package: &str, features: &str) -> Vec<String> {
    let lines = features.lines();
    let found = lines.filter(|line| FOR_TESTS.iter().any(|feature| line.starts_with(feature)));
    found
        .map(|line| format!("package {package} is built with {line}: only tests turn that on"))
        .collect()
}

fn several_versions(tree: &str) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, version) in crates(tree) {
        if SINGLE.contains(&name) {
            versions.entry(name).or_default().insert(version);
        }
    }
    versions
        .into_iter()
        .filter(|(_, found)| found.len() > 1)
        .map(|(name, found)| {
            let found: Vec<&str> = found.into_iter().collect();
            format!("{name} is built more than once: {}", found.join(", "))
        })
        .collect()
}

/// Forbidden rooms that a file of the engine names, outside of its tests.
fn wrong_rooms(file: &str, source: &str, forbidden: &[&str]) -> Vec<String> {
    rooms_used(source)
        .into_iter()
        .filter(|room| forbidden.contains(&room.as_str()))
        .map(|room| format!("{file} uses crate::{room}: data flows the other way"))
        .collect()
}

/// The first names after `crate::`, also inside `crate::{…}`, up to the file's tests.
fn rooms_used(source: &str) -> BTreeSet<String> {
    let code: String = source
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => first_names(group),
            None => vec![name_at(rest)],
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// The first name of each item of a `use` group, whose opening brace is already taken.
fn first_names(group: &str) -> Vec<String> {
    let mut names = vec![name_at(group)];
    let mut depth = 1;
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(name_at(&group[at + 1..])),
            _ => (),
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn name_at(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|sign| sign.is_alphanumeric() || *sign == '_')
        .collect()
}

/// Imports that a file of `ui/src` may not have; `file` is its path within that folder.
fn wrong_imports(file: &Path, source: &str, features: &BTreeSet<String>) -> Vec<String> {
    let own = first_folder(file);
    let mut broken = Vec::new();
    for import in imports(source) {
        if import.starts_with("@tauri-apps/") && own != "ipc" {
            broken.push(format!(
                "ui/src/{} imports {import}: only ui/src/ipc knows Tauri",
                file.display()
            ));
        }
        let Some(target) = resolve(file, import) else {
            continue;
        };
        let other = first_folder(&target);
        // Files in no folder start the page, as `app/` does.
        let puts_together = matches!(own.as_str(), "app" | "");
        if features.contains(&other) && own != other && !puts_together {
            broken.push(format!(
                "ui/src/{} imports {import}: only app/ knows the features, they do not know each other",
                file.display()
            ));
        }
    }
    broken
}

/// What is quoted after `from`, `import` or `import(`.
fn imports(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| {
        let line = line.trim_start();
        if line.starts_with("//") || line.starts_with('*') {
            return None;
        }
        let after = [" from ", "import(", "import "]
            .iter()
            .find_map(|word| line.split_once(word).map(|(_, after)| after))
            .or_else(|| line.strip_prefix("from "))?
            .trim_start();
        let quote = after.chars().next().filter(|sign| "'\"".contains(*sign))?;
        after[1..].split_once(quote).map(|(name, _)| name)
    })
}

/// Where in `ui/src` a relative or aliased import leads; `None` for a package.
fn resolve(file: &Path, import: &str) -> Option<PathBuf> {
    if let Some(path) = ["@/", "~/", "/src/"]
        .iter()
        .find_map(|alias| import.strip_prefix(alias))
    {
        return Some(path.into());
    }
    if !import.starts_with('.') {
        return None;
    }
    let mut path = file.parent()?.to_owned();
    for part in import.split('/') {
        match part {
            "." => (),
            ".." => {
                path.pop();
            }
            name => path.push(name),
        }
    }
    Some(path)
}

fn first_folder(path: &Path) -> String {
    let mut parts = path.components();
    let first = parts.next().map(|part| part.as_os_str().to_string_lossy());
    match (first, parts.next()) {
        (Some(first), Some(_)) => first.into_owned(),
        _ => String::new(),
    }
}

/// The folders of `ui/src` that are features: those that hold a page, `FindPage.tsx`.
fn features<'path>(ui: &Path, files: impl IntoIterator<Item = &'path PathBuf>) -> BTreeSet<String> {
    files
        .into_iter()
        .filter(|file| {
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            stem.ends_with("Page") && stem != "Page"
        })
        .filter_map(|file| file.strip_prefix(ui).ok().map(first_folder))
        .filter(|folder| !folder.is_empty())
        .collect()
}

/// What the workspace holds all its packages to, and is there no more.
fn loosened(workspace: &str) -> Vec<String> {
    const HELD: [&str; 4] = [
        "unsafe_code = \"forbid\"",
        "unwrap_used = \"warn\"",
        // A wrong number ends a task, which is started anew; it does not go on in silence.
        "overflow-checks = true",
        "panic = \"unwind\"",
    ];
    let lines: BTreeSet<&str> = workspace.lines().map(str::trim).collect();
    HELD.into_iter()
        .filter(|line| !lines.contains(line))
        .map(|line| format!("Cargo.toml: `{line}` is gone"))
        .collect()
}

/// A package with lints of its own escapes those of the workspace.
fn own_lints(file: &str, package: &str) -> Option<String> {
    let follows = package.contains("[lints]\nworkspace = true");
    (!follows).then(|| format!("{file}: `[lints] workspace = true` is gone"))
}

/// The folders of the workspace's packages, its own but one.
fn members(workspace: &str) -> impl Iterator<Item = &str> {
    let list = workspace.split("\nmembers = [").nth(1).unwrap_or_default();
    let list = list.split("\n]").next().unwrap_or_default();
    list.lines().filter_map(|line| line.split('"').nth(1))
}

/// Addresses in npm's lock file: they name where whoever wrote it took packages from.
fn machine_addresses(lock: &str) -> Option<String> {
    let count = lock
        .lines()
        .filter(|line| line.trim_start().starts_with("\"resolved\": \"http"))
        .count();
    (count > 0).then(|| {
        format!(
            "ui/package-lock.json holds {count} addresses of a registry: write it anew after \
             npm config set omit-lockfile-registry-resolved true"
        )
    })
}

fn files_of_room(engine: &Path, room: &str) -> Result<Vec<PathBuf>> {
    let file = engine.join(room).with_extension("rs");
    if file.is_file() {
        return Ok(vec![file]);
    }
    files(&engine.join(room), &["rs"])
}

/// All files with these extensions under a folder; none when it is not there.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in
        fs::read_dir(folder).with_context(|| format!("{} could not be read", shown(folder)))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extensions)?);
        } else if path
            .extension()
            .is_some_and(|end| extensions.iter().any(|wanted| end == *wanted))
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} could not be read", shown(file)))
}

pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(shell::root())
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_anywhere_under_a_headless_package_is_found() {
        let tree =
            "engine v0.1.0 (/somewhere)\nserde v1.0.0\ntauri-utils v2.1.0\nserde v1.0.0 (*)\n";
        assert_eq!(
            knows_tauri("engine", tree),
            ["package engine depends on tauri-utils: it must work without a window"]
        );
        assert!(knows_tauri("engine", "engine v0.1.0\nserde v1.0.0\n").is_empty());
    }

    #[test]
    fn a_program_that_would_ship_with_a_feature_for_tests_is_found() {
        let tree = "engine feature \"default\" (*)\nengine feature \"failpoints\"\n";
        assert_eq!(
            meant_for_tests("cli", tree),
            ["package cli is built with engine feature \"failpoints\": only tests turn that on"]
        );
    }

    #[test]
    fn a_second_http_client_is_found_and_a_repeated_line_is_not_one() {
        assert!(several_versions("reqwest v0.12.28\nreqwest v0.12.28 (*)\n").is_empty());
        assert_eq!(
            several_versions("reqwest v0.12.28\nreqwest v0.13.5\n"),
            ["reqwest is built more than once: v0.12.28, v0.13.5"]
        );
    }

    #[test]
    fn rooms_are_found_however_they_are_used() {
        let source = "\
//! See crate::poller.
use crate::model::Slot;
use crate::{
    clock::Clock,
    store::{alerts, watches},
    gorzdrav,
};
fn f() { crate::diff::diff(); }
#[cfg(test)]
mod tests { use crate::delivery::Channel; }
";
        let rooms: Vec<String> = rooms_used(source).into_iter().collect();
        assert_eq!(rooms, ["clock", "diff", "gorzdrav", "model", "store"]);
        assert_eq!(
            wrong_rooms("model/slot.rs", source, &["store", "poller"]),
            ["model/slot.rs uses crate::store: data flows the other way"]
        );
    }

    #[test]
    fn a_feature_knows_folders_without_pages_but_no_other_feature_and_no_tauri() {
        let ui = Path::new("ui/src");
        let pages = ["find/FindPage.tsx", "watches/WatchPage.tsx", "kit/Page.tsx"];
        let features = features(ui, &pages.map(|page| ui.join(page)));
        let wrong = |file: &str, source: &str| wrong_imports(Path::new(file), source, &features);
        let source = "\
import { Page } from '../kit/Page'
import { watchesQuery } from '../ipc/queries'
import { Slot } from './slot'
import { WatchCard } from '../watches/card'
import { invoke } from '@tauri-apps/api/core'
";
        assert_eq!(
            wrong("find/page.tsx", source),
            [
                "ui/src/find/page.tsx imports ../watches/card: only app/ knows the features, they do not know each other",
                "ui/src/find/page.tsx imports @tauri-apps/api/core: only ui/src/ipc knows Tauri",
            ]
        );
        assert!(wrong("app/router.tsx", "import { Find } from \"../find/page\"").is_empty());
        assert!(
            wrong(
                "ipc/real.ts",
                "import { invoke } from '@tauri-apps/api/core'"
            )
            .is_empty()
        );
        assert_eq!(wrong("find/page.tsx", "} from '@/watches/card'").len(), 1);
    }

    #[test]
    fn an_address_in_the_lock_file_is_found_and_a_link_is_not_one() {
        assert!(machine_addresses("  \"resolved\": \"../local\",\n").is_none());
        assert!(machine_addresses("  \"resolved\": \"https://example.org/x.tgz\",\n").is_some());
    }

    #[test]
    fn a_workspace_that_allows_more_and_a_package_that_escapes_it_are_found() {
        let workspace = "[lints.rust]\nunsafe_code = \"forbid\"\nunwrap_used = \"warn\"\n\
                         [profile.release]\noverflow-checks = true\npanic = \"unwind\"\n";
        assert!(loosened(workspace).is_empty());
        let looser = workspace.replace("forbid", "allow");
        assert_eq!(
            loosened(&looser),
            ["Cargo.toml: `unsafe_code = \"forbid\"` is gone"]
        );
        assert!(own_lints("a", "[package]\n\n[lints]\nworkspace = true\n").is_none());
        assert!(own_lints("a", "[package]\n\n[lints.rust]\n").is_some());
        let members: Vec<&str> =
            members("x\nmembers = [\n    \"a\", # one\n    \"b/c\",\n]\n\"d\"").collect();
        assert_eq!(members, ["a", "b/c"]);
    }
}

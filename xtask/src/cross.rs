//! `cargo xtask cross-check`: does the program still compile for Windows and macOS?
//!
//! A slow check for one's own machine, no part of `cargo xtask test`. Nothing is linked or run.
//! The target's standard library comes from rustup when it is there (`rustup target add …`).
//! Otherwise, on Debian and Ubuntu, it is built from the source that comes with their
//! `rustc-web`, whose packages are unpacked under `target/cross`, not installed.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{
    packages::{self, Purpose, System},
    say, shell, ui,
};

/// For which systems.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// One system; without it both.
    #[arg(value_enum)]
    system: Option<Target>,
    /// Only this package; may be given several times.
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    Windows,
    Macos,
}

/// A compiler and what it needs to know the target's standard library.
enum Toolchain {
    /// The usual one: rustup installed the target.
    Usual,
    /// Debian's, unpacked; it builds the standard library itself.
    Unpacked { rustc: PathBuf },
}

impl Target {
    fn triple(self) -> &'static str {
        match self {
            Target::Windows => "x86_64-pc-windows-gnu",
            Target::Macos => "aarch64-apple-darwin",
        }
    }
}

/// Checks the workspace, or the packages asked for, for each system.
pub(crate) fn run(args: &Args) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("cross-check runs on Linux; here, cargo check does this system's part");
    }
    if args.packages.is_empty() || args.packages.iter().any(|name| name == "talonchik") {
        // The program embeds the pages while it compiles.
        ui::ensure_built()?;
    }
    let targets = match args.system {
        Some(target) => vec![target],
        None => Target::value_variants().to_vec(),
    };
    for target in targets {
        say::line(&format!("\n── {}", target.triple()));
        check(target, &args.packages)?;
    }
    Ok(())
}

fn check(target: Target, packages: &[String]) -> Result<()> {
    packages::ensure(&[Purpose::Cross])?;
    let folder = shell::target().join("cross");
    fs::create_dir_all(&folder).context("target/cross could not be made")?;
    let toolchain = toolchain(target, &folder)?;
    let mut cargo = shell::cargo(&["check", "--target", target.triple()]);
    if packages.is_empty() {
        cargo.arg("--workspace");
    }
    for package in packages {
        cargo.args(["-p", package]);
    }
    cargo.env("CARGO_TARGET_DIR", folder.join("built"));
    if let Toolchain::Unpacked { rustc } = &toolchain {
        cargo
            .arg("-Zbuild-std=std,panic_abort")
            .env("RUSTC", rustc)
            .env("RUSTC_BOOTSTRAP", "1");
    }
    if let Target::Macos = target {
        let stubs = Stubs::write(&folder.join("stubs"))?;
        cargo
            .env("CC_aarch64_apple_darwin", &stubs.compiler)
            .env("CXX_aarch64_apple_darwin", &stubs.compiler)
            .env("AR_aarch64_apple_darwin", &stubs.archiver)
            .env("SDKROOT", "/");
    }
    shell::run(&mut cargo)
}

fn toolchain(target: Target, folder: &Path) -> Result<Toolchain> {
    let sysroot = shell::read(shell::command("rustc").args(["--print", "sysroot"]))?;
    let std = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(target.triple())
        .join("lib");
    if std.is_dir() {
        return Ok(Toolchain::Usual);
    }
    if System::here().has_apt() {
        return Ok(Toolchain::Unpacked {
            rustc: unpack(folder)?,
        });
    }
    bail!(
        "Rust has no standard library for {triple} here. Add it with: rustup target add {triple}",
        triple = target.triple()
    )
}

/// Unpacks Debian's Rust with its library's source, once a version; gives its compiler.
fn unpack(folder: &Path) -> Result<PathBuf> {
    let packages = rust_packages(|name| {
        shell::read(shell::command("apt-cache").args(["show", "--no-all-versions", name]))
            .with_context(|| format!("apt-cache knows no {name} (apt-get update may help)"))
    })?;
    let wanted = packages.join("\n");
    let root = folder.join("root");
    let rustc = folder.join("rustc");
    let note = folder.join("unpacked");
    if fs::read_to_string(&note).is_ok_and(|unpacked| unpacked == wanted) {
        return Ok(rustc);
    }
    say::line("Unpacking Debian's Rust with the source of its library, about 1 GB.");
    let debs = folder.join("debs");
    for old in [&root, &debs] {
        if old.exists() {
            fs::remove_dir_all(old).context("the earlier unpacked Rust could not be removed")?;
        }
    }
    fs::create_dir_all(&debs).context("target/cross could not be written")?;
    shell::run(
        shell::command("apt-get")
            .arg("download")
            .args(&packages)
            .current_dir(&debs),
    )?;
    for entry in fs::read_dir(&debs).context("target/cross could not be read")? {
        let mut dpkg = shell::command("dpkg");
        dpkg.arg("-x").arg(entry?.path()).arg(&root);
        shell::run(&mut dpkg)?;
    }
    write_script(
        &rustc,
        "#!/bin/sh\n\
         # Debian's compiler with the libraries it was unpacked with.\n\
         root=$(dirname \"$(readlink -f \"$0\")\")/root\n\
         LD_LIBRARY_PATH=$(echo \"$root\"/usr/lib/*-linux-gnu)\n\
         export LD_LIBRARY_PATH\n\
         exec \"$root/usr/bin/rustc\" --sysroot \"$root/usr\" \"$@\"\n",
    )?;
    let works = shell::succeeds(Command::new(&rustc).arg("--version"));
    if !works {
        bail!(
            "the unpacked compiler does not start: {} --version says why",
            rustc.display()
        );
    }
    fs::remove_dir_all(&debs).context("target/cross could not be written")?;
    fs::write(&note, wanted).context("target/cross could not be written")?;
    Ok(rustc)
}

/// The packages that make up Debian's compiler, each as `name=version`, in alphabetical order.
///
/// `show` answers like `apt-cache show`. Their names hold versions, so they are found by
/// following what `rustc-web` depends on.
fn rust_packages(show: impl Fn(&str) -> Result<String>) -> Result<Vec<String>> {
    let mut waiting = vec!["rustc-web".to_owned(), "rust-web-src".to_owned()];
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let text = show(&name)?;
        let version = field(&text, "Version")
            .with_context(|| format!("apt-cache shows no version of {name}"))?;
        found.insert(format!("{name}={version}"));
        waiting.extend(
            field(&text, "Depends")
                .unwrap_or_default()
                .split(',')
                .filter_map(|item| item.split_whitespace().next())
                .filter(|name| name.starts_with("libstd-rust-web") || name.starts_with("libllvm"))
                .map(str::to_owned),
        );
    }
    Ok(found.into_iter().collect())
}

/// A field of the first package in an answer of `apt-cache show`.
fn field<'text>(show: &'text str, name: &str) -> Option<&'text str> {
    show.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Compilers for a system whose SDK is not here. Checking types never links, so empty
/// objects and archives are enough for the build scripts that compile C.
struct Stubs {
    compiler: PathBuf,
    archiver: PathBuf,
}

impl Stubs {
    fn write(folder: &Path) -> Result<Stubs> {
        fs::create_dir_all(folder).context("target/cross could not be written")?;
        let stubs = Stubs {
            compiler: folder.join("cc"),
            archiver: folder.join("ar"),
        };
        write_script(
            &stubs.compiler,
            "#!/bin/sh\n\
             # Compiles nothing: makes an empty file of the -o argument. Questions go to clang.\n\
             for word in \"$@\"; do\n\
             \x20 case $word in -E|--version|-v) exec clang \"$@\" ;; esac\n\
             done\n\
             while [ $# -gt 0 ]; do\n\
             \x20 case $1 in\n\
             \x20   -o) shift; : > \"$1\" ;;\n\
             \x20   -o?*) : > \"${1#-o}\" ;;\n\
             \x20 esac\n\
             \x20 shift\n\
             done\n",
        )?;
        write_script(
            &stubs.archiver,
            "#!/bin/sh\n\
             # Packs nothing: makes each archive it is told of an empty file.\n\
             for word in \"$@\"; do\n\
             \x20 case $word in *.a) : > \"$word\" ;; esac\n\
             done\n",
        )?;
        Ok(stubs)
    }
}

fn write_script(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("{} could not be written", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("{} could not be made a program", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compilers_packages_are_found_by_what_they_depend_on() {
        let packages = rust_packages(|name| {
            Ok(match name {
                "rustc-web" => "Package: rustc-web\nVersion: 1.96.0-1\nDepends: libc6 (>= 2.34), libstd-rust-web-dev (= 1.96.0-1), gcc\n",
                "libstd-rust-web-dev" => "Package: libstd-rust-web-dev\nVersion: 1.96.0-1\nDepends: libstd-rust-web-1.96 (= 1.96.0-1)\n",
                "libstd-rust-web-1.96" => "Package: libstd-rust-web-1.96\nVersion: 1.96.0-1\nDepends: libc6, libllvm22, libstdc++6\n",
                "libllvm22" => "Package: libllvm22\nVersion: 1:22.1\nDepends: libc6\n",
                "rust-web-src" => "Package: rust-web-src\nVersion: 1.96.0-1\n",
                other => bail!("{other} was not to be asked for"),
            }
            .to_owned())
        })
        .unwrap();
        assert_eq!(
            packages,
            [
                "libllvm22=1:22.1",
                "libstd-rust-web-1.96=1.96.0-1",
                "libstd-rust-web-dev=1.96.0-1",
                "rust-web-src=1.96.0-1",
                "rustc-web=1.96.0-1",
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_stub_compiler_makes_an_empty_object_where_it_was_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let stubs = Stubs::write(folder.path()).unwrap();
        let object = folder.path().join("a.o");
        let archive = folder.path().join("liba.a");
        assert!(shell::succeeds(
            Command::new(&stubs.compiler)
                .args(["-c", "a.c", "-o"])
                .arg(&object)
        ));
        assert!(shell::succeeds(
            Command::new(&stubs.archiver)
                .arg("cq")
                .arg(&archive)
                .arg(&object)
        ));
        assert_eq!(fs::read(object).unwrap(), b"");
        assert_eq!(fs::read(archive).unwrap(), b"");
    }
}

//! What the system must have: one table of packages, how each is noticed and who installs it.
//!
//! On Debian and Ubuntu the missing ones are installed; elsewhere they are named. What Rust
//! itself needs (a linker) is there, or this program would not have been built.

use std::{collections::HashSet, fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{
    say,
    shell::{self, find_program},
};

/// What a package is for; a command asks for what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Installing and building the user interface.
    Ui,
    /// Compiling the desktop program.
    Build,
    /// Running the desktop program.
    Run,
    /// Running the interface's tests.
    Browser,
    /// Running the real program in a private session: screen, bus, web driver.
    Session,
    /// Compiling C for Windows, and pretending to for macOS.
    Cross,
}

/// One thing the system must have.
struct Need {
    purpose: Purpose,
    /// For people whose system has other names.
    what: &'static str,
    found: Found,
    debian: Option<&'static str>,
    ubuntu: Option<&'static str>,
    fedora: Option<&'static str>,
    arch: Option<&'static str>,
}

/// How a need is noticed where dpkg does not know its package.
enum Found {
    /// A program in `PATH`.
    Program(&'static str),
    /// A library with headers, by its pkg-config name.
    Headers(&'static str),
    /// A library that is loaded while the program runs, by its file name.
    Library(&'static str),
    /// By its package alone.
    Package,
}

/// Names by system: Debian, Ubuntu, Fedora, Arch. `None`: not needed or not to be had there.
const fn need(
    purpose: Purpose,
    what: &'static str,
    found: Found,
    [debian, ubuntu, fedora, arch]: [Option<&'static str>; 4],
) -> Need {
    Need {
        purpose,
        what,
        found,
        debian,
        ubuntu,
        fedora,
        arch,
    }
}

/// The same package on Debian and Ubuntu and none elsewhere: where only they can do the job.
const fn apt_only(purpose: Purpose, what: &'static str, found: Found, name: &'static str) -> Need {
    need(purpose, what, found, [Some(name), Some(name), None, None])
}

/// Everything, by purpose.
const NEEDS: &[Need] = &[
    need(
        Purpose::Ui,
        "npm, which Debian packs apart from Node",
        Found::Program("npm"),
        [Some("npm"), Some("npm"), Some("nodejs-npm"), Some("npm")],
    ),
    need(
        Purpose::Build,
        "a C compiler",
        Found::Program("cc"),
        [
            Some("build-essential"),
            Some("build-essential"),
            Some("gcc"),
            Some("base-devel"),
        ],
    ),
    need(
        Purpose::Build,
        "pkg-config",
        Found::Program("pkg-config"),
        [
            Some("pkg-config"),
            Some("pkg-config"),
            Some("pkgconf-pkg-config"),
            Some("pkgconf"),
        ],
    ),
    need(
        Purpose::Build,
        "the headers of WebKitGTK 4.1",
        Found::Headers("webkit2gtk-4.1"),
        [
            Some("libwebkit2gtk-4.1-dev"),
            Some("libwebkit2gtk-4.1-dev"),
            Some("webkit2gtk4.1-devel"),
            Some("webkit2gtk-4.1"),
        ],
    ),
    need(
        Purpose::Run,
        "the library of tray icons",
        Found::Library("libayatana-appindicator3.so.1"),
        [
            Some("libayatana-appindicator3-1"),
            Some("libayatana-appindicator3-1"),
            Some("libayatana-appindicator-gtk3"),
            Some("libayatana-appindicator"),
        ],
    ),
    // Ubuntu's Chromium is a snap, which sees no files of other programs; there, as on macOS
    // and Windows, `ui::browser` takes Playwright's own.
    need(
        Purpose::Browser,
        "Chromium",
        Found::Program("chromium"),
        [Some("chromium"), None, Some("chromium"), Some("chromium")],
    ),
    apt_only(
        Purpose::Session,
        "a screen in memory",
        Found::Program("Xvfb"),
        "xvfb",
    ),
    apt_only(
        Purpose::Session,
        "a private session bus",
        Found::Program("dbus-daemon"),
        "dbus",
    ),
    // Fedora and Arch build it for GTK 4 only: it cannot click in a GTK 3 window.
    apt_only(
        Purpose::Session,
        "the driver of WebKitGTK 4.1",
        Found::Program("WebKitWebDriver"),
        "webkit2gtk-driver",
    ),
    apt_only(
        Purpose::Session,
        "a window manager",
        Found::Program("openbox"),
        "openbox",
    ),
    apt_only(
        Purpose::Session,
        "fonts with Cyrillic letters",
        Found::Package,
        "fonts-dejavu-core",
    ),
    apt_only(
        Purpose::Cross,
        "a C compiler for Windows",
        Found::Program("x86_64-w64-mingw32-gcc"),
        "gcc-mingw-w64-x86-64",
    ),
    apt_only(
        Purpose::Cross,
        "a C++ compiler for Windows",
        Found::Program("x86_64-w64-mingw32-g++"),
        "g++-mingw-w64-x86-64",
    ),
    apt_only(
        Purpose::Cross,
        "a C preprocessor for macOS",
        Found::Program("clang"),
        "clang",
    ),
];

/// Systems that name their packages alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Debian,
    Ubuntu,
    Fedora,
    Arch,
    OtherLinux,
    /// macOS and Windows come with what is needed.
    NotLinux,
}

impl System {
    /// The system we run on.
    pub(crate) fn here() -> System {
        if cfg!(target_os = "linux") {
            System::of(&fs::read_to_string("/etc/os-release").unwrap_or_default())
        } else {
            System::NotLinux
        }
    }

    /// The system an `os-release` file describes.
    fn of(os_release: &str) -> System {
        let ids: Vec<&str> = ["ID=", "ID_LIKE="]
            .iter()
            .filter_map(|key| os_release.lines().find_map(|line| line.strip_prefix(key)))
            .flat_map(|value| value.trim_matches('"').split_whitespace())
            .collect();
        let is = |name| ids.contains(&name);
        if is("ubuntu") {
            System::Ubuntu
        } else if is("debian") {
            System::Debian
        } else if is("fedora") {
            System::Fedora
        } else if is("arch") {
            System::Arch
        } else {
            System::OtherLinux
        }
    }

    /// Whether apt-get installs what is missing.
    pub(crate) fn has_apt(self) -> bool {
        matches!(self, System::Debian | System::Ubuntu)
    }
}

impl Need {
    /// The package that answers it, or nothing to ask for there.
    fn package(&self, system: System) -> Option<&'static str> {
        match system {
            System::Debian => self.debian,
            System::Ubuntu => self.ubuntu,
            // Elsewhere Fedora's names are the hint.
            System::Fedora | System::OtherLinux => self.fedora,
            System::Arch => self.arch,
            System::NotLinux => None,
        }
    }

    fn is_met(&self, installed: &HashSet<String>) -> bool {
        match self.found {
            Found::Program(name) => find_program(name).is_some(),
            Found::Headers(name) => {
                shell::succeeds(shell::command("pkg-config").args(["--exists", name]))
            }
            Found::Library(file) => has_library(file),
            Found::Package => self.debian.is_some_and(|name| installed.contains(name)),
        }
    }
}

/// Makes sure that everything for these purposes is there, or says what is not.
pub(crate) fn ensure(purposes: &[Purpose]) -> Result<()> {
    let system = System::here();
    let missing = missing(purposes, system)?;
    if missing.is_empty() {
        return Ok(());
    }
    if !system.has_apt() {
        bail!(
            "{}\nInstall it and run this command again.",
            request(&missing, system)
        );
    }
    let packages: Vec<&str> = missing
        .iter()
        .filter_map(|need| need.package(system))
        .collect();
    install(&packages)?;
    let still: Vec<&str> = self::missing(purposes, system)?
        .iter()
        .filter_map(|need| need.package(system))
        .collect();
    if !still.is_empty() {
        bail!(
            "apt-get finished, yet these are not there: {}",
            still.join(" ")
        );
    }
    Ok(())
}

/// What is needed for these purposes, can be had on this system and is not there.
fn missing(purposes: &[Purpose], system: System) -> Result<Vec<&'static Need>> {
    let installed = if system.has_apt() {
        installed(&shell::read(shell::command("dpkg-query").args([
            "-W",
            "-f",
            "${db:Status-Status}\t${Package}\t${Provides}\n",
        ]))?)
    } else {
        HashSet::new()
    };
    Ok(NEEDS
        .iter()
        .filter(|need| purposes.contains(&need.purpose))
        .filter(|need| {
            need.package(system)
                .is_some_and(|name| !installed.contains(name) && !need.is_met(&installed))
        })
        .collect())
}

/// The names of installed packages, and the names they stand in for.
///
/// A line is `status TAB package TAB provided, provided (= version)`.
fn installed(dpkg: &str) -> HashSet<String> {
    dpkg.lines()
        .filter_map(|line| line.strip_prefix("installed\t"))
        .flat_map(|line| line.split(['\t', ',']))
        .filter_map(|name| name.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// Installs packages with apt-get: as root or in CI at once, otherwise after a yes.
fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let root = shell::read(shell::command("id").arg("-u"))?.trim() == "0";
    let by_hand = format!("sudo apt-get install {list}");
    say::line(&format!("System packages are missing: {list}"));
    if !root {
        if find_program("sudo").is_none() {
            bail!(
                "sudo is not there to install them. As root run: apt-get update && apt-get install {list}"
            );
        }
        if !shell::in_ci() {
            match say::ask("Install them now with sudo apt-get?")? {
                Some(true) => (),
                Some(false) => bail!("nothing was installed. Later: {by_hand}"),
                None => bail!("nobody to ask. Install them with: {by_hand}"),
            }
        }
    }
    let apt_get = |args: &[&str]| {
        let mut command = if root {
            shell::command("env")
        } else {
            let mut sudo = shell::command("sudo");
            sudo.arg("env");
            sudo
        };
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(args);
        shell::run_with_keyboard(&mut command)
    };
    // One unreachable extra source fails the update, though ours may have been read.
    if let Err(error) = apt_get(&["update"]) {
        say::line(&format!("{error:#}; trying with the lists that are there."));
    }
    apt_get(
        &[
            &["install", "--yes", "--no-install-recommends"][..],
            packages,
        ]
        .concat(),
    )
    .context("apt-get could not install them (WebKitGTK 4.1 came with Debian 12 and Ubuntu 22.04)")
}

/// What to install, for a person with another system.
fn request(missing: &[&Need], system: System) -> String {
    let names = missing
        .iter()
        .filter_map(|need| need.package(system))
        .collect::<Vec<_>>()
        .join(" ");
    let whats = missing
        .iter()
        .map(|need| need.what)
        .collect::<Vec<_>>()
        .join("; ");
    match system {
        System::Debian | System::Ubuntu => {
            format!("Missing: {whats}.\n    sudo apt-get install {names}")
        }
        System::Fedora => format!("Missing: {whats}.\n    sudo dnf install {names}"),
        System::Arch => format!("Missing: {whats}.\n    sudo pacman -S --needed {names}"),
        System::OtherLinux | System::NotLinux => {
            format!("Missing: {whats}.\nOn Fedora the packages are called: {names}")
        }
    }
}

fn has_library(file: &str) -> bool {
    [
        "/usr/lib64",
        "/usr/lib",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/local/lib",
    ]
    .iter()
    .any(|folder| Path::new(folder).join(file).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_installed_packages_count_and_so_do_the_names_they_stand_in_for() {
        let names = installed(
            "installed\tlibgtk-3-0t64\tlibgtk-3-0 (= 3.24.49), libgtk-3-common-files\n\
             installed\txvfb\txserver\n\
             config-files\tchromium\twww-browser\n\
             not-installed\topenbox\t\n",
        );
        for name in ["libgtk-3-0t64", "libgtk-3-0", "xvfb", "xserver"] {
            assert!(names.contains(name), "{name}");
        }
        for name in ["chromium", "www-browser", "openbox", "(=", ""] {
            assert!(!names.contains(name), "{name}");
        }
    }

    #[test]
    fn relatives_of_a_system_take_its_names() {
        assert_eq!(System::of("NAME=x\nID=debian\n"), System::Debian);
        assert_eq!(
            System::of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"),
            System::Ubuntu
        );
        assert_eq!(System::of("ID=\"fedora\"\n"), System::Fedora);
        assert_eq!(System::of("ID=manjaro\nID_LIKE=arch\n"), System::Arch);
        assert_eq!(
            System::of("ID=opensuse-tumbleweed\nID_LIKE=\"opensuse suse\"\n"),
            System::OtherLinux
        );
        assert_eq!(System::of(""), System::OtherLinux);
    }

    #[test]
    fn a_person_on_fedora_is_told_the_command() {
        let webkit: Vec<&Need> = NEEDS
            .iter()
            .filter(|need| need.purpose == Purpose::Build)
            .collect();
        let text = request(&webkit, System::Fedora);
        assert!(
            text.contains("sudo dnf install gcc pkgconf-pkg-config webkit2gtk4.1-devel"),
            "{text}"
        );
    }

    #[test]
    fn macos_and_windows_are_asked_for_nothing() {
        assert!(
            NEEDS
                .iter()
                .all(|need| need.package(System::NotLinux).is_none())
        );
    }
}

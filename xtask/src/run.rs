//! `cargo xtask run`: the program in its window, from whatever state the clone is in.

use std::{
    env,
    ffi::{OsStr, OsString},
};

use anyhow::{Context, Result, bail};

use crate::{
    packages::{self, Purpose},
    shell, ui,
};

/// What to start it with.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Open the training city: invented clinics, nothing leaves this computer.
    #[arg(long)]
    demo: bool,
    /// Arguments for the program itself.
    #[arg(last = true)]
    args: Vec<OsString>,
}

/// Installs what is missing, builds the interface and becomes `cargo run`.
pub(crate) fn run(args: &Args) -> Result<()> {
    if cfg!(target_os = "linux") && !has_display(env::var_os) {
        bail!(
            "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), and the program \
             lives in a window and a tray.\nThe same engine without a window is talonctl: \
             cargo run -p cli -- --help"
        );
    }
    packages::ensure(&[Purpose::Build, Purpose::Run])?;
    ui::ensure_built()?;
    let mut cargo = shell::cargo(&["run", "-p", "talonchik", "--"]);
    if args.demo {
        cargo.arg("--demo");
    }
    cargo.args(&args.args);
    become_command(cargo)
}

fn has_display(variable: impl Fn(&'static str) -> Option<OsString>) -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .filter_map(|name| variable(name))
        .any(|value| value != OsStr::new(""))
}

/// Gives this process to the command: Ctrl+C and the exit code are the program's own.
#[cfg(unix)]
fn become_command(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt;

    let shown = shell::show(&command);
    Err(command.exec()).with_context(|| format!("`{shown}` could not be started"))
}

/// Waits for the command; a process cannot become another one here.
#[cfg(not(unix))]
fn become_command(mut command: std::process::Command) -> Result<()> {
    shell::run_with_keyboard(&mut command).context("the program did not end well")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_kind_of_display_will_do_and_an_empty_name_is_none() {
        let only = |name: &'static str, value: &'static str| {
            move |asked: &'static str| (asked == name).then(|| value.into())
        };
        assert!(has_display(only("DISPLAY", ":0")));
        assert!(has_display(only("WAYLAND_DISPLAY", "wayland-0")));
        assert!(!has_display(only("DISPLAY", "")));
        assert!(!has_display(|_| None));
    }
}

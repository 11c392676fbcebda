//! The system's own page where notifications are switched on, wherever it has one.

use tauri::{AppHandle, Runtime};
use tracing::debug;

/// Opens it; `false` when this system has none that is known.
pub(crate) fn open_notifications<R: Runtime>(app: &AppHandle<R>) -> bool {
    #[cfg(target_os = "linux")]
    {
        let _ = app;
        let desktops = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
        for command in commands(&desktops) {
            if start(command) {
                return true;
            }
        }
        false
    }
    #[cfg(not(target_os = "linux"))]
    {
        use tauri_plugin_opener::OpenerExt;
        /// Microsoft: "Launch Windows Settings"; Apple names the panes by their extension.
        const PAGE: &str = if cfg!(windows) {
            "ms-settings:notifications"
        } else {
            "x-apple.systempreferences:com.apple.Notifications-Settings.extension"
        };
        let opened = app.opener().open_url(PAGE, None::<&str>);
        if let Err(error) = &opened {
            debug!(%error, "the page of notification settings was not opened");
        }
        opened.is_ok()
    }
}

/// What opens the page, by the names of desktops in `XDG_CURRENT_DESKTOP`.
#[cfg(target_os = "linux")]
const COMMANDS: [(&[&str], &[&str]); 9] = [
    (
        &["GNOME", "Unity", "Budgie"],
        &["gnome-control-center", "notifications"],
    ),
    (&["KDE"], &["systemsettings", "kcm_notifications"]),
    (&["KDE"], &["kcmshell6", "kcm_notifications"]),
    (&["KDE"], &["kcmshell5", "kcm_notifications"]),
    (&["XFCE"], &["xfce4-notifyd-config"]),
    (
        &["X-Cinnamon", "Cinnamon"],
        &["cinnamon-settings", "notifications"],
    ),
    (&["MATE"], &["mate-notification-properties"]),
    (&["LXQt"], &["lxqt-config-notificationd"]),
    (
        &["Pantheon"],
        &["io.elementary.settings", "settings://notifications"],
    ),
];

/// Those of the desktop that runs («ubuntu:GNOME»), in order.
#[cfg(target_os = "linux")]
fn commands(desktops: &str) -> impl Iterator<Item = &'static [&'static str]> {
    COMMANDS
        .iter()
        .filter(move |(names, _)| {
            desktops
                .split(':')
                .any(|desktop| names.iter().any(|name| name.eq_ignore_ascii_case(desktop)))
        })
        .map(|(_, command)| *command)
}

/// The page is a program of its own; nobody waits for it to end.
#[cfg(target_os = "linux")]
fn start(command: &[&str]) -> bool {
    let Some((program, arguments)) = command.split_first() else {
        return false;
    };
    let started = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if let Err(error) = &started {
        debug!(program, %error, "the page of notification settings was not opened");
    }
    started.is_ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn each_desktop_opens_its_own_page_and_an_unknown_one_none() {
        let of = |desktops| {
            commands(desktops)
                .map(|command| command[0])
                .collect::<Vec<_>>()
        };
        assert_eq!(of("ubuntu:GNOME"), ["gnome-control-center"]);
        assert_eq!(of("KDE"), ["systemsettings", "kcmshell6", "kcmshell5"]);
        assert_eq!(of("xfce"), ["xfce4-notifyd-config"]);
        assert_eq!(of("sway"), [""; 0]);
        assert_eq!(of(""), [""; 0]);
    }

    #[tokio::test]
    async fn a_page_that_is_not_installed_is_not_opened() {
        assert!(!start(&[
            "there-is-no-such-program-of-settings",
            "notifications"
        ]));
        assert!(start(&["true"]));
    }
}

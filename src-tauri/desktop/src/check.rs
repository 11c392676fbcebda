//! The desktop's lines of the self-check.

use std::path::Path;

use engine::model::{Check, CheckSubject, Verdict};
use tauri::{AppHandle, Runtime};

use crate::{autostart, desk::Desk, toast};

/// A report leaves this computer: the name of its owner stays here.
pub(crate) fn without_home(checks: &mut [Check], home: Option<&Path>) {
    let Some(home) = home.and_then(Path::to_str).filter(|home| home.len() > 1) else {
        return;
    };
    for detail in checks.iter_mut().filter_map(|check| check.detail.as_mut()) {
        *detail = detail.replace(home, "~");
    }
}

/// Notifications, tray and autostart.
pub(crate) async fn lines<R: Runtime>(app: &AppHandle<R>, desk: &Desk) -> Vec<Check> {
    let settings = desk.program.settings().borrow().clone().unwrap_or_default();
    let server = toast::server().await;
    let autostart = desk.folders.usual.then(|| autostart::is_on(app)).flatten();
    vec![
        notifications(
            server.map_err(|wrong| wrong.to_string()),
            settings.notifications,
        ),
        tray(desk.place.is_there()),
        starts_with_computer(settings.autostart, autostart),
    ]
}

fn notifications(server: Result<String, String>, wanted: bool) -> Check {
    let (verdict, detail) = match server {
        Ok(server) if wanted => (Verdict::Fine, server),
        Ok(server) => (Verdict::Remark, format!("{server}; off in the settings")),
        Err(wrong) => (Verdict::Broken, wrong),
    };
    Check {
        subject: CheckSubject::Notifications,
        verdict,
        detail: Some(detail),
    }
}

fn tray(is_there: bool) -> Check {
    Check {
        subject: CheckSubject::Tray,
        verdict: if is_there {
            Verdict::Fine
        } else {
            Verdict::Remark
        },
        detail: (!is_there).then(|| "no StatusNotifierHost".to_owned()),
    }
}

fn starts_with_computer(wanted: bool, is_on: Option<bool>) -> Check {
    let (verdict, detail) = match is_on {
        Some(is_on) if is_on == wanted => (Verdict::Fine, None),
        Some(_) => (
            Verdict::Broken,
            Some("the system's entry differs from the settings"),
        ),
        None => (Verdict::Remark, Some("not known for this run")),
    };
    Check {
        subject: CheckSubject::Autostart,
        verdict,
        detail: detail.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_that_are_off_are_a_remark_not_a_fault() {
        assert_eq!(
            notifications(Ok("xfce 0.7".to_owned()), false).verdict,
            Verdict::Remark
        );
        assert_eq!(
            notifications(Err("there is no notification server".to_owned()), true).verdict,
            Verdict::Broken
        );
    }

    #[test]
    fn a_report_does_not_name_the_owner_of_the_computer() {
        let mut checks = [notifications(Err("no /home/anna/.x".to_owned()), true)];
        without_home(&mut checks, Some(Path::new("/home/anna")));
        assert_eq!(checks[0].detail.as_deref(), Some("no ~/.x"));
        without_home(&mut checks, Some(Path::new("/")));
        assert_eq!(checks[0].detail.as_deref(), Some("no ~/.x"));
    }

    #[test]
    fn an_autostart_entry_that_went_missing_is_found() {
        assert_eq!(
            starts_with_computer(true, Some(false)).verdict,
            Verdict::Broken
        );
        assert_eq!(
            starts_with_computer(true, Some(true)).verdict,
            Verdict::Fine
        );
        assert_eq!(starts_with_computer(true, None).verdict, Verdict::Remark);
    }
}

//! Starting with the computer, as the settings have it.

use tauri::{AppHandle, Runtime};
use tauri_plugin_autostart::ManagerExt;
use tokio::{sync::watch, time};
use tracing::{info, warn};

use engine::model::Settings;

/// Keeps the system's entry as the settings have it, from now on and after each change.
///
/// What the person has set before this start is left alone until they change it:
/// a system that forgot the entry is told so by the self-check.
pub(crate) async fn follow<R: Runtime>(
    app: AppHandle<R>,
    mut settings: watch::Receiver<Option<Settings>>,
) {
    let mut set = None;
    loop {
        let wanted = settings
            .borrow_and_update()
            .as_ref()
            .map(|settings| settings.autostart);
        if let (Some(before), Some(wanted)) = (set, wanted)
            && before != wanted
        {
            apply(&app, wanted).await;
        }
        set = wanted.or(set);
        if settings.changed().await.is_err() {
            return;
        }
    }
}

async fn apply<R: Runtime>(app: &AppHandle<R>, wanted: bool) {
    let app = app.clone();
    let done = tokio::task::spawn_blocking(move || {
        let entry = app.autolaunch();
        if wanted {
            entry.enable()
        } else {
            entry.disable()
        }
    });
    match time::timeout(std::time::Duration::from_secs(10), done).await {
        Ok(Ok(Ok(()))) => info!("starting with the computer: {wanted}"),
        Ok(Ok(Err(error))) => warn!("starting with the computer was not changed: {error}"),
        Ok(Err(error)) => warn!("starting with the computer was not changed: {error}"),
        Err(_) => warn!("the system takes too long to change starting with the computer"),
    }
}

/// Is the program started with the computer? `None` when the system does not tell.
pub(crate) fn is_on<R: Runtime>(app: &AppHandle<R>) -> Option<bool> {
    app.autolaunch().is_enabled().ok()
}

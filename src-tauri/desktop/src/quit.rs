//! The end of the program: everything is stopped and waited for first.

use std::sync::atomic::Ordering;

use tauri::{AppHandle, Manager, Runtime};
use tracing::info;

use crate::{desk::Desk, program::Mode};

/// Ends the program. A second wish for the same changes nothing.
pub(crate) fn quit<R: Runtime>(app: &AppHandle<R>) {
    let Some(desk) = app.try_state::<Desk>() else {
        app.exit(0);
        return;
    };
    if desk.quitting.swap(true, Ordering::SeqCst) {
        return;
    }
    info!("the program ends");
    let app = app.clone();
    // Not one of the program's tasks: it waits for their end.
    tauri::async_runtime::spawn(async move {
        stop(&app).await;
        app.exit(0);
    });
}

/// Stops everything and waits for it.
pub(crate) async fn stop<R: Runtime>(app: &AppHandle<R>) {
    let desk = app.state::<Desk>();
    for mode in [Mode::Real, Mode::Demo] {
        desk.toasts.withdraw_all(mode).await;
    }
    desk.program.stop().await;
}

/// Ends the program when the system asks it to: the session ends, the machine stops.
#[cfg(unix)]
pub(crate) async fn when_told<R: Runtime>(app: AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};
    use tracing::warn;

    let (terminated, interrupted) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    match (terminated, interrupted) {
        (Ok(mut terminated), Ok(mut interrupted)) => {
            tokio::select! {
                _ = terminated.recv() => (),
                _ = interrupted.recv() => (),
            }
            quit(&app);
        }
        (Err(error), _) | (_, Err(error)) => warn!("signals are not heard: {error}"),
    }
}

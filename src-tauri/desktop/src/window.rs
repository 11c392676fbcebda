//! The window: built when asked for, without a page once it is closed.
//!
//! A hidden page costs as much as a shown one. So the window is destroyed, or, where the browser
//! engine would keep what is destroyed (`web::KEEPS_WINDOW`), hidden and its page ended. Where there
//! is no place for a tray icon a closed window would leave no way back, so there it is minimised
//! instead.

use tauri::{
    AppHandle, Manager, Runtime, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};
use tauri_plugin_window_state::{AppHandleExt, StateFlags, WindowExt};
use tauri_specta::Event as _;
use tracing::{error, warn};

use crate::{desk::Desk, ipc::Navigate, web};

/// The only window's name.
pub(crate) const MAIN: &str = "main";

/// What is remembered of it.
pub(crate) fn remembered() -> StateFlags {
    StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED
}

/// Shows the window, at this route if one is given. From any thread.
pub(crate) fn open<R: Runtime>(app: &AppHandle<R>, route: Option<String>) {
    on_main_thread(app, move |app| open_here(app, route, false));
}

/// Shows the window on the taskbar only.
pub(crate) fn open_minimised<R: Runtime>(app: &AppHandle<R>) {
    on_main_thread(app, |app| open_here(app, None, true));
}

/// The window, unless it is closed.
pub(crate) fn shown<R: Runtime>(app: &AppHandle<R>) -> Option<WebviewWindow<R>> {
    let window = app.get_webview_window(MAIN)?;
    (!is_put_away(&window)).then_some(window)
}

fn is_put_away<R: Runtime>(window: &WebviewWindow<R>) -> bool {
    web::KEEPS_WINDOW && !window.is_visible().unwrap_or(true)
}

fn on_main_thread<R: Runtime>(
    app: &AppHandle<R>,
    act: impl FnOnce(&AppHandle<R>) + Send + 'static,
) {
    let here = app.clone();
    if let Err(error) = app.run_on_main_thread(move || act(&here)) {
        error!("the window could not be asked for: {error}");
    }
}

fn open_here<R: Runtime>(app: &AppHandle<R>, route: Option<String>, minimised: bool) {
    let Some(desk) = app.try_state::<Desk>() else {
        // Still starting, or it never will.
        return;
    };
    let window = if let Some(window) = shown(app) {
        if let Some(route) = route
            && let Err(route) = desk.pages.navigate(route)
            && let Err(error) = Navigate(route).emit(app)
        {
            error!("the window could not be sent to its page: {error}");
        }
        window
    } else {
        desk.pages.start_at(route);
        let window = match app.get_webview_window(MAIN) {
            Some(window) => bring_back(&window).map(|()| window),
            None => build(app, &desk),
        };
        match window {
            Ok(window) => window,
            Err(error) => {
                error!("the window could not be built: {error}");
                return;
            }
        }
    };
    let shown = if minimised {
        window.minimize()
    } else {
        window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus())
    };
    if let Err(error) = shown {
        warn!("the window could not be raised: {error}");
    }
}

fn build<R: Runtime>(app: &AppHandle<R>, desk: &Desk) -> tauri::Result<WebviewWindow<R>> {
    #[cfg(target_os = "macos")]
    app.set_activation_policy(tauri::ActivationPolicy::Regular)?;
    let config = app
        .config()
        .app
        .windows
        .iter()
        .find(|window| window.label == MAIN)
        .ok_or(tauri::Error::WindowNotFound)?;
    let window = WebviewWindowBuilder::from_config(app, config)?
        .data_directory(desk.folders.web())
        // Pages of the program itself only; links go through the opener.
        .on_navigation(is_own_page)
        .build()?;
    web::outlive_crashes(&window);
    Ok(window)
}

fn is_own_page(url: &url::Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        // Windows serves the program's own pages so.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// Hears what happens to the window.
pub(crate) fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let app = window.app_handle();
    let Some(desk) = app.try_state::<Desk>() else {
        return;
    };
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            if desk.place.is_there() {
                desk.hint_once_closed();
                if let Some(window) = app.get_webview_window(MAIN).filter(|_| web::KEEPS_WINDOW) {
                    api.prevent_close();
                    closed(app, &desk);
                    put_away(&window);
                }
            } else {
                api.prevent_close();
                if let Err(error) = window.minimize() {
                    warn!("the window could not be minimised: {error}");
                }
                desk.say_why_minimised();
            }
        }
        WindowEvent::Destroyed => closed(app, &desk),
        _ => (),
    }
}

fn bring_back<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    if let Err(error) = window.restore_state(remembered()) {
        warn!("the window is not where it was: {error}");
    }
    window.reload()
}

fn put_away<R: Runtime>(window: &WebviewWindow<R>) {
    if let Err(error) = window.hide() {
        warn!("the window could not be hidden: {error}");
    }
    web::end_page(window);
}

fn closed<R: Runtime>(app: &AppHandle<R>, desk: &Desk) {
    desk.pages.closed();
    if let Err(error) = app.save_window_state(remembered()) {
        warn!("the window's place is not remembered: {error}");
    }
    #[cfg(target_os = "macos")]
    if let Err(error) = app.set_activation_policy(tauri::ActivationPolicy::Accessory) {
        warn!("the program stays in the Dock: {error}");
    }
    web::end_after(app.clone(), desk.program.tasks());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_never_leaves_the_programs_own_pages() {
        let is_own = |url: &str| is_own_page(&url.parse().unwrap());
        assert!(is_own("tauri://localhost/index.html#/watches"));
        assert!(is_own("http://tauri.localhost/index.html"));
        for foreign in [
            "https://gorzdrav.spb.ru/",
            "http://localhost:1420/",
            "https://tauri.localhost.example/",
            "data:text/html,hello",
            "file:///etc/passwd",
            "about:blank",
        ] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}

//! Windows and macOS always have a place for the icon.

use tokio::sync::watch;

use super::Shade;

/// Tells that there is a place; it never goes away.
pub(crate) async fn follow(found: watch::Sender<bool>) {
    found.send_replace(true);
    std::future::pending().await
}

/// macOS colours the icon itself.
#[cfg(target_os = "macos")]
#[expect(clippy::unused_async, reason = "the same face as on Linux")]
pub(crate) async fn shade() -> Shade {
    Shade::Template
}

/// The taskbar's own theme, which is not that of the windows.
#[cfg(windows)]
#[expect(clippy::unused_async, reason = "the same face as on Linux")]
pub(crate) async fn shade() -> Shade {
    const THEME: &str = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize";
    let is_light = windows_registry::CURRENT_USER
        .open(THEME)
        .and_then(|theme| theme.get_u32("SystemUsesLightTheme"));
    match is_light {
        Ok(1) => Shade::ForLight,
        Ok(_) | Err(_) => Shade::ForDark,
    }
}

//! Is anybody at the screen, and may they be disturbed?
//!
//! Where the system tells it, a notification that nobody sees now lets the other
//! channels go at once. Windows and macOS tell it to no program without native
//! code of its own; there the ladder goes its usual way, and the systems
//! themselves hold back what their do-not-disturb holds back.

#[cfg(target_os = "linux")]
mod linux;

/// Do-not-disturb is on, the screen is locked, or nobody has touched the computer for a while.
#[cfg(target_os = "linux")]
pub(crate) async fn is_elsewhere() -> bool {
    linux::is_elsewhere().await
}

/// Not known here.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "as where it is known")]
pub(crate) async fn is_elsewhere() -> bool {
    false
}

//! The browser engine's own processes: how they start, crash and end.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::{KEEPS_WINDOW, end_after, end_page, outlive_crashes, variable};

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{KEEPS_WINDOW, end_after, end_page, outlive_crashes, variable};

//! The place for the icon: is there one, and is it dark?

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::{follow, shade};

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{follow, shade};

/// For what the icon is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shade {
    /// A light panel: dark ink.
    ForLight,
    /// A dark panel: light ink.
    #[cfg_attr(
        target_os = "macos",
        expect(dead_code, reason = "the system colours it")
    )]
    ForDark,
    /// The system colours it.
    Template,
}

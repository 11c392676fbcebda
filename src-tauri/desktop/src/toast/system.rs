//! The three systems' notifications behind one face.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(super) use linux::{server, show};

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(super) use other::{server, show};

use super::Button;

/// Why a notification is not on the screen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Wrong {
    /// The server took longer than it may.
    #[error("the notification server does not answer")]
    Hangs,
    /// There is none on this desktop.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "other systems always have one")
    )]
    #[error("there is no notification server")]
    Absent,
    /// It is there and did not take it.
    #[error("the notification server refused")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The name a button has on the wire.
fn key_of(button: Button) -> &'static str {
    match button {
        Button::Primary => "primary",
        Button::Later => "later",
    }
}

fn button_of(key: &str) -> Option<Button> {
    [Button::Primary, Button::Later]
        .into_iter()
        .find(|button| key_of(*button) == key)
}

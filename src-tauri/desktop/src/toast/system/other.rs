//! Windows and macOS: their calls wait for the person, so each runs on a thread of its own.
//!
//! There a notification that has been shown can be neither replaced nor taken
//! back, and its buttons work only while it is on the screen.

use std::path::Path;

use async_trait::async_trait;
use notify_rust::{Notification, NotificationResponse, Timeout};
use tokio::{
    sync::{Mutex, Semaphore, oneshot},
    task::spawn_blocking,
};

use super::{Wrong, button_of, key_of};
use crate::toast::{self, Press, Toast};

/// Threads that may wait for a press at once; further notifications are shown without.
const WAITING: usize = 16;

static THREADS: Semaphore = Semaphore::const_new(WAITING);

/// A notification on the screen.
pub(crate) struct Shown(Mutex<oneshot::Receiver<Press>>);

#[async_trait]
impl toast::Shown for Shown {
    /// Nothing is replaced here.
    fn id(&self) -> Option<u32> {
        None
    }

    async fn pressed(&self) -> Press {
        let mut pressed = self.0.lock().await;
        (&mut *pressed).await.unwrap_or(Press::Closed)
    }

    /// Nothing is taken back here.
    async fn close(&self) {}
}

/// Puts it on the screen.
pub(crate) async fn show(
    toast: &Toast,
    _replaced: Option<u32>,
    _icon: Option<&Path>,
) -> Result<Shown, Wrong> {
    let notification = notification_of(toast);
    let (shown, on_screen) = oneshot::channel();
    let (pressed, press) = oneshot::channel();
    let thread = THREADS.try_acquire().ok();
    spawn_blocking(move || {
        let handle = match notification.show() {
            Ok(handle) => handle,
            Err(error) => {
                let _ = shown.send(Err(Wrong::Refused(error.into())));
                return;
            }
        };
        let _ = shown.send(Ok(()));
        if thread.is_some() {
            let told = handle.wait_for_response(|response: &NotificationResponse| {
                let _ = pressed.send(press_of(response));
            });
            if let Err(error) = told {
                tracing::debug!("a notification was not answered: {error}");
            }
        }
    });
    on_screen
        .await
        .map_err(|error| Wrong::Refused(error.into()))??;
    Ok(Shown(Mutex::new(press)))
}

/// The system's own server is always there.
#[expect(clippy::unused_async, reason = "the same face as on Linux")]
pub(crate) async fn server() -> Result<String, Wrong> {
    Ok(std::env::consts::OS.to_owned())
}

fn notification_of(toast: &Toast) -> Notification {
    let mut notification = Notification::new();
    notification
        .appname("Талончик")
        .summary(&toast.title)
        .body(&toast.body)
        .timeout(if toast.lasting {
            Timeout::Never
        } else {
            Timeout::Default
        });
    #[cfg(windows)]
    if installed() {
        notification.app_id("ru.talonchik.app");
    }
    if toast.sound {
        #[cfg(windows)]
        notification.sound_name("Reminder");
        #[cfg(target_os = "macos")]
        notification.sound_name("default");
    }
    for (button, title) in &toast.buttons {
        notification.action(key_of(*button), title);
    }
    notification
}

/// Windows shows notifications only of programs it knows: an installed one is
/// known by its identifier, one run from where it was built speaks through `PowerShell`.
#[cfg(windows)]
fn installed() -> bool {
    std::env::current_exe().is_ok_and(|program| {
        program
            .parent()
            .is_some_and(|folder| !folder.ends_with("debug") && !folder.ends_with("release"))
    })
}

fn press_of(response: &NotificationResponse) -> Press {
    match response {
        NotificationResponse::Default => Press::Body,
        NotificationResponse::Action(key) => button_of(key).map_or(Press::Body, Press::Button),
        NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => Press::Closed,
    }
}

//! Linux: `org.freedesktop.Notifications`.

use std::{path::Path, sync::OnceLock};

use async_trait::async_trait;
use notify_rust::{Hint, Notification, NotificationHandle, NotificationResponse, Timeout};
use tokio::sync::OnceCell;

use super::{Wrong, button_of, key_of};
use crate::toast::{self, Press, Toast};

/// The key that a click on the body has by the specification.
const BODY: &str = "default";

/// A notification on the screen.
pub(crate) struct Shown(NotificationHandle);

#[async_trait]
impl toast::Shown for Shown {
    fn id(&self) -> Option<u32> {
        Some(self.0.id())
    }

    async fn pressed(&self) -> Press {
        let pressed = OnceLock::new();
        self.0
            .wait_for_action_async(|response: &NotificationResponse| {
                let _ = pressed.set(press_of(response));
            })
            .await;
        pressed.into_inner().unwrap_or(Press::Closed)
    }

    async fn close(&self) {
        self.0.close_async().await;
    }
}

/// Puts it on the screen, in the place of an earlier one if that is still there.
pub(crate) async fn show(
    toast: &Toast,
    replaced: Option<u32>,
    icon: Option<&Path>,
) -> Result<Shown, Wrong> {
    let mut notification = Notification::new();
    notification
        .appname("Талончик")
        .summary(&toast.title)
        .body(&shown_as_it_is(&toast.body).await)
        .hint(Hint::DesktopEntry("Talonchik".to_owned()))
        .hint(Hint::Category("x-talonchik.slots".to_owned()))
        .timeout(if toast.lasting {
            Timeout::Never
        } else {
            Timeout::Default
        });
    match icon.and_then(Path::to_str) {
        Some(path) => notification.icon(path),
        None => notification.icon("talonchik"),
    };
    if toast.sound {
        notification.hint(Hint::SoundName("message-new-instant".to_owned()));
    } else {
        notification.hint(Hint::SuppressSound(true));
    }
    for (button, title) in &toast.buttons {
        notification.action(key_of(*button), title);
    }
    if let Some(title) = &toast.body_title
        && !draws_body_as_button().await
    {
        notification.action(BODY, title);
    }
    if let Some(id) = replaced {
        notification.id(id);
    }
    match notification.show_async().await {
        Ok(handle) => Ok(Shown(handle)),
        Err(error) => Err(wrong(error).await),
    }
}

/// The server's name.
pub(crate) async fn server() -> Result<String, Wrong> {
    let told = tokio::task::spawn_blocking(notify_rust::get_server_information)
        .await
        .map_err(|error| Wrong::Refused(error.into()))?;
    match told {
        Ok(server) => Ok(format!("{} {}", server.name, server.version)),
        Err(error) => Err(wrong(error).await),
    }
}

/// Xfce draws what a click on the body does as one more button, and the body
/// itself takes no click: there the buttons have to do.
async fn draws_body_as_button() -> bool {
    static DRAWS: OnceCell<bool> = OnceCell::const_new();
    *DRAWS
        .get_or_init(|| async { server().await.is_ok_and(|name| name.contains("Xfce")) })
        .await
}

/// The text for a server that reads markup, and for one that does not.
async fn shown_as_it_is(text: &str) -> String {
    static MARKUP: OnceCell<bool> = OnceCell::const_new();
    if !text.contains(['&', '<', '>']) {
        return text.to_owned();
    }
    let reads_markup = MARKUP
        .get_or_init(|| async {
            let told = tokio::task::spawn_blocking(notify_rust::get_capabilities).await;
            told.is_ok_and(|told| told.is_ok_and(|all| all.iter().any(|it| it == "body-markup")))
        })
        .await;
    if *reads_markup {
        escaped(text)
    } else {
        text.to_owned()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn press_of(response: &NotificationResponse) -> Press {
    match response {
        NotificationResponse::Default => Press::Body,
        NotificationResponse::Action(key) => button_of(key).map_or(Press::Body, Press::Button),
        NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => Press::Closed,
    }
}

/// Why it failed: without a bus, or with no one on it who shows notifications, the rest is moot.
async fn wrong(error: notify_rust::error::Error) -> Wrong {
    let present = async {
        let bus = zbus::Connection::session().await?;
        let name = "org.freedesktop.Notifications".try_into()?;
        zbus::fdo::DBusProxy::new(&bus)
            .await?
            .name_has_owner(name)
            .await
            .map_err(zbus::Error::from)
    };
    match present.await {
        Ok(true) => Wrong::Refused(error.into()),
        Ok(false) | Err(_) => Wrong::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toast::Button;

    #[test]
    fn fault_65_markup_is_shown_not_obeyed() {
        assert_eq!(escaped("<b>А & Б</b>"), "&lt;b&gt;А &amp; Б&lt;/b&gt;");
        for text in crate::ipc::tests::hostile_texts() {
            let shown = escaped(&text);
            assert!(!shown.contains(['<', '>']));
            let read = shown.replace("&lt;", "<").replace("&gt;", ">");
            assert_eq!(read.replace("&amp;", "&"), text);
            assert_eq!(
                shown.matches('&').count(),
                text.matches(['&', '<', '>']).count()
            );
        }
    }

    #[test]
    fn every_button_is_recognised_by_its_key() {
        for button in [Button::Primary, Button::Later] {
            let pressed = press_of(&NotificationResponse::Action(key_of(button).to_owned()));
            assert_eq!(pressed, Press::Button(button));
        }
        assert_eq!(press_of(&NotificationResponse::Default), Press::Body);
    }
}

//! Linux: whoever owns `org.kde.StatusNotifierWatcher` has a place for icons;
//! the settings portal tells about dark and light.

use std::time::Duration;

use futures::StreamExt;
use tokio::{sync::watch, time};
use tracing::{debug, info};
use zbus::{
    Connection, MatchRule, MessageStream, Proxy,
    fdo::DBusProxy,
    proxy::{self, CacheProperties},
    zvariant::OwnedValue,
};

use super::Shade;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";

/// How long anyone on the bus may take to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// After how long a bus that is not there is looked for again.
const AGAIN: Duration = Duration::from_mins(1);

/// Tells whether there is a place for the icon, now and after every change.
pub(crate) async fn follow(found: watch::Sender<bool>) {
    loop {
        if let Err(error) = follow_bus(&found).await {
            debug!("the session bus does not tell about the tray: {error}");
        }
        tell(&found, false);
        time::sleep(AGAIN).await;
    }
}

async fn follow_bus(found: &watch::Sender<bool>) -> zbus::Result<()> {
    let bus = Connection::session().await?;
    let owner = DBusProxy::new(&bus)
        .await?
        .receive_name_owner_changed_with_args(&[(0, WATCHER)])
        .await?
        .map(drop);
    let from_watcher = MatchRule::builder()
        .msg_type(zbus::message::Type::Signal)
        .interface(WATCHER)?
        .path(WATCHER_PATH)?
        .build();
    let hosts = MessageStream::for_match_rule(from_watcher, &bus, None)
        .await?
        .map(drop);
    let mut changes = futures::stream::select(owner, hosts);
    loop {
        tell(found, is_there(&bus).await);
        if changes.next().await.is_none() {
            return Ok(());
        }
    }
}

fn tell(found: &watch::Sender<bool>, now: bool) {
    let changed = found.send_if_modified(|known| std::mem::replace(known, now) != now);
    if changed {
        info!("a place for the tray icon: {now}");
    }
}

async fn is_there(bus: &Connection) -> bool {
    let asked = async {
        let watcher: Proxy<'_> = proxy::Builder::new(bus)
            .destination(WATCHER)?
            .path(WATCHER_PATH)?
            .interface(WATCHER)?
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        watcher
            .get_property::<bool>("IsStatusNotifierHostRegistered")
            .await
    };
    matches!(time::timeout(LIMIT, asked).await, Ok(Ok(true)))
}

/// The ink for this desktop's panel.
pub(crate) async fn shade() -> Shade {
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let prefers_dark = time::timeout(LIMIT, prefers_dark())
        .await
        .ok()
        .and_then(Result::ok);
    shade_of(&desktop, prefers_dark)
}

fn shade_of(desktop: &str, prefers_dark: Option<bool>) -> Shade {
    // Their panels are dark whatever the windows are, unless someone changed that by hand.
    let dark_anyway = desktop
        .split(':')
        .any(|name| matches!(name, "GNOME" | "Unity" | "XFCE" | "X-Cinnamon"));
    if dark_anyway || prefers_dark == Some(true) {
        Shade::ForDark
    } else {
        Shade::ForLight
    }
}

async fn prefers_dark() -> zbus::Result<bool> {
    let bus = Connection::session().await?;
    let portal: Proxy<'_> = proxy::Builder::new(&bus)
        .destination("org.freedesktop.portal.Desktop")?
        .path("/org/freedesktop/portal/desktop")?
        .interface("org.freedesktop.portal.Settings")?
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    let scheme: OwnedValue = portal
        .call("ReadOne", &("org.freedesktop.appearance", "color-scheme"))
        .await?;
    Ok(u32::try_from(scheme)? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_that_are_always_dark_get_light_ink() {
        assert_eq!(shade_of("ubuntu:GNOME", Some(false)), Shade::ForDark);
        assert_eq!(shade_of("XFCE", None), Shade::ForDark);
    }

    #[test]
    fn other_panels_follow_the_preference() {
        assert_eq!(shade_of("KDE", Some(true)), Shade::ForDark);
        assert_eq!(shade_of("KDE", Some(false)), Shade::ForLight);
        assert_eq!(shade_of("", None), Shade::ForLight);
    }
}

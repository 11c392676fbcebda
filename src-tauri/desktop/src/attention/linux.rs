//! Linux: what the desktop says on its buses. What it does not say is taken for
//! somebody who is there.

use std::time::Duration;

use tokio::time;
use zbus::{
    Connection,
    zvariant::{OwnedValue, Value},
};

/// A desktop that does not answer by then does not tell.
const LIMIT: Duration = Duration::from_millis(500);

/// Asks in order; the first «yes» is the answer.
pub(super) async fn is_elsewhere() -> bool {
    time::timeout(LIMIT, ask()).await.unwrap_or(false)
}

async fn ask() -> bool {
    let Ok(session) = Connection::session().await else {
        return false;
    };
    let (disturbed, locked, idle) = tokio::join!(
        not_to_be_disturbed(&session),
        is_locked(&session),
        is_idle()
    );
    disturbed || locked || idle
}

/// KDE says it beside the notifications, GNOME in its settings, Xfce in its own.
async fn not_to_be_disturbed(bus: &Connection) -> bool {
    let inhibited = property(
        bus,
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
        "Inhibited",
    );
    let banners = call(
        bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
        "ReadOne",
        ("org.gnome.desktop.notifications", "show-banners"),
    );
    let xfce = call(
        bus,
        "org.xfce.Xfconf",
        "/org/xfce/Xfconf",
        "org.xfce.Xfconf",
        "GetProperty",
        ("xfce4-notifyd", "/do-not-disturb"),
    );
    let (inhibited, banners, xfce) = tokio::join!(inhibited, banners, xfce);
    inhibited == Some(true) || banners == Some(false) || xfce == Some(true)
}

async fn is_locked(bus: &Connection) -> bool {
    call(
        bus,
        "org.freedesktop.ScreenSaver",
        "/org/freedesktop/ScreenSaver",
        "org.freedesktop.ScreenSaver",
        "GetActive",
        (),
    )
    .await
        == Some(true)
}

/// The session as systemd knows it.
async fn is_idle() -> bool {
    let Ok(system) = Connection::system().await else {
        return false;
    };
    let hint = |name| {
        property(
            &system,
            "org.freedesktop.login1",
            "/org/freedesktop/login1/session/auto",
            "org.freedesktop.login1.Session",
            name,
        )
    };
    let (locked, idle) = tokio::join!(hint("LockedHint"), hint("IdleHint"));
    locked == Some(true) || idle == Some(true)
}

async fn property(
    bus: &Connection,
    service: &str,
    path: &str,
    interface: &str,
    name: &str,
) -> Option<bool> {
    let get = "org.freedesktop.DBus.Properties";
    call(bus, service, path, get, "Get", (interface, name)).await
}

/// A yes or no, perhaps wrapped; `None` where nobody answers. Starts no service.
async fn call<Body>(
    bus: &Connection,
    service: &str,
    path: &str,
    interface: &str,
    method: &str,
    body: Body,
) -> Option<bool>
where
    Body: serde::Serialize + zbus::zvariant::DynamicType,
{
    let proxy = zbus::fdo::DBusProxy::new(bus).await.ok()?;
    if !proxy.name_has_owner(service.try_into().ok()?).await.ok()? {
        return None;
    }
    let answer = bus
        .call_method(Some(service), path, Some(interface), method, &body)
        .await
        .ok()?;
    let body = answer.body();
    if let Ok(yes) = body.deserialize::<bool>() {
        return Some(yes);
    }
    let value: OwnedValue = body.deserialize().ok()?;
    yes(&value)
}

fn yes(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::Value(inner) => yes(inner),
        _ => None,
    }
}

//! The tray icon and its menu, as a panel reads them from the bus.

use std::{collections::HashMap, fs, path::Path};

use tauri::image::Image;
use zbus::{
    Connection, Proxy,
    proxy::CacheProperties,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

use crate::{desktop::plain, wait::until};

/// The drawings of the icon.
const SHAPES: [&str; 5] = ["idle", "found", "paused", "problem", "offline"];

/// A line of a menu with its children, on the wire.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// The program's icon.
pub(crate) struct Tray {
    item: Proxy<'static>,
    menu: Proxy<'static>,
}

/// A line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    id: i32,
    /// Its words; empty for a rule between groups.
    pub(crate) label: String,
    /// Can it be chosen?
    pub(crate) enabled: bool,
    /// Is it a switch that is on?
    pub(crate) ticked: bool,
    /// Its own menu.
    pub(crate) inside: Vec<Entry>,
}

impl Tray {
    /// The icon at this place of the bus.
    pub(crate) async fn new(connection: &Connection, name: String, path: String) -> Self {
        let item = proxy(connection, name.clone(), path, "org.kde.StatusNotifierItem").await;
        let menu = until("the icon has a menu", async || {
            item.get_property::<OwnedObjectPath>("Menu").await.ok()
        })
        .await;
        let menu = proxy(connection, name, menu.to_string(), "com.canonical.dbusmenu").await;
        Self { item, menu }
    }

    /// Waits until the icon is this drawing.
    pub(crate) async fn looks(&self, shape: &str) {
        until(&format!("the tray icon is «{shape}»"), async || {
            (self.shape().await == Some(shape)).then_some(())
        })
        .await;
    }

    /// Waits for a line of the menu that starts so.
    pub(crate) async fn line(&self, start: &str) -> Entry {
        until(&format!("«{start}…» in the tray menu"), async || {
            find(&self.entries().await?, start)
        })
        .await
    }

    /// Has the menu a line that starts so?
    pub(crate) async fn has(&self, start: &str) -> bool {
        self.entries()
            .await
            .is_some_and(|entries| find(&entries, start).is_some())
    }

    /// Is the switch that starts so on?
    pub(crate) async fn is_ticked(&self, start: &str) -> bool {
        self.entries()
            .await
            .and_then(|entries| find(&entries, start))
            .is_some_and(|entry| entry.ticked)
    }

    /// Chooses a line.
    pub(crate) async fn choose(&self, start: &str) {
        let entry = until(&format!("«{start}…» can be chosen"), async || {
            find(&self.entries().await?, start).filter(|entry| entry.enabled)
        })
        .await;
        let event = (entry.id, "clicked", Value::from(""), 0_u32);
        // The program may be gone before it answers.
        let _: zbus::Result<()> = self.menu.call("Event", &event).await;
    }

    async fn shape(&self) -> Option<&'static str> {
        let file: String = self.item.get_property("IconName").await.ok()?;
        let seen = pixels(Path::new(&file))?;
        let drawings = Path::new(env!("CARGO_MANIFEST_DIR")).join("icons/tray/light");
        SHAPES
            .into_iter()
            .find(|shape| pixels(&drawings.join(format!("{shape}.png"))).as_ref() == Some(&seen))
    }

    async fn entries(&self) -> Option<Vec<Entry>> {
        let (_, root): (u32, Node) = self
            .menu
            .call("GetLayout", &(0_i32, -1_i32, Vec::<String>::new()))
            .await
            .ok()?;
        Some(read(root).inside)
    }
}

async fn proxy(
    connection: &Connection,
    name: String,
    path: String,
    interface: &'static str,
) -> Proxy<'static> {
    let builder = zbus::proxy::Builder::new(connection)
        .destination(name)
        .and_then(|builder| builder.path(path))
        .and_then(|builder| builder.interface(interface))
        .expect("the icon tells a name and a path");
    builder
        .cache_properties(CacheProperties::No)
        .build()
        .await
        .expect("the bus is there")
}

fn read((id, mut properties, children): Node) -> Entry {
    let label = properties
        .remove("label")
        .and_then(|label| String::try_from(label).ok())
        .unwrap_or_default();
    let enabled = properties
        .remove("enabled")
        .is_none_or(|enabled| bool::try_from(enabled).unwrap_or(true));
    let ticked = properties
        .remove("toggle-state")
        .is_some_and(|state| i32::try_from(state) == Ok(1));
    Entry {
        id,
        // An underscore marks the key of the letter after it.
        label: plain(&label.replace('_', "")),
        enabled,
        ticked,
        inside: children
            .into_iter()
            .filter_map(|child| Node::try_from(child).ok())
            .map(read)
            .collect(),
    }
}

fn find(entries: &[Entry], start: &str) -> Option<Entry> {
    entries.iter().find_map(|entry| {
        if entry.label.starts_with(start) {
            Some(entry.clone())
        } else {
            find(&entry.inside, start)
        }
    })
}

fn pixels(file: &Path) -> Option<Vec<u8>> {
    let image = Image::from_bytes(&fs::read(file).ok()?).ok()?;
    Some(image.rgba().to_vec())
}

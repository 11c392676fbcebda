//! Draws the tray's face with what the system has.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
};

use tauri::{
    AppHandle, Runtime,
    image::Image,
    include_image,
    menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::sync::mpsc;
use tracing::{error, warn};

use super::{
    face::{Choice, Entry, Face, Item, Shape},
    host::Shade,
};
use crate::window;

/// The icon beside the clock, or nothing where the system has no library for it.
pub(crate) struct Tray<R: Runtime> {
    icon: Option<TrayIcon<R>>,
    drawn: Mutex<Vec<Drawn<R>>>,
}

/// A line of the menu as the system knows it.
enum Drawn<R: Runtime> {
    Line(MenuItem<R>),
    Choice(MenuItem<R>),
    Switch(CheckMenuItem<R>),
    Submenu(Submenu<R>, Vec<MenuItem<R>>),
    Separator(PredefinedMenuItem<R>),
}

impl<R: Runtime> Tray<R> {
    /// Builds the icon; what is chosen in its menu is sent on.
    ///
    /// To be called on the main thread. A missing libayatana makes the toolkit
    /// panic; the program goes on without an icon then.
    pub(crate) fn build(app: &AppHandle<R>, chosen: mpsc::UnboundedSender<Choice>) -> Self {
        let built = catch_unwind(AssertUnwindSafe(|| build(app, chosen)));
        let icon = match built {
            Ok(Ok(icon)) => Some(icon),
            Ok(Err(error)) => {
                error!("there is no tray icon: {error}");
                None
            }
            Err(_) => {
                error!("there is no tray icon: its library is missing");
                None
            }
        };
        Self {
            icon,
            drawn: Mutex::default(),
        }
    }

    /// Is there an icon to be shown at all?
    pub(crate) fn is_built(&self) -> bool {
        self.icon.is_some()
    }
}

impl<R: Runtime> Tray<R> {
    /// Shows this face.
    pub(crate) fn show(self: &std::sync::Arc<Self>, app: &AppHandle<R>, face: &Face, shade: Shade) {
        let (tray, here, face) = (self.clone(), app.clone(), face.clone());
        let sent = app.run_on_main_thread(move || {
            if let Err(error) = tray.draw(&here, &face, shade) {
                warn!("the tray could not be drawn: {error}");
            }
        });
        if let Err(error) = sent {
            warn!("the tray could not be drawn: {error}");
        }
    }

    fn draw(&self, app: &AppHandle<R>, face: &Face, shade: Shade) -> tauri::Result<()> {
        let Some(icon) = &self.icon else {
            return Ok(());
        };
        icon.set_icon_with_as_template(Some(picture(face.shape, shade)), shade == Shade::Template)?;
        icon.set_tooltip(Some(&face.tooltip))?;
        if cfg!(target_os = "macos") {
            icon.set_title(face.count.map(|count| count.to_string()))?;
        }
        badge(app, face.count);
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        // A menu that is replaced closes while someone reads it: words alone are changed in place.
        if !rewrite(&drawn, &face.menu)? {
            *drawn = lay_out(app, &face.menu)?;
            let items: Vec<&dyn IsMenuItem<R>> = drawn.iter().map(Drawn::item).collect();
            icon.set_menu(Some(Menu::with_items(app, &items)?))?;
        }
        Ok(())
    }
}

/// The number on the window's icon, where the system has a place for it. Without a window there
/// is none: the tray says it.
fn badge<R: Runtime>(app: &AppHandle<R>, count: Option<u32>) {
    let Some(window) = window::shown(app) else {
        return;
    };
    #[cfg(windows)]
    let drawn = window.set_overlay_icon(count.map(|_| include_image!("icons/tray/badge.png")));
    #[cfg(not(windows))]
    let drawn = window.set_badge_count(count.map(i64::from));
    if let Err(error) = drawn {
        warn!("the window's icon has no number: {error}");
    }
}

impl<R: Runtime> Drawn<R> {
    fn item(&self) -> &dyn IsMenuItem<R> {
        match self {
            Self::Line(item) | Self::Choice(item) => item,
            Self::Switch(item) => item,
            Self::Submenu(submenu, _) => submenu,
            Self::Separator(separator) => separator,
        }
    }
}

fn build<R: Runtime>(
    app: &AppHandle<R>,
    chosen: mpsc::UnboundedSender<Choice>,
) -> tauri::Result<TrayIcon<R>> {
    let clicked = chosen.clone();
    TrayIconBuilder::with_id("main")
        .icon(picture(Shape::Idle, Shade::ForLight))
        // Linux shows no icon without a menu.
        .menu(&Menu::new(app)?)
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .on_menu_event(move |_, event| {
            if let Some(choice) = Choice::of_id(event.id().as_ref()) {
                // The receiver is gone only when the program is.
                let _ = chosen.send(choice);
            }
        })
        .on_tray_icon_event(move |_, event| {
            let opens = match event {
                TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } => !cfg!(target_os = "macos"),
                _ => false,
            };
            if opens {
                let _ = clicked.send(Choice::Open);
            }
        })
        .build(app)
}

/// Puts new words into a menu of the same build; `false` when it is built differently.
fn rewrite<R: Runtime>(drawn: &[Drawn<R>], menu: &[Entry]) -> tauri::Result<bool> {
    let same = drawn.len() == menu.len()
        && drawn
            .iter()
            .zip(menu)
            .all(|(drawn, entry)| match (drawn, entry) {
                (Drawn::Line(_), Entry::Line(_)) | (Drawn::Separator(_), Entry::Separator) => true,
                (Drawn::Choice(drawn), Entry::Choice(item)) => is_for(drawn, item),
                (Drawn::Switch(drawn), Entry::Switch(item, _)) => {
                    drawn.id().as_ref() == item.choice.id()
                }
                (Drawn::Submenu(_, drawn), Entry::Submenu(_, items)) => {
                    drawn.len() == items.len()
                        && drawn
                            .iter()
                            .zip(items)
                            .all(|(drawn, item)| is_for(drawn, item))
                }
                _ => false,
            });
    if !same {
        return Ok(false);
    }
    for (drawn, entry) in drawn.iter().zip(menu) {
        match (drawn, entry) {
            (Drawn::Line(drawn), Entry::Line(text)) => drawn.set_text(escaped(text))?,
            (Drawn::Choice(drawn), Entry::Choice(item)) => {
                drawn.set_text(escaped(&item.title))?;
                drawn.set_enabled(item.enabled)?;
            }
            (Drawn::Switch(drawn), Entry::Switch(item, is_on)) => {
                drawn.set_text(escaped(&item.title))?;
                drawn.set_checked(*is_on)?;
            }
            (Drawn::Submenu(submenu, drawn), Entry::Submenu(title, items)) => {
                submenu.set_text(escaped(title))?;
                for (drawn, item) in drawn.iter().zip(items) {
                    drawn.set_text(escaped(&item.title))?;
                    drawn.set_enabled(item.enabled)?;
                }
            }
            _ => (),
        }
    }
    Ok(true)
}

fn is_for<R: Runtime>(drawn: &MenuItem<R>, item: &Item) -> bool {
    drawn.id().as_ref() == item.choice.id()
}

fn lay_out<R: Runtime>(app: &AppHandle<R>, menu: &[Entry]) -> tauri::Result<Vec<Drawn<R>>> {
    let item_of = |item: &Item| {
        MenuItem::with_id(
            app,
            item.choice.id(),
            escaped(&item.title),
            item.enabled,
            None::<&str>,
        )
    };
    menu.iter()
        .map(|entry| {
            Ok(match entry {
                Entry::Line(text) => {
                    Drawn::Line(MenuItem::new(app, escaped(text), false, None::<&str>)?)
                }
                Entry::Separator => Drawn::Separator(PredefinedMenuItem::separator(app)?),
                Entry::Choice(item) => Drawn::Choice(item_of(item)?),
                Entry::Switch(item, is_on) => Drawn::Switch(CheckMenuItem::with_id(
                    app,
                    item.choice.id(),
                    escaped(&item.title),
                    item.enabled,
                    *is_on,
                    None::<&str>,
                )?),
                Entry::Submenu(title, items) => {
                    let items: Vec<MenuItem<R>> =
                        items.iter().map(item_of).collect::<tauri::Result<_>>()?;
                    let inside: Vec<&dyn IsMenuItem<R>> = items
                        .iter()
                        .map(|item| item as &dyn IsMenuItem<R>)
                        .collect();
                    let submenu = Submenu::with_items(app, escaped(title), true, &inside)?;
                    Drawn::Submenu(submenu, items)
                }
            })
        })
        .collect()
}

/// In a menu `&` marks the key of the letter after it.
fn escaped(text: &str) -> String {
    text.replace('&', "&&")
}

fn picture(state: Shape, shade: Shade) -> Image<'static> {
    match (shade, state) {
        (Shade::ForLight, Shape::Idle) => include_image!("icons/tray/light/idle.png"),
        (Shade::ForLight, Shape::Found) => include_image!("icons/tray/light/found.png"),
        (Shade::ForLight, Shape::Problem) => include_image!("icons/tray/light/problem.png"),
        (Shade::ForLight, Shape::Offline) => include_image!("icons/tray/light/offline.png"),
        (Shade::ForLight, Shape::Paused) => include_image!("icons/tray/light/paused.png"),
        (Shade::ForDark, Shape::Idle) => include_image!("icons/tray/dark/idle.png"),
        (Shade::ForDark, Shape::Found) => include_image!("icons/tray/dark/found.png"),
        (Shade::ForDark, Shape::Problem) => include_image!("icons/tray/dark/problem.png"),
        (Shade::ForDark, Shape::Offline) => include_image!("icons/tray/dark/offline.png"),
        (Shade::ForDark, Shape::Paused) => include_image!("icons/tray/dark/paused.png"),
        (Shade::Template, Shape::Idle) => include_image!("icons/tray/template/idle.png"),
        (Shade::Template, Shape::Found) => include_image!("icons/tray/template/found.png"),
        (Shade::Template, Shape::Problem) => include_image!("icons/tray/template/problem.png"),
        (Shade::Template, Shape::Offline) => include_image!("icons/tray/template/offline.png"),
        (Shade::Template, Shape::Paused) => include_image!("icons/tray/template/paused.png"),
    }
}

//! The icon beside the clock and its menu.
//!
//! What is shown is decided in [`mod@face`] as data and only drawn here. On some
//! systems a click on the icon does nothing, so every action is in the menu.

pub(crate) mod face;
pub(crate) mod host;
mod paint;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{model::Event, text::Words};
use tauri::{AppHandle, Runtime};
use tokio::{
    sync::{Notify, broadcast, mpsc, watch},
    time,
};
use tracing::{debug, warn};

use self::{
    face::{Choice, Face, face},
    host::Shade,
};
use crate::{
    ask::{Ask, Asks, route_of},
    program::Program,
    quit,
};
pub(crate) use paint::Tray;

/// Changes come in bursts; the menu is drawn once for all of one.
const DEBOUNCE: Duration = Duration::from_millis(300);

/// Some of what is shown changes with time alone.
const REFRESH: Duration = Duration::from_mins(1);

/// How long «Проверить сейчас» rests after use.
const CHECK_REST: TimeDelta = TimeDelta::seconds(30);

/// What the loop of the tray needs.
pub(crate) struct Work<R: Runtime> {
    /// The program's window system.
    pub app: AppHandle<R>,
    /// The icon.
    pub tray: Arc<Tray<R>>,
    /// Whose state is shown.
    pub program: Arc<Program>,
    /// Choices from the menu.
    pub chosen: tokio::sync::Mutex<mpsc::UnboundedReceiver<Choice>>,
    /// Where what they ask for is done.
    pub asks: Asks,
}

/// Keeps the icon and its menu true, and does what is chosen there.
pub(crate) async fn run<R: Runtime>(work: Arc<Work<R>>) {
    let mut chosen = work.chosen.lock().await;
    let mut events = work.program.events();
    let checked = Arc::new(Notify::new());
    let mut rests_until = DateTime::<Utc>::MIN_UTC;
    let mut shown: Option<(Face, Shade)> = None;
    let mut shade = host::shade().await;
    let mut shade_read = time::Instant::now();
    loop {
        if shade_read.elapsed() > REFRESH {
            shade = host::shade().await;
            shade_read = time::Instant::now();
        }
        if let Some(face) = seen(&work.program, rests_until).await {
            let now = (face, shade);
            if shown.as_ref() != Some(&now) {
                work.tray.show(&work.app, &now.0, shade);
                shown = Some(now);
            }
        }
        // Wakes when the rest of «Проверить сейчас» is over, too.
        let rest = (rests_until - work.program.clock().now())
            .to_std()
            .unwrap_or(REFRESH)
            .min(REFRESH);
        tokio::select! {
            () = changed(&mut events) => (),
            () = time::sleep(rest) => (),
            () = checked.notified() => (),
            choice = chosen.recv() => match choice {
                Some(Choice::CheckNow) => {
                    rests_until = work.program.clock().now() + CHECK_REST;
                    check(&work.program, checked.clone());
                }
                Some(choice) => choose(&work, choice).await,
                None => return,
            },
        }
    }
}

/// The face of this moment; `None` when the engine does not tell, as while it stops.
async fn seen(program: &Program, rests_until: DateTime<Utc>) -> Option<Face> {
    let engine = program.engine();
    let language = program
        .settings()
        .borrow()
        .as_ref()
        .map(|settings| settings.language)
        .unwrap_or_default();
    let (status, watches) = match (engine.status().await, engine.watches().await) {
        (Ok(status), Ok(watches)) => (status, watches),
        (Err(error), _) | (_, Err(error)) => {
            debug!("the tray stays as it is: {error}");
            return None;
        }
    };
    let now = program.clock().now();
    Some(face(
        &status,
        &watches,
        now < rests_until,
        Words::new(language),
        now,
    ))
}

/// Waits for a change that may show, and then for the end of its burst.
async fn changed(events: &mut broadcast::Receiver<Event>) {
    loop {
        match events.recv().await {
            Ok(event) if shows(&event) => break,
            Ok(_) => (),
            Err(broadcast::error::RecvError::Lagged(_)) => break,
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
    time::sleep(DEBOUNCE).await;
    // What came meanwhile is drawn with it.
    while !matches!(
        events.try_recv(),
        Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed)
    ) {}
}

fn shows(event: &Event) -> bool {
    match event {
        Event::Looked { .. }
        | Event::WatchesChanged
        | Event::StatusChanged
        | Event::SettingsChanged
        | Event::AlertChanged { .. } => true,
        Event::CatalogueChanged | Event::ChannelsChanged => false,
    }
}

/// Looks in a task of its own: the menu must not wait for the service.
fn check(program: &Arc<Program>, checked: Arc<Notify>) {
    let engine = program.engine();
    program.tasks().spawn(async move {
        if let Err(error) = engine.check_now(None).await {
            warn!("the check from the tray did not end well: {error}");
        }
        checked.notify_one();
    });
}

async fn choose<R: Runtime>(work: &Work<R>, choice: Choice) {
    let engine = work.program.engine();
    let ask = |ask: Ask| {
        // The receiver is gone only when the program is.
        let _ = work.asks.send(ask);
    };
    match choice {
        Choice::Watch(watch) => ask(Ask::OpenAt(route_of(watch))),
        Choice::Open => ask(Ask::Open),
        Choice::Hush => {
            if let Err(error) = engine.toggle_hush().await {
                warn!("the quiet mode could not be changed from the tray: {error}");
            }
        }
        Choice::Settings => ask(Ask::OpenAt("/settings".to_owned())),
        Choice::CheckNow => (),
        Choice::Pause(length) => {
            let until = length.until(work.program.clock().now());
            if let Err(error) = engine.pause(until).await {
                warn!("the pause from the tray failed: {error}");
            }
        }
        Choice::Resume => {
            if let Err(error) = engine.resume().await {
                warn!("the end of the pause from the tray failed: {error}");
            }
        }
        Choice::Quit => quit::quit(&work.app),
    }
}

/// Is there a place for the icon? Told again whenever it changes.
#[derive(Debug, Clone)]
pub(crate) struct Place(watch::Receiver<bool>);

impl Place {
    /// Follows what `host` finds out.
    pub(crate) fn new(found: watch::Receiver<bool>) -> Self {
        Self(found)
    }

    /// As known now.
    pub(crate) fn is_there(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it, at most this long.
    pub(crate) async fn comes_within(&self, limit: Duration) -> bool {
        let mut found = self.0.clone();
        let came = time::timeout(limit, found.wait_for(|found| *found)).await;
        matches!(came, Ok(Ok(_)))
    }
}

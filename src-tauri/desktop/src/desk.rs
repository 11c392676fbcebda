//! What the parts of the desktop share while the program runs.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use engine::{
    Engine,
    model::{Language, Settings},
    text::Words,
};
use tracing::{error, warn};

use crate::{
    error::CommandError,
    folders::Folders,
    logs,
    program::{Mode, MoveError, Program},
    toast::Toasts,
    tray::Place,
    with_causes,
};

/// Everything a command or a window event needs.
pub(crate) struct Desk {
    /// The engine.
    pub program: Arc<Program>,
    /// Notifications.
    pub toasts: Arc<Toasts>,
    /// Is there a place for the tray icon?
    pub place: Place,
    /// Where files are.
    pub folders: Folders,
    /// Which page is to be shown next.
    pub pages: Pages,
    /// The text of a file that was looked through and is to be taken or not.
    chosen_file: Mutex<Option<String>>,
    said_why_minimised: AtomicBool,
    /// The end has begun.
    pub quitting: AtomicBool,
}

impl Desk {
    /// The desk of a program that has started.
    pub(crate) fn new(
        program: Arc<Program>,
        toasts: Arc<Toasts>,
        place: Place,
        folders: Folders,
    ) -> Self {
        Self {
            program,
            toasts,
            place,
            folders,
            pages: Pages::default(),
            chosen_file: Mutex::default(),
            said_why_minimised: AtomicBool::new(false),
            quitting: AtomicBool::new(false),
        }
    }

    /// The catalogue in the person's language.
    pub(crate) fn words(&self) -> Words {
        Words::new(self.language())
    }

    /// The engine that works now.
    pub(crate) fn engine(&self) -> Arc<Engine> {
        self.program.engine()
    }

    /// Changes to the practice city.
    pub(crate) async fn enter_demo(&self) -> Result<(), MoveError> {
        self.program.enter_demo().await?;
        // Their buttons would answer alerts of the other city.
        self.toasts.withdraw_all(Mode::Real).await;
        Ok(())
    }

    /// Back to the real city.
    pub(crate) async fn leave_demo(&self) -> Result<(), MoveError> {
        self.program.leave_demo().await?;
        self.toasts.withdraw_all(Mode::Demo).await;
        Ok(())
    }

    /// Deletes everything the program has kept, its logs last.
    pub(crate) async fn erase(&self) -> Result<(), CommandError> {
        let erased = self.program.erase().await;
        self.toasts.withdraw_all(Mode::Real).await;
        self.toasts.withdraw_all(Mode::Demo).await;
        self.keep_chosen_file(None);
        if let Err(error) = erased {
            // The log, which says why, stays until all else is gone.
            error!("not all data was deleted: {}", with_causes(&error));
            return Err(error.into());
        }
        let logs = self.folders.logs.clone();
        tokio::task::spawn_blocking(move || logs::forget(&logs))
            .await
            .map_err(|error| CommandError::system(&error))?
            .map_err(|error| CommandError::system(&error))
    }

    /// Keeps the text of a file until the person has decided; gives back what was kept before.
    pub(crate) fn keep_chosen_file(&self, text: Option<String>) -> Option<String> {
        let mut chosen = self
            .chosen_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut chosen, text)
    }

    fn language(&self) -> Language {
        self.program
            .settings()
            .borrow()
            .as_ref()
            .map(|settings| settings.language)
            .unwrap_or_default()
    }

    /// «Окно закрыто, проверки продолжаются», once in a life.
    pub(crate) fn hint_once_closed(&self) {
        if self.quitting.load(Ordering::SeqCst) {
            return;
        }
        let (program, toasts, words) = (self.program.clone(), self.toasts.clone(), self.words());
        self.program.tasks().spawn(async move {
            let engine = program.engine();
            let settings = match engine.settings().await {
                Ok(settings) if !settings.close_hint_shown => settings,
                Ok(_) => return,
                Err(error) => {
                    warn!("no hint about the closed window: {error}");
                    return;
                }
            };
            let said = toasts.say(words.say("window-hint-title"), words.say("close-hint"));
            if let Err(wrong) = said.await {
                warn!("no hint about the closed window: {wrong}");
                return;
            }
            let settings = Settings {
                close_hint_shown: true,
                ..settings
            };
            if let Err(error) = engine.save_settings(settings).await {
                warn!("the hint about the closed window will come again: {error}");
            }
        });
    }

    /// Why the window does not close, once a run.
    pub(crate) fn say_why_minimised(&self) {
        if self.said_why_minimised.swap(true, Ordering::SeqCst) {
            return;
        }
        let (toasts, words) = (self.toasts.clone(), self.words());
        self.program.tasks().spawn(async move {
            let said = toasts.say(words.say("window-minimised-title"), words.say("no-tray"));
            if let Err(wrong) = said.await {
                warn!("no word about the minimised window: {wrong}");
            }
        });
    }
}

/// The route the page asks for when it starts, and whether it has.
#[derive(Debug, Default)]
pub(crate) struct Pages(Mutex<Page>);

#[derive(Debug, Default)]
struct Page {
    listens: bool,
    next: Option<String>,
}

impl Pages {
    /// A window is being built that is to start here.
    pub(crate) fn start_at(&self, route: Option<String>) {
        let mut page = self.lock();
        page.listens = false;
        page.next = route;
    }

    /// The page is there and asks where to start.
    pub(crate) fn started(&self) -> Option<String> {
        let mut page = self.lock();
        page.listens = true;
        page.next.take()
    }

    /// Sends the page to a route. Given back when it listens and is to be told by event.
    pub(crate) fn navigate(&self, route: String) -> Result<(), String> {
        let mut page = self.lock();
        if page.listens {
            return Err(route);
        }
        page.next = Some(route);
        Ok(())
    }

    /// The window is gone.
    pub(crate) fn closed(&self) {
        *self.lock() = Page::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Page> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_waits_for_the_page_to_start() {
        let pages = Pages::default();
        pages.start_at(Some("/inbox".to_owned()));
        assert_eq!(pages.navigate("/watches/1".to_owned()), Ok(()));
        assert_eq!(pages.started().as_deref(), Some("/watches/1"));
        // A reload starts at home.
        assert_eq!(pages.started(), None);
    }

    #[test]
    fn a_page_that_listens_is_told_by_event() {
        let pages = Pages::default();
        pages.start_at(None);
        assert_eq!(pages.started(), None);
        assert_eq!(
            pages.navigate("/inbox".to_owned()),
            Err("/inbox".to_owned())
        );
        pages.closed();
        assert_eq!(pages.navigate("/inbox".to_owned()), Ok(()));
    }
}

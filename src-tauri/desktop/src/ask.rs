//! What a click outside the window asks for: the tray and toasts send it, one
//! task does it.

use std::sync::Arc;

use engine::model::{AlertId, Answer, WatchId};
use tauri::{AppHandle, Runtime};
use tokio::sync::{Mutex, mpsc};
use tracing::warn;

use crate::{
    links::{self, LinkError},
    program::Program,
    window,
};

/// One wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The window, wherever it was.
    Open,
    /// The window at this route.
    OpenAt(String),
    /// Answer an alert.
    Answer(AlertId, Answer),
    /// Open the booking page and say so.
    Book {
        /// Which alert leads there.
        alert: AlertId,
        /// Its watch.
        watch: WatchId,
        /// The page.
        link: String,
    },
    /// Read an alert: its watch in the window.
    Read {
        /// Which.
        alert: AlertId,
        /// Its watch.
        watch: WatchId,
    },
    /// Read alerts of several watches: the page of all watches.
    ReadAll {
        /// Which.
        alerts: Vec<AlertId>,
    },
}

/// Where wishes are sent.
pub(crate) type Asks = mpsc::UnboundedSender<Ask>;

/// The page of a watch.
pub(crate) fn route_of(watch: WatchId) -> String {
    format!("/watches/{watch}")
}

/// What a wish does outside of the engine.
pub(crate) trait Hands: Send + Sync {
    /// Opens the window, at this route or wherever it was.
    fn open_window(&self, route: Option<String>);
    /// Opens a page of the booking site in the browser.
    fn open_page(&self, link: &str) -> Result<(), LinkError>;
}

impl<R: Runtime> Hands for AppHandle<R> {
    fn open_window(&self, route: Option<String>) {
        window::open(self, route);
    }

    fn open_page(&self, link: &str) -> Result<(), LinkError> {
        links::open(self, link)
    }
}

/// Does what is asked for, until no one can ask any more.
pub(crate) async fn fulfil(
    hands: impl Hands,
    program: Arc<Program>,
    asked: Arc<Mutex<mpsc::UnboundedReceiver<Ask>>>,
) {
    let mut asked = asked.lock().await;
    while let Some(ask) = asked.recv().await {
        match ask {
            Ask::Open => hands.open_window(None),
            Ask::OpenAt(route) => hands.open_window(Some(route)),
            Ask::Answer(alert, answered) => answer(&program, alert, answered).await,
            // The practice city has no page to book on.
            Ask::Book { alert, watch, .. } if program.is_demo() => {
                read(&hands, &program, alert, watch).await;
            }
            Ask::Book { alert, link, .. } => {
                // A page that cannot be opened leaves its alert unanswered, in the window.
                match hands.open_page(&link) {
                    Ok(()) => answer(&program, alert, Answer::Acted).await,
                    Err(_) => hands.open_window(Some("/inbox".to_owned())),
                }
            }
            Ask::Read { alert, watch } => read(&hands, &program, alert, watch).await,
            Ask::ReadAll { alerts } => {
                hands.open_window(Some("/".to_owned()));
                for alert in alerts {
                    answer(&program, alert, Answer::Seen).await;
                }
            }
        }
    }
}

async fn read(hands: &impl Hands, program: &Program, alert: AlertId, watch: WatchId) {
    hands.open_window(Some(route_of(watch)));
    answer(program, alert, Answer::Seen).await;
}

async fn answer(program: &Program, alert: AlertId, answer: Answer) {
    if let Err(error) = program.engine().answer(alert, answer).await {
        warn!("alert {alert} could not be answered: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use engine::model::{AlertState, DoctorChoice, Place, WatchDraft};
    use tokio::time;

    use super::*;
    use crate::program::{Mode, tests::lively_program};

    /// What was opened.
    #[derive(Clone, Default)]
    struct Opened(Arc<std::sync::Mutex<Vec<String>>>);

    impl Hands for Opened {
        fn open_window(&self, route: Option<String>) {
            let route = route.unwrap_or_default();
            self.0.lock().unwrap().push(format!("window {route}"));
        }

        fn open_page(&self, link: &str) -> Result<(), LinkError> {
            self.0.lock().unwrap().push(format!("page {link}"));
            Ok(())
        }
    }

    /// Presses «Записаться» on the first alert of a city; what is opened and what becomes of the alert.
    async fn book(mode: Mode) -> (Vec<String>, AlertState, WatchId) {
        let folder = tempfile::tempdir().unwrap();
        let (program, server) = lively_program(folder.path(), mode).await;
        let engine = program.engine();
        let mut places = Vec::new();
        for clinic in engine.clinics(None).await.unwrap().value {
            let Ok(specialties) = engine.specialties(clinic.id.clone()).await else {
                continue;
            };
            places.extend(specialties.value.into_iter().map(|specialty| Place {
                clinic_id: clinic.id.clone(),
                clinic_name: clinic.name.clone(),
                specialty_id: specialty.id,
                specialty_name: specialty.name,
                fer_id: specialty.fer_id,
                doctors: DoctorChoice::Any,
            }));
            if places.len() >= 20 {
                break;
            }
        }
        places.truncate(20);
        let draft = WatchDraft {
            places,
            ..WatchDraft::default()
        };
        engine.add_watch(draft).await.unwrap();
        let mut inbox = Vec::new();
        for _ in 0..200 {
            time::sleep(Duration::from_mins(5)).await;
            inbox = engine.inbox(1).await.unwrap();
            if inbox
                .first()
                .is_some_and(|alert| alert.state == AlertState::Raised)
            {
                break;
            }
        }
        let alert = inbox.pop().expect("something is released");

        let (asks, asked) = mpsc::unbounded_channel();
        let ask = Ask::Book {
            alert: alert.id,
            watch: alert.watch_id,
            link: "https://gorzdrav.spb.ru/x".to_owned(),
        };
        asks.send(ask).unwrap();
        drop(asks);
        let opened = Opened::default();
        fulfil(opened.clone(), program.clone(), Arc::new(Mutex::new(asked))).await;
        let state = engine.alert(alert.id).await.unwrap().state;
        program.stop().await;
        server.stop().await;
        let opened = opened.0.lock().unwrap().clone();
        (opened, state, alert.watch_id)
    }

    #[tokio::test(start_paused = true)]
    async fn booking_opens_the_page_and_is_noted() {
        let (opened, state, _) = book(Mode::Real).await;
        assert_eq!(opened, ["page https://gorzdrav.spb.ru/x"]);
        assert_eq!(state, AlertState::Acted);
    }

    #[tokio::test(start_paused = true)]
    async fn in_the_practice_city_no_page_is_opened_and_the_watch_is_shown() {
        let (opened, state, watch) = book(Mode::Demo).await;
        assert_eq!(opened, [format!("window {}", route_of(watch))]);
        assert_eq!(state, AlertState::Seen);
    }
}

//! What a click outside the window asks for: the tray and toasts send it, one
//! task does it.

use std::sync::Arc;

use engine::model::{AlertId, Answer, WatchId};
use tauri::{AppHandle, Runtime};
use tokio::sync::{Mutex, mpsc};
use tracing::warn;

use crate::{links, program::Program, window};

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
}

/// Where wishes are sent.
pub(crate) type Asks = mpsc::UnboundedSender<Ask>;

/// The page of a watch.
pub(crate) fn route_of(watch: WatchId) -> String {
    format!("/watches/{watch}")
}

/// Does what is asked for, until no one can ask any more.
pub(crate) async fn fulfil<R: Runtime>(
    app: AppHandle<R>,
    program: Arc<Program>,
    asked: Arc<Mutex<mpsc::UnboundedReceiver<Ask>>>,
) {
    let mut asked = asked.lock().await;
    while let Some(ask) = asked.recv().await {
        match ask {
            Ask::Open => window::open(&app, None),
            Ask::OpenAt(route) => window::open(&app, Some(route)),
            Ask::Answer(alert, answered) => answer(&program, alert, answered).await,
            Ask::Book { alert, link } => {
                // A page that cannot be opened leaves its alert unanswered, in the window.
                match links::open(&app, &link) {
                    Ok(()) => answer(&program, alert, Answer::Acted).await,
                    Err(_) => window::open(&app, Some("/inbox".to_owned())),
                }
            }
            Ask::Read { alert, watch } => {
                window::open(&app, Some(route_of(watch)));
                answer(&program, alert, Answer::Seen).await;
            }
        }
    }
}

async fn answer(program: &Program, alert: AlertId, answer: Answer) {
    if let Err(error) = program.engine().answer(alert, answer).await {
        warn!("alert {alert} could not be answered: {error}");
    }
}

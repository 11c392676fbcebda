//! An engine opened for one command, and how its answers are printed.

use std::{path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use engine::{Channel, Config, Engine, EngineError, StartError, StoreError, text::Words};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{args::Common, failure::Failure, output::Printer, stdout::StandardOutput};

/// The folder of the desktop program inside the system's folder for data.
const FOLDER: &str = "ru.talonchik.app";
/// Another short command may hold the data: it is waited for so many times so long.
const IN_USE_TRIES: u32 = 5;
const IN_USE_WAIT: Duration = Duration::from_millis(200);

/// What the engine does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Nothing.
    OnlyAsked,
    /// It delivers to all channels but standard output, and the bot listens.
    Channels,
    /// It looks and delivers.
    Background,
}

/// An engine opened for one command.
pub(crate) struct Session {
    /// The engine.
    pub(crate) engine: Arc<Engine>,
    /// The language spoken.
    pub(crate) words: Words,
    /// Answers are JSON.
    pub(crate) json: bool,
    /// Standard output.
    pub(crate) printer: Arc<Printer>,
    /// Standard output took no more.
    pub(crate) closed: CancellationToken,
    /// When the command began.
    pub(crate) began: DateTime<Utc>,
    /// Where the passphrase of the sealed secrets is.
    pub(crate) passphrase_file: Option<PathBuf>,
    other_service: Option<String>,
}

impl Session {
    /// Opens the data folder and starts the engine on it.
    ///
    /// Alerts raised by any command go to standard output's outbox, so that the next `run` tells them.
    pub(crate) async fn open(
        common: &Common,
        words: Words,
        printer: Arc<Printer>,
        work: Work,
    ) -> Result<Self, Failure> {
        let folder = match &common.data_dir {
            Some(folder) => folder.clone(),
            None => default_folder().ok_or(Failure::NoHome)?,
        };
        let mut config = Config::new(folder.clone());
        if let Some(base) = &common.api_base {
            config.api_base = base.clone();
        }
        config.budget_per_hour = common.budget.map(std::num::NonZeroU32::get);
        config.background = work != Work::OnlyAsked;
        config.looks = work == Work::Background;
        let closed = CancellationToken::new();
        let channel = Arc::new(StandardOutput {
            printer: Arc::clone(&printer),
            words,
            json: common.json,
            clock: config.clock.clone(),
            closed: closed.clone(),
        });
        let own: Vec<Arc<dyn Channel>> = match work {
            Work::OnlyAsked | Work::Background => vec![channel],
            Work::Channels => Vec::new(),
        };
        let began = config.clock.now();
        let mut tries = 0;
        let engine = loop {
            match Engine::start(config.clone(), own.clone()).await {
                Ok(engine) => break engine,
                Err(StartError::Store(StoreError::InUse)) if tries < IN_USE_TRIES => {
                    tries += 1;
                    tokio::time::sleep(IN_USE_WAIT).await;
                }
                Err(error) => return Err(Failure::Start { error, folder }),
            }
        };
        Ok(Self {
            engine,
            words,
            json: common.json,
            printer,
            closed,
            began,
            passphrase_file: common.passphrase_file.clone(),
            other_service: (!common.asks_real_service()).then(|| {
                common
                    .api_base
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default()
            }),
        })
    }

    /// Prints one JSON document, or the text for people.
    pub(crate) async fn answer(
        &self,
        document: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let answer = if self.json {
            document().to_string()
        } else {
            text()
        };
        self.printer.print(&answer).await.map_err(Failure::Output)
    }

    /// A failure of the engine.
    pub(crate) fn failed(&self, error: EngineError) -> Failure {
        Failure::Engine {
            error,
            other_service: self.other_service.clone(),
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.engine.config().clock.now()
    }

    /// «Данные на 08:42 (5 минут назад).»
    pub(crate) fn as_of(&self, at: DateTime<Utc>) -> String {
        let age = (self.now() - at).to_std().unwrap_or_default();
        self.words.say_with(
            "cli-as-of",
            &[
                ("when", self.words.moment(at, self.now()).into()),
                ("age", self.words.duration(age).into()),
            ],
        )
    }

    /// A sentence about something besides the answer, to standard error.
    pub(crate) fn note(sentence: &str) {
        use std::io::Write;
        // Nobody can be told that standard error is closed.
        let _ = writeln!(std::io::stderr(), "{}", crate::output::one_line(sentence));
    }
}

/// Where the desktop program keeps its data.
fn default_folder() -> Option<PathBuf> {
    dirs::data_local_dir().map(|folder| folder.join(FOLDER))
}

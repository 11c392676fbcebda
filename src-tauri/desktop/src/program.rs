//! The engine that works now: the real city's, or the practice city's.
//!
//! Both live in one process with a folder of data each; only one works at a
//! time. Everything else here asks for the current one and hears the events of
//! whichever it is.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use engine::{
    Channel, Config, Engine, EngineError, StartError, StoreError,
    clock::Clock,
    model::{Event, Language, MailSettings, PushSettings, Settings},
    secrets::Secrets,
};
use simulator::{City, Server};
use tokio::{
    sync::{Mutex, broadcast, watch},
    time,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use url::Url;

use crate::tasks::Tasks;

/// Events that a slow listener may be behind.
const EVENTS: usize = 256;

/// How long a stop of an engine may take; what it writes is written by then.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How often a folder in use is tried again, and after how long.
const RETRIES: u32 = 5;
const RETRY: Duration = Duration::from_millis(400);

/// The practice city is always this one.
const CITY: u64 = 20;

/// Which city is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The real service, or the one given on the command line.
    Real,
    /// «Учебный город».
    Demo,
}

/// With what the engines are started.
pub(crate) struct Setup {
    /// Data of the real city.
    pub data_dir: PathBuf,
    /// Data of the practice city.
    pub demo_dir: PathBuf,
    /// The service of the real city.
    pub api_base: Url,
    /// `None`: settings decide.
    pub budget_per_hour: Option<u32>,
    /// Of both.
    pub clock: Clock,
    /// Of jitter.
    pub seed: u64,
    /// Spoken until someone sets anything.
    pub language: Language,
    /// Of the real city; `None`: where the system keeps them.
    pub secrets: Option<Secrets>,
    /// The ways to tell an alert of this city.
    pub channels: Box<dyn Fn(Mode) -> Vec<Arc<dyn Channel>> + Send + Sync>,
}

/// Why a city could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveError {
    /// The practice city's service did not start.
    #[error("the practice city did not start")]
    City(#[source] std::io::Error),
    /// Its address is none; a fault of ours.
    #[error("the practice city has no address")]
    Address(#[from] url::ParseError),
    /// The engine there did not start.
    #[error("the engine did not start")]
    Start(#[from] StartError),
    /// The engine there does not work.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Files of the practice city could not be removed.
    #[error("the practice city's data could not be removed")]
    Files(#[source] std::io::Error),
}

/// The engine that works now, and how to change it.
pub(crate) struct Program {
    setup: Setup,
    current: RwLock<Arc<Engine>>,
    /// Held while cities change, so that two changes do not mix.
    turn: Mutex<Turn>,
    events: broadcast::Sender<Event>,
    settings: watch::Sender<Option<Settings>>,
    tasks: Tasks,
}

struct Turn {
    mode: Mode,
    server: Option<Server>,
    /// Ends the passing on of the current engine's events.
    passing: CancellationToken,
}

impl Program {
    /// Starts the engine of this city; nothing of the other one is touched.
    pub(crate) async fn start(
        setup: Setup,
        mode: Mode,
        settings: watch::Sender<Option<Settings>>,
        tasks: Tasks,
    ) -> Result<Arc<Self>, MoveError> {
        let (engine, server) = setup.open(mode).await?;
        let program = Arc::new(Self {
            setup,
            current: RwLock::new(engine.clone()),
            turn: Mutex::new(Turn {
                mode,
                server,
                passing: CancellationToken::new(),
            }),
            events: broadcast::channel(EVENTS).0,
            settings,
            tasks,
        });
        read_settings(&engine, &program.settings).await;
        let passing = program.pass_on(&engine);
        program.turn.lock().await.passing = passing;
        Ok(program)
    }

    /// The engine that works now. Ask again for each operation: it may change.
    pub(crate) fn engine(&self) -> Arc<Engine> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Is it the practice city that is looked at?
    pub(crate) fn is_demo(&self) -> bool {
        self.engine().config().demo
    }

    /// What changes, in whichever city is current.
    pub(crate) fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The current settings; `None` only until the first engine has told them.
    pub(crate) fn settings(&self) -> watch::Receiver<Option<Settings>> {
        self.settings.subscribe()
    }

    /// The time.
    pub(crate) fn clock(&self) -> &Clock {
        &self.setup.clock
    }

    /// The program's tasks.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Changes to the practice city. The real one is not looked at meanwhile.
    pub(crate) async fn enter_demo(&self) -> Result<(), MoveError> {
        let mut turn = self.turn.lock().await;
        if turn.mode == Mode::Demo {
            return Ok(());
        }
        let (engine, server) = self.setup.open(Mode::Demo).await?;
        // It looks and speaks as the person has set it in the real one.
        // Nothing of it is told elsewhere.
        let settings = self.engine().settings().await.map(|settings| Settings {
            telegram: false,
            mail: MailSettings::default(),
            push: PushSettings::default(),
            ..settings
        });
        if let Ok(settings) = settings
            && let Err(error) = engine.save_settings(settings).await
        {
            warn!("the practice city keeps its own settings: {error}");
        }
        self.change_to(&mut turn, engine, Mode::Demo).await;
        turn.server = server;
        info!("the practice city is open");
        Ok(())
    }

    /// Back to the real city.
    pub(crate) async fn leave_demo(&self) -> Result<(), MoveError> {
        let mut turn = self.turn.lock().await;
        self.leave(&mut turn).await
    }

    /// Deletes everything both cities have kept and starts in the real one as on the first day.
    pub(crate) async fn erase(&self) -> Result<(), MoveError> {
        let mut turn = self.turn.lock().await;
        let demo = (turn.mode == Mode::Demo).then(|| self.engine());
        self.leave(&mut turn).await?;
        // Whoever still holds it writes nothing into the folder that goes.
        if let Some(demo) = demo
            && let Err(error) = demo.erase().await
        {
            warn!("the practice city was not emptied before its folder goes: {error}");
        }
        let erased = self.engine().erase().await;
        if let Err(error) = &erased {
            warn!("the data was not deleted: {error}");
        }
        // The engine has stopped, whether or not the database could be emptied.
        let (engine, _) = self.setup.open(Mode::Real).await?;
        self.change_to(&mut turn, engine, Mode::Real).await;
        erased?;
        self.setup.remove_demo().await?;
        info!("all data was deleted");
        Ok(())
    }

    async fn leave(&self, turn: &mut Turn) -> Result<(), MoveError> {
        if turn.mode == Mode::Real {
            return Ok(());
        }
        let (engine, _) = self.setup.open(Mode::Real).await?;
        self.change_to(turn, engine, Mode::Real).await;
        if let Some(server) = turn.server.take() {
            server.stop().await;
        }
        info!("the practice city is closed");
        Ok(())
    }

    /// Stops everything and waits for it.
    pub(crate) async fn stop(&self) {
        let mut turn = self.turn.lock().await;
        turn.passing.cancel();
        stop(&self.engine()).await;
        if let Some(server) = turn.server.take() {
            server.stop().await;
        }
        self.tasks.stop(STOP_LIMIT).await;
    }

    async fn change_to(&self, turn: &mut Turn, engine: Arc<Engine>, mode: Mode) {
        turn.passing.cancel();
        let before = std::mem::replace(
            &mut *self.current.write().unwrap_or_else(PoisonError::into_inner),
            engine.clone(),
        );
        turn.mode = mode;
        read_settings(&engine, &self.settings).await;
        turn.passing = self.pass_on(&engine);
        self.everything_changed();
        stop(&before).await;
    }

    /// Passes the engine's events on until the returned token is cancelled.
    fn pass_on(&self, engine: &Arc<Engine>) -> CancellationToken {
        let passing = CancellationToken::new();
        let ended = passing.clone();
        let mut source = engine.events();
        let (engine, events, settings) =
            (engine.clone(), self.events.clone(), self.settings.clone());
        self.tasks.spawn(async move {
            loop {
                let heard = tokio::select! {
                    () = ended.cancelled() => return,
                    heard = source.recv() => heard,
                };
                match heard {
                    Ok(event) => {
                        if event == Event::SettingsChanged {
                            read_settings(&engine, &settings).await;
                        }
                        // No one listens yet, or no longer.
                        let _ = events.send(event);
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        read_settings(&engine, &settings).await;
                        send_everything(&events);
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        passing
    }

    fn everything_changed(&self) {
        send_everything(&self.events);
    }
}

/// The engine is another one, or its events were missed: all of it is to be asked again.
fn send_everything(events: &broadcast::Sender<Event>) {
    for event in [
        Event::SettingsChanged,
        Event::StatusChanged,
        Event::CatalogueChanged,
        Event::WatchesChanged,
    ] {
        let _ = events.send(event);
    }
}

impl Setup {
    /// The engine of a city, and the city itself if it is the practice one.
    async fn open(&self, mode: Mode) -> Result<(Arc<Engine>, Option<Server>), MoveError> {
        let server = match mode {
            Mode::Real => None,
            Mode::Demo => {
                let city = City::new(simulator::Config {
                    seed: CITY,
                    ..simulator::Config::lively(self.clock.now())
                });
                Some(Server::start(city, 0).await.map_err(MoveError::City)?)
            }
        };
        let base = match &server {
            None => self.api_base.clone(),
            Some(server) => Url::parse(&server.base_url())?,
        };
        match self.start(mode, base).await {
            Ok(engine) => {
                self.speak(&engine).await;
                Ok((engine, server))
            }
            Err(error) => {
                if let Some(server) = server {
                    server.stop().await;
                }
                Err(error.into())
            }
        }
    }

    /// Removes the practice city's folder, which an operation under way may hold for a moment.
    async fn remove_demo(&self) -> Result<(), MoveError> {
        let mut tries = RETRIES;
        loop {
            match tokio::fs::remove_dir_all(&self.demo_dir).await {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(error) if tries == 0 => return Err(MoveError::Files(error)),
                Err(_) => {
                    tries -= 1;
                    time::sleep(RETRY).await;
                }
            }
        }
    }

    /// The first start speaks as the system does.
    async fn speak(&self, engine: &Engine) {
        let first = async {
            if !engine.has_settings().await? {
                let settings = Settings {
                    language: self.language,
                    ..Settings::default()
                };
                engine.save_settings(settings).await?;
            }
            Ok::<(), EngineError>(())
        };
        if let Err(error) = first.await {
            warn!("the system's language could not be kept: {error}");
        }
    }

    async fn start(&self, mode: Mode, api_base: Url) -> Result<Arc<Engine>, StartError> {
        let data_dir = match mode {
            Mode::Real => self.data_dir.clone(),
            Mode::Demo => self.demo_dir.clone(),
        };
        let config = Config {
            api_base,
            budget_per_hour: match mode {
                Mode::Real => self.budget_per_hour,
                Mode::Demo => None,
            },
            clock: self.clock.clone(),
            demo: mode == Mode::Demo,
            seed: self.seed,
            secrets: match mode {
                Mode::Real => self.secrets.clone(),
                Mode::Demo => None,
            },
            ..Config::new(data_dir)
        };
        // An operation that is still under way may hold the folder from an earlier stay.
        let mut tries = RETRIES;
        loop {
            match Engine::start(config.clone(), (self.channels)(mode)).await {
                Err(StartError::Store(StoreError::InUse)) if tries > 0 => {
                    tries -= 1;
                    time::sleep(RETRY).await;
                }
                started => return started,
            }
        }
    }
}

async fn read_settings(engine: &Engine, settings: &watch::Sender<Option<Settings>>) {
    let read = match engine.settings().await {
        Ok(read) => read,
        Err(error) => {
            warn!("settings stay as they were: {error}");
            return;
        }
    };
    settings.send_if_modified(|known| {
        let read = Some(read);
        let changed = *known != read;
        *known = read;
        changed
    });
}

async fn stop(engine: &Engine) {
    if time::timeout(STOP_LIMIT, engine.stop()).await.is_err() {
        error!("the engine did not stop in {} s", STOP_LIMIT.as_secs());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use tokio::runtime::Handle;

    use super::*;

    /// Everything on a folder of its own, and a service which is not there.
    fn setup(folder: &std::path::Path) -> Setup {
        Setup {
            data_dir: folder.join("real"),
            demo_dir: folder.join("demo"),
            api_base: Url::parse("http://127.0.0.1:9/_api/api/v2").unwrap(),
            budget_per_hour: None,
            clock: Clock::system(),
            seed: 1,
            language: Language::En,
            secrets: Some(Secrets::in_memory()),
            channels: Box::new(|_| Vec::new()),
        }
    }

    /// A program on a folder of its own that asks a service which is not there.
    pub(crate) async fn program(folder: &std::path::Path) -> Arc<Program> {
        start(setup(folder), watch::Sender::new(None)).await
    }

    /// A program in virtual time; both its cities are lively.
    pub(crate) async fn lively_program(
        folder: &std::path::Path,
        mode: Mode,
    ) -> (Arc<Program>, Server) {
        let start = simulator::Config::default().start;
        let city = City::new(simulator::Config::lively(start));
        let server = Server::start(city.clone(), 0).await.unwrap();
        let setup = Setup {
            api_base: server.base_url().parse().unwrap(),
            clock: Clock::test(city.now()),
            ..setup(folder)
        };
        let tasks = Tasks::new(Handle::current());
        let program = Program::start(setup, mode, watch::Sender::new(None), tasks).await;
        (program.unwrap(), server)
    }

    async fn start(setup: Setup, settings: watch::Sender<Option<Settings>>) -> Arc<Program> {
        let tasks = Tasks::new(Handle::current());
        Program::start(setup, Mode::Real, settings, tasks)
            .await
            .unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_practice_city_has_its_own_data_and_the_persons_settings() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path()).await;
        let settings = Settings {
            language: Language::Ru,
            ..Settings::default()
        };
        program.engine().save_settings(settings).await.unwrap();

        program.enter_demo().await.unwrap();
        assert!(program.engine().status().await.unwrap().demo);
        let there = program.engine().settings().await.unwrap();
        assert_eq!(there.language, Language::Ru);
        assert!(folder.path().join("demo").is_dir());
        // A second wish for the same changes nothing.
        program.enter_demo().await.unwrap();

        program.leave_demo().await.unwrap();
        assert!(!program.engine().status().await.unwrap().demo);
        program.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_first_start_speaks_as_the_system_does() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path()).await;
        let settings = program.engine().settings().await.unwrap();
        assert_eq!(settings.language, Language::En);
        program.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn all_data_of_both_cities_is_deleted_and_the_program_starts_anew() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path()).await;
        let welcomed = Settings {
            welcomed: true,
            language: Language::Ru,
            ..Settings::default()
        };
        program.engine().save_settings(welcomed).await.unwrap();
        program.enter_demo().await.unwrap();
        // Somebody still asks the engine of a moment ago.
        let old = program.engine();

        program.erase().await.unwrap();
        assert!(!folder.path().join("demo").exists());
        assert!(!program.engine().status().await.unwrap().demo);
        let settings = program.engine().settings().await.unwrap();
        assert!(!settings.welcomed);
        assert_eq!(settings.language, Language::En);
        assert_eq!(program.settings().borrow().as_ref(), Some(&settings));
        // It can do no harm, and need not have been let go of.
        old.save_form("find", Some("мама".to_owned()))
            .await
            .unwrap_err();
        assert!(!folder.path().join("demo").exists());
        // And once more, from the real city.
        program.erase().await.unwrap();
        assert!(program.engine().watches().await.unwrap().is_empty());
        program.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_of_cities_is_told_to_listeners() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path()).await;
        let mut events = program.events();
        program.enter_demo().await.unwrap();
        let heard = async { while events.recv().await.unwrap() != Event::WatchesChanged {} };
        time::timeout(Duration::from_secs(5), heard).await.unwrap();
        program.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn changed_settings_are_known_without_asking() {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path()).await;
        let mut settings = program.settings();
        let wanted = Settings {
            hide_details: true,
            ..program.engine().settings().await.unwrap()
        };
        program.engine().save_settings(wanted).await.unwrap();
        let known =
            settings.wait_for(|known| known.as_ref().is_some_and(|settings| settings.hide_details));
        time::timeout(Duration::from_secs(5), known)
            .await
            .unwrap()
            .unwrap();
        program.stop().await;
    }
}

//! The engine, the simulated city and a channel that remembers, on one paused clock.

pub mod crowd;
pub mod suite;
#[path = "../worlds/mod.rs"]
pub mod worlds;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    Channel, Config, Engine, Message, Rung, StartError, Taken, TellError,
    clock::Clock,
    model::{
        Alert, ClinicId, DoctorChoice, DoctorId, DoctorRef, MessageKind, News, Place, SpecialtyId,
        Untold, Watch, WatchDraft, WatchId, WatchView,
    },
    secrets::Secrets,
};
use simulator::{City, Server, World};
use tempfile::TempDir;

/// Everything a story needs. The city and the engine's clock start at 9:00 on a Monday in Moscow.
pub struct TestApp {
    /// The city; scripted by the story.
    pub city: Arc<City>,
    /// The engine's clock.
    pub clock: Clock,
    /// The engine; replaced by [`TestApp::restart`].
    pub engine: Arc<Engine>,
    /// What was told.
    pub told: Arc<Recorder>,
    /// Channels besides.
    pub more: Vec<Arc<dyn Channel>>,
    /// How the engine is run.
    pub config: Config,
    server: Option<Server>,
    folder: TempDir,
}

/// A channel that remembers what it was told.
#[derive(Debug, Default)]
pub struct Recorder {
    messages: Mutex<Vec<(DateTime<Utc>, Message)>>,
    withdrawn: Mutex<Vec<Alert>>,
    news: Mutex<Vec<News>>,
    clock: Mutex<Option<Clock>>,
    rung: Mutex<Option<Rung>>,
    /// Refuse everything for now.
    pub refusing: AtomicBool,
    /// Put everything off for eight hours, as quiet hours do.
    pub holding: AtomicBool,
    /// Take messages and answers, but never come back.
    pub hanging: AtomicBool,
}

impl Recorder {
    /// It stands elsewhere on the ladder than a program does.
    pub fn stand_on(&self, rung: Rung) {
        *locked(&self.rung) = Some(rung);
    }

    /// Everything told so far.
    pub fn messages(&self) -> Vec<Message> {
        locked(&self.messages)
            .iter()
            .map(|(_, message)| message.clone())
            .collect()
    }

    /// When each message was told.
    pub fn times(&self) -> Vec<DateTime<Utc>> {
        locked(&self.messages).iter().map(|(at, _)| *at).collect()
    }

    /// How many messages of this kind were told.
    pub fn count(&self, kind: MessageKind) -> usize {
        self.messages()
            .iter()
            .filter(|message| message.kind == kind)
            .count()
    }

    /// News of the program itself.
    pub fn news(&self) -> Vec<News> {
        locked(&self.news).clone()
    }

    /// The alerts that were taken back.
    pub fn withdrawn(&self) -> Vec<Alert> {
        locked(&self.withdrawn).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait::async_trait]
impl Channel for Recorder {
    fn name(&self) -> &'static str {
        "test"
    }

    fn rung(&self) -> Rung {
        locked(&self.rung).unwrap_or(Rung::Machine)
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        if self.refusing.load(Ordering::SeqCst) {
            return Err(TellError::Later {
                after: None,
                why: Untold::Refused,
            });
        }
        if self.holding.load(Ordering::SeqCst) {
            return Err(TellError::Later {
                after: Some(hours(8)),
                why: Untold::Quiet,
            });
        }
        let now = locked(&self.clock)
            .as_ref()
            .map_or(DateTime::UNIX_EPOCH, Clock::now);
        locked(&self.messages).push((now, message.clone()));
        if self.hanging.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        Ok(Taken::default())
    }

    async fn announce(&self, news: &News, _silent: bool) -> Result<(), TellError> {
        locked(&self.news).push(news.clone());
        Ok(())
    }

    async fn withdraw(&self, alert: &Alert) {
        locked(&self.withdrawn).push(alert.clone());
        if self.hanging.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}

impl TestApp {
    /// A quiet city and an engine with the usual budget.
    pub async fn start() -> Self {
        Self::start_with(simulator::Config::default(), None).await
    }

    /// Another city or budget.
    pub async fn start_with(city: simulator::Config, budget_per_hour: Option<u32>) -> Self {
        Self::start_telling(city, budget_per_hour, Vec::new()).await
    }

    /// A quiet city, and these channels besides the one that remembers.
    pub async fn telling(more: Vec<Arc<dyn Channel>>) -> Self {
        Self::start_telling(simulator::Config::default(), None, more).await
    }

    async fn start_telling(
        city: simulator::Config,
        budget_per_hour: Option<u32>,
        more: Vec<Arc<dyn Channel>>,
    ) -> Self {
        let city = City::new(city);
        let server = Server::start(city.clone(), 0)
            .await
            .expect("a loopback port is free");
        let clock = Clock::test(city.now());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config {
            api_base: server
                .base_url()
                .parse()
                .expect("the server's address is a URL"),
            budget_per_hour,
            clock: clock.clone(),
            seed: 7,
            secrets: Some(Secrets::in_memory()),
            ..Config::new(folder.path().join("data"))
        };
        let told = Arc::new(Recorder::default());
        *locked(&told.clock) = Some(clock.clone());
        let engine = Self::engine_telling(&config, &told, &more)
            .await
            .expect("the engine starts");
        Self {
            city,
            clock,
            engine,
            told,
            more,
            config,
            server: Some(server),
            folder,
        }
    }

    /// A city of this world.
    pub async fn in_world(world: World) -> Self {
        let start = simulator::Config::default().start;
        Self::start_with(simulator::Config::new(world, start), None).await
    }

    /// One more engine on the same folder.
    pub async fn engine(config: &Config, told: &Arc<Recorder>) -> Result<Arc<Engine>, StartError> {
        Self::engine_telling(config, told, &[]).await
    }

    async fn engine_telling(
        config: &Config,
        told: &Arc<Recorder>,
        more: &[Arc<dyn Channel>],
    ) -> Result<Arc<Engine>, StartError> {
        let mut channels = vec![Arc::clone(told) as Arc<dyn Channel>];
        channels.extend(more.iter().cloned());
        Engine::start(config.clone(), channels).await
    }

    /// Stops the engine properly and starts it again.
    pub async fn restart(self) -> Self {
        self.engine.stop().await;
        self.revive().await
    }

    /// Drops the engine where it stands, as a crash would, and starts it again.
    pub async fn crash(self) -> Self {
        self.revive().await
    }

    async fn revive(self) -> Self {
        let Self {
            city,
            clock,
            engine,
            told,
            more,
            config,
            server,
            folder,
        } = self;
        drop(engine);
        // Writes under way are finished by the blocking threads and let go of the lock.
        let mut engine = Self::engine_telling(&config, &told, &more).await;
        for _ in 0..200 {
            if engine.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            engine = Self::engine_telling(&config, &told, &more).await;
        }
        let engine = engine.expect("the folder is free again");
        Self {
            city,
            clock,
            engine,
            told,
            more,
            config,
            server,
            folder,
        }
    }

    /// The network lets go: connections are refused from now on.
    pub async fn unplug(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// The service is back where it was.
    pub async fn plug_in(&mut self) {
        let port = self.config.api_base.port().expect("the address has a port");
        self.server = Some(
            Server::start(self.city.clone(), port)
                .await
                .expect("the port is free"),
        );
    }

    /// Lets time pass.
    pub async fn run_for(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Puts a watch on any doctor of this specialty.
    pub async fn watch_any(&self, place: &simulator::Place) -> Watch {
        self.watch(vec![any(place)]).await
    }

    /// Puts a watch on this doctor alone.
    pub async fn watch_doctor(&self, place: &simulator::Place) -> Watch {
        self.watch(vec![only(place)]).await
    }

    /// Puts a watch on these places.
    pub async fn watch(&self, places: Vec<Place>) -> Watch {
        let draft = WatchDraft {
            places,
            ..WatchDraft::default()
        };
        self.engine
            .add_watch(draft)
            .await
            .expect("the draft is good")
    }

    /// A watch as the window shows it.
    pub async fn view(&self, id: WatchId) -> WatchView {
        self.engine.watch(id).await.expect("the watch is there")
    }

    /// The inbox, oldest first.
    pub async fn inbox(&self) -> Vec<Alert> {
        let mut alerts = self
            .engine
            .inbox(1000)
            .await
            .expect("the inbox can be read");
        alerts.reverse();
        alerts
    }

    /// Appearances told so far.
    pub fn appeared(&self) -> usize {
        self.told.count(MessageKind::Appeared)
    }

    /// A slot this far from now, on a whole minute.
    pub fn in_days(&self, days: i64, minutes: i64) -> DateTime<Utc> {
        let start = simulator::Config::default().start;
        start + TimeDelta::days(days) + TimeDelta::minutes(minutes)
    }

    /// How often the path was asked that was asked most often.
    pub fn asked_most_often(&self) -> usize {
        let mut times: HashMap<String, usize> = HashMap::new();
        for request in self.city.requests() {
            *times.entry(request.path).or_default() += 1;
        }
        times.into_values().max().unwrap_or_default()
    }

    /// Requests the city has received whose path holds this.
    pub fn asked(&self, part: &str) -> usize {
        self.city
            .requests()
            .iter()
            .filter(|request| request.path.contains(part))
            .count()
    }
}

/// Any doctor of a specialty.
pub fn any(place: &simulator::Place) -> Place {
    Place {
        clinic_id: ClinicId(place.clinic.clone()),
        clinic_name: "Поликлиника".to_owned(),
        specialty_id: SpecialtyId(place.specialty.clone()),
        specialty_name: "Офтальмолог".to_owned(),
        fer_id: None,
        doctors: DoctorChoice::Any,
    }
}

/// One doctor.
pub fn only(place: &simulator::Place) -> Place {
    let doctor = DoctorRef {
        id: DoctorId(place.doctor.clone()),
        name: "Иванова Анна Петровна".to_owned(),
    };
    Place {
        doctors: DoctorChoice::Only {
            doctors: vec![doctor],
        },
        ..any(place)
    }
}

/// That many minutes.
pub fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// That many seconds.
pub fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// That many hours.
pub fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

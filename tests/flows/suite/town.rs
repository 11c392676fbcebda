//! A city, an engine and two channels that remember, which can be unplugged, put to sleep and started
//! anew.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use engine::{
    Channel, Config, Engine, Message, Rung, Taken, TellError,
    clock::Clock,
    gorzdrav::{ApiError, OfflineCause, SiteFault, Transport},
    model::{Event, Key, MessageKind, WatchDraft, WatchId},
    secrets::Secrets,
};
use simulator::{City, Server, machine_time};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;

/// Watches that fit into one file.
const FILE: usize = 10_000;

/// Everything a scenario needs.
pub(super) struct Town {
    /// The city.
    pub(super) city: Arc<City>,
    /// The engine.
    pub(super) engine: Arc<Engine>,
    /// The channels: one read by a program, one far away.
    pub(super) ears: [Arc<Ear>; 2],
    /// How the engine is run.
    pub(super) config: Config,
    plug: Arc<Plug>,
    server: Server,
    folder: TempDir,
}

/// The network, which can be unplugged.
#[derive(Debug)]
struct Plug {
    http: reqwest::Client,
    out: AtomicBool,
}

#[async_trait::async_trait]
impl Transport for Plug {
    async fn get(&self, url: reqwest::Url) -> Result<reqwest::Response, ApiError> {
        if self.out.load(Ordering::SeqCst) {
            return Err(ApiError::Offline {
                cause: OfflineCause::Route,
                source: io::Error::from(io::ErrorKind::NetworkUnreachable).into(),
            });
        }
        let sent = self.http.get(url).send().await;
        sent.map_err(|error| ApiError::SiteDown {
            fault: SiteFault::Timeout,
            source: Some(error.into()),
        })
    }
}

/// A channel that keeps what it was told in few bytes.
#[derive(Debug)]
pub(super) struct Ear {
    name: &'static str,
    rung: Rung,
    heard: Mutex<Heard>,
}

/// What a channel was told since it was last asked.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// How often each watch was told of each slot.
    pub(super) slots: HashMap<(WatchId, u64), u32>,
    /// The watches that messages were about, in order.
    pub(super) watches: Vec<WatchId>,
    /// Messages marked as a repeat.
    pub(super) repeats: usize,
}

impl Heard {
    /// Forgets all of it; the room stays.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.watches.clear();
        self.repeats = 0;
    }
}

/// What stands for a slot.
pub(super) fn slot_of(clinic: &str, doctor: &str, start: DateTime<Utc>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (clinic, doctor, start.timestamp_millis()).hash(&mut hasher);
    hasher.finish()
}

impl Ear {
    fn new(name: &'static str, rung: Rung) -> Arc<Self> {
        Arc::new(Self {
            name,
            rung,
            heard: Mutex::default(),
        })
    }

    /// What it was told, to be cleared.
    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom it was told of since it was asked last, once for each message.
    pub(super) fn watches(&self) -> Vec<WatchId> {
        std::mem::take(&mut self.heard().watches)
    }
}

#[async_trait::async_trait]
impl Channel for Ear {
    fn name(&self) -> &str {
        self.name
    }

    fn rung(&self) -> Rung {
        self.rung
    }

    async fn tell(&self, message: &Message) -> Result<Taken, TellError> {
        let mut heard = self.heard();
        heard.repeats += usize::from(message.repeat);
        if message.kind == MessageKind::Appeared {
            let (watch, clinic) = (message.alert.watch_id, message.alert.clinic_id.as_str());
            heard.watches.push(watch);
            for slot in &message.fresh {
                let slot = slot_of(clinic, slot.doctor_id.as_str(), slot.start);
                *heard.slots.entry((watch, slot)).or_default() += 1;
            }
        }
        Ok(Taken::default())
    }
}

impl Town {
    /// A city of this kind, and an engine that may ask so often. Call under paused time.
    pub(super) async fn found(
        city: simulator::Config,
        budget_per_hour: u32,
    ) -> anyhow::Result<Self> {
        let city = City::new(city);
        let server = Server::start(city.clone(), 0).await?;
        let folder = tempfile::tempdir()?;
        let config = Config {
            api_base: server.base_url().parse()?,
            budget_per_hour: Some(budget_per_hour),
            clock: Clock::test(city.now()),
            seed: 7,
            secrets: Some(Secrets::in_memory()),
            ..Config::new(folder.path().join("data"))
        };
        let plug = Arc::new(Plug {
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(30))
                .build()?,
            out: AtomicBool::new(false),
        });
        let config = Config {
            transport: Some(Arc::clone(&plug) as Arc<dyn Transport>),
            ..config
        };
        let ears = [
            Ear::new("program", Rung::Machine),
            Ear::new("afar", Rung::Afar),
        ];
        let engine = start(&config, &ears).await?;
        Ok(Self {
            city,
            engine,
            ears,
            config,
            plug,
            server,
            folder,
        })
    }

    /// Adds watches from files.
    pub(super) async fn import(&self, drafts: &[WatchDraft]) -> anyhow::Result<()> {
        for part in drafts.chunks(FILE) {
            self.engine.import(&file(part)?).await?;
        }
        Ok(())
    }

    /// Stops the engine and starts it again; gives how long the start took by the machine's clock.
    pub(super) async fn restart(self) -> anyhow::Result<(Self, Duration)> {
        let Self {
            city,
            engine,
            ears,
            config,
            plug,
            server,
            folder,
        } = self;
        engine.stop().await;
        drop(engine);
        let began = machine_time();
        let engine = start(&config, &ears).await?;
        let took = machine_time().saturating_sub(began);
        let town = Self {
            city,
            engine,
            ears,
            config,
            plug,
            server,
            folder,
        };
        Ok((town, took))
    }

    /// The computer sleeps: time goes on, nothing else does.
    pub(super) async fn sleep(&self, time: Duration) {
        tokio::time::advance(time).await;
    }

    /// Lets time pass.
    pub(super) async fn run_for(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Ends everything.
    pub(super) async fn stop(self) {
        self.engine.stop().await;
        self.server.stop().await;
    }

    /// The network is gone from now on.
    pub(super) fn unplug(&self) {
        self.plug.out.store(true, Ordering::SeqCst);
    }

    /// It is back.
    pub(super) fn plug_in(&self) {
        self.plug.out.store(false, Ordering::SeqCst);
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.path().join("data").join("talonchik.db")
    }

    /// How much the database holds with what lies beside it, bytes; without the copies in folders of their own.
    pub(super) fn database_size(&self) -> u64 {
        let files = std::fs::read_dir(self.folder.path().join("data"));
        let sizes = files.into_iter().flatten().flatten();
        sizes
            .filter_map(|file| Some(file.metadata().ok()?.len()))
            .sum()
    }
}

async fn start(config: &Config, ears: &[Arc<Ear>]) -> anyhow::Result<Arc<Engine>> {
    let own = ears.iter().map(|ear| Arc::clone(ear) as Arc<dyn Channel>);
    Ok(Engine::start(config.clone(), own.collect()).await?)
}

/// A file with these watches, all of them on.
fn file(drafts: &[WatchDraft]) -> anyhow::Result<String> {
    let watches = drafts.iter().map(|draft| {
        let mut watch = serde_json::to_value(draft)?;
        watch["activity"] = serde_json::json!({"kind": "on"});
        Ok(watch)
    });
    let watches: Vec<_> = watches.collect::<serde_json::Result<_>>()?;
    Ok(serde_json::json!({"talonchik": 1, "watches": watches}).to_string())
}

/// Good looks at doctors, with the machine's time at which each was in the database for good.
pub(super) type Commits = Arc<Mutex<Vec<(String, Duration)>>>;

/// Notes commits until dropped: by the path that was asked.
pub(super) async fn note_commits(engine: Arc<Engine>, commits: Commits) {
    let mut events = engine.events();
    drop(engine);
    loop {
        match events.recv().await {
            Ok(Event::Looked { look }) => {
                let Key::Doctor {
                    clinic_id,
                    doctor_id,
                } = look.key
                else {
                    continue;
                };
                let path = format!("/schedule/lpu/{clinic_id}/doctor/{doctor_id}/appointments");
                let mut commits = commits.lock().unwrap_or_else(PoisonError::into_inner);
                commits.push((path, machine_time()));
            }
            Ok(_) | Err(RecvError::Lagged(_)) => (),
            Err(RecvError::Closed) => return,
        }
    }
}

//! The engine: starts complete, owns its tasks, is stopped and waited for.
//!
//! Here is its life; its operations are in the files beside, a noun each.

mod alerting;
mod channels;
mod choosing;
mod data;
mod ledger;
mod minutes;
mod program;
mod storage;
mod watching;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    sync::{Notify, broadcast},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    blocking,
    board::Board,
    catalog::Catalog,
    clock::Clock,
    clocks::Clocks,
    deadman::{self, DeadMan},
    delivery::{Channel, Channels, Health, Worker},
    error::{EngineError, Problem, StartError},
    failpoints::step,
    gorzdrav::{Client, DEFAULT_BASE, Transport},
    model::{Clinic, Event, Pause, Settings, Watch},
    pace::{Pace, REAL_CEILING_PER_HOUR},
    poller::{self, Poller},
    schedule::Learned,
    secrets::Secrets,
    store::{ARRIVALS_KEPT, Arrival, Listing, SettingName, Store, StoreError, Watched},
    tally::Tally,
    telegram::Telegram,
    trust::Trust,
    watches,
};

use channels::AtHand;
use storage::Storage;

type Result<T, E = EngineError> = std::result::Result<T, E>;

/// Events a slow listener may fall behind by before it is told that it missed some.
const EVENTS_KEPT: usize = 1024;
/// The smallest budget that can be set, requests per hour.
const LEAST_BUDGET: u32 = 30;
/// A refresh of the catalogue that failed is tried again after this.
const CATALOGUE_RETRY: Duration = Duration::from_mins(15);
/// A task that has run for so long before it died is well: it is back at once.
const CALM: Duration = Duration::from_mins(10);
/// The longest rest of a task that dies again and again, as a power of two of seconds.
const LONGEST_REST: u32 = 6;
/// The computer's clock may differ from the service's by this much.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(2);

/// How to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Holds the database and its lock; made if missing.
    pub data_dir: PathBuf,
    /// The service: [`DEFAULT_BASE`] or a simulator.
    pub api_base: Url,
    /// Requests per hour; `None` leaves it to the settings. Above 720 only for a simulator.
    pub budget_per_hour: Option<u32>,
    /// Tells the time.
    pub clock: Clock,
    /// This is the simulated city.
    pub demo: bool,
    /// Look and deliver by itself; without, only what is asked for is done.
    pub background: bool,
    /// Look by itself, if there is background work at all; without, it only delivers and hears.
    pub looks: bool,
    /// Of jitter.
    pub seed: u64,
    /// Where tokens and passwords are kept; `None`: where the system keeps them, and for the
    /// simulated city in memory only.
    pub secrets: Option<Secrets>,
    /// The way to the service; `None`: the network.
    pub transport: Option<Arc<dyn Transport>>,
    /// Authorities (DER) trusted besides those of the system, for the service and for mail. No
    /// program sets any.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Config {
    /// The real service, the machine's clock, everything running.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            api_base: Url::parse(DEFAULT_BASE).expect("the address is a URL"),
            budget_per_hour: None,
            clock: Clock::system(),
            demo: false,
            background: true,
            looks: true,
            seed: rand::rng().random(),
            secrets: None,
            transport: None,
            extra_roots: Vec::new(),
        }
    }
}

/// Everything the product does.
pub struct Engine {
    config: Config,
    store: Store,
    client: Client,
    catalog: Arc<Catalog>,
    poller: Arc<Poller>,
    channels: Arc<Channels>,
    secrets: Secrets,
    telegram: Arc<Telegram>,
    deadman: Mutex<DeadMan>,
    /// Which secrets were at hand when the channels were opened.
    at_hand: Mutex<Option<AtHand>>,
    /// What was done of late for what is stored.
    storage: Mutex<Storage>,
    /// Held while settings are read, changed and written.
    settings_turn: tokio::sync::Mutex<()>,
    /// Held during a trial: a second one waits.
    trial_turn: tokio::sync::Mutex<()>,
    tally: Arc<Tally>,
    events: broadcast::Sender<Event>,
    stop: CancellationToken,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Engine {
    /// Opens the database and starts all tasks. `own` are the caller's channels; chats, mail and
    /// push are added as they were set up.
    pub async fn start(
        config: Config,
        own: Vec<Arc<dyn Channel>>,
    ) -> Result<Arc<Self>, StartError> {
        let store = opened(&config).await?;
        let now = config.clock.now();
        let settings: Settings = store
            .setting(SettingName::Settings)
            .await?
            .unwrap_or_default();
        let real_service = is_real_service(&config.api_base);
        let budget = config.budget_per_hour.unwrap_or(settings.budget_per_hour);
        let pace = Arc::new(Pace::seeded(budget, real_service, config.seed));
        pace.set_bursts(settings.bursts);
        pace.recall(&store.looked_by_hour(now).await?);
        let base = config.api_base.clone();
        let client = match &config.transport {
            Some(transport) => Client::over(Arc::clone(transport), base, pace)?,
            None => Client::trusting(base, pace, &config.extra_roots)?,
        };
        let tally = Arc::new(Tally::open(&store, now).await?);
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let outbox = Arc::new(Notify::new());
        let channels = Arc::new(Channels::default());
        let secrets = secrets(&config, &store).await?;
        let silence = store.setting(SettingName::Silence).await?;
        let catalog = Arc::new(Catalog::new(
            store.clone(),
            client.clone(),
            config.clock.clone(),
            events.clone(),
        ));
        let arrivals = store.arrivals(now - ARRIVALS_KEPT).await?;
        let learner = recall(&arrivals, store.watched().await?, now).await?;
        let poller = Arc::new(Poller {
            store: store.clone(),
            client: client.clone(),
            clock: config.clock.clone(),
            board: Arc::new(Mutex::new(Board::new(
                config.seed,
                f64::from(budget),
                learner,
                now,
            ))),
            clocks: Mutex::new(Clocks::new(arrivals)),
            events: events.clone(),
            channels: Arc::clone(&channels),
            changed: Notify::new(),
            outbox: Arc::clone(&outbox),
        });
        {
            let watches = store.watches().await?;
            let pause = store.setting::<Pause>(SettingName::Pause).await?;
            let slept = store.setting(SettingName::Sleep).await?;
            let clinics = store.listing::<Clinic>(&Listing::Clinics).await?;
            let signals = store.signals().await?;
            let mut board = poller.board();
            board.trust = Trust::from_rows(signals);
            for watch in watches {
                board.watches.insert(respelled(watch));
            }
            board.pause = pause;
            board.slept = slept;
            board.set_clinics(clinics.map(|list| list.value).unwrap_or_default());
            board.set_budget(poller.background_budget(), settings.bursts);
            board.replan(now, false);
        }
        poller.remember().await?;
        poller.board().spread();

        let stop = CancellationToken::new();
        let telegram = Arc::new(Telegram::new(&config, &store, &secrets, &events));
        let engine = Arc::new(Self {
            config,
            store,
            client,
            catalog,
            poller,
            channels,
            secrets,
            telegram,
            deadman: Mutex::new(DeadMan::new(silence.unwrap_or_default())),
            at_hand: Mutex::default(),
            storage: Mutex::default(),
            settings_turn: tokio::sync::Mutex::default(),
            trial_turn: tokio::sync::Mutex::default(),
            tally,
            events,
            stop,
            tasks: tokio::sync::Mutex::default(),
        });
        for channel in own {
            engine.open_channel(channel).await;
        }
        if let Err(error) = engine.reopen_mail_and_push().await {
            tracing::error!(%error, "mail and push do not work");
        }
        engine.start_telegram().await;
        // Looks come last: what they find is for every channel.
        if engine.config.background && engine.config.looks {
            engine.begin_looks().await;
        }
        Ok(engine)
    }

    /// Looks, and what is looked after besides.
    async fn begin_looks(self: &Arc<Self>) {
        let (looks, stop) = (Arc::clone(&self.poller), self.stop.clone());
        self.spawn(supervised("poller", self.stop.clone(), move || {
            Arc::clone(&looks).run(stop.clone())
        }))
        .await;
        let (lists, board) = (Arc::clone(&self.catalog), Arc::clone(&self.poller));
        let stop = self.stop.clone();
        self.spawn(supervised("catalogue", self.stop.clone(), move || {
            keep_catalogue(Arc::clone(&lists), Arc::clone(&board), stop.clone())
        }))
        .await;
        let (weak, stop) = (Arc::downgrade(self), self.stop.clone());
        self.spawn(supervised("minutes", self.stop.clone(), move || {
            by_the_minute(Weak::clone(&weak), stop.clone())
        }))
        .await;
    }

    /// Takes a channel into use, in the place of one of that name.
    pub(crate) async fn open_channel(&self, channel: Arc<dyn Channel>) {
        let retired = CancellationToken::new();
        let health = Arc::new(Health::default());
        self.channels
            .add(Arc::clone(&channel), Arc::clone(&health), retired.clone());
        if !self.config.background {
            return;
        }
        // Waits of its own: after an outage the channels do not try again all at once.
        let mut seed = DefaultHasher::new();
        (self.config.seed, channel.name()).hash(&mut seed);
        let worker = Arc::new(Worker {
            channel,
            store: self.store.clone(),
            clock: self.config.clock.clone(),
            events: self.events.clone(),
            outbox: Arc::clone(&self.poller.outbox),
            poller: Arc::clone(&self.poller),
            health,
            retired,
            rng: Mutex::new(StdRng::seed_from_u64(seed.finish())),
        });
        let stop = self.stop.clone();
        self.spawn(supervised("delivery", stop.clone(), move || {
            Arc::clone(&worker).run(stop.clone())
        }))
        .await;
    }

    /// Drops a channel; what waits for it stays.
    pub(crate) fn close_channel(&self, name: &str) {
        self.channels.remove(name);
    }

    /// Does something beside what is going on; the end of the engine cuts it short.
    pub(crate) async fn errand(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.spawn(async move {
            stop.run_until_cancelled(work).await;
        })
        .await;
    }

    async fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        // Who stops the engine holds the tasks and waits for the one that asks here.
        if let Some(mut tasks) = self.stop.run_until_cancelled(self.tasks.lock()).await {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(work);
        }
    }

    /// Stops all tasks and waits for them. What is being read is dropped; what is being written is finished.
    pub async fn stop(&self) {
        self.stop_tasks().await;
        keep_tally(&self.tally, &self.store, &self.client, self.now()).await;
        match self.keep_learned().await {
            Ok(()) | Err(StoreError::Closed) => (),
            Err(error) => tracing::warn!(%error, "when anybody looked was not kept"),
        }
        match self.store.save_again().await {
            Ok(()) | Err(StoreError::Closed) => (),
            Err(error) => tracing::error!(%error, "what was not saved is lost"),
        }
        step("stopped");
    }

    async fn stop_tasks(&self) {
        self.stop.cancel();
        let mut tasks = self.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
    }

    /// Hears what changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The configuration it runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listening is no error.
        let _ = self.events.send(event);
    }

    fn now(&self) -> DateTime<Utc> {
        self.config.clock.now()
    }

    fn today(&self) -> NaiveDate {
        self.now().with_timezone(&Moscow).date_naive()
    }
}

/// The database; what the last run left half done is taken up again.
async fn opened(config: &Config) -> Result<Store, StartError> {
    let (data_dir, clock) = (config.data_dir.clone(), config.clock.clone());
    // Who does one thing and ends is to know that it was not kept.
    let goes_on = config.background && config.looks;
    let store = blocking::run(move || Store::open_at(&data_dir, clock, goes_on))
        .await
        .map_err(|_| crate::store::StoreError::Closed)??;
    store.release_leases(config.clock.now()).await?;
    store.end_trial().await?;
    // Whether anything can be saved now is found out anew.
    store.drop_news("unsaved").await?;
    Ok(store)
}

/// The secrets of this installation.
async fn secrets(config: &Config, store: &Store) -> Result<Secrets, StoreError> {
    if let Some(given) = &config.secrets {
        return Ok(given.clone());
    }
    if config.demo {
        return Ok(Secrets::in_memory());
    }
    let installation = installation(store).await?;
    Ok(Secrets::open(&config.data_dir, &installation).await)
}

/// The random name of this database.
async fn installation(store: &Store) -> Result<String, StoreError> {
    if let Some(known) = store.setting(SettingName::Installation).await? {
        return Ok(known);
    }
    let new = format!("{:016x}", rand::rng().random::<u64>());
    store
        .save_setting(SettingName::Installation, Some(&new))
        .await?;
    Ok(new)
}

/// A watch with its names as they are shown now.
fn respelled(watch: Watch) -> Watch {
    Watch {
        draft: watches::respelled(watch.draft),
        ..watch
    }
}

fn check_budget(settings: &Settings) -> Result<()> {
    if (LEAST_BUDGET..=REAL_CEILING_PER_HOUR).contains(&settings.budget_per_hour) {
        Ok(())
    } else {
        Err(EngineError::Invalid(vec![Problem::BadBudget]))
    }
}

/// Is this the real service, under any spelling of its name?
fn is_real_service(base: &Url) -> bool {
    let host = |url: &Url| {
        url.host_str()
            .map(|host| host.trim_end_matches('.').to_lowercase())
    };
    let real = Url::parse(DEFAULT_BASE).ok().and_then(|url| host(&url));
    match (host(base), real) {
        (Some(host), Some(real)) => host == real || host.ends_with(&format!(".{real}")),
        (None, _) | (_, None) => false,
    }
}

/// What is looked after every minute: the tally, of which a crash takes no more than that; the
/// dead-man's switch; the end of the quiet hours.
async fn by_the_minute(engine: Weak<Engine>, stop: CancellationToken) {
    let minute = || tokio::time::sleep(deadman::TICK);
    while stop.run_until_cancelled(minute()).await.is_some() {
        let Some(engine) = engine.upgrade() else {
            return;
        };
        let now = engine.now();
        keep_tally(&engine.tally, &engine.store, &engine.client, now).await;
        for looked in [
            engine.look_for_silence().await,
            engine.look_for_morning().await,
            engine.look_for_secrets().await,
            engine.keep_learned().await.map_err(Into::into),
            engine.look_after_storage().await,
        ] {
            if let Err(error) = looked {
                tracing::error!(%error, "what is looked after every minute was not");
            }
        }
    }
}

/// What was learned before this start, learned again.
async fn recall(
    arrivals: &[Arrival],
    watched: Vec<Watched>,
    now: DateTime<Utc>,
) -> Result<Learned, StoreError> {
    let arrived: Vec<_> = arrivals.iter().map(poller::arrived).collect();
    let now = now.timestamp_millis();
    blocking::run(move || Learned::recall(watched, arrived, now))
        .await
        .map_err(|_| StoreError::Closed)
}

async fn keep_tally(tally: &Tally, store: &Store, client: &Client, now: DateTime<Utc>) {
    let total = client.pace().requests_total();
    match tally.keep(store, total, now).await {
        // Stopped twice, or everything was deleted.
        Ok(()) | Err(StoreError::Closed) => (),
        Err(error) => tracing::warn!(%error, "the number of requests was not kept"),
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// The last midnight in Moscow.
fn midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let date = now.with_timezone(&Moscow).date_naive();
    date.and_time(chrono::NaiveTime::MIN)
        .and_local_timezone(Moscow)
        .earliest()
        .map_or(now, |midnight| midnight.with_timezone(&Utc))
}

/// Keeps districts and clinics no older than a day, until stopped.
async fn keep_catalogue(catalog: Arc<Catalog>, poller: Arc<Poller>, stop: CancellationToken) {
    loop {
        let refreshed = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            refreshed = catalog.refresh() => refreshed,
        };
        let wait = match refreshed {
            Ok(wait) => {
                if let Ok(clinics) = catalog.clinics().await {
                    poller.board().set_clinics(clinics.value.clone());
                }
                wait
            }
            Err(error) => {
                tracing::warn!(%error, "the catalogue could not be refreshed");
                CATALOGUE_RETRY
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => (),
        }
    }
}

/// Runs a task; one that panics is started again after a while, the others go on.
async fn supervised<F>(name: &'static str, stop: CancellationToken, start: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut deaths: u32 = 0;
    loop {
        let began = Instant::now();
        let mut task = JoinSet::new();
        task.spawn(start());
        match task.join_next().await {
            Some(Err(error)) if error.is_panic() => (),
            Some(Ok(()) | Err(_)) | None => return,
        }
        if began.elapsed() > CALM {
            deaths = 0;
        }
        let rest = Duration::from_secs(1 << deaths.min(LONGEST_REST));
        deaths += 1;
        tracing::error!(
            task = name,
            deaths,
            ?rest,
            "a task died and is started again"
        );
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{News, UnsavedCause};

    #[tokio::test]
    async fn fault_37_that_nothing_can_be_saved_is_not_told_by_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new(folder.path().to_owned());
        let store = opened(&config).await.unwrap();
        let now = config.clock.now();
        let news = News::Unsaved {
            cause: UnsavedCause::Full,
        };
        let name = "telegram/1".to_owned();
        let raised = store.raise_news(news, vec![name.clone()], now, now + TimeDelta::days(7));
        raised.await.unwrap();
        drop(store);
        let store = opened(&config).await.unwrap();
        assert_eq!(store.due_news(name, now).await.unwrap(), None);
    }

    /// Seconds after which the task begins; it lives so long and dies.
    async fn begins(lives: impl Fn(usize) -> Duration + Send + Sync + 'static) -> Vec<u64> {
        let began = Arc::new(Mutex::new(Vec::new()));
        let (lives, started) = (Arc::new(lives), Instant::now());
        let (stop, begins) = (CancellationToken::new(), Arc::clone(&began));
        let (end, task) = (stop.clone(), move || {
            let (begins, lives) = (Arc::clone(&begins), Arc::clone(&lives));
            async move {
                let turn = {
                    let mut begins = begins.lock().unwrap();
                    begins.push(started.elapsed().as_secs());
                    begins.len()
                };
                tokio::time::sleep(lives(turn)).await;
                panic!("it dies, as the test wants it");
            }
        });
        let supervisor = supervised("test", stop, task);
        let hour = tokio::time::timeout(Duration::from_hours(1), supervisor).await;
        assert!(
            hour.is_err(),
            "it is started again as long as nobody stops it"
        );
        end.cancel();
        let began = began.lock().unwrap();
        began.clone()
    }

    #[tokio::test(start_paused = true)]
    async fn fault_47_a_task_that_dies_at_once_rests_for_longer_and_longer() {
        let began = begins(|_| Duration::ZERO).await;
        assert_eq!(began[..8], [0, 1, 3, 7, 15, 31, 63, 127]);
        assert_eq!(began[9] - began[8], 64);
        assert!(began.len() < 70, "once a minute at last");
    }

    #[tokio::test(start_paused = true)]
    async fn fault_47_a_task_that_had_run_well_is_back_in_a_second() {
        let began = begins(|turn| Duration::from_mins(if turn < 4 { 0 } else { 20 })).await;
        assert_eq!(began[..4], [0, 1, 3, 7]);
        assert_eq!(began[4] - began[3], 20 * 60 + 1);
    }
}

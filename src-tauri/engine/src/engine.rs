//! The engine: starts complete, owns its tasks, is stopped and waited for.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use rand::RngExt;
use tokio::{
    sync::{Notify, broadcast},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    backup::{self, Backup, ImportFate, ImportPlan, ImportRow, Imported},
    board::Board,
    catalog::Catalog,
    clock::Clock,
    delivery::{self, Channel, Worker},
    error::{EngineError, Problem, StartError},
    gorzdrav::{ApiError, Client, DEFAULT_BASE, link},
    history::{self, Reading, Told},
    model::{
        Activity, Alert, AlertId, Answer, Check, CheckSubject, Clinic, ClinicHits, ClinicId, Dated,
        District, DistrictId, Doctor, DoctorChoice, DoctorId, DoctorRef, Event, GapCause, History,
        LinkTarget, Look, Pause, Place, QuietManner, Rebinding, Settings, Slot, Specialty,
        SpecialtyId, Status, Verdict, Watch, WatchDraft, WatchId, WatchState, WatchView, WorkDay,
    },
    pace::{Pace, Why},
    poller::Poller,
    schedule::{self, USUAL_BUDGET},
    store::{FORM_LIMIT, Listing, Opening, SettingName, Store, StoreError},
    tally::Tally,
    text::Words,
    watches::{self, Sight},
};

type Result<T, E = EngineError> = std::result::Result<T, E>;

/// Events a slow listener may fall behind by before it is told that it missed some.
const EVENTS_KEPT: usize = 1024;
/// The smallest budget that can be set, requests per hour.
const LEAST_BUDGET: u32 = 30;
/// A refresh of the catalogue that failed is tried again after this.
const CATALOGUE_RETRY: Duration = Duration::from_mins(15);
/// The computer's clock may differ from the service's by this much.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(2);

/// How to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Holds the database and its lock; made if missing.
    pub data_dir: PathBuf,
    /// The service: [`DEFAULT_BASE`] or a simulator.
    pub api_base: Url,
    /// Requests per hour; `None` leaves it to the settings. Above 360 only for a simulator.
    pub budget_per_hour: Option<u32>,
    /// Tells the time.
    pub clock: Clock,
    /// This is the simulated city.
    pub demo: bool,
    /// Look and deliver by itself; without, only what is asked for is done.
    pub background: bool,
    /// Of jitter.
    pub seed: u64,
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
            seed: rand::rng().random(),
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
    channels: Vec<Arc<dyn Channel>>,
    tally: Arc<Tally>,
    events: broadcast::Sender<Event>,
    stop: CancellationToken,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Engine {
    /// Opens the database and starts all tasks.
    pub async fn start(
        config: Config,
        channels: Vec<Arc<dyn Channel>>,
    ) -> Result<Self, StartError> {
        let data_dir = config.data_dir.clone();
        let store = tokio::task::spawn_blocking(move || Store::open(&data_dir))
            .await
            .map_err(|_| crate::store::StoreError::Closed)??;
        let now = config.clock.now();
        store.release_leases(now).await?;

        let settings: Settings = store
            .setting(SettingName::Settings)
            .await?
            .unwrap_or_default();
        let real_service = is_real_service(&config.api_base);
        let budget = config.budget_per_hour.unwrap_or(settings.budget_per_hour);
        let pace = Arc::new(Pace::seeded(budget, real_service, config.seed));
        let client = Client::new(config.api_base.clone(), pace)?;
        let tally = Arc::new(Tally::open(&store, now).await?);
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        let outbox = Arc::new(Notify::new());
        let catalog = Arc::new(Catalog::new(
            store.clone(),
            client.clone(),
            config.clock.clone(),
            events.clone(),
        ));
        let poller = Arc::new(Poller {
            store: store.clone(),
            client: client.clone(),
            clock: config.clock.clone(),
            board: std::sync::Mutex::new(Board::new(config.seed, f64::from(budget))),
            events: events.clone(),
            channels: channels
                .iter()
                .map(|channel| channel.name().to_owned())
                .collect(),
            changed: Notify::new(),
            outbox: Arc::clone(&outbox),
        });
        {
            let watches = store.watches().await?;
            let pause = store.setting::<Pause>(SettingName::Pause).await?;
            let slept = store.setting(SettingName::Sleep).await?;
            let clinics = store.listing::<Clinic>(&Listing::Clinics).await?;
            let mut board = poller.board();
            board.watches = watches.into_iter().map(respelled).map(by_id).collect();
            board.pause = pause;
            board.slept = slept;
            board.set_clinics(clinics.map(|list| list.value).unwrap_or_default());
            board.set_budget(poller.background_budget());
            board.replan(now, false);
        }
        poller.remember().await?;
        poller.board().spread();

        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        if config.background {
            let (looks, token) = (Arc::clone(&poller), stop.clone());
            tasks.spawn(supervised("poller", stop.clone(), move || {
                Arc::clone(&looks).run(token.clone())
            }));
            for channel in &channels {
                let worker = Arc::new(Worker {
                    channel: Arc::clone(channel),
                    store: store.clone(),
                    clock: config.clock.clone(),
                    events: events.clone(),
                    outbox: Arc::clone(&outbox),
                    poller: Arc::clone(&poller),
                });
                let token = stop.clone();
                tasks.spawn(supervised("delivery", stop.clone(), move || {
                    Arc::clone(&worker).run(token.clone())
                }));
            }
            let (lists, board, token) = (Arc::clone(&catalog), Arc::clone(&poller), stop.clone());
            tasks.spawn(supervised("catalogue", stop.clone(), move || {
                keep_catalogue(Arc::clone(&lists), Arc::clone(&board), token.clone())
            }));
            tasks.spawn(tally_by_the_minute(
                Arc::clone(&tally),
                store.clone(),
                client.clone(),
                config.clock.clone(),
                stop.clone(),
            ));
        }
        let tasks = tokio::sync::Mutex::new(tasks);
        Ok(Self {
            config,
            store,
            client,
            catalog,
            poller,
            channels,
            tally,
            events,
            stop,
            tasks,
        })
    }

    /// Stops all tasks and waits for them. What is being read is dropped; what is being written is finished.
    pub async fn stop(&self) {
        self.stop_tasks().await;
        keep_tally(&self.tally, &self.store, &self.client, self.now()).await;
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

    fn tell(&self, event: Event) {
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

/// What can be chosen.
impl Engine {
    /// All districts; readable offline.
    pub async fn districts(&self) -> Result<Dated<Vec<District>>> {
        Ok(self.catalog.districts().await?.as_ref().clone())
    }

    /// All clinics, or those of a district; readable offline.
    pub async fn clinics(&self, district: Option<DistrictId>) -> Result<Dated<Vec<Clinic>>> {
        let all = self.catalog.clinics().await?;
        let value = all
            .value
            .iter()
            .filter(|clinic| {
                district
                    .as_ref()
                    .is_none_or(|district| clinic.district_id == *district)
            })
            .cloned()
            .collect();
        Ok(Dated {
            value,
            checked_at: all.checked_at,
        })
    }

    /// One clinic.
    pub async fn clinic(&self, id: ClinicId) -> Result<Clinic> {
        self.catalog.clinic(&id).await
    }

    /// Clinics by number, name, street or district, best first.
    pub async fn search_clinics(
        &self,
        text: &str,
        district: Option<DistrictId>,
        limit: u32,
    ) -> Result<ClinicHits> {
        self.catalog.search(text, district.as_ref(), limit).await
    }

    /// The specialties of a clinic; none when it offers nothing online.
    pub async fn specialties(&self, clinic: ClinicId) -> Result<Dated<Vec<Specialty>>> {
        Ok(self.catalog.specialties(clinic).await?.as_ref().clone())
    }

    /// The doctors of a specialty.
    pub async fn doctors(
        &self,
        clinic: ClinicId,
        specialty: SpecialtyId,
    ) -> Result<Dated<Vec<Doctor>>> {
        Ok(self
            .catalog
            .doctors(clinic, specialty)
            .await?
            .as_ref()
            .clone())
    }

    /// The free slots of a doctor, soonest first.
    pub async fn slots(&self, clinic: ClinicId, doctor: DoctorId) -> Result<Dated<Vec<Slot>>> {
        Ok(self.catalog.slots(clinic, doctor).await?.as_ref().clone())
    }

    /// The working days of a doctor.
    pub async fn timetable(
        &self,
        clinic: ClinicId,
        doctor: DoctorId,
    ) -> Result<Dated<Vec<WorkDay>>> {
        Ok(self
            .catalog
            .timetable(clinic, doctor)
            .await?
            .as_ref()
            .clone())
    }

    /// What a pasted link of the booking site points at.
    pub fn read_link(&self, text: &str) -> Result<LinkTarget> {
        link::parse(text).map_err(|error| EngineError::BadLink(Arc::new(error)))
    }

    /// A draft of what a pasted link points at, with names. The link must reach a specialty.
    pub async fn draft_from_link(&self, text: &str) -> Result<WatchDraft> {
        let target = self.read_link(text)?;
        let (Some(clinic_id), Some(specialty_id)) = (target.clinic_id, target.specialty_id) else {
            return Err(EngineError::Invalid(vec![Problem::NoPlace]));
        };
        let place = self
            .place(
                clinic_id,
                specialty_id,
                target.doctor_id.into_iter().collect(),
            )
            .await?;
        Ok(WatchDraft {
            places: vec![place],
            ..WatchDraft::default()
        })
    }

    /// A place by its ids, with the names the lists give. No doctors: any.
    pub async fn place(
        &self,
        clinic_id: ClinicId,
        specialty_id: SpecialtyId,
        doctors: Vec<DoctorId>,
    ) -> Result<Place> {
        let clinic = self.clinic(clinic_id.clone()).await?;
        let specialties = self.specialties(clinic_id.clone()).await?;
        let specialty = specialties
            .value
            .into_iter()
            .find(|row| row.id == specialty_id)
            .ok_or(EngineError::NotFound("specialty"))?;
        let doctors = if doctors.is_empty() {
            DoctorChoice::Any
        } else {
            let rows = self
                .doctors(clinic_id.clone(), specialty_id.clone())
                .await?
                .value;
            let named = doctors.into_iter().map(|id| {
                // A doctor may be off the list today and back tomorrow.
                let name = rows
                    .iter()
                    .find(|row| row.id == id)
                    .map_or_else(|| id.to_string(), |row| row.name.clone());
                DoctorRef { id, name }
            });
            DoctorChoice::Only {
                doctors: named.collect(),
            }
        };
        Ok(Place {
            clinic_id,
            clinic_name: clinic.name,
            specialty_id,
            specialty_name: specialty.name,
            fer_id: specialty.fer_id,
            doctors,
        })
    }
}

/// Watches.
impl Engine {
    /// Adds a watch and looks at once.
    pub async fn add_watch(&self, draft: WatchDraft) -> Result<Watch> {
        let mut added = self.add_watches(vec![(draft, Activity::On)], true).await?;
        added.pop().ok_or(EngineError::NotFound("watch"))
    }

    async fn add_watches(
        &self,
        drafts: Vec<(WatchDraft, Activity)>,
        urgent: bool,
    ) -> Result<Vec<Watch>> {
        let drafts = drafts
            .into_iter()
            .map(|(draft, activity)| Ok((self.checked(draft)?, activity)))
            .collect::<Result<Vec<_>>>()?;
        let added = self.store.add_watches(drafts, self.now()).await?;
        self.change_watches(&added, urgent);
        Ok(added)
    }

    /// A draft fit to be kept.
    fn checked(&self, draft: WatchDraft) -> Result<WatchDraft> {
        let mut draft = watches::respelled(draft);
        draft.nickname = draft
            .nickname
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let problems = watches::problems(&draft, self.today());
        if problems.is_empty() {
            Ok(draft)
        } else {
            Err(EngineError::Invalid(problems))
        }
    }

    /// Puts changed watches on the board and looks at them soon.
    fn change_watches(&self, changed: &[Watch], urgent: bool) {
        {
            let mut board = self.poller.board();
            for watch in changed {
                board.watches.insert(watch.id, watch.clone());
            }
            board.replan(self.now(), urgent);
            let clinics: Vec<ClinicId> = changed
                .iter()
                .flat_map(|watch| &watch.draft.places)
                .map(|place| place.clinic_id.clone())
                .collect();
            if urgent {
                board.hurry(clinics, true);
            } else {
                board.spread();
            }
        }
        self.poller.changed.notify_one();
        self.tell(Event::WatchesChanged);
    }

    /// Changes what a watch asks for.
    pub async fn update_watch(&self, id: WatchId, draft: WatchDraft) -> Result<Watch> {
        let draft = self.checked(draft)?;
        let watch = self
            .store
            .update_watch(id, draft, self.now())
            .await?
            .ok_or(EngineError::NotFound("watch"))?;
        let listed = self.store.listed().await?.into_iter();
        {
            // The other watches' entries may be newer here than in what was read.
            let mut board = self.poller.board();
            board.listed.retain(|(watch, ..)| *watch != id);
            board
                .listed
                .extend(listed.filter(|(watch, ..)| *watch == id));
        }
        self.change_watches(std::slice::from_ref(&watch), true);
        self.poller.outbox.notify_waiters();
        Ok(watch)
    }

    /// Switches a watch on or off, or pauses it.
    pub async fn set_activity(&self, id: WatchId, activity: Activity) -> Result<Watch> {
        let watch = self
            .store
            .set_activity(id, activity)
            .await?
            .map(respelled)
            .ok_or(EngineError::NotFound("watch"))?;
        self.change_watches(std::slice::from_ref(&watch), activity == Activity::On);
        self.tell_or_take_back(Some(id)).await;
        Ok(watch)
    }

    /// Removes a watch; it can be restored for a day.
    pub async fn remove_watch(&self, id: WatchId) -> Result<()> {
        if !self.store.remove_watch(id, self.now()).await? {
            return Err(EngineError::NotFound("watch"));
        }
        {
            let mut board = self.poller.board();
            board.watches.remove(&id);
            board.replan(self.now(), false);
        }
        self.tell(Event::WatchesChanged);
        self.tell_or_take_back(Some(id)).await;
        Ok(())
    }

    /// Brings a removed watch back.
    pub async fn restore_watch(&self, id: WatchId) -> Result<Watch> {
        let watch = self
            .store
            .restore_watch(id)
            .await?
            .map(respelled)
            .ok_or(EngineError::NotFound("watch"))?;
        self.change_watches(std::slice::from_ref(&watch), true);
        self.tell_or_take_back(Some(id)).await;
        Ok(watch)
    }

    /// After a watch, or everything, was paused, removed or brought back: takes back what channels
    /// show of watches that rest, and lets the others be told of.
    async fn tell_or_take_back(&self, watch: Option<WatchId>) {
        self.poller.outbox.notify_waiters();
        let alerts = match self.store.open_alerts(watch).await {
            Ok(alerts) => alerts,
            Err(error) => {
                tracing::error!(%error, "what was told of watches that rest stays");
                return;
            }
        };
        let awake = self.poller.board().awake(self.now());
        for alert in alerts
            .iter()
            .filter(|alert| !awake.contains(&alert.watch_id))
        {
            for channel in &self.channels {
                delivery::withdraw(&**channel, alert).await;
            }
        }
    }

    /// All watches in the order of the home page.
    pub async fn watches(&self) -> Result<Vec<WatchView>> {
        let watches: Vec<Watch> = self.poller.board().watches.values().cloned().collect();
        self.views(watches).await
    }

    /// One watch.
    pub async fn watch(&self, id: WatchId) -> Result<WatchView> {
        let watch = self.poller.board().watches.get(&id).cloned();
        let views = self.views(watch.into_iter().collect()).await?;
        views
            .into_iter()
            .next()
            .ok_or(EngineError::NotFound("watch"))
    }

    /// Watches as they are shown, with what may stand in for places that were lost.
    async fn views(&self, watches: Vec<Watch>) -> Result<Vec<WatchView>> {
        let mut views = self.sights(watches).await?;
        for view in &mut views {
            if let WatchState::Unbound { lost } = &mut view.state {
                for rebinding in lost {
                    *rebinding = self.rebinding(&view.watch, rebinding.place).await;
                }
            }
        }
        Ok(views)
    }

    /// Watches as they are shown, without looking for what was lost.
    async fn sights(&self, watches: Vec<Watch>) -> Result<Vec<WatchView>> {
        let now = self.now();
        let clinics: Vec<ClinicId> = watches
            .iter()
            .flat_map(|watch| &watch.draft.places)
            .map(|place| place.clinic_id.clone())
            .collect();
        let mut present: HashMap<ClinicId, Vec<_>> = HashMap::new();
        for (id, opening) in self.store.present(clinics).await? {
            present
                .entry(opening.clinic_id.clone())
                .or_default()
                .push((id, opening));
        }
        let sight = Sight {
            present,
            hidden: self.store.hidden().await?,
            looks: self.store.looks_since(midnight(now)).await?,
            gap: schedule::gap(&self.poller.board().load()),
            now,
        };
        let mut views: Vec<WatchView> = {
            let board = self.poller.board();
            watches
                .iter()
                .map(|watch| watches::view(watch, &board, &sight))
                .collect()
        };
        watches::home_order(&mut views);
        Ok(views)
    }

    /// The best match for a place whose ids vanished.
    async fn rebinding(&self, watch: &Watch, index: u32) -> Rebinding {
        let place = watch.draft.places.get(index as usize);
        let suggestion = match place {
            Some(place) => self.found_again(place).await,
            None => None,
        };
        Rebinding {
            place: index,
            suggestion,
        }
    }

    /// By the last lists, however old: this is asked for whenever watches are shown.
    async fn found_again(&self, place: &Place) -> Option<Place> {
        let clinic = &place.clinic_id;
        let listing = Listing::Specialties(clinic.clone());
        let specialties = match self.store.listing(&listing).await.ok()? {
            Some(kept) => kept.value,
            None => self.specialties(clinic.clone()).await.ok()?.value,
        };
        let specialty = watches::match_specialty(place, &specialties)?;
        let listing = Listing::Doctors(clinic.clone(), specialty.id.clone());
        let doctors = match (&place.doctors, self.store.listing(&listing).await.ok()?) {
            (DoctorChoice::Any, _) => Vec::new(),
            (_, Some(kept)) => kept.value,
            (_, None) => {
                let doctors = self.doctors(clinic.clone(), specialty.id.clone()).await;
                doctors.ok()?.value
            }
        };
        Some(Place {
            specialty_id: specialty.id.clone(),
            specialty_name: specialty.name.clone(),
            fer_id: specialty.fer_id.clone(),
            doctors: watches::match_doctors(&place.doctors, &doctors)?,
            ..place.clone()
        })
    }

    /// Looks now at everything one watch covers, or all watches; returns when done.
    pub async fn check_now(&self, id: Option<WatchId>) -> Result<()> {
        let clinics = {
            let mut board = self.poller.board();
            board.replan(self.now(), false);
            match id {
                None => board.plan.keys().cloned().collect(),
                Some(id) => {
                    let watch = board
                        .watches
                        .get(&id)
                        .ok_or(EngineError::NotFound("watch"))?;
                    let mut clinics: Vec<ClinicId> = watch
                        .draft
                        .places
                        .iter()
                        .map(|place| place.clinic_id.clone())
                        .collect();
                    clinics.sort();
                    clinics.dedup();
                    clinics
                }
            }
        };
        self.poller.check(clinics).await;
        self.tell(Event::WatchesChanged);
        Ok(())
    }

    /// The newest looks at the clinics of a watch, newest first.
    pub async fn looks(&self, id: WatchId, limit: u32) -> Result<Vec<Look>> {
        Ok(self.store.looks(self.clinics_of(id)?, limit).await?)
    }

    /// The newest openings that a watch covers, newest first.
    pub async fn openings(&self, id: WatchId, limit: u32) -> Result<Vec<Opening>> {
        let clinics = self.clinics_of(id)?;
        let (_, doctors) = self.ever_covered(id).await?;
        let openings = self
            .store
            .openings(clinics, limit.saturating_mul(4))
            .await?;
        let covered = openings.into_iter().filter(|opening| {
            doctors.contains(&(opening.clinic_id.clone(), opening.doctor_id.clone()))
        });
        Ok(covered.take(limit as usize).collect())
    }

    /// What the last weeks say about a watch: when slots appear, how long they live, when nobody looked.
    pub async fn history(&self, id: WatchId) -> Result<History> {
        let now = self.now();
        let (told, reading) = self.told(id, now).await?;
        let slept = self.poller.board().slept;
        let mut history = history::history(&told, &reading, slept, now);
        for gap in &mut history.gaps {
            if gap.cause == GapCause::Off {
                // Clear of both ends: after a start the clinics come one after another.
                let to = gap.to.unwrap_or(now);
                let margin = history::DENSE.min((to - gap.from) / 4);
                let within = (gap.from + margin, to - margin);
                if self.store.looked_between(within.0, within.1).await? {
                    gap.cause = GapCause::Idle;
                }
            }
        }
        Ok(history)
    }

    /// The openings behind the history of a watch, as a table for spreadsheets (CSV).
    pub async fn history_sheet(&self, id: WatchId, words: Words) -> Result<Vec<u8>> {
        let (told, _) = self.told(id, self.now()).await?;
        let watch = self.poller.board().watches.get(&id).cloned();
        let watch = watch.ok_or(EngineError::NotFound("watch"))?;
        Ok(history::sheet(&watch, &told, words))
    }

    /// The openings a watch covers, with what the log of looks says about each.
    async fn told(&self, id: WatchId, now: DateTime<Utc>) -> Result<(Vec<Told>, Reading)> {
        let clinics = self.clinics_of(id)?;
        let from = now - history::SPAN;
        let mut past = self.store.past(clinics.clone(), from, now).await?;
        let (watch, doctors) = self.ever_covered(id).await?;
        past.retain(|past| {
            let opening = &past.opening;
            doctors.contains(&(opening.clinic_id.clone(), opening.doctor_id.clone()))
        });
        let reading = Reading::new(history::Scope::new(&watch, doctors));
        let reading = self
            .store
            .read_looks(clinics, from, now, reading, Reading::read)
            .await?;
        Ok((history::tell(past, &reading, now), reading))
    }

    /// A watch and the doctors it covers, those included who are on no list any more: what they
    /// released stays.
    async fn ever_covered(&self, id: WatchId) -> Result<(Watch, HashSet<(ClinicId, DoctorId)>)> {
        let (watch, mut covered) = {
            let board = self.poller.board();
            let watch = board
                .watches
                .get(&id)
                .ok_or(EngineError::NotFound("watch"))?;
            (watch.clone(), watches::covered_doctors(watch, &board))
        };
        for place in &watch.draft.places {
            let clinic = &place.clinic_id;
            let members = self.store.members(clinic, &place.specialty_id).await?;
            let ours = members.into_iter().filter(|id| place.doctors.includes(id));
            covered.extend(ours.map(|id| (clinic.clone(), id)));
        }
        Ok((watch, covered))
    }

    fn clinics_of(&self, id: WatchId) -> Result<Vec<ClinicId>> {
        let board = self.poller.board();
        let watch = board
            .watches
            .get(&id)
            .ok_or(EngineError::NotFound("watch"))?;
        Ok(watch
            .draft
            .places
            .iter()
            .map(|place| place.clinic_id.clone())
            .collect())
    }
}

/// Alerts.
impl Engine {
    /// The newest alerts, newest first.
    pub async fn inbox(&self, limit: u32) -> Result<Vec<Alert>> {
        Ok(self.store.alerts(limit).await?)
    }

    /// One alert.
    pub async fn alert(&self, id: AlertId) -> Result<Alert> {
        self.store
            .alert(id)
            .await?
            .ok_or(EngineError::NotFound("alert"))
    }

    /// Answers an alert; it is taken back on every channel.
    pub async fn answer(&self, id: AlertId, answer: Answer) -> Result<Alert> {
        let alert = self
            .store
            .answer(id, answer, self.now())
            .await?
            .ok_or(EngineError::NotFound("alert"))?;
        self.poller.outbox.notify_waiters();
        self.tell(Event::AlertChanged { alert_id: id });
        self.tell(Event::WatchesChanged);
        for channel in &self.channels {
            delivery::withdraw(&**channel, &alert).await;
        }
        Ok(alert)
    }
}

/// The program.
impl Engine {
    /// What the status line and the tray say.
    pub async fn status(&self) -> Result<Status> {
        let now = self.now();
        let watches: Vec<Watch> = self.poller.board().watches.values().cloned().collect();
        let views = self.sights(watches).await?;
        // After a crash the tally may lack a minute, the log of looks does not.
        let looked: u32 = self.store.looks_since(midnight(now)).await?.values().sum();
        let total = self.client.pace().requests_total();
        let requests_today = self.tally.count(total, now).max(looked);
        let unanswered = self.store.unanswered().await?;
        let Settings {
            quiet,
            notifications,
            ..
        } = self.settings().await?;
        let holds = notifications && quiet.manner == QuietManner::Hold;
        let board = self.poller.board();
        let pace = self.client.pace();
        Ok(Status {
            service: board.service.state,
            watching: count(
                views
                    .iter()
                    .filter(|view| crate::board::is_active(&view.watch, now)),
            ),
            found: count(
                views
                    .iter()
                    .filter(|view| view.state == WatchState::Found)
                    .flat_map(|view| &view.slots),
            ),
            unanswered,
            checked_at: board
                .facts
                .values()
                .flat_map(|facts| facts.pairs.values())
                .filter_map(|pair| pair.good_at)
                .max(),
            next_look_at: board
                .next_due()
                .filter(|_| !board.is_paused(now))
                .map(|due| watches::moment_of(due, now)),
            pause: board.pause.filter(|_| board.is_paused(now)),
            quiet_until: quiet.until(now, &chrono::Local).filter(|_| holds),
            slept: board
                .slept
                .filter(|slept| now - slept.to < TimeDelta::days(1)),
            requests_today,
            requests_last_hour: pace.requests_last_hour(),
            budget_per_hour: pace.budget_per_hour(),
            budget_per_day: pace.budget_per_hour().saturating_mul(24),
            demo: self.config.demo,
        })
    }

    /// Pauses everything; `None`: until resumed.
    pub async fn pause(&self, until: Option<DateTime<Utc>>) -> Result<()> {
        self.set_pause(Some(Pause { until })).await
    }

    /// Goes on after a pause.
    pub async fn resume(&self) -> Result<()> {
        self.set_pause(None).await
    }

    async fn set_pause(&self, pause: Option<Pause>) -> Result<()> {
        self.store
            .save_setting(SettingName::Pause, pause.as_ref())
            .await?;
        {
            let mut board = self.poller.board();
            board.pause = pause;
            board.spread();
        }
        self.poller.changed.notify_one();
        self.tell(Event::StatusChanged);
        self.tell(Event::WatchesChanged);
        self.tell_or_take_back(None).await;
        Ok(())
    }

    /// What the person has set.
    pub async fn settings(&self) -> Result<Settings> {
        Ok(self
            .store
            .setting(SettingName::Settings)
            .await?
            .unwrap_or_default())
    }

    /// Has the person ever set anything? The first start takes the system's language.
    pub async fn has_settings(&self) -> Result<bool> {
        Ok(self
            .store
            .setting::<Settings>(SettingName::Settings)
            .await?
            .is_some())
    }

    /// Saves settings; they hold at once.
    pub async fn save_settings(&self, settings: Settings) -> Result<Settings> {
        check_budget(&settings)?;
        let before = self.settings().await?;
        self.store
            .save_setting(SettingName::Settings, Some(&settings))
            .await?;
        if before.quiet != settings.quiet {
            self.tell(Event::StatusChanged);
        }
        if self.config.budget_per_hour.is_none() {
            self.client.pace().set_budget(settings.budget_per_hour);
            self.poller.changed.notify_one();
        }
        self.tell(Event::SettingsChanged);
        Ok(settings)
    }

    /// What waits for the end of the quiet hours is told again to its channels, which decide anew.
    ///
    /// For whoever keeps the settings the channels go by: the hours have changed, and they know.
    pub async fn release_held(&self) -> Result<()> {
        self.store.release_held(self.now()).await?;
        self.poller.outbox.notify_waiters();
        Ok(())
    }

    /// What was typed into an unfinished form.
    pub async fn form(&self, name: &str) -> Result<Option<String>> {
        Ok(self
            .store
            .setting(SettingName::Form(name.to_owned()))
            .await?)
    }

    /// Keeps what was typed into a form (at most 64 KB); `None` forgets it.
    pub async fn save_form(&self, name: &str, text: Option<String>) -> Result<()> {
        if name.len() > 64 || text.as_ref().is_some_and(|text| text.len() > FORM_LIMIT) {
            return Err(EngineError::Invalid(vec![Problem::TooLong]));
        }
        Ok(self
            .store
            .save_setting(SettingName::Form(name.to_owned()), text.as_ref())
            .await?)
    }

    /// Checks the network, the service, the clock and the database.
    pub async fn self_check(&self) -> Result<Vec<Check>> {
        let check = |subject, verdict, detail| Check {
            subject,
            verdict,
            detail,
        };
        let asked = self.client.districts(Why::Click).await;
        let (network, service, detail) = match &asked {
            Ok(_) => (Verdict::Fine, Verdict::Fine, None),
            Err(error @ ApiError::Offline { .. }) => {
                (Verdict::Broken, Verdict::Broken, Some(error.to_string()))
            }
            Err(error @ ApiError::Slowed { .. }) => {
                (Verdict::Fine, Verdict::Remark, Some(error.to_string()))
            }
            Err(error) => (Verdict::Fine, Verdict::Broken, Some(error.to_string())),
        };
        let mut checks = vec![
            check(CheckSubject::Network, network, None),
            check(CheckSubject::Service, service, detail),
        ];
        if let Some(service_time) = self.client.service_time() {
            let ahead = self.now() - service_time;
            let fine = ahead.abs() <= CLOCK_TOLERANCE;
            let detail = format!("{} s", ahead.num_seconds());
            checks.push(check(
                CheckSubject::Clock,
                if fine { Verdict::Fine } else { Verdict::Remark },
                (!fine).then_some(detail),
            ));
        }
        let database = self.store.check().await;
        checks.push(check(
            CheckSubject::Database,
            if database.is_ok() {
                Verdict::Fine
            } else {
                Verdict::Broken
            },
            database.err().map(|error| error.to_string()),
        ));
        Ok(checks)
    }

    /// Watches and settings, to be kept in a file.
    pub async fn export(&self) -> Result<Backup> {
        let watches = self.poller.board().watches.values().cloned().collect();
        Ok(Backup::new(watches, self.settings().await?, self.now()))
    }

    /// What an import of this file would do. Nothing is written.
    pub fn preview_import(&self, text: &str) -> Result<ImportPlan> {
        Ok(self.sort_import(text)?.plan)
    }

    /// Adds the watches of a file that are not here yet, and takes its settings.
    pub async fn import(&self, text: &str) -> Result<Imported> {
        let Import {
            plan,
            fresh,
            settings,
        } = self.sort_import(text)?;
        let added = self.add_watches(fresh, false).await?;
        if let Some(settings) = settings {
            self.save_settings(settings).await?;
        }
        Ok(Imported {
            watches: count(added.iter()),
            skipped: u32::try_from(plan.watches.len() - added.len()).unwrap_or(u32::MAX),
        })
    }

    /// Decides what becomes of each watch of a file.
    fn sort_import(&self, text: &str) -> Result<Import> {
        let backup =
            backup::read(text).map_err(|()| EngineError::Invalid(vec![Problem::BadFile]))?;
        if let Some(settings) = &backup.settings {
            check_budget(settings)?;
        }
        let mut known: HashSet<String> = {
            let board = self.poller.board();
            board
                .watches
                .values()
                .map(|watch| watches::essence(&watch.draft))
                .collect()
        };
        let mut fresh = Vec::new();
        let mut rows = Vec::new();
        for saved in backup.watches {
            let (draft, fate) = match saved {
                None => (None, ImportFate::Unreadable),
                Some((draft, activity)) => match self.checked(draft.clone()) {
                    Err(error) => (
                        Some(draft),
                        ImportFate::Invalid {
                            problems: error.problems().to_vec(),
                        },
                    ),
                    Ok(draft) if known.insert(watches::essence(&draft)) => {
                        fresh.push((draft.clone(), activity));
                        (Some(draft), ImportFate::New)
                    }
                    Ok(draft) => (Some(draft), ImportFate::Known),
                },
            };
            rows.push(ImportRow { draft, fate });
        }
        Ok(Import {
            plan: ImportPlan {
                watches: rows,
                settings: backup.settings.is_some(),
            },
            fresh,
            settings: backup.settings,
        })
    }

    /// Deletes everything this folder holds: watches, history, settings, lists. The engine has
    /// stopped for good afterwards; a new one on the same folder starts as on the first day.
    pub async fn erase(&self) -> Result<()> {
        self.stop_tasks().await;
        Ok(self.store.erase().await?)
    }
}

/// A file that was read: what is to be shown of it, and what is to be written.
struct Import {
    plan: ImportPlan,
    fresh: Vec<(WatchDraft, Activity)>,
    settings: Option<Settings>,
}

fn by_id(watch: Watch) -> (WatchId, Watch) {
    (watch.id, watch)
}

/// A watch with its names as they are shown now.
fn respelled(watch: Watch) -> Watch {
    Watch {
        draft: watches::respelled(watch.draft),
        ..watch
    }
}

fn check_budget(settings: &Settings) -> Result<()> {
    if (LEAST_BUDGET..=USUAL_BUDGET).contains(&settings.budget_per_hour) {
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

/// After a crash the requests of a minute are missing at most.
async fn tally_by_the_minute(
    tally: Arc<Tally>,
    store: Store,
    client: Client,
    clock: Clock,
    stop: CancellationToken,
) {
    let minute = || tokio::time::sleep(Duration::from_mins(1));
    while stop.run_until_cancelled(minute()).await.is_some() {
        keep_tally(&tally, &store, &client, clock.now()).await;
    }
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
    for restarts in 0u32.. {
        let mut task = JoinSet::new();
        task.spawn(start());
        match task.join_next().await {
            Some(Err(error)) if error.is_panic() => {
                tracing::error!(task = name, restarts, "a task died and is started again");
            }
            Some(Ok(()) | Err(_)) | None => return,
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(1 << restarts.min(6))) => (),
        }
    }
}

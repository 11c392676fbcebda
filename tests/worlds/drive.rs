//! The events of a plan happen to the engine and the city.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use engine::{
    Channel, Config, Engine, EngineError, StartError,
    clock::Clock,
    gorzdrav::Transport,
    model::{
        Activity, ClinicId, DoctorChoice, DoctorId, DoctorRef, Place, Quiet, SpecialtyId,
        WatchDraft, WatchId, WatchView,
    },
    secrets::Secrets,
};
use simulator::{City, Extent, Vendor};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{
    ear::Ear,
    line::{Line, Snare},
    oracle,
    plan::{Act, Draft, Mood, Plan, Scope},
    record::{Era, Record, Seen},
};

/// After the last event all is well for so long: longer than any refusal lasts.
const AFTERMATH: Duration = Duration::from_mins(100);
/// A watch that is paused until then goes on soon after.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// Runs a world; gives what was seen, how it ended, and the folder of its database.
pub fn live(plan: &Plan) -> (Seen, oracle::End, TempDir) {
    engine::blocking::stay_on_this_thread();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime needs nothing but memory");
    runtime.block_on(async {
        let mut world = World::new(plan);
        for event in &plan.events {
            world.await_moment(event.at).await;
            world.befall(&event.act).await;
        }
        world
            .await_moment(Duration::from_secs(u64::from(plan.days) * 86_400))
            .await;
        world.end().await
    })
}

struct Spot {
    clinic: String,
    /// The specialty's place in the list: ids change.
    specialty: usize,
}

struct World {
    city: Arc<City>,
    clock: Clock,
    record: Record,
    line: Arc<Line>,
    snare: Arc<Snare>,
    ears: Vec<Arc<Ear>>,
    config: Config,
    engine: Option<Arc<Engine>>,
    /// What a person waits for beside.
    errands: JoinSet<()>,
    spots: Vec<Spot>,
    /// Watches there ever were, by what is known of each here.
    watches: Vec<(WatchId, WatchDraft, Activity)>,
    taken: Option<(String, String, DateTime<Utc>)>,
    backup: Option<String>,
    /// By how much the clock is wrong, and since when.
    wrong: (TimeDelta, DateTime<Utc>),
    /// The computer sleeps until then.
    asleep: Option<(DateTime<Utc>, bool)>,
    late: Vec<Act>,
    away_since: DateTime<Utc>,
    all_paused_since: Option<DateTime<Utc>>,
    start: DateTime<Utc>,
    latency: Duration,
    folder: TempDir,
}

fn memory() -> PathBuf {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() {
        shared.to_owned()
    } else {
        std::env::temp_dir()
    }
}

impl World {
    fn new(plan: &Plan) -> Self {
        let city = City::new(simulator::Config {
            latency: plan.latency,
            ..simulator::Config::quiet(plan.start).with_seed(plan.seed)
        });
        let spots = spots(&city, plan);
        for clinic in city.clinics() {
            // What nobody watches only makes the register long.
            if spots.iter().all(|spot| spot.clinic != clinic.id) {
                city.remove_clinic(&clinic.id);
            }
        }
        let clock = Clock::test(plan.start);
        let record = Record::new(Arc::clone(&city), clock.clone());
        let snare = Arc::new(Snare::default());
        let line = Arc::new(Line::new(
            Arc::clone(&city),
            record.clone(),
            Arc::clone(&snare),
        ));
        record.seen().ears = plan.ears.len();
        let ears = plan.ears.iter().enumerate();
        let ears = ears
            .map(|(number, rung)| {
                let snare = Arc::clone(&snare);
                Arc::new(Ear::new(number, *rung, record.clone(), snare))
            })
            .collect();
        let folder = tempfile::tempdir_in(memory()).expect("a folder in memory");
        let config = Config {
            clock: clock.clone(),
            seed: plan.seed,
            secrets: Some(Secrets::in_memory()),
            transport: Some(Arc::clone(&line) as Arc<dyn Transport>),
            ..Config::new(folder.path().join("data"))
        };
        let world = Self {
            city,
            clock,
            record,
            line,
            snare,
            ears,
            config,
            engine: None,
            errands: JoinSet::new(),
            spots,
            watches: Vec::new(),
            taken: None,
            backup: None,
            wrong: (TimeDelta::zero(), plan.start),
            asleep: None,
            late: Vec::new(),
            away_since: plan.start,
            all_paused_since: None,
            start: plan.start,
            latency: plan.latency,
            folder,
        };
        world.learn_ids();
        world
    }

    fn now(&self) -> DateTime<Utc> {
        self.city.now()
    }

    /// The specialties of all doctors, as their ids are now.
    fn learn_ids(&self) {
        for spot in &self.spots {
            if !self.is_there(spot) {
                continue;
            }
            for specialty in self.city.specialties(&spot.clinic) {
                for doctor in self.city.doctors(&spot.clinic, &specialty.id) {
                    let key = (spot.clinic.clone(), doctor.id);
                    let mut seen = self.record.seen();
                    seen.specialties
                        .entry(key)
                        .or_default()
                        .entry(self.city.now())
                        .or_default()
                        .insert(specialty.id.clone());
                }
            }
        }
    }

    fn is_there(&self, spot: &Spot) -> bool {
        let clinics = self.city.clinics();
        clinics.iter().any(|clinic| clinic.id == spot.clinic)
    }

    // Time -------------------------------------------------------------------------------------

    /// Lets time pass until then; what lies in wait for a kill may strike meanwhile.
    async fn await_moment(&mut self, at: Duration) {
        let moment = self.start + TimeDelta::from_std(at).unwrap_or_default();
        if let Some((until, ran)) = self.asleep {
            self.pass(moment.min(until));
            if moment < until {
                return;
            }
            self.wake(ran).await;
        }
        while let Ok(wait) = (moment - self.now()).to_std() {
            if wait.is_zero() {
                return;
            }
            tokio::select! {
                biased;
                turns = self.snare.sprung() => self.kill(turns).await,
                () = tokio::time::sleep(wait) => return,
            }
        }
    }

    /// Time passes for all but the program.
    fn pass(&self, until: DateTime<Utc>) {
        let time = (until - self.now()).max(TimeDelta::zero());
        self.city.pass(time);
        self.clock.step(time);
    }

    async fn wake(&mut self, ran: bool) {
        self.asleep = None;
        if ran {
            // Its own clock ran on meanwhile.
            let slept = self.now() - self.away_since;
            self.city.pass(-slept);
            self.clock.step(-slept);
            tokio::time::advance(slept.to_std().unwrap_or_default()).await;
        }
        self.record
            .note(&format!("the computer wakes; its own clock ran: {ran}"));
        self.come_back();
        for act in std::mem::take(&mut self.late) {
            self.act(&act).await;
        }
    }

    fn go_away(&mut self) {
        self.away_since = self.now();
    }

    fn come_back(&mut self) {
        let now = self.now();
        self.record.seen().away.push((self.away_since, now));
    }

    // Events -----------------------------------------------------------------------------------

    async fn befall(&mut self, act: &Act) {
        let outside = matches!(
            act,
            Act::Offer { .. }
                | Act::Take { .. }
                | Act::TakeAll { .. }
                | Act::GiveBack
                | Act::Rebind { .. }
                | Act::Rename { .. }
                | Act::CloseOnline { .. }
                | Act::Leave { .. }
                | Act::DoctorLeaves { .. }
                | Act::Fault { .. }
                | Act::Offline { .. }
        );
        if self.asleep.is_some() && !outside {
            self.late.push(act.clone());
            return;
        }
        Box::pin(self.act(act)).await;
    }

    async fn act(&mut self, act: &Act) {
        let kind = format!("{act:?}");
        let end = kind
            .find(|sign: char| !sign.is_alphanumeric())
            .unwrap_or(kind.len());
        self.record.count(&format!("act {}", &kind[..end]));
        self.record.note(&kind);
        let before = self.now();
        self.record.seen().acts.push(before);
        if matches!(
            act,
            Act::Leave { .. } | Act::Rebind { .. } | Act::CloseOnline { .. }
        ) {
            self.record.seen().moves.push(before);
        }
        match act {
            Act::Offer { .. }
            | Act::Take { .. }
            | Act::TakeAll { .. }
            | Act::GiveBack
            | Act::Rebind { .. }
            | Act::Rename { .. }
            | Act::CloseOnline { .. }
            | Act::Leave { .. }
            | Act::DoctorLeaves { .. }
            | Act::Fault { .. }
            | Act::Offline { .. } => self.change_city(act),
            Act::Start => self.start().await,
            Act::Quit => self.quit().await,
            Act::Kill { turns } => self.kill(*turns).await,
            Act::KillAfter { what, count, turns } => self.snare.set(*what, *count, *turns),
            Act::Sleep { time, ran } => {
                if self.engine.is_some() {
                    let until = self.now() + TimeDelta::from_std(*time).unwrap_or_default();
                    self.asleep = Some((until, *ran));
                    self.go_away();
                }
            }
            Act::SetClock { by } => {
                self.right_clock();
                self.clock.step(*by);
                self.wrong = (*by, self.now());
            }
            Act::RightClock => self.right_clock(),
            Act::Ear { ear, mood, time } => {
                let until = self.now() + TimeDelta::from_std(*time).unwrap_or_default();
                let ear = ear % self.ears.len();
                self.ears[ear].be(*mood, until);
                let now = self.now();
                if *mood != Mood::Fine {
                    self.record.seen().moods.push((ear, now, until));
                }
            }
            _ => {
                if let Some(engine) = self.engine.clone() {
                    let done = Box::pin(self.person(&engine, act)).await;
                    self.judge(done);
                }
            }
        }
        let after = self.now();
        self.record.seen().acts.push(after);
    }

    /// A person may ask for what is not there; the program itself must not fail.
    fn judge(&self, done: Result<(), EngineError>) {
        match done {
            Ok(())
            | Err(EngineError::NotFound(_) | EngineError::Invalid(_) | EngineError::Api(_)) => {}
            Err(error) => {
                self.record.note(&format!("FAILED {error}"));
                self.record.count("failed operations");
            }
        }
    }

    fn right_clock(&mut self) {
        let (by, since) = self.wrong;
        if !by.is_zero() {
            self.clock.step(-by);
            let now = self.now();
            self.record.seen().wrong.push((since, now));
        }
        self.wrong = (TimeDelta::zero(), self.now());
    }

    // The program ------------------------------------------------------------------------------

    async fn start(&mut self) {
        if self.engine.is_some() {
            return;
        }
        let channels = || {
            self.ears
                .iter()
                .map(|ear| Arc::clone(ear) as Arc<dyn Channel>)
        };
        for _ in 0..200 {
            match Engine::start(self.config.clone(), channels().collect()).await {
                Ok(engine) => {
                    self.engine = Some(engine);
                    self.come_back();
                    return;
                }
                // What the last run was writing is being finished.
                Err(StartError::Store(engine::StoreError::InUse)) => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                Err(error) => {
                    self.record.note(&format!("FAILED to start: {error:?}"));
                    self.record.count("failed operations");
                    return;
                }
            }
        }
        self.record.note("FAILED to start: the folder stays in use");
        self.record.count("failed operations");
    }

    async fn quit(&mut self) {
        let Some(engine) = self.engine.take() else {
            return;
        };
        let now = self.now();
        self.record.seen().breaks.push(now);
        self.errands.shutdown().await;
        engine.stop().await;
        let now = self.now();
        let mut seen = self.record.seen();
        seen.breaks.push(now);
        // What was being told is told again.
        seen.kills.push(now);
        drop(seen);
        self.go_away();
    }

    /// Everything the program does ends where it stands; then it is started again.
    async fn kill(&mut self, turns: usize) {
        if self.engine.is_none() || self.asleep.is_some() {
            return;
        }
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        self.record.note("killed");
        self.record.count("kills");
        let now = self.now();
        {
            let mut seen = self.record.seen();
            seen.breaks.push(now);
            seen.kills.push(now);
        }
        self.errands.abort_all();
        while self.errands.join_next().await.is_some() {}
        self.engine = None;
        self.go_away();
        Box::pin(self.start()).await;
    }

    // The city ---------------------------------------------------------------------------------

    fn doctor(&self, place: usize, doctor: usize) -> Option<(String, String)> {
        let spot = &self.spots[place % self.spots.len()];
        if !self.is_there(spot) {
            return None;
        }
        let specialties = self.city.specialties(&spot.clinic);
        let specialty = specialties.get(spot.specialty)?;
        let doctors = self.city.doctors(&spot.clinic, &specialty.id);
        let doctor = doctors.get(doctor % doctors.len().max(1))?;
        Some((spot.clinic.clone(), doctor.id.clone()))
    }

    fn change_city(&mut self, act: &Act) {
        let city = Arc::clone(&self.city);
        let clinic = |place: &usize| self.spots[place % self.spots.len()].clinic.clone();
        let there = |place: &usize| self.is_there(&self.spots[place % self.spots.len()]);
        match act {
            Act::Offer {
                place,
                doctor,
                hours,
                count,
            } => {
                let Some((clinic, doctor)) = self.doctor(*place, *doctor) else {
                    return;
                };
                let begin = self.now() + TimeDelta::hours(*hours);
                let quarter = begin.timestamp().div_euclid(900) * 900;
                let open = city.slots(&clinic, &doctor);
                for nth in 0..*count {
                    let start = quarter + 900 * i64::try_from(nth).unwrap_or(0);
                    let start = DateTime::from_timestamp(start, 0).unwrap_or_default();
                    if start > self.now() && !open.contains(&start) {
                        city.offer(&clinic, &doctor, start);
                        self.record.count("offered");
                    }
                }
            }
            Act::Take { place, doctor, nth } => {
                let Some((clinic, doctor)) = self.doctor(*place, *doctor) else {
                    return;
                };
                let open = city.slots(&clinic, &doctor);
                if let Some(start) = open.get(nth % open.len().max(1)).copied() {
                    city.take(&clinic, &doctor, start);
                    self.taken = Some((clinic, doctor, start));
                }
            }
            Act::TakeAll { place, doctor } => {
                if let Some((clinic, doctor)) = self.doctor(*place, *doctor) {
                    city.take_all(&clinic, &doctor);
                }
            }
            Act::GiveBack => {
                if let Some((clinic, doctor, start)) = self.taken.take()
                    && city.clinics().iter().any(|there| there.id == clinic)
                    && self.known(&clinic, &doctor)
                    && start > self.now()
                {
                    city.offer(&clinic, &doctor, start);
                }
            }
            Act::Rebind { place } if there(place) => {
                city.rebind(&clinic(place));
                self.learn_ids();
            }
            Act::Rename { place, doctor } if there(place) => {
                city.rename(
                    &clinic(place),
                    "Поликлиника имени нового имени",
                    "Поликлиника",
                );
                if let Some((clinic, doctor)) = self.doctor(*place, *doctor) {
                    city.rename_doctor(&clinic, &doctor, "Новая Фамилия Отчество");
                }
            }
            Act::CloseOnline { place, closed } if there(place) => {
                city.close_online(&clinic(place), *closed);
            }
            Act::Leave { place, gone: true } if there(place) => city.remove_clinic(&clinic(place)),
            Act::Leave { place, gone: false } => city.return_clinic(&clinic(place)),
            Act::DoctorLeaves { place, doctor } => {
                if let Some((clinic, doctor)) = self.doctor(*place, *doctor) {
                    city.remove_doctor(&clinic, &doctor);
                }
            }
            Act::Fault { scope, fault, time } => {
                let scope = match scope {
                    Scope::All => simulator::Scope::All,
                    Scope::Clinic(place) => simulator::Scope::Clinic(clinic(place)),
                    Scope::Slots(place) => {
                        simulator::Scope::Path(format!("/schedule/lpu/{}/doctor/", clinic(place)))
                    }
                };
                self.record.count(&format!("fault {}", fault.kind()));
                city.fail(scope, fault.clone(), Extent::For(*time));
                let now = self.now();
                let until = now + TimeDelta::from_std(*time).unwrap_or_default();
                self.record.seen().faults.push((now, until));
            }
            Act::Offline { time, how } => {
                self.record.count("fault Offline");
                let until = self.now() + TimeDelta::from_std(*time).unwrap_or_default();
                self.line.cut(until, *how);
            }
            _ => {}
        }
    }

    fn known(&self, clinic: &str, doctor: &str) -> bool {
        let specialties = self.city.specialties(clinic).into_iter();
        let mut doctors = specialties.flat_map(|it| self.city.doctors(clinic, &it.id));
        doctors.any(|it| it.id == doctor)
    }

    // The person -------------------------------------------------------------------------------

    fn fill_in(&self, draft: &Draft) -> Option<WatchDraft> {
        let mut places = Vec::new();
        for (place, chosen) in &draft.places {
            let spot = &self.spots[place % self.spots.len()];
            if !self.is_there(spot) {
                continue;
            }
            let specialties = self.city.specialties(&spot.clinic);
            let specialty = specialties.get(spot.specialty)?;
            let doctors = self.city.doctors(&spot.clinic, &specialty.id);
            let refer = |number: &i64| {
                let nth = usize::try_from(number.unsigned_abs()).ok()? % doctors.len().max(1);
                let doctor = doctors.get(nth)?;
                Some(DoctorRef {
                    id: DoctorId(doctor.id.clone()),
                    name: doctor.name.clone().unwrap_or_else(|| "Врач".to_owned()),
                })
            };
            let refs: Vec<_> = chosen.iter().filter_map(refer).collect();
            let doctors = match (chosen.first(), refs.is_empty()) {
                (None, _) | (_, true) => DoctorChoice::Any,
                (Some(1..), _) => DoctorChoice::Only { doctors: refs },
                (Some(_), _) => DoctorChoice::Except { doctors: refs },
            };
            places.push(Place {
                clinic_id: ClinicId(spot.clinic.clone()),
                clinic_name: "Поликлиника".to_owned(),
                specialty_id: SpecialtyId(specialty.id.clone()),
                specialty_name: specialty.name.clone(),
                fer_id: specialty.fer_id.clone(),
                doctors,
            });
        }
        (!places.is_empty()).then(|| WatchDraft {
            places,
            wish: draft.wish.clone(),
            tell: draft.tell,
            ..WatchDraft::default()
        })
    }

    /// Now, by the city's clock and the computer's.
    fn moment(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.now(), self.record.wall())
    }

    fn begin_era(&mut self, id: WatchId, draft: WatchDraft, activity: Activity) {
        self.begin_era_at(self.moment(), id, draft, activity);
    }

    /// A part of a watch's life begins.
    fn begin_era_at(
        &mut self,
        (from, wall): (DateTime<Utc>, DateTime<Utc>),
        id: WatchId,
        draft: WatchDraft,
        activity: Activity,
    ) {
        let era = |from, on| Era {
            watch: id.0,
            from,
            draft: draft.clone(),
            on,
        };
        let mut seen = self.record.seen();
        match activity {
            Activity::On => seen.eras.push(era(from, true)),
            Activity::Off => seen.eras.push(era(from, false)),
            Activity::PausedUntil { until } => {
                seen.eras.push(era(from, false));
                // By a clock that is wrong nobody knows for how long.
                if self.wrong.0.is_zero() {
                    let until = from + (until - wall);
                    seen.eras.push(era(until.max(from) + SOON, true));
                }
            }
        }
        drop(seen);
        match self.watches.iter_mut().find(|(known, ..)| *known == id) {
            Some(known) => *known = (id, draft, activity),
            None => self.watches.push((id, draft, activity)),
        }
    }

    fn click(&self) {
        let now = self.now();
        self.record.seen().clicks.push(now);
    }

    async fn person(&mut self, engine: &Arc<Engine>, act: &Act) -> Result<(), EngineError> {
        let nth = |watch: &usize| {
            let count = self.watches.len().max(1);
            self.watches.get(watch % count).cloned()
        };
        match act {
            Act::Add { draft } => {
                if let Some(draft) = self.fill_in(draft)
                    && self.watches.len() < 5
                {
                    self.click();
                    let watch = engine.add_watch(draft).await?;
                    self.begin_era(watch.id, watch.draft, Activity::On);
                }
            }
            Act::Change { watch, draft } => {
                if let (Some(draft), Some((id, ..))) = (self.fill_in(draft), nth(watch)) {
                    self.click();
                    let watch = engine.update_watch(id, draft).await?;
                    self.begin_era(id, watch.draft, watch.activity);
                }
            }
            Act::Pause { watch, time } => {
                if let Some((id, draft, _)) = nth(watch) {
                    let time = time.and_then(|time| TimeDelta::from_std(time).ok());
                    let activity = time.map_or(Activity::Off, |time| Activity::PausedUntil {
                        until: self.clock.now() + time,
                    });
                    let begin = self.moment();
                    engine.set_activity(id, activity).await?;
                    self.begin_era_at(begin, id, draft, activity);
                }
            }
            Act::Resume { watch } => {
                if let Some((id, draft, _)) = nth(watch) {
                    self.click();
                    let done = engine.set_activity(id, Activity::On).await;
                    if done.is_ok() {
                        self.begin_era(id, draft, Activity::On);
                    }
                    done?;
                }
            }
            Act::Remove { watch } => {
                if let Some((id, draft, _)) = nth(watch) {
                    let begin = self.moment();
                    engine.remove_watch(id).await?;
                    self.begin_era_at(begin, id, draft, Activity::Off);
                }
            }
            Act::Restore { watch } => {
                if let Some((id, ..)) = nth(watch) {
                    self.click();
                    let watch = engine.restore_watch(id).await?;
                    self.begin_era(id, watch.draft, watch.activity);
                }
            }
            Act::PauseAll { time } => {
                self.unpause();
                let time = time.and_then(|time| TimeDelta::from_std(time).ok());
                let until = time.map(|time| self.clock.now() + time);
                self.all_paused_since = Some(self.now());
                engine.pause(until).await?;
            }
            Act::ResumeAll => {
                self.unpause();
                self.click();
                engine.resume().await?;
            }
            Act::Check { watch } => {
                let id = watch.as_ref().and_then(nth).map(|(id, ..)| id);
                self.click();
                let engine = Arc::clone(engine);
                self.errands.spawn(async move {
                    // A watch that is gone is no news.
                    let _ = engine.check_now(id).await;
                });
            }
            _ => return Box::pin(self.besides(engine, act)).await,
        }
        Ok(())
    }

    /// What a person does that is not about one watch.
    async fn besides(&mut self, engine: &Arc<Engine>, act: &Act) -> Result<(), EngineError> {
        match act {
            Act::Answer { nth, answer } => {
                let inbox = engine.inbox(5).await?;
                if let Some(alert) = inbox.get(*nth) {
                    let now = self.now();
                    self.record.seen().snoozed.push((alert.id.0, now));
                    engine.answer(alert.id, *answer).await?;
                }
            }
            Act::Set {
                budget,
                bursts,
                quiet,
                hushed,
            } => {
                self.set(engine, *budget, *bursts, quiet.clone(), *hushed)
                    .await?;
            }
            Act::Export => {
                let backup = engine.export().await?;
                self.backup = serde_json::to_string(&backup).ok();
            }
            Act::Import => {
                if let Some(text) = self.backup.clone() {
                    self.click();
                    engine.import(&text).await?;
                    self.meet(&engine.watches().await?);
                    let settings = engine.settings().await?;
                    let now = self.now();
                    let budget = (now, settings.budget_per_hour, settings.bursts);
                    self.record.seen().budgets.push(budget);
                }
            }
            Act::LookAround => {
                engine.status().await?;
                engine.ledger().await?;
                engine.channels().await?;
                for view in engine.watches().await? {
                    engine.history(view.watch.id).await?;
                    engine.openings(view.watch.id, 50).await?;
                }
                engine.trace(None).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn set(
        &mut self,
        engine: &Engine,
        budget: u32,
        bursts: bool,
        quiet: Option<Quiet>,
        hushed: bool,
    ) -> Result<(), EngineError> {
        let now = self.now();
        self.record.seen().budgets.push((now, budget, bursts));
        let mut settings = engine.settings().await?;
        settings.budget_per_hour = budget;
        settings.bursts = bursts;
        settings.quiet = quiet.unwrap_or_default();
        settings.hushed = hushed;
        engine.save_settings(settings).await?;
        Ok(())
    }

    /// Watches that came out of a file.
    fn meet(&mut self, views: &[WatchView]) {
        for view in views {
            let watch = &view.watch;
            if self.watches.iter().all(|(known, ..)| *known != watch.id) {
                self.begin_era(watch.id, watch.draft.clone(), watch.activity);
            }
        }
    }

    fn unpause(&mut self) {
        if let Some(since) = self.all_paused_since.take() {
            let now = self.now();
            self.record.seen().pauses.push((since, now));
        }
    }

    // The end ----------------------------------------------------------------------------------

    /// All is well again, for long enough to be judged.
    async fn end(mut self) -> (Seen, oracle::End, TempDir) {
        self.record.note("from here on all is well");
        self.snare.set(super::plan::Trap::Tell, 0, 0);
        self.right_clock();
        self.city.clear_faults();
        self.city.set_latency(self.latency);
        let now = self.now();
        self.line.cut(now, 0);
        for ear in &self.ears {
            ear.be(Mood::Fine, now);
        }
        for spot in &self.spots {
            self.city.return_clinic(&spot.clinic);
            self.city.close_online(&spot.clinic, false);
        }
        self.act(&Act::Start).await;
        self.act(&Act::ResumeAll).await;
        if let Some(engine) = self.engine.clone() {
            let (budget, bursts) = {
                let seen = self.record.seen();
                let last = seen.budgets.last();
                last.map_or((30, false), |(_, budget, bursts)| (*budget, *bursts))
            };
            let set = self.set(&engine, budget, bursts, None, false).await;
            self.judge(set);
        }
        tokio::time::sleep(AFTERMATH).await;
        let mut end = oracle::End {
            now: self.now(),
            wall: self.record.wall(),
            database: self.folder.path().join("data").join("talonchik.db"),
            ..oracle::End::default()
        };
        if let Some(engine) = self.engine.clone() {
            match engine.watches().await {
                Ok(views) => end.views = views,
                Err(error) => self.judge(Err(error)),
            }
        }
        self.quit().await;
        self.unpause();
        let seen = std::mem::take(&mut *self.record.seen());
        (seen, end, self.folder)
    }
}

/// Where the watches are: a clinic of each wanted vendor with a specialty of some doctors, but not many.
fn spots(city: &City, plan: &Plan) -> Vec<Spot> {
    let clinics = city.clinics();
    let mut spots: Vec<Spot> = Vec::new();
    for (number, (vendor, doctors)) in plan.clinics.iter().enumerate() {
        let turn = usize::try_from(plan.seed).unwrap_or(0) % 7 + number;
        let of_vendor = clinics.iter().filter(|clinic| clinic.vendor == *vendor);
        let found = of_vendor.skip(turn).find_map(|clinic| {
            let specialties = city.specialties(&clinic.id);
            let fits = |doctors: usize| {
                let spots = &spots;
                specialties.iter().enumerate().position(|(nth, it)| {
                    (doctors..=doctors + 3).contains(&it.doctors)
                        && spots
                            .iter()
                            .all(|spot| (&spot.clinic, spot.specialty) != (&clinic.id, nth))
                })
            };
            let specialty = fits(*doctors)?;
            Some(Spot {
                clinic: clinic.id.clone(),
                specialty,
            })
        });
        spots.extend(found);
    }
    if spots.is_empty() {
        let place = city.place_of_vendor(Vendor::Ariadna);
        let specialties = city.specialties(&place.clinic);
        let specialty = specialties.iter().position(|it| it.id == place.specialty);
        spots.push(Spot {
            clinic: place.clinic,
            specialty: specialty.unwrap_or(0),
        });
    }
    spots
}

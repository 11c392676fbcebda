//! Due clinics → client → diff → store.
//!
//! A round looks at one clinic: a glance at its key, or a walk down to the
//! slots of everything watched there. What changed in a list is followed down
//! at once; alerts come from slots only. Rounds of one clinic never overlap,
//! so an old answer cannot overtake a newer one.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use tokio::{
    sync::{Notify, broadcast},
    task::{self, JoinError, JoinSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    board::{Board, Cause, ClinicFacts, DoctorFacts, Errand, Trouble, Turn, Walked},
    clock::Clock,
    clocks::Clocks,
    delivery::Channels,
    failpoints::step,
    gorzdrav::{Answer, ApiError, Client, OfflineCause, SiteFault},
    model::{
        ClinicId, Counts, Doctor, DoctorId, Event, Key, Look, Outcome, ServiceState, Sleep, Slot,
        Specialty, SpecialtyId, WatchId,
    },
    pace::Why,
    plan::{Pair, Wanted},
    schedule::Arrived,
    store::{
        Arrival, Covering, DoctorLook, Listing, Mended, Newcomer, SettingName, Store, StoreError,
    },
    trust::{Level, Trial},
};

/// Rounds at work at the same time; the pace bounds their connections.
const ROUNDS: usize = 8;
/// The loop looks at the clocks at least this often.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// The wall clock ran on this much further than ours: the computer slept.
const SLEPT_AFTER: TimeDelta = TimeDelta::seconds(30);
/// A longer gap is somebody setting the clock.
const LONGEST_SLEEP: TimeDelta = TimeDelta::days(14);
/// An empty answer after this many slots is not believed at once.
const DOUBTFUL: usize = 20;
/// Failures of single lists in one round before the rest is left for the next.
const PATIENCE: u32 = 2;
/// The code of a clinic that offers nothing online.
const NO_ONLINE: i32 = 37;
/// How often the timetable of a chosen doctor is read.
const TIMETABLE_GAP: Duration = Duration::from_hours(6);

/// Looks at what is watched.
#[derive(Debug)]
pub(crate) struct Poller {
    pub(crate) store: Store,
    pub(crate) client: Client,
    pub(crate) clock: Clock,
    pub(crate) board: Arc<Mutex<Board>>,
    /// When slots usually appear.
    pub(crate) clocks: Mutex<Clocks>,
    pub(crate) events: broadcast::Sender<Event>,
    /// The channels that alerts go to.
    pub(crate) channels: Arc<Channels>,
    /// Watches changed, or the pause.
    pub(crate) changed: Notify,
    /// Something is in the outbox.
    pub(crate) outbox: Arc<Notify>,
}

/// Rounds under way, and what each was sent to do.
#[derive(Default)]
struct Rounds {
    tasks: JoinSet<()>,
    errands: HashMap<task::Id, Errand>,
}

impl Rounds {
    /// `turn`: it is waited for if there is none yet.
    fn begin(&mut self, poller: &Arc<Poller>, errand: Errand, turn: Option<Turn>) {
        let round = Arc::clone(poller).round(errand.clone(), turn);
        let task = self.tasks.spawn(round);
        self.errands.insert(task.id(), errand);
    }

    fn end(&mut self, poller: &Poller, ended: Result<(task::Id, ()), JoinError>) {
        match ended {
            Ok((id, ())) => {
                self.errands.remove(&id);
            }
            Err(error) => {
                let errand = self.errands.remove(&error.id());
                if let Some(errand) = errand.filter(|_| error.is_panic()) {
                    poller.bury(&errand);
                }
            }
        }
    }
}

/// Why a look taught nothing.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a round found on its way.
#[derive(Debug, Default)]
struct Findings {
    learned: bool,
    trouble: Option<Trouble>,
    failures: u32,
    /// Requests that were sent.
    asked: u32,
    /// Doctors whose slots were seen.
    seen: Vec<DoctorId>,
    /// A person waits for another round.
    give_way: CancellationToken,
}

impl Findings {
    /// Is there no point in going on with this round?
    fn hopeless(&self) -> bool {
        self.failures >= PATIENCE
            || self.give_way.is_cancelled()
            || self
                .trouble
                .is_some_and(|trouble| trouble.cause.concerns_all())
    }

    /// One more request. `None`: somebody waits for another round, and this one has given way.
    async fn ask<T>(&mut self, request: impl Future<Output = T>) -> Option<T> {
        let answer = self.give_way.run_until_cancelled(request).await?;
        self.asked += 1;
        Some(answer)
    }
}

impl Poller {
    pub(crate) fn board(&self) -> MutexGuard<'_, Board> {
        locked(&self.board)
    }

    pub(crate) fn clocks(&self) -> MutexGuard<'_, Clocks> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        // Nobody listening is no error.
        let _ = self.events.send(event);
    }

    /// Starts due rounds until stopped. A read under way is dropped; a write is finished.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut rounds = Rounds::default();
        let mut pulse = (self.clock.now(), Instant::now());
        loop {
            let (budget, bursts) = (self.background_budget(), self.client.pace().bursts());
            self.board().set_budget(budget, bursts);
            let room = ROUNDS.saturating_sub(rounds.tasks.len());
            let (errands, wait) = {
                let mut board = self.board();
                let now = self.clock.now();
                board.replan(now, false);
                board.due(now, room, rounds.tasks.is_empty())
            };
            for (errand, turn) in errands {
                rounds.begin(&self, errand, Some(turn));
            }
            // Without room the end of a round is waited for.
            let full = rounds.tasks.len() >= ROUNDS;
            let wait = if full { HEARTBEAT } else { wait.min(HEARTBEAT) };
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(ended) = rounds.tasks.join_next_with_id() => rounds.end(&self, ended),
                () = self.changed.notified() => (),
                () = tokio::time::sleep(wait) => (),
            }
            pulse = self.mind_the_clock(pulse).await;
        }
        rounds.tasks.shutdown().await;
    }

    /// After a sleep everything would be due at once: spread it over one gap instead.
    async fn mind_the_clock(
        &self,
        (wall, mono): (DateTime<Utc>, Instant),
    ) -> (DateTime<Utc>, Instant) {
        let pulse = (self.clock.now(), Instant::now());
        let mono_passed = TimeDelta::from_std(pulse.1 - mono).unwrap_or(TimeDelta::MAX);
        let wall_passed = pulse.0 - wall;
        // Some systems' own clock stands still during a sleep, others' runs on.
        let stood = wall_passed - mono_passed > SLEPT_AFTER;
        let ran =
            mono_passed > TimeDelta::from_std(HEARTBEAT).unwrap_or(TimeDelta::MAX) + SLEPT_AFTER;
        if (stood || ran) && wall_passed <= LONGEST_SLEEP {
            let sleep = Sleep {
                from: wall,
                to: pulse.0,
            };
            tracing::info!(from = %sleep.from, to = %sleep.to, "the computer slept");
            {
                let mut board = self.board();
                board.slept = Some(sleep);
                board.set_time(pulse.0);
            }
            if let Err(error) = self
                .store
                .save_setting(SettingName::Sleep, Some(&sleep))
                .await
            {
                tracing::warn!(%error, "the sleep could not be noted");
            }
            self.tell(Event::StatusChanged);
        } else if (wall_passed - mono_passed).abs() > SLEPT_AFTER {
            // Somebody set the clock.
            self.board().set_time(pulse.0);
        }
        pulse
    }

    /// Requests per hour left to background looks.
    pub(crate) fn background_budget(&self) -> f64 {
        let pace = self.client.pace();
        f64::from(pace.budget_per_hour()) * crate::pace::BACKGROUND_PART * pace.share()
    }

    /// Walks through these clinics now, because a person asked.
    pub(crate) async fn check(self: &Arc<Self>, clinics: Vec<ClinicId>) {
        let mut rounds = Rounds::default();
        for clinic in clinics {
            let errand = self.board().walk(&clinic);
            if let Some(errand) = errand {
                rounds.begin(self, errand, None);
            }
        }
        while let Some(ended) = rounds.tasks.join_next_with_id().await {
            rounds.end(self, ended);
        }
    }

    /// A round panicked: its clinic counts as failed, and rests like one.
    fn bury(&self, errand: &Errand) {
        tracing::error!(clinic = %errand.clinic, "a round died; the clinic rests");
        let now = self.clock.now();
        let trouble = Trouble {
            since: now,
            cause: Cause::Own,
        };
        let changed = self.board().finish(errand, false, Some(trouble), now);
        if changed {
            self.tell(Event::StatusChanged);
        }
        self.tell(Event::WatchesChanged);
    }

    async fn round(self: Arc<Self>, mut errand: Errand, turn: Option<Turn>) {
        let asked = Instant::now();
        let mut last = if let Some(turn) = turn {
            turn
        } else {
            let turn = {
                let board = self.board();
                let facts = board.facts.get(&errand.clinic);
                facts.map(ClinicFacts::turn_of_person)
            };
            let Some(turn) = turn else { return };
            turn.await
        };
        // Whoever presses twice is answered by the walk that began after the second press.
        if errand.urgent
            && last
                .as_ref()
                .is_some_and(|last| last.from >= asked && last.plan == errand.plan)
        {
            return;
        }
        if errand.walk {
            self.board().begin_walk(&mut errand);
            // What leaves something out is not what somebody who presses waits for.
            *last = errand.left_out.is_empty().then(|| Walked {
                from: Instant::now(),
                plan: errand.plan.clone(),
            });
        }
        let mut findings = Findings {
            give_way: errand.give_way.clone(),
            ..Findings::default()
        };
        let why = if errand.urgent {
            Why::Click
        } else {
            Why::Background
        };
        if errand.walk {
            self.walk(&errand, why, &mut findings).await;
        } else {
            self.glance(&errand, why, &mut findings).await;
            self.audit(&errand, why, &mut findings).await;
        }
        self.read_timetables(&errand.clinic, why, &mut findings)
            .await;
        let changed = {
            let mut board = self.board();
            // The first request is the look; clicks have a reserve of their own.
            if !errand.urgent {
                board.scheduler.spent(findings.asked.saturating_sub(1));
            }
            if errand.give_way.is_cancelled() && findings.trouble.is_none() {
                board.gave_way(&errand.clinic);
                return;
            }
            board.finish(
                &errand,
                findings.learned,
                findings.trouble,
                self.clock.now(),
            )
        };
        if changed {
            self.tell(Event::StatusChanged);
        }
        if changed || findings.trouble.is_some() {
            self.tell(Event::WatchesChanged);
        }
    }

    /// One look at the clinic's key, followed down where something changed.
    async fn glance(&self, errand: &Errand, why: Why, findings: &mut Findings) {
        match &errand.key {
            Key::Clinic { .. } => {
                let Some(rows) = self.look_at_clinic(errand, why, findings).await else {
                    // Without a list nothing is known, though the service answers.
                    if !findings.hopeless() {
                        findings.trouble.get_or_insert(Trouble {
                            since: self.clock.now(),
                            cause: Cause::Clinic,
                        });
                    }
                    return;
                };
                for (specialty, pair) in &errand.plan.pairs {
                    let Some(row) = rows.iter().find(|row| row.id == *specialty) else {
                        continue;
                    };
                    let changed = self
                        .board()
                        .facts
                        .get_mut(&errand.clinic)
                        .is_some_and(|facts| {
                            facts.wants_look(specialty, &row.counts, &pair.wanted)
                        });
                    if changed && !findings.hopeless() {
                        self.look_under(errand, specialty, Some(&row.counts), why, findings)
                            .await;
                    }
                }
            }
            Key::Specialty { specialty_id, .. } => {
                self.look_under(errand, specialty_id, None, why, findings)
                    .await;
            }
            Key::Doctor { doctor_id, .. } => {
                let specialty = {
                    let board = self.board();
                    let places = board.scheduler.places(&errand.key);
                    places.first().map(|specialty| (*specialty).clone())
                };
                if let Some(specialty) = specialty {
                    self.look_at_slots(&errand.clinic, &specialty, doctor_id, None, why, findings)
                        .await;
                }
            }
        }
    }

    /// Looks whether the counts have told the truth about one doctor.
    async fn audit(&self, errand: &Errand, why: Why, findings: &mut Findings) {
        let Some((specialty, _)) = &errand.audit else {
            return;
        };
        if findings.trouble.is_some() {
            return;
        }
        let row = match errand.key {
            // Rows that are not relied on are read now and then: they may prove good again.
            Key::Specialty { .. } | Key::Doctor { .. } if errand.plan.pairs.len() > 1 => {
                self.look_at_clinic(errand, why, findings).await
            }
            Key::Clinic { .. } | Key::Specialty { .. } | Key::Doctor { .. } => None,
        };
        let row = row.and_then(|rows| rows.into_iter().find(|row| row.id == *specialty));
        let row = row.as_ref().map(|row| &row.counts);
        self.look_under(errand, specialty, row, why, findings).await;
    }

    /// Looks at everything watched in the clinic, down to the slots.
    async fn walk(&self, errand: &Errand, why: Why, findings: &mut Findings) {
        let rows = self.look_at_clinic(errand, why, findings).await;
        let read_at = self.clock.now();
        let mut pairs: Vec<_> = errand.plan.pairs.iter().collect();
        if let Some(facts) = self.board().facts.get(&errand.clinic) {
            pairs.sort_by_cached_key(|(specialty, _)| facts.walk_order(specialty));
        }
        for (specialty, pair) in pairs {
            if findings.hopeless() {
                return;
            }
            let row = rows
                .as_ref()
                .map(|rows| rows.iter().find(|row| row.id == *specialty));
            match row {
                // Not on the list: only slots that were there are looked at again, and doctors chosen by name.
                Some(None) => {
                    let doctors = self.followed(&errand.clinic, specialty, &pair.wanted);
                    self.look_at_each(errand, specialty, doctors, why, findings)
                        .await;
                }
                Some(Some(row)) => {
                    if self.goes_under(errand, specialty, &row.counts, &pair.wanted, read_at) {
                        self.look_under(errand, specialty, Some(&row.counts), why, findings)
                            .await;
                    }
                }
                None if errand.left_out.contains(specialty) => (),
                None => {
                    self.look_under(errand, specialty, None, why, findings)
                        .await;
                }
            }
        }
    }

    /// Does a walk look under this row? What it leaves out is known since it was read,
    /// where it says nothing new.
    fn goes_under(
        &self,
        errand: &Errand,
        specialty: &SpecialtyId,
        row: &Counts,
        wanted: &Wanted,
        read_at: DateTime<Utc>,
    ) -> bool {
        if !errand.left_out.contains(specialty) {
            return true;
        }
        let mut board = self.board();
        let Some(facts) = board.facts.get_mut(&errand.clinic) else {
            return false;
        };
        let news = facts.wants_look(specialty, row, wanted);
        if !news && matches!(errand.key, Key::Clinic { .. }) {
            facts.note_known(errand, specialty, read_at);
        }
        news
    }

    /// Wanted doctors that had slots or are chosen by name.
    fn followed(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        wanted: &Wanted,
    ) -> BTreeSet<DoctorId> {
        let board = self.board();
        let mut doctors: BTreeSet<DoctorId> = board
            .facts
            .get(clinic)
            .into_iter()
            .flat_map(|facts| {
                facts.doctors.iter().filter(|(id, doctor)| {
                    doctor.had_slots() && wanted.includes(id) && facts.is_member(specialty, id)
                })
            })
            .map(|(id, _)| id.clone())
            .collect();
        if let Wanted::Only(chosen) = wanted {
            doctors.extend(chosen.iter().cloned());
        }
        doctors
    }

    /// The clinic's specialties. `None`: not learned.
    async fn look_at_clinic(
        &self,
        errand: &Errand,
        why: Why,
        findings: &mut Findings,
    ) -> Option<Vec<Specialty>> {
        let clinic = &errand.clinic;
        let started = Instant::now();
        let answer = findings.ask(self.client.specialties(clinic, why)).await?;
        let key = Key::Clinic {
            clinic_id: clinic.clone(),
        };
        let answer = self.log(key, started, answer, findings).await.ok()?;
        let no_online = answer.code == NO_ONLINE;
        if answer.rows.is_empty() && !no_online {
            // An empty list says nothing about what is under it.
            return None;
        }
        let (news, trials) = {
            let mut board = self.board();
            let facts = board.facts.get_mut(clinic)?;
            let before = facts.no_online;
            let trials = facts.note_specialties(&answer.rows, no_online, &errand.plan, errand.walk);
            (before != no_online, trials)
        };
        self.note_trials(clinic, trials).await;
        if news || errand.walk {
            self.save(&Listing::Specialties(clinic.clone()), &answer.rows)
                .await;
            self.tell(Event::WatchesChanged);
        }
        Some(answer.rows)
    }

    /// The doctors of a specialty, and the slots of those whose row changed (all of them on a walk).
    async fn look_under(
        &self,
        errand: &Errand,
        specialty: &SpecialtyId,
        row: Option<&Counts>,
        why: Why,
        findings: &mut Findings,
    ) {
        let Some(pair) = errand.plan.pairs.get(specialty) else {
            return;
        };
        let listed = self
            .look_at_doctors(errand, specialty, pair, why, findings)
            .await;
        if !listed && errand.walk {
            // The list is a hint; the slots may be there all the same.
            let doctors = self.last_listed(&errand.clinic, specialty, &pair.wanted);
            self.look_at_each(errand, specialty, doctors, why, findings)
                .await;
        }
        let mut board = self.board();
        let Some(facts) = board.facts.get_mut(&errand.clinic) else {
            return;
        };
        if findings.hopeless() {
            facts.note_trouble(errand, specialty);
        } else {
            if listed {
                facts.note_drilled(specialty, row);
            }
            facts.note_known(errand, specialty, self.clock.now());
        }
        if errand.walk {
            facts.note_walked(specialty, !findings.hopeless());
        }
    }

    /// Wanted doctors of the last good list, or chosen by name.
    fn last_listed(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        wanted: &Wanted,
    ) -> BTreeSet<DoctorId> {
        let board = self.board();
        let pair = board
            .facts
            .get(clinic)
            .and_then(|facts| facts.pairs.get(specialty));
        match (wanted, pair) {
            (Wanted::Only(chosen), _) => chosen.clone(),
            (Wanted::Except(_), Some(pair)) => {
                let listed = pair.doctors.iter().map(|row| &row.id);
                listed.filter(|id| wanted.includes(id)).cloned().collect()
            }
            (Wanted::Except(_), None) => BTreeSet::new(),
        }
    }

    /// The slots of these doctors, save those who rest.
    async fn look_at_each(
        &self,
        errand: &Errand,
        specialty: &SpecialtyId,
        doctors: BTreeSet<DoctorId>,
        why: Why,
        findings: &mut Findings,
    ) {
        for doctor in doctors {
            if !findings.hopeless() && !self.rests(errand, &doctor) {
                self.look_at_slots(&errand.clinic, specialty, &doctor, None, why, findings)
                    .await;
            }
        }
    }

    /// Is this doctor left alone for now? Not when a person asks.
    fn rests(&self, errand: &Errand, doctor: &DoctorId) -> bool {
        let board = self.board();
        let facts = board.facts.get(&errand.clinic);
        !errand.urgent && facts.is_some_and(|facts| facts.rests(doctor))
    }

    /// The doctors of a specialty, and the slots of those that are to be looked at. `false`: no list.
    async fn look_at_doctors(
        &self,
        errand: &Errand,
        specialty: &SpecialtyId,
        pair: &Pair,
        why: Why,
        findings: &mut Findings,
    ) -> bool {
        let clinic = &errand.clinic;
        let key = Key::Specialty {
            clinic_id: clinic.clone(),
            specialty_id: specialty.clone(),
        };
        let failed = |trouble| {
            self.note_failed(clinic, trouble, |facts, gap, rng| {
                facts.note_list_failed(specialty, trouble, gap, rng);
            });
            false
        };
        let started = Instant::now();
        let answer = self.client.doctors(clinic, specialty, why);
        let Some(answer) = findings.ask(answer).await else {
            return false;
        };
        let answer = match self.log(key, started, answer, findings).await {
            Ok(answer) => answer,
            Err(trouble) => return failed(trouble),
        };

        let (pair, unlisted, members_changed, members, trials) = {
            let mut board = self.board();
            // Whoever came while the list was read is shown it, too.
            let now = board
                .plan
                .get(clinic)
                .and_then(|plan| plan.pairs.get(specialty));
            let pair = now.unwrap_or(pair).clone();
            let known = board.listed.of(clinic, specialty);
            let listed = |watch: &WatchId| known.is_some_and(|known| known.contains(watch));
            let unlisted: Vec<_> = pair
                .watches
                .iter()
                .filter(|watch| !listed(watch))
                .map(|watch| board.newcomer(*watch, clinic, specialty, self.clock.now()))
                .collect();
            let Some(facts) = board.facts.get_mut(clinic) else {
                return true;
            };
            let known = &facts.pair(specialty).doctors;
            let changed = known.len() != answer.rows.len()
                || known
                    .iter()
                    .zip(&answer.rows)
                    .any(|(a, b)| (&a.id, &a.name) != (&b.id, &b.name));
            let members = answer.rows.iter().chain(known);
            let members = members.map(|doctor| doctor.id.clone()).collect();
            let trials = facts.note_doctors(specialty, &answer.rows);
            (pair, unlisted, changed, members, trials)
        };
        let pair = &pair;
        self.note_trials(clinic, trials).await;
        if members_changed {
            self.board().note_other_list(clinic);
        }
        if members_changed || errand.walk {
            self.keep_list(clinic, specialty, &answer.rows, members)
                .await;
        }
        let first = !unlisted.is_empty();
        if first {
            let shown = self.show_list(clinic, specialty, pair, unlisted, &answer.rows);
            if let Err(error) = shown.await {
                return failed(self.fail(&error.into(), findings));
            }
        }

        let distrusted = self.board().distrusts_lists(clinic);
        let waited = matches!(errand.key, Key::Clinic { .. });
        let mut rows: Vec<&Doctor> = answer
            .rows
            .iter()
            .filter(|row| pair.wanted.includes(&row.id) && !self.rests(errand, &row.id))
            .filter(|row| {
                first
                    || errand.walk
                    || distrusted
                    || errand
                        .audit
                        .as_ref()
                        .is_some_and(|(_, doctor)| *doctor == row.id)
                    || self
                        .board()
                        .facts
                        .get_mut(clinic)
                        .is_none_or(|facts| facts.wants_slots(row, waited))
            })
            .collect();
        self.put_in_order(clinic, &mut rows);
        for row in rows {
            if findings.hopeless() {
                return true;
            }
            self.look_at_slots(clinic, specialty, &row.id, Some(&row.counts), why, findings)
                .await;
        }
        self.look_for_unlisted(errand, specialty, pair, &answer.rows, why, findings)
            .await;
        true
    }

    /// Notes that watches were shown this list, and whom of it they have still to see.
    async fn show_list(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        pair: &Pair,
        newcomers: Vec<Newcomer>,
        rows: &[Doctor],
    ) -> Result<(), StoreError> {
        let key = Key::Specialty {
            clinic_id: clinic.clone(),
            specialty_id: specialty.clone(),
        };
        let doctors = rows
            .iter()
            .map(|row| row.id.clone())
            .filter(|id| pair.wanted.includes(id))
            .collect();
        let watches: Vec<WatchId> = newcomers.iter().map(|it| it.watch).collect();
        self.store.note_listed(newcomers, key, doctors).await?;
        self.board().listed.add(clinic, specialty, watches);
        Ok(())
    }

    /// Keeps who has ever been listed, and then who is: a crash in between loses nobody.
    async fn keep_list(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        rows: &[Doctor],
        members: Vec<DoctorId>,
    ) {
        let now = self.clock.now();
        let noted = self.store.note_members(clinic, specialty, members, now);
        if let Err(error) = noted.await {
            tracing::warn!(%error, "who was listed could not be saved");
        }
        step("members kept");
        let list = Listing::Doctors(clinic.clone(), specialty.clone());
        self.save(&list, rows).await;
    }

    /// The most slots first; whose slots keep failing keeps nobody else waiting.
    fn put_in_order(&self, clinic: &ClinicId, rows: &mut [&Doctor]) {
        let board = self.board();
        let facts = board.facts.get(clinic);
        rows.sort_by_key(|row| {
            let fails = facts.is_some_and(|facts| facts.keeps_failing(&row.id));
            (fails, Reverse(row.counts.free.max(row.counts.tickets)))
        });
    }

    /// Doctors with slots who are on no list any more.
    fn left(&self, clinic: &ClinicId, wanted: &Wanted) -> BTreeSet<DoctorId> {
        let board = self.board();
        let Some(facts) = board.facts.get(clinic) else {
            return BTreeSet::new();
        };
        let doctors = facts.doctors.iter().filter(|(id, doctor)| {
            doctor.had_slots() && wanted.includes(id) && !facts.is_listed(id)
        });
        doctors.map(|(id, _)| id.clone()).collect()
    }

    /// Doctors that the list does not show, chosen by name or with slots of late: they may be there all the same.
    async fn look_for_unlisted(
        &self,
        errand: &Errand,
        specialty: &SpecialtyId,
        pair: &Pair,
        rows: &[Doctor],
        why: Why,
        findings: &mut Findings,
    ) {
        let followed = match &pair.wanted {
            Wanted::Only(chosen) => chosen.clone(),
            Wanted::Except(_) => self.left(&errand.clinic, &pair.wanted),
        };
        for doctor in followed
            .iter()
            .filter(|id| rows.iter().all(|row| row.id != **id))
            .filter(|id| !self.rests(errand, id))
        {
            let open = self
                .board()
                .facts
                .get(&errand.clinic)
                .and_then(|facts| facts.doctors.get(doctor))
                .is_none_or(DoctorFacts::is_open);
            if !(errand.walk || open) || findings.hopeless() {
                continue;
            }
            let slots = self
                .look_at_slots(&errand.clinic, specialty, doctor, None, why, findings)
                .await;
            if errand.walk
                && !rows.is_empty()
                && slots == Some(0)
                && let Some(facts) = self.board().facts.get_mut(&errand.clinic)
            {
                facts.note_absent(doctor);
            }
        }
    }

    /// The slots of a doctor: the truth. How many there are; `None`: not learned.
    async fn look_at_slots(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        doctor: &DoctorId,
        row: Option<&Counts>,
        why: Why,
        findings: &mut Findings,
    ) -> Option<usize> {
        let key = Key::Doctor {
            clinic_id: clinic.clone(),
            doctor_id: doctor.clone(),
        };
        let started = Instant::now();
        let failed = |trouble| {
            self.note_failed(clinic, trouble, |facts, gap, rng| {
                facts.note_slots_failed(doctor, trouble, gap, rng);
            });
        };
        let answer = match findings.ask(self.client.slots(clinic, doctor, why)).await? {
            Ok(answer) => answer,
            Err(error) => {
                let answer = Err::<Answer<Slot>, _>(error);
                if let Err(trouble) = self.log(key, started, answer, findings).await {
                    failed(trouble);
                }
                return None;
            }
        };
        step("answered");
        let (doubtful, name, before) = {
            let mut board = self.board();
            let facts = board.facts.get_mut(clinic)?;
            let before = facts.pair(specialty).good_at;
            let facts = facts.doctor(doctor);
            let doubtful = answer.rows.is_empty()
                && answer.code == 0
                && facts.starts.len() >= DOUBTFUL
                && !facts.doubted;
            if doubtful {
                facts.doubted = true;
                facts.confirm = true;
            }
            (
                doubtful,
                board.doctor_name(clinic, doctor),
                before.map(|at| (specialty.clone(), at)),
            )
        };
        if doubtful {
            // Logged as what it was; the next look tells.
            let _learned = self.log(key, started, Ok(answer), findings).await;
            return None;
        }
        let starts: BTreeSet<_> = answer.rows.iter().map(|slot| slot.start).collect();
        let committed = self
            .store
            .commit(DoctorLook {
                look: self.look(
                    key,
                    started,
                    Outcome::Fresh,
                    (answer.code != 0).then_some(answer.code),
                ),
                doctor: name,
                slots: answer.rows,
                coverage: self.covering(clinic, doctor),
                before,
            })
            .await;
        let committed = match committed {
            Ok(committed) => committed,
            Err(error) => {
                failed(self.fail(&error.into(), findings));
                return None;
            }
        };
        let count = starts.len();
        let trials = {
            let mut board = self.board();
            let facts = board.facts.get_mut(clinic)?;
            let news = committed.look.appeared > 0;
            facts.note_slots(doctor, row, starts, news, committed.unconfirmed)
        };
        self.note_trials(clinic, trials).await;
        self.learned(&committed.look, findings);
        if let Some(arrival) = committed.arrival {
            self.note_arrival(arrival);
        }
        for alert_id in &committed.alerts {
            self.tell(Event::AlertChanged {
                alert_id: *alert_id,
            });
        }
        if !committed.alerts.is_empty() {
            self.outbox.notify_waiters();
        }
        if committed.look.appeared + committed.look.vanished > 0 {
            self.tell(Event::WatchesChanged);
        }
        findings.seen.push(doctor.clone());
        Some(count)
    }

    /// Who wants to know about this doctor, to be asked while a look is committed.
    fn covering(&self, clinic: &ClinicId, doctor: &DoctorId) -> Covering {
        let (clinic, doctor) = (clinic.clone(), doctor.clone());
        let (board, clock) = (Arc::clone(&self.board), self.clock.clone());
        let channels = self.channels.all();
        Arc::new(move || locked(&board).coverage(&clinic, &doctor, &channels, clock.now()))
    }

    /// Teaches when slots come.
    fn note_arrival(&self, arrival: Arrival) {
        let (clinic, specialty, arrived) = arrived(&arrival);
        let mut board = self.board();
        board
            .scheduler
            .foresight()
            .arrived(&clinic, &specialty, arrived);
        drop(board);
        self.clocks().note(arrival);
    }

    /// Counts and keeps what was learned about the clinic's counts.
    async fn note_trials(&self, clinic: &ClinicId, trials: Vec<(Level, Trial)>) {
        if trials.is_empty() {
            return;
        }
        let rows = self.board().note_trials(clinic, &trials);
        if let Err(error) = self.store.save_signals(rows).await {
            tracing::warn!(%error, "what counts are worth could not be kept");
        }
    }

    /// Now and then, when the chosen doctors just seen work next. A hint for people: it comes after all
    /// that may be told, and its failure is of no matter.
    async fn read_timetables(&self, clinic: &ClinicId, why: Why, findings: &mut Findings) {
        for doctor in std::mem::take(&mut findings.seen) {
            if findings.hopeless() {
                return;
            }
            self.read_timetable(clinic, &doctor, why, findings).await;
        }
    }

    async fn read_timetable(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        why: Why,
        findings: &mut Findings,
    ) {
        {
            let mut board = self.board();
            let named = board.plan.get(clinic).is_some_and(|plan| {
                plan.pairs
                    .values()
                    .any(|pair| matches!(&pair.wanted, Wanted::Only(ids) if ids.contains(doctor)))
            });
            let Some(facts) = board.facts.get_mut(clinic).filter(|_| named) else {
                return;
            };
            let facts = facts.doctor(doctor);
            if facts
                .timetable_at
                .is_some_and(|at| at.elapsed() < TIMETABLE_GAP)
            {
                return;
            }
        }
        let days = findings.ask(self.client.timetable(clinic, doctor, why));
        // Whoever gave way asks the next time.
        let Some(days) = days.await else { return };
        if let Some(facts) = self.board().facts.get_mut(clinic) {
            facts.doctor(doctor).timetable_at = Some(Instant::now());
        }
        let Ok(days) = days else { return };
        let now = self.clock.now();
        let date =
            |start: DateTime<Utc>| start.with_timezone(&chrono_tz::Europe::Moscow).date_naive();
        let ahead = || {
            days.rows
                .iter()
                .filter(|day| day.start.is_some_and(|start| start > now))
        };
        let next = ahead().filter_map(|day| day.start).min().map(date);
        let bookable = ahead()
            .filter(|day| day.bookable && day.slots.is_empty())
            .filter_map(|day| day.start);
        let bookable = bookable.map(date).collect();
        if let Some(facts) = self.board().facts.get_mut(clinic) {
            facts.note_timetable(doctor, next, bookable);
        }
    }

    fn look(&self, key: Key, started: Instant, outcome: Outcome, code: Option<i32>) -> Look {
        Look {
            key,
            at: self.clock.now(),
            outcome,
            code,
            appeared: 0,
            vanished: 0,
            elapsed_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        }
    }

    /// Notes with the clinic what could not be read. Troubles of all are nobody's own.
    fn note_failed(
        &self,
        clinic: &ClinicId,
        trouble: Trouble,
        note: impl FnOnce(&mut ClinicFacts, Duration, &mut StdRng),
    ) {
        if trouble.cause.concerns_all() {
            return;
        }
        let mut board = self.board();
        let gap = board.gap([clinic]);
        let Board { facts, rng, .. } = &mut *board;
        if let Some(facts) = facts.get_mut(clinic) {
            note(facts, gap, rng);
        }
    }

    /// Logs how a look at a list ended and hands on what it found.
    async fn log<T>(
        &self,
        key: Key,
        started: Instant,
        answer: Result<Answer<T>, ApiError>,
        findings: &mut Findings,
    ) -> Result<Answer<T>, Trouble> {
        let look = match &answer {
            Ok(answer) if answer.rows.is_empty() => self.look(
                key,
                started,
                Outcome::Empty,
                (answer.code != 0).then_some(answer.code),
            ),
            Ok(_) => self.look(key, started, Outcome::Fresh, None),
            Err(error) => self.look(key, started, error.outcome(), error.code()),
        };
        if let Err(error) = self.store.log(look.clone()).await {
            tracing::warn!(%error, "a look could not be logged");
        }
        match answer {
            Ok(answer) => {
                self.learned(&look, findings);
                Ok(answer)
            }
            Err(error) => {
                self.tell(Event::Looked { look });
                Err(self.fail(&error.into(), findings))
            }
        }
    }

    fn learned(&self, look: &Look, findings: &mut Findings) {
        findings.learned = true;
        if let Some(facts) = self.board().facts.get_mut(look.key.clinic_id()) {
            facts.note_heard(look.at);
        }
        self.tell(Event::Looked { look: look.clone() });
    }

    fn fail(&self, failed: &Failed, findings: &mut Findings) -> Trouble {
        let cause = match failed {
            Failed::Api(ApiError::Offline { cause, .. }) => match cause {
                OfflineCause::Name | OfflineCause::Route => Cause::Offline,
                OfflineCause::Impostor => Cause::Impostor,
            },
            Failed::Api(ApiError::Blocked { .. }) => Cause::Blocked,
            Failed::Api(ApiError::Slowed { .. }) => Cause::Slowed,
            Failed::Api(ApiError::SiteDown {
                fault: SiteFault::Certificate,
                ..
            }) => Cause::BadCertificate,
            Failed::Api(ApiError::SiteDown { .. }) => Cause::Site,
            Failed::Api(error @ ApiError::ClinicDown { .. }) if error.is_lasting() => {
                Cause::Missing
            }
            Failed::Api(ApiError::ClinicDown { .. } | ApiError::Refused { .. }) => Cause::Clinic,
            Failed::Store(_) => Cause::Own,
        };
        match failed {
            Failed::Api(error) => tracing::info!(%error, "a look taught nothing"),
            Failed::Store(error) => tracing::error!(%error, "what was seen could not be kept"),
        }
        // While the whole service is down one failure says it all.
        let down = cause == Cause::Site && self.board().service.state == ServiceState::Down;
        findings.failures += if down { PATIENCE } else { 1 };
        let trouble = Trouble {
            since: self.clock.now(),
            cause,
        };
        // What concerns all is not hidden by what failed before it.
        if findings.trouble.is_none() || cause.concerns_all() {
            findings.trouble = Some(trouble);
        }
        trouble
    }

    async fn save<T: serde::Serialize>(&self, listing: &Listing, rows: &[T]) {
        if let Err(error) = self
            .store
            .save_listing(listing, rows, self.clock.now())
            .await
        {
            tracing::warn!(%error, "a list could not be saved");
        }
    }

    /// Brings back what the last run knew of everything watched, on or off: lists, slots that
    /// were there, when slots were last looked at.
    pub(crate) async fn remember(&self) -> Result<(), StoreError> {
        let good = self.store.last_good_looks(self.clock.now()).await?;
        let mended: Option<Mended> = self.store.setting(SettingName::Mended).await?;
        let listed = self.store.listed().await?;
        let asked = self.store.asked().await?;
        let places = self.board().places();
        let clinics = places.iter().map(|(clinic, _)| clinic.clone()).collect();
        let present = self.store.present(clinics).await?;
        let mut lists = Vec::new();
        for (clinic, specialty) in &places {
            let listing = Listing::Doctors(clinic.clone(), specialty.clone());
            let list = self.store.listing::<Doctor>(&listing).await?;
            let members = self.store.members(clinic, specialty).await?;
            lists.push((list.map_or_else(Vec::new, |list| list.value), members));
        }
        let mut board = self.board();
        board.mended_at = mended.map(|mended| mended.restored.at);
        board.listed = listed.into_iter().collect();
        let now = self.clock.now();
        for (watch, at) in asked {
            // What a clock that was ahead noted is of now, at the latest.
            board.asked_at.entry(watch).or_insert(at.min(now));
        }
        for ((clinic, specialty), (doctors, members)) in places.iter().zip(lists) {
            let facts = board.facts_of(clinic);
            facts.note_doctors(specialty, &doctors);
            facts.pair(specialty).former.extend(members);
            // A list of the last run is no reading.
            facts.forget_readings();
            facts.pair(specialty).good_at = good.get(clinic).copied();
        }
        for (_, opening) in present {
            let facts = board.facts_of(&opening.clinic_id);
            facts
                .doctor(&opening.doctor_id)
                .starts
                .insert(opening.slot.start);
        }
        Ok(())
    }
}

fn locked(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    // A panic elsewhere leaves facts that the next looks put right.
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An arrival as the learner takes it.
pub(crate) fn arrived(arrival: &Arrival) -> (ClinicId, SpecialtyId, Arrived) {
    let arrived = Arrived {
        since: arrival.since.timestamp_millis(),
        at: arrival.at.timestamp_millis(),
        slots: arrival.slots,
    };
    (
        arrival.clinic_id.clone(),
        arrival.specialty_id.clone(),
        arrived,
    )
}

//! Watches, what is known about them, and their past.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    delivery,
    error::EngineError,
    history::{self, Reading, Told, TraceKey},
    model::{
        Activity, ClinicId, DoctorChoice, DoctorId, Event, GapCause, History, Look, Place,
        Rebinding, SpecialtyId, Watch, WatchDraft, WatchId, WatchState, WatchView,
    },
    store::{ARRIVALS_KEPT, Listing, Opening},
    text::Words,
    watches::{self, Free, Sight},
};

use super::{Engine, Result, midnight, respelled};

impl Engine {
    /// Adds a watch and looks at once.
    pub async fn add_watch(&self, draft: WatchDraft) -> Result<Watch> {
        let mut added = self.add_watches(vec![(draft, Activity::On)], true).await?;
        added.pop().ok_or(EngineError::NotFound("watch"))
    }

    pub(super) async fn add_watches(
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
    pub(super) fn checked(&self, draft: WatchDraft) -> Result<WatchDraft> {
        let draft = watches::respelled(draft);
        let problems = watches::problems(&draft, self.today());
        if problems.is_empty() {
            Ok(draft)
        } else {
            Err(EngineError::Invalid(problems))
        }
    }

    /// Puts changed watches on the board and looks at them soon. `urgent`: a person waits for that.
    fn change_watches(&self, changed: &[Watch], urgent: bool) {
        self.put_watches(changed, urgent);
        {
            let mut board = self.poller.board();
            let places = changed.iter().flat_map(|watch| &watch.draft.places);
            board.hurry(places.map(|place| place.clinic_id.clone()), urgent);
            if !urgent {
                board.spread();
            }
        }
        self.poller.changed.notify_one();
    }

    fn put_watches(&self, changed: &[Watch], urgent: bool) {
        {
            let mut board = self.poller.board();
            for watch in changed {
                board.watches.insert(watch.clone());
                board.asked_at.insert(watch.id, self.now());
            }
            board.replan(self.now(), urgent);
        }
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
            board.listed.forget(id);
            for (_, clinic, specialty) in listed.filter(|(watch, ..)| *watch == id) {
                board.listed.add(&clinic, &specialty, [id]);
            }
        }
        self.change_watches(std::slice::from_ref(&watch), true);
        self.poller.outbox.notify_waiters();
        Ok(watch)
    }

    /// Switches a watch on or off, or pauses it.
    pub async fn set_activity(&self, id: WatchId, activity: Activity) -> Result<Watch> {
        let watch = self
            .store
            .set_activity(id, activity, self.now())
            .await?
            .map(respelled)
            .ok_or(EngineError::NotFound("watch"))?;
        let changed = std::slice::from_ref(&watch);
        match activity {
            Activity::On => self.change_watches(changed, true),
            // The others go on as they were.
            Activity::Off | Activity::PausedUntil { .. } => self.put_watches(changed, false),
        }
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
            board.watches.remove(id);
            board.asked_at.remove(&id);
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
            .restore_watch(id, self.now())
            .await?
            .map(respelled)
            .ok_or(EngineError::NotFound("watch"))?;
        self.change_watches(std::slice::from_ref(&watch), true);
        self.tell_or_take_back(Some(id)).await;
        Ok(watch)
    }

    /// After a watch, or everything, was paused, removed or brought back: takes back what channels
    /// show of watches that rest, and lets the others be told of.
    pub(super) async fn tell_or_take_back(&self, watch: Option<WatchId>) {
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
            .filter(|alert| !awake.contains(alert.watch_id))
        {
            for channel in self.channels.all() {
                delivery::withdraw(&*channel, alert).await;
            }
        }
    }

    /// All watches in the order of the home page.
    pub async fn watches(&self) -> Result<Vec<WatchView>> {
        let watches: Vec<Watch> = self.poller.board().watches.iter().cloned().collect();
        self.views(watches).await
    }

    /// One watch.
    pub async fn watch(&self, id: WatchId) -> Result<WatchView> {
        let watch = self.poller.board().watches.get(id).cloned();
        let views = self.views(watch.into_iter().collect()).await?;
        views
            .into_iter()
            .next()
            .ok_or(EngineError::NotFound("watch"))
    }

    /// All watches in the order of the home page, from what is known: nobody is asked.
    pub(crate) async fn glance(&self) -> Result<Vec<WatchView>> {
        let watches: Vec<Watch> = self.poller.board().watches.iter().cloned().collect();
        self.sights(watches).await
    }

    /// The watch that asks for the same, if there is one.
    pub(crate) fn alike(&self, draft: &WatchDraft) -> Option<WatchId> {
        let essence = watches::essence(draft);
        let board = self.poller.board();
        let mut watches = board.watches.iter();
        let found = watches.find(|watch| watches::essence(&watch.draft) == essence);
        found.map(|watch| watch.id)
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
        let places = watches.iter().flat_map(|watch| &watch.draft.places);
        let clinics: HashSet<&ClinicId> = places.map(|place| &place.clinic_id).collect();
        let clinics = clinics.into_iter().cloned().collect();
        let mut sight = self.sight(clinics).await?;
        if self.poller.clocks().is_of_before(now) {
            let lives = self.store.lives(now - ARRIVALS_KEPT).await?;
            self.poller.clocks().begin_day(lives, now);
        }
        let clocks = {
            let board = self.poller.board();
            let gap = |places: &[(ClinicId, SpecialtyId)]| {
                board.closest_gap(places.iter().map(|(clinic, _)| clinic))
            };
            self.poller.clocks().of(watches.iter(), &gap, now)
        };
        sight.clocks = clocks;
        sight.looks = self.store.looks_since(midnight(now)).await?;
        let mut views: Vec<WatchView> = {
            let board = self.poller.board();
            watches::views(watches, &board, &sight)
        };
        watches::home_order(&mut views);
        Ok(views)
    }

    /// What is free in these clinics.
    pub(super) async fn sight(&self, clinics: Vec<ClinicId>) -> Result<Sight> {
        let openings = self.store.present(clinics).await?;
        let openings = openings.into_iter().map(|(id, opening)| {
            let (clinic, doctor) = (opening.clinic_id.clone(), opening.doctor_id.clone());
            (id, clinic, doctor, opening)
        });
        Ok(Sight {
            free: self.free(openings).await?,
            looks: HashMap::new(),
            clocks: HashMap::new(),
        })
    }

    /// When what is there with the doctors of these clinics begins.
    pub(super) async fn starts(&self, clinics: Vec<ClinicId>) -> Result<Free<DateTime<Utc>>> {
        let starts = self.store.present_starts(clinics).await?;
        self.free(starts).await
    }

    async fn free<S>(
        &self,
        slots: impl IntoIterator<Item = (i64, ClinicId, DoctorId, S)>,
    ) -> Result<Free<S>> {
        let mut present: HashMap<ClinicId, BTreeMap<DoctorId, Vec<_>>> = HashMap::new();
        for (id, clinic, doctor, slot) in slots {
            let doctors = present.entry(clinic).or_default();
            doctors.entry(doctor).or_default().push((id, slot));
        }
        Ok(Free {
            present,
            hidden: self.store.hidden().await?,
            now: self.now(),
        })
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
                        .get(id)
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
        let doctors = self.ever_covered(&self.watch_of(id)?).await?;
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
        let (told, reading) = self.told(&self.watch_of(id)?, now).await?;
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
        let watch = self.watch_of(id)?;
        let (told, _) = self.told(&watch, self.now()).await?;
        Ok(history::sheet(&watch, &told, words))
    }

    /// The openings of the last weeks at the places of one watch, or of all, as JSON lines: a head
    /// `{"keys":[{"clinic","specialty","weight"}],"learnDays","scoreDays"}`, then
    /// `{"key","appears","gone"}` of each in seconds from a Monday 00:00 Moscow time. Openings of
    /// which nobody knows when they appeared are left out.
    pub async fn trace(&self, id: Option<WatchId>) -> Result<String> {
        let now = self.now();
        let watches: Vec<Watch> = match id {
            Some(id) => vec![self.watch_of(id)?],
            None => self.poller.board().watches.iter().cloned().collect(),
        };
        // Who is waited for at each place, and by how many.
        let mut places: BTreeMap<(ClinicId, SpecialtyId), (u32, Watch)> = BTreeMap::new();
        for watch in watches {
            for place in &watch.draft.places {
                let key = (place.clinic_id.clone(), place.specialty_id.clone());
                let draft = WatchDraft::default;
                let none = || {
                    (
                        0,
                        Watch {
                            draft: draft(),
                            ..watch.clone()
                        },
                    )
                };
                let (weight, all) = places.entry(key).or_insert_with(none);
                *weight += 1;
                if !all.draft.places.contains(place) {
                    all.draft.places.push(place.clone());
                }
            }
        }
        let mut keys = Vec::new();
        for ((clinic, specialty), (weight, watch)) in places {
            let key = TraceKey {
                clinic,
                specialty,
                weight,
            };
            keys.push((key, self.told(&watch, now).await?.0));
        }
        Ok(history::trace(&keys, now))
    }

    /// The openings a watch covers, with what the log of looks says about each.
    async fn told(&self, watch: &Watch, now: DateTime<Utc>) -> Result<(Vec<Told>, Reading)> {
        let places = watch.draft.places.iter();
        let clinics: Vec<ClinicId> = places.map(|place| place.clinic_id.clone()).collect();
        let from = now - history::SPAN;
        let mut past = self.store.past(clinics.clone(), from, now).await?;
        let doctors = self.ever_covered(watch).await?;
        past.retain(|past| {
            let opening = &past.opening;
            doctors.contains(&(opening.clinic_id.clone(), opening.doctor_id.clone()))
        });
        let reading = Reading::new(history::Scope::new(watch, doctors));
        let reading = self
            .store
            .read_looks(clinics, from, now, reading, Reading::read)
            .await?;
        Ok((history::tell(past, &reading, now), reading))
    }

    /// The doctors a watch covers, those included who are on no list any more: what they
    /// released stays.
    async fn ever_covered(&self, watch: &Watch) -> Result<HashSet<(ClinicId, DoctorId)>> {
        let mut covered = watches::covered_doctors(watch, &self.poller.board());
        for place in &watch.draft.places {
            let clinic = &place.clinic_id;
            let members = self.store.members(clinic, &place.specialty_id).await?;
            let ours = members.into_iter().filter(|id| place.doctors.includes(id));
            covered.extend(ours.map(|id| (clinic.clone(), id)));
        }
        Ok(covered)
    }

    fn watch_of(&self, id: WatchId) -> Result<Watch> {
        let watch = self.poller.board().watches.get(id).cloned();
        watch.ok_or(EngineError::NotFound("watch"))
    }

    fn clinics_of(&self, id: WatchId) -> Result<Vec<ClinicId>> {
        let places = self.watch_of(id)?.draft.places.into_iter();
        Ok(places.map(|place| place.clinic_id).collect())
    }
}

//! All watches, and which of them a clinic or a doctor concerns.
//!
//! A look asks for the watches it concerns, a turn of the poller for the clinics whose plan is out of
//! date: neither walks through the others, however many they are.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::Bound,
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Europe::Moscow;

use crate::{
    model::{
        Activity, ClinicId, DoctorChoice, DoctorId, DoctorRef, Place, SpecialtyId, Watch, WatchId,
    },
    store::Awake,
};

/// The watches, and what is found by them.
///
/// `clinics` holds the places of exactly these watches, and `moments` every moment at which time alone
/// changes how one of them stands; how each stands is true as of `settled_at`, save the `unsettled`.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    watches: BTreeMap<WatchId, Entry>,
    clinics: BTreeMap<ClinicId, BTreeMap<SpecialtyId, Waiting>>,
    moments: BTreeSet<(DateTime<Utc>, WatchId)>,
    settled_at: DateTime<Utc>,
    unsettled: Vec<WatchId>,
    /// Where another set of watches is active than at the last [`Roster::take_changes`].
    changes: Changes,
    awake: Option<Awake>,
}

#[derive(Debug)]
struct Entry {
    watch: Arc<Watch>,
    /// `None`: it is new.
    standing: Option<Standing>,
    /// Since when it is active, if it is.
    since: DateTime<Utc>,
}

/// Who waits at a specialty of a clinic.
#[derive(Debug, Default)]
struct Waiting {
    /// For whoever is listed, perhaps with exceptions.
    listed: BTreeSet<WatchId>,
    /// For a doctor by name.
    named: HashMap<DoctorId, BTreeSet<WatchId>>,
}

/// How a watch stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Neither paused nor switched off.
    pub(crate) on: bool,
    /// Its last wanted day has passed (Moscow).
    pub(crate) expired: bool,
}

/// What follows from changed watches and passed time.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Clinics whose active watches are others than before.
    pub(crate) clinics: BTreeSet<ClinicId>,
    /// Those of them where a watch goes on that rested.
    pub(crate) woken: BTreeSet<ClinicId>,
}

impl Standing {
    /// At this moment.
    pub(crate) fn at(watch: &Watch, now: DateTime<Utc>) -> Self {
        let on = match watch.activity {
            Activity::On => true,
            Activity::PausedUntil { until } => until <= now,
            Activity::Off => false,
        };
        let expired = expires_at(watch).is_some_and(|end| end <= now);
        Self { on, expired }
    }

    /// Is it looked after?
    pub(crate) fn is_active(self) -> bool {
        self.on && !self.expired
    }
}

/// When its last wanted day is over, or the appointment it is to come before has begun.
fn expires_at(watch: &Watch) -> Option<DateTime<Utc>> {
    let after = |last: NaiveDate| {
        let midnight = last.succ_opt()?.and_time(NaiveTime::MIN);
        Some(midnight.and_local_timezone(Moscow).earliest()?.to_utc())
    };
    let wish = &watch.draft.wish;
    let days = watch.draft.until.and_then(after);
    let wanted = wish.not_after.and_then(after);
    [days, wanted, wish.earlier_than]
        .into_iter()
        .flatten()
        .min()
}

/// When time alone changes how it stands.
fn moments(watch: &Watch) -> impl Iterator<Item = (DateTime<Utc>, WatchId)> {
    let resumed = match watch.activity {
        Activity::PausedUntil { until } => Some(until),
        Activity::On | Activity::Off => None,
    };
    let moments = resumed.into_iter().chain(expires_at(watch));
    let id = watch.id;
    moments.map(move |moment| (moment, id))
}

/// The doctors a place names to be waited for.
fn named(place: &Place) -> Option<&[DoctorRef]> {
    match &place.doctors {
        DoctorChoice::Only { doctors } => Some(doctors),
        DoctorChoice::Any | DoctorChoice::Except { .. } => None,
    }
}

impl Waiting {
    fn add(&mut self, place: &Place, id: WatchId) {
        match named(place) {
            None => {
                self.listed.insert(id);
            }
            Some(doctors) => {
                for doctor in doctors {
                    self.named.entry(doctor.id.clone()).or_default().insert(id);
                }
            }
        }
    }

    fn remove(&mut self, place: &Place, id: WatchId) {
        self.listed.remove(&id);
        for doctor in named(place).unwrap_or_default() {
            if let Some(watches) = self.named.get_mut(&doctor.id) {
                watches.remove(&id);
                if watches.is_empty() {
                    self.named.remove(&doctor.id);
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.named.is_empty()
    }
}

impl Roster {
    /// A watch.
    pub(crate) fn get(&self, id: WatchId) -> Option<&Watch> {
        self.watches.get(&id).map(|entry| &*entry.watch)
    }

    /// All of them, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Watch> {
        self.watches.values().map(|entry| &*entry.watch)
    }

    /// Adds a watch, or puts it in the place of the one with its number.
    pub(crate) fn insert(&mut self, watch: Watch) {
        let before = self.take(watch.id);
        let watch = Arc::new(watch);
        let id = watch.id;
        for place in &watch.draft.places {
            let clinic = self.clinics.entry(place.clinic_id.clone()).or_default();
            let waiting = clinic.entry(place.specialty_id.clone()).or_default();
            waiting.add(place, id);
        }
        self.moments.extend(moments(&watch));
        self.unsettled.push(id);
        let entry = Entry {
            watch,
            standing: before.as_ref().and_then(|before| before.standing),
            since: before.map_or(DateTime::UNIX_EPOCH, |before| before.since),
        };
        self.watches.insert(id, entry);
    }

    /// Forgets a watch.
    pub(crate) fn remove(&mut self, id: WatchId) {
        self.take(id);
        self.unsettled.retain(|unsettled| *unsettled != id);
    }

    fn take(&mut self, id: WatchId) -> Option<Entry> {
        let entry = self.watches.remove(&id)?;
        self.awake = None;
        for moment in moments(&entry.watch) {
            self.moments.remove(&moment);
        }
        for place in &entry.watch.draft.places {
            let clinic = &place.clinic_id;
            if !self.changes.clinics.contains(clinic) {
                self.changes.clinics.insert(clinic.clone());
            }
            let Some(specialties) = self.clinics.get_mut(clinic) else {
                continue;
            };
            if let Some(waiting) = specialties.get_mut(&place.specialty_id) {
                waiting.remove(place, id);
                if waiting.is_empty() {
                    specialties.remove(&place.specialty_id);
                }
            }
            if specialties.is_empty() {
                self.clinics.remove(clinic);
            }
        }
        Some(entry)
    }

    /// Lets time pass, or a clock be set back: looks anew at the watches that stand otherwise now.
    pub(crate) fn settle(&mut self, now: DateTime<Utc>) {
        const LAST: WatchId = WatchId(u32::MAX);
        let (from, to) = (self.settled_at.min(now), self.settled_at.max(now));
        self.settled_at = now;
        let between = (Bound::Excluded((from, LAST)), Bound::Included((to, LAST)));
        let mut ids = std::mem::take(&mut self.unsettled);
        ids.extend(self.moments.range(between).map(|(_, id)| *id));
        for id in ids {
            self.settle_one(id, now);
        }
    }

    fn settle_one(&mut self, id: WatchId, now: DateTime<Utc>) {
        let Some(entry) = self.watches.get_mut(&id) else {
            return;
        };
        let was = entry.standing;
        let is = Standing::at(&entry.watch, now);
        let was_active = was.is_some_and(Standing::is_active);
        entry.standing = Some(is);
        if is.is_active() && !was_active {
            entry.since = now;
        }
        if was.map(|was| was.on) != Some(is.on) {
            self.awake = None;
        }
        for place in &entry.watch.draft.places {
            let clinic = &place.clinic_id;
            if !self.changes.clinics.contains(clinic) {
                self.changes.clinics.insert(clinic.clone());
            }
            if was.is_some() && !was_active && is.is_active() {
                self.changes.woken.insert(clinic.clone());
            }
        }
    }

    /// What has changed since it was asked last.
    pub(crate) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Those neither paused nor switched off, as of the last [`Roster::settle`].
    pub(crate) fn awake(&mut self) -> Awake {
        let Self { watches, awake, .. } = self;
        awake
            .get_or_insert_with(|| {
                let on = watches
                    .iter()
                    .filter(|(_, entry)| entry.standing.is_some_and(|standing| standing.on));
                Awake::of(on.map(|(id, _)| *id))
            })
            .clone()
    }

    /// A watch that is looked after and since when, as of the last [`Roster::settle`].
    pub(crate) fn active(&self, id: WatchId) -> Option<(&Watch, DateTime<Utc>)> {
        let entry = self.watches.get(&id)?;
        let active = entry.standing.is_some_and(Standing::is_active);
        active.then(|| (&*entry.watch, entry.since))
    }

    /// Everything that watches, on or off, are about.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&ClinicId, &SpecialtyId)> {
        self.clinics.iter().flat_map(|(clinic, specialties)| {
            specialties.keys().map(move |specialty| (clinic, specialty))
        })
    }

    /// Those that wait, on or off, at the places for which this is true, by number.
    pub(crate) fn waiting_where(
        &self,
        is_so: impl Fn(&ClinicId, &SpecialtyId) -> bool,
    ) -> Vec<WatchId> {
        let mut ids = Vec::new();
        for (clinic, specialties) in &self.clinics {
            for (_, waiting) in specialties.iter().filter(|(id, _)| is_so(clinic, id)) {
                ids.extend(&waiting.listed);
                ids.extend(waiting.named.values().flatten());
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The active watches of a clinic, as of the last [`Roster::settle`], by number.
    pub(crate) fn active_at(&self, clinic: &ClinicId) -> impl Iterator<Item = &Watch> {
        let waiting = self
            .clinics
            .get(clinic)
            .into_iter()
            .flat_map(BTreeMap::values);
        let ids: BTreeSet<WatchId> = waiting
            .flat_map(|waiting| waiting.named.values().chain([&waiting.listed]))
            .flatten()
            .copied()
            .collect();
        let entries = ids.into_iter().filter_map(|id| self.watches.get(&id));
        entries
            .filter(|entry| entry.standing.is_some_and(Standing::is_active))
            .map(|entry| &*entry.watch)
    }

    /// The watches, on or off, that this doctor would do for, by number, each with the first of its
    /// places that says so and how it stands as of the last [`Roster::settle`]. `is_member`: is the
    /// doctor listed at this specialty?
    pub(crate) fn covering(
        &self,
        clinic: &ClinicId,
        doctor: &DoctorId,
        is_member: impl Fn(&SpecialtyId) -> bool,
    ) -> impl Iterator<Item = (&Arc<Watch>, &Place, Standing)> {
        let mut ids: Vec<WatchId> = Vec::new();
        let specialties = self.clinics.get(clinic).into_iter().flatten();
        for (specialty, waiting) in specialties {
            ids.extend(waiting.named.get(doctor).into_iter().flatten());
            if is_member(specialty) {
                ids.extend(&waiting.listed);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(move |id| {
            let Entry {
                watch, standing, ..
            } = self.watches.get(&id)?;
            let place = watch.draft.places.iter().find(|place| {
                place.clinic_id == *clinic
                    && place.doctors.includes(doctor)
                    && (named(place).is_some() || is_member(&place.specialty_id))
            })?;
            Some((watch, place, (*standing)?))
        })
    }

    /// The name by which somebody chose, or ruled out, this doctor.
    pub(crate) fn name_of(&self, clinic: &ClinicId, doctor: &DoctorId) -> Option<&str> {
        let waiting = self
            .clinics
            .get(clinic)
            .into_iter()
            .flat_map(BTreeMap::values);
        let by_name = waiting
            .clone()
            .find_map(|waiting| waiting.named.get(doctor)?.first());
        // Who is ruled out is asked for only where nobody waits for them: they have left all lists.
        let ids = by_name
            .into_iter()
            .chain(waiting.flat_map(|waiting| &waiting.listed));
        ids.filter_map(|id| self.get(*id))
            .flat_map(|watch| &watch.draft.places)
            .filter(|place| place.clinic_id == *clinic)
            .flat_map(|place| match &place.doctors {
                DoctorChoice::Only { doctors } | DoctorChoice::Except { doctors } => {
                    doctors.as_slice()
                }
                DoctorChoice::Any => &[],
            })
            .find(|chosen| chosen.id == *doctor)
            .map(|chosen| chosen.name.as_str())
    }
}

/// Which watches have had the doctors of which place listed once.
#[derive(Debug, Default)]
pub(crate) struct Listed(HashMap<ClinicId, HashMap<SpecialtyId, HashSet<WatchId>>>);

impl Listed {
    /// Notes these watches of a place.
    pub(crate) fn add(
        &mut self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
        watches: impl IntoIterator<Item = WatchId>,
    ) {
        let specialties = self.0.entry(clinic.clone()).or_default();
        let listed = specialties.entry(specialty.clone()).or_default();
        listed.extend(watches);
    }

    /// Forgets all places of a watch.
    pub(crate) fn forget(&mut self, watch: WatchId) {
        self.0.retain(|_, specialties| {
            specialties.retain(|_, listed| {
                listed.remove(&watch);
                !listed.is_empty()
            });
            !specialties.is_empty()
        });
    }

    /// Of this place; `None`: of no watch.
    pub(crate) fn of(
        &self,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
    ) -> Option<&HashSet<WatchId>> {
        self.0.get(clinic)?.get(specialty)
    }

    /// Of this place and watch?
    pub(crate) fn contains(
        &self,
        watch: WatchId,
        clinic: &ClinicId,
        specialty: &SpecialtyId,
    ) -> bool {
        self.of(clinic, specialty)
            .is_some_and(|listed| listed.contains(&watch))
    }
}

impl FromIterator<(WatchId, ClinicId, SpecialtyId)> for Listed {
    fn from_iter<T: IntoIterator<Item = (WatchId, ClinicId, SpecialtyId)>>(rows: T) -> Self {
        let mut listed = Self::default();
        for (watch, clinic, specialty) in rows {
            listed.add(&clinic, &specialty, [watch]);
        }
        listed
    }
}

#[cfg(test)]
mod tests;

//! Watches: what may be asked for, and what is known about each.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::time::Instant;

use crate::{
    board::{Board, ClinicFacts, is_active, is_expired},
    deadman::{self, Pulse},
    error::Problem,
    gorzdrav::{link, specialty_name, tidy_line},
    model::{
        Activity, ClinicId, Doctor, DoctorChoice, DoctorId, DoctorRef, Place, ReleaseClock,
        ServiceState, Specialty, SpecialtyId, Tell, TimeWish, Watch, WatchDraft, WatchId,
        WatchSlot, WatchState, WatchView, is_id,
    },
    store::Opening,
    text::shortened,
};

const MOST_PLACES: usize = 20;
const MOST_DOCTORS: usize = 100;
const MOST_RANGES: usize = 20;
const MOST_EXCEPTIONS: usize = 366;
const LONGEST_NICKNAME: usize = 40;
/// More than the longest real name, in characters.
const LONGEST_NAME: usize = 500;
const LONGEST_NOTICE_MINUTES: u32 = 60 * 24 * 60;
/// A watch is stale when its last good look is older than this many gaps.
const STALE_GAPS: u32 = 3;
/// Names at least this alike are offered as the same doctor or specialty.
const ALIKE: f64 = 0.8;

/// What is wrong with a draft, seen on this day (Moscow). Empty: nothing.
pub(crate) fn problems(draft: &WatchDraft, today: NaiveDate) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut check = |wrong: bool, problem: Problem| {
        if wrong && !problems.contains(&problem) {
            problems.push(problem);
        }
    };
    check(draft.places.is_empty(), Problem::NoPlace);
    check(draft.places.len() > MOST_PLACES, Problem::TooManyPlaces);
    let mut pairs = HashSet::new();
    for place in &draft.places {
        check(
            !pairs.insert((&place.clinic_id, &place.specialty_id)),
            Problem::RepeatedPlace,
        );
        let doctors: &[DoctorRef] = match &place.doctors {
            DoctorChoice::Any => &[],
            DoctorChoice::Only { doctors } | DoctorChoice::Except { doctors } => {
                check(
                    doctors.is_empty() || doctors.len() > MOST_DOCTORS,
                    Problem::NoDoctor,
                );
                doctors
            }
        };
        let ids = [place.clinic_id.as_str(), place.specialty_id.as_str()];
        for id in ids
            .into_iter()
            .chain(doctors.iter().map(|doctor| doctor.id.as_str()))
        {
            check(!is_id(id), Problem::BadId);
        }
    }
    check(
        draft.nickname.chars().count() > LONGEST_NICKNAME,
        Problem::LongNickname,
    );
    check(
        draft.until.is_some_and(|until| until < today),
        Problem::Past,
    );
    let TimeWish {
        ranges,
        not_before,
        not_after,
        except,
        notice_minutes,
        earlier_than: _,
    } = &draft.wish;
    check(
        ranges.len() > MOST_RANGES || except.len() > MOST_EXCEPTIONS,
        Problem::TooManyRules,
    );
    for range in ranges {
        check(
            range
                .to
                .is_some_and(|to| range.from.unwrap_or_default() >= to),
            Problem::EmptyRange,
        );
    }
    check(
        matches!((not_before, not_after), (Some(first), Some(last)) if first > last),
        Problem::DatesReversed,
    );
    check(not_after.is_some_and(|last| last < today), Problem::Past);
    check(
        *notice_minutes > LONGEST_NOTICE_MINUTES,
        Problem::LongNotice,
    );
    problems
}

/// A draft with its names as they are shown now: it may come from a file, from anybody, or from a
/// database of before.
pub(crate) fn respelled(mut draft: WatchDraft) -> WatchDraft {
    let fit = |name: &str| shortened(&tidy_line(name).unwrap_or_default(), LONGEST_NAME);
    draft.nickname = tidy_line(&draft.nickname).unwrap_or_default();
    for place in &mut draft.places {
        place.clinic_name = fit(&place.clinic_name);
        place.specialty_name = specialty_name(&fit(&place.specialty_name));
        place.fer_id = place.fer_id.take().filter(|code| is_id(code));
        match &mut place.doctors {
            DoctorChoice::Any => (),
            DoctorChoice::Only { doctors } | DoctorChoice::Except { doctors } => {
                for doctor in doctors {
                    doctor.name = fit(&doctor.name);
                }
            }
        }
    }
    draft
}

/// What a draft asks for, whatever the names in it: two with the same are one wish.
pub(crate) fn essence(draft: &WatchDraft) -> String {
    let mut draft = WatchDraft {
        tell: Tell::default(),
        ..draft.clone()
    };
    for place in &mut draft.places {
        place.clinic_name.clear();
        place.specialty_name.clear();
        match &mut place.doctors {
            DoctorChoice::Any => (),
            DoctorChoice::Only { doctors } | DoctorChoice::Except { doctors } => {
                for doctor in doctors {
                    doctor.name.clear();
                }
            }
        }
    }
    // A draft has no order; its JSON stands for it.
    serde_json::to_string(&draft).unwrap_or_default()
}

/// What is free. `S`: what is known of a slot.
pub(crate) struct Free<S> {
    /// Slots that are there, with their openings' numbers, by clinic and doctor.
    pub(crate) present: HashMap<ClinicId, BTreeMap<DoctorId, Vec<(i64, S)>>>,
    /// Openings refused by each watch.
    pub(crate) hidden: HashMap<WatchId, Vec<i64>>,
    pub(crate) now: DateTime<Utc>,
}

/// What is known of a slot: when it begins at least.
pub(crate) trait Begins {
    /// When it begins.
    fn start(&self) -> DateTime<Utc>;
}

impl Begins for DateTime<Utc> {
    fn start(&self) -> DateTime<Utc> {
        *self
    }
}

impl Begins for Opening {
    fn start(&self) -> DateTime<Utc> {
        self.slot.start
    }
}

/// What the views of all watches are made of.
pub(crate) struct Sight {
    pub(crate) free: Free<Opening>,
    /// When slots of each watch usually appear.
    pub(crate) clocks: HashMap<WatchId, ReleaseClock>,
    /// Looks since midnight, by clinic.
    pub(crate) looks: HashMap<ClinicId, u32>,
}

/// Everything a card or a page shows. What is lost is named; a match for it is looked for by the caller.
pub(crate) fn views(watches: Vec<Watch>, board: &Board, sight: &Sight) -> Vec<WatchView> {
    // Thousands may wait for the same, and share what is free.
    let mut known: HashMap<(&[Place], &TimeWish), FreeSlots> = HashMap::new();
    let free_of = |watch: &Watch| FreeSlots::of(watch, board, &sight.free);
    let free: Vec<FreeSlots> = watches
        .iter()
        .map(|watch| {
            if sight.free.hidden.contains_key(&watch.id) {
                return free_of(watch);
            }
            let same = known.entry((&watch.draft.places, &watch.draft.wish));
            same.or_insert_with(|| free_of(watch)).clone()
        })
        .collect();
    let watches = watches.into_iter().zip(free);
    watches
        .map(|(watch, free)| view(watch, board, sight, free))
        .collect()
}

fn view(watch: Watch, board: &Board, sight: &Sight, free: FreeSlots) -> WatchView {
    let now = sight.free.now;
    let FreeSlots {
        suiting: slots,
        others,
    } = free;
    let places = &watch.draft.places;
    let good = places
        .iter()
        .map(|place| good_at(board.facts.get(&place.clinic_id)?, &place.specialty_id));
    let checked_at = known_at(&watch, good, now);
    let active = is_active(&watch, now) && !board.is_paused(now);
    let gap = board.gap(places.iter().map(|place| &place.clinic_id));
    let state = state(&watch, board, now, !slots.is_empty(), checked_at.is_some());
    let next_due = places
        .iter()
        .filter_map(|place| board.due_at(&place.clinic_id))
        .min()
        .filter(|_| active);
    let stale_after = TimeDelta::from_std(gap * STALE_GAPS).unwrap_or(TimeDelta::MAX);
    let mut clinics: Vec<&ClinicId> = places.iter().map(|place| &place.clinic_id).collect();
    clinics.sort();
    clinics.dedup();
    WatchView {
        stale: active
            && !matches!(state, WatchState::NoOnline { .. })
            && checked_at.is_some_and(|checked| now - checked > stale_after),
        checked_at,
        next_look_at: next_due.map(|due| moment_of(due, now)),
        gap_secs: active.then(|| u32::try_from(gap.as_secs()).unwrap_or(u32::MAX)),
        slots,
        others,
        addresses: places
            .iter()
            .map(|place| {
                board
                    .clinics
                    .get(&place.clinic_id)
                    .and_then(|clinic| clinic.address.clone())
            })
            .collect(),
        links: places
            .iter()
            .map(|place| {
                let district = board
                    .clinics
                    .get(&place.clinic_id)
                    .map(|clinic| &clinic.district_id);
                link::specialty_page(district, &place.clinic_id, &place.specialty_id)
            })
            .collect(),
        next_work_day: named_doctors(&watch, board)
            .filter_map(|doctor| doctor.next_work_day)
            .min(),
        // Nobody looks for a watch that rests.
        clock: sight.clocks.get(&watch.id).map(|clock| ReleaseClock {
            chance: clock.chance.filter(|_| active),
            ..clock.clone()
        }),
        looks_today: clinics
            .into_iter()
            .filter_map(|clinic| sight.looks.get(clinic))
            .sum(),
        state,
        watch,
    }
}

/// What is heard of the watches that are looked after: of those that had their limit and no good look
/// in it, and of those said to be silent. During a pause of everything, of none.
///
/// A place that offers nothing online, or that the lists have lost, promises nothing.
pub(crate) fn pulses<'a>(
    board: &'a Board,
    limit: TimeDelta,
    told: &deadman::Told,
    now: DateTime<Utc>,
) -> Vec<Pulse<'a>> {
    if board.is_paused(now) {
        return Vec::new();
    }
    let in_time = |heard: DateTime<Utc>| now - heard <= limit;
    // Mostly everything was heard of in time, and nobody need be asked after.
    let late = |clinic: &ClinicId, specialty: &SpecialtyId| {
        let known = Known::of(board.facts.get(clinic), specialty);
        known.is_some_and(|known| !known.heard_at.is_some_and(in_time))
    };
    let mut ids = board.watches.waiting_where(late);
    ids.extend(told.watches());
    ids.sort_unstable();
    ids.dedup();
    // Thousands may wait for the same.
    let mut known: HashMap<(&ClinicId, &SpecialtyId), Option<Known>> = HashMap::new();
    let pulse = |(watch, active): (&'a Watch, DateTime<Utc>)| {
        // What it asks for now it asks for since then.
        let asked = board.asked_at.get(&watch.id).filter(|asked| **asked <= now);
        let since = asked.map_or(active, |asked| active.max(*asked));
        let told = told.contains(watch.id);
        if now - since <= limit && !told {
            return None;
        }
        let promising = watch.draft.places.iter().filter_map(|place| {
            let facts = || board.facts.get(&place.clinic_id);
            let of = (&place.clinic_id, &place.specialty_id);
            let known = known.entry(of).or_insert_with(|| Known::of(facts(), of.1));
            let gone = matches!(place.doctors, DoctorChoice::Only { .. })
                && facts().is_some_and(|facts| are_lost(&place.doctors, facts));
            known.filter(|_| !gone)
        });
        let promising: Vec<Known> = promising.collect();
        let heard_at = known_at(watch, promising.iter().map(|known| known.heard_at), now);
        let wanted = !promising.is_empty() && (told || !heard_at.is_some_and(in_time));
        wanted.then(|| Pulse {
            watch,
            since,
            checked_at: known_at(watch, promising.iter().map(|known| known.good_at), now),
            heard_at,
        })
    };
    let active = ids.into_iter().filter_map(|id| board.watches.active(id));
    active.filter_map(pulse).collect()
}

/// What is known of a specialty that promises something.
#[derive(Clone, Copy, Default)]
struct Known {
    good_at: Option<DateTime<Utc>>,
    heard_at: Option<DateTime<Utc>>,
}

impl Known {
    fn of(facts: Option<&ClinicFacts>, specialty: &SpecialtyId) -> Option<Self> {
        let Some(facts) = facts else {
            return Some(Self::default());
        };
        let promises = !facts.no_online && !facts.lost_specialty(specialty);
        promises.then(|| Self {
            good_at: good_at(facts, specialty),
            heard_at: facts.heard_of(specialty),
        })
    }
}

fn good_at(facts: &ClinicFacts, specialty: &SpecialtyId) -> Option<DateTime<Utc>> {
    facts.pairs.get(specialty)?.good_at
}

/// When everything of this was last known, since the watch was made.
fn known_at(
    watch: &Watch,
    good: impl Iterator<Item = Option<DateTime<Utc>>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    // Made while the clock was ahead: when, nobody knows.
    let made = Some(watch.created_at).filter(|made| *made <= now);
    let since =
        |good: &DateTime<Utc>| made.is_none_or(|made| *good >= made - TimeDelta::minutes(1));
    let good: Option<Vec<_>> = good.map(|good| good.filter(since)).collect();
    good?.into_iter().min()
}

/// The wall-clock time of a moment of the machine's clock.
pub(crate) fn moment_of(instant: Instant, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::from_std(instant.saturating_duration_since(Instant::now()))
        .unwrap_or(TimeDelta::zero())
}

fn named_doctors<'a>(
    watch: &'a Watch,
    board: &'a Board,
) -> impl Iterator<Item = &'a crate::board::DoctorFacts> {
    watch.draft.places.iter().flat_map(move |place| {
        let doctors: &[DoctorRef] = match &place.doctors {
            DoctorChoice::Only { doctors } => doctors,
            DoctorChoice::Any | DoctorChoice::Except { .. } => &[],
        };
        let facts = board.facts.get(&place.clinic_id);
        doctors
            .iter()
            .filter_map(move |doctor| facts?.doctors.get(&doctor.id))
    })
}

/// Does the watch cover this doctor?
fn covers(watch: &Watch, board: &Board, clinic: &ClinicId, doctor: &DoctorId) -> bool {
    watch.draft.places.iter().any(|place| {
        place.clinic_id == *clinic
            && place.doctors.includes(doctor)
            && (matches!(place.doctors, DoctorChoice::Only { .. })
                || board
                    .facts
                    .get(&place.clinic_id)
                    .is_some_and(|facts| facts.belongs_to(&place.specialty_id, doctor)))
    })
}

/// The doctors a watch is known to cover: those it names, and those on the lists of its specialties.
pub(crate) fn covered_doctors(watch: &Watch, board: &Board) -> HashSet<(ClinicId, DoctorId)> {
    let mut covered = HashSet::new();
    for place in &watch.draft.places {
        let listed = board
            .facts
            .get(&place.clinic_id)
            .and_then(|facts| facts.pairs.get(&place.specialty_id))
            .map_or(&[][..], |pair| &pair.doctors);
        let listed = listed
            .iter()
            .map(|doctor| &doctor.id)
            .filter(|id| place.doctors.includes(id));
        let named = match &place.doctors {
            DoctorChoice::Only { doctors } => doctors.as_slice(),
            DoctorChoice::Any | DoctorChoice::Except { .. } => &[],
        };
        let ids = listed.chain(named.iter().map(|doctor| &doctor.id));
        covered.extend(ids.map(|id| (place.clinic_id.clone(), id.clone())));
    }
    covered
}

/// What is free with the doctors of a watch, by clinic and doctor.
fn free<'a, S: Begins>(
    watch: &'a Watch,
    board: &'a Board,
    free: &'a Free<S>,
) -> impl Iterator<
    Item = (
        &'a ClinicId,
        &'a DoctorId,
        impl Iterator<Item = &'a (i64, S)>,
    ),
> {
    let places = watch.draft.places.iter();
    let clinics: BTreeSet<&ClinicId> = places.map(|place| &place.clinic_id).collect();
    let present = clinics
        .into_iter()
        .filter_map(|clinic| Some((clinic, free.present.get(clinic)?)));
    let doctors =
        present.flat_map(|(clinic, doctors)| doctors.iter().map(move |(id, it)| (clinic, id, it)));
    doctors
        .filter(|(clinic, doctor, _)| covers(watch, board, clinic, doctor))
        .map(|(clinic, doctor, openings)| {
            let ahead = openings.iter().filter(|(_, slot)| slot.start() > free.now);
            (clinic, doctor, ahead)
        })
}

/// Says whether an opening suits a watch and has not been refused.
fn wanted<'a, S: Begins>(
    watch: &'a Watch,
    free: &'a Free<S>,
) -> impl Fn(&(i64, S)) -> bool + use<'a, S> {
    let hidden = free.hidden.get(&watch.id);
    move |(id, slot)| {
        let refused = hidden.is_some_and(|hidden| hidden.contains(id));
        !refused && watch.draft.wish.suits(slot.start(), free.now)
    }
}

/// How many slots the watches show that were found.
pub(crate) fn found(board: &Board, sight: &Free<DateTime<Utc>>) -> usize {
    let count = |watch: &Watch| {
        let is_wanted = wanted(watch, sight);
        let slots = free(watch, board, sight).flat_map(|(_, _, slots)| slots);
        slots.filter(|slot| is_wanted(slot)).count()
    };
    // Thousands may wait for the same.
    let mut known: HashMap<(&[Place], &TimeWish), usize> = HashMap::new();
    let found = board.watches.iter().map(|watch| {
        let found = if sight.hidden.contains_key(&watch.id) {
            count(watch)
        } else {
            let draft = &watch.draft;
            let same = known.entry((&draft.places, &draft.wish));
            *same.or_insert_with(|| count(watch))
        };
        let is_shown = found > 0 && state(watch, board, sight.now, true, true) == WatchState::Found;
        if is_shown { found } else { 0 }
    });
    found.sum()
}

/// What is free for a watch, soonest first.
#[derive(Clone)]
struct FreeSlots {
    suiting: Arc<[WatchSlot]>,
    others: Arc<[WatchSlot]>,
}

impl FreeSlots {
    fn of(watch: &Watch, board: &Board, sight: &Free<Opening>) -> Self {
        let mut slots: Vec<(bool, WatchSlot)> = Vec::new();
        let is_wanted = wanted(watch, sight);
        for (clinic, doctor, openings) in free(watch, board, sight) {
            let name = board.doctor_name(clinic, doctor);
            slots.extend(openings.map(|seen| {
                let (_, opening) = seen;
                let slot = WatchSlot {
                    clinic_id: clinic.clone(),
                    doctor_id: doctor.clone(),
                    doctor: name.clone(),
                    slot: opening.slot.clone(),
                    first_seen: opening.first_seen,
                };
                (is_wanted(seen), slot)
            }));
        }
        slots.sort_by(|(_, a), (_, b)| (a.slot.start, &a.doctor).cmp(&(b.slot.start, &b.doctor)));
        let (suiting, others): (Vec<_>, Vec<_>) = slots.into_iter().partition(|(suits, _)| *suits);
        let bare =
            |slots: Vec<(bool, WatchSlot)>| slots.into_iter().map(|(_, slot)| slot).collect();
        Self {
            suiting: bare(suiting),
            others: bare(others),
        }
    }
}

fn state(
    watch: &Watch,
    board: &Board,
    now: DateTime<Utc>,
    found: bool,
    checked: bool,
) -> WatchState {
    if is_expired(watch, now) {
        return WatchState::Expired;
    }
    match watch.activity {
        Activity::Off => return WatchState::Paused { until: None },
        Activity::PausedUntil { until } if until > now => {
            return WatchState::Paused { until: Some(until) };
        }
        Activity::PausedUntil { .. } | Activity::On => (),
    }
    if let Some(pause) = board.pause.filter(|_| board.is_paused(now)) {
        return WatchState::Paused { until: pause.until };
    }
    if found {
        return WatchState::Found;
    }
    let lost = lost_places(watch, board);
    if !lost.is_empty() {
        let lost = lost.into_iter().map(|place| crate::model::Rebinding {
            place,
            suggestion: None,
        });
        return WatchState::Unbound {
            lost: lost.collect(),
        };
    }
    match board.service.state {
        ServiceState::Offline => return WatchState::Offline,
        ServiceState::Blocked => return WatchState::Blocked,
        // Why it does not answer is said of the service, once for all watches.
        ServiceState::Down | ServiceState::Impostor | ServiceState::BadCertificate => {
            return WatchState::SiteDown;
        }
        ServiceState::Slowed => return WatchState::Slowed,
        ServiceState::Unknown | ServiceState::Fine => (),
    }
    let facts = || {
        watch
            .draft
            .places
            .iter()
            .map(|place| (place, board.facts.get(&place.clinic_id)))
    };
    let troubles = facts().filter_map(|(place, facts)| {
        let facts = facts?;
        facts
            .trouble
            .or_else(|| facts.pairs.get(&place.specialty_id)?.trouble)
    });
    if let Some(since) = troubles.map(|trouble| trouble.since).min() {
        return WatchState::ClinicDown { since };
    }
    if facts().all(|(_, facts)| facts.is_some_and(|facts| facts.no_online)) {
        let phone = watch
            .draft
            .places
            .first()
            .and_then(|place| board.clinics.get(&place.clinic_id)?.phone.clone());
        return WatchState::NoOnline { phone };
    }
    if !checked {
        return WatchState::Unchecked;
    }
    match named_doctors(watch, board)
        .filter_map(|doctor| doctor.opened)
        .min()
    {
        Some(day) => WatchState::Opened { day },
        None => WatchState::Waiting,
    }
}

/// The places whose ids are no longer in the clinic's lists.
fn lost_places(watch: &Watch, board: &Board) -> Vec<u32> {
    let lost = |place: &Place| {
        let facts = board.facts.get(&place.clinic_id);
        facts.is_some_and(|facts| is_lost(place, facts))
    };
    (0..)
        .zip(&watch.draft.places)
        .filter(|(_, place)| lost(place))
        .map(|(index, _)| index)
        .collect()
}

/// Are its ids no longer in the clinic's lists?
fn is_lost(place: &Place, facts: &ClinicFacts) -> bool {
    facts.lost_specialty(&place.specialty_id) || are_lost(&place.doctors, facts)
}

/// Are the doctors that were chosen in no list any more?
fn are_lost(choice: &DoctorChoice, facts: &ClinicFacts) -> bool {
    match choice {
        DoctorChoice::Only { doctors } => {
            doctors.iter().all(|doctor| facts.lost_doctor(&doctor.id))
        }
        DoctorChoice::Any | DoctorChoice::Except { .. } => false,
    }
}

/// The order of the home page: what was found, what needs the person, what is waited for, the rest.
pub(crate) fn home_order(views: &mut [WatchView]) {
    let rank = |view: &WatchView| match view.state {
        WatchState::Found => 0,
        WatchState::Opened { .. } => 1,
        WatchState::Unbound { .. } | WatchState::Blocked => 2,
        WatchState::Waiting | WatchState::Unchecked => 3,
        WatchState::ClinicDown { .. }
        | WatchState::NoOnline { .. }
        | WatchState::SiteDown
        | WatchState::Slowed
        | WatchState::Offline => 4,
        WatchState::Paused { .. } => 5,
        WatchState::Expired => 6,
    };
    views.sort_by_key(|view| (rank(view), view.watch.id));
}

/// The specialty that a lost one most likely became: the same federal code, and the name most alike.
pub(crate) fn match_specialty<'a>(place: &Place, rows: &'a [Specialty]) -> Option<&'a Specialty> {
    if let Some(same) = rows.iter().find(|row| row.id == place.specialty_id) {
        return Some(same);
    }
    let alike = |row: &Specialty| likeness(&row.name, &place.specialty_name);
    let same_code = rows
        .iter()
        .filter(|row| place.fer_id.is_some() && row.fer_id == place.fer_id);
    let best = |rows: &mut dyn Iterator<Item = &'a Specialty>| {
        rows.max_by(|a, b| alike(a).total_cmp(&alike(b)))
    };
    best(&mut same_code.into_iter())
        .or_else(|| best(&mut rows.iter().filter(|row| alike(row) >= ALIKE)))
}

/// The doctors chosen, found again by name. `None` when none of them is there.
pub(crate) fn match_doctors(choice: &DoctorChoice, rows: &[Doctor]) -> Option<DoctorChoice> {
    let again = |chosen: &[DoctorRef]| -> Vec<DoctorRef> {
        let mut found: BTreeMap<&str, DoctorRef> = BTreeMap::new();
        for doctor in chosen {
            let same = rows.iter().find(|row| row.id == doctor.id);
            let row = same.or_else(|| {
                rows.iter()
                    .map(|row| (likeness(&row.name, &doctor.name), row))
                    .filter(|(alike, _)| *alike >= ALIKE)
                    .max_by(|(a, _), (b, _)| a.total_cmp(b))
                    .map(|(_, row)| row)
            });
            if let Some(row) = row {
                found.insert(
                    row.id.as_str(),
                    DoctorRef {
                        id: row.id.clone(),
                        name: row.name.clone(),
                    },
                );
            }
        }
        found.into_values().collect()
    };
    match choice {
        DoctorChoice::Any => Some(DoctorChoice::Any),
        DoctorChoice::Only { doctors } => {
            let doctors = again(doctors);
            (!doctors.is_empty()).then_some(DoctorChoice::Only { doctors })
        }
        DoctorChoice::Except { doctors } => {
            let doctors = again(doctors);
            Some(if doctors.is_empty() {
                DoctorChoice::Any
            } else {
                DoctorChoice::Except { doctors }
            })
        }
    }
}

fn likeness(a: &str, b: &str) -> f64 {
    let fold = |text: &str| {
        let lower = text.to_lowercase().replace('ё', "е");
        lower.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    strsim::normalized_damerau_levenshtein(&fold(a), &fold(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Counts, TimeRange};

    fn place() -> Place {
        Place {
            clinic_id: "1".into(),
            clinic_name: "ГП № 1".to_owned(),
            specialty_id: "78".into(),
            specialty_name: "Врач-терапевт участковый".to_owned(),
            fer_id: Some("27".to_owned()),
            doctors: DoctorChoice::Any,
        }
    }

    fn draft() -> WatchDraft {
        WatchDraft {
            places: vec![place()],
            ..WatchDraft::default()
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(text: &str) -> chrono::NaiveTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_plain_draft_has_no_problems_and_each_slip_has_its_own() {
        let today = day("2026-11-23");
        assert_eq!(problems(&draft(), today), []);
        let wish = |wish| WatchDraft { wish, ..draft() };
        let range = |from, to| TimeWish {
            ranges: vec![TimeRange {
                days: vec![],
                from: Some(time(from)),
                to: Some(time(to)),
            }],
            ..TimeWish::default()
        };
        let cases = [
            (wish(range("17:00", "17:00")), Problem::EmptyRange),
            (wish(range("20:00", "08:00")), Problem::EmptyRange),
            (
                wish(TimeWish {
                    ranges: vec![TimeRange {
                        days: vec![],
                        from: None,
                        to: Some(time("00:00")),
                    }],
                    ..TimeWish::default()
                }),
                Problem::EmptyRange,
            ),
            (
                wish(TimeWish {
                    not_before: Some(day("2026-12-10")),
                    not_after: Some(day("2026-12-09")),
                    ..TimeWish::default()
                }),
                Problem::DatesReversed,
            ),
            (
                wish(TimeWish {
                    not_after: Some(day("2026-11-22")),
                    ..TimeWish::default()
                }),
                Problem::Past,
            ),
            (
                wish(TimeWish {
                    notice_minutes: 100_000,
                    ..TimeWish::default()
                }),
                Problem::LongNotice,
            ),
            (
                WatchDraft {
                    until: Some(day("2026-11-22")),
                    ..draft()
                },
                Problem::Past,
            ),
            (
                WatchDraft {
                    places: vec![Place {
                        doctors: DoctorChoice::Only { doctors: vec![] },
                        ..place()
                    }],
                    ..draft()
                },
                Problem::NoDoctor,
            ),
            (
                WatchDraft {
                    places: vec![Place {
                        specialty_id: "".into(),
                        ..place()
                    }],
                    ..draft()
                },
                Problem::BadId,
            ),
        ];
        for (draft, problem) in cases {
            assert_eq!(problems(&draft, today), [problem]);
        }
    }

    fn specialty(id: &str, fer_id: Option<&str>, name: &str) -> Specialty {
        Specialty {
            id: id.into(),
            fer_id: fer_id.map(str::to_owned),
            name: name.to_owned(),
            counts: Counts::default(),
        }
    }

    #[test]
    fn fault_23_a_lost_specialty_is_found_by_its_code_then_by_its_name() {
        let rows = [
            specialty("a", Some("20"), "Врач-терапевт участковый"),
            specialty("b", Some("27"), "Терапевт"),
            specialty("c", Some("27"), "ВРАЧ-ТЕРАПЕВТ  УЧАСТКОВЫЙ"),
        ];
        assert_eq!(match_specialty(&place(), &rows).unwrap().id.as_str(), "c");
        let nameless = Place {
            fer_id: None,
            ..place()
        };
        assert_eq!(
            match_specialty(&nameless, &rows[..1]).unwrap().id.as_str(),
            "a"
        );
        assert!(match_specialty(&nameless, &[specialty("x", None, "Логопед")]).is_none());
    }

    #[test]
    fn a_draft_of_before_is_respelled_and_stays_the_same_wish() {
        let mut shouted = draft();
        shouted.places[0].specialty_name = "ВРАЧ-ТЕРАПЕВТ УЧАСТКОВЫЙ".to_owned();
        assert_eq!(respelled(shouted.clone()), draft());
        assert_eq!(essence(&shouted), essence(&draft()));
        shouted.nickname = "мама".to_owned();
        assert_ne!(essence(&shouted), essence(&draft()));
    }

    #[test]
    fn lost_doctors_are_found_by_name_whatever_the_letters() {
        let row = |id: &str, name: &str| Doctor {
            id: id.into(),
            name: name.to_owned(),
            note: None,
            area: None,
            counts: Counts::default(),
        };
        let rows = [
            row("n1", "СЕМЕНОВ ПЁТР ИЛЬИЧ"),
            row("n2", "Орлова Анна Львовна"),
        ];
        let chosen = DoctorRef {
            id: "old".into(),
            name: "Семёнов Петр Ильич".to_owned(),
        };
        let found = match_doctors(
            &DoctorChoice::Only {
                doctors: vec![chosen.clone()],
            },
            &rows,
        )
        .unwrap();
        assert!(matches!(found, DoctorChoice::Only { doctors } if doctors[0].id.as_str() == "n1"));
        assert_eq!(
            match_doctors(
                &DoctorChoice::Only {
                    doctors: vec![chosen]
                },
                &rows[1..]
            ),
            None
        );
    }
}

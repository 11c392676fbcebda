//! What must be true of a world that is over, by a model that shares nothing with the engine.
//!
//! Where it cannot be known from outside whether the engine took notice of an answer (it was killed
//! in that moment, a person changed what is watched while the answer was under way, rows made no
//! sense), the model keeps both possibilities: what must be told follows from all of them, what may
//! be told from any.
//!
//! Deliberately not demanded:
//! - that what appeared while a watch or everything rested is told (it is, if a later look still finds it);
//! - that what was seen while the clock was wrong is told: it may have seemed to be over;
//! - that the budget holds over a restart while the clock is wrong;
//! - that a slot which may have been told, and was missing when the rest of its alert was told again,
//!   is marked as a repeat when it is back;
//! - that a watch goes on in time that was paused by a clock that was wrong: its end is a time of day;
//! - that a slot found by the first look at a doctor after a watch began or changed is told;
//! - that silence is not told of a clinic that answers, while the budget lets less than a request a
//!   minute through: a walk through the clinic then takes longer than the gaps that are waited for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    rc::Rc,
};

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Moscow;
use engine::model::{
    Activity, DoctorChoice, MessageKind, News, TimeWish, WatchDraft, WatchState, WatchView,
};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::record::{Doctor, Era, Fate, Look, Seen, Told};

/// An answer this close to a kill may not have been noticed.
const MOMENT: TimeDelta = TimeDelta::milliseconds(5);
/// The engine's own rules: a return within this is no new opening; an empty list after so many slots
/// is believed when it is confirmed.
const FLAP: TimeDelta = TimeDelta::minutes(10);
const DOUBTFUL: usize = 20;
/// A channel that does well, of a program that runs, tells within this.
const PROMPT: TimeDelta = TimeDelta::minutes(2);
/// A watch is looked at four times an hour at least; three gaps of silence are news.
const LONG: TimeDelta = TimeDelta::minutes(60);
/// A database of a household is no larger.
const LARGEST: u64 = 8 << 20;

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub check: &'static str,
    /// How that showed.
    pub text: String,
}

/// How things stand in the end.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// The true time.
    pub now: DateTime<Utc>,
    /// What the computer shows.
    pub wall: DateTime<Utc>,
    /// The watches as they are shown.
    pub views: Vec<WatchView>,
    /// The database; the program does not run any more.
    pub database: PathBuf,
}

/// Checks everything.
pub fn judge(seen: &Seen, end: &End) -> Vec<Violation> {
    let database = Connection::open_with_flags(&end.database, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let mut court = Court {
        seen,
        end,
        found: Vec::new(),
        appearances: appearances(seen),
        database: Rc::new(database.expect("a world leaves a database")),
    };
    court.operations_succeed();
    court.seen_is_told();
    court.nothing_is_invented();
    court.nothing_is_told_twice();
    court.requests_keep_the_budget();
    court.silence_and_its_end_are_told_once();
    court.watches_are_looked_at_again();
    court.the_database_is_sound();
    court.found
}

/// A slot came into being, as far as anybody could see.
#[derive(Debug, Clone)]
struct Appearance {
    doctor: Doctor,
    start: DateTime<Utc>,
    /// In the look of this number.
    look: usize,
    /// In every way of reading what was seen.
    surely: bool,
}

struct Court<'a> {
    seen: &'a Seen,
    end: &'a End,
    found: Vec<Violation>,
    appearances: Vec<Appearance>,
    database: Rc<Connection>,
}

// The model -------------------------------------------------------------------------------------

#[derive(Debug, Clone, Copy)]
struct Known {
    gone_at: Option<DateTime<Utc>>,
    absent: u32,
}

/// What one reading of the looks at a doctor says.
#[derive(Debug, Clone, Default)]
struct Reading(BTreeMap<DateTime<Utc>, Known>);

impl Reading {
    fn present(&self) -> usize {
        self.0
            .values()
            .filter(|known| known.gone_at.is_none())
            .count()
    }

    /// Takes notice of a look; gives the starts that are news.
    fn take(&mut self, look: &Look) -> BTreeSet<DateTime<Utc>> {
        let news = self.take_what_is_there(look);
        for (_, known) in self
            .0
            .iter_mut()
            .filter(|(start, _)| !look.starts.contains(start))
        {
            known.gone_at = known.gone_at.or(Some(look.wall));
            known.absent += 1;
        }
        news
    }

    /// The same, but nothing is taken for gone.
    fn take_what_is_there(&mut self, look: &Look) -> BTreeSet<DateTime<Utc>> {
        let mut news = BTreeSet::new();
        for start in &look.starts {
            let back = self.0.get(start).is_none_or(|known| {
                let gone = known.gone_at;
                gone.is_some_and(|at| known.absent >= 2 && look.wall - at >= FLAP)
            });
            if back {
                news.insert(*start);
            }
            let here = Known {
                gone_at: None,
                absent: 0,
            };
            self.0.insert(*start, here);
        }
        news
    }
}

/// May the engine not have noticed this answer, or not have read it so?
fn is_uncertain(seen: &Seen, look: &Look) -> bool {
    let near = |moments: &[DateTime<Utc>], from: DateTime<Utc>| {
        let first = moments.partition_point(|at| *at < from);
        moments.get(first).is_some_and(|at| *at <= look.at + MOMENT)
    };
    look.doubtful
        || near(&seen.breaks, look.asked)
        || near(&seen.acts, look.asked - MOMENT)
        || is_wrong(seen, look.at)
}

fn is_wrong(seen: &Seen, at: DateTime<Utc>) -> bool {
    seen.wrong
        .iter()
        .any(|(from, to)| *from <= at && at <= *to + FLAP * 2)
}

fn appearances(seen: &Seen) -> Vec<Appearance> {
    // All readings that are possible are too many; four do: every uncertain look was noticed, none
    // was, they were where they showed something, and slots come back at any absence.
    let mut readings: BTreeMap<&Doctor, [Reading; 3]> = BTreeMap::new();
    let mut shaken: BTreeSet<&Doctor> = BTreeSet::new();
    let mut found = Vec::new();
    for (number, look) in seen.looks.iter().enumerate() {
        let [all, sure, there] = readings.entry(&look.doctor).or_default();
        let uncertain =
            is_uncertain(seen, look) || look.starts.is_empty() && all.present() >= DOUBTFUL;
        if uncertain {
            shaken.insert(&look.doctor);
        }
        let was_absent: BTreeSet<_> = look
            .starts
            .iter()
            .filter(|start| {
                shaken.contains(&look.doctor)
                    && all
                        .0
                        .get(start)
                        .is_some_and(|known| known.gone_at.is_some())
            })
            .copied()
            .collect();
        let in_all = all.take(look);
        let (in_sure, in_there) = if uncertain {
            (BTreeSet::new(), there.take_what_is_there(look))
        } else {
            (sure.take(look), there.take(look))
        };
        for start in in_all.union(&in_sure).chain(was_absent.difference(&in_all)) {
            found.push(Appearance {
                doctor: look.doctor.clone(),
                start: *start,
                look: number,
                surely: !uncertain
                    && [&in_all, &in_sure, &in_there]
                        .iter()
                        .all(|news| news.contains(start)),
            });
        }
    }
    found
}

/// The wish in its own words.
fn suits(wish: &TimeWish, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let local = start.with_timezone(&Moscow);
    let minute = i64::from(local.hour()) * 60 + i64::from(local.minute());
    let day = local.weekday().num_days_from_monday() as usize;
    let minutes = |time: chrono::NaiveTime| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let in_ranges = wish.ranges.is_empty()
        || wish.ranges.iter().any(|range| {
            (range.days.is_empty() || range.days.iter().any(|one| *one as usize == day))
                && range.from.is_none_or(|from| minutes(from) <= minute)
                && range.to.is_none_or(|to| minute < minutes(to))
        });
    let date = local.date_naive();
    in_ranges
        && start > now
        && start - now >= TimeDelta::minutes(wish.notice_minutes.into())
        && wish.not_before.is_none_or(|first| first <= date)
        && wish.not_after.is_none_or(|last| date <= last)
}

impl<'a> Court<'a> {
    fn complain(&mut self, check: &'static str, text: String) {
        if self.found.iter().filter(|it| it.check == check).count() < 5 {
            self.found.push(Violation { check, text });
        }
    }

    /// The specialties of whoever had this id then.
    fn specialties(&self, doctor: &Doctor, at: DateTime<Utc>) -> Option<&'a BTreeSet<String>> {
        let known = self.seen.specialties.get(doctor)?;
        known.range(..=at).next_back().map(|(_, known)| known)
    }

    fn covers(&self, draft: &WatchDraft, doctor: &Doctor, at: DateTime<Utc>) -> bool {
        let Some(specialties) = self.specialties(doctor, at) else {
            return false;
        };
        draft.places.iter().any(|place| {
            let id = &doctor.1;
            place.clinic_id.as_str() == doctor.0
                && specialties.contains(place.specialty_id.as_str())
                && match &place.doctors {
                    DoctorChoice::Any => true,
                    DoctorChoice::Only { doctors } => doctors.iter().any(|it| it.id.as_str() == id),
                    DoctorChoice::Except { doctors } => {
                        doctors.iter().all(|it| it.id.as_str() != id)
                    }
                }
        })
    }

    /// The part of a watch's life at that moment.
    fn era(&self, watch: u32, at: DateTime<Utc>) -> Option<&'a Era> {
        let mut eras = self.seen.eras.iter();
        eras.rfind(|era| era.watch == watch && era.from <= at)
    }

    fn watches(&self) -> BTreeSet<u32> {
        self.seen.eras.iter().map(|era| era.watch).collect()
    }

    fn is_paused(&self, at: DateTime<Utc>) -> bool {
        self.seen
            .pauses
            .iter()
            .any(|(from, to)| *from <= at && at <= *to)
    }

    // The checks ---------------------------------------------------------------------------------

    fn operations_succeed(&mut self) {
        let failed: Vec<_> = self
            .seen
            .trace
            .iter()
            .filter(|line| line.contains("FAILED"))
            .cloned()
            .collect();
        for line in failed {
            self.complain("operations succeed", line);
        }
    }

    /// G1: what was seen is told on every channel, or the history says why not.
    fn seen_is_told(&mut self) {
        let mut complaints = Vec::new();
        for watch in self.watches() {
            for appearance in self.appearances.iter().filter(|it| it.surely) {
                let look = &self.seen.looks[appearance.look];
                let Some(era) = self.era(watch, look.asked) else {
                    continue;
                };
                let baseline = self.seen.looks[..appearance.look].iter().any(|before| {
                    before.doctor == look.doctor
                        && before.asked > era.from
                        && self.was_shown(era, before)
                        && !is_uncertain(self.seen, before)
                });
                if !era.on
                    || !baseline
                    || self.is_paused(look.at)
                    || !self.covers(&era.draft, &look.doctor, look.asked)
                    || !suits(&era.draft.wish, appearance.start, look.wall)
                {
                    continue;
                }
                for ear in 0..self.seen.ears {
                    if let Some(text) = self.untold(watch, appearance, look, ear) {
                        complaints.push(text);
                    }
                }
            }
        }
        for text in complaints {
            self.complain("what was seen is told", text);
        }
    }

    /// A watch knows of doctors it does not name by a list that is read after it was made: what a round
    /// under way finds is not yet for it.
    fn was_shown(&self, era: &Era, look: &Look) -> bool {
        let (clinic, doctor) = &look.doctor;
        let named = era.draft.places.iter().any(|place| match &place.doctors {
            DoctorChoice::Only { doctors } => doctors.iter().any(|it| it.id.as_str() == doctor),
            DoctorChoice::Any | DoctorChoice::Except { .. } => false,
        });
        let same = |it: &&Era| it.watch == era.watch && it.draft.places == era.draft.places;
        let made = self
            .seen
            .eras
            .iter()
            .find(same)
            .map_or(era.from, |it| it.from);
        let mut lists = self.seen.lists.iter();
        named || lists.any(|(of, asked)| of == clinic && made < *asked && *asked < look.asked)
    }

    /// Why an opening counts as neither told nor accounted for.
    fn untold(&self, watch: u32, it: &Appearance, look: &Look, ear: usize) -> Option<String> {
        let slot = (watch, it.doctor.clone(), it.start);
        let mut told = self
            .seen
            .told
            .iter()
            .filter(|told| told.ear == ear && told.at >= look.at && told.says.contains(&slot));
        let first = told.next();
        let who = format!(
            "watch {watch}: {} of doctor {:?}, seen at {}, channel {ear}",
            it.start, it.doctor, look.at
        );
        let calm =
            |(from, to): &(DateTime<Utc>, DateTime<Utc>)| *to < look.at || *from > look.at + PROMPT;
        let quiet = |moments: &[DateTime<Utc>]| {
            moments
                .iter()
                .all(|at| *at < look.at - PROMPT || *at > look.at + PROMPT)
        };
        let fine = self.seen.away.iter().all(calm)
            && self.seen.wrong.iter().all(calm)
            && quiet(&self.seen.breaks)
            && quiet(&self.seen.acts)
            && self
                .seen
                .moods
                .iter()
                .all(|(of, from, to)| *of != ear || calm(&(*from, *to)));
        let Some(first) = first else {
            return self
                .unaccounted(watch, it, look, ear)
                .map(|why| format!("{who}: {why}"));
        };
        (ear == 0 && fine && first.at > look.at + PROMPT)
            .then(|| format!("{who}: told only at {}", first.at))
    }

    /// Why the history does not say what became of it.
    fn unaccounted(&self, watch: u32, it: &Appearance, look: &Look, ear: usize) -> Option<String> {
        let seen = look.wall.timestamp_millis() - 1000;
        // A clock that goes back later has it first seen then.
        let mut wrong = self.seen.wrong.iter();
        let redated = wrong.any(|(_, to)| *to > look.at);
        // What was gone for a while and is back has two alerts: the later one tells of its return.
        let row: Option<(String, Option<String>, i64)> = self
            .database
            .query_row(
                "SELECT o.state, o.why, o.alert_id FROM opening
                 JOIN alert_slot ON opening_id = opening.id JOIN alert a ON a.id = alert_slot.alert_id
                 LEFT JOIN outbox o ON o.alert_id = a.id AND o.channel = ?1 AND o.kind = 'appeared'
                 WHERE a.watch_id = ?2 AND clinic = ?3 AND doctor = ?4 AND start = ?5
                 AND (first_seen >= ?6 OR ?7)
                 ORDER BY first_seen < ?6, a.raised_at < ?6, opening.id, a.id LIMIT 1",
                (
                    format!("ear/{ear}"),
                    watch,
                    &it.doctor.0,
                    &it.doctor.1,
                    it.start.timestamp_millis(),
                    seen,
                    redated,
                ),
                |row| {
                    let state: Option<String> = row.get(0)?;
                    Ok((state.unwrap_or_default(), row.get(1)?, row.get::<_, Option<i64>>(2)?.unwrap_or(0)))
                },
            )
            .optional()
            .expect("the history can be read");
        let asleep = self.era(watch, self.end.now).is_none_or(|era| !era.on);
        match row {
            None => Some(format!("there is no alert of it; {}", self.openings(it))),
            Some((state, Some(_), _)) if matches!(state.as_str(), "expired" | "dead") => None,
            Some((state, ..)) if state == "due" && asleep => None,
            Some((state, why, alert)) => Some(format!(
                "alert {alert} is {state} there ({why:?}), and nothing was heard"
            )),
        }
    }

    /// What the database says of a slot.
    fn openings(&self, it: &Appearance) -> String {
        let openings = self.database.query_row(
            "SELECT group_concat(format('opening %d, seen from %d to %d, gone at %d', id, first_seen, last_seen, gone_at), '; ')
             FROM opening WHERE clinic = ?1 AND doctor = ?2 AND start = ?3",
            (&it.doctor.0, &it.doctor.1, it.start.timestamp_millis()),
            |row| row.get::<_, Option<String>>(0),
        );
        openings
            .expect("the history can be read")
            .unwrap_or_else(|| "nor an opening".to_owned())
    }

    /// G4: every slot that is told appeared, for this watch, as often as it is told.
    fn nothing_is_invented(&mut self) {
        let mut alerts: BTreeMap<(u32, Doctor, DateTime<Utc>), BTreeSet<u32>> = BTreeMap::new();
        let mut complaints = Vec::new();
        for told in self
            .seen
            .told
            .iter()
            .filter(|told| told.kind == MessageKind::Appeared)
        {
            for (doctor, start) in &told.fresh {
                let slot = (told.watch, doctor.clone(), *start);
                alerts.entry(slot).or_default().insert(told.alert);
                if let Some(text) = self.invented(told, doctor, *start) {
                    complaints.push(format!(
                        "alert {} of watch {} at {} says {start} of doctor {doctor:?}: {text}",
                        told.alert, told.watch, told.at
                    ));
                }
            }
        }
        for ((watch, doctor, start), alerts) in alerts {
            let times = self.times(watch, &doctor, start).count();
            if alerts.len() > times {
                complaints.push(format!(
                    "watch {watch}: {start} of doctor {doctor:?} is in alerts {alerts:?}, but appeared {times} times"
                ));
            }
        }
        for text in complaints {
            self.complain("nothing is invented", text);
        }
    }

    /// The appearances of a slot in the life of a watch.
    fn times(
        &self,
        watch: u32,
        doctor: &Doctor,
        start: DateTime<Utc>,
    ) -> impl Iterator<Item = &Look> {
        let born = self
            .seen
            .eras
            .iter()
            .find(|era| era.watch == watch)
            .map(|era| era.from);
        self.appearances
            .iter()
            .filter(move |it| it.doctor == *doctor && it.start == start)
            .map(|it| &self.seen.looks[it.look])
            .filter(move |look| born.is_some_and(|born| look.at >= born))
    }

    fn invented(&self, told: &Told, doctor: &Doctor, start: DateTime<Utc>) -> Option<&'static str> {
        let mut times = self
            .times(told.watch, doctor, start)
            .filter(|look| look.at <= told.at)
            .peekable();
        if times.peek().is_none() {
            return Some("it did not appear");
        }
        let eras = || {
            self.seen
                .eras
                .iter()
                .filter(|era| era.watch == told.watch && era.from <= told.at)
        };
        if !times.any(|look| eras().any(|era| self.covers(&era.draft, doctor, look.asked))) {
            return Some("nobody asked for that doctor");
        }
        let suited = self.seen.looks.iter().any(|look| {
            look.doctor == *doctor
                && look.at <= told.at
                && look.starts.contains(&start)
                && eras().any(|era| suits(&era.draft.wish, start, look.wall))
        });
        if !suited {
            return Some("it never suited");
        }
        None
    }

    /// G3: a message comes again only after a kill or an answer that did not come, and says so.
    fn nothing_is_told_twice(&mut self) {
        let mut complaints = Vec::new();
        let mut before: BTreeMap<(usize, u32), Vec<&Told>> = BTreeMap::new();
        for told in self
            .seen
            .told
            .iter()
            .filter(|told| told.kind == MessageKind::Appeared)
        {
            let earlier = before.entry((told.ear, told.alert)).or_default();
            let again = earlier
                .iter()
                .rev()
                .find(|it| it.fresh.iter().any(|slot| told.fresh.contains(slot)));
            if let Some(first) = again
                && !self.was_answered(told.alert, first.at, told.at)
            {
                let excused = first.taken == Fate::Perhaps || self.was_cut(first.at);
                if !excused {
                    complaints.push(format!(
                        "alert {} on channel {} at {} and again at {}",
                        told.alert, told.ear, first.at, told.at
                    ));
                } else if !told.repeat
                    && first.taken == Fate::Perhaps
                    && !self.was_told_since(first, told)
                {
                    complaints.push(format!(
                        "alert {} on channel {} at {} repeats that of {} and does not say so",
                        told.alert, told.ear, told.at, first.at
                    ));
                }
            }
            earlier.push(told);
        }
        for text in complaints {
            self.complain("nothing is told twice", text);
        }
    }

    /// Has this channel taken something of this alert for sure between these two?
    fn was_told_since(&self, first: &Told, again: &Told) -> bool {
        self.seen.told.iter().any(|told| {
            (told.ear, told.alert, told.taken) == (again.ear, again.alert, Fate::Yes)
                && first.at < told.at
                && told.at < again.at
        })
    }

    /// Was the program killed in that moment?
    fn was_cut(&self, at: DateTime<Utc>) -> bool {
        let mut kills = self.seen.kills.iter();
        kills.any(|kill| (at - MOMENT..=at + MOMENT).contains(kill))
    }

    fn was_answered(&self, alert: u32, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        self.seen
            .snoozed
            .iter()
            .any(|(of, at)| *of == alert && from <= *at && *at <= to)
    }

    /// The budget is an average; an hour takes twice of it, three times where bursts are allowed.
    fn requests_keep_the_budget(&mut self) {
        const CLICK: usize = 40;
        let hour = TimeDelta::hours(1);
        let reached = self.seen.asked.iter().filter(|it| it.reached);
        let mut sorted: Vec<DateTime<Utc>> = reached.map(|it| it.at).collect();
        sorted.sort_unstable();
        let mut from = 0;
        let mut complaint = None;
        for (to, at) in sorted.iter().enumerate() {
            while *at - sorted[from] >= hour {
                from += 1;
            }
            let count = to + 1 - from;
            let begin = *at - hour;
            let past = self.seen.budgets.iter().rev();
            let mut largest = 0;
            for (since, budget, bursts) in past {
                largest = largest.max(budget * if *bursts { 3 } else { 2 });
                if *since < begin {
                    break;
                }
            }
            // Before the first budget was set the usual one held.
            if self
                .seen
                .budgets
                .first()
                .is_none_or(|(since, ..)| *since > begin)
            {
                largest = largest.max(720);
            }
            // What was asked before a restart is known by the clock alone.
            let mut wrong = self.seen.wrong.iter();
            if wrong.any(|(from, to)| *from <= *at && begin <= *to) {
                continue;
            }
            let clicks = self
                .seen
                .clicks
                .iter()
                .filter(|it| **it >= begin - hour && *it <= at)
                .count();
            if count > largest as usize + 2 + clicks * CLICK && complaint.is_none() {
                complaint = Some(format!(
                    "{count} requests in the hour up to {at}, {largest} are allowed"
                ));
            }
        }
        if let Some(text) = complaint {
            self.complain("requests keep the budget", text);
        }
    }

    /// G6: silence is told once, and so is its end.
    fn silence_and_its_end_are_told_once(&mut self) {
        let mut complaints = Vec::new();
        let mut silent: BTreeMap<usize, i32> = BTreeMap::new();
        for (number, (ear, at, news)) in self.seen.news.iter().enumerate() {
            let before = &self.seen.news[..number];
            let first = before.iter().find(|(of, _, it)| (of, it) == (ear, news));
            if let Some((_, first, _)) = first
                && !self.was_cut(*first)
                && !self.is_anew(*ear, news, *first, *at)
            {
                complaints.push(format!(
                    "channel {ear} heard {news:?} at {first} and at {at}"
                ));
            }
            let silent = silent.entry(*ear).or_default();
            match news {
                News::Silence { since, .. } => {
                    *silent += 1;
                    let heard = self
                        .seen
                        .asked
                        .iter()
                        // After a start it counts from the first tick, which comes a minute later.
                        .filter(|it| *since - PROMPT <= it.at && it.at <= *at);
                    let trouble = heard.clone().any(|it| !it.good) || heard.count() == 0;
                    let hurried = self.is_held_back(*at);
                    let faulty = self
                        .seen
                        .faults
                        .iter()
                        .any(|(from, to)| from <= at && to >= since);
                    if !trouble && !faulty && !hurried && !is_wrong(self.seen, *at) {
                        complaints.push(format!(
                            "channel {ear} heard at {at} of silence since {since}, but no request failed"
                        ));
                    }
                }
                News::Recovered { .. } => {
                    *silent -= 1;
                    if *silent < 0 {
                        complaints.push(format!(
                            "channel {ear} heard at {at} of an end without silence"
                        ));
                        *silent = 0;
                    }
                }
                News::Restored { .. } | News::Unsaved { .. } => {
                    complaints.push(format!(
                        "channel {ear} heard at {at} of a file that was sound: {news:?}"
                    ));
                }
                News::Morning { .. } | News::ChatLost { .. } => {}
            }
        }
        complaints.extend(self.unsaid_silence());
        for text in complaints {
            self.complain("silence and its end are told once", text);
        }
    }

    /// May the same news be of something else? A watch that rested, was changed or had lost its place is
    /// silent anew, and so is one of which a clock that was wrong made the future; of two watches of a
    /// clinic the same is said; and a channel that was not well may hear both late.
    fn is_anew(&self, ear: usize, news: &News, first: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        let since = match news {
            News::Silence { since, .. } => *since,
            _ => first,
        };
        let seen = self.seen;
        let eras = seen.eras.iter().map(|era| &era.from);
        let pauses = seen.pauses.iter().map(|(from, _)| from);
        let clocks = seen.wrong.iter().map(|(_, to)| to);
        let mut anew = eras.chain(pauses).chain(clocks).chain(&seen.moves);
        let mut moods = seen.moods.iter();
        anew.any(|moment| (first - LONG..=at).contains(moment))
            || self.was_over(ear, first, at)
            || moods.any(|(of, from, to)| *of == ear && *from <= at && since <= *to)
    }

    /// Was its end told between these two, and did the program start anew? Then it fell silent again, and
    /// knows of no later good look.
    fn was_over(&self, ear: usize, first: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        let between = |moment: &DateTime<Utc>| first < *moment && *moment < at;
        let mut news = self.seen.news.iter();
        let ended = news.any(|(of, moment, news)| {
            *of == ear && between(moment) && matches!(news, News::Recovered { .. })
        });
        ended && self.seen.away.iter().any(|(_, to)| between(to))
    }

    /// Does the budget let less than a request a minute through?
    fn is_held_back(&self, at: DateTime<Utc>) -> bool {
        const FEW: usize = 5;
        let before: Vec<_> = self.seen.asked.iter().filter(|it| it.at <= at).collect();
        let last = before.len().checked_sub(FEW).map(|first| before[first].at);
        last.is_none_or(|first| at - first >= TimeDelta::minutes(4))
    }

    /// While the program runs and a watch is on, an hour without anything good is said.
    fn unsaid_silence(&self) -> Vec<String> {
        let good: Vec<_> = self
            .seen
            .asked
            .iter()
            .filter(|it| it.good)
            .map(|it| it.at)
            .collect();
        let mut unsaid = Vec::new();
        for pair in good.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            if to - from <= LONG {
                continue;
            }
            let limit = from + LONG;
            let apart = |begin: DateTime<Utc>, end: DateTime<Utc>| end < from || limit < begin;
            let within = |at: &DateTime<Utc>| from <= *at && *at <= limit;
            let told = self.seen.news.iter();
            let told = told.filter(|(ear, at, _)| *ear == 0 && *at <= limit);
            let said = told.fold(0, |silent, (.., news)| match news {
                News::Silence { .. } => silent + 1,
                News::Recovered { .. } => silent - 1,
                _ => silent,
            }) > 0;
            let asked = self
                .seen
                .asked
                .iter()
                .filter(|it| from < it.at && within(&it.at))
                .count();
            let waits = asked >= 3
                && self
                    .watches()
                    .into_iter()
                    .any(|watch| self.era(watch, from).is_some_and(|era| era.on));
            let excused = !self
                .seen
                .away
                .iter()
                .all(|(begin, end)| apart(*begin, *end))
                || !self
                    .seen
                    .wrong
                    .iter()
                    .all(|(begin, end)| apart(*begin, *end + FLAP))
                || !self
                    .seen
                    .pauses
                    .iter()
                    .all(|(begin, end)| apart(*begin, *end))
                || !self
                    .seen
                    .moods
                    .iter()
                    .all(|(ear, begin, end)| *ear != 0 || apart(*begin, *end + FLAP * 2))
                // A place that the lists have lost promises nothing; its card says so.
                || self.seen.moves.iter().any(|at| *at <= limit)
                || self.seen.breaks.iter().any(within)
                || self.seen.eras.iter().any(|era| within(&era.from));
            if waits && !said && !excused {
                unsaid.push(format!(
                    "nothing good came from {from} to {to}, and nobody said so"
                ));
            }
        }
        unsaid
    }

    /// When all is well again, every watch is looked at again.
    fn watches_are_looked_at_again(&mut self) {
        let mut complaints = Vec::new();
        for view in &self.end.views {
            if view.watch.activity != Activity::On
                || matches!(view.state, WatchState::Unbound { .. })
            {
                continue;
            }
            let gap = TimeDelta::seconds(view.gap_secs.unwrap_or(900).into());
            let limit = (gap * 2).max(TimeDelta::minutes(16));
            let age = view.checked_at.map(|at| self.end.wall - at);
            if age.is_none_or(|age| age > limit) || view.stale {
                complaints.push(format!(
                    "watch {} ({:?}) was looked at {:?} minutes ago, every {} seconds are promised; stale: {}",
                    view.watch.id,
                    view.state,
                    age.map(|age| age.num_minutes()),
                    gap.num_seconds(),
                    view.stale,
                ));
            }
        }
        for text in complaints {
            self.complain("watches are looked at again", text);
        }
    }

    fn the_database_is_sound(&mut self) {
        const CHECK: &str = "the database is sound";
        let database = Rc::clone(&self.database);
        let one = |sql: &str| {
            database
                .query_row(sql, (), |row| row.get::<_, Option<String>>(0))
                .optional()
                .map(Option::flatten)
        };
        let count = |sql: &str| {
            database
                .query_row(sql, (), |row| row.get::<_, i64>(0))
                .unwrap_or(-1)
        };
        let whole = one("PRAGMA integrity_check");
        if !matches!(&whole, Ok(Some(text)) if text == "ok") {
            self.complain(CHECK, format!("integrity_check says {whole:?}"));
        }
        if !matches!(one("PRAGMA foreign_key_check"), Ok(None)) {
            self.complain(CHECK, "a foreign key leads nowhere".to_owned());
        }
        let twice = count(
            "SELECT count(*) FROM (SELECT watch_id, opening_id FROM alert_slot JOIN alert ON alert.id = alert_id
             GROUP BY 1, 2 HAVING count(*) > 1)",
        );
        if twice != 0 {
            self.complain(
                CHECK,
                format!("{twice} openings are in two alerts of one watch"),
            );
        }
        let awake: Vec<String> = self
            .watches()
            .into_iter()
            .filter(|watch| self.era(*watch, self.end.now).is_some_and(|era| era.on))
            .map(|watch| watch.to_string())
            .collect();
        let late = (self.end.wall - TimeDelta::minutes(20)).timestamp_millis();
        let stuck = one(&format!(
            "SELECT group_concat(concat_ws(' ', channel, kind, outbox.state, why, attempts, next_at, at), '; ')
             FROM outbox JOIN alert ON alert.id = alert_id
             WHERE (outbox.state = 'due' AND next_at < {late} OR outbox.state = 'leased' AND lease_until < {late})
             AND watch_id IN ({})",
            awake.join(", ")
        ));
        match stuck {
            Ok(None) => (),
            Ok(Some(stuck)) => self.complain(CHECK, format!("they wait for ever: {stuck}")),
            Err(error) => self.complain(CHECK, error.to_string()),
        }
        let size = std::fs::metadata(&self.end.database).map_or(0, |file| file.len());
        if size > LARGEST {
            self.complain(CHECK, format!("it has grown to {size} bytes"));
        }
    }
}

//! The release clocks of all watches, kept in memory: worked out once for each set of places,
//! anew when something arrives there and after midnight.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::{
    model::{ClinicId, ReleaseClock, SpecialtyId, Watch, WatchId},
    release_clock::{Appeared, Between, Habit, Watched, habits, median_life, release_clock},
    store::{ARRIVALS_KEPT, Arrival, Lives},
    text::dates::date_of,
};

/// A specialty of a clinic.
type Place = (ClinicId, SpecialtyId);

/// What is known of when slots arrive.
#[derive(Debug, Default)]
pub(crate) struct Clocks {
    arrivals: BTreeMap<Place, Vec<Between>>,
    lives: Lives,
    /// The day of which the lives are, and on which the habits were worked out.
    day: Option<NaiveDate>,
    known: HashMap<Vec<Place>, Known>,
}

#[derive(Debug, Default)]
struct Known {
    habits: Vec<Habit>,
    life: Option<TimeDelta>,
}

impl Clocks {
    /// What arrived so far, oldest first.
    pub(crate) fn new(arrivals: Vec<Arrival>) -> Self {
        let mut clocks = Self::default();
        for arrival in arrivals {
            clocks.note(arrival);
        }
        clocks
    }

    /// Something arrived.
    pub(crate) fn note(&mut self, arrival: Arrival) {
        let (_, appeared) = arrival.appeared();
        let place = (arrival.clinic_id, arrival.specialty_id);
        self.known.retain(|places, _| !places.contains(&place));
        let arrivals = self.arrivals.entry(place).or_default();
        forget_early(arrivals, appeared.at);
        arrivals.push(appeared);
    }

    /// Has a day begun of which the lives are not known yet?
    pub(crate) fn is_of_before(&self, now: DateTime<Utc>) -> bool {
        self.day != Some(date_of(now))
    }

    /// A new day: how long slots have lived of late. What came long ago is forgotten.
    pub(crate) fn begin_day(&mut self, lives: Lives, now: DateTime<Utc>) {
        self.day = Some(date_of(now));
        self.known.clear();
        self.arrivals.retain(|_, arrivals| {
            forget_early(arrivals, now);
            // What comes in a day needs no new room, which would be twice as much.
            arrivals.shrink_to(arrivals.len() * 9 / 8);
            !arrivals.is_empty()
        });
        self.lives = lives;
    }

    /// The clocks of these watches. `gap`: between two looks at these places when it matters.
    pub(crate) fn of<'a>(
        &mut self,
        watches: impl Iterator<Item = &'a Watch>,
        gap: &dyn Fn(&[Place]) -> Duration,
        now: DateTime<Utc>,
    ) -> HashMap<WatchId, ReleaseClock> {
        // Whoever waits longest at some place says since when it has been looked at.
        let mut waiting: HashMap<Vec<Place>, (DateTime<Utc>, Vec<WatchId>)> = HashMap::new();
        for watch in watches {
            let (since, ids) = waiting
                .entry(places(watch))
                .or_insert_with(|| (watch.created_at, Vec::new()));
            *since = watch.created_at.min(*since);
            ids.push(watch.id);
        }
        let mut clocks = HashMap::new();
        for (places, (since, watches)) in waiting {
            let worked_out =
                (!self.known.contains_key(&places)).then(|| self.work_out(&places, since, now));
            let gap = gap(&places);
            let known = self.known.entry(places);
            let known = known.or_insert_with(|| worked_out.unwrap_or_default());
            if let Some(clock) = release_clock(&known.habits, now, Some(gap), known.life) {
                clocks.extend(watches.into_iter().map(|id| (id, clock.clone())));
            }
        }
        clocks
    }

    fn work_out(&self, places: &[Place], since: DateTime<Utc>, now: DateTime<Utc>) -> Known {
        let own = places.iter().filter_map(|place| {
            let arrivals = self.arrivals.get(place)?.iter();
            Some(arrivals.map(|appeared| (&place.0, *appeared)))
        });
        let arrivals: Vec<Appeared<'_>> = own.flatten().collect();
        let first = arrivals.iter().map(|(_, appeared)| appeared.since).min();
        let since = first.map_or(since, |first| first.min(since));
        let watched = Watched::throughout(since.max(now - ARRIVALS_KEPT), now);
        let lives = places.iter().filter_map(|place| self.lives.get(place));
        Known {
            habits: habits(&arrivals, &watched, date_of(now)),
            life: median_life(lives.flatten().copied().collect()),
        }
    }
}

fn forget_early(arrivals: &mut Vec<Between>, now: DateTime<Utc>) {
    arrivals.retain(|appeared| appeared.at >= now - ARRIVALS_KEPT);
}

fn places(watch: &Watch) -> Vec<Place> {
    let places = watch.draft.places.iter();
    let mut places: Vec<Place> = places
        .map(|place| (place.clinic_id.clone(), place.specialty_id.clone()))
        .collect();
    places.sort();
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activity, DoctorChoice, WatchDraft};

    fn watch(id: u32, specialties: &[&str]) -> Watch {
        let place = |specialty: &&str| crate::model::Place {
            clinic_id: "1".into(),
            clinic_name: String::new(),
            specialty_id: (*specialty).into(),
            specialty_name: String::new(),
            fer_id: None,
            doctors: DoctorChoice::Any,
        };
        Watch {
            id: WatchId(id),
            created_at: at(0, 0),
            draft: WatchDraft {
                places: specialties.iter().map(place).collect(),
                ..WatchDraft::default()
            },
            activity: Activity::On,
        }
    }

    fn at(day: i64, minute: i64) -> DateTime<Utc> {
        let monday = DateTime::parse_from_rfc3339("2026-10-05T00:00:00+03:00").unwrap();
        monday.to_utc() + TimeDelta::days(day) + TimeDelta::minutes(minute)
    }

    fn arrival(day: i64) -> Arrival {
        Arrival {
            clinic_id: "1".into(),
            specialty_id: "a".into(),
            since: at(day, 480),
            at: at(day, 482),
            slots: 1,
        }
    }

    #[test]
    fn ten_thousand_who_wait_for_the_same_are_one_sum_which_an_arrival_alone_undoes() {
        let mut clocks = Clocks::new((0..10).map(arrival).collect());
        let watches: Vec<Watch> = (0..10_000).map(|id| watch(id, &["a", "b"])).collect();
        let elsewhere = watch(10_000, &["c"]);
        let told = |clocks: &mut Clocks| {
            let all = watches.iter().chain([&elsewhere]);
            clocks.of(all, &|_| Duration::from_mins(1), at(10, 0)).len()
        };
        assert!(clocks.is_of_before(at(10, 0)));
        let place = ("1".into(), "a".into());
        let lives = [(place, vec![TimeDelta::minutes(4); 5])];
        clocks.begin_day(lives.into(), at(10, 0));
        assert!(!clocks.is_of_before(at(10, 60)) && clocks.is_of_before(at(11, 0)));
        assert_eq!(told(&mut clocks), 10_000);
        assert_eq!(clocks.known.len(), 2);
        let gap = &|_: &[Place]| Duration::from_mins(1);
        let one = clocks.of([&watches[7]].into_iter(), gap, at(10, 0));
        assert!(one[&WatchId(7)].chance.is_some());

        clocks.note(arrival(10));
        assert_eq!(clocks.known.len(), 1, "of the other place nothing changed");
        assert_eq!(told(&mut clocks), 10_000);
        // What is older than eight weeks is forgotten, whether anything has come since or not.
        let kept = |clocks: &Clocks| clocks.arrivals.values().map(Vec::len).sum::<usize>();
        clocks.note(arrival(60));
        assert_eq!(kept(&clocks), 8);
        clocks.begin_day(Lives::default(), at(66, 0));
        assert_eq!(kept(&clocks), 2);
        clocks.begin_day(Lives::default(), at(117, 0));
        assert!(clocks.arrivals.is_empty());
    }
}

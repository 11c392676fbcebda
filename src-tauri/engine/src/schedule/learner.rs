//! When slots are expected: learned from when they appeared.
//!
//! A dozen *experts* each say how a day's releases spread over its two-minute
//! parts: evenly, as the whole city's do, as this clinic's did on such days or
//! on this weekday, broadly or to the minute, over months or the last days.
//! Each is judged by what it said of a release before seeing it; what is
//! expected is their sum, weighted so that together they would have said best
//! what came (a mixture fitted by EM, with the city's own mixture as a weak
//! prior). Where nothing can be learned the even expert wins and nothing is lost.
//!
//! A day is learned when it is over, so the same looks always teach the same,
//! and all of it can be learned again from the kept arrivals.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "parts of a day, days and slots: small numbers"
)]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::calendar::{self, BINS, DayKind};

/// Releases per day in each two minutes of a day.
pub type Profile = Box<[f32; BINS]>;

/// Nothing is remembered for longer, in days.
pub(crate) const MEMORY_DAYS: i64 = 56;
/// A release counts half after so many days.
const HALF_LIFE: f32 = 14.0;
/// How experts did counts half after so many days: a habit that moved is followed in days.
const JUDGED_HALF_LIFE: f32 = 10.0;
/// The expert of the last days forgets half in so many.
const RECENT_HALF_LIFE: f32 = 1.5;
/// What the city's mixture counts in the mixture of a place, in releases.
const PRIOR: f32 = 8.0;
/// What that belief counts in the city's mixture, in releases.
const BELIEF: f32 = 20.0;
/// What an unknown place is taken to release in a day, until it shows; weighs one day.
const USUAL_RATE: f32 = 2.0;
const ROUNDS: usize = 25;
/// Quarters of an hour in a day.
const QUARTERS: usize = 96;
/// Who hardly ever looked cannot say that much came.
const LEAST_EXPOSURE: f32 = 0.3;
/// Quarters of an hour of such days that must have been watched before anything is said of them.
const ENOUGH_QUARTERS: f32 = 24.0;

/// Narrow, middle and broad: the spread of a habitual time, in parts of a day.
const FINE: f32 = 0.8;
const NARROW: f32 = 1.6;
const MIDDLE: f32 = 5.0;
const BROAD: f32 = 20.0;
const CITY_SPREADS: [f32; 3] = [BROAD, MIDDLE, NARROW];

/// How an expert sees a day.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expert {
    /// At any time alike.
    Even,
    /// Between six and twenty-three: what is believed before anything was seen.
    ByDay,
    /// As the whole city on such days, with this of [`CITY_SPREADS`].
    City { nth: usize },
    /// As this place.
    Own { days: Alike, spread: f32 },
    /// As all that is watched in the same clinic.
    Clinic { days: Alike, spread: f32 },
}

/// Which days of the past a day is like.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Alike {
    /// Those of its kind.
    Kind,
    /// Those of its weekday.
    Weekday,
    /// The last ones.
    Recent,
}

const EXPERTS: [Expert; 21] = {
    use Alike::{Kind, Recent, Weekday};
    use Expert::{ByDay, City, Clinic, Even, Own};
    [
        Even,
        ByDay,
        City { nth: 0 },
        City { nth: 1 },
        City { nth: 2 },
        Own {
            days: Kind,
            spread: FINE,
        },
        Own {
            days: Weekday,
            spread: FINE,
        },
        Clinic {
            days: Kind,
            spread: FINE,
        },
        Clinic {
            days: Weekday,
            spread: FINE,
        },
        Own {
            days: Kind,
            spread: NARROW,
        },
        Own {
            days: Kind,
            spread: MIDDLE,
        },
        Own {
            days: Kind,
            spread: BROAD,
        },
        Own {
            days: Weekday,
            spread: NARROW,
        },
        Own {
            days: Weekday,
            spread: MIDDLE,
        },
        Own {
            days: Recent,
            spread: NARROW,
        },
        Clinic {
            days: Kind,
            spread: NARROW,
        },
        Clinic {
            days: Kind,
            spread: MIDDLE,
        },
        Clinic {
            days: Weekday,
            spread: NARROW,
        },
        Clinic {
            days: Weekday,
            spread: MIDDLE,
        },
        Clinic {
            days: Recent,
            spread: NARROW,
        },
        Clinic {
            days: Recent,
            spread: MIDDLE,
        },
    ]
};
const MANY: usize = EXPERTS.len();
type Weights = [f32; MANY];

/// Slots of one place that appeared between two looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrived {
    /// The last look that knew they were not there, in milliseconds of UTC.
    pub since: i64,
    /// The look that found them.
    pub at: i64,
    /// How many.
    pub slots: u32,
}

/// An arrival as it is remembered.
#[derive(Debug, Clone)]
struct Seen {
    day: i64,
    /// The parts of the day it may have come in, inclusive.
    bins: (u16, u16),
    /// What it counts: a batch says less than as many releases.
    mass: f32,
    /// How likely each expert thought it before.
    foretold: [Rough; MANY],
}

/// A number of which two digits are kept: enough to judge by, in half the room.
#[derive(Debug, Clone, Copy)]
struct Rough(u16);

impl From<f32> for Rough {
    fn from(number: f32) -> Self {
        Self((number.to_bits() >> 16) as u16)
    }
}

impl From<Rough> for f32 {
    fn from(rough: Rough) -> Self {
        Self::from_bits(u32::from(rough.0) << 16)
    }
}

#[derive(Debug)]
struct Place {
    seen: VecDeque<Seen>,
    /// Arrived since the day was closed.
    fresh: Vec<Arrived>,
    weights: Weights,
    /// What is expected of the day, since somebody asked.
    expected: Option<Profile>,
}

/// What each expert says of a day; `None`: nothing, having seen no such day.
type Said = [Option<Opinion>; MANY];
/// Several places may be told the same.
type Opinion = Arc<[f32; BINS]>;

#[derive(Debug)]
struct Clinic<P> {
    places: BTreeMap<P, Place>,
    /// The quarters of an hour in which anybody looked, by day.
    watched: BTreeMap<i64, u128>,
    /// What its places together say of the day, since it was asked.
    common: Option<Said>,
}

impl<P: Ord + Clone> Clinic<P> {
    fn new() -> Self {
        Self {
            places: BTreeMap::new(),
            watched: BTreeMap::new(),
            common: None,
        }
    }

    /// One that is new knows what it would had it been known before.
    fn place(&mut self, place: &P, prior: &Weights, day: i64) -> &mut Place {
        let new = || Place::new(prior, day);
        self.places.entry(place.clone()).or_insert_with(new)
    }

    fn expected(&mut self, place: &P, prior: &Weights, day: i64, city: &City) -> &Profile {
        let expected = self.place(place, prior, day).expected.take();
        let expected = expected.unwrap_or_else(|| {
            let common = self.common(day).clone();
            let place = &self.places[place];
            let (rate, said) = place.foretell(day, &self.watched, &common, city);
            place.mix(rate, &said)
        });
        self.place(place, prior, day).expected.insert(expected)
    }

    fn common(&mut self, day: i64) -> &Said {
        let Self {
            places, watched, ..
        } = self;
        self.common
            .get_or_insert_with(|| common(places, watched, day))
    }

    /// Learns of a day that is over. What was said of it is said again, to be judged.
    fn close_day(&mut self, day: i64, city: &City) {
        if self.places.values().any(|place| !place.fresh.is_empty()) {
            let common = self.common(day).clone();
            for place in self.places.values_mut() {
                if !place.fresh.is_empty() {
                    let (_, said) = place.foretell(day, &self.watched, &common, city);
                    place.learn(&said);
                }
            }
        }
        for place in self.places.values_mut() {
            place.forget_before(day);
        }
    }
}

/// What is learned of all places. `C`: a clinic; `P`: a specialty of it.
#[derive(Debug)]
pub struct Learner<C, P> {
    clinics: BTreeMap<C, Clinic<P>>,
    city: City,
    prior: Weights,
    /// The day that is expected now.
    day: i64,
    /// Days of which more is known than was kept.
    unkept: BTreeSet<(C, i64)>,
}

impl<C: Ord + Clone, P: Ord + Clone> Learner<C, P> {
    /// Knows nothing; expects this moment's day.
    pub fn new(now: i64) -> Self {
        Self {
            clinics: BTreeMap::new(),
            city: City::default(),
            prior: believed(),
            day: calendar::day_of(now),
            unkept: BTreeSet::new(),
        }
    }

    /// Knows what was kept: the quarters of an hour watched by clinic and day, and what arrived, by
    /// the moment it was found.
    pub fn recall(
        watched: impl IntoIterator<Item = (C, i64, u128)>,
        arrived: impl IntoIterator<Item = (C, P, Arrived)>,
        now: i64,
    ) -> Self {
        let mut arrived = arrived.into_iter().peekable();
        let today = calendar::day_of(now);
        let mut days: BTreeMap<i64, Vec<(C, u128)>> = BTreeMap::new();
        for (clinic, day, quarters) in watched {
            days.entry(day).or_default().push((clinic, quarters));
        }
        let first = days.keys().next().map(|day| calendar::midnight(*day));
        let arrival = arrived.peek().map(|(_, _, first)| first.at);
        let first = first.into_iter().chain(arrival).min();
        let mut learner = Self::new(first.unwrap_or(now).min(now));
        loop {
            let day = learner.day;
            for (clinic, quarters) in days.remove(&day).into_iter().flatten() {
                learner.clinic(&clinic).watched.insert(day, quarters);
            }
            // A clock that was set back has left moments out of their order.
            while let Some((clinic, place, arrival)) = arrived
                .next_if(|(_, _, arrival)| calendar::day_of(arrival.at) <= day && arrival.at <= now)
            {
                learner.arrived(&clinic, &place, arrival);
            }
            if day >= today {
                return learner;
            }
            // Days on which nobody looked were slept through.
            let arrival = arrived.peek().map(|(_, _, next)| calendar::day_of(next.at));
            let next = days.keys().next().copied().into_iter().chain(arrival).min();
            learner.turn(calendar::midnight(next.unwrap_or(today).min(today)));
        }
    }

    /// The quarters of an hour watched by clinic and day, where they are not kept yet.
    pub fn take_unkept(&mut self) -> Vec<(C, i64, u128)> {
        let unkept = std::mem::take(&mut self.unkept).into_iter();
        unkept
            .filter_map(|(clinic, day)| {
                let quarters = *self.clinics.get(&clinic)?.watched.get(&day)?;
                Some((clinic, day, quarters))
            })
            .collect()
    }

    /// Somebody looked at this clinic between these moments.
    pub fn watched(&mut self, clinic: &C, from: i64, to: i64) {
        const QUARTER: i64 = 900_000;
        // Two looks further apart say nothing of the time between.
        let mut at = from.max(to - 2 * QUARTER);
        while at <= to {
            let day = calendar::day_of(at);
            let quarter = (at - calendar::midnight(day)) / QUARTER;
            let watched = self.clinic(clinic).watched.entry(day).or_default();
            if *watched >> quarter & 1 == 0 {
                *watched |= 1 << quarter;
                self.unkept.insert((clinic.clone(), day));
            }
            // The last quarter counts, however little of it has passed.
            at = if at < to {
                (at + QUARTER).min(to)
            } else {
                to + 1
            };
        }
    }

    /// Slots appeared.
    pub fn arrived(&mut self, clinic: &C, place: &P, arrived: Arrived) {
        let (prior, day) = (self.prior, self.day);
        let place = self.clinic(clinic).place(place, &prior, day);
        place.fresh.push(arrived);
    }

    /// Releases expected at a place today, per day, by part of the day.
    pub fn expected(&mut self, clinic: &C, place: &P) -> &Profile {
        let clinics = self.clinics.entry(clinic.clone());
        let clinic = clinics.or_insert_with(Clinic::new);
        clinic.expected(place, &self.prior, self.day, &self.city)
    }

    /// The day of [`Self::expected`].
    pub fn day(&self) -> i64 {
        self.day
    }

    /// Learns from the days that are over. True if there were any.
    pub fn turn(&mut self, now: i64) -> bool {
        let today = calendar::day_of(now);
        if today == self.day {
            return false;
        }
        // After a long sleep nothing is to be learned of the days between; a clock that was set
        // back begins its day anew.
        for clinic in self.clinics.values_mut() {
            clinic.close_day(self.day, &self.city);
        }
        self.day = today;
        self.forecast();
        true
    }

    fn clinic(&mut self, clinic: &C) -> &mut Clinic<P> {
        self.clinics
            .entry(clinic.clone())
            .or_insert_with(Clinic::new)
    }

    fn forecast(&mut self) {
        let day = self.day;
        self.prior = self.common_weights();
        for clinic in self.clinics.values_mut() {
            clinic.watched.retain(|past, _| *past > day - MEMORY_DAYS);
            clinic.common = None;
            // Nobody waits there any more, and all that came is forgotten.
            clinic
                .places
                .retain(|_, place| place.expected.is_some() || !place.seen.is_empty());
            for place in clinic.places.values_mut() {
                place.weigh(&self.prior, day);
                place.expected = None;
            }
        }
        self.clinics
            .retain(|_, clinic| !clinic.places.is_empty() || !clinic.watched.is_empty());
        self.city = self.city();
    }

    /// The mixture of the places together, with a little for every expert.
    fn common_weights(&self) -> Weights {
        let mut sum = [0.0; MANY];
        let mut mass = 0.0;
        for place in self
            .clinics
            .values()
            .flat_map(|clinic| clinic.places.values())
        {
            let seen: f32 = place
                .seen
                .iter()
                .map(|seen| seen.mass)
                .sum::<f32>()
                .min(30.0);
            for (sum, weight) in sum.iter_mut().zip(place.weights) {
                *sum += weight * seen;
            }
            mass += seen;
        }
        let mut prior = [0.0; MANY];
        for ((prior, sum), believed) in prior.iter_mut().zip(sum).zip(believed()) {
            *prior = sum + believed * BELIEF + mass * 0.0005;
        }
        normal(prior)
    }

    /// What everything that appeared anywhere says of the day, each clinic counting alike.
    fn city(&self) -> City {
        let (mut all, mut watched) = (Vec::new(), BTreeMap::new());
        for clinic in self.clinics.values() {
            let seen = || {
                let all = clinic.places.values().flat_map(|place| &place.seen);
                all.filter(|seen| seen.day < self.day)
            };
            let total: f32 = seen().map(|seen| seen.mass).sum();
            let mass = |seen: &Seen| seen.mass / total.max(1.0).sqrt();
            all.extend(seen().map(|seen| (seen.day, seen.middle(), mass(seen))));
            for (day, quarters) in clinic.watched.range(..self.day) {
                *watched.entry(*day).or_default() |= quarters;
            }
        }
        let profile = |spread| city_profile(&all, &watched, self.day, spread);
        City(CITY_SPREADS.map(|spread| profile(spread).map(Opinion::from)))
    }
}

/// What the whole city says of the day, by spread.
#[derive(Debug, Default)]
struct City([Option<Opinion>; CITY_SPREADS.len()]);

impl Seen {
    fn middle(&self) -> u16 {
        u16::midpoint(self.bins.0, self.bins.1)
    }
}

/// What the places of a clinic together say of the day. Of a single one that is its own past.
fn common<P>(places: &BTreeMap<P, Place>, watched: &BTreeMap<i64, u128>, day: i64) -> Said {
    let speak = places.values().filter(|place| !place.seen.is_empty());
    if speak.count() < 2 {
        return Said::default();
    }
    let seen = places.values().flat_map(|place| &place.seen);
    let history = History::of(watched, seen, day);
    let rate = history.mass(day) / history.days(day).max(0.1);
    EXPERTS.map(|expert| match expert {
        Expert::Clinic { days, spread } => history.opinion(day, days, spread, rate),
        Expert::Even | Expert::ByDay | Expert::City { .. } | Expert::Own { .. } => None,
    })
}

/// What was seen of some places, and when anybody looked: what lies ahead, by a clock that was set
/// back, is not known yet.
struct History<'a> {
    watched: std::collections::btree_map::Range<'a, i64, u128>,
    seen: Vec<(i64, (u16, u16), f32)>,
}

impl<'a> History<'a> {
    fn of<'b>(
        watched: &'a BTreeMap<i64, u128>,
        seen: impl Iterator<Item = &'b Seen>,
        day: i64,
    ) -> Self {
        Self {
            watched: watched.range(..day),
            seen: seen
                .filter(|seen| seen.day < day)
                .map(|seen| (seen.day, seen.bins, seen.mass))
                .collect(),
        }
    }

    /// Releases, the older the less.
    fn mass(&self, day: i64) -> f32 {
        let seen = self.seen.iter();
        seen.map(|(past, _, mass)| mass * decay(day - past, HALF_LIFE))
            .sum()
    }

    /// Days watched, the older the less.
    fn days(&self, day: i64) -> f32 {
        self.watched
            .clone()
            .map(|(past, quarters)| {
                decay(day - past, HALF_LIFE) * quarters.count_ones() as f32 / QUARTERS as f32
            })
            .sum()
    }

    /// Releases per day of such days, smoothed, in proportion to how much of each part was watched.
    fn profile(&self, day: i64, days: Alike, spread: f32) -> Option<Profile> {
        let half_life = if days == Alike::Recent {
            RECENT_HALF_LIFE
        } else {
            HALF_LIFE
        };
        let weight = |past: i64| alike(day, past, days).then(|| decay(day - past, half_life));
        let exposure = exposure(self.watched.clone(), weight);
        if exposure.iter().sum::<f32>() < ENOUGH_QUARTERS {
            return None;
        }
        let mut profile = zero();
        for (past, bins, mass) in &self.seen {
            if let Some(weight) = weight(*past) {
                spill(&mut profile, *bins, mass * weight);
            }
        }
        let mut profile = blur(&profile, spread);
        for (bin, rate) in profile.iter_mut().enumerate() {
            // A part of the day hardly ever watched says nothing yet.
            *rate = *rate * BINS as f32 / exposure[bin * QUARTERS / BINS].max(LEAST_EXPOSURE);
        }
        Some(profile)
    }

    /// The profile in multiples of the mean rate.
    fn opinion(&self, day: i64, days: Alike, spread: f32, rate: f32) -> Option<Opinion> {
        let mut profile = self.profile(day, days, spread)?;
        for value in profile.iter_mut() {
            *value /= rate.max(0.01);
        }
        Some(profile.into())
    }
}

/// How much each quarter of an hour was watched, in days. Looks within it stand for all of it.
fn exposure<'a>(
    watched: impl Iterator<Item = (&'a i64, &'a u128)>,
    weight: impl Fn(i64) -> Option<f32>,
) -> [f32; QUARTERS] {
    let mut exposure = [0.0; QUARTERS];
    for (past, quarters) in watched {
        if let Some(weight) = weight(*past) {
            for (quarter, exposure) in exposure.iter_mut().enumerate() {
                *exposure += weight * f32::from(u8::from(quarters >> quarter & 1 == 1));
            }
        }
    }
    exposure
}

/// Adds a mass to the parts it may have come in.
fn spill(profile: &mut Profile, (first, last): (u16, u16), mass: f32) {
    let share = mass / (f32::from(last - first) + 1.0);
    for bin in &mut profile[usize::from(first)..=usize::from(last)] {
        *bin += share;
    }
}

/// Smooths a day with a bell of this spread, in parts of a day. What would leave the day stays in it.
fn blur(profile: &Profile, spread: f32) -> Profile {
    let reach = (3.0 * spread).ceil() as usize;
    let bell: Vec<f32> = (0..=reach)
        .map(|away| (-(away as f32 / spread).powi(2) / 2.0).exp())
        .collect();
    let whole = 2.0 * bell.iter().sum::<f32>() - 1.0;
    let mut blurred = zero();
    for (centre, mass) in profile.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
        let (from, to) = (centre.saturating_sub(reach), (centre + reach).min(BINS - 1));
        let inside = if to - from == 2 * reach {
            whole
        } else {
            (from..=to).map(|bin| bell[bin.abs_diff(centre)]).sum()
        };
        for (offset, blurred) in blurred[from..=to].iter_mut().enumerate() {
            *blurred += mass / inside * bell[(from + offset).abs_diff(centre)];
        }
    }
    blurred
}

fn alike(day: i64, past: i64, days: Alike) -> bool {
    match days {
        Alike::Weekday => (day - past) % 7 == 0,
        Alike::Kind => kind(day) == kind(past),
        Alike::Recent => true,
    }
}

fn kind(day: i64) -> DayKind {
    DayKind::of(calendar::date(day))
}

fn decay(age: i64, half_life: f32) -> f32 {
    (-(age as f32) / half_life * std::f32::consts::LN_2).exp()
}

fn zero() -> Profile {
    Box::new([0.0; BINS])
}

/// The mixture before anything was seen: slots appear by day.
fn believed() -> Weights {
    normal(EXPERTS.map(|expert| match expert {
        Expert::ByDay => 0.77,
        Expert::Even => 0.03,
        Expert::City { .. } | Expert::Own { .. } | Expert::Clinic { .. } => 0.01,
    }))
}

fn mixed(weights: &Weights, foretold: &Weights) -> f32 {
    weights
        .iter()
        .zip(foretold)
        .map(|(weight, foretold)| weight * foretold)
        .sum()
}

fn normal(weights: Weights) -> Weights {
    let sum: f32 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

impl Place {
    fn new(prior: &Weights, day: i64) -> Self {
        let mut new = Self {
            seen: VecDeque::new(),
            fresh: Vec::new(),
            weights: believed(),
            expected: None,
        };
        new.weigh(prior, day);
        new
    }

    /// Judges what was said of what came, then remembers it.
    fn learn(&mut self, said: &Said) {
        for arrived in std::mem::take(&mut self.fresh) {
            let begin = calendar::midnight(calendar::day_of(arrived.at));
            let since = arrived.since.max(begin).min(arrived.at);
            let bins = (
                calendar::bin_of(since) as u16,
                calendar::bin_of(arrived.at) as u16,
            );
            let width = f32::from(bins.1 - bins.0) + 1.0;
            let mut foretold = [0.0; MANY];
            let (mut together, mut speaking) = (0.0, 0.0);
            for ((foretold, said), weight) in foretold.iter_mut().zip(said).zip(self.weights) {
                if let Some(said) = said {
                    let rates = &said[usize::from(bins.0)..=usize::from(bins.1)];
                    *foretold = rates.iter().sum::<f32>() / width;
                    together += weight * *foretold;
                    speaking += weight;
                }
            }
            // Who said nothing is neither better nor worse than the others were.
            for (foretold, said) in foretold.iter_mut().zip(said) {
                if said.is_none() {
                    *foretold = together / f32::max(speaking, 1e-6);
                }
            }
            self.seen.push_back(Seen {
                day: calendar::day_of(arrived.at),
                bins,
                mass: 1.0 + (arrived.slots.max(1) as f32).ln(),
                foretold: foretold.map(Rough::from),
            });
        }
    }

    fn forget_before(&mut self, day: i64) {
        while self
            .seen
            .front()
            .is_some_and(|seen| seen.day <= day - MEMORY_DAYS)
        {
            self.seen.pop_front();
        }
        // What comes in a day needs no new room, which would be twice as much.
        self.seen.shrink_to(self.seen.len() * 9 / 8);
    }

    /// The mixture that would have foretold best what came.
    fn weigh(&mut self, prior: &Weights, day: i64) {
        let judged: Vec<(f32, Weights)> = self
            .seen
            .iter()
            .filter(|seen| seen.day < day)
            .map(|seen| {
                (
                    seen.mass * decay(day - seen.day, JUDGED_HALF_LIFE),
                    seen.foretold.map(f32::from),
                )
            })
            .filter(|(mass, _)| *mass > 0.01)
            .collect();
        let mut weights = *prior;
        for _ in 0..ROUNDS {
            let mut credit = prior.map(|prior| prior * PRIOR);
            for (mass, foretold) in &judged {
                let together = mixed(&weights, foretold);
                if together > 0.0 {
                    for ((credit, weight), foretold) in
                        credit.iter_mut().zip(&weights).zip(foretold)
                    {
                        *credit += mass * weight * foretold / together;
                    }
                }
            }
            weights = normal(credit);
        }
        self.weights = weights;
    }

    /// Releases a day, and what each expert says of when.
    fn foretell(
        &self,
        day: i64,
        watched: &BTreeMap<i64, u128>,
        common: &Said,
        city: &City,
    ) -> (f32, Said) {
        let own = History::of(watched, self.seen.iter(), day);
        let rate = (own.mass(day) + USUAL_RATE) / (own.days(day) + 1.0);
        let mut experts = EXPERTS.iter().zip(common);
        let said = std::array::from_fn(|_| match experts.next()? {
            (Expert::Even, _) => Some(Opinion::from([1.0; BINS])),
            (Expert::ByDay, _) => Some(Opinion::from(by_day())),
            (Expert::City { nth }, _) => city.0[*nth].clone(),
            (Expert::Own { days, spread }, _) => own.opinion(day, *days, *spread, rate),
            (Expert::Clinic { .. }, common) => common.clone(),
        });
        (rate, said)
    }

    /// What is to be expected if this is said.
    fn mix(&self, rate: f32, said: &Said) -> Profile {
        let speaking = || {
            said.iter()
                .zip(self.weights)
                .filter_map(|(said, weight)| Some((said.as_ref()?, weight)))
        };
        let total: f32 = speaking().map(|(_, weight)| weight).sum();
        let mut expected = zero();
        for (said, weight) in speaking() {
            for (expected, said) in expected.iter_mut().zip(said.iter()) {
                *expected += rate * weight / total * said;
            }
        }
        expected
    }
}

fn by_day() -> Profile {
    let mut profile = zero();
    for (bin, value) in profile.iter_mut().enumerate() {
        *value = if (180..690).contains(&bin) {
            720.0 / 510.0
        } else {
            0.0
        };
    }
    profile
}

/// What was seen in the city on such days, as multiples of the mean rate of what was watched.
fn city_profile(
    seen: &[(i64, u16, f32)],
    watched: &BTreeMap<i64, u128>,
    day: i64,
    spread: f32,
) -> Option<Profile> {
    let weight = |past: i64| alike(day, past, Alike::Kind).then(|| decay(day - past, HALF_LIFE));
    let mut profile = zero();
    let mut total = 0.0;
    for (past, bin, mass) in seen {
        if let Some(weight) = weight(*past) {
            total += mass * weight;
            spill(&mut profile, (*bin, *bin), mass * weight);
        }
    }
    let exposure = exposure(watched.iter(), weight);
    let watched: f32 = exposure.iter().sum();
    if total <= 0.0 || watched <= 0.0 {
        return None;
    }
    let mut profile = blur(&profile, spread);
    let mut inside = 0.0;
    for (bin, value) in profile.iter_mut().enumerate() {
        let exposure = exposure[bin * QUARTERS / BINS];
        *value /= exposure.max(LEAST_EXPOSURE);
        inside += *value * exposure;
    }
    let even = watched * (BINS / QUARTERS) as f32 / f32::max(inside, 1e-6);
    for value in profile.iter_mut() {
        *value *= even;
    }
    Some(profile)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::{RngExt, SeedableRng, rngs::StdRng};

    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;

    /// Midnight in Moscow, Monday 14 September 2026; no holiday within six weeks.
    fn monday() -> i64 {
        "2026-09-14T00:00:00+03:00"
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
            .timestamp_millis()
    }

    /// A learner that looks every ten minutes from `first` to `last`, in hours, and all that is kept.
    struct Life {
        learner: Learner<&'static str, &'static str>,
        arrived: Vec<(&'static str, &'static str, Arrived)>,
        watched: BTreeMap<(&'static str, i64), u128>,
        hours: std::ops::Range<i64>,
    }

    impl Life {
        fn new(hours: std::ops::Range<i64>) -> Self {
            Self {
                learner: Learner::new(monday()),
                arrived: Vec::new(),
                watched: BTreeMap::new(),
                hours,
            }
        }

        /// Lives one day on which slots come to the places at these minutes.
        fn live(&mut self, day: i64, slots: &[(&'static str, &'static str, i64)]) {
            let midnight = monday() + day * DAY;
            self.learner.turn(midnight);
            let clinics: BTreeSet<_> = slots.iter().map(|(clinic, _, _)| *clinic).collect();
            for at in (self.hours.start * 6..self.hours.end * 6).map(|look| look * 10) {
                let (since, now) = (midnight + (at - 9) * MINUTE, midnight + at * MINUTE);
                for clinic in clinics.iter().chain(&["1"]) {
                    self.learner.watched(clinic, since.max(midnight), now);
                }
                for (clinic, place, minute) in slots {
                    if (at - 10..at).contains(minute) {
                        let found = Arrived {
                            since: midnight + minute * MINUTE - 30_000,
                            at: midnight + minute * MINUTE + 30_000,
                            slots: 3,
                        };
                        self.learner.arrived(clinic, place, found);
                        self.arrived.push((clinic, place, found));
                    }
                }
            }
            for (clinic, day, quarters) in self.learner.take_unkept() {
                self.watched.insert((clinic, day), quarters);
            }
        }

        /// Releases a day expected on this day in these minutes, on average.
        fn expected(&mut self, day: i64, minutes: std::ops::Range<usize>) -> f32 {
            self.learner.turn(monday() + day * DAY);
            mean(self.learner.expected(&"1", &"a"), minutes)
        }
    }

    fn mean(profile: &Profile, minutes: std::ops::Range<usize>) -> f32 {
        let bins = &profile[minutes.start / 2..minutes.end.div_ceil(2)];
        bins.iter().sum::<f32>() / bins.len() as f32
    }

    fn weekday(day: i64) -> bool {
        day.rem_euclid(7) < 5
    }

    #[test]
    fn before_anything_is_known_slots_are_expected_by_day() {
        let mut life = Life::new(0..24);
        let day = life.expected(0, 6 * 60..23 * 60);
        let night = life.expected(0, 0..6 * 60);
        assert!(day > 10.0 * night, "{day} by day, {night} by night");
        assert!(night > 0.0, "nothing is impossible");
    }

    #[test]
    fn a_clinic_that_releases_at_eight_on_workdays_is_expected_to() {
        let mut life = Life::new(0..24);
        for day in 0..21 {
            let came: &[_] = if weekday(day) {
                &[("1", "a", 485)]
            } else {
                &[]
            };
            life.live(day, came);
        }
        let (eight, afternoon) = (480..490, 13 * 60..18 * 60);
        let (window, rest) = (
            life.expected(22, eight.clone()),
            life.expected(22, afternoon.clone()),
        );
        assert!(
            window >= 20.0 * rest,
            "on a Tuesday {window} against {rest}"
        );
        let (window, rest) = (life.expected(27, eight), life.expected(27, afternoon));
        assert!(window < 20.0 * rest, "on a Sunday {window} against {rest}");
    }

    #[test]
    fn a_habit_of_mondays_is_expected_on_mondays() {
        let mut life = Life::new(0..24);
        for day in 0..35 {
            let mut came = vec![("1", "a", 600 + day * 97 % 480)];
            if day % 7 == 0 {
                came.extend([("1", "a", 431), ("1", "a", 433)]);
            }
            came.sort_unstable();
            life.live(day, &came);
        }
        let on_monday = life.expected(35, 428..438);
        let on_tuesday = life.expected(36, 428..438);
        assert!(
            on_monday > 2.0 * on_tuesday,
            "{on_monday} against {on_tuesday}"
        );
    }

    #[test]
    fn a_habit_that_moved_is_followed_within_days() {
        let mut life = Life::new(0..24);
        for day in (0..21).filter(|day| weekday(*day)) {
            life.live(day, &[("1", "a", 485)]);
        }
        for day in 21..24 {
            life.live(day, &[("1", "a", 845)]);
        }
        let (new, old) = (life.expected(24, 840..850), life.expected(24, 480..490));
        // Looks follow the root: more than half as many as at the old time.
        assert!(
            new > old / 4.0,
            "after 3 days {new} at the new time, {old} at the old"
        );
        for day in (24..35).filter(|day| weekday(*day)) {
            life.live(day, &[("1", "a", 845)]);
        }
        let (new, old) = (life.expected(35, 840..850), life.expected(35, 480..490));
        assert!(
            new > old,
            "after two weeks {new} at the new time, {old} at the old"
        );
    }

    #[test]
    fn no_habit_is_invented_where_there_is_none() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut life = Life::new(0..24);
        for day in 0..28 {
            let mut minutes = [0; 6].map(|_| rng.random_range(6 * 60..23 * 60));
            minutes.sort_unstable();
            life.live(day, &minutes.map(|minute| ("1", "a", minute)));
        }
        let even = life.expected(28, 6 * 60..23 * 60);
        for hour in 6..23 {
            let rate = life.expected(28, hour * 60..(hour + 1) * 60);
            assert!(
                (even / 2.0..even * 2.0).contains(&rate),
                "{rate} at {hour}, {even} on average"
            );
        }
    }

    #[test]
    fn hours_in_which_nobody_looked_are_not_taken_for_quiet_ones() {
        let mut rng = StdRng::seed_from_u64(8);
        let mut life = Life::new(9..18);
        for day in 0..21 {
            let mut minutes = [0; 4].map(|_| rng.random_range(9 * 60..17 * 60 + 50));
            minutes.sort_unstable();
            life.live(day, &minutes.map(|minute| ("1", "a", minute)));
        }
        let (watched, evening) = (
            life.expected(21, 9 * 60..18 * 60),
            life.expected(21, 19 * 60..22 * 60),
        );
        assert!(
            evening > watched / 4.0,
            "{evening} in the evening, {watched} by day"
        );
    }

    #[test]
    fn a_restart_loses_nothing_that_was_learned() {
        let mut rng = StdRng::seed_from_u64(9);
        let mut life = Life::new(0..24);
        for day in 0..17 {
            // Watched long before anything came of it.
            life.learner.expected(&"1", &"c");
            let mut came = Vec::new();
            if day > 2 && weekday(day) {
                came.extend([("1", "a", 485), ("1", "b", 491)]);
            }
            if day > 5 {
                came.push(("2", "a", rng.random_range(500..1300)));
                came.push(("1", "c", rng.random_range(500..1300)));
            }
            life.live(day, &came);
        }
        let now = monday() + 17 * DAY + HOUR;
        life.learner.turn(now);
        let kept = life
            .watched
            .iter()
            .map(|((clinic, day), quarters)| (*clinic, *day, *quarters));
        let mut found = life.arrived.clone();
        found.sort_by_key(|(_, _, arrived)| arrived.at);
        let mut again = Learner::recall(kept, found, now);
        assert_eq!(again.day(), life.learner.day());
        for (clinic, place) in [("1", "a"), ("1", "b"), ("1", "c"), ("2", "a"), ("2", "new")] {
            assert_eq!(
                again.expected(&clinic, &place),
                life.learner.expected(&clinic, &place),
                "{place} of {clinic}"
            );
        }
    }

    #[test]
    fn a_clock_set_back_a_year_and_forward_again_takes_nothing_away() {
        let mut life = Life::new(0..24);
        for day in 0..14 {
            life.live(day, &[("1", "a", 485)]);
        }
        let before = life.expected(14, 480..490);
        life.live(14 - 365, &[("1", "a", 700)]);
        for day in [15 - 365, 16 - 365] {
            life.learner.turn(monday() + day * DAY);
            let expected = life.learner.expected(&"1", &"a");
            assert!(expected.iter().all(|rate| rate.is_finite() && *rate >= 0.0));
            assert!(mean(expected, 6 * 60..23 * 60) > 0.0);
        }
        let after = life.expected(14, 480..490);
        assert!(after > before / 2.0, "{after} after, {before} before");
    }

    #[test]
    fn where_nobody_waits_and_nothing_came_for_eight_weeks_is_forgotten() {
        let mut life = Life::new(8..10);
        life.live(0, &[("2", "b", 500)]);
        for day in 1..=MEMORY_DAYS + 1 {
            life.live(day, &[]);
            life.expected(day, 0..1);
        }
        let known = |life: &Life| life.learner.clinics.keys().copied().collect::<Vec<_>>();
        assert_eq!(known(&life), ["1"]);
        let places = |life: &Life| life.learner.clinics["1"].places.len();
        assert_eq!(places(&life), 1, "somebody waits there");
        life.live(MEMORY_DAYS + 2, &[]);
        life.live(MEMORY_DAYS + 3, &[]);
        assert_eq!(places(&life), 0);
    }
}

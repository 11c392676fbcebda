//! The release clock: whether slots appear at a habitual time of day, and which. Pure.
//!
//! In: when slots of the places of a watch arrived, when somebody looked. Out: [`Habit`]s, best
//! first, of which [`release_clock`] makes what a person is told.
//!
//! # When it is said
//!
//! Slots of one clinic that come within five minutes are one release, whatever their number. A
//! release counts when looks stood at most half an hour apart, and stands at the middle between
//! them. A window is at most an hour long, on multiples of five minutes. It is a habit of a kind
//! of days (working days, weekends, one weekday, any day) when, in the last two, four or eight weeks,
//!
//! - at least [`LEAST_HITS`] releases came in it, on at least [`LEAST_DAYS`] different days;
//! - it holds at least one of [`SHARE`] releases of such days;
//! - chance alone does not explain it: were the releases of each day spread evenly over the time
//!   at which somebody looked that day, so many days with a release in the window would come by
//!   with a probability below [`SIGNIFICANT`], counted for all windows, kinds of days and spans
//!   that could have been tried (Bonferroni). Days are counted, not releases: a day full of
//!   cancellations is one day. The tail of the sum of unequal days is bounded by Chernoff's bound
//!   for the binomial of their mean (Hoeffding 1956), so the test errs on the side of silence;
//! - it lives: so many such days in a row as have gone by without it, a habit of the rate it had
//!   until then stays away with a probability of [`DEAD`] at least. A habit that has moved is thus dropped after a few days, and the span that
//!   speaks clearest for the new one is the shortest.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use chrono_tz::Europe::Moscow;

use crate::{
    model::{Chance, ClinicId, ClockDays, Day, ReleaseClock},
    schedule,
};

/// Slots of one clinic that come within this time of each other are one release.
pub(crate) const TOGETHER: TimeDelta = TimeDelta::minutes(5);
/// Looks further apart do not say when something appeared.
const CLOSE: TimeDelta = TimeDelta::minutes(30);
/// So many releases make a habit,
const LEAST_HITS: u32 = 6;
/// on so many different days,
const LEAST_DAYS: u32 = 4;
/// if the window holds at least one of so many.
const SHARE: u32 = 4;
/// Chance explains a window with this probability at most.
const SIGNIFICANT: f64 = 0.01;
/// A habit that stays away for so long with a smaller probability is one no more.
const DEAD: f64 = 0.002;
/// The spans of days looked at: what has lasted speaks by its length, what is new by its purity.
const SPANS: [u64; 3] = [14, 28, 56];
/// Windows are made of these, minutes.
const STEP: usize = 5;
/// Of a day.
const STEPS: usize = 24 * 60 / STEP;
/// The longest window.
const LONGEST: usize = 60 / STEP;
/// Windows further apart than this are different habits.
const APART: usize = 30 / STEP;
/// Working days, weekends, any day and the seven weekdays.
const KINDS: usize = 10;
/// Quarters of an hour of a day.
const QUARTERS: usize = 96;
/// All quarters of a day.
pub(crate) const ALL_DAY: u128 = (1 << QUARTERS) - 1;
/// Fewer lives say nothing about how long slots live.
const LEAST_LIVES: usize = 5;
/// Of a normal distribution: four of five lie within so many deviations.
const FOUR_OF_FIVE: f64 = 1.281_6;

/// What a day is to a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayKind {
    Workday,
    Weekend,
}

/// The kind of a day.
fn day_kind(date: NaiveDate) -> DayKind {
    match schedule::DayKind::of(date) {
        schedule::DayKind::Workday => DayKind::Workday,
        schedule::DayKind::Weekend | schedule::DayKind::Holiday => DayKind::Weekend,
    }
}

fn is_of(days: ClockDays, date: NaiveDate) -> bool {
    match days {
        ClockDays::Any => true,
        ClockDays::Workdays => day_kind(date) == DayKind::Workday,
        ClockDays::Weekends => day_kind(date) == DayKind::Weekend,
        ClockDays::One { day } => Day::of(date) == day,
    }
}

/// When somebody looked: the quarters of an hour of each Moscow day, the first of them lowest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Watched {
    pub(crate) days: BTreeMap<NaiveDate, u128>,
}

impl Watched {
    /// All the time from one moment to another.
    pub(crate) fn throughout(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let (from, to) = (from.with_timezone(&Moscow), to.with_timezone(&Moscow));
        let quarter = |time: NaiveTime| time.num_seconds_from_midnight() / 900;
        let days = from.date_naive().iter_days();
        let days = days.take_while(|date| *date <= to.date_naive());
        Self {
            days: days
                .map(|date| {
                    let mut quarters = ALL_DAY;
                    if date == from.date_naive() {
                        quarters &= ALL_DAY << quarter(from.time());
                    }
                    if date == to.date_naive() {
                        quarters &= (1 << quarter(to.time())) - 1;
                    }
                    (date, quarters)
                })
                .collect(),
        }
    }
}

/// A time of day at which slots usually appear.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Habit {
    days: ClockDays,
    /// Steps since midnight.
    from: usize,
    to: usize,
    hits: u32,
    of: u32,
    hit_days: u32,
    watched_days: u32,
    /// How strongly the days speak against chance: minus the logarithm of the bound.
    evidence: f64,
}

/// A day on which somebody looked.
struct Seen {
    date: NaiveDate,
    watched: u128,
    /// Releases before each step of the day.
    before: [u16; STEPS + 1],
}

impl Seen {
    fn releases(&self) -> u32 {
        self.before[STEPS].into()
    }

    fn hits(&self, (from, to): (usize, usize)) -> u32 {
        (self.before[to] - self.before[from]).into()
    }

    /// Minutes of the window at which somebody looked.
    fn looked(&self, (from, to): (usize, usize)) -> u32 {
        let steps = (from..to).filter(|step| self.watched >> (step * STEP / 15) & 1 == 1);
        minutes(steps.count())
    }

    /// Does what is known of the window say anything? A release in it does.
    fn knows(&self, window: (usize, usize)) -> bool {
        self.hits(window) > 0 || self.looked(window) * 2 >= minutes(window.1 - window.0)
    }

    /// The probability of a release in the window, were those of the day spread evenly.
    fn by_chance(&self, window: (usize, usize)) -> f64 {
        let length = minutes(window.1 - window.0);
        // What was found where nobody is known to have looked was looked at.
        let looked = self.looked(window).max(length);
        let all = (15 * self.watched.count_ones()).max(looked);
        let exponent = i32::try_from(self.releases()).unwrap_or(i32::MAX);
        1.0 - (1.0 - f64::from(looked) / f64::from(all)).powi(exponent)
    }
}

fn minutes(steps: usize) -> u32 {
    u32::try_from(steps * STEP).unwrap_or(u32::MAX)
}

/// When slots appeared: after the last look that knew they were not there, before the one that found
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Between {
    pub(crate) since: DateTime<Utc>,
    pub(crate) at: DateTime<Utc>,
}

/// Something appeared at a clinic.
pub(crate) type Appeared<'a> = (&'a ClinicId, Between);

/// The habits that these arrivals show, the strongest first.
pub(crate) fn habits(arrivals: &[Appeared<'_>], watched: &Watched, today: NaiveDate) -> Vec<Habit> {
    let days = seen(arrivals, watched, today);
    let mut found: Vec<Habit> = Vec::new();
    for span in SPANS {
        let from = today.checked_sub_days(Days::new(span));
        let begin = days.partition_point(|day| from.is_some_and(|from| day.date < from));
        found.extend(habits_of(&days[begin..]));
    }
    found.sort_by(|a, b| b.evidence.total_cmp(&a.evidence));
    let mut habits: Vec<Habit> = Vec::new();
    for habit in found {
        if habits.iter().all(|better| !better.is_near(&habit)) {
            habits.push(habit);
        }
    }
    habits
}

impl Habit {
    /// Is the other one about the same time of the same days?
    fn is_near(&self, other: &Self) -> bool {
        let near = self.from < other.to + APART && other.from < self.to + APART;
        let apart = matches!(
            (self.days, other.days),
            (ClockDays::Workdays, ClockDays::Weekends) | (ClockDays::Weekends, ClockDays::Workdays)
        );
        near && !apart
    }
}

/// The days on which somebody looked, with their releases.
fn seen(arrivals: &[Appeared<'_>], watched: &Watched, today: NaiveDate) -> Vec<Seen> {
    let longest = SPANS[SPANS.len() - 1];
    let first = today.checked_sub_days(Days::new(longest));
    let mut days: BTreeMap<NaiveDate, (u128, Vec<usize>)> = watched
        .days
        .iter()
        .filter(|(date, quarters)| {
            **date <= today && **quarters != 0 && first.is_none_or(|first| **date >= first)
        })
        .map(|(date, quarters)| (*date, (*quarters, Vec::new())))
        .collect();
    for moment in releases(arrivals) {
        let local = moment.with_timezone(&Moscow);
        if let Some((_, steps)) = days.get_mut(&local.date_naive()) {
            steps.push(local.num_seconds_from_midnight() as usize / 60 / STEP);
        }
    }
    days.into_iter()
        .map(|(date, (watched, steps))| {
            let mut before = [0_u16; STEPS + 1];
            for step in steps {
                before[step + 1] = before[step + 1].saturating_add(1);
            }
            for step in 0..STEPS {
                before[step + 1] = before[step + 1].saturating_add(before[step]);
            }
            Seen {
                date,
                watched,
                before,
            }
        })
        .collect()
}

/// When slots appeared: those of one clinic that came together count once.
fn releases(arrivals: &[Appeared<'_>]) -> Vec<DateTime<Utc>> {
    let close = |(_, it): &&Appeared<'_>| it.at - it.since <= CLOSE;
    let mut known: Vec<_> = arrivals.iter().filter(close).collect();
    known.sort_by_key(|(_, it)| it.at);
    let mut newest: HashMap<&ClinicId, DateTime<Utc>> = HashMap::new();
    let mut releases = Vec::new();
    for (clinic, Between { since, at }) in known {
        let before = newest.insert(clinic, *at);
        if before.is_none_or(|before| *at - before > TOGETHER) {
            releases.push(*since + (*at - *since) / 2);
        }
    }
    releases
}

/// The habits of one span, in no order.
fn habits_of(days: &[Seen]) -> Vec<Habit> {
    let busy: Vec<usize> = (0..STEPS)
        .filter(|step| days.iter().any(|day| day.hits((*step, step + 1)) > 0))
        .collect();
    let weekdays = by_weekday(days);
    let mut found = Vec::new();
    for (index, from) in busy.iter().enumerate() {
        // A window that begins or ends where nothing came is a worse way to say a shorter one.
        for last in &busy[index..] {
            if last - from >= LONGEST {
                break;
            }
            let window = (*from, last + 1);
            if may_be_habit(&weekdays, window) {
                found.extend(habit(days, window, kind(days, window)));
            }
        }
    }
    found
}

/// The releases of each weekday before each step, all weeks together.
fn by_weekday(days: &[Seen]) -> [[u32; STEPS + 1]; 7] {
    let mut sums = [[0; STEPS + 1]; 7];
    for day in days {
        let sum = &mut sums[day.date.weekday().num_days_from_monday() as usize];
        for (sum, releases) in sum.iter_mut().zip(day.before) {
            *sum += u32::from(releases);
        }
    }
    sums
}

/// A look at the sums alone, which spares most windows the days: if no weekday comes near the
/// share, no kind of days does.
fn may_be_habit(weekdays: &[[u32; STEPS + 1]; 7], (from, to): (usize, usize)) -> bool {
    let hits = |sums: &[u32; STEPS + 1]| sums[to] - sums[from];
    weekdays.iter().map(hits).sum::<u32>() >= LEAST_HITS
        && weekdays
            .iter()
            .any(|sums| hits(sums) > 0 && hits(sums) * SHARE * 3 / 2 >= sums[STEPS])
}

/// The kind of days that tells best when the window holds a release: what it adds to «any day»
/// must be worth its words (the criterion of Bayes). Of days that nobody has seen nothing is said.
fn kind(days: &[Seen], window: (usize, usize)) -> ClockDays {
    let known: Vec<(NaiveDate, bool)> = days
        .iter()
        .filter(|day| day.knows(window))
        .map(|day| (day.date, day.hits(window) > 0))
        .collect();
    let rate = |kind| {
        let own = || known.iter().filter(|(date, _)| is_of(kind, *date));
        (own().filter(|(_, hit)| *hit).count(), own().count())
    };
    let (hits, of) = rate(ClockDays::Any);
    let plain = likelihood(hits, of);
    let gain = |kind, choices: f64| {
        let (own_hits, own) = rate(kind);
        let (other_hits, others) = (hits - own_hits, of - own);
        let apart = likelihood(own_hits, own) + likelihood(other_hits, others);
        let gain = apart - plain - number(of).ln() / 2.0 - choices.ln();
        (own_hits * others > other_hits * own && gain > 0.0).then_some((kind, gain))
    };
    let one = Day::ALL.map(|day| ClockDays::One { day });
    let single = one.into_iter().filter_map(|kind| gain(kind, 7.0));
    let halves = [ClockDays::Workdays, ClockDays::Weekends];
    let halves_gain = halves.into_iter().filter_map(|kind| gain(kind, 1.0));
    let best = single
        .chain(halves_gain)
        .max_by(|(_, a), (_, b)| a.total_cmp(b));
    match (best, halves.map(|kind| rate(kind).1)) {
        (Some((kind, _)), _) => kind,
        (None, [_, 0]) => ClockDays::Workdays,
        (None, [0, _]) => ClockDays::Weekends,
        (None, _) => ClockDays::Any,
    }
}

/// The logarithm of the likelihood of so many days with a release, of so many.
fn likelihood(hits: usize, of: usize) -> f64 {
    let term = |n: usize| {
        if n == 0 {
            0.0
        } else {
            let (n, of) = (number(n), number(of));
            n * (n / of).ln()
        }
    };
    term(hits) + term(of - hits)
}

fn number(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The window as a habit of such days, if it is one.
fn habit(days: &[Seen], window: (usize, usize), kind: ClockDays) -> Option<Habit> {
    let own: Vec<&Seen> = days
        .iter()
        .filter(|day| is_of(kind, day.date) && day.knows(window))
        .collect();
    let hits: u32 = own.iter().map(|day| day.hits(window)).sum();
    let of: u32 = own.iter().map(|day| day.releases()).sum();
    let hit_days = own.iter().filter(|day| day.hits(window) > 0).count();
    let enough = hits >= LEAST_HITS && count(hit_days) >= LEAST_DAYS && hits * SHARE >= of;
    if !enough || is_over(&own, window, hit_days) {
        return None;
    }
    let busy: Vec<f64> = own
        .iter()
        .filter(|day| day.releases() > 0)
        .map(|day| day.by_chance(window))
        .collect();
    let expected = busy.iter().sum::<f64>() / number(busy.len());
    let evidence = against_chance(hit_days, busy.len(), expected);
    let tried = number(STEPS * LONGEST * KINDS * SPANS.len());
    (evidence > (tried / SIGNIFICANT).ln()).then_some(Habit {
        days: kind,
        from: window.0,
        to: window.1,
        hits,
        of,
        hit_days: count(hit_days),
        watched_days: count(own.len()),
        evidence,
    })
}

/// Has the habit stayed away for longer than one of its rate does?
fn is_over(own: &[&Seen], window: (usize, usize), hit_days: usize) -> bool {
    let away = own.iter().rev().take_while(|day| day.hits(window) == 0);
    let away = away.count();
    let misses = 1.0 - (number(hit_days) + 0.5) / (number(own.len() - away) + 1.0);
    misses.powi(i32::try_from(away).unwrap_or(i32::MAX)) < DEAD
}

/// Minus the logarithm of a bound on the probability of so many days or more, of so many, each of
/// them with this probability on average.
fn against_chance(days: usize, of: usize, expected: f64) -> f64 {
    let (share, rest) = (number(days) / number(of), number(of - days) / number(of));
    if share <= expected {
        return 0.0;
    }
    let missed = if of == days {
        0.0
    } else {
        rest * (rest / (1.0 - expected)).ln()
    };
    number(of) * (share * (share / expected).ln() + missed)
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// What a person is told of these habits. `gap`: between two looks now; `life`: the median of slots.
pub(crate) fn release_clock(
    habits: &[Habit],
    now: DateTime<Utc>,
    gap: Option<Duration>,
    life: Option<TimeDelta>,
) -> Option<ReleaseClock> {
    let best = habits.first()?;
    let next = habits.iter().filter_map(|habit| next(habit, now)).min()?;
    Some(ReleaseClock {
        days: best.days,
        from: time(best.from),
        to: time(best.to % STEPS),
        hits: best.hits,
        of: best.of,
        hit_days: best.hit_days,
        watched_days: best.watched_days,
        next,
        chance: gap.zip(life).map(|(gap, life)| chance(best, gap, life)),
    })
}

fn time(step: usize) -> NaiveTime {
    let seconds = minutes(step) * 60;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default()
}

/// When the window of a habit begins next, or has begun if it lasts.
fn next(habit: &Habit, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let length = TimeDelta::minutes(minutes(habit.to - habit.from).into());
    let days = now.with_timezone(&Moscow).date_naive().iter_days();
    // A long holiday is shorter than this.
    days.take(30)
        .filter(|date| is_of(habit.days, *date))
        .filter_map(|date| {
            let begin = date.and_time(time(habit.from));
            let begin = begin.and_local_timezone(Moscow).earliest()?;
            Some(begin.with_timezone(&Utc))
        })
        .find(|begin| now < *begin + length)
}

/// On such a day something appears in the window, and one slot of it is seen before it is gone.
///
/// The first is the share of days on which it did, with the score interval of Wilson that holds
/// four times out of five. The second is `L/τ·(1 − e^(−τ/L))` for an even gap τ and lives that are
/// exponential with the mean L (the median over ln 2): looks come in the window as often as now.
fn chance(habit: &Habit, gap: Duration, life: TimeDelta) -> Chance {
    let (days, of) = (f64::from(habit.hit_days), f64::from(habit.watched_days));
    let (share, z) = (days / of, FOUR_OF_FIVE * FOUR_OF_FIVE);
    let centre = (share + z / (2.0 * of)) / (1.0 + z / of);
    let spread =
        FOUR_OF_FIVE * (share * (1.0 - share) / of + z / (4.0 * of * of)).sqrt() / (1.0 + z / of);
    let mean = life.as_seconds_f64().max(1.0) / std::f64::consts::LN_2;
    let turns = gap.as_secs_f64().max(1.0) / mean;
    let caught = -(-turns).exp_m1() / turns;
    let tenths = |share: f64| {
        let rounded = |tenth: &u8| f64::from(*tenth) - 0.5 <= share * 10.0;
        (1..=9).rev().find(rounded).unwrap_or(0)
    };
    Chance {
        low: tenths((centre - spread) * caught),
        high: tenths((centre + spread) * caught).max(1),
    }
}

/// The middle of these lives, if there are enough of them.
pub(crate) fn median_life(mut lives: Vec<TimeDelta>) -> Option<TimeDelta> {
    lives.sort_unstable();
    (lives.len() >= LEAST_LIVES).then(|| lives[(lives.len() - 1) / 2])
}

#[cfg(test)]
mod tests;

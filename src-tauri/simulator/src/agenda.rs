//! One doctor's slots: which appear, when, and for how long.
//!
//! The openings of a Moscow day are drawn from the stream (seed, doctor, day), so they
//! are the same whoever asks and whenever; a look only brings the agenda up to now.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};

use crate::config::World;
use crate::hours::Hours;
use crate::moscow;
use crate::random::{self, Stream};

/// How long a slot stays free: median and spread of the logarithm.
const LIFE_MEDIAN_SECS: f64 = 20.0 * 60.0;
const LIFE_SIGMA: f64 = 1.0;
/// No slot outlives this, so an agenda forgets what was drawn for earlier days.
const LIFE_MAX_SECS: f64 = 2.0 * 86_400.0;
const DAYS_REMEMBERED: u64 = 3;
/// How many openings of the scripted and lively kind are kept for `openings`.
const PAST_KEPT: usize = 10_000;

/// How far ahead slots are opened, in calendar days.
const HORIZON_DAYS: usize = 18;

/// After so long without a question a lively doctor falls asleep.
const LIVELY_ATTENTION: TimeDelta = TimeDelta::minutes(15);

/// A slot that could be booked for a while: the truth behind the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// When the visit begins.
    pub start: DateTime<Utc>,
    /// When the slot became visible.
    pub appeared: DateTime<Utc>,
    /// When somebody took it (or the visit began).
    pub gone: DateTime<Utc>,
}

/// Everything that decides one doctor's openings.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) world: World,
    /// When the city began: the standing stock is drawn for this moment.
    pub(crate) city_start: DateTime<Utc>,
    /// The doctor's own number: names the streams, survives a change of ids.
    pub(crate) key: u64,
    /// The clinic's number: whose habitual release times these are.
    pub(crate) clinic: u64,
    pub(crate) hours: Hours,
    /// Which part of the grid stands free when the city begins; 0 for a doctor in demand.
    pub(crate) stock: f64,
}

/// The doctor's slots as far as anybody has looked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Agenda {
    spans: Vec<Span>,
    past: Vec<Opening>,
    drawn_until: Option<NaiveDate>,
    lively: Option<Lively>,
}

#[derive(Clone, Debug)]
struct Span {
    opening: Opening,
    room: Option<String>,
    /// Not drawn from the day's stream: remembered when it is over.
    noted: bool,
    /// Offered though its time was over: shown all the same.
    overdue: bool,
}

#[derive(Clone, Debug)]
struct Lively {
    asked: DateTime<Utc>,
    next: DateTime<Utc>,
    stream: Stream,
}

/// A slot that can be booked now.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) start: DateTime<Utc>,
    pub(crate) room: Option<String>,
}

impl Agenda {
    /// The slots that stand open, by start; each start once.
    pub(crate) fn slots(&mut self, plan: &Plan, now: DateTime<Utc>) -> Vec<Slot> {
        self.advance(plan, now);
        let mut slots: Vec<Slot> = self
            .spans
            .iter()
            .filter(|span| span.shown(now))
            .map(|span| Slot {
                start: span.opening.start,
                room: span.room.clone(),
            })
            .collect();
        slots.sort_by_key(|slot| slot.start);
        slots.dedup_by_key(|slot| slot.start);
        slots
    }

    /// Somebody wants to know about this doctor: in the lively world that wakes the doctor.
    pub(crate) fn ask(&mut self, plan: &Plan, now: DateTime<Utc>) {
        if plan.world != World::Lively {
            return;
        }
        self.advance(plan, now);
        let lively = self.lively.get_or_insert_with(|| {
            // By the moment, too: whoever comes back to the city finds other slots.
            let moment = now.timestamp().unsigned_abs();
            let mut stream = Stream::new(&[plan.seed, plan.key, moment, 0x11FE]);
            let next = now + random::seconds(25.0 + 25.0 * stream.unit());
            Lively {
                asked: now,
                next,
                stream,
            }
        });
        lively.asked = now;
    }

    pub(crate) fn was_asked(&self) -> bool {
        self.lively.is_some()
    }

    pub(crate) fn offer(&mut self, start: DateTime<Utc>, room: Option<String>, now: DateTime<Utc>) {
        let overdue = start <= now;
        let gone = if overdue {
            DateTime::<Utc>::MAX_UTC
        } else {
            start
        };
        let opening = Opening {
            start,
            appeared: now,
            gone,
        };
        self.spans.push(Span {
            opening,
            room,
            noted: true,
            overdue,
        });
    }

    /// Takes the slots that `which` chooses among the open ones; says how many there were.
    pub(crate) fn take(
        &mut self,
        plan: &Plan,
        now: DateTime<Utc>,
        which: impl Fn(DateTime<Utc>) -> bool,
    ) -> usize {
        self.advance(plan, now);
        let taken = self
            .spans
            .iter_mut()
            .filter(|span| span.shown(now) && which(span.opening.start));
        taken.map(|span| span.opening.gone = now).count()
    }

    /// Every opening that appeared in the given time, standing stock left out, by appearance.
    pub(crate) fn openings(
        &mut self,
        plan: &Plan,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<Opening> {
        self.advance(plan, now);
        let first = moscow::date(from.max(plan.city_start));
        let days = first
            .iter_days()
            .take_while(|date| moscow::midnight(*date) < until);
        let drawn = days
            .flat_map(|date| releases(plan, date))
            .map(|span| span.opening);
        let noted = self
            .spans
            .iter()
            .filter(|span| span.noted)
            .map(|span| span.opening.clone());
        let mut openings: Vec<Opening> = drawn
            .chain(noted)
            .chain(self.past.iter().cloned())
            .filter(|opening| {
                opening.appeared >= from.max(plan.city_start) && opening.appeared < until
            })
            .collect();
        openings.sort_by_key(|opening| (opening.appeared, opening.start));
        openings
    }

    fn advance(&mut self, plan: &Plan, now: DateTime<Utc>) {
        let today = moscow::date(now);
        let first_look = self.drawn_until.is_none();
        let begin = moscow::date(plan.city_start);
        if first_look {
            self.spans.extend(stock(plan));
        }
        let oldest = today
            .checked_sub_days(chrono::Days::new(DAYS_REMEMBERED))
            .unwrap_or(begin);
        let next = self
            .drawn_until
            .and_then(|date| date.succ_opt())
            .unwrap_or(begin);
        for date in next
            .max(oldest)
            .iter_days()
            .take_while(|date| *date <= today)
        {
            self.spans.extend(releases(plan, date));
        }
        self.drawn_until = self.drawn_until.max(Some(today));
        self.enliven(plan, now);
        let past = &mut self.past;
        self.spans.retain(|span| {
            let over = span.opening.gone <= now;
            if over && span.noted && past.len() < PAST_KEPT {
                past.push(span.opening.clone());
            }
            !over
        });
    }

    fn enliven(&mut self, plan: &Plan, now: DateTime<Utc>) {
        let Some(lively) = &mut self.lively else {
            return;
        };
        while lively.next <= now {
            if lively.next > lively.asked + LIVELY_ATTENTION {
                self.lively = None;
                return;
            }
            let appeared = lively.next;
            let life = random::seconds(60.0 + 300.0 * lively.stream.unit());
            self.spans.extend(
                opened(plan, appeared, life, &mut lively.stream).map(|span| Span {
                    noted: true,
                    ..span
                }),
            );
            lively.next = appeared + random::seconds(45.0 + 30.0 * lively.stream.unit());
        }
    }
}

impl Span {
    fn shown(&self, now: DateTime<Utc>) -> bool {
        let opening = &self.opening;
        opening.appeared <= now && now < opening.gone && (opening.start > now || self.overdue)
    }
}

/// The grid slots that stand free when the city begins; other patients take them day by day.
fn stock(plan: &Plan) -> Vec<Span> {
    if plan.stock <= 0.0 {
        return Vec::new();
    }
    let mut stream = Stream::new(&[plan.seed, plan.key, 0x570C]);
    let begin = plan.city_start;
    let horizon = HORIZON_DAYS - stream.below(6);
    let first = moscow::date(begin);
    let mut spans = Vec::new();
    for date in plan.hours.working_days(first, horizon) {
        for start in plan.hours.starts(date) {
            let free = stream.chance(plan.stock);
            let taken = begin + random::seconds(stream.exponential(4.0 * 86_400.0));
            if free && start > begin {
                let opening = Opening {
                    start,
                    appeared: begin,
                    gone: taken.min(start),
                };
                spans.push(Span {
                    opening,
                    room: None,
                    noted: false,
                    overdue: false,
                });
            }
        }
    }
    spans
}

/// What this world opens on one Moscow day.
fn releases(plan: &Plan, date: NaiveDate) -> Vec<Span> {
    let Some(habit) = Habit::of(plan.world) else {
        return Vec::new();
    };
    let mut stream = Stream::new(&[plan.seed, plan.key, random::day(date)]);
    let count = stream.poisson(rate(plan));
    let mut spans = Vec::with_capacity(count);
    for _ in 0..count {
        let appeared = moscow::midnight(date) + habit.moment(plan, date.weekday(), &mut stream);
        let life = stream
            .lognormal(LIFE_MEDIAN_SECS, LIFE_SIGMA)
            .clamp(20.0, LIFE_MAX_SECS);
        spans.extend(opened(plan, appeared, random::seconds(life), &mut stream));
    }
    spans.retain(|span| span.opening.appeared > plan.city_start);
    spans
}

/// Openings a day.
fn rate(plan: &Plan) -> f64 {
    match plan.world {
        World::S0 => 6.0,
        World::S1 | World::S2 | World::S3 | World::S4 => {
            Stream::new(&[plan.seed, plan.key, 0x4A7E])
                .lognormal(6.0, 1.0)
                .clamp(0.3, 60.0)
        }
        World::Lively | World::Quiet => 0.0,
    }
}

/// A slot opens at this moment: on a free place of the grid of the coming working days.
fn opened(
    plan: &Plan,
    appeared: DateTime<Utc>,
    life: TimeDelta,
    stream: &mut Stream,
) -> Option<Span> {
    let days: Vec<NaiveDate> = plan
        .hours
        .working_days(moscow::date(appeared), HORIZON_DAYS)
        .collect();
    let near = stream.unit() * stream.unit().sqrt();
    let place = stream.unit();
    let earliest = appeared + life.min(TimeDelta::hours(1));
    let mut starts: Vec<DateTime<Utc>> = Vec::new();
    for date in days.iter().skip(index(days.len(), near)).chain(days.last()) {
        starts = plan
            .hours
            .starts(*date)
            .filter(|start| *start > earliest)
            .collect();
        if !starts.is_empty() {
            break;
        }
    }
    let start = *starts.get(index(starts.len(), place))?;
    let opening = Opening {
        start,
        appeared,
        gone: (appeared + life).min(start),
    };
    Some(Span {
        opening,
        room: None,
        noted: false,
        overdue: false,
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction of a short list's length"
)]
fn index(length: usize, fraction: f64) -> usize {
    (length as f64 * fraction) as usize
}

/// At what hours a world opens slots.
struct Habit {
    /// Share of openings in bursts at habitual times, and how tight those are.
    burst_share: f64,
    burst_sigma_secs: f64,
    /// Whether the rest follows day and night.
    nights: bool,
}

impl Habit {
    fn of(world: World) -> Option<Self> {
        let (burst_share, burst_sigma_secs, nights) = match world {
            World::S0 | World::S1 => (0.0, 0.0, false),
            World::S2 => (0.0, 0.0, true),
            World::S3 => (0.5, 600.0, true),
            World::S4 => (0.8, 180.0, true),
            World::Lively | World::Quiet => return None,
        };
        Some(Self {
            burst_share,
            burst_sigma_secs,
            nights,
        })
    }

    /// Time after midnight.
    fn moment(&self, plan: &Plan, weekday: Weekday, stream: &mut Stream) -> TimeDelta {
        const HOUR: f64 = 3600.0;
        if stream.chance(self.burst_share) {
            let times = release_times(plan, weekday);
            let spread = stream.normal().clamp(-3.0, 3.0) * self.burst_sigma_secs;
            return times[stream.below(times.len())] + random::seconds(spread);
        }
        let part = stream.unit();
        let night = self.nights && stream.chance(0.1);
        random::seconds(match (self.nights, night) {
            (false, _) => part * 24.0 * HOUR,
            (true, false) => (7.0 + part * 14.0) * HOUR,
            // 21:00–24:00 and 0:00–7:00, as one day's two ends
            (true, true) if part < 0.3 => (21.0 + part * 10.0) * HOUR,
            (true, true) => (part - 0.3) * 10.0 * HOUR,
        })
    }
}

/// The clinic's one or two habitual release times on this weekday, after midnight.
fn release_times(plan: &Plan, weekday: Weekday) -> Vec<TimeDelta> {
    let day = u64::from(weekday.num_days_from_monday());
    let mut stream = Stream::new(&[plan.seed, plan.clinic, day, 0x4EAB]);
    let count = 1 + stream.below(2);
    (0..count)
        .map(|_| TimeDelta::minutes(stream.between(7 * 60, 20 * 60)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Agenda, Plan};
    use crate::config::{Config, World};
    use crate::hours::Hours;
    use crate::random::Stream;
    use chrono::TimeDelta;

    fn plan(world: World, key: u64) -> Plan {
        let hours = Hours::draw(&mut Stream::new(&[key]), None);
        let city_start = Config::default().start;
        Plan {
            seed: 5,
            world,
            city_start,
            key,
            clinic: 9,
            hours,
            stock: 0.0,
        }
    }

    fn a_day_of(world: World, key: u64) -> Vec<super::Opening> {
        let plan = plan(world, key);
        let start = plan.city_start;
        Agenda::default().openings(&plan, start, start + TimeDelta::days(28), start)
    }

    #[test]
    fn looking_often_or_seldom_shows_the_same_slots() {
        let plan = plan(World::S3, 11);
        let (mut often, mut seldom) = (Agenda::default(), Agenda::default());
        for minute in 0..20_000 {
            often.slots(&plan, plan.city_start + TimeDelta::minutes(minute));
        }
        let now = plan.city_start + TimeDelta::minutes(20_000);
        let starts = |agenda: &mut Agenda| -> Vec<_> {
            agenda
                .slots(&plan, now)
                .into_iter()
                .map(|slot| slot.start)
                .collect()
        };
        assert_eq!(starts(&mut often), starts(&mut seldom));
    }

    #[test]
    fn a_slot_appears_before_it_goes_and_goes_before_its_visit() {
        for opening in a_day_of(World::S4, 3) {
            assert!(opening.appeared < opening.gone, "{opening:?}");
            assert!(opening.gone <= opening.start, "{opening:?}");
        }
    }

    #[test]
    fn half_the_slots_live_longer_than_twenty_minutes() {
        let lives: Vec<_> = (0..40)
            .flat_map(|key| a_day_of(World::S0, key))
            .map(|opening| (opening.gone - opening.appeared).num_minutes())
            .collect();
        assert!(lives.len().abs_diff(40 * 28 * 6) < 400, "{}", lives.len());
        let long = lives.iter().filter(|life| **life >= 20).count() * 100 / lives.len();
        assert!((45..55).contains(&long), "{long} %");
    }

    #[test]
    fn nine_openings_in_ten_of_s2_are_by_day() {
        let hours: Vec<u32> = (0..40)
            .flat_map(|key| a_day_of(World::S2, key))
            .map(|opening| chrono::Timelike::hour(&crate::moscow::local(opening.appeared)))
            .collect();
        let by_day =
            hours.iter().filter(|hour| (7..21).contains(*hour)).count() * 100 / hours.len();
        assert!((87..93).contains(&by_day), "{by_day} %");
    }

    #[test]
    fn four_openings_in_five_of_s4_come_at_the_clinics_habitual_times() {
        let (mut near, mut all) = (0, 0);
        for key in 0..40 {
            let plan = plan(World::S4, key);
            for opening in a_day_of(World::S4, key) {
                let appeared = crate::moscow::local(opening.appeared);
                let time = appeared.time() - chrono::NaiveTime::MIN;
                let habitual = super::release_times(&plan, chrono::Datelike::weekday(&appeared));
                let away = habitual
                    .iter()
                    .map(|habit| (*habit - time).num_minutes().abs())
                    .min();
                near += u32::from(away < Some(10));
                all += 1;
            }
        }
        assert!((78..86).contains(&(near * 100 / all)), "{near} of {all}");
    }

    #[test]
    fn rates_are_six_a_day_in_s0_and_as_a_median_in_s1() {
        let daily = |world| {
            let mut counts: Vec<usize> = (0..201).map(|key| a_day_of(world, key).len()).collect();
            counts.sort_unstable();
            (counts[20], counts[100], counts[180])
        };
        let (low, median, high) = daily(World::S0);
        assert!(
            low > 130 && (160..176).contains(&median) && high < 200,
            "{low} {median} {high}"
        );
        let (low, median, high) = daily(World::S1);
        assert!(
            low < 80 && (130..210).contains(&median) && high > 350,
            "{low} {median} {high}"
        );
    }
}

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;
use crate::store::Arrival;

/// Monday, 5 October 2026, midnight in Moscow.
fn monday() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-10-05T00:00:00+03:00")
        .unwrap()
        .to_utc()
}

fn at(day: i64, minute: i64) -> DateTime<Utc> {
    monday() + TimeDelta::days(day) + TimeDelta::minutes(minute)
}

fn time_of(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

/// Found two minutes after the look before, in the middle of which this moment is.
fn arrival(moment: DateTime<Utc>) -> Arrival {
    Arrival {
        clinic_id: "1".into(),
        specialty_id: "78".into(),
        since: moment - TimeDelta::minutes(1),
        at: moment + TimeDelta::minutes(1),
        slots: 4,
    }
}

fn appeared(arrivals: &[Arrival]) -> Vec<Appeared<'_>> {
    arrivals.iter().map(Arrival::appeared).collect()
}

/// What is found on this day (from the first Monday on), looked at from that Monday until then.
fn found(arrivals: &[Arrival], day: i64) -> Vec<Habit> {
    let now = at(day, 12 * 60);
    let mut known = appeared(arrivals);
    known.retain(|(_, it)| it.at <= now);
    let today = now.with_timezone(&Moscow).date_naive();
    habits(&known, &Watched::throughout(monday(), now), today)
}

fn clock(arrivals: &[Arrival], day: i64) -> Option<ReleaseClock> {
    release_clock(&found(arrivals, day), at(day, 12 * 60), None, None)
}

fn is_workday(day: i64) -> bool {
    day.rem_euclid(7) < 5
}

/// A few minutes after 8:05 on each of these days, and something else now and then.
fn mornings(days: impl Iterator<Item = i64>) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for day in days {
        arrivals.push(arrival(at(day, 8 * 60 + 5 + day % 4)));
        if day % 3 == 0 {
            arrivals.push(arrival(at(day, 11 * 60 + 97 * (day % 5))));
        }
    }
    arrivals
}

#[test]
fn slots_that_come_at_eight_on_working_days_are_told_after_two_weeks_and_when_they_come_next() {
    let arrivals = mornings((0..14).filter(|day| is_workday(*day)));
    assert_eq!(clock(&arrivals, 3), None, "four days are no habit yet");
    // Saturday.
    let told = clock(&arrivals, 12).expect("ten mornings are a habit");
    assert_eq!(told.days, ClockDays::Workdays);
    assert_eq!((told.from, told.to), (time_of(8, 5), time_of(8, 10)));
    assert_eq!((told.hits, told.of), (10, 13));
    assert_eq!((told.hit_days, told.watched_days), (10, 10));
    assert_eq!(told.next, at(14, 8 * 60 + 5), "on Monday");
    assert_eq!(told.chance, None, "nobody said how often we look");

    let habits = found(&arrivals, 12);
    let next = |day, minute| release_clock(&habits, at(day, minute), None, None).map(|it| it.next);
    assert_eq!(next(14, 8 * 60), Some(at(14, 8 * 60 + 5)));
    assert_eq!(next(14, 8 * 60 + 9), Some(at(14, 8 * 60 + 5)), "it lasts");
    assert_eq!(next(14, 8 * 60 + 10), Some(at(15, 8 * 60 + 5)));
}

#[test]
fn uniformly_random_arrivals_hardly_ever_show_a_habit() {
    let mut said = [0; 4];
    let histories = 150;
    for seed in 0..histories {
        let mut rng = StdRng::seed_from_u64(seed);
        let (weeks, daily) = (rng.random_range(2..=8), 8.0 * rng.random::<f64>().powi(2));
        let mut random = |from: i64, to: i64, crowd: bool| -> Vec<Arrival> {
            let mut arrivals = Vec::new();
            for day in 0..weeks * 7 {
                let mut left = daily;
                while rng.random::<f64>() < left {
                    left -= 1.0;
                    let minute = rng.random_range(from..to);
                    let more = if crowd { rng.random_range(0..6) } else { 0 };
                    arrivals.extend((0..=more).map(|n| arrival(at(day, minute + 7 * n))));
                }
            }
            arrivals
        };
        let (all_day, by_day, crowds) = (
            random(0, 24 * 60, false),
            random(7 * 60, 21 * 60, false),
            random(8 * 60, 20 * 60, true),
        );
        let now = at(weeks * 7, 0);
        let today = now.with_timezone(&Moscow).date_naive();
        let throughout = Watched::throughout(monday(), now);
        let mut daytime = throughout.clone();
        for quarters in daytime.days.values_mut() {
            *quarters = ((1 << 56) - 1) << 28;
        }
        // Looked at day and night; by day alone; by day, though nobody has told us so; and
        // with arrivals that pull others along.
        let worlds = [
            (all_day, &throughout),
            (by_day.clone(), &daytime),
            (by_day, &throughout),
            (crowds, &throughout),
        ];
        for (said, (arrivals, watched)) in said.iter_mut().zip(worlds) {
            let arrivals = appeared(&arrivals);
            *said += u64::from(!habits(&arrivals, watched, today).is_empty());
        }
    }
    assert!(
        said.iter().all(|said| said * 50 <= histories),
        "{said:?} of {histories}"
    );
}

#[test]
fn a_habit_that_moved_is_dropped_within_days_and_learned_anew_within_two_weeks() {
    let mut arrivals = mornings((0..42).filter(|day| is_workday(*day)));
    let moved = (42..70).filter(|day| is_workday(*day));
    arrivals.extend(moved.map(|day| arrival(at(day, 14 * 60 + 31))));
    let told = |day| clock(&arrivals, day).map(|told| told.from);
    assert_eq!(told(41), Some(time_of(8, 5)));
    assert_eq!(told(46), None, "five days in a row without it");
    assert_eq!(told(54), Some(time_of(14, 30)));
    let later = clock(&arrivals, 69).expect("it has lasted for a month");
    assert_eq!(later.from, time_of(14, 30));
    assert!(
        later.of < 30,
        "the weeks before the move are not counted: {later:?}"
    );
}

#[test]
fn a_habit_of_saturdays_and_sundays_or_of_tuesdays_is_said_as_such() {
    let weekends = (0..28).filter(|day| !is_workday(*day));
    let mut arrivals: Vec<Arrival> = weekends.map(|day| arrival(at(day, 19 * 60 + 2))).collect();
    arrivals.extend(
        (0..28)
            .step_by(3)
            .map(|day| arrival(at(day, 9 * 60 + 50 * (day % 7)))),
    );
    let told = clock(&arrivals, 27).expect("eight evenings");
    assert_eq!(told.days, ClockDays::Weekends);
    assert_eq!((told.from, told.to), (time_of(19, 0), time_of(19, 5)));

    let tuesdays: Vec<Arrival> = (0..8)
        .map(|week| arrival(at(7 * week + 1, 10 * 60 + 3)))
        .collect();
    let told = clock(&tuesdays, 52).expect("eight Tuesdays");
    assert_eq!(told.days, ClockDays::One { day: Day::Tue });
    assert_eq!(told.watched_days, 8);
    assert_eq!(told.next, at(57, 10 * 60));

    let daily: Vec<Arrival> = (0..21).map(|day| arrival(at(day, 23 * 60 + 57))).collect();
    let told = clock(&daily, 21).expect("every day");
    assert_eq!(told.days, ClockDays::Any);
    assert_eq!(
        (told.from, told.to),
        (time_of(23, 55), time_of(0, 0)),
        "midnight ends it"
    );

    // The computer is off at weekends: of them nothing is said.
    let mut watched = Watched::throughout(monday(), at(21, 0));
    watched
        .days
        .retain(|date, _| day_kind(*date) == DayKind::Workday);
    let arrivals = mornings((0..21).filter(|day| is_workday(*day)));
    let arrivals = appeared(&arrivals);
    let today = at(21, 0).with_timezone(&Moscow).date_naive();
    assert_eq!(
        habits(&arrivals, &watched, today)[0].days,
        ClockDays::Workdays
    );
}

#[test]
fn of_two_times_a_day_the_surer_one_is_told_and_whichever_comes_next() {
    let mut arrivals = mornings((0..28).filter(|day| is_workday(*day)));
    let noons = (0..28).filter(|day| is_workday(*day) && day % 4 != 1);
    arrivals.extend(noons.map(|day| arrival(at(day, 13 * 60 + 15 + day % 9))));
    let habits = found(&arrivals, 28);
    assert_eq!(habits.len(), 2, "{habits:?}");
    let told = |minute| release_clock(&habits, at(28, minute), None, None).unwrap();
    assert_eq!(told(12 * 60).from, time_of(8, 5));
    assert_eq!(told(7 * 60).next, at(28, 8 * 60 + 5));
    assert_eq!(told(12 * 60).next, at(28, 13 * 60 + 15));
    assert_eq!(told(14 * 60).next, at(29, 8 * 60 + 5));
}

#[test]
fn what_was_found_after_a_night_or_all_at_once_proves_little() {
    // Ten mornings, each after a night without looks.
    let waking = |day| Arrival {
        since: at(day, -120),
        ..arrival(at(day, 8 * 60))
    };
    assert_eq!(clock(&(0..10).map(waking).collect::<Vec<_>>(), 10), None);
    // Three mornings with twenty looks each that found something, some minutes apart.
    let crowd = (0..3).flat_map(|day| (0..20).map(move |n| arrival(at(day, 480 + n))));
    assert_eq!(clock(&crowd.collect::<Vec<_>>(), 5), None);
    // Several doctors of one clinic in one round are one release.
    let round: Vec<Arrival> = mornings((0..14).filter(|day| is_workday(*day)));
    let twice: Vec<Arrival> = round.iter().chain(&round).cloned().collect();
    assert_eq!(clock(&twice, 12), clock(&round, 12));
}

#[test]
fn the_chance_is_a_range_that_shrinks_with_the_speed_and_never_a_promise() {
    let habits = found(&mornings((0..28).filter(|day| is_workday(*day))), 28);
    let told = |gap: u64, life: i64| {
        let gap = Duration::from_secs(gap);
        let told = release_clock(
            &habits,
            at(28, 0),
            Some(gap),
            Some(TimeDelta::seconds(life)),
        );
        let Chance { low, high } = told.unwrap().chance.unwrap();
        (low, high)
    };
    assert_eq!(told(10, 1200), (9, 9));
    assert_eq!(told(120, 240), (7, 8));
    assert_eq!(told(900, 240), (3, 4));
    assert_eq!(told(900, 5), (0, 1));
    assert_eq!(median_life(vec![TimeDelta::minutes(4); 4]), None);
    let lives = [9, 1, 5, 3, 2].map(TimeDelta::minutes).to_vec();
    assert_eq!(median_life(lives), Some(TimeDelta::minutes(3)));
}

#[test]
fn a_loose_habit_among_as_many_cancellations_is_found_in_a_month() {
    let mut windows = Vec::new();
    for seed in 0..40 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut arrivals = Vec::new();
        for day in 0..28 {
            // About ten minutes around half past eight: the sum of uniform ones is nearly normal.
            let off: i64 = (0..12).map(|_| rng.random_range(-5..=5)).sum();
            if is_workday(day) && rng.random_ratio(4, 5) {
                arrivals.push(arrival(at(day, 8 * 60 + 30 + off)));
            }
            arrivals.push(arrival(at(day, rng.random_range(8 * 60..20 * 60))));
        }
        windows.extend(clock(&arrivals, 28));
    }
    assert!(windows.len() >= 36, "{} of 40", windows.len());
    let near = |told: &&ReleaseClock| told.from < time_of(8, 30) && told.to > time_of(8, 30);
    assert!(windows.iter().filter(near).count() >= 36, "{windows:?}");
    let (hour, workdays) = (TimeDelta::hours(1), ClockDays::Workdays);
    assert!(windows.iter().all(|told| told.to - told.from <= hour));
    assert!(windows.iter().filter(|told| told.days == workdays).count() >= 34);
}

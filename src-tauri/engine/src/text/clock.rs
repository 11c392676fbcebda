//! The release clock in words.

use chrono::{DateTime, Utc};

use super::{Words, dates::date_of};
use crate::model::{ClockDays, Day, ReleaseClock};

/// «Обычно появляются 8:00–8:15, по будням».
pub fn clock_brief(clock: &ReleaseClock, words: Words) -> String {
    let time = window(clock, words);
    words.say_with(
        "clock-brief",
        &[("time", time.into()), ("days", days(clock.days).into())],
    )
}

/// How sure it is, when it comes next, and the chance to see something then.
pub fn clock_sentences(clock: &ReleaseClock, words: Words, now: DateTime<Utc>) -> String {
    let habit = words.say_with(
        "clock-habit",
        &[
            ("time", window(clock, words).into()),
            ("days", days(clock.days).into()),
            ("n", clock.hits.into()),
            ("of", clock.of.into()),
        ],
    );
    let next = if clock.next <= now {
        words.say("clock-now")
    } else {
        let day = words.day(date_of(clock.next), date_of(now));
        words.say_with(
            "clock-next",
            &[("day", day.into()), ("time", words.time(clock.next).into())],
        )
    };
    let chance = clock.chance.map(|chance| match (chance.low, chance.high) {
        (0, most) => words.say_with("clock-chance-low", &[("n", most.to_string().into())]),
        (low, high) if low == high => {
            words.say_with("clock-chance", &[("n", low.to_string().into())])
        }
        (low, high) => words.say_with("clock-chance", &[("n", format!("{low}–{high}").into())]),
    });
    let sentences: Vec<String> = [habit, next].into_iter().chain(chance).collect();
    sentences.join(" ")
}

fn window(clock: &ReleaseClock, words: Words) -> String {
    let (from, to) = (words.time_of_day(clock.from), words.time_of_day(clock.to));
    format!("{from}–{to}")
}

/// The word by which the messages tell the days apart.
fn days(days: ClockDays) -> &'static str {
    match days {
        ClockDays::Workdays => "workdays",
        ClockDays::Weekends => "weekends",
        ClockDays::Any => "any",
        ClockDays::One { day } => match day {
            Day::Mon => "mon",
            Day::Tue => "tue",
            Day::Wed => "wed",
            Day::Thu => "thu",
            Day::Fri => "fri",
            Day::Sat => "sat",
            Day::Sun => "sun",
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;
    use crate::model::{Chance, Language};

    #[test]
    fn a_habit_is_told_with_how_sure_it_is_when_it_comes_next_and_the_chance() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let time = |minute| NaiveTime::from_hms_opt(8, minute, 0).unwrap();
        let mut clock = ReleaseClock {
            days: ClockDays::Workdays,
            from: time(0),
            to: time(15),
            hits: 12,
            of: 15,
            hit_days: 12,
            watched_days: 14,
            next: at("2026-11-24T08:00:00+03:00"),
            chance: Some(Chance { low: 7, high: 8 }),
        };
        let now = at("2026-11-23T21:00:00+03:00");
        let (ru, en) = (Words::new(Language::Ru), Words::new(Language::En));
        assert_eq!(
            clock_brief(&clock, ru),
            "Обычно появляются 8:00–8:15, по будням"
        );
        assert_eq!(
            clock_sentences(&clock, ru, now),
            "Чаще всего талоны появляются по будням в 8:00–8:15: 12 раз из\u{a0}15. \
             В следующий раз, скорее всего, завтра около 8:00. \
             При нынешней частоте проверок успеваем заметить талон примерно в 7–8 из 10 таких дней."
        );
        assert_eq!(
            clock_sentences(&clock, en, clock.next),
            "Slots appear most often on weekdays at 8:00–8:15: 12 times out of\u{a0}15. \
             It is such a time right now. \
             Checking as often as now, we catch a slot on about 7–8 out of 10 such days."
        );
        clock.days = ClockDays::Any;
        clock.chance = Some(Chance { low: 0, high: 1 });
        assert_eq!(clock_brief(&clock, ru), "Обычно появляются 8:00–8:15");
        assert!(clock_sentences(&clock, ru, now).ends_with("не чаще чем в 1 из 10 таких дней."));
        clock.chance = None;
        assert!(clock_sentences(&clock, ru, now).ends_with("около 8:00."));
    }
}

//! A watch in words: the tag of its state and its wish as a sentence.

use chrono::{DateTime, Utc};

use super::{Words, capitalised, dates::date_of};
use crate::model::{Day, TimeRange, TimeWish, WatchState, WatchView};

/// Excluded days named one by one; the rest are counted.
const NAMED_EXCEPTIONS: usize = 5;

/// The words of the tag of a watch's state: «Есть талоны: 3».
pub fn state_tag(view: &WatchView, words: Words, now: DateTime<Utc>) -> String {
    match &view.state {
        WatchState::Found => words.say_with("tag-found", &[("slots", view.slots.len().into())]),
        WatchState::Waiting => words.say("tag-waiting"),
        WatchState::Unchecked => words.say("tag-unchecked"),
        WatchState::Opened { .. } => words.say("tag-opened"),
        WatchState::ClinicDown { .. } => words.say("tag-clinic-down"),
        WatchState::NoOnline { .. } => words.say("tag-no-online"),
        WatchState::Unbound { .. } => words.say("tag-unbound"),
        WatchState::SiteDown => words.say("tag-site-down"),
        WatchState::Blocked => words.say("tag-blocked"),
        WatchState::Slowed => words.say("tag-slowed"),
        WatchState::Offline => words.say("tag-offline"),
        WatchState::Paused { until: Some(until) } => {
            words.say_with("tag-paused", &[("when", words.moment(*until, now).into())])
        }
        WatchState::Paused { until: None } => words.say("tag-paused-off"),
        WatchState::Expired => words.say("tag-expired"),
    }
}

/// A wish as a sentence: «По будням после 17:00, не позже 10 декабря.»
pub fn wish_sentence(wish: &TimeWish, words: Words, now: DateTime<Utc>) -> String {
    let today = date_of(now);
    let ranges = wish
        .ranges
        .iter()
        .map(|range| range_phrase(range, words))
        .collect();
    let mut parts = vec![
        words
            .any_of(ranges)
            .unwrap_or_else(|| words.say("wish-any")),
    ];
    parts.extend(wish.not_before.map(|date| {
        words.say_with(
            "wish-not-before",
            &[("day", words.day_and_month(date, today).into())],
        )
    }));
    parts.extend(wish.not_after.map(|date| {
        words.say_with(
            "wish-not-after",
            &[("day", words.day_and_month(date, today).into())],
        )
    }));
    if !wish.except.is_empty() {
        let mut days: Vec<String> = wish
            .except
            .iter()
            .take(NAMED_EXCEPTIONS)
            .map(|date| words.day_and_month(*date, today))
            .collect();
        let unnamed = wish.except.len().saturating_sub(NAMED_EXCEPTIONS);
        if unnamed > 0 {
            days.push(words.say_with("wish-except-more", &[("n", unnamed.into())]));
        }
        parts.push(words.say_with("wish-except", &[("days", words.all_of(&days).into())]));
    }
    if wish.notice_minutes > 0 {
        parts.push(words.say_with(
            "wish-notice",
            &[("duration", words.exact_duration(wish.notice_minutes).into())],
        ));
    }
    parts.extend(wish.earlier_than.map(|limit| {
        words.say_with(
            "wish-earlier",
            &[("when", words.day_and_time(limit, now).into())],
        )
    }));
    format!("{}.", capitalised(&parts.join(", ")))
}

/// «по будням после 17:00», «до 12:00», «по вторникам», «в любое время».
fn range_phrase(range: &TimeRange, words: Words) -> String {
    let time = |time| words.time_of_day(time).into();
    let times = match (range.from, range.to) {
        (None, None) => None,
        (Some(from), None) => Some(words.say_with("wish-from", &[("from", time(from))])),
        (None, Some(to)) => Some(words.say_with("wish-to", &[("to", time(to))])),
        (Some(from), Some(to)) => {
            Some(words.say_with("wish-between", &[("from", time(from)), ("to", time(to))]))
        }
    };
    match (days_phrase(&range.days, words), times) {
        (None, None) => words.say("wish-any"),
        (Some(phrase), None) | (None, Some(phrase)) => phrase,
        (Some(days), Some(times)) => words.say_with(
            "wish-days-times",
            &[("days", days.into()), ("times", times.into())],
        ),
    }
}

/// «по будням», «по вторникам и четвергам»; `None` for every day.
fn days_phrase(days: &[Day], words: Words) -> Option<String> {
    use Day::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let chosen: Vec<Day> = Day::ALL
        .into_iter()
        .filter(|day| days.contains(day))
        .collect();
    match chosen.as_slice() {
        [] | [Mon, Tue, Wed, Thu, Fri, Sat, Sun] => None,
        [Mon, Tue, Wed, Thu, Fri] => Some(words.say("wish-weekdays")),
        [Sat, Sun] => Some(words.say("wish-weekend")),
        some => {
            let names: Vec<String> = some
                .iter()
                .map(|day| {
                    words.say(match day {
                        Mon => "wish-mon",
                        Tue => "wish-tue",
                        Wed => "wish-wed",
                        Thu => "wish-thu",
                        Fri => "wish-fri",
                        Sat => "wish-sat",
                        Sun => "wish-sun",
                    })
                })
                .collect();
            Some(words.say_with("wish-days", &[("days", words.all_of(&names).into())]))
        }
    }
}

#[cfg(test)]
mod tests;

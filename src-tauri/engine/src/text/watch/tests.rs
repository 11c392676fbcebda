use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::model::{Activity, Language, Watch, WatchDraft, WatchId};

mod reader;

fn ru() -> Words {
    Words::new(Language::Ru)
}

fn en() -> Words {
    Words::new(Language::En)
}

fn now() -> DateTime<Utc> {
    "2026-11-20T08:42:00+03:00".parse().unwrap()
}

fn moscow(text: &str) -> DateTime<Utc> {
    format!("{text}:00+03:00").parse().unwrap()
}

fn time(text: &str) -> Option<NaiveTime> {
    (!text.is_empty()).then(|| NaiveTime::parse_from_str(text, "%H:%M").unwrap())
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn range(days: &[Day], from: &str, to: &str) -> TimeRange {
    TimeRange {
        days: days.to_vec(),
        from: time(from),
        to: time(to),
    }
}

fn ranges(ranges: Vec<TimeRange>) -> TimeWish {
    TimeWish {
        ranges,
        ..TimeWish::default()
    }
}

fn said(wish: &TimeWish) -> (String, String) {
    (
        wish_sentence(wish, ru(), now()),
        wish_sentence(wish, en(), now()),
    )
}

/// A wish, its sentence, and slots (Moscow time) on its edges. The window's tests read the same file.
#[derive(serde::Deserialize)]
struct Example {
    wish: TimeWish,
    ru: String,
    en: String,
    suits: Vec<String>,
    not: Vec<String>,
}

#[test]
fn wishes_read_and_suit_as_in_the_examples() {
    let now = moscow("2026-11-20T09:00");
    let examples: Vec<Example> =
        serde_json::from_str(include_str!("../../../../../tests/wishes.json")).unwrap();
    for Example {
        wish,
        ru,
        en,
        suits,
        not,
    } in examples
    {
        assert_eq!(said(&wish), (ru, en));
        for (slots, suit) in [(suits, true), (not, false)] {
            for slot in slots {
                assert_eq!(
                    wish.suits(moscow(&slot), now),
                    suit,
                    "{slot}: {}",
                    said(&wish).0
                );
            }
        }
    }
}

#[test]
fn a_range_that_limits_nothing_means_any_time() {
    assert_eq!(
        said(&ranges(vec![range(&Day::ALL, "", "")])).1,
        "At any time."
    );
}

#[test]
fn every_state_has_its_own_tag_in_both_languages() {
    let states = [
        WatchState::Found,
        WatchState::Waiting,
        WatchState::Unchecked,
        WatchState::Opened {
            day: date("2026-11-24"),
        },
        WatchState::ClinicDown { since: now() },
        WatchState::NoOnline { phone: None },
        WatchState::Unbound { lost: Vec::new() },
        WatchState::SiteDown,
        WatchState::Blocked,
        WatchState::Slowed,
        WatchState::Offline,
        WatchState::Paused {
            until: Some("2026-11-20T09:00:00+03:00".parse().unwrap()),
        },
        WatchState::Paused { until: None },
        WatchState::Expired,
    ];
    let tags = |words| -> Vec<String> {
        states
            .iter()
            .map(|state| state_tag(&view(state.clone()), words, now()))
            .collect()
    };
    assert_eq!(
        tags(ru()),
        [
            "Есть талоны: 0",
            "Пока нет талонов",
            "Сейчас проверим",
            "Открыли день",
            "Поликлиника не отвечает",
            "Запись через интернет закрыта",
            "Врач не найден в списке",
            "Сайт записи не отвечает",
            "Похоже, включён VPN",
            "Проверяем реже",
            "Нет интернета",
            "Пауза до 09:00",
            "Пауза",
            "Срок вышел",
        ]
    );
    assert_eq!(tags(en())[11], "Paused until 09:00");
    let mut english = tags(en());
    english.sort_unstable();
    english.dedup();
    assert_eq!(english.len(), states.len());
}

fn view(state: WatchState) -> WatchView {
    WatchView {
        watch: Watch {
            id: WatchId(1),
            created_at: now(),
            draft: WatchDraft {
                places: Vec::new(),
                wish: TimeWish::default(),
                nickname: String::new(),
                ..WatchDraft::default()
            },
            activity: Activity::On,
        },
        state,
        stale: false,
        checked_at: None,
        next_look_at: None,
        gap_secs: None,
        slots: Arc::default(),
        others: Arc::default(),
        addresses: Vec::new(),
        links: Vec::new(),
        next_work_day: None,
        clock: None,
        looks_today: 0,
    }
}

// Properties.

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0..1500i64).prop_map(|days| date("2026-01-01") + TimeDelta::days(days))
}

fn any_minute() -> impl Strategy<Value = NaiveTime> {
    (0..24u32, 0..60u32)
        .prop_map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

/// A wish in its one spelling: days in order and never all seven, at most one range,
/// which limits something; few exceptions, in order.
fn simple_wish() -> impl Strategy<Value = TimeWish> {
    let range = (
        proptest::sample::subsequence(Day::ALL.to_vec(), 0..7),
        proptest::option::of(any_minute()),
        proptest::option::of(any_minute()),
    )
        .prop_filter("limits something", |(days, from, to)| {
            !days.is_empty() || from.is_some() || to.is_some()
        })
        .prop_map(|(days, from, to)| TimeRange { days, from, to });
    (
        proptest::collection::vec(range, 0..2),
        proptest::option::of(any_day()),
        proptest::option::of(any_day()),
        proptest::collection::btree_set(any_day(), 0..4),
        0..3000u32,
        proptest::option::of((any_day(), any_minute())),
    )
        .prop_map(
            |(ranges, not_before, not_after, except, notice_minutes, earlier)| TimeWish {
                ranges,
                not_before,
                not_after,
                except: except.into_iter().collect(),
                notice_minutes,
                earlier_than: earlier.map(|(date, time)| date.and_time(time).and_utc()),
            },
        )
}

/// Any wish that may be asked for and names its exceptions, all of its parts within a few weeks.
fn near_wish() -> impl Strategy<Value = TimeWish> {
    let range = (
        proptest::collection::vec(proptest::sample::select(Day::ALL.to_vec()), 0..5),
        proptest::option::of(any_minute()),
        proptest::option::of(any_minute()),
    )
        .prop_filter("holds some time", |(_, from, to)| {
            to.is_none_or(|to| from.unwrap_or_default() < to)
        })
        .prop_map(|(days, from, to)| TimeRange { days, from, to });
    (
        proptest::collection::vec(range, 0..5),
        proptest::option::weighted(0.3, near_day()),
        proptest::option::weighted(0.3, near_day()),
        proptest::collection::btree_set(near_day(), 0..=NAMED_EXCEPTIONS),
        prop_oneof![Just(0), 1..10_000u32],
        proptest::option::weighted(0.3, (near_day(), any_minute())),
    )
        .prop_map(
            |(ranges, not_before, not_after, except, notice_minutes, earlier)| TimeWish {
                ranges,
                not_before,
                not_after,
                except: except.into_iter().collect(),
                notice_minutes,
                earlier_than: earlier.map(|(date, time)| in_moscow(date, time)),
            },
        )
}

/// From ten days before the turn of the year until three weeks after it.
fn near_day() -> impl Strategy<Value = NaiveDate> {
    (0..31i64).prop_map(|days| date("2026-12-21") + TimeDelta::days(days))
}

fn in_moscow(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    date.and_time(time).and_utc() - TimeDelta::hours(3)
}

/// The clock times a wish names, where a slot suits on one side only; and one it may not name.
fn edges(wish: &TimeWish, now: DateTime<Utc>, other: NaiveTime) -> Vec<NaiveTime> {
    let of = |at: DateTime<Utc>| at.with_timezone(&chrono_tz::Europe::Moscow).time();
    let notice = now + TimeDelta::minutes(wish.notice_minutes.into());
    wish.ranges
        .iter()
        .flat_map(|range| [range.from, range.to])
        .flatten()
        .chain(wish.earlier_than.map(of))
        .chain([of(notice), NaiveTime::MIN, other])
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// Whoever takes the sentence at its word expects exactly the slots that suit.
    #[test]
    fn the_sentence_promises_what_suits(
        wish in near_wish(),
        (today, hour) in (near_day(), any_minute()),
        day in near_day(),
        (other, edge, off) in (any_minute(), any::<proptest::sample::Index>(), -1..=1i64),
    ) {
        let now = in_moscow(today, hour);
        let start = in_moscow(day, *edge.get(&edges(&wish, now, other))) + TimeDelta::minutes(off);
        for words in [ru(), en()] {
            let sentence = wish_sentence(&wish, words, now);
            let promised = reader::Promise::read(&sentence, words, today).holds(start, now);
            prop_assert_eq!(wish.suits(start, now), promised, "{} at {}", sentence, start);
        }
    }
}

proptest! {
    #[test]
    fn different_simple_wishes_give_different_sentences(
        one in simple_wish(), other in simple_wish()
    ) {
        let same = one == other;
        prop_assert_eq!(same, said(&one).0 == said(&other).0);
        prop_assert_eq!(same, said(&one).1 == said(&other).1);
    }

    /// As above, for wishes that differ in one part only.
    #[test]
    fn a_changed_part_changes_the_sentence(
        wish in simple_wish(), source in simple_wish(), part in 0..6u8
    ) {
        let mut changed = wish.clone();
        match part {
            0 => changed.ranges = source.ranges,
            1 => changed.not_before = source.not_before,
            2 => changed.not_after = source.not_after,
            3 => changed.except = source.except,
            4 => changed.notice_minutes = source.notice_minutes,
            _ => changed.earlier_than = source.earlier_than,
        }
        let same = wish == changed;
        prop_assert_eq!(same, said(&wish).0 == said(&changed).0);
        prop_assert_eq!(same, said(&wish).1 == said(&changed).1);
    }

    #[test]
    fn any_wish_is_said_in_one_sentence(
        ranges in proptest::collection::vec(
            (
                proptest::collection::vec(proptest::sample::select(Day::ALL.to_vec()), 0..9),
                proptest::option::of(any_minute()),
                proptest::option::of(any_minute()),
            ),
            0..6,
        ),
        limits in proptest::collection::vec(
            proptest::option::of(
                proptest::sample::select(vec![NaiveDate::MIN, NaiveDate::MAX, date("2026-12-10")])
            ),
            2,
        ),
        except in proptest::collection::vec(any_day(), 0..40),
        notice_minutes: u32,
        latest: bool,
    ) {
        let wish = TimeWish {
            ranges: ranges
                .into_iter()
                .map(|(days, from, to)| TimeRange { days, from, to })
                .collect(),
            not_before: limits[0],
            not_after: limits[1],
            except,
            notice_minutes,
            earlier_than: latest.then_some(DateTime::<Utc>::MAX_UTC),
        };
        let (ru, en) = said(&wish);
        for sentence in [ru, en] {
            prop_assert!(sentence.ends_with('.') && !sentence.ends_with(".."));
            prop_assert!(sentence.starts_with(char::is_uppercase));
        }
    }
}

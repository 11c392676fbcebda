use chrono::{NaiveDate, NaiveTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::model::{Activity, Language, Watch, WatchDraft, WatchId};

fn ru() -> Words {
    Words::new(Language::Ru)
}

fn en() -> Words {
    Words::new(Language::En)
}

fn now() -> DateTime<Utc> {
    "2026-11-20T08:42:00+03:00".parse().unwrap()
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

const WORKDAYS: [Day; 5] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];

#[test]
fn the_example_of_the_editor_reads_as_promised() {
    let wish = TimeWish {
        not_after: Some(date("2026-12-10")),
        ..ranges(vec![range(&WORKDAYS, "17:00", "")])
    };
    let (ru, en) = said(&wish);
    assert_eq!(ru, "По будням после 17:00, не позже 10 декабря.");
    assert_eq!(en, "On weekdays after 17:00, no later than 10 December.");
}

#[test]
fn every_part_of_a_wish_is_said() {
    let wish = TimeWish {
        ranges: vec![
            range(&[Day::Thu, Day::Tue], "", "12:00"),
            range(&[Day::Sat, Day::Sun], "9:00", "15:30"),
        ],
        not_before: Some(date("2026-11-23")),
        not_after: Some(date("2027-01-31")),
        except: vec![date("2026-12-03"), date("2026-12-04"), date("2026-12-05")],
        notice_minutes: 120,
        earlier_than: Some("2026-12-24T13:40:00+03:00".parse().unwrap()),
    };
    let (ru, en) = said(&wish);
    assert_eq!(
        ru,
        "По вторникам и четвергам до 12:00 или по выходным с 9:00 до 15:30, не раньше 23 ноября, \
         не позже 31 января 2027 года, кроме 3 декабря, 4 декабря и 5 декабря, хотя бы за 2 часа \
         до приёма, только раньше 24 декабря, 13:40."
    );
    assert_eq!(
        en,
        "On Tuesdays and Thursdays before 12:00 or at weekends between 9:00 and 15:30, no earlier \
         than 23 November, no later than 31 January 2027, except 3 December, 4 December and 5 \
         December, at least 2 hours ahead, only before 24 December, 13:40."
    );
}

#[test]
fn an_empty_wish_and_an_unlimited_range_mean_any_time() {
    assert_eq!(said(&TimeWish::default()).0, "В любое время.");
    assert_eq!(
        said(&ranges(vec![range(&Day::ALL, "", "")])).1,
        "At any time."
    );
}

#[test]
fn many_excluded_days_are_counted() {
    let wish = TimeWish {
        except: (1..=7)
            .map(|day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap())
            .collect(),
        ..TimeWish::default()
    };
    assert_eq!(
        said(&wish).0,
        "В любое время, кроме 1 декабря, 2 декабря, 3 декабря, 4 декабря, 5 декабря и ещё 2 дней."
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
                until: None,
            },
            activity: Activity::On,
        },
        state,
        stale: false,
        checked_at: None,
        next_look_at: None,
        gap_secs: None,
        slots: Vec::new(),
        others: Vec::new(),
        addresses: Vec::new(),
        links: Vec::new(),
        next_work_day: None,
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

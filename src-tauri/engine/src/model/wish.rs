//! When a patient can come: ranges joined by OR, from which exclusions subtract.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A day of the week.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type,
)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday
    Mon,
    /// Tuesday
    Tue,
    /// Wednesday
    Wed,
    /// Thursday
    Thu,
    /// Friday
    Fri,
    /// Saturday
    Sat,
    /// Sunday
    Sun,
}

impl Day {
    /// Monday first.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];

    /// The weekday of a date.
    pub fn of(date: NaiveDate) -> Self {
        Self::ALL[date.weekday().num_days_from_monday() as usize]
    }
}

/// One rule: these weekdays, between these times.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimeRange {
    /// Empty means every day.
    pub days: Vec<Day>,
    /// A slot may start at this time or later; `None` from midnight.
    pub from: Option<NaiveTime>,
    /// A slot must start before this time; `None` until midnight.
    pub to: Option<NaiveTime>,
}

/// When slots suit. The default suits any slot that is still ahead.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct TimeWish {
    /// Joined by OR; empty means any time.
    pub ranges: Vec<TimeRange>,
    /// First suitable day.
    pub not_before: Option<NaiveDate>,
    /// Last suitable day.
    pub not_after: Option<NaiveDate>,
    /// Days that never suit.
    pub except: Vec<NaiveDate>,
    /// Minutes needed between now and the start.
    pub notice_minutes: u32,
    /// Only slots before this moment (the appointment one already has).
    pub earlier_than: Option<DateTime<Utc>>,
}

impl TimeWish {
    /// Does a slot that starts then suit, seen from `now`?
    ///
    /// All clock times and dates of a wish are Moscow time.
    pub fn suits(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        if start < now + TimeDelta::minutes(self.notice_minutes.into()) || start <= now {
            return false;
        }
        if self.earlier_than.is_some_and(|limit| start >= limit) {
            return false;
        }
        // Most wishes name no day: the calendar is not asked then.
        if self.ranges.is_empty()
            && self.except.is_empty()
            && self.not_before.is_none()
            && self.not_after.is_none()
        {
            return true;
        }
        let local = start.with_timezone(&Moscow).naive_local();
        let date = local.date();
        self.not_before.is_none_or(|first| date >= first)
            && self.not_after.is_none_or(|last| date <= last)
            && !self.except.contains(&date)
            && (self.ranges.is_empty()
                || self
                    .ranges
                    .iter()
                    .any(|range| range.contains(Day::of(date), local.time())))
    }
}

impl TimeRange {
    fn contains(&self, day: Day, time: NaiveTime) -> bool {
        (self.days.is_empty() || self.days.contains(&day))
            && self.from.is_none_or(|from| time >= from)
            && self.to.is_none_or(|to| time < to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    const MINUTE: i64 = 60;
    const DAY: i64 = 24 * 60 * MINUTE;

    /// A wish in plain numbers: days and seconds since the first Monday's midnight in Moscow.
    #[derive(Debug, Clone)]
    struct Plain {
        ranges: Vec<PlainRange>,
        not_before: Option<i64>,
        not_after: Option<i64>,
        except: Vec<i64>,
        notice_minutes: u32,
        earlier_than: Option<i64>,
    }

    /// Weekdays (0 is Monday), and seconds of the day.
    #[derive(Debug, Clone)]
    struct PlainRange {
        weekdays: Vec<usize>,
        from: Option<i64>,
        to: Option<i64>,
    }

    impl Plain {
        /// What the wish means, said as simply as it can be.
        fn suits(&self, start: i64, now: i64) -> bool {
            let (day, second) = (start.div_euclid(DAY), start.rem_euclid(DAY));
            let weekday = usize::try_from(day.rem_euclid(7)).unwrap();
            let in_range = |range: &PlainRange| {
                let right_day = range.weekdays.is_empty() || range.weekdays.contains(&weekday);
                let span = range.from.unwrap_or(0)..range.to.unwrap_or(DAY);
                right_day && span.contains(&second)
            };
            let mut suits = self.ranges.is_empty();
            for range in &self.ranges {
                suits |= in_range(range);
            }
            for excluded in &self.except {
                suits &= *excluded != day;
            }
            if let Some(first) = self.not_before {
                suits &= day >= first;
            }
            if let Some(last) = self.not_after {
                suits &= day <= last;
            }
            if let Some(limit) = self.earlier_than {
                suits &= start < limit;
            }
            suits && start > now && start - now >= i64::from(self.notice_minutes) * MINUTE
        }

        fn wish(&self) -> TimeWish {
            TimeWish {
                ranges: self.ranges.iter().map(PlainRange::range).collect(),
                not_before: self.not_before.map(date),
                not_after: self.not_after.map(date),
                except: self.except.iter().copied().map(date).collect(),
                notice_minutes: self.notice_minutes,
                earlier_than: self.earlier_than.map(moment),
            }
        }
    }

    impl PlainRange {
        fn range(&self) -> TimeRange {
            let clock = |second: i64| NaiveTime::MIN + TimeDelta::seconds(second);
            TimeRange {
                days: self.weekdays.iter().map(|&day| Day::ALL[day]).collect(),
                from: self.from.map(clock),
                to: self.to.map(clock),
            }
        }
    }

    /// Three weeks around the end of a year, and three around a 29 February; both begin on a Monday.
    fn day() -> impl Strategy<Value = i64> {
        prop_oneof![0..21i64, 791..812i64]
    }

    fn date(day: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 12, 22).unwrap() + TimeDelta::days(day)
    }

    /// Moscow is three hours ahead of UTC all year.
    fn moment(second: i64) -> DateTime<Utc> {
        date(0).and_time(NaiveTime::MIN).and_utc() + TimeDelta::seconds(second - 3 * 60 * MINUTE)
    }

    /// Whole minutes of a day; its edges and round hours come often, so that things meet.
    fn clock() -> impl Strategy<Value = i64> {
        let minute = prop_oneof![
            select(vec![0, 1, 1438, 1439]),
            (0..24i64).prop_map(|hour| hour * 60),
            0..1440i64,
        ];
        minute.prop_map(|minute| minute * MINUTE)
    }

    fn start() -> impl Strategy<Value = i64> {
        (day(), clock()).prop_map(|(day, second)| day * DAY + second)
    }

    /// A minute of a day, give or take a second.
    fn now() -> impl Strategy<Value = i64> {
        (start(), -1..=1i64).prop_map(|(second, off)| second + off)
    }

    fn range() -> impl Strategy<Value = PlainRange> {
        let weekdays = prop::collection::vec(0..7usize, 0..4);
        (
            weekdays,
            prop::option::of(clock()),
            prop::option::of(clock()),
        )
            .prop_map(|(weekdays, from, to)| PlainRange { weekdays, from, to })
    }

    fn wish(ranges: std::ops::Range<usize>) -> impl Strategy<Value = Plain> {
        let notice = prop_oneof![
            Just(0),
            select(vec![1, 60, 1440]),
            0..20_000u32,
            Just(u32::MAX)
        ];
        (
            prop::collection::vec(range(), ranges),
            prop::option::weighted(0.3, day()),
            prop::option::weighted(0.3, day()),
            prop::collection::vec(day(), 0..4),
            notice,
            prop::option::weighted(0.3, start()),
        )
            .prop_map(
                |(ranges, not_before, not_after, except, notice_minutes, earlier_than)| Plain {
                    ranges,
                    not_before,
                    not_after,
                    except,
                    notice_minutes,
                    earlier_than,
                },
            )
    }

    #[test]
    fn fault_33_the_weeks_of_the_tests_hold_a_year_s_end_and_a_29_february() {
        assert_eq!(date(0).weekday(), chrono::Weekday::Mon);
        assert_eq!(date(9).to_string(), "2025-12-31");
        assert_eq!(date(791).weekday(), chrono::Weekday::Mon);
        assert_eq!(date(799).to_string(), "2028-02-29");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn fault_33_suits_is_what_the_wish_says(wish in wish(0..4), start in start(), now in now()) {
            let meant = wish.suits(start, now);
            prop_assert_eq!(wish.wish().suits(moment(start), moment(now)), meant);
        }

        /// The same from close by: the slot stands on an edge of the wish, or a minute off it.
        #[test]
        fn fault_33_suits_is_what_the_wish_says_at_its_edges(
            wish in wish(0..3),
            start in start(),
            off in -1..=1i64,
            edge in 0..3usize,
        ) {
            let mut wish = wish;
            let mut now = start - 7 * DAY;
            match edge {
                0 => {
                    wish.notice_minutes %= 20_000;
                    now = start - i64::from(wish.notice_minutes) * MINUTE + off;
                }
                1 => wish.earlier_than = Some(start + off * MINUTE),
                _ => {
                    let second = (start.rem_euclid(DAY) + off * MINUTE).rem_euclid(DAY);
                    for range in &mut wish.ranges {
                        match off {
                            0 => range.from = Some(second),
                            _ => range.to = Some(second),
                        }
                    }
                }
            }
            let meant = wish.suits(start, now);
            prop_assert_eq!(wish.wish().suits(moment(start), moment(now)), meant);
        }

        /// To a wish with ranges; one without any suits at all times, so its first range narrows it.
        #[test]
        fn one_range_more_makes_no_suiting_slot_unsuitable(
            wish in wish(1..4),
            another in range(),
            start in start(),
            now in now(),
        ) {
            let mut wider = wish.wish();
            wider.ranges.push(another.range());
            if wish.wish().suits(moment(start), moment(now)) {
                prop_assert!(wider.suits(moment(start), moment(now)));
            }
        }

        #[test]
        fn one_exclusion_more_makes_no_unsuitable_slot_suit(
            wish in wish(0..4),
            excluded in day(),
            start in start(),
            now in now(),
        ) {
            let mut narrower = wish.wish();
            narrower.except.push(date(excluded));
            if !wish.wish().suits(moment(start), moment(now)) {
                prop_assert!(!narrower.suits(moment(start), moment(now)));
            }
            narrower.except.push(date(start.div_euclid(DAY)));
            prop_assert!(!narrower.suits(moment(start), moment(now)), "its own day");
        }

        /// Waiting never makes a slot suit that did not.
        #[test]
        fn a_slot_only_ceases_to_suit_as_time_passes(
            wish in wish(0..4),
            start in start(),
            now in now(),
            later in 0..DAY,
        ) {
            if wish.wish().suits(moment(start), moment(now + later)) {
                prop_assert!(wish.wish().suits(moment(start), moment(now)));
            }
        }
    }

    /// Moscow time.
    fn at(text: &str) -> DateTime<Utc> {
        let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        local.and_local_timezone(Moscow).unwrap().to_utc()
    }

    fn hours(days: &[Day], from: Option<u32>, to: Option<u32>) -> TimeRange {
        let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        TimeRange {
            days: days.to_vec(),
            from: from.map(clock),
            to: to.map(clock),
        }
    }

    fn suiting<'a>(wish: &TimeWish, now: &str, starts: &[&'a str]) -> Vec<&'a str> {
        let suits = |start: &&str| wish.suits(at(start), at(now));
        starts.iter().copied().filter(suits).collect()
    }

    #[test]
    fn fault_27_without_rules_any_slot_that_is_still_ahead_suits() {
        let starts = ["2025-02-17 09:00", "2025-02-17 09:01", "2031-01-01 00:00"];
        let suiting = suiting(&TimeWish::default(), "2025-02-17 09:00", &starts);
        assert_eq!(suiting, starts[1..]);
    }

    #[test]
    fn ranges_are_joined_and_end_just_before_their_last_hour() {
        use Day::{Fri, Mon, Sat, Thu, Tue, Wed};
        let wish = TimeWish {
            ranges: vec![
                hours(&[Mon, Tue, Wed, Thu, Fri], Some(17), None),
                hours(&[Sat], None, Some(12)),
            ],
            ..TimeWish::default()
        };
        let starts = [
            "2025-02-17 16:59", // Monday
            "2025-02-17 17:00",
            "2025-02-21 23:59", // Friday
            "2025-02-22 00:00", // Saturday
            "2025-02-22 11:59",
            "2025-02-22 12:00",
            "2025-02-23 18:00", // Sunday
        ];
        assert_eq!(suiting(&wish, "2025-02-17 09:00", &starts), starts[1..5]);
    }

    #[test]
    fn fault_33_a_day_is_a_day_in_moscow_even_where_utc_has_another_date_or_year() {
        let wish = TimeWish {
            not_before: NaiveDate::from_ymd_opt(2026, 1, 1),
            not_after: NaiveDate::from_ymd_opt(2026, 1, 1),
            ranges: vec![hours(&[Day::Thu], None, None)],
            ..TimeWish::default()
        };
        let starts = [
            "2025-12-31 23:59",
            "2026-01-01 00:00", // 21:00 of the old year in UTC
            "2026-01-01 23:59",
            "2026-01-02 00:00",
        ];
        assert_eq!(suiting(&wish, "2025-12-30 09:00", &starts), starts[1..3]);
    }

    #[test]
    fn an_excluded_day_never_suits_whatever_the_ranges_say() {
        let wish = TimeWish {
            ranges: vec![hours(&[Day::Mon], Some(9), Some(21))],
            except: vec![NaiveDate::from_ymd_opt(2025, 2, 24).unwrap()],
            ..TimeWish::default()
        };
        let starts = ["2025-02-24 10:00", "2025-03-03 10:00"];
        assert_eq!(suiting(&wish, "2025-02-17 09:00", &starts), starts[1..]);
    }

    #[test]
    fn fault_27_notice_is_enough_to_the_minute_and_the_appointment_one_has_is_not_earlier_than_itself()
     {
        let wish = TimeWish {
            notice_minutes: 120,
            earlier_than: Some(at("2025-02-18 10:00")),
            ..TimeWish::default()
        };
        let starts = [
            "2025-02-17 10:59",
            "2025-02-17 11:00",
            "2025-02-18 09:59",
            "2025-02-18 10:00",
        ];
        assert_eq!(suiting(&wish, "2025-02-17 09:00", &starts), starts[1..3]);
    }

    #[test]
    fn a_range_that_ends_before_it_begins_holds_no_time_and_does_not_wrap_round_midnight() {
        let wish = TimeWish {
            ranges: vec![hours(&[], Some(22), Some(2))],
            ..TimeWish::default()
        };
        let starts = ["2025-02-17 23:00", "2025-02-18 01:00", "2025-02-18 12:00"];
        assert!(suiting(&wish, "2025-02-17 09:00", &starts).is_empty());
    }
}

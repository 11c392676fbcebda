//! Days, times and durations as people say them, always in Moscow time.
//!
//! Names of months and weekdays come from ICU. Two widths stand in one date
//! («вт, 24 ноября»), which no single ICU skeleton has: the weekday and the day
//! are formatted apart and put together by a message.

use std::time::Duration;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use icu_calendar::{Date, Gregorian};
use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::{E, MD},
};
use icu_locale_core::{Locale, locale};

use super::Words;
use crate::model::Language;

impl Words {
    /// «сегодня, 13:40», «завтра, 13:40», «вт, 24 ноября, 13:40».
    pub fn when(self, start: DateTime<Utc>, now: DateTime<Utc>) -> String {
        self.date_and_time(&self.day(date_of(start), date_of(now)), start)
    }

    /// As [`Words::when`], but within the next six days by weekday alone: «чт, 9:10».
    pub fn when_briefly(self, start: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let (date, today) = (date_of(start), date_of(now));
        let ahead = (date - today).num_days();
        if (2..7).contains(&ahead) {
            self.date_and_time(&self.weekday(date), start)
        } else {
            self.when(start, now)
        }
    }

    /// «сегодня», «завтра», «вт, 24 ноября»; «вт, 24 ноября 2027 года» in another year.
    pub fn day(self, date: NaiveDate, today: NaiveDate) -> String {
        if date == today {
            self.say("today")
        } else if Some(date) == today.checked_add_days(Days::new(1)) {
            self.say("tomorrow")
        } else {
            self.say_with(
                "date",
                &[
                    ("weekday", self.weekday(date).into()),
                    ("day", self.day_and_month(date, today).into()),
                ],
            )
        }
    }

    /// «24 ноября», or «24 ноября 2027 года» in another year: for use after a preposition.
    pub fn day_and_month(self, date: NaiveDate, today: NaiveDate) -> String {
        let day = icu_date(date).map_or_else(
            || date.to_string(),
            |date| {
                FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(
                    self.locale().into(),
                    MD::long(),
                )
                .map_or_else(|_| String::new(), |names| names.format(&date).to_string())
            },
        );
        if date.year() == today.year() {
            return day;
        }
        self.say_with(
            "day-of-year",
            &[
                ("day", day.into()),
                ("year", date.year().to_string().into()),
            ],
        )
    }

    /// The time of a slot: «9:10».
    pub fn time(self, at: DateTime<Utc>) -> String {
        self.time_of_day(moscow(at).time())
    }

    /// The time of a wish: «9:10».
    pub fn time_of_day(self, time: NaiveTime) -> String {
        time.format("%-H:%M").to_string()
    }

    /// The time of a check, a pause, a failure: «08:42».
    pub fn clock_time(self, at: DateTime<Utc>) -> String {
        moscow(at).format("%H:%M").to_string()
    }

    /// Until or since when, from within a sentence: «08:42» today, else «завтра, 8:42».
    pub fn moment(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        if date_of(at) == date_of(now) {
            self.clock_time(at)
        } else {
            self.when(at, now)
        }
    }

    /// How long, in the largest unit that fits, rounded: «меньше минуты», «3 минуты», «2 часа», «1 день».
    ///
    /// In Russian the accusative («1 минуту»), as «были…», «через…», «…назад» take it.
    pub fn duration(self, length: Duration) -> String {
        const HOUR: u64 = 60;
        const DAY: u64 = 24 * HOUR;
        let minutes = length.as_secs() / 60;
        let hours = (minutes + HOUR / 2) / HOUR;
        if minutes == 0 {
            self.say("duration-moment")
        } else if minutes < HOUR {
            self.say_with("duration-minutes", &[("n", minutes.into())])
        } else if hours < 24 {
            self.say_with("duration-hours", &[("n", hours.into())])
        } else {
            let days = ((minutes + DAY / 2) / DAY).max(1);
            self.say_with("duration-days", &[("n", days.into())])
        }
    }

    /// How long, to the minute: «2 часа», «1 час 30 минут», «2 дня».
    pub fn exact_duration(self, minutes: u32) -> String {
        let of = |id: &str, n: u32| self.say_with(id, &[("n", n.into())]);
        match (minutes / 60, minutes % 60) {
            (0, minutes) => of("duration-minutes", minutes),
            (hours, 0) if hours % 24 == 0 => of("duration-days", hours / 24),
            (hours, 0) => of("duration-hours", hours),
            (hours, minutes) => self.say_with(
                "duration-both",
                &[
                    ("hours", of("duration-hours", hours).into()),
                    ("minutes", of("duration-minutes", minutes).into()),
                ],
            ),
        }
    }

    /// «24 ноября, 13:40»: a moment after a preposition.
    pub(super) fn day_and_time(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        self.date_and_time(&self.day_and_month(date_of(at), date_of(now)), at)
    }

    fn date_and_time(self, date: &str, at: DateTime<Utc>) -> String {
        self.say_with(
            "date-time",
            &[("date", date.into()), ("time", self.time(at).into())],
        )
    }

    fn weekday(self, date: NaiveDate) -> String {
        icu_date(date).map_or_else(String::new, |date| {
            FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(
                self.locale().into(),
                E::medium(),
            )
            .map_or_else(|_| String::new(), |names| names.format(&date).to_string())
        })
    }

    /// British English: its dates are «24 November» and its days have 24 hours.
    fn locale(self) -> Locale {
        match self.language() {
            Language::Ru => locale!("ru"),
            Language::En => locale!("en-GB"),
        }
    }
}

/// The Moscow date of a moment.
pub fn date_of(at: DateTime<Utc>) -> NaiveDate {
    moscow(at).date()
}

/// What a Moscow clock shows; the ends of time, which have no local time, moved inwards by a day.
fn moscow(at: DateTime<Utc>) -> NaiveDateTime {
    let day = TimeDelta::days(1);
    at.clamp(
        DateTime::<Utc>::MIN_UTC + day,
        DateTime::<Utc>::MAX_UTC - day,
    )
    .with_timezone(&Moscow)
    .naive_local()
}

/// ICU's spelling of a date; `None` outside its range of years.
fn icu_date(date: NaiveDate) -> Option<Date<Gregorian>> {
    let month = u8::try_from(date.month()).ok()?;
    let day = u8::try_from(date.day()).ok()?;
    Date::try_new_gregorian(date.year(), month, day).ok()
}

//! When a doctor works: the grid on which every slot lies.

use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};

use crate::moscow;
use crate::random::Stream;

/// A doctor's working week, alternating between two shifts by date.
#[derive(Clone, Debug)]
pub(crate) struct Hours {
    /// Minutes after midnight at which the shift begins on even and on odd dates.
    begins: [i64; 2],
    length_minutes: i64,
    pub(crate) step_minutes: i64,
    /// A slot's own length; may be longer than the step, then slots overlap.
    pub(crate) visit_minutes: i64,
    day_off: Option<Weekday>,
    saturdays: bool,
    leave: Option<Range<NaiveDate>>,
}

impl Hours {
    pub(crate) fn draw(stream: &mut Stream, leave: Option<Range<NaiveDate>>) -> Self {
        let early = stream.between(16, 20) * 30;
        let late = stream.between(24, 30) * 30;
        let begins = match stream.below(4) {
            0 => [early, early],
            1 => [late, early],
            _ => [early, late],
        };
        let step_minutes = [10, 12, 15, 15, 20, 30][stream.below(6)];
        let visit_minutes = if step_minutes == 10 { 15 } else { step_minutes };
        let day_off = stream
            .chance(0.3)
            .then(|| [Weekday::Mon, Weekday::Wed, Weekday::Fri][stream.below(3)]);
        Self {
            begins,
            length_minutes: stream.between(8, 12) * 30,
            step_minutes,
            visit_minutes,
            day_off,
            saturdays: stream.chance(0.2),
            leave,
        }
    }

    /// First and last minute of that day's reception; `None` on a day off.
    pub(crate) fn of(&self, date: NaiveDate) -> Option<Range<DateTime<Utc>>> {
        let weekday = date.weekday();
        let free = weekday == Weekday::Sun
            || (weekday == Weekday::Sat && !self.saturdays)
            || self.day_off == Some(weekday)
            || self.on_leave(date);
        if free {
            return None;
        }
        let begin = self.begins[usize::from(date.day() % 2 == 1)];
        let begin = moscow::midnight(date) + TimeDelta::minutes(begin);
        Some(begin..begin + TimeDelta::minutes(self.length_minutes))
    }

    pub(crate) fn on_leave(&self, date: NaiveDate) -> bool {
        self.leave
            .as_ref()
            .is_some_and(|leave| leave.contains(&date))
    }

    /// Every moment of that day at which a slot may start.
    pub(crate) fn starts(&self, date: NaiveDate) -> impl Iterator<Item = DateTime<Utc>> {
        let step = TimeDelta::minutes(self.step_minutes);
        self.of(date).into_iter().flat_map(move |day| {
            std::iter::successors(Some(day.start), move |start| Some(*start + step))
                .take_while(move |start| *start < day.end)
        })
    }

    /// Working days from `first` on, at most `days` calendar days ahead.
    pub(crate) fn working_days(
        &self,
        first: NaiveDate,
        days: usize,
    ) -> impl Iterator<Item = NaiveDate> {
        first
            .iter_days()
            .take(days)
            .filter(|date| self.of(*date).is_some())
    }

    /// Place in that day's queue, counted from 1.
    pub(crate) fn number(&self, start: DateTime<Utc>) -> i64 {
        self.of(moscow::date(start)).map_or(1, |day| {
            (start - day.start).num_minutes().max(0) / self.step_minutes + 1
        })
    }
}

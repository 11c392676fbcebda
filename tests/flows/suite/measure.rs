//! Counting: requests in windows, times, memory.

use std::{collections::VecDeque, time::Duration};

use simulator::Request;

use super::Verdict;
use crate::{hours, minutes};

/// Says how much is allocated and not freed, where the program counts it.
pub type Heap = fn() -> Option<usize>;

/// The most requests in any minute, hour and day.
#[derive(Debug, Default)]
pub(super) struct Windows {
    minute: usize,
    hour: usize,
    day: usize,
    /// Those of the last day, in order.
    late: VecDeque<Duration>,
}

impl Windows {
    /// These came after those of before.
    pub(super) fn add(&mut self, asked: &[Duration]) {
        for at in asked {
            self.late.push_back(*at);
            while self
                .late
                .front()
                .is_some_and(|first| *first + hours(24) <= *at)
            {
                self.late.pop_front();
            }
            let within = |stretch| {
                let before = self.late.partition_point(|other| *other + stretch <= *at);
                self.late.len() - before
            };
            let (minute, hour) = (within(minutes(1)), within(hours(1)));
            self.minute = self.minute.max(minute);
            self.hour = self.hour.max(hour);
            self.day = self.day.max(self.late.len());
        }
    }

    /// They keep to what a budget allows, beside so many that a person may ask for at once.
    pub(super) fn hold(&self, verdict: &mut Verdict, budget: u32, clicks: usize) {
        let budget = budget as usize;
        // A day's budget and the hours saved up; twice the budget; in a minute eight that follow one
        // release down, the rest as close as the pace lets them: three seconds apart, or closer with
        // a larger budget.
        let day = 24 * budget * 12 / 10 + clicks;
        let hour = 2 * budget + clicks;
        let minute = 9 + hour.max(1200) / 60 + clicks;
        verdict.must(
            "requests in any minute, hour, day",
            format!("{}, {}, {}", self.minute, self.hour, self.day),
            format!("≤ {minute}, {hour}, {day}"),
            self.minute <= minute && self.hour <= hour && self.day <= day,
        );
    }
}

/// When requests were received, the catalogue's along.
pub(super) fn moments(requests: &[Request]) -> Vec<Duration> {
    requests.iter().map(|request| request.elapsed).collect()
}

/// The value below which so many of a hundred lie, in milliseconds.
pub(super) fn percentile(times: &mut [Duration], part: usize) -> f64 {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times
        .get(last * part / 100)
        .map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// Memory of this process that is in use, bytes, where the system tells.
pub(super) fn resident() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// How often the one goes into the other.
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}

/// Bytes for people.
pub(super) fn size(bytes: impl TryInto<u64>) -> String {
    let bytes = bytes.try_into().unwrap_or(u64::MAX);
    match bytes {
        0..10_000 => format!("{bytes} B"),
        10_000..100_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

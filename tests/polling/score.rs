//! What a policy reached.

use serde::Serialize;

use crate::world::{Opening, World};

/// One policy in one world.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Score {
    /// From the moment an opening appears to the moment it is told, over all who wait.
    pub mean_secs: f64,
    pub p95_secs: f64,
    /// The longest time between two looks at anything watched.
    pub max_gap_secs: f64,
    /// Openings told before they were gone.
    pub seen_share: f64,
    /// Openings of at least 15 minutes that were never told.
    pub missed_long: usize,
    pub requests_per_hour: f64,
    /// Requests an hour × mean delay / 1800: how many resources an ideal even poller would go through.
    pub k_eff: f64,
    /// The most requests in any window of a second, a minute, an hour.
    pub most_in: [usize; 3],
    /// Mean delay of each scored day.
    #[serde(skip)]
    pub by_day: Vec<f64>,
}

/// Gathers what happens in the scored time.
#[derive(Default)]
pub(crate) struct Tally {
    /// Delay in seconds, weight, day.
    delays: Vec<(f64, f64, i64)>,
    all: f64,
    requests: Vec<i64>,
    longest: i64,
    missed_long: usize,
}

impl Tally {
    pub(crate) fn request(&mut self, world: &World, at: i64) {
        if world.scored(at) {
            self.requests.push(at);
        }
    }

    pub(crate) fn gap(&mut self, world: &World, from: i64, to: i64) {
        if world.scored(from) && world.scored(to) {
            self.longest = self.longest.max(to - from);
        }
    }

    pub(crate) fn told(&mut self, world: &World, opening: &Opening, weight: f64, at: i64) {
        if world.scored(opening.appears) {
            let day = opening.appears.div_euclid(crate::world::DAY);
            let delay = (at - opening.appears) as f64 / 1000.0;
            self.delays.push((delay, weight, day));
            self.all += weight;
        }
    }

    pub(crate) fn missed(&mut self, world: &World, opening: &Opening, weight: f64) {
        if world.scored(opening.appears) && opening.gone < world.end() {
            self.all += weight;
            self.missed_long += usize::from(opening.gone - opening.appears >= 15 * 60_000);
        }
    }

    pub(crate) fn score(mut self, world: &World, days: i64) -> Score {
        self.delays.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.requests.sort_unstable();
        let seen: f64 = self.delays.iter().map(|(_, weight, _)| weight).sum();
        let mean = self
            .delays
            .iter()
            .map(|(delay, weight, _)| delay * weight)
            .sum::<f64>()
            / seen;
        let mut passed = 0.0;
        let p95 = self.delays.iter().find(|(_, weight, _)| {
            passed += weight;
            passed >= seen * 0.95
        });
        let by_day = (world.learn_days..world.learn_days + days).map(|day| {
            let of_day = || self.delays.iter().filter(move |(_, _, at)| *at == day);
            of_day()
                .map(|(delay, weight, _)| delay * weight)
                .sum::<f64>()
                / of_day().map(|(_, weight, _)| weight).sum::<f64>()
        });
        let per_hour = self.requests.len() as f64 / (days as f64 * 24.0);
        Score {
            mean_secs: mean,
            p95_secs: p95.map_or(0.0, |(delay, _, _)| *delay),
            max_gap_secs: self.longest as f64 / 1000.0,
            seen_share: seen / self.all,
            missed_long: self.missed_long,
            requests_per_hour: per_hour,
            k_eff: per_hour * mean / 1800.0,
            most_in: [1_000, 60_000, 3_600_000].map(|window| most_in(&self.requests, window)),
            by_day: by_day.collect(),
        }
    }
}

fn most_in(sorted: &[i64], window: i64) -> usize {
    let mut first = 0;
    (0..sorted.len())
        .map(|last| {
            while sorted[last] - sorted[first] >= window {
                first += 1;
            }
            last - first + 1
        })
        .max()
        .unwrap_or(0)
}

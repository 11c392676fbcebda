//! How often each resource is looked at: the √ rule.
//!
//! With looks at rate r an opening waits 1/(2r) on average, so Σ v/(2r) is least
//! under a given sum of looks where r ∝ √v (Sia, Cho & Cho, TKDE 2007): v is the
//! number of releases expected now times who waits for them. A floor keeps every
//! resource from being forgotten, caps keep the clinic and the service from
//! being pressed; the factor is found by bisection.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "rates and gaps of a day: small numbers"
)]

use super::calendar::{BIN_MS, BINS};

/// Looks per hour at one resource, by part of the day.
pub(crate) type Rates = Box<[f32; BINS]>;

/// What may be asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Looks per hour, on average over the day.
    pub per_hour: f32,
    /// Looks in any one hour.
    pub hour: f32,
    /// Looks per hour in a part of the day, all resources together.
    pub burst: f32,
    /// Between two looks at one resource.
    pub gaps: Gaps,
}

/// The shortest and the longest time between two looks at one resource, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gaps {
    /// The shortest,
    pub least: i64,
    /// in a learned window,
    pub least_in_window: i64,
    /// and the longest.
    pub longest: i64,
}

const HOUR_MS: f32 = 3_600_000.0;
/// Looks come later than their rate says by jitter and by waiting for their turn.
const SLACK: f32 = 1.12;

/// The shortest time between two looks at one resource of the real service.
const LEAST: i64 = 30_000;
/// The same in a learned window, where the person allowed it.
const LEAST_IN_WINDOW: i64 = 10_000;
/// The longest, with room for jitter and for waiting one's turn: a quarter of an hour in the end.
const LONGEST: i64 = 840_000;
/// Up to this budget the gaps are as they are; a simulator's may be larger, and shortens them.
const CEILING: f32 = 720.0;

impl Limits {
    /// For so many requests per hour on average. `bursts`: the person allowed looks close together
    /// in learned windows.
    pub fn new(per_hour: f64, bursts: bool) -> Self {
        let per_hour = per_hour.max(1.0) as f32;
        let faster = (CEILING / per_hour).clamp(1.0 / 30.0, 1.0);
        let gap = |usual: i64| (usual as f32 * faster) as i64;
        let least = gap(LEAST);
        Self {
            per_hour,
            // Below what the pace lets through: nobody waits in a queue.
            hour: per_hour * 1.8,
            burst: (if bursts { 3_000.0 } else { 1_000.0_f32 }).max(per_hour * 2.0),
            gaps: Gaps {
                least,
                least_in_window: if bursts { gap(LEAST_IN_WINDOW) } else { least },
                longest: LONGEST,
            },
        }
    }
}

/// Requests that follow a release down: a list and slots, and once more when it goes.
const FOLLOWED: f32 = 3.0;
/// However much is followed down, looks keep this part of an hour.
const LEAST_ROOM: f32 = 0.4;
/// A part of the day is in a learned window from so many times the resource's own mean on.
const WINDOW: f32 = 4.0;
const BINS_PER_HOUR: usize = 30;
const STEPS: usize = 40;

/// A resource to be looked at.
#[derive(Debug)]
pub(crate) struct Demand {
    /// Expected releases a day times those who wait for them, by part of the day.
    pub value: Box<[f32; BINS]>,
    /// Expected releases a day.
    pub releases: Box<[f32; BINS]>,
}

/// Looks per hour for each resource and part of the day.
pub(crate) fn allot(demands: &[Demand], limits: &Limits) -> Vec<Rates> {
    let pulls: Vec<Pull> = demands
        .iter()
        .map(|demand| Pull::of(demand, limits))
        .collect();
    let hours = || {
        (0..BINS)
            .step_by(BINS_PER_HOUR)
            .map(|bin| bin..bin + BINS_PER_HOUR)
    };
    let spent = |factor: f32, bins: std::ops::Range<usize>| -> f32 {
        bins.map(|bin| {
            let looks: f32 = pulls.iter().map(|pull| pull.rate(factor, bin)).sum();
            looks.min(limits.burst)
        })
        .sum::<f32>()
            * (BIN_MS as f32 / HOUR_MS)
    };
    // What is found is followed down, in the hour in which it is found.
    let room = |hour: std::ops::Range<usize>| -> f32 {
        let per_day: f32 = demands
            .iter()
            .flat_map(|it| &it.releases[hour.clone()])
            .sum();
        let releases = per_day / BINS as f32;
        (limits.hour - releases * FOLLOWED).max(limits.hour * LEAST_ROOM)
    };
    // Hours that would take more than an hour may are held at that; the others share the rest.
    let most = |factor: f32| -> f32 {
        hours()
            .map(|hour| spent(factor, hour.clone()).min(room(hour)))
            .sum()
    };
    let factor = bisect(|factor| most(factor) <= limits.per_hour * 24.0);
    let mut rates: Vec<Rates> = pulls.iter().map(|_| Box::new([0.0; BINS])).collect();
    for hour in hours() {
        let room = room(hour.clone());
        let factor = if spent(factor, hour.clone()) > room {
            bisect(|factor| spent(factor, hour.clone()) <= room)
        } else {
            factor
        };
        for bin in hour {
            let looks: f32 = pulls.iter().map(|pull| pull.rate(factor, bin)).sum();
            let held = (limits.burst / looks.max(f32::MIN_POSITIVE)).min(1.0);
            for (rates, pull) in rates.iter_mut().zip(&pulls) {
                rates[bin] = pull.rate(factor, bin) * held;
            }
        }
    }
    rates
}

/// How strongly a resource pulls looks to itself.
struct Pull {
    root: Box<[f32; BINS]>,
    cap: Box<[f32; BINS]>,
    floor: f32,
}

impl Pull {
    fn of(demand: &Demand, limits: &Limits) -> Self {
        let mean = demand.value.iter().sum::<f32>() / BINS as f32;
        let per_hour = |gap: i64| HOUR_MS / gap as f32;
        let usual = per_hour(limits.gaps.least);
        let mut cap = Box::new([usual; BINS]);
        for (cap, value) in cap.iter_mut().zip(demand.value.iter()) {
            if *value > mean * WINDOW {
                *cap = per_hour(limits.gaps.least_in_window);
            }
        }
        let mut root = demand.value.clone();
        for value in root.iter_mut() {
            *value = value.sqrt();
        }
        Self {
            root,
            cap,
            floor: (per_hour(limits.gaps.longest) * SLACK).min(usual),
        }
    }

    fn rate(&self, factor: f32, bin: usize) -> f32 {
        (self.root[bin] * factor).clamp(self.floor, self.cap[bin])
    }
}

/// The greatest factor that still fits, within the range that matters.
fn bisect(fits: impl Fn(f32) -> bool) -> f32 {
    let (mut low, mut high) = (0.0_f32, 1e5);
    if fits(high) {
        return high;
    }
    for _ in 0..STEPS {
        let middle = f32::midpoint(low, high);
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

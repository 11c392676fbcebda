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
pub(super) const LEAST: i64 = 30_000;
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
            hour: per_hour * if bursts { 2.1 } else { 1.6 },
            burst: (if bursts { 3_000.0 } else { 1_000.0_f32 }).max(per_hour * 2.0),
            gaps: Gaps {
                least,
                least_in_window: if bursts { gap(LEAST_IN_WINDOW) } else { least },
                longest: LONGEST,
            },
        }
    }
}

impl Gaps {
    /// So many resources share so many requests per hour, of which so many are left to regular looks.
    /// Where not even all of them would do, the longest gap is what those left can keep.
    pub(crate) fn among(self, resources: usize, per_hour: f32, regular: f32) -> Self {
        let shared = |looks: f32| (resources as f32 / looks * HOUR_MS * SLACK) as i64;
        let longest = if shared(per_hour) > self.longest {
            shared(regular)
        } else {
            self.longest
        };
        Self { longest, ..self }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Slots come evenly, and so many times more often in one part of the day.
    fn demand(value: f32, window: Option<(usize, f32)>) -> Demand {
        let mut profile = Box::new([value; BINS]);
        if let Some((bin, times)) = window {
            profile[bin] *= times;
        }
        Demand {
            value: profile.clone(),
            releases: profile,
        }
    }

    fn looks(rates: &Rates, bins: std::ops::Range<usize>) -> f32 {
        rates[bins].iter().sum::<f32>() * (BIN_MS as f32 / HOUR_MS)
    }

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() <= b * 0.01
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn neither_the_budget_nor_an_hour_nor_a_resource_is_overrun(
            each in 10.0f64..40.0,
            bursts: bool,
            wanted in prop::collection::vec((0.0f32..40.0, 0..BINS, 1.0f32..2000.0), 1..16),
        ) {
            let limits = Limits::new(each * wanted.len() as f64, bursts);
            let demands: Vec<Demand> = wanted
                .iter()
                .map(|(value, bin, times)| demand(*value, Some((*bin, *times))))
                .collect();
            let all = allot(&demands, &limits);
            let sum: f32 = all.iter().map(|rates| looks(rates, 0..BINS)).sum();
            prop_assert!(sum <= limits.per_hour * 24.0 * 1.001, "{sum} a day");
            for hour in (0..BINS).step_by(BINS_PER_HOUR) {
                let sum: f32 = all.iter().map(|rates| looks(rates, hour..hour + BINS_PER_HOUR)).sum();
                prop_assert!(sum <= limits.hour * 1.001, "{sum} an hour");
            }
            let cap = HOUR_MS / limits.gaps.least_in_window as f32;
            let floor = HOUR_MS / limits.gaps.longest as f32;
            for bin in 0..BINS {
                let sum: f32 = all.iter().map(|rates| rates[bin]).sum();
                prop_assert!(sum <= limits.burst * 1.001);
                for rates in &all {
                    prop_assert!(rates[bin] <= cap * 1.001);
                    prop_assert!(rates[bin] >= floor || sum > limits.burst * 0.999);
                }
            }
        }
    }

    #[test]
    fn what_is_worth_four_times_as_much_is_looked_at_twice_as_often() {
        let limits = Limits::new(60.0, false);
        let all = allot(&[demand(1.0, None), demand(4.0, None)], &limits);
        assert!(near(all[0][100], 20.0), "{}", all[0][100]);
        assert!(near(all[1][100], 40.0), "{}", all[1][100]);
    }

    #[test]
    fn equal_demands_get_equal_looks() {
        let demands = [(); 5].map(|()| demand(3.0, Some((242, 300.0))));
        let all = allot(&demands, &Limits::new(100.0, true));
        assert!(all.iter().all(|rates| *rates == all[0]));
    }

    #[test]
    fn where_nothing_is_ever_expected_the_floor_is_kept() {
        let limits = Limits::new(60.0, false);
        let all = allot(&[demand(0.0, None), demand(4.0, None)], &limits);
        let gap = HOUR_MS / all[0][100];
        assert!(gap < 840_000.0 && gap > 600_000.0, "{gap}");
    }

    #[test]
    fn one_resource_is_not_pressed_however_much_may_be_asked() {
        let limits = Limits::new(720.0, true);
        let all = allot(&[demand(1e6, None)], &limits);
        assert!(
            all[0].iter().all(|rate| near(*rate, 120.0)),
            "every thirty seconds"
        );
        let all = allot(&[demand(1.0, Some((242, 1e6)))], &limits);
        assert!(near(all[0][242], 360.0), "every ten in its window");
        assert!(all[0][100] <= 120.0);
    }

    #[test]
    fn what_an_hour_cannot_take_the_others_share() {
        let mut busy = demand(0.01, None);
        busy.value[240..270].fill(1e4);
        let all = allot(&[busy], &Limits::new(60.0, false));
        assert!(looks(&all[0], 240..270) <= 60.0 * 1.8 * 1.001);
        let day = looks(&all[0], 0..BINS);
        assert!(near(day, 60.0 * 24.0), "{day}");
    }
}

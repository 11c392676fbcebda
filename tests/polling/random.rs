//! Numbers by name: the same seed is the same world on every machine.

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// A stream of numbers.
pub(crate) struct Stream(StdRng);

impl Stream {
    /// The stream with this name.
    pub(crate) fn new(name: &[u64]) -> Self {
        let seed = name.iter().fold(0x9E37_79B9_7F4A_7C15_u64, |seed, part| {
            (seed ^ part)
                .wrapping_mul(0xD6E8_FEB8_6659_FD93)
                .rotate_left(29)
        });
        Self(StdRng::seed_from_u64(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.random()
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// Standard normal.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Lognormal with this median and spread of the logarithm.
    pub(crate) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Poisson with this mean.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let floor = (-mean).exp();
        let (mut product, mut count) = (self.unit(), 0);
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

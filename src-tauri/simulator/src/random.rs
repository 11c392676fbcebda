//! Seeded streams of numbers.
//!
//! Everything in the city that looks accidental is drawn from a stream named by
//! what it is for (seed, doctor, day, …), so no draw depends on who asked first.
//! The generator is written out (`SplitMix64`), so a seed means the same city in
//! every release whatever the `rand` crate does.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "numbers are drawn here; every range is small and checked by its caller"
)]

/// One stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Stream(u64);

impl Stream {
    /// The stream with this name.
    pub(crate) fn new(name: &[u64]) -> Self {
        Self(mix(name))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.0)
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in 0..count; 0 when count is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Uniform in low..=high.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1) as f64) as i64
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
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

    /// Exponential with this mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Poisson with this mean (Knuth; means here stay below a hundred).
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// A GUID in the API's spelling.
    pub(crate) fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFF,
            8 + (low >> 62),
            (low >> 48) & 0xFFF,
            low & 0xFFFF_FFFF_FFFF,
        )
    }
}

/// One number out of several; the same for the same ones.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x243F_6A88_85A3_08D3, |state, part| {
        scramble(state.rotate_left(23) ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    })
}

/// A number for a text (FNV-1a).
pub(crate) fn text(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// A date as part of a stream's name.
pub(crate) fn day(date: chrono::NaiveDate) -> u64 {
    u64::from(chrono::Datelike::num_days_from_ce(&date).unsigned_abs())
}

/// Milliseconds, for durations drawn in seconds.
pub(crate) fn seconds(seconds: f64) -> chrono::TimeDelta {
    chrono::TimeDelta::milliseconds((seconds * 1000.0) as i64)
}

fn scramble(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn a_stream_is_its_name() {
        assert_eq!(Stream::new(&[1, 2]).next(), Stream::new(&[1, 2]).next());
        assert_ne!(Stream::new(&[1, 2]).next(), Stream::new(&[2, 1]).next());
    }

    #[test]
    fn poisson_and_normal_have_their_means() {
        let mut stream = Stream::new(&[7]);
        let total: usize = (0..10_000).map(|_| stream.poisson(6.0)).sum();
        assert!((58_000..62_000).contains(&total), "{total}");
        let above = (0..10_000).filter(|_| stream.normal() > 0.0).count();
        assert!((4_800..5_200).contains(&above), "{above}");
    }
}

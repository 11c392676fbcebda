//! Cities to judge policies on: the worlds S0–S4, and traces of somebody's own.

use std::{io::BufRead, path::Path};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::random::Stream;

/// A Monday at midnight in Moscow; no holidays for some months after it.
const START: &str = "2026-01-12T00:00:00+03:00";
const MINUTE: f64 = 60_000.0;
pub(crate) const DAY: i64 = 86_400_000;
/// Parts of two minutes, as the scheduler plans them.
pub(crate) const BINS: usize = 720;

/// Where everything happens. Moments are milliseconds since the start.
pub(crate) struct World {
    pub name: String,
    pub clinics: Vec<Clinic>,
    /// By the moment they appear.
    pub openings: Vec<Opening>,
    pub learn_days: i64,
    pub score_days: i64,
    /// The world's own law, where there is one.
    pub truth: Option<Truth>,
}

pub(crate) struct Clinic {
    pub id: String,
    pub vendor: &'static str,
    pub pairs: Vec<Pair>,
}

/// A watched specialty of a clinic.
pub(crate) struct Pair {
    pub id: String,
    /// Who waits for it.
    pub weight: f64,
    pub doctors: usize,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub clinic: usize,
    pub pair: usize,
    pub doctor: usize,
    pub appears: i64,
    pub gone: i64,
    /// Stands for the time of the visit: the dates of a row are the least and the greatest.
    pub visit: u64,
    /// Does the clinic's row, does the list's row show it?
    pub shown: (bool, bool),
}

/// Releases a day of each clinic and pair, by part of the day.
pub(crate) struct Truth(Vec<Law>);

struct Law {
    rate: f64,
    shares: Vec<f64>,
    burst: f64,
    sigma: f64,
    nights: bool,
    /// Minutes after midnight, by weekday.
    times: Vec<Vec<f64>>,
    /// The same after the habit moved, and when it does.
    moved: Option<(i64, Vec<Vec<f64>>)>,
}

/// What a world is like besides its letter.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Twist {
    /// Rows of the clinics of some vendors show half of the openings.
    pub lies: bool,
    /// All habits move in the middle of the scored time.
    pub moves: bool,
}

pub(crate) fn start() -> DateTime<Utc> {
    START.parse().unwrap_or_default()
}

impl World {
    /// One hundred watches on 30 specialties of 12 clinics, as in the standard work.
    pub(crate) fn standard(name: &str, seed: u64, days: i64, twist: Twist) -> Result<Self> {
        let (burst, sigma, nights, unequal) = match name {
            "S0" => (0.0, 1.0, false, false),
            "S1" => (0.0, 1.0, false, true),
            "S2" => (0.0, 1.0, true, true),
            "S3" => (0.5, 10.0, true, true),
            "S4" => (0.8, 3.0, true, true),
            _ => bail!("there are worlds S0 to S4, not «{name}»"),
        };
        let (learn_days, score_days) = (days, days);
        let mut stream = Stream::new(&[seed, 0xC1]);
        let mut clinics: Vec<Clinic> = (0..12)
            .map(|clinic| Clinic {
                id: format!("c{clinic:02}"),
                vendor: ["A", "B", "C", "D"][clinic % 4],
                pairs: (0..if clinic % 2 == 0 { 3 } else { 2 })
                    .map(|pair| Pair {
                        id: format!("p{pair}"),
                        weight: 0.0,
                        doctors: 4,
                    })
                    .collect(),
            })
            .collect();
        share_out(&mut clinics, 100, &mut stream);
        let mut laws = Vec::new();
        for clinic in &clinics {
            let rate = if unequal {
                stream.lognormal(6.0, 1.0).clamp(0.3, 60.0)
            } else {
                6.0
            };
            let mut habits = || (0..7).map(|_| habit(&mut stream)).collect::<Vec<_>>();
            // A habit that moves is one of all days: of a single weekday nothing new could be known.
            let (times, moved) = if twist.moves {
                let (before, after) = (habits().swap_remove(0), habits().swap_remove(1));
                let middle = learn_days + score_days / 2;
                (vec![before; 7], Some((middle, vec![after; 7])))
            } else {
                (habits(), None)
            };
            laws.push(Law {
                rate,
                shares: vec![1.0 / clinic.pairs.len() as f64; clinic.pairs.len()],
                burst,
                sigma,
                nights,
                times,
                moved,
            });
        }
        let mut openings = Vec::new();
        for (index, (clinic, law)) in clinics.iter().zip(&laws).enumerate() {
            for day in 0..learn_days + score_days {
                for _ in 0..stream.poisson(law.rate) {
                    let appears = day * DAY + (law.moment(day, &mut stream) * MINUTE) as i64;
                    let life = stream.lognormal(20.0, 1.0).clamp(0.3, 2880.0) * MINUTE;
                    let pair = stream.below(clinic.pairs.len());
                    let liar = twist.lies && clinic.vendor == "D";
                    openings.push(Opening {
                        clinic: index,
                        pair,
                        doctor: stream.below(clinic.pairs[pair].doctors),
                        appears: appears.max(0),
                        gone: appears + life as i64,
                        visit: stream.next(),
                        shown: (!liar || stream.chance(0.5), true),
                    });
                }
            }
        }
        openings.sort_by_key(|opening| opening.appears);
        Ok(Self {
            name: name.to_owned(),
            clinics,
            openings,
            learn_days,
            score_days,
            truth: Some(Truth(laws)),
        })
    }

    /// What somebody recorded: a head, then a line for each opening.
    pub(crate) fn trace(path: &Path) -> Result<Self> {
        let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
        let mut lines = std::io::BufReader::new(file).lines();
        let head = lines.next().context("the trace is empty")??;
        let head: Head = serde_json::from_str(&head).context("line 1 is no head of a trace")?;
        ensure!(
            !head.keys.is_empty() && head.learn_days >= 0 && head.score_days > 0,
            "a trace has keys and days to score"
        );
        let mut clinics: Vec<Clinic> = Vec::new();
        let mut places = Vec::new();
        for key in head.keys {
            ensure!(
                key.weight.is_finite() && key.weight >= 0.0,
                "a weight is a number from 0 on"
            );
            let clinic = clinics.iter().position(|clinic| clinic.id == key.clinic);
            let clinic = clinic.unwrap_or_else(|| {
                clinics.push(Clinic {
                    id: key.clinic.clone(),
                    vendor: "",
                    pairs: Vec::new(),
                });
                clinics.len() - 1
            });
            clinics[clinic].pairs.push(Pair {
                id: key.specialty,
                weight: key.weight,
                doctors: 1,
            });
            places.push((clinic, clinics[clinic].pairs.len() - 1));
        }
        let mut openings = Vec::new();
        for (number, line) in (2..).zip(lines) {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let row: Row = serde_json::from_str(&line)
                .with_context(|| format!("line {number} of the trace"))?;
            let Some((clinic, pair)) = places.get(row.key).copied() else {
                bail!("line {number}: there is no key {}", row.key);
            };
            ensure!(
                row.appears.is_finite() && row.gone.is_finite() && row.appears <= row.gone,
                "line {number}: it is gone before it appears"
            );
            openings.push(Opening {
                clinic,
                pair,
                doctor: 0,
                appears: (row.appears * 1000.0) as i64,
                gone: (row.gone * 1000.0) as i64,
                visit: number,
                shown: (true, true),
            });
        }
        openings.sort_by_key(|opening| opening.appears);
        Ok(Self {
            name: "trace".to_owned(),
            clinics,
            openings,
            learn_days: head.learn_days,
            score_days: head.score_days,
            truth: None,
        })
    }

    /// Openings in the scored days.
    pub(crate) fn scored(&self, appears: i64) -> bool {
        let day = appears.div_euclid(DAY);
        (self.learn_days..self.learn_days + self.score_days).contains(&day)
    }

    pub(crate) fn end(&self) -> i64 {
        (self.learn_days + self.score_days) * DAY
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    keys: Vec<KeyRow>,
    learn_days: i64,
    score_days: i64,
}

#[derive(Deserialize)]
struct KeyRow {
    clinic: String,
    specialty: String,
    #[serde(default = "one")]
    weight: f64,
}

fn one() -> f64 {
    1.0
}

#[derive(Deserialize)]
struct Row {
    key: usize,
    appears: f64,
    gone: f64,
}

/// So many watches, by Zipf's law over the clinics and evenly over a clinic's specialties.
fn share_out(clinics: &mut [Clinic], watches: usize, stream: &mut Stream) {
    let mut ranks: Vec<usize> = (0..clinics.len()).collect();
    stream.shuffle(&mut ranks);
    let total: f64 = (1..=ranks.len()).map(|rank| 1.0 / rank as f64).sum();
    for (clinic, rank) in clinics.iter_mut().zip(ranks) {
        let share = watches as f64 / total / (rank + 1) as f64;
        let pairs = clinic.pairs.len() as f64;
        for pair in &mut clinic.pairs {
            pair.weight = share / pairs;
        }
    }
}

fn habit(stream: &mut Stream) -> Vec<f64> {
    let count = 1 + stream.below(2);
    (0..count).map(|_| 420.0 + stream.unit() * 780.0).collect()
}

impl Law {
    fn times(&self, day: i64) -> &[f64] {
        let times = match &self.moved {
            Some((from, after)) if day >= *from => after,
            Some(_) | None => &self.times,
        };
        &times[day.rem_euclid(7) as usize]
    }

    /// Minutes after midnight.
    fn moment(&self, day: i64, stream: &mut Stream) -> f64 {
        if stream.chance(self.burst) {
            let times = self.times(day);
            let spread = stream.normal().clamp(-3.0, 3.0) * self.sigma;
            return times[stream.below(times.len())] + spread;
        }
        let part = stream.unit();
        match (self.nights, self.nights && stream.chance(0.1)) {
            (false, _) => part * 1440.0,
            (true, false) => 420.0 + part * 840.0,
            // 21:00–24:00 and 0:00–7:00, as one day's two ends
            (true, true) if part < 0.3 => 1260.0 + part * 600.0,
            (true, true) => (part - 0.3) * 600.0,
        }
    }

    fn density(&self, day: i64, minute: f64) -> f64 {
        let even = match self.nights {
            false => 1.0 / 1440.0,
            true if (420.0..1260.0).contains(&minute) => 0.9 / 840.0,
            true => 0.1 / 600.0,
        };
        let times = self.times(day);
        let bell = |time: &f64| {
            let away = (minute - time) / self.sigma;
            (-away * away / 2.0).exp() / (self.sigma * std::f64::consts::TAU.sqrt())
        };
        let bursts = times.iter().map(bell).sum::<f64>() / times.len() as f64;
        (1.0 - self.burst) * even + self.burst * bursts
    }
}

impl Truth {
    /// Releases a day that this day (since the start) brings to a pair.
    pub(crate) fn profile(&self, clinic: usize, pair: usize, day: i64) -> Box<[f32; BINS]> {
        let law = &self.0[clinic];
        let mut profile = Box::new([0.0; BINS]);
        for (bin, value) in profile.iter_mut().enumerate() {
            let minute = bin as f64 * 2.0 + 1.0;
            *value = (law.rate * law.shares[pair] * law.density(day, minute) * 1440.0) as f32;
        }
        profile
    }

    /// Releases a day on average.
    pub(crate) fn rate(&self, clinic: usize, pair: usize) -> f64 {
        self.0[clinic].rate * self.0[clinic].shares[pair]
    }
}

//! All policies in all worlds, and how they compare.

use std::{collections::BTreeMap, fmt, sync::Mutex, thread};

use serde::Serialize;

use crate::{
    ours::{self, Policy, Run},
    peers::{self, PEERS},
    score::Score,
    world::World,
};

/// Every world's scores, each the mean over the seeds.
#[derive(Serialize)]
pub(crate) struct Report {
    worlds: BTreeMap<String, Scores>,
}

/// What each policy reached in one world.
#[derive(Serialize)]
struct Scores {
    learning: Score,
    /// As the program is set at first: no bursts in learned windows.
    calm: Score,
    even: Score,
    sqrt: Score,
    #[serde(skip_serializing_if = "Option::is_none")]
    oracle: Option<Score>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    peers: BTreeMap<String, Score>,
}

/// Runs everything, a world and a policy a job, on all processors.
pub(crate) fn run(
    worlds: &[Vec<World>],
    first: u64,
    budget_per_hour: u32,
    distrust: bool,
) -> Report {
    let mut jobs: Vec<(usize, &World, u64, String)> = Vec::new();
    for (index, of_seeds) in worlds.iter().enumerate() {
        for (seed, world) in (first..).zip(of_seeds) {
            let ours = ["learning", "calm", "even", "sqrt", "oracle"].into_iter();
            let ours = ours.filter(|name| world.truth.is_some() || *name != "oracle");
            jobs.extend(ours.map(|name| (index, world, seed, name.to_owned())));
            if world.truth.is_some() {
                let names = PEERS
                    .iter()
                    .flat_map(|peer| [peer.name.to_owned(), format!("{}, any doctor", peer.name)]);
                jobs.extend(names.map(|name| (index, world, seed, name)));
            }
        }
    }
    let done = in_parallel(jobs, |(index, world, seed, name)| {
        let score = one(world, seed, &name, budget_per_hour, distrust);
        (index, name, score)
    });
    let scores = |index: usize| {
        let mean = |name: &str| {
            let of_name = done
                .iter()
                .filter(|(world, of, _)| (*world, of.as_str()) == (index, name));
            mean(&of_name.map(|(_, _, score)| score).collect::<Vec<_>>())
        };
        let known = worlds[index].iter().all(|world| world.truth.is_some());
        let peers = PEERS
            .iter()
            .flat_map(|peer| [peer.name.to_owned(), format!("{}, any doctor", peer.name)]);
        Scores {
            learning: mean("learning"),
            calm: mean("calm"),
            even: mean("even"),
            sqrt: mean("sqrt"),
            oracle: known.then(|| mean("oracle")),
            peers: peers
                .filter(|_| known)
                .map(|name| (name.clone(), mean(&name)))
                .collect(),
        }
    };
    let named = worlds
        .iter()
        .enumerate()
        .filter_map(|(index, of_seeds)| Some((of_seeds.first()?.name.clone(), scores(index))));
    Report {
        worlds: named.collect(),
    }
}

/// Does all of these on all processors, in any order.
pub(crate) fn in_parallel<J: Send, D: Send>(jobs: Vec<J>, work: impl Fn(J) -> D + Sync) -> Vec<D> {
    let queue = Mutex::new(jobs.into_iter());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let job = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some(job) = job else {
                        break;
                    };
                    let result = work(job);
                    if let Ok(mut done) = done.lock() {
                        done.push(result);
                    }
                }
            });
        }
    });
    done.into_inner().unwrap_or_default()
}

fn one(world: &World, seed: u64, name: &str, budget_per_hour: u32, distrust: bool) -> Score {
    let policy = match name {
        "learning" => Policy::Learning,
        "calm" => Policy::Calm,
        "even" => Policy::Even,
        "sqrt" => Policy::Sqrt,
        "oracle" => Policy::Oracle,
        _ => {
            let (client, any) = match name.strip_suffix(", any doctor") {
                Some(client) => (client, true),
                None => (name, false),
            };
            let peer = PEERS.iter().find(|peer| peer.name == client);
            return peer.map_or_else(Score::default, |peer| peers::run(world, peer, any, seed));
        }
    };
    let run = Run {
        policy,
        seed,
        budget_per_hour,
        distrust,
    };
    ours::run(world, run)
}

/// The mean over seeds; of what may not be exceeded, the most.
fn mean(scores: &[&Score]) -> Score {
    let many = scores.len() as f64;
    let mean = |of: fn(&Score) -> f64| scores.iter().map(|score| of(score)).sum::<f64>() / many;
    let most = |of: fn(&Score) -> f64| scores.iter().map(|score| of(score)).fold(0.0, f64::max);
    let days = scores
        .iter()
        .map(|score| score.by_day.len())
        .min()
        .unwrap_or(0);
    Score {
        mean_secs: mean(|score| score.mean_secs),
        p95_secs: mean(|score| score.p95_secs),
        max_gap_secs: most(|score| score.max_gap_secs),
        seen_share: mean(|score| score.seen_share),
        missed_long: scores.iter().map(|score| score.missed_long).sum(),
        requests_per_hour: mean(|score| score.requests_per_hour),
        k_eff: mean(|score| score.k_eff),
        most_in: [0, 1, 2].map(|window| {
            scores
                .iter()
                .map(|score| score.most_in[window])
                .max()
                .unwrap_or(0)
        }),
        by_day: (0..days)
            .map(|day| {
                let known = || {
                    scores
                        .iter()
                        .map(|score| score.by_day[day])
                        .filter(|it| it.is_finite())
                };
                known().sum::<f64>() / known().count() as f64
            })
            .collect(),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, scores) in &self.worlds {
            writeln!(
                out,
                "{name:<26}  gain  mean s   p95 s  gap s   seen  missed   req/h   K_eff  most in 1 s, 60 s, 1 h"
            )?;
            let ours = [
                ("learning", Some(&scores.learning)),
                ("learning, no bursts", Some(&scores.calm)),
                ("even", Some(&scores.even)),
                ("static square root", Some(&scores.sqrt)),
                ("oracle", scores.oracle.as_ref()),
            ];
            let rows = ours
                .into_iter()
                .filter_map(|(name, score)| Some((name, score?)));
            let peers = scores
                .peers
                .iter()
                .map(|(name, score)| (name.as_str(), score));
            for (name, score) in rows.chain(peers) {
                let gain = scores.even.mean_secs / score.mean_secs;
                writeln!(
                    out,
                    "  {name:<24} ×{gain:<5.2}{:>7.1} {:>7.0} {:>6.0} {:>6.3} {:>7} {:>7.0} {:>7.2}  {:?}",
                    score.mean_secs,
                    score.p95_secs,
                    score.max_gap_secs,
                    score.seen_share,
                    score.missed_long,
                    score.requests_per_hour,
                    score.k_eff,
                    score.most_in,
                )?;
            }
            if let Some(oracle) = &scores.oracle {
                let share = oracle.mean_secs / scores.learning.mean_secs;
                writeln!(
                    out,
                    "  learning reaches {:.1} % of the oracle's gain",
                    share * 100.0
                )?;
                let days: Vec<String> = scores
                    .learning
                    .by_day
                    .iter()
                    .zip(&oracle.by_day)
                    .map(|(ours, best)| format!("{:.2}", best / ours))
                    .collect();
                writeln!(out, "  by day: {}", days.join(" "))?;
            }
        }
        Ok(())
    }
}

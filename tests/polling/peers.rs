//! The loops of existing clients, as they ask.

use crate::{
    random::Stream,
    score::{Score, Tally},
    world::{DAY, World},
};

/// Mean of an answer's time whose median is 0.85 s.
const ANSWER_SECS: f64 = 0.85;
const ANSWER_SIGMA: f64 = 0.4;
/// Of all doctors, so many have free slots standing: some clients ask for those of each.
const STANDING: f64 = 0.31;
/// They learn nothing: a week shows what they do.
const SCORED_DAYS: i64 = 7;

/// A client's loop.
pub(crate) struct Peer {
    pub name: &'static str,
    /// Seconds between two passes: after the last answer, or by the clock.
    rest: Rest,
    /// Seconds before or between requests.
    between: f64,
    /// What a watch costs in a pass.
    asks: Asks,
    /// All of a pass at once.
    parallel: bool,
}

enum Rest {
    After(f64),
    Every(f64),
}

#[derive(Clone, Copy, PartialEq)]
enum Asks {
    /// The list of the pair, for each doctor watched by anybody.
    ListPerDoctor,
    /// The slots of each doctor watched by anybody.
    SlotsPerDoctor,
    /// The slots of each doctor, for each watch.
    SlotsPerWatch,
    /// The list and the slots of each doctor, for each watch.
    ListAndSlotsPerWatch,
    /// Each watched pair's list once, and the slots of watched doctors that have any.
    ListsOnceAndSlots,
}

pub(crate) const PEERS: [Peer; 7] = [
    Peer {
        name: "cucumberian",
        rest: Rest::After(120.0),
        between: 1.0,
        asks: Asks::ListPerDoctor,
        parallel: false,
    },
    Peer {
        name: "lysmux",
        rest: Rest::Every(300.0),
        between: 0.0,
        asks: Asks::SlotsPerDoctor,
        parallel: false,
    },
    Peer {
        name: "elisevgeniy",
        rest: Rest::Every(300.0),
        between: 0.0,
        asks: Asks::SlotsPerWatch,
        parallel: true,
    },
    Peer {
        name: "coollappsus",
        rest: Rest::After(30.0),
        between: 0.0,
        asks: Asks::SlotsPerWatch,
        parallel: false,
    },
    Peer {
        name: "vispar",
        rest: Rest::After(10.0),
        between: 0.0,
        asks: Asks::ListAndSlotsPerWatch,
        parallel: false,
    },
    Peer {
        name: "Miclell",
        rest: Rest::After(60.0),
        between: 0.0,
        asks: Asks::SlotsPerWatch,
        parallel: false,
    },
    Peer {
        name: "Kalikoff",
        rest: Rest::After(300.0),
        between: 0.4,
        asks: Asks::ListsOnceAndSlots,
        parallel: false,
    },
];

type Doctor = (usize, usize, usize);

/// A person's wish: a chosen doctor, or any of a specialty.
struct Watch {
    doctors: Vec<Doctor>,
}

/// Runs a client through a week of the scored time. `any`: people wait for any doctor, not for one.
pub(crate) fn run(world: &World, peer: &Peer, any: bool, seed: u64) -> Score {
    let mut stream = Stream::new(&[seed, 0x9EE2, u64::from(any)]);
    let watches = watches(world, any, &mut stream);
    let mut shown: Vec<(Doctor, Vec<i64>)> = Vec::new();
    let mut note = |doctor: Doctor, at: i64| match shown.iter_mut().find(|(it, _)| *it == doctor) {
        Some((_, times)) => times.push(at),
        None => shown.push((doctor, vec![at])),
    };
    let mut tally = Tally::default();
    let begin = world.learn_days * DAY;
    let end = begin + SCORED_DAYS.min(world.score_days) * DAY;
    // Each request shows some doctors.
    let pass = requests(peer, &watches, &mut stream);
    let mut now = begin - DAY / 24;
    while now < end {
        let start = now;
        for shows in &pass {
            let answer = stream.lognormal(ANSWER_SECS, ANSWER_SIGMA) * 1000.0;
            let asked = if peer.parallel {
                start
            } else {
                now + (peer.between * 1000.0) as i64
            };
            let answered = asked + answer as i64;
            tally.request(world, asked);
            for doctor in shows {
                note(*doctor, answered);
            }
            now = if peer.parallel {
                now.max(answered)
            } else {
                answered
            };
        }
        now = match peer.rest {
            Rest::After(secs) => now + (secs * 1000.0) as i64,
            Rest::Every(secs) => {
                let every = (secs * 1000.0) as i64;
                (now / every + 1) * every
            }
        };
    }
    for opening in world
        .openings
        .iter()
        .filter(|it| (begin..end).contains(&it.appears))
    {
        let doctor = (opening.clinic, opening.pair, opening.doctor);
        let waiting = watches
            .iter()
            .filter(|watch| watch.doctors.contains(&doctor))
            .count();
        if waiting == 0 {
            continue;
        }
        let times = shown
            .iter()
            .find(|(it, _)| *it == doctor)
            .map(|(_, times)| times);
        let told = times.and_then(|times| {
            let first = times.partition_point(|at| *at < opening.appears);
            times.get(first).copied().filter(|at| *at < opening.gone)
        });
        match told {
            Some(at) => tally.told(world, opening, waiting as f64, at),
            None => tally.missed(world, opening, waiting as f64),
        }
    }
    tally.score(world, SCORED_DAYS.min(world.score_days))
}

fn watches(world: &World, any: bool, stream: &mut Stream) -> Vec<Watch> {
    let mut watches = Vec::new();
    let mut owed = 0.0;
    for (clinic, facts) in world.clinics.iter().enumerate() {
        for (pair, place) in facts.pairs.iter().enumerate() {
            owed += place.weight;
            while owed >= 0.5 {
                owed -= 1.0;
                let doctors = if any {
                    (0..place.doctors)
                        .map(|doctor| (clinic, pair, doctor))
                        .collect()
                } else {
                    vec![(clinic, pair, stream.below(place.doctors))]
                };
                watches.push(Watch { doctors });
            }
        }
    }
    watches
}

/// The requests of a pass, each with the doctors it shows.
fn requests(peer: &Peer, watches: &[Watch], stream: &mut Stream) -> Vec<Vec<Doctor>> {
    let mut doctors: Vec<Doctor> = watches.iter().flat_map(|it| it.doctors.clone()).collect();
    doctors.sort_unstable();
    doctors.dedup();
    let all_of = |pair: (usize, usize)| -> Vec<Doctor> {
        doctors
            .iter()
            .copied()
            .filter(|it| (it.0, it.1) == pair)
            .collect()
    };
    match peer.asks {
        Asks::ListPerDoctor => doctors.iter().map(|it| all_of((it.0, it.1))).collect(),
        Asks::SlotsPerDoctor => doctors.iter().map(|it| vec![*it]).collect(),
        Asks::SlotsPerWatch => watches
            .iter()
            .flat_map(|watch| watch.doctors.iter().map(|it| vec![*it]))
            .collect(),
        Asks::ListAndSlotsPerWatch => watches
            .iter()
            .flat_map(|watch| {
                let list = std::iter::once(watch.doctors.clone());
                list.chain(watch.doctors.iter().map(|it| vec![*it]))
            })
            .collect(),
        Asks::ListsOnceAndSlots => {
            let mut pairs: Vec<(usize, usize)> = doctors.iter().map(|it| (it.0, it.1)).collect();
            pairs.dedup();
            let any = watches.iter().any(|watch| watch.doctors.len() > 1);
            pairs
                .into_iter()
                .flat_map(|pair| {
                    let standing = all_of(pair).into_iter();
                    // Who waits for one doctor has the slots read in any case.
                    let standing = standing.filter(|_| !any || stream.chance(STANDING));
                    let slots: Vec<Vec<Doctor>> = standing.map(|it| vec![it]).collect();
                    std::iter::once(all_of(pair)).chain(slots)
                })
                .collect()
        }
    }
}

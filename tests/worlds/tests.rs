//! Random worlds among the tests, and whether whoever judges them sees anything.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use chrono::TimeDelta;
use engine::model::MessageKind;
use flows::worlds::{
    Plan, drive, oracle,
    record::{Fate, Seen},
    run,
};

/// Worlds of the tests, and their days. `cargo xtask dst` runs longer ones.
const WORLDS: u64 = 200;
const DAYS: u32 = 1;

#[test]
fn small_worlds_keep_every_promise() {
    let next = AtomicU64::new(0);
    let failed = thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut failed = Vec::new();
                    loop {
                        let seed = next.fetch_add(1, Ordering::SeqCst);
                        if seed >= WORLDS {
                            return failed;
                        }
                        let violations = run(&Plan::of(seed, DAYS)).violations;
                        failed.extend(violations.into_iter().map(|it| (seed, it)));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert!(
        failed.is_empty(),
        "{failed:#?}\nagain: cargo xtask dst --seeds {0}..{1} --days {DAYS} --trace",
        failed[0].0,
        failed[0].0 + 1,
    );
}

#[test]
fn the_same_number_is_the_same_world_request_for_request() {
    for seed in [1, 2, 3] {
        let plan = Plan::of(seed, 1);
        let (once, again) = (run(&plan).trace, run(&plan).trace);
        assert!(once.len() > 100, "{} lines", once.len());
        let differs = once.iter().zip(&again).find(|(a, b)| a != b);
        assert_eq!((differs, once.len()), (None, again.len()), "world {seed}");
    }
}

/// A promise that is broken by falsifying what was seen in a world in which all were kept.
type Forgery = (&'static str, fn(&mut Seen));

const FORGERIES: [Forgery; 4] = [
    ("what was seen is told", |seen| seen.told.clear()),
    ("nothing is invented", |seen| {
        let told = seen.told.iter_mut();
        let mut told = told.filter(|it| it.kind == MessageKind::Appeared && !it.fresh.is_empty());
        told.next().expect("something is told").fresh[0].1 += TimeDelta::minutes(7);
    }),
    ("nothing is told twice", |seen| {
        let told = seen.told.iter();
        let mut twice = told
            .filter(|it| it.kind == MessageKind::Appeared && it.taken == Fate::Yes)
            .find(|it| !it.fresh.is_empty() && !seen.kills.contains(&it.at))
            .expect("something is taken")
            .clone();
        twice.at += TimeDelta::seconds(1);
        seen.told.push(twice);
    }),
    ("requests keep the budget", |seen| {
        let first = seen.asked[0].clone();
        seen.asked.extend(std::iter::repeat_n(first, 900));
    }),
];

#[test]
fn whoever_judges_notices_what_is_falsified() {
    let (seen, end, _folder) = drive::live(&Plan::of(4, 2));
    assert_eq!(oracle::judge(&seen, &end), []);
    for (promise, forge) in FORGERIES {
        let mut forged = seen.clone();
        forge(&mut forged);
        let found = oracle::judge(&forged, &end);
        assert!(!found.is_empty(), "{promise}");
        assert!(
            found.iter().all(|it| it.check == promise),
            "{promise}: {found:?}"
        );
    }
}

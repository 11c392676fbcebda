//! Random worlds among the tests, and whether whoever judges them sees anything.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use chrono::TimeDelta;
use engine::model::MessageKind;
use flows::worlds::{Plan, drive, oracle, record::Fate, run};

/// Worlds of the tests, and their days. `cargo xtask dst` runs longer ones.
const WORLDS: u64 = 300;
const DAYS: u32 = 1;

#[test]
fn three_hundred_small_worlds_keep_every_promise() {
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
        let plan = Plan::of(seed, 2);
        let (once, again) = (run(&plan).trace, run(&plan).trace);
        assert!(once.len() > 100, "{} lines", once.len());
        let differs = once.iter().zip(&again).find(|(a, b)| a != b);
        assert_eq!((differs, once.len()), (None, again.len()), "world {seed}");
    }
}

/// Falsifies what was seen in a world; gives which promises seem broken then.
fn falsified(change: impl Fn(&mut flows::worlds::record::Seen)) -> Vec<&'static str> {
    let (mut seen, end, _folder) = drive::live(&Plan::of(TOLD, 3));
    assert_eq!(oracle::judge(&seen, &end), []);
    change(&mut seen);
    let found = oracle::judge(&seen, &end);
    let mut checks: Vec<_> = found.into_iter().map(|it| it.check).collect();
    checks.dedup();
    checks
}

/// A world in which much is told.
const TOLD: u64 = 4;

#[test]
fn a_message_that_nobody_heard_is_missed() {
    let checks = falsified(|seen| seen.told.clear());
    assert_eq!(checks, ["what was seen is told"]);
}

#[test]
fn a_slot_that_no_answer_had_is_invented() {
    let checks = falsified(|seen| {
        let told = seen.told.iter_mut();
        let first = told.filter(|it| it.kind == MessageKind::Appeared).find(|it| !it.fresh.is_empty());
        first.unwrap().fresh[0].1 += TimeDelta::minutes(7);
    });
    assert_eq!(checks, ["nothing is invented"]);
}

#[test]
fn a_message_that_comes_twice_is_noticed() {
    let checks = falsified(|seen| {
        let told = seen.told.iter();
        let mut twice = told
            .filter(|it| it.kind == MessageKind::Appeared && it.taken == Fate::Yes)
            .find(|it| !it.fresh.is_empty() && seen.kills.iter().all(|at| *at != it.at))
            .unwrap()
            .clone();
        twice.at += TimeDelta::seconds(1);
        seen.told.push(twice);
    });
    assert_eq!(checks, ["nothing is told twice"]);
}

#[test]
fn requests_beyond_the_budget_are_counted() {
    let checks = falsified(|seen| {
        let first = seen.asked[0].clone();
        seen.asked.extend(std::iter::repeat_n(first, 900));
    });
    assert_eq!(checks, ["requests keep the budget"]);
}

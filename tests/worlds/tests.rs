//! Random worlds among the tests, and whether whoever judges them sees anything.

use std::{
    fs,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use chrono::TimeDelta;
use engine::model::{MessageKind, News};
use flows::worlds::{
    Plan, drive,
    oracle::{self, End},
    record::{Fate, Seen, Told},
    run,
};
use rusqlite::Connection;

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
type Forgery = (&'static str, fn(&mut Seen, &mut End));

const FORGERIES: [Forgery; 12] = [
    ("operations succeed", |seen, _| {
        seen.trace.push("FAILED to save".to_owned());
    }),
    ("what was seen is told", |seen, _| seen.told.clear()),
    ("what was seen is told", |seen, _| {
        let count = seen.ears;
        assert!(count > 1, "one channel that hears nothing is noticed");
        seen.told.retain(|told| told.ear + 1 != count);
    }),
    ("what was seen is told", |seen, _| {
        for told in &mut seen.told {
            told.at += TimeDelta::minutes(30);
        }
    }),
    ("nothing is invented", |seen, _| {
        let told = seen.told.iter_mut();
        let mut told = told.filter(|it| it.kind == MessageKind::Appeared && !it.fresh.is_empty());
        told.next().expect("something is told").fresh[0].1 += TimeDelta::minutes(7);
    }),
    ("nothing is told twice", |seen, _| {
        let twice = taken(seen);
        seen.told.push(twice);
    }),
    // Nor beside something new.
    ("nothing is told twice", |seen, _| {
        let mut twice = taken(seen);
        let other = seen.told.iter().find(|it| {
            let before = it.at < twice.at && it.alert != twice.alert;
            before && (it.ear, it.watch) == (twice.ear, twice.watch) && !it.fresh.is_empty()
        });
        let other = other.expect("something else is told").fresh.clone();
        for told in &mut seen.told {
            told.fresh.retain(|slot| !other.contains(slot));
        }
        twice.fresh.extend(other);
        seen.told.push(twice);
    }),
    ("requests keep the budget", |seen, _| {
        let first = seen.asked[0].clone();
        seen.asked.extend(std::iter::repeat_n(first, 900));
    }),
    ("silence and its end are told once", |seen, end| {
        let (since, until) = (end.now, end.now);
        seen.news
            .push((0, end.now, News::Recovered { since, until }));
    }),
    ("silence and its end are told once", |seen, end| {
        let news = News::Morning { times: 1, left: 1 };
        let at = end.now - TimeDelta::minutes(10);
        seen.news.extend([(0, at, news.clone()), (0, at, news)]);
    }),
    ("watches are looked at again", |_, end| {
        end.views
            .first_mut()
            .expect("something is watched")
            .checked_at = None;
    }),
    ("the database is sound", |_, end| {
        let stuck = end.database.with_extension("stuck");
        fs::copy(&end.database, &stuck).expect("there is room");
        Connection::open(&stuck)
            .and_then(|file| file.execute("UPDATE outbox SET state = 'due', next_at = 0", ()))
            .expect("it can be written");
        end.database = stuck;
    }),
];

/// The last message that was taken, a second later.
fn taken(seen: &Seen) -> Told {
    let told = seen.told.iter();
    let mut taken = told
        .filter(|it| it.kind == MessageKind::Appeared && it.taken == Fate::Yes)
        .rfind(|it| !it.fresh.is_empty() && !seen.kills.contains(&it.at))
        .expect("something is taken")
        .clone();
    taken.at += TimeDelta::seconds(1);
    taken
}

#[test]
fn whoever_judges_notices_what_is_falsified() {
    let (seen, end, _folder) = drive::live(&Plan::of(24, 2));
    assert_eq!(oracle::judge(&seen, &end), []);
    for (number, (promise, forge)) in FORGERIES.iter().enumerate() {
        let (mut seen, mut end) = (seen.clone(), end.clone());
        forge(&mut seen, &mut end);
        let found = oracle::judge(&seen, &end);
        assert!(!found.is_empty(), "{number}: {promise}");
        assert!(
            found.iter().all(|it| it.check == *promise),
            "{number}: {promise}: {found:?}"
        );
    }
}

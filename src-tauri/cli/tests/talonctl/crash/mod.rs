//! The program is killed: at every named step, and at any moment.

mod database;
mod files;
mod stop;
mod telegram;
mod update;
mod world;

use std::{collections::BTreeSet, env, io::Write, time::Duration};

use engine::failpoints::STEPS;
use tokio::{process::Command, task::JoinSet, time::Instant};

use self::world::{End, World};

/// What a world without Telegram passes before it has seen everything once,
const FIRST: [&str; 5] = ["migrating", "migrated", "listing", "listed", "members kept"];
/// and in every life.
const ALWAYS: [&str; 10] = [
    "released",
    "answered",
    "committing",
    "committed",
    "leasing",
    "leased",
    "telling",
    "told",
    "settling",
    "settled",
];
/// A data folder lives through so many kills.
const KILLS_A_WORLD: u32 = 100;
/// Between two lives in peace.
const KILLS_BEFORE_PEACE: u32 = 20;

/// The program, which dies when it passes this step for the n-th time.
fn dying_at(mut command: Command, step: &str, pass: u32) -> Command {
    command.env("TALONCHIK_DIE_AT", format!("{step}:{pass}"));
    command
}

/// One world until it has seen so many kills: half of them at steps, in turn.
async fn storm(seed: u64, kills: u32) -> World {
    let mut world = World::new(seed).await;
    // Only a failure shows it.
    #[expect(clippy::print_stdout, reason = "what a test prints")]
    {
        println!("world {seed} is in {}", world.folder().display());
    }
    for step in FIRST {
        world.live(End::Step(step, 1)).await;
    }
    world.peace().await;
    let mut steps = ALWAYS.iter().cycle();
    while world.kills < kills {
        let end = if world.kills.is_multiple_of(2) {
            // Each first pass first.
            let pass = if world.died_at == every_step() {
                world.any_pass()
            } else {
                1
            };
            End::Step(steps.next().unwrap(), pass)
        } else {
            world.any_time()
        };
        world.live(end).await;
        if world.kills.is_multiple_of(KILLS_BEFORE_PEACE) {
            world.peace().await;
        }
    }
    world.peace().await;
    world.end();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_at_every_step_and_at_any_moment_nothing_is_lost_and_a_repeat_says_so() {
    let world = storm(1, 45).await;
    assert_eq!(world.died_at, every_step());
}

/// What every world comes to.
fn every_step() -> BTreeSet<&'static str> {
    FIRST.into_iter().chain(ALWAYS).collect()
}

#[test]
fn fault_46_no_step_is_forgotten() {
    let mut tested: Vec<&str> = [
        &FIRST[..],
        &ALWAYS,
        &telegram::STEPS,
        &files::STEPS,
        &update::STEPS,
    ]
    .concat();
    tested.sort_unstable();
    tested.dedup();
    let mut all = STEPS.to_vec();
    all.sort_unstable();
    assert_eq!(tested, all);
}

/// `cargo xtask crash`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as it is given kills: cargo xtask crash"]
async fn fault_46_killed_by_the_thousand() {
    let number =
        |name: &str, usual: u64| env::var(name).map_or(usual, |text| text.parse().unwrap());
    let kills = number("TALONCHIK_KILLS", 1_000);
    let seed = number("TALONCHIK_SEED", 1);
    let jobs = number("TALONCHIK_JOBS", 3);
    let mut worlds =
        (0..kills.div_ceil(u64::from(KILLS_A_WORLD))).map(|world| seed * 1_000_000 + world);
    let began = Instant::now();
    let (mut done, mut repeats, mut died_at) = (0, 0, BTreeSet::new());
    let (mut peace, mut slowest) = (Duration::ZERO, Duration::ZERO);
    let mut tasks = JoinSet::new();
    let start = |tasks: &mut JoinSet<World>, seed| {
        tasks.spawn(storm(seed, KILLS_A_WORLD));
    };
    for seed in worlds.by_ref().take(usize::try_from(jobs).unwrap()) {
        start(&mut tasks, seed);
    }
    while let Some(world) = tasks.join_next().await {
        let world = world.unwrap();
        done += world.kills;
        repeats += world.repeats;
        died_at.extend(world.died_at);
        peace = peace.max(world.slowest_peace);
        slowest = slowest.max(world.slowest_stop);
        let rate = f64::from(done) / began.elapsed().as_secs_f64();
        writeln!(
            std::io::stderr(),
            "{done} kills, {rate:.1} a second, {repeats} marked repeats; at worst {} ms until all was told, {} ms to stop",
            peace.as_millis(),
            slowest.as_millis()
        )
        .unwrap();
        if let Some(seed) = worlds.next() {
            start(&mut tasks, seed);
        }
    }
    assert_eq!(died_at, every_step());
}

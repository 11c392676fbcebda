//! What one watch more costs: requests, time and memory for up to 100 000 people who wait on the same
//! 30 specialties in 12 clinics, in a city where slots appear as in world S1. Virtual time, the real
//! engine, the city over loopback; the city's own work is counted along.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::{alloc::System, time::Duration};

use engine::model::{TimeWish, Watch, WatchDraft};
use flows::{
    crowd::{Crowd, people, picky},
    hours,
};
use simulator::{City, World, machine_time};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Knows how much is allocated; `SQLite` asks the system itself and is not counted, nor is its file.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CROWDS: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
const HOURS: u32 = 24;

/// What a crowd cost.
struct Cost {
    watches: usize,
    requests: usize,
    told: usize,
    elapsed: Duration,
    cpu: Option<Duration>,
    heap: usize,
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let asked = std::env::args().skip(1).map(|it| it.parse());
    let asked: Vec<usize> = asked.collect::<Result<_, _>>().expect("numbers of watches");
    if !asked.is_empty() {
        return measure_all(&asked, picky).await;
    }
    println!("an hour a week suits each");
    measure_all(&CROWDS, picky).await;
    println!("any slot suits everybody: of 10 000 a third of a thousand are told of each");
    measure_all(&[1_000, 10_000], |_| TimeWish::default()).await;
}

async fn measure_all(crowds: &[usize], wish: impl Fn(usize) -> TimeWish + Copy) {
    println!(
        "{:>7} {:>10} {:>6} {:>10} {:>9} {:>13} {:>22}",
        "watches",
        "requests/h",
        "told",
        "24 h in",
        "h per s",
        "CPU/watch·h",
        "memory beyond the row"
    );
    let mut fewer: Option<Cost> = None;
    for watches in crowds {
        let cost = measure(*watches, wish).await;
        print(&cost, fewer.as_ref());
        fewer = Some(cost);
    }
}

async fn measure(watches: usize, wish: impl Fn(usize) -> TimeWish) -> Cost {
    let start = simulator::Config::default().start;
    let city = simulator::Config::new(World::S1, start);
    let crowd = Crowd::gather(city, |city| people(watches, city, &wish)).await;
    // Everybody's first looks.
    crowd.run_for(hours(1)).await;
    let told = crowd.told.count();
    let (began, cpu_before) = (machine_time(), cpu());
    let requests = crowd.run_for(hours(u64::from(HOURS))).await;
    let cost = Cost {
        watches,
        requests,
        told: crowd.told.count() - told,
        elapsed: machine_time().saturating_sub(began),
        cpu: cpu()
            .zip(cpu_before)
            .map(|(after, before)| after.saturating_sub(before)),
        heap: heap(),
    };
    crowd.engine.stop().await;
    cost
}

/// Memory is that of the watches more than in the crowd before: what few watches cost is lost in what
/// a look has left or not.
fn print(cost: &Cost, fewer: Option<&Cost>) {
    let more = fewer.filter(|_| cost.watches >= 10_000).map(|fewer| {
        let more = cost.heap.saturating_sub(fewer.heap);
        more / (cost.watches - fewer.watches)
    });
    let memory = more.map_or_else(String::new, |more| {
        let row = row();
        format!("{} B ({more} − {row})", more.saturating_sub(row))
    });
    let hours = f64::from(HOURS);
    let cpu = cost.cpu.map_or_else(String::new, |cpu| {
        let watches = f64::from(u32::try_from(cost.watches).unwrap_or(u32::MAX));
        format!("{:.1} µs", cpu.as_secs_f64() * 1e6 / watches / hours)
    });
    println!(
        "{:>7} {:>10.1} {:>6} {:>8.1} s {:>9.1} {cpu:>13} {memory:>22}",
        cost.watches,
        f64::from(u32::try_from(cost.requests).unwrap_or(u32::MAX)) / hours,
        cost.told,
        cost.elapsed.as_secs_f64(),
        hours / cost.elapsed.as_secs_f64(),
    );
}

/// What a watch holds itself: the struct and what hangs on it.
fn row() -> usize {
    const WATCHES: usize = 1_000;
    let city = City::new(simulator::Config::default());
    let people = people(WATCHES, &city, picky);
    let before = heap();
    let rows: Vec<WatchDraft> = people.clone();
    let hanging = heap() - before - rows.capacity() * size_of::<WatchDraft>();
    hanging / WATCHES + size_of::<Watch>()
}

/// Bytes allocated and not freed.
fn heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Time this process has computed, where the system tells (Linux: in hundredths of a second).
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}

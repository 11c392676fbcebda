//! Spike: everybody comes at once, everything appears at once, and the computer or the network was
//! away meanwhile.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use engine::{
    Channel, Engine,
    model::{TimeWish, WatchId},
};
use simulator::{Config, Place, machine_time};

use super::{
    Heap, Verdict,
    load::{BUDGET, told},
    measure::{Windows, moments, percentile, ratio, size},
    town::Town,
};
use crate::{
    crowd::{people, thirty_pairs},
    hours, minutes, seconds,
};

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// How many watches.
    pub watches: usize,
    /// How many slots appear in one second.
    pub slots: usize,
}

/// The whole of it.
pub const WHOLE: Size = Size {
    watches: 10_000,
    slots: 5_000,
};

/// The window asks so often meanwhile, …
const GLANCE: Duration = Duration::from_mins(1);

/// … every so many times for the list as well.
const LISTED: usize = 10;

/// How long each operation of the window took, by the machine's clock.
type Times = Arc<Mutex<HashMap<&'static str, Vec<Duration>>>>;

/// Runs it.
pub async fn run(size_of: Size, heap: Heap) -> anyhow::Result<Verdict> {
    let mut verdict = Verdict::default();
    // Three in the morning in Moscow.
    let start = Config::default().start - TimeDelta::hours(6);
    let town = Town::found(Config::quiet(start), BUDGET).await?;
    let pairs = thirty_pairs(&town.city);
    let waiting = people(size_of.watches, &town.city, |_| TimeWish::default());
    let before = heap();
    let times = Times::default();

    let engine = Arc::clone(&town.engine);
    let imported = {
        let import = async {
            let began = machine_time();
            town.import(&waiting).await?;
            let took = machine_time().saturating_sub(began);
            // Everybody's first looks.
            town.run_for(minutes(299)).await;
            anyhow::Ok(took)
        };
        tokio::select! {
            imported = import => imported?,
            () = use_window(&engine, &times) => unreachable!("it is used for ever"),
        }
    };
    verdict.note(
        format!("import of {} watches", size_of.watches),
        format!("{:.0} ms", imported.as_secs_f64() * 1e3),
    );
    if let (Some(before), Some(after)) = (before, heap()) {
        verdict.note("memory", size(after.saturating_sub(before)));
    }
    // Eight o'clock.
    town.run_for(minutes(1)).await;
    release(&town, &pairs, size_of.slots, 2);
    meanwhile(&town, &engine, &times, hours(2)).await;
    messages(
        &mut verdict,
        &format!("{} slots in a second", size_of.slots),
        &town,
        size_of,
    );

    release(&town, &pairs, size_of.slots / 10, 3);
    town.sleep(hours(8)).await;
    meanwhile(&town, &engine, &times, hours(2)).await;
    messages(&mut verdict, "after eight hours of sleep", &town, size_of);

    town.unplug();
    meanwhile(&town, &engine, &times, hours(1)).await;
    release(&town, &pairs, size_of.slots / 10, 4);
    let asked = town.city.request_count();
    town.plug_in();
    let mut waited = 0;
    while town.city.request_count() == asked && waited < 60 {
        town.run_for(seconds(1)).await;
        waited += 1;
    }
    verdict.must(
        "the network is noticed after",
        format!("{waited} s"),
        "≤ 5 s",
        waited <= 5,
    );
    meanwhile(&town, &engine, &times, hours(2)).await;
    messages(
        &mut verdict,
        "after an hour without network",
        &town,
        size_of,
    );
    // The doctors of a specialty are looked at one after the other.
    let all = colleagues(&town, &pairs);
    release(&town, &all, size_of.slots / 10, 5);
    meanwhile(&town, &engine, &times, hours(2)).await;
    let messages = town.ears[0].watches().len();
    town.ears[1].watches();
    verdict.note(
        format!("{} doctors release at once: messages a watch", all.len()),
        format!("{:.2} on average", ratio(messages, size_of.watches)),
    );

    let mut windows = Windows::default();
    windows.add(&moments(&town.city.requests()));
    windows.hold(&mut verdict, BUDGET, 0);

    quick(&mut verdict, &times);
    drop(engine);
    let (town, started) = town.restart().await?;
    verdict.must_be_quick(
        format!("start with {} watches", size_of.watches),
        started.as_secs_f64() * 1e3,
        2_000,
    );
    told(&mut verdict, &town).await?;
    town.stop().await;
    Ok(verdict)
}

/// The window is answered at once.
fn quick(verdict: &mut Verdict, times: &Times) {
    let mut all = Vec::new();
    let times = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort_by_key(|(operation, _)| *operation);
    for (operation, mut times) in times {
        let p99 = percentile(&mut times, 99);
        verdict.note(
            format!("`{operation}`, p99 of {}", times.len()),
            format!("{p99:.1} ms"),
        );
        all.append(&mut times);
    }
    let p99 = percentile(&mut all, 99);
    verdict.must_be_quick(
        format!("the window's operations, p99 of {}", all.len()),
        p99,
        50,
    );
}

/// So many slots appear, evenly spread over these doctors.
fn release(town: &Town, doctors: &[Place], slots: usize, days: i64) {
    for slot in 0..slots {
        let Place { clinic, doctor, .. } = &doctors[slot % doctors.len()];
        let turn = i64::try_from(slot / doctors.len()).unwrap_or_default();
        let start = town.city.now() + TimeDelta::days(days) + TimeDelta::minutes(10 * turn);
        town.city.offer(clinic, doctor, start);
    }
}

/// All doctors of these places.
fn colleagues(town: &Town, pairs: &[Place]) -> Vec<Place> {
    let of = |pair: &Place| {
        let doctors = town.city.doctors(&pair.clinic, &pair.specialty);
        let pair = pair.clone();
        doctors.into_iter().map(move |doctor| Place {
            doctor: doctor.id,
            ..pair.clone()
        })
    };
    pairs.iter().flat_map(of).collect()
}

/// The window is used for this long.
async fn meanwhile(town: &Town, engine: &Engine, times: &Times, time: Duration) {
    tokio::select! {
        () = town.run_for(time) => (),
        () = use_window(engine, times) => (),
    }
}

/// Asks what the window asks, again and again.
async fn use_window(engine: &Engine, times: &Times) {
    let note = |operation, began| {
        let took = machine_time().saturating_sub(began);
        let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
        times.entry(operation).or_default().push(took);
    };
    let mut first = None;
    for glance in 0_usize.. {
        if glance.is_multiple_of(LISTED) {
            let began = machine_time();
            let views = engine.watches().await;
            note("watches", began);
            first = views.ok().and_then(|views| Some(views.first()?.watch.id));
        }
        let began = machine_time();
        if let Some(first) = first {
            let _view = engine.watch(first).await;
            note("watch", began);
        }
        let began = machine_time();
        let _inbox = engine.inbox(100).await;
        note("inbox", began);
        let began = machine_time();
        let _settings = engine.settings().await;
        note("settings", began);
        let began = machine_time();
        let _status = engine.status().await;
        note("status", began);
        let began = machine_time();
        let _channels = engine.channels().await;
        note("channels", began);
        tokio::time::sleep(GLANCE).await;
    }
}

/// How often each watch was told.
fn messages(verdict: &mut Verdict, what: &str, town: &Town, size_of: Size) {
    for ear in &town.ears {
        let mut by_watch: HashMap<WatchId, usize> = HashMap::new();
        let told = ear.watches();
        for watch in &told {
            *by_watch.entry(*watch).or_default() += 1;
        }
        let most = by_watch.values().copied().max().unwrap_or(0);
        verdict.must(
            format!("{what}: messages a watch, {}", ear.name()),
            format!(
                "{most} at most, {:.2} on average of {} told",
                ratio(told.len(), by_watch.len()),
                by_watch.len()
            ),
            "≤ 1",
            most <= 1 && by_watch.len() == size_of.watches,
        );
    }
}

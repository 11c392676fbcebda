//! A long run of the program, pressed together: the window opened and closed a thousand times while
//! hundreds of clinics are looked at, slots come and go, and notifications with them.
//!
//! What it holds — memory, open files, threads — is read while the window is closed, and may not
//! grow with the number of windows there have been.
use chrono::NaiveTime;

use crate::{
    desktop::Desktop,
    processes::{Held, held},
    program::{Program, Running},
    town::Town,
    wait::until,
};

/// Windows between two readings.
const STRIDE: usize = 25;
/// Windows between two slots of the doctor.
const SLOT_EVERY: usize = 5;
/// The first of these parts of the readings warms caches up and does not count.
const PARTS: usize = 4;
/// How much all windows together may add: a part of the memory, files, threads.
const MEMORY_ALLOWED: f64 = 0.05;
const FILES_ALLOWED: f64 = 3.0;
const THREADS_ALLOWED: f64 = 3.0;

/// Opens and closes the window so many times; fails if anything grows.
#[expect(clippy::print_stdout, reason = "the figures are printed")]
pub(crate) async fn run(windows: usize) {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let watches = town.watch_every_clinic(program.data()).await;
    let running = program.start(&["--minimized"]);
    let tray = desktop.tray().await;
    town.looked_at().await;
    println!("{watches} clinics are watched");
    println!("windows    polls   memory    files  threads");
    let mut readings = Vec::new();
    for window in 0..=windows {
        if window % STRIDE == 0 {
            let now = held(running.id()).expect("the program lives");
            let Held {
                memory,
                files,
                threads,
            } = now;
            let polls = town.polls();
            println!("{window:>7} {polls:>8} {memory:>5} KB {files:>8} {threads:>8}");
            readings.push((window, now));
        }
        if window % SLOT_EVERY == 0 {
            a_slot_comes_and_goes(&desktop, &town).await;
        }
        tray.choose("Открыть").await;
        painted(&desktop, &running).await;
        let shown = running.window("the window", |_| true).await;
        desktop.screen.close(&shown);
        running.pages_end().await;
    }
    tray.choose("Выйти").await;
    running.ends().await;
    program.check_database_of(watches + 1);

    let counted = &readings[readings.len() / PARTS..];
    let whole = |of: fn(&Held) -> u64| grown(counted, windows, of);
    let memory = whole(|held| held.memory);
    let of_memory = memory / to_f64(counted[0].1.memory);
    let (files, threads) = (whole(|held| held.files), whole(|held| held.threads));
    println!(
        "{windows} windows would add {:.1} % of memory, {files:.1} files, {threads:.1} threads",
        of_memory * 100.0
    );
    assert!(of_memory <= MEMORY_ALLOWED, "memory grows");
    assert!(files <= FILES_ALLOWED, "open files grow");
    assert!(threads <= THREADS_ALLOWED, "threads grow");
}

/// Told and taken back.
async fn a_slot_comes_and_goes(desktop: &Desktop, town: &Town) {
    let time = NaiveTime::from_hms_opt(13, 40, 0).expect("there is such a time");
    town.release(3, time);
    let title = format!("Есть талон · {}", town.doctor.specialty);
    let told = desktop.notification(&title).await;
    town.take_all();
    desktop.taken_back(told.id).await;
}

async fn painted(desktop: &Desktop, running: &Running<'_>) {
    until("the page is painted", async || {
        let windows = running.windows();
        let window = windows.iter().find(|window| !window.minimised)?;
        desktop.screen.is_drawn(window).then_some(())
    })
    .await;
}

/// By how much so many windows let it grow: the median of the slopes between any two readings, which
/// one odd reading does not move (Theil and Sen).
fn grown(readings: &[(usize, Held)], windows: usize, of: fn(&Held) -> u64) -> f64 {
    let mut slopes: Vec<f64> = Vec::new();
    for (at, (from, before)) in readings.iter().enumerate() {
        for (to, after) in &readings[at + 1..] {
            let windows = to_f64((to - from) as u64);
            slopes.push((to_f64(of(after)) - to_f64(of(before))) / windows);
        }
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let middle = slopes.get(slopes.len() / 2).copied().unwrap_or(0.0);
    middle * to_f64(windows as u64)
}

#[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
fn to_f64(figure: u64) -> f64 {
    figure as f64
}

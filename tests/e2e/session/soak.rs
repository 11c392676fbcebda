//! A long run of the program, pressed together: the window opened and closed a thousand times while
//! a dozen clinics are looked at, slots come and go, and notifications with them.
//!
//! What it holds — memory, open files, threads — is read while the window is closed, and may not
//! grow with the number of windows there have been.
use std::time::Duration;

use chrono::NaiveTime;

use crate::{
    desktop::Desktop,
    processes::{Held, has_variable, held},
    program::{Program, Running},
    town::Town,
    wait::until,
};

/// Windows between two slots of the doctor.
const SLOT_EVERY: usize = 10;
/// Readings of a long run.
const READINGS: usize = 40;
/// The first of so many parts of the readings warms caches up and does not count.
const PARTS: usize = 4;
/// As long as walks through all clinics may take.
const WALKS: Duration = Duration::from_mins(5);

/// What all windows together have added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Growth {
    /// A part of the memory.
    pub(crate) memory: f64,
    /// Open files.
    pub(crate) files: f64,
    /// Threads.
    pub(crate) threads: f64,
}

/// Opens and closes the window so many times while so many clinics are looked at.
pub(crate) async fn run(
    windows: usize,
    clinics: usize,
    mut read: impl FnMut(usize, usize, Held),
) -> Growth {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;
    let watches = 1 + town.watch_clinics(program.data(), clinics).await;
    let running = program.start(&["--minimized"]);
    let tray = desktop.tray().await;
    assert!(
        has_variable(running.id(), "MALLOC_MMAP_THRESHOLD_"),
        "its memory is not kept steady"
    );
    town.looked_at_within(WALKS).await;
    let mut readings = Vec::new();
    for window in 0..=windows {
        if window % windows.div_ceil(READINGS) == 0 {
            let now = held(running.id()).expect("the program lives");
            read(window, town.polls(), now);
            readings.push((window, now));
        }
        if window % SLOT_EVERY == 0 {
            a_slot_comes_and_goes(&desktop, &town, window / SLOT_EVERY).await;
        }
        tray.choose("Открыть").await;
        painted(&desktop, &running).await;
        let shown = running.window("the window", |_| true).await;
        desktop.screen.close(&shown);
        running.pages_end().await;
    }
    tray.choose("Выйти").await;
    running.ends().await;
    program.check_database_of(watches);

    let counted = &readings[readings.len() / PARTS..];
    Growth {
        memory: grown(counted, |held| held.memory) / to_f64(counted[0].1.memory),
        files: grown(counted, |held| held.files),
        threads: grown(counted, |held| held.threads),
    }
}

/// Told and taken back. Each is another one: who was there a moment ago is no news.
async fn a_slot_comes_and_goes(desktop: &Desktop, town: &Town, nth: usize) {
    let (hour, minute) = (8 + nth / 60 % 10, nth % 60);
    let [hour, minute] = [hour, minute].map(|part| u32::try_from(part).expect("of a day"));
    let time = NaiveTime::from_hms_opt(hour, minute, 0).expect("there is such a time");
    town.release(3, time);
    let title = format!("Есть талон · {}", town.doctor.specialty);
    let told = desktop.notification_within(WALKS, &title).await;
    town.take_all();
    desktop.taken_back_within(WALKS, told.id).await;
}

async fn painted(desktop: &Desktop, running: &Running<'_>) {
    until("the page is painted", async || {
        let windows = running.windows();
        let window = windows.iter().find(|window| !window.minimised)?;
        desktop.screen.is_drawn(window).then_some(())
    })
    .await;
}

/// By how much all windows let it grow: the median of the slopes between any two readings, which one
/// odd reading does not move (Theil and Sen).
fn grown(readings: &[(usize, Held)], of: fn(&Held) -> u64) -> f64 {
    let mut slopes: Vec<f64> = Vec::new();
    for (at, (from, before)) in readings.iter().enumerate() {
        for (to, after) in &readings[at + 1..] {
            let windows = to_f64((to - from) as u64);
            slopes.push((to_f64(of(after)) - to_f64(of(before))) / windows);
        }
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let middle = slopes.get(slopes.len() / 2).copied().unwrap_or(0.0);
    let windows = readings.last().map_or(0, |(windows, _)| *windows);
    middle * to_f64(windows as u64)
}

#[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
fn to_f64(figure: u64) -> f64 {
    figure as f64
}

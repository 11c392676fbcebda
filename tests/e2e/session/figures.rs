//! Memory of the program and the time to its first paint, in a session as the stories have.
//!
//! Memory is the proportional share (PSS) of the program and of every process it has started,
//! read once it rests. A first paint is counted from the start of the process, or from the
//! wish to see the window, until the screen shows the page.
use std::time::Duration;

use tokio::time::Instant;

use crate::{
    desktop::Desktop,
    program::{Program, Running},
    town::Town,
    wait::{until, within},
    webdriver,
};

/// Paints measured; the median is told.
const PAINTS: usize = 7;

/// What is typed into the search over all clinics.
const WORDS: [&str; 6] = [
    "87",
    "гп 210",
    "детская приморский",
    "заозёрный",
    "gjkbrkbybrf",
    "поликлинника 2",
];

/// How long a letter may take until the list is painted.
const ALLOWED_MS: f64 = 50.0;

/// Memory is read when it has not moved for so long.
const REST: Duration = Duration::from_secs(3);

/// Memory that moves by less than this rests.
const STIR_KB: u64 = 512;

/// Measures and prints.
#[expect(clippy::print_stdout, reason = "the figures are printed")]
pub(crate) async fn measure() {
    let (desktop, town) = (Desktop::usual().await, Town::open().await);
    let program = Program::new(&desktop, &town);
    town.watch(program.data()).await;

    let mut starts = Vec::new();
    let mut reopenings = Vec::new();
    for _ in 0..PAINTS {
        let from = Instant::now();
        let running = program.start(&[]);
        painted(&desktop, &running).await;
        starts.push(from.elapsed());
        let tray = desktop.tray().await;
        let window = running.window("the window", |_| true).await;
        desktop.screen.close(&window);
        running.pages_end().await;
        let from = Instant::now();
        program.start_again(&[]).await;
        painted(&desktop, &running).await;
        reopenings.push(from.elapsed());
        tray.choose("Выйти").await;
        running.ends().await;
    }

    let running = program.start(&["--minimized"]);
    desktop.tray().await.looks("idle").await;
    town.looked_at().await;
    let in_tray = memory_at_rest(&running).await;
    program.start_again(&[]).await;
    painted(&desktop, &running).await;
    let with_window = memory_at_rest(&running).await;
    desktop.tray().await.choose("Выйти").await;
    running.ends().await;

    let (page, running) = webdriver::start(&desktop, &program).await;
    page.press("Найти врача").await;
    page.heading("Где искать?").await;
    page.see("551 поликлиника").await;
    let letters = page
        .run(include_str!("typing.js"), vec![WORDS.into()])
        .await;
    let mut letters: Vec<f64> = serde_json::from_value(letters).expect("milliseconds");
    letters.sort_unstable_by(f64::total_cmp);
    let slow = letters[letters.len() * 95 / 100];
    drop((page, running));

    let (start, reopening) = (median(starts), median(reopenings));
    println!("memory in the tray      {:>5} MB", in_tray / 1024);
    println!(
        "memory with a window    {:>5} MB, {:.1} times that of the tray",
        with_window / 1024,
        ratio(with_window, in_tray)
    );
    println!("start to first paint    {:>5} ms", start.as_millis());
    println!(
        "letter to painted list  {slow:>5.0} ms, 95th percentile of {}: {:.2} of the 50 ms allowed",
        letters.len(),
        slow / ALLOWED_MS
    );
    println!(
        "window to first paint   {:>5} ms, {:.2} of a start",
        reopening.as_millis(),
        reopening.as_secs_f64() / start.as_secs_f64()
    );
}

async fn painted(desktop: &Desktop, running: &Running<'_>) {
    until("the page is painted", async || {
        let windows = running.windows();
        let window = windows.iter().find(|window| !window.minimised)?;
        desktop.screen.is_drawn(window).then_some(())
    })
    .await;
}

/// In KB, of all its processes.
async fn memory_at_rest(running: &Running<'_>) -> u64 {
    let mut last = (0, Instant::now());
    within(Duration::from_mins(2), "memory rests", async || {
        let now = running.memory();
        if now.abs_diff(last.0) > STIR_KB {
            last = (now, Instant::now());
        }
        (last.1.elapsed() >= REST).then_some(now)
    })
    .await
}

fn median(mut all: Vec<Duration>) -> Duration {
    all.sort_unstable();
    all[all.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "a figure of one decimal")]
fn ratio(this: u64, that: u64) -> f64 {
    this as f64 / that as f64
}

//! `cargo xtask bench desktop` and `cargo xtask soak`: the program measured in a session as the
//! stories have, on Linux.
#![allow(dead_code, reason = "shared with the stories, which use the rest")]

#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod figures;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod town;
#[cfg(target_os = "linux")]
mod tray;
#[cfg(target_os = "linux")]
mod wait;
#[cfg(target_os = "linux")]
mod webdriver;

#[tokio::main]
async fn main() {
    #[cfg(target_os = "linux")]
    {
        // Cargo says `--bench`, too.
        let windows = std::env::args().skip_while(|argument| argument != "soak");
        match windows.skip(1).find_map(|windows| windows.parse().ok()) {
            Some(windows) => soak(windows).await,
            None => figures::measure().await,
        }
    }
}

/// Clinics watched in a long run: each is looked at every few seconds.
#[cfg(target_os = "linux")]
const CLINICS: usize = 10;

#[cfg(target_os = "linux")]
/// Opens and closes the window so many times, and tells the figures; fails if anything grows.
#[expect(clippy::print_stdout, reason = "the figures are printed")]
async fn soak(windows: usize) {
    println!("windows    polls    memory    files  threads");
    let growth = soak::run(windows, CLINICS, |window, polls, held| {
        let processes::Held {
            memory,
            files,
            threads,
        } = held;
        println!("{window:>7} {polls:>8} {memory:>6} KB {files:>8} {threads:>8}");
    })
    .await;
    let soak::Growth {
        memory,
        files,
        threads,
    } = growth;
    println!(
        "{windows} windows add {:.1} % of memory, {files:.1} files, {threads:.1} threads",
        memory * 100.0
    );
    assert!(memory <= 0.05, "memory grows");
    assert!(files <= 3.0, "open files grow");
    assert!(threads <= 3.0, "threads grow");
}

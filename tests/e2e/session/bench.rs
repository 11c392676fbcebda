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
            Some(windows) => soak::run(windows).await,
            None => figures::measure().await,
        }
    }
}

//! The program's log: a file a day, a bounded number of them.

use std::path::Path;

use tracing::error;
use tracing_appender::{non_blocking::WorkerGuard, rolling};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Files kept; each holds a day (UTC).
const FILES: usize = 7;

/// Chooses what is logged, in the manner of `RUST_LOG`.
const FILTER_VARIABLE: &str = "TALONCHIK_LOG";

/// What is logged unless chosen otherwise.
const USUAL_FILTER: &str = "info,zbus=warn,tauri=warn,wry=warn";

/// Starts the log. What is still in memory is written when the guard is dropped.
///
/// A folder that cannot be written costs the log, never the program.
pub(crate) fn start(folder: &Path) -> Option<WorkerGuard> {
    let filter = || {
        EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new(USUAL_FILTER))
    };
    let file = rolling::Builder::new()
        .rotation(rolling::Rotation::DAILY)
        .filename_prefix("talonchik")
        .filename_suffix("log")
        .max_log_files(FILES)
        .build(folder);
    let (file, guard) = match file {
        Ok(file) => {
            let (writer, guard) = tracing_appender::non_blocking(file);
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(writer)
                .with_filter(filter());
            (Some(layer), Some(guard))
        }
        Err(_) => (None, None),
    };
    let console = cfg!(debug_assertions).then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_filter(filter())
    });
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::registry()
        .with(file)
        .with(console)
        .try_init();
    log_panics();
    guard
}

/// Panics go to the log by place; their text may hold what was being read and stays out.
fn log_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(
            || "an unknown place".to_owned(),
            |at| format!("{}:{}", at.file(), at.line()),
        );
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        error!("a panic at {place} on thread {thread}");
        usual(panic);
    }));
}

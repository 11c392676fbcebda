//! The program's log: a file a day, a bounded number of them.

use std::{fs, io, path::Path};

use tracing::error;
use tracing_appender::{non_blocking::WorkerGuard, rolling};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Files kept; each holds a day (UTC).
const FILES: usize = 7;

/// `talonchik.2026-11-24.log`
const PREFIX: &str = "talonchik";
const SUFFIX: &str = "log";

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
        .filename_prefix(PREFIX)
        .filename_suffix(SUFFIX)
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

/// Empties the log. The program goes on writing to the newest file, so that one stays, empty.
pub(crate) fn forget(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        // Their dates sort as text.
        if name.is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            files.push(path);
        }
    }
    files.sort();
    let newest = files.pop();
    for file in files {
        fs::remove_file(file)?;
    }
    if let Some(file) = newest {
        fs::OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(file)?;
    }
    Ok(())
}

/// Panics go to the log by place; their text may hold what was being read and stays out, of the
/// journal of the session as well.
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
        if cfg!(debug_assertions) {
            usual(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forgotten_log_is_one_empty_file_and_others_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        for day in ["22", "24", "23"] {
            fs::write(file(&format!("talonchik.2026-11-{day}.log")), "a line").unwrap();
        }
        fs::write(file("notes.txt"), "mine").unwrap();
        forget(folder.path()).unwrap();
        assert_eq!(
            fs::read_to_string(file("talonchik.2026-11-24.log")).unwrap(),
            ""
        );
        assert_eq!(fs::read_to_string(file("notes.txt")).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        forget(folder.path()).unwrap();
        // Where there is no log there is nothing to forget.
        forget(&file("nowhere")).unwrap();
        forget(&file("notes.txt")).unwrap_err();
    }
}

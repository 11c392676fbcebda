//! The log: to standard error, and only when asked for.

use std::io;

use tracing_subscriber::EnvFilter;

/// Starts the log by `-v`, `-vv` or `RUST_LOG`; without any of them there is none.
pub(crate) fn start(verbose: u8) {
    let filter = match (EnvFilter::try_from_default_env(), verbose) {
        (Ok(filter), 0) if std::env::var_os("RUST_LOG").is_some_and(|value| !value.is_empty()) => {
            filter
        }
        (_, 0) => return,
        (_, 1) => EnvFilter::new("warn,engine=info,talonctl=info"),
        (_, 2..) => EnvFilter::new("info,engine=debug,talonctl=debug"),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .init();
}

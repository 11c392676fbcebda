//! Waiting for what is to happen: never longer than needed, never for ever.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

/// How long one thing may take on a machine that is busy with others.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// How often one looks whether it has happened.
const GLANCE: Duration = Duration::from_millis(20);

/// Looks until there is something to see.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(LIMIT, what, look).await
}

/// The same with a limit of its own.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &str,
    look: impl AsyncFnMut() -> Option<T>,
) -> T {
    match seen_within(limit, look).await {
        Some(seen) => seen,
        None => panic!("not within {limit:?}: {what}"),
    }
}

/// Looks until there is something to see, or the time is over.
pub(crate) async fn seen_within<T>(
    limit: Duration,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        match timeout_at(deadline, look()).await {
            Ok(Some(seen)) => return Some(seen),
            Ok(None) if Instant::now() < deadline => sleep(GLANCE).await,
            Ok(None) | Err(_) => return None,
        }
    }
}

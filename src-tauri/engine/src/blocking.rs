//! Work that blocks, kept off the async threads.

use std::cell::Cell;

use tokio::task::JoinError;

thread_local! {
    static INLINE: Cell<bool> = const { Cell::new(false) };
}

/// From now on what this thread asks for is done by itself, in its turn: for random worlds on one thread, which
/// must go the same way each time. A thread of a pool ends its work when it likes.
pub fn stay_on_this_thread() {
    INLINE.set(true);
}

/// Does `work` on a thread that may block.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    if !INLINE.get() {
        return tokio::task::spawn_blocking(work).await;
    }
    // Others have their turn before and after, as they would.
    tokio::task::yield_now().await;
    let done = work();
    tokio::task::yield_now().await;
    Ok(done)
}

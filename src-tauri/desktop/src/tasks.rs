//! The desktop's own tasks: each has an owner that waits for it, and a panic
//! in one of them costs that task a restart, never the program.

use std::{future::Future, time::Duration};

use tokio::{runtime::Handle, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{error, warn};

/// How long a task that panicked rests before it is started again.
const REST: Duration = Duration::from_secs(1);

/// Tasks that end together. Cheap to clone; clones own the same tasks.
#[derive(Debug, Clone)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    runtime: Handle,
}

impl Tasks {
    /// None yet; they will run on this runtime.
    pub(crate) fn new(runtime: Handle) -> Self {
        Self {
            tracker: TaskTracker::new(),
            stop: CancellationToken::new(),
            runtime,
        }
    }

    /// Runs something once, until its end or the stop.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tracker.spawn_on(
            async move {
                stop.run_until_cancelled_owned(task).await;
            },
            &self.runtime,
        );
    }

    /// Runs a loop until the stop; one that panicked is started again.
    pub(crate) fn keep<F>(&self, name: &'static str, task: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let tracker = self.tracker.clone();
        let runtime = self.runtime.clone();
        self.spawn(async move {
            loop {
                let round = tracker.spawn_on(task(), &runtime);
                let ends_with_us = AbortOnDrop(round.abort_handle());
                let ended = round.await;
                drop(ends_with_us);
                if !ended.is_err_and(|ended| ended.is_panic()) {
                    return;
                }
                error!("the task {name} panicked and is started again");
                time::sleep(REST).await;
            }
        });
    }

    /// Ends every task and waits for them, at most this long.
    pub(crate) async fn stop(&self, limit: Duration) {
        self.stop.cancel();
        self.tracker.close();
        if time::timeout(limit, self.tracker.wait()).await.is_err() {
            warn!("{} tasks did not end in time", self.tracker.len());
        }
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn fault_47_a_loop_that_panicked_is_started_again() {
        let tasks = Tasks::new(Handle::current());
        let rounds = Arc::new(AtomicU32::new(0));
        let done = Arc::new(Notify::new());
        tasks.keep("test", {
            let (rounds, done) = (rounds.clone(), done.clone());
            move || {
                let (rounds, done) = (rounds.clone(), done.clone());
                async move {
                    assert!(rounds.fetch_add(1, Ordering::SeqCst) > 0, "the first round");
                    done.notify_one();
                }
            }
        });
        done.notified().await;
        tasks.stop(Duration::from_secs(5)).await;
        assert_eq!(rounds.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_what_never_ends_by_itself() {
        let tasks = Tasks::new(Handle::current());
        tasks.spawn(std::future::pending());
        tasks.keep("test", std::future::pending);
        time::sleep(Duration::from_millis(1)).await;
        let asked = time::Instant::now();
        tasks.stop(Duration::from_mins(1)).await;
        assert!(asked.elapsed() < Duration::from_secs(1));
    }
}

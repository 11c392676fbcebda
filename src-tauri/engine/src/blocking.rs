//! Work that blocks, kept off the async threads.

use std::{
    cell::Cell,
    collections::VecDeque,
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::oneshot, task::JoinError};

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

type Job = Box<dyn FnOnce() + Send>;

/// Work that blocks, one piece after the other. It has one thread while there is any: not one for each
/// piece, nor for each that waits.
#[derive(Default)]
pub(crate) struct SerialQueue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// A thread takes one after the other.
    at_work: bool,
}

/// The work died, or nothing works any more.
#[derive(Debug)]
pub(crate) struct Died;

impl SerialQueue {
    /// Does `work` in its turn, unless nobody waits for it any more when it comes.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Died> {
        if INLINE.get() {
            return run(work).await.map_err(|_| Died);
        }
        let (done, answer) = oneshot::channel();
        let job = Box::new(move || {
            if !done.is_closed() {
                let _gone_meanwhile = done.send(work());
            }
        });
        if self.add(job) {
            let shift = Shift(Some(Arc::clone(self)));
            tokio::task::spawn_blocking(move || shift.work_off());
        }
        answer.await.map_err(|_| Died)
    }

    /// True where a thread is needed.
    fn add(&self, job: Job) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.jobs.push_back(job);
        !std::mem::replace(&mut waiting.at_work, true)
    }

    fn next(&self) -> Option<Job> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let job = waiting.jobs.pop_front();
        waiting.at_work = job.is_some();
        job
    }
}

/// A thread takes one piece after the other until there is none.
struct Shift(Option<Arc<SerialQueue>>);

impl Shift {
    fn work_off(mut self) {
        while let Some(job) = self.0.as_ref().and_then(|queue| queue.next()) {
            // Whoever waits for what died finds that no answer comes.
            let _died = panic::catch_unwind(AssertUnwindSafe(job));
        }
        self.0 = None;
    }
}

impl Drop for Shift {
    /// A runtime that has ended begins nothing: nobody waits for that in vain.
    fn drop(&mut self) {
        let Some(queue) = self.0.take() else { return };
        let left = std::mem::take(&mut *queue.0.lock().unwrap_or_else(PoisonError::into_inner));
        drop(left.jobs);
    }
}

impl fmt::Debug for SerialQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SerialQueue").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use futures::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn what_waits_has_one_thread_and_its_turn() {
        let queue = Arc::new(SerialQueue::default());
        let (go, gate) = mpsc::channel::<()>();
        let first = queue.run(move || gate.recv().is_ok());
        let order = Arc::new(Mutex::new(Vec::new()));
        let others = (0..50).map(|turn| {
            let order = Arc::clone(&order);
            queue.run(move || {
                order.lock().expect("nobody died").push(turn);
                thread::current().id()
            })
        });
        let mut others = join_all(others).boxed();
        let mut first = first.boxed();
        assert!((&mut first).now_or_never().is_none());
        assert!((&mut others).now_or_never().is_none());
        go.send(()).expect("it waits for this");
        assert!(first.await.expect("it is done"));
        let threads: Vec<_> = others.await.into_iter().map(Result::unwrap).collect();
        assert!(threads.iter().all(|id| *id == threads[0]));
        assert!(order.lock().expect("nobody died").is_sorted());
    }

    #[tokio::test]
    async fn work_that_dies_takes_nobody_elses_with_it() {
        let queue = Arc::new(SerialQueue::default());
        let died = queue.run(|| assert!(thread::panicking(), "it dies"));
        let (died, next) = futures::join!(died, queue.run(|| 7));
        assert!(died.is_err());
        assert_eq!(next.expect("it is done"), 7);
    }

    #[test]
    fn a_runtime_that_has_ended_leaves_nobody_waiting() {
        let queue = Arc::new(SerialQueue::default());
        let runtime = || tokio::runtime::Builder::new_current_thread().build();
        let ended = runtime().expect("a runtime");
        let handle = ended.handle().clone();
        drop(ended);
        let entered = handle.enter();
        let died = queue.run(|| 1).now_or_never().expect("it does not wait");
        assert!(died.is_err());
        drop(entered);
        let next = runtime().expect("a runtime");
        assert_eq!(next.block_on(queue.run(|| 2)).expect("it is done"), 2);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let queue = Arc::new(SerialQueue::default());
        let (go, gate) = mpsc::channel::<()>();
        let mut first = queue.run(move || gate.recv().is_ok()).boxed();
        assert!((&mut first).now_or_never().is_none());
        let (said, heard) = mpsc::channel();
        let mut left = queue.run(move || said.send(()).is_ok()).boxed();
        assert!((&mut left).now_or_never().is_none());
        drop(left);
        go.send(()).expect("it waits for this");
        assert!(first.await.expect("it is done"));
        queue.run(|| ()).await.expect("it is done");
        assert!(heard.recv().is_err());
    }
}

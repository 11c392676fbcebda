//! Outbox → channels. The inbox itself is the table of alerts.
//!
//! Each channel has its own loop, so one that hangs holds up no other. A
//! message is leased, told, settled; a crash in between repeats it, marked.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use rand::RngExt;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    model::{Alert, AlertSlot, AlertState, Event, MessageKind, Untold, WatchId},
    poller::Poller,
    store::{Due, Store, StoreError, Told},
};

/// A channel that has not taken a message by then is tried again later.
const TELL_LIMIT: Duration = Duration::from_secs(10);
/// After that another worker may take a leased message: longer than any telling lasts.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// The first wait after a failure, doubled by each further one.
const FIRST_RETRY: Duration = Duration::from_secs(2);
/// The longest wait between two tries.
const LAST_RETRY: Duration = Duration::from_mins(15);
/// With nothing due the outbox is looked into this often.
const IDLE: Duration = Duration::from_mins(1);

/// A message for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The alert as it stands.
    pub alert: Alert,
    /// What happened.
    pub kind: MessageKind,
    /// Slots the channel has not been told yet; all of the alert's for [`MessageKind::Gone`].
    pub fresh: Vec<AlertSlot>,
    /// Other alerts of the same watch that wait for an answer and have something free, newest
    /// first: a channel that shows one notification a watch says all of it.
    pub others: Vec<Alert>,
    /// The same message may have gone through already: its telling was cut short by a crash.
    pub repeat: bool,
}

/// Why a channel did not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TellError {
    /// Not now.
    #[error("not now: {why:?}")]
    Later {
        /// Not before this has passed; `None`: as the worker sees fit.
        after: Option<Duration>,
        /// Shown to the person.
        why: Untold,
    },
    /// Never.
    #[error("never: {why:?}")]
    Never {
        /// Shown to the person.
        why: Untold,
    },
}

/// One way to tell an alert.
#[async_trait::async_trait]
pub trait Channel: Send + Sync {
    /// The name its deliveries are kept under: `desktop`, `stdout`, …
    fn name(&self) -> &'static str;

    /// Tells the message. It may be told again after a crash (`message.repeat`).
    async fn tell(&self, message: &Message) -> Result<(), TellError>;

    /// The alert was answered elsewhere, its slots are gone, or its watch was removed or rests:
    /// take what was told back, if that can be done.
    async fn withdraw(&self, alert: &Alert);
}

/// Tells one channel what is in the outbox for it.
pub(crate) struct Worker {
    pub(crate) channel: Arc<dyn Channel>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) outbox: Arc<Notify>,
    /// Knows which watches are awake.
    pub(crate) poller: Arc<Poller>,
}

impl Worker {
    /// Delivers until stopped.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let woken = self.outbox.notified();
            tokio::pin!(woken);
            // From here on no wake-up is missed.
            woken.as_mut().enable();
            // A telling that is cut short is told again after the next start, marked as a repeat.
            let delivered = tokio::select! {
                () = stop.cancelled() => return,
                delivered = self.deliver_due() => delivered,
            };
            let wait = match delivered {
                Ok(wait) => {
                    failures = 0;
                    wait
                }
                Err(error) => {
                    tracing::error!(channel = self.channel.name(), %error, "the outbox cannot be read");
                    failures += 1;
                    retry_wait(failures)
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = woken => (),
                () = tokio::time::sleep(wait) => (),
            }
        }
    }

    /// Tells everything that is due; returns the wait until something is.
    pub(crate) async fn deliver_due(&self) -> Result<Duration, StoreError> {
        let name = vec![self.channel.name().to_owned()];
        loop {
            let now = self.clock.now();
            match self
                .store
                .lease(name.clone(), self.awake(), now, now + LEASE)
                .await?
            {
                Some(due) => self.deliver(due).await?,
                None => break,
            }
        }
        let next = self.store.next_due_at(name, self.awake()).await?;
        Ok(next.map_or(IDLE, |next| {
            (next - self.clock.now())
                .to_std()
                .unwrap_or(Duration::ZERO)
                .min(IDLE)
        }))
    }

    /// The watches that may be told of now.
    fn awake(&self) -> Vec<WatchId> {
        self.poller.board().awake(self.clock.now())
    }

    async fn deliver(&self, due: Due) -> Result<(), StoreError> {
        let told = match useless(&due, self.clock.now()) {
            Some(why) => {
                if due.kind == MessageKind::Gone {
                    withdraw(&*self.channel, &due.alert).await;
                }
                Told::Expired { why }
            }
            None => self.tell(&due).await,
        };
        if let Told::Later { why, .. } | Told::Never { why } = &told
            && *why != Untold::Quiet
        {
            tracing::warn!(channel = self.channel.name(), alert.id = %due.alert.id, ?why, "an alert was not delivered");
        }
        self.store.settle(&due, told, self.clock.now()).await?;
        // Whoever removed or paused the watch meanwhile has taken back what was there before.
        if !self.awake().contains(&due.alert.watch_id) {
            withdraw(&*self.channel, &due.alert).await;
        }
        // Nobody listening is no error.
        let _ = self.events.send(Event::AlertChanged {
            alert_id: due.alert.id,
        });
        Ok(())
    }

    async fn tell(&self, due: &Due) -> Told {
        let message = Message {
            alert: due.alert.clone(),
            kind: due.kind,
            fresh: due.fresh.clone(),
            others: due.others.clone(),
            repeat: due.repeat,
        };
        if due.kind == MessageKind::Gone {
            withdraw(&*self.channel, &due.alert).await;
        }
        let (after, why) = match tokio::time::timeout(TELL_LIMIT, self.channel.tell(&message)).await
        {
            Ok(Ok(())) => return Told::Sent,
            Ok(Err(TellError::Never { why })) => return Told::Never { why },
            Ok(Err(TellError::Later { after, why })) => (after, why),
            Err(_) => (None, Untold::Silent),
        };
        let wait = after.map_or_else(
            || retry_wait(due.attempts + 1),
            |after| after.max(FIRST_RETRY),
        );
        let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        Told::Later {
            next_at: self.clock.now() + wait,
            why,
        }
    }
}

/// Takes an alert back; a channel that does not answer keeps nobody waiting.
pub(crate) async fn withdraw(channel: &dyn Channel, alert: &Alert) {
    let limit = tokio::time::timeout(TELL_LIMIT, channel.withdraw(alert));
    if limit.await.is_err() {
        tracing::warn!(channel = channel.name(), alert.id = %alert.id, "an alert was not taken back in time");
    }
}

/// Why a message need not be told any more.
fn useless(due: &Due, now: chrono::DateTime<chrono::Utc>) -> Option<Untold> {
    let all = |test: fn(&AlertSlot, chrono::DateTime<chrono::Utc>) -> bool| {
        due.fresh.iter().all(|slot| test(slot, now))
    };
    match due.kind {
        MessageKind::Appeared => match due.alert.state {
            AlertState::Raised | AlertState::Snoozed { .. } => {
                if due.fresh.is_empty() {
                    Some(Untold::Told)
                } else if all(|slot, now| slot.start <= now) {
                    Some(Untold::Started)
                } else if all(|slot, _| slot.gone_at.is_some()) && due.alert.gone_at().is_some() {
                    Some(Untold::Gone)
                } else {
                    None
                }
            }
            AlertState::Gone => Some(Untold::Gone),
            AlertState::Seen | AlertState::Acted | AlertState::Dismissed => Some(Untold::Answered),
        },
        MessageKind::Gone => match due.alert.state {
            AlertState::Gone
                if all(|slot, _| slot.gone_at.is_none_or(|gone| gone >= slot.start)) =>
            {
                Some(Untold::Started)
            }
            AlertState::Gone => None,
            AlertState::Raised | AlertState::Snoozed { .. } => Some(Untold::Returned),
            AlertState::Seen | AlertState::Acted | AlertState::Dismissed => Some(Untold::Answered),
        },
    }
}

/// Full jitter under a doubling ceiling.
fn retry_wait(failures: u32) -> Duration {
    let ceiling = FIRST_RETRY
        .saturating_mul(1 << failures.clamp(1, 12))
        .min(LAST_RETRY);
    ceiling.mul_f64(rand::rng().random_range(0.1..=1.0))
}

//! Outbox → channels. The inbox itself is the table of alerts.
//!
//! Each channel has its own loop, so one that hangs holds up no other. A
//! message is leased, told, settled; a crash in between repeats it, marked.
//! What was told and can be edited is put right when things change; news of
//! the program itself goes the same way.

mod channels;
mod health;
mod ladder;
mod locked;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, RngExt, rngs::StdRng};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    failpoints::step,
    model::{
        Alert, AlertSlot, AlertState, Event, MessageKind, News, QuietManner, Settings, TRIAL,
        Untold, WatchId,
    },
    poller::Poller,
    store::{Awake, Company, Due, DueNews, SettingName, Stale, Store, StoreError, Told},
};

pub use crate::store::Taken;
pub(crate) use channels::Channels;
pub(crate) use health::Health;
pub(crate) use ladder::Ladders;
pub use ladder::Rung;
pub(crate) use locked::Locked;

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
/// During the quiet hours it is asked this often whether they are over: the computer's
/// clock or zone may have been set meanwhile.
const HELD: TimeDelta = TimeDelta::minutes(15);

/// A message for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The alert as it stands.
    pub alert: Alert,
    /// What happened.
    pub kind: MessageKind,
    /// Slots the channel has not been told yet; all of the alert's for [`MessageKind::Gone`].
    pub fresh: Vec<AlertSlot>,
    /// The newest other alerts of the same watch that wait for an answer and have something free,
    /// newest first, with what is free: a screen that shows one notification a watch says all of it.
    /// For other channels only a reminder has them.
    pub others: Vec<Alert>,
    /// Alerts of other watches that were raised in the same moment and wait for an answer, the newest
    /// of many. A channel that groups must say all of them, and they count as told; one on the screen
    /// may; for others there are none.
    pub together: Vec<Alert>,
    /// The same message may have gone through already: its telling was cut short by a crash.
    pub repeat: bool,
    /// Without a sound: quiet hours, «Тихий режим».
    pub silent: bool,
    /// What the channel called the message by which it told this alert before.
    pub receipt: Option<String>,
}

/// What a message is known by far away: the same when it is told again after a crash, another when
/// there is more to tell. It says nothing about anybody.
pub(crate) fn key(message: &Message) -> String {
    let mut alerts: Vec<&Alert> = std::iter::once(&message.alert)
        .chain(&message.together)
        .collect();
    // A group may be led by another of its alerts the next time.
    alerts.sort_by_key(|alert| alert.id);
    let parts: Vec<String> = alerts
        .iter()
        .map(|alert| {
            let since = match alert.state {
                AlertState::Snoozed { until } => Some(until),
                // It may come back and go again.
                AlertState::Gone => alert.gone_at(),
                AlertState::Raised
                | AlertState::Seen
                | AlertState::Acted
                | AlertState::Dismissed => None,
            };
            let since = since.map_or_else(String::new, |at| format!("-{}", at.timestamp()));
            format!("{}-{}{since}", alert.id, alert.slots.len())
        })
        .collect();
    let kind = match message.kind {
        MessageKind::Appeared => "appeared",
        MessageKind::Again => "again",
        MessageKind::Gone => "gone",
    };
    format!("alert-{}-{kind}", parts.join("_"))
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
    /// The name its deliveries are kept under: `desktop`, `telegram/1`, …
    fn name(&self) -> &str;

    /// What people call it, where there are several of its kind.
    fn title(&self) -> Option<String> {
        None
    }

    /// Where it stands on the ladder.
    fn rung(&self) -> Rung;

    /// Is it to tell of this watch?
    fn wants(&self, _watch: WatchId) -> bool {
        true
    }

    /// Does it tell several watches of one moment in one message?
    fn groups(&self) -> bool {
        false
    }

    /// Does it put right what it told? Without, a receipt only serves to replace it.
    fn edits(&self) -> bool {
        true
    }

    /// Does it say that slots are gone?
    fn tells_gone(&self) -> bool {
        true
    }

    /// Tells the message. It may be told again after a crash (`message.repeat`).
    async fn tell(&self, message: &Message) -> Result<Taken, TellError>;

    /// The alert is not any more as the message with this receipt says: puts it right, without a sound.
    async fn refresh(&self, _alert: &Alert, _receipt: &str) -> Result<(), TellError> {
        Ok(())
    }

    /// Tells news of the program itself.
    async fn announce(&self, _news: &News, _silent: bool) -> Result<(), TellError> {
        Ok(())
    }

    /// The alert was answered elsewhere, its slots are gone, or its watch was removed or rests:
    /// take what was told back, if that can be done. What has a receipt is refreshed besides.
    async fn withdraw(&self, _alert: &Alert) {}
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
    /// How the channel does.
    pub(crate) health: Arc<Health>,
    /// Another takes its place: what it is telling is finished.
    pub(crate) retired: CancellationToken,
    /// Of the waits before another try.
    pub(crate) rng: Mutex<StdRng>,
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
            if self.retired.is_cancelled() {
                return;
            }
            // A telling that is cut short is told again after the next start, marked as a repeat.
            let delivered = tokio::select! {
                biased;
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
                    self.retry_wait(failures)
                }
            };
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.retired.cancelled() => return,
                () = woken => (),
                () = tokio::time::sleep(wait) => (),
            }
        }
    }

    /// Tells everything that is due; returns the wait until something is.
    pub(crate) async fn deliver_due(&self) -> Result<Duration, StoreError> {
        let name = || self.channel.name().to_owned();
        while !self.retired.is_cancelled() {
            let now = self.clock.now();
            let company = match self.channel.rung() {
                _ if self.channel.groups() => Company::Told,
                Rung::Screen => Company::Known,
                Rung::Afar => Company::None,
                Rung::Machine => Company::Program,
            };
            let leased = self
                .store
                .lease(name(), company, self.awake(), now, now + LEASE);
            match leased.await? {
                Some(due) => self.deliver(due).await?,
                None => break,
            }
        }
        while !self.retired.is_cancelled()
            && let Some(stale) = self.store.stale(name(), self.clock.now()).await?
        {
            self.put_right(stale).await?;
        }
        while !self.retired.is_cancelled()
            && let Some(due) = self.store.due_news(name(), self.clock.now()).await?
        {
            self.announce(due).await?;
        }
        let next = self.store.next_due_at(name(), self.awake()).await?;
        Ok(next.map_or(IDLE, |next| {
            (next - self.clock.now())
                .to_std()
                .unwrap_or(Duration::ZERO)
                .min(IDLE)
        }))
    }

    /// The watches that may be told of now.
    fn awake(&self) -> Awake {
        self.poller.board().awake(self.clock.now())
    }

    async fn deliver(&self, due: Due) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut useful = Vec::new();
        for due in due.apart() {
            let Some(why) = useless(&due, now) else {
                useful.push(due);
                continue;
            };
            self.expire(due, why).await?;
        }
        let Some(due) = Due::grouped(useful) else {
            return Ok(());
        };
        if due.kind == MessageKind::Gone && !self.channel.tells_gone() {
            return self.expire(due, Untold::Gone).await;
        }
        let edits = due.kind == MessageKind::Gone && due.receipt.is_some();
        let told = match self.hush(now).await? {
            Hush::Hold { until } if due.alert.watch_id != TRIAL && !edits => Told::Later {
                next_at: until.min(now + HELD),
                why: Untold::Quiet,
            },
            hush => {
                let silent = hush != Hush::No && due.alert.watch_id != TRIAL;
                self.tell(&due, silent).await
            }
        };
        if let Told::Later { why, .. } | Told::Never { why } = &told
            && !matches!(why, Untold::Quiet | Untold::Busy)
        {
            tracing::warn!(channel = self.channel.name(), alert.id = %due.alert.id, ?why, "an alert was not delivered");
        }
        self.settle(due, told).await
    }

    /// There is nothing to tell.
    async fn expire(&self, due: Due, why: Untold) -> Result<(), StoreError> {
        if due.kind == MessageKind::Gone {
            withdraw(&*self.channel, &due.alert).await;
        }
        self.settle(due, Told::Expired { why }).await
    }

    /// Notes how a telling ended, and who else is to know.
    async fn settle(&self, due: Due, told: Told) -> Result<(), StoreError> {
        let steps_up = self.channel.rung() == Rung::Screen && told.is_unseen();
        let states = self.store.settle(&due, told, self.clock.now()).await?;
        for (due, state) in due.apart().into_iter().zip(states) {
            if steps_up && self.store.climb(due.alert.id, self.clock.now()).await? {
                self.outbox.notify_waiters();
            }
            // Whoever removed or paused the watch meanwhile has taken back what was there before; so
            // has an answer, and the end of the slots.
            let waits = state.is_some_and(|state| match state {
                AlertState::Raised | AlertState::Snoozed { .. } => true,
                AlertState::Seen | AlertState::Acted | AlertState::Dismissed | AlertState::Gone => {
                    due.kind == MessageKind::Gone
                }
            });
            if !waits || !self.awake().contains(due.alert.watch_id) {
                withdraw(&*self.channel, &due.alert).await;
            }
            // Nobody listening is no error.
            let _ = self.events.send(Event::AlertChanged {
                alert_id: due.alert.id,
            });
        }
        Ok(())
    }

    /// What the quiet hours ask of this channel now.
    async fn hush(&self, now: DateTime<Utc>) -> Result<Hush, StoreError> {
        if self.channel.rung() == Rung::Machine {
            return Ok(Hush::No);
        }
        let settings: Settings = self
            .store
            .setting(SettingName::Settings)
            .await?
            .unwrap_or_default();
        Ok(hush(&settings, now, &chrono::Local))
    }

    async fn tell(&self, due: &Due, silent: bool) -> Told {
        let message = Message {
            alert: due.alert.clone(),
            kind: due.kind,
            fresh: due.fresh.clone(),
            others: due.others.clone(),
            together: if self.channel.groups() {
                due.group.iter().map(|due| due.alert.clone()).collect()
            } else {
                due.together.clone()
            },
            repeat: due.repeat || due.group.iter().any(|due| due.repeat),
            silent,
            receipt: due.receipt.clone(),
        };
        if due.kind == MessageKind::Gone {
            withdraw(&*self.channel, &due.alert).await;
        }
        step("telling");
        let told = self
            .limited(self.channel.tell(&message), due.attempts)
            .await;
        step("told");
        match told {
            Ok(taken) => Told::Sent(taken),
            Err(untold) => untold,
        }
    }

    async fn put_right(&self, stale: Stale) -> Result<(), StoreError> {
        if !self.channel.edits() {
            return self.store.settle_stale(&stale, None).await;
        }
        // A channel that takes no more for a moment could take nothing else either.
        let refreshed = async {
            loop {
                match self.channel.refresh(&stale.alert, &stale.receipt).await {
                    Err(TellError::Later {
                        after: Some(wait),
                        why: Untold::Busy,
                    }) if wait < TELL_LIMIT => tokio::time::sleep(wait).await,
                    refreshed => break refreshed,
                }
            }
        };
        step("refreshing");
        let refreshed = self.limited(refreshed, stale.attempts).await;
        step("refreshed");
        let next_at = match refreshed {
            Err(Told::Later { next_at, .. }) => Some(next_at),
            Ok(()) | Err(Told::Sent(_) | Told::Expired { .. } | Told::Never { .. }) => None,
        };
        self.store.settle_stale(&stale, next_at).await
    }

    async fn announce(&self, due: DueNews) -> Result<(), StoreError> {
        let now = self.clock.now();
        let told = match self.hush(now).await? {
            Hush::Hold { until } => Told::Later {
                next_at: until.min(now + HELD),
                why: Untold::Quiet,
            },
            hush => {
                let announced = self.channel.announce(&due.news, hush == Hush::Silent);
                match self.limited(announced, due.attempts).await {
                    Ok(()) => Told::Sent(Taken::default()),
                    Err(untold) => untold,
                }
            }
        };
        self.store.settle_news(&due, &told).await
    }

    fn retry_wait(&self, failures: u32) -> Duration {
        // A panic elsewhere leaves a generator as good as any.
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        retry_wait(failures, &mut *rng)
    }

    /// What the channel says, waited for a while; a failure is put off or given up.
    async fn limited<T>(
        &self,
        telling: impl Future<Output = Result<T, TellError>>,
        attempts: u32,
    ) -> Result<T, Told> {
        let told = tokio::time::timeout(TELL_LIMIT, telling)
            .await
            .unwrap_or(Err(TellError::Later {
                after: None,
                why: Untold::Silent,
            }));
        let now = self.clock.now();
        let changed = match &told {
            Ok(_) => self.health.works(now),
            // It works, and takes no more for the moment.
            Err(TellError::Later {
                why: Untold::Busy, ..
            }) => false,
            Err(TellError::Later { why, .. } | TellError::Never { why }) => {
                self.health.fails(*why, now)
            }
        };
        if changed {
            // Nobody listening is no error.
            let _ = self.events.send(Event::ChannelsChanged);
        }
        let (after, why) = match told {
            Ok(taken) => return Ok(taken),
            Err(TellError::Never { why }) => return Err(Told::Never { why }),
            Err(TellError::Later { after, why }) => (after, why),
        };
        let wait = after.unwrap_or_else(|| self.retry_wait(attempts + 1));
        let wait = TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        Err(Told::Later {
            next_at: now + wait,
            why,
        })
    }
}

/// What the hour asks of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hush {
    /// Nothing.
    No,
    /// No sound.
    Silent,
    /// To wait.
    Hold { until: DateTime<Utc> },
}

fn hush<Zone: chrono::TimeZone>(settings: &Settings, now: DateTime<Utc>, zone: &Zone) -> Hush {
    match (settings.quiet.until(now, zone), settings.quiet.manner) {
        (Some(until), QuietManner::Hold) => Hush::Hold { until },
        (Some(_), QuietManner::Silent) => Hush::Silent,
        (None, QuietManner::Hold | QuietManner::Silent) if settings.hushed => Hush::Silent,
        (None, QuietManner::Hold | QuietManner::Silent) => Hush::No,
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
        MessageKind::Again => {
            let free = |slot: &AlertSlot| slot.gone_at.is_none() && slot.start > now;
            if due.alert.state != AlertState::Raised {
                Some(Untold::Answered)
            } else if !due.told_before || due.others.iter().any(|other| other.id > due.alert.id) {
                // It was never said, or a newer alert of the watch says all of it.
                Some(Untold::Told)
            } else if due.alert.slots.iter().any(free) {
                None
            } else {
                Some(Untold::Gone)
            }
        }
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
pub(crate) fn retry_wait(failures: u32, rng: &mut impl Rng) -> Duration {
    let ceiling = FIRST_RETRY
        .saturating_mul(1 << failures.clamp(1, 12))
        .min(LAST_RETRY);
    ceiling.mul_f64(rng.random_range(0.1..=1.0))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Moscow;

    use super::*;
    use crate::model::Quiet;

    /// What a minute of a morning in Moscow asks, quiet from 23:00 to 7:00.
    fn at(manner: QuietManner, hushed: bool, time: &str) -> Hush {
        let settings = Settings {
            quiet: Quiet {
                on: true,
                manner,
                ..Quiet::default()
            },
            hushed,
            ..Settings::default()
        };
        let now: DateTime<Utc> = format!("2026-11-24T{time}+03:00").parse().unwrap();
        hush(&settings, now, &Moscow)
    }

    #[test]
    fn quiet_hours_hold_a_message_until_their_very_end() {
        let until = "2026-11-24T07:00:00+03:00".parse().unwrap();
        assert_eq!(
            at(QuietManner::Hold, false, "06:58:30"),
            Hush::Hold { until }
        );
        assert_eq!(at(QuietManner::Hold, false, "07:00:00"), Hush::No);
    }

    #[test]
    fn quiet_hours_and_the_quiet_mode_may_only_silence_a_message() {
        assert_eq!(at(QuietManner::Silent, false, "06:59:59"), Hush::Silent);
        assert_eq!(at(QuietManner::Silent, false, "07:00:00"), Hush::No);
        assert_eq!(at(QuietManner::Silent, true, "07:00:00"), Hush::Silent);
    }
}

//! What is looked after every minute, and told as news.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, Local, TimeDelta, Utc};

use super::{Engine, Result};
use crate::{
    deadman::{self, DeadMan},
    model::{Event, News},
    night::{self, Night},
    store::{SettingName, StoreError},
    watches,
};

/// That a silence is over is of use for so long.
const USEFUL: TimeDelta = TimeDelta::hours(6);
/// A silence is of use until it is over: it has no end of its own.
const LASTING: TimeDelta = TimeDelta::days(365);
/// Alerts of one night, at most.
const ALERTS: u32 = 200;

impl Engine {
    pub(super) fn deadman(&self) -> MutexGuard<'_, DeadMan> {
        self.deadman.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says once that watches have fallen silent, and once that they are looked at again.
    pub(super) async fn look_for_silence(&self) -> Result<()> {
        let now = self.now();
        let (news, told, changed) = {
            let board = self.poller.board();
            let mut deadman = self.deadman();
            let paused = board.is_paused(now);
            if paused {
                deadman.rest(now);
            }
            let limit = deadman::limit(board.gap(board.plan.keys()));
            if !deadman.is_time(limit, now) && !paused {
                return Ok(());
            }
            let before = (deadman.silent_since(), deadman.told().clone());
            let pulses = watches::pulses(&board, limit, deadman.told(), now);
            let news = deadman.look(&pulses, board.service.state, now);
            let changed = (
                before.0 != deadman.silent_since(),
                before.1 != *deadman.told(),
            );
            (news, deadman.told().clone(), changed)
        };
        match news {
            Some(news @ News::Silence { .. }) => {
                // Not everybody may have heard that the last one was over.
                self.store.drop_news("recovered").await?;
                self.raise_news(news, self.channels.names(), now + LASTING)
                    .await?;
            }
            Some(news) => {
                let told = self.store.end_silence().await?;
                self.raise_news(news, told, now + USEFUL).await?;
            }
            // Its watches rest or were removed: nobody need hear of it any more.
            None if changed.1 && told.is_none() => drop(self.store.end_silence().await?),
            None => (),
        }
        if changed.1 {
            self.store
                .save_setting(SettingName::Silence, Some(&told))
                .await?;
        }
        if changed.0 {
            self.tell(Event::StatusChanged);
        }
        Ok(())
    }

    /// Keeps what looks have taught that is not kept yet: when anybody looked.
    pub(super) async fn keep_learned(&self) -> Result<(), StoreError> {
        let unkept = self.poller.board().scheduler.foresight().take_unkept();
        if !unkept.is_empty() {
            self.store.save_watched(unkept).await?;
        }
        Ok(())
    }

    /// A key store that was locked at the start may have been opened since, and the other way round.
    pub(super) async fn look_for_secrets(&self) -> Result<()> {
        let at_hand = self.secrets_at_hand().await?;
        let before = *self.at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        if before.is_some_and(|before| before != at_hand) {
            self.reach_secrets().await?;
        }
        Ok(())
    }

    /// Says after each quiet time what it has cost.
    pub(super) async fn look_for_morning(&self) -> Result<()> {
        let now = self.now();
        let still = Night::at(&self.settings().await?, now, &Local);
        let before: Option<Night> = self.store.setting(SettingName::Night).await?;
        if before == still {
            return Ok(());
        }
        if let Some(over) = before.and_then(|night| night.over(still, now))
            && let Some(news) = over.digest(&self.inbox(ALERTS).await?, now)
        {
            self.raise_news(news, self.channels.names(), over.to + night::USEFUL)
                .await?;
        }
        self.store
            .save_setting(SettingName::Night, still.as_ref())
            .await?;
        Ok(())
    }

    /// Tells news on these channels, as long as they are of use.
    pub(crate) async fn raise_news(
        &self,
        news: News,
        channels: Vec<String>,
        until: DateTime<Utc>,
    ) -> Result<()> {
        self.store
            .raise_news(news, channels, self.now(), until)
            .await?;
        self.poller.outbox.notify_waiters();
        Ok(())
    }
}

//! What is stored: written again as soon as it can be, copied each day, kept from growing.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Engine, Result};
use crate::{
    model::{Event, News, Restored, Unsaved, Verdict},
    store::{Mended, SettingName},
};

/// That the database was damaged is shown so long.
const SHOWN: TimeDelta = TimeDelta::days(3);
/// And is told within this time.
const USEFUL: TimeDelta = TimeDelta::days(7);
/// What is over before that is no news: a virus scanner had the file.
const PASSING: TimeDelta = TimeDelta::minutes(5);
/// What has served is looked for this often.
const TIDY: TimeDelta = TimeDelta::days(1);
/// A copy that failed is tried again after this.
const RETRY: TimeDelta = TimeDelta::hours(1);

/// What was done of late.
#[derive(Debug, Default)]
pub(super) struct Storage {
    unsaved: Option<Unsaved>,
    /// That nothing can be saved was told.
    told: bool,
    tidied: Option<DateTime<Utc>>,
    failed: Option<DateTime<Utc>>,
}

impl Engine {
    /// Once a minute: saves what could not be saved, makes the copy of the day, tidies up.
    pub(super) async fn look_after_storage(&self) -> Result<()> {
        let now = self.now();
        self.look_for_room(now).await?;
        self.tell_of_damage().await?;
        let (failed, tidied) = {
            let storage = self.storage();
            (
                is_within(storage.failed, RETRY, now),
                is_within(storage.tidied, TIDY, now),
            )
        };
        if !failed {
            match self.store.back_up(now).await {
                Ok(made) if made => tracing::info!("the database was copied"),
                Ok(_) => (),
                Err(error) => {
                    self.storage().failed = Some(now);
                    tracing::warn!(%error, "the database could not be copied");
                }
            }
        }
        if !tidied {
            self.storage().tidied = Some(now);
            self.store.tidy(now).await?;
        }
        Ok(())
    }

    /// Says once that nothing can be saved, and goes back to the file when it can be.
    async fn look_for_room(&self, now: DateTime<Utc>) -> Result<()> {
        if self.store.unsaved().await?.is_some()
            && let Err(error) = self.store.save_again().await
        {
            tracing::warn!(%error, "still nothing can be saved");
        }
        let unsaved = self.store.unsaved().await?;
        let lasting = unsaved.filter(|unsaved| now - unsaved.since >= PASSING);
        let (changed, told) = {
            let mut storage = self.storage();
            let before = std::mem::replace(&mut storage.unsaved, unsaved);
            let told = std::mem::replace(&mut storage.told, lasting.is_some());
            (before != unsaved, told)
        };
        if changed {
            self.tell(Event::StatusChanged);
        }
        match (told, lasting) {
            (false, Some(Unsaved { cause, .. })) => {
                let news = News::Unsaved { cause };
                self.raise_news(news, self.channels.names(), now + USEFUL)
                    .await
            }
            (true, None) => Ok(self.store.drop_news("unsaved").await?),
            (true, Some(_)) | (false, None) => Ok(()),
        }
    }

    async fn tell_of_damage(&self) -> Result<()> {
        let mended: Option<Mended> = self.store.setting(SettingName::Mended).await?;
        let Some(mended) = mended.filter(|mended| !mended.told) else {
            return Ok(());
        };
        // What is looked at now is known better than from any copy.
        let watches = self.poller.board().watches.iter().cloned().collect();
        let (mended_at, now) = (mended.restored.at, self.now());
        self.store.keep_watches(watches, mended_at, now).await?;
        let news = News::Restored {
            copy_of: mended.restored.copy_of,
        };
        self.raise_news(news, self.channels.names(), self.now() + USEFUL)
            .await?;
        let told = Mended {
            told: true,
            ..mended
        };
        self.store
            .save_setting(SettingName::Mended, Some(&told))
            .await?;
        self.tell(Event::StatusChanged);
        Ok(())
    }

    /// That the database was damaged lately.
    pub(super) async fn restored(&self) -> Result<Option<Restored>> {
        let mended: Option<Mended> = self.store.setting(SettingName::Mended).await?;
        Ok(mended
            .map(|mended| mended.restored)
            .filter(|restored| is_within(Some(restored.at), SHOWN, self.now())))
    }

    /// For the self-check: is it sound, is it written, was it damaged lately?
    pub(super) async fn check_database(&self) -> Result<(Verdict, Option<String>)> {
        if let Err(error) = self.store.check().await {
            return Ok((Verdict::Broken, Some(error.to_string())));
        }
        if let Some(Unsaved { cause, .. }) = self.store.unsaved().await? {
            return Ok((Verdict::Broken, Some(format!("not saved: {cause:?}"))));
        }
        Ok(match self.restored().await? {
            None => (Verdict::Fine, None),
            Some(Restored { at, copy_of }) => {
                let source = copy_of.map_or_else(
                    || "without a copy".to_owned(),
                    |copy_of| format!("from the copy of {copy_of}"),
                );
                let detail = format!("put together again at {at} {source}");
                (Verdict::Remark, Some(detail))
            }
        })
    }

    fn storage(&self) -> MutexGuard<'_, Storage> {
        self.storage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Was it so lately? A moment of the future was noted by a clock that has been set back since.
fn is_within(at: Option<DateTime<Utc>>, time: TimeDelta, now: DateTime<Utc>) -> bool {
    at.is_some_and(|at| at <= now && now - at < time)
}

//! News of the program itself, and which channel has been told.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension, named_params};

use super::{Result, Store, ms, outbox::Told};
use crate::model::{News, Untold};

/// No news waits longer for its next try: more was noted by a clock that has been set back since.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// News whose time has come on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DueNews {
    id: i64,
    /// What to say.
    pub news: News,
    /// Tries that failed before.
    pub attempts: u32,
}

impl Store {
    /// Keeps news for these channels, of use until then.
    pub(crate) async fn raise_news(
        &self,
        news: News,
        channels: Vec<String>,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            // A silence ends by `end_silence`, which asks who was told of it.
            tx.execute(
                "DELETE FROM news WHERE until < ?1 AND body ->> 'kind' <> 'silence'",
                [ms(now)],
            )?;
            tx.execute(
                "INSERT INTO news (body, raised_at, until) VALUES (?1, ?2, ?3)",
                (serde_json::to_string(&news)?, ms(now), ms(until)),
            )?;
            let id = tx.last_insert_rowid();
            for channel in &channels {
                // Whoever is still to be told the same, word for word, is told once.
                tx.execute(
                    "INSERT INTO news_outbox (news_id, channel, state, next_at) SELECT ?1, ?2, 'due', ?3
                     WHERE NOT EXISTS (SELECT 1 FROM news_outbox JOIN news ON news.id = news_id
                         WHERE channel = ?2 AND state = 'due' AND body = (SELECT body FROM news WHERE id = ?1))",
                    (id, channel, ms(now)),
                )?;
            }
            Ok(tx.commit()?)
        })
        .await
    }

    /// The channels that were told of a silence which has not ended for them yet; what was not
    /// told yet is not told any more.
    pub(crate) async fn end_silence(&self) -> Result<Vec<String>> {
        self.with(|connection| {
            let tx = connection.transaction()?;
            let silence = "news_id IN (SELECT id FROM news WHERE body ->> 'kind' = 'silence')";
            tx.execute(
                &format!(
                    "UPDATE news_outbox SET state = 'expired' WHERE state = 'due' AND {silence}"
                ),
                (),
            )?;
            let told = tx
                .prepare(&format!(
                    "SELECT DISTINCT channel FROM news_outbox WHERE state = 'sent' AND {silence}"
                ))?
                .query_map((), |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            tx.execute("DELETE FROM news WHERE body ->> 'kind' = 'silence'", ())?;
            tx.commit()?;
            Ok(told)
        })
        .await
    }

    /// News of this kind are no longer so: whoever has not heard them hears nothing.
    pub(crate) async fn drop_news(&self, kind: &'static str) -> Result<()> {
        self.with(move |connection| {
            connection.execute("DELETE FROM news WHERE body ->> 'kind' = ?1", [kind])?;
            Ok(())
        })
        .await
    }

    /// The oldest news of this channel whose time has come.
    pub(crate) async fn due_news(
        &self,
        channel: String,
        now: DateTime<Utc>,
    ) -> Result<Option<DueNews>> {
        self.with(move |connection| {
            connection.execute(
                "UPDATE news_outbox SET state = 'expired' WHERE state = 'due' AND channel = :channel
                 AND news_id IN (SELECT id FROM news WHERE until < :now)",
                named_params! {":channel": channel, ":now": ms(now)},
            )?;
            let row = connection
                .prepare_cached(
                    "SELECT news_outbox.id, body, attempts FROM news_outbox JOIN news ON news.id = news_id
                     WHERE channel = :channel AND state = 'due'
                     AND (next_at <= :now OR next_at > :set_back) ORDER BY news_id LIMIT 1",
                )?
                .query_row(
                    named_params! {
                        ":channel": channel, ":now": ms(now), ":set_back": ms(now + LONGEST_WAIT),
                    },
                    |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((id, body, attempts)): Option<(i64, String, u32)> = row else {
                return Ok(None);
            };
            match serde_json::from_str(&body) {
                Ok(news) => Ok(Some(DueNews { id, news, attempts })),
                Err(error) if error.is_data() => {
                    tracing::error!(news.id = id, %error, "unreadable news");
                    connection.execute("UPDATE news_outbox SET state = 'dead' WHERE id = ?1", [id])?;
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
    }

    /// Notes how the telling of news ended.
    pub(crate) async fn settle_news(&self, due: &DueNews, told: &Told) -> Result<()> {
        let (state, attempts, next_at) = match told {
            Told::Sent(_) => ("sent", 0, None),
            // To be held over the quiet hours is no failure.
            Told::Later { next_at, why } => {
                ("due", u32::from(*why != Untold::Quiet), Some(ms(*next_at)))
            }
            Told::Expired { .. } => ("expired", 0, None),
            Told::Never { .. } => ("dead", 0, None),
        };
        let id = due.id;
        self.with(move |connection| {
            connection.execute(
                "UPDATE news_outbox SET state = :state, attempts = attempts + :attempts,
                 next_at = coalesce(:next_at, next_at) WHERE id = :id AND state = 'due'",
                named_params! {":id": id, ":state": state, ":attempts": attempts, ":next_at": next_at},
            )?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SilenceCause;

    #[tokio::test]
    async fn whoever_is_still_to_be_told_the_same_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let now: DateTime<Utc> = "2026-11-23T06:00:00Z".parse().unwrap();
        let silence = |watches| News::Silence {
            since: now,
            watches,
            cause: SilenceCause::Offline,
        };
        let raise = |channels: &[&str], news| {
            let channels = channels.iter().map(|name| (*name).to_owned()).collect();
            store.raise_news(news, channels, now, now + TimeDelta::hours(1))
        };
        raise(&["toast", "mail"], silence(1)).await.unwrap();
        let due = store.due_news("toast".to_owned(), now).await.unwrap();
        let sent = Told::Sent(crate::store::Taken::default());
        store.settle_news(&due.unwrap(), &sent).await.unwrap();
        raise(&["toast", "mail"], silence(1)).await.unwrap();
        raise(&["mail"], silence(2)).await.unwrap();
        for (channel, told) in [("toast", vec![1]), ("mail", vec![1, 2])] {
            let mut heard = Vec::new();
            while let Some(due) = store.due_news(channel.to_owned(), now).await.unwrap() {
                store.settle_news(&due, &sent).await.unwrap();
                let News::Silence { watches, .. } = due.news else {
                    panic!("{:?}", due.news);
                };
                heard.push(watches);
            }
            assert_eq!(heard, told, "{channel}");
        }
    }
}

//! In which parts of which days a clinic was looked at.

use rusqlite::named_params;

use super::{Result, Store};
use crate::model::ClinicId;

/// Rows are kept for so many days, as long as the learner remembers; so many of a clinic are kept
/// however old, as a clock may be set wrong.
pub(super) const KEPT_DAYS: i64 = 56;

/// A clinic, a Moscow day (days since 1970-01-01) and its quarters of an hour, the first lowest.
pub(crate) type Watched = (ClinicId, i64, u128);

impl Store {
    /// All that is kept.
    pub(crate) async fn watched(&self) -> Result<Vec<Watched>> {
        self.with(|connection| {
            Ok(connection
                .prepare_cached("SELECT clinic, day, quarters FROM watched")?
                .query_map((), |row| {
                    let bytes: [u8; 16] = row.get("quarters")?;
                    Ok((
                        ClinicId(row.get("clinic")?),
                        row.get("day")?,
                        u128::from_le_bytes(bytes),
                    ))
                })?
                .collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Keeps these in the place of what was known of the same days, and forgets what is old.
    pub(crate) async fn save_watched(&self, rows: Vec<Watched>) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            for (clinic, day, quarters) in &rows {
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO watched VALUES (:clinic, :day, :quarters)",
                )?
                .execute(named_params! {
                    ":clinic": clinic.as_str(), ":day": day, ":quarters": quarters.to_le_bytes(),
                })?;
                tx.prepare_cached(
                    "DELETE FROM watched WHERE clinic = ?1 AND day <= ?2
                     AND day <= (SELECT day FROM watched WHERE clinic = ?1
                         ORDER BY day DESC LIMIT 1 OFFSET ?3)",
                )?
                .execute((clinic.as_str(), day - KEPT_DAYS, KEPT_DAYS))?;
            }
            tx.commit()?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_day_is_kept_as_it_was_last_known_and_eight_weeks_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let row = |day, quarters| ("1".into(), day, quarters);
        store
            .save_watched(vec![row(100, 1), row(101, 1 << 95)])
            .await
            .unwrap();
        store.save_watched(vec![row(101, 3)]).await.unwrap();
        assert_eq!(store.watched().await.unwrap(), [row(100, 1), row(101, 3)]);
        let later: Vec<_> = (101..156).map(|day| row(day, 3)).collect();
        store.save_watched(later.clone()).await.unwrap();
        let kept = store.watched().await.unwrap();
        assert_eq!(kept[..2], [row(100, 1), row(101, 3)]);
        store.save_watched(vec![row(156, 7)]).await.unwrap();
        let kept = store.watched().await.unwrap();
        assert_eq!(kept, [later, vec![row(156, 7)]].concat());
    }
}

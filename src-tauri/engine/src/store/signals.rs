//! How often the counts of a list announced what was found under it.

use rusqlite::named_params;

use super::{Result, Store};
use crate::{
    model::ClinicId,
    trust::{Level, Row},
};

fn word(level: Level) -> &'static str {
    match level {
        Level::Clinic => "clinic",
        Level::Specialty => "specialty",
    }
}

impl Store {
    /// All records.
    pub(crate) async fn signals(&self) -> Result<Vec<Row>> {
        self.with(|connection| {
            let rows = connection
                .prepare_cached("SELECT clinic, level = 'clinic', announced, missed FROM signal")?
                .query_map((), |row| {
                    Ok(Row {
                        clinic: ClinicId(row.get(0)?),
                        level: if row.get(1)? {
                            Level::Clinic
                        } else {
                            Level::Specialty
                        },
                        announced: row.get(2)?,
                        missed: row.get(3)?,
                    })
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(rows)
        })
        .await
    }

    /// Keeps these records in the place of those of before.
    pub(crate) async fn save_signals(&self, rows: Vec<Row>) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            for row in &rows {
                tx.prepare_cached(
                    "INSERT OR REPLACE INTO signal VALUES (:clinic, :level, :announced, :missed)",
                )?
                .execute(named_params! {
                    ":clinic": row.clinic.as_str(), ":level": word(row.level),
                    ":announced": row.announced, ":missed": row.missed,
                })?;
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
    async fn the_newest_record_of_each_signal_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let row = |level, announced| Row {
            clinic: "27".into(),
            level,
            announced,
            missed: 1.28,
        };
        store
            .save_signals(vec![row(Level::Clinic, 1.0), row(Level::Specialty, 2.0)])
            .await
            .unwrap();
        store
            .save_signals(vec![row(Level::Clinic, 3.0)])
            .await
            .unwrap();
        let kept = store.signals().await.unwrap();
        assert_eq!(kept, [row(Level::Clinic, 3.0), row(Level::Specialty, 2.0)]);
    }
}

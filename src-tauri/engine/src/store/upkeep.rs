//! What keeps the file from growing: what has served goes, and its room is given back.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, named_params};

use super::{Result, Store, ms, watched::KEPT_DAYS, watches::RESTORABLE};

/// Openings that nobody was alerted of are of use to the history for eight weeks.
const OPENINGS: TimeDelta = TimeDelta::days(90);
/// The inbox goes back so far.
const ALERTS: TimeDelta = TimeDelta::days(365);
/// Lists nobody has asked for.
const LISTS: TimeDelta = TimeDelta::days(365);
/// However old, the newest stay: a clock that was set wrong costs little.
const ALERTS_ALWAYS: u32 = 1_000;
const OPENINGS_ALWAYS: u32 = 5_000;
/// However new, no more stay.
const ALERTS_MOST: u32 = 20_000;
const OPENINGS_MOST: u32 = 100_000;
/// A file is written anew when so many of its pages are free, and a quarter of them.
const FREE_PAGES: i64 = 1_000;

impl Store {
    /// Forgets what has served.
    pub(crate) async fn tidy(&self, now: DateTime<Utc>) -> Result<()> {
        self.with(move |connection| {
            let tx = connection.transaction()?;
            forget(&tx, now)?;
            tx.commit()?;
            shrink(connection)
        })
        .await
    }
}

fn forget(tx: &Connection, now: DateTime<Utc>) -> Result<()> {
    tx.execute(
        "DELETE FROM alert WHERE id <= (SELECT id FROM alert ORDER BY id DESC LIMIT 1 OFFSET :most)
         OR raised_at < :old AND id <= (SELECT id FROM alert ORDER BY id DESC LIMIT 1 OFFSET :always)
             AND NOT EXISTS (SELECT 1 FROM alert_slot JOIN opening ON opening.id = opening_id
                 WHERE alert_id = alert.id AND start > :now)",
        named_params! {
            ":now": ms(now), ":old": ms(now - ALERTS), ":always": ALERTS_ALWAYS, ":most": ALERTS_MOST,
        },
    )?;
    tx.execute(
        "DELETE FROM opening WHERE NOT EXISTS (SELECT 1 FROM alert_slot WHERE opening_id = opening.id)
         AND start < :past
         AND (id <= (SELECT id FROM opening ORDER BY id DESC LIMIT 1 OFFSET :most)
             OR last_seen < :old AND id <= (SELECT id FROM opening ORDER BY id DESC LIMIT 1 OFFSET :always))",
        named_params! {
            ":past": ms(now - super::commit::MEMORY), ":old": ms(now - OPENINGS),
            ":always": OPENINGS_ALWAYS, ":most": OPENINGS_MOST,
        },
    )?;
    tx.execute(
        "DELETE FROM snapshot WHERE good_at < ?1",
        [ms(now - OPENINGS)],
    )?;
    tx.execute(
        "DELETE FROM listing WHERE checked_at < ?1",
        [ms(now - LISTS)],
    )?;
    tx.execute(
        "DELETE FROM watch WHERE removed_at < ?1",
        [ms(now - RESTORABLE)],
    )?;
    tx.execute("DELETE FROM button WHERE until < ?1", [ms(now)])?;
    let today = now.timestamp().div_euclid(24 * 3600);
    tx.execute("DELETE FROM watched WHERE day <= ?1", [today - KEPT_DAYS])?;
    Ok(())
}

fn shrink(connection: &Connection) -> Result<()> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (free, all) = (pragma("freelist_count")?, pragma("page_count")?);
    if free > FREE_PAGES && free > all / 4 {
        connection.execute("VACUUM", ())?;
    }
    Ok(())
}

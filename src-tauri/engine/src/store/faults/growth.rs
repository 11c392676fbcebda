//! Three years of use.

use super::{
    super::{commit::commit, looks},
    *,
};

/// What a file may come to, bytes.
const MOST: u64 = 50_000_000;

/// Five people wait; every day each of their doctors gets a week's slots, which go.
fn a_day(tx: &rusqlite::Transaction<'_>, watches: &[Watch], day: i64) -> Result<()> {
    let morning = begin() + TimeDelta::days(day);
    for (number, watch) in watches.iter().enumerate() {
        let doctor = format!("д{number}.{:032x}", number);
        for (hour, count) in [(1, 20), (9, 0)] {
            let at = morning + TimeDelta::hours(hour);
            let mut look = look(watch, &doctor, at, &[]);
            look.slots = (0..count)
                .map(|slot| Slot {
                    start: morning + TimeDelta::days(7) + TimeDelta::minutes(slot * 15),
                    end: Some(morning + TimeDelta::days(7) + TimeDelta::minutes(slot * 15 + 15)),
                    room: Some("312".to_owned()),
                    address: Some("Пулковская ул., д. 8, к. 2".to_owned()),
                })
                .collect();
            commit(tx, look)?;
        }
    }
    Ok(())
}

/// As many looks as the log keeps, of one clinic and its doctors.
fn full_log(connection: &mut Connection) -> Result<()> {
    connection.execute(
        "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?1)
         INSERT INTO look (at, level, clinic, resource, outcome, code, appeared, vanished, elapsed_ms)
         SELECT ?2 + n * 10000, iif(n % 4 = 0, 'doctor', 'clinic'), '27',
                iif(n % 4 = 0, 'д1.00000000000000000000000000000001', ''), 'fresh', NULL, 0, 0, 190 FROM n",
        (looks::KEPT, ms(begin() - TimeDelta::days(56))),
    )?;
    Ok(())
}

#[tokio::test]
async fn fault_45_three_years_of_looks_and_alerts_stay_under_fifty_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), begin()).unwrap();
    store.with(full_log).await.unwrap();
    let drafts = ["мама", "папа", "Петя", "Маша", ""].map(|name| (wish(name), Activity::On));
    let watches = store.add_watches(drafts.to_vec(), begin()).await.unwrap();
    let started = tokio::time::Instant::now();
    let mut most = 0;
    for day in 0..3 * 365 {
        let people = watches.clone();
        let lived = move |connection: &mut Connection| {
            connection.pragma_update(None, "synchronous", "OFF")?;
            let tx = connection.transaction()?;
            a_day(&tx, &people, day)?;
            Ok(tx.commit()?)
        };
        store.with(lived).await.unwrap();
        if day % 15 == 0 {
            let night = begin() + TimeDelta::hours(18 + 24 * day);
            store.tidy(night).await.unwrap();
            let size = |name: &str| {
                std::fs::metadata(folder.path().join(name)).map_or(0, |file| file.len())
            };
            most = most.max(size(FILE_NAME) + size(&format!("{FILE_NAME}-wal")));
        }
    }
    assert!(
        store
            .back_up(begin() + TimeDelta::days(3 * 365))
            .await
            .unwrap()
    );
    println!("{most} bytes at most, in {:?}", started.elapsed());
    assert!(most < MOST, "{most} bytes");
    let kept = |connection: &mut Connection| {
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            connection.query_row(&sql, (), |row| row.get::<_, i64>(0))
        };
        Ok((count("alert")?, count("opening")?, count("look")?))
    };
    let (alerts, openings, looks) = store.with(kept).await.unwrap();
    println!("{alerts} alerts, {openings} openings, {looks} looks");
    // A year of the inbox, ninety days of what nobody was told of, eight weeks of looks.
    assert!((365 * 5..=385 * 5).contains(&alerts), "{alerts}");
    assert_eq!(looks, looks::KEPT);
    let copies = backups::copies(&folder.path().join(backups::FOLDER)).unwrap();
    let copy = std::fs::metadata(&copies[0].path).unwrap().len();
    println!("a copy of {copy} bytes");
}

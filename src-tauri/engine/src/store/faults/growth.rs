//! Three years of use.

use super::{super::commit::commit, *};

/// What a file may come to, bytes.
const MOST: u64 = 50_000_000;

/// Three people wait, each for another doctor every quarter, who gets twenty slots a day, which go.
fn a_day(tx: &rusqlite::Transaction<'_>, watches: &[Watch], day: i64) -> Result<()> {
    let morning = begin() + TimeDelta::days(day);
    for (number, watch) in watches.iter().enumerate() {
        let doctor = format!("д{number}.{:032x}", day / 90);
        for (hour, count) in [(1, 20), (9, 0)] {
            let at = morning + TimeDelta::hours(hour);
            let mut look = look(watch, &doctor, at, &[]);
            look.slots = (0..count)
                .map(|slot| Slot {
                    start: morning + TimeDelta::days(1) + TimeDelta::minutes(slot * 15),
                    end: Some(morning + TimeDelta::days(1) + TimeDelta::minutes(slot * 15 + 15)),
                    room: Some("312".to_owned()),
                    address: Some("Пулковская ул., д. 8, к. 2".to_owned()),
                })
                .collect();
            commit(tx, look)?;
        }
    }
    Ok(())
}

/// Two weeks of looks with the usual budget, and six that are thinned out: one a minute.
fn log(connection: &mut Connection, end: DateTime<Utc>) -> Result<()> {
    for (weeks, apart_secs) in [(8, 60), (2, 10)] {
        let from = ms(end - TimeDelta::weeks(weeks));
        let until = ms(end - TimeDelta::weeks(if weeks == 8 { 2 } else { 0 }));
        connection.execute(
            "WITH RECURSIVE n (at) AS (SELECT ?1 UNION ALL SELECT at + ?3 FROM n WHERE at + ?3 < ?2)
             INSERT INTO look (at, level, clinic, resource, outcome, code, appeared, vanished, elapsed_ms)
             SELECT at, iif(at / ?3 % 4 = 0, 'doctor', 'clinic'), at / ?3 % 3,
                    iif(at / ?3 % 4 = 0, 'д1.0000000000000000000000000000000' || at / ?3 % 5, ''),
                    'fresh', NULL, 0, 0, 190 FROM n",
            (from, until, apart_secs * 1000),
        )?;
    }
    Ok(())
}

#[tokio::test]
async fn fault_45_three_years_of_looks_and_alerts_stay_under_fifty_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), begin()).unwrap();
    let end = begin() + TimeDelta::days(3 * 26 * 14);
    store
        .with(move |connection| log(connection, end))
        .await
        .unwrap();
    let drafts = ["мама", "Петя", ""].map(|name| (wish(name), Activity::On));
    let watches = store.add_watches(drafts.to_vec(), begin()).await.unwrap();
    let started = tokio::time::Instant::now();
    let mut most = 0;
    for fortnight in 0..3 * 26 {
        let days = fortnight * 14..(fortnight + 1) * 14;
        let people = watches.clone();
        let lived = move |connection: &mut Connection| {
            let tx = connection.transaction()?;
            for day in days.clone() {
                a_day(&tx, &people, day)?;
            }
            Ok(tx.commit()?)
        };
        store.with(lived).await.unwrap();
        let night = begin() + TimeDelta::days((fortnight + 1) * 14);
        store.tidy(night).await.unwrap();
        let size =
            |name: &str| std::fs::metadata(folder.path().join(name)).map_or(0, |file| file.len());
        most = most.max(size(FILE_NAME) + size(&format!("{FILE_NAME}-wal")));
    }
    drop(store);
    let opened = tokio::time::Instant::now();
    let store = open(folder.path(), end).unwrap();
    println!("opened and checked in {:?}", opened.elapsed());
    assert!(store.back_up(end).await.unwrap());
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
    // A year of the inbox; two weeks of looks, and what is left of six.
    assert!((365 * 3..=385 * 3).contains(&alerts), "{alerts}");
    let whole = upkeep::WHOLE.num_seconds() / 10;
    assert!((whole..whole + 70_000).contains(&looks), "{looks}");
    let copies = backups::copies(&folder.path().join(backups::FOLDER)).unwrap();
    let copy = std::fs::metadata(&copies[0].path).unwrap().len();
    println!("a copy of {copy} bytes");
}

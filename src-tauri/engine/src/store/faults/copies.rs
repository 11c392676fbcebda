//! The copies of each day and week.

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder.join(backups::FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn fault_43_seven_days_and_four_weeks_have_a_good_copy_taken_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    for hours in 0..24 * 60 {
        let now = begin() + TimeDelta::hours(hours);
        let write = look(&watches[0], "a", now, &[hours / 24 + 1, hours / 24 + 2]);
        let (copied, written) = tokio::join!(store.back_up(now), store.commit(write));
        written.unwrap();
        assert_eq!(copied.unwrap(), hours % 24 == 0, "hour {hours}");
    }
    assert_eq!(
        names(folder.path()),
        [
            // Sundays of weeks before, then the last seven days.
            "2027-01-03T06-00-00Z.db",
            "2027-01-10T06-00-00Z.db",
            "2027-01-15T06-00-00Z.db",
            "2027-01-16T06-00-00Z.db",
            "2027-01-17T06-00-00Z.db",
            "2027-01-18T06-00-00Z.db",
            "2027-01-19T06-00-00Z.db",
            "2027-01-20T06-00-00Z.db",
            "2027-01-21T06-00-00Z.db",
        ]
    );
    for name in names(folder.path()) {
        let path = folder.path().join(backups::FOLDER).join(name);
        let copy = backups::verified(&path).unwrap();
        let looks: i64 = copy
            .query_row("SELECT count(*) FROM look", (), |row| row.get(0))
            .unwrap();
        assert!((40..60).contains(&looks), "two days of looks: {looks}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}

#[tokio::test]
async fn fault_43_a_copy_that_is_not_good_takes_no_good_ones_place() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    assert!(store.back_up(begin()).await.unwrap());
    let spoil = |connection: &mut Connection| {
        connection.execute_batch(
            "PRAGMA foreign_keys = OFF;
             INSERT INTO hidden VALUES (77, 77);
             PRAGMA foreign_keys = ON",
        )?;
        Ok(())
    };
    store.with(spoil).await.unwrap();
    let before = names(folder.path());
    let tomorrow = begin() + TimeDelta::days(1);
    store.back_up(tomorrow).await.unwrap_err();
    assert_eq!(names(folder.path()), before, "nothing of it is left");

    // A clock that ran ahead made one; it counts for none.
    let well = "DELETE FROM hidden";
    let heal = move |connection: &mut Connection| Ok(connection.execute(well, ())?);
    store.with(heal).await.unwrap();
    let ahead = begin() + TimeDelta::days(400);
    assert!(store.back_up(ahead).await.unwrap());
    assert!(store.back_up(tomorrow).await.unwrap());
}

#[tokio::test]
async fn everything_deleted_is_deleted_from_every_copy() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    store.back_up(begin()).await.unwrap();
    drop(store);
    std::fs::write(folder.path().join(FILE_NAME), "gone").unwrap();
    let store = open(folder.path(), begin()).unwrap();
    std::fs::write(folder.path().join(backups::PART), "мама").unwrap();
    store.erase().await.unwrap();
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["lock", FILE_NAME]);
    drop(store);
    let fresh = open(folder.path(), begin()).unwrap();
    assert_eq!(nicknames(&fresh).await, [""; 0]);
}

#[tokio::test]
async fn fault_30_a_clock_that_is_set_back_a_year_costs_no_copy_before_there_are_others() {
    let folder = tempfile::tempdir().unwrap();
    lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    for day in 0..30 {
        let now = begin() + TimeDelta::days(day);
        assert!(store.back_up(now).await.unwrap());
    }
    let before = names(folder.path());
    assert!(before.len() > 7);
    let back = begin() - TimeDelta::days(365);
    for day in 0..6 {
        let now = back + TimeDelta::days(day);
        assert!(store.back_up(now).await.unwrap());
        let after = names(folder.path());
        assert!(before.iter().all(|name| after.contains(name)), "day {day}");
    }
    assert!(store.back_up(back + TimeDelta::days(6)).await.unwrap());
    let after = names(folder.path());
    assert!(before.iter().all(|name| !after.contains(name)));
}

#[tokio::test]
async fn fault_30_a_copy_of_a_clock_that_was_ahead_is_no_newer_than_todays() {
    let folder = tempfile::tempdir().unwrap();
    let watches = lived_in(folder.path()).await;
    let store = open(folder.path(), begin()).unwrap();
    let ahead = begin() + TimeDelta::days(400);
    assert!(store.back_up(ahead).await.unwrap());
    let later = begin() + TimeDelta::hours(1);
    let newer = vec![(wish("бабушка"), Activity::On)];
    store.add_watches(newer, later).await.unwrap();
    assert!(store.back_up(later).await.unwrap());
    drop(store);
    std::fs::write(folder.path().join(FILE_NAME), "gone").unwrap();
    let store = open(folder.path(), later + TimeDelta::hours(1)).unwrap();
    assert_eq!(nicknames(&store).await.len(), watches.len() + 1);
}

//! A crash while the database of an older version is brought up to date.

use std::{collections::BTreeMap, os::unix::process::ExitStatusExt, path::Path};

use rusqlite::{Connection, types::Value};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::{database::copied, dying_at};
use crate::harness::{Town, talonctl};

/// Of the copy that is made first.
pub(super) const STEPS: [&str; 4] = ["copying", "copied", "migrating", "migrated"];

const FILE: &str = "talonchik.db";

/// What leads from each version to the next.
const MIGRATIONS: [&str; 7] = [
    include_str!("../../../../engine/migrations/0001_initial.sql"),
    include_str!("../../../../engine/migrations/0002_channels.sql"),
    include_str!("../../../../engine/migrations/0003_learning.sql"),
    include_str!("../../../../engine/migrations/0004_scale.sql"),
    include_str!("../../../../engine/migrations/0005_told.sql"),
    include_str!("../../../../engine/migrations/0006_asked.sql"),
    include_str!("../../../../engine/migrations/0007_there.sql"),
];

/// So many looks that the copy takes more than one step.
const LONG: u32 = 12_000;

/// The rows of every table, by its name, with the columns of the old version.
type Content = BTreeMap<String, Vec<Vec<Value>>>;

/// A data folder of this version: a watch, an alert nobody has heard of, so many looks.
fn folder_of(version: usize, watch: &[String; 2], looks: u32) -> TempDir {
    let folder = TempDir::new().unwrap();
    let file = Connection::open(folder.path().join(FILE)).unwrap();
    for migration in &MIGRATIONS[..version] {
        file.execute_batch(migration).unwrap();
    }
    file.pragma_update(None, "user_version", i64::try_from(version).unwrap())
        .unwrap();
    if version > 0 {
        let [draft, activity] = watch;
        file.execute(
            "INSERT INTO watch VALUES (1, ?1, ?2, 5, NULL)",
            [draft, activity],
        )
        .unwrap();
        file.execute_batch(
            r#"INSERT INTO opening VALUES (4, '1', '2', 'И', 9000000000000, 0, '{}', 5, 5, NULL, 0, 0);
               INSERT INTO alert VALUES (7, 1, '{}', '{"kind":"raised"}', 5, 5);
               INSERT INTO alert_slot VALUES (7, 4);
               INSERT INTO outbox (id, alert_id, channel, kind, state, attempts, next_at, at, why)
                   VALUES (3, 7, 'telegram/1', 'appeared', 'due', 2, 90, 80, 'silent');"#,
        )
        .unwrap();
        file.execute(
            "INSERT INTO look WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                SELECT i, i, 'doctor', '1', '2', 'fresh', NULL, 0, 0, 12 FROM n",
            [looks],
        )
        .unwrap();
    }
    folder
}

/// Which columns the tables of this version have that the newest has, too: what an outbox has told is
/// a table of its own now.
fn columns_of(version: usize) -> BTreeMap<String, String> {
    let file = Connection::open_in_memory().unwrap();
    for migration in &MIGRATIONS[..version] {
        file.execute_batch(migration).unwrap();
    }
    let mut tables = file
        .prepare(
            "SELECT m.name, group_concat(c.name, ', ') FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
             WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name <> 'setting'
             AND (m.name, c.name) <> ('outbox', 'told') GROUP BY m.name",
        )
        .unwrap();
    let tables = tables.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    tables.unwrap().map(Result::unwrap).collect()
}

/// The version of a database that is whole, and what it holds in these columns.
fn content(file: &Path, columns: &BTreeMap<String, String>) -> (usize, Content) {
    let file = Connection::open(file).unwrap();
    let check: String = file
        .query_row("PRAGMA integrity_check", (), |row| row.get(0))
        .unwrap();
    assert_eq!(check, "ok");
    let version: i64 = file
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    let version = usize::try_from(version).unwrap();
    let rows = |(table, columns): (&String, &String)| {
        let mut rows = file
            .prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2"))
            .unwrap();
        let width = rows.column_count();
        let rows = rows.query_map((), |row| (0..width).map(|at| row.get(at)).collect());
        (table.clone(), rows.unwrap().map(Result::unwrap).collect())
    };
    (version, columns.iter().map(rows).collect())
}

/// Starts the program, which may die at this step. `false`: it did not get so far, and did its work.
async fn dies(folder: &Path, step: &str, pass: u32) -> bool {
    let mut command = talonctl(&[
        "watch",
        "list",
        "--json",
        "--api-base",
        "http://127.0.0.1:9/",
    ]);
    command.arg("--data-dir").arg(folder);
    let output = dying_at(command, step, pass).output().await.unwrap();
    let died = output.status.signal() == Some(9);
    assert!(died || output.status.success(), "{step}:{pass}: {output:?}");
    died
}

/// Brings this version up to date, killed at one statement after the other; says how many there are.
async fn killed_at_each_statement(version: usize, watch: [String; 2]) -> u32 {
    let folder = folder_of(version, &watch, 10);
    let columns = columns_of(version);
    let (_, before) = content(&folder.path().join(FILE), &columns);
    let copy = folder.path().join(format!("talonchik.v{version}.db"));
    for pass in 1.. {
        let died = dies(folder.path(), "migrating", pass).await;
        let dead = copied(folder.path());
        let (found, now) = content(&dead.path().join(FILE), &columns);
        assert_eq!(
            found,
            if died { version } else { MIGRATIONS.len() },
            "statement {pass}"
        );
        assert!(now == before, "statement {pass} of version {version}");
        if version > 0 {
            assert!(
                content(&copy, &columns) == (version, before.clone()),
                "the copy"
            );
        }
        if !died {
            return pass - 1;
        }
    }
    0
}

/// A watch as this program keeps it.
async fn a_watch() -> [String; 2] {
    let town = Town::new().await;
    town.watch(&town.place()).await;
    let file = Connection::open(town.home.path().join(FILE)).unwrap();
    file.query_row("SELECT draft, activity FROM watch", (), |row| {
        Ok([row.get(0)?, row.get(1)?])
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_40_killed_at_each_statement_an_update_is_made_whole_or_not_at_all() {
    let watch = a_watch().await;
    let mut versions = JoinSet::new();
    for version in 0..MIGRATIONS.len() {
        versions.spawn(killed_at_each_statement(version, watch.clone()));
    }
    for statements in versions.join_all().await {
        // BEGIN, something, the version, COMMIT.
        assert!(statements >= 4, "{statements}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_40_killed_before_or_after_an_update_the_next_start_goes_on() {
    let watch = a_watch().await;
    let columns = columns_of(1);
    for step in STEPS {
        let folder = folder_of(1, &watch, LONG);
        let (_, before) = content(&folder.path().join(FILE), &columns);
        assert!(dies(folder.path(), step, 1).await, "{step}");
        assert!(!dies(folder.path(), "", 1).await);
        let (version, after) = content(&folder.path().join(FILE), &columns);
        assert_eq!(version, MIGRATIONS.len(), "{step}");
        assert!(after == before, "{step}");
        let copy = content(&folder.path().join("talonchik.v1.db"), &columns);
        assert!(copy == (1, before), "{step}: the copy");
    }
}

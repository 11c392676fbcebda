//! What keeps the program from starting is said in one sentence.

use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
};

use simulator::{Extent, Fault, Scope};
use tempfile::TempDir;

use crate::harness::{Town, ended, talonctl};

#[tokio::test(flavor = "multi_thread")]
async fn fault_48_data_in_use_are_left_alone() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let mut running = town.start(&["run", "--json"]);
    running.baseline(&place.doctor).await;
    let refused = town.ask(&["status"]).await;
    assert!(
        refused
            .sentence(1)
            .contains("уже работает другая программа")
    );
    running.kill().await;
    town.ask(&["status"]).await.text();
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_a_newer_version_are_left_alone() {
    let town = Town::new().await;
    town.ask(&["status"]).await.text();
    let file = town.home.path().join("talonchik.db");
    let mut database = OpenOptions::new().write(true).open(&file).unwrap();
    // SQLite keeps `user_version` in the header, big-endian.
    database.seek(SeekFrom::Start(60)).unwrap();
    database.write_all(&999_u32.to_be_bytes()).unwrap();
    drop(database);
    let before = fs::read(&file).unwrap();
    let refused = town.ask(&["status"]).await;
    assert!(
        refused.sentence(1).contains("более новая версия"),
        "{refused:?}"
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_38_a_folder_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "text").unwrap();
    let status = |path: &std::path::Path| {
        let mut command = talonctl(&["status", "--data-dir"]);
        command.arg(path);
        ended(command)
    };
    let refused = status(&file).await;
    let sentence = refused.sentence(1);
    assert!(
        sentence.starts_with("Не удалось открыть папку данных"),
        "{sentence}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_35_a_damaged_database_is_put_together_again_and_the_self_check_says_so() {
    let town = Town::new().await;
    town.watch(&town.place()).await;
    let file = town.home.path().join("talonchik.db");
    let sound = fs::read(&file).unwrap();
    // The end is missing: where the youngest tables are.
    fs::write(&file, &sound[..sound.len() - 3 * 4096]).unwrap();
    let watches = town.ask_json(&["watch", "list"]).await;
    assert_eq!(watches.as_array().unwrap().len(), 1);
    let said = town.ask(&["doctor"]).await;
    assert!(said.text().contains("Копии нет"), "{said:?}");
    let kept = fs::read_dir(town.home.path().join("damaged")).unwrap();
    assert_eq!(kept.count(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn data_are_kept_where_the_desktop_program_keeps_them() {
    let home = TempDir::new().unwrap();
    let mut command = talonctl(&["status"]);
    command.env("XDG_DATA_HOME", home.path());
    ended(command).await.text();
    assert!(home.path().join("ru.talonchik.app/talonchik.db").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_written_only_when_asked_for() {
    let town = Town::new().await;
    town.watch(&town.place()).await;
    town.city
        .fail(Scope::All, Fault::Code(602), Extent::UntilCleared);
    assert_eq!(town.ask(&["check"]).await.err.lines().count(), 1);
    let verbose = town.ask(&["check", "-v"]).await;
    assert!(verbose.err.contains("a look taught nothing"), "{verbose:?}");
    let mut by_environment = town.command(&["check"]);
    by_environment.env("RUST_LOG", "engine=info");
    let logged = ended(by_environment).await;
    assert!(logged.err.contains("a look taught nothing"), "{logged:?}");
}

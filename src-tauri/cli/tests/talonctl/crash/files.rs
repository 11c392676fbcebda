//! A crash while a file takes another's place: there is the old one or the new one, whole.

use std::{fs, os::unix::process::ExitStatusExt, path::Path};

use tokio::process::Command;

use super::dying_at;
use crate::{
    harness::{Town, ended, told},
    home::Home,
};

/// Of the exported file, of the file with the secrets, and of every command at its end.
pub(super) const STEPS: [&str; 5] = ["exporting", "exported", "sealing", "sealed", "stopped"];

/// Runs a command that reads this and dies at this step.
async fn dies(command: Command, input: &str, step: &str) {
    let mut command = dying_at(command, step, 1);
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stdin, input.as_bytes())
        .await
        .unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.signal(), Some(9), "{step}: {output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_while_it_writes_a_file_the_old_one_or_the_new_one_is_there() {
    let town = Town::new().await;
    let place = town.place();
    town.watch(&place).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("watches.json");
    let line = ["export", file.to_str().unwrap()];
    let read = |path: &Path| fs::read_to_string(path).ok();

    dies(town.command(&line), "", "exporting").await;
    assert_eq!(read(&file), None);
    dies(town.command(&line), "", "exported").await;
    let old = read(&file).unwrap();

    let any = [
        "watch",
        "add",
        "--clinic",
        &place.clinic,
        "--specialty",
        &place.specialty,
    ];
    // What a command did is done, though it died before its end.
    dies(town.command(&any), "", "stopped").await;
    assert_eq!(
        town.ask_json(&["watch", "list"])
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    dies(town.command(&line), "", "exporting").await;
    assert_eq!(read(&file).unwrap(), old);
    dies(town.command(&line), "", "exported").await;
    let mut elsewhere = Town::new().await;
    elsewhere.home = tempfile::tempdir().unwrap();
    let imported = elsewhere.ask_json(&["import", line[1]]).await;
    assert_eq!(imported["watches"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_46_killed_while_it_seals_a_secret_it_is_kept_whole_or_not_at_all() {
    let home = Home::new().await;
    let file = home.town.home.path().join("secrets.sealed");
    let set = || home.command(&["push", "set", "--kind", "webhook"]);
    let address = |name: &str| format!("http://127.0.0.1:9/{name}\n\n");

    dies(set(), &address("first"), "sealing").await;
    assert!(!file.exists());
    dies(set(), &address("first"), "sealed").await;
    let sealed = fs::read(&file).unwrap();
    dies(set(), &address("first"), "sealing").await;
    assert_eq!(fs::read(&file).unwrap(), sealed);
    let answer = told(set(), &address("second")).await;
    assert!(answer.text().contains("127.0.0.1"), "{answer:?}");
    let channels = ended(home.command(&["channels", "--json"])).await.json();
    assert_eq!(channels["keyStore"], "sealed", "{channels}");
    assert_eq!(channels["push"]["host"], "127.0.0.1", "{channels}");
}

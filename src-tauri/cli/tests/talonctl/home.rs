//! A home server: no desktop, no key store, a bot in a Telegram of this process.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
};

use simulator::{
    Place,
    telegram::{ChatMessage, Telegram},
};
use tokio::process::Command;

use crate::harness::{Answer, Running, Town, ended, now, told, until};

/// The bot's token; its second half is the secret.
pub(crate) const TOKEN: &str = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc";
/// The person, and their private chat with the bot.
pub(crate) const PERSON: i64 = 7_001;

/// A town, a Telegram, and a passphrase in a file.
pub(crate) struct Home {
    pub(crate) town: Town,
    pub(crate) telegram: Telegram,
    keys: tempfile::TempDir,
}

impl Home {
    /// Nothing is set up.
    pub(crate) async fn new() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let home = Self {
            town: Town::new().await,
            telegram: Telegram::start_with(TOKEN, now, 0).await.unwrap(),
            keys,
        };
        fs::write(home.passphrase(), "correct horse battery\nnot this line\n").unwrap();
        fs::set_permissions(home.passphrase(), Permissions::from_mode(0o600)).unwrap();
        home
    }

    /// The bot is known.
    pub(crate) async fn with_bot() -> Self {
        let home = Self::new().await;
        let url = home.telegram.base_url();
        home.ask(&["telegram", "way", "--api", &url]).await.text();
        home.tell(&["telegram", "token"], TOKEN).await.text();
        home
    }

    /// And a chat is linked.
    pub(crate) async fn linked() -> Self {
        let home = Self::with_bot().await;
        let mut linking = home.start(&["telegram", "link", "--yes", "--json"]);
        let link = linking.event(|event| event["event"] == "link").await;
        let url = link["url"].as_str().unwrap();
        let (_, code) = url.split_once("?start=").unwrap();
        home.telegram.say(PERSON, &format!("/start {code}"));
        let linked = linking.event(|event| event["event"] == "linked").await;
        assert_eq!(linked["chat"]["id"], 1);
        assert!(linking.wait().await.success());
        home
    }

    /// The file with the passphrase.
    pub(crate) fn passphrase(&self) -> PathBuf {
        self.keys.path().join("passphrase")
    }

    /// The program, which is told the passphrase.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.town.command(arguments);
        command.arg("--passphrase-file").arg(self.passphrase());
        command
    }

    pub(crate) async fn ask(&self, arguments: &[&str]) -> Answer {
        ended(self.command(arguments)).await
    }

    pub(crate) async fn tell(&self, arguments: &[&str], input: &str) -> Answer {
        told(self.command(arguments), input).await
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments))
    }

    /// `run` on a watch of this doctor, past its first look.
    pub(crate) async fn run(&self, place: &Place) -> Running {
        let mut running = self.start(&["run", "--json"]);
        running.baseline(&place.doctor).await;
        running
    }

    /// What the person sees of alerts: a found one begins green, one that is over white.
    pub(crate) fn alerts(&self) -> Vec<ChatMessage> {
        let mut messages = self.telegram.messages(PERSON);
        messages.retain(|message| message.text.starts_with(['🟢', '⚪']));
        messages
    }

    /// Waits until an alert in the chat says this.
    pub(crate) async fn reads(&self, text: &str) {
        let told = || {
            self.alerts()
                .last()
                .is_some_and(|it| it.text.contains(text))
        };
        until(&format!("{text} in {:?}", self.alerts()), told).await;
    }

    /// Waits until the bot has called this method so many times about an alert or any message.
    pub(crate) async fn called(&self, method: &str, times: usize) {
        let calls = || {
            let calls = self.telegram.calls();
            calls.iter().filter(|call| call.method == method).count()
        };
        until(method, || calls() >= times).await;
    }
}

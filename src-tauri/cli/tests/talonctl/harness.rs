//! A city in this process, a data folder, and the real program run against them.

use std::{
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use engine::clock::Clock;
use serde_json::Value;
use simulator::{City, Config, Place, Server};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Nothing here takes longer unless it hangs, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A quiet city and a place for data.
pub(crate) struct Town {
    pub(crate) city: Arc<City>,
    pub(crate) server: Server,
    pub(crate) home: TempDir,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Answer {
    /// Its document; the command succeeded.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// Its lines for people; the command succeeded.
    pub(crate) fn text(&self) -> &str {
        assert_eq!(self.code, 0, "{self:?}");
        &self.out
    }

    /// The one sentence of a command that ended with this code and printed nothing.
    pub(crate) fn sentence(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        self.said()
    }

    /// The one line of standard error.
    pub(crate) fn said(&self) -> &str {
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        self.err.trim_end().strip_prefix("talonctl: ").unwrap()
    }
}

/// The time by the machine's clock.
pub(crate) fn now() -> DateTime<Utc> {
    Clock::system().now()
}

/// A time for a slot, so many days ahead, on a whole minute.
pub(crate) fn in_days(days: i64) -> DateTime<Utc> {
    let soon = now() + TimeDelta::days(days);
    let past = soon.timestamp() % 60;
    DateTime::from_timestamp(soon.timestamp() - past, 0).unwrap()
}

/// The program, as a Russian user starts it.
pub(crate) fn talonctl(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_talonctl"));
    for name in ["LC_ALL", "LC_MESSAGES", "RUST_LOG", "CREDENTIALS_DIRECTORY"] {
        command.env_remove(name);
    }
    command
        // A home server: nobody is logged in, there is no key store.
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .env("LANG", "ru_RU.UTF-8")
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub(crate) async fn ended(mut command: Command) -> Answer {
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command that reads this to its end.
pub(crate) async fn told(mut command: Command, input: &str) -> Answer {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that fails first reads nothing.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = timeout(PATIENCE, child.wait_with_output()).await;
    let output = output.unwrap().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits until this holds.
#[cfg(target_os = "linux")]
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let often = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(timeout(PATIENCE, often).await.is_ok(), "{what}");
}

impl Town {
    pub(crate) async fn new() -> Self {
        let city = City::new(Config::quiet(now()));
        let server = Server::start(city.clone(), 0).await.unwrap();
        Self {
            city,
            server,
            home: TempDir::new().unwrap(),
        }
    }

    /// A specialty with several doctors.
    pub(crate) fn place(&self) -> Place {
        self.city.a_doctor()
    }

    /// The program on this city and folder, not started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = talonctl(arguments);
        command
            .args(["--api-base", &self.server.base_url()])
            .args(["--budget", "100000", "--data-dir"])
            .arg(self.home.path());
        command
    }

    pub(crate) async fn ask(&self, arguments: &[&str]) -> Answer {
        ended(self.command(arguments)).await
    }

    pub(crate) async fn ask_json(&self, arguments: &[&str]) -> Value {
        self.ask(&[arguments, &["--json"]].concat()).await.json()
    }

    /// Runs a command that reads this.
    pub(crate) async fn tell(&self, arguments: &[&str], input: &str) -> Answer {
        told(self.command(arguments), input).await
    }

    /// A watch on one doctor; its id.
    pub(crate) async fn watch(&self, place: &Place) -> String {
        let line = [
            "watch",
            "add",
            "--clinic",
            &place.clinic,
            "--specialty",
            &place.specialty,
            "--doctor",
            &place.doctor,
        ];
        self.ask_json(&line).await["id"].to_string()
    }

    /// Starts a command that goes on.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments))
    }
}

/// A command that goes on.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().unwrap();
        Self {
            child,
            lines: BufReader::new(stdout).lines(),
        }
    }

    /// Its process; it has not ended.
    #[cfg(unix)]
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// The next line.
    pub(crate) async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.lines.next_line()).await;
        line.unwrap().unwrap().expect("it ended")
    }

    /// The next event of which this holds.
    pub(crate) async fn event(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event: Value = serde_json::from_str(&self.line().await).unwrap();
            if holds(&event) {
                return event;
            }
        }
    }

    /// Waits until it has seen this doctor's slots for the first time.
    pub(crate) async fn baseline(&mut self, doctor: &str) -> Value {
        self.event(|event| event["event"] == "poll" && event["doctorId"] == doctor)
            .await
    }

    /// All events until it ends.
    pub(crate) async fn rest(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        while let Some(line) = timeout(PATIENCE, self.lines.next_line())
            .await
            .unwrap()
            .unwrap()
        {
            events.push(serde_json::from_str(&line).unwrap());
        }
        events
    }

    /// Waits for its end.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap()
    }

    /// What it said to standard error; it has ended.
    pub(crate) async fn complaints(&mut self) -> String {
        let mut text = String::new();
        let stderr = self.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut text).await.unwrap();
        text
    }

    /// A crash.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Nobody reads any more; the child is left.
    pub(crate) fn stop_reading(self) -> Child {
        self.child
    }

    /// Asks it to stop, as a service manager does.
    #[cfg(unix)]
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.unwrap().success());
        self.wait().await
    }
}

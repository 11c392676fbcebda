//! The program under test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use rusqlite::Connection;

use crate::{
    desktop::Desktop,
    processes::{Killed, Process, descendants, kill, memory, process, terminate},
    screen::Window,
    town::Town,
    wait::{until, within},
};

/// How long the end may take.
const END_LIMIT: Duration = Duration::from_secs(5);

/// A page's process, as the kernel names it.
const PAGE_PROCESS: &str = "WebKitWebProces";

/// The program, started and not started yet: its data and how it is run.
pub(crate) struct Program<'a> {
    desktop: &'a Desktop,
    town: &'a Town,
    data: PathBuf,
}

/// A running program.
pub(crate) struct Running<'a> {
    id: u32,
    child: Option<Killed>,
    program: &'a Program<'a>,
}

impl<'a> Program<'a> {
    /// The program of this desktop's person; it asks this city.
    pub(crate) fn new(desktop: &'a Desktop, town: &'a Town) -> Self {
        Self {
            desktop,
            town,
            data: desktop.home().join("talonchik"),
        }
    }

    /// Where its data is.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Its file.
    pub(crate) fn file() -> &'static Path {
        Path::new(env!("CARGO_BIN_EXE_talonchik"))
    }

    /// What it is started with besides what a story wants.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let data = self.data.to_str().expect("temporary folders are UTF-8");
        let town = self.town.address();
        // A large budget makes looks quick: one a second.
        [
            "--data-dir",
            data,
            "--api-base",
            &town,
            "--budget",
            "100000",
        ]
        .map(str::to_owned)
        .into()
    }

    /// A command that starts it.
    pub(crate) fn command(&self, more: &[&str]) -> Command {
        let mut command = self.desktop.command(Self::file());
        command
            .args(self.arguments())
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Starts it.
    pub(crate) fn start(&'a self, more: &[&str]) -> Running<'a> {
        let child = Killed::start(&mut self.command(more), "itself");
        Running {
            id: child.id(),
            child: Some(child),
            program: self,
        }
    }

    /// Takes over the one that `driver` has started.
    pub(crate) async fn started_by(&'a self, driver: u32) -> Running<'a> {
        let found = until("the driver has started the program", async || {
            descendants(driver)
                .into_iter()
                .find(|one| one.runs(Self::file()))
        })
        .await;
        Running {
            id: found.id,
            child: None,
            program: self,
        }
    }

    /// Starts it once more while it runs: it is to end soon, and well.
    pub(crate) async fn start_again(&self, more: &[&str]) {
        let mut second = Killed::start(&mut self.command(more), "itself");
        let ended = until("the second start ends", async || {
            second.0.try_wait().expect("it is our child")
        })
        .await;
        assert!(ended.success(), "the second start ended with {ended}");
    }

    /// Is what it left behind whole, its one watch with it?
    pub(crate) fn check_database(&self) {
        self.check_database_of(1);
    }

    /// The same with so many watches.
    pub(crate) fn check_database_of(&self, kept: usize) {
        let database = Connection::open(self.data.join("talonchik.db")).expect("it opens");
        let told: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("it can be checked");
        assert_eq!(told, "ok");
        let watches: i64 = database
            .query_row("SELECT count(*) FROM watch", [], |row| row.get(0))
            .expect("it can be read");
        assert_eq!(usize::try_from(watches), Ok(kept));
    }

    /// Is this text in any file it keeps?
    pub(crate) fn holds(&self, text: &str) -> bool {
        fn is_in(folder: &Path, text: &[u8]) -> bool {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).any(|path| {
                if path.is_dir() {
                    return is_in(&path, text);
                }
                let bytes = fs::read(path).unwrap_or_default();
                bytes.windows(text.len()).any(|part| part == text)
            })
        }
        is_in(&self.data, text.as_bytes())
    }

    fn logs(&self) -> String {
        let Ok(files) = fs::read_dir(self.data.join("logs")) else {
            return String::new();
        };
        files
            .flatten()
            .filter_map(|file| fs::read_to_string(file.path()).ok())
            .collect()
    }
}

impl Running<'_> {
    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// What the kernel counts as the share of memory of all its processes, in KB.
    pub(crate) fn memory(&self) -> u64 {
        let all = descendants(self.id).into_iter().map(|one| one.id);
        all.chain([self.id]).filter_map(memory).sum()
    }

    /// Does it live?
    pub(crate) fn lives(&self) -> bool {
        process(self.id).is_some()
    }

    /// Tells it to end, as the system does when its person logs out.
    pub(crate) fn terminate(&self) {
        terminate(self.id);
    }

    /// Its windows.
    pub(crate) fn windows(&self) -> Vec<Window> {
        self.program.desktop.screen.windows(self.id)
    }

    /// Waits for its window to be so.
    pub(crate) async fn window(&self, what: &str, is_so: impl Fn(&Window) -> bool) -> Window {
        until(what, async || {
            self.windows().into_iter().find(|window| is_so(window))
        })
        .await
    }

    /// Its processes of pages.
    pub(crate) fn pages(&self) -> Vec<Process> {
        let all = descendants(self.id).into_iter();
        all.filter(|one| one.name == PAGE_PROCESS).collect()
    }

    /// Waits until no process of the browser engine is left.
    pub(crate) async fn pages_end(&self) {
        until("the processes of the browser engine are gone", async || {
            let left = descendants(self.id)
                .iter()
                .any(|one| one.name.starts_with("WebKit"));
            (!left).then_some(())
        })
        .await;
    }

    /// Waits for its end, which may not take long.
    pub(crate) async fn ends(mut self) -> Option<ExitStatus> {
        let id = self.id;
        let child = &mut self.child;
        within(END_LIMIT, "the program ends", async || match child {
            Some(child) => child.0.try_wait().expect("it is our child").map(Some),
            None => process(id).is_none().then_some(None),
        })
        .await
    }
}

impl Drop for Running<'_> {
    #[expect(clippy::print_stderr, reason = "says why a story failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("windows: {:#?}", self.windows());
            eprintln!("log of the program:\n{}", self.program.logs());
        }
        if self.child.is_none() {
            kill(self.id);
        }
    }
}

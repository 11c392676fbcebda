//! Processes: those a story starts, and those the program starts.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
};

use rustix::process::{Pid, Signal, kill_process};

/// A process that does not outlive its story.
pub(crate) struct Killed(pub(crate) Child);

impl Killed {
    /// Starts it; `package` is what Debian calls the package that has it.
    pub(crate) fn start(command: &mut Command, package: &str) -> Self {
        match command.spawn() {
            Ok(child) => Self(child),
            Err(error) => panic!(
                "{}: {error} (apt install {package})",
                command.get_program().display()
            ),
        }
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Lets it tidy up and end; only for one that surely does.
    pub(crate) fn end(&mut self) {
        terminate(self.id());
        // It may have ended by itself.
        let _ = self.0.wait();
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process as the kernel knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) id: u32,
    /// The first 15 letters of its name.
    pub(crate) name: String,
    parent: u32,
}

impl Process {
    /// Reads `pid (name) state parent …`; `None` for one that has ended.
    fn read(stat: &str) -> Option<Self> {
        let (before, after) = stat.rsplit_once(')')?;
        let (id, name) = before.split_once('(')?;
        let mut rest = after.split_whitespace();
        if rest.next()? == "Z" {
            return None;
        }
        Some(Self {
            id: id.trim().parse().ok()?,
            name: name.to_owned(),
            parent: rest.next()?.parse().ok()?,
        })
    }

    /// Is it this program?
    pub(crate) fn runs(&self, program: &Path) -> bool {
        fs::read_link(format!("/proc/{}/exe", self.id)).is_ok_and(|exe| exe == program)
    }
}

/// The process, if it lives.
pub(crate) fn process(id: u32) -> Option<Process> {
    Process::read(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// Everything it has started, and what that has started.
pub(crate) fn descendants(id: u32) -> Vec<Process> {
    let all: Vec<Process> = fs::read_dir("/proc")
        .expect("Linux has /proc")
        .flatten()
        .filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?))
        .collect();
    let mut found = Vec::new();
    let mut parents = vec![id];
    while let Some(parent) = parents.pop() {
        for child in all.iter().filter(|one| one.parent == parent) {
            parents.push(child.id);
            found.push(child.clone());
        }
    }
    found
}

/// Has it been launched with this variable?
pub(crate) fn has_variable(id: u32, name: &str) -> bool {
    fs::read_to_string(format!("/proc/{id}/environ")).is_ok_and(|environment| {
        environment.split('\0').any(|entry| {
            entry
                .split_once('=')
                .is_some_and(|(found, _)| found == name)
        })
    })
}

/// Its proportional share of memory, in KB; `None` once it has ended.
pub(crate) fn memory(id: u32) -> Option<u64> {
    part_of_memory(id, "Pss:")
}

fn part_of_memory(id: u32, part: &str) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let part = rollup.lines().find_map(|line| line.strip_prefix(part))?;
    part.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// What a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Memory that is its own, in KB: a share of what others use, too, changes when they end.
    pub(crate) memory: u64,
    /// Open files, sockets and pipes.
    pub(crate) files: u64,
    /// Its threads.
    pub(crate) threads: u64,
}

/// What it holds now; `None` once it has ended.
pub(crate) fn held(id: u32) -> Option<Held> {
    let entries = |folder| {
        let folder = fs::read_dir(format!("/proc/{id}/{folder}")).ok()?;
        u64::try_from(folder.count()).ok()
    };
    Some(Held {
        memory: part_of_memory(id, "Private_Dirty:")?,
        files: entries("fd")?,
        threads: entries("task")?,
    })
}

/// Asks it to tidy up and end.
pub(crate) fn terminate(id: u32) {
    send(id, Signal::TERM);
}

/// Ends it at once.
pub(crate) fn kill(id: u32) {
    send(id, Signal::KILL);
}

fn send(id: u32, signal: Signal) {
    if let Some(process) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(process, signal);
    }
}

//! Files a person chooses: watches and settings as JSON, a history as a table.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use engine::{Backup, text::dates::date_of};
use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::{sync::oneshot, task::spawn_blocking};

use crate::{desk::Desk, error::CommandError};

/// The engine takes no larger file; neither is one read.
const LARGEST: u64 = 32 * 1024 * 1024;

/// A kind of file: ids of what is said about it, and how its name ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    title: &'static str,
    name: &'static str,
    called: &'static str,
    ending: &'static str,
}

/// Watches and settings.
pub(crate) const BACKUP: Kind = Kind {
    title: "export-title",
    name: "export-file",
    called: "file-kind",
    ending: "json",
};

/// The history of a watch.
pub(crate) const HISTORY: Kind = Kind {
    title: "history-title",
    name: "history-file",
    called: "history-kind",
    ending: "csv",
};

/// Asks where to save; `None` when the person thought better of it.
pub(crate) async fn ask_where_to_save<R: Runtime>(
    app: &AppHandle<R>,
    desk: &Desk,
    file: Kind,
) -> Option<PathBuf> {
    let words = desk.words();
    let today = date_of(desk.program.clock().now()).to_string();
    let name = words.say_with(file.name, &[("date", today.into())]);
    let dialog = dialog(app, desk, file.title, file).set_file_name(name);
    let (chosen, answer) = oneshot::channel();
    dialog.save_file(move |path| {
        let _ = chosen.send(path);
    });
    path_of(answer.await.ok().flatten())
}

/// Asks which file to open; `None` when the person thought better of it.
pub(crate) async fn ask_what_to_open<R: Runtime>(
    app: &AppHandle<R>,
    desk: &Desk,
) -> Option<PathBuf> {
    let (chosen, answer) = oneshot::channel();
    dialog(app, desk, "import-title", BACKUP).pick_file(move |path| {
        let _ = chosen.send(path);
    });
    path_of(answer.await.ok().flatten())
}

fn dialog<R: Runtime>(
    app: &AppHandle<R>,
    desk: &Desk,
    title: &str,
    file: Kind,
) -> FileDialogBuilder<R> {
    let words = desk.words();
    app.dialog()
        .file()
        .set_title(words.say(title))
        .add_filter(words.say(file.called), &[file.ending])
}

fn path_of(chosen: Option<FilePath>) -> Option<PathBuf> {
    chosen?.into_path().ok()
}

/// Writes the file whole or not at all.
pub(crate) async fn write(path: PathBuf, backup: &Backup) -> Result<(), CommandError> {
    let text = serde_json::to_vec_pretty(backup).map_err(|error| CommandError::system(&error))?;
    write_bytes(path, text).await
}

/// Writes a file that is ready as it is, whole or not at all.
pub(crate) async fn write_bytes(path: PathBuf, bytes: Vec<u8>) -> Result<(), CommandError> {
    off_the_runtime(move || write_whole(&path, &bytes)).await
}

/// Reads a file of text.
pub(crate) async fn read(path: PathBuf) -> Result<String, CommandError> {
    off_the_runtime(move || {
        // A pipe or a device may never end, or never begin.
        if !fs::metadata(&path)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut bytes = Vec::new();
        // One byte more than is taken, so that the engine sees it is too large.
        File::open(path)?
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    })
    .await
}

async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, CommandError> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| CommandError::system(&error)),
        Err(error) => Err(CommandError::system(&error)),
    }
}

fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    // Under a name that nobody has: the one chosen is all that may be overwritten.
    let mut unfinished = tempfile::NamedTempFile::new_in(folder)?;
    unfinished.write_all(text)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_66_a_file_is_written_whole_and_touches_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("талончик.json");
        let beside = folder.path().join("талончик.json.part");
        fs::write(&path, "before").unwrap();
        fs::write(&beside, "somebody's").unwrap();
        write_whole(&path, b"after").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::read_to_string(&beside).unwrap(), "somebody's");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_in_the_way_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        write_whole(&path, b"after").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn fault_66_every_kind_of_file_has_its_words_and_a_name_good_on_every_system() {
        for language in [engine::model::Language::Ru, engine::model::Language::En] {
            let words = engine::text::Words::new(language);
            for file in [BACKUP, HISTORY] {
                assert_ne!(words.say(file.title), file.title);
                assert_ne!(words.say(file.called), file.called);
                let name = words.say_with(file.name, &[("date", "2026-11-21".into())]);
                assert!(name.contains("2026-11-21"), "{name}");
                let good = |letter: char| letter.is_alphanumeric() || " -.".contains(letter);
                assert!(name.chars().all(good) && name.len() < 100, "{name}");
                assert!(name.ends_with(&format!(".{}", file.ending)), "{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_an_error_with_a_code() {
        let error = read("/nowhere/at/all.json".into()).await.unwrap_err();
        assert_eq!(error.code, engine::ErrorCode::Storage);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn fault_66_what_is_no_file_is_not_read() {
        for path in ["/dev/zero", "/dev/null", "/"] {
            let error = read(path.into()).await.unwrap_err();
            assert_eq!(error.code, engine::ErrorCode::Storage, "{path}");
        }
    }
}

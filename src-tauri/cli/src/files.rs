//! `export` and `import`: watches and settings as one JSON file; "-" is standard output or input.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    pin::pin,
};

use engine::failpoints::step;
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::{failure::Failure, session::Session};

/// The engine takes no larger file; neither is one read.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Writes watches and settings; a file is replaced whole or not at all.
pub(crate) async fn export(session: &Session, file: &Path) -> Result<(), Failure> {
    let failed = |error| session.failed(error);
    let backup = session.engine.export().await.map_err(failed)?;
    let text = serde_json::to_string_pretty(&backup).map_err(|error| Failure::File {
        error: error.into(),
        file: file.to_owned(),
    })?;
    if is_standard(file) {
        return session.printer.print(&text).await.map_err(Failure::Output);
    }
    let watches = session.engine.watches().await.map_err(failed)?.len();
    let target = file.to_owned();
    let written = tokio::task::spawn_blocking(move || replace(&target, &text)).await;
    written
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(|error| Failure::File {
            error,
            file: file.to_owned(),
        })?;
    let name = file.display().to_string();
    let document = || json!({"file": name, "watches": watches});
    let sentence = || {
        session.words.say_with(
            "cli-exported",
            &[("file", name.as_str().into()), ("watches", watches.into())],
        )
    };
    session.answer(document, sentence).await
}

/// Adds the watches of a file that are not here yet, and takes its settings.
pub(crate) async fn import(session: &Session, file: &Path) -> Result<(), Failure> {
    let text = read(file).await.map_err(|error| Failure::File {
        error,
        file: file.to_owned(),
    })?;
    let imported = session
        .engine
        .import(&text)
        .await
        .map_err(|error| session.failed(error))?;
    let document = || json!({"watches": imported.watches, "skipped": imported.skipped});
    let sentence = || {
        session.words.say_with(
            "cli-imported",
            &[
                ("watches", imported.watches.into()),
                ("skipped", imported.skipped.into()),
            ],
        )
    };
    session.answer(document, sentence).await
}

fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// What a file, or standard input, holds. What is no text is no export either: the engine says so.
async fn read(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    // One byte more than is taken, so that the engine sees it is too large.
    if is_standard(file) {
        let input = tokio::io::stdin().take(LARGEST + 1);
        pin!(input).read_to_end(&mut bytes).await?;
    } else {
        let input = tokio::fs::File::open(file).await?.take(LARGEST + 1);
        pin!(input).read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes beside the file first, for this user only, then takes its place.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    };
    if file.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.write_all(b"\n")?;
    beside.as_file().sync_all()?;
    step("exporting");
    beside.persist(file)?;
    step("exported");
    Ok(())
}

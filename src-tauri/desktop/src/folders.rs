//! Where the program keeps its files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use engine::model;
use tauri::{AppHandle, Manager, Runtime};

/// The folders of this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folders {
    /// Watches, history, settings.
    pub data: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
    /// Logs.
    pub logs: PathBuf,
    /// These are the system's own places: the usual run of the program, not a
    /// test's or a second one beside it. Only the usual run touches autostart.
    pub usual: bool,
}

impl Folders {
    /// Everything under one folder (`--data-dir`), or where this system keeps such files.
    pub(crate) fn find<R: Runtime>(
        app: &AppHandle<R>,
        data_dir: Option<&Path>,
    ) -> tauri::Result<Self> {
        match data_dir {
            Some(folder) => Ok(Self::under(std::path::absolute(folder)?)),
            None => Self::of_system(app),
        }
    }

    fn of_system<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Self> {
        let paths = app.path();
        let data = paths.app_local_data_dir()?;
        let cache = paths.app_cache_dir()?;
        Ok(Self {
            // On Windows both are one folder.
            cache: if cache == data {
                data.join("cache")
            } else {
                cache
            },
            logs: paths.app_log_dir()?,
            data,
            usual: true,
        })
    }

    /// Everything under one folder.
    pub(crate) fn under(data: PathBuf) -> Self {
        Self {
            cache: data.join("cache"),
            logs: data.join("logs"),
            data,
            usual: false,
        }
    }

    /// Makes them, for this user only where the system knows the difference.
    pub(crate) fn create(&self) -> io::Result<()> {
        for folder in [&self.data, &self.cache, &self.logs] {
            fs::create_dir_all(folder)?;
            #[cfg(unix)]
            fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        }
        Ok(())
    }

    /// The data of the practice city: nothing of it mixes with the real one.
    pub(crate) fn demo_data(&self) -> PathBuf {
        self.data.join("demo")
    }

    /// What the browser engine keeps.
    pub(crate) fn web(&self) -> PathBuf {
        self.cache.join("web")
    }

    /// As the window shows them.
    pub(crate) fn to_model(&self) -> model::Folders {
        let text = |folder: &Path| folder.display().to_string();
        model::Folders {
            data: text(&self.data),
            cache: text(&self.cache),
            logs: text(&self.logs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_70_a_given_folder_holds_everything_and_is_made_private() {
        let home = tempfile::tempdir().unwrap();
        let folders = Folders::under(home.path().join("талончик"));
        folders.create().unwrap();
        for folder in [&folders.data, &folders.cache, &folders.logs] {
            assert!(folder.starts_with(home.path()));
            assert!(folder.is_dir());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = folder.metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
            }
        }
        assert!(!folders.usual);
    }
}

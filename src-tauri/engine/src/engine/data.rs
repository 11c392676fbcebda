//! What is kept: the file to take away and bring back, and the end of everything.

use std::collections::HashSet;

use crate::{
    backup::{self, Backup, ImportFate, ImportPlan, ImportRow, Imported},
    error::{EngineError, Problem},
    model::{Activity, Settings, WatchDraft},
    watches,
};

use super::{Engine, Result, check_budget, count};

impl Engine {
    /// Watches and settings, to be kept in a file.
    pub async fn export(&self) -> Result<Backup> {
        let watches = self.poller.board().watches.iter().cloned().collect();
        Ok(Backup::new(watches, self.settings().await?, self.now()))
    }

    /// What an import of this file would do. Nothing is written.
    pub fn preview_import(&self, text: &str) -> Result<ImportPlan> {
        Ok(self.sort_import(text)?.plan)
    }

    /// Adds the watches of a file that are not here yet, and takes its settings.
    pub async fn import(&self, text: &str) -> Result<Imported> {
        let Import {
            plan,
            fresh,
            settings,
        } = self.sort_import(text)?;
        let added = self.add_watches(fresh, false).await?;
        if let Some(settings) = settings {
            // Whose file it is is not known: it may not lead passwords and messages elsewhere.
            let here = self.settings().await?;
            let settings = Settings {
                telegram: here.telegram,
                telegram_api: here.telegram_api,
                mail: here.mail,
                push: here.push,
                ..settings
            };
            self.save_settings(settings).await?;
        }
        Ok(Imported {
            watches: count(added.iter()),
            skipped: u32::try_from(plan.watches.len() - added.len()).unwrap_or(u32::MAX),
        })
    }

    /// Decides what becomes of each watch of a file.
    fn sort_import(&self, text: &str) -> Result<Import> {
        let backup =
            backup::read(text).map_err(|()| EngineError::Invalid(vec![Problem::BadFile]))?;
        if let Some(settings) = &backup.settings {
            check_budget(settings)?;
        }
        let mut known: HashSet<String> = {
            let board = self.poller.board();
            board
                .watches
                .iter()
                .map(|watch| watches::essence(&watch.draft))
                .collect()
        };
        let mut fresh = Vec::new();
        let mut rows = Vec::new();
        for saved in backup.watches {
            let (draft, fate) = match saved {
                None => (None, ImportFate::Unreadable),
                Some((draft, activity)) => match self.checked(draft.clone()) {
                    Err(error) => (
                        Some(draft),
                        ImportFate::Invalid {
                            problems: error.problems().to_vec(),
                        },
                    ),
                    Ok(draft) if known.insert(watches::essence(&draft)) => {
                        fresh.push((draft.clone(), activity));
                        (Some(draft), ImportFate::New)
                    }
                    Ok(draft) => (Some(draft), ImportFate::Known),
                },
            };
            rows.push(ImportRow { draft, fate });
        }
        Ok(Import {
            plan: ImportPlan {
                watches: rows,
                settings: backup.settings.as_ref().map(Into::into),
            },
            fresh,
            settings: backup.settings,
        })
    }

    /// Deletes everything this folder holds: watches, history, settings, lists. The engine has
    /// stopped for good afterwards; a new one on the same folder starts as on the first day.
    pub async fn erase(&self) -> Result<()> {
        self.stop_tasks().await;
        let erased = self.store.erase().await;
        // What cannot be deleted keeps nothing else.
        let forgotten = self.secrets.forget_all().await;
        erased?;
        Ok(forgotten?)
    }
}

/// A file that was read: what is to be shown of it, and what is to be written.
struct Import {
    plan: ImportPlan,
    fresh: Vec<(WatchDraft, Activity)>,
    settings: Option<Settings>,
}

//! Named JSON values: settings, the pause, the last sleep, unfinished forms.

use rusqlite::{OptionalExtension, named_params};
use serde::{Serialize, de::DeserializeOwned};

use super::{Result, Store};

/// The longest text of an unfinished form, bytes.
pub(crate) const FORM_LIMIT: usize = 64 * 1024;

/// Which value.
#[derive(Debug, Clone)]
pub(crate) enum Name {
    /// `model::Settings`.
    Settings,
    /// `model::Pause`.
    Pause,
    /// `model::Sleep`.
    Sleep,
    /// `tally::Day`.
    Requests,
    /// A random name of this database: two folders of data do not share secrets.
    Installation,
    /// `chats::Offset`: the next update to ask Telegram for.
    TelegramOffset,
    /// `telegram::Bot`: whose chats these are.
    TelegramBot,
    /// `deadman::Told`: what has been said to be silent.
    Silence,
    /// `night::Night`: the quiet hours that nothing has been said of yet.
    Night,
    /// `mend::Mended`: the database was damaged.
    Mended,
    /// What was typed into this form.
    Form(String),
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Settings => "settings".to_owned(),
            Self::Pause => "pause".to_owned(),
            Self::Sleep => "sleep".to_owned(),
            Self::Requests => "requests".to_owned(),
            Self::Installation => "installation".to_owned(),
            Self::TelegramOffset => "telegram-offset".to_owned(),
            Self::TelegramBot => "telegram-bot".to_owned(),
            Self::Silence => "silence".to_owned(),
            Self::Night => "night".to_owned(),
            Self::Mended => "mended".to_owned(),
            Self::Form(form) => format!("form/{form}"),
        }
    }
}

impl Store {
    /// The value, if it was ever saved and can be read.
    pub(crate) async fn setting<T: DeserializeOwned + Send + 'static>(
        &self,
        name: Name,
    ) -> Result<Option<T>> {
        self.with(move |connection| {
            let value: Option<String> = connection
                .prepare_cached("SELECT value FROM setting WHERE name = :name")?
                .query_row(named_params! {":name": name.text()}, |row| row.get(0))
                .optional()?;
            Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
        })
        .await
    }

    /// Saves the value; `None` forgets it.
    pub(crate) async fn save_setting<T: Serialize>(
        &self,
        name: Name,
        value: Option<&T>,
    ) -> Result<()> {
        let value = value.map(serde_json::to_string).transpose()?;
        self.with(move |connection| {
            match &value {
                Some(value) => connection
                    .prepare_cached("INSERT OR REPLACE INTO setting VALUES (:name, :value)")?
                    .execute(named_params! {":name": name.text(), ":value": value})?,
                None => connection
                    .prepare_cached("DELETE FROM setting WHERE name = :name")?
                    .execute(named_params! {":name": name.text()})?,
            };
            Ok(())
        })
        .await
    }
}

/// Writes a value inside a transaction.
pub(super) fn write<T: Serialize>(
    connection: &rusqlite::Connection,
    name: &Name,
    value: &T,
) -> Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO setting VALUES (:name, :value)")?
        .execute(named_params! {":name": name.text(), ":value": serde_json::to_string(value)?})?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Quiet, Settings, Theme};

    #[tokio::test]
    async fn settings_of_an_older_program_take_the_usual_quiet_hours() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let older = serde_json::json!({"theme": "dark", "sound": false, "welcomed": true});
        store
            .save_setting(Name::Settings, Some(&older))
            .await
            .unwrap();
        let read: Settings = store.setting(Name::Settings).await.unwrap().unwrap();
        assert_eq!((read.theme, read.sound), (Theme::Dark, false));
        assert!(read.welcomed);
        assert_eq!(read.quiet, Quiet::default());
    }
}

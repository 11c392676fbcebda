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
    /// What was typed into this form.
    Form(String),
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Settings => "settings".to_owned(),
            Self::Pause => "pause".to_owned(),
            Self::Sleep => "sleep".to_owned(),
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
            match value {
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

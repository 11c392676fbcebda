//! Placeholder.
use serde::{Deserialize, Serialize};
use specta::Type;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
/// A secret.
pub type Secret = secrecy::SecretString;
/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum SecretName {
    TelegramToken,
    TelegramProxy,
    MailPassword,
    PushAddress,
    PushToken,
}
/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub enum KeyStore {
    System,
    Sealed,
    Locked,
    Memory,
    Undecided,
}
/// Failed.
#[derive(Debug, Clone, thiserror::Error)]
#[allow(missing_docs)]
pub enum SecretError {
    #[error("locked")]
    Locked,
    #[error("undecided")]
    Undecided,
    #[error("wrong")]
    WrongPassphrase,
    #[error("damaged")]
    Damaged,
    #[error("weak")]
    WeakPassphrase,
    #[error("store")]
    Store,
}
/// Secrets.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<Mutex<HashMap<SecretName, Secret>>>);
#[allow(missing_docs, clippy::unused_async)]
impl Secrets {
    pub async fn open(_data_dir: &Path, _installation: &str) -> Self {
        Self::default()
    }
    pub fn in_memory() -> Self {
        Self::default()
    }
    pub fn state(&self) -> KeyStore {
        KeyStore::Memory
    }
    pub async fn get(&self, name: SecretName) -> Result<Option<Secret>, SecretError> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&name)
            .cloned())
    }
    pub async fn set(&self, name: SecretName, value: Secret) -> Result<(), SecretError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, value);
        Ok(())
    }
    pub async fn delete(&self, name: SecretName) -> Result<(), SecretError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&name);
        Ok(())
    }
    pub async fn forget_all(&self) -> Result<(), SecretError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        Ok(())
    }
    pub async fn seal(&self, _passphrase: Secret) -> Result<(), SecretError> {
        Ok(())
    }
    pub async fn unlock(&self, _passphrase: Secret) -> Result<(), SecretError> {
        Ok(())
    }
    pub fn keep_in_memory(&self) {}
}

//! The program's secrets: tokens, passwords, addresses that work as one.
//!
//! They live in the system's key store; where there is none that works, in a
//! file under the person's passphrase, or in memory until the program ends:
//! the person chooses. Nowhere else: no database, log, error text, argument
//! list or environment.
//!
//! **At the start** the system's store is probed by writing, reading and
//! deleting a value. A locked one (Secret Service after an automatic login)
//! asks its person for a password meanwhile; the start goes on after three
//! seconds without it, and [`Secrets::get`] says [`SecretError::Locked`] until
//! the person has answered, then finds the store by itself. A person who
//! refused is not asked again until [`Secrets::use_system`].
//!
//! **A sealed file wins while it exists**: then the system's store is not even
//! probed. A machine whose sessions come now with a key store and now without
//! one has the same secrets in all of them, and no value is in two places.
//! [`Secrets::use_system`] is the way back.
//!
//! **What was read once stays in memory**, so a store that locks itself with
//! the screen does not stop the alerts of a person who is away.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use keyring_core::CredentialStore;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use specta::Type;
use tracing::{info, warn};

mod sealed;
mod system;
#[cfg(test)]
mod tests;

pub use system::StoreFailure;

use sealed::{Cost, Seal};
use system::System;

/// A secret: no Display, Debug says nothing, wiped when dropped.
pub type Secret = secrecy::SecretString;

type Values = BTreeMap<String, Secret>;

/// Fewer characters can be guessed by trying.
const SHORTEST_PASSPHRASE: usize = 8;

/// What is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretName {
    /// The token of the person's Telegram bot.
    TelegramToken,
    /// The proxy to Telegram, its password in the address.
    TelegramProxy,
    /// The password of the mailbox alerts are sent from.
    MailPassword,
    /// The address pushes go to: who knows it can read or send them.
    PushAddress,
    /// The token of the push service.
    PushToken,
}

impl SecretName {
    /// Every name.
    pub const ALL: [Self; 5] = [
        Self::TelegramToken,
        Self::TelegramProxy,
        Self::MailPassword,
        Self::PushAddress,
        Self::PushToken,
    ];

    /// The name in the stores; never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TelegramToken => "telegram-token",
            Self::TelegramProxy => "telegram-proxy",
            Self::MailPassword => "mail-password",
            Self::PushAddress => "push-address",
            Self::PushToken => "push-token",
        }
    }
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KeyStore {
    /// In the system's key store.
    System,
    /// In the sealed file, which is open.
    Sealed,
    /// In the sealed file, whose passphrase is asked for.
    Locked,
    /// In memory until the program ends.
    Memory,
    /// The system's store does not work; the person must choose.
    Undecided,
}

/// A secret could not be read or kept. No text holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The sealed file or the system's store must be unlocked first.
    #[error("the key store is locked")]
    Locked,
    /// Nobody has said yet where to keep secrets.
    #[error("where to keep secrets is not chosen yet")]
    Undecided,
    /// Another passphrase, or a change in the file that cannot be told from it.
    #[error("the passphrase does not open the file")]
    WrongPassphrase,
    /// The sealed file is not one, or is cut.
    #[error("the sealed file is damaged")]
    Damaged,
    /// A newer program wrote the sealed file; it is left as it is.
    #[error("the sealed file is of a newer version")]
    Newer,
    /// Shorter than 8 characters.
    #[error("the passphrase is too short")]
    WeakPassphrase,
    /// The system's store did not do it.
    #[error("the system's key store: {0}")]
    Store(StoreFailure),
    /// The sealed file could not be read or written.
    #[error("the sealed file: {0}")]
    Io(io::ErrorKind),
}

impl From<io::Error> for SecretError {
    fn from(error: io::Error) -> Self {
        // The kind only: a path has the person's name in it.
        Self::Io(error.kind())
    }
}

impl From<StoreFailure> for SecretError {
    fn from(failure: StoreFailure) -> Self {
        Self::Store(failure)
    }
}

/// Where secrets are kept. Clones share it.
///
/// Calls wait for the system's store or a key derivation off the async
/// threads, a call to the system no longer than five seconds.
#[derive(Clone)]
pub struct Secrets(Arc<Inner>);

struct Inner {
    system: Option<System>,
    /// The sealed file's path.
    file: Option<PathBuf>,
    cost: Cost,
    /// Held over whatever reads or changes a store.
    turn: Mutex<()>,
    /// Held for moments only.
    state: Mutex<State>,
}

struct State {
    place: Place,
    /// All that is kept in memory or in the open file; of the system's store what was read.
    values: Values,
}

#[derive(Clone)]
enum Place {
    Undecided(StoreFailure),
    System,
    Locked,
    Sealed(Arc<Seal>),
    Memory,
}

impl Secrets {
    /// The sealed file in `data_dir` if there is one, locked; else the system's
    /// store if it works; else nothing is chosen yet.
    ///
    /// `installation` is a random id of this database, so that two data
    /// folders do not share secrets. Takes three seconds at most.
    pub async fn open(data_dir: &Path, installation: &str) -> Self {
        Self::start(
            System::new(installation, system::open),
            data_dir,
            Cost::REAL,
        )
        .await
    }

    /// As [`Secrets::open`] with this store as the system's: for tests.
    pub async fn with_store(
        store: Arc<CredentialStore>,
        data_dir: &Path,
        installation: &str,
    ) -> Self {
        let system = System::new(installation, move || Ok(Arc::clone(&store)));
        Self::start(system, data_dir, Cost::REAL).await
    }

    /// Kept in memory only; for tests and the practice city.
    pub fn in_memory() -> Self {
        Self::new(None, None, Cost::REAL, Place::Memory)
    }

    async fn start(system: System, data_dir: &Path, cost: Cost) -> Self {
        let file = data_dir.join(sealed::FILE);
        let secrets = Self::new(
            Some(system),
            Some(file),
            cost,
            Place::Undecided(StoreFailure::Silent),
        );
        // It fails only when the runtime ends.
        let _ = secrets
            .blocking(|inner| {
                let place = if inner.has_file() {
                    Place::Locked
                } else {
                    inner.probe()
                };
                inner.state().place = place;
                Ok(())
            })
            .await;
        match &secrets.0.state().place {
            Place::Undecided(failure) => warn!("the system's key store cannot be used: {failure}"),
            Place::System => info!("secrets are in the system's key store"),
            Place::Locked | Place::Sealed(_) => info!("secrets are in the sealed file"),
            Place::Memory => info!("secrets are in memory"),
        }
        secrets
    }

    fn new(system: Option<System>, file: Option<PathBuf>, cost: Cost, place: Place) -> Self {
        Self(Arc::new(Inner {
            system,
            file,
            cost,
            turn: Mutex::new(()),
            state: Mutex::new(State {
                place,
                values: Values::new(),
            }),
        }))
    }

    /// Where secrets are kept now.
    pub fn state(&self) -> KeyStore {
        match self.0.state().place {
            Place::Undecided(_) => KeyStore::Undecided,
            Place::System => KeyStore::System,
            Place::Locked => KeyStore::Locked,
            Place::Sealed(_) => KeyStore::Sealed,
            Place::Memory => KeyStore::Memory,
        }
    }

    /// Why nothing is chosen yet: what is wrong with the system's store.
    pub fn trouble(&self) -> Option<StoreFailure> {
        match self.0.state().place {
            Place::Undecided(failure) => Some(failure),
            Place::System | Place::Locked | Place::Sealed(_) | Place::Memory => None,
        }
    }

    /// The value, if it was ever set.
    ///
    /// Locked also while nothing is chosen and the system's store is locked:
    /// the value may be in it.
    pub async fn get(&self, name: SecretName) -> Result<Option<Secret>, SecretError> {
        self.meet_late_answer().await;
        let known = {
            let state = self.0.state();
            let known = state.values.get(name.as_str()).cloned();
            match state.place {
                Place::Locked => return Err(SecretError::Locked),
                Place::Undecided(failure) => return nothing_known(failure),
                Place::Sealed(_) | Place::Memory => return Ok(known),
                Place::System => known,
            }
        };
        if known.is_some() {
            return Ok(known);
        }
        self.blocking(move |inner| inner.read(name.as_str())).await
    }

    /// Keeps the value from now on. An empty value is none: it is deleted.
    pub async fn set(&self, name: SecretName, value: Secret) -> Result<(), SecretError> {
        self.meet_late_answer().await;
        let value = Some(value).filter(|value| !value.expose_secret().is_empty());
        self.blocking(move |inner| inner.put(name.as_str(), value.as_ref()))
            .await
    }

    /// Deletes the value if there is one.
    pub async fn delete(&self, name: SecretName) -> Result<(), SecretError> {
        self.meet_late_answer().await;
        self.blocking(move |inner| inner.put(name.as_str(), None))
            .await
    }

    /// Deletes every value and the sealed file, whatever is locked.
    ///
    /// Goes on after a failure and gives the first. A system's store that is
    /// not in use is emptied as far as it lets us.
    pub async fn forget_all(&self) -> Result<(), SecretError> {
        self.blocking(Inner::forget_all).await
    }

    /// From now on keeps them in a file under this passphrase: what is known
    /// goes there and leaves the system's store. Also changes the passphrase
    /// of an open file; a file that is locked is never replaced.
    pub async fn seal(&self, passphrase: Secret) -> Result<(), SecretError> {
        if passphrase.expose_secret().chars().count() < SHORTEST_PASSPHRASE {
            return Err(SecretError::WeakPassphrase);
        }
        self.blocking(move |inner| inner.seal(&passphrase)).await
    }

    /// Opens the sealed file. What was set in memory meanwhile goes into it.
    pub async fn unlock(&self, passphrase: Secret) -> Result<(), SecretError> {
        self.blocking(move |inner| inner.unlock(&passphrase)).await
    }

    /// Tries the system's store again, also when its person refused before,
    /// and moves what is known there: out of memory or the open sealed file,
    /// which is then deleted.
    pub async fn use_system(&self) -> Result<(), SecretError> {
        self.blocking(Inner::use_system).await
    }

    /// Keeps nothing: asks at each start (values stay in memory until the
    /// program ends). A locked file is left for another day; a store that is
    /// open stays in use.
    pub fn keep_in_memory(&self) {
        let mut state = self.0.state();
        match state.place {
            Place::Undecided(_) | Place::Locked => state.place = Place::Memory,
            Place::System | Place::Sealed(_) | Place::Memory => {}
        }
    }

    /// A store that was silent because it waited for its person is used once
    /// the person has answered.
    async fn meet_late_answer(&self) {
        let silent = matches!(self.0.state().place, Place::Undecided(StoreFailure::Silent));
        let system = self.0.system.as_ref();
        let Some(system) = system.filter(|system| silent && !system.is_overdue()) else {
            return;
        };
        if system.is_refused_late() {
            self.0.state().place = Place::Undecided(StoreFailure::Refused);
        } else {
            // What came of it is in the state.
            let _ = self.use_system().await;
        }
    }

    /// Runs `work` when it is its turn, off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            let _turn = inner.turn.lock().unwrap_or_else(PoisonError::into_inner);
            work(&inner)
        })
        .await
        .map_err(|_| SecretError::Io(io::ErrorKind::Interrupted))?
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.state()).finish()
    }
}

/// What a store that cannot be used says about a value.
fn nothing_known(failure: StoreFailure) -> Result<Option<Secret>, SecretError> {
    match failure {
        StoreFailure::Absent | StoreFailure::Forgetful => Ok(None),
        StoreFailure::Refused | StoreFailure::Silent => Err(SecretError::Locked),
        StoreFailure::Failed => Err(failure.into()),
    }
}

/// What happens in a turn. All of it blocks.
impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self) -> Place {
        self.state().place.clone()
    }

    fn system(&self) -> Result<&System, SecretError> {
        let none = SecretError::Store(StoreFailure::Absent);
        self.system.as_ref().ok_or(none)
    }

    fn file(&self) -> Result<&Path, SecretError> {
        let none = SecretError::Io(io::ErrorKind::Unsupported);
        self.file.as_deref().ok_or(none)
    }

    /// A file that cannot be looked at is taken for one: it must not be replaced.
    fn has_file(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| file.try_exists().unwrap_or(true))
    }

    fn probe(&self) -> Place {
        match self.system.as_ref().map(System::probe) {
            Some(Ok(())) => Place::System,
            Some(Err(failure)) => Place::Undecided(failure),
            None => Place::Undecided(StoreFailure::Absent),
        }
    }

    /// Reads from the system's store.
    fn read(&self, name: &str) -> Result<Option<Secret>, SecretError> {
        let value = self.system()?.get(name)?;
        if let Some(value) = &value {
            self.state().values.insert(name.to_owned(), value.clone());
        }
        Ok(value)
    }

    /// Keeps a value, or deletes it. Memory changes after the store has.
    fn put(&self, name: &str, value: Option<&Secret>) -> Result<(), SecretError> {
        let mut values = self.state().values.clone();
        match value {
            Some(value) => values.insert(name.to_owned(), value.clone()),
            None => values.remove(name),
        };
        match (self.place(), value) {
            (Place::Locked, _) => return Err(SecretError::Locked),
            (Place::Undecided(_), Some(_)) => return Err(SecretError::Undecided),
            (Place::Undecided(failure), None) => return nothing_known(failure).map(|_| ()),
            (Place::Sealed(seal), _) => sealed::write(self.file()?, &seal.close(&values)?)?,
            (Place::System, Some(value)) => self.system()?.set(name, value)?,
            (Place::System, None) => self.system()?.delete(name)?,
            (Place::Memory, _) => {}
        }
        self.state().values = values;
        Ok(())
    }

    fn forget_all(&self) -> Result<(), SecretError> {
        self.state().values.clear();
        let file = self.file.as_deref().map_or(Ok(()), sealed::remove);
        let system = self.system.as_ref().map_or(Ok(()), System::delete_all);
        let place = match self.place() {
            used @ (Place::System | Place::Memory) => used,
            Place::Undecided(_) | Place::Locked | Place::Sealed(_) if self.has_file() => {
                Place::Locked
            }
            Place::Undecided(_) | Place::Locked | Place::Sealed(_) => self.probe(),
        };
        let in_use = matches!(place, Place::System);
        self.state().place = place;
        file?;
        if in_use { Ok(system?) } else { Ok(()) }
    }

    fn seal(&self, passphrase: &Secret) -> Result<(), SecretError> {
        let path = self.file()?;
        let place = self.place();
        let values = match &place {
            Place::Sealed(_) => self.state().values.clone(),
            _ if self.has_file() => return Err(SecretError::Locked),
            Place::Locked => return Err(SecretError::Locked),
            Place::Undecided(_) | Place::Memory => self.state().values.clone(),
            Place::System => {
                for name in SecretName::ALL {
                    self.read(name.as_str())?;
                }
                self.state().values.clone()
            }
        };
        let seal = Seal::new(passphrase, self.cost)?;
        sealed::write(path, &seal.close(&values)?)?;
        *self.state() = State {
            place: Place::Sealed(Arc::new(seal)),
            values,
        };
        if matches!(place, Place::System)
            && let Err(failure) = self.system()?.delete_all()
        {
            warn!("secrets stay in the system's key store too: {failure}");
        }
        Ok(())
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), SecretError> {
        match self.place() {
            Place::Sealed(_) | Place::System => return Ok(()),
            Place::Locked | Place::Memory | Place::Undecided(_) => {}
        }
        let path = self.file()?;
        let (seal, mut values) = Seal::open(&sealed::read(path)?, passphrase)?;
        let meanwhile = self.state().values.clone();
        if !meanwhile.is_empty() {
            values.extend(meanwhile);
            sealed::write(path, &seal.close(&values)?)?;
        }
        *self.state() = State {
            place: Place::Sealed(Arc::new(seal)),
            values,
        };
        Ok(())
    }

    fn use_system(&self) -> Result<(), SecretError> {
        let place = self.place();
        let was_sealed = match place {
            Place::System => return Ok(()),
            Place::Sealed(_) => true,
            // Else the file would hide at the next start what is moved now.
            _ if self.has_file() => return Err(SecretError::Locked),
            Place::Locked => return Err(SecretError::Locked),
            Place::Undecided(_) | Place::Memory => false,
        };
        let system = self.system()?;
        if let Err(failure) = system.probe() {
            let mut state = self.state();
            if let Place::Undecided(known) = &mut state.place {
                *known = failure;
            }
            return Err(failure.into());
        }
        let values = self.state().values.clone();
        if was_sealed {
            // What the system's store has from before is older than the file.
            system.delete_all()?;
        }
        for (name, value) in &values {
            system.set(name, value)?;
            let kept = system.get(name)?;
            if kept.is_none_or(|kept| kept.expose_secret() != value.expose_secret()) {
                return Err(StoreFailure::Forgetful.into());
            }
        }
        if was_sealed {
            sealed::remove(self.file()?)?;
        }
        let mut state = self.state();
        state.place = Place::System;
        Ok(())
    }
}

//! The system's key store: Secret Service, Keychain, Credential Manager.
//!
//! The system may ask its person for a password before it answers, or never
//! answer. So each call has a thread of its own that can be left behind: a
//! thread of the runtime would hold up the end of the program. While a call
//! that was left behind still runs, every other call fails at once.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use keyring_core::{CredentialStore, Entry, Error};
use rand::RngExt;
use secrecy::{ExposeSecret, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Secret, SecretName};

/// Under this name the store shows what is ours.
const SERVICE: &str = "Talonchik";
/// The name of the value the store is probed with.
const PROBE: &str = "probe";

/// Why the system's key store did not do what it was asked.
///
/// The system's own words are dropped: they may hold names and values.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type, thiserror::Error,
)]
#[serde(rename_all = "camelCase")]
pub enum StoreFailure {
    /// This session has none.
    #[error("there is none")]
    Absent,
    /// It is locked, or its person refused.
    #[error("it is locked")]
    Refused,
    /// No answer in time; perhaps it waits for its person.
    #[error("no answer in time")]
    Silent,
    /// What was written could not be read again.
    #[error("it does not keep what it is given")]
    Forgetful,
    /// It failed in some other way.
    #[error("it failed")]
    Failed,
}

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) answer: Duration,
    /// Shorter: the start of the program waits for it.
    pub(super) probe: Duration,
}

impl Limits {
    pub(super) const REAL: Self = Self {
        answer: Duration::from_secs(5),
        probe: Duration::from_secs(3),
    };
}

type Open = dyn Fn() -> Result<Arc<CredentialStore>, StoreFailure> + Send + Sync;

/// The system's key store. Every call blocks, no longer than its limit.
#[derive(Clone)]
pub(super) struct System(Arc<Shared>);

struct Shared {
    open: Box<Open>,
    installation: String,
    limits: Mutex<Limits>,
    /// The connection, as long as it works.
    opened: Mutex<Option<Arc<CredentialStore>>>,
    /// Calls left behind that still run.
    overdue: Mutex<u32>,
    /// How the last of them failed, if it did.
    late: Mutex<Option<StoreFailure>>,
}

impl System {
    pub(super) fn new(
        installation: &str,
        open: impl Fn() -> Result<Arc<CredentialStore>, StoreFailure> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            open: Box::new(open),
            installation: installation.to_owned(),
            limits: Mutex::new(Limits::REAL),
            opened: Mutex::new(None),
            overdue: Mutex::new(0),
            late: Mutex::default(),
        }))
    }

    /// Whether a call that was left behind still runs.
    pub(super) fn is_overdue(&self) -> bool {
        *lock(&self.0.overdue) > 0
    }

    #[cfg(test)]
    pub(super) fn limit(&self, limits: Limits) {
        *lock(&self.0.limits) = limits;
    }

    /// Whether a value that is written can be read again.
    pub(super) fn probe(&self) -> Result<(), StoreFailure> {
        let user = self.user(PROBE);
        let limit = lock(&self.0.limits).probe;
        let kept = self.call(limit, move |store| {
            // Random, so that what an earlier probe left is not taken for this one.
            let value = format!("{:032x}", rand::rng().random::<u128>());
            set(&store.build(SERVICE, &user, None)?, value.as_bytes())?;
            let read = get(&store.build(SERVICE, &user, None)?)?;
            delete(&store.build(SERVICE, &user, None)?)?;
            Ok(read.is_some_and(|read| *read == value.as_bytes()))
        })?;
        if kept {
            Ok(())
        } else {
            Err(StoreFailure::Forgetful)
        }
    }

    pub(super) fn get(&self, name: &str) -> Result<Option<Secret>, StoreFailure> {
        let user = self.user(name);
        self.call(self.answer_limit(), move |store| {
            get(&store.build(SERVICE, &user, None)?)
        })?
        .map(|bytes| readable(&bytes))
        .transpose()
    }

    /// After [`StoreFailure::Silent`] the value may still be written later.
    pub(super) fn set(&self, name: &str, value: &Secret) -> Result<(), StoreFailure> {
        let (user, value) = (self.user(name), value.clone());
        self.call(self.answer_limit(), move |store| {
            set(
                &store.build(SERVICE, &user, None)?,
                value.expose_secret().as_bytes(),
            )
        })
    }

    /// Deletes it if it is there.
    pub(super) fn delete(&self, name: &str) -> Result<(), StoreFailure> {
        let user = self.user(name);
        self.call(self.answer_limit(), move |store| {
            delete(&store.build(SERVICE, &user, None)?)
        })
    }

    /// Deletes every name; goes on after a failure and gives the first, but
    /// does not ask a person again who refused.
    pub(super) fn delete_all(&self) -> Result<(), StoreFailure> {
        let mut done = Ok(());
        for name in SecretName::ALL
            .map(SecretName::as_str)
            .into_iter()
            .chain([PROBE])
        {
            let deleted = self.delete(name);
            done = done.and(deleted);
            if deleted == Err(StoreFailure::Refused) {
                break;
            }
        }
        done
    }

    /// A person was asked, and refused after nobody waited for the answer any more.
    pub(super) fn is_refused_late(&self) -> bool {
        *lock(&self.0.late) == Some(StoreFailure::Refused)
    }

    fn user(&self, name: &str) -> String {
        format!("{name}@{}", self.0.installation)
    }

    fn answer_limit(&self) -> Duration {
        lock(&self.0.limits).answer
    }

    fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Fn(&CredentialStore) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, StoreFailure> {
        if self.is_overdue() {
            return Err(StoreFailure::Silent);
        }
        let (answer, waiting) = mpsc::sync_channel(1);
        let left_behind = Arc::new(AtomicBool::new(false));
        let (shared, is_left_behind) = (Arc::clone(&self.0), Arc::clone(&left_behind));
        thread::Builder::new()
            .name("key store".to_owned())
            .spawn(move || {
                let done = shared.attempt(&work);
                // What was to be written is wiped before anyone is told.
                drop(work);
                let mut overdue = lock(&shared.overdue);
                if is_left_behind.load(Ordering::Relaxed) {
                    *overdue -= 1;
                    *lock(&shared.late) = done.err();
                } else {
                    // The one who asks waits: it looks again under the same lock before it goes.
                    let _ = answer.send(done);
                }
            })
            .map_err(|_| StoreFailure::Failed)?;
        match waiting.recv_timeout(limit) {
            Ok(done) => done,
            Err(RecvTimeoutError::Disconnected) => Err(StoreFailure::Failed),
            Err(RecvTimeoutError::Timeout) => {
                let mut overdue = lock(&self.0.overdue);
                waiting.try_recv().unwrap_or_else(|_| {
                    left_behind.store(true, Ordering::Relaxed);
                    *overdue += 1;
                    Err(StoreFailure::Silent)
                })
            }
        }
    }
}

impl Shared {
    /// Tries once more on a new connection if an old one fails: the daemon may
    /// have been restarted. Only Linux has connections; elsewhere it would ask
    /// a person who refused a second time.
    fn attempt<T>(
        &self,
        work: &impl Fn(&CredentialStore) -> keyring_core::Result<T>,
    ) -> Result<T, StoreFailure> {
        let mut may_reconnect = cfg!(target_os = "linux") && lock(&self.opened).is_some();
        loop {
            let tried = catch_unwind(AssertUnwindSafe(|| {
                let store = self.store()?;
                Ok(work(&*store))
            }));
            match tried {
                Ok(Ok(Ok(done))) => return Ok(done),
                Ok(Ok(Err(Error::NoStorageAccess(_)))) => return Err(StoreFailure::Refused),
                Ok(Ok(Err(Error::PlatformFailure(_)))) | Err(_) => {
                    *lock(&self.opened) = None;
                    if !may_reconnect {
                        return Err(StoreFailure::Failed);
                    }
                    may_reconnect = false;
                }
                Ok(Ok(Err(_))) => return Err(StoreFailure::Failed),
                Ok(Err(failure)) => return Err(failure),
            }
        }
    }

    fn store(&self) -> Result<Arc<CredentialStore>, StoreFailure> {
        let mut opened = lock(&self.opened);
        if let Some(store) = &*opened {
            return Ok(Arc::clone(store));
        }
        let store = (self.open)()?;
        *opened = Some(Arc::clone(&store));
        Ok(store)
    }
}

impl Drop for Shared {
    /// Secret Service's connection says goodbye when it is dropped and panics
    /// if that happens on a thread of the runtime.
    fn drop(&mut self) {
        let opened = self
            .opened
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = opened.take() {
            thread::spawn(move || drop(store));
        }
    }
}

/// Several values under one name (merged key stores) are one to us: any of
/// them is read, all are written, all are deleted.
fn get(entry: &Entry) -> keyring_core::Result<Option<Zeroizing<Vec<u8>>>> {
    match entry.get_secret() {
        Ok(value) => Ok(Some(Zeroizing::new(value))),
        Err(Error::NoEntry) => Ok(None),
        Err(Error::Ambiguous(entries)) => match entries.first() {
            Some(first) => Ok(Some(Zeroizing::new(first.get_secret()?))),
            None => Ok(None),
        },
        Err(error) => Err(error),
    }
}

fn set(entry: &Entry, value: &[u8]) -> keyring_core::Result<()> {
    match entry.set_secret(value) {
        Err(Error::Ambiguous(entries)) => entries.iter().try_for_each(|one| one.set_secret(value)),
        done => done,
    }
}

fn delete(entry: &Entry) -> keyring_core::Result<()> {
    match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        Err(Error::Ambiguous(entries)) => entries.iter().try_for_each(Entry::delete_credential),
        done => done,
    }
}

fn readable(bytes: &[u8]) -> Result<Secret, StoreFailure> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Secret::from(text)),
        Err(_) => Err(StoreFailure::Failed),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Secret Service (GNOME Keyring, `KWallet`, `KeePassXC`) of this D-Bus session.
/// What it is sent is encrypted for the way.
#[cfg(target_os = "linux")]
pub(super) fn open() -> Result<Arc<CredentialStore>, StoreFailure> {
    let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS");
    if bus.is_none_or(|address| address.is_empty()) {
        return Err(StoreFailure::Absent);
    }
    match zbus_secret_service_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(_) => Err(StoreFailure::Absent),
    }
}

/// The person's login keychain.
#[cfg(target_os = "macos")]
pub(super) fn open() -> Result<Arc<CredentialStore>, StoreFailure> {
    match apple_native_keyring_store::keychain::Store::new() {
        Ok(store) => Ok(store),
        Err(_) => Err(StoreFailure::Absent),
    }
}

/// Credential Manager.
#[cfg(windows)]
pub(super) fn open() -> Result<Arc<CredentialStore>, StoreFailure> {
    match windows_native_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(_) => Err(StoreFailure::Absent),
    }
}

/// No key store that we know.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(super) fn open() -> Result<Arc<CredentialStore>, StoreFailure> {
    Err(StoreFailure::Absent)
}

//! Five kinds of key stores, a person with a passphrase, and a canary.

use std::{
    any::Any,
    collections::HashMap,
    sync::{
        Condvar,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use keyring_core::{
    Credential, Entry, Error,
    api::{CredentialApi, CredentialStoreApi},
};
use tempfile::TempDir;

use super::{system::Limits, *};

/// A cost for tests: the least Argon2 knows.
pub(super) const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};
const PASSPHRASE: &str = "верный пароль";
const CANARY: &str = "4242:canary-Канарейка";

pub(super) fn values(pairs: &[(&str, &str)]) -> Values {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Secret::from(*value)))
        .collect()
}

/// How a key store behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Works,
    Absent,
    /// Locked, and its person says no.
    Refuses,
    /// Takes values and has none.
    Forgets,
    /// Waits for its person.
    Hangs,
    /// Breaks at every call.
    Breaks,
    /// Has a bug.
    Panics,
    /// Has each value twice, as after a merge of two stores.
    Doubled,
    /// Its daemon was restarted: the connection is dead, a new one works.
    Restarted,
}

/// A key store that can be switched from one mode to another.
#[derive(Clone)]
struct Keyring(Arc<Kept>);

struct Kept {
    mode: Mutex<Mode>,
    mode_changed: Condvar,
    values: Mutex<HashMap<String, Vec<u8>>>,
    calls: AtomicUsize,
}

impl Keyring {
    fn new(mode: Mode) -> Self {
        Self(Arc::new(Kept {
            mode: Mutex::new(mode),
            mode_changed: Condvar::new(),
            values: Mutex::default(),
            calls: AtomicUsize::new(0),
        }))
    }

    fn becomes(&self, mode: Mode) {
        *self.0.mode.lock().unwrap() = mode;
        self.0.mode_changed.notify_all();
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.values.lock().unwrap().keys().cloned().collect();
        names.sort();
        names
    }

    fn calls(&self) -> usize {
        self.0.calls.load(Ordering::Relaxed)
    }

    fn system(&self, installation: &str) -> System {
        let keyring = self.clone();
        System::new(installation, move || {
            let mut mode = keyring.0.mode.lock().unwrap();
            match *mode {
                Mode::Absent => return Err(StoreFailure::Absent),
                Mode::Restarted => *mode = Mode::Works,
                _ => {}
            }
            Ok(Arc::new(keyring.clone()))
        })
    }

    async fn secrets(&self, home: &TempDir) -> Secrets {
        Secrets::start(self.system("first"), home.path(), CHEAP).await
    }

    /// What the mode says about a call; the words hold a secret, as a careless store's would.
    fn call(&self) -> keyring_core::Result<Mode> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        let mode = self.0.mode.lock().unwrap();
        let mode = *self
            .0
            .mode_changed
            .wait_while(mode, |mode| *mode == Mode::Hangs)
            .unwrap();
        match mode {
            Mode::Works | Mode::Forgets | Mode::Doubled => Ok(mode),
            Mode::Refuses => Err(Error::NoStorageAccess(CANARY.into())),
            Mode::Panics => panic!("the store's bug"),
            Mode::Absent | Mode::Hangs | Mode::Breaks | Mode::Restarted => {
                Err(Error::PlatformFailure(CANARY.into()))
            }
        }
    }
}

impl CredentialStoreApi for Keyring {
    fn vendor(&self) -> String {
        "a test".to_owned()
    }

    fn id(&self) -> String {
        "1".to_owned()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        _: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        assert_eq!(service, "Talonchik");
        Ok(Entry::new_with_credential(Arc::new(Item {
            keyring: self.clone(),
            user: user.to_owned(),
        })))
    }

    fn as_any(&self) -> &dyn Any {
        &()
    }
}

struct Item {
    keyring: Keyring,
    user: String,
}

impl Item {
    fn call(&self) -> keyring_core::Result<Mode> {
        let mode = self.keyring.call()?;
        if mode != Mode::Doubled || self.user.ends_with('*') {
            return Ok(mode);
        }
        let both = ["", "*"].map(|twin| {
            Entry::new_with_credential(Arc::new(Item {
                keyring: self.keyring.clone(),
                user: format!("{}{twin}*", self.user),
            }))
        });
        Err(Error::Ambiguous(both.into()))
    }
}

impl CredentialApi for Item {
    fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
        if self.call()? != Mode::Forgets {
            let mut values = self.keyring.0.values.lock().unwrap();
            values.insert(self.user.clone(), secret.to_vec());
        }
        Ok(())
    }

    fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
        self.call()?;
        let values = self.keyring.0.values.lock().unwrap();
        values.get(&self.user).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> keyring_core::Result<()> {
        self.call()?;
        let mut values = self.keyring.0.values.lock().unwrap();
        values.remove(&self.user).map(drop).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> keyring_core::Result<Option<Arc<Credential>>> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        &()
    }
}

/// For a store that hangs: nobody waits at all.
const IMPATIENT: Limits = Limits {
    answer: Duration::ZERO,
    probe: Duration::ZERO,
};

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn sealed_file(home: &TempDir) -> PathBuf {
    home.path().join(sealed::FILE)
}

async fn read(secrets: &Secrets, name: SecretName) -> Option<String> {
    let value = secrets.get(name).await.unwrap();
    value.map(|value| value.expose_secret().to_owned())
}

async fn keep(secrets: &Secrets, name: SecretName, value: &str) {
    secrets.set(name, Secret::from(value)).await.unwrap();
}

use SecretName::{MailPassword, PushToken, TelegramToken};

#[tokio::test]
async fn fault_44_a_key_store_that_works_keeps_values_over_a_restart() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let secrets = keyring.secrets(&home).await;
    assert_eq!(secrets.state(), KeyStore::System);
    assert_eq!(keyring.names(), [""; 0], "the probe leaves nothing");
    assert_eq!(read(&secrets, TelegramToken).await, None);

    keep(&secrets, TelegramToken, CANARY).await;
    let secrets = keyring.secrets(&home).await;

    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
    assert_eq!(keyring.names(), ["telegram-token@first"]);
    secrets.delete(TelegramToken).await.unwrap();
    assert_eq!(read(&secrets, TelegramToken).await, None);
    assert_eq!(keyring.names(), [""; 0]);
    assert!(!sealed_file(&home).exists());
}

#[tokio::test]
async fn two_data_folders_do_not_share_secrets() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let first = Secrets::start(keyring.system("first"), home.path(), CHEAP).await;
    let second = Secrets::start(keyring.system("second"), home.path(), CHEAP).await;

    keep(&first, MailPassword, "one").await;
    assert_eq!(read(&second, MailPassword).await, None);
    second.forget_all().await.unwrap();
    assert_eq!(read(&first, MailPassword).await.as_deref(), Some("one"));
}

#[tokio::test]
async fn fault_44_without_a_key_store_the_person_must_choose() {
    let home = home();
    let secrets = Keyring::new(Mode::Absent).secrets(&home).await;

    assert_eq!(secrets.state(), KeyStore::Undecided);
    assert_eq!(secrets.trouble(), Some(StoreFailure::Absent));
    assert_eq!(read(&secrets, TelegramToken).await, None);
    assert_eq!(
        secrets.set(TelegramToken, Secret::from(CANARY)).await,
        Err(SecretError::Undecided)
    );

    secrets.keep_in_memory();
    assert_eq!(secrets.state(), KeyStore::Memory);
    keep(&secrets, TelegramToken, CANARY).await;
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn fault_44_a_locked_key_store_is_not_an_empty_one() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    keep(&keyring.secrets(&home).await, TelegramToken, CANARY).await;

    keyring.becomes(Mode::Refuses);
    let secrets = keyring.secrets(&home).await;
    assert_eq!(secrets.state(), KeyStore::Undecided);
    assert_eq!(secrets.trouble(), Some(StoreFailure::Refused));
    let asked = keyring.calls();
    assert_eq!(
        secrets.get(TelegramToken).await.err(),
        Some(SecretError::Locked)
    );
    assert_eq!(
        secrets.delete(TelegramToken).await,
        Err(SecretError::Locked)
    );
    assert_eq!(keyring.calls(), asked, "who refused is not asked again");

    keyring.becomes(Mode::Works);
    secrets.use_system().await.unwrap();
    assert_eq!(secrets.state(), KeyStore::System);
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
}

#[tokio::test]
async fn fault_44_a_key_store_that_loses_values_is_found_out_by_the_probe() {
    let secrets = Keyring::new(Mode::Forgets).secrets(&home()).await;

    assert_eq!(secrets.state(), KeyStore::Undecided);
    assert_eq!(secrets.trouble(), Some(StoreFailure::Forgetful));
}

#[tokio::test]
async fn fault_44_a_key_store_that_fails_later_keeps_what_was_read_in_use() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let secrets = keyring.secrets(&home).await;
    keep(&secrets, TelegramToken, CANARY).await;
    keep(&secrets, MailPassword, "mail").await;
    let secrets = keyring.secrets(&home).await;
    read(&secrets, TelegramToken).await;

    for (mode, failure) in [
        (Mode::Breaks, StoreFailure::Failed),
        (Mode::Panics, StoreFailure::Failed),
        (Mode::Refuses, StoreFailure::Refused),
        (Mode::Absent, StoreFailure::Absent),
    ] {
        keyring.becomes(mode);
        let failed = Some(SecretError::Store(failure));
        assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
        assert_eq!(secrets.get(MailPassword).await.err(), failed, "{mode:?}");
        let set = secrets.set(TelegramToken, Secret::from("new")).await;
        assert_eq!(set.err(), failed);
        assert_eq!(secrets.delete(TelegramToken).await.err(), failed);
        assert_eq!(secrets.state(), KeyStore::System);
    }

    keyring.becomes(Mode::Works);
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
    assert_eq!(read(&secrets, MailPassword).await.as_deref(), Some("mail"));
}

#[tokio::test]
async fn fault_44_values_that_are_there_twice_are_one() {
    let (home, keyring) = (home(), Keyring::new(Mode::Doubled));
    let secrets = keyring.secrets(&home).await;
    keep(&secrets, TelegramToken, CANARY).await;
    assert_eq!(
        keyring.names(),
        ["telegram-token@first*", "telegram-token@first**"]
    );

    let secrets = keyring.secrets(&home).await;
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
    secrets.delete(TelegramToken).await.unwrap();
    assert_eq!(keyring.names(), [""; 0]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn fault_44_a_restarted_key_store_is_met_again_unnoticed() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let secrets = keyring.secrets(&home).await;

    keyring.becomes(Mode::Restarted);
    keep(&secrets, TelegramToken, CANARY).await;
    assert_eq!(keyring.names(), ["telegram-token@first"]);
}

#[tokio::test]
async fn the_connection_to_the_key_store_ends_off_the_runtime_s_threads() {
    /// Says where it was dropped.
    struct Connection(Keyring, std::sync::mpsc::Sender<bool>);

    impl CredentialStoreApi for Connection {
        fn vendor(&self) -> String {
            self.0.vendor()
        }

        fn id(&self) -> String {
            self.0.id()
        }

        fn build(
            &self,
            service: &str,
            user: &str,
            modifiers: Option<&HashMap<&str, &str>>,
        ) -> keyring_core::Result<Entry> {
            self.0.build(service, user, modifiers)
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    impl Drop for Connection {
        fn drop(&mut self) {
            let on_the_runtime = tokio::runtime::Handle::try_current().is_ok();
            self.1.send(on_the_runtime).unwrap();
        }
    }

    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let (dropped, told) = std::sync::mpsc::channel();
    let system = System::new("first", move || {
        Ok(Arc::new(Connection(keyring.clone(), dropped.clone())))
    });
    let secrets = Secrets::start(system, home.path(), CHEAP).await;
    assert_eq!(secrets.state(), KeyStore::System);

    drop(secrets);
    assert!(!told.recv().unwrap());
}

#[tokio::test]
async fn fault_44_a_key_store_that_hangs_holds_up_nobody_and_is_used_once_it_answers() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    keep(&keyring.secrets(&home).await, TelegramToken, CANARY).await;

    keyring.becomes(Mode::Hangs);
    let system = keyring.system("first");
    system.limit(IMPATIENT);
    let secrets = Secrets::start(system.clone(), home.path(), CHEAP).await;
    assert_eq!(secrets.trouble(), Some(StoreFailure::Silent));
    system.limit(Limits::REAL);
    assert_eq!(
        secrets.get(TelegramToken).await.err(),
        Some(SecretError::Locked),
        "no call waits behind one that hangs"
    );

    // The person types the password at last.
    keyring.becomes(Mode::Works);
    while system.is_overdue() {
        tokio::task::yield_now().await;
    }
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
    assert_eq!(secrets.state(), KeyStore::System);
}

#[tokio::test]
async fn fault_44_a_passphrase_replaces_the_key_store_over_restarts() {
    let (home, keyring) = (home(), Keyring::new(Mode::Absent));
    let secrets = keyring.secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    assert_eq!(secrets.state(), KeyStore::Sealed);
    keep(&secrets, TelegramToken, CANARY).await;
    keep(&secrets, MailPassword, "mail").await;
    secrets.delete(MailPassword).await.unwrap();

    let secrets = keyring.secrets(&home).await;
    assert_eq!(secrets.state(), KeyStore::Locked);
    let locked = Some(SecretError::Locked);
    assert_eq!(secrets.get(TelegramToken).await.err(), locked);
    let set = secrets.set(TelegramToken, Secret::from("x")).await;
    assert_eq!(set.err(), locked);
    assert_eq!(secrets.use_system().await.err(), locked);

    secrets.unlock(Secret::from(PASSPHRASE)).await.unwrap();
    assert_eq!(secrets.state(), KeyStore::Sealed);
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
    assert_eq!(read(&secrets, MailPassword).await, None);
}

#[tokio::test]
async fn fault_44_a_wrong_passphrase_never_makes_a_new_file() {
    let (home, keyring) = (home(), Keyring::new(Mode::Absent));
    let secrets = keyring.secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    keep(&secrets, TelegramToken, CANARY).await;
    let before = std::fs::read(sealed_file(&home)).unwrap();

    let secrets = keyring.secrets(&home).await;
    let wrong = Secret::from("неверный пароль");
    assert_eq!(
        secrets.unlock(wrong.clone()).await,
        Err(SecretError::WrongPassphrase)
    );
    assert_eq!(secrets.seal(wrong.clone()).await, Err(SecretError::Locked));
    secrets.keep_in_memory();
    assert_eq!(secrets.seal(wrong).await, Err(SecretError::Locked));

    assert_eq!(std::fs::read(sealed_file(&home)).unwrap(), before);
}

#[tokio::test]
async fn a_file_of_a_newer_program_and_a_spoiled_one_are_left_as_they_are() {
    let newer = [&b"TALONKEY\x02\x00"[..], &[7; 100]].concat();
    for (file, error) in [
        (newer, SecretError::Newer),
        (b"not ours".to_vec(), SecretError::Damaged),
        (Vec::new(), SecretError::Damaged),
        (vec![0; 2 * 1024 * 1024], SecretError::Damaged),
    ] {
        let home = home();
        std::fs::write(sealed_file(&home), &file).unwrap();
        let secrets = Keyring::new(Mode::Works).secrets(&home).await;

        assert_eq!(secrets.state(), KeyStore::Locked);
        let opened = secrets.unlock(Secret::from(PASSPHRASE)).await;
        assert_eq!(opened, Err(error));
        assert_eq!(std::fs::read(sealed_file(&home)).unwrap(), file);
    }
}

#[tokio::test]
async fn a_short_passphrase_is_refused_by_its_characters_not_its_bytes() {
    let home = home();
    let secrets = Keyring::new(Mode::Absent).secrets(&home).await;

    assert_eq!(
        secrets.seal(Secret::from("семьзна")).await,
        Err(SecretError::WeakPassphrase)
    );
    assert_eq!(secrets.state(), KeyStore::Undecided);
    assert_eq!(secrets.seal(Secret::from("восемьзн")).await, Ok(()));
}

#[tokio::test]
async fn fault_44_a_sealed_file_wins_over_a_key_store_that_came_back() {
    let (home, keyring) = (home(), Keyring::new(Mode::Absent));
    let secrets = keyring.secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    keep(&secrets, TelegramToken, CANARY).await;

    keyring.becomes(Mode::Works);
    let secrets = keyring.secrets(&home).await;
    assert_eq!(secrets.state(), KeyStore::Locked);
    assert_eq!(keyring.calls(), 0, "nobody is asked for two passwords");
    secrets.unlock(Secret::from(PASSPHRASE)).await.unwrap();

    secrets.use_system().await.unwrap();
    assert_eq!(secrets.state(), KeyStore::System);
    assert!(!sealed_file(&home).exists());
    let secrets = keyring.secrets(&home).await;
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
}

#[tokio::test]
async fn fault_44_values_stay_in_the_file_when_the_key_store_does_not_take_them() {
    let (home, keyring) = (home(), Keyring::new(Mode::Absent));
    let secrets = keyring.secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    keep(&secrets, TelegramToken, CANARY).await;

    for mode in [Mode::Absent, Mode::Refuses, Mode::Forgets, Mode::Breaks] {
        keyring.becomes(mode);
        assert!(secrets.use_system().await.is_err(), "{mode:?}");
        assert_eq!(secrets.state(), KeyStore::Sealed);
        assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
        assert!(sealed_file(&home).exists());
    }
}

#[tokio::test]
async fn sealing_takes_the_values_out_of_the_key_store() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    keep(&keyring.secrets(&home).await, TelegramToken, CANARY).await;
    let secrets = keyring.secrets(&home).await;

    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();

    assert_eq!(secrets.state(), KeyStore::Sealed);
    assert_eq!(keyring.names(), [""; 0]);
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
}

#[tokio::test]
async fn the_passphrase_of_an_open_file_can_be_changed() {
    let (home, keyring) = (home(), Keyring::new(Mode::Absent));
    let secrets = keyring.secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    keep(&secrets, TelegramToken, CANARY).await;

    secrets.seal(Secret::from("другой пароль")).await.unwrap();

    let secrets = keyring.secrets(&home).await;
    assert_eq!(
        secrets.unlock(Secret::from(PASSPHRASE)).await,
        Err(SecretError::WrongPassphrase)
    );
    secrets.unlock(Secret::from("другой пароль")).await.unwrap();
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some(CANARY));
}

#[tokio::test]
async fn what_was_set_before_the_passphrase_was_remembered_is_kept_too() {
    let (home, keyring) = (home(), Keyring::new(Mode::Absent));
    let secrets = keyring.secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    keep(&secrets, TelegramToken, "old").await;
    keep(&secrets, MailPassword, "mail").await;

    let secrets = keyring.secrets(&home).await;
    secrets.keep_in_memory();
    assert_eq!(read(&secrets, TelegramToken).await, None);
    keep(&secrets, TelegramToken, "new").await;
    secrets.unlock(Secret::from(PASSPHRASE)).await.unwrap();

    let secrets = keyring.secrets(&home).await;
    secrets.unlock(Secret::from(PASSPHRASE)).await.unwrap();
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some("new"));
    assert_eq!(read(&secrets, MailPassword).await.as_deref(), Some("mail"));
}

#[tokio::test]
async fn forgetting_everything_leaves_nothing_in_any_store() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let secrets = keyring.secrets(&home).await;
    for name in SecretName::ALL {
        keep(&secrets, name, CANARY).await;
    }
    secrets.forget_all().await.unwrap();
    assert_eq!(keyring.names(), [""; 0]);
    assert_eq!(read(&secrets, PushToken).await, None);

    // Also a file whose passphrase is forgotten, and what a crash left of it.
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    std::fs::write(home.path().join("secrets.new"), "half").unwrap();
    let secrets = keyring.secrets(&home).await;
    assert_eq!(secrets.state(), KeyStore::Locked);
    secrets.forget_all().await.unwrap();
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    assert_eq!(secrets.state(), KeyStore::System);

    // A failure is told.
    keep(&secrets, TelegramToken, CANARY).await;
    keyring.becomes(Mode::Refuses);
    let asked = keyring.calls();
    assert_eq!(
        secrets.forget_all().await,
        Err(SecretError::Store(StoreFailure::Refused))
    );
    assert_eq!(keyring.calls(), asked + 1, "one refusal is enough");
}

#[tokio::test]
async fn an_empty_value_is_none() {
    let secrets = Secrets::in_memory();
    keep(&secrets, TelegramToken, CANARY).await;
    keep(&secrets, TelegramToken, "").await;
    assert_eq!(read(&secrets, TelegramToken).await, None);
}

#[cfg(unix)]
#[tokio::test]
async fn fault_70_the_sealed_file_is_for_its_owner_alone_even_after_a_crash() {
    use std::os::unix::fs::PermissionsExt;

    let home = home();
    let secrets = Keyring::new(Mode::Absent).secrets(&home).await;
    let left = home.path().join("secrets.new");
    std::fs::write(&left, "half of a file").unwrap();

    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();

    let mode = std::fs::metadata(sealed_file(&home)).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert!(!left.exists());
}

#[tokio::test]
async fn a_value_that_cannot_be_written_is_not_half_kept() {
    let home = home();
    let secrets = Keyring::new(Mode::Absent).secrets(&home).await;
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    keep(&secrets, TelegramToken, "old").await;

    std::fs::create_dir(home.path().join("secrets.new")).unwrap();
    let set = secrets.set(TelegramToken, Secret::from("new")).await;

    assert!(matches!(set, Err(SecretError::Io(_))), "{set:?}");
    assert_eq!(read(&secrets, TelegramToken).await.as_deref(), Some("old"));
}

#[tokio::test]
async fn nothing_that_can_be_printed_holds_a_secret() {
    let (home, keyring) = (home(), Keyring::new(Mode::Works));
    let secrets = keyring.secrets(&home).await;
    keep(&secrets, TelegramToken, CANARY).await;
    let mut printed = vec![
        format!("{secrets:?}"),
        format!("{:?}", Secret::from(CANARY)),
        format!("{:?}", secrets.get(TelegramToken).await),
    ];
    for mode in [Mode::Breaks, Mode::Refuses, Mode::Absent] {
        keyring.becomes(mode);
        let error = secrets.delete(TelegramToken).await.unwrap_err();
        printed.push(format!("{error} {error:?}"));
    }
    keyring.becomes(Mode::Works);
    secrets.seal(Secret::from(PASSPHRASE)).await.unwrap();
    printed.push(format!("{secrets:?} {:?}", secrets.state()));
    let file = std::fs::read(sealed_file(&home)).unwrap();
    printed.push(String::from_utf8_lossy(&file).into_owned());
    let secrets = keyring.secrets(&home).await;
    let wrong = secrets.unlock(Secret::from(CANARY)).await.unwrap_err();
    printed.push(format!("{wrong} {wrong:?}"));

    for text in printed {
        assert!(!text.contains("4242") && !text.contains("canary"), "{text}");
        assert!(!text.contains(PASSPHRASE), "{text}");
    }
}

#[test]
fn the_names_in_the_stores_never_change() {
    assert_eq!(
        SecretName::ALL.map(SecretName::as_str),
        [
            "telegram-token",
            "telegram-proxy",
            "mail-password",
            "push-address",
            "push-token"
        ]
    );
}

#[tokio::test]
async fn the_library_s_own_mock_store_works_too() {
    let store = keyring_core::mock::Store::new().unwrap();
    let secrets = Secrets::with_store(store, home().path(), "mock").await;

    assert_eq!(secrets.state(), KeyStore::System);
    keep(&secrets, PushToken, CANARY).await;
    assert_eq!(read(&secrets, PushToken).await.as_deref(), Some(CANARY));
}

/// By hand, where a key store runs: `cargo test -p engine own_key_store -- --ignored`.
#[tokio::test]
#[ignore = "writes to the key store of whoever runs it, and removes it again"]
async fn the_system_s_own_key_store_works() {
    let home = home();
    let secrets = Secrets::open(home.path(), "by-hand").await;
    assert_eq!(secrets.state(), KeyStore::System, "{:?}", secrets.trouble());
    keep(&secrets, TelegramToken, "first").await;
    keep(&secrets, TelegramToken, CANARY).await;

    let again = Secrets::open(home.path(), "by-hand").await;
    assert_eq!(read(&again, TelegramToken).await.as_deref(), Some(CANARY));
    assert_eq!(read(&again, MailPassword).await, None);
    again.forget_all().await.unwrap();
    let after = Secrets::open(home.path(), "by-hand").await;
    assert_eq!(read(&after, TelegramToken).await, None);
}
